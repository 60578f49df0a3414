/* Sidecar: the manifest, and what else a format has no room for, as a file beside the result.
 * SPDX-License-Identifier: MIT
 *
 * "coverage.shp.libcov.json" is the manifest and, where needed, two more members: "columns", the
 * full names of the columns that a shapefile shortens ({"fiber2_n": "fiber_viettel_n"}); "rows",
 * the rows of parents and the total, which a FlatGeobuf can't hold for want of a geometry (GDAL 3.6
 * drops them without a word), as objects with the same names and values as the columns. */
#ifndef COV_IO_SIDECAR_H
#define COV_IO_SIDECAR_H

#include "sheet/fields.h"

/* The JSON text, with a newline at its end. Freed with cov_free. */
cov_status cov_sidecar_write(const cov_sheet *sheet, const cov_fields *fields, char **out,
                             cov_error *err);

#endif
