/* Points and lines, read from WKB: chains of vertices in one order.
 * SPDX-License-Identifier: MIT */
#ifndef COV_GEOMETRY_PATHS_H
#define COV_GEOMETRY_PATHS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "geometry/predicate.h"

/* A line, or, with one vertex, a point. */
typedef struct cov_chain {
    size_t first; /* index of its first vertex */
    size_t n;     /* vertices, at least 1 */
} cov_chain;

typedef struct cov_paths {
    cov_xy *vertex;
    size_t n_vertices;
    size_t vertex_capacity;
    cov_chain *path;
    size_t n_paths;
    size_t path_capacity;
} cov_paths;

#define COV_PATHS_INIT                                                                             \
    {                                                                                              \
        NULL, 0, 0, NULL, 0, 0                                                                     \
    }

typedef enum cov_paths_kind {
    COV_PATHS_NETWORK, /* points and lines */
    COV_PATHS_BARRIER  /* lines and the rings of polygons */
} cov_paths_kind;

/* Append what is in one geometry of this kind, which may stand alone, in a Multi... or in
 * collections, at most 32 deep. Repeated vertices are dropped; a line of one place is a point.
 * Parts may be empty, all of it may not. Errors: COV_ERR_GEOMETRY, with a message that fits
 * behind "geometry 3: "; nothing is appended then. */
cov_status cov_paths_add(cov_paths *paths, const void *wkb, size_t size, cov_paths_kind kind,
                         cov_error *err);

void cov_paths_clear(cov_paths *paths);

#endif
