/* Ratios: shares and rates from tables with one row per area.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: an id that is no area's, a second row for an area, a number that is none are
 * errors that name the row; an area without a row, or with an empty cell, is not known and stands
 * neither above nor below the line of any sum. */
#ifndef COV_IO_RATIO_H
#define COV_IO_RATIO_H

#include "io/polygons.h"
#include "sheet/sheet.h"

/* A report that a ratio may have below its line. */
typedef struct cov_ratio_base {
    const char *name;
    const cov_report *report;
} cov_ratio_base;

/* Read all ratios of the job. The bases are those of the run; the first is also "households". */
cov_status cov_ratios_read(const cov_setting *setting, const cov_areas *areas,
                           const cov_ratio_base *bases, size_t n_bases, cov_ratios *out,
                           cov_error *err);
void cov_ratios_clear(cov_ratios *ratios);

#endif
