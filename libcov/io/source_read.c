/* A source that is open: its features, one after the other, and its columns.
 * SPDX-License-Identifier: MIT */
#include "io/source.h"

#include <inttypes.h>

#include <cpl_string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/charset.h"
#include "io/columns.h"
#include "io/watch.h"

/* ---------------------------------------------------------------- read */

static cov_status check_end(const cov_layer *layer, cov_error *err)
{
    if (layer->promised <= 0 || layer->n_read == layer->promised)
        return COV_OK;
    return cov_fail(err, COV_ERR_INPUT,
                    "%s is truncated: %lld features of %lld; copy it again from where it came from",
                    layer->label, (long long)layer->n_read, (long long)layer->promised);
}

static cov_status decode(const cov_layer *layer, OGRFeatureH feature, cov_error *err)
{
    cov_error why;
    cov_status s = cov_charset_feature(layer->charset, feature, &why);
    if (s != COV_OK)
        cov_fail(err, s, "%s, feature %lld: %s", layer->label, (long long)layer->n_read,
                 why.message);
    return s;
}

/* The next row of a table, whether or not it passes the filter. */
static cov_status read_row(cov_layer *layer, OGRFeatureH *out, cov_error *err)
{
    cov_error why;
    cov_status s = cov_table_layer_next(layer->table, out, &why);
    layer->n_read += s != COV_OK || *out != NULL;
    if (s != COV_OK)
        return cov_fail(err, s, "%s, feature %" PRId64 ": %s", layer->label, layer->n_read,
                        why.message);
    return cov_layer_check(layer, err);
}

/* The next feature of the file, whether or not it passes the filter. */
static cov_status read_feature(cov_layer *layer, OGRFeatureH *out, cov_error *err)
{
    OGRFeatureH feature = OGR_L_GetNextFeature(layer->layer);
    cov_status s = COV_OK;
    /* A failure is told with the number of the feature that it keeps from being read. */
    layer->n_read += feature != NULL || layer->watch->failures > 0;
    s = cov_layer_check(layer, err);
    if (s == COV_OK && feature == NULL)
        s = check_end(layer, err);
    if (s == COV_OK && feature != NULL && layer->charset != NULL)
        s = decode(layer, feature, err);
    *out = feature;
    return s;
}

/* Destroys what doesn't pass. */
static cov_status filter_feature(cov_layer *layer, OGRFeatureH *feature, cov_error *err)
{
    int passes = 1;
    cov_status s = COV_OK;
    if (layer->filter != NULL && *feature != NULL) {
        cov_error why;
        s = cov_filter_ask(layer->filter, *feature, &passes, &why);
        if (s != COV_OK)
            return cov_fail(err, s, "%s, feature %" PRId64 ": %s", layer->label, layer->n_read,
                            why.message);
        s = cov_layer_check(layer, err);
    }
    if (!passes) {
        OGR_F_Destroy(*feature);
        *feature = NULL;
    }
    return s;
}

cov_status cov_layer_next(cov_layer *layer, OGRFeatureH *out, cov_error *err)
{
    OGRFeatureH feature = NULL;
    cov_status s = COV_OK;
    int at_end = 0;
    cov_watch_begin(layer->watch);
    while (s == COV_OK && feature == NULL && !at_end) {
        s = layer->table != NULL ? read_row(layer, &feature, err)
                                 : read_feature(layer, &feature, err);
        at_end = feature == NULL;
        if (s == COV_OK)
            s = filter_feature(layer, &feature, err);
    }
    if (s != COV_OK && feature != NULL) {
        OGR_F_Destroy(feature);
        feature = NULL;
    }
    cov_watch_end(layer->watch);
    if (s == COV_OK && layer->watch->n_noted < layer->watch->n_warnings)
        s = cov_watch_note(layer->watch, layer->label, layer->notes, err);
    if (s == COV_OK)
        *out = feature;
    return s;
}

cov_status cov_layer_rewind(cov_layer *layer, cov_error *err)
{
    cov_watch_begin(layer->watch);
    if (layer->table != NULL)
        cov_table_layer_rewind(layer->table);
    else
        OGR_L_ResetReading(layer->layer);
    layer->n_read = 0;
    cov_status s = cov_layer_check(layer, err);
    cov_watch_end(layer->watch);
    return s;
}

cov_status cov_layer_seek(cov_layer *layer, uint64_t index, cov_error *err)
{
    cov_watch_begin(layer->watch);
    OGRErr e = OGR_L_SetNextByIndex(layer->layer, (GIntBig)index);
    cov_status s = cov_layer_check(layer, err);
    cov_watch_end(layer->watch);
    if (s != COV_OK || e == OGRERR_NONE)
        return s;
    return cov_fail(err, COV_ERR_INPUT, "%s: record %" PRIu64 " can't be found", layer->label,
                    index + 1);
}

char *cov_layer_describe(const cov_layer *layer)
{
    if (layer->filter == NULL)
        return cov_copy_text(layer->label);
    return cov_text_print("%s, where %s", layer->label, cov_filter_text(layer->filter));
}

cov_status cov_layer_refuse_empty(const cov_layer *layer, const char *what, cov_error *err)
{
    if (layer->filter == NULL || layer->n_read == 0)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s is empty: there are no %s, so check the file or the layer",
                        layer->label, what);
    return cov_fail(err, COV_ERR_INPUT,
                    "%s: the filter \"%s\" leaves nothing of %" PRId64 " features, so there are "
                    "no %s: check the filter",
                    layer->label, cov_quote(cov_filter_text(layer->filter)).text, layer->n_read,
                    what);
}

int64_t cov_layer_count(cov_layer *layer)
{
    cov_watch_begin(layer->watch);
    int64_t n = -1;
    if (layer->table != NULL)
        n = cov_table_layer_count(layer->table);
    else if (OGR_L_TestCapability(layer->layer, OLCFastFeatureCount))
        n = OGR_L_GetFeatureCount(layer->layer, FALSE);
    cov_watch_end(layer->watch);
    return n;
}

cov_status cov_layer_extent(cov_layer *layer, double extent[4], cov_error *err)
{
    OGREnvelope box = {1, -1, 1, -1};
    cov_watch_begin(layer->watch);
    if (layer->table != NULL)
        cov_table_layer_extent(layer->table, &box);
    else if (OGR_L_GetExtent(layer->layer, &box, TRUE) != OGRERR_NONE)
        box = (OGREnvelope){1, -1, 1, -1};
    cov_status s = cov_layer_check(layer, err);
    cov_watch_end(layer->watch);
    extent[0] = box.MinX;
    extent[1] = box.MinY;
    extent[2] = box.MaxX;
    extent[3] = box.MaxY;
    return s;
}

/* ---------------------------------------------------------------- columns */

cov_status cov_layer_column(cov_layer *layer, const char *name, const char *what, int *index,
                            cov_error *err)
{
    cov_status s = COV_OK;
    if (layer->table != NULL)
        s = cov_table_layer_allow(layer->table, name, what, err);
    if (s != COV_OK)
        return s;
    return cov_columns_find(OGR_L_GetLayerDefn(layer->layer), layer->label, name, what, index, err);
}

/* GDAL ignores columns by name and without case: one that is called like a selected one stays. */
static int is_selected(const cov_layer *layer, OGRFeatureDefnH all, int column, const int *columns,
                       size_t n)
{
    const char *name = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(all, column));
    if (layer->filter != NULL && cov_filter_uses(layer->filter, name))
        return 1;
    for (size_t i = 0; i < n; i++) {
        if (columns[i] >= 0 &&
            EQUAL(name, OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(all, columns[i]))))
            return 1;
    }
    return 0;
}

/* The same for a table, whose rows are made here. */
static cov_status select_in_table(cov_layer *layer, const int *columns, size_t n, int geometry,
                                  cov_error *err)
{
    OGRFeatureDefnH all = OGR_L_GetLayerDefn(layer->layer);
    int n_fields = OGR_FD_GetFieldCount(all);
    int *wanted = cov_alloc((size_t)n_fields, sizeof *wanted);
    if (wanted == NULL)
        return cov_fail_memory(err);
    for (int i = 0; i < n_fields; i++)
        wanted[i] = is_selected(layer, all, i, columns, n);
    if (layer->filter != NULL && cov_filter_uses(layer->filter, "OGR_GEOM"))
        geometry = 1;
    cov_table_layer_select(layer->table, wanted, geometry);
    cov_free(wanted);
    return COV_OK;
}

cov_status cov_layer_select(cov_layer *layer, const int *columns, size_t n, int geometry,
                            cov_error *err)
{
    OGRFeatureDefnH all = OGR_L_GetLayerDefn(layer->layer);
    const cov_filter *filter = layer->filter;
    char **ignored = NULL;
    if (layer->table != NULL)
        return select_in_table(layer, columns, n, geometry, err);
    if (!geometry && (filter == NULL || !cov_filter_uses(filter, "OGR_GEOM")))
        ignored = CSLAddString(ignored, "OGR_GEOMETRY");
    if (filter == NULL || !cov_filter_uses(filter, "OGR_STYLE"))
        ignored = CSLAddString(ignored, "OGR_STYLE");
    cov_watch_begin(layer->watch);
    for (int i = 0; i < OGR_FD_GetFieldCount(all); i++) {
        if (!is_selected(layer, all, i, columns, n))
            ignored = CSLAddString(ignored, OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(all, i)));
    }
    if (OGR_L_TestCapability(layer->layer, OLCIgnoreFields))
        OGR_L_SetIgnoredFields(layer->layer, (const char **)ignored);
    cov_status s = cov_layer_check(layer, err);
    cov_watch_end(layer->watch);
    CSLDestroy(ignored);
    return s;
}
