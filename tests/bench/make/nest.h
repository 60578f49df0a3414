/* Rings, one within another, as a multipolygon.
 * SPDX-License-Identifier: MIT */
#ifndef BENCH_NEST_H
#define BENCH_NEST_H

#include <ogr_api.h>

/* Of closed lines of a layer that don't touch: what is within an odd number of them. */
OGRGeometryH nest_lines(OGRLayerH lines);

#endif
