/* SPDX-License-Identifier: MIT */
#include "io/preview.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "io/gap.h"
#include "sheet/fields.h"

/* A result of one area, in which there is nothing. */
typedef struct model {
    cov_areas *areas;
    cov_tally *tally;
    cov_report *report;
    cov_sheet_base *base;
    cov_gaps gaps;
    cov_ratios ratios;
} model;

static void clear(model *m)
{
    cov_free(m->ratios.ratio);
    cov_free(m->base);
    cov_gaps_clear(&m->gaps);
    cov_report_free(m->report);
    cov_tally_free(m->tally);
    cov_areas_free(m->areas);
}

#define ZERO 0, 0, 0, 0, 0, 0, 0, 0
#define ONE 0, 0, 0, 0, 0, 0, 0xF0, 0x3F

static cov_status create_areas(const cov_job *job, cov_areas **out, cov_error *err)
{
    static const unsigned char wkb[] = {1, 3, 0,    0,    0,   1,    0,   0,   0,    4,   0,
                                        0, 0, ZERO, ZERO, ONE, ZERO, ONE, ONE, ZERO, ZERO};
    const cov_area area = {"1", NULL, NULL, wkb, sizeof wkb};
    cov_areas_options options = COV_AREAS_OPTIONS_INIT;
    options.levels = job->parent_columns;
    options.n_levels = job->n_parents;
    return cov_areas_create(&area, 1, &options, out, err);
}

static const char *unit_of(cov_content content)
{
    return content == COV_CONTENT_AREA ? "km2" : content == COV_CONTENT_LINES ? "km" : NULL;
}

static size_t list_bases(const cov_preview *p, model *m)
{
    const cov_job *job = p->job;
    size_t n = 0;
    if (cov_source_is_given(&job->households))
        m->base[n++] = (cov_sheet_base){
            job->weight_column != NULL ? job->weight_column : "households", NULL, m->report};
    for (size_t i = 0; i < job->n_bases; i++)
        m->base[n++] = (cov_sheet_base){job->bases[i].name, unit_of(p->content[i]), m->report};
    return n;
}

/* Their names are the job's. */
static void list_ratios(const cov_job *job, model *m)
{
    m->ratios.n = job->n_ratios;
    for (size_t i = 0; i < job->n_ratios; i++) {
        cov_ratio_rows *ratio = &m->ratios.ratio[i];
        ratio->name = (char *)(uintptr_t)job->ratios[i].name;
        ratio->per = job->ratios[i].per != 0 ? job->ratios[i].per : 100;
        ratio->is_percent = job->ratios[i].per == 0;
    }
}

static cov_status create(const cov_preview *p, model *m, cov_error *err)
{
    const cov_job *job = p->job;
    m->base = cov_alloc_zero(job->n_bases + 1, sizeof *m->base);
    m->ratios.ratio = cov_alloc_zero(job->n_ratios, sizeof *m->ratios.ratio);
    cov_status s = m->base != NULL && m->ratios.ratio != NULL ? COV_OK : cov_fail_memory(err);
    if (s == COV_OK)
        s = create_areas(job, &m->areas, err);
    if (s == COV_OK)
        s = cov_tally_create(m->areas, p->plan->service, p->plan->n, NULL, &m->tally, err);
    if (s == COV_OK)
        s = cov_report_create(m->tally, job->indicators, job->n_indicators, &m->report, err);
    if (s == COV_OK)
        s = cov_gaps_create(job, m->report, &m->gaps, err);
    if (s == COV_OK)
        list_ratios(job, m);
    return s;
}

cov_status cov_preview_check(const cov_preview *preview, cov_error *err)
{
    model m;
    memset(&m, 0, sizeof m);
    cov_status s = create(preview, &m, err);
    if (s == COV_OK) {
        const cov_sheet sheet = {.n_bases = list_bases(preview, &m),
                                 .base = m.base,
                                 .areas = m.areas,
                                 .id_column = preview->id_column,
                                 .name_column = preview->name_column,
                                 .target = m.gaps.target,
                                 .n_targets = m.gaps.n,
                                 .ratios = &m.ratios};
        s = cov_fields_check(&sheet, err);
    }
    clear(&m);
    return s;
}
