/* Raster: the values of a grid of cells, opened safely and read in pieces of bounded size.
 * SPDX-License-Identifier: MIT
 *
 * Safely as a layer is (io/source.h): drivers of an allow-list, paths that exist, no virtual file
 * system but archives. A cell that can't be read is an error, never a value: whatever GDAL
 * complains of while cells are read, a warning included, counts as one.
 *
 * A value is a double: the number that is stored, times the scale plus the offset that the file
 * states. NaN where there is none: the nodata value, a masked cell, a NaN. Infinities are values.
 *
 * Column 0 is the first of a row, row 0 the top one, the north of most rasters. Cells are read
 * through GDAL's cache of blocks; a raster holds COV_RASTER_CACHE bytes of it at most, or, where
 * that is more, the blocks under one piece, however large the file and whatever GDAL would allow
 * itself (5 % of the machine's memory, unless GDAL_CACHEMAX says less). */
#ifndef COV_IO_RASTER_H
#define COV_IO_RASTER_H

#include "io/crs.h"
#include "io/source.h"

#define COV_RASTER_CACHE ((size_t)32 << 20)

/* A block is decoded as a whole: a larger one (of an image that isn't tiled) is refused. */
#define COV_RASTER_BLOCK_MAX ((size_t)128 << 20)

/* Cells of the largest piece. */
#define COV_RASTER_PIECE ((size_t)1 << 18)

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

/* The way there from the plane of cov_raster_place; its name is NULL before that. */
const cov_transform *cov_raster_transform(const cov_raster *raster);

void cov_raster_size(const cov_raster *raster, size_t *columns, size_t *rows);

/* x = a[0] + column * a[1] + row * a[2], y = a[3] + column * a[4] + row * a[5], in the raster's
 * system; whole numbers are the corners of cells, the centre of the first one is (0.5, 0.5). */
void cov_raster_affine(const cov_raster *raster, double affine[6]);

/* Whether the values have no more digits than a float: floats, and scaled integers of 16 bits. */
int cov_raster_is_single(const cov_raster *raster);

/* The piece that is cheapest to read, and its multiples from row and column 0 on: whole blocks of
 * the file, so far as they aren't larger than COV_RASTER_PIECE cells. */
void cov_raster_piece(const cov_raster *raster, size_t *columns, size_t *rows);

/* The values of a window, row by row from the top. COV_ERR_ARGUMENT for one that isn't all inside
 * the raster, COV_ERR_INPUT where the file is damaged. Any number of threads, one after the other.
 */
cov_status cov_raster_window(cov_raster *raster, size_t first_column, size_t first_row,
                             size_t n_columns, size_t n_rows, double *value, cov_error *err);

/* The same for whole rows. */
cov_status cov_raster_rows(cov_raster *raster, size_t first_row, size_t n_rows, double *value,
                           cov_error *err);

/* From now on the points of cov_raster_sample are in this system: choose the one operation that
 * takes them to the raster's, for the extent (west, south, east, north) of all points to come, with
 * a note; with a warning where the raster lies beside the extent. COV_ERR_CRS where there is none
 * of known accuracy. Before that points are in the raster's own system. */
cov_status cov_raster_place(cov_raster *raster, OGRSpatialReferenceH plane, const double extent[4],
                            cov_notes *notes, cov_error *err);

/* Write the value at each point, NaN where there is none: no value in the cell, outside the raster,
 * without location, or not to be transformed.
 *
 * Nearest: a point on the edge between two cells belongs, by the border rule of cov.h, to the
 * eastern, else the northern one; on the raster's own edge it is inside where the cell it belongs
 * to is. Exact for rasters that aren't rotated.
 *
 * Bilinear: where any of the four cells has no value there is none, unless its weight is 0 (GDAL
 * would take the mean of the others, so that the edge of what is known reached half a cell further
 * for one side than for the other). In the half cell along the raster's edge, where centres are
 * missing, the nearest ones stand in for them. Never beyond the values it lies between.
 *
 * The points are put in the order of the file's blocks and each piece is read once a call (of every
 * 2^18 points). Any number of threads; they wait for each other to transform and to read. On
 * failure what is in `value` means nothing. */
cov_status cov_raster_sample(cov_raster *raster, const cov_points *points, cov_sampling sampling,
                             double *value, cov_error *err);

#endif
