/* The rings of many polygons, read from WKB and put in one order.
 * SPDX-License-Identifier: MIT
 *
 * Every ring is directed so that the interior of its polygon lies to the left: shells run
 * counter-clockwise, holes clockwise, whatever the winding of the input. */
#ifndef COV_GEOMETRY_RINGS_H
#define COV_GEOMETRY_RINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "geometry/predicate.h"

typedef struct cov_ring {
    size_t first; /* index of its first vertex; its last vertex repeats the first */
    size_t n;     /* vertices, at least 4 */
    uint32_t label;
} cov_ring;

typedef struct cov_rings {
    cov_xy *vertex;
    size_t n_vertices;
    size_t vertex_capacity;
    cov_ring *ring;
    size_t n_rings;
    size_t ring_capacity;
    double extent[4]; /* west, south, east, north; empty (west > east) without vertices */
    bool leave_flat;  /* rings without area are left out, where they would be refused */
    bool by_polygon;  /* the polygons of one multipolygon count on from its label */
    bool whether;     /* it will only be asked whether a polygon holds a place, not which one does:
                         all have the label 1 */
} cov_rings;

#define COV_RINGS_INIT                                                                             \
    {                                                                                              \
        NULL, 0, 0, NULL, 0, 0, {1e300, 1e300, -1e300, -1e300}, false, false, false                \
    }

/* Append the rings of one Polygon or MultiPolygon (WKB as in cov_area) under a label. Repeated
 * vertices are dropped. Errors: COV_ERR_GEOMETRY, with a message that fits behind "area X: ". */
cov_status cov_rings_add(cov_rings *rings, const void *wkb, size_t size, uint32_t label,
                         cov_error *err);

/* Make room for polygons of so many bytes of WKB in all. Not needed, but saves moving. */
cov_status cov_rings_reserve(cov_rings *rings, size_t wkb_size, cov_error *err);

/* The ring of a vertex; rings lie in the order of their vertices. */
const cov_ring *cov_rings_of(const cov_rings *rings, size_t vertex);

void cov_rings_clear(cov_rings *rings);

#endif
