/* Sources of parts: those of all of them, each once.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_PART_SOURCES_H
#define COV_IO_PART_SOURCES_H

#include "io/part.h"
#include "io/sources.h"

/* In the order of the parts, by role; the list borrows its texts from them. */
cov_status cov_part_sources(const cov_part_file *part, size_t n, cov_sources *out, cov_error *err);

/* Nobody can see from a tally what answered: a warning for each service that other sources of
 * `list` answer in some of the parts. */
cov_status cov_part_sources_note(const cov_part_file *part, size_t n, const cov_sources *list,
                                 const cov_tally *tally, cov_notes *notes, cov_error *err);

#endif
