/* SPDX-License-Identifier: MIT */
#include "engine/areas.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/points.h"
#include "geometry/cells.h"

struct cov_areas {
    size_t n;
    size_t n_levels;
    char *text;          /* one block with every string below */
    const char **id;     /* n, sorted */
    const char **name;   /* n */
    const char **parent; /* n * n_levels, the levels of an area side by side */
    const char **level;  /* n_levels */
    const char *crs;
    double extent[4];
    uint64_t fingerprint;
    cov_cells *cells; /* labels are indices + 1 */
};

/* Labels live in 30 bits, 0 being "none". */
#define AREAS_MAX (((size_t)1 << 30) - 2)

/* ---------------------------------------------------------------- order */

static int compare_ids(const void *a, const void *b)
{
    const cov_area *const *x = a, *const *y = b;
    return strcmp((*x)->id, (*y)->id);
}

static cov_status sort_by_id(const cov_area *areas, size_t n, const cov_area ***out, cov_error *err)
{
    const cov_area **order = cov_alloc(n, sizeof *order);
    if (order == NULL)
        return cov_fail_memory(err);
    cov_status s = COV_OK;
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        order[i] = &areas[i];
        if (areas[i].id == NULL || areas[i].id[0] == '\0')
            s = cov_fail(err, COV_ERR_ID, "area number %zu has no id: give every area one", i + 1);
    }
    if (s == COV_OK)
        qsort(order, n, sizeof *order, compare_ids);
    for (size_t i = 1; i < n && s == COV_OK; i++) {
        if (strcmp(order[i - 1]->id, order[i]->id) == 0)
            s = cov_fail(
                err, COV_ERR_ID,
                "the id \"%s\" stands more than once among the areas: choose a column whose "
                "values are unique, or merge the parts of that area",
                cov_quote(order[i]->id).text);
    }
    if (s != COV_OK) {
        cov_free(order);
        return s;
    }
    *out = order;
    return COV_OK;
}

/* ---------------------------------------------------------------- texts */

static const char *parent_of(const cov_area *area, size_t level)
{
    return area->parents != NULL ? area->parents[level] : NULL;
}

static cov_status copy_texts(cov_areas *a, const cov_area **order, const cov_areas_options *o,
                             cov_error *err)
{
    size_t size = cov_packed_size(o->crs);
    for (size_t l = 0; l < a->n_levels; l++)
        size += cov_packed_size(o->levels[l]);
    for (size_t i = 0; i < a->n; i++) {
        size += cov_packed_size(order[i]->id) + cov_packed_size(order[i]->name);
        for (size_t l = 0; l < a->n_levels; l++)
            size += cov_packed_size(parent_of(order[i], l));
    }
    a->text = cov_alloc(size, 1);
    a->id = cov_alloc(a->n, sizeof *a->id);
    a->name = cov_alloc(a->n, sizeof *a->name);
    a->parent = cov_alloc(a->n, a->n_levels * sizeof *a->parent);
    a->level = cov_alloc(a->n_levels, sizeof *a->level);
    if (a->text == NULL || a->id == NULL || a->name == NULL || a->parent == NULL ||
        a->level == NULL)
        return cov_fail_memory(err);

    char *at = a->text;
    a->crs = cov_pack(&at, o->crs);
    for (size_t l = 0; l < a->n_levels; l++)
        a->level[l] = cov_pack(&at, o->levels[l]);
    for (size_t i = 0; i < a->n; i++) {
        a->id[i] = cov_pack(&at, order[i]->id);
        a->name[i] = cov_pack(&at, order[i]->name);
        for (size_t l = 0; l < a->n_levels; l++)
            a->parent[i * a->n_levels + l] = cov_pack(&at, parent_of(order[i], l));
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- geometry */

static uint64_t hash_texts(const cov_areas *a)
{
    uint64_t h = cov_hash_text(COV_HASH_INIT, a->crs);
    h = cov_hash_word(cov_hash_word(h, a->n), a->n_levels);
    for (size_t l = 0; l < a->n_levels; l++)
        h = cov_hash_text(h, a->level[l]);
    for (size_t i = 0; i < a->n; i++) {
        h = cov_hash_text(cov_hash_text(h, a->id[i]), a->name[i]);
        for (size_t l = 0; l < a->n_levels; l++)
            h = cov_hash_text(h, a->parent[i * a->n_levels + l]);
    }
    return h;
}

static uint64_t hash_rings(uint64_t h, const cov_rings *rings)
{
    for (size_t i = 0; i < rings->n_rings; i++)
        h = cov_hash_word(cov_hash_word(h, rings->ring[i].label), rings->ring[i].n);
    for (size_t i = 0; i < rings->n_vertices; i++) {
        uint64_t bits[2];
        memcpy(bits, &rings->vertex[i], sizeof bits);
        h = cov_hash_word(cov_hash_word(h, bits[0]), bits[1]);
    }
    return h;
}

static cov_status index_geometry(cov_areas *a, const cov_area **order, unsigned threads,
                                 cov_error *err)
{
    cov_rings rings = COV_RINGS_INIT;
    size_t bytes = 0;
    for (size_t i = 0; i < a->n; i++)
        bytes += order[i]->wkb != NULL ? order[i]->wkb_size : 0;
    cov_status s = cov_rings_reserve(&rings, bytes, err);
    for (size_t i = 0; i < a->n && s == COV_OK; i++) {
        cov_error why;
        s = cov_rings_add(&rings, order[i]->wkb, order[i]->wkb_size, (uint32_t)i + 1, &why);
        if (s != COV_OK)
            cov_fail(err, s, "area \"%s\": %s", cov_quote(a->id[i]).text, why.message);
    }
    if (s == COV_OK) {
        memcpy(a->extent, rings.extent, sizeof a->extent);
        a->fingerprint = hash_rings(hash_texts(a), &rings);
        s = cov_cells_create(&rings, threads, &a->cells, err);
    }
    cov_rings_clear(&rings);
    return s;
}

/* ---------------------------------------------------------------- interface */

static cov_status check_options(const cov_areas_options *o, cov_error *err)
{
    if (o->size != sizeof *o)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "cov_areas_options.size is %zu: use COV_AREAS_OPTIONS_INIT", o->size);
    for (size_t l = 0; l < o->n_levels; l++) {
        if (o->levels == NULL || o->levels[l] == NULL)
            return cov_fail(err, COV_ERR_ARGUMENT, "level %zu of the areas has no name", l + 1);
    }
    return COV_OK;
}

cov_status cov_areas_create(const cov_area *areas, size_t n, const cov_areas_options *options,
                            cov_areas **out, cov_error *err)
{
    const cov_areas_options defaults = COV_AREAS_OPTIONS_INIT;
    const cov_areas_options *o = options != NULL ? options : &defaults;
    if (areas == NULL || n == 0 || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there are no areas");
    if (n > AREAS_MAX)
        return cov_fail(err, COV_ERR_LIMIT, "%zu areas are more than the limit of %zu", n,
                        AREAS_MAX);
    cov_status s = check_options(o, err);
    if (s != COV_OK)
        return s;

    const cov_area **order = NULL;
    cov_areas *a = NULL;
    s = sort_by_id(areas, n, &order, err);
    if (s != COV_OK)
        return s;
    a = cov_alloc_zero(1, sizeof *a);
    if (a == NULL) {
        s = cov_fail_memory(err);
        goto done;
    }
    a->n = n;
    a->n_levels = o->n_levels;
    s = copy_texts(a, order, o, err);
    if (s == COV_OK)
        s = index_geometry(a, order, o->threads, err);
    if (s == COV_OK) {
        *out = a;
        a = NULL;
    }
done:
    cov_areas_free(a);
    cov_free(order);
    return s;
}

void cov_areas_free(cov_areas *areas)
{
    if (areas == NULL)
        return;
    cov_cells_free(areas->cells);
    cov_free(areas->text);
    cov_free(areas->id);
    cov_free(areas->name);
    cov_free(areas->parent);
    cov_free(areas->level);
    cov_free(areas);
}

size_t cov_areas_count(const cov_areas *areas)
{
    return areas->n;
}

size_t cov_areas_levels(const cov_areas *areas)
{
    return areas->n_levels;
}

const char *cov_areas_id(const cov_areas *areas, size_t index)
{
    return index < areas->n ? areas->id[index] : NULL;
}

const char *cov_areas_name(const cov_areas *areas, size_t index)
{
    return index < areas->n ? areas->name[index] : NULL;
}

const char *cov_areas_parent(const cov_areas *areas, size_t index, size_t level)
{
    if (index >= areas->n || level >= areas->n_levels)
        return NULL;
    return areas->parent[index * areas->n_levels + level];
}

const char *cov_areas_level_name(const cov_areas *areas, size_t level)
{
    return level < areas->n_levels ? areas->level[level] : NULL;
}

const char *cov_areas_crs(const cov_areas *areas)
{
    return areas->crs;
}

int32_t cov_areas_find(const cov_areas *areas, const char *id)
{
    size_t low = 0, high = areas->n;
    while (id != NULL && low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(areas->id[middle], id);
        if (order == 0)
            return (int32_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

void cov_areas_extent(const cov_areas *areas, double extent[4])
{
    memcpy(extent, areas->extent, sizeof areas->extent);
}

uint64_t cov_areas_fingerprint(const cov_areas *areas)
{
    return areas->fingerprint;
}

size_t cov_areas_memory(const cov_areas *areas)
{
    return cov_cells_memory(areas->cells);
}

cov_status cov_areas_locate(const cov_areas *areas, const cov_points *points, int32_t *area_out,
                            uint8_t *overlap_out, cov_error *err)
{
    cov_status s = cov_points_check(points, err);
    if (s != COV_OK)
        return s;
    if (areas == NULL || (area_out == NULL && points->n > 0))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "cov_areas_locate needs areas and an array to write to");
    /* A label is an index + 1, 0 is none and the last number nowhere: one subtraction makes each
     * the answer. */
    cov_cells_locate(areas->cells, points, (uint32_t *)area_out, overlap_out);
    for (size_t i = 0; i < points->n; i++)
        area_out[i] -= 1;
    return COV_OK;
}
