/* SPDX-License-Identifier: MIT */
#include "io/raster.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/ascii_grid.h"
#include "io/open.h"
#include "io/path.h"
#include "io/raster_layout.h"

/* What changes values, or how errors in them are told. The last one keeps a file from leading to
 * the network by a name inside it. */
static const cov_pin pins[] = {{"GTIFF_IGNORE_READ_ERRORS", "NO"},
                               {"GTIFF_POINT_GEO_IGNORE", "NO"},
                               {"GTIFF_DIRECT_IO", "NO"},
                               {"GTIFF_VIRTUAL_MEM_IO", "NO"},
                               {"GDAL_GEOREF_SOURCES", "PAM,INTERNAL,TABFILE,WORLDFILE"},
                               {"GDAL_PAM_ENABLED", "YES"},
                               {"GDAL_ONE_BIG_READ", "NO"},
                               {"AAIGRID_DATATYPE", "Float64"},
                               {"CPL_VSIL_CURL_ALLOWED_FILENAME", ""}};
#define N_PINS (sizeof pins / sizeof pins[0])

/* ---------------------------------------------------------------- open the file */

/* GDAL opens a mask beside the file with any driver. */
static cov_status check_mask_file(const cov_raster *r, const cov_policy *policy, cov_error *err)
{
    static const char *const extension[] = {"msk", "MSK"};
    for (size_t i = 0; i < 2 && policy->n_add_drivers == 0; i++) {
        char *path = cov_text_print("%s.%s", r->path, extension[i]);
        if (path == NULL)
            return cov_fail_memory(err);
        int exists = cov_path_exists(path);
        GDALDriverH driver = exists ? GDALIdentifyDriverEx(path, GDAL_OF_RASTER, NULL, NULL) : NULL;
        cov_free(path);
        if (exists && (driver == NULL || !EQUAL(GDALGetDriverShortName(driver), "GTiff")))
            return cov_fail(err, COV_ERR_INPUT,
                            "%s: the mask beside it, %s.%s, is no GeoTIFF: remove it", r->label,
                            r->label, extension[i]);
    }
    return COV_OK;
}

static cov_status open_path(cov_raster *r, const char *path, const cov_policy *policy,
                            cov_error *err)
{
    const cov_source source = {path, NULL, NULL, NULL};
    cov_path resolved = {NULL, NULL, NULL, NULL};
    cov_status s = cov_path_resolve(&source, &cov_kind_raster, policy, &resolved, err);
    if (s != COV_OK)
        return s;
    r->path = resolved.open;
    r->label = resolved.label;
    r->folder = resolved.folder;
    r->watch.folder = r->folder;
    s = check_mask_file(r, policy, err);
    if (s == COV_OK)
        s = cov_dataset_open(&cov_kind_raster, policy, r->path, r->label, NULL, &r->watch,
                             &r->dataset, err);
    return s;
}

/* ---------------------------------------------------------------- what its values are */

static cov_status choose_band(cov_raster *r, cov_error *err)
{
    int n = GDALGetRasterCount(r->dataset), n_alpha = 0;
    for (int i = 2; i <= n; i++)
        n_alpha +=
            GDALGetRasterColorInterpretation(GDALGetRasterBand(r->dataset, i)) == GCI_AlphaBand;
    if (n - n_alpha != 1)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s has %d bands, where one is needed: take out the one that is meant, "
                        "such as gdal_translate -b 1",
                        r->label, n);
    r->band = GDALGetRasterBand(r->dataset, 1);
    if (!GDALDataTypeIsComplex(GDALGetRasterDataType(r->band)))
        return COV_OK;
    return cov_fail(err, COV_ERR_INPUT, "%s holds complex numbers, where levels are needed",
                    r->label);
}

/* GDAL tells the nodata value of 64-bit integers by functions of their own. */
static double nodata_of(GDALRasterBandH band, int *has)
{
    if (GDALGetRasterDataType(band) == GDT_Int64)
        return (double)GDALGetRasterNoDataValueAsInt64(band, has);
    if (GDALGetRasterDataType(band) == GDT_UInt64)
        return (double)GDALGetRasterNoDataValueAsUInt64(band, has);
    return GDALGetRasterNoDataValue(band, has);
}

static int is_signed_byte(GDALRasterBandH band)
{
    const char *kind = GDALGetMetadataItem(band, "PIXELTYPE", "IMAGE_STRUCTURE");
    return GDALGetRasterDataType(band) == GDT_Byte && kind != NULL && EQUAL(kind, "SIGNEDBYTE");
}

/* As near as a float comes; a value beyond the floats is the outermost one: -3.4028235e38 as text
 * is. */
static double nearest_float(double value)
{
    if (isfinite(value) && fabs(value) > (double)FLT_MAX)
        return value < 0 ? -(double)FLT_MAX : (double)FLT_MAX;
    return (double)(float)value;
}

static cov_status read_meaning(cov_raster *r, cov_error *err)
{
    GDALDataType type = GDALGetRasterDataType(r->band);
    int has = 0;
    r->is_signed_byte = is_signed_byte(r->band);
    r->nodata = nodata_of(r->band, &r->has_nodata);
    if (type == GDT_Float32)
        r->nodata = nearest_float(r->nodata);
    if (r->is_signed_byte && r->nodata > 127)
        r->nodata -= 256;
    r->scale = GDALGetRasterScale(r->band, &has);
    r->scale = has ? r->scale : 1;
    r->offset = GDALGetRasterOffset(r->band, &has);
    r->offset = has ? r->offset : 0;
    if (!isfinite(r->scale) || !isfinite(r->offset) || r->scale == 0)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s: its scale or its offset is no use: set them with gdal_edit.py -scale "
                        "1 -offset 0",
                        r->label);
    int scaled = r->scale != 1 || r->offset != 0;
    r->is_single = type == GDT_Float32 || (scaled && GDALGetDataTypeSizeBytes(type) <= 2);
    return COV_OK;
}

static cov_status find_mask(cov_raster *r, cov_error *err)
{
    int flags = GDALGetMaskFlags(r->band);
    if (flags == GMF_ALL_VALID || flags == GMF_NODATA)
        return COV_OK;
    r->mask = GDALGetMaskBand(r->band);
    r->masked = cov_alloc(r->columns, 1);
    return r->masked != NULL ? COV_OK : cov_fail_memory(err);
}

/* ---------------------------------------------------------------- how it is read */

static size_t at_least_one(size_t n)
{
    return n > 0 ? n : 1;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Small blocks are read several at a time, large ones in slices. */
static void choose_piece(cov_raster *r)
{
    size_t columns = smaller(r->block_columns, r->columns), rows = smaller(r->block_rows, r->rows);
    if (columns * rows > COV_RASTER_PIECE) {
        columns = smaller(columns, COV_RASTER_PIECE);
        rows = smaller(rows, COV_RASTER_PIECE / columns);
    } else {
        columns *= at_least_one(256 / columns);
        rows *= at_least_one(65536 / (columns * rows));
    }
    r->piece_columns = columns;
    r->piece_rows = rows;
}

static cov_status measure_blocks(cov_raster *r, cov_error *err)
{
    int columns = 0, rows = 0;
    GDALGetBlockSize(r->band, &columns, &rows);
    if (columns < 1 || rows < 1)
        return cov_fail(err, COV_ERR_INPUT, "%s has blocks of no size", r->label);
    size_t bytes = (size_t)GDALGetDataTypeSizeBytes(GDALGetRasterDataType(r->band));
    r->block_columns = (size_t)columns;
    r->block_rows = (size_t)rows;
    r->block_bytes = r->block_columns * r->block_rows * (bytes + (r->mask != NULL));
    choose_piece(r);
    if (r->block_bytes <= COV_RASTER_BLOCK_MAX)
        return COV_OK;
    return cov_fail(err, COV_ERR_INPUT,
                    "%s is stored in blocks of %d x %d cells, too large to be read in pieces: "
                    "write it in tiles (gdal_translate -co TILED=YES)",
                    r->label, columns, rows);
}

/* ---------------------------------------------------------------- where it is */

static void centre(const double a[6], double column, double row, double out[2])
{
    out[0] = a[0] + (column + 0.5) * a[1] + (row + 0.5) * a[2];
    out[1] = a[3] + (column + 0.5) * a[4] + (row + 0.5) * a[5];
}

/* Of the centres: many a global raster reaches half a cell beyond the poles. */
static void extent_of(const cov_raster *r, double extent[4])
{
    for (int i = 0; i < 4; i++) {
        double at[2];
        centre(r->affine, i & 1 ? (double)r->columns - 1 : 0, i & 2 ? (double)r->rows - 1 : 0, at);
        for (int k = 0; k < 2; k++) {
            extent[k] = i == 0 ? at[k] : fmin(extent[k], at[k]);
            extent[k + 2] = i == 0 ? at[k] : fmax(extent[k + 2], at[k]);
        }
    }
}

static int is_invertible(const double a[6])
{
    double determinant = a[1] * a[5] - a[2] * a[4];
    for (int i = 0; i < 6; i++) {
        if (!isfinite(a[i]))
            return 0;
    }
    return isfinite(determinant) && determinant != 0;
}

static cov_status find_place(cov_raster *r, const cov_policy *policy, cov_notes *notes,
                             cov_error *err)
{
    double extent[4];
    if (GDALGetGeoTransform(r->dataset, r->affine) != CE_None || !is_invertible(r->affine))
        return cov_fail(
            err, COV_ERR_INPUT,
            "%s doesn't say where its cells are (it has no affine transform): if it has "
            "ground control points use gdalwarp, else gdal_edit.py -a_ullr",
            r->label);
    cov_status s =
        cov_dataset_crs(GDALGetSpatialRef(r->dataset), policy, r->label, notes, &r->crs, err);
    if (s == COV_OK && r->crs == NULL)
        s = cov_fail(err, COV_ERR_CRS,
                     "%s states no usable coordinate reference system: name it with --assume-crs "
                     "EPSG:...",
                     r->label);
    if (s != COV_OK)
        return s;
    extent_of(r, extent);
    return cov_crs_check_extent(r->crs, extent, r->label, err);
}

/* ---------------------------------------------------------------- open and close */

static cov_status check_text(const cov_raster *r, cov_notes *notes, cov_error *err)
{
    const char *driver = GDALGetDriverShortName(GDALGetDatasetDriver(r->dataset));
    if (strcmp(driver, "AAIGrid") != 0)
        return COV_OK;
    return cov_ascii_grid_check(r->path, r->label, (uint64_t)r->columns * r->rows, notes, err);
}

static cov_status examine(cov_raster *r, const cov_policy *policy, cov_notes *notes, cov_error *err)
{
    r->columns = (size_t)GDALGetRasterXSize(r->dataset);
    r->rows = (size_t)GDALGetRasterYSize(r->dataset);
    cov_status s = choose_band(r, err);
    if (s == COV_OK)
        s = read_meaning(r, err);
    if (s == COV_OK)
        s = find_mask(r, err);
    if (s == COV_OK)
        s = measure_blocks(r, err);
    if (s == COV_OK)
        s = find_place(r, policy, notes, err);
    if (s == COV_OK)
        s = check_text(r, notes, err);
    if (s == COV_OK)
        s = cov_watch_check(&r->watch, r->label, err);
    if (s == COV_OK)
        s = cov_watch_note(&r->watch, r->label, notes, err);
    return s;
}

static cov_raster *new_raster(const cov_policy *policy)
{
    cov_raster *r = cov_alloc_zero(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->watch.pin = pins;
    r->watch.n_pins = policy->allow_network ? N_PINS - 1 : N_PINS;
    pthread_mutex_init(&r->transforming, NULL);
    pthread_mutex_init(&r->reading, NULL);
    return r;
}

cov_status cov_raster_open(const char *path, const cov_policy *policy, cov_notes *notes,
                           cov_raster **out, cov_error *err)
{
    cov_gdal_init();
    cov_raster *r = new_raster(policy);
    if (r == NULL)
        return cov_fail_memory(err);
    cov_raster_begin(r);
    cov_status s = open_path(r, path, policy, err);
    if (s == COV_OK)
        s = examine(r, policy, notes, err);
    cov_raster_end(r);
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
    cov_raster_begin(raster);
    if (raster->dataset != NULL)
        GDALClose(raster->dataset);
    if (raster->crs != NULL)
        OSRRelease(raster->crs);
    cov_raster_end(raster);
    pthread_mutex_destroy(&raster->reading);
    pthread_mutex_destroy(&raster->transforming);
    cov_transform_clear(&raster->transform);
    cov_free(raster->masked);
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

const cov_transform *cov_raster_transform(const cov_raster *raster)
{
    return &raster->transform;
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

int cov_raster_is_single(const cov_raster *raster)
{
    return raster->is_single;
}

void cov_raster_piece(const cov_raster *raster, size_t *columns, size_t *rows)
{
    *columns = raster->piece_columns;
    *rows = raster->piece_rows;
}

/* ---------------------------------------------------------------- another system */

static int meet(const double a[4], const double b[4])
{
    return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

/* Where the extent comes to lie, near enough to tell whether anything of it is in the raster. */
static void transform_extent(const cov_transform *transform, const double from[4], double to[4])
{
    enum { STEPS = 16 };
    double x[(STEPS + 1) * (STEPS + 1)], y[(STEPS + 1) * (STEPS + 1)];
    size_t n = 0;
    for (int i = 0; i <= STEPS; i++) {
        for (int j = 0; j <= STEPS; j++) {
            x[n] = from[0] + (from[2] - from[0]) * i / STEPS;
            y[n++] = from[1] + (from[3] - from[1]) * j / STEPS;
        }
    }
    cov_transform_points(transform, n, x, y);
    to[0] = to[1] = INFINITY;
    to[2] = to[3] = -INFINITY;
    for (size_t i = 0; i < n; i++) { /* fmin and fmax pass over NaN */
        to[0] = fmin(to[0], x[i]);
        to[1] = fmin(to[1], y[i]);
        to[2] = fmax(to[2], x[i]);
        to[3] = fmax(to[3], y[i]);
    }
}

static cov_status warn_beside(const cov_raster *r, const double extent[4], cov_notes *notes,
                              cov_error *err)
{
    double own[4], points[4];
    extent_of(r, own);
    transform_extent(&r->transform, extent, points);
    if (!(extent[0] <= extent[2]) || meet(own, points))
        return COV_OK;
    char is[160], has[160];
    CPLsnprintf(has, sizeof has, "x %.9g to %.9g, y %.9g to %.9g", own[0], own[2], own[1], own[3]);
    CPLsnprintf(is, sizeof is, "x %.9g to %.9g, y %.9g to %.9g", points[0], points[2], points[1],
                points[3]);
    return cov_notes_add(notes, err, COV_NOTE_WARNING,
                         "%s says nothing about any place that is counted: it has %s, they are at "
                         "%s in the same system: is its coordinate system right?",
                         r->label, has, is);
}

cov_status cov_raster_place(cov_raster *raster, OGRSpatialReferenceH plane, const double extent[4],
                            cov_notes *notes, cov_error *err)
{
    cov_transform transform;
    cov_status s = cov_transform_create(plane, raster->crs, extent, raster->label, &transform, err);
    if (s != COV_OK)
        return s;
    cov_transform_clear(&raster->transform);
    raster->transform = transform;
    s = cov_transform_note(&transform, plane, raster->crs, raster->label, notes, err);
    return s == COV_OK ? warn_beside(raster, extent, notes, err) : s;
}
