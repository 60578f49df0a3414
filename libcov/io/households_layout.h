/* Households: what they are made of, for the files that read them.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_HOUSEHOLDS_LAYOUT_H
#define COV_IO_HOUSEHOLDS_LAYOUT_H

#include "io/coordinates.h"
#include "io/households.h"
#include "io/shape_points.h"
#include "io/stream_points.h"

typedef struct cov_weighing {
    int weighted;
    cov_column weight;
} cov_weighing;

/* An answer by a column of the points: one of the two. */
typedef struct cov_column_answers {
    uint64_t bit;
    char *text; /* as it was asked, for messages */
    cov_column column;
    cov_condition *condition;
} cov_column_answers;

/* An answer by a table, for all services that ask it. */
typedef struct cov_lookup {
    cov_claims *claims;
    uint64_t bits;
} cov_lookup;

/* A part of the records that are read the faster way, noted by whoever read it. */
typedef struct cov_chunk {
    uint32_t deleted; /* records that are marked so */
    int left;         /* it isn't plain: GDAL has to read it */
} cov_chunk;

struct cov_households {
    cov_layer layer;     /* perhaps only its head: then */
    cov_layer whole;     /* is opened once features are needed */
    cov_layer *features; /* the one of both that has them, NULL: not yet */
    const cov_source *source;
    const cov_policy *policy;
    int *wanted; /* columns */
    size_t n_wanted;
    cov_notes *notes;
    char *label; /* with the filter */
    char *noun;
    cov_coordinates coordinates;
    cov_weighing measure[COV_MEASURES_MAX];
    size_t n_measures;
    cov_column_answers *answer;
    size_t n_answers;
    cov_lookup *lookup;
    size_t n_lookups;
    cov_column id;
    int is_part;
    cov_seen seen;           /* of the points so far */
    int degrees;             /* the CRS is geographic, in degrees */
    cov_transform transform; /* to another plane; zeroed where there is none */

    /* faster ways to them than features: at most one of the two */
    cov_stream_points *stream; /* all of them, or nothing */
    cov_shape_points *points;  /* all but the chunks that are left */
    cov_chunk *chunk;          /* of its records, COV_BATCH each */
    size_t n_chunks;
    size_t n_handed;    /* chunks that were handed out */
    size_t next_chunk;  /* the first that wasn't looked at for what was left */
    uint64_t n_awaited; /* features that GDAL has still to give of the chunk before that */
    uint64_t n_deleted; /* records before the chunk that is awaited */
};

#endif
