/* The footprint of one service: the polygons of one or more layers.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_FOOTPRINT_LAYER_H
#define COV_IO_FOOTPRINT_LAYER_H

#include "io/polygons.h"

typedef struct cov_footprint_layer {
    cov_footprint *footprint;
    cov_shape *shape; /* its polygons in the system of the setting, where that keeps shapes; NULL
                         for those that were left out */
    size_t n_shapes;
    char *label;     /* "fiber_vnpt.shp", with its filter, or several joined by " + " */
    char *crs;       /* of the sources, joined by "; " where they differ */
    char *operation; /* coordinate operations, "none" */
    double accuracy; /* the worst, metres */
    size_t n_polygons;
    size_t n_skipped;
} cov_footprint_layer;

/* Read the union of n sources into a footprint in the system of the setting. A layer that is empty,
 * that has no polygons or a null geometry is COV_ERR_INPUT. */
cov_status cov_footprint_layer_read(const cov_setting *setting, const cov_source *const *sources,
                                    size_t n, const char *service, cov_footprint_layer *out,
                                    cov_error *err);
void cov_footprint_layer_clear(cov_footprint_layer *layer);

#endif
