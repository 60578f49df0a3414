/* SPDX-License-Identifier: MIT */
#include "io/surface.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/ellipsoid.h"

#define SQUARE_METRES 1e6 /* of a square kilometre */

/* One point for each piece. */
typedef struct columns {
    int32_t *area;
    uint64_t *weight, *served, *unknown;
} columns;

static int columns_alloc(columns *c, size_t n)
{
    c->area = cov_alloc(n, sizeof *c->area);
    c->weight = cov_alloc(n, sizeof *c->weight);
    c->served = cov_alloc(n, sizeof *c->served);
    c->unknown = cov_alloc(n, sizeof *c->unknown);
    return c->area != NULL && c->weight != NULL && c->served != NULL && c->unknown != NULL;
}

static void columns_clear(columns *c)
{
    cov_free(c->area);
    cov_free(c->weight);
    cov_free(c->served);
    cov_free(c->unknown);
}

static cov_status measure(const cov_partition *partition, OGRSpatialReferenceH plane,
                          uint32_t scale, const cov_phases *phases, uint64_t *weight,
                          cov_error *err)
{
    cov_ellipsoid ellipsoid;
    double extent[4];
    cov_areas_extent(partition->areas, extent);
    cov_status s = cov_ellipsoid_create(plane, extent, &ellipsoid, err);
    if (s != COV_OK)
        return s;
    for (size_t i = 0; i < partition->n && s == COV_OK; i++) {
        const cov_piece *piece = &partition->piece[i];
        const char *id = cov_areas_id(partition->areas, (size_t)piece->area);
        char what[120];
        double area = 0;
        snprintf(what, sizeof what, "area \"%s\"", cov_quote(id).text);
        s = cov_ellipsoid_area(&ellipsoid, &piece->shape, what, &area, err);
        weight[i] = (uint64_t)round(area / SQUARE_METRES * scale);
        if (s == COV_OK)
            s = cov_phases_ask(phases, (double)i, (double)partition->n, err);
    }
    cov_ellipsoid_clear(&ellipsoid);
    return s;
}

cov_status cov_surface_count(const cov_partition *partition, OGRSpatialReferenceH plane,
                             uint64_t all, cov_tally *tally, const cov_phases *phases,
                             cov_error *err)
{
    columns c;
    cov_points points = COV_POINTS_INIT;
    memset(&c, 0, sizeof c);
    cov_status s = columns_alloc(&c, partition->n) ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < partition->n && s == COV_OK; i++) {
        c.area[i] = partition->piece[i].area;
        c.served[i] = partition->piece[i].set;
        c.unknown[i] = all & ~partition->answered;
    }
    if (s == COV_OK)
        s = measure(partition, plane, cov_tally_scale(tally), phases, c.weight, err);
    if (s == COV_OK) {
        points.n = partition->n;
        points.area = c.area;
        points.weight = c.weight;
        points.served = c.served;
        points.unknown = c.unknown;
        s = cov_tally_push(tally, &points, err);
    }
    columns_clear(&c);
    return s;
}
