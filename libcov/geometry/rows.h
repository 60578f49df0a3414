/* Rows of top-level cells: what holds at their centres, and the cells they are cut into.
 * SPDX-License-Identifier: MIT
 *
 * Row by row from the west, where nothing holds, it is walked from centre to centre; whatever is
 * said of a centre comes from edges crossed, by the exact predicate. A cell's list has every edge
 * that comes within a margin of the cell, so that the rounding of the grid's own arithmetic can't
 * hide one. Rows know nothing of each other: several threads may build some each. */
#ifndef COV_GEOMETRY_ROWS_H
#define COV_GEOMETRY_ROWS_H

#include "geometry/bags.h"
#include "geometry/grid.h"
#include "geometry/twins.h"

typedef struct cov_rows {
    /* Given, and shared with the others: */
    const cov_rings *rings;
    const uint32_t *label; /* of the edge that begins at each vertex */
    const cov_sorted *sorted;
    cov_cells *cells; /* placed; of its `top` the words of these rows are written */
    /* Given: */
    uint32_t first, end; /* the rows, without the end */
    int64_t growth;      /* by how many entries cutting may lengthen the lists in all: hostile input
                            stays      in proportion */
    /* Made, numbered from 0, with room perhaps given: */
    words node, list;
    cov_bags bags;     /* its sets; and what holds where the walk is */
    cov_status status; /* the first failure: COV_ERR_MEMORY or COV_ERR_LIMIT */
    /* While it is made: */
    cov_edge *scratch; /* edges of the cells between the top-level one and the one being cut */
    uint16_t *touches; /* for each edge of the scratch, the children it comes near */
    size_t n_scratch, scratch_capacity;
    cov_twins twins;
} cov_rows;

void cov_rows_build(cov_rows *rows);

void cov_rows_clear(cov_rows *rows);

#endif
