/* The cells of a batch of points: how the hot loops of all indexes begin.
 * SPDX-License-Identifier: MIT */
#ifndef COV_GEOMETRY_CELLS_BATCH_H
#define COV_GEOMETRY_CELLS_BATCH_H

#include <string.h>

#include "geometry/cells_layout.h"

/* As many points as fit the nearest cache, with what is known of each. Memory is what takes time:
 * each step asks for the lines of the next step, for all points, before any of them is needed. */
enum { BATCH = 256 };

typedef struct batch {
    int n;
    double x[BATCH], y[BATCH];
    int32_t ux[BATCH], uy[BATCH]; /* the unit of the grid */
    uint32_t word[BATCH];         /* the cell found so far */
    /* The points whose cell is a node, and those whose cell is a list and how large it is, as log2
     * of units. Written without a branch, one place further than there are points. */
    uint16_t down[BATCH + 1];
    uint16_t in_list[BATCH + 1];
    uint8_t list_size[BATCH + 1];
    int n_lists;
} batch;

static inline void load_points(batch *b, const cov_points *points, size_t first)
{
    size_t xs = points->x_stride != 0 ? points->x_stride : sizeof(double);
    size_t ys = points->y_stride != 0 ? points->y_stride : sizeof(double);
    const char *x = (const char *)points->x + first * xs;
    const char *y = (const char *)points->y + first * ys;
    b->n = points->n - first < BATCH ? (int)(points->n - first) : BATCH;
    for (int i = 0; i < b->n; i++, x += xs, y += ys) {
        memcpy(&b->x[i], x, sizeof(double));
        memcpy(&b->y[i], y, sizeof(double));
    }
}

/* The unit of a coordinate. What is beyond the grid goes to its rim, which is empty, and so does
 * what is not a number: the comparisons are made to be false for it. */
static inline int32_t unit_of(double v, double origin, double per_unit, double last)
{
    double u = (v - origin) * per_unit;
    u = u > 0 ? u : 0;
    u = u < last ? u : last;
    return (int32_t)u;
}

static inline void find_top(batch *b, const cov_cells *c)
{
    double last_x = (double)c->nx * (double)(UINT32_C(1) << c->depth) - 1;
    double last_y = (double)c->ny * (double)(UINT32_C(1) << c->depth) - 1;
    double x0 = c->x0, y0 = c->y0, per_unit = c->per_unit;
    for (int i = 0; i < b->n; i++) {
        b->ux[i] = unit_of(b->x[i], x0, per_unit, last_x);
        b->uy[i] = unit_of(b->y[i], y0, per_unit, last_y);
    }
    uint32_t cell[BATCH];
    for (int i = 0; i < b->n; i++) {
        cell[i] = (uint32_t)(b->uy[i] >> c->depth) * c->nx + (uint32_t)(b->ux[i] >> c->depth);
        __builtin_prefetch(&c->top[cell[i]]);
    }
    for (int i = 0; i < b->n; i++)
        b->word[i] = c->top[cell[i]];
}

static inline const uint32_t *child_word(const batch *b, const cov_cells *c, int i, unsigned size)
{
    uint32_t row = (uint32_t)b->uy[i] >> size & (SIDE - 1);
    uint32_t column = (uint32_t)b->ux[i] >> size & (SIDE - 1);
    return &c->node[(size_t)word_payload(b->word[i]) * CHILDREN + row * SIDE + column];
}

/* Sort the n points of b->down by what their cell is: lists are put aside, nodes stay. */
static inline int put_lists_aside(batch *b, const cov_cells *c, int n, unsigned size)
{
    int nodes = 0, lists = b->n_lists;
    for (int q = 0; q < n; q++) {
        uint16_t i = b->down[q];
        unsigned kind = word_kind(b->word[i]);
        b->in_list[lists] = i;
        b->list_size[lists] = (uint8_t)size;
        lists += kind == KIND_LIST;
        b->down[nodes] = i;
        nodes += kind == KIND_NODE;
    }
    for (int q = b->n_lists; q < lists; q++)
        __builtin_prefetch(&c->list[word_payload(b->word[b->in_list[q]])]);
    b->n_lists = lists;
    return nodes;
}

/* What is found last stays in `word`; those that are lists stand in in_list. */
static inline void find_cells(batch *b, const cov_cells *c)
{
    unsigned size = c->depth;
    int n = 0;
    b->n_lists = 0;
    find_top(b, c);
    for (int i = 0; i < b->n; i++) {
        b->down[n] = (uint16_t)i;
        n += (int)(b->word[i] >> KIND_PENDING_SHIFT);
    }
    n = put_lists_aside(b, c, n, size);
    while (n > 0) {
        size -= LEVEL_BITS;
        for (int q = 0; q < n; q++)
            __builtin_prefetch(child_word(b, c, b->down[q], size));
        for (int q = 0; q < n; q++)
            b->word[b->down[q]] = *child_word(b, c, b->down[q], size);
        n = put_lists_aside(b, c, n, size);
    }
}

#endif
