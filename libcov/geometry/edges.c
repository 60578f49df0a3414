/* SPDX-License-Identifier: MIT */
#include "geometry/edges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Edges of a stretch, children of a node, levels for 2^64 stretches. */
#define STRETCH 16
#define FAN 16
#define LEVELS_MAX 17

typedef struct bounds {
    double west, south, east, north;
} bounds;

typedef struct stretch {
    size_t first; /* vertex */
    uint32_t n;   /* edges */
    uint32_t label;
} stretch;

/* The boxes of level 0 are those of the stretches, in the same order; a box of another level holds
 * FAN consecutive ones of the level below. */
struct cov_edges {
    cov_rings rings;
    stretch *stretch;
    size_t n;
    bounds *level[LEVELS_MAX];
    size_t n_boxes[LEVELS_MAX];
    size_t n_levels;
};

static bounds join(bounds a, bounds b)
{
    return (bounds){fmin(a.west, b.west), fmin(a.south, b.south), fmax(a.east, b.east),
                    fmax(a.north, b.north)};
}

static int meets(const bounds *b, const double with[4])
{
    return b->west <= with[2] && b->east >= with[0] && b->south <= with[3] && b->north >= with[1];
}

/* ---------------------------------------------------------------- stretches */

static size_t count_stretches(const cov_rings *rings)
{
    size_t n = 0;
    for (size_t r = 0; r < rings->n_rings; r++)
        n += (rings->ring[r].n - 1 + STRETCH - 1) / STRETCH;
    return n;
}

static bounds box_of(const cov_xy *v, size_t n)
{
    bounds b = {v[0].x, v[0].y, v[0].x, v[0].y};
    for (size_t i = 1; i < n; i++)
        b = join(b, (bounds){v[i].x, v[i].y, v[i].x, v[i].y});
    return b;
}

/* A stretch while it is sorted. */
typedef struct item {
    bounds box;
    stretch stretch;
} item;

static void cut_rings(const cov_rings *rings, item *out)
{
    for (size_t r = 0; r < rings->n_rings; r++) {
        const cov_ring *ring = &rings->ring[r];
        for (size_t k = 0; k + 1 < ring->n; k += STRETCH, out++) {
            size_t left = ring->n - 1 - k;
            out->stretch.first = ring->first + k;
            out->stretch.n = (uint32_t)(left < STRETCH ? left : STRETCH);
            out->stretch.label = ring->label;
            out->box = box_of(rings->vertex + out->stretch.first, (size_t)out->stretch.n + 1);
        }
    }
}

/* ---------------------------------------------------------------- order */

static int compare(double a, double b)
{
    return (a > b) - (a < b);
}

/* By the middle, that is, twice it; equals by their place in the rings, so that the order is one.
 */
static int by_x(const void *left, const void *right)
{
    const item *a = left, *b = right;
    int order = compare(a->box.west + a->box.east, b->box.west + b->box.east);
    return order != 0
               ? order
               : (a->stretch.first > b->stretch.first) - (a->stretch.first < b->stretch.first);
}

static int by_y(const void *left, const void *right)
{
    const item *a = left, *b = right;
    int order = compare(a->box.south + a->box.north, b->box.south + b->box.north);
    return order != 0
               ? order
               : (a->stretch.first > b->stretch.first) - (a->stretch.first < b->stretch.first);
}

/* Strips from west to east, each of them from south to north: what is side by side is near
 * (Leutenegger's sort-tile-recursive packing). */
static void sort_items(item *items, size_t n)
{
    size_t n_leaves = (n + FAN - 1) / FAN;
    size_t strip = FAN * (size_t)ceil(sqrt((double)n_leaves));
    qsort(items, n, sizeof *items, by_x);
    for (size_t i = 0; i < n; i += strip)
        qsort(items + i, n - i < strip ? n - i : strip, sizeof *items, by_y);
}

/* ---------------------------------------------------------------- tree */

static cov_status add_level(cov_edges *e, cov_error *err)
{
    size_t below = e->n_levels - 1, n = (e->n_boxes[below] + FAN - 1) / FAN;
    bounds *at = cov_alloc(n, sizeof *at);
    if (at == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < e->n_boxes[below]; i++) {
        const bounds *child = &e->level[below][i];
        at[i / FAN] = i % FAN == 0 ? *child : join(at[i / FAN], *child);
    }
    e->level[e->n_levels] = at;
    e->n_boxes[e->n_levels++] = n;
    return COV_OK;
}

static cov_status build(cov_edges *e, cov_error *err)
{
    item *items = cov_alloc(e->n, sizeof *items);
    e->stretch = cov_alloc(e->n, sizeof *e->stretch);
    e->level[0] = cov_alloc(e->n, sizeof *e->level[0]);
    e->n_boxes[0] = e->n;
    e->n_levels = 1;
    cov_status s =
        items != NULL && e->stretch != NULL && e->level[0] != NULL ? COV_OK : cov_fail_memory(err);
    if (s == COV_OK) {
        cut_rings(&e->rings, items);
        sort_items(items, e->n);
        for (size_t i = 0; i < e->n; i++) {
            e->stretch[i] = items[i].stretch;
            e->level[0][i] = items[i].box;
        }
    }
    cov_free(items);
    while (s == COV_OK && e->n_boxes[e->n_levels - 1] > 1)
        s = add_level(e, err);
    return s;
}

cov_status cov_edges_create(cov_rings *rings, cov_edges **out, cov_error *err)
{
    cov_edges *e = cov_alloc_zero(1, sizeof *e);
    if (e == NULL)
        return cov_fail_memory(err);
    e->rings = *rings;
    *rings = (cov_rings)COV_RINGS_INIT;
    e->n = count_stretches(&e->rings);
    cov_status s = build(e, err);
    if (s == COV_OK)
        *out = e;
    else
        cov_edges_free(e);
    return s;
}

void cov_edges_free(cov_edges *edges)
{
    if (edges == NULL)
        return;
    for (size_t i = 0; i < edges->n_levels; i++)
        cov_free(edges->level[i]);
    cov_free(edges->stretch);
    cov_rings_clear(&edges->rings);
    cov_free(edges);
}

/* ---------------------------------------------------------------- search */

typedef struct search {
    const cov_edges *edges;
    const double *box;
    cov_stretch_visit visit;
    void *data;
} search;

/* As deep as the levels. */
static cov_status descend(const search *s, size_t level, size_t index, cov_error *err)
{
    const cov_edges *e = s->edges;
    if (!meets(&e->level[level][index], s->box))
        return COV_OK;
    if (level == 0) {
        const stretch *at = &e->stretch[index];
        const cov_stretch found = {e->rings.vertex + at->first, at->n, at->label};
        return s->visit(s->data, &found, err);
    }
    size_t first = index * FAN, last = first + FAN;
    last = last < e->n_boxes[level - 1] ? last : e->n_boxes[level - 1];
    cov_status status = COV_OK;
    for (size_t i = first; i < last && status == COV_OK; i++)
        status = descend(s, level - 1, i, err);
    return status;
}

cov_status cov_edges_find(const cov_edges *edges, const double box[4], cov_stretch_visit visit,
                          void *data, cov_error *err)
{
    const search s = {edges, box, visit, data};
    return edges->n > 0 ? descend(&s, edges->n_levels - 1, 0, err) : COV_OK;
}
