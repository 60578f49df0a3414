/* What near_build.c fills and near.c reads.
 * SPDX-License-Identifier: MIT
 *
 * The words of cells are those of cells_layout.h, with these meanings:
 *
 *   LABEL  1 wholly reached, 0 wholly not
 *   SET    ask the tree
 *   NODE   as there
 *   LIST   offset into `list` of the number of segments, and of each its first vertex
 *
 * A segment goes from its first vertex to the next one; a point is a segment from a vertex to its
 * copy. Segments that bend much were cut: vertices put in so are marked as joints. */
#ifndef COV_GEOMETRY_NEAR_LAYOUT_H
#define COV_GEOMETRY_NEAR_LAYOUT_H

#include "geometry/barriers.h"
#include "geometry/cells_layout.h"
#include "geometry/near.h"

#define NEAR_ASK_TREE ((uint32_t)KIND_SET << KIND_SHIFT)

struct cov_near {
    cov_metric metric;
    double bend; /* what a segment's straight distance in space may be wrong by, at most: its sag,
                    and rounding */
    double extent[4];
    cov_cells cells; /* top, node and list */
    cov_xy *vertex;
    cov_place *place;
    uint8_t *joint;
    size_t n_vertices;
    cov_tree tree; /* of the first vertices of the segments, in space */
    bool has_barriers;
    cov_barriers barriers;
};

static inline cov_segment near_segment(const struct cov_near *n, uint32_t first)
{
    return (cov_segment){n->vertex[first], n->vertex[first + 1], n->place[first],
                         n->place[first + 1]};
}

#endif
