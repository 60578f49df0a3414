/* Edges: the edges of many rings, found by where they lie.
 * SPDX-License-Identifier: MIT
 *
 * Stretches of up to 16 edges of a ring in a packed tree of boxes: memory in proportion to the
 * vertices, and a query that looks at what is near, whatever the size of the ring. Immutable once
 * made. */
#ifndef COV_GEOMETRY_EDGES_H
#define COV_GEOMETRY_EDGES_H

#include "geometry/rings.h"

typedef struct cov_edges cov_edges;

/* Consecutive edges of one ring: n of them, between n + 1 vertices. */
typedef struct cov_stretch {
    const cov_xy *vertex;
    size_t n;
    uint32_t label; /* of the ring */
} cov_stretch;

/* What is done with a stretch; anything but COV_OK ends the search. */
typedef cov_status (*cov_stretch_visit)(void *data, const cov_stretch *stretch, cov_error *err);

/* Takes the vertices and rings over, which are empty afterwards; there may be none. */
cov_status cov_edges_create(cov_rings *rings, cov_edges **out, cov_error *err);
void cov_edges_free(cov_edges *edges);

/* Visit every stretch whose box meets this one (west, south, east, north), borders included: among
 * them are all edges that meet it. Each stretch once, in an order that depends on the rings alone.
 * Several threads at once. */
cov_status cov_edges_find(const cov_edges *edges, const double box[4], cov_stretch_visit visit,
                          void *data, cov_error *err);

#endif
