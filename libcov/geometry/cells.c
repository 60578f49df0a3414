/* SPDX-License-Identifier: MIT */
#include "geometry/cells.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

struct cov_cells {
    cov_rings rings;
};

cov_status cov_cells_create(const cov_rings *rings, cov_cells **out, cov_error *err)
{
    cov_cells *c = cov_alloc_zero(1, sizeof *c);
    c->rings = *rings;
    c->rings.vertex = cov_alloc(rings->n_vertices, sizeof(cov_xy));
    memcpy(c->rings.vertex, rings->vertex, rings->n_vertices * sizeof(cov_xy));
    c->rings.ring = cov_alloc(rings->n_rings, sizeof(cov_ring));
    memcpy(c->rings.ring, rings->ring, rings->n_rings * sizeof(cov_ring));
    *out = c;
    (void)err;
    return COV_OK;
}

void cov_cells_free(cov_cells *cells)
{
    if (cells == NULL)
        return;
    cov_rings_clear(&cells->rings);
    cov_free(cells);
}

size_t cov_cells_memory(const cov_cells *cells)
{
    return cells->rings.n_vertices * sizeof(cov_xy);
}

static uint32_t one(const cov_cells *c, cov_xy p, bool *more)
{
    uint32_t best = 0;
    *more = false;
    if (!isfinite(p.x) || !isfinite(p.y))
        return 0;
    for (size_t i = 0; i < c->rings.n_rings;) {
        uint32_t label = c->rings.ring[i].label;
        bool in = false;
        for (; i < c->rings.n_rings && c->rings.ring[i].label == label; i++) {
            const cov_xy *v = c->rings.vertex + c->rings.ring[i].first;
            for (size_t k = 0; k + 1 < c->rings.ring[i].n; k++)
                if ((v[k].y > p.y) != (v[k + 1].y > p.y) &&
                    (v[k].y < v[k + 1].y ? cov_side(v[k], v[k + 1], p)
                                         : cov_side(v[k + 1], v[k], p)) > 0)
                    in = !in;
        }
        if (in && best != 0)
            *more = true;
        if (in && (best == 0 || label < best))
            best = label;
    }
    return best;
}

static cov_xy point_at(const cov_points *p, size_t i)
{
    size_t sx = p->x_stride ? p->x_stride : sizeof(double);
    size_t sy = p->y_stride ? p->y_stride : sizeof(double);
    cov_xy r;
    memcpy(&r.x, (const char *)p->x + i * sx, sizeof r.x);
    memcpy(&r.y, (const char *)p->y + i * sy, sizeof r.y);
    return r;
}

void cov_cells_locate(const cov_cells *cells, const cov_points *points, uint32_t *label,
                      uint64_t *overlaps)
{
    uint64_t n = 0;
    for (size_t i = 0; i < points->n; i++) {
        bool more;
        label[i] = one(cells, point_at(points, i), &more);
        n += more;
    }
    if (overlaps)
        *overlaps = n;
}

void cov_cells_mark(const cov_cells *cells, const cov_points *points, uint64_t mask,
                    uint64_t *served)
{
    for (size_t i = 0; i < points->n; i++) {
        bool more;
        if (one(cells, point_at(points, i), &more) != 0)
            served[i] |= mask;
    }
}
