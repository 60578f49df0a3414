/* Building the cells: which edges lie where, and what holds at every centre.
 * SPDX-License-Identifier: MIT
 *
 * Row by row from the west, where nothing holds, the builder walks from centre to centre; whatever
 * it says of a centre comes from edges crossed, by the exact predicate. A cell's list has every
 * edge that comes within a margin of the cell, so that the rounding of the grid's own arithmetic
 * can't hide one. */
#include <stdbool.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "geometry/bags.h"
#include "geometry/grid.h"
#include "geometry/trace.h"

/* A cell with more edges than this is cut; from the third level on with more than twice as many at
 * each level. Where borders meet at a vertex cutting can't part the edges, and few points lie
 * there. */
enum { LIST_EDGES = 3, PATIENT_LEVELS = 2 };

/* Cutting cells makes the lists longer in all, since edges cross several children: this many
 * times the number of edges, and hostile input stays in proportion. */
enum { GROWTH = 8 };

/* Nodes and lists take about so many words each; more is found when it is needed. */
enum { WORDS_PER_VERTEX = 3 };

/* So many words of sets are always allowed, and so many for each vertex. */
enum { SET_WORDS = 1 << 24, SET_WORDS_PER_VERTEX = 64 };

/* An edge with the labels to its left and right: vertices first and first + 1. */
typedef struct edge {
    uint32_t first;
    uint32_t left;
    uint32_t right;
} edge;

typedef struct builder {
    cov_rings *rings;
    cov_cells *cells;
    uint32_t *label; /* of the edge that begins at each vertex; 0 at a ring's end */
    cov_sorted sorted;
    words node, list;
    cov_bags bags;     /* what holds where the walk is */
    edge *scratch;     /* edges of the cells between the root and the one being cut */
    uint16_t *touches; /* for each edge of the scratch, the children it comes near */
    size_t n_scratch, scratch_capacity;
    uint32_t *slot; /* hash table of twin edges */
    size_t n_slots;
    int64_t growth;    /* list entries that may still be added by cutting */
    cov_status status; /* the first failure; looked at between cells, with that of the bags */
} builder;

static bool is_sound(const builder *b)
{
    return b->status == COV_OK && b->bags.status == COV_OK;
}

/* ---------------------------------------------------------------- edges */

static cov_status label_edges(builder *b, cov_error *err)
{
    b->label = cov_alloc_zero(b->rings->n_vertices, sizeof *b->label);
    if (b->label == NULL)
        return cov_fail_memory(err);
    for (size_t r = 0; r < b->rings->n_rings; r++) {
        const cov_ring *ring = &b->rings->ring[r];
        for (size_t k = 0; k + 1 < ring->n; k++)
            b->label[ring->first + k] = ring->label;
        if (ring->label > b->cells->max_label)
            b->cells->max_label = ring->label;
    }
    return COV_OK;
}

static bool scratch_room(builder *b, size_t n)
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

static uint32_t *add_words(builder *b, words *w, size_t n)
{
    uint32_t *at = words_add(w, n);
    if (at == NULL)
        b->status = COV_ERR_MEMORY;
    return at;
}

/* ---------------------------------------------------------------- twins */

/* Neighbours share their border: the same edge, once in each direction. Of the two the earlier
 * stays, with both labels; where the labels are the same (parts of one footprint that touch) none
 * does. An open-addressing table over the edges of one cell, slots hold index + 1. */
/* An empty table, at most half full with n edges; its mask, or 0 on failure. */
static size_t reset_slots(builder *b, size_t n)
{
    size_t want = 16;
    while (want < 2 * n)
        want *= 2;
    if (cov_reserve((void **)&b->slot, &b->n_slots, want, sizeof *b->slot) != 0) {
        b->status = COV_ERR_MEMORY;
        return 0;
    }
    memset(b->slot, 0, want * sizeof *b->slot);
    return want - 1;
}

static uint64_t bits_of_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Equal for an edge and its reverse. */
static uint64_t hash_edge(const cov_xy *v)
{
    uint64_t x = bits_of_double(v[0].x) + bits_of_double(v[1].x);
    uint64_t y = bits_of_double(v[0].y) + bits_of_double(v[1].y);
    return cov_hash_word(x, y * UINT64_C(0x9E3779B97F4A7C15));
}

static bool are_twins(const cov_xy *v, const cov_xy *w)
{
    return v[0].x == w[1].x && v[0].y == w[1].y && v[1].x == w[0].x && v[1].y == w[0].y;
}

/* Look for the twin of the n-th edge among the earlier ones; join them, or enter the edge. */
static bool join_twin(builder *b, edge *edges, size_t n, size_t mask)
{
    const cov_xy *v = b->rings->vertex + edges[n].first;
    for (size_t slot = hash_edge(v) & mask;; slot = (slot + 1) & mask) {
        if (b->slot[slot] == 0) {
            b->slot[slot] = (uint32_t)n + 1;
            return false;
        }
        edge *other = &edges[b->slot[slot] - 1];
        if (other->right == 0 && are_twins(v, b->rings->vertex + other->first)) {
            other->right = edges[n].left;
            return true;
        }
    }
}

/* The edges of a top-level cell, in order, twins joined; written to the scratch, which is empty. */
static size_t gather(builder *b, size_t cell)
{
    const uint32_t *entry = b->sorted.entry + b->sorted.start[cell];
    size_t n = b->sorted.start[cell + 1] - b->sorted.start[cell], kept = 0, left = 0;
    size_t mask = reset_slots(b, n);
    if (mask == 0 || !scratch_room(b, n))
        return 0;
    edge *edges = b->scratch;
    for (size_t i = 0; i < n; i++) {
        edges[kept] = (edge){entry[i], b->label[entry[i]], 0};
        kept += !join_twin(b, edges, kept, mask);
    }
    for (size_t i = 0; i < kept; i++) {
        if (edges[i].left != edges[i].right)
            edges[left++] = edges[i];
    }
    return left;
}

/* ---------------------------------------------------------------- walking */

typedef struct cell {
    uint32_t ux, uy; /* south-western unit */
    unsigned size;   /* log2 of its width in units */
    uint32_t centre; /* the word that holds at its centre */
    size_t first;    /* its edges in the scratch, which may move */
    size_t n;
} cell;

static void apply(builder *b, const edge *e, int crossing)
{
    if (crossing == 0)
        return;
    cov_bags_add(&b->bags, e->left, crossing);
    cov_bags_add(&b->bags, e->right, -crossing);
}

static void walk_level(builder *b, const cell *in, double y, double from, double to)
{
    const edge *e = b->scratch + in->first;
    for (size_t i = 0; i < in->n; i++, e++) {
        const cov_xy *v = b->rings->vertex + e->first;
        apply(b, e, cross_level(v[0], v[1], y, from, to));
    }
}

static void walk_upright(builder *b, const cell *in, double x, double from, double to)
{
    const edge *e = b->scratch + in->first;
    for (size_t i = 0; i < in->n; i++, e++) {
        const cov_xy *v = b->rings->vertex + e->first;
        apply(b, e, cross_upright(v[0], v[1], x, from, to));
    }
}

/* ---------------------------------------------------------------- lists */

static bool continues(const uint32_t *run, const edge *e)
{
    uint32_t n = run_edges(run);
    return n < RUN_EDGES && run[RUN_FIRST] + n == e->first && run_left(run) == e->left &&
           run_right(run) == e->right;
}

static uint32_t build_list(builder *b, const cell *this)
{
    const edge *e = b->scratch + this->first;
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
static int64_t mark_children(builder *b, const cell *parent)
{
    int64_t entries = 0;
    for (size_t i = parent->first; i < parent->first + parent->n; i++) {
        b->touches[i] = children_near(b->cells, parent, b->rings->vertex + b->scratch[i].first);
        entries += __builtin_popcount(b->touches[i]);
    }
    return entries;
}

/* Copy the edges of a cell that cross the height y behind the last of the scratch. */
static cell edges_at_height(builder *b, const cell *in, double y)
{
    cell row = {.first = b->n_scratch, .n = 0};
    if (!scratch_room(b, in->n))
        return row;
    const edge *e = b->scratch + in->first;
    for (size_t i = 0; i < in->n; i++, e++) {
        const cov_xy *v = b->rings->vertex + e->first;
        if ((v[0].y > y) != (v[1].y > y))
            b->scratch[row.first + row.n++] = *e;
    }
    return row;
}

/* The words that hold at the centres of the children, from the parent's: to the south-western
 * child, up along the western column, and along each row. */
static void centres_of_children(builder *b, const cell *parent, uint32_t centre[CHILDREN])
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
static void count_children(const builder *b, const cell *parent, size_t begin[CHILDREN + 1])
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
static bool hand_down(builder *b, const cell *parent, size_t begin[CHILDREN + 1])
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

static uint32_t build_cell(builder *b, const cell *this);

static uint32_t build_children(builder *b, const cell *parent)
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

static uint32_t build_cell(builder *b, const cell *this)
{
    if (this->n == 0 || !is_sound(b))
        return this->centre;
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

/* One row of top-level cells, from a place west of everything. */
static void build_row(builder *b, uint32_t row)
{
    cov_cells *c = b->cells;
    uint32_t wide = UINT32_C(1) << c->depth, running = word_of(KIND_LABEL, 0);
    double west = b->rings->extent[0] < c->x0 ? b->rings->extent[0] : c->x0;
    double x = nextafter(west, -INFINITY);
    for (uint32_t column = 0; column < c->nx && is_sound(b); column++) {
        size_t at = (size_t)row * c->nx + column;
        double east = c->x0 + (double)(column + 1) * (double)wide * c->unit;
        c->top[at] = running;
        if (b->sorted.start[at] != b->sorted.start[at + 1]) {
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

/* ---------------------------------------------------------------- vertices */

/* The run at `at`, which moves on to the next one, over the heads of lists; NULL behind the last.
 */
static uint32_t *next_run(const words *list, size_t *at)
{
    if (*at >= list->n)
        return NULL;
    uint32_t *run = list->word + *at;
    *at += (run[RUN_RIGHT] & RUN_LAST) != 0 ? RUN_WORDS + LIST_RUNS : RUN_WORDS;
    return run;
}

/* Keep the vertices that runs name, half of them where borders are shared, and renumber. They stay
 * in the block of the rings, which becomes the cells'. */
static void keep_vertices(builder *b)
{
    cov_cells *c = b->cells;
    cov_xy *vertex = b->rings->vertex;
    size_t n = b->rings->n_vertices, kept = 0;
    uint32_t *number = b->label; /* no longer needed, and as long */
    memset(number, 0, n * sizeof *number);
    uint32_t *run = NULL;
    for (size_t at = LIST_RUNS; (run = next_run(&b->list, &at)) != NULL;) {
        for (uint32_t k = 0; k <= run_edges(run); k++)
            number[run[RUN_FIRST] + k] = 1;
    }
    for (size_t i = 0; i < n; i++) {
        if (number[i] == 0)
            continue;
        number[i] = (uint32_t)kept;
        vertex[kept++] = vertex[i];
    }
    for (size_t at = LIST_RUNS; (run = next_run(&b->list, &at)) != NULL;)
        run[RUN_FIRST] = number[run[RUN_FIRST]];
    cov_xy *fit = cov_resize(vertex, kept, sizeof *vertex);
    c->vertex = fit != NULL ? fit : vertex;
    c->n_vertex = kept;
    b->rings->vertex = NULL;
    cov_rings_clear(b->rings);
}

/* Room for about what the arrays will need, so that they seldom move: memory that is not written to
 * costs nothing, and a block that moves loses its large pages. */
static cov_status reserve(builder *b, cov_error *err)
{
    size_t room = WORDS_PER_VERTEX * b->rings->n_vertices;
    if (cov_reserve((void **)&b->node.word, &b->node.capacity, room, sizeof(uint32_t)) != 0 ||
        cov_reserve((void **)&b->list.word, &b->list.capacity, room, sizeof(uint32_t)) != 0)
        return cov_fail_memory(err);
    return COV_OK;
}

/* Hand an array over at its true length. */
static void hand_over(words *w, uint32_t **out, size_t *n)
{
    uint32_t *fit = cov_resize(w->word, w->n, sizeof *w->word);
    *out = fit != NULL ? fit : w->word;
    *n = w->n;
    *w = (words){0};
}

static cov_status build(builder *b, cov_error *err)
{
    cov_cells *c = b->cells;
    cov_grid_place(c, b->rings);
    c->top = cov_alloc_zero((size_t)c->nx * c->ny, sizeof *c->top);
    if (c->top == NULL)
        return cov_fail_memory(err);
    cov_status s = label_edges(b, err);
    if (s == COV_OK)
        s = cov_grid_sort(c, b->rings, &b->sorted, err);
    if (s == COV_OK)
        s = reserve(b, err);
    if (s != COV_OK)
        return s;
    b->growth = GROWTH * (int64_t)b->rings->n_vertices;
    b->bags.set_limit = SET_WORDS + SET_WORDS_PER_VERTEX * b->rings->n_vertices;
    for (uint32_t row = 0; row < c->ny && is_sound(b); row++)
        build_row(b, row);
    if (b->status == COV_ERR_LIMIT || b->bags.status == COV_ERR_LIMIT)
        return cov_fail(err, COV_ERR_LIMIT,
                        "the polygons overlap too deeply or have too many edges for one index");
    if (!is_sound(b))
        return cov_fail_memory(err);
    keep_vertices(b);
    hand_over(&b->node, &c->node, &c->n_node);
    hand_over(&b->list, &c->list, &c->n_list);
    hand_over(&b->bags.set, &c->set, &c->n_set);
    return COV_OK;
}

static void builder_clear(builder *b)
{
    cov_free(b->label);
    cov_free(b->sorted.start);
    cov_free(b->sorted.entry);
    cov_free(b->node.word);
    cov_free(b->list.word);
    cov_bags_clear(&b->bags);
    cov_free(b->scratch);
    cov_free(b->touches);
    cov_free(b->slot);
}

cov_status cov_cells_create(cov_rings *rings, cov_cells **out, cov_error *err)
{
    if (rings->n_vertices >= UINT32_MAX)
        return cov_fail(err, COV_ERR_LIMIT, "the polygons have %zu vertices, the limit is 2^32",
                        rings->n_vertices);
    cov_cells *c = cov_alloc_zero(1, sizeof *c);
    if (c == NULL)
        return cov_fail_memory(err);
    builder b = {.rings = rings, .cells = c};
    cov_status s = build(&b, err);
    builder_clear(&b);
    if (s != COV_OK) {
        cov_cells_free(c);
        return s;
    }
    *out = c;
    return COV_OK;
}
