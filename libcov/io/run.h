/* Run: a job done. The only file that knows the whole way of a household.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: the job is checked before a file is touched; the caller's thread reads, calls
 * back and returns; when cov_run_create is over, every thread is joined and every file closed; the
 * result is the same bytes for any number of workers. */
#ifndef COV_IO_RUN_H
#define COV_IO_RUN_H

#include "io/area_layer.h"
#include "io/footprint_layer.h"
#include "io/job.h"
#include "io/workers.h"

struct cov_run {
    cov_plan plan; /* while it runs */
    cov_area_layer areas;
    cov_footprint_layer *footprint; /* one per service; empty where a column alone answers */
    size_t n_footprints;
    cov_mark *mark;
    size_t n_marks;
    cov_tally *tally;
    cov_report *report;
    cov_notes notes;
    char **input; /* the paths that were read */
    size_t n_inputs;
    char *measure;
    char *manifest;
    cov_phases phases;
};

#endif
