/* Filter: which features of a layer count, the same for every format.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#define _LARGEFILE64_SOURCE
#include "layers.h"

static int reset(void **state)
{
    (void)state;
    cov_gdal_init();
    remove_all();
    return 0;
}

/* ---------------------------------------------------------------- the same layer in every format
 */

static const struct {
    const char *id, *network;
    int speed; /* below 0: null */
    double share;
} rows[] = {{"1", "viettel", 25, 0.5}, {"2", "Viettel", 100, 0.25}, {"3", "vnpt", 1000, 0.5},
            {"4", NULL, 9, 1.5},       {"5", "vnpt", -1, 0.5},      {"6", "it's", 100, 2}};
enum { N_ROWS = sizeof rows / sizeof rows[0] };

static void put_networks(const char *driver, const char *path, OGRwkbGeometryType type)
{
    static const char *const names[] = {"id", "network", "speed", "share"};
    static const OGRFieldType types[] = {OFTString, OFTString, OFTInteger, OFTReal};
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    assert_int_equal(OSRSetFromUserInput(srs, "EPSG:4326"), OGRERR_NONE);
    OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
    GDALDatasetH d = GDALCreate(GDALGetDriverByName(driver), path, 0, 0, 0, GDT_Unknown, NULL);
    assert_non_null(d);
    OGRLayerH l = GDALDatasetCreateLayer(d, CPLGetBasename(path), srs, type, NULL);
    assert_non_null(l);
    for (size_t k = 0; k < 4; k++) {
        OGRFieldDefnH f = OGR_Fld_Create(names[k], types[k]);
        assert_int_equal(OGR_L_CreateField(l, f, TRUE), OGRERR_NONE);
        OGR_Fld_Destroy(f);
    }
    for (int i = 0; i < N_ROWS; i++) {
        OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(l));
        OGR_F_SetFieldString(f, 0, rows[i].id);
        if (rows[i].network != NULL)
            OGR_F_SetFieldString(f, 1, rows[i].network);
        if (rows[i].speed >= 0)
            OGR_F_SetFieldInteger(f, 2, rows[i].speed);
        OGR_F_SetFieldDouble(f, 3, rows[i].share);
        if (type != wkbNone) {
            char text[100], *wkt = text;
            OGRGeometryH g = NULL;
            snprintf(text, sizeof text, "POLYGON((0 0,%d 0,0 %d,0 0))", i + 1, i + 1);
            assert_int_equal(OGR_G_CreateFromWkt(&wkt, NULL, &g), OGRERR_NONE);
            OGR_F_SetGeometryDirectly(f, g);
        }
        assert_int_equal(OGR_L_CreateFeature(l, f), OGRERR_NONE);
        OGR_F_Destroy(f);
    }
    GDALClose(d);
    OSRRelease(srs);
}

static const struct {
    const char *driver, *path;
} formats[] = {{"ESRI Shapefile", HERE "n.shp"},
               {"GPKG", HERE "n.gpkg"},
               {"GeoJSON", HERE "n.geojson"},
               {"FlatGeobuf", HERE "n.fgb"}};
enum { N_FORMATS = sizeof formats / sizeof formats[0] };

static void put_formats(void)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        put_networks(formats[i].driver, formats[i].path, wkbPolygon);
}

static cov_status open_with(const char *path, const char *where, cov_notes *notes, cov_layer *out,
                            cov_error *err)
{
    const cov_source source = {path, NULL, where, NULL};
    const cov_policy policy = {0};
    err->message[0] = '\0';
    return cov_layer_open(&source, &policy, notes, out, err);
}

/* The ids that pass, one character each. Only the id and what the filter needs is read. FlatGeobuf
 * sorts its features, so they are put in order. */
static void read_ids(const char *path, const char *where, char ids[N_ROWS + 1])
{
    cov_notes notes = COV_NOTES_INIT;
    cov_error err;
    cov_layer l;
    int n = 0, id = 0;
    if (open_with(path, where, &notes, &l, &err) != COV_OK)
        fail_msg("%s", err.message);
    assert_int_equal(cov_layer_column(&l, "id", "id", &id, &err), COV_OK);
    assert_int_equal(cov_layer_select(&l, &id, 1, 0, &err), COV_OK);
    for (int pass = 0; pass < 2; pass++) {
        OGRFeatureH f = NULL;
        memset(ids, 0, N_ROWS + 1);
        while (cov_layer_next(&l, &f, &err) == COV_OK && f != NULL) {
            const char c = OGR_F_GetFieldAsString(f, id)[0];
            for (n = (int)strlen(ids); n > 0 && ids[n - 1] > c; n--)
                ids[n] = ids[n - 1];
            ids[n] = c;
            OGR_F_Destroy(f);
        }
        assert_int_equal(l.n_read, N_ROWS);
        assert_int_equal(cov_layer_rewind(&l, &err), COV_OK);
    }
    cov_layer_close(&l);
    cov_notes_clear(&notes);
}

static void every_format_filters_alike(void **state)
{
    (void)state;
    static const char *const filters[][2] = {
        {NULL, "123456"},
        {"", "123456"},
        {"network = 'viettel'", "12"},
        {"NETWORK = 'VNPT' AND speed > 5", "3"},
        {"network LIKE 'V%'", "2"},
        {"network IN ('vnpt', 'it''s')", "356"},
        {"speed >= 100", "236"},
        {"speed IS NULL", "5"},
        {"network IS NULL OR share > 1", "46"},
        {"NOT (speed < 100)", "2356"}, /* so OGR takes a null */
        {"CAST(id AS integer) > 4 OR \"network\" = 'it''s'", "56"},
        {"OGR_GEOM_AREA > 12", "56"},
        {"speed + 1 = 26", "1"},
    };
    put_formats();
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        for (size_t k = 0; k < N_FORMATS; k++) {
            char ids[N_ROWS + 1];
            read_ids(formats[k].path, filters[i][0], ids);
            if (strcmp(ids, filters[i][1]) != 0)
                fail_msg("%s leaves %s, not %s, of %s", filters[i][0], ids, filters[i][1],
                         formats[k].driver);
        }
    }
}

static void features_keep_number_fid_and_geometry(void **state)
{
    (void)state;
    put_formats();
    for (size_t k = 0; k < N_FORMATS; k++) {
        cov_notes notes = COV_NOTES_INIT;
        cov_error err;
        cov_layer all, some;
        OGRFeatureH f = NULL, g = NULL;
        assert_int_equal(open_with(formats[k].path, NULL, &notes, &all, &err), COV_OK);
        assert_int_equal(open_with(formats[k].path, "id = '3'", &notes, &some, &err), COV_OK);
        assert_int_equal(cov_layer_next(&some, &g, &err), COV_OK);
        assert_non_null(g);
        while (all.n_read < some.n_read) {
            if (f != NULL)
                OGR_F_Destroy(f);
            assert_int_equal(cov_layer_next(&all, &f, &err), COV_OK);
        }
        assert_true(OGR_F_GetFID(f) == OGR_F_GetFID(g));
        assert_string_equal(OGR_F_GetFieldAsString(f, 0), "3");
        assert_true(OGR_G_Equals(OGR_F_GetGeometryRef(f), OGR_F_GetGeometryRef(g)));
        char where[40];
        snprintf(where, sizeof where, "FID = " CPL_FRMT_GIB, OGR_F_GetFID(f));
        char ids[N_ROWS + 1];
        read_ids(formats[k].path, where, ids);
        assert_string_equal(ids, "3");
        OGR_F_Destroy(f);
        OGR_F_Destroy(g);
        cov_layer_close(&all);
        cov_layer_close(&some);
        cov_notes_clear(&notes);
    }
}

static void numbers_of_features_may_be_large_or_negative(void **state)
{
    (void)state;
    put_networks("GPKG", HERE "n.gpkg", wkbPolygon);
    GDALDatasetH d = GDALOpenEx(HERE "n.gpkg", GDAL_OF_UPDATE | GDAL_OF_VECTOR, NULL, NULL, NULL);
    static const char *const sql[] = {"UPDATE n SET fid = 5000000000 WHERE id = '2'",
                                      "UPDATE n SET fid = -7 WHERE id = '3'"};
    char ids[N_ROWS + 1];
    GDALDatasetReleaseResultSet(d, GDALDatasetExecuteSQL(d, sql[0], NULL, NULL));
    GDALClose(d);
    read_ids(HERE "n.gpkg", "FID > 4000000000", ids);
    assert_string_equal(ids, "2");
    d = GDALOpenEx(HERE "n.gpkg", GDAL_OF_UPDATE | GDAL_OF_VECTOR, NULL, NULL, NULL);
    GDALDatasetReleaseResultSet(d, GDALDatasetExecuteSQL(d, sql[1], NULL, NULL));
    GDALClose(d);
    read_ids(HERE "n.gpkg", "speed >= 100", ids);
    assert_string_equal(ids, "236");
    cov_notes notes = COV_NOTES_INIT;
    cov_error err;
    cov_layer l;
    OGRFeatureH f = NULL;
    assert_int_equal(open_with(HERE "n.gpkg", "FID > 4", &notes, &l, &err), COV_OK);
    assert_int_equal(cov_layer_next(&l, &f, &err), COV_ERR_INPUT);
    assert_says(&err, "n.gpkg, feature 1: the filter \"FID > 4\" can't be asked of the FID -7");
    cov_layer_close(&l);
    cov_notes_clear(&notes);
}

/* ---------------------------------------------------------------- what is refused */

static void refuse(const char *path, const char *where, const char *const *says, size_t n)
{
    cov_notes notes = COV_NOTES_INIT;
    cov_error err;
    cov_layer l;
    if (open_with(path, where, &notes, &l, &err) != COV_ERR_INPUT)
        fail_msg("%s: %s is taken", path, where);
    for (size_t i = 0; i < n; i++)
        assert_says(&err, says[i]);
    cov_notes_clear(&notes);
}

#define REFUSE(path, where, ...)                                                                   \
    refuse(path, where, (const char *const[]){__VA_ARGS__},                                        \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void every_format_refuses_alike(void **state)
{
    (void)state;
    put_formats();
    for (size_t k = 0; k < N_FORMATS; k++) {
        const char *path = formats[k].path, *name = CPLGetFilename(path);
        REFUSE(path, "operator = 'vnpt'", name, "operator = 'vnpt'", "id, network, speed, share");
        REFUSE(path, "\"operator\" = 'vnpt'", name, "operator", "id, network, speed, share");
        REFUSE(path, "network = \"vnpt\"", name, "vnpt", "id, network");
        REFUSE(path, "id >= 100", name, "id >= 100", "CAST(COLUMN AS float)", "id, network");
        REFUSE(path, "id = 3", "CAST(COLUMN AS float)");
        REFUSE(path, "id IN (3, 4)", "CAST(COLUMN AS float)");
        REFUSE(path, "id BETWEEN 3 AND 4", "CAST(COLUMN AS float)");
        REFUSE(path, "speed >", "syntax error");
        REFUSE(path, "speed > 5; DROP TABLE n", "refused");
        REFUSE(path, "nosuch(speed) > 5", "nosuch");
    }
}

static void a_csv_never_compares_numbers_as_texts(void **state)
{
    (void)state;
    put_text(HERE "a.csv", "id,speed,lon,lat\n1,25,1,1\n2,100,1,1\n3,1000,1,1\n4,,1,1\n");
    REFUSE(HERE "a.csv", "speed >= 100", "a.csv", "CAST(COLUMN AS float)", "id, speed, lon, lat");
    REFUSE(HERE "a.csv", "speed = 100", "CAST(COLUMN AS float)");
    static const struct {
        const char *where;
        int n;
        int warned;
    } filters[] = {{"CAST(speed AS float) >= 100", 2, 0},
                   {"speed = '100'", 1, 0},
                   {"speed >= '100'", 3, 1},
                   {"speed<'9'", 4, 1},
                   {"speed <> '100'", 3, 0},
                   {"speed >= '100a'", 1, 0},
                   {"\"speed\" > 'a>1'", 0, 0},
                   {"'5' > speed", 4, 0},
                   {"speed > id", 1, 0}};
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        cov_notes notes = COV_NOTES_INIT;
        cov_error err;
        cov_layer l;
        OGRFeatureH f = NULL;
        int n = 0;
        assert_int_equal(open_with(HERE "a.csv", filters[i].where, &notes, &l, &err), COV_OK);
        for (; cov_layer_next(&l, &f, &err) == COV_OK && f != NULL; n++)
            OGR_F_Destroy(f);
        if (n != filters[i].n || noted(&notes, "orders texts") != filters[i].warned)
            fail_msg("%s: %d", filters[i].where, n);
        cov_layer_close(&l);
        cov_notes_clear(&notes);
    }
}

/* With a column of numbers a number in quotes is one. */
static void a_number_in_quotes_is_no_text_elsewhere(void **state)
{
    (void)state;
    put_formats();
    for (size_t k = 0; k < N_FORMATS; k++) {
        char ids[N_ROWS + 1];
        cov_notes notes = COV_NOTES_INIT;
        cov_error err;
        cov_layer l;
        read_ids(formats[k].path, "speed >= '100'", ids);
        assert_string_equal(ids, "236");
        assert_int_equal(open_with(formats[k].path, "speed >= '100'", &notes, &l, &err), COV_OK);
        assert_int_equal(notes.n, 0);
        cov_layer_close(&l);
        assert_int_equal(open_with(formats[k].path, "\"id\" >= '100'", &notes, &l, &err), COV_OK);
        assert_true(noted(&notes, "orders texts"));
        cov_layer_close(&l);
        cov_notes_clear(&notes);
    }
}

static void two_columns_of_one_name_are_not_clear(void **state)
{
    (void)state;
    put_text(HERE "a.geojson",
             "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":"
             "{\"type\":\"Point\",\"coordinates\":[1,1]},\"properties\":{\"kind\":\"a\",\"Kind\":"
             "\"b\",\"x\":1}}]}");
    REFUSE(HERE "a.geojson", "kind = 'a'", "a.geojson", "more than one column", "kind");
    cov_notes notes = COV_NOTES_INIT;
    cov_error err;
    cov_layer l;
    assert_int_equal(open_with(HERE "a.geojson", "x = 1", &notes, &l, &err), COV_OK);
    cov_layer_close(&l);
    cov_notes_clear(&notes);
}

/* ---------------------------------------------------------------- nothing is lost */

/* What doesn't pass is read all the same: a cut file is noticed wherever it is cut. */
static void a_cut_file_is_noticed(void **state)
{
    (void)state;
    put_squares("FlatGeobuf", HERE "a.fgb", 200, "EPSG:4326", NULL);
    size_t size = 0;
    unsigned char *bytes = get_bytes(HERE "a.fgb", &size);
    for (size_t n = size / 2; n < size; n += 211) {
        cov_notes notes = COV_NOTES_INIT;
        cov_error err;
        cov_layer l;
        put_bytes(HERE "b.fgb", bytes, n);
        cov_status s = open_with(HERE "b.fgb", "ma_xa = '00001'", &notes, &l, &err);
        OGRFeatureH f = NULL;
        int opened = s == COV_OK;
        while (s == COV_OK && (s = cov_layer_next(&l, &f, &err)) == COV_OK && f != NULL)
            OGR_F_Destroy(f);
        assert_int_equal(s, COV_ERR_INPUT);
        if (opened)
            cov_layer_close(&l);
        cov_notes_clear(&notes);
    }
    CPLFree(bytes);
}

static void nothing_left_names_the_filter(void **state)
{
    (void)state;
    put_networks("GPKG", HERE "n.gpkg", wkbPolygon);
    cov_notes notes = COV_NOTES_INIT;
    cov_error err;
    cov_layer l;
    OGRFeatureH f = NULL;
    assert_int_equal(open_with(HERE "n.gpkg", "network = 'fpt'", &notes, &l, &err), COV_OK);
    assert_int_equal(cov_layer_next(&l, &f, &err), COV_OK);
    assert_null(f);
    assert_int_equal(cov_layer_refuse_empty(&l, "areas", &err), COV_ERR_INPUT);
    assert_says(&err, "n.gpkg: the filter \"network = 'fpt'\" leaves nothing of 6 features");
    assert_says(&err, "no areas");
    cov_layer_close(&l);
    cov_notes_clear(&notes);
}

/* The text of this shapefile is decoded by us, so OGR must compare what comes out of that. */
static void decoded_text_is_compared(void **state)
{
    (void)state;
    put_squares("ESRI Shapefile", HERE "b.shp", 2, "EPSG:4326", NULL);
    size_t size = 0;
    unsigned char *bytes = get_bytes(HERE "b.dbf", &size);
    for (size_t i = 0; i + 8 < size; i++) {
        if (memcmp(bytes + i, "Bac Lieu", 8) == 0)
            memcpy(bytes + i, "B\xE2\xF2\x63 Li\xEA", 8);
    }
    bytes[29] = 0;
    put_bytes(HERE "b.dbf", bytes, size);
    CPLFree(bytes);
    put_text(HERE "b.cpg", "CP1258\r\n");
    cov_notes notes = COV_NOTES_INIT;
    cov_error err;
    cov_layer l;
    OGRFeatureH f = NULL;
    assert_int_equal(
        open_with(HERE "b.shp", "ten_xa = 'Bậc Liê' AND ma_xa = '00002'", &notes, &l, &err),
        COV_OK);
    assert_int_equal(cov_layer_next(&l, &f, &err), COV_OK);
    assert_non_null(f);
    assert_string_equal(OGR_F_GetFieldAsString(f, 0), "00002");
    OGR_F_Destroy(f);
    cov_layer_close(&l);
    cov_notes_clear(&notes);
}

static void the_environment_changes_nothing(void **state)
{
    (void)state;
    char ids[N_ROWS + 1];
    put_networks("GPKG", HERE "n.gpkg", wkbPolygon);
    CPLSetConfigOption("OGR_SQL_LIKE_AS_ILIKE", "YES");
    read_ids(HERE "n.gpkg", "network LIKE 'V%'", ids);
    CPLSetConfigOption("OGR_SQL_LIKE_AS_ILIKE", NULL);
    assert_string_equal(ids, "2");
}

/* ---------------------------------------------------------------- tables */

static void a_table_needs_no_geometry(void **state)
{
    (void)state;
    const cov_policy policy = {0};
    cov_notes notes = COV_NOTES_INIT;
    cov_error err;
    cov_layer l;
    put_networks("GPKG", HERE "n.gpkg", wkbNone);
    const cov_source source = {HERE "n.gpkg", NULL, "speed >= 1000", NULL};
    assert_int_equal(cov_layer_open(&source, &policy, &notes, &l, &err), COV_ERR_INPUT);
    assert_says(&err, "without geometry");
    assert_int_equal(cov_layer_open_table(&source, &policy, &notes, &l, &err), COV_OK);
    OGRFeatureH f = NULL;
    assert_int_equal(cov_layer_next(&l, &f, &err), COV_OK);
    assert_string_equal(OGR_F_GetFieldAsString(f, 0), "3");
    OGR_F_Destroy(f);
    cov_layer_close(&l);

    /* of several layers, the one without geometry */
    GDALDatasetH d = GDALOpenEx(HERE "n.gpkg", GDAL_OF_UPDATE | GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(GDALDatasetCreateLayer(d, "map", NULL, wkbPolygon, NULL));
    GDALClose(d);
    assert_int_equal(cov_layer_open_table(&source, &policy, &notes, &l, &err), COV_OK);
    assert_string_equal(l.label, "n.gpkg, layer n");
    cov_layer_close(&l);

    put_text(HERE "one.csv", "id\n1\n");
    const cov_source one = {HERE "one.csv", NULL, NULL, NULL};
    assert_int_equal(cov_layer_open_table(&one, &policy, &notes, &l, &err), COV_ERR_INPUT);
    assert_says(&err, "two columns");
    cov_notes_clear(&notes);
}

int main(void)
{
    CPLSetErrorHandler(loud);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_format_filters_alike, reset),
        cmocka_unit_test_setup(features_keep_number_fid_and_geometry, reset),
        cmocka_unit_test_setup(numbers_of_features_may_be_large_or_negative, reset),
        cmocka_unit_test_setup(every_format_refuses_alike, reset),
        cmocka_unit_test_setup(a_csv_never_compares_numbers_as_texts, reset),
        cmocka_unit_test_setup(a_number_in_quotes_is_no_text_elsewhere, reset),
        cmocka_unit_test_setup(two_columns_of_one_name_are_not_clear, reset),
        cmocka_unit_test_setup(a_cut_file_is_noticed, reset),
        cmocka_unit_test_setup(nothing_left_names_the_filter, reset),
        cmocka_unit_test_setup(decoded_text_is_compared, reset),
        cmocka_unit_test_setup(the_environment_changes_nothing, reset),
        cmocka_unit_test_setup(a_table_needs_no_geometry, reset),
    };
    return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
