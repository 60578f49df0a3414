/* SPDX-License-Identifier: MIT */
#include "io/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include <cpl_string.h>

#include "base/mem.h"

struct cov_charset {
    iconv_t descriptor;
    const char *name;
};

const char *cov_charset_name(const char *cpg)
{
    static const char *const known[][2] = {
        {"1258", "CP1258"},          {"CP1258", "CP1258"},
        {"WINDOWS-1258", "CP1258"},  {"ANSI 1258", "CP1258"},
        {"TCVN", "TCVN5712-1"},      {"TCVN5712-1", "TCVN5712-1"},
        {"TCVN-5712", "TCVN5712-1"}, {"TCVN5712-1:1993", "TCVN5712-1"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (EQUAL(cpg, known[i][0]))
            return known[i][1];
    }
    return NULL;
}

cov_status cov_charset_create(const char *name, cov_charset **out, cov_error *err)
{
    cov_charset *charset = cov_alloc_zero(1, sizeof *charset);
    if (charset == NULL)
        return cov_fail_memory(err);
    charset->name = name;
    charset->descriptor = iconv_open("UTF-8", name);
    if (charset->descriptor == (iconv_t)-1) {
        cov_free(charset);
        return cov_fail(err, COV_ERR_INPUT, "this system can't decode text in %s", name);
    }
    *out = charset;
    return COV_OK;
}

void cov_charset_free(cov_charset *charset)
{
    if (charset == NULL)
        return;
    iconv_close(charset->descriptor);
    cov_free(charset);
}

cov_status cov_charset_decode(cov_charset *charset, const char *text, char **out, cov_error *err)
{
    size_t n = strlen(text), room = 4 * n + 8;
    char *decoded = cov_alloc(room + 1, 1);
    if (decoded == NULL)
        return cov_fail_memory(err);
    char *from = (char *)(uintptr_t)text, *to = decoded;
    iconv(charset->descriptor, NULL, NULL, NULL, NULL);
    /* The second call writes the character that waits for a tone mark. */
    if (iconv(charset->descriptor, &from, &n, &to, &room) == (size_t)-1 ||
        iconv(charset->descriptor, NULL, NULL, &to, &room) == (size_t)-1) {
        cov_free(decoded);
        return cov_fail(err, COV_ERR_INPUT, "a text is not in %s, as the .cpg says", charset->name);
    }
    *to = '\0';
    *out = decoded;
    return COV_OK;
}

cov_status cov_charset_columns(cov_charset *charset, OGRFeatureDefnH columns, cov_error *err)
{
    cov_status s = COV_OK;
    for (int i = 0; i < OGR_FD_GetFieldCount(columns) && s == COV_OK; i++) {
        OGRFieldDefnH column = OGR_FD_GetFieldDefn(columns, i);
        char *name = NULL;
        s = cov_charset_decode(charset, OGR_Fld_GetNameRef(column), &name, err);
        if (s == COV_OK)
            OGR_Fld_SetName(column, name);
        cov_free(name);
    }
    return s;
}

cov_status cov_charset_feature(cov_charset *charset, OGRFeatureH feature, cov_error *err)
{
    cov_status s = COV_OK;
    for (int i = 0; i < OGR_F_GetFieldCount(feature) && s == COV_OK; i++) {
        if (!OGR_F_IsFieldSetAndNotNull(feature, i) ||
            OGR_Fld_GetType(OGR_F_GetFieldDefnRef(feature, i)) != OFTString)
            continue;
        char *text = NULL;
        s = cov_charset_decode(charset, OGR_F_GetFieldAsString(feature, i), &text, err);
        if (s == COV_OK)
            OGR_F_SetFieldString(feature, i, text);
        cov_free(text);
    }
    return s;
}
