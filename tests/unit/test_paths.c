/* Reading points and lines from WKB, sound and damaged. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "support.h"

#include "geometry/paths.h"

static const wkb_style plain = {0};

static const spot line[] = {{0, 0}, {4, 0}, {4, 4}};
static const spot other[] = {{10, 10}, {12, 13}};
static const spot ring[] = {{0, 0}, {4, 0}, {4, 4}, {0, 0}};

enum { POINT = 1, LINESTRING = 2, MULTIPOINT = 4, MULTILINESTRING = 5, COLLECTION = 7 };

static void put_point(bytes *b, const wkb_style *style, double x, double y)
{
    put_head(b, style, POINT);
    put_f64(b, style, x);
    put_f64(b, style, y);
    for (int i = 0; i < style->z + style->m; i++)
        put_f64(b, style, NAN);
}

static void put_line(bytes *b, const wkb_style *style, const spot *v, size_t n)
{
    put_head(b, style, LINESTRING);
    put_ring(b, style, v, n);
}

static void put_many(bytes *b, const wkb_style *style, uint32_t type, uint32_t n)
{
    put_head(b, style, type);
    put_u32(b, style, n);
}

/* A collection: a point, a multiline whose second part has the other byte order, and in a further
 * collection a multipoint. */
static bytes everything(wkb_style style)
{
    bytes b = {0};
    wkb_style swapped = style;
    swapped.big = !swapped.big;
    put_many(&b, &style, COLLECTION, 3);
    put_point(&b, &style, 7, -7);
    put_many(&b, &style, MULTILINESTRING, 2);
    put_line(&b, &style, line, 3);
    put_line(&b, &swapped, other, 2);
    put_many(&b, &swapped, COLLECTION, 1);
    put_many(&b, &style, MULTIPOINT, 2);
    put_point(&b, &style, 1, 2);
    put_point(&b, &swapped, 3, 4);
    return b;
}

/* Read and forget the bytes. */
static cov_status add(cov_paths *paths, bytes b, cov_paths_kind kind, cov_error *err)
{
    /* An exact copy on the heap, so that a read past its end doesn't go unseen. */
    unsigned char *copy = malloc(b.n > 0 ? b.n : 1);
    assert_non_null(copy);
    if (b.n > 0)
        memcpy(copy, b.at, b.n);
    cov_status s = cov_paths_add(paths, copy, b.n, kind, err);
    free(copy);
    free(b.at);
    return s;
}

static void expect_path(const cov_paths *paths, size_t i, const spot *v, size_t n)
{
    assert_true(i < paths->n_paths);
    assert_int_equal(paths->path[i].n, n);
    assert_memory_equal(&paths->vertex[paths->path[i].first], v, n * sizeof *v);
}

/* Refused with COV_ERR_GEOMETRY, a message, and without a trace. */
static void expect_refused_as(bytes b, cov_paths_kind kind, const char *why)
{
    cov_paths paths = COV_PATHS_INIT;
    bytes good = {0};
    put_line(&good, &plain, other, 2);
    assert_int_equal(add(&paths, good, kind, NULL), COV_OK);
    cov_error err = {0, ""};
    cov_status s = add(&paths, b, kind, &err);
    if (s != COV_ERR_GEOMETRY || err.code != s || err.message[0] == '\0')
        fail_msg("%s: status %d, message \"%s\"", why, (int)s, err.message);
    assert_int_equal(paths.n_paths, 1);
    assert_int_equal(paths.n_vertices, 2);
    if (paths.vertex_capacity > 1000 || paths.path_capacity > 1000)
        fail_msg("%s: room for %zu vertices", why, paths.vertex_capacity);
    cov_paths_clear(&paths);
}

static void expect_refused(bytes b, const char *why)
{
    expect_refused_as(b, COV_PATHS_NETWORK, why);
}

/* ---------------------------------------------------------------- sound geometries */

static void test_every_style(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 32; bits++) {
        wkb_style style = {bits & 1, bits & 2, bits & 4, bits & 8, bits & 16};
        cov_paths paths = COV_PATHS_INIT;
        assert_int_equal(add(&paths, everything(style), COV_PATHS_NETWORK, NULL), COV_OK);
        assert_int_equal(paths.n_paths, 5);
        assert_int_equal(paths.n_vertices, 8);
        expect_path(&paths, 0, (const spot[]){{7, -7}}, 1);
        expect_path(&paths, 1, line, 3);
        expect_path(&paths, 2, other, 2);
        expect_path(&paths, 3, (const spot[]){{1, 2}}, 1);
        expect_path(&paths, 4, (const spot[]){{3, 4}}, 1);
        cov_paths_clear(&paths);
        assert_null(paths.vertex);
        assert_null(paths.path);
    }
}

static void test_polygons_are_barriers(void **state)
{
    (void)state;
    cov_paths paths = COV_PATHS_INIT;
    bytes b = {0};
    put_many(&b, &plain, WKB_TYPE_MULTIPOLYGON, 2);
    put_polygon(&b, &plain, ring, 4);
    put_polygon(&b, &plain, ring, 4);
    assert_int_equal(add(&paths, b, COV_PATHS_BARRIER, NULL), COV_OK);
    assert_int_equal(paths.n_paths, 2);
    expect_path(&paths, 1, ring, 4);
    b = (bytes){0};
    put_line(&b, &plain, line, 3);
    assert_int_equal(add(&paths, b, COV_PATHS_BARRIER, NULL), COV_OK);
    expect_path(&paths, 2, line, 3);
    cov_paths_clear(&paths);
    b = (bytes){0};
    put_polygon(&b, &plain, ring, 4);
    expect_refused(b, "a polygon in a network");
    b = (bytes){0};
    put_point(&b, &plain, 1, 2);
    expect_refused_as(b, COV_PATHS_BARRIER, "a point as a barrier");
}

static void test_repeated_vertices(void **state)
{
    (void)state;
    const spot stammer[] = {{0, 0}, {-0., 0}, {4, 0}, {4, 0}, {4, 4}, {4, 4}};
    const spot still[] = {{3, 3}, {3, 3}, {3, 3}};
    cov_paths paths = COV_PATHS_INIT;
    bytes b = {0};
    put_line(&b, &plain, stammer, 6);
    assert_int_equal(add(&paths, b, COV_PATHS_NETWORK, NULL), COV_OK);
    expect_path(&paths, 0, line, 3);
    b = (bytes){0};
    put_line(&b, &plain, still, 3);
    assert_int_equal(add(&paths, b, COV_PATHS_NETWORK, NULL), COV_OK);
    expect_path(&paths, 1, still, 1);
    cov_paths_clear(&paths);
}

static void test_empty_parts(void **state)
{
    (void)state;
    cov_paths paths = COV_PATHS_INIT;
    bytes b = {0};
    put_many(&b, &plain, COLLECTION, 4);
    put_line(&b, &plain, line, 0);
    put_point(&b, &plain, NAN, NAN);
    put_many(&b, &plain, MULTIPOINT, 0);
    put_line(&b, &plain, line, 3);
    assert_int_equal(add(&paths, b, COV_PATHS_NETWORK, NULL), COV_OK);
    assert_int_equal(paths.n_paths, 1);
    expect_path(&paths, 0, line, 3);
    cov_paths_clear(&paths);
}

static bytes nested(size_t deep)
{
    bytes b = {0};
    for (size_t i = 0; i < deep; i++)
        put_many(&b, &plain, COLLECTION, 1);
    put_point(&b, &plain, 1, 2);
    return b;
}

static void test_nested_collections(void **state)
{
    (void)state;
    cov_paths paths = COV_PATHS_INIT;
    assert_int_equal(add(&paths, nested(32), COV_PATHS_NETWORK, NULL), COV_OK);
    cov_paths_clear(&paths);
    expect_refused(nested(33), "33 deep");
    expect_refused(nested(200000), "200000 deep");
}

/* ---------------------------------------------------------------- damaged geometries */

static void test_truncated_everywhere(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 32; bits++) {
        wkb_style style = {bits & 1, bits & 2, bits & 4, bits & 8, bits & 16};
        bytes whole = everything(style);
        for (size_t n = 0; n < whole.n; n++) {
            bytes part = {0};
            for (size_t i = 0; i < n; i++)
                put_byte(&part, whole.at[i]);
            expect_refused(part, "truncated");
        }
        free(whole.at);
    }
}

static void test_no_bytes(void **state)
{
    (void)state;
    cov_paths paths = COV_PATHS_INIT;
    assert_int_equal(cov_paths_add(&paths, NULL, 9, COV_PATHS_NETWORK, NULL), COV_ERR_GEOMETRY);
    assert_int_equal(cov_paths_add(&paths, "", 0, COV_PATHS_NETWORK, NULL), COV_ERR_GEOMETRY);
}

static void test_types(void **state)
{
    (void)state;
    for (uint32_t type = 0; type < 1000; type++) {
        if (type == POINT || type == LINESTRING || type == COLLECTION || type == MULTIPOINT ||
            type == MULTILINESTRING)
            continue;
        bytes b = {0};
        put_head(&b, &plain, type);
        put_ring(&b, &plain, line, 3);
        expect_refused(b, "a type");
        b = (bytes){0};
        put_many(&b, &plain, COLLECTION, 1);
        put_head(&b, &plain, type);
        put_ring(&b, &plain, line, 3);
        expect_refused(b, "a type in a collection");
    }
    bytes b = {0};
    put_many(&b, &plain, MULTIPOINT, 1);
    put_line(&b, &plain, line, 3);
    expect_refused(b, "a line in a multipoint");
    b = (bytes){0};
    put_many(&b, &plain, MULTILINESTRING, 1);
    put_point(&b, &plain, 1, 2);
    expect_refused(b, "a point in a multiline");
}

static void test_contents(void **state)
{
    (void)state;
    const double bad[] = {NAN, INFINITY, -INFINITY, 1.7e308, 1e151, -1e151};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        for (size_t k = 0; k < 6; k++) {
            spot v[3];
            memcpy(v, line, sizeof v);
            *(k % 2 ? &v[k / 2].x : &v[k / 2].y) = bad[i];
            bytes b = {0};
            put_line(&b, &plain, v, 3);
            expect_refused(b, "a coordinate");
        }
        bytes b = {0};
        put_point(&b, &plain, bad[i], 1);
        expect_refused(b, "a point's coordinate");
    }
    bytes b = {0};
    put_line(&b, &plain, line, 1);
    expect_refused(b, "a line of one vertex");
    b = (bytes){0};
    put_line(&b, &plain, line, 0);
    expect_refused(b, "an empty line");
    b = (bytes){0};
    put_point(&b, &plain, NAN, NAN);
    expect_refused(b, "an empty point");
}

/* The second part fails: the first must not stay. */
static void test_half_read(void **state)
{
    (void)state;
    bytes b = {0};
    put_many(&b, &plain, MULTILINESTRING, 2);
    put_line(&b, &plain, line, 3);
    put_line(&b, &plain, line, 1);
    expect_refused(b, "half read");
}

static void test_hostile_counts(void **state)
{
    (void)state;
    const uint32_t counts[] = {0xFFFFFFFFu, 0x80000000u, 0x7FFFFFFFu, 0x10000000u, 1000000};
    const uint32_t types[] = {LINESTRING, MULTIPOINT, MULTILINESTRING, COLLECTION};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        for (size_t k = 0; k < 4; k++) {
            bytes b = {0};
            put_many(&b, &plain, types[k], counts[i]);
            if (types[k] != LINESTRING)
                put_line(&b, &plain, line, 3);
            expect_refused(b, "a hostile count");
        }
    }
}

/* Any change of bytes is read as something or refused, never unsafely: the sanitizers judge. */
static void test_random_damage(void **state)
{
    (void)state;
    rng r = {21};
    for (int i = 0; i < 50000; i++) {
        bytes b = everything(random_style(&r));
        for (size_t k = rng_below(&r, 3); k < 3; k++)
            b.at[rng_below(&r, b.n)] = (unsigned char)rng_next(&r);
        cov_paths paths = COV_PATHS_INIT;
        cov_error err;
        cov_status s = add(&paths, b, (cov_paths_kind)(i % 2), &err);
        assert_true(s == COV_OK || s == COV_ERR_GEOMETRY);
        assert_true(s != COV_OK || paths.n_paths > 0);
        assert_true(paths.n_vertices <= 32);
        cov_paths_clear(&paths);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_style),        cmocka_unit_test(test_polygons_are_barriers),
        cmocka_unit_test(test_repeated_vertices),  cmocka_unit_test(test_empty_parts),
        cmocka_unit_test(test_nested_collections), cmocka_unit_test(test_truncated_everywhere),
        cmocka_unit_test(test_no_bytes),           cmocka_unit_test(test_types),
        cmocka_unit_test(test_contents),           cmocka_unit_test(test_half_read),
        cmocka_unit_test(test_hostile_counts),     cmocka_unit_test(test_random_damage),
    };
    return cmocka_run_group_tests_name("paths", tests, NULL, NULL);
}
