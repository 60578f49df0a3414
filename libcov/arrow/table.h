/* Table: rows in memory, cell by cell.
 * SPDX-License-Identifier: MIT */
#ifndef COV_ARROW_TABLE_H
#define COV_ARROW_TABLE_H

#include <cov/arrow.h>

#include "base/status.h"

/* What the cells of a column are. */
typedef enum cov_cell_type {
    COV_CELL_OTHER,   /* nothing that can be used */
    COV_CELL_BOOLEAN, /* whole: 0 or 1 */
    COV_CELL_WHOLE,   /* whole; `over` where it is above INT64_MAX */
    COV_CELL_REAL,    /* real */
    COV_CELL_DECIMAL, /* text: its decimal digits, valid until the next cell is asked for */
    COV_CELL_TEXT,    /* text */
    COV_CELL_BYTES    /* text: any bytes */
} cov_cell_type;

typedef struct cov_cell {
    int is_null;
    int64_t whole;
    int over; /* 1: whole is an uint64_t above INT64_MAX */
    double real;
    const char *text; /* doesn't end in a NUL, unless it is a decimal */
    size_t size;
    char digits[48];
} cov_cell;

/* The number of a column, compared exactly; -1: none. */
int cov_table_find(const cov_table *table, const char *name);

/* The type of a column < columns; dictionaries are what their values are. */
cov_cell_type cov_table_type(const cov_table *table, size_t column);

/* Cell of row < rows and column < columns. */
void cov_table_cell(const cov_table *table, size_t row, size_t column, cov_cell *out);

/* The geometry of row < rows as WKB: NULL where there is none. */
const void *cov_table_wkb(const cov_table *table, size_t row, size_t *size);

/* ---------------------------------------------------------------- made here */

/* A table of texts and one geometry that the library itself makes, row by row; everything is
 * copied. Used by io for layers that it has read. */
typedef struct cov_table_builder cov_table_builder;

cov_status cov_table_builder_create(const char *name, const char *const *columns, size_t n_columns,
                                    const char *geometry, const char *crs, cov_table_builder **out,
                                    cov_error *err);
/* One text for each column, NULL for a null; wkb NULL for a null. */
cov_status cov_table_builder_add(cov_table_builder *builder, const char *const *texts,
                                 const void *wkb, size_t size, cov_error *err);
/* The table; the builder is used up, whatever comes of it. */
cov_status cov_table_builder_finish(cov_table_builder *builder, cov_table **out, cov_error *err);
void cov_table_builder_free(cov_table_builder *builder);

#endif
