/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static bool is_tail(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

size_t cov_character_size(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    if (p[0] < 0x80)
        return p[0] != 0 ? 1 : 0;
    if (p[0] < 0xC2 || p[0] > 0xF4 || !is_tail(p[1]))
        return 0;
    if (p[0] < 0xE0)
        return 2;
    /* no longer form than needed, no surrogates, nothing above U+10FFFF */
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
        (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F) || !is_tail(p[2]))
        return 0;
    if (p[0] < 0xF0)
        return 3;
    return is_tail(p[3]) ? 4 : 0;
}

bool cov_is_utf8(const char *text)
{
    size_t size;
    while ((size = cov_character_size(text)) > 0)
        text += size;
    return *text == '\0';
}

const char *cov_trim(const char *text, size_t *size)
{
    size_t step, n;
    while ((step = cov_is_blank(*text) ? 1 : strncmp(text, "\xC2\xA0", 2) == 0 ? 2 : 0) > 0)
        text += step;
    for (n = strlen(text); n > 0; n -= step) {
        step = cov_is_blank(text[n - 1])                            ? 1
               : n >= 2 && memcmp(text + n - 2, "\xC2\xA0", 2) == 0 ? 2
                                                                    : 0;
        if (step == 0)
            break;
    }
    *size = n;
    return text;
}

static const struct {
    unsigned first, last;
    const char *name;
} strays[] = {{0x85, 0x85, "a next line"},
              {0xA0, 0xA0, "a no-break space"},
              {0xAD, 0xAD, "a soft hyphen"},
              {0x1680, 0x1680, "a space of Unicode"},
              {0x2000, 0x200A, "a space of Unicode"},
              {0x200B, 0x200B, "a space without width"},
              {0x2028, 0x2028, "a line separator"},
              {0x2029, 0x2029, "a paragraph separator"},
              {0x202F, 0x202F, "a narrow no-break space"},
              {0x205F, 0x205F, "a space of Unicode"},
              {0x2060, 0x2060, "a word joiner"},
              {0x3000, 0x3000, "an ideographic space"},
              {0xFEFF, 0xFEFF, "a byte order mark"}};

/* NULL where the number is that of no stray. */
static const char *name_stray(unsigned code)
{
    for (size_t i = 0; i < sizeof strays / sizeof strays[0]; i++) {
        if (strays[i].first <= code && code <= strays[i].last)
            return strays[i].name;
    }
    return NULL;
}

unsigned cov_stray_code(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t size = cov_character_size(text);
    unsigned code = 0;
    if (size == 2)
        code = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    else if (size == 3)
        code = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    return name_stray(code) != NULL ? code : 0;
}

const char *cov_stray_find(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text >= 0x80 && cov_stray_code(text) != 0)
            return text;
    }
    return NULL;
}

cov_stray_name cov_stray_name_of(const char *stray)
{
    cov_stray_name out;
    unsigned code = cov_stray_code(stray);
    snprintf(out.text, sizeof out.text, "%s (U+%04X)", name_stray(code), code);
    return out;
}

cov_quoted cov_quote(const char *text)
{
    cov_quoted q;
    size_t used = 0;
    while (*text != '\0' && used < sizeof q.text - 12) {
        size_t size = cov_character_size(text);
        if (size == 0 || (size == 1 && ((unsigned char)*text < 0x20 || *text == 0x7F))) {
            q.text[used++] = '?';
            text++;
            continue;
        }
        memcpy(q.text + used, text, size);
        used += size;
        text += size;
    }
    memcpy(q.text + used, *text != '\0' ? "..." : "", *text != '\0' ? 4 : 1);
    return q;
}

cov_numeral cov_numeral_of(double value, int digits)
{
    cov_numeral n;
    snprintf(n.text, sizeof n.text, "%.*g", digits, value);
    /* What the locale puts for the point is none of these, and may take several bytes. */
    static const char plain[] = "+-0123456789abcdefghijklmnopqrstuvwxyz";
    char *sign = n.text + strspn(n.text, plain);
    const char *behind = sign + strcspn(sign, plain);
    if (sign != behind) {
        memmove(sign + 1, behind, strlen(behind) + 1);
        *sign = '.';
    }
    return n;
}

size_t cov_packed_size(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

const char *cov_pack(char **at, const char *text)
{
    if (text == NULL)
        return NULL;
    size_t size = cov_packed_size(text);
    const char *copy = memcpy(*at, text, size);
    *at += size;
    return copy;
}

char *cov_text_print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length >= 0 ? cov_alloc((size_t)length + 1, 1) : NULL;
    if (text == NULL)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

char *cov_text_mend(const char *text)
{
    char *out = cov_alloc(strlen(text) * 3 + 1, 1);
    if (out == NULL)
        return NULL;
    size_t n = 0;
    while (*text != '\0') {
        size_t size = cov_character_size(text);
        memcpy(out + n, size > 0 ? text : "\xEF\xBF\xBD", size > 0 ? size : 3);
        n += size > 0 ? size : 3;
        text += size > 0 ? size : 1;
    }
    out[n] = '\0';
    return out;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

int cov_text_equal(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

int cov_text_same(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}
