/* SPDX-License-Identifier: MIT */
#include "io/bases.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/open.h"
#include "io/path.h"
#include "io/plausible.h"
#include "io/population.h"
#include "io/roads.h"
#include "io/surface.h"
#include "io/workers.h"

/* Units per km2, km and person where they are parts of whole things: square metres, millimetres. */
#define FINE_SCALE 1000000

void cov_counted_clear(cov_counted *counted)
{
    cov_report_free(counted->report);
    cov_tally_free(counted->tally);
    cov_free(counted->name);
    cov_free(counted->label);
    cov_free(counted->crs);
    cov_free(counted->operation);
    memset(counted, 0, sizeof *counted);
}

/* ---------------------------------------------------------------- who can answer */

/* Services that something answers which only the households have. */
static uint64_t told_services(const cov_plan *plan)
{
    return cov_plan_set(plan, COV_BY_COLUMN) | cov_plan_set(plan, COV_BY_TABLE);
}

static uint64_t all_services(const cov_plan *plan)
{
    return plan->n < COV_SERVICES_MAX ? (UINT64_C(1) << plan->n) - 1 : UINT64_MAX;
}

/* What is answered by place for a base that isn't the households: the rest is unknown, unless a
 * place says yes. */
static cov_status mark_places(void *data, const cov_points *points, uint64_t *served,
                              uint64_t *unknown, cov_error *err)
{
    const cov_ground *ground = data;
    uint64_t untold = told_services(ground->plan);
    for (size_t i = 0; i < points->n; i++)
        unknown[i] |= untold;
    return cov_reaches_mark(ground->reaches, points, served, unknown, err);
}

/* ---------------------------------------------------------------- points */

typedef struct reading {
    const cov_ground *ground;
    cov_households *households;
    cov_workers *workers;
    uint64_t untold;
    size_t n; /* measures */
    uint32_t scale[COV_MEASURES_MAX];
    cov_tally *tally[COV_MEASURES_MAX];
    double read; /* seconds of the workers */
    double counted;
} reading;

/* A batch to be filled, in the phase of reading: waiting for one is not a part of it. */
static cov_status take(reading *r, uint64_t done, double total, cov_batch **out, cov_error *err)
{
    cov_phases *phases = r->ground->setting->phases;
    cov_status s = cov_workers_take(r->workers, out, err);
    if (s == COV_OK)
        s = cov_phases_enter(phases, "read households", err);
    return s == COV_OK ? cov_phases_ask(phases, (double)done, total, err) : s;
}

/* What the workers read themselves. */
static cov_status hand_out(reading *r, uint64_t *done, double total, cov_error *err)
{
    size_t n = 0;
    cov_status s = COV_OK;
    do {
        cov_batch *batch = NULL;
        s = take(r, *done, total, &batch, err);
        if (s == COV_OK)
            s = cov_households_hand_out(r->households, batch, err);
        cov_phases_leave(r->ground->setting->phases);
        if (s != COV_OK)
            return s;
        n = batch->n_records;
        *done += n;
        s = cov_workers_give(r->workers, batch, err);
    } while (s == COV_OK && n > 0 && cov_workers_again(r->workers) == 0);
    return s == COV_OK ? cov_workers_wait(r->workers, err) : s;
}

/* Read to the end, or to where all of it has to be read again. */
static cov_status read_all(reading *r, unsigned *again, cov_error *err)
{
    cov_phases *phases = r->ground->setting->phases;
    double total = (double)cov_households_count(r->households);
    uint64_t done = 0;
    cov_status s = hand_out(r, &done, total, err);
    *again = cov_workers_again(r->workers);
    while (s == COV_OK && *again == 0) {
        cov_batch *batch = NULL;
        s = take(r, done, total, &batch, err);
        if (s == COV_OK)
            s = cov_households_next(r->households, r->scale, batch, err);
        cov_phases_leave(phases);
        if (s != COV_OK || batch->n == 0)
            break;
        *again = batch->seen.again;
        done += batch->n;
        if (*again == 0)
            s = cov_workers_give(r->workers, batch, err);
    }
    return s;
}

/* The tallies of one pass. */
static cov_status finish(reading *r, cov_error *err)
{
    double read = 0, counted = 0;
    cov_status s = cov_workers_finish(r->workers, r->tally, err);
    if (s == COV_OK)
        s = cov_households_conclude(r->households, err);
    cov_workers_seconds(r->workers, &read, &counted);
    r->read += read;
    r->counted += counted;
    return s;
}

/* One pass over the points, each measure in its scale. */
static cov_status count_once(reading *r, unsigned *again, cov_error *err)
{
    const cov_ground *g = r->ground;
    const cov_task task = {g->areas->areas, g->plan->service, g->plan->n,
                           g->reaches,      r->untold,        r->n,
                           r->scale,        r->households};
    cov_status s = cov_workers_create(cov_job_threads(g->setting->job), &task, &r->workers, err);
    if (s == COV_OK)
        s = read_all(r, again, err);
    if (s == COV_OK && *again == 0)
        s = finish(r, err);
    cov_workers_free(r->workers);
    r->workers = NULL;
    return s;
}

/* A measure that turns out to have decimals is counted again, in thousandths, at most once each;
 * and what can't be read the faster way is read again as features. */
static cov_status count_all(reading *r, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t m = 0; m < r->n; m++)
        r->scale[m] = 1;
    for (;;) {
        unsigned again = 0;
        s = count_once(r, &again, err);
        if (s != COV_OK || again == 0)
            break;
        for (size_t m = 0; m < r->n; m++)
            r->scale[m] = (again >> m & 1) != 0 ? 1000 : r->scale[m];
        s = cov_households_rewind(r->households, again, err);
        if (s != COV_OK)
            break;
    }
    cov_phases_add(r->ground->setting->phases, "read households", r->read);
    cov_phases_add(r->ground->setting->phases, "locate and count", r->counted);
    return s;
}

/* Hand measure m over. */
static cov_status describe_points(reading *r, size_t m, cov_counted *out, cov_error *err)
{
    const cov_transform *transform = cov_households_transform(r->households);
    out->tally = r->tally[m];
    r->tally[m] = NULL;
    out->label = cov_copy_text(cov_households_label(r->households));
    out->crs = cov_crs_label(cov_households_crs(r->households));
    out->rounding = cov_households_rounding(r->households, m);
    out->digest = cov_households_digest(r->households);
    cov_households_extent(r->households, out->extent);
    if (transform != NULL && transform->operation != NULL) {
        out->operation = cov_copy_text(transform->name);
        out->accuracy = transform->accuracy;
        if (out->operation == NULL)
            return cov_fail_memory(err);
    }
    return out->label != NULL && out->crs != NULL ? COV_OK : cov_fail_memory(err);
}

static cov_status count_points(const cov_ground *ground, cov_households *households,
                               uint64_t untold, size_t n, cov_counted *out, cov_error *err)
{
    reading r;
    memset(&r, 0, sizeof r);
    r.ground = ground;
    r.households = households;
    r.untold = untold;
    r.n = n;
    cov_status s = count_all(&r, err);
    for (size_t m = 0; m < n && s == COV_OK; m++) {
        s = describe_points(&r, m, &out[m], err);
        if (s == COV_OK)
            s = cov_plausible_households(households, m, ground->areas, out[m].tally,
                                         ground->setting->job->part, ground->setting->notes, err);
    }
    for (size_t m = 0; m < n; m++)
        cov_tally_free(r.tally[m]);
    return s;
}

cov_status cov_bases_households(const cov_ground *ground, cov_households *households, size_t n,
                                cov_counted *out, cov_error *err)
{
    return count_points(ground, households, 0, n, out, err);
}

/* Room for a base under its name. */
static cov_status name_it(cov_counted *out, const char *name, const char *unit, cov_error *err)
{
    out->unit = unit;
    out->name = cov_copy_text(name);
    return out->name != NULL ? COV_OK : cov_fail_memory(err);
}

static cov_status count_layer_points(const cov_ground *ground, const cov_job_base *base,
                                     cov_counted *out, cov_error *err)
{
    const cov_setting *setting = ground->setting;
    cov_households_query query;
    cov_households *points = NULL;
    double extent[4];
    memset(&query, 0, sizeof query);
    query.source = &base->source;
    query.weights = &base->weight_column;
    query.n_measures = 1;
    query.noun = base->name;
    cov_areas_extent(ground->areas->areas, extent);
    cov_status s = name_it(out, base->name, NULL, err);
    if (s == COV_OK)
        s = cov_households_open(&query, setting->policy, setting->notes, &points, err);
    if (s == COV_OK)
        s = cov_households_place(points, setting->to, extent, err);
    if (s == COV_OK)
        s = count_points(ground, points, told_services(ground->plan), 1, out, err);
    cov_households_close(points);
    return s;
}

/* ---------------------------------------------------------------- lines, rasters, areas */

/* An empty tally under the base's name. */
static cov_status begin(const cov_ground *ground, const cov_job_base *base, const char *unit,
                        cov_counted *out, cov_error *err)
{
    cov_tally_options options = COV_TALLY_OPTIONS_INIT;
    options.scale = FINE_SCALE;
    cov_status s = name_it(out, base->name, unit, err);
    if (s != COV_OK)
        return s;
    return cov_tally_create(ground->areas->areas, ground->plan->service, ground->plan->n, &options,
                            &out->tally, err);
}

/* Only polygons say how much of an area is covered. */
static cov_status count_area(const cov_ground *ground, const cov_job_base *base, cov_counted *out,
                             cov_error *err)
{
    const cov_setting *setting = ground->setting;
    cov_status s = begin(ground, base, "km2", out, err);
    if (s == COV_OK)
        s = cov_phases_enter(setting->phases, "measure areas", err);
    if (s == COV_OK)
        s = cov_surface_count(ground->partition, setting->to, all_services(ground->plan),
                              out->tally, setting->phases, err);
    cov_phases_leave(setting->phases);
    return s;
}

/* The texts become the counted base's. */
static void take_roads(cov_roads *roads, cov_counted *out)
{
    out->label = roads->label;
    out->crs = roads->crs;
    out->operation = roads->operation;
    out->accuracy = roads->accuracy;
    memset(roads, 0, sizeof *roads);
}

static cov_status count_lines(const cov_ground *ground, const cov_job_base *base, cov_counted *out,
                              cov_error *err)
{
    const cov_setting *setting = ground->setting;
    cov_ground copy = *ground;
    const cov_roads_task task = {setting, &base->source, ground->borders, mark_places, &copy};
    cov_roads roads;
    cov_status s = begin(ground, base, "km", out, err);
    if (s == COV_OK)
        s = cov_phases_enter(setting->phases, "measure roads", err);
    if (s == COV_OK) {
        s = cov_roads_count(&task, out->tally, &roads, err);
        if (s == COV_OK)
            take_roads(&roads, out);
    }
    cov_phases_leave(setting->phases);
    return s;
}

static cov_status read_raster(const cov_ground *ground, cov_raster *raster, cov_counted *out,
                              cov_error *err)
{
    const cov_setting *setting = ground->setting;
    cov_ground copy = *ground;
    const cov_population_task task = {raster,        ground->partition, setting->to,    mark_places,
                                      (void *)&copy, setting->notes,    setting->phases};
    out->label = cov_copy_text(cov_raster_label(raster));
    out->crs = cov_crs_label(cov_raster_crs(raster));
    if (out->label == NULL || out->crs == NULL)
        return cov_fail_memory(err);
    cov_transform way = {NULL, NULL, 0, 0, 0};
    cov_status s = cov_population_count(&task, out->tally, &way, err);
    if (s == COV_OK && way.name != NULL) {
        out->operation = cov_copy_text(way.name);
        out->accuracy = way.accuracy;
        s = out->operation != NULL ? COV_OK : cov_fail_memory(err);
    }
    cov_transform_clear(&way);
    return s;
}

static cov_status count_raster(const cov_ground *ground, const cov_job_base *base, cov_counted *out,
                               cov_error *err)
{
    const cov_setting *setting = ground->setting;
    cov_raster *raster = NULL;
    cov_status s = begin(ground, base, NULL, out, err);
    if (s == COV_OK)
        s = cov_phases_enter(setting->phases, "read rasters", err);
    if (s == COV_OK)
        s = cov_raster_open(base->source.path, setting->policy, setting->notes, &raster, err);
    if (s == COV_OK)
        s = read_raster(ground, raster, out, err);
    cov_phases_leave(setting->phases);
    cov_raster_close(raster);
    return s;
}

/* ---------------------------------------------------------------- what a file holds */

/* The first feature with a geometry, NULL where none has one. A table has none, and isn't read to
 * its end to see that. */
static cov_status find_shape(cov_layer *layer, OGRFeatureH *out, cov_error *err)
{
    OGRFeatureH feature = NULL;
    cov_status s;
    for (;;) {
        s = cov_layer_next(layer, &feature, err);
        if (s != COV_OK || feature == NULL || layer->is_csv)
            break;
        OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
        if (geometry != NULL && !OGR_G_IsEmpty(geometry))
            break;
        OGR_F_Destroy(feature);
    }
    *out = feature;
    return s;
}

static int is_line(OGRFeatureH feature)
{
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(OGR_F_GetGeometryRef(feature)));
    return OGR_GT_IsSubClassOf(type, wkbCurve) || OGR_GT_IsSubClassOf(type, wkbMultiCurve);
}

static cov_status refuse_shapeless(const cov_layer *layer, const char *name, cov_error *err)
{
    if (layer->n_read == 0 || layer->filter != NULL)
        return cov_layer_refuse_empty(layer, name, err);
    return cov_fail(err, COV_ERR_INPUT,
                    "%s: none of its %" PRId64 " features has a geometry: draw them, or check the "
                    "file",
                    layer->label, layer->n_read);
}

/* The first geometry decides; whoever reads the layer refuses what is otherwise. */
static cov_status has_lines(const cov_setting *setting, const cov_job_base *base, int *out,
                            cov_error *err)
{
    cov_layer layer;
    cov_status s = cov_layer_open(&base->source, setting->policy, setting->notes, &layer, err);
    if (s != COV_OK)
        return s;
    OGRFeatureH feature = NULL;
    s = find_shape(&layer, &feature, err);
    if (s == COV_OK && feature == NULL)
        s = refuse_shapeless(&layer, base->name, err);
    *out = s == COV_OK && !layer.is_csv && is_line(feature);
    if (feature != NULL)
        OGR_F_Destroy(feature);
    cov_layer_close(&layer);
    return s;
}

/* Whether the base can have what it is given. */
static cov_status check_content(const cov_job_base *base, cov_content content, cov_error *err)
{
    const cov_quoted quoted = cov_quote(base->name);
    const char *name = quoted.text;
    if (content == COV_CONTENT_LINES && base->weight_column != NULL)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the base \"%s\" counts lines by their length: it has no column of weights",
                        name);
    if (content == COV_CONTENT_RASTER &&
        (base->weight_column != NULL || base->source.layer != NULL || base->source.where != NULL))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the base \"%s\" is a raster: it has no columns, layers or filters", name);
    return COV_OK;
}

cov_status cov_base_content(const cov_setting *setting, const cov_job_base *base, cov_content *out,
                            cov_error *err)
{
    int lines = 0;
    cov_status s = COV_OK;
    if (base->kind == COV_BASE_AREA) {
        *out = COV_CONTENT_AREA;
    } else if (base->kind == COV_BASE_MEASURE) {
        *out = COV_CONTENT_MEASURE;
    } else if (base->source.table == NULL && cov_path_is_of(base->source.path, &cov_kind_raster)) {
        *out = COV_CONTENT_RASTER;
    } else {
        s = has_lines(setting, base, &lines, err);
        *out = lines ? COV_CONTENT_LINES : COV_CONTENT_POINTS;
    }
    return s == COV_OK ? check_content(base, *out, err) : s;
}

cov_status cov_bases_count(const cov_ground *ground, const cov_job_base *base, cov_content content,
                           cov_counted *out, cov_error *err)
{
    switch (content) {
    case COV_CONTENT_POINTS:
        return count_layer_points(ground, base, out, err);
    case COV_CONTENT_LINES:
        return count_lines(ground, base, out, err);
    case COV_CONTENT_RASTER:
        return count_raster(ground, base, out, err);
    case COV_CONTENT_AREA:
        return count_area(ground, base, out, err);
    case COV_CONTENT_MEASURE:
        break;
    }
    return cov_fail(err, COV_ERR_ARGUMENT, "a measure is counted with the households");
}
