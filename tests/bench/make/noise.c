/* SPDX-License-Identifier: MIT */
#include "noise.h"

#include "chance.h"

static double smooth(double t)
{
    return t * t * (3 - 2 * t);
}

static double knot(int64_t x, int64_t y, uint64_t seed)
{
    return 2 * chance(seed, USE_NOISE, (uint64_t)x, (uint64_t)y) - 1;
}

/* Between random heights at whole numbers. */
static double hills(double x, double y, uint64_t seed)
{
    double i = floor(x), j = floor(y), u = smooth(x - i), v = smooth(y - j);
    int64_t a = (int64_t)i, b = (int64_t)j;
    double south = knot(a, b, seed) * (1 - u) + knot(a + 1, b, seed) * u;
    double north = knot(a, b + 1, seed) * (1 - u) + knot(a + 1, b + 1, seed) * u;
    return south * (1 - v) + north * v;
}

double noise_at(double x, double y, int octaves, double fade, uint64_t seed)
{
    double sum = 0, frequency = 5, height = 1;
    for (int i = 0; i < octaves; i++, frequency *= 2, height *= fade)
        sum += height * hills(x * frequency, y * frequency, seed + (uint64_t)i);
    return sum;
}
