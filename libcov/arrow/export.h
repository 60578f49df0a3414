/* Export: a sheet as a stream of Arrow.
 * SPDX-License-Identifier: MIT */
#ifndef COV_ARROW_EXPORT_H
#define COV_ARROW_EXPORT_H

#include <cov/arrow.h>

#include "base/status.h"
#include "sheet/sheet.h"

/* The geometries of the areas, in their order; borrowed. */
typedef struct cov_export_shapes {
    const void *const *wkb;
    const size_t *sizes;
    const char *crs; /* PROJJSON, any other text, or NULL */
} cov_export_shapes;

/* All rows of a sheet, as cov_report_to_arrow says. `shapes` may be NULL. */
cov_status cov_sheet_to_arrow(const cov_sheet *sheet, const cov_export_shapes *shapes,
                              struct ArrowArrayStream *out, cov_error *err);

#endif
