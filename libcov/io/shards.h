/* Shards: the shares of the households that parts hold, none of them twice.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_SHARDS_H
#define COV_IO_SHARDS_H

#include "io/part.h"

/* Put parts in the order of what they hold: the names of the households first, which is what people
 * look for. Parts that differ in nothing but their path end up side by side. */
void cov_shards_order(cov_part_file *part, size_t n);

/* The shards of all parts, in order, as the head of a part has them. COV_ERR_MISMATCH names both
 * files where two are the same, or hold households of the same name, places and weights; of another
 * name that is a warning. Freed with cov_free. */
cov_status cov_shards_unite(const cov_part_file *part, size_t n, cov_notes *notes, char **out,
                            cov_error *err);

#endif
