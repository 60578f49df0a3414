/* Second opinions on validity: all pairs of edges in exact arithmetic, and GEOS.
 * SPDX-License-Identifier: MIT
 *
 * For sheets of one owner, without repeated vertices. Valid is here what touches nothing, not even
 * at a point. */
#ifndef COV_TESTS_PROOFS_H
#define COV_TESTS_PROOFS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define GEOS_USE_ONLY_R_API
#include <geos_c.h>

#include "exact.h"

#include "geometry/validity.h"

/* ---------------------------------------------------------------- engines */

typedef struct engines {
    GEOSContextHandle_t geos;
    GEOSWKBReader *reader;
    exact exact;
} engines;

static inline void listen(const char *text, void *data)
{
    (void)text;
    (void)data;
}

static inline engines open_engines(void)
{
    engines e = {.geos = GEOS_init_r()};
    GEOSContext_setNoticeMessageHandler_r(e.geos, listen, NULL);
    GEOSContext_setErrorMessageHandler_r(e.geos, listen, NULL);
    e.reader = GEOSWKBReader_create_r(e.geos);
    exact_init(&e.exact);
    return e;
}

static inline void close_engines(engines *e)
{
    GEOSWKBReader_destroy_r(e->geos, e->reader);
    GEOS_finish_r(e->geos);
    exact_clear(&e->exact);
}

static inline bool is_valid_for_geos(const engines *e, const bytes *b)
{
    GEOSGeometry *g = GEOSWKBReader_read_r(e->geos, e->reader, b->at, b->n);
    bool valid = g != NULL && GEOSisValid_r(e->geos, g) == 1;
    GEOSGeom_destroy_r(e->geos, g);
    return valid;
}

/* ---------------------------------------------------------------- the oracle */

static inline int sign(exact *e, spot a, spot b, spot p)
{
    double left = (b.x - a.x) * (p.y - a.y), right = (b.y - a.y) * (p.x - a.x);
    double doubt = 1e-14 * (fabs(left) + fabs(right)) + 1e-300;
    if (!(fabs(left - right) > doubt))
        return exact_orient(e, a, b, p);
    return left > right ? 1 : -1;
}

static inline bool same(spot a, spot b)
{
    return a.x == b.x && a.y == b.y;
}

static inline bool boxes_meet(spot a, spot b, spot c, spot d)
{
    return fmin(a.x, b.x) <= fmax(c.x, d.x) && fmin(c.x, d.x) <= fmax(a.x, b.x) &&
           fmin(a.y, b.y) <= fmax(c.y, d.y) && fmin(c.y, d.y) <= fmax(a.y, b.y);
}

static inline bool is_on(exact *e, spot a, spot b, spot p)
{
    return boxes_meet(a, b, p, p) && sign(e, a, b, p) == 0;
}

static inline bool have_common_point(exact *e, spot a, spot b, spot c, spot d)
{
    if (!boxes_meet(a, b, c, d))
        return false;
    if (is_on(e, a, b, c) || is_on(e, a, b, d) || is_on(e, c, d, a) || is_on(e, c, d, b))
        return true;
    return sign(e, a, b, c) * sign(e, a, b, d) < 0 && sign(e, c, d, a) * sign(e, c, d, b) < 0;
}

/* Edges of one loop that follow each other, the second from where the first ends. */
static inline bool fold(exact *e, spot a, spot b, spot c)
{
    return is_on(e, a, b, c) || is_on(e, b, c, a);
}

static inline bool edges_touch(exact *e, const sheet *s, const loop *l, size_t i, const loop *m,
                               size_t k)
{
    const spot *v = s->v;
    if (l == m && k == i + 1)
        return fold(e, v[i], v[k], v[k + 1]);
    if (l == m && i == l->first && k == l->first + l->n - 2)
        return fold(e, v[k], v[i], v[i + 1]);
    return have_common_point(e, v[i], v[i + 1], v[k], v[k + 1]);
}

static inline bool anything_touches(exact *e, const sheet *s)
{
    for (const loop *l = s->loop; l < s->loop + s->n_loops; l++) {
        for (size_t i = l->first; i + 1 < l->first + l->n; i++) {
            for (const loop *m = l; m < s->loop + s->n_loops; m++) {
                for (size_t k = m == l ? i + 1 : m->first; k + 1 < m->first + m->n; k++) {
                    if (edges_touch(e, s, l, i, m, k))
                        return true;
                }
            }
        }
    }
    return false;
}

static inline bool holds(exact *e, const sheet *s, size_t outer, size_t inner)
{
    return outer != inner && loop_holds(e, s, &s->loop[outer], s->v[s->loop[inner].first]);
}

/* The loop right around another one: of those that hold it the one that most others hold. */
static inline size_t loop_around(exact *e, const sheet *s, size_t inner)
{
    size_t around = SIZE_MAX, most = 0;
    for (size_t i = 0; i < s->n_loops; i++) {
        size_t depth = 1;
        if (!holds(e, s, i, inner))
            continue;
        for (size_t k = 0; k < s->n_loops; k++)
            depth += holds(e, s, k, i);
        if (depth > most) {
            most = depth;
            around = i;
        }
    }
    return around;
}

static inline bool is_shell(const sheet *s, size_t i)
{
    return i == 0 || s->loop[i - 1].part != s->loop[i].part;
}

static inline bool is_in_place(exact *e, const sheet *s, size_t i)
{
    size_t around = loop_around(e, s, i);
    if (is_shell(s, i))
        return around == SIZE_MAX || !is_shell(s, around);
    return around != SIZE_MAX && is_shell(s, around) && s->loop[around].part == s->loop[i].part;
}

static inline bool is_valid(exact *e, const sheet *s)
{
    bool valid = !anything_touches(e, s);
    for (size_t i = 0; i < s->n_loops && valid; i++)
        valid = s->loop[i].n >= 4 && is_in_place(e, s, i);
    return valid;
}

/* ---------------------------------------------------------------- comparison */

typedef struct counts {
    size_t proved, valid, sheets;
} counts;

/* What is proved is valid for all; in any byte order, dimension and winding it is proved as well.
 */
static inline bool compare(engines *e, const sheet *s, rng *r, counts *n)
{
    bytes plain = sheet_wkb(s, 0, NULL), turned = sheet_wkb(s, 0, r);
    bool proved = cov_validity_proved(plain.at, plain.n);
    bool valid = is_valid(&e->exact, s);
    if (proved && !valid)
        fail_msg("sheet %zu is proved, but invalid", n->sheets);
    if (proved && !is_valid_for_geos(e, &plain))
        fail_msg("sheet %zu is proved, but invalid for GEOS", n->sheets);
    if (cov_validity_proved(turned.at, turned.n) != proved)
        fail_msg("sheet %zu: another verdict in another form", n->sheets);
    free(plain.at);
    free(turned.at);
    n->sheets++;
    n->proved += proved;
    n->valid += valid;
    return proved == valid;
}

static inline void expect_equal(engines *e, const sheet *s, rng *r, counts *n)
{
    if (!compare(e, s, r, n))
        fail_msg("sheet %zu is valid, touches nothing, and isn't proved", n->sheets - 1);
}

#endif
