/* SPDX-License-Identifier: MIT */
#include "sheet/fields.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sheet/heading.h"
#include "sheet/inert.h"
#include "sheet/unanswered.h"

#define DBF_TEXT 254                           /* bytes of a text in a shapefile */
#define DBF_WHOLE UINT64_C(999999999999999999) /* 18 digits */

/* Characters of a number in a shapefile. */
enum { WIDTH_WHOLE = 18, WIDTH_DECIMAL = 17, WIDTH_PERCENT = 8 };

/* ---------------------------------------------------------------- the columns */

static size_t indicators_of(const cov_sheet *sheet)
{
    return cov_report_indicators(sheet->base[0].report);
}

static size_t ratios_of(const cov_sheet *sheet)
{
    return sheet->ratios != NULL ? sheet->ratios->n : 0;
}

/* The only target of an indicator is of its stem. */
static size_t place_of(const cov_sheet *sheet, cov_field_role role, size_t base, size_t index)
{
    size_t indicators = indicators_of(sheet);
    switch (role) {
    case COV_FIELD_COUNT:
    case COV_FIELD_PERCENT:
    case COV_FIELD_UNKNOWN:
        return base * indicators + index + 1;
    case COV_FIELD_MISSING:
        if (!cov_heading_has_share(sheet, index))
            return sheet->target[index].indicator + 1;
        return sheet->n_bases * indicators + index + 1;
    case COV_FIELD_ABOVE:
    case COV_FIELD_BELOW:
    case COV_FIELD_SHARE:
    case COV_FIELD_RATE:
        return sheet->n_bases * indicators + sheet->n_targets + index + 1;
    default:
        return 0;
    }
}

static cov_status add_field(const cov_sheet *sheet, cov_field_role role, size_t base, size_t index,
                            cov_fields *fields, cov_error *err)
{
    cov_field *field = &fields->field[fields->n];
    field->role = role;
    field->base = base;
    field->index = index;
    field->place = place_of(sheet, role, base, index);
    field->type = COV_FIELD_TEXT;
    field->width = 1;
    field->full = cov_heading_full(sheet, field);
    if (field->full == NULL)
        return cov_fail_memory(err);
    fields->n++;
    if (!cov_is_utf8(field->full))
        return cov_fail(err, COV_ERR_INPUT,
                        "%s, number %zu of the result, is not UTF-8: rename it, or state the "
                        "encoding of the areas (.cpg)",
                        cov_heading_role(role), fields->n);
    return COV_OK;
}

static cov_status add_area_fields(const cov_sheet *sheet, cov_fields *fields, cov_error *err)
{
    size_t levels = cov_areas_levels(sheet->areas);
    cov_status s = add_field(sheet, COV_FIELD_ID, 0, 0, fields, err);
    if (s == COV_OK && sheet->name_column != NULL)
        s = add_field(sheet, COV_FIELD_NAME, 0, 0, fields, err);
    for (size_t i = 0; i < levels && s == COV_OK; i++)
        s = add_field(sheet, COV_FIELD_PARENT, 0, i, fields, err);
    return s == COV_OK ? add_field(sheet, COV_FIELD_LEVEL, 0, 0, fields, err) : s;
}

static cov_status add_indicator(const cov_sheet *sheet, size_t base, size_t indicator,
                                cov_fields *fields, cov_error *err)
{
    const cov_report *report = sheet->base[base].report;
    cov_share total;
    int unanswered = 0;
    cov_status s = cov_report_share(report, cov_report_rows(report) - 1, indicator, &total, err);
    if (s == COV_OK)
        s = cov_unanswered(report, indicator, &unanswered, err);
    if (s != COV_OK || (unanswered && base > 0))
        return s;
    s = add_field(sheet, COV_FIELD_COUNT, base, indicator, fields, err);
    if (s == COV_OK)
        s = add_field(sheet, COV_FIELD_PERCENT, base, indicator, fields, err);
    if (s == COV_OK && total.unknown > 0)
        s = add_field(sheet, COV_FIELD_UNKNOWN, base, indicator, fields, err);
    return s;
}

static cov_status add_base(const cov_sheet *sheet, size_t base, cov_fields *fields, cov_error *err)
{
    cov_status s = add_field(sheet, COV_FIELD_MEASURE, base, 0, fields, err);
    for (size_t i = 0; i < indicators_of(sheet) && s == COV_OK; i++)
        s = add_indicator(sheet, base, i, fields, err);
    return s;
}

static cov_status add_ratio(const cov_sheet *sheet, size_t ratio, cov_fields *fields,
                            cov_error *err)
{
    int is_percent = sheet->ratios->ratio[ratio].is_percent;
    cov_status s = add_field(sheet, COV_FIELD_ABOVE, 0, ratio, fields, err);
    if (s == COV_OK)
        s = add_field(sheet, COV_FIELD_BELOW, 0, ratio, fields, err);
    if (s == COV_OK)
        s = add_field(sheet, is_percent ? COV_FIELD_SHARE : COV_FIELD_RATE, 0, ratio, fields, err);
    return s;
}

static cov_status add_fields(const cov_sheet *sheet, cov_fields *fields, cov_error *err)
{
    size_t most = 3 + cov_areas_levels(sheet->areas) +
                  sheet->n_bases * (1 + 3 * indicators_of(sheet)) + sheet->n_targets +
                  3 * ratios_of(sheet);
    fields->field = cov_alloc_zero(most, sizeof *fields->field);
    if (fields->field == NULL)
        return cov_fail_memory(err);
    cov_status s = add_area_fields(sheet, fields, err);
    for (size_t i = 0; i < sheet->n_bases && s == COV_OK; i++)
        s = add_base(sheet, i, fields, err);
    for (size_t i = 0; i < sheet->n_targets && s == COV_OK; i++)
        s = add_field(sheet, COV_FIELD_MISSING, 0, i, fields, err);
    for (size_t i = 0; i < ratios_of(sheet) && s == COV_OK; i++)
        s = add_ratio(sheet, i, fields, err);
    return s;
}

/* Whose column it is, as people call that. */
static const char *owner_of(const cov_sheet *sheet, const cov_field *field)
{
    switch (field->role) {
    case COV_FIELD_MEASURE:
        return sheet->base[field->base].name;
    case COV_FIELD_COUNT:
    case COV_FIELD_PERCENT:
    case COV_FIELD_UNKNOWN:
        return cov_report_indicator_name(sheet->base[0].report, field->index);
    case COV_FIELD_MISSING:
        return sheet->target[field->index].name;
    case COV_FIELD_ABOVE:
    case COV_FIELD_BELOW:
    case COV_FIELD_SHARE:
    case COV_FIELD_RATE:
        return sheet->ratios->ratio[field->index].name;
    default:
        return field->full;
    }
}

static cov_status refuse_names(const cov_sheet *sheet, const cov_field *a, const cov_field *b,
                               cov_error *err)
{
    const cov_quoted of_a = cov_quote(owner_of(sheet, a)), of_b = cov_quote(owner_of(sheet, b));
    return cov_fail(err, COV_ERR_ARGUMENT,
                    "two columns of the result would be called \"%s\": %s (%s) and %s (%s); rename "
                    "the column of the input, or give the indicator, base or ratio another name",
                    a->full, cov_heading_role(b->role), of_b.text, cov_heading_role(a->role),
                    of_a.text);
}

static cov_status check_names(const cov_sheet *sheet, const cov_fields *fields, cov_error *err)
{
    for (size_t i = 0; i < fields->n; i++) {
        const cov_field *a = &fields->field[i];
        for (size_t k = 0; k < i; k++) {
            const cov_field *b = &fields->field[k];
            if (cov_text_same(a->full, b->full))
                return refuse_names(sheet, a, b, err);
        }
    }
    return COV_OK;
}

static const char *make_inert(const cov_fields *fields, const char *text)
{
    return fields->inert && text != NULL ? cov_inert(text, fields->scratch) : text;
}

static cov_status name_in_file(cov_fields *fields, const cov_format *format, cov_error *err)
{
    if (cov_format_has(format, COV_FORMAT_DBF))
        return cov_heading_shorten(fields, err);
    for (size_t i = 0; i < fields->n; i++) {
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

static void set_count(const cov_field *field, uint64_t units, cov_value *out)
{
    if (field->type == COV_FIELD_WHOLE)
        out->whole = (int64_t)units;
    else
        out->decimal = cov_figure_decimal(&field->figure, units);
}

/* A number of 10^-4, below 0 for none. */
static void set_rate(int64_t places, cov_value *out)
{
    out->is_null = places < 0;
    out->decimal = (double)places / 10000;
}

static cov_status set_measure(const cov_sheet *sheet, const cov_field *field, size_t number,
                              cov_value *out, cov_error *err)
{
    cov_row row;
    cov_status s = cov_report_row(sheet->base[field->base].report, number, &row, err);
    if (s == COV_OK)
        set_count(field, row.households, out);
    return s;
}

static cov_status set_share(const cov_sheet *sheet, const cov_field *field, size_t number,
                            cov_value *out, cov_error *err)
{
    cov_share share;
    cov_status s =
        cov_report_share(sheet->base[field->base].report, number, field->index, &share, err);
    if (s != COV_OK)
        return s;
    if (field->role == COV_FIELD_PERCENT)
        set_rate(cov_percent(share.n, share.of, 4), out);
    else
        set_count(field, field->role == COV_FIELD_COUNT ? share.n : share.unknown, out);
    return COV_OK;
}

/* Where nothing is known, neither is what is missing. */
static cov_status set_missing(const cov_sheet *sheet, const cov_field *field, size_t number,
                              cov_value *out, cov_error *err)
{
    const cov_gap *target = &sheet->target[field->index];
    cov_share share;
    cov_status s = cov_report_share(sheet->base[0].report, number, target->indicator, &share, err);
    if (s != COV_OK)
        return s;
    out->is_null = share.of == 0 && share.unknown > 0;
    set_count(field, cov_missing(share.n, share.of, target->share), out);
    return COV_OK;
}

static void set_ratio(const cov_sheet *sheet, const cov_field *field, size_t number, cov_value *out)
{
    const cov_ratio_rows *ratio = &sheet->ratios->ratio[field->index];
    const cov_ratio *row = &ratio->row[number];
    if (row->areas == 0)
        out->is_null = 1;
    else if (field->role == COV_FIELD_ABOVE)
        set_count(field, row->n, out);
    else if (field->role == COV_FIELD_BELOW)
        set_count(field, row->of, out);
    else if (field->role == COV_FIELD_SHARE)
        set_rate(cov_figure_percent(row->n, row->n_scale, row->of, row->of_scale), out);
    else
        set_rate(cov_figure_rate(row->n, row->n_scale, row->of, row->of_scale, ratio->per), out);
}

cov_status cov_fields_value(const cov_fields *fields, size_t index, const cov_sheet *sheet,
                            size_t number, const cov_row *row, cov_value *out, cov_error *err)
{
    const cov_field *field = &fields->field[index];
    memset(out, 0, sizeof *out);
    switch (field->role) {
    case COV_FIELD_MEASURE:
        return set_measure(sheet, field, number, out, err);
    case COV_FIELD_COUNT:
    case COV_FIELD_PERCENT:
    case COV_FIELD_UNKNOWN:
        return set_share(sheet, field, number, out, err);
    case COV_FIELD_MISSING:
        return set_missing(sheet, field, number, out, err);
    case COV_FIELD_ABOVE:
    case COV_FIELD_BELOW:
    case COV_FIELD_SHARE:
    case COV_FIELD_RATE:
        set_ratio(sheet, field, number, out);
        return COV_OK;
    default:
        out->text = make_inert(fields, text_of(sheet, field, row));
        out->is_null = out->text == NULL;
        return COV_OK;
    }
}

/* ---------------------------------------------------------------- what fits */

static cov_status check_text(cov_field *field, const cov_format *format, const cov_row *row,
                             const char *text, cov_error *err)
{
    size_t size = text != NULL ? strlen(text) : 0;
    if (size > field->width)
        field->width = size;
    const char *id = row->id != NULL ? row->id : "";
    if (text != NULL && !cov_is_utf8(text))
        return cov_fail(
            err, COV_ERR_INPUT,
            "area \"%s\": its text in column \"%s\" is not UTF-8: state the encoding of "
            "the areas (.cpg)",
            cov_is_utf8(id) ? cov_quote(id).text : "?", field->full);
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
    const cov_report *report = sheet->base[0].report;
    cov_status s = COV_OK;
    for (size_t i = 0; i < cov_report_rows(report) && s == COV_OK; i++) {
        cov_row row;
        s = cov_report_row(report, i, &row, err);
        for (size_t k = 0; k < fields->n && s == COV_OK; k++) {
            cov_field *field = &fields->field[k];
            if (field->role <= COV_FIELD_LEVEL)
                s = check_text(field, format, &row, text_of(sheet, field, &row), err);
        }
    }
    return s;
}

/* The largest whole number a format holds; a CSV has them written as decimals, see draft.c. */
static uint64_t most_whole(const cov_format *format)
{
    if (cov_format_has(format, COV_FORMAT_CSV))
        return COV_FIGURE_MOST;
    return cov_format_has(format, COV_FORMAT_DBF) ? DBF_WHOLE : (uint64_t)INT64_MAX;
}

/* A count of which `most` is the largest. */
static cov_status take_count(cov_field *field, uint64_t most, uint32_t scale,
                             const cov_format *format, cov_error *err)
{
    int fits =
        scale == 1 ? most <= most_whole(format) : cov_figure_choose(most, scale, &field->figure);
    field->type = scale == 1 ? COV_FIELD_WHOLE : COV_FIELD_DECIMAL;
    field->width = scale == 1 ? WIDTH_WHOLE : WIDTH_DECIMAL;
    if (!fits)
        return cov_fail(err, COV_ERR_LIMIT,
                        "%llu/%u in the column \"%s\" is more than a %s can state exactly",
                        (unsigned long long)most, (unsigned)scale, field->full, format->name);
    return COV_OK;
}

static void take_rate(cov_field *field)
{
    field->type = COV_FIELD_DECIMAL;
    field->figure.decimals = COV_FIGURE_PLACES;
    field->width = field->role == COV_FIELD_RATE ? WIDTH_DECIMAL : WIDTH_PERCENT;
}

/* Nothing of a base is larger than its total, the last row. */
static cov_status take_count_of_base(cov_field *field, const cov_sheet *sheet,
                                     const cov_format *format, cov_error *err)
{
    const cov_report *report = sheet->base[field->base].report;
    cov_row total;
    cov_status s = cov_report_row(report, cov_report_rows(report) - 1, &total, err);
    if (s == COV_OK)
        s = take_count(field, total.households, cov_report_scale(report), format, err);
    return s;
}

/* A rate may be larger in an area than in total. */
static cov_status check_rates(const cov_field *field, const cov_sheet *sheet, cov_error *err)
{
    const cov_ratio_rows *ratio = &sheet->ratios->ratio[field->index];
    for (size_t i = 0; i < sheet->ratios->n_rows; i++) {
        const cov_ratio *row = &ratio->row[i];
        if (row->of > 0 &&
            cov_figure_rate(row->n, row->n_scale, row->of, row->of_scale, ratio->per) < 0)
            return cov_fail(err, COV_ERR_LIMIT,
                            "the column \"%s\" would have a number of more than 15 digits in row "
                            "%zu: state it per fewer than %u",
                            field->full, i + 1, ratio->per);
    }
    return COV_OK;
}

/* Types and widths of the numbers, and whether they fit. */
static cov_status take_number(cov_field *field, const cov_sheet *sheet, const cov_format *format,
                              cov_error *err)
{
    const cov_ratio *total = NULL;
    if (field->role >= COV_FIELD_ABOVE)
        total = &sheet->ratios->ratio[field->index].row[sheet->ratios->n_rows - 1];
    switch (field->role) {
    case COV_FIELD_MEASURE:
    case COV_FIELD_COUNT:
    case COV_FIELD_UNKNOWN:
    case COV_FIELD_MISSING:
        return take_count_of_base(field, sheet, format, err);
    case COV_FIELD_ABOVE:
        return take_count(field, total->n, total->n_scale, format, err);
    case COV_FIELD_BELOW:
        return take_count(field, total->of, total->of_scale, format, err);
    case COV_FIELD_RATE:
        take_rate(field);
        return check_rates(field, sheet, err);
    case COV_FIELD_PERCENT:
    case COV_FIELD_SHARE:
        take_rate(field);
        return COV_OK;
    default:
        return COV_OK;
    }
}

static cov_status take_numbers(const cov_sheet *sheet, const cov_format *format, cov_fields *fields,
                               cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < fields->n && s == COV_OK; i++)
        s = take_number(&fields->field[i], sheet, format, err);
    return s;
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
    fields.n_rows =
        areas_only ? cov_areas_count(sheet->areas) : cov_report_rows(sheet->base[0].report);
    cov_status s = add_fields(sheet, &fields, err);
    if (s == COV_OK)
        s = check_names(sheet, &fields, err);
    if (s == COV_OK)
        s = check_texts(sheet, format, &fields, err);
    if (s == COV_OK)
        s = take_numbers(sheet, format, &fields, err);
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

cov_status cov_fields_check(const cov_sheet *sheet, cov_error *err)
{
    cov_fields fields = {.n = 0};
    cov_status s = add_fields(sheet, &fields, err);
    if (s == COV_OK)
        s = check_names(sheet, &fields, err);
    cov_fields_clear(&fields);
    return s;
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
