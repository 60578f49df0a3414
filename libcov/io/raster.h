/* Raster: the values of a grid of cells, opened safely and read in pieces of bounded size.
 * SPDX-License-Identifier: MIT
 *
 * Safely as a layer is (io/source.h): drivers of an allow-list, paths that exist, no virtual file
 * system but archives. A cell that can't be read is an error, never a value: every message of GDAL
 * while cells are read counts as one.
 *
 * A value is a double: the number that is stored, times the scale plus the offset the file states.
 * NaN where there is none: the nodata value, a masked cell, a NaN. Infinities are values.
 *
 * Column 0 is the first of a row, row 0 the top one, the north of most rasters. Cells are read
 * through GDAL's cache of blocks, of which a raster holds COV_RASTER_CACHE bytes and a block at
 * most, whatever its size, whatever GDAL would allow itself (5 % of the machine's memory). */
#ifndef COV_IO_RASTER_H
#define COV_IO_RASTER_H

#include "io/crs.h"
#include "io/source.h"

#define COV_RASTER_CACHE ((size_t)32 << 20)

/* A larger block can't be read in pieces and is refused on opening. */
#define COV_RASTER_BLOCK_MAX ((size_t)256 << 20)

typedef struct cov_raster cov_raster;

typedef enum cov_sampling {
    COV_NEAREST = 0, /* the value of the cell that holds the point */
    COV_BILINEAR = 1 /* between the centres of the four cells around it */
} cov_sampling;

/* Open a raster of one band (an alpha band beside it is its mask). Without a coordinate reference
 * system it takes policy->assume_crs, with a note, or is COV_ERR_CRS. COV_ERR_INPUT names file and
 * remedy: several bands, complex numbers, no place on Earth (an affine transform that can be
 * inverted), damage. */
cov_status cov_raster_open(const char *path, const cov_policy *policy, cov_notes *notes,
                           cov_raster **out, cov_error *err);
void cov_raster_close(cov_raster *raster);

/* Base name, for messages. */
const char *cov_raster_label(const cov_raster *raster);

/* Owned by the raster; traditional axis order. */
OGRSpatialReferenceH cov_raster_crs(const cov_raster *raster);

void cov_raster_size(const cov_raster *raster, size_t *columns, size_t *rows);

/* x = a[0] + column * a[1] + row * a[2], y = a[3] + column * a[4] + row * a[5], in the raster's
 * system; whole numbers are the corners of cells, the centre of the first one is (0.5, 0.5). */
void cov_raster_affine(const cov_raster *raster, double affine[6]);

/* The piece that is cheapest to read, and its multiples from row and column 0 on: whole blocks of
 * the file, so far as they are no larger than a quarter of a million cells. */
void cov_raster_piece(const cov_raster *raster, size_t *columns, size_t *rows);

/* The values of a window, row by row from the top. COV_ERR_ARGUMENT for one that isn't all inside
 * the raster, COV_ERR_INPUT where the file is damaged. */
cov_status cov_raster_window(cov_raster *raster, size_t first_column, size_t first_row,
                             size_t n_columns, size_t n_rows, double *value, cov_error *err);

/* The same for whole rows. */
cov_status cov_raster_rows(cov_raster *raster, size_t first_row, size_t n_rows, double *value,
                           cov_error *err);

#endif
