/* SPDX-License-Identifier: MIT */
#include "geometry/validity.h"

#include <stdlib.h>

#include "base/mem.h"
#include "geometry/grid.h"

/* Comparisons that an edge may cost, in the mean. */
#define WORK_PER_EDGE 128

/* From so many edges on those of a cell are sorted, and only compared where they overlap. */
#define CROWD 24

#define NO_EDGE UINT32_MAX

/* The box of an edge, named by its first vertex; a hair wider than it is, see are_apart. */
typedef struct span {
    double west, east, south, north;
    uint32_t edge;
} span;

typedef struct proof {
    const cov_rings *rings; /* labelled by polygon, from 1 on */
    cov_cells cells;        /* only where the grid lies */
    cov_sorted sorted;
    span *span;  /* of the edges of one cell */
    double hair; /* 2^-80 of the largest coordinate */
    size_t work;
} proof;

static bool spend(proof *p, size_t steps)
{
    if (steps > p->work)
        return false;
    p->work -= steps;
    return true;
}

/* ---------------------------------------------------------------- sides */

enum { UNSURE = 2 };

/* Knuth's error of a difference. */
static bool is_exact(double a, double b)
{
    double d = a - b, b2 = a - d, a2 = d + b2;
    return a - a2 + (b2 - b) == 0;
}

static bool all_exact(double a, double b, double p)
{
    return (a == b && b == p) || (is_exact(a, b) && is_exact(a, p) && is_exact(b, p));
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* The side of p, as cov_orient, where GEOS finds the same. It takes a doubtful sign from 106 bits,
 * of the products of differences from a or from b: right where the value is far from 0, three times
 * the error bound of cov_orient here, and where differences are exact or all of one axis 0, so that
 * the products are exact, too. Products don't underflow, see magnitudes_fit. */
static int sure_side(cov_xy a, cov_xy b, cov_xy p)
{
    double dx = b.x - a.x, dy = b.y - a.y;
    double value = dx * (p.y - a.y) - dy * (p.x - a.x);
    double bound = 1e-15 * (fabs(dx) * larger(fabs(p.y - a.y), fabs(p.y - b.y)) +
                            fabs(dy) * larger(fabs(p.x - a.x), fabs(p.x - b.x)));
    if (value > bound)
        return 1;
    if (value < -bound)
        return -1;
    bool level = a.y == b.y && b.y == p.y, upright = a.x == b.x && b.x == p.x;
    if (level || upright || (all_exact(a.x, b.x, p.x) && all_exact(a.y, b.y, p.y)))
        return cov_orient_exact(a, b, p);
    return UNSURE;
}

/* Whether no product of sure_side can underflow or overflow, nor any of GEOS's. */
static bool magnitudes_fit(const cov_rings *rings)
{
    bool fit = true;
    for (size_t i = 0; i < rings->n_vertices && fit; i++) {
        double x = fabs(rings->vertex[i].x), y = fabs(rings->vertex[i].y);
        fit = (x == 0 || (x >= 1e-90 && x <= 1e90)) && (y == 0 || (y >= 1e-90 && y <= 1e90));
    }
    return fit;
}

/* ---------------------------------------------------------------- edges of a ring */

/* Whether a -> b and b -> c share b alone: they go on in one direction, or aren't on one line. */
static bool turn_is_clear(cov_xy a, cov_xy b, cov_xy c)
{
    if ((a.x < b.x && b.x < c.x) || (a.x > b.x && b.x > c.x) || (a.y < b.y && b.y < c.y) ||
        (a.y > b.y && b.y > c.y))
        return true;
    int side = sure_side(a, b, c);
    return side == 1 || side == -1;
}

static bool turns_are_clear(const cov_rings *rings)
{
    for (size_t r = 0; r < rings->n_rings; r++) {
        const cov_xy *v = rings->vertex + rings->ring[r].first;
        size_t n = rings->ring[r].n;
        if (!turn_is_clear(v[n - 2], v[0], v[1]))
            return false;
        for (size_t k = 0; k + 2 < n; k++) {
            if (!turn_is_clear(v[k], v[k + 1], v[k + 2]))
                return false;
        }
    }
    return true;
}

/* Whether an edge and a later one are neighbours at a vertex, which turns_are_clear has seen. */
static bool are_neighbours(const cov_rings *rings, uint32_t edge, uint32_t later)
{
    if (later == edge + 1)
        return true; /* of one ring: between rings stands a vertex that begins no edge */
    const cov_ring *ring = cov_rings_of(rings, edge);
    return edge == ring->first && later == ring->first + ring->n - 2;
}

/* ---------------------------------------------------------------- edges of a cell */

/* Whether one of two edges lies to one side of the other. The start of each must be on a sure side
 * of the other, or surely on its line: every vertex starts an edge, so GEOS is right about them,
 * too, when it asks which ring a vertex lies in. It could only be wrong about one that is within
 * 2^-96 of the largest coordinate of the edge, and between the heights of its ends: such edges are
 * compared, as their spans meet. */
static bool are_apart(const cov_xy *a, const cov_xy *b)
{
    int b0 = sure_side(a[0], a[1], b[0]), a0 = sure_side(b[0], b[1], a[0]);
    if (b0 == UNSURE || a0 == UNSURE)
        return false;
    return b0 * sure_side(a[0], a[1], b[1]) == 1 || a0 * sure_side(b[0], b[1], a[1]) == 1;
}

static bool spans_are_apart(const proof *p, const span *a, const span *b)
{
    if (a->west > b->east || b->west > a->east || a->south > b->north || b->south > a->north)
        return true;
    const cov_xy *v = p->rings->vertex;
    uint32_t first = a->edge < b->edge ? a->edge : b->edge;
    uint32_t later = a->edge < b->edge ? b->edge : a->edge;
    if (later == first + 1 || are_apart(v + first, v + later))
        return true;
    return are_neighbours(p->rings, first, later);
}

static int by_west(const void *left, const void *right)
{
    const span *a = left, *b = right;
    if (a->west != b->west)
        return a->west > b->west ? 1 : -1;
    return (a->edge > b->edge) - (a->edge < b->edge);
}

static void fill_spans(proof *p, const uint32_t *entry, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const cov_xy *v = p->rings->vertex + entry[i];
        bool east = v[1].x > v[0].x, north = v[1].y > v[0].y;
        p->span[i] =
            (span){v[!east].x - p->hair, v[east].x + p->hair, v[!north].y, v[north].y, entry[i]};
    }
}

static bool cell_is_clear(proof *p, size_t cell)
{
    const uint32_t *start = p->sorted.start;
    size_t n = start[cell + 1] - start[cell];
    bool crowd = n >= CROWD;
    fill_spans(p, p->sorted.entry + start[cell], n);
    if (crowd)
        qsort(p->span, n, sizeof *p->span, by_west);
    for (size_t i = 0; i + 1 < n; i++) {
        size_t k = i + 1;
        for (; k < n && !(crowd && p->span[k].west > p->span[i].east); k++) {
            if (!spans_are_apart(p, &p->span[i], &p->span[k]))
                return false;
        }
        if (!spend(p, k - i))
            return false;
    }
    return true;
}

/* Edges that have a point in common share a cell: the one that the point lies in. The list of a
 * cell has all edges that come within a margin of it, and the margin is wider than all rounding. */
static bool cells_are_clear(proof *p)
{
    size_t n_cells = (size_t)p->cells.nx * p->cells.ny, most = 0;
    const uint32_t *start = p->sorted.start;
    for (size_t i = 0; i < n_cells; i++)
        most = start[i + 1] - start[i] > most ? start[i + 1] - start[i] : most;
    p->span = cov_alloc(most, sizeof *p->span);
    bool clear = p->span != NULL;
    for (size_t i = 0; i < n_cells && clear; i++)
        clear = start[i + 1] - start[i] < 2 || cell_is_clear(p, i);
    return clear;
}

/* ---------------------------------------------------------------- what lies around a ring */

/* A hair west of it is outside of the ring, and nothing of the ring lies further west. */
static cov_xy westernmost(const cov_rings *rings, const cov_ring *ring)
{
    const cov_xy *v = rings->vertex + ring->first;
    cov_xy least = v[0];
    for (size_t i = 1; i + 1 < ring->n; i++)
        least = v[i].x < least.x ? v[i] : least;
    return least;
}

/* An edge from its lower end to its upper one. */
typedef struct rise {
    cov_xy low, high;
} rise;

static rise rise_of(const cov_rings *rings, uint32_t edge)
{
    const cov_xy *v = rings->vertex + edge;
    return v[0].y < v[1].y ? (rise){v[0], v[1]} : (rise){v[1], v[0]};
}

/* Whether an edge lies west of a place, at a hair above its height; edges that start at the place
 * don't. */
static bool is_west(const cov_rings *rings, uint32_t edge, cov_xy at)
{
    const cov_xy *v = rings->vertex + edge;
    if ((v[0].y > at.y) == (v[1].y > at.y))
        return false;
    rise r = rise_of(rings, edge);
    return cov_orient(r.low, r.high, at) < 0;
}

/* Whether of two edges that cross a height the first does so east of the second. They meet nowhere
 * but, perhaps, in a common lower end. */
static bool is_nearer(const cov_rings *rings, uint32_t edge, uint32_t than)
{
    rise a = rise_of(rings, edge), b = rise_of(rings, than);
    if (a.low.y < b.low.y)
        return cov_orient(a.low, a.high, b.low) > 0;
    int side = cov_orient(b.low, b.high, a.low);
    return side != 0 ? side < 0 : cov_orient(b.low, b.high, a.high) < 0;
}

/* The column of cells where an edge crosses a height, give or take a little. */
static double column_of(const proof *p, uint32_t edge, double y)
{
    rise r = rise_of(p->rings, edge);
    double x = r.low.x + (y - r.low.y) / (r.high.y - r.low.y) * (r.high.x - r.low.x);
    return floor(cov_grid_spot(&p->cells, (cov_xy){x, y}).x);
}

/* The nearest edge west of a place, NO_EDGE where there is none. Goes west to the cell beyond the
 * one where the nearest is crossed: all that is crossed further east was in a list by then, however
 * the column was rounded. */
static bool look_west(proof *p, cov_xy at, uint32_t *nearest)
{
    cov_xy spot = cov_grid_spot(&p->cells, at);
    const uint32_t *start = p->sorted.start + (size_t)spot.y * p->cells.nx;
    double last = 0;
    *nearest = NO_EDGE;
    for (size_t column = (size_t)spot.x;; column--) {
        if (!spend(p, start[column + 1] - start[column] + 1))
            return false;
        for (size_t i = start[column]; i < start[column + 1]; i++) {
            uint32_t edge = p->sorted.entry[i];
            if (is_west(p->rings, edge, at) &&
                (*nearest == NO_EDGE || is_nearer(p->rings, edge, *nearest))) {
                *nearest = edge;
                last = column_of(p, edge, at.y);
            }
        }
        if (column == 0 || (double)column < last)
            return true;
    }
}

/* The polygon to the east of an edge, 0 where none is. Rings have theirs to the left. */
static uint32_t holder_of(const cov_rings *rings, uint32_t edge)
{
    if (edge == NO_EDGE)
        return 0;
    const cov_xy *v = rings->vertex + edge;
    return v[1].y < v[0].y ? cov_rings_of(rings, edge)->label : 0;
}

static bool rings_are_in_place(proof *p)
{
    const cov_rings *rings = p->rings;
    bool in_place = true;
    for (size_t i = 0; i < rings->n_rings && in_place; i++) {
        const cov_ring *ring = &rings->ring[i];
        bool shell = i == 0 || ring[-1].label != ring->label;
        uint32_t nearest = NO_EDGE;
        in_place = look_west(p, westernmost(rings, ring), &nearest) &&
                   holder_of(rings, nearest) == (shell ? 0 : ring->label);
    }
    return in_place;
}

/* ---------------------------------------------------------------- all of it */

static bool prove(const cov_rings *rings)
{
    proof p = {.rings = rings, .work = rings->n_vertices * WORK_PER_EDGE};
    if (rings->n_vertices >= UINT32_MAX || !magnitudes_fit(rings) || !turns_are_clear(rings))
        return false;
    const double *e = rings->extent;
    p.hair = 0x1p-80 * fmax(fmax(fabs(e[0]), fabs(e[2])), fmax(fabs(e[1]), fabs(e[3])));
    cov_grid_place(&p.cells, rings);
    bool proved = cov_grid_sort(&p.cells, rings, &p.sorted, NULL) == COV_OK &&
                  cells_are_clear(&p) && rings_are_in_place(&p);
    cov_free(p.span);
    cov_free(p.sorted.start);
    cov_free(p.sorted.entry);
    return proved;
}

bool cov_validity_proved(const void *wkb, size_t size)
{
    cov_rings rings = COV_RINGS_INIT;
    rings.by_polygon = true;
    bool proved = cov_rings_reserve(&rings, size, NULL) == COV_OK &&
                  cov_rings_add(&rings, wkb, size, 1, NULL) == COV_OK && prove(&rings);
    cov_rings_clear(&rings);
    return proved;
}
