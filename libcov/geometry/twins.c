/* SPDX-License-Identifier: MIT */
#include "geometry/twins.h"

#include <stdbool.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

/* An empty table, at most half full with n edges; its mask, or 0 on failure. */
static size_t reset_slots(cov_twins *t, size_t n)
{
    size_t want = 16;
    while (want < 2 * n)
        want *= 2;
    if (cov_reserve((void **)&t->slot, &t->n_slots, want, sizeof *t->slot) != 0)
        return 0;
    memset(t->slot, 0, want * sizeof *t->slot);
    return want - 1;
}

static uint64_t bits_of_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Equal for an edge and its reverse. */
static uint64_t hash_edge(const cov_xy *v)
{
    uint64_t x = bits_of_double(v[0].x) + bits_of_double(v[1].x);
    uint64_t y = bits_of_double(v[0].y) + bits_of_double(v[1].y);
    return cov_hash_word(x, y * UINT64_C(0x9E3779B97F4A7C15));
}

static bool are_twins(const cov_xy *v, const cov_xy *w)
{
    return v[0].x == w[1].x && v[0].y == w[1].y && v[1].x == w[0].x && v[1].y == w[0].y;
}

/* Look for the twin of the n-th edge among the earlier ones; join them, or enter the edge. */
static bool join(cov_twins *t, const cov_xy *vertex, cov_edge *edges, size_t n, size_t mask)
{
    const cov_xy *v = vertex + edges[n].first;
    for (size_t slot = hash_edge(v) & mask;; slot = (slot + 1) & mask) {
        if (t->slot[slot] == 0) {
            t->slot[slot] = (uint32_t)n + 1;
            return false;
        }
        cov_edge *other = &edges[t->slot[slot] - 1];
        if (other->right == 0 && are_twins(v, vertex + other->first)) {
            other->right = edges[n].left;
            return true;
        }
    }
}

cov_status cov_twins_join(cov_twins *twins, const cov_xy *vertex, cov_edge *edges, size_t n,
                          size_t *left)
{
    size_t mask = reset_slots(twins, n), kept = 0;
    if (mask == 0)
        return COV_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        edges[kept] = edges[i];
        kept += !join(twins, vertex, edges, kept, mask);
    }
    *left = 0;
    for (size_t i = 0; i < kept; i++) {
        if (edges[i].left != edges[i].right)
            edges[(*left)++] = edges[i];
    }
    return COV_OK;
}
