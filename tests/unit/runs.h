/* What the tests of whole runs share: a province, jobs that must succeed or fail, shares and notes
 * to expect. SPDX-License-Identifier: MIT
 *
 * To be included after cmocka.h. */
#ifndef COV_TESTS_RUNS_H
#define COV_TESTS_RUNS_H

#include <cov/io.h>

#include "folder.h"

/* A province of 2 x 2 communes of one degree, from (105, 9) to (107, 11), in two districts. */
#define SQUARE(w, s, e, n)                                                                         \
    "{\"type\":\"Polygon\",\"coordinates\":[[[" #w "," #s "],[" #e "," #s "],[" #e "," #n "],[" #w \
    "," #n "],[" #w "," #s "]]]}"
#define FEATURE(geometry, properties)                                                              \
    "{\"type\":\"Feature\",\"geometry\":" geometry ",\"properties\":{" properties "}}"
#define COLLECTION(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"
#define COMMUNE(id, district, w, s, e, n)                                                          \
    FEATURE(SQUARE(w, s, e, n), "\"ma\":\"" id "\",\"huyen\":\"" district "\"")

static const char communes[] = COLLECTION(
    COMMUNE("01", "A", 105, 9, 106, 10) "," COMMUNE("02", "A", 106, 9, 107, 10) "," COMMUNE(
        "03", "B", 105, 10, 106, 11) "," COMMUNE("04", "B", 106, 10, 107, 11));
static inline cov_run *run_job(const cov_job *job)
{
    cov_run *run = NULL;
    cov_error err;
    cov_status s = cov_run_create(job, &run, &err);
    if (s != COV_OK)
        fail_msg("%s: %s", cov_status_name(s), err.message);
    assert_non_null(run);
    return run;
}

static inline void expect_job_failure(const cov_job *job, cov_status status,
                                      const char *const *facts, size_t n)
{
    cov_run *run = NULL;
    cov_error err = {COV_OK, ""};
    cov_status s = cov_run_create(job, &run, &err);
    if (s != status)
        fail_msg("%s instead of %s: %s", cov_status_name(s), cov_status_name(status), err.message);
    assert_null(run);
    assert_int_equal(err.code, status);
    for (size_t i = 0; i < n; i++) {
        if (strstr(err.message, facts[i]) == NULL)
            fail_msg("\"%s\" is not in: %s", facts[i], err.message);
    }
}

#define FACTS(...)                                                                                 \
    (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)

static inline int find_note(const cov_run *run, cov_note_kind kind, const char *text)
{
    for (size_t i = 0; i < cov_run_notes(run); i++) {
        cov_note note = cov_run_note(run, i);
        if (note.kind == kind && strstr(note.text, text) != NULL)
            return 1;
    }
    return 0;
}

static inline void expect_note(const cov_run *run, cov_note_kind kind, const char *text)
{
    if (find_note(run, kind, text))
        return;
    for (size_t i = 0; i < cov_run_notes(run); i++)
        print_error("note: %s\n", cov_run_note(run, i).text);
    fail_msg("no note says \"%s\"", text);
}

static inline void expect_share(const cov_run *run, size_t row, size_t indicator, uint64_t n,
                                uint64_t of)
{
    cov_share share;
    assert_int_equal(cov_report_share(cov_run_report(run), row, indicator, &share, NULL), COV_OK);
    if (share.n != n || share.of != of)
        fail_msg("row %zu, indicator %zu: %llu of %llu", row, indicator,
                 (unsigned long long)share.n, (unsigned long long)share.of);
}

static inline size_t total_row(const cov_run *run)
{
    return cov_report_rows(cov_run_report(run)) - 1;
}

#endif
