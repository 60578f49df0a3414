/* SPDX-License-Identifier: MIT */
#include "arrow/export.h"

#include <stdio.h>
#include <string.h>

#include "arrow/maker.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/report.h"
#include "sheet/fields.h"

/* Anything can be held. */
static const cov_format in_memory = {"Arrow", {"arrow", NULL}, 0};

/* ---------------------------------------------------------------- the geometry column */

/* {"crs": ...}: PROJJSON as it is, another text in quotes. NULL: there is no memory. */
static char *shapes_metadata(const char *crs)
{
    if (crs == NULL || crs[0] == '\0')
        return cov_copy_text("{}");
    if (crs[0] == '{')
        return cov_text_print("{\"crs\":%s}", crs);
    char *out = cov_alloc(6 * strlen(crs) + 16, 1);
    if (out == NULL)
        return NULL;
    strcpy(out, "{\"crs\":\"");
    char *to = out + strlen(out);
    for (; *crs != '\0'; crs++) {
        if (*crs == '"' || *crs == '\\')
            *to++ = '\\';
        if ((unsigned char)*crs < 0x20)
            to += snprintf(to, 7, "\\u%04x", (unsigned)(unsigned char)*crs);
        else
            *to++ = *crs;
    }
    strcpy(to, "\"}");
    return out;
}

/* "geometry", or, where a column has that name, "geometry_" ... */
static char *shapes_name(const cov_fields *fields)
{
    char *name = cov_copy_text("geometry");
    for (size_t i = 0; name != NULL && i < fields->n; i++) {
        if (!cov_text_same(fields->field[i].full, name))
            continue;
        char *longer = cov_text_print("%s_", name);
        cov_free(name);
        name = longer;
        i = (size_t)-1; /* look again at all */
    }
    return name;
}

static cov_status add_shapes(cov_maker *maker, const cov_fields *fields,
                             const cov_export_shapes *shapes, cov_error *err)
{
    if (shapes->crs != NULL && !cov_is_utf8(shapes->crs))
        return cov_fail(err, COV_ERR_CRS, "the coordinate reference system \"%s\" is not UTF-8",
                        cov_quote(shapes->crs).text);
    char *name = shapes_name(fields), *metadata = shapes_metadata(shapes->crs);
    cov_status s =
        name != NULL && metadata != NULL
            ? cov_maker_column(maker, name, COV_MAKE_BYTES, "geoarrow.wkb", metadata, err)
            : cov_fail_memory(err);
    cov_free(name);
    cov_free(metadata);
    return s;
}

/* ---------------------------------------------------------------- rows */

static cov_status add_columns(cov_maker *maker, const cov_fields *fields, cov_error *err)
{
    static const cov_make make[] = {COV_MAKE_TEXT, COV_MAKE_WHOLE, COV_MAKE_REAL};
    cov_status s = COV_OK;
    for (size_t i = 0; i < fields->n && s == COV_OK; i++)
        s = cov_maker_column(maker, fields->field[i].full, make[fields->field[i].type], NULL, NULL,
                             err);
    return s;
}

static cov_status add_cell(cov_maker *maker, size_t column, cov_field_type type,
                           const cov_value *value, cov_error *err)
{
    if (value->is_null)
        return cov_maker_null(maker, column, err);
    switch (type) {
    case COV_FIELD_TEXT:
        return cov_maker_bytes(maker, column, value->text, strlen(value->text), err);
    case COV_FIELD_WHOLE:
        return cov_maker_whole(maker, column, value->whole, err);
    default:
        return cov_maker_real(maker, column, value->decimal, err);
    }
}

static cov_status add_row(cov_maker *maker, const cov_sheet *sheet, const cov_fields *fields,
                          size_t number, const cov_export_shapes *shapes, cov_error *err)
{
    cov_row row;
    cov_status s = cov_report_row(sheet->base[0].report, number, &row, err);
    for (size_t i = 0; i < fields->n && s == COV_OK; i++) {
        cov_value value;
        s = cov_fields_value(fields, i, sheet, number, &row, &value, err);
        if (s == COV_OK)
            s = add_cell(maker, i, fields->field[i].type, &value, err);
    }
    if (s != COV_OK || shapes == NULL)
        return s;
    if (row.level > 0 || shapes->sizes[row.area] == 0)
        return cov_maker_null(maker, fields->n, err);
    return cov_maker_bytes(maker, fields->n, shapes->wkb[row.area], shapes->sizes[row.area], err);
}

static cov_status fill(cov_maker *maker, const cov_sheet *sheet, const cov_fields *fields,
                       const cov_export_shapes *shapes, cov_error *err)
{
    cov_status s = add_columns(maker, fields, err);
    if (s == COV_OK && shapes != NULL)
        s = add_shapes(maker, fields, shapes, err);
    for (size_t i = 0; i < fields->n_rows && s == COV_OK; i++)
        s = add_row(maker, sheet, fields, i, shapes, err);
    return s;
}

cov_status cov_sheet_to_arrow(const cov_sheet *sheet, const cov_export_shapes *shapes,
                              struct ArrowArrayStream *out, cov_error *err)
{
    cov_fields fields;
    cov_status s = cov_fields_create(sheet, &in_memory, &fields, err);
    if (s != COV_OK)
        return s;
    cov_maker *maker = cov_maker_create();
    s = maker != NULL ? fill(maker, sheet, &fields, shapes, err) : cov_fail_memory(err);
    cov_fields_clear(&fields);
    if (s == COV_OK)
        return cov_maker_finish(maker, out, err);
    cov_maker_free(maker);
    return s;
}

/* ---------------------------------------------------------------- a report alone */

static cov_status check_options(const cov_report_arrow *options, cov_error *err)
{
    if (options->size != sizeof *options)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "cov_report_arrow.size is %zu: use COV_REPORT_ARROW_INIT", options->size);
    if (options->wkb != NULL && options->wkb_sizes == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "cov_report_arrow.wkb_sizes is missing");
    return COV_OK;
}

static const char *name_column(const cov_areas *areas, const char *asked)
{
    for (size_t i = 0; i < cov_areas_count(areas); i++) {
        if (cov_areas_name(areas, i) != NULL)
            return asked != NULL ? asked : "name";
    }
    return NULL;
}

cov_status cov_report_to_arrow(const cov_report *report, const cov_report_arrow *options,
                               struct ArrowArrayStream *out, cov_error *err)
{
    static const cov_report_arrow none = COV_REPORT_ARROW_INIT;
    if (report == NULL || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no report, or no place for its stream");
    const cov_report_arrow *o = options != NULL ? options : &none;
    cov_status s = check_options(o, err);
    if (s != COV_OK)
        return s;
    const cov_areas *areas = cov_report_areas(report);
    const cov_sheet_base base = {o->measure != NULL ? o->measure : "households", NULL, report};
    const cov_sheet sheet = {.base = &base,
                             .n_bases = 1,
                             .areas = areas,
                             .id_column = o->id_column != NULL ? o->id_column : "id",
                             .name_column = name_column(areas, o->name_column)};
    const cov_export_shapes shapes = {o->wkb, o->wkb_sizes, o->crs};
    return cov_sheet_to_arrow(&sheet, o->wkb != NULL ? &shapes : NULL, out, err);
}
