/* Areas and lengths on an ellipsoid of revolution, of what is drawn with straight edges in the
 * plane of longitude and latitude.
 * SPDX-License-Identifier: MIT
 *
 * Such an edge is neither a geodesic nor a loxodrome; what is measured is the edge itself, so that
 * the parts of an edge add up to it, and the pieces of a polygon to the polygon. */
#ifndef COV_GEOMETRY_SPHEROID_H
#define COV_GEOMETRY_SPHEROID_H

#include <stddef.h>

#include "geometry/predicate.h"

typedef struct cov_spheroid {
    double semi_major; /* metres */
    double flattening; /* 0 to below 1: 1/298.257223563 for WGS 84 */
    double unit;       /* radians for one unit of the coordinates */
} cov_spheroid;

/* The area inside a ring in square metres, above 0 where it runs counter-clockwise. x is longitude,
 * y latitude; the last of the n vertices repeats the first. Longitudes run on beyond 180 degrees: a
 * ring around a pole must go there and back along a meridian. The relative error is about 1e-13. */
double cov_spheroid_area(const cov_spheroid *spheroid, const cov_xy *ring, size_t n);

/* The length of the edge from a to b in metres. The relative error is below 1e-12 up to 80 degrees
 * of latitude, and below 1e-6 beyond for edges that come near a pole without following a meridian.
 * Not finite where a or b isn't. */
double cov_spheroid_length(const cov_spheroid *spheroid, cov_xy a, cov_xy b);

#endif
