/* Unanswered: indicators of which nothing at all is known in a base.
 * SPDX-License-Identifier: MIT
 *
 * A column of the households says nothing of schools: there its service is unknown for each of
 * them. Such an indicator has no columns for that base in any file, and a note says so. */
#ifndef COV_SHEET_UNANSWERED_H
#define COV_SHEET_UNANSWERED_H

#include "sheet/sheet.h"

/* Write 1 where an indicator is unknown for all there is of a base, which is more than nothing;
 * else 0. */
cov_status cov_unanswered(const cov_report *report, size_t indicator, int *out, cov_error *err);

#endif
