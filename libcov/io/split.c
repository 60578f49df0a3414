/* SPDX-License-Identifier: MIT */
#include "io/split.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/service.h"
#include "io/column.h"

/* A text that grows. */
typedef struct text {
    char *is;
    size_t n;
    size_t capacity;
} text;

static cov_status add(text *t, const char *piece, size_t size, cov_error *err)
{
    if (cov_reserve((void **)&t->is, &t->capacity, t->n + size + 1, 1) != 0)
        return cov_fail_memory(err);
    memcpy(t->is + t->n, piece, size);
    t->n += size;
    t->is[t->n] = '\0';
    return COV_OK;
}

static cov_status add_text(text *t, const char *piece, cov_error *err)
{
    return add(t, piece, strlen(piece), err);
}

/* ---------------------------------------------------------------- values */

static cov_status add_value(cov_split *split, const cov_layer *layer, const cov_column *column,
                            const char *value, cov_error *err)
{
    for (size_t i = 0; i < split->n; i++) {
        if (strcmp(split->value[i], value) == 0)
            return COV_OK;
    }
    if (!cov_is_utf8(value))
        return cov_fail(err, COV_ERR_INPUT,
                        "%s, feature %" PRId64 ": the text in column \"%s\" is not in UTF-8: "
                        "convert the file (a shapefile: name its encoding in a .cpg)",
                        layer->label, layer->n_read, cov_quote(column->name).text);
    if (split->n == COV_SERVICES_MAX)
        return cov_fail(err, COV_ERR_LIMIT,
                        "%s: the column \"%s\" has more than %d different values, one service "
                        "each: is it the right one to split by?",
                        layer->label, cov_quote(column->name).text, COV_SERVICES_MAX);
    split->value[split->n] = cov_copy_text(value);
    return split->value[split->n++] != NULL ? COV_OK : cov_fail_memory(err);
}

static cov_status read_values(cov_split *split, cov_layer *layer, const cov_column *column,
                              const cov_phases *phases, uint64_t *n_empty, cov_error *err)
{
    double total = (double)cov_layer_count(layer);
    uint64_t n = 0;
    cov_status s = cov_layer_select(layer, &column->index, 1, 0, err);
    while (s == COV_OK) {
        OGRFeatureH feature = NULL;
        s = cov_layer_next(layer, &feature, err);
        if (s != COV_OK || feature == NULL)
            break;
        const cov_record record = cov_layer_record(layer, feature);
        n++;
        if (cov_column_is_missing(column, &record))
            ++*n_empty;
        else
            s = add_value(split, layer, column, OGR_F_GetFieldAsString(feature, column->index),
                          err);
        OGR_F_Destroy(feature);
        if (s == COV_OK)
            s = cov_phases_ask(phases, (double)layer->n_read, total, err);
    }
    if (s != COV_OK || split->n > 0)
        return s;
    if (n == 0)
        return cov_layer_refuse_empty(layer, "values to split by", err);
    return cov_fail(err, COV_ERR_INPUT,
                    "%s: every cell of the column \"%s\" is empty: split by "
                    "another one",
                    layer->label, cov_quote(column->name).text);
}

static int compare_values(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static cov_status note_empty(const cov_layer *layer, const cov_column *column, uint64_t n,
                             cov_notes *notes, cov_error *err)
{
    if (n == 0)
        return COV_OK;
    return cov_notes_add(notes, err, COV_NOTE_WARNING,
                         "%s: features with nothing in the column \"%s\", which are left out of "
                         "every service it is split into: %" PRIu64,
                         layer->label, cov_quote(column->name).text, n);
}

/* ---------------------------------------------------------------- filters */

/* "a name", a quote in it escaped. */
static cov_status add_name(text *t, const char *name, cov_error *err)
{
    cov_status s = add_text(t, "\"", err);
    for (; *name != '\0' && s == COV_OK; name++)
        s = *name == '"' ? add_text(t, "\\\"", err) : add(t, name, 1, err);
    return s == COV_OK ? add_text(t, "\"", err) : s;
}

/* A pattern that only this text fits. LIKE minds the case, which OGR's = does not. For OGR a
 * backslash before a quote escapes it, so a quote never stands right behind one. */
static cov_status add_pattern(text *t, const char *value, cov_error *err)
{
    cov_status s = add_text(t, "'", err);
    for (; *value != '\0' && s == COV_OK; value++) {
        if (strchr("%_!'", *value) != NULL)
            s = add_text(t, "!", err);
        if (s == COV_OK)
            s = *value == '\'' ? add_text(t, "''", err) : add(t, value, 1, err);
    }
    return s == COV_OK ? add_text(t, "' ESCAPE '!'", err) : s;
}

static cov_status make_filter(const cov_source *source, const cov_layer *layer,
                              const cov_column *column, const char *value, char **out,
                              cov_error *err)
{
    text t = {NULL, 0, 0};
    cov_status s = COV_OK;
    int combined = source->where != NULL && source->where[0] != '\0';
    if (value[strlen(value) - 1] == '\\')
        return cov_fail(err, COV_ERR_INPUT,
                        "%s: the value \"%s\" of the column \"%s\" ends with a backslash, which no "
                        "filter can ask for: correct it",
                        layer->label, cov_quote(value).text, cov_quote(column->name).text);
    if (combined) {
        s = add_text(&t, "(", err);
        if (s == COV_OK)
            s = add_text(&t, source->where, err);
        if (s == COV_OK)
            s = add_text(&t, ") AND ", err);
    }
    if (s == COV_OK)
        s = add_name(&t, column->name, err);
    if (s == COV_OK)
        s = add_text(&t, column->kind == COV_COLUMN_TEXT ? " LIKE " : " = ", err);
    if (s == COV_OK)
        s = column->kind == COV_COLUMN_TEXT ? add_pattern(&t, value, err)
                                            : add_text(&t, value, err);
    if (s == COV_OK)
        *out = t.is;
    else
        cov_free(t.is);
    return s;
}

/* ---------------------------------------------------------------- names */

/* The value as a part of a name. */
static cov_status add_operator(text *t, const char *value, cov_error *err)
{
    size_t n;
    value = cov_cell_trim(value, &n);
    const char *end = value + n;
    cov_status s = COV_OK;
    while (value < end && s == COV_OK) {
        size_t size = cov_character_size(value);
        s = cov_name_character_size(value) > 0 ? add(t, value, size, err) : add_text(t, "_", err);
        value += size > 0 ? size : 1;
    }
    return s;
}

/* NAME with the value in it: what stands before it, and behind it. */
static cov_status make_name(const char *name, const char *value, char **out, cov_error *err)
{
    text t = {NULL, 0, 0};
    const char *star = strchr(name, '*');
    size_t before = star != NULL ? (size_t)(star - name) : strcspn(name, ":");
    cov_status s = add(&t, name, before, err);
    if (s == COV_OK && star == NULL)
        s = add_text(&t, "/", err);
    if (s == COV_OK)
        s = add_operator(&t, value, err);
    if (s == COV_OK)
        s = add_text(&t, name + before + (star != NULL), err);
    if (s == COV_OK)
        *out = t.is;
    else
        cov_free(t.is);
    return s;
}

static cov_status check_name(const char *name, cov_error *err)
{
    const char *star = strchr(name, '*');
    if (star != NULL && strchr(star + 1, '*') != NULL)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the service \"%s\", which is split, has more than one '*': a value takes "
                        "the place of one",
                        cov_quote(name).text);
    if (star == NULL && (name[strcspn(name, ":/")] == '/'))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the service \"%s\", which is split, has an operator already: put a '*' "
                        "where the value belongs, such as 4g/*",
                        cov_quote(name).text);
    return COV_OK;
}

static cov_status check_twins(const cov_split *split, const cov_layer *layer,
                              const cov_column *column, size_t i, cov_error *err)
{
    for (size_t k = 0; k < i; k++) {
        if (strcmp(split->name[k], split->name[i]) == 0)
            return cov_fail(err, COV_ERR_INPUT,
                            "%s: the values \"%s\" and \"%s\" of the column \"%s\" would both be "
                            "the service %s: make them one, or more different",
                            layer->label, cov_quote(split->value[k]).text,
                            cov_quote(split->value[i]).text, cov_quote(column->name).text,
                            cov_quote(split->name[i]).text);
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- all of it */

static cov_status read_layer(cov_split *split, const cov_source *source, cov_layer *layer,
                             const char *column_name, const char *name, cov_notes *notes,
                             const cov_phases *phases, cov_error *err)
{
    cov_column column;
    uint64_t n_empty = 0;
    cov_status s = cov_column_find_id(layer, column_name, "column to split by", &column, err);
    if (s == COV_OK)
        s = read_values(split, layer, &column, phases, &n_empty, err);
    if (s == COV_OK)
        s = note_empty(layer, &column, n_empty, notes, err);
    if (s == COV_OK)
        qsort(split->value, split->n, sizeof *split->value, compare_values);
    for (size_t i = 0; i < split->n && s == COV_OK; i++) {
        s = make_filter(source, layer, &column, split->value[i], &split->where[i], err);
        if (s == COV_OK)
            s = make_name(name, split->value[i], &split->name[i], err);
        if (s == COV_OK)
            s = check_twins(split, layer, &column, i, err);
    }
    return s;
}

cov_status cov_split_read(const cov_source *source, const char *column, const char *name,
                          const cov_policy *policy, cov_notes *notes, cov_phases *phases,
                          cov_split *out, cov_error *err)
{
    cov_layer layer;
    cov_split split = {0, NULL, NULL, NULL};
    cov_status s = check_name(name, err);
    if (s == COV_OK)
        s = cov_phases_enter(phases, "read values", err);
    if (s != COV_OK)
        return s;
    split.value = cov_alloc_zero(COV_SERVICES_MAX, sizeof *split.value);
    split.where = cov_alloc_zero(COV_SERVICES_MAX, sizeof *split.where);
    split.name = cov_alloc_zero(COV_SERVICES_MAX, sizeof *split.name);
    if (split.value == NULL || split.where == NULL || split.name == NULL)
        s = cov_fail_memory(err);
    if (s == COV_OK)
        s = cov_layer_open(source, policy, notes, &layer, err);
    if (s == COV_OK) {
        s = read_layer(&split, source, &layer, column, name, notes, phases, err);
        cov_layer_close(&layer);
    }
    cov_phases_leave(phases);
    if (s == COV_OK) {
        *out = split;
        return COV_OK;
    }
    cov_split_clear(&split);
    return s;
}

void cov_split_clear(cov_split *split)
{
    for (size_t i = 0; i < split->n; i++) {
        cov_free(split->value[i]);
        if (split->where != NULL)
            cov_free(split->where[i]);
        if (split->name != NULL)
            cov_free(split->name[i]);
    }
    cov_free(split->value);
    cov_free(split->where);
    cov_free(split->name);
    memset(split, 0, sizeof *split);
}
