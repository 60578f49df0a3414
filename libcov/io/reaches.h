/* Reaches: everything that answers for services by place, for all bases of a run.
 * SPDX-License-Identifier: MIT
 *
 * Polygons of a service are one footprint, whatever files they come from; each network has a
 * distance of its own; each raster is opened once, whatever services ask it. */
#ifndef COV_IO_REACHES_H
#define COV_IO_REACHES_H

#include "io/area_layer.h"
#include "io/borders.h"
#include "io/footprint_layer.h"
#include "io/job.h"
#include "io/signal.h"

typedef struct cov_reach {
    cov_footprint_layer layer;
    unsigned bit;
    cov_by by; /* polygons or distance */
} cov_reach;

/* A raster and the services that ask it. */
typedef struct cov_level {
    cov_raster *raster;
    cov_signal *signal;
    uint64_t set;
} cov_level;

typedef struct cov_reaches {
    cov_reach *reach;
    size_t n;
    cov_level *level;
    size_t n_levels;
} cov_reaches;

/* Read all layers, open all rasters that the plan asks by place. Warns of what lies beside the
 * areas. */
cov_status cov_reaches_read(const cov_setting *setting, const cov_plan *plan,
                            const cov_area_layer *areas, cov_reaches *out, cov_error *err);
void cov_reaches_clear(cov_reaches *reaches);

/* The raster that answers an entry of the plan by signal. */
const cov_raster *cov_reaches_raster(const cov_reaches *reaches, const cov_plan *plan,
                                     const cov_plan_entry *entry);

/* The polygons as zones, which borrow: at most `n` of them, their number is returned. The setting
 * must have kept the shapes. */
size_t cov_reaches_zones(const cov_reaches *reaches, cov_zone *zone);

/* Set the bits of the services that reach each point, and of those of which nobody knows (which can
 * be bits that another answer has set in `served`). Points are in the plane of the run. Several
 * threads at once. */
cov_status cov_reaches_mark(const cov_reaches *reaches, const cov_points *points, uint64_t *served,
                            uint64_t *unknown, cov_error *err);

#endif
