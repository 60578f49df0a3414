/* What reaches the households: fiber zones, one mobile multipolygon, cables; and a raster.
 * SPDX-License-Identifier: MIT */
#ifndef BENCH_COVERAGE_H
#define BENCH_COVERAGE_H

#include <stdint.h>

#include "region.h"

/* 2,000 zones about villages, that overlap. */
void coverage_fiber(const region *r, uint64_t seed, const char *path);

/* One multipolygon with thousands of holes, where a rough surface is high. */
void coverage_mobile(const region *r, uint64_t seed, const char *path);

/* Lines that begin in villages. */
void coverage_cables(const region *r, uint64_t seed, const char *path);

/* A GeoTIFF of 5,000 x 5,000 floats, none negative. */
void coverage_raster(const region *r, uint64_t seed, const char *path);

#endif
