/* Twins: the border that neighbours share is the same edge twice, once in each direction.
 * SPDX-License-Identifier: MIT */
#ifndef COV_GEOMETRY_TWINS_H
#define COV_GEOMETRY_TWINS_H

#include "geometry/rings.h"

/* An edge with the labels to its left and right (0 is none): vertices first and first + 1. */
typedef struct cov_edge {
    uint32_t first;
    uint32_t left;
    uint32_t right;
} cov_edge;

/* A hash table, kept from one call to the next. */
typedef struct cov_twins {
    uint32_t *slot; /* index of an edge + 1 */
    size_t n_slots;
} cov_twins;

/* Join twins among n edges that have a left label only: of the two the earlier stays, with both
 * labels; where the labels are the same (parts of one footprint that touch) none does. What stays
 * is moved to the front, in order; *left is how many. */
cov_status cov_twins_join(cov_twins *twins, const cov_xy *vertex, cov_edge *edges, size_t n,
                          size_t *left);

#endif
