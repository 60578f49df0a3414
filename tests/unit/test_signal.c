/* Signal: levels and thresholds, and that unknown is not uncovered.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#define _LARGEFILE64_SOURCE
#include "rasters.h"

#include "io/signal.h"

enum { COLUMNS = 40, ROWS = 30, CELLS = COLUMNS * ROWS };

static cov_signal_rule at_least(double min, unsigned bit)
{
    const cov_signal_rule rule = {min, 0, 0, 0, bit, COV_NEAREST};
    return rule;
}

static cov_signal *create(cov_raster *raster, const cov_signal_rule *rules, size_t n)
{
    cov_signal *signal = NULL;
    cov_error err = {0};
    if (cov_signal_create(raster, rules, n, &signal, &err) != COV_OK)
        fail_msg("%s", err.message);
    return signal;
}

/* The centres of all cells. */
static cov_points centres(const picture *p, spot *out)
{
    cov_points points = COV_POINTS_INIT;
    const double *a = p->affine;
    for (int i = 0; i < p->columns * p->rows; i++) {
        double column = i % p->columns + 0.5, row = i / p->columns + 0.5;
        out[i] = (spot){a[0] + column * a[1], a[3] + row * a[5]};
    }
    points.n = (size_t)p->columns * (size_t)p->rows;
    points.x = &out->x;
    points.y = &out->y;
    points.x_stride = points.y_stride = sizeof *out;
    return points;
}

/* ---------------------------------------------------------------- thresholds */

static void test_thresholds(void **state)
{
    (void)state;
    static const cov_signal_rule rules[] = {
        {-105, 0, 0, 0, 0, COV_NEAREST},   {-105, 12, 0, 0, 1, COV_NEAREST},
        {-105, 0, 8, 90, 2, COV_NEAREST},  {-105, 12, 8, 90, 3, COV_NEAREST},
        {-105, 0, 8, 50, 4, COV_NEAREST},  {-105, 0, 8, 25, 5, COV_NEAREST},
        {-95.5, 0, 0, 0, 63, COV_BILINEAR}};
    static const double z = 1.2815515655446004;
    static const double expected[] = {
        -105, -93, -105 + 8 * z, -93 + 8 * z, -105, -105 - 8 * 0.67448975019608174, -95.5};
    enum { N = sizeof rules / sizeof rules[0] };
    rng r = {1};
    double *v = random_levels(&r, CELLS);
    for (size_t i = 0; i < CELLS; i++)
        v[i] = rng_below(&r, 3) == 0 ? -9999 : v[i];
    picture p = small_picture(v, COLUMNS, ROWS);
    p.type = GDT_Float32;
    p.has_nodata = 1;
    p.nodata = -9999;
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    cov_raster *raster = open_raster(HERE "a.tif");
    cov_signal *signal = create(raster, rules, N);
    for (size_t k = 0; k < N; k++)
        assert_true(fabs(cov_signal_threshold(signal, k) - expected[k]) < 1e-12);

    spot place[CELLS];
    uint64_t served[CELLS], unknown[CELLS], other = UINT64_C(1) << 40;
    const cov_points points = centres(&p, place);
    for (size_t i = 0; i < CELLS; i++) {
        served[i] = other;
        unknown[i] = other << 1;
    }
    assert_int_equal(cov_signal_mark(signal, &points, served, unknown, NULL), COV_OK);
    for (size_t i = 0; i < CELLS; i++) {
        uint64_t yes = other, nobody = other << 1;
        for (size_t k = 0; k < N; k++) {
            if (v[i] == -9999)
                nobody |= UINT64_C(1) << rules[k].bit;
            else if (v[i] >= expected[k])
                yes |= UINT64_C(1) << rules[k].bit;
        }
        assert_true(served[i] == yes);
        assert_true(unknown[i] == nobody);
    }
    cov_signal_free(signal);
    cov_raster_close(raster);
    free(v);
}

/* The value that is printed and the threshold that is typed, in files that can't hold it. */
static void test_equal_to_the_threshold(void **state)
{
    (void)state;
    static const GDALDataType type[] = {GDT_Float32, GDT_Int16, GDT_Float64};
    for (size_t k = 0; k < 3; k++) {
        for (int tenths = -1300; tenths < -500; tenths++) {
            double level = tenths / 10.0, stored = k == 1 ? tenths : level;
            picture p = small_picture(&stored, 1, 1);
            p.type = type[k];
            p.scale = k == 1 ? 0.1 : 0;
            put_picture("GTiff", HERE "a.tif", &p, NULL);
            cov_raster *raster = open_raster(HERE "a.tif");
            const cov_signal_rule rules[] = {at_least(level, 0), at_least(level + 0.001, 1),
                                             at_least(level - 0.001, 2)};
            cov_signal *signal = create(raster, rules, 3);
            spot place;
            uint64_t served = 0, unknown = 0;
            const cov_points points = centres(&p, &place);
            assert_int_equal(cov_signal_mark(signal, &points, &served, &unknown, NULL), COV_OK);
            if (served != 5 || unknown != 0)
                fail_msg("%.1f of type %zu: %llu", level, k, (unsigned long long)served);
            cov_signal_free(signal);
            cov_raster_close(raster);
        }
    }
}

/* Doubles are compared as they are. */
static void test_doubles_are_exact(void **state)
{
    (void)state;
    double v[2] = {-105, nextafter(-105, -200)};
    picture p = small_picture(v, 2, 1);
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    cov_raster *raster = open_raster(HERE "a.tif");
    const cov_signal_rule rule = at_least(-105, 0);
    cov_signal *signal = create(raster, &rule, 1);
    spot place[2];
    uint64_t served[2] = {0}, unknown[2] = {0};
    const cov_points points = centres(&p, place);
    assert_int_equal(cov_signal_mark(signal, &points, served, unknown, NULL), COV_OK);
    assert_int_equal(served[0], 1);
    assert_int_equal(served[1], 0);
    cov_signal_free(signal);
    cov_raster_close(raster);
}

/* ---------------------------------------------------------------- unknown */

static void test_unknown_is_not_uncovered(void **state)
{
    (void)state;
    double v[4] = {-100, NAN, -INFINITY, -110};
    picture p = small_picture(v, 4, 1);
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    cov_raster *raster = open_raster(HERE "a.tif");
    const cov_signal_rule rule = at_least(-105, 3);
    cov_signal *signal = create(raster, &rule, 1);
    /* the four cells, a place outside, one that is none */
    const spot place[6] = {{-2.375, 3.125}, {-2.125, 3.125}, {-1.875, 3.125},
                           {-1.625, 3.125}, {5, 5},          {NAN, 3}};
    static const uint64_t yes[6] = {8, 0, 0, 0, 0, 0}, nobody[6] = {0, 8, 0, 0, 8, 8};
    uint64_t served[6] = {0}, unknown[6] = {0};
    cov_points points = COV_POINTS_INIT;
    points.n = 6;
    points.x = &place->x;
    points.y = &place->y;
    points.x_stride = points.y_stride = sizeof *place;
    assert_int_equal(cov_signal_mark(signal, &points, served, unknown, NULL), COV_OK);
    for (size_t i = 0; i < 6; i++) {
        assert_true(served[i] == yes[i]);
        assert_true(unknown[i] == nobody[i]);
    }
    cov_signal_free(signal);
    cov_raster_close(raster);
}

/* Both samplings of one raster, each by its own rule. */
static void test_two_samplings(void **state)
{
    (void)state;
    double v[2] = {-100, -110};
    picture p = small_picture(v, 2, 1);
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    cov_raster *raster = open_raster(HERE "a.tif");
    const cov_signal_rule rules[] = {{-103, 0, 0, 0, 0, COV_NEAREST},
                                     {-103, 0, 0, 0, 1, COV_BILINEAR},
                                     {-105, 0, 0, 0, 2, COV_BILINEAR}};
    cov_signal *signal = create(raster, rules, 3);
    const double x = -2.375 + 0.4 * 0.25, y = 3.125; /* -104 between the two centres */
    uint64_t served = 0, unknown = 0;
    cov_points points = COV_POINTS_INIT;
    points.n = 1;
    points.x = &x;
    points.y = &y;
    assert_int_equal(cov_signal_mark(signal, &points, &served, &unknown, NULL), COV_OK);
    assert_int_equal(served, 5);
    assert_int_equal(unknown, 0);
    cov_signal_free(signal);
    cov_raster_close(raster);
}

/* ---------------------------------------------------------------- mistakes */

static void test_options_are_checked(void **state)
{
    (void)state;
    static const struct {
        cov_signal_rule rule;
        const char *says;
    } bad[] = {
        {{NAN, 0, 0, 0, 0, COV_NEAREST}, "min=nan"},
        {{INFINITY, 0, 0, 0, 0, COV_NEAREST}, "min=inf"},
        {{-105, -1, 0, 0, 0, COV_NEAREST}, "indoor=-1"},
        {{-105, NAN, 0, 0, 0, COV_NEAREST}, "indoor=nan"},
        {{-105, 0, -8, 90, 0, COV_NEAREST}, "sigma=-8"},
        {{-105, 0, INFINITY, 90, 0, COV_NEAREST}, "sigma=inf"},
        {{-105, 0, 8, 0, 0, COV_NEAREST}, "probability=90, and not 0"},
        {{-105, 0, 8, 100, 0, COV_NEAREST}, "probability=90, and not 100"},
        {{-105, 0, 8, 0.9, 0, COV_NEAREST}, "in percent, 1 or more and less than 100, such as"},
        {{-105, 0, 8, 0.9, 0, COV_NEAREST}, "probability=90, and not 0.9"},
        {{-105, 0, 8, -5, 0, COV_NEAREST}, "probability"},
        {{-105, 0, 8, NAN, 0, COV_NEAREST}, "probability"},
        {{-105, 0, 0, 90, 0, COV_NEAREST}, "probability=90 says nothing without sigma"},
        {{-105, 0, 0, 0, 64, COV_NEAREST}, "bit 64"},
    };
    double v = -100;
    picture p = small_picture(&v, 1, 1);
    put_picture("GTiff", HERE "a.tif", &p, NULL);
    cov_raster *raster = open_raster(HERE "a.tif");
    cov_signal *signal = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cov_error err = {0};
        const cov_signal_rule rules[] = {at_least(-105, 0), bad[i].rule};
        assert_int_equal(cov_signal_create(raster, rules, 2, &signal, &err), COV_ERR_ARGUMENT);
        assert_null(signal);
        assert_says(&err, "a.tif");
        assert_says(&err, bad[i].says);
    }
    const cov_signal_rule good = at_least(-105, 0);
    assert_int_equal(cov_signal_create(raster, NULL, 1, &signal, NULL), COV_ERR_ARGUMENT);
    assert_int_equal(cov_signal_create(raster, &good, 0, &signal, NULL), COV_ERR_ARGUMENT);
    assert_int_equal(cov_signal_create(NULL, &good, 1, &signal, NULL), COV_ERR_ARGUMENT);
    cov_raster_close(raster);
}

static void test_damage_marks_nothing(void **state)
{
    (void)state;
    rng r = {2};
    double *v = random_levels(&r, CELLS);
    picture p = small_picture(v, COLUMNS, ROWS);
    p.type = GDT_Float32;
    put_picture("EHdr", HERE "a.bil", &p, NULL);
    size_t size;
    unsigned char *content = get_bytes(HERE "a.bil", &size);
    put_bytes(HERE "a.bil", content, size - 100);
    CPLFree(content);
    cov_raster *raster = open_raster(HERE "a.bil");
    const cov_signal_rule rule = at_least(-200, 0);
    cov_signal *signal = create(raster, &rule, 1);
    spot place[CELLS];
    uint64_t served[CELLS] = {0}, unknown[CELLS] = {0};
    const cov_points points = centres(&p, place);
    cov_error err = {0};
    assert_int_equal(cov_signal_mark(signal, &points, served, unknown, &err), COV_ERR_INPUT);
    assert_says(&err, "a.bil is damaged");
    for (size_t i = 0; i < CELLS; i++)
        assert_true(served[i] == 0 && unknown[i] == 0);
    cov_signal_free(signal);
    cov_raster_close(raster);
    free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_thresholds, reset),
        cmocka_unit_test_setup(test_equal_to_the_threshold, reset),
        cmocka_unit_test_setup(test_doubles_are_exact, reset),
        cmocka_unit_test_setup(test_unknown_is_not_uncovered, reset),
        cmocka_unit_test_setup(test_two_samplings, reset),
        cmocka_unit_test_setup(test_options_are_checked, reset),
        cmocka_unit_test_setup(test_damage_marks_nothing, reset),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
