/* Raster: what is opened, what is refused, and that no cell of a damaged file becomes a value.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#define _LARGEFILE64_SOURCE
#include "rasters.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "folder.h"

enum { COLUMNS = 37, ROWS = 29, CELLS = COLUMNS * ROWS };

/* ---------------------------------------------------------------- what is refused */

static cov_status open_with(const char *path, const cov_policy *policy, cov_notes *notes,
                            cov_error *err)
{
    cov_raster *r = NULL;
    cov_status s = cov_raster_open(path, policy, notes, &r, err);
    cov_raster_close(r);
    return s;
}

static void refuse(const char *path, cov_status code, const char *says)
{
    const cov_policy policy = {0};
    cov_notes notes = COV_NOTES_INIT;
    cov_error err = {0};
    if (open_with(path, &policy, &notes, &err) != code)
        fail_msg("%s: %d, \"%s\"", path, err.code, err.message);
    assert_says(&err, says);
    cov_notes_clear(&notes);
}

static const char vrt[] =
    "<VRTDataset rasterXSize=\"2\" rasterYSize=\"2\"><SRS>EPSG:4326</SRS><GeoTransform>0,1,0,0,0,-1"
    "</GeoTransform><VRTRasterBand dataType=\"Byte\" band=\"1\"><SimpleSource><SourceFilename>" HERE
    "true.tif</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></"
    "VRTDataset>";

static void test_what_is_not_opened(void **state)
{
    (void)state;
    refuse("http://example.org/a.tif", COV_ERR_INPUT, "unless the network is allowed");
    refuse("/vsicurl/http://example.org/a.tif", COV_ERR_INPUT, "unless the network is allowed");
    refuse("GTIFF_DIR:1:" HERE "a.tif", COV_ERR_INPUT, "unless the network is allowed");
    refuse(HERE "none.tif", COV_ERR_INPUT, "there is no file");
    put_text(HERE "a.tif", vrt);
    refuse(HERE "a.tif", COV_ERR_INPUT, "of the kind VRT");
    put_text(HERE "text.tif", "hello");
    refuse(HERE "text.tif", COV_ERR_INPUT, "text.tif is not a raster in one of the formats GTiff");
    put_squares("GPKG", HERE "xa.gpkg", 2, "EPSG:4326", NULL);
    refuse(HERE "xa.gpkg", COV_ERR_INPUT, "xa.gpkg");
}

static void test_vrt_where_allowed(void **state)
{
    (void)state;
    double v[4] = {1, 2, 3, 4};
    picture p = small_picture(v, 2, 2);
    put_picture("GTiff", HERE "true.tif", &p, NULL);
    put_text(HERE "a.vrt", vrt);
    const char *add[] = {"VRT"};
    const cov_policy policy = {NULL, add, 1, 0, 0};
    cov_notes notes = COV_NOTES_INIT;
    cov_error err = {0};
    assert_int_equal(open_with(HERE "a.vrt", &policy, &notes, &err), COV_OK);
    cov_notes_clear(&notes);
}

/* A file that is allowed to lead to others doesn't lead to the network: nobody calls here. */
static void test_names_inside_stay_here(void **state)
{
    (void)state;
    struct sockaddr_in here = {0};
    socklen_t size = sizeof here;
    int door = socket(AF_INET, SOCK_STREAM, 0);
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(door, (struct sockaddr *)&here, size), 0);
    assert_int_equal(listen(door, 8), 0);
    assert_int_equal(getsockname(door, (struct sockaddr *)&here, &size), 0);
    char text[sizeof vrt + 100];
    const char *name = strstr(vrt, HERE "true.tif"), *rest = name + strlen(HERE "true.tif");
    snprintf(text, sizeof text, "%.*s/vsicurl/http://127.0.0.1:%d/true.tif%s", (int)(name - vrt),
             vrt, ntohs(here.sin_port), rest);
    put_text(HERE "a.vrt", text);
    const char *add[] = {"VRT"};
    const cov_policy policy = {NULL, add, 1, 0, 0};
    cov_notes notes = COV_NOTES_INIT;
    cov_raster *r = NULL;
    double got[4];
    CPLSetConfigOption("GDAL_HTTP_TIMEOUT", "1");
    cov_status s = cov_raster_open(HERE "a.vrt", &policy, &notes, &r, NULL);
    if (s == COV_OK)
        s = cov_raster_rows(r, 0, 2, got, NULL);
    CPLSetConfigOption("GDAL_HTTP_TIMEOUT", NULL);
    assert_int_equal(s, COV_ERR_INPUT);
    struct pollfd visitor = {door, POLLIN, 0};
    assert_int_equal(poll(&visitor, 1, 0), 0);
    close(door);
    cov_raster_close(r);
    cov_notes_clear(&notes);
}

/* GDAL opens what is called like a mask with any driver. */
static void test_mask_in_disguise(void **state)
{
    (void)state;
    double v[4] = {1, 2, 3, 4};
    picture p = small_picture(v, 2, 2);
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    put_text(HERE "a.tif.msk", vrt);
    refuse(HERE "a.tif", COV_ERR_INPUT, "a.tif.msk, is no GeoTIFF");
    VSIUnlink(HERE "a.tif.msk");
    put_text(HERE "a.tif.MSK", vrt);
    refuse(HERE "a.tif", COV_ERR_INPUT, "a.tif.MSK, is no GeoTIFF");
}

static void test_what_is_no_level(void **state)
{
    (void)state;
    double v[4] = {1, 2, 3, 4};
    picture p = small_picture(v, 2, 2);
    p.bands = 3;
    put_picture("GTiff", HERE "bands.tif", &p, NULL);
    refuse(HERE "bands.tif", COV_ERR_INPUT, "has 3 bands, where one is needed");
    p.bands = 1;
    p.type = GDT_CFloat32;
    put_picture("GTiff", HERE "complex.tif", &p, NULL);
    refuse(HERE "complex.tif", COV_ERR_INPUT, "complex numbers");
    p.type = GDT_Int16;
    p.scale = INFINITY;
    put_picture("GTiff", HERE "scale.tif", &p, NULL);
    refuse(HERE "scale.tif", COV_ERR_INPUT, "its scale or its offset");
}

static void test_no_place(void **state)
{
    (void)state;
    double v[4] = {1, 2, 3, 4};
    picture p = small_picture(v, 2, 2);
    p.affine[1] = p.affine[5] = 0;
    put_picture("GTiff", HERE "none.tif", &p, NULL);
    refuse(HERE "none.tif", COV_ERR_INPUT, "doesn't say where its cells are");
    const double flat[6] = {0, 1, 2, 0, 2, 4};
    memcpy(p.affine, flat, sizeof flat);
    put_picture("GTiff", HERE "flat.tif", &p, NULL);
    refuse(HERE "flat.tif", COV_ERR_INPUT, "doesn't say where its cells are");
    p = small_picture(v, 2, 2);
    p.affine[0] = 500000;
    put_picture("GTiff", HERE "metres.tif", &p, NULL);
    refuse(HERE "metres.tif", COV_ERR_CRS, "are no longitude and latitude");
}

static void test_no_system(void **state)
{
    (void)state;
    double v[4] = {1, 2, 3, 4};
    picture p = small_picture(v, 2, 2);
    p.crs = NULL;
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    refuse(HERE "a.tif", COV_ERR_CRS, "--assume-crs");
    const cov_policy policy = {"EPSG:4326", NULL, 0, 0, 0};
    cov_notes notes = COV_NOTES_INIT;
    cov_error err = {0};
    assert_int_equal(open_with(HERE "a.tif", &policy, &notes, &err), COV_OK);
    assert_true(noted(&notes, "a.tif states no coordinate reference system: taken as EPSG:4326"));
    cov_notes_clear(&notes);
}

/* A global raster of centres reaches half a cell beyond the poles. */
static void test_beyond_the_poles(void **state)
{
    (void)state;
    double v[6] = {1, 2, 3, 4, 5, 6};
    picture p = small_picture(v, 2, 3);
    const double globe[6] = {-270, 180, 0, 135, 0, -90};
    memcpy(p.affine, globe, sizeof globe);
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    cov_raster_close(open_raster(HERE "a.tif"));
}

static void test_huge_blocks(void **state)
{
    (void)state;
    const char *options[] = {"TILED=YES", "BLOCKXSIZE=16384", "BLOCKYSIZE=16384", "SPARSE_OK=TRUE",
                             NULL};
    GDALDatasetH d = GDALCreate(GDALGetDriverByName("GTiff"), HERE "a.tif", 20000, 20000, 1,
                                GDT_Byte, (char **)(uintptr_t)options);
    assert_non_null(d);
    double affine[6] = {0, 0.001, 0, 10, 0, -0.001};
    GDALSetGeoTransform(d, affine);
    GDALClose(d);
    refuse(HERE "a.tif", COV_ERR_INPUT, "write it in tiles (gdal_translate -co TILED=YES)");
}

/* ---------------------------------------------------------------- archives */

static void test_archives_and_folders(void **state)
{
    (void)state;
    folder here;
    double v[4] = {1, 2, 3, 4};
    assert_int_equal(folder_open(&here), 0);
    char *zip = folder_at(&here, "a.zip"), inside[200];
    picture p = small_picture(v, 2, 2);
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    static const char *const name[] = {"a.tif", "b.tif"};
    for (size_t k = 0; k < 2; k++) {
        size_t size;
        unsigned char *content = get_bytes(HERE "a.tif", &size);
        snprintf(inside, sizeof inside, "/vsizip/%s/%s", zip, name[k]);
        put_bytes(inside, content, size);
        CPLFree(content);
        if (k == 0)
            cov_raster_close(open_raster(zip));
    }
    refuse(zip, COV_ERR_INPUT, "holds several rasters: name one of a.tif, b.tif");
    cov_raster *r = open_raster(inside);
    assert_string_equal(cov_raster_label(r), "b.tif");
    cov_raster_close(r);
    cov_raster_close(open_raster("/vsimem/cov"));
    free(zip);
    folder_close(&here);
}

/* ---------------------------------------------------------------- damage */

/* Read all: 0 where it was refused or gave an error, 2 where there is a warning that it may be cut.
 */
static int read_cut(const char *path, double *value, size_t n_rows)
{
    const cov_policy policy = {0};
    cov_notes notes = COV_NOTES_INIT;
    cov_raster *r = NULL;
    cov_error err = {0};
    cov_status s = cov_raster_open(path, &policy, &notes, &r, &err);
    for (size_t row = 0; row < n_rows && s == COV_OK; row++)
        s = cov_raster_rows(r, row, 1, value + row * COLUMNS, &err);
    if (s != COV_OK && err.code != COV_ERR_INPUT && err.code != COV_ERR_CRS)
        fail_msg("%s: %d, %s", path, err.code, err.message);
    int warned = noted(&notes, "ends without the end of its last line");
    cov_raster_close(r);
    cov_notes_clear(&notes);
    return s != COV_OK ? 0 : warned ? 2 : 1;
}

static void cut(const char *path, const double *expected, size_t step)
{
    size_t size, n_whole = 0;
    unsigned char *content = get_bytes(path, &size);
    double *value = blank(CELLS, sizeof *value);
    for (size_t keep = 1; keep < size; keep += keep + 2 * step < size ? step : 1) {
        put_bytes(path, content, keep);
        int whole = read_cut(path, value, ROWS);
        if (!whole)
            continue;
        n_whole++;
        for (size_t i = 0; i < CELLS - (whole == 2); i++) {
            if (!same(value[i], expected[i]))
                fail_msg("%s cut to %zu of %zu: cell %zu is %g, not %g", path, keep, size, i,
                         value[i], expected[i]);
        }
    }
    put_bytes(path, content, size);
    assert_int_equal(read_cut(path, value, ROWS), 1);
    assert_true(n_whole < size / 2);
    free(value);
    CPLFree(content);
}

static void test_truncation(void **state)
{
    (void)state;
    static const struct {
        const char *driver, *path, *options;
    } kinds[] = {
        {"GTiff", HERE "a.tif", ""},
        {"GTiff", HERE "b.tif", "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16 COMPRESS=DEFLATE"},
        {"GTiff", HERE "c.tif", "COMPRESS=LZW"},
        {"GTiff", HERE "d.tif", "COMPRESS=ZSTD PREDICTOR=3"},
        {"AAIGrid", HERE "e.asc", ""},
        {"EHdr", HERE "f.bil", ""},
        {"HFA", HERE "g.img", ""},
        {"HFA", HERE "h.img", "COMPRESSED=YES"},
    };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        rng r = {k};
        double *v = random_levels(&r, CELLS);
        for (size_t i = 0; i < CELLS; i++) /* no last digit that can be missed */
            v[i] = floor(v[i]) - 0.5;
        picture p = small_picture(v, COLUMNS, ROWS);
        p.type = GDT_Float32;
        put_picture(kinds[k].driver, kinds[k].path, &p, kinds[k].options);
        CPLSetConfigOption("GTIFF_IGNORE_READ_ERRORS", "YES"); /* somebody's environment */
        CPLSetConfigOption("GDAL_ONE_BIG_READ", "YES");
        cut(kinds[k].path, v, 17);
        CPLSetConfigOption("GTIFF_IGNORE_READ_ERRORS", NULL);
        CPLSetConfigOption("GDAL_ONE_BIG_READ", NULL);
        free(v);
    }
}

static void test_text_that_is_no_grid(void **state)
{
    (void)state;
    static const char header[] = "ncols 2\nnrows 2\nxllcorner 105\nyllcorner 9\ncellsize 1\n";
    static const struct {
        const char *cells, *says;
    } grids[] = {
        {"1 2\n3\n", "a.asc is truncated: 3 numbers, where its header promises 4"},
        {"1 2\n3 4 5\n", "a.asc is damaged: 5 numbers"},
        {"1 2\nthree 4\n", "number 3 is \"three\""},
        {"1 2\n3 4x\n", "number 4 is \"4x\""},
        {"1 2\n- 4\n", "number 3 is \"-\""},
        {"1 2\n3e 4\n", "number 3 is \"3e\""},
        {"1 2\n3 0000000000000000000000000000000000000000000000000000000000000000000001\n",
         "number 4 is"},
    };
    put_text(HERE "a.prj", SRS_WKT_WGS84_LAT_LONG);
    for (size_t i = 0; i < sizeof grids / sizeof grids[0]; i++) {
        char text[400];
        snprintf(text, sizeof text, "%s%s", header, grids[i].cells);
        put_text(HERE "a.asc", text);
        refuse(HERE "a.asc", COV_ERR_INPUT, grids[i].says);
    }
    static const double expected[4] = {-1, 0.25, 3e4, NAN};
    static const char *const good[] = {"-1 .25\n3e+4 nan", "-1,0 0,25 +3E4 NaN\r\n",
                                       "-1.0\t0.25 30000. -nan\n\n"};
    for (size_t i = 0; i < 3; i++) {
        char text[400];
        double got[4];
        snprintf(text, sizeof text, "%s%s", header, good[i]);
        put_text(HERE "a.asc", text);
        cov_raster *r = open_raster(HERE "a.asc");
        assert_int_equal(cov_raster_rows(r, 0, 2, got, NULL), COV_OK);
        for (size_t k = 0; k < 4; k++)
            assert_true(same(got[k], expected[k]));
        cov_raster_close(r);
    }
}

/* All the digits there are, wherever the first decimal comes. */
static void test_digits_of_text(void **state)
{
    (void)state;
    enum { N = 400 };
    size_t size = (size_t)N * N * 5 + 200, n;
    char *text = blank(size, 1);
    n = (size_t)snprintf(text, size, "ncols %d\nnrows %d\nxllcorner 105\nyllcorner 9\ncellsize 1\n",
                         N, N);
    for (int i = 0; i + 1 < N * N; i++)
        n += (size_t)snprintf(text + n, size - n, "-105%c", (i + 1) % N == 0 ? '\n' : ' ');
    snprintf(text + n, size - n, "123456789.125\n");
    put_text(HERE "a.asc", text);
    const cov_policy policy = {"EPSG:3857", NULL, 0, 0, 0};
    cov_notes notes = COV_NOTES_INIT;
    cov_raster *a = NULL;
    double last;
    assert_int_equal(cov_raster_open(HERE "a.asc", &policy, &notes, &a, NULL), COV_OK);
    assert_int_equal(cov_raster_window(a, N - 1, N - 1, 1, 1, &last, NULL), COV_OK);
    assert_true(last == 123456789.125);
    cov_raster_close(a);
    cov_notes_clear(&notes);
    free(text);
}

/* Options of the thread are as they were, whatever happened between. */
static void test_options_are_restored(void **state)
{
    (void)state;
    double v[4] = {1, 2, 3, 4};
    picture p = small_picture(v, 2, 2);
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    CPLSetThreadLocalConfigOption("GTIFF_DIRECT_IO", "maybe");
    cov_raster *r = open_raster(HERE "a.tif");
    assert_string_equal(CPLGetThreadLocalConfigOption("GTIFF_DIRECT_IO", ""), "maybe");
    assert_null(CPLGetThreadLocalConfigOption("GDAL_ONE_BIG_READ", NULL));
    cov_raster_close(r);
    assert_string_equal(CPLGetThreadLocalConfigOption("GTIFF_DIRECT_IO", ""), "maybe");
    CPLSetThreadLocalConfigOption("GTIFF_DIRECT_IO", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_what_is_not_opened, reset),
        cmocka_unit_test_setup(test_vrt_where_allowed, reset),
        cmocka_unit_test_setup(test_names_inside_stay_here, reset),
        cmocka_unit_test_setup(test_mask_in_disguise, reset),
        cmocka_unit_test_setup(test_what_is_no_level, reset),
        cmocka_unit_test_setup(test_no_place, reset),
        cmocka_unit_test_setup(test_no_system, reset),
        cmocka_unit_test_setup(test_beyond_the_poles, reset),
        cmocka_unit_test_setup(test_huge_blocks, reset),
        cmocka_unit_test_setup(test_archives_and_folders, reset),
        cmocka_unit_test_setup(test_truncation, reset),
        cmocka_unit_test_setup(test_text_that_is_no_grid, reset),
        cmocka_unit_test_setup(test_digits_of_text, reset),
        cmocka_unit_test_setup(test_options_are_restored, reset),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
