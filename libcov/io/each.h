/* Each: a layer walked from its first feature to its last.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_EACH_H
#define COV_IO_EACH_H

#include "io/phases.h"
#include "io/source.h"

/* What is done with a feature, which stays the walk's. */
typedef cov_status (*cov_each)(void *data, OGRFeatureH feature, cov_error *err);

/* Call `each` for every feature that passes the filter, and ask between them whether to go on. */
cov_status cov_layer_each(cov_layer *layer, const cov_phases *phases, cov_each each, void *data,
                          cov_error *err);

/* Call it, unless it is NULL, for the first feature that passes the filter alone. COV_ERR_INPUT
 * where there is none: `what` is missing. */
cov_status cov_layer_first(cov_layer *layer, cov_each each, void *data, const char *what,
                           cov_error *err);

#endif
