/* Parts: what is saved merges to the same run, whatever the shares and their order; parts that
 * don't belong together. SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "parts.h"

static void assert_same_file(const char *a, const char *b)
{
    file x = read_file(a), y = read_file(b);
    assert_int_equal(x.n, y.n);
    assert_memory_equal(x.at, y.at, x.n);
    free(x.at);
    free(y.at);
}

static void assert_same_rows(const cov_run *a, const cov_run *b)
{
    file x = written(a), y = written(b);
    assert_string_equal(rows_of(&x), rows_of(&y));
    free(x.at);
    free(y.at);
}

/* ---------------------------------------------------------------- round trips */

static void one_part_is_the_run(void **state)
{
    (void)state;
    plan p;
    cov_run *run = run_job(plan_of(&p, whole_path));
    save(run, part_path[0]);
    cov_run *merged = merge((const char *const *)part_path, 1);
    file x = written(run), y = written(merged);
    assert_string_equal((const char *)x.at, (const char *)y.at);
    free(x.at);
    free(y.at);
    assert_string_equal(cov_run_manifest(run), cov_run_manifest(merged));
    assert_int_equal(cov_areas_fingerprint(cov_run_areas(run)),
                     cov_areas_fingerprint(cov_run_areas(merged)));
    assert_string_equal(cov_run_id_column(merged), "ma");
    assert_int_equal(cov_run_bases(merged), 2);
    assert_int_equal(cov_run_targets(merged), 1);
    /* and it is the same part again */
    save(merged, other_path);
    assert_same_file(part_path[0], other_path);
    cov_run_free(run);
    cov_run_free(merged);
}

/* Areas in metres, households in degrees: the areas of the part are those in degrees. */
static void areas_of_another_system(void **state)
{
    (void)state;
    plan p;
    char *metres = folder_write(&here, "metres.geojson", metres_text);
    cov_job *job = plan_of(&p, whole_path);
    job->areas.path = metres;
    cov_run *run = run_job(job);
    save(run, part_path[0]);
    cov_run *merged = merge((const char *const *)part_path, 1);
    assert_int_equal(cov_areas_fingerprint(cov_run_areas(run)),
                     cov_areas_fingerprint(cov_run_areas(merged)));
    file x = written(run), y = written(merged);
    assert_string_equal((const char *)x.at, (const char *)y.at);
    assert_non_null(strstr((const char *)x.at, "accurate to"));
    save(merged, other_path);
    assert_same_file(part_path[0], other_path);
    free(x.at);
    free(y.at);
    free(metres);
    cov_run_free(run);
    cov_run_free(merged);
}

static void shares_add_up_in_any_order(void **state)
{
    (void)state;
    static const size_t order[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}};
    plan p;
    file first = {NULL, 0};
    save_shares();
    cov_run *whole = run_job(plan_of(&p, whole_path));
    assert_int_equal(cov_tally_scale(cov_run_tally(whole)), 1000);
    for (size_t i = 0; i < 4; i++) {
        const char *paths[4];
        for (size_t k = 0; k < 4; k++)
            paths[k] = part_path[order[i][k]];
        cov_run *merged = merge(paths, 4);
        assert_same_rows(whole, merged);
        file b = written(merged);
        if (i == 0) {
            first = b;
        } else {
            assert_string_equal((const char *)b.at, (const char *)first.at);
            free(b.at);
        }
        cov_run_free(merged);
    }
    free(first.at);
    cov_run_free(whole);
}

/* Parts of parts, and the rounding of all. */
static void merged_runs_are_parts(void **state)
{
    (void)state;
    save_shares();
    cov_run *all = merge((const char *const *)part_path, 4);
    cov_run *two = merge((const char *const *)part_path, 2);
    save(two, other_path);
    const char *const paths[] = {part_path[3], other_path, part_path[2]};
    cov_run *again = merge(paths, 3);
    assert_string_equal(cov_run_manifest(all), cov_run_manifest(again));
    assert_same_rows(all, again);
    assert_non_null(strstr(cov_run_manifest(all), "\"rounding\":-0.0005"));
    const char *const twice[] = {part_path[1], other_path};
    expect_refusal(twice, 2, NULL, COV_ERR_MISMATCH,
                   FACTS("1.cov", "other.cov", "b.csv", "same households"));
    cov_run_free(all);
    cov_run_free(two);
    cov_run_free(again);
}

/* The same areas may be in files of two names: which one comes first is not the user's to know. */
static void names_of_areas_have_no_order(void **state)
{
    (void)state;
    plan p;
    char *xa = folder_write(&here, "xa.geojson", communes);
    cov_job *job = plan_of(&p, share_path[0]);
    job->areas.path = xa;
    save_job(job, part_path[0]);
    save_job(plan_of(&p, share_path[1]), part_path[1]);
    const char *const turned[] = {part_path[1], part_path[0]};
    cov_run *a = merge((const char *const *)part_path, 2), *b = merge(turned, 2);
    assert_string_equal(cov_run_manifest(a), cov_run_manifest(b));
    save(a, part_path[2]);
    save(b, part_path[3]);
    assert_same_file(part_path[2], part_path[3]);
    cov_run_free(a);
    cov_run_free(b);
    free(xa);
}

static void manifest_lists_all_sources_once(void **state)
{
    (void)state;
    save_shares();
    const char *const paths[] = {part_path[2], part_path[0]};
    cov_run *run = merge(paths, 2);
    const char *manifest = cov_run_manifest(run);
    const char *a = strstr(manifest, "\"households\",\"file\":\"a.csv\"");
    const char *c = strstr(manifest, "\"households\",\"file\":\"c.csv\"");
    const char *persons = strstr(manifest, "\"role\":\"persons\"");
    assert_true(a != NULL && c != NULL && persons != NULL && a < c && c < persons);
    const char *areas = strstr(manifest, "\"role\":\"areas\"");
    assert_non_null(areas);
    assert_null(strstr(areas + 1, "\"role\":\"areas\""));
    const char *service = strstr(manifest, "\"role\":\"4g\"");
    assert_non_null(service);
    assert_null(strstr(service + 1, "\"role\":\"4g\""));
    expect_note(run, COV_NOTE_INFO, "a.csv: coordinates");
    expect_note(run, COV_NOTE_INFO, "c.csv: coordinates");
    assert_false(find_note(run, COV_NOTE_WARNING, "was not answered by the same sources"));
    cov_run_free(run);
}

/* A measure without any answer in one share has columns once another share has one. */
static void notes_on_the_result_are_its_own(void **state)
{
    (void)state;
    plan p;
    char *unknown = folder_write(&here, "unknown.csv", HEAD "105.5,9.5,0,10,\n105.5,9.5,1,0,1\n");
    cov_job *job = plan_of(&p, unknown);
    job->n_tiers = 0;
    cov_run *run = run_job(job);
    expect_note(run, COV_NOTE_INFO, "the base persons has no columns for fiber");
    save(run, part_path[0]);
    cov_run *one = merge((const char *const *)part_path, 1);
    assert_string_equal(cov_run_manifest(run), cov_run_manifest(one));
    job = plan_of(&p, share_path[0]);
    job->n_tiers = 0;
    save_job(job, part_path[1]);
    cov_run *two = merge((const char *const *)part_path, 2);
    assert_false(find_note(two, COV_NOTE_INFO, "has no columns for fiber"));
    cov_run_free(run);
    cov_run_free(one);
    cov_run_free(two);
    free(unknown);
}

static void a_part_is_an_output(void **state)
{
    (void)state;
    plan p;
    cov_write_options options = COV_WRITE_OPTIONS_INIT;
    cov_error err;
    cov_run *run = run_job(plan_of(&p, share_path[0]));
    save(run, part_path[0]);
    unlink(other_path);
    assert_int_equal(cov_output_check(other_path, &options, &err), COV_OK);
    assert_int_equal(cov_run_write(run, other_path, &options, &err), COV_OK);
    assert_same_file(part_path[0], other_path);
    assert_int_equal(cov_run_write(run, other_path, &options, &err), COV_ERR_EXISTS);
    assert_int_equal(cov_run_save(run, other_path, 0, &err), COV_ERR_EXISTS);
    assert_non_null(strstr(err.message, "other.cov"));
    assert_int_equal(cov_run_save(run, "-", 0, &err), COV_ERR_ARGUMENT);
    assert_int_equal(cov_run_save(NULL, other_path, 0, &err), COV_ERR_ARGUMENT);
    assert_int_equal(cov_run_save(run, NULL, 0, &err), COV_ERR_ARGUMENT);
    assert_int_equal(cov_run_save(run, share_path[0], 1, &err), COV_ERR_EXISTS);
    assert_non_null(strstr(err.message, "one of the files that were read"));
    cov_run *merged = merge((const char *const *)part_path, 1);
    assert_int_equal(cov_run_save(merged, part_path[0], 1, &err), COV_ERR_EXISTS);
    cov_run_free(merged);
    cov_run_free(run);
}

/* ---------------------------------------------------------------- questions */

static void other_questions_can_be_asked(void **state)
{
    (void)state;
    static const cov_indicator ask = {"any", "fiber | 4g"};
    const cov_job_target target = {"any", 900000, 0};
    plan p;
    save_shares();
    cov_job job = COV_JOB_INIT;
    job.indicators = &ask;
    job.n_indicators = 1;
    job.targets = &target;
    job.n_targets = 1;
    cov_run *merged = merge_with((const char *const *)part_path, 4, &job);
    cov_job *whole = plan_of(&p, whole_path);
    whole->indicators = &ask;
    whole->n_indicators = 1;
    whole->targets = &target;
    cov_run *run = run_job(whole);
    assert_same_rows(run, merged);
    assert_int_equal(cov_run_targets(merged), 1);
    cov_run_free(run);
    cov_run_free(merged);

    const cov_indicator wrong = {NULL, "5g"};
    const cov_job_target nobody = {"5g", 900000, 0};
    job.indicators = &wrong;
    expect_refusal((const char *const *)part_path, 4, &job, COV_ERR_EXPRESSION, FACTS("5g"));
    job.indicators = &ask;
    job.targets = &nobody;
    expect_refusal((const char *const *)part_path, 4, &job, COV_ERR_EXPRESSION,
                   FACTS("names no indicator", "any"));
}

static void questions_must_agree(void **state)
{
    (void)state;
    plan p;
    save_shares();
    cov_job *job = plan_of(&p, share_path[1]);
    job->n_tiers = 0;
    save_job(job, part_path[1]);
    expect_refusal((const char *const *)part_path, 4, NULL, COV_ERR_MISMATCH,
                   FACTS("0.cov", "1.cov", "indicators, tiers or targets"));
    const cov_indicator ask = {NULL, "defaults()"};
    cov_job asks = COV_JOB_INIT;
    asks.indicators = &ask;
    asks.n_indicators = 1;
    cov_run_free(merge_with((const char *const *)part_path, 4, &asks));
}

static int watch(void *data, const char *phase, double fraction)
{
    double *furthest = data;
    if (strcmp(phase, "read parts") == 0 && fraction > *furthest)
        *furthest = fraction;
    return 0;
}

static int stop(void *data, const char *phase, double fraction)
{
    (void)phase;
    (void)fraction;
    return ++*(int *)data > 2;
}

static void a_merge_can_be_stopped(void **state)
{
    (void)state;
    int asked = 0;
    save_shares();
    cov_job job = COV_JOB_INIT;
    job.progress = stop;
    job.progress_data = &asked;
    expect_refusal((const char *const *)part_path, 4, &job, COV_ERR_CANCELLED, NULL, 0);
    assert_int_equal(asked, 3);
    double furthest = -1;
    job.progress = watch;
    job.progress_data = &furthest;
    cov_run_free(merge_with((const char *const *)part_path, 4, &job));
    assert_true(furthest > 0.7 && furthest < 0.8); /* the last of four is read */
}

static void jobs_that_read_are_refused(void **state)
{
    (void)state;
    plan p;
    save_shares();
    expect_refusal((const char *const *)part_path, 1, plan_of(&p, whole_path), COV_ERR_ARGUMENT,
                   FACTS("reads nothing else"));
    cov_job job = COV_JOB_INIT;
    job.size--;
    expect_refusal((const char *const *)part_path, 1, &job, COV_ERR_ARGUMENT, FACTS("cov_job"));
    expect_refusal((const char *const *)part_path, 0, NULL, COV_ERR_ARGUMENT, FACTS("no parts"));
    expect_refusal(NULL, 1, NULL, COV_ERR_ARGUMENT, FACTS("no parts"));
    const char *const none[] = {part_path[0], NULL};
    expect_refusal(none, 2, NULL, COV_ERR_ARGUMENT, FACTS("number 2"));
    cov_error err;
    assert_int_equal(cov_run_merge((const char *const *)part_path, 1, NULL, NULL, &err),
                     COV_ERR_ARGUMENT);
}

/* ---------------------------------------------------------------- what can't be a part */

static void bases_of_their_own_are_no_part(void **state)
{
    (void)state;
    plan p;
    cov_error err;
    cov_job *job = plan_of(&p, whole_path);
    p.persons = (cov_job_base){.name = "area", .kind = COV_BASE_AREA};
    p.service[0].by = p.service[1].by = COV_BY_POLYGONS;
    p.service[0].column = p.service[1].column = NULL;
    p.service[0].source.path = p.service[1].source.path = communes_path;
    cov_run *run = run_job(job);
    unlink(other_path);
    assert_int_equal(cov_run_save(run, other_path, 0, &err), COV_ERR_ARGUMENT);
    assert_non_null(strstr(err.message, "\"area\""));
    assert_non_null(strstr(err.message, "leave it out"));
    assert_int_not_equal(access(other_path, F_OK), 0);
    cov_run_free(run);
}

static void ratios_are_no_part(void **state)
{
    (void)state;
    plan p;
    cov_error err;
    char *teams = folder_write(&here, "teams.csv", "ma,formed,planned\n01,1,2\n");
    cov_job_ratio ratio = {.name = "teams", .key = "ma", .n = "formed", .of = "planned"};
    cov_job *job = plan_of(&p, whole_path);
    ratio.source.path = teams;
    job->ratios = &ratio;
    job->n_ratios = 1;
    cov_run *run = run_job(job);
    assert_int_equal(cov_run_save(run, other_path, 1, &err), COV_ERR_ARGUMENT);
    assert_non_null(strstr(err.message, "\"teams\""));
    cov_run_free(run);
    free(teams);
}

/* ---------------------------------------------------------------- what doesn't belong together */

/* What one part has to be, and how another differs. */
static void expect_mismatch(const cov_job *job, const char *const *facts, size_t n)
{
    plan p;
    save_job(plan_of(&p, share_path[0]), part_path[0]);
    save_job(job, other_path);
    const char *const paths[] = {part_path[0], other_path}, *const turned[] = {other_path,
                                                                               part_path[0]};
    const char *const names[] = {"0.cov", "other.cov"};
    expect_refusal(paths, 2, NULL, COV_ERR_MISMATCH, facts, n);
    expect_refusal(turned, 2, NULL, COV_ERR_MISMATCH, facts, n);
    expect_refusal(paths, 2, NULL, COV_ERR_MISMATCH, names, 2);
}

static void parts_of_other_areas(void **state)
{
    (void)state;
    plan p;
    cov_job *job = plan_of(&p, share_path[1]);
    char *moved = folder_write(
        &here, "moved.geojson",
        COLLECTION(
            COMMUNE("01", "A", 105, 9, 106, 10) "," COMMUNE("02", "A", 106, 9, 107, 10) "," COMMUNE(
                "03", "B", 105, 10, 106, 11) "," COMMUNE("04", "B", 106, 10, 107, 12)));
    char *fewer =
        folder_write(&here, "fewer.geojson", COLLECTION(COMMUNE("01", "A", 105, 9, 107, 11)));
    char *renamed = folder_write(
        &here, "renamed.geojson",
        COLLECTION(
            COMMUNE("01", "A", 105, 9, 106, 10) "," COMMUNE("02", "A", 106, 9, 107, 10) "," COMMUNE(
                "03", "A", 105, 10, 106, 11) "," COMMUNE("04", "B", 106, 10, 107, 11)));
    job->areas.path = moved;
    expect_mismatch(job, FACTS("areas differ"));
    job->areas.path = renamed;
    expect_mismatch(job, FACTS("areas differ"));
    job->areas.path = fewer;
    expect_mismatch(job, FACTS("areas, the other"));
    job = plan_of(&p, share_path[1]);
    job->n_parents = 0;
    expect_mismatch(job, FACTS("levels"));
    job = plan_of(&p, share_path[1]);
    job->name_column = "huyen";
    expect_mismatch(job, FACTS("name column", "\"huyen\"", "\"none\""));
    free(moved);
    free(fewer);
    free(renamed);
}

static void parts_of_other_services(void **state)
{
    (void)state;
    plan p;
    cov_job *job = plan_of(&p, share_path[1]);
    job->n_tiers = job->n_targets = job->n_indicators = 0;
    job->n_services = 1;
    expect_mismatch(job, FACTS("a service is", "\"4g\"", "\"none\""));
    job = plan_of(&p, share_path[1]);
    job->n_tiers = 0;
    job->n_indicators = 0;
    p.service[1].name = "5g";
    expect_mismatch(job, FACTS("a service is", "\"4g\"", "\"5g\""));
}

static void parts_of_other_measures(void **state)
{
    (void)state;
    plan p;
    cov_job *job = plan_of(&p, share_path[1]);
    job->n_bases = 0;
    expect_mismatch(job, FACTS("measures", "2", "1"));
    job = plan_of(&p, share_path[1]);
    p.persons.name = "people";
    expect_mismatch(job, FACTS("\"persons\"", "\"people\""));
    job = plan_of(&p, share_path[2]);
    job->weight_column = "lat";
    expect_mismatch(job, FACTS("\"pop\"", "\"lat\""));
}

static void other_sources_of_a_service_are_told(void **state)
{
    (void)state;
    plan p;
    for (size_t i = 0; i < 2; i++) {
        cov_job *job = plan_of(&p, share_path[i]);
        job->n_tiers = 0;
        p.service[1].column = i == 0 ? "persons>=10" : "persons>=20";
        save_job(job, part_path[i]);
    }
    cov_run *run = merge((const char *const *)part_path, 2);
    expect_note(run, COV_NOTE_WARNING,
                "4g was not answered by the same sources in all parts: "
                "column persons>=10, column persons>=20");
    assert_false(find_note(run, COV_NOTE_WARNING, "fiber was not"));
    cov_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_part_is_the_run),
        cmocka_unit_test(areas_of_another_system),
        cmocka_unit_test(shares_add_up_in_any_order),
        cmocka_unit_test(merged_runs_are_parts),
        cmocka_unit_test(names_of_areas_have_no_order),
        cmocka_unit_test(manifest_lists_all_sources_once),
        cmocka_unit_test(notes_on_the_result_are_its_own),
        cmocka_unit_test(a_part_is_an_output),
        cmocka_unit_test(other_questions_can_be_asked),
        cmocka_unit_test(questions_must_agree),
        cmocka_unit_test(a_merge_can_be_stopped),
        cmocka_unit_test(jobs_that_read_are_refused),
        cmocka_unit_test(bases_of_their_own_are_no_part),
        cmocka_unit_test(ratios_are_no_part),
        cmocka_unit_test(parts_of_other_areas),
        cmocka_unit_test(parts_of_other_services),
        cmocka_unit_test(parts_of_other_measures),
        cmocka_unit_test(other_sources_of_a_service_are_told),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
