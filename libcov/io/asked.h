/* Asked: what a job asks of what was counted, as a text that can be kept.
 * SPDX-License-Identifier: MIT
 *
 * A JSON object, its keys in this order, everything as the job gave it:
 *
 *     indicators   [{name, expression}], name null where it has none
 *     tiers        [[expression]]
 *     targets      [{indicator, share, with}], share in millionths */
#ifndef COV_IO_ASKED_H
#define COV_IO_ASKED_H

#include <cov/io.h>

#include "io/json.h"

typedef struct cov_asked {
    cov_indicator *indicator;
    size_t n_indicators;
    cov_job_tiers *tiers; /* their lists are owned */
    size_t n_tiers;
    cov_job_target *target;
    size_t n_targets;
} cov_asked;

/* Freed with cov_free; equal for equal questions. */
cov_status cov_asked_write(const cov_job *job, char **out, cov_error *err);

/* Borrows its texts from the JSON. COV_ERR_FORMAT for anything that cov_asked_write doesn't
 * make; whether the questions make sense is the job's to know. */
cov_status cov_asked_read(const json_t *json, cov_asked *out, cov_error *err);
void cov_asked_clear(cov_asked *questions);

/* Put them into a job, which borrows them. */
void cov_asked_put(const cov_asked *questions, cov_job *job);

#endif
