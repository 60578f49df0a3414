/* The layout that cells_build.c fills and cells.c reads.
 * SPDX-License-Identifier: MIT
 *
 * A cell is one 32-bit word: two bits of kind, thirty of payload.
 *
 *   LABEL  no edge near: the label that holds the cell, 0 for none
 *   SET    no edge near: offset into `set` of the labels that hold it, more than one in all
 *   NODE   number of the node whose words are the cell's SIDE x SIDE children, row by row
 *   LIST   offset into `list`
 *
 * A list: the word (LABEL or SET) that holds at the centre, then one or more runs. A run is a chain
 * of up to RUN_EDGES edges with the same labels to its left and right: its first vertex; the label
 * to the left, and above it the lower two bits of the number of edges less one; the label to the
 * right, and above it the third bit of that number, and a flag for the last run. Three words,
 * because the fewer cache lines an index has the faster it is.
 *
 * A set: SET_OWNER, the smallest label; SET_DISTINCT labels; SET_SUMS, two words, the sums of the
 * bag (sums_of_label); SET_ENTRIES; then for each of these label and count.
 *
 * Places in the grid are counted in units from its south-western corner: a top-level cell is
 * 2^depth units wide, children 1 / SIDE of it, down to one unit. */
#ifndef COV_GEOMETRY_CELLS_LAYOUT_H
#define COV_GEOMETRY_CELLS_LAYOUT_H

#include "geometry/cells.h"

/* The upper bit says that the cell is not the answer yet. */
enum { KIND_LABEL = 0, KIND_SET = 1, KIND_NODE = 2, KIND_LIST = 3 };
#define KIND_PENDING_SHIFT 31

#define KIND_SHIFT 30
#define PAYLOAD_MASK ((UINT32_C(1) << KIND_SHIFT) - 1)

/* Cells are cut into SIDE x SIDE children: LEVEL_BITS bits of each coordinate. */
enum { LEVEL_BITS = 2, SIDE = 1 << LEVEL_BITS, CHILDREN = SIDE * SIDE };

enum { LIST_STATE = 0, LIST_RUNS = 1 };
enum { RUN_FIRST = 0, RUN_LEFT = 1, RUN_RIGHT = 2, RUN_WORDS = 3 };

/* The most edges of one run. */
enum { RUN_EDGES = 8 };

#define LABEL_MASK COV_LABEL_MAX
#define RUN_LAST (UINT32_C(1) << 31)

enum { SET_OWNER = 0, SET_DISTINCT = 1, SET_SUMS = 2, SET_ENTRIES = 4, SET_BAG = 5 };

struct cov_cells {
    double x0, y0;   /* south-western corner */
    double per_unit; /* units per unit of the coordinates */
    double unit;     /* its inverse, rounded: for centres */
    uint32_t nx, ny; /* top-level cells */
    uint32_t max_label;
    unsigned depth; /* log2 of the units of a top-level cell, a multiple of LEVEL_BITS */
    uint32_t *top;  /* nx * ny words, row by row from the south-west; those of the rim are 0 */
    uint32_t *node;
    uint32_t *list;
    uint32_t *set;
    cov_xy *vertex;                         /* chains of the edges that any list names */
    size_t n_node, n_list, n_set, n_vertex; /* lengths of the arrays, in words and vertices */
};

static inline unsigned word_kind(uint32_t word)
{
    return word >> KIND_SHIFT;
}

static inline uint32_t word_of(unsigned kind, size_t payload)
{
    return (uint32_t)kind << KIND_SHIFT | (uint32_t)payload;
}

static inline uint32_t word_payload(uint32_t word)
{
    return word & PAYLOAD_MASK;
}

/* Two sums of a bag of labels in one number: how many, above 32 bits, and of what. Each label that
 * comes adds this, each that goes takes it away. Held by one label the sums name it; by more, they
 * are at least 2^33, since labels are positive. */
static inline int64_t sums_of_label(uint32_t label)
{
    return label != 0 ? (INT64_C(1) << 32) + label : 0;
}

static inline uint32_t run_left(const uint32_t *run)
{
    return run[RUN_LEFT] & LABEL_MASK;
}

static inline uint32_t run_right(const uint32_t *run)
{
    return run[RUN_RIGHT] & LABEL_MASK;
}

static inline uint32_t run_edges(const uint32_t *run)
{
    return (run[RUN_LEFT] >> 30 | (run[RUN_RIGHT] >> 28 & 4)) + 1;
}

static inline void set_run_edges(uint32_t *run, uint32_t n)
{
    run[RUN_LEFT] = run_left(run) | (n - 1) << 30;
    run[RUN_RIGHT] = (run[RUN_RIGHT] & ~(UINT32_C(1) << 30)) | ((n - 1) & 4) << 28;
}

/* The centre of the cell of 2^size units that holds the unit (ux, uy). Builder and reader must use
 * the same place to the last bit. */
static inline cov_xy cell_centre(const struct cov_cells *c, uint32_t ux, uint32_t uy, unsigned size)
{
    double half = 0.5 * (double)(UINT32_C(1) << size);
    return (cov_xy){c->x0 + ((double)(ux >> size << size) + half) * c->unit,
                    c->y0 + ((double)(uy >> size << size) + half) * c->unit};
}

/* How an edge a -> b is crossed on the way from one point to another at the same height: +1 from
 * its right to its left, -1 from left to right, 0 not at all. Places are those of cov_side, a hair
 * to the north-east, so that no path ever meets a vertex or runs along an edge. */
static inline int cross_level(cov_xy a, cov_xy b, double y, double from, double to)
{
    if ((a.y > y) == (b.y > y))
        return 0;
    if ((a.x < from && a.x < to && b.x < from && b.x < to) ||
        (a.x > from && a.x > to && b.x > from && b.x > to))
        return 0;
    return (cov_side(a, b, (cov_xy){to, y}) - cov_side(a, b, (cov_xy){from, y})) / 2;
}

/* The same for a path straight up or down. */
static inline int cross_upright(cov_xy a, cov_xy b, double x, double from, double to)
{
    if ((a.x > x) == (b.x > x))
        return 0;
    if ((a.y < from && a.y < to && b.y < from && b.y < to) ||
        (a.y > from && a.y > to && b.y > from && b.y > to))
        return 0;
    return (cov_side(a, b, (cov_xy){x, to}) - cov_side(a, b, (cov_xy){x, from})) / 2;
}

#endif
