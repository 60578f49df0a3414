/* Condition: how it is written, and what the cells of a row say to it.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#define _LARGEFILE64_SOURCE
#include "layers.h"

#include <locale.h>
#include <math.h>

#include "io/condition.h"

static int reset(void **state)
{
    (void)state;
    cov_gdal_init();
    remove_all();
    return 0;
}

static cov_layer open_table(const char *path, cov_notes *notes)
{
    const cov_source source = {path, NULL, NULL, NULL};
    const cov_policy policy = {0};
    cov_layer l;
    cov_error err;
    if (cov_layer_open_table(&source, &policy, notes, &l, &err) != COV_OK)
        fail_msg("%s", err.message);
    return l;
}

/* The replies of the rows to a condition: 'n', 'y', '?', or '!' for an error, which ends them. */
static void ask_rows(const char *path, const char *text, char *replies, cov_error *err)
{
    cov_notes notes = COV_NOTES_INIT;
    cov_layer l = open_table(path, &notes);
    cov_condition *c = NULL;
    OGRFeatureH f = NULL;
    if (cov_condition_create(text, &l, &c, err) != COV_OK)
        fail_msg("%s: %s", text, err->message);
    while (cov_layer_next(&l, &f, err) == COV_OK && f != NULL) {
        cov_reply reply = COV_REPLY_NO;
        const cov_record record = cov_layer_record(&l, f);
        cov_status s = cov_condition_ask(c, &record, &reply, err);
        *replies++ = s != COV_OK ? '!' : "ny?"[reply];
        OGR_F_Destroy(f);
        if (s != COV_OK)
            break;
    }
    *replies = '\0';
    cov_condition_free(c);
    cov_layer_close(&l);
    cov_notes_clear(&notes);
}

static void expect(const char *path, const char *text, const char *expected)
{
    char replies[64];
    cov_error err = {0};
    ask_rows(path, text, replies, &err);
    if (strcmp(replies, expected) != 0)
        fail_msg("%s: %s, not %s %s", text, replies, expected, err.message);
}

/* ---------------------------------------------------------------- a CSV */

static void put_csv(void)
{
    put_text(HERE "a.csv", "id,speed,code,net,All Premises,a&b,a=b\n"
                           "1,25,00123,viettel,1,x,1\n"
                           "2,100,123,VNPT,2,y,2\n"
                           "3, 1000.0 ,0123,it's,,x,1\n"
                           "4,,,,3,,\n"
                           "5,1e2,123.0, viettel ,1e0,x,3\n");
}

static void texts_that_are_numbers_compare_as_such(void **state)
{
    (void)state;
    put_csv();
    const char *path = HERE "a.csv";
    expect(path, "speed>=100", "nyy?y");
    expect(path, "speed > 100", "nny?n");
    expect(path, " SPEED<100 ", "ynn?n");
    expect(path, "speed<=+100.00", "yyn?y");
    expect(path, "speed=100", "nyn?y");
    expect(path, "speed==1E2", "nyn?y");
    expect(path, "speed!=100", "yny?n");
    expect(path, "speed>99.99999999999999999999", "nyy?y");
    expect(path, "speed<100.00000000000000000001", "yyn?y");
    expect(path, "speed>-1", "yyy?y");
    expect(path, "All Premises >= 2", "ny?yn");
    expect(path, "\"All Premises\" < 2", "yn?ny");
}

static void codes_and_texts_compare_by_their_bytes(void **state)
{
    (void)state;
    put_csv();
    const char *path = HERE "a.csv";
    expect(path, "code=123", "yyy?y"); /* a number: zeros before it are nothing */
    expect(path, "code='123'", "nyn?n");
    expect(path, "code=00123", "ynn?n"); /* a code */
    expect(path, "code!='123'", "yny?y");
    expect(path, "code!=0123", "yyn?y");
    expect(path, "net=viettel", "ynn?y"); /* blanks around a cell are nothing */
    expect(path, "net=Viettel", "nnn?n");
    expect(path, "net = 'it''s'", "nny?n");
    expect(path, "net=it's", "nny?n");
    expect(path, "net!=VNPT", "yny?y");
    expect(path, "net=123", "nnn?n"); /* no cell is a number */
    expect(path, "net!=123", "yyy?y");
    expect(path, "net>='it'", "yny?y");
    expect(path, "net<'viettel'", "nyy?n");
    expect(path, "net<='viettel'", "yyy?y");
    expect(path, "net>'viettel'", "nnn?n");
    expect(path, "net<'viettel2'", "yyy?y");
}

static void odd_columns_stand_in_quotes(void **state)
{
    (void)state;
    put_csv();
    const char *path = HERE "a.csv";
    expect(path, "\"a&b\"=x", "yny?y");
    expect(path, "\"a=b\"=1", "yny?n");
    expect(path, "net='x&y' & speed>1", "nnn?n");
    put_text(
        HERE "q.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":null,"
        "\"properties\":{\"say \\\"hi\\\"\":\"a\"}}]}");
    expect(HERE "q.geojson", "\"say \"\"hi\"\"\"=a", "y");
}

static void parts_are_joined_as_kleene_says(void **state)
{
    (void)state;
    /* every pair of replies, in a and in b */
    put_text(HERE "k.csv", "a,b\n0,0\n0,1\n0,\n1,0\n1,1\n1,\n,0\n,1\n,\n");
    expect(HERE "k.csv", "a=1 & b=1", "nnnny?n??");
    expect(HERE "k.csv", "b=1&a=1", "nnnny?n??");
    expect(HERE "k.csv", "a=1 & b=1 & a=1", "nnnny?n??");
    expect(HERE "k.csv", "a=1 & a=0", "nnnnnn???");
}

/* ---------------------------------------------------------------- typed columns */

static void put_typed(const char *driver, const char *path, OGRwkbGeometryType type)
{
    static const struct {
        int64_t whole;
        double real;
        int flag;
    } rows[] = {{9007199254740993, 0.1, 1}, {-5, 100, 0}, {0, INFINITY, 0}, {7, NAN, 1}};
    GDALDatasetH d = GDALCreate(GDALGetDriverByName(driver), path, 0, 0, 0, GDT_Unknown, NULL);
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    assert_int_equal(OSRSetFromUserInput(srs, "EPSG:4326"), OGRERR_NONE);
    char **options = type != wkbNone ? CSLSetNameValue(NULL, "SPATIAL_INDEX", "NO") : NULL;
    OGRLayerH l = GDALDatasetCreateLayer(d, "t", srs, type, options);
    static const char *const names[] = {"whole", "real", "flag", "text", "day"};
    static const OGRFieldType types[] = {OFTInteger64, OFTReal, OFTInteger, OFTString, OFTDate};
    for (int k = 0; k < 5; k++) {
        OGRFieldDefnH f = OGR_Fld_Create(names[k], types[k]);
        if (k == 2)
            OGR_Fld_SetSubType(f, OFSTBoolean);
        assert_int_equal(OGR_L_CreateField(l, f, TRUE), OGRERR_NONE);
        OGR_Fld_Destroy(f);
    }
    for (size_t i = 0; i < 5; i++) {
        OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(l));
        if (i < 4) {
            OGR_F_SetFieldInteger64(f, 0, rows[i].whole);
            OGR_F_SetFieldDouble(f, 1, rows[i].real);
            OGR_F_SetFieldInteger(f, 2, rows[i].flag);
            OGR_F_SetFieldString(f, 3, i == 0 ? "2025-01-31" : "2024-12-31");
        }
        if (type != wkbNone) {
            char at[] = "POINT(1 1)", *wkt = at;
            OGRGeometryH g = NULL;
            assert_int_equal(OGR_G_CreateFromWkt(&wkt, NULL, &g), OGRERR_NONE);
            OGR_F_SetGeometryDirectly(f, g);
        }
        assert_int_equal(OGR_L_CreateFeature(l, f), OGRERR_NONE);
        OGR_F_Destroy(f);
    }
    GDALClose(d);
    CSLDestroy(options);
    OSRRelease(srs);
}

static void columns_of_numbers_compare_exactly(void **state)
{
    (void)state;
    const char *path = HERE "t.gpkg";
    put_typed("GPKG", path, wkbNone);
    expect(path, "whole=9007199254740993", "ynnn?");
    expect(path, "whole>9007199254740992", "ynnn?"); /* the same as a double */
    expect(path, "whole<0.5", "nyyn?");
    expect(path, "whole!=-5", "ynyy?");
    expect(path, "real=0.1", "ynn??");
    expect(path, "real>=0.10000000000000001", "nyy??");
    expect(path, "real>1e300", "nny??");
    expect(path, "real!=100", "yny??");
    expect(path, "flag=1", "ynny?");
    expect(path, "text>='2025-01-01'", "ynnn?");
    expect(path, "text!='2025-01-31'", "nyyy?");
}

/* Formats that keep NaN: data frames write it for a null. */
static void not_a_number_is_an_empty_cell(void **state)
{
    (void)state;
    put_typed("FlatGeobuf", HERE "t.fgb", wkbPoint);
    expect(HERE "t.fgb", "real>=0", "yyy??");
    cov_notes notes = COV_NOTES_INIT;
    cov_layer l = open_table(HERE "t.fgb", &notes);
    cov_column real;
    OGRFeatureH f = NULL;
    cov_error err;
    char replies[8], *at = replies;
    assert_int_equal(cov_column_find(&l, "real", "service column", &real, &err), COV_OK);
    while (cov_layer_next(&l, &f, &err) == COV_OK && f != NULL) {
        cov_reply reply = COV_REPLY_NO;
        const cov_record record = cov_layer_record(&l, f);
        assert_int_equal(cov_column_answer(&real, &record, &reply, &err), COV_OK);
        *at++ = "ny?"[reply];
        OGR_F_Destroy(f);
    }
    *at = '\0';
    assert_string_equal(replies, "yyy??");
    cov_layer_close(&l);
    cov_notes_clear(&notes);
}

/* ---------------------------------------------------------------- what is refused */

static void refuse(const char *path, const char *text, const char *says)
{
    cov_notes notes = COV_NOTES_INIT;
    cov_layer l = open_table(path, &notes);
    cov_condition *c = NULL;
    cov_error err = {0};
    if (cov_condition_create(text, &l, &c, &err) != COV_ERR_INPUT)
        fail_msg("%s is taken", text);
    assert_null(c);
    assert_says(&err, CPLGetFilename(path));
    assert_says(&err, says);
    cov_layer_close(&l);
    cov_notes_clear(&notes);
}

static void bad_conditions_are_refused(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"", "without a column"},
        {"=1", "without a column"},
        {"\"\"=1", "without a column"},
        {"speed", "without one of the operators"},
        {"speed & code=1", "without one of the operators"},
        {"speed <> 1", "without one of the operators"},
        {"speed => 1", "without one of the operators"},
        {"speed ! 1", "without one of the operators"},
        {"\"speed\" x = 1", "without one of the operators"},
        {"speed=", "without a value"},
        {"speed= & code=1", "without a value"},
        {"speed=''", "without a value"},
        {"net=' '", "an empty cell is unknown"},
        {"speed=1 &", "without a column"},
        {"speed=1 && code=1", "without a column"},
        {"speed=1 and code=1", "join its parts by &"},
        {"speed=1 || code=1", "join its parts by &"},
        {"net='a' or net='b'", "join its parts by &"},
        {"net='a", "never closed"},
        {"\"net=a", "never closed"},
        {"net=\"a\"", "'single'"},
        {"speed>=100Mbps", "orders by something that is no number"},
        {"speed>=1,000", "orders by something that is no number"},
        {"code<00123", "orders by something that is no number"},
        {"code>=0050", "orders by something that is no number"},
        {"speed>='100'", "'25' comes after '100'"},
        {"fast>1", "no column of the condition \"fast\" among its columns: id, speed"},
    };
    put_csv();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refuse(HERE "a.csv", bad[i][0], bad[i][1]);
    put_typed("GPKG", HERE "t.gpkg", wkbNone);
    refuse(HERE "t.gpkg", "whole=seven", "\"whole\", which holds numbers");
    refuse(HERE "t.gpkg", "whole='7'", "\"whole\", which holds numbers");
    refuse(HERE "t.gpkg", "real=007", "\"real\", which holds numbers");
    refuse(HERE "t.gpkg", "flag=true", "for true and false 1 and 0");
    refuse(HERE "t.gpkg", "day='2025-01-31'", "type Date");
}

static void a_cell_that_is_no_number_is_named(void **state)
{
    (void)state;
    char replies[8];
    cov_error err = {0};
    put_text(HERE "b.csv", "id,speed\n1,100\n2,\n3,n/a\n4,7\n");
    ask_rows(HERE "b.csv", "id>0 & speed>=100", replies, &err);
    assert_string_equal(replies, "y?!");
    assert_int_equal(err.code, COV_ERR_INPUT);
    static const char *const facts[] = {"b.csv, feature 3", "\"n/a\"", "\"speed\"", "speed>=100"};
    for (size_t i = 0; i < 4; i++)
        assert_says(&err, facts[i]);
    static const char *const garbage[] = {"nan", "inf", "1 000", "\"1,5\"", "0x64", "100Mbps"};
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "id,speed\n1,%s\n", garbage[i]);
        put_text(HERE "b.csv", text);
        ask_rows(HERE "b.csv", "speed<1", replies, &err);
        assert_string_equal(replies, "!");
        expect(HERE "b.csv", "speed=1", "n");
        expect(HERE "b.csv", "speed!=1", "y");
    }
    /* what stands behind a no is not asked, and may be anything */
    put_text(HERE "b.csv", "tech,speed\n10,fast\n50,100\n");
    expect(HERE "b.csv", "tech=50 & speed>=100", "ny");
    ask_rows(HERE "b.csv", "speed>=100 & tech=50", replies, &err);
    assert_string_equal(replies, "!");
}

/* Any text is taken or refused, and what is taken can be asked. */
static void no_text_does_harm(void **state)
{
    (void)state;
    static const char *const pieces[] = {"speed", "code", "net", "=",  "==", "!=", "<", ">=", "&",
                                         "'",     "\"",   " ",   "00", "1",  "-",  ".", "e9", "x"};
    uint64_t seed = 3;
    size_t n_taken = 0;
    put_csv();
    cov_notes notes = COV_NOTES_INIT;
    cov_layer l = open_table(HERE "a.csv", &notes);
    OGRFeatureH f = NULL;
    cov_error err;
    assert_int_equal(cov_layer_next(&l, &f, &err), COV_OK);
    for (int i = 0; i < 30000; i++) {
        char text[128] = "";
        cov_condition *c = NULL;
        cov_reply reply;
        for (int k = 0; k < i % 12; k++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            strcat(text, pieces[(seed >> 33) % (sizeof pieces / sizeof pieces[0])]);
        }
        char *exact = malloc(strlen(text) + 1); /* nothing behind its end */
        assert_non_null(exact);
        strcpy(exact, text);
        if (cov_condition_create(exact, &l, &c, &err) == COV_OK) {
            assert_true(cov_condition_is(exact));
            free(exact);
            const cov_record record = cov_layer_record(&l, f);
            cov_status status = cov_condition_ask(c, &record, &reply, &err);
            assert_true(status == COV_OK || status == COV_ERR_INPUT); /* net<1 */
            n_taken++;
        } else {
            free(exact);
            assert_int_equal(err.code, COV_ERR_INPUT);
        }
        cov_condition_free(c);
    }
    assert_true(n_taken > 100);
    OGR_F_Destroy(f);
    cov_layer_close(&l);
    cov_notes_clear(&notes);
}

static void the_locale_changes_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"vi_VN.UTF-8", "de_DE.UTF-8", "fr_FR.UTF-8"};
    for (size_t i = 0; i < 3 && setlocale(LC_NUMERIC, names[i]) == NULL; i++)
        ;
    put_text(HERE "a.csv", "id,speed\n1,1.5\n2,1.4\n");
    put_typed("GPKG", HERE "t.gpkg", wkbNone);
    expect(HERE "a.csv", "speed>=1.5", "yn");
    expect(HERE "t.gpkg", "real=0.1", "ynn??");
    setlocale(LC_NUMERIC, "C");
}

static void an_operator_makes_a_condition(void **state)
{
    (void)state;
    assert_true(cov_condition_is("a>=1") && cov_condition_is("a=b") && cov_condition_is("a!"));
    assert_false(cov_condition_is("fiber_vt") || cov_condition_is("All Premises & more"));
}

int main(void)
{
    CPLSetErrorHandler(loud);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(texts_that_are_numbers_compare_as_such, reset),
        cmocka_unit_test_setup(codes_and_texts_compare_by_their_bytes, reset),
        cmocka_unit_test_setup(odd_columns_stand_in_quotes, reset),
        cmocka_unit_test_setup(parts_are_joined_as_kleene_says, reset),
        cmocka_unit_test_setup(columns_of_numbers_compare_exactly, reset),
        cmocka_unit_test_setup(not_a_number_is_an_empty_cell, reset),
        cmocka_unit_test_setup(bad_conditions_are_refused, reset),
        cmocka_unit_test_setup(a_cell_that_is_no_number_is_named, reset),
        cmocka_unit_test_setup(no_text_does_harm, reset),
        cmocka_unit_test_setup(the_locale_changes_nothing, reset),
        cmocka_unit_test_setup(an_operator_makes_a_condition, reset),
    };
    return cmocka_run_group_tests_name("condition", tests, NULL, NULL);
}
