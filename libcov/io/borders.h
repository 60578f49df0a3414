/* Borders: the areas and the polygons of the services as they lie in the plane, with their edges.
 * SPDX-License-Identifier: MIT
 *
 * What cuts up the plane and the roads. Immutable once made; several threads at once. */
#ifndef COV_IO_BORDERS_H
#define COV_IO_BORDERS_H

#include "geometry/edges.h"
#include "io/shape.h"

/* Polygons of a service. Several zones may have the same bit: their union answers. */
typedef struct cov_zone {
    const cov_shape *shape; /* WKB NULL for those that were left out */
    size_t n;
    const cov_footprint *footprint; /* made from them */
    unsigned bit;
} cov_zone;

typedef struct cov_borders {
    const cov_areas *areas; /* borrowed, as the next three */
    const cov_shape *shape; /* one per area, in their order: what they were made from */
    const cov_zone *zone;
    size_t n_zones;
    size_t n_areas;
    uint64_t answered; /* the services that have zones */
    cov_edges *edges;  /* labelled by the index of the area, or n_areas + that of the zone */
} cov_borders;

cov_status cov_borders_create(const cov_areas *areas, const cov_shape *shapes,
                              const cov_zone *zones, size_t n_zones, cov_borders *out,
                              cov_error *err);
void cov_borders_clear(cov_borders *borders);

/* The area that each point lies in, and the services whose zones hold it, as in cov.h. */
cov_status cov_borders_mark(const cov_borders *borders, const cov_points *points, int32_t *area,
                            uint64_t *served, cov_error *err);

#endif
