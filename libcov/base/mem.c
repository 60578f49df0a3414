/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* madvise */

#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#ifdef COV_TEST_ALLOCATOR
void *cov_test_malloc(size_t size);
void *cov_test_realloc(void *block, size_t size);
void cov_test_free(void *block);
#define COV_MALLOC cov_test_malloc
#define COV_REALLOC cov_test_realloc
#define COV_FREE cov_test_free
#else
#define COV_MALLOC malloc
#define COV_REALLOC realloc
#define COV_FREE free
#endif

/* The bytes of n elements; 0 where that overflows. Never 0 otherwise: malloc(0) may give NULL. */
static size_t bytes_of(size_t n, size_t size)
{
    if (size != 0 && n > PTRDIFF_MAX / size)
        return 0;
    return n * size != 0 ? n * size : 1;
}

/* Ask for large pages under a large block: an index is read at random, and with small pages half of
 * the time goes into finding where they are. Only a wish: its failure changes nothing. */
static void *on_large_pages(void *block, size_t bytes)
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    const uintptr_t page = 4096, large = (uintptr_t)1 << 21;
    uintptr_t first = ((uintptr_t)block + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)block + bytes) / page * page;
    if (block != NULL && bytes >= 2 * large)
        (void)madvise((void *)first, end - first, MADV_HUGEPAGE);
#else
    (void)bytes;
#endif
    return block;
}

void *cov_alloc(size_t n, size_t size)
{
    size_t bytes = bytes_of(n, size);
    return bytes != 0 ? on_large_pages(COV_MALLOC(bytes), bytes) : NULL;
}

void *cov_alloc_zero(size_t n, size_t size)
{
    void *block = cov_alloc(n, size);
    if (block != NULL)
        memset(block, 0, n * size);
    return block;
}

void *cov_resize(void *block, size_t n, size_t size)
{
    size_t bytes = bytes_of(n, size);
    return bytes != 0 ? on_large_pages(COV_REALLOC(block, bytes), bytes) : NULL;
}

void cov_free(void *block)
{
    COV_FREE(block);
}

char *cov_copy_text(const char *text)
{
    if (text == NULL)
        return NULL;
    size_t bytes = strlen(text) + 1;
    char *copy = cov_alloc(bytes, 1);
    if (copy != NULL)
        memcpy(copy, text, bytes);
    return copy;
}

int cov_reserve(void **block, size_t *capacity, size_t need, size_t size)
{
    if (need <= *capacity)
        return 0;
    size_t wanted = *capacity < SIZE_MAX / 2 ? *capacity * 2 : SIZE_MAX;
    if (wanted < need)
        wanted = need;
    if (wanted < 16)
        wanted = 16;
    void *grown = cov_resize(*block, wanted, size);
    if (grown == NULL)
        return -1;
    *block = grown;
    *capacity = wanted;
    return 0;
}
