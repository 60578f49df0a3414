/* Plausible: what can't be right is told, or refused, before a report of nulls is believed.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_PLAUSIBLE_H
#define COV_IO_PLAUSIBLE_H

#include "io/area_layer.h"
#include "io/footprint_layer.h"
#include "io/households.h"

/* Points that were counted: their file, their system and their extent in the plane of the areas. */
typedef struct cov_whereabouts {
    const char *label;
    const char *crs;
    double extent[4];
} cov_whereabouts;

/* Points against the areas: none with a location is COV_ERR_INPUT; none in an area while the
 * extents are apart COV_ERR_CRS with both extents, and while they meet a warning. */
cov_status cov_plausible_points(const cov_whereabouts *points, const cov_area_layer *areas,
                                const cov_ledger *ledger, cov_notes *notes, cov_error *err);

/* The households against the areas, after counting. No household at all, or none with a location:
 * COV_ERR_INPUT. Most of them beyond the earth's degrees, or none in an area while the extents are
 * apart: COV_ERR_CRS with both extents. Less than that is a note: some beyond, none assigned,
 * overlapping areas, rounding. Of a part of the households all this is a warning but for most of
 * them beyond the earth: no part of anything lies there. */
cov_status cov_plausible_households(const cov_households *households, size_t measure,
                                    const cov_area_layer *areas, const cov_tally *tally,
                                    int is_part, cov_notes *notes, cov_error *err);

/* A warning where the footprint of a service and the areas have no place in common. */
cov_status cov_plausible_footprint(const cov_footprint_layer *layer, const char *service,
                                   const cov_area_layer *areas, cov_notes *notes, cov_error *err);

#endif
