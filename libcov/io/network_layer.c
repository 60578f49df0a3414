/* SPDX-License-Identifier: MIT */
#include "io/network_layer.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <ogr_srs_api.h>

#include "base/mem.h"
#include "base/text.h"
#include "geometry/metric.h"
#include "geometry/paths.h"
#include "io/coordinates.h"
#include "io/each.h"
#include "io/job.h"
#include "io/path.h"

/* The geometry of one layer, as it is read, then in the system of the points. */
typedef struct drawing {
    void **wkb;
    size_t *size;
    int64_t *feature; /* the numbers by which messages name them */
    size_t n;
    size_t wkb_capacity;
    size_t size_capacity;
    size_t feature_capacity;
    cov_paths_kind kind;
    double extent[4];
    char *label;
    char *crs;
    cov_transform transform;
} drawing;

static void drawing_clear(drawing *d)
{
    for (size_t i = 0; i < d->n; i++)
        cov_free(d->wkb[i]);
    cov_free(d->wkb);
    cov_free(d->size);
    cov_free(d->feature);
    cov_free(d->label);
    cov_free(d->crs);
    cov_transform_clear(&d->transform);
    memset(d, 0, sizeof *d);
}

/* ---------------------------------------------------------------- features */

/* What a network, or what barriers, can't have: the first such part, NULL where there is none. */
static OGRGeometryH find_stranger(OGRGeometryH geometry, cov_paths_kind kind)
{
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(geometry));
    OGRGeometryH found = NULL;
    if (OGR_GT_IsSubClassOf(type, wkbCurve))
        return NULL;
    if (type == wkbPoint)
        return kind == COV_PATHS_NETWORK ? NULL : geometry;
    if (type == wkbPolygon || type == wkbCurvePolygon)
        return kind == COV_PATHS_BARRIER ? NULL : geometry;
    if (!OGR_GT_IsSubClassOf(type, wkbGeometryCollection))
        return geometry;
    for (int i = 0; i < OGR_G_GetGeometryCount(geometry) && found == NULL; i++)
        found = find_stranger(OGR_G_GetGeometryRef(geometry, i), kind);
    return found;
}

static cov_status check_geometry(const cov_layer *layer, OGRFeatureH feature, cov_paths_kind kind,
                                 cov_error *err)
{
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    long long number = (long long)layer->n_read;
    if (geometry == NULL || OGR_G_IsEmpty(geometry))
        return cov_fail(err, COV_ERR_INPUT,
                        "%s, feature %lld has no geometry: draw it, or remove it", layer->label,
                        number);
    OGRGeometryH stranger = find_stranger(geometry, kind);
    if (stranger == NULL)
        return COV_OK;
    return cov_fail(err, COV_ERR_INPUT, "%s, feature %lld %s a %s: %s", layer->label, number,
                    stranger == geometry ? "is" : "holds", OGR_G_GetGeometryName(stranger),
                    kind == COV_PATHS_NETWORK
                        ? "a distance is one to lines or points; polygons answer without it"
                        : "lines and polygons alone can be crossed");
}

static cov_status keep(drawing *d, OGRGeometryH geometry, int64_t feature, cov_error *err)
{
    cov_shape shape = {NULL, 0};
    if (geometry == NULL ||
        cov_reserve((void **)&d->wkb, &d->wkb_capacity, d->n + 1, sizeof *d->wkb) != 0 ||
        cov_reserve((void **)&d->size, &d->size_capacity, d->n + 1, sizeof *d->size) != 0 ||
        cov_reserve((void **)&d->feature, &d->feature_capacity, d->n + 1, sizeof *d->feature) != 0)
        return cov_fail_memory(err);
    cov_status s = cov_shape_export(geometry, &shape, err);
    if (s != COV_OK)
        return s;
    d->wkb[d->n] = shape.wkb;
    d->size[d->n] = shape.size;
    d->feature[d->n++] = feature;
    OGREnvelope box;
    OGR_G_GetEnvelope(geometry, &box);
    d->extent[0] = fmin(d->extent[0], box.MinX);
    d->extent[1] = fmin(d->extent[1], box.MinY);
    d->extent[2] = fmax(d->extent[2], box.MaxX);
    d->extent[3] = fmax(d->extent[3], box.MaxY);
    return COV_OK;
}

static cov_status add_feature(drawing *d, cov_layer *layer, OGRFeatureH feature, cov_error *err)
{
    cov_watch_begin(layer->watch);
    cov_status s = check_geometry(layer, feature, d->kind, err);
    if (s == COV_OK) {
        OGRGeometryH geometry = cov_shape_take(feature);
        s = keep(d, geometry, layer->n_read, err);
        OGR_G_DestroyGeometry(geometry);
    }
    if (s == COV_OK)
        s = cov_layer_check(layer, err);
    cov_watch_end(layer->watch);
    return s;
}

/* A row of a table of points. */
static cov_status add_row(drawing *d, const cov_coordinates *coordinates, const cov_layer *layer,
                          OGRFeatureH feature, cov_error *err)
{
    double x = NAN, y = NAN;
    const cov_record record = cov_layer_record(layer, feature);
    cov_status s = cov_coordinates_read(coordinates, &record, &x, &y, err);
    if (s == COV_OK && isnan(x))
        s = cov_fail(err, COV_ERR_INPUT,
                     "%s, feature %lld has no coordinates: fill them in, or remove it",
                     layer->label, (long long)layer->n_read);
    if (s != COV_OK)
        return s;
    OGRGeometryH point = OGR_G_CreateGeometry(wkbPoint);
    if (point != NULL)
        OGR_G_SetPoint_2D(point, 0, x, y);
    s = keep(d, point, layer->n_read, err);
    OGR_G_DestroyGeometry(point);
    return s;
}

/* A table is one of points, by its columns. */
static cov_status select_columns(cov_layer *layer, const cov_setting *setting, cov_paths_kind kind,
                                 cov_coordinates *out, cov_error *err)
{
    memset(out, 0, sizeof *out);
    if (!layer->is_csv)
        return cov_layer_select(layer, NULL, 0, 1, err);
    if (kind == COV_PATHS_BARRIER)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s is a table without geometry: lines or polygons are needed",
                        layer->label);
    cov_status s = cov_coordinates_find(layer, setting->policy, setting->notes, out, err);
    const int wanted[] = {out->x.index, out->y.index};
    return s == COV_OK ? cov_layer_select(layer, wanted, 2, 0, err) : s;
}

static const char *noun_of(cov_paths_kind kind)
{
    return kind == COV_PATHS_NETWORK ? "lines or points" : "lines or polygons";
}

typedef struct reading {
    drawing *drawing;
    cov_layer *layer;
    cov_coordinates coordinates;
} reading;

static cov_status add(void *data, OGRFeatureH feature, cov_error *err)
{
    const reading *r = data;
    return r->coordinates.by_columns ? add_row(r->drawing, &r->coordinates, r->layer, feature, err)
                                     : add_feature(r->drawing, r->layer, feature, err);
}

static cov_status read_features(drawing *d, cov_layer *layer, const cov_setting *setting,
                                cov_error *err)
{
    reading r = {.drawing = d, .layer = layer};
    cov_status s = select_columns(layer, setting, d->kind, &r.coordinates, err);
    if (s == COV_OK)
        s = cov_layer_each(layer, setting->phases, add, &r, err);
    if (s == COV_OK && d->n == 0)
        s = cov_layer_refuse_empty(layer, noun_of(d->kind), err);
    return s;
}

cov_status cov_network_layer_look(const cov_setting *setting, cov_layer *layer, cov_paths_kind kind,
                                  cov_error *err)
{
    drawing first;
    memset(&first, 0, sizeof first);
    first.kind = kind;
    reading r = {.drawing = &first, .layer = layer};
    cov_status s = select_columns(layer, setting, kind, &r.coordinates, err);
    if (s == COV_OK)
        s = cov_layer_first(layer, add, &r, noun_of(kind), err);
    drawing_clear(&first);
    return s;
}

/* ---------------------------------------------------------------- layers */

static cov_status place_one(drawing *d, size_t i, cov_error *err)
{
    const cov_shape from = {d->wkb[i], d->size[i]};
    cov_shape to = {NULL, 0};
    cov_status s = cov_transform_shape(&d->transform, &from, d->label, &to, err);
    if (s == COV_OK) {
        cov_free(d->wkb[i]);
        d->wkb[i] = to.wkb;
        d->size[i] = to.size;
    }
    return s;
}

static cov_status place(drawing *d, const cov_layer *layer, const cov_setting *setting,
                        cov_error *err)
{
    cov_status s =
        cov_transform_create(layer->crs, setting->to, d->extent, d->label, &d->transform, err);
    if (s == COV_OK)
        s = cov_transform_note(&d->transform, layer->crs, setting->to, d->label, setting->notes,
                               err);
    if (s != COV_OK || d->transform.operation == NULL)
        return s;
    s = cov_phases_enter(setting->phases, "transform footprints", err);
    for (size_t i = 0; i < d->n && s == COV_OK; i++) {
        s = place_one(d, i, err);
        if (s == COV_OK)
            s = cov_phases_ask(setting->phases, (double)i, (double)d->n, err);
    }
    return s;
}

static cov_status read_drawing(const cov_setting *setting, const cov_source *source,
                               cov_paths_kind kind, drawing *d, cov_error *err)
{
    cov_layer layer;
    d->kind = kind;
    d->extent[0] = d->extent[1] = DBL_MAX;
    d->extent[2] = d->extent[3] = -DBL_MAX;
    cov_status s = cov_phases_enter(setting->phases, "read footprints", err);
    if (s == COV_OK)
        s = cov_layer_open(source, setting->policy, setting->notes, &layer, err);
    if (s != COV_OK)
        return s;
    s = read_features(d, &layer, setting, err);
    if (s == COV_OK) {
        d->label = cov_layer_describe(&layer);
        d->crs = cov_crs_label(layer.crs);
        s = d->label != NULL && d->crs != NULL ? place(d, &layer, setting, err)
                                               : cov_fail_memory(err);
    }
    cov_layer_close(&layer);
    return s;
}

/* ---------------------------------------------------------------- footprint */

/* Gradians would be taken for degrees. */
static cov_status check_unit(const cov_setting *setting, const cov_job_service *ask, cov_error *err)
{
    if (!OSRIsGeographic(setting->to) || cov_crs_is_in_degrees(setting->to))
        return COV_OK;
    char *crs = cov_crs_label(setting->to);
    cov_status s = cov_fail(err, COV_ERR_CRS,
                            "service %s: no distance can be measured in %s, the coordinate "
                            "reference system of the run, whose unit is neither a degree nor a "
                            "length: transform the households (without any, the areas) to "
                            "another, such as EPSG:4326",
                            cov_quote(ask->name).text, crs != NULL ? crs : "this");
    cov_free(crs);
    return s;
}

static void set_metric(cov_near_options *options, OGRSpatialReferenceH plane)
{
    if (OSRIsGeographic(plane)) {
        OGRErr e = OGRERR_NONE;
        double inverse = OSRGetInvFlattening(plane, &e);
        options->metres_per_unit = 0;
        options->semi_major = OSRGetSemiMajor(plane, &e);
        options->flattening = inverse != 0 ? 1 / inverse : 0;
    } else {
        options->metres_per_unit = OSRGetLinearUnits(plane, NULL);
    }
}

/* Name the feature that is refused, if it is one of these. */
static cov_status blame(const drawing *d, const cov_near_options *options, cov_error *err)
{
    cov_metric metric;
    cov_paths paths = COV_PATHS_INIT;
    cov_error why;
    cov_status s = cov_metric_init(&metric, options, &why);
    for (size_t i = 0; i < d->n && s == COV_OK; i++) {
        cov_paths_clear(&paths);
        s = cov_paths_add(&paths, d->wkb[i], d->size[i], d->kind, &why);
        if (s == COV_OK)
            s = cov_metric_check(&metric, paths.vertex, paths.n_vertices, &why);
        if (s != COV_OK)
            cov_fail(err, s, "%s, feature %lld: %s: correct it, or remove it", d->label,
                     (long long)d->feature[i], why.message);
    }
    cov_paths_clear(&paths);
    return s;
}

static cov_status create(const cov_setting *setting, const cov_job_service *ask,
                         const drawing *network, const drawing *barriers, cov_footprint_layer *out,
                         cov_error *err)
{
    cov_near_options options = COV_NEAR_OPTIONS_INIT;
    options.metres = ask->metres;
    options.threads = cov_job_threads(setting->job);
    options.barriers = (const void *const *)barriers->wkb;
    options.barrier_sizes = barriers->size;
    options.n_barriers = barriers->n;
    set_metric(&options, setting->to);
    cov_error why;
    cov_status s = cov_phases_enter(setting->phases, "index footprints", err);
    if (s != COV_OK)
        return s;
    s = cov_footprint_near((const void *const *)network->wkb, network->size, network->n, &options,
                           &out->footprint, &why);
    if (s != COV_OK)
        cov_fail(err, s, "service %s, %s: %s", ask->name, network->label, why.message);
    if (s == COV_ERR_GEOMETRY && blame(network, &options, err) == COV_OK)
        blame(barriers, &options, err);
    return s;
}

static cov_status describe(drawing *network, const drawing *barriers, cov_footprint_layer *out,
                           cov_error *err)
{
    out->label = cov_copy_text(network->label);
    out->crs = cov_copy_text(network->crs);
    out->operation = cov_copy_text(network->transform.name);
    out->accuracy = fmax(network->transform.accuracy, barriers->transform.accuracy);
    out->n_polygons = network->n;
    return out->label != NULL && out->crs != NULL && out->operation != NULL ? COV_OK
                                                                            : cov_fail_memory(err);
}

cov_status cov_network_layer_read(const cov_setting *setting, const cov_job_service *ask,
                                  cov_footprint_layer *out, cov_error *err)
{
    drawing network, barriers;
    cov_footprint_layer result;
    memset(&network, 0, sizeof network);
    memset(&barriers, 0, sizeof barriers);
    memset(&result, 0, sizeof result);
    cov_status s = check_unit(setting, ask, err);
    if (s == COV_OK)
        s = read_drawing(setting, &ask->source, COV_PATHS_NETWORK, &network, err);
    if (s == COV_OK && cov_source_is_given(&ask->barriers))
        s = read_drawing(setting, &ask->barriers, COV_PATHS_BARRIER, &barriers, err);
    if (s == COV_OK)
        s = create(setting, ask, &network, &barriers, &result, err);
    if (s == COV_OK)
        s = describe(&network, &barriers, &result, err);
    cov_phases_leave(setting->phases);
    drawing_clear(&network);
    drawing_clear(&barriers);
    if (s == COV_OK)
        *out = result;
    else
        cov_footprint_layer_clear(&result);
    return s;
}

/* ---------------------------------------------------------------- shapes alone */

/* Hand the shapes over; the drawing keeps none. */
static cov_status take_shapes(drawing *d, cov_shape **out, size_t *n, cov_error *err)
{
    *out = cov_alloc(d->n, sizeof **out);
    if (*out == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < d->n; i++)
        (*out)[i] = (cov_shape){d->wkb[i], d->size[i]};
    *n = d->n;
    d->n = 0;
    return COV_OK;
}

cov_status cov_network_layer_shapes(const cov_setting *setting, const cov_job_service *ask,
                                    cov_network_shapes *out, cov_error *err)
{
    drawing network, barriers;
    memset(&network, 0, sizeof network);
    memset(&barriers, 0, sizeof barriers);
    memset(out, 0, sizeof *out);
    cov_status s = check_unit(setting, ask, err);
    if (s == COV_OK)
        s = read_drawing(setting, &ask->source, COV_PATHS_NETWORK, &network, err);
    if (s == COV_OK && cov_source_is_given(&ask->barriers))
        s = read_drawing(setting, &ask->barriers, COV_PATHS_BARRIER, &barriers, err);
    if (s == COV_OK)
        s = take_shapes(&network, &out->network, &out->n, err);
    if (s == COV_OK)
        s = take_shapes(&barriers, &out->barriers, &out->n_barriers, err);
    cov_phases_leave(setting->phases);
    drawing_clear(&network);
    drawing_clear(&barriers);
    out->near = (cov_near_options)COV_NEAR_OPTIONS_INIT;
    out->near.metres = ask->metres;
    set_metric(&out->near, setting->to);
    if (s != COV_OK)
        cov_network_shapes_clear(out);
    return s;
}

void cov_network_shapes_clear(cov_network_shapes *shapes)
{
    for (size_t i = 0; i < shapes->n; i++)
        cov_free(shapes->network[i].wkb);
    for (size_t i = 0; i < shapes->n_barriers; i++)
        cov_free(shapes->barriers[i].wkb);
    cov_free(shapes->network);
    cov_free(shapes->barriers);
    memset(shapes, 0, sizeof *shapes);
}
