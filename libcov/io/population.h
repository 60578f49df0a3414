/* Population: what the cells of a raster hold, divided among the pieces of a partition.
 * SPDX-License-Identifier: MIT
 *
 * A cell is spread evenly over its place: a piece that covers a share of the cell gets that share
 * of its value (geometry/fraction.h). Services with polygons divide cells as exactly as areas do;
 * others are asked at the centre of the cell, for all of it.
 *
 * Values and shares are whole numbers, added in 128 bits (io/sums.h): the answer doesn't depend on
 * how the raster is cut into pieces to be read. A value is cut off at 2^-48, which a float of 6e-8
 * or more doesn't notice. A cell without a value holds nobody.
 *
 * Memory: the pieces, and one chunk of at most some 2^18 cells, whatever the size of the raster. */
#ifndef COV_IO_POPULATION_H
#define COV_IO_POPULATION_H

#include "io/partition.h"
#include "io/phases.h"
#include "io/place.h"
#include "io/raster.h"

typedef struct cov_population_task {
    cov_raster *raster;
    const cov_partition *partition;
    OGRSpatialReferenceH plane; /* the system of the pieces and of what `mark` is given */
    cov_place_mark mark; /* NULL: services beyond partition->answered are unknown. What it says of
                            services that are answered is not looked at */
    void *data;
    cov_notes *notes;
    const cov_phases *phases;
} cov_population_task;

/* Add the raster to a tally without footprints, one point for each (area, services) that holds
 * anything and one for what lies outside. The sums are rounded once, to units of 1/scale, so that
 * the ledger's read is the sum of all cells, rounded, and balances (see cov_sums_round).
 *
 * COV_ERR_INPUT names row and column, from 1, of a value below 0 or one that is infinite; the file
 * where it is damaged. COV_ERR_LIMIT where the sum can't be counted. Asks between chunks.
 *
 * *way, unless `way` is NULL, is what took the pieces to the raster, for the caller to clear; all
 * zero where there is no piece. */
cov_status cov_population_count(const cov_population_task *task, cov_tally *tally,
                                cov_transform *way, cov_error *err);

#endif
