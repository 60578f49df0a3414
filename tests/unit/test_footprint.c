/* Footprints: the union of polygons, one bit. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "exact.h"
#include "handles.h"
#include "shapes.h"

static bool reached(const cov_footprint *f, double x, double y)
{
    const spot p = {x, y};
    cov_points points = points_of(&p, 1);
    uint64_t served = 0;
    assert_int_equal(cov_footprint_mark(f, &points, 5, &served, NULL), COV_OK);
    assert_true(served == 0 || served == 32);
    return served != 0;
}

/* Against the oracle, at probes of every kind: inside one owner at least. */
static void expect_union(const sheet *s, uint64_t seed, size_t n)
{
    exact e;
    exact_init(&e);
    rng r = {seed};
    cov_footprint *f = footprint_of_sheet(s, 0, s->n_owners, &r);
    spot *p = blank(n, sizeof *p);
    uint64_t *served = blank(n, sizeof *served);
    for (size_t i = 0; i < n; i++)
        p[i] = make_probe(&r, s, (probe_kind)(i % PROBE_KINDS)).p;
    cov_points points = points_of(p, n);
    assert_int_equal(cov_footprint_mark(f, &points, 0, served, NULL), COV_OK);
    for (size_t i = 0; i < n; i++) {
        uint32_t first;
        uint64_t want = sheet_locate(&e, s, p[i], &first) > 0;
        if (served[i] != want)
            fail_msg("(%a, %a) is %s", p[i].x, p[i].y, want ? "not reached" : "reached");
    }
    free(served);
    free(p);
    cov_footprint_free(f);
    exact_clear(&e);
}

/* ---------------------------------------------------------------- union */

static void test_one_square(void **state)
{
    (void)state;
    sheet s = {0};
    sheet_box(&s, 0, 0, (double[]){0, 0, 2, 2});
    cov_footprint *f = footprint_of_sheet(&s, 0, 1, NULL);
    assert_true(reached(f, 1, 1));
    assert_true(reached(f, 0, 0));
    assert_true(reached(f, 0, 1));
    assert_true(reached(f, 1, 0));
    assert_false(reached(f, 2, 1));
    assert_false(reached(f, 1, 2));
    assert_false(reached(f, 2, 0));
    assert_false(reached(f, 0, 2));
    assert_false(reached(f, NAN, 1));
    assert_false(reached(f, 1, INFINITY));
    assert_false(reached(f, -INFINITY, NAN));
    double e[4];
    cov_footprint_extent(f, e);
    assert_memory_equal(e, ((const double[]){0, 0, 2, 2}), sizeof e);
    assert_true(cov_footprint_memory(f) > 0);
    cov_footprint_free(f);
    cov_footprint_free(NULL);
    expect_union(&s, 1, 4000);
    sheet_free(&s);
}

static void test_overlapping(void **state)
{
    (void)state;
    sheet s = {0};
    sheet_box(&s, 0, 0, (double[]){0, 0, 4, 4});
    sheet_box(&s, 1, 0, (double[]){2, 2, 6, 6});
    cov_footprint *f = footprint_of_sheet(&s, 0, 2, NULL);
    assert_true(reached(f, 3, 3)); /* in both: 1 + 1 is not 0 */
    assert_true(reached(f, 4, 3)); /* on the border of one, inside the other */
    assert_true(reached(f, 2, 2));
    assert_true(reached(f, 2, 4));
    assert_false(reached(f, 4, 1));
    assert_false(reached(f, 5, 1));
    cov_footprint_free(f);
    expect_union(&s, 2, 4000);
    sheet_free(&s);
}

static void test_nested_and_repeated(void **state)
{
    (void)state;
    for (uint32_t copies = 1; copies <= 5; copies++) {
        sheet s = {0};
        for (uint32_t i = 0; i < copies; i++)
            sheet_box(&s, i, 0, (double[]){0, 0, 8, 8});
        for (uint32_t i = 0; i < copies; i++)
            sheet_box(&s, copies + i, 0, (double[]){i + 1.0, 2, 6, 7.0 - i / 2});
        cov_footprint *f = footprint_of_sheet(&s, 0, s.n_owners, NULL);
        assert_true(reached(f, 5.5, 4));
        assert_true(reached(f, 0, 0));
        assert_true(reached(f, 7, 7));
        assert_false(reached(f, 8, 4));
        cov_footprint_free(f);
        expect_union(&s, 30 + copies, 4000);
        sheet_free(&s);
    }
}

/* No seam: the common border of two that touch is reached, a corner on all four sides. */
static void test_touching(void **state)
{
    (void)state;
    sheet s = {0};
    for (uint32_t i = 0; i < 4; i++) {
        double x = i % 2, y = i / 2;
        sheet_box(&s, i, 0, (double[]){x, y, x + 1, y + 1});
    }
    cov_footprint *f = footprint_of_sheet(&s, 0, 4, NULL);
    for (int i = 0; i < 16; i++) {
        assert_true(reached(f, 1, i / 8.0));
        assert_true(reached(f, i / 8.0, 1));
    }
    assert_false(reached(f, 1, 2));
    assert_false(reached(f, 2, 1));
    cov_footprint_free(f);
    expect_union(&s, 4, 4000);
    sheet_free(&s);
}

static void test_hole_filled_by_another(void **state)
{
    (void)state;
    sheet s = {0};
    sheet_box(&s, 0, 0, (double[]){0, 0, 8, 8});
    sheet_box(&s, 0, 0, (double[]){2, 2, 6, 6});
    cov_footprint *f = footprint_of_sheet(&s, 0, 1, NULL);
    assert_false(reached(f, 4, 4));
    assert_false(reached(f, 2, 4)); /* the hair to its east is in the hole */
    assert_true(reached(f, 6, 4));
    assert_true(reached(f, 4, 6));
    cov_footprint_free(f);
    sheet_box(&s, 1, 0, (double[]){2, 2, 4, 6}); /* half of it */
    f = footprint_of_sheet(&s, 0, 2, NULL);
    assert_true(reached(f, 3, 4));
    assert_true(reached(f, 2, 4));
    assert_false(reached(f, 4, 4));
    cov_footprint_free(f);
    sheet_box(&s, 2, 0, (double[]){3, 1, 7, 7}); /* the rest and more */
    f = footprint_of_sheet(&s, 0, 3, NULL);
    for (int i = 0; i < 64; i++)
        assert_true(reached(f, i % 8, i / 8));
    cov_footprint_free(f);
    expect_union(&s, 5, 8000);
    sheet_free(&s);
}

/* Frames in frames: each fills the hole of the last, and two frames more fill nothing twice. */
static void test_frames(void **state)
{
    (void)state;
    sheet s = {0};
    shape_frames(&s, 0, (spot){0, 0}, 1, 20);
    shape_frames(&s, 20, (spot){5, 5}, 0.75, 7);
    cov_footprint *f = footprint_of_sheet(&s, 0, s.n_owners, NULL);
    for (int i = -20; i < 20; i++) {
        for (int k = -20; k < 20; k++)
            assert_true(reached(f, i, k));
    }
    cov_footprint_free(f);
    expect_union(&s, 6, 8000);
    sheet_free(&s);
}

/* Many rectangles on whole numbers against a table of unit squares. */
static void test_boxes_against_a_table(void **state)
{
    (void)state;
    enum { SIDE = 40 };
    rng r = {7};
    for (int round = 0; round < 60; round++) {
        sheet s = {0};
        bool table[SIDE + 1][SIDE + 1] = {{false}};
        shape_boxes(&s, 0, &r, SIDE, 1 + rng_below(&r, 25));
        for (size_t i = 0; i < s.n_loops; i++) {
            for (double x = s.loop[i].box[0]; x < s.loop[i].box[2]; x++)
                for (double y = s.loop[i].box[1]; y < s.loop[i].box[3]; y++)
                    table[(int)x][(int)y] = true;
        }
        cov_footprint *f = footprint_of_sheet(&s, 0, s.n_owners, &r);
        for (int x = 0; x <= SIDE; x++) {
            for (int y = 0; y <= SIDE; y++) {
                assert_int_equal(reached(f, x, y), table[x][y]);
                assert_int_equal(reached(f, x + 0.5, y), table[x][y]);
                assert_int_equal(reached(f, x, y + 0.5), table[x][y]);
            }
        }
        cov_footprint_free(f);
        sheet_free(&s);
    }
}

/* Stars, rings and combs in a heap, all orders of input alike. */
static void test_heap(void **state)
{
    (void)state;
    rng r = {8};
    for (int round = 0; round < 40; round++) {
        sheet s = {0};
        for (uint32_t i = 0; i < 24; i++) {
            spot c = {rng_between(&r, 105, 107), rng_between(&r, 20, 22)};
            double size = rng_between(&r, 0.01, 0.8);
            if (i % 3 == 0)
                shape_star(&s, i, &r, c, size / 3, size, 3 + rng_below(&r, 20));
            else if (i % 3 == 1)
                shape_ring(&s, i, c, size / 2, size, 3 + rng_below(&r, 20));
            else
                shape_comb(&s, i, (double[]){c.x, c.y, c.x + size, c.y + size / 2}, 5);
        }
        expect_union(&s, 100 + (uint64_t)round, 1600);
        sheet_free(&s);
    }
}

static void test_multipolygons_overlap(void **state)
{
    (void)state;
    sheet s = {0};
    for (uint32_t i = 0; i < 6; i++) {
        for (uint32_t part = 0; part < 5; part++) {
            double x = 3.0 * part + i * 0.5, y = i * 0.25;
            sheet_box(&s, i, part, (double[]){x, y, x + 2, y + 2});
            sheet_box(&s, i, part, (double[]){x + 0.5, y + 0.5, x + 1.5, y + 1});
        }
    }
    expect_union(&s, 9, 20000);
    sheet_free(&s);
}

/* ---------------------------------------------------------------- bits */

static void test_other_bits_stay(void **state)
{
    (void)state;
    sheet s = {0};
    sheet_box(&s, 0, 0, (double[]){0, 0, 2, 2});
    cov_footprint *f = footprint_of_sheet(&s, 0, 1, NULL);
    const spot p[] = {{1, 1}, {3, 1}, {NAN, 1}, {2, 2}};
    cov_points points = points_of(p, 4);
    const uint64_t patterns[] = {0, UINT64_MAX, UINT64_C(0x5555555555555555),
                                 UINT64_C(0xAAAAAAAAAAAAAAAA)};
    for (unsigned bit = 0; bit < 64; bit++) {
        for (size_t k = 0; k < 4; k++) {
            uint64_t served[5] = {patterns[k], patterns[k], patterns[k], patterns[k], 77};
            assert_int_equal(cov_footprint_mark(f, &points, bit, served, NULL), COV_OK);
            assert_true(served[0] == (patterns[k] | UINT64_C(1) << bit));
            for (int i = 1; i < 4; i++)
                assert_true(served[i] == patterns[k]);
            assert_true(served[4] == 77);
        }
    }
    cov_footprint_free(f);
    sheet_free(&s);
}

static void test_bad_bits_and_arguments(void **state)
{
    (void)state;
    sheet s = {0};
    sheet_box(&s, 0, 0, (double[]){0, 0, 2, 2});
    cov_footprint *f = footprint_of_sheet(&s, 0, 1, NULL);
    const spot p = {1, 1};
    cov_points points = points_of(&p, 1), none = COV_POINTS_INIT;
    uint64_t served = 0;
    const unsigned bits[] = {64, 65, 128, 1u << 31, ~0u};
    for (size_t i = 0; i < 5; i++) {
        cov_error err = {0, ""};
        assert_int_equal(cov_footprint_mark(f, &points, bits[i], &served, &err), COV_ERR_ARGUMENT);
        assert_int_equal(err.code, COV_ERR_ARGUMENT);
        assert_non_null(strstr(err.message, "bit"));
    }
    assert_int_equal(cov_footprint_mark(f, &points, 0, NULL, NULL), COV_ERR_ARGUMENT);
    assert_int_equal(cov_footprint_mark(f, NULL, 0, &served, NULL), COV_ERR_ARGUMENT);
    assert_int_equal(cov_footprint_mark(NULL, &points, 0, &served, NULL), COV_ERR_ARGUMENT);
    assert_int_equal(cov_footprint_mark(f, &none, 0, NULL, NULL), COV_OK);
    points.x = NULL;
    assert_int_equal(cov_footprint_mark(f, &points, 0, &served, NULL), COV_ERR_ARGUMENT);
    assert_true(served == 0);
    cov_footprint_free(f);
    sheet_free(&s);
}

static void test_strides(void **state)
{
    (void)state;
    sheet s = {0};
    sheet_box(&s, 0, 0, (double[]){0, 0, 2, 2});
    cov_footprint *f = footprint_of_sheet(&s, 0, 1, NULL);
    const double x[] = {1, 3, 0, 2, -1}, y[] = {1, 99, 1, 99, 0, 99, 1, 99, 1, 99};
    cov_points points = COV_POINTS_INIT;
    points.n = 5;
    points.x = x;
    points.y = y;
    points.y_stride = 16;
    uint64_t served[5] = {0};
    assert_int_equal(cov_footprint_mark(f, &points, 0, served, NULL), COV_OK);
    assert_memory_equal(served, ((const uint64_t[]){1, 0, 1, 0, 0}), sizeof served);
    cov_footprint_free(f);
    sheet_free(&s);
}

/* ---------------------------------------------------------------- errors */

static void expect_failure(const void *const *wkb, const size_t *sizes, size_t n, cov_status want,
                           const char *word)
{
    cov_footprint *const untouched = (cov_footprint *)(void *)(uintptr_t)0x10;
    cov_footprint *f = untouched;
    cov_error err = {0, ""};
    cov_status s = cov_footprint_polygons(wkb, sizes, n, 1, &f, &err);
    if (s != want || err.code != want || strstr(err.message, word) == NULL)
        fail_msg("status %d, \"%s\" instead of %d", (int)s, err.message, (int)want);
    assert_int_equal(cov_footprint_polygons(wkb, sizes, n, 1, &f, NULL), want);
    assert_ptr_equal(f, untouched);
}

static void test_errors(void **state)
{
    (void)state;
    sheet s = {0};
    sheet_box(&s, 0, 0, (double[]){0, 0, 2, 2});
    bytes b = sheet_wkb(&s, 0, NULL);
    const void *wkb[] = {b.at, b.at, b.at, b.at};
    size_t sizes[] = {b.n, b.n, b.n, b.n};
    cov_footprint *f = NULL;
    assert_int_equal(cov_footprint_polygons(wkb, sizes, 0, 1, &f, NULL), COV_ERR_ARGUMENT);
    assert_int_equal(cov_footprint_polygons(NULL, sizes, 4, 1, &f, NULL), COV_ERR_ARGUMENT);
    assert_int_equal(cov_footprint_polygons(wkb, NULL, 4, 1, &f, NULL), COV_ERR_ARGUMENT);
    assert_int_equal(cov_footprint_polygons(wkb, sizes, 4, 1, NULL, NULL), COV_ERR_ARGUMENT);
    sizes[3]--;
    expect_failure(wkb, sizes, 4, COV_ERR_GEOMETRY, "3");
    sizes[2] = 0;
    expect_failure(wkb, sizes, 4, COV_ERR_GEOMETRY, "2");
    wkb[0] = NULL;
    expect_failure(wkb, sizes, 4, COV_ERR_GEOMETRY, "0");
    free(b.at);
    sheet_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_square),
        cmocka_unit_test(test_overlapping),
        cmocka_unit_test(test_nested_and_repeated),
        cmocka_unit_test(test_touching),
        cmocka_unit_test(test_hole_filled_by_another),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_boxes_against_a_table),
        cmocka_unit_test(test_heap),
        cmocka_unit_test(test_multipolygons_overlap),
        cmocka_unit_test(test_other_bits_stay),
        cmocka_unit_test(test_bad_bits_and_arguments),
        cmocka_unit_test(test_strides),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests_name("footprint", tests, NULL, NULL);
}
