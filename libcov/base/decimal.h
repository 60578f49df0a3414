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

/* A double in units of 1/scale, a power of ten: `units` alone is written. Less than 2^52 units. */
cov_decimal_state cov_decimal_of_double(double value, uint32_t scale, cov_decimal *out);

/* Whether the whole text, blanks around it aside, is a number. */
int cov_decimal_is_number(const char *text);

/* Below, at or above 0 as a is less than, equal to or greater than b, exactly. Both are numbers. */
int cov_decimal_compare(const char *a, const char *b);

#endif
