/* SPDX-License-Identifier: MIT */
#include "geometry/barriers.h"

#include "base/mem.h"

void cov_barriers_clear(cov_barriers *b)
{
    cov_free(b->vertex);
    cov_tree_clear(&b->tree);
    *b = (cov_barriers){0};
}

size_t cov_barriers_memory(const cov_barriers *b)
{
    return b->n_vertices * sizeof *b->vertex + cov_tree_memory(&b->tree);
}

static cov_box box_of(cov_xy a, cov_xy b)
{
    return cov_box_of((cov_place){a.x, a.y, 0}, (cov_place){b.x, b.y, 0});
}

static size_t count_segments(const cov_paths *paths)
{
    return paths->n_vertices - paths->n_paths;
}

static void fill_segments(const cov_paths *paths, uint32_t *item, cov_box *box)
{
    size_t n = 0;
    for (size_t i = 0; i < paths->n_paths; i++) {
        const cov_chain *path = &paths->path[i];
        for (size_t k = path->first; k + 1 < path->first + path->n; k++, n++) {
            item[n] = (uint32_t)k;
            box[n] = box_of(paths->vertex[k], paths->vertex[k + 1]);
        }
    }
}

static cov_status index_segments(const cov_paths *paths, size_t n, cov_tree *tree, cov_error *err)
{
    uint32_t *item = cov_alloc(n, sizeof *item);
    cov_box *box = cov_alloc(n, sizeof *box);
    cov_status s = COV_ERR_MEMORY;
    if (item != NULL && box != NULL) {
        fill_segments(paths, item, box);
        s = cov_tree_create(item, box, n, tree, err);
    } else {
        s = cov_fail_memory(err);
    }
    cov_free(item);
    cov_free(box);
    return s;
}

cov_status cov_barriers_create(cov_paths *paths, bool geographic, cov_barriers *out, cov_error *err)
{
    cov_barriers b = {.geographic = geographic};
    size_t n = count_segments(paths);
    if (paths->n_vertices >= UINT32_MAX)
        return cov_fail(err, COV_ERR_LIMIT, "the barriers have %zu vertices, the limit is 2^32",
                        paths->n_vertices);
    cov_status s = n > 0 ? index_segments(paths, n, &b.tree, err) : COV_OK;
    if (s != COV_OK)
        return s;
    if (n > 0) {
        const cov_box *all = &b.tree.box[b.tree.n_boxes - 1];
        b.west = all->low[0];
        b.east = all->high[0];
    }
    b.vertex = paths->vertex;
    b.n_vertices = paths->n_vertices;
    paths->vertex = NULL;
    cov_paths_clear(paths);
    *out = b;
    return COV_OK;
}

/* ---------------------------------------------------------------- questions */

static bool crosses(cov_xy p, cov_xy q, cov_xy a, cov_xy b)
{
    return cov_orient(a, b, p) * cov_orient(a, b, q) < 0 && cov_side(p, q, a) != cov_side(p, q, b);
}

static bool cross_here(const cov_barriers *b, cov_xy p, cov_xy q)
{
    cov_walk walk;
    cov_box drop = box_of(p, q);
    cov_walk_start(&walk, &b->tree, &drop, 0);
    size_t n = 0;
    for (const uint32_t *item; (item = cov_walk_next(&walk, &n)) != NULL;) {
        for (size_t i = 0; i < n; i++) {
            const cov_xy *v = b->vertex + item[i];
            if (crosses(p, q, v[0], v[1]))
                return true;
        }
    }
    return false;
}

static bool meet_here(const cov_barriers *b, const double box[4])
{
    cov_walk walk;
    cov_box from = {{box[0], box[1], 0}, {box[2], box[3], 0}};
    cov_walk_start(&walk, &b->tree, &from, 0);
    size_t n = 0;
    for (const uint32_t *item; (item = cov_walk_next(&walk, &n)) != NULL;) {
        for (size_t i = 0; i < n; i++) {
            cov_box one = box_of(b->vertex[item[i]], b->vertex[item[i] + 1]);
            if (cov_box_distance(&from, &one) <= 0)
                return true;
        }
    }
    return false;
}

/* How many turns of 360 degrees, at least and at most, bring what reaches from west to east onto
 * the barriers. */
static void turns(const cov_barriers *b, double west, double east, int *first, int *last)
{
    *first = b->geographic ? (int)ceil((b->west - east) / 360) : 0;
    *last = b->geographic ? (int)floor((b->east - west) / 360) : 0;
}

bool cov_barriers_cross(const cov_barriers *b, cov_xy p, cov_xy q)
{
    if (b->tree.n == 0)
        return false;
    int first, last;
    turns(b, fmin(p.x, q.x), fmax(p.x, q.x), &first, &last);
    for (int k = first; k <= last; k++) {
        if (cross_here(b, (cov_xy){p.x + 360.0 * k, p.y}, (cov_xy){q.x + 360.0 * k, q.y}))
            return true;
    }
    return false;
}

bool cov_barriers_meet(const cov_barriers *b, const double box[4])
{
    if (b->tree.n == 0)
        return false;
    int first, last;
    turns(b, box[0], box[2], &first, &last);
    for (int k = first; k <= last; k++) {
        const double turned[] = {box[0] + 360.0 * k, box[1], box[2] + 360.0 * k, box[3]};
        if (meet_here(b, turned))
            return true;
    }
    return false;
}
