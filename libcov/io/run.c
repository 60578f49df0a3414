/* SPDX-License-Identifier: MIT */
#include "io/run.h"

#include <cpl_multiproc.h>
#include <string.h>

#include "base/mem.h"
#include "io/clock.h"
#include "io/manifest.h"
#include "io/plausible.h"
#include "io/sink.h"
#include "io/workers.h"

/* Most of a run is reading, which one thread does: more workers than this would only wait. */
#define WORKERS_DEFAULT_MAX 8

/* ---------------------------------------------------------------- progress */

static cov_status advance(const cov_job *job, const char *phase, double fraction, cov_error *err)
{
    if (job->progress == NULL || job->progress(job->progress_data, phase, fraction) == 0)
        return COV_OK;
    return cov_fail(err, COV_ERR_CANCELLED, "cancelled in the phase \"%s\"", phase);
}

static void add_phase(cov_run *run, const char *name, double seconds)
{
    run->phase[run->n_phases++] = (cov_phase){name, seconds};
}

/* ---------------------------------------------------------------- polygons */

static cov_status read_areas(cov_run *run, const cov_job *job, const cov_policy *policy,
                             OGRSpatialReferenceH to, cov_error *err)
{
    double start = cov_clock();
    cov_status s = advance(job, "read areas", -1, err);
    if (s == COV_OK)
        s = cov_area_layer_read(job, policy, to, &run->notes, &run->areas, err);
    add_phase(run, "read areas", cov_clock() - start);
    return s;
}

static int is_answered_by_column(const cov_plan *plan, size_t service)
{
    for (size_t i = 0; i < plan->n_answers; i++) {
        if (plan->answer[i].bit == service)
            return 1;
    }
    return 0;
}

static cov_status read_footprint(cov_run *run, const cov_job *job, const cov_policy *policy,
                                 OGRSpatialReferenceH to, size_t service, cov_error *err)
{
    cov_plan *plan = &run->plan;
    size_t first = plan->first[service], n = plan->first[service + 1] - first;
    const char *name = plan->service[service].name;
    cov_footprint_layer *layer = &run->footprint[service];
    if (n == 0)
        return COV_OK;
    cov_status s = cov_footprint_layer_read(job, &plan->source[first], n, name, policy, to,
                                            &run->notes, layer, err);
    if (s == COV_OK)
        s = cov_plausible_footprint(layer, name, &run->areas, &run->notes, err);
    if (s != COV_OK)
        return s;
    if (is_answered_by_column(plan, service))
        run->mark[run->n_marks++] = (cov_mark){layer->footprint, (unsigned)service};
    else
        plan->service[service].footprint = layer->footprint;
    return COV_OK;
}

static cov_status read_footprints(cov_run *run, const cov_job *job, const cov_policy *policy,
                                  OGRSpatialReferenceH to, cov_error *err)
{
    double start = cov_clock();
    size_t n = run->plan.n;
    run->footprint = cov_alloc_zero(n, sizeof *run->footprint);
    run->mark = cov_alloc_zero(n, sizeof *run->mark);
    if (run->footprint == NULL || run->mark == NULL)
        return cov_fail_memory(err);
    run->n_footprints = n;
    cov_status s = COV_OK;
    for (size_t k = 0; k < n && s == COV_OK; k++) {
        s = advance(job, "read footprints", (double)k / (double)n, err);
        if (s == COV_OK)
            s = read_footprint(run, job, policy, to, k, err);
    }
    add_phase(run, "read footprints", cov_clock() - start);
    return s;
}

/* ---------------------------------------------------------------- households */

static unsigned worker_count(const cov_job *job)
{
    if (job->threads > 0)
        return job->threads;
    int processors = CPLGetNumCPUs();
    if (processors < 1)
        return 1;
    return processors < WORKERS_DEFAULT_MAX ? (unsigned)processors : WORKERS_DEFAULT_MAX;
}

static double fraction_of(uint64_t done, int64_t total)
{
    if (total <= 0)
        return -1;
    double fraction = (double)done / (double)total;
    return fraction < 1 ? fraction : 1;
}

typedef struct reading {
    const cov_job *job;
    cov_households *households;
    cov_workers *workers;
    int64_t total; /* features, -1 unknown */
    uint32_t scale;
    double seconds;
} reading;

/* Read to the end, or to the first weight with decimals while whole ones are counted. */
static cov_status read_all(reading *r, int *decimals, cov_error *err)
{
    uint64_t done = 0;
    for (;;) {
        cov_batch *batch = NULL;
        cov_status s = advance(r->job, "read households", fraction_of(done, r->total), err);
        if (s == COV_OK)
            s = cov_workers_take(r->workers, &batch, err);
        if (s != COV_OK)
            return s;
        double start = cov_clock();
        s = cov_households_next(r->households, r->scale, batch, decimals, err);
        r->seconds += cov_clock() - start;
        if (s != COV_OK || *decimals || batch->n == 0)
            return s;
        done += batch->n;
        s = cov_workers_give(r->workers, batch, err);
        if (s != COV_OK)
            return s;
    }
}

/* One pass over the households in one scale. */
static cov_status count_once(cov_run *run, reading *r, int *decimals, double *counting,
                             cov_error *err)
{
    const cov_task task = {run->areas.areas, run->plan.service, run->plan.n,
                           run->mark,        run->n_marks,      r->scale};
    cov_status s = cov_workers_create(worker_count(r->job), &task, &r->workers, err);
    if (s == COV_OK)
        s = read_all(r, decimals, err);
    if (s == COV_OK && !*decimals)
        s = cov_workers_finish(r->workers, &run->tally, err);
    if (s == COV_OK && !*decimals)
        *counting += cov_workers_seconds(r->workers);
    cov_workers_free(r->workers);
    r->workers = NULL;
    return s;
}

static cov_status count_households(cov_run *run, const cov_job *job, cov_households *households,
                                   double opening, cov_error *err)
{
    reading r = {job, households, NULL, cov_households_count(households), 1, opening};
    int decimals = 0;
    double counting = 0;
    cov_status s = count_once(run, &r, &decimals, &counting, err);
    if (s == COV_OK && decimals) {
        r.scale = 1000;
        s = cov_households_rewind(households, err);
        if (s == COV_OK)
            s = count_once(run, &r, &decimals, &counting, err);
    }
    if (s == COV_OK)
        s = cov_plausible_households(households, &run->areas, run->tally, &run->notes, err);
    add_phase(run, "read households", r.seconds);
    add_phase(run, "locate and count", counting);
    return s;
}

/* ---------------------------------------------------------------- results */

static size_t list_sources(const cov_run *run, const cov_households *households, const char *crs,
                           const char *area_crs, char **column, cov_manifest_source *list)
{
    const cov_plan *plan = &run->plan;
    size_t n = 0;
    list[n++] = (cov_manifest_source){"areas", run->areas.label, area_crs, run->areas.operation,
                                      run->areas.accuracy};
    list[n++] = (cov_manifest_source){"households", cov_households_label(households), crs, NULL, 0};
    for (size_t k = 0; k < plan->n; k++) {
        const cov_footprint_layer *layer = &run->footprint[k];
        const char *name = plan->service[k].name;
        if (layer->footprint != NULL)
            list[n++] =
                (cov_manifest_source){name, layer->label, NULL, layer->operation, layer->accuracy};
        for (size_t i = 0; i < plan->n_answers; i++) {
            if (plan->answer[i].bit == k)
                list[n++] = (cov_manifest_source){name, column[i], NULL, NULL, 0};
        }
    }
    return n;
}

static char *column_label(const char *column)
{
    static const char prefix[] = "column ";
    size_t length = strlen(column);
    char *label = cov_alloc(sizeof prefix + length, 1);
    if (label != NULL) {
        memcpy(label, prefix, sizeof prefix - 1);
        memcpy(label + sizeof prefix - 1, column, length + 1);
    }
    return label;
}

static cov_status write_manifest(cov_run *run, cov_households *households, cov_error *err)
{
    const cov_plan *plan = &run->plan;
    cov_status s = COV_OK;
    char *crs = cov_crs_label(cov_households_crs(households));
    char *area_crs = cov_crs_label(run->areas.crs);
    char **column = cov_alloc_zero(plan->n_answers, sizeof *column);
    cov_manifest_source *list = cov_alloc_zero(2 + plan->n + plan->n_answers, sizeof *list);
    if (crs == NULL || area_crs == NULL || column == NULL || list == NULL)
        s = cov_fail_memory(err);
    for (size_t i = 0; i < plan->n_answers && s == COV_OK; i++) {
        column[i] = column_label(plan->answer[i].column);
        if (column[i] == NULL)
            s = cov_fail_memory(err);
    }
    if (s == COV_OK) {
        size_t n = list_sources(run, households, crs, area_crs, column, list);
        const cov_manifest manifest = {
            run->report, run->tally, run->measure, cov_households_rounding(households),
            list,        n,          &run->notes};
        s = cov_manifest_write(&manifest, &run->manifest, err);
    }
    for (size_t i = 0; column != NULL && i < plan->n_answers; i++)
        cov_free(column[i]);
    cov_free(column);
    cov_free(list);
    cov_free(crs);
    cov_free(area_crs);
    return s;
}

static cov_status conclude(cov_run *run, const cov_job *job, cov_households *households,
                           cov_error *err)
{
    double start = cov_clock();
    cov_status s = advance(job, "report", -1, err);
    if (s == COV_OK)
        s = cov_report_create(run->tally, job->indicators, job->n_indicators, &run->report, err);
    if (s == COV_OK) {
        run->measure = cov_copy_text(cov_households_measure(households));
        s = run->measure != NULL ? write_manifest(run, households, err) : cov_fail_memory(err);
    }
    add_phase(run, "report", cov_clock() - start);
    return s;
}

/* ---------------------------------------------------------------- interface */

static cov_status do_job(cov_run *run, const cov_job *job, cov_error *err)
{
    const cov_policy policy = {job->assume_crs, job->add_drivers, job->n_add_drivers,
                               job->allow_network};
    cov_households *households = NULL;
    cov_status s = cov_plan_create(job, &run->plan, err);
    double start = cov_clock(), opening = 0;
    if (s == COV_OK) {
        s = cov_households_open(&job->households, job->weight_column, run->plan.answer,
                                run->plan.n_answers, &policy, &run->notes, &households, err);
        opening = cov_clock() - start;
    }
    if (s == COV_OK)
        s = read_areas(run, job, &policy, cov_households_crs(households), err);
    if (s == COV_OK)
        s = read_footprints(run, job, &policy, cov_households_crs(households), err);
    if (s == COV_OK)
        s = count_households(run, job, households, opening, err);
    if (s == COV_OK)
        s = conclude(run, job, households, err);
    cov_households_close(households);
    return s;
}

cov_status cov_run_create(const cov_job *job, cov_run **out, cov_error *err)
{
    if (job == NULL || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no job, or no place for its result");
    cov_run *run = cov_alloc_zero(1, sizeof *run);
    if (run == NULL)
        return cov_fail_memory(err);
    cov_status s = do_job(run, job, err);
    /* What is left in the plan points into the job, which is the caller's. */
    cov_plan_clear(&run->plan);
    if (s == COV_OK)
        *out = run;
    else
        cov_run_free(run);
    return s;
}

void cov_run_free(cov_run *run)
{
    if (run == NULL)
        return;
    cov_report_free(run->report);
    cov_tally_free(run->tally);
    for (size_t k = 0; k < run->n_footprints; k++)
        cov_footprint_layer_clear(&run->footprint[k]);
    cov_area_layer_clear(&run->areas);
    cov_plan_clear(&run->plan);
    cov_notes_clear(&run->notes);
    cov_free(run->footprint);
    cov_free(run->mark);
    cov_free(run->measure);
    cov_free(run->manifest);
    cov_free(run);
}

const cov_areas *cov_run_areas(const cov_run *run)
{
    return run->areas.areas;
}

const cov_tally *cov_run_tally(const cov_run *run)
{
    return run->tally;
}

const cov_report *cov_run_report(const cov_run *run)
{
    return run->report;
}

const char *cov_run_id_column(const cov_run *run)
{
    return run->areas.id_column;
}

const char *cov_run_name_column(const cov_run *run)
{
    return run->areas.name_column;
}

const char *cov_run_measure(const cov_run *run)
{
    return run->measure;
}

size_t cov_run_notes(const cov_run *run)
{
    return run->notes.n;
}

cov_note cov_run_note(const cov_run *run, size_t index)
{
    const cov_note none = {COV_NOTE_INFO, NULL};
    return index < run->notes.n ? run->notes.note[index] : none;
}

size_t cov_run_phases(const cov_run *run)
{
    return run->n_phases;
}

cov_phase cov_run_phase(const cov_run *run, size_t index)
{
    const cov_phase none = {NULL, 0};
    return index < run->n_phases ? run->phase[index] : none;
}

const char *cov_run_manifest(const cov_run *run)
{
    return run->manifest;
}

cov_status cov_run_write(const cov_run *run, const char *path, const cov_write_options *options,
                         cov_error *err)
{
    if (run == NULL || path == NULL || path[0] == '\0')
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no run, or no path, to write");
    const cov_sheet sheet = {run->report, run->areas.areas, &run->areas, run->measure,
                             run->manifest};
    return cov_sink_write(&sheet, path, options, err);
}
