/* A network: cables and nodes, and the places within a distance of them.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_NETWORK_LAYER_H
#define COV_IO_NETWORK_LAYER_H

#include "geometry/paths.h"
#include "io/footprint_layer.h"

/* Read lines and points of one entry (COV_BY_DISTANCE), and its barriers, in the system of the
 * setting: the places within its distance. Polygons are COV_ERR_INPUT, but as barriers; empty
 * layers and null geometries, too. COV_ERR_CRS where that system has neither degrees nor lengths.
 */
cov_status cov_network_layer_read(const cov_setting *setting, const cov_job_service *ask,
                                  cov_footprint_layer *out, cov_error *err);

/* For those who don't read a layer of either: whether its first feature can be read. */
cov_status cov_network_layer_look(const cov_setting *setting, cov_layer *layer, cov_paths_kind kind,
                                  cov_error *err);

/* The same as cov_network_layer_read, before anything is built of it. */
typedef struct cov_network_shapes {
    cov_shape *network; /* in the system of the setting, as the next ones */
    size_t n;
    cov_shape *barriers;
    size_t n_barriers;
    cov_near_options near; /* the distance, and how it is measured in that system */
} cov_network_shapes;

cov_status cov_network_layer_shapes(const cov_setting *setting, const cov_job_service *ask,
                                    cov_network_shapes *out, cov_error *err);
void cov_network_shapes_clear(cov_network_shapes *shapes);

#endif
