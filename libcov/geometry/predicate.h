/* Which side of a directed edge a point lies on, exactly.
 * SPDX-License-Identifier: MIT
 *
 * A forward error bound decides all but a few cases in a handful of flops. The others are decided
 * by integers: the three points are multiples of a common power of two in x and of one in y, so
 * that the determinant is a whole number of units, taken in 128 bits where it fits and in as many
 * 64-bit words as it needs where not. Right for every finite double, subnormal numbers and mixed
 * magnitudes included; no overflow, no underflow, no rounding mode but the default. */
#ifndef COV_GEOMETRY_PREDICATE_H
#define COV_GEOMETRY_PREDICATE_H

#include <math.h>

/* Coordinates beyond this are refused: nothing on Earth is so far, and squares stay finite. */
#define COV_COORDINATE_MAX 1e150

typedef struct cov_xy {
    double x;
    double y;
} cov_xy;

/* The sign of (b - a) x (p - a) in exact arithmetic; slow; see cov_orient. */
int cov_orient_exact(cov_xy a, cov_xy b, cov_xy p);

/* +1 where p lies to the left of the directed line a -> b, -1 to the right, 0 on it. Coordinates
 * must be finite and at most 1e150 in magnitude. */
static inline int cov_orient(cov_xy a, cov_xy b, cov_xy p)
{
    /* Shewchuk 1997: the computed value is off by at most (3 + 16 eps) eps (|left| + |right|), eps
     * = 2^-53; the smallest normal number covers products that underflow. */
    double left = (b.x - a.x) * (p.y - a.y);
    double right = (b.y - a.y) * (p.x - a.x);
    double value = left - right;
    double bound = 3.3306690738754716e-16 * (fabs(left) + fabs(right)) + 2.2250738585072014e-308;
    if (value > bound)
        return 1;
    if (value < -bound)
        return -1;
    return cov_orient_exact(a, b, p);
}

/* The same for the place a hair to the east and a far smaller hair to the north of p, (x + e,
 * y + e^2): the border rule of cov.h. Never 0 where a and b differ. Antisymmetric in a and b. */
static inline int cov_side(cov_xy a, cov_xy b, cov_xy p)
{
    int side = cov_orient(a, b, p);
    if (side != 0)
        return side;
    /* (b - a) x (e, e^2) = dx e^2 - dy e: the sign of -dy, or, for a horizontal edge, of dx. */
    if (a.y != b.y)
        return a.y > b.y ? 1 : -1;
    return b.x > a.x ? 1 : -1;
}

#endif
