/* Expressions: against an evaluator of its own kind over every subset; mistakes and their columns.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "engine.h"

#include "base/text.h"
#include "engine/indicator.h"
#include "expression.h"

static cov_status compile(const char *expression, cov_program *p, cov_error *err)
{
    return cov_condition_compile("indicator", expression, service, N, p, err);
}

static bool holds(const cov_program *p, uint64_t set)
{
    return cov_program_ask(p, set, 0) == COV_YES;
}

/* A random expression as a tree and as a program. */
static tree *random_expression(rng *r, text *out, cov_program *p)
{
    tree *t = random_tree(r, (unsigned)rng_below(r, 6));
    cov_error err;
    *out = (text){{0}, 0};
    say(out, r, "");
    say_tree(out, r, t, OR);
    if (compile(out->at, p, &err) != COV_OK)
        fail_msg("%s: %s", out->at, err.message);
    return t;
}

static void every_subset_of_random_expressions(void **state)
{
    (void)state;
    rng r = {1};
    text out;
    cov_program p;
    for (size_t round = 0; round < 20000; round++) {
        tree *t = random_expression(&r, &out, &p);
        for (unsigned set = 0; set < 1u << N; set++) {
            if (holds(&p, set) != by_hand(t, set))
                fail_msg("%s of %#x", out.at, set);
        }
        cov_program_clear(&p);
        free_tree(t);
    }
}

/* Kleene's logic, operator by operator; and whatever it says must hold for every completion. */
static void assert_known(const tree *t, const cov_program *p, const char *expression, unsigned set,
                         unsigned unknown)
{
    static const cov_known halves[] = {COV_NO, COV_UNKNOWN, COV_YES};
    cov_known known = cov_program_ask(p, set, unknown);
    if (known != halves[by_hand_in_halves(t, set, unknown)])
        fail_msg("%s of %#x, unknown %#x", expression, set, unknown);
    for (unsigned some = unknown; known != COV_UNKNOWN; some = (some - 1) & unknown) {
        if (holds(p, set | some) != (known == COV_YES))
            fail_msg("%s of %#x, unknown %#x, then %#x", expression, set, unknown, some);
        if (some == 0)
            break;
    }
}

static void what_is_unknown_in_random_expressions(void **state)
{
    (void)state;
    rng r = {2};
    text out;
    cov_program p;
    for (size_t round = 0; round < 6000; round++) {
        tree *t = random_expression(&r, &out, &p);
        for (size_t i = 0; i < 40; i++) {
            unsigned set = (unsigned)rng_below(&r, 1u << N),
                     unknown = (unsigned)rng_below(&r, 1u << N);
            assert_known(t, &p, out.at, set & ~unknown, unknown);
        }
        for (unsigned set = 0; round < 60 && set < 1u << N; set++) {
            for (unsigned rest = ~set & ((1u << N) - 1), unknown = rest;;
                 unknown = (unknown - 1) & rest) {
                assert_known(t, &p, out.at, set, unknown);
                if (unknown == 0)
                    break;
            }
        }
        cov_program_clear(&p);
        free_tree(t);
    }
}

/* Not all that could be known is: a household of unknown fiber has fiber or doesn't. */
static void kleene_does_not_guess(void **state)
{
    (void)state;
    static const struct {
        const char *expression;
        unsigned set, unknown;
        cov_known known;
    } cases[] = {{"fiber | !fiber", 0, 8, COV_UNKNOWN},
                 {"fiber & !fiber", 0, 8, COV_UNKNOWN},
                 {"fiber | 2g", 16, 8, COV_YES},
                 {"fiber & 2g", 0, 8, COV_NO},
                 {"!fiber", 0, 8, COV_UNKNOWN},
                 {"count(4g/*) >= 1", 1, 2, COV_YES},
                 {"count(4g/*) >= 2", 1, 2, COV_UNKNOWN},
                 {"count(4g/*) <= 2", 0, 3, COV_YES},
                 {"count(4g/*) != 1", 0, 3, COV_UNKNOWN},
                 {"operators(4g, 5g) == 1", 1, 4, COV_YES},
                 {"operators(4g, 5g) == 1", 1, 2, COV_UNKNOWN},
                 {"all(4g/*)", 0, 1, COV_NO}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cov_program p;
        assert_int_equal(compile(cases[i].expression, &p, NULL), COV_OK);
        assert_int_equal(cov_program_ask(&p, cases[i].set, cases[i].unknown), cases[i].known);
        cov_program_clear(&p);
    }
}

static void all_64_services(void **state)
{
    (void)state;
    char name[64][8];
    cov_service many[64];
    for (size_t k = 0; k < 64; k++) {
        snprintf(name[k], sizeof name[k], "s/%zu", k);
        many[k] = (cov_service){name[k], NULL};
    }
    cov_indicator all[] = {{NULL, "all(s/*)"},        {NULL, "operators(s) = 64"},
                           {NULL, "count(s/*) > 63"}, {NULL, "any(s/63)"},
                           {NULL, "count(s/*) < 0"},  {NULL, "count(s/*) > 64"},
                           {NULL, "count(s/*) >= 0"}, {NULL, "count(s/*) <= 64"}};
    cov_program p[8];
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(
            cov_condition_compile("indicator", all[i].expression, many, 64, &p[i], NULL), COV_OK);
    const bool full[8] = {true, true, true, true, false, false, true, true};
    const bool empty[8] = {false, false, false, false, false, false, true, true};
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(holds(&p[i], UINT64_MAX), full[i]);
        assert_int_equal(holds(&p[i], 0), empty[i]);
    }
    for (size_t k = 0; k < 64; k++) {
        for (size_t i = 0; i < 3; i++)
            assert_false(holds(&p[i], ~(UINT64_C(1) << k)));
        assert_int_equal(holds(&p[3], UINT64_C(1) << k), k == 63);
    }
    for (size_t i = 0; i < 8; i++)
        cov_program_clear(&p[i]);
}

/* ---------------------------------------------------------------- characters */

static void characters_are_not_bytes(void **state)
{
    (void)state;
    static const cov_service cap[] = {{"cáp/Điện", NULL}, {"光/x", NULL}};
    static const struct {
        const char *expression;
        unsigned mask; /* 0: matches nothing */
    } cases[] = {{"any(c?p/*)", 1},
                 {"any(c??p/*)", 0},
                 {"any(?/x)", 2},
                 {"any(?"
                  "?/x)",
                  0},
                 {"any(*p/?i?n)", 1},
                 {"any(*/*)", 3},
                 {"any(?)", 2},
                 {"any(cá*)", 1},
                 {"any(*\xC3\xA1p)", 1},
                 {"cáp | 光", 3},
                 {"any(c*/*ệ?)", 1},
                 {"any(*ê*/*)", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cov_program p;
        cov_status s = cov_condition_compile("indicator", cases[i].expression, cap, 2, &p, NULL);
        assert_int_equal(s, cases[i].mask != 0 ? COV_OK : COV_ERR_EXPRESSION);
        for (unsigned set = 0; set < 4 && s == COV_OK; set++)
            assert_int_equal(holds(&p, set), (set & cases[i].mask) != 0);
        if (s == COV_OK)
            cov_program_clear(&p);
    }
    cov_indicator wrong = {"độ phủ", "cáp/Điện & 光/x & nó"};
    cov_error err;
    assert_fails(cov_indicators_check(&wrong, 1, cap, 2, &err), &err, COV_ERR_EXPRESSION,
                 "indicator \"độ phủ\", column 18: \"nó\" matches no service; there are: cáp/Điện, "
                 "光/x");
}

static void any_all_and_count_are_words_until_a_parenthesis(void **state)
{
    (void)state;
    cov_program p;
    assert_int_equal(compile("any & !fiber", &p, NULL), COV_OK);
    assert_true(holds(&p, 1u << 5));
    assert_false(holds(&p, 1u << 5 | 1u << 3));
    cov_program_clear(&p);
    assert_int_equal(compile("count", &p, NULL), COV_OK);
    assert_true(holds(&p, 1u << 7));
    cov_program_clear(&p);
    assert_int_equal(compile("count/a.b | any ( any )", &p, NULL), COV_OK);
    cov_program_clear(&p);
}

/* ---------------------------------------------------------------- mistakes */

static void mistakes_have_columns(void **state)
{
    (void)state;
    static const struct {
        const char *expression;
        const char *message;
    } cases[] = {
        {"", "column 1: expected a service, '!', '(', any, all, count or operators, found the end"},
        {"  ", "column 3: expected a service"},
        {"fiber &", "column 8: expected a service"},
        {"fiber && 2g",
         "column 8: expected a service, '!', '(', any, all, count or operators, found '&'"},
        {"| fiber", "column 1: expected a service"},
        {"fiber 2g", "column 7: expected '&', '|' or the end, found '2g'"},
        {"fiber)", "column 6: expected '&', '|' or the end, found ')'"},
        {"(fiber", "column 7: expected '&', '|' or ')', found the end"},
        {"(fiber 4g/vnpt", "column 8: expected '&', '|' or ')', found '4g/vnpt'"},
        {"()", "column 2: expected a service"},
        {"!", "column 2: expected a service"},
        {"fiber = 1", "column 7: expected '&', '|' or the end, found '='"},
        {"any(4g/*) >= 2", "column 11: expected '&', '|' or the end, found '>'"},
        {"fiber | 4g/vietel",
         "column 9: \"4g/vietel\" matches no service; there are: 4g/viettel, 4g/vnpt, 5g/viettel, "
         "fiber, 2g, any, 5g/mobi-1, count/a.b"},
        {"3g", "column 1: \"3g\" matches no service"},
        {"Fiber", "column 1: \"Fiber\" matches no service"},
        {"fiber/*", "column 1: a pattern may match several services: write any(fiber/*) or "
                    "all(fiber/*)"},
        {"2g & (4g/*)",
         "column 7: a pattern may match several services: write any(4g/*) or all(4g/*)"},
        {"any()", "column 5: expected a service or a pattern such as 4g/*, found ')'"},
        {"any(fiber,)", "column 11: expected a service or a pattern"},
        {"any(fiber", "column 10: expected ',' or ')', found the end"},
        {"any(fiber 2g)", "column 11: expected ',' or ')', found '2g'"},
        {"any(fiber, 6g/*)", "column 12: \"6g/*\" matches no service"},
        {"any(fiber/*)", "column 5: \"fiber/*\" matches no service"},
        {"all(fiber & 2g)", "column 11: expected ',' or ')', found '&'"},
        {"count(4g/*)",
         "column 12: expected a comparison behind count(...), such as >= 2 or == 0, found the end"},
        {"count(4g/*) & 2g", "column 13: expected a comparison"},
        {"count(4g/*) ! 2", "column 13: expected a comparison"},
        {"count(4g/*) >=", "column 15: expected a whole number from 0 to 64, found the end"},
        {"count(4g/*) >= -1", "column 16: expected a whole number from 0 to 64, found '-1'"},
        {"count(4g/*) >= 2g", "column 16: expected a whole number from 0 to 64, found '2g'"},
        {"count(4g/*) > 1.5", "column 15: expected a whole number"},
        {"count(4g/*) >= 65", "column 16: expected a whole number from 0 to 64, found '65'"},
        {"count(4g/*) = 18446744073709551618", "column 15: expected a whole number"},
        {"count(4g/*) => 2", "column 14: expected a whole number from 0 to 64, found '>'"},
        {"fiber(2g)", "column 6: expected '&', '|' or the end, found '('"},
        {"4g//viettel", "column 1: \"4g//viettel\" matches no service"},
        {"/", "column 1: \"/\" matches no service"},
        {"4g/", "column 1: \"4g/\" matches no service"},
        {"\"fiber\"",
         "column 1: expected a service, '!', '(', any, all, count or operators, found '\"'"},
        {"fiber & \xFF",
         "column 9: expected a service, '!', '(', any, all, count or operators, found a byte "
         "that isn't UTF-8"},
        {"fiber & 2g\xC3", "column 11: expected '&', '|' or the end, found a byte that isn't"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cov_indicator indicator[] = {{"good", "fiber"}, {"bad", cases[i].expression}};
        char message[1100];
        snprintf(message, sizeof message, "indicator \"bad\", %s", cases[i].message);
        cov_error err = {0};
        assert_fails(cov_indicators_check(indicator, 2, service, N, &err), &err, COV_ERR_EXPRESSION,
                     message);
        assert_int_equal(cov_indicators_check(indicator, 2, service, N, NULL), COV_ERR_EXPRESSION);
    }
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    char deep[4000];
    cov_program p;
    for (unsigned depth = 0; depth <= COV_PROGRAM_DEPTH; depth++) {
        /* the most values a level can leave waiting: a | b & ( */
        size_t n = 0;
        for (unsigned i = 0; i < depth; i++)
            n += (size_t)snprintf(deep + n, sizeof deep - n, "2g|fiber&!(");
        n += (size_t)snprintf(deep + n, sizeof deep - n, "2g|fiber&any");
        for (unsigned i = 0; i < depth; i++)
            n += (size_t)snprintf(deep + n, sizeof deep - n, ")");
        assert_int_equal(compile(deep, &p, NULL), COV_OK);
        assert_true(holds(&p, 1u << 4));
        cov_program_clear(&p);
    }
    memset(deep, '(', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    cov_error err;
    assert_fails(compile(deep, &p, &err), &err, COV_ERR_EXPRESSION,
                 "column 33: more than 32 parentheses");
    strcpy(deep, "(2g)");
    for (unsigned i = 0; i < 100; i++)
        strcat(deep, "|((2g))"); /* side by side is no depth */
    assert_int_equal(compile(deep, &p, NULL), COV_OK);
    cov_program_clear(&p);
    memset(deep, '!', 3001);
    strcpy(deep + 3001, "fiber");
    assert_int_equal(compile(deep, &p, NULL), COV_OK);
    assert_int_equal(p.n, 2);
    cov_program_clear(&p);
}

/* The most answers that wait at a time: those of 64 operators behind 32 parentheses. */
static void counting_operators_at_the_bottom(void **state)
{
    (void)state;
    char name[64][16], deep[1000];
    cov_service many[64];
    size_t n = 0;
    for (size_t k = 0; k < 64; k++) {
        snprintf(name[k], sizeof name[k], "s/%zu", k);
        many[k] = (cov_service){name[k], NULL};
    }
    for (unsigned i = 0; i < COV_PROGRAM_DEPTH; i++)
        n += (size_t)snprintf(deep + n, sizeof deep - n, "s/1|s/2&!(");
    n += (size_t)snprintf(deep + n, sizeof deep - n, "s/1|s/2&operators(s/*)=64");
    for (unsigned i = 0; i < COV_PROGRAM_DEPTH; i++)
        n += (size_t)snprintf(deep + n, sizeof deep - n, ")");
    cov_program p;
    assert_int_equal(cov_condition_compile("indicator", deep, many, 64, &p, NULL), COV_OK);
    assert_int_equal(cov_program_ask(&p, UINT64_MAX, 0), COV_YES);
    assert_int_equal(cov_program_ask(&p, 0, 0), COV_NO);
    cov_program_clear(&p);
}

static void long_texts_leave_room_for_the_message(void **state)
{
    (void)state;
    char name[64][200], expression[3000];
    cov_service many[64];
    for (size_t k = 0; k < 64; k++) {
        memset(name[k], 'a', 199);
        snprintf(name[k] + 190, 10, "%zu", k);
        many[k] = (cov_service){name[k], NULL};
    }
    memset(expression, 'x', sizeof expression - 1);
    expression[sizeof expression - 1] = '\0';
    cov_indicator indicator = {NULL, expression};
    cov_error err;
    assert_fails(cov_indicators_check(&indicator, 1, many, 64, &err), &err, COV_ERR_EXPRESSION,
                 "x...\", column 1: \"xxx");
    assert_non_null(strstr(err.message, " more"));
    assert_true(strlen(err.message) < sizeof err.message - 1);
    expression[2990] = ' ';
    indicator = (cov_indicator){expression, "s s"};
    many[0].name = "s";
    assert_fails(cov_indicators_check(&indicator, 1, many, 64, &err), &err, COV_ERR_EXPRESSION,
                 "column 3: expected");
    memset(expression, '*', 2000);
    indicator = (cov_indicator){"it", expression};
    assert_fails(cov_indicators_check(&indicator, 1, many, 64, &err), &err, COV_ERR_EXPRESSION,
                 "***...) or all(***");
}

/* A pattern cut for the message, wherever in a character that is. */
static void long_patterns_are_cut_between_characters(void **state)
{
    (void)state;
    char expression[400];
    for (size_t lead = 0; lead < 4; lead++) {
        memset(expression, 'x', lead);
        for (size_t i = 0; i < 60; i++)
            memcpy(expression + lead + 3 * i, "\xE5\x85\x89", 3);
        strcpy(expression + lead + 180, "*");
        cov_error err;
        cov_program program;
        assert_int_equal(cov_condition_compile("indicator", expression, service, N, &program, &err),
                         COV_ERR_EXPRESSION);
        assert_true(cov_is_utf8(err.message));
        assert_non_null(strstr(err.message, "...) or all("));
    }
}

/* Whatever the length of the names, the number of those left out has its place. */
static void the_list_of_services_is_cut_between_names(void **state)
{
    (void)state;
    char name[64][100];
    cov_service many[64];
    const cov_indicator indicator = {NULL, "x"};
    for (int size = 10; size < 84; size++) {
        for (int k = 0; k < 64; k++) {
            snprintf(name[k], sizeof name[k], "%0*d", size, k);
            many[k] = (cov_service){name[k], NULL};
        }
        cov_error err;
        assert_fails(cov_indicators_check(&indicator, 1, many, 64, &err), &err, COV_ERR_EXPRESSION,
                     name[4]);
        const char *end = strstr(err.message, " and ");
        assert_non_null(end);
        int left_out = atoi(end + 5);
        char expected[32];
        snprintf(expected, sizeof expected, "%d and %d more", 64 - left_out - 1, left_out);
        assert_true(strlen(expected) < strlen(err.message));
        assert_string_equal(err.message + strlen(err.message) - strlen(expected), expected);
    }
}

static void names_are_checked(void **state)
{
    (void)state;
    cov_error err;
    cov_indicator twice[] = {{"a", "fiber"}, {"b", "2g"}, {"a", "2g"}};
    assert_fails(cov_indicators_check(twice, 3, service, N, &err), &err, COV_ERR_EXPRESSION,
                 "two indicators are named \"a\"");
    cov_indicator hidden[] = {{"fiber", "2g"}, {NULL, "fiber"}};
    assert_fails(cov_indicators_check(hidden, 2, service, N, &err), &err, COV_ERR_EXPRESSION,
                 "two indicators are named \"fiber\"");
    cov_indicator empty = {"", "fiber"}, none = {"a", NULL}, broken = {"a\xC3", "fiber"};
    assert_fails(cov_indicators_check(&empty, 1, service, N, &err), &err, COV_ERR_EXPRESSION,
                 "number 1 has no name");
    assert_fails(cov_indicators_check(&none, 1, service, N, &err), &err, COV_ERR_ARGUMENT,
                 "number 1 has no expression");
    assert_fails(cov_indicators_check(&broken, 1, service, N, &err), &err, COV_ERR_EXPRESSION,
                 "isn't UTF-8");
    assert_fails(cov_indicators_check(NULL, 1, service, N, &err), &err, COV_ERR_ARGUMENT, "array");
    assert_int_equal(cov_indicators_check(NULL, 0, service, N, NULL), COV_OK);
    cov_indicator fine = {NULL, "fiber"};
    cov_service bad[] = {{"fiber", NULL}, {"fiber", NULL}};
    assert_fails(cov_indicators_check(&fine, 1, bad, 2, &err), &err, COV_ERR_ID, "fiber");
    assert_fails(cov_indicators_check(&fine, 1, NULL, 0, &err), &err, COV_ERR_EXPRESSION,
                 "there are none");
}

/* Random characters: never a crash, and an error is one of the expression. */
static void noise_is_refused_or_understood(void **state)
{
    (void)state;
    rng r = {2};
    static const char *const piece[] = {
        "fiber", "4g/*", "any", "all(", "count(", ")",    "(",  ",", "&", "|", "!", ">=",
        "<",     "2",    "64",  " ",    "?",      "\xC3", "4g", "=", "á", "*", "/", "any("};
    size_t good = 0;
    for (size_t round = 0; round < 100000; round++) {
        char expression[128] = "";
        for (size_t k = rng_below(&r, 12); k > 0; k--)
            strcat(expression, piece[rng_below(&r, sizeof piece / sizeof piece[0])]);
        cov_program p;
        cov_status s = compile(expression, &p, NULL);
        assert_true(s == COV_OK || s == COV_ERR_EXPRESSION);
        if (s == COV_OK) {
            (void)holds(&p, rng_next(&r));
            cov_program_clear(&p);
            good++;
        }
    }
    assert_true(good > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_subset_of_random_expressions),
        cmocka_unit_test(what_is_unknown_in_random_expressions),
        cmocka_unit_test(kleene_does_not_guess),
        cmocka_unit_test(all_64_services),
        cmocka_unit_test(characters_are_not_bytes),
        cmocka_unit_test(any_all_and_count_are_words_until_a_parenthesis),
        cmocka_unit_test(mistakes_have_columns),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(counting_operators_at_the_bottom),
        cmocka_unit_test(long_texts_leave_room_for_the_message),
        cmocka_unit_test(long_patterns_are_cut_between_characters),
        cmocka_unit_test(the_list_of_services_is_cut_between_names),
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(noise_is_refused_or_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
