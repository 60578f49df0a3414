/* Batch: some points of a layer on their way from the reader to the tallies.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_BATCH_H
#define COV_IO_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "arrow/layout.h"
#include "base/status.h"

#define COV_BATCH 65536
#define COV_MEASURES_MAX 8

/* What was read without GDAL's features isn't plain, so that nothing can be read so. */
#define COV_AGAIN_BY_GDAL (1U << COV_MEASURES_MAX)

/* Points that are located, and those of them that can't be on earth: |y| over 90 or |x| over 360
 * degrees in a geographic CRS. */
typedef struct cov_stray {
    uint64_t located;
    uint64_t beyond;
    int64_t first; /* the number of the first feature beyond, and where it says it is */
    double x, y;
} cov_stray;

/* What was noticed of points while they were read. */
typedef struct cov_seen {
    uint64_t n_points;
    uint64_t without_id;
    int64_t first_with_id; /* the number of a feature that has one, 0: none did */
    char first_id[64];     /* the id, perhaps only its beginning */
    uint64_t digest;       /* of places and weights as they were read; the order doesn't matter */
    cov_stray stray;
    double extent[4]; /* west, south, east, north in the plane; west > east without a location */
    int64_t rounding[COV_MEASURES_MAX]; /* sum of (kept - given), in 1e-9 */
    unsigned again;    /* why all of it has to be read again: bit m: a weight of measure m that is
                          counted in whole ones has decimals; COV_AGAIN_BY_GDAL */
    uint64_t *unknown; /* points, for each of n_answers columns and conditions */
    size_t n_answers;
} cov_seen;

cov_status cov_seen_create(cov_seen *seen, size_t n_answers, cov_error *err);
void cov_seen_clear(cov_seen *seen);
void cov_seen_forget(cov_seen *seen);

/* Add what was seen of other points; the order doesn't matter. */
void cov_seen_add(cov_seen *to, const cov_seen *from);

/* Arrays of COV_BATCH, owned by the batch. */
typedef struct cov_batch {
    size_t n;
    double *x;
    double *y;
    uint64_t *weight[COV_MEASURES_MAX]; /* in units of 1/scale of the measure; NULL for those there
                                           aren't */
    uint64_t *served;                   /* bits of the services that the answers say yes for */
    uint64_t *unknown; /* bits of those that none says yes for, and one doesn't know */
    cov_seen seen;
    size_t n_records; /* that are still to be read, by whoever counts the batch: of a shapefile */
    uint64_t first;   /* the first's index in it; of a stream */
    cov_batch_rows rows;
} cov_batch;

cov_status cov_batch_create(cov_batch *batch, size_t n_measures, size_t n_answers, cov_error *err);
void cov_batch_clear(cov_batch *batch);

/* Without points or records, nothing seen. */
void cov_batch_empty(cov_batch *batch);

#endif
