/* SPDX-License-Identifier: MIT */
#include "geometry/tree.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

void cov_tree_clear(cov_tree *tree)
{
    cov_free(tree->item);
    cov_free(tree->box);
    *tree = (cov_tree){0};
}

size_t cov_tree_memory(const cov_tree *tree)
{
    return tree->n * sizeof *tree->item + tree->n_boxes * sizeof *tree->box;
}

static void box_add(cov_box *to, const cov_box *box)
{
    for (int k = 0; k < 3; k++) {
        to->low[k] = box->low[k] < to->low[k] ? box->low[k] : to->low[k];
        to->high[k] = box->high[k] > to->high[k] ? box->high[k] : to->high[k];
    }
}

/* ---------------------------------------------------------------- order */

/* The place of a box on the curve: 21 bits of each coordinate, mixed. */
typedef struct rank {
    uint64_t key;
    uint32_t index;
} rank;

enum { KEY_BITS = 21, DIGIT_BITS = 8, DIGITS = 8, DIGIT_VALUES = 1 << DIGIT_BITS };

/* Two zeros before each bit. */
static uint64_t spread(uint64_t v)
{
    v = (v | v << 32) & UINT64_C(0x1F00000000FFFF);
    v = (v | v << 16) & UINT64_C(0x1F0000FF0000FF);
    v = (v | v << 8) & UINT64_C(0x100F00F00F00F00F);
    v = (v | v << 4) & UINT64_C(0x10C30C30C30C30C3);
    return (v | v << 2) & UINT64_C(0x1249249249249249);
}

static uint64_t key_of(const cov_box *box, const cov_box *all, double scale)
{
    const double last = (1 << KEY_BITS) - 1;
    uint64_t key = 0;
    for (int k = 0; k < 3; k++) {
        double middle = box->low[k] / 2 + box->high[k] / 2;
        double place = (middle - all->low[k]) * scale;
        place = place > 0 ? place : 0;
        key |= spread((uint64_t)(place < last ? place : last)) << k;
    }
    return key;
}

static void rank_boxes(const cov_box *box, size_t n, rank *out)
{
    cov_box all = box[0];
    for (size_t i = 1; i < n; i++)
        box_add(&all, &box[i]);
    double widest = 0;
    for (int k = 0; k < 3; k++)
        widest = fmax(widest, all.high[k] - all.low[k]);
    double scale = widest > 0 ? (1 << KEY_BITS) / widest : 0;
    for (size_t i = 0; i < n; i++)
        out[i] = (rank){key_of(&box[i], &all, scale), (uint32_t)i};
}

/* By one digit of the key; stable. */
static void sort_digit(const rank *from, size_t n, unsigned shift, rank *to)
{
    size_t start[DIGIT_VALUES + 1] = {0};
    for (size_t i = 0; i < n; i++)
        start[(from[i].key >> shift & (DIGIT_VALUES - 1)) + 1]++;
    for (size_t d = 1; d < DIGIT_VALUES; d++)
        start[d] += start[d - 1];
    for (size_t i = 0; i < n; i++)
        to[start[from[i].key >> shift & (DIGIT_VALUES - 1)]++] = from[i];
}

/* Sort r, with as much room behind it: an even number of digits ends where it began. */
static void sort_ranks(rank *r, size_t n)
{
    for (unsigned digit = 0; digit < DIGITS; digit += 2) {
        sort_digit(r, n, digit * DIGIT_BITS, r + n);
        sort_digit(r + n, n, (digit + 1) * DIGIT_BITS, r);
    }
}

/* ---------------------------------------------------------------- levels */

static size_t rounded_up(size_t n, size_t by)
{
    return (n + by - 1) / by;
}

static size_t level_size(const cov_tree *t, unsigned level)
{
    return (level + 1 < t->levels ? t->start[level + 1] : t->n_boxes) - t->start[level];
}

static void lay_levels(cov_tree *t)
{
    size_t n = rounded_up(t->n, COV_TREE_LEAF);
    t->levels = 1;
    t->start[0] = 0;
    t->n_boxes = n;
    while (n > 1) {
        t->start[t->levels++] = t->n_boxes;
        n = rounded_up(n, COV_TREE_FAN);
        t->n_boxes += n;
    }
}

static void fill_levels(cov_tree *t)
{
    for (unsigned level = 1; level < t->levels; level++) {
        size_t below = level_size(t, level - 1);
        const cov_box *child = t->box + t->start[level - 1];
        cov_box *box = t->box + t->start[level];
        for (size_t i = 0; i < below; i++) {
            if (i % COV_TREE_FAN == 0)
                box[i / COV_TREE_FAN] = child[i];
            else
                box_add(&box[i / COV_TREE_FAN], &child[i]);
        }
    }
}

static void fill_leaves(cov_tree *t, const uint32_t *item, const cov_box *box, const rank *order)
{
    for (size_t i = 0; i < t->n; i++) {
        const cov_box *b = &box[order[i].index];
        t->item[i] = item[order[i].index];
        if (i % COV_TREE_LEAF == 0)
            t->box[i / COV_TREE_LEAF] = *b;
        else
            box_add(&t->box[i / COV_TREE_LEAF], b);
    }
}

cov_status cov_tree_create(const uint32_t *item, const cov_box *box, size_t n, cov_tree *out,
                           cov_error *err)
{
    cov_tree t = {.n = n};
    lay_levels(&t);
    rank *order = cov_alloc(n, 2 * sizeof *order);
    t.item = cov_alloc(n, sizeof *t.item);
    t.box = cov_alloc(t.n_boxes, sizeof *t.box);
    bool ok = order != NULL && t.item != NULL && t.box != NULL;
    if (ok) {
        rank_boxes(box, n, order);
        sort_ranks(order, n);
        fill_leaves(&t, item, box, order);
        fill_levels(&t);
        *out = t;
    } else {
        cov_tree_clear(&t);
    }
    cov_free(order);
    return ok ? COV_OK : cov_fail_memory(err);
}

/* ---------------------------------------------------------------- walks */

void cov_walk_start(cov_walk *w, const cov_tree *tree, const cov_box *from, double limit)
{
    unsigned root = tree->levels - 1;
    w->tree = tree;
    w->from = *from;
    w->limit = limit;
    w->n = 1;
    w->todo[0].distance = cov_box_distance(from, &tree->box[tree->start[root]]);
    w->todo[0].index = 0;
    w->todo[0].level = root;
}

/* Put a node among those that were put after `least`, the nearest last. */
static void put_sorted(cov_walk *w, size_t least, size_t index, unsigned level, double distance)
{
    size_t at = w->n++;
    for (; at > least && w->todo[at - 1].distance < distance; at--)
        w->todo[at] = w->todo[at - 1];
    w->todo[at].distance = distance;
    w->todo[at].index = index;
    w->todo[at].level = level;
}

static void expand(cov_walk *w, size_t index, unsigned level)
{
    const cov_tree *t = w->tree;
    size_t first = index * COV_TREE_FAN, end = level_size(t, level - 1), least = w->n;
    end = end < first + COV_TREE_FAN ? end : first + COV_TREE_FAN;
    for (size_t i = first; i < end; i++) {
        double distance = cov_box_distance(&w->from, &t->box[t->start[level - 1] + i]);
        if (distance <= w->limit)
            put_sorted(w, least, i, level - 1, distance);
    }
}

const uint32_t *cov_walk_next(cov_walk *w, size_t *n)
{
    const cov_tree *t = w->tree;
    while (w->n > 0) {
        w->n--;
        size_t index = w->todo[w->n].index;
        unsigned level = w->todo[w->n].level;
        if (w->todo[w->n].distance > w->limit)
            continue;
        if (level > 0) {
            expand(w, index, level);
            continue;
        }
        size_t first = index * COV_TREE_LEAF;
        *n = t->n - first < COV_TREE_LEAF ? t->n - first : COV_TREE_LEAF;
        return t->item + first;
    }
    return NULL;
}
