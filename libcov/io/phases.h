/* Phases: what is being done, how long each part took, and whether to go on.
 * SPDX-License-Identifier: MIT
 *
 * The caller is asked on its own thread only, between features, rows or batches. */
#ifndef COV_IO_PHASES_H
#define COV_IO_PHASES_H

#include <cov/io.h>

#include "base/status.h"

/* More than any job has: beyond them names would be lost. */
#define COV_PHASES_MAX 32

typedef struct cov_phases {
    cov_progress progress; /* NULL: nobody is asked */
    void *data;
    cov_phase phase[COV_PHASES_MAX]; /* in the order of their first appearance */
    size_t n;
    size_t current;
    double since; /* when the current one began; below 0 where there is none */
} cov_phases;

cov_phases cov_phases_start(cov_progress progress, void *data);

/* From now on the time counts for this phase, that of earlier entries included; asks. `name` must
 * live as long as the phases. */
cov_status cov_phases_enter(cov_phases *phases, const char *name, cov_error *err);

/* The current phase is over. */
void cov_phases_leave(cov_phases *phases);

/* Time that was measured elsewhere. */
void cov_phases_add(cov_phases *phases, const char *name, double seconds);

/* COV_ERR_CANCELLED where the caller wants no more. `done` of `total`, below 1 where that is not
 * known. */
cov_status cov_phases_ask(const cov_phases *phases, double done, double total, cov_error *err);

/* Seconds that only go forward. */
double cov_phases_clock(void);

#endif
