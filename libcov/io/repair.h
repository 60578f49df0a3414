/* Repair: whether a polygon is valid (GEOS), and what is done where not.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_REPAIR_H
#define COV_IO_REPAIR_H

#include <ogr_api.h>

#include "io/notes.h"

typedef struct cov_repair cov_repair; /* a GEOS context and the counts; one thread at a time */

cov_status cov_repair_create(cov_invalid policy, cov_repair **out, cov_error *err);
void cov_repair_free(cov_repair *repair);

/* Check WKB of a Polygon or MultiPolygon. Valid: *wkb stays. Invalid: by the policy
 * COV_ERR_GEOMETRY (names `what`, e.g. "communes.shp, feature 12 (ma_xa 31825)", GEOS's reason, the
 * place and the remedy), or *wkb is freed (cov_free) and replaced by the repaired polygons, or by
 * NULL with size 0 when it is skipped or nothing polygonal is left. */
cov_status cov_repair_check(cov_repair *repair, const char *what, void **wkb, size_t *size,
                            cov_error *err);

/* One note with the counts and the first few names, where there were any. */
cov_status cov_repair_note(const cov_repair *repair, const char *layer, cov_notes *notes,
                           cov_error *err);

#endif
