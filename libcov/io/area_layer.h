/* The areas of a job: read, checked, transformed, built.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_AREA_LAYER_H
#define COV_IO_AREA_LAYER_H

#include "io/polygons.h"

typedef struct cov_area_layer {
    cov_areas *areas;  /* in the CRS of the points */
    cov_shape *shapes; /* one per area, in the order of the areas: as it was read (or repaired), in
                          the CRS of the layer */
    size_t n_shapes;
    cov_shape *placed; /* the same in the CRS of the points, where that is another one: what the
                          areas were made of; else NULL */
    OGRSpatialReferenceH crs; /* of the shapes, owned */
    char *label;
    char *id_column;
    char *name_column; /* or NULL */
    char **parent_columns;
    size_t n_parents;
    size_t n_skipped; /* invalid ones left out */
    char *operation;  /* name of the coordinate operation, "none" */
    double accuracy;  /* metres */
} cov_area_layer;

/* Read the areas of the job into the system of the setting. Guesses id and name columns
 * where the job gives none, with a note. Null or empty geometry, missing or double ids, a layer
 * without polygons or without features: an error that names the feature. */
cov_status cov_area_layer_read(const cov_setting *setting, cov_area_layer *out, cov_error *err);
void cov_area_layer_clear(cov_area_layer *layer);

/* The areas' shapes in the CRS of the points. */
static inline const cov_shape *cov_area_layer_placed(const cov_area_layer *layer)
{
    return layer->placed != NULL ? layer->placed : layer->shapes;
}

#endif
