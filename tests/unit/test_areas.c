/* Areas: what they are made of, what they answer. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "handles.h"

static cov_areas *create(const input *in, const cov_areas_options *options)
{
    cov_areas *areas = NULL;
    cov_error err = {0, ""};
    if (cov_areas_create(in->area, in->n, options, &areas, &err) != COV_OK)
        fail_msg("cov_areas_create: %s", err.message);
    assert_non_null(areas);
    return areas;
}

/* Four unit squares around (1, 1), in the order SW, SE, NW, NE. */
static sheet four_squares(void)
{
    sheet s = {0};
    for (uint32_t i = 0; i < 4; i++) {
        double x = i % 2, y = i / 2;
        sheet_box(&s, i, 0, (double[]){x, y, x + 1, y + 1});
    }
    return s;
}

static const char *const letters[] = {"a", "b", "c", "d", "e", "f", "g", "h"};

static cov_areas *areas_of(const sheet *s, const char *const *ids)
{
    input in = input_of(s, ids, NULL);
    cov_areas *areas = create(&in, NULL);
    input_free(&in);
    return areas;
}

/* With want_overlap NULL no point may lie in more than one area. */
static void expect_located(const cov_areas *areas, const spot *p, size_t n, const int32_t *want,
                           const uint8_t *want_overlap)
{
    int32_t *got = blank(n, sizeof *got);
    uint8_t *overlap = blank(n, 1);
    memset(overlap, 99, n + 1);
    cov_points points = points_of(p, n);
    assert_int_equal(cov_areas_locate(areas, &points, got, overlap, NULL), COV_OK);
    for (size_t i = 0; i < n; i++) {
        if (got[i] != want[i])
            fail_msg("(%a, %a) is in %d, not %d", p[i].x, p[i].y, (int)got[i], (int)want[i]);
        assert_int_equal(overlap[i], want_overlap != NULL ? want_overlap[i] : 0);
    }
    assert_int_equal(overlap[n], 99);
    free(overlap);
    assert_int_equal(cov_areas_locate(areas, &points, got, NULL, NULL), COV_OK);
    assert_memory_equal(got, want, n * sizeof *got);
    free(got);
}

/* ---------------------------------------------------------------- texts */

static void test_sorted_by_bytes(void **state)
{
    (void)state;
    sheet s = four_squares();
    const char *const ids[] = {"\xC3\xA9", "10", "9", "00123"};
    cov_areas *areas = areas_of(&s, ids);
    assert_int_equal(cov_areas_count(areas), 4);
    const char *const sorted[] = {"00123", "10", "9", "\xC3\xA9"};
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(cov_areas_id(areas, i), sorted[i]);
        assert_int_equal(cov_areas_find(areas, sorted[i]), i);
    }
    const spot centres[] = {{1.5, 1.5}, {1.5, 0.5}, {0.5, 1.5}, {0.5, 0.5}};
    expect_located(areas, centres, 4, (const int32_t[]){0, 1, 2, 3}, 0);
    cov_areas_free(areas);
    sheet_free(&s);
}

static void test_find(void **state)
{
    (void)state;
    sheet s = {0};
    char names[50][4];
    const char *ids[50];
    for (uint32_t i = 0; i < 50; i++) {
        snprintf(names[i], sizeof names[i], "%02u", (unsigned)(2 * i));
        ids[i] = names[i];
        sheet_box(&s, i, 0, (double[]){i, 0, i + 1.0, 1});
    }
    cov_areas *areas = areas_of(&s, ids);
    for (int32_t i = -3; i < 105; i++) {
        char id[8];
        snprintf(id, sizeof id, "%02d", (int)i);
        assert_int_equal(cov_areas_find(areas, id), i >= 0 && i < 100 && i % 2 == 0 ? i / 2 : -1);
    }
    assert_int_equal(cov_areas_find(areas, ""), -1);
    assert_int_equal(cov_areas_find(areas, "\xFF"), -1);
    assert_int_equal(cov_areas_find(areas, "0"), -1);
    assert_int_equal(cov_areas_find(areas, "000"), -1);
    assert_int_equal(cov_areas_find(areas, NULL), -1);
    cov_areas_free(areas);
    sheet_free(&s);
}

static void test_texts(void **state)
{
    (void)state;
    sheet s = four_squares();
    input in = input_of(&s, letters, NULL);
    const char *const first[] = {"D1", "P1"}, *const second[] = {NULL, "P1"};
    const char *const third[] = {"", NULL};
    in.area[0].name = "An";
    in.area[1].name = "";
    in.area[0].parents = first;
    in.area[1].parents = second;
    in.area[2].parents = third;
    const char *const levels[] = {"district", "province"};
    cov_areas_options o = COV_AREAS_OPTIONS_INIT;
    o.levels = levels;
    o.n_levels = 2;
    o.crs = "EPSG:9210";
    cov_areas *a = create(&in, &o);
    input_free(&in); /* the areas borrow nothing */
    sheet_free(&s);
    assert_int_equal(cov_areas_levels(a), 2);
    assert_string_equal(cov_areas_level_name(a, 0), "district");
    assert_string_equal(cov_areas_level_name(a, 1), "province");
    assert_null(cov_areas_level_name(a, 2));
    assert_string_equal(cov_areas_crs(a), "EPSG:9210");
    assert_string_equal(cov_areas_name(a, 0), "An");
    assert_string_equal(cov_areas_name(a, 1), "");
    assert_null(cov_areas_name(a, 2));
    assert_null(cov_areas_name(a, 4));
    assert_null(cov_areas_id(a, 4));
    assert_null(cov_areas_id(a, SIZE_MAX));
    assert_string_equal(cov_areas_parent(a, 0, 0), "D1");
    assert_string_equal(cov_areas_parent(a, 0, 1), "P1");
    assert_null(cov_areas_parent(a, 1, 0));
    assert_string_equal(cov_areas_parent(a, 1, 1), "P1");
    assert_string_equal(cov_areas_parent(a, 2, 0), "");
    assert_null(cov_areas_parent(a, 3, 0));
    assert_null(cov_areas_parent(a, 0, 2));
    assert_null(cov_areas_parent(a, 4, 0));
    assert_null(cov_areas_parent(a, SIZE_MAX, 1));
    cov_areas_free(a);
}

static void test_without_options(void **state)
{
    (void)state;
    sheet s = four_squares();
    cov_areas *a = areas_of(&s, letters);
    assert_int_equal(cov_areas_levels(a), 0);
    assert_null(cov_areas_level_name(a, 0));
    assert_null(cov_areas_parent(a, 0, 0));
    assert_null(cov_areas_crs(a));
    double e[4];
    cov_areas_extent(a, e);
    assert_memory_equal(e, ((const double[]){0, 0, 2, 2}), sizeof e);
    assert_true(cov_areas_memory(a) > 0);
    cov_areas_free(a);
    cov_areas_free(NULL);
    sheet_free(&s);
}

/* ---------------------------------------------------------------- errors */

static void expect_failure(const input *in, size_t n, const cov_areas_options *o, cov_status want,
                           const char *word)
{
    cov_areas *const untouched = (cov_areas *)(void *)(uintptr_t)0x10;
    cov_areas *areas = untouched;
    cov_error err = {0, ""};
    cov_status s = cov_areas_create(in->area, n, o, &areas, &err);
    if (s != want || err.code != want || strstr(err.message, word) == NULL)
        fail_msg("status %d, message \"%s\", not %d with \"%s\"", (int)s, err.message, (int)want,
                 word);
    assert_int_equal(cov_areas_create(in->area, n, o, &areas, NULL), want);
    assert_ptr_equal(areas, untouched);
}

static void test_bad_ids(void **state)
{
    (void)state;
    sheet s = four_squares();
    input in = input_of(&s, letters, NULL);
    in.area[3].id = "b";
    expect_failure(&in, 4, NULL, COV_ERR_ID, "\"b\"");
    in.area[3].id = "";
    expect_failure(&in, 4, NULL, COV_ERR_ID, "4");
    in.area[3].id = NULL;
    expect_failure(&in, 4, NULL, COV_ERR_ID, "4");
    in.area[0].id = in.area[1].id = in.area[2].id = in.area[3].id = "same";
    expect_failure(&in, 4, NULL, COV_ERR_ID, "same");
    in.area[0].id = in.area[1].id = "c\xF3\n"; /* what is no text doesn't make the message none */
    expect_failure(&in, 4, NULL, COV_ERR_ID, "\"c??\"");
    input_free(&in);
    sheet_free(&s);
}

static void test_bad_geometry_is_named(void **state)
{
    (void)state;
    sheet s = four_squares();
    input in = input_of(&s, letters, NULL);
    in.area[2].id = "xa 17";
    in.area[2].wkb_size--;
    expect_failure(&in, 4, NULL, COV_ERR_GEOMETRY, "xa 17");
    in.area[2].wkb_size = 0;
    expect_failure(&in, 4, NULL, COV_ERR_GEOMETRY, "xa 17");
    in.area[2].wkb = NULL;
    expect_failure(&in, 4, NULL, COV_ERR_GEOMETRY, "xa 17");
    in.area[2].wkb = "\1\1\0\0\0abcdefghabcdefgh"; /* a point */
    in.area[2].wkb_size = 21;
    expect_failure(&in, 4, NULL, COV_ERR_GEOMETRY, "xa 17");
    in.area[2].id = "x\xE3 17";
    expect_failure(&in, 4, NULL, COV_ERR_GEOMETRY, "\"x? 17\"");
    input_free(&in);
    sheet_free(&s);
}

static void test_bad_arguments(void **state)
{
    (void)state;
    sheet s = four_squares();
    input in = input_of(&s, letters, NULL);
    cov_areas *areas = NULL;
    cov_error err;
    assert_int_equal(cov_areas_create(NULL, 4, NULL, &areas, &err), COV_ERR_ARGUMENT);
    assert_int_equal(cov_areas_create(in.area, 4, NULL, NULL, &err), COV_ERR_ARGUMENT);
    assert_int_equal(cov_areas_create(in.area, 0, NULL, &areas, &err), COV_ERR_ARGUMENT);
    /* More than the labels hold: refused before the array is touched. */
    expect_failure(&in, ((size_t)1 << 30) - 1, NULL, COV_ERR_LIMIT, "1073741823");
    cov_areas_options o = COV_AREAS_OPTIONS_INIT;
    o.size--;
    expect_failure(&in, 4, &o, COV_ERR_ARGUMENT, "size");
    o = (cov_areas_options)COV_AREAS_OPTIONS_INIT;
    o.n_levels = 1;
    expect_failure(&in, 4, &o, COV_ERR_ARGUMENT, "level");
    const char *const levels[] = {"district", NULL};
    o.levels = levels;
    o.n_levels = 2;
    expect_failure(&in, 4, &o, COV_ERR_ARGUMENT, "level 2");
    const cov_points none = COV_POINTS_INIT;
    assert_int_equal(cov_areas_locate(NULL, &none, NULL, NULL, &err), COV_ERR_ARGUMENT);
    input_free(&in);
    sheet_free(&s);
}

/* ---------------------------------------------------------------- locate */

static void test_borders(void **state)
{
    (void)state;
    sheet s = four_squares();
    cov_areas *areas = areas_of(&s, letters);
    const double tiny = 0x1p-1074;
    const spot p[] = {
        {0.5, 0.5}, {1.5, 0.5},   {0.5, 1.5},       {1.5, 1.5}, /* inside */
        {1, 0.5},   {1, 1.5},     {0.5, 1},         {1.5, 1},   /* inner borders */
        {1, 1},     {0, 0},       {1, 0},           {0, 1},     /* vertices */
        {2, 0.5},   {0.5, 2},     {2, 2},           {0, 2},     /* outer borders */
        {2, 0},     {0, 0.5},     {0.5, 0},         {-0., -0.},       {-tiny, 0.5},
        {tiny, 0},  {0.5, -tiny}, {ulps(1, -1), 1}, {1, ulps(1, -1)}, {ulps(2, -1), ulps(2, -1)}};
    const int32_t want[] = {0,  1,  2,  3,  1, 3, 2, 3,  3, 0,  1, 2, -1,
                            -1, -1, -1, -1, 0, 0, 0, -1, 0, -1, 2, 1, 3};
    expect_located(areas, p, sizeof p / sizeof p[0], want, NULL);
    cov_areas_free(areas);
    sheet_free(&s);
}

static void test_without_location(void **state)
{
    (void)state;
    sheet s = four_squares();
    cov_areas *areas = areas_of(&s, letters);
    const double strange[] = {NAN, -NAN, INFINITY, -INFINITY, 1.7e308, -1.7e308, 1e151, 0.5};
    spot p[64];
    int32_t want[64];
    for (size_t i = 0; i < 64; i++) {
        p[i] = (spot){strange[i % 8], strange[i / 8]};
        bool nowhere = i % 8 < 4 || i / 8 < 4; /* the first four are not finite */
        want[i] = i == 63 ? 0 : nowhere ? COV_NO_LOCATION : COV_OUTSIDE;
    }
    expect_located(areas, p, 64, want, NULL);
    cov_areas_free(areas);
    sheet_free(&s);
}

/* Columns, pairs, records, and records packed so that doubles lie across words. */
static void test_strides(void **state)
{
    (void)state;
    sheet s = four_squares();
    cov_areas *areas = areas_of(&s, letters);
    rng r = {31};
    const size_t strides[] = {0, 8, 16, 24, 64, 9, 12, 20};
    for (size_t k = 0; k < 64; k++) {
        size_t sx = strides[k % 8], sy = strides[k / 8], n = 50;
        size_t step_x = sx ? sx : 8, step_y = sy ? sy : 8;
        unsigned char *x = blank(n * step_x + 8, 1), *y = blank(n * step_y + 8, 1);
        int32_t want[50], got[50];
        for (size_t i = 0; i < n; i++) {
            double px = (double)rng_below(&r, 17) / 8, py = (double)rng_below(&r, 17) / 8;
            memcpy(x + i * step_x, &px, 8);
            memcpy(y + i * step_y, &py, 8);
            want[i] = px < 2 && py < 2 ? (px >= 1) + 2 * (py >= 1) : -1;
        }
        cov_points points = COV_POINTS_INIT;
        points.n = n;
        points.x = (const double *)(const void *)x;
        points.y = (const double *)(const void *)y;
        points.x_stride = sx;
        points.y_stride = sy;
        assert_int_equal(cov_areas_locate(areas, &points, got, NULL, NULL), COV_OK);
        assert_memory_equal(got, want, sizeof got);
        free(x);
        free(y);
    }
    cov_areas_free(areas);
    sheet_free(&s);
}

static void test_no_points(void **state)
{
    (void)state;
    sheet s = four_squares();
    cov_areas *areas = areas_of(&s, letters);
    cov_points points = COV_POINTS_INIT;
    uint8_t overlap = 99;
    int32_t area = 55;
    assert_int_equal(cov_areas_locate(areas, &points, NULL, NULL, NULL), COV_OK);
    assert_int_equal(cov_areas_locate(areas, &points, NULL, &overlap, NULL), COV_OK);
    assert_int_equal(overlap, 99);
    assert_int_equal(cov_areas_locate(areas, &points, &area, NULL, NULL), COV_OK);
    assert_int_equal(area, 55);
    double x = 0.5;
    cov_error err = {0, ""};
    points.n = 1;
    assert_int_equal(cov_areas_locate(areas, &points, &area, &overlap, &err), COV_ERR_ARGUMENT);
    points.x = &x;
    assert_int_equal(cov_areas_locate(areas, &points, &area, &overlap, &err), COV_ERR_ARGUMENT);
    assert_int_equal(cov_areas_locate(areas, NULL, &area, &overlap, &err), COV_ERR_ARGUMENT);
    assert_int_equal(err.code, COV_ERR_ARGUMENT);
    points.y = &x;
    assert_int_equal(cov_areas_locate(areas, &points, NULL, &overlap, NULL), COV_ERR_ARGUMENT);
    assert_int_equal(area, 55);
    assert_int_equal(overlap, 99);
    cov_areas_free(areas);
    sheet_free(&s);
}

/* The first in the order of ids owns the overlap, whatever the order of input and of windings. */
static void test_overlaps(void **state)
{
    (void)state;
    sheet s = {0};
    sheet_box(&s, 0, 0, (double[]){0, 0, 4, 4});
    sheet_box(&s, 1, 0, (double[]){2, 2, 6, 6});
    sheet_box(&s, 2, 0, (double[]){3, 3, 3.5, 3.5}); /* inside both */
    sheet_box(&s, 3, 0, (double[]){0, 0, 4, 4});     /* the first again */
    const spot p[] = {{1, 1}, {3, 2.5}, {3.25, 3.25}, {5, 5}, {4, 3}, {2, 2}, {3, 3}, {9, 9}};
    const char *const ids[][4] = {{"a", "b", "c", "d"}, {"d", "c", "b", "a"}, {"c", "d", "a", "b"}};
    const int32_t want[][8] = {
        {0, 0, 0, 1, 1, 0, 0, -1}, {0, 0, 0, 2, 2, 0, 0, -1}, {1, 1, 0, 3, 3, 1, 0, -1}};
    const uint8_t overlap[] = {1, 1, 1, 0, 0, 1, 1, 0};
    rng r = {41};
    for (size_t k = 0; k < 30; k++) {
        input in = input_of(&s, ids[k % 3], &r);
        size_t order[4];
        rng_shuffle(&r, order, 4);
        cov_area shuffled[4];
        for (size_t i = 0; i < 4; i++)
            shuffled[i] = in.area[order[i]];
        memcpy(in.area, shuffled, sizeof shuffled);
        cov_areas *areas = create(&in, NULL);
        expect_located(areas, p, 8, want[k % 3], overlap);
        cov_areas_free(areas);
        input_free(&in);
    }
    sheet_free(&s);
}

/* Polygons whose answer is unspecified must still be handled safely. */
static void test_invalid_polygons_are_safe(void **state)
{
    (void)state;
    rng r = {51};
    for (int round = 0; round < 500; round++) {
        sheet s = {0};
        double scale = pow(10, rng_between(&r, -300, 149));
        for (uint32_t owner = 0; owner < 4; owner++) {
            sheet_open(&s, owner, 0);
            sheet_vertex(&s, -scale, -scale);
            for (size_t i = 2 + rng_below(&r, 30); i > 0; i--)
                sheet_vertex(&s, scale * (double)rng_below(&r, 5), rng_unit(&r) * scale);
            sheet_close(&s);
        }
        input in = input_of(&s, letters, &r);
        cov_areas *areas = NULL;
        cov_status status = cov_areas_create(in.area, 4, NULL, &areas, NULL);
        assert_true(status == COV_OK || status == COV_ERR_GEOMETRY);
        for (int i = 0; status == COV_OK && i < 200; i++) {
            probe q = make_probe(&r, &s, (probe_kind)rng_below(&r, PROBE_KINDS));
            cov_points points = points_of(&q.p, 1);
            int32_t area = 99;
            assert_int_equal(cov_areas_locate(areas, &points, &area, NULL, NULL), COV_OK);
            assert_true(area >= COV_NO_LOCATION && area < 4);
        }
        cov_areas_free(areas);
        input_free(&in);
        sheet_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorted_by_bytes),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_without_options),
        cmocka_unit_test(test_bad_ids),
        cmocka_unit_test(test_bad_geometry_is_named),
        cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_borders),
        cmocka_unit_test(test_without_location),
        cmocka_unit_test(test_strides),
        cmocka_unit_test(test_no_points),
        cmocka_unit_test(test_overlaps),
        cmocka_unit_test(test_invalid_polygons_are_safe),
    };
    return cmocka_run_group_tests_name("areas", tests, NULL, NULL);
}
