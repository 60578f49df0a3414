/* SPDX-License-Identifier: MIT */
#include "engine/grammar.h"

#include <string.h>

#include "engine/pattern.h"

static const char *const function_names[] = {[COV_NO_FUNCTION] = "",
                                             [COV_ANY] = "any",
                                             [COV_ALL] = "all",
                                             [COV_COUNT] = "count",
                                             [COV_OPERATORS] = "operators",
                                             [COV_BEST] = "best",
                                             [COV_DEFAULTS] = "defaults",
                                             [COV_CLASSES] = "classes",
                                             [COV_PROFILE] = "profile"};

cov_function cov_function_accept(cov_parser *p)
{
    cov_parser_skip_blanks(p);
    const char *start = p->at;
    cov_piece word = cov_parser_word(p);
    p->at += word.size;
    for (cov_function f = COV_ANY; f <= COV_PROFILE; f++) {
        /* a service may be called so, too */
        if (cov_piece_equal(word, (cov_piece){function_names[f], strlen(function_names[f])}) &&
            cov_parser_accept(p, '('))
            return f;
    }
    p->at = start;
    return COV_NO_FUNCTION;
}

/* ---------------------------------------------------------------- functions */

/* A whole number of at most 64 at p->at. */
static cov_status parse_number(cov_parser *p, unsigned *out)
{
    cov_parser_skip_blanks(p);
    size_t size = cov_parser_word(p).size;
    unsigned value = 0;
    for (size_t i = 0; i < size && value <= COV_SERVICES_MAX; i++) {
        if (p->at[i] < '0' || p->at[i] > '9')
            size = 0;
        value = value * 10 + (unsigned)(p->at[i] - '0');
    }
    if (size == 0 || value > COV_SERVICES_MAX)
        return cov_parser_fail(p, p->at, "expected a whole number from 0 to %d, found %s",
                               COV_SERVICES_MAX, cov_parser_found(p->at).text);
    p->at += size;
    *out = value;
    return COV_OK;
}

/* The comparison behind a function that counts, as a range; != is a range to be negated. */
static cov_status parse_comparison(cov_parser *p, cov_function f, cov_step *step, bool *negate)
{
    cov_parser_skip_blanks(p);
    const char *start = p->at;
    char sign = *p->at;
    bool equal = sign != '\0' && p->at[1] == '=';
    if (sign != '<' && sign != '>' && sign != '=' && !(sign == '!' && equal))
        return cov_parser_fail(
            p, start, "expected a comparison behind %s(...), such as >= 2 or == 0, found %s",
            function_names[f], cov_parser_found(start).text);
    p->at += equal ? 2 : 1;
    unsigned k = 0;
    cov_status s = parse_number(p, &k);
    if (s != COV_OK)
        return s;
    step->low = 0;
    step->high = COV_SERVICES_MAX;
    if (sign == '>')
        step->low = equal ? k : k + 1;
    else if (sign == '<' && !equal && k == 0)
        step->low = step->high + 1; /* fewer than none: never */
    else if (sign == '<')
        step->high = equal ? k : k - 1;
    else
        step->low = step->high = k;
    *negate = sign == '!';
    return COV_OK;
}

cov_status cov_patterns_parse(cov_parser *p, uint64_t *set)
{
    do {
        cov_parser_skip_blanks(p);
        cov_piece word = cov_parser_word(p);
        if (word.size == 0)
            return cov_parser_fail(p, p->at,
                                   "expected a service or a pattern such as 4g/*, found %s",
                                   cov_parser_found(p->at).text);
        cov_status s = cov_parser_resolve(p, word, set);
        if (s != COV_OK)
            return s;
        p->at += word.size;
    } while (cov_parser_accept(p, ','));
    if (!cov_parser_accept(p, ')'))
        return cov_parser_fail(p, p->at, "expected ',' or ')', found %s",
                               cov_parser_found(p->at).text);
    return COV_OK;
}

/* A test for each operator of a set, whether any of its services is there. */
static cov_status add_operators(cov_parser *p, uint64_t set, unsigned *n)
{
    uint64_t part[COV_SERVICES_MAX];
    *n = (unsigned)cov_services_part(p->service, p->n_services, set, part);
    cov_step test = {.kind = COV_STEP_TEST, .low = 1, .high = COV_SERVICES_MAX};
    cov_status s = COV_OK;
    for (unsigned i = 0; i < *n && s == COV_OK; i++) {
        test.mask = part[i];
        s = cov_program_add(p->program, test, p->err);
    }
    return s;
}

static cov_status parse_function(cov_parser *p, cov_function f)
{
    uint64_t set = 0;
    bool negate = false;
    cov_status s = cov_patterns_parse(p, &set);
    if (s != COV_OK)
        return s;
    cov_step step = {.kind = f == COV_OPERATORS ? COV_STEP_COUNT : COV_STEP_TEST,
                     .mask = set,
                     .low = f == COV_ALL ? cov_bits_in(set) : 1,
                     .high = COV_SERVICES_MAX};
    if (f == COV_COUNT || f == COV_OPERATORS)
        s = parse_comparison(p, f, &step, &negate);
    if (s == COV_OK && f == COV_OPERATORS)
        s = add_operators(p, set, &step.n);
    if (s == COV_OK)
        s = cov_program_add(p->program, step, p->err);
    if (s == COV_OK && negate)
        s = cov_program_add(p->program, (cov_step){.kind = COV_STEP_NOT}, p->err);
    return s;
}

/* ---------------------------------------------------------------- conditions */

static cov_status parse_name(cov_parser *p)
{
    cov_piece word = cov_parser_word(p);
    if (word.size == 0)
        return cov_parser_fail(
            p, p->at, "expected a service, '!', '(', any, all, count or operators, found %s",
            cov_parser_found(p->at).text);
    cov_pattern pattern = cov_pattern_split(word);
    if (cov_piece_is_glob(pattern.technology) || cov_piece_is_glob(pattern.op)) {
        cov_quoted quoted = cov_piece_quote(word);
        return cov_parser_fail(p, word.at,
                               "a pattern may match several services: write any(%s) or all(%s)",
                               quoted.text, quoted.text);
    }
    p->at += word.size;
    cov_step test = {.kind = COV_STEP_TEST, .low = 1, .high = COV_SERVICES_MAX};
    cov_status s = cov_parser_resolve(p, word, &test.mask);
    return s == COV_OK ? cov_program_add(p->program, test, p->err) : s;
}

static cov_status parse_group(cov_parser *p)
{
    if (++p->depth > COV_PROGRAM_DEPTH)
        return cov_parser_fail(p, p->at - 1, "more than %d parentheses within each other",
                               COV_PROGRAM_DEPTH);
    cov_status s = cov_condition_parse(p);
    if (s == COV_OK && !cov_parser_accept(p, ')'))
        s = cov_parser_fail(p, p->at, "expected '&', '|' or ')', found %s",
                            cov_parser_found(p->at).text);
    p->depth--;
    return s;
}

static cov_status parse_operand(cov_parser *p)
{
    if (cov_parser_accept(p, '('))
        return parse_group(p);
    const char *start = p->at;
    cov_function f = cov_function_accept(p);
    if (f == COV_NO_FUNCTION)
        return parse_name(p);
    if (f >= COV_BEST)
        return cov_parser_fail(p, start,
                               "%s(...) is a whole indicator and can't be a part of an expression",
                               function_names[f]);
    return parse_function(p, f);
}

static cov_status parse_not(cov_parser *p)
{
    bool negate = false;
    while (cov_parser_accept(p, '!'))
        negate = !negate;
    cov_status s = parse_operand(p);
    if (s == COV_OK && negate)
        s = cov_program_add(p->program, (cov_step){.kind = COV_STEP_NOT}, p->err);
    return s;
}

static cov_status parse_and(cov_parser *p)
{
    cov_status s = parse_not(p);
    while (s == COV_OK && cov_parser_accept(p, '&')) {
        s = parse_not(p);
        if (s == COV_OK)
            s = cov_program_add(p->program, (cov_step){.kind = COV_STEP_AND}, p->err);
    }
    return s;
}

cov_status cov_condition_parse(cov_parser *p)
{
    cov_status s = parse_and(p);
    while (s == COV_OK && cov_parser_accept(p, '|')) {
        s = parse_and(p);
        if (s == COV_OK)
            s = cov_program_add(p->program, (cov_step){.kind = COV_STEP_OR}, p->err);
    }
    return s;
}

/* ---------------------------------------------------------------- whole texts */

cov_status cov_alone_parse_end(cov_parser *p)
{
    cov_parser_skip_blanks(p);
    if (*p->at != '\0')
        return cov_parser_fail(p, p->at, "expected the end, found %s",
                               cov_parser_found(p->at).text);
    return cov_parser_check_stages(p);
}

/* With p->at behind the opening parenthesis. */
static cov_status parse_best(cov_parser *p)
{
    uint64_t set = 0;
    unsigned n = 0;
    p->program->best = true;
    cov_status s = cov_patterns_parse(p, &set);
    if (s == COV_OK)
        s = add_operators(p, set, &n);
    return s == COV_OK ? cov_alone_parse_end(p) : s;
}

cov_status cov_expression_parse(cov_parser *p, bool best_is_welcome)
{
    const char *start = p->at;
    if (best_is_welcome && cov_function_accept(p) == COV_BEST)
        return parse_best(p);
    p->at = start;
    cov_status s = cov_condition_parse(p);
    if (s == COV_OK && *p->at != '\0')
        s = cov_parser_fail(p, p->at, "expected '&', '|' or the end, found %s",
                            cov_parser_found(p->at).text);
    return s == COV_OK ? cov_parser_check_stages(p) : s;
}
