/* SPDX-License-Identifier: MIT */
#include "io/crs.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "geometry/predicate.h"
#include "io/operation.h"

/* An edge is halved at most so often: 40,000 km come down to 0.6 m. One that is still not straight
 * is torn by the projection (it crosses the antimeridian, or runs over a pole). */
#define DEPTH_MAX 26

typedef struct walk {
    const cov_transform *transform;
    cov_xy *at; /* the new ring */
    size_t n;
    size_t capacity;
} walk;

typedef struct end {
    cov_xy from;
    cov_xy to;
} end;

enum { FLAT_OK = 0, FLAT_NO_MEMORY = 1, FLAT_TORN = 2 };

static cov_xy middle(cov_xy a, cov_xy b)
{
    return (cov_xy){(a.x + b.x) / 2, (a.y + b.y) / 2};
}

static end middle_of(const walk *w, const end *a, const end *b)
{
    cov_xy m = middle(a->from, b->from);
    end e = {m, m};
    cov_operation_apply(w->transform->operation, &e.to.x, &e.to.y, sizeof e, 1);
    return e;
}

/* Whether the image of the middle lies as near to the middle of the images as it should. A point
 * that is not finite is never near. */
static int is_near(const walk *w, const end *a, const end *b, const end *m)
{
    double dx = m->to.x - (a->to.x + b->to.x) / 2, dy = m->to.y - (a->to.y + b->to.y) / 2;
    return fabs(dx) <= w->transform->tolerance && fabs(dy) <= w->transform->tolerance;
}

static int push(walk *w, cov_xy at)
{
    if (cov_reserve((void **)&w->at, &w->capacity, w->n + 1, sizeof *w->at) != 0)
        return FLAT_NO_MEMORY;
    w->at[w->n++] = at;
    return FLAT_OK;
}

static int is_long(const walk *w, const end *a, const end *b)
{
    return fabs(a->from.x - b->from.x) > w->transform->long_edge ||
           fabs(a->from.y - b->from.y) > w->transform->long_edge;
}

/* Append what is needed between a and b, whose middle is m. A long edge may bend one way in its
 * first half and the other way in its second, so that its middle is right and its quarters are not.
 */
static int split(walk *w, const end *a, const end *m, const end *b, int depth)
{
    int flat = is_near(w, a, b, m);
    if (flat && !is_long(w, a, b))
        return FLAT_OK;
    if (depth == DEPTH_MAX || !isfinite(m->to.x) || !isfinite(m->to.y))
        return FLAT_TORN;
    end p = middle_of(w, a, m), q = middle_of(w, m, b);
    if (flat && is_near(w, a, m, &p) && is_near(w, m, b, &q))
        return FLAT_OK;
    int r = split(w, a, &p, m, depth + 1);
    if (r == FLAT_OK)
        r = push(w, m->to);
    return r == FLAT_OK ? split(w, m, &q, b, depth + 1) : r;
}

/* Walk from a to b, always computing in the order of the ends' coordinates. */
static int edge(walk *w, const end *a, const end *m, const end *b)
{
    if (a->from.x < b->from.x || (a->from.x == b->from.x && a->from.y <= b->from.y))
        return split(w, a, m, b, 0);
    size_t first = w->n;
    int r = split(w, b, m, a, 0);
    for (size_t i = first, j = w->n; r == FLAT_OK && i + 1 < j; i++) {
        j--;
        cov_xy swap = w->at[i];
        w->at[i] = w->at[j];
        w->at[j] = swap;
    }
    return r;
}

/* `at` holds n vertices and, between them, the middles of the edges: 2 n - 1 in all. They are
 * transformed in one call, which is faster than one by one; few edges need more. */
static int walk_ring(walk *w, end *at, size_t n)
{
    cov_operation_apply(w->transform->operation, &at[0].to.x, &at[0].to.y, sizeof *at, 2 * n - 1);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(at[2 * i].to.x) || !isfinite(at[2 * i].to.y))
            return FLAT_TORN;
    }
    int r = push(w, at[0].to);
    for (size_t i = 2; i < 2 * n && r == FLAT_OK; i += 2) {
        r = edge(w, &at[i - 2], &at[i - 1], &at[i]);
        if (r == FLAT_OK)
            r = push(w, at[i].to);
    }
    return r;
}

static int transform_ring(walk *w, OGRGeometryH ring)
{
    size_t n = (size_t)OGR_G_GetPointCount(ring);
    if (n == 0)
        return FLAT_OK;
    end *at = cov_alloc(n, 2 * sizeof *at);
    if (at == NULL)
        return FLAT_NO_MEMORY;
    OGR_G_GetPoints(ring, &at[0].from.x, 2 * (int)sizeof *at, &at[0].from.y, 2 * (int)sizeof *at,
                    NULL, 0);
    for (size_t i = 0; i + 1 < n; i++)
        at[2 * i + 1].from = middle(at[2 * i].from, at[2 * i + 2].from);
    for (size_t i = 0; i < 2 * n - 1; i++)
        at[i].to = at[i].from;
    w->n = 0;
    int r = walk_ring(w, at, n);
    if (r == FLAT_OK && w->n > INT32_MAX)
        r = FLAT_NO_MEMORY;
    if (r == FLAT_OK)
        OGR_G_SetPoints(ring, (int)w->n, &w->at[0].x, (int)sizeof *w->at, &w->at[0].y,
                        (int)sizeof *w->at, NULL, 0);
    cov_free(at);
    return r;
}

/* Polygons hold rings, multipolygons polygons. */
static int transform_parts(walk *w, OGRGeometryH geometry)
{
    int n = OGR_G_GetGeometryCount(geometry), r = FLAT_OK;
    if (n == 0)
        return transform_ring(w, geometry);
    for (int i = 0; i < n && r == FLAT_OK; i++)
        r = transform_parts(w, OGR_G_GetGeometryRef(geometry, i));
    return r;
}

cov_status cov_transform_geometry(const cov_transform *transform, OGRGeometryH geometry,
                                  const char *what, cov_error *err)
{
    if (transform->operation == NULL)
        return COV_OK;
    walk w = {transform, NULL, 0, 0};
    int r = transform_parts(&w, geometry);
    cov_free(w.at);
    if (r == FLAT_NO_MEMORY)
        return cov_fail_memory(err);
    if (r == FLAT_TORN)
        return cov_fail(err, COV_ERR_CRS,
                        "%s can't be transformed (%s): it lies outside the area of the coordinate "
                        "reference system, or an edge crosses the antimeridian or a pole",
                        what, transform->name);
    return COV_OK;
}
