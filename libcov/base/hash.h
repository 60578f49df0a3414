/* One 64-bit hash for fingerprints, checksums and hash tables.
 * SPDX-License-Identifier: MIT
 *
 * MurmurHash64A (Austin Appleby, public domain), eight bytes a step, fed in pieces; not
 * cryptographic: it notices accidents, not enemies. The value is part of the saved format and must
 * never change; it is the same on little- and big-endian machines. */
#ifndef COV_BASE_HASH_H
#define COV_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define COV_HASH_INIT UINT64_C(0x9E3779B97F4A7C15)

/* The hash of `seed` followed by these bytes (the length is hashed too). */
uint64_t cov_hash_bytes(uint64_t seed, const void *bytes, size_t size);

/* The same for a text, NULL being different from "". */
uint64_t cov_hash_text(uint64_t seed, const char *text);

/* A cheap mix of one word, for tables. */
static inline uint64_t cov_hash_word(uint64_t seed, uint64_t word)
{
    uint64_t h = (seed ^ word) * UINT64_C(0xFF51AFD7ED558CCD);
    h ^= h >> 32;
    h *= UINT64_C(0xC4CEB9FE1A85EC53);
    return h ^ (h >> 29);
}

#endif
