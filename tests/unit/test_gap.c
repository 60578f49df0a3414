/* Gaps: what is missing to a target, against counting one by one.
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/gap.h"
#include "sheet.h"

static full f;
static result r;

static int setup(void **state)
{
    (void)state;
    result_init(&r);
    result_build(&r, "EPSG:3405", 1, 1, NULL, 0);
    full_build(&f, &r);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    full_clear(&f);
    result_clear(&r);
    return 0;
}

/* The least number that brings n to the share, found by trying. */
static uint64_t try_all(const cov_report *report, size_t row, size_t indicator, uint32_t share)
{
    cov_share s;
    cov_error err;
    uint64_t more = 0;
    assert_int_equal(cov_report_share(report, row, indicator, &s, &err), COV_OK);
    while ((s.n + more) * 1000000 < s.of * share)
        more++;
    return more;
}

static void every_row_is_that_of_trying(void **state)
{
    (void)state;
    static const uint32_t shares[] = {0,      1,      333333, 333334, 500000,
                                      665500, 800000, 999999, 1000000};
    static const char *const names[] = {"fiber", "4g/viettel"};
    cov_error err;
    for (size_t b = 0; b < N_BASES; b++) {
        for (size_t k = 0; k < 2 * sizeof shares / sizeof shares[0]; k++) {
            const cov_job_target ask = {names[k % 2], shares[k / 2], 7 * k};
            cov_job job = COV_JOB_INIT;
            cov_gaps gaps;
            uint64_t sum = 0;
            job.targets = &ask;
            job.n_targets = 1;
            assert_int_equal(cov_gaps_create(&job, f.report[b], &gaps, &err), COV_OK);
            for (size_t row = 0; row < 9; row++) {
                uint64_t missing, want = try_all(f.report[b], row, k % 2, ask.share);
                assert_int_equal(cov_gaps_missing(&gaps, f.report[b], row, 0, &missing, &err),
                                 COV_OK);
                assert_int_equal(missing, want);
                sum += row < N_RESULT_AREAS ? want : 0;
            }
            assert_int_equal(gaps.n, 1);
            assert_string_equal(gaps.target[0].name, names[k % 2]);
            assert_int_equal(gaps.target[0].indicator, k % 2);
            assert_int_equal(gaps.target[0].share, ask.share);
            assert_int_equal(gaps.target[0].with, ask.with);
            assert_int_equal(gaps.target[0].missing, try_all(f.report[b], 8, k % 2, ask.share));
            assert_int_equal(gaps.target[0].missing_in_areas, sum);
            cov_gaps_clear(&gaps);
        }
    }
}

static void what_is_not_there_is_refused(void **state)
{
    (void)state;
    const cov_job_target asks[] = {{"fiber", 800000, 0}, {"Fiber", 800000, 0}, {NULL, 1, 0}};
    cov_job job = COV_JOB_INIT;
    cov_gaps gaps = {NULL, 99};
    cov_error err;
    uint64_t missing = 77;
    job.targets = asks;
    job.n_targets = 2;
    assert_int_equal(cov_gaps_create(&job, f.report[0], &gaps, &err), COV_ERR_EXPRESSION);
    assert_string_equal(err.message, "the target names no indicator of the report: \"Fiber\"");
    assert_int_equal(gaps.n, 99);
    job.targets = &asks[2];
    job.n_targets = 1;
    assert_int_equal(cov_gaps_create(&job, f.report[0], &gaps, &err), COV_ERR_ARGUMENT);
    job.targets = asks;
    assert_int_equal(cov_gaps_create(&job, f.report[0], &gaps, &err), COV_OK);
    assert_int_equal(cov_gaps_missing(&gaps, f.report[0], 0, 1, &missing, &err), COV_ERR_ARGUMENT);
    assert_int_equal(cov_gaps_missing(&gaps, f.report[0], 9, 0, &missing, &err), COV_ERR_ARGUMENT);
    assert_int_equal(missing, 77);
    cov_gaps_clear(&gaps);
    job.n_targets = 0;
    assert_int_equal(cov_gaps_create(&job, f.report[0], &gaps, &err), COV_OK);
    assert_int_equal(gaps.n, 0);
    cov_gaps_clear(&gaps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_that_of_trying),
        cmocka_unit_test(what_is_not_there_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
