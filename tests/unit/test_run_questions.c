/* Runs that are asked tiers, targets and ratios.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kinds.h"

static void tiers_must_be_nested(void **state)
{
    (void)state;
    cov_job_service s[] = {service("dl25", COV_BY_COLUMN, NULL),
                           service("dl100", COV_BY_COLUMN, NULL),
                           service("west", COV_BY_POLYGONS, "west.geojson")};
    s[0].column = "down>=25";
    s[1].column = "down>=100";
    const char *nested[] = {"dl25", "dl100"}, *wrong[] = {"dl25", "west"}, *typo[] = {"dl25", "dl"};
    const char *best[] = {"dl25", "best(dl100)"}, *none[] = {"dl25", NULL};
    cov_job_tiers tiers = {nested, 2};
    cov_job job = basic_job();
    job.services = s;
    job.n_services = 3;
    job.tiers = &tiers;
    job.n_tiers = 1;
    cov_run_free(run_job(&job));
    tiers.expressions = wrong; /* household a is in the west and has 10 Mbit/s */
    expect_job_failure(&job, COV_ERR_TIERS, FACTS("\"west\"", "\"dl25\"", "1 ", "\"01\""));
    tiers.expressions = typo;
    expect_job_failure(&job, COV_ERR_EXPRESSION, FACTS("tier \"dl\"", "matches no service"));
    tiers.expressions = best;
    expect_job_failure(&job, COV_ERR_EXPRESSION, FACTS("tier \"best(dl100)\""));
    tiers.expressions = none;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("tier", "no expression"));
    tiers.expressions = nested;
    tiers.n = 1;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("two"));
    tiers = (cov_job_tiers){NULL, 2};
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("two"));
}

/* ---------------------------------------------------------------- targets */

/* West: 1 of 1, 0 of 2, 3 of 3, 0 of 4. Half: 1 + 2 in areas, 1 in total (5 - 4). */
static void a_target_says_what_is_missing(void **state)
{
    (void)state;
    cov_job_service s = service("fiber", COV_BY_POLYGONS, "west.geojson");
    cov_job_target targets[] = {{"fiber", 500000, 7}, {"fiber", 1000000, 0}};
    cov_job job = basic_job();
    job.services = &s;
    job.n_services = 1;
    job.targets = targets;
    job.n_targets = 2;
    cov_run *run = run_job(&job);
    assert_int_equal(cov_run_targets(run), 2);
    cov_gap gap = cov_run_target(run, 0);
    assert_string_equal(gap.name, "fiber");
    assert_true(gap.missing == 1 && gap.missing_in_areas == 3 && gap.with == 7);
    assert_true(gap.share == 500000 && gap.indicator == 0);
    gap = cov_run_target(run, 1);
    assert_true(gap.missing == 6 && gap.missing_in_areas == 6 && gap.with == 0);
    assert_null(cov_run_target(run, 2).name);
    const uint64_t missing[] = {0, 1, 0, 2, 1};
    for (size_t row = 0; row < 5; row++) {
        uint64_t n = 99;
        assert_int_equal(cov_run_missing(run, row, 0, &n, NULL), COV_OK);
        assert_int_equal(n, missing[row]);
    }
    uint64_t n;
    assert_int_equal(cov_run_missing(run, 5, 0, &n, NULL), COV_ERR_ARGUMENT);
    assert_int_equal(cov_run_missing(run, 0, 2, &n, NULL), COV_ERR_ARGUMENT);
    cov_run_free(run);
    targets[0].with = UINT64_C(1) << 63;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("fiber", "9223372036854775808", "(with)"));
    targets[0].with--;
    cov_run_free(run_job(&job));
    targets[0].share = targets[1].share;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("fiber", "twice"));
    targets[0].indicator = "fibre";
    expect_job_failure(&job, COV_ERR_EXPRESSION, FACTS("fibre", "fiber"));
}

/* ---------------------------------------------------------------- ratios */

static cov_job_ratio ratio(const char *name, const char *file)
{
    return (cov_job_ratio){name, {at(file), NULL, NULL, NULL}, "ma", "formed", "planned", NULL, 0};
}

static cov_ratio ratio_at(const cov_run *run, size_t row, size_t k)
{
    cov_ratio out;
    assert_int_equal(cov_run_ratio(run, row, k, &out, NULL), COV_OK);
    return out;
}

/* 04 has no row, and 03 an empty cell. */
static void ratios_come_from_tables(void **state)
{
    (void)state;
    const char *const parents[] = {"huyen"};
    cov_job_ratio ratios[] = {ratio("teams", "teams.csv"), ratio("per", "over.csv")};
    ratios[1].of = NULL;
    ratios[1].of_base = "pop";
    ratios[1].per = 100;
    cov_job job = basic_job();
    job.parent_columns = parents;
    job.n_parents = 1;
    job.ratios = ratios;
    job.n_ratios = 2;
    cov_run *run = run_job(&job);
    assert_int_equal(cov_run_ratios(run), 2);
    assert_string_equal(cov_run_ratio_name(run, 0), "teams");
    assert_true(cov_run_ratio_is_percent(run, 0) && !cov_run_ratio_is_percent(run, 1));
    assert_true(cov_run_ratio_per(run, 0) == 100 && cov_run_ratio_per(run, 1) == 100);
    assert_null(cov_run_ratio_name(run, 2));
    cov_ratio r = ratio_at(run, 0, 0);
    assert_true(r.n == 1 && r.of == 2 && r.areas == 1 && r.value == 50);
    r = ratio_at(run, 4, 0); /* district A: sum over sum */
    assert_true(r.n == 4 && r.of == 5 && r.areas == 2 && r.value == 80);
    r = ratio_at(run, 5, 0);
    assert_true(r.areas == 0 && isnan(r.value));
    r = ratio_at(run, 6, 0);
    assert_true(r.n == 4 && r.of == 5 && r.areas == 2);
    r = ratio_at(run, 0, 1);
    assert_true(r.n == 3 && r.of == 1 && r.value == 300);
    cov_ratio out;
    assert_int_equal(cov_run_ratio(run, 7, 0, &out, NULL), COV_ERR_ARGUMENT);
    assert_int_equal(cov_run_ratio(run, 0, 2, &out, NULL), COV_ERR_ARGUMENT);
    assert_true(find_note(run, COV_NOTE_INFO, "teams.csv") ||
                find_note(run, COV_NOTE_WARNING, "teams.csv"));
    cov_run_free(run);
}

static void wrong_ratios_are_refused(void **state)
{
    (void)state;
    cov_job_ratio r = ratio("teams", "over.csv");
    cov_job job = basic_job();
    job.ratios = &r;
    job.n_ratios = 1;
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("over.csv, feature 1", "teams", "01", "100 %"));
    r = ratio("teams", "twice.csv");
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("twice.csv, feature 2", "01", "feature 1"));
    r = ratio("teams", "stranger.csv");
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("stranger.csv, feature 1", "\"99\""));
    r = ratio("teams", "negative.csv");
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("negative.csv, feature 1", "\"-1\""));
    r = ratio("teams", "teams.csv");
    r.n = "made";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("teams.csv", "made"));
    r.n = NULL;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("teams", "above the line"));
    r = ratio("teams", "teams.csv");
    r.of_base = "pop";
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("teams", "either"));
    r.of = NULL;
    r.of_base = "schools";
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("teams", "schools"));
    r = ratio(NULL, "teams.csv");
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("ratio number 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiers_must_be_nested),
        cmocka_unit_test(a_target_says_what_is_missing),
        cmocka_unit_test(ratios_come_from_tables),
        cmocka_unit_test(wrong_ratios_are_refused),
    };
    return cmocka_run_group_tests_name("run_questions", tests, setup, teardown);
}
