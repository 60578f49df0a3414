/* Speed tiers: do they lie within each other?
 * SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/indicator.h"
#include "engine/tally.h"

/* The households that a narrower tier holds for and a wider one doesn't. */
typedef struct stray {
    uint64_t households;
    uint64_t in_area;
    int32_t area; /* the first one with any */
} stray;

static bool strays(const cov_tally_cell *cell, const cov_program *wide, const cov_program *narrow)
{
    return cov_program_ask(narrow, cell->set, cell->unknown) == COV_YES &&
           cov_program_ask(wide, cell->set, cell->unknown) == COV_NO;
}

static stray find_strays(const cov_tally *t, const cov_program *wide, const cov_program *narrow)
{
    stray sum = {0, 0, INT32_MAX};
    for (size_t i = 0; i < t->cells.n; i++) {
        const cov_tally_cell *cell = &t->cells.cell[i];
        if (!strays(cell, wide, narrow))
            continue;
        sum.households += cell->weight;
        if (cell->area < sum.area) {
            sum.area = cell->area;
            sum.in_area = 0;
        }
        if (cell->area == sum.area)
            sum.in_area += cell->weight;
    }
    return sum;
}

/* Units of 1/scale, a power of ten, as a decimal without needless zeros. */
static void format_households(uint64_t units, uint32_t scale, char *out, size_t size)
{
    int used = snprintf(out, size, "%" PRIu64, units / scale);
    uint64_t part = units % scale;
    if (part > 0)
        used += snprintf(out + used, size - (size_t)used, ".");
    for (uint64_t unit = scale / 10; part > 0; unit /= 10) {
        used += snprintf(out + used, size - (size_t)used, "%" PRIu64, part / unit);
        part %= unit;
    }
}

static cov_status fail_tiers(const cov_tally *t, stray sum, const char *wide, const char *narrow,
                             cov_error *err)
{
    char all[40], some[40];
    format_households(sum.households, t->scale, all, sizeof all);
    format_households(sum.in_area, t->scale, some, sizeof some);
    return cov_fail(err, COV_ERR_TIERS,
                    "the tiers don't lie within each other: \"%s\" holds for %s households that "
                    "the wider \"%s\" doesn't hold for, %s of them in area \"%s\"; put the widest "
                    "first, or correct their answers",
                    cov_quote(narrow).text, all, cov_quote(wide).text, some,
                    cov_quote(cov_areas_id(t->areas, (size_t)sum.area)).text);
}

/* Unknown answers of a tier can hide a stray from its neighbours: each is held against all that are
 * wider, the nearest first. */
static cov_status check_pairs(const cov_tally *t, const char *const *expressions,
                              const cov_program *program, size_t n, cov_error *err)
{
    for (size_t narrow = 1; narrow < n; narrow++) {
        for (size_t wide = narrow; wide-- > 0;) {
            stray sum = find_strays(t, &program[wide], &program[narrow]);
            if (sum.households > 0)
                return fail_tiers(t, sum, expressions[wide], expressions[narrow], err);
        }
    }
    return COV_OK;
}

cov_status cov_tiers_check(const cov_tally *tally, const char *const *expressions, size_t n,
                           cov_error *err)
{
    if (tally == NULL || (expressions == NULL && n > 0))
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no tally, or there are no tiers");
    for (size_t i = 0; i < n; i++) {
        if (expressions[i] == NULL)
            return cov_fail(err, COV_ERR_ARGUMENT, "tier number %zu has no expression", i + 1);
    }
    cov_program *program = cov_alloc_zero(n, sizeof *program);
    if (program == NULL)
        return cov_fail_memory(err);
    cov_status s = COV_OK;
    for (size_t i = 0; i < n && s == COV_OK; i++)
        s = cov_condition_compile("tier", expressions[i], tally->service, tally->n_services,
                                  &program[i], err);
    if (s == COV_OK)
        s = check_pairs(tally, expressions, program, n, err);
    for (size_t i = 0; i < n; i++)
        cov_program_clear(&program[i]);
    cov_free(program);
    return s;
}
