/* The areas of a job: columns guessed or named, bad rows named, shapes in the order of the areas.
 * SPDX-License-Identifier: MIT */
#define _LARGEFILE64_SOURCE
#include "layers.h"

#include "base/mem.h"
#include "io/area_layer.h"
#include "io/guess.h"

static int reset(void **state)
{
    (void)state;
    cov_gdal_init();
    remove_all();
    return 0;
}

typedef struct outcome {
    cov_status status;
    cov_error err;
    cov_notes notes;
    cov_area_layer layer;
} outcome;

static outcome read_in(const cov_job *job, const char *path, const char *to)
{
    outcome o = {COV_OK, {0}, COV_NOTES_INIT, {0}};
    cov_policy policy = {0};
    cov_job own = *job;
    OGRSpatialReferenceH crs = NULL;
    own.areas.path = path;
    assert_int_equal(cov_crs_from_text(to, &crs, &o.err), COV_OK);
    cov_phases phases = cov_phases_start(NULL, NULL);
    const cov_setting setting = {&own, &policy, crs, &o.notes, &phases, NULL, 1};
    o.status = cov_area_layer_read(&setting, &o.layer, &o.err);
    OSRRelease(crs);
    return o;
}

static outcome read_file(const cov_job *job, const char *path)
{
    return read_in(job, path, "EPSG:4326");
}

static void done(outcome *o)
{
    if (o->status == COV_OK)
        cov_area_layer_clear(&o->layer);
    cov_notes_clear(&o->notes);
}

static void expect_error(const cov_job *job, const char *path, cov_status status, const char *says)
{
    outcome o = read_file(job, path);
    if (o.status != status)
        fail_msg("%d and not %d: %s", o.status, status, o.err.message);
    assert_says(&o.err, says);
    done(&o);
}

/* GeoJSON of rows "PROPERTIES GEOMETRY". */
static void put_features(const char *path, const char *const (*row)[2], size_t n)
{
    char *text = CPLStrdup("{\"type\":\"FeatureCollection\",\"features\":[");
    for (size_t i = 0; i < n; i++) {
        char *longer = CPLStrdup(CPLSPrintf("%s%s{\"type\":\"Feature\",\"properties\":{%s},"
                                            "\"geometry\":%s}",
                                            text, i > 0 ? "," : "", row[i][0], row[i][1]));
        CPLFree(text);
        text = longer;
    }
    char *whole = CPLStrdup(CPLSPrintf("%s]}", text));
    put_text(path, whole);
    CPLFree(whole);
    CPLFree(text);
}

#define SQUARE "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}"
#define EAST "{\"type\":\"Polygon\",\"coordinates\":[[[1,0],[2,0],[2,1],[1,1],[1,0]]]}"
#define BOW "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}"

/* ---------------------------------------------------------------- reading */

static double westmost(const cov_shape *shape)
{
    OGRGeometryH g = NULL;
    OGREnvelope box;
    assert_int_equal(OGR_G_CreateFromWkbEx(shape->wkb, NULL, &g, shape->size), OGRERR_NONE);
    OGR_G_GetEnvelope(g, &box);
    OGR_G_DestroyGeometry(g);
    return box.MinX;
}

static void test_main_path(void **state)
{
    (void)state;
    static const char *const row[][2] = {
        {"\"ma_xa\":\"00020\",\"ten_xa\":\"Vĩnh Lợi\",\"h\":\"2\"", EAST},
        {"\"ma_xa\":\"00010\",\"ten_xa\":\"Bạc Liêu\",\"h\":null", SQUARE},
    };
    put_features(HERE "xa.geojson", row, 2);
    const char *parents[] = {"h"};
    cov_job job = COV_JOB_INIT;
    job.parent_columns = parents;
    job.n_parents = 1;
    job.id_column = "MA_XA";
    job.name_column = "ten_xa";
    outcome o = read_file(&job, HERE "xa.geojson");
    assert_int_equal(o.status, COV_OK);
    assert_int_equal(o.notes.n, 0);
    assert_int_equal(cov_areas_count(o.layer.areas), 2);
    assert_string_equal(cov_areas_id(o.layer.areas, 0), "00010");
    assert_string_equal(cov_areas_name(o.layer.areas, 0), "Bạc Liêu");
    assert_null(cov_areas_parent(o.layer.areas, 0, 0));
    assert_string_equal(cov_areas_parent(o.layer.areas, 1, 0), "2");
    assert_string_equal(cov_areas_crs(o.layer.areas), "EPSG:4326");
    assert_string_equal(o.layer.id_column, "ma_xa");
    assert_string_equal(o.layer.operation, "none");
    assert_int_equal(o.layer.n_shapes, 2);
    /* the shapes are in the order of the areas: the first is the western one */
    assert_true(westmost(&o.layer.shapes[0]) == 0 && westmost(&o.layer.shapes[1]) == 1);
    assert_null(o.layer.placed);
    assert_ptr_equal(cov_area_layer_placed(&o.layer), o.layer.shapes);
    const double x[] = {0.5, 1.5, 1.0, 3.0}, y[] = {0.5, 0.5, 0.5, 0.5};
    cov_points points = COV_POINTS_INIT;
    int32_t at[4];
    points.n = 4;
    points.x = x;
    points.y = y;
    assert_int_equal(cov_areas_locate(o.layer.areas, &points, at, NULL, &o.err), COV_OK);
    assert_int_equal(at[0], 0);
    assert_int_equal(at[1], 1);
    assert_int_equal(at[2], 1);
    assert_int_equal(at[3], -1);
    done(&o);
}

static void test_transformed(void **state)
{
    (void)state;
    static const char *const row[][2] = {
        {"\"ma\":\"1\"", "{\"type\":\"Polygon\",\"coordinates\":[[[105,9],[106,9],[106,10],[105,"
                         "10],[105,9]]]}"}};
    put_features(HERE "xa.geojson", row, 1);
    cov_job job = COV_JOB_INIT;
    outcome o = read_in(&job, HERE "xa.geojson", "EPSG:5897");
    assert_int_equal(o.status, COV_OK);
    assert_true(o.layer.accuracy == 1);
    assert_string_equal(cov_areas_crs(o.layer.areas), "EPSG:5897");
    assert_true(noted(&o.notes, "from EPSG:4326 to EPSG:5897 by "));
    /* as it was read, and in metres */
    assert_true(westmost(o.layer.shapes) == 105);
    assert_non_null(o.layer.placed);
    assert_ptr_equal(cov_area_layer_placed(&o.layer), o.layer.placed);
    assert_true(westmost(o.layer.placed) > 400000);
    assert_true(noted(&o.notes, "accurate to 1 m"));
    double extent[4];
    cov_areas_extent(o.layer.areas, extent);
    assert_true(extent[0] > 499000 && extent[0] < 500000 && extent[1] > 990000);
    assert_int_equal(o.layer.shapes[0].size, 1 + 4 + 4 + 4 + 5 * 16); /* as it was read */
    done(&o);
}

static void test_curves_and_heights(void **state)
{
    (void)state;
    GDALDatasetH d =
        GDALCreate(GDALGetDriverByName("GPKG"), HERE "curve.gpkg", 0, 0, 0, GDT_Unknown, NULL);
    OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
    OSRImportFromEPSG(crs, 4326);
    OSRSetAxisMappingStrategy(crs, OAMS_TRADITIONAL_GIS_ORDER);
    OGRLayerH l = GDALDatasetCreateLayer(d, "curve", crs, wkbUnknown, NULL);
    OGRFieldDefnH column = OGR_Fld_Create("ma", OFTString);
    OGR_L_CreateField(l, column, TRUE);
    OGR_Fld_Destroy(column);
    static const char *const wkt[] = {
        "CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0))",
        "POLYGON ZM((3 0 7 8,4 0 7 8,4 1 7 8,3 0 7 8))",
        "MULTISURFACE(((5 0,6 0,6 1,5 0)))",
    };
    for (int i = 0; i < 3; i++) {
        char *text = CPLStrdup(wkt[i]), *at = text;
        OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(l));
        OGRGeometryH g = NULL;
        assert_int_equal(OGR_G_CreateFromWkt(&at, NULL, &g), OGRERR_NONE);
        OGR_F_SetGeometryDirectly(f, g);
        OGR_F_SetFieldString(f, 0, CPLSPrintf("%d", i));
        assert_int_equal(OGR_L_CreateFeature(l, f), OGRERR_NONE);
        OGR_F_Destroy(f);
        CPLFree(text);
    }
    GDALClose(d);
    OSRRelease(crs);
    cov_job job = COV_JOB_INIT;
    outcome o = read_file(&job, HERE "curve.gpkg");
    if (o.status != COV_OK)
        fail_msg("%s", o.err.message);
    double extent[4];
    cov_areas_extent(o.layer.areas, extent);
    assert_true(extent[3] > 0.999 && extent[1] < -0.999);
    done(&o);
}

/* ---------------------------------------------------------------- guesses */

static void expect_guess(const char *first, const char *second, const char *id, const char *name)
{
    const char *const row[][2] = {{first, SQUARE}, {second, EAST}};
    put_features(HERE "guess.geojson", row, 2);
    cov_job job = COV_JOB_INIT;
    outcome o = read_file(&job, HERE "guess.geojson");
    if (id == NULL) {
        assert_int_equal(o.status, COV_ERR_INPUT);
        assert_says(&o.err, "--id");
    } else {
        if (o.status != COV_OK)
            fail_msg("%s", o.err.message);
        assert_string_equal(o.layer.id_column, id);
        assert_true(noted(&o.notes, CPLSPrintf("taken from the column %s", id)));
        if (name == NULL)
            assert_null(o.layer.name_column);
        else
            assert_string_equal(o.layer.name_column, name);
    }
    done(&o);
}

static void test_guesses(void **state)
{
    (void)state;
    /* one unique text column, whatever it is called */
    expect_guess("\"land\":\"A\",\"x\":\"1\"", "\"land\":\"B\",\"x\":\"1\"", "land", NULL);
    /* of several, the one called like a code; the name that goes with it */
    expect_guess("\"ten_xa\":\"A\",\"ma_xa\":\"1\",\"ten_tinh\":\"T\"",
                 "\"ten_xa\":\"B\",\"ma_xa\":\"2\",\"ten_tinh\":\"T\"", "ma_xa", "ten_xa");
    expect_guess("\"oa11cd\":\"E1\",\"oa11nm\":\"A\"", "\"oa11cd\":\"E2\",\"oa11nm\":\"B\"",
                 "oa11cd", "oa11nm");
    /* two codes, or two that are none */
    expect_guess("\"ma_xa\":\"1\",\"code\":\"3\"", "\"ma_xa\":\"2\",\"code\":\"4\"", NULL, NULL);
    expect_guess("\"a\":\"1\",\"b\":\"3\"", "\"a\":\"2\",\"b\":\"4\"", NULL, NULL);
    /* repeated, missing, empty, a number */
    expect_guess("\"ma_xa\":\"1\"", "\"ma_xa\":\"1\"", NULL, NULL);
    expect_guess("\"ma_xa\":\"1\"", "\"ma_xa\":null", NULL, NULL);
    expect_guess("\"ma_xa\":\"1\"", "\"ma_xa\":\"\"", NULL, NULL);
    expect_guess("\"ma_xa\":1", "\"ma_xa\":2", NULL, NULL);
    expect_guess("\"ma_xa\":1,\"t\":\"a\"", "\"ma_xa\":2,\"t\":\"b\"", "t", NULL);
}

static void test_codes(void **state)
{
    (void)state;
    static const char *const codes[] = {"id",      "ID",          "ma_xa", "MA_HUYEN",
                                        "code",    "GEOID20",     "fips",  "oa11cd",
                                        "LAD20CD", "district_id", "insee", "area_code"};
    static const char *const others[] = {"ten_xa", "name", "map", "idea",   "abcd",
                                         "county", "x",    "",    "mansion"};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (!cov_guess_is_code(codes[i]))
            fail_msg("%s", codes[i]);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (cov_guess_is_code(others[i]))
            fail_msg("%s", others[i]);
    }
}

/* ---------------------------------------------------------------- bad rows */

static void expect_row(const char *properties, const char *geometry, cov_status status,
                       const char *says)
{
    const char *const row[][2] = {{"\"ma\":\"1\"", SQUARE}, {properties, geometry}};
    put_features(HERE "bad.geojson", row, 2);
    cov_job job = COV_JOB_INIT;
    job.id_column = "ma";
    expect_error(&job, HERE "bad.geojson", status, says);
}

static void test_bad_rows(void **state)
{
    (void)state;
    expect_row("\"ma\":\"2\"", "null", COV_ERR_INPUT, "bad.geojson, feature 2 has no geometry");
    expect_row("\"ma\":\"2\"", "{\"type\":\"Polygon\",\"coordinates\":[]}", COV_ERR_INPUT,
               "bad.geojson, feature 2 has no geometry");
    expect_row("\"ma\":\"2\"", "{\"type\":\"Point\",\"coordinates\":[1,2]}", COV_ERR_INPUT,
               "feature 2 is a POINT");
    expect_row("\"ma\":\"2\"", "{\"type\":\"GeometryCollection\",\"geometries\":[" SQUARE "]}",
               COV_ERR_INPUT, "feature 2 is a GEOMETRYCOLLECTION");
    expect_row("\"ma\":null", EAST, COV_ERR_ID, "feature 2 has no id");
    expect_row("\"ma\":\"\"", EAST, COV_ERR_ID, "feature 2 has no id");
    expect_row("\"ma\":\"1\"", EAST, COV_ERR_ID,
               "the id 1 of column ma stands at feature 1 and at feature 2");
    expect_row("\"ma\":\"2\"", BOW, COV_ERR_GEOMETRY,
               "feature 2 (ma 2) is not a valid polygon: Self-intersection at (0.5, 0.5)");
    put_text(HERE "none.geojson", "{\"type\":\"FeatureCollection\",\"features\":[]}");
    cov_job job = COV_JOB_INIT;
    job.id_column = "ma";
    outcome o = read_file(&job, HERE "none.geojson");
    assert_int_equal(o.status, COV_ERR_INPUT);
    done(&o);
    put_squares("GPKG", HERE "zero.gpkg", 0, "EPSG:4326", NULL);
    job.id_column = "ma_xa";
    expect_error(&job, HERE "zero.gpkg", COV_ERR_INPUT, "zero.gpkg is empty: there are no areas");
    job.id_column = "ma";
    put_squares("GPKG", HERE "two.gpkg", 2, "EPSG:4326", NULL);
    expect_error(&job, HERE "two.gpkg", COV_ERR_INPUT,
                 "no id column \"ma\" among its columns: ma_xa, ten_xa, ma_huyen");
    put_text(HERE "t.csv", "ma,lon,lat\n1,2,3\n");
    expect_error(&job, HERE "t.csv", COV_ERR_INPUT, "a table without geometry");
}

/* The id is guessed among what passes; a bad row that doesn't is nobody's business. */
static void test_filter(void **state)
{
    (void)state;
    static const char *const row[][2] = {{"\"ma\":\"1\",\"year\":2024", SQUARE},
                                         {"\"ma\":\"1\",\"year\":2025", SQUARE},
                                         {"\"ma\":null,\"year\":2024", BOW},
                                         {"\"ma\":\"2\",\"year\":2025", EAST}};
    put_features(HERE "a.geojson", row, 4);
    cov_job job = COV_JOB_INIT;
    job.areas.where = "year = 2025";
    outcome o = read_file(&job, HERE "a.geojson");
    if (o.status != COV_OK)
        fail_msg("%s", o.err.message);
    assert_int_equal(cov_areas_count(o.layer.areas), 2);
    assert_string_equal(o.layer.label, "a.geojson, where year = 2025");
    assert_string_equal(o.layer.id_column, "ma");
    done(&o);
    job.areas.where = "year = 2026";
    job.id_column = "ma";
    expect_error(&job, HERE "a.geojson", COV_ERR_INPUT,
                 "the filter \"year = 2026\" leaves nothing of 4 features, so there are no areas");
    job.areas.where = "year = 2024";
    expect_error(&job, HERE "a.geojson", COV_ERR_ID, "feature 3 has no id");
}

static void test_invalid_policies(void **state)
{
    (void)state;
    static const char *const row[][2] = {
        {"\"ma\":\"1\"", SQUARE}, {"\"ma\":\"2\"", BOW}, {"\"ma\":\"3\"", EAST}};
    put_features(HERE "xa.geojson", row, 3);
    cov_job job = COV_JOB_INIT;
    job.invalid = COV_INVALID_SKIP;
    outcome o = read_file(&job, HERE "xa.geojson");
    assert_int_equal(o.status, COV_OK);
    assert_int_equal(cov_areas_count(o.layer.areas), 2);
    assert_int_equal(o.layer.n_shapes, 2);
    assert_int_equal(o.layer.n_skipped, 1);
    assert_true(noted(&o.notes, "left out: 1 (xa.geojson, feature 2 (ma 2)"));
    done(&o);
    job.invalid = COV_INVALID_FIX;
    o = read_file(&job, HERE "xa.geojson");
    assert_int_equal(o.status, COV_OK);
    assert_int_equal(cov_areas_count(o.layer.areas), 3);
    assert_int_equal(o.layer.n_skipped, 0);
    assert_true(noted(&o.notes, "repaired: 1 (xa.geojson, feature 2 (ma 2)"));
    done(&o);
    put_features(HERE "bow.geojson", row + 1, 1);
    job.invalid = COV_INVALID_SKIP;
    expect_error(&job, HERE "bow.geojson", COV_ERR_INPUT, "all its polygons are invalid");
}

/* ---------------------------------------------------------------- winding */

static void put_big(unsigned char *at, size_t value)
{
    at[0] = (unsigned char)(value >> 24);
    at[1] = (unsigned char)(value >> 16);
    at[2] = (unsigned char)(value >> 8);
    at[3] = (unsigned char)value;
}

/* Headers and index of a shapefile of one polygon of `size` bytes of content, and its table. */
static void put_frame(unsigned char *file, size_t size)
{
    unsigned char index[108] = {0}, dbf[68] = {3, 0, 0, 0, 1, 0, 0, 0, 65, 0, 3};
    static const unsigned char version_and_type[8] = {0xE8, 3, 0, 0, 5, 0, 0, 0};
    put_big(file, 9994);
    put_big(file + 24, (108 + size) / 2);
    memcpy(file + 28, version_and_type, 8);
    memcpy(index, file, 100);
    put_big(index + 24, sizeof index / 2);
    put_big(index + 100, 50);
    put_big(index + 104, size / 2);
    put_big(file + 100, 1);
    put_big(file + 104, size / 2);
    memcpy(dbf + 32, "ma", 2);
    dbf[43] = 'C';
    dbf[48] = 2;
    dbf[64] = 13;
    memcpy(dbf + 65, " 01", 3);
    put_bytes(HERE "a.shp", file, 108 + size);
    put_bytes(HERE "a.shx", index, sizeof index);
    put_bytes(HERE "a.dbf", dbf, sizeof dbf);
}

/* A shapefile of three squares around (3, 3), each wound as asked: GDAL's writer would correct it.
 */
static void put_three_rings(const int *clockwise)
{
    enum { RINGS = 3, POINTS = 5 };
    static const double half[RINGS] = {3, 2, 1};
    unsigned char file[108 + 44 + 4 * RINGS + 16 * RINGS * POINTS] = {0};
    double box[4] = {0, 0, 6, 6}, *point = NULL, all[RINGS * POINTS][2];
    const int32_t counts[2] = {RINGS, RINGS * POINTS}, first[RINGS] = {0, POINTS, 2 * POINTS};
    static const int corner[POINTS][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}, {-1, -1}};
    for (int r = 0; r < RINGS; r++) {
        for (int i = 0; i < POINTS; i++) {
            point = all[r * POINTS + (clockwise[r] ? POINTS - 1 - i : i)];
            point[0] = 3 + half[r] * corner[i][0];
            point[1] = 3 + half[r] * corner[i][1];
        }
    }
    file[108] = 5;
    memcpy(file + 112, box, 32);
    memcpy(file + 36, box, 32);
    memcpy(file + 144, counts, 8);
    memcpy(file + 152, first, 12);
    memcpy(file + 164, all, sizeof all);
    put_frame(file, sizeof file - 108);
    put_text(HERE "a.prj", SRS_WKT_WGS84_LAT_LONG);
}

/* Shells wound like holes and holes like shells change nothing. */
static void test_winding(void **state)
{
    (void)state;
    for (int k = 0; k < 8; k++) {
        const int clockwise[3] = {k & 1, k >> 1 & 1, k >> 2};
        put_three_rings(clockwise);
        cov_job job = COV_JOB_INIT;
        outcome o = read_file(&job, HERE "a.shp");
        if (o.status != COV_OK)
            fail_msg("winding %d: %s", k, o.err.message);
        const double x[] = {0.5, 1.5, 2.5}, y[] = {3, 3, 3};
        cov_points points = COV_POINTS_INIT;
        int32_t at[3];
        points.n = 3;
        points.x = x;
        points.y = y;
        assert_int_equal(cov_areas_locate(o.layer.areas, &points, at, NULL, NULL), COV_OK);
        assert_int_equal(at[0], 0);
        assert_int_equal(at[1], -1);
        assert_int_equal(at[2], 0);
        done(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_main_path, reset),
        cmocka_unit_test_setup(test_transformed, reset),
        cmocka_unit_test_setup(test_curves_and_heights, reset),
        cmocka_unit_test_setup(test_guesses, reset),
        cmocka_unit_test_setup(test_codes, reset),
        cmocka_unit_test_setup(test_bad_rows, reset),
        cmocka_unit_test_setup(test_filter, reset),
        cmocka_unit_test_setup(test_invalid_policies, reset),
        cmocka_unit_test_setup(test_winding, reset),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
