/* SPDX-License-Identifier: MIT */
#include "io/fields.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/text.h"

#define DBF_NAME 10                           /* bytes of a name in a shapefile */
#define DBF_STEM 6                            /* of them before "_pct" */
#define DBF_TEXT 254                          /* bytes of a text */
#define DBF_WHOLE INT64_C(999999999999999999) /* 18 digits */

/* Up to here a double, and 15 digits, hold every whole number, and every number of thousandths. */
#define DIGITS_15 UINT64_C(999999999999999)

/* ---------------------------------------------------------------- inert text */

/* "-5" or "+84.5": a spreadsheet takes it for what it is. */
static int is_plain_number(const char *text)
{
    if (*text == '+' || *text == '-')
        text++;
    size_t whole = strspn(text, "0123456789");
    text += whole;
    if (whole > 0 && *text == '.')
        text += 1 + strspn(text + 1, "0123456789");
    return whole > 0 && *text == '\0';
}

/* Whether what would be a cell from here on would be a formula. */
static int starts_formula(const char *cell)
{
    if (*cell == '\t' || *cell == '\r')
        return 1;
    cell += strspn(cell, " \"'");
    return *cell != '\0' && strchr("=+-@", *cell) != NULL;
}

/* A semicolon, a tab, an end of line start a cell in some spreadsheet's idea of a CSV. */
static const char *make_inert(const cov_fields *fields, const char *text)
{
    if (!fields->inert || text == NULL || is_plain_number(text))
        return text;
    char *out = fields->scratch;
    for (const char *at = text; *at != '\0'; at++) {
        int starts_cell = at == text || strchr(";\t\n\r", at[-1]) != NULL;
        if (starts_cell && starts_formula(at))
            *out++ = '\'';
        *out++ = *at;
    }
    *out = '\0';
    return fields->scratch;
}

/* ---------------------------------------------------------------- full names */

/* A character that may stand in a name; '/' above all may not. */
static int is_kept(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || (unsigned char)c >= 0x80;
}

static char *indicator_column(const char *indicator, const char *suffix)
{
    size_t n = strlen(indicator);
    char *name = cov_alloc(n + strlen(suffix) + 1, 1);
    if (name == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++)
        name[i] = is_kept(indicator[i]) ? indicator[i] : '_';
    memcpy(name + n, suffix, strlen(suffix) + 1);
    return name;
}

static char *full_name(const cov_sheet *sheet, cov_field_role role, size_t index)
{
    switch (role) {
    case COV_FIELD_ID:
        return cov_copy_text(sheet->layer->id_column);
    case COV_FIELD_NAME:
        return cov_copy_text(sheet->layer->name_column);
    case COV_FIELD_PARENT:
        return cov_copy_text(cov_areas_level_name(sheet->areas, index));
    case COV_FIELD_LEVEL:
        return cov_copy_text("level");
    case COV_FIELD_MEASURE:
        return cov_copy_text(sheet->measure);
    case COV_FIELD_COUNT:
        return indicator_column(cov_report_indicator_name(sheet->report, index), "_n");
    case COV_FIELD_PERCENT:
        return indicator_column(cov_report_indicator_name(sheet->report, index), "_pct");
    }
    return NULL;
}

/* What a column is, for messages. */
static const char *role_name(cov_field_role role)
{
    static const char *const names[] = {"the id column",           "the name column",
                                        "a parent column",         "the column of levels",
                                        "the measure's column",    "a column of an indicator",
                                        "a column of an indicator"};
    return names[role];
}

static cov_status add_field(const cov_sheet *sheet, cov_field_role role, size_t index,
                            cov_fields *fields, cov_error *err)
{
    cov_field *field = &fields->field[fields->n];
    field->role = role;
    field->index = index;
    field->width = 1;
    field->type = COV_FIELD_TEXT;
    if (role == COV_FIELD_PERCENT) {
        field->type = COV_FIELD_DECIMAL;
        field->decimals = 4;
    } else if (role == COV_FIELD_MEASURE || role == COV_FIELD_COUNT) {
        int whole = cov_report_scale(sheet->report) == 1;
        field->type = whole ? COV_FIELD_WHOLE : COV_FIELD_DECIMAL;
        field->decimals = whole ? 0 : 3;
    }
    field->full = full_name(sheet, role, index);
    if (field->full == NULL)
        return cov_fail_memory(err);
    fields->n++;
    if (!cov_text_is_utf8(field->full)) {
        cov_status s = cov_fail(err, COV_ERR_INPUT,
                                "%s, number %zu of the result, is not UTF-8: "
                                "rename it, or state the encoding of the areas (.cpg)",
                                role_name(role), fields->n);
        return s;
    }
    return COV_OK;
}

static cov_status add_fields(const cov_sheet *sheet, cov_fields *fields, cov_error *err)
{
    size_t levels = cov_areas_levels(sheet->areas);
    size_t indicators = cov_report_indicators(sheet->report);
    fields->field = cov_alloc_zero(4 + levels + 2 * indicators, sizeof *fields->field);
    if (fields->field == NULL)
        return cov_fail_memory(err);
    cov_status s = add_field(sheet, COV_FIELD_ID, 0, fields, err);
    if (s == COV_OK && sheet->layer->name_column != NULL)
        s = add_field(sheet, COV_FIELD_NAME, 0, fields, err);
    for (size_t i = 0; i < levels && s == COV_OK; i++)
        s = add_field(sheet, COV_FIELD_PARENT, i, fields, err);
    if (s == COV_OK)
        s = add_field(sheet, COV_FIELD_LEVEL, 0, fields, err);
    if (s == COV_OK)
        s = add_field(sheet, COV_FIELD_MEASURE, 0, fields, err);
    for (size_t i = 0; i < indicators && s == COV_OK; i++) {
        s = add_field(sheet, COV_FIELD_COUNT, i, fields, err);
        if (s == COV_OK)
            s = add_field(sheet, COV_FIELD_PERCENT, i, fields, err);
    }
    return s;
}

static cov_status check_full_names(const cov_fields *fields, cov_error *err)
{
    for (size_t i = 0; i < fields->n; i++) {
        const cov_field *a = &fields->field[i];
        for (size_t k = 0; k < i; k++) {
            const cov_field *b = &fields->field[k];
            if (cov_text_same(a->full, b->full))
                return cov_fail(
                    err, COV_ERR_ARGUMENT,
                    "two columns of the result would be called \"%s\": %s and %s; "
                    "rename the column of the input, or give the indicator another name",
                    a->full, role_name(b->role), role_name(a->role));
        }
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- names in the file */

/* The first whole characters of a text that fit into `most` bytes. */
static size_t cut(const char *text, size_t most)
{
    size_t n = 0, size;
    while ((size = cov_text_character(text + n)) > 0 && n + size <= most)
        n += size;
    return n;
}

static char *cut_and_append(const char *text, size_t most, const char *end)
{
    size_t keep = cut(text, most - strlen(end));
    char *name = cov_alloc(keep + strlen(end) + 1, 1);
    if (name == NULL)
        return NULL;
    memcpy(name, text, keep);
    memcpy(name + keep, end, strlen(end) + 1);
    return name;
}

static int is_taken(const cov_fields *fields, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (cov_text_same(fields->field[i].name, name))
            return 1;
    }
    return 0;
}

static char *short_name(const cov_fields *fields, size_t index)
{
    const char *full = fields->field[index].full;
    char *name = cut_and_append(full, DBF_NAME, "");
    for (unsigned k = 2; name != NULL && k < 1000 && is_taken(fields, index, name); k++) {
        char number[16];
        snprintf(number, sizeof number, "%u", k);
        cov_free(name);
        name = cut_and_append(full, DBF_NAME, number);
    }
    return name;
}

static char *short_indicator(const cov_field *field)
{
    const char *suffix = field->role == COV_FIELD_COUNT ? "_n" : "_pct";
    size_t stem = strlen(field->full) - strlen(suffix);
    char end[32] = "";
    size_t most = DBF_STEM;
    if (stem > DBF_STEM)
        snprintf(end, sizeof end, "%zu", field->index + 1);
    else
        most = stem;
    most += strlen(suffix);
    memcpy(end + strlen(end), suffix, strlen(suffix) + 1);
    return cut_and_append(field->full, most, end);
}

static cov_status name_in_dbf(cov_fields *fields, size_t index, cov_error *err)
{
    cov_field *field = &fields->field[index];
    int is_indicator = field->role == COV_FIELD_COUNT || field->role == COV_FIELD_PERCENT;
    char *name = is_indicator ? short_indicator(field) : short_name(fields, index);
    if (name == NULL)
        return cov_fail_memory(err);
    field->name = name;
    if (is_taken(fields, index, name))
        return cov_fail(err, COV_ERR_LIMIT,
                        "a shapefile has %d bytes for the name of a column, and \"%s\" for \"%s\" "
                        "is taken: give the indicator another name, or write a GeoPackage (.gpkg)",
                        DBF_NAME, name, field->full);
    return COV_OK;
}

static cov_status name_in_file(cov_fields *fields, const cov_format *format, cov_error *err)
{
    for (size_t i = 0; i < fields->n; i++) {
        if (cov_format_has(format, COV_FORMAT_DBF)) {
            cov_status s = name_in_dbf(fields, i, err);
            if (s != COV_OK)
                return s;
            continue;
        }
        fields->field[i].name = cov_copy_text(make_inert(fields, fields->field[i].full));
        if (fields->field[i].name == NULL)
            return cov_fail_memory(err);
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- values */

static const char *text_of(const cov_sheet *sheet, const cov_field *field, const cov_row *row)
{
    size_t levels = cov_areas_levels(sheet->areas);
    switch (field->role) {
    case COV_FIELD_ID:
        return row->level == 0 ? row->id : NULL;
    case COV_FIELD_NAME:
        return row->level == 0 ? row->name : NULL;
    case COV_FIELD_PARENT:
        if (row->area < 0 || row->level > field->index + 1)
            return NULL;
        return cov_areas_parent(sheet->areas, (size_t)row->area, field->index);
    case COV_FIELD_LEVEL:
        if (row->level == 0)
            return "area";
        return row->level <= levels ? cov_areas_level_name(sheet->areas, row->level - 1) : "total";
    default:
        return NULL;
    }
}

static void set_number(const cov_field *field, uint64_t units, cov_value *out)
{
    if (field->type == COV_FIELD_WHOLE)
        out->whole = (int64_t)units;
    else
        out->decimal = (double)units / (field->decimals == 4 ? 10000 : 1000);
}

static void set_percent(const cov_field *field, const cov_share *share, cov_value *out)
{
    int64_t percent = cov_percent(share->n, share->of, 4);
    out->is_null = percent < 0;
    if (percent >= 0)
        set_number(field, (uint64_t)percent, out);
}

cov_status cov_fields_value(const cov_fields *fields, size_t index, const cov_sheet *sheet,
                            size_t number, const cov_row *row, cov_value *out, cov_error *err)
{
    const cov_field *field = &fields->field[index];
    cov_share share;
    memset(out, 0, sizeof *out);
    if (field->type == COV_FIELD_TEXT) {
        out->text = make_inert(fields, text_of(sheet, field, row));
        out->is_null = out->text == NULL;
        return COV_OK;
    }
    if (field->role == COV_FIELD_MEASURE) {
        set_number(field, row->households, out);
        return COV_OK;
    }
    cov_status s = cov_report_share(sheet->report, number, field->index, &share, err);
    if (s != COV_OK)
        return s;
    if (field->role == COV_FIELD_COUNT)
        set_number(field, share.n, out);
    else
        set_percent(field, &share, out);
    return COV_OK;
}

/* ---------------------------------------------------------------- what fits */

static int is_json(const char *text)
{
    json_t *json = text[0] == '{' || text[0] == '[' ? json_loads(text, 0, NULL) : NULL;
    json_decref(json);
    return json != NULL;
}

static cov_status check_text(cov_field *field, const cov_format *format, const cov_row *row,
                             const char *text, cov_error *err)
{
    size_t size = text != NULL ? strlen(text) : 0;
    if (size > field->width)
        field->width = size;
    const char *id = row->id != NULL ? row->id : "";
    if (text != NULL && !cov_text_is_utf8(text))
        return cov_fail(
            err, COV_ERR_INPUT,
            "area \"%s\": its text in column \"%s\" is not UTF-8: state the encoding of "
            "the areas (.cpg)",
            cov_text_is_utf8(id) ? cov_quote(id).text : "?", field->full);
    if (cov_format_has(format, COV_FORMAT_JSON) && text != NULL && is_json(text))
        return cov_fail(err, COV_ERR_LIMIT,
                        "area \"%s\": its text %s in column \"%s\" is JSON itself, which GDAL "
                        "would not write as a text: write a GeoPackage (.gpkg)",
                        id, text, field->full);
    if (cov_format_has(format, COV_FORMAT_DBF) && size > DBF_TEXT)
        return cov_fail(err, COV_ERR_LIMIT,
                        "area \"%s\": its text in column \"%s\" has %zu bytes, a shapefile holds "
                        "%d: write a GeoPackage (.gpkg)",
                        cov_quote(id).text, field->full, size, DBF_TEXT);
    return COV_OK;
}

static cov_status check_texts(const cov_sheet *sheet, const cov_format *format, cov_fields *fields,
                              cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < cov_report_rows(sheet->report) && s == COV_OK; i++) {
        cov_row row;
        s = cov_report_row(sheet->report, i, &row, err);
        for (size_t k = 0; k < fields->n && s == COV_OK; k++) {
            cov_field *field = &fields->field[k];
            if (field->type == COV_FIELD_TEXT)
                s = check_text(field, format, &row, text_of(sheet, field, &row), err);
        }
    }
    return s;
}

/* Nothing is larger than the households of the total, the last row. */
static cov_status check_numbers(const cov_sheet *sheet, const cov_format *format, cov_error *err)
{
    cov_row total;
    uint32_t scale = cov_report_scale(sheet->report);
    cov_status s = cov_report_row(sheet->report, cov_report_rows(sheet->report) - 1, &total, err);
    if (s != COV_OK)
        return s;
    uint64_t most = (uint64_t)INT64_MAX;
    if (scale != 1 || cov_format_has(format, COV_FORMAT_CSV))
        most = DIGITS_15; /* a CSV has its whole numbers written as decimals, see draft.c */
    else if (cov_format_has(format, COV_FORMAT_DBF))
        most = (uint64_t)DBF_WHOLE;
    if (total.households > most)
        return cov_fail(err, COV_ERR_LIMIT,
                        "%llu/%u households are more than a %s can state exactly",
                        (unsigned long long)total.households, (unsigned)scale, format->name);
    return COV_OK;
}

static cov_status make_scratch(cov_fields *fields, cov_error *err)
{
    size_t size = 1;
    for (size_t i = 0; i < fields->n; i++) {
        const cov_field *field = &fields->field[i];
        size_t name = strlen(field->full);
        size = name > size ? name : size;
        size = field->width > size ? field->width : size;
    }
    fields->scratch = cov_alloc(size + 1, 2);
    return fields->scratch != NULL ? COV_OK : cov_fail_memory(err);
}

/* ---------------------------------------------------------------- interface */

cov_status cov_fields_create(const cov_sheet *sheet, const cov_format *format, cov_fields *out,
                             cov_error *err)
{
    cov_fields fields = {.inert = cov_format_has(format, COV_FORMAT_CSV)};
    int areas_only = cov_format_has(format, COV_FORMAT_AREAS);
    fields.n_rows = areas_only ? cov_areas_count(sheet->areas) : cov_report_rows(sheet->report);
    cov_status s = add_fields(sheet, &fields, err);
    if (s == COV_OK)
        s = check_full_names(&fields, err);
    if (s == COV_OK)
        s = check_texts(sheet, format, &fields, err);
    if (s == COV_OK)
        s = check_numbers(sheet, format, err);
    if (s == COV_OK)
        s = make_scratch(&fields, err);
    if (s == COV_OK)
        s = name_in_file(&fields, format, err);
    if (s != COV_OK) {
        cov_fields_clear(&fields);
        return s;
    }
    *out = fields;
    return COV_OK;
}

void cov_fields_clear(cov_fields *fields)
{
    for (size_t i = 0; i < fields->n; i++) {
        cov_free(fields->field[i].full);
        cov_free(fields->field[i].name);
    }
    cov_free(fields->field);
    cov_free(fields->scratch);
    memset(fields, 0, sizeof *fields);
}
