/* Runs from files to report: equality over threads, cancelling, decimals, what is refused.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "runs.h"
#include "support.h"

/* A footprint over the western half of the province and one over its southern half. */
static const char west[] = COLLECTION(FEATURE(SQUARE(105, 9, 106, 11), ""));
static const char south[] = COLLECTION(FEATURE(SQUARE(105, 9, 107, 10), ""));
static const char far_away[] = COLLECTION(FEATURE(SQUARE(5, 50, 6, 51), ""));

/* One point in the middle of each commune. */
static const char four[] = "lon,lat,pop,yes\n"
                           "105.5,9.5,1,0\n106.5,9.5,2,0\n105.5,10.5,3,0\n106.5,10.5,4,1\n";

static folder here;
static char *communes_path, *west_path, *south_path, *far_path, *many_path, *some_path;

/* Enough for several batches; a few without location, a few outside. */
static char *write_many(const char *name, size_t n)
{
    char *path = folder_at(&here, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    rng r = {7};
    fputs("lon,lat,pop,yes\n", file);
    for (size_t i = 0; i < n; i++) {
        unsigned x = (unsigned)rng_below(&r, 2010000), y = (unsigned)rng_below(&r, 2000000);
        if (i % 1000 == 999)
            fprintf(file, ",,1,0\n");
        else
            fprintf(file, "%u.%06u,%u.%06u,%u,%u\n", 105 + x / 1000000, x % 1000000,
                    9 + y / 1000000, y % 1000000, (unsigned)rng_below(&r, 9),
                    (unsigned)rng_below(&r, 2));
    }
    assert_int_equal(fclose(file), 0);
    return path;
}

static int setup(void **state)
{
    (void)state;
    if (folder_open(&here) != 0)
        return -1;
    communes_path = folder_write(&here, "communes.geojson", communes);
    west_path = folder_write(&here, "west.geojson", west);
    south_path = folder_write(&here, "south.geojson", south);
    far_path = folder_write(&here, "far.geojson", far_away);
    many_path = write_many("many.csv", 200000);
    some_path = write_many("some.csv", 70000);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    folder_close(&here);
    free(communes_path);
    free(west_path);
    free(south_path);
    free(far_path);
    free(many_path);
    free(some_path);
    return 0;
}

/* ---------------------------------------------------------------- helpers */

static cov_job basic_job(const char *households)
{
    cov_job job = COV_JOB_INIT;
    job.areas.path = communes_path;
    job.id_column = "ma";
    job.households.path = households;
    job.threads = 1;
    return job;
}

/* A job over households given as text. */
static cov_run *run_text(cov_job job, const char *text)
{
    char *path = folder_write(&here, "households.csv", text);
    job.households.path = path;
    cov_run *run = run_job(&job);
    free(path);
    return run;
}

static void expect_text_failure(cov_job job, const char *text, cov_status status,
                                const char *const *facts, size_t n)
{
    char *path = folder_write(&here, "households.csv", text);
    job.households.path = path;
    expect_job_failure(&job, status, facts, n);
    free(path);
}

static void *save_tally(const cov_run *run, size_t *size)
{
    const cov_tally *tally = cov_run_tally(run);
    *size = cov_tally_saved_size(tally);
    void *saved = malloc(*size);
    assert_non_null(saved);
    assert_int_equal(cov_tally_save(tally, saved, *size, NULL), COV_OK);
    return saved;
}

/* ---------------------------------------------------------------- what comes out */

static void counts_without_any_service(void **state)
{
    (void)state;
    cov_run *run = run_text(basic_job(NULL), four);
    assert_int_equal(cov_report_indicators(cov_run_report(run)), 0);
    assert_int_equal(cov_report_rows(cov_run_report(run)), 5);
    cov_row row;
    assert_int_equal(cov_report_row(cov_run_report(run), 4, &row, NULL), COV_OK);
    assert_int_equal(row.households, 4);
    assert_string_equal(cov_run_measure(run), "households");
    assert_string_equal(cov_run_id_column(run), "ma");
    assert_null(cov_run_name_column(run));
    expect_note(run, COV_NOTE_INFO, "coordinates from the columns lon, lat (EPSG:4326)");
    cov_run_free(run);
}

static void phases_are_told(void **state)
{
    (void)state;
    cov_run *run = run_text(basic_job(NULL), four);
    static const char *const names[] = {"open households", "read areas",      "check areas",
                                        "index areas",     "read households", "locate and count",
                                        "report"};
    const size_t n = sizeof names / sizeof names[0];
    assert_int_equal(cov_run_phases(run), n);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(cov_run_phase(run, i).name, names[i]);
        assert_true(cov_run_phase(run, i).seconds >= 0);
    }
    assert_null(cov_run_phase(run, n).name);
    assert_null(cov_run_note(run, cov_run_notes(run)).text);
    cov_run_free(run);
}

static void services_come_from_files_and_columns(void **state)
{
    (void)state;
    const char *const parents[] = {"huyen"};
    const cov_job_service services[] = {{.name = "fiber", .source = {west_path, NULL, NULL, NULL}},
                                        {.name = "4g/vnpt", .by = COV_BY_COLUMN, .column = "yes"}};
    const cov_indicator indicators[] = {{NULL, "fiber"}, {"any", "fiber | 4g/vnpt"}};
    cov_job job = basic_job(NULL);
    job.parent_columns = parents;
    job.n_parents = 1;
    job.weight_column = "pop";
    job.services = services;
    job.n_services = 2;
    job.indicators = indicators;
    job.n_indicators = 2;
    cov_run *run = run_text(job, four);
    expect_share(run, 0, 0, 1, 1);
    expect_share(run, 1, 0, 0, 2);
    expect_share(run, 3, 0, 0, 4);
    expect_share(run, 3, 1, 4, 4);
    expect_share(run, 4, 0, 1, 3); /* district A */
    expect_share(run, 5, 1, 7, 7); /* district B */
    expect_share(run, 6, 0, 4, 10);
    expect_share(run, 6, 1, 8, 10);
    assert_string_equal(cov_run_measure(run), "pop");
    assert_non_null(strstr(cov_run_manifest(run), "\"column yes\""));
    assert_non_null(strstr(cov_run_manifest(run), "west.geojson"));
    assert_null(strstr(cov_run_manifest(run), here.path));
    cov_run_free(run);
}

static void one_name_is_the_union_of_its_answers(void **state)
{
    (void)state;
    const cov_job_service services[] = {{.name = "fiber", .source = {west_path, NULL, NULL, NULL}},
                                        {.name = "4g", .by = COV_BY_COLUMN, .column = "yes"},
                                        {.name = "fiber", .source = {south_path, NULL, NULL, NULL}},
                                        {.name = "4g", .source = {south_path, NULL, NULL, NULL}}};
    cov_job job = basic_job(NULL);
    job.services = services;
    job.n_services = 4;
    cov_run *run = run_text(job, four);
    assert_int_equal(cov_report_indicators(cov_run_report(run)), 2);
    const uint64_t fiber[] = {1, 1, 1, 0, 3}, mobile[] = {1, 1, 0, 1, 3};
    for (size_t i = 0; i < 5; i++) {
        expect_share(run, i, 0, fiber[i], i < 4 ? 1 : 4);
        expect_share(run, i, 1, mobile[i], i < 4 ? 1 : 4);
    }
    cov_run_free(run);
}

static void every_point_is_in_the_ledger(void **state)
{
    (void)state;
    cov_job job = basic_job(NULL);
    job.weight_column = "pop";
    cov_run *run = run_text(job, "lon,lat,pop\n105.5,9.5,1\n,,2\nnan,9.5,4\n105.5,inf,8\n1,1,16\n");
    cov_ledger l;
    cov_tally_ledger(cov_run_tally(run), &l);
    assert_true(l.read.points == 5 && l.read.weight == 31);
    assert_true(l.assigned.points == 1 && l.assigned.weight == 1);
    assert_true(l.no_location.points == 3 && l.no_location.weight == 14);
    assert_true(l.outside.points == 1 && l.outside.weight == 16);
    cov_run_free(run);
}

/* Points in VN-2000, areas and footprint in degrees: both are brought to the points. */
static void polygons_come_to_the_points(void **state)
{
    (void)state;
    const cov_job_service services[] = {{.name = "fiber", .source = {west_path, NULL, NULL, NULL}}};
    cov_job job = basic_job(NULL);
    job.assume_crs = "EPSG:5897";
    job.services = services;
    job.n_services = 1;
    cov_run *run = run_text(job, "Easting,Northing\n555000,1050000\n665000,1050000\n");
    expect_note(run, COV_NOTE_INFO, "columns Easting, Northing (EPSG:5897)");
    expect_note(run, COV_NOTE_INFO, "accurate to 1 m");
    expect_share(run, 0, 0, 1, 1);
    expect_share(run, 1, 0, 0, 1);
    assert_non_null(strstr(cov_run_manifest(run), "EPSG:5897"));
    cov_run_free(run);
}

/* ---------------------------------------------------------------- threads */

static void threads_change_no_byte(void **state)
{
    (void)state;
    const cov_job_service services[] = {
        {.name = "fiber/a", .source = {west_path, NULL, NULL, NULL}},
        {.name = "fiber/b", .source = {south_path, NULL, NULL, NULL}},
        {.name = "4g", .by = COV_BY_COLUMN, .column = "yes"},
        {.name = "4g", .source = {west_path, NULL, NULL, NULL}}};
    cov_job job = basic_job(many_path);
    job.weight_column = "pop";
    job.services = services;
    job.n_services = 4;
    cov_run *one = run_job(&job);
    size_t size;
    void *saved = save_tally(one, &size);
    static const unsigned threads[] = {2, 3, 8, 0};
    for (size_t t = 0; t < 4; t++) {
        job.threads = threads[t];
        cov_run *other = run_job(&job);
        size_t other_size;
        void *other_saved = save_tally(other, &other_size);
        assert_int_equal(other_size, size);
        assert_memory_equal(other_saved, saved, size);
        assert_string_equal(cov_run_manifest(other), cov_run_manifest(one));
        for (size_t row = 0; row <= total_row(one); row++) {
            for (size_t i = 0; i < cov_report_indicators(cov_run_report(one)); i++) {
                cov_share a, b;
                assert_int_equal(cov_report_share(cov_run_report(one), row, i, &a, NULL), COV_OK);
                assert_int_equal(cov_report_share(cov_run_report(other), row, i, &b, NULL), COV_OK);
                assert_true(a.n == b.n && a.of == b.of);
            }
        }
        free(other_saved);
        cov_run_free(other);
    }
    free(saved);
    cov_run_free(one);
}

/* ---------------------------------------------------------------- cancelling */

typedef struct caller {
    size_t calls;
    size_t stop_at; /* 0: never */
    double last;
} caller;

static int count_calls(void *data, const char *phase, double fraction)
{
    caller *c = data;
    assert_non_null(phase);
    assert_true(fraction <= 1);
    c->last = fraction;
    return ++c->calls == c->stop_at;
}

/* With several threads it is chance how many shapes fall to the one that asks. */
static void expect_cancelled(const cov_job *job, const caller *c)
{
    cov_run *run = NULL;
    cov_error err = {0};
    cov_status s = cov_run_create(job, &run, &err);
    if (job->threads > 1 && c->calls < c->stop_at) {
        assert_int_equal(s, COV_OK);
        cov_run_free(run);
        return;
    }
    assert_int_equal(s, COV_ERR_CANCELLED);
    assert_null(run);
    assert_int_equal(c->calls, c->stop_at);
    assert_non_null(strstr(err.message, "cancelled"));
}

static void stops_at_every_call(void **state)
{
    (void)state;
    const cov_job_service services[] = {{.name = "fiber", .source = {west_path, NULL, NULL, NULL}},
                                        {.name = "4g", .by = COV_BY_COLUMN, .column = "yes"}};
    static const unsigned threads[] = {1, 4};
    for (size_t t = 0; t < 2; t++) {
        caller all = {0, 0, 0};
        cov_job job = basic_job(some_path);
        job.services = services;
        job.n_services = 2;
        job.threads = threads[t];
        job.progress = count_calls;
        job.progress_data = &all;
        cov_run_free(run_job(&job));
        assert_true(all.calls >= 7);
        for (size_t k = 1; k <= all.calls; k++) {
            caller c = {0, k, 0};
            job.progress_data = &c;
            expect_cancelled(&job, &c);
        }
    }
}

/* ---------------------------------------------------------------- decimals */

static void decimals_start_again_in_thousandths(void **state)
{
    (void)state;
    cov_job job = basic_job(NULL);
    job.weight_column = "pop";
    job.threads = 2;
    cov_run *run =
        run_text(job, "lon,lat,pop\n105.5,9.5,2\n105.5,9.5,119.63\n106.5,9.5,0.0005\n1,1,0.0016\n");
    assert_int_equal(cov_tally_scale(cov_run_tally(run)), 1000);
    cov_ledger l;
    cov_tally_ledger(cov_run_tally(run), &l);
    assert_true(l.read.points == 4 && l.read.weight == 121632);
    assert_true(l.assigned.weight == 121630 && l.outside.weight == 2);
    expect_note(run, COV_NOTE_INFO, "thousandths");
    expect_note(run, COV_NOTE_INFO, "adds up to -0.000100000");
    cov_run_free(run);
}

/* Only the last of several batches has decimals. */
static void late_decimals_count_everything_anew(void **state)
{
    (void)state;
    const size_t n = 150000;
    char *text = malloc(n * 24 + 64);
    assert_non_null(text);
    size_t used = (size_t)sprintf(text, "lon,lat,pop\n");
    for (size_t i = 0; i < n; i++)
        used += (size_t)sprintf(text + used, "105.5,9.5,%u\n", (unsigned)(i % 7));
    sprintf(text + used, "105.5,9.5,0.5\n");
    static const unsigned threads[] = {1, 4};
    for (size_t t = 0; t < 2; t++) {
        cov_job job = basic_job(NULL);
        job.weight_column = "pop";
        job.threads = threads[t];
        cov_run *run = run_text(job, text);
        cov_ledger l;
        cov_tally_ledger(cov_run_tally(run), &l);
        uint64_t sum = 500;
        for (size_t i = 0; i < n; i++)
            sum += 1000 * (i % 7);
        assert_true(l.read.points == n + 1 && l.assigned.weight == sum);
        cov_run_free(run);
    }
    free(text);
}

/* ---------------------------------------------------------------- what is refused */

static void a_wrong_job_touches_no_file(void **state)
{
    (void)state;
    cov_job job = basic_job("/nowhere/households.csv");
    job.size = 3;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("COV_JOB_INIT"));
    job = basic_job(NULL);
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("households"));
    job = basic_job("/nowhere/households.csv");
    job.areas.path = NULL;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("areas"));
    job = basic_job("/nowhere/households.csv");
    job.threads = 100000;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("100000", "threads"));
    job = basic_job("/nowhere/households.csv");
    job.n_services = 1;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("NULL"));

    cov_job_service service = COV_JOB_SERVICE_INIT;
    service.name = "fiber";
    job.services = &service;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("fiber", "neither"));
    service.by = COV_BY_COLUMN;
    service.column = "a";
    service.source.path = west_path;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("fiber", "both"));
    service.by = COV_BY_POLYGONS;
    service.column = NULL;
    service.name = "fi ber";
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("fi ber"));
    service.name = NULL;
    expect_job_failure(&job, COV_ERR_ARGUMENT, FACTS("no name"));

    const cov_indicator indicator = {"x", "5g"};
    service.name = "fiber";
    job.indicators = &indicator;
    job.n_indicators = 1;
    expect_job_failure(&job, COV_ERR_EXPRESSION, FACTS("5g"));
    assert_int_equal(cov_run_create(&job, NULL, NULL), COV_ERR_ARGUMENT);
    cov_run *run = NULL;
    assert_int_equal(cov_run_create(NULL, &run, NULL), COV_ERR_ARGUMENT);
}

static void no_households_are_refused(void **state)
{
    (void)state;
    expect_text_failure(basic_job(NULL), "lon,lat\n", COV_ERR_INPUT,
                        FACTS("households.csv", "no rows"));
    char *path = folder_write(&here, "none.geojson", COLLECTION(""));
    cov_job job = basic_job(path);
    expect_job_failure(&job, COV_ERR_INPUT, FACTS("none.geojson"));
    free(path);
    expect_text_failure(basic_job(NULL), "lon,lat\n,\nnan,nan\n", COV_ERR_INPUT,
                        FACTS("households.csv", "none of its 2", "location"));
}

static void households_elsewhere_are_refused(void **state)
{
    (void)state;
    expect_text_failure(basic_job(NULL), "lon,lat\n-60.25,-9\n-61,-10.5\n", COV_ERR_CRS,
                        FACTS("households.csv", "communes.geojson", "EPSG:4326", "-61 to -60.25",
                              "-10.5 to -9", "105 to 107", "9 to 11", "coordinate systems"));
    /* 105 is no latitude */
    expect_text_failure(basic_job(NULL), "lon,lat\n9.5,105.5\n9.75,106.5\n", COV_ERR_CRS,
                        FACTS("2 of 2", "feature 1", "latitude 105.5", "swapped"));
    /* metres that claim to be degrees */
    expect_text_failure(basic_job(NULL), "lon,lat\n550000,1050000\n", COV_ERR_CRS,
                        FACTS("beyond the earth", "coordinate system"));
}

/* Where both coordinates are degrees a latitude could be, only the areas can tell. */
static void swapped_coordinates_are_recognised(void **state)
{
    (void)state;
    char *path = folder_write(&here, "europe.geojson",
                              COLLECTION(FEATURE(SQUARE(5, 50, 6, 51), "\"ma\":\"01\"")));
    cov_job job = basic_job(NULL);
    job.areas.path = path;
    expect_text_failure(job, "lon,lat\n50.5,5.5\n", COV_ERR_CRS, FACTS("swap the two columns"));
    free(path);
}

static void a_few_strays_are_a_warning(void **state)
{
    (void)state;
    cov_run *run = run_text(basic_job(NULL), "lon,lat\n105.5,9.5\n9.5,105.5\n105.5,9.5\n");
    expect_note(run, COV_NOTE_WARNING, "beyond the earth, and so in no area: 1 of 3");
    expect_note(run, COV_NOTE_WARNING, "feature 2");
    cov_run_free(run);
}

static void households_beside_every_area_are_a_warning(void **state)
{
    (void)state;
    cov_run *run = run_text(basic_job(NULL), "lon,lat\n104,9.5\n108,9.5\n");
    expect_note(run, COV_NOTE_WARNING, "none of the 2 points");
    cov_row row;
    assert_int_equal(cov_report_row(cov_run_report(run), total_row(run), &row, NULL), COV_OK);
    assert_int_equal(row.households, 0);
    cov_run_free(run);
}

static void overlaps_are_a_warning(void **state)
{
    (void)state;
    char *path = folder_write(
        &here, "overlap.geojson",
        COLLECTION(COMMUNE("02", "A", 105, 9, 107, 10) "," COMMUNE("01", "A", 105, 9, 106, 10)));
    cov_job job = basic_job(NULL);
    job.areas.path = path;
    cov_run *run = run_text(job, "lon,lat\n105.5,9.5\n106.5,9.5\n");
    expect_note(run, COV_NOTE_WARNING, "1 point lies in more than one area of overlap.geojson");
    cov_row row;
    assert_int_equal(cov_report_row(cov_run_report(run), 0, &row, NULL), COV_OK);
    assert_int_equal(row.households, 1);
    cov_run_free(run);
    free(path);
}

static void a_footprint_elsewhere_is_a_warning(void **state)
{
    (void)state;
    const cov_job_service services[] = {
        {.name = "fiber/vnpt", .source = {far_path, NULL, NULL, NULL}}};
    cov_job job = basic_job(NULL);
    job.services = services;
    job.n_services = 1;
    cov_run *run = run_text(job, four);
    expect_note(run, COV_NOTE_WARNING, "the service fiber/vnpt reaches nobody: far.geojson");
    expect_share(run, 4, 0, 0, 4);
    cov_run_free(run);
}

static void bad_features_end_the_run(void **state)
{
    (void)state;
    cov_job job = basic_job(NULL);
    job.weight_column = "pop";
    job.threads = 4;
    expect_text_failure(job, "lon,lat,pop\n105.5,9.5,1\n105.5,9.5,-1\n", COV_ERR_INPUT,
                        FACTS("households.csv, feature 2", "negative"));
    expect_text_failure(job, "lon,lat,pop\n105.5,9.5,1\n105.5,abc,1\n", COV_ERR_INPUT,
                        FACTS("households.csv, feature 2", "abc"));
    expect_text_failure(job, "lon,lat\n105.5,9.5\n", COV_ERR_INPUT, FACTS("pop", "lon"));
    /* a sum over 2^64-1, found by a worker */
    expect_text_failure(job, "lon,lat,pop\n105.5,9.5,18446744073709551615\n105.5,9.5,1\n",
                        COV_ERR_LIMIT, FACTS(""));
    job.threads = 1;
    expect_text_failure(job, "lon,lat,pop\n105.5,9.5,18446744073709551615\n105.5,9.5,1\n",
                        COV_ERR_LIMIT, FACTS(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_without_any_service),
        cmocka_unit_test(phases_are_told),
        cmocka_unit_test(services_come_from_files_and_columns),
        cmocka_unit_test(one_name_is_the_union_of_its_answers),
        cmocka_unit_test(every_point_is_in_the_ledger),
        cmocka_unit_test(polygons_come_to_the_points),
        cmocka_unit_test(threads_change_no_byte),
        cmocka_unit_test(stops_at_every_call),
        cmocka_unit_test(decimals_start_again_in_thousandths),
        cmocka_unit_test(late_decimals_count_everything_anew),
        cmocka_unit_test(a_wrong_job_touches_no_file),
        cmocka_unit_test(no_households_are_refused),
        cmocka_unit_test(households_elsewhere_are_refused),
        cmocka_unit_test(swapped_coordinates_are_recognised),
        cmocka_unit_test(a_few_strays_are_a_warning),
        cmocka_unit_test(households_beside_every_area_are_a_warning),
        cmocka_unit_test(overlaps_are_a_warning),
        cmocka_unit_test(a_footprint_elsewhere_is_a_warning),
        cmocka_unit_test(bad_features_end_the_run),
    };
    return cmocka_run_group_tests_name("run", tests, setup, teardown);
}
