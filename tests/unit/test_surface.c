/* Areas as a base: rectangles, projected planes, a province, against PROJ's geodesic polygons.
 * SPDX-License-Identifier: MIT */
#define _LARGEFILE64_SOURCE
#include <math.h>

#include <geodesic.h>
#include <ogr_srs_api.h>

#include "layers.h"
#include "scene.h"

#include "engine/tally.h"
#include "io/area_layer.h"
#include "io/ellipsoid.h"
#include "io/surface.h"

#define WGS84_AXIS 6378137.0
#define WGS84_FLATTENING (1 / 298.257223563)

static OGRSpatialReferenceH crs_of(const char *code)
{
    OGRSpatialReferenceH crs = NULL;
    assert_int_equal(cov_crs_from_text(code, &crs, NULL), COV_OK);
    return crs;
}

/* Square metres of a polygon with geodesic edges, n of them for each edge of its rings. */
static double geodesic_area(OGRGeometryH g, int n, OGRCoordinateTransformationH to_degrees)
{
    OGRwkbGeometryType type = wkbFlatten(OGR_G_GetGeometryType(g));
    struct geod_geodesic earth;
    double sum = 0;
    geod_init(&earth, WGS84_AXIS, WGS84_FLATTENING);
    for (int i = 0; i < OGR_G_GetGeometryCount(g); i++) {
        OGRGeometryH part = OGR_G_GetGeometryRef(g, i);
        if (type != wkbPolygon) {
            sum += geodesic_area(part, n, to_degrees);
            continue;
        }
        struct geod_polygon p;
        double area = 0;
        geod_polygon_init(&p, 0);
        for (int k = 0; k + 1 < OGR_G_GetPointCount(part); k++) {
            for (int m = 0; m < n; m++) {
                double t = (double)m / n;
                double x = OGR_G_GetX(part, k), y = OGR_G_GetY(part, k);
                x += t * (OGR_G_GetX(part, k + 1) - x);
                y += t * (OGR_G_GetY(part, k + 1) - y);
                if (to_degrees != NULL)
                    assert_true(OCTTransform(to_degrees, 1, &x, &y, NULL));
                geod_polygon_addpoint(&earth, &p, y, x);
            }
        }
        geod_polygon_compute(&earth, &p, 0, 1, &area, NULL);
        sum += i == 0 ? fabs(area) : -fabs(area);
    }
    return sum;
}

static void assert_near(double got, double want, double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want)))
        fail_msg("%.15g is not %.15g: off by %.2g", got, want, (got - want) / want);
}

static cov_tally *count(const cov_areas *areas, const cov_borders *borders, const char *plane,
                        unsigned n_services, uint32_t scale)
{
    static const cov_service services[] = {{"a", NULL}, {"b", NULL}, {"c", NULL}};
    const cov_phases phases = cov_phases_start(NULL, NULL);
    cov_tally_options options = COV_TALLY_OPTIONS_INIT;
    cov_partition p = {0};
    cov_tally *t = NULL;
    cov_error err = {0};
    OGRSpatialReferenceH crs = crs_of(plane);
    options.scale = scale;
    assert_int_equal(cov_tally_create(areas, services, n_services, &options, &t, &err), COV_OK);
    assert_int_equal(cov_partition_create(borders, 2, &phases, &p, &err), COV_OK);
    if (cov_surface_count(&p, crs, (UINT64_C(1) << n_services) - 1, t, &phases, &err) != COV_OK)
        fail_msg("%s", err.message);
    cov_partition_clear(&p);
    OSRRelease(crs);
    return t;
}

static uint64_t weight_at(const cov_tally *t, int32_t area, uint64_t set, uint64_t unknown)
{
    for (size_t i = 0; i < t->cells.n; i++) {
        const cov_tally_cell *c = &t->cells.cell[i];
        if (c->area == area && c->set == set && c->unknown == unknown)
            return c->weight;
    }
    return 0;
}

/* ---------------------------------------------------------------- rectangles */

static double zone_of(double south, double north)
{
    double f = WGS84_FLATTENING, e2 = f * (2 - f), e = sqrt(e2), b = WGS84_AXIS * (1 - f), q[2];
    const double at[] = {south, north};
    for (int i = 0; i < 2; i++) {
        double s = sin(at[i] * acos(-1) / 180);
        q[i] = s / (1 - e2 * s * s) + atanh(e * s) / e;
    }
    return b * b / 2 * (q[1] - q[0]) * acos(-1) / 180; /* for one degree of longitude */
}

static void test_degrees(void **state)
{
    (void)state;
    scene s = {0};
    scene_area(&s, shape_of_wkt("POLYGON((105 9,107 9,107 10,105 10,105 9))"));
    scene_area(&s, shape_of_wkt("POLYGON((107 9,108 9,108 10,107 10,107 9))"));
    scene_zone(&s, 0, shape_of_wkt("POLYGON((104 9,106 9,106 10,104 10,104 9))"));
    scene_zone(&s, 1, shape_of_wkt("POLYGON((105 9.5,110 9.5,110 11,105 11,105 9.5))"));
    scene_build(&s);
    cov_tally *t = count(s.areas, &s.borders, "EPSG:4326", 3, 1000000);
    double lower = zone_of(9, 9.5), upper = zone_of(9.5, 10); /* m2 is 1/1000000 km2 */
    assert_true(weight_at(t, 0, 0, 4) == (uint64_t)round(lower));
    assert_true(weight_at(t, 0, 1, 4) == (uint64_t)round(lower));
    assert_true(weight_at(t, 0, 2, 4) == (uint64_t)round(upper));
    assert_true(weight_at(t, 0, 3, 4) == (uint64_t)round(upper));
    assert_true(weight_at(t, 1, 0, 4) == (uint64_t)round(lower));
    assert_true(weight_at(t, 1, 2, 4) == (uint64_t)round(upper));
    assert_int_equal(t->cells.n, 6);
    cov_ledger ledger;
    cov_tally_ledger(t, &ledger);
    assert_true(ledger.read.weight == ledger.assigned.weight);
    cov_tally_free(t);
    t = count(s.areas, &s.borders, "EPSG:4326", 2, 1000); /* all services have polygons */
    assert_true(weight_at(t, 0, 0, 0) == (uint64_t)round(lower / 1000));
    cov_tally_free(t);
    scene_clear(&s);
}

/* Edges that are straight in UTM are neither straight in degrees nor geodesics. */
static void test_projected(void **state)
{
    (void)state;
    scene s = {0};
    scene_area(&s, shape_of_wkt("POLYGON((600000 1000000,700000 1000000,690000 1100000,600000 "
                                "1090000,600000 1000000),(620000 1020000,620000 1030000,640000 "
                                "1030000,640000 1020000,620000 1020000))"));
    scene_zone(&s, 0,
               shape_of_wkt("POLYGON((610000 1010000,655000 1013000,650000 1200000,610000 "
                            "1010000))"));
    scene_build(&s);
    cov_tally *t = count(s.areas, &s.borders, "EPSG:32648", 1, 1000000000);
    OGRSpatialReferenceH utm = crs_of("EPSG:32648"), degrees = crs_of("EPSG:4326");
    OGRCoordinateTransformationH ct = OCTNewCoordinateTransformation(utm, degrees);
    OGRGeometryH area = geometry_of(&s.area[0]), zone = geometry_of(&s.zone_shape[0]);
    OGRGeometryH in = OGR_G_Intersection(area, zone), out = OGR_G_Difference(area, zone);
    assert_near((double)weight_at(t, 0, 1, 0) / 1000, geodesic_area(in, 2000, ct), 2e-9);
    assert_near((double)weight_at(t, 0, 0, 0) / 1000, geodesic_area(out, 2000, ct), 2e-9);
    cov_ledger ledger;
    cov_tally_ledger(t, &ledger);
    assert_near((double)ledger.assigned.weight / 1000, geodesic_area(area, 2000, ct), 2e-9);
    OGR_G_DestroyGeometry(area);
    OGR_G_DestroyGeometry(zone);
    OGR_G_DestroyGeometry(in);
    OGR_G_DestroyGeometry(out);
    OCTDestroyCoordinateTransformation(ct);
    OSRRelease(utm);
    OSRRelease(degrees);
    cov_tally_free(t);
    scene_clear(&s);
}

static void test_ellipsoid_of_the_system(void **state)
{
    (void)state;
    const double extent[] = {0, 40, 1, 41};
    OGRSpatialReferenceH sphere = crs_of("+proj=longlat +R=1000 +no_defs"),
                         grads = crs_of("EPSG:4807"), clarke = crs_of("EPSG:27572");
    cov_shape cell = shape_of_wkt("POLYGON((0 0,1 0,1 1,0 1,0 0))");
    cov_ellipsoid e;
    cov_error err = {0};
    double area = 0;
    assert_int_equal(cov_ellipsoid_create(sphere, extent, &e, &err), COV_OK);
    assert_int_equal(cov_ellipsoid_area(&e, &cell, "cell", &area, &err), COV_OK);
    assert_near(area, 1e6 * (acos(-1) / 180) * sin(acos(-1) / 180), 1e-12);
    cov_ellipsoid_clear(&e);
    assert_int_equal(cov_ellipsoid_create(grads, extent, &e, &err), COV_OK);
    assert_near(e.spheroid.unit, acos(-1) / 200, 1e-12);
    assert_near(e.spheroid.semi_major, 6378249.2, 1e-12);
    cov_ellipsoid_clear(&e);
    assert_int_equal(cov_ellipsoid_create(clarke, extent, &e, &err), COV_OK);
    assert_near(e.spheroid.unit, acos(-1) / 200, 1e-12);
    assert_non_null(e.transform.operation);
    cov_ellipsoid_clear(&e);
    cov_free(cell.wkb);
    OSRRelease(sphere);
    OSRRelease(grads);
    OSRRelease(clarke);
}

/* ---------------------------------------------------------------- a province */

/* All communes together, united by GEOS: they overlap, and each place counts once. */
static double area_of_union(const cov_area_layer *layer)
{
    OGRGeometryH all = OGR_G_CreateGeometry(wkbMultiPolygon);
    for (size_t i = 0; i < layer->n_shapes; i++) {
        OGRGeometryH g = geometry_of(&layer->shapes[i]);
        OGRGeometryH wider = OGR_G_Union(all, g);
        OGR_G_DestroyGeometry(g);
        OGR_G_DestroyGeometry(all);
        all = wider;
    }
    double area = geodesic_area(all, 20, NULL);
    OGR_G_DestroyGeometry(all);
    return area;
}

static void test_province(void **state)
{
    (void)state;
    static const char *const planes[] = {"EPSG:4326", "EPSG:32648", "EPSG:9210", "EPSG:5897"};
    char path[1000];
    if (shared_data("vn-communes-pre2025/baclieu_communes_pre2025.geojson", path, sizeof path) ==
        NULL)
        return; /* said by shared_data */
    for (size_t k = 0; k < sizeof planes / sizeof planes[0]; k++) {
        cov_job job = COV_JOB_INIT;
        cov_policy policy = {0};
        cov_notes notes = COV_NOTES_INIT;
        cov_phases phases = cov_phases_start(NULL, NULL);
        OGRSpatialReferenceH crs = crs_of(planes[k]);
        const cov_setting setting = {&job, &policy, crs, &notes, &phases, NULL, 1};
        cov_area_layer layer;
        cov_borders borders;
        cov_ledger ledger;
        cov_error err = {0};
        job.areas.path = path;
        if (cov_area_layer_read(&setting, &layer, &err) != COV_OK)
            fail_msg("%s", err.message);
        assert_int_equal(
            cov_borders_create(layer.areas, cov_area_layer_placed(&layer), NULL, 0, &borders, &err),
            COV_OK);
        cov_tally *t = count(layer.areas, &borders, planes[k], 1, 1000000);
        cov_tally_ledger(t, &ledger);
        /* VN-2000 has the same ellipsoid: only where it is differs, by 200 m */
        assert_near((double)ledger.assigned.weight, area_of_union(&layer), k < 2 ? 1e-8 : 3e-6);
        cov_tally_free(t);
        cov_borders_clear(&borders);
        cov_area_layer_clear(&layer);
        cov_notes_clear(&notes);
        OSRRelease(crs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_degrees),
        cmocka_unit_test(test_projected),
        cmocka_unit_test(test_ellipsoid_of_the_system),
        cmocka_unit_test(test_province),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
