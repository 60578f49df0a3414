/* Preview: the names of the columns of a result, before anything is counted.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: the names are those that sheet/fields.h gives the result, made of a result of
 * the same shape that holds nothing; a clash is told before the work, not after it. Columns that
 * stand there only where something is unknown are left to the result. */
#ifndef COV_IO_PREVIEW_H
#define COV_IO_PREVIEW_H

#include "io/bases.h"

typedef struct cov_preview {
    const cov_job *job;
    const cov_plan *plan;
    const cov_content *content; /* of each base of the job */
    const char *id_column;      /* of the areas */
    const char *name_column;    /* NULL: none */
} cov_preview;

/* COV_ERR_ARGUMENT where two columns would have one name, as in cov_fields_create. */
cov_status cov_preview_check(const cov_preview *preview, cov_error *err);

#endif
