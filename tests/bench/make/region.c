/* SPDX-License-Identifier: MIT */
#include "region.h"

#include <math.h>
#include <string.h>

/* A rounded, slanted quadrilateral of the size of a coastal province. */
static bool inside_province(double x, double y)
{
    double u = (x - 105.55) * 0.92 + (y - 9.32) * 0.39;
    double v = (y - 9.32) * 0.92 - (x - 105.55) * 0.39;
    return pow(fabs(u / 0.40), 3) + pow(fabs(v / 0.26), 3) < 1;
}

/* A long country, wide at both ends: its western and eastern ends by latitude. */
static bool inside_nation(double x, double y)
{
    static const double border[][3] = {
        {8.6, 104.7, 105.1},  {9.5, 104.8, 106.3},  {10.5, 105.0, 107.6}, {11.5, 106.0, 109.1},
        {12.5, 107.4, 109.3}, {14.0, 107.4, 109.2}, {15.5, 107.4, 108.9}, {16.5, 106.6, 108.0},
        {17.5, 105.8, 106.9}, {18.5, 105.0, 106.2}, {19.5, 104.0, 106.0}, {20.5, 104.5, 106.8},
        {21.5, 103.0, 108.0}, {22.5, 102.5, 107.0}, {23.3, 104.5, 106.0},
    };
    for (size_t i = 1; i < sizeof border / sizeof border[0]; i++) {
        const double *a = border[i - 1], *b = border[i];
        if (y < a[0] || y >= b[0])
            continue;
        double t = (y - a[0]) / (b[0] - a[0]);
        return x > a[1] + t * (b[1] - a[1]) && x < a[2] + t * (b[2] - a[2]);
    }
    return false;
}

static const region regions[] = {
    {"province",
     inside_province,
     105.05,
     8.90,
     106.05,
     9.75,
     64,
     {7, 7, 8},
     7,
     1500,
     {0.0008, 0.006},
     {0.003, 0.02},
     400,
     0.12},
    {"nation",
     inside_nation,
     102.0,
     8.4,
     109.7,
     23.5,
     10600,
     {5, 6, 7},
     12,
     60000,
     {0.0010, 0.012},
     {0.004, 0.05},
     5000,
     0.36},
    {"country",
     inside_nation,
     102.0,
     8.4,
     109.7,
     23.5,
     3321,
     {4, 5, 6},
     12,
     60000,
     {0.0010, 0.012},
     {0.004, 0.05},
     5000,
     0.36},
};

const region *region_find(const char *name)
{
    for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++)
        if (strcmp(regions[i].name, name) == 0)
            return &regions[i];
    return NULL;
}
