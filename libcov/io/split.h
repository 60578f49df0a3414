/* Split: one layer for many services, one for each value of a column.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_SPLIT_H
#define COV_IO_SPLIT_H

#include "io/phases.h"
#include "io/source.h"

/* In the order of the bytes of the values. All texts are owned. */
typedef struct cov_split {
    size_t n;     /* at least 1 */
    char **value; /* a text as it is, a whole number as its digits */
    char **where; /* the filter that leaves the features with this value, in the same case, among
                     those that pass the filter of the source */
    char **name;  /* of the service */
} cov_split;

/* Read the values of a column. `name` is that of the services: a '*' in it is replaced by the
 * value, without one a value is the operator (fiber: fiber/viettel; fiber:planned:
 * fiber/viettel:planned). Blanks around a value are left out of its name, characters that names
 * can't have become '_'.
 *
 * Empty cells are no value: a warning says how many there are. COV_ERR_INPUT for a column of
 * decimals, dates or nothing, text that is not UTF-8, two values that give one name;
 * COV_ERR_LIMIT for more than COV_SERVICES_MAX values; COV_ERR_ARGUMENT for a name without room
 * for a value. */
cov_status cov_split_read(const cov_source *source, const char *column, const char *name,
                          const cov_policy *policy, cov_notes *notes, cov_phases *phases,
                          cov_split *out, cov_error *err);
void cov_split_clear(cov_split *split);

#endif
