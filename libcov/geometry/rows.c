/* SPDX-License-Identifier: MIT */
#include "geometry/rows.h"

#include <stdbool.h>
#include <string.h>

#include "geometry/trace.h"

/* A cell with more edges than this is cut; from the third level on with more than twice as many at
 * each level. Where borders meet at a vertex cutting can't part the edges, and few points lie
 * there. */
enum { LIST_EDGES = 3, PATIENT_LEVELS = 2 };

static bool is_sound(const cov_rows *b)
{
    return b->status == COV_OK && b->bags.status == COV_OK;
}

static bool scratch_room(cov_rows *b, size_t n)
{
    size_t need = b->n_scratch + n, capacity = b->scratch_capacity;
    if (need <= capacity)
        return true;
    size_t flags = capacity;
    if (cov_reserve((void **)&b->scratch, &capacity, need, sizeof *b->scratch) != 0 ||
        cov_reserve((void **)&b->touches, &flags, capacity, sizeof *b->touches) != 0) {
        b->status = COV_ERR_MEMORY;
        return false;
    }
    b->scratch_capacity = capacity;
    return true;
}

static uint32_t *add_words(cov_rows *b, words *w, size_t n)
{
    uint32_t *at = words_add(w, n);
    if (at == NULL)
        b->status = COV_ERR_MEMORY;
    return at;
}

/* ---------------------------------------------------------------- walking */

typedef struct cell {
    uint32_t ux, uy; /* south-western unit */
    unsigned size;   /* log2 of its width in units */
    uint32_t centre; /* the word that holds at its centre */
    size_t first;    /* its edges in the scratch, which may move */
    size_t n;
} cell;

static void apply(cov_rows *b, const cov_edge *e, int crossing)
{
    if (crossing == 0)
        return;
    cov_bags_add(&b->bags, e->left, crossing);
    cov_bags_add(&b->bags, e->right, -crossing);
}

static void walk_level(cov_rows *b, const cell *in, double y, double from, double to)
{
    const cov_edge *e = b->scratch + in->first;
    for (size_t i = 0; i < in->n; i++, e++) {
        const cov_xy *v = b->rings->vertex + e->first;
        apply(b, e, cross_level(v[0], v[1], y, from, to));
    }
}

static void walk_upright(cov_rows *b, const cell *in, double x, double from, double to)
{
    const cov_edge *e = b->scratch + in->first;
    for (size_t i = 0; i < in->n; i++, e++) {
        const cov_xy *v = b->rings->vertex + e->first;
        apply(b, e, cross_upright(v[0], v[1], x, from, to));
    }
}

/* ---------------------------------------------------------------- lists */

static bool continues(const uint32_t *run, const cov_edge *e)
{
    uint32_t n = run_edges(run);
    return n < RUN_EDGES && run[RUN_FIRST] + n == e->first && run_left(run) == e->left &&
           run_right(run) == e->right;
}

static uint32_t build_list(cov_rows *b, const cell *this)
{
    const cov_edge *e = b->scratch + this->first;
    size_t offset = b->list.n;
    uint32_t *run = add_words(b, &b->list, LIST_RUNS);
    if (run == NULL)
        return 0;
    run[LIST_STATE] = this->centre;
    for (size_t i = 0; i < this->n; i++, e++) {
        if (i > 0) {
            run = b->list.word + b->list.n - RUN_WORDS;
            if (continues(run, e)) {
                set_run_edges(run, run_edges(run) + 1);
                continue;
            }
        }
        run = add_words(b, &b->list, RUN_WORDS);
        if (run == NULL)
            return 0;
        run[RUN_FIRST] = e->first;
        run[RUN_LEFT] = e->left;
        run[RUN_RIGHT] = e->right;
    }
    b->list.word[b->list.n - RUN_WORDS + RUN_RIGHT] |= RUN_LAST;
    if (offset > PAYLOAD_MASK)
        b->status = COV_ERR_LIMIT;
    return word_of(KIND_LIST, offset);
}

/* ---------------------------------------------------------------- cutting */

static uint16_t children_near(const cov_cells *c, const cell *parent, const cov_xy *v)
{
    double scale = 1.0 / (double)(UINT32_C(1) << (parent->size - LEVEL_BITS));
    cov_xy a = {((v[0].x - c->x0) * c->per_unit - parent->ux) * scale,
                ((v[0].y - c->y0) * c->per_unit - parent->uy) * scale};
    cov_xy z = {((v[1].x - c->x0) * c->per_unit - parent->ux) * scale,
                ((v[1].y - c->y0) * c->per_unit - parent->uy) * scale};
    if (same_cell(a, z, COV_GRID_MARGIN * scale) && a.x < SIDE && a.y < SIDE)
        return (uint16_t)(1u << ((int)a.y * SIDE + (int)a.x));
    trace t;
    bool steep = trace_start(&t, a, z, COV_GRID_MARGIN * scale);
    unsigned mask = 0;
    int from = cell_at(t.ax - t.margin, 0, SIDE), to = cell_at(t.bx + t.margin, -1, SIDE - 1);
    for (int i = from; i <= to; i++) {
        int low, high;
        trace_column(&t, i, SIDE - 1, &low, &high);
        for (int j = low; j <= high; j++)
            mask |= 1u << (steep ? i * SIDE + j : j * SIDE + i);
    }
    return (uint16_t)mask;
}

/* Note the children each edge comes near; how many entries that makes. */
static int64_t mark_children(cov_rows *b, const cell *parent)
{
    int64_t entries = 0;
    for (size_t i = parent->first; i < parent->first + parent->n; i++) {
        b->touches[i] = children_near(b->cells, parent, b->rings->vertex + b->scratch[i].first);
        entries += __builtin_popcount(b->touches[i]);
    }
    return entries;
}

/* Copy the edges of a cell that cross the height y behind the last of the scratch. */
static cell edges_at_height(cov_rows *b, const cell *in, double y)
{
    cell row = {.first = b->n_scratch, .n = 0};
    if (!scratch_room(b, in->n))
        return row;
    const cov_edge *e = b->scratch + in->first;
    for (size_t i = 0; i < in->n; i++, e++) {
        const cov_xy *v = b->rings->vertex + e->first;
        if ((v[0].y > y) != (v[1].y > y))
            b->scratch[row.first + row.n++] = *e;
    }
    return row;
}

/* The words that hold at the centres of the children, from the parent's: to the south-western
 * child, up along the western column, and along each row. */
static void centres_of_children(cov_rows *b, const cell *parent, uint32_t centre[CHILDREN])
{
    const cov_cells *c = b->cells;
    unsigned size = parent->size - LEVEL_BITS;
    uint32_t step = UINT32_C(1) << size;
    cov_xy at = cell_centre(c, parent->ux, parent->uy, parent->size);
    double x_west = cell_centre(c, parent->ux, parent->uy, size).x;
    uint32_t west = parent->centre;
    cov_bags_load(&b->bags, west);
    walk_level(b, parent, at.y, at.x, x_west);
    for (uint32_t r = 0; r < SIDE; r++) {
        double y = cell_centre(c, parent->ux, parent->uy + r * step, size).y;
        walk_upright(b, parent, x_west, at.y, y);
        west = centre[r * SIDE] = cov_bags_word(&b->bags);
        cell row = edges_at_height(b, parent, y);
        at = (cov_xy){x_west, y};
        for (uint32_t k = 1; k < SIDE; k++) {
            double x = cell_centre(c, parent->ux + k * step, parent->uy, size).x;
            if (row.n > 0)
                walk_level(b, &row, y, at.x, x);
            centre[r * SIDE + k] = row.n > 0 ? cov_bags_word(&b->bags) : west;
            at.x = x;
        }
        if (row.n > 0)
            cov_bags_load(&b->bags, west);
    }
}

/* Where the edges of each child begin behind the last of the scratch, by counting them; the end of
 * one is the beginning of the next. */
static void count_children(const cov_rows *b, const cell *parent, size_t begin[CHILDREN + 1])
{
    memset(begin, 0, (CHILDREN + 1) * sizeof *begin);
    for (size_t i = parent->first; i < parent->first + parent->n; i++) {
        for (unsigned mask = b->touches[i]; mask != 0; mask &= mask - 1)
            begin[__builtin_ctz(mask) + 1]++;
    }
    begin[0] = b->n_scratch;
    for (unsigned k = 0; k < CHILDREN; k++)
        begin[k + 1] += begin[k];
}

/* Put the edges of the parent to those of its children, in order. */
static bool hand_down(cov_rows *b, const cell *parent, size_t begin[CHILDREN + 1])
{
    count_children(b, parent, begin);
    if (!scratch_room(b, begin[CHILDREN] - b->n_scratch))
        return false;
    size_t at[CHILDREN];
    memcpy(at, begin, sizeof at);
    for (size_t i = parent->first; i < parent->first + parent->n; i++) {
        for (unsigned mask = b->touches[i]; mask != 0; mask &= mask - 1)
            b->scratch[at[__builtin_ctz(mask)]++] = b->scratch[i];
    }
    b->n_scratch = begin[CHILDREN];
    return true;
}

static uint32_t build_cell(cov_rows *b, const cell *this);

static uint32_t build_children(cov_rows *b, const cell *parent)
{
    uint32_t centre[CHILDREN];
    size_t begin[CHILDREN + 1], node = b->node.n / CHILDREN, before = b->n_scratch;
    if (add_words(b, &b->node, CHILDREN) == NULL)
        return 0;
    centres_of_children(b, parent, centre);
    if (!hand_down(b, parent, begin))
        return 0;
    unsigned size = parent->size - LEVEL_BITS;
    for (unsigned k = 0; k < CHILDREN; k++) {
        cell child = {.ux = parent->ux + ((k % SIDE) << size),
                      .uy = parent->uy + ((k / SIDE) << size),
                      .size = size,
                      .centre = centre[k],
                      .first = begin[k],
                      .n = begin[k + 1] - begin[k]};
        uint32_t word = child.n > 0 ? build_cell(b, &child) : child.centre;
        b->node.word[node * CHILDREN + k] = word;
    }
    b->n_scratch = before;
    return word_of(KIND_NODE, node);
}

static size_t edges_allowed(const cov_cells *c, const cell *this)
{
    unsigned level = (c->depth - this->size) / LEVEL_BITS;
    return (size_t)LIST_EDGES << (level > PATIENT_LEVELS ? level - PATIENT_LEVELS : 0);
}

/* Whether more polygons hold the centre than have a border in the cell, which is to say that one of
 * them holds all of it. */
static bool is_covered(const cov_rows *b, const cell *this)
{
    int64_t held = cov_bags_count(&b->bags, this->centre);
    const cov_edge *e = b->scratch + this->first;
    size_t behind = 0; /* the last vertex of the ring of the edge before */
    for (size_t i = 0; i < this->n && held > 0; i++) {
        if (e[i].first < behind)
            continue;
        const cov_ring *ring = cov_rings_of(b->rings, e[i].first);
        behind = ring->first + ring->n;
        held--;
    }
    return held > 0;
}

static uint32_t build_cell(cov_rows *b, const cell *this)
{
    if (this->n == 0 || !is_sound(b))
        return this->centre;
    if (b->rings->whether && is_covered(b, this))
        return word_of(KIND_LABEL, 1);
    if (this->n > edges_allowed(b->cells, this) && this->size >= LEVEL_BITS) {
        int64_t more = mark_children(b, this) - (int64_t)this->n;
        if (more <= b->growth) {
            b->growth -= more;
            return build_children(b, this);
        }
    }
    return build_list(b, this);
}

/* ---------------------------------------------------------------- rows */

/* The edges of a top-level cell, in order, twins joined; written to the scratch, which is empty. */
static size_t gather(cov_rows *b, size_t at)
{
    const uint32_t *entry = b->sorted->entry + b->sorted->start[at];
    size_t n = b->sorted->start[at + 1] - b->sorted->start[at], left = 0;
    if (!scratch_room(b, n))
        return 0;
    for (size_t i = 0; i < n; i++)
        b->scratch[i] = (cov_edge){entry[i], b->label[entry[i]], 0};
    if (cov_twins_join(&b->twins, b->rings->vertex, b->scratch, n, &left) != COV_OK) {
        b->status = COV_ERR_MEMORY;
        return 0;
    }
    return left;
}

/* One row of top-level cells, from a place west of everything. */
static void build_row(cov_rows *b, uint32_t row)
{
    cov_cells *c = b->cells;
    uint32_t wide = UINT32_C(1) << c->depth, running = word_of(KIND_LABEL, 0);
    double west = b->rings->extent[0] < c->x0 ? b->rings->extent[0] : c->x0;
    double x = nextafter(west, -INFINITY);
    for (uint32_t column = 0; column < c->nx && is_sound(b); column++) {
        size_t at = (size_t)row * c->nx + column;
        double east = c->x0 + (double)(column + 1) * (double)wide * c->unit;
        c->top[at] = running;
        if (b->sorted->start[at] != b->sorted->start[at + 1]) {
            cell this = {column * wide, row * wide, c->depth, 0, 0, gather(b, at)};
            cov_xy centre = cell_centre(c, this.ux, this.uy, c->depth);
            cov_bags_load(&b->bags, running);
            walk_level(b, &this, centre.y, x, centre.x);
            this.centre = cov_bags_word(&b->bags);
            walk_level(b, &this, centre.y, centre.x, east);
            running = cov_bags_word(&b->bags);
            b->n_scratch = this.n;
            c->top[at] = build_cell(b, &this);
            b->n_scratch = 0;
        }
        x = east;
    }
}

void cov_rows_build(cov_rows *b)
{
    for (uint32_t row = b->first; row < b->end && is_sound(b); row++)
        build_row(b, row);
    if (b->status == COV_OK)
        b->status = b->bags.status;
}

void cov_rows_clear(cov_rows *b)
{
    cov_free(b->node.word);
    cov_free(b->list.word);
    cov_bags_clear(&b->bags);
    cov_free(b->scratch);
    cov_free(b->touches);
    cov_free(b->twins.slot);
}
