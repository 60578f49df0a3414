/* SPDX-License-Identifier: MIT */
#include "io/guess.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cpl_conv.h>

#include "base/mem.h"
#include "base/text.h"

/* ---------------------------------------------------------------- how columns are called */

static int starts(const char *text, const char *with)
{
    return EQUALN(text, with, strlen(with));
}

static int ends(const char *text, const char *with)
{
    size_t n = strlen(text), m = strlen(with);
    return n > m && cov_text_same(text + n - m, with);
}

static int is_any(const char *text, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (cov_text_same(text, *list))
            return 1;
    }
    return 0;
}

/* British statistics: "oa11cd" is a code, "oa11nm" a name. */
static int is_dated(const char *text, const char *suffix)
{
    size_t n = strlen(text);
    return n > 4 && ends(text, suffix) && text[n - 3] >= '0' && text[n - 3] <= '9' &&
           text[n - 4] >= '0' && text[n - 4] <= '9';
}

int cov_guess_is_code(const char *column)
{
    static const char *const names[] = {"id",     "ma",     "code",      "fips",       "geoid",
                                        "insee",  "cd",     "key",       "area_code",  "ags",
                                        "iso_a3", "iso_n3", "insee_com", "codigo_ine", NULL};
    return is_any(column, names) || starts(column, "ma_") || starts(column, "code_") ||
           starts(column, "geoid") || ends(column, "_id") || ends(column, "_code") ||
           ends(column, "_cd") || ends(column, "_fips") || is_dated(column, "cd");
}

static int is_plain_name(const char *column)
{
    static const char *const names[] = {"name", "nom", "ten", "ten_xa", "nombre", "nome", NULL};
    return is_any(column, names);
}

static int is_name(const char *column)
{
    return is_plain_name(column) || starts(column, "ten_") || starts(column, "name_") ||
           ends(column, "_name") || is_dated(column, "nm");
}

/* ---------------------------------------------------------------- values */

/* The values of one text column so far; out of the running with the first one that is missing. */
typedef struct candidate {
    int column;
    int out;
    char **value;
    size_t n;
    size_t capacity;
} candidate;

static void drop(candidate *c)
{
    for (size_t i = 0; i < c->n; i++)
        cov_free(c->value[i]);
    cov_free(c->value);
    c->value = NULL;
    c->n = c->capacity = 0;
    c->out = 1;
}

static cov_status add_value(candidate *c, OGRFeatureH feature, cov_error *err)
{
    if (c->out)
        return COV_OK;
    const char *value = OGR_F_IsFieldSetAndNotNull(feature, c->column)
                            ? OGR_F_GetFieldAsString(feature, c->column)
                            : "";
    if (value[0] == '\0') {
        drop(c);
        return COV_OK;
    }
    if (cov_reserve((void **)&c->value, &c->capacity, c->n + 1, sizeof *c->value) != 0)
        return cov_fail_memory(err);
    c->value[c->n] = cov_copy_text(value);
    if (c->value[c->n] == NULL)
        return cov_fail_memory(err);
    c->n++;
    return COV_OK;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void drop_repeated(candidate *c)
{
    if (c->n > 1)
        qsort(c->value, c->n, sizeof *c->value, compare);
    for (size_t i = 1; i < c->n; i++) {
        if (strcmp(c->value[i - 1], c->value[i]) == 0) {
            drop(c);
            return;
        }
    }
    if (c->n == 0)
        drop(c);
}

static cov_status read_values(cov_layer *layer, candidate *c, size_t n, const cov_phases *phases,
                              cov_error *err)
{
    cov_status s = COV_OK;
    double total = (double)cov_layer_count(layer);
    for (;;) {
        OGRFeatureH feature = NULL;
        s = cov_layer_next(layer, &feature, err);
        if (s != COV_OK || feature == NULL)
            return s;
        for (size_t i = 0; i < n && s == COV_OK; i++)
            s = add_value(&c[i], feature, err);
        OGR_F_Destroy(feature);
        if (s == COV_OK)
            s = cov_phases_ask(phases, (double)layer->n_read, total, err);
        if (s != COV_OK)
            return s;
    }
}

/* ---------------------------------------------------------------- choice */

static const char *column_name(cov_layer *layer, int column)
{
    return OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(OGR_L_GetLayerDefn(layer->layer), column));
}

static void list_candidates(cov_layer *layer, const candidate *c, size_t n, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n && used < size; i++) {
        if (c[i].out)
            continue;
        int k = snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "",
                         column_name(layer, c[i].column));
        used += k > 0 ? (size_t)k : 0;
    }
}

static cov_status choose(cov_layer *layer, const candidate *c, size_t n, int *column,
                         cov_notes *notes, cov_error *err)
{
    int left = 0, codes = 0, only = -1, code = -1;
    char list[400];
    list_candidates(layer, c, n, list, sizeof list);
    for (size_t i = 0; i < n; i++) {
        if (c[i].out)
            continue;
        left++;
        only = c[i].column;
        if (cov_guess_is_code(column_name(layer, only))) {
            codes++;
            code = only;
        }
    }
    if (left == 0)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s: no column of text has a different value for every area: name the id "
                        "column with --id",
                        layer->label);
    if (left > 1 && codes != 1)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s: more than one column could be the id of the areas: choose one with "
                        "--id: %s",
                        layer->label, list);
    *column = left == 1 ? only : code;
    if (left == 1)
        return cov_notes_add(notes, err, COV_NOTE_INFO,
                             "%s: the id of the areas is taken from the column %s, the only one of "
                             "text whose values are all there and all different (--id)",
                             layer->label, column_name(layer, only));
    return cov_notes_add(notes, err, COV_NOTE_INFO,
                         "%s: the id of the areas is taken from the column %s, the only one called "
                         "like a code among %s (--id)",
                         layer->label, column_name(layer, code), list);
}

cov_status cov_guess_id(cov_layer *layer, int *column, cov_notes *notes, const cov_phases *phases,
                        cov_error *err)
{
    OGRFeatureDefnH columns = OGR_L_GetLayerDefn(layer->layer);
    size_t n_columns = (size_t)OGR_FD_GetFieldCount(columns), n = 0;
    candidate *c = cov_alloc_zero(n_columns, sizeof *c);
    int *selected = cov_alloc_zero(n_columns, sizeof *selected);
    cov_status s = c != NULL && selected != NULL ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < n_columns && s == COV_OK; i++) {
        if (OGR_Fld_GetType(OGR_FD_GetFieldDefn(columns, (int)i)) == OFTString) {
            selected[n] = (int)i;
            c[n++].column = (int)i;
        }
    }
    if (s == COV_OK)
        s = cov_layer_select(layer, selected, n, 0, err);
    if (s == COV_OK)
        s = read_values(layer, c, n, phases, err);
    if (s == COV_OK)
        s = cov_layer_rewind(layer, err);
    for (size_t i = 0; i < n && s == COV_OK; i++)
        drop_repeated(&c[i]);
    if (s == COV_OK)
        s = choose(layer, c, n, column, notes, err);
    for (size_t i = 0; i < n; i++)
        drop(&c[i]);
    cov_free(selected);
    cov_free(c);
    return s;
}

/* ---------------------------------------------------------------- names */

static int is_text(cov_layer *layer, int column)
{
    OGRFieldDefnH field = OGR_FD_GetFieldDefn(OGR_L_GetLayerDefn(layer->layer), column);
    return OGR_Fld_GetType(field) == OFTString;
}

/* "ten_xa" for "ma_xa", "oa11nm" for "oa11cd", "district_name" for "district_id". */
static int is_partner(const char *name, const char *id)
{
    char wanted[128];
    size_t n = strlen(id);
    if (n + 8 > sizeof wanted)
        return 0;
    if (starts(id, "ma_"))
        snprintf(wanted, sizeof wanted, "ten_%s", id + 3);
    else if (is_dated(id, "cd"))
        snprintf(wanted, sizeof wanted, "%.*snm", (int)n - 2, id);
    else if (ends(id, "_id"))
        snprintf(wanted, sizeof wanted, "%.*s_name", (int)n - 3, id);
    else if (ends(id, "_code"))
        snprintf(wanted, sizeof wanted, "%.*s_name", (int)n - 5, id);
    else
        return 0;
    return cov_text_same(name, wanted);
}

static int rank_of(cov_layer *layer, int column, int id_column)
{
    const char *name = column_name(layer, column);
    if (column == id_column || !is_text(layer, column))
        return 0;
    if (is_partner(name, column_name(layer, id_column)))
        return 3;
    return is_plain_name(name) ? 2 : is_name(name);
}

cov_status cov_guess_name(cov_layer *layer, int id_column, int *column, cov_notes *notes,
                          cov_error *err)
{
    int best = 0, count = 0, found = -1;
    int n = OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(layer->layer));
    for (int i = 0; i < n; i++) {
        int rank = rank_of(layer, i, id_column);
        if (rank == 0 || rank < best)
            continue;
        count = rank > best ? 1 : count + 1;
        best = rank;
        found = i;
    }
    *column = count == 1 ? found : -1;
    if (count != 1)
        return COV_OK;
    return cov_notes_add(notes, err, COV_NOTE_INFO,
                         "%s: the name of the areas is taken from the column %s (--name)",
                         layer->label, column_name(layer, found));
}

/* ---------------------------------------------------------------- weight */

static int is_weight(const char *column)
{
    static const char *const names[] = {"households", "so_ho", "ho_dan",     "hh_count", "weight",
                                        "dan_so",     "pop",   "population", "persons",  NULL};
    return is_any(column, names);
}

cov_status cov_guess_weight(cov_layer *layer, cov_notes *notes, cov_error *err)
{
    int n = OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(layer->layer));
    for (int i = 0; i < n; i++) {
        if (is_weight(column_name(layer, i)))
            return cov_notes_add(
                notes, err, COV_NOTE_WARNING,
                "%s: each point counts as one; if its column %s says how many it stands for, "
                "add --weight %s",
                layer->label, column_name(layer, i), column_name(layer, i));
    }
    return COV_OK;
}
