/* Random expressions, as trees and as text, evaluated by hand.
 * SPDX-License-Identifier: MIT
 *
 * A test defines _POSIX_C_SOURCE and includes engine.h before. */
#ifndef COV_TESTS_EXPRESSION_H
#define COV_TESTS_EXPRESSION_H

#include <fnmatch.h>

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

typedef enum kind { NAME, ANY, ALL, COUNT, OPERATORS, NOT, AND, OR } kind;

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
    t->kind = (kind)rng_below(r, depth > 0 ? 8 : 5);
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

/* The operator's name, or the technology's where there is none; never one of the other's. */
static bool of_one_operator(const char *a, const char *b)
{
    const char *x = strchr(a, '/'), *y = strchr(b, '/');
    return strcmp(x != NULL ? x : a, y != NULL ? y : b) == 0;
}

/* How many operators the services of a set have. */
static unsigned operators_in(unsigned set)
{
    unsigned n = 0;
    for (size_t k = 0; k < N; k++) {
        bool is_first = set >> k & 1;
        for (size_t i = 0; i < k; i++)
            is_first =
                is_first && !((set >> i & 1) && of_one_operator(service[i].name, service[k].name));
        n += is_first;
    }
    return n;
}

static unsigned bits_of(unsigned set)
{
    unsigned n = 0;
    for (; set != 0; set >>= 1)
        n += set & 1;
    return n;
}

static bool leaf_by_hand(const tree *t, unsigned set)
{
    unsigned there = t->meant & set;
    if (t->kind == ALL)
        return there == t->meant;
    if (t->kind == COUNT)
        return compare(bits_of(there), t->sign, t->number);
    if (t->kind == OPERATORS)
        return compare(operators_in(there), t->sign, t->number);
    return there != 0;
}

static bool by_hand(const tree *t, unsigned set)
{
    if (t->kind == NOT)
        return !by_hand(t->left, set);
    if (t->kind == AND)
        return by_hand(t->left, set) && by_hand(t->right, set);
    if (t->kind == OR)
        return by_hand(t->left, set) || by_hand(t->right, set);
    return leaf_by_hand(t, set);
}

/* In halves: 0 no, 1 unknown, 2 yes; a leaf by trying every completion of what is unknown. */
static unsigned by_hand_in_halves(const tree *t, unsigned set, unsigned unknown)
{
    if (t->kind == NOT)
        return 2 - by_hand_in_halves(t->left, set, unknown);
    if (t->kind >= AND) {
        unsigned a = by_hand_in_halves(t->left, set, unknown);
        unsigned b = by_hand_in_halves(t->right, set, unknown);
        return (t->kind == AND) == (a < b) ? a : b;
    }
    bool ever = false, always = true;
    for (unsigned some = unknown;; some = (some - 1) & unknown) {
        bool holds = leaf_by_hand(t, set | some);
        ever |= holds;
        always &= holds;
        if (some == 0)
            return (unsigned)ever + always;
    }
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
    static const char *const word[] = {"", "any", "all", "count", "operators", "!", "&", "|"};
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
        say(out, r, t->kind >= COUNT ? t->sign : "");
        say(out, r, t->kind >= COUNT ? number : "");
    }
    if (wrap)
        say(out, r, ")");
}

#endif
