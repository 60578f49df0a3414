/* Operation: the one PROJ operation that takes a layer's coordinates to another system.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_OPERATION_H
#define COV_IO_OPERATION_H

#include "io/crs.h"

/* The first operation in PROJ's order for the extent that can be carried out here and has a known
 * accuracy, in metres. COV_ERR_CRS where there is none. */
cov_status cov_operation_create(OGRSpatialReferenceH from, OGRSpatialReferenceH to,
                                const double extent[4], const char *what, cov_operation **out,
                                char **name, double *accuracy, cov_error *err);
/* The same operation for another thread. */
cov_status cov_operation_copy(const cov_operation *operation, cov_operation **out, cov_error *err);
void cov_operation_free(cov_operation *operation);

/* Transform n points in place, each on its own: the result of a point depends on nothing else. A
 * point that can't be transformed becomes not finite. */
void cov_operation_apply(const cov_operation *operation, double *x, double *y, size_t stride,
                         size_t n);

#endif
