/* Expressions: against an evaluator of its own kind over every subset; mistakes and their columns.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "engine.h"

#include <fnmatch.h>

#include "engine/indicator.h"
#include "engine/service.h"

static const cov_service service[] = {
    {"4g/viettel", NULL}, {"4g/vnpt", NULL}, {"5g/viettel", NULL}, {"fiber", NULL},
    {"2g", NULL},         {"any", NULL},     {"5g/mobi-1", NULL},  {"count/a.b", NULL}};
#define N (sizeof service / sizeof service[0])

/* ---------------------------------------------------------------- by hand */

/* A pattern without a slash is compared with the technology. */
static bool means(const char *pattern, const char *name)
{
    char text[64];
    snprintf(text, sizeof text, "%s", name);
    if (strchr(pattern, '/') == NULL && strchr(text, '/') != NULL)
        *strchr(text, '/') = '\0';
    return fnmatch(pattern, text, FNM_PATHNAME | FNM_NOESCAPE) == 0;
}

typedef enum kind { NAME, ANY, ALL, COUNT, NOT, AND, OR } kind;

typedef struct tree {
    kind kind;
    struct tree *left, *right;
    const char *pattern[4]; /* ends in NULL */
    unsigned meant;         /* the services that match one of them */
    const char *sign;
    unsigned number;
} tree;

static const char *const exact[] = {"4g/viettel", "4g/vnpt",   "5g/viettel", "fiber", "2g",   "any",
                                    "5g/mobi-1",  "count/a.b", "4g",         "5g",    "count"};
static const char *const globs[] = {"*",       "?g",       "4g/*",   "*/viettel", "?g/v*",  "*/*",
                                    "f*r",     "*g/*t*e*", "5?/*-?", "fib??",     "*/a.*",  "4*/*",
                                    "**/v*t*", "[5g]*",    "*n*",    "?",         "*/*i*e*"};

static bool any_match(const char *pattern)
{
    for (size_t k = 0; k < N; k++) {
        if (means(pattern, service[k].name))
            return true;
    }
    return false;
}

static const char *random_pattern(rng *r)
{
    for (;;) {
        const char *p = rng_below(r, 2) ? exact[rng_below(r, sizeof exact / sizeof exact[0])]
                                        : globs[rng_below(r, sizeof globs / sizeof globs[0])];
        if (strchr(p, '[') == NULL && any_match(p))
            return p;
    }
}

static tree *random_tree(rng *r, unsigned depth)
{
    static const char *const signs[] = {">=", ">", "<=", "<", "==", "=", "!="};
    tree *t = blank(1, sizeof *t);
    t->kind = (kind)rng_below(r, depth > 0 ? 7 : 4);
    if (t->kind >= NOT)
        t->left = random_tree(r, depth - 1);
    if (t->kind >= AND)
        t->right = random_tree(r, depth - 1);
    if (t->kind == NAME)
        t->pattern[0] = exact[rng_below(r, sizeof exact / sizeof exact[0])];
    for (size_t i = 1 + rng_below(r, 3); i > 0 && t->kind != NAME; i--)
        t->pattern[i - 1] = random_pattern(r);
    for (size_t k = 0; k < N; k++) {
        for (size_t i = 0; i < 4 && t->pattern[i] != NULL; i++)
            t->meant |= means(t->pattern[i], service[k].name) ? 1u << k : 0;
    }
    t->sign = signs[rng_below(r, 7)];
    t->number = (unsigned)rng_below(r, rng_below(r, 4) == 0 ? 65 : 5);
    return t;
}

static void free_tree(tree *t)
{
    if (t == NULL)
        return;
    free_tree(t->left);
    free_tree(t->right);
    free(t);
}

static bool compare(unsigned a, const char *sign, unsigned b)
{
    if (sign[0] == '>')
        return sign[1] ? a >= b : a > b;
    if (sign[0] == '<')
        return sign[1] ? a <= b : a < b;
    return sign[0] == '=' ? a == b : a != b;
}

static bool by_hand(const tree *t, unsigned set)
{
    if (t->kind == NOT)
        return !by_hand(t->left, set);
    if (t->kind == AND)
        return by_hand(t->left, set) && by_hand(t->right, set);
    if (t->kind == OR)
        return by_hand(t->left, set) || by_hand(t->right, set);
    unsigned meant = 0, there = 0;
    for (size_t k = 0; k < N; k++) {
        meant += t->meant >> k & 1;
        there += t->meant >> k & set >> k & 1;
    }
    if (t->kind == ALL)
        return there == meant;
    return t->kind == COUNT ? compare(there, t->sign, t->number) : there > 0;
}

/* ---------------------------------------------------------------- as text */

typedef struct text {
    char at[8192];
    size_t n;
} text;

static void say(text *t, rng *r, const char *word)
{
    static const char *const blanks[] = {"", "", "", " ", "  ", "\t", "\n "};
    t->n +=
        (size_t)snprintf(t->at + t->n, sizeof t->at - t->n, "%s%s", word, blanks[rng_below(r, 7)]);
}

static void say_tree(text *out, rng *r, const tree *t, kind around)
{
    static const char *const word[] = {"", "any", "all", "count", "!", "&", "|"};
    char number[16];
    bool wrap = (t->kind >= NOT && t->kind > around) || rng_below(r, 8) == 0;
    if (wrap)
        say(out, r, "(");
    if (t->kind == NAME) {
        say(out, r, t->pattern[0]);
    } else if (t->kind == NOT) {
        say(out, r, "!");
        say_tree(out, r, t->left, NOT);
    } else if (t->kind > NOT) {
        say_tree(out, r, t->left, t->kind);
        say(out, r, word[t->kind]);
        say_tree(out, r, t->right, t->kind);
    } else {
        say(out, r, word[t->kind]);
        say(out, r, "(");
        for (size_t i = 0; i < 4 && t->pattern[i] != NULL; i++) {
            say(out, r, i > 0 ? "," : "");
            say(out, r, t->pattern[i]);
        }
        say(out, r, ")");
        snprintf(number, sizeof number, "%u", t->number);
        say(out, r, t->kind == COUNT ? t->sign : "");
        say(out, r, t->kind == COUNT ? number : "");
    }
    if (wrap)
        say(out, r, ")");
}

static cov_status compile(const char *expression, cov_program *p, cov_error *err)
{
    cov_indicator indicator = {"it", expression};
    return cov_programs_compile(&indicator, 1, service, N, p, err);
}

static void every_subset_of_random_expressions(void **state)
{
    (void)state;
    rng r = {1};
    for (size_t round = 0; round < 20000; round++) {
        tree *t = random_tree(&r, (unsigned)rng_below(&r, 6));
        text out = {{0}, 0};
        say(&out, &r, "");
        say_tree(&out, &r, t, OR);
        cov_program p;
        cov_error err;
        if (compile(out.at, &p, &err) != COV_OK)
            fail_msg("%s: %s", out.at, err.message);
        for (unsigned set = 0; set < 1u << N; set++) {
            if (cov_program_holds(&p, set) != by_hand(t, set))
                fail_msg("%s of %#x", out.at, set);
        }
        cov_programs_clear(&p, 1);
        free_tree(t);
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
    cov_indicator all[] = {{NULL, "all(s/*)"},        {NULL, "count(s) = 64"},
                           {NULL, "count(s/*) > 63"}, {NULL, "any(s/63)"},
                           {NULL, "count(s/*) < 0"},  {NULL, "count(s/*) > 64"},
                           {NULL, "count(s/*) >= 0"}, {NULL, "count(s/*) <= 64"}};
    cov_program p[8];
    assert_int_equal(cov_programs_compile(all, 8, many, 64, p, NULL), COV_OK);
    const bool full[8] = {true, true, true, true, false, false, true, true};
    const bool empty[8] = {false, false, false, false, false, false, true, true};
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(cov_program_holds(&p[i], UINT64_MAX), full[i]);
        assert_int_equal(cov_program_holds(&p[i], 0), empty[i]);
    }
    for (size_t k = 0; k < 64; k++) {
        for (size_t i = 0; i < 3; i++)
            assert_false(cov_program_holds(&p[i], ~(UINT64_C(1) << k)));
        assert_int_equal(cov_program_holds(&p[3], UINT64_C(1) << k), k == 63);
    }
    cov_programs_clear(p, 8);
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
        cov_indicator indicator = {NULL, cases[i].expression};
        cov_program p;
        cov_status s = cov_programs_compile(&indicator, 1, cap, 2, &p, NULL);
        assert_int_equal(s, cases[i].mask != 0 ? COV_OK : COV_ERR_EXPRESSION);
        for (unsigned set = 0; set < 4 && s == COV_OK; set++)
            assert_int_equal(cov_program_holds(&p, set), (set & cases[i].mask) != 0);
        if (s == COV_OK)
            cov_programs_clear(&p, 1);
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
    assert_true(cov_program_holds(&p, 1u << 5));
    assert_false(cov_program_holds(&p, 1u << 5 | 1u << 3));
    cov_programs_clear(&p, 1);
    assert_int_equal(compile("count", &p, NULL), COV_OK);
    assert_true(cov_program_holds(&p, 1u << 7));
    cov_programs_clear(&p, 1);
    assert_int_equal(compile("count/a.b | any ( any )", &p, NULL), COV_OK);
    cov_programs_clear(&p, 1);
}

/* ---------------------------------------------------------------- mistakes */

static void mistakes_have_columns(void **state)
{
    (void)state;
    static const struct {
        const char *expression;
        const char *message;
    } cases[] = {
        {"", "column 1: expected a service, '!', '(', any, all or count, found the end"},
        {"  ", "column 3: expected a service"},
        {"fiber &", "column 8: expected a service"},
        {"fiber && 2g", "column 8: expected a service, '!', '(', any, all or count, found '&'"},
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
        {"\"fiber\"", "column 1: expected a service, '!', '(', any, all or count, found '\"'"},
        {"fiber & \xFF", "column 9: expected a service, '!', '(', any, all or count, found a byte "
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
    for (unsigned depth = 0; depth <= COV_INDICATOR_DEPTH; depth++) {
        /* the most values a level can leave waiting: a | b & ( */
        size_t n = 0;
        for (unsigned i = 0; i < depth; i++)
            n += (size_t)snprintf(deep + n, sizeof deep - n, "2g|fiber&!(");
        n += (size_t)snprintf(deep + n, sizeof deep - n, "2g|fiber&any");
        for (unsigned i = 0; i < depth; i++)
            n += (size_t)snprintf(deep + n, sizeof deep - n, ")");
        assert_int_equal(compile(deep, &p, NULL), COV_OK);
        assert_true(cov_program_holds(&p, 1u << 4));
        cov_programs_clear(&p, 1);
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
    cov_programs_clear(&p, 1);
    memset(deep, '!', 3001);
    strcpy(deep + 3001, "fiber");
    assert_int_equal(compile(deep, &p, NULL), COV_OK);
    assert_int_equal(p.n, 2);
    cov_programs_clear(&p, 1);
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
                 "***) or all(***");
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
            (void)cov_program_holds(&p, rng_next(&r));
            cov_programs_clear(&p, 1);
            good++;
        }
    }
    assert_true(good > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_subset_of_random_expressions),
        cmocka_unit_test(all_64_services),
        cmocka_unit_test(characters_are_not_bytes),
        cmocka_unit_test(any_all_and_count_are_words_until_a_parenthesis),
        cmocka_unit_test(mistakes_have_columns),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(long_texts_leave_room_for_the_message),
        cmocka_unit_test(the_list_of_services_is_cut_between_names),
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(noise_is_refused_or_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
