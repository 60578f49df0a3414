/* jansson's memory, of which one allocation fails, or all from it on. SPDX-License-Identifier: MIT
 */
#ifndef COV_TESTS_HUNGRY_H
#define COV_TESTS_HUNGRY_H

#include <stdlib.h>

#include <jansson.h>

static struct {
    size_t asked;   /* allocations since it began */
    size_t fail_at; /* the number of the one that fails, from 1 */
    int for_good;   /* and all after it */
    size_t alive;   /* blocks of that time not freed yet */
} hungry;

static inline void *hungry_malloc(size_t size)
{
    hungry.asked++;
    int fails =
        hungry.asked == hungry.fail_at || (hungry.for_good && hungry.asked > hungry.fail_at);
    void *block = fails ? NULL : malloc(size);
    hungry.alive += block != NULL;
    return block;
}

static inline void hungry_free(void *block)
{
    hungry.alive -= block != NULL;
    free(block);
}

static inline void hungry_begin(size_t fail_at, int for_good)
{
    hungry.asked = hungry.alive = 0;
    hungry.fail_at = fail_at;
    hungry.for_good = for_good;
    json_set_alloc_funcs(hungry_malloc, hungry_free);
}

/* The blocks that were not given back. */
static inline size_t hungry_end(void)
{
    json_set_alloc_funcs(malloc, free);
    return hungry.alive;
}

#endif
