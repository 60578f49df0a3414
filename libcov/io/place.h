/* Place: how a base that is no batch of households asks what reaches a place.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_PLACE_H
#define COV_IO_PLACE_H

#include "base/status.h"

/* Set the bits of the services that reach each point, and of those of which nobody knows. Both
 * arrays are all 0 before. */
typedef cov_status (*cov_place_mark)(void *data, const cov_points *points, uint64_t *served,
                                     uint64_t *unknown, cov_error *err);

#endif
