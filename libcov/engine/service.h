/* Services: their names, and what names are made of.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: a checked array holds at most COV_SERVICES_MAX names that are valid UTF-8,
 * distinct, of the form technology or technology/operator, and no technology stands both alone and
 * with an operator. So a technology alone never hides an operator's service. */
#ifndef COV_ENGINE_SERVICE_H
#define COV_ENGINE_SERVICE_H

#include "base/status.h"
#include "base/text.h"

/* COV_ERR_ARGUMENT, COV_ERR_ID or COV_ERR_LIMIT as in cov_tally_create. */
cov_status cov_services_check(const cov_service *services, size_t n, cov_error *err);

/* A copy of n services with their names, in one block for cov_free; footprints stay borrowed. */
cov_status cov_services_copy(const cov_service *services, size_t n, cov_service **out,
                             cov_error *err);

/* The bytes of the technology in a name: up to the slash, or all of it. */
size_t cov_service_technology(const char *name);

/* The bytes of the UTF-8 character at text where a name may hold it, the slash not being one; 0 at
 * any other, and at the end. */
size_t cov_name_character_size(const char *text);

#endif
