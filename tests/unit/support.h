/* What the tests share: a generator of random numbers, a writer of WKB, sheets of polygons, probes.
 * SPDX-License-Identifier: MIT
 *
 * Shares no code and no type with the library, so that a test can't inherit a mistake from it. A
 * test that runs out of memory ends at once: there is nothing it could still find out. */
#ifndef COV_TESTS_SUPPORT_H
#define COV_TESTS_SUPPORT_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- memory */

/* Room for `need` elements in an array that grows by doubling. */
static inline void *grow(void *block, size_t *capacity, size_t need, size_t size)
{
    if (need <= *capacity)
        return block;
    while (*capacity < need)
        *capacity = *capacity * 2 + 16;
    void *grown = realloc(block, *capacity * size);
    if (grown == NULL) {
        fprintf(stderr, "out of memory\n");
        exit(99);
    }
    return grown;
}

static inline void *blank(size_t n, size_t size)
{
    size_t capacity = 0;
    void *block = grow(NULL, &capacity, n + 1, size);
    memset(block, 0, capacity * size);
    return block;
}

/* ---------------------------------------------------------------- random numbers */

/* SplitMix64 (Vigna, public domain): the same numbers on every machine. */
typedef struct rng {
    uint64_t state;
} rng;

static inline uint64_t rng_next(rng *r)
{
    uint64_t z = r->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static inline size_t rng_below(rng *r, size_t n)
{
    return (size_t)(rng_next(r) % n);
}

static inline double rng_unit(rng *r)
{
    return (double)(rng_next(r) >> 11) * 0x1p-53;
}

static inline double rng_between(rng *r, double low, double high)
{
    return low + (high - low) * rng_unit(r);
}

/* A permutation of 0 .. n-1. */
static inline void rng_shuffle(rng *r, size_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    for (size_t i = n; i > 1; i--) {
        size_t j = rng_below(r, i), t = order[i - 1];
        order[i - 1] = order[j];
        order[j] = t;
    }
}

/* ---------------------------------------------------------------- places */

typedef struct spot {
    double x;
    double y;
} spot;

static inline double ulps(double value, int steps)
{
    for (; steps > 0; steps--)
        value = nextafter(value, INFINITY);
    for (; steps < 0; steps++)
        value = nextafter(value, -INFINITY);
    return value;
}

/* One of the eight neighbours of a place among the doubles. */
static inline spot beside(rng *r, spot p)
{
    size_t way = rng_below(r, 8);
    way += way >= 4; /* 4 is the place itself */
    return (spot){ulps(p.x, (int)(way % 3) - 1), ulps(p.y, (int)(way / 3) - 1)};
}

/* ---------------------------------------------------------------- WKB */

typedef struct bytes {
    unsigned char *at;
    size_t n;
    size_t capacity;
} bytes;

typedef struct wkb_style {
    bool big;      /* big-endian */
    bool extended; /* dimensions in the high bits of the type, not in its thousands */
    bool z;
    bool m;
    bool srid; /* extended only */
} wkb_style;

static inline wkb_style random_style(rng *r)
{
    uint64_t bits = rng_next(r);
    return (wkb_style){bits & 1, bits & 2, bits & 4, bits & 8, bits & 16};
}

static inline void put_byte(bytes *b, unsigned value)
{
    b->at = grow(b->at, &b->capacity, b->n + 1, 1);
    b->at[b->n++] = (unsigned char)value;
}

static inline void put_u32(bytes *b, const wkb_style *style, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        put_byte(b, value >> (style->big ? 24 - 8 * i : 8 * i) & 0xFF);
}

static inline void put_f64(bytes *b, const wkb_style *style, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (unsigned i = 0; i < 8; i++)
        put_byte(b, (unsigned)(bits >> (style->big ? 56 - 8 * i : 8 * i)) & 0xFF);
}

static inline void put_head(bytes *b, const wkb_style *style, uint32_t type)
{
    bool srid = style->extended && style->srid;
    if (style->extended)
        type |=
            (style->z ? 0x80000000u : 0) | (style->m ? 0x40000000u : 0) | (srid ? 0x20000000u : 0);
    else
        type += (style->z ? 1000u : 0) + (style->m ? 2000u : 0);
    put_byte(b, style->big ? 0 : 1);
    put_u32(b, style, type);
    if (srid)
        put_u32(b, style, 4326);
}

/* The vertices as they are given: closing the ring is the caller's business. Z and M are NaN, which
 * whoever ignores them ignores, too. */
static inline void put_ring(bytes *b, const wkb_style *style, const spot *v, size_t n)
{
    put_u32(b, style, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        put_f64(b, style, v[i].x);
        put_f64(b, style, v[i].y);
        if (style->z)
            put_f64(b, style, NAN);
        if (style->m)
            put_f64(b, style, NAN);
    }
}

enum { WKB_TYPE_POLYGON = 3, WKB_TYPE_MULTIPOLYGON = 6 };

/* A polygon of one ring. */
static inline void put_polygon(bytes *b, const wkb_style *style, const spot *v, size_t n)
{
    put_head(b, style, WKB_TYPE_POLYGON);
    put_u32(b, style, 1);
    put_ring(b, style, v, n);
}

/* ---------------------------------------------------------------- sheets of polygons */

/* A closed ring: its last vertex repeats the first. */
typedef struct loop {
    size_t first;
    size_t n;
    uint32_t owner; /* the area, or the polygon of a footprint */
    uint32_t part;  /* the polygon of a multipolygon; its first loop is the shell */
    double box[4];  /* west, south, east, north */
} loop;

/* The rings of an owner stand side by side, those of a part, too. */
typedef struct sheet {
    spot *v;
    size_t n_v;
    size_t v_capacity;
    loop *loop;
    size_t n_loops;
    size_t loop_capacity;
    uint32_t n_owners;
} sheet;

static inline void sheet_free(sheet *s)
{
    free(s->v);
    free(s->loop);
    *s = (sheet){0};
}

static inline void sheet_open(sheet *s, uint32_t owner, uint32_t part)
{
    s->loop = grow(s->loop, &s->loop_capacity, s->n_loops + 1, sizeof *s->loop);
    s->loop[s->n_loops++] =
        (loop){s->n_v, 0, owner, part, {INFINITY, INFINITY, -INFINITY, -INFINITY}};
    if (owner >= s->n_owners)
        s->n_owners = owner + 1;
}

static inline void sheet_vertex(sheet *s, double x, double y)
{
    loop *l = &s->loop[s->n_loops - 1];
    s->v = grow(s->v, &s->v_capacity, s->n_v + 1, sizeof *s->v);
    s->v[s->n_v++] = (spot){x, y};
    l->n++;
    l->box[0] = fmin(l->box[0], x);
    l->box[1] = fmin(l->box[1], y);
    l->box[2] = fmax(l->box[2], x);
    l->box[3] = fmax(l->box[3], y);
}

static inline void sheet_close(sheet *s)
{
    spot first = s->v[s->loop[s->n_loops - 1].first];
    sheet_vertex(s, first.x, first.y);
}

/* A ring without its closing vertex. */
static inline void sheet_ring(sheet *s, uint32_t owner, uint32_t part, const spot *v, size_t n)
{
    sheet_open(s, owner, part);
    for (size_t i = 0; i < n; i++)
        sheet_vertex(s, v[i].x, v[i].y);
    sheet_close(s);
}

static inline void sheet_box(sheet *s, uint32_t owner, uint32_t part, const double box[4])
{
    const spot v[] = {{box[0], box[1]}, {box[2], box[1]}, {box[2], box[3]}, {box[0], box[3]}};
    sheet_ring(s, owner, part, v, 4);
}

static inline void sheet_extent(const sheet *s, double extent[4])
{
    extent[0] = extent[1] = INFINITY;
    extent[2] = extent[3] = -INFINITY;
    for (size_t i = 0; i < s->n_loops; i++) {
        for (int k = 0; k < 2; k++) {
            extent[k] = fmin(extent[k], s->loop[i].box[k]);
            extent[k + 2] = fmax(extent[k + 2], s->loop[i].box[k + 2]);
        }
    }
}

/* Write a loop, where `r` isn't NULL from a random start and in a random winding. */
static inline void put_loop(bytes *b, const wkb_style *style, const sheet *s, const loop *l, rng *r)
{
    size_t n = l->n - 1, start = r != NULL ? rng_below(r, n) : 0;
    bool back = r != NULL && (rng_next(r) & 1);
    put_u32(b, style, (uint32_t)(n + 1));
    for (size_t i = 0; i <= n; i++) {
        spot p = s->v[l->first + (start + (back ? n - i : i)) % n];
        put_f64(b, style, p.x);
        put_f64(b, style, p.y);
        if (style->z)
            put_f64(b, style, 7);
        if (style->m)
            put_f64(b, style, NAN);
    }
}

static inline void put_part(bytes *b, const wkb_style *style, const sheet *s, size_t first,
                            size_t end, rng *r)
{
    put_head(b, style, WKB_TYPE_POLYGON);
    put_u32(b, style, (uint32_t)(end - first));
    for (size_t i = first; i < end; i++)
        put_loop(b, style, s, &s->loop[i], r);
}

static inline size_t part_end(const sheet *s, size_t first)
{
    size_t end = first;
    while (end < s->n_loops && s->loop[end].owner == s->loop[first].owner &&
           s->loop[end].part == s->loop[first].part)
        end++;
    return end;
}

/* Owner `owner` as a Polygon, or as a MultiPolygon where it has more parts than one. With an rng,
 * style, start vertices and windings are random. The caller frees bytes.at. */
static inline bytes sheet_wkb(const sheet *s, uint32_t owner, rng *r)
{
    bytes b = {0};
    wkb_style style = r != NULL ? random_style(r) : (wkb_style){0};
    size_t first = 0, parts = 0;
    while (first < s->n_loops && s->loop[first].owner != owner)
        first++;
    for (size_t i = first; i < s->n_loops && s->loop[i].owner == owner; i = part_end(s, i))
        parts++;
    if (parts != 1) {
        put_head(&b, &style, WKB_TYPE_MULTIPOLYGON);
        put_u32(&b, &style, (uint32_t)parts);
    }
    for (size_t i = first; i < s->n_loops && s->loop[i].owner == owner; i = part_end(s, i))
        put_part(&b, &style, s, i, part_end(s, i), r);
    return b;
}

/* ---------------------------------------------------------------- probes */

typedef enum probe_kind {
    PROBE_VERTEX,        /* a vertex */
    PROBE_EDGE,          /* on an edge where a double lies there, else next to it */
    PROBE_BESIDE_VERTEX, /* one ulp from a vertex */
    PROBE_BESIDE_EDGE,   /* one ulp from such a place on an edge */
    PROBE_ROUNDED,       /* anywhere along an edge, rounded */
    PROBE_ALIGNED,       /* x or y of a vertex: rays meet vertices */
    PROBE_RANDOM,        /* within and around the extent */
    PROBE_OUTSIDE,       /* the extent's corners and sides, far away, without location */
    PROBE_KINDS
} probe_kind;

typedef struct probe {
    spot p;
    spot a; /* the edge that it was made from */
    spot b;
    spot base; /* where on it, as well as doubles can, before a step beside */
    probe_kind kind;
} probe;

static inline double probe_outside(rng *r, double low, double high)
{
    const double choices[] = {low,
                              high,
                              ulps(low, -1),
                              ulps(high, 1),
                              low - (high - low) * 1000,
                              high + (high - low) * 1000,
                              0,
                              -1e300,
                              1.7e308,
                              NAN,
                              INFINITY,
                              -INFINITY,
                              rng_between(r, low, high)};
    return choices[rng_below(r, sizeof choices / sizeof choices[0])];
}

static inline spot along(spot a, spot b, double t)
{
    return (spot){a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
}

static inline spot probe_free(rng *r, const sheet *s, spot vertex, probe_kind kind)
{
    double e[4];
    sheet_extent(s, e);
    double w = (e[2] - e[0]) / 16, h = (e[3] - e[1]) / 16;
    if (kind == PROBE_OUTSIDE)
        return (spot){probe_outside(r, e[0], e[2]), probe_outside(r, e[1], e[3])};
    spot p = {rng_between(r, e[0] - w, e[2] + w), rng_between(r, e[1] - h, e[3] + h)};
    if (kind == PROBE_ALIGNED && (rng_next(r) & 1))
        p.x = vertex.x;
    else if (kind == PROBE_ALIGNED)
        p.y = vertex.y;
    return p;
}

static inline probe make_probe(rng *r, const sheet *s, probe_kind kind)
{
    const loop *l = &s->loop[rng_below(r, s->n_loops)];
    size_t i = l->first + rng_below(r, l->n - 1);
    probe q = {s->v[i], s->v[i], s->v[i + 1], s->v[i], kind};
    if (kind == PROBE_EDGE || kind == PROBE_BESIDE_EDGE)
        q.base = along(q.a, q.b, (double)(1 + rng_below(r, 15)) / 16);
    if (kind == PROBE_EDGE)
        q.p = q.base;
    else if (kind == PROBE_BESIDE_VERTEX)
        q.p = beside(r, q.a);
    else if (kind == PROBE_BESIDE_EDGE)
        q.p = beside(r, q.base);
    else if (kind == PROBE_ROUNDED)
        q.p = along(q.a, q.b, rng_unit(r));
    else if (kind != PROBE_VERTEX)
        q.p = probe_free(r, s, q.a, kind);
    return q;
}

#endif
