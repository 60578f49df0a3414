/* Indicators: named expressions, compiled to questions about the services of a household.
 * SPDX-License-Identifier: MIT */
#ifndef COV_ENGINE_INDICATOR_H
#define COV_ENGINE_INDICATOR_H

#include "engine/family.h"
#include "engine/program.h"

/* Indicators, families written out, and a program for each. */
typedef struct cov_questions {
    cov_indicators list;
    cov_program *program;
} cov_questions;

/* Of n indicators over checked services. COV_ERR_ARGUMENT for a NULL expression, COV_ERR_EXPRESSION
 * for a name that is empty, not UTF-8 or there twice and for an expression that can't be
 * understood. */
cov_status cov_questions_create(const cov_indicator *indicators, size_t n,
                                const cov_service *services, size_t n_services, cov_questions *out,
                                cov_error *err);
void cov_questions_clear(cov_questions *questions);

/* Compile one expression with an answer for each household; `kind` is what messages call it. */
cov_status cov_condition_compile(const char *kind, const char *expression,
                                 const cov_service *services, size_t n_services, cov_program *out,
                                 cov_error *err);

#endif
