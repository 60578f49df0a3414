/* Reading rings from WKB, sound and damaged. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "exact.h"
#include "geometry/rings.h"

static const wkb_style plain = {0};

static const spot square[] = {{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}};
static const spot inner[] = {{1, 1}, {2, 1}, {2, 2}, {1, 2}, {1, 1}};
static const spot apart[] = {{10, 10}, {12, 10}, {11, 13}, {10, 10}};

/* A multipolygon: a square with a hole, and a triangle whose part has the other byte order. */
static bytes two_parts(wkb_style style)
{
    bytes b = {0};
    put_head(&b, &style, WKB_TYPE_MULTIPOLYGON);
    put_u32(&b, &style, 2);
    put_head(&b, &style, WKB_TYPE_POLYGON);
    put_u32(&b, &style, 2);
    put_ring(&b, &style, square, 5);
    put_ring(&b, &style, inner, 5);
    style.big = !style.big;
    put_polygon(&b, &style, apart, 4);
    return b;
}

static bytes one_ring(const spot *v, size_t n)
{
    bytes b = {0};
    put_polygon(&b, &plain, v, n);
    return b;
}

/* Read and forget the bytes. */
static cov_status add(cov_rings *rings, bytes *b, cov_error *err)
{
    /* An exact copy on the heap, so that a read past its end doesn't go unseen. */
    unsigned char *copy = malloc(b->n + 1);
    assert_non_null(copy);
    unsigned char *exact_copy = b->n > 0 ? realloc(copy, b->n) : copy;
    assert_non_null(exact_copy);
    if (b->n > 0)
        memcpy(exact_copy, b->at, b->n);
    cov_status s = cov_rings_add(rings, exact_copy, b->n, 7, err);
    free(exact_copy);
    free(b->at);
    return s;
}

static void expect_vertices(const cov_rings *rings, size_t ring, const spot *v, size_t n)
{
    assert_int_equal(rings->ring[ring].n, n);
    for (size_t i = 0; i < n; i++) {
        cov_xy got = rings->vertex[rings->ring[ring].first + i];
        if (memcmp(&got, &v[i], sizeof got) != 0)
            fail_msg("vertex %zu of ring %zu is (%a, %a)", i, ring, got.x, got.y);
    }
}

/* The ring is refused with COV_ERR_GEOMETRY, a message, and without a trace. */
static void expect_refused(bytes b, const char *why)
{
    cov_rings rings = COV_RINGS_INIT;
    bytes good = one_ring(apart, 4);
    assert_int_equal(add(&rings, &good, NULL), COV_OK);
    cov_error err = {0, ""};
    cov_status s = add(&rings, &b, &err);
    if (s != COV_ERR_GEOMETRY || err.code != s || err.message[0] == '\0')
        fail_msg("%s: status %d, message \"%s\"", why, (int)s, err.message);
    assert_int_equal(rings.n_rings, 1);
    assert_int_equal(rings.n_vertices, 4);
    if (rings.vertex_capacity > 1000 || rings.ring_capacity > 1000)
        fail_msg("%s: room for %zu vertices", why, rings.vertex_capacity);
    cov_rings_clear(&rings);
}

/* ---------------------------------------------------------------- sound geometries */

static void test_every_style(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 32; bits++) {
        wkb_style style = {bits & 1, bits & 2, bits & 4, bits & 8, bits & 16};
        bytes b = two_parts(style);
        cov_rings rings = COV_RINGS_INIT;
        assert_int_equal(add(&rings, &b, NULL), COV_OK);
        assert_int_equal(rings.n_rings, 3);
        assert_int_equal(rings.n_vertices, 14);
        const spot clockwise[] = {{1, 1}, {1, 2}, {2, 2}, {2, 1}, {1, 1}};
        expect_vertices(&rings, 0, square, 5);
        expect_vertices(&rings, 1, clockwise, 5);
        expect_vertices(&rings, 2, apart, 4);
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(rings.ring[i].label, 7);
        const double extent[] = {0, 0, 12, 13};
        assert_memory_equal(rings.extent, extent, sizeof extent);
        cov_rings_clear(&rings);
    }
}

/* Each polygon of a multipolygon counts on, those of the next call start anew. */
static void test_labels_by_polygon(void **state)
{
    (void)state;
    static const uint32_t want[] = {7, 7, 8, 7, 7, 8, 7};
    cov_rings rings = COV_RINGS_INIT;
    rings.by_polygon = true;
    bytes b[] = {two_parts((wkb_style){0}), two_parts((wkb_style){0}), one_ring(square, 5)};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(add(&rings, &b[i], NULL), COV_OK);
    assert_int_equal(rings.n_rings, 7);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(rings.ring[i].label, want[i]);
    cov_rings_clear(&rings);
}

static void test_labels_accumulate(void **state)
{
    (void)state;
    cov_rings rings = COV_RINGS_INIT;
    bytes b = one_ring(square, 5);
    for (uint32_t i = 0; i < 5000; i++)
        assert_int_equal(cov_rings_add(&rings, b.at, b.n, i, NULL), COV_OK);
    free(b.at);
    assert_int_equal(rings.n_rings, 5000);
    for (uint32_t i = 0; i < 5000; i++) {
        assert_int_equal(rings.ring[i].label, i);
        assert_int_equal(rings.ring[i].first, 5 * i);
        expect_vertices(&rings, i, square, 5);
    }
    cov_rings_clear(&rings);
    assert_null(rings.vertex);
    assert_null(rings.ring);
    assert_int_equal(rings.n_rings, 0);
    cov_rings_clear(&rings);
}

/* Start somewhere, go around in one of two ways. */
static void turn(const spot *v, size_t n, size_t start, bool back, spot *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = v[(start + (back ? (n - 1) - i : i)) % (n - 1)];
}

static int stored_winding(const cov_rings *rings, size_t ring)
{
    spot v[32];
    memcpy(v, &rings->vertex[rings->ring[ring].first], rings->ring[ring].n * sizeof v[0]);
    exact e;
    exact_init(&e);
    int sign = exact_winding(&e, v, rings->ring[ring].n);
    exact_clear(&e);
    return sign;
}

static void expect_windings(const spot *v, size_t n)
{
    for (size_t start = 0; start + 1 < n; start++) {
        for (int back = 0; back < 2; back++) {
            spot turned[32];
            turn(v, n, start, back, turned);
            bytes b = {0};
            put_head(&b, &plain, WKB_TYPE_POLYGON);
            put_u32(&b, &plain, 2);
            put_ring(&b, &plain, turned, n);
            put_ring(&b, &plain, turned, n);
            cov_rings rings = COV_RINGS_INIT;
            assert_int_equal(add(&rings, &b, NULL), COV_OK);
            assert_int_equal(stored_winding(&rings, 0), 1);
            assert_int_equal(stored_winding(&rings, 1), -1);
            assert_memory_equal(&rings.vertex[0], &turned[0], sizeof turned[0]);
            cov_rings_clear(&rings);
        }
    }
}

static void test_winding(void **state)
{
    (void)state;
    /* The westernmost place of the first is a flat side with a vertex in its middle; the second is
     * a needle, the third has only a few ulps of area far from 0, the fourth only subnormal ones;
     * the fifth is concave at its lowest vertex. */
    const spot flat[] = {{0, 0}, {3, 1}, {0, 4}, {0, 3}, {0, 1}, {0, 0}};
    const spot needle[] = {{0, 0}, {1e9, 1e-9}, {1e9, 2e-9}, {0, 0}};
    const spot far[] = {{1e15, 1e15}, {1e15 + 0.125, 1e15}, {1e15, 1e15 + 0.125}, {1e15, 1e15}};
    const spot subnormal[] = {{0, 0}, {0x1p-1074, 0}, {0, 0x1p-1074}, {0, 0}};
    const spot arrow[] = {{-1, 1}, {0, 0}, {1, 1}, {0, 0.25}, {-1, 1}};
    const spot huge[] = {{-1e150, -1e150}, {1e150, -1e150}, {1e150, 1e150}, {-1e150, -1e150}};
    const spot ulp[] = {{1, 1}, {1 + 0x1p-52, 1}, {1, 1 + 0x1p-52}, {1, 1}};
    expect_windings(square, 5);
    expect_windings(flat, 6);
    expect_windings(needle, 4);
    expect_windings(far, 4);
    expect_windings(subnormal, 4);
    expect_windings(arrow, 5);
    expect_windings(huge, 4);
    expect_windings(ulp, 4);
}

static void test_repeated_vertices(void **state)
{
    (void)state;
    const spot stammer[] = {{0, 0}, {0, 0}, {4, 0},   {4, 0}, {4, 0},
                            {4, 4}, {0, 4}, {0, -0.}, {0, 0}, {0, 0}};
    bytes b = one_ring(stammer, 10);
    cov_rings rings = COV_RINGS_INIT;
    assert_int_equal(add(&rings, &b, NULL), COV_OK);
    expect_vertices(&rings, 0, square, 5);
    cov_rings_clear(&rings);
}

/* The same place must have the same bits: they enter the fingerprint. */
static void test_negative_zero(void **state)
{
    (void)state;
    const spot v[] = {{-0., 0}, {4, -0.}, {4, 4}, {-0., 4}, {0, -0.}};
    bytes b = one_ring(v, 5);
    cov_rings rings = COV_RINGS_INIT;
    assert_int_equal(add(&rings, &b, NULL), COV_OK);
    expect_vertices(&rings, 0, square, 5);
    cov_rings_clear(&rings);
}

/* ---------------------------------------------------------------- damaged geometries */

static void test_truncated_everywhere(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 32; bits++) {
        wkb_style style = {bits & 1, bits & 2, bits & 4, bits & 8, bits & 16};
        bytes whole = two_parts(style);
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
    cov_rings rings = COV_RINGS_INIT;
    cov_error err;
    assert_int_equal(cov_rings_add(&rings, NULL, 0, 1, &err), COV_ERR_GEOMETRY);
    assert_int_equal(cov_rings_add(&rings, NULL, 100, 1, &err), COV_ERR_GEOMETRY);
    assert_int_equal(cov_rings_add(&rings, "", 0, 1, NULL), COV_ERR_GEOMETRY);
    cov_rings_clear(&rings);
}

static void test_byte_order_mark(void **state)
{
    (void)state;
    for (unsigned mark = 2; mark < 256; mark++) {
        bytes b = one_ring(square, 5);
        b.at[0] = (unsigned char)mark;
        expect_refused(b, "unknown byte order");
        b = two_parts(plain);
        b.at[9] = (unsigned char)mark;
        expect_refused(b, "unknown byte order of a part");
    }
}

static void expect_type_refused(uint32_t type, bool as_part)
{
    bytes b = {0};
    char why[40];
    snprintf(why, sizeof why, "type %#x%s", (unsigned)type, as_part ? " of a part" : "");
    if (as_part) {
        put_head(&b, &plain, WKB_TYPE_MULTIPOLYGON);
        put_u32(&b, &plain, 1);
    }
    put_head(&b, &plain, type);
    put_u32(&b, &plain, 1);
    put_ring(&b, &plain, square, 5);
    expect_refused(b, why);
}

static void test_types(void **state)
{
    (void)state;
    for (uint32_t type = 0; type < 1000; type++) {
        if (type != WKB_TYPE_POLYGON)
            expect_type_refused(type, true);
        /* Read as a multipolygon, the ring count is a part count, and the part is no polygon. */
        if (type != WKB_TYPE_POLYGON)
            expect_type_refused(type, false);
    }
}

/* Numbers that no standard gives a meaning: thousands beyond 3, a fourth high bit. */
static void test_unknown_types(void **state)
{
    (void)state;
    const uint32_t types[] = {4003, 5003, 10003, 1000003, 0x10000003u, 0x0FFFFFF3u, 0xFFFFFFFFu};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        expect_type_refused(types[i], false);
}

static void test_nested_multipolygons(void **state)
{
    (void)state;
    bytes b = {0};
    for (int i = 0; i < 20000; i++) {
        put_head(&b, &plain, WKB_TYPE_MULTIPOLYGON);
        put_u32(&b, &plain, 1);
    }
    put_polygon(&b, &plain, square, 5);
    expect_refused(b, "multipolygons within multipolygons");
}

static void test_coordinates(void **state)
{
    (void)state;
    const double bad[] = {NAN,      -NAN,  INFINITY, -INFINITY,      1.7e308,
                          -1.7e308, 1e151, -1e151,   ulps(1e150, 1), ulps(-1e150, -1)};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        for (size_t k = 0; k < 10; k++) {
            spot v[5];
            memcpy(v, square, sizeof v);
            if (k % 2)
                v[k / 2].x = bad[i];
            else
                v[k / 2].y = bad[i];
            expect_refused(one_ring(v, 5), "coordinate");
        }
    }
}

static void test_not_closed(void **state)
{
    (void)state;
    const spot nearly[] = {{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0x1p-1074}};
    expect_refused(one_ring(square, 4), "open square");
    expect_refused(one_ring(nearly, 5), "square open by one ulp");
    expect_refused(one_ring(square, 1), "one vertex");
    expect_refused(one_ring(square, 2), "two vertices");
    expect_refused(one_ring(square, 3), "three vertices");
}

static void test_without_area(void **state)
{
    (void)state;
    const spot point[] = {{1, 1}, {1, 1}, {1, 1}, {1, 1}};
    const spot there_and_back[] = {{0, 0}, {3, 1}, {0, 0}};
    const spot line[] = {{0, 0}, {1, 1}, {3, 3}, {2, 2}, {0, 0}};
    const spot upright[] = {{0, 0}, {0, 3}, {0, 1}, {0, 0}};
    const spot triangle_of_two[] = {{0, 0}, {3, 1}, {3, 1}, {3, 1}, {0, 0}};
    const spot tenths[] = {{0, 0}, {3, 1}, {1.5, 0.5}, {0.75, 0.25}, {0, 0}};
    expect_refused(one_ring(point, 4), "a point four times");
    expect_refused(one_ring(there_and_back, 3), "there and back");
    expect_refused(one_ring(line, 5), "a line");
    expect_refused(one_ring(upright, 4), "an upright line");
    expect_refused(one_ring(triangle_of_two, 5), "a triangle of two places");
    expect_refused(one_ring(tenths, 5), "a slanting line");
}

/* A shell, a hole without area, and a part that is nothing but a line: the shell stays. */
static void test_flat_is_left_out(void **state)
{
    (void)state;
    const spot line[] = {{0.25, 0.25}, {0.5, 0.5}, {0.75, 0.75}, {0.25, 0.25}};
    bytes b = {0};
    put_head(&b, &plain, WKB_TYPE_MULTIPOLYGON);
    put_u32(&b, &plain, 2);
    put_head(&b, &plain, WKB_TYPE_POLYGON);
    put_u32(&b, &plain, 2);
    put_ring(&b, &plain, square, 5);
    put_ring(&b, &plain, line, 4);
    put_polygon(&b, &plain, line, 4);
    cov_rings rings = COV_RINGS_INIT;
    rings.leave_flat = true;
    assert_int_equal(cov_rings_add(&rings, b.at, b.n, 3, NULL), COV_OK);
    assert_int_equal(rings.n_rings, 1);
    assert_int_equal(rings.n_vertices, 5);
    bytes flat = one_ring(line, 4);
    assert_int_equal(cov_rings_add(&rings, flat.at, flat.n, 4, NULL), COV_OK);
    assert_int_equal(rings.n_rings, 1);
    flat.n -= 1;
    assert_int_equal(cov_rings_add(&rings, flat.at, flat.n, 4, NULL), COV_ERR_GEOMETRY);
    cov_rings_clear(&rings);
    assert_false(rings.leave_flat);
    free(flat.at);
    free(b.at);
}

static void test_empty(void **state)
{
    (void)state;
    for (uint32_t type = WKB_TYPE_POLYGON; type <= WKB_TYPE_MULTIPOLYGON; type += 3) {
        bytes b = {0};
        put_head(&b, &plain, type);
        put_u32(&b, &plain, 0);
        expect_refused(b, "empty");
    }
    bytes b = {0};
    put_head(&b, &plain, WKB_TYPE_POLYGON);
    put_u32(&b, &plain, 2);
    put_ring(&b, &plain, square, 5);
    put_ring(&b, &plain, square, 0);
    expect_refused(b, "an empty hole");
    expect_refused(one_ring(square, 0), "an empty shell");
}

/* The second part fails: the first one must not stay, not even in the extent. */
static void test_half_read(void **state)
{
    (void)state;
    bytes b = {0};
    put_head(&b, &plain, WKB_TYPE_MULTIPOLYGON);
    put_u32(&b, &plain, 2);
    put_polygon(&b, &plain, square, 5);
    put_polygon(&b, &plain, square, 4);
    cov_rings rings = COV_RINGS_INIT;
    bytes good = one_ring(apart, 4);
    assert_int_equal(add(&rings, &good, NULL), COV_OK);
    assert_int_equal(add(&rings, &b, NULL), COV_ERR_GEOMETRY);
    assert_int_equal(rings.n_rings, 1);
    assert_int_equal(rings.n_vertices, 4);
    const double extent[] = {10, 10, 12, 13};
    assert_memory_equal(rings.extent, extent, sizeof extent);
    cov_rings_clear(&rings);
}

static void test_hostile_counts(void **state)
{
    (void)state;
    const uint32_t counts[] = {0xFFFFFFFFu, 0x80000000u, 0x7FFFFFFFu, 0x10000000u, 1000000};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        for (unsigned bits = 0; bits < 16; bits++) {
            wkb_style style = {bits & 1, bits & 2, bits & 4, bits & 8, false};
            bytes rings = {0}, vertices = {0}, parts = {0};
            put_head(&rings, &style, WKB_TYPE_POLYGON);
            put_u32(&rings, &style, counts[i]);
            put_ring(&rings, &style, square, 5);
            expect_refused(rings, "hostile count of rings");
            put_head(&vertices, &style, WKB_TYPE_POLYGON);
            put_u32(&vertices, &style, 1);
            put_u32(&vertices, &style, counts[i]);
            expect_refused(vertices, "hostile count of vertices");
            put_head(&parts, &style, WKB_TYPE_MULTIPOLYGON);
            put_u32(&parts, &style, counts[i]);
            put_polygon(&parts, &style, square, 5);
            expect_refused(parts, "hostile count of parts");
        }
    }
}

/* Any change of bytes is read as something or refused, never unsafely: the sanitizers judge. */
static void test_random_damage(void **state)
{
    (void)state;
    rng r = {21};
    for (int i = 0; i < 50000; i++) {
        bytes b = two_parts(random_style(&r));
        for (size_t k = rng_below(&r, 3); k < 3; k++)
            b.at[rng_below(&r, b.n)] = (unsigned char)rng_next(&r);
        cov_rings rings = COV_RINGS_INIT;
        cov_error err;
        cov_status s = add(&rings, &b, &err);
        assert_true(s == COV_OK || s == COV_ERR_GEOMETRY);
        assert_true(s != COV_OK || rings.n_rings > 0);
        assert_true(rings.n_vertices <= 14);
        cov_rings_clear(&rings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_style),
        cmocka_unit_test(test_labels_by_polygon),
        cmocka_unit_test(test_labels_accumulate),
        cmocka_unit_test(test_winding),
        cmocka_unit_test(test_repeated_vertices),
        cmocka_unit_test(test_negative_zero),
        cmocka_unit_test(test_truncated_everywhere),
        cmocka_unit_test(test_no_bytes),
        cmocka_unit_test(test_byte_order_mark),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_unknown_types),
        cmocka_unit_test(test_nested_multipolygons),
        cmocka_unit_test(test_coordinates),
        cmocka_unit_test(test_not_closed),
        cmocka_unit_test(test_without_area),
        cmocka_unit_test(test_flat_is_left_out),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_half_read),
        cmocka_unit_test(test_hostile_counts),
        cmocka_unit_test(test_random_damage),
    };
    return cmocka_run_group_tests_name("rings", tests, NULL, NULL);
}
