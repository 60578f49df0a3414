/* Describe: what a job would read and count, as text for people.
 * SPDX-License-Identifier: MIT
 *
 * The interface is io.h's. What the files owe: every file is opened, every column, filter and
 * expression checked, by what a run calls itself; nothing is counted, and no layer read beyond the
 * first feature that tells what it holds, but where a column has to be guessed or split.
 * describe_source.c tells of files, describe.c of the rest. */
#ifndef COV_IO_DESCRIBE_H
#define COV_IO_DESCRIBE_H

#include "io/bases.h"
#include "io/prose.h"

typedef struct cov_tale {
    const cov_job *job;
    cov_policy policy;
    cov_notes notes;
    cov_phases phases;
    cov_plan plan;
    cov_prose prose;
    size_t indent;   /* of lines on files */
    char *id_column; /* of the areas, once they are told of */
    char *name_column;
    cov_content *content; /* of the bases, likewise */
} cov_tale;

/* What a file has to hold for its purpose. */
typedef enum cov_holds {
    COV_HOLDS_ANY,
    COV_HOLDS_POLYGONS,
    COV_HOLDS_NETWORK,
    COV_HOLDS_BARRIERS
} cov_holds;

/* A line on a layer: "schools.shp: ESRI Shapefile, 281 points, EPSG:4326", and its filter. COV_ERR_
 * INPUT where it holds something else. */
cov_status cov_tale_layer(cov_tale *tale, const cov_source *source, cov_holds holds,
                          cov_error *err);

/* The same for a raster, and for a table, in which a condition (or NULL) and columns are looked
 * for: n names of them, NULL for none; the first is one of ids. */
cov_status cov_tale_raster(cov_tale *tale, const cov_source *source, cov_error *err);
cov_status cov_tale_table(cov_tale *tale, const cov_source *source, const char *const *columns,
                          size_t n, const char *condition, cov_error *err);

/* The areas with their columns; the points that are households, with their answers; other points,
 * or lines. */
cov_status cov_tale_areas(cov_tale *tale, cov_error *err);
cov_status cov_tale_households(cov_tale *tale, cov_error *err);
cov_status cov_tale_base(cov_tale *tale, size_t base, cov_error *err);

#endif
