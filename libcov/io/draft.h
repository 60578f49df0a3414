/* Draft: a result as GDAL writes it, in memory.
 * SPDX-License-Identifier: MIT
 *
 * In memory, because GDAL's drivers do not check every write: GeoJSON and CSV come out cut off on a
 * full disk, with success reported. What is copied from here to the disk is checked byte by byte.
 */
#ifndef COV_IO_DRAFT_H
#define COV_IO_DRAFT_H

#include "io/area_layer.h"
#include "io/phases.h"
#include "sheet/fields.h"

typedef struct cov_draft {
    const cov_format *format;
    char *folder; /* in GDAL's memory file system */
    char *path;   /* the main file there */
} cov_draft;

/* Write the rows of a sheet and the shapes of its areas. These are MultiPolygons (in GeoJSON GDAL
 * writes one of a single part as a Polygon); for a format in WGS 84 they are transformed,
 * their edges densified (COV_ERR_CRS where that can't be done with known accuracy). The bytes
 * depend on nothing but the sheet, the shapes, the format and the name of the layer. */
cov_status cov_draft_write(const cov_sheet *sheet, const cov_area_layer *areas,
                           const cov_fields *fields, const cov_format *format, const char *layer,
                           const cov_phases *phases, cov_draft *out, cov_error *err);

/* The bytes of one file of the draft, borrowed; NULL where there is no such file. */
const void *cov_draft_bytes(const cov_draft *draft, const char *extension, size_t *size);

void cov_draft_clear(cov_draft *draft);

#endif
