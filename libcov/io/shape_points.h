/* Shape points: the points of a shapefile, read without GDAL, by any number of threads.
 * SPDX-License-Identifier: MIT
 *
 * Most shapefiles of points are regular: every shape of the same length, one behind the other, a
 * record of the .dbf for each. Those are read in place, with nothing but the columns that are asked
 * for. What isn't plain (a null shape, a record of another length, text that isn't ASCII, a number
 * in exponent form, stars, whatever GDAL may have ways of its own with) is not read here: the
 * caller has GDAL read those records again, and so nothing can come out otherwise than by GDAL.
 *
 * The files are read, not mapped: one that somebody cuts meanwhile is a short read and no SIGBUS,
 * and memory is some blocks for each thread. */
#ifndef COV_IO_SHAPE_POINTS_H
#define COV_IO_SHAPE_POINTS_H

#include "io/source.h"

typedef struct cov_shape_points cov_shape_points; /* immutable */

/* For these columns of a layer. NULL in *out where there is no such way: another format, an
 * archive, a filter, a column of another type, text in an encoding that is decoded by us. */
cov_status cov_shape_points_open(const cov_layer *layer, const int *columns, size_t n,
                                 cov_shape_points **out, cov_error *err);
void cov_shape_points_close(cov_shape_points *points);

/* Records, those marked as deleted too. */
uint64_t cov_shape_points_records(const cov_shape_points *points);

typedef struct cov_shape_reader cov_shape_reader; /* the blocks of one thread */

cov_status cov_shape_reader_create(const cov_shape_points *points, cov_shape_reader **out,
                                   cov_error *err);
void cov_shape_reader_free(cov_shape_reader *reader);

/* Visit records first to first + n - 1, but for the deleted ones; each has its number in the file
 * as if none before it were deleted. *plain becomes 0 where one isn't plain, or the visitor has
 * failed: some may have been visited then. */
void cov_shape_reader_read(cov_shape_reader *reader, uint64_t first, size_t n, cov_visit visit,
                           void *data, int *plain);

/* How many of them are marked as deleted. COV_ERR_IO where the .dbf ends before. */
cov_status cov_shape_reader_deleted(cov_shape_reader *reader, uint64_t first, size_t n,
                                    uint64_t *out, cov_error *err);

#endif
