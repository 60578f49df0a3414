/* SPDX-License-Identifier: MIT */
#include "io/reaches.h"

#include <string.h>

#include "base/mem.h"
#include "io/network_layer.h"
#include "io/plausible.h"

/* ---------------------------------------------------------------- layers */

/* Room for one more, zeroed. There are at most as many as entries. */
static cov_reach *next_reach(cov_reaches *r, unsigned bit, cov_by by)
{
    cov_reach *reach = &r->reach[r->n++];
    reach->bit = bit;
    reach->by = by;
    return reach;
}

static cov_status read_polygons(cov_reaches *r, const cov_setting *setting, const cov_plan *plan,
                                unsigned bit, cov_error *err)
{
    const cov_source **source = cov_alloc_zero(plan->n_entries, sizeof *source);
    size_t n = 0;
    if (source == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < plan->n_entries; i++) {
        const cov_plan_entry *entry = &plan->entry[i];
        if (entry->bit == bit && entry->ask.by == COV_BY_POLYGONS)
            source[n++] = &entry->ask.source;
    }
    cov_status s = COV_OK;
    if (n > 0)
        s = cov_footprint_layer_read(setting, source, n, plan->service[bit].name,
                                     &next_reach(r, bit, COV_BY_POLYGONS)->layer, err);
    cov_free(source);
    return s;
}

static cov_status read_networks(cov_reaches *r, const cov_setting *setting, const cov_plan *plan,
                                unsigned bit, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < plan->n_entries && s == COV_OK; i++) {
        const cov_plan_entry *entry = &plan->entry[i];
        if (entry->bit == bit && entry->ask.by == COV_BY_DISTANCE)
            s = cov_network_layer_read(setting, &entry->ask,
                                       &next_reach(r, bit, COV_BY_DISTANCE)->layer, err);
    }
    return s;
}

static cov_status read_layers(cov_reaches *r, const cov_setting *setting, const cov_plan *plan,
                              const cov_area_layer *areas, cov_error *err)
{
    cov_status s = COV_OK;
    for (unsigned k = 0; k < plan->n && s == COV_OK; k++) {
        size_t first = r->n;
        s = read_polygons(r, setting, plan, k, err);
        if (s == COV_OK)
            s = read_networks(r, setting, plan, k, err);
        for (size_t i = first; i < r->n && s == COV_OK; i++)
            s = cov_plausible_footprint(&r->reach[i].layer, plan->service[k].name, areas,
                                        setting->notes, err);
    }
    return s;
}

/* ---------------------------------------------------------------- rasters */

static int is_same_raster(const cov_plan_entry *a, const cov_plan_entry *b)
{
    return a->ask.by == COV_BY_SIGNAL && b->ask.by == COV_BY_SIGNAL &&
           strcmp(a->ask.source.path, b->ask.source.path) == 0;
}

static cov_signal_rule rule_of(const cov_plan_entry *entry)
{
    cov_signal_rule rule;
    memset(&rule, 0, sizeof rule);
    rule.min = entry->ask.min;
    rule.indoor = entry->ask.indoor;
    rule.sigma = entry->ask.sigma;
    rule.probability = entry->ask.probability;
    rule.sampling = entry->ask.bilinear ? COV_BILINEAR : COV_NEAREST;
    rule.bit = entry->bit;
    return rule;
}

/* The raster of entry `first` and all rules that ask it. */
static cov_status open_level(cov_reaches *r, const cov_setting *setting, const cov_plan *plan,
                             const cov_area_layer *areas, size_t first, cov_error *err)
{
    cov_level *level = &r->level[r->n_levels++];
    cov_signal_rule *rule = cov_alloc_zero(plan->n_entries, sizeof *rule);
    size_t n = 0;
    double extent[4];
    if (rule == NULL)
        return cov_fail_memory(err);
    for (size_t i = first; i < plan->n_entries; i++) {
        if (!is_same_raster(&plan->entry[first], &plan->entry[i]))
            continue;
        rule[n++] = rule_of(&plan->entry[i]);
        level->set |= UINT64_C(1) << plan->entry[i].bit;
    }
    cov_areas_extent(areas->areas, extent);
    cov_status s = cov_phases_enter(setting->phases, "open rasters", err);
    if (s == COV_OK)
        s = cov_raster_open(plan->entry[first].ask.source.path, setting->policy, setting->notes,
                            &level->raster, err);
    if (s == COV_OK)
        s = cov_raster_place(level->raster, setting->to, extent, setting->notes, err);
    if (s == COV_OK)
        s = cov_signal_create(level->raster, rule, n, &level->signal, err);
    cov_free(rule);
    return s;
}

/* Whether no entry before this one asks its raster. */
static int is_first_of_raster(const cov_plan *plan, size_t i)
{
    size_t first = 0;
    while (first < i && !is_same_raster(&plan->entry[first], &plan->entry[i]))
        first++;
    return first == i && plan->entry[i].ask.by == COV_BY_SIGNAL;
}

static cov_status open_levels(cov_reaches *r, const cov_setting *setting, const cov_plan *plan,
                              const cov_area_layer *areas, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < plan->n_entries && s == COV_OK; i++) {
        if (is_first_of_raster(plan, i))
            s = open_level(r, setting, plan, areas, i, err);
    }
    return s;
}

/* ---------------------------------------------------------------- interface */

cov_status cov_reaches_read(const cov_setting *setting, const cov_plan *plan,
                            const cov_area_layer *areas, cov_reaches *out, cov_error *err)
{
    cov_reaches r = {NULL, 0, NULL, 0};
    r.reach = cov_alloc_zero(plan->n_entries, sizeof *r.reach);
    r.level = cov_alloc_zero(plan->n_entries, sizeof *r.level);
    cov_status s = r.reach != NULL && r.level != NULL ? COV_OK : cov_fail_memory(err);
    if (s == COV_OK)
        s = read_layers(&r, setting, plan, areas, err);
    if (s == COV_OK)
        s = open_levels(&r, setting, plan, areas, err);
    cov_phases_leave(setting->phases);
    if (s == COV_OK)
        *out = r;
    else
        cov_reaches_clear(&r);
    return s;
}

void cov_reaches_clear(cov_reaches *reaches)
{
    for (size_t i = 0; i < reaches->n; i++)
        cov_footprint_layer_clear(&reaches->reach[i].layer);
    for (size_t i = 0; i < reaches->n_levels; i++) {
        cov_signal_free(reaches->level[i].signal);
        cov_raster_close(reaches->level[i].raster);
    }
    cov_free(reaches->reach);
    cov_free(reaches->level);
    memset(reaches, 0, sizeof *reaches);
}

const cov_raster *cov_reaches_raster(const cov_reaches *reaches, const cov_plan *plan,
                                     const cov_plan_entry *entry)
{
    size_t level = 0;
    for (size_t i = 0; i < plan->n_entries; i++) {
        if (is_same_raster(&plan->entry[i], entry))
            break;
        level += (size_t)is_first_of_raster(plan, i);
    }
    return reaches->level[level].raster;
}

size_t cov_reaches_zones(const cov_reaches *reaches, cov_zone *zone)
{
    size_t n = 0;
    for (size_t i = 0; i < reaches->n; i++) {
        const cov_reach *reach = &reaches->reach[i];
        if (reach->by == COV_BY_POLYGONS)
            zone[n++] = (cov_zone){reach->layer.shape, reach->layer.n_shapes,
                                   reach->layer.footprint, reach->bit};
    }
    return n;
}

cov_status cov_reaches_mark(const cov_reaches *reaches, const cov_points *points, uint64_t *served,
                            uint64_t *unknown, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < reaches->n && s == COV_OK; i++)
        s = cov_footprint_mark(reaches->reach[i].layer.footprint, points, reaches->reach[i].bit,
                               served, err);
    for (size_t i = 0; i < reaches->n_levels && s == COV_OK; i++)
        s = cov_signal_mark(reaches->level[i].signal, points, served, unknown, err);
    return s;
}
