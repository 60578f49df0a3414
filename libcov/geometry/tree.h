/* A packed tree of boxes: which of many things are near a place, nearest boxes first.
 * SPDX-License-Identifier: MIT
 *
 * The boxes are sorted along a curve that fills space, and packed, so that the tree takes memory
 * and time in proportion to their number wherever they lie, all in one spot included. */
#ifndef COV_GEOMETRY_TREE_H
#define COV_GEOMETRY_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "geometry/metric.h"

/* Items of a leaf, children of a node; enough levels for 2^32 items. */
enum { COV_TREE_LEAF = 4, COV_TREE_FAN = 4, COV_TREE_LEVELS = 18 };

typedef struct cov_box {
    double low[3], high[3];
} cov_box;

typedef struct cov_tree {
    uint32_t *item; /* as given, in the order of the leaves */
    size_t n;
    cov_box *box; /* of the leaves, then of each level above them */
    size_t n_boxes;
    size_t start[COV_TREE_LEVELS]; /* of each level in `box` */
    unsigned levels;
} cov_tree;

/* A tree of n >= 1 items with their boxes, which are not kept. On failure nothing is to be freed.
 */
cov_status cov_tree_create(const uint32_t *item, const cov_box *box, size_t n, cov_tree *out,
                           cov_error *err);
void cov_tree_clear(cov_tree *tree);
size_t cov_tree_memory(const cov_tree *tree);

static inline cov_box cov_box_of(cov_place a, cov_place b)
{
    return (cov_box){{fmin(a.x, b.x), fmin(a.y, b.y), fmin(a.z, b.z)},
                     {fmax(a.x, b.x), fmax(a.y, b.y), fmax(a.z, b.z)}};
}

/* The square of the distance between two boxes: 0 where they meet. */
static inline double cov_box_distance(const cov_box *a, const cov_box *b)
{
    double sum = 0;
    for (int k = 0; k < 3; k++) {
        double below = a->low[k] - b->high[k], above = b->low[k] - a->high[k];
        double off = below > above ? below : above;
        sum += off > 0 ? off * off : 0;
    }
    return sum;
}

/* A walk over the leaves whose box is no farther from a place or a box than a limit. */
typedef struct cov_walk {
    const cov_tree *tree;
    cov_box from;
    double limit; /* squared */
    size_t n;
    struct {
        double distance; /* squared */
        size_t index;
        unsigned level;
    } todo[COV_TREE_LEVELS * COV_TREE_FAN];
} cov_walk;

void cov_walk_start(cov_walk *walk, const cov_tree *tree, const cov_box *from, double limit);

/* The items of the next leaf, *n of them; NULL at the end. */
const uint32_t *cov_walk_next(cov_walk *walk, size_t *n);

#endif
