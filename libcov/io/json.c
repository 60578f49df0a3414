/* SPDX-License-Identifier: MIT */
#include "io/json.h"

#include <string.h>

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

/* A text that grows. */
typedef struct growing {
    char *text;
    size_t n, capacity;
    int failed;
} growing;

static int grow(const char *bytes, size_t size, void *data)
{
    growing *g = data;
    if (g->failed ||
        cov_reserve((void **)&g->text, &g->capacity, g->n + size + 1, sizeof *g->text) != 0) {
        g->failed = 1;
        return -1;
    }
    memcpy(g->text + g->n, bytes, size);
    g->n += size;
    g->text[g->n] = '\0';
    return 0;
}

/* jansson goes on behind a key there was no room for, so that only we know that it is missing. 15
 * digits give back every decimal of up to 15 digits as it was: 0.1, not 0.10000000000000001 */
static cov_status dump(const json_t *json, size_t how, const char *end, char **out, cov_error *err)
{
    growing g = {NULL, 0, 0, 0};
    if (json == NULL || json_dump_callback(json, grow, &g, how | JSON_REAL_PRECISION(15)) != 0 ||
        grow(end, strlen(end), &g) != 0) {
        cov_free(g.text);
        return cov_fail_memory(err);
    }
    *out = g.text;
    return COV_OK;
}

cov_status cov_json_dump(const json_t *json, char **out, cov_error *err)
{
    return dump(json, JSON_COMPACT, "", out, err);
}

cov_status cov_json_print(const json_t *json, char **out, cov_error *err)
{
    return dump(json, JSON_INDENT(2), "\n", out, err);
}

const char *cov_json_member(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}
