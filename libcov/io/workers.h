/* Workers: threads that count batches while the caller reads the next ones.
 * SPDX-License-Identifier: MIT
 *
 * A point is located and marked once, whatever the measures it is counted in. Each worker has
 * tallies of its own, one per measure; they are merged at the end. Counts are sums of integers, so
 * it doesn't matter which worker got which batch: the result is the same bytes. Batches are a fixed
 * number that go round between reader and workers, so memory doesn't grow with the points. With one
 * worker there is no thread: the caller counts. Nothing here knows of files: what a batch has still
 * to read, and the plane its points are in, are matters of the households. */
#ifndef COV_IO_WORKERS_H
#define COV_IO_WORKERS_H

#include "io/households.h"
#include "io/reaches.h"

typedef struct cov_workers cov_workers;

/* What is counted; borrowed, must outlive the workers. */
typedef struct cov_task {
    const cov_areas *areas;
    const cov_service *services;
    size_t n_services;
    const cov_reaches *reaches;
    uint64_t untold; /* services that something answers which these points don't have: unknown,
                        where no place answers */
    size_t n_measures;
    const uint32_t *scale;      /* one per measure */
    cov_households *households; /* whose batches they are; what is seen of them is noted there */
} cov_task;

/* Start n >= 1 workers. */
cov_status cov_workers_create(unsigned n, const cov_task *task, cov_workers **out, cov_error *err);

/* A free batch to fill; waits for one. Fails with the error of a worker, if there was one. */
cov_status cov_workers_take(cov_workers *workers, cov_batch **out, cov_error *err);

/* Hand the batch taken last over, to be read where it has n_records, placed and counted. */
cov_status cov_workers_give(cov_workers *workers, cov_batch *batch, cov_error *err);

/* Wait until everything that was given is counted. */
cov_status cov_workers_wait(cov_workers *workers, cov_error *err);

/* Whether all has to be read again, and why (cov_seen), so far. Such a batch isn't counted: all of
 * this is to be dropped. */
unsigned cov_workers_again(cov_workers *workers);

/* Wait until everything is counted, end the threads, merge. The tallies, one per measure, are the
 * caller's. Of several errors the one of the earliest batch is reported. Afterwards only
 * _seconds and _free are left. */
cov_status cov_workers_finish(cov_workers *workers, cov_tally **out, cov_error *err);

/* Seconds spent reading and counting, the sum over the workers; to be asked after _finish. */
void cov_workers_seconds(const cov_workers *workers, double *reading, double *counting);

/* End the threads (what is waiting isn't counted any more) and free everything. */
void cov_workers_free(cov_workers *workers);

#endif
