/* Building the cells: the grid, its rows by several threads, and the parts joined.
 * SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "geometry/rows.h"

/* Cutting cells makes the lists longer in all, since edges cross several children: by at most so
 * many times the number of vertices. */
enum { GROWTH = 8 };

/* Nodes and lists take about so many words each; more is found when it is needed. */
enum { WORDS_PER_VERTEX = 3 };

/* So many words of sets are always allowed, and so many for each vertex. */
enum { SET_WORDS = 1 << 24, SET_WORDS_PER_VERTEX = 64 };

/* Threads that have less than this to do cost more than they save. */
enum { THREAD_MIN_VERTICES = 100000, THREADS_MAX = 16 };

typedef struct builder {
    cov_rings *rings;
    cov_cells *cells;
    uint32_t *label; /* of the edge that begins at each vertex; 0 at a ring's end */
    cov_sorted sorted;
    cov_rows part[THREADS_MAX];
    unsigned n_parts;
} builder;

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

/* ---------------------------------------------------------------- parts */

/* The first row that has at least this many entries before it. */
static uint32_t row_after(const builder *b, uint32_t entries)
{
    uint32_t row = 0;
    while (row < b->cells->ny && b->sorted.start[(size_t)row * b->cells->nx] < entries)
        row++;
    return row;
}

/* Room for about what the arrays will need, so that they seldom move: memory that is not written to
 * costs nothing, and a block that moves loses its large pages. */
static cov_status reserve(cov_rows *part, size_t room, cov_error *err)
{
    if (cov_reserve((void **)&part->node.word, &part->node.capacity, room, sizeof(uint32_t)) != 0 ||
        cov_reserve((void **)&part->list.word, &part->list.capacity, room, sizeof(uint32_t)) != 0)
        return cov_fail_memory(err);
    return COV_OK;
}

/* As many entries for each part. The first one gets room for all: the others are added to it. */
static cov_status divide(builder *b, unsigned threads, cov_error *err)
{
    size_t n = b->rings->n_vertices, most = n / THREAD_MIN_VERTICES;
    b->n_parts = threads < THREADS_MAX ? threads : THREADS_MAX;
    b->n_parts = b->n_parts < most ? b->n_parts : (unsigned)most;
    b->n_parts = b->n_parts > 0 ? b->n_parts : 1;
    uint64_t entries = b->sorted.start[(size_t)b->cells->nx * b->cells->ny];
    cov_status s = COV_OK;
    for (unsigned k = 0; k < b->n_parts && s == COV_OK; k++) {
        cov_rows *part = &b->part[k];
        *part = (cov_rows){.rings = b->rings,
                           .label = b->label,
                           .sorted = &b->sorted,
                           .cells = b->cells,
                           .growth = GROWTH * (int64_t)(n / b->n_parts)};
        part->first = k > 0 ? b->part[k - 1].end : 0;
        part->end = k + 1 < b->n_parts ? row_after(b, (uint32_t)(entries * (k + 1) / b->n_parts))
                                       : b->cells->ny;
        part->bags.set_limit = SET_WORDS + SET_WORDS_PER_VERTEX * n;
        s = reserve(part, WORDS_PER_VERTEX * (k > 0 ? n / b->n_parts : n), err);
    }
    return s;
}

static void *build_part(void *data)
{
    cov_rows_build(data);
    return NULL;
}

/* All parts at once, the first one by the caller's thread; one that no thread can be had for, too.
 */
static void build_parts(builder *b)
{
    pthread_t thread[THREADS_MAX];
    bool started[THREADS_MAX] = {false};
    for (unsigned k = 1; k < b->n_parts; k++)
        started[k] = pthread_create(&thread[k], NULL, build_part, &b->part[k]) == 0;
    for (unsigned k = 0; k < b->n_parts; k++) {
        if (!started[k])
            cov_rows_build(&b->part[k]);
    }
    for (unsigned k = 1; k < b->n_parts; k++) {
        if (started[k])
            pthread_join(thread[k], NULL);
    }
}

static cov_status check_parts(const builder *b, cov_error *err)
{
    for (unsigned k = 0; k < b->n_parts; k++) {
        if (b->part[k].status == COV_ERR_LIMIT)
            return cov_fail(err, COV_ERR_LIMIT,
                            "the polygons overlap too deeply or have too many edges for one index");
        if (b->part[k].status != COV_OK)
            return cov_fail_memory(err);
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- joining */

/* How far the numbers in a word move. */
typedef struct shift {
    size_t node, list, set;
} shift;

static uint32_t shifted(uint32_t word, const shift *by)
{
    switch (word_kind(word)) {
    case KIND_NODE:
        return word + (uint32_t)by->node;
    case KIND_LIST:
        return word + (uint32_t)by->list;
    case KIND_SET:
        return word + (uint32_t)by->set;
    default:
        return word;
    }
}

static void shift_part(cov_cells *c, cov_rows *part, const shift *by)
{
    for (size_t i = (size_t)part->first * c->nx; i < (size_t)part->end * c->nx; i++)
        c->top[i] = shifted(c->top[i], by);
    for (size_t i = 0; i < part->node.n; i++)
        part->node.word[i] = shifted(part->node.word[i], by);
    uint32_t *list = part->list.word;
    for (size_t at = 0; at < part->list.n; at += RUN_WORDS) {
        list[at] = shifted(list[at], by); /* the state; the runs follow */
        at += LIST_RUNS;
        while ((list[at + RUN_RIGHT] & RUN_LAST) == 0)
            at += RUN_WORDS;
    }
}

static cov_status append(words *to, const words *from, cov_error *err)
{
    if (from->n == 0)
        return COV_OK;
    uint32_t *at = words_add(to, from->n);
    if (at == NULL)
        return cov_fail_memory(err);
    memcpy(at, from->word, from->n * sizeof *at);
    return COV_OK;
}

/* Add the other parts to the first. */
static cov_status join_parts(builder *b, cov_error *err)
{
    cov_rows *all = &b->part[0];
    cov_status s = COV_OK;
    for (unsigned k = 1; k < b->n_parts && s == COV_OK; k++) {
        cov_rows *part = &b->part[k];
        shift by = {all->node.n / CHILDREN, all->list.n, all->bags.set.n};
        shift_part(b->cells, part, &by);
        s = append(&all->node, &part->node, err);
        if (s == COV_OK)
            s = append(&all->list, &part->list, err);
        if (s == COV_OK)
            s = append(&all->bags.set, &part->bags.set, err);
        cov_rows_clear(part);
        *part = (cov_rows){0};
    }
    if (s == COV_OK && (all->list.n > PAYLOAD_MASK || all->bags.set.n > PAYLOAD_MASK))
        s = cov_fail(err, COV_ERR_LIMIT, "the polygons have too many edges for one index");
    return s;
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
 * in the block of the rings, which becomes the cells'. `number` has room for as many words. */
static void keep_vertices(cov_cells *c, cov_rings *rings, const words *list, uint32_t *number)
{
    cov_xy *vertex = rings->vertex;
    size_t n = rings->n_vertices, kept = 0;
    memset(number, 0, n * sizeof *number);
    uint32_t *run = NULL;
    for (size_t at = LIST_RUNS; (run = next_run(list, &at)) != NULL;) {
        for (uint32_t k = 0; k <= run_edges(run); k++)
            number[run[RUN_FIRST] + k] = 1;
    }
    for (size_t i = 0; i < n; i++) {
        if (number[i] == 0)
            continue;
        number[i] = (uint32_t)kept;
        vertex[kept++] = vertex[i];
    }
    for (size_t at = LIST_RUNS; (run = next_run(list, &at)) != NULL;)
        run[RUN_FIRST] = number[run[RUN_FIRST]];
    cov_xy *fit = cov_resize(vertex, kept, sizeof *vertex);
    c->vertex = fit != NULL ? fit : vertex;
    c->n_vertex = kept;
    rings->vertex = NULL;
    cov_rings_clear(rings);
}

/* ---------------------------------------------------------------- all */

/* Hand an array over at its true length. */
static void hand_over(words *w, uint32_t **out, size_t *n)
{
    uint32_t *fit = cov_resize(w->word, w->n, sizeof *w->word);
    *out = fit != NULL ? fit : w->word;
    *n = w->n;
    *w = (words){0};
}

static cov_status build(builder *b, unsigned threads, cov_error *err)
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
        s = divide(b, threads, err);
    if (s != COV_OK)
        return s;
    build_parts(b);
    s = check_parts(b, err);
    if (s == COV_OK)
        s = join_parts(b, err);
    if (s != COV_OK)
        return s;
    cov_rows *all = &b->part[0];
    keep_vertices(c, b->rings, &all->list, b->label); /* the labels are no longer needed */
    hand_over(&all->node, &c->node, &c->n_node);
    hand_over(&all->list, &c->list, &c->n_list);
    hand_over(&all->bags.set, &c->set, &c->n_set);
    return COV_OK;
}

static void builder_clear(builder *b)
{
    for (unsigned k = 0; k < THREADS_MAX; k++)
        cov_rows_clear(&b->part[k]);
    cov_free(b->label);
    cov_free(b->sorted.start);
    cov_free(b->sorted.entry);
}

cov_status cov_cells_create(cov_rings *rings, unsigned threads, cov_cells **out, cov_error *err)
{
    if (rings->n_vertices >= UINT32_MAX)
        return cov_fail(err, COV_ERR_LIMIT, "the polygons have %zu vertices, the limit is 2^32",
                        rings->n_vertices);
    cov_cells *c = cov_alloc_zero(1, sizeof *c);
    if (c == NULL)
        return cov_fail_memory(err);
    builder b = {.rings = rings, .cells = c};
    cov_status s = build(&b, threads, err);
    builder_clear(&b);
    if (s != COV_OK) {
        cov_cells_free(c);
        return s;
    }
    *out = c;
    return COV_OK;
}
