/* ASCII grid: what GDAL doesn't check in an Arc/Info grid of text.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_ASCII_GRID_H
#define COV_IO_ASCII_GRID_H

#include <stdint.h>

#include "io/notes.h"

/* COV_ERR_INPUT where what follows the header is not exactly n numbers: GDAL reads a word as 0,
 * what is missing at the end as 0, and a row that is one number short shifts all behind it. A
 * warning where the last number has no blank or line end behind it: if the file was cut there,
 * digits are missing. */
cov_status cov_ascii_grid_check(const char *path, const char *label, uint64_t n, cov_notes *notes,
                                cov_error *err);

#endif
