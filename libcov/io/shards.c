/* SPDX-License-Identifier: MIT */
#include "io/shards.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* A share of the households in a part. */
typedef struct shard {
    const char *label;
    const char *digest; /* "" where nothing was read: that can't be counted twice */
    json_t *json;
    const cov_part_file *part;
} shard;

static shard shard_of(const cov_part_file *part, size_t i)
{
    json_t *json = json_array_get(part->shards, i);
    return (shard){json_string_value(json_array_get(json, 0)),
                   json_string_value(json_array_get(json, 1)), json, part};
}

static int compare(const shard *a, const shard *b)
{
    int order = strcmp(a->label, b->label);
    return order != 0 ? order : strcmp(a->digest, b->digest);
}

/* ---------------------------------------------------------------- the order of parts */

static int compare_parts(const void *a, const void *b)
{
    const cov_part_file *x = a, *y = b;
    size_t n_x = json_array_size(x->shards), n_y = json_array_size(y->shards);
    for (size_t i = 0; i < n_x && i < n_y; i++) {
        const shard in_x = shard_of(x, i), in_y = shard_of(y, i);
        int order = compare(&in_x, &in_y);
        if (order != 0)
            return order;
    }
    if (n_x != n_y)
        return n_x < n_y ? -1 : 1;
    return (x->checksum > y->checksum) - (x->checksum < y->checksum);
}

void cov_shards_order(cov_part_file *part, size_t n)
{
    qsort(part, n, sizeof *part, compare_parts);
}

/* ---------------------------------------------------------------- none twice */

/* Of one name and digest in the order of their parts, which is what a message names first. */
static int compare_shards(const void *a, const void *b)
{
    const shard *x = a, *y = b;
    int order = compare(x, y);
    return order != 0 ? order : (x->part > y->part) - (x->part < y->part);
}

static cov_status list_shards(const cov_part_file *part, size_t n, shard **out, size_t *n_out,
                              cov_error *err)
{
    size_t all = 0, next = 0;
    for (size_t i = 0; i < n; i++)
        all += json_array_size(part[i].shards);
    *out = cov_alloc(all, sizeof **out);
    if (*out == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < json_array_size(part[i].shards); k++)
            (*out)[next++] = shard_of(&part[i], k);
    }
    qsort(*out, all, sizeof **out, compare_shards);
    *n_out = all;
    return COV_OK;
}

static cov_status fail_twice(const cov_part_file *a, const cov_part_file *b, const char *label,
                             cov_error *err)
{
    return cov_fail(err, COV_ERR_MISMATCH,
                    "%s and %s hold the same households%s%s: each share of them counts once; "
                    "leave one of the two out (other households have a file with another name)",
                    a->label, b->label, label[0] != '\0' ? ", " : "", cov_quote(label).text);
}

static cov_status check_twice(const shard *list, size_t n, cov_error *err)
{
    for (size_t i = 1; i < n; i++) {
        const shard *a = &list[i - 1], *b = &list[i];
        if (a->digest[0] != '\0' && compare(a, b) == 0)
            return fail_twice(a->part, b->part, a->label, err);
    }
    return COV_OK;
}

/* The same bytes are the same part, whatever is in it. */
static cov_status check_files(const cov_part_file *part, size_t n, cov_error *err)
{
    for (size_t i = 1; i < n; i++) {
        if (part[i - 1].checksum == part[i].checksum && part[i - 1].size == part[i].size)
            return fail_twice(&part[i - 1], &part[i], "", err);
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- interface */

cov_status cov_shards_unite(const cov_part_file *part, size_t n, char **out, cov_error *err)
{
    shard *list = NULL;
    size_t n_shards = 0;
    json_t *shards = json_array();
    cov_status s = check_files(part, n, err);
    if (s == COV_OK)
        s = list_shards(part, n, &list, &n_shards, err);
    if (s == COV_OK)
        s = check_twice(list, n_shards, err);
    for (size_t i = 0; i < n_shards && s == COV_OK; i++)
        cov_json_append(&shards, json_incref(list[i].json));
    if (s == COV_OK)
        s = cov_json_dump(shards, out, err);
    json_decref(shards);
    cov_free(list);
    return s;
}
