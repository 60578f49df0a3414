/* Workers: threads that count batches while the caller reads the next ones.
 * SPDX-License-Identifier: MIT
 *
 * Each worker has a tally of its own; they are merged at the end. Counts are sums of integers, so
 * it doesn't matter which worker got which batch: the result is the same bytes. Batches are a fixed
 * number that go round between reader and workers, so memory doesn't grow with the points. With one
 * worker there is no thread: the caller counts. Nothing here knows of files. */
#ifndef COV_IO_WORKERS_H
#define COV_IO_WORKERS_H

#include "io/households.h"

typedef struct cov_workers cov_workers;

/* A footprint that adds to what columns say about the same service. The tally takes a service's
 * answer from one of the two, so the union is made here. */
typedef struct cov_mark {
    const cov_footprint *footprint;
    unsigned bit;
} cov_mark;

/* What is counted; borrowed, must outlive the workers and their tally. */
typedef struct cov_task {
    const cov_areas *areas;
    const cov_service *services;
    size_t n_services;
    const cov_mark *marks; /* their services have no footprint above */
    size_t n_marks;
    uint32_t scale;
} cov_task;

/* Start n >= 1 workers. */
cov_status cov_workers_create(unsigned n, const cov_task *task, cov_workers **out, cov_error *err);

/* A free batch to fill; waits for one. Fails with the error of a worker, if there was one. */
cov_status cov_workers_take(cov_workers *workers, cov_batch **out, cov_error *err);

/* Hand the batch taken last over for counting. */
cov_status cov_workers_give(cov_workers *workers, cov_batch *batch, cov_error *err);

/* Wait until everything is counted, end the threads, merge. The tally is the caller's. Of several
 * errors the one of the earliest batch is reported. Afterwards only _seconds and _free are left. */
cov_status cov_workers_finish(cov_workers *workers, cov_tally **out, cov_error *err);

/* Seconds spent counting, the sum over the workers; to be asked after _finish. */
double cov_workers_seconds(const cov_workers *workers);

/* End the threads (what is waiting isn't counted any more) and free everything. */
void cov_workers_free(cov_workers *workers);

#endif
