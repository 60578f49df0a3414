/* SPDX-License-Identifier: MIT */
#include "geometry/bags.h"

#include <stdbool.h>
#include <string.h>

#include "base/hash.h"
#include "geometry/cells_layout.h"

void cov_bags_add(cov_bags *bags, uint32_t label, int32_t count)
{
    if (label == 0)
        return;
    for (size_t i = 0; i < bags->n; i++) {
        cov_holder *h = &bags->holder[i];
        if (h->label != label)
            continue;
        h->count += count;
        if (h->count == 0)
            *h = bags->holder[--bags->n];
        return;
    }
    if (cov_reserve((void **)&bags->holder, &bags->capacity, bags->n + 1, sizeof(cov_holder)) !=
        0) {
        bags->status = COV_ERR_MEMORY;
        return;
    }
    bags->holder[bags->n++] = (cov_holder){label, count};
}

void cov_bags_load(cov_bags *bags, uint32_t word)
{
    bags->n = 0;
    if (word_kind(word) == KIND_LABEL) {
        cov_bags_add(bags, word, 1);
        return;
    }
    size_t at = word_payload(word), n = bags->set.word[at + SET_ENTRIES];
    for (size_t i = 0; i < n; i++)
        cov_bags_add(bags, bags->set.word[at + SET_BAG + 2 * i],
                     (int32_t)bags->set.word[at + SET_BAG + 2 * i + 1]);
}

int64_t cov_bags_count(const cov_bags *bags, uint32_t word)
{
    int64_t count = 0;
    if (word_kind(word) == KIND_LABEL)
        return word_payload(word) != 0;
    const uint32_t *set = bags->set.word + word_payload(word);
    for (size_t i = 0; i < set[SET_ENTRIES]; i++)
        count += (int32_t)set[SET_BAG + 2 * i + 1];
    return count;
}

/* ---------------------------------------------------------------- sets */

static void sort_holders(cov_bags *bags)
{
    for (size_t i = 1; i < bags->n; i++) {
        cov_holder h = bags->holder[i];
        size_t j = i;
        for (; j > 0 && bags->holder[j - 1].label > h.label; j--)
            bags->holder[j] = bags->holder[j - 1];
        bags->holder[j] = h;
    }
}

/* Append the present bag as a set. */
static void write_set(cov_bags *bags)
{
    uint32_t *w = words_add(&bags->set, SET_BAG + 2 * bags->n);
    if (w == NULL) {
        bags->status = COV_ERR_MEMORY;
        return;
    }
    if (bags->set.n > bags->set_limit || bags->set.n > PAYLOAD_MASK)
        bags->status = COV_ERR_LIMIT;
    memset(w, 0, SET_BAG * sizeof *w);
    w[SET_ENTRIES] = (uint32_t)bags->n;
    int64_t sums = 0;
    for (size_t i = 0; i < bags->n; i++) {
        cov_holder h = bags->holder[i];
        w[SET_BAG + 2 * i] = h.label;
        w[SET_BAG + 2 * i + 1] = (uint32_t)h.count;
        sums += h.count * sums_of_label(h.label);
        if (h.count <= 0)
            continue;
        w[SET_DISTINCT]++;
        w[SET_OWNER] = w[SET_OWNER] == 0 ? h.label : w[SET_OWNER];
    }
    memcpy(&w[SET_SUMS], &sums, sizeof sums);
}

static size_t set_bytes(const cov_bags *bags, size_t at)
{
    return (SET_BAG + 2 * (size_t)bags->set.word[at + SET_ENTRIES]) * sizeof(uint32_t);
}

/* The slot of the set at `at`: the one that holds an equal set, or the empty one it belongs to. */
static size_t find_slot(const cov_bags *bags, size_t at)
{
    const uint32_t *word = bags->set.word;
    size_t bytes = set_bytes(bags, at), mask = bags->n_slots - 1;
    size_t slot = cov_hash_bytes(0, word + at, bytes) & mask;
    for (; bags->slot[slot] != 0; slot = (slot + 1) & mask) {
        size_t known = bags->slot[slot] - 1;
        if (set_bytes(bags, known) == bytes && memcmp(word + known, word + at, bytes) == 0)
            break;
    }
    return slot;
}

/* Keep the table at most half full. */
static bool grow_slots(cov_bags *bags)
{
    if (2 * (bags->n_sets + 1) <= bags->n_slots)
        return true;
    size_t n = bags->n_slots > 0 ? 2 * bags->n_slots : 16;
    uint32_t *slot = cov_alloc_zero(n, sizeof *slot);
    if (slot == NULL) {
        bags->status = COV_ERR_MEMORY;
        return false;
    }
    cov_free(bags->slot);
    bags->slot = slot;
    bags->n_slots = n;
    for (size_t at = 0; at < bags->set.n; at += set_bytes(bags, at) / sizeof(uint32_t))
        slot[find_slot(bags, at)] = (uint32_t)at + 1;
    return true;
}

/* The offset of the present bag among the sets. It is written behind the last of them and, if it is
 * known already, taken back. */
static size_t keep_set(cov_bags *bags)
{
    size_t at = bags->set.n;
    sort_holders(bags);
    if (!grow_slots(bags))
        return 0;
    write_set(bags);
    if (bags->status != COV_OK)
        return 0;
    size_t slot = find_slot(bags, at);
    if (bags->slot[slot] != 0) {
        bags->set.n = at;
        return bags->slot[slot] - 1;
    }
    bags->slot[slot] = (uint32_t)at + 1;
    bags->n_sets++;
    return at;
}

uint32_t cov_bags_word(cov_bags *bags)
{
    if (bags->n == 0)
        return word_of(KIND_LABEL, 0);
    if (bags->n == 1 && bags->holder[0].count == 1)
        return word_of(KIND_LABEL, bags->holder[0].label);
    return word_of(KIND_SET, keep_set(bags));
}

void cov_bags_clear(cov_bags *bags)
{
    cov_free(bags->holder);
    cov_free(bags->set.word);
    cov_free(bags->slot);
}
