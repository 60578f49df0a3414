/* Ratios: tables with one row per area, rolled up as sum over sum.
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "folder.h"
#include "io/ratio.h"
#include "sheet.h"

static folder here;
static full f;
static result r;

static int setup(void **state)
{
    (void)state;
    result_init(&r);
    result_build(&r, "EPSG:3405", 1, 1, NULL, 0);
    full_build(&f, &r);
    return folder_open(&here);
}

static int teardown(void **state)
{
    (void)state;
    folder_close(&here);
    full_clear(&f);
    result_clear(&r);
    return 0;
}

/* ---------------------------------------------------------------- helpers */

typedef struct outcome {
    cov_status status;
    cov_error err;
    cov_ratios ratios;
    cov_notes notes;
} outcome;

static outcome read_job(const cov_job_ratio *ask, size_t n)
{
    outcome o;
    memset(&o, 0, sizeof o);
    cov_job job = COV_JOB_INIT;
    const cov_policy policy = {0};
    cov_phases phases = cov_phases_start(NULL, NULL);
    cov_setting setting;
    memset(&setting, 0, sizeof setting);
    setting.job = &job;
    setting.policy = &policy;
    setting.notes = &o.notes;
    setting.phases = &phases;
    job.ratios = ask;
    job.n_ratios = n;
    const cov_ratio_base bases[] = {
        {"households", f.report[0]}, {"persons", f.report[1]}, {"area", f.report[3]}};
    o.status = cov_ratios_read(&setting, r.layer.areas, bases, 3, &o.ratios, &o.err);
    return o;
}

static void drop(outcome *o)
{
    cov_ratios_clear(&o->ratios);
    cov_notes_clear(&o->notes);
}

static cov_job_ratio teams(const char *path)
{
    return (cov_job_ratio){
        .name = "teams", .source = {.path = path}, .key = "ma_xa", .n = "formed", .of = "planned"};
}

/* A percentage over a table given as text. */
static outcome read_text(const char *text)
{
    char *path = folder_write(&here, "teams.csv", text);
    const cov_job_ratio ask = teams(path);
    outcome o = read_job(&ask, 1);
    free(path);
    return o;
}

static void expect(const outcome *o, size_t ratio, size_t row, uint64_t n, uint64_t of,
                   uint64_t areas, double value)
{
    const cov_ratio *found = &o->ratios.ratio[ratio].row[row];
    assert_int_equal(found->n, n);
    assert_int_equal(found->of, of);
    assert_int_equal(found->areas, areas);
    if (isnan(value))
        assert_true(isnan(found->value));
    else
        assert_true(fabs(found->value - value) < 1e-12 * (1 + value));
}

static void refuse(const char *text, const char *what)
{
    outcome o = read_text(text);
    if (o.status != COV_ERR_INPUT || strstr(o.err.message, what) == NULL)
        fail_msg("%s: %s", cov_status_name(o.status), o.err.message);
    assert_null(o.ratios.ratio);
    drop(&o);
}

/* ---------------------------------------------------------------- what is read */

static void parents_are_sums_over_sums(void **state)
{
    (void)state;
    outcome o = read_text("ma_xa,formed,planned\n00126,0,0\n 00123 ,1,2\n00125,2,2\n00124,3,7\n");
    assert_int_equal(o.status, COV_OK);
    assert_int_equal(o.ratios.n, 1);
    assert_int_equal(o.ratios.n_rows, 9);
    assert_string_equal(o.ratios.ratio[0].name, "teams");
    assert_string_equal(o.ratios.ratio[0].label, "teams.csv");
    assert_string_equal(o.ratios.ratio[0].above, "formed");
    assert_string_equal(o.ratios.ratio[0].below, "planned");
    assert_int_equal(o.ratios.ratio[0].per, 100);
    assert_int_equal(o.ratios.ratio[0].is_percent, 1);
    expect(&o, 0, 0, 1, 2, 1, 50);
    expect(&o, 0, 1, 3, 7, 1, 300.0 / 7);
    expect(&o, 0, 2, 2, 2, 1, 100);
    expect(&o, 0, 3, 0, 0, 1, NAN);
    expect(&o, 0, 4, 4, 9, 2, 400.0 / 9); /* district 01 */
    expect(&o, 0, 5, 0, 0, 1, NAN);       /* 02 */
    expect(&o, 0, 6, 2, 2, 1, 100);       /* none */
    expect(&o, 0, 7, 6, 11, 4, 600.0 / 11);
    expect(&o, 0, 8, 6, 11, 4, 600.0 / 11);
    assert_int_equal(o.ratios.ratio[0].row[0].n_scale, 1);
    assert_int_equal(o.ratios.ratio[0].row[0].of_scale, 1);
    assert_int_equal(o.notes.n, 0);
    drop(&o);
}

static void areas_without_a_figure_are_noted(void **state)
{
    (void)state;
    /* No row for 00124, an empty cell above the line of 00126, one below that of 00125. */
    outcome o = read_text("ma_xa,formed,planned\n00126,,4\n00123,1,2\n00125,1, \n");
    assert_int_equal(o.status, COV_OK);
    expect(&o, 0, 0, 1, 2, 1, 50);
    expect(&o, 0, 1, 0, 0, 0, NAN);
    expect(&o, 0, 2, 0, 0, 0, NAN);
    expect(&o, 0, 3, 0, 0, 0, NAN);
    expect(&o, 0, 4, 1, 2, 1, 50);
    expect(&o, 0, 8, 1, 2, 1, 50);
    assert_int_equal(o.notes.n, 1);
    assert_int_equal(o.notes.note[0].kind, COV_NOTE_WARNING);
    assert_string_equal(o.notes.note[0].text,
                        "teams.csv says nothing of 3 of 4 areas, the first is 00124: they are left "
                        "out of the ratio teams");
    drop(&o);
}

static void decimals_are_thousandths(void **state)
{
    (void)state;
    outcome o =
        read_text("ma_xa,formed,planned\n00123,0.5,2\n00125,1.25,3\n00124,0,1\n00126,1,1\n");
    assert_int_equal(o.status, COV_OK);
    assert_int_equal(o.ratios.ratio[0].row[0].n_scale, 1000);
    assert_int_equal(o.ratios.ratio[0].row[0].of_scale, 1);
    expect(&o, 0, 0, 500, 2, 1, 25);
    expect(&o, 0, 8, 2750, 7, 4, 275.0 / 7);
    drop(&o);
    o = read_text("ma_xa,formed,planned\n00123,2,2.001\n00125,1,3\n00124,0,1\n00126,1,1.000\n");
    assert_int_equal(o.status, COV_OK);
    assert_int_equal(o.ratios.ratio[0].row[0].n_scale, 1);
    assert_int_equal(o.ratios.ratio[0].row[0].of_scale, 1000);
    expect(&o, 0, 0, 2, 2001, 1, 200 / 2.001);
    drop(&o);
}

/* Several ratios of one table, of bases in other scales, beside a percentage. */
static void a_base_is_below_the_line(void **state)
{
    (void)state;
    char *path = folder_write(&here, "s.csv", "xa,s,t\n00123,9,1\n00124,12,2\n00125,0,0\n");
    const cov_job_ratio asks[] = {
        {"subs", {.path = path}, "xa", "s", NULL, "persons", 100},
        {"per house", {.path = path}, "xa", "s", NULL, "households", 1},
        {"per km2", {.path = path}, "xa", "s", NULL, "area", 1000},
        {"share", {.path = path}, "XA", "T", NULL, "households", 0},
    };
    outcome o = read_job(asks, 4);
    if (o.status != COV_OK)
        fail_msg("%s", o.err.message);
    expect(&o, 0, 0, 9, 17750, 1, 900 / 17.75);
    expect(&o, 0, 1, 12, 11125, 1, 1200 / 11.125); /* a rate may pass its per */
    expect(&o, 0, 3, 0, 0, 0, NAN);
    expect(&o, 0, 8, 21, 30875, 3, 2100 / 30.875);
    expect(&o, 1, 8, 21, 9, 3, 21.0 / 9);
    expect(&o, 2, 0, 9, 1000001, 1, 9000 / 1.000001);
    expect(&o, 2, 8, 21, 3500001, 3, 21000 / 3.500001); /* without 00126, which has no row */
    expect(&o, 3, 1, 2, 3, 1, 200.0 / 3);
    assert_string_equal(o.ratios.ratio[0].below, "persons");
    assert_int_equal(o.ratios.ratio[2].row[0].of_scale, 1000000);
    assert_int_equal(o.ratios.ratio[2].per, 1000);
    assert_int_equal(o.ratios.ratio[2].is_percent, 0);
    drop(&o);
    free(path);
}

/* A layer with shapes, numbers as numbers, ids as integers. */
static void any_layer_is_a_table(void **state)
{
    (void)state;
    char *path = folder_write(
        &here, "t.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2]},"
        "\"properties\":{\"ma_xa\":\"00123\",\"formed\":1.5,\"planned\":3}},"
        "{\"type\":\"Feature\",\"geometry\":null,"
        "\"properties\":{\"ma_xa\":\"00124\",\"formed\":null,\"planned\":3}},"
        "{\"type\":\"Feature\",\"geometry\":null,"
        "\"properties\":{\"ma_xa\":\"00125\",\"formed\":0,\"planned\":1}}]}");
    const cov_job_ratio ask = teams(path);
    outcome o = read_job(&ask, 1);
    if (o.status != COV_OK)
        fail_msg("%s", o.err.message);
    expect(&o, 0, 0, 1500, 3, 1, 50);
    expect(&o, 0, 1, 0, 0, 0, NAN);
    expect(&o, 0, 8, 1500, 4, 2, 37.5);
    drop(&o);
    free(path);
}

static void a_filter_chooses_the_rows(void **state)
{
    (void)state;
    char *path =
        folder_write(&here, "t.csv", "ma_xa,year,formed,planned\n00123,2023,1,2\n00123,2024,2,2\n");
    cov_job_ratio ask = teams(path);
    ask.source.where = "year = '2024'";
    outcome o = read_job(&ask, 1);
    if (o.status != COV_OK)
        fail_msg("%s", o.err.message);
    expect(&o, 0, 0, 2, 2, 1, 100);
    drop(&o);
    ask.source.where = "year = '2025'";
    o = read_job(&ask, 1);
    assert_int_equal(o.status, COV_ERR_INPUT);
    assert_non_null(strstr(o.err.message, "year = '2025'"));
    drop(&o);
    free(path);
}

/* ---------------------------------------------------------------- what is refused */

static void rows_that_are_wrong(void **state)
{
    (void)state;
    refuse("ma_xa,formed,planned\n00123,1,2\n00999,1,2\n",
           "teams.csv, feature 2: \"00999\" (column ma_xa) is the id of no area: correct it, or "
           "remove the row");
    refuse("ma_xa,formed,planned\n123,1,2\n", "feature 1: \"123\" (column ma_xa) is the id of no");
    refuse("ma_xa,formed,planned\n,1,2\n", "feature 1: \"\" (column ma_xa) is the id of no area");
    refuse(
        "ma_xa,formed,planned\n00123,1,2\n00124,1,2\n00123,1,2\n",
        "teams.csv, feature 3: there is a row for the area 00123 already, feature 1: one row per "
        "area");
    refuse("ma_xa,formed,planned\n00123,,2\n00123,1,2\n", "feature 2: there is a row for the area");
    refuse("ma_xa,formed,planned\n00123,-1,2\n",
           "teams.csv, feature 1, area 00123: \"-1\" (column formed) is no number of 0 or more: "
           "write it with digits and a point");
    refuse("ma_xa,formed,planned\n00123,1,x\n", "area 00123: \"x\" (column planned) is no number");
    refuse("ma_xa,formed,planned\n00123,\"1,5\",2\n", "\"1,5\" (column formed) is no number");
    refuse(
        "ma_xa,formed,planned\n00124,1,2\n00123,3,2\n",
        "teams.csv, feature 2: the ratio teams of the area 00123 is over 100 %: correct the row, "
        "or make it a rate (per 100)");
    refuse("ma_xa,formed,planned\n00123,2.001,2\n", "the area 00123 is over 100 %");
    refuse("ma_xa,formed,planned\n00123,1,0\n", "the area 00123 is over 100 %");
    refuse("ma_xa,formed,planned\n", "teams.csv has a header line but no rows");
    refuse("ma_xa,formed\n00123,1\n", "column below the line \"planned\"");
    refuse("ma_xa,planned\n00123,1\n", "column above the line \"formed\"");
    refuse("id,formed,planned\n00123,1,1\n", "key column \"ma_xa\"");
}

static void sums_that_are_too_large(void **state)
{
    (void)state;
    char *path = folder_write(&here, "big.csv",
                              "ma_xa,formed,planned\n00123,18446744073709551,18446744073709551.5\n"
                              "00124,18446744073709551,18446744073709551\n");
    cov_job_ratio ask = teams(path);
    outcome o = read_job(&ask, 1);
    assert_int_equal(o.status, COV_ERR_LIMIT);
    assert_non_null(strstr(o.err.message, "big.csv"));
    drop(&o);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parents_are_sums_over_sums),
        cmocka_unit_test(areas_without_a_figure_are_noted),
        cmocka_unit_test(decimals_are_thousandths),
        cmocka_unit_test(a_base_is_below_the_line),
        cmocka_unit_test(any_layer_is_a_table),
        cmocka_unit_test(a_filter_chooses_the_rows),
        cmocka_unit_test(rows_that_are_wrong),
        cmocka_unit_test(sums_that_are_too_large),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
