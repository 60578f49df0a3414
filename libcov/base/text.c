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
