/* Path: what a user named, as something GDAL can open safely.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_PATH_H
#define COV_IO_PATH_H

#include "io/open.h"

typedef struct cov_path {
    char *open;        /* what GDAL opens, e.g. "/vsizip/{a.zip}/b.shp" */
    char *folder;      /* `open` up to and with its last '/' */
    char *label;       /* base name for messages: "b.shp", "a.zip, file b.shp" */
    const char *layer; /* the layer that is still to be chosen; borrowed, or NULL */
} cov_path;

/* Refuse what is no local file (unless the policy allows the network), look into archives and
 * folders. COV_ERR_INPUT names the path and the remedy. */
cov_status cov_path_resolve(const cov_source *source, const cov_kind *kind,
                            const cov_policy *policy, cov_path *out, cov_error *err);
void cov_path_clear(cov_path *path);

/* The part behind the last '/' (a '/' at the end not counted); points into path. */
const char *cov_path_base(const char *path);

/* Whether the path ends in '.' and this extension, in any case. */
int cov_path_has_extension(const char *path, const char *extension);

/* Whether the path ends as files of the kind do. */
int cov_path_is_of(const char *path, const cov_kind *kind);

/* Whether there is a file or a folder of this name, for GDAL. */
int cov_path_exists(const char *path);

#endif
