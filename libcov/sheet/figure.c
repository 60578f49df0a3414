/* SPDX-License-Identifier: MIT */
#include "sheet/figure.h"

/* Decimals that are never given up. */
enum { LEAST = 3 };

/* Products of counts in different scales: 64 + 30 bits, and 32 more for a rate. */
__extension__ typedef unsigned __int128 wide;

static uint64_t ten_to(int n)
{
    uint64_t power = 1;
    while (n-- > 0)
        power *= 10;
    return power;
}

static int places_of(uint32_t scale)
{
    int n = 0;
    for (; scale >= 10; scale /= 10)
        n++;
    return n;
}

/* Whether `most` units have at most 15 digits where the last `cut` of them are rounded off. */
static int fits(uint64_t most, int cut)
{
    uint64_t step = ten_to(cut);
    return most / step + (most % step != 0) <= COV_FIGURE_MOST;
}

int cov_figure_choose(uint64_t most, uint32_t scale, cov_figure *out)
{
    int places = places_of(scale);
    int decimals = places;
    while (decimals > LEAST && !fits(most, places - decimals))
        decimals--;
    if (!fits(most, places - decimals))
        return 0;
    out->scale = scale;
    out->decimals = decimals;
    return 1;
}

double cov_figure_decimal(const cov_figure *figure, uint64_t units)
{
    uint64_t step = figure->scale / ten_to(figure->decimals);
    uint64_t whole = units / step, rest = units % step;
    if (rest > step - rest || (rest == step - rest && whole % 2 == 1))
        whole++;
    return (double)whole / (double)ten_to(figure->decimals);
}

int64_t cov_figure_rate(uint64_t n, uint32_t n_scale, uint64_t of, uint32_t of_scale, unsigned per)
{
    const wide places = ten_to(COV_FIGURE_PLACES);
    wide above = (wide)n * of_scale * per, below = (wide)of * n_scale;
    if (below == 0 || above / below >= COV_FIGURE_MOST / places)
        return -1;
    wide rest = above % below * places;
    return (int64_t)(above / below * places + (rest + below / 2) / below);
}

int64_t cov_figure_percent(uint64_t n, uint32_t n_scale, uint64_t of, uint32_t of_scale)
{
    const int64_t all = 100 * (int64_t)ten_to(COV_FIGURE_PLACES);
    int64_t rounded = cov_figure_rate(n, n_scale, of, of_scale, 100);
    if (rounded == 0 && n > 0)
        return 1;
    int is_less = (wide)n * of_scale < (wide)of * n_scale;
    return rounded == all && is_less ? all - 1 : rounded;
}
