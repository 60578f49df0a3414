/* Target: where a result goes, and how it gets there whole.
 * SPDX-License-Identifier: MIT
 *
 * The parts of a result are written into a temporary folder beside the target, flushed to disk, and
 * renamed into place when all is well; the main file last. Until then the old files are untouched;
 * where something fails, the folder goes and they stay. What the old files of the same name no
 * longer fit (a shapefile's spatial indexes) is removed before the first new one comes. */
#ifndef COV_IO_TARGET_H
#define COV_IO_TARGET_H

#include "sheet/format.h"

#define COV_TARGET_PARTS 8

/* A file of the result. */
typedef struct cov_part {
    char *draft; /* path in the temporary folder */
    char *final; /* path in the end */
    int is_placed;
} cov_part;

typedef struct cov_target {
    const cov_format *format;
    char *path;      /* as given */
    int is_stdout;   /* "-": nothing below is set but the stem */
    char *folder;    /* of the target, with a '/' at its end; "./" where the path has none */
    char *base;      /* the last part of the path */
    char *stem;      /* base without its extension: the name of the layer */
    char *temporary; /* the temporary folder, NULL where there is none */
    cov_part part[COV_TARGET_PARTS];
    size_t n_parts;
} cov_target;

/* Take a path apart. `format` may be NULL: by extension. COV_ERR_ARGUMENT. */
cov_status cov_target_parse(const char *path, const char *format, cov_target *out, cov_error *err);

/* Whether it could be written. COV_ERR_EXISTS names the file in the way; COV_ERR_IO a folder that
 * is missing or can't be written to, or something there that is not a file. */
cov_status cov_target_check(const cov_target *target, int overwrite, cov_error *err);

/* Make the temporary folder. */
cov_status cov_target_begin(cov_target *target, cov_error *err);

/* Write a part there and flush it. `extension` is that of a part of the format ("gpkg", "dbf"), or
 * COV_TARGET_SIDECAR. */
#define COV_TARGET_SIDECAR "libcov.json"
cov_status cov_target_put(cov_target *target, const char *extension, const void *bytes, size_t size,
                          cov_error *err);

/* The path of the main part in the temporary folder. */
const char *cov_target_draft(const cov_target *target);

/* Rename all into place. */
cov_status cov_target_commit(cov_target *target, int overwrite, cov_error *err);

/* Free; removes the temporary folder where there still is one. */
void cov_target_clear(cov_target *target);

/* All the bytes to a file descriptor; -1 with errno. */
int cov_write_all(int file, const void *bytes, size_t size);

#endif
