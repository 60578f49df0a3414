/* The only door to the allocator.
 * SPDX-License-Identifier: MIT
 *
 * Sizes are checked: a product that overflows fails like any other allocation. Tests link a copy of
 * the library whose COV_MALLOC, COV_REALLOC and COV_FREE are their own. */
#ifndef COV_BASE_MEM_H
#define COV_BASE_MEM_H

#include <stddef.h>

/* n * size bytes, not initialised; NULL on failure. n or size 0 gives a pointer that can be freed.
 */
void *cov_alloc(size_t n, size_t size);

/* The same, zeroed. */
void *cov_alloc_zero(size_t n, size_t size);

/* Resize to n * size bytes; NULL on failure, the old block then stays as it was. */
void *cov_resize(void *block, size_t n, size_t size);

void cov_free(void *block);

/* A copy of a string; NULL on failure, or where text is NULL. */
char *cov_copy_text(const char *text);

/* Make room for `need` elements of `size` bytes in the array *block of capacity *capacity, at least
 * doubling. Returns 0, or -1 on failure with everything as it was. */
int cov_reserve(void **block, size_t *capacity, size_t need, size_t size);

#endif
