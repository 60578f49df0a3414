/* Guess: which columns are meant, where only one answer is obvious.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_GUESS_H
#define COV_IO_GUESS_H

#include "io/phases.h"
#include "io/source.h"

/* The only text column whose values are all there and all different; of several, the only one that
 * is called like a code. Reads the layer and rewinds it; a note says what was taken. COV_ERR_INPUT
 * lists the candidates. */
cov_status cov_guess_id(cov_layer *layer, int *column, cov_notes *notes, const cov_phases *phases,
                        cov_error *err);

/* The name that goes with the id ("ten_xa" with "ma_xa"), else the only column called like a name;
 * -1 where there is none, or several. A note says what was taken. */
cov_status cov_guess_name(cov_layer *layer, int id_column, int *column, cov_notes *notes,
                          cov_error *err);

/* Nothing is guessed: a warning where there is a column called like a weight and no weight was
 * asked for, the likeliest of mistakes. */
cov_status cov_guess_weight(cov_layer *layer, cov_notes *notes, cov_error *err);

/* Whether a column is called like a code: "ma_xa", "geoid", "oa11cd" ... */
int cov_guess_is_code(const char *column);

#endif
