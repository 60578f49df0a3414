/* A rough surface: hills upon hills.
 * SPDX-License-Identifier: MIT */
#ifndef BENCH_NOISE_H
#define BENCH_NOISE_H

#include <stdint.h>

/* About 0, mostly between -1 and 1, at x, y from 0 to 1. Each octave has twice the frequency of the
 * one before and so much of its height. */
double noise_at(double x, double y, int octaves, double fade, uint64_t seed);

#endif
