/* Head: a shapefile of points without its records, in memory, for GDAL to open.
 * SPDX-License-Identifier: MIT
 *
 * GDAL reads the whole .shx of a shapefile as it opens it, and keeps all of it: 16 bytes for each
 * record. Its columns, its system and its encoding it tells of a copy of the headers just as well,
 * so that points that are read without GDAL (shape_points.h) take no more memory for being many. */
#ifndef COV_IO_SHAPE_HEAD_H
#define COV_IO_SHAPE_HEAD_H

#include "base/status.h"

typedef struct cov_shape_head {
    char *path;   /* what GDAL opens; NULL: there is none */
    char *folder; /* of the path, for messages */
} cov_shape_head;

/* Of a shapefile whose parts were checked (cov_shapefile_check). None where it isn't one of points,
 * or lies in an archive, or a part can't be read. `owner` is what must stay where it is as long as
 * the head, and has no other. COV_ERR_MEMORY is the only error. */
cov_status cov_shape_head_create(const char *path, const void *owner, cov_shape_head *out,
                                 cov_error *err);

/* When GDAL has closed it. */
void cov_shape_head_remove(cov_shape_head *head);

#endif
