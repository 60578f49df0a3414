/* Split: the values of a column, their filters and the names they give. SPDX-License-Identifier:
 * MIT
 */
#define _POSIX_C_SOURCE 200809L
#define _LARGEFILE64_SOURCE
#include "layers.h"

#include "io/split.h"

static int reset(void **state)
{
    (void)state;
    cov_gdal_init();
    remove_all();
    return 0;
}

/* ---------------------------------------------------------------- helpers */

/* A layer of points whose only columns are a text, a whole number and a decimal; a text of NULL is
 * null. */
static void put_values(const char *driver, const char *path, const char *column,
                       const char *const *values, size_t n)
{
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    assert_int_equal(OSRSetFromUserInput(srs, "EPSG:4326"), OGRERR_NONE);
    OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
    char **options = CSLSetNameValue(NULL, "ENCODING", "UTF-8");
    GDALDatasetH d = GDALCreate(GDALGetDriverByName(driver), path, 0, 0, 0, GDT_Unknown, NULL);
    OGRLayerH l = GDALDatasetCreateLayer(d, CPLGetBasename(path), srs, wkbPoint,
                                         EQUAL(driver, "ESRI Shapefile") ? options : NULL);
    assert_non_null(l);
    const char *const names[] = {column, "number", "share"};
    static const OGRFieldType types[] = {OFTString, OFTInteger64, OFTReal};
    for (int k = 0; k < 3; k++) {
        OGRFieldDefnH f = OGR_Fld_Create(names[k], types[k]);
        assert_int_equal(OGR_L_CreateField(l, f, TRUE), OGRERR_NONE);
        OGR_Fld_Destroy(f);
    }
    for (size_t i = 0; i < n; i++) {
        char text[40], *wkt = text;
        OGRGeometryH g = NULL;
        OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(l));
        snprintf(text, sizeof text, "POINT(%zu 1)", i);
        assert_int_equal(OGR_G_CreateFromWkt(&wkt, NULL, &g), OGRERR_NONE);
        OGR_F_SetGeometryDirectly(f, g);
        if (values[i] != NULL)
            OGR_F_SetFieldString(f, 0, values[i]);
        OGR_F_SetFieldInteger64(f, 1, (GIntBig)i % 3 - 1);
        OGR_F_SetFieldDouble(f, 2, (double)i);
        assert_int_equal(OGR_L_CreateFeature(l, f), OGRERR_NONE);
        OGR_F_Destroy(f);
    }
    GDALClose(d);
    CSLDestroy(options);
    OSRRelease(srs);
}

static cov_status split_with(const char *path, const char *where, const char *column,
                             const char *name, cov_notes *notes, cov_split *out, cov_error *err)
{
    const cov_source source = {path, NULL, where, NULL};
    const cov_policy policy = {0};
    cov_phases phases = cov_phases_start(NULL, NULL);
    memset(out, 0, sizeof *out);
    err->message[0] = '\0';
    return cov_split_read(&source, column, name, &policy, notes, &phases, out, err);
}

static cov_split split_by(const char *path, const char *where, const char *column, const char *name,
                          cov_notes *notes)
{
    cov_split split;
    cov_error err;
    if (split_with(path, where, column, name, notes, &split, &err) != COV_OK)
        fail_msg("%s", err.message);
    return split;
}

static void refuse(const char *path, const char *column, const char *name, cov_status status,
                   const char *const *says, size_t n)
{
    cov_notes notes = COV_NOTES_INIT;
    cov_split split;
    cov_error err;
    assert_int_equal(split_with(path, NULL, column, name, &notes, &split, &err), status);
    assert_int_equal(split.n, 0);
    for (size_t i = 0; i < n; i++)
        assert_says(&err, says[i]);
    cov_notes_clear(&notes);
}

#define REFUSE(path, column, name, status, ...)                                                    \
    refuse(path, column, name, status, (const char *const[]){__VA_ARGS__},                         \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* The features that a filter leaves, one bit each, by x. */
static uint64_t features_of(const char *path, const char *where)
{
    const cov_source source = {path, NULL, where, NULL};
    const cov_policy policy = {0};
    cov_notes notes = COV_NOTES_INIT;
    cov_error err;
    cov_layer l;
    OGRFeatureH f = NULL;
    uint64_t bits = 0;
    if (cov_layer_open(&source, &policy, &notes, &l, &err) != COV_OK)
        fail_msg("%s", err.message);
    while (cov_layer_next(&l, &f, &err) == COV_OK && f != NULL) {
        bits |= UINT64_C(1) << (unsigned)OGR_G_GetX(OGR_F_GetGeometryRef(f), 0);
        OGR_F_Destroy(f);
    }
    cov_layer_close(&l);
    cov_notes_clear(&notes);
    return bits;
}

/* ---------------------------------------------------------------- values and filters */

static const char *const odd[] = {"viettel",     "Viettel",  "vnpt",       NULL,       "5%",
                                  "50_",         "50x",      "it's",       "it''s",    "a!b",
                                  "b\\b",        "a\\'b",    "say \"hi\"", "Bạc Liêu", "Bạc Liêù",
                                  "' OR 1=1 --", "a\\!'%_b", "viettel",    "",         "x AND y"};
enum { N_ODD = sizeof odd / sizeof odd[0] };

static const struct {
    const char *driver, *path;
} formats[] = {{"ESRI Shapefile", HERE "v.shp"},
               {"GPKG", HERE "v.gpkg"},
               {"GeoJSON", HERE "v.geojson"},
               {"FlatGeobuf", HERE "v.fgb"}};

/* Each filter leaves the features with its value and no other, whatever the value is. */
static void a_filter_leaves_its_value_alone(void **state)
{
    (void)state;
    for (size_t k = 0; k < 4; k++) {
        cov_notes notes = COV_NOTES_INIT;
        put_values(formats[k].driver, formats[k].path, "net", odd, N_ODD);
        cov_split split = split_by(formats[k].path, NULL, "NET", "fiber", &notes);
        assert_int_equal(split.n, 17);
        for (size_t i = 0; i < split.n; i++) {
            uint64_t expected = 0;
            for (size_t v = 0; v < N_ODD; v++)
                expected |= (uint64_t)(odd[v] != NULL && strcmp(odd[v], split.value[i]) == 0) << v;
            uint64_t found = features_of(formats[k].path, split.where[i]);
            if (found != expected || found == 0)
                fail_msg("%s, %s: %llx", formats[k].driver, split.where[i],
                         (unsigned long long)found);
            assert_true(i == 0 || strcmp(split.value[i - 1], split.value[i]) < 0);
        }
        assert_true(noted(&notes, "nothing in the column \"net\", which are left out of every "
                                  "service it is split into: 2"));
        cov_split_clear(&split);
        cov_notes_clear(&notes);
    }
}

static void whole_numbers_are_values(void **state)
{
    (void)state;
    cov_notes notes = COV_NOTES_INIT;
    put_values("GPKG", HERE "v.gpkg", "net", odd, 7);
    cov_split split = split_by(HERE "v.gpkg", NULL, "number", "t*:planned", &notes);
    static const char *const values[] = {"-1", "0", "1"};
    static const char *const names[] = {"t-1:planned", "t0:planned", "t1:planned"};
    static const uint64_t bits[] = {0x49, 0x12, 0x24};
    assert_int_equal(split.n, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(split.value[i], values[i]);
        assert_string_equal(split.name[i], names[i]);
        assert_int_equal(features_of(HERE "v.gpkg", split.where[i]), bits[i]);
    }
    assert_int_equal(notes.n, 0);
    cov_split_clear(&split);
    cov_notes_clear(&notes);
}

static void the_filter_of_the_source_holds_too(void **state)
{
    (void)state;
    cov_notes notes = COV_NOTES_INIT;
    put_values("GPKG", HERE "v.gpkg", "net", odd, N_ODD);
    const char *where = "number = 1 OR net = 'vnpt'";
    uint64_t all = features_of(HERE "v.gpkg", where), sum = 0;
    cov_split split = split_by(HERE "v.gpkg", where, "net", "fiber", &notes);
    for (size_t i = 0; i < split.n; i++) {
        uint64_t found = features_of(HERE "v.gpkg", split.where[i]);
        assert_true(found != 0 && (found & ~all) == 0 && (found & sum) == 0);
        sum |= found;
    }
    assert_true(sum == all);
    cov_split_clear(&split);
    cov_split none;
    cov_error err;
    assert_int_equal(split_with(HERE "v.gpkg", "net = 'fpt'", "net", "fiber", &notes, &none, &err),
                     COV_ERR_INPUT);
    assert_says(&err, "the filter \"net = 'fpt'\" leaves nothing of 20 features");
    cov_notes_clear(&notes);
}

static void columns_may_have_odd_names(void **state)
{
    (void)state;
    static const char *const columns[] = {"the net", "say \"hi\"", "a&b", "mạng", "select"};
    static const char *const values[] = {"a", "b"};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        cov_notes notes = COV_NOTES_INIT;
        put_values("GeoJSON", HERE "v.geojson", columns[i], values, 2);
        cov_split split = split_by(HERE "v.geojson", NULL, columns[i], "fiber", &notes);
        assert_int_equal(features_of(HERE "v.geojson", split.where[1]), 2);
        cov_split_clear(&split);
        cov_notes_clear(&notes);
    }
}

/* ---------------------------------------------------------------- names */

static void names_have_the_value_in_its_place(void **state)
{
    (void)state;
    static const char *const values[] = {" Hà\xC2\xA0Nội/2 ", "vnpt", "a*b"};
    static const char *const cases[][4] = {
        {"fiber", "fiber/Hà_Nội_2", "fiber/a_b", "fiber/vnpt"},
        {"4g/*", "4g/Hà_Nội_2", "4g/a_b", "4g/vnpt"},
        {"*", "Hà_Nội_2", "a_b", "vnpt"},
        {"*/vt:planned", "Hà_Nội_2/vt:planned", "a_b/vt:planned", "vnpt/vt:planned"},
        {"fiber:passed", "fiber/Hà_Nội_2:passed", "fiber/a_b:passed", "fiber/vnpt:passed"}};
    put_values("GPKG", HERE "v.gpkg", "net", values, 3);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cov_notes notes = COV_NOTES_INIT;
        cov_split split = split_by(HERE "v.gpkg", NULL, "net", cases[i][0], &notes);
        assert_int_equal(split.n, 3);
        for (size_t k = 0; k < 3; k++)
            assert_string_equal(split.name[k], cases[i][k + 1]);
        cov_split_clear(&split);
        cov_notes_clear(&notes);
    }
}

/* ---------------------------------------------------------------- what is refused */

static void bad_splits_are_refused(void **state)
{
    (void)state;
    static const char *const twins[] = {"a b", "c", "a/b"}, *const empty[] = {NULL, " "};
    static const char *const backslash[] = {"fine", "not fine\\"};
    const char *path = HERE "v.gpkg";
    put_values("GPKG", path, "net", twins, 3);
    REFUSE(path, "net", "fiber", COV_ERR_INPUT, "v.gpkg", "\"a b\"", "\"a/b\"", "fiber/a_b", "net");
    REFUSE(path, "network", "fiber", COV_ERR_INPUT, "\"network\" among its columns: net");
    REFUSE(path, "share", "fiber", COV_ERR_INPUT, "column to split by \"share\" holds decimals");
    REFUSE(path, "number", "4g/vt", COV_ERR_ARGUMENT, "4g/vt", "4g/*");
    REFUSE(path, "number", "*/*", COV_ERR_ARGUMENT, "more than one '*'");
    put_values("GPKG", HERE "e.gpkg", "net", empty, 2);
    REFUSE(HERE "e.gpkg", "net", "fiber", COV_ERR_INPUT, "every cell of the column \"net\"");
    put_values("GPKG", HERE "b.gpkg", "net", backslash, 2);
    REFUSE(HERE "b.gpkg", "net", "fiber", COV_ERR_INPUT, "not fine", "backslash");
}

static void too_many_values_are_refused(void **state)
{
    (void)state;
    char text[COV_SERVICES_MAX + 1][8];
    const char *values[COV_SERVICES_MAX + 1];
    for (size_t i = 0; i <= COV_SERVICES_MAX; i++) {
        snprintf(text[i], sizeof text[i], "v%zu", i);
        values[i] = text[i];
    }
    put_values("GPKG", HERE "v.gpkg", "net", values, COV_SERVICES_MAX + 1);
    REFUSE(HERE "v.gpkg", "net", "fiber", COV_ERR_LIMIT, "v.gpkg", "\"net\"", "more than 64");
    put_values("GPKG", HERE "w.gpkg", "net", values, COV_SERVICES_MAX);
    cov_notes notes = COV_NOTES_INIT;
    cov_split split = split_by(HERE "w.gpkg", NULL, "net", "fiber", &notes);
    assert_int_equal(split.n, COV_SERVICES_MAX);
    cov_split_clear(&split);
    cov_notes_clear(&notes);
}

int main(void)
{
    CPLSetErrorHandler(loud);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_filter_leaves_its_value_alone, reset),
        cmocka_unit_test_setup(whole_numbers_are_values, reset),
        cmocka_unit_test_setup(the_filter_of_the_source_holds_too, reset),
        cmocka_unit_test_setup(columns_may_have_odd_names, reset),
        cmocka_unit_test_setup(names_have_the_value_in_its_place, reset),
        cmocka_unit_test_setup(bad_splits_are_refused, reset),
        cmocka_unit_test_setup(too_many_values_are_refused, reset),
    };
    return cmocka_run_group_tests_name("split", tests, NULL, NULL);
}
