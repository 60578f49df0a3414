/* Source: one vector layer, opened safely and read to its end or not at all.
 * SPDX-License-Identifier: MIT
 *
 * Safely: only drivers of the allow-list (no VRT, no database, no network unless asked for), only
 * paths that exist, no virtual file system but archives. To its end: GDAL reports many damages as a
 * message and goes on; here every CE_Failure while reading is an error that names the file, the
 * layer and the feature. A shapefile's parts are checked against what their headers promise. */
#ifndef COV_IO_SOURCE_H
#define COV_IO_SOURCE_H

#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include "io/filter.h"
#include "io/notes.h"
#include "io/record.h"
#include "io/shape_head.h"
#include "io/table_layer.h"

/* What a job allows. Strings are borrowed. */
typedef struct cov_policy {
    const char *assume_crs;
    const char *const *add_drivers;
    size_t n_add_drivers;
    int allow_network;
    int allow_empty; /* a CSV of a header line alone */
} cov_policy;

typedef struct cov_layer {
    GDALDatasetH dataset;
    OGRLayerH layer;        /* of a table: its columns; its features come from `table` */
    cov_table_layer *table; /* NULL: a file */
    char *label; /* for messages: "households.shp" or "base.gpkg, layer communes" (base name) */
    char *path;  /* what was opened, with /vsizip/ where it is needed */
    int is_csv;  /* a CSV without a geometry column: every column is text, lon/lat columns are
                    looked for */
    OGRSpatialReferenceH crs; /* owned, traditional axis order (x east, y north); NULL for a CSV
                                 until its coordinate columns are known (households.c) */
    int64_t n_read;           /* the number of the current feature in the file, from 1, whether or
                                 not those before it passed the filter */
    int64_t promised;         /* the features that its header promises, where that can be relied
                                 on (FlatGeobuf, GPKG); 0 elsewhere */
    cov_filter *filter;       /* which features count; NULL: all */
    struct cov_watch *watch;  /* the collector of GDAL's messages */
    cov_shape_head head;      /* what was opened instead, where only the head was asked for */
    struct cov_charset *charset; /* decodes the text, where GDAL can't do it right; or NULL */
    cov_notes *notes;            /* borrowed: what GDAL warns of while reading is noted at once */
    char *folder;                /* of the path, kept out of messages */
} cov_layer;

/* Whether a source names anything. */
static inline int cov_source_is_given(const cov_source *source)
{
    return source->table != NULL || (source->path != NULL && source->path[0] != '\0');
}

/* What to call it: the name of the table, or of the file without its folder. */
const char *cov_source_name(const cov_source *source);

/* Open. A layer that states no CRS takes policy->assume_crs, with a note, or is COV_ERR_CRS; except
 * CSV, which is left to the caller. Errors name the file and the remedy. The notes must outlive the
 * layer. */
cov_status cov_layer_open(const cov_source *source, const cov_policy *policy, cov_notes *notes,
                          cov_layer *out, cov_error *err);

/* The same, but of a shapefile of points perhaps without features: where out->head has a path. */
cov_status cov_layer_open_head(const cov_source *source, const cov_policy *policy, cov_notes *notes,
                               cov_layer *out, cov_error *err);

/* The same for a table: it needs neither geometry nor CRS. Of several layers in one file it is the
 * only one without geometry. */
cov_status cov_layer_open_table(const cov_source *source, const cov_policy *policy,
                                cov_notes *notes, cov_layer *out, cov_error *err);
void cov_layer_close(cov_layer *layer);

/* The next feature that passes the filter (to be destroyed by the caller), or NULL behind the last
 * one. Anything GDAL complains about is COV_ERR_INPUT. */
cov_status cov_layer_next(cov_layer *layer, OGRFeatureH *out, cov_error *err);

/* The feature that was read last as a record; both are to be there while it is asked. */
static inline cov_record cov_layer_record(const cov_layer *layer, OGRFeatureH feature)
{
    const cov_record record = {layer->label, layer->n_read, feature, NULL};
    return record;
}

/* Start again from the first feature. */
cov_status cov_layer_rewind(cov_layer *layer, cov_error *err);

/* Go on with the record of this index from 0; its number is the caller's to set. Of a layer that
 * has no filter, in a format that goes there at once. */
cov_status cov_layer_seek(cov_layer *layer, uint64_t index, cov_error *err);

/* The label and the filter, for the manifest: "base.gpkg, where network = 'viettel'"; allocated,
 * NULL where memory ran out. */
char *cov_layer_describe(const cov_layer *layer);

/* COV_ERR_INPUT for a layer that was read to its end and gave nothing, with the filter if there is
 * one. `what` is missing: "households". */
cov_status cov_layer_refuse_empty(const cov_layer *layer, const char *what, cov_error *err);

/* The features the layer says it has, whether or not they pass the filter; -1 where counting would
 * mean reading it. */
int64_t cov_layer_count(cov_layer *layer);

/* Where its features are, whether or not they pass the filter; west > east where nobody knows. */
cov_status cov_layer_extent(cov_layer *layer, double extent[4], cov_error *err);

/* The index of a column, compared exactly, then without case. COV_ERR_INPUT lists the columns there
 * are. `what` is the role, e.g. "id column". */
cov_status cov_layer_column(cov_layer *layer, const char *name, const char *what, int *index,
                            cov_error *err);

/* Read only these columns (and the geometry, unless geometry is 0), and what the filter needs. */
cov_status cov_layer_select(cov_layer *layer, const int *columns, size_t n, int geometry,
                            cov_error *err);

/* COV_ERR_INPUT where GDAL reported a failure on this layer in the call just made (one that the
 * caller made itself, between cov_watch_begin and cov_watch_end of io/watch.h). */
cov_status cov_layer_check(cov_layer *layer, cov_error *err);

/* GDAL's drivers are registered and its messages kept off stderr; called by whatever comes first.
 */
void cov_gdal_init(void);

#endif
