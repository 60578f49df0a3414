/* Polygons: the geometry of a layer as WKB: read, checked, brought to the system of the points.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_POLYGONS_H
#define COV_IO_POLYGONS_H

#include "io/crs.h"
#include "io/repair.h"
#include "io/source.h"

/* What a run gives to each layer of polygons; borrowed. */
typedef struct cov_setting {
    const cov_job *job;
    const cov_policy *policy;
    OGRSpatialReferenceH to; /* the system of the points */
    cov_notes *notes;
    cov_phases *phases;
    const char *areas_crs; /* how the areas call that system; NULL: by its label */
    int keep_shapes; /* 1: layers keep their polygons in that system, for what is measured with them
                      */
} cov_setting;

typedef struct cov_polygons {
    cov_layer *layer;
    /* NULL, or what identifies polygon `index` beside its number, e.g. " (ma_xa 31825)". */
    void (*name)(const void *data, size_t index, char *out, size_t size);
    const void *data;
    cov_shape *shape;
    int64_t (*feature)[2]; /* its number, from 1, and GDAL's identifier */
    size_t n;
    size_t shape_capacity;
    size_t feature_capacity;
    double extent[4]; /* west, south, east, north; west > east without any */
    cov_transform transform;
} cov_polygons;

void cov_polygons_init(cov_polygons *polygons, cov_layer *layer);
void cov_polygons_clear(cov_polygons *polygons);

/* COV_ERR_INPUT for a layer that can't hold any: a table without geometry. */
cov_status cov_polygons_allow(const cov_layer *layer, cov_error *err);

/* The same, and whether the first feature can be added; the layer can be read from its beginning.
 * Where there is none, `what` is missing: "areas". */
cov_status cov_polygons_look(cov_layer *layer, const char *what, cov_error *err);

/* Append the geometry of the layer's current feature: curves become straight edges, Z and M are
 * dropped. A null or empty one, or one that is no polygon: COV_ERR_INPUT with the number. */
cov_status cov_polygons_add(cov_polygons *polygons, OGRFeatureH feature, cov_error *err);

/* Find the way to the system of the points, with a note, and treat the invalid ones as the job
 * says.
 */
cov_status cov_polygons_check(cov_polygons *polygons, const cov_setting *setting, const char *phase,
                              cov_error *err);

/* Write copies in the system of the points into n zeroed shapes of `out`; nothing for a polygon
 * that was left out, and nothing at all where the systems are the same (transform.operation NULL).
 */
cov_status cov_polygons_place(cov_polygons *polygons, const cov_setting *setting, const char *phase,
                              cov_shape *out, cov_error *err);

#endif
