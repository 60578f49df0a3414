/* How far a place is from a segment: in a plane, or on an ellipsoid.
 * SPDX-License-Identifier: MIT
 *
 * A place of the data (x, y) has a place in space: itself, or, for degrees, the point of the
 * ellipsoid in metres from its centre. Straight distances in space obey the triangle inequality
 * everywhere, across the poles and the antimeridian too; a distance along the surface is compared
 * by comparing the chord. A segment is straight in the plane of the data, so that on the ellipsoid
 * it is bent: its sag says how far it is from its chord at most. */
#ifndef COV_GEOMETRY_METRIC_H
#define COV_GEOMETRY_METRIC_H

#include <math.h>
#include <stdbool.h>

#include "base/status.h"
#include "geometry/predicate.h"

/* Coordinates beyond this are refused in a plane: the square of a cross product stays finite. */
#define COV_PLANE_MAX 1e60

/* Longitudes in degrees; latitudes end at the poles. */
#define COV_LONGITUDE_MAX 540.0

typedef struct cov_place {
    double x, y, z;
} cov_place;

/* A place in space, and the longest straight distance from it that is reached. */
typedef struct cov_spot {
    cov_place place;
    double limit;
} cov_spot;

typedef struct cov_segment {
    cov_xy a, b;
    cov_place at_a, at_b;
} cov_segment;

typedef struct cov_metric {
    bool geographic;
    double reach;       /* the distance: in the unit of a plane, or in metres */
    double least, most; /* straight distances reached by every spot, and by some */
    double slack;       /* rounding errors of distances in space, at most */
    double a, b, e2;    /* of the ellipsoid: its radii, its eccentricity squared */
} cov_metric;

/* From the distance and the coordinate system of the options. Errors: COV_ERR_ARGUMENT. */
cov_status cov_metric_init(cov_metric *m, const cov_near_options *options, cov_error *err);

/* Whether all vertices are places: finite and not beyond the limits above. COV_ERR_GEOMETRY. */
cov_status cov_metric_check(const cov_metric *m, const cov_xy *v, size_t n, cov_error *err);

cov_place cov_metric_place(const cov_metric *m, cov_xy p);
cov_spot cov_metric_spot(const cov_metric *m, cov_xy p);

/* The distance from the bent segment a-b to its chord, at most; 0 in a plane. */
double cov_metric_sag(const cov_metric *m, cov_xy a, cov_xy b);

/* Whether the segment comes within reach of the spot. The answer depends on nothing else. In a
 * plane it is as exact as doubles are; on an ellipsoid, off by less than a millionth of the
 * distance up to 100 km, and by less than 10 millionths beyond. */
bool cov_metric_within(const cov_metric *m, const cov_spot *p, const cov_segment *s);

/* Where on the line through the segment the nearest place is: 0 at a, 1 at b, below 0 and above 1
 * where it is beyond an end. On an ellipsoid, for segments that are short or not near a pole. */
double cov_metric_nearest(const cov_metric *m, cov_place p, const cov_segment *s);

/* The straight distance in space from the middle of a box (half as wide as `half` says) to any
 * other place in it, at most. */
double cov_metric_radius(const cov_metric *m, cov_xy middle, cov_xy half);

/* Make a box (west, south, east, north) hold whatever is within reach of it. On an ellipsoid it
 * ends at the poles, and is never wider than 360 degrees. */
void cov_metric_widen(const cov_metric *m, double box[4]);

static inline cov_place cov_place_minus(cov_place a, cov_place b)
{
    return (cov_place){a.x - b.x, a.y - b.y, a.z - b.z};
}

static inline double cov_place_dot(cov_place a, cov_place b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

/* The square of the straight distance from p to the chord a-b. */
static inline double cov_squared_distance(cov_place p, cov_place a, cov_place b)
{
    cov_place ab = cov_place_minus(b, a), ap = cov_place_minus(p, a);
    double along = cov_place_dot(ap, ab), length = cov_place_dot(ab, ab);
    double t = along > 0 ? along / length : 0;
    t = t < 1 ? t : 1;
    cov_place off = {ap.x - t * ab.x, ap.y - t * ab.y, ap.z - t * ab.z};
    return cov_place_dot(off, off);
}

#endif
