/* Programs: compiled questions about the services that reach a household.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: asking allocates nothing, reads nothing but the program, and takes no more
 * stack than the deepest expression that is accepted. */
#ifndef COV_ENGINE_PROGRAM_H
#define COV_ENGINE_PROGRAM_H

#include <stdbool.h>

#include "base/status.h"

/* Parentheses within parentheses. */
#define COV_PROGRAM_DEPTH 32

/* What is known: Kleene's three values. */
typedef enum cov_known { COV_NO = 0, COV_YES = 1, COV_UNKNOWN = 2 } cov_known;

/* One step of an expression in postfix order, working on a stack of answers. */
typedef struct cov_step {
    enum { COV_STEP_TEST, COV_STEP_COUNT, COV_STEP_NOT, COV_STEP_AND, COV_STEP_OR } kind;
    uint64_t mask; /* of a test: do from `low` to `high` of these services reach the household? */
    unsigned n;    /* of a count: do from `low` to `high` of the last n answers say yes? */
    unsigned low;
    unsigned high;
} cov_step;

typedef struct cov_program {
    cov_step *step;
    size_t n;
    size_t capacity;
    bool best; /* each step, a test, is the question of one operator: the greatest share counts */
} cov_program;

cov_status cov_program_add(cov_program *program, cov_step step, cov_error *err);
void cov_program_clear(cov_program *program);

/* How many answers the program has for a household: one, or that of each operator. */
size_t cov_program_answers(const cov_program *program);

/* Does the indicator hold for a household that the services of `set` reach, while nobody knows it
 * of those of `unknown`? The two have no bit in common. Not for a program of operators. */
cov_known cov_program_ask(const cov_program *program, uint64_t set, uint64_t unknown);

/* Answer number `answer` < answers, of any program. */
cov_known cov_program_ask_one(const cov_program *program, size_t answer, uint64_t set,
                              uint64_t unknown);

unsigned cov_bits_in(uint64_t set);

#endif
