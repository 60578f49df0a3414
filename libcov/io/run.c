/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* stat */
#include "io/run.h"

#include <cpl_multiproc.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "io/manifest.h"
#include "io/plausible.h"
#include "io/sink.h"
#include "io/workers.h"

/* Most of a run is reading, which one thread does: more workers than this would only wait. */

/* ---------------------------------------------------------------- polygons */

static int is_answered_by_column(const cov_plan *plan, size_t service)
{
    for (size_t i = 0; i < plan->n_answers; i++) {
        if (plan->answer[i].bit == service)
            return 1;
    }
    return 0;
}

static cov_status read_footprint(cov_run *run, const cov_setting *setting, size_t service,
                                 cov_error *err)
{
    cov_plan *plan = &run->plan;
    size_t first = plan->first[service], n = plan->first[service + 1] - first;
    const char *name = plan->service[service].name;
    cov_footprint_layer *layer = &run->footprint[service];
    if (n == 0)
        return COV_OK;
    cov_status s = cov_footprint_layer_read(setting, &plan->source[first], n, name, layer, err);
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

static cov_status read_footprints(cov_run *run, const cov_setting *setting, cov_error *err)
{
    size_t n = run->plan.n;
    run->footprint = cov_alloc_zero(n, sizeof *run->footprint);
    run->mark = cov_alloc_zero(n, sizeof *run->mark);
    if (run->footprint == NULL || run->mark == NULL)
        return cov_fail_memory(err);
    run->n_footprints = n;
    cov_status s = COV_OK;
    for (size_t k = 0; k < n && s == COV_OK; k++)
        s = read_footprint(run, setting, k, err);
    return s;
}

/* ---------------------------------------------------------------- households */

typedef struct reading {
    const cov_job *job;
    const cov_service *services;
    cov_phases *phases;
    cov_households *households;
    cov_workers *workers;
    int64_t total; /* features, -1 unknown */
    uint32_t scale;
} reading;

/* The only place where an unknown answer is still refused: to be removed as soon as cov_points
 * takes it. */
static cov_status refuse_unknown(const reading *r, const cov_batch *batch, uint64_t done,
                                 cov_error *err)
{
    size_t i = 0;
    unsigned bit = 0;
    while (i < batch->n && batch->unknown[i] == 0)
        i++;
    if (i == batch->n)
        return COV_OK;
    while ((batch->unknown[i] >> bit & 1) == 0)
        bit++;
    return cov_fail(err, COV_ERR_INPUT,
                    "%s, feature %" PRIu64 ": nobody knows whether the service %s reaches it: an "
                    "unknown answer is not taken for a no",
                    cov_households_label(r->households), done + i + 1, r->services[bit].name);
}

/* Read to the end, or to the first weight with decimals while whole ones are counted. Waiting for
 * the workers is not reading. */
static cov_status read_all(reading *r, unsigned *decimals, cov_error *err)
{
    uint64_t done = 0;
    for (;;) {
        cov_batch *batch = NULL;
        cov_status s = cov_workers_take(r->workers, &batch, err);
        if (s == COV_OK)
            s = cov_phases_enter(r->phases, "read households", err);
        if (s == COV_OK)
            s = cov_phases_ask(r->phases, (double)done, (double)r->total, err);
        if (s == COV_OK)
            s = cov_households_next(r->households, &r->scale, batch, decimals, err);
        cov_phases_leave(r->phases);
        if (s == COV_OK)
            s = refuse_unknown(r, batch, done, err);
        if (s != COV_OK || *decimals || batch->n == 0)
            return s;
        done += batch->n;
        s = cov_workers_give(r->workers, batch, err);
        if (s != COV_OK)
            return s;
    }
}

/* One pass over the households in one scale. */
static cov_status count_once(cov_run *run, reading *r, unsigned *decimals, double *counting,
                             cov_error *err)
{
    const cov_task task = {run->areas.areas, run->plan.service, run->plan.n,
                           run->mark,        run->n_marks,      r->scale};
    cov_status s = cov_workers_create(cov_job_threads(r->job), &task, &r->workers, err);
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
                                   cov_error *err)
{
    reading r = {
        job, run->plan.service, &run->phases, households, NULL, cov_households_count(households),
        1};
    unsigned decimals = 0;
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
    cov_phases_add(&run->phases, "locate and count", counting);
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
            list[n++] = (cov_manifest_source){name, layer->label, layer->crs, layer->operation,
                                              layer->accuracy};
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
            run->report, run->tally, run->measure, cov_households_rounding(households, 0),
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
    cov_status s = cov_phases_enter(&run->phases, "report", err);
    if (s == COV_OK)
        s = cov_report_create(run->tally, job->indicators, job->n_indicators, &run->report, err);
    if (s == COV_OK) {
        run->measure = cov_copy_text(cov_households_measure(households, 0));
        s = run->measure != NULL ? write_manifest(run, households, err) : cov_fail_memory(err);
    }
    cov_phases_leave(&run->phases);
    return s;
}

/* ---------------------------------------------------------------- inputs */

static cov_status remember_input(cov_run *run, const char *path, cov_error *err)
{
    if (path == NULL)
        return COV_OK;
    run->input[run->n_inputs] = cov_copy_text(path);
    return run->input[run->n_inputs++] != NULL ? COV_OK : cov_fail_memory(err);
}

static cov_status remember_inputs(cov_run *run, const cov_job *job, cov_error *err)
{
    run->input = cov_alloc_zero(job->n_services + 2, sizeof *run->input);
    if (run->input == NULL)
        return cov_fail_memory(err);
    cov_status s = remember_input(run, job->areas.path, err);
    if (s == COV_OK)
        s = remember_input(run, job->households.path, err);
    for (size_t i = 0; i < job->n_services && s == COV_OK; i++)
        s = remember_input(run, job->services[i].source.path, err);
    return s;
}

/* Whatever the user allows to be replaced: never what the result was made of. */
static cov_status check_inputs(const cov_run *run, const char *path, cov_error *err)
{
    struct stat to, from;
    if (stat(path, &to) != 0)
        return COV_OK;
    for (size_t i = 0; i < run->n_inputs; i++) {
        if (stat(run->input[i], &from) == 0 && from.st_dev == to.st_dev && from.st_ino == to.st_ino)
            return cov_fail(err, COV_ERR_EXISTS,
                            "%s is one of the files that were read: write the result to another "
                            "one",
                            path);
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- interface */

static cov_status do_job(cov_run *run, const cov_job *job, cov_error *err)
{
    const cov_policy policy = {job->assume_crs, job->add_drivers, job->n_add_drivers,
                               job->allow_network};
    cov_setting setting = {job, &policy, NULL, &run->notes, &run->phases};
    cov_households *households = NULL;
    cov_status s = cov_plan_create(job, &run->plan, err);
    const cov_households_query query = {&job->households,
                                        &job->weight_column,
                                        1,
                                        run->plan.answer,
                                        run->plan.n_answers,
                                        NULL,
                                        NULL};
    if (s == COV_OK)
        s = remember_inputs(run, job, err);
    if (s == COV_OK)
        s = cov_phases_enter(&run->phases, "open households", err);
    if (s == COV_OK)
        s = cov_households_open(&query, &policy, &run->notes, &households, err);
    if (s == COV_OK) {
        setting.to = cov_households_crs(households);
        s = cov_area_layer_read(&setting, &run->areas, err);
    }
    if (s == COV_OK)
        s = read_footprints(run, &setting, err);
    if (s == COV_OK)
        s = count_households(run, job, households, err);
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
    run->phases = cov_phases_start(job->progress, job->progress_data);
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
    for (size_t i = 0; i < run->n_inputs; i++)
        cov_free(run->input[i]);
    cov_free(run->input);
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
    return run->phases.n;
}

cov_phase cov_run_phase(const cov_run *run, size_t index)
{
    const cov_phase none = {NULL, 0};
    return index < run->phases.n ? run->phases.phase[index] : none;
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
    cov_status s = check_inputs(run, path, err);
    return s == COV_OK ? cov_sink_write(&sheet, path, options, err) : s;
}
