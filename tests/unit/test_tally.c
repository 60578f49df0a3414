/* Counting: every number against a sum by hand, every way of splitting against every other.
 * SPDX-License-Identifier: MIT */
#include "engine.h"

#include "base/mem.h"
#include "engine/tally.h"

/* ---------------------------------------------------------------- by hand */

typedef struct sums {
    uint64_t cell[N_AREAS][1 << N_SERVICES];
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
            s->cell[area][expected_set(h[i])] += h[i].weight;
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
        for (size_t set = 0; set < 1 << N_SERVICES; set++)
            n += s->cell[a][set] != 0;
    }
    assert_int_equal(t->cells.n, n);
    for (size_t i = 0; i < t->cells.n; i++)
        assert_true(t->cells.cell[i].weight ==
                    s->cell[t->cells.cell[i].area][t->cells.cell[i].set]);
}

static void counts_are_exact(void **state)
{
    (void)state;
    rng r = {1};
    country c = make_country(&r, 1);
    const size_t sizes[] = {1, 7, 4095, 4096, 4097, 20000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        household *h = random_households(&r, sizes[i]);
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
    cov_points p = {5000, &h->x, &h->y, sizeof *h, sizeof *h, NULL, NULL};
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
    cov_points columns = {n, x, y, 0, sizeof(double), b.weight, b.served};
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
        cov_points p = {n, &h->x, &h->y, sizeof *h, sizeof *h, NULL, NULL};
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

/* ---------------------------------------------------------------- any split, any order */

/* Push `n` households in random batches to random tallies, then merge those in a random tree. */
static bytes count_in_pieces(const country *c, const household *h, size_t n, rng *r,
                             const uint32_t *scales)
{
    size_t n_parts = 1 + rng_below(r, 7);
    cov_tally *part[8];
    for (size_t i = 0; i < n_parts; i++)
        part[i] = make_tally(c, scales[rng_below(r, 2)]);
    for (size_t first = 0; first < n;) {
        size_t size = 1 + rng_below(r, rng_below(r, 4) == 0 ? n : 50);
        if (size > n - first)
            size = n - first;
        push(part[rng_below(r, n_parts)], h + first, size);
        first += size;
    }
    while (n_parts > 1) {
        size_t into = rng_below(r, n_parts), from = rng_below(r, n_parts);
        if (into == from)
            continue;
        if (rng_below(r, 3) == 0) { /* by way of a file */
            bytes b = save(part[from]);
            cov_tally_free(part[from]);
            part[from] = NULL;
            assert_int_equal(cov_tally_load(c->areas, b.at, b.n, &part[from], NULL), COV_OK);
            free(b.at);
        }
        assert_int_equal(cov_tally_merge(part[into], part[from], NULL), COV_OK);
        cov_tally_free(part[from]);
        part[from] = part[--n_parts];
    }
    bytes b = save(part[0]);
    cov_tally_free(part[0]);
    return b;
}

static void any_split_and_order_gives_the_same_bytes(void **state)
{
    (void)state;
    rng r = {6};
    country c = make_country(&r, 1), same = make_country(&r, 1);
    static const uint32_t whole[] = {1, 1};
    size_t n = 3000, order[3000];
    household *h = random_households(&r, n), *shuffled = blank(n, sizeof *h);
    cov_tally *t = make_tally(&c, 1);
    push(t, h, n);
    bytes expected = save(t);
    for (size_t round = 0; round < 60; round++) {
        rng_shuffle(&r, order, n);
        for (size_t i = 0; i < n; i++)
            shuffled[i] = h[order[i]];
        bytes b = count_in_pieces(round % 2 ? &c : &same, shuffled, n, &r, whole);
        assert_same_bytes(b, expected);
        free(b.at);
    }
    cov_tally_free(t);
    free(expected.at);
    free(shuffled);
    free(h);
    free_country(&same);
    free_country(&c);
}

/* ---------------------------------------------------------------- scales */

static void the_finer_scale_wins(void **state)
{
    (void)state;
    rng r = {7};
    country c = make_country(&r, 1);
    household *h = random_households(&r, 2000);
    cov_tally *coarse = make_tally(&c, 1), *fine = make_tally(&c, 1000),
              *all = make_tally(&c, 1000);
    push(coarse, h, 1000);
    push(fine, h + 1000, 1000);
    push(all, h + 1000, 1000);
    for (size_t i = 0; i < 1000; i++)
        h[i].weight *= 1000;
    push(all, h, 1000);
    assert_int_equal(cov_tally_exclude(coarse, COV_EXCLUDE_REJECTED, 2, 9, NULL), COV_OK);
    assert_int_equal(cov_tally_exclude(all, COV_EXCLUDE_REJECTED, 2, 9000, NULL), COV_OK);
    bytes expected = save(all), coarse_bytes = save(coarse);

    cov_tally *up = NULL;
    assert_int_equal(cov_tally_load(c.areas, coarse_bytes.at, coarse_bytes.n, &up, NULL), COV_OK);
    assert_int_equal(cov_tally_merge(up, fine, NULL), COV_OK); /* 1 becomes 1000 */
    assert_int_equal(cov_tally_scale(up), 1000);
    assert_saves_as(up, expected);
    assert_int_equal(cov_tally_merge(fine, coarse, NULL), COV_OK); /* 1000 takes 1 */
    assert_saves_as(fine, expected);
    assert_saves_as(coarse, coarse_bytes);
    /* NULL weights are whole households in the new scale, too */
    cov_points p = {1, &h->x, &h->y, 0, 0, NULL, NULL};
    assert_int_equal(cov_tally_merge(coarse, all, NULL), COV_OK);
    uint64_t before = coarse->ledger.read.weight;
    assert_int_equal(cov_tally_push(coarse, &p, NULL), COV_OK);
    assert_true(coarse->ledger.read.weight == before + 1000);

    cov_tally_free(up);
    cov_tally_free(coarse);
    cov_tally_free(fine);
    cov_tally_free(all);
    free(expected.at);
    free(coarse_bytes.at);
    free(h);
    free_country(&c);
}

static void a_promotion_that_overflows_changes_nothing(void **state)
{
    (void)state;
    rng r = {8};
    country c = make_country(&r, 1);
    household big = {0.5, 0.5, UINT64_MAX / 1000 + 1, 0}, one = {0.5, 0.5, 1, 0};
    cov_tally *coarse = make_tally(&c, 1), *fine = make_tally(&c, 1000);
    push(coarse, &big, 1);
    push(fine, &one, 1);
    bytes coarse_bytes = save(coarse), fine_bytes = save(fine);
    cov_error err;
    assert_fails(cov_tally_merge(coarse, fine, &err), &err, COV_ERR_LIMIT, "2^64-1");
    assert_fails(cov_tally_merge(fine, coarse, &err), &err, COV_ERR_LIMIT, "2^64-1");
    assert_saves_as(coarse, coarse_bytes);
    assert_saves_as(fine, fine_bytes);
    cov_tally_free(coarse);
    cov_tally_free(fine);

    /* the most that fits: 1000 * (2^64 / 1000) + the rest */
    coarse = make_tally(&c, 1);
    fine = make_tally(&c, 1000);
    big.weight = UINT64_MAX / 1000;
    one.weight = UINT64_MAX % 1000;
    push(coarse, &big, 1);
    push(fine, &one, 1);
    assert_int_equal(cov_tally_merge(coarse, fine, NULL), COV_OK);
    assert_true(coarse->ledger.read.weight == UINT64_MAX);
    assert_true(coarse->cells.n == 1 && coarse->cells.cell[0].weight == UINT64_MAX);
    cov_tally_free(coarse);
    cov_tally_free(fine);
    free(coarse_bytes.at);
    free(fine_bytes.at);
    free_country(&c);
}

/* ---------------------------------------------------------------- limits, all or nothing */

static void sums_stop_at_the_last_number(void **state)
{
    (void)state;
    rng r = {9};
    country c = make_country(&r, 1);
    cov_tally *t = make_tally(&c, 1), *other = make_tally(&c, 1);
    household h[] = {{0.5, 0.5, UINT64_MAX - 5, 0}, {1.5, 0.5, 5, 0}, {NAN, 0, 1, 0}};
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
    household h[] = {{0.5, 0.5, 1, 0}, {1.5, 0.5, 1, 0}, {2.5, 0.5, 1, 0},
                     {2.5, 0.5, 1, 4}, {0.5, 0.5, 7, 0}, {3.5, 0.5, 0, 0}};
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
            batch b = make_batch(h, n);
            b.served[place[k]] |= bad[i];
            char number[32];
            snprintf(number, sizeof number, "point number %zu ", place[k] + 1);
            assert_fails(cov_tally_push(t, &b.points, &err), &err, COV_ERR_ARGUMENT, number);
            assert_saves_as(t, before);
            free_batch(&b);
        }
    }
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
    for (size_t i = 0; i < n; i++)
        h[i].served = rng_next(&r);
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

/* ---------------------------------------------------------------- what is refused */

static void tallies_that_do_not_belong_together_do_not_merge(void **state)
{
    (void)state;
    rng r = {13};
    country c = make_country(&r, 1), wider = make_country(&r, 1.25);
    cov_tally *t = make_tally(&c, 1), *other = make_tally(&wider, 1);
    cov_error err;
    assert_fails(cov_tally_merge(t, other, &err), &err, COV_ERR_MISMATCH, "areas");
    cov_tally_free(other);

    cov_service swapped[N_SERVICES];
    memcpy(swapped, c.service, sizeof swapped);
    swapped[0] = c.service[1];
    swapped[1] = c.service[0];
    assert_int_equal(cov_tally_create(c.areas, swapped, N_SERVICES, NULL, &other, NULL), COV_OK);
    assert_fails(cov_tally_merge(t, other, &err), &err, COV_ERR_MISMATCH,
                 "number 1 is \"4g/viettel\" in one tally and \"4g/vnpt\"");
    cov_tally_free(other);
    assert_int_equal(cov_tally_create(c.areas, swapped, 4, NULL, &other, NULL), COV_OK);
    assert_fails(cov_tally_merge(t, other, &err), &err, COV_ERR_MISMATCH, "5 and 4 services");
    cov_tally_free(other);

    assert_fails(cov_tally_merge(t, t, &err), &err, COV_ERR_ARGUMENT, "itself");
    assert_fails(cov_tally_merge(t, NULL, &err), &err, COV_ERR_ARGUMENT, "two tallies");
    assert_fails(cov_tally_merge(NULL, t, &err), &err, COV_ERR_ARGUMENT, "two tallies");
    cov_tally_free(t);
    free_country(&wider);
    free_country(&c);
}

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
    options.scale = 7;
    assert_fails(cov_tally_create(c.areas, NULL, 0, &options, &t, &err), &err, COV_ERR_ARGUMENT,
                 "scale of 7");
    options.size = 1;
    assert_fails(cov_tally_create(c.areas, NULL, 0, &options, &t, &err), &err, COV_ERR_ARGUMENT,
                 "COV_TALLY_OPTIONS_INIT");
    assert_ptr_equal(t, untouched);

    t = make_tally(&c, 1);
    double x = 0;
    cov_points p = {1, &x, NULL, 0, 0, NULL, NULL};
    assert_fails(cov_tally_push(t, &p, &err), &err, COV_ERR_ARGUMENT, "no y");
    assert_fails(cov_tally_push(t, NULL, &err), &err, COV_ERR_ARGUMENT, "no points");
    assert_fails(cov_tally_push(NULL, &p, &err), &err, COV_ERR_ARGUMENT, "no tally");
    assert_fails(cov_tally_exclude(t, (cov_exclusion)3, 1, 1, &err), &err, COV_ERR_ARGUMENT, "3");
    assert_fails(cov_tally_exclude(NULL, COV_EXCLUDE_REJECTED, 1, 1, &err), &err, COV_ERR_ARGUMENT,
                 "no tally");
    assert_int_equal(cov_tally_push(t, &p, NULL), COV_ERR_ARGUMENT);
    cov_tally_free(t);
    cov_tally_free(NULL);
    free_country(&c);
}

static void exclusions_are_booked(void **state)
{
    (void)state;
    rng r = {15};
    country c = make_country(&r, 1);
    cov_tally *t = make_tally(&c, 1);
    household h = {0.5, 0.5, 3, 0};
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

static void a_table_has_its_limit(void **state)
{
    (void)state;
    cov_table t = {.n = 0};
    cov_error err;
    assert_int_equal(cov_table_reserve(&t, 1, NULL), COV_OK);
    cov_table before = t;
    assert_fails(cov_table_reserve(&t, (size_t)UINT32_MAX, &err), &err, COV_ERR_LIMIT, "limit");
    assert_memory_equal(&t, &before, sizeof t);
    cov_free(t.cell);
    cov_free(t.slot);
}

/* Who makes up cells that collide in one table knows nothing of the next. */
static void tables_hash_each_their_own_way(void **state)
{
    (void)state;
    enum { N = 1000 };
    cov_table a = {.n = 0}, b = {.n = 0};
    assert_int_equal(cov_table_reserve(&a, N, NULL), COV_OK);
    assert_int_equal(cov_table_reserve(&b, N, NULL), COV_OK);
    for (int i = 0; i < N; i++) {
        cov_table_add(&a, i, 1, 1);
        cov_table_add(&b, i, 1, 1);
    }
    assert_int_equal(a.n_slots, b.n_slots);
    assert_memory_not_equal(a.slot, b.slot, a.n_slots * sizeof *a.slot);
    cov_free(a.cell);
    cov_free(a.slot);
    cov_free(b.cell);
    cov_free(b.slot);
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
        cmocka_unit_test(an_empty_push_changes_nothing),
        cmocka_unit_test(any_split_and_order_gives_the_same_bytes),
        cmocka_unit_test(the_finer_scale_wins),
        cmocka_unit_test(a_promotion_that_overflows_changes_nothing),
        cmocka_unit_test(sums_stop_at_the_last_number),
        cmocka_unit_test(cells_stop_at_their_limit),
        cmocka_unit_test(a_bad_point_refuses_the_whole_batch),
        cmocka_unit_test(tables_grow),
        cmocka_unit_test(tallies_that_do_not_belong_together_do_not_merge),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(exclusions_are_booked),
        cmocka_unit_test(a_ledger_is_checked),
        cmocka_unit_test(a_table_has_its_limit),
        cmocka_unit_test(tables_hash_each_their_own_way),
        cmocka_unit_test(services_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
