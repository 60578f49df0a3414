/* Roads: the lines of a layer as a base, in kilometres on the ellipsoid.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: every metre of every line is counted once, in the area and with the services
 * of the place it lies at: lines are cut where they cross a border, and besides into slices of 25
 * m, each of which belongs where its middle lies. The weights of a line's slices add up to its
 * rounded length. Memory doesn't grow with the lines. */
#ifndef COV_IO_ROADS_H
#define COV_IO_ROADS_H

#include "io/borders.h"
#include "io/place.h"
#include "io/polygons.h"

/* Borrowed. */
typedef struct cov_roads_task {
    const cov_setting *setting; /* its `to` is the plane of the borders */
    const cov_source *source;
    const cov_borders *borders;
    cov_place_mark mark;
    void *mark_data;
} cov_roads_task;

/* What was read. */
typedef struct cov_roads {
    char *label; /* with its filter */
    char *crs;
    char *operation;  /* to the plane, "none" */
    double accuracy;  /* metres */
    uint64_t n_lines; /* features with a geometry */
    uint64_t n_empty; /* features without: no location, of weight 0 */
} cov_roads;

/* Read the lines into a tally of the same areas whose services have no footprints; its unit is the
 * kilometre. Polygons, points, a layer without features: COV_ERR_INPUT. */
cov_status cov_roads_count(const cov_roads_task *task, cov_tally *tally, cov_roads *out,
                           cov_error *err);
void cov_roads_clear(cov_roads *roads);

#endif
