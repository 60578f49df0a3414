/* Gaps: what is missing to the targets of a job.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_GAP_H
#define COV_IO_GAP_H

#include <cov/io.h>

#include "base/status.h"

typedef struct cov_gaps {
    cov_gap *target;
    size_t n;
} cov_gaps;

/* Look the targets up in a report. COV_ERR_EXPRESSION for an indicator that isn't in it, which the
 * plan of a job has ruled out. */
cov_status cov_gaps_create(const cov_job *job, const cov_report *report, cov_gaps *out,
                           cov_error *err);
void cov_gaps_clear(cov_gaps *gaps);

/* What a row misses to a target. */
cov_status cov_gaps_missing(const cov_gaps *gaps, const cov_report *report, size_t row,
                            size_t target, uint64_t *out, cov_error *err);

#endif
