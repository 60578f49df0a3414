/* Bases: what the file of one holds, whatever is drawn in it, or nothing.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#define _LARGEFILE64_SOURCE
#include "layers.h"

#include "io/bases.h"
#include "io/job.h"

#define LAYER HERE "layer.gpkg"

/* One feature for each text; "" is one without a geometry. */
static void put_layer(OGRwkbGeometryType type, const char *const *wkt, size_t n)
{
    cov_gdal_init();
    remove_all();
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    assert_int_equal(OSRImportFromEPSG(srs, 4326), OGRERR_NONE);
    GDALDatasetH d = GDALCreate(GDALGetDriverByName("GPKG"), LAYER, 0, 0, 0, GDT_Unknown, NULL);
    assert_non_null(d);
    OGRLayerH l = GDALDatasetCreateLayer(d, "layer", srs, type, NULL);
    assert_non_null(l);
    for (size_t i = 0; i < n; i++) {
        OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(l));
        char text[200], *at = text;
        OGRGeometryH g = NULL;
        snprintf(text, sizeof text, "%s", wkt[i]);
        if (text[0] != '\0')
            assert_int_equal(OGR_G_CreateFromWkt(&at, NULL, &g), OGRERR_NONE);
        if (g != NULL)
            OGR_F_SetGeometryDirectly(f, g);
        assert_int_equal(OGR_L_CreateFeature(l, f), OGRERR_NONE);
        OGR_F_Destroy(f);
    }
    GDALClose(d);
    OSRRelease(srs);
}

static cov_status ask(const cov_job_base *base, cov_content *out, cov_error *err)
{
    const cov_job job = COV_JOB_INIT;
    const cov_policy policy = cov_job_policy(&job);
    cov_notes notes = COV_NOTES_INIT;
    cov_phases phases = cov_phases_start(NULL, NULL);
    const cov_setting setting = {
        .job = &job, .policy = &policy, .notes = &notes, .phases = &phases};
    cov_status s = cov_base_content(&setting, base, out, err);
    cov_notes_clear(&notes);
    return s;
}

static cov_job_base base_of(const char *path)
{
    return (cov_job_base){"roads", COV_BASE_LAYER, {path, NULL, NULL, NULL}, NULL};
}

static void expect(const cov_job_base *base, cov_content content)
{
    cov_content found = COV_CONTENT_MEASURE;
    cov_error err;
    if (ask(base, &found, &err) != COV_OK)
        fail_msg("%s", err.message);
    assert_int_equal(found, content);
}

static void refuse(const cov_job_base *base, cov_status status, const char *says)
{
    cov_content found;
    cov_error err = {COV_OK, ""};
    cov_status s = ask(base, &found, &err);
    assert_says(&err, says);
    assert_int_equal(s, status);
}

/* ---------------------------------------------------------------- what is drawn */

static void the_first_geometry_decides(void **state)
{
    (void)state;
    static const struct {
        const char *wkt[3];
        cov_content content;
    } cases[] = {
        {{"POINT (1 1)", "POINT (2 2)", "POINT (3 3)"}, COV_CONTENT_POINTS},
        {{"LINESTRING (0 0,1 1)", "LINESTRING (0 0,1 1)", ""}, COV_CONTENT_LINES},
        {{"MULTILINESTRING ((0 0,1 1))", "", ""}, COV_CONTENT_LINES},
        {{"LINESTRING Z (0 0 5,1 1 5)", "", ""}, COV_CONTENT_LINES},
        {{"CIRCULARSTRING (0 0,1 1,2 0)", "", ""}, COV_CONTENT_LINES},
        {{"COMPOUNDCURVE ((0 0,1 1),CIRCULARSTRING (1 1,2 2,3 1))", "", ""}, COV_CONTENT_LINES},
        {{"MULTICURVE ((0 0,1 1),CIRCULARSTRING (1 1,2 2,3 1))", "", ""}, COV_CONTENT_LINES},
        {{"POINT (1 1)", "LINESTRING (0 0,1 1)", ""}, COV_CONTENT_POINTS},
        {{"LINESTRING (0 0,1 1)", "POINT (1 1)", ""}, COV_CONTENT_LINES},
        {{"", "", "LINESTRING (0 0,1 1)"}, COV_CONTENT_LINES},
        {{"", "POINT (1 1)", "LINESTRING (0 0,1 1)"}, COV_CONTENT_POINTS},
        {{"POINT EMPTY", "LINESTRING (0 0,1 1)", ""}, COV_CONTENT_LINES},
        {{"LINESTRING EMPTY", "", "POINT (1 1)"}, COV_CONTENT_POINTS},
        {{"GEOMETRYCOLLECTION EMPTY", "MULTILINESTRING EMPTY", "LINESTRING (0 0,1 1)"},
         COV_CONTENT_LINES},
    };
    const cov_job_base base = base_of(LAYER);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put_layer(wkbUnknown, cases[i].wkt, 3);
        expect(&base, cases[i].content);
    }
}

/* There was a crash at the end of such a layer, whatever it states to be. */
static void a_layer_without_geometries_is_refused(void **state)
{
    (void)state;
    static const OGRwkbGeometryType types[] = {wkbUnknown, wkbPoint, wkbLineString, wkbPolygon,
                                               wkbMultiCurve};
    static const char *const nulls[] = {"", "", ""};
    static const char *const empty[] = {"POINT EMPTY",          "LINESTRING EMPTY",
                                        "POLYGON EMPTY",        "GEOMETRYCOLLECTION EMPTY",
                                        "CIRCULARSTRING EMPTY", ""};
    const cov_job_base base = base_of(LAYER);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        put_layer(types[i], nulls, 3);
        refuse(&base, COV_ERR_INPUT, "layer.gpkg: none of its 3 features has a geometry: draw");
        put_layer(types[i], nulls, 0);
        refuse(&base, COV_ERR_INPUT, "layer.gpkg is empty: there are no roads");
    }
    put_layer(wkbUnknown, empty, 6);
    refuse(&base, COV_ERR_INPUT, "layer.gpkg: none of its 6 features has a geometry: draw");
}

static void a_table_is_one_of_points(void **state)
{
    (void)state;
    remove_all();
    put_text(HERE "schools.csv", "lon,lat\n1,1\n");
    put_text(HERE "none.csv", "lon,lat\n");
    const cov_job_base schools = base_of(HERE "schools.csv"), none = base_of(HERE "none.csv");
    expect(&schools, COV_CONTENT_POINTS);
    refuse(&none, COV_ERR_INPUT, "none.csv has a header line but no rows");
}

/* ---------------------------------------------------------------- what is asked */

static void weights_belong_to_points(void **state)
{
    (void)state;
    static const char *const line[] = {"LINESTRING (0 0,1 1)"};
    put_layer(wkbUnknown, line, 1);
    cov_job_base base = base_of(LAYER);
    base.weight_column = "n";
    refuse(&base, COV_ERR_ARGUMENT, "the base \"roads\" counts lines by their length");
    base.source.path = HERE "people.tif"; /* by its name: it needn't be there to be refused */
    refuse(&base, COV_ERR_ARGUMENT, "the base \"roads\" is a raster: it has no columns");
    base.weight_column = NULL;
    base.source.where = "n > 1";
    refuse(&base, COV_ERR_ARGUMENT, "the base \"roads\" is a raster: it has no columns");
    base.source.where = NULL;
    base.source.layer = "l";
    refuse(&base, COV_ERR_ARGUMENT, "the base \"roads\" is a raster: it has no columns");
    base.source.layer = NULL;
    expect(&base, COV_CONTENT_RASTER);
}

int main(void)
{
    CPLSetErrorHandler(loud);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_geometry_decides),
        cmocka_unit_test(a_layer_without_geometries_is_refused),
        cmocka_unit_test(a_table_is_one_of_points),
        cmocka_unit_test(weights_belong_to_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
