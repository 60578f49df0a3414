/* SPDX-License-Identifier: MIT */
#include "io/footprint_layer.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/each.h"
#include "io/job.h"
#include "io/path.h"

/* The polygons of all sources of one service, in the system of the points; NULL where one was left
 * out. */
typedef struct gathering {
    cov_shape *shape;
    size_t n;
    size_t capacity;
} gathering;

static void gathering_clear(gathering *g)
{
    for (size_t i = 0; i < g->n; i++)
        cov_free(g->shape[i].wkb);
    cov_free(g->shape);
}

/* ---------------------------------------------------------------- one source */

static cov_status add_polygon(void *data, OGRFeatureH feature, cov_error *err)
{
    return cov_polygons_add(data, feature, err);
}

static cov_status read_polygons(cov_polygons *polygons, const cov_phases *phases, cov_error *err)
{
    cov_layer *layer = polygons->layer;
    cov_status s = cov_layer_select(layer, NULL, 0, 1, err);
    if (s == COV_OK)
        s = cov_layer_each(layer, phases, add_polygon, polygons, err);
    if (s == COV_OK && polygons->n == 0)
        s = cov_layer_refuse_empty(layer, "polygons", err);
    return s;
}

/* Add what is left of the source's polygons to the others. */
static cov_status keep(gathering *g, cov_polygons *polygons, const cov_setting *setting,
                       cov_footprint_layer *out, cov_error *err)
{
    size_t n = polygons->n, n_kept = 0;
    if (cov_reserve((void **)&g->shape, &g->capacity, g->n + n, sizeof *g->shape) != 0)
        return cov_fail_memory(err);
    cov_shape *shape = &g->shape[g->n];
    memset(shape, 0, n * sizeof *shape);
    g->n += n;
    if (polygons->transform.operation == NULL) {
        for (size_t i = 0; i < n; i++) {
            shape[i] = polygons->shape[i];
            polygons->shape[i].wkb = NULL;
        }
    }
    cov_status s = cov_polygons_place(polygons, setting, "transform footprints", shape, err);
    for (size_t i = 0; i < n && s == COV_OK; i++)
        n_kept += shape[i].wkb != NULL;
    if (s == COV_OK && n_kept == 0)
        s = cov_fail(err, COV_ERR_INPUT, "%s: all its polygons are invalid and left out",
                     polygons->layer->label);
    out->n_polygons += n_kept;
    out->n_skipped += n - n_kept;
    return s;
}

/* Append to a list of texts in `*list`. */
static cov_status join(char **list, const char *separator, const char *text, cov_error *err)
{
    char *joined =
        *list == NULL ? cov_copy_text(text) : cov_text_print("%s%s%s", *list, separator, text);
    if (joined == NULL)
        return cov_fail_memory(err);
    cov_free(*list);
    *list = joined;
    return COV_OK;
}

static cov_status join_new(char **list, const char *text, cov_error *err)
{
    return *list != NULL && strstr(*list, text) != NULL ? COV_OK : join(list, "; ", text, err);
}

static cov_status describe(cov_footprint_layer *out, const cov_polygons *polygons, cov_error *err)
{
    const cov_transform *transform = &polygons->transform;
    char *crs = cov_crs_label(polygons->layer->crs);
    char *label = cov_layer_describe(polygons->layer);
    cov_status s = crs != NULL && label != NULL ? COV_OK : cov_fail_memory(err);
    if (s == COV_OK)
        s = join(&out->label, " + ", label, err);
    if (s == COV_OK)
        s = join_new(&out->crs, crs, err);
    if (s == COV_OK)
        s = join_new(&out->operation, transform->name, err);
    if (transform->accuracy > out->accuracy)
        out->accuracy = transform->accuracy;
    cov_free(label);
    cov_free(crs);
    return s;
}

static cov_status read_layer(gathering *g, cov_layer *layer, const cov_setting *setting,
                             cov_footprint_layer *out, cov_error *err)
{
    cov_polygons polygons;
    cov_polygons_init(&polygons, layer);
    cov_status s = cov_polygons_allow(layer, err);
    if (s == COV_OK)
        s = read_polygons(&polygons, setting->phases, err);
    if (s == COV_OK)
        s = cov_polygons_check(&polygons, setting, "check footprints", err);
    if (s == COV_OK)
        s = keep(g, &polygons, setting, out, err);
    if (s == COV_OK)
        s = describe(out, &polygons, err);
    cov_polygons_clear(&polygons);
    return s;
}

/* ---------------------------------------------------------------- all sources */

static cov_status create(const gathering *g, const char *service, unsigned threads,
                         cov_footprint_layer *out, cov_error *err)
{
    const void **wkb = cov_alloc(g->n, sizeof *wkb);
    size_t *size = cov_alloc(g->n, sizeof *size), n = 0;
    cov_status s = wkb != NULL && size != NULL ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < g->n && s == COV_OK; i++) {
        if (g->shape[i].wkb == NULL)
            continue;
        wkb[n] = g->shape[i].wkb;
        size[n++] = g->shape[i].size;
    }
    if (s == COV_OK) {
        cov_error why;
        s = cov_footprint_polygons(wkb, size, n, threads, &out->footprint, &why);
        if (s != COV_OK)
            cov_fail(err, s, "service %s, %s: %s", service, out->label, why.message);
    }
    cov_free(wkb);
    cov_free(size);
    return s;
}

cov_status cov_footprint_layer_read(const cov_setting *setting, const cov_source *const *sources,
                                    size_t n, const char *service, cov_footprint_layer *out,
                                    cov_error *err)
{
    gathering g;
    cov_footprint_layer result;
    memset(&g, 0, sizeof g);
    memset(&result, 0, sizeof result);
    cov_status s =
        n > 0 ? COV_OK : cov_fail(err, COV_ERR_ARGUMENT, "the service %s has no source", service);
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        cov_layer layer;
        s = cov_phases_enter(setting->phases, "read footprints", err);
        if (s == COV_OK)
            s = cov_layer_open(sources[i], setting->policy, setting->notes, &layer, err);
        if (s != COV_OK)
            break;
        s = read_layer(&g, &layer, setting, &result, err);
        cov_layer_close(&layer);
    }
    if (s == COV_OK)
        s = cov_phases_enter(setting->phases, "index footprints", err);
    if (s == COV_OK)
        s = create(&g, service, cov_job_threads(setting->job), &result, err);
    if (s == COV_OK && setting->keep_shapes) {
        result.shape = g.shape;
        result.n_shapes = g.n;
        g = (gathering){NULL, 0, 0};
    }
    cov_phases_leave(setting->phases);
    gathering_clear(&g);
    if (s != COV_OK) {
        cov_footprint_layer_clear(&result);
        return s;
    }
    *out = result;
    return COV_OK;
}

void cov_footprint_layer_clear(cov_footprint_layer *layer)
{
    for (size_t i = 0; i < layer->n_shapes; i++)
        cov_free(layer->shape[i].wkb);
    cov_footprint_free(layer->footprint);
    cov_free(layer->shape);
    cov_free(layer->label);
    cov_free(layer->crs);
    cov_free(layer->operation);
    memset(layer, 0, sizeof *layer);
}
