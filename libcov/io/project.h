/* Project: a job and its outputs, from a YAML file.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: the kind of a service or base follows from its keys; keys that don't go
 * together, and values that are none, are COV_ERR_INPUT with file, line and column. Paths become
 * those of the folder of the project file, in full, so that a job means the same wherever it is
 * run. What may be opened (network, further drivers) is not for a file to say. */
#ifndef COV_IO_PROJECT_H
#define COV_IO_PROJECT_H

#include <cov/io.h>

#include "io/project_schema.h"

struct cov_project {
    cov_file *file; /* most texts of the job are its */
    char *folder;   /* ends in '/' */
    char **path;    /* joined with the folder */
    size_t n_paths;
    size_t path_capacity;
    cov_job job;
    cov_job_base *base;
    cov_job_service *service;
    cov_indicator *indicator;
    cov_job_tiers *tiers;
    cov_job_target *target;
    cov_job_ratio *ratio;
    cov_project_output *output;
    size_t n_outputs;
};

/* Fill the job of a project from its file, which was checked. */
cov_status cov_project_build(cov_project *project, const cov_yaml *yaml, cov_error *err);

/* Fill one service. `entry` is its map. Also checks that its keys go together. */
cov_status cov_project_service(cov_project *project, const cov_yaml *yaml, size_t entry,
                               const cov_file_service *from, cov_job_service *out, cov_error *err);

/* A source with its path in full; all NULL where `from` has no file. */
cov_status cov_project_source(cov_project *project, const cov_file_source *from, cov_source *out,
                              cov_error *err);

/* "within: ..." : refuse the value of a key of a map, or the map where the key isn't there. */
__attribute__((format(printf, 5, 6))) cov_status cov_project_refuse(const cov_yaml *yaml,
                                                                    size_t map, const char *key,
                                                                    cov_error *err,
                                                                    const char *format, ...);

/* true or false; NULL is false. `key` of `map` is where it stands. */
cov_status cov_project_flag(const cov_yaml *yaml, size_t map, const char *key, const char *text,
                            int *out, cov_error *err);

/* A whole number of at least `least`; NULL is 0. */
cov_status cov_project_whole(const cov_yaml *yaml, size_t map, const char *key, const char *text,
                             uint64_t least, uint64_t most, uint64_t *out, cov_error *err);

#endif
