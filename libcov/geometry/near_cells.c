/* SPDX-License-Identifier: MIT */
#include "geometry/near_cells.h"

#include <pthread.h>
#include <string.h>

#include "base/mem.h"
#include "geometry/grid.h"
#include "geometry/words.h"

/* A cell that more segments than this may reach is cut, while that helps; one that has more than a
 * list may hold asks the tree. The children look at the segments of their parent, where these were
 * few enough to keep. Of still more, nobody looks further for one that reaches all. */
enum { CUT_ABOVE = 6, LIST_MAX = 14, KEEP_MAX = 32, LOOK_MAX = 64 };

/* Smaller cells than this part of the distance are not worth their memory. */
#define CELL_OF_REACH (1.0 / 32)

/* Top-level cells, nodes, and words of lists: so many for each segment, within limits. Memory stays
 * in proportion to the segments, whatever they and the distance are. */
enum { TOP_MIN = 1024, TOP_MAX = 1 << 20 };
enum { NODES_MIN = 4096, NODES_PER_SEGMENT = 1, NODES_MAX = 1 << 27 };
enum { LIST_MIN = 1 << 16, LIST_PER_SEGMENT = 32 };

/* Cells that are decided at once, before their findings are entered in order; and threads, each of
 * which should have some hundreds to decide. */
enum { SLAB = 1 << 15, THREAD_MIN_CELLS = 512, THREADS_MAX = 16 };

/* Rounding in the comparison of a cell with the distance: more than FINE of the metric. */
#define CLOSE 1e-7

typedef struct pending {
    uint32_t ux, uy; /* a unit in it */
    uint32_t slot;   /* of its word, in `top` or in `node` */
    uint32_t kept;   /* where in `kept` its parent's segments stand, or KEPT_NONE */
} pending;

#define KEPT_NONE UINT32_MAX

typedef enum verdict { NONE, ALL, FEW, MANY } verdict;

typedef struct finding {
    uint8_t verdict;
    uint8_t n; /* of the segments, where they are FEW */
    uint32_t segment[KEEP_MAX];
} finding;

typedef struct work {
    cov_near *near;
    unsigned threads;
    unsigned size; /* of the cells of this level, as log2 of units */
    size_t nodes_max, list_max;
    words node, list;
    pending *now, *next;
    words kept, kept_next; /* for the children: the number of segments, and these */
    size_t n_now, n_next, next_capacity;
    finding *found; /* of a slab */
} work;

/* ---------------------------------------------------------------- one cell */

static bool near_barriers(const cov_near *n, cov_xy middle, cov_xy half)
{
    if (!n->has_barriers)
        return false;
    double box[] = {middle.x - half.x, middle.y - half.y, middle.x + half.x, middle.y + half.y};
    cov_metric_widen(&n->metric, box);
    return cov_barriers_meet(&n->barriers, box);
}

/* Squared distances: segments so near reach the whole cell, those farther nothing of it. */
typedef struct bounds {
    double within, beyond;
} bounds;

/* Look at some segments: true where one of them reaches the whole cell. */
static bool look_at(const cov_near *n, cov_place from, bounds b, const uint32_t *segment,
                    size_t n_segments, finding *f, size_t *count)
{
    for (size_t i = 0; i < n_segments; i++) {
        const cov_place *v = n->place + segment[i];
        double d = cov_squared_distance(from, v[0], v[1]);
        if (d <= b.within)
            return true;
        if (d > b.beyond)
            continue;
        if (*count < KEEP_MAX)
            f->segment[*count] = segment[i];
        (*count)++;
    }
    return false;
}

/* Look at the parent's segments, where there are any, or at the tree's. */
static void survey(const cov_near *n, cov_place from, bounds b, const uint32_t *kept, finding *f)
{
    size_t count = 0, look = b.within > 0 ? LOOK_MAX : KEEP_MAX, n_items = 0;
    bool all = false;
    if (kept != NULL) {
        all = look_at(n, from, b, kept + 1, kept[0], f, &count);
    } else {
        cov_walk walk;
        cov_box start = cov_box_of(from, from);
        cov_walk_start(&walk, &n->tree, &start, b.beyond);
        for (const uint32_t *item; !all && count <= look;) {
            item = cov_walk_next(&walk, &n_items);
            if (item == NULL)
                break;
            all = look_at(n, from, b, item, n_items, f, &count);
        }
    }
    f->verdict = all ? ALL : count == 0 ? NONE : count <= KEEP_MAX ? FEW : MANY;
    f->n = (uint8_t)(f->verdict == FEW ? count : 0);
}

static void decide(const work *w, const pending *p, finding *f)
{
    const cov_near *n = w->near;
    const cov_cells *c = &n->cells;
    const cov_metric *m = &n->metric;
    cov_xy middle = cell_centre(c, p->ux, p->uy, w->size);
    /* The grid's own rounding is below 2^-11 units. */
    double wide = (0.5 * (double)(UINT32_C(1) << w->size) + 1.0 / 512) * c->unit;
    cov_xy half = {wide, wide};
    bool barred = near_barriers(n, middle, half);
    double radius = cov_metric_radius(m, middle, half) * (1 + CLOSE) + n->bend;
    if (m->geographic)
        middle.y = fmin(fmax(middle.y, -90), 90); /* nearer to all places in the cell that exist */
    double within = m->least * (1 - CLOSE) - radius, beyond = m->most * (1 + CLOSE) + radius;
    within = within > 0 && !barred ? within * within : -1;
    survey(n, cov_metric_place(m, middle), (bounds){within, beyond * beyond},
           p->kept != KEPT_NONE ? w->kept.word + p->kept : NULL, f);
}

/* ---------------------------------------------------------------- a slab, by threads */

typedef struct share {
    const work *w;
    const pending *cell;
    finding *found;
    size_t n;
} share;

static void *decide_share(void *data)
{
    const share *s = data;
    for (size_t i = 0; i < s->n; i++)
        decide(s->w, &s->cell[i], &s->found[i]);
    return NULL;
}

static void decide_slab(const work *w, const pending *cell, size_t n)
{
    pthread_t thread[THREADS_MAX];
    share part[THREADS_MAX];
    bool started[THREADS_MAX] = {false};
    size_t parts = w->threads < THREADS_MAX ? w->threads : THREADS_MAX;
    parts = parts < n / THREAD_MIN_CELLS ? parts : n / THREAD_MIN_CELLS;
    parts = parts > 0 ? parts : 1;
    for (size_t k = 0; k < parts; k++) {
        size_t from = n * k / parts, to = n * (k + 1) / parts;
        part[k] = (share){w, cell + from, w->found + from, to - from};
        started[k] = k > 0 && pthread_create(&thread[k], NULL, decide_share, &part[k]) == 0;
    }
    for (size_t k = 0; k < parts; k++) {
        if (!started[k])
            decide_share(&part[k]);
    }
    for (size_t k = 0; k < parts; k++) {
        if (started[k])
            pthread_join(thread[k], NULL);
    }
}

/* ---------------------------------------------------------------- words */

/* The segments in an array of words, behind their number; *at is where. */
static cov_status put_segments(words *to, const finding *f, size_t *at, cov_error *err)
{
    *at = to->n;
    uint32_t *word = words_add(to, (size_t)f->n + 1);
    if (word == NULL)
        return cov_fail_memory(err);
    word[0] = f->n;
    memcpy(word + 1, f->segment, f->n * sizeof *word);
    return COV_OK;
}

/* Cut a cell: its word, and the children that are to be decided. */
static cov_status cut(work *w, const pending *p, const finding *f, uint32_t *word, cov_error *err)
{
    size_t number = w->node.n / CHILDREN, kept = KEPT_NONE;
    if (f->verdict == FEW && w->kept_next.n < KEPT_NONE - KEEP_MAX) {
        cov_status s = put_segments(&w->kept_next, f, &kept, err);
        if (s != COV_OK)
            return s;
    }
    if (words_add(&w->node, CHILDREN) == NULL ||
        cov_reserve((void **)&w->next, &w->next_capacity, w->n_next + CHILDREN, sizeof *w->next) !=
            0)
        return cov_fail_memory(err);
    unsigned size = w->size - LEVEL_BITS;
    uint32_t ux = p->ux >> w->size << w->size, uy = p->uy >> w->size << w->size;
    for (uint32_t k = 0; k < CHILDREN; k++)
        w->next[w->n_next++] = (pending){ux + ((k % SIDE) << size), uy + ((k / SIDE) << size),
                                         (uint32_t)(number * CHILDREN + k), (uint32_t)kept};
    *word = word_of(KIND_NODE, number);
    return COV_OK;
}

static cov_status enlist(work *w, const finding *f, uint32_t *word, cov_error *err)
{
    size_t at = 0;
    cov_status s = put_segments(&w->list, f, &at, err);
    *word = word_of(KIND_LIST, at);
    return s;
}

/* Not below what the bend of segments leaves undecided, either: their number would stay the same.
 */
static bool may_cut(const work *w)
{
    const cov_near *n = w->near;
    if (w->size < LEVEL_BITS || w->node.n / CHILDREN >= w->nodes_max)
        return false;
    double least = fmax(n->metric.reach * CELL_OF_REACH, n->bend);
    if (n->metric.geographic)
        least /= n->metric.a * 0.017453292519943295;
    return (double)(UINT32_C(1) << (w->size - LEVEL_BITS)) * n->cells.unit >= least;
}

static cov_status enter(work *w, const pending *p, const finding *f, bool top, cov_error *err)
{
    uint32_t word = f->verdict == ALL;
    cov_status s = COV_OK;
    if ((f->verdict == MANY || f->n > CUT_ABOVE) && may_cut(w))
        s = cut(w, p, f, &word, err);
    else if (f->verdict == FEW && f->n <= LIST_MAX && w->list.n < w->list_max)
        s = enlist(w, f, &word, err);
    else if (f->verdict == FEW || f->verdict == MANY)
        word = NEAR_ASK_TREE;
    if (s == COV_OK)
        (top ? w->near->cells.top : w->node.word)[p->slot] = word;
    return s;
}

static cov_status do_level(work *w, bool top, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t first = 0; first < w->n_now && s == COV_OK; first += SLAB) {
        size_t n = w->n_now - first < SLAB ? w->n_now - first : SLAB;
        decide_slab(w, w->now + first, n);
        for (size_t i = 0; i < n && s == COV_OK; i++)
            s = enter(w, &w->now[first + i], &w->found[i], top, err);
    }
    return s;
}

/* ---------------------------------------------------------------- all */

/* Over all that can be reached. */
static void lay(cov_near *n)
{
    const double *e = n->extent;
    double w = e[2] - e[0], h = e[3] - e[1], cells = (double)n->tree.n;
    cells = fmin(fmax(cells, TOP_MIN), TOP_MAX);
    cov_grid_lay(&n->cells, e, fmax(sqrt(w) * sqrt(h) / sqrt(cells), fmax(w, h) / cells));
}

/* All top-level cells but those of the rim, which nothing reaches. */
static cov_status begin(work *w, cov_error *err)
{
    cov_cells *c = &w->near->cells;
    c->top = cov_alloc_zero((size_t)c->nx * c->ny, sizeof *c->top);
    w->now = cov_alloc((size_t)c->nx * c->ny, sizeof *w->now);
    w->found = cov_alloc(SLAB, sizeof *w->found);
    if (c->top == NULL || w->now == NULL || w->found == NULL)
        return cov_fail_memory(err);
    for (uint32_t j = 1; j + 1 < c->ny; j++) {
        for (uint32_t i = 1; i + 1 < c->nx; i++)
            w->now[w->n_now++] = (pending){i << c->depth, j << c->depth, j * c->nx + i, KEPT_NONE};
    }
    return COV_OK;
}

static void hand_over(words *w, uint32_t **out, size_t *n)
{
    uint32_t *fit = cov_resize(w->word, w->n, sizeof *w->word);
    *out = fit != NULL ? fit : w->word;
    *n = w->n;
    *w = (words){0};
}

/* The children become the cells of the level. */
static void descend(work *w)
{
    cov_free(w->now);
    cov_free(w->kept.word);
    w->now = w->next;
    w->n_now = w->n_next;
    w->kept = w->kept_next;
    w->next = NULL;
    w->n_next = w->next_capacity = 0;
    w->kept_next = (words){0};
    w->size -= LEVEL_BITS;
}

cov_status cov_near_fill_cells(cov_near *near, unsigned threads, cov_error *err)
{
    lay(near);
    work w = {.near = near, .threads = threads, .size = near->cells.depth};
    w.nodes_max = near->tree.n * NODES_PER_SEGMENT + NODES_MIN;
    w.nodes_max = w.nodes_max < NODES_MAX ? w.nodes_max : NODES_MAX;
    w.list_max = near->tree.n * LIST_PER_SEGMENT + LIST_MIN;
    w.list_max = w.list_max < PAYLOAD_MASK ? w.list_max : PAYLOAD_MASK;
    cov_status s = begin(&w, err);
    bool top = true;
    while (s == COV_OK && w.n_now > 0) {
        s = do_level(&w, top, err);
        descend(&w);
        top = false;
    }
    if (s == COV_OK) {
        hand_over(&w.node, &near->cells.node, &near->cells.n_node);
        hand_over(&w.list, &near->cells.list, &near->cells.n_list);
    }
    cov_free(w.node.word);
    cov_free(w.list.word);
    cov_free(w.kept.word);
    cov_free(w.kept_next.word);
    cov_free(w.now);
    cov_free(w.next);
    cov_free(w.found);
    return s;
}
