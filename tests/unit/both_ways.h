/* Points of a layer, read by hands and feature by feature: what comes out must be the same.
 * SPDX-License-Identifier: MIT
 *
 * The columns are HO (weight, a number), W (weight with decimals), CO and SO (answers). */
#ifndef COV_TESTS_BOTH_WAYS_H
#define COV_TESTS_BOTH_WAYS_H

#include "points.h"

static inline uint64_t random_bits(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

typedef struct outcome {
    cov_status status;
    cov_error err;
    uint64_t n, sum; /* of a hash of each point: the order doesn't matter */
    cov_seen seen;
    cov_claims_counts claims;
    int by_hand; /* points that no feature was made of */
} outcome;

static inline uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 29;
}

static inline void take(outcome *o, const cov_batch *b)
{
    o->n += b->n;
    for (size_t i = 0; i < b->n; i++) {
        uint64_t h = 1, place[2] = {0, 0};
        if (!isnan(b->x[i])) {
            memcpy(&place[0], &b->x[i], 8);
            memcpy(&place[1], &b->y[i], 8);
        }
        h = mix(mix(h, place[0]), place[1]);
        h = mix(mix(h, b->weight[0][i]), b->weight[1][i]);
        o->sum += mix(mix(h, b->served[i]), b->unknown[i]);
    }
    cov_seen_add(&o->seen, &b->seen);
}

/* Hands take what is handed out in an order of their own. */
static inline void read_by_hands(outcome *o, cov_households *h, const uint32_t *scale)
{
    cov_batch batch[8];
    cov_hand *hand = NULL;
    size_t n = 0;
    assert_int_equal(cov_hand_create(h, &hand, NULL), COV_OK);
    do {
        assert_true(n < 8);
        assert_int_equal(cov_batch_create(&batch[n], 2, 3, NULL), COV_OK);
        assert_int_equal(cov_households_hand_out(h, &batch[n], NULL), COV_OK);
        o->seen.again |= batch[n].seen.again;
    } while (batch[n++].n_records > 0);
    for (size_t i = n; i-- > 0;) {
        if (batch[i].n_records > 0 && o->status == COV_OK) {
            o->status = cov_hand_read(hand, scale, &batch[i], &o->err);
            cov_hand_place(hand, &batch[i]);
            o->by_hand += (int)batch[i].n;
            take(o, &batch[i]);
        }
        cov_batch_clear(&batch[i]);
    }
    cov_hand_free(hand);
}

/* All that is left, which is everything where nothing could be read by hands. */
static inline void read_by_gdal(outcome *o, cov_households *h, const uint32_t *scale)
{
    cov_batch batch;
    cov_hand *hand = NULL;
    assert_int_equal(cov_batch_create(&batch, 2, 3, NULL), COV_OK);
    assert_int_equal(cov_hand_create(h, &hand, NULL), COV_OK);
    while (o->status == COV_OK) {
        o->status = cov_households_next(h, scale, &batch, &o->err);
        if (o->status != COV_OK || batch.n == 0)
            break;
        cov_hand_place(hand, &batch);
        take(o, &batch);
    }
    cov_hand_free(hand);
    cov_batch_clear(&batch);
}

static inline void forget_points(outcome *o)
{
    cov_seen_forget(&o->seen);
    o->n = o->sum = 0;
    o->by_hand = 0;
}

/* A table that answers by the ids in SO. */
static inline cov_claims *read_table(cov_notes *notes)
{
    cov_phases no_phases = cov_phases_start(NULL, NULL);
    char *path = folder_write(&here, "table.csv", "id,x\n1,a\nyes,b\n17,c\nnobody,d\n");
    const cov_source table = {path, NULL, NULL, NULL};
    const cov_claim claim = {&table, "id", NULL, 3};
    const cov_policy policy = {NULL};
    cov_claims *claims = NULL;
    assert_int_equal(cov_claims_read(&claim, 1, &policy, notes, &no_phases, &claims, NULL), COV_OK);
    free(path);
    return claims;
}

static inline outcome read_points(const char *path, const char *where)
{
    cov_notes notes = {.n = 0};
    cov_claims *claims = read_table(&notes);
    const cov_answer answers[] = {
        {0, "CO", NULL}, {1, "SO", NULL}, {2, "W>=1 & HO<500", NULL}, {3, NULL, claims}};
    const char *const weights[] = {"HO", "W"};
    static const uint32_t scale[] = {1000, 1000};
    const cov_source source = {path, NULL, where, NULL};
    const cov_policy policy = {.assume_crs = "EPSG:4326"};
    const cov_households_query query = {.source = &source,
                                        .weights = weights,
                                        .n_measures = 2,
                                        .answers = answers,
                                        .n_answers = 4,
                                        .id_column = "SO"};
    outcome o = {.status = COV_OK};
    cov_households *h = NULL;
    assert_int_equal(cov_seen_create(&o.seen, 3, NULL), COV_OK);
    o.status = cov_households_open(&query, &policy, &notes, &h, &o.err);
    if (o.status == COV_OK)
        read_by_hands(&o, h, scale);
    if (o.status == COV_OK && o.seen.again != 0) {
        o.status = cov_households_rewind(h, o.seen.again, &o.err);
        forget_points(&o);
    }
    if (o.status == COV_OK)
        read_by_gdal(&o, h, scale);
    cov_claims_count(claims, &o.claims);
    cov_households_close(h);
    cov_claims_free(claims);
    cov_notes_clear(&notes);
    return o;
}

/* By hands and by GDAL; how many points hands gave. */
static inline int compare_ways(const char *path, const char *what)
{
    outcome a = read_points(path, NULL), b = read_points(path, "1=1");
    assert_int_equal(b.by_hand, 0);
    if (a.status != b.status || (a.status != COV_OK && strcmp(a.err.message, b.err.message) != 0))
        fail_msg("%s: \"%s\" (%d) instead of \"%s\" (%d)", what,
                 a.status != COV_OK ? a.err.message : "", (int)a.status,
                 b.status != COV_OK ? b.err.message : "", (int)b.status);
    if (a.status == COV_OK) {
        if (a.n != b.n || a.sum != b.sum)
            fail_msg("%s: other points", what);
        assert_memory_equal(a.seen.rounding, b.seen.rounding, sizeof a.seen.rounding);
        assert_memory_equal(a.seen.unknown, b.seen.unknown, 3 * sizeof *a.seen.unknown);
        assert_memory_equal(a.seen.extent, b.seen.extent, sizeof a.seen.extent);
        assert_true(a.seen.digest == b.seen.digest);
        assert_true(a.seen.n_points == b.seen.n_points);
        assert_true(a.seen.without_id == b.seen.without_id);
        assert_string_equal(a.seen.first_id, b.seen.first_id);
        assert_true(a.claims.asked == b.claims.asked);
        assert_true(a.seen.stray.located == b.seen.stray.located);
        assert_true(a.seen.stray.beyond == b.seen.stray.beyond);
        assert_true(a.seen.stray.first == b.seen.stray.first);
    }
    cov_seen_clear(&a.seen);
    cov_seen_clear(&b.seen);
    return a.by_hand;
}

#endif
