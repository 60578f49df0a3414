/* Source: what is opened, what is refused, and that nothing damaged is read.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#define _LARGEFILE64_SOURCE
#include "layers.h"

#include <sys/stat.h>

#include "folder.h"

static int reset(void **state)
{
    (void)state;
    cov_gdal_init();
    remove_all();
    return 0;
}

/* Open, read to the end; the number of features, or -1 with the error. */
static int read_with(const char *path, const char *layer, const cov_policy *policy,
                     cov_notes *notes, cov_error *err)
{
    cov_source source = {path, layer, NULL, NULL};
    cov_layer l;
    int n = 0;
    if (cov_layer_open(&source, policy, notes, &l, err) != COV_OK)
        return -1;
    for (;;) {
        OGRFeatureH f = NULL;
        if (cov_layer_next(&l, &f, err) != COV_OK) {
            n = -1;
            break;
        }
        if (f == NULL)
            break;
        n++;
        OGR_F_Destroy(f);
    }
    cov_layer_close(&l);
    return n;
}

static int read_all(const char *path, const char *layer, cov_error *err)
{
    cov_policy policy = {0};
    cov_notes notes = COV_NOTES_INIT;
    int n = read_with(path, layer, &policy, &notes, err);
    cov_notes_clear(&notes);
    return n;
}

static void refuse(const char *path, const char *layer, const char *says)
{
    cov_error err = {0};
    assert_int_equal(read_all(path, layer, &err), -1);
    assert_int_not_equal(err.code, COV_OK);
    assert_says(&err, says);
}

/* ---------------------------------------------------------------- paths */

static void test_network_is_refused(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "http://example.org/a.shp",
        "https://example.org/a.geojson",
        "/vsicurl/http://example.org/a.shp",
        "/vsizip//vsicurl/http://example.org/a.zip",
        "/vsizip/vsicurl/http://example.org/a.zip",
        "/vsizip/{/vsicurl/http://example.org/a.zip}/a.shp",
        "/vsigzip//vsis3/bucket/a.geojson",
        "/vsitar//vsizip//vsicurl_streaming/http://example.org/a.tar",
        "/vsisubfile/0_100,/vsicurl/http://example.org/a",
        "/vsistdin/",
        "/vsizip/http://example.org/a.zip",
        "PG:dbname=x",
        "WFS:http://example.org",
        "GPKG:a.gpkg",
        "ESRIJSON:http://example.org",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        cov_error err = {0};
        assert_int_equal(read_all(paths[i], NULL, &err), -1);
        assert_int_equal(err.code, COV_ERR_INPUT);
        assert_says(&err, "unless the network is allowed");
    }
}

static void test_what_is_not_there(void **state)
{
    (void)state;
    refuse(HERE "none.shp", NULL, "there is no file");
    refuse("", NULL, "empty");
    refuse("/dev/null", NULL, "not a file");
    put_text(HERE "zero.geojson", "");
    refuse(HERE "zero.geojson", NULL, "zero.geojson is empty");
    put_text(HERE "text.geojson", "hello");
    refuse(HERE "text.geojson", NULL, "text.geojson is not a file of");
}

static const char vrt[] = "<OGRVRTDataSource><OGRVRTLayer name=\"x\"><SrcDataSource>/etc/passwd"
                          "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>";

static void test_vrt_in_disguise(void **state)
{
    (void)state;
    static const char *const names[] = {HERE "communes.vrt", HERE "communes.gpkg",
                                        HERE "communes.geojson", HERE "communes.fgb"};
    for (size_t i = 0; i < 4; i++) {
        put_text(names[i], vrt);
        refuse(names[i], NULL, "OGR_VRT");
    }
    put_text(HERE "communes.shp", vrt);
    refuse(HERE "communes.shp", NULL, "not part of a shapefile");
    put_text(HERE "communes.csv", vrt);
    cov_error err = {0};
    assert_int_equal(read_all(HERE "communes.csv", NULL, &err), -1);
    cov_policy policy = {0};
    const char *add[] = {"OGR_VRT"};
    policy.add_drivers = add;
    policy.n_add_drivers = 1;
    put_squares("GeoJSON", HERE "true.geojson", 2, "EPSG:4326", NULL);
    put_text(HERE "fine.vrt",
             "<OGRVRTDataSource><OGRVRTLayer name=\"true\"><SrcDataSource>" HERE "true.geojson"
             "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>");
    cov_notes notes = COV_NOTES_INIT;
    assert_int_equal(read_with(HERE "fine.vrt", NULL, &policy, &notes, &err), 2);
    cov_notes_clear(&notes);
}

/* ---------------------------------------------------------------- shapefiles */

static void test_missing_parts(void **state)
{
    (void)state;
    static const char *const part[] = {"shp", "shx", "dbf", "prj"};
    static const char *const says[] = {"there is no file", "its .shx is missing",
                                       "its .dbf is missing", "its .prj is missing"};
    for (unsigned set = 0; set < 16; set++) {
        remove_all();
        put_squares("ESRI Shapefile", HERE "a.shp", 3, "EPSG:4326", NULL);
        const char *expected = NULL;
        for (unsigned k = 0; k < 4; k++) {
            char path[64];
            snprintf(path, sizeof path, HERE "a.%s", part[k]);
            if (set & (1u << k)) {
                assert_int_equal(VSIUnlink(path), 0);
                expected = expected == NULL ? says[k] : expected;
            }
        }
        cov_error err = {0};
        if (expected == NULL)
            assert_int_equal(read_all(HERE "a.shp", NULL, &err), 3);
        else
            refuse(HERE "a.shp", NULL, expected);
    }
}

static void test_missing_crs(void **state)
{
    (void)state;
    put_squares("ESRI Shapefile", HERE "a.shp", 3, NULL, NULL);
    cov_error err = {0};
    cov_notes notes = COV_NOTES_INIT;
    cov_policy policy = {0};
    assert_int_equal(read_with(HERE "a.shp", NULL, &policy, &notes, &err), -1);
    assert_int_equal(err.code, COV_ERR_CRS);
    assert_says(&err, "--assume-crs");
    policy.assume_crs = "EPSG:9210";
    assert_int_equal(read_with(HERE "a.shp", NULL, &policy, &notes, &err), 3);
    assert_true(noted(&notes, "taken as EPSG:9210"));
    policy.assume_crs = "EPSG:nonsense";
    assert_int_equal(read_with(HERE "a.shp", NULL, &policy, &notes, &err), -1);
    assert_int_equal(err.code, COV_ERR_CRS);
    put_text(HERE "a.prj", "LOCAL_CS[\"site\",UNIT[\"metre\",1]]");
    policy.assume_crs = NULL;
    assert_int_equal(read_with(HERE "a.shp", NULL, &policy, &notes, &err), -1);
    assert_int_equal(err.code, COV_ERR_CRS);
    put_text(HERE "a.prj", "PROJCS[\"cut off");
    assert_int_equal(read_with(HERE "a.shp", NULL, &policy, &notes, &err), -1);
    cov_notes_clear(&notes);
}

/* Cut the part at many lengths: none may be read as if nothing had happened. */
static void truncate_part(const char *part, size_t step, size_t whole)
{
    char path[64];
    size_t size = 0, tried = 0;
    snprintf(path, sizeof path, HERE "a.%s", part);
    unsigned char *bytes = get_bytes(path, &size);
    for (size_t n = 0; n < size - whole; n += step) {
        put_bytes(path, bytes, n);
        cov_error err = {0};
        int read = read_all(HERE "a.shp", NULL, &err);
        if (read != -1 || err.code != COV_ERR_INPUT)
            fail_msg("a .%s of %zu of %zu bytes was read: %d", part, n, size, read);
        tried++;
    }
    put_bytes(path, bytes, size);
    assert_true(tried > 50);
    CPLFree(bytes);
    cov_error err = {0};
    assert_int_equal(read_all(HERE "a.shp", NULL, &err), 100);
}

static void test_truncation(void **state)
{
    (void)state;
    put_squares("ESRI Shapefile", HERE "a.shp", 100, "EPSG:4326", NULL);
    truncate_part("shp", 37, 0);
    truncate_part("shx", 7, 0);
    truncate_part("dbf", 31, 1); /* the last byte, an end mark, is optional */
}

/* The same with headers that fit the cut file, as a copying program may write them. */
static void test_parts_that_disagree(void **state)
{
    (void)state;
    put_squares("ESRI Shapefile", HERE "a.shp", 9, "EPSG:4326", NULL);
    put_squares("ESRI Shapefile", HERE "b.shp", 10, "EPSG:4326", NULL);
    size_t size = 0;
    unsigned char *bytes = get_bytes(HERE "b.dbf", &size);
    put_bytes(HERE "a.dbf", bytes, size);
    CPLFree(bytes);
    refuse(HERE "a.shp", NULL, "9 shapes but the .dbf 10 records");
    put_squares("ESRI Shapefile", HERE "c.shp", 9, "EPSG:4326", NULL);
    bytes = get_bytes(HERE "c.shp", &size);
    size_t kept = size / 2 / 2 * 2, words = kept / 2;
    bytes[24] = (unsigned char)(words >> 24);
    bytes[25] = (unsigned char)(words >> 16);
    bytes[26] = (unsigned char)(words >> 8);
    bytes[27] = (unsigned char)words;
    put_bytes(HERE "c.shp", bytes, kept);
    CPLFree(bytes);
    refuse(HERE "c.shp", NULL, "lies behind the end");
    refuse(HERE "c.dbf", NULL, "name its .shp");
}

static char *first_name(const char *path, cov_notes *notes)
{
    cov_source source = {path, NULL, NULL, NULL};
    cov_policy policy = {0};
    cov_layer l;
    cov_error err = {0};
    int column = -1;
    OGRFeatureH f = NULL;
    if (cov_layer_open(&source, &policy, notes, &l, &err) != COV_OK)
        fail_msg("%s", err.message);
    assert_int_equal(cov_layer_column(&l, "TEN_XA", "name column", &column, &err), COV_OK);
    assert_int_equal(cov_layer_next(&l, &f, &err), COV_OK);
    char *name = CPLStrdup(OGR_F_GetFieldAsString(f, column));
    OGR_F_Destroy(f);
    cov_layer_close(&l);
    return name;
}

static void expect_name(const char *path, const char *expected, const char *note)
{
    cov_notes notes = COV_NOTES_INIT;
    char *name = first_name(path, &notes);
    if (expected != NULL)
        assert_string_equal(name, expected);
    if (note != NULL)
        assert_true(noted(&notes, note));
    else
        assert_int_equal(notes.n, 0);
    CPLFree(name);
    cov_notes_clear(&notes);
}

static void test_text(void **state)
{
    (void)state;
    put_squares("ESRI Shapefile", HERE "a.shp", 2, "EPSG:4326", "UTF-8");
    expect_name(HERE "a.shp", "Phường Bạc Liêu", NULL);
    VSIUnlink(HERE "a.cpg");
    expect_name(HERE "a.shp", "Phường Bạc Liêu", "its .cpg is missing");
    /* it ends in a character that GDAL's recoding loses */
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
    expect_name(HERE "b.shp", "Bậc Liê", NULL);
    VSIUnlink(HERE "b.cpg");
    expect_name(HERE "b.shp", NULL, "its .cpg is missing");
}

/* ---------------------------------------------------------------- other formats */

static void test_layers(void **state)
{
    (void)state;
    put_squares("GPKG", HERE "a.gpkg", 3, "EPSG:4326", NULL);
    cov_error err = {0};
    assert_int_equal(read_all(HERE "a.gpkg", NULL, &err), 3);
    GDALDatasetH d = GDALOpenEx(HERE "a.gpkg", GDAL_OF_UPDATE | GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(GDALDatasetCreateLayer(d, "table", NULL, wkbNone, NULL));
    GDALClose(d);
    assert_int_equal(read_all(HERE "a.gpkg", NULL, &err), 3);
    d = GDALOpenEx(HERE "a.gpkg", GDAL_OF_UPDATE | GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(GDALDatasetCreateLayer(d, "b", NULL, wkbPolygon, NULL));
    GDALClose(d);
    refuse(HERE "a.gpkg", NULL, "several layers; name one of: a, b, table");
    refuse(HERE "a.gpkg", "c", "has no layer \"c\"; it has: a, b, table");
    assert_int_equal(read_all(HERE "a.gpkg", "a", &err), 3);
}

static void test_csv(void **state)
{
    (void)state;
    cov_error err = {0};
    put_text(HERE "a.csv", "\xEF\xBB\xBFma;ten;lon;lat\n00001;\"A;B\";105.1;9.2\n00002;;105;9\n");
    assert_int_equal(read_all(HERE "a.csv", NULL, &err), 2);
    cov_source source = {HERE "a.csv", NULL, NULL, NULL};
    cov_policy policy = {0};
    cov_notes notes = COV_NOTES_INIT;
    cov_layer l;
    int column = -1;
    OGRFeatureH f = NULL;
    assert_int_equal(cov_layer_open(&source, &policy, &notes, &l, &err), COV_OK);
    assert_true(l.is_csv);
    assert_null(l.crs);
    assert_int_equal(cov_layer_column(&l, "ma", "id column", &column, &err), COV_OK);
    assert_int_equal(column, 0);
    assert_int_equal(cov_layer_next(&l, &f, &err), COV_OK);
    assert_string_equal(OGR_F_GetFieldAsString(f, 0), "00001");
    assert_string_equal(OGR_F_GetFieldAsString(f, 1), "A;B");
    OGR_F_Destroy(f);
    assert_int_equal(cov_layer_column(&l, "nix", "id column", &column, &err), COV_ERR_INPUT);
    assert_says(&err, "no id column \"nix\" among its columns: ma, ten, lon, lat");
    assert_int_equal(cov_layer_rewind(&l, &err), COV_OK);
    assert_int_equal(l.n_read, 0);
    cov_layer_close(&l);
    cov_notes_clear(&notes);
    put_text(HERE "b.csv", "00001,105.1,9.2\n00002,105.2,9.3\n");
    refuse(HERE "b.csv", NULL, "no header line");
    put_text(HERE "c.csv", "ma,lon,lat\n");
    refuse(HERE "c.csv", NULL, "no rows");
    put_text(HERE "d.tsv", "ma\tlon\tlat\n1\t2\t3\n");
    assert_int_equal(read_all(HERE "d.tsv", NULL, &err), 1);
}

static void test_damaged_files(void **state)
{
    (void)state;
    static const char *const driver[] = {"GeoJSON", "GPKG", "FlatGeobuf"};
    static const char *const path[] = {HERE "a.geojson", HERE "a.gpkg", HERE "a.fgb"};
    for (size_t k = 0; k < 3; k++) {
        size_t size = 0;
        put_squares(driver[k], path[k], 100, "EPSG:4326", NULL);
        unsigned char *bytes = get_bytes(path[k], &size);
        for (size_t part = 1; part < 20; part++) {
            put_bytes(path[k], bytes, size * part / 20);
            cov_error err = {0};
            int n = read_all(path[k], NULL, &err);
            if (n != -1)
                fail_msg("%zu/20 of a %s was read: %d", part, driver[k], n);
        }
        CPLFree(bytes);
    }
}

/* ---------------------------------------------------------------- archives and folders */

static void copy_into(const char *from, const char *to)
{
    size_t size = 0;
    unsigned char *bytes = get_bytes(from, &size);
    put_bytes(to, bytes, size);
    CPLFree(bytes);
}

static void zip_shapefile(const char *stem, const char *zip)
{
    static const char *const part[] = {"shp", "shx", "dbf", "prj"};
    char from[300], to[300];
    for (size_t k = 0; k < 4; k++) {
        snprintf(from, sizeof from, HERE "%s.%s", stem, part[k]);
        snprintf(to, sizeof to, "/vsizip/%s/%s.%s", zip, stem, part[k]);
        copy_into(from, to);
    }
}

static void test_zip_and_folder(void **state)
{
    (void)state;
    folder here;
    cov_error err = {0};
    assert_int_equal(folder_open(&here), 0);
    char *zip = folder_at(&here, "Bạc Liêu 2025.zip");
    put_squares("ESRI Shapefile", HERE "xa.shp", 3, "EPSG:4326", NULL);
    put_squares("ESRI Shapefile", HERE "huyen.shp", 2, "EPSG:4326", NULL);
    zip_shapefile("xa", zip);
    assert_int_equal(read_all(zip, NULL, &err), 3);
    assert_int_equal(read_all(zip, "xa", &err), 3);
    char inner[300];
    snprintf(inner, sizeof inner, "/vsizip/%s/xa.shp", zip);
    assert_int_equal(read_all(inner, NULL, &err), 3);
    zip_shapefile("huyen", zip);
    refuse(zip, NULL, "holds several layers: name one of huyen.shp, xa.shp");
    refuse(zip, "tinh", "there is no layer \"tinh\" among huyen.shp, xa.shp");
    assert_int_equal(read_all(zip, "huyen", &err), 2);
    refuse("/vsimem/cov", NULL, "holds several layers: name one of huyen.shp, xa.shp");
    assert_int_equal(read_all("/vsimem/cov", "xa", &err), 3);
    /* a real file whose path has blanks and Vietnamese letters */
    char *path = folder_at(&here, "Xã Châu Thới, Vĩnh Lợi.geojson");
    put_squares("GeoJSON", path, 4, "EPSG:4326", NULL);
    assert_int_equal(read_all(path, NULL, &err), 4);
    free(path);
    free(zip);
    folder_close(&here);
}

static void test_zip_without_a_part(void **state)
{
    (void)state;
    folder here;
    assert_int_equal(folder_open(&here), 0);
    char *zip = folder_at(&here, "a.zip");
    char to[300];
    put_squares("ESRI Shapefile", HERE "xa.shp", 3, "EPSG:4326", NULL);
    snprintf(to, sizeof to, "/vsizip/%s/xa.shp", zip);
    copy_into(HERE "xa.shp", to);
    refuse(zip, NULL, "its .shx is missing");
    free(zip);
    folder_close(&here);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_network_is_refused, reset),
        cmocka_unit_test_setup(test_what_is_not_there, reset),
        cmocka_unit_test_setup(test_vrt_in_disguise, reset),
        cmocka_unit_test_setup(test_missing_parts, reset),
        cmocka_unit_test_setup(test_missing_crs, reset),
        cmocka_unit_test_setup(test_truncation, reset),
        cmocka_unit_test_setup(test_parts_that_disagree, reset),
        cmocka_unit_test_setup(test_text, reset),
        cmocka_unit_test_setup(test_layers, reset),
        cmocka_unit_test_setup(test_csv, reset),
        cmocka_unit_test_setup(test_damaged_files, reset),
        cmocka_unit_test_setup(test_zip_and_folder, reset),
        cmocka_unit_test_setup(test_zip_without_a_part, reset),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
