/* SPDX-License-Identifier: MIT */
#include "io/sidecar.h"

#include <string.h>

#include "io/json.h"
#include "io/path.h"

static json_t *value_json(const cov_field *field, const cov_value *value)
{
    if (value->is_null)
        return json_null();
    if (field->type == COV_FIELD_TEXT)
        return json_string(value->text);
    return field->type == COV_FIELD_WHOLE ? json_integer(value->whole) : json_real(value->decimal);
}

static cov_status add_row(json_t *rows, const cov_sheet *sheet, const cov_fields *fields,
                          size_t number, cov_error *err)
{
    cov_row row;
    cov_status s = cov_report_row(sheet->base[0].report, number, &row, err);
    json_t *object = json_object();
    if (s == COV_OK && json_array_append_new(rows, object) != 0)
        return cov_fail_memory(err);
    for (size_t i = 0; i < fields->n && s == COV_OK; i++) {
        cov_value value;
        const cov_field *field = &fields->field[i];
        s = cov_fields_value(fields, i, sheet, number, &row, &value, err);
        if (s == COV_OK && json_object_set_new(object, field->full, value_json(field, &value)) != 0)
            s = cov_fail_memory(err);
    }
    return s;
}

static cov_status add_rows(json_t *object, const cov_sheet *sheet, const cov_fields *fields,
                           cov_error *err)
{
    if (fields->n_rows == cov_report_rows(sheet->base[0].report))
        return COV_OK;
    json_t *rows = json_array();
    if (json_object_set_new(object, "rows", rows) != 0)
        return cov_fail_memory(err);
    cov_status s = COV_OK;
    for (size_t i = fields->n_rows; i < cov_report_rows(sheet->base[0].report) && s == COV_OK; i++)
        s = add_row(rows, sheet, fields, i, err);
    return s;
}

static cov_status add_columns(json_t *object, const cov_fields *fields, cov_error *err)
{
    json_t *columns = NULL;
    for (size_t i = 0; i < fields->n; i++) {
        const cov_field *field = &fields->field[i];
        /* A column that was only made inert still has its name. */
        if (fields->inert || strcmp(field->name, field->full) == 0)
            continue;
        if (columns == NULL) {
            columns = json_object();
            if (json_object_set_new(object, "columns", columns) != 0)
                return cov_fail_memory(err);
        }
        if (json_object_set_new(columns, field->name, json_string(field->full)) != 0)
            return cov_fail_memory(err);
    }
    return COV_OK;
}

cov_status cov_sidecar_write(const cov_sheet *sheet, const cov_fields *fields, char **out,
                             cov_error *err)
{
    json_t *object = NULL;
    cov_status s = cov_json_load(sheet->manifest, strlen(sheet->manifest), &object, err);
    if (s == COV_OK)
        s = add_columns(object, fields, err);
    if (s == COV_OK)
        s = add_rows(object, sheet, fields, err);
    if (s == COV_OK)
        s = cov_json_print(object, out, err);
    json_decref(object);
    return s;
}
