/* Runs with every kind of service: what each answers, and what is refused.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kinds.h"

static void columns_answer_by_condition(void **state)
{
    (void)state;
    cov_job_service services[] = {service("dl25", COV_BY_COLUMN, NULL),
                                  service("dl100", COV_BY_COLUMN, NULL),
                                  service("both", COV_BY_COLUMN, NULL)};
    services[0].column = "down >= 25";
    services[1].column = "down>=100";
    services[2].column = "down>=25 & yes=1";
    cov_job job = basic_job();
    job.services = services;
    job.n_services = 3;
    cov_run *run = run_job(&job);
    expect_base(run, 0, 4, 0, 9, 10, 0);
    expect_base(run, 0, 4, 1, 7, 10, 0);
    expect_base(run, 0, 4, 2, 4, 7, 3); /* the cell of c is empty */
    cov_run_free(run);
    services[0].column = "down >=";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("households.csv", "down >="));
    services[0].column = "up >= 25";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("households.csv", "up"));
    services[0].column = "";
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("dl25", "no column"));
}

static void an_empty_answer_is_unknown(void **state)
{
    (void)state;
    cov_job_service services[] = {service("fiber", COV_BY_COLUMN, NULL),
                                  service("fiber", COV_BY_POLYGONS, "west.geojson")};
    services[0].column = "yes";
    cov_job job = basic_job();
    job.services = services;
    job.n_services = 1;
    cov_run *run = run_job(&job);
    expect_base(run, 0, 2, 0, 0, 0, 3);
    expect_base(run, 0, 4, 0, 5, 7, 3);
    expect_note(run, COV_NOTE_WARNING, "unknown for 1 of 4 points");
    cov_run_free(run);
    job.n_services = 2; /* a yes counts before an unknown */
    run = run_job(&job);
    expect_base(run, 0, 2, 0, 3, 3, 0);
    expect_base(run, 0, 4, 0, 8, 10, 0);
    cov_run_free(run);
}

/* The node lies on the meridian of household a. */
static void a_distance_holds_to_the_last_millimetre(void **state)
{
    (void)state;
    double metres = integral(meridian, 9.5, 9.501);
    static const char *const networks[] = {"nodes.geojson", "cable.geojson"};
    for (size_t i = 0; i < 2; i++) {
        cov_job_service s = service("fiber", COV_BY_DISTANCE, networks[i]);
        cov_job job = basic_job();
        job.services = &s;
        job.n_services = 1;
        for (int more = 0; more < 2; more++) {
            s.metres = metres + (more ? 0.001 : -0.001);
            cov_run *run = run_job(&job);
            expect_base(run, 0, 0, 0, (uint64_t)more, 1, 0);
            expect_base(run, 0, 4, 0, (uint64_t)more, 10, 0);
            cov_run_free(run);
        }
        s.metres = 2 * metres;
        s.barriers.path = at("river.geojson");
        cov_run *run = run_job(&job);
        expect_base(run, 0, 4, 0, 0, 10, 0);
        cov_run_free(run);
    }
}

static void wrong_distances_are_refused(void **state)
{
    (void)state;
    cov_job_service s = service("fiber", COV_BY_DISTANCE, "nodes.geojson");
    cov_job job = basic_job();
    job.services = &s;
    job.n_services = 1;
    static const double metres[] = {0, -1, NAN, INFINITY};
    for (size_t i = 0; i < 4; i++) {
        s.metres = metres[i];
        expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("fiber", "greater than 0 m"));
    }
    s.metres = 150;
    s.source.path = at("west.geojson");
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("west.geojson, feature 1", "POLYGON"));
    s.source.path = at("nodes.geojson");
    s.barriers.path = at("schools.csv");
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("schools.csv"));
    s.barriers.path = "/nowhere/rivers.shp";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("/nowhere/rivers.shp"));
    s.barriers.path = NULL;
    s.by = COV_BY_POLYGONS;
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("nodes.geojson"));
}

/* A gradian is nine tenths of a degree. */
static void no_distance_is_measured_in_gradians(void **state)
{
    (void)state;
    cov_job_service s = service("fiber", COV_BY_DISTANCE, "france.geojson");
    cov_job job = basic_job();
    s.metres = 150;
    job.areas.path = at("france.geojson");
    job.households.path = at("gradians.csv");
    job.weight_column = NULL;
    job.assume_crs = "EPSG:4807";
    cov_run_free(run_job(&job));
    job.services = &s;
    job.n_services = 1;
    expect_job_failure(&job, COV_ERR_CRS, FACTS("fiber", "EPSG:4807", "EPSG:4326"));
}

/* -100 in 01, -117 in 02, nothing in 03, -105 in 04. */
static void a_signal_is_reached_missed_or_unknown(void **state)
{
    (void)state;
    cov_job_service s[] = {
        service("4g", COV_BY_SIGNAL, "signal.asc"), service("in", COV_BY_SIGNAL, "signal.asc"),
        service("sure", COV_BY_SIGNAL, "signal.asc"), service("weak", COV_BY_SIGNAL, "signal.asc")};
    s[0].min = s[1].min = s[2].min = -105;
    s[1].indoor = 12;
    s[2].sigma = 3; /* 3 x 1.2816 = 3.84: -101.16 */
    s[2].probability = 90;
    s[3].min = -117;
    cov_job job = basic_job();
    job.services = s;
    job.n_services = 4;
    job.weight_column = NULL;
    cov_run *run = run_job(&job);
    expect_base(run, 0, 0, 0, 1, 1, 0);
    expect_base(run, 0, 1, 0, 0, 1, 0);
    expect_base(run, 0, 2, 0, 0, 0, 1);
    expect_base(run, 0, 3, 0, 1, 1, 0); /* -105 is at least -105 */
    expect_base(run, 0, 4, 0, 2, 3, 1);
    expect_base(run, 0, 4, 1, 0, 3, 1);
    expect_base(run, 0, 4, 2, 1, 3, 1);
    expect_base(run, 0, 4, 3, 3, 3, 1);
    cov_run_free(run);
}

/* The files that this process has open and that are in the folder of the tests. */
static size_t open_files(void)
{
    DIR *list = opendir("/proc/self/fd");
    struct dirent *entry;
    size_t n = 0;
    if (list == NULL)
        skip();
    while ((entry = readdir(list)) != NULL) {
        char to[1000] = "";
        ssize_t size = readlinkat(dirfd(list), entry->d_name, to, sizeof to - 1);
        n += size > 0 && strncmp(to, here.path, strlen(here.path)) == 0;
    }
    closedir(list);
    return n;
}

static void a_finished_run_has_no_file_open(void **state)
{
    (void)state;
    FILE *own = fopen(at("signal.asc"), "r");
    assert_non_null(own);
    assert_int_equal(open_files(), 1);
    fclose(own);
    cov_job_service s[] = {service("4g", COV_BY_SIGNAL, "signal.asc"),
                           service("any", COV_BY_TABLE, "claims.csv")};
    s[0].min = -105;
    s[1].key = "id";
    const cov_job_base people = base("people", "people.asc");
    cov_job job = basic_job();
    job.household_id = "id";
    job.services = s;
    job.n_services = 2;
    job.bases = &people;
    job.n_bases = 1;
    cov_run *run = run_job(&job);
    assert_int_equal(open_files(), 0);
    cov_run_free(run);
}

static void wrong_signals_are_refused(void **state)
{
    (void)state;
    const cov_job_service good = service("4g", COV_BY_SIGNAL, "signal.asc");
    cov_job_service s = good;
    cov_job job = basic_job();
    job.services = &s;
    job.n_services = 1;
    s.min = NAN;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("4g", "min=nan"));
    s = good;
    s.indoor = -12;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("4g", "indoor=-12"));
    s = good;
    s.sigma = 8;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("4g", "sigma=8 needs a probability"));
    s.probability = 100;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("4g", "less than 100", "not 100"));
    s.probability = 0.9;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("4g", "probability=90, and not 0.9"));
    s.probability = 90;
    s.sigma = -1;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("4g", "sigma=-1"));
    s = good;
    s.source.where = "a = 1";
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("4g", "raster"));
    s = good;
    s.split = "who";
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("4g", "split"));
    s = good;
    s.indoor = -12;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("indoor"));
    s = good;
    s.source.path = at("west.geojson");
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("west.geojson"));
}

static void tables_answer_by_the_households_id(void **state)
{
    (void)state;
    cov_job_service services[] = {service("any", COV_BY_TABLE, "claims.csv"),
                                  service("fiber", COV_BY_TABLE, "claims.csv"),
                                  service("fast", COV_BY_TABLE, "claims.csv")};
    for (size_t i = 0; i < 3; i++)
        services[i].key = "id";
    services[1].condition = "tech=50";
    services[2].condition = "tech=50 & down>=100";
    cov_job job = basic_job();
    job.household_id = "id";
    job.services = services;
    job.n_services = 3;
    cov_run *run = run_job(&job);
    expect_base(run, 0, 4, 0, 10, 10, 0);
    expect_base(run, 0, 4, 1, 6, 10, 0); /* a, b, c */
    expect_base(run, 0, 4, 2, 1, 7, 3);  /* a; the speed of c is not told */
    expect_note(run, COV_NOTE_INFO, "claims.csv");
    cov_run_free(run);

    job.household_id = NULL;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("any", "--household-id"));
    job.household_id = "number";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("households.csv", "number"));
    job.household_id = "pop"; /* no id of the table */
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("claims.csv", "households.csv"));
    job.household_id = "id";
    services[0].key = "location_id";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("claims.csv", "location_id"));
    services[0].key = NULL;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("any", "key"));
    services[0].key = "id";
    services[0].condition = "tech = = 3";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("claims.csv", "tech = = 3"));
}

static void a_layer_is_split_by_a_column(void **state)
{
    (void)state;
    cov_job_service s = service("4g/*", COV_BY_POLYGONS, "networks.geojson");
    s.split = "who";
    cov_job job = basic_job();
    job.services = &s;
    job.n_services = 1;
    cov_run *run = run_job(&job);
    const cov_report *report = cov_run_report(run);
    assert_int_equal(cov_report_indicators(report), 3);
    assert_string_equal(cov_report_indicator_name(report, 1), "4g/viettel");
    assert_string_equal(cov_report_indicator_name(report, 2), "4g/vnpt");
    expect_base(run, 0, 4, 0, 6, 10, 0);
    expect_base(run, 0, 4, 1, 3, 10, 0);
    expect_base(run, 0, 4, 2, 4, 10, 0);
    expect_note(run, COV_NOTE_WARNING, "who");
    cov_run_free(run);
    s.source.where = "year = 2024";
    run = run_job(&job);
    assert_int_equal(cov_report_indicators(cov_run_report(run)), 2);
    expect_base(run, 0, 4, 0, 4, 10, 0);
    cov_run_free(run);
    s.split = "colour";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("networks.geojson", "colour"));
    s.split = NULL;
    s.name = "4g";
    s.source.where = "year = = 1";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("networks.geojson", "year = = 1"));
    s.source.where = "year = 1999";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("networks.geojson", "year = 1999"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_answer_by_condition),
        cmocka_unit_test(an_empty_answer_is_unknown),
        cmocka_unit_test(a_distance_holds_to_the_last_millimetre),
        cmocka_unit_test(wrong_distances_are_refused),
        cmocka_unit_test(no_distance_is_measured_in_gradians),
        cmocka_unit_test(a_signal_is_reached_missed_or_unknown),
        cmocka_unit_test(a_finished_run_has_no_file_open),
        cmocka_unit_test(wrong_signals_are_refused),
        cmocka_unit_test(tables_answer_by_the_households_id),
        cmocka_unit_test(a_layer_is_split_by_a_column),
    };
    return cmocka_run_group_tests_name("run_services", tests, setup, teardown);
}
