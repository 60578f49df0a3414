/* Areas, footprints and points of the library, made from sheets. SPDX-License-Identifier: MIT */
#ifndef COV_TESTS_HANDLES_H
#define COV_TESTS_HANDLES_H

#include <cov/cov.h>

#include "support.h"

/* Ends the program where a test can't go on. */
static inline void must(cov_status s, const cov_error *err, const char *what)
{
    if (s == COV_OK)
        return;
    printf("Bail out! %s: %s\n", what, err->message);
    exit(1);
}

/* Array of structs as points: nothing is copied. */
static inline cov_points points_of(const spot *p, size_t n)
{
    cov_points points = COV_POINTS_INIT;
    points.n = n;
    points.x = &p->x;
    points.y = &p->y;
    points.x_stride = points.y_stride = sizeof *p;
    return points;
}

/* The arguments of cov_areas_create: owner i of a sheet is area i. */
typedef struct input {
    cov_area *area;
    bytes *wkb;
    char (*id)[12];
    size_t n;
} input;

/* With ids NULL owner i is called by its number in twelve digits less one, so that the order of ids
 * is the order of owners. The rng, where not NULL, chooses style, start and winding of each ring.
 */
static inline input input_of(const sheet *s, const char *const *ids, rng *r)
{
    input in = {blank(s->n_owners, sizeof *in.area), blank(s->n_owners, sizeof *in.wkb),
                blank(s->n_owners, sizeof *in.id), s->n_owners};
    for (uint32_t i = 0; i < s->n_owners; i++) {
        snprintf(in.id[i], sizeof in.id[i], "%011u", (unsigned)i);
        in.wkb[i] = sheet_wkb(s, i, r);
        in.area[i] =
            (cov_area){ids != NULL ? ids[i] : in.id[i], NULL, NULL, in.wkb[i].at, in.wkb[i].n};
    }
    return in;
}

static inline void input_free(input *in)
{
    for (size_t i = 0; i < in->n; i++)
        free(in->wkb[i].at);
    free(in->area);
    free(in->wkb);
    free(in->id);
}

/* Areas in any order of input: the index of an area is its owner's number. */
static inline cov_areas *areas_of_sheet(const sheet *s, rng *r)
{
    input in = input_of(s, NULL, r);
    for (size_t i = in.n; r != NULL && i > 1; i--) {
        size_t j = rng_below(r, i);
        cov_area t = in.area[i - 1];
        in.area[i - 1] = in.area[j];
        in.area[j] = t;
    }
    cov_areas *areas = NULL;
    cov_error err;
    must(cov_areas_create(in.area, in.n, NULL, &areas, &err), &err, "cov_areas_create");
    input_free(&in);
    return areas;
}

/* The union of n owners from `first` on. */
static inline cov_footprint *footprint_of_sheet(const sheet *s, uint32_t first, size_t n, rng *r)
{
    const void **wkb = blank(n, sizeof *wkb);
    size_t *sizes = blank(n, sizeof *sizes);
    bytes *b = blank(n, sizeof *b);
    for (uint32_t i = 0; i < n; i++) {
        b[i] = sheet_wkb(s, first + i, r);
        wkb[i] = b[i].at;
        sizes[i] = b[i].n;
    }
    cov_footprint *footprint = NULL;
    cov_error err;
    must(cov_footprint_polygons(wkb, sizes, n, 1, &footprint, &err), &err,
         "cov_footprint_polygons");
    for (size_t i = 0; i < n; i++)
        free(b[i].at);
    free(b);
    free(sizes);
    free(wkb);
    return footprint;
}

#endif
