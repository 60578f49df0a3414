/* Job: what is asked, checked before anything is counted, in the order the run needs it.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: every entry of a service that splits is one entry per value; entries of one
 * name are one service; whatever can be wrong without looking at the data is found here. */
#ifndef COV_IO_JOB_H
#define COV_IO_JOB_H

#include "engine/family.h"
#include "io/phases.h"
#include "io/source.h"

#define COV_THREADS_MAX 256

/* An entry of the job, or what a value of its `split` makes of it. */
typedef struct cov_plan_entry {
    cov_job_service ask; /* name and filter may be the plan's, everything else is the job's */
    unsigned bit;
} cov_plan_entry;

typedef struct cov_plan {
    cov_service *service; /* in order of first appearance; without footprints */
    size_t n;
    cov_plan_entry *entry; /* in the order of the job */
    size_t n_entries;
    size_t entry_capacity;
    cov_indicators indicators; /* as the reports will have them */
    char **text;               /* owned: names and filters made of values */
    size_t n_texts;
    size_t text_capacity;
} cov_plan;

/* COV_ERR_ARGUMENT for what the caller forgot, by the job alone. */
cov_status cov_job_check(const cov_job *job, cov_error *err);

/* Check the job and plan it: COV_ERR_ARGUMENT for what the caller forgot, COV_ERR_EXPRESSION and
 * the errors of cov_tally_create for services, indicators, tiers and targets. Only files of
 * services that split are opened. The plan borrows from the job. */
cov_status cov_plan_create(const cov_job *job, const cov_policy *policy, cov_notes *notes,
                           cov_phases *phases, cov_plan *out, cov_error *err);
void cov_plan_clear(cov_plan *plan);

/* Check what the job asks of services that were counted elsewhere: its indicators, tiers and
 * targets, as for a plan. */
cov_status cov_job_check_questions(const cov_job *job, const cov_service *services, size_t n,
                                   cov_error *err);

/* COV_ERR_ARGUMENT for a base or ratio that can't be in a part. */
cov_status cov_job_refuse_part(const char *name, cov_error *err);

/* The services that at least one entry of this kind answers, as a set. */
uint64_t cov_plan_set(const cov_plan *plan, cov_by by);

/* What a job allows to be read. */
cov_policy cov_job_policy(const cov_job *job);

/* How many threads the job may use: what it says, or one per processor, at most 8. */
unsigned cov_job_threads(const cov_job *job);

#endif
