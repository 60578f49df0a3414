/* Merge: parts put together, the run of all their households.
 * SPDX-License-Identifier: MIT
 *
 * The areas are those of the first file; all others must have the same bytes of them. Once all are
 * read they are put in the order of what they hold, so that nothing that is listed, sources and
 * notes, depends on the order of the files. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/asked.h"
#include "io/extent.h"
#include "io/job.h"
#include "io/part.h"
#include "io/part_match.h"
#include "io/part_sources.h"
#include "io/plausible.h"
#include "io/shards.h"

typedef struct merging {
    const char *const *path;
    size_t n;
    cov_part_file *part;
    cov_run *run;
    cov_job job; /* the questions, and how to run */
    cov_asked questions;
} merging;

/* ---------------------------------------------------------------- tallies */

static cov_status load(const merging *m, const cov_part_file *part, size_t base, cov_tally **out,
                       cov_error *err)
{
    const cov_span *bytes = &part->base[base].tally;
    cov_status s = cov_tally_load(m->run->areas.areas, bytes->at, bytes->size, out, NULL);
    if (s == COV_OK)
        return COV_OK;
    return s == COV_ERR_MEMORY ? cov_fail_memory(err)
                               : cov_part_damaged(part, "its tallies are impossible", err);
}

static cov_status add_rounding(int64_t *sum, int64_t more, cov_error *err)
{
    if (more > 0 ? *sum > INT64_MAX - more : *sum < INT64_MIN - more)
        return cov_fail(err, COV_ERR_LIMIT, "the parts were rounded by more than can be summed up");
    *sum += more;
    return COV_OK;
}

static cov_status add_base(const merging *m, const cov_part_file *part, size_t i, cov_error *err)
{
    cov_counted *base = &m->run->base[i];
    cov_tally *tally = NULL;
    cov_error why;
    cov_status s = load(m, part, i, &tally, err);
    if (s == COV_OK)
        s = cov_part_match_services(&m->part[0], part, m->run->base[0].tally, tally, err);
    if (s == COV_OK)
        s = add_rounding(&base->rounding, part->base[i].rounding, err);
    if (s == COV_OK) {
        s = cov_tally_merge(base->tally, tally, &why);
        if (s != COV_OK)
            cov_fail(err, s, "%s: %s", part->label, why.message);
    }
    cov_tally_free(tally);
    return s;
}

static cov_status begin_base(const merging *m, const cov_part_file *part, size_t i, cov_error *err)
{
    cov_counted *base = &m->run->base[i];
    base->adds_up = 1;
    base->rounding = part->base[i].rounding;
    base->name = cov_copy_text(part->base[i].name);
    if (base->name == NULL)
        return cov_fail_memory(err);
    cov_status s = load(m, part, i, &base->tally, err);
    return s == COV_OK
               ? cov_part_match_services(part, part, m->run->base[0].tally, base->tally, err)
               : s;
}

/* ---------------------------------------------------------------- files */

static cov_status begin(const merging *m, cov_error *err)
{
    const cov_part_file *part = &m->part[0];
    cov_run *run = m->run;
    run->base = cov_alloc_zero(part->n_bases, sizeof *run->base);
    if (run->base == NULL)
        return cov_fail_memory(err);
    run->n_bases = part->n_bases;
    memcpy(run->base[0].extent, part->extent, sizeof part->extent);
    cov_status s = cov_phases_enter(&run->phases, "index areas", err);
    if (s == COV_OK)
        s = cov_part_areas(part, cov_job_threads(&m->job), &run->areas, err);
    if (s == COV_OK)
        s = cov_phases_enter(&run->phases, "read parts", err);
    for (size_t i = 0; i < part->n_bases && s == COV_OK; i++)
        s = begin_base(m, part, i, err);
    return s;
}

static cov_status add(const merging *m, const cov_part_file *part, cov_error *err)
{
    cov_status s = cov_part_match(&m->part[0], part, err);
    cov_extent_widen(m->run->base[0].extent, part->extent);
    for (size_t i = 0; i < part->n_bases && s == COV_OK; i++)
        s = add_base(m, part, i, err);
    return s;
}

/* Of one part at a time all the bytes are in memory. */
static cov_status read_parts(const merging *m, cov_error *err)
{
    cov_run *run = m->run;
    cov_status s = cov_phases_enter(&run->phases, "read parts", err);
    for (size_t i = 0; i < m->n && s == COV_OK; i++) {
        s = cov_phases_ask(&run->phases, (double)i, (double)m->n, err);
        if (s == COV_OK)
            s = cov_part_read(m->path[i], &m->part[i], err);
        if (s == COV_OK)
            s = i == 0 ? begin(m, err) : add(m, &m->part[i], err);
        cov_part_forget_bytes(&m->part[i]);
    }
    cov_phases_leave(&run->phases);
    return s;
}

static cov_status remember_inputs(const merging *m, cov_error *err)
{
    cov_run *run = m->run;
    run->input = cov_alloc_zero(m->n, sizeof *run->input);
    if (run->input == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < m->n; i++) {
        run->input[i] = cov_copy_text(m->path[i]);
        if (run->input[i] == NULL)
            return cov_fail_memory(err);
        run->n_inputs++;
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- questions */

static cov_status take_questions(merging *m, cov_error *err)
{
    for (size_t i = 1; i < m->n; i++) {
        if (!json_equal(m->part[0].questions, m->part[i].questions))
            return cov_fail(err, COV_ERR_MISMATCH,
                            "%s and %s were asked for other indicators, tiers or targets: say "
                            "which ones the merged run is asked for",
                            m->part[0].label, m->part[i].label);
    }
    cov_error why = {COV_OK, ""};
    cov_status s = cov_asked_read(m->part[0].questions, &m->questions, &why);
    if (s == COV_OK)
        cov_asked_put(&m->questions, &m->job);
    else
        s = s == COV_ERR_MEMORY ? cov_fail_memory(err)
                                : cov_part_damaged(&m->part[0], why.message, err);
    return s;
}

static int asks(const cov_job *job)
{
    return job->n_indicators > 0 || job->n_tiers > 0 || job->n_targets > 0;
}

static cov_status check_questions(const merging *m, cov_error *err)
{
    const cov_tally *tally = m->run->base[0].tally;
    cov_service service[COV_SERVICES_MAX];
    size_t n = cov_tally_services(tally);
    for (size_t i = 0; i < n; i++)
        service[i] = (cov_service){cov_tally_service_name(tally, i), NULL};
    return cov_job_check_questions(&m->job, service, n, err);
}

/* ---------------------------------------------------------------- what is listed */

/* The same areas may have come from files of other names. */
static cov_status name_areas(const merging *m, cov_error *err)
{
    char *label = cov_copy_text(m->part[0].areas_label);
    if (label == NULL)
        return cov_fail_memory(err);
    cov_free(m->run->areas.label);
    m->run->areas.label = label;
    return COV_OK;
}

static cov_status unite_notes(const merging *m, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < m->n && s == COV_OK; i++) {
        const json_t *notes = m->part[i].notes;
        for (size_t k = 0; k < json_array_size(notes) && s == COV_OK; k++) {
            const json_t *note = json_array_get(notes, k);
            int warns = strcmp(cov_json_member(note, "kind"), "warning") == 0;
            s = cov_notes_add(&m->run->notes, err, warns ? COV_NOTE_WARNING : COV_NOTE_INFO, "%s",
                              cov_json_member(note, "text"));
        }
    }
    return s;
}

/* ---------------------------------------------------------------- plausible */

/* "a.csv and 3 more": the files of the households. Freed with cov_free. */
static char *name_households(const merging *m)
{
    const json_t *shards = m->part[0].shards;
    size_t more = json_array_size(shards) - 1;
    const char *first = json_string_value(json_array_get(json_array_get(shards, 0), 0));
    for (size_t i = 1; i < m->n; i++)
        more += json_array_size(m->part[i].shards);
    first = first[0] != '\0' ? first : "the households"; /* counted elsewhere */
    return more > 0 ? cov_text_print("%s and %zu more", first, more) : cov_copy_text(first);
}

/* Of the whole, as of any run that is no part. */
static cov_status check_whole(const merging *m, cov_error *err)
{
    const cov_counted *base = &m->run->base[0];
    cov_ledger ledger;
    cov_tally_ledger(base->tally, &ledger);
    char *label = name_households(m);
    if (label == NULL)
        return cov_fail_memory(err);
    cov_whereabouts points = {label, m->part[0].crs, {0, 0, 0, 0}};
    memcpy(points.extent, base->extent, sizeof points.extent);
    cov_status s =
        ledger.read.points > 0
            ? cov_plausible_points(&points, &m->run->areas, &ledger, &m->run->notes, err)
            : cov_fail(err, COV_ERR_INPUT,
                       "%s: no part holds any households: check what they were counted of", label);
    cov_free(label);
    return s;
}

/* ---------------------------------------------------------------- interface */

static cov_status conclude(merging *m, cov_error *err)
{
    const cov_policy policy = cov_job_policy(&m->job);
    cov_setting setting = {
        .job = &m->job, .policy = &policy, .notes = &m->run->notes, .phases = &m->run->phases};
    cov_sources sources = {NULL, 0, NULL, 0};
    cov_status s = asks(&m->job) ? COV_OK : take_questions(m, err);
    if (s == COV_OK)
        s = check_questions(m, err);
    if (s == COV_OK)
        s = unite_notes(m, err);
    if (s == COV_OK)
        s = m->job.part ? COV_OK : check_whole(m, err);
    if (s == COV_OK)
        s = cov_part_sources(m->part, m->n, &sources, err);
    if (s == COV_OK)
        s = cov_part_sources_note(m->part, m->n, &sources, m->run->base[0].tally, &m->run->notes,
                                  err);
    if (s == COV_OK)
        s = cov_run_result(m->run, &setting, &sources, err);
    cov_sources_clear(&sources);
    return s;
}

static cov_status merge(merging *m, cov_error *err)
{
    cov_status s = remember_inputs(m, err);
    if (s == COV_OK)
        s = read_parts(m, err);
    if (s != COV_OK)
        return s;
    cov_shards_order(m->part, m->n);
    s = cov_shards_unite(m->part, m->n, &m->run->notes, &m->run->shards, err);
    if (s == COV_OK)
        s = name_areas(m, err);
    return s == COV_OK ? conclude(m, err) : s;
}

static cov_status check_job(const cov_job *job, cov_error *err)
{
    if (job->size != sizeof *job)
        return cov_fail(err, COV_ERR_ARGUMENT, "cov_job.size is %zu: use COV_JOB_INIT", job->size);
    if (cov_source_is_given(&job->areas) || cov_source_is_given(&job->households) ||
        job->n_services > 0 || job->n_bases > 0 || job->n_ratios > 0)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "a job that merges parts reads nothing else: it has no areas, households, "
                        "services, bases or ratios");
    return COV_OK;
}

static cov_status check_paths(const char *const *paths, size_t n, cov_error *err)
{
    if (paths == NULL || n == 0)
        return cov_fail(err, COV_ERR_ARGUMENT, "there are no parts to merge");
    for (size_t i = 0; i < n; i++) {
        if (paths[i] == NULL || paths[i][0] == '\0')
            return cov_fail(err, COV_ERR_ARGUMENT, "part number %zu has no path", i + 1);
    }
    return COV_OK;
}

cov_status cov_run_merge(const char *const *paths, size_t n, const cov_job *job, cov_run **out,
                         cov_error *err)
{
    const cov_job nothing = COV_JOB_INIT;
    merging m = {.path = paths, .n = n, .job = job != NULL ? *job : nothing};
    cov_status s = out != NULL
                       ? check_paths(paths, n, err)
                       : cov_fail(err, COV_ERR_ARGUMENT, "there is no place for the merged run");
    if (s == COV_OK)
        s = check_job(&m.job, err);
    if (s != COV_OK)
        return s;
    m.part = cov_alloc_zero(n, sizeof *m.part);
    m.run = cov_alloc_zero(1, sizeof *m.run);
    if (m.part == NULL || m.run == NULL) {
        s = cov_fail_memory(err);
    } else {
        m.run->phases = cov_phases_start(m.job.progress, m.job.progress_data);
        s = merge(&m, err);
    }
    for (size_t i = 0; i < n && m.part != NULL; i++)
        cov_part_clear(&m.part[i]);
    cov_asked_clear(&m.questions);
    cov_free(m.part);
    if (s == COV_OK)
        *out = m.run;
    else
        cov_run_free(m.run);
    return s;
}
