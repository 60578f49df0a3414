/* Parts: reading them. The bytes may come from anywhere.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "geometry/rings.h"
#include "io/part.h"

/* Bytes of an area without parents: of the lengths of its id and name and of two shapes. */
enum { MINIMUM = 24 };

cov_status cov_part_damaged(const cov_part_file *part, const char *what, cov_error *err)
{
    return cov_fail(err, COV_ERR_FORMAT,
                    "%s is damaged (%s): fetch the file again, or make the part again", part->label,
                    what);
}

/* ---------------------------------------------------------------- file */

static cov_status read_all(int file, cov_part_file *part, cov_error *err)
{
    size_t done = 0;
    while (done < part->size) {
        size_t some = part->size - done;
        ssize_t n = read(file, part->bytes + done, some < (1 << 30) ? some : (size_t)1 << 30);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cov_fail(err, COV_ERR_IO, "%s: reading failed: %s", part->label,
                            strerror(errno));
        if (n == 0)
            return cov_part_damaged(part, "it ends in the middle", err);
        done += (size_t)n;
    }
    return COV_OK;
}

static cov_status read_open(int file, cov_part_file *part, cov_error *err)
{
    struct stat st;
    if (fstat(file, &st) != 0)
        return cov_fail(err, COV_ERR_IO, "%s: %s", part->label, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return cov_fail(err, COV_ERR_INPUT, "%s is not an ordinary file: a part is one",
                        part->label);
    part->device = st.st_dev;
    part->number = st.st_ino;
    part->size = (size_t)st.st_size;
    part->bytes = cov_alloc(part->size, 1);
    return part->bytes != NULL ? read_all(file, part, err) : cov_fail_memory(err);
}

static cov_status read_file(const char *path, cov_part_file *part, cov_error *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return cov_fail(err, COV_ERR_INPUT, "%s can't be read: %s", part->label, strerror(errno));
    cov_status s = read_open(file, part, err);
    close(file);
    return s;
}

/* ---------------------------------------------------------------- numbers and bytes */

static uint64_t get(const unsigned char *at, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

/* 0 for what is no number. */
static int get_extent(const unsigned char *at, double extent[4])
{
    for (size_t i = 0; i < 4; i++) {
        uint64_t bits = get(at + 8 * i, 8);
        memcpy(&extent[i], &bits, sizeof bits);
        if (isnan(extent[i]))
            return 0;
    }
    return 1;
}

/* The number in front of a span, and so many bytes behind it: 0 where they aren't there. `less` is
 * taken from the number. */
static int take(cov_span *from, size_t bytes, uint64_t less, cov_span *out)
{
    if (from->size < bytes)
        return 0;
    uint64_t size = get(from->at, bytes);
    size -= size > 0 ? less : 0;
    if (size > from->size - bytes)
        return 0;
    *out = (cov_span){from->at + bytes, (size_t)size};
    from->at += bytes + (size_t)size;
    from->size -= bytes + (size_t)size;
    return 1;
}

/* ---------------------------------------------------------------- sections */

/* That these are the bytes somebody wrote, all of them. */
static cov_status check_whole(cov_part_file *part, cov_error *err)
{
    const unsigned char *at = part->bytes;
    size_t head = part->size < COV_PART_MAGIC_SIZE ? part->size : COV_PART_MAGIC_SIZE;
    if (head == 0 || memcmp(at, COV_PART_MAGIC, head) != 0)
        return cov_fail(err, COV_ERR_FORMAT,
                        "%s is not a part: those are written by covcalc --tally, or as a file that "
                        "ends in .cov",
                        part->label);
    if (part->size < COV_PART_HEADER + COV_PART_CHECKSUM)
        return cov_part_damaged(part, "it ends in the middle", err);
    uint64_t version = get(at + 16, 4), size = get(at + 24, 8);
    if (version > COV_PART_VERSION)
        return cov_fail(err, COV_ERR_FORMAT,
                        "%s is a part of format version %" PRIu64 ", made by a newer libcov: this "
                        "one reads version %d",
                        part->label, version, COV_PART_VERSION);
    if (version != COV_PART_VERSION)
        return cov_part_damaged(part, "there is no such version", err);
    if (size != part->size)
        return cov_part_damaged(
            part, size > part->size ? "it ends in the middle" : "bytes follow its end", err);
    part->checksum = get(at + part->size - COV_PART_CHECKSUM, 8);
    if (part->checksum != cov_hash_bytes(COV_HASH_INIT, at, part->size - COV_PART_CHECKSUM))
        return cov_part_damaged(part, "its checksum is wrong", err);
    return COV_OK;
}

/* The sections fill the file, each within it. */
static cov_status find_sections(cov_part_file *part, cov_span *head, cov_error *err)
{
    const unsigned char *at = part->bytes;
    cov_span left = {at + COV_PART_HEADER, part->size - COV_PART_HEADER - COV_PART_CHECKSUM};
    uint64_t n_bases = get(at + 20, 4), head_size = get(at + 32, 8), areas_size = get(at + 40, 8);
    if (head_size > left.size || areas_size > left.size - head_size)
        return cov_part_damaged(part, "its sections pass its end", err);
    *head = (cov_span){left.at, (size_t)head_size};
    part->areas = (cov_span){left.at + head_size, (size_t)areas_size};
    part->areas_hash = cov_hash_bytes(COV_HASH_INIT, part->areas.at, part->areas.size);
    left = (cov_span){part->areas.at + areas_size, left.size - head->size - part->areas.size};
    if (n_bases == 0 || n_bases > COV_MEASURES_MAX)
        return cov_part_damaged(part, "its number of bases is wrong", err);
    part->n_bases = (size_t)n_bases;
    for (size_t i = 0; i < part->n_bases; i++) {
        if (!take(&left, 8, 0, &part->base[i].tally))
            return cov_part_damaged(part, "its sections pass its end", err);
    }
    uint64_t n_areas = get(at + 48, 8);
    if (left.size != 0 || n_areas > part->areas.size / MINIMUM)
        return cov_part_damaged(part, "its sections don't fill it", err);
    part->n_areas = (size_t)n_areas;
    return get_extent(at + 56, part->extent)
               ? COV_OK
               : cov_part_damaged(part, "its extent is impossible", err);
}

/* ---------------------------------------------------------------- head */

static int is_text_or_null(const json_t *json)
{
    return json_is_string(json) || json_is_null(json);
}

/* That all members of an object are texts or, from `nullable` on, null. */
static int are_texts(json_t *const *member, size_t n, size_t nullable)
{
    for (size_t i = 0; i < n; i++) {
        if (i < nullable ? !json_is_string(member[i]) : !is_text_or_null(member[i]))
            return 0;
    }
    return 1;
}

static int unpack_levels(const json_t *json, cov_part_file *part)
{
    part->n_levels = json_array_size(json);
    part->levels = cov_alloc_zero(part->n_levels, sizeof *part->levels);
    for (size_t i = 0; part->levels != NULL && i < part->n_levels; i++) {
        part->levels[i] = json_string_value(json_array_get(json, i));
        if (part->levels[i] == NULL)
            return 0;
    }
    return json_is_array(json);
}

static int unpack_areas(const json_t *json, cov_part_file *part)
{
    static const char *const keys[] = {"file", "id", "crs", "shapes_crs", "name", "levels"};
    json_t *member[6];
    if (!cov_json_members(json, keys, 6, member) || !are_texts(member, 5, 4))
        return 0;
    part->areas_label = json_string_value(member[0]);
    part->id_column = json_string_value(member[1]);
    part->crs = json_string_value(member[2]);
    part->shapes_crs = json_string_value(member[3]);
    part->name_column = json_string_value(member[4]);
    return unpack_levels(member[5], part);
}

static int unpack_bases(const json_t *json, cov_part_file *part)
{
    static const char *const keys[] = {"name", "rounding"};
    json_t *member[2];
    if (!json_is_array(json) || json_array_size(json) != part->n_bases)
        return 0;
    for (size_t i = 0; i < part->n_bases; i++) {
        if (!cov_json_members(json_array_get(json, i), keys, 2, member) ||
            json_string_length(member[0]) == 0 || !json_is_integer(member[1]))
            return 0;
        part->base[i].name = json_string_value(member[0]);
        part->base[i].rounding = json_integer_value(member[1]);
    }
    return 1;
}

static int are_sources(const json_t *json)
{
    static const char *const keys[] = {"role", "file", "crs", "operation", "detail", "accuracy_m"};
    json_t *member[6];
    for (size_t i = 0; i < json_array_size(json); i++) {
        if (!cov_json_members(json_array_get(json, i), keys, 6, member) ||
            !are_texts(member, 5, 1) || !(json_is_number(member[5]) || json_is_null(member[5])))
            return 0;
    }
    return json_is_array(json);
}

static int are_notes(const json_t *json)
{
    static const char *const keys[] = {"kind", "text"};
    json_t *member[2];
    for (size_t i = 0; i < json_array_size(json); i++) {
        if (!cov_json_members(json_array_get(json, i), keys, 2, member) || !are_texts(member, 2, 2))
            return 0;
        const char *kind = json_string_value(member[0]);
        if (strcmp(kind, "info") != 0 && strcmp(kind, "warning") != 0)
            return 0;
    }
    return json_is_array(json);
}

static int are_shards(const json_t *json)
{
    for (size_t i = 0; i < json_array_size(json); i++) {
        const json_t *shard = json_array_get(json, i);
        if (json_array_size(shard) != 2 || !json_is_string(json_array_get(shard, 0)) ||
            !json_is_string(json_array_get(shard, 1)))
            return 0;
    }
    return json_array_size(json) > 0;
}

static int unpack(cov_part_file *part)
{
    static const char *const keys[] = {"areas", "bases", "questions", "sources", "notes", "shards"};
    json_t *member[6];
    if (!cov_json_members(part->head, keys, 6, member))
        return 0;
    part->questions = member[2];
    part->sources = member[3];
    part->notes = member[4];
    part->shards = member[5];
    return unpack_areas(member[0], part) && unpack_bases(member[1], part) &&
           are_sources(part->sources) && are_notes(part->notes) && are_shards(part->shards);
}

static cov_status read_head(cov_part_file *part, cov_span head, cov_error *err)
{
    cov_status s = cov_json_load((const char *)head.at, head.size, &part->head, NULL);
    if (s != COV_OK)
        return s == COV_ERR_MEMORY ? cov_fail_memory(err)
                                   : cov_part_damaged(part, "its head is no JSON", err);
    if (unpack(part) && part->levels != NULL)
        return COV_OK;
    return part->n_levels > 0 && part->levels == NULL
               ? cov_fail_memory(err)
               : cov_part_damaged(part, "its head is incomplete", err);
}

/* ---------------------------------------------------------------- areas */

/* An area on its way from the bytes. */
typedef struct area_reader {
    const cov_part_file *part;
    cov_span left;
    char *text; /* room for all texts, each with a NUL behind it */
    cov_area *area;
    const char **parent; /* n_levels for each area */
    cov_shape *own, *placed;
    int moved; /* 1: all have a shape in the plane; 0: none */
} area_reader;

/* Texts are copied to get their NUL: they take no more room than in the file. */
static int take_text(area_reader *r, const char **out)
{
    cov_span text;
    int is_none = r->left.size >= 4 && get(r->left.at, 4) == 0;
    if (!take(&r->left, 4, 1, &text))
        return 0;
    *out = is_none ? NULL : r->text;
    if (is_none)
        return 1;
    if (memchr(text.at, 0, text.size) != NULL)
        return 0;
    memcpy(r->text, text.at, text.size);
    r->text[text.size] = '\0';
    r->text += text.size + 1;
    return cov_is_utf8(*out);
}

static int take_shape(area_reader *r, cov_shape *out, cov_error *err)
{
    cov_span shape;
    if (!take(&r->left, 8, 0, &shape))
        return 0;
    if (shape.size == 0)
        return 1;
    out->wkb = cov_alloc(shape.size, 1);
    if (out->wkb == NULL) {
        cov_fail_memory(err);
        return 0;
    }
    memcpy(out->wkb, shape.at, shape.size);
    out->size = shape.size;
    return 1;
}

static int take_area(area_reader *r, size_t i, cov_error *err)
{
    cov_area *area = &r->area[i];
    const char **parents = &r->parent[i * r->part->n_levels];
    if (!take_text(r, &area->id) || area->id == NULL || !take_text(r, &area->name))
        return 0;
    for (size_t k = 0; k < r->part->n_levels; k++) {
        if (!take_text(r, &parents[k]))
            return 0;
    }
    /* Sorted, so that the shapes are those of the areas of their number. */
    if (i > 0 && strcmp(r->area[i - 1].id, area->id) >= 0)
        return 0;
    if (!take_shape(r, &r->own[i], err) || r->own[i].wkb == NULL ||
        !take_shape(r, &r->placed[i], err))
        return 0;
    r->moved = i == 0 ? r->placed[0].wkb != NULL : r->moved;
    if (r->moved != (r->placed[i].wkb != NULL))
        return 0;
    const cov_shape *shape = r->moved ? &r->placed[i] : &r->own[i];
    area->parents = r->part->n_levels > 0 ? parents : NULL;
    area->wkb = shape->wkb;
    area->wkb_size = shape->size;
    return 1;
}

/* Of shapes that no index was made of: GDAL will be given them. */
static cov_status check_shapes(const area_reader *r, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; r->moved && i < r->part->n_areas && s == COV_OK; i++) {
        cov_rings rings = COV_RINGS_INIT;
        s = cov_rings_add(&rings, r->own[i].wkb, r->own[i].size, 1, err);
        cov_rings_clear(&rings);
    }
    return s;
}

static cov_status create_areas(const area_reader *r, unsigned threads, cov_areas **out,
                               cov_error *err)
{
    cov_areas_options options = COV_AREAS_OPTIONS_INIT;
    options.levels = r->part->levels;
    options.n_levels = r->part->n_levels;
    options.crs = r->part->crs;
    options.threads = threads;
    cov_status s = check_shapes(r, err);
    if (s == COV_OK)
        s = cov_areas_create(r->area, r->part->n_areas, &options, out, err);
    return s == COV_OK || s == COV_ERR_MEMORY
               ? s
               : cov_part_damaged(r->part, "its areas are impossible", err);
}

static cov_status take_areas(area_reader *r, unsigned threads, cov_areas **out, cov_error *err)
{
    cov_error why = {COV_OK, ""};
    for (size_t i = 0; i < r->part->n_areas; i++) {
        if (!take_area(r, i, &why))
            return why.code == COV_ERR_MEMORY
                       ? cov_fail_memory(err)
                       : cov_part_damaged(r->part, "its areas are impossible", err);
    }
    if (r->left.size != 0)
        return cov_part_damaged(r->part, "its areas don't fill their place", err);
    return create_areas(r, threads, out, err);
}

static cov_status copy_names(const cov_part_file *part, cov_area_layer *out, cov_error *err)
{
    out->n_parents = part->n_levels;
    out->parent_columns = cov_alloc_zero(part->n_levels, sizeof *out->parent_columns);
    out->label = cov_copy_text(part->areas_label);
    out->id_column = cov_copy_text(part->id_column);
    out->name_column = cov_copy_text(part->name_column);
    int missing = out->parent_columns == NULL || out->label == NULL || out->id_column == NULL ||
                  (part->name_column != NULL && out->name_column == NULL);
    for (size_t i = 0; i < part->n_levels && !missing; i++) {
        out->parent_columns[i] = cov_copy_text(part->levels[i]);
        missing = out->parent_columns[i] == NULL;
    }
    return missing ? cov_fail_memory(err) : COV_OK;
}

cov_status cov_part_areas(const cov_part_file *part, unsigned threads, cov_area_layer *out,
                          cov_error *err)
{
    cov_area_layer layer;
    size_t n = part->n_areas;
    if (n > part->areas.size / (MINIMUM + 4 * part->n_levels))
        return cov_part_damaged(part, "it has no room for its areas", err);
    memset(&layer, 0, sizeof layer);
    layer.n_shapes = n;
    layer.shapes = cov_alloc_zero(n, sizeof *layer.shapes);
    layer.placed = cov_alloc_zero(n, sizeof *layer.placed);
    char *texts = cov_alloc(part->areas.size, 1);
    area_reader r = {.part = part,
                     .left = part->areas,
                     .text = texts,
                     .area = cov_alloc_zero(n, sizeof *r.area),
                     .parent = cov_alloc_zero(n, part->n_levels * sizeof *r.parent),
                     .own = layer.shapes,
                     .placed = layer.placed};
    int missing = layer.shapes == NULL || layer.placed == NULL || texts == NULL || r.area == NULL ||
                  r.parent == NULL;
    cov_status s = missing ? cov_fail_memory(err) : take_areas(&r, threads, &layer.areas, err);
    cov_error why = {COV_OK, ""};
    if (s == COV_OK) {
        s = cov_part_crs_read(part->shapes_crs, &layer.crs, &why);
        if (s == COV_ERR_MEMORY)
            cov_fail_memory(err);
        else if (s != COV_OK)
            s = cov_part_damaged(part, why.message, err);
    }
    if (s == COV_OK)
        s = copy_names(part, &layer, err);
    if (!r.moved && layer.placed != NULL && s == COV_OK) {
        cov_free(layer.placed);
        layer.placed = NULL;
    }
    cov_free(texts);
    cov_free(r.area);
    cov_free(r.parent);
    if (s == COV_OK)
        *out = layer;
    else
        cov_area_layer_clear(&layer);
    return s;
}

/* ---------------------------------------------------------------- interface */

cov_status cov_part_read(const char *path, cov_part_file *out, cov_error *err)
{
    cov_part_file part;
    cov_span head = {NULL, 0};
    memset(&part, 0, sizeof part);
    part.label = cov_text_mend(path);
    cov_status s = part.label != NULL ? read_file(path, &part, err) : cov_fail_memory(err);
    if (s == COV_OK)
        s = check_whole(&part, err);
    if (s == COV_OK)
        s = find_sections(&part, &head, err);
    if (s == COV_OK)
        s = read_head(&part, head, err);
    if (s == COV_OK)
        *out = part;
    else
        cov_part_clear(&part);
    return s;
}

void cov_part_forget_bytes(cov_part_file *part)
{
    cov_free(part->bytes);
    part->bytes = NULL;
    part->areas.at = NULL;
    for (size_t i = 0; i < part->n_bases; i++)
        part->base[i].tally.at = NULL;
}

void cov_part_clear(cov_part_file *part)
{
    cov_free(part->label);
    cov_free(part->bytes);
    cov_free(part->levels);
    json_decref(part->head);
    memset(part, 0, sizeof *part);
}
