/* A growing array of 32-bit words.
 * SPDX-License-Identifier: MIT */
#ifndef COV_GEOMETRY_WORDS_H
#define COV_GEOMETRY_WORDS_H

#include <stdint.h>

#include "base/mem.h"

typedef struct words {
    uint32_t *word;
    size_t n, capacity;
} words;

/* Make the array n words longer: the first of them, or NULL on failure. The array may move. */
static inline uint32_t *words_add(words *w, size_t n)
{
    if (cov_reserve((void **)&w->word, &w->capacity, w->n + n, sizeof *w->word) != 0)
        return NULL;
    uint32_t *at = w->word + w->n;
    w->n += n;
    return at;
}

#endif
