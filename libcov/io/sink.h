/* Sink: a report to a file, whole or not at all.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_SINK_H
#define COV_IO_SINK_H

#include "io/area_layer.h"
#include "io/ratio.h"
#include "sheet/sheet.h"

/* The rows of a sheet, and the shapes of its areas. */
cov_status cov_sink_write(const cov_sheet *sheet, const cov_area_layer *areas, const char *path,
                          const cov_write_options *options, cov_error *err);

#endif
