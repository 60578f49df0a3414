/* Areas: administrative units, sorted by id, with the index that finds them.
 * SPDX-License-Identifier: MIT
 *
 * The interface is cov.h's. What the file owes: an index is the rank of the id in byte order; the
 * labels of the cells are indices + 1; the fingerprint is taken before anything of the input's
 * order or winding could show. */
#ifndef COV_ENGINE_AREAS_H
#define COV_ENGINE_AREAS_H

#include "base/status.h"

#endif
