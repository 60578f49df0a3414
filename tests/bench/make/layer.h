/* A layer of a file that is written feature by feature.
 * SPDX-License-Identifier: MIT */
#ifndef BENCH_LAYER_H
#define BENCH_LAYER_H

#include <gdal.h>
#include <ogr_api.h>

#include "region.h"

typedef struct layer {
    GDALDatasetH data;
    OGRLayerH layer;
} layer;

/* Prints and ends the program. */
void die(const char *what, const char *which);

/* A shapefile in EPSG:4326, an older one replaced; with a column code, and one called name if so.
 */
layer layer_create(const char *path, OGRwkbGeometryType type, int with_name);
void layer_close(layer *l);

/* Takes the geometry. */
void layer_add(layer *l, int code, OGRGeometryH g);

OGRGeometryH layer_line(OGRwkbGeometryType type, const xy *vertex, size_t n);
/* A polygon of one ring, closed. */
OGRGeometryH layer_polygon(const xy *vertex, size_t n);

#endif
