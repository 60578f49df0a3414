/* The fingerprint of areas: what it ignores, what it sees. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "handles.h"

static const char *const letters[] = {"a", "b"};

/* Two areas, the first with a hole and a second part. */
static sheet fingerprint_sheet(void)
{
    sheet s = {0};
    sheet_box(&s, 0, 0, (double[]){105, 20, 106, 21});
    sheet_box(&s, 0, 0, (double[]){105.25, 20.25, 105.5, 20.5});
    sheet_box(&s, 0, 1, (double[]){107, 20, 108, 21.1});
    sheet_box(&s, 1, 0, (double[]){106, 20, 107, 21});
    return s;
}

static uint64_t fingerprint_of(const cov_area *areas, size_t n, const cov_areas_options *o)
{
    cov_areas *a = NULL;
    cov_error err = {0, ""};
    if (cov_areas_create(areas, n, o, &a, &err) != COV_OK)
        fail_msg("%s", err.message);
    uint64_t f = cov_areas_fingerprint(a);
    cov_areas_free(a);
    return f;
}

static void test_ignores_form(void **state)
{
    (void)state;
    sheet s = fingerprint_sheet();
    input in = input_of(&s, letters, NULL);
    uint64_t want = fingerprint_of(in.area, 2, NULL);
    cov_area swapped[] = {in.area[1], in.area[0]};
    assert_true(fingerprint_of(swapped, 2, NULL) == want);
    for (unsigned bits = 0; bits < 64; bits++) {
        wkb_style style = {bits & 1, bits & 2, bits & 4, bits & 8, bits & 16};
        bytes b = {0};
        put_head(&b, &style, WKB_TYPE_POLYGON);
        put_u32(&b, &style, 1);
        spot ring[] = {{106, 20}, {107, 20}, {107, 21}, {106, 21}, {106, 20}};
        if (bits & 32) {
            ring[1] = (spot){106, 21};
            ring[3] = (spot){107, 20};
        }
        put_ring(&b, &style, ring, 5);
        cov_area again[] = {in.area[0], {"b", NULL, NULL, b.at, b.n}};
        assert_true(fingerprint_of(again, 2, NULL) == want);
        free(b.at);
    }
    input_free(&in);
    sheet_free(&s);
}

/* Every change but those above must show. */
static void test_sees_texts(void **state)
{
    (void)state;
    sheet s = fingerprint_sheet();
    input in = input_of(&s, letters, NULL);
    const char *const one[] = {"D"}, *const other[] = {"E"}, *const none[] = {NULL};
    const char *const empty[] = {""}, *const level[] = {"L"}, *const renamed[] = {"M"};
    cov_areas_options o = COV_AREAS_OPTIONS_INIT;
    uint64_t seen[16];
    size_t n = 0;
    seen[n++] = fingerprint_of(in.area, 2, &o);
    o.crs = "";
    seen[n++] = fingerprint_of(in.area, 2, &o);
    o.crs = "EPSG:4326";
    seen[n++] = fingerprint_of(in.area, 2, &o);
    o.levels = level;
    o.n_levels = 1;
    in.area[0].parents = none;
    seen[n++] = fingerprint_of(in.area, 2, &o);
    in.area[0].parents = empty;
    seen[n++] = fingerprint_of(in.area, 2, &o);
    in.area[0].parents = one;
    seen[n++] = fingerprint_of(in.area, 2, &o);
    in.area[0].parents = other;
    seen[n++] = fingerprint_of(in.area, 2, &o);
    o.levels = renamed;
    seen[n++] = fingerprint_of(in.area, 2, &o);
    in.area[0].name = "";
    seen[n++] = fingerprint_of(in.area, 2, &o);
    in.area[0].name = "N";
    seen[n++] = fingerprint_of(in.area, 2, &o);
    in.area[0].name = NULL;
    in.area[1].name = "N";
    seen[n++] = fingerprint_of(in.area, 2, &o);
    in.area[1].id = "c";
    seen[n++] = fingerprint_of(in.area, 2, &o);
    seen[n++] = fingerprint_of(in.area, 1, &o);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            assert_true(seen[i] != seen[k]);
    }
    input_free(&in);
    sheet_free(&s);
}

static uint64_t fingerprint_of_sheet(const sheet *s)
{
    input in = input_of(s, letters, NULL);
    uint64_t f = fingerprint_of(in.area, in.n, NULL);
    input_free(&in);
    return f;
}

static void test_sees_coordinates(void **state)
{
    (void)state;
    sheet s = fingerprint_sheet();
    uint64_t before = fingerprint_of_sheet(&s);
    for (size_t i = 0; i < s.n_v; i++) {
        for (int k = 0; k < 4; k++) {
            double *number = k % 2 ? &s.v[i].x : &s.v[i].y;
            double old = *number;
            *number = ulps(old, k < 2 ? 1 : -1);
            if (i % 5 == 0) /* closed by its fifth vertex */
                s.v[i + 4] = s.v[i];
            if (i % 5 != 4)
                assert_true(fingerprint_of_sheet(&s) != before);
            *number = old;
            if (i % 5 == 0)
                s.v[i + 4] = s.v[i];
        }
    }
    assert_true(fingerprint_of_sheet(&s) == before);
    sheet_free(&s);
}

/* The same coordinates in other rings are another shape. */
static void test_sees_structure(void **state)
{
    (void)state;
    const double outer[] = {0, 0, 3, 3}, inner[] = {1, 1, 2, 2};
    sheet hole = {0}, part = {0}, alone = {0}, other = {0};
    sheet_box(&hole, 0, 0, outer);
    sheet_box(&hole, 0, 0, inner);
    sheet_box(&part, 0, 0, outer);
    sheet_box(&part, 0, 1, inner);
    sheet_box(&alone, 0, 0, outer);
    sheet_box(&other, 0, 0, outer);
    sheet_box(&other, 1, 0, inner);
    uint64_t f[] = {fingerprint_of_sheet(&hole), fingerprint_of_sheet(&part),
                    fingerprint_of_sheet(&alone), fingerprint_of_sheet(&other)};
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < i; k++)
            assert_true(f[i] != f[k]);
    }
    sheet_free(&hole);
    sheet_free(&part);
    sheet_free(&alone);
    sheet_free(&other);
}

/* Saved tallies carry it: a change of this number makes every one of them unreadable. */
static void test_is_stable(void **state)
{
    (void)state;
    sheet s = fingerprint_sheet();
    input in = input_of(&s, letters, NULL);
    in.area[0].name = "X\xC3\xA3 An";
    const char *const parents[] = {"01"}, *const levels[] = {"ma_huyen"};
    in.area[1].parents = parents;
    cov_areas_options o = COV_AREAS_OPTIONS_INIT;
    o.levels = levels;
    o.n_levels = 1;
    o.crs = "EPSG:4326";
    uint64_t got = fingerprint_of(in.area, 2, &o);
    if (got != UINT64_C(0x7fdc5bb2e87fe632))
        fail_msg("the fingerprint is now %#llx", (unsigned long long)got);
    input_free(&in);
    sheet_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ignores_form),     cmocka_unit_test(test_sees_texts),
        cmocka_unit_test(test_sees_coordinates), cmocka_unit_test(test_sees_structure),
        cmocka_unit_test(test_is_stable),
    };
    return cmocka_run_group_tests_name("fingerprint", tests, NULL, NULL);
}
