/* How fast a population raster is divided among areas, and that memory doesn't grow with it.
 * SPDX-License-Identifier: MIT
 *
 *     bench_population [SIDE]
 *
 * Makes two tiled rasters of floats in the current folder, one of SIDE x SIDE cells (5,000) and one
 * with a tenth of that, and removes them in the end. Measures how long it takes merely to read them
 * with GDAL as they are stored, to read them as the library does, and to count them for 64 and for
 * 10,609 areas with ragged borders. Times are medians of five, of the processor; each measurement
 * is a process of its own, so that its peak of memory is its own, too. */
#define _DEFAULT_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <gdal.h>

#include "geometry/predicate.h"
#include "io/population.h"

enum { TILE = 256, RUNS = 5, STEPS = 40 };

static void die(const char *why)
{
    fprintf(stderr, "bench_population: %s\n", why);
    exit(1);
}

/* Of this process alone: the machine may have other things to do. */
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---------------------------------------------------------------- rasters */

/* One degree of persons. */
static void make_raster(const char *path, int side)
{
    char *options[] = {"TILED=YES", NULL};
    cov_gdal_init();
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
            rows[i] = (float)((double)(i * 2654435761u % 1024) / 300);
        if (GDALRasterIO(GDALGetRasterBand(d, 1), GF_Write, 0, first, side, n, rows, side, n,
                         GDT_Float32, 0, 0) != CE_None)
            die("can't write a raster");
    }
    free(rows);
    GDALClose(d);
}

/* ---------------------------------------------------------------- areas */

/* A number between -0.5 and 0.5 that depends on the place of a vertex alone. */
static double ragged(int line, int step, int axis)
{
    uint64_t h = (uint64_t)line * 7919 + (uint64_t)step * 104729 + (uint64_t)axis;
    h = (h ^ h >> 31) * UINT64_C(0x9E3779B97F4A7C15);
    h = (h ^ h >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
    return (double)(h >> 11) * 0x1p-53 - 0.5;
}

/* The vertex of an area's border: along line `line` of an axis, `step` steps from its start. */
static cov_xy border(int side, int axis, int line, int step)
{
    double along = (double)step / STEPS, beside = line;
    if (step % STEPS != 0)
        beside += 0.3 * ragged(line, step, axis);
    cov_xy p = axis == 0 ? (cov_xy){along, beside} : (cov_xy){beside, along};
    return (cov_xy){105.02 + 0.96 * p.x / side, 10.02 + 0.96 * p.y / side};
}

static void make_area(int side, int x, int y, cov_shape *out)
{
    static const uint32_t head[] = {3, 1, 4 * STEPS + 1};
    out->size = 1 + sizeof head + (4 * STEPS + 1) * sizeof(cov_xy);
    unsigned char *at = malloc(out->size);
    out->wkb = at;
    *at++ = 1;
    memcpy(at, head, sizeof head);
    at += sizeof head;
    for (int i = 0; i <= 4 * STEPS; i++, at += sizeof(cov_xy)) {
        int k = i / STEPS % 4, s = i % STEPS;
        cov_xy p = k == 0   ? border(side, 0, y, x * STEPS + s)
                   : k == 1 ? border(side, 1, x + 1, y * STEPS + s)
                   : k == 2 ? border(side, 0, y + 1, (x + 1) * STEPS - s)
                            : border(side, 1, x, (y + 1) * STEPS - s);
        memcpy(at, &p, sizeof p);
    }
}

typedef struct country {
    cov_areas *areas;
    cov_partition partition;
} country;

static country make_country(int side)
{
    size_t n = (size_t)side * (size_t)side;
    country c = {NULL, {NULL, calloc(n, sizeof(cov_piece)), n, 0}};
    cov_area *area = calloc(n, sizeof *area);
    char(*id)[24] = calloc(n, sizeof *id);
    for (size_t i = 0; i < n; i++) {
        cov_piece *piece = &c.partition.piece[i];
        make_area(side, (int)i % side, (int)i / side, &piece->shape);
        piece->area = (int32_t)i;
        snprintf(id[i], sizeof id[i], "%06zu", i);
        area[i] = (cov_area){id[i], NULL, NULL, piece->shape.wkb, piece->shape.size};
    }
    if (cov_areas_create(area, n, NULL, &c.areas, NULL) != COV_OK)
        die("can't make the areas");
    c.partition.areas = c.areas;
    free(area);
    free(id);
    return c;
}

/* ---------------------------------------------------------------- measurements */

static cov_raster *open_raster(const char *path)
{
    const cov_policy policy = {NULL, NULL, 0, 0, 0};
    cov_notes notes = COV_NOTES_INIT;
    cov_raster *raster = NULL;
    cov_error err;
    if (cov_raster_open(path, &policy, &notes, &raster, &err) != COV_OK)
        die(err.message);
    return raster;
}

static void read_with_gdal(const char *path)
{
    GDALDatasetH d = GDALOpen(path, GA_ReadOnly);
    GDALRasterBandH band = GDALGetRasterBand(d, 1);
    static float block[TILE * TILE];
    double sum = 0;
    int side = GDALGetRasterXSize(d), n = (side + TILE - 1) / TILE;
    for (int i = 0; i < n * n; i++) {
        if (GDALReadBlock(band, i % n, i / n, block) != CE_None)
            die("can't read a block");
        sum += block[i % (TILE * TILE)];
    }
    GDALClose(d);
    if (!(sum >= 0))
        die("no sum");
}

static void read_with_library(const char *path)
{
    cov_raster *raster = open_raster(path);
    size_t columns = 0, rows = 0, width = 0, height = 0;
    cov_raster_size(raster, &columns, &rows);
    cov_raster_piece(raster, &width, &height);
    double *value = malloc(width * height * sizeof *value);
    for (size_t y = 0; y < rows; y += height) {
        for (size_t x = 0; x < columns; x += width) {
            size_t w = columns - x < width ? columns - x : width;
            size_t h = rows - y < height ? rows - y : height;
            if (cov_raster_window(raster, x, y, w, h, value, NULL) != COV_OK)
                die("can't read a window");
        }
    }
    free(value);
    cov_raster_close(raster);
}

static void count(const char *path, const country *c)
{
    cov_raster *raster = open_raster(path);
    cov_notes notes = COV_NOTES_INIT;
    cov_phases phases = cov_phases_start(NULL, NULL);
    cov_tally_options options = COV_TALLY_OPTIONS_INIT;
    cov_tally *tally = NULL;
    cov_ledger ledger;
    cov_error err;
    const cov_service service = {"4g", NULL};
    options.scale = 1000000;
    cov_population_task task = {raster, &c->partition, cov_raster_crs(raster), NULL, NULL,
                                &notes, &phases};
    if (cov_tally_create(c->areas, &service, 1, &options, &tally, &err) != COV_OK ||
        cov_population_count(&task, tally, NULL, &err) != COV_OK)
        die(err.message);
    cov_tally_ledger(tally, &ledger);
    if (ledger.read.weight != ledger.assigned.weight + ledger.outside.weight)
        die("the ledger doesn't balance");
    cov_tally_free(tally);
    cov_notes_clear(&notes);
    cov_raster_close(raster);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* way 0: GDAL, 1: the library's reading, else counting for way x way areas. */
static void measure(const char *path, int way)
{
    double t[RUNS];
    country c = way > 1 ? make_country(way) : (country){NULL, {NULL, NULL, 0, 0}};
    for (int k = 0; k < RUNS; k++) {
        t[k] = now();
        if (way == 0)
            read_with_gdal(path);
        else if (way == 1)
            read_with_library(path);
        else
            count(path, &c);
        t[k] = now() - t[k];
    }
    qsort(t, RUNS, sizeof *t, compare_doubles);
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    if (way < 2)
        printf("  %-28s", way == 0 ? "read by GDAL" : "read by the library");
    else
        printf("  counted for %6d areas     ", way * way);
    printf("%7.3f s, peak memory %4ld MB\n", t[RUNS / 2], use.ru_maxrss / 1024);
    fflush(stdout);
}

static void in_a_process(const char *path, int side, int way)
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        cov_gdal_init();
        if (side > 0)
            make_raster(path, side);
        else
            measure(path, way);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
        die("a measurement failed");
}

int main(int argc, char **argv)
{
    static const char *const path[] = {"bench_population_1.tif", "bench_population_10.tif"};
    static const int ways[] = {0, 1, 8, 103};
    int side = argc > 1 ? atoi(argv[1]) : 5000;
    for (int k = 0; k < 2; k++) {
        int cells = k == 0 ? (int)(side / sqrt(10)) : side;
        in_a_process(path[k], cells, 0);
        printf("%d x %d cells\n", cells, cells);
        for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
            in_a_process(path[k], 0, ways[i]);
        unlink(path[k]);
    }
    return 0;
}
