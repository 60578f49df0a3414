/* Figures: counts in units of 1/scale as numbers that a file states, and another program reads,
 * exactly as they are.
 * SPDX-License-Identifier: MIT
 *
 * Up to 15 digits a double, and a text of one, give back every decimal as it was. A count has as
 * many decimals as its scale (3 in thousandths, 6 in millionths). Where these and the whole part of
 * the largest one are more than 15 digits together, all have fewer, but never under 3: areas and
 * sums of rasters lose what is far below their own accuracy, counts of households lose nothing. */
#ifndef COV_SHEET_FIGURE_H
#define COV_SHEET_FIGURE_H

#include <stdint.h>

/* What 15 digits hold. */
#define COV_FIGURE_MOST UINT64_C(999999999999999)

typedef struct cov_figure {
    uint32_t scale; /* a power of ten */
    int decimals;   /* 0 where the scale is 1 */
} cov_figure;

/* The figure of counts of at most `most` units, which are decimals: scale > 1. Returns 0 where not
 * even 3 decimals, or those of the scale, are left. */
int cov_figure_choose(uint64_t most, uint32_t scale, cov_figure *out);

/* The decimal itself, rounded half to even. */
double cov_figure_decimal(const cov_figure *figure, uint64_t units);

/* Numbers with so many decimals below. */
#define COV_FIGURE_PLACES 4

/* per * (n / n_scale) / (of / of_scale) in units of 10^-4, rounded half up in integers; -1 where
 * `of` is 0, and where it has more than 15 digits. */
int64_t cov_figure_rate(uint64_t n, uint32_t n_scale, uint64_t of, uint32_t of_scale, unsigned per);

/* The same for per = 100 and n no more than `of`: but 100 only where they are equal and 0 only
 * where n is 0, as in cov_percent. */
int64_t cov_figure_percent(uint64_t n, uint32_t n_scale, uint64_t of, uint32_t of_scale);

#endif
