/* Bags: which labels hold a place, while the builder walks; and the sets they are kept as.
 * SPDX-License-Identifier: MIT
 *
 * A bag holds labels with their counts, which may be below 0 on the way. As a word it is a LABEL,
 * or the offset of a SET, each of which is kept once (cells_layout.h). */
#ifndef COV_GEOMETRY_BAGS_H
#define COV_GEOMETRY_BAGS_H

#include "base/status.h"
#include "geometry/words.h"

typedef struct cov_holder {
    uint32_t label;
    int32_t count;
} cov_holder;

typedef struct cov_bags {
    cov_holder *holder; /* of the present bag */
    size_t n, capacity;
    words set;        /* the sets so far */
    size_t set_limit; /* words they may take: beyond it areas lie upon each other by thousands, and
                         the sets would grow with the square of their number */
    uint32_t *slot;   /* hash table of the sets: offset + 1 */
    size_t n_slots, n_sets;
    cov_status
        status; /* the first failure, COV_ERR_MEMORY or COV_ERR_LIMIT; all is void after it */
} cov_bags;

/* Add to the count of a label; label 0 is no label. */
void cov_bags_add(cov_bags *bags, uint32_t label, int32_t count);

/* Make the present bag what a word says, and the other way round. */
void cov_bags_load(cov_bags *bags, uint32_t word);
uint32_t cov_bags_word(cov_bags *bags);

/* How many hold a place of which a word says this. */
int64_t cov_bags_count(const cov_bags *bags, uint32_t word);

void cov_bags_clear(cov_bags *bags);

#endif
