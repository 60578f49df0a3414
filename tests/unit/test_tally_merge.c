/* Merging: any split of the points, in any order, in any scales, ends in the same bytes.
 * SPDX-License-Identifier: MIT */
#include "engine.h"

#include "engine/tally.h"

/* ---------------------------------------------------------------- any split, any order */

/* Push `n` households in random batches to random tallies, then merge those in a random tree. */
static bytes count_in_pieces(const country *c, const household *h, size_t n, rng *r)
{
    size_t n_parts = 1 + rng_below(r, 7);
    cov_tally *part[8];
    for (size_t i = 0; i < n_parts; i++)
        part[i] = make_tally(c, 1);
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
    size_t n = 3000, order[3000];
    household *h = random_households(&r, n), *shuffled = blank(n, sizeof *h);
    forget_some(h, n, &r);
    cov_tally *t = make_tally(&c, 1);
    push(t, h, n);
    bytes expected = save(t);
    for (size_t round = 0; round < 60; round++) {
        rng_shuffle(&r, order, n);
        for (size_t i = 0; i < n; i++)
            shuffled[i] = h[order[i]];
        bytes b = count_in_pieces(round % 2 ? &c : &same, shuffled, n, &r);
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
    forget_some(h, 2000, &r);
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
    cov_points p = places_of(h, 1);
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

/* Parts of all scales, merged in a random tree: as if all had been counted in the finest of them.
 */
static void any_scales_merge_exactly(void **state)
{
    (void)state;
    rng r = {17};
    country c = make_country(&r, 1);
    enum { PART = 200, MOST = 7 };
    household *h = random_households(&r, PART * MOST);
    forget_some(h, PART * MOST, &r);
    for (size_t round = 0; round < 100; round++) {
        size_t n_parts = 2 + rng_below(&r, MOST - 1);
        cov_tally *part[MOST];
        uint32_t scale[MOST], finest = 1;
        for (size_t i = 0; i < n_parts; i++) {
            scale[i] = scales[rng_below(&r, N_SCALES)];
            finest = scale[i] > finest ? scale[i] : finest;
            part[i] = make_tally(&c, scale[i]);
            push(part[i], h + i * PART, PART);
        }
        cov_tally *all = make_tally(&c, finest);
        for (size_t i = 0; i < n_parts * PART; i++) {
            household one = h[i];
            one.weight *= finest / scale[i / PART];
            push(all, &one, 1);
        }
        bytes expected = save(all);
        while (n_parts > 1) {
            size_t into = rng_below(&r, n_parts - 1);
            cov_tally *from = part[--n_parts];
            assert_int_equal(cov_tally_merge(part[into], from, NULL), COV_OK);
            cov_tally_free(from);
        }
        assert_saves_as(part[0], expected);
        cov_tally_free(part[0]);
        cov_tally_free(all);
        free(expected.at);
    }
    free(h);
    free_country(&c);
}

static void a_promotion_that_overflows(const country *c, uint32_t from_scale, uint32_t to_scale)
{
    uint64_t factor = to_scale / from_scale;
    household big = {0.5, 0.5, UINT64_MAX / factor + 1, 0, 0}, one = {0.5, 0.5, 1, 0, 0};
    cov_tally *coarse = make_tally(c, from_scale), *fine = make_tally(c, to_scale);
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

    /* the most that fits: factor * (2^64 / factor) + the rest */
    coarse = make_tally(c, from_scale);
    fine = make_tally(c, to_scale);
    big.weight = UINT64_MAX / factor;
    one.weight = UINT64_MAX % factor;
    push(coarse, &big, 1);
    push(fine, &one, 1);
    assert_int_equal(cov_tally_merge(coarse, fine, NULL), COV_OK);
    assert_true(coarse->ledger.read.weight == UINT64_MAX);
    assert_true(coarse->cells.n == 1 && coarse->cells.cell[0].weight == UINT64_MAX);
    cov_tally_free(coarse);
    cov_tally_free(fine);
    free(coarse_bytes.at);
    free(fine_bytes.at);
}

static void a_promotion_that_overflows_changes_nothing(void **state)
{
    (void)state;
    rng r = {8};
    country c = make_country(&r, 1);
    for (size_t i = 0; i < N_SCALES; i++) {
        for (size_t k = i + 1; k < N_SCALES; k++)
            a_promotion_that_overflows(&c, scales[i], scales[k]);
    }
    free_country(&c);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_split_and_order_gives_the_same_bytes),
        cmocka_unit_test(the_finer_scale_wins),
        cmocka_unit_test(any_scales_merge_exactly),
        cmocka_unit_test(a_promotion_that_overflows_changes_nothing),
        cmocka_unit_test(tallies_that_do_not_belong_together_do_not_merge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
