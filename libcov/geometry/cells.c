/* SPDX-License-Identifier: MIT */
#include "geometry/cells_batch.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

void cov_cells_free(cov_cells *cells)
{
    if (cells == NULL)
        return;
    cov_free(cells->top);
    cov_free(cells->node);
    cov_free(cells->list);
    cov_free(cells->set);
    cov_free(cells->vertex);
    cov_free(cells);
}

size_t cov_cells_memory(const cov_cells *cells)
{
    size_t words = (size_t)cells->nx * cells->ny + cells->n_node + cells->n_list + cells->n_set;
    return sizeof *cells + words * sizeof(uint32_t) + cells->n_vertex * sizeof(cov_xy);
}

/* ---------------------------------------------------------------- one point in a list */

static inline int64_t sums_of_word(const cov_cells *c, uint32_t word)
{
    if (word_kind(word) == KIND_LABEL)
        return sums_of_label(word);
    int64_t sums;
    memcpy(&sums, c->set + word_payload(word) + SET_SUMS, sizeof sums);
    return sums;
}

/* The crossings of an edge on the way from the centre, up or down and then across, to p. */
static inline int crossings(cov_xy a, cov_xy b, cov_xy centre, cov_xy p)
{
    return cross_upright(a, b, centre.x, centre.y, p.y) + cross_level(a, b, p.y, centre.x, p.x);
}

/* The same over the edges of a run. */
static inline int run_crossings(const cov_cells *c, const uint32_t *run, cov_xy centre, cov_xy p)
{
    const cov_xy *v = c->vertex + run[RUN_FIRST];
    int net = 0;
    for (uint32_t k = 0, n = run_edges(run); k < n; k++)
        net += crossings(v[k], v[k + 1], centre, p);
    return net;
}

static int64_t walk(const cov_cells *c, const uint32_t *list, cov_xy centre, cov_xy p)
{
    int64_t sums = sums_of_word(c, list[LIST_STATE]);
    const uint32_t *run = list + LIST_RUNS - RUN_WORDS;
    do {
        run += RUN_WORDS;
        int net = run_crossings(c, run, centre, p);
        if (net != 0)
            sums += net * (sums_of_label(run_left(run)) - sums_of_label(run_right(run)));
    } while ((run[RUN_RIGHT] & RUN_LAST) == 0);
    return sums;
}

/* ---------------------------------------------------------------- overlaps, closely */

/* The smallest labels above a floor, with their counts, in order; further ones are left for the
 * next time, with a higher floor. Fixed in size, so that nothing is allocated here. */
enum { BAG_SIZE = 32 };

typedef struct bag {
    uint32_t floor;
    int n;
    struct {
        uint32_t label;
        int64_t count;
    } entry[BAG_SIZE];
} bag;

static void bag_add(bag *b, uint32_t label, int64_t count)
{
    if (label <= b->floor)
        return;
    int at = 0;
    while (at < b->n && b->entry[at].label < label)
        at++;
    if (at < b->n && b->entry[at].label == label) {
        b->entry[at].count += count;
        return;
    }
    if (at == BAG_SIZE)
        return;
    int last = b->n < BAG_SIZE ? b->n++ : BAG_SIZE - 1;
    memmove(&b->entry[at + 1], &b->entry[at], (size_t)(last - at) * sizeof b->entry[0]);
    b->entry[at].label = label;
    b->entry[at].count = count;
}

static void bag_fill(bag *b, const cov_cells *c, const uint32_t *list, cov_xy centre, cov_xy p)
{
    uint32_t state = list[LIST_STATE];
    if (word_kind(state) == KIND_LABEL) {
        bag_add(b, state, 1);
    } else {
        const uint32_t *set = c->set + word_payload(state);
        for (uint32_t i = 0; i < set[SET_ENTRIES]; i++)
            bag_add(b, set[SET_BAG + 2 * i], (int32_t)set[SET_BAG + 2 * i + 1]);
    }
    const uint32_t *run = list + LIST_RUNS - RUN_WORDS;
    do {
        run += RUN_WORDS;
        int net = run_crossings(c, run, centre, p);
        if (net != 0) {
            bag_add(b, run_left(run), net);
            bag_add(b, run_right(run), -net);
        }
    } while ((run[RUN_RIGHT] & RUN_LAST) == 0);
}

/* The smallest label that holds p, and whether another one does, too. */
static uint32_t owner_among(const cov_cells *c, const uint32_t *list, cov_xy centre, cov_xy p,
                            bool *overlap)
{
    uint32_t owner = 0;
    bag b = {.floor = 0, .n = BAG_SIZE};
    while (b.n == BAG_SIZE) {
        b.n = 0;
        bag_fill(&b, c, list, centre, p);
        for (int i = 0; i < b.n; i++) {
            if (b.entry[i].count <= 0)
                continue;
            if (owner != 0) {
                *overlap = true;
                return owner;
            }
            owner = b.entry[i].label;
        }
        b.floor = b.n > 0 ? b.entry[b.n - 1].label : 0;
    }
    return owner;
}

/* ---------------------------------------------------------------- batches */

/* Ask for the vertices of the first run of each list. */
static void prefetch_vertices(const batch *b, const cov_cells *c)
{
    for (int q = 0; q < b->n_lists; q++) {
        const uint32_t *list = &c->list[word_payload(b->word[b->in_list[q]])];
        const cov_xy *v = &c->vertex[list[LIST_RUNS + RUN_FIRST]];
        __builtin_prefetch(v);
        __builtin_prefetch(v + run_edges(list + LIST_RUNS)); /* often on the next line */
    }
}

/* The q-th of the points whose cell is a list: the list, the point, and the centre of its cell. */
typedef struct in_cell {
    const uint32_t *list;
    cov_xy p;
    cov_xy centre;
} in_cell;

static inline in_cell in_cell_of(const batch *b, const cov_cells *c, int q)
{
    int i = b->in_list[q];
    return (in_cell){&c->list[word_payload(b->word[i])],
                     {b->x[i], b->y[i]},
                     cell_centre(c, (uint32_t)b->ux[i], (uint32_t)b->uy[i], b->list_size[q])};
}

static inline uint32_t owner_in_list(const cov_cells *c, const in_cell *at, bool *overlap)
{
    int64_t sums = walk(c, at->list, at->centre, at->p);
    if (sums >> 32 <= 0)
        return 0;
    /* Inside an invalid polygon one label may be the sum of others: never give out one too large.
     */
    if (sums >> 32 == 1 && (uint32_t)sums <= c->max_label)
        return (uint32_t)sums;
    return owner_among(c, at->list, at->centre, at->p, overlap);
}

/* v - v is 0 where v is finite, else not a number. Asked of all points at once, without a branch.
 */
static bool has_nowhere(const batch *b)
{
    uint64_t any = 0;
    for (int i = 0; i < b->n; i++) {
        double zero = (b->x[i] - b->x[i]) + (b->y[i] - b->y[i]);
        uint64_t bits;
        memcpy(&bits, &zero, sizeof bits);
        any |= bits;
    }
    return any != 0;
}

static void mark_nowhere(const batch *b, uint32_t *label)
{
    for (int i = 0; i < b->n; i++) {
        if (!isfinite(b->x[i]) || !isfinite(b->y[i]))
            label[i] = COV_LABEL_NOWHERE;
    }
}

void cov_cells_locate(const cov_cells *cells, const cov_points *points, uint32_t *label,
                      uint8_t *overlap)
{
    batch b;
    uint8_t unasked[BATCH];
    for (size_t first = 0; first < points->n; first += BATCH) {
        load_points(&b, points, first);
        find_cells(&b, cells);
        prefetch_vertices(&b, cells);
        uint8_t *several = overlap != NULL ? overlap + first : unasked;
        memset(several, 0, (size_t)b.n);
        for (int q = 0; q < b.n_lists; q++) {
            bool more = false;
            in_cell at = in_cell_of(&b, cells, q);
            b.word[b.in_list[q]] = owner_in_list(cells, &at, &more);
            several[b.in_list[q]] = more;
        }
        for (int i = 0; i < b.n; i++) {
            uint32_t word = b.word[i];
            if (word_kind(word) == KIND_SET) {
                const uint32_t *set = &cells->set[word_payload(word)];
                several[i] = set[SET_DISTINCT] > 1;
                word = set[SET_OWNER];
            }
            label[first + (size_t)i] = word;
        }
        if (has_nowhere(&b))
            mark_nowhere(&b, label + first);
    }
}

void cov_cells_mark(const cov_cells *cells, const cov_points *points, uint64_t mask,
                    uint64_t *served)
{
    batch b;
    for (size_t first = 0; first < points->n; first += BATCH) {
        load_points(&b, points, first);
        find_cells(&b, cells);
        prefetch_vertices(&b, cells);
        for (int q = 0; q < b.n_lists; q++) {
            in_cell at = in_cell_of(&b, cells, q);
            b.word[b.in_list[q]] = walk(cells, at.list, at.centre, at.p) >> 32 > 0;
        }
        /* What is left is a label, which is 0 outside, or a set, which is not 0. */
        for (int i = 0; i < b.n; i++)
            served[first + (size_t)i] |= b.word[i] != 0 ? mask : 0;
    }
}
