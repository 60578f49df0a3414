/* SPDX-License-Identifier: MIT */
#include "io/households_layout.h"

#include "base/mem.h"
#include "base/text.h"
#include "io/columns.h"
#include "io/crs.h"
#include "io/guess.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------- opening */

static cov_status add_answer(cov_households *h, const cov_answer *from, cov_error *err)
{
    cov_column_answers *a = &h->answer[h->n_answers++];
    OGRFeatureDefnH columns = OGR_L_GetLayerDefn(h->layer.layer);
    a->bit = UINT64_C(1) << from->bit;
    a->text = cov_copy_text(from->column);
    if (a->text == NULL)
        return cov_fail_memory(err);
    if (cov_condition_is(from->column) && !cov_columns_have(columns, from->column))
        return cov_condition_create(from->column, &h->layer, &a->condition, err);
    return cov_column_find(&h->layer, from->column, "service column", &a->column, err);
}

static void add_lookup(cov_households *h, const cov_answer *from)
{
    size_t i = 0;
    while (i < h->n_lookups && h->lookup[i].claims != from->claims)
        i++;
    if (i == h->n_lookups)
        h->lookup[h->n_lookups++] = (cov_lookup){from->claims, 0};
    h->lookup[i].bits |= UINT64_C(1) << from->bit;
}

static cov_status find_id(cov_households *h, const char *id_column, cov_error *err)
{
    if (h->n_lookups == 0)
        return COV_OK;
    if (id_column == NULL)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s: the table %s answers by the ids of the points: name the column that "
                        "holds them (--household-id)",
                        h->layer.label, cov_claims_label(h->lookup[0].claims));
    return cov_column_find_id(&h->layer, id_column, "id column", &h->id, err);
}

static cov_status find_answers(cov_households *h, const cov_households_query *query, cov_error *err)
{
    h->answer = cov_alloc_zero(query->n_answers, sizeof *h->answer);
    h->lookup = cov_alloc_zero(query->n_answers, sizeof *h->lookup);
    if (h->answer == NULL || h->lookup == NULL)
        return cov_fail_memory(err);
    cov_status s = COV_OK;
    for (size_t i = 0; i < query->n_answers && s == COV_OK; i++) {
        if (query->answers[i].column != NULL)
            s = add_answer(h, &query->answers[i], err);
        else
            add_lookup(h, &query->answers[i]);
    }
    return s == COV_OK ? find_id(h, query->id_column, err) : s;
}

static size_t count_columns(const cov_households *h)
{
    size_t n = COV_MEASURES_MAX + 3;
    for (size_t i = 0; i < h->n_answers; i++)
        n += h->answer[i].condition != NULL ? cov_condition_parts(h->answer[i].condition) : 1;
    return n;
}

/* The faster way to the points, where there is one. */
static cov_status open_points(cov_households *h, cov_error *err)
{
    if (h->coordinates.by_columns)
        return COV_OK;
    cov_status s = cov_stream_points_open(&h->layer, h->wanted, h->n_wanted, &h->stream, err);
    if (s == COV_OK && h->stream == NULL)
        s = cov_shape_points_open(&h->layer, h->wanted, h->n_wanted, &h->points, err);
    if (s != COV_OK || h->points == NULL)
        return s;
    h->n_chunks = (size_t)((cov_shape_points_records(h->points) + COV_BATCH - 1) / COV_BATCH);
    h->chunk = cov_alloc_zero(h->n_chunks, sizeof *h->chunk);
    return h->chunk != NULL ? COV_OK : cov_fail_memory(err);
}

static void want(cov_households *h, int column)
{
    h->wanted[h->n_wanted++] = column;
}

/* Leave out of every feature what isn't asked for: most of the time goes into reading. */
static cov_status select_columns(cov_households *h, cov_error *err)
{
    h->wanted = cov_alloc(count_columns(h), sizeof *h->wanted);
    if (h->wanted == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < h->n_answers; i++) {
        const cov_condition *condition = h->answer[i].condition;
        if (condition == NULL)
            want(h, h->answer[i].column.index);
        for (size_t k = 0; condition != NULL && k < cov_condition_parts(condition); k++)
            want(h, cov_condition_column(condition, k));
    }
    for (size_t m = 0; m < h->n_measures; m++) {
        if (h->measure[m].weighted)
            want(h, h->measure[m].weight.index);
    }
    if (h->n_lookups > 0)
        want(h, h->id.index);
    if (h->coordinates.by_columns) {
        want(h, h->coordinates.x.index);
        want(h, h->coordinates.y.index);
    }
    cov_status s =
        cov_layer_select(&h->layer, h->wanted, h->n_wanted, !h->coordinates.by_columns, err);
    return s == COV_OK ? open_points(h, err) : s;
}

/* The likeliest of mistakes is to have a weight and not to use it: told where none is used. */
static cov_status find_weights(cov_households *h, const cov_households_query *query, cov_error *err)
{
    cov_status s = COV_OK;
    int n_weighted = 0;
    h->n_measures = query->n_measures;
    for (size_t m = 0; m < query->n_measures && s == COV_OK; m++) {
        if (query->weights[m] == NULL)
            continue;
        s = cov_column_find(&h->layer, query->weights[m], "weight column", &h->measure[m].weight,
                            err);
        h->measure[m].weighted = 1;
        n_weighted++;
    }
    return s == COV_OK && n_weighted == 0 ? cov_guess_weight(&h->layer, h->notes, err) : s;
}

typedef cov_status (*opener)(const cov_source *source, const cov_policy *policy, cov_notes *notes,
                             cov_layer *out, cov_error *err);

static cov_status open_layer(cov_households *h, const cov_households_query *query, opener open,
                             cov_error *err)
{
    h->noun = cov_copy_text(query->noun != NULL ? query->noun : "households");
    if (h->noun == NULL)
        return cov_fail_memory(err);
    cov_status s = open(query->source, h->policy, h->notes, &h->layer, err);
    if (s == COV_OK) {
        h->label = cov_layer_describe(&h->layer);
        s = h->label != NULL ? COV_OK : cov_fail_memory(err);
    }
    if (s == COV_OK)
        s = cov_coordinates_find(&h->layer, h->policy, h->notes, &h->coordinates, err);
    if (s == COV_OK)
        s = find_weights(h, query, err);
    if (s == COV_OK)
        s = find_answers(h, query, err);
    if (s == COV_OK)
        s = cov_seen_create(&h->seen, h->n_answers, err);
    if (s == COV_OK)
        s = select_columns(h, err);
    return s;
}

static cov_status open_by(const cov_households_query *query, const cov_policy *policy,
                          cov_notes *notes, opener open, cov_households **out, cov_error *err)
{
    cov_households *h = cov_alloc_zero(1, sizeof *h);
    if (h == NULL)
        return cov_fail_memory(err);
    h->notes = notes;
    h->source = query->source;
    h->policy = policy;
    h->is_part = query->is_part;
    cov_status s = open_layer(h, query, open, err);
    if (s == COV_OK) {
        h->degrees = cov_crs_is_in_degrees(h->layer.crs);
        h->features = h->layer.head.path == NULL ? &h->layer : NULL;
        *out = h;
        h = NULL;
    }
    cov_households_close(h);
    return s;
}

/* By its head, where the points can be read without features. What else there is to say, notes and
 * errors, is said of the whole layer (a note that is there already isn't added again). */
cov_status cov_households_open(const cov_households_query *query, const cov_policy *policy,
                               cov_notes *notes, cov_households **out, cov_error *err)
{
    cov_households *h = NULL;
    cov_error ignored;
    if (query->n_measures < 1 || query->n_measures > COV_MEASURES_MAX)
        return cov_fail(err, COV_ERR_LIMIT, "%zu measures of one layer: 1 to %d can be counted",
                        query->n_measures, COV_MEASURES_MAX);
    cov_status s = open_by(query, policy, notes, cov_layer_open_head, &h, &ignored);
    if (s == COV_OK && (h->layer.head.path == NULL || h->points != NULL)) {
        *out = h;
        return COV_OK;
    }
    cov_households_close(h);
    return open_by(query, policy, notes, cov_layer_open, out, err);
}

void cov_households_close(cov_households *households)
{
    if (households == NULL)
        return;
    for (size_t i = 0; i < households->n_answers; i++) {
        cov_free(households->answer[i].text);
        cov_condition_free(households->answer[i].condition);
    }
    cov_stream_points_close(households->stream);
    cov_shape_points_close(households->points);
    cov_free(households->chunk);
    cov_seen_clear(&households->seen);
    cov_layer_close(&households->whole);
    cov_layer_close(&households->layer);
    cov_free(households->wanted);
    cov_transform_clear(&households->transform);
    cov_free(households->answer);
    cov_free(households->lookup);
    cov_free(households->label);
    cov_free(households->noun);
    cov_free(households);
}

/* The operation is chosen for the places the plane's extent has in the system of the points. */
cov_status cov_households_place(cov_households *households, OGRSpatialReferenceH plane,
                                const double extent[4], cov_error *err)
{
    cov_layer *layer = &households->layer;
    cov_transform back;
    double x[4] = {extent[0], extent[2], extent[2], extent[0]};
    double y[4] = {extent[1], extent[1], extent[3], extent[3]}, box[4];
    cov_status s = cov_transform_create(plane, layer->crs, extent, layer->label, &back, err);
    if (s != COV_OK)
        return s;
    cov_transform_points(&back, 4, x, y);
    cov_transform_clear(&back);
    box[0] = fmin(fmin(x[0], x[1]), fmin(x[2], x[3]));
    box[1] = fmin(fmin(y[0], y[1]), fmin(y[2], y[3]));
    box[2] = fmax(fmax(x[0], x[1]), fmax(x[2], x[3]));
    box[3] = fmax(fmax(y[0], y[1]), fmax(y[2], y[3]));
    s = cov_transform_create(layer->crs, plane, box, layer->label, &households->transform, err);
    if (s == COV_OK)
        s = cov_transform_note(&households->transform, layer->crs, plane, layer->label,
                               households->notes, err);
    return s;
}

const cov_transform *cov_households_transform(const cov_households *households)
{
    return &households->transform;
}

OGRSpatialReferenceH cov_households_crs(const cov_households *households)
{
    return households->layer.crs;
}

const char *cov_households_label(const cov_households *households)
{
    return households->label;
}

const char *cov_households_measure(const cov_households *households, size_t measure)
{
    const cov_weighing *m = &households->measure[measure];
    return m->weighted ? m->weight.name : households->noun;
}

int64_t cov_households_count(cov_households *households)
{
    if (households->points != NULL)
        return (int64_t)cov_shape_points_records(households->points);
    return households->layer.filter == NULL ? cov_layer_count(&households->layer) : -1;
}

cov_status cov_households_refuse_empty(const cov_households *households, cov_error *err)
{
    return cov_layer_refuse_empty(&households->layer, households->noun, err);
}

cov_status cov_households_refuse_unlocated(const char *label, uint64_t n, cov_error *err)
{
    return cov_fail(err, COV_ERR_INPUT,
                    "%s: none of its %" PRIu64 " points has a location: check the geometry or the "
                    "coordinate columns",
                    label, n);
}

size_t cov_households_answers(const cov_households *households)
{
    return households->n_answers;
}

/* ---------------------------------------------------------------- behind the last point */

static cov_status note_unknown(const cov_households *h, size_t i, cov_error *err)
{
    const cov_column_answers *a = &h->answer[i];
    if (h->seen.unknown[i] == 0)
        return COV_OK;
    return cov_notes_add(h->notes, err, COV_NOTE_WARNING,
                         "%s: %s \"%s\" is unknown for %" PRIu64 " of %" PRIu64 " points, for "
                         "which it has an empty cell",
                         h->layer.label, a->condition != NULL ? "the condition" : "the column",
                         cov_quote(a->text).text, h->seen.unknown[i], h->seen.n_points);
}

cov_status cov_households_conclude(const cov_households *households, cov_error *err)
{
    const cov_households *h = households;
    cov_status s = COV_OK;
    for (size_t i = 0; i < h->n_answers && s == COV_OK; i++)
        s = note_unknown(h, i, err);
    if (s == COV_OK && h->seen.without_id > 0)
        s = cov_notes_add(h->notes, err, COV_NOTE_WARNING,
                          "%s: %" PRIu64 " of %" PRIu64 " points have no id (column \"%s\"): what "
                          "tables say of them is unknown",
                          h->layer.label, h->seen.without_id, h->seen.n_points,
                          cov_quote(h->id.name).text);
    for (size_t i = 0; i < h->n_lookups && s == COV_OK && h->seen.n_points > 0; i++)
        s = cov_claims_check(h->lookup[i].claims, h->label, h->seen.first_id, h->is_part, h->notes,
                             err);
    return s;
}

int64_t cov_households_rounding(const cov_households *households, size_t measure)
{
    return households->seen.rounding[measure];
}

uint64_t cov_households_digest(const cov_households *households)
{
    return households->seen.digest;
}

void cov_households_extent(const cov_households *households, double extent[4])
{
    memcpy(extent, households->seen.extent, sizeof households->seen.extent);
}

void cov_households_stray(const cov_households *households, cov_stray *out)
{
    *out = households->seen.stray;
}
