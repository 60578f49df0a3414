/* Text: its characters, how it and numbers stand in a message, how many texts share one block.
 * SPDX-License-Identifier: MIT */
#ifndef COV_BASE_TEXT_H
#define COV_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes of the UTF-8 character at text: 1 to 4; 0 at the end of the text and where the bytes
 * aren't UTF-8. */
size_t cov_character_size(const char *text);

bool cov_is_utf8(const char *text);

/* Whether this is one of ASCII's blanks. */
static inline bool cov_is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The text without the blanks around it, ASCII's and the no-break space spreadsheets like: where it
 * begins, and its bytes. */
const char *cov_trim(const char *text, size_t *size);

/* Strays: characters that look like a blank or like nothing, come in with text from word processors
 * and web pages, and are neither: Unicode's white space but ASCII's, the soft hyphen, what has no
 * width. The first one in a text, NULL where there is none. (The joiners of some scripts are no
 * strays.) */
const char *cov_stray_find(const char *text);

/* Its number; 0 where the character that stands there is another. */
unsigned cov_stray_code(const char *text);

/* Of one that was found: "a no-break space (U+00A0)", for a message. */
typedef struct cov_stray_name {
    char text[48];
} cov_stray_name;

cov_stray_name cov_stray_name_of(const char *stray);

/* A copy whose bad bytes are replaced by U+FFFD; NULL where memory ran out. Freed with cov_free. */
char *cov_text_mend(const char *text);

/* Equal, where NULL is equal to NULL only. */
int cov_text_equal(const char *a, const char *b);

/* Equal but for the case of ASCII letters: how GDAL and SQLite compare the names of columns. */
int cov_text_same(const char *a, const char *b);

/* printf into memory that cov_free frees; NULL when there is none. */
__attribute__((format(printf, 1, 2))) char *cov_text_print(const char *format, ...);

/* A text for a message: cut after some 80 bytes, what can't be printed replaced. To be used where
 * it is made: cov_fail(err, code, "... \"%s\"", cov_quote(name).text). */
typedef struct cov_quoted {
    char text[96];
} cov_quoted;

cov_quoted cov_quote(const char *text);

/* A number for a message, with at most so many significant digits, of 17: a point is its decimal
 * sign, whatever the locale. To be used where it is made, as a quote is. */
typedef struct cov_numeral {
    char text[40];
} cov_numeral;

cov_numeral cov_numeral_of(double value, int digits);

/* The bytes a text takes in a block, with its NUL; none for NULL. */
size_t cov_packed_size(const char *text);

/* Copy a text to *at, which moves behind it: the copy, or NULL for NULL. */
const char *cov_pack(char **at, const char *text);

#endif
