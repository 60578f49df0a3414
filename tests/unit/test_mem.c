/* Sizes that overflow, arrays that grow. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/mem.h"
#include "support.h"

static void products_that_overflow_fail(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {{SIZE_MAX, 2},         {2, SIZE_MAX},
                                      {SIZE_MAX / 2 + 2, 2}, {SIZE_MAX / 8 + 2, 8},
                                      {SIZE_MAX, SIZE_MAX},  {(size_t)PTRDIFF_MAX + 1, 1}};
    char *block = cov_alloc(3, 1);
    memcpy(block, "ab", 3);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_null(cov_alloc(sizes[i][0], sizes[i][1]));
        assert_null(cov_alloc_zero(sizes[i][0], sizes[i][1]));
        assert_null(cov_resize(block, sizes[i][0], sizes[i][1]));
    }
    assert_string_equal(block, "ab");
    cov_free(block);
}

static void nothing_can_be_freed(void **state)
{
    (void)state;
    void *none = cov_alloc(0, 8), *empty = cov_alloc_zero(8, 0), *gone = cov_alloc(8, 8);
    assert_non_null(none);
    assert_non_null(empty);
    assert_non_null(gone = cov_resize(gone, 0, 8));
    cov_free(none);
    cov_free(empty);
    cov_free(gone);
    cov_free(NULL);
}

static void zeroed_is_zero(void **state)
{
    (void)state;
    unsigned char *block = cov_alloc_zero(100, 7);
    assert_non_null(block);
    for (size_t i = 0; i < 700; i++)
        assert_int_equal(block[i], 0);
    cov_free(block);
}

static void texts_are_copied(void **state)
{
    (void)state;
    assert_null(cov_copy_text(NULL));
    char text[] = "Bạc Liêu", *copy = cov_copy_text(text);
    text[0] = 'x';
    assert_string_equal(copy, "Bạc Liêu");
    cov_free(copy);
}

static void arrays_double(void **state)
{
    (void)state;
    void *block = NULL;
    size_t capacity = 0, grown = 0;
    for (size_t n = 1; n <= 10000; n++) {
        size_t before = capacity;
        assert_int_equal(cov_reserve(&block, &capacity, n, sizeof(size_t)), 0);
        assert_true(capacity >= n && capacity >= before);
        grown += capacity != before;
        ((size_t *)block)[n - 1] = n;
    }
    assert_true(grown < 12);
    for (size_t n = 1; n <= 10000; n++)
        assert_int_equal(((size_t *)block)[n - 1], n);
    void *same = block;
    size_t before = capacity;
    assert_int_equal(cov_reserve(&block, &capacity, SIZE_MAX / 4, sizeof(size_t)), -1);
    assert_int_equal(cov_reserve(&block, &capacity, SIZE_MAX, 1), -1);
    assert_ptr_equal(block, same);
    assert_int_equal(capacity, before);
    cov_free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_that_overflow_fail),
        cmocka_unit_test(nothing_can_be_freed),
        cmocka_unit_test(zeroed_is_zero),
        cmocka_unit_test(texts_are_copied),
        cmocka_unit_test(arrays_double),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
