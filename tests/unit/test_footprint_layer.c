/* Footprints: the union of layers, and layers that are none. SPDX-License-Identifier: MIT */
#define _LARGEFILE64_SOURCE
#include "layers.h"

#include "base/mem.h"
#include "io/footprint_layer.h"

static int reset(void **state)
{
    (void)state;
    cov_gdal_init();
    remove_all();
    return 0;
}

static cov_status read_into(const char *const *paths, size_t n, cov_invalid invalid, const char *to,
                            cov_footprint_layer *out, cov_notes *notes, cov_error *err)
{
    cov_source source[4];
    const cov_source *list[4];
    cov_policy policy = {0};
    cov_job job = COV_JOB_INIT;
    OGRSpatialReferenceH crs = NULL;
    job.invalid = invalid;
    for (size_t i = 0; i < n; i++) {
        source[i] = (cov_source){paths[i], NULL, NULL, NULL};
        list[i] = &source[i];
    }
    assert_int_equal(cov_crs_from_text(to, &crs, err), COV_OK);
    cov_phases phases = cov_phases_start(NULL, NULL);
    const cov_setting setting = {&job, &policy, crs, notes, &phases, NULL, 1};
    cov_status s = cov_footprint_layer_read(&setting, list, n, "fiber", out, err);
    OSRRelease(crs);
    return s;
}

static unsigned reached(const cov_footprint *footprint, double x, double y)
{
    cov_points points = COV_POINTS_INIT;
    uint64_t served = 0;
    points.n = 1;
    points.x = &x;
    points.y = &y;
    assert_int_equal(cov_footprint_mark(footprint, &points, 3, &served, NULL), COV_OK);
    assert_true(served == 0 || served == 8);
    return served != 0;
}

#define POLYGON(x0, x1)                                                                            \
    "{\"type\":\"Polygon\",\"coordinates\":[[[" x0 ",0],[" x1 ",0],[" x1 ",1],[" x0 ",1],[" x0     \
    ",0]]]}"

static void put_one(const char *path, const char *geometry)
{
    put_text(path, CPLSPrintf("{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
                              "\"properties\":{},\"geometry\":%s}]}",
                              geometry));
}

/* One file, a filter each: the same as two files. */
static void test_filters(void **state)
{
    (void)state;
    put_squares("GPKG", HERE "a.gpkg", 6, "EPSG:4326", NULL);
    const cov_source sources[] = {
        {HERE "a.gpkg", NULL, "ma_xa = '00002'", NULL},
        {HERE "a.gpkg", NULL, "ma_xa > '00004' AND ma_xa LIKE '%5'", NULL},
        {HERE "a.gpkg", NULL, "ma_xa = '7'", NULL}};
    const cov_source *list[] = {&sources[0], &sources[1], &sources[2]};
    cov_policy policy = {0};
    cov_job job = COV_JOB_INIT;
    OGRSpatialReferenceH crs = NULL;
    cov_footprint_layer f;
    cov_notes notes = COV_NOTES_INIT;
    cov_error err = {0};
    assert_int_equal(cov_crs_from_text("EPSG:4326", &crs, &err), COV_OK);
    cov_phases phases = cov_phases_start(NULL, NULL);
    const cov_setting setting = {&job, &policy, crs, &notes, &phases, NULL, 0};
    assert_int_equal(cov_footprint_layer_read(&setting, list, 2, "fiber", &f, &err), COV_OK);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(reached(f.footprint, i + 0.5, 0.5), i == 1 || i == 4);
    assert_string_equal(f.label, "a.gpkg, where ma_xa = '00002' + a.gpkg, where ma_xa > '00004' "
                                 "AND ma_xa LIKE '%5'");
    cov_footprint_layer_clear(&f);
    assert_int_equal(cov_footprint_layer_read(&setting, list, 3, "fiber", &f, &err), COV_ERR_INPUT);
    assert_says(&err, "a.gpkg: the filter \"ma_xa = '7'\" leaves nothing of 6 features, so there "
                      "are no polygons");
    OSRRelease(crs);
    cov_notes_clear(&notes);
}

static void test_union(void **state)
{
    (void)state;
    put_one(HERE "a.geojson", POLYGON("0", "2"));
    put_one(HERE "b.geojson", POLYGON("1", "3"));
    const char *const paths[] = {HERE "a.geojson", HERE "b.geojson"};
    cov_footprint_layer f;
    cov_notes notes = COV_NOTES_INIT;
    cov_error err = {0};
    assert_int_equal(read_into(paths, 2, COV_INVALID_ERROR, "EPSG:4326", &f, &notes, &err), COV_OK);
    assert_int_equal(f.n_polygons, 2);
    assert_int_equal(f.n_skipped, 0);
    assert_int_equal(f.n_shapes, 2);
    assert_true(f.shape[0].wkb != NULL && f.shape[1].wkb != NULL);
    assert_string_equal(f.label, "a.geojson + b.geojson");
    assert_string_equal(f.operation, "none");
    assert_true(reached(f.footprint, 0.5, 0.5) && reached(f.footprint, 1.5, 0.5) &&
                reached(f.footprint, 2.5, 0.5) && !reached(f.footprint, 3.5, 0.5));
    assert_int_equal(notes.n, 0);
    cov_footprint_layer_clear(&f);
    cov_notes_clear(&notes);
}

static void test_transformed(void **state)
{
    (void)state;
    put_one(HERE "a.geojson", POLYGON("105", "106"));
    const char *const paths[] = {HERE "a.geojson"};
    cov_footprint_layer f;
    cov_notes notes = COV_NOTES_INIT;
    cov_error err = {0};
    /* beside Vietnam there is no operation to VN-2000 */
    assert_int_equal(read_into(paths, 1, COV_INVALID_ERROR, "EPSG:5897", &f, &notes, &err),
                     COV_ERR_CRS);
    put_text(HERE "a.geojson",
             "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\","
             "\"coordinates\":[[[105,9],[106,9],[106,10],[105,10],[105,9]]]}}");
    assert_int_equal(read_into(paths, 1, COV_INVALID_ERROR, "EPSG:5897", &f, &notes, &err), COV_OK);
    assert_true(f.accuracy == 1);
    assert_true(noted(&notes, "accurate to 1 m"));
    assert_non_null(strstr(f.operation, "VN-2000 to WGS 84 (2)"));
    assert_true(reached(f.footprint, 550000, 1050000));
    cov_footprint_layer_clear(&f);
    cov_notes_clear(&notes);
}

static void test_no_footprint(void **state)
{
    (void)state;
    static const char *const says[] = {"a.geojson", "is a POINT", "is a LINESTRING",
                                       "has no geometry", "not a valid polygon"};
    cov_footprint_layer f;
    cov_notes notes = COV_NOTES_INIT;
    cov_error err = {0};
    const char *const paths[] = {HERE "a.geojson"};
    for (int k = 0; k < 5; k++) {
        if (k == 0)
            put_text(paths[0], "{\"type\":\"FeatureCollection\",\"features\":[]}");
        else if (k == 1)
            put_one(paths[0], "{\"type\":\"Point\",\"coordinates\":[1,1]}");
        else if (k == 2)
            put_one(paths[0], "{\"type\":\"LineString\",\"coordinates\":[[1,1],[2,2]]}");
        else if (k == 3)
            put_text(
                paths[0],
                "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":"
                "\"Feature\",\"properties\":{},\"geometry\":" POLYGON(
                    "0", "1") "},{\"type\":\"Feature\",\"properties\":{},\"geometry\":null}]}");
        else
            put_one(paths[0], "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,1],[1,0],[0,1],[0,"
                              "0]]]}");
        cov_status s = read_into(paths, 1, COV_INVALID_ERROR, "EPSG:4326", &f, &notes, &err);
        assert_int_equal(s, k == 4 ? COV_ERR_GEOMETRY : COV_ERR_INPUT);
        assert_says(&err, says[k]);
        assert_says(&err, "a.geojson");
    }
    assert_int_equal(read_into(paths, 1, COV_INVALID_SKIP, "EPSG:4326", &f, &notes, &err),
                     COV_ERR_INPUT);
    assert_says(&err, "all its polygons are invalid");
    assert_int_equal(read_into(paths, 1, COV_INVALID_FIX, "EPSG:4326", &f, &notes, &err), COV_OK);
    assert_true(noted(&notes, "repaired: 1"));
    cov_footprint_layer_clear(&f);
    put_squares("ESRI Shapefile", HERE "empty.shp", 0, "EPSG:4326", NULL);
    const char *const empty[] = {HERE "empty.shp"};
    assert_int_equal(read_into(empty, 1, COV_INVALID_ERROR, "EPSG:4326", &f, &notes, &err),
                     COV_ERR_INPUT);
    assert_says(&err, "empty.shp is empty");
    cov_notes_clear(&notes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_union, reset),
        cmocka_unit_test_setup(test_filters, reset),
        cmocka_unit_test_setup(test_transformed, reset),
        cmocka_unit_test_setup(test_no_footprint, reset),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
