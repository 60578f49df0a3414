/* Polygons: the geometry of a layer as WKB, with the numbers of the features it came from.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_POLYGONS_H
#define COV_IO_POLYGONS_H

#include "io/crs.h"
#include "io/repair.h"
#include "io/source.h"

typedef struct cov_polygons {
    cov_shape *shape;
    int64_t (*feature)[2]; /* its number, from 1, and GDAL's identifier */
    size_t n;
    size_t shape_capacity;
    size_t feature_capacity;
    double extent[4]; /* west, south, east, north; west > east without any */
} cov_polygons;

void cov_polygons_init(cov_polygons *polygons);
void cov_polygons_clear(cov_polygons *polygons);

/* Append the geometry of the layer's current feature: curves become straight edges, Z and M are
 * dropped. A null or empty one, or one that is no polygon: COV_ERR_INPUT with the number. */
cov_status cov_polygons_add(cov_polygons *polygons, cov_layer *layer, OGRFeatureH feature,
                            cov_error *err);

/* Read the geometry of polygon `index` again, its rings sorted by position rather than by winding;
 * the shape stays as it is where that is how it was read. */
cov_status cov_polygons_again(const cov_polygons *polygons, cov_layer *layer, size_t index,
                              cov_shape *shape, cov_error *err);

/* A copy of the shape in another system. */
cov_status cov_shape_transform(const cov_shape *shape, const cov_transform *transform,
                               const char *what, cov_shape *out, cov_error *err);

/* One note on the operation and its accuracy, where something is transformed. */
cov_status cov_transform_note(const cov_transform *transform, const char *label,
                              OGRSpatialReferenceH from, OGRSpatialReferenceH to, cov_notes *notes,
                              cov_error *err);

#endif
