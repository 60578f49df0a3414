/* Text for people: what fits on a terminal, and numbers that no locale changes.
 * SPDX-License-Identifier: MIT
 *
 * Every char * is a new text, freed with g_free. Widths are columns of a terminal. */
#ifndef COV_TOOLS_TEXT_H
#define COV_TOOLS_TEXT_H

#include <glib.h>

#include <stdint.h>

#define TEXT_NONE "\xe2\x80\x93" /* en dash: no value */

/* A copy of UTF-8 text that is safe to show on a terminal: control characters and those that turn
 * the direction of writing become '?'. */
char *text_printable(const char *text);

/* A copy whose white space beyond ASCII, and what has no width, are written out, as <U+00A0>: as in
 * the library's messages. */
char *text_show_strays(const char *text);

/* Combining marks take no column, East Asian wide characters two. */
size_t text_width(const char *text);

/* As much of the text as fits in `width` >= 1 columns, with an ellipsis where it is cut; base
 * characters keep their marks. */
char *text_fit(const char *text, size_t width);

/* Both. */
char *text_printable_fit(const char *text, size_t width);

/* 1234567 -> "1,234,567". */
void text_append_grouped(GString *out, uint64_t n);

/* A sum in units of 1/scale: "986,539.12", with at most 3 decimals. */
char *text_sum(uint64_t units, uint32_t scale);

/* "66.5%", or TEXT_NONE. */
char *text_share(uint64_t n, uint64_t of);

void text_append_blanks(GString *out, size_t n);

/* Phrases with a blank between them and a newline at the end; where the next one would pass
 * `width`, it goes on a new line, behind `indent` blanks. */
void text_append_phrases(GString *out, const GPtrArray *phrases, size_t indent, size_t width);

#endif
