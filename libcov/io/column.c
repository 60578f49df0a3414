/* SPDX-License-Identifier: MIT */
#include "io/column.h"

#include "io/decimal.h"
#include "base/text.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

cov_status cov_column_find(cov_layer *layer, const char *name, const char *what, cov_column *out,
                           cov_error *err)
{
    int index;
    cov_status s = cov_layer_column(layer, name, what, &index, err);
    if (s != COV_OK)
        return s;
    OGRFieldDefnH field = OGR_FD_GetFieldDefn(OGR_L_GetLayerDefn(layer->layer), index);
    OGRFieldType type = OGR_Fld_GetType(field);
    out->name = OGR_Fld_GetNameRef(field);
    out->index = index;
    switch (type) {
    case OFTInteger:
    case OFTInteger64:
        out->kind = COV_COLUMN_WHOLE;
        return COV_OK;
    case OFTReal:
        out->kind = COV_COLUMN_REAL;
        return COV_OK;
    case OFTString:
        out->kind = COV_COLUMN_TEXT;
        return COV_OK;
    default:
        return cov_fail(err, COV_ERR_INPUT,
                        "%s: the %s \"%s\" is of the type %s: choose a column of numbers, booleans "
                        "or text",
                        layer->label, what, cov_quote(out->name).text, OGR_GetFieldTypeName(type));
    }
}

/* ---------------------------------------------------------------- cells */

int64_t cov_column_whole(const cov_column *column, const cov_record *record)
{
    return record->feature != NULL ? OGR_F_GetFieldAsInteger64(record->feature, column->index)
                                   : record->datum[column->index].whole;
}

double cov_column_real(const cov_column *column, const cov_record *record)
{
    return record->feature != NULL ? OGR_F_GetFieldAsDouble(record->feature, column->index)
                                   : record->datum[column->index].real;
}

const char *cov_column_text(const cov_column *column, const cov_record *record)
{
    return record->feature != NULL ? OGR_F_GetFieldAsString(record->feature, column->index)
                                   : record->datum[column->index].text;
}

static int is_null(const cov_column *column, const cov_record *record)
{
    return record->feature != NULL ? !OGR_F_IsFieldSetAndNotNull(record->feature, column->index)
                                   : record->datum[column->index].is_null;
}

/* For messages, whatever the kind of the column. */
static cov_quoted quote_cell(const cov_column *column, const cov_record *record)
{
    char number[32];
    if (column->kind == COV_COLUMN_TEXT)
        return cov_quote(cov_column_text(column, record));
    if (column->kind == COV_COLUMN_WHOLE)
        snprintf(number, sizeof number, "%" PRId64, cov_column_whole(column, record));
    else
        cov_decimal_write(cov_column_real(column, record), number);
    return cov_quote(number);
}

/* ---------------------------------------------------------------- weights */

static cov_decimal_state whole_weight(int64_t value, uint32_t scale, cov_decimal *out)
{
    if (value < 0)
        return COV_DECIMAL_NEGATIVE;
    if ((uint64_t)value > UINT64_MAX / scale)
        return COV_DECIMAL_TOO_LARGE;
    *out = (cov_decimal){(uint64_t)value * scale, 0, 0};
    return COV_DECIMAL_OK;
}

static cov_decimal_state read_weight(const cov_column *column, const cov_record *record,
                                     uint32_t scale, cov_decimal *out)
{
    unsigned places = scale == 1 ? 0 : 3;
    switch (column->kind) {
    case COV_COLUMN_WHOLE:
        return whole_weight(cov_column_whole(column, record), scale, out);
    case COV_COLUMN_REAL:
        return cov_decimal_from_double(cov_column_real(column, record), places, out);
    case COV_COLUMN_TEXT:
        break;
    }
    return cov_decimal_read(cov_column_text(column, record), places, out);
}

static int is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

int cov_column_is_missing(const cov_column *column, const cov_record *record)
{
    if (is_null(column, record))
        return 1;
    return column->kind == COV_COLUMN_TEXT && is_blank(cov_column_text(column, record));
}

static cov_status refuse_weight(const cov_column *column, const cov_record *record,
                                cov_decimal_state state, cov_error *err)
{
    const char *why = "is not a number: write it with digits and a point";
    if (state == COV_DECIMAL_NEGATIVE)
        why = "is negative: a point stands for 0 or more";
    else if (state == COV_DECIMAL_TOO_LARGE)
        why = "is too large to be counted exactly: check the column";
    return cov_fail(err, COV_ERR_INPUT, "%s, feature %" PRId64 ": the weight \"%s\" (column %s) %s",
                    record->label, record->number, quote_cell(column, record).text,
                    cov_quote(column->name).text, why);
}

cov_status cov_column_weight(const cov_column *column, const cov_record *record, uint32_t scale,
                             uint64_t *out, int64_t *rounding, int *decimals, cov_error *err)
{
    if (cov_column_is_missing(column, record))
        return cov_fail(err, COV_ERR_INPUT,
                        "%s, feature %" PRId64 ": the weight (column %s) is empty: give every "
                        "point a number, 0 where it stands for nothing",
                        record->label, record->number, cov_quote(column->name).text);
    cov_decimal weight;
    cov_decimal_state state = read_weight(column, record, scale, &weight);
    if (state != COV_DECIMAL_OK)
        return refuse_weight(column, record, state, err);
    if (scale == 1 && weight.inexact)
        *decimals = 1;
    *out = weight.units;
    *rounding += weight.rounding;
    return COV_OK;
}

/* ---------------------------------------------------------------- answers */

cov_status cov_column_answer(const cov_column *column, const cov_record *record, cov_reply *out,
                             cov_error *err)
{
    int yes = 0;
    *out = COV_REPLY_UNKNOWN;
    if (cov_column_is_missing(column, record))
        return COV_OK;
    if (column->kind == COV_COLUMN_WHOLE) {
        yes = cov_column_whole(column, record) != 0;
    } else if (column->kind == COV_COLUMN_REAL) {
        double value = cov_column_real(column, record);
        if (isnan(value))
            return COV_OK;
        yes = value < 0 || value > 0;
    } else {
        const char *text = cov_column_text(column, record);
        if (cov_answer_parse(text, &yes, NULL) != COV_OK)
            return cov_fail(err, COV_ERR_INPUT,
                            "%s, feature %" PRId64 ": the column \"%s\" says \"%s\", which is "
                            "neither yes nor no: write one of them, or leave the cell empty, which "
                            "is unknown",
                            record->label, record->number, cov_quote(column->name).text,
                            cov_quote(text).text);
    }
    *out = yes ? COV_REPLY_YES : COV_REPLY_NO;
    return COV_OK;
}

/* ---------------------------------------------------------------- ids */

cov_status cov_column_find_id(cov_layer *layer, const char *name, const char *what, cov_column *out,
                              cov_error *err)
{
    cov_status s = cov_column_find(layer, name, what, out, err);
    if (s != COV_OK || out->kind != COV_COLUMN_REAL)
        return s;
    return cov_fail(err, COV_ERR_INPUT,
                    "%s: the %s \"%s\" holds decimals, which are no ids: store it as text or as "
                    "whole numbers",
                    layer->label, what, cov_quote(out->name).text);
}

const char *cov_cell_trim(const char *text, size_t *size)
{
    static const char blanks[] = " \t\r\n";
    text += strspn(text, blanks);
    size_t n = strlen(text);
    while (n > 0 && strchr(blanks, text[n - 1]) != NULL)
        n--;
    *size = n;
    return text;
}

const char *cov_column_id(const cov_column *column, const cov_record *record, char digits[24],
                          size_t *size)
{
    if (cov_column_is_missing(column, record))
        return NULL;
    if (column->kind == COV_COLUMN_TEXT)
        return cov_cell_trim(cov_column_text(column, record), size);
    int n = snprintf(digits, 24, "%" PRId64, cov_column_whole(column, record));
    *size = n > 0 ? (size_t)n : 0;
    return digits;
}

/* ---------------------------------------------------------------- coordinates */

/* What spreadsheets and data frames write for "no number". */
static int is_no_number(const char *text, size_t length)
{
    static const char *const words[] = {"nan", "inf", "infinity"};
    if (*text == '-' || *text == '+') {
        text++;
        length--;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (length == strlen(words[i]) && EQUALN(text, words[i], length))
            return 1;
    }
    return 0;
}

/* A number in plain or exponent form, the whole text; 0 where it is none. CPLStrtod alone would
 * also take hexadecimals. */
static int parse_coordinate(const char *text, double *out)
{
    text += strspn(text, " \t\r\n");
    size_t length = strcspn(text, " \t\r\n");
    if (!is_blank(text + length))
        return 0;
    if (is_no_number(text, length)) {
        *out = NAN;
        return 1;
    }
    if (strspn(text, "0123456789+-.eE") != length)
        return 0;
    char *end;
    double value = CPLStrtod(text, &end);
    if (end != text + length || !isfinite(value))
        return 0;
    *out = value;
    return 1;
}

cov_status cov_column_coordinate(const cov_column *column, const cov_record *record, double *out,
                                 cov_error *err)
{
    if (cov_column_is_missing(column, record)) {
        *out = NAN;
        return COV_OK;
    }
    if (column->kind != COV_COLUMN_TEXT) {
        *out = cov_column_real(column, record);
        return COV_OK;
    }
    const char *text = cov_column_text(column, record);
    if (parse_coordinate(text, out))
        return COV_OK;
    const char *remedy = strchr(text, ',') != NULL
                             ? "write decimals with a point, not a comma"
                             : "write a number with digits and a point, or leave the cell empty";
    return cov_fail(err, COV_ERR_INPUT,
                    "%s, feature %" PRId64 ": the coordinate \"%s\" (column %s) is not a number: "
                    "%s",
                    record->label, record->number, cov_quote(text).text,
                    cov_quote(column->name).text, remedy);
}
