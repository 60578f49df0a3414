/* The grammar of expressions: read by recursive descent, written as programs.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: names and patterns are resolved once, here; what is accepted is no deeper
 * than COV_PROGRAM_DEPTH. */
#ifndef COV_ENGINE_GRAMMAR_H
#define COV_ENGINE_GRAMMAR_H

#include "engine/parser.h"

/* The words that are functions where a parenthesis follows. */
typedef enum cov_function {
    COV_NO_FUNCTION,
    COV_ANY,
    COV_ALL,
    COV_COUNT,
    COV_OPERATORS,
    COV_BEST, /* from here on: alone as an expression */
    COV_DEFAULTS,
    COV_CLASSES,
    COV_PROFILE
} cov_function;

/* The function that is called at p->at, which goes behind its parenthesis; COV_NO_FUNCTION leaves
 * it alone. */
cov_function cov_function_accept(cov_parser *p);

/* PATTERN, ... and the closing parenthesis: the services that match one of them. */
cov_status cov_patterns_parse(cov_parser *p, uint64_t *set);

/* Operands joined by ! & |, up to what can't belong to them. */
cov_status cov_condition_parse(cov_parser *p);

/* The end of a whole expression that is one of the functions that stand alone. */
cov_status cov_alone_parse_end(cov_parser *p);

/* A whole text: a condition, or, where that is welcome, best(...). */
cov_status cov_expression_parse(cov_parser *p, bool best_is_welcome);

#endif
