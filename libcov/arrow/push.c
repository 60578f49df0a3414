/* Points of a stream, pushed to a tally.
 * SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "arrow/layout.h"
#include "base/decimal.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/tally.h"
#include "geometry/wkb.h"

/* Rows pushed at a time. */
#define SLICE ((size_t)65536)

typedef struct pusher {
    cov_tally *tally; /* a twin of the caller's, merged into it at the end */
    cov_intake intake;
    const cov_point_columns *columns;
    int x, y, weight; /* columns; -1: none */
    int *answer;      /* for each service its column, or -1 */
    unsigned places;  /* decimals of the scale */
    double *xs, *ys;
    uint64_t *weights, *served, *unknown;
} pusher;

static const char *label(const pusher *p)
{
    return p->intake.table->name;
}

/* ---------------------------------------------------------------- columns */

/* Coordinates are numbers, the rest may be written as text as well. A column that is all null has
 * no type of its own. */
static int suits(const cov_table *table, size_t column, int texts)
{
    cov_cell_type type = cov_table_type(table, column);
    if (table->column[column].values.storage == COV_STORAGE_NULL)
        return 1;
    if (type == COV_CELL_BOOLEAN || type == COV_CELL_TEXT)
        return texts;
    return type != COV_CELL_OTHER && type != COV_CELL_BYTES;
}

static cov_status find_column(const pusher *p, const char *name, const char *what, int texts,
                              int *out, cov_error *err)
{
    const cov_table *table = p->intake.table;
    *out = -1;
    if (name == NULL)
        return COV_OK;
    *out = cov_table_find(table, name);
    if (*out < 0)
        return cov_fail(err, COV_ERR_INPUT, "%s has no column \"%s\" for the %s", label(p),
                        cov_quote(name).text, what);
    if (!suits(table, (size_t)*out, texts))
        return cov_fail(err, COV_ERR_INPUT,
                        "%s: the column \"%s\" for the %s is of the Arrow type %s, not %s",
                        label(p), cov_quote(name).text, what, table->schema.children[*out]->format,
                        texts ? "numbers, booleans or text" : "numbers");
    return COV_OK;
}

static cov_status find_answers(pusher *p, cov_error *err)
{
    const cov_point_columns *c = p->columns;
    size_t n = cov_tally_services(p->tally);
    if (c->n_services != 0 && (c->n_services != n || c->services == NULL))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "columns are given for %zu services, but the tally has %zu", c->n_services,
                        n);
    for (size_t k = 0; k < n; k++) {
        const char *name = c->n_services != 0 ? c->services[k] : NULL;
        cov_status s =
            find_column(p, name, cov_tally_service_name(p->tally, k), 1, &p->answer[k], err);
        if (s != COV_OK)
            return s;
        if ((name != NULL) == (p->tally->service[k].footprint != NULL))
            return cov_fail(err, COV_ERR_ARGUMENT,
                            name != NULL ? "the service %s has a footprint: it takes no column"
                                         : "the service %s has no footprint: name the column that "
                                           "answers it",
                            cov_tally_service_name(p->tally, k));
    }
    return COV_OK;
}

static cov_status find_columns(pusher *p, cov_error *err)
{
    const cov_point_columns *c = p->columns;
    cov_status s = COV_OK;
    if ((c->x == NULL) != (c->y == NULL))
        return cov_fail(err, COV_ERR_ARGUMENT, "x and y are columns both, or neither");
    if (c->x == NULL && p->intake.table->geometry < 0)
        s = cov_fail(err, COV_ERR_INPUT,
                     "%s has no geometry column: name columns for x and y, or one for the geometry",
                     label(p));
    if (s == COV_OK)
        s = find_column(p, c->x, "x of the points", 0, &p->x, err);
    if (s == COV_OK)
        s = find_column(p, c->y, "y of the points", 0, &p->y, err);
    if (s == COV_OK)
        s = find_column(p, c->weight, "weight of the points", 1, &p->weight, err);
    return s == COV_OK ? find_answers(p, err) : s;
}

static cov_status check_crs(const pusher *p, cov_error *err)
{
    const char *mine = p->intake.table->crs, *theirs = cov_areas_crs(p->tally->areas);
    if (mine == NULL || theirs == NULL || strcmp(mine, theirs) == 0)
        return COV_OK;
    return cov_fail(err, COV_ERR_CRS,
                    "%s is in another coordinate system than the areas (%s, %s): transform one of "
                    "them first",
                    label(p), cov_quote(mine).text, cov_quote(theirs).text);
}

/* ---------------------------------------------------------------- places */

static cov_status fail_cell(const pusher *p, const cov_batch_rows *batch, size_t i, int column,
                            const char *how, cov_error *err)
{
    return cov_fail(err, COV_ERR_INPUT, "%s, row %zu, column \"%s\": %s", label(p),
                    batch->first + i + 1, cov_quote(p->intake.table->column[column].name).text,
                    how);
}

static int is_plain_point(const unsigned char *wkb, size_t size)
{
    static const unsigned char head[] = {1, COV_WKB_POINT, 0, 0, 0};
    return size == 21 && memcmp(wkb, head, sizeof head) == 0 &&
           __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

/* Whether a geometry that is no point says that it has no part: then it is nowhere. */
static int is_empty(cov_wkb *r, uint32_t type)
{
    uint32_t n = 1;
    return type > COV_WKB_POINT && type <= COV_WKB_COLLECTION &&
           cov_wkb_u32(r, &n, NULL) == COV_OK && n == 0;
}

/* A point in any WKB but the plainest. */
static cov_status read_wkb(const pusher *p, const cov_batch_rows *batch, size_t i, cov_wkb r,
                           double *x, double *y, cov_error *err)
{
    size_t doubles = 0;
    uint32_t type = 0;
    cov_error why = {COV_OK, ""};
    cov_status s = cov_wkb_head(&r, &type, &doubles, &why);
    if (s == COV_OK && type == COV_WKB_POINT)
        s = cov_wkb_expect(&r, 1, doubles * sizeof(double), &why);
    if (s != COV_OK)
        return fail_cell(p, batch, i, p->intake.table->geometry, why.message, err);
    if (is_empty(&r, type))
        return COV_OK;
    if (type != COV_WKB_POINT)
        return fail_cell(p, batch, i, p->intake.table->geometry,
                         "the geometry is no point: a row stands where one point is", err);
    cov_xy at = cov_wkb_xy(&r);
    *x = at.x;
    *y = at.y;
    return COV_OK;
}

static cov_status read_point(const pusher *p, const cov_batch_rows *batch, size_t i, double *x,
                             double *y, cov_error *err)
{
    size_t size = 0;
    *x = *y = NAN;
    const unsigned char *wkb = cov_batch_wkb(p->intake.table, batch, i, &size);
    if (wkb == NULL)
        return COV_OK;
    if (!is_plain_point(wkb, size))
        return read_wkb(p, batch, i, cov_wkb_open(wkb, size), x, y, err);
    memcpy(x, wkb + 5, sizeof *x);
    memcpy(y, wkb + 13, sizeof *y);
    return COV_OK;
}

static int is_aligned(const void *at)
{
    return (uintptr_t)at % _Alignof(double) == 0;
}

static int has_bitmap(const struct ArrowArray *a)
{
    return a->n_buffers > 0 && a->buffers != NULL && a->buffers[0] != NULL;
}

static int may_be_null(const cov_batch_rows *batch, size_t column)
{
    return has_bitmap(&batch->array) || has_bitmap(batch->array.children[column]);
}

/* The doubles of a column where they lie; NULL where they must be gone through. */
static const double *plain_doubles(const pusher *p, const cov_batch_rows *batch, int column)
{
    const cov_column_layout *c = &p->intake.table->column[column];
    const struct ArrowArray *a = batch->array.children[column];
    if (c->has_dictionary || c->values.storage != COV_STORAGE_FLOAT || c->values.width != 8 ||
        may_be_null(batch, (size_t)column))
        return NULL;
    const double *at = a->buffers[1];
    return is_aligned(at) ? at + a->offset + batch->array.offset : NULL;
}

/* The double nearest to a decimal: the quotient of two whole numbers that doubles hold exactly. 0
 * where they don't. */
static int double_of(const cov_cell *cell, double *out)
{
    uint64_t units = 0;
    double power = 1;
    int behind = 0;
    const char *last = strchr(cell->text, '.') != NULL ? cell->text + cell->size - 1 : NULL;
    while (last != NULL && *last == '0')
        last--;
    for (const char *c = cell->text; *c != '\0' && (last == NULL || c <= last); c++) {
        if (*c == '-')
            continue;
        if (*c == '.') {
            behind = 1;
            continue;
        }
        units = units * 10 + (uint64_t)(*c - '0');
        power = behind ? power * 10 : power;
        if (units > UINT64_C(1) << 53 || power > 1e22)
            return 0;
    }
    *out = (cell->text[0] == '-' ? -(double)units : (double)units) / power;
    return 1;
}

static cov_status number_of(const pusher *p, const cov_batch_rows *batch, size_t i, int column,
                            double *out, cov_error *err)
{
    cov_cell cell;
    cov_batch_cell(p->intake.table, batch, i, (size_t)column, &cell);
    *out = NAN;
    if (cell.is_null)
        return COV_OK;
    switch (cov_table_type(p->intake.table, (size_t)column)) {
    case COV_CELL_REAL:
        *out = cell.real;
        return COV_OK;
    case COV_CELL_WHOLE:
        *out = cell.over ? (double)(uint64_t)cell.whole : (double)cell.whole;
        return COV_OK;
    default:
        return double_of(&cell, out)
                   ? COV_OK
                   : fail_cell(p, batch, i, column,
                               "a decimal has more digits than a coordinate: cast the column to "
                               "float64",
                               err);
    }
}

static cov_status read_column(const pusher *p, const cov_batch_rows *batch, size_t from, size_t n,
                              int column, double *to, const double **out, cov_error *err)
{
    const double *plain = plain_doubles(p, batch, column);
    cov_status s = COV_OK;
    *out = plain != NULL ? plain + from : to;
    for (size_t i = 0; plain == NULL && i < n && s == COV_OK; i++)
        s = number_of(p, batch, from + i, column, &to[i], err);
    return s;
}

/* GeoArrow's points pass by pointer, too, unless some may be null. */
static cov_status read_native(const pusher *p, const cov_batch_rows *batch, size_t from,
                              cov_points *points, cov_error *err)
{
    cov_places at;
    size_t column = (size_t)p->intake.table->geometry;
    cov_status s = cov_native_places(p->intake.table, batch, &at, err);
    if (s != COV_OK)
        return s;
    const char *x = at.x + from * at.stride, *y = at.y + from * at.stride;
    if (!may_be_null(batch, column) && is_aligned(x) && is_aligned(y)) {
        points->x = (const double *)(const void *)x;
        points->y = (const double *)(const void *)y;
        points->x_stride = points->y_stride = at.stride;
        return COV_OK;
    }
    for (size_t i = 0; i < points->n; i++) {
        memcpy(&p->xs[i], x + i * at.stride, sizeof(double));
        memcpy(&p->ys[i], y + i * at.stride, sizeof(double));
        if (cov_batch_is_null(batch, column, from + i))
            p->xs[i] = NAN;
    }
    return COV_OK;
}

static cov_status read_places(const pusher *p, const cov_batch_rows *batch, size_t from,
                              cov_points *points, cov_error *err)
{
    cov_status s = COV_OK;
    points->x = p->xs;
    points->y = p->ys;
    if (p->x < 0 && p->intake.table->shapes == COV_SHAPE_POINTS)
        return read_native(p, batch, from, points, err);
    if (p->x < 0) {
        for (size_t i = 0; i < points->n && s == COV_OK; i++)
            s = read_point(p, batch, from + i, &p->xs[i], &p->ys[i], err);
        return s;
    }
    s = read_column(p, batch, from, points->n, p->x, p->xs, &points->x, err);
    return s == COV_OK ? read_column(p, batch, from, points->n, p->y, p->ys, &points->y, err) : s;
}

/* ---------------------------------------------------------------- weights */

/* A text that ends in a NUL; 0 where it is too long for a number. */
static int copy_short(const cov_cell *cell, char out[64])
{
    if (cell->size >= 64)
        return 0;
    memcpy(out, cell->text, cell->size);
    out[cell->size] = '\0';
    return strlen(out) == cell->size;
}

static cov_decimal_state weigh(const pusher *p, const cov_cell *cell, cov_decimal *out)
{
    char text[64];
    uint64_t whole = (uint64_t)cell->whole;
    switch (cov_table_type(p->intake.table, (size_t)p->weight)) {
    case COV_CELL_REAL:
        return cov_decimal_of_double(cell->real, p->tally->scale, out);
    case COV_CELL_TEXT:
    case COV_CELL_DECIMAL:
        return copy_short(cell, text) ? cov_decimal_read(text, p->places, out)
                                      : COV_DECIMAL_NOT_A_NUMBER;
    default:
        if (cell->whole < 0 && !cell->over)
            return COV_DECIMAL_NEGATIVE;
        if (whole > UINT64_MAX / p->tally->scale)
            return COV_DECIMAL_TOO_LARGE;
        out->units = whole * p->tally->scale;
        return COV_DECIMAL_OK;
    }
}

static cov_status read_weights(const pusher *p, const cov_batch_rows *batch, size_t from, size_t n,
                               cov_error *err)
{
    static const char *const why[] = {
        "", "the weight is not a number", "the weight is negative: a point stands for 0 or more",
        "the weight is too large to be counted exactly: check the column"};
    for (size_t i = 0; i < n; i++) {
        cov_cell cell;
        cov_decimal weight;
        cov_batch_cell(p->intake.table, batch, from + i, (size_t)p->weight, &cell);
        if (cell.is_null)
            return fail_cell(p, batch, from + i, p->weight,
                             "the weight is null: give every point a number, 0 where it stands "
                             "for nothing",
                             err);
        cov_decimal_state state = weigh(p, &cell, &weight);
        if (state != COV_DECIMAL_OK)
            return fail_cell(p, batch, from + i, p->weight, why[state], err);
        p->weights[i] = weight.units;
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- answers */

typedef enum reply { REPLY_NO, REPLY_YES, REPLY_UNKNOWN, REPLY_NEITHER } reply;

static reply text_reply(const cov_cell *cell)
{
    char text[64];
    size_t size = 0;
    int yes = 0;
    if (!copy_short(cell, text))
        return REPLY_NEITHER;
    (void)cov_trim(text, &size);
    if (size == 0)
        return REPLY_UNKNOWN;
    if (cov_answer_parse(text, &yes, NULL) != COV_OK)
        return REPLY_NEITHER;
    return yes ? REPLY_YES : REPLY_NO;
}

static reply answer(const pusher *p, const cov_batch_rows *batch, size_t i, int column)
{
    cov_cell cell;
    cov_batch_cell(p->intake.table, batch, i, (size_t)column, &cell);
    if (cell.is_null)
        return REPLY_UNKNOWN;
    switch (cov_table_type(p->intake.table, (size_t)column)) {
    case COV_CELL_REAL:
        if (isnan(cell.real))
            return REPLY_UNKNOWN;
        return cell.real < 0 || cell.real > 0 ? REPLY_YES : REPLY_NO;
    case COV_CELL_DECIMAL:
        return strpbrk(cell.text, "123456789") != NULL ? REPLY_YES : REPLY_NO;
    case COV_CELL_TEXT:
        return text_reply(&cell);
    default:
        return cell.whole != 0 ? REPLY_YES : REPLY_NO;
    }
}

static cov_status read_answers(const pusher *p, const cov_batch_rows *batch, size_t from, size_t n,
                               cov_error *err)
{
    memset(p->served, 0, n * sizeof *p->served);
    memset(p->unknown, 0, n * sizeof *p->unknown);
    for (size_t k = 0; k < cov_tally_services(p->tally); k++) {
        for (size_t i = 0; i < n && p->answer[k] >= 0; i++) {
            reply r = answer(p, batch, from + i, p->answer[k]);
            if (r == REPLY_NEITHER)
                return fail_cell(p, batch, from + i, p->answer[k],
                                 "the answer is neither yes nor no: write one of them, or null, "
                                 "which is unknown",
                                 err);
            p->served[i] |= (uint64_t)(r == REPLY_YES) << k;
            p->unknown[i] |= (uint64_t)(r == REPLY_UNKNOWN) << k;
        }
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- batches */

static cov_status push_slice(const pusher *p, const cov_batch_rows *batch, size_t from, size_t n,
                             cov_error *err)
{
    cov_points points = COV_POINTS_INIT;
    points.n = n;
    cov_status s = read_places(p, batch, from, &points, err);
    if (s == COV_OK && p->weight >= 0)
        s = read_weights(p, batch, from, n, err);
    if (s == COV_OK)
        s = read_answers(p, batch, from, n, err);
    points.weight = p->weight >= 0 ? p->weights : NULL;
    points.served = p->served;
    points.unknown = p->unknown;
    return s == COV_OK ? cov_tally_push(p->tally, &points, err) : s;
}

static cov_status push_batch(const pusher *p, cov_progress progress, void *data, cov_error *err)
{
    const cov_table *table = p->intake.table;
    const cov_batch_rows *batch = &table->batch[table->n_batches - 1];
    size_t length = cov_batch_length(batch);
    cov_status s = COV_OK;
    for (size_t from = 0; from < length && s == COV_OK; from += SLICE) {
        if (progress != NULL && progress(data, "locate and count", -1) != 0)
            return cov_fail(err, COV_ERR_CANCELLED, "cancelled");
        s = push_slice(p, batch, from, length - from < SLICE ? length - from : SLICE, err);
    }
    return s;
}

static cov_status push_stream(pusher *p, cov_progress progress, void *data, cov_error *err)
{
    int more = 1;
    cov_status s = check_crs(p, err);
    if (s == COV_OK)
        s = find_columns(p, err);
    if (p->x >= 0)
        p->intake.table->shapes = COV_SHAPE_NONE; /* nobody asks for them */
    cov_native_keep_points(p->intake.table);
    while (s == COV_OK && more) {
        s = cov_intake_next(&p->intake, &more, err);
        if (s == COV_OK && more)
            s = push_batch(p, progress, data, err);
        cov_intake_forget(&p->intake);
    }
    return s;
}

static cov_status begin(pusher *p, const cov_tally *tally, cov_error *err)
{
    cov_tally_options options = COV_TALLY_OPTIONS_INIT;
    options.scale = tally->scale;
    options.max_cells = tally->max_cells;
    cov_status s =
        cov_tally_create(tally->areas, tally->service, tally->n_services, &options, &p->tally, err);
    if (s != COV_OK)
        return s;
    for (uint32_t scale = tally->scale; scale > 1; scale /= 10)
        p->places++;
    p->answer = cov_alloc(tally->n_services, sizeof *p->answer);
    p->xs = cov_alloc(SLICE, sizeof *p->xs);
    p->ys = cov_alloc(SLICE, sizeof *p->ys);
    p->weights = cov_alloc(SLICE, sizeof *p->weights);
    p->served = cov_alloc(SLICE, sizeof *p->served);
    p->unknown = cov_alloc(SLICE, sizeof *p->unknown);
    if (p->answer == NULL || p->xs == NULL || p->ys == NULL || p->weights == NULL ||
        p->served == NULL || p->unknown == NULL)
        return cov_fail_memory(err);
    return COV_OK;
}

static void end(pusher *p)
{
    cov_intake_end(&p->intake);
    cov_tally_free(p->tally);
    cov_free(p->answer);
    cov_free(p->xs);
    cov_free(p->ys);
    cov_free(p->weights);
    cov_free(p->served);
    cov_free(p->unknown);
}

cov_status cov_tally_push_arrow(cov_tally *tally, struct ArrowArrayStream *stream,
                                const cov_table_options *options, const cov_point_columns *columns,
                                cov_progress progress, void *progress_data, cov_error *err)
{
    static const cov_point_columns none = COV_POINT_COLUMNS_INIT;
    pusher p;
    memset(&p, 0, sizeof p);
    p.columns = columns != NULL ? columns : &none;
    if (stream == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no stream");
    cov_status s = cov_intake_begin(stream, options, &p.intake, err);
    if (s != COV_OK)
        return s;
    if (tally == NULL)
        s = cov_fail(err, COV_ERR_ARGUMENT, "there is no tally to push to");
    else if (tally->served == NULL)
        s = cov_fail(err, COV_ERR_ARGUMENT,
                     "a loaded tally takes no points, for it has no footprints: push to a new "
                     "one and merge the two");
    if (s == COV_OK)
        s = begin(&p, tally, err);
    if (s == COV_OK)
        s = push_stream(&p, progress, progress_data, err);
    if (s == COV_OK)
        s = cov_tally_merge(tally, p.tally, err);
    end(&p);
    return s;
}
