/* Fields: the columns of a sheet, and the value of each in each row.
 * SPDX-License-Identifier: MIT
 *
 * The order is the contract of cov_run_write: id, name, parents (nearest first), level; for each
 * base its count and its columns of each indicator; the targets; the ratios. What they are called
 * is told in heading.h.
 *
 * An indicator has a column of unknown ones where the total has any: in a further base not where
 * all are unknown, since it then has no columns there at all (unanswered.h).
 *
 * Two columns of one name, but for the case of ASCII letters, are COV_ERR_ARGUMENT.
 *
 * The row of an area has its id, name and parents. The row of a parent has null for id, name and
 * the parents below it, its own id in the column of its level, the ids above in theirs; its `level`
 * is the name of that column. The total has null everywhere and the level "total".
 *
 * Text in a CSV is made inert for spreadsheets, names of columns included (inert.h). */
#ifndef COV_SHEET_FIELDS_H
#define COV_SHEET_FIELDS_H

#include "sheet/figure.h"
#include "sheet/format.h"
#include "sheet/sheet.h"

typedef enum cov_field_role {
    COV_FIELD_ID,
    COV_FIELD_NAME,
    COV_FIELD_PARENT, /* index: the level, from 0 */
    COV_FIELD_LEVEL,
    COV_FIELD_MEASURE, /* base */
    COV_FIELD_COUNT,   /* base, index: the indicator */
    COV_FIELD_PERCENT, /* base, index: the indicator */
    COV_FIELD_UNKNOWN, /* base, index: the indicator */
    COV_FIELD_MISSING, /* index: the target */
    COV_FIELD_ABOVE,   /* index: the ratio */
    COV_FIELD_BELOW,   /* index: the ratio */
    COV_FIELD_SHARE,   /* index: the ratio, a percentage */
    COV_FIELD_RATE     /* index: the ratio, a rate */
} cov_field_role;

typedef enum cov_field_type { COV_FIELD_TEXT, COV_FIELD_WHOLE, COV_FIELD_DECIMAL } cov_field_type;

typedef struct cov_field {
    cov_field_role role;
    size_t base;
    size_t index;
    size_t place; /* among indicators of all bases, targets and ratios, from 1; 0: none of them. Its
                     columns share a stem */
    cov_field_type type;
    cov_figure figure; /* of a decimal */
    char *full;        /* its name */
    char *name;        /* its name in the file */
    size_t width;      /* of a text the bytes of the longest, at least 1; of a number the characters
                          it may take */
} cov_field;

typedef struct cov_fields {
    cov_field *field;
    size_t n;
    size_t n_rows; /* the rows of the report the format holds: all, or those of the areas */
    int inert;
    char *scratch; /* for one text made inert */
} cov_fields;

/* A number is read by the type of its field. */
typedef struct cov_value {
    int is_null;
    const char *text; /* valid until the next call */
    int64_t whole;
    double decimal;
} cov_value;

/* The fields of a sheet in a format, checked so that everything fits. COV_ERR_ARGUMENT: two columns
 * of the same name. COV_ERR_LIMIT: a text that is too long for a shapefile or that GeoJSON can't
 * hold as a text, a number too large to be exact. COV_ERR_INPUT: a text that is not UTF-8. */
cov_status cov_fields_create(const cov_sheet *sheet, const cov_format *format, cov_fields *out,
                             cov_error *err);
void cov_fields_clear(cov_fields *fields);

/* The same for the names of the fields alone, in any format. */
cov_status cov_fields_check(const cov_sheet *sheet, cov_error *err);

/* The value of a field in `row`, which is row number `number` of the report. */
cov_status cov_fields_value(const cov_fields *fields, size_t field, const cov_sheet *sheet,
                            size_t number, const cov_row *row, cov_value *out, cov_error *err);

#endif
