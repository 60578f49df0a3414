/* Metadata: what a producer says of a column beside its type.
 * SPDX-License-Identifier: MIT */
#include "arrow/layout.h"

#include <string.h>

#include "base/mem.h"

/* ---------------------------------------------------------------- keys and values */

static int32_t take_size(const char **at)
{
    int32_t n;
    memcpy(&n, *at, sizeof n);
    *at += sizeof n;
    return n;
}

/* The specification's layout: the number of pairs, then sizes and bytes. It has no size of its own:
 * what the producer says must be believed. */
const char *cov_metadata_find(const char *metadata, const char *key, size_t *size)
{
    if (metadata == NULL)
        return NULL;
    const char *at = metadata;
    int32_t n = take_size(&at);
    for (int32_t i = 0; i < n; i++) {
        int32_t key_size = take_size(&at);
        if (key_size < 0)
            return NULL;
        const char *name = at;
        at += key_size;
        int32_t value_size = take_size(&at);
        if (value_size < 0)
            return NULL;
        if ((size_t)key_size == strlen(key) && memcmp(name, key, (size_t)key_size) == 0) {
            *size = (size_t)value_size;
            return at;
        }
        at += value_size;
    }
    return NULL;
}

/* ---------------------------------------------------------------- JSON */

/* No more of JSON than it takes to find one member of an object. */
typedef struct scan {
    const char *at;
    const char *end;
} scan;

static void skip_blanks(scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
        s->at++;
}

static int take(scan *s, char c)
{
    skip_blanks(s);
    if (s->at >= s->end || *s->at != c)
        return 0;
    s->at++;
    return 1;
}

/* Behind the closing quote of a text whose opening one was taken; 0 where there is none. */
static int skip_text(scan *s)
{
    for (; s->at < s->end; s->at++) {
        if (*s->at == '\\')
            s->at++;
        else if (*s->at == '"') {
            s->at++;
            return 1;
        }
    }
    return 0;
}

/* Behind any value; brackets are counted, not matched. */
static int skip_value(scan *s)
{
    int depth = 0;
    skip_blanks(s);
    for (; s->at < s->end; s->at++) {
        char c = *s->at;
        if (c == '"') {
            s->at++;
            if (!skip_text(s))
                return 0;
            s->at--;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                return 1;
            depth--;
        } else if (c == ',' && depth == 0) {
            return 1;
        }
    }
    return depth == 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "\u00e9" as UTF-8; CRS texts have no characters beyond the first plane. */
static const char *put_escaped(const char *from, const char *end, char **to)
{
    unsigned code = 0;
    for (int i = 0; i < 4; i++, from++) {
        int digit = from < end ? hex_digit(*from) : -1;
        if (digit < 0)
            return NULL;
        code = code * 16 + (unsigned)digit;
    }
    if (code == 0 || (code >= 0xd800 && code < 0xe000))
        return NULL;
    if (code < 0x80) {
        *(*to)++ = (char)code;
    } else if (code < 0x800) {
        *(*to)++ = (char)(0xc0 | code >> 6);
        *(*to)++ = (char)(0x80 | (code & 0x3f));
    } else {
        *(*to)++ = (char)(0xe0 | code >> 12);
        *(*to)++ = (char)(0x80 | (code >> 6 & 0x3f));
        *(*to)++ = (char)(0x80 | (code & 0x3f));
    }
    return from;
}

/* The bytes between the quotes, which never grow; NULL in *at where an escape is none. */
static void unescape(const char **at, const char *end, char *to)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *from = *at;
    while (from != NULL && from < end) {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        const char *letter = from + 1 < end ? strchr(letters, from[1]) : NULL;
        if (from + 1 < end && from[1] == 'u') {
            from = put_escaped(from + 2, end, &to);
        } else if (letter != NULL && *letter != '\0') {
            *to++ = meant[letter - letters];
            from += 2;
        } else {
            from = NULL;
        }
    }
    *to = '\0';
    *at = from;
}

static cov_status copy_value(const scan *from, const char *end, char **out, cov_error *err)
{
    const char *at = from->at;
    int is_text = at < end && *at == '"';
    if (!is_text && (at == end || *at != '{'))
        return COV_OK;
    while (end > at && end[-1] != (is_text ? '"' : '}'))
        end--;
    char *copy = cov_alloc((size_t)(end - at) + 1, 1);
    if (copy == NULL)
        return cov_fail_memory(err);
    if (is_text) {
        at++;
        unescape(&at, end - 1, copy);
    } else {
        memcpy(copy, at, (size_t)(end - at));
        copy[end - at] = '\0';
    }
    if (at == NULL || copy[0] == '\0') {
        cov_free(copy);
        return COV_OK;
    }
    *out = copy;
    return COV_OK;
}

cov_status cov_metadata_crs(const char *json, size_t size, char **out, cov_error *err)
{
    scan s = {json, json + size};
    *out = NULL;
    if (!take(&s, '{'))
        return COV_OK;
    while (take(&s, '"')) {
        const char *key = s.at;
        if (!skip_text(&s))
            return COV_OK;
        size_t n = (size_t)(s.at - 1 - key);
        if (!take(&s, ':'))
            return COV_OK;
        skip_blanks(&s);
        scan value = s;
        if (!skip_value(&s))
            return COV_OK;
        if (n == 3 && memcmp(key, "crs", 3) == 0)
            return copy_value(&value, s.at, out, err);
        if (!take(&s, ','))
            return COV_OK;
    }
    return COV_OK;
}
