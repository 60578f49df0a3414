/* Record: one row of a layer, in whatever form it was read.
 * SPDX-License-Identifier: MIT
 *
 * Columns, conditions and coordinates ask records, so that it doesn't matter who read them: GDAL,
 * feature by feature, or a reader of many points at once (shape_points.h, stream_points.h). */
#ifndef COV_IO_RECORD_H
#define COV_IO_RECORD_H

#include <ogr_api.h>
#include <stdint.h>

#include "base/status.h"

/* A cell: null, or the member that its column's kind says (column.h). */
typedef struct cov_datum {
    int is_null;
    int64_t whole;
    double real;
    const char *text; /* ends in a NUL */
} cov_datum;

typedef struct cov_record {
    const char *label;      /* of the layer, for messages */
    int64_t number;         /* of the feature in the file, from 1, for messages */
    OGRFeatureH feature;    /* where GDAL read it; else NULL, and */
    const cov_datum *datum; /* by the index of the column; of those only that were selected */
} cov_record;

/* Whoever takes records that were read without GDAL, each with the place of its point: finite, or
 * NaN where it has none. */
typedef cov_status (*cov_visit)(void *data, const cov_record *record, double x, double y,
                                cov_error *err);

#endif
