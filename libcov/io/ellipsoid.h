/* Ellipsoid: how large and how long on the earth is what lies in the plane.
 * SPDX-License-Identifier: MIT
 *
 * The plane is the coordinate system of a run. A geographic one is measured as it is: its edges are
 * straight between longitude and latitude. Of a projected one the edges are brought to the
 * geographic system it is made from, and stay within a hundredth of a millimetre. One thread at a
 * time. */
#ifndef COV_IO_ELLIPSOID_H
#define COV_IO_ELLIPSOID_H

#include "geometry/spheroid.h"
#include "io/crs.h"

typedef struct cov_ellipsoid {
    cov_spheroid spheroid;
    cov_transform transform; /* from the plane; operation NULL where that is geographic */
} cov_ellipsoid;

/* The extent is that of the data (west, south, east, north in the plane). */
cov_status cov_ellipsoid_create(OGRSpatialReferenceH plane, const double extent[4],
                                cov_ellipsoid *out, cov_error *err);
void cov_ellipsoid_clear(cov_ellipsoid *ellipsoid);

/* Square metres inside a polygon or multipolygon. `what` names it in messages. */
cov_status cov_ellipsoid_area(const cov_ellipsoid *ellipsoid, const cov_shape *shape,
                              const char *what, double *out, cov_error *err);

/* Bring n places of the plane to longitude and latitude, in their place; not finite where that
 * can't be. */
void cov_ellipsoid_place(const cov_ellipsoid *ellipsoid, cov_xy *at, size_t n);

#endif
