/* SPDX-License-Identifier: MIT */
#include "geometry/spheroid.h"

/* Along an edge everything depends on the latitude alone, which changes evenly. An edge is cut into
 * parts that climb at most STEEP radians, each taken with Gauss's five points, whose error is then
 * far below that of the doubles; where it climbs less than FLAT two points are as good. */
#define STEEP 0.0174532925199433
#define FLAT 0.0003

/* Gauss and Legendre on [0, 1]: points and weights. */
static const double two[2][2] = {{0.21132486540518712, 0.5}, {0.78867513459481288, 0.5}};
static const double five[5][2] = {
    {0.046910077030668004, 0.11846344252809454},
    {0.23076534494715845, 0.23931433524968324},
    {0.5, 0.28444444444444444},
    {0.76923465505284155, 0.23931433524968324},
    {0.95308992296933200, 0.11846344252809454},
};

typedef struct edge {
    const cov_spheroid *spheroid;
    double e2;
    double base;  /* latitude that others are counted from, radians */
    double from;  /* where the edge begins, above the base */
    double climb; /* in latitude and longitude, radians */
    double run;
} edge;

/* The mean of a function of the latitude above the base along the edge. */
static double mean_along(const edge *e, double (*value)(const edge *, double above))
{
    double steps = ceil(fabs(e->climb) / STEEP), sum = 0;
    if (!isfinite(steps)) /* there is no end to that many */
        return NAN;
    steps = steps < 1 ? 1 : steps;
    const double(*rule)[2] = fabs(e->climb) < FLAT ? two : five;
    int points = fabs(e->climb) < FLAT ? 2 : 5;
    for (double k = 0; k < steps; k++) {
        for (int i = 0; i < points; i++)
            sum += rule[i][1] * value(e, e->from + e->climb * ((k + rule[i][0]) / steps));
    }
    return sum / steps;
}

/* ---------------------------------------------------------------- area */

/* The area between the base and a latitude, per radian of longitude and per half the square of the
 * semi-minor axis:
 *
 *     q(f) - q(f0),  q(f) = sin f / (1 - e2 sin^2 f) + artanh(e sin f) / e
 *
 * with the differences taken before they can lose their digits: small polygons are a tiny part of
 * the zone down to the equator. */
static double zone(const edge *e, double above)
{
    double s0 = sin(e->base), s = sin(e->base + above), root = sqrt(e->e2);
    double d = 2 * cos(e->base + above / 2) * sin(above / 2);
    double first = d * (1 + e->e2 * s * s0) / ((1 - e->e2 * s * s) * (1 - e->e2 * s0 * s0));
    double second = root > 0 ? atanh(root * d / (1 - e->e2 * s * s0)) / root : d;
    return first + second;
}

double cov_spheroid_area(const cov_spheroid *spheroid, const cov_xy *ring, size_t n)
{
    double f = spheroid->flattening, unit = spheroid->unit, sum = 0;
    edge e = {spheroid, f * (2 - f), 0, 0, 0, 0};
    e.base = n > 0 ? ring[0].y * unit : 0;
    for (size_t i = 0; i + 1 < n; i++) {
        e.run = (ring[i + 1].x - ring[i].x) * unit;
        e.from = (ring[i].y - ring[0].y) * unit;
        e.climb = (ring[i + 1].y - ring[i].y) * unit;
        if (e.run != 0)
            sum -= e.run * mean_along(&e, zone);
    }
    double b = spheroid->semi_major * (1 - f);
    return sum * b * b / 2;
}

/* ---------------------------------------------------------------- length */

/* Metres per edge: how fast one moves that goes along it once in a unit of time. */
static double speed(const edge *e, double above)
{
    double latitude = e->base + above, s = sin(latitude), w2 = 1 - e->e2 * s * s,
           a = e->spheroid->semi_major;
    double north = a * (1 - e->e2) / (w2 * sqrt(w2)) * e->climb;
    double east = a / sqrt(w2) * cos(latitude) * e->run;
    return sqrt(north * north + east * east);
}

double cov_spheroid_length(const cov_spheroid *spheroid, cov_xy a, cov_xy b)
{
    double f = spheroid->flattening, unit = spheroid->unit;
    const edge e = {spheroid, f * (2 - f), a.y * unit, 0, (b.y - a.y) * unit, (b.x - a.x) * unit};
    return mean_along(&e, speed);
}
