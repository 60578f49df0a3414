/* CSV: whether a file of text is one table from its first to its last byte.
 * SPDX-License-Identifier: MIT
 *
 * GDAL takes an open quote to the end of the file as one value, leaves out what a row has beyond
 * the columns (the halves of numbers with a decimal comma), and ends a value at a NUL byte. */
#ifndef COV_IO_CSV_H
#define COV_IO_CSV_H

#include "base/status.h"

/* COV_ERR_INPUT names the line and the remedy. */
cov_status cov_csv_check(const char *path, const char *label, cov_error *err);

#endif
