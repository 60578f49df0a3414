/* The tally: exact sums per (area, set of services, unknown set), and the ledger of every point.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: a cell's weight is never 0 and no service of it both reaches and is unknown,
 * so equal counts are equal cells; no sum of cells or buckets can wrap, for all are parts of
 * ledger.read, which is checked; a push or a merge that fails leaves the tally as it was, byte for
 * byte when saved. */
#ifndef COV_ENGINE_TALLY_H
#define COV_ENGINE_TALLY_H

#include <stdbool.h>

#include "base/status.h"

typedef struct cov_tally_cell {
    uint64_t set;     /* bit k: service k reaches */
    uint64_t unknown; /* bit k: nobody knows whether it does; no bit of `set` */
    uint64_t weight;
    int32_t area;
} cov_tally_cell;

/* Cells side by side in the order they came, found by open addressing. */
typedef struct cov_tally_cells {
    cov_tally_cell *cell;
    size_t n;
    size_t capacity;
    uint32_t *slot; /* n_slots of them, a power of two: index of a cell + 1, 0 being free */
    size_t n_slots;
} cov_tally_cells;

struct cov_tally {
    const cov_areas *areas;
    cov_service *service;
    size_t n_services;
    uint64_t told; /* the services that come with the points, as a set */
    uint32_t scale;
    size_t max_cells;
    cov_ledger ledger;
    cov_tally_cells cells;
    /* for pushes; a loaded tally has none of it */
    cov_tally_cells batch;
    int32_t *area;
    uint8_t *overlap;
    uint64_t *served;
    uint64_t *unknown;
};

/* A tally that can be merged and reported, not pushed to. The services must be checked. */
cov_status cov_tally_create_bare(const cov_areas *areas, const cov_service *services, size_t n,
                                 cov_tally **out, cov_error *err);

/* Make room for `need` cells. COV_ERR_MEMORY and COV_ERR_LIMIT (2^32 cells) leave the table as it
 * was. */
cov_status cov_tally_cells_reserve(cov_tally_cells *table, size_t need, cov_error *err);

/* Add the weight to the cell of this area and these sets, which is created where it is missing;
 * there must be room. A weight of 0 does nothing. */
void cov_tally_cells_add(cov_tally_cells *table, cov_tally_cell add);

/* Whether this is a power of ten from 1 to 10^9. Of any two of them one divides the other. */
bool cov_scale_is_known(uint32_t scale);

/* COV_ERR_LEDGER unless every point and weight read is in exactly one bucket. */
cov_status cov_ledger_check(const cov_ledger *ledger, cov_error *err);

#endif
