/* SPDX-License-Identifier: MIT */
#include "io/json.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

/* json_object_set_new and json_array_append_new take the value even where they fail. */
void cov_json_set(json_t **object, const char *key, json_t *value)
{
    if (*object == NULL || json_object_set_new(*object, key, value) != 0) {
        if (*object == NULL)
            json_decref(value);
        json_decref(*object);
        *object = NULL;
    }
}

void cov_json_append(json_t **array, json_t *value)
{
    if (*array == NULL || json_array_append_new(*array, value) != 0) {
        if (*array == NULL)
            json_decref(value);
        json_decref(*array);
        *array = NULL;
    }
}

json_t *cov_json_text(const char *value)
{
    if (value == NULL)
        return json_null();
    if (cov_is_utf8(value))
        return json_string(value);
    char *mended = cov_text_mend(value);
    json_t *json = mended != NULL ? json_string(mended) : NULL;
    cov_free(mended);
    return json;
}

/* 15 digits give back every decimal of up to 15 digits as it was: 0.1, not 0.10000000000000001 */
cov_status cov_json_dump(const json_t *json, char **out, cov_error *err)
{
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    char *copy = text != NULL ? cov_copy_text(text) : NULL;
    free(text);
    if (copy == NULL)
        return cov_fail_memory(err);
    *out = copy;
    return COV_OK;
}
