/* Layout: what a table is made of, for the files that read it.
 * SPDX-License-Identifier: MIT */
#ifndef COV_ARROW_LAYOUT_H
#define COV_ARROW_LAYOUT_H

#include <stddef.h>

#include "arrow/abi.h"
#include "arrow/table.h"

/* How the values of a column lie in its buffers. */
typedef enum cov_storage {
    COV_STORAGE_OTHER,
    COV_STORAGE_NULL,
    COV_STORAGE_BIT,
    COV_STORAGE_SIGNED,
    COV_STORAGE_UNSIGNED,
    COV_STORAGE_FLOAT,
    COV_STORAGE_DECIMAL,
    COV_STORAGE_OFFSETS, /* of 4 or 8 bytes into a buffer */
    COV_STORAGE_VIEWS    /* of 16 bytes into several */
} cov_storage;

typedef struct cov_values {
    cov_storage storage;
    int width; /* bytes of a value, or of an offset */
    int scale; /* decimals: digits behind the point */
    int bytes; /* 1: bytes, 0: text */
} cov_values;

typedef struct cov_column_layout {
    const char *name;   /* the schema's */
    cov_values values;  /* of a dictionary, its values */
    cov_values indices; /* where has_dictionary */
    int has_dictionary;
} cov_column_layout;

/* What a geometry column holds. */
typedef enum cov_shape_storage {
    COV_SHAPE_NONE,
    COV_SHAPE_WKB,    /* as it is */
    COV_SHAPE_NATIVE, /* GeoArrow's lists and coordinates, made WKB on the way in */
    COV_SHAPE_POINTS  /* GeoArrow's points, read where they lie: no WKB of them */
} cov_shape_storage;

/* One batch, and the WKB that was made for it: row i is the bytes from start[i] to start[i + 1]. */
typedef struct cov_batch_rows {
    struct ArrowArray array;
    size_t first; /* the number of its first row */
    unsigned char *wkb;
    size_t *start; /* NULL where nothing was made */
} cov_batch_rows;

struct cov_table {
    char *name;
    struct ArrowSchema schema;
    cov_batch_rows *batch;
    size_t n_batches;
    size_t rows;
    cov_column_layout *column;
    size_t n_columns;
    int geometry; /* -1: none */
    cov_shape_storage shapes;
    char *crs;
};

/* Release what it holds; nothing where that was done. */
void cov_batch_release(cov_batch_rows *batch);

static inline size_t cov_batch_length(const cov_batch_rows *batch)
{
    return (size_t)batch->array.length;
}

/* Columns of a schema. COV_ERR_INPUT for two of one name, or a schema that isn't a struct. */
cov_status cov_layout_read(cov_table *table, cov_error *err);

/* Values by the format of a schema; COV_STORAGE_OTHER for what can't be used. */
cov_values cov_values_of(const char *format);

/* COV_ERR_INPUT unless the arrays of a batch are what the layout says. */
cov_status cov_batch_check(const cov_table *table, const cov_batch_rows *batch, cov_error *err);

/* Whether bit i is set; a bitmap that isn't there has all of them. */
static inline int cov_bit(const void *bitmap, size_t i)
{
    return bitmap == NULL || ((const unsigned char *)bitmap)[i / 8] >> (i % 8) & 1;
}

/* Whether row i of a batch, or its cell of a column, is null. */
int cov_batch_is_null(const cov_batch_rows *batch, size_t column, size_t i);

/* Cell of row i of a batch. */
void cov_batch_cell(const cov_table *table, const cov_batch_rows *batch, size_t i, size_t column,
                    cov_cell *out);

/* WKB of row i of a batch; NULL for a null. */
const void *cov_batch_wkb(const cov_table *table, const cov_batch_rows *batch, size_t i,
                          size_t *size);

/* Find the geometry column and its CRS. */
cov_status cov_geometry_find(cov_table *table, const cov_table_options *options, cov_error *err);

/* Make WKB of the native geometries of a batch. */
cov_status cov_native_read(const cov_table *table, cov_batch_rows *batch, cov_error *err);

/* Where the coordinates of GeoArrow's points lie: those of row i are i * stride bytes behind those
 * of row 0, not aligned to anything. */
typedef struct cov_places {
    const char *x;
    const char *y;
    size_t stride;
} cov_places;

/* Those of a batch of at least one row. */
cov_status cov_native_places(const cov_table *table, const cov_batch_rows *batch, cov_places *out,
                             cov_error *err);

/* Take the points of a table where they lie, where they are GeoArrow's; before the first batch. */
void cov_native_keep_points(cov_table *table);

/* Whether the lists below the geometry of a schema are those of an extension type: its WKB type, 0
 * otherwise. */
unsigned cov_native_type(const struct ArrowSchema *schema, const char *extension);

/* The value of a key of a schema's metadata, *size bytes; NULL: none. */
const char *cov_metadata_find(const char *metadata, const char *key, size_t *size);

/* The member "crs" of the JSON object in text as a text of its own: an object as it is written, a
 * string without its quotes; NULL in *out where there is none. */
cov_status cov_metadata_crs(const char *json, size_t size, char **out, cov_error *err);

/* One stream, batch by batch, into a table that keeps but the last one. */
typedef struct cov_intake {
    struct ArrowArrayStream stream;
    cov_table *table;
} cov_intake;

/* Take a stream over: its schema is read, no batch yet. */
cov_status cov_intake_begin(struct ArrowArrayStream *stream, const cov_table_options *options,
                            cov_intake *out, cov_error *err);
/* The next batch, checked, behind those of the table; *more is 0 where there was none. */
cov_status cov_intake_next(cov_intake *intake, int *more, cov_error *err);
/* Let go of all batches of the table. */
void cov_intake_forget(cov_intake *intake);
/* Take the last batch out of the table: it is the caller's, whose cells the table still explains.
 */
void cov_intake_take(cov_intake *intake, cov_batch_rows *out);
void cov_intake_end(cov_intake *intake);

#endif
