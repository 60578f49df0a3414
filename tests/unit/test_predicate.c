/* The exact predicate against whole numbers of any size. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "exact.h"
#include "geometry/predicate.h"

typedef double (*draw_number)(rng *r);

typedef struct tally {
    size_t cases;
    size_t collinear;
} tally;

static cov_xy xy(spot p)
{
    return (cov_xy){p.x, p.y};
}

static void expect(int got, int want, const char *what, spot a, spot b, spot p)
{
    if (got != want)
        fail_msg("%s of (%a, %a) (%a, %a) (%a, %a) is %d, not %d", what, a.x, a.y, b.x, b.y, p.x,
                 p.y, got, want);
}

/* All that holds for three places: both ways to the answer, every order of the three. */
static void check(exact *e, tally *t, spot a, spot b, spot p)
{
    int want = exact_orient(e, a, b, p);
    expect(cov_orient(xy(a), xy(b), xy(p)), want, "orient", a, b, p);
    expect(cov_orient_exact(xy(a), xy(b), xy(p)), want, "orient_exact", a, b, p);
    expect(cov_orient(xy(b), xy(p), xy(a)), want, "turned orient", a, b, p);
    expect(cov_orient(xy(p), xy(a), xy(b)), want, "twice turned orient", a, b, p);
    expect(cov_orient(xy(b), xy(a), xy(p)), -want, "swapped orient", a, b, p);
    expect(cov_orient(xy(a), xy(p), xy(b)), -want, "mirrored orient", a, b, p);
    if (a.x != b.x || a.y != b.y) {
        int side = exact_side(e, a, b, p);
        assert_int_not_equal(side, 0);
        expect(cov_side(xy(a), xy(b), xy(p)), side, "side", a, b, p);
        expect(cov_side(xy(b), xy(a), xy(p)), -side, "swapped side", a, b, p);
    }
    t->cases++;
    t->collinear += want == 0;
}

static spot draw_spot(rng *r, draw_number draw)
{
    double x = draw(r);
    return (spot){x, draw(r)};
}

/* Places anywhere; then on the line through two of them as well as doubles can; then beside it. */
static tally run(uint64_t seed, size_t n, draw_number draw)
{
    exact e;
    exact_init(&e);
    rng r = {seed};
    tally t = {0};
    for (size_t i = 0; i < n; i++) {
        spot a = draw_spot(&r, draw), b = draw_spot(&r, draw);
        check(&e, &t, a, b, draw_spot(&r, draw));
        spot on = along(a, b, rng_between(&r, -1, 2));
        spot middle = {a.x / 2 + b.x / 2, a.y / 2 + b.y / 2};
        if (fabs(on.x) <= 1e150 && fabs(on.y) <= 1e150) {
            check(&e, &t, a, b, on);
            check(&e, &t, a, b, beside(&r, on));
        }
        check(&e, &t, a, b, middle);
        check(&e, &t, a, b, beside(&r, middle));
        check(&e, &t, a, beside(&r, a), beside(&r, a));
        check(&e, &t, a, a, b);
    }
    exact_clear(&e);
    return t;
}

/* ---------------------------------------------------------------- kinds of numbers */

static double draw_unit(rng *r)
{
    return rng_between(r, -1, 1);
}

static double draw_degrees(rng *r)
{
    return rng_between(r, 102, 110);
}

static double draw_whole(rng *r)
{
    return (double)rng_below(r, 9) - 4;
}

/* Millimetres on a national grid, as a decimal file would give them. */
static double draw_metres(rng *r)
{
    return (double)(500000000 + rng_below(r, 2000000)) / 1000;
}

static double draw_subnormal(rng *r)
{
    return ((double)rng_below(r, 41) - 20) * 0x1p-1074;
}

static double draw_around_normal_minimum(rng *r)
{
    return draw_unit(r) * 0x1p-1020;
}

static double draw_tiny(rng *r)
{
    return draw_unit(r) * 1e-160; /* products underflow, the numbers don't */
}

/* Products are subnormal, but of so many bits that the rounding of the differences shows. */
static double draw_half_tiny(rng *r)
{
    return draw_unit(r) * 0x1p-513;
}

static double draw_huge(rng *r)
{
    return draw_unit(r) * 1e150;
}

static double draw_any_magnitude(rng *r)
{
    double value = draw_unit(r) * pow(10, rng_between(r, -300, 150));
    return rng_below(r, 16) == 0 ? 0 : value;
}

static double draw_few_magnitudes(rng *r)
{
    static const double magnitudes[] = {0, -0.0, 1, 1e-300, 1e150, -1e150, 0x1p-1074, 1e15, -1};
    return magnitudes[rng_below(r, sizeof magnitudes / sizeof magnitudes[0])];
}

/* ---------------------------------------------------------------- tests */

static void test_oracle_against_rationals(void **state)
{
    (void)state;
    exact e;
    exact_init(&e);
    rng r = {11};
    mpq_t q[6], left, right;
    mpq_inits(left, right, NULL);
    for (int k = 0; k < 6; k++)
        mpq_init(q[k]);
    for (int i = 0; i < 20000; i++) {
        double v[6];
        for (int k = 0; k < 6; k++) {
            v[k] = i % 2 ? draw_whole(&r) : draw_any_magnitude(&r);
            mpq_set_d(q[k], v[k]);
        }
        for (int k = 2; k < 6; k++)
            mpq_sub(q[k], q[k], q[k % 2]);
        mpq_mul(left, q[2], q[5]);
        mpq_mul(right, q[3], q[4]);
        int order = mpq_cmp(left, right);
        assert_int_equal(
            exact_orient(&e, (spot){v[0], v[1]}, (spot){v[2], v[3]}, (spot){v[4], v[5]}),
            (order > 0) - (order < 0));
    }
    for (int k = 0; k < 6; k++)
        mpq_clear(q[k]);
    mpq_clears(left, right, NULL);
    exact_clear(&e);
}

static void test_ordinary(void **state)
{
    (void)state;
    assert_true(run(1, 15000, draw_unit).cases >= 100000);
    assert_true(run(2, 15000, draw_degrees).cases >= 100000);
    /* One collinear case a round is sure (a, a, b); here many midpoints are doubles, too. */
    assert_true(run(3, 15000, draw_metres).collinear > 18000);
}

static void test_collinear(void **state)
{
    (void)state;
    assert_true(run(4, 15000, draw_whole).collinear > 30000);
}

static void test_subnormal(void **state)
{
    (void)state;
    assert_true(run(5, 15000, draw_subnormal).collinear > 20000);
    run(6, 10000, draw_around_normal_minimum);
    run(7, 10000, draw_tiny);
    run(12, 20000, draw_half_tiny);
}

static void test_huge_and_mixed(void **state)
{
    (void)state;
    run(8, 10000, draw_huge);
    run(9, 10000, draw_any_magnitude);
    assert_true(run(10, 10000, draw_few_magnitudes).collinear > 20000);
}

/* A fan of near misses around one place, as in Kettner et al., "Classroom examples of robustness
 * problems in geometric computations": naive doubles get most of them wrong. */
static void test_classroom(void **state)
{
    (void)state;
    exact e;
    exact_init(&e);
    tally t = {0};
    for (int i = 0; i < 128; i++) {
        for (int j = 0; j < 128; j++)
            check(&e, &t, (spot){12, 12}, (spot){24, 24},
                  (spot){0.5 + i * 0x1p-53, 0.5 + j * 0x1p-53});
    }
    assert_true(t.collinear > 0);
    exact_clear(&e);
}

/* The border rule in words: a place on a line belongs to its eastern side, on a level one to the
 * northern. */
static void test_border_rule(void **state)
{
    (void)state;
    const cov_xy south = {0, 0}, north = {0, 2}, east = {2, 0}, far = {2, 2};
    assert_int_equal(cov_side(south, north, (cov_xy){0, 1}), -1); /* east of it: to the right */
    assert_int_equal(cov_side(north, south, (cov_xy){0, 1}), 1);
    assert_int_equal(cov_side(south, east, (cov_xy){1, 0}), 1); /* north of it: to the left */
    assert_int_equal(cov_side(east, south, (cov_xy){1, 0}), -1);
    assert_int_equal(cov_side(south, far, (cov_xy){1, 1}), -1);
    assert_int_equal(cov_side(north, east, (cov_xy){1, 1}), 1);
    /* Beyond the ends of the edge, too, and at them. */
    assert_int_equal(cov_side(south, north, (cov_xy){0, 3}), -1);
    assert_int_equal(cov_side(south, north, south), -1);
    assert_int_equal(cov_side(south, east, east), 1);
}

static void test_zero_has_no_sign(void **state)
{
    (void)state;
    const double zeros[] = {0.0, -0.0};
    for (int i = 0; i < 64; i++) {
        cov_xy a = {zeros[i & 1], zeros[i >> 1 & 1]}, b = {1, zeros[i >> 2 & 1]};
        cov_xy p = {zeros[i >> 3 & 1], zeros[i >> 4 & 1]}, up = {zeros[i >> 5 & 1], 1};
        assert_int_equal(cov_orient(a, b, p), 0);
        assert_int_equal(cov_side(a, b, p), 1);
        assert_int_equal(cov_side(b, a, p), -1);
        assert_int_equal(cov_orient(a, b, up), 1);
        assert_int_equal(cov_side(a, up, p), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oracle_against_rationals),
        cmocka_unit_test(test_ordinary),
        cmocka_unit_test(test_collinear),
        cmocka_unit_test(test_subnormal),
        cmocka_unit_test(test_huge_and_mixed),
        cmocka_unit_test(test_classroom),
        cmocka_unit_test(test_border_rule),
        cmocka_unit_test(test_zero_has_no_sign),
    };
    return cmocka_run_group_tests_name("predicate", tests, NULL, NULL);
}
