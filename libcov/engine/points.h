/* Points: the check every function that takes a batch begins with.
 * SPDX-License-Identifier: MIT */
#ifndef COV_ENGINE_POINTS_H
#define COV_ENGINE_POINTS_H

#include "base/status.h"

static inline cov_status cov_points_check(const cov_points *points, cov_error *err)
{
    if (points == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there are no points");
    if (points->n > 0 && (points->x == NULL || points->y == NULL))
        return cov_fail(err, COV_ERR_ARGUMENT, "the points have no x or no y");
    return COV_OK;
}

#endif
