/* SPDX-License-Identifier: MIT */
#include "grid.h"

#include "text.h"

enum { NAME_MIN = 20 }; /* room that names keep where many columns want to fit */

typedef struct line {
    size_t level;
    char **cells;
} line;

/* ---------------------------------------------------------------- cells */

void grid_open(grid *g, size_t n_columns, size_t n_levels)
{
    g->n_columns = n_columns;
    g->n_levels = n_levels;
    g->widths = g_new0(size_t, n_columns);
    g->lone = 0;
    g->headings = g_ptr_array_new();
    g->lines = g_array_new(FALSE, FALSE, sizeof(line));
}

static void free_cells(const grid *g, char **cells)
{
    for (size_t k = 0; k < g->n_columns; k++)
        g_free(cells[k]);
    g_free(cells);
}

void grid_close(grid *g)
{
    for (guint i = 0; i < g->headings->len; i++)
        free_cells(g, g->headings->pdata[i]);
    for (guint i = 0; i < g->lines->len; i++)
        free_cells(g, g_array_index(g->lines, line, i).cells);
    g_ptr_array_free(g->headings, TRUE);
    g_array_free(g->lines, TRUE);
    g_free(g->widths);
}

char **grid_add_heading(grid *g)
{
    char **cells = g_new0(char *, g->n_columns);
    g_ptr_array_add(g->headings, cells);
    return cells;
}

char **grid_add_line(grid *g, size_t level)
{
    const line l = {level, g_new0(char *, g->n_columns)};
    g_array_append_val(g->lines, l);
    return l.cells;
}

/* ---------------------------------------------------------------- widths */

static void widen(grid *g, char **cells)
{
    gboolean lone = cells[GRID_NAME][0] == '\0';
    size_t *id = lone ? &g->lone : &g->widths[GRID_ID];
    *id = MAX(*id, text_width(cells[GRID_ID]));
    for (size_t k = GRID_NAME; k < g->n_columns; k++)
        g->widths[k] = MAX(g->widths[k], text_width(cells[k]));
}

/* The room for names that a lone id takes. */
static size_t lone_overhang(const grid *g)
{
    size_t id = g->widths[GRID_ID];
    return g->lone > id + 2 ? g->lone - id - 2 : 0;
}

/* The name of a district is often its id, and wider than the code of a commune: it runs over the
 * column of names, which it leaves empty. */
static void measure(grid *g)
{
    for (guint i = 0; i < g->headings->len; i++)
        widen(g, g->headings->pdata[i]);
    for (guint i = 0; i < g->lines->len; i++)
        widen(g, g_array_index(g->lines, line, i).cells);
    if (g->widths[GRID_NAME] == 0)
        g->widths[GRID_ID] = MAX(g->widths[GRID_ID], g->lone);
    else
        g->widths[GRID_NAME] = MAX(g->widths[GRID_NAME], lone_overhang(g));
}

/* ---------------------------------------------------------------- blocks */

/* Id, name, measure and the shares [first, last) on one line. */
static void append_line(GString *out, const grid *g, char **cells, size_t name_width, size_t first,
                        size_t last)
{
    size_t used = text_width(cells[GRID_ID]);
    g_string_append(out, cells[GRID_ID]);
    if (cells[GRID_NAME][0] != '\0') {
        text_append_blanks(out, g->widths[GRID_ID] + 2 - used);
        char *name = text_fit(cells[GRID_NAME], name_width);
        g_string_append(out, name);
        used = g->widths[GRID_ID] + 2 + text_width(name);
        g_free(name);
    }
    text_append_blanks(out, g->widths[GRID_ID] + (name_width > 0 ? 2 + name_width : 0) - used);
    for (size_t k = GRID_COUNT; k < last; k++) {
        if (k != GRID_COUNT && k < first)
            continue;
        text_append_blanks(out, 2 + g->widths[k] - text_width(cells[k]));
        g_string_append(out, cells[k]);
    }
    g_string_append_c(out, '\n');
}

static void append_block(GString *out, const grid *g, size_t name_width, size_t first, size_t last)
{
    size_t level = SIZE_MAX;
    for (guint i = 0; i < g->lines->len; i++) {
        const line *l = &g_array_index(g->lines, line, i);
        if (l->level != level && i > 0)
            g_string_append_c(out, '\n');
        /* The total stands below the columns of the section before it, or needs a heading. */
        if (l->level != level && (l->level + 1 < g->n_levels || i == 0))
            append_line(out, g, g->headings->pdata[MIN(l->level, g->headings->len - 1)], name_width,
                        first, last);
        append_line(out, g, l->cells, name_width, first, last);
        level = l->level;
    }
    g_string_append_c(out, '\n');
}

/* As many shares to a block as fit beside id, measure and the least room for names. */
static void append_blocks(GString *out, const grid *g, size_t width)
{
    size_t names = g->widths[GRID_NAME], least = MIN(names, MAX(NAME_MIN, lone_overhang(g)));
    size_t fixed = g->widths[GRID_ID] + 2 + g->widths[GRID_COUNT] + (names > 0 ? 2 : 0);
    size_t first = GRID_SHARES;
    do {
        size_t used = fixed + least;
        size_t last = first;
        while (last < g->n_columns && (last == first || used + 2 + g->widths[last] <= width))
            used += 2 + g->widths[last++];
        size_t spare = used < width ? width - used : 0;
        append_block(out, g, MIN(names, least + spare), first, last);
        first = last;
    } while (first < g->n_columns);
}

void grid_append(GString *out, grid *g, size_t width)
{
    measure(g);
    append_blocks(out, g, width);
}
