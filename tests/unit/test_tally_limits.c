/* What a tally refuses, all or nothing, and the limits of what it holds.
 * SPDX-License-Identifier: MIT */
#include "engine.h"

#include "base/mem.h"
#include "engine/tally.h"

/* ---------------------------------------------------------------- limits, all or nothing */

static void sums_stop_at_the_last_number(void **state)
{
    (void)state;
    rng r = {9};
    country c = make_country(&r, 1);
    cov_tally *t = make_tally(&c, 1), *other = make_tally(&c, 1);
    household h[] = {{0.5, 0.5, UINT64_MAX - 5, 0, 0}, {1.5, 0.5, 5, 0, 0}, {NAN, 0, 1, 0, 0}};
    push(t, h, 2);
    push(other, h + 2, 1);
    bytes full = save(t);
    cov_error err;
    batch one = make_batch(h + 2, 1);
    assert_fails(cov_tally_push(t, &one.points, &err), &err, COV_ERR_LIMIT, "2^64-1");
    assert_fails(cov_tally_exclude(t, COV_EXCLUDE_DUPLICATE, 1, 1, &err), &err, COV_ERR_LIMIT,
                 "2^64-1");
    assert_fails(cov_tally_merge(t, other, &err), &err, COV_ERR_LIMIT, "2^64-1");
    assert_saves_as(t, full);
    assert_int_equal(cov_tally_exclude(t, COV_EXCLUDE_DUPLICATE, 1, 0, NULL), COV_OK);
    assert_fails(cov_tally_exclude(t, COV_EXCLUDE_REJECTED, UINT64_MAX, 0, &err), &err,
                 COV_ERR_LIMIT, "points");
    free_batch(&one);
    free(full.at);
    cov_tally_free(t);

    /* within one batch */
    t = make_tally(&c, 1);
    bytes empty = save(t);
    h[1].weight = 6;
    batch two = make_batch(h, 2);
    assert_fails(cov_tally_push(t, &two.points, &err), &err, COV_ERR_LIMIT, "2^64-1");
    assert_saves_as(t, empty);
    free_batch(&two);
    free(empty.at);
    cov_tally_free(t);
    cov_tally_free(other);
    free_country(&c);
}

static void cells_stop_at_their_limit(void **state)
{
    (void)state;
    rng r = {10};
    country c = make_country(&r, 1);
    cov_tally_options options = COV_TALLY_OPTIONS_INIT;
    options.max_cells = 3;
    cov_tally *t = NULL, *more = make_tally(&c, 1);
    assert_int_equal(cov_tally_create(c.areas, c.service, N_SERVICES, &options, &t, NULL), COV_OK);
    household h[] = {{0.5, 0.5, 1, 0, 0}, {1.5, 0.5, 1, 0, 0}, {2.5, 0.5, 1, 0, 0},
                     {2.5, 0.5, 1, 4, 0}, {0.5, 0.5, 7, 0, 0}, {3.5, 0.5, 0, 0, 0}};
    push(t, h, 3);
    bytes before = save(t);
    cov_error err;
    for (size_t first = 0; first <= 3; first++) {
        batch b = make_batch(h + first, 4 - first);
        assert_fails(cov_tally_push(t, &b.points, &err), &err, COV_ERR_LIMIT, "max_cells");
        assert_saves_as(t, before);
        free_batch(&b);
    }
    push(more, h + 3, 1);
    assert_fails(cov_tally_merge(t, more, &err), &err, COV_ERR_LIMIT, "max_cells");
    assert_saves_as(t, before);
    push(t, h, 3); /* cells that are there take more, and nobody makes no cell */
    push(t, h + 4, 2);
    assert_int_equal(t->cells.n, 3);
    free(before.at);
    cov_tally_free(more);
    cov_tally_free(t);
    free_country(&c);
}

static void a_bad_point_refuses_the_whole_batch(void **state)
{
    (void)state;
    rng r = {11};
    country c = make_country(&r, 1);
    size_t n = 9000;
    household *h = random_households(&r, n);
    cov_tally *t = make_tally(&c, 1), *twin = make_tally(&c, 1);
    push(t, h, n);
    push(twin, h, n);
    bytes before = save(t);
    const uint64_t bad[] = {1, UINT64_C(1) << N_SERVICES, UINT64_C(1) << 63};
    const size_t place[] = {0, 4095, 4096, 8999};
    cov_error err;
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < 4; k++) {
            for (unsigned unknown = 0; unknown < 2; unknown++) {
                batch b = make_batch(h, n);
                (unknown ? b.unknown : b.served)[place[k]] |= bad[i];
                char text[64];
                snprintf(text, sizeof text, "point number %zu of the batch is told to be %s",
                         place[k] + 1, unknown ? "unknown for" : "served by");
                assert_fails(cov_tally_push(t, &b.points, &err), &err, COV_ERR_ARGUMENT, text);
                assert_saves_as(t, before);
                free_batch(&b);
            }
        }
    }
    int32_t *area = blank(n, sizeof *area);
    uint8_t *overlap = blank(n, 1);
    const int32_t no_area[] = {-3, INT32_MIN, N_AREAS, INT32_MAX, COV_OUTSIDE, COV_NO_LOCATION};
    for (size_t i = 0; i < 6; i++) {
        for (size_t k = 0; k < 4; k++) {
            batch b = make_batch(h, n);
            b.points.area = area;
            b.points.overlap = overlap;
            area[place[k]] = no_area[i];
            overlap[place[k]] = i >= 4; /* outside may be told, but not of an overlap */
            char number[32];
            snprintf(number, sizeof number, "point number %zu ", place[k] + 1);
            assert_fails(cov_tally_push(t, &b.points, &err), &err, COV_ERR_ARGUMENT, number);
            assert_saves_as(t, before);
            area[place[k]] = overlap[place[k]] = 0;
            free_batch(&b);
        }
    }
    free(overlap);
    free(area);
    push(t, h, n);
    push(twin, h, n);
    free(before.at);
    before = save(twin);
    assert_saves_as(t, before);
    free(before.at);
    cov_tally_free(t);
    cov_tally_free(twin);
    free(h);
    free_country(&c);
}

/* ---------------------------------------------------------------- what is refused */

static void arguments_are_checked(void **state)
{
    (void)state;
    rng r = {14};
    country c = make_country(&r, 1);
    cov_tally *const untouched = (cov_tally *)(void *)&r;
    cov_tally *t = untouched;
    cov_error err;
    cov_tally_options options = COV_TALLY_OPTIONS_INIT;
    assert_fails(cov_tally_create(NULL, NULL, 0, NULL, &t, &err), &err, COV_ERR_ARGUMENT, "areas");
    assert_fails(cov_tally_create(c.areas, NULL, 0, NULL, NULL, &err), &err, COV_ERR_ARGUMENT,
                 "place");
    assert_fails(cov_tally_create(c.areas, NULL, 1, NULL, &t, &err), &err, COV_ERR_ARGUMENT,
                 "array");
    const uint32_t no_scale[] = {0, 2, 7, 9, 11, 99, 101, 20000, 999999999, 1000000001, UINT32_MAX};
    for (size_t i = 0; i < sizeof no_scale / sizeof no_scale[0]; i++) {
        char text[32];
        snprintf(text, sizeof text, "scale of %u ", (unsigned)no_scale[i]);
        options.scale = no_scale[i];
        assert_fails(cov_tally_create(c.areas, NULL, 0, &options, &t, &err), &err, COV_ERR_ARGUMENT,
                     text);
    }
    options.size = 1;
    assert_fails(cov_tally_create(c.areas, NULL, 0, &options, &t, &err), &err, COV_ERR_ARGUMENT,
                 "COV_TALLY_OPTIONS_INIT");
    assert_ptr_equal(t, untouched);

    t = make_tally(&c, 1);
    double x = 0;
    cov_points p = COV_POINTS_INIT;
    p.n = 1;
    p.x = &x;
    assert_fails(cov_tally_push(t, &p, &err), &err, COV_ERR_ARGUMENT, "no y");
    assert_fails(cov_tally_push(t, NULL, &err), &err, COV_ERR_ARGUMENT, "no points");
    const int32_t area = 0;
    const uint8_t overlap = 0;
    p.area = &area; /* there are footprints */
    assert_fails(cov_tally_push(t, &p, &err), &err, COV_ERR_ARGUMENT, "no y");
    p.y = &x;
    p.area = NULL;
    p.overlap = &overlap;
    assert_fails(cov_tally_push(t, &p, &err), &err, COV_ERR_ARGUMENT, "an overlap but no area");
    p.y = NULL;
    p.overlap = NULL;
    assert_fails(cov_tally_push(NULL, &p, &err), &err, COV_ERR_ARGUMENT, "no tally");
    assert_fails(cov_tally_exclude(t, (cov_exclusion)3, 1, 1, &err), &err, COV_ERR_ARGUMENT, "3");
    assert_fails(cov_tally_exclude(NULL, COV_EXCLUDE_REJECTED, 1, 1, &err), &err, COV_ERR_ARGUMENT,
                 "no tally");
    assert_int_equal(cov_tally_push(t, &p, NULL), COV_ERR_ARGUMENT);
    cov_tally_free(t);
    cov_tally_free(NULL);
    free_country(&c);
}

static void a_ledger_is_checked(void **state)
{
    (void)state;
    const cov_ledger good = {.read = {15, 150},
                             .assigned = {1, 10},
                             .outside = {2, 20},
                             .no_location = {3, 30},
                             .duplicate = {4, 40},
                             .rejected = {5, 50},
                             .overlap = {1, 10}};
    assert_int_equal(cov_ledger_check(&good, NULL), COV_OK);
    uint64_t *word;
    for (size_t i = 0; i < sizeof good / sizeof *word; i++) {
        cov_ledger bad = good;
        word = (uint64_t *)(void *)&bad + i;
        cov_error err;
        ++*word;
        assert_fails(cov_ledger_check(&bad, &err), &err, COV_ERR_LEDGER, "balance");
        *word = UINT64_MAX; /* no sum may wrap */
        assert_fails(cov_ledger_check(&bad, &err), &err, COV_ERR_LEDGER, "balance");
    }
    cov_ledger wrapped = good;
    wrapped.outside.weight += UINT64_C(1) << 63;
    wrapped.rejected.weight += UINT64_C(1) << 63;
    assert_int_equal(cov_ledger_check(&wrapped, NULL), COV_ERR_LEDGER);
}

/* ---------------------------------------------------------------- the table */

static void a_table_has_its_limit(void **state)
{
    (void)state;
    cov_tally_cells t = {.n = 0};
    cov_error err;
    assert_int_equal(cov_tally_cells_reserve(&t, 1, NULL), COV_OK);
    cov_tally_cells before = t;
    assert_fails(cov_tally_cells_reserve(&t, (size_t)UINT32_MAX, &err), &err, COV_ERR_LIMIT,
                 "limit");
    assert_memory_equal(&t, &before, sizeof t);
    cov_free(t.cell);
    cov_free(t.slot);
}

/* Who makes up cells that collide in one table knows nothing of the next. */
static void tables_hash_each_their_own_way(void **state)
{
    (void)state;
    enum { N = 1000 };
    cov_tally_cells a = {.n = 0}, b = {.n = 0};
    assert_int_equal(cov_tally_cells_reserve(&a, N, NULL), COV_OK);
    assert_int_equal(cov_tally_cells_reserve(&b, N, NULL), COV_OK);
    for (int i = 0; i < N; i++) {
        cov_tally_cells_add(&a, (cov_tally_cell){.set = 1, .weight = 1, .area = i});
        cov_tally_cells_add(&b, (cov_tally_cell){.set = 1, .weight = 1, .area = i});
    }
    assert_int_equal(a.n_slots, b.n_slots);
    assert_memory_not_equal(a.slot, b.slot, a.n_slots * sizeof *a.slot);
    cov_free(a.cell);
    cov_free(a.slot);
    cov_free(b.cell);
    cov_free(b.slot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_stop_at_the_last_number),
        cmocka_unit_test(cells_stop_at_their_limit),
        cmocka_unit_test(a_bad_point_refuses_the_whole_batch),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(a_ledger_is_checked),
        cmocka_unit_test(a_table_has_its_limit),
        cmocka_unit_test(tables_hash_each_their_own_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
