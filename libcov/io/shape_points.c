/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "io/shape_points.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/column.h"
#include "io/path.h"
#include "io/shape_format.h"
#include "io/shapefile.h"

/* So much of each file at a time, that it is still in the cache when it is looked at. */
#define BLOCK (UINT32_C(1) << 18)

/* Digits of an integer that surely is one, by its type, and of a decimal that a double holds. */
#define DIGITS_INTEGER 9
#define DIGITS_INTEGER64 18
#define DIGITS_REAL 15

typedef struct cell {
    int column;
    cov_column_kind kind;
    uint32_t at; /* in the record */
    uint32_t width;
    int digits;
} cell;

struct cov_shape_points {
    const char *label;
    int shp, shx, dbf;
    uint64_t n;
    uint32_t type;  /* of all shapes */
    uint32_t shape; /* bytes of a record of the .shp, with its header */
    uint32_t dbf_header;
    uint32_t row; /* bytes of a record of the .dbf */
    int n_columns;
    cell *cell;
    size_t n_cells;
    size_t text_size; /* of all texts of a record */
};

struct cov_shape_reader {
    const cov_shape_points *points;
    size_t step; /* records of a block */
    unsigned char *shp, *shx, *dbf;
    cov_datum *datum;
    char *text;
};

static double little_double(const unsigned char *b)
{
    uint64_t bits = (uint64_t)little32(b + 4) << 32 | little32(b);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* All of them, or 0. */
static int read_at(int file, void *to, size_t size, uint64_t at)
{
    char *next = to;
    while (size > 0) {
        ssize_t n = pread(file, next, size, (off_t)at);
        if (n <= 0)
            return 0;
        next += n;
        at += (uint64_t)n;
        size -= (size_t)n;
    }
    return 1;
}

/* ---------------------------------------------------------------- what the files are */

/* Bytes of the record of a shape with its header of 8; 0 for what is no point. */
static uint32_t shape_bytes(uint32_t type)
{
    return type == SHP_POINT ? 28 : type == SHP_POINT_Z ? 44 : type == SHP_POINT_M ? 36 : 0;
}

static int read_shape_header(cov_shape_points *p)
{
    unsigned char shp[SHP_HEADER], shx[SHP_HEADER];
    if (!read_at(p->shp, shp, sizeof shp, 0) || !read_at(p->shx, shx, sizeof shx, 0))
        return 0;
    p->type = little32(shp + SHP_TYPE);
    p->shape = shape_bytes(p->type);
    return p->shape != 0 && (uint64_t)big32(shp + SHP_LENGTH) * 2 == SHP_HEADER + p->n * p->shape &&
           (uint64_t)big32(shx + SHP_LENGTH) * 2 == SHP_HEADER + p->n * SHX_RECORD;
}

/* A cell of the .dbf that is read as GDAL reads it. */
static int plan_cell(const unsigned char *column, OGRFieldDefnH field, cell *out)
{
    OGRFieldType type = OGR_Fld_GetType(field);
    int number = column[11] == 'N' || column[11] == 'F';
    out->width = column[16];
    if (column[11] == 'C' && type == OFTString) {
        out->kind = COV_COLUMN_TEXT;
    } else if (number && (type == OFTInteger || type == OFTInteger64)) {
        out->kind = COV_COLUMN_WHOLE;
        out->digits = type == OFTInteger ? DIGITS_INTEGER : DIGITS_INTEGER64;
    } else if (number && type == OFTReal) {
        out->kind = COV_COLUMN_REAL;
        out->digits = DIGITS_REAL;
    } else {
        return 0;
    }
    return OGR_Fld_GetSubType(field) == OFSTNone;
}

static int is_asked(int column, const int *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (columns[i] == column)
            return 1;
    }
    return 0;
}

static int plan_columns(cov_shape_points *p, const unsigned char *head, OGRFeatureDefnH fields,
                        const int *columns, size_t n)
{
    uint32_t at = 1; /* behind the mark of the deleted */
    for (int i = 0; i < p->n_columns; i++) {
        const unsigned char *column = head + DBF_HEADER + (size_t)i * DBF_COLUMN;
        if (is_asked(i, columns, n)) {
            cell *c = &p->cell[p->n_cells++];
            c->column = i;
            c->at = at;
            if (!plan_cell(column, OGR_FD_GetFieldDefn(fields, i), c))
                return 0;
            p->text_size += c->kind == COV_COLUMN_TEXT ? c->width + 1 : 0;
        }
        at += column[16];
    }
    return at == p->row;
}

static int read_table_header(cov_shape_points *p, OGRFeatureDefnH fields, const int *columns,
                             size_t n)
{
    unsigned char head[DBF_HEADER + DBF_COLUMNS * DBF_COLUMN + 1];
    p->n_columns = OGR_FD_GetFieldCount(fields);
    size_t size = DBF_HEADER + (size_t)p->n_columns * DBF_COLUMN + 1;
    if (p->n_columns > DBF_COLUMNS || !read_at(p->dbf, head, size, 0))
        return 0;
    p->n = little32(head + DBF_RECORDS);
    p->dbf_header = little16(head + DBF_HEADER_LENGTH);
    p->row = little16(head + DBF_RECORD_LENGTH);
    return head[size - 1] == DBF_END && p->dbf_header >= size &&
           plan_columns(p, head, fields, columns, n);
}

/* ---------------------------------------------------------------- opening */

static int open_file(const char *path, const char *extension)
{
    char *part = cov_shapefile_part(path, extension);
    int file = part != NULL ? open(part, O_RDONLY | O_CLOEXEC) : -1;
    cov_free(part);
    return file;
}

static int is_regular(cov_shape_points *p, const cov_layer *layer, const int *columns, size_t n)
{
    p->shp = open_file(layer->path, "shp");
    p->shx = open_file(layer->path, "shx");
    p->dbf = open_file(layer->path, "dbf");
    return p->shp >= 0 && p->shx >= 0 && p->dbf >= 0 &&
           read_table_header(p, OGR_L_GetLayerDefn(layer->layer), columns, n) &&
           read_shape_header(p);
}

cov_status cov_shape_points_open(const cov_layer *layer, const int *columns, size_t n,
                                 cov_shape_points **out, cov_error *err)
{
    *out = NULL;
    if (layer->table != NULL || layer->filter != NULL || layer->charset != NULL ||
        !cov_path_has_extension(layer->path, "shp") || strncmp(layer->path, "/vsi", 4) == 0)
        return COV_OK;
    cov_shape_points *p = cov_alloc_zero(1, sizeof *p);
    if (p == NULL)
        return cov_fail_memory(err);
    p->label = layer->label;
    p->shp = p->shx = p->dbf = -1;
    p->cell = cov_alloc_zero(n, sizeof *p->cell);
    if (p->cell == NULL) {
        cov_shape_points_close(p);
        return cov_fail_memory(err);
    }
    if (is_regular(p, layer, columns, n)) {
        *out = p;
        return COV_OK;
    }
    cov_shape_points_close(p);
    return COV_OK;
}

void cov_shape_points_close(cov_shape_points *points)
{
    if (points == NULL)
        return;
    const int files[] = {points->shp, points->shx, points->dbf};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (files[i] >= 0)
            close(files[i]);
    }
    cov_free(points->cell);
    cov_free(points);
}

uint64_t cov_shape_points_records(const cov_shape_points *points)
{
    return points->n;
}

/* ---------------------------------------------------------------- readers */

cov_status cov_shape_reader_create(const cov_shape_points *points, cov_shape_reader **out,
                                   cov_error *err)
{
    cov_shape_reader *r = cov_alloc_zero(1, sizeof *r);
    if (r == NULL)
        return cov_fail_memory(err);
    uint32_t longest = points->row > points->shape ? points->row : points->shape;
    r->points = points;
    r->step = longest < BLOCK ? BLOCK / longest : 1;
    r->shp = cov_alloc(r->step, points->shape);
    r->shx = cov_alloc(r->step, SHX_RECORD);
    r->dbf = cov_alloc(r->step, points->row);
    r->datum = cov_alloc_zero((size_t)points->n_columns, sizeof *r->datum);
    r->text = cov_alloc(points->text_size, 1);
    if (r->shp != NULL && r->shx != NULL && r->dbf != NULL && r->datum != NULL && r->text != NULL) {
        *out = r;
        return COV_OK;
    }
    cov_shape_reader_free(r);
    return cov_fail_memory(err);
}

void cov_shape_reader_free(cov_shape_reader *reader)
{
    if (reader == NULL)
        return;
    cov_free(reader->shp);
    cov_free(reader->shx);
    cov_free(reader->dbf);
    cov_free(reader->datum);
    cov_free(reader->text);
    cov_free(reader);
}

static uint64_t row_at(const cov_shape_points *p, uint64_t i)
{
    return p->dbf_header + i * p->row;
}

static int load(cov_shape_reader *r, uint64_t first, size_t n)
{
    const cov_shape_points *p = r->points;
    return read_at(p->shp, r->shp, n * p->shape, SHP_HEADER + first * p->shape) &&
           read_at(p->shx, r->shx, n * SHX_RECORD, SHP_HEADER + first * SHX_RECORD) &&
           read_at(p->dbf, r->dbf, n * p->row, row_at(p, first));
}

/* ---------------------------------------------------------------- cells */

static const double tens[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                              1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/* Blanks, a minus, digits, for a decimal a point and more of them, blanks. Digits and power of ten
 * are exact doubles, so that their quotient is the double nearest to the decimal, which is what
 * strtod gives, too. */
static int read_number(const cell *c, const unsigned char *b, cov_datum *out)
{
    uint32_t i = 0, end = c->width;
    int digits = 0, places = -1;
    int64_t value = 0;
    while (i < end && b[i] == ' ')
        i++;
    while (end > i && b[end - 1] == ' ')
        end--;
    *out = (cov_datum){.is_null = i == end};
    if (out->is_null)
        return 1;
    int minus = b[i] == '-';
    for (i += (uint32_t)minus; i < end; i++) {
        if (b[i] == '.' && places < 0 && c->kind == COV_COLUMN_REAL) {
            places = 0;
            continue;
        }
        if (b[i] < '0' || b[i] > '9' || ++digits > c->digits)
            return 0;
        value = value * 10 + (b[i] - '0');
        places += places >= 0;
    }
    /* -0 is a double of its own */
    if (digits == 0 || (minus && value == 0))
        return 0;
    out->whole = minus ? -value : value;
    out->real = (double)out->whole / tens[places > 0 ? places : 0];
    return 1;
}

/* The blanks at its end are none of its own. */
static int read_text(const cell *c, const unsigned char *b, char **text, cov_datum *out)
{
    uint32_t end = c->width;
    while (end > 0 && b[end - 1] == ' ')
        end--;
    for (uint32_t i = 0; i < end; i++) {
        if (b[i] == 0 || b[i] >= 0x80)
            return 0;
    }
    memcpy(*text, b, end);
    (*text)[end] = '\0';
    out->text = *text;
    out->is_null = end == 0;
    *text += end + 1;
    return 1;
}

static int read_cells(cov_shape_reader *r, const unsigned char *row)
{
    const cov_shape_points *p = r->points;
    char *text = r->text;
    int plain = 1;
    for (size_t i = 0; i < p->n_cells && plain; i++) {
        const cell *c = &p->cell[i];
        cov_datum *datum = &r->datum[c->column];
        plain = c->kind == COV_COLUMN_TEXT ? read_text(c, row + c->at, &text, datum)
                                           : read_number(c, row + c->at, datum);
    }
    return plain;
}

/* ---------------------------------------------------------------- records */

/* Whether shape i of the file, which is shape k of the block, is where and what it has to be. */
static int is_plain_shape(const cov_shape_reader *r, uint64_t i, size_t k)
{
    const cov_shape_points *p = r->points;
    const unsigned char *shape = r->shp + k * p->shape, *entry = r->shx + k * SHX_RECORD;
    uint32_t words = (p->shape - 8) / 2;
    return (uint64_t)big32(entry) * 2 == SHP_HEADER + i * p->shape && big32(entry + 4) == words &&
           big32(shape + 4) == words && little32(shape + 8) == p->type;
}

static int visit_record(cov_shape_reader *r, uint64_t i, size_t k, cov_visit visit, void *data)
{
    const cov_shape_points *p = r->points;
    const unsigned char *shape = r->shp + k * p->shape, *row = r->dbf + k * p->row;
    if (row[0] == DBF_DELETED)
        return 1;
    double x = little_double(shape + 12), y = little_double(shape + 20);
    const cov_record record = {p->label, (int64_t)i + 1, NULL, r->datum};
    cov_error ignored;
    return is_plain_shape(r, i, k) && isfinite(x) && isfinite(y) && read_cells(r, row) &&
           visit(data, &record, x, y, &ignored) == COV_OK;
}

void cov_shape_reader_read(cov_shape_reader *reader, uint64_t first, size_t n, cov_visit visit,
                           void *data, int *plain)
{
    *plain = 1;
    for (size_t done = 0; done < n && *plain;) {
        size_t block = n - done < reader->step ? n - done : reader->step;
        *plain = load(reader, first + done, block);
        for (size_t k = 0; k < block && *plain; k++)
            *plain = visit_record(reader, first + done + k, k, visit, data);
        done += block;
    }
}

cov_status cov_shape_reader_deleted(cov_shape_reader *reader, uint64_t first, size_t n,
                                    uint64_t *out, cov_error *err)
{
    const cov_shape_points *p = reader->points;
    *out = 0;
    for (size_t done = 0; done < n;) {
        size_t block = n - done < reader->step ? n - done : reader->step;
        if (!read_at(p->dbf, reader->dbf, block * p->row, row_at(p, first + done)))
            return cov_fail(err, COV_ERR_IO, "%s: its .dbf was cut while it was read", p->label);
        for (size_t k = 0; k < block; k++)
            *out += reader->dbf[k * p->row] == DBF_DELETED;
        done += block;
    }
    return COV_OK;
}
