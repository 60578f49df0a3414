/* The sink: every format read back by GDAL, with its columns, texts and numbers.
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/wait.h>
#include <time.h>

#include <jansson.h>

#include "comma.h"
#include "io/proof.h"
#include "place.h"

static void assert_manifest(place *p, const char *text)
{
    json_t *want = json_loads(p->r.manifest, 0, NULL);
    json_t *found = json_loads(text, 0, NULL);
    assert_non_null(found);
    assert_true(json_equal(want, found));
    json_decref(want);
    json_decref(found);
}

/* The sidecar is the manifest and perhaps "columns" and "rows". */
static json_t *assert_sidecar(place *p, const char *name)
{
    size_t size;
    char *text = slurp(in(p, name), &size);
    assert_non_null(text);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    json_t *want = json_loads(p->r.manifest, 0, NULL);
    const char *key;
    json_t *value;
    json_object_foreach(want, key, value)
        assert_true(json_equal(value, json_object_get(json, key)));
    json_decref(want);
    free(text);
    return json;
}

static void geojson(void **state)
{
    place *p = *state;
    size_t size;
    assert_written(p, "r.geojson");
    assert_file(p, "r.geojson", N_ROWS, "=1+1");
    assert_int_equal(count_entries(p->folder), 1);
    char *text = slurp(in(p, "r.geojson"), &size);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "type")), "FeatureCollection");
    assert_string_equal(json_string_value(json_object_get(json, "name")), "r");
    assert_null(json_object_get(json, "crs"));
    json_t *want = json_loads(p->r.manifest, 0, NULL);
    assert_true(json_equal(want, json_object_get(json, "libcov")));
    json_t *last = json_array_get(json_object_get(json, "features"), N_ROWS - 1);
    assert_true(json_is_null(json_object_get(last, "geometry")));
    json_t *id = json_object_get(json_object_get(last, "properties"), "ma_xa");
    assert_true(json_is_null(id));
    assert_non_null(strstr(text, "\"ma_xa\": \"00123\""));
    assert_non_null(strstr(text, "\"households\": 5, \"fiber_n\": 3, \"fiber_pct\": 60.0,"));
    assert_non_null(strstr(text, "\"4g_n\": 0, \"4g_pct\": null"));
    json_decref(want);
    json_decref(json);
    free(text);
}

static void geojsonseq(void **state)
{
    place *p = *state;
    assert_written(p, "r.geojsonl");
    assert_file(p, "r.geojsonl", N_ROWS, "=1+1");
    json_decref(assert_sidecar(p, "r.geojsonl.libcov.json"));
    assert_int_equal(count_entries(p->folder), 2);
}

static void geopackage(void **state)
{
    place *p = *state;
    assert_written(p, "r.gpkg");
    assert_file(p, "r.gpkg", N_ROWS, "=1+1");
    assert_int_equal(count_entries(p->folder), 1);
    GDALDatasetH ds = open_file(in(p, "r.gpkg"));
    OGRLayerH layer = GDALDatasetGetLayer(ds, 0);
    assert_string_equal(OGR_L_GetName(layer), "r");
    assert_int_equal(OGR_L_GetGeomType(layer), wkbMultiPolygon);
    assert_manifest(p, GDALGetMetadataItem(layer, "libcov", NULL));
    GDALClose(ds);
}

static void flatgeobuf(void **state)
{
    place *p = *state;
    assert_written(p, "r.fgb");
    assert_file(p, "r.fgb", N_RESULT_AREAS, "=1+1");
    assert_int_equal(count_entries(p->folder), 2);
    json_t *json = assert_sidecar(p, "r.fgb.libcov.json");
    json_t *beside = json_object_get(json, "rows");
    assert_int_equal(json_array_size(beside), N_ROWS - N_RESULT_AREAS);
    json_t *district = json_array_get(beside, 0);
    assert_true(json_is_null(json_object_get(district, "ma_xa")));
    assert_string_equal(json_string_value(json_object_get(district, "ma_huyen")), "01");
    assert_int_equal(json_integer_value(json_object_get(district, "fiber_n")), 4);
    assert_true(json_real_value(json_object_get(district, "fiber_pct")) == 50);
    json_decref(json);
}

static void shapefile(void **state)
{
    place *p = *state;
    size_t size;
    assert_written(p, "r.shp");
    assert_file(p, "r.shp", N_ROWS, "=1+1");
    assert_int_equal(count_entries(p->folder), 6);
    char *text = slurp(in(p, "r.cpg"), &size);
    assert_string_equal(text, "UTF-8");
    free(text);
    json_t *json = assert_sidecar(p, "r.shp.libcov.json");
    json_t *columns = json_object_get(json, "columns");
    assert_int_equal(json_object_size(columns), 6);
    assert_string_equal(json_string_value(json_object_get(columns, "fiber2_n")), "fiber_viettel_n");
    assert_string_equal(json_string_value(json_object_get(columns, "fiber3_pct")),
                        "fiber_vnpt_pct");
    assert_string_equal(json_string_value(json_object_get(columns, "4g_vi5_n")), "4g_viettel_n");
    json_decref(json);
}

static void csv(void **state)
{
    place *p = *state;
    size_t size;
    assert_written(p, "r.csv");
    assert_file(p, "r.csv", N_ROWS, "'=1+1");
    char *text = slurp(in(p, "r.csv"), &size);
    static const char head[] = "ma_xa,ten_xa,ma_huyen,ma_tinh,level,households,fiber_n,fiber_pct,";
    assert_int_equal(strncmp(text, head, sizeof head - 1), 0);
    assert_non_null(strstr(text, "\n\"00123\",Xã Vĩnh Hậu A,\"01\",\"95\",area,5,3,60,"));
    assert_non_null(strstr(text, "\n\"00126\",\"Phường \"\"8\"\", Bạc Liêu\",\"02\",\"95\","));
    assert_non_null(strstr(text, "\n,,,,total,9,4,44.4444,"));
    assert_null(strchr(text, '\r'));
    free(text);
    json_decref(assert_sidecar(p, "r.csv.libcov.json"));
    assert_int_equal(count_entries(p->folder), 2);
}

/* ---------------------------------------------------------------- numbers and texts */

static void decimals(void **state)
{
    place *p = *state;
    size_t size;
    rebuild(p, 1000, 1, NULL, 0);
    for (size_t i = 0; i < N_FILES; i++) {
        assert_written(p, all_files[i]);
        GDALDatasetH ds = open_file(in(p, all_files[i]));
        OGRFeatureH f = OGR_L_GetNextFeature(GDALDatasetGetLayer(ds, 0));
        assert_number(f, "households", "5.2");
        assert_number(f, "fiber_n", "3.1");
        assert_number(f, "fiber_pct", "59.6154");
        OGR_F_Destroy(f);
        GDALClose(ds);
    }
    char *text = slurp(in(p, "r.csv"), &size);
    assert_non_null(strstr(text, ",area,5.2,3.1,59.6154,"));
    free(text);
    text = slurp(in(p, "r.geojson"), &size);
    assert_non_null(strstr(text, "\"households\": 5.2, \"fiber_n\": 3.1, \"fiber_pct\": 59.6154,"));
    free(text);
}

static void large_numbers(void **state)
{
    place *p = *state;
    const uint64_t factor = UINT64_C(1000000000000000);
    rebuild(p, 1, factor, NULL, 0);
    for (size_t i = 0; i < N_FILES; i++) {
        if (strcmp(all_files[i], "r.csv") == 0) {
            assert_int_equal(write_to(p, all_files[i], 0), COV_ERR_LIMIT);
            continue;
        }
        assert_written(p, all_files[i]);
        GDALDatasetH ds = open_file(in(p, all_files[i]));
        OGRFeatureH f = OGR_L_GetNextFeature(GDALDatasetGetLayer(ds, 0));
        assert_string_equal(text_at(f, "households"), "5000000000000000");
        OGR_F_Destroy(f);
        GDALClose(ds);
    }
    empty(p->folder);
    rebuild(p, 1, factor / 9 - 1, NULL, 0);
    assert_written(p, "r.csv");
    GDALDatasetH ds = open_file(in(p, "r.csv"));
    OGRFeatureH f = OGR_L_GetFeature(GDALDatasetGetLayer(ds, 0), N_ROWS);
    assert_string_equal(text_at(f, "households"), "999999999999990");
    OGR_F_Destroy(f);
    GDALClose(ds);
    empty(p->folder);
    rebuild(p, 1, factor * 120, NULL, 0);
    assert_int_equal(write_to(p, "r.shp", 0), COV_ERR_LIMIT);
    assert_int_equal(write_to(p, "r.gpkg", 0), COV_OK);
    assert_int_equal(count_entries(p->folder), 1);
}

/* What a name may look like in a file from strangers. */
static void strange_texts(void **state)
{
    static const char *const names[] = {"-5",
                                        "+84 91",
                                        "@SUM(A1)",
                                        "'=1",
                                        "'s-Hertogenbosch",
                                        "a\nb",
                                        "a\r\nb",
                                        "\t=1",
                                        "2020-01-01",
                                        "{\"a\":1}",
                                        "[1,2]",
                                        "[Khu 3]",
                                        "{x}",
                                        " blank ",
                                        "",
                                        "null",
                                        "\xF0\x9F\x98\x80",
                                        "a;=1+1;b",
                                        "a;\"=1+1",
                                        "a - b; c + d",
                                        "\"",
                                        "\x01\x7F",
                                        "12:30:00",
                                        "1e5",
                                        "</script>",
                                        "a,b\"c\"\nd",
                                        "\\",
                                        "POINT (1 2)",
                                        "=HYPERLINK(\"x\")"};
    static const struct {
        const char *name, *csv;
    } inert[] = {{"-5", ",\"-5\","},
                 {"+84 91", ",'+84 91,"},
                 {"'=1", ",''=1,"},
                 {"'s-Hertogenbosch", ",'s-Hertogenbosch,"},
                 {"a;=1+1;b", "\"a;'=1+1;b\""},
                 {"a;\"=1+1", ",\"a;'\"\"=1+1\","},
                 {"\t=1", ",\"'\t'=1\","},
                 {"a - b; c + d", "\"a - b; c + d\""}};
    place *p = *state;
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        result_clear(&p->r);
        result_init(&p->r);
        p->r.area[0].name = names[k];
        p->r.area[1].id = names[k][0] != '\0' ? names[k] : "x";
        result_build(&p->r, "EPSG:3405", 1, 1, NULL, 0);
        int is_json = strcmp(names[k], "[1,2]") == 0 || strcmp(names[k], "{\"a\":1}") == 0;
        for (size_t i = 0; i < N_FILES; i++) {
            /* Each is read back, value by value. */
            if (is_json && strstr(all_files[i], ".geojson") != NULL)
                assert_int_equal(write_to(p, all_files[i], 0), COV_ERR_LIMIT);
            else
                assert_written(p, all_files[i]);
        }
        for (size_t i = 0; i < sizeof inert / sizeof inert[0]; i++) {
            size_t size;
            char *text = slurp(in(p, "r.csv"), &size);
            if (strcmp(inert[i].name, names[k]) == 0 && strstr(text, inert[i].csv) == NULL)
                fail_msg("no %s in %s", inert[i].csv, text);
            free(text);
        }
        empty(p->folder);
    }
}

static void texts_that_do_not_fit(void **state)
{
    place *p = *state;
    char text[300];
    memset(text, 'x', sizeof text);
    text[254] = '\0';
    for (int longer = 0; longer < 2; longer++) {
        text[254 + longer] = '\0';
        text[253 + longer] = 'x';
        result_clear(&p->r);
        result_init(&p->r);
        p->r.area[0].name = text;
        result_build(&p->r, "EPSG:3405", 1, 1, NULL, 0);
        assert_int_equal(write_to(p, "r.shp", 0), longer ? COV_ERR_LIMIT : COV_OK);
        if (longer)
            assert_non_null(strstr(p->err.message, "00123"));
        empty(p->folder);
    }
    result_clear(&p->r);
    result_init(&p->r);
    p->r.area[0].name = "B\xE1\xBA";
    result_build(&p->r, "EPSG:3405", 1, 1, NULL, 0);
    for (size_t i = 0; i < N_FILES; i++)
        assert_int_equal(write_to(p, all_files[i], 0), COV_ERR_INPUT);
    assert_int_equal(count_entries(p->folder), 0);
}

/* ---------------------------------------------------------------- columns */

static void column_names(void **state)
{
    static const cov_indicator asked[] = {{"4g & no vnpt", "4g/viettel & !fiber/vnpt"},
                                          {"cáp quang", "any(fiber/*)"}};
    place *p = *state;
    rebuild(p, 1, 1, asked, 2);
    for (size_t i = 0; i < N_FILES; i++) {
        if (strcmp(all_files[i], "r.shp") == 0)
            continue;
        assert_written(p, all_files[i]);
        GDALDatasetH ds = open_file(in(p, all_files[i]));
        OGRFeatureDefnH d = OGR_L_GetLayerDefn(GDALDatasetGetLayer(ds, 0));
        assert_true(OGR_FD_GetFieldIndex(d, "4g___no_vnpt_n") >= 0);
        assert_true(OGR_FD_GetFieldIndex(d, "cáp_quang_pct") >= 0);
        GDALClose(ds);
    }
    assert_written(p, "r.shp");
    json_t *json = assert_sidecar(p, "r.shp.libcov.json");
    json_t *columns = json_object_get(json, "columns");
    assert_string_equal(json_string_value(json_object_get(columns, "4g___1_n")), "4g___no_vnpt_n");
    assert_string_equal(json_string_value(json_object_get(columns, "cáp_2_n")), "cáp_quang_n");
    json_decref(json);
}

static void assert_collision(place *p, const char *word)
{
    for (size_t i = 0; i < N_FILES; i++) {
        assert_int_equal(write_to(p, all_files[i], 0), COV_ERR_ARGUMENT);
        assert_non_null(strstr(p->err.message, word));
    }
    assert_int_equal(count_entries(p->folder), 0);
}

static void columns_that_collide(void **state)
{
    static const cov_indicator folded[] = {{"a/b", "fiber"}, {"A b", "4g"}};
    static const cov_indicator level[] = {{"a", "fiber"}};
    place *p = *state;
    rebuild(p, 1, 1, folded, 2);
    assert_collision(p, "\"A_b_n\"");
    rebuild(p, 1, 1, level, 1);
    p->r.sheet.id_column = "LEVEL";
    assert_collision(p, "\"level\"");
    p->r.sheet.id_column = "a_n";
    assert_collision(p, "\"a_n\"");
    p->r.sheet.id_column = "ten_xa";
    assert_collision(p, "\"ten_xa\"");
    p->r.sheet.id_column = "Ma_Huyen";
    assert_collision(p, "\"ma_huyen\"");
    p->r.sheet.id_column = "households";
    assert_collision(p, "\"households\"");
}

/* Columns that GDAL or the format would like to have for itself. */
static void columns_of_others(void **state)
{
    static const char *const names[] = {"fid",        "FID",   "geom", "id",  "geometry", "type",
                                        "wkt",        "WKT",   "x",    "lon", "ogc_fid",  "=id",
                                        "properties", "rowid", "a b",  "tên", "bbox"};
    place *p = *state;
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        char name[32];
        snprintf(name, sizeof name, "%s", names[k]);
        p->r.sheet.id_column = name;
        for (size_t i = 0; i < N_FILES; i++) {
            assert_written(p, all_files[i]);
            GDALDatasetH ds = open_file(in(p, all_files[i]));
            OGRFeatureH f = OGR_L_GetNextFeature(GDALDatasetGetLayer(ds, 0));
            int is_inert = name[0] == '=' && strstr(all_files[i], ".csv") != NULL;
            assert_string_equal(text_at(f, is_inert ? "'=id" : name), "00123");
            OGR_F_Destroy(f);
            GDALClose(ds);
        }
        empty(p->folder);
    }
}

static void shapefile_names(void **state)
{
    static const cov_indicator asked[] = {{"fiber/viettel", NULL}, {"fiber1", "4g/viettel"}};
    static const cov_indicator taken[] = {
        {"fiber1", "4g/viettel"}, {"fibe3", "fiber"}, {"fiber_all", "fiber/vnpt"},
        {"fiber3", "fiber"},      {"fib3", "fiber"},  {"fi3", "fiber"},
        {"f3", "fiber"},          {"3", "fiber"}};
    place *p = *state;
    cov_indicator first[2] = {{"fiber/viettel", "fiber/viettel"}, asked[1]};
    rebuild(p, 1, 1, taken, 8);
    assert_int_equal(write_to(p, "r.shp", 0), COV_ERR_LIMIT);
    assert_non_null(strstr(p->err.message, "\"fiber_all_n\""));
    assert_int_equal(count_entries(p->folder), 0);
    rebuild(p, 1, 1, first, 2);
    assert_written(p, "r.shp");
    json_t *json = assert_sidecar(p, "r.shp.libcov.json");
    json_t *columns = json_object_get(json, "columns");
    assert_string_equal(json_string_value(json_object_get(columns, "fibe1_n")), "fiber_viettel_n");
    json_decref(json);
    empty(p->folder);

    result_clear(&p->r);
    result_init(&p->r);
    p->r.layer.id_column = "administrative_code";
    p->r.layer.name_column = "administrative_name";
    p->r.levels[0] = "administrative_parent";
    p->r.levels[1] = "ADMINISTRative_top";
    result_build(&p->r, "EPSG:3405", 1, 1, NULL, 0);
    assert_written(p, "r.shp");
    GDALDatasetH ds = open_file(in(p, "r.shp"));
    OGRFeatureH f = OGR_L_GetNextFeature(GDALDatasetGetLayer(ds, 0));
    assert_string_equal(text_at(f, "administra"), "00123");
    assert_string_equal(text_at(f, "administr2"), "Xã Vĩnh Hậu A");
    assert_string_equal(text_at(f, "administr3"), "01");
    assert_string_equal(text_at(f, "ADMINISTR4"), "95");
    OGR_F_Destroy(f);
    GDALClose(ds);
}

/* ---------------------------------------------------------------- same bytes */

static char *written_bytes(place *p, size_t *size)
{
    for (size_t i = 0; i < N_FILES; i++)
        assert_written(p, all_files[i]);
    char *all = all_bytes(p->folder, size);
    empty(p->folder);
    return all;
}

enum { SAME, DIFFERENT, NO_LOCALE };

static int compare_under_comma(place *p, const char *wanted_bytes, size_t wanted_size)
{
    size_t size;
    if (!set_comma_locale(p->folder))
        return NO_LOCALE;
    empty(p->folder);
    rebuild(p, 1000, 1, NULL, 0); /* also its manifest */
    char *found = written_bytes(p, &size);
    int same = size == wanted_size && memcmp(found, wanted_bytes, size) == 0;
    free(found);
    return same ? SAME : DIFFERENT;
}

static void same_bytes(void **state)
{
    place *p = *state;
    size_t one, two;
    int status = 0;
    rebuild(p, 1000, 1, NULL, 0);
    char *first = written_bytes(p, &one);
    struct timespec pause = {1, 100000000};
    nanosleep(&pause, NULL); /* so that a time in the file would show */
    char *second = written_bytes(p, &two);
    assert_true(one > 100000 && one == two && memcmp(first, second, one) == 0);
    free(second);

    /* In a child, so that the locale stays there. */
    pid_t child = fork();
    if (child == 0)
        _exit(compare_under_comma(p, first, one));
    waitpid(child, &status, 0);
    free(first);
    assert_true(WIFEXITED(status));
    assert_int_not_equal(WEXITSTATUS(status), DIFFERENT);
    if (WEXITSTATUS(status) == NO_LOCALE)
        print_message("# no locale with a decimal comma here\n");
}

/* The last line of defence: a file that lost its end does not pass. */
static void a_cut_file_is_noticed(void **state)
{
    static const char *const files[] = {"r.geojson", "r.geojsonl", "r.fgb", "r.csv", "r.gpkg"};
    place *p = *state;
    const cov_phases phases = cov_phases_start(NULL, NULL);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const cov_format *format = NULL;
        cov_fields fields;
        struct stat st;
        assert_written(p, files[i]);
        assert_int_equal(stat(p->path, &st), 0);
        assert_int_equal(cov_format_find(NULL, p->path, &format, &p->err), COV_OK);
        assert_int_equal(cov_fields_create(&p->r.sheet, format, &fields, &p->err), COV_OK);
        cov_status s = cov_proof_read(p->path, "x", &p->r.sheet, &p->r.layer, &fields, format,
                                      &phases, &p->err);
        assert_int_equal(s, COV_OK);
        /* The last pages of a GeoPackage are those of its spatial index. */
        off_t most = strcmp(files[i], "r.gpkg") == 0 ? st.st_size / 2 : st.st_size - 3;
        for (off_t size = most; size >= 0; size -= 1 + size / 12) {
            assert_int_equal(truncate(p->path, size), 0);
            s = cov_proof_read(p->path, "x", &p->r.sheet, &p->r.layer, &fields, format, &phases,
                               &p->err);
            assert_int_equal(s, COV_ERR_IO);
        }
        cov_fields_clear(&fields);
    }
}

static void areas_without_crs(void **state)
{
    place *p = *state;
    result_clear(&p->r);
    result_init(&p->r);
    result_build(&p->r, NULL, 1, 1, NULL, 0);
    assert_int_equal(write_to(p, "r.geojson", 0), COV_ERR_CRS);
    assert_int_equal(write_to(p, "r.shp", 0), COV_OK);
    assert_int_equal(access(in(p, "r.prj"), F_OK), -1);
    assert_int_equal(write_to(p, "r.csv", 0), COV_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(geojson),           TEST(geojsonseq),
        TEST(geopackage),        TEST(flatgeobuf),
        TEST(shapefile),         TEST(csv),
        TEST(decimals),          TEST(large_numbers),
        TEST(strange_texts),     TEST(texts_that_do_not_fit),
        TEST(column_names),      TEST(columns_that_collide),
        TEST(columns_of_others), TEST(shapefile_names),
        TEST(same_bytes),        TEST(a_cut_file_is_noticed),
        TEST(areas_without_crs),
    };
    cov_gdal_init();
    CPLSetErrorHandler(CPLQuietErrorHandler);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
