/* SPDX-License-Identifier: MIT */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char *const names[] = {
    "COV_OK",           "COV_ERR_ARGUMENT", "COV_ERR_MEMORY",     "COV_ERR_LIMIT",
    "COV_ERR_GEOMETRY", "COV_ERR_ID",       "COV_ERR_EXPRESSION", "COV_ERR_FORMAT",
    "COV_ERR_MISMATCH", "COV_ERR_LEDGER",   "COV_ERR_INPUT",      "COV_ERR_CRS",
    "COV_ERR_EXISTS",   "COV_ERR_IO",       "COV_ERR_CANCELLED",  "COV_ERR_TIERS",
};

const char *cov_status_name(cov_status code)
{
    size_t n = sizeof names / sizeof names[0];
    return code >= 0 && (size_t)code < n ? names[code] : "COV_ERR_UNKNOWN";
}

const char *cov_version(void)
{
    return COV_VERSION;
}

/* A message that was cut must not end in half a character. */
static void cut_to_whole_character(char *text, size_t length)
{
    size_t start = length;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (length - (start - 1) < need)
        text[start - 1] = '\0';
}

/* What can't be seen is written out, as <U+00A0>: a message is of no use where two names in it look
 * alike. */
static void show_strays(cov_error *err)
{
    const cov_error raw = *err;
    const size_t room = sizeof err->message - sizeof "<U+FEFF>";
    size_t used = 0, step = 0;
    for (const char *at = raw.message; *at != '\0' && used <= room; at += step) {
        unsigned code = cov_stray_code(at);
        step = code != 0 ? cov_character_size(at) : 1;
        if (code != 0)
            used += (size_t)sprintf(err->message + used, "<U+%04X>", code);
        else
            err->message[used++] = *at;
    }
    err->message[used] = '\0';
    cut_to_whole_character(err->message, used);
}

cov_status cov_fail(cov_error *err, cov_status code, const char *format, ...)
{
    if (err == NULL)
        return code;
    va_list arguments;
    va_start(arguments, format);
    err->code = code;
    int n = vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    if (n < 0)
        err->message[0] = '\0';
    else if ((size_t)n >= sizeof err->message)
        cut_to_whole_character(err->message, sizeof err->message - 1);
    if (cov_stray_find(err->message) != NULL)
        show_strays(err);
    return code;
}

cov_status cov_fail_stray(cov_error *err, cov_status code, const char *what, const char *name)
{
    return cov_fail(err, code, "the name of %s holds %s: \"%s\"; write an ordinary blank, or none",
                    what, cov_stray_name_of(cov_stray_find(name)).text, cov_quote(name).text);
}

cov_status cov_fail_memory(cov_error *err)
{
    return cov_fail(err, COV_ERR_MEMORY, "out of memory");
}
