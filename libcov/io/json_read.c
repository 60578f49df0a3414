/* JSON: reading it.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cpl_conv.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/json.h"

/* As many levels as jansson reads. */
enum { DEPTH_MAX = 2048 };

/* A copy of the text, which ends with a NUL, is read; its texts are unescaped where they stand. */
typedef struct reader {
    char *at;
    unsigned depth;
    cov_status status; /* why a value is NULL */
} reader;

static json_t *read_value(reader *r);

static json_t *refuse(reader *r)
{
    r->status = COV_ERR_FORMAT;
    return NULL;
}

/* What jansson could not make for want of memory. */
static json_t *made(reader *r, json_t *json)
{
    if (json == NULL)
        r->status = COV_ERR_MEMORY;
    return json;
}

static int take(reader *r, char c)
{
    r->at += strspn(r->at, " \t\r\n");
    if (*r->at != c)
        return 0;
    r->at++;
    return 1;
}

/* ---------------------------------------------------------------- texts */

static int hex(const char *at, unsigned *out)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    *out = 0;
    for (size_t i = 0; i < 4; i++) {
        const char *digit = at[i] != '\0' ? strchr(digits, at[i]) : NULL;
        if (digit == NULL)
            return 0;
        *out = *out * 16 + (unsigned)((digit - digits) % 16);
    }
    return 1;
}

static char *put_character(char *to, unsigned c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned lead[] = {0, 0xC0, 0xE0, 0xF0};
    *to++ = (char)(lead[more] | c >> (6 * more));
    while (more-- > 0)
        *to++ = (char)(0x80 | (c >> (6 * more) & 0x3F));
    return to;
}

/* Behind "\u": one unit, or two that are one character; never a NUL. */
static int unescape_unit(reader *r, char **to)
{
    unsigned c, low;
    if (!hex(r->at, &c) || c == 0 || (c >= 0xDC00 && c <= 0xDFFF))
        return 0;
    r->at += 4;
    if (c >= 0xD800 && c <= 0xDBFF) {
        if (r->at[0] != '\\' || r->at[1] != 'u' || !hex(r->at + 2, &low) || low < 0xDC00 ||
            low > 0xDFFF)
            return 0;
        r->at += 6;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    *to = put_character(*to, c);
    return 1;
}

static int unescape(reader *r, char **to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    char c = *r->at;
    const char *found = c != '\0' ? strchr(from, c) : NULL;
    if (c != 'u' && found == NULL)
        return 0;
    r->at++;
    if (c == 'u')
        return unescape_unit(r, to);
    *(*to)++ = into[found - from];
    return 1;
}

/* Never longer than it was: it ends with a NUL, at the latest where its quote was. */
static const char *read_text(reader *r)
{
    char *text = NULL, *to;
    if (!take(r, '"'))
        return NULL;
    for (text = to = r->at; *r->at != '"';) {
        if ((unsigned char)*r->at < 0x20)
            return NULL;
        if (*r->at != '\\')
            *to++ = *r->at++;
        else if (r->at++, !unescape(r, &to))
            return NULL;
    }
    r->at++;
    *to = '\0';
    return text;
}

/* ---------------------------------------------------------------- numbers */

static size_t digits(const char *at)
{
    return strspn(at, "0123456789");
}

/* The bytes of a number; 0 where there is none. */
static size_t number_size(const char *text, int *is_whole)
{
    const char *at = text + (*text == '-');
    size_t n = digits(at);
    if (n == 0 || (*at == '0' && n > 1))
        return 0;
    at += n;
    *is_whole = 1;
    if (*at == '.') {
        n = digits(at + 1);
        if (n == 0)
            return 0;
        at += n + 1;
        *is_whole = 0;
    }
    if (*at == 'e' || *at == 'E') {
        at += 1 + (at[1] == '+' || at[1] == '-');
        n = digits(at);
        if (n == 0)
            return 0;
        at += n;
        *is_whole = 0;
    }
    return (size_t)(at - text);
}

static json_t *read_number(reader *r)
{
    int is_whole = 0;
    const char *text = r->at;
    size_t n = number_size(text, &is_whole);
    if (n == 0)
        return refuse(r);
    r->at += n;
    errno = 0;
    if (is_whole) {
        long long whole = strtoll(text, NULL, 10);
        return errno == 0 ? made(r, json_integer(whole)) : refuse(r);
    }
    double real = CPLStrtod(text, NULL);
    return isfinite(real) ? made(r, json_real(real)) : refuse(r);
}

/* ---------------------------------------------------------------- values */

static json_t *read_word(reader *r, const char *word, json_t *value)
{
    size_t n = strlen(word);
    if (strncmp(r->at, word, n) != 0)
        return refuse(r);
    r->at += n;
    return value; /* these three are nobody's */
}

/* Give up what there is of a list or an object. */
static json_t *drop(reader *r, json_t *json, cov_status why)
{
    json_decref(json);
    r->status = why;
    return NULL;
}

static json_t *read_array(reader *r)
{
    json_t *array = made(r, json_array());
    if (array == NULL || take(r, ']'))
        return array;
    do {
        json_t *value = read_value(r);
        if (value == NULL)
            return drop(r, array, r->status);
        if (json_array_append_new(array, value) != 0)
            return drop(r, array, COV_ERR_MEMORY);
    } while (take(r, ','));
    return take(r, ']') ? array : drop(r, array, COV_ERR_FORMAT);
}

static json_t *read_object(reader *r)
{
    json_t *object = made(r, json_object());
    if (object == NULL || take(r, '}'))
        return object;
    do {
        const char *key = read_text(r);
        if (key == NULL || json_object_get(object, key) != NULL || !take(r, ':'))
            return drop(r, object, COV_ERR_FORMAT);
        json_t *value = read_value(r);
        if (value == NULL)
            return drop(r, object, r->status);
        if (json_object_set_new(object, key, value) != 0)
            return drop(r, object, COV_ERR_MEMORY);
    } while (take(r, ','));
    return take(r, '}') ? object : drop(r, object, COV_ERR_FORMAT);
}

static json_t *read_inside(reader *r, char first)
{
    if (r->depth == DEPTH_MAX)
        return refuse(r);
    r->depth++;
    r->at++;
    json_t *json = first == '{' ? read_object(r) : read_array(r);
    r->depth--;
    return json;
}

static json_t *read_value(reader *r)
{
    r->at += strspn(r->at, " \t\r\n");
    const char *text;
    switch (*r->at) {
    case '{':
    case '[':
        return read_inside(r, *r->at);
    case '"':
        text = read_text(r);
        return text != NULL ? made(r, json_string(text)) : refuse(r);
    case 't':
        return read_word(r, "true", json_true());
    case 'f':
        return read_word(r, "false", json_false());
    case 'n':
        return read_word(r, "null", json_null());
    default:
        return read_number(r);
    }
}

/* ---------------------------------------------------------------- interface */

cov_status cov_json_load(const char *text, size_t size, json_t **out, cov_error *err)
{
    char *copy = cov_alloc(size + 1, 1);
    if (copy == NULL)
        return cov_fail_memory(err);
    if (size > 0)
        memcpy(copy, text, size);
    copy[size] = '\0';
    reader r = {copy, 0, COV_OK};
    json_t *json = cov_is_utf8(copy) ? read_value(&r) : refuse(&r);
    /* Behind the value there is nothing, and a NUL is no end. */
    if (json != NULL && (!take(&r, '\0') || r.at != copy + size + 1))
        json = drop(&r, json, COV_ERR_FORMAT);
    cov_free(copy);
    if (json == NULL)
        return r.status == COV_ERR_MEMORY ? cov_fail_memory(err)
                                          : cov_fail(err, COV_ERR_FORMAT, "this is not JSON");
    *out = json;
    return COV_OK;
}

int cov_json_members(const json_t *object, const char *const *keys, size_t n, json_t **out)
{
    if (json_object_size(object) != n) /* 0 also for what is none */
        return 0;
    for (size_t i = 0; i < n; i++) {
        out[i] = json_object_get(object, keys[i]);
        if (out[i] == NULL)
            return 0;
    }
    return 1;
}
