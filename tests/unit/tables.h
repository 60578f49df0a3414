/* Tables in memory for tests: what a file holds, or rows made by hand of any type.
 * SPDX-License-Identifier: MIT
 *
 * To be included after cmocka.h. */
#ifndef COV_TESTS_TABLES_H
#define COV_TESTS_TABLES_H

#include <stdlib.h>
#include <string.h>

#include <cpl_conv.h>

#include "arrow/maker.h"
#include "arrow/table.h"
#include "io/source.h"

static inline void must_do(cov_status s, const cov_error *err)
{
    if (s != COV_OK)
        fail_msg("%s: %s", cov_status_name(s), err->message);
}

/* ---------------------------------------------------------------- of a file */

static inline cov_make make_of(OGRFieldDefnH field)
{
    switch (OGR_Fld_GetType(field)) {
    case OFTInteger:
    case OFTInteger64:
        return COV_MAKE_WHOLE;
    case OFTReal:
        return COV_MAKE_REAL;
    default:
        return COV_MAKE_TEXT;
    }
}

static inline cov_status add_field(cov_maker *maker, OGRFeatureH f, int i, cov_error *err)
{
    size_t column = (size_t)i;
    if (!OGR_F_IsFieldSetAndNotNull(f, i))
        return cov_maker_null(maker, column, err);
    switch (make_of(OGR_F_GetFieldDefnRef(f, i))) {
    case COV_MAKE_WHOLE:
        return cov_maker_whole(maker, column, OGR_F_GetFieldAsInteger64(f, i), err);
    case COV_MAKE_REAL:
        return cov_maker_real(maker, column, OGR_F_GetFieldAsDouble(f, i), err);
    default:
        break;
    }
    const char *text = OGR_F_GetFieldAsString(f, i);
    return cov_maker_bytes(maker, column, text, strlen(text), err);
}

static inline cov_status add_shape(cov_maker *maker, OGRFeatureH f, size_t column, cov_error *err)
{
    OGRGeometryH geometry = OGR_F_GetGeometryRef(f);
    if (geometry == NULL)
        return cov_maker_null(maker, column, err);
    size_t size = (size_t)OGR_G_WkbSize(geometry);
    unsigned char *wkb = malloc(size);
    assert_non_null(wkb);
    assert_int_equal(OGR_G_ExportToIsoWkb(geometry, wkbNDR, wkb), OGRERR_NONE);
    cov_status s = cov_maker_bytes(maker, column, wkb, size, err);
    free(wkb);
    return s;
}

static inline char *crs_of(const cov_layer *layer)
{
    static const char *const options[] = {"FORMAT=WKT2_2019", NULL};
    char *wkt = NULL;
    if (layer->crs != NULL)
        assert_int_equal(OSRExportToWktEx(layer->crs, &wkt, options), OGRERR_NONE);
    return wkt;
}

/* All rows and columns of an open layer. */
static inline void stream_of_layer(cov_layer *layer, struct ArrowArrayStream *out)
{
    OGRFeatureDefnH columns = OGR_L_GetLayerDefn(layer->layer);
    int n = OGR_FD_GetFieldCount(columns), has_shapes = layer->crs != NULL;
    cov_maker *maker = cov_maker_create();
    cov_error err = {COV_OK, ""};
    assert_non_null(maker);
    for (int i = 0; i < n; i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(columns, i);
        must_do(
            cov_maker_column(maker, OGR_Fld_GetNameRef(field), make_of(field), NULL, NULL, &err),
            &err);
    }
    if (has_shapes)
        must_do(cov_maker_column(maker, "geometry", COV_MAKE_BYTES, "geoarrow.wkb", "{}", &err),
                &err);
    for (;;) {
        OGRFeatureH f = NULL;
        must_do(cov_layer_next(layer, &f, &err), &err);
        if (f == NULL)
            break;
        for (int i = 0; i < n; i++)
            must_do(add_field(maker, f, i, &err), &err);
        if (has_shapes)
            must_do(add_shape(maker, f, (size_t)n, &err), &err);
        OGR_F_Destroy(f);
    }
    must_do(cov_maker_finish(maker, out, &err), &err);
}

/* The same as a table that is called as the layer is. */
static inline cov_table *table_of_layer(cov_layer *layer)
{
    struct ArrowArrayStream stream;
    cov_table_options options = COV_TABLE_OPTIONS_INIT;
    cov_table *table = NULL;
    cov_error err = {COV_OK, ""};
    char *crs = crs_of(layer);
    options.name = layer->label;
    options.crs = crs;
    stream_of_layer(layer, &stream);
    must_do(cov_table_create(&stream, &options, &table, &err), &err);
    CPLFree(crs);
    return table;
}

static inline void open_for_table(const char *path, const char *assume_crs, cov_notes *notes,
                                  cov_layer *out)
{
    const cov_source source = {path, NULL, NULL, NULL};
    const cov_policy policy = {assume_crs, NULL, 0, 0, 0};
    cov_error err = {COV_OK, ""};
    must_do(cov_layer_open(&source, &policy, notes, out, &err), &err);
}

/* The rows of a file. `assume_crs` is for one that states none. */
static inline cov_table *table_of_file(const char *path, const char *assume_crs)
{
    cov_notes notes = COV_NOTES_INIT;
    cov_layer layer;
    open_for_table(path, assume_crs, &notes, &layer);
    cov_table *table = table_of_layer(&layer);
    cov_layer_close(&layer);
    cov_notes_clear(&notes);
    return table;
}

/* ---------------------------------------------------------------- of other types */

/* A stream whose whole numbers of 64 bits are taken for something else that is as wide. */
typedef struct retyped {
    struct ArrowArrayStream inner;
    const char *const *format; /* of each column; NULL: as it is */
} retyped;

static inline int retyped_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    retyped *r = stream->private_data;
    int code = r->inner.get_schema(&r->inner, out);
    for (int64_t i = 0; code == 0 && i < out->n_children; i++) {
        if (r->format[i] != NULL)
            out->children[i]->format = r->format[i];
    }
    return code;
}

static inline int retyped_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    retyped *r = stream->private_data;
    return r->inner.get_next(&r->inner, out);
}

static inline const char *retyped_error(struct ArrowArrayStream *stream)
{
    retyped *r = stream->private_data;
    return r->inner.get_last_error(&r->inner);
}

static inline void retyped_release(struct ArrowArrayStream *stream)
{
    retyped *r = stream->private_data;
    r->inner.release(&r->inner);
    free(r);
    stream->release = NULL;
}

static inline void retype(struct ArrowArrayStream *stream, const char *const *format)
{
    retyped *r = malloc(sizeof *r);
    assert_non_null(r);
    r->inner = *stream;
    r->format = format;
    *stream =
        (struct ArrowArrayStream){retyped_schema, retyped_next, retyped_error, retyped_release, r};
}

#endif
