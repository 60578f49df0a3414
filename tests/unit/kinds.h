/* What the tests of runs share: a small province of text files, and jobs on it.
 * SPDX-License-Identifier: MIT
 *
 * Lengths and areas are compared with integrals over the ellipsoid, made here. To be included after
 * cmocka.h. */
#ifndef COV_TESTS_KINDS_H
#define COV_TESTS_KINDS_H

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

static inline const char *at(const char *name)
{
    for (size_t i = 0; i < N_FILES; i++) {
        if (strcmp(files[i].name, name) == 0)
            return path[i];
    }
    fail_msg("no file %s", name);
    return NULL;
}

static inline int setup(void **state)
{
    (void)state;
    if (folder_open(&here) != 0)
        return -1;
    for (size_t i = 0; i < N_FILES; i++)
        path[i] = folder_write(&here, files[i].name, files[i].text);
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    folder_close(&here);
    for (size_t i = 0; i < N_FILES; i++)
        free(path[i]);
    return 0;
}

/* ---------------------------------------------------------------- helpers */

static inline cov_job basic_job(void)
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

static inline cov_job_service service(const char *name, cov_by by, const char *file)
{
    cov_job_service s = COV_JOB_SERVICE_INIT;
    s.name = name;
    s.by = by;
    s.source.path = file != NULL ? at(file) : NULL;
    return s;
}

static inline cov_job_base base(const char *name, const char *file)
{
    return (cov_job_base){
        name, COV_BASE_LAYER, {file != NULL ? at(file) : NULL, NULL, NULL, NULL}, NULL};
}

/* Of a base: n yes of so many in a row, and how many are unknown; in units of 1/scale. */
static inline void expect_base(const cov_run *run, size_t b, size_t row, size_t indicator,
                               uint64_t n, uint64_t of, uint64_t unknown)
{
    cov_share share;
    const cov_report *report = cov_run_base(run, b).report;
    assert_int_equal(cov_report_share(report, row, indicator, &share, NULL), COV_OK);
    if (share.n != n || share.of != of || share.unknown != unknown)
        fail_msg("base %zu, row %zu: %llu of %llu, %llu unknown", b, row,
                 (unsigned long long)share.n, (unsigned long long)share.of,
                 (unsigned long long)share.unknown);
}

static inline uint64_t count_of(const cov_run *run, size_t b, size_t row)
{
    cov_row r;
    assert_int_equal(cov_report_row(cov_run_base(run, b).report, row, &r, NULL), COV_OK);
    return r.households;
}

/* Simpson's rule over latitudes in degrees. */
static inline double integral(double (*f)(double), double south, double north)
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
static inline double meridian(double latitude)
{
    double e2 = flattening * (2 - flattening), s = sin(latitude * RADIAN);
    return semi_major * (1 - e2) / pow(1 - e2 * s * s, 1.5) * RADIAN;
}

/* Square kilometres of a strip one degree wide, per degree of latitude. */
static inline double strip(double latitude)
{
    double e2 = flattening * (2 - flattening), s = sin(latitude * RADIAN);
    double parallel = semi_major * cos(latitude * RADIAN) / sqrt(1 - e2 * s * s) * RADIAN;
    return parallel * meridian(latitude) / 1e6;
}

static inline void expect_near(uint64_t units, double value, double tolerance)
{
    if (fabs((double)units / 1e6 - value) > tolerance)
        fail_msg("%llu millionths are not %.9f", (unsigned long long)units, value);
}

#endif
