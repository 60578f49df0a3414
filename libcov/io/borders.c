/* SPDX-License-Identifier: MIT */
#include "io/borders.h"

#include <string.h>

static cov_status add_shapes(cov_rings *rings, const cov_shape *shapes, size_t n, size_t label,
                             cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        if (shapes[i].wkb != NULL)
            s = cov_rings_add(rings, shapes[i].wkb, shapes[i].size, (uint32_t)label, err);
    }
    return s;
}

static size_t bytes_of(const cov_shape *shapes, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += shapes[i].size;
    return sum;
}

static cov_status add_all(const cov_borders *b, cov_rings *rings, cov_error *err)
{
    size_t size = bytes_of(b->shape, b->n_areas);
    for (size_t k = 0; k < b->n_zones; k++)
        size += bytes_of(b->zone[k].shape, b->zone[k].n);
    cov_status s = cov_rings_reserve(rings, size, err);
    for (size_t i = 0; i < b->n_areas && s == COV_OK; i++)
        s = add_shapes(rings, &b->shape[i], 1, i, err);
    for (size_t k = 0; k < b->n_zones && s == COV_OK; k++)
        s = add_shapes(rings, b->zone[k].shape, b->zone[k].n, b->n_areas + k, err);
    return s;
}

cov_status cov_borders_create(const cov_areas *areas, const cov_shape *shapes,
                              const cov_zone *zones, size_t n_zones, cov_borders *out,
                              cov_error *err)
{
    cov_borders b = {areas, shapes, zones, n_zones, cov_areas_count(areas), 0, NULL};
    cov_rings rings = COV_RINGS_INIT;
    for (size_t k = 0; k < n_zones; k++)
        b.answered |= UINT64_C(1) << zones[k].bit;
    cov_status s = add_all(&b, &rings, err);
    if (s == COV_OK)
        s = cov_edges_create(&rings, &b.edges, err);
    cov_rings_clear(&rings);
    if (s == COV_OK)
        *out = b;
    return s;
}

void cov_borders_clear(cov_borders *borders)
{
    cov_edges_free(borders->edges);
    memset(borders, 0, sizeof *borders);
}

cov_status cov_borders_mark(const cov_borders *borders, const cov_points *points, int32_t *area,
                            uint64_t *served, cov_error *err)
{
    cov_status s = cov_areas_locate(borders->areas, points, area, NULL, err);
    memset(served, 0, points->n * sizeof *served);
    for (size_t k = 0; k < borders->n_zones && s == COV_OK; k++)
        s = cov_footprint_mark(borders->zone[k].footprint, points, borders->zone[k].bit, served,
                               err);
    return s;
}
