/* The point index: which labelled polygons hold a point, exactly.
 * SPDX-License-Identifier: MIT
 *
 * A grid of square cells. A cell that no edge crosses holds the answer; a cell that many edges
 * cross is cut into 4 x 4 smaller ones, and so on where the detail is; a cell that few edges cross
 * holds a list: the answer at its centre and the edges. From the centre a point is reached by a
 * vertical and a horizontal step; each edge crossed on the way adds the label on one side and takes
 * away the label on the other. The sides come from the exact predicate, so the answer is exact,
 * too, and the grid, whose arithmetic rounds, decides only which edges are looked at (more than
 * needed, never fewer).
 *
 * A state along the way is the bag of labels that hold the place, kept as two sums, how many and
 * of what: 0 is outside, 1 names the label, more than 1 is an overlap that is looked at closely. */
#ifndef COV_GEOMETRY_CELLS_H
#define COV_GEOMETRY_CELLS_H

#include "geometry/rings.h"

typedef struct cov_cells cov_cells;

/* Labels are 1 to this. */
#define COV_LABEL_MAX ((UINT32_C(1) << 30) - 1)

/* Index the rings with up to so many threads (0 is 1), and take them: they are empty afterwards. On
 * failure they are as they were. The answers don't depend on the threads. Errors: COV_ERR_MEMORY,
 * COV_ERR_LIMIT (2^32 vertices, or areas that overlap by thousands). */
cov_status cov_cells_create(cov_rings *rings, unsigned threads, cov_cells **out, cov_error *err);
void cov_cells_free(cov_cells *cells);

/* Bytes held. */
size_t cov_cells_memory(const cov_cells *cells);

/* What is at a point that isn't anywhere: a coordinate is not finite. */
#define COV_LABEL_NOWHERE UINT32_MAX

/* For each point the smallest label whose polygons hold it, or 0, or COV_LABEL_NOWHERE. overlap[i],
 * where overlap is not NULL, becomes 1 where more than one label holds point i, else 0. */
void cov_cells_locate(const cov_cells *cells, const cov_points *points, uint32_t *label,
                      uint8_t *overlap);

/* OR `mask` into served[i] where any polygon holds point i. */
void cov_cells_mark(const cov_cells *cells, const cov_points *points, uint64_t mask,
                    uint64_t *served);

#endif
