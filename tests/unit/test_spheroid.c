/* Areas and lengths on the ellipsoid: closed forms, and PROJ's geodesics along finely cut edges.
 * SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* M_PI */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <geodesic.h>

#include "support.h"

#include "geometry/spheroid.h"

#define DEGREE (M_PI / 180)

static const cov_spheroid wgs84 = {6378137, 1 / 298.257223563, DEGREE};

static void assert_near(double got, double want, double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want)))
        fail_msg("%.17g is not %.17g: off by %.2g", got, want, (got - want) / want);
}

/* The area north of the equator up to a latitude, for one radian: the textbook's formula. */
static long double zone_to(long double degrees)
{
    long double f = 1 / 298.257223563L, e2 = f * (2 - f), e = sqrtl(e2), b = 6378137 * (1 - f);
    long double s = sinl(degrees * acosl(-1) / 180);
    return b * b / 2 * (s / (1 - e2 * s * s) + atanhl(e * s) / e);
}

static double cell(const cov_spheroid *spheroid, double x, double y, double side)
{
    const cov_xy ring[] = {{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}};
    return cov_spheroid_area(spheroid, ring, 5);
}

static void test_cells(void **state)
{
    (void)state;
    for (int y = -90; y < 90; y++) {
        long double want = (zone_to(y + 1) - zone_to(y)) * acosl(-1) / 180;
        assert_near(cell(&wgs84, 105, y, 1), (double)want, 1e-13);
    }
    /* the whole earth */
    const cov_xy earth[] = {{-180, -90}, {180, -90}, {180, 90}, {-180, 90}, {-180, -90}};
    assert_near(cov_spheroid_area(&wgs84, earth, 5), 510065621724088.44, 1e-14);
}

static void test_sphere_and_units(void **state)
{
    (void)state;
    const cov_spheroid sphere = {1000, 0, M_PI / 200};
    assert_near(cell(&sphere, 10, 0, 100), 1000 * 1000 * M_PI / 2, 1e-14);
    assert_near(cov_spheroid_length(&sphere, (cov_xy){0, 0}, (cov_xy){0, 100}), 500 * M_PI, 1e-14);
    assert_near(cov_spheroid_length(&sphere, (cov_xy){0, 50}, (cov_xy){100, 50}),
                500 * M_PI * sqrt(0.5), 1e-14);
}

/* A hand's breadth, where the zone down to the equator has 10^14 times the area. */
static void test_small(void **state)
{
    (void)state;
    for (double y = -80; y <= 80; y += 20) {
        double side = 0x1p-20, s = sin((y + side / 2) * DEGREE), e2 = 0.0066943799901413165;
        double w2 = 1 - e2 * s * s, a = 6378137;
        double want = a * (1 - e2) / (w2 * sqrt(w2)) * a / sqrt(w2) * cos((y + side / 2) * DEGREE);
        assert_near(cell(&wgs84, 105, y, side), want * side * side * DEGREE * DEGREE, 1e-12);
    }
}

static void test_winding(void **state)
{
    (void)state;
    const cov_xy clockwise[] = {{0, 0}, {0, 1}, {1, 1}, {1, 0}, {0, 0}};
    assert_near(-cov_spheroid_area(&wgs84, clockwise, 5), cell(&wgs84, 0, 0, 1), 1e-14);
    assert_true(cov_spheroid_area(&wgs84, clockwise, 0) == 0);
}

/* ---------------------------------------------------------------- geodesics */

/* n geodesics along each edge. The area between an edge and its geodesics falls with n^2:
 * Richardson takes the first term away. */
static double geodesic_area(const cov_xy *ring, size_t n_edges, int n)
{
    struct geod_geodesic g;
    struct geod_polygon p;
    double area = 0;
    geod_init(&g, wgs84.semi_major, wgs84.flattening);
    geod_polygon_init(&p, 0);
    for (size_t i = 0; i < n_edges; i++) {
        for (int k = 0; k < n; k++) {
            double t = (double)k / n;
            geod_polygon_addpoint(&g, &p, ring[i].y + t * (ring[i + 1].y - ring[i].y),
                                  ring[i].x + t * (ring[i + 1].x - ring[i].x));
        }
    }
    geod_polygon_compute(&g, &p, 0, 1, &area, NULL);
    return area;
}

static double geodesic_length(cov_xy a, cov_xy b, int n)
{
    struct geod_geodesic g;
    double sum = 0;
    geod_init(&g, wgs84.semi_major, wgs84.flattening);
    for (int k = 0; k < n; k++) {
        double t = (double)k / n, u = (double)(k + 1) / n, metres;
        geod_inverse(&g, a.y + t * (b.y - a.y), a.x + t * (b.x - a.x), a.y + u * (b.y - a.y),
                     a.x + u * (b.x - a.x), &metres, NULL, NULL);
        sum += metres;
    }
    return sum;
}

static void test_areas_of_geodesics(void **state)
{
    (void)state;
    rng r = {3};
    for (int i = 0; i < 60; i++) {
        cov_xy ring[8];
        double x = rng_between(&r, -170, 170), y = rng_between(&r, -75, 75);
        double size = i % 2 ? 0.05 : 0.7;
        for (int k = 0; k < 7; k++) {
            double angle = 2 * M_PI * k / 7, radius = size * rng_between(&r, 0.3, 1);
            ring[k] = (cov_xy){x + radius * cos(angle), y + radius * sin(angle)};
        }
        ring[7] = ring[0];
        double rough = geodesic_area(ring, 7, 500), fine = geodesic_area(ring, 7, 1000);
        assert_near(cov_spheroid_area(&wgs84, ring, 8), fine + (fine - rough) / 3, 1e-10);
    }
}

static void test_lengths_of_geodesics(void **state)
{
    (void)state;
    rng r = {4};
    for (int i = 0; i < 200; i++) {
        cov_xy a = {rng_between(&r, -170, 170), rng_between(&r, -80, 80)};
        double size = pow(10, rng_between(&r, -5, 1)); /* from one metre to ten degrees */
        cov_xy b = {a.x + size * rng_between(&r, -1, 1),
                    fmax(-80, fmin(80, a.y + size * rng_between(&r, -1, 1)))};
        double rough = geodesic_length(a, b, 500), fine = geodesic_length(a, b, 1000);
        /* geodesics are good to some nanometres each */
        double slack = 1e-11 + 1e-7 / cov_spheroid_length(&wgs84, a, b);
        assert_near(cov_spheroid_length(&wgs84, a, b), fine + (fine - rough) / 3, slack);
    }
}

/* ---------------------------------------------------------------- sums */

static void test_parts_add_up(void **state)
{
    (void)state;
    rng r = {5};
    for (int i = 0; i < 100; i++) {
        cov_xy a = {rng_between(&r, -170, 170), rng_between(&r, -80, 80)};
        cov_xy b = {a.x + rng_between(&r, -3, 3), a.y + rng_between(&r, -3, 3)};
        cov_xy c = {a.x + rng_between(&r, -3, 3), a.y + rng_between(&r, -3, 3)};
        double t = rng_unit(&r);
        cov_xy m = {a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
        double whole = cov_spheroid_length(&wgs84, a, b);
        assert_near(cov_spheroid_length(&wgs84, a, m) + cov_spheroid_length(&wgs84, m, b), whole,
                    1e-12);
        const cov_xy all[] = {a, b, c, a}, left[] = {a, m, c, a}, right[] = {m, b, c, m};
        double area = cov_spheroid_area(&wgs84, all, 4);
        double sum = cov_spheroid_area(&wgs84, left, 4) + cov_spheroid_area(&wgs84, right, 4);
        assert_true(fabs(sum - area) < 1e-3); /* of some 10^11 m2, with m off its edge by 1e-9 m */
    }
}

static void test_no_place(void **state)
{
    (void)state;
    const cov_xy here = {10, 20}, nowhere[] = {{INFINITY, INFINITY}, {10, -INFINITY}, {NAN, NAN}};
    for (size_t i = 0; i < 3; i++) {
        assert_true(!isfinite(cov_spheroid_length(&wgs84, here, nowhere[i])));
        assert_true(!isfinite(cov_spheroid_length(&wgs84, nowhere[i], here)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_sphere_and_units),
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_winding),
        cmocka_unit_test(test_areas_of_geodesics),
        cmocka_unit_test(test_lengths_of_geodesics),
        cmocka_unit_test(test_parts_add_up),
        cmocka_unit_test(test_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
