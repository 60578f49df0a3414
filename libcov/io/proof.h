/* Proof: a result read back by GDAL and compared with what it should say.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_PROOF_H
#define COV_IO_PROOF_H

#include "io/area_layer.h"
#include "io/phases.h"
#include "sheet/fields.h"

/* Open the file and compare columns, rows, every value, whether there is a shape, and the manifest
 * where the format holds it. COV_ERR_IO, beginning with `what`, names the first difference. */
cov_status cov_proof_read(const char *path, const char *what, const cov_sheet *sheet,
                          const cov_area_layer *areas, const cov_fields *fields,
                          const cov_format *format, const cov_phases *phases, cov_error *err);

#endif
