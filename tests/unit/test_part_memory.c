/* Parts where jansson has no memory: each of its allocations fails in turn, once and for good,
 * while a run is saved and while it is merged. What is then said is that there is no memory, and
 * what is written or merged all the same is what it ought to be, to the byte.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "hungry.h"
#include "parts.h"

static cov_status try_save(const cov_run *run, size_t fail_at, int for_good)
{
    cov_error err = {COV_OK, ""};
    unlink(other_path);
    hungry_begin(fail_at, for_good);
    cov_status s = cov_run_save(run, other_path, 0, &err);
    size_t alive = hungry_end();
    if (alive != 0)
        fail_msg("allocation %zu, %s: %zu blocks are kept", hungry.fail_at, cov_status_name(s),
                 alive);
    if (s != COV_OK && s != COV_ERR_MEMORY)
        fail_msg("allocation %zu: %s: %s", fail_at, cov_status_name(s), err.message);
    return s;
}

static void expect_saved(const file *whole, size_t fail_at)
{
    file b = read_file(other_path);
    if (b.n != whole->n || memcmp(b.at, whole->at, b.n) != 0)
        fail_msg("allocation %zu: success was told, but something else was saved", fail_at);
    free(b.at);
}

static void save_in_want(const cov_run *run)
{
    file whole;
    save(run, other_path);
    whole = read_file(other_path);
    for (int for_good = 0; for_good < 2; for_good++) {
        size_t n = 0;
        do {
            if (try_save(run, ++n, for_good) == COV_OK)
                expect_saved(&whole, n);
            else
                assert_int_not_equal(access(other_path, F_OK), 0);
        } while (hungry.asked >= n);
        assert_true(n > 100);
    }
    free(whole.at);
}

static void a_run_is_saved_as_it_is_or_not(void **state)
{
    (void)state;
    plan p;
    cov_run *run = run_job(plan_of(&p, share_path[0]));
    save_in_want(run);
    save(run, part_path[0]);
    cov_run_free(run);
    save_job(plan_of(&p, share_path[1]), part_path[1]);
    cov_error err;
    if (cov_run_merge((const char *const *)part_path, 2, NULL, &run, &err) != COV_OK)
        fail_msg("%s", err.message);
    save_in_want(run);
    cov_run_free(run);
}

static void parts_are_merged_as_they_are_or_not(void **state)
{
    (void)state;
    plan p;
    cov_run *whole = NULL;
    for (size_t i = 0; i < 2; i++)
        save_job(plan_of(&p, share_path[i]), part_path[i]);
    assert_int_equal(cov_run_merge((const char *const *)part_path, 2, NULL, &whole, NULL), COV_OK);
    for (int for_good = 0; for_good < 2; for_good++) {
        size_t n = 0;
        do {
            cov_run *run = NULL;
            cov_error err = {COV_OK, ""};
            hungry_begin(++n, for_good);
            cov_status s = cov_run_merge((const char *const *)part_path, 2, NULL, &run, &err);
            size_t alive = hungry_end();
            if (alive != 0)
                fail_msg("allocation %zu, %s: %zu blocks are kept", hungry.fail_at,
                         cov_status_name(s), alive);
            if (s != COV_OK && s != COV_ERR_MEMORY)
                fail_msg("allocation %zu: %s: %s", n, cov_status_name(s), err.message);
            if (s == COV_OK)
                assert_string_equal(cov_run_manifest(run), cov_run_manifest(whole));
            else
                assert_null(run);
            cov_run_free(run);
        } while (hungry.asked >= n);
        assert_true(n > 100);
    }
    cov_run_free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_saved_as_it_is_or_not),
        cmocka_unit_test(parts_are_merged_as_they_are_or_not),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
