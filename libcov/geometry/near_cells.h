/* The cells of the near index: decided level by level, by several threads.
 * SPDX-License-Identifier: MIT */
#ifndef COV_GEOMETRY_NEAR_CELLS_H
#define COV_GEOMETRY_NEAR_CELLS_H

#include "geometry/near_layout.h"

/* Fill in the cells of an index that is complete but for them. They don't depend on the threads. On
 * failure what was made is the caller's to free with the rest. */
cov_status cov_near_fill_cells(cov_near *near, unsigned threads, cov_error *err);

#endif
