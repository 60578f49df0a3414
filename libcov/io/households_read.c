/* Households: from records to batches. SPDX-License-Identifier: MIT */
#include "io/households_layout.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "io/watch.h"

/* ---------------------------------------------------------------- records */

/* Where records go. */
typedef struct filling {
    const cov_households *households;
    const uint32_t *scale;
    cov_batch *batch;
} filling;

/* A place that can't be on earth. */
static void look_at(const filling *f, int64_t number, double x, double y)
{
    cov_stray *stray = &f->batch->seen.stray;
    stray->located++;
    if (!f->households->degrees || (fabs(y) <= 90 && fabs(x) <= 360))
        return;
    if (stray->beyond++ == 0) {
        stray->first = number;
        stray->x = x;
        stray->y = y;
    }
}

static cov_status read_columns(const filling *f, const cov_record *record, uint64_t *served,
                               uint64_t *unknown, cov_error *err)
{
    const cov_households *h = f->households;
    for (size_t i = 0; i < h->n_answers; i++) {
        const cov_column_answers *a = &h->answer[i];
        cov_reply reply = COV_REPLY_NO;
        cov_status s = a->condition != NULL ? cov_condition_ask(a->condition, record, &reply, err)
                                            : cov_column_answer(&a->column, record, &reply, err);
        if (s != COV_OK)
            return s;
        f->batch->seen.unknown[i] += reply == COV_REPLY_UNKNOWN;
        *served |= reply == COV_REPLY_YES ? a->bit : 0;
        *unknown |= reply == COV_REPLY_UNKNOWN ? a->bit : 0;
    }
    return COV_OK;
}

static void note_id(const filling *f, int64_t number, const char *id, size_t size)
{
    cov_seen *seen = &f->batch->seen;
    seen->without_id += id == NULL;
    if (id == NULL || seen->first_with_id != 0)
        return;
    size_t n = size < sizeof seen->first_id ? size : sizeof seen->first_id - 1;
    memcpy(seen->first_id, id, n);
    seen->first_id[n] = '\0';
    seen->first_with_id = number;
}

static void read_claims(const filling *f, const cov_record *record, uint64_t *served,
                        uint64_t *unknown)
{
    const cov_households *h = f->households;
    char digits[24];
    size_t size = 0;
    if (h->n_lookups == 0)
        return;
    const char *id = cov_column_id(&h->id, record, digits, &size);
    note_id(f, record->number, id, size);
    for (size_t i = 0; i < h->n_lookups; i++) {
        const cov_lookup *l = &h->lookup[i];
        uint64_t yes = 0, maybe = id == NULL ? l->bits : 0;
        if (id != NULL)
            cov_claims_find(l->claims, id, size, &yes, &maybe);
        *served |= yes & l->bits;
        *unknown |= maybe & l->bits;
    }
}

static cov_status read_weights(const filling *f, const cov_record *record, cov_error *err)
{
    const cov_households *h = f->households;
    cov_seen *seen = &f->batch->seen;
    cov_status s = COV_OK;
    for (size_t m = 0; m < h->n_measures && s == COV_OK; m++) {
        uint64_t *weight = &f->batch->weight[m][f->batch->n];
        int has_decimals = 0;
        *weight = f->scale[m];
        if (h->measure[m].weighted)
            s = cov_column_weight(&h->measure[m].weight, record, f->scale[m], weight,
                                  &seen->rounding[m], &has_decimals, err);
        seen->again |= has_decimals ? 1U << m : 0;
    }
    return s;
}

/* Behind the last point of the batch. */
static cov_status add_point(void *data, const cov_record *record, double x, double y,
                            cov_error *err)
{
    const filling *f = data;
    cov_batch *batch = f->batch;
    uint64_t served = 0, unknown = 0;
    if (!isnan(x))
        look_at(f, record->number, x, y);
    cov_status s = read_weights(f, record, err);
    if (s == COV_OK)
        s = read_columns(f, record, &served, &unknown, err);
    if (s != COV_OK)
        return s;
    read_claims(f, record, &served, &unknown);
    batch->x[batch->n] = x;
    batch->y[batch->n] = y;
    batch->served[batch->n] = served;
    batch->unknown[batch->n] = unknown & ~served;
    batch->n++;
    batch->seen.n_points++;
    return COV_OK;
}

static cov_status add_feature(const cov_households *h, const cov_record *record, const filling *f,
                              cov_error *err)
{
    double x = NAN, y = NAN;
    cov_status s = cov_coordinates_read(&h->coordinates, record, &x, &y, err);
    return s == COV_OK ? add_point((void *)f, record, x, y, err) : s;
}

/* ---------------------------------------------------------------- by GDAL */

static cov_status open_features(cov_households *h, cov_error *err)
{
    if (h->features != NULL)
        return COV_OK;
    cov_status s = cov_layer_open(h->source, h->policy, h->notes, &h->whole, err);
    if (s == COV_OK)
        h->features = &h->whole;
    return s == COV_OK ? cov_layer_select(&h->whole, h->wanted, h->n_wanted, 1, err) : s;
}

static cov_status go_to(cov_households *h, uint64_t record, uint64_t deleted, cov_error *err)
{
    cov_status s = open_features(h, err);
    if (s != COV_OK)
        return s;
    h->features->n_read = (int64_t)(record - deleted);
    return cov_layer_seek(h->features, record, err);
}

/* Have GDAL go to the next chunk that isn't plain; *more is 0 where there is none. */
static cov_status find_left(cov_households *h, int *more, cov_error *err)
{
    uint64_t first = 0, before = 0;
    *more = 0;
    while (h->next_chunk < h->n_chunks && !*more) {
        const cov_chunk *chunk = &h->chunk[h->next_chunk];
        uint64_t records = cov_shape_points_records(h->points);
        first = (uint64_t)h->next_chunk * COV_BATCH;
        h->n_awaited = (records - first < COV_BATCH ? records - first : COV_BATCH) - chunk->deleted;
        before = h->n_deleted;
        h->n_deleted += chunk->deleted;
        *more = chunk->left && h->n_awaited > 0;
        h->next_chunk++;
    }
    return *more ? go_to(h, first, before, err) : COV_OK;
}

/* Whether GDAL has anything to read. */
static cov_status has_more(cov_households *h, int *more, cov_error *err)
{
    *more = h->stream == NULL;
    if (h->points == NULL || h->n_awaited > 0)
        return COV_OK;
    return find_left(h, more, err);
}

cov_status cov_households_next(cov_households *households, const uint32_t *scale, cov_batch *batch,
                               cov_error *err)
{
    cov_households *h = households;
    const filling f = {h, scale, batch};
    cov_status s = COV_OK;
    int more = 1;
    cov_batch_empty(batch);
    while (s == COV_OK && batch->n < COV_BATCH && batch->seen.again == 0) {
        OGRFeatureH feature = NULL;
        s = has_more(h, &more, err);
        if (s == COV_OK && more)
            s = cov_layer_next(h->features, &feature, err);
        if (s != COV_OK || feature == NULL)
            break;
        const cov_record record = cov_layer_record(h->features, feature);
        h->n_awaited -= h->points != NULL;
        s = add_feature(h, &record, &f, err);
        OGR_F_Destroy(feature);
    }
    return s;
}

static void leave_stream(cov_households *h)
{
    cov_stream_points_close(h->stream);
    h->stream = NULL;
}

static cov_status read_located(cov_households *h, cov_batch *batch, cov_error *err)
{
    uint32_t scale[COV_MEASURES_MAX];
    const filling f = {h, scale, batch};
    leave_stream(h);
    cov_status s = open_features(h, err);
    for (size_t m = 0; m < h->n_measures; m++)
        scale[m] = 1;
    while (s == COV_OK && batch->seen.stray.located == 0) {
        OGRFeatureH feature = NULL;
        s = cov_layer_next(h->features, &feature, err);
        if (s != COV_OK || feature == NULL)
            break;
        const cov_record record = cov_layer_record(h->features, feature);
        batch->n = 0;
        s = add_feature(h, &record, &f, err);
        OGR_F_Destroy(feature);
    }
    return s;
}

cov_status cov_households_look(cov_households *households, cov_error *err)
{
    cov_batch batch;
    cov_status s = cov_batch_create(&batch, households->n_measures, households->n_answers, err);
    if (s == COV_OK)
        s = read_located(households, &batch, err);
    uint64_t located = batch.seen.stray.located, n = batch.seen.n_points;
    cov_batch_clear(&batch);
    if (s != COV_OK || located > 0 || households->is_part)
        return s;
    return n == 0 ? cov_households_refuse_empty(households, err)
                  : cov_households_refuse_unlocated(households->label, n, err);
}

cov_status cov_households_rewind(cov_households *households, unsigned again, cov_error *err)
{
    cov_households *h = households;
    if ((again & COV_AGAIN_BY_GDAL) != 0)
        leave_stream(h);
    cov_seen_forget(&h->seen);
    for (size_t i = 0; i < h->n_chunks; i++)
        h->chunk[i] = (cov_chunk){0, 0};
    h->n_handed = 0;
    h->next_chunk = 0;
    h->n_awaited = 0;
    h->n_deleted = 0;
    if (h->stream != NULL)
        return cov_stream_points_rewind(h->stream, err);
    return h->features != NULL ? cov_layer_rewind(h->features, err) : COV_OK;
}

void cov_households_note(cov_households *households, const cov_batch *batch)
{
    cov_seen_add(&households->seen, &batch->seen);
}

/* ---------------------------------------------------------------- by many hands */

static void hand_out_chunk(cov_households *h, cov_batch *batch)
{
    uint64_t first = (uint64_t)h->n_handed * COV_BATCH;
    uint64_t left = cov_shape_points_records(h->points) - first;
    batch->first = first;
    batch->n_records = left < COV_BATCH ? (size_t)left : COV_BATCH;
    h->n_handed++;
}

cov_status cov_households_hand_out(cov_households *households, cov_batch *batch, cov_error *err)
{
    cov_households *h = households;
    int plain = 1;
    cov_status s = COV_OK;
    cov_batch_empty(batch);
    if (h->stream != NULL)
        s = cov_stream_points_next(h->stream, &batch->rows, &batch->n_records, &plain, err);
    else if (h->n_handed < h->n_chunks)
        hand_out_chunk(h, batch);
    batch->seen.again |= plain ? 0 : COV_AGAIN_BY_GDAL;
    return s;
}

struct cov_hand {
    cov_households *households;
    cov_transform transform;
    cov_stream_reader *rows; /* NULL both where there is no faster way */
    cov_shape_reader *reader;
};

cov_status cov_hand_create(cov_households *households, cov_hand **out, cov_error *err)
{
    cov_hand *hand = cov_alloc_zero(1, sizeof *hand);
    if (hand == NULL)
        return cov_fail_memory(err);
    hand->households = households;
    cov_status s = cov_transform_copy(&households->transform, &hand->transform, err);
    if (s == COV_OK && households->stream != NULL)
        s = cov_stream_reader_create(households->stream, &hand->rows, err);
    if (s == COV_OK && households->points != NULL)
        s = cov_shape_reader_create(households->points, &hand->reader, err);
    if (s == COV_OK)
        *out = hand;
    else
        cov_hand_free(hand);
    return s;
}

void cov_hand_free(cov_hand *hand)
{
    if (hand == NULL)
        return;
    cov_stream_reader_free(hand->rows);
    cov_shape_reader_free(hand->reader);
    cov_transform_clear(&hand->transform);
    cov_free(hand);
}

static cov_status read_rows(cov_hand *hand, filling *f, cov_error *err)
{
    cov_batch *batch = f->batch;
    int plain = 1;
    cov_status s = cov_stream_reader_read(hand->rows, &batch->rows, add_point, f, &plain, err);
    if (plain)
        cov_batch_release(&batch->rows);
    else
        cov_batch_empty(batch);
    batch->seen.again |= plain ? 0 : COV_AGAIN_BY_GDAL;
    return s;
}

static cov_status read_chunk(cov_hand *hand, filling *f, cov_error *err)
{
    cov_batch *batch = f->batch;
    uint64_t first = batch->first, deleted = 0;
    size_t n = batch->n_records;
    int plain = 1;
    cov_shape_reader_read(hand->reader, first, n, add_point, f, &plain);
    cov_chunk *chunk = &hand->households->chunk[first / COV_BATCH];
    /* The number of a stray one is known where those before it are. */
    chunk->left = !plain || batch->seen.stray.beyond > 0;
    if (!chunk->left) {
        chunk->deleted = (uint32_t)(n - batch->n);
        return COV_OK;
    }
    cov_batch_empty(batch);
    cov_status s = cov_shape_reader_deleted(hand->reader, first, n, &deleted, err);
    chunk->deleted = (uint32_t)deleted;
    return s;
}

cov_status cov_hand_read(cov_hand *hand, const uint32_t *scale, cov_batch *batch, cov_error *err)
{
    filling f = {hand->households, scale, batch};
    return hand->rows != NULL ? read_rows(hand, &f, err) : read_chunk(hand, &f, err);
}

static uint64_t hash_double(uint64_t seed, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return cov_hash_word(seed, bits);
}

/* A sum over the points: whoever reads them first. */
static uint64_t digest(const cov_batch *batch, size_t n_measures)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < batch->n; i++) {
        uint64_t h = hash_double(hash_double(COV_HASH_INIT, batch->x[i]), batch->y[i]);
        for (size_t m = 0; m < n_measures; m++)
            h = cov_hash_word(h, batch->weight[m][i]);
        sum += h;
    }
    return sum;
}

void cov_hand_place(cov_hand *hand, cov_batch *batch)
{
    double *extent = batch->seen.extent;
    batch->seen.digest = digest(batch, hand->households->n_measures);
    if (hand->transform.operation != NULL)
        cov_transform_points(&hand->transform, batch->n, batch->x, batch->y);
    for (size_t i = 0; i < batch->n; i++) {
        double x = batch->x[i], y = batch->y[i];
        if (isnan(x) || isnan(y))
            continue;
        extent[0] = x < extent[0] ? x : extent[0];
        extent[1] = y < extent[1] ? y : extent[1];
        extent[2] = x > extent[2] ? x : extent[2];
        extent[3] = y > extent[3] ? y : extent[3];
    }
}
