/* Communes: a tiling of a region without gaps.
 * SPDX-License-Identifier: MIT */
#ifndef BENCH_TILING_H
#define BENCH_TILING_H

#include <stdint.h>

#include "region.h"

void tiling_write(const region *r, uint64_t seed, const char *path);

#endif
