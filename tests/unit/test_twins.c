/* Twins against a search through all pairs. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "support.h"

#include "base/mem.h"
#include "geometry/twins.h"

enum { N = 400 };

/* The rule said plainly: an edge joins the first earlier one that runs the other way and is still
 * alone. */
static size_t join_slowly(const cov_xy *v, cov_edge *e, size_t n)
{
    size_t kept = 0, left = 0;
    for (size_t i = 0; i < n; i++) {
        size_t j = 0;
        for (; j < kept; j++) {
            const cov_xy *a = v + e[i].first, *b = v + e[j].first;
            if (e[j].right == 0 && a[0].x == b[1].x && a[0].y == b[1].y && a[1].x == b[0].x &&
                a[1].y == b[0].y)
                break;
        }
        if (j < kept)
            e[j].right = e[i].left;
        else
            e[kept++] = e[i];
    }
    for (size_t i = 0; i < kept; i++)
        if (e[i].left != e[i].right)
            e[left++] = e[i];
    return left;
}

/* Edges between the points of a small lattice, so that most have twins and many stand several
 * times. */
static void test_random_edges(void **state)
{
    (void)state;
    rng r = {5};
    cov_twins twins = {0};
    for (int round = 0; round < 200; round++) {
        cov_xy v[2 * N];
        cov_edge fast[N], slow[N];
        size_t n = 1 + rng_below(&r, N);
        uint32_t labels = 1 + (uint32_t)rng_below(&r, 4);
        for (size_t i = 0; i < n; i++) {
            v[2 * i] = (cov_xy){(double)rng_below(&r, 3), (double)rng_below(&r, 3)};
            v[2 * i + 1] = (cov_xy){v[2 * i].x + 1, (double)rng_below(&r, 3)};
            if (rng_below(&r, 2) == 0) {
                cov_xy swap = v[2 * i];
                v[2 * i] = v[2 * i + 1];
                v[2 * i + 1] = swap;
            }
            fast[i] = slow[i] =
                (cov_edge){(uint32_t)(2 * i), 1 + (uint32_t)rng_below(&r, labels), 0};
        }
        size_t left = 0, want = join_slowly(v, slow, n);
        assert_int_equal(cov_twins_join(&twins, v, fast, n, &left), COV_OK);
        assert_int_equal(left, want);
        if (left > 0)
            assert_memory_equal(fast, slow, left * sizeof *fast);
    }
    cov_free(twins.slot);
}

static void test_neighbours(void **state)
{
    (void)state;
    const cov_xy v[] = {{1, 0}, {1, 1}, {1, 1}, {1, 0}};
    cov_edge e[] = {{0, 7, 0}, {2, 9, 0}}, parts[] = {{0, 7, 0}, {2, 7, 0}};
    cov_twins twins = {0};
    size_t left = 0;
    assert_int_equal(cov_twins_join(&twins, v, e, 2, &left), COV_OK);
    assert_int_equal(left, 1);
    assert_int_equal(e[0].first, 0);
    assert_int_equal(e[0].left, 7);
    assert_int_equal(e[0].right, 9);
    assert_int_equal(cov_twins_join(&twins, v, parts, 2, &left), COV_OK);
    assert_int_equal(left, 0); /* the seam between two parts of one footprint */
    cov_free(twins.slot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_edges),
        cmocka_unit_test(test_neighbours),
    };
    return cmocka_run_group_tests_name("twins", tests, NULL, NULL);
}
