/* Claims: a table that says which households a service reaches, by their ids.
 * SPDX-License-Identifier: MIT
 *
 * A row claims its id for the services whose condition it meets. Several rows of one id are usual
 * (a technology each): a household is served where any of its rows says so, unknown where none does
 * and one is unknown (an empty cell the condition asks for), and not served where the table doesn't
 * have it: a table of claims lists what is served.
 *
 * Ids are texts, compared by their bytes without the blanks around them; whole numbers are their
 * decimal digits, so that 42 is "42" and not "042". Decimals are no ids.
 *
 * Memory: one entry for each distinct id that a row claims, or may claim, and none for the others:
 * 32 bytes, its bytes, and 8 to 16 of the hash table; twice that while it grows. */
#ifndef COV_IO_CLAIMS_H
#define COV_IO_CLAIMS_H

#include "io/condition.h"
#include "io/phases.h"

/* How one table answers one service. */
typedef struct cov_claim {
    const cov_source *source;
    const char *key;       /* the column of ids */
    const char *condition; /* see condition.h; NULL: every row */
    unsigned bit;          /* of the service */
} cov_claim;

typedef struct cov_claims cov_claims;

/* Whether two claims are of one table and key, and so can be read in one pass. */
int cov_claims_alike(const cov_claim *a, const cov_claim *b);

/* Read a table, once for n >= 1 claims that are alike. Several claims of one bit are a union. Warns
 * of rows without an id, and of a condition that no row meets. */
cov_status cov_claims_read(const cov_claim *claims, size_t n, const cov_policy *policy,
                           cov_notes *notes, cov_phases *phases, cov_claims **out, cov_error *err);
void cov_claims_free(cov_claims *claims);

/* Add the bits of the services that reach a household, and of those for which nobody knows. `id`
 * is as cov_column_id gives it. Remembers that the id was asked for; threads may ask at once. */
void cov_claims_find(const cov_claims *claims, const char *id, size_t size, uint64_t *served,
                     uint64_t *unknown);

/* All bits of its services. */
uint64_t cov_claims_bits(const cov_claims *claims);

/* The table, its layer and filter. */
const char *cov_claims_label(const cov_claims *claims);

typedef struct cov_claims_counts {
    uint64_t rows;       /* that were read */
    uint64_t met;        /* of them, those that meet a condition */
    uint64_t unknown;    /* of the others, those that may */
    uint64_t without_id; /* of both, those that are nobody's */
    uint64_t ids;        /* distinct ids of the rest */
    uint64_t asked;      /* of them, those that were asked for since */
} cov_claims_counts;

void cov_claims_count(const cov_claims *claims, cov_claims_counts *out);

/* After the households were read: COV_ERR_INPUT where none of the ids was asked for, since the
 * column of ids is then likely the wrong one; a note, a warning for more than half of them, where
 * some were not. `households` names their file, `asked` is one of the ids that was asked for, ""
 * where none was. Of a part of them, others may have the ids: none is then a warning, and some a
 * note. */
cov_status cov_claims_check(const cov_claims *claims, const char *households, const char *asked,
                            int is_part, cov_notes *notes, cov_error *err);

#endif
