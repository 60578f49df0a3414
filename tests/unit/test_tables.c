/* Tables in memory as sources: a run from tables is the run from the files they were read from.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "runs.h"
#include "tables.h"

static folder here;

/* The tables made for one test. */
static cov_table *made[64];
static size_t n_made;

static cov_table *keep(cov_table *table)
{
    assert_true(n_made < sizeof made / sizeof made[0]);
    made[n_made++] = table;
    return table;
}

static int setup(void **state)
{
    (void)state;
    n_made = 0;
    return folder_open(&here);
}

static int teardown(void **state)
{
    (void)state;
    folder_close(&here);
    for (size_t i = 0; i < n_made; i++)
        cov_table_free(made[i]);
    return 0;
}

/* ---------------------------------------------------------------- files made tables */

static int is_raster(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL && (strcmp(dot, ".tif") == 0 || strcmp(dot, ".asc") == 0);
}

static void swap(cov_source *source, const char *assume_crs)
{
    if (source->path == NULL || is_raster(source->path))
        return;
    source->table = keep(table_of_file(source->path, assume_crs));
    source->path = NULL;
}

/* A copy of a job with a table in the place of each file that is no raster. */
typedef struct twin {
    cov_job job;
    cov_job_service service[32];
    cov_job_base base[8];
    cov_job_ratio ratio[8];
} twin;

static void make_twin(const cov_job *job, twin *t)
{
    assert_true(job->n_services <= 32 && job->n_bases <= 8 && job->n_ratios <= 8);
    t->job = *job;
    swap(&t->job.areas, job->assume_crs);
    swap(&t->job.households, job->assume_crs);
    for (size_t i = 0; i < job->n_services; i++) {
        t->service[i] = job->services[i];
        swap(&t->service[i].source, job->assume_crs);
        swap(&t->service[i].barriers, job->assume_crs);
    }
    for (size_t i = 0; i < job->n_bases; i++) {
        t->base[i] = job->bases[i];
        swap(&t->base[i].source, job->assume_crs);
    }
    for (size_t i = 0; i < job->n_ratios; i++) {
        t->ratio[i] = job->ratios[i];
        swap(&t->ratio[i].source, job->assume_crs);
    }
    t->job.services = t->service;
    t->job.bases = t->base;
    t->job.ratios = t->ratio;
}

static char *bytes_of(const cov_run *run, size_t *size)
{
    cov_write_options options = COV_WRITE_OPTIONS_INIT;
    cov_error err = {COV_OK, ""};
    char *path = folder_at(&here, "run.geojson");
    options.overwrite = 1;
    must_do(cov_run_write(run, path, &options, &err), &err);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long length = ftell(file);
    rewind(file);
    char *bytes = malloc((size_t)length + 1);
    assert_non_null(bytes);
    *size = fread(bytes, 1, (size_t)length, file);
    bytes[*size] = '\0';
    assert_int_equal(*size, length);
    fclose(file);
    free(path);
    return bytes;
}

static void expect_same_bytes(const cov_run *a, const cov_run *b)
{
    size_t n = 0, m = 0;
    assert_string_equal(cov_run_manifest(a), cov_run_manifest(b));
    char *x = bytes_of(a, &n), *y = bytes_of(b, &m);
    assert_true(n > 1000);
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n);
    free(x);
    free(y);
}

/* The tables are called as the files are, so that the labels are equal, too. */
static void expect_same_run(const cov_job *job)
{
    static twin t;
    make_twin(job, &t);
    cov_run *from_files = run_job(job), *from_tables = run_job(&t.job);
    expect_same_bytes(from_files, from_tables);
    cov_run_free(from_files);
    cov_run_free(from_tables);
}

static void expect_same_project(const char *name)
{
    cov_project *project = NULL;
    cov_error err = {COV_OK, ""};
    const char *root = getenv("COV_SOURCE_ROOT");
    char path[1000];
    assert_non_null(root);
    snprintf(path, sizeof path, "%s/data/province/%s", root, name);
    must_do(cov_project_load(path, &project, &err), &err);
    cov_job job = *cov_project_job(project);
    job.threads = 2;
    expect_same_run(&job);
    cov_project_free(project);
}

static void the_province_comes_from_tables(void **state)
{
    (void)state;
    expect_same_project("province.yaml");
}

/* Splits, filters, barriers, claims, columns, conditions, lines: every kind there is. */
static void every_kind_comes_from_tables(void **state)
{
    (void)state;
    expect_same_project("planning.yaml");
}

/* ---------------------------------------------------------------- made by hand */

/* One household point in the middle of each commune. */
static const char four[] = "id,lon,lat,pop\n"
                           "a,105.5,9.5,1\nb,106.5,9.5,2\nc,105.5,10.5,3\nd,106.5,10.5,4\n";

static cov_table *written(const char *name, const char *text, const char *assume_crs)
{
    char *path = folder_write(&here, name, text);
    cov_table *table = keep(table_of_file(path, assume_crs));
    free(path);
    return table;
}

static cov_job basic_job(void)
{
    cov_job job = COV_JOB_INIT;
    job.areas.table = written("communes.geojson", communes, NULL);
    job.id_column = "ma";
    job.households.table = written("households.csv", four, NULL);
    job.threads = 1;
    return job;
}

/* Columns of four households, of the types that `format` says. */
typedef struct column {
    const char *name;
    const char *format; /* of 8 bytes; NULL: int64 */
    int64_t value[4];
} column;

#define NOTHING INT64_MIN /* a null */

static cov_table *hand_made(const column *columns, size_t n, const char *crs)
{
    static const double lon[] = {105.5, 106.5, 105.5, 106.5}, lat[] = {9.5, 9.5, 10.5, 10.5};
    static const char *format[16];
    cov_maker *maker = cov_maker_create();
    cov_error err = {COV_OK, ""};
    assert_true(maker != NULL && n + 2 <= 16);
    must_do(cov_maker_column(maker, "lon", COV_MAKE_REAL, NULL, NULL, &err), &err);
    must_do(cov_maker_column(maker, "lat", COV_MAKE_REAL, NULL, NULL, &err), &err);
    format[0] = format[1] = NULL;
    for (size_t k = 0; k < n; k++) {
        format[k + 2] = columns[k].format;
        must_do(cov_maker_column(maker, columns[k].name, COV_MAKE_WHOLE, NULL, NULL, &err), &err);
    }
    for (size_t i = 0; i < 4; i++) {
        must_do(cov_maker_real(maker, 0, lon[i], &err), &err);
        must_do(cov_maker_real(maker, 1, lat[i], &err), &err);
        for (size_t k = 0; k < n; k++) {
            int64_t value = columns[k].value[i];
            must_do(value == NOTHING ? cov_maker_null(maker, k + 2, &err)
                                     : cov_maker_whole(maker, k + 2, value, &err),
                    &err);
        }
    }
    struct ArrowArrayStream stream;
    must_do(cov_maker_finish(maker, &stream, &err), &err);
    retype(&stream, format);
    cov_table_options options = COV_TABLE_OPTIONS_INIT;
    options.name = "frame";
    options.crs = crs;
    cov_table *table = NULL;
    must_do(cov_table_create(&stream, &options, &table, &err), &err);
    return keep(table);
}

/* Numbers, booleans (bit i of the first value is row i's) and decimals answer as in a file. */
static void columns_of_every_type_answer(void **state)
{
    (void)state;
    const column columns[] = {{"fiber", NULL, {0, 7, NOTHING, -1}},
                              {"flag", "b", {0x5, 0, 0, 0}},
                              {"mbps", "d:10,2,64", {2499, 2500, 10000, NOTHING}},
                              {"persons", "d:10,1,64", {15, 20, 25, 30}}};
    const cov_job_service services[] = {
        {.name = "fiber", .by = COV_BY_COLUMN, .column = "fiber"},
        {.name = "flag", .by = COV_BY_COLUMN, .column = "flag"},
        {.name = "dl25", .by = COV_BY_COLUMN, .column = "mbps>=25"}};
    cov_job job = basic_job();
    job.households.table = hand_made(columns, 4, NULL);
    job.services = services;
    job.n_services = 3;
    cov_run *run = run_job(&job);
    expect_note(run, COV_NOTE_INFO, "frame: coordinates from the columns lon, lat (EPSG:4326)");
    expect_note(run, COV_NOTE_WARNING, "unknown for 1 of 4 points");
    const uint64_t yes[3][4] = {{0, 1, 0, 1}, {1, 0, 1, 0}, {0, 1, 1, 0}};
    const uint64_t of[3][4] = {{1, 1, 0, 1}, {1, 1, 1, 1}, {1, 1, 1, 0}};
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < 4; i++)
            expect_share(run, i, k, yes[k][i], of[k][i]);
    }
    cov_run_free(run);
    job.weight_column = "persons"; /* the decimals are kept: 1.5 + 2 + 2.5 + 3 */
    run = run_job(&job);
    assert_int_equal(cov_tally_scale(cov_run_tally(run)), 1000);
    cov_ledger ledger;
    cov_tally_ledger(cov_run_tally(run), &ledger);
    assert_int_equal(ledger.assigned.weight, 9000);
    cov_run_free(run);
}

static int64_t bits(double value)
{
    int64_t out;
    memcpy(&out, &value, sizeof out);
    return out;
}

static void real_weights_are_exact(void **state)
{
    (void)state;
    const column weight = {"w", "g", {bits(0.125), bits(0.25), bits(0.5), bits(2)}};
    cov_job job = basic_job();
    job.households.table = hand_made(&weight, 1, NULL);
    job.weight_column = "w";
    cov_run *run = run_job(&job);
    cov_ledger ledger;
    cov_tally_ledger(cov_run_tally(run), &ledger);
    assert_int_equal(ledger.assigned.weight, 2875); /* thousandths */
    cov_run_free(run);
    const column missing = {"w", "g", {bits(1), NOTHING, bits(1), bits(1)}};
    job.households.table = hand_made(&missing, 1, NULL);
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("frame, feature 2", "w", "empty"));
    const column none = {"w", "g", {bits(1), bits(1), bits(NAN), bits(1)}};
    job.households.table = hand_made(&none, 1, NULL);
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("frame, feature 3", "nan", "not a number"));
}

static void filters_read_numbers(void **state)
{
    (void)state;
    const column columns[] = {{"year", NULL, {2023, 2024, NOTHING, 2025}},
                              {"flag", "b", {0x9, 0, 0, 0}}};
    cov_job job = basic_job();
    job.households = (cov_source){NULL, NULL, "year >= 2024", hand_made(columns, 2, NULL)};
    cov_run *run = run_job(&job);
    cov_ledger ledger;
    cov_tally_ledger(cov_run_tally(run), &ledger);
    assert_int_equal(ledger.read.points, 2);
    assert_non_null(strstr(cov_run_manifest(run), "frame, where year >= 2024"));
    cov_run_free(run);
    job.households.where = "flag = 1 AND FID = 3"; /* rows are numbered from 0 */
    run = run_job(&job);
    cov_tally_ledger(cov_run_tally(run), &ledger);
    assert_int_equal(ledger.read.points, 1);
    cov_run_free(run);
    job.households.where = "month = 2";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("frame", "month", "year, flag"));
    job.households.where = "year > 3000";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("frame", "year > 3000", "4 features"));
}

static void what_cannot_be_used_is_refused(void **state)
{
    (void)state;
    const column columns[] = {{"seen", "tsu:", {0, 0, 0, 0}}, {"large", "L", {1, 2, 3, -1}}};
    cov_job_service service = {.name = "fiber", .by = COV_BY_COLUMN, .column = "seen"};
    cov_job job = basic_job();
    job.households.table = hand_made(columns, 2, NULL);
    cov_run_free(run_job(&job)); /* nobody asks for these */
    job.services = &service;
    job.n_services = 1;
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("frame", "seen", "type that can't be used"));
    service.column = "large";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("frame, feature 4", "large", "2^63-1"));
    service.column = "small";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("frame", "small", "lon, lat, large"));
    service.column = "large";
    job.id_column = "geometry";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("communes.geojson", "geometry"));
}

/* A NUL would end the text in what reads it. */
static void a_text_with_a_nul_is_refused(void **state)
{
    (void)state;
    const cov_job_service service = {.name = "fiber", .by = COV_BY_COLUMN, .column = "fiber"};
    cov_maker *maker = cov_maker_create();
    cov_table *table = NULL;
    struct ArrowArrayStream stream;
    cov_error err = {COV_OK, ""};
    must_do(cov_maker_column(maker, "lon", COV_MAKE_REAL, NULL, NULL, &err), &err);
    must_do(cov_maker_column(maker, "lat", COV_MAKE_REAL, NULL, NULL, &err), &err);
    must_do(cov_maker_column(maker, "fiber", COV_MAKE_TEXT, NULL, NULL, &err), &err);
    for (size_t i = 0; i < 2; i++) {
        must_do(cov_maker_real(maker, 0, 105.5, &err), &err);
        must_do(cov_maker_real(maker, 1, 9.5, &err), &err);
        must_do(cov_maker_bytes(maker, 2, "1\0", i == 0 ? 1 : 2, &err), &err);
    }
    must_do(cov_maker_finish(maker, &stream, &err), &err);
    must_do(cov_table_create(&stream, NULL, &table, &err), &err);
    cov_job job = basic_job();
    job.households.table = keep(table);
    cov_run_free(run_job(&job)); /* nobody asks for it */
    job.services = &service;
    job.n_services = 1;
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("table, feature 2", "fiber", "NUL"));
}

/* ---------------------------------------------------------------- systems */

static void a_system_is_stated_or_assumed(void **state)
{
    (void)state;
    cov_job job = basic_job();
    job.households.table = hand_made(NULL, 0, "EPSG:4756"); /* VN-2000, over lon and lat */
    cov_run *run = run_job(&job);
    expect_note(run, COV_NOTE_INFO, "lat (EPSG:4756)");
    cov_run_free(run);
    job.households.table = hand_made(NULL, 0, "EPSG:0");
    expect_job_failure(&job, COV_ERR_CRS, FACTS("frame", "EPSG:0"));
}

/* What the second of two areas is: WKT, or */
#define NO_SHAPE NULL
#define DAMAGED "damaged"
#define EAST "POLYGON((106 9,107 9,107 10,106 10,106 9))"

static void add_area(cov_table_builder *builder, const char *const *texts, const char *wkt)
{
    unsigned char wkb[200] = {1, 3};
    size_t size = 2;
    cov_error err = {COV_OK, ""};
    if (wkt != NULL && strcmp(wkt, DAMAGED) != 0) {
        OGRGeometryH geometry = NULL;
        char *text = (char *)(uintptr_t)wkt;
        assert_int_equal(OGR_G_CreateFromWkt(&text, NULL, &geometry), OGRERR_NONE);
        size = (size_t)OGR_G_WkbSize(geometry);
        assert_true(size <= sizeof wkb);
        assert_int_equal(OGR_G_ExportToIsoWkb(geometry, wkbNDR, wkb), OGRERR_NONE);
        OGR_G_DestroyGeometry(geometry);
    }
    must_do(cov_table_builder_add(builder, texts, wkt != NULL ? wkb : NULL, size, &err), &err);
}

/* Two areas, "01" and what a test makes of the other one. */
static cov_table *build(const char *const second[2], const char *shape, const char *crs)
{
    static const char *const names[] = {"ma", "huyen"}, *const first[] = {"01", "A"};
    cov_table_builder *builder = NULL;
    cov_table *table = NULL;
    cov_error err = {COV_OK, ""};
    must_do(cov_table_builder_create("areas", names, 2, "geometry", crs, &builder, &err), &err);
    add_area(builder, first, "POLYGON((105 9,106 9,106 10,105 10,105 9))");
    add_area(builder, second, shape);
    must_do(cov_table_builder_finish(builder, &table, &err), &err);
    return keep(table);
}

static void a_missing_system_is_refused(void **state)
{
    (void)state;
    static const char *const second[] = {"02", "A"};
    cov_job job = basic_job();
    job.areas.table = build(second, EAST, NULL);
    expect_job_failure(&job, COV_ERR_CRS, FACTS("areas states no coordinate reference system"));
    job.assume_crs = "EPSG:4326";
    cov_run *run = run_job(&job);
    expect_note(run, COV_NOTE_INFO, "areas states no coordinate reference system: taken as");
    cov_run_free(run);
    job.assume_crs = NULL;
    job.areas.table = build(second, EAST, "nonsense");
    expect_job_failure(&job, COV_ERR_CRS, FACTS("areas: ", "nonsense"));
    job.areas.table =
        build(second, EAST, "{\"type\":\"GeographicCRS\"}"); /* PROJJSON, but not whole */
    expect_job_failure(&job, COV_ERR_CRS, FACTS("areas: "));
    job.areas.table = build(second, EAST, "LOCAL_CS[\"plan\",UNIT[\"metre\",1]]");
    expect_job_failure(&job, COV_ERR_CRS, FACTS("areas: ", "on Earth"));
}

/* ---------------------------------------------------------------- what is refused */

static void bad_rows_are_named(void **state)
{
    (void)state;
    static const char *const good[] = {"02", "A"}, *const none[] = {NULL, "A"},
                             *const twice[] = {"01", "A"}, *const empty[] = {"", NULL};
    cov_job job = basic_job();
    job.areas.table = build(good, EAST, "EPSG:4326");
    cov_run_free(run_job(&job));
    job.areas.table = build(none, EAST, "EPSG:4326");
    expect_job_failure(&job, COV_ERR_ID, FACTS("areas, feature 2", "ma"));
    job.areas.table = build(empty, EAST, "EPSG:4326");
    expect_job_failure(&job, COV_ERR_ID, FACTS("areas, feature 2", "ma"));
    job.areas.table = build(twice, EAST, "EPSG:4326");
    expect_job_failure(&job, COV_ERR_ID, FACTS("areas", "01", "feature 1", "feature 2"));
    job.areas.table = build(good, NO_SHAPE, "EPSG:4326");
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("areas, feature 2 has no geometry"));
    job.areas.table = build(good, "POLYGON EMPTY", "EPSG:4326");
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("areas, feature 2 has an empty geometry"));
    job.areas.table = build(good, "POINT(1 2)", "EPSG:4326");
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("areas, feature 2 is a POINT"));
    job.areas.table = build(good, DAMAGED, "EPSG:4326");
    expect_job_failure(&job, COV_ERR_GEOMETRY, FACTS("areas, feature 2", "WKB"));
    job.areas.table = build(good, EAST, "EPSG:4326");
    job.id_column = "code";
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("areas", "code", "ma, huyen"));
}

static void wrong_sources_are_refused(void **state)
{
    (void)state;
    cov_job_service service = {.name = "4g", .by = COV_BY_SIGNAL, .min = -105};
    cov_job job = basic_job();
    job.areas.path = "communes.shp";
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("areas", "table in memory"));
    job.areas.path = NULL;
    job.households.layer = "households";
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("households", "table in memory"));
    job.households.layer = NULL;
    job.services = &service;
    job.n_services = 1;
    service.source.table = job.areas.table;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("4g", "raster"));
    service.by = COV_BY_POLYGONS;
    service.source.path = "4g.shp";
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("\"4g\"", "table in memory"));
    service.source.path = NULL;
    cov_run_free(run_job(&job));
    service.source.table = job.households.table; /* rows without geometry */
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("households.csv"));
    service.source.table = job.areas.table;
    job.areas.table = job.households.table;
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("households.csv"));
    job.areas.table = service.source.table;
    job.households.table = service.source.table;
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("communes.geojson", "where points are needed"));
}

static void a_table_without_rows_is_empty(void **state)
{
    (void)state;
    cov_table *table = NULL;
    cov_error err = {COV_OK, ""};
    cov_table_builder *builder = NULL;
    must_do(cov_table_builder_create("nobody", NULL, 0, "geometry", "EPSG:4326", &builder, &err),
            &err);
    must_do(cov_table_builder_finish(builder, &table, &err), &err);
    cov_job job = basic_job();
    job.households.table = keep(table);
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("nobody is empty", "no households"));
}

/* ---------------------------------------------------------------- told */

static void a_table_is_described(void **state)
{
    (void)state;
    cov_job job = basic_job();
    char *text = NULL;
    cov_error err = {COV_OK, ""};
    must_do(cov_job_describe(&job, &text, &err), &err);
    if (strstr(text, "communes.geojson: in memory, 4 polygons, EPSG:4326") == NULL ||
        strstr(text, "households.csv: in memory, 4 rows, EPSG:4326") == NULL)
        fail_msg("%s", text);
    cov_text_free(text);
}

/* ---------------------------------------------------------------- counted elsewhere */

/* The areas of a job, and what cov_run_conclude makes of the tally of its run. */
static void a_tally_is_concluded(void **state)
{
    (void)state;
    static const char *const parents[] = {"huyen"};
    static const char west[] = COLLECTION(FEATURE(SQUARE(105, 9, 106, 11), ""));
    const cov_indicator indicators[] = {{"west", "fiber"}};
    const cov_job_target targets[] = {{"west", 900000, 0}};
    const char teams[] = "ma,formed,planned\n01,1,2\n02,3,3\n";
    const cov_job_ratio ratio = {"teams",   {NULL, NULL, NULL, written("teams.csv", teams, NULL)},
                                 "ma",      "formed",
                                 "planned", NULL,
                                 0};
    cov_job_service service = {.name = "fiber"};
    service.source.table = written("west.geojson", west, NULL);
    cov_job job = basic_job();
    job.parent_columns = parents;
    job.n_parents = 1;
    job.weight_column = "pop";
    job.services = &service;
    job.n_services = 1;
    job.indicators = indicators;
    job.n_indicators = 1;
    job.targets = targets;
    job.n_targets = 1;
    job.ratios = &ratio;
    job.n_ratios = 1;
    cov_run *run = run_job(&job), *again = NULL;
    cov_error err = {COV_OK, ""};
    cov_job rest = job;
    rest.households.table = NULL;
    rest.weight_column = NULL;
    rest.n_services = 0;
    must_do(cov_run_conclude(&rest, cov_run_tally(run), "pop", "EPSG:4326", &again, &err), &err);
    assert_string_equal(cov_run_measure(again), "pop");
    assert_int_equal(cov_report_rows(cov_run_report(again)), cov_report_rows(cov_run_report(run)));
    assert_int_equal(cov_run_target(again, 0).missing, cov_run_target(run, 0).missing);
    size_t n = 0, m = 0;
    char *x = bytes_of(run, &n), *y = bytes_of(again, &m);
    char *rows_x = strstr(x, "\"features\""), *rows_y = strstr(y, "\"features\"");
    assert_true(rows_x != NULL && rows_y != NULL);
    assert_string_equal(rows_x, rows_y); /* before them stands the manifest, which names sources */
    free(x);
    free(y);
    cov_run_free(again);
    again = NULL;
    rest.areas.where = "huyen = 'A'";
    assert_int_equal(cov_run_conclude(&rest, cov_run_tally(run), "pop", "EPSG:4326", &again, &err),
                     COV_ERR_MISMATCH);
    assert_null(again);
    rest.areas.where = NULL;
    rest.n_services = 1;
    assert_int_equal(cov_run_conclude(&rest, cov_run_tally(run), "pop", "EPSG:4326", &again, &err),
                     COV_ERR_ARGUMENT);
    cov_run_free(run);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_province_comes_from_tables), TEST(every_kind_comes_from_tables),
        TEST(columns_of_every_type_answer),   TEST(real_weights_are_exact),
        TEST(filters_read_numbers),           TEST(what_cannot_be_used_is_refused),
        TEST(a_text_with_a_nul_is_refused),   TEST(a_system_is_stated_or_assumed),
        TEST(a_missing_system_is_refused),    TEST(bad_rows_are_named),
        TEST(wrong_sources_are_refused),      TEST(a_table_without_rows_is_empty),
        TEST(a_table_is_described),           TEST(a_tally_is_concluded),
    };
    return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
