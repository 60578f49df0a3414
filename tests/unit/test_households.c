/* Households: points, weights and answers out of CSV and GeoJSON. SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "folder.h"
#include "io/households.h"

static folder here;

static int setup(void **state)
{
    (void)state;
    return folder_open(&here);
}

static int teardown(void **state)
{
    (void)state;
    folder_close(&here);
    return 0;
}

/* ---------------------------------------------------------------- helpers */

typedef struct opened {
    cov_households *households;
    cov_batch batch;
    cov_notes *notes; /* stays where it is: the layer points to it */
    cov_error err;
    unsigned decimals;
    cov_status status;
} opened;

typedef struct asked {
    const char *weight;
    const cov_answer *answers;
    size_t n_answers;
    const char *assume_crs;
    const char *where;
    const char *id;
    const char *more[COV_MEASURES_MAX]; /* further weights */
    size_t n_more;
} asked;

static const asked nothing = {.weight = NULL};

static opened open_file(const char *name, const char *text, const asked *a)
{
    opened o = {.notes = calloc(1, sizeof(cov_notes))};
    assert_non_null(o.notes);
    char *path = folder_write(&here, name, text);
    const cov_source source = {path, NULL, a->where};
    const cov_policy policy = {a->assume_crs, NULL, 0, 0};
    const char *weights[COV_MEASURES_MAX + 1] = {a->weight};
    memcpy(weights + 1, a->more, sizeof a->more);
    const cov_households_query query = {.source = &source,
                                        .weights = weights,
                                        .n_measures = 1 + a->n_more,
                                        .answers = a->answers,
                                        .n_answers = a->n_answers,
                                        .id_column = a->id};
    o.err.message[0] = '\0';
    assert_int_equal(cov_batch_create(&o.batch, COV_MEASURES_MAX, NULL), COV_OK);
    o.status = cov_households_open(&query, &policy, o.notes, &o.households, &o.err);
    free(path);
    return o;
}

/* One scale for every measure. */
static const uint32_t *scales(uint32_t scale)
{
    static uint32_t all[COV_MEASURES_MAX];
    for (size_t m = 0; m < COV_MEASURES_MAX; m++)
        all[m] = scale;
    return all;
}

/* Open, and read the first batch. */
static opened read_file(const char *name, const char *text, const asked *a, uint32_t scale)
{
    opened o = open_file(name, text, a);
    if (o.status == COV_OK)
        o.status = cov_households_next(o.households, scales(scale), &o.batch, &o.decimals, &o.err);
    return o;
}

static void expect_ok(const opened *o, size_t n)
{
    if (o->status != COV_OK)
        fail_msg("%s: %s", cov_status_name(o->status), o->err.message);
    assert_int_equal(o->batch.n, n);
}

static void forget(opened *o)
{
    cov_households_close(o->households);
    cov_batch_clear(&o->batch);
    cov_notes_clear(o->notes);
    free(o->notes);
}

/* It failed, and its message has all the facts. */
static void expect_failure(opened o, cov_status status, const char *const *facts, size_t n)
{
    if (o.status != status)
        fail_msg("%s instead of %s: %s", cov_status_name(o.status), cov_status_name(status),
                 o.err.message);
    assert_int_equal(o.err.code, status);
    for (size_t i = 0; i < n; i++) {
        if (strstr(o.err.message, facts[i]) == NULL)
            fail_msg("\"%s\" is not in: %s", facts[i], o.err.message);
    }
    forget(&o);
}

#define EXPECT_FAILURE(opened, status, ...)                                                        \
    expect_failure(opened, status, (const char *const[]){__VA_ARGS__},                             \
                   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static int has_note(const opened *o, const char *text)
{
    for (size_t i = 0; i < o->notes->n; i++) {
        if (strstr(o->notes->note[i].text, text) != NULL)
            return 1;
    }
    return 0;
}

/* A GeoJSON file of features given as "geometry|properties". */
static opened read_geojson(const char *const *features, size_t n, const asked *a, uint32_t scale)
{
    char text[4096] = "{\"type\":\"FeatureCollection\",\"features\":[";
    for (size_t i = 0; i < n; i++) {
        const char *bar = strchr(features[i], '|');
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used,
                 "%s{\"type\":\"Feature\",\"geometry\":%.*s,\"properties\":%s}", i > 0 ? "," : "",
                 (int)(bar - features[i]), features[i], bar + 1);
    }
    strcat(text, "]}");
    return read_file("points.geojson", text, a, scale);
}

#define READ_GEOJSON(asked, scale, ...)                                                            \
    read_geojson((const char *const[]){__VA_ARGS__},                                               \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), asked, scale)

#define POINT "{\"type\":\"Point\",\"coordinates\":[105.5,9.25]}"

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
        COV_ERR_INPUT, "Polygon", "must be points");
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
    assert_int_equal(o.decimals, 0);
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
    assert_int_equal(o.decimals, 1);
    assert_int_equal(cov_households_rewind(o.households, &o.err), COV_OK);
    o.status = cov_households_next(o.households, scales(1000), &o.batch, &o.decimals, &o.err);
    expect_ok(&o, 4);
    assert_int_equal(o.decimals, 0);
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

/* ---------------------------------------------------------------- answers */

static void columns_answer_by_their_type(void **state)
{
    (void)state;
    const cov_answer answers[] = {{0, "b", NULL}, {1, "i", NULL}, {2, "r", NULL}, {5, "t", NULL}};
    const asked a = {.answers = answers, .n_answers = 4};
    opened o = READ_GEOJSON(&a, 1, POINT "|{\"b\":true,\"i\":2,\"r\":0.5,\"t\":\"Có\"}",
                            POINT "|{\"b\":false,\"i\":0,\"r\":0.0,\"t\":\" no \"}",
                            POINT "|{\"b\":false,\"i\":-1,\"r\":0.0,\"t\":\"KHÔNG\"}");
    expect_ok(&o, 3);
    assert_true(o.batch.served[0] == 0x27);
    assert_true(o.batch.served[1] == 0);
    assert_true(o.batch.served[2] == 2);
    forget(&o);
}

static void two_columns_of_one_service_are_a_union(void **state)
{
    (void)state;
    const cov_answer answers[] = {{3, "a", NULL}, {3, "b", NULL}};
    const asked a = {.answers = answers, .n_answers = 2};
    opened o = read_file("a.csv", "lon,lat,a,b\n1,1,1,0\n1,1,0,1\n1,1,0,0\n", &a, 1);
    expect_ok(&o, 3);
    assert_true(o.batch.served[0] == 8 && o.batch.served[1] == 8 && o.batch.served[2] == 0);
    forget(&o);
}

static void what_is_neither_yes_nor_no_is_refused(void **state)
{
    (void)state;
    const cov_answer answer = {0, "has_4g", NULL};
    const asked a = {.answers = &answer, .n_answers = 1};
    EXPECT_FAILURE(read_file("a.csv", "lon,lat,has_4g\n1,1,yes\n1,1,maybe\n", &a, 1), COV_ERR_INPUT,
                   "a.csv, feature 2", "has_4g", "maybe", "neither yes nor no");
    EXPECT_FAILURE(open_file("a.csv", "lon,lat,x\n1,1,7\n", &a), COV_ERR_INPUT, "has_4g", "lon");
}

/* Read to the end, where the notes are made. */
static void read_end(opened *o)
{
    o->status = cov_households_next(o->households, scales(1), &o->batch, &o->decimals, &o->err);
    expect_ok(o, 0);
}

static size_t count_notes(const opened *o, const char *text)
{
    size_t n = 0;
    for (size_t i = 0; i < o->notes->n; i++)
        n += strstr(o->notes->note[i].text, text) != NULL;
    return n;
}

static void an_empty_answer_is_unknown(void **state)
{
    (void)state;
    const cov_answer answers[] = {{0, "has_4g", NULL}, {2, "dl", NULL}, {1, "has_4g", NULL}};
    const asked a = {.answers = answers, .n_answers = 3};
    opened o =
        read_file("a.csv", "lon,lat,has_4g,dl\n1,1,,1\n1,1,no,  \n1,1,yes,0\n1,1, ,\n", &a, 1);
    expect_ok(&o, 4);
    assert_true(o.batch.served[0] == 4 && o.batch.unknown[0] == 3);
    assert_true(o.batch.served[1] == 0 && o.batch.unknown[1] == 4);
    assert_true(o.batch.served[2] == 3 && o.batch.unknown[2] == 0);
    assert_true(o.batch.served[3] == 0 && o.batch.unknown[3] == 7);
    read_end(&o);
    assert_int_equal(count_notes(&o, "the column \"has_4g\" is unknown for 2 of 4 points"), 1);
    assert_int_equal(count_notes(&o, "the column \"dl\" is unknown for 2 of 4 points"), 1);
    forget(&o);

    o = READ_GEOJSON(&a, 1, POINT "|{\"has_4g\":true,\"dl\":0.5}",
                     POINT "|{\"has_4g\":null,\"dl\":null}", POINT "|{\"dl\":0}");
    expect_ok(&o, 3);
    assert_true(o.batch.served[0] == 7 && o.batch.unknown[0] == 0);
    assert_true(o.batch.served[1] == 0 && o.batch.unknown[1] == 7);
    assert_true(o.batch.served[2] == 0 && o.batch.unknown[2] == 3);
    forget(&o);
}

static void a_yes_wins_over_an_unknown_and_that_over_a_no(void **state)
{
    (void)state;
    const cov_answer answers[] = {{3, "a", NULL}, {3, "b>=10", NULL}};
    const asked a = {.answers = answers, .n_answers = 2};
    static const char *const said[3] = {"no", "yes", ""};
    static const char *const measured[3] = {"9.99", "10.0", ""};
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++) {
            char text[64];
            snprintf(text, sizeof text, "lon,lat,a,b\n1,1,%s,%s\n", said[i], measured[k]);
            opened o = read_file("a.csv", text, &a, 1);
            expect_ok(&o, 1);
            int yes = i == 1 || k == 1, unknown = !yes && (i == 2 || k == 2);
            assert_true(o.batch.served[0] == (yes ? 8 : 0));
            assert_true(o.batch.unknown[0] == (unknown ? 8 : 0));
            read_end(&o);
            assert_int_equal(count_notes(&o, "the condition \"b>=10\" is unknown for 1 of 1"),
                             k == 2);
            forget(&o);
        }
    }
}

static void conditions_answer(void **state)
{
    (void)state;
    const cov_answer answers[] = {{0, "down_mbps>=100", NULL},
                                  {1, "down_mbps>=100 & net='v'", NULL},
                                  {2, "a>=1", NULL},
                                  {3, "net", NULL}};
    const asked a = {.answers = answers, .n_answers = 4};
    opened o = read_file("a.csv",
                         "lon,lat,down_mbps,net,a>=1\n1,1,100,v,no\n1,1,99.9,v,yes\n1,1,1e3,x,\n"
                         "1,1,,x,no\n",
                         &a, 1);
    assert_int_equal(o.status, COV_ERR_INPUT); /* "v" is neither yes nor no */
    assert_non_null(strstr(o.err.message, "\"net\" says \"v\""));
    forget(&o);
    const asked three = {.answers = answers, .n_answers = 3};
    o = read_file("a.csv",
                  "lon,lat,down_mbps,net,a>=1\n1,1,100,v,no\n1,1,99.9,v,yes\n1,1,1e3,x,\n"
                  "1,1,,x,no\n",
                  &three, 1);
    expect_ok(&o, 4);
    static const uint64_t served[4] = {3, 4, 1, 0}, unknown[4] = {0, 0, 4, 1};
    for (size_t i = 0; i < 4; i++)
        assert_true(o.batch.served[i] == served[i] && o.batch.unknown[i] == unknown[i]);
    forget(&o);
    const cov_answer none = {0, "down>=100", NULL};
    const asked missing = {.answers = &none, .n_answers = 1};
    EXPECT_FAILURE(open_file("a.csv", "lon,lat,down_mbps\n1,1,7\n", &missing), COV_ERR_INPUT,
                   "a.csv", "\"down\"", "down_mbps");
    const cov_answer text = {0, "down_mbps>=100", NULL};
    const asked garbage = {.answers = &text, .n_answers = 1};
    EXPECT_FAILURE(read_file("a.csv", "lon,lat,down_mbps\n1,1,7\n1,1,n/a\n", &garbage, 1),
                   COV_ERR_INPUT, "a.csv, feature 2", "n/a", "down_mbps");
}

/* ---------------------------------------------------------------- claims */

static cov_claims *claims_of(const char *text, const cov_claim *claims, size_t n)
{
    char *path = folder_write(&here, "claims.csv", text);
    const cov_source source = {path, NULL, NULL};
    const cov_policy policy = {NULL, NULL, 0, 0};
    cov_claim copy[4];
    cov_notes notes = COV_NOTES_INIT;
    cov_phases phases = cov_phases_start(NULL, NULL);
    cov_claims *out = NULL;
    cov_error err;
    for (size_t i = 0; i < n; i++) {
        copy[i] = claims[i];
        copy[i].source = &source;
    }
    if (cov_claims_read(copy, n, &policy, &notes, &phases, &out, &err) != COV_OK)
        fail_msg("%s", err.message);
    cov_notes_clear(&notes);
    free(path);
    return out;
}

static void tables_answer_by_the_id(void **state)
{
    (void)state;
    const cov_claim claim[] = {{NULL, "id", "tech=50", 1}, {NULL, "id", "down>=100", 4}};
    cov_claims *claims =
        claims_of("id,tech,down\na,50,1000\nb,40,\nc,50,25\nc,40,100\nz,40,1\n", claim, 2);
    const cov_answer answers[] = {{1, NULL, claims}, {4, NULL, claims}, {4, "x", NULL}};
    const asked a = {.answers = answers, .n_answers = 3, .id = "hh"};
    const char *text =
        "lon,lat,HH,x\n1,1,a,no\n1,1, b ,no\n1,1,c,no\n1,1,d,no\n1,1,,no\n1,1,b,yes\n";
    opened o = read_file("a.csv", text, &a, 1);
    expect_ok(&o, 6);
    static const uint64_t served[6] = {18, 0, 18, 0, 0, 16}, unknown[6] = {0, 16, 0, 0, 18, 0};
    for (size_t i = 0; i < 6; i++)
        assert_true(o.batch.served[i] == served[i] && o.batch.unknown[i] == unknown[i]);
    read_end(&o);
    assert_true(has_note(&o, "1 of 6 points have no id (column \"HH\")"));
    forget(&o);

    /* a service asks for its own bit only */
    const asked one = {.answers = answers, .n_answers = 1, .id = "hh"};
    o = read_file("a.csv", text, &one, 1);
    expect_ok(&o, 6);
    assert_true(o.batch.served[0] == 2 && o.batch.unknown[1] == 0 && o.batch.unknown[4] == 2);
    forget(&o);

    const asked anonymous = {.answers = answers, .n_answers = 3};
    EXPECT_FAILURE(open_file("a.csv", text, &anonymous), COV_ERR_INPUT, "claims.csv",
                   "--household-id");
    const asked other = {.answers = answers, .n_answers = 3, .id = "id"};
    EXPECT_FAILURE(open_file("a.csv", text, &other), COV_ERR_INPUT, "id column \"id\"", "HH");
    cov_claims_free(claims);
}

static void a_table_of_other_ids_is_refused(void **state)
{
    (void)state;
    const cov_claim claim = {NULL, "id", NULL, 0};
    cov_claims *claims = claims_of("id,x\n001,\n002,\n", &claim, 1);
    const cov_answer answer = {0, NULL, claims};
    const asked a = {.answers = &answer, .n_answers = 1, .id = "hh"};
    opened o = read_file("a.csv", "lon,lat,hh\n1,1,1\n1,1,2\n", &a, 1);
    expect_ok(&o, 2);
    o.status = cov_households_next(o.households, scales(1), &o.batch, &o.decimals, &o.err);
    EXPECT_FAILURE(o, COV_ERR_INPUT, "claims.csv", "none of its 2 ids", "\"001\"", "a.csv",
                   "\"1\"");
    cov_claims_free(claims);
}

/* ---------------------------------------------------------------- measures */

static void several_measures_in_one_pass(void **state)
{
    (void)state;
    const asked a = {.weight = NULL, .more = {"persons", "seats"}, .n_more = 2};
    opened o = read_file("a.csv", "lon,lat,Persons,seats\n1,1,4,7\n1,1,3.5,7\n1,1,2,0.25\n", &a, 1);
    assert_int_equal(o.status, COV_OK);
    assert_int_equal(o.decimals, 2);
    static const uint32_t scale[3] = {1, 1000, 1};
    assert_int_equal(cov_households_rewind(o.households, &o.err), COV_OK);
    o.status = cov_households_next(o.households, scale, &o.batch, &o.decimals, &o.err);
    assert_int_equal(o.status, COV_OK);
    assert_int_equal(o.decimals, 4);
    static const uint32_t finer[3] = {1, 1000, 1000};
    assert_int_equal(cov_households_rewind(o.households, &o.err), COV_OK);
    o.status = cov_households_next(o.households, finer, &o.batch, &o.decimals, &o.err);
    expect_ok(&o, 3);
    assert_int_equal(o.decimals, 0);
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

/* What was unknown in a pass that was begun again is not counted twice. */
static void a_new_pass_forgets_the_old_one(void **state)
{
    (void)state;
    const cov_claim claim = {NULL, "id", NULL, 1};
    cov_claims *claims = claims_of("id,x\na,\nb,\n", &claim, 1);
    const cov_answer answers[] = {{0, "x", NULL}, {1, NULL, claims}};
    const asked a = {.weight = "pop", .answers = answers, .n_answers = 2, .id = "hh"};
    opened o = read_file("a.csv", "lon,lat,pop,x,hh\n1,1,1,,\n1,1,1.5,,\n1,1,1,1,a\n", &a, 1);
    assert_int_equal(o.status, COV_OK);
    assert_int_equal(o.decimals, 1);
    assert_int_equal(o.notes->n, 1); /* of the coordinates */
    assert_int_equal(cov_households_rewind(o.households, &o.err), COV_OK);
    o.status = cov_households_next(o.households, scales(1000), &o.batch, &o.decimals, &o.err);
    expect_ok(&o, 3);
    read_end(&o);
    assert_true(has_note(&o, "the column \"x\" is unknown for 2 of 3 points"));
    assert_true(has_note(&o, "2 of 3 points have no id"));
    assert_true(has_note(&o, "of its 2 ids (column id) 1 are those of no point"));
    assert_int_equal(o.notes->n, 4);
    forget(&o);
    cov_claims_free(claims);
}

/* ---------------------------------------------------------------- filters */

static void a_filter_leaves_some_points(void **state)
{
    (void)state;
    const cov_answer answer = {0, "x", NULL};
    const asked a = {.where = "kind = 'school'", .answers = &answer, .n_answers = 1};
    opened o = read_file(
        "a.csv", "lon,lat,kind,x\n1,1,clinic,?\n2,2,school,yes\n3,3,clinic,?\n4,4,School,\n", &a,
        1);
    expect_ok(&o, 2);
    assert_true(o.batch.x[0] == 2 && o.batch.x[1] == 4 && o.batch.unknown[1] == 1);
    assert_int_equal(cov_households_count(o.households), -1);
    read_end(&o);
    assert_true(has_note(&o, "unknown for 1 of 2 points"));
    double extent[4];
    cov_households_extent(o.households, extent);
    assert_true(extent[0] == 2 && extent[2] == 4);
    forget(&o);
    EXPECT_FAILURE(read_file("a.csv", "lon,lat,kind,x\n1,1,clinic,1\n2,2,school,?\n", &a, 1),
                   COV_ERR_INPUT, "a.csv, feature 2");
    const asked none = {.where = "kind = 'bank'"};
    o = read_file("a.csv", "lon,lat,kind\n1,1,clinic\n2,2,school\n", &none, 1);
    expect_ok(&o, 0);
    o.status = cov_households_refuse_empty(o.households, &o.err);
    EXPECT_FAILURE(o, COV_ERR_INPUT, "a.csv", "kind = 'bank'", "leaves nothing of 2",
                   "no households");
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
        o.status = cov_households_next(o.households, scales(1), &o.batch, &o.decimals, &o.err);
        expect_ok(&o, 3);
        assert_true(o.batch.x[2] == (double)((n - 1) % 100) + 0.5);
        o.status = cov_households_next(o.households, scales(1), &o.batch, &o.decimals, &o.err);
        expect_ok(&o, 0);
        assert_int_equal(cov_households_rewind(o.households, &o.err), COV_OK);
        double extent[4];
        cov_households_extent(o.households, extent);
        assert_true(extent[0] > extent[2]);
        o.status = cov_households_next(o.households, scales(1), &o.batch, &o.decimals, &o.err);
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
        cmocka_unit_test(columns_answer_by_their_type),
        cmocka_unit_test(two_columns_of_one_service_are_a_union),
        cmocka_unit_test(what_is_neither_yes_nor_no_is_refused),
        cmocka_unit_test(an_empty_answer_is_unknown),
        cmocka_unit_test(a_yes_wins_over_an_unknown_and_that_over_a_no),
        cmocka_unit_test(conditions_answer),
        cmocka_unit_test(tables_answer_by_the_id),
        cmocka_unit_test(a_table_of_other_ids_is_refused),
        cmocka_unit_test(several_measures_in_one_pass),
        cmocka_unit_test(a_new_pass_forgets_the_old_one),
        cmocka_unit_test(a_filter_leaves_some_points),
        cmocka_unit_test(a_long_file_comes_in_batches),
    };
    return cmocka_run_group_tests_name("households", tests, setup, teardown);
}
