/* Surface: the areas themselves as a base, in square kilometres on the ellipsoid.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_SURFACE_H
#define COV_IO_SURFACE_H

#include <ogr_srs_api.h>

#include "io/partition.h"

/* Add the pieces to a tally of the same areas whose services have no footprints, rounded to its
 * scale once each. The services of `all` that have no polygons are unknown everywhere. `plane` is
 * the system of the pieces. */
cov_status cov_surface_count(const cov_partition *partition, OGRSpatialReferenceH plane,
                             uint64_t all, cov_tally *tally, const cov_phases *phases,
                             cov_error *err);

#endif
