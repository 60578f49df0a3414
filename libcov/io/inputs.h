/* Inputs: the files a run was made of, and whether an output would take one of them away.
 * SPDX-License-Identifier: MIT
 *
 * A file is compared by what it is, not by how its path is written: links, ".." and relative paths
 * don't matter. Of an input count the file itself, the archive it lies in, what lies in its folder
 * where it is one, and the files beside it that its format reads. */
#ifndef COV_IO_INPUTS_H
#define COV_IO_INPUTS_H

#include <cov/io.h>

#include "io/target.h"

/* The paths that a job reads. */
cov_status cov_inputs_list(const cov_job *job, char ***input, size_t *n, cov_error *err);
void cov_inputs_free(char **input, size_t n);

/* COV_ERR_EXISTS names the first file of the target that belongs to one of the inputs. */
cov_status cov_inputs_check(char *const *input, size_t n, const cov_target *target, cov_error *err);

#endif
