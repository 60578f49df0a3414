/* A tally filled by hand, unknown answers with it. SPDX-License-Identifier: MIT
 *
 * A test includes engine.h before. */
#ifndef COV_TESTS_ASKED_H
#define COV_TESTS_ASKED_H

#include "engine/tally.h"

/* Of services that all come with the points. */
static inline cov_tally *asked_tally(const cov_areas *areas, const cov_service *services, size_t n,
                                     uint32_t scale)
{
    cov_tally_options options = COV_TALLY_OPTIONS_INIT;
    options.scale = scale;
    cov_tally *t = NULL;
    cov_error err;
    if (cov_tally_create(areas, services, n, &options, &t, &err) != COV_OK)
        fail_msg("%s", err.message);
    return t;
}

/* A cell and its points in the ledger, as if they had been pushed. The cell is not to be found
 * again: the tally is to be asked, not pushed to. */
static inline void asked_add(cov_tally *t, int32_t area, uint64_t set, uint64_t unknown,
                             uint64_t weight)
{
    assert_int_equal(cov_tally_cells_reserve(&t->cells, t->cells.n + 1, NULL), COV_OK);
    t->cells.cell[t->cells.n++] =
        (cov_tally_cell){.area = area, .set = set, .unknown = unknown, .weight = weight};
    t->ledger.read.points++;
    t->ledger.read.weight += weight;
    t->ledger.assigned.points++;
    t->ledger.assigned.weight += weight;
}

/* `n` cells anywhere in the country; `services` are the bits there are. */
static inline void asked_fill(cov_tally *t, rng *r, size_t n, uint64_t services)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t unknown = rng_below(r, 3) == 0 ? rng_next(r) & rng_next(r) & services : 0;
        uint64_t set = rng_next(r) & services & ~unknown;
        asked_add(t, (int32_t)rng_below(r, N_AREAS), set, unknown, 1 + rng_below(r, 1000));
    }
}

#endif
