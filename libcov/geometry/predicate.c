/* SPDX-License-Identifier: MIT */
#include "geometry/predicate.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef __int128 wide;

/* A finite double as mantissa * 2^exponent, mantissa a whole number below 2^53 in magnitude, odd or
 * zero. */
typedef struct scaled {
    int64_t mantissa;
    int exponent;
} scaled;

static scaled split(double value)
{
    if (value == 0)
        return (scaled){0, 0};
    int exponent;
    int64_t mantissa = (int64_t)ldexp(frexp(value, &exponent), 53);
    exponent -= 53;
    int zeros = __builtin_ctzll((unsigned long long)(mantissa < 0 ? -mantissa : mantissa));
    /* Dividing, not shifting: a right shift of a negative number is not defined by C. */
    return (scaled){mantissa / (INT64_C(1) << zeros), exponent + zeros};
}

/* The three values of one axis, and the exponent of the unit in which all are whole numbers. */
typedef struct axis {
    scaled a, b, p;
    int unit;
    int bits; /* the longest of them in that unit, in bits */
} axis;

static void widen(const scaled *value, bool *any, int *low, int *high)
{
    if (value->mantissa == 0)
        return;
    uint64_t magnitude = (uint64_t)(value->mantissa < 0 ? -value->mantissa : value->mantissa);
    int top = value->exponent + 64 - __builtin_clzll(magnitude);
    if (!*any || value->exponent < *low)
        *low = value->exponent;
    if (!*any || top > *high)
        *high = top;
    *any = true;
}

static axis axis_of(double a, double b, double p)
{
    axis r = {split(a), split(b), split(p), 0, 0};
    bool any = false;
    int low = 0, high = 0;
    widen(&r.a, &any, &low, &high);
    widen(&r.b, &any, &low, &high);
    widen(&r.p, &any, &low, &high);
    r.unit = low;
    r.bits = high - low;
    return r;
}

/* ---------------------------------------------------------------- up to 62 bits an axis */

static int64_t in_units(scaled value, int unit)
{
    return value.mantissa == 0 ? 0 : value.mantissa * (INT64_C(1) << (value.exponent - unit));
}

static int orient_wide(const axis *x, const axis *y)
{
    int64_t ax = in_units(x->a, x->unit), ay = in_units(y->a, y->unit);
    wide left = (wide)(in_units(x->b, x->unit) - ax) * (in_units(y->p, y->unit) - ay);
    wide right = (wide)(in_units(y->b, y->unit) - ay) * (in_units(x->p, x->unit) - ax);
    return (left > right) - (left < right);
}

/* ---------------------------------------------------------------- any magnitude */

/* A whole number: sign and magnitude in 32-bit digits, least significant first. A double spans
 * 2^-1074 to 2^1024, so a difference has at most 2100 bits; a product twice that. */
enum { DIGITS = 67, PRODUCT_DIGITS = 2 * DIGITS };

typedef struct whole {
    int sign;
    uint32_t digit[PRODUCT_DIGITS];
} whole;

static whole whole_of(scaled value, int unit)
{
    whole r = {0};
    if (value.mantissa == 0)
        return r;
    r.sign = value.mantissa < 0 ? -1 : 1;
    uint64_t magnitude = (uint64_t)(value.mantissa < 0 ? -value.mantissa : value.mantissa);
    int shift = value.exponent - unit;
    wide low = (wide)magnitude << (shift % 32);
    for (int i = shift / 32; low != 0; i++, low >>= 32)
        r.digit[i] = (uint32_t)low;
    return r;
}

static int compare_magnitude(const whole *a, const whole *b)
{
    for (int i = PRODUCT_DIGITS - 1; i >= 0; i--) {
        if (a->digit[i] != b->digit[i])
            return a->digit[i] > b->digit[i] ? 1 : -1;
    }
    return 0;
}

static int compare(const whole *a, const whole *b)
{
    if (a->sign != b->sign)
        return a->sign > b->sign ? 1 : -1;
    return a->sign * compare_magnitude(a, b);
}

static whole add_magnitude(const whole *a, const whole *b, int sign)
{
    whole r = {.sign = sign};
    uint64_t carry = 0;
    for (int i = 0; i < PRODUCT_DIGITS; i++) {
        carry += (uint64_t)a->digit[i] + b->digit[i];
        r.digit[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return r;
}

/* |a| - |b| for |a| > |b|. */
static whole subtract_magnitude(const whole *a, const whole *b, int sign)
{
    whole r = {.sign = sign};
    int64_t borrow = 0;
    for (int i = 0; i < PRODUCT_DIGITS; i++) {
        int64_t digit = (int64_t)a->digit[i] - b->digit[i] - borrow;
        borrow = digit < 0;
        r.digit[i] = (uint32_t)(digit + (borrow ? INT64_C(1) << 32 : 0));
    }
    return r;
}

static whole subtract(const whole *a, const whole *b)
{
    if (b->sign == 0)
        return *a;
    if (a->sign != b->sign)
        return add_magnitude(a, b, -b->sign);
    int larger = compare_magnitude(a, b);
    if (larger == 0)
        return (whole){0};
    return larger > 0 ? subtract_magnitude(a, b, a->sign) : subtract_magnitude(b, a, -a->sign);
}

static whole multiply(const whole *a, const whole *b)
{
    whole r = {.sign = a->sign * b->sign};
    if (r.sign == 0)
        return r;
    for (int i = 0; i < DIGITS; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < DIGITS && a->digit[i] != 0; j++) {
            carry += (uint64_t)a->digit[i] * b->digit[j] + r.digit[i + j];
            r.digit[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        if (carry != 0)
            r.digit[i + DIGITS] = (uint32_t)carry;
    }
    return r;
}

static whole difference(scaled a, scaled b, int unit)
{
    whole from = whole_of(a, unit), minus = whole_of(b, unit);
    return subtract(&from, &minus);
}

static int orient_whole(const axis *x, const axis *y)
{
    whole bx = difference(x->b, x->a, x->unit), py = difference(y->p, y->a, y->unit);
    whole by = difference(y->b, y->a, y->unit), px = difference(x->p, x->a, x->unit);
    whole left = multiply(&bx, &py), right = multiply(&by, &px);
    return compare(&left, &right);
}

int cov_orient_exact(cov_xy a, cov_xy b, cov_xy p)
{
    axis x = axis_of(a.x, b.x, p.x), y = axis_of(a.y, b.y, p.y);
    /* Differences of 62-bit numbers fit 63 bits, their products 126 and a sign. */
    if (x.bits <= 62 && y.bits <= 62)
        return orient_wide(&x, &y);
    return orient_whole(&x, &y);
}
