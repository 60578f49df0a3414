/* Runs that count every kind of base: what each holds, and what is refused.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kinds.h"

static void measures_are_counted_in_one_pass(void **state)
{
    (void)state;
    cov_job_service s = service("fiber", COV_BY_POLYGONS, "west.geojson");
    const cov_job_base bases[] = {
        {"persons", COV_BASE_MEASURE, {NULL, NULL, NULL, NULL}, "persons"}};
    cov_job job = basic_job();
    job.services = &s;
    job.n_services = 1;
    job.bases = bases;
    job.n_bases = 1;
    cov_run *run = run_job(&job);
    assert_int_equal(cov_run_bases(run), 2);
    assert_string_equal(cov_run_base(run, 0).name, "pop");
    assert_string_equal(cov_run_base(run, 1).name, "persons");
    assert_null(cov_run_base(run, 1).unit);
    assert_null(cov_run_base(run, 2).name);
    assert_int_equal(cov_tally_scale(cov_run_base(run, 0).tally), 1);
    assert_int_equal(cov_tally_scale(cov_run_base(run, 1).tally), 1000); /* 20.5 */
    expect_base(run, 0, 4, 0, 4, 10, 0);
    expect_base(run, 1, 4, 0, 40000, 100500, 0);
    cov_run_free(run);
}

static void points_are_a_base(void **state)
{
    (void)state;
    cov_job_service s[] = {service("fiber", COV_BY_POLYGONS, "west.geojson"),
                           service("dl25", COV_BY_COLUMN, NULL)};
    s[1].column = "down>=25";
    cov_job_base bases[] = {base("schools", "schools.csv"), base("pupils", "schools.csv")};
    bases[1].weight_column = "pupils";
    cov_job job = basic_job();
    job.services = s;
    job.n_services = 2;
    job.bases = bases;
    job.n_bases = 2;
    cov_run *run = run_job(&job);
    expect_base(run, 0, 4, 1, 9, 10, 0);
    expect_base(run, 1, 0, 0, 2, 2, 0);
    expect_base(run, 1, 4, 0, 2, 3, 0);
    expect_base(run, 1, 4, 1, 0, 0, 3); /* no school has the household's column */
    expect_base(run, 2, 4, 0, 150, 157, 0);
    cov_ledger ledger;
    cov_tally_ledger(cov_run_base(run, 1).tally, &ledger);
    assert_true(ledger.read.points == 4 && ledger.outside.points == 1);
    cov_run_free(run);
}

static void lines_are_counted_in_kilometres(void **state)
{
    (void)state;
    cov_job_service s[] = {service("fiber", COV_BY_POLYGONS, "west.geojson"),
                           service("told", COV_BY_COLUMN, NULL)};
    s[1].column = "yes";
    cov_job_base roads = base("roads", "roads.geojson");
    cov_job job = basic_job();
    job.services = s;
    job.n_services = 2;
    job.bases = &roads;
    job.n_bases = 1;
    cov_run *run = run_job(&job);
    assert_string_equal(cov_run_base(run, 1).unit, "km");
    assert_int_equal(cov_tally_scale(cov_run_base(run, 1).tally), 1000000);
    double south = integral(meridian, 9.75, 10) / 1000, north = integral(meridian, 10, 10.5) / 1000;
    expect_near(count_of(run, 1, 0), south, 2e-6);
    expect_near(count_of(run, 1, 2), north, 2e-6);
    expect_near(count_of(run, 1, 4), south + north, 3e-6);
    assert_int_equal(count_of(run, 1, 1), 0);
    expect_base(run, 1, 4, 0, count_of(run, 1, 4), count_of(run, 1, 4), 0);
    expect_base(run, 1, 4, 1, 0, 0, count_of(run, 1, 4)); /* no road has the household's column */
    cov_run_free(run);
}

static void areas_are_counted_in_square_kilometres(void **state)
{
    (void)state;
    cov_job_service s[] = {service("fiber", COV_BY_POLYGONS, "west.geojson"),
                           service("near", COV_BY_DISTANCE, "nodes.geojson")};
    s[1].metres = 500;
    const cov_job_base area = {"area", COV_BASE_AREA, {NULL, NULL, NULL, NULL}, NULL};
    cov_job job = basic_job();
    job.services = s;
    job.n_services = 2;
    job.bases = &area;
    job.n_bases = 1;
    cov_run *run = run_job(&job);
    assert_string_equal(cov_run_base(run, 1).unit, "km2");
    double south = integral(strip, 9, 10), north = integral(strip, 10, 11);
    expect_near(count_of(run, 1, 0), south, 1e-3);
    expect_near(count_of(run, 1, 3), north, 1e-3);
    expect_near(count_of(run, 1, 4), 2 * (south + north), 4e-3);
    expect_base(run, 1, 0, 0, count_of(run, 1, 0), count_of(run, 1, 0), 0);
    expect_base(run, 1, 1, 0, 0, count_of(run, 1, 1), 0);
    expect_base(run, 1, 4, 1, 0, 0, count_of(run, 1, 4)); /* only polygons answer */
    cov_run_free(run);

    job.households.path = NULL; /* areas alone */
    job.weight_column = NULL;
    job.n_services = 1;
    run = run_job(&job);
    assert_int_equal(cov_run_bases(run), 1);
    assert_string_equal(cov_run_measure(run), "area");
    expect_near(count_of(run, 0, 4), 2 * (south + north), 4e-3);
    cov_run_free(run);
}

/* Cells of 1 degree, half a degree beside the communes: halves of 8, 16, 32 and 64. */
static void a_raster_is_divided_at_borders(void **state)
{
    (void)state;
    cov_job_service s[] = {service("fiber", COV_BY_POLYGONS, "west.geojson"),
                           service("told", COV_BY_COLUMN, NULL)};
    s[1].column = "yes";
    cov_job_base people = base("people", "people.asc");
    cov_job job = basic_job();
    job.services = s;
    job.n_services = 2;
    job.bases = &people;
    job.n_bases = 1;
    cov_run *run = run_job(&job);
    assert_int_equal(cov_tally_scale(cov_run_base(run, 1).tally), 1000000);
    assert_null(cov_run_base(run, 1).unit);
    assert_int_equal(count_of(run, 1, 0), 12000000);
    assert_int_equal(count_of(run, 1, 1), 24000000);
    assert_int_equal(count_of(run, 1, 2), 0);
    expect_base(run, 1, 4, 0, 12000000, 36000000, 0);
    expect_base(run, 1, 4, 1, 0, 0, 36000000);
    cov_run_free(run);
    people.weight_column = "x";
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("people", "raster"));
}

static void wrong_bases_are_refused(void **state)
{
    (void)state;
    cov_job_base b[2] = {base(NULL, "schools.csv"), base("schools", "schools.csv")};
    cov_job job = basic_job();
    job.bases = b;
    job.n_bases = 2;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("base number 1", "no name"));
    b[0].name = "schools";
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("two bases named \"schools\""));
    job.n_bases = 1;
    b[0].name = "pop";
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("\"pop\"", "households are counted under"));
    b[0].name = "schools";
    b[0].weight_column = "pupil";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("schools.csv", "pupil"));
    b[0] = base("schools", NULL);
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("schools", "no file"));
    b[0].source.path = "/nowhere/schools.shp";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("/nowhere/schools.shp"));
    b[0] = base("x", "schools.csv");
    b[0].kind = COV_BASE_AREA;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("\"x\"", "no file of its own"));
    b[0] = base("x", NULL);
    b[0].kind = COV_BASE_MEASURE;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("\"x\"", "names no column"));
    b[0].weight_column = "pop";
    job.households.path = NULL;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("\"x\"", "there are none"));
    job.n_bases = 0;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("no other base"));
    b[0] = base("roads", "roads.geojson");
    b[0].weight_column = "x";
    job = basic_job();
    job.bases = b;
    job.n_bases = 1;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("roads", "length"));
}

static void services_of_households_need_them(void **state)
{
    (void)state;
    const cov_job_base area = {"area", COV_BASE_AREA, {NULL, NULL, NULL, NULL}, NULL};
    cov_job_service s = service("fiber", COV_BY_COLUMN, NULL);
    s.column = "yes";
    cov_job job = basic_job();
    job.households.path = NULL;
    job.weight_column = NULL;
    job.bases = &area;
    job.n_bases = 1;
    job.services = &s;
    job.n_services = 1;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("fiber", "there are none"));
    s = service("fiber", COV_BY_TABLE, "claims.csv");
    s.key = "id";
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("fiber", "table"));
    s.by = (cov_by)9;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("fiber", "unknown kind"));
}

/* Each by its name, however many a job has. */
static void all_phases_are_told(void **state)
{
    (void)state;
    cov_job_service s[] = {service("4g/*", COV_BY_POLYGONS, "networks.geojson"),
                           service("any", COV_BY_TABLE, "claims.csv"),
                           service("near", COV_BY_DISTANCE, "nodes.geojson"),
                           service("lte", COV_BY_SIGNAL, "signal.asc")};
    s[0].split = "who";
    s[1].key = "id";
    s[2].metres = 150;
    s[3].min = -105;
    const cov_job_base bases[] = {base("people", "people.asc"),
                                  {"area", COV_BASE_AREA, {NULL, NULL, NULL, NULL}, NULL},
                                  base("roads", "roads.geojson")};
    cov_job job = basic_job();
    job.areas.path = at("communes_utm.geojson");
    job.household_id = "id";
    job.services = s;
    job.n_services = 4;
    job.bases = bases;
    job.n_bases = 3;
    cov_run *run = run_job(&job);
    static const char *const names[] = {"read values",      "read tables",      "open households",
                                        "read areas",       "check areas",      "transform areas",
                                        "index areas",      "read footprints",  "check footprints",
                                        "index footprints", "open rasters",     "cut areas",
                                        "read households",  "locate and count", "read rasters",
                                        "measure areas",    "measure roads",    "report"};
    const size_t n = sizeof names / sizeof names[0];
    assert_int_equal(cov_run_phases(run), n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(cov_run_phase(run, i).name, names[i]);
    cov_run_free(run);
}

/* ---------------------------------------------------------------- all of it */

static void threads_change_nothing_of_any_kind(void **state)
{
    (void)state;
    cov_job_service s[] = {service("fiber", COV_BY_POLYGONS, "west.geojson"),
                           service("near", COV_BY_DISTANCE, "cable.geojson"),
                           service("4g", COV_BY_SIGNAL, "signal.asc"),
                           service("dl25", COV_BY_COLUMN, NULL),
                           service("claim", COV_BY_TABLE, "claims.csv")};
    s[1].metres = 60000;
    s[2].min = -105;
    s[3].column = "down>=25";
    s[4].key = "id";
    const cov_job_base bases[] = {base("schools", "schools.csv"),
                                  base("roads", "roads.geojson"),
                                  base("people", "people.asc"),
                                  {"area", COV_BASE_AREA, {NULL, NULL, NULL, NULL}, NULL}};
    cov_job job = basic_job();
    job.household_id = "id";
    job.services = s;
    job.n_services = 5;
    job.bases = bases;
    job.n_bases = 4;
    job.threads = 1;
    cov_run *one = run_job(&job);
    job.threads = 5;
    cov_run *five = run_job(&job);
    assert_string_equal(cov_run_manifest(one), cov_run_manifest(five));
    assert_int_equal(cov_run_bases(one), 5);
    for (size_t b = 0; b < 5; b++) {
        const cov_tally *x = cov_run_base(one, b).tally, *y = cov_run_base(five, b).tally;
        size_t size = cov_tally_saved_size(x);
        assert_int_equal(cov_tally_saved_size(y), size);
        void *p = malloc(size), *q = malloc(size);
        assert_true(p != NULL && q != NULL);
        assert_int_equal(cov_tally_save(x, p, size, NULL), COV_OK);
        assert_int_equal(cov_tally_save(y, q, size, NULL), COV_OK);
        assert_memory_equal(p, q, size);
        free(p);
        free(q);
    }
    cov_run_free(one);
    cov_run_free(five);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_are_counted_in_one_pass),
        cmocka_unit_test(points_are_a_base),
        cmocka_unit_test(lines_are_counted_in_kilometres),
        cmocka_unit_test(areas_are_counted_in_square_kilometres),
        cmocka_unit_test(a_raster_is_divided_at_borders),
        cmocka_unit_test(wrong_bases_are_refused),
        cmocka_unit_test(services_of_households_need_them),
        cmocka_unit_test(all_phases_are_told),
        cmocka_unit_test(threads_change_nothing_of_any_kind),
    };
    return cmocka_run_group_tests_name("run_bases", tests, setup, teardown);
}
