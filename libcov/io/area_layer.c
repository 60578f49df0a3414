/* SPDX-License-Identifier: MIT */
#include "io/area_layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/each.h"
#include "io/guess.h"
#include "io/job.h"

/* The layer while it is read. The texts of an area stand side by side: id, name, parents. */
typedef struct reading {
    cov_layer layer;
    int *column; /* id, name or -1, parents */
    size_t n_columns;
    char **text;
    size_t n_text;
    size_t text_capacity;
    cov_polygons polygons;
} reading;

enum { ID = 0, NAME = 1, PARENTS = 2 };

static const char *column_name(const reading *r, size_t k)
{
    OGRFeatureDefnH columns = OGR_L_GetLayerDefn(r->layer.layer);
    return OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(columns, r->column[k]));
}

static const char *text_of(const reading *r, size_t area, size_t k)
{
    return r->text[area * r->n_columns + k];
}

static void reading_clear(reading *r)
{
    for (size_t i = 0; i < r->n_text; i++)
        cov_free(r->text[i]);
    cov_free(r->text);
    cov_free(r->column);
    cov_polygons_clear(&r->polygons);
    cov_layer_close(&r->layer);
}

/* ---------------------------------------------------------------- columns */

static cov_status find_columns(reading *r, const cov_setting *setting, cov_error *err)
{
    const cov_job *job = setting->job;
    cov_layer *layer = &r->layer;
    r->n_columns = PARENTS + job->n_parents;
    r->column = cov_alloc_zero(r->n_columns, sizeof *r->column);
    if (r->column == NULL)
        return cov_fail_memory(err);
    cov_status s = COV_OK;
    r->column[NAME] = -1;
    for (size_t i = 0; i < job->n_parents && s == COV_OK; i++)
        s = cov_layer_column(layer, job->parent_columns[i], "parent column",
                             &r->column[PARENTS + i], err);
    if (s == COV_OK && job->name_column != NULL)
        s = cov_layer_column(layer, job->name_column, "name column", &r->column[NAME], err);
    if (s == COV_OK && job->id_column != NULL)
        s = cov_layer_column(layer, job->id_column, "id column", &r->column[ID], err);
    else if (s == COV_OK)
        s = cov_guess_id(layer, &r->column[ID], setting->notes, setting->phases, err);
    if (s == COV_OK && job->name_column == NULL)
        s = cov_guess_name(layer, r->column[ID], &r->column[NAME], setting->notes, err);
    return s == COV_OK ? cov_layer_select(layer, r->column, r->n_columns, 1, err) : s;
}

/* ---------------------------------------------------------------- rows */

static cov_status add_text(reading *r, OGRFeatureH feature, size_t k, cov_error *err)
{
    const cov_layer *layer = &r->layer;
    int column = r->column[k];
    const char *text = NULL;
    if (column >= 0 && OGR_F_IsFieldSetAndNotNull(feature, column))
        text = OGR_F_GetFieldAsString(feature, column);
    if (text != NULL && text[0] == '\0')
        text = NULL;
    if (text == NULL && k == ID)
        return cov_fail(err, COV_ERR_ID,
                        "%s, feature %lld has no id: its column %s is empty; fill it in, or choose "
                        "another column with --id",
                        layer->label, (long long)layer->n_read, column_name(r, ID));
    if (text != NULL && !cov_is_utf8(text))
        return cov_fail(err, COV_ERR_INPUT,
                        "%s, feature %lld: the text in column %s is not in UTF-8: convert the file "
                        "(a shapefile: name its encoding in a .cpg)",
                        layer->label, (long long)layer->n_read, column_name(r, k));
    char *copy = cov_copy_text(text);
    if ((text != NULL && copy == NULL) ||
        cov_reserve((void **)&r->text, &r->text_capacity, r->n_text + 1, sizeof *r->text) != 0) {
        cov_free(copy);
        return cov_fail_memory(err);
    }
    r->text[r->n_text++] = copy;
    return COV_OK;
}

static cov_status read_row(void *data, OGRFeatureH feature, cov_error *err)
{
    reading *r = data;
    cov_status s = COV_OK;
    for (size_t k = 0; k < r->n_columns && s == COV_OK; k++)
        s = add_text(r, feature, k, err);
    return s == COV_OK ? cov_polygons_add(&r->polygons, feature, err) : s;
}

static cov_status read_rows(reading *r, const cov_phases *phases, cov_error *err)
{
    cov_status s = cov_layer_each(&r->layer, phases, read_row, r, err);
    if (s == COV_OK && r->polygons.n == 0)
        s = cov_layer_refuse_empty(&r->layer, "areas", err);
    return s;
}

typedef struct entry {
    const char *id;
    size_t area;
} entry;

static int compare_entries(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order != 0 ? order : (x->area > y->area) - (x->area < y->area);
}

static cov_status check_ids(const reading *r, cov_error *err)
{
    size_t n = r->polygons.n;
    entry *order = cov_alloc(n, sizeof *order);
    if (order == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < n; i++)
        order[i] = (entry){text_of(r, i, ID), i};
    qsort(order, n, sizeof *order, compare_entries);
    cov_status s = COV_OK;
    for (size_t i = 1; i < n && s == COV_OK; i++) {
        if (strcmp(order[i - 1].id, order[i].id) == 0)
            s = cov_fail(err, COV_ERR_ID,
                         "%s: the id %s of column %s stands at feature %lld and at feature %lld: "
                         "choose a column whose values are unique (--id), or merge the parts of "
                         "that area",
                         r->layer.label, order[i].id, column_name(r, ID),
                         (long long)r->polygons.feature[order[i - 1].area][0],
                         (long long)r->polygons.feature[order[i].area][0]);
    }
    cov_free(order);
    return s;
}

static void name_area(const void *data, size_t index, char *out, size_t size)
{
    const reading *r = data;
    snprintf(out, size, " (%s %s)", column_name(r, ID), text_of(r, index, ID));
}

/* ---------------------------------------------------------------- build */

static cov_status create_areas(const reading *r, const cov_shape *moved, const cov_setting *setting,
                               cov_area_layer *out, cov_error *err)
{
    size_t n_parents = r->n_columns - PARENTS, n = 0;
    cov_area *area = cov_alloc_zero(r->polygons.n, sizeof *area);
    char *crs =
        setting->areas_crs != NULL ? cov_copy_text(setting->areas_crs) : cov_crs_label(setting->to);
    cov_status s = area != NULL && crs != NULL ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < r->polygons.n && s == COV_OK; i++) {
        const cov_shape *own = &r->polygons.shape[i];
        if (own->wkb == NULL)
            continue;
        const cov_shape *shape = r->polygons.transform.operation != NULL ? &moved[i] : own;
        char *const *text = &r->text[i * r->n_columns];
        area[n++] = (cov_area){text[ID], text[NAME],
                               n_parents > 0 ? (const char *const *)&text[PARENTS] : NULL,
                               shape->wkb, shape->size};
    }
    out->n_skipped = r->polygons.n - n;
    if (s == COV_OK && n == 0)
        s = cov_fail(err, COV_ERR_INPUT, "%s: all its polygons are invalid and left out",
                     r->layer.label);
    if (s == COV_OK) {
        cov_areas_options options = COV_AREAS_OPTIONS_INIT;
        options.levels = (const char *const *)out->parent_columns;
        options.n_levels = n_parents;
        options.crs = crs;
        options.threads = cov_job_threads(setting->job);
        cov_error why;
        s = cov_areas_create(area, n, &options, &out->areas, &why);
        if (s != COV_OK)
            cov_fail(err, s, "%s: %s", r->layer.label, why.message);
    }
    cov_free(crs);
    cov_free(area);
    return s;
}

/* Hand shapes over, in the order of the areas. */
static cov_status order_shapes(const reading *r, cov_shape *from, const cov_areas *areas,
                               cov_shape **out, cov_error *err)
{
    *out = cov_alloc_zero(cov_areas_count(areas), sizeof **out);
    if (*out == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < r->polygons.n; i++) {
        if (from[i].wkb == NULL)
            continue;
        (*out)[cov_areas_find(areas, text_of(r, i, ID))] = from[i];
        from[i].wkb = NULL;
    }
    return COV_OK;
}

static cov_status copy_names(const reading *r, cov_area_layer *out, cov_error *err)
{
    out->n_parents = r->n_columns - PARENTS;
    out->parent_columns = cov_alloc_zero(out->n_parents, sizeof *out->parent_columns);
    out->label = cov_layer_describe(&r->layer);
    out->id_column = cov_copy_text(column_name(r, ID));
    out->operation = cov_copy_text(r->polygons.transform.name);
    out->accuracy = r->polygons.transform.accuracy;
    out->crs = OSRClone(r->layer.crs);
    int missing = out->parent_columns == NULL || out->label == NULL || out->id_column == NULL ||
                  out->operation == NULL || out->crs == NULL;
    if (r->column[NAME] >= 0) {
        out->name_column = cov_copy_text(column_name(r, NAME));
        missing = missing || out->name_column == NULL;
    }
    for (size_t i = 0; i < out->n_parents && !missing; i++) {
        out->parent_columns[i] = cov_copy_text(column_name(r, PARENTS + i));
        missing = out->parent_columns[i] == NULL;
    }
    return missing ? cov_fail_memory(err) : COV_OK;
}

static cov_status build(reading *r, const cov_setting *setting, cov_area_layer *out, cov_error *err)
{
    cov_shape *moved = cov_alloc_zero(r->polygons.n, sizeof *moved);
    cov_status s = moved != NULL ? copy_names(r, out, err) : cov_fail_memory(err);
    if (s == COV_OK)
        s = cov_polygons_place(&r->polygons, setting, "transform areas", moved, err);
    if (s == COV_OK)
        s = cov_phases_enter(setting->phases, "index areas", err);
    if (s == COV_OK)
        s = create_areas(r, moved, setting, out, err);
    if (s == COV_OK)
        out->n_shapes = cov_areas_count(out->areas);
    if (s == COV_OK)
        s = order_shapes(r, r->polygons.shape, out->areas, &out->shapes, err);
    if (s == COV_OK && r->polygons.transform.operation != NULL)
        s = order_shapes(r, moved, out->areas, &out->placed, err);
    for (size_t i = 0; moved != NULL && i < r->polygons.n; i++)
        cov_free(moved[i].wkb);
    cov_free(moved);
    return s;
}

/* ---------------------------------------------------------------- interface */

cov_status cov_area_layer_read(const cov_setting *setting, cov_area_layer *out, cov_error *err)
{
    reading r;
    cov_area_layer layer;
    memset(&r, 0, sizeof r);
    memset(&layer, 0, sizeof layer);
    cov_polygons_init(&r.polygons, &r.layer);
    r.polygons.name = name_area;
    r.polygons.data = &r;
    cov_status s = cov_phases_enter(setting->phases, "read areas", err);
    if (s == COV_OK)
        s = cov_layer_open(&setting->job->areas, setting->policy, setting->notes, &r.layer, err);
    if (s == COV_OK)
        s = cov_polygons_look(&r.layer, "areas", err); /* before columns that only areas have */
    if (s == COV_OK)
        s = find_columns(&r, setting, err);
    if (s == COV_OK)
        s = read_rows(&r, setting->phases, err);
    if (s == COV_OK)
        s = check_ids(&r, err);
    if (s == COV_OK)
        s = cov_polygons_check(&r.polygons, setting, "check areas", err);
    if (s == COV_OK)
        s = build(&r, setting, &layer, err);
    cov_phases_leave(setting->phases);
    reading_clear(&r);
    if (s != COV_OK) {
        cov_area_layer_clear(&layer);
        return s;
    }
    *out = layer;
    return COV_OK;
}

void cov_area_layer_clear(cov_area_layer *layer)
{
    for (size_t i = 0; layer->shapes != NULL && i < layer->n_shapes; i++)
        cov_free(layer->shapes[i].wkb);
    for (size_t i = 0; layer->placed != NULL && i < layer->n_shapes; i++)
        cov_free(layer->placed[i].wkb);
    for (size_t i = 0; layer->parent_columns != NULL && i < layer->n_parents; i++)
        cov_free(layer->parent_columns[i]);
    cov_areas_free(layer->areas);
    cov_free(layer->shapes);
    cov_free(layer->placed);
    cov_free(layer->parent_columns);
    cov_free(layer->label);
    cov_free(layer->id_column);
    cov_free(layer->name_column);
    cov_free(layer->operation);
    if (layer->crs != NULL)
        OSRRelease(layer->crs);
    memset(layer, 0, sizeof *layer);
}
