/* Decimals and doubles: which decimal a double stands for.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_DECIMAL_H
#define COV_IO_DECIMAL_H

#include "base/decimal.h"

/* The same for a double: its value is the shortest decimal of 15 or else 17 digits that reads back
 * as it, so that a column counts the same stored as REAL or as text. 2^53 and more is too large:
 * whole numbers are no longer told apart there. */
cov_decimal_state cov_decimal_from_double(double value, unsigned places, cov_decimal *out);

/* The shortest decimal of 15 or else 17 digits that reads back as the double, or "inf", "nan". */
void cov_decimal_write(double value, char out[32]);

#endif
