/* Stream points: the points of a GeoPackage or FlatGeobuf file through GDAL's Arrow stream.
 * SPDX-License-Identifier: MIT
 *
 * One thread takes batches of rows from GDAL, any number of threads read them. Only columns whose
 * values the stream gives as features do are read so: booleans, for one, come out wrong before GDAL
 * 3.8.3. What isn't plain (a geometry that is no point or isn't there, a NUL in a text, fewer rows
 * than the file promises) ends this way: the caller has GDAL read all of its features, from the
 * first, and so nothing can come out otherwise than by them, nor a damage be missed.
 *
 * Of damage, GDAL may tell on a thread of its own, where nobody collects what it says: a program
 * that wants none of it on stderr sets CPL_LOG. */
#ifndef COV_IO_STREAM_POINTS_H
#define COV_IO_STREAM_POINTS_H

#include "arrow/layout.h"
#include "io/source.h"

typedef struct cov_stream_points cov_stream_points;

/* For these columns of a layer, which were selected. NULL in *out where there is no such way:
 * another format, a filter, a column of another type. The layer must outlive it, and nothing else
 * may read it meanwhile. */
cov_status cov_stream_points_open(cov_layer *layer, const int *columns, size_t n,
                                  cov_stream_points **out, cov_error *err);
void cov_stream_points_close(cov_stream_points *points);

/* Start again from the first row. */
cov_status cov_stream_points_rewind(cov_stream_points *points, cov_error *err);

/* The next rows, to be released by the caller; one thread at a time. *n is their number, 0 behind
 * the last. *plain becomes 0 where there should be more, or GDAL has failed. */
cov_status cov_stream_points_next(cov_stream_points *points, cov_batch_rows *rows, size_t *n,
                                  int *plain, cov_error *err);

typedef struct cov_stream_reader cov_stream_reader; /* the cells of one thread */

cov_status cov_stream_reader_create(const cov_stream_points *points, cov_stream_reader **out,
                                    cov_error *err);
void cov_stream_reader_free(cov_stream_reader *reader);

/* Visit the rows, each with its number in the file. *plain becomes 0 where one isn't plain, or the
 * visitor has failed: some may have been visited then. */
cov_status cov_stream_reader_read(cov_stream_reader *reader, const cov_batch_rows *rows,
                                  cov_visit visit, void *data, int *plain, cov_error *err);

#endif
