/* JSON: objects and lists that are made whole or not at all.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_JSON_H
#define COV_IO_JSON_H

#include <jansson.h>

#include "base/status.h"

/* Set a member of *object, append to *array. Both take the value; where it is NULL, for want of
 * memory, or can't be put there, what it was for becomes NULL, and stays so: a failure is seen at
 * the end, once. */
void cov_json_set(json_t **object, const char *key, json_t *value);
void cov_json_append(json_t **array, json_t *value);

/* A text, null for NULL. Bytes that are not UTF-8 (names of files) become U+FFFD. */
json_t *cov_json_text(const char *value);

/* As compact text, freed with cov_free. COV_ERR_MEMORY, also for NULL. */
cov_status cov_json_dump(const json_t *json, char **out, cov_error *err);

#endif
