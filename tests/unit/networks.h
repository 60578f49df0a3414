/* Points, lines and barriers for the tests of footprints by distance. SPDX-License-Identifier: MIT
 */
#ifndef COV_TESTS_NETWORKS_H
#define COV_TESTS_NETWORKS_H

#include "handles.h"

/* Lines, each a chain of vertices; of one vertex: a point. */
typedef struct network {
    spot *v;
    size_t n_v, v_capacity;
    size_t *first; /* of each line, and behind the last */
    size_t n, capacity;
} network;

static inline void network_add(network *w, const spot *v, size_t n)
{
    w->v = grow(w->v, &w->v_capacity, w->n_v + n, sizeof *w->v);
    w->first = grow(w->first, &w->capacity, w->n + 2, sizeof *w->first);
    memcpy(w->v + w->n_v, v, n * sizeof *v);
    w->first[w->n++] = w->n_v;
    w->n_v += n;
    w->first[w->n] = w->n_v;
}

static inline void network_free(network *w)
{
    free(w->v);
    free(w->first);
    *w = (network){0};
}

/* The segments, without those of no length; a line of one place is a segment from it to itself. */
typedef struct piece {
    spot a, b;
} piece;

static inline piece *network_pieces(const network *w, size_t *n)
{
    piece *p = blank(w->n_v, sizeof *p);
    *n = 0;
    for (size_t i = 0; i < w->n; i++) {
        size_t before = *n;
        for (size_t k = w->first[i]; k + 1 < w->first[i + 1]; k++) {
            if (w->v[k].x != w->v[k + 1].x || w->v[k].y != w->v[k + 1].y)
                p[(*n)++] = (piece){w->v[k], w->v[k + 1]};
        }
        if (*n == before)
            p[(*n)++] = (piece){w->v[w->first[i]], w->v[w->first[i]]};
    }
    return p;
}

/* The arguments of cov_footprint_near. */
typedef struct shipment {
    const void **wkb;
    size_t *size;
    size_t n;
} shipment;

static inline shipment ship(const network *w, rng *r)
{
    enum { POINT = 1, LINESTRING = 2 };
    shipment s = {blank(w->n, sizeof *s.wkb), blank(w->n, sizeof *s.size), w->n};
    for (size_t i = 0; i < w->n; i++) {
        bytes b = {0};
        wkb_style style = r != NULL ? random_style(r) : (wkb_style){0};
        size_t n = w->first[i + 1] - w->first[i];
        put_head(&b, &style, n == 1 ? POINT : LINESTRING);
        if (n > 1)
            put_u32(&b, &style, (uint32_t)n);
        for (size_t k = w->first[i]; k < w->first[i + 1]; k++) {
            put_f64(&b, &style, w->v[k].x);
            put_f64(&b, &style, w->v[k].y);
            for (int d = 0; d < style.z + style.m; d++)
                put_f64(&b, &style, NAN);
        }
        s.wkb[i] = b.at;
        s.size[i] = b.n;
    }
    return s;
}

static inline void shipment_free(shipment *s)
{
    for (size_t i = 0; i < s->n; i++)
        free((void *)(uintptr_t)s->wkb[i]);
    free(s->wkb);
    free(s->size);
}

/* `barriers` may be NULL. */
static inline cov_footprint *footprint_of_network(const network *w, const network *barriers,
                                                  cov_near_options o, rng *r)
{
    shipment s = ship(w, r), b = {0};
    if (barriers != NULL) {
        b = ship(barriers, r);
        o.barriers = b.wkb;
        o.barrier_sizes = b.size;
        o.n_barriers = b.n;
    }
    cov_footprint *f = NULL;
    cov_error err;
    must(cov_footprint_near(s.wkb, s.size, s.n, &o, &f, &err), &err, "cov_footprint_near");
    shipment_free(&s);
    shipment_free(&b);
    return f;
}

/* Mark n points in one go. */
static inline void mark_all(const cov_footprint *f, const spot *p, size_t n, uint64_t *served)
{
    cov_points points = points_of(p, n);
    cov_error err;
    memset(served, 0, n * sizeof *served);
    must(cov_footprint_mark(f, &points, 0, served, &err), &err, "cov_footprint_mark");
}

static inline bool near_one(const cov_footprint *f, double x, double y)
{
    const spot p = {x, y};
    uint64_t served = 0;
    mark_all(f, &p, 1, &served);
    return served != 0;
}

static inline cov_near_options within(double metres, double per_unit)
{
    cov_near_options o = COV_NEAR_OPTIONS_INIT;
    o.metres = metres;
    o.metres_per_unit = per_unit;
    return o;
}

/* A line that wanders from a place. */
static inline void network_wander(network *w, rng *r, spot from, double step, size_t n)
{
    spot *v = blank(n, sizeof *v);
    double angle = rng_between(r, 0, 6.3);
    for (size_t i = 0; i < n; i++) {
        v[i] = from;
        angle += rng_between(r, -0.7, 0.7);
        from.x += step * cos(angle) * rng_between(r, 0.1, 1);
        from.y += step * sin(angle) * rng_between(r, 0.1, 1);
    }
    network_add(w, v, n);
    free(v);
}

#endif
