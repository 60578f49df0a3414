/* Manifest: what a result was made of, as JSON.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_MANIFEST_H
#define COV_IO_MANIFEST_H

#include "io/notes.h"

/* A layer that was read. Base names only: nothing of the machine enters a result. */
typedef struct cov_manifest_source {
    const char *role;      /* "areas", "households", "4g/viettel" */
    const char *label;     /* "communes.shp", or "column has_4g" */
    const char *crs;       /* NULL where there is none */
    const char *operation; /* NULL where there is none */
    double accuracy;       /* metres */
} cov_manifest_source;

typedef struct cov_manifest {
    const cov_report *report;
    const cov_tally *tally;
    const char *measure;
    int64_t rounding; /* 1e-9 households */
    const cov_manifest_source *sources;
    size_t n_sources;
    const cov_notes *notes;
} cov_manifest;

/* A compact JSON object, its keys always in this order:
 *
 *     version, measure, scale,
 *     rounding        households added (or taken, below 0) by rounding; where scale is not 1
 *     ledger          {read, assigned, outside, no_location, duplicate, rejected} in households
 *                     (weight / scale: whole numbers where scale is 1)
 *     ledger_points   the same keys in points
 *     overlap         {points, weight} of the assigned that lie in more than one area
 *     services        [name]
 *     indicators      [{name, expression}]
 *     sources         [{role, file, crs, operation, accuracy_m}], null for what there isn't
 *     notes           [{kind: "info" or "warning", text}]
 *
 * Bytes that are not UTF-8 (names of files) become U+FFFD. COV_ERR_LIMIT where a sum can't be
 * stated exactly: over 2^63-1 units, or, in thousandths, over 10^15-1 of them. Freed with cov_free.
 */
cov_status cov_manifest_write(const cov_manifest *manifest, char **out, cov_error *err);

#endif
