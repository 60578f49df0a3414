/* Tracing an edge over a grid: the cells it comes near.
 * SPDX-License-Identifier: MIT
 *
 * Places are in cells. An edge is walked along its flatter side, |slope| <= 1, so that rounding is
 * never magnified, and in one direction, so that an edge and its reverse come near the same cells.
 */
#ifndef COV_GEOMETRY_TRACE_H
#define COV_GEOMETRY_TRACE_H

#include <stdbool.h>

#include "geometry/predicate.h"

/* The whole number at or below a place, within limits. Places are far below 2^31. */
static inline int cell_at(double place, int low, int high)
{
    int i = (int)place;
    i -= place < i;
    return i < low ? low : i > high ? high : i;
}

/* The cells of one column (or, with x and y exchanged, row) that an edge comes near: the rows from
 * *low to *high, at most 0 to last. The edge is the flatter way round, |slope| <= 1. */
typedef struct trace {
    double ax, ay, bx, by; /* ax <= bx, in cells */
    double slope;
    double margin; /* in cells */
} trace;

static inline bool trace_start(trace *t, cov_xy a, cov_xy b, double margin)
{
    bool steep = fabs(b.y - a.y) > fabs(b.x - a.x);
    if (steep) {
        a = (cov_xy){a.y, a.x};
        b = (cov_xy){b.y, b.x};
    }
    if (a.x > b.x) {
        cov_xy swap = a;
        a = b;
        b = swap;
    }
    double slope = b.x > a.x ? (b.y - a.y) / (b.x - a.x) : 0;
    *t = (trace){a.x, a.y, b.x, b.y, slope, margin};
    return steep;
}

static inline void trace_column(const trace *t, int column, int last, int *low, int *high)
{
    double west = column - t->margin, east = column + 1 + t->margin;
    double y0 = west > t->ax ? t->ay + t->slope * (west - t->ax) : t->ay;
    double y1 = east < t->bx ? t->ay + t->slope * (east - t->ax) : t->by;
    double least = (y0 < y1 ? y0 : y1) - t->margin, most = (y0 < y1 ? y1 : y0) + t->margin;
    *low = cell_at(least, 0, last + 1);
    *high = cell_at(most, -1, last);
}

/* Whether two places (in cells) are in the same cell and neither is near its border: then so is all
 * that lies between them. This is the most common case by far. */
static inline bool same_cell(cov_xy a, cov_xy b, double margin)
{
    /* A cast rounds towards 0: what is below 0 has no fraction above the margin. */
    double x = (int)a.x, y = (int)a.y, high = 1 - margin;
    return a.x - x > margin && a.x - x < high && a.y - y > margin && a.y - y < high &&
           b.x - x > margin && b.x - x < high && b.y - y > margin && b.y - y < high;
}

#endif
