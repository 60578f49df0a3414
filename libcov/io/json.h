/* JSON: objects and lists that are made whole or not at all, written and read.
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

/* The same for people: on several lines. */
cov_status cov_json_print(const json_t *json, char **out, cov_error *err);

/* Read `size` bytes, which are one value: COV_ERR_FORMAT for anything but JSON (RFC 8259), for a
 * key that is there twice, a NUL, a number that no double or 64-bit integer holds. jansson's own
 * reader drops bytes, or reads past its end, where it has no memory for a text; this one says so.
 */
cov_status cov_json_load(const char *text, size_t size, json_t **out, cov_error *err);

/* The text that is the member of an object; NULL where that is none. */
const char *cov_json_member(const json_t *object, const char *key);

/* The members of an object that has these n keys and no others: 1, or 0. Takes no memory, unlike
 * json_unpack, to which want of it is a wrong key. */
int cov_json_members(const json_t *object, const char *const *keys, size_t n, json_t **out);

#endif
