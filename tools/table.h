/* The table for people: areas, parents, total, what else was counted and asked, ledgers.
 * SPDX-License-Identifier: MIT
 *
 * Only looks at a finished run. Numbers are written the same way in every locale. */
#ifndef COV_TOOLS_TABLE_H
#define COV_TOOLS_TABLE_H

#include <cov/io.h>

#include <glib.h>

/* Append the table of a run, `width` columns wide, to `out`. `output` is the file that holds every
 * row, NULL where there is none: it is named where the table leaves rows out. */
COV_MUST_CHECK cov_status table_append(GString *out, const cov_run *run, size_t width,
                                       const char *output, cov_error *err);

#endif
