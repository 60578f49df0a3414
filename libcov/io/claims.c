/* SPDX-License-Identifier: MIT */
#include "io/claims.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/each.h"

/* Of twice as many slots each can be hit by a hash of 32 bits. */
#define IDS_MAX ((size_t)INT32_MAX)

typedef struct entry {
    uint64_t served;
    uint64_t unknown; /* also where a row says yes: yes wins when asked */
    size_t text;      /* where the id begins in the pool */
    uint32_t hash;    /* spares most looks at the pool */
    _Atomic uint32_t asked;
} entry;

/* One service of the table. */
typedef struct rule {
    cov_condition *condition; /* NULL: every row */
    const char *text;         /* of the condition, borrowed while the table is read */
    uint64_t bit;
    uint64_t met;
    uint64_t unknown;
} rule;

struct cov_claims {
    char *label;
    char *key; /* the column, as the table spells it */
    rule *rule;
    size_t n_rules;
    uint64_t bits;

    entry *entry; /* in the order of the table */
    size_t n;
    size_t capacity;
    char *pool; /* the ids, each with its NUL */
    size_t pool_size;
    size_t pool_capacity;
    uint32_t *slot; /* number of the entry + 1; 0: free. A power of two, at most half full */
    size_t n_slots;

    cov_claims_counts counts; /* without `asked` */
};

/* ---------------------------------------------------------------- the table of ids */

static uint32_t *find_slot(const cov_claims *c, const char *id, size_t size, uint32_t hash)
{
    size_t mask = c->n_slots - 1, i = hash & mask;
    for (; c->slot[i] != 0; i = (i + 1) & mask) {
        const entry *e = &c->entry[c->slot[i] - 1];
        const char *text = c->pool + e->text;
        if (e->hash == hash && strncmp(text, id, size) == 0 && text[size] == '\0')
            break;
    }
    return &c->slot[i];
}

static uint32_t hash_id(const char *id, size_t size)
{
    uint64_t hash = cov_hash_bytes(COV_HASH_INIT, id, size);
    return (uint32_t)(hash ^ hash >> 32);
}

static cov_status grow_slots(cov_claims *c, cov_error *err)
{
    size_t n_slots = c->n_slots != 0 ? c->n_slots : 64;
    while (n_slots / 2 < c->n + 1)
        n_slots *= 2;
    if (n_slots == c->n_slots)
        return COV_OK;
    uint32_t *slot = cov_alloc_zero(n_slots, sizeof *slot);
    if (slot == NULL)
        return cov_fail_memory(err);
    cov_free(c->slot);
    c->slot = slot;
    c->n_slots = n_slots;
    for (size_t i = 0; i < c->n; i++) {
        size_t k = c->entry[i].hash & (n_slots - 1);
        while (slot[k] != 0)
            k = (k + 1) & (n_slots - 1);
        slot[k] = (uint32_t)i + 1;
    }
    return COV_OK;
}

/* Room for one id more. */
static cov_status reserve(cov_claims *c, size_t size, cov_error *err)
{
    if (c->n == IDS_MAX)
        return cov_fail(err, COV_ERR_LIMIT, "%s has more than %zu different ids", c->label,
                        IDS_MAX);
    if (size >= SIZE_MAX - c->pool_size ||
        cov_reserve((void **)&c->entry, &c->capacity, c->n + 1, sizeof *c->entry) != 0 ||
        cov_reserve((void **)&c->pool, &c->pool_capacity, c->pool_size + size + 1, 1) != 0)
        return cov_fail_memory(err);
    return grow_slots(c, err);
}

static cov_status claim(cov_claims *c, const char *id, size_t size, uint64_t served,
                        uint64_t unknown, cov_error *err)
{
    cov_status s = reserve(c, size, err);
    if (s != COV_OK)
        return s;
    uint32_t hash = hash_id(id, size);
    uint32_t *slot = find_slot(c, id, size, hash);
    if (*slot == 0) {
        c->entry[c->n] = (entry){.text = c->pool_size, .hash = hash};
        memcpy(c->pool + c->pool_size, id, size);
        c->pool[c->pool_size + size] = '\0';
        c->pool_size += size + 1;
        *slot = (uint32_t)++c->n;
    }
    c->entry[*slot - 1].served |= served;
    c->entry[*slot - 1].unknown |= unknown;
    return COV_OK;
}

/* ---------------------------------------------------------------- reading */

static cov_status create_rules(cov_claims *c, const cov_claim *claims, size_t n, cov_layer *layer,
                               cov_error *err)
{
    cov_status s = COV_OK;
    c->rule = cov_alloc_zero(n, sizeof *c->rule);
    if (c->rule == NULL)
        return cov_fail_memory(err);
    c->n_rules = n;
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        c->rule[i].bit = UINT64_C(1) << claims[i].bit;
        c->rule[i].text = claims[i].condition;
        c->bits |= c->rule[i].bit;
        if (claims[i].condition != NULL)
            s = cov_condition_create(claims[i].condition, layer, &c->rule[i].condition, err);
    }
    return s;
}

static cov_status select_columns(const cov_claims *c, const cov_column *key, cov_layer *layer,
                                 cov_error *err)
{
    size_t n = 1, used = 0;
    for (size_t i = 0; i < c->n_rules; i++)
        n += c->rule[i].condition != NULL ? cov_condition_parts(c->rule[i].condition) : 0;
    int *column = cov_alloc(n, sizeof *column);
    if (column == NULL)
        return cov_fail_memory(err);
    column[used++] = key->index;
    for (size_t i = 0; i < c->n_rules; i++) {
        const cov_condition *condition = c->rule[i].condition;
        for (size_t k = 0; condition != NULL && k < cov_condition_parts(condition); k++)
            column[used++] = cov_condition_column(condition, k);
    }
    cov_status s = cov_layer_select(layer, column, used, 0, err);
    cov_free(column);
    return s;
}

static cov_status ask_rules(cov_claims *c, const cov_record *row, uint64_t *served,
                            uint64_t *unknown, cov_error *err)
{
    for (size_t i = 0; i < c->n_rules; i++) {
        rule *r = &c->rule[i];
        cov_reply reply = COV_REPLY_YES;
        cov_status s = COV_OK;
        if (r->condition != NULL)
            s = cov_condition_ask(r->condition, row, &reply, err);
        if (s != COV_OK)
            return s;
        r->met += reply == COV_REPLY_YES;
        r->unknown += reply == COV_REPLY_UNKNOWN;
        *served |= reply == COV_REPLY_YES ? r->bit : 0;
        *unknown |= reply == COV_REPLY_UNKNOWN ? r->bit : 0;
    }
    return COV_OK;
}

static cov_status read_row(cov_claims *c, const cov_column *key, const cov_record *row,
                           cov_error *err)
{
    uint64_t served = 0, unknown = 0;
    cov_status s = ask_rules(c, row, &served, &unknown, err);
    c->counts.rows++;
    if (s != COV_OK || (served | unknown) == 0)
        return s;
    c->counts.met += served != 0;
    c->counts.unknown += served == 0;
    char digits[24];
    size_t size = 0;
    const char *id = cov_column_id(key, row, digits, &size);
    if (id == NULL) {
        c->counts.without_id++;
        return COV_OK;
    }
    return claim(c, id, size, served, unknown, err);
}

typedef struct reading {
    cov_claims *claims;
    const cov_column *key;
    const cov_layer *layer;
} reading;

static cov_status add_row(void *data, OGRFeatureH row, cov_error *err)
{
    const reading *r = data;
    const cov_record record = cov_layer_record(r->layer, row);
    return read_row(r->claims, r->key, &record, err);
}

static cov_status read_rows(cov_claims *c, const cov_column *key, cov_layer *layer,
                            const cov_phases *phases, cov_error *err)
{
    reading r = {c, key, layer};
    cov_status s = cov_layer_each(layer, phases, add_row, &r, err);
    if (s == COV_OK && c->counts.rows == 0)
        s = cov_layer_refuse_empty(layer, "rows", err);
    return s;
}

static cov_status note_rows(const cov_claims *c, cov_notes *notes, cov_error *err)
{
    cov_status s = COV_OK;
    if (c->counts.without_id > 0)
        s = cov_notes_add(notes, err, COV_NOTE_WARNING,
                          "%s: rows without an id (column %s), which are nobody's: %" PRIu64
                          " of %" PRIu64,
                          c->label, cov_quote(c->key).text, c->counts.without_id, c->counts.rows);
    for (size_t i = 0; i < c->n_rules && s == COV_OK; i++) {
        const rule *r = &c->rule[i];
        if (r->met == 0 && r->condition != NULL)
            s = cov_notes_add(notes, err, COV_NOTE_WARNING,
                              "%s: none of its %" PRIu64 " rows meets the condition \"%s\", which "
                              "is unknown for %" PRIu64 " of them",
                              c->label, c->counts.rows, cov_quote(r->text).text, r->unknown);
    }
    return s;
}

static cov_status read_table(cov_claims *c, const cov_claim *claims, size_t n, cov_layer *layer,
                             cov_notes *notes, const cov_phases *phases, cov_error *err)
{
    cov_column key;
    cov_status s = cov_column_find_id(layer, claims[0].key, "key column", &key, err);
    if (s != COV_OK)
        return s;
    c->label = cov_layer_describe(layer);
    c->key = cov_copy_text(key.name);
    s = c->label != NULL && c->key != NULL ? grow_slots(c, err) : cov_fail_memory(err);
    if (s == COV_OK)
        s = create_rules(c, claims, n, layer, err);
    if (s == COV_OK)
        s = select_columns(c, &key, layer, err);
    if (s == COV_OK)
        s = read_rows(c, &key, layer, phases, err);
    if (s == COV_OK)
        s = note_rows(c, notes, err);
    return s;
}

/* The conditions point into the layer and the job; nobody asks them any more. */
static void forget_rules(cov_claims *c)
{
    for (size_t i = 0; i < c->n_rules; i++)
        cov_condition_free(c->rule[i].condition);
    cov_free(c->rule);
    c->rule = NULL;
    c->n_rules = 0;
}

static int is_same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

int cov_claims_alike(const cov_claim *a, const cov_claim *b)
{
    return a->source->table == b->source->table && is_same(a->source->path, b->source->path) &&
           is_same(a->source->layer, b->source->layer) &&
           is_same(a->source->where, b->source->where) && is_same(a->key, b->key);
}

cov_status cov_claims_read(const cov_claim *claims, size_t n, const cov_policy *policy,
                           cov_notes *notes, cov_phases *phases, cov_claims **out, cov_error *err)
{
    cov_layer layer;
    cov_claims *c = cov_alloc_zero(1, sizeof *c);
    if (c == NULL)
        return cov_fail_memory(err);
    cov_status s = cov_phases_enter(phases, "read tables", err);
    if (s == COV_OK)
        s = cov_layer_open_table(claims[0].source, policy, notes, &layer, err);
    if (s == COV_OK) {
        s = read_table(c, claims, n, &layer, notes, phases, err);
        forget_rules(c);
        cov_layer_close(&layer);
    }
    cov_phases_leave(phases);
    if (s == COV_OK) {
        *out = c;
        return COV_OK;
    }
    cov_claims_free(c);
    return s;
}

void cov_claims_free(cov_claims *claims)
{
    if (claims == NULL)
        return;
    forget_rules(claims);
    cov_free(claims->label);
    cov_free(claims->key);
    cov_free(claims->entry);
    cov_free(claims->pool);
    cov_free(claims->slot);
    cov_free(claims);
}

/* ---------------------------------------------------------------- asking */

void cov_claims_find(const cov_claims *claims, const char *id, size_t size, uint64_t *served,
                     uint64_t *unknown)
{
    uint32_t slot = *find_slot(claims, id, size, hash_id(id, size));
    if (slot == 0)
        return;
    entry *e = &claims->entry[slot - 1];
    if (atomic_load_explicit(&e->asked, memory_order_relaxed) == 0)
        atomic_store_explicit(&e->asked, 1, memory_order_relaxed);
    *served |= e->served;
    *unknown |= e->unknown & ~e->served;
}

uint64_t cov_claims_bits(const cov_claims *claims)
{
    return claims->bits;
}

const char *cov_claims_label(const cov_claims *claims)
{
    return claims->label;
}

void cov_claims_count(const cov_claims *claims, cov_claims_counts *out)
{
    *out = claims->counts;
    out->ids = claims->n;
    out->asked = 0;
    for (size_t i = 0; i < claims->n; i++)
        out->asked += atomic_load_explicit(&claims->entry[i].asked, memory_order_relaxed);
}

cov_status cov_claims_check(const cov_claims *claims, const char *households, const char *asked,
                            int is_part, cov_notes *notes, cov_error *err)
{
    cov_claims_counts counts;
    cov_claims_count(claims, &counts);
    uint64_t ids = counts.ids, missed = ids - counts.asked;
    if (missed == 0)
        return COV_OK;
    if (missed < ids)
        return cov_notes_add(
            notes, err, missed > ids / 2 && !is_part ? COV_NOTE_WARNING : COV_NOTE_INFO,
            "%s: of its %" PRIu64 " ids (column %s) %" PRIu64 " are those of no point in %s",
            claims->label, ids, cov_quote(claims->key).text, missed, households);
    if (is_part)
        return cov_notes_add(notes, err, COV_NOTE_WARNING,
                             "%s: none of its %" PRIu64
                             " ids (column %s) is that of a point in %s: "
                             "right for a part, if the others have them",
                             claims->label, ids, cov_quote(claims->key).text, households);
    return cov_fail(err, COV_ERR_INPUT,
                    "%s: none of its %" PRIu64 " ids (column %s, such as \"%s\") is that of a "
                    "point in %s (such as \"%s\"): is one of the columns of ids the wrong one, or "
                    "are they written differently?",
                    claims->label, ids, cov_quote(claims->key).text,
                    cov_quote(claims->pool + claims->entry[0].text).text, households,
                    cov_quote(asked).text);
}
