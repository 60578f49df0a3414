/* Extent: west, south, east and north of places in a plane.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_EXTENT_H
#define COV_IO_EXTENT_H

#include <math.h>

/* Of no place, and where nobody knows where they are. */
#define COV_EXTENT_NOWHERE                                                                         \
    {                                                                                              \
        INFINITY, INFINITY, -INFINITY, -INFINITY                                                   \
    }
#define COV_EXTENT_ANYWHERE                                                                        \
    {                                                                                              \
        -INFINITY, -INFINITY, INFINITY, INFINITY                                                   \
    }

static inline int cov_extent_meet(const double a[4], const double b[4])
{
    return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

static inline void cov_extent_widen(double extent[4], const double by[4])
{
    extent[0] = fmin(extent[0], by[0]);
    extent[1] = fmin(extent[1], by[1]);
    extent[2] = fmax(extent[2], by[2]);
    extent[3] = fmax(extent[3], by[3]);
}

#endif
