/* The top-level cells: where the grid lies, and which edges come near which cell.
 * SPDX-License-Identifier: MIT */
#ifndef COV_GEOMETRY_GRID_H
#define COV_GEOMETRY_GRID_H

#include "geometry/cells_layout.h"

/* How near a cell an edge must come to stand in its list, in units. Places on the grid are off by
 * at most about 2^-12 units, see cov_grid_lay. */
#define COV_GRID_MARGIN (1.0 / 1024)

/* Fill in corner, units, depth and number of the cells over an extent (west, south, east, north),
 * with top-level cells of about this width and a rim of one cell all round. */
void cov_grid_lay(cov_cells *cells, const double extent[4], double width);

/* The same over the extent of the rings. */
void cov_grid_place(cov_cells *cells, const cov_rings *rings);

/* A place in top-level cells from the corner, as near as rounding allows. */
static inline cov_xy cov_grid_spot(const cov_cells *cells, cov_xy p)
{
    double cell = 1.0 / (double)(UINT32_C(1) << cells->depth);
    return (cov_xy){(p.x - cells->x0) * cells->per_unit * cell,
                    (p.y - cells->y0) * cells->per_unit * cell};
}

/* The edges of each top-level cell, by the number of their first vertex: those of cell i are
 * entry[start[i]] to entry[start[i + 1] - 1], in order. */
typedef struct cov_sorted {
    uint32_t *start;
    uint32_t *entry;
} cov_sorted;

/* On failure, too, the arrays are the caller's to free. */
cov_status cov_grid_sort(const cov_cells *cells, const cov_rings *rings, cov_sorted *out,
                         cov_error *err);

#endif
