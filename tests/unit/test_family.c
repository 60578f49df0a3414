/* Families of indicators: what they stand for, and that it answers as it should.
 * SPDX-License-Identifier: MIT */
#include "engine.h"

#include "asked.h"
#include "engine/indicator.h"
#include "engine/service.h"

#define MANY 16

/* An indicator as it is expected: its name and expression. */
typedef struct written {
    const char *name, *expression;
} written;

static size_t name_services(const char *const *names, cov_service *service)
{
    size_t n = 0;
    for (; names[n] != NULL; n++)
        service[n] = (cov_service){names[n], NULL};
    return n;
}

static void assert_written(const cov_indicator *given, size_t n, const char *const *names,
                           const written *expected)
{
    cov_service service[MANY];
    cov_questions q;
    cov_error err;
    size_t n_services = name_services(names, service), i = 0;
    if (cov_questions_create(given, n, service, n_services, &q, &err) != COV_OK)
        fail_msg("%s", err.message);
    for (; expected[i].name != NULL && i < q.list.n; i++) {
        assert_string_equal(q.list.indicator[i].name, expected[i].name);
        assert_string_equal(q.list.indicator[i].expression, expected[i].expression);
    }
    assert_int_equal(i, q.list.n);
    assert_null(expected[i].name);
    cov_questions_clear(&q);
}

static void assert_refused(const cov_indicator *given, size_t n, const char *const *names,
                           const char *message)
{
    cov_service service[MANY];
    cov_error err = {0};
    size_t n_services = name_services(names, service);
    assert_fails(cov_indicators_check(given, n, service, n_services, &err), &err,
                 COV_ERR_EXPRESSION, message);
}

static const char *const plain[] = {"4g/viettel", "fiber", "4g/vnpt", "5g/viettel", NULL};

/* ---------------------------------------------------------------- defaults() */

static void defaults_are_unions_and_services(void **state)
{
    (void)state;
    const cov_indicator defaults = {NULL, " defaults ( ) "};
    assert_written(&defaults, 1, plain,
                   (written[]){{"4g", "4g"},
                               {"4g/viettel", "4g/viettel"},
                               {"4g/vnpt", "4g/vnpt"},
                               {"fiber", "fiber"},
                               {"5g", "5g"},
                               {"5g/viettel", "5g/viettel"},
                               {NULL, NULL}});
    assert_written(&defaults, 1, (const char *const[]){NULL}, (written[]){{NULL, NULL}});
}

static void defaults_keep_statuses_apart(void **state)
{
    (void)state;
    static const char *const names[] = {
        "fiber/vnpt:passed", "fiber/vnpt", "4g:planned", "fiber/viettel:passed",
        "fiber/fpt",         "5g/x",       "5g:passed",  "2g",
        "2g/x:planned",      NULL};
    const cov_indicator defaults = {NULL, "defaults()"};
    assert_written(&defaults, 1, names,
                   (written[]){{"fiber:passed", "fiber:passed"},
                               {"fiber/vnpt:passed", "fiber/vnpt:passed"},
                               {"fiber/viettel:passed", "fiber/viettel:passed"},
                               {"fiber", "fiber:none"},
                               {"fiber/vnpt", "fiber/vnpt:none"},
                               {"fiber/fpt", "fiber/fpt"},
                               {"4g:planned", "4g:planned"},
                               {"5g", "5g:none"},
                               {"5g/x", "5g/x"},
                               {"5g:passed", "5g:passed"},
                               {"2g", "2g:none"},
                               {"2g:planned", "2g:planned"},
                               {"2g/x:planned", "2g/x:planned"},
                               {NULL, NULL}});
}

/* Whatever the services, each default means the services it is named after. */
static void defaults_of_random_services(void **state)
{
    (void)state;
    static const char *const stages[] = {"", ":passed", ":connected", ":planned"};
    rng r = {1};
    for (size_t round = 0; round < 3000; round++) {
        char name[MANY][32];
        cov_service service[MANY];
        size_t n = 0;
        for (size_t i = 0; i < 12; i++) {
            size_t op = rng_below(&r, 4);
            snprintf(name[n], sizeof name[n], "t%zu%s%s", rng_below(&r, 2),
                     op == 0   ? ""
                     : op == 1 ? "/a"
                     : op == 2 ? "/b"
                               : "/t0",
                     stages[rng_below(&r, 4)]);
            service[n] = (cov_service){name[n], NULL};
            if (cov_services_check(service, n + 1, NULL) == COV_OK)
                n++;
        }
        cov_questions q;
        cov_error err;
        if (cov_questions_create(&(cov_indicator){NULL, "defaults()"}, 1, service, n, &q, &err) !=
            COV_OK)
            fail_msg("%s", err.message);
        for (size_t i = 0; i < q.list.n; i++) {
            const char *asked = q.list.indicator[i].name;
            size_t whole = strcspn(asked, ":");
            bool is_union = memchr(asked, '/', whole) == NULL;
            for (size_t k = 0; k < n; k++) {
                size_t size = is_union ? strcspn(name[k], "/:") : strcspn(name[k], ":");
                bool means = size == whole && memcmp(name[k], asked, size) == 0 &&
                             strcmp(name[k] + strcspn(name[k], ":"), asked + whole) == 0;
                assert_int_equal(cov_program_ask(&q.program[i], UINT64_C(1) << k, 0),
                                 means ? COV_YES : COV_NO);
            }
        }
        for (size_t k = 0; k < n; k++) {
            bool is_there = false;
            for (size_t i = 0; i < q.list.n; i++)
                is_there |= strcmp(q.list.indicator[i].name, name[k]) == 0;
            assert_true(is_there);
        }
        cov_questions_clear(&q);
    }
}

static void the_own_indicator_replaces_the_default(void **state)
{
    (void)state;
    const cov_indicator given[] = {{"4g/vnpt", "4g/vnpt & fiber"},
                                   {NULL, "defaults()"},
                                   {NULL, "5g/viettel"},
                                   {"4g", "all(4g/*)"},
                                   {"new", "5g"}};
    assert_written(given, 5, plain,
                   (written[]){{"4g/vnpt", "4g/vnpt & fiber"},
                               {"4g/viettel", "4g/viettel"},
                               {"fiber", "fiber"},
                               {"5g", "5g"},
                               {"5g/viettel", "5g/viettel"},
                               {"4g", "all(4g/*)"},
                               {"new", "5g"},
                               {NULL, NULL}});
    /* also one that comes of another family */
    const cov_indicator family[] = {{NULL, "defaults()"}, {NULL, "classes(4g)"}};
    assert_written(family, 2, (const char *const[]){"4g_white", "4g", NULL},
                   (written[]){{"4g", "4g"},
                               {"4g_white", "operators(4g) == 0"},
                               {"4g_grey", "operators(4g) == 1"},
                               {"4g_black", "operators(4g) >= 2"},
                               {NULL, NULL}});
    const cov_indicator all[] = {{NULL, "defaults()"}, {NULL, "a"}, {NULL, "b"}};
    assert_written(all, 3, (const char *const[]){"a", "b", NULL},
                   (written[]){{"a", "a"}, {"b", "b"}, {NULL, NULL}});
}

/* ---------------------------------------------------------------- classes, profile */

static void families_have_names(void **state)
{
    (void)state;
    const cov_indicator given[] = {{NULL, "classes( 4g/v* ,4g/vnpt )"},
                                   {"mobile", "classes(4g, 5g)"},
                                   {NULL, "profile( 4g |5g , any(fiber, 5g) )"},
                                   {"x", "profile(4g,fiber)"}};
    assert_written(given, 4, plain,
                   (written[]){{"4g_white", "operators(4g/v* ,4g/vnpt ) == 0"},
                               {"4g_grey", "operators(4g/v* ,4g/vnpt ) == 1"},
                               {"4g_black", "operators(4g/v* ,4g/vnpt ) >= 2"},
                               {"mobile_white", "operators(4g, 5g) == 0"},
                               {"mobile_grey", "operators(4g, 5g) == 1"},
                               {"mobile_black", "operators(4g, 5g) >= 2"},
                               {"unserved", "!(4g |5g)"},
                               {"underserved", "(4g |5g) & !(any(fiber, 5g))"},
                               {"served", "(any(fiber, 5g))"},
                               {"x_unserved", "!(4g)"},
                               {"x_underserved", "(4g) & !(fiber)"},
                               {"x_served", "(fiber)"},
                               {NULL, NULL}});
    /* an expression in the place of the name is none */
    assert_written(&(cov_indicator){"classes(fiber/*:passed)", "classes(fiber/*:passed)"}, 1,
                   (const char *const[]){"fiber/x:passed", "fiber/x:planned", NULL},
                   (written[]){{"fiber:passed_white", "operators(fiber/*:passed) == 0"},
                               {"fiber:passed_grey", "operators(fiber/*:passed) == 1"},
                               {"fiber:passed_black", "operators(fiber/*:passed) >= 2"},
                               {NULL, NULL}});
}

/* An operator of both technologies is one network. */
static void classes_count_operators(void **state)
{
    (void)state;
    static const char *const names[] = {"4g/a", "5g/a", "4g/b", "5g/b", "2g", NULL};
    cov_service service[MANY];
    cov_questions q;
    size_t n = name_services(names, service);
    assert_int_equal(
        cov_questions_create(&(cov_indicator){"m", "classes(*)"}, 1, service, n, &q, NULL), COV_OK);
    assert_int_equal(q.list.n, 3);
    for (unsigned set = 0; set < 32; set++) {
        unsigned operators = 0;
        operators += (set & 3) != 0;
        operators += (set & 12) != 0;
        operators += (set & 16) != 0;
        for (unsigned i = 0; i < 3; i++) {
            bool holds = i < 2 ? operators == i : operators >= 2;
            assert_int_equal(cov_program_ask(&q.program[i], set, 0), holds ? COV_YES : COV_NO);
        }
    }
    cov_questions_clear(&q);
}

/* Each household with a known answer is in one of the classes, and of unknown ones nothing is told.
 */
static void families_part_the_households(void **state)
{
    (void)state;
    static const char *const names[] = {"4g/a", "4g/b", "4g/c", "dl25", "dl100", NULL};
    const cov_indicator given[] = {{NULL, "classes(4g)"}, {NULL, "profile(dl25 | dl100, dl100)"}};
    cov_service service[MANY];
    cov_report *report = NULL;
    rng r = {2};
    size_t n = name_services(names, service);
    cov_areas *areas = make_areas(&r, 1);
    cov_tally *t = asked_tally(areas, service, n, 1);
    asked_fill(t, &r, 4000, 7);
    asked_add(t, 0, 8, 16, 100);
    asked_add(t, 0, 16, 8, 10);
    assert_int_equal(cov_report_create(t, given, 2, &report, NULL), COV_OK);
    assert_int_equal(cov_report_indicators(report), 6);
    for (size_t row = 0; row < cov_report_rows(report); row++) {
        cov_row of;
        cov_share share[6];
        assert_int_equal(cov_report_row(report, row, &of, NULL), COV_OK);
        for (size_t i = 0; i < 6; i++)
            assert_int_equal(cov_report_share(report, row, i, &share[i], NULL), COV_OK);
        uint64_t most = 0;
        for (size_t i = 0; i < 3; i++)
            most = share[i].unknown > most ? share[i].unknown : most;
        uint64_t sum = share[0].n + share[1].n + share[2].n;
        assert_true(sum + most <= of.households);
        assert_true(sum + share[0].unknown + share[1].unknown + share[2].unknown >= of.households);
        assert_true(share[3].unknown == 0);
        assert_true(share[4].unknown == share[5].unknown);
        assert_true(share[3].n + share[4].n + share[5].n + share[4].unknown == of.households);
    }
    cov_report_free(report);
    cov_tally_free(t);
    cov_areas_free(areas);
}

/* ---------------------------------------------------------------- mistakes */

static void mistakes_are_where_they_were_written(void **state)
{
    (void)state;
    static const struct {
        const char *name, *expression, *message;
    } cases[] = {
        {"it", "profile(4g, 5g & fibre)",
         "indicator \"it\", column 18: \"fibre\" matches no service"},
        {NULL, " profile(4g && 5g, fiber)", "column 14: expected a service"},
        {"it", "profile(4g)", "column 11: expected '&', '|' or ',', found ')'"},
        {"it", "profile(4g, 5g", "column 15: expected '&', '|' or ')', found the end"},
        {"it", "profile(4g, 5g, fiber)", "column 15: expected '&', '|' or ')', found ','"},
        {"it", "profile(4g, 5g) & fiber", "column 17: expected the end, found '&'"},
        {"it", "profile()", "column 9: expected a service"},
        {"it", "profile(best(4g), 5g)",
         "column 9: best(...) is a whole indicator and can't be a part of an expression"},
        {"it", "fiber | profile(4g, 5g)", "column 9: profile(...) is a whole indicator"},
        {"it", "(classes(4g))", "column 2: classes(...) is a whole indicator"},
        {"it", "!defaults()", "column 2: defaults(...) is a whole indicator"},
        {"it", "fiber & best(4g)", "column 9: best(...) is a whole indicator"},
        {"it", "best(4g) > 1", "column 10: expected the end, found '>'"},
        {"it", "best()", "column 6: expected a service or a pattern"},
        {"it", "best(4g", "column 8: expected ',' or ')', found the end"},
        {"it", "best(4g, any(5g))", "column 10: \"any\" matches no service"},
        {"it", "best(3g/*)", "column 6: \"3g/*\" matches no service"},
        {NULL, "classes(4g, 5g)",
         "column 9: classes(...) of more than one technology needs a name"},
        {NULL, "classes(?g)", "column 9: classes(...) of more than one technology needs a name"},
        {"it", "classes()", "column 9: expected a service or a pattern"},
        {"it", "classes(4g/x)", "column 9: \"4g/x\" matches no service"},
        {"it", "classes(4g) | 5g", "column 13: expected the end, found '|'"},
        {"it", "defaults()", "column 1: defaults() has the names of the services"},
        {NULL, "defaults(4g)",
         "column 10: expected ')', for defaults() is given nothing; found '4g'"},
        {NULL, "defaults() & 4g", "column 12: expected the end, found '&'"},
        {"it", "operators(4g)", "column 14: expected a comparison behind operators(...), such as"},
        {"it", "operators(4g) > 65", "column 17: expected a whole number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const cov_indicator given[] = {{"good", "fiber"}, {cases[i].name, cases[i].expression}};
        assert_refused(given, 2, plain, cases[i].message);
    }
}

static void names_stand_once(void **state)
{
    (void)state;
    const cov_indicator twice[] = {{NULL, "profile(4g, 5g)"}, {NULL, "profile(4g, fiber)"}};
    assert_refused(twice, 2, plain, "two indicators are named \"unserved\"");
    const cov_indicator own[] = {{"4g_grey", "4g"}, {NULL, "classes(4g)"}};
    assert_refused(own, 2, plain, "two indicators are named \"4g_grey\"");
    const cov_indicator defaults[] = {{NULL, "defaults()"}, {NULL, "defaults( )"}};
    assert_refused(defaults, 2, plain,
                   "\"defaults( )\", column 1: defaults() stands more than once");
    /* a family of a name is no indicator of that name */
    const cov_indicator family[] = {{"a", "4g"}, {"a", "classes(4g)"}};
    assert_written(family, 2, plain,
                   (written[]){{"a", "4g"},
                               {"a_white", "operators(4g) == 0"},
                               {"a_grey", "operators(4g) == 1"},
                               {"a_black", "operators(4g) >= 2"},
                               {NULL, NULL}});
}

/* The functions are names of services where no parenthesis follows. */
static void services_may_be_called_like_functions(void **state)
{
    (void)state;
    static const char *const names[] = {"best",    "defaults",  "classes/x",
                                        "profile", "operators", NULL};
    const cov_indicator given[] = {{"a", "best & defaults"},
                                   {NULL, "profile"},
                                   {NULL, "defaults"},
                                   {NULL, "best(best, classes)"},
                                   {NULL, "operators(operators)=1|classes/x"}};
    assert_written(
        given, 5, names,
        (written[]){{"a", "best & defaults"},
                    {"profile", "profile"},
                    {"defaults", "defaults"},
                    {"best(best, classes)", "best(best, classes)"},
                    {"operators(operators)=1|classes/x", "operators(operators)=1|classes/x"},
                    {NULL, NULL}});
}

/* What is accepted in a profile is as deep as what it is written out to. */
static void what_is_written_out_compiles(void **state)
{
    (void)state;
    char text[300];
    for (unsigned depth = 28; depth < 36; depth++) {
        size_t n = (size_t)snprintf(text, sizeof text, "profile(4g, ");
        for (unsigned i = 0; i < depth; i++)
            text[n++] = '(';
        n += (size_t)snprintf(text + n, sizeof text - n, "5g");
        for (unsigned i = 0; i < depth; i++)
            text[n++] = ')';
        snprintf(text + n, sizeof text - n, ")");
        const cov_indicator given = {"it", text};
        cov_service service[MANY];
        size_t n_services = name_services(plain, service);
        cov_error err = {0};
        cov_status s = cov_indicators_check(&given, 1, service, n_services, &err);
        assert_int_equal(s, depth < COV_PROGRAM_DEPTH ? COV_OK : COV_ERR_EXPRESSION);
        if (s != COV_OK)
            assert_non_null(strstr(err.message, "indicator \"it\", column 44: more than 32"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_unions_and_services),
        cmocka_unit_test(defaults_keep_statuses_apart),
        cmocka_unit_test(defaults_of_random_services),
        cmocka_unit_test(the_own_indicator_replaces_the_default),
        cmocka_unit_test(families_have_names),
        cmocka_unit_test(classes_count_operators),
        cmocka_unit_test(families_part_the_households),
        cmocka_unit_test(mistakes_are_where_they_were_written),
        cmocka_unit_test(names_stand_once),
        cmocka_unit_test(services_may_be_called_like_functions),
        cmocka_unit_test(what_is_written_out_compiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
