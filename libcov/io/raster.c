/* SPDX-License-Identifier: MIT */
#include "io/raster.h"

#include <math.h>
#include <string.h>

#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal.h>

#include "base/mem.h"
#include "io/path.h"
#include "io/watch.h"

static const char *const safe_drivers[] = {"GTiff", "AAIGrid", "EHdr", "HFA"};
#define N_SAFE (sizeof safe_drivers / sizeof safe_drivers[0])

struct cov_raster {
    GDALDatasetH dataset;
    GDALRasterBandH band;
    char *label;
    char *path;
    char *folder;
    OGRSpatialReferenceH crs;
    cov_watch watch;
    size_t columns, rows;
    double affine[6];
    double nodata, scale, offset;
    int has_nodata;
};

static cov_status check(cov_raster *r, cov_error *err)
{
    if (r->watch.failures == 0)
        return COV_OK;
    cov_status s = cov_fail(err, COV_ERR_INPUT, "%s: %s", r->label, r->watch.failure);
    cov_watch_clear(&r->watch);
    return s;
}

static cov_status open_dataset(cov_raster *r, const cov_policy *policy, cov_error *err)
{
    char **list = NULL;
    for (size_t i = 0; i < N_SAFE; i++)
        list = CSLAddString(list, safe_drivers[i]);
    for (size_t i = 0; i < policy->n_add_drivers; i++)
        list = CSLAddString(list, policy->add_drivers[i]);
    r->dataset = GDALOpenEx(r->path, GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR,
                            (const char *const *)list, NULL, NULL);
    CSLDestroy(list);
    if (r->dataset != NULL)
        return check(r, err);
    return cov_fail(err, COV_ERR_INPUT,
                    "%s is not a raster in one of the formats GTiff, AAIGrid, "
                    "EHdr, HFA: %s",
                    r->label, r->watch.failure);
}

static cov_status examine(cov_raster *r, const cov_policy *policy, cov_notes *notes, cov_error *err)
{
    if (GDALGetRasterCount(r->dataset) != 1)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s has %d bands, one is needed: extract it with "
                        "gdal_translate -b 1",
                        r->label, GDALGetRasterCount(r->dataset));
    r->band = GDALGetRasterBand(r->dataset, 1);
    r->columns = (size_t)GDALGetRasterXSize(r->dataset);
    r->rows = (size_t)GDALGetRasterYSize(r->dataset);
    r->nodata = GDALGetRasterNoDataValue(r->band, &r->has_nodata);
    int has = 0;
    r->scale = GDALGetRasterScale(r->band, &has);
    if (!has)
        r->scale = 1;
    r->offset = GDALGetRasterOffset(r->band, &has);
    if (!has)
        r->offset = 0;
    if (GDALGetGeoTransform(r->dataset, r->affine) != CE_None)
        return cov_fail(err, COV_ERR_INPUT, "%s has no place on Earth", r->label);
    cov_status s = cov_crs_from_layer(GDALGetSpatialRef(r->dataset), &r->crs, err);
    if (s != COV_OK || r->crs != NULL)
        return s;
    if (policy->assume_crs == NULL)
        return cov_fail(err, COV_ERR_CRS,
                        "%s states no usable coordinate reference system: name "
                        "it with --assume-crs EPSG:...",
                        r->label);
    s = cov_crs_from_text(policy->assume_crs, &r->crs, err);
    if (s == COV_OK)
        s = cov_notes_add(notes, err, COV_NOTE_INFO,
                          "%s states no coordinate reference system: "
                          "taken as %s (--assume-crs)",
                          r->label, policy->assume_crs);
    return s;
}

cov_status cov_raster_open(const char *path, const cov_policy *policy, cov_notes *notes,
                           cov_raster **out, cov_error *err)
{
    const cov_source source = {path, NULL};
    cov_path resolved = {NULL, NULL, NULL, NULL};
    cov_gdal_init();
    cov_raster *r = cov_alloc_zero(1, sizeof *r);
    if (r == NULL)
        return cov_fail_memory(err);
    cov_watch_begin(&r->watch);
    cov_status s = cov_path_resolve(&source, &cov_kind_raster, policy, &resolved, err);
    if (s == COV_OK) {
        r->path = resolved.open;
        r->label = resolved.label;
        r->watch.folder = r->folder = resolved.folder;
        s = open_dataset(r, policy, err);
    }
    if (s == COV_OK)
        s = examine(r, policy, notes, err);
    cov_watch_end(&r->watch);
    if (s != COV_OK) {
        cov_raster_close(r);
        return s;
    }
    *out = r;
    return COV_OK;
}

void cov_raster_close(cov_raster *raster)
{
    if (raster == NULL)
        return;
    cov_watch_begin(&raster->watch);
    if (raster->dataset != NULL)
        GDALClose(raster->dataset);
    if (raster->crs != NULL)
        OSRRelease(raster->crs);
    cov_watch_end(&raster->watch);
    cov_free(raster->folder);
    cov_free(raster->label);
    cov_free(raster->path);
    cov_free(raster);
}

const char *cov_raster_label(const cov_raster *raster)
{
    return raster->label;
}

OGRSpatialReferenceH cov_raster_crs(const cov_raster *raster)
{
    return raster->crs;
}

void cov_raster_size(const cov_raster *raster, size_t *columns, size_t *rows)
{
    *columns = raster->columns;
    *rows = raster->rows;
}

void cov_raster_affine(const cov_raster *raster, double affine[6])
{
    memcpy(affine, raster->affine, sizeof raster->affine);
}

void cov_raster_piece(const cov_raster *raster, size_t *columns, size_t *rows)
{
    int w = 0, h = 0;
    GDALGetBlockSize(raster->band, &w, &h);
    *columns = (size_t)w;
    *rows = (size_t)h;
}

cov_status cov_raster_window(cov_raster *raster, size_t first_column, size_t first_row,
                             size_t n_columns, size_t n_rows, double *value, cov_error *err)
{
    if (first_column + n_columns > raster->columns || first_row + n_rows > raster->rows)
        return cov_fail(err, COV_ERR_ARGUMENT, "%s: a window beyond the raster", raster->label);
    cov_watch_begin(&raster->watch);
    CPLErr e =
        GDALRasterIO(raster->band, GF_Read, (int)first_column, (int)first_row, (int)n_columns,
                     (int)n_rows, value, (int)n_columns, (int)n_rows, GDT_Float64, 0, 0);
    cov_watch_end(&raster->watch);
    cov_status s = check(raster, err);
    if (s == COV_OK && e != CE_None)
        s = cov_fail(err, COV_ERR_INPUT, "%s can't be read", raster->label);
    for (size_t i = 0; s == COV_OK && i < n_columns * n_rows; i++) {
        if (raster->has_nodata && value[i] == raster->nodata)
            value[i] = NAN;
        value[i] = value[i] * raster->scale + raster->offset;
    }
    return s;
}

cov_status cov_raster_rows(cov_raster *raster, size_t first_row, size_t n_rows, double *value,
                           cov_error *err)
{
    return cov_raster_window(raster, 0, first_row, raster->columns, n_rows, value, err);
}
