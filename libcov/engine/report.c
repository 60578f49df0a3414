/* SPDX-License-Identifier: MIT */
#include "engine/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/indicator.h"
#include "engine/service.h"
#include "engine/tally.h"

__extension__ typedef unsigned __int128 wide;

/* Where a row comes from. */
typedef struct source {
    size_t level;
    int32_t area;
} source;

struct cov_report {
    const cov_areas *areas;
    size_t n_areas;
    size_t n_levels;
    cov_indicator *indicator; /* with their texts, in one block */
    size_t n;
    uint32_t scale;
    cov_ledger ledger;
    source *row;
    size_t n_rows;
    uint64_t *count; /* a row: households, then those of each indicator */
};

/* ---------------------------------------------------------------- indicators */

static cov_status copy_indicators(const cov_indicator *indicators, size_t n, cov_indicator **out,
                                  cov_error *err)
{
    size_t size = n * sizeof **out;
    for (size_t i = 0; i < n; i++)
        size += cov_packed_size(cov_indicator_name(&indicators[i])) +
                cov_packed_size(indicators[i].expression);
    cov_indicator *copy = cov_alloc(size, 1);
    if (copy == NULL)
        return cov_fail_memory(err);
    char *at = (char *)(copy + n);
    for (size_t i = 0; i < n; i++) {
        copy[i].name = cov_pack(&at, cov_indicator_name(&indicators[i]));
        copy[i].expression = cov_pack(&at, indicators[i].expression);
    }
    *out = copy;
    return COV_OK;
}

static bool same_technology(const char *a, const char *b)
{
    size_t size = cov_service_technology(a);
    return size == cov_service_technology(b) && memcmp(a, b, size) == 0;
}

static bool is_first_of_technology(const cov_tally *t, size_t k)
{
    for (size_t i = 0; i < k; i++) {
        if (same_technology(t->service[i].name, t->service[k].name))
            return false;
    }
    return true;
}

/* For each technology its name, then those of its services that have an operator. */
static size_t default_names(const cov_tally *t, char *text, const char **name)
{
    size_t n = 0;
    for (size_t k = 0; k < t->n_services; k++) {
        if (!is_first_of_technology(t, k))
            continue;
        size_t size = cov_service_technology(t->service[k].name);
        name[n++] = memcpy(text, t->service[k].name, size);
        text[size] = '\0';
        text += size + 1;
        for (size_t i = k; i < t->n_services; i++) {
            if (same_technology(t->service[i].name, t->service[k].name) &&
                t->service[i].name[size] == '/')
                name[n++] = t->service[i].name;
        }
    }
    return n;
}

static cov_status default_indicators(const cov_tally *t, cov_indicator **out, size_t *n_out,
                                     cov_error *err)
{
    const char *name[2 * COV_SERVICES_MAX];
    cov_indicator indicator[2 * COV_SERVICES_MAX];
    size_t size = 0;
    for (size_t k = 0; k < t->n_services; k++)
        size += cov_packed_size(t->service[k].name);
    char *text = cov_alloc(size, 1);
    if (text == NULL)
        return cov_fail_memory(err);
    size_t n = default_names(t, text, name);
    for (size_t i = 0; i < n; i++)
        indicator[i] = (cov_indicator){name[i], name[i]};
    cov_status s = copy_indicators(indicator, n, out, err);
    cov_free(text);
    if (s == COV_OK)
        *n_out = n;
    return s;
}

/* ---------------------------------------------------------------- rows */

typedef struct ranked {
    const cov_areas *areas;
    int32_t area;
} ranked;

static int compare_texts(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a == NULL) - (b == NULL);
    return strcmp(a, b);
}

/* Compare the paths of two areas from the top down to a level. */
static int compare_paths(const cov_areas *areas, int32_t a, int32_t b, size_t level)
{
    for (size_t l = cov_areas_levels(areas); l-- > level;) {
        int order = compare_texts(cov_areas_parent(areas, (size_t)a, l),
                                  cov_areas_parent(areas, (size_t)b, l));
        if (order != 0)
            return order;
    }
    return 0;
}

static int compare_ranked(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    int order = compare_paths(x->areas, x->area, y->area, 0);
    return order != 0 ? order : (x->area > y->area) - (x->area < y->area);
}

/* The areas in the order of their whole paths: the areas of a parent of any level stand together,
 * and the parents of a level in the order of theirs. */
static cov_status rank_areas(const cov_report *r, ranked **out, cov_error *err)
{
    ranked *rank = cov_alloc(r->n_areas, sizeof *rank);
    if (rank == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < r->n_areas; i++)
        rank[i] = (ranked){r->areas, (int32_t)i};
    if (r->n_levels > 0)
        qsort(rank, r->n_areas, sizeof *rank, compare_ranked);
    *out = rank;
    return COV_OK;
}

static bool starts_parent(const ranked *rank, size_t i, size_t level)
{
    return i == 0 || compare_paths(rank->areas, rank[i - 1].area, rank[i].area, level) != 0;
}

static size_t count_rows(const cov_report *r, const ranked *rank)
{
    size_t n = r->n_areas + 1;
    for (size_t l = 0; l < r->n_levels; l++) {
        for (size_t i = 0; i < r->n_areas; i++)
            n += starts_parent(rank, i, l);
    }
    return n;
}

static uint64_t *counts_of(const cov_report *r, size_t row)
{
    return r->count + row * (r->n + 1);
}

static void add_row(cov_report *r, size_t into, size_t from)
{
    for (size_t i = 0; i <= r->n; i++)
        counts_of(r, into)[i] += counts_of(r, from)[i];
}

/* ---------------------------------------------------------------- sums */

static void sum_areas(cov_report *r, const cov_tally *t, const cov_program *program)
{
    for (size_t i = 0; i < t->cells.n; i++) {
        const cov_cell *cell = &t->cells.cell[i];
        uint64_t *count = counts_of(r, (size_t)cell->area);
        count[0] += cell->weight;
        for (size_t k = 0; k < r->n; k++)
            count[k + 1] += cov_program_holds(&program[k], cell->set) ? cell->weight : 0;
    }
    for (size_t i = 0; i < r->n_areas; i++)
        r->row[i] = (source){0, (int32_t)i};
}

static void sum_parents(cov_report *r, const ranked *rank)
{
    size_t next = r->n_areas;
    for (size_t l = 0; l < r->n_levels; l++) {
        for (size_t i = 0; i < r->n_areas; i++) {
            if (starts_parent(rank, i, l))
                r->row[next++] = (source){l + 1, rank[i].area};
            add_row(r, next - 1, (size_t)rank[i].area);
            if (rank[i].area < r->row[next - 1].area)
                r->row[next - 1].area = rank[i].area;
        }
    }
    r->row[next] = (source){r->n_levels + 1, -1};
    for (size_t i = 0; i < r->n_areas; i++)
        add_row(r, next, i);
}

static cov_status fill(cov_report *r, const cov_tally *t, const cov_program *program,
                       cov_error *err)
{
    ranked *rank = NULL;
    cov_status s = rank_areas(r, &rank, err);
    if (s != COV_OK)
        return s;
    r->n_rows = count_rows(r, rank);
    r->row = cov_alloc(r->n_rows, sizeof *r->row);
    r->count = cov_alloc_zero(r->n_rows, (r->n + 1) * sizeof *r->count);
    if (r->row == NULL || r->count == NULL) {
        s = cov_fail_memory(err);
    } else {
        sum_areas(r, t, program);
        sum_parents(r, rank);
        if (counts_of(r, r->n_rows - 1)[0] != r->ledger.assigned.weight)
            s = cov_fail(err, COV_ERR_LEDGER,
                         "the ledger doesn't balance: the areas don't hold the weight that was "
                         "assigned to them");
    }
    cov_free(rank);
    return s;
}

/* ---------------------------------------------------------------- create */

static cov_status compile_and_fill(cov_report *r, const cov_tally *t, cov_error *err)
{
    cov_program *program = cov_alloc(r->n, sizeof *program);
    if (program == NULL)
        return cov_fail_memory(err);
    cov_status s =
        cov_programs_compile(r->indicator, r->n, t->service, t->n_services, program, err);
    if (s == COV_OK) {
        s = fill(r, t, program, err);
        cov_programs_clear(program, r->n);
    }
    cov_free(program);
    return s;
}

cov_status cov_report_create(const cov_tally *tally, const cov_indicator *indicators, size_t n,
                             cov_report **out, cov_error *err)
{
    if (tally == NULL || out == NULL || (indicators == NULL && n > 0))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "a report needs a tally, its indicators and a place to be written to");
    cov_status s = cov_indicator_names_check(indicators, n, err);
    if (s == COV_OK)
        s = cov_ledger_check(&tally->ledger, err);
    if (s != COV_OK)
        return s;
    cov_report *r = cov_alloc_zero(1, sizeof *r);
    if (r == NULL)
        return cov_fail_memory(err);
    r->areas = tally->areas;
    r->n_areas = cov_areas_count(tally->areas);
    r->n_levels = cov_areas_levels(tally->areas);
    r->n = n;
    r->scale = tally->scale;
    r->ledger = tally->ledger;
    s = n > 0 ? copy_indicators(indicators, n, &r->indicator, err)
              : default_indicators(tally, &r->indicator, &r->n, err);
    if (s == COV_OK)
        s = compile_and_fill(r, tally, err);
    if (s != COV_OK) {
        cov_report_free(r);
        return s;
    }
    *out = r;
    return COV_OK;
}

void cov_report_free(cov_report *report)
{
    if (report == NULL)
        return;
    cov_free(report->indicator);
    cov_free(report->row);
    cov_free(report->count);
    cov_free(report);
}

/* ---------------------------------------------------------------- what it holds */

size_t cov_report_rows(const cov_report *report)
{
    return report->n_rows;
}

size_t cov_report_indicators(const cov_report *report)
{
    return report->n;
}

const char *cov_report_indicator_name(const cov_report *report, size_t indicator)
{
    return indicator < report->n ? report->indicator[indicator].name : NULL;
}

const char *cov_report_indicator_expression(const cov_report *report, size_t indicator)
{
    return indicator < report->n ? report->indicator[indicator].expression : NULL;
}

uint32_t cov_report_scale(const cov_report *report)
{
    return report->scale;
}

void cov_report_ledger(const cov_report *report, cov_ledger *out)
{
    *out = report->ledger;
}

static cov_status check_place(const cov_report *r, size_t row, const void *out, cov_error *err)
{
    if (r == NULL || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no report, or no place to write to");
    if (row >= r->n_rows)
        return cov_fail(err, COV_ERR_ARGUMENT, "the report has %zu rows: there is no row %zu",
                        r->n_rows, row);
    return COV_OK;
}

cov_status cov_report_row(const cov_report *report, size_t row, cov_row *out, cov_error *err)
{
    cov_status s = check_place(report, row, out, err);
    if (s != COV_OK)
        return s;
    source from = report->row[row];
    *out =
        (cov_row){.level = from.level, .area = from.area, .households = counts_of(report, row)[0]};
    if (from.level == 0) {
        out->id = cov_areas_id(report->areas, (size_t)from.area);
        out->name = cov_areas_name(report->areas, (size_t)from.area);
    } else if (from.area >= 0) {
        out->id = cov_areas_parent(report->areas, (size_t)from.area, from.level - 1);
    }
    return COV_OK;
}

cov_status cov_report_share(const cov_report *report, size_t row, size_t indicator, cov_share *out,
                            cov_error *err)
{
    cov_status s = check_place(report, row, out, err);
    if (s != COV_OK)
        return s;
    if (indicator >= report->n)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the report has %zu indicators: there is no indicator %zu", report->n,
                        indicator);
    const uint64_t *count = counts_of(report, row);
    uint64_t n = count[indicator + 1], of = count[0];
    *out = (cov_share){.n = n, .of = of, .share = of != 0 ? (double)n / (double)of : (double)NAN};
    return COV_OK;
}

int64_t cov_percent(uint64_t n, uint64_t of, unsigned decimals)
{
    if (of == 0 || n > of || decimals > 6)
        return -1;
    wide whole = 100;
    for (unsigned i = 0; i < decimals; i++)
        whole *= 10;
    wide units = (2 * (wide)n * whole + of) / (2 * (wide)of);
    if (units == whole && n < of)
        units--;
    if (units == 0 && n > 0)
        units = 1;
    return (int64_t)units;
}
