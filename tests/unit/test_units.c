/* Units: a distance says what it is measured in. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <string.h>

#include <cov/io.h>

static void reads(const char *text, double expected)
{
    double metres = -1;
    cov_error err;
    if (cov_distance_parse(text, &metres, &err) != COV_OK)
        fail_msg("%s", err.message);
    assert_true(metres == expected);
}

static void refuses(const char *text, const char *says)
{
    double metres = -1;
    cov_error err;
    if (cov_distance_parse(text, &metres, &err) != COV_ERR_ARGUMENT)
        fail_msg("\"%s\" is taken for %f m", text, metres);
    if (strstr(err.message, says) == NULL)
        fail_msg("\"%s\" doesn't say \"%s\"", err.message, says);
    assert_true(metres == -1);
}

static void test_reads(void **state)
{
    (void)state;
    reads("150m", 150);
    reads("150 m", 150);
    reads("150m ", 150);
    reads("150\xC2\xA0m", 150);
    reads("0.5 \xC2\xA0 km", 500);
    reads("0.5km", 500);
    reads(".5 km", 500);
    reads("2.km", 2000);
    reads("500ft", 500 * 0.3048);
    reads("0.001m", 0.001);
}

static void test_refuses(void **state)
{
    (void)state;
    static const char *const none[] = {
        "",    " ",   "m",   "150",   "150 ",  "150 mi", "150M", "150mm", "1,5m", "1.2.3m", "1e3m",
        "-5m", "+5m", " 5m", "5m 6m", "5 k m", "0x10m",  "nanm", "inf m", "5m.",  ".m",     "5\tm"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        refuses(none[i], "is no distance: write a number and its unit, such as 150m");
    refuses("5\xE2\x80\xAFm", "\"5<U+202F>m\" is no distance");
    refuses("0m", "is no distance greater than 0");
    refuses("0.000ft", "is no distance greater than 0");
    double metres;
    cov_error err;
    assert_int_equal(cov_distance_parse(NULL, &metres, &err), COV_ERR_ARGUMENT);
    assert_int_equal(cov_distance_parse("1m", NULL, &err), COV_ERR_ARGUMENT);
}

static void test_too_large(void **state)
{
    (void)state;
    char text[420];
    memset(text, '9', 400);
    strcpy(text + 400, "m");
    refuses(text, "is no distance");
}

static void test_locale(void **state)
{
    (void)state;
    static const char *const commas[] = {"de_DE.UTF-8", "vi_VN.UTF-8", "fr_FR.UTF-8"};
    for (size_t i = 0; i < sizeof commas / sizeof commas[0]; i++) {
        if (setlocale(LC_ALL, commas[i]) == NULL)
            continue;
        reads("0.5km", 500);
        refuses("0,5km", "is no distance");
    }
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
