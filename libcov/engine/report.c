/* SPDX-License-Identifier: MIT */
#include "engine/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/indicator.h"
#include "engine/tally.h"

__extension__ typedef unsigned __int128 wide;

/* Where a row comes from. */
typedef struct source {
    size_t level;
    int32_t area;
} source;

/* Of the households of a row: the answers to one question. */
typedef struct answers {
    uint64_t yes;
    uint64_t unknown;
} answers;

struct cov_report {
    const cov_areas *areas;
    size_t n_areas;
    size_t n_levels;
    cov_questions questions;
    size_t *first; /* of an indicator: its first answers in a row; one more, behind the last */
    uint32_t scale;
    cov_ledger ledger;
    source *row;
    size_t n_rows;
    uint64_t *households; /* of a row */
    answers *answers;     /* of a row: those of each indicator, of several where it has operators */
};

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

static size_t n_indicators(const cov_report *r)
{
    return r->questions.list.n;
}

/* How many answers a row has. */
static size_t row_size(const cov_report *r)
{
    return r->first[n_indicators(r)];
}

static answers *answers_of(const cov_report *r, size_t row)
{
    return r->answers + row * row_size(r);
}

static void add_row(cov_report *r, size_t into, size_t from)
{
    r->households[into] += r->households[from];
    for (size_t i = 0; i < row_size(r); i++) {
        answers_of(r, into)[i].yes += answers_of(r, from)[i].yes;
        answers_of(r, into)[i].unknown += answers_of(r, from)[i].unknown;
    }
}

/* ---------------------------------------------------------------- sums */

static void add_cell(cov_report *r, const cov_tally_cell *cell)
{
    size_t area = (size_t)cell->area;
    r->households[area] += cell->weight;
    for (size_t k = 0; k < n_indicators(r); k++) {
        answers *into = answers_of(r, area) + r->first[k];
        for (size_t i = 0; i < r->first[k + 1] - r->first[k]; i++) {
            cov_known known =
                cov_program_ask_one(&r->questions.program[k], i, cell->set, cell->unknown);
            into[i].yes += known == COV_YES ? cell->weight : 0;
            into[i].unknown += known == COV_UNKNOWN ? cell->weight : 0;
        }
    }
}

static void sum_areas(cov_report *r, const cov_tally *t)
{
    for (size_t i = 0; i < t->cells.n; i++)
        add_cell(r, &t->cells.cell[i]);
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

static cov_status fill(cov_report *r, const cov_tally *t, cov_error *err)
{
    ranked *rank = NULL;
    cov_status s = rank_areas(r, &rank, err);
    if (s != COV_OK)
        return s;
    r->n_rows = count_rows(r, rank);
    r->row = cov_alloc(r->n_rows, sizeof *r->row);
    r->households = cov_alloc_zero(r->n_rows, sizeof *r->households);
    r->answers = cov_alloc_zero(r->n_rows, row_size(r) * sizeof *r->answers);
    if (r->row == NULL || r->households == NULL || r->answers == NULL) {
        s = cov_fail_memory(err);
    } else {
        sum_areas(r, t);
        sum_parents(r, rank);
        if (r->households[r->n_rows - 1] != r->ledger.assigned.weight)
            s = cov_fail(err, COV_ERR_LEDGER,
                         "the ledger doesn't balance: the areas don't hold the weight that was "
                         "assigned to them");
    }
    cov_free(rank);
    return s;
}

/* ---------------------------------------------------------------- create */

/* Where the answers of each indicator begin. */
static cov_status place_answers(cov_report *r, cov_error *err)
{
    r->first = cov_alloc_zero(n_indicators(r) + 1, sizeof *r->first);
    if (r->first == NULL)
        return cov_fail_memory(err);
    for (size_t k = 0; k < n_indicators(r); k++)
        r->first[k + 1] = r->first[k] + cov_program_answers(&r->questions.program[k]);
    return COV_OK;
}

cov_status cov_report_create(const cov_tally *tally, const cov_indicator *indicators, size_t n,
                             cov_report **out, cov_error *err)
{
    if (tally == NULL || out == NULL || (indicators == NULL && n > 0))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "a report needs a tally, its indicators and a place to be written to");
    const cov_indicator defaults = {NULL, "defaults()"};
    cov_status s = cov_ledger_check(&tally->ledger, err);
    if (s != COV_OK)
        return s;
    cov_report *r = cov_alloc_zero(1, sizeof *r);
    if (r == NULL)
        return cov_fail_memory(err);
    r->areas = tally->areas;
    r->n_areas = cov_areas_count(tally->areas);
    r->n_levels = cov_areas_levels(tally->areas);
    r->scale = tally->scale;
    r->ledger = tally->ledger;
    s = cov_questions_create(n > 0 ? indicators : &defaults, n > 0 ? n : 1, tally->service,
                             tally->n_services, &r->questions, err);
    if (s == COV_OK)
        s = place_answers(r, err);
    if (s == COV_OK)
        s = fill(r, tally, err);
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
    cov_questions_clear(&report->questions);
    cov_free(report->first);
    cov_free(report->row);
    cov_free(report->households);
    cov_free(report->answers);
    cov_free(report);
}

/* ---------------------------------------------------------------- what it holds */

size_t cov_report_rows(const cov_report *report)
{
    return report->n_rows;
}

size_t cov_report_indicators(const cov_report *report)
{
    return n_indicators(report);
}

const char *cov_report_indicator_name(const cov_report *report, size_t indicator)
{
    const cov_indicators *list = &report->questions.list;
    return indicator < list->n ? list->indicator[indicator].name : NULL;
}

const char *cov_report_indicator_expression(const cov_report *report, size_t indicator)
{
    const cov_indicators *list = &report->questions.list;
    return indicator < list->n ? list->indicator[indicator].expression : NULL;
}

const cov_areas *cov_report_areas(const cov_report *report)
{
    return report->areas;
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
    *out = (cov_row){.level = from.level, .area = from.area, .households = report->households[row]};
    if (from.level == 0) {
        out->id = cov_areas_id(report->areas, (size_t)from.area);
        out->name = cov_areas_name(report->areas, (size_t)from.area);
    } else if (from.area >= 0) {
        out->id = cov_areas_parent(report->areas, (size_t)from.area, from.level - 1);
    }
    return COV_OK;
}

/* Is the share of `a` the greater one? A share without households is less than any other. */
static bool is_greater(cov_share a, cov_share b)
{
    if (a.of == 0 || b.of == 0)
        return a.of > b.of;
    return (wide)a.n * b.of > (wide)b.n * a.of;
}

static cov_share share_of(uint64_t households, answers from)
{
    uint64_t of = households - from.unknown;
    return (cov_share){.n = from.yes,
                       .of = of,
                       .unknown = from.unknown,
                       .share = of != 0 ? (double)from.yes / (double)of : (double)NAN};
}

cov_status cov_report_share(const cov_report *report, size_t row, size_t indicator, cov_share *out,
                            cov_error *err)
{
    cov_status s = check_place(report, row, out, err);
    if (s != COV_OK)
        return s;
    if (indicator >= n_indicators(report))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the report has %zu indicators: there is no indicator %zu",
                        n_indicators(report), indicator);
    const answers *from = answers_of(report, row);
    cov_share best = share_of(report->households[row], from[report->first[indicator]]);
    for (size_t i = report->first[indicator] + 1; i < report->first[indicator + 1]; i++) {
        cov_share other = share_of(report->households[row], from[i]);
        if (is_greater(other, best))
            best = other;
    }
    *out = best;
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
