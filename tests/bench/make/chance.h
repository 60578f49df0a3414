/* Chance that depends on nothing but a seed and counters: any number can be had in any order.
 * SPDX-License-Identifier: MIT */
#ifndef BENCH_CHANCE_H
#define BENCH_CHANCE_H

#include <math.h>
#include <stdint.h>

#define TAU 6.28318530717958647692

/* What a number is for: two uses of the same counter must not agree. */
typedef enum chance_use {
    USE_NODE_X = 1,
    USE_NODE_Y,
    USE_LEVEL,
    USE_BEND,
    USE_SPLIT,
    USE_BLOB,
    USE_BLOB_PHASE,
    USE_VILLAGE_X,
    USE_VILLAGE_Y,
    USE_VILLAGE_RANK,
    USE_VILLAGE_SPREAD,
    USE_VILLAGE_ANGLE,
    USE_HOUSEHOLD,
    USE_ZONE,
    USE_CABLE,
    USE_NOISE,
} chance_use;

/* The finalizer of splitmix64. */
static inline uint64_t chance_mix(uint64_t x)
{
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static inline uint64_t chance_bits(uint64_t seed, chance_use use, uint64_t i, uint64_t j)
{
    return chance_mix(chance_mix(chance_mix(seed ^ (uint64_t)use << 56) ^ i) ^ j);
}

/* From 0, below 1. */
static inline double chance(uint64_t seed, chance_use use, uint64_t i, uint64_t j)
{
    return (double)(chance_bits(seed, use, i, j) >> 11) * 0x1p-53;
}

/* Two independent normal numbers, from counters j and j + 1. */
static inline void chance_normal(uint64_t seed, chance_use use, uint64_t i, uint64_t j,
                                 double out[2])
{
    double r = sqrt(-2 * log(1 - chance(seed, use, i, j)));
    double angle = TAU * chance(seed, use, i, j + 1);
    out[0] = r * cos(angle);
    out[1] = r * sin(angle);
}

/* Of any size between the two, small ones as likely as large ones of as many times. */
static inline double chance_scale(double low, double high, double u)
{
    return low * pow(high / low, u);
}

#endif
