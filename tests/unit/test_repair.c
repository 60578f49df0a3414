/* Repair: what is valid stays, what isn't is told, mended or left out, the same for any threads.
 * SPDX-License-Identifier: MIT */
#define _LARGEFILE64_SOURCE
#include "layers.h"

#include "base/mem.h"
#include "io/repair.h"

static cov_shape shape_of(const char *wkt)
{
    char *text = CPLStrdup(wkt), *at = text;
    OGRGeometryH g = NULL;
    assert_int_equal(OGR_G_CreateFromWkt(&at, NULL, &g), OGRERR_NONE);
    cov_shape s = {NULL, OGR_G_WkbSizeEx(g)};
    s.wkb = cov_alloc(s.size, 1);
    assert_int_equal(OGR_G_ExportToIsoWkb(g, wkbNDR, s.wkb), OGRERR_NONE);
    OGR_G_DestroyGeometry(g);
    CPLFree(text);
    return s;
}

static char *text_of(const cov_shape *s)
{
    OGRGeometryH g = NULL;
    char *text = NULL;
    assert_int_equal(OGR_G_CreateFromWkbEx(s->wkb, NULL, &g, s->size), OGRERR_NONE);
    OGR_G_ExportToWkt(g, &text);
    OGR_G_DestroyGeometry(g);
    return text;
}

static double surface_of(const cov_shape *s)
{
    OGRGeometryH g = NULL;
    assert_int_equal(OGR_G_CreateFromWkbEx(s->wkb, NULL, &g, s->size), OGRERR_NONE);
    double area = OGR_G_Area(g);
    OGR_G_DestroyGeometry(g);
    return area;
}

/* Twelve ways to be invalid; the area that a repair by linework leaves, -1 where nothing is left.
 */
static const struct {
    const char *wkt;
    const char *says;
    double left;
} invalid[] = {
    {"POLYGON((0 0,2 2,2 0,0 2,0 0))", "Self-intersection at (1, 1)", 2},
    {"POLYGON((0 0,4 0,4 4,2 4,2 0,0 4,0 0))", "Self-intersection", 12},
    {"POLYGON((0 0,4 0,4 4,0 4,0 0),(5 5,6 5,6 6,5 6,5 5))", "Hole lies outside shell", 17},
    {"POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,3 1,3 3,1 3,1 1),(1 1,3 1,3 3,1 3,1 1))", "", 12},
    {"POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,3 1,3 3,1 3,1 1),(1.5 1.5,2 1.5,2 2,1.5 2,1.5 1.5))",
     "Holes are nested", 12.25},
    {"MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0)),((1 1,2 1,2 2,1 2,1 1)))", "Nested shells", 15},
    {"MULTIPOLYGON(((0 0,2 0,2 2,0 2,0 0)),((1 0,3 0,3 2,1 2,1 0)))", "Self-intersection", 6},
    {"MULTIPOLYGON(((0 0,2 0,2 2,0 2,0 0)),((0 0,2 0,2 2,0 2,0 0)))", "", 4},
    {"POLYGON((0 0,4 0,4 0,0 0))", "", -1},
    {"POLYGON((1 1,1 1,1 1,1 1))", "", -1},
    {"POLYGON((0 0,4 0,4 4,0 4,0 0),(0 2,4 2,4 3,0 3,0 2))", "", 16},
    {"POLYGON((0 0,4 0,4 4,2 4,2 6,2 4,0 4,0 0))", "Self-intersection", 16},
};
#define N_INVALID (sizeof invalid / sizeof invalid[0])

static void test_valid_ones_stay(void **state)
{
    (void)state;
    static const char *const valid[] = {
        "POLYGON ((0 0,4 0,4 4,0 4,0 0),(1 1,1 2,2 2,1 1))",
        "POLYGON ((0 0,0 4,4 4,4 0,0 0))",
        "MULTIPOLYGON (((0 0,1 0,1 1,0 0)),((1 1,2 1,2 2,1 1)))",
    };
    for (int policy = 0; policy < 3; policy++) {
        cov_repair *r = NULL;
        cov_notes notes = COV_NOTES_INIT;
        cov_error err = {0};
        assert_int_equal(cov_repair_create((cov_invalid)policy, &r, &err), COV_OK);
        for (size_t i = 0; i < 3; i++) {
            cov_shape s = shape_of(valid[i]);
            void *before = s.wkb;
            assert_int_equal(cov_repair_check(r, "x", &s, &err), COV_OK);
            assert_ptr_equal(s.wkb, before);
            cov_free(s.wkb);
        }
        assert_int_equal(cov_repair_note(r, "layer", &notes, &err), COV_OK);
        assert_int_equal(notes.n, 0);
        cov_repair_free(r);
    }
}

static void test_error(void **state)
{
    (void)state;
    cov_repair *r = NULL;
    cov_error err = {0};
    assert_int_equal(cov_repair_create(COV_INVALID_ERROR, &r, &err), COV_OK);
    for (size_t i = 0; i < N_INVALID; i++) {
        cov_shape s = shape_of(invalid[i].wkt);
        if (cov_repair_check(r, "a.shp, feature 3", &s, &err) != COV_ERR_GEOMETRY)
            fail_msg("taken for valid: %s", invalid[i].wkt);
        assert_says(&err, "a.shp, feature 3 is not a valid polygon");
        assert_says(&err, "--invalid fix");
        assert_says(&err, invalid[i].says);
        assert_non_null(s.wkb);
        cov_free(s.wkb);
    }
    cov_repair_free(r);
}

static void test_fix(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_INVALID; i++) {
        cov_repair *r = NULL, *strict = NULL;
        cov_error err = {0};
        cov_notes notes = COV_NOTES_INIT;
        assert_int_equal(cov_repair_create(COV_INVALID_FIX, &r, &err), COV_OK);
        assert_int_equal(cov_repair_create(COV_INVALID_ERROR, &strict, &err), COV_OK);
        cov_shape s = shape_of(invalid[i].wkt);
        if (cov_repair_check(r, "feature 3", &s, &err) != COV_OK)
            fail_msg("%s", err.message);
        assert_int_equal(cov_repair_note(r, "layer", &notes, &err), COV_OK);
        assert_int_equal(notes.n, 1);
        assert_int_equal(notes.note[0].kind, COV_NOTE_WARNING);
        assert_true(noted(&notes, "feature 3"));
        if (invalid[i].left < 0)
            assert_null(s.wkb);
        else {
            assert_non_null(s.wkb);
            double area = surface_of(&s);
            if (area < invalid[i].left - 1e-9 || area > invalid[i].left + 1e-9) {
                char *text = text_of(&s);
                fail_msg("%s became %s of %g", invalid[i].wkt, text, area);
            }
            assert_int_equal(cov_repair_check(strict, "mended", &s, &err), COV_OK);
        }
        cov_free(s.wkb);
        cov_notes_clear(&notes);
        cov_repair_free(strict);
        cov_repair_free(r);
    }
}

static void name_shape(void *data, size_t index, char *out, size_t size)
{
    (void)data;
    snprintf(out, size, "feature %zu", index + 1);
}

/* 100 shapes, every seventh invalid; of the others every second has parts that touch. */
static cov_status check_many(cov_invalid policy, unsigned threads, size_t *left, cov_notes *notes,
                             cov_error *err)
{
    static const char *const valid[] = {"POLYGON((0 0,1 0,1 1,0 0))",
                                        "MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((1 1,2 1,2 2,1 1)))"};
    cov_shape s[100];
    const cov_phases phases = cov_phases_start(NULL, NULL);
    const cov_shape_owner names = {"layer", NULL, name_shape, NULL};
    for (size_t i = 0; i < 100; i++)
        s[i] = shape_of(i % 7 == 5 ? invalid[0].wkt : valid[i % 2]);
    cov_status status = cov_repair_all(policy, threads, s, 100, &names, notes, &phases, err);
    *left = 0;
    for (size_t i = 0; i < 100; i++) {
        *left += s[i].wkb != NULL;
        cov_free(s[i].wkb);
    }
    return status;
}

static void test_threads_change_nothing(void **state)
{
    (void)state;
    static const unsigned threads[] = {1, 2, 3, 8, 64, 0};
    for (size_t k = 0; k < 6; k++) {
        cov_notes notes = COV_NOTES_INIT;
        cov_error err = {0};
        size_t left = 0;
        assert_int_equal(check_many(COV_INVALID_ERROR, threads[k], &left, &notes, &err),
                         COV_ERR_GEOMETRY);
        assert_says(&err, "layer, feature 6 is not");
        assert_int_equal(check_many(COV_INVALID_SKIP, threads[k], &left, &notes, &err), COV_OK);
        assert_int_equal(left, 86);
        assert_int_equal(notes.n, 1);
        assert_string_equal(notes.note[0].text,
                            "layer: invalid polygons, left out: 14 (layer, feature 6: "
                            "Self-intersection at (1, 1); layer, feature 13: Self-intersection at "
                            "(1, 1); layer, feature 20: Self-intersection at (1, 1); ...)");
        assert_int_equal(check_many(COV_INVALID_FIX, threads[k], &left, &notes, &err), COV_OK);
        assert_int_equal(left, 100);
        assert_true(noted(&notes, "repaired: 14 ("));
        cov_notes_clear(&notes);
    }
}

static void test_damaged_bytes(void **state)
{
    (void)state;
    for (int policy = 0; policy < 3; policy++) {
        cov_repair *r = NULL;
        cov_error err = {0};
        assert_int_equal(cov_repair_create((cov_invalid)policy, &r, &err), COV_OK);
        cov_shape s = shape_of("POLYGON((0 0,1 0,1 1,0 0))");
        s.size -= 8;
        cov_status status = cov_repair_check(r, "x", &s, &err);
        assert_int_equal(status, policy == COV_INVALID_SKIP ? COV_OK : COV_ERR_GEOMETRY);
        cov_free(s.wkb);
        cov_repair_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid_ones_stay),
        cmocka_unit_test(test_error),
        cmocka_unit_test(test_fix),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_damaged_bytes),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
