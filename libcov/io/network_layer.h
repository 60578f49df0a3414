/* A network: cables and nodes, and the places within a distance of them.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_NETWORK_LAYER_H
#define COV_IO_NETWORK_LAYER_H

#include "io/footprint_layer.h"

/* Read lines and points of one entry (COV_BY_DISTANCE), and its barriers, in the system of the
 * setting: the places within its distance. Polygons are COV_ERR_INPUT, but as barriers; empty
 * layers and null geometries, too. COV_ERR_CRS where that system has neither degrees nor lengths.
 */
cov_status cov_network_layer_read(const cov_setting *setting, const cov_job_service *ask,
                                  cov_footprint_layer *out, cov_error *err);

#endif
