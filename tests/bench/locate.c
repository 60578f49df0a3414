/* Locating points: libcov against GEOS prepared geometries, and against the memory's own limit.
 * SPDX-License-Identifier: MIT
 *
 * usage: bench_locate AREAS [POINTS [GEOS_POINTS]]
 *
 * AREAS is any polygon layer. POINTS is a number of random points in its extent (1,000,000), or a
 * file of records of 32 bytes that begin with two doubles, x and y. GEOS, which is slow, gets the
 * first GEOS_POINTS of them (200,000; 0: GEOS is left out). Figures are medians of five; the
 * answers of both engines must be equal, else the exit code is 1. The last line is the figures once
 * more, for programs: JSON, in seconds, bytes and points a second. */
#include <cov/cov.h>

#include <gdal.h>
#include <geos_c.h>
#include <ogr_api.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"
#include "timing.h"

typedef struct polygons {
    size_t n;
    cov_area *area;
    size_t n_vertices;
} polygons;

static void die(const char *what)
{
    fprintf(stderr, "bench_locate: %s\n", what);
    exit(1);
}

static polygons read_polygons(const char *path)
{
    GDALAllRegister();
    GDALDatasetH data = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    if (data == NULL)
        die("cannot open the areas");
    OGRLayerH layer = GDALDatasetGetLayer(data, 0);
    polygons p = {0, calloc((size_t)OGR_L_GetFeatureCount(layer, 1), sizeof(cov_area)), 0};
    for (OGRFeatureH f; (f = OGR_L_GetNextFeature(layer)) != NULL; OGR_F_Destroy(f), p.n++) {
        OGRGeometryH g = OGR_F_GetGeometryRef(f);
        size_t size = (size_t)OGR_G_WkbSize(g);
        unsigned char *wkb = malloc(size);
        char *id = malloc(24);
        OGR_G_ExportToIsoWkb(g, wkbNDR, wkb);
        snprintf(id, 24, "%08zu", p.n);
        p.area[p.n] = (cov_area){id, NULL, NULL, wkb, size};
        p.n_vertices += size / 16;
    }
    GDALClose(data);
    return p;
}

/* ---------------------------------------------------------------- libcov */

typedef struct part {
    const cov_areas *areas;
    cov_points points;
    int32_t *out;
} part;

static void *locate_part(void *data)
{
    part *p = data;
    if (cov_areas_locate(p->areas, &p->points, p->out, NULL, NULL) != COV_OK)
        die("cov_areas_locate failed");
    return NULL;
}

static double time_cov(const cov_areas *areas, const records *r, int32_t *out, size_t threads)
{
    pthread_t thread[8];
    part parts[8];
    double t = now();
    for (size_t k = 0; k < threads; k++) {
        size_t from = r->n * k / threads, to = r->n * (k + 1) / threads;
        parts[k] = (part){areas,
                          {.n = to - from,
                           .x = &r->record[from].x,
                           .y = &r->record[from].y,
                           .x_stride = sizeof(record),
                           .y_stride = sizeof(record)},
                          out + from};
        pthread_create(&thread[k], NULL, locate_part, &parts[k]);
    }
    for (size_t k = 0; k < threads; k++)
        pthread_join(thread[k], NULL);
    return now() - t;
}

/* ---------------------------------------------------------------- GEOS */

typedef struct geos_index {
    GEOSContextHandle_t context;
    GEOSSTRtree *tree;
    GEOSGeometry **area;
    const GEOSPreparedGeometry **prepared;
    const GEOSGeometry *point;
    int32_t found;
} geos_index;

static void test_candidate(void *item, void *data)
{
    geos_index *g = data;
    size_t i = (size_t)item - 1;
    if (g->found < 0 && GEOSPreparedIntersects_r(g->context, g->prepared[i], g->point) == 1)
        g->found = (int32_t)i;
}

static int32_t geos_find(geos_index *g, double x, double y)
{
    GEOSGeometry *point = GEOSGeom_createPointFromXY_r(g->context, x, y);
    g->point = point;
    g->found = -1;
    GEOSSTRtree_query_r(g->context, g->tree, point, test_candidate, g);
    GEOSGeom_destroy_r(g->context, point);
    return g->found;
}

/* GEOS builds lazily; a question to each polygon makes it build everything now. */
static double geos_build(geos_index *g, const polygons *p)
{
    double t = now();
    g->context = GEOS_init_r();
    g->tree = GEOSSTRtree_create_r(g->context, 10);
    g->prepared = malloc(p->n * sizeof *g->prepared);
    GEOSWKBReader *reader = GEOSWKBReader_create_r(g->context);
    GEOSGeometry **all = g->area = malloc(p->n * sizeof *all);
    for (size_t i = 0; i < p->n; i++) {
        all[i] = GEOSWKBReader_read_r(g->context, reader, p->area[i].wkb, p->area[i].wkb_size);
        g->prepared[i] = GEOSPrepare_r(g->context, all[i]);
        GEOSSTRtree_insert_r(g->context, g->tree, all[i], (void *)(i + 1));
    }
    for (size_t i = 0; i < p->n; i++) {
        double west, south, east, north;
        GEOSGeom_getXMin_r(g->context, all[i], &west);
        GEOSGeom_getYMin_r(g->context, all[i], &south);
        GEOSGeom_getXMax_r(g->context, all[i], &east);
        GEOSGeom_getYMax_r(g->context, all[i], &north);
        GEOSGeometry *centre =
            GEOSGeom_createPointFromXY_r(g->context, (west + east) / 2, (south + north) / 2);
        (void)GEOSPreparedIntersects_r(g->context, g->prepared[i], centre);
        GEOSGeom_destroy_r(g->context, centre);
    }
    t = now() - t;
    GEOSWKBReader_destroy_r(g->context, reader);
    return t;
}

static void geos_free(geos_index *g, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        GEOSPreparedGeom_destroy_r(g->context, g->prepared[i]);
        GEOSGeom_destroy_r(g->context, g->area[i]);
    }
    GEOSSTRtree_destroy_r(g->context, g->tree);
    GEOS_finish_r(g->context);
    free(g->prepared);
    free(g->area);
}

/* ---------------------------------------------------------------- memory */

/* Independent reads of one line each, at random, from a table of this many bytes. */
static double random_lines(size_t bytes)
{
    size_t lines = bytes / 64 > 0 ? bytes / 64 : 1, reads = 20000000;
    char *table = malloc(lines * 64);
    memset(table, 1, lines * 64);
    uint64_t seed = 88172645463325252u, sum = 0;
    double t = now();
    for (size_t i = 0; i < reads; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        sum += (uint64_t)table[(size_t)(((seed >> 32) * lines) >> 32) * 64];
    }
    t = now() - t;
    free(table);
    return sum > 0 ? (double)reads / t : 0;
}

/* ---------------------------------------------------------------- all */

enum { RUNS = 5 };

static double time_cov_median(const cov_areas *areas, const records *r, int32_t *out,
                              size_t threads)
{
    double t[RUNS];
    for (size_t k = 0; k < RUNS; k++)
        t[k] = time_cov(areas, r, out, threads);
    return median(t, RUNS);
}

static double build_median(const polygons *p, unsigned threads, cov_areas **areas)
{
    cov_areas_options options = COV_AREAS_OPTIONS_INIT;
    options.threads = threads;
    double t[RUNS];
    for (size_t k = 0; k < RUNS; k++) {
        cov_areas_free(*areas);
        double start = now();
        if (cov_areas_create(p->area, p->n, &options, areas, NULL) != COV_OK)
            die("cov_areas_create failed");
        t[k] = now() - start;
    }
    return median(t, RUNS);
}

static double random_lines_median(size_t bytes)
{
    double rate[RUNS];
    for (size_t k = 0; k < RUNS; k++)
        rate[k] = random_lines(bytes);
    return median(rate, RUNS);
}

static double geos_build_median(geos_index *g, const polygons *p)
{
    double t[RUNS];
    for (size_t k = 0; k < RUNS; k++) {
        if (k > 0)
            geos_free(g, p->n);
        t[k] = geos_build(g, p);
    }
    return median(t, RUNS);
}

/* Seconds for the first n points, and how many of the answers aren't those of libcov. */
static double geos_find_median(geos_index *g, const records *r, size_t n, const int32_t *expected,
                               size_t *differ)
{
    double t[RUNS];
    for (size_t k = 0; k < RUNS; k++) {
        double start = now();
        *differ = 0;
        for (size_t i = 0; i < n; i++)
            *differ += geos_find(g, r->record[i].x, r->record[i].y) != expected[i];
        t[k] = now() - start;
    }
    return median(t, RUNS);
}

/* Seconds, bytes, points and lines a second. */
typedef struct figures {
    double build, build_two, bytes, bytes_per_vertex, rate, rate_two, lines;
} figures;

static figures measure(const polygons *p, const records *r, cov_areas **areas, int32_t *out)
{
    figures f = {.build_two = build_median(p, 2, areas), .build = build_median(p, 1, areas)};
    f.bytes = (double)cov_areas_memory(*areas);
    f.bytes_per_vertex = f.bytes / (double)p->n_vertices;
    f.rate = (double)r->n / time_cov_median(*areas, r, out, 1);
    f.rate_two = (double)r->n / time_cov_median(*areas, r, out, 2);
    f.lines = random_lines_median((size_t)f.bytes);
    printf("libcov: build %.3f s (two threads %.3f), %.1f MB, %.1f bytes/vertex; %.1f M points/s, "
           "two threads %.1f (x %.2f)\n",
           f.build, f.build_two, f.bytes / 1e6, f.bytes_per_vertex, f.rate / 1e6, f.rate_two / 1e6,
           f.rate_two / f.rate);
    printf("random lines in as much memory: %.1f M/s; libcov / lines = %.2f\n", f.lines / 1e6,
           f.rate / f.lines);
    return f;
}

/* Begins the line for programs; GEOS may end it. */
static void tell(const figures *f)
{
    printf("{\"build\": %.6f, \"build_two\": %.6f, \"bytes_per_vertex\": %.3f, \"rate\": %.1f, "
           "\"rate_two\": %.1f, \"lines\": %.1f",
           f->build, f->build_two, f->bytes_per_vertex, f->rate, f->rate_two, f->lines);
}

/* How many answers differ. */
static size_t compare(const polygons *p, const figures *f, const records *r, size_t n,
                      const int32_t *out)
{
    geos_index g = {0};
    size_t differ = 0;
    double build = geos_build_median(&g, p);
    double rate = (double)n / geos_find_median(&g, r, n, out, &differ);
    printf("GEOS: build %.3f s; %.3f M points/s; libcov is %.0f x faster, builds in %.2f of the "
           "time (two threads %.2f); %zu of %zu answers differ\n",
           build, rate / 1e6, f->rate / rate, f->build / build, f->build_two / build, differ, n);
    tell(f);
    printf(", \"geos_build\": %.6f, \"geos_rate\": %.1f}\n", build, rate);
    geos_free(&g, p->n);
    return differ;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        die("usage: bench_locate AREAS [POINTS [GEOS_POINTS]]");
    polygons p = read_polygons(argv[1]);
    cov_areas *areas = NULL;
    double extent[4];
    (void)build_median(&p, 1, &areas);
    cov_areas_extent(areas, extent);
    char *end = "";
    size_t n = argc > 2 ? (size_t)strtoul(argv[2], &end, 10) : 1000000;
    records r = *end == '\0' ? make_records(n, extent) : read_records(argv[2]);
    if (r.record == NULL)
        die("cannot read the points");
    size_t n_geos = argc > 3 ? (size_t)atol(argv[3]) : 200000;
    n_geos = n_geos < r.n ? n_geos : r.n;
    int32_t *out = malloc(r.n * sizeof *out);
    figures f = measure(&p, &r, &areas, out);
    if (n_geos > 0)
        return compare(&p, &f, &r, n_geos, out) != 0;
    tell(&f);
    printf("}\n");
    return 0;
}
