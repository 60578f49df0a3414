/* Inside a raster: what opening, reading and sampling share. SPDX-License-Identifier: MIT */
#ifndef COV_IO_RASTER_LAYOUT_H
#define COV_IO_RASTER_LAYOUT_H

#include <pthread.h>

#include <gdal.h>

#include "io/raster.h"
#include "io/watch.h"

/* Columns and rows from `first` to before `last`. */
typedef struct cov_window {
    size_t first_column, first_row;
    size_t last_column, last_row;
} cov_window;

struct cov_raster {
    GDALDatasetH dataset;
    GDALRasterBandH band;
    GDALRasterBandH mask; /* NULL where the nodata value says all */
    char *label;
    char *path; /* what was opened */
    char *folder;
    OGRSpatialReferenceH crs;
    cov_watch watch;

    size_t columns, rows;
    double affine[6];
    double nodata;
    int has_nodata;
    int is_signed_byte; /* which GDAL before 3.7 gives out as 0 to 255 */
    int is_single;
    double scale, offset;

    size_t block_columns, block_rows; /* of the file */
    size_t block_bytes;               /* with its mask */
    size_t piece_columns, piece_rows;
    cov_window cached; /* in blocks: around all that was read since GDAL's cache was emptied */

    cov_transform transform; /* from the plane of the points; all zero: not placed */
    pthread_mutex_t transforming;
    pthread_mutex_t reading; /* dataset, watch, cached, masked */
    unsigned char *masked;   /* a row of the mask */
};

/* Between begin and end this thread alone reads. */
void cov_raster_begin(cov_raster *raster);
void cov_raster_end(cov_raster *raster);

/* The values of a window inside the raster, between begin and end. */
cov_status cov_raster_read(cov_raster *raster, const cov_window *window, double *value,
                           cov_error *err);

#endif
