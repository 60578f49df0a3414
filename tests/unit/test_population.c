/* The sum of a raster over pieces: against numbers known by heart, and against GEOS, cell by cell.
 * SPDX-License-Identifier: MIT */
#include "people.h"

/* ---------------------------------------------------------------- by heart */

/* 1 2 3 in the north, 10 20 30 in the south. */
static void test_by_heart(void **state)
{
    (void)state;
    static const double value[] = {1, 2, 3, 10, 20, 30};
    static const uint64_t set[] = {1, 4, 5};
    sheet s = {0};
    remove_all();
    put_values(value, 3, 2, north_up, "EPSG:4326", NULL);
    sheet_box(&s, 0, 0, (const double[]){100.25, 18.5, 101.5, 19.75});
    sheet_box(&s, 1, 0, (const double[]){101.5, 18.5, 103, 19});
    sheet_box(&s, 2, 0, (const double[]){102.75, 19.5, 150, 80});
    world w = open_world(&s, set, 7, "EPSG:4326");
    count(&w, RASTER);
    cov_ledger l;
    cov_tally_ledger(w.tally, &l);
    /* 0.75 x 0.75 x 1 + 0.5 x 0.75 x 2 + 0.75 x 0.5 x 10 + 0.5 x 0.5 x 20 */
    assert_int_equal(answer(&w, 0, "4g").n, 10062500);
    assert_int_equal(answer(&w, 0, "fiber").n, 0);
    assert_int_equal(answer(&w, 1, "fiber").n, 20000000);
    assert_int_equal(answer(&w, 2, "4g & fiber").n, 375000);
    assert_int_equal(l.read.weight, 66000000);
    assert_int_equal(l.read.points, 4);
    assert_int_equal(l.outside.weight, 66000000 - 10062500 - 20000000 - 375000);
    assert_int_equal(w.notes.n, 0);
    close_world(&w);
    sheet_free(&s);
}

/* Cells and areas end on the same lines, and all of the raster is in one: nothing is outside. */
static void test_nothing_is_outside(void **state)
{
    (void)state;
    rng r = {1};
    double value[48];
    sheet s = {0};
    for (size_t i = 0; i < 48; i++)
        value[i] = rng_unit(&r) * 0.01;
    remove_all();
    put_values(value, 8, 6, north_up, "EPSG:4326", NULL);
    for (uint32_t k = 0; k < 4; k++)
        sheet_box(&s, k, 0, (const double[]){100 + 2 * k, 10, 102 + 2 * k, 30});
    world w = open_world(&s, NULL, 7, "EPSG:4326");
    count(&w, RASTER);
    cov_ledger l;
    cov_tally_ledger(w.tally, &l);
    assert_int_equal(l.outside.weight, 0);
    assert_int_equal(l.read.points, 4);
    close_world(&w);
    sheet_free(&s);
}

/* ---------------------------------------------------------------- GEOS */

static void compare_with_geos(const sheet *s, rng *r, const double affine[6])
{
    enum { COLUMNS = 23, ROWS = 17 };
    double value[COLUMNS * ROWS], all = 0, spread = 0;
    for (int i = 0; i < COLUMNS * ROWS; i++) {
        value[i] = rng_below(r, 9) == 0 ? NAN : rng_unit(r) * pow(10, rng_between(r, -3, 5));
        all += isnan(value[i]) ? 0 : value[i];
    }
    remove_all();
    put_values(value, COLUMNS, ROWS, affine, "EPSG:32648", NULL);
    world w = open_world(s, NULL, 7, "EPSG:32648");
    count(&w, RASTER);
    for (uint32_t k = 0; k < s->n_owners; k++) {
        double e = geos_sum(&w.partition.piece[k].shape, value, COLUMNS, ROWS, affine);
        double f = (double)answer(&w, k, "4g").of / SCALE;
        spread += e;
        if (fabs(f - e) > 1e-9 * e + 1.5 / SCALE)
            fail_msg("area %u holds %.9f, is %.9f", k, f, e);
    }
    cov_ledger l;
    cov_tally_ledger(w.tally, &l);
    assert_true(fabs((double)l.read.weight / SCALE - all) <= 1e-12 * all + 1.0 / SCALE);
    assert_true(fabs((double)l.outside.weight / SCALE - (all - spread)) <= 1e-9 * all + 1e-4);
    close_world(&w);
}

/* Places in a raster of 23 x 17 cells, put where its affine has them. */
static void place(sheet *s, const double a[6])
{
    for (size_t i = 0; i < s->n_v; i++) {
        spot p = s->v[i];
        s->v[i] = (spot){a[0] + p.x * a[1] + p.y * a[2], a[3] + p.x * a[4] + p.y * a[5]};
    }
}

static void test_against_geos(void **state)
{
    (void)state;
    static const double affines[][6] = {
        {500000, 1000, 0, 1000000, 0, -1000},           /* north is up */
        {500000, 100, 0, 1000000, 0, 100},              /* south is up */
        {500000, 866.025, 500, 1000000, 500, -866.025}, /* rotated */
        {500000, 50, 86.6, 1000000, -86.6, 50},         /* and not mirrored */
        {500000, -30, 0, 1000000, 7, -20}};             /* skewed */
    rng r = {2};
    for (size_t i = 0; i < 20; i++) {
        const double *a = affines[i % 5];
        sheet s = {0};
        shape_fan(&s, 0, (spot){rng_between(&r, 5, 9), rng_between(&r, 3, 7)}, 6, 7);
        shape_ring(&s, 7, (spot){16, 11}, 3, rng_between(&r, 4, 12), 40);
        shape_star(&s, 8, &r, (spot){16, 11}, 0.3, 2.9, 20);
        place(&s, a);
        compare_with_geos(&s, &r, a);
        sheet_free(&s);
    }
}

/* ---------------------------------------------------------------- pieces of reading */

static bytes save_tally(const cov_tally *t)
{
    bytes b = {0};
    b.n = cov_tally_saved_size(t);
    b.at = blank(b.n, 1);
    assert_int_equal(cov_tally_save(t, b.at, b.n, NULL), COV_OK);
    return b;
}

/* Tiles, strips, one block: the chunks differ, the tally doesn't. */
static void test_chunks(void **state)
{
    (void)state;
    static const char *const options[] = {
        "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16", "TILED=YES BLOCKXSIZE=1024 BLOCKYSIZE=512",
        "BLOCKYSIZE=1", "BLOCKYSIZE=700", "TILED=YES BLOCKXSIZE=2048 BLOCKYSIZE=16"};
    static const double affine[6] = {100, 0.001, 0, 20, 0, -0.002};
    static const uint64_t set[] = {0, 1, 0, 1, 0, 1, 0, 1, 1, 0};
    rng r = {3};
    double *value = large_values(3000, 700, &r);
    sheet s = {0};
    shape_fan(&s, 0, (spot){101.1, 19.4}, 0.45, 8);
    shape_star(&s, 8, &r, (spot){102.2, 19.2}, 0.01, 0.4, 50);
    for (int marked = 0; marked < 2; marked++) {
        bytes first = {0};
        for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
            size_t asked = 0;
            remove_all();
            put_values(value, 3000, 700, affine, "EPSG:4326", options[i]);
            world w = open_world(&s, set, marked ? 1 : 7, "EPSG:4326");
            w.mark = marked ? mark_sides : NULL;
            w.data = &asked;
            count(&w, RASTER);
            assert_true(noted(&w.notes, "have no value; they hold nobody"));
            assert_false(noted(&w.notes, "none of its cells"));
            bytes b = save_tally(w.tally);
            if (i == 0)
                first = b;
            assert_int_equal(b.n, first.n);
            assert_memory_equal(b.at, first.at, b.n);
            if (i > 0)
                free(b.at);
            close_world(&w);
        }
        free(first.at);
    }
    free(value);
    sheet_free(&s);
}

/* ---------------------------------------------------------------- refusals */

static cov_status mark_fails(void *data, const cov_points *p, uint64_t *served, uint64_t *unknown,
                             cov_error *err)
{
    (void)data;
    (void)p;
    (void)served;
    (void)unknown;
    return cov_fail(err, COV_ERR_IO, "the mark fails");
}

static void refuse(const double *value, cov_place_mark mark, cov_progress progress, cov_status code,
                   const char *says)
{
    sheet s = {0};
    cov_error err = {0};
    remove_all();
    put_values(value, 3, 2, north_up, "EPSG:4326", NULL);
    sheet_box(&s, 0, 0, (const double[]){100.25, 18.5, 101.5, 19.75});
    world w = open_world(&s, NULL, 0, "EPSG:4326");
    w.mark = mark;
    w.phases = cov_phases_start(progress, NULL);
    assert_int_equal(cov_phases_enter(&w.phases, "count", NULL), COV_OK);
    assert_int_equal(try_count(&w, RASTER, &err), code);
    assert_says(&err, says);
    cov_ledger l;
    cov_tally_ledger(w.tally, &l);
    assert_int_equal(l.read.points, 0);
    close_world(&w);
    sheet_free(&s);
}

static int stop(void *data, const char *phase, double fraction)
{
    (void)data;
    (void)phase;
    return fraction == 0;
}

static void test_refusals(void **state)
{
    (void)state;
    double value[] = {1, 2, 3, 10, 20, 30};
    refuse(value, mark_fails, NULL, COV_ERR_IO, "the mark fails");
    refuse(value, NULL, stop, COV_ERR_CANCELLED, "");
    value[5] = -99999;
    refuse(value, NULL, NULL, COV_ERR_INPUT, "people.tif has -99999 in row 2, column 3");
    refuse(value, NULL, NULL, COV_ERR_INPUT, "-a_nodata -99999");
    value[5] = INFINITY;
    refuse(value, NULL, NULL, COV_ERR_INPUT, "more than can be counted");
    value[5] = 1e14;
    refuse(value, NULL, NULL, COV_ERR_LIMIT, "people.tif: the sum of its values passes");
}

/* Values beyond what 63 bits hold in units of 2^-48. */
static void test_large_values(void **state)
{
    (void)state;
    static const double value[] = {1e12, 40000.5, 0x1p43, 3, 32768, 32767.999};
    sheet s = {0};
    remove_all();
    put_values(value, 3, 2, north_up, "EPSG:4326", NULL);
    sheet_box(&s, 0, 0, (const double[]){100, 18, 101.5, 20});
    world w = open_world(&s, NULL, 7, "EPSG:4326");
    count(&w, RASTER);
    cov_ledger l;
    cov_tally_ledger(w.tally, &l);
    assert_true(answer(&w, 0, "4g").of == UINT64_C(1000000036387250000));
    assert_true(l.read.weight == UINT64_C(1000000000000000000) + 40000500000 + 8796093022208000000 +
                                     3000000 + 32768000000 + 32767999000);
    close_world(&w);
    sheet_free(&s);
}

static void test_notes(void **state)
{
    (void)state;
    double value[] = {1, NAN, 3, NAN, 20, NAN};
    sheet s = {0};
    remove_all();
    put_values(value, 3, 2, north_up, "EPSG:4326", NULL);
    /* two that touch the same cells: a cell counts once */
    sheet_box(&s, 0, 0, (const double[]){100, 18.5, 101.5, 20});
    sheet_box(&s, 1, 0, (const double[]){100, 18, 102, 18.5});
    world w = open_world(&s, NULL, 7, "EPSG:4326");
    count(&w, RASTER);
    assert_true(noted(&w.notes, "people.tif: 2 of its cells that lie in areas"));
    close_world(&w);
    sheet_free(&s);
    sheet_box(&s, 0, 0, (const double[]){10, 18.5, 11.5, 20});
    w = open_world(&s, NULL, 7, "EPSG:4326");
    count(&w, RASTER);
    assert_true(noted(&w.notes, "people.tif: none of its cells lies in an area"));
    assert_true(w.notes.n == 1 && w.notes.note[0].kind == COV_NOTE_WARNING);
    close_world(&w);
    sheet_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_heart),     cmocka_unit_test(test_nothing_is_outside),
        cmocka_unit_test(test_against_geos), cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_refusals),     cmocka_unit_test(test_large_values),
        cmocka_unit_test(test_notes),
    };
    CPLSetErrorHandler(loud);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
