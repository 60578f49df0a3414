/* Households: the points of a job, or of a further base such as schools, in batches.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_HOUSEHOLDS_H
#define COV_IO_HOUSEHOLDS_H

#include "io/batch.h"
#include "io/claims.h"
#include "io/crs.h"
#include "io/source.h"

typedef struct cov_households cov_households;

/* What answers a service for a point, beside its place. Several answers may share a bit: a yes
 * counts before an unknown, and that before a no. */
typedef struct cov_answer {
    unsigned bit;
    const char *column; /* a column of the points, see cov_column_answer, or a condition, see
                           condition.h. What is exactly the name of a column is that column. NULL:
                           the claims */
    cov_claims *claims; /* this bit of theirs is asked, by the id of the point. Borrowed; it may
                           stand in the answers of several services, and is asked once */
} cov_answer;

typedef struct cov_households_query {
    const cov_source *source;
    const char *const *weights; /* n_measures columns; NULL entries: one each */
    size_t n_measures;          /* 1 to COV_MEASURES_MAX */
    const cov_answer *answers;
    size_t n_answers;
    const char *id_column; /* needed where an answer has claims; else NULL */
    int is_part;      /* 1: others are read elsewhere, so that claims may be of none of these */
    const char *noun; /* what points without a weight are: "schools"; NULL: "households" */
} cov_households_query;

/* Open the layer (source and policy must outlive it), find the coordinates (a point geometry, or in
 * a CSV the columns lon/lat, x/y, easting/northing ... by name, said in a note) and the columns.
 * COV_ERR_INPUT where one is not there. */
cov_status cov_households_open(const cov_households_query *query, const cov_policy *policy,
                               cov_notes *notes, cov_households **out, cov_error *err);
void cov_households_close(cov_households *households);

/* From now on the points are given in this plane, where the areas have this extent. COV_ERR_CRS
 * where there is no way there of known accuracy. */
cov_status cov_households_place(cov_households *households, OGRSpatialReferenceH plane,
                                const double extent[4], cov_error *err);

/* The way there; its operation is NULL where nothing is transformed. */
const cov_transform *cov_households_transform(const cov_households *households);

OGRSpatialReferenceH cov_households_crs(const cov_households *households); /* of the layer */

/* The file, its layer and filter, for messages and the manifest. */
const char *cov_households_label(const cov_households *households);

/* The weight column of a measure as the layer spells it, or the noun. */
const char *cov_households_measure(const cov_households *households, size_t measure);

/* The points that will be read; -1 unknown, also where there is a filter. */
int64_t cov_households_count(cov_households *households);

/* For those who don't count them: whether the points up to the first with a location can be read,
 * and whether there is one, which a part needn't have. */
cov_status cov_households_look(cov_households *households, cov_error *err);

/* Give a batch records that a hand reads, faster than features; none (n_records = 0) behind the
 * last, or where there is no such way. seen.again of the batch is set where the way has an end. */
cov_status cov_households_hand_out(cov_households *households, cov_batch *batch, cov_error *err);

/* Fill the batch; n = 0 behind the last. What was read by hands isn't read again: these are the
 * points that were left. A null or empty geometry, a coordinate that
 * is missing or not finite give NaN (the ledger's "without location"). A weight that is negative or
 * not a number, an answer that is neither yes nor no nor empty, a multipoint or another geometry:
 * COV_ERR_INPUT, with the number of the feature. A point without an id is unknown to all claims.
 * `scale` has one entry for each measure. Bit m of the batch's seen.again is set where scale[m]
 * is 1 and a weight of measure m has decimals: the caller starts again with that scale at 1000. */
cov_status cov_households_next(cov_households *households, const uint32_t *scale, cov_batch *batch,
                               cov_error *err);

/* Note what was seen of a batch that was read and placed; one thread at a time. */
void cov_households_note(cov_households *households, const cov_batch *batch);

/* When all was read and noted: one warning for each answer that was unknown says for how many
 * points, and the claims are checked (cov_claims_check). */
cov_status cov_households_conclude(const cov_households *households, cov_error *err);

/* Start again, for what a batch's seen.again said; forgets what was noted and which records were
 * read. */
cov_status cov_households_rewind(cov_households *households, unsigned again, cov_error *err);

/* A hand reads and places points for one thread. The households must be placed before, and outlive
 * it. */
typedef struct cov_hand cov_hand;

cov_status cov_hand_create(cov_households *households, cov_hand **out, cov_error *err);
void cov_hand_free(cov_hand *hand);

/* Read the records that the batch was given. Where one of them isn't plain, there are no points:
 * cov_households_next will give them, or seen.again of the batch is set. */
cov_status cov_hand_read(cov_hand *hand, const uint32_t *scale, cov_batch *batch, cov_error *err);

/* Bring the points of a batch to the plane, and widen the extent that was seen. */
void cov_hand_place(cov_hand *hand, cov_batch *batch);

/* COV_ERR_INPUT: the layer gave no point. */
cov_status cov_households_refuse_empty(const cov_households *households, cov_error *err);

/* COV_ERR_INPUT: none of n points has a location. */
cov_status cov_households_refuse_unlocated(const char *label, uint64_t n, cov_error *err);

/* How many columns and conditions answer. */
size_t cov_households_answers(const cov_households *households);

/* Sum of (kept - given) over all weights of a measure so far, in thousand-millionths (1e-9). */
int64_t cov_households_rounding(const cov_households *households, size_t measure);

/* Of the places and weights so far, in any order: what tells one share of the households from
 * another, whatever is asked of it. Of the coordinates as they were read. */
uint64_t cov_households_digest(const cov_households *households);

/* West, south, east, north of the located points so far, in their plane; west > east without any.
 */
void cov_households_extent(const cov_households *households, double extent[4]);

/* The located points so far, and those beyond the earth. */
void cov_households_stray(const cov_households *households, cov_stray *out);

#endif
