/* Parts: writing them.
 * SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/part.h"
#include "io/target.h"

/* ---------------------------------------------------------------- what can be a part */

static cov_status check_run(const cov_run *run, cov_error *err)
{
    for (size_t i = 0; i < run->n_bases; i++) {
        if (!run->base[i].adds_up)
            return cov_job_refuse_part(run->base[i].name, err);
    }
    return run->ratios.n > 0 ? cov_job_refuse_part(run->ratios.ratio[0].name, err) : COV_OK;
}

/* ---------------------------------------------------------------- head */

typedef struct block {
    unsigned char *at;
    size_t size;
} block;

static json_t *areas_head(const cov_area_layer *areas, const char *crs)
{
    json_t *o = json_object(), *levels = json_array();
    for (size_t i = 0; i < areas->n_parents; i++)
        cov_json_append(&levels, cov_json_text(areas->parent_columns[i]));
    cov_json_set(&o, "file", cov_json_text(areas->label));
    cov_json_set(&o, "id", cov_json_text(areas->id_column));
    cov_json_set(&o, "name", cov_json_text(areas->name_column));
    cov_json_set(&o, "levels", levels);
    cov_json_set(&o, "crs", cov_json_text(cov_areas_crs(areas->areas)));
    cov_json_set(&o, "shapes_crs", cov_json_text(crs));
    return o;
}

static json_t *bases_head(const cov_run *run)
{
    json_t *a = json_array();
    for (size_t i = 0; i < run->n_bases; i++) {
        json_t *o = json_object();
        cov_json_set(&o, "name", cov_json_text(run->base[i].name));
        cov_json_set(&o, "rounding", json_integer((json_int_t)run->base[i].rounding));
        cov_json_append(&a, o);
    }
    return a;
}

static json_t *notes_head(const cov_run *run)
{
    json_t *a = json_array();
    for (size_t i = 0; i < run->n_found; i++) {
        const cov_note *note = &run->notes.note[i];
        json_t *o = json_object();
        cov_json_set(&o, "kind", json_string(note->kind == COV_NOTE_WARNING ? "warning" : "info"));
        cov_json_set(&o, "text", cov_json_text(note->text));
        cov_json_append(&a, o);
    }
    return a;
}

/* What was dumped before: only memory can be wanting. */
static json_t *reload(const char *text)
{
    json_t *json = NULL;
    return cov_json_load(text, strlen(text), &json, NULL) == COV_OK ? json : NULL;
}

/* The sources as the manifest tells them: what they were read from is closed by now. */
static json_t *sources_head(const cov_run *run)
{
    json_t *manifest = reload(run->manifest);
    json_t *sources = json_incref(json_object_get(manifest, "sources"));
    json_decref(manifest);
    return sources;
}

/* What was counted elsewhere has no points here: of that the counts. */
static uint64_t digest_of(const cov_run *run, const block *tally)
{
    uint64_t hash = COV_HASH_INIT;
    if (run->base[0].label != NULL)
        return run->base[0].digest;
    for (size_t i = 0; i < run->n_bases; i++)
        hash = cov_hash_bytes(hash, tally[i].at, tally[i].size);
    return hash;
}

static json_t *shards_head(const cov_run *run, const block *tally)
{
    char digest[17];
    if (run->shards != NULL)
        return reload(run->shards);
    cov_ledger ledger;
    cov_tally_ledger(run->base[0].tally, &ledger);
    snprintf(digest, sizeof digest, "%016" PRIx64, digest_of(run, tally));
    const char *label = run->base[0].label;
    json_t *shard = json_array(), *shards = json_array();
    cov_json_append(&shard, cov_json_text(label != NULL ? label : ""));
    cov_json_append(&shard, json_string(ledger.read.points > 0 ? digest : ""));
    cov_json_append(&shards, shard);
    return shards;
}

static cov_status write_head(const cov_run *run, const block *tally, char **out, cov_error *err)
{
    char *crs = NULL;
    cov_status s = cov_part_crs_write(&run->areas, &crs, err);
    if (s != COV_OK)
        return s;
    json_t *o = json_object();
    cov_json_set(&o, "areas", areas_head(&run->areas, crs));
    cov_json_set(&o, "bases", bases_head(run));
    cov_json_set(&o, "questions", reload(run->questions));
    cov_json_set(&o, "sources", sources_head(run));
    cov_json_set(&o, "notes", notes_head(run));
    cov_json_set(&o, "shards", shards_head(run, tally));
    cov_free(crs);
    s = cov_json_dump(o, out, err);
    json_decref(o);
    return s;
}

/* ---------------------------------------------------------------- bytes */

static unsigned char *put(unsigned char *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> (8 * i));
    return at + bytes;
}

static unsigned char *put_bytes(unsigned char *at, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(at, bytes, size);
    return at + size;
}

static unsigned char *put_extent(unsigned char *at, const double extent[4])
{
    for (size_t i = 0; i < 4; i++) {
        uint64_t bits;
        memcpy(&bits, &extent[i], sizeof bits);
        at = put(at, bits, 8);
    }
    return at;
}

static unsigned char *put_text(unsigned char *at, const char *text)
{
    size_t size = text != NULL ? strlen(text) : 0;
    return put_bytes(put(at, text != NULL ? size + 1 : 0, 4), text, size);
}

static unsigned char *put_shape(unsigned char *at, const cov_shape *shape)
{
    return put_bytes(put(at, shape->size, 8), shape->wkb, shape->size);
}

/* The texts of an area: id, name, parents; NULL behind the last. */
static int text_of(const cov_area_layer *layer, size_t area, size_t k, const char **out)
{
    *out = k == 0   ? cov_areas_id(layer->areas, area)
           : k == 1 ? cov_areas_name(layer->areas, area)
                    : cov_areas_parent(layer->areas, area, k - 2);
    return k < 2 + cov_areas_levels(layer->areas);
}

static size_t areas_size(const cov_area_layer *layer)
{
    size_t size = 0;
    const char *text;
    for (size_t i = 0; i < layer->n_shapes; i++) {
        for (size_t k = 0; text_of(layer, i, k, &text); k++)
            size += 4 + (text != NULL ? strlen(text) : 0);
        size += 8 + layer->shapes[i].size + 8;
        size += layer->placed != NULL ? layer->placed[i].size : 0;
    }
    return size;
}

static unsigned char *put_areas(unsigned char *at, const cov_area_layer *layer)
{
    const cov_shape same = {NULL, 0};
    const char *text;
    for (size_t i = 0; i < layer->n_shapes; i++) {
        for (size_t k = 0; text_of(layer, i, k, &text); k++)
            at = put_text(at, text);
        at = put_shape(at, &layer->shapes[i]);
        at = put_shape(at, layer->placed != NULL ? &layer->placed[i] : &same);
    }
    return at;
}

static cov_status compose(const cov_run *run, const block *tally, const char *head, block *out,
                          cov_error *err)
{
    size_t head_size = strlen(head), areas = areas_size(&run->areas);
    size_t size = COV_PART_HEADER + head_size + areas + COV_PART_CHECKSUM;
    for (size_t i = 0; i < run->n_bases; i++)
        size += 8 + tally[i].size;
    out->size = size;
    out->at = cov_alloc(size, 1);
    if (out->at == NULL)
        return cov_fail_memory(err);
    unsigned char *at = put_bytes(out->at, COV_PART_MAGIC, COV_PART_MAGIC_SIZE);
    at = put(put(at, COV_PART_VERSION, 4), run->n_bases, 4);
    at = put(put(put(at, size, 8), head_size, 8), areas, 8);
    at = put_extent(put(at, run->areas.n_shapes, 8), run->base[0].extent);
    at = put_areas(put_bytes(at, head, head_size), &run->areas);
    for (size_t i = 0; i < run->n_bases; i++)
        at = put_bytes(put(at, tally[i].size, 8), tally[i].at, tally[i].size);
    put(at, cov_hash_bytes(COV_HASH_INIT, out->at, size - COV_PART_CHECKSUM), 8);
    return COV_OK;
}

static cov_status save_tally(const cov_tally *tally, block *out, cov_error *err)
{
    out->size = cov_tally_saved_size(tally);
    out->at = cov_alloc(out->size, 1);
    return out->at != NULL ? cov_tally_save(tally, out->at, out->size, err) : cov_fail_memory(err);
}

static cov_status make(const cov_run *run, block *out, cov_error *err)
{
    block tally[COV_MEASURES_MAX];
    char *head = NULL;
    cov_status s = COV_OK;
    memset(tally, 0, sizeof tally);
    for (size_t i = 0; i < run->n_bases && s == COV_OK; i++)
        s = save_tally(run->base[i].tally, &tally[i], err);
    if (s == COV_OK)
        s = write_head(run, tally, &head, err);
    if (s == COV_OK)
        s = compose(run, tally, head, out, err);
    for (size_t i = 0; i < run->n_bases; i++)
        cov_free(tally[i].at);
    cov_free(head);
    return s;
}

/* ---------------------------------------------------------------- file */

/* What is on disk is read again before it gets its name. */
static cov_status check_draft(const cov_target *target, const block *bytes, cov_error *err)
{
    cov_part_file there;
    memset(&there, 0, sizeof there);
    cov_status s = cov_part_read(cov_target_draft(target), &there, NULL);
    int same = s == COV_OK && there.size == bytes->size &&
               memcmp(there.bytes, bytes->at, bytes->size) == 0;
    cov_part_clear(&there);
    if (s == COV_ERR_MEMORY)
        return cov_fail_memory(err);
    return same ? COV_OK
                : cov_fail(err, COV_ERR_IO,
                           "%s: what was written reads differently: try again, or "
                           "another disk",
                           target->path);
}

cov_status cov_part_write(const cov_run *run, const char *path, int overwrite, cov_error *err)
{
    cov_target target = {0};
    block bytes = {NULL, 0};
    cov_status s = check_run(run, err);
    if (s == COV_OK)
        s = cov_target_parse(path, COV_FORMAT_OF_PARTS, &target, err);
    if (s == COV_OK)
        s = cov_target_check(&target, overwrite, err);
    if (s == COV_OK)
        s = make(run, &bytes, err);
    if (s == COV_OK)
        s = cov_target_begin(&target, err);
    if (s == COV_OK)
        s = cov_target_put(&target, target.format->extensions[0], bytes.at, bytes.size, err);
    if (s == COV_OK)
        s = check_draft(&target, &bytes, err);
    if (s == COV_OK)
        s = cov_target_commit(&target, overwrite, err);
    cov_target_clear(&target);
    cov_free(bytes.at);
    return s;
}
