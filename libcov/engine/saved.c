/* SPDX-License-Identifier: MIT */
#include "engine/saved.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "engine/service.h"
#include "engine/tally.h"

/* The first byte isn't ASCII and the line ends would not survive a transfer as text. */
static const unsigned char magic[8] = {0x89, 'C', 'O', 'V', '\r', '\n', 0x1A, '\n'};

/* What the fixed part says. */
typedef struct header {
    uint32_t version;
    uint32_t scale;
    uint64_t size;
    uint64_t fingerprint;
    uint64_t n_cells;
    uint64_t names_size;
    uint32_t n_services;
    uint32_t zero;
    cov_ledger ledger;
} header;

/* ---------------------------------------------------------------- numbers */

static unsigned char *put(unsigned char *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> (8 * i));
    return at + bytes;
}

static uint64_t get(const unsigned char **at, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)(*at)[i] << (8 * i);
    *at += bytes;
    return value;
}

static unsigned char *put_count(unsigned char *at, cov_count count)
{
    return put(put(at, count.points, 8), count.weight, 8);
}

static cov_count get_count(const unsigned char **at)
{
    cov_count count;
    count.points = get(at, 8);
    count.weight = get(at, 8);
    return count;
}

static cov_tally_cell get_cell(const unsigned char *at)
{
    cov_tally_cell cell;
    cell.area = (int32_t)(uint32_t)get(&at, 4);
    cell.set = get(&at, 8);
    cell.unknown = get(&at, 8);
    cell.weight = get(&at, 8);
    return cell;
}

/* The order of the cells: does `cell` stand behind `last`? */
static bool follows(const cov_tally_cell *cell, const cov_tally_cell *last)
{
    if (cell->area != last->area)
        return cell->area > last->area;
    if (cell->set != last->set)
        return cell->set > last->set;
    return cell->unknown > last->unknown;
}

/* ---------------------------------------------------------------- header */

static unsigned char *put_header(unsigned char *at, const header *h)
{
    memcpy(at, magic, sizeof magic);
    at = put(at + sizeof magic, h->version, 4);
    at = put(at, h->scale, 4);
    at = put(at, h->size, 8);
    at = put(at, h->fingerprint, 8);
    at = put(at, h->n_cells, 8);
    at = put(at, h->names_size, 8);
    at = put(at, h->n_services, 4);
    at = put(at, h->zero, 4);
    at = put_count(at, h->ledger.read);
    at = put_count(at, h->ledger.assigned);
    at = put_count(at, h->ledger.outside);
    at = put_count(at, h->ledger.no_location);
    at = put_count(at, h->ledger.duplicate);
    at = put_count(at, h->ledger.rejected);
    return put_count(at, h->ledger.overlap);
}

static void get_header(const unsigned char *at, header *h)
{
    at += sizeof magic;
    h->version = (uint32_t)get(&at, 4);
    h->scale = (uint32_t)get(&at, 4);
    h->size = get(&at, 8);
    h->fingerprint = get(&at, 8);
    h->n_cells = get(&at, 8);
    h->names_size = get(&at, 8);
    h->n_services = (uint32_t)get(&at, 4);
    h->zero = (uint32_t)get(&at, 4);
    h->ledger.read = get_count(&at);
    h->ledger.assigned = get_count(&at);
    h->ledger.outside = get_count(&at);
    h->ledger.no_location = get_count(&at);
    h->ledger.duplicate = get_count(&at);
    h->ledger.rejected = get_count(&at);
    h->ledger.overlap = get_count(&at);
}

/* ---------------------------------------------------------------- save */

static size_t names_size(const cov_tally *t)
{
    size_t size = 0;
    for (size_t k = 0; k < t->n_services; k++)
        size += strlen(t->service[k].name) + 1;
    return size;
}

size_t cov_tally_saved_size(const cov_tally *tally)
{
    return COV_SAVED_HEADER + names_size(tally) + tally->cells.n * COV_SAVED_CELL +
           COV_SAVED_CHECKSUM;
}

static int compare_saved_cells(const void *a, const void *b)
{
    cov_tally_cell x = get_cell(a), y = get_cell(b);
    return follows(&x, &y) - follows(&y, &x);
}

cov_status cov_tally_save(const cov_tally *tally, void *buffer, size_t capacity, cov_error *err)
{
    if (tally == NULL || buffer == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "cov_tally_save needs a tally and a buffer");
    size_t size = cov_tally_saved_size(tally);
    if (capacity < size)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the saved tally takes %zu bytes, the buffer has only %zu", size, capacity);
    header h = {.version = COV_SAVED_VERSION,
                .scale = tally->scale,
                .size = size,
                .fingerprint = cov_areas_fingerprint(tally->areas),
                .n_cells = tally->cells.n,
                .names_size = names_size(tally),
                .n_services = (uint32_t)tally->n_services,
                .ledger = tally->ledger};
    unsigned char *at = put_header(buffer, &h);
    for (size_t k = 0; k < tally->n_services; k++) {
        size_t name = strlen(tally->service[k].name) + 1;
        memcpy(at, tally->service[k].name, name);
        at += name;
    }
    unsigned char *cells = at;
    for (size_t i = 0; i < tally->cells.n; i++) {
        const cov_tally_cell *cell = &tally->cells.cell[i];
        at = put(put(at, (uint32_t)cell->area, 4), cell->set, 8);
        at = put(put(at, cell->unknown, 8), cell->weight, 8);
    }
    qsort(cells, tally->cells.n, COV_SAVED_CELL, compare_saved_cells);
    put(at, cov_hash_bytes(COV_HASH_INIT, buffer, size - COV_SAVED_CHECKSUM), 8);
    return COV_OK;
}

/* ---------------------------------------------------------------- load */

static cov_status damaged(cov_error *err, const char *what)
{
    return cov_fail(err, COV_ERR_FORMAT,
                    "the saved tally is damaged (%s): count its points again, or fetch the file "
                    "again",
                    what);
}

/* That these are the bytes somebody saved, all of them. */
static cov_status check_whole(const unsigned char *bytes, size_t size, header *h, cov_error *err)
{
    size_t head = size < sizeof magic ? size : sizeof magic;
    if (size == 0 || memcmp(bytes, magic, head) != 0)
        return cov_fail(err, COV_ERR_FORMAT, "this is not a saved tally");
    if (size < COV_SAVED_HEADER + COV_SAVED_CHECKSUM)
        return damaged(err, "it ends in the middle");
    get_header(bytes, h);
    if (h->version > COV_SAVED_VERSION)
        return cov_fail(err, COV_ERR_FORMAT,
                        "the saved tally has format version %" PRIu32 ", made by a newer libcov: "
                        "this one reads version %d",
                        h->version, COV_SAVED_VERSION);
    if (h->version != COV_SAVED_VERSION)
        return damaged(err, "there is no such version");
    if (h->size != size)
        return damaged(err, h->size > size ? "it ends in the middle" : "bytes follow its end");
    const unsigned char *at = bytes + size - COV_SAVED_CHECKSUM;
    if (get(&at, 8) != cov_hash_bytes(COV_HASH_INIT, bytes, size - COV_SAVED_CHECKSUM))
        return damaged(err, "its checksum is wrong");
    return COV_OK;
}

/* That the parts fill the size, each within it, and the fixed ones make sense. */
static cov_status check_header(const header *h, cov_error *err)
{
    uint64_t left = h->size - COV_SAVED_HEADER - COV_SAVED_CHECKSUM;
    if (h->n_services > COV_SERVICES_MAX || h->names_size > left)
        return damaged(err, "it has too many services");
    left -= h->names_size;
    if (left % COV_SAVED_CELL != 0 || h->n_cells != left / COV_SAVED_CELL)
        return damaged(err, "its number of cells is wrong");
    if (!cov_scale_is_known(h->scale) || h->zero != 0)
        return damaged(err, "its scale is unknown");
    if (cov_ledger_check(&h->ledger, NULL) != COV_OK)
        return damaged(err, "its ledger doesn't balance");
    return COV_OK;
}

/* Point the services at the names in the bytes. */
static cov_status read_names(const header *h, const unsigned char *names, cov_service *service,
                             cov_error *err)
{
    uint64_t left = h->names_size;
    for (size_t k = 0; k < h->n_services; k++) {
        const unsigned char *end = left > 0 ? memchr(names, 0, (size_t)left) : NULL;
        if (end == NULL)
            return damaged(err, "a name has no end");
        service[k].name = (const char *)names;
        service[k].footprint = NULL;
        left -= (uint64_t)(end + 1 - names);
        names = end + 1;
    }
    if (left != 0)
        return damaged(err, "it has more names than services");
    if (cov_services_check(service, h->n_services, NULL) != COV_OK)
        return damaged(err, "a service has an impossible name");
    return COV_OK;
}

static cov_status read_cells(const header *h, const unsigned char *bytes, cov_tally *t,
                             cov_error *err)
{
    size_t n = (size_t)h->n_cells, n_areas = cov_areas_count(t->areas);
    uint64_t sum = 0;
    cov_status s = cov_tally_cells_reserve(&t->cells, n, err);
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        cov_tally_cell cell = get_cell(bytes + i * COV_SAVED_CELL);
        if ((uint32_t)cell.area >= n_areas)
            return damaged(err, "an area doesn't exist");
        if (t->n_services < 64 && (cell.set | cell.unknown) >> t->n_services != 0)
            return damaged(err, "a service doesn't exist");
        if ((cell.set & cell.unknown) != 0)
            return damaged(err, "a service both reaches and is unknown");
        if (i > 0 && !follows(&cell, &t->cells.cell[i - 1]))
            return damaged(err, "its cells are out of order");
        if (cell.weight == 0 || cell.weight > h->ledger.assigned.weight - sum)
            return damaged(err, "its cells don't add up to its ledger");
        sum += cell.weight;
        cov_tally_cells_add(&t->cells, cell);
    }
    if (s == COV_OK && sum != h->ledger.assigned.weight)
        return damaged(err, "its cells don't add up to its ledger");
    return s;
}

cov_status cov_tally_load(const cov_areas *areas, const void *bytes, size_t size, cov_tally **out,
                          cov_error *err)
{
    if (areas == NULL || out == NULL || (bytes == NULL && size > 0))
        return cov_fail(err, COV_ERR_ARGUMENT, "cov_tally_load needs areas, bytes and a place");
    header h;
    cov_service service[COV_SERVICES_MAX];
    cov_tally *t = NULL;
    cov_status s = check_whole(bytes, size, &h, err);
    if (s == COV_OK)
        s = check_header(&h, err);
    if (s == COV_OK && h.fingerprint != cov_areas_fingerprint(areas))
        s = cov_fail(err, COV_ERR_MISMATCH,
                     "the saved tally was made with other areas: load it with those boundaries, "
                     "ids, names and coordinate system");
    if (s == COV_OK)
        s = read_names(&h, (const unsigned char *)bytes + COV_SAVED_HEADER, service, err);
    if (s == COV_OK)
        s = cov_tally_create_bare(areas, service, h.n_services, &t, err);
    if (s == COV_OK)
        s = read_cells(&h, (const unsigned char *)bytes + COV_SAVED_HEADER + h.names_size, t, err);
    if (s != COV_OK) {
        cov_tally_free(t);
        return s;
    }
    t->scale = h.scale;
    t->ledger = h.ledger;
    if (t->max_cells < t->cells.n)
        t->max_cells = t->cells.n;
    *out = t;
    return COV_OK;
}
