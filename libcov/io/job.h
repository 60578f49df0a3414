/* Job: what is asked, checked before anything is read, in the order the run needs it.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_JOB_H
#define COV_IO_JOB_H

#include "io/households.h"

#define COV_THREADS_MAX 256

/* The services of a job: entries of one name are one service, in order of first appearance. */
typedef struct cov_plan {
    cov_service *service; /* n; names borrowed from the job, footprints NULL until they are read */
    size_t n;
    const cov_source **source; /* those of service k are source[first[k]] to source[first[k + 1]] */
    size_t *first;             /* n + 1 */
    cov_answer *answer;        /* the columns that answer, in the order of the job */
    size_t n_answers;
} cov_plan;

/* Check the job and plan it: COV_ERR_ARGUMENT for what the caller forgot, COV_ERR_EXPRESSION and
 * the errors of cov_tally_create for services and indicators. No file is touched. The plan borrows
 * from the job. */
cov_status cov_plan_create(const cov_job *job, cov_plan *out, cov_error *err);
void cov_plan_clear(cov_plan *plan);

/* How many threads the job may use: what it says, or one per processor, at most 8. */
unsigned cov_job_threads(const cov_job *job);

#endif
