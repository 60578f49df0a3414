/* Format: what a file of results can be, and what each kind can hold.
 * SPDX-License-Identifier: MIT */
#ifndef COV_SHEET_FORMAT_H
#define COV_SHEET_FORMAT_H

#include "base/status.h"

typedef enum cov_format_trait {
    COV_FORMAT_SHAPES = 1,   /* carries the geometry of the areas */
    COV_FORMAT_WGS84 = 2,    /* in longitude and latitude, whatever the areas were in */
    COV_FORMAT_TEXT = 4,     /* lines of text: may go to standard output */
    COV_FORMAT_MANIFEST = 8, /* has room for the manifest; the others get a file beside them */
    COV_FORMAT_AREAS = 16,   /* holds rows with a shape only: parents and the total go beside it */
    COV_FORMAT_DBF = 32,     /* short names, fixed widths, blanks trimmed, "" and null are one */
    COV_FORMAT_CSV = 64,     /* "" and null are one; opened by spreadsheets */
    COV_FORMAT_SQLITE = 128, /* other programs may hold it open, with a journal beside it */
    COV_FORMAT_JSON =
        256, /* GDAL 3.6 writes a text that is a JSON object or array as that, unquoted */
    COV_FORMAT_PART = 512 /* no rows: the run itself, to be merged with others */
} cov_format_trait;

typedef struct cov_format {
    const char *name;          /* GDAL's short name of the driver, or "part" */
    const char *extensions[4]; /* without the dot, the usual one first, ends with NULL */
    unsigned traits;
} cov_format;

/* The name of the format of parts, which is none of GDAL's. */
#define COV_FORMAT_OF_PARTS "part"

/* By name (in any case), or where that is NULL by the extension of the path. COV_ERR_ARGUMENT lists
 * what there is. */
cov_status cov_format_find(const char *name, const char *path, const cov_format **out,
                           cov_error *err);

static inline int cov_format_has(const cov_format *format, cov_format_trait trait)
{
    return (format->traits & (unsigned)trait) != 0;
}

#endif
