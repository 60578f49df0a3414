/* SPDX-License-Identifier: MIT */
#include "io/stream_points.h"

#include <math.h>
#include <string.h>

#include <cpl_string.h>

#include "base/mem.h"
#include "geometry/wkb.h"
#include "io/batch.h"
#include "io/column.h"
#include "io/watch.h"

#define STRINGIFY(x) #x
#define TEXT_OF(x) STRINGIFY(x)

typedef struct cell {
    int column;    /* of the layer */
    size_t values; /* the column of the stream */
    cov_column_kind kind;
} cell;

struct cov_stream_points {
    cov_layer *layer;
    cov_intake intake;
    int plain;     /* 0: GDAL can't stream it after all */
    int n_columns; /* of the layer */
    cell *cell;
    size_t n_cells;
};

struct cov_stream_reader {
    const cov_stream_points *points;
    cov_datum *datum;
    char *text; /* of one row */
    size_t capacity;
};

/* ---------------------------------------------------------------- opening */

/* Take the layer's stream, in the watch of the layer. */
static int take_stream(cov_layer *layer, struct ArrowArrayStream *stream)
{
    char **options = CSLAddString(NULL, "INCLUDE_FID=NO");
    options = CSLAddString(options, "MAX_FEATURES_IN_BATCH=" TEXT_OF(COV_BATCH));
    int taken = OGR_L_GetArrowStream(layer->layer, stream, options);
    CSLDestroy(options);
    return taken;
}

static cov_status begin(cov_stream_points *p, cov_error *err)
{
    cov_layer *layer = p->layer;
    cov_table_options options = COV_TABLE_OPTIONS_INIT;
    struct ArrowArrayStream stream;
    cov_error ignored;
    const char *name = OGR_L_GetGeometryColumn(layer->layer);
    options.geometry = name[0] != '\0' ? name : "wkb_geometry";
    cov_watch_begin(layer->watch);
    cov_status s = COV_OK;
    p->plain = take_stream(layer, &stream);
    if (p->plain)
        s = cov_intake_begin(&stream, &options, &p->intake, &ignored);
    p->plain = p->plain && s == COV_OK && layer->watch->failures == 0;
    cov_watch_clear(layer->watch);
    cov_watch_end(layer->watch);
    return s == COV_ERR_MEMORY ? cov_fail_memory(err) : COV_OK;
}

static void end(cov_stream_points *p)
{
    cov_watch_begin(p->layer->watch);
    cov_intake_end(&p->intake);
    cov_watch_clear(p->layer->watch);
    cov_watch_end(p->layer->watch);
}

/* A column of the layer whose cells the stream gives as a feature would: no bits, no 16. */
static int plan_cell(const cov_stream_points *p, int column, cell *out)
{
    OGRFieldDefnH field = OGR_FD_GetFieldDefn(OGR_L_GetLayerDefn(p->layer->layer), column);
    OGRFieldType type = OGR_Fld_GetType(field);
    const cov_table *table = p->intake.table;
    int found = cov_table_find(table, OGR_Fld_GetNameRef(field));
    if (found < 0)
        return 0;
    const cov_column_layout *layout = &table->column[found];
    const cov_values *v = &layout->values;
    out->column = column;
    out->values = (size_t)found;
    if (layout->has_dictionary)
        return 0;
    switch (type) {
    case OFTInteger:
    case OFTInteger64:
        out->kind = COV_COLUMN_WHOLE;
        return v->storage == COV_STORAGE_SIGNED && v->width == (type == OFTInteger ? 4 : 8);
    case OFTReal:
        out->kind = COV_COLUMN_REAL;
        return v->storage == COV_STORAGE_FLOAT && v->width == 8;
    case OFTString:
        out->kind = COV_COLUMN_TEXT;
        return v->storage == COV_STORAGE_OFFSETS && !v->bytes;
    default:
        return 0;
    }
}

/* Each once, however often it is asked for. */
static int plan_columns(cov_stream_points *p, const int *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < p->n_cells && p->cell[k].column != columns[i])
            k++;
        if (k == p->n_cells && !plan_cell(p, columns[i], &p->cell[p->n_cells++]))
            return 0;
    }
    return p->intake.table->shapes == COV_SHAPE_WKB;
}

/* Formats that say how many features there are, so that a missing one is noticed. */
static int may_stream(const cov_layer *layer)
{
    return layer->table == NULL && layer->filter == NULL && layer->charset == NULL &&
           layer->promised > 0 && OGR_L_TestCapability(layer->layer, OLCFastGetArrowStream);
}

cov_status cov_stream_points_open(cov_layer *layer, const int *columns, size_t n,
                                  cov_stream_points **out, cov_error *err)
{
    *out = NULL;
    if (!may_stream(layer))
        return COV_OK;
    cov_stream_points *p = cov_alloc_zero(1, sizeof *p);
    if (p == NULL)
        return cov_fail_memory(err);
    p->layer = layer;
    p->n_columns = OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(layer->layer));
    p->cell = cov_alloc_zero(n, sizeof *p->cell);
    cov_status s = p->cell != NULL ? begin(p, err) : cov_fail_memory(err);
    if (s == COV_OK && p->plain && plan_columns(p, columns, n)) {
        *out = p;
        return COV_OK;
    }
    cov_stream_points_close(p);
    return s;
}

void cov_stream_points_close(cov_stream_points *points)
{
    if (points == NULL)
        return;
    end(points);
    cov_free(points->cell);
    cov_free(points);
}

cov_status cov_stream_points_rewind(cov_stream_points *points, cov_error *err)
{
    end(points);
    return begin(points, err);
}

/* ---------------------------------------------------------------- rows */

cov_status cov_stream_points_next(cov_stream_points *points, cov_batch_rows *rows, size_t *n,
                                  int *plain, cov_error *err)
{
    cov_intake *intake = &points->intake;
    cov_watch *watch = points->layer->watch;
    int more = 0;
    cov_error ignored;
    *n = 0;
    *plain = points->plain;
    if (!*plain)
        return COV_OK;
    cov_watch_begin(watch);
    cov_status s = cov_intake_next(intake, &more, &ignored);
    *plain = s == COV_OK && watch->failures == 0;
    cov_watch_clear(watch);
    cov_watch_end(watch);
    if (s == COV_ERR_MEMORY)
        return cov_fail_memory(err);
    if (*plain && more) {
        cov_intake_take(intake, rows);
        *n = cov_batch_length(rows);
        *plain = *n <= COV_BATCH;
    }
    if (*n == 0)
        *plain = *plain && intake->table->rows == (size_t)points->layer->promised;
    return COV_OK;
}

/* ---------------------------------------------------------------- cells */

cov_status cov_stream_reader_create(const cov_stream_points *points, cov_stream_reader **out,
                                    cov_error *err)
{
    cov_stream_reader *r = cov_alloc_zero(1, sizeof *r);
    if (r == NULL)
        return cov_fail_memory(err);
    r->points = points;
    r->datum = cov_alloc_zero((size_t)points->n_columns, sizeof *r->datum);
    if (r->datum != NULL) {
        *out = r;
        return COV_OK;
    }
    cov_stream_reader_free(r);
    return cov_fail_memory(err);
}

void cov_stream_reader_free(cov_stream_reader *reader)
{
    if (reader == NULL)
        return;
    cov_free(reader->datum);
    cov_free(reader->text);
    cov_free(reader);
}

/* Room for the texts of a row. */
static cov_status make_room(cov_stream_reader *r, const cov_batch_rows *rows, size_t i,
                            cov_error *err)
{
    const cov_stream_points *p = r->points;
    size_t size = 0;
    for (size_t k = 0; k < p->n_cells; k++) {
        cov_cell value;
        if (p->cell[k].kind != COV_COLUMN_TEXT)
            continue;
        cov_batch_cell(p->intake.table, rows, i, p->cell[k].values, &value);
        size += value.is_null ? 0 : value.size + 1;
    }
    if (size <= r->capacity)
        return COV_OK;
    char *text = cov_resize(r->text, size, 1);
    if (text == NULL)
        return cov_fail_memory(err);
    r->text = text;
    r->capacity = size;
    return COV_OK;
}

static const char *keep_text(char **at, const cov_cell *value)
{
    char *text = *at;
    memcpy(text, value->text, value->size);
    text[value->size] = '\0';
    *at += value->size + 1;
    return text;
}

/* 0 where a text ends before its end. */
static int read_cells(cov_stream_reader *r, const cov_batch_rows *rows, size_t i)
{
    const cov_stream_points *p = r->points;
    char *text = r->text;
    for (size_t k = 0; k < p->n_cells; k++) {
        cov_cell value;
        cov_datum *datum = &r->datum[p->cell[k].column];
        cov_batch_cell(p->intake.table, rows, i, p->cell[k].values, &value);
        *datum = (cov_datum){.is_null = value.is_null, .text = ""};
        if (value.is_null)
            continue;
        if (p->cell[k].kind == COV_COLUMN_WHOLE)
            datum->whole = value.whole;
        else if (p->cell[k].kind == COV_COLUMN_REAL)
            datum->real = value.real;
        else if (memchr(value.text, 0, value.size) == NULL)
            datum->text = keep_text(&text, &value);
        else
            return 0;
    }
    return 1;
}

/* ---------------------------------------------------------------- places */

/* 0 for what is no point; one of two NaN is an empty point. No geometry may be one that GDAL
 * couldn't read, which it says of features alone. */
static int read_point(const cov_stream_points *p, const cov_batch_rows *rows, size_t i, double *x,
                      double *y)
{
    size_t size = 0, doubles = 0;
    uint32_t type = 0;
    const void *wkb = cov_batch_wkb(p->intake.table, rows, i, &size);
    cov_wkb r = cov_wkb_open(wkb, size);
    if (wkb == NULL || cov_wkb_head(&r, &type, &doubles, NULL) != COV_OK || type != COV_WKB_POINT ||
        cov_wkb_expect(&r, 1, doubles * sizeof(double), NULL) != COV_OK)
        return 0;
    *x = cov_wkb_f64(&r, r.at);
    *y = cov_wkb_f64(&r, r.at + sizeof(double));
    return (isfinite(*x) && isfinite(*y)) || (isnan(*x) && isnan(*y));
}

cov_status cov_stream_reader_read(cov_stream_reader *reader, const cov_batch_rows *rows,
                                  cov_visit visit, void *data, int *plain, cov_error *err)
{
    const cov_stream_points *p = reader->points;
    size_t n = cov_batch_length(rows);
    *plain = 1;
    for (size_t i = 0; i < n && *plain; i++) {
        const cov_record record = {p->layer->label, (int64_t)(rows->first + i) + 1, NULL,
                                   reader->datum};
        double x, y;
        cov_error ignored;
        cov_status s = make_room(reader, rows, i, err);
        if (s != COV_OK)
            return s;
        *plain = read_point(p, rows, i, &x, &y) && read_cells(reader, rows, i) &&
                 visit(data, &record, x, y, &ignored) == COV_OK;
    }
    return COV_OK;
}
