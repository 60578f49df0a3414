/* Values of a raster at points. SPDX-License-Identifier: MIT */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/points.h"
#include "io/raster_layout.h"

/* Points that are put in order together; what they need is a few megabytes. */
#define BATCH ((size_t)1 << 18)

/* A point in the raster: the cell it belongs to, and in which piece that is. */
typedef struct spot {
    uint64_t piece; /* in the order of the blocks, slices of one block together */
    uint32_t column, row;
    size_t point;
} spot;

typedef struct batch {
    double *x; /* in the raster's system, then in cells */
    double *y;
    spot *spot;
    size_t n_spots;
    double *value; /* of a window */
    size_t capacity;
} batch;

/* ---------------------------------------------------------------- which cell */

/* a - b, and what is lost by rounding it (Knuth's TwoSum). */
static double difference(double a, double b, double *lost)
{
    double d = a - b, t = d - a;
    *lost = (a - (d - t)) - (b + t);
    return d;
}

/* The sign of (x - origin) - k * step where that is nearly 0: exact. */
static int side(double x, double origin, double step, double k)
{
    double d_lost, low_lost;
    double d = difference(x, origin, &d_lost), p = k * step, p_lost = fma(k, step, -p);
    double sum = (d - p) + difference(d_lost, p_lost, &low_lost);
    sum = sum != 0 ? sum : low_lost;
    return (sum > 0) - (sum < 0);
}

/* Which interval from origin + k * step to the next holds x; the end of one belongs to the next to
 * the east or north. q is (x - origin) / step. */
static double interval(double x, double origin, double step, double q)
{
    double k = rint(q);
    if (!(fabs(q - k) <= 4 * DBL_EPSILON * fabs(q)))
        return floor(q);
    int beyond = side(x, origin, step, k); /* east or north of that end */
    if (step < 0)
        return beyond < 0 ? k : k - 1;
    return beyond >= 0 ? k : k - 1;
}

/* A whole number is an edge: is the cell east of it, or where the edge runs east-west the northern
 * one, the next? */
static double rotated(double at, double to_east, double to_north)
{
    double k = floor(at);
    int next = to_east != 0 ? to_east > 0 : to_north > 0;
    return k == at && !next ? k - 1 : k;
}

/* The cell of (x, y), which become its place in cells. NaN stays NaN. */
static void find_cell(const double a[6], double *x, double *y, double *column, double *row)
{
    double east = *x, north = *y;
    if (a[2] == 0 && a[4] == 0) {
        *x = (east - a[0]) / a[1];
        *y = (north - a[3]) / a[5];
        *column = interval(east, a[0], a[1], *x);
        *row = interval(north, a[3], a[5], *y);
        return;
    }
    double determinant = a[1] * a[5] - a[2] * a[4];
    double u = east - a[0], v = north - a[3];
    *x = (u * a[5] - v * a[2]) / determinant;
    *y = (v * a[1] - u * a[4]) / determinant;
    *column = rotated(*x, a[5] / determinant, -a[2] / determinant);
    *row = rotated(*y, -a[4] / determinant, a[1] / determinant);
}

/* ---------------------------------------------------------------- in which order */

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Of a grid of `step` over `all`, in which each step is cut into parts of `part`: how many parts
 * there are in a step. */
static size_t parts_of(size_t step, size_t part)
{
    return (step - 1) / part + 1;
}

static uint64_t piece_of(const cov_raster *r, size_t column, size_t row)
{
    size_t block_columns = larger(r->block_columns, r->piece_columns);
    size_t block_rows = larger(r->block_rows, r->piece_rows);
    size_t across = parts_of(r->columns, block_columns);
    uint64_t block = (uint64_t)(row / block_rows) * across + column / block_columns;
    size_t parts_across = parts_of(block_columns, r->piece_columns);
    size_t parts_down = parts_of(block_rows, r->piece_rows);
    uint64_t down = row % block_rows / r->piece_rows;
    return (block * parts_down + down) * parts_across + column % block_columns / r->piece_columns;
}

/* In the order of reading; within a piece from row to row, for the processor's cache. */
static int compare_spots(const void *a, const void *b)
{
    const spot *s = a, *t = b;
    if (s->piece != t->piece)
        return s->piece < t->piece ? -1 : 1;
    return s->row < t->row ? -1 : s->row > t->row;
}

static void order_spots(const cov_raster *r, batch *b, size_t n, double *value)
{
    b->n_spots = 0;
    for (size_t i = 0; i < n; i++) {
        double column, row;
        find_cell(r->affine, &b->x[i], &b->y[i], &column, &row);
        value[i] = NAN;
        if (!(column >= 0 && column < (double)r->columns && row >= 0 && row < (double)r->rows))
            continue;
        spot *s = &b->spot[b->n_spots++];
        s->column = (uint32_t)column;
        s->row = (uint32_t)row;
        s->piece = piece_of(r, s->column, s->row);
        s->point = i;
    }
    qsort(b->spot, b->n_spots, sizeof *b->spot, compare_spots);
}

/* ---------------------------------------------------------------- values */

/* Between a and b, t of the way; never beyond them, so that between equals it is that number. */
static double mix(double a, double b, double t)
{
    if (t == 0)
        return a;
    double v = (1 - t) * a + t * b;
    if (isnan(v))
        return v;
    return fmax(fmin(a, b), fmin(fmax(a, b), v));
}

/* The two centres around a place, in cells, and how far it is from the first to the second. */
typedef struct pair {
    size_t first, second;
    double between;
} pair;

static pair centres(double at, size_t n)
{
    pair p = {0, 0, 0};
    double first = floor(at - 0.5);
    p.between = at - 0.5 - first;
    p.first = first > 0 ? (size_t)first : 0;
    p.second = first < 0 ? 0 : p.first + 1;
    p.first = p.first < n ? p.first : n - 1;
    p.second = p.second < n ? p.second : n - 1;
    return p;
}

static double bilinear(const cov_raster *r, const batch *b, const cov_window *w, size_t point)
{
    pair c = centres(b->x[point], r->columns), l = centres(b->y[point], r->rows);
    size_t width = w->last_column - w->first_column;
    const double *upper = b->value + (l.first - w->first_row) * width;
    const double *lower = b->value + (l.second - w->first_row) * width;
    c.first -= w->first_column;
    c.second -= w->first_column;
    return mix(mix(upper[c.first], upper[c.second], c.between),
               mix(lower[c.first], lower[c.second], c.between), l.between);
}

/* The cells that n spots of one piece need; for bilinear sampling those around theirs too. */
static cov_window window_of(const cov_raster *r, const spot *s, size_t n, size_t rim)
{
    size_t west = s->column, east = s->column, top = s->row, bottom = s->row;
    for (size_t i = 1; i < n; i++) {
        west = s[i].column < west ? s[i].column : west;
        top = s[i].row < top ? s[i].row : top;
        east = larger(east, s[i].column);
        bottom = larger(bottom, s[i].row);
    }
    cov_window w = {west > rim ? west - rim : 0, top > rim ? top - rim : 0, east + rim + 1,
                    bottom + rim + 1};
    w.last_column = w.last_column < r->columns ? w.last_column : r->columns;
    w.last_row = w.last_row < r->rows ? w.last_row : r->rows;
    return w;
}

static cov_status sample_piece(cov_raster *r, batch *b, const spot *s, size_t n,
                               cov_sampling sampling, double *value, cov_error *err)
{
    const cov_window w = window_of(r, s, n, sampling == COV_BILINEAR);
    size_t width = w.last_column - w.first_column;
    if (cov_reserve((void **)&b->value, &b->capacity, width * (w.last_row - w.first_row),
                    sizeof *b->value) != 0)
        return cov_fail_memory(err);
    cov_status status = cov_raster_read(r, &w, b->value, err);
    for (size_t i = 0; i < n && status == COV_OK; i++) {
        if (sampling == COV_BILINEAR)
            value[s[i].point] = bilinear(r, b, &w, s[i].point);
        else
            value[s[i].point] =
                b->value[(s[i].row - w.first_row) * width + s[i].column - w.first_column];
    }
    return status;
}

static cov_status sample_spots(cov_raster *r, batch *b, cov_sampling sampling, double *value,
                               cov_error *err)
{
    cov_status s = COV_OK;
    cov_raster_begin(r);
    for (size_t first = 0, end = 0; first < b->n_spots && s == COV_OK; first = end) {
        const spot *spots = b->spot;
        while (end < b->n_spots && spots[end].piece == spots[first].piece)
            end++;
        s = sample_piece(r, b, spots + first, end - first, sampling, value, err);
    }
    cov_raster_end(r);
    return s;
}

/* ---------------------------------------------------------------- batches */

static double at(const double *values, size_t stride, size_t i)
{
    double v;
    size_t step = stride != 0 ? stride : sizeof v;
    memcpy(&v, (const char *)values + i * step, sizeof v);
    return v;
}

static cov_status sample_batch(cov_raster *r, batch *b, const cov_points *points, size_t first,
                               size_t n, cov_sampling sampling, double *value, cov_error *err)
{
    for (size_t i = 0; i < n; i++) {
        b->x[i] = at(points->x, points->x_stride, first + i);
        b->y[i] = at(points->y, points->y_stride, first + i);
    }
    pthread_mutex_lock(&r->transforming);
    cov_transform_points(&r->transform, n, b->x, b->y);
    pthread_mutex_unlock(&r->transforming);
    order_spots(r, b, n, value);
    return sample_spots(r, b, sampling, value, err);
}

cov_status cov_raster_sample(cov_raster *raster, const cov_points *points, cov_sampling sampling,
                             double *value, cov_error *err)
{
    batch b = {NULL, NULL, NULL, 0, NULL, 0};
    cov_status s = cov_points_check(points, err);
    if (s == COV_OK && (raster == NULL || (value == NULL && points->n > 0)))
        s = cov_fail(err, COV_ERR_ARGUMENT,
                     "cov_raster_sample needs a raster and an array to write to");
    if (s != COV_OK)
        return s;
    size_t n = points->n < BATCH ? points->n : BATCH;
    b.x = cov_alloc(n, sizeof *b.x);
    b.y = cov_alloc(n, sizeof *b.y);
    b.spot = cov_alloc(n, sizeof *b.spot);
    if (b.x == NULL || b.y == NULL || b.spot == NULL)
        s = cov_fail_memory(err);
    for (size_t i = 0; i < points->n && s == COV_OK; i += n) {
        size_t left = points->n - i;
        s = sample_batch(raster, &b, points, i, left < n ? left : n, sampling, value + i, err);
    }
    cov_free(b.x);
    cov_free(b.y);
    cov_free(b.spot);
    cov_free(b.value);
    return s;
}
