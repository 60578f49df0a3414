/* Cover: the pieces of a partition laid over a raster.
 * SPDX-License-Identifier: MIT
 *
 * The raster stays as it is, the pieces come to it: transformed to its system once, their edges
 * densified, then to columns and rows. */
#ifndef COV_IO_COVER_H
#define COV_IO_COVER_H

#include "geometry/fraction.h"
#include "io/partition.h"
#include "io/raster.h"

typedef struct cov_cover {
    cov_rings rings; /* in columns and rows; the label is the index of the piece */
    bool mirrored;   /* rows run south, as in most rasters */
    double affine[6];
    cov_transform to;   /* from the plane to the raster's system; all zero without pieces */
    cov_transform back; /* from the raster's system to the plane, where it was asked for */
} cov_cover;

/* COV_ERR_CRS where there is no way of known accuracy from the plane to the raster or, where `back`
 * asks for it, back; a note tells the way. Errors name the raster and the area. */
cov_status cov_cover_create(const cov_raster *raster, const cov_partition *partition,
                            OGRSpatialReferenceH plane, bool back, cov_notes *notes, cov_cover *out,
                            cov_error *err);
void cov_cover_clear(cov_cover *cover);

/* From columns and rows to the plane, in place, for a cover with a way back; what can't be
 * transformed becomes NaN. One thread at a time. */
void cov_cover_places(const cov_cover *cover, size_t n, double *x, double *y);

#endif
