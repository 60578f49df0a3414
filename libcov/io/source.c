/* SPDX-License-Identifier: MIT */
#include "io/source.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/charset.h"
#include "io/crs.h"
#include "io/csv.h"
#include "io/open.h"
#include "io/path.h"
#include "io/shapefile.h"
#include "io/watch.h"

/* ---------------------------------------------------------------- GDAL */

static void register_drivers(void)
{
    CPLPushErrorHandler(CPLQuietErrorHandler);
    GDALAllRegister();
    CPLPopErrorHandler();
}

void cov_gdal_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_drivers);
}

cov_status cov_layer_check(cov_layer *layer, cov_error *err)
{
    cov_watch *watch = layer->watch;
    if (watch->failures == 0 || layer->n_read == 0)
        return cov_watch_check(watch, layer->label, err);
    cov_status s = cov_fail(err, COV_ERR_INPUT, "%s, feature %lld: %s", layer->label,
                            (long long)layer->n_read, watch->failure);
    cov_watch_clear(watch);
    return s;
}

/* ---------------------------------------------------------------- open the file */

/* What a layer is opened for. */
typedef enum opening { AS_LAYER, AS_TABLE, AS_HEAD } opening;

static int is_delimited(const char *path)
{
    return cov_path_has_extension(path, "csv") || cov_path_has_extension(path, "tsv");
}

/* Set by a user for another program, long forgotten: a result must not depend on it, and GDAL has
 * no way to pass over it. */
static cov_status check_environment(const cov_layer *layer, cov_error *err)
{
    if (CPLGetConfigOption("SHAPE_ENCODING", NULL) == NULL)
        return COV_OK;
    return cov_fail(err, COV_ERR_INPUT,
                    "%s: the environment variable SHAPE_ENCODING changes how its text is read: "
                    "unset it, and name the encoding in a .cpg file beside the .shp",
                    layer->label);
}

/* A shapefile's parts are checked before GDAL sees them; its text may need a hand. */
static cov_status prepare_shapefile(cov_layer *layer, char ***options, cov_error *err)
{
    char cpg[32];
    cov_text_source text = COV_TEXT_DECLARED;
    cov_status s = check_environment(layer, err);
    if (s == COV_OK)
        s = cov_shapefile_check(layer->path, layer->label, &text, err);
    if (s != COV_OK)
        return s;
    cov_shapefile_charset(layer->path, cpg, sizeof cpg);
    const char *charset = cov_charset_name(cpg);
    if (charset != NULL) {
        *options = CSLSetNameValue(*options, "ENCODING", "");
        return cov_charset_create(charset, &layer->charset, err);
    }
    if (text == COV_TEXT_UTF8) {
        *options = CSLSetNameValue(*options, "ENCODING", "UTF-8");
        return cov_notes_add(layer->notes, err, COV_NOTE_WARNING,
                             "%s: its .cpg is missing, so nothing says how its text is encoded: "
                             "read as UTF-8, which it is throughout",
                             layer->label);
    }
    if (text == COV_TEXT_UNKNOWN)
        return cov_notes_add(layer->notes, err, COV_NOTE_WARNING,
                             "%s: its .cpg is missing, so nothing says how its text is encoded: "
                             "read as ISO-8859-1; put the right name, e.g. TCVN5712-1, into a .cpg "
                             "file beside it",
                             layer->label);
    return COV_OK;
}

static cov_status prepare_options(cov_layer *layer, char ***options, cov_error *err)
{
    if (cov_path_has_extension(layer->path, "shx") || cov_path_has_extension(layer->path, "dbf"))
        return cov_fail(err, COV_ERR_INPUT, "%s is one part of a shapefile: name its .shp",
                        layer->label);
    if (cov_path_has_extension(layer->path, "shp"))
        return prepare_shapefile(layer, options, err);
    if (is_delimited(layer->path)) {
        *options = CSLSetNameValue(*options, "AUTODETECT_TYPE", "NO");
        *options = CSLSetNameValue(*options, "EMPTY_STRING_AS_NULL", "NO");
        *options = CSLSetNameValue(*options, "KEEP_GEOM_COLUMNS", "YES");
        return cov_csv_check(layer->path, layer->label, err);
    }
    return COV_OK;
}

/* A shapefile whose parts were not looked at is not read. */
static cov_status check_driver(cov_layer *layer, cov_error *err)
{
    const char *driver = GDALGetDriverShortName(GDALGetDatasetDriver(layer->dataset));
    int is_shapefile = strcmp(driver, "ESRI Shapefile") == 0;
    if (is_shapefile != cov_path_has_extension(layer->path, "shp"))
        return cov_fail(err, COV_ERR_INPUT, "%s is a file of the kind %s with the wrong ending",
                        layer->label, driver);
    layer->is_csv = strcmp(driver, "CSV") == 0;
    layer->promised = strcmp(driver, "FlatGeobuf") == 0 || strcmp(driver, "GPKG") == 0;
    return COV_OK;
}

static cov_status make_head(cov_layer *layer, cov_error *err)
{
    cov_status s = cov_shape_head_create(layer->path, layer->watch, &layer->head, err);
    if (layer->head.path != NULL)
        layer->watch->folder = layer->head.folder;
    return s;
}

static cov_status open_dataset(cov_layer *layer, const cov_policy *policy, opening how,
                               cov_error *err)
{
    char **options = NULL;
    cov_status s = prepare_options(layer, &options, err);
    if (s == COV_OK && how == AS_HEAD && cov_path_has_extension(layer->path, "shp"))
        s = make_head(layer, err);
    /* A .shp may be named so and hold anything: the check of its header has refused that. */
    if (s == COV_OK)
        s = cov_dataset_open(&cov_kind_layer, policy,
                             layer->head.path != NULL ? layer->head.path : layer->path,
                             layer->label, options, layer->watch, &layer->dataset, err);
    if (s == COV_OK)
        s = check_driver(layer, err);
    CSLDestroy(options);
    return s;
}

/* ---------------------------------------------------------------- choose the layer */

static cov_status fail_layers(const cov_layer *layer, const char *problem, cov_error *err)
{
    char list[512] = "";
    size_t used = 0;
    int n = GDALDatasetGetLayerCount(layer->dataset);
    for (int i = 0; i < n && used < sizeof list - 1; i++) {
        const char *name = OGR_L_GetName(GDALDatasetGetLayer(layer->dataset, i));
        int k = snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", name);
        used += k > 0 ? (size_t)k : 0;
    }
    return cov_fail(err, COV_ERR_INPUT, "%s %s: %s", layer->label, problem, list);
}

static OGRLayerH find_layer(GDALDatasetH dataset, const char *name)
{
    for (int i = 0; i < GDALDatasetGetLayerCount(dataset); i++) {
        OGRLayerH candidate = GDALDatasetGetLayer(dataset, i);
        if (strcmp(OGR_L_GetName(candidate), name) == 0)
            return candidate;
    }
    return NULL;
}

/* The only layer, or the only one with geometry; of tables, the only one without. */
static OGRLayerH only_layer(GDALDatasetH dataset, int as_table)
{
    OGRLayerH found = NULL;
    int n = GDALDatasetGetLayerCount(dataset);
    for (int i = 0; i < n; i++) {
        OGRLayerH candidate = GDALDatasetGetLayer(dataset, i);
        if (n > 1 && (OGR_L_GetGeomType(candidate) == wkbNone) != as_table)
            continue;
        if (found != NULL)
            return NULL;
        found = candidate;
    }
    return found;
}

static cov_status choose_layer(cov_layer *layer, const char *name, int as_table, cov_error *err)
{
    if (GDALDatasetGetLayerCount(layer->dataset) == 0)
        return cov_fail(err, COV_ERR_INPUT, "%s holds no layer of points, lines or polygons",
                        layer->label);
    if (name != NULL) {
        layer->layer = find_layer(layer->dataset, name);
        if (layer->layer == NULL) {
            char problem[160];
            snprintf(problem, sizeof problem, "has no layer \"%s\"; it has", cov_quote(name).text);
            return fail_layers(layer, problem, err);
        }
    } else {
        layer->layer = only_layer(layer->dataset, as_table);
        if (layer->layer == NULL)
            return fail_layers(layer, "has several layers; name one of", err);
    }
    if (GDALDatasetGetLayerCount(layer->dataset) > 1) {
        char *label = cov_text_print("%s, layer %s", layer->label, OGR_L_GetName(layer->layer));
        if (label == NULL)
            return cov_fail_memory(err);
        cov_free(layer->label);
        layer->label = label;
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- what the layer is */

/* GDAL names columns field_1, field_2 ... when it takes the first line for data. */
static int has_header(OGRFeatureDefnH columns)
{
    int n = OGR_FD_GetFieldCount(columns);
    for (int i = 0; i < n; i++) {
        char name[24];
        snprintf(name, sizeof name, "field_%d", i + 1);
        if (strcmp(OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(columns, i)), name) != 0)
            return 1;
    }
    return 0;
}

/* A .csvt beside a CSV makes GDAL turn "0123" into 123. */
static void read_as_text(OGRFeatureDefnH columns)
{
    for (int i = 0; i < OGR_FD_GetFieldCount(columns); i++) {
        OGRFieldDefnH column = OGR_FD_GetFieldDefn(columns, i);
        OGR_Fld_SetSubType(column, OFSTNone);
        OGR_Fld_SetType(column, OFTString);
        OGR_Fld_SetWidth(column, 0);
        OGR_Fld_SetPrecision(column, 0);
    }
}

static cov_status check_table(cov_layer *layer, int may_be_empty, cov_error *err)
{
    read_as_text(OGR_L_GetLayerDefn(layer->layer));
    if (!has_header(OGR_L_GetLayerDefn(layer->layer)))
        return cov_fail(err, COV_ERR_INPUT,
                        "%s has no header line: its first line must name the columns",
                        layer->label);
    OGRFeatureH first = OGR_L_GetNextFeature(layer->layer);
    if (first == NULL && !may_be_empty)
        return cov_fail(err, COV_ERR_INPUT, "%s has a header line but no rows", layer->label);
    if (first != NULL)
        OGR_F_Destroy(first);
    OGR_L_ResetReading(layer->layer);
    return COV_OK;
}

static cov_status fail_crs(const cov_layer *layer, cov_error *err)
{
    const char *how = "name it with --assume-crs EPSG:...";
    if (layer->table != NULL)
        return cov_fail(err, COV_ERR_CRS,
                        "%s states no coordinate reference system: set it on the data, or name the "
                        "one to assume",
                        layer->label);
    if (cov_path_has_extension(layer->path, "shp") && !cov_shapefile_has_prj(layer->path))
        return cov_fail(err, COV_ERR_CRS,
                        "%s: its .prj is missing, so its coordinate reference system is unknown: "
                        "copy the .prj too, or %s",
                        layer->label, how);
    return cov_fail(err, COV_ERR_CRS, "%s states no usable coordinate reference system: %s",
                    layer->label, how);
}

static cov_status resolve_crs(cov_layer *layer, const cov_policy *policy, cov_error *err)
{
    OGRSpatialReferenceH stated = OGR_L_GetSpatialRef(layer->layer);
    cov_status s = cov_dataset_crs(stated, policy, layer->label, layer->notes, &layer->crs, err);
    return s != COV_OK || layer->crs != NULL ? s : fail_crs(layer, err);
}

static cov_status examine_layer(cov_layer *layer, const cov_policy *policy, int as_table,
                                cov_error *err)
{
    OGRFeatureDefnH columns = OGR_L_GetLayerDefn(layer->layer);
    OGRwkbGeometryType type = wkbFlatten(OGR_L_GetGeomType(layer->layer));
    cov_status s = COV_OK;
    if (type != wkbNone && type != wkbPoint)
        layer->watch->rings = cov_path_has_extension(layer->path, "shp") ? COV_RINGS_BY_WINDING
                                                                         : COV_RINGS_ANY_WINDING;
    /* GDAL ends a FlatGeobuf that is cut between two features without a word, and a GeoPackage that
     * lost a page of its table. */
    if (layer->promised != 0)
        layer->promised = OGR_L_GetFeatureCount(layer->layer, FALSE);
    if (layer->charset != NULL)
        s = cov_charset_columns(layer->charset, columns, err);
    if (s == COV_OK && layer->is_csv)
        s = check_table(layer, policy->allow_empty, err);
    if (s != COV_OK)
        return s;
    layer->is_csv = layer->is_csv && type == wkbNone;
    if (layer->is_csv || as_table)
        return COV_OK;
    if (type == wkbNone)
        return cov_fail(err, COV_ERR_INPUT, "%s is a table without geometry", layer->label);
    return resolve_crs(layer, policy, err);
}

/* ---------------------------------------------------------------- open and close */

static cov_status create_filter(cov_layer *layer, const char *where, cov_error *err)
{
    if (where == NULL || where[0] == '\0')
        return COV_OK;
    return cov_filter_create(where, OGR_L_GetLayerDefn(layer->layer), layer->label, layer->watch,
                             layer->notes, &layer->filter, err);
}

static cov_status open_path(cov_layer *layer, const cov_source *source, const cov_policy *policy,
                            opening how, cov_error *err)
{
    cov_path path = {NULL, NULL, NULL, NULL};
    cov_status s = cov_path_resolve(source, &cov_kind_layer, policy, &path, err);
    if (s != COV_OK)
        return s;
    layer->path = path.open;
    layer->label = path.label;
    layer->folder = path.folder;
    layer->watch->folder = path.folder;
    s = open_dataset(layer, policy, how, err);
    if (s == COV_OK)
        s = choose_layer(layer, path.layer, how == AS_TABLE, err);
    if (s == COV_OK)
        s = examine_layer(layer, policy, how == AS_TABLE, err);
    if (s == COV_OK)
        s = cov_layer_check(layer, err);
    if (s == COV_OK)
        s = create_filter(layer, source->where, err);
    return s;
}

/* The system a table states, also one without geometry whose coordinates are columns. */
static cov_status table_crs(cov_layer *layer, const cov_table *table, const cov_policy *policy,
                            cov_error *err)
{
    cov_error why;
    cov_status s = COV_OK;
    if (cov_table_crs(table) != NULL)
        s = cov_crs_from_text(cov_table_crs(table), &layer->crs, &why);
    if (s != COV_OK)
        return cov_fail(err, s, "%s: %s", layer->label, why.message);
    if (layer->crs != NULL || cov_table_geometry(table) == NULL)
        return COV_OK;
    s = cov_dataset_crs(NULL, policy, layer->label, layer->notes, &layer->crs, err);
    return s != COV_OK || layer->crs != NULL ? s : fail_crs(layer, err);
}

static cov_status open_table(cov_layer *layer, const cov_source *source, const cov_policy *policy,
                             opening how, cov_error *err)
{
    layer->label = cov_copy_text(cov_table_name(source->table));
    if (layer->label == NULL)
        return cov_fail_memory(err);
    cov_status s = cov_table_layer_open(source->table, &layer->table, err);
    if (s != COV_OK)
        return s;
    layer->layer = cov_table_layer_ogr(layer->table);
    layer->is_csv = cov_table_geometry(source->table) == NULL;
    if (how != AS_TABLE)
        s = table_crs(layer, source->table, policy, err);
    if (s == COV_OK)
        s = cov_layer_check(layer, err);
    return s == COV_OK ? create_filter(layer, source->where, err) : s;
}

const char *cov_source_name(const cov_source *source)
{
    return source->table != NULL ? cov_table_name(source->table) : cov_path_base(source->path);
}

static cov_status open_source(const cov_source *source, const cov_policy *policy, cov_notes *notes,
                              opening how, cov_layer *out, cov_error *err)
{
    cov_layer layer;
    memset(&layer, 0, sizeof layer);
    cov_gdal_init();
    layer.notes = notes;
    layer.watch = cov_alloc_zero(1, sizeof *layer.watch);
    if (layer.watch == NULL)
        return cov_fail_memory(err);
    cov_watch_begin(layer.watch);
    cov_status s = source->table != NULL ? open_table(&layer, source, policy, how, err)
                                         : open_path(&layer, source, policy, how, err);
    const char *rings = layer.watch->rings;
    layer.watch->rings = NULL; /* begun without */
    cov_watch_end(layer.watch);
    layer.watch->rings = rings;
    if (s == COV_OK)
        s = cov_watch_note(layer.watch, layer.label, notes, err);
    if (s != COV_OK) {
        cov_layer_close(&layer);
        return s;
    }
    *out = layer;
    return COV_OK;
}

cov_status cov_layer_open(const cov_source *source, const cov_policy *policy, cov_notes *notes,
                          cov_layer *out, cov_error *err)
{
    return open_source(source, policy, notes, AS_LAYER, out, err);
}

cov_status cov_layer_open_head(const cov_source *source, const cov_policy *policy, cov_notes *notes,
                               cov_layer *out, cov_error *err)
{
    return open_source(source, policy, notes, AS_HEAD, out, err);
}

cov_status cov_layer_open_table(const cov_source *source, const cov_policy *policy,
                                cov_notes *notes, cov_layer *out, cov_error *err)
{
    return open_source(source, policy, notes, AS_TABLE, out, err);
}

void cov_layer_close(cov_layer *layer)
{
    if (layer->watch != NULL) {
        cov_watch_begin(layer->watch);
        cov_filter_free(layer->filter);
        cov_table_layer_close(layer->table);
        if (layer->dataset != NULL)
            GDALClose(layer->dataset);
        if (layer->crs != NULL)
            OSRRelease(layer->crs);
        cov_watch_end(layer->watch);
    }
    cov_shape_head_remove(&layer->head);
    cov_charset_free(layer->charset);
    cov_free(layer->watch);
    cov_free(layer->folder);
    cov_free(layer->label);
    cov_free(layer->path);
    memset(layer, 0, sizeof *layer);
}
