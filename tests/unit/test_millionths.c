/* Targets: percentages as text, and what is missing, against exact fractions.
 * SPDX-License-Identifier: MIT */
#include "engine.h"

__extension__ typedef unsigned __int128 wide;

/* The least m with (n + m) / of >= t / 10^6. */
static void assert_missing(uint64_t n, uint64_t of, uint32_t t)
{
    uint64_t m = cov_missing(n, of, t);
    wide need = (wide)t * of;
    bool enough = ((wide)n + m) * 1000000 >= need;
    bool least = m == 0 || ((wide)n + m - 1) * 1000000 < need;
    if (!enough || !least)
        fail_msg("%llu of %llu to %u misses %llu", (unsigned long long)n, (unsigned long long)of,
                 (unsigned)t, (unsigned long long)m);
}

static void what_is_missing_is_exact(void **state)
{
    (void)state;
    rng r = {1};
    static const uint32_t shares[] = {0,      1,      333333, 333334, 499999,
                                      500000, 800000, 999999, 1000000};
    for (uint64_t of = 0; of < 130; of++) {
        for (uint64_t n = 0; n <= of; n++) {
            for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
                assert_missing(n, of, shares[i]);
        }
    }
    for (size_t round = 0; round < 300000; round++) {
        uint64_t of = rng_next(&r) >> rng_below(&r, 64), n = rng_next(&r) >> rng_below(&r, 64);
        uint32_t t = (uint32_t)rng_below(&r, 1000001);
        assert_missing(of > 0 ? n % of : 0, of, t);
        uint64_t close = (uint64_t)((wide)of * t / 1000000);
        assert_missing(close - (close > 0 && rng_below(&r, 2)), of, t);
    }
    assert_missing(0, UINT64_MAX, 1000000);
    assert_missing(0, UINT64_MAX, 999999);
    assert_missing(UINT64_MAX, UINT64_MAX, 1000000);
    assert_int_equal(cov_missing(0, 10, UINT32_MAX), 10);
    assert_int_equal(cov_missing(0, 10, 1000001), 10);
    assert_int_equal(cov_missing(12, 10, 1000000), 0);
    /* 66.6 % of 223,000 households to 80 % */
    assert_int_equal(cov_missing(148518, 223000, 800000), 29882);
}

static void percentages_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t millionths;
    } cases[] = {{"80%", 800000},
                 {"66.55 %", 665500},
                 {"0%", 0},
                 {"100%", 1000000},
                 {"100.0000%", 1000000},
                 {"0.0001%", 1},
                 {"99.9999%", 999999},
                 {" 5 % ", 50000},
                 {"\xC2\xA0"
                  "5\xC2\xA0%\xC2\xA0",
                  50000},
                 {"080%", 800000},
                 {"000000000000080%", 800000},
                 {"33.3%", 333000},
                 {"33.0303%", 330303},
                 {"0.0%", 0},
                 {"7\t%\n", 70000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t out = 77;
        assert_int_equal(cov_millionths_parse(cases[i].text, &out, NULL), COV_OK);
        assert_int_equal(out, cases[i].millionths);
    }
    for (uint32_t t = 0; t <= 1000000; t++) {
        char text[32];
        uint32_t out = 0;
        snprintf(text, sizeof text, "%u.%04u%%", t / 10000, t % 10000);
        assert_int_equal(cov_millionths_parse(text, &out, NULL), COV_OK);
        assert_int_equal(out, t);
    }
}

/* As short as it can be, and read back as itself. */
static void percentages_are_written(void **state)
{
    (void)state;
    static const struct {
        uint32_t millionths;
        const char *text;
    } cases[] = {{0, "0"},
                 {1, "0.0001"},
                 {10000, "1"},
                 {800000, "80"},
                 {665500, "66.55"},
                 {1000000, "100"},
                 {100000, "10"},
                 {999999, "99.9999"},
                 {10, "0.001"},
                 {100100, "10.01"},
                 {4294967295u, "429496.7295"}};
    char text[16], sign[20];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cov_millionths_write(cases[i].millionths, text);
        assert_string_equal(text, cases[i].text);
    }
    for (uint32_t t = 0; t <= 1000000; t++) {
        uint32_t out = 0;
        cov_millionths_write(t, text);
        size_t n = strlen(text);
        assert_true(strchr(text, '.') == NULL || (text[n - 1] != '0' && text[n - 1] != '.'));
        snprintf(sign, sizeof sign, "%s%%", text);
        assert_int_equal(cov_millionths_parse(sign, &out, NULL), COV_OK);
        assert_int_equal(out, t);
    }
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "%",
                                        " %",
                                        "80",
                                        "0.8",
                                        ".5%",
                                        "5.%",
                                        "5. %",
                                        "80,5%",
                                        "-1%",
                                        "+1%",
                                        "1e1%",
                                        "100.0001%",
                                        "101%",
                                        "1000%",
                                        "99999999999999999999%",
                                        "4294967376%",
                                        "5.00000%",
                                        "5.12345%",
                                        "0.00000%",
                                        "5 5%",
                                        "5. 5%",
                                        "5%%",
                                        "5% %",
                                        "% 5",
                                        "5%x",
                                        "x5%",
                                        "0x5%",
                                        "nan%",
                                        "5\xC2%",
                                        "5\xEF\xBC\x85",
                                        "1 0%",
                                        "5\xA0%"};
    cov_error err;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint32_t out = 77;
        assert_fails(cov_millionths_parse(texts[i], &out, &err), &err, COV_ERR_ARGUMENT,
                     "is no percentage: write 0% to 100%");
        assert_int_equal(out, 77);
    }
    uint32_t out;
    assert_fails(cov_millionths_parse(NULL, &out, &err), &err, COV_ERR_ARGUMENT, "needs a text");
    assert_fails(cov_millionths_parse("5%", NULL, &err), &err, COV_ERR_ARGUMENT, "needs a text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_is_exact),
        cmocka_unit_test(percentages_are_read),
        cmocka_unit_test(percentages_are_written),
        cmocka_unit_test(anything_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
