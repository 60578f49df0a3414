/* SPDX-License-Identifier: MIT */
#include "io/proof.h"

#include <stdio.h>
#include <string.h>

#include <cpl_string.h>
#include <gdal.h>

#include "io/json.h"
#include "io/watch.h"

typedef struct reader {
    const cov_phases *phases;
    const char *what;
    const cov_sheet *sheet;
    const cov_area_layer *areas;
    const cov_fields *fields;
    const cov_format *format;
    OGRLayerH layer;
    cov_watch watch;
} reader;

static cov_status fail_proof(const reader *r, const char *how, cov_error *err)
{
    if (r->watch.failures > 0)
        return cov_fail(err, COV_ERR_IO, "%s: what was written can't be read back: %s (%s)",
                        r->what, how, r->watch.failure);
    return cov_fail(err, COV_ERR_IO, "%s: what was written reads back differently: %s", r->what,
                    how);
}

/* ---------------------------------------------------------------- values */

static size_t trimmed(const char **text)
{
    while (**text == ' ')
        (*text)++;
    size_t n = strlen(*text);
    while (n > 0 && (*text)[n - 1] == ' ')
        n--;
    return n;
}

/* GDAL takes a return out of a line of CSV. */
static int same_but_returns(const char *a, const char *b)
{
    for (;;) {
        a += strspn(a, "\r");
        b += strspn(b, "\r");
        if (*a != *b || *a == '\0')
            return *a == *b;
        a++;
        b++;
    }
}

static int same_text(const cov_format *format, const char *a, const char *b)
{
    if (cov_format_has(format, COV_FORMAT_CSV))
        return same_but_returns(a, b);
    if (!cov_format_has(format, COV_FORMAT_DBF))
        return strcmp(a, b) == 0;
    size_t na = trimmed(&a), nb = trimmed(&b);
    return na == nb && memcmp(a, b, na) == 0;
}

static int same_value(const reader *r, OGRFeatureH feature, int index, const cov_field *field,
                      const cov_value *value)
{
    int loose =
        cov_format_has(r->format, COV_FORMAT_CSV) || cov_format_has(r->format, COV_FORMAT_DBF);
    int is_null = !OGR_F_IsFieldSetAndNotNull(feature, index);
    const char *text = is_null ? "" : OGR_F_GetFieldAsString(feature, index);
    if (value->is_null || is_null) {
        const char *wanted = value->text != NULL ? value->text : "";
        if (loose && (value->is_null || field->type == COV_FIELD_TEXT))
            return same_text(r->format, text, wanted);
        return value->is_null && is_null;
    }
    switch (field->type) {
    case COV_FIELD_TEXT:
        return same_text(r->format, text, value->text);
    case COV_FIELD_WHOLE:
        return OGR_F_GetFieldAsInteger64(feature, index) == value->whole;
    default:
        return !(OGR_F_GetFieldAsDouble(feature, index) < value->decimal) &&
               !(OGR_F_GetFieldAsDouble(feature, index) > value->decimal);
    }
}

static cov_status compare_row(const reader *r, OGRFeatureH feature, size_t number, cov_error *err)
{
    cov_row row;
    cov_status s = cov_report_row(r->sheet->base[0].report, number, &row, err);
    for (size_t i = 0; i < r->fields->n && s == COV_OK; i++) {
        cov_value value;
        s = cov_fields_value(r->fields, i, r->sheet, number, &row, &value, err);
        if (s == COV_OK && !same_value(r, feature, (int)i, &r->fields->field[i], &value)) {
            char how[128];
            snprintf(how, sizeof how, "row %zu, column %.64s", number + 1,
                     r->fields->field[i].name);
            s = fail_proof(r, how, err);
        }
    }
    if (s != COV_OK || !cov_format_has(r->format, COV_FORMAT_SHAPES))
        return s;
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    int has_shape = geometry != NULL && !OGR_G_IsEmpty(geometry);
    return has_shape == (row.level == 0) ? COV_OK : fail_proof(r, "the geometry of a row", err);
}

/* ---------------------------------------------------------------- layer */

static cov_status compare_columns(const reader *r, cov_error *err)
{
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(r->layer);
    if ((size_t)OGR_FD_GetFieldCount(definition) != r->fields->n)
        return fail_proof(r, "the number of columns", err);
    for (size_t i = 0; i < r->fields->n; i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(definition, (int)i);
        if (strcmp(OGR_Fld_GetNameRef(field), r->fields->field[i].name) != 0)
            return fail_proof(r, r->fields->field[i].name, err);
    }
    if (cov_format_has(r->format, COV_FORMAT_SHAPES) && r->areas->crs != NULL &&
        OGR_L_GetSpatialRef(r->layer) == NULL)
        return fail_proof(r, "the coordinate reference system", err);
    return COV_OK;
}

static cov_status compare_rows(reader *r, cov_error *err)
{
    size_t n = 0;
    cov_status s = COV_OK;
    OGRFeatureH feature;
    OGR_L_ResetReading(r->layer);
    while (s == COV_OK && (feature = OGR_L_GetNextFeature(r->layer)) != NULL) {
        s = cov_phases_ask(r->phases, (double)n, (double)r->fields->n_rows, err);
        if (s == COV_OK && n < r->fields->n_rows)
            s = compare_row(r, feature, n, err);
        n++;
        OGR_F_Destroy(feature);
    }
    if (s == COV_OK && (n != r->fields->n_rows || r->watch.failures > 0))
        s = fail_proof(r, "the number of rows", err);
    return s;
}

static cov_status compare_manifest(const reader *r, cov_error *err)
{
    int is_geojson = !cov_format_has(r->format, COV_FORMAT_SQLITE);
    const char *text = is_geojson ? GDALGetMetadataItem(r->layer, "NATIVE_DATA", "NATIVE_DATA")
                                  : GDALGetMetadataItem(r->layer, "libcov", NULL);
    json_t *wanted = NULL, *found = NULL;
    cov_status s = cov_json_load(r->sheet->manifest, strlen(r->sheet->manifest), &wanted, err);
    if (s == COV_OK && text != NULL &&
        cov_json_load(text, strlen(text), &found, NULL) == COV_ERR_MEMORY)
        s = cov_fail_memory(err);
    const json_t *member = is_geojson ? json_object_get(found, "libcov") : found;
    if (s == COV_OK && !json_equal(wanted, member))
        s = fail_proof(r, "the manifest", err);
    json_decref(wanted);
    json_decref(found);
    return s;
}

static char **open_options(const cov_format *format)
{
    char **list = NULL;
    if (strncmp(format->name, "GeoJSON", 7) == 0)
        list = CSLSetNameValue(list, "DATE_AS_STRING", "YES");
    if (cov_format_has(format, COV_FORMAT_MANIFEST) && !cov_format_has(format, COV_FORMAT_SQLITE))
        list = CSLSetNameValue(list, "NATIVE_DATA", "YES");
    if (cov_format_has(format, COV_FORMAT_DBF))
        list = CSLSetNameValue(list, "ENCODING", "UTF-8");
    return list;
}

static cov_status compare_all(reader *r, cov_error *err)
{
    cov_status s = compare_columns(r, err);
    if (s == COV_OK)
        s = compare_rows(r, err);
    if (s == COV_OK && cov_format_has(r->format, COV_FORMAT_MANIFEST))
        s = compare_manifest(r, err);
    return s;
}

cov_status cov_proof_read(const char *path, const char *what, const cov_sheet *sheet,
                          const cov_area_layer *areas, const cov_fields *fields,
                          const cov_format *format, const cov_phases *phases, cov_error *err)
{
    reader r = {.phases = phases,
                .what = what,
                .sheet = sheet,
                .areas = areas,
                .fields = fields,
                .format = format};
    const char *const drivers[] = {format->name, NULL};
    char **list = open_options(format);
    cov_watch_begin(&r.watch);
    GDALDatasetH dataset =
        GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, drivers,
                   (const char *const *)list, NULL);
    CSLDestroy(list);
    r.layer = dataset != NULL ? GDALDatasetGetLayer(dataset, 0) : NULL;
    cov_status s = r.layer != NULL ? compare_all(&r, err) : fail_proof(&r, "no layer", err);
    if (dataset != NULL)
        GDALClose(dataset);
    cov_watch_end(&r.watch);
    return s;
}
