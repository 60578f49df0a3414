/* SPDX-License-Identifier: MIT */
#include "io/sums.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

void cov_sums_clear(cov_sums *sums)
{
    cov_free(sums->sum);
    cov_free(sums->slot);
    memset(sums, 0, sizeof *sums);
}

/* ---------------------------------------------------------------- find */

static bool is_sum(const cov_sum *sum, int32_t area, uint64_t set, uint64_t unknown)
{
    return sum->area == area && sum->set == set && sum->unknown == unknown;
}

static uint32_t *find_slot(const cov_sums *s, int32_t area, uint64_t set, uint64_t unknown)
{
    uint64_t hash = cov_hash_word(cov_hash_word(COV_HASH_INIT, set), unknown);
    size_t mask = s->n_slots - 1, i = (size_t)cov_hash_word(hash, (uint32_t)area) & mask;
    for (; s->slot[i] != 0; i = (i + 1) & mask) {
        if (is_sum(&s->sum[s->slot[i] - 1], area, set, unknown))
            break;
    }
    return &s->slot[i];
}

/* Room for one more, and twice as many slots as sums. */
static cov_status reserve(cov_sums *s, cov_error *err)
{
    if (s->n >= UINT32_MAX / 2)
        return cov_fail(err, COV_ERR_LIMIT,
                        "%zu different pairs of area and set of services are too many", s->n);
    if (cov_reserve((void **)&s->sum, &s->capacity, s->n + 1, sizeof *s->sum) != 0)
        return cov_fail_memory(err);
    if (2 * (s->n + 1) <= s->n_slots)
        return COV_OK;
    size_t n_slots = s->n_slots > 0 ? 2 * s->n_slots : 64;
    uint32_t *slot = cov_alloc_zero(n_slots, sizeof *slot);
    if (slot == NULL)
        return cov_fail_memory(err);
    cov_free(s->slot);
    s->slot = slot;
    s->n_slots = n_slots;
    for (size_t i = 0; i < s->n; i++)
        *find_slot(s, s->sum[i].area, s->sum[i].set, s->sum[i].unknown) = (uint32_t)i + 1;
    return COV_OK;
}

cov_status cov_sums_find(cov_sums *sums, int32_t area, uint64_t set, uint64_t unknown,
                         size_t *index, cov_error *err)
{
    *index = sums->last;
    if (sums->n > 0 && is_sum(&sums->sum[sums->last], area, set, unknown))
        return COV_OK;
    cov_status s = reserve(sums, err);
    if (s != COV_OK)
        return s;
    uint32_t *slot = find_slot(sums, area, set, unknown);
    if (*slot == 0) {
        sums->sum[sums->n] = (cov_sum){area, set, unknown, 0};
        *slot = (uint32_t)++sums->n;
    }
    *index = sums->last = *slot - 1;
    return COV_OK;
}

/* ---------------------------------------------------------------- round */

typedef struct rest {
    uint64_t lost; /* by rounding down, in 2^-48 of a unit */
    size_t index;
} rest;

cov_status cov_sums_check(cov_wide total, uint32_t scale, const char *what, cov_error *err)
{
    if (total >> COV_SUM_BITS < UINT64_MAX / scale)
        return COV_OK;
    return cov_fail(err, COV_ERR_LIMIT,
                    "%s: the sum of its values passes %" PRIu64
                    " and can't be counted exactly: is it the right raster?",
                    what, UINT64_MAX / scale);
}

static int compare_sums(const void *a, const void *b)
{
    const cov_sum *x = a, *y = b;
    if (x->area != y->area)
        return x->area < y->area ? -1 : 1;
    if (x->set != y->set)
        return x->set < y->set ? -1 : 1;
    return (x->unknown > y->unknown) - (x->unknown < y->unknown);
}

static int compare_rests(const void *a, const void *b)
{
    const rest *x = a, *y = b;
    if (x->lost != y->lost)
        return x->lost > y->lost ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static cov_status take_excess(cov_sums *s, cov_wide total, cov_wide *lacking, cov_error *err)
{
    cov_wide sum = 0;
    cov_sum *greatest = s->sum;
    for (size_t i = 0; i < s->n; i++) {
        sum += s->sum[i].sum;
        greatest = s->sum[i].sum > greatest->sum ? &s->sum[i] : greatest;
    }
    *lacking = sum < total ? total - sum : 0;
    if (sum <= total)
        return COV_OK;
    if (sum - total > total / 1000000000 || greatest->sum < sum - total)
        return cov_fail(err, COV_ERR_LEDGER,
                        "the pieces of the areas hold more than the raster does: they overlap");
    greatest->sum -= sum - total;
    return COV_OK;
}

static uint64_t round_down(cov_wide sum, uint32_t scale, uint64_t *lost)
{
    cov_wide units = sum * scale;
    *lost = (uint64_t)units & ((UINT64_C(1) << COV_SUM_BITS) - 1);
    return (uint64_t)(units >> COV_SUM_BITS);
}

cov_status cov_sums_round(cov_sums *sums, cov_wide total, uint32_t scale, uint64_t *weight,
                          cov_error *err)
{
    cov_wide lacking = 0;
    size_t n = sums->n;
    rest *order = cov_alloc(n + 1, sizeof *order);
    if (order == NULL)
        return cov_fail_memory(err);
    if (n > 1)
        qsort(sums->sum, n, sizeof *sums->sum, compare_sums);
    cov_status s = take_excess(sums, total, &lacking, err);
    if (s == COV_OK) {
        uint64_t lost = 0, left = round_down(total, scale, &lost);
        left += lost >> (COV_SUM_BITS - 1);
        for (size_t i = 0; i <= n; i++) {
            weight[i] = round_down(i < n ? sums->sum[i].sum : lacking, scale, &order[i].lost);
            order[i].index = i;
            left -= weight[i];
        }
        qsort(order, n + 1, sizeof *order, compare_rests);
        for (size_t i = 0; i < left; i++)
            weight[order[i].index]++;
    }
    cov_free(order);
    return s;
}
