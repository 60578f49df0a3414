/* SPDX-License-Identifier: MIT */
#include "io/workers.h"

#include "base/mem.h"
#include "io/phases.h"

#include <pthread.h>
#include <string.h>

typedef struct worker {
    cov_workers *pool;
    pthread_t thread;
    cov_tally *tally[COV_MEASURES_MAX];
    int32_t *area; /* of each point of a batch */
    uint8_t *overlap;
    cov_hand *hand;
    double reading; /* seconds */
    double counting;
} worker;

/* Batches wait in a ring in the order they were given; free ones lie on a stack. Both have room for
 * all of them, so that adding never waits. */
struct cov_workers {
    cov_task task;
    unsigned n;
    unsigned n_running; /* threads that were started and not joined */
    worker *worker;

    size_t n_batches;
    cov_batch *batch;
    cov_batch **spare; /* the stack */
    size_t n_spare;
    cov_batch **waiting; /* the ring */
    size_t first_waiting;
    size_t n_waiting;
    uint64_t n_taken; /* batches taken out of the ring so far: the number of the next */

    unsigned again;

    int closed;  /* no more batches will come */
    int dropped; /* what is waiting needn't be counted */
    cov_status status;
    cov_error error;    /* of the earliest batch that failed */
    uint64_t failed_at; /* its number */

    int ready; /* the lock and the signals exist */
    pthread_mutex_t lock;
    pthread_cond_t batch_spare;
    pthread_cond_t batch_waiting;
};

/* ---------------------------------------------------------------- counting */

static cov_status locate_and_mark(worker *w, const cov_batch *batch, const cov_points *points,
                                  cov_error *err)
{
    const cov_task *task = &w->pool->task;
    for (size_t i = 0; i < batch->n && task->untold != 0; i++)
        batch->unknown[i] |= task->untold;
    cov_status s = cov_areas_locate(task->areas, points, w->area, w->overlap, err);
    if (s == COV_OK)
        s = cov_reaches_mark(task->reaches, points, batch->served, batch->unknown, err);
    return s;
}

static cov_status count_points(worker *w, const cov_batch *batch, cov_error *err)
{
    cov_points points = COV_POINTS_INIT;
    points.n = batch->n;
    points.x = batch->x;
    points.y = batch->y;
    cov_status s = locate_and_mark(w, batch, &points, err);
    points.served = batch->served;
    points.unknown = batch->unknown;
    points.area = w->area;
    points.overlap = w->overlap;
    for (size_t m = 0; m < w->pool->task.n_measures && s == COV_OK; m++) {
        points.weight = batch->weight[m];
        s = cov_tally_push(w->tally[m], &points, err);
    }
    return s;
}

static cov_status count_batch(worker *w, cov_batch *batch, cov_error *err)
{
    double start = cov_phases_clock();
    cov_status s = COV_OK;
    if (batch->n_records > 0)
        s = cov_hand_read(w->hand, w->pool->task.scale, batch, err);
    double read = cov_phases_clock();
    w->reading += read - start;
    if (s == COV_OK && batch->seen.again == 0) {
        cov_hand_place(w->hand, batch);
        s = count_points(w, batch, err);
    }
    w->counting += cov_phases_clock() - read;
    return s;
}

/* The next batch to count, or NULL when there is nothing left to do; waits. Under the lock. */
static cov_batch *next_waiting(cov_workers *p, uint64_t *number)
{
    while (p->n_waiting == 0 && !p->closed && !p->dropped)
        pthread_cond_wait(&p->batch_waiting, &p->lock);
    if (p->dropped || p->status != COV_OK || p->n_waiting == 0)
        return NULL;
    cov_batch *batch = p->waiting[p->first_waiting];
    p->first_waiting = (p->first_waiting + 1) % p->n_batches;
    p->n_waiting--;
    *number = p->n_taken++;
    return batch;
}

/* Batches that were taken before the failing one are still counted by their workers, so the
 * earliest failure of all is known at the end. Under the lock. */
static void note_failure(cov_workers *p, uint64_t number, cov_status status, const cov_error *error)
{
    if (p->status != COV_OK && p->failed_at < number)
        return;
    p->status = status;
    p->error = *error;
    p->failed_at = number;
    pthread_cond_broadcast(&p->batch_waiting);
}

/* Under the lock, where there are threads. */
static void put_back(cov_workers *p, cov_batch *batch)
{
    cov_households_note(p->task.households, batch);
    p->again |= batch->seen.again;
    p->spare[p->n_spare++] = batch;
}

static void *work(void *argument)
{
    worker *w = argument;
    cov_workers *p = w->pool;
    pthread_mutex_lock(&p->lock);
    uint64_t number = 0;
    cov_batch *batch;
    while ((batch = next_waiting(p, &number)) != NULL) {
        pthread_mutex_unlock(&p->lock);
        cov_error error = {COV_OK, ""};
        cov_status s = count_batch(w, batch, &error);
        pthread_mutex_lock(&p->lock);
        if (s != COV_OK)
            note_failure(p, number, s, &error);
        put_back(p, batch);
        pthread_cond_signal(&p->batch_spare);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* ---------------------------------------------------------------- life */

static cov_status create_signals(cov_workers *p, cov_error *err)
{
    const char *failed = "the system gives no lock for the worker threads";
    if (pthread_mutex_init(&p->lock, NULL) != 0)
        return cov_fail(err, COV_ERR_MEMORY, "%s", failed);
    if (pthread_cond_init(&p->batch_spare, NULL) != 0) {
        pthread_mutex_destroy(&p->lock);
        return cov_fail(err, COV_ERR_MEMORY, "%s", failed);
    }
    if (pthread_cond_init(&p->batch_waiting, NULL) != 0) {
        pthread_cond_destroy(&p->batch_spare);
        pthread_mutex_destroy(&p->lock);
        return cov_fail(err, COV_ERR_MEMORY, "%s", failed);
    }
    p->ready = 1;
    return COV_OK;
}

static cov_status create_batches(cov_workers *p, cov_error *err)
{
    p->n_batches = p->n > 1 ? (size_t)p->n + 2 : 1;
    p->batch = cov_alloc_zero(p->n_batches, sizeof *p->batch);
    p->spare = cov_alloc(p->n_batches, sizeof *p->spare);
    p->waiting = cov_alloc(p->n_batches, sizeof *p->waiting);
    if (p->batch == NULL || p->spare == NULL || p->waiting == NULL)
        return cov_fail_memory(err);
    cov_status s = COV_OK;
    for (size_t i = 0; i < p->n_batches && s == COV_OK; i++) {
        s = cov_batch_create(&p->batch[i], p->task.n_measures,
                             cov_households_answers(p->task.households), err);
        p->spare[i] = &p->batch[i];
    }
    p->n_spare = p->n_batches;
    return s;
}

static cov_status start_threads(cov_workers *p, cov_error *err)
{
    while (p->n > 1 && p->n_running < p->n) {
        worker *w = &p->worker[p->n_running];
        int code = pthread_create(&w->thread, NULL, work, w);
        if (code != 0)
            return cov_fail(err, COV_ERR_MEMORY,
                            "the system gives no thread number %u (%s): ask for fewer",
                            p->n_running + 1, strerror(code));
        p->n_running++;
    }
    return COV_OK;
}

static cov_status create_worker(cov_workers *p, worker *w, cov_error *err)
{
    const cov_task *task = &p->task;
    w->pool = p;
    w->area = cov_alloc(COV_BATCH, sizeof *w->area);
    w->overlap = cov_alloc(COV_BATCH, sizeof *w->overlap);
    if (w->area == NULL || w->overlap == NULL)
        return cov_fail_memory(err);
    cov_status s = cov_hand_create(task->households, &w->hand, err);
    for (size_t m = 0; m < task->n_measures && s == COV_OK; m++) {
        cov_tally_options options = COV_TALLY_OPTIONS_INIT;
        options.scale = task->scale[m];
        s = cov_tally_create(task->areas, task->services, task->n_services, &options, &w->tally[m],
                             err);
    }
    return s;
}

cov_status cov_workers_create(unsigned n, const cov_task *task, cov_workers **out, cov_error *err)
{
    cov_workers *p = cov_alloc_zero(1, sizeof *p);
    if (p == NULL)
        return cov_fail_memory(err);
    p->n = n;
    p->task = *task;
    p->worker = cov_alloc_zero(n, sizeof *p->worker);
    cov_status s = p->worker != NULL ? create_signals(p, err) : cov_fail_memory(err);
    if (s == COV_OK)
        s = create_batches(p, err);
    for (unsigned i = 0; i < n && s == COV_OK; i++)
        s = create_worker(p, &p->worker[i], err);
    if (s == COV_OK)
        s = start_threads(p, err);
    if (s == COV_OK) {
        *out = p;
        return COV_OK;
    }
    cov_workers_free(p);
    return s;
}

static void clear_worker(worker *w)
{
    for (size_t m = 0; m < COV_MEASURES_MAX; m++)
        cov_tally_free(w->tally[m]);
    cov_hand_free(w->hand);
    cov_free(w->area);
    cov_free(w->overlap);
}

static void join_threads(cov_workers *p, int drop)
{
    if (!p->ready)
        return;
    pthread_mutex_lock(&p->lock);
    p->closed = 1;
    p->dropped = p->dropped || drop;
    pthread_cond_broadcast(&p->batch_waiting);
    pthread_mutex_unlock(&p->lock);
    for (; p->n_running > 0; p->n_running--)
        pthread_join(p->worker[p->n_running - 1].thread, NULL);
}

void cov_workers_free(cov_workers *workers)
{
    if (workers == NULL)
        return;
    join_threads(workers, 1);
    if (workers->ready) {
        pthread_cond_destroy(&workers->batch_waiting);
        pthread_cond_destroy(&workers->batch_spare);
        pthread_mutex_destroy(&workers->lock);
    }
    for (size_t i = 0; workers->batch != NULL && i < workers->n_batches; i++)
        cov_batch_clear(&workers->batch[i]);
    for (unsigned i = 0; workers->worker != NULL && i < workers->n; i++)
        clear_worker(&workers->worker[i]);
    cov_free(workers->batch);
    cov_free(workers->spare);
    cov_free(workers->waiting);
    cov_free(workers->worker);
    cov_free(workers);
}

/* ---------------------------------------------------------------- the reader's side */

static cov_status report_failure(const cov_workers *p, cov_error *err)
{
    if (p->status != COV_OK && err != NULL)
        *err = p->error;
    return p->status;
}

cov_status cov_workers_take(cov_workers *workers, cov_batch **out, cov_error *err)
{
    cov_workers *p = workers;
    pthread_mutex_lock(&p->lock);
    while (p->n_spare == 0 && p->status == COV_OK)
        pthread_cond_wait(&p->batch_spare, &p->lock);
    int failed = p->status != COV_OK;
    if (!failed)
        *out = p->spare[--p->n_spare];
    pthread_mutex_unlock(&p->lock);
    if (!failed)
        return COV_OK;
    /* Others may still be at an earlier batch: let them end before one error is chosen. */
    join_threads(p, 0);
    return report_failure(p, err);
}

cov_status cov_workers_give(cov_workers *workers, cov_batch *batch, cov_error *err)
{
    cov_workers *p = workers;
    if (p->n == 1) {
        cov_status s = count_batch(&p->worker[0], batch, err);
        put_back(p, batch);
        return s;
    }
    pthread_mutex_lock(&p->lock);
    p->waiting[(p->first_waiting + p->n_waiting++) % p->n_batches] = batch;
    pthread_cond_signal(&p->batch_waiting);
    pthread_mutex_unlock(&p->lock);
    return COV_OK;
}

cov_status cov_workers_wait(cov_workers *workers, cov_error *err)
{
    cov_workers *p = workers;
    pthread_mutex_lock(&p->lock);
    while (p->n_spare < p->n_batches && p->status == COV_OK)
        pthread_cond_wait(&p->batch_spare, &p->lock);
    int failed = p->status != COV_OK;
    pthread_mutex_unlock(&p->lock);
    if (!failed)
        return COV_OK;
    join_threads(p, 0);
    return report_failure(p, err);
}

unsigned cov_workers_again(cov_workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    unsigned again = workers->again;
    pthread_mutex_unlock(&workers->lock);
    return again;
}

cov_status cov_workers_finish(cov_workers *workers, cov_tally **out, cov_error *err)
{
    cov_workers *p = workers;
    join_threads(p, 0);
    cov_status s = report_failure(p, err);
    for (unsigned i = 1; i < p->n && s == COV_OK; i++) {
        for (size_t m = 0; m < p->task.n_measures && s == COV_OK; m++)
            s = cov_tally_merge(p->worker[0].tally[m], p->worker[i].tally[m], err);
    }
    for (size_t m = 0; m < p->task.n_measures && s == COV_OK; m++) {
        out[m] = p->worker[0].tally[m];
        p->worker[0].tally[m] = NULL;
    }
    return s;
}

void cov_workers_seconds(const cov_workers *workers, double *reading, double *counting)
{
    *reading = *counting = 0;
    for (unsigned i = 0; i < workers->n; i++) {
        *reading += workers->worker[i].reading;
        *counting += workers->worker[i].counting;
    }
}
