/* Parts: the same households count once, and other ones that look alike count, too.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include "parts.h"

static void the_same_part_twice(void **state)
{
    (void)state;
    plan p;
    save_shares();
    const char *const twice[] = {part_path[0], part_path[1], part_path[0]};
    expect_refusal(twice, 3, NULL, COV_ERR_MISMATCH, FACTS("0.cov", "same file"));
    /* the same households, counted with other questions */
    cov_job *job = plan_of(&p, share_path[0]);
    job->n_targets = 0;
    save_job(job, other_path);
    const char *const same[] = {other_path, part_path[1], part_path[0]};
    expect_refusal(same, 3, NULL, COV_ERR_MISMATCH,
                   FACTS("0.cov", "other.cov", "a.csv", "same households"));
    /* and answered otherwise */
    job = plan_of(&p, share_path[0]);
    p.service[1].column = "persons>=1";
    save_job(job, other_path);
    expect_refusal(same, 3, NULL, COV_ERR_MISMATCH,
                   FACTS("0.cov", "other.cov", "a.csv", "same households"));
}

/* A share whose rows were sorted otherwise. */
static void the_same_households_in_another_order(void **state)
{
    (void)state;
    static const char *const rows[] = {HEAD "105.5,9.5,1,10,1\n106.5,9.5,2,20,0\n",
                                       HEAD "106.5,9.5,2,20,0\n105.5,9.5,1,10,1\n"};
    for (size_t i = 0; i < 2; i++) {
        plan p;
        char *path = folder_write(&here, "same.csv", rows[i]);
        save_job(plan_of(&p, path), part_path[i]);
        free(path);
    }
    expect_refusal((const char *const *)part_path, 2, NULL, COV_ERR_MISMATCH,
                   FACTS("0.cov", "1.cov", "same.csv", "same households"));
}

/* A copy of a part, a link to it, and another way to it. */
static void the_same_part_by_other_names(void **state)
{
    (void)state;
    save_shares();
    file b = read_file(part_path[0]);
    FILE *f = fopen(other_path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(b.at, 1, b.n, f), b.n);
    assert_int_equal(fclose(f), 0);
    free(b.at);
    const char *paths[] = {part_path[1], part_path[0], other_path};
    expect_refusal(paths, 3, NULL, COV_ERR_MISMATCH,
                   FACTS("0.cov", "other.cov", "a.csv", "same households"));
    unlink(other_path);
    assert_int_equal(symlink(part_path[0], other_path), 0);
    expect_refusal(paths, 3, NULL, COV_ERR_MISMATCH, FACTS("0.cov", "other.cov", "same file"));
    unlink(other_path);
    assert_int_equal(link(part_path[0], other_path), 0);
    expect_refusal(paths, 3, NULL, COV_ERR_MISMATCH, FACTS("0.cov", "other.cov", "same file"));
    unlink(other_path);
}

/* Shards are often called alike, each in a folder of its own. */
static void other_households_in_files_of_one_name(void **state)
{
    (void)state;
    static const char *const shard[] = {HEAD "105.5,9.5,1,10,1\n106.5,9.5,2,20,0\n",
                                        HEAD "105.5,9.75,1,10,1\n106.5,9.5,2,20,0\n",
                                        HEAD "105.5,9.5,2,20,1\n106.5,9.5,1,10,0\n"};
    char *path[3], *place[3];
    plan p;
    for (size_t i = 0; i < 3; i++) {
        char name[24];
        snprintf(name, sizeof name, "%zu", i);
        place[i] = folder_at(&here, name);
        assert_int_equal(mkdir(place[i], 0700), 0);
        snprintf(name, sizeof name, "%zu/same.csv", i);
        path[i] = folder_write(&here, name, shard[i]);
        save_job(plan_of(&p, path[i]), part_path[i]);
    }
    cov_run *run = merge((const char *const *)part_path, 3);
    cov_ledger ledger;
    cov_tally_ledger(cov_run_tally(run), &ledger);
    assert_int_equal(ledger.assigned.points, 6);
    assert_int_equal(ledger.assigned.weight, 9);
    assert_false(find_note(run, COV_NOTE_WARNING, "same places"));
    cov_run_free(run);
    for (size_t i = 0; i < 3; i++) {
        unlink(path[i]);
        rmdir(place[i]);
        free(path[i]);
        free(place[i]);
    }
}

static void copies_under_another_name_are_told(void **state)
{
    (void)state;
    plan p;
    char *copy = folder_write(&here, "copy of a.csv", HEAD SHARE_A);
    save_shares();
    save_job(plan_of(&p, copy), other_path);
    const char *const paths[] = {part_path[1], other_path, part_path[0]};
    cov_run *run = merge(paths, 3);
    expect_note(run, COV_NOTE_WARNING, "a.csv and copy of a.csv hold the same places and weights");
    cov_run_free(run);
    free(copy);
}

/* Nothing can be counted twice of it; still, a file given twice is a mistake. */
static void an_empty_part_twice(void **state)
{
    (void)state;
    plan p;
    cov_error err;
    cov_job *job = plan_of(&p, whole_path);
    cov_run *counted = run_job(job), *empty = NULL;
    const cov_service service = {"fiber", NULL};
    cov_tally *tally = NULL;
    assert_int_equal(cov_tally_create(cov_run_areas(counted), &service, 1, NULL, &tally, &err),
                     COV_OK);
    memset(&job->households, 0, sizeof job->households);
    job->weight_column = NULL;
    job->n_services = job->n_bases = job->n_indicators = job->n_tiers = job->n_targets = 0;
    if (cov_run_conclude(job, tally, NULL, "EPSG:4326", &empty, &err) != COV_OK)
        fail_msg("%s", err.message);
    save(empty, part_path[0]);
    save(empty, part_path[1]);
    const char *const twice[] = {part_path[0], part_path[0]};
    expect_refusal(twice, 2, NULL, COV_ERR_MISMATCH, FACTS("0.cov", "same file"));
    cov_job asks = COV_JOB_INIT;
    asks.part = 1; /* the whole has households */
    cov_run_free(merge_with((const char *const *)part_path, 2, &asks));
    cov_run_free(empty);
    /* another empty share, of the same (no) file, is none of the households twice */
    const cov_indicator ask = {NULL, "fiber"};
    job->indicators = &ask;
    job->n_indicators = 1;
    assert_int_equal(cov_run_conclude(job, tally, NULL, "EPSG:4326", &empty, &err), COV_OK);
    save(empty, part_path[1]);
    asks.indicators = &ask;
    asks.n_indicators = 1;
    cov_run_free(merge_with((const char *const *)part_path, 2, &asks));
    cov_tally_free(tally);
    cov_run_free(counted);
    cov_run_free(empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_part_twice),
        cmocka_unit_test(the_same_part_by_other_names),
        cmocka_unit_test(the_same_households_in_another_order),
        cmocka_unit_test(other_households_in_files_of_one_name),
        cmocka_unit_test(copies_under_another_name_are_told),
        cmocka_unit_test(an_empty_part_twice),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
