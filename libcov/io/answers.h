/* Answers: what the households themselves are asked, by their columns and by tables of their ids.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_ANSWERS_H
#define COV_IO_ANSWERS_H

#include "io/households.h"
#include "io/job.h"
#include "io/phases.h"

typedef struct cov_answers {
    cov_answer *answer; /* for cov_households_open */
    size_t n;
    cov_claims **claims; /* the tables, owned */
    size_t n_claims;
} cov_answers;

/* Read the tables of the plan, each once, and list its columns. */
cov_status cov_answers_read(const cov_plan *plan, const cov_policy *policy, cov_notes *notes,
                            cov_phases *phases, cov_answers *out, cov_error *err);
/* The name of the table that answers an entry of the plan, for messages. */
const char *cov_answers_label(const cov_answers *answers, const cov_plan *plan,
                              const cov_plan_entry *entry);
void cov_answers_clear(cov_answers *answers);

#endif
