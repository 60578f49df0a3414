/* SPDX-License-Identifier: MIT */
#include "engine/tally.h"

#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "engine/points.h"
#include "engine/service.h"

/* Points located and marked at a time: their scratch stays in the cache. */
#define CHUNK ((size_t)4096)

/* What slots of 32 bits can number, 0 being a free one. */
#define CELLS_MAX ((size_t)UINT32_MAX - 1)

/* ---------------------------------------------------------------- cells */

/* The hash begins with where the slots lie, which nobody who makes up a saved tally knows: no file
 * can have all its cells fall on one slot. No result depends on the place of a slot. */
static uint32_t *find_slot(const cov_tally_cells *t, const cov_tally_cell *key)
{
    size_t mask = t->n_slots - 1;
    uint64_t seed = cov_hash_word(COV_HASH_INIT, (uintptr_t)t->slot);
    uint64_t sets = cov_hash_word(cov_hash_word(seed, key->set), key->unknown);
    size_t i = (size_t)cov_hash_word(sets, (uint32_t)key->area) & mask;
    for (; t->slot[i] != 0; i = (i + 1) & mask) {
        const cov_tally_cell *cell = &t->cell[t->slot[i] - 1];
        if (cell->set == key->set && cell->unknown == key->unknown && cell->area == key->area)
            break;
    }
    return &t->slot[i];
}

static void fill_slots(cov_tally_cells *t)
{
    memset(t->slot, 0, t->n_slots * sizeof *t->slot);
    for (size_t i = 0; i < t->n; i++)
        *find_slot(t, &t->cell[i]) = (uint32_t)i + 1;
}

cov_status cov_tally_cells_reserve(cov_tally_cells *t, size_t need, cov_error *err)
{
    if (need > CELLS_MAX)
        return cov_fail(err, COV_ERR_LIMIT,
                        "%zu different cells of area and sets of services are more than the limit "
                        "of %zu",
                        need, CELLS_MAX);
    void *block = t->cell;
    int failed = cov_reserve(&block, &t->capacity, need, sizeof *t->cell);
    t->cell = block;
    if (failed)
        return cov_fail_memory(err);

    size_t n_slots = t->n_slots != 0 ? t->n_slots : 64;
    while (n_slots / 2 < t->capacity) {
        if (n_slots > SIZE_MAX / 2)
            return cov_fail_memory(err);
        n_slots *= 2;
    }
    if (n_slots == t->n_slots)
        return COV_OK;
    uint32_t *slot = cov_alloc(n_slots, sizeof *slot);
    if (slot == NULL)
        return cov_fail_memory(err);
    cov_free(t->slot);
    t->slot = slot;
    t->n_slots = n_slots;
    fill_slots(t);
    return COV_OK;
}

void cov_tally_cells_add(cov_tally_cells *t, cov_tally_cell add)
{
    if (add.weight == 0)
        return;
    uint32_t *slot = find_slot(t, &add);
    if (*slot != 0) {
        t->cell[*slot - 1].weight += add.weight;
        return;
    }
    t->cell[t->n] = add;
    *slot = (uint32_t)++t->n;
}

static void clear_table(cov_tally_cells *t)
{
    t->n = 0;
    fill_slots(t);
}

static void free_table(cov_tally_cells *t)
{
    cov_free(t->cell);
    cov_free(t->slot);
}

/* The cells of `from` that `into` doesn't have. */
static size_t count_new(const cov_tally_cells *into, const cov_tally_cells *from)
{
    size_t n = 0;
    for (size_t i = 0; i < from->n; i++)
        n += *find_slot(into, &from->cell[i]) == 0;
    return n;
}

/* Room in the tally for the cells of `from`: after it nothing can fail. */
static cov_status reserve_cells(cov_tally *t, const cov_tally_cells *from, cov_error *err)
{
    size_t need = t->cells.n + from->n;
    if (need > t->max_cells || need > t->cells.capacity)
        need = t->cells.n + count_new(&t->cells, from);
    if (need > t->max_cells)
        return cov_fail(err, COV_ERR_LIMIT,
                        "%zu different cells of area and sets of services are more than the limit "
                        "of %zu: raise max_cells, or count fewer services at a time",
                        need, t->max_cells);
    return cov_tally_cells_reserve(&t->cells, need, err);
}

static void add_cells(cov_tally_cells *into, const cov_tally_cells *from, uint64_t factor)
{
    for (size_t i = 0; i < from->n; i++) {
        cov_tally_cell add = from->cell[i];
        add.weight *= factor;
        cov_tally_cells_add(into, add);
    }
}

/* ---------------------------------------------------------------- ledger */

static void count_add(cov_count *into, cov_count add, uint64_t factor)
{
    into->points += add.points;
    into->weight += add.weight * factor;
}

static void ledger_add(cov_ledger *into, const cov_ledger *add, uint64_t factor)
{
    count_add(&into->read, add->read, factor);
    count_add(&into->assigned, add->assigned, factor);
    count_add(&into->outside, add->outside, factor);
    count_add(&into->no_location, add->no_location, factor);
    count_add(&into->duplicate, add->duplicate, factor);
    count_add(&into->rejected, add->rejected, factor);
    count_add(&into->overlap, add->overlap, factor);
}

/* Everything counted is a part of what was read: where this sum is exact, every sum is. */
static cov_status check_sum(cov_count a, uint64_t a_factor, cov_count b, uint64_t b_factor,
                            cov_error *err)
{
    if (a.weight > UINT64_MAX / a_factor || b.weight > UINT64_MAX / b_factor ||
        a.weight * a_factor > UINT64_MAX - b.weight * b_factor)
        return cov_fail(err, COV_ERR_LIMIT,
                        "the sum of the weights passes 2^64-1 and can't be counted exactly: is "
                        "the column of weights the right one?");
    if (a.points > UINT64_MAX - b.points)
        return cov_fail(err, COV_ERR_LIMIT, "more than 2^64-1 points can't be counted");
    return COV_OK;
}

static bool is_sum(uint64_t sum, const uint64_t part[5])
{
    for (size_t i = 0; i < 5; i++) {
        if (part[i] > sum)
            return false;
        sum -= part[i];
    }
    return sum == 0;
}

cov_status cov_ledger_check(const cov_ledger *l, cov_error *err)
{
    const uint64_t points[5] = {l->assigned.points, l->outside.points, l->no_location.points,
                                l->duplicate.points, l->rejected.points};
    const uint64_t weight[5] = {l->assigned.weight, l->outside.weight, l->no_location.weight,
                                l->duplicate.weight, l->rejected.weight};
    if (!is_sum(l->read.points, points) || !is_sum(l->read.weight, weight))
        return cov_fail(err, COV_ERR_LEDGER,
                        "the ledger doesn't balance: %" PRIu64 " points of weight %" PRIu64
                        " were read, but its buckets hold another sum",
                        l->read.points, l->read.weight);
    if (l->overlap.points > l->assigned.points || l->overlap.weight > l->assigned.weight)
        return cov_fail(err, COV_ERR_LEDGER,
                        "the ledger doesn't balance: more points in overlaps than in areas");
    return COV_OK;
}

/* ---------------------------------------------------------------- create */

bool cov_scale_is_known(uint32_t scale)
{
    uint32_t power = 1;
    while (power < scale && power < UINT32_C(1000000000))
        power *= 10;
    return power == scale;
}

cov_status cov_tally_create_bare(const cov_areas *areas, const cov_service *services, size_t n,
                                 cov_tally **out, cov_error *err)
{
    cov_tally *t = cov_alloc_zero(1, sizeof *t);
    if (t == NULL)
        return cov_fail_memory(err);
    const cov_tally_options defaults = COV_TALLY_OPTIONS_INIT;
    t->areas = areas;
    t->n_services = n;
    t->scale = defaults.scale;
    t->max_cells = defaults.max_cells;
    cov_status s = cov_services_copy(services, n, &t->service, err);
    if (s == COV_OK)
        s = cov_tally_cells_reserve(&t->cells, 1, err);
    if (s != COV_OK) {
        cov_tally_free(t);
        return s;
    }
    *out = t;
    return COV_OK;
}

static cov_status add_scratch(cov_tally *t, cov_error *err)
{
    t->area = cov_alloc(CHUNK, sizeof *t->area);
    t->overlap = cov_alloc(CHUNK, sizeof *t->overlap);
    t->served = cov_alloc(CHUNK, sizeof *t->served);
    t->unknown = cov_alloc(CHUNK, sizeof *t->unknown);
    if (t->area == NULL || t->overlap == NULL || t->served == NULL || t->unknown == NULL)
        return cov_fail_memory(err);
    return cov_tally_cells_reserve(&t->batch, 1, err);
}

static cov_status check_options(const cov_tally_options *o, cov_error *err)
{
    if (o->size != sizeof *o)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "cov_tally_options.size is %zu: use COV_TALLY_OPTIONS_INIT", o->size);
    if (!cov_scale_is_known(o->scale))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "a scale of %" PRIu32 " is unknown: use a power of ten up to 10^9, such as "
                        "1 for whole weights, 1000 for thousandths",
                        o->scale);
    return COV_OK;
}

cov_status cov_tally_create(const cov_areas *areas, const cov_service *services, size_t n_services,
                            const cov_tally_options *options, cov_tally **out, cov_error *err)
{
    const cov_tally_options defaults = COV_TALLY_OPTIONS_INIT;
    const cov_tally_options *o = options != NULL ? options : &defaults;
    if (areas == NULL || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "a tally needs areas and a place to be written to");
    cov_tally *t = NULL;
    cov_status s = check_options(o, err);
    if (s == COV_OK)
        s = cov_services_check(services, n_services, err);
    if (s == COV_OK)
        s = cov_tally_create_bare(areas, services, n_services, &t, err);
    if (s == COV_OK)
        s = add_scratch(t, err);
    if (s != COV_OK) {
        cov_tally_free(t);
        return s;
    }
    t->scale = o->scale;
    t->max_cells = o->max_cells < CELLS_MAX ? o->max_cells : CELLS_MAX;
    for (size_t k = 0; k < n_services; k++)
        t->told |= services[k].footprint == NULL ? UINT64_C(1) << k : 0;
    *out = t;
    return COV_OK;
}

void cov_tally_free(cov_tally *tally)
{
    if (tally == NULL)
        return;
    free_table(&tally->cells);
    free_table(&tally->batch);
    cov_free(tally->area);
    cov_free(tally->overlap);
    cov_free(tally->served);
    cov_free(tally->unknown);
    cov_free(tally->service);
    cov_free(tally);
}

/* ---------------------------------------------------------------- push */

static const double *further(const double *coordinate, size_t stride, size_t first)
{
    if (coordinate == NULL)
        return NULL;
    stride = stride != 0 ? stride : sizeof(double);
    return (const double *)(const void *)((const char *)coordinate + first * stride);
}

/* Points first .. first + n of a batch. */
static cov_points slice(const cov_points *p, size_t first, size_t n)
{
    cov_points part = *p;
    part.n = n;
    part.x = further(p->x, p->x_stride, first);
    part.y = further(p->y, p->y_stride, first);
    part.weight = p->weight != NULL ? p->weight + first : NULL;
    part.served = p->served != NULL ? p->served + first : NULL;
    part.unknown = p->unknown != NULL ? p->unknown + first : NULL;
    part.area = p->area != NULL ? p->area + first : NULL;
    part.overlap = p->overlap != NULL ? p->overlap + first : NULL;
    return part;
}

static uint64_t weight_of(const cov_tally *t, const cov_points *p, size_t i)
{
    return p->weight != NULL ? p->weight[i] : t->scale;
}

/* What the caller tells of the points of a chunk, checked: neither a place in the tally nor the
 * ledger may come of an area there is none of. */
static cov_status take_areas(cov_tally *t, const cov_points *p, size_t first, cov_error *err)
{
    int64_t n = (int64_t)cov_areas_count(t->areas);
    for (size_t i = 0; i < p->n; i++) {
        int32_t area = p->area[i];
        bool overlap = p->overlap != NULL && p->overlap[i] != 0;
        if (area < COV_NO_LOCATION || area >= n)
            return cov_fail(err, COV_ERR_ARGUMENT,
                            "point number %zu of the batch is told to be in area %" PRId32
                            ": the %" PRId64 " areas are 0 and up, %d is outside, %d no location",
                            first + i + 1, area, n, COV_OUTSIDE, COV_NO_LOCATION);
        if (overlap && area < 0)
            return cov_fail(err, COV_ERR_ARGUMENT,
                            "point number %zu of the batch is told to be in no area and in more "
                            "than one",
                            first + i + 1);
        t->area[i] = area;
        t->overlap[i] = overlap;
    }
    return COV_OK;
}

/* Fill t->area and t->overlap. */
static cov_status locate_chunk(cov_tally *t, const cov_points *p, size_t first, cov_error *err)
{
    if (p->area != NULL)
        return take_areas(t, p, first, err);
    return cov_areas_locate(t->areas, p, t->area, t->overlap, err);
}

/* Fill t->served and t->unknown. A bit that has no meaning here would be a wrong count: it is
 * refused. */
static cov_status mark_chunk(cov_tally *t, const cov_points *p, size_t first, cov_error *err)
{
    for (size_t i = 0; i < p->n; i++) {
        t->served[i] = p->served != NULL ? p->served[i] : 0;
        t->unknown[i] = p->unknown != NULL ? p->unknown[i] : 0;
        if (((t->served[i] | t->unknown[i]) & ~t->told) != 0)
            return cov_fail(err, COV_ERR_ARGUMENT,
                            "point number %zu of the batch is told to be %s a service that isn't "
                            "among the %zu of the tally or has a footprint",
                            first + i + 1,
                            (t->served[i] & ~t->told) != 0 ? "served by" : "unknown for",
                            t->n_services);
    }
    cov_status s = COV_OK;
    for (size_t k = 0; k < t->n_services && s == COV_OK; k++) {
        if (t->service[k].footprint != NULL)
            s = cov_footprint_mark(t->service[k].footprint, p, (unsigned)k, t->served, err);
    }
    return s;
}

static cov_count *bucket_of(cov_ledger *ledger, int32_t area)
{
    if (area >= 0)
        return &ledger->assigned;
    return area == COV_OUTSIDE ? &ledger->outside : &ledger->no_location;
}

/* Add the points, located and marked, to t->batch and the batch's ledger. */
static cov_status count_chunk(cov_tally *t, const cov_points *p, cov_ledger *ledger, cov_error *err)
{
    for (size_t i = 0; i < p->n; i++) {
        cov_count one = {.points = 1, .weight = weight_of(t, p, i)};
        cov_status s = check_sum(ledger->read, 1, one, 1, err);
        if (s != COV_OK)
            return s;
        count_add(&ledger->read, one, 1);
        count_add(bucket_of(ledger, t->area[i]), one, 1);
        if (t->overlap[i] != 0)
            count_add(&ledger->overlap, one, 1);
        if (t->area[i] >= 0)
            cov_tally_cells_add(&t->batch,
                                (cov_tally_cell){.set = t->served[i],
                                                 .unknown = t->unknown[i] & ~t->served[i],
                                                 .weight = one.weight,
                                                 .area = t->area[i]});
    }
    return COV_OK;
}

static cov_status push_chunk(cov_tally *t, const cov_points *p, size_t first, cov_ledger *ledger,
                             cov_error *err)
{
    cov_status s = locate_chunk(t, p, first, err);
    if (s == COV_OK)
        s = mark_chunk(t, p, first, err);
    if (s == COV_OK)
        s = cov_tally_cells_reserve(&t->batch, t->batch.n + p->n, err);
    if (s == COV_OK)
        s = count_chunk(t, p, ledger, err);
    return s;
}

/* Where the areas are told, only a footprint asks for the places, and checks them. */
static cov_status check_points(const cov_points *p, cov_error *err)
{
    bool told = p != NULL && p->area != NULL;
    cov_status s = told ? COV_OK : cov_points_check(p, err);
    if (s == COV_OK && p->overlap != NULL && !told)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the points have an overlap but no area: tell both, or neither");
    return s;
}

/* The batch is counted into a table of its own, as small as the sets it holds are few; only when
 * all of it is known to fit does the tally change. */
cov_status cov_tally_push(cov_tally *tally, const cov_points *points, cov_error *err)
{
    if (tally == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no tally to push to");
    if (tally->served == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "a loaded tally takes no points, for it has no footprints: push to a new "
                        "one and merge the two");
    cov_status s = check_points(points, err);
    if (s != COV_OK)
        return s;

    cov_ledger ledger = {.read = {0, 0}};
    clear_table(&tally->batch);
    for (size_t first = 0; first < points->n && s == COV_OK; first += CHUNK) {
        size_t left = points->n - first;
        cov_points part = slice(points, first, left < CHUNK ? left : CHUNK);
        s = push_chunk(tally, &part, first, &ledger, err);
    }
    if (s == COV_OK)
        s = check_sum(tally->ledger.read, 1, ledger.read, 1, err);
    if (s == COV_OK)
        s = reserve_cells(tally, &tally->batch, err);
    if (s == COV_OK) {
        add_cells(&tally->cells, &tally->batch, 1);
        ledger_add(&tally->ledger, &ledger, 1);
    }
    return s;
}

cov_status cov_tally_exclude(cov_tally *tally, cov_exclusion why, uint64_t points, uint64_t weight,
                             cov_error *err)
{
    if (tally == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no tally to exclude from");
    if (why != COV_EXCLUDE_DUPLICATE && why != COV_EXCLUDE_REJECTED)
        return cov_fail(err, COV_ERR_ARGUMENT, "%d is no cov_exclusion", (int)why);
    cov_count add = {.points = points, .weight = weight};
    cov_status s = check_sum(tally->ledger.read, 1, add, 1, err);
    if (s != COV_OK)
        return s;
    bool duplicate = why == COV_EXCLUDE_DUPLICATE;
    count_add(&tally->ledger.read, add, 1);
    count_add(duplicate ? &tally->ledger.duplicate : &tally->ledger.rejected, add, 1);
    return COV_OK;
}

/* ---------------------------------------------------------------- merge */

static cov_status check_match(const cov_tally *a, const cov_tally *b, cov_error *err)
{
    if (cov_areas_fingerprint(a->areas) != cov_areas_fingerprint(b->areas))
        return cov_fail(err, COV_ERR_MISMATCH,
                        "the tallies were made with different areas: merge those that share the "
                        "same boundaries, ids, names and coordinate system");
    if (a->n_services != b->n_services)
        return cov_fail(err, COV_ERR_MISMATCH,
                        "the tallies count %zu and %zu services: merge those with the same ones "
                        "in the same order",
                        a->n_services, b->n_services);
    for (size_t k = 0; k < a->n_services; k++) {
        if (strcmp(a->service[k].name, b->service[k].name) != 0)
            return cov_fail(err, COV_ERR_MISMATCH,
                            "service number %zu is \"%s\" in one tally and \"%s\" in the other: "
                            "merge those with the same ones in the same order",
                            k + 1, cov_quote(a->service[k].name).text,
                            cov_quote(b->service[k].name).text);
    }
    return COV_OK;
}

static void refine(cov_tally *t, uint64_t factor)
{
    cov_ledger coarse = t->ledger;
    t->ledger = (cov_ledger){.read = {0, 0}};
    ledger_add(&t->ledger, &coarse, factor);
    for (size_t i = 0; i < t->cells.n; i++)
        t->cells.cell[i].weight *= factor;
    t->scale *= (uint32_t)factor;
}

cov_status cov_tally_merge(cov_tally *into, const cov_tally *from, cov_error *err)
{
    if (into == NULL || from == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there are no two tallies to merge");
    if (into == from)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "a tally merged with itself would count every point twice");
    cov_status s = check_match(into, from, err);
    if (s != COV_OK)
        return s;
    uint64_t into_factor = from->scale > into->scale ? from->scale / into->scale : 1;
    uint64_t from_factor = into->scale > from->scale ? into->scale / from->scale : 1;
    s = check_sum(into->ledger.read, into_factor, from->ledger.read, from_factor, err);
    if (s == COV_OK)
        s = reserve_cells(into, &from->cells, err);
    if (s != COV_OK)
        return s;
    if (into_factor > 1)
        refine(into, into_factor);
    add_cells(&into->cells, &from->cells, from_factor);
    ledger_add(&into->ledger, &from->ledger, from_factor);
    return COV_OK;
}

/* ---------------------------------------------------------------- what it holds */

void cov_tally_ledger(const cov_tally *tally, cov_ledger *out)
{
    *out = tally->ledger;
}

uint32_t cov_tally_scale(const cov_tally *tally)
{
    return tally->scale;
}

size_t cov_tally_services(const cov_tally *tally)
{
    return tally->n_services;
}

const char *cov_tally_service_name(const cov_tally *tally, size_t index)
{
    return index < tally->n_services ? tally->service[index].name : NULL;
}
