/* SPDX-License-Identifier: MIT */
#include "io/answers.h"

#include <string.h>

#include "base/mem.h"

static cov_claim claim_of(const cov_plan_entry *entry)
{
    return (cov_claim){&entry->ask.source, entry->ask.key, entry->ask.condition, entry->bit};
}

static int is_same_table(const cov_plan_entry *a, const cov_plan_entry *b)
{
    const cov_claim x = claim_of(a), y = claim_of(b);
    return a->ask.by == COV_BY_TABLE && b->ask.by == COV_BY_TABLE && cov_claims_alike(&x, &y);
}

/* The table of entry `first`, for all services that ask it. */
static cov_status read_table(cov_answers *a, const cov_plan *plan, size_t first,
                             const cov_policy *policy, cov_notes *notes, cov_phases *phases,
                             cov_error *err)
{
    cov_claim *claim = cov_alloc_zero(plan->n_entries, sizeof *claim);
    size_t n = 0;
    if (claim == NULL)
        return cov_fail_memory(err);
    for (size_t i = first; i < plan->n_entries; i++) {
        if (is_same_table(&plan->entry[first], &plan->entry[i]))
            claim[n++] = claim_of(&plan->entry[i]);
    }
    cov_claims **claims = &a->claims[a->n_claims++];
    cov_status s = cov_phases_enter(phases, "read tables", err);
    if (s == COV_OK)
        s = cov_claims_read(claim, n, policy, notes, phases, claims, err);
    for (size_t i = 0; i < n && s == COV_OK; i++)
        a->answer[a->n++] = (cov_answer){claim[i].bit, NULL, *claims};
    cov_free(claim);
    return s;
}

/* Whether no entry before this one asks its table. */
static int is_first_of_table(const cov_plan *plan, size_t i)
{
    size_t first = 0;
    while (first < i && !is_same_table(&plan->entry[first], &plan->entry[i]))
        first++;
    return first == i && plan->entry[i].ask.by == COV_BY_TABLE;
}

static cov_status read_entry(cov_answers *a, const cov_plan *plan, size_t i,
                             const cov_policy *policy, cov_notes *notes, cov_phases *phases,
                             cov_error *err)
{
    const cov_plan_entry *entry = &plan->entry[i];
    if (entry->ask.by == COV_BY_COLUMN)
        a->answer[a->n++] = (cov_answer){entry->bit, entry->ask.column, NULL};
    if (!is_first_of_table(plan, i))
        return COV_OK;
    return read_table(a, plan, i, policy, notes, phases, err);
}

cov_status cov_answers_read(const cov_plan *plan, const cov_policy *policy, cov_notes *notes,
                            cov_phases *phases, cov_answers *out, cov_error *err)
{
    cov_answers a = {NULL, 0, NULL, 0};
    a.answer = cov_alloc_zero(plan->n_entries, sizeof *a.answer);
    a.claims = cov_alloc_zero(plan->n_entries, sizeof *a.claims);
    cov_status s = a.answer != NULL && a.claims != NULL ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < plan->n_entries && s == COV_OK; i++)
        s = read_entry(&a, plan, i, policy, notes, phases, err);
    cov_phases_leave(phases);
    if (s == COV_OK)
        *out = a;
    else
        cov_answers_clear(&a);
    return s;
}

const char *cov_answers_label(const cov_answers *answers, const cov_plan *plan,
                              const cov_plan_entry *entry)
{
    size_t table = 0;
    for (size_t i = 0; i < plan->n_entries; i++) {
        if (is_same_table(&plan->entry[i], entry))
            break;
        table += (size_t)is_first_of_table(plan, i);
    }
    return cov_claims_label(answers->claims[table]);
}

void cov_answers_clear(cov_answers *answers)
{
    for (size_t i = 0; i < answers->n_claims; i++)
        cov_claims_free(answers->claims[i]);
    cov_free(answers->claims);
    cov_free(answers->answer);
    memset(answers, 0, sizeof *answers);
}
