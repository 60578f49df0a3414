/* The pieces of a plane: rectangles by hand, random zones against GEOS's intersections and
 * differences, which cut in another way. SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* M_PI */
#define _LARGEFILE64_SOURCE
#include <math.h>

#include "layers.h"
#include "scene.h"
#include "support.h"

#include "io/partition.h"

static double size_of(const cov_shape *shape)
{
    OGRGeometryH g = geometry_of(shape);
    double size = OGR_G_Area(g);
    OGR_G_DestroyGeometry(g);
    return size;
}

static cov_partition cut(const scene *s, unsigned threads)
{
    const cov_phases phases = cov_phases_start(NULL, NULL);
    cov_partition p = {0};
    cov_error err = {0};
    if (cov_partition_create(&s->borders, threads, &phases, &p, &err) != COV_OK)
        fail_msg("%s", err.message);
    assert_ptr_equal(p.areas, s->areas);
    for (size_t i = 1; i < p.n; i++) {
        const cov_piece *a = &p.piece[i - 1], *b = &p.piece[i];
        assert_true(a->area < b->area || (a->area == b->area && a->set < b->set));
    }
    return p;
}

/* 0 where there is no such piece. */
static double size_at(const cov_partition *p, int area, uint64_t set)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->piece[i].area == area && p->piece[i].set == set)
            return size_of(&p->piece[i].shape);
    }
    return 0;
}

static void assert_size(const cov_partition *p, int area, uint64_t set, double want)
{
    double got = size_at(p, area, set);
    if (!(fabs(got - want) <= 1e-12 * fmax(want, 1)))
        fail_msg("area %d with set %llu has %.17g, not %.17g", area, (unsigned long long)set, got,
                 want);
}

/* ---------------------------------------------------------------- by hand */

#define BOX(w, s, e, n) "((" #w " " #s "," #e " " #s "," #e " " #n "," #w " " #n "," #w " " #s "))"

static void test_rectangles(void **state)
{
    (void)state;
    scene s = {0};
    scene_area(&s, shape_of_wkt("POLYGON" BOX(0, 0, 4, 4)));
    scene_area(&s, shape_of_wkt("POLYGON" BOX(4, 0, 8, 4)));
    scene_area(&s, shape_of_wkt("POLYGON" BOX(0, 4, 8, 8)));
    scene_area(&s, shape_of_wkt("POLYGON" BOX(20, 0, 21, 1)));
    scene_zone(&s, 0, shape_of_wkt("POLYGON" BOX(2, 2, 6, 6)));
    scene_zone(&s, 3, shape_of_wkt("POLYGON" BOX(3, -1, 5, 3)));
    scene_zone(&s, 3, shape_of_wkt("MULTIPOLYGON(" BOX(3, 2, 4, 4) "," BOX(18, -2, 22, 2) ")"));
    scene_build(&s);
    cov_partition p = cut(&s, 1);
    assert_true(p.answered == 9);
    assert_size(&p, 0, 0, 10); /* 16 less the zones */
    assert_size(&p, 0, 1, 2);
    assert_size(&p, 0, 8, 2);
    assert_size(&p, 0, 9, 2);
    assert_size(&p, 1, 0, 16 - 6);
    assert_size(&p, 1, 1, 3);
    assert_size(&p, 1, 8, 2);
    assert_size(&p, 1, 9, 1);
    assert_size(&p, 2, 0, 24);
    assert_size(&p, 2, 1, 8);
    assert_size(&p, 3, 8, 1);
    assert_int_equal(p.n, 11);
    cov_partition_clear(&p);
    scene_clear(&s);
}

static void test_holes_and_islands(void **state)
{
    (void)state;
    scene s = {0};
    scene_area(&s, shape_of_wkt("MULTIPOLYGON(((0 0,10 0,10 10,0 10,0 0),(2 2,2 8,8 8,8 2,2 2)),"
                                "((4 4,6 4,6 6,4 6,4 4)))"));
    scene_area(&s, shape_of_wkt("POLYGON((2 2,8 2,8 8,2 8,2 2),(4 4,4 6,6 6,6 4,4 4))"));
    /* a ring of coverage around the island, and a dot on it */
    scene_zone(&s, 1, shape_of_wkt("POLYGON((3 3,7 3,7 7,3 7,3 3),(4 4,4 6,6 6,6 4,4 4))"));
    scene_zone(&s, 2, shape_of_wkt("POLYGON((4.5 4.5,5 4.5,5 5,4.5 5,4.5 4.5))"));
    scene_build(&s);
    cov_partition p = cut(&s, 2);
    assert_size(&p, 0, 0, 100 - 36 + 3.75);
    assert_size(&p, 0, 4, 0.25);
    assert_size(&p, 1, 2, 12);
    assert_size(&p, 1, 0, 20);
    assert_int_equal(p.n, 4);
    cov_partition_clear(&p);
    scene_clear(&s);
}

/* The first in order owns what areas have in common, all of it where it holds the other. */
static void test_overlaps(void **state)
{
    (void)state;
    scene s = {0};
    scene_area(&s, shape_of_wkt("POLYGON" BOX(0, 0, 4, 4)));
    scene_area(&s, shape_of_wkt("POLYGON" BOX(3, 0, 7, 4)));
    scene_area(&s, shape_of_wkt("POLYGON" BOX(1, 1, 2, 2)));
    scene_area(&s, shape_of_wkt("POLYGON" BOX(3, 0, 7, 4)));
    scene_zone(&s, 0, shape_of_wkt("POLYGON" BOX(-1, -1, 5, 2)));
    scene_build(&s);
    cov_partition p = cut(&s, 2);
    assert_size(&p, 0, 0, 8);
    assert_size(&p, 0, 1, 8);
    assert_size(&p, 1, 0, 12 - 2);
    assert_size(&p, 1, 1, 2);
    assert_int_equal(p.n, 4);
    cov_partition_clear(&p);
    scene_clear(&s);
}

/* The rings around one part of an area are no part of another one, whoever draws them. */
static void test_parts_of_one_area(void **state)
{
    (void)state;
    scene s = {0};
    scene_area(&s, shape_of_wkt("POLYGON((0 0,9 0,9 9,0 9,0 0),(1 1,1 2,2 2,2 1,1 1),(5 5,5 8,8 8,"
                                "8 5,5 5))"));
    scene_area(&s, shape_of_wkt("MULTIPOLYGON(" BOX(1, 1, 2, 2) ",((5 5,8 5,8 8,5 8,5 5),(6 6,6 7,"
                                                                "7 7,7 6,6 6)))"));
    scene_area(&s, shape_of_wkt("MULTIPOLYGON(" BOX(6, 6, 7, 7) ",((-5 -5,15 -5,15 15,-5 15,-5 -5),"
                                                                "(0 0,0 9,9 9,9 0,0 0)))"));
    scene_zone(&s, 0, shape_of_wkt("POLYGON" BOX(5, 5, 8, 8)));
    scene_build(&s);
    cov_partition p = cut(&s, 1);
    assert_size(&p, 0, 0, 81 - 10);
    assert_size(&p, 1, 0, 1);
    assert_size(&p, 1, 1, 8);
    assert_size(&p, 2, 0, 400 - 81);
    assert_size(&p, 2, 1, 1);
    assert_int_equal(p.n, 5);
    cov_partition_clear(&p);
    scene_clear(&s);
}

/* A zone of many cells, as from a raster: the lines between them divide nothing. */
static void test_cells_of_one_service(void **state)
{
    (void)state;
    scene s = {0};
    char text[100 * 60 + 20] = "MULTIPOLYGON(";
    scene_area(&s, shape_of_wkt("POLYGON" BOX(-1, -1, 6, 6)));
    for (int i = 0; i < 25; i++) {
        int x = i % 5, y = i / 5;
        snprintf(text + strlen(text), 80, "%s((%d %d,%d %d,%d %d,%d %d,%d %d))", i > 0 ? "," : "",
                 x, y, x + 1, y, x + 1, y + 1, x, y + 1, x, y);
    }
    strcat(text, ")");
    scene_zone(&s, 0, shape_of_wkt(text));
    scene_build(&s);
    cov_partition p = cut(&s, 1);
    assert_int_equal(p.n, 2);
    assert_size(&p, 0, 0, 24);
    assert_size(&p, 0, 1, 25);
    OGRGeometryH g = geometry_of(&p.piece[1].shape);
    assert_string_equal(OGR_G_GetGeometryName(g), "POLYGON");
    OGR_G_DestroyGeometry(g);
    cov_partition_clear(&p);
    scene_clear(&s);
}

static void test_no_zones(void **state)
{
    (void)state;
    scene s = {0};
    scene_area(&s, shape_of_wkt("POLYGON" BOX(0, 0, 4, 4)));
    scene_build(&s);
    cov_partition p = cut(&s, 8);
    assert_int_equal(p.n, 1);
    assert_true(p.answered == 0);
    assert_size(&p, 0, 0, 16);
    cov_partition_clear(&p);
    scene_clear(&s);
}

static int stop(void *data, const char *phase, double fraction)
{
    (void)phase;
    (void)fraction;
    return ++*(int *)data > 1;
}

static void test_cancelled(void **state)
{
    (void)state;
    scene s = {0};
    scene_area(&s, shape_of_wkt("POLYGON" BOX(0, 0, 4, 4)));
    scene_area(&s, shape_of_wkt("POLYGON" BOX(4, 0, 8, 4)));
    scene_area(&s, shape_of_wkt("POLYGON" BOX(8, 0, 12, 4)));
    scene_build(&s);
    int asked = 0;
    cov_phases phases = cov_phases_start(stop, &asked);
    cov_error err = {0};
    cov_partition p = {0};
    phases.phase[0].name = "cut";
    assert_int_equal(cov_partition_create(&s.borders, 1, &phases, &p, &err), COV_ERR_CANCELLED);
    assert_int_equal(asked, 2);
    assert_null(p.piece);
    scene_clear(&s);
}

static void test_damaged(void **state)
{
    (void)state;
    scene s = {0};
    scene_area(&s, shape_of_wkt("POLYGON" BOX(0, 0, 4, 4)));
    scene_area(&s, shape_of_wkt("POLYGON" BOX(4, 0, 8, 4)));
    scene_build(&s);
    const cov_phases phases = cov_phases_start(NULL, NULL);
    cov_error err = {0};
    cov_partition p = {0};
    size_t size = s.area[1].size;
    s.area[1].size -= 8; /* behind the back of the areas */
    assert_int_equal(cov_partition_create(&s.borders, 2, &phases, &p, &err), COV_ERR_GEOMETRY);
    assert_says(&err, "area \"01\" can't be cut");
    s.area[1].size = size;
    scene_clear(&s);
}

/* ---------------------------------------------------------------- at random */

/* A star around a place: simple, whatever its radii; in steps of a grid where there is one, so that
 * vertices meet and edges run along each other. */
static cov_shape star(rng *r, double x, double y, double radius, double grid)
{
    char text[2000] = "POLYGON((", first[80] = "";
    size_t n = 5 + rng_below(r, 20);
    for (size_t k = 0; k < n; k++) {
        double angle = 2 * M_PI * (double)k / (double)n, far = radius * rng_between(r, 0.3, 1);
        double px = x + far * cos(angle), py = y + far * sin(angle);
        if (grid > 0) {
            px = round(px / grid) * grid;
            py = round(py / grid) * grid;
        }
        char at[80];
        CPLsnprintf(at, sizeof at, "%.17g %.17g", px, py);
        if (k == 0)
            snprintf(first, sizeof first, "%s", at);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s,", at);
    }
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s))", first);
    cov_shape shape = shape_of_wkt(text);
    OGRGeometryH g = geometry_of(&shape);
    CPLPushErrorHandler(CPLQuietErrorHandler);
    int ok = OGR_G_IsValid(g) && OGR_G_Area(g) > 0.01;
    CPLPopErrorHandler();
    OGR_G_DestroyGeometry(g);
    if (ok)
        return shape;
    cov_free(shape.wkb);
    return star(r, x, y, radius, grid);
}

static OGRGeometryH replace(OGRGeometryH old, OGRGeometryH by)
{
    assert_non_null(by);
    OGR_G_DestroyGeometry(old);
    return by;
}

static OGRGeometryH union_of_bit(const scene *s, unsigned bit)
{
    OGRGeometryH all = OGR_G_CreateGeometry(wkbPolygon);
    for (size_t k = 0; k < s->n_zones; k++) {
        if (s->zone[k].bit != bit)
            continue;
        OGRGeometryH own = geometry_of(&s->zone_shape[k]);
        all = replace(all, OGR_G_Union(all, own));
        OGR_G_DestroyGeometry(own);
    }
    return all;
}

/* What remains may be lines and points. */
static double area_of(OGRGeometryH g)
{
    OGRwkbGeometryType type = wkbFlatten(OGR_G_GetGeometryType(g));
    double sum = 0;
    if (type == wkbPolygon || type == wkbMultiPolygon)
        return OGR_G_Area(g);
    for (int i = 0; i < OGR_G_GetGeometryCount(g); i++)
        sum += area_of(OGR_G_GetGeometryRef(g, i));
    return sum;
}

/* The plain way: from an area take away those before it, then go through the services one by one.
 */
static void compare_with_overlay(const scene *s, const cov_partition *p, unsigned n_bits)
{
    OGRGeometryH service[8];
    for (unsigned b = 0; b < n_bits; b++)
        service[b] = union_of_bit(s, b);
    for (size_t i = 0; i < s->n_areas; i++) {
        OGRGeometryH own = geometry_of(&s->area[i]);
        for (size_t j = 0; j < i; j++) {
            OGRGeometryH other = geometry_of(&s->area[j]);
            own = replace(own, OGR_G_Difference(own, other));
            OGR_G_DestroyGeometry(other);
        }
        for (uint64_t set = 0; set < UINT64_C(1) << n_bits; set++) {
            OGRGeometryH left = OGR_G_Clone(own);
            for (unsigned b = 0; b < n_bits; b++)
                left = replace(left, set >> b & 1 ? OGR_G_Intersection(left, service[b])
                                                  : OGR_G_Difference(left, service[b]));
            double want = area_of(left), got = size_at(p, (int)i, set);
            if (fabs(want - got) > 1e-9)
                fail_msg("area %zu, set %llu: %.12g, not %.12g", i, (unsigned long long)set, got,
                         want);
            OGR_G_DestroyGeometry(left);
        }
        OGR_G_DestroyGeometry(own);
    }
    for (unsigned b = 0; b < n_bits; b++)
        OGR_G_DestroyGeometry(service[b]);
}

static void assert_same(const cov_partition *a, const cov_partition *b)
{
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        assert_int_equal(a->piece[i].area, b->piece[i].area);
        assert_true(a->piece[i].set == b->piece[i].set);
        assert_int_equal(a->piece[i].shape.size, b->piece[i].shape.size);
        assert_memory_equal(a->piece[i].shape.wkb, b->piece[i].shape.wkb, a->piece[i].shape.size);
    }
}

static void assert_valid_parts(const cov_partition *p)
{
    for (size_t i = 0; i < p->n; i++) {
        OGRGeometryH g = geometry_of(&p->piece[i].shape);
        int multi = wkbFlatten(OGR_G_GetGeometryType(g)) == wkbMultiPolygon;
        for (int k = 0; k < (multi ? OGR_G_GetGeometryCount(g) : 1); k++)
            assert_true(OGR_G_IsValid(multi ? OGR_G_GetGeometryRef(g, k) : g));
        OGR_G_DestroyGeometry(g);
    }
}

static void test_random_zones(void **state)
{
    (void)state;
    rng r = {7};
    for (int round = 0; round < 40; round++) {
        scene s = {0};
        double grid = round % 4 == 0 ? 1 : round % 4 == 1 ? 0.25 : 0;
        for (int i = 0; i < 5; i++)
            scene_area(&s, star(&r, rng_between(&r, 2, 8), rng_between(&r, 2, 8), 4, grid));
        for (unsigned i = 0; i < 7; i++)
            scene_zone(&s, i % 4,
                       star(&r, rng_between(&r, 0, 10), rng_between(&r, 0, 10), 4, grid));
        scene_build(&s);
        cov_partition one = cut(&s, 1), four = cut(&s, 4);
        assert_same(&one, &four);
        assert_valid_parts(&one);
        compare_with_overlay(&s, &one, 4);
        cov_partition_clear(&one);
        cov_partition_clear(&four);
        scene_clear(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rectangles),
        cmocka_unit_test(test_holes_and_islands),
        cmocka_unit_test(test_overlaps),
        cmocka_unit_test(test_parts_of_one_area),
        cmocka_unit_test(test_cells_of_one_service),
        cmocka_unit_test(test_no_zones),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_random_zones),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
