/* Answers: what columns, conditions and tables say of points. SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "points.h"

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
    const cov_source source = {path, NULL, NULL, NULL};
    const cov_policy policy = {NULL, NULL, 0, 0, 0};
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
    o.status = cov_households_conclude(o.households, &o.err);
    EXPECT_FAILURE(o, COV_ERR_INPUT, "claims.csv", "none of its 2 ids", "\"001\"", "a.csv",
                   "\"1\"");
    cov_claims_free(claims);
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
    assert_int_equal(o.batch.seen.again, 1);
    assert_int_equal(o.notes->n, 1); /* of the coordinates */
    assert_int_equal(cov_households_rewind(o.households, o.batch.seen.again, &o.err), COV_OK);
    read_next(&o, scales(1000));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_answer_by_their_type),
        cmocka_unit_test(two_columns_of_one_service_are_a_union),
        cmocka_unit_test(what_is_neither_yes_nor_no_is_refused),
        cmocka_unit_test(an_empty_answer_is_unknown),
        cmocka_unit_test(a_yes_wins_over_an_unknown_and_that_over_a_no),
        cmocka_unit_test(conditions_answer),
        cmocka_unit_test(tables_answer_by_the_id),
        cmocka_unit_test(a_table_of_other_ids_is_refused),
        cmocka_unit_test(a_new_pass_forgets_the_old_one),
        cmocka_unit_test(a_filter_leaves_some_points),
    };
    return cmocka_run_group_tests_name("answers", tests, setup, teardown);
}
