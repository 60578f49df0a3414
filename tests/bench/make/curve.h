/* Ragged lines and rings.
 * SPDX-License-Identifier: MIT */
#ifndef BENCH_CURVE_H
#define BENCH_CURVE_H

#include <stdint.h>

#include "region.h"

enum { CURVE_MAX = 256 + 1 }; /* vertices, at level 8 */

/* As files of seven decimals have it. */
double curve_round(double x);

/* From a to b in 2^level pieces: each midpoint is moved sideways, less at every level, so that the
 * curve stays in a rhombus around its chord and curves that share an end don't cross. */
void curve_make(xy a, xy b, uint64_t key, int level, uint64_t seed, xy *out);

/* A star-shaped ring of n + 1 vertices, closed. */
void curve_blob(xy centre, double radius, uint64_t key, size_t n, double rough, uint64_t seed,
                xy *out);

#endif
