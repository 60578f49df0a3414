/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <string.h>

#include "grid.h"
#include "text.h"
#include "totals.h"

enum { ROWS_MAX = 100 }; /* a level with more rows is for a file, not for the eye */

#define TOTAL "total"

/* The rows of the first base. */
typedef struct table {
    const cov_run *run;
    const cov_areas *areas;
    const cov_report *report;
    size_t n_levels; /* 0: areas, then the parents, last the total */
    size_t *rows;    /* per level */
    grid grid;
} table;

/* ---------------------------------------------------------------- lines */

/* For a parent: the ids above it, "in 95", as districts of two provinces can share an id. */
static char *name_of(const table *t, const cov_row *row)
{
    if (row->level == 0)
        return text_printable_fit(row->name != NULL ? row->name : "", G_MAXINT);
    GString *above = g_string_new(NULL);
    for (size_t k = row->level; k + 2 < t->n_levels && row->area >= 0; k++) {
        const char *id = cov_areas_parent(t->areas, (size_t)row->area, k);
        g_string_append(above, above->len == 0 ? "in " : ", ");
        g_string_append(above, id != NULL ? id : TEXT_NONE);
    }
    char *text = text_printable_fit(above->str, G_MAXINT);
    g_string_free(above, TRUE);
    return text;
}

static char *id_of(const table *t, const cov_row *row)
{
    if (row->level + 1 == t->n_levels)
        return g_strdup(TOTAL);
    return row->id != NULL ? text_printable_fit(row->id, GRID_ID_MAX) : g_strdup("(none)");
}

static cov_status add_line(table *t, size_t index, const cov_row *row, cov_error *err)
{
    cov_status s = COV_OK;
    size_t n = cov_report_indicators(t->report);
    char **cells = grid_add_line(&t->grid, row->level);
    cells[GRID_ID] = id_of(t, row);
    cells[GRID_NAME] = name_of(t, row);
    cells[GRID_COUNT] = text_sum(row->households, cov_report_scale(t->report));
    for (size_t k = 0; k < n && s == COV_OK; k++) {
        cov_share share;
        s = cov_report_share(t->report, index, k, &share, err);
        if (s == COV_OK)
            cells[GRID_SHARES + k] = text_share(share.n, share.of);
    }
    return s;
}

static cov_status count_rows(table *t, cov_error *err)
{
    for (size_t i = 0; i < cov_report_rows(t->report); i++) {
        cov_row row;
        cov_status s = cov_report_row(t->report, i, &row, err);
        if (s != COV_OK)
            return s;
        t->rows[row.level]++;
    }
    return COV_OK;
}

static cov_status add_lines(table *t, cov_error *err)
{
    for (size_t i = 0; i < cov_report_rows(t->report); i++) {
        cov_row row;
        cov_status s = cov_report_row(t->report, i, &row, err);
        if (s == COV_OK && t->rows[row.level] <= ROWS_MAX)
            s = add_line(t, i, &row, err);
        if (s != COV_OK)
            return s;
    }
    return COV_OK;
}

static const char *level_name(const table *t, size_t level)
{
    const char *name =
        level == 0 ? cov_run_id_column(t->run) : cov_areas_level_name(t->areas, level - 1);
    return name != NULL ? name : "";
}

/* "households", "area (km2)". */
static char *measure_of(const cov_run *run)
{
    cov_base base = cov_run_base(run, 0);
    char *name =
        base.unit != NULL ? g_strdup_printf("%s (%s)", base.name, base.unit) : g_strdup(base.name);
    char *fit = text_printable_fit(name, GRID_HEADING_MAX);
    g_free(name);
    return fit;
}

static void add_headings(table *t)
{
    const char *name = cov_run_name_column(t->run);
    for (size_t level = 0; level + 1 < t->n_levels; level++) {
        char **cells = grid_add_heading(&t->grid);
        cells[GRID_ID] = text_printable_fit(level_name(t, level), GRID_ID_MAX);
        cells[GRID_NAME] = text_printable_fit(level == 0 && name != NULL ? name : "", G_MAXINT);
        cells[GRID_COUNT] = measure_of(t->run);
        for (size_t k = 0; k < cov_report_indicators(t->report); k++)
            cells[GRID_SHARES + k] =
                text_printable_fit(cov_report_indicator_name(t->report, k), GRID_HEADING_MAX);
    }
}

/* A level without lines is said, with where to find it. */
static void append_left_out(GString *out, const table *t, const char *output)
{
    for (size_t level = 0; level + 1 < t->n_levels; level++) {
        if (t->rows[level] <= ROWS_MAX)
            continue;
        text_append_grouped(out, t->rows[level]);
        if (level == 0)
            g_string_append(out, " areas");
        else
            g_string_append_printf(out, " rows of %s", level_name(t, level));
        char *file = text_printable(output != NULL ? output : "-o FILE");
        g_string_append_printf(out, " are too many to show: %s %s them all\n", file,
                               output != NULL ? "holds" : "writes");
        g_free(file);
    }
}

/* ---------------------------------------------------------------- */

static void open_table(table *t)
{
    t->areas = cov_run_areas(t->run);
    t->report = cov_run_report(t->run);
    t->n_levels = cov_areas_levels(t->areas) + 2;
    t->rows = g_new0(size_t, t->n_levels);
    grid_open(&t->grid, GRID_SHARES + cov_report_indicators(t->report), t->n_levels);
    t->grid.widths[GRID_ID] = strlen(TOTAL);
}

static void close_table(table *t)
{
    grid_close(&t->grid);
    g_free(t->rows);
}

cov_status table_append(GString *out, const cov_run *run, size_t width, const char *output,
                        cov_error *err)
{
    table t = {.run = run};
    open_table(&t);
    add_headings(&t);
    cov_status s = count_rows(&t, err);
    if (s == COV_OK)
        s = add_lines(&t, err);
    if (s == COV_OK) {
        grid_append(out, &t.grid, width);
        append_left_out(out, &t, output);
        s = totals_append(out, run, width, err);
    }
    close_table(&t);
    return s;
}
