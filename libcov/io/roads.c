/* SPDX-License-Identifier: MIT */
#include "io/roads.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "io/each.h"
#include "io/households.h"
#include "io/slices.h"
#include "io/watch.h"

/* Slices on their way into the tally. */
typedef struct load {
    size_t n;
    double *x, *y;
    uint64_t *weight, *served, *unknown;
    int32_t *area;
    uint8_t *overlap;
} load;

typedef struct reading {
    const cov_roads_task *task;
    cov_tally *tally;
    cov_layer layer;
    cov_transform transform; /* to the plane */
    cov_ellipsoid ellipsoid;
    cov_slices slices;
    load load;
    double metres; /* of the feature so far */
    double scale;  /* units of weight for one metre */
    uint64_t n_lines;
    uint64_t n_empty;
} reading;

static int load_alloc(load *l)
{
    l->x = cov_alloc(COV_BATCH, sizeof *l->x);
    l->y = cov_alloc(COV_BATCH, sizeof *l->y);
    l->weight = cov_alloc(COV_BATCH, sizeof *l->weight);
    l->served = cov_alloc(COV_BATCH, sizeof *l->served);
    l->unknown = cov_alloc(COV_BATCH, sizeof *l->unknown);
    l->area = cov_alloc(COV_BATCH, sizeof *l->area);
    l->overlap = cov_alloc(COV_BATCH, sizeof *l->overlap);
    return l->x != NULL && l->y != NULL && l->weight != NULL && l->served != NULL &&
           l->unknown != NULL && l->area != NULL && l->overlap != NULL;
}

static void load_clear(load *l)
{
    cov_free(l->x);
    cov_free(l->y);
    cov_free(l->weight);
    cov_free(l->served);
    cov_free(l->unknown);
    cov_free(l->area);
    cov_free(l->overlap);
}

/* ---------------------------------------------------------------- slices */

static cov_status flush(reading *r, cov_error *err)
{
    load *l = &r->load;
    cov_points points = COV_POINTS_INIT;
    points.n = l->n;
    points.x = l->x;
    points.y = l->y;
    memset(l->served, 0, l->n * sizeof *l->served);
    memset(l->unknown, 0, l->n * sizeof *l->unknown);
    cov_status s = cov_areas_locate(r->task->borders->areas, &points, l->area, l->overlap, err);
    if (s == COV_OK)
        s = r->task->mark(r->task->mark_data, &points, l->served, l->unknown, err);
    if (s == COV_OK) {
        points.weight = l->weight;
        points.served = l->served;
        points.unknown = l->unknown;
        points.area = l->area;
        points.overlap = l->overlap;
        s = cov_tally_push(r->tally, &points, err);
    }
    l->n = 0;
    return s;
}

static cov_status add(reading *r, cov_xy at, uint64_t weight, cov_error *err)
{
    load *l = &r->load;
    l->x[l->n] = at.x;
    l->y[l->n] = at.y;
    l->weight[l->n++] = weight;
    return l->n == COV_BATCH ? flush(r, err) : COV_OK;
}

/* The weight is what the rounded length of the feature grows by. */
static cov_status add_slice(void *data, cov_xy middle, double metres, cov_error *err)
{
    reading *r = data;
    double before = round(r->metres * r->scale);
    r->metres += metres;
    uint64_t weight = (uint64_t)(round(r->metres * r->scale) - before);
    return weight > 0 ? add(r, middle, weight, err) : COV_OK;
}

/* ---------------------------------------------------------------- lines */

static cov_status cut_vertices(reading *r, const cov_xy *at, size_t n, cov_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(at[i].x) <= COV_COORDINATE_MAX && fabs(at[i].y) <= COV_COORDINATE_MAX))
            return cov_fail(err, COV_ERR_INPUT,
                            "%s, feature %lld has a coordinate that is not a number",
                            r->layer.label, (long long)r->layer.n_read);
    }
    cov_status s = COV_OK;
    for (size_t i = 1; i < n && s == COV_OK; i++) {
        cov_error why = {COV_OK, ""};
        s = cov_slices_cut(&r->slices, at[i - 1], at[i], add_slice, r, &why);
        if (s != COV_OK)
            cov_fail(err, s, "%s, feature %lld: %s", r->layer.label, (long long)r->layer.n_read,
                     why.message);
    }
    return s;
}

static cov_status cut_line(reading *r, OGRGeometryH line, cov_error *err)
{
    size_t n = (size_t)OGR_G_GetPointCount(line);
    cov_xy *at = cov_alloc(n, sizeof *at);
    if (at == NULL)
        return cov_fail_memory(err);
    OGR_G_GetPoints(line, &at[0].x, (int)sizeof *at, &at[0].y, (int)sizeof *at, NULL, 0);
    cov_status s = cut_vertices(r, at, n, err);
    cov_free(at);
    return s;
}

/* Every line of a collection. */
static cov_status cut_parts(reading *r, OGRGeometryH geometry, cov_error *err)
{
    OGRwkbGeometryType type = wkbFlatten(OGR_G_GetGeometryType(geometry));
    if (type == wkbLineString)
        return cut_line(r, geometry, err);
    if (type != wkbMultiLineString && type != wkbGeometryCollection)
        return cov_fail(err, COV_ERR_INPUT, "%s, feature %lld is a %s, where lines are expected",
                        r->layer.label, (long long)r->layer.n_read,
                        OGR_G_GetGeometryName(geometry));
    cov_status s = COV_OK;
    for (int i = 0; i < OGR_G_GetGeometryCount(geometry) && s == COV_OK; i++)
        s = cut_parts(r, OGR_G_GetGeometryRef(geometry, i), err);
    return s;
}

static cov_status cut_geometry(reading *r, OGRGeometryH geometry, cov_error *err)
{
    char what[300];
    snprintf(what, sizeof what, "%s, feature %lld", r->layer.label, (long long)r->layer.n_read);
    r->metres = 0;
    cov_status s = cov_transform_geometry(&r->transform, geometry, what, err);
    return s == COV_OK ? cut_parts(r, geometry, err) : s;
}

static cov_status count_feature(void *data, OGRFeatureH feature, cov_error *err)
{
    static const cov_xy nowhere = {NAN, NAN};
    reading *r = data;
    cov_status s = COV_OK;
    cov_watch_begin(r->layer.watch);
    OGRGeometryH geometry = cov_shape_take(feature);
    if (geometry == NULL || OGR_G_IsEmpty(geometry)) {
        r->n_empty++;
        s = add(r, nowhere, 0, err);
    } else {
        r->n_lines++;
        s = cut_geometry(r, geometry, err);
    }
    OGR_G_DestroyGeometry(geometry);
    if (s == COV_OK)
        s = cov_layer_check(&r->layer, err);
    cov_watch_end(r->layer.watch);
    return s;
}

static cov_status count_features(reading *r, cov_error *err)
{
    cov_layer *layer = &r->layer;
    cov_status s = cov_layer_select(layer, NULL, 0, 1, err);
    if (s == COV_OK)
        s = cov_layer_each(layer, r->task->setting->phases, count_feature, r, err);
    if (s == COV_OK && r->n_lines + r->n_empty == 0)
        s = cov_layer_refuse_empty(layer, "lines", err);
    if (s == COV_OK && r->n_lines == 0)
        s = cov_fail(err, COV_ERR_INPUT,
                     "%s: none of its %llu features has a geometry: draw them, or check the file",
                     layer->label, (unsigned long long)r->n_empty);
    return s == COV_OK ? flush(r, err) : s;
}

/* ---------------------------------------------------------------- layer */

static cov_status open_layer(reading *r, cov_error *err)
{
    const cov_setting *setting = r->task->setting;
    cov_layer *layer = &r->layer;
    double extent[4];
    cov_status s = cov_layer_open(r->task->source, setting->policy, setting->notes, layer, err);
    if (s == COV_OK && layer->is_csv)
        s = cov_fail(err, COV_ERR_INPUT, "%s is a table without geometry: lines are needed",
                     layer->label);
    if (s == COV_OK)
        s = cov_layer_extent(layer, extent, err);
    if (s == COV_OK)
        s = cov_transform_create(layer->crs, setting->to, extent, layer->label, &r->transform, err);
    if (s == COV_OK)
        s = cov_transform_note(&r->transform, layer->crs, setting->to, layer->label, setting->notes,
                               err);
    return s;
}

static cov_status prepare(reading *r, cov_error *err)
{
    double extent[4];
    cov_areas_extent(r->task->borders->areas, extent);
    cov_status s = cov_ellipsoid_create(r->task->setting->to, extent, &r->ellipsoid, err);
    cov_slices_init(&r->slices, r->task->borders->edges, &r->ellipsoid);
    r->scale = cov_tally_scale(r->tally) / 1000.0;
    if (s == COV_OK && !load_alloc(&r->load))
        s = cov_fail_memory(err);
    return s;
}

static cov_status describe(const reading *r, cov_roads *out, cov_error *err)
{
    out->label = cov_layer_describe(&r->layer);
    out->crs = cov_crs_label(r->layer.crs);
    out->operation = cov_copy_text(r->transform.name);
    out->accuracy = r->transform.accuracy;
    out->n_lines = r->n_lines;
    out->n_empty = r->n_empty;
    return out->label != NULL && out->crs != NULL && out->operation != NULL ? COV_OK
                                                                            : cov_fail_memory(err);
}

cov_status cov_roads_count(const cov_roads_task *task, cov_tally *tally, cov_roads *out,
                           cov_error *err)
{
    reading r;
    cov_roads result;
    memset(&r, 0, sizeof r);
    memset(&result, 0, sizeof result);
    r.task = task;
    r.tally = tally;
    cov_status s = open_layer(&r, err);
    if (s == COV_OK)
        s = prepare(&r, err);
    if (s == COV_OK)
        s = count_features(&r, err);
    if (s == COV_OK)
        s = describe(&r, &result, err);
    cov_slices_clear(&r.slices);
    cov_ellipsoid_clear(&r.ellipsoid);
    cov_transform_clear(&r.transform);
    cov_layer_close(&r.layer);
    load_clear(&r.load);
    if (s == COV_OK)
        *out = result;
    else
        cov_roads_clear(&result);
    return s;
}

void cov_roads_clear(cov_roads *roads)
{
    cov_free(roads->label);
    cov_free(roads->crs);
    cov_free(roads->operation);
    memset(roads, 0, sizeof *roads);
}
