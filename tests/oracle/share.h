/* How much of the oracle's work is done. SPDX-License-Identifier: MIT */
#ifndef COV_TESTS_SHARE_H
#define COV_TESTS_SHARE_H

#include <stdlib.h>

/* COV_ORACLE_PERCENT of n: 100 where it isn't set, less under sanitizers and valgrind, which are
 * slow, more for a night. */
static inline size_t share_of(size_t n)
{
    const char *text = getenv("COV_ORACLE_PERCENT");
    size_t percent = text != NULL ? (size_t)strtoul(text, NULL, 10) : 100;
    size_t share = n / 100 * percent + n % 100 * percent / 100;
    return share > 0 ? share : 1;
}

#endif
