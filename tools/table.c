/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <string.h>

enum {
    ROWS_MAX = 100,  /* a level with more rows is for a file, not for the eye */
    ID_MAX = 28,     /* columns of text */
    NAME_MIN = 20,   /* room that names keep where many indicators want to fit */
    HEADING_MAX = 20 /* columns of an indicator's name */
};

enum { COLUMN_ID, COLUMN_NAME, COLUMN_MEASURE, COLUMN_SHARES };

#define TOTAL "total"
#define NO_VALUE "\xe2\x80\x93" /* en dash */
#define ELLIPSIS "\xe2\x80\xa6"

/* One line of the table, as text: id, name, measure, a share for each indicator. */
typedef struct line {
    size_t level;
    char **cells;
} line;

typedef struct table {
    const cov_run *run;
    const cov_areas *areas;
    const cov_report *report;
    size_t n_columns;
    size_t n_levels;     /* 0: areas, then the parents, last the total */
    size_t *rows;        /* per level */
    size_t *widths;      /* per column */
    size_t lone;         /* the widest id that has no name beside it */
    GPtrArray *headings; /* of char **, one for each level but the total */
    GArray *lines;       /* of line: the rows that are shown */
} table;

/* ---------------------------------------------------------------- text */

static gboolean is_unsafe(gunichar c)
{
    return g_unichar_iscntrl(c) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *table_printable(const char *text)
{
    GString *out = g_string_new(NULL);
    char *valid = g_utf8_make_valid(text, -1);
    for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        g_string_append_unichar(out, is_unsafe(c) ? '?' : c);
    }
    g_free(valid);
    return g_string_free(out, FALSE);
}

/* Columns of a terminal: combining marks take none, East Asian wide characters two. */
static size_t char_width(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

static size_t text_width(const char *text)
{
    size_t width = 0;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        width += char_width(g_utf8_get_char(p));
    return width;
}

/* As much of the text as fits in `width` >= 1 columns, with an ellipsis where it is cut; base
 * characters keep their marks. */
static char *text_fit(const char *text, size_t width)
{
    if (text_width(text) <= width)
        return g_strdup(text);
    size_t used = 0;
    const char *p = text;
    for (; *p != '\0'; p = g_utf8_next_char(p)) {
        size_t w = char_width(g_utf8_get_char(p));
        if (used + w > width - 1)
            break;
        used += w;
    }
    char *part = g_strndup(text, (gsize)(p - text));
    char *cut = g_strconcat(part, ELLIPSIS, NULL);
    g_free(part);
    return cut;
}

static char *printable_fit(const char *text, size_t width)
{
    char *safe = table_printable(text);
    char *fit = text_fit(safe, width);
    g_free(safe);
    return fit;
}

/* 1234567 -> "1,234,567". */
static void append_grouped(GString *out, uint64_t n)
{
    char digits[32];
    int length = g_snprintf(digits, sizeof digits, "%" G_GUINT64_FORMAT, (guint64)n);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            g_string_append_c(out, ',');
        g_string_append_c(out, digits[i]);
    }
}

/* A sum in units of 1/scale: "986,539.12". */
static char *format_sum(uint64_t units, uint32_t scale)
{
    GString *out = g_string_new(NULL);
    append_grouped(out, units / scale);
    uint64_t part = units % scale;
    if (part != 0) {
        g_string_append_c(out, '.');
        for (uint64_t unit = scale / 10; part != 0 && unit != 0; unit /= 10) {
            g_string_append_c(out, (char)('0' + part / unit));
            part %= unit;
        }
    }
    return g_string_free(out, FALSE);
}

static char *format_share(uint64_t n, uint64_t of)
{
    int64_t tenths = cov_percent(n, of, 1);
    if (tenths < 0)
        return g_strdup(NO_VALUE);
    return g_strdup_printf("%d.%d%%", (int)(tenths / 10), (int)(tenths % 10));
}

/* ---------------------------------------------------------------- lines */

/* For a parent: the ids above it, "in 95", as districts of two provinces can share an id. */
static char *name_of(const table *t, const cov_row *row)
{
    if (row->level == 0)
        return printable_fit(row->name != NULL ? row->name : "", G_MAXINT);
    GString *above = g_string_new(NULL);
    for (size_t k = row->level; k + 2 < t->n_levels && row->area >= 0; k++) {
        const char *id = cov_areas_parent(t->areas, (size_t)row->area, k);
        g_string_append(above, above->len == 0 ? "in " : ", ");
        g_string_append(above, id != NULL ? id : NO_VALUE);
    }
    char *text = printable_fit(above->str, G_MAXINT);
    g_string_free(above, TRUE);
    return text;
}

static char *id_of(const table *t, const cov_row *row)
{
    if (row->level + 1 == t->n_levels)
        return g_strdup(TOTAL);
    return row->id != NULL ? printable_fit(row->id, ID_MAX) : g_strdup("(none)");
}

static cov_status add_line(table *t, size_t index, const cov_row *row, cov_error *err)
{
    line l = {row->level, g_new0(char *, t->n_columns + 1)};
    l.cells[COLUMN_ID] = id_of(t, row);
    l.cells[COLUMN_NAME] = name_of(t, row);
    l.cells[COLUMN_MEASURE] = format_sum(row->households, cov_report_scale(t->report));
    cov_status s = COV_OK;
    for (size_t k = 0; k + COLUMN_SHARES < t->n_columns && s == COV_OK; k++) {
        cov_share share;
        s = cov_report_share(t->report, index, k, &share, err);
        if (s == COV_OK)
            l.cells[COLUMN_SHARES + k] = format_share(share.n, share.of);
    }
    g_array_append_val(t->lines, l);
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

static void add_headings(table *t)
{
    const char *name = cov_run_name_column(t->run);
    for (size_t level = 0; level + 1 < t->n_levels; level++) {
        char **cells = g_new0(char *, t->n_columns + 1);
        cells[COLUMN_ID] = printable_fit(level_name(t, level), ID_MAX);
        cells[COLUMN_NAME] = printable_fit(level == 0 && name != NULL ? name : "", G_MAXINT);
        cells[COLUMN_MEASURE] = printable_fit(cov_run_measure(t->run), HEADING_MAX);
        for (size_t k = 0; k + COLUMN_SHARES < t->n_columns; k++)
            cells[COLUMN_SHARES + k] =
                printable_fit(cov_report_indicator_name(t->report, k), HEADING_MAX);
        g_ptr_array_add(t->headings, cells);
    }
}

static void widen(table *t, char **cells)
{
    gboolean lone = cells[COLUMN_NAME][0] == '\0';
    size_t *id = lone ? &t->lone : &t->widths[COLUMN_ID];
    *id = MAX(*id, text_width(cells[COLUMN_ID]));
    for (size_t k = COLUMN_NAME; k < t->n_columns; k++)
        t->widths[k] = MAX(t->widths[k], text_width(cells[k]));
}

/* The room for names that a lone id takes. */
static size_t lone_overhang(const table *t)
{
    size_t id = t->widths[COLUMN_ID];
    return t->lone > id + 2 ? t->lone - id - 2 : 0;
}

/* The name of a district is often its id, and wider than the code of a commune: it runs over the
 * column of names, which it leaves empty. */
static void measure(table *t)
{
    t->widths[COLUMN_ID] = strlen(TOTAL);
    for (guint i = 0; i < t->headings->len; i++)
        widen(t, t->headings->pdata[i]);
    for (guint i = 0; i < t->lines->len; i++)
        widen(t, g_array_index(t->lines, line, i).cells);
    if (t->widths[COLUMN_NAME] == 0)
        t->widths[COLUMN_ID] = MAX(t->widths[COLUMN_ID], t->lone);
    else
        t->widths[COLUMN_NAME] = MAX(t->widths[COLUMN_NAME], lone_overhang(t));
}

/* ---------------------------------------------------------------- blocks */

static void append_blanks(GString *out, size_t n)
{
    g_string_append_printf(out, "%*s", (int)n, "");
}

/* Id, name, measure and the shares [first, last) on one line. */
static void append_line(GString *out, const table *t, char **cells, size_t name_width, size_t first,
                        size_t last)
{
    size_t used = text_width(cells[COLUMN_ID]);
    g_string_append(out, cells[COLUMN_ID]);
    if (cells[COLUMN_NAME][0] != '\0') {
        append_blanks(out, t->widths[COLUMN_ID] + 2 - used);
        char *name = text_fit(cells[COLUMN_NAME], name_width);
        g_string_append(out, name);
        used = t->widths[COLUMN_ID] + 2 + text_width(name);
        g_free(name);
    }
    append_blanks(out, t->widths[COLUMN_ID] + (name_width > 0 ? 2 + name_width : 0) - used);
    for (size_t k = COLUMN_MEASURE; k < last; k++) {
        if (k != COLUMN_MEASURE && k < first)
            continue;
        append_blanks(out, 2 + t->widths[k] - text_width(cells[k]));
        g_string_append(out, cells[k]);
    }
    g_string_append_c(out, '\n');
}

static void append_block(GString *out, const table *t, size_t name_width, size_t first, size_t last)
{
    size_t level = SIZE_MAX;
    for (guint i = 0; i < t->lines->len; i++) {
        const line *l = &g_array_index(t->lines, line, i);
        if (l->level != level && i > 0)
            g_string_append_c(out, '\n');
        /* The total stands below the columns of the section before it, or needs a heading. */
        if (l->level != level && (l->level + 1 < t->n_levels || i == 0))
            append_line(out, t, t->headings->pdata[MIN(l->level, t->headings->len - 1)], name_width,
                        first, last);
        append_line(out, t, l->cells, name_width, first, last);
        level = l->level;
    }
    g_string_append_c(out, '\n');
}

/* As many shares to a block as fit beside id, measure and the least room for names. */
static void append_blocks(GString *out, const table *t, size_t width)
{
    size_t names = t->widths[COLUMN_NAME], least = MIN(names, MAX(NAME_MIN, lone_overhang(t)));
    size_t fixed = t->widths[COLUMN_ID] + 2 + t->widths[COLUMN_MEASURE] + (names > 0 ? 2 : 0);
    size_t first = COLUMN_SHARES;
    do {
        size_t used = fixed + least;
        size_t last = first;
        while (last < t->n_columns && (last == first || used + 2 + t->widths[last] <= width))
            used += 2 + t->widths[last++];
        size_t spare = used < width ? width - used : 0;
        append_block(out, t, MIN(names, least + spare), first, last);
        first = last;
    } while (first < t->n_columns);
}

/* A level without lines is said, with where to find it. */
static void append_left_out(GString *out, const table *t, const char *output)
{
    for (size_t level = 0; level + 1 < t->n_levels; level++) {
        if (t->rows[level] <= ROWS_MAX)
            continue;
        append_grouped(out, t->rows[level]);
        if (level == 0)
            g_string_append(out, " areas");
        else
            g_string_append_printf(out, " rows of %s", level_name(t, level));
        char *file = table_printable(output != NULL ? output : "-o FILE");
        g_string_append_printf(out, " are too many to show: %s %s them all\n", file,
                               output != NULL ? "holds" : "writes");
        g_free(file);
    }
}

/* ---------------------------------------------------------------- ledger */

/* "measure: read 9 = assigned 8 + outside 1 + ...", broken between two terms. */
static void append_ledger(GString *out, const table *t, size_t width)
{
    cov_ledger ledger;
    cov_report_ledger(t->report, &ledger);
    const struct {
        const char *label;
        uint64_t weight;
    } terms[] = {{"read", ledger.read.weight},
                 {"= assigned", ledger.assigned.weight},
                 {"+ outside", ledger.outside.weight},
                 {"+ without location", ledger.no_location.weight},
                 {"+ duplicate", ledger.duplicate.weight},
                 {"+ rejected", ledger.rejected.weight}};
    char *measured = printable_fit(cov_run_measure(t->run), HEADING_MAX);
    g_string_append_printf(out, "%s:", measured);
    size_t indent = text_width(measured) + 1;
    g_free(measured);
    size_t column = indent;
    for (size_t i = 0; i < G_N_ELEMENTS(terms); i++) {
        char *sum = format_sum(terms[i].weight, cov_report_scale(t->report));
        size_t length = 1 + strlen(terms[i].label) + 1 + strlen(sum);
        if (column + length > width) {
            g_string_append_c(out, '\n');
            append_blanks(out, indent);
            column = indent;
        }
        g_string_append_printf(out, " %s %s", terms[i].label, sum);
        column += length;
        g_free(sum);
    }
    g_string_append(out, "\npoints: ");
    append_grouped(out, ledger.read.points);
    if (ledger.overlap.points > 0) {
        g_string_append(out, ", of them in more than one area: ");
        append_grouped(out, ledger.overlap.points);
    }
    g_string_append_c(out, '\n');
}

/* ---------------------------------------------------------------- */

static void open_table(table *t)
{
    t->areas = cov_run_areas(t->run);
    t->report = cov_run_report(t->run);
    t->n_columns = COLUMN_SHARES + cov_report_indicators(t->report);
    t->n_levels = cov_areas_levels(t->areas) + 2;
    t->rows = g_new0(size_t, t->n_levels);
    t->widths = g_new0(size_t, t->n_columns);
    t->headings = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    t->lines = g_array_new(FALSE, FALSE, sizeof(line));
}

static void close_table(table *t)
{
    for (guint i = 0; i < t->lines->len; i++) {
        line *l = &g_array_index(t->lines, line, i);
        for (size_t k = 0; k < t->n_columns; k++)
            g_free(l->cells[k]);
        g_free(l->cells);
    }
    g_array_free(t->lines, TRUE);
    g_ptr_array_free(t->headings, TRUE);
    g_free(t->widths);
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
        measure(&t);
        append_blocks(out, &t, width);
        append_left_out(out, &t, output);
        append_ledger(out, &t, width);
    }
    close_table(&t);
    return s;
}
