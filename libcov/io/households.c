/* SPDX-License-Identifier: MIT */
#include "io/households.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/columns.h"
#include "io/coordinates.h"
#include "io/crs.h"
#include "io/extent.h"
#include "io/guess.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct weighing {
    int weighted;
    cov_column weight;
    int64_t rounding;
} weighing;

/* An answer by a column of the points: one of the two. */
typedef struct answer {
    uint64_t bit;
    char *text; /* as it was asked, for messages */
    cov_column column;
    cov_condition *condition;
    uint64_t unknown; /* points */
} answer;

/* An answer by a table, for all services that ask it. */
typedef struct lookup {
    cov_claims *claims;
    uint64_t bits;
} lookup;

struct cov_households {
    cov_layer layer;
    cov_notes *notes;
    char *label; /* with the filter */
    char *noun;
    cov_coordinates coordinates;
    weighing measure[COV_MEASURES_MAX];
    size_t n_measures;
    answer *answer;
    size_t n_answers;
    lookup *lookup;
    size_t n_lookups;
    cov_column id;
    uint64_t digest; /* so far, as the next two */
    uint64_t n_points;
    uint64_t without_id;
    int is_part;
    int degrees;             /* the CRS is geographic, in degrees */
    cov_transform transform; /* to another plane; zeroed where there is none */
    double extent[4];
    cov_stray stray;
};

/* ---------------------------------------------------------------- opening */

static cov_status add_answer(cov_households *h, const cov_answer *from, cov_error *err)
{
    answer *a = &h->answer[h->n_answers++];
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
        h->lookup[h->n_lookups++] = (lookup){from->claims, 0};
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

/* Leave out of every feature what isn't asked for: most of the time goes into reading. */
static cov_status select_columns(cov_households *h, cov_error *err)
{
    int *wanted = cov_alloc(count_columns(h), sizeof *wanted);
    if (wanted == NULL)
        return cov_fail_memory(err);
    size_t n = 0;
    for (size_t i = 0; i < h->n_answers; i++) {
        const cov_condition *condition = h->answer[i].condition;
        if (condition == NULL)
            wanted[n++] = h->answer[i].column.index;
        for (size_t k = 0; condition != NULL && k < cov_condition_parts(condition); k++)
            wanted[n++] = cov_condition_column(condition, k);
    }
    for (size_t m = 0; m < h->n_measures; m++) {
        if (h->measure[m].weighted)
            wanted[n++] = h->measure[m].weight.index;
    }
    if (h->n_lookups > 0)
        wanted[n++] = h->id.index;
    if (h->coordinates.by_columns) {
        wanted[n++] = h->coordinates.x.index;
        wanted[n++] = h->coordinates.y.index;
    }
    cov_status s = cov_layer_select(&h->layer, wanted, n, !h->coordinates.by_columns, err);
    cov_free(wanted);
    return s;
}

static void forget(cov_households *h)
{
    static const double nowhere[4] = COV_EXTENT_NOWHERE;
    memcpy(h->extent, nowhere, sizeof h->extent);
    memset(&h->stray, 0, sizeof h->stray);
    for (size_t m = 0; m < h->n_measures; m++)
        h->measure[m].rounding = 0;
    for (size_t i = 0; i < h->n_answers; i++)
        h->answer[i].unknown = 0;
    h->digest = COV_HASH_INIT;
    h->n_points = 0;
    h->without_id = 0;
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

static cov_status open_layer(cov_households *h, const cov_households_query *query,
                             const cov_policy *policy, cov_error *err)
{
    h->noun = cov_copy_text(query->noun != NULL ? query->noun : "households");
    if (h->noun == NULL)
        return cov_fail_memory(err);
    cov_status s = cov_layer_open(query->source, policy, h->notes, &h->layer, err);
    if (s == COV_OK) {
        h->label = cov_layer_describe(&h->layer);
        s = h->label != NULL ? COV_OK : cov_fail_memory(err);
    }
    if (s == COV_OK)
        s = cov_coordinates_find(&h->layer, policy, h->notes, &h->coordinates, err);
    if (s == COV_OK)
        s = find_weights(h, query, err);
    if (s == COV_OK)
        s = find_answers(h, query, err);
    if (s == COV_OK)
        s = select_columns(h, err);
    return s;
}

cov_status cov_households_open(const cov_households_query *query, const cov_policy *policy,
                               cov_notes *notes, cov_households **out, cov_error *err)
{
    if (query->n_measures < 1 || query->n_measures > COV_MEASURES_MAX)
        return cov_fail(err, COV_ERR_LIMIT, "%zu measures of one layer: 1 to %d can be counted",
                        query->n_measures, COV_MEASURES_MAX);
    cov_households *h = cov_alloc_zero(1, sizeof *h);
    if (h == NULL)
        return cov_fail_memory(err);
    h->notes = notes;
    h->is_part = query->is_part;
    cov_status s = open_layer(h, query, policy, err);
    if (s == COV_OK) {
        h->degrees = cov_crs_is_in_degrees(h->layer.crs);
        forget(h);
        *out = h;
        h = NULL;
    }
    cov_households_close(h);
    return s;
}

void cov_households_close(cov_households *households)
{
    if (households == NULL)
        return;
    for (size_t i = 0; i < households->n_answers; i++) {
        cov_free(households->answer[i].text);
        cov_condition_free(households->answer[i].condition);
    }
    cov_layer_close(&households->layer);
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
    const weighing *m = &households->measure[measure];
    return m->weighted ? m->weight.name : households->noun;
}

int64_t cov_households_count(cov_households *households)
{
    return households->layer.filter == NULL ? cov_layer_count(&households->layer) : -1;
}

cov_status cov_households_refuse_empty(const cov_households *households, cov_error *err)
{
    return cov_layer_refuse_empty(&households->layer, households->noun, err);
}

/* ---------------------------------------------------------------- reading */

/* A place that can't be on earth. */
static void look_at(cov_households *h, double x, double y)
{
    h->stray.located++;
    if (!h->degrees || (fabs(y) <= 90 && fabs(x) <= 360))
        return;
    if (h->stray.beyond++ == 0) {
        h->stray.first = h->layer.n_read;
        h->stray.x = x;
        h->stray.y = y;
    }
}

static void digest(cov_households *h, const cov_batch *batch)
{
    h->digest = cov_hash_bytes(h->digest, batch->x, batch->n * sizeof *batch->x);
    h->digest = cov_hash_bytes(h->digest, batch->y, batch->n * sizeof *batch->y);
    for (size_t m = 0; m < h->n_measures; m++)
        h->digest =
            cov_hash_bytes(h->digest, batch->weight[m], batch->n * sizeof *batch->weight[m]);
}

/* Bring a batch to the plane, and widen the extent. */
static void place_batch(cov_households *h, cov_batch *batch)
{
    if (h->transform.operation != NULL)
        cov_transform_points(&h->transform, batch->n, batch->x, batch->y);
    for (size_t i = 0; i < batch->n; i++) {
        double x = batch->x[i], y = batch->y[i];
        if (isnan(x) || isnan(y))
            continue;
        h->extent[0] = x < h->extent[0] ? x : h->extent[0];
        h->extent[1] = y < h->extent[1] ? y : h->extent[1];
        h->extent[2] = x > h->extent[2] ? x : h->extent[2];
        h->extent[3] = y > h->extent[3] ? y : h->extent[3];
    }
}

static cov_status read_columns(cov_households *h, const cov_record *record, uint64_t *served,
                               uint64_t *unknown, cov_error *err)
{
    for (size_t i = 0; i < h->n_answers; i++) {
        answer *a = &h->answer[i];
        cov_reply reply = COV_REPLY_NO;
        cov_status s = a->condition != NULL ? cov_condition_ask(a->condition, record, &reply, err)
                                            : cov_column_answer(&a->column, record, &reply, err);
        if (s != COV_OK)
            return s;
        a->unknown += reply == COV_REPLY_UNKNOWN;
        *served |= reply == COV_REPLY_YES ? a->bit : 0;
        *unknown |= reply == COV_REPLY_UNKNOWN ? a->bit : 0;
    }
    return COV_OK;
}

static void read_claims(cov_households *h, const cov_record *record, uint64_t *served,
                        uint64_t *unknown)
{
    char digits[24];
    size_t size = 0;
    if (h->n_lookups == 0)
        return;
    const char *id = cov_column_id(&h->id, record, digits, &size);
    h->without_id += id == NULL;
    for (size_t i = 0; i < h->n_lookups; i++) {
        const lookup *l = &h->lookup[i];
        uint64_t yes = 0, maybe = id == NULL ? l->bits : 0;
        if (id != NULL)
            cov_claims_find(l->claims, id, size, &yes, &maybe);
        *served |= yes & l->bits;
        *unknown |= maybe & l->bits;
    }
}

static cov_status read_weights(cov_households *h, const cov_record *record, const uint32_t *scale,
                               cov_batch *batch, unsigned *decimals, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t m = 0; m < h->n_measures && s == COV_OK; m++) {
        uint64_t *weight = &batch->weight[m][batch->n];
        int has_decimals = 0;
        *weight = scale[m];
        if (h->measure[m].weighted)
            s = cov_column_weight(&h->measure[m].weight, record, scale[m], weight,
                                  &h->measure[m].rounding, &has_decimals, err);
        *decimals |= has_decimals ? 1U << m : 0;
    }
    return s;
}

static cov_status read_point(cov_households *h, const cov_record *record, const uint32_t *scale,
                             cov_batch *batch, unsigned *decimals, cov_error *err)
{
    size_t i = batch->n;
    uint64_t served = 0, unknown = 0;
    cov_status s = cov_coordinates_read(&h->coordinates, record, &batch->x[i], &batch->y[i], err);
    if (s == COV_OK && !isnan(batch->x[i]))
        look_at(h, batch->x[i], batch->y[i]);
    if (s == COV_OK)
        s = read_weights(h, record, scale, batch, decimals, err);
    if (s == COV_OK)
        s = read_columns(h, record, &served, &unknown, err);
    if (s != COV_OK)
        return s;
    read_claims(h, record, &served, &unknown);
    batch->served[i] = served;
    batch->unknown[i] = unknown & ~served;
    batch->n++;
    h->n_points++;
    return COV_OK;
}

/* ---------------------------------------------------------------- behind the last point */

static cov_status note_unknown(const cov_households *h, const answer *a, cov_error *err)
{
    if (a->unknown == 0)
        return COV_OK;
    return cov_notes_add(h->notes, err, COV_NOTE_WARNING,
                         "%s: %s \"%s\" is unknown for %" PRIu64 " of %" PRIu64 " points, for "
                         "which it has an empty cell",
                         h->layer.label, a->condition != NULL ? "the condition" : "the column",
                         cov_quote(a->text).text, a->unknown, h->n_points);
}

static cov_status conclude(const cov_households *h, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < h->n_answers && s == COV_OK; i++)
        s = note_unknown(h, &h->answer[i], err);
    if (s == COV_OK && h->without_id > 0)
        s = cov_notes_add(h->notes, err, COV_NOTE_WARNING,
                          "%s: %" PRIu64 " of %" PRIu64 " points have no id (column \"%s\"): what "
                          "tables say of them is unknown",
                          h->layer.label, h->without_id, h->n_points, cov_quote(h->id.name).text);
    for (size_t i = 0; i < h->n_lookups && s == COV_OK && h->n_points > 0; i++)
        s = cov_claims_check(h->lookup[i].claims, h->label, h->is_part, h->notes, err);
    return s;
}

cov_status cov_households_next(cov_households *households, const uint32_t *scale, cov_batch *batch,
                               unsigned *decimals, cov_error *err)
{
    cov_status s = COV_OK;
    *decimals = 0;
    batch->n = 0;
    while (s == COV_OK && batch->n < COV_BATCH && *decimals == 0) {
        OGRFeatureH feature = NULL;
        s = cov_layer_next(&households->layer, &feature, err);
        if (s != COV_OK || feature == NULL)
            break;
        const cov_record record = cov_layer_record(&households->layer, feature);
        s = read_point(households, &record, scale, batch, decimals, err);
        OGR_F_Destroy(feature);
    }
    digest(households, batch);
    place_batch(households, batch);
    return s == COV_OK && batch->n == 0 ? conclude(households, err) : s;
}

cov_status cov_households_rewind(cov_households *households, cov_error *err)
{
    forget(households);
    return cov_layer_rewind(&households->layer, err);
}

int64_t cov_households_rounding(const cov_households *households, size_t measure)
{
    return households->measure[measure].rounding;
}

uint64_t cov_households_digest(const cov_households *households)
{
    return households->digest;
}

void cov_households_extent(const cov_households *households, double extent[4])
{
    memcpy(extent, households->extent, sizeof households->extent);
}

void cov_households_stray(const cov_households *households, cov_stray *out)
{
    *out = households->stray;
}

/* ---------------------------------------------------------------- batches */

cov_status cov_batch_create(cov_batch *batch, size_t n_measures, cov_error *err)
{
    memset(batch, 0, sizeof *batch);
    batch->x = cov_alloc(COV_BATCH, sizeof *batch->x);
    batch->y = cov_alloc(COV_BATCH, sizeof *batch->y);
    batch->served = cov_alloc(COV_BATCH, sizeof *batch->served);
    batch->unknown = cov_alloc(COV_BATCH, sizeof *batch->unknown);
    int failed =
        batch->x == NULL || batch->y == NULL || batch->served == NULL || batch->unknown == NULL;
    for (size_t m = 0; m < n_measures && !failed; m++) {
        batch->weight[m] = cov_alloc(COV_BATCH, sizeof *batch->weight[m]);
        failed = batch->weight[m] == NULL;
    }
    if (!failed)
        return COV_OK;
    cov_batch_clear(batch);
    return cov_fail_memory(err);
}

void cov_batch_clear(cov_batch *batch)
{
    cov_free(batch->x);
    cov_free(batch->y);
    for (size_t m = 0; m < COV_MEASURES_MAX; m++)
        cov_free(batch->weight[m]);
    cov_free(batch->served);
    cov_free(batch->unknown);
    memset(batch, 0, sizeof *batch);
}
