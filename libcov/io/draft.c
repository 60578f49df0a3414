/* SPDX-License-Identifier: MIT */
#include "io/draft.h"

#include <float.h>
#include <stdio.h>
#include <string.h>

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/json.h"
#include "io/path.h"
#include "io/watch.h"

/* One date for all results: a GeoPackage has to state one, and equal runs have equal bytes. */
#define DATE "1970-01-01"

/* A draft in the making. */
typedef struct pen {
    const cov_sheet *sheet;
    const cov_area_layer *areas;
    const cov_fields *fields;
    const cov_format *format;
    const cov_phases *phases;
    const char *layer_name;
    GDALDatasetH dataset;
    OGRLayerH layer;
    OGRSpatialReferenceH wgs84; /* owned; NULL where the shapes stay as they are */
    OGRSpatialReferenceH crs;   /* of what is written; borrowed */
    cov_transform transform;
    cov_watch watch;
} pen;

static cov_status check_watch(const pen *p, const char *what, cov_error *err)
{
    if (p->watch.failures == 0)
        return COV_OK;
    return cov_fail(err, COV_ERR_IO, "%s: %s failed: %s", p->format->name, what, p->watch.failure);
}

/* A call that failed without a word still failed. */
static cov_status fail_gdal(const pen *p, const char *what, cov_error *err)
{
    cov_status s = check_watch(p, what, err);
    return s != COV_OK ? s : cov_fail(err, COV_ERR_IO, "%s: %s failed", p->format->name, what);
}

/* ---------------------------------------------------------------- coordinates */

static OGRGeometryH read_shape(const cov_area_layer *areas, size_t index)
{
    OGRGeometryH geometry = NULL;
    if (index >= areas->n_shapes || areas->shapes[index].wkb == NULL)
        return NULL;
    const cov_shape *shape = &areas->shapes[index];
    OGRErr e = OGR_G_CreateFromWkbEx(shape->wkb, areas->crs, &geometry, shape->size);
    return e == OGRERR_NONE ? geometry : NULL;
}

/* West, south, east, north of all shapes. */
static void find_extent(const cov_area_layer *areas, double extent[4])
{
    extent[0] = extent[1] = DBL_MAX;
    extent[2] = extent[3] = -DBL_MAX;
    for (size_t i = 0; i < areas->n_shapes; i++) {
        OGREnvelope box;
        OGRGeometryH geometry = read_shape(areas, i);
        if (geometry == NULL)
            continue;
        OGR_G_GetEnvelope(geometry, &box);
        extent[0] = box.MinX < extent[0] ? box.MinX : extent[0];
        extent[1] = box.MinY < extent[1] ? box.MinY : extent[1];
        extent[2] = box.MaxX > extent[2] ? box.MaxX : extent[2];
        extent[3] = box.MaxY > extent[3] ? box.MaxY : extent[3];
        OGR_G_DestroyGeometry(geometry);
    }
}

static cov_status choose_crs(pen *p, cov_error *err)
{
    double extent[4];
    p->crs = p->areas->crs;
    if (!cov_format_has(p->format, COV_FORMAT_WGS84))
        return COV_OK;
    if (p->crs == NULL)
        return cov_fail(err, COV_ERR_CRS,
                        "%s: a %s is in WGS 84, and the areas state no coordinate reference system",
                        p->areas->label, p->format->name);
    cov_status s = cov_crs_from_text("EPSG:4326", &p->wgs84, err);
    if (s != COV_OK)
        return s;
    p->crs = p->wgs84;
    find_extent(p->areas, extent);
    return cov_transform_create(p->areas->crs, p->wgs84, extent, p->areas->label, &p->transform,
                                err);
}

/* ---------------------------------------------------------------- layer */

/* A name no column has: "geom", or "geom_", "geom__" ... */
static void free_name(const cov_fields *fields, const char *wanted, char *out, size_t size)
{
    snprintf(out, size, "%s", wanted);
    for (size_t i = 0; i < fields->n; i++) {
        if (!cov_text_same(fields->field[i].name, out) || strlen(out) + 1 >= size)
            continue;
        memcpy(out + strlen(out), "_", 2);
        i = (size_t)-1; /* look again at all */
    }
}

static char **geopackage_options(const pen *p, char **list)
{
    char fid[128], geometry[128];
    free_name(p->fields, "fid", fid, sizeof fid);
    free_name(p->fields, "geom", geometry, sizeof geometry);
    list = CSLSetNameValue(list, "FID", fid);
    list = CSLSetNameValue(list, "GEOMETRY_NAME", geometry);
    return CSLSetNameValue(list, "DESCRIPTION", "Coverage per area, by libcov " COV_VERSION);
}

/* The manifest as the member "libcov" of the collection. */
static char **geojson_options(const pen *p, char **list)
{
    char *native =
        cov_text_print("{\"type\":\"FeatureCollection\",\"libcov\":%s}", p->sheet->manifest);
    if (native != NULL)
        list = CSLSetNameValue(list, "NATIVE_DATA", native);
    cov_free(native);
    list = CSLSetNameValue(list, "NATIVE_MEDIA_TYPE", "application/vnd.geo+json");
    return CSLSetNameValue(list, "RFC7946", "YES");
}

static char **layer_options(const pen *p)
{
    char **list = NULL;
    if (strcmp(p->format->name, "GeoJSON") == 0)
        return geojson_options(p, list);
    if (strcmp(p->format->name, "GPKG") == 0)
        return geopackage_options(p, list);
    /* The index would sort the rows by place. */
    if (strcmp(p->format->name, "FlatGeobuf") == 0)
        return CSLSetNameValue(list, "SPATIAL_INDEX", "NO");
    if (cov_format_has(p->format, COV_FORMAT_DBF)) {
        list = CSLSetNameValue(list, "ENCODING", "UTF-8");
        return CSLSetNameValue(list, "DBF_DATE_LAST_UPDATE", DATE);
    }
    if (cov_format_has(p->format, COV_FORMAT_CSV)) {
        list = CSLSetNameValue(list, "LINEFORMAT", "LF");
        /* A text that looks like a number is quoted: to a careful spreadsheet it then is a text,
         * and keeps its leading zeros. */
        return CSLSetNameValue(list, "STRING_QUOTING", "IF_AMBIGUOUS");
    }
    return list;
}

static void set_width(OGRFieldDefnH definition, const cov_field *field)
{
    OGR_Fld_SetWidth(definition, (int)field->width);
    if (field->type == COV_FIELD_DECIMAL)
        OGR_Fld_SetPrecision(definition, field->figure.decimals);
}

static cov_status create_fields(pen *p, cov_error *err)
{
    static const OGRFieldType types[] = {OFTString, OFTInteger64, OFTReal};
    for (size_t i = 0; i < p->fields->n; i++) {
        const cov_field *field = &p->fields->field[i];
        OGRFieldType type = types[field->type];
        /* GDAL 3.6 quotes every integer of 64 bits together with ambiguous texts. */
        if (type == OFTInteger64 && cov_format_has(p->format, COV_FORMAT_CSV))
            type = OFTReal;
        OGRFieldDefnH definition = OGR_Fld_Create(field->name, type);
        if (cov_format_has(p->format, COV_FORMAT_DBF))
            set_width(definition, field);
        OGRErr e = OGR_L_CreateField(p->layer, definition, 0);
        OGR_Fld_Destroy(definition);
        if (e != OGRERR_NONE || p->watch.failures > 0)
            return fail_gdal(p, "creating the columns", err);
    }
    return COV_OK;
}

/* A GeoPackage keeps some prefixes for itself. */
static const char *safe_layer_name(const pen *p)
{
    static const char *const reserved[] = {"gpkg_", "sqlite_", "rtree_", NULL};
    if (p->layer_name[0] == '\0')
        return "coverage";
    for (size_t i = 0; cov_format_has(p->format, COV_FORMAT_SQLITE) && reserved[i] != NULL; i++) {
        if (EQUALN(p->layer_name, reserved[i], strlen(reserved[i])))
            return "coverage";
    }
    return p->layer_name;
}

static cov_status create_layer(pen *p, const char *path, cov_error *err)
{
    GDALDriverH driver = GDALGetDriverByName(p->format->name);
    if (driver == NULL)
        return cov_fail(err, COV_ERR_IO, "this installation of GDAL has no driver for %s",
                        p->format->name);
    p->dataset = GDALCreate(driver, path, 0, 0, 0, GDT_Unknown, NULL);
    if (p->dataset == NULL)
        return fail_gdal(p, "creating the file", err);
    int shapes = cov_format_has(p->format, COV_FORMAT_SHAPES);
    char **list = layer_options(p);
    p->layer = GDALDatasetCreateLayer(p->dataset, safe_layer_name(p), shapes ? p->crs : NULL,
                                      shapes ? wkbMultiPolygon : wkbNone, list);
    CSLDestroy(list);
    if (p->layer == NULL || p->watch.failures > 0)
        return fail_gdal(p, "creating the layer", err);
    if (cov_format_has(p->format, COV_FORMAT_SQLITE))
        GDALSetMetadataItem(p->layer, "libcov", p->sheet->manifest, NULL);
    return create_fields(p, err);
}

/* ---------------------------------------------------------------- rows */

static cov_status set_shape(pen *p, OGRFeatureH feature, const cov_row *row, cov_error *err)
{
    char what[256];
    snprintf(what, sizeof what, "%s, area %s", p->areas->label, row->id);
    OGRGeometryH geometry = read_shape(p->areas, (size_t)row->area);
    if (geometry == NULL)
        return cov_fail(err, COV_ERR_GEOMETRY, "%s: its geometry can't be written", what);
    /* Driven by the layer's type, so that every row has the same one. */
    geometry = OGR_G_ForceToMultiPolygon(geometry);
    cov_status s = COV_OK;
    if (p->wgs84 != NULL) {
        s = cov_transform_geometry(&p->transform, geometry, what, err);
        OGR_G_AssignSpatialReference(geometry, p->wgs84);
    }
    if (s == COV_OK)
        OGR_F_SetGeometryDirectly(feature, geometry);
    else
        OGR_G_DestroyGeometry(geometry);
    return s;
}

/* GDAL 3.6 would write it as JSON, unquoted. */
static cov_status check_json(const pen *p, size_t field, const cov_row *row, const char *text,
                             cov_error *err)
{
    json_t *json = NULL;
    if (!cov_format_has(p->format, COV_FORMAT_JSON) || (text[0] != '{' && text[0] != '['))
        return COV_OK;
    cov_status s = cov_json_load(text, strlen(text), &json, NULL);
    if (s != COV_OK)
        return s == COV_ERR_MEMORY ? cov_fail_memory(err) : COV_OK;
    json_decref(json);
    return cov_fail(err, COV_ERR_LIMIT,
                    "area \"%s\": its text %s in column \"%s\" is JSON itself, which GDAL would "
                    "not write as a text: write a GeoPackage (.gpkg)",
                    row->id != NULL ? row->id : "", text, p->fields->field[field].full);
}

static cov_status set_values(const pen *p, OGRFeatureH feature, size_t number, const cov_row *row,
                             cov_error *err)
{
    for (size_t i = 0; i < p->fields->n; i++) {
        cov_value value;
        cov_status s = cov_fields_value(p->fields, i, p->sheet, number, row, &value, err);
        if (s == COV_OK && value.text != NULL)
            s = check_json(p, i, row, value.text, err);
        if (s != COV_OK)
            return s;
        if (value.is_null)
            OGR_F_SetFieldNull(feature, (int)i);
        else if (p->fields->field[i].type == COV_FIELD_TEXT)
            OGR_F_SetFieldString(feature, (int)i, value.text);
        else if (p->fields->field[i].type == COV_FIELD_WHOLE)
            OGR_F_SetFieldInteger64(feature, (int)i, value.whole);
        else
            OGR_F_SetFieldDouble(feature, (int)i, value.decimal);
    }
    return COV_OK;
}

static cov_status write_row(pen *p, size_t number, cov_error *err)
{
    cov_row row;
    cov_status s = cov_report_row(p->sheet->base[0].report, number, &row, err);
    if (s != COV_OK)
        return s;
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(p->layer));
    if (feature == NULL)
        return cov_fail_memory(err);
    s = set_values(p, feature, number, &row, err);
    if (s == COV_OK && row.level == 0 && cov_format_has(p->format, COV_FORMAT_SHAPES))
        s = set_shape(p, feature, &row, err);
    if (s == COV_OK &&
        (OGR_L_CreateFeature(p->layer, feature) != OGRERR_NONE || p->watch.failures > 0))
        s = fail_gdal(p, "writing a row", err);
    OGR_F_Destroy(feature);
    return s;
}

static cov_status write_rows(pen *p, cov_error *err)
{
    int in_transaction = GDALDatasetTestCapability(p->dataset, ODsCTransactions);
    if (in_transaction && GDALDatasetStartTransaction(p->dataset, 0) != OGRERR_NONE)
        return fail_gdal(p, "starting", err);
    cov_status s = COV_OK;
    for (size_t i = 0; i < p->fields->n_rows && s == COV_OK; i++) {
        s = cov_phases_ask(p->phases, (double)i, (double)p->fields->n_rows, err);
        if (s == COV_OK)
            s = write_row(p, i, err);
    }
    if (s == COV_OK && in_transaction && GDALDatasetCommitTransaction(p->dataset) != OGRERR_NONE)
        s = fail_gdal(p, "finishing", err);
    return s;
}

/* ---------------------------------------------------------------- interface */

static cov_status write_sheet(pen *p, const char *path, cov_error *err)
{
    cov_status s = choose_crs(p, err);
    if (s != COV_OK)
        return s;
    const char *before = CPLGetThreadLocalConfigOption("OGR_CURRENT_DATE", NULL);
    char *kept = before != NULL ? CPLStrdup(before) : NULL;
    CPLSetThreadLocalConfigOption("OGR_CURRENT_DATE", DATE "T00:00:00.000Z");
    cov_watch_begin(&p->watch);
    s = create_layer(p, path, err);
    if (s == COV_OK)
        s = write_rows(p, err);
    /* Much is written here only, and GDALClose tells nobody but the watch. */
    if (p->dataset != NULL)
        GDALClose(p->dataset);
    cov_watch_end(&p->watch);
    CPLSetThreadLocalConfigOption("OGR_CURRENT_DATE", kept);
    CPLFree(kept);
    return s == COV_OK ? check_watch(p, "writing", err) : s;
}

/* A folder of its own: no other draft has the address of this one's memory while it lives. */
static cov_status make_folder(const cov_format *format, cov_draft *draft, cov_error *err)
{
    void *mark = cov_alloc(1, 64);
    if (mark == NULL)
        return cov_fail_memory(err);
    draft->folder = mark;
    snprintf(draft->folder, 64, "/vsimem/libcov-%p", mark);
    draft->path = cov_text_print("%s/sheet.%s", draft->folder, format->extensions[0]);
    draft->format = format;
    if (draft->path == NULL)
        return cov_fail_memory(err);
    if (VSIMkdir(draft->folder, 0700) != 0)
        return cov_fail(err, COV_ERR_IO, "%s can't be made in memory", draft->folder);
    return COV_OK;
}

cov_status cov_draft_write(const cov_sheet *sheet, const cov_area_layer *areas,
                           const cov_fields *fields, const cov_format *format, const char *layer,
                           const cov_phases *phases, cov_draft *out, cov_error *err)
{
    cov_draft draft = {0};
    pen p = {.sheet = sheet,
             .areas = areas,
             .fields = fields,
             .format = format,
             .phases = phases,
             .layer_name = layer};
    cov_gdal_init();
    cov_status s = make_folder(format, &draft, err);
    if (s == COV_OK)
        s = write_sheet(&p, draft.path, err);
    cov_transform_clear(&p.transform);
    if (p.wgs84 != NULL)
        OSRRelease(p.wgs84);
    if (s != COV_OK) {
        cov_draft_clear(&draft);
        return s;
    }
    *out = draft;
    return COV_OK;
}

const void *cov_draft_bytes(const cov_draft *draft, const char *extension, size_t *size)
{
    vsi_l_offset length = 0;
    char *path = cov_text_print("%s/sheet.%s", draft->folder, extension);
    const void *bytes = path != NULL ? VSIGetMemFileBuffer(path, &length, FALSE) : NULL;
    cov_free(path);
    *size = (size_t)length;
    return bytes;
}

void cov_draft_clear(cov_draft *draft)
{
    if (draft->folder != NULL)
        VSIRmdirRecursive(draft->folder);
    cov_free(draft->folder);
    cov_free(draft->path);
    memset(draft, 0, sizeof *draft);
}
