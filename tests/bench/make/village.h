/* Villages, and the households that live in them.
 * SPDX-License-Identifier: MIT */
#ifndef BENCH_VILLAGE_H
#define BENCH_VILLAGE_H

#include <stdint.h>

#include "region.h"

typedef struct villages {
    const region *region;
    uint64_t seed;
    xy *centre;
    double *spread, *angle;
    double *share; /* of the households, of this village and all before it */
} villages;

typedef struct household {
    double x, y;
    int64_t id;
    int32_t size, village; /* -1: of none */
} household;

villages villages_make(const region *r, uint64_t seed);
void villages_free(villages *v);

/* The village that has the household u of 1. */
int villages_find(const villages *v, double u);

/* Number i of them, from 0. They come in no order. */
household villages_household(const villages *v, uint64_t i);

#endif
