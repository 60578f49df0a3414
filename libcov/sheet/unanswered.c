/* SPDX-License-Identifier: MIT */
#include "sheet/unanswered.h"

cov_status cov_unanswered(const cov_report *report, size_t indicator, int *out, cov_error *err)
{
    cov_share total = {.n = 0};
    cov_status s = cov_report_share(report, cov_report_rows(report) - 1, indicator, &total, err);
    if (s == COV_OK)
        *out = total.of == 0 && total.unknown > 0;
    return s;
}
