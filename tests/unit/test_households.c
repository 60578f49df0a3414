/* Households: points, weights and measures out of CSV and GeoJSON. SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "points.h"

/* ---------------------------------------------------------------- coordinates */

static void csv_points_are_found_by_name(void **state)
{
    (void)state;
    opened o = read_file("a.csv", "cell,lon,lat\na,105.5,9.25\nb, -1e1 ,+.5\n", &nothing, 1);
    expect_ok(&o, 2);
    assert_true(o.batch.x[0] == 105.5 && o.batch.y[0] == 9.25);
    assert_true(o.batch.x[1] == -10 && o.batch.y[1] == 0.5);
    assert_true(o.batch.weight[0][0] == 1 && o.batch.served[0] == 0);
    assert_true(has_note(&o, "coordinates from the columns lon, lat (EPSG:4326)"));
    double extent[4];
    cov_households_extent(o.households, extent);
    assert_true(extent[0] == -10 && extent[1] == 0.5 && extent[2] == 105.5 && extent[3] == 9.25);
    assert_string_equal(cov_households_measure(o.households, 0), "households");
    forget(&o);
}

static void csv_names_are_read_in_any_case(void **state)
{
    (void)state;
    static const char *const heads[] = {"LONG,LAT",      "Longitude,Latitude", "lng,lat",
                                        "KINH_DO,Vi_Do", "kinh độ,vĩ độ",      "Kinhdo,Vido"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        char text[128];
        snprintf(text, sizeof text, "%s\n105.5,9.25\n", heads[i]);
        opened o = read_file("a.csv", text, &nothing, 1);
        expect_ok(&o, 1);
        assert_true(o.batch.x[0] == 105.5 && o.batch.y[0] == 9.25);
        forget(&o);
    }
}

static void csv_in_a_plane_needs_a_crs(void **state)
{
    (void)state;
    const char *text = "x,y\n550000.5,1000000\n";
    EXPECT_FAILURE(read_file("a.csv", text, &nothing, 1), COV_ERR_CRS, "a.csv", "x, y",
                   "--assume-crs");
    const asked a = {.assume_crs = "EPSG:5897"};
    opened o = read_file("a.csv", text, &a, 1);
    expect_ok(&o, 1);
    assert_true(o.batch.x[0] == 550000.5);
    assert_true(has_note(&o, "columns x, y (EPSG:5897)"));
    forget(&o);
}

static void csv_of_wkt_is_read(void **state)
{
    (void)state;
    const asked a = {.assume_crs = "EPSG:4326"};
    opened o = read_file("a.csv", "id,WKT\n1,POINT (105.5 9.25)\n2,\n", &a, 1);
    expect_ok(&o, 2);
    assert_true(o.batch.x[0] == 105.5 && o.batch.y[0] == 9.25);
    assert_true(isnan(o.batch.x[1]));
    forget(&o);
}

static void csv_without_coordinates_lists_its_columns(void **state)
{
    (void)state;
    EXPECT_FAILURE(open_file("a.csv", "ma,ten\n1,a\n", &nothing), COV_ERR_INPUT, "a.csv", "ma, ten",
                   "lon and lat");
}

static void what_is_nowhere_has_no_location(void **state)
{
    (void)state;
    opened o = read_file("a.csv", "lon,lat\n,\n105,\nnan,9\n105,-INF\nInfinity,9\n  ,9\n105,9\n",
                         &nothing, 1);
    expect_ok(&o, 7);
    for (size_t i = 0; i < 6; i++)
        assert_true(isnan(o.batch.x[i]) && isnan(o.batch.y[i]));
    assert_true(o.batch.x[6] == 105);
    forget(&o);

    o = READ_GEOJSON(&nothing, 1, "null|{}", "{\"type\":\"Point\",\"coordinates\":[]}|{}",
                     POINT "|{}");
    expect_ok(&o, 3);
    assert_true(isnan(o.batch.x[0]) && isnan(o.batch.x[1]) && o.batch.x[2] == 105.5);
    forget(&o);
}

static void garbage_is_no_coordinate(void **state)
{
    (void)state;
    EXPECT_FAILURE(read_file("a.csv", "lon,lat\n105,9\nabc,9\n", &nothing, 1), COV_ERR_INPUT,
                   "a.csv, feature 2", "\"abc\"", "lon");
    EXPECT_FAILURE(read_file("a.csv", "lon,lat\n105,\"9,25\"\n", &nothing, 1), COV_ERR_INPUT,
                   "feature 1", "9,25", "not a comma");
    static const char *const bad[] = {"0x10", "105.5E", "12 5", "1e999", "105°", "N/A"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "lon,lat\n%s,9\n", bad[i]);
        EXPECT_FAILURE(read_file("a.csv", text, &nothing, 1), COV_ERR_INPUT, "feature 1", bad[i]);
    }
}

static void only_single_points_are_households(void **state)
{
    (void)state;
    opened o = READ_GEOJSON(&nothing, 1, "{\"type\":\"Point\",\"coordinates\":[105.5,9.25,7]}|{}",
                            "{\"type\":\"MultiPoint\",\"coordinates\":[[105,9]]}|{}");
    expect_ok(&o, 2);
    assert_true(o.batch.x[0] == 105.5 && o.batch.x[1] == 105 && o.batch.y[1] == 9);
    forget(&o);
    EXPECT_FAILURE(READ_GEOJSON(&nothing, 1, POINT "|{}",
                                "{\"type\":\"MultiPoint\",\"coordinates\":[[105,9],[105,8]]}|{}"),
                   COV_ERR_INPUT, "points.geojson", "feature 2", "multipoint", "split");
    EXPECT_FAILURE(READ_GEOJSON(&nothing, 1, POINT "|{}",
                                "{\"type\":\"LineString\",\"coordinates\":[[105,9],[105,8]]}|{}"),
                   COV_ERR_INPUT, "feature 2", "Line String");
    EXPECT_FAILURE(
        READ_GEOJSON(&nothing, 1,
                     "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}|{}"),
        COV_ERR_INPUT, "Polygon", "where points are needed");
}

static void points_beyond_the_earth_are_counted(void **state)
{
    (void)state;
    opened o = read_file("a.csv", "lon,lat\n105,9\n9,105\n361,0\n,\n", &nothing, 1);
    expect_ok(&o, 4);
    cov_stray stray;
    cov_households_stray(o.households, &stray);
    assert_true(stray.located == 3 && stray.beyond == 2 && stray.first == 2 && stray.y == 105);
    forget(&o);
}

/* ---------------------------------------------------------------- weights */

static const asked weighted = {.weight = "pop"};

static void whole_weights_stay_whole(void **state)
{
    (void)state;
    opened o =
        read_file("a.csv", "lon,lat,POP\n1,1,7\n1,1,0\n1,1,9007199254740993\n1,1,2.0\n1,1,1e2\n",
                  &weighted, 1);
    expect_ok(&o, 5);
    assert_int_equal(o.batch.seen.again, 0);
    assert_true(o.batch.weight[0][0] == 7 && o.batch.weight[0][1] == 0 &&
                o.batch.weight[0][3] == 2);
    assert_true(o.batch.weight[0][2] == 9007199254740993 && o.batch.weight[0][4] == 100);
    assert_string_equal(cov_households_measure(o.households, 0), "POP");
    forget(&o);
    o = READ_GEOJSON(&weighted, 1, POINT "|{\"pop\":3}", POINT "|{\"pop\":9007199254740993}");
    expect_ok(&o, 2);
    assert_true(o.batch.weight[0][0] == 3 && o.batch.weight[0][1] == 9007199254740993);
    forget(&o);
}

static void decimals_ask_for_thousandths(void **state)
{
    (void)state;
    opened o = read_file("a.csv", "lon,lat,pop\n1,1,7\n1,1,119.63\n1,1,0.0005\n1,1,0.00151\n",
                         &weighted, 1);
    assert_int_equal(o.status, COV_OK);
    assert_int_equal(o.batch.seen.again, 1);
    assert_int_equal(cov_households_rewind(o.households, o.batch.seen.again, &o.err), COV_OK);
    read_next(&o, scales(1000));
    expect_ok(&o, 4);
    assert_int_equal(o.batch.seen.again, 0);
    assert_true(o.batch.weight[0][0] == 7000 && o.batch.weight[0][1] == 119630);
    assert_true(o.batch.weight[0][2] == 0 && o.batch.weight[0][3] == 2);
    assert_true(cov_households_rounding(o.households, 0) == -500000 + 490000);
    forget(&o);
    o = READ_GEOJSON(&weighted, 1000, POINT "|{\"pop\":119.63}", POINT "|{\"pop\":0.0015}");
    expect_ok(&o, 2);
    assert_true(o.batch.weight[0][0] == 119630 && o.batch.weight[0][1] == 2);
    assert_true(cov_households_rounding(o.households, 0) == 500000);
    forget(&o);
}

static void without_a_column_a_point_is_one_household(void **state)
{
    (void)state;
    opened o = read_file("a.csv", "lon,lat\n1,1\n", &nothing, 1000);
    expect_ok(&o, 1);
    assert_true(o.batch.weight[0][0] == 1000);
    forget(&o);
}

static void bad_weights_are_refused(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"-1", "negative"},      {"", "is empty"},        {"  ", "is empty"},
        {"abc", "not a number"}, {"nan", "not a number"}, {"\"1,5\"", "with digits and a point"},
        {"1e30", "too large"},   {"inf", "not a number"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "lon,lat,pop\n1,1,7\n1,1,%s\n", bad[i][0]);
        EXPECT_FAILURE(read_file("a.csv", text, &weighted, 1), COV_ERR_INPUT, "a.csv, feature 2",
                       "pop", bad[i][1]);
    }
    EXPECT_FAILURE(READ_GEOJSON(&weighted, 1, POINT "|{\"pop\":1}", POINT "|{\"pop\":null}"),
                   COV_ERR_INPUT, "feature 2", "is empty");
    EXPECT_FAILURE(READ_GEOJSON(&weighted, 1, POINT "|{\"pop\":-1}"), COV_ERR_INPUT, "feature 1",
                   "negative");
    EXPECT_FAILURE(READ_GEOJSON(&weighted, 1, POINT "|{\"pop\":1e16}"), COV_ERR_INPUT, "feature 1",
                   "too large");
    EXPECT_FAILURE(READ_GEOJSON(&weighted, 1000, POINT "|{\"pop\":9007199254740993000}"),
                   COV_ERR_INPUT, "feature 1", "too large");
    EXPECT_FAILURE(READ_GEOJSON(&weighted, 1, POINT "|{\"pop\":[1,2]}"), COV_ERR_INPUT,
                   "weight column", "type");
    EXPECT_FAILURE(open_file("a.csv", "lon,lat,dan_so\n1,1,7\n", &weighted), COV_ERR_INPUT, "pop",
                   "dan_so");
}

/* ---------------------------------------------------------------- measures */

static void several_measures_in_one_pass(void **state)
{
    (void)state;
    const asked a = {.weight = NULL, .more = {"persons", "seats"}, .n_more = 2};
    opened o = read_file("a.csv", "lon,lat,Persons,seats\n1,1,4,7\n1,1,3.5,7\n1,1,2,0.25\n", &a, 1);
    assert_int_equal(o.status, COV_OK);
    assert_int_equal(o.batch.seen.again, 2);
    static const uint32_t scale[3] = {1, 1000, 1};
    assert_int_equal(cov_households_rewind(o.households, o.batch.seen.again, &o.err), COV_OK);
    read_next(&o, scale);
    assert_int_equal(o.status, COV_OK);
    assert_int_equal(o.batch.seen.again, 4);
    static const uint32_t finer[3] = {1, 1000, 1000};
    assert_int_equal(cov_households_rewind(o.households, o.batch.seen.again, &o.err), COV_OK);
    read_next(&o, finer);
    expect_ok(&o, 3);
    assert_int_equal(o.batch.seen.again, 0);
    static const uint64_t weight[3][3] = {{1, 1, 1}, {4000, 3500, 2000}, {7000, 7000, 250}};
    for (size_t m = 0; m < 3; m++)
        assert_memory_equal(o.batch.weight[m], weight[m], sizeof weight[m]);
    assert_string_equal(cov_households_measure(o.households, 0), "households");
    assert_string_equal(cov_households_measure(o.households, 1), "Persons");
    assert_string_equal(cov_households_measure(o.households, 2), "seats");
    assert_false(has_note(&o, "--weight")); /* one is used */
    forget(&o);
    o = read_file("a.csv", "lon,lat,persons,seats\n1,1,0.0005,0.0016\n", &a, 1000);
    expect_ok(&o, 1);
    assert_true(cov_households_rounding(o.households, 0) == 0);
    assert_true(cov_households_rounding(o.households, 1) == -500000);
    assert_true(cov_households_rounding(o.households, 2) == 400000);
    forget(&o);
    const asked many = {.n_more = COV_MEASURES_MAX};
    EXPECT_FAILURE(open_file("a.csv", "lon,lat\n1,1\n", &many), COV_ERR_LIMIT, "9 measures", "8");
}

/* ---------------------------------------------------------------- batches */

static void a_long_file_comes_in_batches(void **state)
{
    (void)state;
    const size_t n = COV_BATCH + 3;
    char *text = malloc(n * 16 + 16);
    assert_non_null(text);
    size_t used = (size_t)sprintf(text, "lon,lat\n");
    for (size_t i = 0; i < n; i++)
        used += (size_t)sprintf(text + used, "%zu.5,1\n", i % 100);
    opened o = read_file("a.csv", text, &nothing, 1);
    free(text);
    for (int pass = 0; pass < 2; pass++) {
        expect_ok(&o, COV_BATCH);
        read_next(&o, scales(1));
        expect_ok(&o, 3);
        assert_true(o.batch.x[2] == (double)((n - 1) % 100) + 0.5);
        read_next(&o, scales(1));
        expect_ok(&o, 0);
        assert_int_equal(cov_households_rewind(o.households, o.batch.seen.again, &o.err), COV_OK);
        double extent[4];
        cov_households_extent(o.households, extent);
        assert_true(extent[0] > extent[2]);
        read_next(&o, scales(1));
    }
    forget(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_points_are_found_by_name),
        cmocka_unit_test(csv_names_are_read_in_any_case),
        cmocka_unit_test(csv_in_a_plane_needs_a_crs),
        cmocka_unit_test(csv_of_wkt_is_read),
        cmocka_unit_test(csv_without_coordinates_lists_its_columns),
        cmocka_unit_test(what_is_nowhere_has_no_location),
        cmocka_unit_test(garbage_is_no_coordinate),
        cmocka_unit_test(only_single_points_are_households),
        cmocka_unit_test(points_beyond_the_earth_are_counted),
        cmocka_unit_test(whole_weights_stay_whole),
        cmocka_unit_test(decimals_ask_for_thousandths),
        cmocka_unit_test(without_a_column_a_point_is_one_household),
        cmocka_unit_test(bad_weights_are_refused),
        cmocka_unit_test(several_measures_in_one_pass),
        cmocka_unit_test(a_long_file_comes_in_batches),
    };
    return cmocka_run_group_tests_name("households", tests, setup, teardown);
}
