/* The edges of rings against a look at every one of them. SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* M_PI */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "support.h"

#include "base/mem.h"
#include "geometry/edges.h"

/* n rings of up to `most` vertices around random places, labelled 0 to n - 1. */
static cov_rings random_rings(rng *r, size_t n, size_t most)
{
    cov_rings rings = COV_RINGS_INIT;
    rings.vertex = cov_alloc(n * (most + 1), sizeof *rings.vertex);
    rings.ring = cov_alloc(n, sizeof *rings.ring);
    for (size_t i = 0; i < n; i++) {
        size_t k = 3 + rng_below(r, most - 2), first = rings.n_vertices;
        double x = rng_between(r, 0, 100), y = rng_between(r, 0, 100);
        double radius = rng_between(r, 0, i % 10 == 0 ? 60 : 4);
        for (size_t v = 0; v < k; v++) {
            double angle = 2 * M_PI * (double)v / (double)k;
            rings.vertex[rings.n_vertices++] =
                (cov_xy){x + radius * cos(angle), y + radius * sin(angle)};
        }
        rings.vertex[rings.n_vertices++] = rings.vertex[first];
        rings.ring[rings.n_rings++] = (cov_ring){first, k + 1, (uint32_t)i};
    }
    return rings;
}

static int edge_meets(cov_xy a, cov_xy b, const double box[4])
{
    return fmin(a.x, b.x) <= box[2] && fmax(a.x, b.x) >= box[0] && fmin(a.y, b.y) <= box[3] &&
           fmax(a.y, b.y) >= box[1];
}

/* How often each edge was found, by the place of its first vertex. */
typedef struct finding {
    const cov_xy *vertex;
    const uint32_t *label; /* of each vertex */
    int *times;
    size_t n_stretches;
    size_t stop_after;
} finding;

static cov_status find(void *data, const cov_stretch *stretch, cov_error *err)
{
    finding *f = data;
    size_t first = (size_t)(stretch->vertex - f->vertex);
    for (size_t i = 0; i < stretch->n; i++) {
        f->times[first + i]++;
        assert_int_equal(stretch->label, f->label[first + i]);
    }
    return ++f->n_stretches == f->stop_after ? cov_fail(err, COV_ERR_LIMIT, "enough") : COV_OK;
}

static void check_box(const cov_edges *edges, const finding *all, size_t n, const uint8_t *is_edge,
                      const double box[4])
{
    finding f = *all;
    memset(f.times, 0, n * sizeof *f.times);
    assert_int_equal(cov_edges_find(edges, box, find, &f, NULL), COV_OK);
    for (size_t i = 0; i + 1 < n; i++) {
        assert_in_range(f.times[i], 0, is_edge[i] ? 1 : 0);
        if (is_edge[i] && edge_meets(f.vertex[i], f.vertex[i + 1], box))
            assert_int_equal(f.times[i], 1);
    }
}

static void test_all_that_meet_are_found(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 17, 400};
    rng r = {1};
    for (size_t k = 0; k < 4; k++) {
        cov_rings rings = random_rings(&r, sizes[k], 70);
        size_t n = rings.n_vertices;
        uint32_t *label = blank(n, sizeof *label);
        uint8_t *is_edge = blank(n, 1);
        for (size_t i = 0; i < rings.n_rings; i++) {
            for (size_t v = 0; v < rings.ring[i].n; v++) {
                label[rings.ring[i].first + v] = rings.ring[i].label;
                is_edge[rings.ring[i].first + v] = v + 1 < rings.ring[i].n;
            }
        }
        finding f = {rings.vertex, label, blank(n, sizeof(int)), 0, 0};
        cov_edges *edges = NULL;
        assert_int_equal(cov_edges_create(&rings, &edges, NULL), COV_OK);
        assert_int_equal(rings.n_vertices, 0);
        for (int i = 0; i < 300; i++) {
            double x = rng_between(&r, -10, 110), y = rng_between(&r, -10, 110);
            double w = i % 3 == 0 ? 0 : rng_between(&r, 0, 30);
            const double box[4] = {x, y, x + w, y + w};
            check_box(edges, &f, n, is_edge, box);
        }
        for (size_t i = 0; i + 1 < n; i++) { /* a box that only touches */
            cov_xy v = f.vertex[i];
            check_box(edges, &f, n, is_edge, (double[4]){v.x, v.y, v.x, v.y});
        }
        cov_edges_free(edges);
        free(f.times);
        free(label);
        free(is_edge);
    }
}

static void test_the_end_of_a_search(void **state)
{
    (void)state;
    rng r = {2};
    cov_rings rings = random_rings(&r, 50, 70);
    uint32_t *label = blank(rings.n_vertices, sizeof *label);
    for (size_t i = 0; i < rings.n_rings; i++) {
        for (size_t v = 0; v < rings.ring[i].n; v++)
            label[rings.ring[i].first + v] = rings.ring[i].label;
    }
    finding f = {rings.vertex, label, blank(rings.n_vertices, sizeof(int)), 0, 5};
    const double all[4] = {-1000, -1000, 1000, 1000}, nothing[4] = {500, 500, 600, 600};
    cov_edges *edges = NULL;
    cov_error err = {0};
    assert_int_equal(cov_edges_create(&rings, &edges, &err), COV_OK);
    assert_int_equal(cov_edges_find(edges, all, find, &f, &err), COV_ERR_LIMIT);
    assert_int_equal(f.n_stretches, 5);
    assert_int_equal(cov_edges_find(edges, nothing, find, &f, &err), COV_OK);
    assert_int_equal(f.n_stretches, 5);
    cov_edges_free(edges);
    free(f.times);
    free(label);
}

static void test_no_edges(void **state)
{
    (void)state;
    cov_rings rings = COV_RINGS_INIT;
    cov_edges *edges = NULL;
    finding f = {NULL, NULL, NULL, 0, 0};
    const double all[4] = {-1000, -1000, 1000, 1000};
    assert_int_equal(cov_edges_create(&rings, &edges, NULL), COV_OK);
    assert_int_equal(cov_edges_find(edges, all, find, &f, NULL), COV_OK);
    assert_int_equal(f.n_stretches, 0);
    cov_edges_free(edges);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_that_meet_are_found),
        cmocka_unit_test(test_the_end_of_a_search),
        cmocka_unit_test(test_no_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
