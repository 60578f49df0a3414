/* Figures: decimals against text, rates against whole numbers of 128 bits.
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>

#include "sheet/figure.h"
#include "support.h"

__extension__ typedef unsigned __int128 wide;

static uint64_t some_units(rng *r)
{
    return rng_next(r) >> rng_below(r, 64);
}

static uint32_t some_scale(rng *r)
{
    uint32_t scale = 1;
    for (size_t n = rng_below(r, 10); n > 0; n--)
        scale *= 10;
    return scale;
}

/* What a decimal of so many units reads as, written down digit by digit: the C locale. */
static double read_decimal(uint64_t whole, int decimals)
{
    char text[64], digits[32];
    int n = snprintf(digits, sizeof digits, "%0*" PRIu64, decimals + 1, whole);
    snprintf(text, sizeof text, "%.*s.%s0", n - decimals, digits, digits + n - decimals);
    return strtod(text, NULL);
}

static void decimals_are_those_of_the_text(void **state)
{
    (void)state;
    rng r = {1};
    size_t exact = 0;
    for (int i = 0; i < 200000; i++) {
        cov_figure figure;
        uint32_t scale = some_scale(&r);
        uint64_t most = some_units(&r), units = most > 0 ? rng_next(&r) % most : 0;
        int places = 0;
        for (uint32_t s = scale; s > 1; s /= 10)
            places++;
        if (!cov_figure_choose(most, scale, &figure)) {
            assert_true(most / scale > UINT64_C(999999999998));
            continue;
        }
        assert_int_equal(figure.scale, scale);
        assert_true(figure.decimals <= places &&
                    (figure.decimals >= 3 || figure.decimals == places));
        uint64_t step = 1;
        for (int k = figure.decimals; k < places; k++)
            step *= 10;
        /* As many as fit, and no fewer. */
        assert_true((wide)most <= (wide)COV_FIGURE_MOST * step);
        assert_true(step == 1 || (wide)most > (wide)COV_FIGURE_MOST * (step / 10));
        double found = cov_figure_decimal(&figure, units);
        if (step == 1) {
            assert_true(found >= read_decimal(units, places) &&
                        found <= read_decimal(units, places));
            exact++;
            continue;
        }
        /* Half to even: the nearer neighbour, or of two equal ones the even one. */
        uint64_t low = units / step, twice = units % step * 2;
        uint64_t want = twice > step || (twice == step && low % 2 == 1) ? low + 1 : low;
        double wanted = read_decimal(want, figure.decimals);
        assert_true(found >= wanted && found <= wanted);
    }
    assert_true(exact > 10000);
}

/* Every decimal of 15 digits survives a text of 15 digits, as GDAL and jansson write it. */
static void fifteen_digits_survive(void **state)
{
    (void)state;
    rng r = {2};
    for (int i = 0; i < 200000; i++) {
        const cov_figure figure = {1000000, 6};
        char text[40];
        double value = cov_figure_decimal(&figure, rng_next(&r) % (COV_FIGURE_MOST + 1));
        snprintf(text, sizeof text, "%.15g", value);
        double back = strtod(text, NULL);
        assert_true(back >= value && back <= value);
    }
}

static void the_limit_is_fifteen_digits(void **state)
{
    (void)state;
    cov_figure f;
    assert_int_equal(cov_figure_choose(COV_FIGURE_MOST, 1000, &f), 1);
    assert_int_equal(f.decimals, 3);
    assert_int_equal(cov_figure_choose(COV_FIGURE_MOST + 1, 1000, &f), 0);
    assert_int_equal(cov_figure_choose(COV_FIGURE_MOST, 1000000, &f), 1);
    assert_int_equal(f.decimals, 6);
    assert_int_equal(cov_figure_choose(COV_FIGURE_MOST + 1, 1000000, &f), 1);
    assert_int_equal(f.decimals, 5);
    assert_int_equal(cov_figure_choose(COV_FIGURE_MOST * 1000, 1000000, &f), 1);
    assert_int_equal(f.decimals, 3);
    assert_int_equal(cov_figure_choose(COV_FIGURE_MOST * 1000 + 1, 1000000, &f), 0);
    assert_int_equal(cov_figure_choose(UINT64_MAX, 1000000000, &f), 1);
    assert_int_equal(f.decimals, 4);
    assert_int_equal(cov_figure_choose(0, 10, &f), 1);
    assert_int_equal(f.decimals, 1);
}

/* p is 10^4 * per * n / of, rounded half up, exactly when 2 p of <= 2 * 10^4 per n + of < 2 (p + 1)
 * of. */
static void assert_rate(uint64_t n, uint32_t n_scale, uint64_t of, uint32_t of_scale, unsigned per)
{
    int64_t p = cov_figure_rate(n, n_scale, of, of_scale, per);
    if (of == 0) {
        assert_true(p == -1);
        return;
    }
    wide a = (wide)n * of_scale * per * 20000, b = (wide)of * n_scale;
    if (p < 0) {
        assert_true(a / 2 >= b * 999999990000000);
        return;
    }
    assert_true((wide)p * 2 * b <= a + b && a + b < ((wide)p + 1) * 2 * b);
}

static void rates_are_rounded_half_up(void **state)
{
    (void)state;
    rng r = {3};
    static const uint32_t scales[] = {1, 10, 1000, 1000000};
    for (int i = 0; i < 300000; i++) {
        uint64_t n = some_units(&r) >> 16, of = some_units(&r) >> 16;
        assert_rate(n, scales[rng_below(&r, 4)], of, scales[rng_below(&r, 4)],
                    1 + (unsigned)rng_below(&r, 1000));
    }
    assert_int_equal(cov_figure_rate(809500, 1, 907236, 1, 100), 892271);
    assert_int_equal(cov_figure_rate(1, 1, 80000, 1, 1), 0); /* 0.0000125 */
    assert_int_equal(cov_figure_rate(1, 1, 20000, 1, 1), 1); /* 0.00005: half up */
    assert_int_equal(cov_figure_rate(0, 1, 5, 1000, 100), 0);
    assert_int_equal(cov_figure_rate(UINT64_MAX, 1, UINT64_MAX, 1, UINT32_MAX),
                     INT64_C(42949672950000));
    assert_int_equal(cov_figure_rate(UINT64_MAX, 1, 1, 1000000000, UINT32_MAX), -1);
    assert_int_equal(cov_figure_rate(UINT64_MAX, 1000000000, 1, 1, 1), INT64_C(184467440737096));
}

static void percentages_keep_the_last_one_visible(void **state)
{
    (void)state;
    rng r = {4};
    assert_int_equal(cov_figure_percent(1, 1, 100000000, 1), 1);
    assert_int_equal(cov_figure_percent(99999999, 1, 100000000, 1), 999999);
    assert_int_equal(cov_figure_percent(99999999999, 1000, 100000000, 1), 999999);
    assert_int_equal(cov_figure_percent(7, 1, 7000, 1000), 1000000);
    assert_int_equal(cov_figure_percent(0, 1, 7000, 1000), 0);
    assert_int_equal(cov_figure_percent(0, 1, 0, 1000), -1);
    assert_int_equal(cov_figure_percent(450, 1, 1050, 1), 428571);
    for (int i = 0; i < 100000; i++) {
        uint64_t of = 1 + (some_units(&r) >> 8), n = rng_next(&r) % (of + 1);
        int64_t p = cov_figure_percent(n, 1, of, 1);
        assert_true((p == 0) == (n == 0) && (p == 1000000) == (n == of));
        wide a = (wide)n * 2000000 + of, b = (wide)of * 2;
        if (p != 1 && p != 999999)
            assert_true((wide)p == a / b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_are_those_of_the_text),
        cmocka_unit_test(fifteen_digits_survive),
        cmocka_unit_test(the_limit_is_fifteen_digits),
        cmocka_unit_test(rates_are_rounded_half_up),
        cmocka_unit_test(percentages_keep_the_last_one_visible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
