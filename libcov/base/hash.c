/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

#include <string.h>

static uint64_t read_word(const unsigned char *p, size_t n)
{
    uint64_t word = 0;
    for (size_t i = 0; i < n; i++)
        word |= (uint64_t)p[i] << (8 * i);
    return word;
}

uint64_t cov_hash_bytes(uint64_t seed, const void *bytes, size_t size)
{
    const uint64_t m = UINT64_C(0xC6A4A7935BD1E995);
    const unsigned char *p = bytes;
    uint64_t h = seed ^ ((uint64_t)size * m);
    size_t left = size;

    for (; left >= 8; left -= 8, p += 8) {
        uint64_t k = read_word(p, 8) * m;
        k ^= k >> 47;
        h = (h ^ (k * m)) * m;
    }
    if (left > 0)
        h = (h ^ read_word(p, left)) * m;
    h = (h ^ (h >> 47)) * m;
    return h ^ (h >> 47);
}

uint64_t cov_hash_text(uint64_t seed, const char *text)
{
    return text != NULL ? cov_hash_bytes(seed, text, strlen(text)) : cov_hash_word(seed, 0);
}
