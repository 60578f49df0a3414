/* Counting: every number against a sum by hand, however the points come.
 * SPDX-License-Identifier: MIT */
#include "engine.h"

#include "engine/tally.h"

/* ---------------------------------------------------------------- by hand */

typedef struct sums {
    uint64_t cell[N_AREAS][1 << N_SERVICES][1 << N_SERVICES]; /* area, set, unknown */
    cov_ledger ledger;
} sums;

static void add(cov_count *c, uint64_t weight)
{
    c->points++;
    c->weight += weight;
}

static sums *sum_by_hand(const household *h, size_t n)
{
    sums *s = blank(1, sizeof *s);
    for (size_t i = 0; i < n; i++) {
        int area = expected_area(h[i]);
        bool nowhere = !isfinite(h[i].x) || !isfinite(h[i].y);
        add(&s->ledger.read, h[i].weight);
        add(area >= 0 ? &s->ledger.assigned
            : nowhere ? &s->ledger.no_location
                      : &s->ledger.outside,
            h[i].weight);
        if (area >= 0)
            s->cell[area][expected_set(h[i])][expected_unknown(h[i])] += h[i].weight;
    }
    return s;
}

static void assert_sums(const cov_tally *t, const sums *s)
{
    cov_ledger ledger;
    cov_tally_ledger(t, &ledger);
    assert_memory_equal(&ledger, &s->ledger, sizeof ledger);
    size_t n = 0;
    for (size_t a = 0; a < N_AREAS; a++) {
        for (size_t set = 0; set < 1 << N_SERVICES; set++) {
            for (size_t unknown = 0; unknown < 1 << N_SERVICES; unknown++)
                n += s->cell[a][set][unknown] != 0;
        }
    }
    assert_int_equal(t->cells.n, n);
    for (size_t i = 0; i < t->cells.n; i++) {
        cov_tally_cell cell = t->cells.cell[i];
        assert_true(cell.weight == s->cell[cell.area][cell.set][cell.unknown]);
    }
}

static void counts_are_exact(void **state)
{
    (void)state;
    rng r = {1};
    country c = make_country(&r, 1);
    const size_t sizes[] = {1, 7, 4095, 4096, 4097, 20000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        household *h = random_households(&r, sizes[i]);
        if (i % 2 == 1)
            forget_some(h, sizes[i], &r);
        sums *expected = sum_by_hand(h, sizes[i]);
        cov_tally *t = make_tally(&c, 1);
        push(t, h, sizes[i]);
        assert_sums(t, expected);
        assert_int_equal(cov_ledger_check(&t->ledger, NULL), COV_OK);
        cov_tally_free(t);
        free(expected);
        free(h);
    }
    free_country(&c);
}

static void columns_may_be_absent(void **state)
{
    (void)state;
    rng r = {2};
    country c = make_country(&r, 1);
    household *h = random_households(&r, 5000);
    for (size_t i = 0; i < 5000; i++) {
        h[i].weight = 1000;
        h[i].served = 0;
    }
    sums *expected = sum_by_hand(h, 5000);
    cov_tally *t = make_tally(&c, 1000);
    cov_points p = places_of(h, 5000);
    assert_int_equal(cov_tally_push(t, &p, NULL), COV_OK);
    assert_sums(t, expected);
    cov_tally_free(t);
    free(expected);
    free(h);
    free_country(&c);
}

static void strides_are_bytes(void **state)
{
    (void)state;
    rng r = {3};
    country c = make_country(&r, 1);
    size_t n = 5000;
    household *h = random_households(&r, n);
    cov_tally *t = make_tally(&c, 1);
    push(t, h, n);
    bytes expected = save(t);
    cov_tally_free(t);

    double *x = blank(n, 8), *y = blank(n, 8);
    unsigned char *packed = blank(n, 17);
    for (size_t i = 0; i < n; i++) {
        x[i] = h[i].x;
        y[i] = h[i].y;
        memcpy(packed + 17 * i + 1, &x[i], 8);
        memcpy(packed + 17 * i + 9, &y[i], 8);
    }
    batch b = make_batch(h, n);
    cov_points columns = b.points;
    columns.x = x;
    columns.y = y;
    columns.x_stride = 0;
    columns.y_stride = sizeof(double);
    t = make_tally(&c, 1);
    assert_int_equal(cov_tally_push(t, &columns, NULL), COV_OK);
    assert_saves_as(t, expected);
    cov_tally_free(t);

    /* where no machine would align a double */
    cov_points odd = columns;
    odd.x = (const double *)(const void *)(packed + 1);
    odd.y = (const double *)(const void *)(packed + 9);
    odd.x_stride = odd.y_stride = 17;
    t = make_tally(&c, 1);
    assert_int_equal(cov_tally_push(t, &odd, NULL), COV_OK);
    assert_saves_as(t, expected);
    cov_tally_free(t);
    free(expected.at);
    free(packed);
    free(x);
    free(y);
    free_batch(&b);
    free(h);
    free_country(&c);
}

static void overlaps_are_weighed(void **state)
{
    (void)state;
    rng r = {4};
    country c = make_country(&r, 1.25);
    for (size_t round = 0; round < 20; round++) {
        size_t n = 1 + rng_below(&r, 9000);
        household *h = random_households(&r, n);
        cov_count expected = {0, 0}, assigned = {0, 0};
        for (size_t i = 0; i < n; i++) {
            if (round % 4 == 0)
                h[i].x = h[i].y = 1.125; /* all of them */
            if (round % 4 == 1)
                h[i].x = h[i].y = 0.5; /* none */
            size_t holds = 0;
            for (size_t a = 0; a < N_AREAS; a++) {
                double x = (double)(a % SIDE), y = (double)(a / SIDE);
                holds += in_box((double[4]){x, y, x + 1.25, y + 1.25}, h[i]);
            }
            if (holds > 0)
                add(&assigned, h[i].weight);
            if (holds > 1)
                add(&expected, h[i].weight);
        }
        cov_tally *t = make_tally(&c, 1);
        push(t, h, n);
        assert_memory_equal(&t->ledger.assigned, &assigned, sizeof assigned);
        assert_memory_equal(&t->ledger.overlap, &expected, sizeof expected);
        cov_tally_free(t);
        t = make_tally(&c, 1000);
        cov_points p = places_of(h, n);
        assert_int_equal(cov_tally_push(t, &p, NULL), COV_OK);
        assert_true(t->ledger.overlap.points == expected.points);
        assert_true(t->ledger.overlap.weight == expected.points * 1000);
        cov_tally_free(t);
        free(h);
    }
    free_country(&c);
}

static void an_empty_push_changes_nothing(void **state)
{
    (void)state;
    rng r = {5};
    country c = make_country(&r, 1);
    cov_tally *t = make_tally(&c, 1);
    bytes before = save(t);
    cov_points p = COV_POINTS_INIT;
    assert_int_equal(cov_tally_push(t, &p, NULL), COV_OK);
    assert_saves_as(t, before);
    free(before.at);
    cov_tally_free(t);
    free_country(&c);
}

/* Five answers that come with the points, each yes, no or unknown, and some both yes and unknown:
 * then it is yes. */
static void yes_wins_over_unknown(void **state)
{
    (void)state;
    rng r = {20};
    country c = make_country(&r, 1);
    size_t n = 40000, contradicted = 0;
    for (size_t k = 0; k < N_SERVICES; k++)
        c.service[k].footprint = NULL;
    household *h = random_households(&r, n);
    sums *expected = blank(1, sizeof *expected);
    for (size_t i = 0; i < n; i++) {
        uint64_t yes = rng_below(&r, 1 << N_SERVICES), unknown = rng_below(&r, 1 << N_SERVICES);
        h[i].served = yes;
        h[i].unknown = unknown;
        contradicted += (yes & unknown) != 0;
        int area = expected_area(h[i]);
        if (area >= 0)
            expected->cell[area][yes][unknown & ~yes] += h[i].weight;
    }
    assert_true(contradicted > n / 4);
    cov_tally *t = make_tally(&c, 1);
    push(t, h, n);
    expected->ledger = t->ledger;
    assert_sums(t, expected);
    cov_tally_free(t);
    free(expected);
    free(h);
    free_country(&c);
}

/* ---------------------------------------------------------------- areas that are told */

/* Push what the caller knows instead of having it found. */
static void push_told(cov_tally *t, const cov_points *places, const int32_t *area,
                      const uint8_t *overlap)
{
    cov_points p = *places;
    p.area = area;
    p.overlap = overlap;
    cov_error err = {0};
    if (cov_tally_push(t, &p, &err) != COV_OK)
        fail_msg("%s", err.message);
}

/* Told as they would be found, with places and, for services that need none, without. */
static void told_areas_count_like_found_ones(void **state)
{
    (void)state;
    rng r = {21};
    for (size_t round = 0; round < 12; round++) {
        country c = make_country(&r, round % 2 ? 1.25 : 1);
        size_t n = 1 + rng_below(&r, 10000);
        household *h = random_households(&r, n);
        forget_some(h, n, &r);
        batch b = make_batch(h, n);
        int32_t *area = blank(n, sizeof *area);
        uint8_t *overlap = blank(n, 1);
        assert_int_equal(cov_areas_locate(c.areas, &b.points, area, overlap, NULL), COV_OK);
        for (unsigned footprints = 0; footprints < 2; footprints++) {
            cov_points places = b.points;
            if (!footprints) {
                for (size_t k = 0; k < N_SERVICES; k++)
                    c.service[k].footprint = NULL;
                places.x = places.y = NULL;
            }
            cov_tally *found = make_tally(&c, 1000), *told = make_tally(&c, 1000);
            push(found, h, n);
            push_told(told, &places, area, overlap);
            bytes expected = save(found);
            assert_saves_as(told, expected);
            free(expected.at);
            cov_tally_free(found);
            cov_tally_free(told);
            for (size_t k = 0; k < N_SERVICES; k++)
                c.service[k].footprint = c.footprint[k];
        }
        free(overlap);
        free(area);
        free_batch(&b);
        free(h);
        free_country(&c);
    }
}

/* What is told is what counts, wherever the point is. */
static void told_areas_are_believed(void **state)
{
    (void)state;
    rng r = {22};
    country c = make_country(&r, 1);
    const household h[] = {
        {0.5, 0.5, 1, 0, 0}, {0.5, 0.5, 2, 0, 0}, {0.5, 0.5, 4, 0, 0}, {9, 9, 8, 0, 0}};
    const int32_t area[] = {7, COV_OUTSIDE, COV_NO_LOCATION, N_AREAS - 1};
    const uint8_t overlap[] = {1, 0, 0, 0};
    const cov_ledger expected = {.read = {4, 15},
                                 .assigned = {2, 9},
                                 .outside = {1, 2},
                                 .no_location = {1, 4},
                                 .overlap = {1, 1}};
    cov_tally *t = make_tally(&c, 1);
    batch b = make_batch(h, 4);
    push_told(t, &b.points, area, overlap);
    assert_memory_equal(&t->ledger, &expected, sizeof expected);
    assert_int_equal(t->cells.n, 2);
    assert_true(t->cells.cell[0].area == 7 && t->cells.cell[0].weight == 1);
    assert_true(t->cells.cell[0].set == 1); /* the footprints still ask where it is */
    assert_true(t->cells.cell[1].area == N_AREAS - 1 && t->cells.cell[1].set == 0);
    push_told(t, &b.points, area, NULL);
    assert_true(t->ledger.overlap.points == 1 && t->ledger.assigned.points == 4);
    free_batch(&b);
    cov_tally_free(t);
    free_country(&c);
}

/* ---------------------------------------------------------------- what it holds */

/* More cells than fit in the first table, in one batch and in many. */
static void tables_grow(void **state)
{
    (void)state;
    rng r = {12};
    cov_areas *areas = make_areas(&r, 1);
    cov_service service[COV_SERVICES_MAX];
    char name[COV_SERVICES_MAX][8];
    for (size_t k = 0; k < COV_SERVICES_MAX; k++) {
        snprintf(name[k], sizeof name[k], "s%zu", k);
        service[k] = (cov_service){name[k], NULL};
    }
    cov_tally *one = NULL, *many = NULL;
    assert_int_equal(cov_tally_create(areas, service, 64, NULL, &one, NULL), COV_OK);
    assert_int_equal(cov_tally_create(areas, service, 64, NULL, &many, NULL), COV_OK);
    size_t n = 30000;
    household *h = random_households(&r, n);
    for (size_t i = 0; i < n; i++) {
        h[i].served = rng_next(&r);
        h[i].unknown = rng_next(&r);
    }
    push(one, h, n);
    for (size_t first = 0; first < n; first += 100)
        push(many, h + first, 100);
    assert_true(one->cells.n > 14000);
    bytes b = save(one);
    assert_saves_as(many, b);
    cov_tally *loaded = NULL;
    assert_int_equal(cov_tally_load(areas, b.at, b.n, &loaded, NULL), COV_OK);
    assert_saves_as(loaded, b);
    free(b.at);
    free(h);
    cov_tally_free(loaded);
    cov_tally_free(one);
    cov_tally_free(many);
    cov_areas_free(areas);
}

static void exclusions_are_booked(void **state)
{
    (void)state;
    rng r = {15};
    country c = make_country(&r, 1);
    cov_tally *t = make_tally(&c, 1);
    household h = {0.5, 0.5, 3, 0, 0};
    push(t, &h, 1);
    assert_int_equal(cov_tally_exclude(t, COV_EXCLUDE_DUPLICATE, 2, 20, NULL), COV_OK);
    assert_int_equal(cov_tally_exclude(t, COV_EXCLUDE_REJECTED, 5, 50, NULL), COV_OK);
    cov_ledger ledger,
        expected = {.read = {8, 73}, .assigned = {1, 3}, .duplicate = {2, 20}, .rejected = {5, 50}};
    cov_tally_ledger(t, &ledger);
    assert_memory_equal(&ledger, &expected, sizeof ledger);
    assert_int_equal(cov_ledger_check(&ledger, NULL), COV_OK);
    cov_tally_free(t);
    free_country(&c);
}

static void services_are_told(void **state)
{
    (void)state;
    rng r = {16};
    country c = make_country(&r, 1);
    cov_tally *t = make_tally(&c, 1);
    assert_int_equal(cov_tally_services(t), N_SERVICES);
    for (size_t k = 0; k < N_SERVICES; k++) {
        assert_string_equal(cov_tally_service_name(t, k), service_names[k]);
        assert_ptr_not_equal(cov_tally_service_name(t, k), service_names[k]);
    }
    assert_null(cov_tally_service_name(t, N_SERVICES));
    cov_tally_free(t);
    free_country(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_exact),
        cmocka_unit_test(columns_may_be_absent),
        cmocka_unit_test(strides_are_bytes),
        cmocka_unit_test(overlaps_are_weighed),
        cmocka_unit_test(yes_wins_over_unknown),
        cmocka_unit_test(told_areas_count_like_found_ones),
        cmocka_unit_test(told_areas_are_believed),
        cmocka_unit_test(an_empty_push_changes_nothing),
        cmocka_unit_test(tables_grow),
        cmocka_unit_test(exclusions_are_booked),
        cmocka_unit_test(services_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
