/* The parser's place in an expression: its words, the services they mean, its mistakes.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: a word that matches no service is a mistake, and so is an expression that
 * mixes statuses of a technology without saying so; a mistake names the indicator and its column in
 * the text its author wrote. */
#ifndef COV_ENGINE_PARSER_H
#define COV_ENGINE_PARSER_H

#include "engine/program.h"
#include "engine/service.h"

typedef struct cov_parser {
    const char *kind; /* what the expression is: "indicator", "tier" */
    const char *name; /* and which */
    const char *text;
    const char *at;
    const cov_service *service; /* checked */
    size_t n_services;
    unsigned depth; /* of parentheses */
    cov_program *program;
    cov_error *err;
    /* of the technology whose first service has this number: the statuses its references come to,
     * as bits, and the first reference without one */
    unsigned stages[COV_SERVICES_MAX];
    const char *loose[COV_SERVICES_MAX];
} cov_parser;

/* "indicator "x", column 3: ...", the column being that of a place in the text. */
__attribute__((format(printf, 3, 4))) cov_status cov_parser_fail(const cov_parser *p,
                                                                 const char *at, const char *format,
                                                                 ...);

/* What stands at a place, for "found ...": a word, a character, or the end. */
cov_quoted cov_parser_found(const char *at);

/* A piece of the text for a message, as cov_quote. */
cov_quoted cov_piece_quote(cov_piece piece);

void cov_parser_skip_blanks(cov_parser *p);

/* Go behind the character, and the blanks before it, where it is the next one. */
bool cov_parser_accept(cov_parser *p, char c);

/* The name, pattern or number that stands at p->at; empty where there is none. */
cov_piece cov_parser_word(const cov_parser *p);

/* Add the services a word means to a set; it is a mistake where there are none. */
cov_status cov_parser_resolve(cov_parser *p, cov_piece word, uint64_t *set);

/* To be asked at the end of an expression: do the references to each technology come to one status,
 * or have theirs written, each of them? */
cov_status cov_parser_check_stages(const cov_parser *p);

#endif
