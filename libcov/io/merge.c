/* Merge: parts put together, the run of all their households.
 * SPDX-License-Identifier: MIT
 *
 * The areas are those of the first file; all others must have the same bytes of them. What is
 * listed, sources and notes, is in the order of what the parts hold, never in that of the files. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/job.h"
#include "io/part.h"
#include "io/asked.h"
#include "io/sources.h"

typedef struct merging {
    const char *const *path;
    size_t n;
    cov_part_file *part;
    char **key;      /* of each part: what it holds, as text */
    size_t *ordered; /* the parts in the order of their keys */
    cov_run *run;
    cov_job job; /* the questions, and how to run */
    cov_asked questions;
} merging;

/* ---------------------------------------------------------------- do they belong together? */

static int same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static const char *or_none(const char *text)
{
    return text != NULL ? text : "none";
}

/* A text that both have, but another one. */
static cov_status check_text(const merging *m, const cov_part_file *part, const char *what,
                             const char *there, const char *here, cov_error *err)
{
    if (same_text(there, here))
        return COV_OK;
    return cov_fail(err, COV_ERR_MISMATCH,
                    "%s and %s don't belong together: %s \"%s\" in the one and \"%s\" in the other",
                    m->part[0].label, part->label, what, cov_quote(or_none(there)).text,
                    cov_quote(or_none(here)).text);
}

static cov_status check_number(const merging *m, const cov_part_file *part, const char *what,
                               size_t there, size_t here, cov_error *err)
{
    if (there == here)
        return COV_OK;
    return cov_fail(err, COV_ERR_MISMATCH,
                    "%s and %s don't belong together: the one has %zu %s, the other %zu",
                    m->part[0].label, part->label, there, what, here);
}

static cov_status check_areas(const merging *m, const cov_part_file *part, cov_error *err)
{
    const cov_part_file *first = &m->part[0];
    cov_status s = check_text(m, part, "the households are in the coordinate system", first->crs,
                              part->crs, err);
    if (s == COV_OK)
        s = check_text(m, part, "the areas have the id column", first->id_column, part->id_column,
                       err);
    if (s == COV_OK)
        s = check_text(m, part, "the areas have the name column", first->name_column,
                       part->name_column, err);
    if (s == COV_OK)
        s = check_number(m, part, "levels of parents", first->n_levels, part->n_levels, err);
    for (size_t i = 0; i < first->n_levels && s == COV_OK; i++)
        s = check_text(m, part, "the areas have the parent column", first->levels[i],
                       part->levels[i], err);
    if (s == COV_OK)
        s = check_number(m, part, "areas", first->n_areas, part->n_areas, err);
    if (s == COV_OK &&
        (first->areas.size != part->areas.size || first->areas_hash != part->areas_hash ||
         strcmp(first->shapes_crs, part->shapes_crs) != 0))
        s = cov_fail(err, COV_ERR_MISMATCH,
                     "%s and %s don't belong together: their areas differ in ids, names, parents, "
                     "boundaries or coordinate system; count all parts with the same file of areas",
                     first->label, part->label);
    return s;
}

static cov_status check_bases(const merging *m, const cov_part_file *part, cov_error *err)
{
    const cov_part_file *first = &m->part[0];
    cov_status s = check_number(m, part, "measures", first->n_bases, part->n_bases, err);
    for (size_t i = 0; i < first->n_bases && s == COV_OK; i++)
        s = check_text(m, part, "what is counted is", first->base[i].name, part->base[i].name, err);
    return s;
}

static cov_status check_services(const merging *m, const cov_part_file *part,
                                 const cov_tally *tally, cov_error *err)
{
    const cov_tally *first = m->run->base[0].tally;
    size_t n = cov_tally_services(first), k = 0;
    while (k < n && same_text(cov_tally_service_name(first, k), cov_tally_service_name(tally, k)))
        k++;
    if (k == n && cov_tally_services(tally) == n)
        return COV_OK;
    if (part == &m->part[0])
        return cov_part_damaged(part, "its tallies differ in their services", err);
    return check_text(m, part, "a service is", cov_tally_service_name(first, k),
                      cov_tally_service_name(tally, k), err);
}

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
        s = check_services(m, part, tally, err);
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
    return s == COV_OK ? check_services(m, part, base->tally, err) : s;
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
    cov_status s = check_areas(m, part, err);
    if (s == COV_OK)
        s = check_bases(m, part, err);
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

/* ---------------------------------------------------------------- twice the same */

/* A share of the households in a part. */
typedef struct shard {
    const char *label;
    const char *digest; /* "" where nothing was read: that can't be counted twice */
    json_t *json;
    size_t part;
} shard;

static int compare_shards(const void *a, const void *b)
{
    const shard *x = a, *y = b;
    int order = strcmp(x->label, y->label);
    order = order != 0 ? order : strcmp(x->digest, y->digest);
    return order != 0 ? order : (x->part > y->part) - (x->part < y->part);
}

static cov_status list_shards(const merging *m, shard **out, size_t *n, cov_error *err)
{
    size_t most = 0;
    *n = 0;
    for (size_t i = 0; i < m->n; i++)
        most += json_array_size(m->part[i].shards);
    *out = cov_alloc(most, sizeof **out);
    if (*out == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < m->n; i++) {
        for (size_t k = 0; k < json_array_size(m->part[i].shards); k++) {
            json_t *json = json_array_get(m->part[i].shards, k);
            (*out)[(*n)++] = (shard){json_string_value(json_array_get(json, 0)),
                                     json_string_value(json_array_get(json, 1)), json, i};
        }
    }
    qsort(*out, *n, sizeof **out, compare_shards);
    return COV_OK;
}

static cov_status fail_twice(const merging *m, size_t a, size_t b, const char *label,
                             cov_error *err)
{
    return cov_fail(err, COV_ERR_MISMATCH,
                    "%s and %s hold the same households%s%s: each share of them counts once; "
                    "leave one of the two out (other households have a file with another name)",
                    m->part[a].label, m->part[b].label, label[0] != '\0' ? ", " : "",
                    cov_quote(label).text);
}

static cov_status check_twice(const merging *m, const shard *list, size_t n, cov_error *err)
{
    for (size_t i = 1; i < n; i++) {
        const shard *a = &list[i - 1], *b = &list[i];
        if (a->digest[0] != '\0' && strcmp(a->label, b->label) == 0 &&
            strcmp(a->digest, b->digest) == 0)
            return fail_twice(m, a->part, b->part, a->label, err);
    }
    return COV_OK;
}

/* The same bytes are the same part, whatever is in it. */
static cov_status check_files(const merging *m, cov_error *err)
{
    for (size_t i = 0; i + 1 < m->n; i++) {
        const cov_part_file *a = &m->part[m->ordered[i]], *b = &m->part[m->ordered[i + 1]];
        if (a->checksum == b->checksum && a->size == b->size)
            return fail_twice(m, m->ordered[i], m->ordered[i + 1], "", err);
    }
    return COV_OK;
}

static cov_status take_shards(const merging *m, cov_error *err)
{
    shard *list = NULL;
    size_t n = 0;
    json_t *shards = json_array();
    cov_status s = list_shards(m, &list, &n, err);
    if (s == COV_OK)
        s = check_twice(m, list, n, err);
    for (size_t i = 0; i < n && s == COV_OK; i++)
        cov_json_append(&shards, json_incref(list[i].json));
    if (s == COV_OK)
        s = cov_json_dump(shards, &m->run->shards, err);
    json_decref(shards);
    cov_free(list);
    return s;
}

/* ---------------------------------------------------------------- order */

typedef struct keyed {
    const char *key;
    uint64_t checksum;
    size_t part;
} keyed;

static int compare_keys(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order != 0 ? order : (x->checksum > y->checksum) - (x->checksum < y->checksum);
}

/* By what they hold: the names of the households first, which is what people look for. */
static cov_status order(const merging *m, cov_error *err)
{
    keyed *list = cov_alloc_zero(m->n, sizeof *list);
    cov_status s = list != NULL ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < m->n && s == COV_OK; i++) {
        s = cov_json_dump(m->part[i].shards, &m->key[i], err);
        list[i] = (keyed){m->key[i], m->part[i].checksum, i};
    }
    if (s == COV_OK)
        qsort(list, m->n, sizeof *list, compare_keys);
    for (size_t i = 0; i < m->n && s == COV_OK; i++)
        m->ordered[i] = list[i].part;
    cov_free(list);
    return s;
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

/* ---------------------------------------------------------------- sources and notes */

static int same_source(const cov_manifest_source *a, const cov_manifest_source *b)
{
    return same_text(a->role, b->role) && same_text(a->label, b->label) &&
           same_text(a->crs, b->crs) && same_text(a->operation, b->operation) &&
           same_text(a->detail, b->detail) &&
           (a->operation == NULL || memcmp(&a->accuracy, &b->accuracy, sizeof a->accuracy) == 0);
}

static const char *member(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static cov_manifest_source source_of(const json_t *json)
{
    const json_t *accuracy = json_object_get(json, "accuracy_m");
    return (cov_manifest_source){.role = member(json, "role"),
                                 .label = member(json, "file"),
                                 .crs = member(json, "crs"),
                                 .operation = member(json, "operation"),
                                 .accuracy = json_is_number(accuracy) ? json_number_value(accuracy)
                                                                      : (double)NAN,
                                 .detail = member(json, "detail")};
}

/* Behind the last of its role; at the end where there is none. */
static void insert(cov_sources *list, const cov_manifest_source *source)
{
    size_t at = list->n;
    for (size_t i = list->n; i > 0 && at == list->n; i--)
        at = same_text(list->source[i - 1].role, source->role) ? i : at;
    memmove(&list->source[at + 1], &list->source[at], (list->n - at) * sizeof *list->source);
    list->source[at] = *source;
    list->n++;
}

/* The first part's, as they are; of each further one those that aren't there yet. */
static void add_sources(const json_t *from, int first, cov_sources *list)
{
    for (size_t i = 0; i < json_array_size(from); i++) {
        const cov_manifest_source source = source_of(json_array_get(from, i));
        int there = 0;
        for (size_t k = 0; k < list->n && !first && !there; k++)
            there = same_source(&list->source[k], &source);
        if (!there)
            insert(list, &source);
    }
}

static cov_status unite_sources(const merging *m, cov_sources *out, cov_error *err)
{
    size_t most = 0;
    for (size_t i = 0; i < m->n; i++)
        most += json_array_size(m->part[i].sources);
    out->source = cov_alloc_zero(most, sizeof *out->source);
    if (out->source == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < m->n; i++)
        add_sources(m->part[m->ordered[i]].sources, i == 0, out);
    return COV_OK;
}

static cov_status unite_notes(const merging *m, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < m->n && s == COV_OK; i++) {
        const json_t *notes = m->part[m->ordered[i]].notes;
        for (size_t k = 0; k < json_array_size(notes) && s == COV_OK; k++) {
            const json_t *note = json_array_get(notes, k);
            int warns = strcmp(member(note, "kind"), "warning") == 0;
            s = cov_notes_add(&m->run->notes, err, warns ? COV_NOTE_WARNING : COV_NOTE_INFO, "%s",
                              member(note, "text"));
        }
    }
    return s;
}

static size_t count_role(const json_t *sources, const char *role)
{
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(sources); i++)
        n += (size_t)same_text(member(json_array_get(sources, i), "role"), role);
    return n;
}

/* "a.shp, b.shp": the sources of a role. Freed with cov_free. */
static char *list_labels(const cov_sources *list, const char *role, size_t *n)
{
    char *text = cov_copy_text("");
    *n = 0;
    for (size_t i = 0; i < list->n && text != NULL; i++) {
        const cov_manifest_source *source = &list->source[i];
        if (!same_text(source->role, role))
            continue;
        char *longer = cov_text_print("%s%s%s", text, text[0] != '\0' ? ", " : "",
                                      source->label != NULL ? source->label : "");
        cov_free(text);
        text = longer;
        (*n)++;
    }
    return text;
}

/* Nobody can see from a tally what answered: where that was another file in some parts, say so. */
static cov_status note_other_sources(const merging *m, const cov_sources *list, cov_error *err)
{
    const cov_tally *tally = m->run->base[0].tally;
    cov_status s = COV_OK;
    for (size_t k = 0; k < cov_tally_services(tally) && s == COV_OK; k++) {
        const char *role = cov_tally_service_name(tally, k);
        size_t n = 0;
        int differ = 0;
        char *labels = list_labels(list, role, &n);
        for (size_t i = 0; i < m->n; i++)
            differ = differ || count_role(m->part[i].sources, role) != n;
        if (labels == NULL)
            s = cov_fail_memory(err);
        else if (differ)
            s = cov_notes_add(&m->run->notes, err, COV_NOTE_WARNING,
                              "%s was not answered by the same sources in all parts: %s", role,
                              labels);
        cov_free(labels);
    }
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
        s = unite_sources(m, &sources, err);
    if (s == COV_OK)
        s = note_other_sources(m, &sources, err);
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
    if (s == COV_OK)
        s = order(m, err);
    if (s == COV_OK)
        s = check_files(m, err);
    if (s == COV_OK)
        s = take_shards(m, err);
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
    m.key = cov_alloc_zero(n, sizeof *m.key);
    m.ordered = cov_alloc_zero(n, sizeof *m.ordered);
    m.run = cov_alloc_zero(1, sizeof *m.run);
    if (m.part == NULL || m.key == NULL || m.ordered == NULL || m.run == NULL) {
        s = cov_fail_memory(err);
    } else {
        m.run->phases = cov_phases_start(m.job.progress, m.job.progress_data);
        s = merge(&m, err);
    }
    for (size_t i = 0; i < n && m.part != NULL; i++)
        cov_part_clear(&m.part[i]);
    for (size_t i = 0; i < n && m.key != NULL; i++)
        cov_free(m.key[i]);
    cov_asked_clear(&m.questions);
    cov_free(m.part);
    cov_free(m.key);
    cov_free(m.ordered);
    if (s == COV_OK)
        *out = m.run;
    else
        cov_run_free(m.run);
    return s;
}
