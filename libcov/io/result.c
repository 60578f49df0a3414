/* Result: what follows from the tallies of a run.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/mem.h"
#include "engine/tally.h"
#include "io/extent.h"
#include "io/job.h"
#include "io/manifest.h"
#include "io/asked.h"
#include "io/run.h"
#include "io/sources.h"
#include "io/unanswered.h"

/* ---------------------------------------------------------------- reports, ratios, manifest */

static cov_status check_tiers(const cov_run *run, const cov_job *job, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < job->n_tiers && s == COV_OK; i++) {
        for (size_t b = 0; b < run->n_bases && s == COV_OK; b++)
            s = cov_tiers_check(run->base[b].tally, job->tiers[i].expressions, job->tiers[i].n,
                                err);
    }
    return s;
}

static cov_status report(cov_run *run, const cov_job *job, cov_error *err)
{
    cov_status s = check_tiers(run, job, err);
    for (size_t i = 0; i < run->n_bases && s == COV_OK; i++)
        s = cov_report_create(run->base[i].tally, job->indicators, job->n_indicators,
                              &run->base[i].report, err);
    return s == COV_OK ? cov_gaps_create(job, run->base[0].report, &run->gaps, err) : s;
}

/* The bases as a sheet shows them. */
static cov_status list_sheet_bases(cov_run *run, cov_error *err)
{
    run->sheet_base = cov_alloc_zero(run->n_bases, sizeof *run->sheet_base);
    if (run->sheet_base == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < run->n_bases; i++)
        run->sheet_base[i] =
            (cov_sheet_base){run->base[i].name, run->base[i].unit, run->base[i].report};
    return cov_unanswered_note(run->sheet_base, run->n_bases, &run->notes, err);
}

static cov_status read_ratios(cov_run *run, const cov_setting *setting, cov_error *err)
{
    cov_ratio_base *base = cov_alloc_zero(run->n_bases, sizeof *base);
    if (base == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < run->n_bases; i++)
        base[i] = (cov_ratio_base){run->base[i].name, run->base[i].report};
    cov_status s =
        cov_ratios_read(setting, run->areas.areas, base, run->n_bases, &run->ratios, err);
    cov_free(base);
    return s;
}

static cov_status write_manifest(cov_run *run, const cov_sources *sources, cov_error *err)
{
    cov_manifest_base *base = cov_alloc_zero(run->n_bases, sizeof *base);
    if (base == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < run->n_bases; i++) {
        const cov_counted *from = &run->base[i];
        base[i] = (cov_manifest_base){from->name, from->unit, from->report, from->rounding};
    }
    const cov_manifest manifest = {.bases = base,
                                   .n_bases = run->n_bases,
                                   .tally = run->base[0].tally,
                                   .sources = sources->source,
                                   .n_sources = sources->n,
                                   .targets = run->gaps.target,
                                   .n_targets = run->gaps.n,
                                   .ratios = &run->ratios,
                                   .notes = &run->notes};
    cov_status s = cov_manifest_write(&manifest, &run->manifest, err);
    cov_free(base);
    return s;
}

static cov_status list_sources(cov_run *run, const cov_job *job, const cov_sources *given,
                               cov_error *err)
{
    cov_sources read = {NULL, 0, NULL, 0};
    if (given != NULL)
        return write_manifest(run, given, err);
    cov_status s = cov_sources_list(run, job, &read, err);
    if (s == COV_OK)
        s = write_manifest(run, &read, err);
    cov_sources_clear(&read);
    return s;
}

cov_status cov_run_result(cov_run *run, const cov_setting *setting, const cov_sources *sources,
                          cov_error *err)
{
    cov_status s = cov_phases_enter(&run->phases, "report", err);
    if (s == COV_OK)
        s = report(run, setting->job, err);
    cov_phases_leave(&run->phases);
    if (s == COV_OK)
        s = read_ratios(run, setting, err);
    run->n_found = run->notes.n;
    if (s == COV_OK)
        s = list_sheet_bases(run, err);
    if (s == COV_OK)
        s = cov_asked_write(setting->job, &run->questions, err);
    return s == COV_OK ? list_sources(run, setting->job, sources, err) : s;
}

/* ---------------------------------------------------------------- tallies counted elsewhere */

/* By its bytes: they say whether it is of these areas. */
static cov_status copy_tally(const cov_tally *tally, const cov_areas *areas, cov_tally **out,
                             cov_error *err)
{
    size_t size = cov_tally_saved_size(tally);
    void *bytes = cov_alloc(size, 1);
    cov_status s = bytes != NULL ? cov_tally_save(tally, bytes, size, err) : cov_fail_memory(err);
    if (s == COV_OK)
        s = cov_tally_load(areas, bytes, size, out, err);
    cov_free(bytes);
    return s;
}

static cov_status take_tally(cov_run *run, const cov_tally *tally, const char *measure,
                             cov_error *err)
{
    static const double anywhere[4] = COV_EXTENT_ANYWHERE;
    run->base = cov_alloc_zero(1, sizeof *run->base);
    if (run->base == NULL)
        return cov_fail_memory(err);
    run->n_bases = 1;
    run->base[0].adds_up = 1;
    memcpy(run->base[0].extent, anywhere, sizeof anywhere);
    run->base[0].name = cov_copy_text(measure != NULL ? measure : "households");
    if (run->base[0].name == NULL)
        return cov_fail_memory(err);
    return copy_tally(tally, run->areas.areas, &run->base[0].tally, err);
}

static cov_status check_conclusion(const cov_job *job, cov_error *err)
{
    if (job->size != sizeof *job)
        return cov_fail(err, COV_ERR_ARGUMENT, "cov_job.size is %zu: use COV_JOB_INIT", job->size);
    if (!cov_source_is_given(&job->areas))
        return cov_fail(err, COV_ERR_ARGUMENT, "the job names no areas");
    if (cov_source_is_given(&job->households) || job->n_services > 0 || job->n_bases > 0)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "a job that is concluded counts nothing: it has no households, services or "
                        "bases of its own");
    return COV_OK;
}

static cov_status conclude(cov_run *run, const cov_job *job, const cov_tally *tally,
                           const char *measure, const char *crs, cov_error *err)
{
    const cov_policy policy = cov_job_policy(job);
    cov_setting setting = {.job = job,
                           .policy = &policy,
                           .notes = &run->notes,
                           .phases = &run->phases,
                           .areas_crs = cov_areas_crs(tally->areas)};
    cov_status s = crs != NULL ? cov_crs_from_text(crs, &setting.to, err)
                               : cov_run_plane_of(&setting, &job->areas, &setting.to, err);
    if (s == COV_OK)
        s = cov_area_layer_read(&setting, &run->areas, err);
    if (s == COV_OK)
        s = take_tally(run, tally, measure, err);
    if (s == COV_OK)
        s = cov_run_result(run, &setting, NULL, err);
    if (setting.to != NULL)
        OSRRelease(setting.to);
    return s;
}

cov_status cov_run_conclude(const cov_job *job, const cov_tally *tally, const char *measure,
                            const char *crs, cov_run **out, cov_error *err)
{
    if (job == NULL || tally == NULL || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "there is no job, no tally, or no place for the result");
    cov_status s = check_conclusion(job, err);
    if (s != COV_OK)
        return s;
    cov_run *run = cov_alloc_zero(1, sizeof *run);
    if (run == NULL)
        return cov_fail_memory(err);
    run->phases = cov_phases_start(job->progress, job->progress_data);
    s = conclude(run, job, tally, measure, crs, err);
    if (s == COV_OK)
        *out = run;
    else
        cov_run_free(run);
    return s;
}
