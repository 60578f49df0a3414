/* libcov: tables in memory, in and out, through the Arrow C data interface.
 * SPDX-License-Identifier: MIT
 *
 * A table is what a data frame, a query result or a layer is in memory: named columns, one row a
 * feature, one of the columns a geometry. It comes from any producer that has an ArrowArrayStream
 * (pyarrow, pandas, GeoPandas, polars, DuckDB, GDAL) and is used where it lies. This part of the
 * library knows no other library: the structures are those of the Arrow specification, "The Arrow C
 * data interface" and "The Arrow C stream interface", and need no more than a forward declaration
 * here.
 *
 * The rules of cov.h on status, threads, memory and texts hold here too.
 */
#ifndef COV_ARROW_H
#define COV_ARROW_H

#include <cov/cov.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ArrowArrayStream;

/* ---------------------------------------------------------------- tables */

/* Immutable: rows in memory. */
typedef struct cov_table cov_table;

typedef struct cov_table_options {
    size_t size;          /* sizeof(cov_table_options) */
    const char *name;     /* what messages and the manifest call the table: "households"; NULL:
                             "table" */
    const char *geometry; /* the column with the geometry; NULL: the only column that says it is one
                             (extension geoarrow.*, ogc.wkb), else the only one of binary type that
                             is called geometry, geom, wkb, wkb_geometry or the_geom; else none */
    const char *crs;      /* of the geometry, over what the column says: any text; NULL: that of the
                             column */
} cov_table_options;

#define COV_TABLE_OPTIONS_INIT                                                                     \
    {                                                                                              \
        sizeof(cov_table_options), NULL, NULL, NULL                                                \
    }

/* Take all batches of a stream. The stream is used up whatever comes of it: released here, as the
 * batches are by cov_table_free. Nothing is copied but geometries that are not WKB. `options` may
 * be NULL.
 *
 * Columns may be of type null; boolean; integer of 8 to 64 bits, with or without sign; float of 32
 * or 64 bits; decimal of 32 to 128 bits; utf8, large utf8, utf8 view; binary, large binary, binary
 * view; and dictionary of any of these. Columns of other types (dates, lists) are kept, and refused
 * when they are asked for. A geometry is WKB in a binary type, or geoarrow.point, .linestring,
 * .polygon, .multipoint, .multilinestring or .multipolygon, separate or interleaved, of 64 bits.
 *
 * Errors: COV_ERR_INPUT (the stream fails, but for ENOMEM; a structure that isn't what its type
 * says; no such geometry column; two columns of one name), each with the table and the column. What
 * a structure says is checked against itself: negative lengths, offsets that fall, keys beyond a
 * dictionary, buffers that are missing. But Arrow doesn't tell the sizes of buffers, so that a
 * producer must be trusted to hold what it says it holds. */
COV_API COV_MUST_CHECK cov_status cov_table_create(struct ArrowArrayStream *stream,
                                                   const cov_table_options *options,
                                                   cov_table **out, cov_error *err);
COV_API void cov_table_free(cov_table *table);

COV_API size_t cov_table_rows(const cov_table *table);
COV_API size_t cov_table_columns(const cov_table *table);

/* Texts of the table; NULL for index >= columns, for a table without a geometry or with one that
 * states no coordinate system. A CRS is what the producer stated: PROJJSON, WKT or "EPSG:4326". */
COV_API const char *cov_table_name(const cov_table *table);
COV_API const char *cov_table_column(const cov_table *table, size_t index);
COV_API const char *cov_table_geometry(const cov_table *table); /* the name of the column */
COV_API const char *cov_table_crs(const cov_table *table);

/* The geometries as WKB, borrowed from the table: arrays of cov_table_rows entries, which the
 * caller owns; NULL and 0 for a null. COV_ERR_INPUT where the table has no geometry. */
COV_API COV_MUST_CHECK cov_status cov_table_shapes(const cov_table *table, const void **wkb,
                                                   size_t *sizes, cov_error *err);

/* The text of a cell, which need not end in a NUL, in *text and *size; NULL and 0 for a null.
 * COV_ERR_INPUT for a column there is none of, or that isn't text; COV_ERR_ARGUMENT for a row there
 * is none of. */
COV_API COV_MUST_CHECK cov_status cov_table_text(const cov_table *table, size_t row,
                                                 const char *column, const char **text,
                                                 size_t *size, cov_error *err);

/* ---------------------------------------------------------------- areas, footprints, points */

typedef struct cov_area_columns {
    size_t size;
    const char *id;             /* text or integer (written in decimal) */
    const char *name;           /* text; NULL: none */
    const char *const *parents; /* text or integer, nearest level first; they name the levels */
    size_t n_parents;
    unsigned threads; /* as in cov_areas_options */
} cov_area_columns;

#define COV_AREA_COLUMNS_INIT                                                                      \
    {                                                                                              \
        sizeof(cov_area_columns), NULL, NULL, NULL, 0, 0                                           \
    }

/* cov_areas_create on the rows of a table, with its CRS. The table isn't needed afterwards.
 * COV_ERR_INPUT where a column is missing or of another type, a geometry or an id is null. */
COV_API COV_MUST_CHECK cov_status cov_areas_from_table(const cov_table *table,
                                                       const cov_area_columns *columns,
                                                       cov_areas **out, cov_error *err);

typedef struct cov_point_columns {
    size_t size;
    const char *x; /* columns of numbers, a null is no place; both NULL: the points of the
                      geometry */
    const char *y;
    const char *weight; /* households per point, not negative. Decimals are counted in units of
                           1/scale of the tally, rounded half to even; NULL: one each */
    const char *const *services; /* for each service of the tally the column that answers it, NULL
                                    where it has a footprint: boolean, a number (0 is no), or text
                                    as in covcalc; a null is unknown */
    size_t n_services;           /* 0, or all of the tally */
} cov_point_columns;

#define COV_POINT_COLUMNS_INIT                                                                     \
    {                                                                                              \
        sizeof(cov_point_columns), NULL, NULL, NULL, NULL, 0                                       \
    }

/* Count all points of a stream, one batch after the other, so that it may be larger than memory.
 * The stream is used up, as in cov_table_create, whose options name it and its geometry; a CRS that
 * it states and that isn't the text of the areas' is COV_ERR_CRS. Everything is counted or, on an
 * error, nothing. A null or empty geometry is "without location"; a multipoint or another geometry
 * is COV_ERR_INPUT, with the row. `progress` (may be NULL) is asked between batches:
 * COV_ERR_CANCELLED where it says so. */
COV_API COV_MUST_CHECK cov_status cov_tally_push_arrow(
    cov_tally *tally, struct ArrowArrayStream *stream, const cov_table_options *options,
    const cov_point_columns *columns, cov_progress progress, void *progress_data, cov_error *err);

/* ---------------------------------------------------------------- report */

typedef struct cov_report_arrow {
    size_t size;
    const char *id_column; /* names of columns; NULL: "id", "name", "households" */
    const char *name_column;
    const char *measure;
    const void *const
        *wkb; /* for each area, in their order, its geometry; NULL: no geometry column */
    const size_t *wkb_sizes;
    const char
        *crs; /* of the geometry: PROJJSON, or a text such as "EPSG:4326"; NULL: not stated */
} cov_report_arrow;

#define COV_REPORT_ARROW_INIT                                                                      \
    {                                                                                              \
        sizeof(cov_report_arrow), NULL, NULL, NULL, NULL, NULL, NULL                               \
    }

/* A report as a stream, one row for each of its rows, with the columns of cov_run_write (io.h): id,
 * name (where an area has one), parents, level, households, and NAME_n, NAME_pct, where needed
 * NAME_unknown, for each indicator. Texts are utf8, counts int64 (double where the scale isn't 1),
 * percentages double; the geometry, last, is binary, the extension type geoarrow.wkb, null for
 * parents, the total and an area of size 0. It is called "geometry", with as many "_" behind as
 * make it unlike the others. From 2 GiB on a column is of large utf8, or large binary. The stream
 * is one batch and holds a copy of everything: the caller releases it, whenever. `options` may be
 * NULL. Errors: COV_ERR_ARGUMENT (two columns of one name), COV_ERR_LIMIT (a number too large),
 * COV_ERR_INPUT (a text that isn't UTF-8), COV_ERR_CRS (a `crs` that isn't). */
COV_API COV_MUST_CHECK cov_status cov_report_to_arrow(const cov_report *report,
                                                      const cov_report_arrow *options,
                                                      struct ArrowArrayStream *out, cov_error *err);

#ifdef __cplusplus
}
#endif

#endif
