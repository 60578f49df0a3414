/* SPDX-License-Identifier: MIT */
#include "io/slices.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* Long segments are cut up first, so that little memory is needed and few borders are near. */
#define STRIDE 1000.0

void cov_slices_init(cov_slices *slices, const cov_edges *edges, const cov_ellipsoid *ellipsoid)
{
    memset(slices, 0, sizeof *slices);
    slices->edges = edges;
    slices->ellipsoid = ellipsoid;
}

void cov_slices_clear(cov_slices *slices)
{
    cov_free(slices->cut);
    cov_free(slices->at);
    memset(slices, 0, sizeof *slices);
}

static cov_xy along(cov_xy a, cov_xy b, double t)
{
    if (t == 1)
        return b;
    return (cov_xy){a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
}

/* ---------------------------------------------------------------- crossings */

static double cross(cov_xy a, cov_xy b, cov_xy c, cov_xy d)
{
    return (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x);
}

static cov_status add_cut(cov_slices *s, double t, cov_error *err)
{
    if (!(t >= 0 && t <= 1))
        return COV_OK;
    if (cov_reserve((void **)&s->cut, &s->cut_capacity, s->n + 1, sizeof *s->cut) != 0)
        return cov_fail_memory(err);
    s->cut[s->n++] = t;
    return COV_OK;
}

/* Whether an edge touches the segment is decided exactly; where, to the rounding of doubles. One
 * that runs along the segment needs no cut: those do where the border joins and leaves it. */
static cov_status add_crossing(cov_slices *s, cov_xy c, cov_xy d, cov_error *err)
{
    int side_c = cov_orient(s->from, s->to, c), side_d = cov_orient(s->from, s->to, d);
    if (side_c * side_d > 0 || cov_orient(c, d, s->from) * cov_orient(c, d, s->to) > 0)
        return COV_OK;
    return add_cut(s, cross(s->from, c, c, d) / cross(s->from, s->to, c, d), err);
}

static cov_status cross_stretch(void *data, const cov_stretch *stretch, cov_error *err)
{
    cov_slices *s = data;
    cov_status status = COV_OK;
    double west = fmin(s->from.x, s->to.x), east = fmax(s->from.x, s->to.x);
    double south = fmin(s->from.y, s->to.y), north = fmax(s->from.y, s->to.y);
    for (size_t i = 0; i < stretch->n && status == COV_OK; i++) {
        cov_xy c = stretch->vertex[i], d = stretch->vertex[i + 1];
        if (fmin(c.x, d.x) <= east && fmax(c.x, d.x) >= west && fmin(c.y, d.y) <= north &&
            fmax(c.y, d.y) >= south)
            status = add_crossing(s, c, d, err);
    }
    return status;
}

static cov_status find_crossings(cov_slices *s, cov_error *err)
{
    const double box[4] = {fmin(s->from.x, s->to.x), fmin(s->from.y, s->to.y),
                           fmax(s->from.x, s->to.x), fmax(s->from.y, s->to.y)};
    return cov_edges_find(s->edges, box, cross_stretch, s, err);
}

/* ---------------------------------------------------------------- parts */

/* Metres between two places of the plane that are not far from each other. */
static double metres_between(const cov_slices *s, cov_xy a, cov_xy b)
{
    cov_xy at[2] = {a, b};
    cov_ellipsoid_place(s->ellipsoid, at, 2);
    return cov_spheroid_length(&s->ellipsoid->spheroid, at[0], at[1]);
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static cov_status check_length(const cov_slices *s, double metres, cov_error *err)
{
    if (metres < 1e9)
        return COV_OK;
    return cov_fail(err, COV_ERR_GEOMETRY,
                    "a line from (%s, %s) to (%s, %s) has no length on Earth: correct its "
                    "coordinates, or the coordinate reference system that its file states",
                    cov_numeral_of(s->from.x, 9).text, cov_numeral_of(s->from.y, 9).text,
                    cov_numeral_of(s->to.x, 9).text, cov_numeral_of(s->to.y, 9).text);
}

/* All cuts in order, the ends among them. Both ends of a line can have a place on Earth and what is
 * between them none. */
static cov_status find_cuts(cov_slices *s, cov_error *err)
{
    double metres = metres_between(s, s->from, s->to), parts = ceil(metres / COV_SLICE_MAX);
    s->n = 0;
    cov_status status = check_length(s, metres, err);
    if (status == COV_OK)
        status = find_crossings(s, err);
    for (double k = 0; k < parts && status == COV_OK; k++)
        status = add_cut(s, k / parts, err);
    if (status == COV_OK)
        status = add_cut(s, 1, err);
    if (status == COV_OK)
        qsort(s->cut, s->n, sizeof *s->cut, compare);
    return status;
}

static cov_status place_cuts(cov_slices *s, cov_error *err)
{
    if (cov_reserve((void **)&s->at, &s->at_capacity, s->n, sizeof *s->at) != 0)
        return cov_fail_memory(err);
    for (size_t i = 0; i < s->n; i++)
        s->at[i] = along(s->from, s->to, s->cut[i]);
    cov_ellipsoid_place(s->ellipsoid, s->at, s->n);
    return COV_OK;
}

static cov_status cut_stride(cov_slices *s, cov_slice_visit visit, void *data, cov_error *err)
{
    cov_status status = find_cuts(s, err);
    if (status == COV_OK)
        status = place_cuts(s, err);
    for (size_t i = 1; i < s->n && status == COV_OK; i++) {
        if (s->cut[i] == s->cut[i - 1])
            continue;
        cov_xy middle = along(s->from, s->to, (s->cut[i - 1] + s->cut[i]) / 2);
        double metres = cov_spheroid_length(&s->ellipsoid->spheroid, s->at[i - 1], s->at[i]);
        status = check_length(s, metres, err);
        if (status == COV_OK)
            status = visit(data, middle, metres, err);
    }
    return status;
}

cov_status cov_slices_cut(cov_slices *slices, cov_xy a, cov_xy b, cov_slice_visit visit, void *data,
                          cov_error *err)
{
    double metres = metres_between(slices, a, b), strides = ceil(metres / STRIDE);
    slices->from = a;
    slices->to = b;
    cov_status s = check_length(slices, metres, err);
    for (double k = 0; k < strides && s == COV_OK; k++) {
        slices->from = along(a, b, k / strides);
        slices->to = along(a, b, (k + 1) / strides);
        s = cut_stride(slices, visit, data, err);
    }
    return s;
}
