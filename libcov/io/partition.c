/* SPDX-License-Identifier: MIT */
#include "io/partition.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/cutter.h"

/* One worker's part: whichever area is next. Areas are cut each on its own, so that it doesn't
 * matter who cut them. */
typedef struct worker {
    const cov_borders *borders;
    atomic_size_t *next;
    const cov_phases *phases; /* of the caller's own part; NULL in the threads */
    cov_piece *piece;
    size_t n;
    size_t capacity;
    cov_status status;
    size_t failed_at; /* the area */
    cov_error error;
    pthread_t thread;
    int running;
} worker;

static void *cut_some(void *data)
{
    worker *own = data;
    cov_cutter *cutter = NULL;
    size_t n = own->borders->n_areas;
    own->status = cov_cutter_create(own->borders, &cutter, &own->error);
    while (own->status == COV_OK) {
        size_t i = atomic_fetch_add(own->next, 1);
        if (i >= n)
            break;
        own->failed_at = i;
        own->status = cov_cutter_cut(cutter, i, &own->piece, &own->n, &own->capacity, &own->error);
        if (own->status == COV_OK && own->phases != NULL)
            own->status = cov_phases_ask(own->phases, (double)i, (double)n, &own->error);
    }
    if (own->status != COV_OK)
        atomic_store(own->next, n); /* nobody needs the others any more */
    cov_cutter_free(cutter);
    return NULL;
}

/* Of several failures that of the first area: it was begun before any other that failed, and ends.
 */
static cov_status first_failure(const worker *workers, size_t n, cov_error *err)
{
    const worker *first = NULL;
    for (size_t k = 0; k < n; k++) {
        const worker *w = &workers[k];
        if (w->status != COV_OK && (first == NULL || w->failed_at < first->failed_at))
            first = w;
    }
    return first != NULL ? cov_fail(err, first->status, "%s", first->error.message) : COV_OK;
}

static int compare_pieces(const void *left, const void *right)
{
    const cov_piece *a = left, *b = right;
    if (a->area != b->area)
        return a->area < b->area ? -1 : 1;
    return (a->set > b->set) - (a->set < b->set);
}

/* Take what the workers have. */
static cov_status gather(worker *workers, size_t n, cov_partition *out, cov_error *err)
{
    size_t total = 0;
    for (size_t k = 0; k < n; k++)
        total += workers[k].n;
    out->piece = cov_alloc(total, sizeof *out->piece);
    if (out->piece == NULL)
        return cov_fail_memory(err);
    for (size_t k = 0; k < n; k++) {
        if (workers[k].n > 0)
            memcpy(out->piece + out->n, workers[k].piece, workers[k].n * sizeof *out->piece);
        out->n += workers[k].n;
        workers[k].n = 0;
    }
    qsort(out->piece, out->n, sizeof *out->piece, compare_pieces);
    return COV_OK;
}

static void clear_pieces(cov_piece *piece, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cov_free(piece[i].shape.wkb);
    cov_free(piece);
}

static void run_workers(worker *workers, size_t n, const cov_borders *borders, atomic_size_t *next,
                        const cov_phases *phases)
{
    for (size_t k = 0; k < n; k++) {
        worker *own = &workers[k];
        own->borders = borders;
        own->next = next;
        own->phases = k == 0 ? phases : NULL;
        if (k > 0)
            own->running = pthread_create(&own->thread, NULL, cut_some, own) == 0;
    }
    cut_some(&workers[0]); /* does all of it where no thread could be had */
    for (size_t k = 1; k < n; k++) {
        if (workers[k].running)
            pthread_join(workers[k].thread, NULL);
    }
}

cov_status cov_partition_create(const cov_borders *borders, unsigned threads,
                                const cov_phases *phases, cov_partition *out, cov_error *err)
{
    cov_partition result = {borders->areas, NULL, 0, borders->answered};
    atomic_size_t next = 0;
    size_t n = threads < borders->n_areas ? threads : borders->n_areas;
    n = n > 0 ? n : 1;
    worker *workers = cov_alloc_zero(n, sizeof *workers);
    if (workers == NULL)
        return cov_fail_memory(err);
    run_workers(workers, n, borders, &next, phases);
    cov_status s = first_failure(workers, n, err);
    if (s == COV_OK)
        s = gather(workers, n, &result, err);
    for (size_t k = 0; k < n; k++)
        clear_pieces(workers[k].piece, workers[k].n);
    cov_free(workers);
    if (s == COV_OK)
        *out = result;
    return s;
}

void cov_partition_clear(cov_partition *partition)
{
    clear_pieces(partition->piece, partition->n);
    memset(partition, 0, sizeof *partition);
}
