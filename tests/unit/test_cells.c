/* The point index against brute force with exact arithmetic, on shapes that hurt.
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "exact.h"
#include "handles.h"
#include "geometry/cells.h"
#include "shapes.h"

/* ---------------------------------------------------------------- comparison */

/* The index of a sheet: every owner its own label, or all of them one. */
static cov_cells *index_of(const sheet *s, bool one_label, rng *r)
{
    cov_rings rings = COV_RINGS_INIT;
    cov_cells *cells = NULL;
    cov_error err;
    rings.whether = one_label;
    for (uint32_t i = 0; i < s->n_owners; i++) {
        bytes b = sheet_wkb(s, i, r);
        must(cov_rings_add(&rings, b.at, b.n, one_label ? 1 : i + 1, &err), &err, "cov_rings_add");
        free(b.at);
    }
    must(cov_cells_create(&rings, 1, &cells, &err), &err, "cov_cells_create");
    cov_rings_clear(&rings);
    return cells;
}

static void compare(const sheet *s, const spot *p, size_t n, bool one_label, rng *r)
{
    exact e;
    exact_init(&e);
    cov_cells *cells = index_of(s, one_label, r);
    uint32_t *label = blank(n, sizeof *label);
    uint64_t *served = blank(n, sizeof *served);
    uint8_t *overlap = blank(n, 1);
    memset(overlap, 99, n + 1);
    cov_points points = points_of(p, n);
    for (size_t i = 0; i < n; i++)
        served[i] = 6;
    cov_cells_locate(cells, &points, label, overlap);
    cov_cells_mark(cells, &points, 9, served);
    for (size_t i = 0; i < n; i++) {
        uint32_t first;
        size_t holders = sheet_locate(&e, s, p[i], &first);
        bool somewhere = isfinite(p[i].x) && isfinite(p[i].y);
        uint32_t want = holders > 0 ? (one_label ? 1 : first + 1)
                        : somewhere ? 0
                                    : COV_LABEL_NOWHERE;
        if (label[i] != want)
            fail_msg("(%a, %a) is in %u, not %u", p[i].x, p[i].y, (unsigned)label[i],
                     (unsigned)want);
        if (overlap[i] != (holders > 1 && !one_label))
            fail_msg("(%a, %a) has an overlap of %u", p[i].x, p[i].y, (unsigned)overlap[i]);
        if (served[i] != (holders > 0 ? 15 : 6))
            fail_msg("(%a, %a) is marked %u", p[i].x, p[i].y, (unsigned)served[i]);
    }
    assert_int_equal(overlap[n], 99);
    /* No shape of this file has reason to need more; a runaway subdivision would. */
    assert_in_range(cov_cells_memory(cells), 1, (size_t)64 << 20);
    free(served);
    free(overlap);
    free(label);
    cov_cells_free(cells);
    exact_clear(&e);
}

/* n probes of each kind, once with a label for each owner and once with one for all. */
static void check(const sheet *s, uint64_t seed, size_t n)
{
    rng r = {seed};
    spot *p = blank(n * PROBE_KINDS, sizeof *p);
    for (size_t i = 0; i < n * PROBE_KINDS; i++)
        p[i] = make_probe(&r, s, (probe_kind)(i % PROBE_KINDS)).p;
    compare(s, p, n * PROBE_KINDS, false, NULL);
    compare(s, p, n * PROBE_KINDS, true, &r);
    free(p);
}

/* Every place of a lattice, and its neighbours. */
static void check_lattice(const sheet *s, const double box[4], size_t nx, size_t ny)
{
    rng r = {3};
    spot *p = blank(2 * (nx + 1) * (ny + 1), sizeof *p);
    size_t n = 0;
    for (size_t i = 0; i <= nx; i++) {
        for (size_t k = 0; k <= ny; k++) {
            p[n].x = box[0] + (box[2] - box[0]) * (double)i / (double)nx;
            p[n].y = box[1] + (box[3] - box[1]) * (double)k / (double)ny;
            p[n + 1] = beside(&r, p[n]);
            n += 2;
        }
    }
    compare(s, p, n, false, NULL);
    compare(s, p, n, true, NULL);
    free(p);
}

/* ---------------------------------------------------------------- plain and thin */

static void test_triangle(void **state)
{
    (void)state;
    rng r = {1};
    for (uint64_t round = 0; round < 200; round++) {
        sheet s = {0};
        shape_star(&s, 0, &r, (spot){rng_between(&r, -2, 2), rng_between(&r, -2, 2)}, 0.5, 3, 3);
        spot v[] = {{rng_unit(&r), rng_unit(&r)},
                    {rng_unit(&r) + 2, rng_unit(&r)},
                    {rng_unit(&r), rng_unit(&r) + 2}};
        sheet_ring(&s, 1, 0, v, 3);
        check(&s, round, 50);
        sheet_free(&s);
    }
}

/* Needles in all directions, a billion times as long as wide. */
static void test_needles(void **state)
{
    (void)state;
    rng r = {2};
    sheet s = {0};
    for (uint32_t i = 0; i < 60; i++) {
        double angle = TURN * i / 60, length = pow(10, rng_between(&r, 0, 6));
        spot tip = polar((spot){3, 4}, length, angle);
        spot v[] = {polar((spot){3, 4}, 1e-9, angle + 1), tip,
                    polar(tip, length * 1e-9, angle + TURN / 4)};
        sheet_ring(&s, i, 0, v, 3);
    }
    check(&s, 3, 1500);
    sheet_free(&s);
}

static void test_long_diagonal_strips(void **state)
{
    (void)state;
    sheet s = {0};
    for (uint32_t i = 0; i < 200; i++) {
        double a = i, b = i + 1.0;
        const spot v[] = {{a, 0}, {b, 0}, {b + 1e5, 1e5}, {a + 1e5, 1e5}};
        sheet_ring(&s, i, 0, v, 4);
    }
    check(&s, 4, 1500);
    sheet_free(&s);
}

/* ---------------------------------------------------------------- many vertices */

static void test_stars(void **state)
{
    (void)state;
    rng r = {5};
    const size_t spikes[] = {3, 17, 300, 4000};
    for (size_t i = 0; i < 4; i++) {
        sheet s = {0};
        shape_star(&s, 0, &r, (spot){105.8, 21.02}, 0.01, 2, spikes[i]);
        shape_star(&s, 1, &r, (spot){106.1, 21.3}, 0.5, 1, spikes[i]);
        check(&s, 6 + i, 1000);
        sheet_free(&s);
    }
}

static void test_spiral(void **state)
{
    (void)state;
    sheet s = {0};
    shape_spiral(&s, 0, (spot){0.3, -0.7}, 1, 40);
    check(&s, 10, 1000);
    sheet_free(&s);
}

static void test_combs(void **state)
{
    (void)state;
    sheet s = {0};
    shape_comb(&s, 0, (double[]){0, 0, 4096, 64}, 2048);
    shape_comb(&s, 1, (double[]){0.5, 1, 1024.5, 5000}, 300);
    check(&s, 11, 1000);
    check_lattice(&s, (double[]){0, 0, 4096, 64}, 512, 16);
    sheet_free(&s);
}

static void test_frames(void **state)
{
    (void)state;
    sheet s = {0}, t = {0};
    shape_frames(&s, 0, (spot){0, 0}, 1, 50);
    check(&s, 12, 1500);
    check_lattice(&s, (double[]){-50, -50, 50, 50}, 100, 100);
    for (uint32_t i = 0; i < 50; i += 2) { /* the same as 25 parts of one multipolygon */
        double outer = 50.0 - i, inner = outer - 1;
        sheet_box(&t, 0, i, (double[]){-outer, -outer, outer, outer});
        sheet_box(&t, 0, i, (double[]){-inner, -inner, inner, inner});
    }
    check(&t, 13, 1500);
    check_lattice(&t, (double[]){-50, -50, 50, 50}, 100, 100);
    sheet_free(&s);
    sheet_free(&t);
}

static void test_fans(void **state)
{
    (void)state;
    const size_t wedges[] = {3, 4, 5, 8, 64, 1000};
    for (size_t i = 0; i < 6; i++) {
        sheet s = {0};
        shape_fan(&s, 0, (spot){0, 0}, 1, wedges[i]);
        shape_fan(&s, s.n_owners, (spot){105.1, 20.3}, 0.1, wedges[i]);
        shape_fan(&s, s.n_owners, (spot){-5.5, 0.1}, 5, wedges[i]);  /* overlaps the first */
        sheet_box(&s, s.n_owners, 0, (double[]){-20, -20, 120, 40}); /* and this, all of them */
        check(&s, 14 + i, 1000);
        sheet_free(&s);
    }
}

/* ---------------------------------------------------------------- clustered detail */

static void micro(sheet *s, uint32_t first, rng *r, spot corner, double size, size_t side)
{
    for (size_t i = 0; i < side * side; i++) {
        double x = corner.x + size * (double)(i % side), y = corner.y + size * (double)(i / side);
        if (i % 2)
            sheet_box(s, first + (uint32_t)i, 0, (double[]){x, y, x + size, y + size});
        else
            shape_star(s, first + (uint32_t)i, r, (spot){x + size / 2, y + size / 2}, size / 4,
                       size, 5);
    }
}

/* One huge polygon and thousands of micro polygons in one spot of it. */
static void test_cluster(void **state)
{
    (void)state;
    rng r = {20};
    const spot corners[] = {{0, 0}, {105.123, 20.456}, {-999999, 999990}};
    for (size_t i = 0; i < 3; i++) {
        sheet s = {0};
        sheet_box(&s, 0, 0, (double[]){-1e6, -1e6, 1e6, 1e6});
        micro(&s, 1, &r, corners[i], i == 0 ? 1e-12 : 1e-6, 60);
        check(&s, 21 + i, 700);
        sheet_free(&s);
    }
}

/* Detail on every scale: each square a quarter of the last, towards one corner. */
static void test_zoom(void **state)
{
    (void)state;
    sheet s = {0}, t = {0};
    for (uint32_t i = 0; i < 400; i++) {
        double size = ldexp(1, -(int)i);
        sheet_box(&s, i, 0, (double[]){0, 0, size, size});
        sheet_box(&t, i, 0, (double[]){size / 2, 0, size, size});
    }
    check(&s, 24, 1500);
    check(&t, 25, 1500);
    sheet_free(&s);
    sheet_free(&t);
}

/* ---------------------------------------------------------------- magnitudes */

/* Ulp-sized polygons far from 0: not one double between their vertices. */
static void test_ulp_polygons(void **state)
{
    (void)state;
    const double bases[] = {1, 105.5, 1e15, 1e-5, -1e15, 0x1p52};
    for (size_t k = 0; k < 6; k++) {
        sheet s = {0};
        for (uint32_t i = 0; i < 64; i++) {
            double x = ulps(bases[k], (int)(i % 8)), y = ulps(bases[k], (int)(i / 8));
            spot v[] = {{x, y}, {ulps(x, 1), y}, {ulps(x, 1), ulps(y, 1)}, {x, ulps(y, 1)}};
            sheet_ring(&s, 2 * i, 0, v, 3); /* two triangles a cell */
            v[1] = v[2];
            v[2] = v[3];
            sheet_ring(&s, 2 * i + 1, 0, v, 3);
        }
        check(&s, 30 + k, 500);
        sheet_free(&s);
    }
}

static void test_one_ulp_triangle(void **state)
{
    (void)state;
    const double numbers[] = {0, 1, -3, 105.75, 1e15, 1e150, 1e-300, 0x1p-1074, 0x1p-1022};
    for (uint64_t i = 0; i < 81; i++) {
        double x = numbers[i % 9], y = numbers[i / 9], back = x >= 1e150 || y >= 1e150 ? -1 : 1;
        const spot v[] = {{x, y}, {ulps(x, (int)back), y}, {x, ulps(y, (int)back)}};
        sheet s = {0};
        sheet_ring(&s, 0, 0, v, 3);
        check(&s, 40 + i, 40);
        sheet_free(&s);
    }
}

static void test_subnormal(void **state)
{
    (void)state;
    const double tiny = 0x1p-1074;
    sheet s = {0};
    for (uint32_t i = 0; i < 49; i++) {
        double x = tiny * ((double)(i % 7) - 3), y = tiny * ((double)(i / 7) - 3);
        sheet_box(&s, i, 0, (double[]){x, y, x + tiny, y + tiny});
    }
    sheet_box(&s, 49, 0, (double[]){-1, -1, 1, 1});
    sheet_box(&s, 50, 0, (double[]){-tiny, -1e-300, tiny, 1e-300});
    check(&s, 130, 1500);
    check_lattice(&s, (double[]){-8 * tiny, -8 * tiny, 8 * tiny, 8 * tiny}, 16, 16);
    sheet_free(&s);
    rng r = {131};
    shape_star(&s, 0, &r, (spot){0, 0}, 1e-310, 1e-308, 20);
    check(&s, 132, 1000);
    sheet_free(&s);
}

static void test_extremes(void **state)
{
    (void)state;
    rng r = {140};
    sheet s = {0};
    sheet_box(&s, 0, 0, (double[]){-1e150, -1e150, 1e150, 1e150});
    shape_star(&s, 1, &r, (spot){0, 0}, 1e149, 9e149, 50);
    shape_star(&s, 2, &r, (spot){105, 21}, 0.1, 1, 50);
    shape_fan(&s, 3, (spot){5e149, -5e149}, 4e149, 16);
    shape_star(&s, 19, &r, (spot){0, 0}, 1e-300, 1e-299, 10);
    check(&s, 141, 1500);
    sheet_free(&s);
    shape_fan(&s, 0, (spot){1e140, 1e140}, 1e139, 64);
    check(&s, 142, 1000);
    sheet_free(&s);
}

/* A box that is wide and flat beyond any ratio of cells. */
static void test_flat_extents(void **state)
{
    (void)state;
    sheet s = {0};
    for (uint32_t i = 0; i < 100; i++)
        sheet_box(&s, i, 0, (double[]){i * 1e100, 5, (i + 1) * 1e100, ulps(5, 1)});
    check(&s, 143, 800);
    sheet_free(&s);
    for (uint32_t i = 0; i < 100; i++)
        sheet_box(&s, i, 0, (double[]){0, i * 1e-300, 1e150, (i + 1) * 1e-300});
    check(&s, 144, 800);
    sheet_free(&s);
}

/* ---------------------------------------------------------------- lines of the grid */

/* Whatever the index divides the extent into, some of these sides lie on its lines. */
static void test_on_every_line(void **state)
{
    (void)state;
    const size_t sides[] = {1, 2, 3, 5, 7, 8, 10, 16, 31, 32, 33, 64};
    for (size_t k = 0; k < sizeof sides / sizeof sides[0]; k++) {
        size_t n = sides[k];
        sheet s = {0};
        for (size_t i = 0; i < n * n; i++) {
            double x = (double)(i % n), y = (double)(i / n);
            sheet_box(&s, (uint32_t)i, 0, (double[]){x, y, x + 1, y + 1});
        }
        double side = (double)n;
        check(&s, 150 + k, 200);
        check_lattice(&s, (double[]){0, 0, side, side}, 64, 64);
        check_lattice(&s, (double[]){-1, -1, side + 1, side + 1}, n + 2, n + 2);
        check_lattice(&s, (double[]){0, 0, side, side}, 60, 70);
        sheet_free(&s);
    }
}

/* The sides of squares whose corners are tenths and thirds: no double is on them but by rounding.
 */
static void test_uneven_lines(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 6; k++) {
        double step = k % 2 ? 0.1 : 1.0 / 3, from = k / 2 == 0 ? 0 : k / 2 == 1 ? 105.3 : -1e6;
        sheet s = {0};
        for (uint32_t i = 0; i < 400; i++) {
            double x = from + step * (i % 20), y = from + step * (i / 20);
            double right = from + step * (i % 20 + 1), top = from + step * (i / 20 + 1);
            sheet_box(&s, i, 0, (double[]){x, y, right, top});
        }
        check(&s, 170 + k, 500);
        check_lattice(&s, (double[]){from, from, from + 20 * step, from + 20 * step}, 80, 80);
        sheet_free(&s);
    }
}

static void test_overlapping_boxes(void **state)
{
    (void)state;
    rng r = {180};
    for (uint64_t round = 0; round < 30; round++) {
        sheet s = {0};
        shape_boxes(&s, 0, &r, 32, 40);
        check(&s, 181 + round, 100);
        check_lattice(&s, (double[]){0, 0, 32, 32}, 32, 32);
        sheet_free(&s);
    }
}

/* The largest labels there are: sums of a few of them pass 2^32. One large box, and many alike. */
static void test_large_labels(void **state)
{
    (void)state;
    const uint32_t last = (UINT32_C(1) << 30) - 2; /* of COV_ERR_LIMIT's "over 2^30-2 areas" */
    for (uint32_t n = 1; n < 40; n++) {
        sheet s = {0};
        cov_rings rings = COV_RINGS_INIT;
        cov_cells *cells = NULL;
        for (uint32_t i = 0; i < n; i++) {
            double side = i == 0 ? 8 : 4;
            sheet_box(&s, i, 0, (double[]){0, 0, side, side});
            bytes b = sheet_wkb(&s, i, NULL);
            assert_int_equal(cov_rings_add(&rings, b.at, b.n, last - i, NULL), COV_OK);
            free(b.at);
        }
        assert_int_equal(cov_cells_create(&rings, 1, &cells, NULL), COV_OK);
        for (int i = 0; i < 33 * 33; i++) {
            const spot p = {i % 33 / 4.0, i / 33 / 4.0};
            cov_points points = points_of(&p, 1);
            uint32_t label = 0;
            uint64_t served = 0;
            uint8_t overlap = 99;
            cov_cells_locate(cells, &points, &label, &overlap);
            cov_cells_mark(cells, &points, 1, &served);
            bool in = p.x < 8 && p.y < 8, deep = p.x < 4 && p.y < 4 && n > 1;
            assert_int_equal(label, deep ? last - n + 1 : in ? last : 0);
            assert_int_equal(overlap, deep);
            assert_int_equal(served, in);
        }
        cov_cells_free(cells);
        cov_rings_clear(&rings);
        sheet_free(&s);
    }
}

/* Outside the extent by one ulp, at its corners and sides: nobody's, or the border's owner. */
static void test_corners_of_the_extent(void **state)
{
    (void)state;
    sheet s = {0};
    sheet_box(&s, 0, 0, (double[]){105.1, 20.2, 106.3, 21.4});
    spot p[36];
    const double xs[] = {105.1, 106.3}, ys[] = {20.2, 21.4};
    for (int i = 0; i < 36; i++)
        p[i] = (spot){ulps(xs[i / 18], i % 3 - 1), ulps(ys[i / 9 % 2], i / 3 % 3 - 1)};
    compare(&s, p, 36, false, NULL);
    sheet_free(&s);
}

static void test_free_accepts_null(void **state)
{
    (void)state;
    cov_cells_free(NULL);
}

/* Several threads build rows of their own, whose numbers are moved when they are joined: a layer
 * that is large enough to be divided, with overlaps, so that nodes, lists and sets all occur. */
static cov_cells *lattice_of_boxes(unsigned threads)
{
    enum { SIDE_BOXES = 240 };
    cov_rings rings = COV_RINGS_INIT;
    cov_cells *cells = NULL;
    for (uint32_t i = 0; i < SIDE_BOXES * SIDE_BOXES; i++) {
        double x = i % SIDE_BOXES, y = i / SIDE_BOXES, size = i % 7 == 0 ? 1.3 : 1;
        sheet s = {0};
        sheet_box(&s, 0, 0, (double[]){x, y, x + size, y + size});
        bytes b = sheet_wkb(&s, 0, NULL);
        assert_int_equal(cov_rings_add(&rings, b.at, b.n, i + 1, NULL), COV_OK);
        free(b.at);
        sheet_free(&s);
    }
    assert_int_equal(cov_cells_create(&rings, threads, &cells, NULL), COV_OK);
    return cells;
}

static void test_threads_change_nothing(void **state)
{
    (void)state;
    enum { N = 200000 };
    rng r = {77};
    spot *p = malloc(N * sizeof *p);
    for (size_t i = 0; i < N; i++) {
        p[i] = (spot){rng_between(&r, -1, 242), rng_between(&r, -1, 242)};
        if (i % 2 == 0) /* on the lines of the lattice */
            p[i].x = floor(p[i].x);
    }
    cov_points points = points_of(p, N);
    uint32_t *one = malloc(N * sizeof *one), *many = malloc(N * sizeof *many);
    uint8_t *one_overlap = blank(N, 1), *many_overlap = blank(N, 1);
    cov_cells *cells = lattice_of_boxes(1);
    cov_cells_locate(cells, &points, one, one_overlap);
    cov_cells_free(cells);
    size_t overlaps = 0;
    for (size_t i = 0; i < N; i++)
        overlaps += one_overlap[i];
    assert_true(overlaps > N / 100);
    for (unsigned threads = 2; threads <= 6; threads += 2) {
        cells = lattice_of_boxes(threads);
        cov_cells_locate(cells, &points, many, many_overlap);
        cov_cells_free(cells);
        assert_memory_equal(many_overlap, one_overlap, N);
        assert_memory_equal(many, one, N * sizeof *one);
    }
    free(p);
    free(one);
    free(many);
    free(one_overlap);
    free(many_overlap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_triangle),
        cmocka_unit_test(test_needles),
        cmocka_unit_test(test_long_diagonal_strips),
        cmocka_unit_test(test_stars),
        cmocka_unit_test(test_spiral),
        cmocka_unit_test(test_combs),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_fans),
        cmocka_unit_test(test_cluster),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_zoom),
        cmocka_unit_test(test_ulp_polygons),
        cmocka_unit_test(test_one_ulp_triangle),
        cmocka_unit_test(test_subnormal),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_flat_extents),
        cmocka_unit_test(test_on_every_line),
        cmocka_unit_test(test_uneven_lines),
        cmocka_unit_test(test_overlapping_boxes),
        cmocka_unit_test(test_large_labels),
        cmocka_unit_test(test_corners_of_the_extent),
        cmocka_unit_test(test_free_accepts_null),
    };
    return cmocka_run_group_tests_name("cells", tests, NULL, NULL);
}
