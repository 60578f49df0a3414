/* Status codes and messages: how a function fails.
 * SPDX-License-Identifier: MIT */
#ifndef COV_BASE_STATUS_H
#define COV_BASE_STATUS_H

#include <cov/cov.h>

/* Write code and message (printf style, cut at the end of a whole UTF-8 character, strays written
 * out as <U+00A0>) to err, where it is not NULL, and return the code: `return cov_fail(err,
 * COV_ERR_ID, "area %s: ...", id);` */
__attribute__((format(printf, 3, 4))) cov_status cov_fail(cov_error *err, cov_status code,
                                                          const char *format, ...);

/* The message of a name that holds a stray (see base/text.h); `what` is whose name it is: "a base".
 */
cov_status cov_fail_stray(cov_error *err, cov_status code, const char *what, const char *name);

/* The message of every failed allocation. */
cov_status cov_fail_memory(cov_error *err);

#endif
