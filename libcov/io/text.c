/* SPDX-License-Identifier: MIT */
#include "io/text.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

size_t cov_text_character(const char *text)
{
    const unsigned char *t = (const unsigned char *)text;
    if (t[0] == 0)
        return 0;
    if (t[0] < 0x80)
        return 1;
    size_t size = t[0] >= 0xF0 ? 4 : t[0] >= 0xE0 ? 3 : 2;
    if (t[0] < 0xC2 || t[0] > 0xF4)
        return 0;
    uint32_t code = t[0] & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((t[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (t[i] & 0x3Fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    return size;
}

int cov_text_is_utf8(const char *text)
{
    size_t size;
    while ((size = cov_text_character(text)) > 0)
        text += size;
    return *text == '\0';
}

char *cov_text_mend(const char *text)
{
    char *out = cov_alloc(strlen(text) * 3 + 1, 1);
    if (out == NULL)
        return NULL;
    size_t n = 0;
    while (*text != '\0') {
        size_t size = cov_text_character(text);
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

int cov_text_same(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}
