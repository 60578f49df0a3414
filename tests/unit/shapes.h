/* Polygons of awkward shape, appended to a sheet. SPDX-License-Identifier: MIT
 *
 * Each is valid in the sense of OGC Simple Features as long as its numbers leave doubles enough
 * between neighbouring vertices. */
#ifndef COV_TESTS_SHAPES_H
#define COV_TESTS_SHAPES_H

#include "support.h"

#define TURN 6.283185307179586

static inline spot polar(spot centre, double radius, double angle)
{
    return (spot){centre.x + radius * cos(angle), centre.y + radius * sin(angle)};
}

/* n >= 3 spikes of random length around a centre: 2n vertices. */
static inline void shape_star(sheet *s, uint32_t owner, rng *r, spot centre, double low,
                              double high, size_t n)
{
    sheet_open(s, owner, 0);
    for (size_t i = 0; i < 2 * n; i++) {
        double angle = TURN * ((double)i + rng_between(r, 0, 0.5)) / (double)(2 * n);
        double radius = i % 2 ? low : rng_between(r, low, high);
        spot p = polar(centre, radius, angle);
        sheet_vertex(s, p.x, p.y);
    }
    sheet_close(s);
}

/* A star with a hole that has the same rays: it touches nothing. */
static inline void shape_ring(sheet *s, uint32_t owner, spot centre, double inner, double outer,
                              size_t n)
{
    for (int k = 0; k < 2; k++) {
        sheet_open(s, owner, 0);
        for (size_t i = 0; i < n; i++) {
            spot p = polar(centre, k ? inner : outer, TURN * (double)i / (double)n);
            sheet_vertex(s, p.x, p.y);
        }
        sheet_close(s);
    }
}

/* A band that winds outwards. */
static inline void shape_spiral(sheet *s, uint32_t owner, spot centre, double pitch, size_t turns)
{
    size_t n = turns * 40;
    sheet_open(s, owner, 0);
    for (size_t i = 0; i <= n; i++) {
        spot p = polar(centre, pitch * (1 + (double)i / 40), TURN * (double)i / 40);
        sheet_vertex(s, p.x, p.y);
    }
    for (size_t i = n + 1; i-- > 0;) {
        spot p = polar(centre, pitch * (1.5 + (double)i / 40), TURN * (double)i / 40);
        sheet_vertex(s, p.x, p.y);
    }
    sheet_close(s);
}

/* Teeth that point north, from a back along the southern side of the box. */
static inline void shape_comb(sheet *s, uint32_t owner, const double box[4], size_t teeth)
{
    double step = (box[2] - box[0]) / (double)(2 * teeth), back = (box[3] - box[1]) / 64;
    sheet_open(s, owner, 0);
    sheet_vertex(s, box[2], box[1]);
    for (size_t i = 2 * teeth; i-- > 0;) {
        double y = i % 2 ? box[3] : box[1] + back;
        sheet_vertex(s, box[0] + step * (double)(i + 1), y);
        sheet_vertex(s, box[0] + step * (double)i, y);
    }
    sheet_vertex(s, box[0], box[1]);
    sheet_close(s);
}

/* Triangles that share one vertex and fill the disc: owners first .. first + n - 1. */
static inline void shape_fan(sheet *s, uint32_t first, spot centre, double radius, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        /* i + 1 modulo n, so that the last side is the first one bit by bit */
        spot v[] = {centre, polar(centre, radius, TURN * (double)i / (double)n),
                    polar(centre, radius, TURN * (double)((i + 1) % n) / (double)n)};
        sheet_ring(s, first + (uint32_t)i, 0, v, 3);
    }
}

/* Frames within frames around a centre, each the hole of the one outside it. */
static inline void shape_frames(sheet *s, uint32_t first, spot centre, double half, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double outer = half * (double)(n - i), inner = half * (double)(n - i - 1);
        const double a[] = {centre.x - outer, centre.y - outer, centre.x + outer, centre.y + outer};
        const double b[] = {centre.x - inner, centre.y - inner, centre.x + inner, centre.y + inner};
        sheet_box(s, first + (uint32_t)i, 0, a);
        if (inner > 0)
            sheet_box(s, first + (uint32_t)i, 0, b);
    }
}

/* Rectangles on the whole numbers of a square, overlapping and touching at will. */
static inline void shape_boxes(sheet *s, uint32_t first, rng *r, size_t side, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t x = rng_below(r, side), y = rng_below(r, side);
        size_t w = 1 + rng_below(r, side - x), h = 1 + rng_below(r, side - y);
        sheet_box(s, first + (uint32_t)i, 0,
                  (const double[]){(double)x, (double)y, (double)(x + w), (double)(y + h)});
    }
}

#endif
