/* Rasters in memory, made by GDAL from arrays the tests know. SPDX-License-Identifier: MIT */
#ifndef COV_TESTS_RASTERS_H
#define COV_TESTS_RASTERS_H

#include "layers.h"

#include <math.h>

#include <gdal.h>

#include "io/path.h"
#include "io/raster.h"
#include "support.h"

/* What is to be written; zero where the default is meant. */
typedef struct picture {
    int columns, rows;
    GDALDataType type;
    double affine[6];
    const char *crs; /* NULL: none */
    const double *stored;
    const unsigned char *mask; /* 0: no value; NULL: no mask */
    double nodata;
    int has_nodata;
    double scale, offset; /* scale 0: neither */
    int bands;            /* 0: one */
} picture;

/* Cells of a quarter of a unit, exact in binary; 0 in the middle. */
static inline picture small_picture(const double *stored, int columns, int rows)
{
    picture p = {columns,     rows,   GDT_Float64, {-2.5, 0.25, 0, 3.25, 0, -0.25},
                 "EPSG:4326", stored, NULL,        0,
                 0,           0,      0,           0};
    return p;
}

static inline GDALDatasetH draw(const picture *p)
{
    int bands = p->bands > 0 ? p->bands : 1;
    cov_gdal_init();
    GDALDatasetH d =
        GDALCreate(GDALGetDriverByName("MEM"), "", p->columns, p->rows, bands, p->type, NULL);
    assert_non_null(d);
    if (p->affine[1] != 0 || p->affine[2] != 0)
        GDALSetGeoTransform(d, (double *)(uintptr_t)p->affine);
    if (p->crs != NULL) {
        OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
        assert_int_equal(OSRSetFromUserInput(srs, p->crs), OGRERR_NONE);
        OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
        GDALSetSpatialRef(d, srs);
        OSRRelease(srs);
    }
    GDALRasterBandH band = GDALGetRasterBand(d, 1);
    assert_int_equal(GDALRasterIO(band, GF_Write, 0, 0, p->columns, p->rows,
                                  (void *)(uintptr_t)p->stored, p->columns, p->rows, GDT_Float64, 0,
                                  0),
                     CE_None);
    if (p->has_nodata)
        GDALSetRasterNoDataValue(band, p->nodata);
    if (p->scale != 0) {
        GDALSetRasterScale(band, p->scale);
        GDALSetRasterOffset(band, p->offset);
    }
    if (p->mask != NULL) {
        GDALCreateDatasetMaskBand(d, GMF_PER_DATASET);
        assert_int_equal(GDALRasterIO(GDALGetMaskBand(band), GF_Write, 0, 0, p->columns, p->rows,
                                      (void *)(uintptr_t)p->mask, p->columns, p->rows, GDT_Byte, 0,
                                      0),
                         CE_None);
    }
    return d;
}

/* `options` are "KEY=VALUE KEY=VALUE". */
static inline void put_picture(const char *driver, const char *path, const picture *p,
                               const char *options)
{
    GDALDatasetH d = draw(p);
    char **list = CSLTokenizeString(options != NULL ? options : "");
    GDALDatasetH copy =
        GDALCreateCopy(GDALGetDriverByName(driver), path, d, FALSE, list, NULL, NULL);
    assert_non_null(copy);
    GDALClose(copy);
    GDALClose(d);
    CSLDestroy(list);
}

/* Open or fail the test. */
static inline cov_raster *open_raster(const char *path)
{
    const cov_policy policy = {0};
    cov_notes notes = COV_NOTES_INIT;
    cov_raster *r = NULL;
    cov_error err = {0};
    if (cov_raster_open(path, &policy, &notes, &r, &err) != COV_OK)
        fail_msg("%s", err.message);
    cov_notes_clear(&notes);
    return r;
}

/* The same number, or both none. */
static inline int same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Levels between -130 and -50 with halves, so that bytes of all formats hold them. */
static inline double *random_levels(rng *r, size_t n)
{
    double *v = blank(n, sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i] = -130 + 0.5 * (double)rng_below(r, 160);
    return v;
}

/* Before each test. */
static inline int reset(void **state)
{
    (void)state;
    cov_gdal_init();
    remove_all();
    return 0;
}

#endif
