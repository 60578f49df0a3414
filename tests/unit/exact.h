/* The oracle: which polygons hold a place, decided with whole numbers of any size (GMP).
 * SPDX-License-Identifier: MIT
 *
 * A second opinion that shares nothing with the library: where that may look along a row, this
 * looks straight north; where that is fast, this is plain. The place asked about is the one of the
 * border rule of cov.h, (x + e, y + e^2) for an e that is smaller than any number. */
#ifndef COV_TESTS_EXACT_H
#define COV_TESTS_EXACT_H

#include <gmp.h>

#include "support.h"

typedef struct exact {
    mpz_t left, right, other, term;
    uint64_t by_doubles; /* decisions that plain doubles could make */
    uint64_t by_integers;
} exact;

static inline void exact_init(exact *e)
{
    mpz_inits(e->left, e->right, e->other, e->term, NULL);
    e->by_doubles = e->by_integers = 0;
}

static inline void exact_clear(exact *e)
{
    mpz_clears(e->left, e->right, e->other, e->term, NULL);
}

/* Every finite double is a whole number of units of 2^-1074. */
static inline void exact_units(mpz_t out, double value)
{
    int exponent;
    mpz_set_d(out, ldexp(frexp(value, &exponent), 53));
    int shift = exponent - 53 + 1074;
    if (shift >= 0)
        mpz_mul_2exp(out, out, (mp_bitcnt_t)shift);
    else
        mpz_tdiv_q_2exp(out, out, (mp_bitcnt_t)-shift);
}

/* out = (a1 - a0) * (b1 - b0), in units of 2^-2148. */
static inline void exact_product(exact *e, mpz_t out, double a1, double a0, double b1, double b0)
{
    exact_units(out, a1);
    exact_units(e->term, a0);
    mpz_sub(out, out, e->term);
    exact_units(e->other, b1);
    exact_units(e->term, b0);
    mpz_sub(e->other, e->other, e->term);
    mpz_mul(out, out, e->other);
}

/* +1 where p is left of the directed line a -> b, -1 right of it, 0 on it. */
static inline int exact_orient(exact *e, spot a, spot b, spot p)
{
    exact_product(e, e->left, b.x, a.x, p.y, a.y);
    exact_product(e, e->right, b.y, a.y, p.x, a.x);
    int order = mpz_cmp(e->left, e->right);
    e->by_integers++;
    return (order > 0) - (order < 0);
}

/* The same for (x + e, y + e^2): where the line passes through p, the sign of dx e^2 - dy e. */
static inline int exact_side(exact *e, spot a, spot b, spot p)
{
    int side = exact_orient(e, a, b, p);
    if (side == 0 && a.y != b.y)
        side = a.y > b.y ? 1 : -1;
    if (side == 0)
        side = (b.x > a.x) - (b.x < a.x);
    return side;
}

/* exact_side, spared where doubles leave no doubt: four roundings of 2^-53 each are far below the
 * 1e-14 allowed here, products that underflow are far below 1e-300. */
static inline int oracle_side(exact *e, spot a, spot b, spot p)
{
    double left = (b.x - a.x) * (p.y - a.y), right = (b.y - a.y) * (p.x - a.x);
    double doubt = 1e-14 * (fabs(left) + fabs(right)) + 1e-300;
    if (!(fabs(left - right) > doubt))
        return exact_side(e, a, b, p);
    e->by_doubles++;
    return left > right ? 1 : -1;
}

/* The sign of the area of a loop: +1 for counter-clockwise. */
static inline int exact_winding(exact *e, const spot *v, size_t n)
{
    mpz_t sum;
    mpz_init(sum);
    for (size_t i = 0; i + 1 < n; i++) {
        exact_product(e, e->left, v[i].x, 0, v[i + 1].y, 0);
        exact_product(e, e->right, v[i + 1].x, 0, v[i].y, 0);
        mpz_add(sum, sum, e->left);
        mpz_sub(sum, sum, e->right);
    }
    int sign = mpz_sgn(sum);
    mpz_clear(sum);
    return sign;
}

/* Whether the way north from the place crosses the loop an odd number of times. A place outside the
 * loop's box crosses it an even number of times. */
static inline bool loop_holds(exact *e, const sheet *s, const loop *l, spot p)
{
    if (!(p.x >= l->box[0] && p.x <= l->box[2] && p.y >= l->box[1] && p.y <= l->box[3]))
        return false;
    bool odd = false;
    for (size_t i = l->first; i + 1 < l->first + l->n; i++) {
        spot a = s->v[i], b = s->v[i + 1];
        /* x + e is never the x of a vertex: west of it where x < a.x, east where x >= a.x. */
        if ((a.x > p.x) == (b.x > p.x))
            continue;
        bool below = a.x < b.x ? oracle_side(e, a, b, p) < 0 : oracle_side(e, b, a, p) < 0;
        odd ^= below;
    }
    return odd;
}

/* How many owners hold the place, and which is the first of them. */
static inline size_t sheet_locate(exact *e, const sheet *s, spot p, uint32_t *first)
{
    size_t holders = 0;
    *first = UINT32_MAX;
    for (size_t i = 0; i < s->n_loops;) {
        uint32_t owner = s->loop[i].owner;
        bool in = false;
        for (; i < s->n_loops && s->loop[i].owner == owner; i++)
            in ^= loop_holds(e, s, &s->loop[i], p);
        holders += in;
        if (in && owner < *first)
            *first = owner;
    }
    return holders;
}

/* Whether the probe is a vertex, or exactly on its edge, or one ulp beside such a place. */
static inline bool probe_touches(exact *e, const probe *q)
{
    if (q->kind == PROBE_VERTEX || q->kind == PROBE_BESIDE_VERTEX)
        return true;
    if (q->kind != PROBE_EDGE && q->kind != PROBE_BESIDE_EDGE)
        return false;
    uint64_t before = e->by_integers;
    bool on = exact_orient(e, q->a, q->b, q->base) == 0;
    e->by_integers = before; /* no decision about a polygon */
    return on;
}

#endif
