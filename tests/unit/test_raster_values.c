/* Raster: what its cells hold, by every driver and type. SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#define _LARGEFILE64_SOURCE
#include "rasters.h"

enum { COLUMNS = 37, ROWS = 29, CELLS = COLUMNS * ROWS };

/* Compare a raster with what it should hold, by rows, by windows and cell by cell. */
static void compare(const char *path, const double *expected, size_t columns, size_t rows)
{
    cov_raster *r = open_raster(path);
    size_t w, h;
    cov_error err = {0};
    cov_raster_size(r, &w, &h);
    assert_int_equal(w, columns);
    assert_int_equal(h, rows);
    double *all = blank(columns * rows, sizeof *all), one;
    assert_int_equal(cov_raster_rows(r, 0, rows, all, &err), COV_OK);
    for (size_t i = 0; i < columns * rows; i++) {
        if (!same(all[i], expected[i]))
            fail_msg("%s, cell %zu: %.17g, not %.17g", path, i, all[i], expected[i]);
    }
    for (size_t row = 0; row < rows; row += 3) {
        for (size_t column = 0; column < columns; column += 5) {
            assert_int_equal(cov_raster_window(r, column, row, 1, 1, &one, &err), COV_OK);
            assert_true(same(one, expected[row * columns + column]));
        }
    }
    assert_int_equal(cov_raster_window(r, 2, 1, columns - 2, rows - 1, all, &err), COV_OK);
    assert_true(same(all[columns - 2], expected[2 * columns + 2]));
    free(all);
    cov_raster_close(r);
}

static void test_drivers_and_types(void **state)
{
    (void)state;
    static const struct {
        const char *driver, *path, *options;
        GDALDataType type;
    } kinds[] = {
        {"GTiff", HERE "a.tif", "", GDT_Float32},
        {"GTiff", HERE "b.tif", "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16 COMPRESS=LZW", GDT_Float64},
        {"GTiff", HERE "c.tif", "BLOCKYSIZE=7 COMPRESS=DEFLATE", GDT_Int16},
        {"GTiff", HERE "d.tif", "PIXELTYPE=SIGNEDBYTE", GDT_Byte},
        {"GTiff", HERE "e.tif", "", GDT_Int32},
        {"GTiff", HERE "f.tif", "", GDT_Int64},
        {"AAIGrid", HERE "g.asc", "", GDT_Float64},
        {"EHdr", HERE "h.bil", "", GDT_Float32},
        {"EHdr", HERE "i.bil", "", GDT_Int16},
        {"HFA", HERE "j.img", "", GDT_Float32},
        {"HFA", HERE "k.img", "COMPRESSED=YES", GDT_Int16},
    };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        rng r = {k};
        double *v = random_levels(&r, CELLS);
        int is_float = kinds[k].type == GDT_Float32 || kinds[k].type == GDT_Float64;
        for (size_t i = 0; i < CELLS; i++) {
            v[i] = is_float ? v[i] : floor(v[i]);
            if (kinds[k].type == GDT_Byte)
                v[i] = fmax(v[i], -128) + 256 * (v[i] < 0);
        }
        picture p = small_picture(v, COLUMNS, ROWS);
        p.type = kinds[k].type;
        put_picture(kinds[k].driver, kinds[k].path, &p, kinds[k].options);
        for (size_t i = 0; i < CELLS && kinds[k].type == GDT_Byte; i++)
            v[i] -= 256;
        compare(kinds[k].path, v, COLUMNS, ROWS);
        free(v);
    }
}

static void test_no_value(void **state)
{
    (void)state;
    static const struct {
        const char *driver, *path;
        GDALDataType type;
        double nodata;
    } kinds[] = {
        {"GTiff", HERE "a.tif", GDT_Float32, -9999},
        {"GTiff", HERE "b.tif", GDT_Float32, -3.4028234663852886e38},
        {"GTiff", HERE "c.tif", GDT_Float32, -99.9},
        {"GTiff", HERE "d.tif", GDT_Float32, NAN},
        {"GTiff", HERE "e.tif", GDT_Float64, -1.7976931348623157e308},
        {"GTiff", HERE "f.tif", GDT_Int16, -32768},
        {"AAIGrid", HERE "g.asc", GDT_Float64, -9999},
        {"EHdr", HERE "h.bil", GDT_Float32, -9999},
        {"HFA", HERE "i.img", GDT_Float32, -9999},
    };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        rng r = {k};
        double *v = random_levels(&r, CELLS);
        for (size_t i = 0; i < CELLS; i++) {
            v[i] = kinds[k].type == GDT_Int16 ? floor(v[i]) : v[i];
            if (rng_below(&r, 4) == 0)
                v[i] = kinds[k].nodata;
        }
        picture p = small_picture(v, COLUMNS, ROWS);
        p.type = kinds[k].type;
        p.has_nodata = 1;
        p.nodata = kinds[k].nodata;
        put_picture(kinds[k].driver, kinds[k].path, &p, NULL);
        for (size_t i = 0; i < CELLS; i++)
            v[i] = v[i] == kinds[k].nodata ? NAN : v[i];
        compare(kinds[k].path, v, COLUMNS, ROWS);
        free(v);
    }
}

/* The nodata value of a float as text, rounded beyond the largest float. */
static void test_nodata_beyond_float(void **state)
{
    (void)state;
    double v[4] = {-100, -3.4028234663852886e38, -101, -102};
    picture p = small_picture(v, 2, 2);
    p.type = GDT_Float32;
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    put_text(HERE "a.tif.aux.xml", "<PAMDataset><PAMRasterBand band=\"1\"><NoDataValue>-3.4028235e"
                                   "+38</NoDataValue></PAMRasterBand></PAMDataset>");
    v[1] = NAN;
    cov_raster *r = open_raster(HERE "a.tif");
    double got[4];
    assert_int_equal(cov_raster_rows(r, 0, 2, got, NULL), COV_OK);
    for (size_t i = 0; i < 4; i++)
        assert_true(same(got[i], v[i]));
    cov_raster_close(r);
}

static void test_nan_and_infinities(void **state)
{
    (void)state;
    rng r = {1};
    double *v = random_levels(&r, CELLS);
    v[3] = NAN;
    v[40] = -INFINITY;
    v[41] = INFINITY;
    picture p = small_picture(v, COLUMNS, ROWS);
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    compare(HERE "a.tif", v, COLUMNS, ROWS);
    free(v);
}

static void test_masks(void **state)
{
    (void)state;
    static const char *const internal[] = {"YES", "NO"};
    for (size_t k = 0; k < 2; k++) {
        rng r = {k};
        double *v = random_levels(&r, CELLS);
        unsigned char *mask = blank(CELLS, 1);
        for (size_t i = 0; i < CELLS; i++)
            mask[i] = rng_below(&r, 3) == 0 ? 0 : 255;
        picture p = small_picture(v, COLUMNS, ROWS);
        p.mask = mask;
        p.has_nodata = 1;
        p.nodata = -100;
        CPLSetConfigOption("GDAL_TIFF_INTERNAL_MASK", internal[k]);
        put_picture("GTiff", HERE "a.tif", &p, "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16");
        CPLSetConfigOption("GDAL_TIFF_INTERNAL_MASK", NULL);
        assert_int_equal(cov_path_exists(HERE "a.tif.msk"), k == 1);
        for (size_t i = 0; i < CELLS; i++)
            v[i] = mask[i] == 0 || v[i] == -100 ? NAN : v[i];
        compare(HERE "a.tif", v, COLUMNS, ROWS);
        remove_all();
        free(mask);
        free(v);
    }
}

static void test_alpha_is_a_mask(void **state)
{
    (void)state;
    double v[4] = {1, 2, 3, 4}, alpha[4] = {255, 0, 128, 255};
    picture p = small_picture(v, 2, 2);
    p.type = GDT_Byte;
    p.bands = 2;
    GDALDatasetH d = draw(&p);
    GDALSetRasterColorInterpretation(GDALGetRasterBand(d, 2), GCI_AlphaBand);
    assert_int_equal(
        GDALRasterIO(GDALGetRasterBand(d, 2), GF_Write, 0, 0, 2, 2, alpha, 2, 2, GDT_Float64, 0, 0),
        CE_None);
    GDALClose(
        GDALCreateCopy(GDALGetDriverByName("GTiff"), HERE "a.tif", d, FALSE, NULL, NULL, NULL));
    GDALClose(d);
    v[1] = NAN;
    cov_raster *r = open_raster(HERE "a.tif");
    double got[4];
    assert_int_equal(cov_raster_rows(r, 0, 2, got, NULL), COV_OK);
    for (size_t i = 0; i < 4; i++)
        assert_true(same(got[i], v[i]));
    cov_raster_close(r);
}

static void test_scale_and_offset(void **state)
{
    (void)state;
    rng r = {7};
    double *v = blank(CELLS, sizeof *v);
    for (size_t i = 0; i < CELLS; i++)
        v[i] = (double)rng_below(&r, 256);
    picture p = small_picture(v, COLUMNS, ROWS);
    p.type = GDT_Byte;
    p.has_nodata = 1;
    p.nodata = 255;
    p.scale = 0.5;
    p.offset = -150;
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    for (size_t i = 0; i < CELLS; i++)
        v[i] = v[i] == 255 ? NAN : v[i] * 0.5 - 150;
    compare(HERE "a.tif", v, COLUMNS, ROWS);
    cov_raster *a = open_raster(HERE "a.tif");
    assert_true(cov_raster_is_single(a));
    cov_raster_close(a);
    free(v);
}

static void test_windows_beyond(void **state)
{
    (void)state;
    static const size_t windows[][4] = {
        {0, 0, COLUMNS + 1, 1}, {0, 0, 1, ROWS + 1}, {COLUMNS, 0, 1, 1},    {0, ROWS, 1, 1},
        {SIZE_MAX, 0, 2, 1},    {0, 1, 1, SIZE_MAX}, {COLUMNS + 1, 0, 0, 0}};
    rng r = {3};
    double *v = random_levels(&r, CELLS), one[2];
    picture p = small_picture(v, COLUMNS, ROWS);
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    cov_raster *a = open_raster(HERE "a.tif");
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++)
        assert_int_equal(cov_raster_window(a, windows[i][0], windows[i][1], windows[i][2],
                                           windows[i][3], one, NULL),
                         COV_ERR_ARGUMENT);
    assert_int_equal(cov_raster_window(a, COLUMNS, ROWS, 0, 0, one, NULL), COV_OK);
    cov_raster_close(a);
    free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_drivers_and_types, reset),
        cmocka_unit_test_setup(test_no_value, reset),
        cmocka_unit_test_setup(test_nodata_beyond_float, reset),
        cmocka_unit_test_setup(test_nan_and_infinities, reset),
        cmocka_unit_test_setup(test_masks, reset),
        cmocka_unit_test_setup(test_alpha_is_a_mask, reset),
        cmocka_unit_test_setup(test_scale_and_offset, reset),
        cmocka_unit_test_setup(test_windows_beyond, reset),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
