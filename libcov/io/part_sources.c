/* Sources of parts: those of all of them, each once.
 * SPDX-License-Identifier: MIT */
#include "io/part_sources.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static int same_source(const cov_manifest_source *a, const cov_manifest_source *b)
{
    return cov_text_equal(a->role, b->role) && cov_text_equal(a->label, b->label) &&
           cov_text_equal(a->crs, b->crs) && cov_text_equal(a->operation, b->operation) &&
           cov_text_equal(a->detail, b->detail) &&
           (a->operation == NULL || memcmp(&a->accuracy, &b->accuracy, sizeof a->accuracy) == 0);
}

static cov_manifest_source source_of(const json_t *json)
{
    const json_t *accuracy = json_object_get(json, "accuracy_m");
    return (cov_manifest_source){.role = cov_json_member(json, "role"),
                                 .label = cov_json_member(json, "file"),
                                 .crs = cov_json_member(json, "crs"),
                                 .operation = cov_json_member(json, "operation"),
                                 .accuracy = json_is_number(accuracy) ? json_number_value(accuracy)
                                                                      : (double)NAN,
                                 .detail = cov_json_member(json, "detail")};
}

/* Behind the last of its role; at the end where there is none. */
static void insert(cov_sources *list, const cov_manifest_source *source)
{
    size_t at = list->n;
    for (size_t i = list->n; i > 0 && at == list->n; i--)
        at = cov_text_equal(list->source[i - 1].role, source->role) ? i : at;
    memmove(&list->source[at + 1], &list->source[at], (list->n - at) * sizeof *list->source);
    list->source[at] = *source;
    list->n++;
}

/* The first part's, as they are; of each further one those that aren't there yet. */
static void add_sources(const json_t *from, int first, cov_sources *list)
{
    for (size_t i = 0; i < json_array_size(from); i++) {
        const cov_manifest_source source = source_of(json_array_get(from, i));
        int there = 0;
        for (size_t k = 0; k < list->n && !first && !there; k++)
            there = same_source(&list->source[k], &source);
        if (!there)
            insert(list, &source);
    }
}

cov_status cov_part_sources(const cov_part_file *part, size_t n, cov_sources *out, cov_error *err)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++)
        most += json_array_size(part[i].sources);
    out->source = cov_alloc_zero(most, sizeof *out->source);
    if (out->source == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < n; i++)
        add_sources(part[i].sources, i == 0, out);
    return COV_OK;
}

static size_t count_role(const json_t *sources, const char *role)
{
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(sources); i++)
        n += (size_t)cov_text_equal(cov_json_member(json_array_get(sources, i), "role"), role);
    return n;
}

/* "a.shp, b.shp": the sources of a role. Freed with cov_free. */
static char *list_labels(const cov_sources *list, const char *role, size_t *n)
{
    char *text = cov_copy_text("");
    *n = 0;
    for (size_t i = 0; i < list->n && text != NULL; i++) {
        const cov_manifest_source *source = &list->source[i];
        if (!cov_text_equal(source->role, role))
            continue;
        char *longer = cov_text_print("%s%s%s", text, text[0] != '\0' ? ", " : "",
                                      source->label != NULL ? source->label : "");
        cov_free(text);
        text = longer;
        (*n)++;
    }
    return text;
}

/* Whether all the sources of a role are those of each part. */
static int differ(const cov_part_file *part, size_t n, const char *role, size_t listed)
{
    for (size_t i = 0; i < n; i++) {
        if (count_role(part[i].sources, role) != listed)
            return 1;
    }
    return 0;
}

cov_status cov_part_sources_note(const cov_part_file *part, size_t n, const cov_sources *list,
                                 const cov_tally *tally, cov_notes *notes, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t k = 0; k < cov_tally_services(tally) && s == COV_OK; k++) {
        const char *role = cov_tally_service_name(tally, k);
        size_t listed = 0;
        char *labels = list_labels(list, role, &listed);
        if (labels == NULL)
            s = cov_fail_memory(err);
        else if (differ(part, n, role, listed))
            s = cov_notes_add(notes, err, COV_NOTE_WARNING,
                              "%s was not answered by the same sources in all parts: %s", role,
                              labels);
        cov_free(labels);
    }
    return s;
}
