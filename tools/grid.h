/* Grid: lines of cells under headings, side by side as far as they fit, the rest in blocks below.
 * SPDX-License-Identifier: MIT
 *
 * The first three columns, an id, a name and a count, stand in every block. Lines belong to levels,
 * in ascending order: each level has a heading and a blank line before it, the last one none. */
#ifndef COV_TOOLS_GRID_H
#define COV_TOOLS_GRID_H

#include <glib.h>

enum { GRID_ID, GRID_NAME, GRID_COUNT, GRID_SHARES };

enum {
    GRID_ID_MAX = 28,     /* columns of an id */
    GRID_HEADING_MAX = 20 /* columns of an indicator's name */
};

typedef struct grid {
    size_t n_columns;
    size_t n_levels;
    size_t *widths;      /* per column */
    size_t lone;         /* the widest id that has no name beside it */
    GPtrArray *headings; /* of char **, one for each level but the last */
    GArray *lines;
} grid;

void grid_open(grid *g, size_t n_columns, size_t n_levels);
void grid_close(grid *g);

/* The cells to be filled, each with a text for g_free: those of the next heading; of a line. */
char **grid_add_heading(grid *g);
char **grid_add_line(grid *g, size_t level);

/* The finished text, each block with a blank line behind it. */
void grid_append(GString *out, grid *g, size_t width);

#endif
