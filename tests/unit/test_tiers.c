/* Speed tiers: which pairs don't lie within each other, against a search by hand.
 * SPDX-License-Identifier: MIT */
#include "engine.h"

#include "asked.h"

static const cov_service service[] = {{"dl25", NULL}, {"dl100", NULL}, {"dl1000", NULL}};
static const char *const tiers[] = {"dl25", "dl100", "dl1000"};

static void assert_violation(const cov_tally *t, const char *message)
{
    cov_error err = {0};
    assert_fails(cov_tiers_check(t, tiers, 3, &err), &err, COV_ERR_TIERS, message);
}

static void nested_tiers_pass(void **state)
{
    (void)state;
    rng r = {1};
    cov_areas *areas = make_areas(&r, 1);
    cov_tally *t = asked_tally(areas, service, 3, 1);
    assert_int_equal(cov_tiers_check(t, tiers, 3, NULL), COV_OK);
    const unsigned sets[] = {0, 1, 3, 7};
    for (int32_t i = 0; i < 100; i++)
        asked_add(t, i % N_AREAS, sets[rng_below(&r, 4)], 0, 5);
    asked_add(t, 3, 6, 1, 5);
    asked_add(t, 3, 5, 2, 5);
    asked_add(t, 3, 0, 7, 5);
    asked_add(t, 3, 0, 4, 5);
    assert_int_equal(cov_tiers_check(t, tiers, 3, NULL), COV_OK);
    assert_int_equal(cov_tiers_check(t, tiers, 1, NULL), COV_OK);
    assert_int_equal(cov_tiers_check(t, NULL, 0, NULL), COV_OK);
    cov_tally_free(t);
    cov_areas_free(areas);
}

static void violations_name_tiers_and_area(void **state)
{
    (void)state;
    rng r = {2};
    cov_areas *areas = make_areas(&r, 1);
    cov_tally *t = asked_tally(areas, service, 3, 1000);
    asked_add(t, 20, 7, 0, 100);
    asked_add(t, 20, 4, 3, 100);
    asked_add(t, 20, 6, 0, 1500); /* 100 without 25 */
    asked_add(t, 9, 2, 0, 2250);
    asked_add(t, 9, 2, 4, 250);
    asked_add(t, 30, 6, 0, 3000);
    assert_violation(t,
                     "\"dl100\" holds for 7 households that the wider \"dl25\" doesn't hold for, "
                     "2.5 of them in area \"0103\"");
    asked_add(t, 2, 6, 0, 7);
    assert_violation(t,
                     "7.007 households that the wider \"dl25\" doesn't hold for, 0.007 of them in "
                     "area \"0002\"");
    /* the order of the tiers, not of the services, is what counts */
    const char *const turned[] = {"dl1000", "dl100 | dl1000"};
    cov_error err = {0};
    assert_fails(cov_tiers_check(t, turned, 2, &err), &err, COV_ERR_TIERS,
                 "\"dl100 | dl1000\" holds for 2.25 households that the wider \"dl1000\"");
    cov_tally_free(t);
    cov_areas_free(areas);
}

/* The middle one is unknown and has nothing to say. */
static void unknown_hides_no_violation(void **state)
{
    (void)state;
    rng r = {3};
    cov_areas *areas = make_areas(&r, 1);
    cov_tally *t = asked_tally(areas, service, 3, 1);
    asked_add(t, 4, 4, 2, 11);
    assert_violation(t, "\"dl1000\" holds for 11 households that the wider \"dl25\" doesn't");
    cov_tally_free(t);
    cov_areas_free(areas);
}

static void random_tallies(void **state)
{
    (void)state;
    rng r = {4};
    cov_areas *areas = make_areas(&r, 1);
    size_t bad = 0;
    for (size_t round = 0; round < 4000; round++) {
        cov_tally *t = asked_tally(areas, service, 3, 1);
        const unsigned rarely[] = {0, 1, 3, 7, 0, 1, 3, 7, 0, 1, 3, 7, 0, 1, 3, 7, 0, 1, 3, 7, 6};
        for (size_t i = rng_below(&r, 12); i > 0; i--) {
            unsigned unknown = rng_below(&r, 3) == 0 ? (unsigned)rng_below(&r, 8) : 0;
            unsigned set = rarely[rng_below(&r, 21)];
            asked_add(t, (int32_t)rng_below(&r, N_AREAS), set & ~unknown, unknown,
                      1 + rng_below(&r, 9));
        }
        bool wrong = false;
        for (size_t i = 0; i < t->cells.n; i++) {
            for (unsigned narrow = 1; narrow < 3; narrow++) {
                for (unsigned wide = 0; wide < narrow; wide++) {
                    const cov_tally_cell *cell = &t->cells.cell[i];
                    wrong |=
                        (cell->set >> narrow & 1) && !((cell->set | cell->unknown) >> wide & 1);
                }
            }
        }
        assert_int_equal(cov_tiers_check(t, tiers, 3, NULL), wrong ? COV_ERR_TIERS : COV_OK);
        bad += wrong;
        cov_tally_free(t);
    }
    assert_true(bad > 500 && bad < 3500);
    cov_areas_free(areas);
}

static void tiers_are_expressions(void **state)
{
    (void)state;
    rng r = {5};
    cov_areas *areas = make_areas(&r, 1);
    cov_tally *t = asked_tally(areas, service, 3, 1);
    cov_error err;
    const char *const wrong[] = {"dl25", "dl25 & dl5"}, *const best[] = {"best(dl25)"};
    const char *const family[] = {"dl25", "defaults()"}, *const none[] = {"dl25", NULL};
    assert_fails(cov_tiers_check(t, wrong, 2, &err), &err, COV_ERR_EXPRESSION,
                 "tier \"dl25 & dl5\", column 8: \"dl5\" matches no service");
    assert_fails(cov_tiers_check(t, best, 1, &err), &err, COV_ERR_EXPRESSION,
                 "tier \"best(dl25)\", column 1: best(...) is a whole indicator");
    assert_fails(cov_tiers_check(t, family, 2, &err), &err, COV_ERR_EXPRESSION,
                 "tier \"defaults()\", column 1: defaults(...) is a whole indicator");
    assert_fails(cov_tiers_check(t, none, 2, &err), &err, COV_ERR_ARGUMENT, "tier number 2");
    assert_fails(cov_tiers_check(t, NULL, 2, &err), &err, COV_ERR_ARGUMENT, "no tiers");
    assert_fails(cov_tiers_check(NULL, wrong, 1, &err), &err, COV_ERR_ARGUMENT, "no tally");
    cov_tally_free(t);
    cov_areas_free(areas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nested_tiers_pass),
        cmocka_unit_test(violations_name_tiers_and_area),
        cmocka_unit_test(unknown_hides_no_violation),
        cmocka_unit_test(random_tallies),
        cmocka_unit_test(tiers_are_expressions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
