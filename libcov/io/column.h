/* Columns of the households: weights, answers and coordinates, by the type of the column.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_COLUMN_H
#define COV_IO_COLUMN_H

#include "io/source.h"

typedef enum cov_column_kind {
    COV_COLUMN_WHOLE, /* integers of 32 or 64 bits, booleans */
    COV_COLUMN_REAL,
    COV_COLUMN_TEXT /* every column of a CSV */
} cov_column_kind;

typedef struct cov_column {
    const char *name; /* as the layer spells it; borrowed from the layer */
    int index;
    cov_column_kind kind;
} cov_column;

/* Find a column by name. COV_ERR_INPUT where there is none, or where it is of a type that can't
 * answer (dates, lists, bytes). `what` is its role in messages, "weight column". */
cov_status cov_column_find(cov_layer *layer, const char *name, const char *what, cov_column *out,
                           cov_error *err);

/* The weight of a feature in units of 1/scale (1 or 1000), rounded half to even, `rounding` grows
 * by the error in 1e-9. Null, empty, negative, too large or not a number: COV_ERR_INPUT. *decimals
 * becomes 1 where scale is 1 and the weight is not whole. */
cov_status cov_column_weight(const cov_column *column, const cov_layer *layer, OGRFeatureH feature,
                             uint32_t scale, uint64_t *out, int64_t *rounding, int *decimals,
                             cov_error *err);

/* 1 where the column says yes, 0 for no; anything else, also null, is COV_ERR_INPUT. */
cov_status cov_column_answer(const cov_column *column, const cov_layer *layer, OGRFeatureH feature,
                             int *out, cov_error *err);

/* A coordinate. Null, empty, "nan" and "inf" are NaN; a text that is no number COV_ERR_INPUT. */
cov_status cov_column_coordinate(const cov_column *column, const cov_layer *layer,
                                 OGRFeatureH feature, double *out, cov_error *err);

#endif
