/* SPDX-License-Identifier: MIT */
#include "io/ratio.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "io/decimal.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/column.h"
#include "io/each.h"
#include "io/path.h"

/* Numbers are read in thousandths; where all are whole they are kept so. */
enum { PLACES = 3, FINE = 1000 };

/* Products of two counts in different scales. */
__extension__ typedef unsigned __int128 wide;

/* What the table says of one area. */
typedef struct entry {
    uint64_t n;
    uint64_t of;
    int64_t feature; /* its row in the table, 0 for none */
    int known;
} entry;

typedef struct reading {
    const cov_job_ratio *ask;
    const cov_areas *areas;
    cov_layer layer;
    cov_column key;
    cov_column n;
    cov_column of;
    entry *entry; /* one per area */
    size_t n_areas;
    uint32_t n_scale;
    uint32_t of_scale;
    const char *of_name; /* of the column, or the base */
} reading;

/* ---------------------------------------------------------------- one row of the table */

static cov_status read_number(const reading *r, const cov_column *column, OGRFeatureH feature,
                              const char *area, uint64_t *out, cov_error *err)
{
    const char *text = OGR_F_GetFieldAsString(feature, column->index);
    cov_decimal number;
    cov_decimal_state state =
        column->kind == COV_COLUMN_REAL
            ? cov_decimal_from_double(OGR_F_GetFieldAsDouble(feature, column->index), PLACES,
                                      &number)
            : cov_decimal_read(text, PLACES, &number);
    if (state != COV_DECIMAL_OK)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s, feature %" PRId64 ", area %s: \"%s\" (column %s) is no number of 0 or "
                        "more: write it with digits and a point",
                        r->layer.label, r->layer.n_read, cov_quote(area).text, cov_quote(text).text,
                        cov_quote(column->name).text);
    *out = number.units;
    return COV_OK;
}

/* The area of a row. */
static cov_status find_area(const reading *r, const cov_record *record, entry **out, cov_error *err)
{
    char digits[24];
    size_t size = 0;
    const char *text = cov_column_id(&r->key, record, digits, &size);
    char *id = cov_text_print("%.*s", (int)size, text != NULL ? text : "");
    if (id == NULL)
        return cov_fail_memory(err);
    int32_t area = cov_areas_find(r->areas, id);
    cov_status s = COV_OK;
    if (area < 0)
        s = cov_fail(
            err, COV_ERR_INPUT,
            "%s, feature %" PRId64 ": \"%s\" (column %s) is the id of no area: correct it, "
            "or remove the row",
            r->layer.label, r->layer.n_read, cov_quote(id).text, cov_quote(r->key.name).text);
    else if (r->entry[area].feature != 0)
        s = cov_fail(err, COV_ERR_INPUT,
                     "%s, feature %" PRId64 ": there is a row for the area %s already, feature "
                     "%" PRId64 ": one row per area is needed",
                     r->layer.label, r->layer.n_read, cov_quote(id).text, r->entry[area].feature);
    else
        *out = &r->entry[area];
    cov_free(id);
    return s;
}

/* An empty cell makes the area one that nothing is known of. */
static cov_status read_row(void *data, OGRFeatureH feature, cov_error *err)
{
    reading *r = data;
    const cov_record record = cov_layer_record(&r->layer, feature);
    entry *e = NULL;
    int has_of = r->ask->of != NULL;
    cov_status s = find_area(r, &record, &e, err);
    if (s != COV_OK)
        return s;
    const char *area = cov_areas_id(r->areas, (size_t)(e - r->entry));
    e->feature = r->layer.n_read;
    if (cov_column_is_missing(&r->n, &record) || (has_of && cov_column_is_missing(&r->of, &record)))
        return COV_OK;
    e->known = 1;
    s = read_number(r, &r->n, feature, area, &e->n, err);
    if (s == COV_OK && has_of)
        s = read_number(r, &r->of, feature, area, &e->of, err);
    return s;
}

/* ---------------------------------------------------------------- the table */

static cov_status find_columns(reading *r, cov_error *err)
{
    cov_status s = cov_column_find_id(&r->layer, r->ask->key, "key column", &r->key, err);
    if (s == COV_OK)
        s = cov_column_find(&r->layer, r->ask->n, "column above the line", &r->n, err);
    if (s == COV_OK && r->ask->of != NULL)
        s = cov_column_find(&r->layer, r->ask->of, "column below the line", &r->of, err);
    if (s == COV_OK) {
        const int wanted[3] = {r->key.index, r->n.index, r->of.index};
        s = cov_layer_select(&r->layer, wanted, r->ask->of != NULL ? 3 : 2, 0, err);
    }
    return s;
}

/* Whole numbers stay whole: the scale of the numbers of a column, which are brought to it. */
static uint32_t reduce(entry *entries, size_t n, uint64_t *(*number)(entry *))
{
    for (size_t i = 0; i < n; i++) {
        if (*number(&entries[i]) % FINE != 0)
            return FINE;
    }
    for (size_t i = 0; i < n; i++)
        *number(&entries[i]) /= FINE;
    return 1;
}

static uint64_t *above(entry *e)
{
    return &e->n;
}

static uint64_t *below(entry *e)
{
    return &e->of;
}

/* The count of a base in each area. */
static cov_status take_base(reading *r, const cov_ratio_base *bases, size_t n, cov_error *err)
{
    size_t b = 0;
    while (b < n && strcmp(bases[b].name, r->ask->of_base) != 0)
        b++;
    if (b == n) /* the job was checked: it is the first one under its other name */
        b = 0;
    r->of_scale = cov_report_scale(bases[b].report);
    r->of_name = bases[b].name;
    for (size_t i = 0; i < r->n_areas; i++) {
        cov_row row;
        cov_status s = cov_report_row(bases[b].report, i, &row, err);
        if (s != COV_OK)
            return s;
        r->entry[i].of = row.households;
    }
    return COV_OK;
}

static int has_rows(const reading *r)
{
    size_t i = 0;
    while (i < r->n_areas && r->entry[i].feature == 0)
        i++;
    return i < r->n_areas;
}

static cov_status note_missing(const reading *r, cov_notes *notes, cov_error *err)
{
    size_t missing = 0, first = 0;
    for (size_t i = r->n_areas; i-- > 0;) {
        if (!r->entry[i].known) {
            missing++;
            first = i;
        }
    }
    if (missing == 0)
        return COV_OK;
    return cov_notes_add(notes, err, COV_NOTE_WARNING,
                         "%s says nothing of %zu of %zu areas, the first is %s: they are left out "
                         "of the ratio %s",
                         r->layer.label, missing, r->n_areas,
                         cov_quote(cov_areas_id(r->areas, first)).text,
                         cov_quote(r->ask->name).text);
}

static cov_status read_table(reading *r, const cov_setting *setting, const cov_ratio_base *bases,
                             size_t n_bases, cov_error *err)
{
    r->entry = cov_alloc_zero(r->n_areas, sizeof *r->entry);
    cov_status s = r->entry != NULL ? find_columns(r, err) : cov_fail_memory(err);
    if (s == COV_OK)
        s = cov_layer_each(&r->layer, setting->phases, read_row, r, err);
    if (s == COV_OK && !has_rows(r))
        s = cov_layer_refuse_empty(&r->layer, "rows", err);
    if (s != COV_OK)
        return s;
    r->n_scale = reduce(r->entry, r->n_areas, above);
    r->of_name = r->of.name;
    if (r->ask->of != NULL)
        r->of_scale = reduce(r->entry, r->n_areas, below);
    else
        s = take_base(r, bases, n_bases, err);
    return s == COV_OK ? note_missing(r, setting->notes, err) : s;
}

/* ---------------------------------------------------------------- rows of the report */

/* Whether an area is part of a row, which is known by the whole path of one of its areas. */
static int is_in_row(const cov_areas *areas, const cov_row *row, size_t area)
{
    if (row->level == 0)
        return (size_t)row->area == area;
    for (size_t level = row->level - 1; level < cov_areas_levels(areas) && row->area >= 0;
         level++) {
        const char *a = cov_areas_parent(areas, (size_t)row->area, level);
        const char *b = cov_areas_parent(areas, area, level);
        if ((a == NULL) != (b == NULL) || (a != NULL && strcmp(a, b) != 0))
            return 0;
    }
    return 1;
}

static cov_status add(uint64_t *sum, uint64_t value, const reading *r, cov_error *err)
{
    if (value > UINT64_MAX - *sum)
        return cov_fail(err, COV_ERR_LIMIT, "%s: a sum of the ratio %s passes 2^64-1",
                        r->layer.label, cov_quote(r->ask->name).text);
    *sum += value;
    return COV_OK;
}

static cov_status fill_row(const reading *r, const cov_row *row, cov_ratio *out, cov_error *err)
{
    cov_status s = COV_OK;
    *out = (cov_ratio){0, 0, r->n_scale, r->of_scale, 0, NAN};
    size_t first = row->level == 0 ? (size_t)row->area : 0;
    size_t end = row->level == 0 ? first + 1 : r->n_areas;
    for (size_t i = first; i < end && s == COV_OK; i++) {
        if (!r->entry[i].known || !is_in_row(r->areas, row, i))
            continue;
        out->areas++;
        s = add(&out->n, r->entry[i].n, r, err);
        if (s == COV_OK)
            s = add(&out->of, r->entry[i].of, r, err);
    }
    return s;
}

/* A share of more than all is a mistake in the table, not a figure. */
static cov_status check_percent(const reading *r, const cov_row *row, const cov_ratio *ratio,
                                cov_error *err)
{
    if (r->ask->per != 0 || row->level != 0 ||
        (wide)ratio->n * ratio->of_scale <= (wide)ratio->of * ratio->n_scale)
        return COV_OK;
    return cov_fail(err, COV_ERR_INPUT,
                    "%s, feature %" PRId64 ": the ratio %s of the area %s is over 100 %%: correct "
                    "the row, or make it a rate (per 100)",
                    r->layer.label, r->entry[row->area].feature, cov_quote(r->ask->name).text,
                    cov_quote(row->id).text);
}

static cov_status fill_rows(const reading *r, const cov_report *report, cov_ratio_rows *out,
                            cov_error *err)
{
    size_t n = cov_report_rows(report);
    out->per = r->ask->per != 0 ? r->ask->per : 100;
    out->is_percent = r->ask->per == 0;
    out->name = cov_copy_text(r->ask->name);
    out->label = cov_layer_describe(&r->layer);
    out->above = cov_copy_text(r->n.name);
    out->below = cov_copy_text(r->of_name);
    out->row = cov_alloc_zero(n, sizeof *out->row);
    if (out->name == NULL || out->label == NULL || out->above == NULL || out->below == NULL ||
        out->row == NULL)
        return cov_fail_memory(err);
    cov_status s = COV_OK;
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        cov_ratio *ratio = &out->row[i];
        cov_row row;
        s = cov_report_row(report, i, &row, err);
        if (s == COV_OK)
            s = fill_row(r, &row, ratio, err);
        if (s == COV_OK)
            s = check_percent(r, &row, ratio, err);
        if (s == COV_OK && ratio->areas > 0 && ratio->of > 0)
            ratio->value = out->per * ((double)ratio->n / ratio->n_scale) /
                           ((double)ratio->of / ratio->of_scale);
    }
    return s;
}

/* ---------------------------------------------------------------- interface */

static cov_status read_ratio(const cov_setting *setting, const cov_job_ratio *ask,
                             const cov_areas *areas, const cov_ratio_base *bases, size_t n_bases,
                             cov_ratio_rows *out, cov_error *err)
{
    reading r;
    memset(&r, 0, sizeof r);
    r.ask = ask;
    r.areas = areas;
    r.n_areas = cov_areas_count(areas);
    cov_status s =
        cov_layer_open_table(&ask->source, setting->policy, setting->notes, &r.layer, err);
    if (s != COV_OK)
        return s;
    s = read_table(&r, setting, bases, n_bases, err);
    if (s == COV_OK)
        s = fill_rows(&r, bases[0].report, out, err);
    cov_layer_close(&r.layer);
    cov_free(r.entry);
    return s;
}

cov_status cov_ratios_read(const cov_setting *setting, const cov_areas *areas,
                           const cov_ratio_base *bases, size_t n_bases, cov_ratios *out,
                           cov_error *err)
{
    const cov_job *job = setting->job;
    cov_ratios ratios = {NULL, 0, cov_report_rows(bases[0].report)};
    ratios.ratio = cov_alloc_zero(job->n_ratios, sizeof *ratios.ratio);
    cov_status s = ratios.ratio != NULL ? COV_OK : cov_fail_memory(err);
    if (s == COV_OK && job->n_ratios > 0)
        s = cov_phases_enter(setting->phases, "read tables", err);
    for (size_t i = 0; i < job->n_ratios && s == COV_OK; i++)
        s = read_ratio(setting, &job->ratios[i], areas, bases, n_bases, &ratios.ratio[ratios.n++],
                       err);
    cov_phases_leave(setting->phases);
    if (s == COV_OK)
        *out = ratios;
    else
        cov_ratios_clear(&ratios);
    return s;
}

void cov_ratios_clear(cov_ratios *ratios)
{
    for (size_t i = 0; i < ratios->n; i++) {
        cov_free(ratios->ratio[i].name);
        cov_free(ratios->ratio[i].label);
        cov_free(ratios->ratio[i].above);
        cov_free(ratios->ratio[i].below);
        cov_free(ratios->ratio[i].row);
    }
    cov_free(ratios->ratio);
    memset(ratios, 0, sizeof *ratios);
}
