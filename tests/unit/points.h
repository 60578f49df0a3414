/* What the tests of points share: small files that are opened and read.
 * SPDX-License-Identifier: MIT */
#ifndef COV_TESTS_POINTS_H
#define COV_TESTS_POINTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "folder.h"
#include "io/households.h"

static folder here;

static inline int setup(void **state)
{
    (void)state;
    return folder_open(&here);
}

static inline int teardown(void **state)
{
    (void)state;
    folder_close(&here);
    return 0;
}

/* ---------------------------------------------------------------- helpers */

typedef struct opened {
    cov_households *households;
    cov_batch batch;
    cov_notes *notes; /* stays where it is: the layer points to it */
    cov_error err;
    cov_status status;
} opened;

typedef struct asked {
    const char *weight;
    const cov_answer *answers;
    size_t n_answers;
    const char *assume_crs;
    const char *where;
    const char *id;
    const char *more[COV_MEASURES_MAX]; /* further weights */
    size_t n_more;
} asked;

static const asked nothing = {.weight = NULL};

static inline opened open_file(const char *name, const char *text, const asked *a)
{
    opened o = {.notes = calloc(1, sizeof(cov_notes))};
    assert_non_null(o.notes);
    char *path = folder_write(&here, name, text);
    const cov_source source = {path, NULL, a->where, NULL};
    const cov_policy policy = {a->assume_crs, NULL, 0, 0, 0};
    const char *weights[COV_MEASURES_MAX + 1] = {a->weight};
    memcpy(weights + 1, a->more, sizeof a->more);
    const cov_households_query query = {.source = &source,
                                        .weights = weights,
                                        .n_measures = 1 + a->n_more,
                                        .answers = a->answers,
                                        .n_answers = a->n_answers,
                                        .id_column = a->id};
    o.err.message[0] = '\0';
    assert_int_equal(cov_batch_create(&o.batch, COV_MEASURES_MAX, a->n_answers, NULL), COV_OK);
    o.status = cov_households_open(&query, &policy, o.notes, &o.households, &o.err);
    free(path);
    return o;
}

/* One scale for every measure. */
static inline const uint32_t *scales(uint32_t scale)
{
    static uint32_t all[COV_MEASURES_MAX];
    for (size_t m = 0; m < COV_MEASURES_MAX; m++)
        all[m] = scale;
    return all;
}

/* Read a batch, as a worker would go on with it. */
static inline void read_next(opened *o, const uint32_t *scale)
{
    cov_hand *hand = NULL;
    assert_int_equal(cov_hand_create(o->households, &hand, &o->err), COV_OK);
    o->status = cov_households_next(o->households, scale, &o->batch, &o->err);
    cov_hand_place(hand, &o->batch);
    cov_households_note(o->households, &o->batch);
    cov_hand_free(hand);
}

/* Open, and read the first batch. */
static inline opened read_file(const char *name, const char *text, const asked *a, uint32_t scale)
{
    opened o = open_file(name, text, a);
    if (o.status == COV_OK)
        read_next(&o, scales(scale));
    return o;
}

static inline void expect_ok(const opened *o, size_t n)
{
    if (o->status != COV_OK)
        fail_msg("%s: %s", cov_status_name(o->status), o->err.message);
    assert_int_equal(o->batch.n, n);
}

static inline void forget(opened *o)
{
    cov_households_close(o->households);
    cov_batch_clear(&o->batch);
    cov_notes_clear(o->notes);
    free(o->notes);
}

/* It failed, and its message has all the facts. */
static inline void expect_failure(opened o, cov_status status, const char *const *facts, size_t n)
{
    if (o.status != status)
        fail_msg("%s instead of %s: %s", cov_status_name(o.status), cov_status_name(status),
                 o.err.message);
    assert_int_equal(o.err.code, status);
    for (size_t i = 0; i < n; i++) {
        if (strstr(o.err.message, facts[i]) == NULL)
            fail_msg("\"%s\" is not in: %s", facts[i], o.err.message);
    }
    forget(&o);
}

#define EXPECT_FAILURE(opened, status, ...)                                                        \
    expect_failure(opened, status, (const char *const[]){__VA_ARGS__},                             \
                   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static inline int has_note(const opened *o, const char *text)
{
    for (size_t i = 0; i < o->notes->n; i++) {
        if (strstr(o->notes->note[i].text, text) != NULL)
            return 1;
    }
    return 0;
}

/* A GeoJSON file of features given as "geometry|properties". */
static inline opened read_geojson(const char *const *features, size_t n, const asked *a,
                                  uint32_t scale)
{
    char text[4096] = "{\"type\":\"FeatureCollection\",\"features\":[";
    for (size_t i = 0; i < n; i++) {
        const char *bar = strchr(features[i], '|');
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used,
                 "%s{\"type\":\"Feature\",\"geometry\":%.*s,\"properties\":%s}", i > 0 ? "," : "",
                 (int)(bar - features[i]), features[i], bar + 1);
    }
    strcat(text, "]}");
    return read_file("points.geojson", text, a, scale);
}

#define READ_GEOJSON(asked, scale, ...)                                                            \
    read_geojson((const char *const[]){__VA_ARGS__},                                               \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), asked, scale)

#define POINT "{\"type\":\"Point\",\"coordinates\":[105.5,9.25]}"

/* Read to the end, where the notes are made. */
static inline void read_end(opened *o)
{
    o->status = cov_households_next(o->households, scales(1), &o->batch, &o->err);
    expect_ok(o, 0);
    o->status = cov_households_conclude(o->households, &o->err);
    expect_ok(o, 0);
}

#endif
