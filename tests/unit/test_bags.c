/* Bags of labels and the sets they are kept as. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "support.h"

#include "geometry/bags.h"
#include "geometry/cells_layout.h"

enum { LABELS = 40 };

static cov_bags roomy(void)
{
    cov_bags bags = {.set_limit = 1 << 20};
    return bags;
}

static void expect_counts(const cov_bags *bags, const int32_t want[LABELS])
{
    size_t n = 0;
    for (uint32_t label = 1; label < LABELS; label++) {
        int32_t got = 0;
        for (size_t i = 0; i < bags->n; i++)
            got += bags->holder[i].label == label ? bags->holder[i].count : 0;
        assert_int_equal(got, want[label]);
        n += want[label] != 0;
    }
    assert_int_equal(bags->n, n);
}

static void test_single_labels_are_words(void **state)
{
    (void)state;
    cov_bags bags = roomy();
    assert_int_equal(cov_bags_word(&bags), word_of(KIND_LABEL, 0));
    cov_bags_add(&bags, 0, 5); /* no label */
    assert_int_equal(cov_bags_word(&bags), word_of(KIND_LABEL, 0));
    cov_bags_add(&bags, 12, 1);
    assert_int_equal(cov_bags_word(&bags), word_of(KIND_LABEL, 12));
    cov_bags_add(&bags, 12, 1);
    assert_int_equal(word_kind(cov_bags_word(&bags)), KIND_SET);
    cov_bags_add(&bags, 12, -2);
    assert_int_equal(cov_bags_word(&bags), word_of(KIND_LABEL, 0));
    cov_bags_clear(&bags);
}

/* Thousands of bags: each comes back from its word, and the same bag in another order has the same
 * word. */
static void test_sets_come_back(void **state)
{
    (void)state;
    rng r = {9};
    cov_bags bags = roomy();
    for (int round = 0; round < 5000; round++) {
        int32_t want[LABELS] = {0};
        uint32_t held[6];
        size_t n = 2 + rng_below(&r, 5);
        cov_bags_load(&bags, word_of(KIND_LABEL, 0));
        for (size_t i = 0; i < n; i++) {
            held[i] = 1 + (uint32_t)rng_below(&r, LABELS - 1);
            want[held[i]]++;
            cov_bags_add(&bags, held[i], 1);
        }
        uint32_t word = cov_bags_word(&bags);
        cov_bags_load(&bags, word_of(KIND_LABEL, 1));
        cov_bags_load(&bags, word);
        expect_counts(&bags, want);
        cov_bags_load(&bags, word_of(KIND_LABEL, 0));
        for (size_t i = n; i > 0; i--)
            cov_bags_add(&bags, held[i - 1], 1);
        assert_int_equal(cov_bags_word(&bags), word);
    }
    assert_int_equal(bags.status, COV_OK);
    cov_bags_clear(&bags);
}

static void test_a_set_says_its_sums(void **state)
{
    (void)state;
    const uint32_t last = COV_LABEL_MAX;
    cov_bags bags = roomy();
    for (uint32_t i = 0; i < 9; i++)
        cov_bags_add(&bags, last - i, 2);
    cov_bags_add(&bags, 3, -1);
    assert_int_equal(cov_bags_word(&bags), word_of(KIND_SET, 0));
    int64_t sums, want = -((INT64_C(1) << 32) + 3);
    memcpy(&sums, bags.set.word + SET_SUMS, sizeof sums);
    for (uint32_t i = 0; i < 9; i++)
        want += 2 * ((INT64_C(1) << 32) + last - i);
    assert_true(sums == want);
    assert_int_equal(bags.set.word[SET_OWNER], last - 8); /* 3 is not held */
    assert_int_equal(bags.set.word[SET_DISTINCT], 9);
    cov_bags_clear(&bags);
}

static void test_the_limit_is_an_error(void **state)
{
    (void)state;
    cov_bags bags = {.set_limit = 100};
    for (uint32_t i = 1; i < 60 && bags.status == COV_OK; i++) {
        cov_bags_add(&bags, i, 1);
        (void)cov_bags_word(&bags);
    }
    assert_int_equal(bags.status, COV_ERR_LIMIT);
    cov_bags_clear(&bags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_labels_are_words),
        cmocka_unit_test(test_sets_come_back),
        cmocka_unit_test(test_a_set_says_its_sums),
        cmocka_unit_test(test_the_limit_is_an_error),
    };
    return cmocka_run_group_tests_name("bags", tests, NULL, NULL);
}
