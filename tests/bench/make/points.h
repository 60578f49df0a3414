/* Households as files, written without GDAL: there are many.
 * SPDX-License-Identifier: MIT */
#ifndef BENCH_POINTS_H
#define BENCH_POINTS_H

#include <stddef.h>

#include "village.h"

/* path ends in .shp; beside it come .shx, .dbf, .prj, .cpg, and .bin: records as in memory. */
void points_write(const villages *v, size_t n, const char *path);

/* The same numbers, in columns hh_id, hh_size, lon, lat. */
void points_write_csv(const villages *v, size_t n, const char *path);

#endif
