/* Open: a file of one kind, by the drivers that are allowed for it and no other.
 * SPDX-License-Identifier: MIT
 *
 * What layers (io/source.h) and rasters (io/raster.h) have in common. */
#ifndef COV_IO_OPEN_H
#define COV_IO_OPEN_H

#include "io/source.h"
#include "io/watch.h"

/* What can be opened. The lists end in NULL. */
typedef struct cov_kind {
    unsigned flags;                /* GDAL_OF_VECTOR or GDAL_OF_RASTER */
    const char *const *drivers;    /* those that open local files and nothing else */
    const char *const *extensions; /* looked for in archives and folders */
    const char *noun;              /* "layer" */
    const char *what;              /* "a file of points, lines or polygons" */
    const char *formats;           /* the drivers, and */
    const char *endings;           /* the extensions, for people */
} cov_kind;

extern const cov_kind cov_kind_layer, cov_kind_raster;

/* Open a path that cov_path_resolve gave, within the watch. COV_ERR_INPUT says what it is, where it
 * is something that is not opened. `options` are GDAL's, or NULL. */
cov_status cov_dataset_open(const cov_kind *kind, const cov_policy *policy, const char *path,
                            const char *label, char **options, cov_watch *watch, GDALDatasetH *out,
                            cov_error *err);

/* An empty dataset in memory, to be closed by the caller; NULL where there is no memory. */
GDALDatasetH cov_dataset_in_memory(void);

/* The system a file states, else the one of the policy, with a note; *out is NULL where there is
 * neither. */
cov_status cov_dataset_crs(OGRSpatialReferenceH stated, const cov_policy *policy, const char *label,
                           cov_notes *notes, OGRSpatialReferenceH *out, cov_error *err);

#endif
