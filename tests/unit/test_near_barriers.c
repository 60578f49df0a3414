/* Footprints by distance that barriers cut off. SPDX-License-Identifier: MIT
 *
 * The oracle looks at every segment, in whole numbers of 128 bits, or in long double where the
 * coordinates are any. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "segments.h"

/* A fraction of whole numbers (x / w, y / w). */
typedef struct ratio_spot {
    wide x, y, w;
} ratio_spot;

static ratio_spot nearest_whole(piece s, spot p)
{
    wide ax = (wide)s.a.x, ay = (wide)s.a.y, abx = (wide)s.b.x - ax, aby = (wide)s.b.y - ay;
    wide length = abx * abx + aby * aby, along = ((wide)p.x - ax) * abx + ((wide)p.y - ay) * aby;
    if (length == 0 || along <= 0)
        return (ratio_spot){ax, ay, 1};
    if (along >= length)
        return (ratio_spot){ax + abx, ay + aby, 1};
    return (ratio_spot){ax * length + along * abx, ay * length + along * aby, length};
}

static int turn_to(spot a, spot b, ratio_spot q)
{
    wide dx = (wide)(b.x - a.x), dy = (wide)(b.y - a.y);
    return sign_of(dx * (q.y - (wide)a.y * q.w) - dy * (q.x - (wide)a.x * q.w));
}

/* The side of p -> q that c lies on, or, on it, a hair to the north-east of c. */
static int side_of(spot p, ratio_spot q, spot c)
{
    wide dx = q.x - (wide)p.x * q.w, dy = q.y - (wide)p.y * q.w;
    int turn = sign_of(dx * (wide)(c.y - p.y) - dy * (wide)(c.x - p.x));
    return turn != 0 ? turn : dy != 0 ? -sign_of(dy) : sign_of(dx);
}

static bool crosses_whole(spot p, ratio_spot q, piece b)
{
    ratio_spot from = {(wide)p.x, (wide)p.y, 1};
    return turn_to(b.a, b.b, from) * turn_to(b.a, b.b, q) < 0 &&
           side_of(p, q, b.a) != side_of(p, q, b.b);
}

static bool passed_whole(const piece *s, size_t n, const piece *b, size_t n_b, spot p, int64_t d)
{
    for (size_t i = 0; i < n; i++) {
        if (!within_whole(s[i], p, d))
            continue;
        ratio_spot q = nearest_whole(s[i], p);
        bool crossed = false;
        for (size_t k = 0; k < n_b && !crossed; k++)
            crossed = crosses_whole(p, q, b[k]);
        if (!crossed)
            return true;
    }
    return false;
}

/* Nets of points and of lines along the axes, whose nearest places are whole numbers: everything
 * touches everything, and each decision is exact. */
static void test_barriers_on_whole_numbers(void **state)
{
    (void)state;
    enum { SIDE = 16 };
    rng r = {4};
    size_t passed = 0, stopped = 0;
    for (int round = 0; round < 400; round++) {
        network w = {0}, b = {0};
        size_t lines = 1 + rng_below(&r, 4), fences = 1 + rng_below(&r, 5);
        for (size_t i = 0; i < lines; i++) {
            spot v[3] = {{(double)rng_below(&r, SIDE), (double)rng_below(&r, SIDE)}};
            v[1] = (spot){v[0].x, (double)rng_below(&r, SIDE)};
            v[2] = (spot){(double)rng_below(&r, SIDE), v[1].y};
            network_add(&w, v, 1 + rng_below(&r, 3));
        }
        for (size_t i = 0; i < fences; i++) {
            spot v[4];
            for (size_t k = 0; k < 4; k++)
                v[k] = (spot){(double)rng_below(&r, SIDE), (double)rng_below(&r, SIDE)};
            network_add(&b, v, 2 + rng_below(&r, 3));
        }
        int64_t d = 1 + (int64_t)rng_below(&r, 9);
        cov_footprint *f = footprint_of_network(&w, &b, within((double)d, 1), &r);
        size_t n, n_b;
        piece *s = network_pieces(&w, &n), *fence = network_pieces(&b, &n_b);
        for (int x = -4; x < SIDE + 4; x++) {
            for (int y = -4; y < SIDE + 4; y++) {
                bool want = passed_whole(s, n, fence, n_b, (spot){x, y}, d);
                passed += want;
                stopped += !want && passed_whole(s, n, NULL, 0, (spot){x, y}, d);
                if (near_one(f, x, y) != want)
                    fail_msg("round %d: (%d, %d) is %s", round, x, y, want ? "passed" : "stopped");
            }
        }
        free(s);
        free(fence);
        cov_footprint_free(f);
        network_free(&w);
        network_free(&b);
    }
    assert_true(passed > 10000 && stopped > 10000);
}

static bool crosses_long(spot p, long double qx, long double qy, piece b)
{
    long double dx = (long double)b.b.x - b.a.x, dy = (long double)b.b.y - b.a.y;
    long double ex = qx - p.x, ey = qy - p.y;
    long double one = dx * (p.y - (long double)b.a.y) - dy * (p.x - (long double)b.a.x);
    long double two = dx * (qy - b.a.y) - dy * (qx - b.a.x);
    long double three = ex * ((long double)b.a.y - p.y) - ey * ((long double)b.a.x - p.x);
    long double four = ex * ((long double)b.b.y - p.y) - ey * ((long double)b.b.x - p.x);
    return (one > 0) != (two > 0) && (three > 0) != (four > 0);
}

static bool passed_long(const piece *s, size_t n, const piece *b, size_t n_b, spot p, double d)
{
    for (size_t i = 0; i < n; i++) {
        if (distance(s[i], p) > d)
            continue;
        long double abx = (long double)s[i].b.x - s[i].a.x, aby = (long double)s[i].b.y - s[i].a.y;
        long double length = abx * abx + aby * aby;
        long double t = ((p.x - (long double)s[i].a.x) * abx + (p.y - (long double)s[i].a.y) * aby);
        t = length > 0 ? fminl(fmaxl(t / length, 0), 1) : 0;
        bool crossed = false;
        for (size_t k = 0; k < n_b && !crossed; k++)
            crossed = crosses_long(p, s[i].a.x + t * abx, s[i].a.y + t * aby, b[k]);
        if (!crossed)
            return true;
    }
    return false;
}

/* Anywhere, in dense nets and thin ones: cells that hold the answer must know of the barriers. */
static void test_barriers_anywhere(void **state)
{
    (void)state;
    enum { N = 2500 };
    rng r = {5};
    size_t passed = 0, stopped = 0;
    spot *p = blank(N, sizeof *p);
    uint64_t *served = blank(N, sizeof *served);
    for (int round = 0; round < 40; round++) {
        network w = {0}, b = {0};
        size_t lines = 1 + rng_below(&r, 20), fences = 1 + rng_below(&r, 4);
        for (size_t i = 0; i < lines; i++)
            network_wander(&w, &r, (spot){rng_between(&r, 0, 1000), rng_between(&r, 0, 1000)},
                           round % 2 ? 20 : 100, 1 + rng_below(&r, 30));
        for (size_t i = 0; i < fences; i++)
            network_wander(&b, &r, (spot){rng_between(&r, 0, 1000), rng_between(&r, 0, 1000)}, 60,
                           2 + rng_below(&r, 40));
        double d = rng_between(&r, 5, 400);
        cov_footprint *f = footprint_of_network(&w, &b, within(d, 1), &r);
        size_t n, n_b;
        piece *s = network_pieces(&w, &n), *fence = network_pieces(&b, &n_b);
        for (int i = 0; i < N; i++)
            p[i] = (spot){rng_between(&r, -200, 1200), rng_between(&r, -200, 1200)};
        mark_all(f, p, N, served);
        for (int i = 0; i < N; i++) {
            bool want = passed_long(s, n, fence, n_b, p[i], d);
            passed += want;
            stopped += !want && passed_long(s, n, NULL, 0, p[i], d);
            if (served[i] != want)
                fail_msg("round %d: (%a, %a) is %s", round, p[i].x, p[i].y,
                         want ? "passed" : "stopped");
        }
        free(s);
        free(fence);
        cov_footprint_free(f);
        network_free(&w);
        network_free(&b);
    }
    assert_true(passed > 10000 && stopped > 1000);
    free(served);
    free(p);
}

/* A cable on the bank serves its side, whichever way its nearest place is rounded; a node in the
 * middle of a bridge serves both. */
static void test_banks(void **state)
{
    (void)state;
    rng r = {6};
    for (int round = 0; round < 200; round++) {
        network w = {0}, b = {0};
        double angle = rng_between(&r, 0, 6.3), dx = cos(angle), dy = sin(angle);
        spot at = {rng_between(&r, 0, 1e6), rng_between(&r, 0, 1e6)};
        const spot bank[] = {at, {at.x + 1000 * dx, at.y + 1000 * dy}};
        network_add(&w, bank, 2);
        network_add(&b, bank, 2);
        cov_footprint *f = footprint_of_network(&w, &b, within(100, 1), NULL);
        for (int i = 0; i < 50; i++) {
            double along = rng_between(&r, 1, 999), off = rng_between(&r, 0.5, 99);
            spot p = {at.x + along * dx, at.y + along * dy};
            assert_true(near_one(f, p.x - off * dy, p.y + off * dx));
            assert_true(near_one(f, p.x + off * dy, p.y - off * dx));
        }
        cov_footprint_free(f);
        network_free(&w);
        network_free(&b);
    }
}

/* Lines of one place, closed rings of polygons, and a river with both its banks. */
static void test_kinds_of_barriers(void **state)
{
    (void)state;
    network w = {0};
    network_add(&w, (const spot[]){{0, 0}}, 1);
    sheet river = {0};
    sheet_box(&river, 0, 0, (double[]){2, -50, 4, 50});
    bytes b = sheet_wkb(&river, 0, NULL);
    const void *wkb = b.at;
    cov_near_options o = within(10, 1);
    o.barriers = &wkb;
    o.barrier_sizes = &b.n;
    o.n_barriers = 1;
    cov_footprint *f = footprint_of_network(&w, NULL, o, NULL);
    assert_true(near_one(f, 1, 0));
    assert_true(near_one(f, 2, 0));  /* on the bank */
    assert_false(near_one(f, 3, 0)); /* on an island */
    assert_false(near_one(f, 5, 0)); /* beyond both banks */
    assert_true(near_one(f, -5, 0));
    cov_footprint_free(f);
    free(b.at);
    sheet_free(&river);
    network_free(&w);
}

/* A segment along a parallel bends, and is cut inside: still it has one drop, to its nearest place,
 * not one to each cut. Behind a fence of its own each household is stopped. */
static void test_one_drop_a_segment(void **state)
{
    (void)state;
    enum { N = 500 };
    network w = {0}, b = {0};
    network_add(&w, (const spot[]){{0, 60}, {10, 60}}, 2);
    for (int i = 1; i < N; i++) {
        double x = 10.0 * i / N;
        network_add(&b, (const spot[]){{x - 0.004, 60.005}, {x + 0.004, 60.005}}, 2);
    }
    cov_footprint *f = footprint_of_network(&w, &b, within(5000, 0), NULL);
    for (int i = 1; i < N; i++) {
        double x = 10.0 * i / N;
        assert_false(near_one(f, x, 60.01));
        assert_true(near_one(f, x + 0.01, 60.01));
        assert_true(near_one(f, x, 60.004));
        assert_true(near_one(f, x, 59.99));
    }
    cov_footprint_free(f);
    network_free(&w);
    network_free(&b);
}

/* The drop across the antimeridian is the short one, whichever way longitudes are written. */
static void test_barriers_at_the_antimeridian(void **state)
{
    (void)state;
    const double barriers[] = {0, 90, 180, -180, 540};
    for (size_t i = 0; i < 5; i++) {
        network w = {0}, b = {0};
        double x = barriers[i];
        bool crossed = fabs(x) >= 180;
        network_add(&w, (const spot[]){{179.999, 0}}, 1);
        network_add(&w, (const spot[]){{-179.9995, 50}}, 1); /* longitudes of both kinds */
        network_add(&b, (const spot[]){{x, -10}, {x, 10}}, 2);
        cov_footprint *f = footprint_of_network(&w, &b, within(500, 0), NULL);
        assert_int_equal(near_one(f, -179.999, 0.0001), !crossed);
        assert_int_equal(near_one(f, 180.001, 0.0001), !crossed);
        assert_true(near_one(f, 179.998, 0.0001));
        assert_true(near_one(f, -180.002, 0.0001));
        cov_footprint_free(f);
        network_free(&w);
        network_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_barriers_on_whole_numbers),
        cmocka_unit_test(test_barriers_anywhere),
        cmocka_unit_test(test_banks),
        cmocka_unit_test(test_kinds_of_barriers),
        cmocka_unit_test(test_one_drop_a_segment),
        cmocka_unit_test(test_barriers_at_the_antimeridian),
    };
    return cmocka_run_group_tests_name("near barriers", tests, NULL, NULL);
}
