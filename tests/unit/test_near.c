/* Footprints by distance: planes, errors, hostile input. SPDX-License-Identifier: MIT
 *
 * The oracle looks at every segment, in whole numbers of 128 bits, or in long double where the
 * coordinates are any; the geodesics have a test of their own among the oracles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "segments.h"

#include "geometry/metric.h"

/* ---------------------------------------------------------------- oracles */

static long double nearest(const piece *s, size_t n, spot p)
{
    long double least = INFINITY;
    for (size_t i = 0; i < n; i++)
        least = fminl(least, distance(s[i], p));
    return least;
}

/* Every answer must be that of the oracle, but for what is within a few roundings of the distance;
 * gives the number reached. */
static size_t expect_plane(const network *w, cov_near_options o, const spot *p, size_t n, rng *r)
{
    size_t n_pieces, reached = 0, close = 0;
    piece *pieces = network_pieces(w, &n_pieces);
    cov_footprint *f = footprint_of_network(w, NULL, o, r);
    uint64_t *served = blank(n, sizeof *served);
    mark_all(f, p, n, served);
    for (size_t i = 0; i < n; i++) {
        long double d = nearest(pieces, n_pieces, p[i]) * o.metres_per_unit;
        reached += served[i];
        if (fabsl(d - o.metres) <= 1e-12L * o.metres)
            close++;
        else if (served[i] != (d <= o.metres))
            fail_msg("(%a, %a) at %.17Lg of %.17g is %s", p[i].x, p[i].y, d, o.metres,
                     served[i] ? "reached" : "not reached");
    }
    assert_true(close <= n / 1000 + 3);
    free(served);
    cov_footprint_free(f);
    free(pieces);
    return reached;
}

/* ---------------------------------------------------------------- planes */

static void test_one_point(void **state)
{
    (void)state;
    network w = {0};
    network_add(&w, (const spot[]){{10, 20}}, 1);
    cov_footprint *f = footprint_of_network(&w, NULL, within(5, 1), NULL);
    assert_true(near_one(f, 10, 20));
    assert_true(near_one(f, 15, 20)); /* the distance itself */
    assert_true(near_one(f, 13, 24));
    assert_true(near_one(f, 7, 16));
    assert_false(near_one(f, ulps(15, 1), 20));
    assert_false(near_one(f, 13, ulps(24, 1)));
    assert_false(near_one(f, 14, 24));
    assert_false(near_one(f, NAN, 20));
    assert_false(near_one(f, 10, INFINITY));
    assert_false(near_one(f, -INFINITY, NAN));
    assert_false(near_one(f, 1e300, 20));
    double e[4];
    cov_footprint_extent(f, e);
    assert_true(e[0] <= 5 && e[0] > 4.99 && e[1] <= 15 && e[1] > 14.99);
    assert_true(e[2] >= 15 && e[2] < 15.01 && e[3] >= 25 && e[3] < 25.01);
    assert_true(cov_footprint_memory(f) > 0);
    cov_footprint_free(f);
    network_free(&w);
}

static void test_feet(void **state)
{
    (void)state;
    network w = {0};
    network_add(&w, (const spot[]){{0, 0}}, 1);
    for (int feet = 1; feet < 2000; feet++) {
        cov_footprint *f = footprint_of_network(&w, NULL, within(feet * 0.3048, 0.3048), NULL);
        assert_true(near_one(f, feet, 0));
        assert_false(near_one(f, feet * (1 + 1e-14), 0));
        cov_footprint_free(f);
    }
    network_free(&w);
}

/* Whole numbers, many of them exactly at the distance. */
static void test_whole_numbers(void **state)
{
    (void)state;
    rng r = {1};
    size_t at_it = 0;
    for (int round = 0; round < 60; round++) {
        network w = {0};
        double side = 60 + 20 * round, far = round % 3 == 0 ? 500000 : 0;
        size_t lines = 1 + rng_below(&r, 6);
        for (size_t i = 0; i < lines; i++) {
            spot v[4];
            for (size_t k = 0; k < 4; k++)
                v[k] = (spot){far + (double)rng_below(&r, (size_t)side),
                              far + (double)rng_below(&r, (size_t)side)};
            if (i % 3 == 1)
                v[1].x = v[0].x; /* upright: whole distances to it abound */
            network_add(&w, v, 1 + rng_below(&r, 4));
        }
        int64_t d = 5 * (1 + (int64_t)rng_below(&r, 30));
        cov_footprint *f = footprint_of_network(&w, NULL, within((double)d, 1), &r);
        size_t n_pieces;
        piece *s = network_pieces(&w, &n_pieces);
        for (int i = 0; i < 3000; i++) {
            spot p = {far + floor(rng_between(&r, -160, side + 160)),
                      far + floor(rng_between(&r, -160, side + 160))};
            if (i % 2) { /* 3, 4 and 5 from a vertex, or 0 and 5 */
                spot v = w.v[rng_below(&r, w.n_v)];
                double k = (double)(d / 5), x = i % 4 == 1 ? 3 * k : 5 * k,
                       y = i % 4 == 1 ? 4 * k : 0;
                p = i % 8 < 4 ? (spot){v.x + x, v.y - y} : (spot){v.x - y, v.y + x};
            }
            bool want = false, less = false;
            for (size_t k = 0; k < n_pieces; k++) {
                want = want || within_whole(s[k], p, d);
                less = less || (double)distance(s[k], p) < (double)d * (1 - 1e-12);
            }
            at_it += want && !less;
            if (near_one(f, p.x, p.y) != want)
                fail_msg("(%g, %g) is %swithin %g", p.x, p.y, want ? "" : "not ", (double)d);
        }
        free(s);
        cov_footprint_free(f);
        network_free(&w);
    }
    assert_true(at_it > 500);
}

/* The greatest common factor of a and b, which is x * b - y * a, by Euclid. */
static int64_t solve(int64_t a, int64_t b, int64_t *x, int64_t *y)
{
    if (a == 0) {
        *x = 1;
        *y = 0;
        return b;
    }
    int64_t u, v, factor = solve(b % a, a, &u, &v);
    *x = -v;
    *y = -u - b / a * v;
    return factor;
}

/* The place nearest to the distance d from the segment between 0 and b, just within it or just
 * beyond, among all that are whole numbers and beside the segment. */
static spot hardest(spot b, int64_t d, int beyond)
{
    int64_t bx = (int64_t)b.x, by = (int64_t)b.y, ux, uy;
    wide length = (wide)bx * bx + (wide)by * by, square = (wide)d * d * length;
    int64_t c = (int64_t)sqrtl((long double)square);
    while ((wide)c * c > square)
        c--;
    while ((wide)(c + 1) * (c + 1) <= square)
        c++;
    c += beyond;
    (void)solve(bx, by, &ux, &uy); /* of cross product 1 */
    wide x = (wide)ux * c, y = (wide)uy * c;
    wide along = x * bx + y * by, turns = along / length - (along < 0);
    return (spot){(double)(x - turns * bx), (double)(y - turns * by)};
}

/* Distances that differ from the one asked for by less than a double can tell. */
static void test_whole_numbers_of_25_bits(void **state)
{
    (void)state;
    rng r = {11};
    size_t n = 0;
    while (n < 400) {
        spot b = {(double)rng_below(&r, 1 << 24), (double)rng_below(&r, 1 << 24)};
        int64_t x, y, d = 1 + (int64_t)rng_below(&r, 1 << 23);
        if (solve((int64_t)b.x, (int64_t)b.y, &x, &y) != 1)
            continue;
        network w = {0};
        network_add(&w, (const spot[]){{0, 0}, b}, 2);
        cov_footprint *f = footprint_of_network(&w, NULL, within((double)d, 1), &r);
        for (int beyond = 0; beyond < 2; beyond++) {
            spot p = hardest(b, d, beyond);
            assert_true(fabs(p.x) < 1 << 25 && fabs(p.y) < 1 << 25);
            assert_int_equal(within_whole((piece){{0, 0}, b}, p, d), !beyond);
            if (near_one(f, p.x, p.y) == beyond)
                fail_msg("(%.17g, %.17g) is %swithin %g of (%.17g, %.17g)", p.x, p.y,
                         beyond ? "not " : "", (double)d, b.x, b.y);
        }
        cov_footprint_free(f);
        network_free(&w);
        n++;
    }
}

/* Lines of all densities and distances, random points and points near the distance. */
static void test_random_lines(void **state)
{
    (void)state;
    enum { N = 3000 };
    rng r = {2};
    size_t reached = 0;
    spot *p = blank(N, sizeof *p);
    for (int round = 0; round < 60; round++) {
        network w = {0};
        double size = pow(10, rng_between(&r, 0, 6)), far = round % 4 == 0 ? 4e6 : 0;
        size_t lines = 1 + rng_below(&r, 12);
        for (size_t i = 0; i < lines; i++)
            network_wander(&w, &r,
                           (spot){far + rng_between(&r, 0, size), far + rng_between(&r, 0, size)},
                           size / 40, 1 + rng_below(&r, 40));
        double units = size * pow(10, rng_between(&r, -3.5, 0.7));
        double per_unit = round % 2 ? 1 : 0.3048;
        for (int i = 0; i < N; i++) {
            spot at = w.v[rng_below(&r, w.n_v)];
            double angle = rng_between(&r, 0, 6.3), off = units * rng_between(&r, 0.9, 1.1);
            p[i] = i % 2 ? (spot){at.x + off * cos(angle), at.y + off * sin(angle)}
                         : (spot){far + rng_between(&r, -size, 2 * size),
                                  far + rng_between(&r, -size, 2 * size)};
        }
        reached += expect_plane(&w, within(units * per_unit, per_unit), p, N, &r);
        network_free(&w);
    }
    assert_true(reached > 10000 && reached < 170000);
    free(p);
}

/* Very long segments, very short ones, large and small numbers. */
static void test_extremes(void **state)
{
    (void)state;
    const double scales[] = {1e-3, 1, 1e5, 1e8};
    rng r = {3};
    for (size_t k = 0; k < 4; k++) {
        network w = {0};
        double s = scales[k];
        network_add(&w, (const spot[]){{-1000 * s, -s}, {1000 * s, s}, {1000 * s, ulps(s, 1)}}, 3);
        network_add(&w, (const spot[]){{0, 0}, {s * 1e-12, s * 1e-12}}, 2);
        spot p[2000];
        for (int i = 0; i < 2000; i++)
            p[i] = (spot){rng_between(&r, -1010 * s, 1010 * s), rng_between(&r, -9 * s, 9 * s)};
        expect_plane(&w, within(s * (double)(k + 1), 1), p, 2000, &r);
        network_free(&w);
    }
}

/* ---------------------------------------------------------------- the index */

/* Against each segment looked at on the ellipsoid, uncut, with no index: whatever the latitude. */
static void test_index_on_the_ellipsoid(void **state)
{
    (void)state;
    enum { N = 1500 };
    rng r = {7};
    size_t reached = 0;
    spot *p = blank(N, sizeof *p);
    uint64_t *served = blank(N, sizeof *served);
    for (int round = 0; round < 48; round++) {
        network w = {0};
        double size = pow(10, rng_between(&r, -3, 1.5));
        spot at = {round % 3 ? rng_between(&r, -180, 180) : 179.9, rng_between(&r, -88, 88)};
        if (round % 4 == 0)
            at.y = 89.9;
        size_t lines = 1 + rng_below(&r, 10);
        for (size_t i = 0; i < lines; i++)
            network_wander(&w, &r, at, size / 10, 1 + rng_below(&r, 20));
        for (size_t i = 0; i < w.n_v; i++)
            w.v[i].y = fmin(fmax(w.v[i].y, -90), 90);
        cov_near_options o = within(fmin(size * 1e5 * pow(10, rng_between(&r, -3, 0.5)), 1e6), 0);
        cov_metric m;
        assert_int_equal(cov_metric_init(&m, &o, NULL), COV_OK);
        double degrees = o.metres / 1e5, wide_degrees = degrees / fmax(cos(at.y / 57.3), 0.01);
        for (int i = 0; i < N; i++) {
            spot near_it = w.v[rng_below(&r, w.n_v)];
            p[i] = (spot){near_it.x + rng_between(&r, -1.5, 1.5) * wide_degrees,
                          near_it.y + rng_between(&r, -1.5, 1.5) * degrees};
            p[i].x += i % 7 == 0 ? 360 : i % 7 == 1 ? -720 : 0;
        }
        cov_footprint *f = footprint_of_network(&w, NULL, o, &r);
        mark_all(f, p, N, served);
        size_t n_pieces;
        piece *s = network_pieces(&w, &n_pieces);
        for (int i = 0; i < N; i++) {
            cov_spot q = cov_metric_spot(&m, (cov_xy){p[i].x, p[i].y});
            bool want = false;
            for (size_t k = 0; k < n_pieces && !want && fabs(p[i].y) <= 90; k++) {
                cov_xy a = {s[k].a.x, s[k].a.y}, b = {s[k].b.x, s[k].b.y};
                cov_segment segment = {a, b, cov_metric_place(&m, a), cov_metric_place(&m, b)};
                want = cov_metric_within(&m, &q, &segment);
            }
            reached += want;
            if (served[i] != want)
                fail_msg("round %d: (%.17g, %.17g) is %swithin %g m", round, p[i].x, p[i].y,
                         want ? "" : "not ", o.metres);
        }
        free(s);
        cov_footprint_free(f);
        network_free(&w);
    }
    assert_true(reached > 10000 && reached < N * 40);
    free(served);
    free(p);
}

static void test_threads_change_nothing(void **state)
{
    (void)state;
    enum { N = 20000 };
    rng r = {8};
    network w = {0}, b = {0};
    for (int i = 0; i < 60; i++)
        network_wander(&w, &r, (spot){rng_between(&r, 105, 106), rng_between(&r, 20, 21)}, 0.004,
                       60);
    for (int i = 0; i < 10; i++)
        network_wander(&b, &r, (spot){rng_between(&r, 105, 106), rng_between(&r, 20, 21)}, 0.01,
                       60);
    spot *p = blank(N, sizeof *p);
    uint64_t *one = blank(N, sizeof *one), *more = blank(N, sizeof *more);
    for (int i = 0; i < N; i++)
        p[i] = (spot){rng_between(&r, 104.9, 106.1), rng_between(&r, 19.9, 21.1)};
    for (int barred = 0; barred < 2; barred++) {
        cov_near_options o = within(700, 0);
        cov_footprint *f = footprint_of_network(&w, barred ? &b : NULL, o, NULL);
        mark_all(f, p, N, one);
        size_t memory = cov_footprint_memory(f);
        cov_footprint_free(f);
        for (unsigned threads = 2; threads <= 40; threads += 19) {
            o.threads = threads;
            f = footprint_of_network(&w, barred ? &b : NULL, o, NULL);
            mark_all(f, p, N, more);
            assert_int_equal(cov_footprint_memory(f), memory);
            assert_memory_equal(one, more, N * sizeof *one);
            cov_footprint_free(f);
        }
    }
    free(one);
    free(more);
    free(p);
    network_free(&w);
    network_free(&b);
}

/* The memory of an index stays in proportion, and building it comes to an end, whatever is asked.
 */
static void expect_bounded(const network *w, cov_near_options o)
{
    cov_footprint *f = footprint_of_network(w, NULL, o, NULL);
    size_t memory = cov_footprint_memory(f);
    if (memory > 100000000 + 1300 * w->n_v)
        fail_msg("%zu bytes for %zu vertices", memory, w->n_v);
    rng r = {9};
    for (int i = 0; i < 10; i++) {
        spot at = w->v[rng_below(&r, w->n_v)];
        assert_true(near_one(f, at.x, at.y));
    }
    cov_footprint_free(f);
}

static void test_hostile_networks(void **state)
{
    (void)state;
    enum { N = 300 };
    const double metres[] = {1e-6, 1e6};
    rng r = {10};
    for (int shape = 0; shape < 5; shape++) {
        network w = {0};
        for (int i = 0; i < N; i++) {
            spot v[2] = {{10, 10}, {10, 10}};
            if (shape == 1) /* all in one spot */
                v[1] = (spot){10 + 1e-9 * rng_unit(&r), 10 + 1e-9 * rng_unit(&r)};
            else if (shape == 2) /* all across the world */
                v[0] = (spot){-540, rng_between(&r, -90, 90)}, v[1] = (spot){540, -v[0].y};
            else if (shape == 3) /* upon each other */
                v[0] = (spot){-180, -89}, v[1] = (spot){180, 89};
            else if (shape == 4) /* two far ends */
                v[0] = v[1] = (spot){i % 2 ? -170 : 170, 80 + 1e-7 * i};
            network_add(&w, v, v[0].x == v[1].x && v[0].y == v[1].y ? 1 : 2);
        }
        for (size_t k = 0; k < sizeof metres / sizeof metres[0]; k++) {
            expect_bounded(&w, within(metres[k], 0));
            expect_bounded(&w, within(metres[k], 1));
        }
        network_free(&w);
    }
}

/* ---------------------------------------------------------------- errors */

static void expect_refused(const shipment *s, const cov_near_options *o, cov_status want,
                           const char *word)
{
    cov_footprint *const untouched = (cov_footprint *)(void *)(uintptr_t)0x10;
    cov_footprint *f = untouched;
    cov_error err = {0, ""};
    cov_status got = cov_footprint_near(s->wkb, s->size, s->n, o, &f, &err);
    if (got != want || err.code != want || strstr(err.message, word) == NULL)
        fail_msg("status %d, \"%s\" instead of %d, \"%s\"", (int)got, err.message, (int)want, word);
    assert_int_equal(cov_footprint_near(s->wkb, s->size, s->n, o, &f, NULL), want);
    assert_ptr_equal(f, untouched);
}

static void test_options(void **state)
{
    (void)state;
    network w = {0};
    network_add(&w, (const spot[]){{0, 0}, {1, 1}}, 2);
    shipment s = ship(&w, NULL);
    const double bad[] = {0, -1, NAN, INFINITY, 1e-7, 1.1e9};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cov_near_options o = within(bad[i], 1);
        expect_refused(&s, &o, COV_ERR_ARGUMENT, "distance");
        o.metres_per_unit = 0;
        expect_refused(&s, &o, COV_ERR_ARGUMENT, "distance");
    }
    cov_near_options o = within(1.1e6, 0);
    expect_refused(&s, &o, COV_ERR_ARGUMENT, "ellipsoid");
    const double units[] = {-1, NAN, INFINITY, 1e-7, 1e7};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        o = within(1, units[i]);
        expect_refused(&s, &o, COV_ERR_ARGUMENT, "per unit");
    }
    const double ellipsoids[][2] = {{0, 0},     {NAN, 0},   {6e6, -0.1},
                                    {6e6, 0.2}, {6e6, NAN}, {1e10, 0}};
    for (size_t i = 0; i < sizeof ellipsoids / sizeof ellipsoids[0]; i++) {
        o = within(1, 0);
        o.semi_major = ellipsoids[i][0];
        o.flattening = ellipsoids[i][1];
        expect_refused(&s, &o, COV_ERR_ARGUMENT, "semi-major");
    }
    o = within(1, 1);
    o.size--;
    expect_refused(&s, &o, COV_ERR_ARGUMENT, "COV_NEAR_OPTIONS_INIT");
    expect_refused(&s, NULL, COV_ERR_ARGUMENT, "cov_near_options");
    o = within(1, 1);
    o.n_barriers = 1;
    expect_refused(&s, &o, COV_ERR_ARGUMENT, "barriers");
    shipment none = s;
    none.n = 0;
    o = within(1, 1);
    expect_refused(&none, &o, COV_ERR_ARGUMENT, "no points or lines");
    none = (shipment){NULL, s.size, 1};
    expect_refused(&none, &o, COV_ERR_ARGUMENT, "no points or lines");
    assert_int_equal(cov_footprint_near(s.wkb, s.size, 1, &o, NULL, NULL), COV_ERR_ARGUMENT);
    shipment_free(&s);
    network_free(&w);
}

static void test_places(void **state)
{
    (void)state;
    const spot planes[] = {{1.1e60, 0}, {0, -1.1e60}};
    const spot degrees[] = {{541, 0}, {0, 90.1}, {-540.1, 0}, {0, ulps(-90, -1)}};
    for (size_t i = 0; i < 6; i++) {
        network w = {0};
        network_add(&w, (const spot[]){{0, 0}, {1, 1}}, 2);
        network_add(&w, (const spot[]){{0, 0}, i < 2 ? planes[i] : degrees[i - 2]}, 2);
        shipment s = ship(&w, NULL), good = s;
        cov_near_options o = within(1, i < 2);
        expect_refused(&s, &o, COV_ERR_GEOMETRY, "geometry 1 ");
        good.n = 1;
        o.barriers = s.wkb;
        o.barrier_sizes = s.size;
        o.n_barriers = 2;
        expect_refused(&good, &o, COV_ERR_GEOMETRY, "barrier 1 ");
        s.size[1]--;
        expect_refused(&good, &o, COV_ERR_GEOMETRY, "barrier 1 ");
        shipment_free(&s);
        network_free(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_point),
        cmocka_unit_test(test_feet),
        cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_whole_numbers_of_25_bits),
        cmocka_unit_test(test_random_lines),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_index_on_the_ellipsoid),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_hostile_networks),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_places),
    };
    return cmocka_run_group_tests_name("near", tests, NULL, NULL);
}
