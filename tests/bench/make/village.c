/* SPDX-License-Identifier: MIT */
#include "village.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "chance.h"

static xy somewhere(const region *r, double u, double v)
{
    return (xy){r->west + u * (r->east - r->west), r->south + v * (r->north - r->south)};
}

static void place_village(villages *v, int i)
{
    const region *r = v->region;
    uint64_t k = (uint64_t)i, attempt = 0;
    do {
        v->centre[i] = somewhere(r, chance(v->seed, USE_VILLAGE_X, k, attempt),
                                 chance(v->seed, USE_VILLAGE_Y, k, attempt));
        attempt++;
    } while (!r->inside(v->centre[i].x, v->centre[i].y));
}

villages villages_make(const region *r, uint64_t seed)
{
    size_t n = (size_t)r->n_villages;
    villages v = {r,
                  seed,
                  malloc(n * sizeof(xy)),
                  malloc(n * sizeof(double)),
                  malloc(n * sizeof(double)),
                  malloc(n * sizeof(double))};
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double rank = floor((double)n * chance(seed, USE_VILLAGE_RANK, i, 0));
        double u = chance(seed, USE_VILLAGE_SPREAD, i, 0);
        place_village(&v, (int)i);
        v.spread[i] = chance_scale(r->spread[0], r->spread[1], u);
        v.angle[i] = TAU * chance(seed, USE_VILLAGE_ANGLE, i, 0);
        v.share[i] = sum += pow(1 + rank, -0.6);
    }
    for (size_t i = 0; i < n; i++)
        v.share[i] /= sum;
    return v;
}

void villages_free(villages *v)
{
    free(v->centre);
    free(v->spread);
    free(v->angle);
    free(v->share);
}

int villages_find(const villages *v, double u)
{
    int low = 0, high = v->region->n_villages - 1;
    while (low < high) {
        int middle = (low + high) / 2;
        if (v->share[middle] > u)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* One village in three is a string of houses along a canal. */
static xy in_village(const villages *v, int k, uint64_t i)
{
    bool string = chance_bits(v->seed, USE_VILLAGE_ANGLE, (uint64_t)k, 1) % 3 == 0;
    double z[2], s = sin(v->angle[k]), c = cos(v->angle[k]);
    chance_normal(v->seed, USE_HOUSEHOLD, i, 1, z);
    double along = z[0] * v->spread[k] * (string ? 4 : 1);
    double across = z[1] * v->spread[k] * (string ? 0.08 : 1);
    return (xy){v->centre[k].x + along * c - across * s, v->centre[k].y + along * s + across * c};
}

/* Eight decimals, the last a 5, where borders have seven: no household is at a border's vertex,
 * about which engines differ. */
static double off_border(double x)
{
    return (floor(x * 1e7) * 10 + 5) / 1e8;
}

household villages_household(const villages *v, uint64_t i)
{
    int k = villages_find(v, chance(v->seed, USE_HOUSEHOLD, i, 0));
    xy p = in_village(v, k, i);
    if (chance(v->seed, USE_HOUSEHOLD, i, 3) < 0.03) {
        p = somewhere(v->region, chance(v->seed, USE_HOUSEHOLD, i, 4),
                      chance(v->seed, USE_HOUSEHOLD, i, 5));
        k = -1;
    }
    int32_t size = 1 + (int32_t)(chance_bits(v->seed, USE_HOUSEHOLD, i, 6) % 8);
    return (household){off_border(p.x), off_border(p.y), (int64_t)i + 1, size, k};
}
