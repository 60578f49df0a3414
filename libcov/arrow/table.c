/* SPDX-License-Identifier: MIT */
#include "arrow/table.h"

#include <string.h>

#include "arrow/layout.h"
#include "base/text.h"

size_t cov_table_rows(const cov_table *table)
{
    return table->rows;
}

size_t cov_table_columns(const cov_table *table)
{
    return table->n_columns;
}

const char *cov_table_name(const cov_table *table)
{
    return table->name;
}

const char *cov_table_column(const cov_table *table, size_t index)
{
    return index < table->n_columns ? table->column[index].name : NULL;
}

const char *cov_table_geometry(const cov_table *table)
{
    return table->geometry >= 0 ? table->column[table->geometry].name : NULL;
}

const char *cov_table_crs(const cov_table *table)
{
    return table->crs;
}

int cov_table_find(const cov_table *table, const char *name)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (strcmp(table->column[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

cov_cell_type cov_table_type(const cov_table *table, size_t column)
{
    const cov_values *v = &table->column[column].values;
    switch (v->storage) {
    case COV_STORAGE_NULL:
        return COV_CELL_TEXT; /* every cell of it is null, whatever the type */
    case COV_STORAGE_BIT:
        return COV_CELL_BOOLEAN;
    case COV_STORAGE_SIGNED:
    case COV_STORAGE_UNSIGNED:
        return COV_CELL_WHOLE;
    case COV_STORAGE_FLOAT:
        return COV_CELL_REAL;
    case COV_STORAGE_DECIMAL:
        return COV_CELL_DECIMAL;
    case COV_STORAGE_OFFSETS:
    case COV_STORAGE_VIEWS:
        return v->bytes ? COV_CELL_BYTES : COV_CELL_TEXT;
    default:
        return COV_CELL_OTHER;
    }
}

/* The batch of a row. */
static const cov_batch_rows *batch_of(const cov_table *table, size_t *row)
{
    size_t low = 0, high = table->n_batches;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (table->batch[middle].first <= *row)
            low = middle;
        else
            high = middle;
    }
    *row -= table->batch[low].first;
    return &table->batch[low];
}

void cov_table_cell(const cov_table *table, size_t row, size_t column, cov_cell *out)
{
    const cov_batch_rows *batch = batch_of(table, &row);
    cov_batch_cell(table, batch, row, column, out);
}

const void *cov_table_wkb(const cov_table *table, size_t row, size_t *size)
{
    const cov_batch_rows *batch = batch_of(table, &row);
    return cov_batch_wkb(table, batch, row, size);
}

cov_status cov_table_shapes(const cov_table *table, const void **wkb, size_t *sizes, cov_error *err)
{
    if (table == NULL || wkb == NULL || sizes == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no table, or no place for its geometries");
    if (table->geometry < 0)
        return cov_fail(err, COV_ERR_INPUT, "%s has no geometry column", table->name);
    for (size_t b = 0; b < table->n_batches; b++) {
        const cov_batch_rows *batch = &table->batch[b];
        for (size_t i = 0; i < cov_batch_length(batch); i++)
            wkb[batch->first + i] = cov_batch_wkb(table, batch, i, &sizes[batch->first + i]);
    }
    return COV_OK;
}

cov_status cov_table_text(const cov_table *table, size_t row, const char *column, const char **text,
                          size_t *size, cov_error *err)
{
    if (table == NULL || column == NULL || text == NULL || size == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no table, column, or place for its text");
    if (row >= table->rows)
        return cov_fail(err, COV_ERR_ARGUMENT, "%s has %zu rows: there is no row %zu", table->name,
                        table->rows, row);
    int index = cov_table_find(table, column);
    if (index < 0 || cov_table_type(table, (size_t)index) != COV_CELL_TEXT)
        return cov_fail(err, COV_ERR_INPUT, "%s has no column \"%s\" of text", table->name,
                        cov_quote(column).text);
    cov_cell cell;
    cov_table_cell(table, row, (size_t)index, &cell);
    *text = cell.is_null ? NULL : cell.text;
    *size = cell.is_null ? 0 : cell.size;
    return COV_OK;
}
