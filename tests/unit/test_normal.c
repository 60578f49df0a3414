/* The normal quantile, against published values and a search with erfc.
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>

#include "base/normal.h"
#include "support.h"

static void assert_near(double got, double expected, double p)
{
    if (!(fabs(got - expected) <= 1e-13 * fmax(1, fabs(expected))))
        fail_msg("z(%.17g) is %.17g, not %.17g", p, got, expected);
}

static void published_values(void **state)
{
    (void)state;
    static const double known[][2] = {
        {0.5, 0},
        {0.75, 0.67448975019608174},
        {0.8, 0.84162123357291441},
        {0.9, 1.2815515655446004},
        {0.95, 1.6448536269514722},
        {0.975, 1.9599639845400542},
        {0.99, 2.3263478740408411},
        {0.995, 2.5758293035489004},
        {0.999, 3.0902323061678132},
        {0.25, -0.67448975019608174}, /* AS 241's own three */
        {0.001, -3.0902323061678132},
        {1e-20, -9.2623400897984085},
        {1e-5, -4.2648907939228247},
        {1e-10, -6.3613409024040561},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_near(cov_normal_quantile(known[i][0]), known[i][1], known[i][0]);
}

/* p <= 0.5: there erfc has all its digits. */
static double search(double p)
{
    double low = -40, high = 0;
    for (int i = 0; i < 200; i++) {
        double middle = (low + high) / 2;
        if (0.5 * erfc(-middle / sqrt(2)) < p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

static void every_size_of_tail(void **state)
{
    (void)state;
    rng r = {1};
    for (int i = 0; i < 4000; i++) {
        double p = i % 2 ? 0.5 * rng_unit(&r) : exp2(-1 - 300 * rng_unit(&r));
        if (p == 0)
            continue;
        assert_near(cov_normal_quantile(p), search(p), p);
    }
    static const double seams[] = {0.075, 0.0749999999, 0.0750000001, 1.3887943864964021e-11};
    for (size_t i = 0; i < 4; i++)
        assert_near(cov_normal_quantile(seams[i]), search(seams[i]), seams[i]);
}

static void both_sides_are_alike(void **state)
{
    (void)state;
    for (int i = 1; i < 512; i++) { /* 1 - p is exact */
        double p = (double)i / 1024;
        assert_true(cov_normal_quantile(1 - p) == -cov_normal_quantile(p));
    }
}

static void no_probability(void **state)
{
    (void)state;
    static const double none[] = {0, 1, -0.1, 1.1, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_true(isnan(cov_normal_quantile(none[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values),
        cmocka_unit_test(every_size_of_tail),
        cmocka_unit_test(both_sides_are_alike),
        cmocka_unit_test(no_probability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
