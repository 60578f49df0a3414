/* SPDX-License-Identifier: MIT */
#include "engine/indicator.h"

#include <string.h>

#include "base/mem.h"
#include "engine/grammar.h"

/* ---------------------------------------------------------------- names */

static cov_status check_given(const cov_indicator *indicators, size_t n, cov_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (indicators[i].expression == NULL)
            return cov_fail(err, COV_ERR_ARGUMENT, "indicator number %zu has no expression", i + 1);
        const char *name = cov_indicator_name(&indicators[i]);
        if (name[0] == '\0')
            return cov_fail(err, COV_ERR_EXPRESSION, "indicator number %zu has no name", i + 1);
        if (!cov_is_utf8(name))
            return cov_fail(err, COV_ERR_EXPRESSION, "the name of indicator \"%s\" isn't UTF-8",
                            cov_quote(name).text);
        if (indicators[i].name != NULL && cov_stray_find(name) != NULL)
            return cov_fail_stray(err, COV_ERR_EXPRESSION, "an indicator", name);
    }
    return COV_OK;
}

static cov_status check_unique(const cov_indicators *list, cov_error *err)
{
    for (size_t i = 0; i < list->n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(list->indicator[i].name, list->indicator[k].name) == 0)
                return cov_fail(err, COV_ERR_EXPRESSION,
                                "two indicators are named \"%s\": give one another name",
                                cov_quote(list->indicator[i].name).text);
        }
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- programs */

static cov_status compile(const char *kind, const cov_indicator *indicator, bool best_is_welcome,
                          const cov_service *services, size_t n_services, cov_program *out,
                          cov_error *err)
{
    cov_program program = {.step = NULL};
    cov_parser p = {.kind = kind,
                    .name = cov_indicator_name(indicator),
                    .text = indicator->expression,
                    .at = indicator->expression,
                    .service = services,
                    .n_services = n_services,
                    .program = &program,
                    .err = err};
    cov_status s = cov_expression_parse(&p, best_is_welcome);
    if (s == COV_OK)
        *out = program;
    else
        cov_program_clear(&program);
    return s;
}

cov_status cov_condition_compile(const char *kind, const char *expression,
                                 const cov_service *services, size_t n_services, cov_program *out,
                                 cov_error *err)
{
    const cov_indicator nameless = {NULL, expression};
    return compile(kind, &nameless, false, services, n_services, out, err);
}

static cov_status compile_all(cov_questions *q, const cov_service *services, size_t n_services,
                              cov_error *err)
{
    q->program = cov_alloc_zero(q->list.n, sizeof *q->program);
    if (q->program == NULL)
        return cov_fail_memory(err);
    cov_status s = COV_OK;
    for (size_t i = 0; i < q->list.n && s == COV_OK; i++)
        s = compile("indicator", &q->list.indicator[i], true, services, n_services, &q->program[i],
                    err);
    return s;
}

/* ---------------------------------------------------------------- interface */

cov_status cov_questions_create(const cov_indicator *indicators, size_t n,
                                const cov_service *services, size_t n_services, cov_questions *out,
                                cov_error *err)
{
    cov_questions q = {.program = NULL};
    cov_status s = check_given(indicators, n, err);
    if (s == COV_OK)
        s = cov_indicators_expand(indicators, n, services, n_services, &q.list, err);
    if (s == COV_OK)
        s = check_unique(&q.list, err);
    if (s == COV_OK)
        s = compile_all(&q, services, n_services, err);
    if (s == COV_OK)
        *out = q;
    else
        cov_questions_clear(&q);
    return s;
}

void cov_questions_clear(cov_questions *questions)
{
    for (size_t i = 0; questions->program != NULL && i < questions->list.n; i++)
        cov_program_clear(&questions->program[i]);
    cov_free(questions->program);
    cov_indicators_clear(&questions->list);
    questions->program = NULL;
}

cov_status cov_indicators_check(const cov_indicator *indicators, size_t n,
                                const cov_service *services, size_t n_services, cov_error *err)
{
    if (indicators == NULL && n > 0)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no array of indicators");
    cov_questions questions;
    cov_status s = cov_services_check(services, n_services, err);
    if (s == COV_OK)
        s = cov_questions_create(indicators, n, services, n_services, &questions, err);
    if (s == COV_OK)
        cov_questions_clear(&questions);
    return s;
}
