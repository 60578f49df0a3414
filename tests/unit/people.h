/* What the tests of population rasters share: a world of areas and pieces, rasters of persons, and
 * the same sums by GEOS. SPDX-License-Identifier: MIT */
#ifndef COV_TESTS_PEOPLE_H
#define COV_TESTS_PEOPLE_H

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

static inline world open_world(const sheet *s, const uint64_t *set, uint64_t answered,
                               const char *plane)
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

static inline void close_world(world *w)
{
    for (size_t k = 0; k < w->partition.n; k++)
        free(w->partition.piece[k].shape.wkb);
    free(w->partition.piece);
    cov_tally_free(w->tally);
    cov_areas_free(w->areas);
    cov_notes_clear(&w->notes);
    OSRRelease(w->plane);
}

static inline cov_status try_count(world *w, const char *path, cov_error *err)
{
    cov_raster *raster = open_raster(path);
    cov_population_task task = {raster,  &w->partition, w->plane,  w->mark,
                                w->data, &w->notes,     &w->phases};
    cov_status s = cov_population_count(&task, w->tally, NULL, err);
    cov_raster_close(raster);
    return s;
}

static inline void count(world *w, const char *path)
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
static inline cov_share answer(const world *w, size_t area, const char *expression)
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

static inline void put_values(const double *value, int columns, int rows, const double affine[6],
                              const char *crs, const char *options)
{
    picture p = small_picture(value, columns, rows);
    memcpy(p.affine, affine, sizeof p.affine);
    p.crs = crs;
    put_picture("GTiff", RASTER, &p, options);
}

static const double north_up[6] = {100, 1, 0, 20, 0, -1};

static inline double *large_values(int columns, int rows, rng *r)
{
    double *value = blank((size_t)columns * (size_t)rows, sizeof *value);
    for (int i = 0; i < columns * rows; i++)
        value[i] = rng_below(r, 50) == 0 ? NAN : (double)(float)(rng_unit(r) * 40);
    return value;
}

/* Reaches what lies east of 102.3 with 5g; south of 18.7 nobody knows about fiber. Also says what
 * it is not asked. */
static inline cov_status mark_sides(void *data, const cov_points *p, uint64_t *served,
                                    uint64_t *unknown, cov_error *err)
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

/* ---------------------------------------------------------------- GEOS */

static inline GEOSGeometry *cell_polygon(GEOSContextHandle_t g, const double a[6], double column,
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
static inline double geos_sum(const cov_shape *shape, const double *value, int columns, int rows,
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

#endif
