/* SPDX-License-Identifier: MIT */
#include "geometry/grid.h"

#include <float.h>

#include "base/mem.h"
#include "geometry/trace.h"

/* Log2 of the units of a top-level cell, at most. */
#define DEPTH_MAX 24u

/* ---------------------------------------------------------------- the place of the grid */

static double largest(double a, double b)
{
    return a > b ? a : b;
}

/* The distance from |value| to the next larger double. */
static double spacing(double value)
{
    return nextafter(fabs(value), INFINITY) - fabs(value);
}

static double total_length(const cov_rings *rings)
{
    double sum = 0;
    for (size_t r = 0; r < rings->n_rings; r++) {
        const cov_xy *v = rings->vertex + rings->ring[r].first;
        for (size_t k = 0; k + 1 < rings->ring[r].n; k++)
            sum += fabs(v[k + 1].x - v[k].x) + fabs(v[k + 1].y - v[k].y);
    }
    return sum;
}

/* The width of top-level cells: about one cell for four edges, but not so small that long edges
 * would fill more than two cells each. */
static double choose_width(const cov_rings *rings, double w, double h)
{
    double n_edges = (double)(rings->n_vertices - rings->n_rings);
    double n_cells = n_edges / 4 < 1048576 ? n_edges / 4 : 1048576;
    double width = sqrt(w) * sqrt(h) / sqrt(n_cells);
    width = largest(width, largest(w, h) / n_cells);
    return largest(width, total_length(rings) / (2 * n_edges));
}

static unsigned bits_of(double count)
{
    int exponent;
    frexp(count, &exponent);
    return (unsigned)(exponent > 0 ? exponent : 0);
}

/* Corner, units and number of cells. A unit is at least 2^13 spacings of the largest coordinate, so
 * that a centre, rounded to a double, is within 2^-12 units of its place; and a place is below 2^30
 * units, so that it fits a word and its rounding errors stay below 2^-21 units. */
void cov_grid_lay(cov_cells *c, const double e[4], double width)
{
    double w = e[2] - e[0], h = e[3] - e[1];
    double magnitude = largest(largest(fabs(e[0]), fabs(e[2])), largest(fabs(e[1]), fabs(e[3])));
    double finest = largest(8192 * spacing(magnitude), DBL_MIN * 8192);
    width = largest(width, finest);
    unsigned depth = 30 - bits_of(largest(w, h) / width + 4);
    depth = depth < DEPTH_MAX ? depth - depth % LEVEL_BITS : DEPTH_MAX;
    while (depth > 0 && width / (double)(UINT32_C(1) << depth) < finest)
        depth -= LEVEL_BITS;

    c->depth = depth;
    c->per_unit = (double)(UINT32_C(1) << depth) / width;
    c->unit = width / (double)(UINT32_C(1) << depth);
    /* A rim of one cell all round stays empty. */
    c->x0 = e[0] - 1.5 * width;
    c->y0 = e[1] - 1.5 * width;
    c->nx = (uint32_t)((e[2] - c->x0) * c->per_unit) / (UINT32_C(1) << depth) + 2;
    c->ny = (uint32_t)((e[3] - c->y0) * c->per_unit) / (UINT32_C(1) << depth) + 2;
}

void cov_grid_place(cov_cells *c, const cov_rings *rings)
{
    const double *e = rings->extent;
    cov_grid_lay(c, e, choose_width(rings, e[2] - e[0], e[3] - e[1]));
}

/* ---------------------------------------------------------------- edges of the top-level cells */

/* A top-level cell that an edge comes near: count it in start[cell], or, where there are entries,
 * put it to start[cell], which moves on. */
static inline void put(uint32_t *start, uint32_t *entry, size_t cell, uint32_t e)
{
    if (entry == NULL)
        start[cell]++;
    else
        entry[start[cell]++] = e;
}

static void scatter(const cov_cells *c, uint32_t e, cov_xy a, cov_xy z, double margin,
                    uint32_t *start, uint32_t *entry)
{
    trace t;
    bool steep = trace_start(&t, a, z, margin);
    int columns = (int)(steep ? c->ny : c->nx), rows = (int)(steep ? c->nx : c->ny);
    int from = cell_at(t.ax - margin, 0, columns - 1);
    int to = cell_at(t.bx + margin, 0, columns - 1);
    for (int i = from; i <= to; i++) {
        int low, high;
        trace_column(&t, i, rows - 1, &low, &high);
        for (int j = low; j <= high; j++)
            put(start, entry, steep ? (size_t)i * c->nx + (size_t)j : (size_t)j * c->nx + (size_t)i,
                e);
    }
}

static void scatter_all(const cov_cells *c, const cov_rings *rings, uint32_t *start,
                        uint32_t *entry)
{
    double margin = COV_GRID_MARGIN / (double)(UINT32_C(1) << c->depth);
    for (size_t r = 0; r < rings->n_rings; r++) {
        size_t first = rings->ring[r].first, last = first + rings->ring[r].n - 1;
        cov_xy z = cov_grid_spot(c, rings->vertex[first]);
        for (size_t e = first; e < last; e++) {
            cov_xy a = z;
            z = cov_grid_spot(c, rings->vertex[e + 1]);
            if (same_cell(a, z, margin))
                put(start, entry, (size_t)a.y * c->nx + (size_t)a.x, (uint32_t)e);
            else
                scatter(c, (uint32_t)e, a, z, margin, start, entry);
        }
    }
}

cov_status cov_grid_sort(const cov_cells *c, const cov_rings *rings, cov_sorted *out,
                         cov_error *err)
{
    size_t n_cells = (size_t)c->nx * c->ny;
    out->start = cov_alloc_zero(n_cells + 2, sizeof *out->start);
    if (out->start == NULL)
        return cov_fail_memory(err);
    /* Counted two places on, so that start[cell + 1] is where a cell begins, and, as it is filled,
     * becomes where it ends and the next one begins. */
    scatter_all(c, rings, out->start + 2, NULL);
    uint64_t total = 0;
    for (size_t i = 0; i < n_cells + 2; i++) {
        total += out->start[i];
        if (total > UINT32_MAX)
            return cov_fail(err, COV_ERR_LIMIT, "the polygons have too many edges for one index");
        out->start[i] = (uint32_t)total;
    }
    out->entry = cov_alloc(total, sizeof *out->entry);
    if (out->entry == NULL)
        return cov_fail_memory(err);
    scatter_all(c, rings, out->start + 1, out->entry);
    return COV_OK;
}
