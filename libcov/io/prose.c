/* SPDX-License-Identifier: MIT */
#include "io/prose.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static cov_status put(cov_prose *prose, const char *bytes, size_t size, cov_error *err)
{
    if (cov_reserve((void **)&prose->text, &prose->capacity, prose->size + size + 1, 1) != 0)
        return cov_fail_memory(err);
    memcpy(prose->text + prose->size, bytes, size);
    prose->size += size;
    prose->text[prose->size] = '\0';
    return COV_OK;
}

static cov_status begin_line(cov_prose *prose, size_t indent, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < indent && s == COV_OK; i++)
        s = put(prose, " ", 1, err);
    return s;
}

static size_t width_of(const char *text, size_t size)
{
    size_t width = 0;
    for (size_t i = 0; i < size; i++)
        width += ((unsigned char)text[i] & 0xC0) != 0x80;
    return width;
}

static cov_status add_words(cov_prose *prose, size_t indent, const char *text, cov_error *err)
{
    size_t at = indent, first = 1;
    cov_status s = begin_line(prose, indent, err);
    while (*text != '\0' && s == COV_OK) {
        size_t size = strcspn(text, " \n"), width = width_of(text, size);
        if (!first && at + 1 + width > COV_PROSE_WIDTH) {
            at = indent + 2;
            s = put(prose, "\n", 1, err);
            if (s == COV_OK)
                s = begin_line(prose, at, err);
        } else if (!first) {
            at++;
            s = put(prose, " ", 1, err);
        }
        if (s == COV_OK)
            s = put(prose, text, size, err);
        at += width;
        first = 0;
        text += size + strspn(text + size, " \n");
    }
    return s == COV_OK ? put(prose, "\n", 1, err) : s;
}

cov_status cov_prose_add(cov_prose *prose, size_t indent, cov_error *err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length >= 0 ? cov_alloc((size_t)length + 1, 1) : NULL;
    if (text == NULL)
        return cov_fail_memory(err);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    cov_status s = add_words(prose, indent, text, err);
    cov_free(text);
    return s;
}

cov_status cov_prose_gap(cov_prose *prose, cov_error *err)
{
    return prose->size > 0 ? put(prose, "\n", 1, err) : COV_OK;
}

void cov_prose_clear(cov_prose *prose)
{
    cov_free(prose->text);
    memset(prose, 0, sizeof *prose);
}
