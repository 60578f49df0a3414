/* The near index: which points lie within a distance of points and lines.
 * SPDX-License-Identifier: MIT
 *
 * A grid of cells as in cells.h. A cell wholly within the distance of one segment, or farther than
 * it from all, holds the answer; one that few segments may reach lists them, one that many may
 * reach is cut into smaller ones, or, where that does not help, says that the tree of all segments
 * is to be asked. Cells are decided by the distance from their centre and their radius, with room
 * for every rounding: what a point's answer depends on is cov_metric_within and the barriers alone,
 * never the cell it was found in. */
#ifndef COV_GEOMETRY_NEAR_H
#define COV_GEOMETRY_NEAR_H

#include "geometry/barriers.h"
#include "geometry/metric.h"
#include "geometry/paths.h"

typedef struct cov_near cov_near;

/* Index a network of vertices that the metric has checked, with up to so many threads (0 is 1). The
 * network is copied, the vertices of the barriers (NULL: none) are taken. Memory: at most some 260
 * bytes for each segment, however they lie and whatever the distance; on an ellipsoid long segments
 * may be cut into as many as four for each vertex in all, and 2^18 more. Errors: COV_ERR_MEMORY,
 * COV_ERR_LIMIT (more than 2^29 vertices). */
cov_status cov_near_create(const cov_metric *metric, const cov_paths *network, cov_paths *barriers,
                           unsigned threads, cov_near **out, cov_error *err);
void cov_near_free(cov_near *near);

/* Bytes held. */
size_t cov_near_memory(const cov_near *near);

/* What the network can reach at most: west, south, east, north. */
void cov_near_extent(const cov_near *near, double extent[4]);

/* OR `mask` into served[i] where point i is reached. */
void cov_near_mark(const cov_near *near, const cov_points *points, uint64_t mask, uint64_t *served);

#endif
