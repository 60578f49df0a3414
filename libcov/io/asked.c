/* SPDX-License-Identifier: MIT */
#include "io/asked.h"

#include <string.h>

#include "base/mem.h"

/* ---------------------------------------------------------------- write */

static json_t *indicators(const cov_job *job)
{
    json_t *a = json_array();
    for (size_t i = 0; i < job->n_indicators; i++) {
        json_t *o = json_object();
        cov_json_set(&o, "name", cov_json_text(job->indicators[i].name));
        cov_json_set(&o, "expression", cov_json_text(job->indicators[i].expression));
        cov_json_append(&a, o);
    }
    return a;
}

static json_t *tiers(const cov_job *job)
{
    json_t *a = json_array();
    for (size_t i = 0; i < job->n_tiers; i++) {
        json_t *chain = json_array();
        for (size_t k = 0; k < job->tiers[i].n; k++)
            cov_json_append(&chain, cov_json_text(job->tiers[i].expressions[k]));
        cov_json_append(&a, chain);
    }
    return a;
}

static json_t *targets(const cov_job *job)
{
    json_t *a = json_array();
    for (size_t i = 0; i < job->n_targets; i++) {
        const cov_job_target *target = &job->targets[i];
        json_t *o = json_object();
        cov_json_set(&o, "indicator", cov_json_text(target->indicator));
        cov_json_set(&o, "share", json_integer((json_int_t)target->share));
        cov_json_set(&o, "with", json_integer((json_int_t)target->with));
        cov_json_append(&a, o);
    }
    return a;
}

cov_status cov_asked_write(const cov_job *job, char **out, cov_error *err)
{
    json_t *o = json_object();
    cov_json_set(&o, "indicators", indicators(job));
    cov_json_set(&o, "tiers", tiers(job));
    cov_json_set(&o, "targets", targets(job));
    cov_status s = cov_json_dump(o, out, err);
    json_decref(o);
    return s;
}

/* ---------------------------------------------------------------- read */

static cov_status refuse(cov_error *err)
{
    return cov_fail(err, COV_ERR_FORMAT, "its questions make no sense");
}

static cov_status read_indicator(const json_t *json, cov_indicator *out, cov_error *err)
{
    static const char *const keys[] = {"name", "expression"};
    json_t *member[2];
    if (!cov_json_members(json, keys, 2, member) ||
        !(json_is_null(member[0]) || json_is_string(member[0])) || !json_is_string(member[1]))
        return refuse(err);
    out->name = json_string_value(member[0]);
    out->expression = json_string_value(member[1]);
    return COV_OK;
}

static cov_status read_tiers(const json_t *json, cov_job_tiers *out, cov_error *err)
{
    size_t n = json_array_size(json);
    if (n == 0) /* or no list */
        return refuse(err);
    const char **expression = cov_alloc_zero(n, sizeof *expression);
    if (expression == NULL)
        return cov_fail_memory(err);
    *out = (cov_job_tiers){expression, n};
    for (size_t i = 0; i < n; i++) {
        expression[i] = json_string_value(json_array_get(json, i));
        if (expression[i] == NULL)
            return refuse(err);
    }
    return COV_OK;
}

static cov_status read_target(const json_t *json, cov_job_target *out, cov_error *err)
{
    static const char *const keys[] = {"indicator", "share", "with"};
    json_t *member[3];
    if (!cov_json_members(json, keys, 3, member) || !json_is_string(member[0]) ||
        !json_is_integer(member[1]) || !json_is_integer(member[2]))
        return refuse(err);
    json_int_t share = json_integer_value(member[1]), with = json_integer_value(member[2]);
    if (share < 0 || share > 1000000 || with < 0)
        return refuse(err);
    *out = (cov_job_target){json_string_value(member[0]), (uint32_t)share, (uint64_t)with};
    return COV_OK;
}

static cov_status read_lists(const json_t *indicators, const json_t *tiers, const json_t *targets,
                             cov_asked *out, cov_error *err)
{
    cov_status s = COV_OK;
    out->n_indicators = json_array_size(indicators);
    out->n_tiers = json_array_size(tiers);
    out->n_targets = json_array_size(targets);
    out->indicator = cov_alloc_zero(out->n_indicators, sizeof *out->indicator);
    out->tiers = cov_alloc_zero(out->n_tiers, sizeof *out->tiers);
    out->target = cov_alloc_zero(out->n_targets, sizeof *out->target);
    if (out->indicator == NULL || out->tiers == NULL || out->target == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < out->n_indicators && s == COV_OK; i++)
        s = read_indicator(json_array_get(indicators, i), &out->indicator[i], err);
    for (size_t i = 0; i < out->n_tiers && s == COV_OK; i++)
        s = read_tiers(json_array_get(tiers, i), &out->tiers[i], err);
    for (size_t i = 0; i < out->n_targets && s == COV_OK; i++)
        s = read_target(json_array_get(targets, i), &out->target[i], err);
    return s;
}

cov_status cov_asked_read(const json_t *json, cov_asked *out, cov_error *err)
{
    static const char *const keys[] = {"indicators", "tiers", "targets"};
    json_t *asked[3];
    cov_asked questions;
    memset(&questions, 0, sizeof questions);
    if (!cov_json_members(json, keys, 3, asked) || !json_is_array(asked[0]) ||
        !json_is_array(asked[1]) || !json_is_array(asked[2]))
        return refuse(err);
    cov_status s = read_lists(asked[0], asked[1], asked[2], &questions, err);
    if (s == COV_OK)
        *out = questions;
    else
        cov_asked_clear(&questions);
    return s;
}

void cov_asked_clear(cov_asked *questions)
{
    for (size_t i = 0; questions->tiers != NULL && i < questions->n_tiers; i++)
        cov_free((void *)(uintptr_t)questions->tiers[i].expressions);
    cov_free(questions->indicator);
    cov_free(questions->tiers);
    cov_free(questions->target);
    memset(questions, 0, sizeof *questions);
}

void cov_asked_put(const cov_asked *questions, cov_job *job)
{
    job->indicators = questions->indicator;
    job->n_indicators = questions->n_indicators;
    job->tiers = questions->tiers;
    job->n_tiers = questions->n_tiers;
    job->targets = questions->target;
    job->n_targets = questions->n_targets;
}
