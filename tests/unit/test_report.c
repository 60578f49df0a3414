/* Reports: every row against a sum by hand, and percentages against exact fractions.
 * SPDX-License-Identifier: MIT */
#include "engine.h"

#include "engine/tally.h"

/* ---------------------------------------------------------------- rows by hand */

/* 4g: bits 0 and 1; fiber: 2 and 4; 5g: 3. */
static bool holds(size_t indicator, uint64_t set)
{
    bool viettel = set & 1, vnpt = set & 2, fiber_vnpt = set & 4, fiber_viettel = set & 16;
    const bool answer[] = {viettel || vnpt, viettel && !vnpt, viettel && vnpt,
                           (set & 8) || !(fiber_vnpt || fiber_viettel),
                           fiber_vnpt + fiber_viettel != 1};
    return answer[indicator];
}

#define N_INDICATORS 5
static const cov_indicator indicators[N_INDICATORS] = {{NULL, "4g"},
                                                       {"chỉ Viettel", "4g/viettel & !4g/vnpt"},
                                                       {"both", "all(4g/*)"},
                                                       {"odd", "5g | !fiber"},
                                                       {"not one", "count(fiber/*) != 1"}};

static bool same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Is the area a part of the row? */
static bool belongs(const cov_row *row, size_t area)
{
    size_t x = area % SIDE, y = area / SIDE;
    size_t fx = (size_t)row->area % SIDE, fy = (size_t)row->area / SIDE;
    if (row->level == 0)
        return row->area == (int32_t)area;
    if (row->level == 1)
        return same(district_of(x, y), district_of(fx, fy)) &&
               same(province_of(x, y), province_of(fx, fy));
    return row->level == 3 || same(province_of(x, y), province_of(fx, fy));
}

static void assert_row_is_the_sum(const cov_report *r, size_t number, const household *h, size_t n)
{
    cov_row row;
    assert_int_equal(cov_report_row(r, number, &row, NULL), COV_OK);
    uint64_t of = 0, holding[N_INDICATORS] = {0};
    for (size_t i = 0; i < n; i++) {
        int area = expected_area(h[i]);
        if (area < 0 || !belongs(&row, (size_t)area))
            continue;
        of += h[i].weight;
        for (size_t k = 0; k < N_INDICATORS; k++)
            holding[k] += holds(k, expected_set(h[i])) ? h[i].weight : 0;
    }
    assert_true(row.households == of);
    for (size_t k = 0; k < N_INDICATORS; k++) {
        cov_share share;
        assert_int_equal(cov_report_share(r, number, k, &share, NULL), COV_OK);
        assert_true(share.of == of && share.n == holding[k]);
        if (of == 0)
            assert_true(isnan(share.share));
        else
            assert_true(share.share == (double)share.n / (double)of);
    }
}

static void rows_are_sums(void **state)
{
    (void)state;
    rng r = {1};
    country c = make_country(&r, 1);
    for (size_t round = 0; round < 20; round++) {
        size_t n = round < 3 ? round : 1 + rng_below(&r, 2000);
        household *h = random_households(&r, n);
        cov_tally *t = make_tally(&c, round % 2 ? 1 : 1000);
        push(t, h, n);
        cov_report *report = NULL;
        assert_int_equal(cov_report_create(t, indicators, N_INDICATORS, &report, NULL), COV_OK);
        cov_ledger ledger;
        cov_report_ledger(report, &ledger);
        assert_memory_equal(&ledger, &t->ledger, sizeof ledger);
        assert_int_equal(cov_report_scale(report), round % 2 ? 1 : 1000);
        cov_tally_free(t); /* the report doesn't need it */
        for (size_t i = 0; i < cov_report_rows(report); i++)
            assert_row_is_the_sum(report, i, h, n);
        cov_report_free(report);
        free(h);
    }
    free_country(&c);
}

/* ---------------------------------------------------------------- order */

typedef struct place {
    size_t level;
    const char *id;
    const char *province; /* the one above, of a district */
    int32_t area;
} place;

static void rows_stand_in_order(void **state)
{
    (void)state;
    rng r = {2};
    country c = make_country(&r, 1);
    cov_tally *t = make_tally(&c, 1);
    cov_report *report = NULL;
    assert_int_equal(cov_report_create(t, NULL, 0, &report, NULL), COV_OK);
    cov_row row;
    for (size_t i = 0; i < N_AREAS; i++) {
        assert_int_equal(cov_report_row(report, i, &row, NULL), COV_OK);
        assert_int_equal(row.level, 0);
        assert_int_equal(row.area, i);
        assert_string_equal(row.id, cov_areas_id(c.areas, i));
        assert_true(same(row.name, cov_areas_name(c.areas, i)));
    }
    /* rows 0-2 are province 95, 3-5 are 91; the last column has no district below row 4, and no
     * province in row 0 */
    static const place expected[] = {{1, "01", "91", 20}, {1, "02", "91", 18}, {1, "03", "91", 22},
                                     {1, NULL, "91", 23}, {1, "01", "95", 2},  {1, "02", "95", 0},
                                     {1, "03", "95", 4},  {1, NULL, "95", 11}, {1, NULL, NULL, 5},
                                     {2, "91", NULL, 18}, {2, "95", NULL, 0},  {2, NULL, NULL, 5},
                                     {3, NULL, NULL, -1}};
    size_t n = sizeof expected / sizeof expected[0];
    assert_int_equal(cov_report_rows(report), N_AREAS + n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(cov_report_row(report, N_AREAS + i, &row, NULL), COV_OK);
        assert_int_equal(row.level, expected[i].level);
        assert_true(same(row.id, expected[i].id));
        assert_null(row.name);
        assert_int_equal(row.area, expected[i].area);
        if (row.level == 1)
            assert_true(same(cov_areas_parent(c.areas, (size_t)row.area, 1), expected[i].province));
    }
    cov_report_free(report);
    cov_tally_free(t);
    free_country(&c);
}

static void areas_without_levels_have_a_total(void **state)
{
    (void)state;
    const double box[4] = {0, 0, 1, 1};
    bytes b = box_wkb(box);
    cov_area area = {"a", NULL, NULL, b.at, b.n};
    cov_areas *areas = NULL;
    cov_tally *t = NULL;
    cov_report *report = NULL;
    assert_int_equal(cov_areas_create(&area, 1, NULL, &areas, NULL), COV_OK);
    assert_int_equal(cov_tally_create(areas, NULL, 0, NULL, &t, NULL), COV_OK);
    household h[] = {{0.5, 0.5, 3, 0, 0}, {2, 2, 4, 0, 0}};
    push(t, h, 2);
    assert_int_equal(cov_report_create(t, NULL, 0, &report, NULL), COV_OK);
    assert_int_equal(cov_report_rows(report), 2);
    assert_int_equal(cov_report_indicators(report), 0);
    cov_row row;
    assert_int_equal(cov_report_row(report, 0, &row, NULL), COV_OK);
    assert_true(row.level == 0 && row.area == 0 && row.households == 3);
    assert_int_equal(cov_report_row(report, 1, &row, NULL), COV_OK);
    assert_true(row.level == 1 && row.area == -1 && row.households == 3 && row.id == NULL);
    cov_report_free(report);
    cov_tally_free(t);
    cov_areas_free(areas);
    free(b.at);
}

/* ---------------------------------------------------------------- indicators */

static void default_indicators_are_technologies_and_services(void **state)
{
    (void)state;
    rng r = {3};
    country c = make_country(&r, 1);
    cov_tally *t = make_tally(&c, 1);
    household *h = random_households(&r, 3000);
    push(t, h, 3000);
    static const char *const expected[] = {"4g",         "4g/viettel",    "4g/vnpt", "fiber",
                                           "fiber/vnpt", "fiber/viettel", "5g"};
    static const uint64_t mask[] = {3, 1, 2, 20, 4, 16, 8};
    cov_report *report = NULL;
    assert_int_equal(cov_report_create(t, NULL, 0, &report, NULL), COV_OK);
    assert_int_equal(cov_report_indicators(report), 7);
    for (size_t k = 0; k < 7; k++) {
        assert_string_equal(cov_report_indicator_name(report, k), expected[k]);
        assert_string_equal(cov_report_indicator_expression(report, k), expected[k]);
        uint64_t n = 0;
        for (size_t i = 0; i < t->cells.n; i++)
            n += t->cells.cell[i].set & mask[k] ? t->cells.cell[i].weight : 0;
        cov_share share;
        assert_int_equal(cov_report_share(report, cov_report_rows(report) - 1, k, &share, NULL),
                         COV_OK);
        assert_true(share.n == n && n > 0);
    }
    assert_null(cov_report_indicator_name(report, 7));
    assert_null(cov_report_indicator_expression(report, 7));
    cov_report_free(report);
    free(h);
    cov_tally_free(t);
    free_country(&c);
}

/* 64 services of 64 technologies, and of one: the most and the longest lists. */
static void default_indicators_of_64_services(void **state)
{
    (void)state;
    rng r = {4};
    cov_areas *areas = make_areas(&r, 1);
    char name[64][16];
    cov_service service[64];
    for (unsigned one = 0; one < 2; one++) {
        for (unsigned k = 0; k < 64; k++) {
            snprintf(name[k], sizeof name[k], "t%u/o", one ? 0 : k);
            snprintf(name[k] + strlen(name[k]), 4, "%u", k);
            service[k] = (cov_service){name[k], NULL};
        }
        cov_tally *t = NULL;
        cov_report *report = NULL;
        assert_int_equal(cov_tally_create(areas, service, 64, NULL, &t, NULL), COV_OK);
        assert_int_equal(cov_report_create(t, NULL, 0, &report, NULL), COV_OK);
        assert_int_equal(cov_report_indicators(report), one ? 65 : 128);
        assert_string_equal(cov_report_indicator_name(report, 0), "t0");
        cov_report_free(report);
        cov_tally_free(t);
    }
    cov_areas_free(areas);
}

static void texts_belong_to_the_report(void **state)
{
    (void)state;
    rng r = {5};
    country c = make_country(&r, 1);
    cov_tally *t = make_tally(&c, 1);
    cov_report *report = NULL;
    char name[] = "name", expression[] = "4g", nameless[] = "5g";
    cov_indicator own[] = {{name, expression}, {NULL, nameless}};
    assert_int_equal(cov_report_create(t, own, 2, &report, NULL), COV_OK);
    memset(name, 'x', 4);
    memset(expression, 'x', 2);
    memset(nameless, 'x', 2);
    assert_string_equal(cov_report_indicator_name(report, 0), "name");
    assert_string_equal(cov_report_indicator_expression(report, 0), "4g");
    assert_string_equal(cov_report_indicator_name(report, 1), "5g");
    assert_string_equal(cov_report_indicator_expression(report, 1), "5g");
    cov_report_free(report);
    cov_tally_free(t);
    free_country(&c);
}

/* ---------------------------------------------------------------- what is refused */

static void what_does_not_balance_is_refused(void **state)
{
    (void)state;
    rng r = {6};
    country c = make_country(&r, 1);
    cov_tally *t = make_tally(&c, 1);
    household h = {0.5, 0.5, 3, 0, 0};
    push(t, &h, 1);
    cov_report *report = NULL;
    cov_error err;
    t->ledger.read.points++;
    assert_fails(cov_report_create(t, NULL, 0, &report, &err), &err, COV_ERR_LEDGER, "balance");
    t->ledger.outside.points++;
    t->cells.cell[0].weight++;
    assert_fails(cov_report_create(t, NULL, 0, &report, &err), &err, COV_ERR_LEDGER, "areas");
    assert_null(report);
    cov_tally_free(t);
    free_country(&c);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    rng r = {7};
    country c = make_country(&r, 1);
    cov_tally *t = make_tally(&c, 1);
    cov_report *report = NULL;
    cov_error err;
    cov_indicator wrong = {"a", "nothing"}, none = {"a", NULL};
    assert_fails(cov_report_create(NULL, NULL, 0, &report, &err), &err, COV_ERR_ARGUMENT, "tally");
    assert_fails(cov_report_create(t, NULL, 1, &report, &err), &err, COV_ERR_ARGUMENT, "needs");
    assert_fails(cov_report_create(t, NULL, 0, NULL, &err), &err, COV_ERR_ARGUMENT, "place");
    assert_fails(cov_report_create(t, &none, 1, &report, &err), &err, COV_ERR_ARGUMENT,
                 "no expression");
    assert_fails(cov_report_create(t, &wrong, 1, &report, &err), &err, COV_ERR_EXPRESSION,
                 "indicator \"a\", column 1");
    assert_null(report);
    assert_int_equal(cov_report_create(t, NULL, 0, &report, NULL), COV_OK);
    size_t n = cov_report_rows(report);
    cov_row row = {.level = 77};
    cov_share share = {.n = 77};
    assert_fails(cov_report_row(report, n, &row, &err), &err, COV_ERR_ARGUMENT, "no row");
    assert_fails(cov_report_row(report, 0, NULL, &err), &err, COV_ERR_ARGUMENT, "place");
    assert_fails(cov_report_row(NULL, 0, &row, &err), &err, COV_ERR_ARGUMENT, "no report");
    assert_fails(cov_report_share(report, n, 0, &share, &err), &err, COV_ERR_ARGUMENT, "no row");
    assert_fails(cov_report_share(report, 0, 7, &share, &err), &err, COV_ERR_ARGUMENT,
                 "no indicator 7");
    assert_fails(cov_report_share(report, 0, 0, NULL, &err), &err, COV_ERR_ARGUMENT, "place");
    assert_true(row.level == 77 && share.n == 77);
    cov_report_free(report);
    cov_report_free(NULL);
    cov_tally_free(t);
    free_country(&c);
}

/* ---------------------------------------------------------------- percentages */

static const uint64_t whole[] = {100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

/* Is p the number nearest to n / of in these units, halves going up? By comparing fractions:
 * (2p - 1) / (2 whole) <= n / of < (2p + 1) / (2 whole). */
static bool is_rounded(uint64_t n, uint64_t of, uint64_t p, uint64_t units)
{
    __extension__ typedef unsigned __int128 wide;
    wide left = (wide)2 * n * units;
    return (p == 0 || (wide)(2 * p - 1) * of <= left) && left < (wide)(2 * p + 1) * of;
}

static void assert_percent(uint64_t n, uint64_t of, unsigned decimals)
{
    int64_t p = cov_percent(n, of, decimals);
    uint64_t units = whole[decimals];
    bool right = p >= 0 && (uint64_t)p <= units && (n == of) == ((uint64_t)p == units) &&
                 (n == 0) == (p == 0);
    bool kept_from_0 = p == 1 && n > 0 && is_rounded(n, of, 0, units);
    bool kept_from_100 = (uint64_t)p == units - 1 && n < of && is_rounded(n, of, units, units);
    if (!right || (!is_rounded(n, of, (uint64_t)p, units) && !kept_from_0 && !kept_from_100))
        fail_msg("%llu of %llu is %lld", (unsigned long long)n, (unsigned long long)of,
                 (long long)p);
}

static void percentages_are_exact(void **state)
{
    (void)state;
    rng r = {8};
    for (uint64_t of = 1; of <= 450; of++) {
        for (uint64_t n = 0; n <= of; n++) {
            for (unsigned decimals = 0; decimals <= 6; decimals++)
                assert_percent(n, of, decimals);
        }
    }
    for (size_t round = 0; round < 300000; round++) {
        uint64_t of = rng_next(&r) >> rng_below(&r, 64), n = rng_next(&r);
        of += of == 0;
        n = rng_below(&r, 4) == 0 ? of - rng_below(&r, of < 5 ? of : 5) : n % of;
        assert_percent(n, of, (unsigned)rng_below(&r, 7));
    }
    for (unsigned decimals = 0; decimals <= 6; decimals++) {
        assert_percent(UINT64_MAX, UINT64_MAX, decimals);
        assert_percent(UINT64_MAX - 1, UINT64_MAX, decimals);
        assert_percent(1, UINT64_MAX, decimals);
    }
    assert_int_equal(cov_percent(665471, 1000000, 4), 665471);
    assert_int_equal(cov_percent(1, 8, 0), 13); /* 12.5 */
    assert_int_equal(cov_percent(999, 1000, 0), 99);
    assert_int_equal(cov_percent(1, 1000, 0), 1);
}

static void percentages_of_nothing(void **state)
{
    (void)state;
    assert_int_equal(cov_percent(0, 0, 2), -1);
    assert_int_equal(cov_percent(5, 0, 2), -1);
    assert_int_equal(cov_percent(5, 4, 2), -1);
    assert_int_equal(cov_percent(1, 2, 7), -1);
    assert_int_equal(cov_percent(1, 2, UINT32_MAX), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sums),
        cmocka_unit_test(rows_stand_in_order),
        cmocka_unit_test(areas_without_levels_have_a_total),
        cmocka_unit_test(default_indicators_are_technologies_and_services),
        cmocka_unit_test(default_indicators_of_64_services),
        cmocka_unit_test(texts_belong_to_the_report),
        cmocka_unit_test(what_does_not_balance_is_refused),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(percentages_are_exact),
        cmocka_unit_test(percentages_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
