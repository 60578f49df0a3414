/* Services and systems: what reaches the persons of a raster, and rasters that lie elsewhere.
 * SPDX-License-Identifier: MIT */
#include "people.h"

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
    static const cov_tally_cell cell[] = {
        {1, 2, 3000000, 0}, {1, 6, 10000000, 0}, {2, 0, 1500000, 1}, {2, 4, 7500000, 1}};
    assert_int_equal(w.tally->cells.n, 4);
    for (size_t i = 0; i < 4; i++) {
        const cov_tally_cell *c = &w.tally->cells.cell[i];
        assert_true(c->area == cell[i].area && c->set == cell[i].set &&
                    c->unknown == cell[i].unknown && c->weight == cell[i].weight);
    }
    close_world(&w);
    sheet_free(&s);
}

/* Areas cut by a service's polygons, as in a run: what an area holds is what it held uncut, and
 * what the service reaches is what its own polygon holds. */
static void test_of_a_partition(void **state)
{
    (void)state;
    static const double affine[6] = {100, 0.05, 0, 20, 0, -0.05};
    rng r = {6};
    double *value = large_values(60, 40, &r);
    sheet s = {0}, reach = {0};
    remove_all();
    put_values(value, 60, 40, affine, "EPSG:4326", NULL);
    for (uint32_t k = 0; k < 6; k++)
        sheet_box(&s, k, 0, (const double[]){100 + k % 3, 18 + k / 3, 101 + k % 3, 19 + k / 3});
    shape_star(&reach, 0, &r, (spot){101.4, 19.1}, 0.2, 0.9, 30);
    bytes b = sheet_wkb(&reach, 0, NULL);
    const cov_shape polygon = {b.at, b.n};
    world whole = open_world(&s, NULL, 7, "EPSG:4326"), cut = open_world(&s, NULL, 7, "EPSG:4326");
    cov_footprint *footprint = footprint_of_sheet(&reach, 0, 1, NULL);
    cov_shape shape[6];
    for (size_t k = 0; k < 6; k++)
        shape[k] = whole.partition.piece[k].shape;
    const cov_zone zone = {&polygon, 1, footprint, 2};
    cov_borders borders;
    cov_partition pieces, boxes = cut.partition;
    assert_int_equal(cov_borders_create(cut.areas, shape, &zone, 1, &borders, NULL), COV_OK);
    assert_int_equal(cov_partition_create(&borders, 1, &cut.phases, &pieces, NULL), COV_OK);
    cut.partition = pieces;
    count(&whole, RASTER);
    count(&cut, RASTER);
    uint64_t reached = 0;
    for (size_t k = 0; k < 6; k++) {
        cov_share a = answer(&whole, k, "fiber"), c = answer(&cut, k, "fiber");
        assert_true(a.of + 2 >= c.of && c.of + 2 >= a.of);
        reached += c.n;
    }
    double e = geos_sum(&polygon, value, 60, 40, affine);
    assert_true(fabs((double)reached / SCALE - e) < 1e-9 * e + 5.0 / SCALE);
    cut.partition = boxes;
    cov_partition_clear(&pieces);
    cov_borders_clear(&borders);
    cov_footprint_free(footprint);
    close_world(&whole);
    close_world(&cut);
    free(value);
    free(b.at);
    sheet_free(&s);
    sheet_free(&reach);
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
        const cov_tally_cell *cell = &w.tally->cells.cell[i];
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks),          cmocka_unit_test(test_of_a_partition),
        cmocka_unit_test(test_another_system), cmocka_unit_test(test_centre_without_a_place),
        cmocka_unit_test(test_slivers_vanish),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
