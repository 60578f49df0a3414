/* A table in memory as a layer: GDAL's description of its columns, and a feature for each row.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: a value of the table is the value that a file with the same content would
 * give; what is not asked for is not made. */
#ifndef COV_IO_TABLE_LAYER_H
#define COV_IO_TABLE_LAYER_H

#include <gdal.h>
#include <ogr_api.h>

#include "arrow/table.h"

typedef struct cov_table_layer cov_table_layer;

/* A dataset with one layer that has the table's columns, and no features: these are made row by
 * row. The table is borrowed. */
cov_status cov_table_layer_open(const cov_table *table, cov_table_layer **out, cov_error *err);
void cov_table_layer_close(cov_table_layer *layer);

/* Owned by the layer. */
OGRLayerH cov_table_layer_ogr(const cov_table_layer *layer);

/* The next row, or NULL behind the last one. COV_ERR_INPUT for a cell that a file couldn't hold;
 * the message fits behind the number of the feature. */
cov_status cov_table_layer_next(cov_table_layer *layer, OGRFeatureH *out, cov_error *err);
void cov_table_layer_rewind(cov_table_layer *layer);

/* The number of rows. */
int64_t cov_table_layer_count(const cov_table_layer *layer);

/* COV_ERR_INPUT for a column of the table that is none of the layer: its geometry, or of a type
 * that no field holds. `what` is its role. */
cov_status cov_table_layer_allow(const cov_table_layer *layer, const char *name, const char *what,
                                 cov_error *err);

/* Make no more than these fields, of as many as the layer has, and the geometry. */
void cov_table_layer_select(cov_table_layer *layer, const int *wanted, int geometry);

/* The extent of all geometries that can be read; west > east without any. */
void cov_table_layer_extent(const cov_table_layer *layer, OGREnvelope *out);

#endif
