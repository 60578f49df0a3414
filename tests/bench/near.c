/* Points within a distance of lines: libcov against GEOS's prepared distanceWithin.
 * SPDX-License-Identifier: MIT
 *
 * usage: bench_near LINES METRES [POINTS [GEOS_POINTS]]
 *
 * LINES is any layer of points or lines, taken as it is: GEOS knows planes only. In degrees libcov
 * is timed on the ellipsoid, too; GEOS gets the distance over 111195 m, and so does libcov for the
 * comparison. POINTS is a number of random points in the extent (1,000,000), or a file of records
 * of 32 bytes that begin with two doubles, x and y. GEOS gets the first GEOS_POINTS of them
 * (200,000; 0: GEOS is left out). Figures are medians of five; the answers of both must be equal,
 * else the exit code is 1. The last line is the figures once more, for programs: JSON, in points a
 * second. */
#include <cov/cov.h>

#include <gdal.h>
#include <geos_c.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"
#include "timing.h"

#define METRES_PER_DEGREE 111195.0

enum { RUNS = 5 };

typedef struct lines {
    size_t n;
    const void **wkb;
    size_t *size;
    bool degrees;
} lines;

static void die(const char *what)
{
    fprintf(stderr, "bench_near: %s\n", what);
    exit(1);
}

static lines read_lines(const char *path)
{
    GDALAllRegister();
    GDALDatasetH data = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    if (data == NULL)
        die("cannot open the lines");
    OGRLayerH layer = GDALDatasetGetLayer(data, 0);
    OGRSpatialReferenceH crs = OGR_L_GetSpatialRef(layer);
    size_t n = (size_t)OGR_L_GetFeatureCount(layer, 1);
    lines l = {0, calloc(n, sizeof *l.wkb), calloc(n, sizeof *l.size),
               crs != NULL && OSRIsGeographic(crs)};
    for (OGRFeatureH f; (f = OGR_L_GetNextFeature(layer)) != NULL; OGR_F_Destroy(f), l.n++) {
        OGRGeometryH g = OGR_F_GetGeometryRef(f);
        l.size[l.n] = (size_t)OGR_G_WkbSize(g);
        unsigned char *wkb = malloc(l.size[l.n]);
        OGR_G_ExportToIsoWkb(g, wkbNDR, wkb);
        l.wkb[l.n] = wkb;
    }
    GDALClose(data);
    return l;
}

/* ---------------------------------------------------------------- libcov */

static double build(const lines *l, const cov_near_options *o, cov_footprint **out)
{
    cov_error err;
    double start = now();
    if (cov_footprint_near(l->wkb, l->size, l->n, o, out, &err) != COV_OK)
        die(err.message);
    return now() - start;
}

/* Points a second. */
static double mark(const cov_footprint *f, const records *r, uint64_t *served)
{
    double t[RUNS];
    cov_points points = {.n = r->n,
                         .x = &r->record->x,
                         .y = &r->record->y,
                         .x_stride = sizeof(record),
                         .y_stride = sizeof(record)};
    for (int k = 0; k < RUNS; k++) {
        memset(served, 0, r->n * sizeof *served);
        double start = now();
        if (cov_footprint_mark(f, &points, 0, served, NULL) != COV_OK)
            die("cov_footprint_mark failed");
        t[k] = now() - start;
    }
    return (double)r->n / median(t, RUNS);
}

static double measure(const lines *l, const cov_near_options *o, const records *r, uint64_t *served,
                      const char *name)
{
    cov_footprint *f = NULL;
    cov_near_options two = *o;
    two.threads = 2;
    double built_by_two = build(l, &two, &f);
    cov_footprint_free(f);
    double built = build(l, o, &f), rate = mark(f, r, served);
    size_t reached = 0;
    for (size_t i = 0; i < r->n; i++)
        reached += served[i] != 0;
    printf(
        "libcov, %s: build %.3f s (two threads %.3f), %.1f MB; %.1f M points/s; %.1f %% reached\n",
        name, built, built_by_two, (double)cov_footprint_memory(f) / 1e6, rate / 1e6,
        100.0 * (double)reached / (double)r->n);
    cov_footprint_free(f);
    return rate;
}

/* ---------------------------------------------------------------- GEOS */

/* A tree of the lines, and each of them prepared. */
typedef struct geos_index {
    GEOSContextHandle_t context;
    GEOSSTRtree *tree;
    const GEOSPreparedGeometry **prepared;
    const GEOSGeometry *point;
    double distance;
    bool found;
} geos_index;

static void test_candidate(void *item, void *data)
{
    geos_index *g = data;
    const GEOSPreparedGeometry *line = g->prepared[(size_t)item - 1];
    if (!g->found && GEOSPreparedDistanceWithin_r(g->context, line, g->point, g->distance) == 1)
        g->found = true;
}

static bool geos_within(geos_index *g, double x, double y)
{
    double d = g->distance;
    GEOSGeometry *window = GEOSGeom_createRectangle_r(g->context, x - d, y - d, x + d, y + d);
    GEOSGeometry *point = GEOSGeom_createPointFromXY_r(g->context, x, y);
    g->point = point;
    g->found = false;
    GEOSSTRtree_query_r(g->context, g->tree, window, test_candidate, g);
    GEOSGeom_destroy_r(g->context, point);
    GEOSGeom_destroy_r(g->context, window);
    return g->found;
}

/* GEOS builds lazily; a question to each line makes it build everything now. */
static double geos_build(geos_index *g, const lines *l)
{
    double start = now();
    GEOSWKBReader *reader = GEOSWKBReader_create_r(g->context);
    GEOSGeometry *origin = GEOSGeom_createPointFromXY_r(g->context, 0, 0);
    g->tree = GEOSSTRtree_create_r(g->context, 10);
    g->prepared = malloc(l->n * sizeof *g->prepared);
    for (size_t i = 0; i < l->n; i++) {
        GEOSGeometry *line = GEOSWKBReader_read_r(g->context, reader, l->wkb[i], l->size[i]);
        g->prepared[i] = GEOSPrepare_r(g->context, line);
        GEOSSTRtree_insert_r(g->context, g->tree, line, (void *)(i + 1));
        (void)GEOSPreparedDistanceWithin_r(g->context, g->prepared[i], origin, g->distance);
    }
    (void)geos_within(g, 0, 0);
    return now() - start;
}

static int compare(const lines *l, double d, const records *r, size_t n, const uint64_t *served,
                   double rate)
{
    geos_index g = {.context = GEOS_init_r(), .distance = d};
    double built = geos_build(&g, l), t[RUNS];
    size_t differ = 0;
    for (int k = 0; k < RUNS; k++) {
        double start = now();
        differ = 0;
        for (size_t i = 0; i < n; i++)
            differ += geos_within(&g, r->record[i].x, r->record[i].y) != (served[i] != 0);
        t[k] = now() - start;
    }
    double geos = (double)n / median(t, RUNS);
    printf("GEOS: build %.3f s; %.3f M points/s; libcov is %.0f x faster; %zu of %zu answers "
           "differ\n",
           built, geos / 1e6, rate / geos, differ, n);
    printf("{\"rate\": %.1f, \"geos_rate\": %.1f}\n", rate, geos);
    return differ != 0;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        die("usage: bench_near LINES METRES [POINTS [GEOS_POINTS]]");
    lines l = read_lines(argv[1]);
    cov_near_options o = COV_NEAR_OPTIONS_INIT;
    o.metres = atof(argv[2]);
    o.metres_per_unit = l.degrees ? METRES_PER_DEGREE : 1;
    cov_footprint *f = NULL;
    double extent[4];
    (void)build(&l, &o, &f);
    cov_footprint_extent(f, extent);
    cov_footprint_free(f);
    char *end = "";
    size_t n = argc > 3 ? (size_t)strtoul(argv[3], &end, 10) : 1000000;
    records r = *end == '\0' ? make_records(n, extent) : read_records(argv[3]);
    if (r.record == NULL)
        die("cannot read the points");
    size_t n_geos = argc > 4 ? (size_t)atol(argv[4]) : 200000;
    n_geos = n_geos < r.n ? n_geos : r.n;
    uint64_t *served = malloc(r.n * sizeof *served);
    if (l.degrees) {
        cov_near_options degrees = o;
        degrees.metres_per_unit = 0;
        (void)measure(&l, &degrees, &r, served, "ellipsoid");
    }
    double rate = measure(&l, &o, &r, served, "plane");
    if (n_geos > 0)
        return compare(&l, o.metres / o.metres_per_unit, &r, n_geos, served, rate);
    printf("{\"rate\": %.1f}\n", rate);
    return 0;
}
