/* SPDX-License-Identifier: MIT */
#include "io/footprint_layer.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "io/path.h"
#include "io/polygons.h"

/* All sources of one service while they are read. */
typedef struct gathering {
    cov_layer *layer;      /* the current source */
    cov_polygons polygons; /* of the current source */
    cov_shape *shape;      /* of all, in the system of the footprint */
    size_t n;
    size_t capacity;
} gathering;

static void gathering_clear(gathering *g)
{
    for (size_t i = 0; i < g->n; i++)
        cov_free(g->shape[i].wkb);
    cov_free(g->shape);
    cov_polygons_clear(&g->polygons);
}

static void name_feature(void *data, size_t index, char *out, size_t size)
{
    const gathering *g = data;
    snprintf(out, size, "feature %lld", (long long)g->polygons.feature[index][0]);
}

static cov_status read_again(void *data, size_t index, cov_shape *shape, cov_error *err)
{
    gathering *g = data;
    return cov_polygons_again(&g->polygons, g->layer, index, shape, err);
}

/* ---------------------------------------------------------------- one source */

static cov_status read_polygons(cov_layer *layer, cov_polygons *polygons, cov_error *err)
{
    cov_status s = cov_layer_select(layer, NULL, 0, 1, err);
    while (s == COV_OK) {
        OGRFeatureH feature = NULL;
        s = cov_layer_next(layer, &feature, err);
        if (s != COV_OK || feature == NULL)
            break;
        s = cov_polygons_add(polygons, layer, feature, err);
        OGR_F_Destroy(feature);
    }
    if (s == COV_OK && polygons->n == 0)
        s = cov_fail(err, COV_ERR_INPUT, "%s is empty: it has no polygons", layer->label);
    return s;
}

/* Move what is left of the source's polygons to the others. */
static cov_status keep(gathering *g, const cov_transform *transform, const char *label,
                       cov_footprint_layer *out, cov_error *err)
{
    cov_status s = COV_OK;
    size_t before = g->n;
    if (cov_reserve((void **)&g->shape, &g->capacity, g->n + g->polygons.n, sizeof *g->shape) != 0)
        return cov_fail_memory(err);
    for (size_t i = 0; i < g->polygons.n && s == COV_OK; i++) {
        cov_shape *own = &g->polygons.shape[i];
        char what[400];
        if (own->wkb == NULL) {
            out->n_skipped++;
            continue;
        }
        snprintf(what, sizeof what, "%s, feature %lld", label,
                 (long long)g->polygons.feature[i][0]);
        if (transform->operation == NULL) {
            g->shape[g->n++] = *own;
            own->wkb = NULL;
        } else {
            s = cov_shape_transform(own, transform, what, &g->shape[g->n], err);
            g->n += s == COV_OK;
        }
    }
    if (s == COV_OK && g->n == before)
        s = cov_fail(err, COV_ERR_INPUT, "%s: all its polygons are invalid and left out", label);
    return s;
}

/* Append to a list of texts in `*list`, unless the last one is the same. */
static cov_status join(char **list, const char *separator, const char *text, cov_error *err)
{
    if (*list == NULL) {
        *list = cov_copy_text(text);
        return *list != NULL ? COV_OK : cov_fail_memory(err);
    }
    char *joined = cov_text_print("%s%s%s", *list, separator, text);
    if (joined == NULL)
        return cov_fail_memory(err);
    cov_free(*list);
    *list = joined;
    return COV_OK;
}

static cov_status describe(cov_footprint_layer *out, const cov_layer *layer,
                           const cov_transform *transform, cov_error *err)
{
    cov_status s = join(&out->label, " + ", layer->label, err);
    if (s == COV_OK && (out->operation == NULL || strstr(out->operation, transform->name) == NULL))
        s = join(&out->operation, "; ", transform->name, err);
    if (transform->accuracy > out->accuracy)
        out->accuracy = transform->accuracy;
    return s;
}

static cov_status read_layer(gathering *g, cov_layer *layer, const cov_job *job,
                             OGRSpatialReferenceH to, cov_notes *notes, cov_footprint_layer *out,
                             cov_error *err)
{
    cov_transform transform;
    const cov_shape_owner owner = {g, name_feature, read_again};
    g->layer = layer;
    memset(&transform, 0, sizeof transform);
    if (layer->is_csv)
        return cov_fail(err, COV_ERR_INPUT, "%s is a table without geometry: polygons are needed",
                        layer->label);
    cov_status s = read_polygons(layer, &g->polygons, err);
    if (s == COV_OK)
        s = cov_transform_create(layer->crs, to, g->polygons.extent, layer->label, &transform, err);
    if (s == COV_OK)
        s = cov_transform_note(&transform, layer->label, layer->crs, to, notes, err);
    if (s == COV_OK)
        s = cov_repair_all(job->invalid, job->threads, layer->label, g->polygons.shape,
                           g->polygons.n, &owner, notes, err);
    if (s == COV_OK)
        s = keep(g, &transform, layer->label, out, err);
    if (s == COV_OK)
        s = describe(out, layer, &transform, err);
    cov_transform_clear(&transform);
    cov_polygons_clear(&g->polygons);
    return s;
}

/* ---------------------------------------------------------------- all sources */

static cov_status create(const gathering *g, const char *service, cov_footprint_layer *out,
                         cov_error *err)
{
    const void **wkb = cov_alloc(g->n, sizeof *wkb);
    size_t *size = cov_alloc(g->n, sizeof *size);
    cov_status s = wkb != NULL && size != NULL ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < g->n && s == COV_OK; i++) {
        wkb[i] = g->shape[i].wkb;
        size[i] = g->shape[i].size;
    }
    if (s == COV_OK) {
        cov_error why;
        s = cov_footprint_polygons(wkb, size, g->n, &out->footprint, &why);
        if (s != COV_OK)
            cov_fail(err, s, "service %s, %s: %s", service, out->label, why.message);
    }
    out->n_polygons = g->n;
    cov_free(wkb);
    cov_free(size);
    return s;
}

cov_status cov_footprint_layer_read(const cov_job *job, const cov_source *const *sources, size_t n,
                                    const char *service, const cov_policy *policy,
                                    OGRSpatialReferenceH to, cov_notes *notes,
                                    cov_footprint_layer *out, cov_error *err)
{
    gathering g;
    cov_footprint_layer result;
    memset(&g, 0, sizeof g);
    memset(&result, 0, sizeof result);
    cov_polygons_init(&g.polygons);
    cov_status s =
        n > 0 ? COV_OK : cov_fail(err, COV_ERR_ARGUMENT, "the service %s has no source", service);
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        cov_layer layer;
        s = cov_layer_open(sources[i], policy, notes, &layer, err);
        if (s != COV_OK)
            break;
        s = read_layer(&g, &layer, job, to, notes, &result, err);
        cov_layer_close(&layer);
    }
    if (s == COV_OK)
        s = create(&g, service, &result, err);
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
    cov_footprint_free(layer->footprint);
    cov_free(layer->label);
    cov_free(layer->operation);
    memset(layer, 0, sizeof *layer);
}
