/* Prose: lines for people, no wider than a terminal.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_PROSE_H
#define COV_IO_PROSE_H

#include "base/status.h"

#define COV_PROSE_WIDTH 80

typedef struct cov_prose {
    char *text; /* NULL before the first line; freed with cov_free */
    size_t size;
    size_t capacity;
} cov_prose;

/* Add a line, printf style, behind `indent` blanks. What is too wide goes on at a blank in the next
 * line, two further in; words are never cut, and characters count, not bytes. */
__attribute__((format(printf, 4, 5))) cov_status cov_prose_add(cov_prose *prose, size_t indent,
                                                               cov_error *err, const char *format,
                                                               ...);

/* An empty line, but for the first. */
cov_status cov_prose_gap(cov_prose *prose, cov_error *err);

void cov_prose_clear(cov_prose *prose);

#endif
