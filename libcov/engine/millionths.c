/* Targets: a share to be reached, and what is missing to it.
 * SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/status.h"
#include "base/text.h"

__extension__ typedef unsigned __int128 wide;

#define MILLION 1000000u
#define DECIMALS 4 /* of a percentage in millionths */

uint64_t cov_missing(uint64_t n, uint64_t of, uint32_t millionths)
{
    wide share = millionths < MILLION ? millionths : MILLION;
    uint64_t needed = (uint64_t)((share * of + MILLION - 1) / MILLION);
    return needed > n ? needed - n : 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Append the digits at *at to a number; false where there are none, or it passes 100 %. */
static bool read_digits(const char **at, uint32_t *number)
{
    if (!is_digit(**at))
        return false;
    for (; is_digit(**at) && *number <= MILLION; (*at)++)
        *number = *number * 10 + (uint32_t)(**at - '0');
    return *number <= MILLION;
}

/* WHOLE[.DECIMALS][ ]%, up to `end`. */
static bool read_percent(const char *at, const char *end, uint32_t *out)
{
    uint32_t number = 0;
    if (!read_digits(&at, &number))
        return false;
    const char *first = *at == '.' ? at + 1 : at;
    const char *last = first;
    if (*at == '.' && !read_digits(&last, &number))
        return false;
    if (last - first > DECIMALS)
        return false;
    for (size_t i = (size_t)(last - first); i < DECIMALS; i++) {
        number *= 10;
        if (number > MILLION)
            return false;
    }
    size_t size;
    const char *sign = cov_trim(last, &size);
    *out = number;
    return *sign == '%' && sign + 1 == end;
}

cov_status cov_millionths_parse(const char *text, uint32_t *out, cov_error *err)
{
    if (text == NULL || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "cov_millionths_parse needs a text and a place");
    size_t size;
    const char *start = cov_trim(text, &size);
    uint32_t number = 0;
    if (!read_percent(start, start + size, &number))
        return cov_fail(
            err, COV_ERR_ARGUMENT,
            "\"%s\" is no percentage: write 0%% to 100%%, with a point and up to 4 decimals, "
            "such as 80%% or 66.55%%",
            cov_quote(text).text);
    *out = number;
    return COV_OK;
}

void cov_millionths_write(uint32_t millionths, char out[16])
{
    int n = snprintf(out, 16, "%" PRIu32 ".%04" PRIu32, millionths / 10000, millionths % 10000);
    while (out[n - 1] == '0')
        n--;
    n -= out[n - 1] == '.';
    out[n] = '\0';
}
