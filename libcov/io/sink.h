/* Sink: a report to a file, whole or not at all.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_SINK_H
#define COV_IO_SINK_H

#include "io/area_layer.h"
#include "io/ratio.h"

/* What a sheet shows of a base. */
typedef struct cov_sheet_base {
    const char *name;
    const char *unit;         /* "km2", or NULL for things that are counted */
    const cov_report *report; /* the reports of all bases have the same rows and indicators */
} cov_sheet_base;

/* All a sink needs; borrowed. */
typedef struct cov_sheet {
    const cov_sheet_base *base;
    size_t n_bases; /* the first: the households */
    const cov_areas *areas;
    const cov_area_layer *layer; /* shapes, crs, names of the columns */
    const cov_gap *target;       /* of the first base */
    size_t n_targets;
    const cov_ratios *ratios; /* NULL: none */
    const char *manifest;     /* JSON object */
} cov_sheet;

cov_status cov_sink_write(const cov_sheet *sheet, const char *path,
                          const cov_write_options *options, cov_error *err);

#endif
