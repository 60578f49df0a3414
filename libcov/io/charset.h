/* Charset: text of a .dbf that GDAL would spoil.
 * SPDX-License-Identifier: MIT
 *
 * GDAL 3.6 drops the last character of every value and every column name in the Vietnamese
 * encodings TCVN5712-1 and CP1258, since it doesn't ask iconv for the character that waits to be
 * composed with a tone mark. Such files are opened without recoding and decoded here. */
#ifndef COV_IO_CHARSET_H
#define COV_IO_CHARSET_H

#include <ogr_api.h>

#include "base/status.h"

typedef struct cov_charset cov_charset;

/* The name that iconv has for what a .cpg says ("1258", "TCVN5712-1"), or NULL for everything that
 * GDAL reads correctly itself. */
const char *cov_charset_name(const char *cpg);

cov_status cov_charset_create(const char *name, cov_charset **out, cov_error *err);
void cov_charset_free(cov_charset *charset);

/* Decode one text to UTF-8 (composed, NFC). Freed with cov_free. COV_ERR_INPUT where it isn't text
 * in this charset. */
cov_status cov_charset_decode(cov_charset *charset, const char *text, char **out, cov_error *err);

/* The names of the columns, and all text of one feature, in place. */
cov_status cov_charset_columns(cov_charset *charset, OGRFeatureDefnH columns, cov_error *err);
cov_status cov_charset_feature(cov_charset *charset, OGRFeatureH feature, cov_error *err);

#endif
