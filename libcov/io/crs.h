/* Coordinate reference systems: one operation from one to another, known and accurate.
 * SPDX-License-Identifier: MIT
 *
 * x is east or longitude, y north or latitude, always (traditional axis order). Exactly one
 * operation serves all points of a layer: the first that PROJ offers for its extent, without
 * network and with the grids that are installed. Operations whose accuracy nobody knows (ballpark:
 * a datum shift left out) are refused. */
#ifndef COV_IO_CRS_H
#define COV_IO_CRS_H

#include <ogr_api.h>
#include <ogr_srs_api.h>

#include "io/notes.h"
#include "io/shape.h"

typedef struct cov_operation cov_operation; /* a PROJ operation with its own context */

typedef struct cov_transform {
    cov_operation *operation; /* NULL: the systems are the same */
    char *name;               /* "VN-2000 to WGS 84 (2) + ..." or "none" */
    double accuracy;          /* metres; 0 where nothing is transformed; below 0 never (refused) */
    double tolerance;         /* how far a straight edge may be from the curve, in units of the
                                 target: 1 mm */
    double long_edge; /* in units of the source, about 10 km: from here on an edge is checked
                         at its quarters too */
} cov_transform;

/* From user input such as "EPSG:9210"; COV_ERR_CRS names the text. Free with OSRRelease. */
cov_status cov_crs_from_text(const char *text, OGRSpatialReferenceH *out, cov_error *err);

/* A copy of what a layer states, horizontal part only, in traditional axis order. *out is NULL
 * where that says nothing about a place on Earth: NULL, "undefined", an engineering system. */
cov_status cov_crs_from_layer(OGRSpatialReferenceH stated, OGRSpatialReferenceH *out,
                              cov_error *err);

/* "EPSG:4326" where it is known by an authority, else its name. Freed with cov_free. */
char *cov_crs_label(OGRSpatialReferenceH crs);

/* Whether its coordinates are longitude and latitude in degrees; there are some in gradians. */
int cov_crs_is_in_degrees(OGRSpatialReferenceH crs);

/* COV_ERR_CRS where the extent (west, south, east, north) can't be in this system: degrees beyond
 * the poles, which are most often metres with the wrong label. */
cov_status cov_crs_check_extent(OGRSpatialReferenceH crs, const double extent[4], const char *what,
                                cov_error *err);

/* Best operation for the extent (west, south, east, north in `from`). `what` names the layer for
 * messages. */
cov_status cov_transform_create(OGRSpatialReferenceH from, OGRSpatialReferenceH to,
                                const double extent[4], const char *what, cov_transform *out,
                                cov_error *err);
/* The same for another thread, without its name. */
cov_status cov_transform_copy(const cov_transform *transform, cov_transform *out, cov_error *err);
void cov_transform_clear(cov_transform *transform);

/* A note on the operation and its accuracy, where something is transformed. */
cov_status cov_transform_note(const cov_transform *transform, OGRSpatialReferenceH from,
                              OGRSpatialReferenceH to, const char *what, cov_notes *notes,
                              cov_error *err);

/* Transform n points in place, each on its own. One that can't be transformed, or isn't finite,
 * becomes NaN in both coordinates. One thread at a time. */
void cov_transform_points(const cov_transform *transform, size_t n, double *x, double *y);

/* Transform points, lines or polygons in place, their edges densified to the tolerance. The new
 * vertices of an edge are the same whichever way round it is walked, so that neighbours stay
 * edge-matched. One thread at a time. */
cov_status cov_transform_geometry(const cov_transform *transform, OGRGeometryH geometry,
                                  const char *what, cov_error *err);

/* The same for a shape, into a new one. */
cov_status cov_transform_shape(const cov_transform *transform, const cov_shape *shape,
                               const char *what, cov_shape *out, cov_error *err);

#endif
