/* Decimals: numbers written with digits, read without ever becoming a double.
 * SPDX-License-Identifier: MIT */
#ifndef COV_BASE_DECIMAL_H
#define COV_BASE_DECIMAL_H

#include <stdint.h>

typedef enum cov_decimal_state {
    COV_DECIMAL_OK = 0,
    COV_DECIMAL_NOT_A_NUMBER,
    COV_DECIMAL_NEGATIVE,
    COV_DECIMAL_TOO_LARGE /* over 2^64-1 units */
} cov_decimal_state;

typedef struct cov_decimal {
    uint64_t units;   /* the value in units of 10^-places, rounded half to even */
    int64_t rounding; /* units - value, in 1e-9, itself rounded half to even */
    int inexact;      /* the value isn't a whole number of units */
} cov_decimal;

/* Read text such as "119.63", "+7", ".5", "1.2E+03"; blanks around it are ignored, a point is the
 * only decimal sign in any locale. places <= 9. Writes `out` on COV_DECIMAL_OK only. */
cov_decimal_state cov_decimal_read(const char *text, unsigned places, cov_decimal *out);

/* The same for a double: its value is the shortest decimal of 15 or else 17 digits that reads back
 * as it, so that a column counts the same stored as REAL or as text. 2^53 and more is too large:
 * whole numbers are no longer told apart there. */
cov_decimal_state cov_decimal_from_double(double value, unsigned places, cov_decimal *out);

/* The shortest decimal of 15 or else 17 digits that reads back as the double, or "inf", "nan". */
void cov_decimal_write(double value, char out[32]);

/* Whether the whole text, blanks around it aside, is a number. */
int cov_decimal_is_number(const char *text);

/* Below, at or above 0 as a is less than, equal to or greater than b, exactly. Both are numbers. */
int cov_decimal_compare(const char *a, const char *b);

#endif
