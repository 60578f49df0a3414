/* Text from files nobody vouches for: is it UTF-8, and what to put where it isn't.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_TEXT_H
#define COV_IO_TEXT_H

#include <stddef.h>

/* The bytes of the character at `text`, 1 to 4; 0 where there is no whole, well-formed one (also at
 * the end of the text). Surrogates and overlong forms are not well-formed. */
size_t cov_text_character(const char *text);

int cov_text_is_utf8(const char *text);

/* A copy whose bad bytes are replaced by U+FFFD; NULL where memory ran out. Freed with cov_free. */
char *cov_text_mend(const char *text);

/* Equal but for the case of ASCII letters: how GDAL and SQLite compare the names of columns. */
int cov_text_same(const char *a, const char *b);

#endif
