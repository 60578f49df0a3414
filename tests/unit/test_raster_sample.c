/* Sampling: the value at a point, against a search through the whole raster.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#define _LARGEFILE64_SOURCE
#include "rasters.h"

#include <pthread.h>

enum { COLUMNS = 37, ROWS = 29, CELLS = COLUMNS * ROWS };

static cov_points points_at(const spot *p, size_t n)
{
    cov_points points = COV_POINTS_INIT;
    points.n = n;
    points.x = &p->x;
    points.y = &p->y;
    points.x_stride = points.y_stride = sizeof *p;
    return points;
}

static void sample(cov_raster *r, const spot *p, size_t n, cov_sampling how, double *value)
{
    const cov_points points = points_at(p, n);
    cov_error err = {0};
    if (cov_raster_sample(r, &points, how, value, &err) != COV_OK)
        fail_msg("%s", err.message);
}

/* ---------------------------------------------------------------- oracle */

/* Whether a place in cells, moved by (e, e * e), comes to lie in [k, k + 1). The affine of these
 * tests is exact in binary, so places are exact too. */
static int holds(double at, double k, double by_e, double by_square)
{
    double way = by_e != 0 ? by_e : by_square;
    return way > 0 ? at >= k && at < k + 1 : at > k && at <= k + 1;
}

typedef struct inverse {
    double column[3], row[3]; /* constant, x, y */
} inverse;

static inverse invert(const double a[6])
{
    double d = a[1] * a[5] - a[2] * a[4];
    const inverse v = {{(a[2] * a[3] - a[5] * a[0]) / d, a[5] / d, -a[2] / d},
                       {(a[4] * a[0] - a[1] * a[3]) / d, -a[4] / d, a[1] / d}};
    return v;
}

/* The cell that holds a place; 0 where none does. */
static int find(const picture *p, spot s, int *column, int *row)
{
    const inverse v = invert(p->affine);
    double u = v.column[0] + s.x * v.column[1] + s.y * v.column[2];
    double w = v.row[0] + s.x * v.row[1] + s.y * v.row[2];
    for (*column = 0; *column < p->columns; ++*column) {
        if (holds(u, *column, v.column[1], v.column[2]))
            break;
    }
    for (*row = 0; *row < p->rows; ++*row) {
        if (holds(w, *row, v.row[1], v.row[2]))
            break;
    }
    return *column < p->columns && *row < p->rows;
}

static double search(const picture *p, const double *value, spot s)
{
    int column, row;
    return find(p, s, &column, &row) ? value[row * p->columns + column] : NAN;
}

static double clamped(const picture *p, const double *value, double column, double row)
{
    column = fmin(fmax(column, 0), p->columns - 1);
    row = fmin(fmax(row, 0), p->rows - 1);
    return value[(size_t)row * (size_t)p->columns + (size_t)column];
}

/* The weighted sum of four, as the books have it. */
static double weigh(const picture *p, const double *value, spot s)
{
    const inverse v = invert(p->affine);
    double u = v.column[0] + s.x * v.column[1] + s.y * v.column[2] - 0.5;
    double w = v.row[0] + s.x * v.row[1] + s.y * v.row[2] - 0.5;
    double i = floor(u), j = floor(w), sum = 0;
    int column, row;
    if (!find(p, s, &column, &row))
        return NAN;
    for (int k = 0; k < 4; k++) {
        double east = k & 1 ? u - i : 1 - (u - i), down = k & 2 ? w - j : 1 - (w - j);
        if (east * down > 0)
            sum += east * down * clamped(p, value, i + (k & 1), j + (k >> 1));
    }
    return sum;
}

/* ---------------------------------------------------------------- points */

/* Corners, middles of edges and centres of cells, also beyond the raster; places anywhere. */
static size_t make_points(rng *r, const picture *p, spot *out, size_t n_random)
{
    size_t n = 0;
    const double *a = p->affine;
    for (int row = -1; row <= 2 * p->rows + 1; row++) {
        for (int column = -1; column <= 2 * p->columns + 1; column++)
            out[n++] = (spot){a[0] + column * a[1] / 2 + row * a[2] / 2,
                              a[3] + column * a[4] / 2 + row * a[5] / 2};
    }
    for (size_t k = 0; k < n_random; k++) { /* exact in binary: 1/1024 of a cell */
        double column = (double)rng_below(r, (size_t)(p->columns + 2) * 1024) / 1024 - 1;
        double row = (double)rng_below(r, (size_t)(p->rows + 2) * 1024) / 1024 - 1;
        out[n++] = (spot){a[0] + column * a[1] + row * a[2], a[3] + column * a[4] + row * a[5]};
    }
    out[n++] = (spot){NAN, 0};
    out[n++] = (spot){0, INFINITY};
    out[n++] = (spot){-INFINITY, NAN};
    out[n++] = (spot){1e300, -1e300};
    return n;
}

static int near(double a, double b)
{
    return same(a, b) || fabs(a - b) <= 1e-12 * fabs(b);
}

/* All ways to sample a file, against the searches. */
static void check(const char *path, const picture *p, const double *value, uint64_t seed)
{
    enum { N_RANDOM = 3000 };
    rng r = {seed};
    spot *points =
        blank(((size_t)p->columns + 3) * ((size_t)p->rows + 3) * 4 + N_RANDOM + 4, sizeof *points);
    size_t n = make_points(&r, p, points, N_RANDOM), n_values = 0;
    double *got = blank(n, sizeof *got);
    cov_raster *raster = open_raster(path);
    sample(raster, points, n, COV_NEAREST, got);
    for (size_t i = 0; i < n; i++) {
        double expected = search(p, value, points[i]);
        n_values += isnan(expected) ? 0 : 1;
        if (!same(got[i], expected))
            fail_msg("%s at (%.17g, %.17g): %.17g, not %.17g", path, points[i].x, points[i].y,
                     got[i], expected);
    }
    assert_true(n_values > n / 4);
    sample(raster, points, n, COV_BILINEAR, got);
    for (size_t i = 0; i < n; i++) {
        double expected = weigh(p, value, points[i]);
        if (!near(got[i], expected))
            fail_msg("%s, bilinear at (%.17g, %.17g): %.17g, not %.17g", path, points[i].x,
                     points[i].y, got[i], expected);
    }
    cov_raster_close(raster);
    free(got);
    free(points);
}

/* ---------------------------------------------------------------- layouts and affines */

static const char *const layouts[] = {"", "BLOCKYSIZE=1", "BLOCKYSIZE=29",
                                      "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16",
                                      "TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=32 COMPRESS=DEFLATE"};
#define N_LAYOUTS (sizeof layouts / sizeof layouts[0])

static void test_layouts(void **state)
{
    (void)state;
    rng r = {11};
    double *v = random_levels(&r, CELLS);
    picture p = small_picture(v, COLUMNS, ROWS);
    for (size_t k = 0; k < N_LAYOUTS; k++) {
        put_picture("GTiff", HERE "a.tif", &p, layouts[k]);
        check(HERE "a.tif", &p, v, 5);
    }
    free(v);
}

static void test_affines(void **state)
{
    (void)state;
    static const double affine[][6] = {
        {-2.5, 0.25, 0, -3.25, 0, 0.25},      /* south up */
        {5, -0.25, 0, 3.25, 0, -0.5},         /* east to west */
        {0, 0.25, 0.125, 1, 0.125, -0.1875},  /* turned and sheared */
        {0, 0, 0.25, 0, 0.25, 0},             /* a quarter turn */
        {0, 0, -0.25, 0, 0.125, 0},           /* the other way */
        {0, -0.125, 0.25, 3, 0.125, 0.25},    /* half a turn and more */
        {1, 0.0009765625, 0, 2, 0.25, -0.25}, /* only y depends on both */
    };
    for (size_t k = 0; k < sizeof affine / sizeof affine[0]; k++) {
        rng r = {k};
        double *v = random_levels(&r, CELLS);
        picture p = small_picture(v, COLUMNS, ROWS);
        memcpy(p.affine, affine[k], sizeof p.affine);
        put_picture("GTiff", HERE "a.tif", &p, layouts[3]);
        check(HERE "a.tif", &p, v, k);
        free(v);
    }
}

static void test_without_values(void **state)
{
    (void)state;
    rng r = {12};
    double *v = random_levels(&r, CELLS);
    for (size_t i = 0; i < CELLS; i++)
        v[i] = rng_below(&r, 5) == 0 ? NAN : rng_below(&r, 40) == 0 ? -INFINITY : v[i];
    picture p = small_picture(v, COLUMNS, ROWS);
    put_picture("GTiff", HERE "a.tif", &p, layouts[3]);
    check(HERE "a.tif", &p, v, 6);
    free(v);
}

static void test_one_cell(void **state)
{
    (void)state;
    double v = -100;
    picture p = small_picture(&v, 1, 1);
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    cov_raster *r = open_raster(HERE "a.tif");
    /* corners from the south west, then the middle */
    const spot points[] = {{-2.5, 3}, {-2.25, 3}, {-2.25, 3.25}, {-2.5, 3.25}, {-2.375, 3.125}};
    static const double expected[] = {-100, NAN, NAN, NAN, -100};
    double got[5];
    for (int how = 0; how < 2; how++) {
        sample(r, points, 5, how == 0 ? COV_NEAREST : COV_BILINEAR, got);
        for (size_t i = 0; i < 5; i++)
            assert_true(same(got[i], expected[i]));
    }
    cov_raster_close(r);
}

/* What lies between equal cells is that value, to the last bit: a threshold may be equal to it. */
static void test_between_equals(void **state)
{
    (void)state;
    double v[CELLS];
    rng r = {13};
    for (size_t i = 0; i < CELLS; i++)
        v[i] = -104.9;
    picture p = small_picture(v, COLUMNS, ROWS);
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    cov_raster *raster = open_raster(HERE "a.tif");
    for (size_t k = 0; k < 1000; k++) {
        const spot s = {rng_between(&r, -2.4, 6), rng_between(&r, -3.9, 3.2)};
        double got;
        sample(raster, &s, 1, COV_BILINEAR, &got);
        assert_true(got == -104.9);
    }
    cov_raster_close(raster);
}

/* ---------------------------------------------------------------- exact edges */

__extension__ typedef __float128 wide;

/* Cells whose size is no binary fraction: which side a double lies on is decided exactly. */
static void test_decimal_edges(void **state)
{
    (void)state;
    enum { N = 1200 };
    double *v = blank(N, sizeof *v);
    for (int i = 0; i < N; i++)
        v[i] = i;
    for (int turn = 0; turn < 2; turn++) {
        picture p = small_picture(v, turn ? 1 : N, turn ? N : 1);
        const double affine[2][6] = {{104.9, 1.0 / 1200, 0, 10.1, 0, -1},
                                     {104.9, 1, 0, 10.1, 0, -1.0 / 1200}};
        memcpy(p.affine, affine[turn], sizeof p.affine);
        put_picture("GTiff", HERE "a.tif", &p, NULL);
        cov_raster *raster = open_raster(HERE "a.tif");
        double origin = p.affine[turn ? 3 : 0], step = p.affine[turn ? 5 : 1];
        for (int k = 0; k <= N; k++) {
            for (int u = -2; u <= 2; u++) {
                double at = ulps(origin + k * step, u), got;
                wide beyond = (wide)at - (wide)origin - (wide)k * (wide)step;
                int cell = turn ? (beyond < 0 ? k : k - 1) : (beyond >= 0 ? k : k - 1);
                const spot s = {turn ? 105.4 : at, turn ? at : 9.6};
                sample(raster, &s, 1, COV_NEAREST, &got);
                double expected = cell >= 0 && cell < N ? (double)cell : (double)NAN;
                if (!same(got, expected))
                    fail_msg("edge %d and %d units: %g, not %d", k, u, got, cell);
            }
        }
        cov_raster_close(raster);
    }
    free(v);
}

/* ---------------------------------------------------------------- points of all kinds */

static void test_strides_and_batches(void **state)
{
    (void)state;
    enum { N = 600000 }; /* several batches */
    rng r = {14};
    double *v = random_levels(&r, CELLS);
    picture p = small_picture(v, COLUMNS, ROWS);
    put_picture("GTiff", HERE "a.tif", &p, layouts[3]);
    cov_raster *raster = open_raster(HERE "a.tif");
    spot *both = blank(N, sizeof *both);
    double *x = blank(N, sizeof *x), *y = blank(N, sizeof *y);
    double *one = blank(N, sizeof *one), *two = blank(N, sizeof *two);
    for (size_t i = 0; i < N; i++)
        both[i] = (spot){x[i] = rng_between(&r, -3, 7), y[i] = rng_between(&r, -5, 4)};
    cov_points apart = COV_POINTS_INIT;
    apart.n = N;
    apart.x = x;
    apart.y = y;
    sample(raster, both, N, COV_NEAREST, one);
    assert_int_equal(cov_raster_sample(raster, &apart, COV_NEAREST, two, NULL), COV_OK);
    for (size_t i = 0; i < N; i++)
        assert_true(same(one[i], two[i]));
    for (size_t i = 0; i < N; i += 997)
        assert_true(same(one[i], search(&p, v, both[i])));
    apart.n = 0;
    assert_int_equal(cov_raster_sample(raster, &apart, COV_NEAREST, NULL, NULL), COV_OK);
    apart.n = 1;
    assert_int_equal(cov_raster_sample(raster, &apart, COV_NEAREST, NULL, NULL), COV_ERR_ARGUMENT);
    assert_int_equal(cov_raster_sample(NULL, &apart, COV_NEAREST, two, NULL), COV_ERR_ARGUMENT);
    cov_raster_close(raster);
    free(both);
    free(x);
    free(y);
    free(one);
    free(two);
    free(v);
}

/* ---------------------------------------------------------------- another system */

static OGRSpatialReferenceH system_of(const char *text)
{
    OGRSpatialReferenceH crs = NULL;
    assert_int_equal(cov_crs_from_text(text, &crs, NULL), COV_OK);
    return crs;
}

static void test_another_system(void **state)
{
    (void)state;
    enum { N = 2000 };
    static const double extent[4] = {104.9, 9.9, 105.4, 10.4};
    rng r = {15};
    double *v = random_levels(&r, CELLS);
    picture p = small_picture(v, COLUMNS, ROWS);
    const double affine[6] = {490000, 1024, 0, 1140000, 0, -1024};
    memcpy(p.affine, affine, sizeof affine);
    p.crs = "EPSG:32648";
    put_picture("GTiff", HERE "a.tif", &p, layouts[3]);
    cov_raster *raster = open_raster(HERE "a.tif");
    OGRSpatialReferenceH plane = system_of("EPSG:4326"), own = system_of("EPSG:32648");
    cov_notes notes = COV_NOTES_INIT;
    cov_error err = {0};
    assert_int_equal(cov_raster_place(raster, plane, extent, &notes, &err), COV_OK);
    assert_true(noted(&notes, "a.tif: from EPSG:4326 to EPSG:32648 by"));
    assert_int_equal(notes.n, 1);

    OGRCoordinateTransformationH t = OCTNewCoordinateTransformation(plane, own);
    spot points[N + 1];
    double got[N + 1];
    size_t n_values = 0;
    for (size_t i = 0; i < N; i++)
        points[i] = (spot){rng_between(&r, 104.9, 105.4), rng_between(&r, 9.9, 10.4)};
    points[N] = (spot){105, 95}; /* beyond the pole: no place */
    sample(raster, points, N + 1, COV_NEAREST, got);
    for (size_t i = 0; i < N; i++) {
        spot s = points[i];
        assert_true(OCTTransform(t, 1, &s.x, &s.y, NULL));
        double expected = search(&p, v, s);
        n_values += isnan(expected) ? 0 : 1;
        assert_true(same(got[i], expected));
    }
    assert_true(n_values > N / 8);
    assert_true(isnan(got[N]));
    OCTDestroyCoordinateTransformation(t);
    OSRRelease(plane);
    OSRRelease(own);
    cov_notes_clear(&notes);
    cov_raster_close(raster);
    free(v);
}

static void test_places(void **state)
{
    (void)state;
    static const double far[4] = {104, 9, 106, 11}, here[4] = {-1, -1, 1, 1};
    rng r = {16};
    double *v = random_levels(&r, CELLS);
    picture p = small_picture(v, COLUMNS, ROWS);
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    cov_raster *raster = open_raster(HERE "a.tif");
    OGRSpatialReferenceH plane = system_of("EPSG:4326");
    cov_notes notes = COV_NOTES_INIT;
    cov_error err = {0};
    assert_int_equal(cov_raster_place(raster, plane, here, &notes, &err), COV_OK);
    assert_int_equal(notes.n, 0);
    assert_int_equal(cov_raster_place(raster, plane, far, &notes, &err), COV_OK);
    assert_true(noted(&notes, "a.tif says nothing about any place that is counted"));
    OSRRelease(plane);
    /* a datum nobody knows the way from */
    plane = system_of("+proj=longlat +a=6378000 +b=6356000 +no_defs");
    assert_int_equal(cov_raster_place(raster, plane, here, &notes, &err), COV_ERR_CRS);
    assert_says(&err, "no transformation of known accuracy");
    OSRRelease(plane);
    cov_notes_clear(&notes);
    cov_raster_close(raster);
    free(v);
}

/* ---------------------------------------------------------------- size */

/* What a cell of a large raster holds, to be told without the raster. */
static double level_at(size_t column, size_t row)
{
    return -130 + (double)((column * 7 + row * 13) % 80);
}

/* Sparse: only some tiles are written, the others are nodata. */
static void put_large(const char *path, int side, int tile)
{
    char size[2][32], **options = NULL;
    snprintf(size[0], sizeof size[0], "BLOCKXSIZE=%d", tile);
    snprintf(size[1], sizeof size[1], "BLOCKYSIZE=%d", tile);
    options = CSLAddString(options, "TILED=YES");
    options = CSLAddString(options, size[0]);
    options = CSLAddString(options, size[1]);
    options = CSLAddString(options, "SPARSE_OK=TRUE");
    options = CSLAddString(options, "COMPRESS=DEFLATE");
    GDALDatasetH d =
        GDALCreate(GDALGetDriverByName("GTiff"), path, side, side, 1, GDT_Float32, options);
    assert_non_null(d);
    double affine[6] = {105, 1.0 / 16384, 0, 11, 0, -1.0 / 16384};
    GDALSetGeoTransform(d, affine);
    OGRSpatialReferenceH srs = system_of("EPSG:4326");
    GDALSetSpatialRef(d, srs);
    OSRRelease(srs);
    GDALRasterBandH band = GDALGetRasterBand(d, 1);
    GDALSetRasterNoDataValue(band, -9999);
    float *cells = blank((size_t)tile * (size_t)tile, sizeof *cells);
    for (int j = 0; j + tile <= side; j += tile) {
        for (int i = 0; i + tile <= side; i += tile) {
            if ((i / tile + j / tile) % 7 != 0)
                continue;
            for (int k = 0; k < tile * tile; k++)
                cells[k] = (float)level_at((size_t)(i + k % tile), (size_t)(j + k / tile));
            assert_int_equal(GDALRasterIO(band, GF_Write, i, j, tile, tile, cells, tile, tile,
                                          GDT_Float32, 0, 0),
                             CE_None);
        }
    }
    free(cells);
    GDALClose(d);
    CSLDestroy(options);
}

static void test_large_raster(void **state)
{
    (void)state;
    enum { SIDE = 20000, TILE = 256, N = 20000 };
    put_large(HERE "a.tif", SIDE, TILE);
    GIntBig before = GDALGetCacheUsed64();
    cov_raster *raster = open_raster(HERE "a.tif");
    rng r = {17};
    spot *points = blank(N, sizeof *points);
    double *got = blank(N, sizeof *got);
    for (size_t i = 0; i < N; i++)
        points[i] = (spot){105 + (double)rng_below(&r, SIDE * 4) * 0.25 / 16384,
                           11 - (double)(rng_below(&r, SIDE * 4) + 1) * 0.25 / 16384};
    for (int how = 0; how < 2; how++) {
        sample(raster, points, N, how == 0 ? COV_NEAREST : COV_BILINEAR, got);
        assert_true(GDALGetCacheUsed64() - before <= (GIntBig)COV_RASTER_CACHE);
    }
    sample(raster, points, N, COV_NEAREST, got);
    size_t n_values = 0;
    for (size_t i = 0; i < N; i++) {
        size_t column = (size_t)((points[i].x - 105) * 16384);
        size_t row = (size_t)(ceil((11 - points[i].y) * 16384)) - 1;
        int known = (column / TILE + row / TILE) % 7 == 0 && column / TILE < SIDE / TILE &&
                    row / TILE < SIDE / TILE;
        n_values += (size_t)known;
        assert_true(same(got[i], known ? level_at(column, row) : NAN));
    }
    assert_true(n_values > N / 10);
    cov_raster_close(raster);
    assert_true(GDALGetCacheUsed64() == before);
    free(points);
    free(got);
}

/* A mask is kept in GDAL's cache like the values. */
static void test_large_mask(void **state)
{
    (void)state;
    enum { SIDE = 5000, N = 5000 };
    rng r = {21};
    double *v = random_levels(&r, (size_t)SIDE * SIDE), got[N];
    unsigned char *mask = blank((size_t)SIDE * SIDE, 1);
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        v[i] = floor(v[i]) + 130;
        mask[i] = i % 3 == 0 ? 0 : 255;
    }
    picture p = small_picture(v, SIDE, SIDE);
    p.affine[1] = 1.0 / 1024;
    p.affine[5] = -1.0 / 1024;
    p.type = GDT_Byte;
    p.mask = mask;
    put_picture("GTiff", HERE "a.tif", &p, "TILED=YES BLOCKXSIZE=256 BLOCKYSIZE=256");
    GIntBig before = GDALGetCacheUsed64();
    cov_raster *raster = open_raster(HERE "a.tif");
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++)
        v[i] = mask[i] == 0 ? NAN : v[i];
    for (int how = 0; how < 2; how++) {
        spot points[N];
        for (size_t i = 0; i < N; i++)
            points[i] =
                (spot){-2.5 + rng_unit(&r) * SIDE / 1024, 3.25 - rng_unit(&r) * SIDE / 1024};
        sample(raster, points, N, COV_NEAREST, got);
        assert_true(GDALGetCacheUsed64() - before <= (GIntBig)COV_RASTER_CACHE);
        for (size_t i = 0; i < N; i += 50)
            assert_true(same(got[i], search(&p, v, points[i])));
    }
    cov_raster_close(raster);
    free(mask);
    free(v);
}

/* 100,000 columns in strips, and one block for all: pieces and answers. */
static void test_wide_rasters(void **state)
{
    (void)state;
    enum { W = 100000, H = 40, N = 3000 };
    static const char *const options[] = {"BLOCKYSIZE=1", "BLOCKYSIZE=40", "BLOCKYSIZE=16",
                                          "TILED=YES BLOCKXSIZE=512 BLOCKYSIZE=16",
                                          "TILED=YES BLOCKXSIZE=100016 BLOCKYSIZE=48"};
    double *v = blank((size_t)W * H, sizeof *v);
    for (size_t i = 0; i < (size_t)W * H; i++)
        v[i] = level_at(i % W, i / W);
    picture p = small_picture(v, W, H);
    const double affine[6] = {-100, 1.0 / 1024, 0, 10, 0, -1.0 / 1024};
    memcpy(p.affine, affine, sizeof affine);
    p.type = GDT_Float32;
    for (size_t k = 0; k < sizeof options / sizeof options[0]; k++) {
        rng r = {18};
        put_picture("GTiff", HERE "a.tif", &p, options[k]);
        cov_raster *raster = open_raster(HERE "a.tif");
        size_t columns, rows;
        cov_raster_piece(raster, &columns, &rows);
        assert_true(columns * rows <= COV_RASTER_PIECE);
        for (size_t i = 0; i < N; i += N / 3) { /* the same points in three calls */
            spot points[N / 3];
            double got[N / 3], between[N / 3];
            for (size_t j = 0; j < N / 3; j++)
                points[j] = (spot){-100 + (double)rng_below(&r, W * 8) / 8192,
                                   10 - (double)(1 + rng_below(&r, H * 8)) / 8192};
            sample(raster, points, N / 3, COV_NEAREST, got);
            sample(raster, points, N / 3, COV_BILINEAR, between);
            for (size_t j = 0; j < N / 3; j++) {
                size_t column = (size_t)((points[j].x + 100) * 1024);
                size_t row = (size_t)ceil((10 - points[j].y) * 1024) - 1;
                assert_true(got[j] == level_at(column, row));
                assert_true(near(between[j], weigh(&p, v, points[j])));
            }
        }
        cov_raster_close(raster);
    }
    free(v);
}

/* ---------------------------------------------------------------- threads */

enum { N_THREADS = 4, N_EACH = 20000 };

typedef struct worker {
    pthread_t thread;
    cov_raster *raster;
    spot point[N_EACH];
    double alone[N_EACH];
    double together[N_EACH];
    cov_status status;
} worker;

static void *work(void *data)
{
    worker *w = data;
    const cov_points points = points_at(w->point, N_EACH);
    w->status = cov_raster_sample(w->raster, &points, COV_BILINEAR, w->together, NULL);
    return NULL;
}

/* Opened anew, nothing of it is in GDAL's cache. */
static cov_raster *open_placed(const char *path)
{
    static const double extent[4] = {104.9, 9.9, 105.4, 10.4};
    cov_raster *raster = open_raster(path);
    OGRSpatialReferenceH plane = system_of("EPSG:4326");
    cov_notes notes = COV_NOTES_INIT;
    assert_int_equal(cov_raster_place(raster, plane, extent, &notes, NULL), COV_OK);
    cov_notes_clear(&notes);
    OSRRelease(plane);
    return raster;
}

static void work_together(worker *w, const char *path)
{
    cov_raster *raster = open_placed(path);
    for (size_t k = 0; k < N_THREADS; k++) {
        w[k].raster = raster;
        assert_int_equal(pthread_create(&w[k].thread, NULL, work, &w[k]), 0);
    }
    for (size_t k = 0; k < N_THREADS; k++) {
        pthread_join(w[k].thread, NULL);
        assert_int_equal(w[k].status, COV_OK);
        for (size_t i = 0; i < N_EACH; i++)
            assert_true(same(w[k].alone[i], w[k].together[i]));
    }
    cov_raster_close(raster);
}

static void test_threads(void **state)
{
    (void)state;
    enum { SIDE = 800 };
    rng r = {19};
    double *v = random_levels(&r, (size_t)SIDE * SIDE);
    picture p = small_picture(v, SIDE, SIDE);
    const double affine[6] = {490000, 64, 0, 1150000, 0, -64};
    memcpy(p.affine, affine, sizeof affine);
    p.crs = "EPSG:32648";
    put_picture("GTiff", HERE "a.tif", &p,
                "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16 COMPRESS=DEFLATE");
    worker *w = blank(N_THREADS, sizeof *w);
    cov_raster *raster = open_placed(HERE "a.tif");
    for (size_t k = 0; k < N_THREADS; k++) {
        for (size_t i = 0; i < N_EACH; i++)
            w[k].point[i] = (spot){rng_between(&r, 104.9, 105.4), rng_between(&r, 9.9, 10.4)};
        sample(raster, w[k].point, N_EACH, COV_BILINEAR, w[k].alone);
    }
    cov_raster_close(raster);
    for (int round = 0; round < 5; round++)
        work_together(w, HERE "a.tif");
    free(w);
    free(v);
}

/* ---------------------------------------------------------------- damage */

static void test_damaged_tile(void **state)
{
    (void)state;
    rng r = {20};
    double *v = random_levels(&r, CELLS), got;
    picture p = small_picture(v, COLUMNS, ROWS);
    put_picture("GTiff", HERE "a.tif", &p,
                "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16 COMPRESS=DEFLATE");
    GDALDatasetH d = GDALOpen(HERE "a.tif", GA_ReadOnly);
    const char *text = GDALGetMetadataItem(GDALGetRasterBand(d, 1), "BLOCK_OFFSET_1_1", "TIFF");
    assert_non_null(text);
    size_t offset = (size_t)atol(text), size;
    GDALClose(d);
    unsigned char *content = get_bytes(HERE "a.tif", &size);
    memset(content + offset + 8, 0x55, 64);
    put_bytes(HERE "a.tif", content, size);
    CPLFree(content);
    cov_raster *raster = open_raster(HERE "a.tif");
    const spot whole = {-2.4, 3.1}, damaged = {-2.5 + 20 * 0.25, 3.25 - 20 * 0.25};
    const cov_points points = points_at(&damaged, 1);
    cov_error err = {0};
    sample(raster, &whole, 1, COV_NEAREST, &got);
    assert_int_equal(cov_raster_sample(raster, &points, COV_NEAREST, &got, &err), COV_ERR_INPUT);
    assert_says(&err, "a.tif is damaged: its columns 21 to 21 of the rows 20 to 20");
    sample(raster, &whole, 1, COV_NEAREST, &got); /* an error leaves nothing behind */
    assert_true(got == search(&p, v, whole));
    cov_raster_close(raster);
    free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_layouts, reset),
        cmocka_unit_test_setup(test_affines, reset),
        cmocka_unit_test_setup(test_without_values, reset),
        cmocka_unit_test_setup(test_one_cell, reset),
        cmocka_unit_test_setup(test_between_equals, reset),
        cmocka_unit_test_setup(test_decimal_edges, reset),
        cmocka_unit_test_setup(test_strides_and_batches, reset),
        cmocka_unit_test_setup(test_another_system, reset),
        cmocka_unit_test_setup(test_places, reset),
        cmocka_unit_test_setup(test_large_raster, reset),
        cmocka_unit_test_setup(test_large_mask, reset),
        cmocka_unit_test_setup(test_wide_rasters, reset),
        cmocka_unit_test_setup(test_threads, reset),
        cmocka_unit_test_setup(test_damaged_tile, reset),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
