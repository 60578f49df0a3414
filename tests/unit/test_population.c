/* The sum of a raster over pieces: against numbers known by heart, and against GEOS, cell by cell.
 * SPDX-License-Identifier: MIT */
#include "rasters.h"

#include <geos_c.h>

#include "base/mem.h"
#include "engine/tally.h"
#include "handles.h"
#include "io/population.h"
#include "shapes.h"

#define RASTER HERE "people.tif"
#define SCALE 1000000

static const char *const names[] = {"4g", "5g", "fiber"};

/* ---------------------------------------------------------------- helpers */

/* Pieces as areas of their own: owner k of the sheet is area k, its set is set[k]. */
typedef struct world {
    cov_areas *areas;
    cov_partition partition;
    cov_tally *tally;
    OGRSpatialReferenceH plane;
    cov_notes notes;
    cov_phases phases;
    cov_place_mark mark;
    void *data;
} world;

static world open_world(const sheet *s, const uint64_t *set, uint64_t answered, const char *plane)
{
    world w = {.areas = areas_of_sheet(s, NULL), .notes = COV_NOTES_INIT};
    cov_error err = {0};
    cov_service service[3];
    for (size_t k = 0; k < 3; k++)
        service[k] = (cov_service){names[k], NULL};
    cov_tally_options options = COV_TALLY_OPTIONS_INIT;
    options.scale = SCALE;
    assert_int_equal(cov_tally_create(w.areas, service, 3, &options, &w.tally, &err), COV_OK);
    w.partition.areas = w.areas;
    w.partition.n = s->n_owners;
    w.partition.answered = answered;
    w.partition.piece = blank(s->n_owners, sizeof *w.partition.piece);
    for (uint32_t k = 0; k < s->n_owners; k++) {
        bytes b = sheet_wkb(s, k, NULL);
        w.partition.piece[k] = (cov_piece){(int32_t)k, set != NULL ? set[k] : 0, {b.at, b.n}};
    }
    assert_int_equal(cov_crs_from_text(plane, &w.plane, &err), COV_OK);
    w.phases = cov_phases_start(NULL, NULL);
    return w;
}

static void close_world(world *w)
{
    for (size_t k = 0; k < w->partition.n; k++)
        free(w->partition.piece[k].shape.wkb);
    free(w->partition.piece);
    cov_tally_free(w->tally);
    cov_areas_free(w->areas);
    cov_notes_clear(&w->notes);
    OSRRelease(w->plane);
}

static cov_status try_count(world *w, const char *path, cov_error *err)
{
    cov_raster *raster = open_raster(path);
    cov_population_task task = {raster,  &w->partition, w->plane,  w->mark,
                                w->data, &w->notes,     &w->phases};
    cov_status s = cov_population_count(&task, w->tally, err);
    cov_raster_close(raster);
    return s;
}

static void count(world *w, const char *path)
{
    cov_error err = {0};
    if (try_count(w, path, &err) != COV_OK)
        fail_msg("%s", err.message);
    cov_ledger l;
    cov_tally_ledger(w->tally, &l);
    assert_true(l.read.weight == l.assigned.weight + l.outside.weight);
    assert_true(l.read.points == l.assigned.points + l.outside.points);
}

/* What an area holds: any set, or one indicator's n and unknown. */
static cov_share answer(const world *w, size_t area, const char *expression)
{
    cov_report *report = NULL;
    cov_share share;
    cov_error err = {0};
    const cov_indicator ask = {NULL, expression};
    if (cov_report_create(w->tally, &ask, 1, &report, &err) != COV_OK)
        fail_msg("%s", err.message);
    assert_int_equal(cov_report_share(report, area, 0, &share, &err), COV_OK);
    cov_report_free(report);
    return share;
}

static void put_values(const double *value, int columns, int rows, const double affine[6],
                       const char *crs, const char *options)
{
    picture p = small_picture(value, columns, rows);
    memcpy(p.affine, affine, sizeof p.affine);
    p.crs = crs;
    put_picture("GTiff", RASTER, &p, options);
}

/* ---------------------------------------------------------------- by heart */

static const double north_up[6] = {100, 1, 0, 20, 0, -1};

/* 1 2 3 in the north, 10 20 30 in the south. */
static void test_by_heart(void **state)
{
    (void)state;
    static const double value[] = {1, 2, 3, 10, 20, 30};
    static const uint64_t set[] = {1, 4, 5};
    sheet s = {0};
    remove_all();
    put_values(value, 3, 2, north_up, "EPSG:4326", NULL);
    sheet_box(&s, 0, 0, (const double[]){100.25, 18.5, 101.5, 19.75});
    sheet_box(&s, 1, 0, (const double[]){101.5, 18.5, 103, 19});
    sheet_box(&s, 2, 0, (const double[]){102.75, 19.5, 150, 80});
    world w = open_world(&s, set, 7, "EPSG:4326");
    count(&w, RASTER);
    cov_ledger l;
    cov_tally_ledger(w.tally, &l);
    /* 0.75 x 0.75 x 1 + 0.5 x 0.75 x 2 + 0.75 x 0.5 x 10 + 0.5 x 0.5 x 20 */
    assert_int_equal(answer(&w, 0, "4g").n, 10062500);
    assert_int_equal(answer(&w, 0, "fiber").n, 0);
    assert_int_equal(answer(&w, 1, "fiber").n, 20000000);
    assert_int_equal(answer(&w, 2, "4g & fiber").n, 375000);
    assert_int_equal(l.read.weight, 66000000);
    assert_int_equal(l.read.points, 4);
    assert_int_equal(l.outside.weight, 66000000 - 10062500 - 20000000 - 375000);
    assert_int_equal(w.notes.n, 0);
    close_world(&w);
    sheet_free(&s);
}

/* Cells and areas end on the same lines, and all of the raster is in one: nothing is outside. */
static void test_nothing_is_outside(void **state)
{
    (void)state;
    rng r = {1};
    double value[48];
    sheet s = {0};
    for (size_t i = 0; i < 48; i++)
        value[i] = rng_unit(&r) * 0.01;
    remove_all();
    put_values(value, 8, 6, north_up, "EPSG:4326", NULL);
    for (uint32_t k = 0; k < 4; k++)
        sheet_box(&s, k, 0, (const double[]){100 + 2 * k, 10, 102 + 2 * k, 30});
    world w = open_world(&s, NULL, 7, "EPSG:4326");
    count(&w, RASTER);
    cov_ledger l;
    cov_tally_ledger(w.tally, &l);
    assert_int_equal(l.outside.weight, 0);
    assert_int_equal(l.read.points, 4);
    close_world(&w);
    sheet_free(&s);
}

/* ---------------------------------------------------------------- GEOS */

static GEOSGeometry *cell_polygon(GEOSContextHandle_t g, const double a[6], double column,
                                  double row)
{
    static const double corner[][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}};
    GEOSCoordSequence *q = GEOSCoordSeq_create_r(g, 5, 2);
    for (unsigned i = 0; i < 5; i++) {
        double c = column + corner[i][0], d = row + corner[i][1];
        GEOSCoordSeq_setXY_r(g, q, i, a[0] + c * a[1] + d * a[2], a[3] + c * a[4] + d * a[5]);
    }
    return GEOSGeom_createPolygon_r(g, GEOSGeom_createLinearRing_r(g, q), NULL, 0);
}

/* The sum of value times the part of the cell's area that GEOS cuts out. */
static double geos_sum(const cov_shape *shape, const double *value, int columns, int rows,
                       const double a[6])
{
    GEOSContextHandle_t g = GEOS_init_r();
    GEOSWKBReader *reader = GEOSWKBReader_create_r(g);
    GEOSGeometry *piece = GEOSWKBReader_read_r(g, reader, shape->wkb, shape->size);
    const GEOSPreparedGeometry *prepared = GEOSPrepare_r(g, piece);
    double sum = 0;
    for (int i = 0; i < rows * columns; i++) {
        GEOSGeometry *cell = cell_polygon(g, a, i % columns, i / columns);
        if (!isnan(value[i]) && GEOSPreparedIntersects_r(g, prepared, cell) == 1) {
            double part = 0, whole = 0;
            GEOSGeometry *cut = GEOSIntersection_r(g, piece, cell);
            assert_non_null(cut);
            GEOSArea_r(g, cut, &part);
            GEOSArea_r(g, cell, &whole);
            sum += value[i] * part / whole;
            GEOSGeom_destroy_r(g, cut);
        }
        GEOSGeom_destroy_r(g, cell);
    }
    GEOSPreparedGeom_destroy_r(g, prepared);
    GEOSGeom_destroy_r(g, piece);
    GEOSWKBReader_destroy_r(g, reader);
    GEOS_finish_r(g);
    return sum;
}

static void compare_with_geos(const sheet *s, rng *r, const double affine[6])
{
    enum { COLUMNS = 23, ROWS = 17 };
    double value[COLUMNS * ROWS], all = 0, spread = 0;
    for (int i = 0; i < COLUMNS * ROWS; i++) {
        value[i] = rng_below(r, 9) == 0 ? NAN : rng_unit(r) * pow(10, rng_between(r, -3, 5));
        all += isnan(value[i]) ? 0 : value[i];
    }
    remove_all();
    put_values(value, COLUMNS, ROWS, affine, "EPSG:32648", NULL);
    world w = open_world(s, NULL, 7, "EPSG:32648");
    count(&w, RASTER);
    for (uint32_t k = 0; k < s->n_owners; k++) {
        double e = geos_sum(&w.partition.piece[k].shape, value, COLUMNS, ROWS, affine);
        double f = (double)answer(&w, k, "4g").of / SCALE;
        spread += e;
        if (fabs(f - e) > 1e-9 * e + 1.5 / SCALE)
            fail_msg("area %u holds %.9f, is %.9f", k, f, e);
    }
    cov_ledger l;
    cov_tally_ledger(w.tally, &l);
    assert_true(fabs((double)l.read.weight / SCALE - all) <= 1e-12 * all + 1.0 / SCALE);
    assert_true(fabs((double)l.outside.weight / SCALE - (all - spread)) <= 1e-9 * all + 1e-4);
    close_world(&w);
}

/* Places in a raster of 23 x 17 cells, put where its affine has them. */
static void place(sheet *s, const double a[6])
{
    for (size_t i = 0; i < s->n_v; i++) {
        spot p = s->v[i];
        s->v[i] = (spot){a[0] + p.x * a[1] + p.y * a[2], a[3] + p.x * a[4] + p.y * a[5]};
    }
}

static void test_against_geos(void **state)
{
    (void)state;
    static const double affines[][6] = {
        {500000, 1000, 0, 1000000, 0, -1000},           /* north is up */
        {500000, 100, 0, 1000000, 0, 100},              /* south is up */
        {500000, 866.025, 500, 1000000, 500, -866.025}, /* rotated */
        {500000, 50, 86.6, 1000000, -86.6, 50},         /* and not mirrored */
        {500000, -30, 0, 1000000, 7, -20}};             /* skewed */
    rng r = {2};
    for (size_t i = 0; i < 20; i++) {
        const double *a = affines[i % 5];
        sheet s = {0};
        shape_fan(&s, 0, (spot){rng_between(&r, 5, 9), rng_between(&r, 3, 7)}, 6, 7);
        shape_ring(&s, 7, (spot){16, 11}, 3, rng_between(&r, 4, 12), 40);
        shape_star(&s, 8, &r, (spot){16, 11}, 0.3, 2.9, 20);
        place(&s, a);
        compare_with_geos(&s, &r, a);
        sheet_free(&s);
    }
}

/* ---------------------------------------------------------------- pieces of reading */

static double *large_values(int columns, int rows, rng *r)
{
    double *value = blank((size_t)columns * (size_t)rows, sizeof *value);
    for (int i = 0; i < columns * rows; i++)
        value[i] = rng_below(r, 50) == 0 ? NAN : (double)(float)(rng_unit(r) * 40);
    return value;
}

static bytes save_tally(const cov_tally *t)
{
    bytes b = {0};
    b.n = cov_tally_saved_size(t);
    b.at = blank(b.n, 1);
    assert_int_equal(cov_tally_save(t, b.at, b.n, NULL), COV_OK);
    return b;
}

/* Reaches what lies east of 102.3 with 5g; south of 18.7 nobody knows about fiber. Also says what
 * it is not asked. */
static cov_status mark_sides(void *data, const cov_points *p, uint64_t *served, uint64_t *unknown,
                             cov_error *err)
{
    size_t *n = data;
    (void)err;
    for (size_t i = 0; i < p->n; i++) {
        assert_true(served[i] == 0 && unknown[i] == 0);
        served[i] = (p->x[i] > 102.3 ? 2 : 0) | 1;
        unknown[i] = (p->y[i] < 18.7 ? 4 : 0) | 2 | 1;
        *n += 1;
    }
    return COV_OK;
}

/* Tiles, strips, one block: the chunks differ, the tally doesn't. */
static void test_chunks(void **state)
{
    (void)state;
    static const char *const options[] = {
        "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16", "TILED=YES BLOCKXSIZE=1024 BLOCKYSIZE=512",
        "BLOCKYSIZE=1", "BLOCKYSIZE=700", "TILED=YES BLOCKXSIZE=2048 BLOCKYSIZE=16"};
    static const double affine[6] = {100, 0.001, 0, 20, 0, -0.002};
    static const uint64_t set[] = {0, 1, 0, 1, 0, 1, 0, 1, 1, 0};
    rng r = {3};
    double *value = large_values(3000, 700, &r);
    sheet s = {0};
    shape_fan(&s, 0, (spot){101.1, 19.4}, 0.45, 8);
    shape_star(&s, 8, &r, (spot){102.2, 19.2}, 0.01, 0.4, 50);
    for (int marked = 0; marked < 2; marked++) {
        bytes first = {0};
        for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
            size_t asked = 0;
            remove_all();
            put_values(value, 3000, 700, affine, "EPSG:4326", options[i]);
            world w = open_world(&s, set, marked ? 1 : 7, "EPSG:4326");
            w.mark = marked ? mark_sides : NULL;
            w.data = &asked;
            count(&w, RASTER);
            assert_true(noted(&w.notes, "have no value; they hold nobody"));
            assert_false(noted(&w.notes, "none of its cells"));
            bytes b = save_tally(w.tally);
            if (i == 0)
                first = b;
            assert_int_equal(b.n, first.n);
            assert_memory_equal(b.at, first.at, b.n);
            if (i > 0)
                free(b.at);
            close_world(&w);
        }
        free(first.at);
    }
    free(value);
    sheet_free(&s);
}

/* ---------------------------------------------------------------- services */

static void test_marks(void **state)
{
    (void)state;
    static const double value[] = {1, 2, 3, 10, 0, 30};
    static const uint64_t set[] = {1, 0};
    sheet s = {0};
    size_t asked = 0;
    remove_all();
    put_values(value, 3, 2, north_up, "EPSG:4326", NULL);
    sheet_box(&s, 0, 0, (const double[]){100, 18, 102, 20}); /* four cells, one of them empty */
    sheet_box(&s, 1, 0, (const double[]){102, 18.5, 102.5, 20});
    world w = open_world(&s, set, 1, "EPSG:4326");
    w.mark = mark_sides;
    w.data = &asked;
    count(&w, RASTER);
    assert_int_equal(asked, 5);
    /* 4g: by pieces alone. 5g: cells with a centre east of 102.3, unknown in the others. fiber: no
     * in the north, unknown in the south. */
    cov_share a = answer(&w, 0, "4g"), b = answer(&w, 1, "4g");
    assert_true(a.n == 13000000 && a.of == 13000000 && b.n == 0 && b.of == 9000000);
    a = answer(&w, 0, "5g");
    b = answer(&w, 1, "5g");
    assert_true(a.n == 0 && b.n == 9000000 && b.of == 9000000);
    static const cov_cell cell[] = {
        {1, 2, 3000000, 0}, {1, 6, 10000000, 0}, {2, 0, 1500000, 1}, {2, 4, 7500000, 1}};
    assert_int_equal(w.tally->cells.n, 4);
    for (size_t i = 0; i < 4; i++) {
        const cov_cell *c = &w.tally->cells.cell[i];
        assert_true(c->area == cell[i].area && c->set == cell[i].set &&
                    c->unknown == cell[i].unknown && c->weight == cell[i].weight);
    }
    close_world(&w);
    sheet_free(&s);
}

static cov_status mark_fails(void *data, const cov_points *p, uint64_t *served, uint64_t *unknown,
                             cov_error *err)
{
    (void)data;
    (void)p;
    (void)served;
    (void)unknown;
    return cov_fail(err, COV_ERR_IO, "the mark fails");
}

/* ---------------------------------------------------------------- other systems */

/* Whose points came: all of them must lie in the box, in metres. */
static cov_status mark_metres(void *data, const cov_points *p, uint64_t *served, uint64_t *unknown,
                              cov_error *err)
{
    const double *box = data;
    (void)err;
    for (size_t i = 0; i < p->n; i++) {
        assert_true(p->x[i] > box[0] - 2000 && p->x[i] < box[2] + 2000);
        assert_true(p->y[i] > box[1] - 2000 && p->y[i] < box[3] + 2000);
        served[i] = 2;
        unknown[i] = 4;
    }
    return COV_OK;
}

static cov_status mark_anywhere(void *data, const cov_points *p, uint64_t *served,
                                uint64_t *unknown, cov_error *err)
{
    (void)data;
    (void)err;
    for (size_t i = 0; i < p->n; i++) {
        served[i] = 2;
        unknown[i] = 4;
    }
    return COV_OK;
}

/* A rectangle in metres on a raster in degrees. */
static void test_another_system(void **state)
{
    (void)state;
    static const double affine[6] = {105.2, 0.01, 0, 9.7, 0, -0.01};
    double box[4] = {530000, 1010000, 570000, 1050000};
    rng r = {4};
    double value[60 * 60];
    for (int i = 0; i < 3600; i++)
        value[i] = rng_unit(&r);
    remove_all();
    put_values(value, 60, 60, affine, "EPSG:4326", NULL);
    sheet s = {0}, fine = {0};
    sheet_box(&s, 0, 0, box);
    world w = open_world(&s, NULL, 1, "EPSG:32648");
    w.mark = mark_metres;
    w.data = box;
    count(&w, RASTER);
    assert_true(noted(&w.notes, "people.tif: from EPSG:32648 to EPSG:4326"));
    /* the same by hand: a vertex every 100 m */
    OGRSpatialReferenceH degrees = NULL;
    assert_int_equal(cov_crs_from_text("EPSG:4326", &degrees, NULL), COV_OK);
    OGRCoordinateTransformationH t = OCTNewCoordinateTransformation(w.plane, degrees);
    sheet_open(&fine, 0, 0);
    for (int i = 0; i < 1600; i++) {
        double f = (double)(i % 400) / 400, x = i / 400 == 0   ? f
                                                : i / 400 == 2 ? 1 - f
                                                               : i / 400 == 1;
        double y = i / 400 == 1 ? f : i / 400 == 3 ? 1 - f : i / 400 == 2;
        double px = box[0] + x * (box[2] - box[0]), py = box[1] + y * (box[3] - box[1]);
        assert_true(OCTTransform(t, 1, &px, &py, NULL));
        sheet_vertex(&fine, px, py);
    }
    sheet_close(&fine);
    bytes b = sheet_wkb(&fine, 0, NULL);
    cov_shape shape = {b.at, b.n};
    double e = geos_sum(&shape, value, 60, 60, affine);
    assert_true(fabs((double)answer(&w, 0, "5g").n / SCALE - e) < 1e-6 * e);
    OCTDestroyCoordinateTransformation(t);
    OSRRelease(degrees);
    free(b.at);
    close_world(&w);
    sheet_free(&s);
    sheet_free(&fine);
}

/* The centre of a cell lies off the globe's edge, though a part of the cell doesn't. */
static void test_centre_without_a_place(void **state)
{
    (void)state;
    static const double affine[6] = {2.9e6, 2.4e6, 0, 1.2e6, 0, -2.4e6}, value[] = {5, 7};
    sheet s = {0};
    remove_all();
    put_values(value, 2, 1, affine, "+proj=ortho +lat_0=0 +lon_0=105 +datum=WGS84", NULL);
    sheet_box(&s, 0, 0, (const double[]){135, -5, 179, 5});
    world w = open_world(&s, NULL, 1, "EPSG:4326");
    w.mark = mark_anywhere;
    count(&w, RASTER);
    cov_share told = answer(&w, 0, "5g");
    assert_true(told.n > 0 && told.n < 5 * SCALE);
    assert_true(answer(&w, 0, "4g").n == 0);
    assert_int_equal(w.tally->cells.n, 2);
    for (size_t i = 0; i < 2; i++) {
        const cov_cell *cell = &w.tally->cells.cell[i];
        assert_true((cell->set == 2 && cell->unknown == 4 && cell->weight == told.n) ||
                    (cell->set == 0 && cell->unknown == 6));
    }
    close_world(&w);
    sheet_free(&s);
}

/* An overlay leaves slivers that have no area any more elsewhere; they hold nobody. */
static void test_slivers_vanish(void **state)
{
    (void)state;
    static const double affine[6] = {105.2, 0.01, 0, 9.7, 0, -0.01};
    double value[3600];
    for (int i = 0; i < 3600; i++)
        value[i] = 1;
    remove_all();
    put_values(value, 60, 60, affine, "EPSG:4326", NULL);
    sheet s = {0};
    double x = 540000;
    sheet_box(&s, 0, 0, (const double[]){530000, 1010000, 570000, 1050000});
    sheet_ring(&s, 0, 1, (const spot[]){{x, 1060000}, {ulps(x, 1), 1060000}, {x, 1060000.0001}}, 3);
    sheet_ring(&s, 1, 0, (const spot[]){{x, 1060000}, {ulps(x, 1), 1060000}, {x, 1060000.0001}}, 3);
    world w = open_world(&s, NULL, 7, "EPSG:32648");
    count(&w, RASTER);
    assert_true(answer(&w, 0, "4g").of > 1000);
    assert_int_equal(answer(&w, 1, "4g").of, 0);
    close_world(&w);
    sheet_free(&s);
}

/* ---------------------------------------------------------------- refusals */

static void refuse(const double *value, cov_place_mark mark, cov_progress progress, cov_status code,
                   const char *says)
{
    sheet s = {0};
    cov_error err = {0};
    remove_all();
    put_values(value, 3, 2, north_up, "EPSG:4326", NULL);
    sheet_box(&s, 0, 0, (const double[]){100.25, 18.5, 101.5, 19.75});
    world w = open_world(&s, NULL, 0, "EPSG:4326");
    w.mark = mark;
    w.phases = cov_phases_start(progress, NULL);
    assert_int_equal(cov_phases_enter(&w.phases, "count", NULL), COV_OK);
    assert_int_equal(try_count(&w, RASTER, &err), code);
    assert_says(&err, says);
    cov_ledger l;
    cov_tally_ledger(w.tally, &l);
    assert_int_equal(l.read.points, 0);
    close_world(&w);
    sheet_free(&s);
}

static int stop(void *data, const char *phase, double fraction)
{
    (void)data;
    (void)phase;
    return fraction == 0;
}

static void test_refusals(void **state)
{
    (void)state;
    double value[] = {1, 2, 3, 10, 20, 30};
    refuse(value, mark_fails, NULL, COV_ERR_IO, "the mark fails");
    refuse(value, NULL, stop, COV_ERR_CANCELLED, "");
    value[5] = -99999;
    refuse(value, NULL, NULL, COV_ERR_INPUT, "people.tif has -99999 in row 2, column 3");
    refuse(value, NULL, NULL, COV_ERR_INPUT, "-a_nodata -99999");
    value[5] = INFINITY;
    refuse(value, NULL, NULL, COV_ERR_INPUT, "more than can be counted");
    value[5] = 1e14;
    refuse(value, NULL, NULL, COV_ERR_LIMIT, "people.tif: the sum of its values passes");
}

/* Values beyond what 63 bits hold in units of 2^-48. */
static void test_large_values(void **state)
{
    (void)state;
    static const double value[] = {1e12, 40000.5, 0x1p43, 3, 32768, 32767.999};
    sheet s = {0};
    remove_all();
    put_values(value, 3, 2, north_up, "EPSG:4326", NULL);
    sheet_box(&s, 0, 0, (const double[]){100, 18, 101.5, 20});
    world w = open_world(&s, NULL, 7, "EPSG:4326");
    count(&w, RASTER);
    cov_ledger l;
    cov_tally_ledger(w.tally, &l);
    assert_true(answer(&w, 0, "4g").of == UINT64_C(1000000036387250000));
    assert_true(l.read.weight == UINT64_C(1000000000000000000) + 40000500000 + 8796093022208000000 +
                                     3000000 + 32768000000 + 32767999000);
    close_world(&w);
    sheet_free(&s);
}

static void test_notes(void **state)
{
    (void)state;
    double value[] = {1, NAN, 3, NAN, 20, NAN};
    sheet s = {0};
    remove_all();
    put_values(value, 3, 2, north_up, "EPSG:4326", NULL);
    /* two that touch the same cells: a cell counts once */
    sheet_box(&s, 0, 0, (const double[]){100, 18.5, 101.5, 20});
    sheet_box(&s, 1, 0, (const double[]){100, 18, 102, 18.5});
    world w = open_world(&s, NULL, 7, "EPSG:4326");
    count(&w, RASTER);
    assert_true(noted(&w.notes, "people.tif: 2 of its cells that lie in areas"));
    close_world(&w);
    sheet_free(&s);
    sheet_box(&s, 0, 0, (const double[]){10, 18.5, 11.5, 20});
    w = open_world(&s, NULL, 7, "EPSG:4326");
    count(&w, RASTER);
    assert_true(noted(&w.notes, "people.tif: none of its cells lies in an area"));
    assert_true(w.notes.n == 1 && w.notes.note[0].kind == COV_NOTE_WARNING);
    close_world(&w);
    sheet_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_heart),
        cmocka_unit_test(test_nothing_is_outside),
        cmocka_unit_test(test_against_geos),
        cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_another_system),
        cmocka_unit_test(test_centre_without_a_place),
        cmocka_unit_test(test_slivers_vanish),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_large_values),
        cmocka_unit_test(test_notes),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
