/* SPDX-License-Identifier: MIT */
#include "geometry/fraction.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

/* COV_WHOLE as a double. */
#define WHOLE 0x1p52

typedef struct start {
    uint32_t at; /* an edge, known by its first vertex */
    uint32_t label;
} start;

/* An edge the current row may cross, from its upper end, the one with the smaller y, to its lower
 * one. x is measured from `column`, the raster's column closest to the upper end: the bits that a
 * large number takes are then free for the place within the cell. */
typedef struct edge {
    start start;
    uint64_t sign; /* +1 where its polygon lies to its right, at greater columns, or -1 */
    double last;   /* the last row it passes */
    double column;
    double x0, x1;
    double y0, y1; /* as they were given */
} edge;

struct cov_fraction {
    const cov_rings *rings;
    bool mirrored;
    size_t columns, rows;
    size_t next;     /* the first row whose edges haven't begun yet */
    uint32_t *first; /* first[r] .. first[r + 1]: the edges that begin in row r, of `start` */
    start *start;
    edge *active; /* in the order of their vertices, so by label */
    size_t n_active, active_capacity;
    /* of one label in one row: */
    uint64_t *area;    /* per column: what its edges cover of the cell, */
    uint64_t *cover;   /* and what they cover of each cell to the right of it */
    uint64_t *touched; /* bit by bit, whether the column has any of it */
    size_t low, high;  /* the words of `touched` that may not be 0 */
    cov_strip *strip;
    size_t n_strips, strip_capacity;
};

/* ---------------------------------------------------------------- create */

static bool first_row(const cov_fraction *f, cov_xy a, cov_xy b, size_t *row)
{
    double top = fmin(a.y, b.y), bottom = fmax(a.y, b.y);
    if (!(top < bottom && bottom > 0 && top < (double)f->rows &&
          fmin(a.x, b.x) < (double)f->columns))
        return false;
    *row = top > 0 ? (size_t)top : 0;
    return true;
}

/* Count the edges by their first rows, or, once first[] says where each row's begin, put them
 * there: first[r + 1] ends as where row r's end. */
static void sort_edges(cov_fraction *f, bool put)
{
    for (size_t r = 0; r < f->rings->n_rings; r++) {
        const cov_ring *ring = &f->rings->ring[r];
        const cov_xy *v = f->rings->vertex;
        for (size_t i = ring->first; i + 1 < ring->first + ring->n; i++) {
            size_t row = 0;
            if (!first_row(f, v[i], v[i + 1], &row))
                continue;
            uint32_t *count = &f->first[put ? row + 1 : row + 2];
            if (put)
                f->start[*count] = (start){(uint32_t)i, ring->label};
            ++*count;
        }
    }
}

static cov_status check_size(const cov_rings *rings, size_t columns, size_t rows, cov_error *err)
{
    if (rings->n_vertices < UINT32_MAX && columns < UINT32_MAX && rows < UINT32_MAX)
        return COV_OK;
    return cov_fail(err, COV_ERR_LIMIT,
                    "polygons of %zu vertices on a raster of %zu x %zu cells are more than can be "
                    "laid over each other (2^32 of each)",
                    rings->n_vertices, columns, rows);
}

cov_status cov_fraction_create(const cov_rings *rings, bool mirrored, size_t columns, size_t rows,
                               cov_fraction **out, cov_error *err)
{
    cov_status s = check_size(rings, columns, rows, err);
    if (s != COV_OK)
        return s;
    cov_fraction *f = cov_alloc_zero(1, sizeof *f);
    if (f == NULL)
        return cov_fail_memory(err);
    f->rings = rings;
    f->mirrored = mirrored;
    f->columns = columns;
    f->rows = rows;
    f->low = SIZE_MAX;
    f->first = cov_alloc_zero(rows + 2, sizeof *f->first);
    f->area = cov_alloc_zero(columns, sizeof *f->area);
    f->cover = cov_alloc_zero(columns, sizeof *f->cover);
    f->touched = cov_alloc_zero(columns / 64 + 1, sizeof *f->touched);
    if (f->first != NULL) {
        sort_edges(f, false);
        for (size_t r = 0; r < rows; r++)
            f->first[r + 2] += f->first[r + 1];
        f->start = cov_alloc(f->first[rows + 1], sizeof *f->start);
    }
    if (f->area == NULL || f->cover == NULL || f->touched == NULL || f->start == NULL) {
        cov_fraction_free(f);
        return cov_fail_memory(err);
    }
    sort_edges(f, true);
    *out = f;
    return COV_OK;
}

void cov_fraction_free(cov_fraction *fraction)
{
    if (fraction == NULL)
        return;
    cov_free(fraction->first);
    cov_free(fraction->start);
    cov_free(fraction->active);
    cov_free(fraction->area);
    cov_free(fraction->cover);
    cov_free(fraction->touched);
    cov_free(fraction->strip);
    cov_free(fraction);
}

/* ---------------------------------------------------------------- active edges */

static edge edge_of(const cov_fraction *f, start s)
{
    cov_xy a = f->rings->vertex[s.at], b = f->rings->vertex[s.at + 1];
    bool down = a.y < b.y;
    if (!down) {
        cov_xy t = a;
        a = b;
        b = t;
    }
    double column = fmax(0, fmin(floor(a.x), (double)f->columns));
    return (edge){.start = s,
                  .sign = down == f->mirrored ? 1 : UINT64_MAX,
                  .last = ceil(b.y) - 1,
                  .column = column,
                  .x0 = a.x - column,
                  .x1 = b.x - column,
                  .y0 = a.y,
                  .y1 = b.y};
}

/* Merge the edges that begin in a row into the active ones, from behind. */
static cov_status begin_edges(cov_fraction *f, size_t row, cov_error *err)
{
    size_t n = f->first[row + 1] - f->first[row], at = f->n_active + n;
    const start *s = f->start + f->first[row];
    if (cov_reserve((void **)&f->active, &f->active_capacity, at, sizeof *f->active) != 0)
        return cov_fail_memory(err);
    for (size_t old = f->n_active; n > 0;) {
        if (old > 0 && f->active[old - 1].start.at > s[n - 1].at)
            f->active[--at] = f->active[--old];
        else
            f->active[--at] = edge_of(f, s[--n]);
    }
    f->n_active += f->first[row + 1] - f->first[row];
    return COV_OK;
}

static void end_edges(cov_fraction *f, double row)
{
    size_t kept = 0;
    while (kept < f->n_active && f->active[kept].last >= row)
        kept++;
    for (size_t i = kept; i < f->n_active; i++) {
        if (f->active[i].last >= row)
            f->active[kept++] = f->active[i];
    }
    f->n_active = kept;
}

/* ---------------------------------------------------------------- one edge in one row */

/* What an edge does in the row: between left and right, measured from the edge's column, it passes
 * `height` of it, in units. */
typedef struct span {
    double left, right;
    uint64_t height;
} span;

/* Where the edge crosses the line at y. */
static double cross(const edge *e, double y)
{
    return e->x0 + (y - e->y0) / (e->y1 - e->y0) * (e->x1 - e->x0);
}

/* The height of a vertex in its row depends on that vertex alone: the edges of a ring pass exactly
 * as much down as up. */
static span span_in(const edge *e, double row)
{
    bool begins = e->y0 >= row, ends = e->last == row;
    double a = begins ? e->x0 : cross(e, row), b = ends ? e->x1 : cross(e, row + 1);
    double top = begins ? rint((e->y0 - row) * WHOLE) : 0;
    double bottom = ends ? rint((e->y1 - row) * WHOLE) : WHOLE;
    return (span){fmin(a, b), fmax(a, b), (uint64_t)(bottom - top)};
}

/* Sums wrap around; what they come to doesn't. */
static void add(cov_fraction *f, size_t column, uint64_t area, uint64_t cover)
{
    size_t word = column / 64;
    f->area[column] += area;
    f->cover[column] += cover;
    f->touched[word] |= UINT64_C(1) << column % 64;
    f->low = word < f->low ? word : f->low;
    f->high = word > f->high ? word : f->high;
}

/* The height passed to the left of x. */
static uint64_t height_before(const span *s, double x)
{
    if (x >= s->right)
        return s->height;
    return x <= s->left
               ? 0
               : (uint64_t)rint((double)s->height * ((x - s->left) / (s->right - s->left)));
}

static void add_span(cov_fraction *f, const edge *e, const span *s)
{
    double first = -e->column, end = (double)f->columns - e->column;
    if (s->height == 0 || s->left >= end)
        return;
    uint64_t passed = 0;
    if (s->left < first) {
        passed = height_before(s, first);
        add(f, 0, passed * e->sign, passed * e->sign);
    }
    double x = fmax(s->left, first), k = floor(x);
    for (; passed < s->height && k < end; k++) {
        double to = fmin(s->right, k + 1);
        uint64_t height = height_before(s, to) - passed;
        double middle = ((x - k) + (to - k)) / 2;
        uint64_t area = (uint64_t)rint((double)height * (1 - middle));
        add(f, (size_t)(k + e->column), area * e->sign, height * e->sign);
        passed += height;
        x = to;
    }
}

/* ---------------------------------------------------------------- strips */

static cov_status put_strip(cov_fraction *f, uint32_t label, size_t column, size_t n,
                            uint64_t share, cov_error *err)
{
    /* Below 0 by rounding; over the whole where polygons of a label overlap. */
    if ((int64_t)share <= 0 || n == 0)
        return COV_OK;
    share = share < COV_WHOLE ? share : COV_WHOLE;
    cov_strip *last = f->n_strips > 0 ? &f->strip[f->n_strips - 1] : NULL;
    if (last != NULL && last->label == label && last->column + last->n == column &&
        last->share == share) {
        last->n += n;
        return COV_OK;
    }
    if (cov_reserve((void **)&f->strip, &f->strip_capacity, f->n_strips + 1, sizeof *f->strip) != 0)
        return cov_fail_memory(err);
    f->strip[f->n_strips++] = (cov_strip){column, n, share, label};
    return COV_OK;
}

/* Turn what the edges of a label added into strips, and leave zeros behind. */
static cov_status put_label(cov_fraction *f, uint32_t label, cov_error *err)
{
    cov_status s = COV_OK;
    size_t next = 0;
    uint64_t sum = 0;
    for (size_t word = f->low; word <= f->high && f->low != SIZE_MAX; word++) {
        for (uint64_t bits = f->touched[word]; bits != 0; bits &= bits - 1) {
            size_t column = word * 64 + (size_t)__builtin_ctzll(bits);
            if (s == COV_OK)
                s = put_strip(f, label, next, column - next, sum, err);
            if (s == COV_OK)
                s = put_strip(f, label, column, 1, sum + f->area[column], err);
            sum += f->cover[column];
            f->area[column] = f->cover[column] = 0;
            next = column + 1;
        }
        f->touched[word] = 0;
    }
    f->low = SIZE_MAX;
    f->high = 0;
    return s == COV_OK ? put_strip(f, label, next, f->columns - next, sum, err) : s;
}

cov_status cov_fraction_row(cov_fraction *fraction, size_t row, const cov_strip **strip, size_t *n,
                            cov_error *err)
{
    cov_fraction *f = fraction;
    cov_status s = COV_OK;
    for (; s == COV_OK && f->next <= row && f->next < f->rows; f->next++)
        s = begin_edges(f, f->next, err);
    end_edges(f, (double)row);
    f->n_strips = 0;
    for (size_t i = 0; i < f->n_active && s == COV_OK; i++) {
        const edge *e = &f->active[i];
        span in = span_in(e, (double)row);
        add_span(f, e, &in);
        if (i + 1 == f->n_active || f->active[i + 1].start.label != e->start.label)
            s = put_label(f, e->start.label, err);
    }
    *strip = f->strip;
    *n = f->n_strips;
    return s;
}
