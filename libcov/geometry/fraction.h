/* Fraction: the exact share of each cell of a raster that polygons cover.
 * SPDX-License-Identifier: MIT
 *
 * No sampling: every edge adds, in each cell it passes, the area on its one side, and from there on
 * along the row the height it passed; a running sum is the area inside. Heights and areas are whole
 * numbers of 2^-52 of a cell, the same for an edge whichever way it is walked. So a cell that no
 * border touches is covered exactly or not at all, and the shares of polygons that share their
 * edges add up to exactly one. What a share is off by comes from where an edge crosses the lines
 * between cells: some 2^-53 of the edge's length in cells.
 *
 * Coordinates are those of the cells: x is the column, y the row, whole numbers the corners of
 * cells; column 0 and row 0 begin at 0. Polygons may lie partly or wholly beside the raster.
 *
 * Rows are looked at one after the other. Memory is 16 bytes a column, 4 bytes a row, 8 bytes an
 * edge, and what one row's answer takes. */
#ifndef COV_GEOMETRY_FRACTION_H
#define COV_GEOMETRY_FRACTION_H

#include <stdbool.h>

#include "geometry/rings.h"

/* The share of a cell that is covered altogether. */
#define COV_WHOLE (UINT64_C(1) << 52)

/* Neighbouring cells of a row, each of them covered by the same share. */
typedef struct cov_strip {
    size_t column; /* the first */
    size_t n;
    uint64_t share; /* 1 to COV_WHOLE */
    uint32_t label;
} cov_strip;

typedef struct cov_fraction cov_fraction;

/* Rings with ascending labels, borrowed; those of a label don't overlap. They are directed as
 * rings.h says, or, where `mirrored`, the other way: then y ran north before it became the row.
 * COV_ERR_LIMIT for 2^32 vertices, columns or rows, or more. */
cov_status cov_fraction_create(const cov_rings *rings, bool mirrored, size_t columns, size_t rows,
                               cov_fraction **out, cov_error *err);
void cov_fraction_free(cov_fraction *fraction);

/* What is covered in a row, by label, then from left to right; the strips are the fraction's own
 * and stay until the next call. A row must not come before one that was asked already. */
cov_status cov_fraction_row(cov_fraction *fraction, size_t row, const cov_strip **strip, size_t *n,
                            cov_error *err);

#endif
