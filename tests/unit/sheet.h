/* A sheet with everything, made by hand on the areas of result.h.
 * SPDX-License-Identifier: MIT
 *
 *                    00123           00124               00125   00126
 *     households     3 fiber, 2      1 fiber 4g, 2 ?4g   1               ?4g: nobody knows of 4g
 *     persons        10.5 fiber,     3.125 fiber 4g,     2               thousandths
 *                    7.25            8
 *     schools        1 fiber ?4g     1 ?4g                               4g is unknown for all
 *     area (km2)     1.000001 fiber  2.5                         0.000003  millionths
 *
 * Targets: fiber 80 %, 4g/viettel 80 % and 66.5 %. Ratios: teams, a percentage, nothing known of
 * 00124; subs, a rate per 100 persons, nothing known of 00126. */
#ifndef COV_TESTS_SHEET_H
#define COV_TESTS_SHEET_H

#include "result.h"

enum { N_BASES = 4, N_TARGETS = 3, N_RATIOS = 2 };

typedef struct full {
    cov_tally *tally[N_BASES];
    cov_sheet_base base[N_BASES];
    cov_report *report[N_BASES];
    cov_gap target[N_TARGETS];
    cov_ratio row[N_RATIOS][16];
    cov_ratio_rows ratio[N_RATIOS];
    cov_ratios ratios;
} full;

typedef struct lot {
    size_t base;
    int32_t area;
    uint64_t weight;
    uint64_t served; /* 1 fiber, 2 4g/viettel */
    uint64_t unknown;
} lot;

static const lot lots[] = {{0, 0, 3, 1, 0},       {0, 0, 2, 0, 0},       {0, 1, 1, 3, 0},
                           {0, 1, 2, 0, 2},       {0, 2, 1, 0, 0},       {1, 0, 10500, 1, 0},
                           {1, 0, 7250, 0, 0},    {1, 1, 3125, 3, 0},    {1, 1, 8000, 0, 0},
                           {1, 2, 2000, 0, 0},    {2, 0, 1, 1, 2},       {2, 1, 1, 0, 2},
                           {3, 0, 1000001, 1, 0}, {3, 1, 2500000, 0, 0}, {3, 3, 3, 0, 0}};

static inline void count_base(full *f, const cov_areas *areas, size_t base, uint32_t scale)
{
    const cov_service services[] = {{"fiber", NULL}, {"4g/viettel", NULL}};
    const cov_indicator asked[] = {{NULL, "fiber"}, {NULL, "4g/viettel"}};
    cov_tally_options o = COV_TALLY_OPTIONS_INIT;
    cov_error err = {0};
    o.scale = scale;
    if (cov_tally_create(areas, services, 2, &o, &f->tally[base], &err) != COV_OK)
        give_up("tally", &err);
    for (size_t i = 0; i < sizeof lots / sizeof lots[0]; i++) {
        cov_points p = COV_POINTS_INIT;
        p.n = 1;
        p.area = &lots[i].area;
        p.weight = &lots[i].weight;
        p.served = &lots[i].served;
        p.unknown = &lots[i].unknown;
        if (lots[i].base == base && cov_tally_push(f->tally[base], &p, &err) != COV_OK)
            give_up("push", &err);
    }
    if (cov_report_create(f->tally[base], asked, 2, &f->report[base], &err) != COV_OK)
        give_up("report", &err);
}

/* n and of for each row: the four areas, districts 01, 02, none, the province, the total. */
static inline void fill_ratio(full *f, size_t index, uint32_t of_scale, const uint64_t (*list)[3])
{
    cov_ratio_rows *ratio = &f->ratio[index];
    ratio->row = f->row[index];
    for (size_t i = 0; i < 9; i++)
        ratio->row[i] = (cov_ratio){list[i][0], list[i][1], 1, of_scale, list[i][2], 0};
}

static inline void full_build(full *f, result *r)
{
    static const struct {
        const char *name, *unit;
        uint32_t scale;
    } bases[] = {{"households", NULL, 1},
                 {"persons", NULL, 1000},
                 {"schools", NULL, 1},
                 {"area", "km2", 1000000}};
    static const uint64_t teams[][3] = {{1, 2, 1}, {0, 0, 0}, {2, 2, 1}, {0, 0, 1}, {1, 2, 1},
                                        {0, 0, 1}, {2, 2, 1}, {3, 4, 3}, {3, 4, 3}};
    static const uint64_t subs[][3] = {{9, 17750, 1}, {12, 11125, 1}, {0, 2000, 1},
                                       {0, 0, 0},     {21, 28875, 2}, {0, 0, 0},
                                       {0, 2000, 1},  {21, 30875, 3}, {21, 30875, 3}};
    memset(f, 0, sizeof *f);
    for (size_t b = 0; b < N_BASES; b++) {
        count_base(f, r->layer.areas, b, bases[b].scale);
        f->base[b] = (cov_sheet_base){bases[b].name, bases[b].unit, f->report[b]};
    }
    f->target[0] = (cov_gap){"fiber", 0, 800000, 4, 4, 0};
    f->target[1] = (cov_gap){"4g/viettel", 1, 800000, 5, 5, 4};
    f->target[2] = (cov_gap){"4g/viettel", 1, 665000, 4, 5, 0};
    f->ratio[0] = (cov_ratio_rows){.name = (char *)"teams",
                                   .label = (char *)"teams.csv",
                                   .above = (char *)"formed",
                                   .below = (char *)"planned",
                                   .per = 100,
                                   .is_percent = 1};
    f->ratio[1] = (cov_ratio_rows){.name = (char *)"subs",
                                   .label = (char *)"subs.csv",
                                   .above = (char *)"subs",
                                   .below = (char *)"persons",
                                   .per = 100};
    fill_ratio(f, 0, 1, teams);
    fill_ratio(f, 1, 1000, subs);
    f->ratios = (cov_ratios){f->ratio, N_RATIOS, 9};
    r->sheet.base = f->base;
    r->sheet.n_bases = N_BASES;
    r->sheet.target = f->target;
    r->sheet.n_targets = N_TARGETS;
    r->sheet.ratios = &f->ratios;
}

static inline void full_clear(full *f)
{
    for (size_t b = 0; b < N_BASES; b++) {
        cov_report_free(f->report[b]);
        cov_tally_free(f->tally[b]);
    }
}

#endif
