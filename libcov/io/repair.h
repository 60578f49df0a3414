/* Repair: whether a polygon is valid (a proof, or GEOS), and what is done where not.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_REPAIR_H
#define COV_IO_REPAIR_H

#include "io/notes.h"
#include "io/phases.h"
#include "io/shape.h"

typedef struct cov_repair cov_repair; /* a GEOS context and the counts; one thread at a time */

cov_status cov_repair_create(cov_invalid policy, cov_repair **out, cov_error *err);
void cov_repair_free(cov_repair *repair);

/* Check a shape. Valid: it stays. Invalid: by the policy COV_ERR_GEOMETRY (names `what`, e.g.
 * "communes.shp, feature 12 (ma_xa 31825)", GEOS's reason, the place and the remedy), or it is
 * replaced by the repaired polygons, or by NULL with size 0 when it is skipped or nothing
 * polygonal is left. */
cov_status cov_repair_check(cov_repair *repair, const char *what, cov_shape *shape, cov_error *err);

/* One note with the counts and the first few names, where there were any. */
cov_status cov_repair_note(const cov_repair *repair, const char *layer, cov_notes *notes,
                           cov_error *err);

/* Who the shapes belong to. */
typedef struct cov_shape_owner {
    const char *layer; /* what it is called in messages */
    void *data;
    /* Writes what shape `index` is called in messages, e.g. "feature 12 (ma_xa 31825)". */
    void (*name)(void *data, size_t index, char *out, size_t size);
    /* NULL, or reads an invalid shape once more, in a slower way that may make it valid. */
    cov_status (*again)(void *data, size_t index, cov_shape *shape, cov_error *err);
} cov_shape_owner;

/* Check n shapes on up to `threads` threads and treat the invalid
 * ones, in their order, on the caller's, with one note at the end. The outcome does not depend on
 * the threads. Asks between the caller's shapes; GEOS has no way to be stopped inside one that
 * doesn't stop all of the process. */
cov_status cov_repair_all(cov_invalid policy, unsigned threads, cov_shape *shape, size_t n,
                          const cov_shape_owner *owner, cov_notes *notes, const cov_phases *phases,
                          cov_error *err);

#endif
