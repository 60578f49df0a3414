/* The allocator of a copy of the library: it counts, and fails where a test wants it to. For one
 * file of a program. SPDX-License-Identifier: MIT */
#ifndef COV_TESTS_HEAP_H
#define COV_TESTS_HEAP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "support.h"

void *cov_test_malloc(size_t size);
void *cov_test_realloc(void *block, size_t size);
void cov_test_free(void *block);

static struct {
    size_t asked;   /* allocations since the last reset */
    size_t fail_at; /* the number of the one that fails, from 1; 0 for none */
    bool for_good;  /* and all after it */
    size_t alive;   /* blocks not freed yet */
} heap;

static bool fails(void)
{
    heap.asked++;
    return heap.fail_at != 0 &&
           (heap.asked == heap.fail_at || (heap.for_good && heap.asked > heap.fail_at));
}

void *cov_test_malloc(size_t size)
{
    void *block = fails() ? NULL : malloc(size);
    heap.alive += block != NULL;
    return block;
}

/* Always moves, so that a stale pointer is noticed. */
void *cov_test_realloc(void *block, size_t size)
{
    if (fails())
        return NULL;
    void *grown = malloc(size);
    if (grown == NULL)
        return NULL;
    if (block != NULL) {
        void *copy = realloc(block, size);
        assert_non_null(copy);
        memcpy(grown, copy, size);
        free(copy);
    } else {
        heap.alive++;
    }
    return grown;
}

void cov_test_free(void *block)
{
    heap.alive -= block != NULL;
    free(block);
}

#endif
