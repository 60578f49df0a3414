/* The regions that data is made for.
 * SPDX-License-Identifier: MIT */
#ifndef BENCH_REGION_H
#define BENCH_REGION_H

#include <stdbool.h>
#include <stddef.h>

typedef struct xy {
    double x, y;
} xy;

typedef struct region {
    const char *name;
    bool (*inside)(double x, double y);
    double west, south, east, north;
    int n_communes;
    int levels[3];  /* a border between two corners has 2^level pieces, one of these levels */
    int hole_every; /* one commune in so many has a hole, which a neighbour fills */
    int n_villages;
    double spread[2]; /* of a village, degrees */
    double zone[2];   /* radius of a fiber zone, degrees */
    int n_cables;
    double cable; /* longest, degrees */
} region;

/* NULL: there is none of this name. */
const region *region_find(const char *name);

#endif
