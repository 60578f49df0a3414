/* Cutter: cuts one area into its pieces with GEOS. One thread at a time.
 * SPDX-License-Identifier: MIT
 *
 * All edges in reach of a polygon are noded together and made into faces; what a face belongs to is
 * asked of a point inside it, by the indexes that answer for households, too. So there is one
 * arrangement, whatever overlaps whatever, and nothing is ever united or taken away. */
#ifndef COV_IO_CUTTER_H
#define COV_IO_CUTTER_H

#include "io/partition.h"

typedef struct cov_cutter cov_cutter;

cov_status cov_cutter_create(const cov_borders *borders, cov_cutter **out, cov_error *err);
void cov_cutter_free(cov_cutter *cutter);

/* Append the pieces of an area in the order of their sets to an array that grows. */
cov_status cov_cutter_cut(cov_cutter *cutter, size_t area, cov_piece **piece, size_t *n,
                          size_t *capacity, cov_error *err);

#endif
