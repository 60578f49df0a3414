/* The report: the only place that divides.
 * SPDX-License-Identifier: MIT
 *
 * The interface is cov.h's. What the file owes: the sums of a level are the sums of the areas, so
 * every level and the total hold the same households; rows without a parent stand behind those with
 * one, on each level; the sums are made at creation, so that reading a row can't fail but for its
 * number. Shares of operators are compared only once they are summed up, row by row. */
#ifndef COV_ENGINE_REPORT_H
#define COV_ENGINE_REPORT_H

#include "base/status.h"

/* The areas a report is of; borrowed, as they are by the report. */
const cov_areas *cov_report_areas(const cov_report *report);

#endif
