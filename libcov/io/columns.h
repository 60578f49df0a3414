/* Columns of a layer or table: found by name, listed in a message.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_COLUMNS_H
#define COV_IO_COLUMNS_H

#include <ogr_api.h>

#include "base/status.h"

/* Their names for a message, as many as fit. To be used where it is made, as cov_quote. */
typedef struct cov_columns_text {
    char text[512];
} cov_columns_text;

cov_columns_text cov_columns_list(OGRFeatureDefnH columns);

/* The index of a column, compared exactly, then without case. COV_ERR_INPUT where there is none,
 * with a list of those there are, or more than one. `label` names the layer, `what` is the role of
 * the column, e.g. "id column". */
cov_status cov_columns_find(OGRFeatureDefnH columns, const char *label, const char *name,
                            const char *what, int *index, cov_error *err);

/* Whether a column is called exactly so. */
int cov_columns_have(OGRFeatureDefnH columns, const char *name);

#endif
