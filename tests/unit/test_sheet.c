/* Sheets of several bases with unknowns, targets and ratios: every format read back by GDAL.
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "arrow/export.h"
#include "io/unanswered.h"
#include "place.h"
#include "same_cell.h"
#include "sheet.h"
#include "sheet/unanswered.h"

/* Rows 1, 2, district 01, the total; in a shapefile; then what is expected there. */
static const struct {
    const char *full, *brief, *value[4];
} columns[] = {
    {"ma_xa", "ma_xa", {"00123", "00124", "null", "null"}},
    {"ten_xa", "ten_xa", {NULL, NULL, "null", "null"}},
    {"ma_huyen", "ma_huyen", {"01", "01", "01", "null"}},
    {"ma_tinh", "ma_tinh", {"95", "95", "95", "null"}},
    {"level", "level", {"area", "area", "ma_huyen", "total"}},
    {"households", "households", {"5", "3", "8", "9"}},
    {"fiber_n", "fiber_n", {"3", "1", "4", "4"}},
    {"fiber_pct", "fiber_pct", {"60", "33.3333", "50", "44.4444"}},
    {"4g_viettel_n", "4g_vi2_n", {"0", "1", "1", "1"}},
    {"4g_viettel_pct", "4g_vi2_pct", {"0", "100", "16.6667", "14.2857"}},
    {"4g_viettel_unknown", "4g_vi2_unk", {"0", "2", "2", "2"}},
    {"persons", "persons", {"17.75", "11.125", "28.875", "30.875"}},
    {"persons_fiber_n", "perso3_n", {"10.5", "3.125", "13.625", "13.625"}},
    {"persons_fiber_pct", "perso3_pct", {"59.1549", "28.0899", "47.1861", "44.1296"}},
    {"persons_4g_viettel_n", "perso4_n", {"0", "3.125", "3.125", "3.125"}},
    {"persons_4g_viettel_pct", "perso4_pct", {"0", "28.0899", "10.8225", "10.1215"}},
    {"schools", "schools", {"1", "1", "2", "2"}},
    {"schools_fiber_n", "schoo5_n", {"1", "0", "1", "1"}},
    {"schools_fiber_pct", "schoo5_pct", {"100", "0", "50", "50"}},
    {"area_km2", "area_km2", {"1.000001", "2.5", "3.500001", "3.500004"}},
    {"area_fiber_n", "area_7_n", {"1.000001", "0", "1.000001", "1.000001"}},
    {"area_fiber_pct", "area_7_pct", {"100", "0", "28.5714", "28.5714"}},
    {"area_4g_viettel_n", "area_8_n", {"0", "0", "0", "0"}},
    {"area_4g_viettel_pct", "area_8_pct", {"0", "0", "0", "0"}},
    {"fiber_missing", "fiber_mis", {"1", "2", "3", "4"}},
    {"4g_viettel_80pct_missing", "4g_v10_mis", {"4", "0", "4", "5"}},
    {"4g_viettel_66.5pct_missing", "4g_v11_mis", {"4", "0", "3", "4"}},
    {"teams_n", "teams_n", {"1", "null", "1", "3"}},
    {"teams_of", "teams_of", {"2", "null", "2", "4"}},
    {"teams_pct", "teams_pct", {"50", "null", "50", "75"}},
    {"subs_n", "subs_n", {"9", "12", "21", "21"}},
    {"subs_of", "subs_of", {"17.75", "11.125", "28.875", "30.875"}},
    {"subs_per100", "subs_per", {"50.7042", "107.8652", "72.7273", "68.0162"}},
};
#define N_COLUMNS (sizeof columns / sizeof columns[0])
static const size_t shown[4] = {0, 1, 4, 8};

static full f;

/* ---------------------------------------------------------------- every format */

static void assert_columns(OGRLayerH layer, int brief)
{
    OGRFeatureDefnH d = OGR_L_GetLayerDefn(layer);
    assert_int_equal(OGR_FD_GetFieldCount(d), N_COLUMNS);
    for (size_t i = 0; i < N_COLUMNS; i++)
        assert_string_equal(OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(d, (int)i)),
                            brief ? columns[i].brief : columns[i].full);
}

static void assert_values(OGRFeatureH feature, size_t k, int brief)
{
    for (size_t i = 0; i < N_COLUMNS; i++) {
        const char *name = brief ? columns[i].brief : columns[i].full;
        const char *want = columns[i].value[k];
        if (want != NULL && i <= 4)
            assert_string_equal(text_at(feature, name), want);
        else if (want != NULL)
            assert_number(feature, name, want);
    }
}

static void every_format_holds_everything(void **state)
{
    place *p = *state;
    full_build(&f, &p->r);
    for (size_t i = 0; i < N_FILES; i++) {
        int brief = strstr(all_files[i], ".shp") != NULL;
        int areas_only = strstr(all_files[i], ".fgb") != NULL;
        assert_written(p, all_files[i]);
        GDALDatasetH ds = open_file(in(p, all_files[i]));
        OGRLayerH layer = GDALDatasetGetLayer(ds, 0);
        assert_columns(layer, brief);
        OGRFeatureH feature;
        for (size_t row = 0, k = 0; (feature = OGR_L_GetNextFeature(layer)) != NULL; row++) {
            if (k < 4 && shown[k] == row)
                assert_values(feature, k++, brief);
            OGR_F_Destroy(feature);
            if (areas_only)
                assert_true(row < N_RESULT_AREAS);
        }
        GDALClose(ds);
    }
    full_clear(&f);
}

/* A GeoPackage keeps the types: whole numbers are whole in both. */
static void streams_hold_what_files_hold(void **state)
{
    static const char *const files[] = {"r.geojson", "r.gpkg"};
    place *p = *state;
    struct ArrowArrayStream stream = {0};
    full_build(&f, &p->r);
    assert_int_equal(cov_sheet_to_arrow(&p->r.sheet, NULL, &stream, &p->err), COV_OK);
    flow all = flow_read(&stream);
    assert_int_equal(all.rows.n_children, N_COLUMNS);
    assert_int_equal(all.rows.length, N_ROWS);
    for (size_t k = 0; k < 2; k++) {
        assert_written(p, files[k]);
        GDALDatasetH ds = open_file(in(p, files[k]));
        OGRLayerH layer = GDALDatasetGetLayer(ds, 0);
        OGRFeatureDefnH d = OGR_L_GetLayerDefn(layer);
        for (size_t row = 0; row < N_ROWS; row++) {
            OGRFeatureH feature = OGR_L_GetNextFeature(layer);
            assert_non_null(feature);
            for (size_t i = 0; i < N_COLUMNS; i++) {
                OGRFieldType type = OGR_Fld_GetType(OGR_FD_GetFieldDefn(d, (int)i));
                assert_string_equal(flow_name(&all, i), columns[i].full);
                assert_same_cell(&all, i, row, feature);
                if (k == 1)
                    assert_int_equal(all.schema.children[i]->format[0], type == OFTString ? 'u'
                                                                        : type == OFTReal ? 'g'
                                                                                          : 'l');
            }
            OGR_F_Destroy(feature);
        }
        GDALClose(ds);
    }
    flow_release(&all);
    full_clear(&f);
}

/* What no file is told, a stream isn't either. */
static void streams_are_refused_like_files(void **state)
{
    place *p = *state;
    struct ArrowArrayStream stream = {0};
    full_build(&f, &p->r);
    f.base[1].name = "LEVEL";
    assert_int_equal(cov_sheet_to_arrow(&p->r.sheet, NULL, &stream, &p->err), COV_ERR_ARGUMENT);
    assert_non_null(strstr(p->err.message, "\"LEVEL\""));
    f.base[1].name = "persons";
    f.row[1][0] = (cov_ratio){UINT64_C(1000000000), 1, 1, 1000, 1, 0};
    assert_int_equal(cov_sheet_to_arrow(&p->r.sheet, NULL, &stream, &p->err), COV_ERR_LIMIT);
    assert_non_null(strstr(p->err.message, "\"subs_per100\""));
    assert_null(stream.release);
    full_clear(&f);
}

static json_t *sidecar_of(place *p, const char *name)
{
    size_t size;
    char *text = slurp(in(p, name), &size);
    assert_non_null(text);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    free(text);
    return json;
}

/* Rows without a shape, and full names, stand beside the file. */
static void sidecars_hold_the_rest(void **state)
{
    place *p = *state;
    full_build(&f, &p->r);
    assert_written(p, "r.fgb");
    assert_written(p, "r.shp");
    json_t *json = sidecar_of(p, "r.fgb.libcov.json");
    json_t *beside = json_object_get(json, "rows");
    assert_int_equal(json_array_size(beside), 5);
    for (size_t k = 2; k < 4; k++) {
        json_t *row = json_array_get(beside, shown[k] - N_RESULT_AREAS);
        for (size_t i = 5; i < N_COLUMNS; i++) {
            const json_t *value = json_object_get(row, columns[i].full);
            assert_true(json_is_number(value));
            assert_true(json_number_value(value) == CPLAtof(columns[i].value[k]));
        }
    }
    json_decref(json);
    json = sidecar_of(p, "r.shp.libcov.json");
    json_t *names = json_object_get(json, "columns");
    size_t different = 0;
    for (size_t i = 0; i < N_COLUMNS; i++) {
        const char *name = json_string_value(json_object_get(names, columns[i].brief));
        int same = strcmp(columns[i].full, columns[i].brief) == 0;
        different += !same;
        assert_true(same ? name == NULL : name != NULL && strcmp(name, columns[i].full) == 0);
    }
    assert_int_equal(json_object_size(names), different);
    json_decref(json);
    full_clear(&f);
}

/* ---------------------------------------------------------------- bases */

static void the_first_base_keeps_its_columns(void **state)
{
    place *p = *state;
    full_build(&f, &p->r);
    p->r.sheet.base = &f.base[2]; /* schools, 4g unknown for all of them */
    p->r.sheet.n_bases = 2;
    p->r.sheet.n_targets = 0;
    p->r.sheet.ratios = NULL;
    assert_written(p, "r.gpkg");
    GDALDatasetH ds = open_file(in(p, "r.gpkg"));
    OGRLayerH layer = GDALDatasetGetLayer(ds, 0);
    OGRFeatureH row = OGR_L_GetNextFeature(layer);
    assert_number(row, "schools", "1");
    assert_number(row, "4g_viettel_n", "0");
    assert_number(row, "4g_viettel_pct", "null");
    assert_number(row, "4g_viettel_unknown", "1");
    assert_number(row, "area_fiber_n", "1.000001");
    OGR_F_Destroy(row);
    GDALClose(ds);
    /* Of a share that nobody knows nobody knows what is missing. */
    f.target[0].indicator = 1;
    p->r.sheet.n_targets = 1;
    p->r.sheet.target = f.target;
    assert_written(p, "r.csv");
    ds = open_file(in(p, "r.csv"));
    row = OGR_L_GetNextFeature(GDALDatasetGetLayer(ds, 0));
    assert_number(row, "4g_viettel_missing", "null");
    OGR_F_Destroy(row);
    GDALClose(ds);
    /* With a unit it is told in the first base, too. */
    p->r.sheet.base = &f.base[3];
    p->r.sheet.n_bases = 1;
    assert_written(p, "r.geojsonl");
    ds = open_file(in(p, "r.geojsonl"));
    row = OGR_L_GetNextFeature(GDALDatasetGetLayer(ds, 0));
    assert_number(row, "area_km2", "1.000001");
    assert_number(row, "fiber_n", "1.000001");
    OGR_F_Destroy(row);
    GDALClose(ds);
    full_clear(&f);
}

static void what_is_unanswered_is_noted(void **state)
{
    place *p = *state;
    cov_notes notes = COV_NOTES_INIT;
    int yes = -1;
    full_build(&f, &p->r);
    assert_int_equal(cov_unanswered(f.report[0], 1, &yes, &p->err), COV_OK);
    assert_int_equal(yes, 0);
    assert_int_equal(cov_unanswered(f.report[2], 1, &yes, &p->err), COV_OK);
    assert_int_equal(yes, 1);
    assert_int_equal(cov_unanswered(f.report[2], 0, &yes, &p->err), COV_OK);
    assert_int_equal(yes, 0);
    assert_int_equal(cov_unanswered_note(f.base, N_BASES, &notes, &p->err), COV_OK);
    assert_int_equal(notes.n, 1);
    assert_string_equal(notes.note[0].text,
                        "the base schools has no columns for 4g/viettel: nothing answers that "
                        "there");
    cov_notes_clear(&notes);
    notes = (cov_notes)COV_NOTES_INIT;
    assert_int_equal(cov_unanswered_note(&f.base[2], 2, &notes, &p->err), COV_OK);
    assert_int_equal(notes.n, 0); /* the first base has its columns */
    cov_notes_clear(&notes);
    full_clear(&f);
}

/* No school at all is not the same as nothing known of them. */
static void an_empty_base_keeps_its_columns(void **state)
{
    place *p = *state;
    cov_notes notes = COV_NOTES_INIT;
    full_build(&f, &p->r);
    cov_report_free(f.report[2]);
    cov_tally_free(f.tally[2]);
    const cov_service services[] = {{"fiber", NULL}, {"4g/viettel", NULL}};
    const cov_indicator asked[] = {{NULL, "fiber"}, {NULL, "4g/viettel"}};
    assert_int_equal(cov_tally_create(p->r.layer.areas, services, 2, NULL, &f.tally[2], &p->err),
                     COV_OK);
    assert_int_equal(cov_report_create(f.tally[2], asked, 2, &f.report[2], &p->err), COV_OK);
    f.base[2].report = f.report[2];
    assert_int_equal(cov_unanswered_note(f.base, N_BASES, &notes, &p->err), COV_OK);
    assert_int_equal(notes.n, 0);
    assert_written(p, "r.gpkg");
    GDALDatasetH ds = open_file(in(p, "r.gpkg"));
    OGRFeatureH row = OGR_L_GetNextFeature(GDALDatasetGetLayer(ds, 0));
    assert_number(row, "schools", "0");
    assert_number(row, "schools_4g_viettel_n", "0");
    assert_number(row, "schools_4g_viettel_pct", "null");
    OGR_F_Destroy(row);
    GDALClose(ds);
    full_clear(&f);
}

static void names_of_bases_are_made_safe(void **state)
{
    place *p = *state;
    full_build(&f, &p->r);
    f.base[1].name = "trạm y tế/xã";
    f.ratio[0].name = (char *)"a b";
    f.ratio[1].per = 100000;
    assert_written(p, "r.gpkg");
    GDALDatasetH ds = open_file(in(p, "r.gpkg"));
    OGRFeatureDefnH d = OGR_L_GetLayerDefn(GDALDatasetGetLayer(ds, 0));
    assert_true(OGR_FD_GetFieldIndex(d, "trạm_y_tế_xã") >= 0);
    assert_true(OGR_FD_GetFieldIndex(d, "trạm_y_tế_xã_4g_viettel_pct") >= 0);
    assert_true(OGR_FD_GetFieldIndex(d, "a_b_of") >= 0);
    assert_true(OGR_FD_GetFieldIndex(d, "subs_per100000") >= 0);
    GDALClose(ds);
    full_clear(&f);
}

static void columns_that_collide(void **state)
{
    static const struct {
        const char *base, *ratio, *word;
    } cases[] = {{"LEVEL", "x", "\"LEVEL\""},
                 {"households", "x", "\"households\""},
                 {"persons", "fiber", "\"fiber_n\""},
                 {"persons", "Persons_fiber", "\"Persons_fiber_n\""}};
    place *p = *state;
    full_build(&f, &p->r);
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        f.base[1].name = cases[k].base;
        f.ratio[0].name = (char *)cases[k].ratio;
        for (size_t i = 0; i < N_FILES; i++) {
            assert_int_equal(write_to(p, all_files[i], 0), COV_ERR_ARGUMENT);
            assert_non_null(strstr(p->err.message, cases[k].word));
        }
    }
    /* The same target twice. */
    f.base[1].name = "persons";
    f.ratio[0].name = (char *)"x";
    f.target[2].share = f.target[1].share;
    assert_int_equal(write_to(p, "r.gpkg", 0), COV_ERR_ARGUMENT);
    assert_non_null(strstr(p->err.message, "\"4g_viettel_80pct_missing\""));
    assert_int_equal(count_entries(p->folder), 0);
    full_clear(&f);
}

/* ---------------------------------------------------------------- large numbers */

static void count_more(size_t base, uint64_t weight)
{
    cov_error err = {0};
    const int32_t area = 0;
    const cov_indicator asked[] = {{NULL, "fiber"}, {NULL, "4g/viettel"}};
    cov_points p = COV_POINTS_INIT;
    p.n = 1;
    p.area = &area;
    p.weight = &weight;
    assert_int_equal(cov_tally_push(f.tally[base], &p, &err), COV_OK);
    cov_report_free(f.report[base]);
    assert_int_equal(cov_report_create(f.tally[base], asked, 2, &f.report[base], &err), COV_OK);
    f.base[base].report = f.report[base];
}

/* 8 billion persons by the cell: 5 decimals are left, and the small numbers have no more. */
static void millionths_give_up_decimals(void **state)
{
    place *p = *state;
    full_build(&f, &p->r);
    count_more(3, UINT64_C(8000000000000000));
    for (size_t i = 0; i < N_FILES; i++) {
        int brief = strstr(all_files[i], ".shp") != NULL;
        assert_written(p, all_files[i]);
        GDALDatasetH ds = open_file(in(p, all_files[i]));
        OGRFeatureH row = OGR_L_GetNextFeature(GDALDatasetGetLayer(ds, 0));
        assert_true(CPLAtof(text_at(row, "area_km2")) == 8000000001.0);
        assert_true(CPLAtof(text_at(row, brief ? "area_7_n" : "area_fiber_n")) == 1.0);
        OGR_F_Destroy(row);
        GDALClose(ds);
    }
    empty(p->folder);
    count_more(3, UINT64_C(992000000000000000)); /* 10^12: not even 3 decimals */
    for (size_t i = 0; i < N_FILES; i++)
        assert_int_equal(write_to(p, all_files[i], 0), COV_ERR_LIMIT);
    assert_non_null(strstr(p->err.message, "\"area_km2\""));
    full_clear(&f);
}

static void ratios_that_do_not_fit(void **state)
{
    place *p = *state;
    full_build(&f, &p->r);
    f.row[1][0] = (cov_ratio){UINT64_C(1000000000), 1, 1, 1000, 1, 0};
    assert_int_equal(write_to(p, "r.gpkg", 0), COV_ERR_LIMIT);
    assert_non_null(strstr(p->err.message, "\"subs_per100\""));
    f.row[1][0].n = 999999; /* 10^11 - 10^5: 15 digits with 4 decimals */
    f.row[1][8].n = 1000000;
    assert_written(p, "r.shp");
    f.row[0][8].of = UINT64_C(1000000000000000);
    assert_int_equal(write_to(p, "r.csv", 0), COV_ERR_LIMIT);
    assert_non_null(strstr(p->err.message, "\"teams_of\""));
    full_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_format_holds_everything),
        TEST(streams_hold_what_files_hold),
        TEST(streams_are_refused_like_files),
        TEST(sidecars_hold_the_rest),
        TEST(the_first_base_keeps_its_columns),
        TEST(what_is_unanswered_is_noted),
        TEST(an_empty_base_keeps_its_columns),
        TEST(names_of_bases_are_made_safe),
        TEST(columns_that_collide),
        TEST(millionths_give_up_decimals),
        TEST(ratios_that_do_not_fit),
    };
    cov_gdal_init();
    CPLSetErrorHandler(CPLQuietErrorHandler);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
