/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <cov/cov.h>

#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

enum { FINEST = 1000 }; /* what is counted finer is shown so */

static gboolean is_unsafe(gunichar c)
{
    return g_unichar_iscntrl(c) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *text_printable(const char *text)
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

char *text_show_strays(const char *text)
{
    GString *out = g_string_new(NULL);
    char *valid = g_utf8_make_valid(text, -1);
    for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c >= 0x80 &&
            (g_unichar_isspace(c) || c == 0xad || c == 0x200b || c == 0x2060 || c == 0xfeff))
            g_string_append_printf(out, "<U+%04X>", c);
        else
            g_string_append_unichar(out, c);
    }
    g_free(valid);
    return g_string_free(out, FALSE);
}

static size_t char_width(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

size_t text_width(const char *text)
{
    size_t width = 0;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        width += char_width(g_utf8_get_char(p));
    return width;
}

char *text_fit(const char *text, size_t width)
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

char *text_printable_fit(const char *text, size_t width)
{
    char *safe = text_printable(text);
    char *fit = text_fit(safe, width);
    g_free(safe);
    return fit;
}

void text_append_grouped(GString *out, uint64_t n)
{
    char digits[32];
    int length = g_snprintf(digits, sizeof digits, "%" G_GUINT64_FORMAT, (guint64)n);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            g_string_append_c(out, ',');
        g_string_append_c(out, digits[i]);
    }
}

char *text_sum(uint64_t units, uint32_t scale)
{
    GString *out = g_string_new(NULL);
    if (scale > FINEST) { /* rounded half up */
        uint64_t step = scale / FINEST;
        units = units / step + (units % step >= step - units % step);
        scale = FINEST;
    }
    text_append_grouped(out, units / scale);
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

char *text_share(uint64_t n, uint64_t of)
{
    int64_t tenths = cov_percent(n, of, 1);
    if (tenths < 0)
        return g_strdup(TEXT_NONE);
    return g_strdup_printf("%d.%d%%", (int)(tenths / 10), (int)(tenths % 10));
}

void text_append_blanks(GString *out, size_t n)
{
    g_string_append_printf(out, "%*s", (int)n, "");
}

void text_append_phrases(GString *out, const GPtrArray *phrases, size_t indent, size_t width)
{
    size_t column = 0;
    for (guint i = 0; i < phrases->len; i++) {
        const char *phrase = phrases->pdata[i];
        size_t length = text_width(phrase);
        if (i > 0 && column + 1 + length > width) {
            g_string_append_c(out, '\n');
            text_append_blanks(out, indent);
            column = indent;
        } else if (i > 0) {
            g_string_append_c(out, ' ');
            column++;
        }
        g_string_append(out, phrase);
        column += length;
    }
    g_string_append_c(out, '\n');
}
