/* Partition: the areas cut into pieces along the borders of the services' polygons.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: the pieces of an area don't overlap and together are the area, but for what
 * areas before it (in the order of ids) hold as well, and for slivers thinner than what coordinates
 * can tell. A piece is a polygon or multipolygon, whose polygons may have edges in common. The
 * result doesn't depend on the threads. */
#ifndef COV_IO_PARTITION_H
#define COV_IO_PARTITION_H

#include "io/borders.h"
#include "io/phases.h"

typedef struct cov_piece {
    int32_t area;
    uint64_t set;    /* the services whose polygons hold it, all of it */
    cov_shape shape; /* in the plane */
} cov_piece;

typedef struct cov_partition {
    const cov_areas *areas; /* borrowed */
    cov_piece *piece;       /* in the order of (area, set), each pair once */
    size_t n;
    uint64_t answered; /* the services that have polygons */
} cov_partition;

/* Cut on up to `threads` threads (GEOS). Asks between the caller's areas. COV_ERR_GEOMETRY names
 * the first area that can't be cut. */
cov_status cov_partition_create(const cov_borders *borders, unsigned threads,
                                const cov_phases *phases, cov_partition *out, cov_error *err);
void cov_partition_clear(cov_partition *partition);

#endif
