/* Areas from the rows of a table.
 * SPDX-License-Identifier: MIT */
#include "arrow/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* The rows as cov_areas_create takes them: one block of texts, which the areas point into. */
typedef struct rows {
    const cov_table *table;
    const cov_area_columns *columns;
    int id, name;
    int *parent;
    cov_area *area;
    const char **parents; /* n_parents for each area */
    char *text;
    size_t used;
    size_t capacity;
} rows;

static cov_status find_column(const cov_table *table, const char *name, const char *what, int ids,
                              int *out, cov_error *err)
{
    *out = cov_table_find(table, name);
    if (*out < 0)
        return cov_fail(err, COV_ERR_INPUT, "%s has no column \"%s\" for the %s",
                        cov_table_name(table), cov_quote(name).text, what);
    cov_cell_type type = cov_table_type(table, (size_t)*out);
    if (type == COV_CELL_TEXT || (ids && type == COV_CELL_WHOLE))
        return COV_OK;
    return cov_fail(err, COV_ERR_INPUT, "%s: the column \"%s\" for the %s is neither text%s",
                    cov_table_name(table), cov_quote(name).text, what,
                    ids ? " nor whole numbers" : "");
}

static cov_status find_columns(rows *r, cov_error *err)
{
    const cov_area_columns *c = r->columns;
    cov_status s = find_column(r->table, c->id, "id of the areas", 1, &r->id, err);
    if (s == COV_OK && c->name != NULL)
        s = find_column(r->table, c->name, "name of the areas", 0, &r->name, err);
    for (size_t i = 0; i < c->n_parents && s == COV_OK; i++)
        s = find_column(r->table, c->parents[i], "parent of the areas", 1, &r->parent[i], err);
    return s;
}

/* A cell as text of its own, whose place in the block is told: blocks move. 0: a null. */
static cov_status take_text(rows *r, size_t row, int column, size_t *at, cov_error *err)
{
    cov_cell cell;
    char digits[24];
    *at = 0;
    cov_table_cell(r->table, row, (size_t)column, &cell);
    if (cell.is_null)
        return COV_OK;
    if (cov_table_type(r->table, (size_t)column) == COV_CELL_WHOLE) {
        int n = cell.over ? snprintf(digits, sizeof digits, "%" PRIu64, (uint64_t)cell.whole)
                          : snprintf(digits, sizeof digits, "%" PRId64, cell.whole);
        cell.text = digits;
        cell.size = n > 0 ? (size_t)n : 0;
    }
    void *block = r->text;
    int failed = cov_reserve(&block, &r->capacity, r->used + cell.size + 1, 1);
    r->text = block;
    if (failed)
        return cov_fail_memory(err);
    memcpy(r->text + r->used, cell.text, cell.size);
    r->text[r->used + cell.size] = '\0';
    if (strlen(r->text + r->used) != cell.size || !cov_is_utf8(r->text + r->used))
        return cov_fail(err, COV_ERR_INPUT, "%s, row %zu: column \"%s\" is not text in UTF-8",
                        cov_table_name(r->table), row + 1,
                        cov_quote(cov_table_column(r->table, (size_t)column)).text);
    *at = r->used;
    r->used += cell.size + 1;
    return COV_OK;
}

/* The texts of a row: where each begins, the id first, then the name, then the parents. */
static cov_status read_texts(rows *r, size_t row, size_t *place, cov_error *err)
{
    cov_status s = take_text(r, row, r->id, &place[0], err);
    if (s == COV_OK && place[0] == 0)
        s = cov_fail(err, COV_ERR_INPUT, "%s, row %zu: the id (column \"%s\") is null",
                     cov_table_name(r->table), row + 1, cov_quote(r->columns->id).text);
    place[1] = 0;
    if (s == COV_OK && r->name >= 0)
        s = take_text(r, row, r->name, &place[1], err);
    for (size_t i = 0; i < r->columns->n_parents && s == COV_OK; i++)
        s = take_text(r, row, r->parent[i], &place[2 + i], err);
    return s;
}

static cov_status read_shape(rows *r, size_t row, cov_error *err)
{
    cov_area *area = &r->area[row];
    area->wkb = cov_table_wkb(r->table, row, &area->wkb_size);
    if (area->wkb != NULL)
        return COV_OK;
    return cov_fail(err, COV_ERR_INPUT, "%s, row %zu: the area has no geometry",
                    cov_table_name(r->table), row + 1);
}

static const char *text_at(const rows *r, size_t place)
{
    return place != 0 ? r->text + place : NULL;
}

static cov_status read_rows(rows *r, size_t *place, cov_error *err)
{
    size_t n = cov_table_rows(r->table), width = 2 + r->columns->n_parents;
    cov_status s = COV_OK;
    r->used = 1; /* place 0 is no text */
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        s = read_texts(r, i, place + i * width, err);
        if (s == COV_OK)
            s = read_shape(r, i, err);
    }
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        const size_t *at = place + i * width;
        r->area[i].id = text_at(r, at[0]);
        r->area[i].name = text_at(r, at[1]);
        r->area[i].parents = r->parents + i * r->columns->n_parents;
        for (size_t k = 0; k < r->columns->n_parents; k++)
            r->parents[i * r->columns->n_parents + k] = text_at(r, at[2 + k]);
    }
    return s;
}

static cov_status create(rows *r, cov_areas **out, cov_error *err)
{
    size_t n = cov_table_rows(r->table), n_parents = r->columns->n_parents;
    r->parent = cov_alloc(n_parents, sizeof *r->parent);
    r->area = cov_alloc_zero(n, sizeof *r->area);
    r->parents = cov_alloc(n_parents * n, sizeof *r->parents);
    size_t *place = cov_alloc(n, (2 + n_parents) * sizeof *place);
    cov_status s = COV_OK;
    if (r->parent == NULL || r->area == NULL || r->parents == NULL || place == NULL)
        s = cov_fail_memory(err);
    if (s == COV_OK)
        s = find_columns(r, err);
    if (s == COV_OK)
        s = read_rows(r, place, err);
    cov_areas_options options = COV_AREAS_OPTIONS_INIT;
    options.levels = r->columns->parents;
    options.n_levels = n_parents;
    options.crs = cov_table_crs(r->table);
    options.threads = r->columns->threads;
    if (s == COV_OK)
        s = cov_areas_create(r->area, n, &options, out, err);
    cov_free(place);
    return s;
}

cov_status cov_areas_from_table(const cov_table *table, const cov_area_columns *columns,
                                cov_areas **out, cov_error *err)
{
    if (table == NULL || columns == NULL || columns->id == NULL || out == NULL ||
        (columns->n_parents > 0 && columns->parents == NULL))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "areas of a table need the table, an id column, a place to go");
    if (cov_table_geometry(table) == NULL)
        return cov_fail(err, COV_ERR_INPUT, "%s has no geometry column: areas are polygons",
                        cov_table_name(table));
    if (cov_table_rows(table) == 0)
        return cov_fail(err, COV_ERR_INPUT, "%s is empty: there is no area", cov_table_name(table));
    rows r;
    memset(&r, 0, sizeof r);
    r.table = table;
    r.columns = columns;
    r.name = -1;
    cov_status s = create(&r, out, err);
    cov_free(r.parent);
    cov_free(r.area);
    cov_free(r.parents);
    cov_free(r.text);
    return s;
}
