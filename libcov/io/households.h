/* Households: the points of a job, in batches.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_HOUSEHOLDS_H
#define COV_IO_HOUSEHOLDS_H

#include "io/source.h"

#define COV_BATCH 65536

typedef struct cov_households cov_households;

/* A batch: arrays of COV_BATCH, owned by the batch. */
typedef struct cov_batch {
    size_t n;
    double *x;
    double *y;
    uint64_t *weight; /* in units of 1/scale */
    uint64_t *served; /* bits of the services answered by a column */
} cov_batch;

/* A service answered by a column of the households. */
typedef struct cov_answer_column {
    const char *column;
    unsigned bit;
} cov_answer_column;

/* Open the layer, find the coordinates (a point geometry, or in a CSV the columns lon/lat, x/y,
 * easting/northing ... by name, said in a note), the weight column (NULL: 1 each) and the answer
 * columns. */
cov_status cov_households_open(const cov_source *source, const char *weight_column,
                               const cov_answer_column *answers, size_t n_answers,
                               const cov_policy *policy, cov_notes *notes, cov_households **out,
                               cov_error *err);
void cov_households_close(cov_households *households);

OGRSpatialReferenceH cov_households_crs(const cov_households *households); /* borrowed */
const char *cov_households_label(const cov_households *households);

/* The weight column as the layer spells it, or "households". */
const char *cov_households_measure(const cov_households *households);

int64_t cov_households_count(cov_households *households); /* -1 unknown */

/* Fill the batch; n = 0 behind the last. A null or empty geometry, a coordinate that is missing or
 * not finite give NaN (the ledger's "without location"). A weight that is negative or not a number,
 * a column's answer that is neither yes nor no, a multipoint or another geometry: COV_ERR_INPUT,
 * with the number of the feature. *decimals becomes 1 where scale is 1 and a weight has decimals:
 * the caller starts again with scale 1000. */
cov_status cov_households_next(cov_households *households, uint32_t scale, cov_batch *batch,
                               int *decimals, cov_error *err);

/* Start again; forgets the rounding, the extent and the strays. */
cov_status cov_households_rewind(cov_households *households, cov_error *err);

/* Sum of (kept - given) over all weights so far, in thousand-millionths (1e-9) of a household. */
int64_t cov_households_rounding(const cov_households *households);

/* West, south, east, north of the located points so far; west > east without any. */
void cov_households_extent(const cov_households *households, double extent[4]);

/* The located points so far, and those of them that can't be on earth: |y| over 90 or |x| over 360
 * degrees in a geographic CRS. */
typedef struct cov_stray {
    uint64_t located;
    uint64_t beyond;
    int64_t first; /* the number of the first feature beyond, and where it says it is */
    double x, y;
} cov_stray;

void cov_households_stray(const cov_households *households, cov_stray *out);

cov_status cov_batch_create(cov_batch *batch, cov_error *err);
void cov_batch_clear(cov_batch *batch);

#endif
