/* Barriers: lines that the straight way from a household to a network must not cross.
 * SPDX-License-Identifier: MIT
 *
 * A drop p-q crosses a barrier a-b where p and q lie on different sides of it, neither on it, and a
 * and b on different sides of the drop, decided exactly. For the latter, barriers are taken a hair
 * to the north-east, as points are by the border rule of cov.h: a drop through a vertex of a
 * barrier, or along it, crosses it once or not at all. */
#ifndef COV_GEOMETRY_BARRIERS_H
#define COV_GEOMETRY_BARRIERS_H

#include "geometry/paths.h"
#include "geometry/tree.h"

typedef struct cov_barriers {
    cov_xy *vertex;
    size_t n_vertices;
    cov_tree tree; /* of the first vertices of segments, in the plane of the data */
    double west, east;
    bool geographic; /* x comes again every 360 degrees */
} cov_barriers;

/* Index the segments of paths, and take their vertices. On failure the paths are as they were, and
 * nothing is to be freed. Without any segment no drop crosses. */
cov_status cov_barriers_create(cov_paths *paths, bool geographic, cov_barriers *out,
                               cov_error *err);
void cov_barriers_clear(cov_barriers *b);
size_t cov_barriers_memory(const cov_barriers *b);

/* Whether the straight line from p to q crosses any. */
bool cov_barriers_cross(const cov_barriers *b, cov_xy p, cov_xy q);

/* Whether any may come into the box (west, south, east, north). */
bool cov_barriers_meet(const cov_barriers *b, const double box[4]);

#endif
