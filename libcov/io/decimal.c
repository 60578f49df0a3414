/* SPDX-License-Identifier: MIT */
#include "io/decimal.h"

#include <math.h>

#include <cpl_conv.h>
#include <cpl_string.h>

static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

/* Most decimals are a whole number of units: v is then the double nearest to it, and up to 15
 * digits no other decimal is nearer. */
static int from_whole_units(double value, unsigned places, cov_decimal *out)
{
    double factor = powers[places];
    double units = rint(value * factor);
    if (units >= 1e15 || units / factor != value)
        return 0;
    *out = (cov_decimal){(uint64_t)units, 0, 0};
    return 1;
}

cov_decimal_state cov_decimal_from_double(double value, unsigned places, cov_decimal *out)
{
    if (isnan(value))
        return COV_DECIMAL_NOT_A_NUMBER;
    if (value < 0)
        return COV_DECIMAL_NEGATIVE;
    if (value >= 9007199254740992.0)
        return COV_DECIMAL_TOO_LARGE;
    if (from_whole_units(value, places, out))
        return COV_DECIMAL_OK;

    char text[32];
    cov_decimal_write(value, text);
    return cov_decimal_read(text, places, out);
}

void cov_decimal_write(double value, char out[32])
{
    CPLsnprintf(out, 32, "%.15g", value);
    if (CPLAtof(out) != value)
        CPLsnprintf(out, 32, "%.17g", value);
}
