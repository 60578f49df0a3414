/* SPDX-License-Identifier: MIT */
#include "engine/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/pattern.h"

/* ---------------------------------------------------------------- messages */

/* The bytes of the name, pattern or number that stands at a place. */
static size_t word_size(const char *at)
{
    size_t size = 0, step;
    while ((step = at[size] != '\0' && strchr("/*?:", at[size]) != NULL
                       ? 1
                       : cov_name_character_size(at + size)) > 0)
        size += step;
    return size;
}

static size_t column_of(const cov_parser *p, const char *at)
{
    size_t column = 1;
    for (const char *c = p->text; c < at; c++)
        column += ((unsigned char)*c & 0xC0) != 0x80;
    return column;
}

cov_status cov_parser_fail(const cov_parser *p, const char *at, const char *format, ...)
{
    char what[sizeof p->err->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return cov_fail(p->err, COV_ERR_EXPRESSION, "%s \"%s\", column %zu: %s", p->kind,
                    cov_quote(p->name).text, column_of(p, at), what);
}

cov_quoted cov_piece_quote(cov_piece piece)
{
    char text[sizeof(cov_quoted)]; /* more than a quote holds: what is cut off shows */
    size_t size = piece.size < sizeof text - 1 ? piece.size : sizeof text - 1;
    memcpy(text, piece.at, size);
    text[size] = '\0';
    return cov_quote(text);
}

cov_quoted cov_parser_found(const char *at)
{
    char word[64];
    size_t size = word_size(at);
    if (*at == '\0')
        return cov_quote("the end");
    if (cov_stray_code(at) != 0)
        return cov_quote(cov_stray_name_of(at).text);
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
static void list_services(const cov_parser *p, char *out, size_t size)
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

static cov_status fail_unknown(const cov_parser *p, cov_piece word)
{
    char known[600];
    if (p->n_services == 0)
        return cov_parser_fail(p, word.at, "\"%s\" matches no service, for there are none",
                               cov_piece_quote(word).text);
    list_services(p, known, sizeof known);
    return cov_parser_fail(p, word.at, "\"%s\" matches no service; there are: %s",
                           cov_piece_quote(word).text, known);
}

/* ---------------------------------------------------------------- words */

void cov_parser_skip_blanks(cov_parser *p)
{
    while (cov_is_blank(*p->at))
        p->at++;
}

bool cov_parser_accept(cov_parser *p, char c)
{
    cov_parser_skip_blanks(p);
    if (*p->at != c)
        return false;
    p->at++;
    return true;
}

cov_piece cov_parser_word(const cov_parser *p)
{
    return (cov_piece){p->at, word_size(p->at)};
}

/* ---------------------------------------------------------------- services */

/* The status a pattern asks for; COV_STAGES where it is none's business. */
static cov_status read_stage(const cov_parser *p, const cov_pattern *pattern, cov_stage *out)
{
    *out = COV_STAGES;
    if (pattern->has_stage && !cov_stage_find(pattern->stage, out))
        return cov_parser_fail(p, pattern->stage.at,
                               "expected passed, connected, planned or none behind ':', found %s",
                               cov_parser_found(pattern->stage.at).text);
    return COV_OK;
}

static void touch(cov_parser *p, size_t k, cov_stage stage, const char *loose)
{
    size_t technology = cov_services_technology(p->service, k);
    p->stages[technology] |= 1u << stage;
    if (p->loose[technology] == NULL)
        p->loose[technology] = loose;
}

cov_status cov_parser_resolve(cov_parser *p, cov_piece word, uint64_t *set)
{
    cov_pattern pattern = cov_pattern_split(word);
    cov_stage asked = COV_STAGES;
    cov_status s = read_stage(p, &pattern, &asked);
    if (s != COV_OK)
        return s;
    uint64_t found = 0;
    for (size_t k = 0; k < p->n_services; k++) {
        cov_service_parts name = cov_service_split(p->service[k].name);
        if ((asked == COV_STAGES || asked == name.stage) && cov_pattern_matches(&pattern, name)) {
            found |= UINT64_C(1) << k;
            touch(p, k, name.stage, pattern.has_stage ? NULL : word.at);
        }
    }
    if (found == 0)
        return fail_unknown(p, word);
    *set |= found;
    return COV_OK;
}

static cov_status fail_mixed(const cov_parser *p, size_t technology)
{
    cov_stage stage[COV_STAGES];
    size_t n = 0;
    for (cov_stage i = COV_STAGE_NONE; i < COV_STAGES; i++) {
        if ((p->stages[technology] >> i & 1) != 0)
            stage[n++] = i;
    }
    cov_quoted quoted = cov_piece_quote(cov_service_split(p->service[technology].name).technology);
    return cov_parser_fail(
        p, p->loose[technology],
        "the expression mixes %s:%s and %s:%s: write which is meant, such as %s:%s", quoted.text,
        cov_stage_name(stage[0]), quoted.text, cov_stage_name(stage[1]), quoted.text,
        cov_stage_name(stage[1]));
}

cov_status cov_parser_check_stages(const cov_parser *p)
{
    for (size_t k = 0; k < p->n_services; k++) {
        if (p->loose[k] != NULL && (p->stages[k] & (p->stages[k] - 1)) != 0)
            return fail_mixed(p, k);
    }
    return COV_OK;
}
