/* SPDX-License-Identifier: MIT */
#include "engine/indicator.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "engine/service.h"

/* Each level of parentheses leaves at most the left sides of one | and one & waiting. */
#define STACK (2 * (COV_INDICATOR_DEPTH + 1) + 1)

typedef struct parser {
    const char *name; /* of the indicator */
    const char *text;
    const char *at;
    const cov_service *service;
    size_t n_services;
    unsigned depth;
    cov_program *program;
    cov_error *err;
} parser;

/* ---------------------------------------------------------------- messages */

/* The bytes of the name, pattern or number that stands at a place. */
static size_t word_size(const char *at)
{
    size_t size = 0, step;
    while ((step = at[size] == '/' || at[size] == '*' || at[size] == '?'
                       ? 1
                       : cov_name_character_size(at + size)) > 0)
        size += step;
    return size;
}

static size_t column_of(const parser *p, const char *at)
{
    size_t column = 1;
    for (const char *c = p->text; c < at; c++)
        column += ((unsigned char)*c & 0xC0) != 0x80;
    return column;
}

__attribute__((format(printf, 3, 4))) static cov_status fail_at(const parser *p, const char *at,
                                                                const char *format, ...)
{
    char what[sizeof p->err->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return cov_fail(p->err, COV_ERR_EXPRESSION, "indicator \"%s\", column %zu: %s",
                    cov_quote(p->name).text, column_of(p, at), what);
}

/* What stands at a place, for "found ...": a word, a character, or the end. */
static cov_quoted found(const char *at)
{
    char word[64];
    size_t size = word_size(at);
    if (*at == '\0')
        return cov_quote("the end");
    if (size == 0)
        size = cov_character_size(at);
    if (size == 0)
        return cov_quote("a byte that isn't UTF-8");
    if (size > sizeof word - 3)
        return cov_quote("a long word");
    snprintf(word, sizeof word, "'%.*s'", (int)size, at);
    return cov_quote(word);
}

/* The services by name, as many as fit in a message. */
static void list_services(const parser *p, char *out, size_t size)
{
    size_t used = 0, k = 0;
    out[0] = '\0';
    for (; k < p->n_services; k++) {
        cov_quoted name = cov_quote(p->service[k].name);
        if (used + strlen(name.text) + 32 > size)
            break;
        used += (size_t)snprintf(out + used, size - used, "%s%s", k > 0 ? ", " : "", name.text);
    }
    if (k < p->n_services)
        snprintf(out + used, size - used, " and %zu more", p->n_services - k);
}

static cov_status fail_unknown(const parser *p, const char *word, size_t size)
{
    char known[600], unknown[96];
    snprintf(unknown, sizeof unknown, "%.*s", size < 90 ? (int)size : 90, word);
    if (p->n_services == 0)
        return fail_at(p, word, "\"%s\" matches no service, for there are none",
                       cov_quote(unknown).text);
    list_services(p, known, sizeof known);
    return fail_at(p, word, "\"%s\" matches no service; there are: %s", cov_quote(unknown).text,
                   known);
}

/* ---------------------------------------------------------------- words and patterns */

static void skip_blanks(parser *p)
{
    while (*p->at == ' ' || (*p->at >= '\t' && *p->at <= '\r'))
        p->at++;
}

static bool accept(parser *p, char c)
{
    skip_blanks(p);
    if (*p->at != c)
        return false;
    p->at++;
    return true;
}

/* A piece of text that doesn't end in a NUL. */
typedef struct piece {
    const char *at;
    size_t size;
} piece;

/* Does the pattern match all of the text? Neither holds a slash; both are UTF-8. */
static bool glob(piece pattern, piece text)
{
    size_t i = 0, k = 0, star = SIZE_MAX, retry = 0;
    while (k < text.size) {
        size_t step = cov_character_size(text.at + k);
        if (i < pattern.size && pattern.at[i] == '*') {
            star = i++;
            retry = k;
        } else if (i < pattern.size && pattern.at[i] == '?') {
            i++;
            k += step;
        } else if (i + step <= pattern.size && memcmp(pattern.at + i, text.at + k, step) == 0) {
            i += step;
            k += step;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            retry += cov_character_size(text.at + retry);
            k = retry;
        } else {
            return false;
        }
    }
    while (i < pattern.size && pattern.at[i] == '*')
        i++;
    return i == pattern.size;
}

/* A pattern without a slash speaks of the technology: of a service of that name, or, where it has
 * operators, of all of them. */
static bool matches(piece word, const char *name)
{
    const char *slash = memchr(word.at, '/', word.size);
    piece technology = {name, cov_service_technology(name)};
    if (slash == NULL)
        return glob(word, technology);
    size_t left = (size_t)(slash - word.at);
    if (name[technology.size] == '\0' || !glob((piece){word.at, left}, technology))
        return false;
    const char *rest = name + technology.size + 1;
    return glob((piece){slash + 1, word.size - left - 1}, (piece){rest, strlen(rest)});
}

/* The services a word or pattern means; it is an error where there are none. */
static cov_status resolve(const parser *p, piece word, uint64_t *mask)
{
    uint64_t found_mask = 0;
    for (size_t k = 0; k < p->n_services; k++)
        found_mask |= matches(word, p->service[k].name) ? UINT64_C(1) << k : 0;
    if (found_mask == 0)
        return fail_unknown(p, word.at, word.size);
    *mask |= found_mask;
    return COV_OK;
}

/* ---------------------------------------------------------------- grammar */

static cov_status emit(parser *p, cov_step step)
{
    void *block = p->program->step;
    int failed = cov_reserve(&block, &p->program->capacity, p->program->n + 1, sizeof step);
    p->program->step = block;
    if (failed)
        return cov_fail_memory(p->err);
    p->program->step[p->program->n++] = step;
    return COV_OK;
}

static unsigned bits_in(uint64_t set)
{
    set -= (set >> 1) & UINT64_C(0x5555555555555555);
    set = (set & UINT64_C(0x3333333333333333)) + ((set >> 2) & UINT64_C(0x3333333333333333));
    set = (set + (set >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (unsigned)((set * UINT64_C(0x0101010101010101)) >> 56);
}

/* A whole number of at most 64 at p->at. */
static cov_status parse_number(parser *p, unsigned *out)
{
    skip_blanks(p);
    size_t size = word_size(p->at);
    unsigned value = 0;
    for (size_t i = 0; i < size && value <= COV_SERVICES_MAX; i++) {
        if (p->at[i] < '0' || p->at[i] > '9')
            size = 0;
        value = value * 10 + (unsigned)(p->at[i] - '0');
    }
    if (size == 0 || value > COV_SERVICES_MAX)
        return fail_at(p, p->at, "expected a whole number from 0 to %d, found %s", COV_SERVICES_MAX,
                       found(p->at).text);
    p->at += size;
    *out = value;
    return COV_OK;
}

/* The comparison behind count(...), as a range; != is a range to be negated. */
static cov_status parse_comparison(parser *p, cov_step *test, bool *negate)
{
    skip_blanks(p);
    const char *start = p->at;
    char sign = *p->at;
    bool equal = sign != '\0' && p->at[1] == '=';
    if (sign != '<' && sign != '>' && sign != '=' && !(sign == '!' && equal))
        return fail_at(p, start,
                       "expected a comparison behind count(...), such as >= 2 or == 0, found %s",
                       found(start).text);
    p->at += equal ? 2 : 1;
    unsigned k = 0;
    cov_status s = parse_number(p, &k);
    if (s != COV_OK)
        return s;
    test->low = 0;
    test->high = COV_SERVICES_MAX;
    if (sign == '>')
        test->low = equal ? k : k + 1;
    else if (sign == '<' && !equal && k == 0)
        test->low = test->high + 1; /* fewer than none: never */
    else if (sign == '<')
        test->high = equal ? k : k - 1;
    else
        test->low = test->high = k;
    *negate = sign == '!';
    return COV_OK;
}

static cov_status parse_patterns(parser *p, uint64_t *mask)
{
    do {
        skip_blanks(p);
        piece word = {p->at, word_size(p->at)};
        if (word.size == 0)
            return fail_at(p, p->at, "expected a service or a pattern such as 4g/*, found %s",
                           found(p->at).text);
        cov_status s = resolve(p, word, mask);
        if (s != COV_OK)
            return s;
        p->at += word.size;
    } while (accept(p, ','));
    if (!accept(p, ')'))
        return fail_at(p, p->at, "expected ',' or ')', found %s", found(p->at).text);
    return COV_OK;
}

typedef enum function { NO_FUNCTION, ANY, ALL, COUNT } function;

static function function_named(piece word)
{
    static const char *const names[] = {[ANY] = "any", [ALL] = "all", [COUNT] = "count"};
    for (function f = ANY; f <= COUNT; f++) {
        if (word.size == strlen(names[f]) && memcmp(word.at, names[f], word.size) == 0)
            return f;
    }
    return NO_FUNCTION;
}

/* With p->at behind the opening parenthesis. */
static cov_status parse_function(parser *p, function kind)
{
    cov_step test = {.kind = COV_STEP_TEST};
    bool negate = false;
    cov_status s = parse_patterns(p, &test.mask);
    if (s != COV_OK)
        return s;
    test.low = kind == ALL ? bits_in(test.mask) : 1;
    test.high = COV_SERVICES_MAX;
    if (kind == COUNT)
        s = parse_comparison(p, &test, &negate);
    if (s == COV_OK)
        s = emit(p, test);
    if (s == COV_OK && negate)
        s = emit(p, (cov_step){.kind = COV_STEP_NOT});
    return s;
}

static cov_status parse_name(parser *p, piece word)
{
    for (size_t i = 0; i < word.size; i++) {
        if (word.at[i] == '*' || word.at[i] == '?') {
            int size = word.size < 40 ? (int)word.size : 40;
            return fail_at(p, word.at,
                           "a pattern may match several services: write any(%.*s) or all(%.*s)",
                           size, word.at, size, word.at);
        }
    }
    cov_step test = {.kind = COV_STEP_TEST, .low = 1, .high = COV_SERVICES_MAX};
    cov_status s = resolve(p, word, &test.mask);
    return s == COV_OK ? emit(p, test) : s;
}

static cov_status parse_or(parser *p);

static cov_status parse_group(parser *p)
{
    if (++p->depth > COV_INDICATOR_DEPTH)
        return fail_at(p, p->at - 1, "more than %d parentheses within each other",
                       COV_INDICATOR_DEPTH);
    cov_status s = parse_or(p);
    if (s == COV_OK && !accept(p, ')'))
        s = fail_at(p, p->at, "expected '&', '|' or ')', found %s", found(p->at).text);
    p->depth--;
    return s;
}

static cov_status parse_operand(parser *p)
{
    if (accept(p, '('))
        return parse_group(p);
    piece word = {p->at, word_size(p->at)};
    if (word.size == 0)
        return fail_at(p, p->at, "expected a service, '!', '(', any, all or count, found %s",
                       found(p->at).text);
    p->at += word.size;
    function kind = function_named(word); /* a service may be called so, too */
    return kind != NO_FUNCTION && accept(p, '(') ? parse_function(p, kind) : parse_name(p, word);
}

static cov_status parse_not(parser *p)
{
    bool negate = false;
    while (accept(p, '!'))
        negate = !negate;
    cov_status s = parse_operand(p);
    return s == COV_OK && negate ? emit(p, (cov_step){.kind = COV_STEP_NOT}) : s;
}

static cov_status parse_and(parser *p)
{
    cov_status s = parse_not(p);
    while (s == COV_OK && accept(p, '&')) {
        s = parse_not(p);
        if (s == COV_OK)
            s = emit(p, (cov_step){.kind = COV_STEP_AND});
    }
    return s;
}

static cov_status parse_or(parser *p)
{
    cov_status s = parse_and(p);
    while (s == COV_OK && accept(p, '|')) {
        s = parse_and(p);
        if (s == COV_OK)
            s = emit(p, (cov_step){.kind = COV_STEP_OR});
    }
    return s;
}

/* ---------------------------------------------------------------- names */

const char *cov_indicator_name(const cov_indicator *indicator)
{
    return indicator->name != NULL ? indicator->name : indicator->expression;
}

cov_status cov_indicator_names_check(const cov_indicator *indicators, size_t n, cov_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (indicators[i].expression == NULL)
            return cov_fail(err, COV_ERR_ARGUMENT, "indicator number %zu has no expression", i + 1);
        const char *name = cov_indicator_name(&indicators[i]);
        if (name[0] == '\0')
            return cov_fail(err, COV_ERR_EXPRESSION, "indicator number %zu has no name", i + 1);
        if (!cov_is_utf8(name))
            return cov_fail(err, COV_ERR_EXPRESSION, "the name of indicator \"%s\" isn't UTF-8",
                            cov_quote(name).text);
        for (size_t k = 0; k < i; k++) {
            if (strcmp(name, cov_indicator_name(&indicators[k])) == 0)
                return cov_fail(err, COV_ERR_EXPRESSION,
                                "two indicators are named \"%s\": give one another name",
                                cov_quote(name).text);
        }
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- interface */

static cov_status compile(parser *p)
{
    cov_status s = parse_or(p);
    if (s == COV_OK && *p->at != '\0')
        s = fail_at(p, p->at, "expected '&', '|' or the end, found %s", found(p->at).text);
    return s;
}

cov_status cov_programs_compile(const cov_indicator *indicators, size_t n,
                                const cov_service *services, size_t n_services,
                                cov_program *program, cov_error *err)
{
    cov_status s = COV_OK;
    memset(program, 0, n * sizeof *program);
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        parser p = {.name = cov_indicator_name(&indicators[i]),
                    .text = indicators[i].expression,
                    .at = indicators[i].expression,
                    .service = services,
                    .n_services = n_services,
                    .program = &program[i],
                    .err = err};
        s = compile(&p);
    }
    if (s != COV_OK)
        cov_programs_clear(program, n);
    return s;
}

void cov_programs_clear(cov_program *program, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cov_free(program[i].step);
}

cov_status cov_indicators_check(const cov_indicator *indicators, size_t n,
                                const cov_service *services, size_t n_services, cov_error *err)
{
    if (indicators == NULL && n > 0)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no array of indicators");
    cov_status s = cov_services_check(services, n_services, err);
    if (s == COV_OK)
        s = cov_indicator_names_check(indicators, n, err);
    if (s != COV_OK)
        return s;
    cov_program *program = cov_alloc(n, sizeof *program);
    if (program == NULL)
        return cov_fail_memory(err);
    s = cov_programs_compile(indicators, n, services, n_services, program, err);
    if (s == COV_OK)
        cov_programs_clear(program, n);
    cov_free(program);
    return s;
}

bool cov_program_holds(const cov_program *program, uint64_t set)
{
    bool stack[STACK];
    size_t top = 0; /* the number of values */
    for (size_t i = 0; i < program->n; i++) {
        const cov_step *step = &program->step[i];
        unsigned bits;
        switch (step->kind) {
        case COV_STEP_TEST:
            bits = bits_in(set & step->mask);
            stack[top++] = bits >= step->low && bits <= step->high;
            break;
        case COV_STEP_NOT:
            stack[top - 1] = !stack[top - 1];
            break;
        case COV_STEP_AND:
            top--;
            stack[top - 1] = stack[top - 1] && stack[top];
            break;
        case COV_STEP_OR:
            top--;
            stack[top - 1] = stack[top - 1] || stack[top];
            break;
        }
    }
    return stack[0];
}
