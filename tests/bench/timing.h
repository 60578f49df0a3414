/* What the benchmarks share: a clock, and medians.
 * SPDX-License-Identifier: MIT */
#ifndef COV_BENCH_TIMING_H
#define COV_BENCH_TIMING_H

#include <stdlib.h>
#include <time.h>

/* Seconds. */
static inline double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts them. */
static inline double median(double *t, size_t n)
{
    qsort(t, n, sizeof *t, compare_doubles);
    return t[n / 2];
}

#endif
