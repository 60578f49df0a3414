/* SPDX-License-Identifier: MIT */
#include "base/decimal.h"

#include <math.h>
#include <stddef.h>

static const uint64_t powers[] = {1,      10,      100,      1000,      10000,
                                  100000, 1000000, 10000000, 100000000, 1000000000};

/* The exponent beyond which every number is too large or nothing; keeps sums within int64_t. */
#define EXPONENT_MAX 1000000

/* The digits of a number without its point: digit 0 is the leftmost. */
typedef struct digits {
    const char *text; /* from the first digit or the point on */
    int64_t n;
    int64_t dot;   /* the index in text of the point; n where there is none */
    int64_t point; /* so many digits stand before the point, exponent included */
    int64_t first; /* the first that is not 0, where sign_of looked for it */
} digits;

static unsigned digit_at(const digits *d, int64_t i)
{
    if (i < 0 || i >= d->n)
        return 0;
    return (unsigned)(d->text[i < d->dot ? i : i + 1] - '0');
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *text)
{
    while (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n')
        text++;
    return text;
}

/* "e-3" and the like, if there; NULL where it is malformed. */
static const char *scan_exponent(const char *at, int64_t *exponent)
{
    *exponent = 0;
    if (*at != 'e' && *at != 'E')
        return at;
    at++;
    int negative = *at == '-';
    if (*at == '-' || *at == '+')
        at++;
    if (!is_digit(*at))
        return NULL;
    for (; is_digit(*at); at++) {
        if (*exponent < EXPONENT_MAX)
            *exponent = *exponent * 10 + (*at - '0');
    }
    if (negative)
        *exponent = -*exponent;
    return at;
}

/* Where the digits are; 0 unless the whole text is a number. */
static int scan(const char *text, digits *d, int *negative)
{
    const char *at = skip_blanks(text);
    *negative = *at == '-';
    if (*at == '-' || *at == '+')
        at++;
    d->text = at;
    while (is_digit(*at))
        at++;
    d->dot = at - d->text;
    d->n = d->dot;
    if (*at == '.') {
        const char *first = ++at;
        while (is_digit(*at))
            at++;
        d->n += at - first;
    }
    int64_t exponent;
    at = d->n > 0 ? scan_exponent(at, &exponent) : NULL;
    if (at == NULL || *skip_blanks(at) != '\0')
        return 0;
    d->point = d->dot + exponent;
    return 1;
}

static int any_from(const digits *d, int64_t i)
{
    for (i = i < 0 ? 0 : i; i < d->n; i++) {
        if (digit_at(d, i) != 0)
            return 1;
    }
    return 0;
}

/* Whether the digits from `i` on round up the number before them: half to even. */
static int rounds_up(const digits *d, int64_t i, int odd)
{
    unsigned first = digit_at(d, i);
    if (first != 5)
        return first > 5;
    return odd || any_from(d, i + 1);
}

/* The number made of the digits before `end`; 0 where it passes 2^64-1. */
static int whole_part(const digits *d, int64_t end, uint64_t *out)
{
    uint64_t u = 0;
    int64_t i = 0;
    while (i < end && digit_at(d, i) == 0 && i < d->n)
        i++;
    if (i >= d->n)
        end = i; /* nothing but zeros: any number of them is 0 */
    for (; i < end; i++) {
        unsigned digit = digit_at(d, i);
        if (u > (UINT64_MAX - digit) / 10)
            return 0;
        u = u * 10 + digit;
    }
    *out = u;
    return 1;
}

/* The digits behind `end` as a fraction of 10^width, rounded. */
static uint64_t fraction_part(const digits *d, int64_t end, unsigned width)
{
    uint64_t f = 0;
    for (unsigned i = 0; i < width; i++)
        f = f * 10 + digit_at(d, end + i);
    return f + (uint64_t)rounds_up(d, end + width, (int)(f & 1));
}

cov_decimal_state cov_decimal_read(const char *text, unsigned places, cov_decimal *out)
{
    digits d;
    int negative;
    if (!scan(text, &d, &negative))
        return COV_DECIMAL_NOT_A_NUMBER;
    if (negative && any_from(&d, 0))
        return COV_DECIMAL_NEGATIVE;

    int64_t end = d.point + places;
    uint64_t units;
    if (!whole_part(&d, end, &units))
        return COV_DECIMAL_TOO_LARGE;
    int up = rounds_up(&d, end, (int)(units & 1));
    if (up && units == UINT64_MAX)
        return COV_DECIMAL_TOO_LARGE;

    unsigned width = 9 - places;
    int64_t fraction = (int64_t)fraction_part(&d, end, width);
    out->units = units + (uint64_t)up;
    out->inexact = any_from(&d, end);
    out->rounding = (up ? (int64_t)powers[width] : 0) - fraction;
    return COV_DECIMAL_OK;
}

/* ---------------------------------------------------------------- comparing */

int cov_decimal_is_number(const char *text)
{
    digits d;
    int negative;
    return scan(text, &d, &negative);
}

/* -1, 0 or 1; leaves the zeros in front of the digits away. */
static int sign_of(digits *d, int negative)
{
    int64_t zeros = 0;
    while (zeros < d->n && digit_at(d, zeros) == 0)
        zeros++;
    if (zeros == d->n)
        return 0;
    d->first = zeros;
    return negative ? -1 : 1;
}

int cov_decimal_compare(const char *a, const char *b)
{
    digits x, y;
    int x_negative, y_negative;
    if (!scan(a, &x, &x_negative) || !scan(b, &y, &y_negative))
        return 0;
    int x_sign = sign_of(&x, x_negative), y_sign = sign_of(&y, y_negative);
    if (x_sign != y_sign || x_sign == 0)
        return x_sign - y_sign;
    int64_t x_size = x.point - x.first, y_size = y.point - y.first;
    if (x_size != y_size)
        return x_size > y_size ? x_sign : -x_sign;
    for (int64_t i = 0; x.first + i < x.n || y.first + i < y.n; i++) {
        unsigned p = digit_at(&x, x.first + i), q = digit_at(&y, y.first + i);
        if (p != q)
            return p > q ? x_sign : -x_sign;
    }
    return 0;
}

/* Half to even, by the decimal that the double stands for: that of the middle between two units is
 * the double nearest to it, and reading a decimal as a double keeps the order. */
cov_decimal_state cov_decimal_of_double(double value, uint32_t scale, cov_decimal *out)
{
    if (isnan(value))
        return COV_DECIMAL_NOT_A_NUMBER;
    if (value < 0)
        return COV_DECIMAL_NEGATIVE;
    if (value * scale >= 4503599627370496.0) /* 2^52: the middle must be a double */
        return COV_DECIMAL_TOO_LARGE;
    double units = rint(value * scale);
    if (units / scale != value) {
        double below = floor(value * scale), middle = (2 * below + 1) / (2.0 * scale);
        int odd = fmod(below, 2) > 0;
        units = below + (value > middle || (value >= middle && odd));
    }
    out->units = (uint64_t)units;
    return COV_DECIMAL_OK;
}
