/* The layers of a job in memory: what a run would count with, for those who count elsewhere.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <cpl_conv.h>

#include "arrow/table.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/area_layer.h"
#include "io/job.h"
#include "io/network_layer.h"
#include "io/run.h"

/* What reading needs beside the job. */
typedef struct reading {
    cov_policy policy;
    cov_notes notes;
    cov_phases phases;
    cov_setting setting;
    char *crs; /* of what is read, as a table states it */
} reading;

static void end(reading *r)
{
    if (r->setting.to != NULL)
        OSRRelease(r->setting.to);
    cov_notes_clear(&r->notes);
    cov_free(r->crs);
}

/* "EPSG:9210" where an authority knows it, else WKT. */
static cov_status define(OGRSpatialReferenceH crs, char **out, cov_error *err)
{
    static const char *const options[] = {"FORMAT=WKT2_2019", NULL};
    char *wkt = NULL;
    if (OSRGetAuthorityCode(crs, NULL) != NULL)
        *out = cov_crs_label(crs);
    else if (OSRExportToWktEx(crs, &wkt, options) == OGRERR_NONE)
        *out = cov_copy_text(wkt);
    CPLFree(wkt);
    return *out != NULL ? COV_OK : cov_fail_memory(err);
}

/* Where no system is asked for, `own` says which layer's it is. */
static cov_status begin(reading *r, const cov_job *job, const cov_source *own, const char *crs,
                        cov_error *err)
{
    memset(r, 0, sizeof *r);
    if (job->size != sizeof *job)
        return cov_fail(err, COV_ERR_ARGUMENT, "cov_job.size is %zu: use COV_JOB_INIT", job->size);
    r->policy = cov_job_policy(job);
    r->phases = cov_phases_start(job->progress, job->progress_data);
    r->setting = (cov_setting){.job = job,
                               .policy = &r->policy,
                               .notes = &r->notes,
                               .phases = &r->phases,
                               .keep_shapes = 1};
    cov_status s = crs != NULL ? cov_crs_from_text(crs, &r->setting.to, err)
                               : cov_run_plane_of(&r->setting, own, &r->setting.to, err);
    if (s == COV_OK)
        s = define(r->setting.to, &r->crs, err);
    return s;
}

/* ---------------------------------------------------------------- areas */

static cov_status add_area(cov_table_builder *builder, const cov_area_layer *layer, size_t i,
                           const char **text, cov_error *err)
{
    size_t n = 0;
    const cov_shape *shape = &cov_area_layer_placed(layer)[i];
    text[n++] = cov_areas_id(layer->areas, i);
    if (layer->name_column != NULL)
        text[n++] = cov_areas_name(layer->areas, i);
    for (size_t k = 0; k < layer->n_parents; k++)
        text[n++] = cov_areas_parent(layer->areas, i, k);
    return cov_table_builder_add(builder, text, shape->wkb, shape->size, err);
}

/* A name no column has. */
static void free_name(const char *const *columns, size_t n, char *out, size_t size)
{
    strcpy(out, "geometry");
    for (size_t i = 0; i < n; i++) {
        if (strcmp(columns[i], out) != 0 || strlen(out) + 1 >= size)
            continue;
        strcat(out, "_");
        i = (size_t)-1; /* look again at all */
    }
}

static cov_status build_areas(const cov_area_layer *layer, const char *crs, const char **text,
                              cov_table **out, cov_error *err)
{
    size_t n = 0;
    char geometry[64];
    cov_table_builder *builder = NULL;
    text[n++] = layer->id_column;
    if (layer->name_column != NULL)
        text[n++] = layer->name_column;
    for (size_t k = 0; k < layer->n_parents; k++)
        text[n++] = layer->parent_columns[k];
    free_name(text, n, geometry, sizeof geometry);
    cov_status s = cov_table_builder_create(layer->label, text, n, geometry, crs, &builder, err);
    for (size_t i = 0; i < layer->n_shapes && s == COV_OK; i++)
        s = add_area(builder, layer, i, text, err);
    if (s == COV_OK)
        return cov_table_builder_finish(builder, out, err);
    cov_table_builder_free(builder);
    return s;
}

cov_status cov_job_areas(const cov_job *job, const char *crs, cov_table **out, cov_error *err)
{
    reading r;
    cov_area_layer layer;
    memset(&layer, 0, sizeof layer);
    if (job == NULL || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no job, or no place for its areas");
    if (!cov_source_is_given(&job->areas))
        return cov_fail(err, COV_ERR_ARGUMENT, "the job names no areas");
    cov_status s = begin(&r, job, &job->areas, crs, err);
    if (s == COV_OK)
        s = cov_area_layer_read(&r.setting, &layer, err);
    if (s == COV_OK) {
        const char **text = cov_alloc(2 + layer.n_parents, sizeof *text);
        s = text != NULL ? build_areas(&layer, r.crs, text, out, err) : cov_fail_memory(err);
        cov_free(text);
    }
    cov_area_layer_clear(&layer);
    end(&r);
    return s;
}

/* ---------------------------------------------------------------- footprints */

static cov_status build_shapes(const char *name, const char *crs, const cov_shape *shape, size_t n,
                               cov_table **out, cov_error *err)
{
    cov_table_builder *builder = NULL;
    cov_status s = cov_table_builder_create(name, NULL, 0, "geometry", crs, &builder, err);
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        if (shape[i].wkb != NULL)
            s = cov_table_builder_add(builder, NULL, shape[i].wkb, shape[i].size, err);
    }
    if (s == COV_OK)
        return cov_table_builder_finish(builder, out, err);
    cov_table_builder_free(builder);
    return s;
}

static cov_status read_polygons(const reading *r, const cov_job_service *ask, cov_table **out,
                                cov_error *err)
{
    cov_footprint_layer layer;
    memset(&layer, 0, sizeof layer);
    const cov_source *source = &ask->source;
    cov_status s = cov_footprint_layer_read(&r->setting, &source, 1, ask->name, &layer, err);
    if (s == COV_OK)
        s = build_shapes(layer.label, r->crs, layer.shape, layer.n_shapes, out, err);
    cov_footprint_layer_clear(&layer);
    return s;
}

static cov_status read_network(const reading *r, const cov_job_service *ask, cov_table **out,
                               cov_table **barriers, cov_near_options *near, cov_error *err)
{
    cov_network_shapes shapes;
    cov_table *network = NULL, *walls = NULL;
    cov_status s = cov_network_layer_shapes(&r->setting, ask, &shapes, err);
    if (s != COV_OK)
        return s;
    s = build_shapes(cov_source_name(&ask->source), r->crs, shapes.network, shapes.n, &network,
                     err);
    if (s == COV_OK && shapes.n_barriers > 0)
        s = build_shapes(cov_source_name(&ask->barriers), r->crs, shapes.barriers,
                         shapes.n_barriers, &walls, err);
    if (s == COV_OK) {
        *out = network;
        *barriers = walls;
        *near = shapes.near;
    } else {
        cov_table_free(network);
    }
    cov_network_shapes_clear(&shapes);
    return s;
}

cov_status cov_job_footprint(const cov_job *job, size_t service, const char *crs, cov_table **out,
                             cov_table **barriers, cov_near_options *near, cov_error *err)
{
    if (job == NULL || out == NULL || barriers == NULL || near == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no job, or no place for its footprint");
    if (service >= job->n_services)
        return cov_fail(err, COV_ERR_ARGUMENT, "the job has %zu services: there is no number %zu",
                        job->n_services, service);
    const cov_job_service *ask = &job->services[service];
    if ((ask->by != COV_BY_POLYGONS && ask->by != COV_BY_DISTANCE) || ask->split != NULL ||
        !cov_source_is_given(&ask->source))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the service \"%s\" has no footprint by itself: only one that is answered "
                        "by polygons or by distance, and not split, has",
                        ask->name != NULL ? cov_quote(ask->name).text : "");
    reading r;
    cov_status s = begin(&r, job, &ask->source, crs, err);
    if (s == COV_OK && ask->by == COV_BY_POLYGONS)
        s = read_polygons(&r, ask, out, err);
    else if (s == COV_OK)
        s = read_network(&r, ask, out, barriers, near, err);
    end(&r);
    return s;
}
