/* Decimals, exact from their digits to their units. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/decimal.h"

typedef struct sample {
    const char *text;
    unsigned places;
    uint64_t units;
    int64_t rounding;
    int inexact;
} sample;

static const sample samples[] = {
    {"0", 3, 0, 0, 0},
    {"7", 0, 7, 0, 0},
    {"+7", 3, 7000, 0, 0},
    {" 119.63\t", 3, 119630, 0, 0},
    {"119.63", 0, 120, 370000000, 1},
    {"119.00", 0, 119, 0, 0},
    {".5", 3, 500, 0, 0},
    {"5.", 3, 5000, 0, 0},
    {"0.0005", 3, 0, -500000, 1},          /* half to even: down */
    {"0.0015", 3, 2, 500000, 1},           /* half to even: up */
    {"0.00050000000001", 3, 1, 500000, 1}, /* past the half */
    {"0.0004999999999", 3, 0, -500000, 1},
    {"0.5", 0, 0, -500000000, 1},
    {"1.5", 0, 2, 500000000, 1},
    {"2.5", 0, 2, -500000000, 1},
    {"0.9999", 3, 1000, 100000, 1},
    {"1.2E+03", 0, 1200, 0, 0},
    {"1.2e-1", 3, 120, 0, 0},
    {"12345e-3", 0, 12, -345000000, 1},
    {"1e-400", 3, 0, 0, 1},
    {"0e999999999999999999999", 3, 0, 0, 0},
    {"-0", 3, 0, 0, 0},
    {"-0.000", 0, 0, 0, 0},
    {"000000000000000000000000000000012", 0, 12, 0, 0},
    {"18446744073709551615", 0, UINT64_MAX, 0, 0},
    {"18446744073709551.615", 3, UINT64_MAX, 0, 0},
    {"9007199254740993", 0, 9007199254740993, 0, 0}, /* a double would lose the last digit */
    {"0.123456789", 9, 123456789, 0, 0},
};

static void reads_exactly(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const sample *s = &samples[i];
        cov_decimal d;
        if (cov_decimal_read(s->text, s->places, &d) != COV_DECIMAL_OK || d.units != s->units ||
            d.rounding != s->rounding || d.inexact != s->inexact)
            fail_msg("%s: units %llu rounding %lld inexact %d", s->text,
                     (unsigned long long)d.units, (long long)d.rounding, d.inexact);
    }
}

static void refuses_what_is_no_number(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     " ",   ".",   "-",        "abc",   "1,5",  "1.2.3",
                                      "0x10", "nan", "inf", "1e",       "1e+",   "12a",  "1 2",
                                      "--1",  "+-1", "e5",  "\xc2\xb2", "1_000", "1e5.5"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cov_decimal d;
        assert_int_equal(cov_decimal_read(bad[i], 3, &d), COV_DECIMAL_NOT_A_NUMBER);
    }
    cov_decimal d;
    assert_int_equal(cov_decimal_read("-1", 3, &d), COV_DECIMAL_NEGATIVE);
    assert_int_equal(cov_decimal_read("-0.0000001", 3, &d), COV_DECIMAL_NEGATIVE);
    assert_int_equal(cov_decimal_read("18446744073709551616", 0, &d), COV_DECIMAL_TOO_LARGE);
    assert_int_equal(cov_decimal_read("18446744073709551.6155", 3, &d), COV_DECIMAL_TOO_LARGE);
    assert_int_equal(cov_decimal_read("1e30", 0, &d), COV_DECIMAL_TOO_LARGE);
    assert_int_equal(cov_decimal_read("1e999999999999", 0, &d), COV_DECIMAL_TOO_LARGE);
}

/* A double counts as the decimal a person would write for it. */
static void reads_doubles_as_their_decimals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        double value = strtod(samples[i].text, NULL);
        cov_decimal from_text, from_double;
        if (!(value < 9e15))
            continue;
        assert_int_equal(cov_decimal_read(samples[i].text, 3, &from_text), COV_DECIMAL_OK);
        assert_int_equal(cov_decimal_from_double(value, 3, &from_double), COV_DECIMAL_OK);
        if (strcmp(samples[i].text, "1e-400") != 0)
            assert_memory_equal(&from_double.units, &from_text.units, sizeof from_text.units);
    }
    for (unsigned n = 0; n < 200000; n++) {
        cov_decimal d;
        assert_int_equal(cov_decimal_from_double(n / 1000.0, 3, &d), COV_DECIMAL_OK);
        assert_true(d.units == n && d.rounding == 0 && d.inexact == 0);
    }
}

static void refuses_doubles_that_do_not_count(void **state)
{
    (void)state;
    cov_decimal d;
    assert_int_equal(cov_decimal_from_double(NAN, 3, &d), COV_DECIMAL_NOT_A_NUMBER);
    assert_int_equal(cov_decimal_from_double(-1, 3, &d), COV_DECIMAL_NEGATIVE);
    assert_int_equal(cov_decimal_from_double(-1e-300, 3, &d), COV_DECIMAL_NEGATIVE);
    assert_int_equal(cov_decimal_from_double(INFINITY, 3, &d), COV_DECIMAL_TOO_LARGE);
    assert_int_equal(cov_decimal_from_double(9007199254740992.0, 3, &d), COV_DECIMAL_TOO_LARGE);
    assert_int_equal(cov_decimal_from_double(9007199254740991.0, 3, &d), COV_DECIMAL_OK);
    assert_true(d.units == UINT64_C(9007199254740991000));
    assert_int_equal(cov_decimal_from_double(-0.0, 3, &d), COV_DECIMAL_OK);
    assert_true(d.units == 0);
    assert_int_equal(cov_decimal_from_double(5e-324, 3, &d), COV_DECIMAL_OK);
    assert_true(d.units == 0 && d.inexact);
}

/* A decimal comma of the locale changes nothing; where no such locale is installed this repeats the
 * test in C. */
static void ignores_the_locale(void **state)
{
    (void)state;
    const char *names[] = {"vi_VN.UTF-8", "de_DE.UTF-8", "fr_FR.UTF-8"};
    for (size_t i = 0; i < 3 && setlocale(LC_NUMERIC, names[i]) == NULL; i++)
        ;
    cov_decimal d;
    assert_int_equal(cov_decimal_read("1.5", 3, &d), COV_DECIMAL_OK);
    assert_true(d.units == 1500);
    assert_int_equal(cov_decimal_from_double(1.23456, 3, &d), COV_DECIMAL_OK);
    assert_true(d.units == 1235 && d.rounding == 440000);
    setlocale(LC_NUMERIC, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_exactly),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(reads_doubles_as_their_decimals),
        cmocka_unit_test(refuses_doubles_that_do_not_count),
        cmocka_unit_test(ignores_the_locale),
    };
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
