/* SPDX-License-Identifier: MIT */
#include "io/open.h"

#include <cpl_string.h>
#include <gdal.h>
#include <string.h>

#include "base/mem.h"
#include "io/crs.h"

/* ---------------------------------------------------------------- kinds */

static const char *const layer_drivers[] = {"ESRI Shapefile", "GPKG",        "GeoJSON",
                                            "GeoJSONSeq",     "FlatGeobuf",  "CSV",
                                            "MapInfo File",   "OpenFileGDB", NULL};
static const char *const layer_extensions[] = {"shp",      "gpkg", "geojson", "json", "geojsonl",
                                               "geojsons", "fgb",  "csv",     "tsv",  "tab",
                                               "mif",      "gdb",  NULL};

const cov_kind cov_kind_layer = {
    GDAL_OF_VECTOR,
    layer_drivers,
    layer_extensions,
    "layer",
    "a file of points, lines or polygons",
    "ESRI Shapefile, GPKG, GeoJSON, GeoJSONSeq, FlatGeobuf, CSV, MapInfo File and OpenFileGDB",
    "a .shp, .gpkg, .geojson, .fgb, .csv, .tab, .mif or .gdb"};

static const char *const raster_drivers[] = {"GTiff", "AAIGrid", "EHdr", "HFA", NULL};
static const char *const raster_extensions[] = {"tif", "tiff", "asc", "bil", "flt", "img", NULL};

const cov_kind cov_kind_raster = {GDAL_OF_RASTER,
                                  raster_drivers,
                                  raster_extensions,
                                  "raster",
                                  "a raster",
                                  "GTiff, AAIGrid, EHdr and HFA",
                                  "a .tif, .asc, .bil, .flt or .img"};

/* ---------------------------------------------------------------- open */

static char **allowed_drivers(const cov_kind *kind, const cov_policy *policy)
{
    char **list = NULL;
    for (size_t i = 0; kind->drivers[i] != NULL; i++)
        list = CSLAddString(list, kind->drivers[i]);
    for (size_t i = 0; i < policy->n_add_drivers; i++)
        list = CSLAddString(list, policy->add_drivers[i]);
    return list;
}

/* Whether it is a raster where a layer is needed, or the other way round. */
static int is_of_other_kind(const cov_kind *kind, const char *path)
{
    const cov_kind *other = kind == &cov_kind_layer ? &cov_kind_raster : &cov_kind_layer;
    GDALDriverH driver = GDALIdentifyDriverEx(path, other->flags, other->drivers, NULL);
    return driver != NULL;
}

/* Say what it is, when it is something that is not opened. */
static cov_status fail_open(const cov_kind *kind, const char *path, const char *label,
                            char **allowed, const cov_watch *watch, cov_error *err)
{
    GDALDriverH driver = GDALIdentifyDriverEx(path, kind->flags, NULL, NULL);
    const char *name = driver != NULL ? GDALGetDriverShortName(driver) : NULL;
    if (name != NULL && CSLFindString(allowed, name) < 0)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s is of the kind %s, which is not opened unless it is allowed by name "
                        "(--allow-driver \"%s\"), because it can lead to other files or to the "
                        "network; allowed are %s",
                        label, name, name, kind->formats);
    if (name == NULL && is_of_other_kind(kind, path))
        return cov_fail(err, COV_ERR_INPUT, "%s is %s, and %s is needed here", label,
                        kind == &cov_kind_layer ? cov_kind_raster.what : cov_kind_layer.what,
                        kind->what);
    if (name == NULL)
        return cov_fail(err, COV_ERR_INPUT, "%s is not %s in one of the formats %s", label,
                        kind->what, kind->formats);
    if (strcmp(name, "CSV") == 0)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s can't be read as CSV, for which its header line needs two columns or "
                        "more, with a comma, a semicolon or a tab between them",
                        label);
    return cov_fail(err, COV_ERR_INPUT, "%s can't be read as %s: %s", label, name, watch->failure);
}

cov_status cov_dataset_open(const cov_kind *kind, const cov_policy *policy, const char *path,
                            const char *label, char **options, cov_watch *watch, GDALDatasetH *out,
                            cov_error *err)
{
    char **allowed = allowed_drivers(kind, policy);
    cov_status s = COV_OK;
    *out = GDALOpenEx(path, kind->flags | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR,
                      (const char *const *)allowed, (const char *const *)options, NULL);
    if (*out == NULL)
        s = fail_open(kind, path, label, allowed, watch, err);
    else
        s = cov_watch_check(watch, label, err);
    CSLDestroy(allowed);
    return s;
}

GDALDatasetH cov_dataset_in_memory(void)
{
    GDALDriverH driver = GDALGetDriverByName("Memory");
    if (driver == NULL) /* from GDAL 3.11 on */
        driver = GDALGetDriverByName("MEM");
    return driver != NULL ? GDALCreate(driver, "", 0, 0, 0, GDT_Unknown, NULL) : NULL;
}

/* ---------------------------------------------------------------- coordinate system */

cov_status cov_dataset_crs(OGRSpatialReferenceH stated, const cov_policy *policy, const char *label,
                           cov_notes *notes, OGRSpatialReferenceH *out, cov_error *err)
{
    cov_status s = cov_crs_from_layer(stated, out, err);
    if (s != COV_OK || *out != NULL || policy->assume_crs == NULL)
        return s;
    s = cov_crs_from_text(policy->assume_crs, out, err);
    if (s != COV_OK)
        return s;
    char *name = cov_crs_label(*out);
    s = cov_notes_add(notes, err, COV_NOTE_INFO,
                      "%s states no coordinate reference system: taken as %s (--assume-crs)", label,
                      name != NULL ? name : policy->assume_crs);
    cov_free(name);
    return s;
}
