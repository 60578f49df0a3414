/* The sources of a manifest: every file that was read, in its place, with what it was asked.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/mem.h"
#include "folder.h"
#include "io/sources.h"

#define SQUARE "[[[105,9],[106,9],[106,10],[105,10],[105,9]]]"

static const struct {
    const char *name, *text;
} files[] = {
    {"communes.geojson",
     "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":{\"type\":"
     "\"Polygon\",\"coordinates\":" SQUARE "},\"properties\":{\"ma\":\"01\"}}]}"},
    {"households.csv", "lon,lat,id,pop,yes\n105.5,9.5,a,2,1\n105.6,9.5,b,3,0\n"},
    {"schools.csv", "lon,lat,pupils\n105.5,9.5,30\n"},
    {"a.geojson", "{\"type\":\"LineString\",\"coordinates\":[[105.4,9.5],[105.6,9.5]]}"},
    {"b.geojson", "{\"type\":\"Point\",\"coordinates\":[105.5,9.5]}"},
    {"river.geojson", "{\"type\":\"LineString\",\"coordinates\":[[105.1,9.1],[105.1,9.2]]}"},
    {"one.asc", "ncols 2\nnrows 2\nxllcorner 105\nyllcorner 9\ncellsize 0.5\n-90 -100\n-95 -80\n"},
    {"two.asc", "ncols 2\nnrows 2\nxllcorner 105\nyllcorner 9\ncellsize 0.5\n-90 -100\n-95 -80\n"},
    {"people.asc", "ncols 2\nnrows 2\nxllcorner 105\nyllcorner 9\ncellsize 0.5\n1 2\n3 4\n"},
    {"utm.asc", "ncols 2\nnrows 2\nxllcorner 490000\nyllcorner 990000\ncellsize 70000\n1 2\n3 4\n"},
    {"utm.prj", "PROJCS[\"WGS 84 / UTM zone 48N\",GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID["
                "\"WGS 84\",6378137,298.257223563]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\","
                "0.0174532925199433]],PROJECTION[\"Transverse_Mercator\"],PARAMETER["
                "\"latitude_of_origin\",0],PARAMETER[\"central_meridian\",105],PARAMETER["
                "\"scale_factor\",0.9996],PARAMETER[\"false_easting\",500000],PARAMETER["
                "\"false_northing\",0],UNIT[\"metre\",1]]"},
    {"teams.csv", "ma,year,formed,planned\n01,2024,1,2\n01,2025,2,2\n"},
    {"t.csv", "id,down\na,50\nb,200\n"},
    {"u.csv", "id,down\na,50\nb,200\n"},
};
enum { N_FILES = sizeof files / sizeof files[0] };

static folder here;
static char *path[N_FILES];

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
    for (size_t i = 0; i < N_FILES; i++)
        free(path[i]);
    folder_close(&here);
    return 0;
}

static const char *at(const char *name)
{
    size_t i = 0;
    while (strcmp(files[i].name, name) != 0)
        i++;
    return path[i];
}

static cov_job_service ask(const char *name, cov_by by, const char *file)
{
    cov_job_service s = COV_JOB_SERVICE_INIT;
    s.name = name;
    s.by = by;
    s.source.path = file != NULL ? at(file) : NULL;
    s.metres = by == COV_BY_DISTANCE ? 150 : 0;
    s.min = -105;
    s.key = "id";
    return s;
}

/* ---------------------------------------------------------------- details */

static void assert_detail(const cov_job_service *s, const char *want)
{
    char *text = cov_sources_detail(s);
    assert_string_equal(text, want);
    cov_free(text);
}

/* A job that counts in the communes. */
static cov_job job_of(const cov_job_service *services, size_t n_services, const cov_job_base *bases,
                      size_t n_bases)
{
    cov_job job = COV_JOB_INIT;
    job.areas.path = at("communes.geojson");
    job.id_column = "ma";
    job.services = services;
    job.n_services = n_services;
    job.bases = bases;
    job.n_bases = n_bases;
    job.threads = 1;
    return job;
}

static void details_say_what_was_asked(void **state)
{
    (void)state;
    cov_job_service s = ask("x", COV_BY_POLYGONS, "a.geojson");
    assert_detail(&s, "");
    s = ask("x", COV_BY_DISTANCE, "a.geojson");
    assert_detail(&s, "within 150 m");
    s.metres = 152.4;
    s.barriers = (cov_source){"/some/where/rivers.gpkg", "main", "width > 5", NULL};
    assert_detail(&s, "within 152.4 m, except rivers.gpkg, layer main, where width > 5");
    s = ask("x", COV_BY_SIGNAL, "one.asc");
    assert_detail(&s, "at least -105");
    s.bilinear = 1;
    assert_detail(&s, "at least -105, bilinear");
    s.indoor = 12.5;
    s.sigma = 8;
    s.probability = 90;
    assert_detail(&s, "at least -105, indoor 12.5, sigma 8 for 90 %, bilinear");
    s = ask("x", COV_BY_TABLE, "t.csv");
    assert_detail(&s, "key id");
    s.condition = "technology=50 & down>=100";
    assert_detail(&s, "key id, if technology=50 & down>=100");
    s = ask("x", COV_BY_COLUMN, NULL);
    assert_detail(&s, "");
}

/* ---------------------------------------------------------------- a run */

static json_t *manifest_of(const cov_job *job)
{
    cov_run *run = NULL;
    cov_error err = {COV_OK, ""};
    if (cov_run_create(job, &run, &err) != COV_OK)
        fail_msg("%s", err.message);
    json_t *json = json_loads(cov_run_manifest(run), 0, NULL);
    cov_run_free(run);
    return json;
}

/* "role file detail" of each. */
static void assert_sources(const cov_job *job, const char *const *want, size_t n)
{
    json_t *json = manifest_of(job);
    json_t *list = json_object_get(json, "sources");
    assert_int_equal(json_array_size(list), n);
    for (size_t i = 0; i < n; i++) {
        json_t *o = json_array_get(list, i);
        const char *detail = json_string_value(json_object_get(o, "detail"));
        char found[256];
        snprintf(found, sizeof found, "%s | %s | %s", json_string_value(json_object_get(o, "role")),
                 json_string_value(json_object_get(o, "file")), detail != NULL ? detail : "-");
        assert_string_equal(found, want[i]);
    }
    json_decref(json);
}

/* Files stand twice and take turns, so that each finds its own. */
static void every_file_is_listed(void **state)
{
    (void)state;
    cov_job_service services[] = {ask("n", COV_BY_DISTANCE, "a.geojson"),
                                  ask("s", COV_BY_SIGNAL, "one.asc"),
                                  ask("t", COV_BY_TABLE, "t.csv"),
                                  ask("m", COV_BY_DISTANCE, "b.geojson"),
                                  ask("n", COV_BY_DISTANCE, "b.geojson"),
                                  ask("s", COV_BY_SIGNAL, "two.asc"),
                                  ask("t", COV_BY_TABLE, "u.csv"),
                                  ask("r", COV_BY_SIGNAL, "one.asc"),
                                  ask("t", COV_BY_TABLE, "t.csv"),
                                  ask("c", COV_BY_COLUMN, NULL),
                                  ask("p", COV_BY_POLYGONS, "communes.geojson")};
    const cov_job_base bases[] = {
        {"pop", COV_BASE_MEASURE, {NULL, NULL, NULL, NULL}, "pop"},
        {"schools", COV_BASE_LAYER, {at("schools.csv"), NULL, NULL, NULL}, NULL},
        {"pupils", COV_BASE_LAYER, {at("schools.csv"), NULL, NULL, NULL}, "pupils"},
        {"land", COV_BASE_AREA, {NULL, NULL, NULL, NULL}, NULL},
        {"roads", COV_BASE_LAYER, {at("a.geojson"), NULL, NULL, NULL}, NULL}};
    static const char *const want[] = {"areas | communes.geojson | -",
                                       "households | households.csv | -",
                                       "pop | households.csv | column pop",
                                       "schools | schools.csv | -",
                                       "pupils | schools.csv | weight pupils",
                                       "roads | a.geojson | -",
                                       "n | a.geojson | within 150 m, except river.geojson",
                                       "n | b.geojson | within 20 m",
                                       "m | b.geojson | within 150 m",
                                       "p | communes.geojson | -",
                                       "s | one.asc | at least -105",
                                       "t | t.csv | key id",
                                       "s | two.asc | at least -105",
                                       "t | u.csv | key id",
                                       "r | one.asc | at least -90",
                                       "t | t.csv | key id, if down>=100",
                                       "c | column yes | -"};
    services[0].barriers.path = at("river.geojson");
    services[4].metres = 20;
    services[7].min = -90;
    services[8].condition = "down>=100";
    services[9].column = "yes";
    cov_job job = job_of(services, sizeof services / sizeof services[0], bases,
                         sizeof bases / sizeof bases[0]);
    job.households.path = at("households.csv");
    job.household_id = "id";
    job.assume_crs = "EPSG:4326";
    assert_sources(&job, want, sizeof want / sizeof want[0]);
}

/* Two services of one file are told from each other by what was read of it. */
static void filters_are_listed(void **state)
{
    (void)state;
    cov_job_service services[] = {ask("p", COV_BY_POLYGONS, "communes.geojson"),
                                  ask("n", COV_BY_DISTANCE, "a.geojson"),
                                  ask("t", COV_BY_TABLE, "t.csv")};
    const cov_job_base bases[] = {
        {"schools", COV_BASE_LAYER, {at("schools.csv"), NULL, "pupils = '30'", NULL}, NULL},
        {"roads", COV_BASE_LAYER, {at("a.geojson"), NULL, "FID >= 0", NULL}, NULL}};
    static const char *const want[] = {"areas | communes.geojson, where ma = '01' | -",
                                       "households | households.csv, where pop <> '9' | -",
                                       "schools | schools.csv, where pupils = '30' | -",
                                       "roads | a.geojson, where FID >= 0 | -",
                                       "p | communes.geojson, where ma <> '02' | -",
                                       "n | a.geojson, where FID < 7 | within 150 m",
                                       "t | t.csv, where id = 'a' | key id"};
    services[0].source.where = "ma <> '02'";
    services[1].source.where = "FID < 7";
    services[2].source.where = "id = 'a'";
    cov_job job = job_of(services, 3, bases, 2);
    job.areas.where = "ma = '01'";
    job.households = (cov_source){at("households.csv"), NULL, "pop <> '9'", NULL};
    job.household_id = "id";
    assert_sources(&job, want, sizeof want / sizeof want[0]);
}

/* What is summed and what is sampled come to a raster the same way, which is told of both. */
static void the_way_to_a_raster_is_listed(void **state)
{
    (void)state;
    const cov_job_service services[] = {ask("s", COV_BY_SIGNAL, "utm.asc")};
    const cov_job_base bases[] = {
        {"here", COV_BASE_LAYER, {at("people.asc"), NULL, NULL, NULL}, NULL},
        {"there", COV_BASE_LAYER, {at("utm.asc"), NULL, NULL, NULL}, NULL}};
    static const struct {
        const char *role, *operation;
    } want[] = {
        {"areas", "none"}, {"here", "none"}, {"there", "UTM zone 48N"}, {"s", "UTM zone 48N"}};
    cov_job job = job_of(services, 1, bases, 2);
    job.assume_crs = "EPSG:4326";
    json_t *json = manifest_of(&job), *list = json_object_get(json, "sources");
    assert_int_equal(json_array_size(list), 4);
    for (size_t i = 0; i < 4; i++) {
        json_t *o = json_array_get(list, i);
        const char *operation = json_string_value(json_object_get(o, "operation"));
        assert_string_equal(json_string_value(json_object_get(o, "role")), want[i].role);
        assert_non_null(operation);
        assert_non_null(strstr(operation, want[i].operation));
        assert_true(json_is_number(json_object_get(o, "accuracy_m")));
    }
    json_decref(json);
}

static void filters_of_ratios_are_listed(void **state)
{
    (void)state;
    const cov_job_base bases[] = {{"land", COV_BASE_AREA, {NULL, NULL, NULL, NULL}, NULL}};
    const cov_job_ratio ratios[] = {
        {"t", {at("teams.csv"), NULL, "year = '2025'", NULL}, "ma", "formed", "planned", NULL, 0}};
    const cov_job_service services[] = {ask("p", COV_BY_POLYGONS, "communes.geojson")};
    cov_job job = job_of(services, 1, bases, 1);
    job.ratios = ratios;
    job.n_ratios = 1;
    json_t *json = manifest_of(&job);
    json_t *o = json_array_get(json_object_get(json, "ratios"), 0);
    assert_string_equal(json_string_value(json_object_get(o, "file")),
                        "teams.csv, where year = '2025'");
    json_decref(json);
}

static void without_households_there_are_none(void **state)
{
    (void)state;
    const cov_job_service services[] = {ask("p", COV_BY_POLYGONS, "communes.geojson")};
    const cov_job_base bases[] = {
        {"land", COV_BASE_AREA, {NULL, NULL, NULL, NULL}, NULL},
        {"schools", COV_BASE_LAYER, {at("schools.csv"), NULL, NULL, NULL}, NULL}};
    static const char *const want[] = {"areas | communes.geojson | -", "schools | schools.csv | -",
                                       "p | communes.geojson | -"};
    cov_job job = job_of(services, 1, bases, 2);
    assert_sources(&job, want, sizeof want / sizeof want[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(details_say_what_was_asked),
        cmocka_unit_test(every_file_is_listed),
        cmocka_unit_test(filters_are_listed),
        cmocka_unit_test(the_way_to_a_raster_is_listed),
        cmocka_unit_test(filters_of_ratios_are_listed),
        cmocka_unit_test(without_households_there_are_none),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
