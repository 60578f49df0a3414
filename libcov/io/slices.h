/* Slices: a straight piece of road cut where it crosses borders, and besides into short parts.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: inside a slice no border of an area or zone is crossed; the slices of a
 * segment are the segment; lengths are those on the ellipsoid. */
#ifndef COV_IO_SLICES_H
#define COV_IO_SLICES_H

#include "geometry/edges.h"
#include "io/ellipsoid.h"

/* Metres of a slice, at most (a hair more where the scale of the plane changes along it). */
#define COV_SLICE_MAX 25.0

typedef struct cov_slices {
    const cov_edges *edges;         /* borrowed */
    const cov_ellipsoid *ellipsoid; /* borrowed */
    cov_xy from, to;                /* what is being cut */
    double *cut;                    /* places along it, from 0 to 1, in order */
    size_t n;
    size_t cut_capacity;
    cov_xy *at; /* the same as places, on the ellipsoid */
    size_t at_capacity;
} cov_slices;

/* A slice: its middle in the plane, its metres. Anything but COV_OK ends the cutting. */
typedef cov_status (*cov_slice_visit)(void *data, cov_xy middle, double metres, cov_error *err);

void cov_slices_init(cov_slices *slices, const cov_edges *edges, const cov_ellipsoid *ellipsoid);
void cov_slices_clear(cov_slices *slices);

/* Visit the slices from a to b in their order. COV_ERR_GEOMETRY where a or b has no place on the
 * ellipsoid. */
cov_status cov_slices_cut(cov_slices *slices, cov_xy a, cov_xy b, cov_slice_visit visit, void *data,
                          cov_error *err);

#endif
