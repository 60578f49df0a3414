/* Manifest: what a result was made of, as JSON.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_MANIFEST_H
#define COV_IO_MANIFEST_H

#include "io/notes.h"
#include "io/ratio.h"

/* A layer that was read. Base names only: nothing of the machine enters a result. */
typedef struct cov_manifest_source {
    const char *role;      /* "areas", "households", "4g/viettel" */
    const char *label;     /* "communes.shp", or "column has_4g" */
    const char *crs;       /* NULL where there is none */
    const char *operation; /* NULL where there is none */
    double accuracy;       /* metres */
    const char *detail;    /* how it answers, "within 150 m, except rivers.shp"; NULL: as it is */
} cov_manifest_source;

/* What was counted. */
typedef struct cov_manifest_base {
    const char *name;
    const char *unit; /* NULL for things that are counted */
    const cov_report *report;
    int64_t rounding; /* 1e-9 of one */
} cov_manifest_base;

typedef struct cov_manifest {
    const cov_manifest_base *bases; /* the first: the households */
    size_t n_bases;
    const cov_tally *tally; /* of the first */
    const cov_manifest_source *sources;
    size_t n_sources;
    const cov_gap *targets;
    size_t n_targets;
    const cov_ratios *ratios; /* NULL: none */
    const cov_notes *notes;
} cov_manifest;

/* A compact JSON object, its keys always in this order:
 *
 *     version
 *     measure         the name of the first base
 *     unit            of the first base, "km2"; where it has one
 *     scale
 *     rounding        households added (or taken, below 0) by rounding; where scale is not 1
 *     ledger          {read, assigned, outside, no_location, duplicate, rejected} in households
 *                     (weight / scale: whole numbers where scale is 1, else decimals, see figure.h)
 *     ledger_points   the same keys in points
 *     overlap         {points, weight} of the assigned that lie in more than one area
 *     services        [name]
 *     indicators      [{name, expression}]
 *     sources         [{role, file, crs, operation, accuracy_m, detail}], null for what there isn't
 *     notes           [{kind: "info" or "warning", text}]
 *     bases           [{name, unit, scale, rounding, ledger, ledger_points, overlap}], the further
 *                     ones; unit null for things that are counted, rounding as above
 *     targets         [{indicator, share, missing, missing_in_areas, with}], share 0 to 1; with
 *                     null where nothing is stated
 *     ratios          [{name, file, n, of, per}], n and of the columns, or of the base; per null
 *                     for a percentage
 *
 * Bytes that are not UTF-8 (names of files) become U+FFFD. COV_ERR_LIMIT where a sum can't be
 * stated exactly: over 2^63-1 units where scale is 1, else see figure.h. Freed with cov_free. */
cov_status cov_manifest_write(const cov_manifest *manifest, char **out, cov_error *err);

#endif
