/* Shape: the geometry of a feature as WKB, straight and flat.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_SHAPE_H
#define COV_IO_SHAPE_H

#include <ogr_api.h>

#include "base/status.h"

/* A geometry of any type. */
typedef struct cov_shape {
    void *wkb; /* ISO WKB, little-endian, 2D; owned, cov_free; NULL where it is left out */
    size_t size;
} cov_shape;

/* The geometry of a feature, taken from it: without its third dimension, its curves as chords. NULL
 * where there is none, or memory ran out. */
OGRGeometryH cov_shape_take(OGRFeatureH feature);

cov_status cov_shape_export(OGRGeometryH geometry, cov_shape *out, cov_error *err);

#endif
