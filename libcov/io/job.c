/* SPDX-License-Identifier: MIT */
#include "io/job.h"

#include "base/mem.h"
#include "engine/service.h"

#include <cpl_multiproc.h>
#include <string.h>

/* More than this is said explicitly or not at all. */
enum { THREADS_DEFAULT_MAX = 8 };

/* ---------------------------------------------------------------- checks */

static int is_text(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static cov_status check_service(const cov_job_service *service, size_t i, cov_error *err)
{
    if (service->name == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "service number %zu of the job has no name", i + 1);
    int by_source = is_text(service->source.path), by_column = is_text(service->column);
    if (by_source && by_column)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the service \"%s\" has both a file and a column in one entry: give two "
                        "entries of the same name, or take one of them away",
                        cov_quote(service->name).text);
    if (!by_source && !by_column)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the service \"%s\" has neither a file of polygons nor a column of the "
                        "households that answers it",
                        cov_quote(service->name).text);
    return COV_OK;
}

static cov_status check_arrays(const cov_job *job, cov_error *err)
{
    if ((job->n_parents > 0 && job->parent_columns == NULL) ||
        (job->n_services > 0 && job->services == NULL) ||
        (job->n_indicators > 0 && job->indicators == NULL) ||
        (job->n_add_drivers > 0 && job->add_drivers == NULL))
        return cov_fail(err, COV_ERR_ARGUMENT, "the job counts entries of an array that is NULL");
    for (size_t i = 0; i < job->n_parents; i++) {
        if (!is_text(job->parent_columns[i]))
            return cov_fail(err, COV_ERR_ARGUMENT, "parent column %zu of the job has no name",
                            i + 1);
    }
    for (size_t i = 0; i < job->n_add_drivers; i++) {
        if (!is_text(job->add_drivers[i]))
            return cov_fail(err, COV_ERR_ARGUMENT, "driver %zu of the job has no name", i + 1);
    }
    cov_status s = COV_OK;
    for (size_t i = 0; i < job->n_services && s == COV_OK; i++)
        s = check_service(&job->services[i], i, err);
    return s;
}

static cov_status check_job(const cov_job *job, cov_error *err)
{
    if (job->size != sizeof *job)
        return cov_fail(err, COV_ERR_ARGUMENT, "cov_job.size is %zu: use COV_JOB_INIT", job->size);
    if (!is_text(job->areas.path))
        return cov_fail(err, COV_ERR_ARGUMENT, "the job names no file of areas");
    if (!is_text(job->households.path))
        return cov_fail(err, COV_ERR_ARGUMENT, "the job names no file of households");
    if (job->invalid != COV_INVALID_ERROR && job->invalid != COV_INVALID_FIX &&
        job->invalid != COV_INVALID_SKIP)
        return cov_fail(err, COV_ERR_ARGUMENT, "cov_job.invalid is %d: use a COV_INVALID value",
                        (int)job->invalid);
    if (job->threads > COV_THREADS_MAX)
        return cov_fail(err, COV_ERR_ARGUMENT, "%u threads are more than the limit of %d",
                        job->threads, COV_THREADS_MAX);
    return check_arrays(job, err);
}

/* ---------------------------------------------------------------- grouping */

/* The names, each once. Far more entries than services are possible, so those are bounded. */
static cov_status gather_names(const cov_job *job, cov_plan *plan, cov_error *err)
{
    for (size_t i = 0; i < job->n_services; i++) {
        const char *name = job->services[i].name;
        size_t k = 0;
        while (k < plan->n && strcmp(plan->service[k].name, name) != 0)
            k++;
        if (k < plan->n)
            continue;
        if (k == COV_SERVICES_MAX)
            return cov_fail(err, COV_ERR_LIMIT, "the job has more than %d services",
                            COV_SERVICES_MAX);
        plan->service[plan->n++] = (cov_service){name, NULL};
    }
    return COV_OK;
}

static void gather_answers(const cov_job *job, cov_plan *plan)
{
    size_t n_sources = 0;
    for (size_t k = 0; k < plan->n; k++) {
        plan->first[k] = n_sources;
        for (size_t i = 0; i < job->n_services; i++) {
            const cov_job_service *entry = &job->services[i];
            if (strcmp(entry->name, plan->service[k].name) != 0)
                continue;
            if (is_text(entry->source.path))
                plan->source[n_sources++] = &entry->source;
            else
                plan->answer[plan->n_answers++] = (cov_answer){(unsigned)k, entry->column, NULL};
        }
    }
    plan->first[plan->n] = n_sources;
}

cov_status cov_plan_create(const cov_job *job, cov_plan *out, cov_error *err)
{
    cov_status s = check_job(job, err);
    if (s != COV_OK)
        return s;
    cov_plan plan = {NULL, 0, NULL, NULL, NULL, 0};
    plan.service = cov_alloc_zero(COV_SERVICES_MAX, sizeof *plan.service);
    plan.source = cov_alloc_zero(job->n_services, sizeof *plan.source);
    plan.first = cov_alloc_zero(COV_SERVICES_MAX + 1, sizeof *plan.first);
    plan.answer = cov_alloc_zero(job->n_services, sizeof *plan.answer);
    if (plan.service == NULL || plan.source == NULL || plan.first == NULL || plan.answer == NULL)
        s = cov_fail_memory(err);
    if (s == COV_OK)
        s = gather_names(job, &plan, err);
    if (s == COV_OK)
        s = cov_services_check(plan.service, plan.n, err);
    if (s == COV_OK)
        s = cov_indicators_check(job->indicators, job->n_indicators, plan.service, plan.n, err);
    if (s == COV_OK) {
        gather_answers(job, &plan);
        *out = plan;
        return COV_OK;
    }
    cov_plan_clear(&plan);
    return s;
}

void cov_plan_clear(cov_plan *plan)
{
    cov_free(plan->service);
    cov_free(plan->source);
    cov_free(plan->first);
    cov_free(plan->answer);
    memset(plan, 0, sizeof *plan);
}

unsigned cov_job_threads(const cov_job *job)
{
    if (job->threads > 0)
        return job->threads;
    int processors = CPLGetNumCPUs();
    if (processors < 1)
        return 1;
    return processors < THREADS_DEFAULT_MAX ? (unsigned)processors : THREADS_DEFAULT_MAX;
}
