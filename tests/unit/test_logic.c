/* The answers of a report where some are unknown, and those of the best operator: every row against
 * a sum by hand. SPDX-License-Identifier: MIT */
#include "engine.h"

#include "asked.h"

static const cov_service service[] = {{"2g/viettel", NULL}, {"3g/vnpt", NULL}, {"3g/viettel", NULL},
                                      {"2g/vnpt", NULL},    {"sat", NULL},     {"2g/mobi", NULL}};
#define N (sizeof service / sizeof service[0])

/* Of each operator, in the order of the services. */
#define N_OPERATORS 4
static const uint64_t operator_set[N_OPERATORS] = {0x05, 0x0A, 0x10, 0x20};

static const cov_indicator indicators[] = {{"best", "best(2g/*, 3g/*, sat)"},
                                           {"both", "2g/viettel & 3g/vnpt"},
                                           {"two", "best(3g)"},
                                           {"many", "operators(*) >= 2"}};

/* ---------------------------------------------------------------- by hand */

static bool is_part(const cov_report *r, size_t number, int32_t area)
{
    cov_row row;
    assert_int_equal(cov_report_row(r, number, &row, NULL), COV_OK);
    size_t x = (size_t)area % SIDE, y = (size_t)area / SIDE;
    if (row.level == 3)
        return true;
    if (row.level == 0)
        return row.area == area;
    const char *province = province_of((size_t)row.area % SIDE, (size_t)row.area / SIDE);
    const char *district = district_of((size_t)row.area % SIDE, (size_t)row.area / SIDE);
    if (province_of(x, y) != province)
        return false;
    return row.level == 2 || district_of(x, y) == district;
}

typedef struct sum {
    uint64_t yes, unknown, households;
} sum;

/* Of the households of a row: any of these services? */
static sum sum_any(const cov_report *r, size_t row, const cov_tally *t, uint64_t set)
{
    sum all = {0, 0, 0};
    for (size_t i = 0; i < t->cells.n; i++) {
        const cov_tally_cell *cell = &t->cells.cell[i];
        if (!is_part(r, row, cell->area))
            continue;
        all.households += cell->weight;
        if (cell->set & set)
            all.yes += cell->weight;
        else if (cell->unknown & set)
            all.unknown += cell->weight;
    }
    return all;
}

/* The greatest share: no other is greater, by exact fractions, and none before it is equal. */
static sum best_of(const sum *sums, size_t n)
{
    __extension__ typedef unsigned __int128 wide;
    for (size_t i = 0; i < n; i++) {
        bool wins = true;
        uint64_t of = sums[i].households - sums[i].unknown;
        for (size_t k = 0; k < n; k++) {
            uint64_t other = sums[k].households - sums[k].unknown;
            wide mine = (wide)sums[i].yes * other, its = (wide)sums[k].yes * of;
            if (k == i || (of == 0 && other == 0))
                wins = wins && (k >= i || of != 0);
            else if (of == 0 || other == 0)
                wins = wins && of != 0;
            else
                wins = wins && (k < i ? mine > its : mine >= its);
        }
        if (wins)
            return sums[i];
    }
    fail_msg("nobody wins");
    return sums[0];
}

static void assert_share(const cov_report *r, size_t row, size_t indicator, sum expected)
{
    cov_share share;
    assert_int_equal(cov_report_share(r, row, indicator, &share, NULL), COV_OK);
    assert_true(share.n == expected.yes);
    assert_true(share.unknown == expected.unknown);
    assert_true(share.of == expected.households - expected.unknown);
    if (share.of == 0)
        assert_true(isnan(share.share));
    else
        assert_true(share.share == (double)share.n / (double)share.of);
}

/* ---------------------------------------------------------------- rows */

/* Both services: unknown unless one is known to be missing. */
static sum sum_both(const cov_report *r, size_t row, const cov_tally *t)
{
    sum all = {0, 0, 0};
    for (size_t i = 0; i < t->cells.n; i++) {
        const cov_tally_cell *cell = &t->cells.cell[i];
        if (!is_part(r, row, cell->area))
            continue;
        all.households += cell->weight;
        if ((cell->set & 3) == 3)
            all.yes += cell->weight;
        else if (((cell->set | cell->unknown) & 3) == 3)
            all.unknown += cell->weight;
    }
    return all;
}

static void assert_row(const cov_report *r, size_t row, const cov_tally *t)
{
    sum sums[N_OPERATORS], two[2];
    for (size_t i = 0; i < N_OPERATORS; i++)
        sums[i] = sum_any(r, row, t, operator_set[i]);
    assert_share(r, row, 0, best_of(sums, N_OPERATORS));
    assert_share(r, row, 1, sum_both(r, row, t));
    two[0] = sum_any(r, row, t, 2);
    two[1] = sum_any(r, row, t, 4);
    assert_share(r, row, 2, best_of(two, 2));
}

static void rows_are_sums_of_what_is_known(void **state)
{
    (void)state;
    rng r = {1};
    cov_areas *areas = make_areas(&r, 1);
    for (size_t round = 0; round < 60; round++) {
        cov_tally *t = asked_tally(areas, service, N, round % 2 ? 1 : 1000);
        asked_fill(t, &r, round < 4 ? round : rng_below(&r, 400), (1u << N) - 1);
        cov_report *report = NULL;
        cov_error err;
        if (cov_report_create(t, indicators, 4, &report, &err) != COV_OK)
            fail_msg("%s", err.message);
        assert_int_equal(cov_report_indicators(report), 4);
        for (size_t i = 0; i < cov_report_rows(report); i++)
            assert_row(report, i, t);
        cov_report_free(report);
        cov_tally_free(t);
    }
    cov_areas_free(areas);
}

/* Weights of the size that a product of two of them needs 128 bits. */
static void shares_are_compared_exactly(void **state)
{
    (void)state;
    rng r = {2};
    cov_areas *areas = make_areas(&r, 1);
    const uint64_t big = UINT64_C(1) << 61;
    cov_tally *t = asked_tally(areas, service, N, 1);
    asked_add(t, 0, 0x02, 0, big - 1); /* vnpt alone */
    asked_add(t, 0, 0x01, 0, big);     /* viettel alone: 1 household more */
    cov_report *report = NULL;
    assert_int_equal(cov_report_create(t, indicators, 1, &report, NULL), COV_OK);
    assert_share(report, 0, 0, (sum){big, 0, 2 * big - 1});
    cov_report_free(report);
    asked_add(t, 0, 0x02, 0, 2);
    assert_int_equal(cov_report_create(t, indicators, 1, &report, NULL), COV_OK);
    assert_share(report, 0, 0, (sum){big + 1, 0, 2 * big + 1});
    cov_report_free(report);
    cov_tally_free(t);
    cov_areas_free(areas);
}

/* Of equal shares the operator of the first service, though its n is smaller. */
static void the_first_of_equals_wins(void **state)
{
    (void)state;
    rng r = {3};
    cov_areas *areas = make_areas(&r, 1);
    cov_tally *t = asked_tally(areas, service, N, 1);
    asked_add(t, 7, 0x02, 0x05, 2); /* vnpt yes, viettel unknown */
    asked_add(t, 7, 0x07, 0, 1);
    asked_add(t, 7, 0x00, 0x05, 2);
    asked_add(t, 7, 0x00, 0, 1);
    /* viettel 1 of 2, vnpt 3 of 6 */
    cov_report *report = NULL;
    assert_int_equal(cov_report_create(t, indicators, 1, &report, NULL), COV_OK);
    assert_share(report, 7, 0, (sum){1, 4, 6});
    cov_report_free(report);
    /* another area has another operator: the total is nobody's sum */
    asked_add(t, 8, 0x08, 0, 10);
    assert_int_equal(cov_report_create(t, indicators, 1, &report, NULL), COV_OK);
    assert_share(report, 8, 0, (sum){10, 0, 10});
    assert_share(report, cov_report_rows(report) - 1, 0, (sum){13, 0, 16});
    cov_report_free(report);
    cov_tally_free(t);
    cov_areas_free(areas);
}

static void nothing_known_is_no_share(void **state)
{
    (void)state;
    rng r = {4};
    cov_areas *areas = make_areas(&r, 1);
    cov_tally *t = asked_tally(areas, service, N, 1);
    asked_add(t, 0, 0, 0x3F, 5);
    asked_add(t, 1, 0, 0x1F, 5); /* mobi is known not to be there */
    cov_report *report = NULL;
    const cov_indicator asked[] = {{"best", "best(2g)"}, {"2g", "2g"}};
    assert_int_equal(cov_report_create(t, asked, 2, &report, NULL), COV_OK);
    assert_share(report, 0, 0, (sum){0, 5, 5});
    assert_share(report, 0, 1, (sum){0, 5, 5});
    assert_share(report, 1, 0, (sum){0, 0, 5});
    assert_share(report, 2, 0, (sum){0, 0, 0});
    cov_report_free(report);
    cov_tally_free(t);
    cov_areas_free(areas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sums_of_what_is_known),
        cmocka_unit_test(shares_are_compared_exactly),
        cmocka_unit_test(the_first_of_equals_wins),
        cmocka_unit_test(nothing_known_is_no_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
