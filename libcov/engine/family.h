/* Families: one indicator that stands for several, written out.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: a mistake in a family is found here, in the text of its author; what is
 * written out compiles. */
#ifndef COV_ENGINE_FAMILY_H
#define COV_ENGINE_FAMILY_H

#include "base/status.h"

/* Indicators that own their texts; each has a name. All 0 is none of them. */
typedef struct cov_indicators {
    cov_indicator *indicator;
    size_t n;
    size_t capacity;
} cov_indicators;

/* Append n indicators with names or without to a list that is empty: defaults(), classes(...) and
 * profile(...) written out, the others as they are. The services must be checked. On failure the
 * list is to be cleared as well. */
cov_status cov_indicators_expand(const cov_indicator *given, size_t n, const cov_service *services,
                                 size_t n_services, cov_indicators *list, cov_error *err);
void cov_indicators_clear(cov_indicators *list);

/* Its name: the expression where it has no other. */
const char *cov_indicator_name(const cov_indicator *indicator);

#endif
