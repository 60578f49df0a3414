/* Building the near index: segments that bend little, their tree, their cells.
 * SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "geometry/near_cells.h"

/* Segments are cut where they bend more than this part of the distance, so that straight distances
 * decide nearly all; less finely, where that would make more vertices than these. */
#define BEND_OF_REACH (1.0 / 64)
enum { VERTICES_MIN = 1 << 18, VERTICES_FACTOR = 4 };

void cov_near_free(cov_near *n)
{
    if (n == NULL)
        return;
    cov_free(n->cells.top);
    cov_free(n->cells.node);
    cov_free(n->cells.list);
    cov_free(n->vertex);
    cov_free(n->place);
    cov_free(n->joint);
    cov_tree_clear(&n->tree);
    cov_barriers_clear(&n->barriers);
    cov_free(n);
}

size_t cov_near_memory(const cov_near *n)
{
    const cov_cells *c = &n->cells;
    size_t words = (size_t)c->nx * c->ny + c->n_node + c->n_list;
    size_t vertex = sizeof *n->vertex + sizeof *n->place + sizeof *n->joint;
    return sizeof *n + words * sizeof(uint32_t) + n->n_vertices * vertex +
           cov_tree_memory(&n->tree) + cov_barriers_memory(&n->barriers);
}

void cov_near_extent(const cov_near *n, double extent[4])
{
    for (int k = 0; k < 4; k++)
        extent[k] = n->extent[k];
}

/* ---------------------------------------------------------------- vertices */

/* Into how many pieces a segment is cut, so that none bends more than `most`. */
static double pieces_of(const cov_metric *m, cov_xy a, cov_xy b, double most)
{
    return fmax(ceil(sqrt(cov_metric_sag(m, a, b) / most)), 1);
}

static double count_vertices(const cov_metric *m, const cov_paths *paths, double most)
{
    double n = 0;
    for (size_t i = 0; i < paths->n_paths; i++) {
        const cov_xy *v = paths->vertex + paths->path[i].first;
        size_t last = paths->path[i].n - 1;
        n += last == 0 ? 2 : 1;
        for (size_t k = 0; k < last; k++)
            n += pieces_of(m, v[k], v[k + 1], most);
    }
    return n;
}

static void put(cov_near *n, cov_xy p, bool joint)
{
    n->vertex[n->n_vertices] = p;
    n->place[n->n_vertices] = cov_metric_place(&n->metric, p);
    n->joint[n->n_vertices++] = joint;
}

static void put_segment(cov_near *n, cov_xy a, cov_xy b, double most)
{
    double pieces = pieces_of(&n->metric, a, b, most);
    for (double k = 1; k < pieces; k++) {
        double t = k / pieces;
        put(n, (cov_xy){a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)}, true);
    }
    put(n, b, false);
}

static void put_path(cov_near *n, const cov_xy *v, size_t count, double most)
{
    put(n, v[0], false);
    if (count == 1)
        put(n, v[0], false);
    for (size_t k = 1; k < count; k++)
        put_segment(n, v[k - 1], v[k], most);
}

/* The segments: all vertices but the last of each path, in `item`, *n_items of them. */
static void put_paths(cov_near *n, const cov_paths *paths, double most, uint32_t *item,
                      size_t *n_items)
{
    for (size_t i = 0; i < paths->n_paths; i++) {
        size_t first = n->n_vertices;
        put_path(n, paths->vertex + paths->path[i].first, paths->path[i].n, most);
        for (size_t k = first; k + 1 < n->n_vertices; k++)
            item[(*n_items)++] = (uint32_t)k;
    }
}

/* ---------------------------------------------------------------- segments */

static void widen_extent(double e[4], cov_xy p)
{
    e[0] = fmin(e[0], p.x);
    e[1] = fmin(e[1], p.y);
    e[2] = fmax(e[2], p.x);
    e[3] = fmax(e[3], p.y);
}

static void measure(cov_near *n, const uint32_t *item, size_t n_items)
{
    double bend = 0, longest = 0;
    cov_xy first = n->vertex[0];
    double e[] = {first.x, first.y, first.x, first.y};
    for (size_t i = 0; i < n_items; i++) {
        cov_segment s = near_segment(n, item[i]);
        cov_place along = cov_place_minus(s.at_b, s.at_a);
        bend = fmax(bend, cov_metric_sag(&n->metric, s.a, s.b));
        longest = fmax(longest, sqrt(cov_place_dot(along, along)));
        widen_extent(e, s.a);
        widen_extent(e, s.b);
    }
    n->bend = bend * (1 + 1e-9) + n->metric.slack + 8e-16 * longest;
    cov_metric_widen(&n->metric, e);
    for (int k = 0; k < 4; k++)
        n->extent[k] = e[k];
}

static cov_status make_tree(cov_near *n, const uint32_t *item, size_t n_items, cov_error *err)
{
    cov_box *box = cov_alloc(n_items, sizeof *box);
    if (box == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < n_items; i++)
        box[i] = cov_box_of(n->place[item[i]], n->place[item[i] + 1]);
    cov_status s = cov_tree_create(item, box, n_items, &n->tree, err);
    cov_free(box);
    return s;
}

static cov_status make_segments(cov_near *n, const cov_paths *network, cov_error *err)
{
    double limit = VERTICES_MIN + VERTICES_FACTOR * (double)network->n_vertices;
    double most = n->metric.reach * BEND_OF_REACH;
    double count = count_vertices(&n->metric, network, most);
    for (; count > limit; count = count_vertices(&n->metric, network, most))
        most *= 4;
    size_t room = (size_t)count, n_items = 0;
    n->vertex = cov_alloc(room, sizeof *n->vertex);
    n->place = cov_alloc(room, sizeof *n->place);
    n->joint = cov_alloc(room, sizeof *n->joint);
    uint32_t *item = cov_alloc(room, sizeof *item);
    cov_status s = COV_OK;
    if (n->vertex == NULL || n->place == NULL || n->joint == NULL || item == NULL) {
        s = cov_fail_memory(err);
    } else {
        put_paths(n, network, most, item, &n_items);
        measure(n, item, n_items);
        s = make_tree(n, item, n_items, err);
    }
    cov_free(item);
    return s;
}

/* ---------------------------------------------------------------- all */

cov_status cov_near_create(const cov_metric *metric, const cov_paths *network, cov_paths *barriers,
                           unsigned threads, cov_near **out, cov_error *err)
{
    const size_t vertices_max = (size_t)1 << 29;
    if (network->n_vertices > vertices_max)
        return cov_fail(err, COV_ERR_LIMIT, "the network has %zu vertices, the limit is 2^29",
                        network->n_vertices);
    cov_near *n = cov_alloc_zero(1, sizeof *n);
    if (n == NULL)
        return cov_fail_memory(err);
    n->metric = *metric;
    cov_status s = make_segments(n, network, err);
    if (s == COV_OK && barriers != NULL) {
        s = cov_barriers_create(barriers, metric->geographic, &n->barriers, err);
        n->has_barriers = n->barriers.tree.n > 0;
    }
    if (s == COV_OK)
        s = cov_near_fill_cells(n, threads, err);
    if (s != COV_OK) {
        cov_near_free(n);
        return s;
    }
    *out = n;
    return COV_OK;
}
