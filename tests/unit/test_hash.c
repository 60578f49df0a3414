/* The hash is part of the saved format: its values are fixed for ever. SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/hash.h"
#include "support.h"

static void values_are_fixed(void **state)
{
    (void)state;
    /* from another implementation of MurmurHash64A, over the bytes 1, 2, 3 ... */
    static const struct {
        size_t n;
        uint64_t hash;
        uint64_t hash_from_0;
    } cases[] = {{0, 0x84d69dcef1e6733a, 0},
                 {1, 0x8e3456cbd45e85c6, 0xb09b25bfc7c41d07},
                 {7, 0xfa5b6e8adb8050c0, 0x9b3324552555b9f4},
                 {8, 0x2c3cbca096b46e04, 0x88b2a580354486b7},
                 {9, 0xcba99c883bbf1cb7, 0x7809ad84418c420a},
                 {16, 0x3505699c60c8cc0d, 0x90285e3bad6bcddb},
                 {63, 0x55994ed63a548d4e, 0x1cf76a6490f45a62}};
    unsigned char bytes_of[64];
    for (size_t i = 0; i < sizeof bytes_of; i++)
        bytes_of[i] = (unsigned char)(i + 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(cov_hash_bytes(COV_HASH_INIT, bytes_of, cases[i].n) == cases[i].hash);
        assert_true(cov_hash_bytes(0, bytes_of, cases[i].n) == cases[i].hash_from_0);
    }
    assert_true(cov_hash_bytes(0, "hello", 5) == 0x1e68d17c457bf117); /* published */
    assert_true(cov_hash_word(COV_HASH_INIT, 0) == 0xa7a5eeff5041598f);
    assert_true(cov_hash_word(1, 2) == 0x514016b472a02617);
    assert_true(cov_hash_word(UINT64_MAX, 12345) == 0x1e7701c0c155916f);
}

static void texts_differ_from_none(void **state)
{
    (void)state;
    assert_true(cov_hash_text(5, "ab") == cov_hash_bytes(5, "ab", 2));
    assert_true(cov_hash_text(5, NULL) != cov_hash_text(5, ""));
    assert_true(cov_hash_text(5, "a") != cov_hash_text(6, "a"));
}

/* A step of eight bytes can be undone, so one changed word can't go unnoticed. */
static void a_changed_byte_changes_the_hash(void **state)
{
    (void)state;
    rng r = {1};
    unsigned char bytes_of[41];
    for (size_t i = 0; i < sizeof bytes_of; i++)
        bytes_of[i] = (unsigned char)rng_next(&r);
    for (size_t n = 1; n <= sizeof bytes_of; n++) {
        uint64_t hash = cov_hash_bytes(COV_HASH_INIT, bytes_of, n);
        for (size_t i = 0; i < n; i++) {
            for (unsigned change = 1; change < 256; change++) {
                bytes_of[i] = (unsigned char)(bytes_of[i] ^ change);
                assert_true(cov_hash_bytes(COV_HASH_INIT, bytes_of, n) != hash);
                bytes_of[i] = (unsigned char)(bytes_of[i] ^ change);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_fixed),
        cmocka_unit_test(texts_differ_from_none),
        cmocka_unit_test(a_changed_byte_changes_the_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
