/* SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "base/status.h"
#include "engine/points.h"
#include "geometry/cells.h"

#include <string.h>

/* All polygons carry one label, so that their union is what the cells find. */
struct cov_footprint {
    double extent[4];
    cov_cells *cells;
};

static cov_status read_polygons(const void *const *wkb, const size_t *sizes, size_t n,
                                cov_rings *rings, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        cov_error why;
        s = cov_rings_add(rings, wkb[i], sizes[i], 1, &why);
        if (s != COV_OK)
            cov_fail(err, s, "polygon %zu of the footprint: %s", i, why.message);
    }
    return s;
}

cov_status cov_footprint_polygons(const void *const *wkb, const size_t *sizes, size_t n,
                                  cov_footprint **out, cov_error *err)
{
    if (wkb == NULL || sizes == NULL || n == 0 || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "the footprint has no polygons");
    cov_rings rings = COV_RINGS_INIT;
    cov_footprint *f = NULL;
    cov_status s = read_polygons(wkb, sizes, n, &rings, err);
    if (s != COV_OK)
        goto done;
    f = cov_alloc_zero(1, sizeof *f);
    if (f == NULL) {
        s = cov_fail_memory(err);
        goto done;
    }
    memcpy(f->extent, rings.extent, sizeof f->extent);
    s = cov_cells_create(&rings, 1, &f->cells, err);
    if (s == COV_OK) {
        *out = f;
        f = NULL;
    }
done:
    cov_footprint_free(f);
    cov_rings_clear(&rings);
    return s;
}

void cov_footprint_free(cov_footprint *footprint)
{
    if (footprint == NULL)
        return;
    cov_cells_free(footprint->cells);
    cov_free(footprint);
}

void cov_footprint_extent(const cov_footprint *footprint, double extent[4])
{
    memcpy(extent, footprint->extent, sizeof footprint->extent);
}

size_t cov_footprint_memory(const cov_footprint *footprint)
{
    return cov_cells_memory(footprint->cells);
}

cov_status cov_footprint_mark(const cov_footprint *footprint, const cov_points *points,
                              unsigned bit, uint64_t *served, cov_error *err)
{
    cov_status s = cov_points_check(points, err);
    if (s != COV_OK)
        return s;
    if (bit >= COV_SERVICES_MAX)
        return cov_fail(err, COV_ERR_ARGUMENT, "bit %u is beyond the %d services of a set", bit,
                        COV_SERVICES_MAX);
    if (footprint == NULL || (served == NULL && points->n > 0))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "cov_footprint_mark needs a footprint and an array to write to");
    cov_cells_mark(footprint->cells, points, UINT64_C(1) << bit, served);
    return COV_OK;
}
