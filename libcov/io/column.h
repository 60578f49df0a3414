/* Columns of a layer: weights, answers, ids and coordinates, by the type of the column.
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

/* What a cell, a row or a table says of a service. */
typedef enum cov_reply { COV_REPLY_NO = 0, COV_REPLY_YES = 1, COV_REPLY_UNKNOWN = 2 } cov_reply;

/* Find a column by name. COV_ERR_INPUT where there is none, or where it is of a type that can't
 * answer (dates, lists, bytes). `what` is its role in messages, "weight column". */
cov_status cov_column_find(cov_layer *layer, const char *name, const char *what, cov_column *out,
                           cov_error *err);

/* The weight of a record in units of 1/scale (1 or 1000), rounded half to even, `rounding` grows
 * by the error in 1e-9. Null, empty, negative, too large or not a number: COV_ERR_INPUT. *decimals
 * becomes 1 where scale is 1 and the weight is not whole. */
cov_status cov_column_weight(const cov_column *column, const cov_record *record, uint32_t scale,
                             uint64_t *out, int64_t *rounding, int *decimals, cov_error *err);

/* What a cell holds; to be asked by the kind of its column. A null is 0 or "". The text is the
 * record's. */
int64_t cov_column_whole(const cov_column *column, const cov_record *record);
double cov_column_real(const cov_column *column, const cov_record *record);
const char *cov_column_text(const cov_column *column, const cov_record *record);

/* Whether there is nothing in the cell: null, or a text of blanks. */
int cov_column_is_missing(const cov_column *column, const cov_record *record);

/* What the column says; an empty cell (and NaN, the null of data frames) is unknown, anything else
 * that is neither yes nor no COV_ERR_INPUT. */
cov_status cov_column_answer(const cov_column *column, const cov_record *record, cov_reply *out,
                             cov_error *err);

/* The same for a column of ids, which can't be decimals. */
cov_status cov_column_find_id(cov_layer *layer, const char *name, const char *what, cov_column *out,
                              cov_error *err);

/* The id in a cell: a text without the blanks around it, a whole number as its decimal digits. It
 * lies in the record or in `digits`; NULL for an empty cell. */
const char *cov_column_id(const cov_column *column, const cov_record *record, char digits[24],
                          size_t *size);

/* A text without the blanks around it. */
const char *cov_cell_trim(const char *text, size_t *size);

/* A coordinate. Null, empty, "nan" and "inf" are NaN; a text that is no number COV_ERR_INPUT. */
cov_status cov_column_coordinate(const cov_column *column, const cov_record *record, double *out,
                                 cov_error *err);

#endif
