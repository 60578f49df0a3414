/* What is proved valid is so, by a search through all pairs of edges and for GEOS; and what touches
 * nothing is proved. SPDX-License-Identifier: MIT */
#include "proofs.h"

#include "shapes.h"

/* ---------------------------------------------------------------- random polygons on a lattice */

static void lattice_ring(sheet *s, uint32_t part, rng *r, size_t side)
{
    size_t n = 3 + rng_below(r, 4);
    spot last = {-1, -1}, first = {-1, -1};
    sheet_open(s, 0, part);
    for (size_t i = 0; i < n;) {
        spot p = {(double)rng_below(r, side), (double)rng_below(r, side)};
        if (same(p, last) || (i + 1 == n && same(p, first)))
            continue;
        first = i == 0 ? p : first;
        sheet_vertex(s, p.x, p.y);
        last = p;
        i++;
    }
    sheet_close(s);
}

static void lattice_box(sheet *s, uint32_t part, rng *r, size_t side)
{
    size_t x = rng_below(r, side), y = rng_below(r, side);
    size_t w = 1 + rng_below(r, side - x), h = 1 + rng_below(r, side - y);
    sheet_box(s, 0, part, (const double[]){(double)x, (double)y, (double)(x + w), (double)(y + h)});
}

static void lattice_polygons(sheet *s, rng *r, size_t side)
{
    size_t parts = 1 + rng_below(r, 3), boxes = rng_below(r, 4);
    for (uint32_t part = 0; part < parts; part++) {
        size_t rings = 1 + rng_below(r, 3) % 3;
        for (size_t k = 0; k < rings; k++) {
            if (rng_below(r, 4) < boxes)
                lattice_box(s, part, r, side);
            else
                lattice_ring(s, part, r, side);
        }
    }
}

/* Exact: by powers of two. */
static void scale(sheet *s, double factor, double x, double y)
{
    for (size_t i = 0; i < s->n_v; i++)
        s->v[i] = (spot){s->v[i].x * factor + x, s->v[i].y * factor + y};
    for (size_t i = 0; i < s->n_loops; i++) {
        const double add[] = {x, y, x, y};
        for (size_t k = 0; k < 4; k++)
            s->loop[i].box[k] = s->loop[i].box[k] * factor + add[k];
    }
}

static void test_lattice(void **state)
{
    (void)state;
    rng r = {1};
    engines e = open_engines();
    counts n = {0};
    size_t many = 0;
    for (int round = 0; round < 60000; round++) {
        sheet s = {0};
        size_t before = n.proved;
        lattice_polygons(&s, &r, 3 + rng_below(&r, 10));
        scale(&s, ldexp(1, (int)rng_below(&r, 40) - 20), (double)rng_below(&r, 3) - 1,
              (double)rng_below(&r, 9) - 4);
        expect_equal(&e, &s, &r, &n);
        many += n.proved > before && s.n_loops > 1;
        sheet_free(&s);
    }
    assert_true(n.proved > 4000 && many > 300);
    close_engines(&e);
}

/* ---------------------------------------------------------------- islands in lakes */

/* Rings within rings around a centre: shells at even depths, holes of the last one at odd ones. */
static void nest(sheet *s, uint32_t *part, rng *r, spot centre, double radius, size_t depth)
{
    uint32_t own = *part;
    for (size_t k = 0; k < depth; k++) {
        own = k % 2 == 0 ? (*part)++ : own;
        size_t n = 3 + rng_below(r, 12);
        double start = rng_unit(r);
        sheet_open(s, 0, own);
        for (size_t i = 0; i < n; i++) {
            spot p = polar(centre, radius * rng_between(r, 0.9, 1),
                           TURN * ((double)i + start) / (double)n);
            sheet_vertex(s, p.x, p.y);
        }
        sheet_close(s);
        radius *= 0.4;
    }
}

static void archipelago(sheet *s, rng *r, size_t side)
{
    uint32_t part = 0;
    for (size_t i = 0; i < side * side; i++) {
        spot centre = {105 + 0.01 * (double)(i % side), 8 + 0.01 * (double)(i / side)};
        nest(s, &part, r, centre, 0.0049, rng_below(r, 6));
    }
}

static void test_archipelago(void **state)
{
    (void)state;
    rng r = {2};
    engines e = open_engines();
    counts n = {0};
    for (int round = 0; round < 300; round++) {
        sheet s = {0};
        archipelago(&s, &r, 1 + (size_t)round % 5);
        if (s.n_loops > 0)
            expect_equal(&e, &s, &r, &n);
        sheet_free(&s);
    }
    assert_int_equal(n.proved, n.sheets);
    assert_true(n.proved > 200);
    close_engines(&e);
}

static void put_vertex(sheet *s, loop *l, size_t i, spot p)
{
    s->v[i] = p;
    if (i == l->first)
        s->v[l->first + l->n - 1] = p;
    l->box[0] = fmin(l->box[0], p.x);
    l->box[1] = fmin(l->box[1], p.y);
    l->box[2] = fmax(l->box[2], p.x);
    l->box[3] = fmax(l->box[3], p.y);
}

/* One vertex is put elsewhere, onto or beside another place of the sheet or just not far; a
 * repeated vertex would be none for the oracle. */
static void move_one(sheet *s, rng *r)
{
    loop *l = &s->loop[rng_below(r, s->n_loops)];
    size_t i = l->first + rng_below(r, l->n - 1);
    probe q = make_probe(r, s, (probe_kind)rng_below(r, PROBE_OUTSIDE));
    spot before = s->v[i > l->first ? i - 1 : l->first + l->n - 2], at = s->v[i];
    if (rng_below(r, 2) == 0)
        q.p = (spot){at.x + rng_between(r, -1, 1) * 5e-4, at.y + rng_between(r, -1, 1) * 5e-4};
    if (!same(q.p, before) && !same(q.p, s->v[i + 1]))
        put_vertex(s, l, i, q.p);
}

static void test_moved_vertices(void **state)
{
    (void)state;
    rng r = {3};
    engines e = open_engines();
    counts n = {0};
    for (int round = 0; round < 6000; round++) {
        sheet s = {0};
        archipelago(&s, &r, 2);
        if (s.n_loops > 0) {
            move_one(&s, &r);
            compare(&e, &s, &r, &n);
        }
        sheet_free(&s);
    }
    assert_true(n.proved > 1000 && n.proved < n.sheets - 1000);
    assert_true(n.valid < n.proved + n.proved / 20);
    close_engines(&e);
}

/* Put a vertex of the second loop, as seen from the centre, onto an edge of the first one, or a few
 * ulps beside it. */
static void approach(sheet *s, rng *r, spot c)
{
    loop *l = &s->loop[1];
    size_t i = l->first + rng_below(r, l->n - 1);
    spot v = s->v[i];
    for (size_t k = 0; k + 1 < s->loop[0].n; k++) {
        spot a = s->v[k], b = s->v[k + 1];
        double dx = v.x - c.x, dy = v.y - c.y, ex = b.x - a.x, ey = b.y - a.y;
        if ((dx * (a.y - c.y) - dy * (a.x - c.x)) * (dx * (b.y - c.y) - dy * (b.x - c.x)) > 0)
            continue;
        double t = ((a.x - c.x) * ey - (a.y - c.y) * ex) / (dx * ey - dy * ex);
        if (t > 0)
            put_vertex(s, l, i,
                       (spot){ulps(c.x + t * dx, (int)rng_below(r, 5) - 2),
                              ulps(c.y + t * dy, (int)rng_below(r, 5) - 2)});
    }
}

/* What is an ulp apart may be left to GEOS, but not much of it. */
static void test_hardly_apart(void **state)
{
    (void)state;
    static const spot centre[] = {{105, 8}, {0.001, 0.001}, {500000, 1200000}, {-1, 1e-5}};
    rng r = {8};
    engines e = open_engines();
    counts n = {0};
    for (int round = 0; round < 20000; round++) {
        sheet s = {0};
        uint32_t part = 0;
        spot c = centre[round % 4];
        nest(&s, &part, &r, c, rng_between(&r, 0.001, 2), 2 + rng_below(&r, 2));
        approach(&s, &r, c);
        compare(&e, &s, &r, &n);
        sheet_free(&s);
    }
    assert_true(n.valid > 9000 && n.proved > 7000 && n.proved < n.valid);
    close_engines(&e);
}

/* Parts are loops that follow each other. */
static void number_parts(sheet *s)
{
    uint32_t was = s->loop[0].part, part = 0;
    for (size_t i = 0; i < s->n_loops; i++) {
        part += s->loop[i].part != was;
        was = s->loop[i].part;
        s->loop[i].part = part;
    }
}

/* Two loops change places; in half of the cases each has the role of the other then, else parts are
 * torn to pieces. */
static void test_wrong_roles(void **state)
{
    (void)state;
    rng r = {4};
    engines e = open_engines();
    counts n = {0};
    for (int round = 0; round < 3000; round++) {
        sheet s = {0};
        archipelago(&s, &r, 2);
        if (s.n_loops > 1) {
            loop *a = &s.loop[rng_below(&r, s.n_loops)], *b = &s.loop[rng_below(&r, s.n_loops)];
            loop swap = *a;
            *a = *b;
            *b = swap;
            if (rng_below(&r, 2) == 0) {
                b->part = a->part;
                a->part = swap.part;
            }
            number_parts(&s);
            expect_equal(&e, &s, &r, &n);
        }
        sheet_free(&s);
    }
    assert_true(n.proved > 100 && n.proved < n.sheets - 1000);
    close_engines(&e);
}

/* ---------------------------------------------------------------- shapes */

static bool proves(const sheet *s)
{
    bytes b = sheet_wkb(s, 0, NULL);
    bool proved = cov_validity_proved(b.at, b.n);
    free(b.at);
    return proved;
}

static void expect_shape(engines *e, sheet *s, rng *r, const char *name)
{
    counts n = {0};
    if (!compare(e, s, r, &n) || n.proved != 1)
        fail_msg("%s isn't proved", name);
    sheet_free(s);
}

static void test_shapes(void **state)
{
    (void)state;
    static const double wide[] = {0, 0, 1000, 1}, tall[] = {3, 3, 3.5, 1e4}, one[] = {1, 2, 3, 5};
    rng r = {5};
    engines e = open_engines();
    sheet s = {0};
    shape_star(&s, 0, &r, (spot){5, 5}, 3, 9, 100);
    expect_shape(&e, &s, &r, "a star");
    shape_ring(&s, 0, (spot){-7, 2}, 3, 3.01, 1000);
    expect_shape(&e, &s, &r, "a ring");
    shape_spiral(&s, 0, (spot){1, 1}, 0.1, 20);
    expect_shape(&e, &s, &r, "a spiral");
    shape_comb(&s, 0, wide, 300);
    expect_shape(&e, &s, &r, "a wide comb");
    shape_comb(&s, 0, tall, 8);
    expect_shape(&e, &s, &r, "a tall comb");
    sheet_box(&s, 0, 0, one);
    expect_shape(&e, &s, &r, "a box");
    close_engines(&e);
}

/* ---------------------------------------------------------------- magnitudes */

static const double island[] = {1, 1, 8, 8}, lake[] = {2, 2, 7, 7}, islet[] = {3, 3, 4, 4};

static sheet three_boxes(void)
{
    sheet s = {0};
    sheet_box(&s, 0, 0, island);
    sheet_box(&s, 0, 0, lake);
    sheet_box(&s, 0, 1, islet);
    return s;
}

static void test_magnitudes(void **state)
{
    (void)state;
    static const double proved[] = {1, 1e-80, 1e80, -1e-80, -1e7},
                        left[] = {1e-95, 1e95, -1e-300, 1e140, 1e155, NAN, INFINITY};
    for (size_t i = 0; i < sizeof proved / sizeof proved[0]; i++) {
        sheet s = three_boxes();
        scale(&s, proved[i], 0, 0);
        assert_true(proves(&s));
        sheet_free(&s);
    }
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        sheet s = three_boxes();
        scale(&s, left[i], 0, 0);
        assert_false(proves(&s));
        sheet_free(&s);
    }
}

/* Any single coordinate that isn't a number, or is too large, spoils the proof. */
static void test_single_coordinates(void **state)
{
    (void)state;
    static const double bad[] = {NAN, INFINITY, -INFINITY, 1e200, 1e-200, -1e300, 0x1p-1074};
    sheet s = three_boxes();
    for (size_t i = 0; i < s.n_v; i += i % 5 == 3 ? 2 : 1) { /* each fifth closes a ring */
        for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
            spot was = s.v[i];
            s.v[i].x = bad[k];
            assert_false(proves(&s));
            s.v[i] = (spot){was.x, bad[k]};

            assert_false(proves(&s));
            s.v[i] = was;
        }
    }
    assert_true(proves(&s));
    sheet_free(&s);
}

/* Few places, very large and very small ones with neighbours an ulp away: GEOS errs about some of
 * these, so they must be left to it. */
static double odd_number(rng *r)
{
    double value = ldexp(1 + (double)rng_below(r, 3), (int)rng_below(r, 3) * -45);
    value = rng_below(r, 4) == 0 ? 0 : ulps(value, (int)rng_below(r, 3) - 1);
    return rng_below(r, 2) == 0 ? value : -value;
}

static void test_odd_numbers(void **state)
{
    (void)state;
    rng r = {6};
    engines e = open_engines();
    counts n = {0};
    for (int round = 0; round < 60000; round++) {
        sheet s = {0};
        size_t rings = 1 + rng_below(&r, 2), parts = rng_below(&r, 2);
        for (size_t i = 0; i < rings; i++) {
            sheet_open(&s, 0, (uint32_t)(i * parts));
            sheet_vertex(&s, odd_number(&r), odd_number(&r));
            for (size_t k = 2 + rng_below(&r, 2); k > 0;) {
                spot p = {odd_number(&r), odd_number(&r)};
                if (same(p, s.v[s.n_v - 1]) || same(p, s.v[s.loop[i].first]))
                    continue;
                sheet_vertex(&s, p.x, p.y);
                k--;
            }
            sheet_close(&s);
        }
        compare(&e, &s, &r, &n);
        sheet_free(&s);
    }
    assert_true(n.proved > 5000);
    close_engines(&e);
}

/* ---------------------------------------------------------------- by hand */

static const struct {
    const char *what;
    const char *wkt;
    bool proved;
} cases[] = {
    {"an empty polygon", "POLYGON EMPTY", false},
    {"an empty multipolygon", "MULTIPOLYGON EMPTY", false},
    {"a point", "POINT (1 1)", false},
    {"an empty part", "MULTIPOLYGON (EMPTY, ((0 0,4 0,4 4,0 0)))", true},
    {"repeated vertices", "POLYGON ((0 0,0 0,4 0,4 4,4 4,4 4,0 0,0 0))", true},
    {"a vertex on a straight side", "POLYGON ((0 0,2 0,4 0,4 4,0 0))", true},
    {"a ring without area", "POLYGON ((0 0,4 4,0 0,0 0))", false},
    {"a spike", "POLYGON ((0 0,4 0,4 4,4 6,4 4,0 4,0 0))", false},
    {"a spike at the start", "POLYGON ((4 6,4 4,0 4,0 0,4 0,4 4,4 6))", false},
    {"a bow", "POLYGON ((0 0,2 2,2 0,0 2,0 0))", false},
    {"a ring that touches itself", "POLYGON ((0 0,4 0,4 4,2 0,0 4,0 0))", false},
    {"a hole that touches the shell", "POLYGON ((0 0,4 0,4 4,0 4,0 0),(0 0,2 1,1 2,0 0))", false},
    {"a hole along the shell", "POLYGON ((0 0,4 0,4 4,0 4,0 0),(0 1,2 1,2 2,0 2,0 1))", false},
    {"a hole outside", "POLYGON ((0 0,4 0,4 4,0 4,0 0),(5 1,6 1,6 2,5 2,5 1))", false},
    {"a hole around", "POLYGON ((1 1,2 1,2 2,1 2,1 1),(0 0,4 0,4 4,0 4,0 0))", false},
    {"a hole in a hole",
     "POLYGON ((0 0,9 0,9 9,0 9,0 0),(1 1,8 1,8 8,1 8,1 1),(2 2,3 2,3 3,2 3,2 2))", false},
    {"two holes", "POLYGON ((0 0,9 0,9 9,0 9,0 0),(1 1,2 1,2 2,1 2,1 1),(3 1,4 1,4 2,3 2,3 1))",
     true},
    {"a hole of another polygon",
     "MULTIPOLYGON (((0 0,9 0,9 9,0 9,0 0)),((10 0,19 0,19 9,10 9,10 0),(1 1,2 1,2 2,1 1)))",
     false},
    {"a polygon within another", "MULTIPOLYGON (((0 0,9 0,9 9,0 9,0 0)),((1 1,2 1,2 2,1 1)))",
     false},
    {"an island in a lake",
     "MULTIPOLYGON (((1 1,2 1,2 2,1 1)),((-1 -1,9 -1,9 9,-1 9,-1 -1),(0 0,8 0,8 8,0 8,0 0)))",
     true},
    {"an island in its own lake, as a hole",
     "POLYGON ((-1 -1,9 -1,9 9,-1 9,-1 -1),(0 0,8 0,8 8,0 8,0 0),(1 1,2 1,2 2,1 1))", false},
    {"a polygon twice", "MULTIPOLYGON (((0 0,4 0,4 4,0 0)),((0 0,4 0,4 4,0 0)))", false},
    {"a common side", "MULTIPOLYGON (((0 0,4 0,4 4,0 0)),((0 0,4 4,0 4,0 0)))", false},
    {"a part of a common side", "MULTIPOLYGON (((0 0,4 0,4 4,0 0)),((1 1,2 2,0 4,1 1)))", false},
    {"a common vertex", "MULTIPOLYGON (((0 0,4 0,4 4,0 0)),((4 4,8 4,8 8,4 4)))", false},
};

static void test_cases(void **state)
{
    (void)state;
    engines e = open_engines();
    GEOSWKTReader *wkt = GEOSWKTReader_create_r(e.geos);
    GEOSWKBWriter *wkb = GEOSWKBWriter_create_r(e.geos);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = 0;
        GEOSGeometry *g = GEOSWKTReader_read_r(e.geos, wkt, cases[i].wkt);
        assert_non_null(g);
        unsigned char *at = GEOSWKBWriter_write_r(e.geos, wkb, g, &size);
        if (cov_validity_proved(at, size) != cases[i].proved)
            fail_msg("%s", cases[i].what);
        if (cases[i].proved)
            assert_int_equal(GEOSisValid_r(e.geos, g), 1);
        GEOSFree_r(e.geos, at);
        GEOSGeom_destroy_r(e.geos, g);
    }
    GEOSWKTReader_destroy_r(e.geos, wkt);
    GEOSWKBWriter_destroy_r(e.geos, wkb);
    close_engines(&e);
}

static void test_damaged_bytes(void **state)
{
    (void)state;
    sheet s = three_boxes();
    bytes b = sheet_wkb(&s, 0, NULL);
    assert_true(cov_validity_proved(b.at, b.n));
    for (size_t n = 0; n < b.n; n++) {
        /* On the heap, so that a read past its end doesn't go unseen. */
        void *part = malloc(n + 1), *cut = part != NULL ? realloc(part, n + (n == 0)) : NULL;
        assert_non_null(cut);
        memcpy(cut, b.at, n);
        assert_false(cov_validity_proved(cut, n));
        free(cut);
    }
    assert_false(cov_validity_proved(NULL, 0));
    free(b.at);
    const spot open[] = {{0, 0}, {4, 0}, {4, 4}, {0, 4}};
    bytes ring = {0};
    put_polygon(&ring, &(wkb_style){0}, open, 4);
    assert_false(cov_validity_proved(ring.at, ring.n));
    free(ring.at);
    sheet_free(&s);
}

/* ---------------------------------------------------------------- work */

/* Thousands of islands on a square; one far away makes one cell of them, and then they are left to
 * GEOS, as comparing all with all takes too long. */
static void test_a_crowd_is_left(void **state)
{
    (void)state;
    static const double away[] = {1e12, 1e12, 2e12, 2e12};
    rng r = {7};
    sheet s = {0};
    for (size_t side = 4; side <= 64; side += 60) {
        archipelago(&s, &r, side);
        assert_true(proves(&s));
        sheet_box(&s, 0, UINT32_MAX, away);
        assert_int_equal(proves(&s), side == 4);
        sheet_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lattice),        cmocka_unit_test(test_archipelago),
        cmocka_unit_test(test_moved_vertices), cmocka_unit_test(test_hardly_apart),
        cmocka_unit_test(test_wrong_roles),    cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_magnitudes),     cmocka_unit_test(test_single_coordinates),
        cmocka_unit_test(test_odd_numbers),    cmocka_unit_test(test_cases),
        cmocka_unit_test(test_damaged_bytes),  cmocka_unit_test(test_a_crowd_is_left),
    };
    return cmocka_run_group_tests_name("validity", tests, NULL, NULL);
}
