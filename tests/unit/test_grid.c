/* The top-level cells: an edge stands in the list of every cell it passes through.
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "support.h"

#include "base/mem.h"
#include "geometry/grid.h"

static void add_ring(cov_rings *rings, rng *r, double x, double y, double size, uint32_t label)
{
    sheet s = {0};
    sheet_box(&s, 0, 0, (double[]){x, y, x + size * (0.01 + rng_unit(r)), y + size});
    bytes b = sheet_wkb(&s, 0, NULL);
    assert_int_equal(cov_rings_add(rings, b.at, b.n, label, NULL), COV_OK);
    free(b.at);
    sheet_free(&s);
}

/* Every vertex turned a little, so that edges run in all directions; the rings stay closed. */
static void slant(cov_rings *rings)
{
    for (size_t i = 0; i < rings->n_vertices; i++) {
        cov_xy *v = &rings->vertex[i];
        *v = (cov_xy){v->x * 0.8 - v->y * 0.6, v->x * 0.6 + v->y * 0.8};
    }
    rings->extent[0] = rings->extent[1] = 1e300;
    rings->extent[2] = rings->extent[3] = -1e300;
    for (size_t i = 0; i < rings->n_vertices; i++) {
        cov_xy v = rings->vertex[i];
        rings->extent[0] = fmin(rings->extent[0], v.x);
        rings->extent[1] = fmin(rings->extent[1], v.y);
        rings->extent[2] = fmax(rings->extent[2], v.x);
        rings->extent[3] = fmax(rings->extent[3], v.y);
    }
}

static bool is_listed(const cov_sorted *sorted, size_t cell, size_t edge)
{
    for (uint32_t i = sorted->start[cell]; i < sorted->start[cell + 1]; i++)
        if (sorted->entry[i] == edge)
            return true;
    return false;
}

/* Places along each edge, both ends among them, by the reader's own arithmetic. */
static void check_edges(const cov_cells *c, const cov_rings *rings, const cov_sorted *sorted)
{
    for (size_t k = 0; k < rings->n_rings; k++) {
        for (size_t e = rings->ring[k].first; e + 1 < rings->ring[k].first + rings->ring[k].n;
             e++) {
            cov_xy a = rings->vertex[e], b = rings->vertex[e + 1];
            for (int i = 0; i <= 200; i++) {
                double t = i / 200.0, x = a.x + t * (b.x - a.x), y = a.y + t * (b.y - a.y);
                double ux = (x - c->x0) * c->per_unit, uy = (y - c->y0) * c->per_unit;
                size_t column = (uint32_t)ux >> c->depth, row = (uint32_t)uy >> c->depth;
                assert_true(column > 0 && column + 1 < c->nx && row > 0 && row + 1 < c->ny);
                assert_true(is_listed(sorted, row * c->nx + column, e));
            }
        }
    }
}

static void test_edges_are_listed(void **state)
{
    (void)state;
    const double scales[] = {1e-9, 1, 360, 1e7, 1e100};
    rng r = {3};
    for (size_t k = 0; k < 5; k++) {
        cov_rings rings = COV_RINGS_INIT;
        cov_error err;
        for (uint32_t i = 0; i < 150; i++)
            add_ring(&rings, &r, scales[k] * rng_unit(&r), scales[k] * rng_unit(&r),
                     scales[k] * (i % 10 == 0 ? 1 : 0.02), i + 1);
        slant(&rings);
        cov_cells c = {0};
        cov_sorted sorted = {0};
        cov_grid_place(&c, &rings);
        assert_int_equal(cov_grid_sort(&c, &rings, &sorted, &err), COV_OK);
        check_edges(&c, &rings, &sorted);
        cov_free(sorted.start);
        cov_free(sorted.entry);
        cov_rings_clear(&rings);
    }
}

/* Thousands of edges that all cross the whole extent don't fill thousands of cells each. */
static void test_long_edges_stay_in_proportion(void **state)
{
    (void)state;
    cov_rings rings = COV_RINGS_INIT;
    cov_error err;
    rng r = {4};
    for (uint32_t i = 0; i < 3000; i++)
        add_ring(&rings, &r, i * 1e-3, 0, 3, i + 1);
    cov_cells c = {0};
    cov_sorted sorted = {0};
    cov_grid_place(&c, &rings);
    assert_int_equal(cov_grid_sort(&c, &rings, &sorted, &err), COV_OK);
    assert_true(sorted.start[(size_t)c.nx * c.ny] < 6 * rings.n_vertices);
    cov_free(sorted.start);
    cov_free(sorted.entry);
    cov_rings_clear(&rings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges_are_listed),
        cmocka_unit_test(test_long_edges_stay_in_proportion),
    };
    return cmocka_run_group_tests_name("grid", tests, NULL, NULL);
}
