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
    if (x->checksum != y->checksum)
        return x->checksum < y->checksum ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
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
    *n_out = all;
    return COV_OK;
}

/* Of a tally that was counted elsewhere nobody knows the places: its counts are all there is. */
static cov_status fail_twice(const shard *a, const shard *b, cov_error *err)
{
    if (a->label[0] == '\0')
        return cov_fail(err, COV_ERR_MISMATCH,
                        "%s and %s hold the same households: their counts are equal; each share of "
                        "them counts once, so leave one of the two out (if they are others, add "
                        "their tallies up before)",
                        a->part->label, b->part->label);
    return cov_fail(err, COV_ERR_MISMATCH,
                    "%s and %s hold the same households: those of %s, with the same places and "
                    "weights; each share of them counts once, so leave one of the two out (if they "
                    "are others, give their files other names)",
                    a->part->label, b->part->label, cov_quote(a->label).text);
}

static cov_status check_twice(const shard *list, size_t n, cov_error *err)
{
    for (size_t i = 1; i < n; i++) {
        if (list[i].digest[0] != '\0' && compare(&list[i - 1], &list[i]) == 0)
            return fail_twice(&list[i - 1], &list[i], err);
    }
    return COV_OK;
}

static int compare_digests(const void *a, const void *b)
{
    const shard *x = a, *y = b;
    int order = strcmp(x->digest, y->digest);
    return order != 0 ? order : strcmp(x->label, y->label);
}

/* Under another name it may be a copy, or, where there are few households, chance. Leaves the list
 * in the order of the digests. */
static cov_status note_copies(shard *list, size_t n, cov_notes *notes, cov_error *err)
{
    size_t copies = 0, first = 0;
    qsort(list, n, sizeof *list, compare_digests);
    for (size_t i = 1; i < n; i++) {
        if (list[i].digest[0] == '\0' || strcmp(list[i - 1].digest, list[i].digest) != 0)
            continue;
        first = copies++ == 0 ? i : first;
    }
    if (copies == 0)
        return COV_OK;
    return cov_notes_add(notes, err, COV_NOTE_WARNING,
                         "%s and %s hold the same places and weights (of %zu such pair%s): is it "
                         "one file under two names, counted twice?",
                         list[first - 1].label, list[first].label, copies, copies > 1 ? "s" : "");
}

/* Also where nothing can be counted twice of it, it is a mistake. */
static cov_status check_files(const cov_part_file *part, size_t n, cov_error *err)
{
    for (size_t i = 1; i < n; i++) {
        const cov_part_file *a = &part[i - 1], *b = &part[i];
        if (a->device == b->device && a->number == b->number)
            return cov_fail(err, COV_ERR_MISMATCH,
                            "%s and %s are the same file: a part counts once, so name it once",
                            a->label, b->label);
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- interface */

cov_status cov_shards_unite(const cov_part_file *part, size_t n, cov_notes *notes, char **out,
                            cov_error *err)
{
    shard *list = NULL;
    size_t n_shards = 0;
    json_t *shards = json_array();
    cov_status s = check_files(part, n, err);
    if (s == COV_OK)
        s = list_shards(part, n, &list, &n_shards, err);
    if (s == COV_OK)
        s = note_copies(list, n_shards, notes, err);
    if (s == COV_OK) {
        qsort(list, n_shards, sizeof *list, compare_shards);
        s = check_twice(list, n_shards, err);
    }
    for (size_t i = 0; i < n_shards && s == COV_OK; i++)
        cov_json_append(&shards, json_incref(list[i].json));
    if (s == COV_OK)
        s = cov_json_dump(shards, out, err);
    json_decref(shards);
    cov_free(list);
    return s;
}
