/* SPDX-License-Identifier: MIT */
#include "engine/family.h"

#include <string.h>

#include "base/mem.h"
#include "engine/grammar.h"
#include "engine/pattern.h"

/* Where the indicators go that are written out. */
typedef struct writer {
    const cov_service *service;
    size_t n_services;
    cov_indicators *list;
    size_t first_default; /* of the list, and how many there are */
    size_t n_defaults;
    bool has_defaults;
    cov_error *err;
} writer;

const char *cov_indicator_name(const cov_indicator *indicator)
{
    return indicator->name != NULL ? indicator->name : indicator->expression;
}

void cov_indicators_clear(cov_indicators *list)
{
    for (size_t i = 0; i < list->n; i++) {
        cov_free((char *)list->indicator[i].name);
        cov_free((char *)list->indicator[i].expression);
    }
    cov_free(list->indicator);
    *list = (cov_indicators){.indicator = NULL};
}

/* ---------------------------------------------------------------- texts */

#define PIECES 5

static cov_piece piece_of(const char *text)
{
    return (cov_piece){text, strlen(text)};
}

/* The pieces up to the first without a text, side by side. */
static char *join(const cov_piece piece[PIECES])
{
    size_t size = 1, used = 0;
    for (size_t i = 0; i < PIECES && piece[i].at != NULL; i++)
        size += piece[i].size;
    char *text = cov_alloc(size, 1);
    for (size_t i = 0; text != NULL && i < PIECES && piece[i].at != NULL; i++) {
        memcpy(text + used, piece[i].at, piece[i].size);
        used += piece[i].size;
    }
    if (text != NULL)
        text[used] = '\0';
    return text;
}

static cov_status add(writer *w, const cov_piece name[PIECES], const cov_piece expression[PIECES])
{
    char *texts[2] = {join(name), join(expression)};
    void *block = w->list->indicator;
    int failed = cov_reserve(&block, &w->list->capacity, w->list->n + 1, sizeof(cov_indicator));
    w->list->indicator = block;
    if (failed || texts[0] == NULL || texts[1] == NULL) {
        cov_free(texts[0]);
        cov_free(texts[1]);
        return cov_fail_memory(w->err);
    }
    w->list->indicator[w->list->n++] = (cov_indicator){texts[0], texts[1]};
    return COV_OK;
}

/* From `start` to p->at, without the blanks at its end. */
static cov_piece text_since(const cov_parser *p, const char *start)
{
    size_t size = (size_t)(p->at - start);
    while (size > 0 && cov_is_blank(start[size - 1]))
        size--;
    return (cov_piece){start, size};
}

/* An indicator without a name may have its expression in its place. */
static bool is_named(const cov_indicator *given)
{
    return given->name != NULL && strcmp(given->name, given->expression) != 0;
}

/* ---------------------------------------------------------------- defaults() */

/* A name without a status also means the services with one, where there are such. */
static bool means_a_stage(const writer *w, cov_piece name)
{
    for (size_t k = 0; k < w->n_services; k++) {
        cov_service_parts parts = cov_service_split(w->service[k].name);
        cov_piece whole = {w->service[k].name, strcspn(w->service[k].name, ":")};
        if (parts.stage != COV_STAGE_NONE &&
            (cov_piece_equal(name, parts.technology) || cov_piece_equal(name, whole)))
            return true;
    }
    return false;
}

static cov_status add_default(writer *w, cov_piece name, cov_stage stage)
{
    cov_piece colon = {":", 1}, word = piece_of(cov_stage_name(stage));
    bool has_stage = stage != COV_STAGE_NONE;
    cov_piece bare[PIECES] = {name}, full[PIECES] = {name, colon, word};
    return add(w, has_stage ? full : bare, has_stage || means_a_stage(w, name) ? full : bare);
}

static bool same_union(const char *a, const char *b)
{
    cov_service_parts x = cov_service_split(a), y = cov_service_split(b);
    return x.stage == y.stage && cov_piece_equal(x.technology, y.technology);
}

static bool is_first_of_union(const writer *w, size_t k)
{
    for (size_t i = 0; i < k; i++) {
        if (same_union(w->service[i].name, w->service[k].name))
            return false;
    }
    return true;
}

/* A union, and those of its services that have an operator. */
static cov_status add_union(writer *w, size_t k)
{
    cov_service_parts first = cov_service_split(w->service[k].name);
    cov_status s = add_default(w, first.technology, first.stage);
    for (size_t i = k; i < w->n_services && s == COV_OK; i++) {
        const char *name = w->service[i].name;
        if (same_union(name, w->service[k].name) && cov_service_split(name).op.size > 0)
            s = add_default(w, (cov_piece){name, strcspn(name, ":")}, first.stage);
    }
    return s;
}

static cov_status expand_defaults(writer *w, cov_parser *p, const cov_indicator *given)
{
    if (!cov_parser_accept(p, ')'))
        return cov_parser_fail(p, p->at, "expected ')', for defaults() is given nothing; found %s",
                               cov_parser_found(p->at).text);
    cov_status s = cov_alone_parse_end(p);
    if (s == COV_OK && is_named(given))
        s = cov_parser_fail(p, p->text,
                            "defaults() has the names of the services: leave this one "
                            "out");
    if (s == COV_OK && w->has_defaults)
        s = cov_parser_fail(p, p->text, "defaults() stands more than once");
    w->has_defaults = true;
    w->first_default = w->list->n;
    for (size_t k = 0; k < w->n_services && s == COV_OK; k++) {
        if (is_first_of_union(w, k))
            s = add_union(w, k);
    }
    w->n_defaults = w->list->n - w->first_default;
    return s;
}

static bool is_replaced(const writer *w, const char *name)
{
    for (size_t i = 0; i < w->list->n; i++) {
        bool is_default = i >= w->first_default && i - w->first_default < w->n_defaults;
        if (!is_default && strcmp(w->list->indicator[i].name, name) == 0)
            return true;
    }
    return false;
}

/* The caller's own indicator goes before a default one of the same name. */
static void drop_replaced(writer *w)
{
    for (size_t k = w->n_defaults; k-- > 0;) {
        cov_indicator *at = w->list->indicator + w->first_default + k;
        if (!is_replaced(w, at->name))
            continue;
        cov_free((char *)at->name);
        cov_free((char *)at->expression);
        w->list->n--;
        w->n_defaults--;
        memmove(at, at + 1, (w->list->n - w->first_default - k) * sizeof *at);
    }
}

/* ---------------------------------------------------------------- classes(...) */

/* The technology and status that all the patterns are of; false where that is not one. */
static bool find_subject(cov_parser p, const char *start, cov_pattern *out)
{
    p.at = start;
    for (size_t i = 0;; i++) {
        cov_parser_skip_blanks(&p);
        cov_piece word = cov_parser_word(&p);
        cov_pattern pattern = cov_pattern_split(word);
        if (i == 0)
            *out = pattern;
        if (!cov_piece_equal(pattern.technology, out->technology) ||
            !cov_piece_equal(pattern.stage, out->stage))
            return false;
        p.at += word.size;
        if (!cov_parser_accept(&p, ','))
            return !cov_piece_is_glob(out->technology);
    }
}

static cov_status expand_classes(writer *w, cov_parser *p, const cov_indicator *given)
{
    static const struct {
        const char *suffix, *comparison;
    } classes[] = {{"_white", ") == 0"}, {"_grey", ") == 1"}, {"_black", ") >= 2"}};
    cov_parser_skip_blanks(p);
    const char *start = p->at;
    uint64_t set = 0;
    cov_status s = cov_patterns_parse(p, &set);
    cov_piece patterns = {start, (size_t)(p->at - start)};
    if (s == COV_OK)
        s = cov_alone_parse_end(p);
    if (s != COV_OK)
        return s;
    patterns.size--; /* the parenthesis */
    cov_pattern subject;
    bool is_one = find_subject(*p, start, &subject);
    if (!is_named(given) && !is_one)
        return cov_parser_fail(p, start, "classes(...) of more than one technology needs a name");
    for (size_t i = 0; i < 3 && s == COV_OK; i++) {
        cov_piece end = piece_of(classes[i].suffix);
        cov_piece own[PIECES] = {piece_of(cov_indicator_name(given)), end};
        cov_piece derived[PIECES] = {subject.technology, end};
        if (subject.has_stage)
            memcpy(derived + 1, (cov_piece[]){{":", 1}, subject.stage, end}, 3 * sizeof end);
        cov_piece expression[PIECES] = {piece_of("operators("), patterns,
                                        piece_of(classes[i].comparison)};
        s = add(w, is_named(given) ? own : derived, expression);
    }
    return s;
}

/* ---------------------------------------------------------------- profile(...) */

/* One of the two conditions and what must follow it. */
static cov_status read_condition(cov_parser *p, char end, cov_piece *out)
{
    cov_parser_skip_blanks(p);
    const char *start = p->at;
    cov_status s = cov_condition_parse(p);
    if (s != COV_OK)
        return s;
    *out = text_since(p, start);
    if (!cov_parser_accept(p, end))
        return cov_parser_fail(p, p->at, "expected '&', '|' or '%c', found %s", end,
                               cov_parser_found(p->at).text);
    return COV_OK;
}

static cov_status expand_profile(writer *w, cov_parser *p, const cov_indicator *given)
{
    cov_piece low, high;
    p->depth = 1; /* each is put in parentheses */
    cov_status s = read_condition(p, ',', &low);
    if (s == COV_OK)
        s = read_condition(p, ')', &high);
    if (s == COV_OK)
        s = cov_alone_parse_end(p);
    if (s != COV_OK)
        return s;
    const cov_piece open = piece_of("("), close = piece_of(")");
    const cov_piece expression[3][PIECES] = {{piece_of("!("), low, close},
                                             {open, low, piece_of(") & !("), high, close},
                                             {open, high, close}};
    static const char *const names[] = {"unserved", "underserved", "served"};
    for (size_t i = 0; i < 3 && s == COV_OK; i++) {
        cov_piece own[PIECES] = {piece_of(cov_indicator_name(given)), {"_", 1}, piece_of(names[i])};
        cov_piece bare[PIECES] = {piece_of(names[i])};
        s = add(w, is_named(given) ? own : bare, expression[i]);
    }
    return s;
}

/* ---------------------------------------------------------------- interface */

static cov_status expand(writer *w, const cov_indicator *given)
{
    cov_program scratch = {.step = NULL};
    cov_parser p = {.kind = "indicator",
                    .name = cov_indicator_name(given),
                    .text = given->expression,
                    .at = given->expression,
                    .service = w->service,
                    .n_services = w->n_services,
                    .program = &scratch,
                    .err = w->err};
    cov_function f = cov_function_accept(&p);
    const cov_piece name[PIECES] = {piece_of(cov_indicator_name(given))};
    const cov_piece expression[PIECES] = {piece_of(given->expression)};
    cov_status s = f == COV_DEFAULTS  ? expand_defaults(w, &p, given)
                   : f == COV_CLASSES ? expand_classes(w, &p, given)
                   : f == COV_PROFILE ? expand_profile(w, &p, given)
                                      : add(w, name, expression);
    cov_program_clear(&scratch);
    return s;
}

cov_status cov_indicators_expand(const cov_indicator *given, size_t n, const cov_service *services,
                                 size_t n_services, cov_indicators *list, cov_error *err)
{
    writer w = {.service = services, .n_services = n_services, .list = list, .err = err};
    cov_status s = COV_OK;
    for (size_t i = 0; i < n && s == COV_OK; i++)
        s = expand(&w, &given[i]);
    if (s == COV_OK)
        drop_replaced(&w);
    return s;
}
