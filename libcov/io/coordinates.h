/* Coordinates: where the points of a layer are, in a geometry or in two columns.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_COORDINATES_H
#define COV_IO_COORDINATES_H

#include "io/column.h"

typedef struct cov_coordinates {
    int by_columns; /* 0: the geometry of the feature */
    cov_column x;
    cov_column y;
} cov_coordinates;

/* Find out. A CSV is searched for a known pair of columns (lon/lat, x/y, easting/northing, ...),
 * which a note names; longitude and latitude give the layer the CRS EPSG:4326, other pairs the one
 * of the policy, else COV_ERR_CRS. COV_ERR_INPUT where there are neither points nor such columns.
 */
cov_status cov_coordinates_find(cov_layer *layer, const cov_policy *policy, cov_notes *notes,
                                cov_coordinates *out, cov_error *err);

/* The point of a record that has columns, or the feature of which GDAL read; NaN for both where it
 * has none. COV_ERR_INPUT for a geometry that is not one point, and for text that is not a number.
 */
cov_status cov_coordinates_read(const cov_coordinates *coordinates, const cov_record *record,
                                double *x, double *y, cov_error *err);

#endif
