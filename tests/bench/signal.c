/* How fast a raster is sampled, and that memory doesn't grow with it.
 * SPDX-License-Identifier: MIT
 *
 *     bench_signal [POINTS [SIDE]]
 *
 * Makes two rasters in the current folder, one of SIDE x SIDE cells and one of ten times as many,
 * and samples each at the same number of points: at random places (the worst case: every piece of
 * the file is needed), from the same coordinate system and from another, by one thread and by two;
 * and at places in the order of a survey, district by district. Each measurement is a process of
 * its own, so that its peak of memory is its own, too. */
#define _DEFAULT_SOURCE
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cpl_string.h>
#include <gdal.h>

#include "io/raster.h"
#include "timing.h"

enum { BATCH = 65536, TILE = 256 };

static void die(const char *why)
{
    fprintf(stderr, "bench_signal: %s\n", why);
    exit(1);
}

static double unit(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*seed >> 11) * 0x1p-53;
}

/* ---------------------------------------------------------------- rasters */

/* One degree of levels, tiled and compressed. */
static void make_raster(const char *path, int side)
{
    char *options[] = {"TILED=YES", "COMPRESS=DEFLATE", "ZLEVEL=1", "NUM_THREADS=2", NULL};
    GDALDatasetH d =
        GDALCreate(GDALGetDriverByName("GTiff"), path, side, side, 1, GDT_Float32, options);
    OGRSpatialReferenceH crs = NULL;
    if (d == NULL || cov_crs_from_text("EPSG:4326", &crs, NULL) != COV_OK)
        die("can't make a raster");
    double affine[6] = {105, 1.0 / side, 0, 11, 0, -1.0 / side};
    GDALSetGeoTransform(d, affine);
    GDALSetSpatialRef(d, crs);
    OSRRelease(crs);
    float *rows = malloc((size_t)side * TILE * sizeof *rows);
    for (int first = 0; first < side; first += TILE) {
        int n = side - first < TILE ? side - first : TILE;
        for (size_t i = 0; i < (size_t)side * (size_t)n; i++)
            rows[i] = (float)(-90 - (double)(i % (size_t)side % 97) / 4 - (double)first / side);
        if (GDALRasterIO(GDALGetRasterBand(d, 1), GF_Write, 0, first, side, n, rows, side, n,
                         GDT_Float32, 0, 0) != CE_None)
            die("can't write a raster");
    }
    free(rows);
    GDALClose(d);
}

/* ---------------------------------------------------------------- sampling */

typedef struct survey {
    const char *path;
    const char *plane; /* NULL: that of the raster */
    int is_ordered;
    cov_sampling sampling;
    size_t n_threads;
    size_t n; /* points in all */
} survey;

typedef struct worker {
    pthread_t thread;
    const survey *survey;
    cov_raster *raster;
    const double *x, *y;
    size_t n, n_values;
} worker;

static void *work(void *data)
{
    worker *w = data;
    double *value = malloc(BATCH * sizeof *value);
    for (size_t i = 0; i < w->n; i += BATCH) {
        cov_points points = COV_POINTS_INIT;
        points.n = w->n - i < BATCH ? w->n - i : BATCH;
        points.x = w->x + i;
        points.y = w->y + i;
        if (cov_raster_sample(w->raster, &points, w->survey->sampling, value, NULL) != COV_OK)
            die("cov_raster_sample failed");
        for (size_t k = 0; k < points.n; k++)
            w->n_values += isnan(value[k]) ? 0 : 1;
    }
    free(value);
    return NULL;
}

/* Ordered: 1,024 districts one after the other. */
static void make_points(const survey *s, const double extent[4], double *x, double *y)
{
    uint64_t seed = 42;
    for (size_t i = 0; i < s->n; i++) {
        double u = unit(&seed), v = unit(&seed);
        if (s->is_ordered) {
            size_t district = i * 1024 / s->n;
            u = ((double)(district % 32) + u) / 32;
            v = ((double)(district / 32) + v) / 32;
        }
        x[i] = extent[0] + u * (extent[2] - extent[0]);
        y[i] = extent[1] + v * (extent[3] - extent[1]);
    }
}

static void measure(const survey *s, const char *what)
{
    static const double degrees[4] = {105, 10, 106, 11};
    static const double metres[4] = {501000, 1106000, 609000, 1215000}; /* UTM 48 N */
    const double *extent = s->plane != NULL ? metres : degrees;
    const cov_policy policy = {NULL, NULL, 0, 0, 0};
    cov_notes notes = COV_NOTES_INIT;
    cov_raster *raster = NULL;
    cov_error err;
    double *x = malloc(s->n * sizeof *x), *y = malloc(s->n * sizeof *y);
    make_points(s, extent, x, y);
    if (cov_raster_open(s->path, &policy, &notes, &raster, &err) != COV_OK)
        die(err.message);
    if (s->plane != NULL) {
        OGRSpatialReferenceH plane = NULL;
        if (cov_crs_from_text(s->plane, &plane, &err) != COV_OK ||
            cov_raster_place(raster, plane, extent, &notes, &err) != COV_OK)
            die(err.message);
    }
    worker w[8];
    size_t n_values = 0;
    double t = now();
    for (size_t k = 0; k < s->n_threads; k++) {
        size_t first = s->n * k / s->n_threads, last = s->n * (k + 1) / s->n_threads;
        w[k] = (worker){
            .survey = s, .raster = raster, .x = x + first, .y = y + first, .n = last - first};
        pthread_create(&w[k].thread, NULL, work, &w[k]);
    }
    for (size_t k = 0; k < s->n_threads; k++) {
        pthread_join(w[k].thread, NULL);
        n_values += w[k].n_values;
    }
    t = now() - t;
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    printf("  %-44s %6.2f M points/s, peak memory %4ld MB (points %zu MB), %zu values\n", what,
           (double)s->n / t / 1e6, use.ru_maxrss / 1024, s->n * 16 >> 20, n_values);
    fflush(stdout);
}

static void in_a_process(const survey *s, const char *what)
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        measure(s, what);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
        die("a measurement failed");
}

int main(int argc, char **argv)
{
    static const char *const path[] = {"bench_signal_1.tif", "bench_signal_10.tif"};
    size_t n = argc > 1 ? (size_t)atol(argv[1]) : 1000000;
    int side = argc > 2 ? atoi(argv[2]) : 3000;
    for (int k = 0; k < 2; k++) {
        int cells = k == 0 ? side : (int)(side * sqrt(10));
        pid_t child = fork(); /* the making, too, has its own memory */
        if (child == 0) {
            cov_gdal_init();
            make_raster(path[k], cells);
            _exit(0);
        }
        int status = 0;
        if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
            die("can't make the rasters");
        printf("%d x %d cells, %zu points\n", cells, cells, n);
        survey s = {path[k], NULL, 1, COV_NEAREST, 1, n};
        in_a_process(&s, "district by district");
        s.sampling = COV_BILINEAR;
        in_a_process(&s, "district by district, bilinear");
        s.sampling = COV_NEAREST;
        s.is_ordered = 0;
        in_a_process(&s, "at random");
        s.plane = "EPSG:32648";
        in_a_process(&s, "at random, from another system");
        s.is_ordered = 1;
        in_a_process(&s, "district by district, from another system");
        s.n_threads = 2;
        in_a_process(&s, "the same by two threads");
    }
    unlink(path[0]);
    unlink(path[1]);
    return 0;
}
