/* SPDX-License-Identifier: MIT */
#include "io/job.h"

#include "base/mem.h"
#include "engine/indicator.h"
#include "engine/service.h"
#include "io/crs.h"
#include "io/path.h"
#include "io/signal.h"
#include "io/split.h"

#include <cpl_multiproc.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* More than this is said explicitly or not at all. */
enum { THREADS_DEFAULT_MAX = 8 };

/* ---------------------------------------------------------------- services */

static int is_text(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static cov_status wrong(const cov_job_service *service, const char *what, cov_error *err)
{
    return cov_fail(err, COV_ERR_ARGUMENT, "the service \"%s\" %s", cov_quote(service->name).text,
                    what);
}

static int is_raster(const cov_source *source)
{
    return source->table == NULL && source->path != NULL &&
           cov_path_is_of(source->path, &cov_kind_raster);
}

static cov_status check_polygons(const cov_job_service *service, cov_error *err)
{
    if (!is_raster(&service->source))
        return COV_OK;
    const cov_quoted file = cov_quote(cov_path_base(service->source.path));
    return cov_fail(err, COV_ERR_ARGUMENT,
                    "the service \"%s\" is answered by %s, a raster: say from which level on it is "
                    "there (min), such as %s,min=-105",
                    cov_quote(service->name).text, file.text, file.text);
}

static cov_status check_distance(const cov_job_service *service, cov_error *err)
{
    if (!isfinite(service->metres) || service->metres <= 0)
        return wrong(service, "needs a distance greater than 0 m", err);
    if (is_raster(&service->source))
        return wrong(service, "is within a distance of a raster: it is one to lines or points",
                     err);
    if (is_raster(&service->barriers))
        return wrong(service, "has a raster for barriers: lines and polygons alone can be crossed",
                     err);
    return COV_OK;
}

static cov_status check_signal(const cov_job_service *service, cov_error *err)
{
    const cov_signal_rule rule = {.min = service->min,
                                  .indoor = service->indoor,
                                  .sigma = service->sigma,
                                  .probability = service->probability};
    char label[sizeof(cov_quoted) + 24];
    snprintf(label, sizeof label, "the service \"%s\"", cov_quote(service->name).text);
    cov_status s = cov_signal_check(&rule, label, err);
    if (s != COV_OK)
        return s;
    if (service->source.table != NULL)
        return wrong(service, "reads a raster, which is a file", err);
    if (service->source.layer != NULL || is_text(service->source.where))
        return wrong(service, "reads a raster, which has neither layers nor a filter", err);
    return COV_OK;
}

static cov_status check_kind(const cov_job *job, const cov_job_service *service, cov_error *err)
{
    switch (service->by) {
    case COV_BY_POLYGONS:
        return check_polygons(service, err);
    case COV_BY_DISTANCE:
        return check_distance(service, err);
    case COV_BY_SIGNAL:
        return check_signal(service, err);
    case COV_BY_COLUMN:
        if (!cov_source_is_given(&job->households))
            return wrong(service, "is a column of the households, but there are none", err);
        return is_text(service->column) ? COV_OK : wrong(service, "names no column", err);
    case COV_BY_TABLE:
        if (!cov_source_is_given(&job->households) || !is_text(job->household_id))
            return wrong(service,
                         "is answered by a table, but nothing says which column of the households "
                         "holds their id (--household-id)",
                         err);
        return is_text(service->key) ? COV_OK : wrong(service, "names no key of its table", err);
    }
    return wrong(service, "has an unknown kind: use a COV_BY value", err);
}

static cov_status check_service(const cov_job *job, size_t i, cov_error *err)
{
    const cov_job_service *service = &job->services[i];
    if (service->name == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "service number %zu of the job has no name", i + 1);
    int by_column = service->by == COV_BY_COLUMN;
    if (!by_column && !cov_source_is_given(&service->source))
        return wrong(service, "has neither a file nor a column of the households that answers it",
                     err);
    if (by_column && cov_source_is_given(&service->source))
        return wrong(service,
                     "has both a file and a column in one entry: give two entries of the same "
                     "name, or take one of them away",
                     err);
    if (service->split == NULL && strchr(service->name, '*') != NULL)
        return wrong(service,
                     "has a '*' in its name, which stands for the values of a column: say which "
                     "(split)",
                     err);
    if (service->split != NULL && service->by != COV_BY_POLYGONS && service->by != COV_BY_DISTANCE)
        return wrong(service, "can't be split: only layers of polygons, lines or points are", err);
    return check_kind(job, service, err);
}

/* ---------------------------------------------------------------- bases, ratios */

static cov_status check_base(const cov_job *job, size_t i, cov_error *err)
{
    const cov_job_base *base = &job->bases[i];
    if (!is_text(base->name))
        return cov_fail(err, COV_ERR_ARGUMENT, "base number %zu of the job has no name", i + 1);
    if (cov_stray_find(base->name) != NULL)
        return cov_fail_stray(err, COV_ERR_ARGUMENT, "a base", base->name);
    const cov_quoted quoted = cov_quote(base->name);
    const char *name = quoted.text;
    for (size_t k = 0; k < i; k++) {
        if (strcmp(job->bases[k].name, base->name) == 0)
            return cov_fail(err, COV_ERR_ARGUMENT, "there are two bases named \"%s\"", name);
    }
    if (cov_source_is_given(&job->households) &&
        strcmp(base->name, is_text(job->weight_column) ? job->weight_column : "households") == 0)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the base \"%s\" has the name that the households are counted under: give "
                        "it another one",
                        name);
    int has_source = cov_source_is_given(&base->source);
    if (base->kind == COV_BASE_LAYER && !has_source)
        return cov_fail(err, COV_ERR_ARGUMENT, "the base \"%s\" has no file", name);
    if (base->kind != COV_BASE_LAYER && has_source)
        return cov_fail(err, COV_ERR_ARGUMENT, "the base \"%s\" reads no file of its own", name);
    if (base->kind == COV_BASE_MEASURE && !is_text(base->weight_column))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the base \"%s\" is a measure of the households and names no column", name);
    if (base->kind == COV_BASE_MEASURE && !cov_source_is_given(&job->households))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the base \"%s\" is a measure of the households, but there are none", name);
    if (base->kind == COV_BASE_AREA && base->weight_column != NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "the base \"%s\" has no column of weights", name);
    return COV_OK;
}

static int is_base(const cov_job *job, const char *name)
{
    if (cov_source_is_given(&job->households) &&
        (strcmp(name, "households") == 0 ||
         (job->weight_column != NULL && strcmp(name, job->weight_column) == 0)))
        return 1;
    for (size_t i = 0; i < job->n_bases; i++) {
        if (strcmp(job->bases[i].name, name) == 0)
            return 1;
    }
    return 0;
}

static cov_status check_ratio(const cov_job *job, size_t i, cov_error *err)
{
    const cov_job_ratio *ratio = &job->ratios[i];
    if (!is_text(ratio->name))
        return cov_fail(err, COV_ERR_ARGUMENT, "ratio number %zu of the job has no name", i + 1);
    if (cov_stray_find(ratio->name) != NULL)
        return cov_fail_stray(err, COV_ERR_ARGUMENT, "a ratio", ratio->name);
    const cov_quoted quoted = cov_quote(ratio->name);
    const char *name = quoted.text;
    if (!cov_source_is_given(&ratio->source) || !is_text(ratio->key) || !is_text(ratio->n))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the ratio \"%s\" needs a file, the column with the ids of the areas (key) "
                        "and the column above the line (n)",
                        name);
    if (is_text(ratio->of) == is_text(ratio->of_base))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the ratio \"%s\" needs either a column or a base below the line (of)",
                        name);
    if (is_text(ratio->of_base) && !is_base(job, ratio->of_base))
        return cov_fail(err, COV_ERR_ARGUMENT, "the ratio \"%s\" is of a base that isn't there: %s",
                        name, cov_quote(ratio->of_base).text);
    return COV_OK;
}

/* ---------------------------------------------------------------- the job as a whole */

static cov_status check_arrays(const cov_job *job, cov_error *err)
{
    if ((job->n_parents > 0 && job->parent_columns == NULL) ||
        (job->n_services > 0 && job->services == NULL) ||
        (job->n_indicators > 0 && job->indicators == NULL) ||
        (job->n_bases > 0 && job->bases == NULL) || (job->n_tiers > 0 && job->tiers == NULL) ||
        (job->n_targets > 0 && job->targets == NULL) ||
        (job->n_ratios > 0 && job->ratios == NULL) ||
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
    return COV_OK;
}

/* A file or rows in memory, not both; those have no layers. `of` and `name` say whose they are. */
static cov_status check_source(const cov_source *source, const char *of, const char *name,
                               cov_error *err)
{
    if (source->table == NULL || (source->path == NULL && source->layer == NULL))
        return COV_OK;
    return cov_fail(err, COV_ERR_ARGUMENT,
                    "the %s%s%s%s names both a table in memory and a file or a layer: take one of "
                    "them away",
                    of, name != NULL ? " \"" : "", name != NULL ? cov_quote(name).text : "",
                    name != NULL ? "\"" : "");
}

static cov_status check_sources(const cov_job *job, cov_error *err)
{
    cov_status s = check_source(&job->areas, "source of the areas", NULL, err);
    if (s == COV_OK)
        s = check_source(&job->households, "source of the households", NULL, err);
    for (size_t i = 0; i < job->n_services && s == COV_OK; i++) {
        s = check_source(&job->services[i].source, "service", job->services[i].name, err);
        if (s == COV_OK)
            s = check_source(&job->services[i].barriers, "service", job->services[i].name, err);
    }
    for (size_t i = 0; i < job->n_bases && s == COV_OK; i++)
        s = check_source(&job->bases[i].source, "base", job->bases[i].name, err);
    for (size_t i = 0; i < job->n_ratios && s == COV_OK; i++)
        s = check_source(&job->ratios[i].source, "ratio", job->ratios[i].name, err);
    return s;
}

/* Also where every layer states its own, and it would not be looked at. */
static cov_status check_crs(const cov_job *job, cov_error *err)
{
    OGRSpatialReferenceH crs = NULL;
    if (job->assume_crs == NULL)
        return COV_OK;
    cov_gdal_init();
    cov_status s = cov_crs_from_text(job->assume_crs, &crs, err);
    if (crs != NULL)
        OSRRelease(crs);
    return s;
}

static cov_status check_entries(const cov_job *job, cov_error *err)
{
    cov_status s = check_arrays(job, err);
    if (s == COV_OK)
        s = check_crs(job, err);
    for (size_t i = 0; i < job->n_services && s == COV_OK; i++)
        s = check_service(job, i, err);
    for (size_t i = 0; i < job->n_bases && s == COV_OK; i++)
        s = check_base(job, i, err);
    for (size_t i = 0; i < job->n_ratios && s == COV_OK; i++)
        s = check_ratio(job, i, err);
    return s == COV_OK ? check_sources(job, err) : s;
}

cov_status cov_job_refuse_part(const char *name, cov_error *err)
{
    return cov_fail(err, COV_ERR_ARGUMENT,
                    "the run can't be a part of a whole: \"%s\" would be counted again in each "
                    "part; leave it out, and count it in a run of its own",
                    cov_quote(name).text);
}

static cov_status check_part(const cov_job *job, cov_error *err)
{
    for (size_t i = 0; i < job->n_bases; i++) {
        if (job->bases[i].kind != COV_BASE_MEASURE)
            return cov_job_refuse_part(job->bases[i].name, err);
    }
    return job->n_ratios > 0 ? cov_job_refuse_part(job->ratios[0].name, err) : COV_OK;
}

cov_status cov_job_check(const cov_job *job, cov_error *err)
{
    if (job->size != sizeof *job)
        return cov_fail(err, COV_ERR_ARGUMENT, "cov_job.size is %zu: use COV_JOB_INIT", job->size);
    if (!cov_source_is_given(&job->areas))
        return cov_fail(err, COV_ERR_ARGUMENT, "the job names no file of areas");
    if (!cov_source_is_given(&job->households) && job->n_bases == 0)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the job names no file of households and no other base to count");
    if (job->invalid != COV_INVALID_ERROR && job->invalid != COV_INVALID_FIX &&
        job->invalid != COV_INVALID_SKIP)
        return cov_fail(err, COV_ERR_ARGUMENT, "cov_job.invalid is %d: use a COV_INVALID value",
                        (int)job->invalid);
    if (job->threads > COV_THREADS_MAX)
        return cov_fail(err, COV_ERR_ARGUMENT, "%u threads are more than the limit of %d",
                        job->threads, COV_THREADS_MAX);
    cov_status s = job->part ? check_part(job, err) : COV_OK;
    return s == COV_OK ? check_entries(job, err) : s;
}

/* ---------------------------------------------------------------- entries */

static cov_status add_entry(cov_plan *plan, const cov_job_service *ask, cov_error *err)
{
    if (cov_reserve((void **)&plan->entry, &plan->entry_capacity, plan->n_entries + 1,
                    sizeof *plan->entry) != 0)
        return cov_fail_memory(err);
    plan->entry[plan->n_entries++] = (cov_plan_entry){*ask, 0};
    return COV_OK;
}

/* The plan keeps the text, also where this fails. */
static cov_status own(cov_plan *plan, char *text, cov_error *err)
{
    if (text == NULL)
        return cov_fail_memory(err);
    if (cov_reserve((void **)&plan->text, &plan->text_capacity, plan->n_texts + 1,
                    sizeof *plan->text) != 0) {
        cov_free(text);
        return cov_fail_memory(err);
    }
    plan->text[plan->n_texts++] = text;
    return COV_OK;
}

/* One value of a split: its texts become the plan's. */
static cov_status add_part(cov_plan *plan, const cov_job_service *ask, cov_split *split, size_t i,
                           cov_error *err)
{
    cov_job_service one = *ask;
    one.name = split->name[i];
    one.source.where = split->where[i];
    one.split = NULL;
    cov_status s = own(plan, split->name[i], err);
    split->name[i] = NULL;
    if (s == COV_OK) {
        s = own(plan, split->where[i], err);
        split->where[i] = NULL;
    }
    return s == COV_OK ? add_entry(plan, &one, err) : s;
}

static cov_status add_parts(cov_plan *plan, const cov_job_service *ask, const cov_policy *policy,
                            cov_notes *notes, cov_phases *phases, cov_error *err)
{
    cov_split split;
    cov_status s =
        cov_split_read(&ask->source, ask->split, ask->name, policy, notes, phases, &split, err);
    if (s != COV_OK)
        return s;
    for (size_t i = 0; i < split.n && s == COV_OK; i++)
        s = add_part(plan, ask, &split, i, err);
    cov_split_clear(&split);
    return s;
}

/* ---------------------------------------------------------------- services of the plan */

/* The names, each once. Far more entries than services are possible, so those are bounded. */
static cov_status gather_services(cov_plan *plan, cov_error *err)
{
    plan->service = cov_alloc_zero(COV_SERVICES_MAX, sizeof *plan->service);
    if (plan->service == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < plan->n_entries; i++) {
        const char *name = plan->entry[i].ask.name;
        size_t k = 0;
        while (k < plan->n && strcmp(plan->service[k].name, name) != 0)
            k++;
        if (k == COV_SERVICES_MAX)
            return cov_fail(err, COV_ERR_LIMIT, "the job has more than %d services",
                            COV_SERVICES_MAX);
        if (k == plan->n)
            plan->service[plan->n++] = (cov_service){name, NULL};
        plan->entry[i].bit = (unsigned)k;
    }
    return cov_services_check(plan->service, plan->n, err);
}

static cov_status check_tier(const char *expression, const cov_plan *plan, cov_error *err)
{
    if (!is_text(expression))
        return cov_fail(err, COV_ERR_ARGUMENT, "a tier of the job has no expression");
    cov_program program = {.step = NULL};
    cov_status s = cov_condition_compile("tier", expression, plan->service, plan->n, &program, err);
    cov_program_clear(&program);
    return s;
}

/* What a run asks once everything is counted, so that a slip is told before. */
static cov_status check_tiers(const cov_job *job, const cov_plan *plan, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < job->n_tiers && s == COV_OK; i++) {
        const cov_job_tiers *tiers = &job->tiers[i];
        if (tiers->n < 2 || tiers->expressions == NULL)
            return cov_fail(err, COV_ERR_ARGUMENT, "tiers need at least two of them to be nested");
        for (size_t k = 0; k < tiers->n && s == COV_OK; k++)
            s = check_tier(tiers->expressions[k], plan, err);
    }
    return s;
}

/* None given are the default ones. */
static cov_status list_indicators(cov_plan *plan, const cov_job *job, cov_error *err)
{
    static const cov_indicator defaults = {NULL, "defaults()"};
    int none = job->n_indicators == 0;
    return cov_indicators_expand(none ? &defaults : job->indicators, none ? 1 : job->n_indicators,
                                 plan->service, plan->n, &plan->indicators, err);
}

static int is_indicator(const cov_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->indicators.n; i++) {
        if (strcmp(cov_indicator_name(&plan->indicators.indicator[i]), name) == 0)
            return 1;
    }
    return 0;
}

static cov_status fail_unknown_target(const cov_plan *plan, const char *name, cov_error *err)
{
    char list[400] = "";
    size_t used = 0;
    for (size_t i = 0; i < plan->indicators.n && used < sizeof list; i++) {
        const char *there = cov_indicator_name(&plan->indicators.indicator[i]);
        int n = snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "",
                         cov_quote(there).text);
        used += n > 0 ? (size_t)n : 0;
    }
    return cov_fail(err, COV_ERR_EXPRESSION,
                    "the target names no indicator of the report: \"%s\"; there are %s",
                    cov_quote(name).text, list);
}

static cov_status check_target(const cov_job *job, const cov_plan *plan, size_t i, cov_error *err)
{
    const cov_job_target *target = &job->targets[i];
    if (!is_text(target->indicator))
        return cov_fail(err, COV_ERR_ARGUMENT, "target number %zu of the job has no indicator",
                        i + 1);
    if (!is_indicator(plan, target->indicator))
        return fail_unknown_target(plan, target->indicator, err);
    if (target->with > (uint64_t)INT64_MAX)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the target of \"%s\" has %" PRIu64 " connections (with), which is more "
                        "than a result can state",
                        cov_quote(target->indicator).text, target->with);
    for (size_t k = 0; k < i; k++) {
        if (strcmp(job->targets[k].indicator, target->indicator) == 0 &&
            job->targets[k].share == target->share)
            return cov_fail(err, COV_ERR_ARGUMENT, "the same target of \"%s\" is there twice",
                            cov_quote(target->indicator).text);
    }
    return COV_OK;
}

static cov_status check_ratio_name(const cov_job *job, const cov_plan *plan, size_t i,
                                   cov_error *err)
{
    const char *name = job->ratios[i].name;
    int taken = is_indicator(plan, name);
    for (size_t k = 0; k < i; k++)
        taken = taken || strcmp(job->ratios[k].name, name) == 0;
    if (taken)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the ratio \"%s\" has the name of an indicator or of another ratio: give "
                        "it a name of its own",
                        cov_quote(name).text);
    return COV_OK;
}

/* What is asked of the services of the plan. */
static cov_status check_questions(cov_plan *plan, const cov_job *job, cov_error *err)
{
    cov_status s =
        cov_indicators_check(job->indicators, job->n_indicators, plan->service, plan->n, err);
    if (s == COV_OK)
        s = list_indicators(plan, job, err);
    if (s == COV_OK)
        s = check_tiers(job, plan, err);
    for (size_t i = 0; i < job->n_targets && s == COV_OK; i++)
        s = check_target(job, plan, i, err);
    return s;
}

static cov_status fill(cov_plan *plan, const cov_job *job, const cov_policy *policy,
                       cov_notes *notes, cov_phases *phases, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < job->n_services && s == COV_OK; i++) {
        const cov_job_service *ask = &job->services[i];
        s = ask->split != NULL ? add_parts(plan, ask, policy, notes, phases, err)
                               : add_entry(plan, ask, err);
    }
    if (s == COV_OK)
        s = gather_services(plan, err);
    if (s == COV_OK)
        s = check_questions(plan, job, err);
    for (size_t i = 0; i < job->n_ratios && s == COV_OK; i++)
        s = check_ratio_name(job, plan, i, err);
    return s;
}

/* ---------------------------------------------------------------- interface */

cov_status cov_plan_create(const cov_job *job, const cov_policy *policy, cov_notes *notes,
                           cov_phases *phases, cov_plan *out, cov_error *err)
{
    cov_plan plan;
    memset(&plan, 0, sizeof plan);
    cov_status s = cov_job_check(job, err);
    if (s == COV_OK)
        s = fill(&plan, job, policy, notes, phases, err);
    if (s == COV_OK)
        *out = plan;
    else
        cov_plan_clear(&plan);
    return s;
}

cov_status cov_job_check_questions(const cov_job *job, const cov_service *services, size_t n,
                                   cov_error *err)
{
    cov_plan plan;
    memset(&plan, 0, sizeof plan);
    plan.service = cov_alloc_zero(n, sizeof *plan.service);
    if (plan.service == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < n; i++)
        plan.service[plan.n++] = services[i];
    cov_status s = check_questions(&plan, job, err);
    cov_plan_clear(&plan);
    return s;
}

void cov_plan_clear(cov_plan *plan)
{
    for (size_t i = 0; i < plan->n_texts; i++)
        cov_free(plan->text[i]);
    cov_free(plan->text);
    cov_indicators_clear(&plan->indicators);
    cov_free(plan->entry);
    cov_free(plan->service);
    memset(plan, 0, sizeof *plan);
}

uint64_t cov_plan_set(const cov_plan *plan, cov_by by)
{
    uint64_t set = 0;
    for (size_t i = 0; i < plan->n_entries; i++) {
        if (plan->entry[i].ask.by == by)
            set |= UINT64_C(1) << plan->entry[i].bit;
    }
    return set;
}

cov_policy cov_job_policy(const cov_job *job)
{
    return (cov_policy){job->assume_crs, job->add_drivers, job->n_add_drivers, job->allow_network,
                        0};
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
