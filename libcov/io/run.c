/* SPDX-License-Identifier: MIT */
#include "io/run.h"

#include <string.h>

#include "base/mem.h"
#include "io/inputs.h"
#include "io/part.h"
#include "io/preview.h"

/* ---------------------------------------------------------------- bases */

/* The households and the measures of them, as columns: NULL for one each. */
static size_t list_weights(const cov_job *job, const char **weight)
{
    size_t n = 0;
    weight[n++] = job->weight_column;
    for (size_t i = 0; i < job->n_bases; i++) {
        if (job->bases[i].kind == COV_BASE_MEASURE && n < COV_MEASURES_MAX)
            weight[n++] = job->bases[i].weight_column;
    }
    return n;
}

static size_t count_measures(const cov_job *job)
{
    size_t n = 1;
    for (size_t i = 0; i < job->n_bases; i++)
        n += job->bases[i].kind == COV_BASE_MEASURE;
    return n;
}

static cov_status open_households(const cov_run *run, const cov_job *job, const cov_policy *policy,
                                  cov_notes *notes, cov_households **out, cov_error *err)
{
    const char *weight[COV_MEASURES_MAX];
    if (count_measures(job) > COV_MEASURES_MAX)
        return cov_fail(err, COV_ERR_LIMIT, "%zu measures of the households are more than %d",
                        count_measures(job), COV_MEASURES_MAX);
    cov_households_query query;
    memset(&query, 0, sizeof query);
    query.source = &job->households;
    query.weights = weight;
    query.n_measures = list_weights(job, weight);
    query.answers = run->answers.answer;
    query.n_answers = run->answers.n;
    query.id_column = job->household_id;
    query.is_part = job->part;
    cov_policy of_households = *policy;
    of_households.allow_empty = job->part;
    return cov_households_open(&query, &of_households, notes, out, err);
}

/* Count the households; their measures go where the job has them. */
static cov_status count_households(cov_run *run, const cov_ground *ground, const cov_job *job,
                                   cov_households *households, cov_error *err)
{
    cov_counted counted[COV_MEASURES_MAX];
    memset(counted, 0, sizeof counted);
    size_t n = count_measures(job), next = 1;
    cov_status s = cov_bases_households(ground, households, n, counted, err);
    counted[0].name = cov_copy_text(cov_households_measure(households, 0));
    for (size_t i = 0; i < n; i++)
        counted[i].adds_up = 1;
    run->base[0] = counted[0];
    for (size_t i = 0; i < job->n_bases; i++) {
        if (job->bases[i].kind != COV_BASE_MEASURE)
            continue;
        counted[next].name = cov_copy_text(job->bases[i].name);
        run->base[i + 1] = counted[next++];
    }
    for (size_t i = 0; i < run->n_bases && s == COV_OK; i++) {
        if (run->base[i].tally != NULL && run->base[i].name == NULL)
            s = cov_fail_memory(err);
    }
    return s;
}

static cov_status count_bases(cov_run *run, const cov_ground *ground, const cov_job *job,
                              cov_households *households, cov_error *err)
{
    size_t first = households != NULL;
    run->n_bases = job->n_bases + first;
    run->base = cov_alloc_zero(run->n_bases, sizeof *run->base);
    cov_status s = run->base != NULL ? COV_OK : cov_fail_memory(err);
    if (s == COV_OK && households != NULL)
        s = count_households(run, ground, job, households, err);
    for (size_t i = 0; i < job->n_bases && s == COV_OK; i++) {
        if (job->bases[i].kind != COV_BASE_MEASURE)
            s = cov_bases_count(ground, &job->bases[i], run->content[i], &run->base[first + i],
                                err);
    }
    return s;
}

/* ---------------------------------------------------------------- inputs */

/* Whatever the user allows to be replaced: never what the result was made of. Finds out what is to
 * be written by the way. */
static cov_status check_inputs(const cov_run *run, const char *path,
                               const cov_write_options *options, const cov_format **format,
                               cov_error *err)
{
    cov_target target = {0};
    int has_format = options != NULL && options->size == sizeof *options;
    cov_status s = cov_target_parse(path, has_format ? options->format : NULL, &target, err);
    if (s == COV_OK)
        s = cov_inputs_check(run->input, run->n_inputs, &target, err);
    *format = target.format;
    cov_target_clear(&target);
    return s;
}

/* ---------------------------------------------------------------- the way of a job */

cov_status cov_run_plane_of(const cov_setting *setting, const cov_source *source,
                            OGRSpatialReferenceH *out, cov_error *err)
{
    cov_layer layer;
    cov_status s = cov_layer_open(source, setting->policy, setting->notes, &layer, err);
    if (s != COV_OK)
        return s;
    if (layer.crs != NULL)
        *out = OSRClone(layer.crs);
    else
        s = cov_fail(err, COV_ERR_INPUT,
                     "%s is a table without geometry: polygons or lines are needed", layer.label);
    cov_layer_close(&layer);
    return s;
}

static int has_content(const cov_run *run, const cov_job *job, cov_content content)
{
    for (size_t i = 0; i < job->n_bases; i++) {
        if (run->content[i] == content)
            return 1;
    }
    return 0;
}

/* What each base holds, and so whether the layers must keep their shapes. */
static cov_status look_at_bases(cov_run *run, cov_setting *setting, cov_error *err)
{
    const cov_job *job = setting->job;
    run->content = cov_alloc_zero(job->n_bases, sizeof *run->content);
    cov_status s = run->content != NULL ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < job->n_bases && s == COV_OK; i++)
        s = cov_base_content(setting, &job->bases[i], &run->content[i], err);
    if (s == COV_OK)
        setting->keep_shapes = has_content(run, job, COV_CONTENT_LINES) ||
                               has_content(run, job, COV_CONTENT_RASTER) ||
                               has_content(run, job, COV_CONTENT_AREA);
    return s;
}

/* A service that something else answers, too, is not answered by its polygons alone. */
static uint64_t answered_by_polygons_alone(const cov_plan *plan)
{
    return cov_plan_set(plan, COV_BY_POLYGONS) &
           ~(cov_plan_set(plan, COV_BY_DISTANCE) | cov_plan_set(plan, COV_BY_SIGNAL) |
             cov_plan_set(plan, COV_BY_COLUMN) | cov_plan_set(plan, COV_BY_TABLE));
}

/* Cut up the plane, where a base needs that. */
static cov_status cut(cov_run *run, const cov_setting *setting, cov_ground *ground, cov_error *err)
{
    const cov_job *job = setting->job;
    if (!setting->keep_shapes)
        return COV_OK;
    run->zone = cov_alloc_zero(run->reaches.n, sizeof *run->zone);
    if (run->zone == NULL)
        return cov_fail_memory(err);
    size_t n = cov_reaches_zones(&run->reaches, run->zone);
    cov_status s = cov_phases_enter(&run->phases, "cut areas", err);
    if (s == COV_OK)
        s = cov_borders_create(run->areas.areas, cov_area_layer_placed(&run->areas), run->zone, n,
                               &run->borders, err);
    if (s == COV_OK &&
        (has_content(run, job, COV_CONTENT_RASTER) || has_content(run, job, COV_CONTENT_AREA))) {
        s = cov_partition_create(&run->borders, cov_job_threads(job), &run->phases, &run->partition,
                                 err);
        run->partition.answered = answered_by_polygons_alone(&run->plan);
    }
    cov_phases_leave(&run->phases);
    ground->borders = &run->borders;
    ground->partition = &run->partition;
    return s;
}

static cov_status check_columns(const cov_run *run, const cov_job *job, cov_error *err)
{
    const cov_preview preview = {job, &run->plan, run->content, run->areas.id_column,
                                 run->areas.name_column};
    return job->is_written ? cov_preview_check(&preview, err) : COV_OK;
}

static cov_status count(cov_run *run, const cov_setting *setting, cov_households *households,
                        cov_error *err)
{
    cov_ground ground = {setting, &run->plan, &run->areas, &run->reaches, NULL, NULL};
    cov_status s = cov_area_layer_read(setting, &run->areas, err);
    if (s == COV_OK)
        s = check_columns(run, setting->job, err);
    if (s == COV_OK)
        s = cov_reaches_read(setting, &run->plan, &run->areas, &run->reaches, err);
    if (s == COV_OK)
        s = cut(run, setting, &ground, err);
    if (s == COV_OK)
        s = count_bases(run, &ground, setting->job, households, err);
    return s == COV_OK ? cov_run_result(run, setting, NULL, err) : s;
}

static cov_status do_job(cov_run *run, const cov_job *job, cov_error *err)
{
    const cov_policy policy = cov_job_policy(job);
    cov_setting setting;
    cov_households *households = NULL;
    OGRSpatialReferenceH plane = NULL;
    memset(&setting, 0, sizeof setting);
    setting.job = job;
    setting.policy = &policy;
    setting.notes = &run->notes;
    setting.phases = &run->phases;
    cov_status s = cov_plan_create(job, &policy, &run->notes, &run->phases, &run->plan, err);
    if (s == COV_OK)
        s = cov_inputs_list(job, &run->input, &run->n_inputs, err);
    if (s == COV_OK)
        s = cov_answers_read(&run->plan, &policy, &run->notes, &run->phases, &run->answers, err);
    if (s == COV_OK)
        s = cov_phases_enter(&run->phases, "open households", err);
    if (s == COV_OK && cov_source_is_given(&job->households))
        s = open_households(run, job, &policy, &run->notes, &households, err);
    else if (s == COV_OK)
        s = cov_run_plane_of(&setting, &job->areas, &plane, err);
    if (s == COV_OK)
        s = look_at_bases(run, &setting, err);
    if (s == COV_OK) {
        setting.to = households != NULL ? cov_households_crs(households) : plane;
        s = count(run, &setting, households, err);
    }
    cov_households_close(households);
    if (plane != NULL)
        OSRRelease(plane);
    return s;
}

static void forget_the_way(cov_run *run)
{
    cov_partition_clear(&run->partition);
    cov_borders_clear(&run->borders);
    cov_reaches_clear(&run->reaches);
    cov_answers_clear(&run->answers);
    cov_plan_clear(&run->plan);
    cov_free(run->content);
    cov_free(run->zone);
    run->content = NULL;
    run->zone = NULL;
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
    /* Some of it points into the job, which is the caller's, or keeps files open; all of it was
     * needed to count. */
    forget_the_way(run);
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
    for (size_t i = 0; run->base != NULL && i < run->n_bases; i++)
        cov_counted_clear(&run->base[i]);
    cov_gaps_clear(&run->gaps);
    cov_ratios_clear(&run->ratios);
    cov_area_layer_clear(&run->areas);
    cov_notes_clear(&run->notes);
    cov_inputs_free(run->input, run->n_inputs);
    cov_free(run->base);
    cov_free(run->sheet_base);
    cov_free(run->questions);
    cov_free(run->shards);
    cov_free(run->manifest);
    cov_free(run);
}

/* ---------------------------------------------------------------- what it holds */

const cov_areas *cov_run_areas(const cov_run *run)
{
    return run->areas.areas;
}

size_t cov_run_bases(const cov_run *run)
{
    return run->n_bases;
}

cov_base cov_run_base(const cov_run *run, size_t index)
{
    const cov_base none = {NULL, NULL, NULL, NULL};
    if (index >= run->n_bases)
        return none;
    const cov_counted *base = &run->base[index];
    return (cov_base){base->name, base->unit, base->tally, base->report};
}

const cov_tally *cov_run_tally(const cov_run *run)
{
    return run->base[0].tally;
}

const cov_report *cov_run_report(const cov_run *run)
{
    return run->base[0].report;
}

const char *cov_run_measure(const cov_run *run)
{
    return run->base[0].name;
}

const char *cov_run_id_column(const cov_run *run)
{
    return run->areas.id_column;
}

const char *cov_run_name_column(const cov_run *run)
{
    return run->areas.name_column;
}

size_t cov_run_targets(const cov_run *run)
{
    return run->gaps.n;
}

cov_gap cov_run_target(const cov_run *run, size_t index)
{
    const cov_gap none = {NULL, 0, 0, 0, 0, 0};
    return index < run->gaps.n ? run->gaps.target[index] : none;
}

cov_status cov_run_missing(const cov_run *run, size_t row, size_t target, uint64_t *out,
                           cov_error *err)
{
    if (run == NULL || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no run, or no place to write to");
    return cov_gaps_missing(&run->gaps, run->base[0].report, row, target, out, err);
}

size_t cov_run_ratios(const cov_run *run)
{
    return run->ratios.n;
}

const char *cov_run_ratio_name(const cov_run *run, size_t ratio)
{
    return ratio < run->ratios.n ? run->ratios.ratio[ratio].name : NULL;
}

unsigned cov_run_ratio_per(const cov_run *run, size_t ratio)
{
    return ratio < run->ratios.n ? run->ratios.ratio[ratio].per : 0;
}

const char *cov_run_ratio_of(const cov_run *run, size_t ratio)
{
    return ratio < run->ratios.n ? run->ratios.ratio[ratio].below : NULL;
}

int cov_run_ratio_is_percent(const cov_run *run, size_t ratio)
{
    return ratio < run->ratios.n && run->ratios.ratio[ratio].is_percent;
}

cov_status cov_run_ratio(const cov_run *run, size_t row, size_t ratio, cov_ratio *out,
                         cov_error *err)
{
    if (run == NULL || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no run, or no place to write to");
    if (ratio >= run->ratios.n || row >= run->ratios.n_rows)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the run has %zu ratios of %zu rows: there is no ratio %zu of row %zu",
                        run->ratios.n, run->ratios.n_rows, ratio, row);
    *out = run->ratios.ratio[ratio].row[row];
    return COV_OK;
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

cov_sheet cov_run_sheet(const cov_run *run)
{
    return (cov_sheet){.base = run->sheet_base,
                       .n_bases = run->n_bases,
                       .areas = run->areas.areas,
                       .id_column = run->areas.id_column,
                       .name_column = run->areas.name_column,
                       .target = run->gaps.target,
                       .n_targets = run->gaps.n,
                       .ratios = &run->ratios,
                       .manifest = run->manifest};
}

cov_status cov_run_write(const cov_run *run, const char *path, const cov_write_options *options,
                         cov_error *err)
{
    if (run == NULL || path == NULL || path[0] == '\0')
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no run, or no path, to write");
    const cov_sheet sheet = cov_run_sheet(run);
    const cov_format *format = NULL;
    cov_status s = check_inputs(run, path, options, &format, err);
    if (s == COV_OK && cov_format_has(format, COV_FORMAT_PART))
        return cov_part_write(run, path, options != NULL && options->overwrite, err);
    return s == COV_OK ? cov_sink_write(&sheet, &run->areas, path, options, err) : s;
}

cov_status cov_run_save(const cov_run *run, const char *path, int overwrite, cov_error *err)
{
    cov_write_options options = COV_WRITE_OPTIONS_INIT;
    options.format = COV_FORMAT_OF_PARTS;
    options.overwrite = overwrite;
    return cov_run_write(run, path, &options, err);
}
