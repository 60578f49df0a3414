/* Shares of cells: against areas known by heart, and against each cell cut out of each ring.
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "meshes.h"

#include "geometry/fraction.h"

/* ---------------------------------------------------------------- helpers */

enum { COLUMNS = 70, ROWS = 50 };

/* The shares of one label or of the sum of all. */
typedef struct shares {
    uint64_t cell[ROWS][COLUMNS];
} shares;

static cov_rings rings_of(const sheet *s, rng *r)
{
    cov_rings rings = COV_RINGS_INIT;
    for (uint32_t k = 0; k < s->n_owners; k++) {
        bytes b = sheet_wkb(s, k, r);
        cov_error err;
        if (cov_rings_add(&rings, b.at, b.n, k, &err) != COV_OK)
            fail_msg("%s", err.message);
        free(b.at);
    }
    return rings;
}

/* y the other way: the row below is the one to the south. */
static void mirror(cov_rings *rings)
{
    for (size_t i = 0; i < rings->n_vertices; i++)
        rings->vertex[i].y = ROWS - rings->vertex[i].y;
}

/* Strips are in order, inside the raster, and never two where one would do. */
static void check_strips(const cov_strip *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_true(s[i].n > 0 && s[i].column + s[i].n <= COLUMNS);
        assert_true(s[i].share > 0 && s[i].share <= COV_WHOLE);
        if (i == 0 || s[i - 1].label < s[i].label)
            continue;
        assert_int_equal(s[i - 1].label, s[i].label);
        assert_true(s[i - 1].column + s[i - 1].n <= s[i].column);
        assert_true(s[i - 1].column + s[i - 1].n < s[i].column || s[i - 1].share != s[i].share);
    }
}

/* The shares of label `label`, or, with -1, the sum over all. */
static void add_row(shares *out, size_t row, const cov_strip *strip, size_t n, int64_t label)
{
    check_strips(strip, n);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < strip[i].n && (label < 0 || strip[i].label == label); k++)
            out->cell[row][strip[i].column + k] += strip[i].share;
    }
}

static void lay(const cov_rings *rings, bool mirrored, int64_t label, shares *out)
{
    cov_fraction *f = NULL;
    cov_error err;
    memset(out, 0, sizeof *out);
    assert_int_equal(cov_fraction_create(rings, mirrored, COLUMNS, ROWS, &f, &err), COV_OK);
    for (size_t row = 0; row < ROWS; row++) {
        const cov_strip *strip = NULL;
        size_t n = 0;
        assert_int_equal(cov_fraction_row(f, row, &strip, &n, &err), COV_OK);
        add_row(out, row, strip, n, label);
    }
    cov_fraction_free(f);
}

static double share_of_cell(const shares *s, size_t row, size_t column)
{
    return (double)s->cell[row][column] / (double)COV_WHOLE;
}

/* ---------------------------------------------------------------- the other way */

typedef struct place {
    long double x, y;
} place;

/* Sutherland and Hodgman: what is left of a ring on one side of a line. */
static size_t cut(const place *in, size_t n, int axis, long double at, int keep, place *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        place a = in[i], b = in[(i + 1) % n];
        long double da = (axis ? a.y : a.x) - at, db = (axis ? b.y : b.x) - at;
        bool a_in = da * keep >= 0, b_in = db * keep >= 0;
        if (a_in)
            out[kept++] = a;
        if (a_in != b_in)
            out[kept++] = axis ? (place){a.x + da / (da - db) * (b.x - a.x), at}
                               : (place){at, a.y + da / (da - db) * (b.y - a.y)};
    }
    return kept;
}

static long double area_of(const place *p, size_t n)
{
    long double sum = 0;
    for (size_t i = 1; i + 1 < n; i++)
        sum +=
            (p[i].x - p[0].x) * (p[i + 1].y - p[0].y) - (p[i + 1].x - p[0].x) * (p[i].y - p[0].y);
    return fabsl(sum) / 2;
}

static long double area_in_cell(const sheet *s, const loop *l, size_t row, size_t column)
{
    size_t n = l->n - 1;
    place *a = blank(4 * n + 16, sizeof *a), *b = blank(4 * n + 16, sizeof *b);
    for (size_t i = 0; i < n; i++)
        a[i] = (place){s->v[l->first + i].x, s->v[l->first + i].y};
    n = cut(a, n, 0, (long double)column, 1, b);
    n = cut(b, n, 0, (long double)column + 1, -1, a);
    n = cut(a, n, 1, (long double)row, 1, b);
    n = cut(b, n, 1, (long double)row + 1, -1, a);
    long double area = area_of(a, n);
    free(a);
    free(b);
    return area;
}

static double expected(const sheet *s, uint32_t owner, size_t row, size_t column)
{
    long double sum = 0;
    for (size_t i = 0; i < s->n_loops; i++) {
        if (s->loop[i].owner != owner)
            continue;
        bool shell =
            i == 0 || s->loop[i - 1].owner != owner || s->loop[i - 1].part != s->loop[i].part;
        sum += (shell ? 1 : -1) * area_in_cell(s, &s->loop[i], row, column);
    }
    return (double)sum;
}

/* Every owner of a sheet, rows running south and, mirrored, north. */
static void compare(const sheet *s, rng *r, double tolerance)
{
    static shares found, mirrored;
    cov_rings rings = rings_of(s, r), turned = rings_of(s, r);
    mirror(&turned);
    for (uint32_t k = 0; k < s->n_owners; k++) {
        lay(&rings, false, k, &found);
        lay(&turned, true, k, &mirrored);
        for (size_t row = 0; row < ROWS; row++) {
            for (size_t c = 0; c < COLUMNS; c++) {
                double e = expected(s, k, row, c), f = share_of_cell(&found, row, c);
                double m = share_of_cell(&mirrored, ROWS - 1 - row, c);
                if (fabs(f - e) > tolerance || fabs(m - e) > tolerance)
                    fail_msg("owner %u, row %zu, column %zu: %.17g, mirrored %.17g, is %.17g", k,
                             row, c, f, m, e);
            }
        }
    }
    cov_rings_clear(&rings);
    cov_rings_clear(&turned);
}

/* ---------------------------------------------------------------- rectangles */

static double overlap(double low, double high, size_t k)
{
    return fmax(0, fmin(high, (double)k + 1) - fmax(low, (double)k));
}

static void test_rectangles(void **state)
{
    (void)state;
    static shares found;
    rng r = {1};
    for (int i = 0; i < 300; i++) {
        double x[2], y[2];
        for (int k = 0; k < 2; k++) {
            x[k] = rng_between(&r, -20, COLUMNS + 20);
            y[k] = rng_between(&r, -20, ROWS + 20);
        }
        double box[] = {fmin(x[0], x[1]), fmin(y[0], y[1]), fmax(x[0], x[1]), fmax(y[0], y[1])};
        sheet s = {0};
        sheet_box(&s, 0, 0, box);
        cov_rings rings = rings_of(&s, &r);
        lay(&rings, false, 0, &found);
        for (size_t row = 0; row < ROWS; row++) {
            for (size_t c = 0; c < COLUMNS; c++) {
                double e = overlap(box[0], box[2], c) * overlap(box[1], box[3], row);
                assert_true(fabs(share_of_cell(&found, row, c) - e) < 1e-14);
            }
        }
        cov_rings_clear(&rings);
        sheet_free(&s);
    }
}

/* Borders on the lines between cells: nothing is left to rounding. */
static void test_aligned(void **state)
{
    (void)state;
    static shares found;
    sheet s = {0};
    sheet_box(&s, 0, 0, (const double[]){3, 4, 60, 40});
    sheet_box(&s, 0, 0, (const double[]){10, 10, 11, 30});
    sheet_box(&s, 0, 1, (const double[]){0, 45, 70, 50});
    cov_rings rings = rings_of(&s, NULL);
    lay(&rings, false, 0, &found);
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            bool in = (row >= 4 && row < 40 && c >= 3 && c < 60) || row >= 45;
            bool hole = row >= 10 && row < 30 && c == 10;
            assert_true(found.cell[row][c] == (in && !hole ? COV_WHOLE : 0));
        }
    }
    cov_rings_clear(&rings);
    sheet_free(&s);
}

/* One strip a row, from the first to the last column. */
static void test_larger_than_the_raster(void **state)
{
    (void)state;
    static const double far[] = {80, 1e6, 1e9, 1e17, 1e149};
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
        double d = far[i];
        /* the slanting sides pass far away */
        const spot v[] = {{-3 * d, -d}, {3 * d, -d}, {d, 2 * d}, {-d, 2 * d}};
        sheet s = {0};
        sheet_ring(&s, 0, 0, v, 4);
        cov_rings rings = rings_of(&s, NULL);
        cov_fraction *f = NULL;
        assert_int_equal(cov_fraction_create(&rings, false, COLUMNS, ROWS, &f, NULL), COV_OK);
        for (size_t row = 0; row < ROWS; row++) {
            const cov_strip *strip = NULL;
            size_t n = 0;
            assert_int_equal(cov_fraction_row(f, row, &strip, &n, NULL), COV_OK);
            assert_int_equal(n, 1);
            assert_true(strip->column == 0 && strip->n == COLUMNS && strip->share == COV_WHOLE);
        }
        cov_fraction_free(f);
        cov_rings_clear(&rings);
        sheet_free(&s);
    }
}

/* An edge that passes through the raster from far to far, at row 25 all the way. */
static void test_endless_edge(void **state)
{
    (void)state;
    static shares found;
    static const double far[] = {1e9, 1e17, 1e149};
    for (size_t i = 0; i < 3; i++) {
        const spot v[] = {{-far[i], 0}, {far[i], 50}, {0, far[i]}};
        sheet s = {0};
        sheet_ring(&s, 0, 0, v, 3);
        cov_rings rings = rings_of(&s, NULL);
        lay(&rings, false, 0, &found);
        for (size_t row = 0; row < ROWS; row++) {
            for (size_t c = 0; c < COLUMNS; c++)
                assert_true(fabs(share_of_cell(&found, row, c) - (row >= 25)) < 1e-5);
        }
        cov_rings_clear(&rings);
        sheet_free(&s);
    }
}

/* No polygon, but nothing to fall over: a cell is never covered more than once. */
static void test_overlapping_parts(void **state)
{
    (void)state;
    static shares found;
    sheet s = {0};
    sheet_box(&s, 0, 0, (const double[]){3, 3, 30.5, 30});
    sheet_box(&s, 0, 1, (const double[]){20, 20, 40, 40});
    cov_rings rings = rings_of(&s, NULL);
    lay(&rings, false, 0, &found);
    assert_true(found.cell[25][25] == COV_WHOLE && found.cell[25][30] == COV_WHOLE);
    cov_rings_clear(&rings);
    sheet_free(&s);
}

static void test_beside_the_raster(void **state)
{
    (void)state;
    static shares found;
    static const double box[][4] = {
        {-9, 5, 0, 9}, {70, 5, 90, 9}, {5, -9, 9, 0}, {5, 50, 9, 51}, {-1e17, -1e17, -1, -1}};
    sheet s = {0};
    for (uint32_t i = 0; i < 5; i++)
        sheet_box(&s, i, 0, box[i]);
    cov_rings rings = rings_of(&s, NULL);
    lay(&rings, false, -1, &found);
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t c = 0; c < COLUMNS; c++)
            assert_true(found.cell[row][c] == 0);
    }
    cov_rings_clear(&rings);
    sheet_free(&s);
}

/* ---------------------------------------------------------------- any shape */

static void test_triangles(void **state)
{
    (void)state;
    rng r = {2};
    for (int i = 0; i < 150; i++) {
        sheet s = {0};
        spot v[3];
        for (int k = 0; k < 3; k++)
            v[k] = (spot){rng_between(&r, -30, COLUMNS + 30), rng_between(&r, -30, ROWS + 30)};
        /* a half on the lines, or through their crossings */
        for (int k = 0; k < 3 && i % 2; k++)
            v[k] = (spot){nearbyint(v[k].x), k == i % 3 ? v[k].y : nearbyint(v[k].y)};
        sheet_ring(&s, 0, 0, v, 3);
        if (fabs((v[1].x - v[0].x) * (v[2].y - v[0].y) - (v[2].x - v[0].x) * (v[1].y - v[0].y)) >
            1e-6)
            compare(&s, &r, 1e-13);
        sheet_free(&s);
    }
}

static void test_holes_and_islands(void **state)
{
    (void)state;
    rng r = {3};
    sheet s = {0};
    spot at = {33.3, 24.7};
    shape_ring(&s, 0, at, 19.3, 24.1, 50);
    sheet_open(&s, 0, 1);
    for (size_t i = 0; i < 7; i++) {
        spot p = polar(at, 12.5, TURN * (double)i / 7);
        sheet_vertex(&s, p.x, p.y);
    }
    sheet_close(&s);
    shape_star(&s, 1, &r, (spot){70, 3}, 4, 40, 30);
    shape_spiral(&s, 2, at, 0.7, 30);
    shape_comb(&s, 3, (const double[]){-3.2, 10.1, 72.9, 44.4}, 300);
    shape_frames(&s, 4, at, 1.37, 15);
    compare(&s, &r, 1e-13);
    sheet_free(&s);
}

/* Far narrower than a cell. */
static void test_slivers(void **state)
{
    (void)state;
    rng r = {4};
    static const double width[] = {1e-3, 1e-7, 1e-11, 1e-13, 1e-15};
    for (size_t i = 0; i < 5; i++) {
        double w = width[i];
        sheet s = {0};
        const spot up[] = {{0.25, -3}, {0.25 + w, -3}, {0.25 + w, 60}, {0.25, 60}};
        const spot along_row[] = {{-4, 0.125}, {75, 0.125}, {75, 0.125 + w}, {-4, 0.125 + w}};
        const spot slanting[] = {{0.5, 0.5}, {0.5 + w, 0.5}, {69.5 + w, 49.5}, {69.5, 49.5}};
        sheet_ring(&s, 0, 0, up, 4);
        sheet_ring(&s, 1, 0, along_row, 4);
        sheet_ring(&s, 2, 0, slanting, 4);
        compare(&s, &r, 2e-14);
        sheet_free(&s);
    }
}

/* On a large raster a place within a cell has fewer bits: what the coordinates say still holds. */
static void test_large_raster(void **state)
{
    (void)state;
    const size_t columns = 100000, rows = 40000;
    double x = 98765.4321, y = 38765.4321;
    sheet s = {0};
    const spot v[] = {{x, y}, {x + 1000.3, y + 0.7}, {x + 3.3, y + 900.9}};
    sheet_ring(&s, 0, 0, v, 3);
    cov_rings rings = rings_of(&s, NULL);
    cov_fraction *f = NULL;
    assert_int_equal(cov_fraction_create(&rings, false, columns, rows, &f, NULL), COV_OK);
    double sum = 0;
    for (size_t row = (size_t)y; row < (size_t)y + 902; row++) {
        const cov_strip *strip = NULL;
        size_t n = 0;
        assert_int_equal(cov_fraction_row(f, row, &strip, &n, NULL), COV_OK);
        for (size_t i = 0; i < n; i++) {
            double share = (double)strip[i].share / (double)COV_WHOLE;
            sum += (double)strip[i].n * share;
            if (share < 1 && row % 64 == 0)
                assert_true(fabs(share - expected(&s, 0, row, strip[i].column)) < 1e-12);
        }
    }
    const double a[] = {v[1].x - v[0].x, v[1].y - v[0].y, v[2].x - v[0].x, v[2].y - v[0].y};
    assert_true(fabs(sum - (a[0] * a[3] - a[1] * a[2]) / 2) < 1e-8);
    cov_fraction_free(f);
    cov_rings_clear(&rings);
    sheet_free(&s);
}

/* ---------------------------------------------------------------- pieces of a plane */

/* The cells of a tessellation and its outline share their edges: their shares are one sum. */
static void check_sum(const sheet *cells, const sheet *outline, rng *r, size_t *exact_ones)
{
    static shares sum, whole;
    cov_rings parts = rings_of(cells, r), all = rings_of(outline, r);
    lay(&parts, false, -1, &sum);
    lay(&all, false, 0, &whole);
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            int64_t off = (int64_t)(sum.cell[row][c] - whole.cell[row][c]);
            *exact_ones += off == 0 && sum.cell[row][c] != 0;
            /* a share that rounding made negative is left out: units of 2^-52, one an edge */
            assert_true(off > -200 && off < 200);
        }
    }
    cov_rings_clear(&parts);
    cov_rings_clear(&all);
}

static void test_tessellations(void **state)
{
    (void)state;
    rng r = {5};
    exact e;
    exact_init(&e);
    size_t done = 0, exact_ones = 0;
    for (size_t i = 0; i < 40 * KINDS; i++) {
        sheet cells = {0}, outline = {0};
        frame where = {rng_between(&r, 10, 120),
                       {rng_between(&r, -30, 30), rng_between(&r, -30, 30)},
                       rng_next(&r) & 1 ? 0x1p-4 : 0};
        done += tessellate(&e, &r, i % KINDS, 6 + rng_below(&r, 80), where, &cells, &outline);
        if (cells.n_owners > 0)
            check_sum(&cells, &outline, &r, &exact_ones);
        sheet_free(&cells);
        sheet_free(&outline);
    }
    assert_true(done > 20 * KINDS);
    assert_true(exact_ones > 100000);
    exact_clear(&e);
}

/* ---------------------------------------------------------------- rows and limits */

static void test_rows_may_be_left_out(void **state)
{
    (void)state;
    static shares all, some;
    rng r = {6};
    sheet s = {0};
    shape_star(&s, 0, &r, (spot){35, 25}, 3, 40, 60);
    shape_boxes(&s, 1, &r, 50, 10);
    cov_rings rings = rings_of(&s, NULL);
    lay(&rings, false, -1, &all);
    cov_fraction *f = NULL;
    assert_int_equal(cov_fraction_create(&rings, false, COLUMNS, ROWS, &f, NULL), COV_OK);
    memset(&some, 0, sizeof some);
    for (size_t row = 0; row < ROWS; row += 1 + row % 7) {
        const cov_strip *strip = NULL;
        size_t n = 0;
        for (int again = 0; again < 2; again++)
            assert_int_equal(cov_fraction_row(f, row, &strip, &n, NULL), COV_OK);
        add_row(&some, row, strip, n, -1);
        assert_memory_equal(some.cell[row], all.cell[row], sizeof all.cell[row]);
    }
    cov_fraction_free(f);
    cov_rings_clear(&rings);
    sheet_free(&s);
}

static void test_limits(void **state)
{
    (void)state;
    cov_fraction *f = NULL;
    cov_error err = {0};
    cov_rings rings = COV_RINGS_INIT;
    assert_int_equal(cov_fraction_create(&rings, false, UINT32_MAX, 1, &f, &err), COV_ERR_LIMIT);
    assert_int_equal(cov_fraction_create(&rings, false, 1, UINT32_MAX, &f, &err), COV_ERR_LIMIT);
    assert_non_null(strstr(err.message, "1 x 4294967295 cells"));
    assert_null(f);
    /* nothing covers nothing */
    assert_int_equal(cov_fraction_create(&rings, false, 3, 3, &f, &err), COV_OK);
    const cov_strip *strip = NULL;
    size_t n = 7;
    assert_int_equal(cov_fraction_row(f, 2, &strip, &n, &err), COV_OK);
    assert_int_equal(n, 0);
    cov_fraction_free(f);
    cov_fraction_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rectangles),
        cmocka_unit_test(test_aligned),
        cmocka_unit_test(test_larger_than_the_raster),
        cmocka_unit_test(test_endless_edge),
        cmocka_unit_test(test_overlapping_parts),
        cmocka_unit_test(test_beside_the_raster),
        cmocka_unit_test(test_triangles),
        cmocka_unit_test(test_holes_and_islands),
        cmocka_unit_test(test_slivers),
        cmocka_unit_test(test_large_raster),
        cmocka_unit_test(test_tessellations),
        cmocka_unit_test(test_rows_may_be_left_out),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
