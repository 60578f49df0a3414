/* Sink: a report to a file, whole or not at all.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_SINK_H
#define COV_IO_SINK_H

#include "io/area_layer.h"

/* All a sink needs; borrowed. */
typedef struct cov_sheet {
    const cov_report *report;
    const cov_areas *areas;
    const cov_area_layer *layer; /* shapes, crs, names of the columns */
    const char *measure;         /* name of the column of households */
    const char *manifest;        /* JSON object */
} cov_sheet;

cov_status cov_sink_write(const cov_sheet *sheet, const char *path,
                          const cov_write_options *options, cov_error *err);

#endif
