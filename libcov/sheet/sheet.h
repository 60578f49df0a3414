/* Sheet: a report, or several of the same rows, as a table with columns for people.
 * SPDX-License-Identifier: MIT */
#ifndef COV_SHEET_SHEET_H
#define COV_SHEET_SHEET_H

#include <cov/cov.h>

/* One ratio, per row of the reports. */
typedef struct cov_ratio_rows {
    char *name;
    char *label; /* of the table, with its filter */
    char *above; /* the column above the line */
    char *below; /* the column below it, or the base */
    unsigned per;
    int is_percent;
    cov_ratio *row;
} cov_ratio_rows;

typedef struct cov_ratios {
    cov_ratio_rows *ratio;
    size_t n;
    size_t n_rows;
} cov_ratios;

/* What a sheet shows of a base. */
typedef struct cov_sheet_base {
    const char *name;
    const char *unit;         /* "km2", or NULL for things that are counted */
    const cov_report *report; /* the reports of all bases have the same rows and indicators */
} cov_sheet_base;

/* All that is shown; borrowed. */
typedef struct cov_sheet {
    const cov_sheet_base *base;
    size_t n_bases; /* the first: the households */
    const cov_areas *areas;
    const char *id_column;
    const char *name_column; /* NULL: none */
    const cov_gap *target;   /* of the first base */
    size_t n_targets;
    const cov_ratios *ratios; /* NULL: none */
    const char *manifest;     /* JSON object */
} cov_sheet;

#endif
