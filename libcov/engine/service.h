/* Services: their names, and what names are made of.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: a checked array holds at most COV_SERVICES_MAX names that are valid UTF-8,
 * distinct, of the form technology[/operator][:status], and no technology stands both alone and
 * with an operator in one status. So a technology alone never hides an operator's service. */
#ifndef COV_ENGINE_SERVICE_H
#define COV_ENGINE_SERVICE_H

#include <stdbool.h>

#include "base/status.h"
#include "base/text.h"

/* COV_ERR_ARGUMENT, COV_ERR_ID or COV_ERR_LIMIT as in cov_tally_create. */
cov_status cov_services_check(const cov_service *services, size_t n, cov_error *err);

/* A copy of n services with their names, in one block for cov_free; footprints stay borrowed. */
cov_status cov_services_copy(const cov_service *services, size_t n, cov_service **out,
                             cov_error *err);

/* A piece of text that doesn't end in a NUL. */
typedef struct cov_piece {
    const char *at;
    size_t size;
} cov_piece;

bool cov_piece_equal(cov_piece a, cov_piece b);

/* What a household's service has come to. The numbers are the places of bits in the parser. */
typedef enum cov_stage {
    COV_STAGE_NONE = 0, /* no status is told */
    COV_STAGE_PASSED = 1,
    COV_STAGE_CONNECTED = 2,
    COV_STAGE_PLANNED = 3
} cov_stage;

#define COV_STAGES 4

/* "passed"; "none" for a service without a status. */
const char *cov_stage_name(cov_stage stage);

/* The stage of this name; false where there is none. */
bool cov_stage_find(cov_piece name, cov_stage *out);

/* A checked name in its parts; `op`, the operator, is empty where there is none. */
typedef struct cov_service_parts {
    cov_piece technology;
    cov_piece op;
    cov_stage stage;
} cov_service_parts;

cov_service_parts cov_service_split(const char *name);

/* The number of the first service of the same technology as service k. */
size_t cov_services_technology(const cov_service *services, size_t k);

/* Part a set of services by operator, in the order of the services; the services without one are an
 * operator for each technology. Writes the sets, returns how many there are. */
size_t cov_services_part(const cov_service *services, size_t n, uint64_t set,
                         uint64_t part[COV_SERVICES_MAX]);

/* The bytes of the UTF-8 character at text where a name may hold it, the slash not being one; 0 at
 * any other (a stray, see base/text.h, among them), and at the end. */
size_t cov_name_character_size(const char *text);

#endif
