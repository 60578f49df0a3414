/* The manifest: what it says, in which order, and that it is always the same bytes.
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "sheet.h"

static void every_key_in_its_place(void **state)
{
    (void)state;
    result r;
    result_init(&r);
    result_build(&r, "EPSG:3405", 1, 1, NULL, 0);
    assert_string_equal(
        r.manifest,
        "{\"version\":\"" COV_VERSION "\",\"measure\":\"households\",\"scale\":1,"
        "\"ledger\":{\"read\":11,\"assigned\":9,\"outside\":2,\"no_location\":0,\"duplicate\":0,"
        "\"rejected\":0},"
        "\"ledger_points\":{\"read\":6,\"assigned\":5,\"outside\":1,\"no_location\":0,"
        "\"duplicate\":0,\"rejected\":0},"
        "\"overlap\":{\"points\":0,\"weight\":0},"
        "\"services\":[\"fiber/viettel\",\"fiber/vnpt\",\"4g/viettel\"],"
        "\"indicators\":["
        "{\"name\":\"fiber\",\"expression\":\"fiber\"},"
        "{\"name\":\"fiber/viettel\",\"expression\":\"fiber/viettel\"},"
        "{\"name\":\"fiber/vnpt\",\"expression\":\"fiber/vnpt\"},"
        "{\"name\":\"4g\",\"expression\":\"4g\"},"
        "{\"name\":\"4g/viettel\",\"expression\":\"4g/viettel\"}],"
        "\"sources\":["
        "{\"role\":\"areas\",\"file\":\"communes.shp\",\"crs\":\"EPSG:3405\","
        "\"operation\":\"none\",\"accuracy_m\":0.0,\"detail\":null},"
        "{\"role\":\"households\",\"file\":\"hộ.csv\",\"crs\":\"EPSG:3405\","
        "\"operation\":null,\"accuracy_m\":null,\"detail\":null},"
        "{\"role\":\"4g/viettel\",\"file\":\"column has_4g\",\"crs\":null,"
        "\"operation\":null,\"accuracy_m\":null,\"detail\":\"=1\"}],"
        "\"notes\":[{\"kind\":\"warning\",\"text\":\"a \\\"note\\\" / về Bạc Liêu\"}],"
        "\"bases\":[],\"targets\":[],\"ratios\":[]}");
    result_clear(&r);
}

static void thousandths_are_decimals(void **state)
{
    (void)state;
    result r;
    result_init(&r);
    result_build(&r, "EPSG:3405", 1000, 1, NULL, 0);
    assert_non_null(strstr(r.manifest, "\"scale\":1000,\"rounding\":-0.25,\"ledger\":{\"read\":"
                                       "11.6,\"assigned\":9.5,\"outside\":2.1,"));
    assert_non_null(strstr(r.manifest, "\"ledger_points\":{\"read\":6,"));
    result_clear(&r);
}

static void bases_targets_and_ratios_follow(void **state)
{
    (void)state;
    cov_error err;
    char *text = NULL;
    result r;
    full f;
    result_init(&r);
    result_build(&r, "EPSG:3405", 1, 1, NULL, 0);
    full_build(&f, &r);
    cov_manifest_base bases[N_BASES];
    for (size_t i = 0; i < N_BASES; i++)
        bases[i] = (cov_manifest_base){f.base[i].name, f.base[i].unit, f.report[i], -125000000};
    cov_manifest manifest = {.bases = bases,
                             .n_bases = N_BASES,
                             .tally = f.tally[0],
                             .targets = f.target,
                             .n_targets = N_TARGETS,
                             .ratios = &f.ratios};
    assert_int_equal(cov_manifest_write(&manifest, &text, &err), COV_OK);
    assert_non_null(strstr(text, "\"measure\":\"households\",\"scale\":1,\"ledger\":{\"read\":9,"));
    const char *after = strstr(text, "\"notes\":[],");
    assert_non_null(after);
    assert_string_equal(
        after,
        "\"notes\":[],\"bases\":["
        "{\"name\":\"persons\",\"unit\":null,\"scale\":1000,\"rounding\":-0.125,"
        "\"ledger\":{\"read\":30.875,\"assigned\":30.875,\"outside\":0.0,\"no_location\":0.0,"
        "\"duplicate\":0.0,\"rejected\":0.0},"
        "\"ledger_points\":{\"read\":5,\"assigned\":5,\"outside\":0,\"no_location\":0,"
        "\"duplicate\":0,\"rejected\":0},\"overlap\":{\"points\":0,\"weight\":0.0}},"
        "{\"name\":\"schools\",\"unit\":null,\"scale\":1,"
        "\"ledger\":{\"read\":2,\"assigned\":2,\"outside\":0,\"no_location\":0,\"duplicate\":0,"
        "\"rejected\":0},"
        "\"ledger_points\":{\"read\":2,\"assigned\":2,\"outside\":0,\"no_location\":0,"
        "\"duplicate\":0,\"rejected\":0},\"overlap\":{\"points\":0,\"weight\":0}},"
        "{\"name\":\"area\",\"unit\":\"km2\",\"scale\":1000000,\"rounding\":-0.125,"
        "\"ledger\":{\"read\":3.500004,\"assigned\":3.500004,\"outside\":0.0,\"no_location\":0.0,"
        "\"duplicate\":0.0,\"rejected\":0.0},"
        "\"ledger_points\":{\"read\":3,\"assigned\":3,\"outside\":0,\"no_location\":0,"
        "\"duplicate\":0,\"rejected\":0},\"overlap\":{\"points\":0,\"weight\":0.0}}],"
        "\"targets\":["
        "{\"indicator\":\"fiber\",\"share\":0.8,\"missing\":4,\"missing_in_areas\":4,"
        "\"with\":null},"
        "{\"indicator\":\"4g/viettel\",\"share\":0.8,\"missing\":5,\"missing_in_areas\":5,"
        "\"with\":4},"
        "{\"indicator\":\"4g/viettel\",\"share\":0.665,\"missing\":4,\"missing_in_areas\":5,"
        "\"with\":null}],"
        "\"ratios\":["
        "{\"name\":\"teams\",\"file\":\"teams.csv\",\"n\":\"formed\",\"of\":\"planned\","
        "\"per\":null},"
        "{\"name\":\"subs\",\"file\":\"subs.csv\",\"n\":\"subs\",\"of\":\"persons\","
        "\"per\":100}]}");
    cov_free(text);
    manifest.bases = &bases[3];
    manifest.n_bases = 1;
    assert_int_equal(cov_manifest_write(&manifest, &text, &err), COV_OK);
    assert_non_null(strstr(text, "\"measure\":\"area\",\"unit\":\"km2\",\"scale\":1000000,"));
    cov_free(text);
    full_clear(&f);
    result_clear(&r);
}

static void a_sum_that_is_not_exact_is_refused(void **state)
{
    (void)state;
    result r;
    cov_error err;
    char *text = NULL;
    result_init(&r);
    result_build(&r, "EPSG:3405", 1000, 1, NULL, 0);
    double x = WEST, y = SOUTH;
    uint64_t weight = UINT64_C(1000000000000000);
    cov_points p = COV_POINTS_INIT;
    p.n = 1;
    p.x = &x;
    p.y = &y;
    p.weight = &weight;
    assert_int_equal(cov_tally_push(r.tally, &p, &err), COV_OK);
    cov_report_free(r.report);
    r.report = NULL;
    assert_int_equal(cov_report_create(r.tally, NULL, 0, &r.report, &err), COV_OK);
    const cov_manifest_base base = {"pop", NULL, r.report, 0};
    const cov_manifest manifest = {.bases = &base, .n_bases = 1, .tally = r.tally};
    assert_int_equal(cov_manifest_write(&manifest, &text, &err), COV_ERR_LIMIT);
    assert_null(text);
    result_clear(&r);
}

static void bytes_that_are_not_utf8_are_mended(void **state)
{
    (void)state;
    result r;
    cov_error err;
    char *text = NULL;
    result_init(&r);
    result_build(&r, "EPSG:3405", 1, 1, NULL, 0);
    const cov_manifest_source source = {"areas", "x\xE3.shp", NULL, NULL, 0, NULL};
    const cov_manifest_base base = {"households", NULL, r.report, 0};
    const cov_manifest manifest = {
        .bases = &base, .n_bases = 1, .tally = r.tally, .sources = &source, .n_sources = 1};
    assert_int_equal(cov_manifest_write(&manifest, &text, &err), COV_OK);
    assert_non_null(strstr(text, "\"file\":\"x\xEF\xBF\xBD.shp\""));
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    json_decref(json);
    cov_free(text);
    result_clear(&r);
}

static void characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
    } cases[] = {{"a", 1},
                 {"\xC3\xA3", 2},
                 {"\xE1\xBA\xA1", 3},
                 {"\xF0\x9F\x98\x80", 4},
                 {"", 0},
                 {"\x80", 0},
                 {"\xC0\x80", 0},
                 {"\xC1\xBF", 0},
                 {"\xE0\x80\x80", 0},
                 {"\xED\xA0\x80", 0},
                 {"\xF4\x90\x80\x80", 0},
                 {"\xF5\x80\x80\x80", 0},
                 {"\xE1\xBA", 0},
                 {"\xF0\x9F\x98", 0},
                 {"\xFF", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(cov_character_size(cases[i].text), cases[i].size);
    assert_true(cov_is_utf8("Bạc Liêu"));
    assert_false(cov_is_utf8("B\xE1\xBA"));
    assert_true(cov_text_same("Fiber_N", "fiber_n"));
    assert_false(cov_text_same("fiber", "fiber_n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_in_its_place),
        cmocka_unit_test(thousandths_are_decimals),
        cmocka_unit_test(bases_targets_and_ratios_follow),
        cmocka_unit_test(a_sum_that_is_not_exact_is_refused),
        cmocka_unit_test(bytes_that_are_not_utf8_are_mended),
        cmocka_unit_test(characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
