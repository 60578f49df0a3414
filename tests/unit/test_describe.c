/* Describe: what a job would read and count, and what it would stumble over.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#define _LARGEFILE64_SOURCE
#include "layers.h"

#include "io/describe.h"

/* ---------------------------------------------------------------- a job */

#define FEATURES(...) "{\"type\":\"FeatureCollection\",\"features\":[" __VA_ARGS__ "]}"
#define FEATURE(properties, type, coordinates)                                                     \
    "{\"type\":\"Feature\",\"properties\":{" properties "},\"geometry\":{\"type\":\"" type         \
    "\",\"coordinates\":" coordinates "}}"
#define SQUARE "[[[0,0],[9,0],[9,9],[0,9],[0,0]]]"

static int set_up(void **state)
{
    (void)state;
    cov_gdal_init();
    remove_all();
    put_text(
        HERE "areas.geojson",
        FEATURES(FEATURE("\"id\":\"01\",\"ten\":\"A\",\"district\":\"D\"", "Polygon", SQUARE)));
    put_text(HERE "homes.geojson",
             FEATURES(FEATURE("\"ma\":\"1\",\"n\":4,\"persons\":9,\"down\":25", "Point",
                              "[1,1]") "," FEATURE("\"ma\":\"2\",\"n\":5,\"persons\":9,\"down\":50",
                                                   "Point", "[2,2]")));
    put_text(HERE "zones.geojson", FEATURES(FEATURE("\"op\":\"x\"", "Polygon", SQUARE) "," FEATURE(
                                       "\"op\":\"y\"", "Polygon", SQUARE)));
    put_text(HERE "cables.geojson", FEATURES(FEATURE("\"a\":1", "LineString", "[[0,0],[9,9]]")));
    put_text(HERE "rivers.geojson", FEATURES(FEATURE("\"a\":1", "LineString", "[[0,9],[9,0]]")));
    put_text(HERE "claims.csv", "home,tech\n1,50\n2,40\n");
    put_text(HERE "teams.csv", "id,formed,planned\n01,4,5\n");
    put_text(HERE "level.asc", "ncols 3\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 3\n"
                               "-100 -110 -90\n-100 -110 -90\n");
    return 0;
}

typedef struct scene {
    cov_job job;
    cov_job_service service[8];
    cov_job_base base[8];
    cov_indicator indicator[4];
    cov_job_tiers tiers[1];
    cov_job_target target[2];
    cov_job_ratio ratio[2];
} scene;

static cov_job_service *add_service(scene *s, const char *name, cov_by by, const char *path)
{
    static const cov_job_service nothing = COV_JOB_SERVICE_INIT;
    cov_job_service *service = &s->service[s->job.n_services++];
    *service = nothing;
    service->name = name;
    service->by = by;
    service->source.path = path;
    return service;
}

static void add_base(scene *s, const char *name, cov_base_kind kind, const char *path,
                     const char *weight)
{
    s->base[s->job.n_bases++] = (cov_job_base){name, kind, {path, NULL, NULL, NULL}, weight};
}

/* Areas, households and one service. */
static void begin(scene *s)
{
    static const cov_job nothing = COV_JOB_INIT;
    memset(s, 0, sizeof *s);
    s->job = nothing;
    s->job.services = s->service;
    s->job.bases = s->base;
    s->job.indicators = s->indicator;
    s->job.tiers = s->tiers;
    s->job.targets = s->target;
    s->job.ratios = s->ratio;
    s->job.areas.path = HERE "areas.geojson";
    s->job.id_column = "id";
    s->job.name_column = "ten";
    s->job.households.path = HERE "homes.geojson";
    s->job.weight_column = "n";
    add_service(s, "fiber/x", COV_BY_POLYGONS, HERE "zones.geojson");
}

static void describes(const scene *s, const char *expected)
{
    char *text = NULL;
    cov_error err;
    if (cov_job_describe(&s->job, &text, &err) != COV_OK)
        fail_msg("%s", err.message);
    size_t same = 0;
    while (text[same] != '\0' && text[same] == expected[same])
        same++;
    if (text[same] != expected[same])
        fail_msg("told:\n%s\nexpected:\n%s", text + same, expected + same);
    cov_text_free(text);
}

static void mentions(const scene *s, const char *expected)
{
    char *text = NULL;
    cov_error err;
    if (cov_job_describe(&s->job, &text, &err) != COV_OK)
        fail_msg("%s", err.message);
    if (strstr(text, expected) == NULL)
        fail_msg("no\n%s\nin\n%s", expected, text);
    cov_text_free(text);
}

static void refuses(const scene *s, cov_status status, const char *says)
{
    char *text = NULL;
    cov_error err;
    err.message[0] = '\0';
    cov_status got = cov_job_describe(&s->job, &text, &err);
    assert_says(&err, says);
    assert_int_equal(got, status);
    assert_null(text);
}

/* ---------------------------------------------------------------- what is told */

static void test_least(void **state)
{
    (void)state;
    scene s;
    begin(&s);
    s.job.weight_column = NULL;
    describes(&s, "Areas\n"
                  "  areas.geojson: GeoJSON, 1 polygon, EPSG:4326\n"
                  "  id id, name ten\n"
                  "\n"
                  "Households\n"
                  "  homes.geojson: GeoJSON, 2 points, EPSG:4326\n"
                  "  one household each\n"
                  "\n"
                  "Services\n"
                  "  fiber/x: inside polygons\n"
                  "    zones.geojson: GeoJSON, 2 polygons, EPSG:4326\n"
                  "\n"
                  "Indicators\n"
                  "  fiber\n"
                  "  fiber/x\n"
                  "\n"
                  "Notes\n"
                  "  warning: homes.geojson: each point counts as one; if its column persons says\n"
                  "    how many it stands for, add --weight persons\n");
}

static const char *const parents[] = {"district"};
static const char *const chain[] = {"dl25", "dl50"};

static void fill(scene *s)
{
    begin(s);
    s->job.parent_columns = parents;
    s->job.n_parents = 1;
    s->job.household_id = "ma";
    s->service[0].source.where = "op = 'x'";
    cov_job_service *a = add_service(s, "cable/x", COV_BY_DISTANCE, HERE "cables.geojson");
    a->metres = 150.5;
    a->barriers.path = HERE "rivers.geojson";
    a = add_service(s, "4g", COV_BY_SIGNAL, HERE "level.asc");
    a->min = -105;
    a->indoor = 12;
    a->sigma = 8;
    a->probability = 90;
    a->bilinear = 1;
    add_service(s, "dl25", COV_BY_COLUMN, NULL)->column = "down >= 25";
    add_service(s, "dl50", COV_BY_COLUMN, NULL)->column = "down>=50";
    a = add_service(s, "claimed", COV_BY_TABLE, HERE "claims.csv");
    a->key = "home";
    a->condition = "tech=50";
    add_base(s, "persons", COV_BASE_MEASURE, NULL, "persons");
    add_base(s, "places", COV_BASE_LAYER, HERE "homes.geojson", NULL);
    add_base(s, "roads", COV_BASE_LAYER, HERE "cables.geojson", NULL);
    add_base(s, "grid", COV_BASE_LAYER, HERE "level.asc", NULL);
    add_base(s, "area", COV_BASE_AREA, NULL, NULL);
    s->job.assume_crs = "EPSG:4326";
    s->indicator[0] = (cov_indicator){"speed", "profile(dl25, dl50)"};
    s->indicator[1] = (cov_indicator){NULL, "4g"};
    s->job.n_indicators = 2;
    s->tiers[0] = (cov_job_tiers){chain, 2};
    s->job.n_tiers = 1;
    s->target[0] = (cov_job_target){"4g", 665500, 30000};
    s->target[1] = (cov_job_target){"speed_served", 1000000, 0};
    s->job.n_targets = 2;
    s->ratio[0] = (cov_job_ratio){
        "teams", {HERE "teams.csv", NULL, NULL, NULL}, "id", "formed", "planned", NULL, 0};
    s->ratio[1] = (cov_job_ratio){
        "rate", {HERE "teams.csv", NULL, NULL, NULL}, "id", "formed", NULL, "persons", 100};
    s->job.n_ratios = 2;
}

static void test_all(void **state)
{
    (void)state;
    scene s;
    fill(&s);
    describes(&s, "Areas\n"
                  "  areas.geojson: GeoJSON, 1 polygon, EPSG:4326\n"
                  "  id id, name ten; within district\n"
                  "\n"
                  "Households\n"
                  "  homes.geojson: GeoJSON, 2 points, EPSG:4326\n"
                  "  weight n; id ma\n"
                  "\n"
                  "Also counted\n"
                  "  persons: the column persons of the households\n"
                  "  places: points, one each\n"
                  "    homes.geojson: GeoJSON, 2 points, EPSG:4326\n"
                  "  roads: length of lines, in km\n"
                  "    cables.geojson: GeoJSON, 1 line, EPSG:4326\n"
                  "  grid: sum of the cells of a raster\n"
                  "    level.asc: raster, 3 x 2 cells, EPSG:4326\n"
                  "  area: the areas themselves, in km2\n"
                  "\n"
                  "Services\n"
                  "  fiber/x: inside polygons\n"
                  "    zones.geojson: GeoJSON, 2 polygons, EPSG:4326\n"
                  "    of them those where op = 'x'\n"
                  "  cable/x: within 150.5 m of lines or points, not across rivers.geojson\n"
                  "    cables.geojson: GeoJSON, 1 line, EPSG:4326\n"
                  "    rivers.geojson: GeoJSON, 1 line, EPSG:4326\n"
                  "  4g: a level of at least -105, behind a loss of 12 dB, 90 % sure with a sigma\n"
                  "    of 8 dB, between the centres of cells\n"
                  "    level.asc: raster, 3 x 2 cells, EPSG:4326\n"
                  "  dl25: what the households say, down >= 25\n"
                  "  dl50: what the households say, down>=50\n"
                  "  claimed: households whose id is in the column home, in rows where tech=50\n"
                  "    claims.csv: CSV\n"
                  "\n"
                  "Indicators\n"
                  "  speed_unserved: !(dl25)\n"
                  "  speed_underserved: (dl25) & !(dl50)\n"
                  "  speed_served: (dl50)\n"
                  "  4g\n"
                  "\n"
                  "Tiers\n"
                  "  dl25, in it dl50\n"
                  "\n"
                  "Targets\n"
                  "  4g: at least 66.55 %; are 30000 more connections enough?\n"
                  "  speed_served: at least 100 %\n"
                  "\n"
                  "Ratios\n"
                  "  teams: formed of planned in percent, areas by id\n"
                  "    teams.csv: CSV\n"
                  "  rate: formed per 100 of persons (the base), areas by id\n"
                  "    teams.csv: CSV\n"
                  "\n"
                  "Notes\n"
                  "  warning: homes.geojson: each point counts as one; if its column persons says\n"
                  "    how many it stands for, add --weight persons\n"
                  "  level.asc states no coordinate reference system: taken as EPSG:4326\n"
                  "    (--assume-crs)\n");
}

static void test_guesses(void **state)
{
    (void)state;
    scene s;
    begin(&s);
    s.job.id_column = NULL;
    s.job.name_column = NULL;
    put_squares("GPKG", HERE "squares.gpkg", 3, "EPSG:4326", NULL);
    s.job.areas.path = HERE "squares.gpkg";
    mentions(&s, "  id ma_xa, name ten_xa\n");
    mentions(&s, "\nNotes\n  ");
    s.service[0].split = "op";
    s.service[0].name = "fiber";
    mentions(&s, "  fiber/x: inside polygons\n");
    mentions(&s, "  fiber/y: inside polygons\n");
    s.job.households.path = NULL;
    s.job.weight_column = NULL;
    add_base(&s, "places", COV_BASE_LAYER, HERE "homes.geojson", "persons");
    mentions(&s, "\nCounted\n  places: points, weight persons\n");
}

/* ---------------------------------------------------------------- what a run would refuse */

static void test_columns(void **state)
{
    (void)state;
    scene s;
#define WITHOUT(member, value, status, says)                                                       \
    do {                                                                                           \
        fill(&s);                                                                                  \
        s.member = value;                                                                          \
        refuses(&s, status, says);                                                                 \
    } while (0)
    static const char *const wrong[] = {"province"};
    WITHOUT(job.id_column, "code", COV_ERR_INPUT, "areas.geojson: there is no id column \"code\"");
    WITHOUT(job.name_column, "name", COV_ERR_INPUT, "there is no name column \"name\"");
    WITHOUT(job.parent_columns, wrong, COV_ERR_INPUT, "there is no parent column \"province\"");
    WITHOUT(job.weight_column, "weight", COV_ERR_INPUT, "there is no weight column \"weight\"");
    WITHOUT(job.household_id, "code", COV_ERR_INPUT,
            "homes.geojson: there is no id column \"code\"");
    WITHOUT(base[0].weight_column, "people", COV_ERR_INPUT, "there is no weight column \"people\"");
    WITHOUT(base[1].weight_column, "pupils", COV_ERR_INPUT, "there is no weight column \"pupils\"");
    WITHOUT(service[3].column, "speed>=1", COV_ERR_INPUT, "\"speed\"");
    WITHOUT(service[3].column, "down>=", COV_ERR_INPUT, "without a value");
    WITHOUT(service[5].key, "id", COV_ERR_INPUT, "claims.csv: there is no key column \"id\"");
    WITHOUT(service[5].condition, "technology=50", COV_ERR_INPUT, "\"technology\"");
    WITHOUT(service[0].source.where, "operator = 'x'", COV_ERR_INPUT, "operator");
    WITHOUT(ratio[0].key, "code", COV_ERR_INPUT, "teams.csv: there is no key column \"code\"");
    WITHOUT(ratio[0].n, "made", COV_ERR_INPUT, "\"made\"");
    WITHOUT(ratio[0].of, "wanted", COV_ERR_INPUT, "\"wanted\"");
}

static void test_files(void **state)
{
    (void)state;
    scene s;
    WITHOUT(job.areas.path, HERE "none.shp", COV_ERR_INPUT, "there is no file");
    WITHOUT(job.areas.path, HERE "homes.geojson", COV_ERR_INPUT,
            "homes.geojson, feature 1 is a POINT, where polygons are expected");
    WITHOUT(job.households.path, HERE "none.shp", COV_ERR_INPUT, "there is no file");
    WITHOUT(service[0].source, ((cov_source){HERE "cables.geojson", NULL, NULL, NULL}),
            COV_ERR_INPUT,
            "cables.geojson, feature 1 is a LINESTRING, where polygons are expected");
    WITHOUT(service[1].source.path, HERE "areas.geojson", COV_ERR_INPUT,
            "a distance is one to lines or points; polygons answer without it");
    WITHOUT(service[1].barriers.path, HERE "none.shp", COV_ERR_INPUT, "there is no file");
    WITHOUT(service[2].source.path, HERE "areas.geojson", COV_ERR_INPUT, "areas.geojson");
    WITHOUT(service[5].source.path, HERE "none.csv", COV_ERR_INPUT, "there is no file");
    WITHOUT(base[3].source.path, HERE "none.tif", COV_ERR_INPUT, "there is no file");
    WITHOUT(ratio[1].source.path, HERE "none.csv", COV_ERR_INPUT, "there is no file");
    WITHOUT(service[1].barriers.path, HERE "claims.csv", COV_ERR_INPUT,
            "claims.csv is a table without geometry: lines or polygons are needed");
    WITHOUT(service[1].source.path, HERE "claims.csv", COV_ERR_INPUT, "claims.csv");
    put_text(HERE "masts.csv", "lon,lat\n1,2\n");
    fill(&s);
    s.service[1].source.path = HERE "masts.csv";
    mentions(&s, "    masts.csv: CSV, EPSG:4326\n");
    WITHOUT(job.assume_crs, NULL, COV_ERR_CRS, "level.asc");
}

static void test_questions(void **state)
{
    (void)state;
    scene s;
    static const char *const wrong[] = {"dl25", "dl100"};
    WITHOUT(indicator[1].expression, "5g", COV_ERR_EXPRESSION, "5g");
    WITHOUT(tiers[0].expressions, wrong, COV_ERR_EXPRESSION, "tier \"dl100\"");
    WITHOUT(target[0].indicator, "fiber", COV_ERR_EXPRESSION,
            "the target names no indicator of the report: \"fiber\"; there are speed_unserved, "
            "speed_underserved, speed_served, 4g");
    WITHOUT(service[0].name, "fiber/", COV_ERR_ARGUMENT, "fiber/");
    WITHOUT(ratio[1].of_base, "people", COV_ERR_ARGUMENT, "of a base that isn't there");
    WITHOUT(job.size, 1, COV_ERR_ARGUMENT, "COV_JOB_INIT");
    char *text;
    cov_error err;
    assert_int_equal(cov_job_describe(NULL, &text, &err), COV_ERR_ARGUMENT);
    assert_int_equal(cov_job_describe(&s.job, NULL, &err), COV_ERR_ARGUMENT);
    cov_text_free(NULL);
}

static int stop(void *data, const char *phase, double fraction)
{
    (void)phase;
    (void)fraction;
    ++*(int *)data;
    return 1;
}

static void test_cancelled(void **state)
{
    (void)state;
    scene s;
    int asked = 0;
    begin(&s);
    s.service[0].name = "fiber";
    s.service[0].split = "op";
    s.job.progress = stop;
    s.job.progress_data = &asked;
    refuses(&s, COV_ERR_CANCELLED, "");
    assert_true(asked > 0);
}

/* ---------------------------------------------------------------- lines */

static void wraps(size_t indent, const char *text, const char *expected)
{
    cov_prose prose = {NULL, 0, 0};
    assert_int_equal(cov_prose_add(&prose, indent, NULL, "%s", text), COV_OK);
    assert_string_equal(prose.text, expected);
    cov_prose_clear(&prose);
}

#define TEN "123456789 "
#define VIET "Bạc Liêu ấ " /* 11 characters */

static void test_width(void **state)
{
    (void)state;
    wraps(0, TEN TEN TEN TEN TEN TEN TEN "1234567890", TEN TEN TEN TEN TEN TEN TEN "1234567890\n");
    wraps(0, TEN TEN TEN TEN TEN TEN TEN "12345678901",
          TEN TEN TEN TEN TEN TEN "123456789\n  12345678901\n");
    wraps(4, VIET VIET VIET VIET VIET VIET "1234567890",
          "    " VIET VIET VIET VIET VIET VIET "1234567890\n");
    wraps(4, VIET VIET VIET VIET VIET VIET "12345678901",
          "    " VIET VIET VIET VIET VIET "Bạc Liêu ấ\n      12345678901\n");
    wraps(2, "a  b\nc", "  a b c\n");
    wraps(2, "", "  \n");
}

int main(void)
{
    CPLSetErrorHandler(loud);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_least, set_up),
        cmocka_unit_test_setup(test_all, set_up),
        cmocka_unit_test_setup(test_guesses, set_up),
        cmocka_unit_test_setup(test_columns, set_up),
        cmocka_unit_test_setup(test_files, set_up),
        cmocka_unit_test_setup(test_questions, set_up),
        cmocka_unit_test_setup(test_cancelled, set_up),
        cmocka_unit_test(test_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
