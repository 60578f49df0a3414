/* SPDX-License-Identifier: MIT */
#include "geometry/paths.h"

#include "base/mem.h"
#include "base/text.h"
#include "geometry/wkb.h"

enum { COLLECTIONS_MAX = 32 };

/* What is read, and where to. */
typedef struct reading {
    cov_wkb at;
    cov_paths *paths;
    cov_paths_kind kind;
    cov_error *err;
} reading;

static cov_status close_path(reading *r, size_t n)
{
    cov_paths *p = r->paths;
    if (cov_reserve((void **)&p->path, &p->path_capacity, p->n_paths + 1, sizeof *p->path) != 0)
        return cov_fail_memory(r->err);
    p->path[p->n_paths++] = (cov_chain){p->n_vertices, n};
    p->n_vertices += n;
    return COV_OK;
}

static cov_status read_vertices(reading *r, size_t n, size_t doubles)
{
    size_t stride = doubles * sizeof(double), kept = 0;
    cov_paths *p = r->paths;
    cov_status s = cov_wkb_expect(&r->at, n, stride, r->err);
    if (s != COV_OK || n == 0)
        return s;
    if (cov_reserve((void **)&p->vertex, &p->vertex_capacity, p->n_vertices + n,
                    sizeof *p->vertex) != 0)
        return cov_fail_memory(r->err);
    cov_xy *v = p->vertex + p->n_vertices;
    for (size_t i = 0; i < n; i++, r->at.at += stride) {
        cov_xy q = cov_wkb_xy(&r->at);
        if (!(fabs(q.x) <= COV_COORDINATE_MAX && fabs(q.y) <= COV_COORDINATE_MAX))
            return cov_fail(r->err, COV_ERR_GEOMETRY, "vertex %zu has the coordinates (%s, %s)",
                            i + 1, cov_numeral_of(q.x, 6).text, cov_numeral_of(q.y, 6).text);
        if (kept == 0 || v[kept - 1].x != q.x || v[kept - 1].y != q.y)
            v[kept++] = q;
    }
    return close_path(r, kept);
}

static cov_status read_line(reading *r, size_t doubles)
{
    uint32_t n = 0;
    cov_status s = cov_wkb_u32(&r->at, &n, r->err);
    if (s == COV_OK && n == 1)
        s = cov_fail(r->err, COV_ERR_GEOMETRY, "a line has only one vertex");
    return s == COV_OK ? read_vertices(r, n, doubles) : s;
}

static cov_status read_polygon(reading *r, size_t doubles)
{
    uint32_t n = 0;
    cov_status s = cov_wkb_u32(&r->at, &n, r->err);
    for (uint32_t i = 0; s == COV_OK && i < n; i++)
        s = read_line(r, doubles);
    return s;
}

/* A point both of whose coordinates are no number is an empty one. */
static cov_status read_point(reading *r, size_t doubles)
{
    cov_status s = cov_wkb_expect(&r->at, doubles, sizeof(double), r->err);
    if (s != COV_OK)
        return s;
    cov_xy p = cov_wkb_xy(&r->at);
    if (p.x != p.x && p.y != p.y) {
        r->at.at += doubles * sizeof(double);
        return COV_OK;
    }
    return read_vertices(r, 1, doubles);
}

static cov_status fail_kind(const reading *r, uint32_t type)
{
    return cov_fail(r->err, COV_ERR_GEOMETRY,
                    r->kind == COV_PATHS_NETWORK ? "it is not of points or lines (WKB type %u)"
                                                 : "it is not of lines or polygons (WKB type %u)",
                    type);
}

/* The parts of a geometry are `only` of this type, or, for 0, of any. */
static cov_status read_geometry(reading *r, uint32_t only, unsigned depth)
{
    uint32_t type = 0, n = 0;
    size_t doubles = 0;
    cov_status s = cov_wkb_head(&r->at, &type, &doubles, r->err);
    if (s != COV_OK)
        return s;
    if (only != 0 && type != only)
        return cov_fail(r->err, COV_ERR_GEOMETRY, "a part has WKB type %u instead of %u", type,
                        only);
    uint32_t other = r->kind == COV_PATHS_NETWORK ? COV_WKB_POINT : COV_WKB_POLYGON;
    if (type == COV_WKB_LINESTRING)
        return read_line(r, doubles);
    if (type == other)
        return type == COV_WKB_POINT ? read_point(r, doubles) : read_polygon(r, doubles);
    if (type != COV_WKB_MULTILINESTRING && type != other + 3 && type != COV_WKB_COLLECTION)
        return fail_kind(r, type);
    if (depth >= COLLECTIONS_MAX)
        return cov_fail(r->err, COV_ERR_GEOMETRY, "its collections stand more than %d deep",
                        COLLECTIONS_MAX);
    s = cov_wkb_u32(&r->at, &n, r->err);
    for (uint32_t i = 0; s == COV_OK && i < n; i++)
        s = read_geometry(r, type == COV_WKB_COLLECTION ? 0 : type - 3, depth + 1);
    return s;
}

cov_status cov_paths_add(cov_paths *paths, const void *wkb, size_t size, cov_paths_kind kind,
                         cov_error *err)
{
    if (wkb == NULL || size == 0)
        return cov_fail(err, COV_ERR_GEOMETRY, "it has no geometry");
    size_t n_paths = paths->n_paths, n_vertices = paths->n_vertices;
    reading r = {cov_wkb_open(wkb, size), paths, kind, err};
    cov_status s = read_geometry(&r, 0, 0);
    if (s == COV_OK && paths->n_paths == n_paths)
        s = cov_fail(err, COV_ERR_GEOMETRY, "its geometry is empty");
    if (s != COV_OK) {
        paths->n_paths = n_paths;
        paths->n_vertices = n_vertices;
    }
    return s;
}

void cov_paths_clear(cov_paths *paths)
{
    cov_free(paths->vertex);
    cov_free(paths->path);
    *paths = (cov_paths)COV_PATHS_INIT;
}
