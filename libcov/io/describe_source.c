/* SPDX-License-Identifier: MIT */
#include "io/describe.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/bases.h"
#include "io/crs.h"
#include "io/each.h"
#include "io/guess.h"
#include "io/households.h"
#include "io/network_layer.h"
#include "io/path.h"
#include "io/raster.h"

/* ---------------------------------------------------------------- layers */

/* What a layer says it is made of; many formats need not say. */
static const char *noun_of(const cov_layer *layer)
{
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_L_GetGeomType(layer->layer));
    if (type == wkbNone)
        return "rows";
    if (type == wkbPoint || type == wkbMultiPoint)
        return "points";
    if (OGR_GT_IsSubClassOf(type, wkbCurve) || OGR_GT_IsSubClassOf(type, wkbMultiCurve))
        return "lines";
    if (OGR_GT_IsSubClassOf(type, wkbSurface) || OGR_GT_IsSubClassOf(type, wkbMultiSurface))
        return "polygons";
    return "features";
}

static cov_status tell_layer(cov_tale *tale, cov_layer *layer, const char *where,
                             OGRSpatialReferenceH crs, cov_error *err)
{
    const char *noun = noun_of(layer);
    const char *format = layer->table != NULL
                             ? "in memory"
                             : GDALGetDriverShortName(GDALGetDatasetDriver(layer->dataset));
    int64_t n = cov_layer_count(layer);
    char *label = crs != NULL ? cov_crs_label(crs) : cov_copy_text("");
    if (label == NULL)
        return cov_fail_memory(err);
    const char *comma = label[0] != '\0' ? ", " : "";
    cov_status s;
    if (n < 0)
        s = cov_prose_add(&tale->prose, tale->indent, err, "%s: %s%s%s", layer->label, format,
                          comma, label);
    else
        s = cov_prose_add(&tale->prose, tale->indent, err, "%s: %s, %" PRId64 " %.*s%s%s",
                          layer->label, format, n, (int)strlen(noun) - (n == 1), noun, comma,
                          label);
    cov_free(label);
    if (s == COV_OK && where != NULL && where[0] != '\0')
        s = cov_prose_add(&tale->prose, tale->indent, err, "of them those where %s", where);
    return s;
}

/* What the run's own functions need beside the job. */
static cov_setting setting_of(cov_tale *tale)
{
    return (cov_setting){
        .job = tale->job, .policy = &tale->policy, .notes = &tale->notes, .phases = &tale->phases};
}

static cov_status look(cov_tale *tale, cov_layer *layer, cov_holds holds, cov_error *err)
{
    const cov_setting setting = setting_of(tale);
    switch (holds) {
    case COV_HOLDS_POLYGONS:
        return cov_polygons_look(layer, "polygons", err);
    case COV_HOLDS_NETWORK:
        return cov_network_layer_look(&setting, layer, COV_PATHS_NETWORK, err);
    case COV_HOLDS_BARRIERS:
        return cov_network_layer_look(&setting, layer, COV_PATHS_BARRIER, err);
    default: /* cov_base_content did */
        return COV_OK;
    }
}

cov_status cov_tale_layer(cov_tale *tale, const cov_source *source, cov_holds holds, cov_error *err)
{
    cov_layer layer;
    cov_status s = cov_layer_open(source, &tale->policy, &tale->notes, &layer, err);
    if (s != COV_OK)
        return s;
    s = look(tale, &layer, holds, err);
    if (s == COV_OK)
        s = tell_layer(tale, &layer, source->where, layer.crs, err);
    cov_layer_close(&layer);
    return s;
}

/* ---------------------------------------------------------------- rasters, tables */

cov_status cov_tale_raster(cov_tale *tale, const cov_source *source, cov_error *err)
{
    cov_raster *raster = NULL;
    size_t columns = 0, rows = 0;
    cov_status s = cov_raster_open(source->path, &tale->policy, &tale->notes, &raster, err);
    if (s != COV_OK)
        return s;
    cov_raster_size(raster, &columns, &rows);
    char *crs = cov_crs_label(cov_raster_crs(raster));
    s = crs == NULL
            ? cov_fail_memory(err)
            : cov_prose_add(&tale->prose, tale->indent, err, "%s: raster, %zu x %zu cells, %s",
                            cov_raster_label(raster), columns, rows, crs);
    cov_free(crs);
    cov_raster_close(raster);
    return s;
}

static cov_status check_columns(cov_layer *table, const char *const *columns, size_t n,
                                const char *condition, cov_error *err)
{
    cov_column column;
    cov_condition *parsed = NULL;
    cov_status s = cov_column_find_id(table, columns[0], "key column", &column, err);
    for (size_t i = 1; i < n && s == COV_OK; i++) {
        if (columns[i] != NULL)
            s = cov_column_find(table, columns[i],
                                i == 1 ? "column above the line" : "column below the line", &column,
                                err);
    }
    if (s == COV_OK && condition != NULL)
        s = cov_condition_create(condition, table, &parsed, err);
    cov_condition_free(parsed);
    return s;
}

cov_status cov_tale_table(cov_tale *tale, const cov_source *source, const char *const *columns,
                          size_t n, const char *condition, cov_error *err)
{
    cov_layer table;
    cov_status s = cov_layer_open_table(source, &tale->policy, &tale->notes, &table, err);
    if (s != COV_OK)
        return s;
    s = check_columns(&table, columns, n, condition, err);
    if (s == COV_OK)
        s = cov_layer_first(&table, NULL, NULL, "rows", err);
    if (s == COV_OK)
        s = tell_layer(tale, &table, source->where, NULL, err);
    cov_layer_close(&table);
    return s;
}

/* ---------------------------------------------------------------- areas */

static const char *name_of(const cov_layer *layer, int column)
{
    return OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(OGR_L_GetLayerDefn(layer->layer), column));
}

static cov_status keep_name(const cov_layer *layer, int column, char **out, cov_error *err)
{
    *out = cov_copy_text(name_of(layer, column));
    return *out != NULL ? COV_OK : cov_fail_memory(err);
}

/* In the order in which a run looks for them. */
static cov_status tell_area_columns(cov_tale *tale, cov_layer *layer, cov_error *err)
{
    const cov_job *job = tale->job;
    int id = -1, name = -1, parent = -1;
    char *parents = cov_copy_text("");
    cov_status s = parents != NULL ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < job->n_parents && s == COV_OK; i++) {
        s = cov_layer_column(layer, job->parent_columns[i], "parent column", &parent, err);
        if (s != COV_OK)
            break;
        char *longer =
            cov_text_print("%s%s%s", parents, i > 0 ? ", " : "; within ", name_of(layer, parent));
        cov_free(parents);
        parents = longer;
        s = parents != NULL ? COV_OK : cov_fail_memory(err);
    }
    if (s == COV_OK && job->name_column != NULL)
        s = cov_layer_column(layer, job->name_column, "name column", &name, err);
    if (s == COV_OK)
        s = job->id_column != NULL ? cov_layer_column(layer, job->id_column, "id column", &id, err)
                                   : cov_guess_id(layer, &id, &tale->notes, &tale->phases, err);
    if (s == COV_OK && job->name_column == NULL)
        s = cov_guess_name(layer, id, &name, &tale->notes, err);
    if (s == COV_OK)
        s = cov_prose_add(&tale->prose, tale->indent, err, "id %s%s%s%s", name_of(layer, id),
                          name >= 0 ? ", name " : "", name >= 0 ? name_of(layer, name) : "",
                          parents);
    if (s == COV_OK)
        s = keep_name(layer, id, &tale->id_column, err);
    if (s == COV_OK && name >= 0)
        s = keep_name(layer, name, &tale->name_column, err);
    cov_free(parents);
    return s;
}

cov_status cov_tale_areas(cov_tale *tale, cov_error *err)
{
    const cov_source *source = &tale->job->areas;
    cov_layer layer;
    cov_status s = cov_layer_open(source, &tale->policy, &tale->notes, &layer, err);
    if (s != COV_OK)
        return s;
    s = cov_polygons_look(&layer, "areas", err);
    if (s == COV_OK)
        s = tell_layer(tale, &layer, source->where, layer.crs, err);
    if (s == COV_OK)
        s = tell_area_columns(tale, &layer, err);
    cov_layer_close(&layer);
    return s;
}

/* ---------------------------------------------------------------- points */

/* Open them as a run does, which finds the coordinates and the columns; then once more to tell. */
static cov_status tell_points(cov_tale *tale, const cov_households_query *query, cov_error *err)
{
    cov_households *points = NULL;
    cov_layer layer;
    cov_policy policy = tale->policy;
    policy.allow_empty = query->is_part;
    cov_status s = cov_households_open(query, &policy, &tale->notes, &points, err);
    if (s != COV_OK)
        return s;
    s = cov_layer_open(query->source, &policy, &tale->notes, &layer, err);
    if (s == COV_OK) {
        s = tell_layer(tale, &layer, query->source->where, cov_households_crs(points), err);
        if (s == COV_OK && query->id_column != NULL) {
            cov_column id;
            s = cov_column_find_id(&layer, query->id_column, "id column", &id, err);
        }
        cov_layer_close(&layer);
    }
    if (s == COV_OK)
        s = cov_households_look(points, err);
    cov_households_close(points);
    return s;
}

/* Tables are told of elsewhere: here the columns alone. */
static size_t list_columns(const cov_plan *plan, cov_answer *out)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n_entries; i++) {
        if (plan->entry[i].ask.by == COV_BY_COLUMN)
            out[n++] = (cov_answer){plan->entry[i].bit, plan->entry[i].ask.column, NULL};
    }
    return n;
}

cov_status cov_tale_households(cov_tale *tale, cov_error *err)
{
    const cov_job *job = tale->job;
    const char *weight[COV_MEASURES_MAX] = {job->weight_column};
    size_t n = 1;
    for (size_t i = 0; i < job->n_bases; i++) {
        if (job->bases[i].kind != COV_BASE_MEASURE)
            continue;
        if (n == COV_MEASURES_MAX)
            return cov_fail(err, COV_ERR_LIMIT, "more than %d measures of the households",
                            COV_MEASURES_MAX);
        weight[n++] = job->bases[i].weight_column;
    }
    cov_answer *answer = cov_alloc_zero(tale->plan.n_entries, sizeof *answer);
    if (answer == NULL)
        return cov_fail_memory(err);
    cov_households_query query;
    memset(&query, 0, sizeof query);
    query.source = &job->households;
    query.weights = weight;
    query.n_measures = n;
    query.answers = answer;
    query.n_answers = list_columns(&tale->plan, answer);
    query.id_column = job->household_id;
    query.is_part = job->part;
    cov_status s = tell_points(tale, &query, err);
    cov_free(answer);
    if (s != COV_OK)
        return s;
    if (job->weight_column == NULL)
        return cov_prose_add(&tale->prose, tale->indent, err, "one household each%s%s",
                             job->household_id != NULL ? "; id " : "",
                             job->household_id != NULL ? job->household_id : "");
    return cov_prose_add(&tale->prose, tale->indent, err, "weight %s%s%s", job->weight_column,
                         job->household_id != NULL ? "; id " : "",
                         job->household_id != NULL ? job->household_id : "");
}

/* ---------------------------------------------------------------- other bases */

static cov_status tell_point_base(cov_tale *tale, const cov_job_base *base, cov_error *err)
{
    cov_households_query query;
    memset(&query, 0, sizeof query);
    query.source = &base->source;
    query.weights = &base->weight_column;
    query.n_measures = 1;
    query.noun = base->name;
    cov_status s = base->weight_column != NULL
                       ? cov_prose_add(&tale->prose, 2, err, "%s: points, weight %s", base->name,
                                       base->weight_column)
                       : cov_prose_add(&tale->prose, 2, err, "%s: points, one each", base->name);
    return s == COV_OK ? tell_points(tale, &query, err) : s;
}

cov_status cov_tale_base(cov_tale *tale, size_t index, cov_error *err)
{
    const cov_setting setting = setting_of(tale);
    const cov_job_base *base = &tale->job->bases[index];
    cov_content content = COV_CONTENT_POINTS;
    cov_status s = cov_base_content(&setting, base, &content, err);
    if (s != COV_OK)
        return s;
    tale->content[index] = content;
    switch (content) {
    case COV_CONTENT_AREA:
        return cov_prose_add(&tale->prose, 2, err, "%s: the areas themselves, in km2", base->name);
    case COV_CONTENT_MEASURE:
        return cov_prose_add(&tale->prose, 2, err, "%s: the column %s of the households",
                             base->name, base->weight_column);
    case COV_CONTENT_RASTER:
        s = cov_prose_add(&tale->prose, 2, err, "%s: sum of the cells of a raster", base->name);
        return s == COV_OK ? cov_tale_raster(tale, &base->source, err) : s;
    case COV_CONTENT_LINES:
        s = cov_prose_add(&tale->prose, 2, err, "%s: length of lines, in km", base->name);
        return s == COV_OK ? cov_tale_layer(tale, &base->source, COV_HOLDS_ANY, err) : s;
    default:
        return tell_point_base(tale, base, err);
    }
}
