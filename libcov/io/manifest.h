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

/* A compact JSON object with sorted, stable keys: version, measure, scale, rounding, ledger (points
 * and weight of read, assigned, outside, no_location, duplicate, rejected; overlap), services,
 * indicators (name, expression), sources, notes. Freed with cov_free. */
cov_status cov_manifest_write(const cov_manifest *manifest, char **out, cov_error *err);

#endif
