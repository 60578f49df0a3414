/* Indicators: expressions compiled to questions about a 64-bit set.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: names and patterns are resolved once, when compiling; asking allocates
 * nothing, reads nothing but the program, and takes no more stack than the deepest expression that
 * is accepted. */
#ifndef COV_ENGINE_INDICATOR_H
#define COV_ENGINE_INDICATOR_H

#include <stdbool.h>

#include "base/status.h"

/* Parentheses within parentheses. */
#define COV_INDICATOR_DEPTH 32

/* One step of an expression in postfix order, working on a stack of booleans. */
typedef struct cov_step {
    enum { COV_STEP_TEST, COV_STEP_NOT, COV_STEP_AND, COV_STEP_OR } kind;
    uint64_t mask; /* of a test: does the set hold from `low` to `high` of these services? */
    unsigned low;
    unsigned high;
} cov_step;

typedef struct cov_program {
    cov_step *step;
    size_t n;
    size_t capacity;
} cov_program;

/* COV_ERR_ARGUMENT for a NULL expression, COV_ERR_EXPRESSION for a name that is empty, not UTF-8 or
 * there twice. */
cov_status cov_indicator_names_check(const cov_indicator *indicators, size_t n, cov_error *err);

/* Compile n indicators with checked names over checked services into program[n], which needs no
 * clearing on failure. */
cov_status cov_programs_compile(const cov_indicator *indicators, size_t n,
                                const cov_service *services, size_t n_services,
                                cov_program *program, cov_error *err);
void cov_programs_clear(cov_program *program, size_t n);

/* Does the indicator hold for a household reached by this set of services? */
bool cov_program_holds(const cov_program *program, uint64_t set);

/* Its name: the expression where it has no other. */
const char *cov_indicator_name(const cov_indicator *indicator);

#endif
