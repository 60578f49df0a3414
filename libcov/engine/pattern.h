/* Patterns: what the names and globs of an expression match.
 * SPDX-License-Identifier: MIT */
#ifndef COV_ENGINE_PATTERN_H
#define COV_ENGINE_PATTERN_H

#include "engine/service.h"

/* TECHNOLOGY[/OPERATOR][:STATUS] as written, each a glob but the status. */
typedef struct cov_pattern {
    cov_piece technology;
    cov_piece op;
    bool has_operator; /* a slash is written */
    bool has_stage;    /* a colon is written */
    cov_piece stage;   /* the word behind it */
} cov_pattern;

cov_pattern cov_pattern_split(cov_piece word);

/* Whether there is a '*' or '?' in the piece. */
bool cov_piece_is_glob(cov_piece piece);

/* A pattern without a slash speaks of the technology: of a service of that name, or, where it has
 * operators, of all of them. Looks at all but the status. */
bool cov_pattern_matches(const cov_pattern *pattern, cov_service_parts name);

#endif
