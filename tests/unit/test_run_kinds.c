/* Runs of every kind of service and base: what each answers, and what is refused.
 * SPDX-License-Identifier: MIT
 *
 * Lengths and areas are compared with integrals over the ellipsoid, made here. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "runs.h"

/* One household point in the middle of each commune. */
static const char households[] = "id,lon,lat,pop,persons,down,yes\n"
                                 "a,105.5,9.5,1,10,10,1\n"
                                 "b,106.5,9.5,2,20.5,25,0\n"
                                 "c,105.5,10.5,3,30,100,\n"
                                 "d,106.5,10.5,4,40,1000,1\n";

static folder here;

/* Text files by name, written once. */
static const struct {
    const char *name, *text;
} files[] = {
    {"communes.geojson", communes},
    {"communes_utm.geojson",
     "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
     "\"urn:ogc:def:crs:EPSG::32648\"}},\"features\":[" COMMUNE("01", "A", 500000, 1000000, 600000,
                                                                1100000) "]}"},
    {"households.csv", households},
    {"west.geojson", COLLECTION(FEATURE(SQUARE(105, 9, 106, 11), ""))},
    {"networks.geojson",
     COLLECTION(FEATURE(SQUARE(105, 9, 106, 11), "\"who\":\"vnpt\",\"year\":2024") "," FEATURE(
         SQUARE(105, 9, 107, 10),
         "\"who\":\"viettel\",\"year\":2023") "," FEATURE(SQUARE(105, 9, 107, 11),
                                                          "\"who\":null,\"year\":2024"))},
    {"schools.csv", "lon,lat,pupils\n105.2,9.2,100\n105.8,9.8,50\n106.2,10.2,7\n90,9,3\n"},
    {"nodes.geojson",
     COLLECTION(FEATURE("{\"type\":\"Point\",\"coordinates\":[105.5,9.501]}", ""))},
    {"cable.geojson",
     COLLECTION(
         FEATURE("{\"type\":\"LineString\",\"coordinates\":[[105.5,9.501],[105.7,9.9]]}", ""))},
    {"france.geojson", COLLECTION(COMMUNE("01", "A", 2, 48, 3, 49))},
    {"gradians.csv", "x,y\n0,54\n"},
    {"river.geojson",
     COLLECTION(
         FEATURE("{\"type\":\"LineString\",\"coordinates\":[[105,9.5005],[106,9.5005]]}", ""))},
    {"roads.geojson",
     COLLECTION(
         FEATURE("{\"type\":\"LineString\",\"coordinates\":[[105.5,9.75],[105.5,10.5]]}", ""))},
    /* rows from north to south: 03 and 04, then 01 and 02 */
    {"signal.asc", "ncols 2\nnrows 2\nxllcorner 105\nyllcorner 9\ncellsize 1\n"
                   "NODATA_value -9999\n-9999 -105\n-100 -117\n"},
    {"people.asc", "ncols 4\nnrows 1\nxllcorner 104.5\nyllcorner 9\ncellsize 1\n"
                   "NODATA_value -1\n8 16 32 64\n"},
    {"claims.csv", "id,tech,down\na,50,100\na,40,25\n b ,50,25\nc,50,\nd,40,1000\nzz,50,1000\n"},
    {"teams.csv", "ma,formed,planned\n01,1,2\n02,3,3\n03,1,\n"},
    {"over.csv", "ma,formed,planned\n01,3,2\n"},
    {"twice.csv", "ma,formed,planned\n01,1,2\n01,1,2\n"},
    {"stranger.csv", "ma,formed,planned\n99,1,2\n"},
    {"negative.csv", "ma,formed,planned\n01,-1,2\n"},
};

enum { N_FILES = sizeof files / sizeof files[0] };
static char *path[N_FILES];

static const char *at(const char *name)
{
    for (size_t i = 0; i < N_FILES; i++) {
        if (strcmp(files[i].name, name) == 0)
            return path[i];
    }
    fail_msg("no file %s", name);
    return NULL;
}

static int setup(void **state)
{
    (void)state;
    if (folder_open(&here) != 0)
        return -1;
    for (size_t i = 0; i < N_FILES; i++)
        path[i] = folder_write(&here, files[i].name, files[i].text);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    folder_close(&here);
    for (size_t i = 0; i < N_FILES; i++)
        free(path[i]);
    return 0;
}

/* ---------------------------------------------------------------- helpers */

static cov_job basic_job(void)
{
    cov_job job = COV_JOB_INIT;
    job.areas.path = at("communes.geojson");
    job.id_column = "ma";
    job.households.path = at("households.csv");
    job.weight_column = "pop";
    job.assume_crs = "EPSG:4326";
    job.threads = 2;
    return job;
}

static cov_job_service service(const char *name, cov_by by, const char *file)
{
    cov_job_service s = COV_JOB_SERVICE_INIT;
    s.name = name;
    s.by = by;
    s.source.path = file != NULL ? at(file) : NULL;
    return s;
}

static cov_job_base base(const char *name, const char *file)
{
    return (cov_job_base){
        name, COV_BASE_LAYER, {file != NULL ? at(file) : NULL, NULL, NULL, NULL}, NULL};
}

/* Of a base: n yes of so many in a row, and how many are unknown; in units of 1/scale. */
static void expect_base(const cov_run *run, size_t b, size_t row, size_t indicator, uint64_t n,
                        uint64_t of, uint64_t unknown)
{
    cov_share share;
    const cov_report *report = cov_run_base(run, b).report;
    assert_int_equal(cov_report_share(report, row, indicator, &share, NULL), COV_OK);
    if (share.n != n || share.of != of || share.unknown != unknown)
        fail_msg("base %zu, row %zu: %llu of %llu, %llu unknown", b, row,
                 (unsigned long long)share.n, (unsigned long long)share.of,
                 (unsigned long long)share.unknown);
}

static uint64_t count_of(const cov_run *run, size_t b, size_t row)
{
    cov_row r;
    assert_int_equal(cov_report_row(cov_run_base(run, b).report, row, &r, NULL), COV_OK);
    return r.households;
}

/* Simpson's rule over latitudes in degrees. */
static double integral(double (*f)(double), double south, double north)
{
    const int n = 1000;
    double step = (north - south) / n, sum = f(south) + f(north);
    for (int i = 1; i < n; i++)
        sum += (i % 2 == 1 ? 4 : 2) * f(south + i * step);
    return sum * step / 3;
}

#define RADIAN (3.14159265358979323846 / 180)
static const double semi_major = 6378137, flattening = 1 / 298.257223563;

/* Metres of a meridian per degree. */
static double meridian(double latitude)
{
    double e2 = flattening * (2 - flattening), s = sin(latitude * RADIAN);
    return semi_major * (1 - e2) / pow(1 - e2 * s * s, 1.5) * RADIAN;
}

/* Square kilometres of a strip one degree wide, per degree of latitude. */
static double strip(double latitude)
{
    double e2 = flattening * (2 - flattening), s = sin(latitude * RADIAN);
    double parallel = semi_major * cos(latitude * RADIAN) / sqrt(1 - e2 * s * s) * RADIAN;
    return parallel * meridian(latitude) / 1e6;
}

static void expect_near(uint64_t units, double value, double tolerance)
{
    if (fabs((double)units / 1e6 - value) > tolerance)
        fail_msg("%llu millionths are not %.9f", (unsigned long long)units, value);
}

/* ---------------------------------------------------------------- services */

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

/* ---------------------------------------------------------------- bases */

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

/* ---------------------------------------------------------------- tiers */

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
        cmocka_unit_test(measures_are_counted_in_one_pass),
        cmocka_unit_test(points_are_a_base),
        cmocka_unit_test(lines_are_counted_in_kilometres),
        cmocka_unit_test(areas_are_counted_in_square_kilometres),
        cmocka_unit_test(a_raster_is_divided_at_borders),
        cmocka_unit_test(wrong_bases_are_refused),
        cmocka_unit_test(services_of_households_need_them),
        cmocka_unit_test(all_phases_are_told),
        cmocka_unit_test(tiers_must_be_nested),
        cmocka_unit_test(a_target_says_what_is_missing),
        cmocka_unit_test(ratios_come_from_tables),
        cmocka_unit_test(wrong_ratios_are_refused),
        cmocka_unit_test(threads_change_nothing_of_any_kind),
    };
    return cmocka_run_group_tests_name("run_kinds", tests, setup, teardown);
}
