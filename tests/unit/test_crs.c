/* Coordinate systems: one known operation, to the millimetre, and neighbours that stay neighbours.
 * SPDX-License-Identifier: MIT */
#define _LARGEFILE64_SOURCE
#include "layers.h"

#include <math.h>
#include <proj.h>

#include "base/mem.h"
#include "io/crs.h"
#include "support.h"

static OGRSpatialReferenceH system_of(const char *text)
{
    OGRSpatialReferenceH crs = NULL;
    cov_error err = {0};
    if (cov_crs_from_text(text, &crs, &err) != COV_OK)
        fail_msg("%s", err.message);
    return crs;
}

static cov_status create(const char *from, const char *to, const double extent[4],
                         cov_transform *out, cov_error *err)
{
    OGRSpatialReferenceH a = system_of(from), b = system_of(to);
    cov_status s = cov_transform_create(a, b, extent, "layer", out, err);
    OSRRelease(a);
    OSRRelease(b);
    return s;
}

static void refuse(const char *from, const char *to, const double extent[4], const char *says)
{
    cov_transform t;
    cov_error err = {0};
    assert_int_equal(create(from, to, extent, &t, &err), COV_ERR_CRS);
    assert_says(&err, says);
}

/* ---------------------------------------------------------------- texts */

static void test_texts(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "EPSG:",
                                      "EPSG:999999",
                                      "nonsense",
                                      "/etc/passwd",
                                      "http://example.org/crs",
                                      "LOCAL_CS[\"x\",UNIT[\"m\",1]]",
                                      "EPSG:5703",
                                      "EPSG:4978"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        OGRSpatialReferenceH crs = NULL;
        cov_error err = {0};
        assert_int_equal(cov_crs_from_text(bad[i], &crs, &err), COV_ERR_CRS);
        assert_null(crs);
        assert_says(&err, "is no coordinate reference system");
    }
    OGRSpatialReferenceH crs = system_of("EPSG:5897");
    char *label = cov_crs_label(crs);
    assert_string_equal(label, "EPSG:5897");
    cov_free(label);
    assert_int_equal(OSRGetAxisMappingStrategy(crs), OAMS_TRADITIONAL_GIS_ORDER);
    OSRRelease(crs);
}

/* ---------------------------------------------------------------- choice */

static const double bac_lieu[4] = {105.1, 9.0, 105.9, 9.7};
static const double bac_lieu_metres[4] = {510000, 995000, 600000, 1073000};

static void test_same(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"EPSG:4326", "EPSG:4326"},
        {"EPSG:4326", "OGC:CRS84"},
        {"EPSG:5897", "EPSG:5897"},
        {"EPSG:4326",
         "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,"
         "298.257223563]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\","
         "0.0174532925199433]]"},
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        cov_transform t;
        cov_error err = {0};
        const double *extent = strcmp(same[i][0], "EPSG:5897") == 0 ? bac_lieu_metres : bac_lieu;
        assert_int_equal(create(same[i][0], same[i][1], extent, &t, &err), COV_OK);
        assert_null(t.operation);
        assert_string_equal(t.name, "none");
        assert_true(t.accuracy == 0);
        cov_transform_clear(&t);
    }
}

static void test_accuracy(void **state)
{
    (void)state;
    cov_transform t;
    cov_error err = {0};
    assert_int_equal(create("EPSG:4756", "EPSG:4326", bac_lieu, &t, &err), COV_OK);
    assert_string_equal(t.name, "VN-2000 to WGS 84 (2)");
    assert_true(t.accuracy == 1);
    cov_transform_clear(&t);
    assert_int_equal(create("EPSG:9210", "EPSG:3405", bac_lieu_metres, &t, &err), COV_OK);
    assert_non_null(t.operation);
    assert_true(t.accuracy == 0);
    cov_transform_clear(&t);
}

#define UNKNOWN_DATUM                                                                              \
    "PROJCS[\"VN_2000\",GEOGCS[\"x\",DATUM[\"unknown\",SPHEROID[\"WGS_1984\",6378137,"             \
    "298.257223563]],PRIMEM[\"Greenwich\",0],UNIT[\"Degree\",0.0174532925199433]],"                \
    "PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"False_Easting\",500000],"                     \
    "PARAMETER[\"False_Northing\",0],PARAMETER[\"Central_Meridian\",105],"                         \
    "PARAMETER[\"Scale_Factor\",0.9999],PARAMETER[\"Latitude_Of_Origin\",0],UNIT[\"Meter\",1]]"

static void test_unsafe(void **state)
{
    (void)state;
    refuse(UNKNOWN_DATUM, "EPSG:4326", bac_lieu_metres, "no transformation of known accuracy");
    refuse("EPSG:4326", UNKNOWN_DATUM, bac_lieu, "no transformation of known accuracy");
    refuse("EPSG:4326", "EPSG:4326", bac_lieu_metres, "are no longitude and latitude");
    refuse("EPSG:4326", "EPSG:5897", bac_lieu_metres, "are no longitude and latitude");
    refuse("+proj=utm +zone=48 +ellps=WGS84 +towgs84=-192,-39,-111", "EPSG:4326", bac_lieu_metres,
           "no transformation of known accuracy");
}

/* ---------------------------------------------------------------- values */

typedef struct zone {
    int epsg;
    double meridian;
    double scale;
} zone;

static const zone zones[] = {
    {3405, 105, 0.9996},    {3406, 111, 0.9996},    {5896, 102, 0.9999},    {5897, 105, 0.9999},
    {5898, 108, 0.9999},    {5899, 107.75, 0.9999}, {9205, 103, 0.9999},    {9206, 104, 0.9999},
    {9207, 104.5, 0.9999},  {9208, 104.75, 0.9999}, {9209, 105.5, 0.9999},  {9210, 105.75, 0.9999},
    {9211, 106, 0.9999},    {9212, 106.25, 0.9999}, {9213, 106.5, 0.9999},  {9214, 107, 0.9999},
    {9215, 107.25, 0.9999}, {9216, 107.5, 0.9999},  {9217, 108.25, 0.9999}, {9218, 108.5, 0.9999},
};

/* The same by hand: the zone undone, then EPSG:6960 with the numbers of its definition. */
static PJ *by_hand(PJ_CONTEXT *context, const zone *z)
{
    char text[900];
    CPLsnprintf(text, sizeof text,
                "+proj=pipeline +step +inv +proj=tmerc +lat_0=0 +lon_0=%.4f +k=%.4f +x_0=500000 "
                "+y_0=0 +ellps=WGS84 +step +proj=push +v_3 +step +proj=cart +ellps=WGS84 +step "
                "+proj=helmert +x=-191.90441429 +y=-39.30318279 +z=-111.45032835 +rx=-0.00928836 "
                "+ry=0.01975479 +rz=-0.00427372 +s=0.252906278 +convention=coordinate_frame +step "
                "+inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3 +step +proj=unitconvert "
                "+xy_in=rad +xy_out=deg",
                z->meridian, z->scale);
    return proj_create(context, text);
}

/* Move a point as a polygon's corner would be; through the public face of the transform. */
static OGRGeometryH square(double x, double y, double size)
{
    OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing);
    OGRGeometryH polygon = OGR_G_CreateGeometry(wkbPolygon);
    OGR_G_AddPoint_2D(ring, x, y);
    OGR_G_AddPoint_2D(ring, x + size, y);
    OGR_G_AddPoint_2D(ring, x + size, y + size);
    OGR_G_AddPoint_2D(ring, x, y + size);
    OGR_G_AddPoint_2D(ring, x, y);
    OGR_G_AddGeometryDirectly(polygon, ring);
    return polygon;
}

static void compare_zone(PJ_CONTEXT *context, const zone *z)
{
    char epsg[24];
    cov_transform t;
    cov_error err = {0};
    double west = 500000 + (105.5 - z->meridian) * 100000; /* inside Vietnam */
    const double extent[4] = {west, 950000, west + 250000, 2500000};
    snprintf(epsg, sizeof epsg, "EPSG:%d", z->epsg);
    assert_int_equal(create(epsg, "EPSG:4326", extent, &t, &err), COV_OK);
    PJ *hand = by_hand(context, z);
    assert_non_null(hand);
    for (int i = 0; i < 50; i++) {
        double x = west + i % 10 * 25000, y = 950000 + i / 10 * 300000;
        OGRGeometryH g = square(x, y, 10);
        assert_int_equal(cov_transform_geometry(&t, g, "square", &err), COV_OK);
        OGRGeometryH ring = OGR_G_GetGeometryRef(g, 0);
        PJ_COORD c = proj_trans(hand, PJ_FWD, proj_coord(x, y, 0, 0));
        double dx = (OGR_G_GetX(ring, 0) - c.xy.x) * 111320,
               dy = (OGR_G_GetY(ring, 0) - c.xy.y) * 111320;
        assert_true(fabs(dx) < 0.001 && fabs(dy) < 0.001);
        OGR_G_DestroyGeometry(g);
    }
    proj_destroy(hand);
    cov_transform_clear(&t);
}

static void test_zones_of_vietnam(void **state)
{
    (void)state;
    PJ_CONTEXT *context = proj_context_create();
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        compare_zone(context, &zones[i]);
    proj_context_destroy(context);
}

/* ---------------------------------------------------------------- edges */

/* The vertices of a ring between two of its corners, and back. */
static size_t vertices(OGRGeometryH polygon, double (*out)[2], size_t room)
{
    OGRGeometryH ring = OGR_G_GetGeometryRef(polygon, 0);
    size_t n = (size_t)OGR_G_GetPointCount(ring);
    assert_true(n <= room);
    for (size_t i = 0; i < n; i++) {
        out[i][0] = OGR_G_GetX(ring, (int)i);
        out[i][1] = OGR_G_GetY(ring, (int)i);
    }
    return n;
}

static int holds(double (*v)[2], size_t n, const double p[2])
{
    for (size_t i = 0; i < n; i++) {
        if (v[i][0] == p[0] && v[i][1] == p[1])
            return 1;
    }
    return 0;
}

/* Two squares of 40 km share an edge, walked north by one and south by the other. */
static void test_neighbours(void **state)
{
    (void)state;
    static double a[100000][2], b[100000][2];
    static const char *const from[] = {"EPSG:5897", "EPSG:3405", "EPSG:27700"};
    for (size_t k = 0; k < 3; k++) {
        cov_transform t;
        cov_error err = {0};
        double x = 510000.3, y = k < 2 ? 995000.7 : 200000.7, size = 40000.1;
        const double extent[4] = {x, y, x + 2 * size, y + size};
        assert_int_equal(create(from[k], "EPSG:4326", extent, &t, &err), COV_OK);
        OGRGeometryH west = square(x, y, size), east = square(x + size, y, size);
        assert_int_equal(cov_transform_geometry(&t, west, "west", &err), COV_OK);
        assert_int_equal(cov_transform_geometry(&t, east, "east", &err), COV_OK);
        size_t n = vertices(west, a, 100000), m = vertices(east, b, 100000), shared = 0;
        for (size_t i = 0; i < n; i++)
            shared += (size_t)holds(b, m, a[i]);
        /* the whole eastern edge of the western square, ends included */
        size_t edge = 0, i = 0;
        while (i < n && !holds(b, m, a[i]))
            i++;
        for (; i < n && holds(b, m, a[i]); i++)
            edge++;
        assert_true(edge > 2);
        assert_int_equal(edge, shared);
        OGR_G_DestroyGeometry(west);
        OGR_G_DestroyGeometry(east);
        cov_transform_clear(&t);
    }
}

static double distance_to_line(const double a[2], const double b[2], const double p[2])
{
    double dx = b[0] - a[0], dy = b[1] - a[1];
    return fabs(dx * (p[1] - a[1]) - dy * (p[0] - a[0])) / hypot(dx, dy);
}

/* Places along the edge in the source, transformed one by one, lie within 1 mm of the new edge. */
static void test_tolerance(void **state)
{
    (void)state;
    static double v[100000][2];
    PJ_CONTEXT *context = proj_context_create();
    cov_transform t;
    cov_error err = {0};
    const double extent[4] = {510000, 995000, 610000, 1095000};
    assert_int_equal(create("EPSG:5897", "EPSG:4326", extent, &t, &err), COV_OK);
    PJ *hand = by_hand(context, &zones[3]);
    OGRGeometryH g = square(510000, 995000, 100000);
    assert_int_equal(cov_transform_geometry(&t, g, "square", &err), COV_OK);
    size_t n = vertices(g, v, 100000), at = 0;
    for (int i = 0; i <= 20000; i++) { /* the southern edge, eastwards */
        PJ_COORD c = proj_trans(hand, PJ_FWD, proj_coord(510000 + 5.0 * i, 995000, 0, 0));
        double p[2] = {c.xy.x, c.xy.y};
        while (at + 2 < n && v[at + 1][0] < p[0] && v[at + 2][0] > v[at + 1][0])
            at++;
        assert_true(distance_to_line(v[at], v[at + 1], p) * 111320 < 0.001);
    }
    OGR_G_DestroyGeometry(g);
    proj_destroy(hand);
    proj_context_destroy(context);
    cov_transform_clear(&t);
}

static void test_torn(void **state)
{
    (void)state;
    cov_transform t;
    cov_error err = {0};
    const double extent[4] = {700000, 0, 900000, 100000};
    assert_int_equal(create("EPSG:32660", "EPSG:4326", extent, &t, &err), COV_OK);
    OGRGeometryH g = square(750000, 10000, 100000);
    assert_int_equal(cov_transform_geometry(&t, g, "layer, feature 7", &err), COV_ERR_CRS);
    assert_says(&err, "layer, feature 7");
    assert_says(&err, "antimeridian");
    OGR_G_DestroyGeometry(g);
    g = square(INFINITY, 10000, 100000);
    assert_int_equal(cov_transform_geometry(&t, g, "layer, feature 8", &err), COV_ERR_CRS);
    OGR_G_DestroyGeometry(g);
    cov_transform_clear(&t);
}

/* Codes, and a local meridian of VN-2000 that no authority knows, under two names. */
static void test_texts_of_one_system(void **state)
{
    (void)state;
    static const char *const local =
        "+proj=tmerc +lat_0=0 +lon_0=%s +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 "
        "+towgs84=-191.90441429,-39.30318279,-111.45032835,-0.00928836,0.01975479,-0.00427372,"
        "0.252906278 +units=m +no_defs%s";
    char a[400], b[400], c[400];
    int same = -1;
    cov_error err = {COV_OK, ""};
    snprintf(a, sizeof a, local, "105.25", "");
    snprintf(b, sizeof b, local, "105.25", " +type=crs");
    snprintf(c, sizeof c, local, "105.5", "");
    assert_int_equal(cov_crs_same(a, b, &same, &err), COV_OK);
    assert_int_equal(same, 1);
    assert_int_equal(cov_crs_same(a, c, &same, &err), COV_OK);
    assert_int_equal(same, 0);
    assert_int_equal(cov_crs_same("EPSG:4326", "OGC:CRS84", &same, &err), COV_OK);
    assert_int_equal(same, 1);
    assert_int_equal(cov_crs_same("EPSG:4326", "EPSG:32648", &same, &err), COV_OK);
    assert_int_equal(same, 0);
    same = 7;
    assert_int_equal(cov_crs_same("EPSG:4326", "nowhere", &same, &err), COV_ERR_CRS);
    assert_non_null(strstr(err.message, "nowhere"));
    assert_int_equal(cov_crs_same(NULL, "EPSG:4326", &same, &err), COV_ERR_ARGUMENT);
    assert_int_equal(same, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_texts_of_one_system),
        cmocka_unit_test(test_accuracy),
        cmocka_unit_test(test_unsafe),
        cmocka_unit_test(test_zones_of_vietnam),
        cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_tolerance),
        cmocka_unit_test(test_torn),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
