/* Condition: what the cells of a row must say, "technology=50 & max_down>=100".
 * SPDX-License-Identifier: MIT
 *
 *   condition  = part { & part }             all parts hold
 *   part       = column operator value
 *   operator   = "=" (also "==") "!=" "<" "<=" ">" ">="
 *   column     = a name up to the operator, or "in double quotes", doubled ones inside
 *   value      = 'a text', quotes doubled inside, or anything up to the next &
 *
 * A value without quotes that is a number compares as one, exactly, in any locale: 0.1 is 0.10, and
 * a cell "00123" is 123. Where a column holds texts (every column of a CSV does), a cell that is no
 * number is not equal to one, and COV_ERR_INPUT where it would have to be less or more. Digits that
 * begin with a zero (00123) are a code, and so a text. Texts, in quotes or not, compare by their
 * bytes, the blanks around a cell aside; a text with < or > stands in quotes and is no number (a
 * date such as '2025-01-31'). Columns of numbers are compared with numbers only. NaN is an empty
 * cell.
 *
 * An empty cell makes its part unknown. The whole is no where a part is no, else unknown where a
 * part is unknown. Parts are asked from left to right until one is no: what stands behind it need
 * not make sense there. */
#ifndef COV_IO_CONDITION_H
#define COV_IO_CONDITION_H

#include "io/column.h"

typedef struct cov_condition cov_condition;

/* Whether a text has an operator, and so is not the plain name of a column. */
int cov_condition_is(const char *text);

/* Read a condition and find its columns. COV_ERR_INPUT names the layer, the condition and what is
 * wrong. The layer must outlive it. */
cov_status cov_condition_create(const char *text, cov_layer *layer, cov_condition **out,
                                cov_error *err);
void cov_condition_free(cov_condition *condition);

/* The columns it needs, one per part; a column may stand more than once. */
size_t cov_condition_parts(const cov_condition *condition);
int cov_condition_column(const cov_condition *condition, size_t part);

/* Whether a record meets it. */
cov_status cov_condition_ask(const cov_condition *condition, const cov_record *record,
                             cov_reply *out, cov_error *err);

#endif
