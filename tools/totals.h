/* Totals: what stands below the table, a line each: bases, unknowns, targets, ratios, ledgers.
 * SPDX-License-Identifier: MIT
 *
 * Where there is more than one base each has a line with its count and its shares; where fewer than
 * 10,000 things are counted their numbers stand beside the percentage. */
#ifndef COV_TOOLS_TOTALS_H
#define COV_TOOLS_TOTALS_H

#include <cov/io.h>

#include <glib.h>

COV_MUST_CHECK cov_status totals_append(GString *out, const cov_run *run, size_t width,
                                        cov_error *err);

#endif
