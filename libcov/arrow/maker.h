/* Maker: rows put together cell by cell, given out as a stream of Arrow.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: the stream, its schemas and its arrays own all they point to, each released
 * by itself in any order; nothing of the maker is needed any more. */
#ifndef COV_ARROW_MAKER_H
#define COV_ARROW_MAKER_H

#include "arrow/abi.h"
#include "base/status.h"

typedef enum cov_make {
    COV_MAKE_TEXT,  /* utf8, large utf8 from 2 GiB on */
    COV_MAKE_BYTES, /* binary, large binary from 2 GiB on */
    COV_MAKE_WHOLE, /* int64 */
    COV_MAKE_REAL   /* double */
} cov_make;

typedef struct cov_maker cov_maker;

/* A maker without columns. NULL: there is no memory. */
cov_maker *cov_maker_create(void);
void cov_maker_free(cov_maker *maker);

/* One more column, before the first cell. `extension` and `extension_metadata` are those of an
 * extension type, or NULL. */
cov_status cov_maker_column(cov_maker *maker, const char *name, cov_make what,
                            const char *extension, const char *extension_metadata, cov_error *err);

/* The next cell of a column; all columns must have the same number of them in the end. Bytes NULL
 * are a null. */
cov_status cov_maker_bytes(cov_maker *maker, size_t column, const void *bytes, size_t size,
                           cov_error *err);
cov_status cov_maker_whole(cov_maker *maker, size_t column, int64_t value, cov_error *err);
cov_status cov_maker_real(cov_maker *maker, size_t column, double value, cov_error *err);
cov_status cov_maker_null(cov_maker *maker, size_t column, cov_error *err);

/* One batch of all rows, as a stream. The maker is used up, whatever comes of it. */
cov_status cov_maker_finish(cov_maker *maker, struct ArrowArrayStream *out, cov_error *err);

#endif
