/* SPDX-License-Identifier: MIT */
#include "io/population.h"

#include <math.h>
#include <string.h>

#include <cpl_string.h>

#include "base/mem.h"
#include "io/cover.h"
#include "io/sums.h"

/* Values are whole numbers of 2^-48. Below the first limit one fits into 63 bits; at the second one
 * no sum of a row is near the end of 128. */
#define UNIT 0x1p48
#define SMALL 0x1p15
#define LARGE 0x1p60

/* A part of the raster that is read at once. */
typedef struct chunk {
    size_t column, n_columns;
    size_t row, n_rows;
} chunk;

/* The marks of the cells of a chunk, and the points that are asked for them. */
typedef struct marks {
    uint64_t *served; /* per cell */
    uint64_t *unknown;
    uint32_t *cell; /* per point */
    double *x, *y;
    uint64_t *point_served;
    uint64_t *point_unknown;
    size_t n; /* points */
} marks;

typedef struct counter {
    const cov_population_task *task;
    cov_tally *tally;
    cov_cover cover;
    cov_fraction *fraction;
    cov_sums sums;
    cov_wide total;
    size_t columns, rows; /* of the raster */
    size_t chunk_columns, chunk_rows;
    uint64_t others;  /* services that aren't the pieces' to answer */
    double *value;    /* of a chunk */
    cov_wide *before; /* of a row of it: the sum of what stands left of each column, and of all */
    int32_t *steps;   /* of a row: where strips begin and end, then how many lie on each cell */
    cov_strip *strip; /* of all rows of a band */
    size_t n_strips, strip_capacity;
    size_t *row_end;         /* of each row of the band: its end in `strip` */
    uint64_t empty_in_areas; /* cells */
    int any_in_areas;
    marks marks;
} counter;

/* ---------------------------------------------------------------- memory */

static void choose_chunk(counter *c)
{
    size_t width = 0, height = 0;
    cov_raster_size(c->task->raster, &c->columns, &c->rows);
    cov_raster_piece(c->task->raster, &width, &height);
    if (width * height < COV_RASTER_PIECE)
        width *= COV_RASTER_PIECE / (width * height);
    if (width >= c->columns) {
        width = c->columns;
        if (width * height < COV_RASTER_PIECE)
            height *= COV_RASTER_PIECE / (width * height);
    }
    c->chunk_columns = width;
    c->chunk_rows = height < c->rows ? height : c->rows;
}

static cov_status reserve_marks(marks *m, size_t n, cov_error *err)
{
    m->served = cov_alloc(n, sizeof *m->served);
    m->unknown = cov_alloc(n, sizeof *m->unknown);
    m->cell = cov_alloc(n, sizeof *m->cell);
    m->x = cov_alloc(n, sizeof *m->x);
    m->y = cov_alloc(n, sizeof *m->y);
    m->point_served = cov_alloc(n, sizeof *m->point_served);
    m->point_unknown = cov_alloc(n, sizeof *m->point_unknown);
    if (m->served == NULL || m->unknown == NULL || m->cell == NULL || m->x == NULL ||
        m->y == NULL || m->point_served == NULL || m->point_unknown == NULL)
        return cov_fail_memory(err);
    return COV_OK;
}

static cov_status reserve(counter *c, cov_error *err)
{
    size_t n = c->chunk_columns * c->chunk_rows;
    c->value = cov_alloc(n, sizeof *c->value);
    c->before = cov_alloc(c->chunk_columns + 1, sizeof *c->before);
    c->steps = cov_alloc(c->chunk_columns + 1, sizeof *c->steps);
    c->row_end = cov_alloc(c->chunk_rows, sizeof *c->row_end);
    if (c->value == NULL || c->before == NULL || c->steps == NULL || c->row_end == NULL)
        return cov_fail_memory(err);
    return c->task->mark != NULL ? reserve_marks(&c->marks, n, err) : COV_OK;
}

static void clear(counter *c)
{
    cov_fraction_free(c->fraction);
    cov_cover_clear(&c->cover);
    cov_sums_clear(&c->sums);
    cov_free(c->value);
    cov_free(c->before);
    cov_free(c->steps);
    cov_free(c->strip);
    cov_free(c->row_end);
    cov_free(c->marks.served);
    cov_free(c->marks.unknown);
    cov_free(c->marks.cell);
    cov_free(c->marks.x);
    cov_free(c->marks.y);
    cov_free(c->marks.point_served);
    cov_free(c->marks.point_unknown);
}

/* ---------------------------------------------------------------- strips */

/* The strips of a band of rows, over the whole width. */
static cov_status find_strips(counter *c, size_t row, size_t n_rows, cov_error *err)
{
    cov_status s = COV_OK;
    c->n_strips = 0;
    for (size_t i = 0; i < n_rows && s == COV_OK; i++) {
        const cov_strip *strip = NULL;
        size_t n = 0;
        s = cov_fraction_row(c->fraction, row + i, &strip, &n, err);
        if (s == COV_OK && cov_reserve((void **)&c->strip, &c->strip_capacity, c->n_strips + n,
                                       sizeof *c->strip) != 0)
            s = cov_fail_memory(err);
        if (s == COV_OK && n > 0)
            memcpy(c->strip + c->n_strips, strip, n * sizeof *strip);
        c->n_strips += s == COV_OK ? n : 0;
        c->row_end[i] = c->n_strips;
    }
    c->any_in_areas |= c->n_strips > 0;
    return s;
}

static size_t row_begin(const counter *c, size_t row)
{
    return row > 0 ? c->row_end[row - 1] : 0;
}

/* The part of a strip that lies in the chunk, from its first column on; false where there is none.
 */
static bool clip(const cov_strip *strip, const chunk *k, size_t *from, size_t *to)
{
    size_t end = strip->column + strip->n, chunk_end = k->column + k->n_columns;
    *from = (strip->column > k->column ? strip->column : k->column) - k->column;
    *to = (end < chunk_end ? end : chunk_end) - k->column;
    return strip->column < chunk_end && end > k->column;
}

/* How many strips lie on each cell of a row of the chunk, into c->steps. */
static void count_strips(counter *c, const chunk *k, size_t row)
{
    memset(c->steps, 0, (k->n_columns + 1) * sizeof *c->steps);
    for (size_t i = row_begin(c, row); i < c->row_end[row]; i++) {
        size_t from = 0, to = 0;
        if (clip(&c->strip[i], k, &from, &to)) {
            c->steps[from]++;
            c->steps[to]--;
        }
    }
    for (size_t i = 1; i < k->n_columns; i++)
        c->steps[i] += c->steps[i - 1];
}

/* ---------------------------------------------------------------- marks */

/* The centres of the cells that hold anything and lie in areas. */
static void gather_points(counter *c, const chunk *k)
{
    marks *m = &c->marks;
    m->n = 0;
    for (size_t row = 0; row < k->n_rows; row++) {
        const double *value = c->value + row * k->n_columns;
        if (row_begin(c, row) == c->row_end[row])
            continue;
        count_strips(c, k, row);
        for (size_t i = 0; i < k->n_columns; i++) {
            if (c->steps[i] == 0 || !(value[i] > 0))
                continue;
            m->cell[m->n] = (uint32_t)(row * k->n_columns + i);
            m->x[m->n] = (double)(k->column + i) + 0.5;
            m->y[m->n++] = (double)(k->row + row) + 0.5;
        }
    }
}

/* Nobody knows what reaches a cell whose centre has no place in the plane. */
static cov_status mark_chunk(counter *c, const chunk *k, cov_error *err)
{
    marks *m = &c->marks;
    gather_points(c, k);
    if (m->n == 0)
        return COV_OK;
    cov_points points = COV_POINTS_INIT;
    points.n = m->n;
    points.x = m->x;
    points.y = m->y;
    cov_cover_places(&c->cover, m->n, m->x, m->y);
    memset(m->point_served, 0, m->n * sizeof *m->point_served);
    memset(m->point_unknown, 0, m->n * sizeof *m->point_unknown);
    cov_status s = c->task->mark(c->task->data, &points, m->point_served, m->point_unknown, err);
    memset(m->served, 0, k->n_rows * k->n_columns * sizeof *m->served);
    memset(m->unknown, 0, k->n_rows * k->n_columns * sizeof *m->unknown);
    for (size_t i = 0; i < m->n; i++) {
        bool placed = isfinite(m->x[i]) && isfinite(m->y[i]);
        m->served[m->cell[i]] = placed ? m->point_served[i] & c->others : 0;
        m->unknown[m->cell[i]] = placed ? m->point_unknown[i] & c->others : c->others;
    }
    return s;
}

/* ---------------------------------------------------------------- sums */

static cov_status refuse_value(const counter *c, double value, size_t row, size_t column,
                               cov_error *err)
{
    char text[32];
    const char *label = cov_raster_label(c->task->raster);
    CPLsnprintf(text, sizeof text, "%.9g", value);
    if (value < 0)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s has %s in row %zu, column %zu, where a number of persons is expected: "
                        "if that stands for no data, say so in the file (gdal_edit.py -a_nodata "
                        "%s)",
                        label, text, row + 1, column + 1, text);
    return cov_fail(err, COV_ERR_INPUT,
                    "%s has %s in row %zu, column %zu, which is more than can be counted", label,
                    text, row + 1, column + 1);
}

/* Fill c->before for a row of the chunk; *empty is the number of cells without a value. */
static cov_status sum_row(counter *c, const chunk *k, size_t row, size_t *empty, cov_error *err)
{
    const double *value = c->value + row * k->n_columns;
    cov_wide sum = 0;
    for (size_t i = 0; i < k->n_columns; i++) {
        double v = value[i];
        c->before[i] = sum;
        if (v >= 0 && v < SMALL)
            sum += (uint64_t)(int64_t)(v * UNIT);
        else if (v >= 0 && v < LARGE)
            sum += (cov_wide)(v * UNIT);
        else if (isnan(v))
            ++*empty;
        else
            return refuse_value(c, v, k->row + row, k->column + i, err);
    }
    c->before[k->n_columns] = sum;
    c->total += sum;
    return cov_sums_check(c->total, cov_tally_scale(c->tally), cov_raster_label(c->task->raster),
                          err);
}

static void count_empty(counter *c, const chunk *k, size_t row)
{
    const double *value = c->value + row * k->n_columns;
    count_strips(c, k, row);
    for (size_t i = 0; i < k->n_columns; i++)
        c->empty_in_areas += c->steps[i] > 0 && isnan(value[i]);
}

/* A share of a sum, rounded down. */
static cov_wide share_of(cov_wide sum, uint64_t share)
{
    if (share == COV_WHOLE)
        return sum;
    return ((sum >> 64) * share << 12) + ((cov_wide)(uint64_t)sum * share >> 52);
}

/* Give a piece its share of the cells from .. to of a row, all of them marked alike. */
static cov_status give(counter *c, const cov_strip *strip, uint64_t served, uint64_t unknown,
                       size_t from, size_t to, cov_error *err)
{
    const cov_piece *piece = &c->task->partition->piece[strip->label];
    cov_wide sum = share_of(c->before[to] - c->before[from], strip->share);
    uint64_t set = piece->set | served;
    size_t index = 0;
    if (sum == 0)
        return COV_OK;
    cov_status s = cov_sums_find(&c->sums, piece->area, set, unknown & ~set, &index, err);
    if (s == COV_OK)
        c->sums.sum[index].sum += sum;
    return s;
}

static cov_status give_marked(counter *c, const chunk *k, size_t row, const cov_strip *strip,
                              size_t from, size_t to, cov_error *err)
{
    const uint64_t *served = c->marks.served + row * k->n_columns;
    const uint64_t *unknown = c->marks.unknown + row * k->n_columns;
    cov_status s = COV_OK;
    while (from < to && s == COV_OK) {
        size_t end = from + 1;
        while (end < to && served[end] == served[from] && unknown[end] == unknown[from])
            end++;
        s = give(c, strip, served[from], unknown[from], from, end, err);
        from = end;
    }
    return s;
}

static cov_status count_row(counter *c, const chunk *k, size_t row, cov_error *err)
{
    size_t empty = 0;
    cov_status s = sum_row(c, k, row, &empty, err);
    if (s == COV_OK && empty > 0 && row_begin(c, row) < c->row_end[row])
        count_empty(c, k, row);
    bool any = s == COV_OK && c->before[k->n_columns] > 0;
    for (size_t i = row_begin(c, row); any && i < c->row_end[row] && s == COV_OK; i++) {
        size_t from = 0, to = 0;
        if (!clip(&c->strip[i], k, &from, &to))
            continue;
        s = c->task->mark == NULL ? give(c, &c->strip[i], 0, c->others, from, to, err)
                                  : give_marked(c, k, row, &c->strip[i], from, to, err);
    }
    return s;
}

/* ---------------------------------------------------------------- all of it */

static cov_status count_chunk(counter *c, const chunk *k, cov_error *err)
{
    cov_status s = cov_raster_window(c->task->raster, k->column, k->row, k->n_columns, k->n_rows,
                                     c->value, err);
    if (s == COV_OK && c->task->mark != NULL)
        s = mark_chunk(c, k, err);
    for (size_t row = 0; row < k->n_rows && s == COV_OK; row++)
        s = count_row(c, k, row, err);
    return s;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static cov_status count_band(counter *c, size_t row, cov_error *err)
{
    chunk k = {0, 0, row, smaller(c->chunk_rows, c->rows - row)};
    cov_status s = find_strips(c, row, k.n_rows, err);
    for (; k.column < c->columns && s == COV_OK; k.column += k.n_columns) {
        double done = (double)row + (double)k.n_rows * (double)k.column / (double)c->columns;
        k.n_columns = smaller(c->chunk_columns, c->columns - k.column);
        s = cov_phases_ask(c->task->phases, done, (double)c->rows, err);
        if (s == COV_OK)
            s = count_chunk(c, &k, err);
    }
    return s;
}

static cov_status note_cells(const counter *c, cov_error *err)
{
    const char *label = cov_raster_label(c->task->raster);
    if (!c->any_in_areas)
        return cov_notes_add(c->task->notes, err, COV_NOTE_WARNING,
                             "%s: none of its cells lies in an area", label);
    if (c->empty_in_areas == 0)
        return COV_OK;
    return cov_notes_add(c->task->notes, err, COV_NOTE_INFO,
                         "%s: %llu of its cells that lie in areas, wholly or in part, have no "
                         "value; they hold nobody",
                         label, (unsigned long long)c->empty_in_areas);
}

/* Round the sums and give them to the tally, and what they lack to the whole as a point outside. */
static cov_status push_sums(counter *c, cov_error *err)
{
    size_t n = c->sums.n + 1;
    uint64_t *word = cov_alloc(n, 3 * sizeof *word);
    int32_t *area = cov_alloc(n, sizeof *area);
    cov_points points = COV_POINTS_INIT;
    cov_status s = word == NULL || area == NULL ? cov_fail_memory(err) : COV_OK;
    if (s == COV_OK)
        s = cov_sums_round(&c->sums, c->total, cov_tally_scale(c->tally), word, err);
    if (s == COV_OK) {
        for (size_t i = 0; i < n - 1; i++) {
            area[i] = c->sums.sum[i].area;
            word[n + i] = c->sums.sum[i].set;
            word[2 * n + i] = c->sums.sum[i].unknown;
        }
        area[n - 1] = COV_OUTSIDE;
        word[2 * n - 1] = word[3 * n - 1] = 0;
        points.n = word[n - 1] > 0 ? n : n - 1;
        points.weight = word;
        points.served = word + n;
        points.unknown = word + 2 * n;
        points.area = area;
        s = cov_tally_push(c->tally, &points, err);
    }
    cov_free(word);
    cov_free(area);
    return s;
}

/* The services of a tally that the pieces don't answer. */
static uint64_t find_others(const cov_population_task *task, const cov_tally *tally)
{
    size_t n = cov_tally_services(tally);
    uint64_t all = n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
    return all & ~task->partition->answered;
}

cov_status cov_population_count(const cov_population_task *task, cov_tally *tally,
                                cov_transform *way, cov_error *err)
{
    counter c = {.task = task, .tally = tally, .cover = {.rings = COV_RINGS_INIT}};
    choose_chunk(&c);
    c.others = find_others(task, tally);
    cov_status s = cov_cover_create(task->raster, task->partition, task->plane, task->mark != NULL,
                                    task->notes, &c.cover, err);
    if (s == COV_OK)
        s = cov_fraction_create(&c.cover.rings, c.cover.mirrored, c.columns, c.rows, &c.fraction,
                                err);
    if (s == COV_OK)
        s = reserve(&c, err);
    for (size_t row = 0; row < c.rows && s == COV_OK; row += c.chunk_rows)
        s = count_band(&c, row, err);
    if (s == COV_OK)
        s = note_cells(&c, err);
    if (s == COV_OK)
        s = push_sums(&c, err);
    if (s == COV_OK && way != NULL) {
        *way = c.cover.to;
        memset(&c.cover.to, 0, sizeof c.cover.to);
    }
    clear(&c);
    return s;
}
