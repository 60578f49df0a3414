/* Sums rounded once: nothing is lost, nothing is off by a whole unit. SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "support.h"

#include "io/sums.h"

#define ONE ((cov_wide)1 << COV_SUM_BITS)

static void add(cov_sums *s, int32_t area, uint64_t set, uint64_t unknown, cov_wide sum)
{
    size_t index = 0;
    assert_int_equal(cov_sums_find(s, area, set, unknown, &index, NULL), COV_OK);
    s->sum[index].sum += sum;
}

static void test_find(void **state)
{
    (void)state;
    cov_sums s = {0};
    for (int again = 0; again < 2; again++) {
        for (int32_t area = 0; area < 100; area++) {
            for (uint64_t set = 0; set < 8; set++) {
                for (uint64_t unknown = 0; unknown < 3; unknown++)
                    add(&s, area, set << 60, unknown, (cov_wide)area + set + unknown);
            }
        }
    }
    assert_int_equal(s.n, 2400);
    for (size_t i = 0; i < s.n; i++)
        assert_true(s.sum[i].sum ==
                    2 * ((cov_wide)s.sum[i].area + (s.sum[i].set >> 60) + s.sum[i].unknown));
    cov_sums_clear(&s);
    assert_int_equal(s.n, 0);
}

/* Three thirds and a half: 1.666 in units of tenths is 17, the largest remainders go up. */
static void test_largest_remainders(void **state)
{
    (void)state;
    cov_sums s = {0};
    uint64_t weight[5];
    add(&s, 2, 0, 0, ONE / 100 * 37);
    add(&s, 1, 5, 0, ONE / 100 * 36);
    add(&s, 1, 0, 0, ONE / 100 * 32);
    add(&s, 1, 0, 1, ONE / 100 * 31);
    assert_int_equal(cov_sums_round(&s, ONE / 1000 * 1666, 10, weight, NULL), COV_OK);
    /* in order: 3.2, 3.1, 3.6, 3.7, and 3.06 that is lacking: 16.66 in all */
    static const uint64_t expected[] = {3, 3, 4, 4, 3};
    assert_memory_equal(weight, expected, sizeof weight);
    assert_true(s.sum[0].set == 0 && s.sum[0].unknown == 0 && s.sum[1].unknown == 1 &&
                s.sum[2].set == 5 && s.sum[3].area == 2);
    cov_sums_clear(&s);
}

static void test_ties(void **state)
{
    (void)state;
    cov_sums s = {0};
    uint64_t weight[4];
    for (int32_t i = 3; i-- > 0;)
        add(&s, i, 0, 0, ONE / 2);
    assert_int_equal(cov_sums_round(&s, 2 * ONE, 1, weight, NULL), COV_OK);
    static const uint64_t expected[] = {1, 1, 0, 0};
    assert_memory_equal(weight, expected, sizeof weight);
    cov_sums_clear(&s);
}

static void test_random(void **state)
{
    (void)state;
    rng r = {1};
    for (int i = 0; i < 2000; i++) {
        cov_sums s = {0};
        uint64_t weight[41], sum = 0;
        int32_t n = (int32_t)rng_below(&r, 41);
        uint32_t scale = i % 2 ? 1000000 : 10;
        cov_wide total = 0;
        for (int32_t k = 0; k < n; k++) {
            cov_wide value = rng_next(&r) >> rng_below(&r, 64);
            add(&s, k, 0, 0, value);
            total += value;
        }
        total += rng_next(&r) >> (1 + rng_below(&r, 63));
        assert_int_equal(cov_sums_round(&s, total, scale, weight, NULL), COV_OK);
        for (int32_t k = 0; k <= n; k++) {
            cov_wide exact = k < n ? s.sum[k].sum * scale : 0;
            assert_true(k == n || weight[k] - (uint64_t)(exact >> COV_SUM_BITS) <= 1);
            sum += weight[k];
        }
        assert_true(sum == (uint64_t)((total * scale + ONE / 2) >> COV_SUM_BITS));
        cov_sums_clear(&s);
    }
}

/* The greatest of them gives back what the sums have too much. */
static void test_excess(void **state)
{
    (void)state;
    cov_sums s = {0};
    uint64_t weight[3];
    cov_error err = {0};
    add(&s, 0, 0, 0, 3 * ONE);
    add(&s, 1, 0, 0, 1000 * ONE + ONE / 1000000);
    assert_int_equal(cov_sums_round(&s, 1003 * ONE, 1000000000, weight, &err), COV_OK);
    static const uint64_t expected[] = {3000000000, 1000000000000, 0};
    assert_memory_equal(weight, expected, sizeof weight);
    add(&s, 1, 0, 0, ONE / 1000);
    assert_int_equal(cov_sums_round(&s, 1003 * ONE, 1000, weight, &err), COV_ERR_LEDGER);
    assert_non_null(strstr(err.message, "overlap"));
    cov_sums_clear(&s);
}

static void test_limit(void **state)
{
    (void)state;
    cov_error err = {0};
    uint64_t weight[1];
    cov_sums s = {0};
    cov_wide most = (cov_wide)(UINT64_MAX / 1000000) << COV_SUM_BITS;
    assert_int_equal(cov_sums_check(most - 1, 1000000, "x.tif", &err), COV_OK);
    assert_int_equal(cov_sums_check(most, 1000000, "x.tif", &err), COV_ERR_LIMIT);
    assert_non_null(strstr(err.message, "x.tif: the sum of its values passes 18446744073709"));
    assert_int_equal(cov_sums_round(&s, most - 1, 1000000, weight, NULL), COV_OK);
    assert_true(weight[0] == UINT64_MAX / 1000000 * 1000000);
    cov_sums_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),   cmocka_unit_test(test_largest_remainders),
        cmocka_unit_test(test_ties),   cmocka_unit_test(test_random),
        cmocka_unit_test(test_excess), cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
