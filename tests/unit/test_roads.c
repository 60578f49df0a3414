/* Roads as a base: lines by hand, along borders, at random and on real data, against GEOS's
 * intersections and PROJ's geodesics. SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* M_PI */
#define _LARGEFILE64_SOURCE
#include <math.h>

#include <geodesic.h>

#include "layers.h"
#include "scene.h"
#include "support.h"

#include "engine/tally.h"
#include "io/partition.h"
#include "io/roads.h"
#include "io/slices.h"

#define MM 1000000 /* units of a kilometre: millimetres */

static int reset(void **state)
{
    (void)state;
    cov_gdal_init();
    remove_all();
    return 0;
}

/* What a callback is told, and notes. */
typedef struct marking {
    const scene *scene;
    uint64_t unknown;
    double west_of; /* bit 5 is set where x is less */
    cov_xy last;
    double farthest; /* between two points in a row, in degrees */
    size_t n_batches;
} marking;

static cov_status mark(void *data, const cov_points *points, uint64_t *served, uint64_t *unknown,
                       cov_error *err)
{
    marking *m = data;
    cov_status s = COV_OK;
    m->n_batches++;
    for (size_t k = 0; k < m->scene->n_zones && s == COV_OK; k++)
        s = cov_footprint_mark(m->scene->zone[k].footprint, points, m->scene->zone[k].bit, served,
                               err);
    for (size_t i = 0; i < points->n; i++) {
        served[i] |= points->x[i] < m->west_of ? 32 : 0;
        unknown[i] |= m->unknown;
        double step = hypot(points->x[i] - m->last.x, points->y[i] - m->last.y);
        m->farthest = step > m->farthest ? step : m->farthest;
        m->last = (cov_xy){points->x[i], points->y[i]};
    }
    return s;
}

static const cov_service services[] = {{"a", NULL}, {"b", NULL}, {"c", NULL},
                                       {"d", NULL}, {"e", NULL}, {"f", NULL}};

typedef struct outcome {
    cov_status status;
    cov_error err;
    cov_notes notes;
    cov_tally *tally;
    cov_ledger ledger;
    cov_roads roads;
} outcome;

static outcome count(const scene *s, const char *path, const char *plane, marking *m)
{
    outcome o;
    memset(&o, 0, sizeof o);
    cov_job job = COV_JOB_INIT;
    cov_policy policy = {0};
    cov_phases phases = cov_phases_start(NULL, NULL);
    cov_tally_options options = COV_TALLY_OPTIONS_INIT;
    OGRSpatialReferenceH crs = NULL;
    const cov_source source = {path, NULL, NULL, NULL};
    assert_int_equal(cov_crs_from_text(plane, &crs, NULL), COV_OK);
    const cov_setting setting = {&job, &policy, crs, &o.notes, &phases, NULL, 1};
    const cov_roads_task task = {&setting, &source, &s->borders, mark, m};
    options.scale = MM;
    m->scene = s;
    m->last = (cov_xy){NAN, NAN};
    assert_int_equal(cov_tally_create(s->areas, services, 6, &options, &o.tally, NULL), COV_OK);
    o.status = cov_roads_count(&task, o.tally, &o.roads, &o.err);
    cov_tally_ledger(o.tally, &o.ledger);
    OSRRelease(crs);
    return o;
}

static void done(outcome *o)
{
    cov_tally_free(o->tally);
    cov_notes_clear(&o->notes);
    cov_roads_clear(&o->roads);
}

static void assert_counted(const outcome *o)
{
    if (o->status != COV_OK)
        fail_msg("%s", o->err.message);
    assert_true(o->ledger.read.weight == o->ledger.assigned.weight + o->ledger.outside.weight);
}

static uint64_t weight_at(const outcome *o, int32_t area, uint64_t set)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < o->tally->cells.n; i++) {
        const cov_tally_cell *c = &o->tally->cells.cell[i];
        if (c->area == area && c->set == set)
            sum += c->weight;
    }
    return sum;
}

/* Millimetres along an edge that is straight in degrees. */
static double length(double x0, double y0, double x1, double y1)
{
    struct geod_geodesic earth;
    double sum = 0;
    int n = (int)(hypot(x1 - x0, y1 - y0) / 0.01) + 1; /* geodesics of a kilometre */
    geod_init(&earth, 6378137, 1 / 298.257223563);
    for (int k = 0; k < n; k++) {
        double t = (double)k / n, u = (double)(k + 1) / n, metres;
        geod_inverse(&earth, y0 + t * (y1 - y0), x0 + t * (x1 - x0), y0 + u * (y1 - y0),
                     x0 + u * (x1 - x0), &metres, NULL, NULL);
        sum += metres;
    }
    return sum * 1000;
}

static double length_of(OGRGeometryH g)
{
    double sum = 0;
    for (int i = 0; i < OGR_G_GetGeometryCount(g); i++)
        sum += length_of(OGR_G_GetGeometryRef(g, i));
    for (int i = 0; OGR_G_GetGeometryCount(g) == 0 && i + 1 < OGR_G_GetPointCount(g); i++)
        sum +=
            length(OGR_G_GetX(g, i), OGR_G_GetY(g, i), OGR_G_GetX(g, i + 1), OGR_G_GetY(g, i + 1));
    return sum;
}

static void assert_mm(double got, double want, double slack)
{
    if (!(fabs(got - want) <= slack))
        fail_msg("%.6f mm are not %.6f", got, want);
}

/* A layer of n geometries, each as GeoJSON or "null". */
static void put_lines(const char *path, const char *const *geometry, size_t n)
{
    VSILFILE *f = VSIFOpenL(path, "wb");
    assert_non_null(f);
    VSIFPrintfL(f, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (size_t i = 0; i < n; i++)
        VSIFPrintfL(f, "%s{\"type\":\"Feature\",\"properties\":{},\"geometry\":%s}",
                    i > 0 ? "," : "", geometry[i]);
    VSIFPrintfL(f, "]}");
    assert_int_equal(VSIFCloseL(f), 0);
}

#define LINE(coordinates) "{\"type\":\"LineString\",\"coordinates\":[" coordinates "]}"

/* The border between them has a vertex at 0.5, in the way of a road. */
static scene two_squares(void)
{
    scene s = {0};
    scene_area(&s, shape_of_wkt("POLYGON((0 0,1 0,1 0.5,1 1,0 1,0 0))"));
    scene_area(&s, shape_of_wkt("POLYGON((1 0,2 0,2 1,1 1,1 0.5,1 0))"));
    scene_zone(&s, 0, shape_of_wkt("POLYGON((0.25 0.1,1.25 0.1,1.25 0.9,0.25 0.9,0.25 0.1))"));
    scene_build(&s);
    return s;
}

/* ---------------------------------------------------------------- by hand */

static void test_straight_road(void **state)
{
    (void)state;
    static const char *const lines[] = {LINE("[-0.5,0.5],[1.75,0.5]"), "null",
                                        LINE("[0.5,0.05],[0.5,0.05]")};
    scene s = two_squares();
    marking m = {.unknown = 4, .west_of = -1e9};
    put_lines(HERE "r.geojson", lines, 3);
    outcome o = count(&s, HERE "r.geojson", "EPSG:4326", &m);
    assert_counted(&o);
    double degree = length(0, 0.5, 1, 0.5);
    assert_mm((double)weight_at(&o, 0, 0), 0.25 * degree, 1.5);
    assert_mm((double)weight_at(&o, 0, 1), 0.75 * degree, 1.5);
    assert_mm((double)weight_at(&o, 1, 1), 0.25 * degree, 1.5);
    assert_mm((double)weight_at(&o, 1, 0), 0.5 * degree, 1.5);
    assert_mm((double)o.ledger.outside.weight, 0.5 * degree, 1.5);
    assert_true(o.ledger.read.weight == (uint64_t)round(2.25 * degree));
    assert_int_equal(o.ledger.no_location.points, 1);
    assert_int_equal(o.ledger.no_location.weight, 0);
    assert_int_equal(o.roads.n_lines, 2);
    assert_int_equal(o.roads.n_empty, 1);
    assert_string_equal(o.roads.label, "r.geojson");
    assert_string_equal(o.roads.crs, "EPSG:4326");
    assert_string_equal(o.roads.operation, "none");
    for (size_t i = 0; i < o.tally->cells.n; i++)
        assert_true(o.tally->cells.cell[i].unknown == 4);
    done(&o);
    scene_clear(&s);
}

/* On a border between areas, on one of a zone: once, and by the rule of cov.h. */
static void test_along_borders(void **state)
{
    (void)state;
    static const char *const lines[] = {LINE("[1,0.2],[1,0.8]"),      /* area 1, within the zone */
                                        LINE("[0.25,0.95],[0.25,0]"), /* the western edge of it */
                                        LINE("[1.25,0.05],[1.25,1]"), /* the eastern */
                                        LINE("[1.5,-0.5],[1.5,0]"),   /* ends on a border */
                                        LINE("[1.75,1],[1.9,1]")};    /* the northern edge: out */
    scene s = two_squares();
    marking m = {.west_of = -1e9};
    put_lines(HERE "r.geojson", lines, 5);
    outcome o = count(&s, HERE "r.geojson", "EPSG:4326", &m);
    assert_counted(&o);
    assert_mm((double)weight_at(&o, 1, 1), length(1, 0.2, 1, 0.8), 1.5);
    assert_mm((double)weight_at(&o, 0, 1), length(0.25, 0.1, 0.25, 0.9), 1.5);
    assert_mm((double)weight_at(&o, 0, 0), length(0, 0, 0, 0.1) + length(0, 0.9, 0, 0.95), 2.5);
    assert_mm((double)weight_at(&o, 1, 0), length(0, 0.05, 0, 1), 1.5);
    assert_mm((double)o.ledger.outside.weight, length(0, -0.5, 0, 0) + length(1.75, 1, 1.9, 1), 2);
    done(&o);
    scene_clear(&s);
}

static void test_along_a_slanting_border(void **state)
{
    (void)state;
    static const char *const lines[] = {LINE("[0.1,0.2],[0.3,0.6],[0.5,1]")};
    scene s = {0};
    scene_area(&s, shape_of_wkt("POLYGON((0 0,0.5 1,0 1,0 0))"));
    scene_area(&s, shape_of_wkt("POLYGON((0 0,1 0,1 1,0.5 1,0 0))"));
    scene_build(&s);
    marking m = {.west_of = -1e9};
    put_lines(HERE "r.geojson", lines, 1);
    outcome o = count(&s, HERE "r.geojson", "EPSG:4326", &m);
    assert_counted(&o);
    double whole = length(0.1, 0.2, 0.3, 0.6) + length(0.3, 0.6, 0.5, 1);
    assert_true(o.ledger.assigned.weight == (uint64_t)round(whole));
    assert_true(o.ledger.outside.weight == 0);
    done(&o);
    scene_clear(&s);
}

/* What changes between borders is seen every 25 m. */
static void test_slices_are_short(void **state)
{
    (void)state;
    static const char *const lines[] = {LINE("[0.3,0.2],[0.9,0.85]")};
    scene s = two_squares();
    marking m = {.west_of = 0.61803398875};
    put_lines(HERE "r.geojson", lines, 1);
    outcome o = count(&s, HERE "r.geojson", "EPSG:4326", &m);
    assert_counted(&o);
    double t = (0.61803398875 - 0.3) / 0.6;
    assert_mm((double)weight_at(&o, 0, 33), length(0.3, 0.2, 0.61803398875, 0.2 + t * 0.65), 12501);
    assert_true(weight_at(&o, 0, 1) + weight_at(&o, 0, 33) == o.ledger.read.weight);
    assert_in_range(o.ledger.read.points, (uint64_t)(length(0.3, 0.2, 0.9, 0.85) / 25000),
                    (uint64_t)(length(0.3, 0.2, 0.9, 0.85) / 24000));
    assert_true(m.farthest * 111.4e3 < 25.1);
    done(&o);
    scene_clear(&s);
}

/* Each line has its rounded length, whatever came before it. */
static void test_rounding(void **state)
{
    (void)state;
    const char *lines[300];
    scene s = two_squares();
    marking m = {.west_of = -1e9};
    for (int i = 0; i < 300; i++)
        lines[i] = LINE("[0.3,0.6],[0.3123,0.6]");
    put_lines(HERE "r.geojson", lines, 300);
    outcome o = count(&s, HERE "r.geojson", "EPSG:4326", &m);
    double one = length(0.3, 0.6, 0.3123, 0.6);
    assert_counted(&o);
    assert_true(fabs(one - round(one)) > 0.1);
    assert_true(o.ledger.read.weight == 300 * (uint64_t)round(one));
    done(&o);
    scene_clear(&s);
}

/* More slices than a batch holds; a line in parts. */
static void test_long_and_many_parts(void **state)
{
    (void)state;
    static const char *const lines[] = {
        LINE("[-20,0.2],[20,0.7]"),
        "{\"type\":\"MultiLineString\",\"coordinates\":[[[0,0.5],[0.5,0.5]],[[0.5,0.6],[0.7,0.6]]]"
        "}",
        "{\"type\":\"GeometryCollection\",\"geometries\":[" LINE("[0,0],[0.1,0.1]") "]}"};
    scene s = two_squares();
    marking m = {.west_of = -1e9};
    put_lines(HERE "r.geojson", lines, 3);
    outcome o = count(&s, HERE "r.geojson", "EPSG:4326", &m);
    assert_counted(&o);
    assert_true(m.n_batches >= 3);
    double parts = length(0, 0.5, 0.5, 0.5) + length(0.5, 0.6, 0.7, 0.6);
    double want = round(length(-20, 0.2, 20, 0.7)) + round(parts) + round(length(0, 0, 0.1, 0.1));
    assert_mm((double)o.ledger.read.weight, want, 1.5);
    done(&o);
    scene_clear(&s);
}

/* ---------------------------------------------------------------- another system */

/* A line that is straight in degrees has its length in degrees, whatever the plane. */
static void test_projected_plane(void **state)
{
    (void)state;
    static const char *const lines[] = {LINE("[104.2,9.1],[105.4,9.9]"),
                                        LINE("[104.5,9.5],[104.5001,9.5001]")};
    scene s = {0};
    scene_area(&s, shape_of_wkt("POLYGON((300000 900000,500000 900000,500000 1200000,300000 "
                                "1200000,300000 900000))"));
    scene_area(&s, shape_of_wkt("POLYGON((500000 900000,600000 900000,600000 1200000,500000 "
                                "1200000,500000 900000))"));
    scene_build(&s);
    marking m = {.west_of = -1e9};
    put_lines(HERE "r.geojson", lines, 2);
    outcome o = count(&s, HERE "r.geojson", "EPSG:32648", &m);
    assert_counted(&o);
    double whole = length(104.2, 9.1, 105.4, 9.9);
    assert_mm((double)o.ledger.read.weight, whole + length(104.5, 9.5, 104.5001, 9.5001), 3);
    /* 500000 is the meridian 105 */
    assert_mm((double)weight_at(&o, 1, 0), length(105, 9.1 + 0.8 / 1.2 * 0.8, 105.4, 9.9), 5);
    assert_true(noted(&o.notes, "from EPSG:4326 to EPSG:32648"));
    assert_true(o.roads.accuracy == 0);
    done(&o);
    scene_clear(&s);
}

/* ---------------------------------------------------------------- errors */

static void expect_error(const char *geometry, cov_status status, const char *says)
{
    scene s = two_squares();
    marking m = {.west_of = -1e9};
    if (geometry != NULL)
        put_lines(HERE "r.geojson", &geometry, 1);
    else
        put_lines(HERE "r.geojson", NULL, 0);
    outcome o = count(&s, HERE "r.geojson", "EPSG:4326", &m);
    if (o.status != status)
        fail_msg("%d and not %d: %s", o.status, status, o.err.message);
    assert_says(&o.err, says);
    assert_says(&o.err, "r.geojson");
    assert_null(o.roads.label);
    done(&o);
    scene_clear(&s);
}

static void test_errors(void **state)
{
    (void)state;
    expect_error("{\"type\":\"Point\",\"coordinates\":[0.5,0.5]}", COV_ERR_INPUT,
                 "feature 1 is a POINT, where lines are expected");
    expect_error("{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}",
                 COV_ERR_INPUT, "feature 1 is a POLYGON");
    expect_error("{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\","
                 "\"coordinates\":[0.5,0.5]}]}",
                 COV_ERR_INPUT, "is a POINT");
    expect_error(LINE("[500000,1000000],[500010,1000000]"), COV_ERR_CRS,
                 "no longitude and latitude");
    expect_error(NULL, COV_ERR_INPUT, "is empty: there are no lines");
    put_text(HERE "r.csv", "lon,lat\n1,2\n");
    scene s = two_squares();
    marking m = {.west_of = -1e9};
    outcome o = count(&s, HERE "r.csv", "EPSG:4326", &m);
    assert_int_equal(o.status, COV_ERR_INPUT);
    assert_says(&o.err, "r.csv is a table without geometry");
    done(&o);
    scene_clear(&s);
}

static cov_status no_slice(void *data, cov_xy middle, double metres, cov_error *err)
{
    (void)data;
    (void)middle;
    (void)err;
    return isfinite(metres) ? COV_OK : COV_ERR_LIMIT;
}

/* Both ends lie on Earth, what is between them in the gap of an interrupted map. */
static void test_gap_of_the_map(void **state)
{
    (void)state;
    static const double extent[4] = {-12e6, 6.7e6, 4e6, 6.9e6};
    OGRSpatialReferenceH plane = NULL;
    cov_ellipsoid ellipsoid;
    cov_slices slices;
    cov_error err = {COV_OK, ""};
    scene s = two_squares();
    assert_int_equal(cov_crs_from_text("+proj=igh +R=6371000 +units=m", &plane, NULL), COV_OK);
    assert_int_equal(cov_ellipsoid_create(plane, extent, &ellipsoid, NULL), COV_OK);
    cov_slices_init(&slices, s.borders.edges, &ellipsoid);
    cov_xy west = {-11119492, 6.8e6}, east = {3335847, 6.8e6}, near = {3336847, 6.8e6};
    assert_int_equal(cov_slices_cut(&slices, east, near, no_slice, NULL, &err), COV_OK);
    assert_int_equal(cov_slices_cut(&slices, west, east, no_slice, NULL, &err), COV_ERR_GEOMETRY);
    assert_says(&err, "has no length on Earth");
    cov_xy nowhere = {1e15, 1e15};
    assert_int_equal(cov_slices_cut(&slices, east, nowhere, no_slice, NULL, &err),
                     COV_ERR_GEOMETRY);
    cov_slices_clear(&slices);
    cov_ellipsoid_clear(&ellipsoid);
    OSRRelease(plane);
    scene_clear(&s);
}

/* ---------------------------------------------------------------- against GEOS */

/* The length of the lines in every piece of the plane, as GEOS sees it. */
static void compare_with_pieces(const scene *s, const outcome *o, OGRGeometryH *line, size_t n,
                                double slack)
{
    const cov_phases phases = cov_phases_start(NULL, NULL);
    cov_partition p = {0};
    assert_int_equal(cov_partition_create(&s->borders, 1, &phases, &p, NULL), COV_OK);
    double all = 0, inside = 0;
    for (size_t i = 0; i < p.n; i++) {
        OGRGeometryH piece = geometry_of(&p.piece[i].shape);
        int multi = wkbFlatten(OGR_G_GetGeometryType(piece)) == wkbMultiPolygon;
        double sum = 0;
        for (int k = 0; k < (multi ? OGR_G_GetGeometryCount(piece) : 1); k++) {
            OGRGeometryH part = multi ? OGR_G_GetGeometryRef(piece, k) : piece;
            for (size_t j = 0; j < n; j++) {
                OGRGeometryH common = OGR_G_Intersection(part, line[j]);
                sum += length_of(common);
                OGR_G_DestroyGeometry(common);
            }
        }
        assert_mm((double)weight_at(o, p.piece[i].area, p.piece[i].set), sum, slack);
        inside += sum;
        OGR_G_DestroyGeometry(piece);
    }
    for (size_t j = 0; j < n; j++)
        all += length_of(line[j]);
    assert_mm((double)o->ledger.read.weight, all, slack);
    assert_mm((double)o->ledger.outside.weight, all - inside, slack);
    cov_partition_clear(&p);
}

static cov_shape star(rng *r, double x, double y, double radius)
{
    char text[2000] = "POLYGON((", first[80] = "";
    for (int k = 0; k < 15; k++) {
        double angle = 2 * M_PI * k / 15, far = radius * rng_between(r, 0.3, 1);
        char at[80];
        CPLsnprintf(at, sizeof at, "%.17g %.17g", x + far * cos(angle), y + far * sin(angle));
        if (k == 0)
            snprintf(first, sizeof first, "%s", at);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s,", at);
    }
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s))", first);
    return shape_of_wkt(text);
}

static void test_random_roads(void **state)
{
    (void)state;
    enum { LINES = 6 };
    rng r = {11};
    for (int round = 0; round < 6; round++) {
        scene s = {0};
        OGRGeometryH line[LINES];
        char *json[LINES];
        for (int i = 0; i < 5; i++)
            scene_area(&s, star(&r, rng_between(&r, 105, 106), rng_between(&r, 9, 10), 0.5));
        for (unsigned i = 0; i < 6; i++)
            scene_zone(&s, i % 4, star(&r, rng_between(&r, 105, 106), rng_between(&r, 9, 10), 0.5));
        scene_build(&s);
        for (int i = 0; i < LINES; i++) {
            line[i] = OGR_G_CreateGeometry(wkbLineString);
            for (int k = 0; k < 6; k++)
                OGR_G_AddPoint_2D(line[i], rng_between(&r, 104.8, 106.2),
                                  rng_between(&r, 8.8, 10.2));
            char *options[] = {(char *)"COORDINATE_PRECISION=15", NULL};
            json[i] = OGR_G_ExportToJsonEx(line[i], options);
            OGR_G_DestroyGeometry(line[i]);
            line[i] = OGR_G_CreateGeometryFromJson(json[i]);
        }
        put_lines(HERE "r.geojson", (const char *const *)json, LINES);
        marking m = {.west_of = -1e9};
        outcome o = count(&s, HERE "r.geojson", "EPSG:4326", &m);
        assert_counted(&o);
        compare_with_pieces(&s, &o, line, LINES, 25); /* each crossing may round by half a mm */
        for (int i = 0; i < LINES; i++) {
            OGR_G_DestroyGeometry(line[i]);
            CPLFree(json[i]);
        }
        done(&o);
        scene_clear(&s);
    }
}

/* A way from place to place through the communes of a province, which overlap and leave gaps. */
static void test_real_communes(void **state)
{
    (void)state;
    char path[1000], places[1000];
    if (shared_data("vn-communes-pre2025/baclieu_communes_pre2025.geojson", path, sizeof path) ==
            NULL ||
        shared_data("vn-places-geonames/baclieu_places.csv", places, sizeof places) == NULL)
        return; /* said by shared_data */
    scene s = {0};
    GDALDatasetH ds = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    OGRLayerH layer = GDALDatasetGetLayer(ds, 0);
    for (OGRFeatureH f; (f = OGR_L_GetNextFeature(layer)) != NULL; OGR_F_Destroy(f)) {
        cov_shape shape = {NULL, 0};
        assert_int_equal(cov_shape_export(OGR_F_GetGeometryRef(f), &shape, NULL), COV_OK);
        scene_area(&s, shape);
    }
    GDALClose(ds);
    rng r = {12};
    for (unsigned i = 0; i < 8; i++)
        scene_zone(&s, i % 4,
                   star(&r, rng_between(&r, 105.2, 105.8), rng_between(&r, 9, 9.6), 0.2));
    scene_build(&s);
    OGRGeometryH line = OGR_G_CreateGeometry(wkbLineString);
    ds = GDALOpenEx(places, GDAL_OF_VECTOR, NULL, NULL, NULL);
    layer = GDALDatasetGetLayer(ds, 0);
    int ix = OGR_FD_GetFieldIndex(OGR_L_GetLayerDefn(layer), "lon");
    int iy = OGR_FD_GetFieldIndex(OGR_L_GetLayerDefn(layer), "lat");
    assert_true(ix >= 0 && iy >= 0);
    for (OGRFeatureH f; (f = OGR_L_GetNextFeature(layer)) != NULL; OGR_F_Destroy(f))
        OGR_G_AddPoint_2D(line, OGR_F_GetFieldAsDouble(f, ix), OGR_F_GetFieldAsDouble(f, iy));
    GDALClose(ds);
    char *json = OGR_G_ExportToJson(line);
    put_lines(HERE "r.geojson", (const char *const *)&json, 1);
    marking m = {.west_of = -1e9};
    outcome o = count(&s, HERE "r.geojson", "EPSG:4326", &m);
    assert_counted(&o);
    assert_true(o.ledger.overlap.weight > 0);
    compare_with_pieces(&s, &o, &line, 1, 200);
    CPLFree(json);
    OGR_G_DestroyGeometry(line);
    done(&o);
    scene_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_straight_road, reset),
        cmocka_unit_test_setup(test_along_borders, reset),
        cmocka_unit_test_setup(test_along_a_slanting_border, reset),
        cmocka_unit_test_setup(test_slices_are_short, reset),
        cmocka_unit_test_setup(test_rounding, reset),
        cmocka_unit_test_setup(test_long_and_many_parts, reset),
        cmocka_unit_test_setup(test_projected_plane, reset),
        cmocka_unit_test_setup(test_errors, reset),
        cmocka_unit_test_setup(test_gap_of_the_map, reset),
        cmocka_unit_test_setup(test_random_roads, reset),
        cmocka_unit_test_setup(test_real_communes, reset),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
