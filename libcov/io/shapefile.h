/* Shapefile: whether the parts of one are all there and as long as their headers say.
 * SPDX-License-Identifier: MIT
 *
 * GDAL opens a shapefile without its .dbf as one without columns, and one cut short as one with
 * empty shapes at its end. */
#ifndef COV_IO_SHAPEFILE_H
#define COV_IO_SHAPEFILE_H

#include "io/source.h"

/* How the text of the .dbf is to be read. */
typedef enum cov_text_source {
    COV_TEXT_DECLARED = 0, /* by the .cpg or the .dbf's language byte, or it is ASCII */
    COV_TEXT_UTF8 = 1,     /* nothing says so, but it is UTF-8 throughout */
    COV_TEXT_UNKNOWN = 2   /* nothing says so, and it is something else */
} cov_text_source;

/* Check .shp, .shx and .dbf. `path` is what GDAL will open. COV_ERR_INPUT names the part that is
 * missing or truncated and the remedy. */
cov_status cov_shapefile_check(const char *path, const char *label, cov_text_source *text,
                               cov_error *err);

/* The path of a part, with its extension in either case; NULL where it isn't there. Freed with
 * cov_free. */
char *cov_shapefile_part(const char *path, const char *extension);

/* What the .cpg says, cut to `size`; "" where there is none. */
void cov_shapefile_charset(const char *path, char *out, size_t size);

/* Whether there is a .prj. */
int cov_shapefile_has_prj(const char *path);

#endif
