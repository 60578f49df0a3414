/* SPDX-License-Identifier: MIT */
#include "io/table_layer.h"

#include <string.h>

#include <ogr_srs_api.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/open.h"

struct cov_table_layer {
    const cov_table *table;
    GDALDatasetH dataset;
    OGRLayerH layer;
    size_t next;    /* row */
    size_t *column; /* of each field: the column of the table */
    int *wanted;    /* of each field: whether it is made */
    int n_fields;
    int geometry; /* whether it is made */
    char *text;   /* one text, with its NUL */
    size_t capacity;
};

/* ---------------------------------------------------------------- columns */

/* -1: a column that no field can hold. */
static int field_type(cov_cell_type type)
{
    switch (type) {
    case COV_CELL_BOOLEAN:
        return OFTInteger;
    case COV_CELL_WHOLE:
        return OFTInteger64;
    case COV_CELL_REAL:
        return OFTReal;
    case COV_CELL_DECIMAL: /* its digits, exactly */
    case COV_CELL_TEXT:
        return OFTString;
    default: /* bytes, dates, lists */
        return -1;
    }
}

static int is_geometry(const cov_table *table, size_t column)
{
    const char *geometry = cov_table_geometry(table);
    return geometry != NULL && strcmp(geometry, cov_table_column(table, column)) == 0;
}

static cov_status create_fields(cov_table_layer *layer, cov_error *err)
{
    size_t n = cov_table_columns(layer->table);
    layer->column = cov_alloc(n, sizeof *layer->column);
    layer->wanted = cov_alloc(n, sizeof *layer->wanted);
    if (layer->column == NULL || layer->wanted == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < n; i++) {
        cov_cell_type type = cov_table_type(layer->table, i);
        int as = field_type(type);
        if (as < 0 || is_geometry(layer->table, i))
            continue;
        OGRFieldDefnH field = OGR_Fld_Create(cov_table_column(layer->table, i), (OGRFieldType)as);
        if (type == COV_CELL_BOOLEAN)
            OGR_Fld_SetSubType(field, OFSTBoolean);
        OGRErr e = OGR_L_CreateField(layer->layer, field, FALSE);
        OGR_Fld_Destroy(field);
        if (e != OGRERR_NONE)
            return cov_fail_memory(err);
        layer->column[layer->n_fields] = i;
        layer->wanted[layer->n_fields++] = 1;
    }
    return COV_OK;
}

/* The type of the first geometry, as the type of all; of a layer without any, unknown. */
static OGRwkbGeometryType geometry_type(const cov_table *table)
{
    if (cov_table_geometry(table) == NULL)
        return wkbNone;
    for (size_t i = 0; i < cov_table_rows(table); i++) {
        size_t size = 0;
        OGRGeometryH geometry = NULL;
        const void *wkb = cov_table_wkb(table, i, &size);
        if (wkb == NULL)
            continue;
        if (OGR_G_CreateFromWkbEx(wkb, NULL, &geometry, size) != OGRERR_NONE)
            return wkbUnknown;
        OGRwkbGeometryType type = wkbFlatten(OGR_G_GetGeometryType(geometry));
        OGR_G_DestroyGeometry(geometry);
        return type;
    }
    return wkbUnknown;
}

cov_status cov_table_layer_open(const cov_table *table, cov_table_layer **out, cov_error *err)
{
    cov_table_layer *layer = cov_alloc_zero(1, sizeof *layer);
    if (layer == NULL)
        return cov_fail_memory(err);
    layer->table = table;
    layer->geometry = 1;
    layer->dataset = cov_dataset_in_memory();
    if (layer->dataset != NULL)
        layer->layer = GDALDatasetCreateLayer(layer->dataset, cov_table_name(table), NULL,
                                              geometry_type(table), NULL);
    cov_status s = COV_OK;
    if (layer->layer == NULL)
        s = cov_fail(err, COV_ERR_IO, "this installation of GDAL has no layers in memory");
    if (s == COV_OK)
        s = create_fields(layer, err);
    if (s == COV_OK)
        *out = layer;
    else
        cov_table_layer_close(layer);
    return s;
}

void cov_table_layer_close(cov_table_layer *layer)
{
    if (layer == NULL)
        return;
    if (layer->dataset != NULL)
        GDALClose(layer->dataset);
    cov_free(layer->column);
    cov_free(layer->wanted);
    cov_free(layer->text);
    cov_free(layer);
}

OGRLayerH cov_table_layer_ogr(const cov_table_layer *layer)
{
    return layer->layer;
}

void cov_table_layer_select(cov_table_layer *layer, const int *wanted, int geometry)
{
    memcpy(layer->wanted, wanted, (size_t)layer->n_fields * sizeof *wanted);
    layer->geometry = geometry;
}

cov_status cov_table_layer_allow(const cov_table_layer *layer, const char *name, const char *what,
                                 cov_error *err)
{
    const cov_table *table = layer->table;
    int i = cov_table_find(table, name);
    if (i < 0)
        return COV_OK;
    if (is_geometry(table, (size_t)i))
        return cov_fail(err, COV_ERR_INPUT, "%s: the %s \"%s\" is its geometry: choose another one",
                        cov_table_name(table), what, cov_quote(name).text);
    if (field_type(cov_table_type(table, (size_t)i)) >= 0)
        return COV_OK;
    return cov_fail(err, COV_ERR_INPUT,
                    "%s: the %s \"%s\" is of a type that can't be used, as bytes, dates and lists "
                    "are: choose a column of numbers, booleans or text",
                    cov_table_name(table), what, cov_quote(name).text);
}

int64_t cov_table_layer_count(const cov_table_layer *layer)
{
    return (int64_t)cov_table_rows(layer->table);
}

void cov_table_layer_rewind(cov_table_layer *layer)
{
    layer->next = 0;
}

/* ---------------------------------------------------------------- rows */

static cov_status set_text(cov_table_layer *layer, OGRFeatureH feature, int field,
                           const cov_cell *cell, cov_error *err)
{
    void *block = layer->text;
    int failed = cov_reserve(&block, &layer->capacity, cell->size + 1, 1);
    layer->text = block;
    if (failed)
        return cov_fail_memory(err);
    memcpy(layer->text, cell->text, cell->size);
    layer->text[cell->size] = '\0';
    if (strlen(layer->text) != cell->size)
        return cov_fail(err, COV_ERR_INPUT, "the text in column \"%s\" holds a NUL",
                        cov_quote(cov_table_column(layer->table, layer->column[field])).text);
    OGR_F_SetFieldString(feature, field, layer->text);
    return COV_OK;
}

static cov_status set_field(cov_table_layer *layer, OGRFeatureH feature, int field, cov_error *err)
{
    cov_cell cell;
    size_t column = layer->column[field];
    cov_table_cell(layer->table, layer->next, column, &cell);
    if (cell.is_null) {
        OGR_F_SetFieldNull(feature, field);
        return COV_OK;
    }
    switch (cov_table_type(layer->table, column)) {
    case COV_CELL_BOOLEAN:
        OGR_F_SetFieldInteger(feature, field, (int)cell.whole);
        return COV_OK;
    case COV_CELL_WHOLE:
        if (cell.over)
            return cov_fail(err, COV_ERR_INPUT,
                            "the number in column \"%s\" is too large: over 2^63-1",
                            cov_quote(cov_table_column(layer->table, column)).text);
        OGR_F_SetFieldInteger64(feature, field, cell.whole);
        return COV_OK;
    case COV_CELL_REAL:
        OGR_F_SetFieldDouble(feature, field, cell.real);
        return COV_OK;
    case COV_CELL_DECIMAL:
    case COV_CELL_TEXT:
        return set_text(layer, feature, field, &cell, err);
    default:
        return COV_OK;
    }
}

static cov_status set_geometry(cov_table_layer *layer, OGRFeatureH feature, cov_error *err)
{
    size_t size = 0;
    OGRGeometryH geometry = NULL;
    const void *wkb = cov_table_wkb(layer->table, layer->next, &size);
    if (wkb == NULL)
        return COV_OK;
    if (OGR_G_CreateFromWkbEx(wkb, NULL, &geometry, size) != OGRERR_NONE)
        return cov_fail(err, COV_ERR_GEOMETRY, "its geometry is no WKB, or damaged");
    OGR_F_SetGeometryDirectly(feature, geometry);
    return COV_OK;
}

cov_status cov_table_layer_next(cov_table_layer *layer, OGRFeatureH *out, cov_error *err)
{
    *out = NULL;
    if (layer->next >= cov_table_rows(layer->table))
        return COV_OK;
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer->layer));
    if (feature == NULL)
        return cov_fail_memory(err);
    OGR_F_SetFID(feature, (GIntBig)layer->next);
    cov_status s = COV_OK;
    for (int i = 0; i < layer->n_fields && s == COV_OK; i++) {
        if (layer->wanted[i])
            s = set_field(layer, feature, i, err);
    }
    if (s == COV_OK && layer->geometry && cov_table_geometry(layer->table) != NULL)
        s = set_geometry(layer, feature, err);
    layer->next++;
    if (s == COV_OK)
        *out = feature;
    else
        OGR_F_Destroy(feature);
    return s;
}

void cov_table_layer_extent(const cov_table_layer *layer, OGREnvelope *out)
{
    *out = (OGREnvelope){1, -1, 1, -1};
    for (size_t i = 0; i < cov_table_rows(layer->table); i++) {
        size_t size = 0;
        OGREnvelope box;
        OGRGeometryH geometry = NULL;
        const void *wkb = cov_table_wkb(layer->table, i, &size);
        if (wkb == NULL || OGR_G_CreateFromWkbEx(wkb, NULL, &geometry, size) != OGRERR_NONE)
            continue;
        OGR_G_GetEnvelope(geometry, &box);
        int first = out->MinX > out->MaxX;
        if (!OGR_G_IsEmpty(geometry)) {
            out->MinX = first || box.MinX < out->MinX ? box.MinX : out->MinX;
            out->MinY = first || box.MinY < out->MinY ? box.MinY : out->MinY;
            out->MaxX = first || box.MaxX > out->MaxX ? box.MaxX : out->MaxX;
            out->MaxY = first || box.MaxY > out->MaxY ? box.MaxY : out->MaxY;
        }
        OGR_G_DestroyGeometry(geometry);
    }
}
