/* SPDX-License-Identifier: MIT */
#include "arrow/layout.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* ---------------------------------------------------------------- formats */

static cov_values values(cov_storage storage, int width)
{
    return (cov_values){storage, width, 0, 0};
}

/* "d:19,10" of 128 bits, "d:19,10,64". Negative scales are nobody's. */
static cov_values decimal_of(const char *format)
{
    char *end;
    cov_values v = values(COV_STORAGE_OTHER, 16);
    (void)strtol(format + 2, &end, 10);
    if (*end != ',')
        return v;
    long scale = strtol(end + 1, &end, 10);
    long bits = *end == ',' ? strtol(end + 1, &end, 10) : 128;
    if (*end != '\0' || scale < 0 || scale > 38 || (bits != 32 && bits != 64 && bits != 128))
        return v;
    v.storage = COV_STORAGE_DECIMAL;
    v.width = (int)(bits / 8);
    v.scale = (int)scale;
    return v;
}

static cov_values text_of(cov_storage storage, int width, int bytes)
{
    return (cov_values){storage, width, 0, bytes};
}

cov_values cov_values_of(const char *format)
{
    if (format[0] == 'd' && format[1] == ':')
        return decimal_of(format);
    if (format[0] == 'v' && (format[1] == 'u' || format[1] == 'z') && format[2] == '\0')
        return text_of(COV_STORAGE_VIEWS, 16, format[1] == 'z');
    if (format[0] == '\0' || format[1] != '\0')
        return values(COV_STORAGE_OTHER, 0);
    switch (format[0]) {
    case 'n':
        return values(COV_STORAGE_NULL, 0);
    case 'b':
        return values(COV_STORAGE_BIT, 0);
    case 'c':
        return values(COV_STORAGE_SIGNED, 1);
    case 's':
        return values(COV_STORAGE_SIGNED, 2);
    case 'i':
        return values(COV_STORAGE_SIGNED, 4);
    case 'l':
        return values(COV_STORAGE_SIGNED, 8);
    case 'C':
        return values(COV_STORAGE_UNSIGNED, 1);
    case 'S':
        return values(COV_STORAGE_UNSIGNED, 2);
    case 'I':
        return values(COV_STORAGE_UNSIGNED, 4);
    case 'L':
        return values(COV_STORAGE_UNSIGNED, 8);
    case 'f':
        return values(COV_STORAGE_FLOAT, 4);
    case 'g':
        return values(COV_STORAGE_FLOAT, 8);
    case 'u':
    case 'z':
        return text_of(COV_STORAGE_OFFSETS, 4, format[0] == 'z');
    case 'U':
    case 'Z':
        return text_of(COV_STORAGE_OFFSETS, 8, format[0] == 'Z');
    default:
        return values(COV_STORAGE_OTHER, 0);
    }
}

/* ---------------------------------------------------------------- columns */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static cov_status check_names(const cov_table *table, cov_error *err)
{
    const char **name = cov_alloc(table->n_columns, sizeof *name);
    cov_status s = name != NULL ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < table->n_columns && s == COV_OK; i++)
        name[i] = table->column[i].name;
    if (s == COV_OK)
        qsort(name, table->n_columns, sizeof *name, compare_names);
    for (size_t i = 1; i < table->n_columns && s == COV_OK; i++) {
        if (strcmp(name[i - 1], name[i]) == 0)
            s = cov_fail(err, COV_ERR_INPUT, "%s has two columns called \"%s\": rename one",
                         table->name, cov_quote(name[i]).text);
    }
    cov_free(name);
    return s;
}

static cov_status read_column(const cov_table *table, const struct ArrowSchema *schema,
                              cov_column_layout *out, cov_error *err)
{
    if (schema == NULL || schema->format == NULL)
        return cov_fail(err, COV_ERR_INPUT, "%s: its Arrow schema is damaged: a column has no type",
                        table->name);
    out->name = schema->name != NULL ? schema->name : "";
    out->values = cov_values_of(schema->format);
    if (schema->dictionary == NULL)
        return COV_OK;
    if (schema->dictionary->format == NULL || schema->dictionary->dictionary != NULL ||
        (out->values.storage != COV_STORAGE_SIGNED && out->values.storage != COV_STORAGE_UNSIGNED))
        return cov_fail(err, COV_ERR_INPUT,
                        "%s: its Arrow schema is damaged: the dictionary of column \"%s\" has no "
                        "whole numbers as keys",
                        table->name, cov_quote(out->name).text);
    out->has_dictionary = 1;
    out->indices = out->values;
    out->values = cov_values_of(schema->dictionary->format);
    return COV_OK;
}

cov_status cov_layout_read(cov_table *table, cov_error *err)
{
    const struct ArrowSchema *schema = &table->schema;
    if (schema->format == NULL || strcmp(schema->format, "+s") != 0 || schema->n_children < 0 ||
        (schema->n_children > 0 && schema->children == NULL))
        return cov_fail(err, COV_ERR_INPUT, "%s is no table: its rows are not made of columns",
                        table->name);
    table->n_columns = (size_t)schema->n_children;
    table->column = cov_alloc_zero(table->n_columns, sizeof *table->column);
    if (table->column == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < table->n_columns; i++) {
        cov_status s = read_column(table, schema->children[i], &table->column[i], err);
        if (s != COV_OK)
            return s;
    }
    return check_names(table, err);
}

/* ---------------------------------------------------------------- batches */

/* An array of a batch, while it is looked at. */
typedef struct look {
    const cov_table *table;
    const char *column;
    cov_error *err;
} look;

static cov_status damaged(const look *at, const char *how)
{
    return cov_fail(at->err, COV_ERR_INPUT, "%s, column \"%s\": its Arrow array is damaged: %s",
                    at->table->name, cov_quote(at->column).text, how);
}

/* Nothing is said of where a buffer begins, so that no value is read where it lies. */
static int64_t signed_at(const void *buffer, int width, size_t i)
{
    const char *at = (const char *)buffer + i * (size_t)width;
    int16_t two;
    int32_t four;
    int64_t eight;
    switch (width) {
    case 1:
        return *(const int8_t *)at;
    case 2:
        memcpy(&two, at, sizeof two);
        return two;
    case 4:
        memcpy(&four, at, sizeof four);
        return four;
    default:
        memcpy(&eight, at, sizeof eight);
        return eight;
    }
}

static uint64_t unsigned_at(const void *buffer, int width, size_t i)
{
    uint64_t value = (uint64_t)signed_at(buffer, width, i);
    return width < 8 ? value & ((UINT64_C(1) << (8 * width)) - 1) : value;
}

/* Offsets that rise, from 0 or more. */
static cov_status check_offsets(const look *at, const struct ArrowArray *a, int width)
{
    size_t n = (size_t)a->length + 1, first = (size_t)a->offset;
    int64_t before = 0;
    if (a->buffers[1] == NULL)
        return damaged(at, "it has no offsets");
    for (size_t i = first; i < first + n; i++) {
        int64_t o = signed_at(a->buffers[1], width, i);
        if (o < before)
            return damaged(at, "its offsets fall");
        before = o;
    }
    if (before > 0 && a->buffers[2] == NULL)
        return damaged(at, "it has no bytes");
    return COV_OK;
}

/* A text of up to 12 bytes is in its view, behind its size; of a longer one the view tells the
 * first bytes, the buffer, and where in it. */
static void read_view(const struct ArrowArray *a, size_t i, int32_t view[4])
{
    memcpy(view, (const char *)a->buffers[1] + 16 * i, 16);
}

/* Views into buffers there are, within their sizes, which stand in the last buffer. */
static cov_status check_views(const look *at, const struct ArrowArray *a)
{
    int32_t v[4];
    const void *sizes = a->buffers[a->n_buffers - 1];
    int64_t n_data = sizes != NULL ? a->n_buffers - 3 : 0;
    for (size_t i = (size_t)a->offset; i < (size_t)(a->offset + a->length); i++) {
        if (!cov_bit(a->buffers[0], i))
            continue;
        read_view(a, i, v);
        if (v[0] < 0)
            return damaged(at, "a text has a negative size");
        if (v[0] <= 12)
            continue;
        if (v[2] < 0 || v[2] >= n_data || v[3] < 0 || a->buffers[2 + v[2]] == NULL ||
            (int64_t)v[3] + v[0] > signed_at(sizes, 8, (size_t)v[2]))
            return damaged(at, "a text lies outside of its buffers");
    }
    return COV_OK;
}

static cov_status check_values(const look *at, const struct ArrowArray *a, const cov_values *v)
{
    int64_t buffers = v->storage == COV_STORAGE_NULL      ? 0
                      : v->storage == COV_STORAGE_OFFSETS ? 3
                                                          : 2;
    int is_views = v->storage == COV_STORAGE_VIEWS;
    if (a->length < 0 || a->offset < 0 || a->length > INT64_MAX / 32 - a->offset)
        return damaged(at, "its length is impossible");
    if (is_views ? a->n_buffers < 3 : a->n_buffers != buffers)
        return damaged(at, "it has the wrong number of buffers");
    if (buffers == 0 || a->length == 0)
        return COV_OK;
    if (a->buffers == NULL || (v->storage != COV_STORAGE_OFFSETS && a->buffers[1] == NULL))
        return damaged(at, "it has no values");
    if (is_views)
        return check_views(at, a);
    return v->storage == COV_STORAGE_OFFSETS ? check_offsets(at, a, v->width) : COV_OK;
}

/* A key below 0 is above everything, too. */
static uint64_t key_at(const struct ArrowArray *a, const cov_values *v, size_t i)
{
    return v->storage == COV_STORAGE_SIGNED ? (uint64_t)signed_at(a->buffers[1], v->width, i)
                                            : unsigned_at(a->buffers[1], v->width, i);
}

static cov_status check_dictionary(const look *at, const struct ArrowArray *a,
                                   const cov_column_layout *column)
{
    cov_status s = check_values(at, a, &column->indices);
    if (s == COV_OK && a->dictionary == NULL)
        s = damaged(at, "it has no dictionary");
    if (s == COV_OK && column->values.storage != COV_STORAGE_OTHER)
        s = check_values(at, a->dictionary, &column->values);
    for (size_t i = (size_t)a->offset; s == COV_OK && i < (size_t)(a->offset + a->length); i++) {
        if (cov_bit(a->buffers[0], i) &&
            key_at(a, &column->indices, i) >= (uint64_t)a->dictionary->length)
            s = damaged(at, "a key is not in its dictionary");
    }
    return s;
}

cov_status cov_batch_check(const cov_table *table, const cov_batch_rows *batch, cov_error *err)
{
    const struct ArrowArray *a = &batch->array;
    look at = {table, "", err};
    if (a->length < 0 || a->offset < 0 || a->n_children != table->schema.n_children ||
        (a->n_children > 0 && a->children == NULL))
        return cov_fail(err, COV_ERR_INPUT,
                        "%s: a batch of it is damaged: it isn't what its schema says", table->name);
    cov_status s = COV_OK;
    for (size_t i = 0; i < table->n_columns && s == COV_OK; i++) {
        const cov_column_layout *column = &table->column[i];
        const struct ArrowArray *child = a->children[i];
        at.column = column->name;
        if (child == NULL || child->length < 0 || child->length < a->length ||
            child->length - a->length < a->offset)
            s = damaged(&at, "it is shorter than its batch");
        else if (column->has_dictionary)
            s = check_dictionary(&at, child, column);
        else if (column->values.storage != COV_STORAGE_OTHER)
            s = check_values(&at, child, &column->values);
    }
    return s;
}

/* ---------------------------------------------------------------- cells */

static void read_text(const struct ArrowArray *a, const cov_values *v, size_t i, cov_cell *out)
{
    if (v->storage == COV_STORAGE_VIEWS) {
        int32_t view[4];
        read_view(a, i, view);
        out->size = (size_t)view[0];
        out->text = view[0] <= 12 ? (const char *)a->buffers[1] + 16 * i + 4
                                  : (const char *)a->buffers[2 + view[2]] + view[3];
        return;
    }
    int64_t from = signed_at(a->buffers[1], v->width, i);
    out->size = (size_t)(signed_at(a->buffers[1], v->width, i + 1) - from);
    out->text = a->buffers[2] != NULL ? (const char *)a->buffers[2] + from : "";
}

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

/* The digits of an integer with the point where the scale says. */
static void read_decimal(const struct ArrowArray *a, const cov_values *v, size_t i, cov_cell *out)
{
    wide value;
    if (v->width == 16)
        memcpy(&value, (const char *)a->buffers[1] + 16 * i, sizeof value);
    else
        value = signed_at(a->buffers[1], v->width, i);
    int negative = value < 0, n = 0;
    unsigned_wide left = negative ? -(unsigned_wide)value : (unsigned_wide)value;
    char *at = out->digits + sizeof out->digits - 1;
    *at = '\0';
    while (left > 0 || n <= v->scale) {
        *--at = (char)('0' + (int)(left % 10));
        left /= 10;
        if (++n == v->scale)
            *--at = '.';
    }
    if (negative)
        *--at = '-';
    out->text = at;
    out->size = strlen(at);
}

static double real_at(const void *buffer, int width, size_t i)
{
    float four;
    double eight;
    if (width == 4) {
        memcpy(&four, (const char *)buffer + 4 * i, sizeof four);
        return (double)four;
    }
    memcpy(&eight, (const char *)buffer + 8 * i, sizeof eight);
    return eight;
}

static void read_value(const struct ArrowArray *a, const cov_values *v, size_t i, cov_cell *out)
{
    switch (v->storage) {
    case COV_STORAGE_BIT:
        out->whole = cov_bit(a->buffers[1], i);
        break;
    case COV_STORAGE_SIGNED:
        out->whole = signed_at(a->buffers[1], v->width, i);
        break;
    case COV_STORAGE_UNSIGNED:
        out->whole = (int64_t)unsigned_at(a->buffers[1], v->width, i);
        out->over = out->whole < 0;
        break;
    case COV_STORAGE_FLOAT:
        out->real = real_at(a->buffers[1], v->width, i);
        break;
    case COV_STORAGE_DECIMAL:
        read_decimal(a, v, i, out);
        break;
    case COV_STORAGE_OFFSETS:
    case COV_STORAGE_VIEWS:
        read_text(a, v, i, out);
        break;
    default:
        out->is_null = 1;
    }
}

static int is_null(const struct ArrowArray *a, size_t i)
{
    return a->n_buffers > 0 && a->buffers != NULL && !cov_bit(a->buffers[0], i);
}

int cov_batch_is_null(const cov_batch_rows *batch, size_t column, size_t i)
{
    const struct ArrowArray *a = batch->array.children[column];
    size_t row = (size_t)batch->array.offset + i;
    return is_null(&batch->array, row) || is_null(a, row + (size_t)a->offset);
}

void cov_batch_cell(const cov_table *table, const cov_batch_rows *batch, size_t i, size_t column,
                    cov_cell *out)
{
    const cov_column_layout *c = &table->column[column];
    const struct ArrowArray *a = batch->array.children[column];
    size_t row = (size_t)batch->array.offset + i + (size_t)a->offset;
    out->over = 0;
    out->is_null = cov_batch_is_null(batch, column, i);
    if (out->is_null)
        return;
    if (c->has_dictionary) {
        size_t key = (size_t)key_at(a, &c->indices, row);
        a = a->dictionary;
        row = key + (size_t)a->offset;
        out->is_null = is_null(a, row);
    }
    if (!out->is_null)
        read_value(a, &c->values, row, out);
}
