/* SPDX-License-Identifier: MIT */
#include "sheet/heading.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define DBF_NAME 10 /* bytes of a name in a shapefile */
#define DBF_STEM 6  /* of them before "_pct" */

/* ---------------------------------------------------------------- full names */

/* What stands behind the stem, in full and in a shapefile, and what the column is. */
static const struct {
    const char *full;
    const char *brief;
    const char *what;
} roles[] = {
    [COV_FIELD_ID] = {"", "", "the id column"},
    [COV_FIELD_NAME] = {"", "", "the name column"},
    [COV_FIELD_PARENT] = {"", "", "a parent column"},
    [COV_FIELD_LEVEL] = {"", "", "the column of levels"},
    [COV_FIELD_MEASURE] = {"", "", "the count of a base"},
    [COV_FIELD_COUNT] = {"_n", "_n", "a column of an indicator"},
    [COV_FIELD_PERCENT] = {"_pct", "_pct", "a column of an indicator"},
    [COV_FIELD_UNKNOWN] = {"_unknown", "_unk", "a column of an indicator"},
    [COV_FIELD_MISSING] = {"_missing", "_mis", "the column of a target"},
    [COV_FIELD_ABOVE] = {"_n", "_n", "a column of a ratio"},
    [COV_FIELD_BELOW] = {"_of", "_of", "a column of a ratio"},
    [COV_FIELD_SHARE] = {"_pct", "_pct", "a column of a ratio"},
    [COV_FIELD_RATE] = {"_per", "_per", "a column of a ratio"},
};

/* A character that may stand in a name; '/' above all may not. */
static int is_kept(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || (unsigned char)c >= 0x80;
}

static char *keep_characters(char *name)
{
    for (char *at = name; at != NULL && *at != '\0'; at++) {
        if (!is_kept(*at))
            *at = '_';
    }
    return name;
}

int cov_heading_has_share(const cov_sheet *sheet, size_t target)
{
    for (size_t i = 0; i < sheet->n_targets; i++) {
        if (i != target && sheet->target[i].indicator == sheet->target[target].indicator)
            return 1;
    }
    return 0;
}

static char *measure_name(const cov_sheet_base *base, size_t index)
{
    char *name = base->unit != NULL ? cov_text_print("%s_%s", base->name, base->unit)
                                    : cov_copy_text(base->name);
    return index == 0 ? name : keep_characters(name);
}

static char *indicator_stem(const cov_sheet *sheet, size_t base, size_t indicator)
{
    const char *name = cov_report_indicator_name(sheet->base[0].report, indicator);
    return keep_characters(base == 0 ? cov_copy_text(name)
                                     : cov_text_print("%s_%s", sheet->base[base].name, name));
}

/* "fiber", or "fiber_66.5pct" where that isn't the only target of it. */
static char *target_stem(const cov_sheet *sheet, size_t target)
{
    const cov_gap *t = &sheet->target[target];
    char percent[16];
    if (!cov_heading_has_share(sheet, target))
        return indicator_stem(sheet, 0, t->indicator);
    cov_millionths_write(t->share, percent);
    return keep_characters(cov_text_print(
        "%s_%spct", cov_report_indicator_name(sheet->base[0].report, t->indicator), percent));
}

static char *stem_of(const cov_sheet *sheet, const cov_field *field)
{
    switch (field->role) {
    case COV_FIELD_ID:
        return cov_copy_text(sheet->id_column);
    case COV_FIELD_NAME:
        return cov_copy_text(sheet->name_column);
    case COV_FIELD_PARENT:
        return cov_copy_text(cov_areas_level_name(sheet->areas, field->index));
    case COV_FIELD_LEVEL:
        return cov_copy_text("level");
    case COV_FIELD_MEASURE:
        return measure_name(&sheet->base[field->base], field->base);
    case COV_FIELD_COUNT:
    case COV_FIELD_PERCENT:
    case COV_FIELD_UNKNOWN:
        return indicator_stem(sheet, field->base, field->index);
    case COV_FIELD_MISSING:
        return target_stem(sheet, field->index);
    case COV_FIELD_ABOVE:
    case COV_FIELD_BELOW:
    case COV_FIELD_SHARE:
    case COV_FIELD_RATE:
        return keep_characters(cov_copy_text(sheet->ratios->ratio[field->index].name));
    }
    return NULL;
}

char *cov_heading_full(const cov_sheet *sheet, const cov_field *field)
{
    char *stem = stem_of(sheet, field), *full = NULL;
    const char *end = roles[field->role].full;
    if (stem != NULL && field->role == COV_FIELD_RATE)
        full = cov_text_print("%s%s%u", stem, end, sheet->ratios->ratio[field->index].per);
    else if (stem != NULL)
        full = cov_text_print("%s%s", stem, end);
    cov_free(stem);
    return full;
}

const char *cov_heading_role(cov_field_role role)
{
    return roles[role].what;
}

/* ---------------------------------------------------------------- names in a shapefile */

/* The first whole characters of a text that fit into `most` bytes. */
static size_t cut(const char *text, size_t most)
{
    size_t n = 0, size;
    while ((size = cov_character_size(text + n)) > 0 && n + size <= most)
        n += size;
    return n;
}

static int is_taken(const cov_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->n; i++) {
        if (fields->field[i].name != NULL && cov_text_same(fields->field[i].name, name))
            return 1;
    }
    return 0;
}

static cov_status give_name(cov_field *field, const char *name, cov_error *err)
{
    field->name = cov_copy_text(name);
    return field->name != NULL ? COV_OK : cov_fail_memory(err);
}

/* Bytes of the stem of a full name: up to the '_' of its end. */
static size_t stem_size(const cov_field *field)
{
    return (size_t)(strrchr(field->full, '_') - field->full);
}

/* Give every field of a place a name that begins so, or none of them: where the first `keep` bytes
 * of its stem, with what is behind them, are taken. */
static cov_status try_stem(cov_fields *fields, size_t place, size_t keep, const char *behind,
                           int *done, cov_error *err)
{
    cov_status s = COV_OK;
    *done = 1;
    for (int give = 0; give < 2 && *done && s == COV_OK; give++) {
        for (size_t i = 0; i < fields->n && *done && s == COV_OK; i++) {
            cov_field *field = &fields->field[i];
            char name[64];
            if (field->place != place)
                continue;
            snprintf(name, sizeof name, "%.*s%s%s", (int)keep, field->full, behind,
                     roles[field->role].brief);
            if (give)
                s = give_name(field, name, err);
            else
                *done = !is_taken(fields, name);
        }
    }
    return s;
}

/* A stem that is to be cut, with its place behind it. */
static cov_status cut_stem(cov_fields *fields, const cov_field *field, cov_error *err)
{
    char behind[24];
    int size = snprintf(behind, sizeof behind, "%zu", field->place);
    size_t stem = stem_size(field);
    size_t room = size < DBF_STEM ? (size_t)(DBF_STEM - size) : 0;
    int done = 0;
    cov_status s = COV_OK;
    for (size_t most = room < stem ? room : stem; s == COV_OK && !done; most--) {
        s = try_stem(fields, field->place, cut(field->full, most), behind, &done, err);
        if (most == 0)
            break;
    }
    if (s == COV_OK && (!done || size > DBF_STEM))
        s = cov_fail(err, COV_ERR_LIMIT,
                     "a shapefile has %d bytes for the name of a column, and every one for \"%s\" "
                     "is taken: give the indicator another name, or write a GeoPackage (.gpkg)",
                     DBF_NAME, field->full);
    return s;
}

/* A name that is to be cut; where that is taken, its end becomes a number. */
static cov_status cut_name(cov_fields *fields, cov_field *field, cov_error *err)
{
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)cut(field->full, DBF_NAME), field->full);
    for (unsigned k = 2; is_taken(fields, name); k++) {
        char number[16];
        size_t size = (size_t)snprintf(number, sizeof number, "%u", k);
        snprintf(name, sizeof name, "%.*s%s", (int)cut(field->full, DBF_NAME - size), field->full,
                 number);
    }
    return give_name(field, name, err);
}

/* Names that stay as they are: of the others only the ends are changed. */
static cov_status keep_names(cov_fields *fields, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < fields->n && s == COV_OK; i++) {
        cov_field *field = &fields->field[i];
        if (field->place == 0 && strlen(field->full) <= DBF_NAME)
            s = give_name(field, field->full, err);
    }
    for (size_t i = 0; i < fields->n && s == COV_OK; i++) {
        cov_field *field = &fields->field[i];
        int done;
        if (field->place != 0 && field->name == NULL && stem_size(field) <= DBF_STEM)
            s = try_stem(fields, field->place, stem_size(field), "", &done, err);
    }
    return s;
}

cov_status cov_heading_shorten(cov_fields *fields, cov_error *err)
{
    cov_status s = keep_names(fields, err);
    for (size_t i = 0; i < fields->n && s == COV_OK; i++) {
        cov_field *field = &fields->field[i];
        if (field->name == NULL)
            s = field->place != 0 ? cut_stem(fields, field, err) : cut_name(fields, field, err);
    }
    return s;
}
