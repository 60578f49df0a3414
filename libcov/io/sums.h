/* Sums: exact totals per (area, services), rounded once at the end.
 * SPDX-License-Identifier: MIT
 *
 * A sum is a whole number of 2^-48 in 128 bits: adding is exact, so that no order of adding and no
 * way to divide the work can show. */
#ifndef COV_IO_SUMS_H
#define COV_IO_SUMS_H

#include "base/status.h"

__extension__ typedef unsigned __int128 cov_wide;

#define COV_SUM_BITS 48

typedef struct cov_sum {
    int32_t area;
    uint64_t set;     /* bit k: service k reaches */
    uint64_t unknown; /* bit k: nobody knows whether it does */
    cov_wide sum;
} cov_sum;

typedef struct cov_sums {
    cov_sum *sum; /* in the order they were first asked for */
    size_t n;
    size_t capacity;
    uint32_t *slot; /* n_slots of them, a power of two: index of a sum + 1, 0 being free */
    size_t n_slots;
    size_t last; /* the one asked for last: often the next one */
} cov_sums;

void cov_sums_clear(cov_sums *sums);

/* The index of a sum, which is created, as 0, where there is none yet. */
cov_status cov_sums_find(cov_sums *sums, int32_t area, uint64_t set, uint64_t unknown,
                         size_t *index, cov_error *err);

/* Whether a total can be told in units of 1/scale: COV_ERR_LIMIT names `what` where it passes
 * 2^64-1 of them. */
cov_status cov_sums_check(cov_wide total, uint32_t scale, const char *what, cov_error *err);

/* Put the sums in the order of (area, set, unknown) and write to weight[i], in units of 1/scale,
 * what sum i is, and to weight[n] what the sums lack to the total: n + 1 numbers whose sum is the
 * total, rounded. Each is its exact value rounded down or up: up where most is lost otherwise (the
 * method of the largest remainder), the first in order among equals.
 *
 * Where the sums come to more than the total, by up to a billionth of it, pieces of the plane
 * overlap by what coordinates can't tell: the excess is taken from the greatest sum. More than that
 * is COV_ERR_LEDGER. */
cov_status cov_sums_round(cov_sums *sums, cov_wide total, uint32_t scale, uint64_t *weight,
                          cov_error *err);

#endif
