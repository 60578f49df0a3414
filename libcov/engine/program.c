/* SPDX-License-Identifier: MIT */
#include "engine/program.h"

#include "base/mem.h"

/* Each level of parentheses leaves at most the left sides of one | and one & waiting; the innermost
 * one may be counting operators. */
#define STACK (2 * (COV_PROGRAM_DEPTH + 1) + COV_SERVICES_MAX)

/* ---------------------------------------------------------------- build */

cov_status cov_program_add(cov_program *program, cov_step step, cov_error *err)
{
    void *block = program->step;
    int failed = cov_reserve(&block, &program->capacity, program->n + 1, sizeof step);
    program->step = block;
    if (failed)
        return cov_fail_memory(err);
    program->step[program->n++] = step;
    return COV_OK;
}

void cov_program_clear(cov_program *program)
{
    cov_free(program->step);
    *program = (cov_program){.step = NULL};
}

/* ---------------------------------------------------------------- ask */

unsigned cov_bits_in(uint64_t set)
{
    set -= (set >> 1) & UINT64_C(0x5555555555555555);
    set = (set & UINT64_C(0x3333333333333333)) + ((set >> 2) & UINT64_C(0x3333333333333333));
    set = (set + (set >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (unsigned)((set * UINT64_C(0x0101010101010101)) >> 56);
}

/* Is a number from `yes` to `yes` + `unknown` from `low` to `high`? */
static cov_known in_range(const cov_step *step, unsigned yes, unsigned unknown)
{
    if (yes >= step->low && yes + unknown <= step->high)
        return COV_YES;
    return yes + unknown < step->low || yes > step->high ? COV_NO : COV_UNKNOWN;
}

static cov_known test(const cov_step *step, uint64_t set, uint64_t unknown)
{
    return in_range(step, cov_bits_in(set & step->mask), cov_bits_in(unknown & step->mask));
}

static cov_known count(const cov_step *step, const cov_known *answer)
{
    unsigned yes = 0, unknown = 0;
    for (unsigned i = 0; i < step->n; i++) {
        yes += answer[i] == COV_YES;
        unknown += answer[i] == COV_UNKNOWN;
    }
    return in_range(step, yes, unknown);
}

static cov_known negation(cov_known a)
{
    return a == COV_UNKNOWN ? COV_UNKNOWN : a == COV_NO ? COV_YES : COV_NO;
}

static cov_known both(cov_known a, cov_known b)
{
    if (a == COV_NO || b == COV_NO)
        return COV_NO;
    return a == COV_UNKNOWN || b == COV_UNKNOWN ? COV_UNKNOWN : COV_YES;
}

static cov_known either(cov_known a, cov_known b)
{
    if (a == COV_YES || b == COV_YES)
        return COV_YES;
    return a == COV_UNKNOWN || b == COV_UNKNOWN ? COV_UNKNOWN : COV_NO;
}

cov_known cov_program_ask(const cov_program *program, uint64_t set, uint64_t unknown)
{
    cov_known stack[STACK];
    size_t top = 0; /* the number of values */
    for (size_t i = 0; i < program->n; i++) {
        const cov_step *step = &program->step[i];
        switch (step->kind) {
        case COV_STEP_TEST:
            stack[top++] = test(step, set, unknown);
            break;
        case COV_STEP_COUNT:
            top -= step->n;
            stack[top] = count(step, stack + top);
            top++;
            break;
        case COV_STEP_NOT:
            stack[top - 1] = negation(stack[top - 1]);
            break;
        case COV_STEP_AND:
            top--;
            stack[top - 1] = both(stack[top - 1], stack[top]);
            break;
        case COV_STEP_OR:
            top--;
            stack[top - 1] = either(stack[top - 1], stack[top]);
            break;
        }
    }
    return stack[0];
}

size_t cov_program_answers(const cov_program *program)
{
    return program->best ? program->n : 1;
}

cov_known cov_program_ask_one(const cov_program *program, size_t answer, uint64_t set,
                              uint64_t unknown)
{
    if (program->best)
        return test(&program->step[answer], set, unknown);
    return cov_program_ask(program, set, unknown);
}
