/* SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "base/status.h"
#include "engine/points.h"
#include "geometry/cells.h"
#include "geometry/near.h"

#include <string.h>

/* Either polygons, all of which carry one label, so that their union is what the cells find; or
 * what is near. */
struct cov_footprint {
    double extent[4];
    cov_cells *cells;
    cov_near *near;
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
                                  unsigned threads, cov_footprint **out, cov_error *err)
{
    if (wkb == NULL || sizes == NULL || n == 0 || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "the footprint has no polygons");
    cov_rings rings = COV_RINGS_INIT;
    cov_footprint *f = NULL;
    rings.whether = true;
    cov_status s = read_polygons(wkb, sizes, n, &rings, err);
    if (s != COV_OK)
        goto done;
    f = cov_alloc_zero(1, sizeof *f);
    if (f == NULL) {
        s = cov_fail_memory(err);
        goto done;
    }
    memcpy(f->extent, rings.extent, sizeof f->extent);
    s = cov_cells_create(&rings, threads, &f->cells, err);
    if (s == COV_OK) {
        *out = f;
        f = NULL;
    }
done:
    cov_footprint_free(f);
    cov_rings_clear(&rings);
    return s;
}

/* ---------------------------------------------------------------- near */

static cov_status read_paths(const void *const *wkb, const size_t *sizes, size_t n,
                             const cov_metric *metric, cov_paths_kind kind, cov_paths *paths,
                             cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        cov_error why;
        size_t known = paths->n_vertices;
        s = cov_paths_add(paths, wkb[i], sizes[i], kind, &why);
        if (s == COV_OK)
            s = cov_metric_check(metric, paths->vertex + known, paths->n_vertices - known, &why);
        if (s != COV_OK)
            cov_fail(err, s, "%s %zu of the footprint: %s",
                     kind == COV_PATHS_NETWORK ? "geometry" : "barrier", i, why.message);
    }
    return s;
}

static cov_status check_options(const cov_near_options *o, cov_error *err)
{
    if (o == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "a footprint by distance needs cov_near_options");
    if (o->size != sizeof *o)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "cov_near_options.size is %zu: use COV_NEAR_OPTIONS_INIT", o->size);
    if (o->n_barriers > 0 && (o->barriers == NULL || o->barrier_sizes == NULL))
        return cov_fail(err, COV_ERR_ARGUMENT, "cov_near_options has %zu barriers, but not where",
                        o->n_barriers);
    return COV_OK;
}

/* A footprint of the network and barriers that were read. */
static cov_status create_near(const cov_metric *metric, const cov_paths *network,
                              cov_paths *barriers, unsigned threads, cov_footprint **out,
                              cov_error *err)
{
    cov_footprint *f = cov_alloc_zero(1, sizeof *f);
    if (f == NULL)
        return cov_fail_memory(err);
    cov_status s = cov_near_create(metric, network, barriers, threads, &f->near, err);
    if (s != COV_OK) {
        cov_footprint_free(f);
        return s;
    }
    cov_near_extent(f->near, f->extent);
    *out = f;
    return COV_OK;
}

cov_status cov_footprint_near(const void *const *wkb, const size_t *sizes, size_t n,
                              const cov_near_options *options, cov_footprint **out, cov_error *err)
{
    if (wkb == NULL || sizes == NULL || n == 0 || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "the footprint has no points or lines");
    cov_metric metric;
    cov_paths network = COV_PATHS_INIT, barriers = COV_PATHS_INIT;
    cov_status s = check_options(options, err);
    if (s == COV_OK)
        s = cov_metric_init(&metric, options, err);
    if (s == COV_OK)
        s = read_paths(wkb, sizes, n, &metric, COV_PATHS_NETWORK, &network, err);
    if (s == COV_OK)
        s = read_paths(options->barriers, options->barrier_sizes, options->n_barriers, &metric,
                       COV_PATHS_BARRIER, &barriers, err);
    if (s == COV_OK)
        s = create_near(&metric, &network, &barriers, options->threads, out, err);
    cov_paths_clear(&network);
    cov_paths_clear(&barriers);
    return s;
}

/* ---------------------------------------------------------------- either */

void cov_footprint_free(cov_footprint *footprint)
{
    if (footprint == NULL)
        return;
    cov_cells_free(footprint->cells);
    cov_near_free(footprint->near);
    cov_free(footprint);
}

void cov_footprint_extent(const cov_footprint *footprint, double extent[4])
{
    memcpy(extent, footprint->extent, sizeof footprint->extent);
}

size_t cov_footprint_memory(const cov_footprint *footprint)
{
    return footprint->near != NULL ? cov_near_memory(footprint->near)
                                   : cov_cells_memory(footprint->cells);
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
    if (footprint->near != NULL)
        cov_near_mark(footprint->near, points, UINT64_C(1) << bit, served);
    else
        cov_cells_mark(footprint->cells, points, UINT64_C(1) << bit, served);
    return COV_OK;
}
