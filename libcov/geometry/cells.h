/* The point index: which labelled polygons hold a point, exactly.
 * SPDX-License-Identifier: MIT */
#ifndef COV_GEOMETRY_CELLS_H
#define COV_GEOMETRY_CELLS_H

#include "geometry/rings.h"

typedef struct cov_cells cov_cells;

/* Index the rings, which carry labels from 1 to 2^30 - 2. Keeps nothing of them. */
cov_status cov_cells_create(const cov_rings *rings, cov_cells **out, cov_error *err);
void cov_cells_free(cov_cells *cells);

size_t cov_cells_memory(const cov_cells *cells);

/* For each point the smallest label whose polygons hold it, or 0. `*overlaps`, where not NULL, gets
 * the number of points that more than one label holds. */
void cov_cells_locate(const cov_cells *cells, const cov_points *points, uint32_t *label,
                      uint64_t *overlaps);

/* OR `mask` into served[i] where any polygon holds point i. */
void cov_cells_mark(const cov_cells *cells, const cov_points *points, uint64_t mask,
                    uint64_t *served);

#endif
