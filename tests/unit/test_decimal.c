/* Decimals, exact from their digits to their units. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdio.h>
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
        if (value * 1000 < 4e15) {
            assert_int_equal(cov_decimal_of_double(value, 1000, &from_text), COV_DECIMAL_OK);
            assert_true(from_text.units == from_double.units);
        }
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
    assert_int_equal(cov_decimal_of_double(NAN, 1000, &d), COV_DECIMAL_NOT_A_NUMBER);
    assert_int_equal(cov_decimal_of_double(-1e-300, 1000, &d), COV_DECIMAL_NEGATIVE);
    assert_int_equal(cov_decimal_of_double(INFINITY, 1000, &d), COV_DECIMAL_TOO_LARGE);
    assert_int_equal(cov_decimal_of_double(4503599627370496.0, 1, &d), COV_DECIMAL_TOO_LARGE);
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

/* ---------------------------------------------------------------- comparing */

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

/* Whole numbers of 10^-9, written in many ways; the numbers themselves are the oracle. */
static void write_number(char *out, size_t size, int64_t units, unsigned style)
{
    uint64_t u = (uint64_t)(units < 0 ? -units : units);
    const char *minus = units < 0 ? "-" : style % 2 ? "+" : "";
    unsigned long long whole = u / 1000000000, part = u % 1000000000;
    switch (style) {
    case 0:
        snprintf(out, size, "%s%llu.%09llu", minus, whole, part);
        break;
    case 1:
        snprintf(out, size, " %s00%llu.%09llu000 ", minus, whole, part);
        break;
    case 2:
        snprintf(out, size, "%s%llue-9", minus, (unsigned long long)u);
        break;
    default:
        snprintf(out, size, "%s.%019lluE+10", minus, (unsigned long long)u);
        break;
    }
}

static void compares_exactly(void **state)
{
    (void)state;
    uint64_t r = 1;
    int64_t value[300];
    for (size_t i = 0; i < 300; i++) {
        r = r * UINT64_C(6364136223846793005) + 1442695040888963407;
        unsigned bits = (unsigned)(r >> 58) % 60;
        value[i] = (int64_t)(r >> 2 & ((UINT64_C(1) << bits) - 1)) * (r & 1 ? 1 : -1);
        if (i % 3 == 2)
            value[i] = value[i - 1] + (int64_t)(i % 2);
    }
    for (unsigned i = 0; i < 300; i++) {
        for (unsigned k = 0; k < 300; k++) {
            char a[64], b[64];
            write_number(a, sizeof a, value[i], (i + k) % 4);
            write_number(b, sizeof b, value[k], (i * 7 + k) % 4);
            int expected = (value[i] > value[k]) - (value[i] < value[k]);
            if (sign(cov_decimal_compare(a, b)) != expected)
                fail_msg("%s and %s: %d", a, b, cov_decimal_compare(a, b));
        }
    }
    static const char *const rising[] = {"-1e999999", "-2",  "-1.5", "-1e-30", "-0",
                                         "1e-31",     ".02", "0.1",  "100",    "1e3"};
    for (int i = 0; i < 10; i++) {
        for (int k = 0; k < 10; k++)
            assert_int_equal(sign(cov_decimal_compare(rising[i], rising[k])), sign(i - k));
    }
    assert_int_equal(cov_decimal_compare("0", "-0.00e5"), 0);
    assert_int_equal(cov_decimal_compare("18446744073709551616", "18446744073709551617"), -1);
    assert_int_equal(cov_decimal_compare("0.1000000000000000055", "0.1"), 1);
}

static void knows_a_number(void **state)
{
    (void)state;
    static const char *const yes[] = {"1", " -2.5 ", "+.5e3", "00123"};
    static const char *const no[] = {"",    " ",   ".",   "1,5", "0x10",
                                     "1 2", "nan", "inf", "1e",  "100Mbps"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        assert_true(cov_decimal_is_number(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        assert_false(cov_decimal_is_number(no[i]));
}

static void a_double_is_written_as_short_as_it_can(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } s[] = {{0.1, "0.1"}, {100, "100"}, {-2.5, "-2.5"}, {1.0 / 3, "0.33333333333333331"}};
    for (size_t i = 0; i < 4; i++) {
        char text[32];
        cov_decimal_write(s[i].value, text);
        assert_string_equal(text, s[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_exactly),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(reads_doubles_as_their_decimals),
        cmocka_unit_test(refuses_doubles_that_do_not_count),
        cmocka_unit_test(ignores_the_locale),
        cmocka_unit_test(compares_exactly),
        cmocka_unit_test(knows_a_number),
        cmocka_unit_test(a_double_is_written_as_short_as_it_can),
    };
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
