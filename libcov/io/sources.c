/* SPDX-License-Identifier: MIT */
#include "io/sources.h"

#include <stdio.h>
#include <string.h>

#include "io/decimal.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/path.h"

/* Texts that one source may own. */
enum { TEXTS = 3 };

/* ---------------------------------------------------------------- details */

/* "NAME VALUE" behind what there is, with ", " between. */
static char *and_number(char *text, const char *name, double value, const char *end)
{
    char number[32];
    if (text == NULL)
        return NULL;
    cov_decimal_write(value, number);
    char *longer =
        cov_text_print("%s%s%s %s%s", text, text[0] != '\0' ? ", " : "", name, number, end);
    cov_free(text);
    return longer;
}

static char *and_text(char *text, const char *name, const char *value)
{
    if (text == NULL)
        return NULL;
    char *longer = cov_text_print("%s%s%s%s", text, text[0] != '\0' ? ", " : "", name, value);
    cov_free(text);
    return longer;
}

static char *distance_detail(const cov_job_service *ask)
{
    char *text = and_number(cov_copy_text(""), "within", ask->metres, " m");
    if (cov_source_is_given(&ask->barriers))
        text = and_text(text, "except ", cov_source_name(&ask->barriers));
    if (ask->barriers.path != NULL && ask->barriers.layer != NULL)
        text = and_text(text, "layer ", ask->barriers.layer);
    if (cov_source_is_given(&ask->barriers) && ask->barriers.where != NULL)
        text = and_text(text, "where ", ask->barriers.where);
    return text;
}

static int is_not_zero(double value)
{
    return value < 0 || value > 0;
}

static char *signal_detail(const cov_job_service *ask)
{
    char *text = and_number(cov_copy_text(""), "at least", ask->min, "");
    if (is_not_zero(ask->indoor))
        text = and_number(text, "indoor", ask->indoor, "");
    if (is_not_zero(ask->probability)) {
        char number[32], end[64];
        cov_decimal_write(ask->probability, number);
        snprintf(end, sizeof end, " for %s %%", number);
        text = and_number(text, "sigma", ask->sigma, end);
    }
    return ask->bilinear ? and_text(text, "bilinear", "") : text;
}

static char *table_detail(const cov_job_service *ask)
{
    char *text = and_text(cov_copy_text(""), "key ", ask->key);
    return ask->condition != NULL ? and_text(text, "if ", ask->condition) : text;
}

char *cov_sources_detail(const cov_job_service *ask)
{
    switch (ask->by) {
    case COV_BY_DISTANCE:
        return distance_detail(ask);
    case COV_BY_SIGNAL:
        return signal_detail(ask);
    case COV_BY_TABLE:
        return table_detail(ask);
    default:
        return cov_copy_text("");
    }
}

/* ---------------------------------------------------------------- the list */

typedef struct listing {
    const cov_run *run;
    const cov_job *job;
    cov_sources *out;
} listing;

/* Takes the text; an empty one stands for none. COV_ERR_MEMORY for NULL. */
static cov_status keep(const listing *l, char *text, const char **out, cov_error *err)
{
    if (text == NULL)
        return cov_fail_memory(err);
    l->out->text[l->out->n_texts++] = text;
    *out = text[0] != '\0' ? text : NULL;
    return COV_OK;
}

static cov_manifest_source *next(const listing *l, const char *role)
{
    cov_manifest_source *source = &l->out->source[l->out->n++];
    source->role = role;
    return source;
}

static cov_status add_areas(const listing *l, cov_error *err)
{
    const cov_area_layer *areas = &l->run->areas;
    cov_manifest_source *source = next(l, "areas");
    source->label = areas->label;
    source->operation = areas->operation;
    source->accuracy = areas->accuracy;
    return keep(l, cov_crs_label(areas->crs), &source->crs, err);
}

static void take_counted(cov_manifest_source *source, const cov_counted *counted)
{
    source->label = counted->label;
    source->crs = counted->crs;
    source->operation = counted->operation;
    source->accuracy = counted->accuracy;
}

/* The areas are no source a second time. */
static cov_status add_base(const listing *l, size_t index, const cov_job_base *base, cov_error *err)
{
    if (base->kind == COV_BASE_AREA)
        return COV_OK;
    int is_measure = base->kind == COV_BASE_MEASURE;
    const cov_counted *counted = &l->run->base[index];
    cov_manifest_source *source = next(l, counted->name);
    take_counted(source, counted);
    if (source->label == NULL)
        source->label = cov_source_name(&base->source);
    if (base->weight_column == NULL)
        return COV_OK;
    return keep(l, cov_text_print("%s %s", is_measure ? "column" : "weight", base->weight_column),
                &source->detail, err);
}

static cov_status add_bases(const listing *l, cov_error *err)
{
    size_t first = (size_t)cov_source_is_given(&l->job->households);
    cov_status s = COV_OK;
    if (first > 0)
        take_counted(next(l, "households"), &l->run->base[0]);
    for (size_t i = 0; i < l->job->n_bases && s == COV_OK; i++)
        s = add_base(l, first + i, &l->job->bases[i], err);
    return s;
}

/* The networks of a service were read in the order of its entries. */
static const cov_plan_entry *entry_of_network(const cov_run *run, size_t reach)
{
    size_t before = 0;
    unsigned bit = run->reaches.reach[reach].bit;
    for (size_t i = 0; i < reach; i++)
        before += run->reaches.reach[i].bit == bit && run->reaches.reach[i].by == COV_BY_DISTANCE;
    for (size_t i = 0; i < run->plan.n_entries; i++) {
        const cov_plan_entry *entry = &run->plan.entry[i];
        if (entry->bit == bit && entry->ask.by == COV_BY_DISTANCE && before-- == 0)
            return entry;
    }
    return NULL;
}

static cov_status add_reaches(const listing *l, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < l->run->reaches.n && s == COV_OK; i++) {
        const cov_reach *reach = &l->run->reaches.reach[i];
        cov_manifest_source *source = next(l, l->run->plan.service[reach->bit].name);
        source->label = reach->layer.label;
        source->crs = reach->layer.crs;
        source->operation = reach->layer.operation;
        source->accuracy = reach->layer.accuracy;
        const cov_plan_entry *entry =
            reach->by == COV_BY_DISTANCE ? entry_of_network(l->run, i) : NULL;
        if (entry != NULL)
            s = keep(l, cov_sources_detail(&entry->ask), &source->detail, err);
    }
    return s;
}

static cov_status take_raster(const listing *l, const cov_plan_entry *entry,
                              cov_manifest_source *source, cov_error *err)
{
    const cov_raster *raster = cov_reaches_raster(&l->run->reaches, &l->run->plan, entry);
    const cov_transform *transform = cov_raster_transform(raster);
    source->label = cov_raster_label(raster);
    source->operation = transform->name;
    source->accuracy = transform->accuracy;
    return keep(l, cov_crs_label(cov_raster_crs(raster)), &source->crs, err);
}

static cov_status add_entry(const listing *l, const cov_plan_entry *entry, cov_error *err)
{
    cov_status s = COV_OK;
    if (entry->ask.by == COV_BY_POLYGONS || entry->ask.by == COV_BY_DISTANCE)
        return COV_OK;
    cov_manifest_source *source = next(l, l->run->plan.service[entry->bit].name);
    if (entry->ask.by == COV_BY_SIGNAL)
        s = take_raster(l, entry, source, err);
    else if (entry->ask.by == COV_BY_TABLE)
        source->label = cov_answers_label(&l->run->answers, &l->run->plan, entry);
    else
        s = keep(l, cov_text_print("column %s", entry->ask.column), &source->label, err);
    return s == COV_OK ? keep(l, cov_sources_detail(&entry->ask), &source->detail, err) : s;
}

/* ---------------------------------------------------------------- interface */

cov_status cov_sources_list(const cov_run *run, const cov_job *job, cov_sources *out,
                            cov_error *err)
{
    size_t most = 2 + job->n_bases + run->reaches.n + run->plan.n_entries;
    cov_sources sources = {NULL, 0, NULL, 0};
    const listing l = {run, job, &sources};
    sources.source = cov_alloc_zero(most, sizeof *sources.source);
    sources.text = cov_alloc_zero(most, TEXTS * sizeof *sources.text);
    cov_status s = sources.source != NULL && sources.text != NULL ? COV_OK : cov_fail_memory(err);
    if (s == COV_OK)
        s = add_areas(&l, err);
    if (s == COV_OK)
        s = add_bases(&l, err);
    if (s == COV_OK)
        s = add_reaches(&l, err);
    for (size_t i = 0; i < run->plan.n_entries && s == COV_OK; i++)
        s = add_entry(&l, &run->plan.entry[i], err);
    if (s == COV_OK)
        *out = sources;
    else
        cov_sources_clear(&sources);
    return s;
}

void cov_sources_clear(cov_sources *sources)
{
    for (size_t i = 0; i < sources->n_texts; i++)
        cov_free(sources->text[i]);
    cov_free(sources->text);
    cov_free(sources->source);
    memset(sources, 0, sizeof *sources);
}
