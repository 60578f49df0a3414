/* The layers of a job in memory: what is counted with them, elsewhere and in shares, is what a run
 * counts. SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "io/crs.h"
#include "runs.h"
#include "tables.h"

#define N_SHARES 3

#define PLANE "EPSG:3405"
#define PLANE_WITHOUT_CODE                                                                         \
    "+proj=tmerc +lat_0=0 +lon_0=105 +k=0.9999 +x_0=500000 +datum=WGS84 +units=m +type=crs"

/* The demonstration province with services that have footprints, and no base but the households. */
typedef struct province {
    cov_project *project;
    cov_job job;
    cov_job_service service[8];
    char *crs; /* of its households */
} province;

static int setup(void **state)
{
    static province p;
    cov_error err = {COV_OK, ""};
    char path[1000];
    memset(&p, 0, sizeof p);
    snprintf(path, sizeof path, "%s/data/province/planning.yaml", getenv("COV_SOURCE_ROOT"));
    must_do(cov_project_load(path, &p.project, &err), &err);
    p.job = *cov_project_job(p.project);
    size_t n = 0;
    for (size_t i = 0; i < p.job.n_services && n < 8; i++) {
        const cov_job_service *s = &p.job.services[i];
        if ((s->by == COV_BY_POLYGONS || s->by == COV_BY_DISTANCE) && s->split == NULL)
            p.service[n++] = *s;
    }
    p.job.services = p.service;
    p.job.n_services = n;
    p.job.n_indicators = p.job.n_bases = p.job.n_tiers = p.job.n_targets = 0;
    p.job.household_id = NULL;
    p.job.threads = 2;
    cov_notes notes = COV_NOTES_INIT;
    cov_layer layer;
    open_for_table(p.job.households.path, NULL, &notes, &layer);
    p.crs = crs_of(&layer);
    cov_layer_close(&layer);
    cov_notes_clear(&notes);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    province *p = *state;
    CPLFree(p->crs);
    cov_project_free(p->project);
    return 0;
}

/* ---------------------------------------------------------------- elsewhere */

static cov_areas *make_areas(const cov_job *job, const char *crs)
{
    cov_table *table = NULL;
    cov_areas *areas = NULL;
    cov_area_columns columns = COV_AREA_COLUMNS_INIT;
    cov_error err = {COV_OK, ""};
    must_do(cov_job_areas(job, crs, &table, &err), &err);
    columns.id = job->id_column;
    columns.name = job->name_column;
    columns.parents = job->parent_columns;
    columns.n_parents = job->n_parents;
    must_do(cov_areas_from_table(table, &columns, &areas, &err), &err);
    cov_table_free(table);
    return areas;
}

/* The geometries of a table; the arrays are the caller's. */
static size_t shapes_of(const cov_table *table, const void ***wkb, size_t **size)
{
    cov_error err = {COV_OK, ""};
    size_t n = cov_table_rows(table);
    *wkb = calloc(n + 1, sizeof **wkb);
    *size = calloc(n + 1, sizeof **size);
    assert_true(*wkb != NULL && *size != NULL);
    must_do(cov_table_shapes(table, *wkb, *size, &err), &err);
    return n;
}

static cov_footprint *make_footprint(const cov_job *job, size_t service, const char *crs)
{
    cov_table *table = NULL, *barriers = NULL;
    cov_near_options near = COV_NEAR_OPTIONS_INIT;
    cov_footprint *footprint = NULL;
    cov_error err = {COV_OK, ""};
    const void **wkb, **across = NULL;
    size_t *size, *across_size = NULL;
    must_do(cov_job_footprint(job, service, crs, &table, &barriers, &near, &err), &err);
    size_t n = shapes_of(table, &wkb, &size);
    assert_int_equal(barriers != NULL, job->services[service].barriers.path != NULL);
    if (barriers != NULL) {
        near.n_barriers = shapes_of(barriers, &across, &across_size);
        near.barriers = across;
        near.barrier_sizes = across_size;
    }
    if (job->services[service].by == COV_BY_DISTANCE) {
        assert_true(near.metres == job->services[service].metres);
        must_do(cov_footprint_near(wkb, size, n, &near, &footprint, &err), &err);
    } else {
        must_do(cov_footprint_polygons(wkb, size, n, 1, &footprint, &err), &err);
    }
    free(wkb);
    free(size);
    free(across);
    free(across_size);
    cov_table_free(table);
    cov_table_free(barriers);
    return footprint;
}

/* Every third household, in a stream of its own. */
static void push_share(const cov_job *job, cov_tally *tally, int share)
{
    char where[40];
    const cov_policy policy = {NULL, NULL, 0, 0, 0};
    cov_table_options options = COV_TABLE_OPTIONS_INIT;
    cov_point_columns columns = COV_POINT_COLUMNS_INIT;
    cov_notes notes = COV_NOTES_INIT;
    cov_layer layer;
    cov_error err = {COV_OK, ""};
    struct ArrowArrayStream stream;
    snprintf(where, sizeof where, "FID - (FID / %d) * %d = %d", N_SHARES, N_SHARES, share);
    const cov_source source = {job->households.path, NULL, where, NULL};
    must_do(cov_layer_open(&source, &policy, &notes, &layer, &err), &err);
    stream_of_layer(&layer, &stream);
    cov_layer_close(&layer);
    cov_notes_clear(&notes);
    options.name = "share";
    columns.weight = job->weight_column;
    must_do(cov_tally_push_arrow(tally, &stream, &options, &columns, NULL, NULL, &err), &err);
}

static void *saved(const cov_tally *tally, size_t *size)
{
    *size = cov_tally_saved_size(tally);
    void *bytes = malloc(*size);
    assert_non_null(bytes);
    assert_int_equal(cov_tally_save(tally, bytes, *size, NULL), COV_OK);
    return bytes;
}

static void expect_same_tally(const cov_tally *a, const cov_tally *b)
{
    size_t n, m;
    void *x = saved(a, &n), *y = saved(b, &m);
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n);
    free(x);
    free(y);
}

static void expect_same_rows(const cov_run *a, const cov_run *b)
{
    const cov_report *x = cov_run_report(a), *y = cov_run_report(b);
    assert_int_equal(cov_report_rows(x), cov_report_rows(y));
    assert_int_equal(cov_report_indicators(x), cov_report_indicators(y));
    for (size_t row = 0; row < cov_report_rows(x); row++) {
        for (size_t i = 0; i < cov_report_indicators(x); i++) {
            cov_share s, t;
            assert_int_equal(cov_report_share(x, row, i, &s, NULL), COV_OK);
            assert_int_equal(cov_report_share(y, row, i, &t, NULL), COV_OK);
            assert_true(s.n == t.n && s.of == t.of && s.unknown == t.unknown);
        }
    }
}

static void expect_same_ledger(const cov_tally *a, const cov_tally *b)
{
    cov_ledger x, y;
    cov_tally_ledger(a, &x);
    cov_tally_ledger(b, &y);
    assert_memory_equal(&x, &y, sizeof x);
}

/* What a job counts, put together of shares that `push` counts. The areas of a run state the code
 * of their system, or its name: tallies of areas that state it in full are not those of the run,
 * but count the same. */
static void expect_shares_are_the_run(const cov_job *job, const char *crs,
                                      void (*push)(const cov_job *, cov_tally *, int))
{
    cov_footprint *footprint[8] = {NULL};
    cov_service service[8];
    cov_tally *all = NULL;
    cov_error err = {COV_OK, ""};
    cov_run *run = run_job(job), *again = NULL;
    cov_areas *areas = make_areas(job, crs);
    size_t n = job->n_services;
    assert_true(n >= 5); /* polygons, cables with a river, nodes */
    for (size_t i = 0; i < n; i++) {
        footprint[i] = make_footprint(job, i, crs);
        service[i] = (cov_service){job->services[i].name, footprint[i]};
    }
    cov_tally_options options = COV_TALLY_OPTIONS_INIT;
    options.scale = cov_tally_scale(cov_run_tally(run));
    must_do(cov_tally_create(areas, service, n, &options, &all, &err), &err);
    for (int share = 0; share < N_SHARES; share++)
        push(job, all, share);
    if (strcmp(cov_areas_crs(areas), cov_areas_crs(cov_run_areas(run))) == 0)
        expect_same_tally(all, cov_run_tally(run));
    else
        assert_string_equal(crs, PLANE_WITHOUT_CODE);
    expect_same_ledger(all, cov_run_tally(run));
    cov_job rest = *job;
    rest.households = (cov_source){NULL, NULL, NULL, NULL};
    rest.n_services = 0;
    must_do(cov_run_conclude(&rest, all, cov_run_measure(run), crs, &again, &err), &err);
    expect_same_rows(run, again);
    cov_tally_free(all);
    for (size_t i = 0; i < n; i++)
        cov_footprint_free(footprint[i]);
    cov_areas_free(areas);
    cov_run_free(again);
    cov_run_free(run);
}

static void shares_counted_elsewhere_are_the_run(void **state)
{
    const province *p = *state;
    expect_shares_are_the_run(&p->job, p->crs, push_share);
}

/* ---------------------------------------------------------------- another system */

/* Those of the households with number `share` of N_SHARES, or all of them for -1, as columns of
 * coordinates in the plane. */
static void stream_in_plane(const char *path, const char *crs, int share,
                            struct ArrowArrayStream *out)
{
    cov_notes notes = COV_NOTES_INIT;
    cov_layer layer;
    cov_transform transform;
    OGRSpatialReferenceH plane = NULL;
    cov_maker *maker = cov_maker_create();
    cov_error err = {COV_OK, ""};
    double extent[4];
    open_for_table(path, NULL, &notes, &layer);
    must_do(cov_layer_extent(&layer, extent, &err), &err);
    must_do(cov_crs_from_text(crs, &plane, &err), &err);
    must_do(cov_transform_create(layer.crs, plane, extent, "households", &transform, &err), &err);
    must_do(cov_maker_column(maker, "x", COV_MAKE_REAL, NULL, NULL, &err), &err);
    must_do(cov_maker_column(maker, "y", COV_MAKE_REAL, NULL, NULL, &err), &err);
    must_do(cov_maker_column(maker, "households", COV_MAKE_WHOLE, NULL, NULL, &err), &err);
    for (int i = 0;; i++) {
        OGRFeatureH f = NULL;
        must_do(cov_layer_next(&layer, &f, &err), &err);
        if (f == NULL)
            break;
        OGRGeometryH point = OGR_F_GetGeometryRef(f);
        int64_t weight = OGR_F_GetFieldAsInteger64(f, OGR_F_GetFieldIndex(f, "households"));
        double x = OGR_G_GetX(point, 0), y = OGR_G_GetY(point, 0);
        OGR_F_Destroy(f);
        if (share >= 0 && i % N_SHARES != share)
            continue;
        cov_transform_points(&transform, 1, &x, &y);
        must_do(cov_maker_real(maker, 0, x, &err), &err);
        must_do(cov_maker_real(maker, 1, y, &err), &err);
        must_do(cov_maker_whole(maker, 2, weight, &err), &err);
    }
    must_do(cov_maker_finish(maker, out, &err), &err);
    cov_transform_clear(&transform);
    OSRRelease(plane);
    cov_layer_close(&layer);
    cov_notes_clear(&notes);
}

static const char *households_path, *households_crs; /* of the share that is pushed */

static void push_in_plane(const cov_job *job, cov_tally *tally, int share)
{
    cov_point_columns columns = COV_POINT_COLUMNS_INIT;
    struct ArrowArrayStream stream;
    cov_error err = {COV_OK, ""};
    stream_in_plane(households_path, households_crs, share, &stream);
    columns.x = "x";
    columns.y = "y";
    columns.weight = job->weight_column;
    must_do(cov_tally_push_arrow(tally, &stream, NULL, &columns, NULL, NULL, &err), &err);
}

/* Areas and networks are in degrees and come to the plane of the households. */
static void expect_shares_in(const province *p, const char *crs)
{
    cov_job job = p->job;
    cov_table *table = NULL;
    cov_table_options options = COV_TABLE_OPTIONS_INIT;
    cov_error err = {COV_OK, ""};
    struct ArrowArrayStream stream;
    households_path = job.households.path;
    households_crs = crs;
    stream_in_plane(households_path, crs, -1, &stream);
    options.crs = crs;
    must_do(cov_table_create(&stream, &options, &table, &err), &err);
    job.households = (cov_source){NULL, NULL, NULL, table};
    expect_shares_are_the_run(&job, crs, push_in_plane);
    cov_table_free(table);
}

static void shares_in_a_plane_are_the_run(void **state)
{
    expect_shares_in(*state, PLANE);
}

static void a_plane_needs_no_code(void **state)
{
    expect_shares_in(*state, PLANE_WITHOUT_CODE);
}

static void areas_come_in_their_own_system_or_another(void **state)
{
    const province *p = *state;
    cov_areas *own = make_areas(&p->job, NULL), *plane = make_areas(&p->job, PLANE);
    double extent[4], other[4];
    assert_int_equal(cov_areas_count(own), cov_areas_count(plane));
    for (size_t i = 0; i < cov_areas_count(own); i++) {
        assert_string_equal(cov_areas_id(own, i), cov_areas_id(plane, i));
        assert_string_equal(cov_areas_name(own, i), cov_areas_name(plane, i));
        assert_string_equal(cov_areas_parent(own, i, 0), cov_areas_parent(plane, i, 0));
    }
    cov_areas_extent(own, extent);
    cov_areas_extent(plane, other);
    assert_true(extent[0] > 102 && extent[2] < 110 && extent[1] > 8 && extent[3] < 24);
    assert_true(other[0] > 200000 && other[2] < 800000); /* metres */
    assert_string_equal(cov_areas_crs(plane), PLANE);
    cov_areas_free(own);
    cov_areas_free(plane);
}

/* ---------------------------------------------------------------- what is refused */

static void services_without_a_footprint_are_refused(void **state)
{
    const province *p = *state;
    cov_table *table = NULL, *barriers = NULL;
    cov_near_options near = COV_NEAR_OPTIONS_INIT;
    cov_error err = {COV_OK, ""};
    const cov_job job = *cov_project_job(p->project);
    size_t n_refused = 0;
    for (size_t i = 0; i < job.n_services; i++) {
        const cov_job_service *s = &job.services[i];
        if ((s->by == COV_BY_POLYGONS || s->by == COV_BY_DISTANCE) && s->split == NULL)
            continue;
        assert_int_equal(cov_job_footprint(&job, i, NULL, &table, &barriers, &near, &err),
                         COV_ERR_ARGUMENT);
        assert_non_null(strstr(err.message, s->name));
        n_refused++;
    }
    assert_true(n_refused >= 5);
    assert_int_equal(cov_job_footprint(&job, job.n_services, NULL, &table, &barriers, &near, &err),
                     COV_ERR_ARGUMENT);
    assert_int_equal(cov_job_areas(&job, "nonsense", &table, &err), COV_ERR_CRS);
    assert_non_null(strstr(err.message, "nonsense"));
    assert_true(table == NULL && barriers == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_counted_elsewhere_are_the_run),
        cmocka_unit_test(shares_in_a_plane_are_the_run),
        cmocka_unit_test(a_plane_needs_no_code),
        cmocka_unit_test(areas_come_in_their_own_system_or_another),
        cmocka_unit_test(services_without_a_footprint_are_refused),
    };
    return cmocka_run_group_tests_name("job_layers", tests, setup, teardown);
}
