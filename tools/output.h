/* Output: where the result of a run goes.
 * SPDX-License-Identifier: MIT */
#ifndef COV_TOOLS_OUTPUT_H
#define COV_TOOLS_OUTPUT_H

#include "talk.h"

/* The files the result goes to: those of the command line, else those of the project; and the file
 * of the part. */
typedef struct outputs {
    cov_project_output *at;
    size_t n;
} outputs;

/* Without a project it is NULL. */
outputs outputs_list(const cli *c, const cov_project *project);
void outputs_clear(outputs *list);

/* Whether the run is to be a part of a whole. */
gboolean outputs_have_part(const outputs *list);

/* The first file that holds rows, which a part doesn't; NULL where there is none. */
const char *outputs_file_of_rows(const outputs *list);

/* No long run for an output that can't be, or that takes away what the job (NULL: none) reads. */
COV_MUST_CHECK cov_status outputs_check(const outputs *list, const cov_job *job, progress *p,
                                        cov_error *err);

/* Write all files, then print the table. */
COV_MUST_CHECK cov_status outputs_write(const cli *c, const outputs *list, const cov_run *run,
                                        progress *p, cov_error *err);

#endif
