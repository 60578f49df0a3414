/* SPDX-License-Identifier: MIT */
#include "io/polygons.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cpl_string.h>

#include "base/mem.h"
#include "io/each.h"
#include "io/job.h"
#include "io/watch.h"

void cov_polygons_init(cov_polygons *polygons, cov_layer *layer)
{
    memset(polygons, 0, sizeof *polygons);
    polygons->layer = layer;
    polygons->extent[0] = polygons->extent[1] = 1e300;
    polygons->extent[2] = polygons->extent[3] = -1e300;
}

void cov_polygons_clear(cov_polygons *polygons)
{
    for (size_t i = 0; i < polygons->n; i++)
        cov_free(polygons->shape[i].wkb);
    cov_free(polygons->shape);
    cov_free(polygons->feature);
    cov_transform_clear(&polygons->transform);
    cov_polygons_init(polygons, NULL);
}

/* ---------------------------------------------------------------- geometry to WKB */

static int is_polygonal(OGRGeometryH geometry)
{
    OGRwkbGeometryType type = wkbFlatten(OGR_G_GetGeometryType(geometry));
    return type == wkbPolygon || type == wkbMultiPolygon || type == wkbCurvePolygon ||
           type == wkbMultiSurface;
}

static cov_status check_geometry(const cov_layer *layer, OGRFeatureH feature, cov_error *err)
{
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    long long number = (long long)layer->n_read;
    if (geometry == NULL)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s, feature %lld has no geometry: give it a polygon, or remove it",
                        layer->label, number);
    if (!is_polygonal(geometry))
        return cov_fail(err, COV_ERR_INPUT, "%s, feature %lld is a %s, where polygons are expected",
                        layer->label, number, OGR_G_GetGeometryName(geometry));
    if (OGR_G_IsEmpty(geometry))
        return cov_fail(err, COV_ERR_INPUT,
                        "%s, feature %lld has an empty geometry: give it a polygon, or remove it",
                        layer->label, number);
    return COV_OK;
}

static void widen(double extent[4], OGRGeometryH geometry)
{
    OGREnvelope box;
    OGR_G_GetEnvelope(geometry, &box);
    extent[0] = fmin(extent[0], box.MinX);
    extent[1] = fmin(extent[1], box.MinY);
    extent[2] = fmax(extent[2], box.MaxX);
    extent[3] = fmax(extent[3], box.MaxY);
}

static cov_status append(cov_polygons *p, OGRGeometryH geometry, int64_t number, int64_t fid,
                         cov_error *err)
{
    if (geometry == NULL ||
        cov_reserve((void **)&p->shape, &p->shape_capacity, p->n + 1, sizeof *p->shape) != 0 ||
        cov_reserve((void **)&p->feature, &p->feature_capacity, p->n + 1, sizeof *p->feature) != 0)
        return cov_fail_memory(err);
    cov_status s = cov_shape_export(geometry, &p->shape[p->n], err);
    if (s != COV_OK)
        return s;
    p->feature[p->n][0] = number;
    p->feature[p->n++][1] = fid;
    widen(p->extent, geometry);
    return COV_OK;
}

cov_status cov_polygons_allow(const cov_layer *layer, cov_error *err)
{
    if (layer->is_csv)
        return cov_fail(err, COV_ERR_INPUT, "%s is a table without geometry: polygons are needed",
                        layer->label);
    return COV_OK;
}

static cov_status look_at(void *data, OGRFeatureH feature, cov_error *err)
{
    return cov_polygons_add(data, feature, err);
}

cov_status cov_polygons_look(cov_layer *layer, const char *what, cov_error *err)
{
    cov_polygons first;
    cov_polygons_init(&first, layer);
    cov_status s = cov_polygons_allow(layer, err);
    if (s == COV_OK)
        s = cov_layer_first(layer, look_at, &first, what, err);
    cov_polygons_clear(&first);
    return s == COV_OK ? cov_layer_rewind(layer, err) : s;
}

cov_status cov_polygons_add(cov_polygons *polygons, OGRFeatureH feature, cov_error *err)
{
    cov_layer *layer = polygons->layer;
    cov_watch_begin(layer->watch);
    cov_status s = check_geometry(layer, feature, err);
    if (s == COV_OK) {
        OGRGeometryH geometry = cov_shape_take(feature);
        s = append(polygons, geometry, layer->n_read, OGR_F_GetFID(feature), err);
        OGR_G_DestroyGeometry(geometry);
    }
    if (s == COV_OK)
        s = cov_layer_check(layer, err);
    cov_watch_end(layer->watch);
    return s;
}

/* ---------------------------------------------------------------- check */

static void name_polygon(void *data, size_t index, char *out, size_t size)
{
    const cov_polygons *p = data;
    int n = snprintf(out, size, "feature %lld", (long long)p->feature[index][0]);
    if (p->name != NULL && n > 0 && (size_t)n < size)
        p->name(p->data, index, out + n, size - (size_t)n);
}

/* Read a polygon again, its rings sorted by position rather than by winding; it stays as it is
 * where that is how it was read. */
static cov_status read_again(void *data, size_t index, cov_shape *shape, cov_error *err)
{
    const cov_polygons *p = data;
    cov_layer *layer = p->layer;
    cov_watch *watch = layer->watch;
    const char *before = watch->rings;
    cov_shape better = {NULL, 0};
    if (before == NULL || strcmp(before, COV_RINGS_BY_WINDING) != 0)
        return COV_OK;
    watch->rings = COV_RINGS_ANY_WINDING;
    cov_watch_begin(watch);
    layer->n_read = p->feature[index][0]; /* the number that an error names */
    OGRFeatureH feature = OGR_L_GetFeature(layer->layer, p->feature[index][1]);
    OGRGeometryH geometry = feature != NULL ? cov_shape_take(feature) : NULL;
    cov_status s = cov_layer_check(layer, err);
    if (s == COV_OK && geometry != NULL)
        s = cov_shape_export(geometry, &better, err);
    OGR_G_DestroyGeometry(geometry);
    if (feature != NULL)
        OGR_F_Destroy(feature);
    cov_watch_end(watch);
    watch->rings = before;
    if (better.wkb != NULL) {
        cov_free(shape->wkb);
        *shape = better;
    }
    return s;
}

cov_status cov_polygons_check(cov_polygons *polygons, const cov_setting *setting, const char *phase,
                              cov_error *err)
{
    const char *label = polygons->layer->label;
    const cov_shape_owner owner = {label, polygons, name_polygon, read_again};
    cov_status s = cov_phases_enter(setting->phases, phase, err);
    if (s == COV_OK)
        s = cov_transform_create(polygons->layer->crs, setting->to, polygons->extent, label,
                                 &polygons->transform, err);
    if (s == COV_OK)
        s = cov_transform_note(&polygons->transform, polygons->layer->crs, setting->to, label,
                               setting->notes, err);
    if (s == COV_OK)
        s = cov_repair_all(setting->job->invalid, cov_job_threads(setting->job), polygons->shape,
                           polygons->n, &owner, setting->notes, setting->phases, err);
    return s;
}

/* ---------------------------------------------------------------- another system */

cov_status cov_polygons_place(cov_polygons *polygons, const cov_setting *setting, const char *phase,
                              cov_shape *out, cov_error *err)
{
    if (polygons->transform.operation == NULL)
        return COV_OK;
    cov_status s = cov_phases_enter(setting->phases, phase, err);
    for (size_t i = 0; i < polygons->n && s == COV_OK; i++) {
        char name[200], what[400];
        if (polygons->shape[i].wkb == NULL)
            continue;
        name_polygon(polygons, i, name, sizeof name);
        snprintf(what, sizeof what, "%s, %s", polygons->layer->label, name);
        s = cov_transform_shape(&polygons->transform, &polygons->shape[i], what, &out[i], err);
        if (s == COV_OK)
            s = cov_phases_ask(setting->phases, (double)i, (double)polygons->n, err);
    }
    return s;
}
