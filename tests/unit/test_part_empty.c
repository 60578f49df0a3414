/* Parts with nobody inside the areas, which are ordinary in a whole of many parts; and wholes with
 * nobody inside, which are a mistake. SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "parts.h"

/* Apart from the areas, within their extent but in none, without a location, without a point. */
static const char *const nobody[] = {HEAD "20,50,1,10,1\n21,51,2.5,20,0\n",
                                     HEAD "106.5,10.5,1,10,1\n", HEAD ",,1,10,1\n,,2,20,0\n", HEAD};
enum { N_NOBODY = 4, DISJOINT = 0, BETWEEN, UNLOCATED, EMPTY };

static const char three_communes[] = COLLECTION(COMMUNE("01", "A", 105, 9, 106, 10) "," COMMUNE(
    "02", "A", 106, 9, 107, 10) "," COMMUNE("03", "B", 105, 10, 106, 11));

static char *areas_path, *nobody_path[N_NOBODY];

static int begin(void **state)
{
    if (setup(state) != 0)
        return -1;
    areas_path = folder_write(&here, "three.geojson", three_communes);
    for (size_t i = 0; i < N_NOBODY; i++) {
        char name[16];
        snprintf(name, sizeof name, "nobody%zu.csv", i);
        nobody_path[i] = folder_write(&here, name, nobody[i]);
    }
    return 0;
}

static int end(void **state)
{
    free(areas_path);
    for (size_t i = 0; i < N_NOBODY; i++)
        free(nobody_path[i]);
    return teardown(state);
}

static cov_job *job_of(plan *p, const char *households, int part)
{
    cov_job *job = plan_of(p, households);
    job->areas.path = areas_path;
    job->part = part;
    return job;
}

static void save_part(const char *households, const char *path)
{
    plan p;
    save_job(job_of(&p, households, 1), path);
}

static cov_status try_run(const char *households, cov_error *err)
{
    plan p;
    cov_run *run = NULL;
    *err = (cov_error){COV_OK, ""};
    cov_status s = cov_run_create(job_of(&p, households, 0), &run, err);
    cov_run_free(run);
    return s;
}

static cov_status try_merge(const char *const *paths, size_t n, cov_error *err)
{
    cov_run *run = NULL;
    *err = (cov_error){COV_OK, ""};
    cov_status s = cov_run_merge(paths, n, NULL, &run, err);
    cov_run_free(run);
    return s;
}

/* As one part, the whole is what one run would be of it: refused for the same reason, or told of.
 */
static void alone_they_are_as_in_a_run(void **state)
{
    (void)state;
    static const cov_status expected[] = {COV_ERR_CRS, COV_OK, COV_ERR_INPUT, COV_ERR_INPUT};
    static const char *const why[] = {"don't meet", "", "has a location", ""};
    for (size_t i = 0; i < N_NOBODY; i++) {
        cov_error one, merged;
        save_part(nobody_path[i], part_path[0]);
        assert_int_equal(try_run(nobody_path[i], &one), expected[i]);
        assert_int_equal(try_merge((const char *const *)part_path, 1, &merged), expected[i]);
        assert_non_null(strstr(one.message, why[i]));
        if (i == DISJOINT || i == UNLOCATED) {
            const char *rest = strstr(merged.message, "none of");
            assert_non_null(rest);
            assert_non_null(strstr(one.message, rest));
        }
    }
    save_part(nobody_path[BETWEEN], part_path[0]);
    cov_run *run = merge((const char *const *)part_path, 1);
    expect_note(run, COV_NOTE_WARNING, "every share is empty");
    cov_run_free(run);
}

static void each_is_told_of(void **state)
{
    (void)state;
    static const char *const told[] = {"none of the 2 points with a location of nobody0.csv",
                                       "none of the 1 points with a location of nobody1.csv",
                                       "nobody2.csv: none of its 2 points has a location",
                                       "nobody3.csv holds no points"};
    for (size_t i = 0; i < N_NOBODY; i++) {
        plan p;
        cov_run *run = run_job(job_of(&p, nobody_path[i], 1));
        expect_note(run, COV_NOTE_WARNING, told[i]);
        cov_run_free(run);
    }
}

/* With others the whole is that of one run over all of them. */
static void among_others_they_count(void **state)
{
    (void)state;
    plan p;
    char *all_path = folder_write(&here, "all.csv",
                                  HEAD SHARE_A "20,50,1,10,1\n21,51,2.5,20,0\n"
                                               "106.5,10.5,1,10,1\n,,1,10,1\n,,2,20,0\n");
    cov_run *whole = run_job(job_of(&p, all_path, 0));
    file x = written(whole);
    char *path[N_NOBODY + 1];
    const char *order[N_NOBODY + 1];
    path[N_NOBODY] = folder_at(&here, "some.cov");
    save_part(share_path[0], path[N_NOBODY]);
    for (size_t i = 0; i < N_NOBODY; i++) {
        char name[16];
        snprintf(name, sizeof name, "none%zu.cov", i);
        path[i] = folder_at(&here, name);
        save_part(nobody_path[i], path[i]);
    }
    for (size_t turn = 0; turn <= N_NOBODY; turn++) {
        for (size_t i = 0; i <= N_NOBODY; i++)
            order[i] = path[(i + turn) % (N_NOBODY + 1)];
        cov_run *run = merge(order, N_NOBODY + 1);
        file y = written(run);
        assert_string_equal(rows_of(&x), rows_of(&y));
        expect_note(run, COV_NOTE_WARNING, "nobody0.csv");
        expect_note(run, COV_NOTE_WARNING, "nobody3.csv holds no points");
        cov_ledger one, all;
        cov_tally_ledger(cov_run_tally(whole), &one);
        cov_tally_ledger(cov_run_tally(run), &all);
        assert_memory_equal(&one, &all, sizeof one);
        free(y.at);
        cov_run_free(run);
    }
    free(x.at);
    cov_run_free(whole);
    for (size_t i = 0; i <= N_NOBODY; i++)
        free(path[i]);
    free(all_path);
}

/* A whole of nobody is refused; a part of it that is merged is not, and keeps where they are. */
static void a_whole_of_nobody(void **state)
{
    (void)state;
    cov_error err;
    save_part(nobody_path[DISJOINT], part_path[0]);
    save_part(nobody_path[UNLOCATED], part_path[1]);
    save_part(nobody_path[EMPTY], part_path[2]);
    assert_int_equal(try_merge((const char *const *)part_path, 3, &err), COV_ERR_CRS);
    assert_non_null(strstr(err.message, "nobody0.csv and 2 more"));
    const char *const turned[] = {part_path[2], part_path[1], part_path[0]};
    assert_int_equal(try_merge(turned, 3, &err), COV_ERR_CRS);
    assert_non_null(strstr(err.message, "x 20 to 21, y 50 to 51"));
    cov_job job = COV_JOB_INIT;
    cov_run *run = NULL;
    job.part = 1;
    assert_int_equal(cov_run_merge((const char *const *)part_path, 3, &job, &run, &err), COV_OK);
    save(run, other_path);
    cov_run_free(run);
    const char *const merged[] = {other_path};
    assert_int_equal(try_merge(merged, 1, &err), COV_ERR_CRS);
    assert_non_null(strstr(err.message, "x 20 to 21, y 50 to 51"));
    assert_int_equal(try_merge((const char *const *)part_path + 1, 2, &err), COV_ERR_INPUT);
    assert_non_null(strstr(err.message, "has a location"));
    assert_int_equal(try_merge((const char *const *)part_path + 2, 1, &err), COV_ERR_INPUT);
    assert_non_null(strstr(err.message, "no part holds any households"));
}

/* Nothing can be counted twice of shards without a household, which are all alike. */
static void empty_shards_of_one_name(void **state)
{
    (void)state;
    save_part(nobody_path[EMPTY], part_path[0]);
    save_part(nobody_path[EMPTY], part_path[1]);
    save_part(share_path[0], part_path[2]);
    cov_run_free(merge((const char *const *)part_path, 3));
}

/* That is no part of anything: longitude and latitude are swapped. */
static void beyond_the_earth_is_wrong_in_a_part(void **state)
{
    (void)state;
    plan p;
    cov_run *run = NULL;
    cov_error err;
    char *path = folder_write(&here, "swapped.csv", HEAD "9.5,105.5,1,10,1\n");
    assert_int_equal(cov_run_create(job_of(&p, path, 1), &run, &err), COV_ERR_CRS);
    assert_non_null(strstr(err.message, "swapped"));
    free(path);
}

/* A table of ids is of the whole. */
static void claims_of_others(void **state)
{
    (void)state;
    plan p;
    cov_run *run = NULL;
    cov_error err;
    char *ids = folder_write(&here, "ids.csv", "id,who\n7,x\n");
    char *points = folder_write(&here, "p.csv", "id,lon,lat,pop,persons\n1,105.5,9.5,1,10\n");
    for (int part = 0; part < 2; part++) {
        cov_job *job = job_of(&p, points, part);
        job->household_id = "id";
        p.service[0].by = COV_BY_TABLE;
        p.service[0].column = NULL;
        p.service[0].source.path = ids;
        p.service[0].key = "id";
        job->n_tiers = 0;
        if (cov_run_create(job, &run, &err) != (part ? COV_OK : COV_ERR_INPUT))
            fail_msg("%s", err.message);
    }
    expect_note(run, COV_NOTE_WARNING, "none of its 1 ids");
    cov_run_free(run);
    free(ids);
    free(points);
}

static void what_is_no_part_is_refused_before_it_is_read(void **state)
{
    (void)state;
    plan p;
    cov_run *run = NULL;
    char *text = NULL;
    cov_error err;
    cov_job *job = job_of(&p, "/nowhere/households.csv", 1);
    p.persons = (cov_job_base){.name = "km2", .kind = COV_BASE_AREA};
    assert_int_equal(cov_run_create(job, &run, &err), COV_ERR_ARGUMENT);
    assert_non_null(strstr(err.message, "\"km2\""));
    assert_int_equal(cov_job_describe(job, &text, &err), COV_ERR_ARGUMENT);
    job->n_bases = 0;
    job->n_ratios = 1;
    const cov_job_ratio ratio = {.name = "teams", .key = "ma", .n = "a", .of = "b"};
    job->ratios = &ratio;
    assert_int_equal(cov_run_create(job, &run, &err), COV_ERR_ARGUMENT);
    assert_non_null(strstr(err.message, "\"teams\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone_they_are_as_in_a_run),
        cmocka_unit_test(each_is_told_of),
        cmocka_unit_test(among_others_they_count),
        cmocka_unit_test(a_whole_of_nobody),
        cmocka_unit_test(empty_shards_of_one_name),
        cmocka_unit_test(beyond_the_earth_is_wrong_in_a_part),
        cmocka_unit_test(claims_of_others),
        cmocka_unit_test(what_is_no_part_is_refused_before_it_is_read),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
