/* SPDX-License-Identifier: MIT */
#include "geometry/rings.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "geometry/wkb.h"

/* ---------------------------------------------------------------- rings */

static bool same(cov_xy a, cov_xy b)
{
    return a.x == b.x && a.y == b.y;
}

/* Twice the area; only its sign is used, and only for rings that fold back at their western end. */
static double shoelace(const cov_xy *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i + 1 < n; i++)
        sum +=
            (v[i].x - v[0].x) * (v[i + 1].y - v[0].y) - (v[i + 1].x - v[0].x) * (v[i].y - v[0].y);
    return sum;
}

/* +1 for counter-clockwise, -1 for clockwise, 0 for a ring without area: the turn at the lowest of
 * the westernmost vertices, which is convex, taken exactly. */
static int winding(const cov_xy *v, size_t n)
{
    size_t least = 0;
    for (size_t i = 1; i + 1 < n; i++) {
        if (v[i].x < v[least].x || (v[i].x == v[least].x && v[i].y < v[least].y))
            least = i;
    }
    cov_xy before = v[least > 0 ? least - 1 : n - 2];
    int turn = cov_orient(before, v[least], v[least + 1]);
    if (turn != 0)
        return turn;
    double area = shoelace(v, n);
    return (area > 0) - (area < 0);
}

static void reverse(cov_xy *v, size_t n)
{
    for (size_t i = 0, j = n - 1; i < j; i++, j--) {
        cov_xy t = v[i];
        v[i] = v[j];
        v[j] = t;
    }
}

static void widen_extent(double extent[4], const cov_xy *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        extent[0] = v[i].x < extent[0] ? v[i].x : extent[0];
        extent[1] = v[i].y < extent[1] ? v[i].y : extent[1];
        extent[2] = v[i].x > extent[2] ? v[i].x : extent[2];
        extent[3] = v[i].y > extent[3] ? v[i].y : extent[3];
    }
}

/* Read n vertices behind the last of the rings, without repeated ones; *kept is how many stay. */
static cov_status read_vertices(cov_rings *rings, cov_wkb *r, uint32_t n, size_t doubles,
                                size_t *kept, cov_error *err)
{
    size_t stride = doubles * sizeof(double);
    cov_status s = cov_wkb_expect(r, n, stride, err);
    if (s != COV_OK)
        return s;
    if (cov_reserve((void **)&rings->vertex, &rings->vertex_capacity, rings->n_vertices + n,
                    sizeof(cov_xy)) != 0)
        return cov_fail_memory(err);
    cov_xy *v = rings->vertex + rings->n_vertices;
    size_t count = 0;
    for (uint32_t i = 0; i < n; i++, r->at += stride) {
        cov_xy p = cov_wkb_xy(r);
        if (!(fabs(p.x) <= COV_COORDINATE_MAX && fabs(p.y) <= COV_COORDINATE_MAX))
            return cov_fail(err, COV_ERR_GEOMETRY,
                            "vertex %u of a ring has the coordinates (%s, %s)", i + 1,
                            cov_numeral_of(p.x, 6).text, cov_numeral_of(p.y, 6).text);
        if (count == 0 || !same(v[count - 1], p))
            v[count++] = p;
    }
    *kept = count;
    return COV_OK;
}

static cov_status read_ring(cov_rings *rings, cov_wkb *r, size_t doubles, bool hole, uint32_t label,
                            cov_error *err)
{
    uint32_t n = 0;
    size_t kept = 0;
    cov_status s = cov_wkb_u32(r, &n, err);
    if (s == COV_OK)
        s = read_vertices(rings, r, n, doubles, &kept, err);
    if (s != COV_OK)
        return s;
    cov_xy *v = rings->vertex + rings->n_vertices;
    if (kept > 0 && !same(v[0], v[kept - 1]))
        return cov_fail(err, COV_ERR_GEOMETRY, "a ring that starts at (%s, %s) is not closed",
                        cov_numeral_of(v[0].x, 17).text, cov_numeral_of(v[0].y, 17).text);
    int turn = kept >= 4 ? winding(v, kept) : 0;
    if (turn == 0 && rings->leave_flat)
        return COV_OK;
    if (kept == 0)
        return cov_fail(err, COV_ERR_GEOMETRY, "a ring is empty");
    if (turn == 0)
        return cov_fail(err, COV_ERR_GEOMETRY, "a ring at (%s, %s) has no area",
                        cov_numeral_of(v[0].x, 17).text, cov_numeral_of(v[0].y, 17).text);
    if ((turn < 0) != hole)
        reverse(v, kept);
    if (cov_reserve((void **)&rings->ring, &rings->ring_capacity, rings->n_rings + 1,
                    sizeof(cov_ring)) != 0)
        return cov_fail_memory(err);
    rings->ring[rings->n_rings++] = (cov_ring){rings->n_vertices, kept, label};
    rings->n_vertices += kept;
    return COV_OK;
}

static cov_status read_polygon(cov_rings *rings, cov_wkb *r, size_t doubles, uint32_t label,
                               cov_error *err)
{
    uint32_t n = 0;
    cov_status s = cov_wkb_u32(r, &n, err);
    for (uint32_t i = 0; s == COV_OK && i < n; i++)
        s = read_ring(rings, r, doubles, i > 0, label, err);
    return s;
}

static cov_status read_geometry(cov_rings *rings, cov_wkb *r, uint32_t label, cov_error *err)
{
    uint32_t type = 0, n = 0;
    size_t doubles = 0;
    cov_status s = cov_wkb_head(r, &type, &doubles, err);
    if (s != COV_OK)
        return s;
    if (type == COV_WKB_POLYGON)
        return read_polygon(rings, r, doubles, label, err);
    if (type != COV_WKB_MULTIPOLYGON)
        return cov_fail(err, COV_ERR_GEOMETRY,
                        "its geometry is not a Polygon or MultiPolygon (WKB type %u)", type);
    s = cov_wkb_u32(r, &n, err);
    for (uint32_t i = 0; s == COV_OK && i < n; i++) {
        s = cov_wkb_head(r, &type, &doubles, err);
        if (s == COV_OK && type != COV_WKB_POLYGON)
            s = cov_fail(err, COV_ERR_GEOMETRY, "a part is not a Polygon (WKB type %u)", type);
        if (s == COV_OK)
            s = read_polygon(rings, r, doubles, rings->by_polygon ? label + i : label, err);
    }
    return s;
}

cov_status cov_rings_add(cov_rings *rings, const void *wkb, size_t size, uint32_t label,
                         cov_error *err)
{
    if (wkb == NULL || size == 0)
        return cov_fail(err, COV_ERR_GEOMETRY, "it has no geometry");
    size_t n_rings = rings->n_rings, n_vertices = rings->n_vertices;
    cov_wkb r = cov_wkb_open(wkb, size);
    cov_status s = read_geometry(rings, &r, label, err);
    if (s == COV_OK && rings->n_rings == n_rings && !rings->leave_flat)
        s = cov_fail(err, COV_ERR_GEOMETRY, "its geometry is empty");
    if (s != COV_OK) {
        rings->n_rings = n_rings;
        rings->n_vertices = n_vertices;
        return s;
    }
    widen_extent(rings->extent, rings->vertex + n_vertices, rings->n_vertices - n_vertices);
    return COV_OK;
}

cov_status cov_rings_reserve(cov_rings *rings, size_t wkb_size, cov_error *err)
{
    size_t n = wkb_size / sizeof(cov_xy) + 1;
    if (cov_reserve((void **)&rings->vertex, &rings->vertex_capacity, rings->n_vertices + n,
                    sizeof(cov_xy)) != 0)
        return cov_fail_memory(err);
    return COV_OK;
}

const cov_ring *cov_rings_of(const cov_rings *rings, size_t vertex)
{
    size_t low = 0, high = rings->n_rings;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (rings->ring[middle].first <= vertex)
            low = middle;
        else
            high = middle;
    }
    return &rings->ring[low];
}

void cov_rings_clear(cov_rings *rings)
{
    cov_free(rings->vertex);
    cov_free(rings->ring);
    *rings = (cov_rings)COV_RINGS_INIT;
}
