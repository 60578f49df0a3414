/* What the tests of the engine share: a small country, its services, batches of households.
 * SPDX-License-Identifier: MIT
 *
 * The country is a square of SIDE x SIDE areas of one unit each, the services are boxes: where a
 * point is, and what reaches it, is decided here with floor() and comparisons. */
#ifndef COV_TESTS_ENGINE_H
#define COV_TESTS_ENGINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <cov/cov.h>

#include "support.h"

#define SIDE 6
#define N_AREAS (SIDE * SIDE)
#define N_SERVICES 5

/* fiber/vnpt comes with the points, the others have a box each. */
static const char *const service_names[N_SERVICES] = {"4g/viettel", "4g/vnpt", "fiber/vnpt", "5g",
                                                      "fiber/viettel"};
static const double service_box[N_SERVICES][4] = {
    {0, 0, 4, 4}, {1.5, 2.25, 5, 9}, {0, 0, 0, 0}, {-3, 3, 2.5, 3.5}, {4, 0, 4.75, 6}};
#define TOLD 2

typedef struct country {
    cov_areas *areas;
    cov_footprint *footprint[N_SERVICES];
    cov_service service[N_SERVICES];
} country;

static inline bytes box_wkb(const double box[4])
{
    sheet s = {0};
    sheet_box(&s, 0, 0, box);
    bytes b = sheet_wkb(&s, 0, NULL);
    sheet_free(&s);
    return b;
}

/* The parents of the area in column x and row y; some have none. */
static inline const char *district_of(size_t x, size_t y)
{
    static const char *const id[] = {"02", "01", "03"};
    return x == SIDE - 1 && y < 4 ? NULL : id[x / 2];
}

static inline const char *province_of(size_t x, size_t y)
{
    static const char *const id[] = {"95", "91"};
    return x == SIDE - 1 && y == 0 ? NULL : id[y / 3];
}

/* Areas in a random order, `size` units wide: more than 1 makes neighbours overlap. */
static inline cov_areas *make_areas(rng *r, double size)
{
    static const char *const levels[] = {"district", "province"};
    char id[N_AREAS][48], name[N_AREAS][32];
    const char *parents[N_AREAS][2];
    bytes wkb[N_AREAS];
    cov_area area[N_AREAS];
    size_t order[N_AREAS];
    rng_shuffle(r, order, N_AREAS);
    for (size_t i = 0; i < N_AREAS; i++) {
        size_t x = order[i] % SIDE, y = order[i] / SIDE;
        double box[4] = {(double)x, (double)y, (double)x + size, (double)y + size};
        snprintf(id[i], sizeof id[i], "%02zu%02zu", y, x);
        snprintf(name[i], sizeof name[i], "Xã %zu", order[i]);
        parents[i][0] = district_of(x, y);
        parents[i][1] = province_of(x, y);
        wkb[i] = box_wkb(box);
        area[i] = (cov_area){id[i], x == 2 ? NULL : name[i], parents[i], wkb[i].at, wkb[i].n};
    }
    cov_areas_options options = COV_AREAS_OPTIONS_INIT;
    options.levels = levels;
    options.n_levels = 2;
    cov_areas *areas = NULL;
    cov_error err;
    assert_int_equal(cov_areas_create(area, N_AREAS, &options, &areas, &err), COV_OK);
    for (size_t i = 0; i < N_AREAS; i++)
        free(wkb[i].at);
    return areas;
}

static inline country make_country(rng *r, double size)
{
    country c = {.areas = make_areas(r, size)};
    for (size_t k = 0; k < N_SERVICES; k++) {
        if (k != TOLD) {
            bytes b = box_wkb(service_box[k]);
            const void *wkb = b.at;
            assert_int_equal(cov_footprint_polygons(&wkb, &b.n, 1, 1, &c.footprint[k], NULL),
                             COV_OK);
            free(b.at);
        }
        c.service[k] = (cov_service){service_names[k], c.footprint[k]};
    }
    return c;
}

static inline void free_country(country *c)
{
    cov_areas_free(c->areas);
    for (size_t k = 0; k < N_SERVICES; k++)
        cov_footprint_free(c->footprint[k]);
}

/* ---------------------------------------------------------------- households */

typedef struct household {
    double x;
    double y;
    uint64_t weight;
    uint64_t served;
    uint64_t unknown;
} household;

/* Anywhere in and around the country; often on its lines; at times nowhere. */
static inline household random_household(rng *r)
{
    household h = {rng_between(r, -1, SIDE + 1), rng_between(r, -1, SIDE + 1),
                   rng_below(r, 8) == 0 ? 0 : 1 + rng_below(r, 1000),
                   rng_below(r, 3) == 0 ? UINT64_C(1) << TOLD : 0, 0};
    if (rng_below(r, 4) == 0)
        h.x = floor(h.x * 4) / 4;
    if (rng_below(r, 4) == 0)
        h.y = floor(h.y * 4) / 4;
    if (rng_below(r, 50) == 0)
        *(rng_below(r, 2) ? &h.x : &h.y) = rng_below(r, 2) ? (double)NAN : (double)-INFINITY;
    return h;
}

static inline household *random_households(rng *r, size_t n)
{
    household *h = blank(n, sizeof *h);
    for (size_t i = 0; i < n; i++)
        h[i] = random_household(r);
    return h;
}

/* Of some of them nobody knows the one answer they bring, even where they bring it. */
static inline void forget_some(household *h, size_t n, rng *r)
{
    for (size_t i = 0; i < n; i++)
        h[i].unknown = rng_below(r, 3) == 0 ? UINT64_C(1) << TOLD : 0;
}

/* Columns of their own for weights and services; places where they stand. */
typedef struct batch {
    cov_points points;
    uint64_t *weight;
    uint64_t *served;
    uint64_t *unknown;
} batch;

/* Nothing but where they are. */
static inline cov_points places_of(const household *h, size_t n)
{
    cov_points p = COV_POINTS_INIT;
    p.n = n;
    p.x = &h->x;
    p.y = &h->y;
    p.x_stride = p.y_stride = sizeof *h;
    return p;
}

static inline batch make_batch(const household *h, size_t n)
{
    batch b = {.weight = blank(n, 8), .served = blank(n, 8), .unknown = blank(n, 8)};
    for (size_t i = 0; i < n; i++) {
        b.weight[i] = h[i].weight;
        b.served[i] = h[i].served;
        b.unknown[i] = h[i].unknown;
    }
    b.points = places_of(h, n);
    b.points.weight = b.weight;
    b.points.served = b.served;
    b.points.unknown = b.unknown;
    return b;
}

static inline void free_batch(batch *b)
{
    free(b->weight);
    free(b->served);
    free(b->unknown);
}

static inline void push(cov_tally *t, const household *h, size_t n)
{
    batch b = make_batch(h, n);
    cov_error err = {0};
    if (cov_tally_push(t, &b.points, &err) != COV_OK)
        fail_msg("%s", err.message);
    free_batch(&b);
}

static inline bool in_box(const double box[4], household h)
{
    return h.x >= box[0] && h.x < box[2] && h.y >= box[1] && h.y < box[3];
}

/* What the library must find: the area, or -1; for areas of one unit. */
static inline int expected_area(household h)
{
    const double all[4] = {0, 0, SIDE, SIDE};
    return in_box(all, h) ? (int)floor(h.y) * SIDE + (int)floor(h.x) : -1;
}

static inline uint64_t expected_set(household h)
{
    uint64_t set = h.served;
    for (size_t k = 0; k < N_SERVICES; k++)
        set |= k != TOLD && in_box(service_box[k], h) ? UINT64_C(1) << k : 0;
    return set;
}

static inline uint64_t expected_unknown(household h)
{
    return h.unknown & ~expected_set(h);
}

/* ---------------------------------------------------------------- tallies */

/* Every scale there is. */
#define N_SCALES 10
static const uint32_t scales[N_SCALES] = {1,      10,      100,      1000,      10000,
                                          100000, 1000000, 10000000, 100000000, 1000000000};

static inline cov_tally *make_tally(const country *c, uint32_t scale)
{
    cov_tally_options options = COV_TALLY_OPTIONS_INIT;
    options.scale = scale;
    cov_tally *t = NULL;
    assert_int_equal(cov_tally_create(c->areas, c->service, N_SERVICES, &options, &t, NULL),
                     COV_OK);
    return t;
}

/* Its saved bytes, in a block of exactly their size. */
static inline bytes save(const cov_tally *t)
{
    bytes b = {0};
    b.n = cov_tally_saved_size(t);
    b.at = malloc(b.n);
    assert_non_null(b.at);
    assert_int_equal(cov_tally_save(t, b.at, b.n, NULL), COV_OK);
    return b;
}

static inline void assert_same_bytes(bytes a, bytes b)
{
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.at, b.at, a.n);
}

/* That a tally is still what it was. */
static inline void assert_saves_as(const cov_tally *t, bytes expected)
{
    bytes b = save(t);
    assert_same_bytes(b, expected);
    free(b.at);
}

/* That a call failed in this way, with a message that holds a text. */
static inline void assert_fails(cov_status s, const cov_error *err, cov_status code,
                                const char *text)
{
    if (s != code || err->code != code || strstr(err->message, text) == NULL)
        fail_msg("%s with \"%s\" instead of %s with \"%s\"", cov_status_name(s), err->message,
                 cov_status_name(code), text);
}

#endif
