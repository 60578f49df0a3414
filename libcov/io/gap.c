/* SPDX-License-Identifier: MIT */
#include "io/gap.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static cov_status find_indicator(const char *name, const cov_report *report, size_t *out,
                                 cov_error *err)
{
    for (size_t i = 0; i < cov_report_indicators(report); i++) {
        if (strcmp(cov_report_indicator_name(report, i), name) == 0) {
            *out = i;
            return COV_OK;
        }
    }
    return cov_fail(err, COV_ERR_EXPRESSION, "the target names no indicator of the report: \"%s\"",
                    cov_quote(name).text);
}

static cov_status missing_of(const cov_gap *target, const cov_report *report, size_t row,
                             uint64_t *out, cov_error *err)
{
    cov_share share;
    cov_status s = cov_report_share(report, row, target->indicator, &share, err);
    if (s == COV_OK)
        *out = cov_missing(share.n, share.of, target->share);
    return s;
}

static cov_status fill(const cov_job_target *ask, const cov_report *report, cov_gap *out,
                       cov_error *err)
{
    size_t rows = cov_report_rows(report);
    memset(out, 0, sizeof *out);
    out->share = ask->share;
    out->with = ask->with;
    cov_status s = ask->indicator != NULL
                       ? find_indicator(ask->indicator, report, &out->indicator, err)
                       : cov_fail(err, COV_ERR_ARGUMENT, "a target of the job has no indicator");
    if (s != COV_OK)
        return s;
    out->name = cov_report_indicator_name(report, out->indicator);
    s = missing_of(out, report, rows - 1, &out->missing, err);
    for (size_t i = 0; i < rows && s == COV_OK; i++) {
        cov_row row;
        uint64_t missing = 0;
        s = cov_report_row(report, i, &row, err);
        if (s == COV_OK && row.level == 0)
            s = missing_of(out, report, i, &missing, err);
        out->missing_in_areas += missing;
    }
    return s;
}

cov_status cov_gaps_create(const cov_job *job, const cov_report *report, cov_gaps *out,
                           cov_error *err)
{
    cov_gaps gaps = {cov_alloc_zero(job->n_targets, sizeof *gaps.target), job->n_targets};
    cov_status s = gaps.target != NULL ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < gaps.n && s == COV_OK; i++)
        s = fill(&job->targets[i], report, &gaps.target[i], err);
    if (s == COV_OK)
        *out = gaps;
    else
        cov_gaps_clear(&gaps);
    return s;
}

void cov_gaps_clear(cov_gaps *gaps)
{
    cov_free(gaps->target);
    *gaps = (cov_gaps){NULL, 0};
}

cov_status cov_gaps_missing(const cov_gaps *gaps, const cov_report *report, size_t row,
                            size_t target, uint64_t *out, cov_error *err)
{
    if (target >= gaps->n)
        return cov_fail(err, COV_ERR_ARGUMENT, "the run has %zu targets: there is no target %zu",
                        gaps->n, target);
    return missing_of(&gaps->target[target], report, row, out, err);
}
