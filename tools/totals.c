/* SPDX-License-Identifier: MIT */
#include "totals.h"

#include <math.h>
#include <string.h>

#include "grid.h"
#include "text.h"

enum {
    FEW = 10000, /* things whose numbers are told */
    INDENT = 2   /* of what goes on below */
};

/* ---------------------------------------------------------------- phrases */

static GPtrArray *begin_phrases(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

/* Takes the text. */
static void add_phrase(GPtrArray *phrases, char *text)
{
    g_ptr_array_add(phrases, text);
}

static void end_phrases(GString *out, GPtrArray *phrases, size_t indent, size_t width)
{
    text_append_phrases(out, phrases, indent, width);
    g_ptr_array_free(phrases, TRUE);
}

/* "LABEL SUM", "LABEL SUM,": the sum of a base, with what follows it. */
static char *sum_phrase(const char *label, uint64_t units, uint32_t scale, const char *end)
{
    char *sum = text_sum(units, scale);
    char *phrase = g_strconcat(label, sum, end, NULL);
    g_free(sum);
    return phrase;
}

static char *name_fit(const char *name)
{
    return text_printable_fit(name, GRID_HEADING_MAX);
}

/* "schools", "area (km2)". */
static char *base_name(const cov_base *base)
{
    char *name = name_fit(base->name);
    char *with_unit = base->unit != NULL ? g_strdup_printf("%s (%s)", name, base->unit) : NULL;
    if (with_unit == NULL)
        return name;
    g_free(name);
    return with_unit;
}

static size_t last_row(const cov_report *report)
{
    return cov_report_rows(report) - 1;
}

/* ---------------------------------------------------------------- bases */

/* "66.5%", or "64/64 100.0%" for few things. */
static char *share_cell(const cov_share *share, gboolean is_few)
{
    char *percent = text_share(share->n, share->of);
    if (!is_few || share->of == 0)
        return percent;
    char *cell = g_strdup_printf("%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT " %6s",
                                 (guint64)share->n, (guint64)share->of, percent);
    g_free(percent);
    return cell;
}

static cov_status add_base(grid *g, const cov_base *base, cov_error *err)
{
    cov_row total;
    size_t row = last_row(base->report);
    uint32_t scale = cov_report_scale(base->report);
    cov_status s = cov_report_row(base->report, row, &total, err);
    if (s != COV_OK)
        return s;
    gboolean is_few = scale == 1 && base->unit == NULL && total.households < FEW;
    char **cells = grid_add_line(g, 0);
    cells[GRID_ID] = base_name(base);
    cells[GRID_NAME] = g_strdup("");
    cells[GRID_COUNT] = text_sum(total.households, scale);
    for (size_t k = 0; k < cov_report_indicators(base->report); k++) {
        cov_share share = {.n = 0};
        if (s == COV_OK)
            s = cov_report_share(base->report, row, k, &share, err);
        cells[GRID_SHARES + k] = share_cell(&share, is_few);
    }
    return s;
}

static cov_status append_bases(GString *out, const cov_run *run, size_t width, cov_error *err)
{
    const cov_report *report = cov_run_report(run);
    size_t n = cov_report_indicators(report);
    cov_status s = COV_OK;
    grid g;
    if (cov_run_bases(run) < 2)
        return COV_OK;
    grid_open(&g, GRID_SHARES + n, 2);
    char **heading = grid_add_heading(&g);
    heading[GRID_ID] = g_strdup("base");
    heading[GRID_NAME] = g_strdup("");
    heading[GRID_COUNT] = g_strdup("count");
    for (size_t k = 0; k < n; k++)
        heading[GRID_SHARES + k] = name_fit(cov_report_indicator_name(report, k));
    for (size_t i = 0; i < cov_run_bases(run) && s == COV_OK; i++) {
        cov_base base = cov_run_base(run, i);
        s = add_base(&g, &base, err);
    }
    if (s == COV_OK)
        grid_append(out, &g, width);
    grid_close(&g);
    return s;
}

/* ---------------------------------------------------------------- unknown */

/* "unknown persons: fiber/vnpt 120, 4g 3 (left out of the shares)". What a further base can't
 * answer at all is a dash above and a note. */
static cov_status append_unknown(GString *out, const cov_base *base, gboolean is_first,
                                 size_t width, gboolean *any, cov_error *err)
{
    GPtrArray *phrases = begin_phrases();
    cov_status s = COV_OK;
    char *name = base_name(base);
    add_phrase(phrases, g_strdup_printf("unknown %s:", name));
    g_free(name);
    for (size_t k = 0; k < cov_report_indicators(base->report) && s == COV_OK; k++) {
        cov_share share = {.n = 0};
        s = cov_report_share(base->report, last_row(base->report), k, &share, err);
        if (share.unknown == 0 || (share.of == 0 && !is_first))
            continue;
        char *indicator = name_fit(cov_report_indicator_name(base->report, k));
        char *label = g_strconcat(indicator, " ", NULL);
        add_phrase(phrases, sum_phrase(label, share.unknown, cov_report_scale(base->report), ","));
        g_free(label);
        g_free(indicator);
    }
    if (s != COV_OK || phrases->len == 1) {
        g_ptr_array_free(phrases, TRUE);
        return s;
    }
    char *last = phrases->pdata[phrases->len - 1];
    last[strlen(last) - 1] = '\0';
    add_phrase(phrases, g_strdup("(left out of the shares)"));
    end_phrases(out, phrases, INDENT, width);
    *any = TRUE;
    return COV_OK;
}

/* ---------------------------------------------------------------- targets */

/* "80%", "66.55%". */
static char *percent_of(uint32_t millionths)
{
    char digits[16];
    cov_millionths_write(millionths, digits);
    return g_strconcat(digits, "%", NULL);
}

static void add_with(GPtrArray *phrases, const cov_gap *target, const char *share, uint32_t scale)
{
    uint64_t needed = target->missing / scale + (target->missing % scale != 0);
    if (target->with >= needed) {
        add_phrase(phrases, sum_phrase("", target->with, 1, " connections suffice"));
        return;
    }
    add_phrase(phrases, sum_phrase("", target->with, 1, " connections do not suffice:"));
    char *label = g_strconcat(share, " needs ", NULL);
    add_phrase(phrases, sum_phrase(label, needed, 1, ""));
    g_free(label);
}

/* "fiber >= 80%: 148,400 of 223,000 (66.5%), 30,000 missing; 30,000 connections suffice". */
static void append_gap(GString *out, const cov_gap *target, const cov_share *total, uint32_t scale,
                       size_t width)
{
    GPtrArray *phrases = begin_phrases();
    char *name = name_fit(target->name);
    char *share = percent_of(target->share);
    char *percent = text_share(total->n, total->of);
    gboolean asked = target->missing > 0 && target->with > 0;
    add_phrase(phrases, g_strdup_printf("%s >= %s:", name, share));
    add_phrase(phrases, sum_phrase("", total->n, scale, ""));
    add_phrase(phrases, sum_phrase("of ", total->of, scale, ""));
    add_phrase(phrases, g_strdup_printf("(%s),", percent));
    if (target->missing > 0)
        add_phrase(phrases,
                   sum_phrase("", target->missing, scale, asked ? " missing;" : " missing"));
    else
        add_phrase(phrases, g_strdup("reached"));
    if (asked)
        add_with(phrases, target, share, scale);
    end_phrases(out, phrases, INDENT, width);
    g_free(percent);
    g_free(share);
    g_free(name);
}

/* "  each area by itself: 31,204 missing in 40 areas". */
static cov_status append_by_area(GString *out, const cov_run *run, size_t target, cov_error *err)
{
    cov_gap gap = cov_run_target(run, target);
    size_t n = 0;
    cov_status s = COV_OK;
    for (size_t i = 0; i < cov_areas_count(cov_run_areas(run)) && s == COV_OK; i++) {
        uint64_t missing = 0;
        s = cov_run_missing(run, i, target, &missing, err);
        n += missing > 0;
    }
    if (s != COV_OK)
        return s;
    char *sum = text_sum(gap.missing_in_areas, cov_report_scale(cov_run_report(run)));
    text_append_blanks(out, INDENT);
    if (n == 0)
        g_string_append(out, "each area by itself: reached\n");
    else
        g_string_append_printf(out, "each area by itself: %s missing in %zu area%s\n", sum, n,
                               n == 1 ? "" : "s");
    g_free(sum);
    return COV_OK;
}

/* Nothing is said of a share that nobody knows. */
static cov_status append_target(GString *out, const cov_run *run, size_t target, size_t width,
                                cov_error *err)
{
    const cov_report *report = cov_run_report(run);
    cov_gap gap = cov_run_target(run, target);
    cov_share total;
    cov_status s = cov_report_share(report, last_row(report), gap.indicator, &total, err);
    if (s != COV_OK)
        return s;
    if (total.of == 0) {
        char *name = name_fit(gap.name), *share = percent_of(gap.share);
        g_string_append_printf(out, "%s >= %s: " TEXT_NONE "\n", name, share);
        g_free(share);
        g_free(name);
        return COV_OK;
    }
    append_gap(out, &gap, &total, cov_report_scale(report), width);
    return append_by_area(out, run, target, err);
}

/* ---------------------------------------------------------------- ratios */

/* "89.2": with a digit more for each power of ten it is below 10, up to 4. */
static char *rate_text(double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    const char *format = value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.4f";
    return g_strdup(g_ascii_formatd(text, sizeof text, format, value));
}

/* Both in the finer of the two scales, where they fit. */
static char *ratio_percent(const cov_ratio *ratio)
{
    uint64_t up_n = ratio->of_scale > ratio->n_scale ? ratio->of_scale / ratio->n_scale : 1;
    uint64_t up_of = ratio->n_scale > ratio->of_scale ? ratio->n_scale / ratio->of_scale : 1;
    if (ratio->n <= UINT64_MAX / up_n && ratio->of <= UINT64_MAX / up_of)
        return text_share(ratio->n * up_n, ratio->of * up_of);
    char *number = rate_text(ratio->value);
    char *percent = g_strconcat(number, "%", NULL);
    g_free(number);
    return percent;
}

static void add_percent(GPtrArray *phrases, const cov_ratio *ratio)
{
    char *percent = ratio_percent(ratio);
    add_phrase(phrases, sum_phrase("", ratio->n, ratio->n_scale, ""));
    add_phrase(phrases, sum_phrase("of ", ratio->of, ratio->of_scale, ""));
    add_phrase(phrases, g_strdup_printf("(%s)", percent));
    g_free(percent);
}

static void add_rate(GPtrArray *phrases, const cov_run *run, size_t index, const cov_ratio *ratio)
{
    char *rate = isnan(ratio->value) ? g_strdup(TEXT_NONE) : rate_text(ratio->value);
    char *of = name_fit(cov_run_ratio_of(run, index));
    char *per = sum_phrase("per ", cov_run_ratio_per(run, index), 1, "");
    add_phrase(phrases, g_strdup_printf("%s %s %s", rate, per, of));
    add_phrase(phrases, sum_phrase("(", ratio->n, ratio->n_scale, ""));
    add_phrase(phrases, sum_phrase("of ", ratio->of, ratio->of_scale, ")"));
    g_free(per);
    g_free(of);
    g_free(rate);
}

/* "teams: 450 of 1,050 (42.9%)", "subscriptions: 89.2 per 100 persons (809,500 of 907,236)". */
static cov_status append_ratio(GString *out, const cov_run *run, size_t index, size_t width,
                               cov_error *err)
{
    cov_ratio total;
    size_t areas = cov_areas_count(cov_run_areas(run));
    cov_status s = cov_run_ratio(run, last_row(cov_run_report(run)), index, &total, err);
    if (s != COV_OK)
        return s;
    GPtrArray *phrases = begin_phrases();
    char *name = name_fit(cov_run_ratio_name(run, index));
    add_phrase(phrases, g_strconcat(name, ":", NULL));
    g_free(name);
    if (total.areas == 0)
        add_phrase(phrases, g_strdup(TEXT_NONE));
    else if (cov_run_ratio_is_percent(run, index))
        add_percent(phrases, &total);
    else
        add_rate(phrases, run, index, &total);
    if (total.areas < areas)
        add_phrase(phrases, g_strdup_printf("in %" G_GUINT64_FORMAT " of %zu areas",
                                            (guint64)total.areas, areas));
    end_phrases(out, phrases, INDENT, width);
    return COV_OK;
}

/* ---------------------------------------------------------------- ledgers */

/* "households: read 9 = assigned 8 + outside 1 + ...", of a further base without the zeros. */
static void append_ledger(GString *out, const cov_base *base, gboolean is_first, size_t width)
{
    cov_ledger ledger;
    cov_report_ledger(base->report, &ledger);
    const struct {
        const char *label;
        uint64_t weight;
    } terms[] = {{"read ", ledger.read.weight},
                 {"= assigned ", ledger.assigned.weight},
                 {"+ outside ", ledger.outside.weight},
                 {"+ without location ", ledger.no_location.weight},
                 {"+ duplicate ", ledger.duplicate.weight},
                 {"+ rejected ", ledger.rejected.weight}};
    GPtrArray *phrases = begin_phrases();
    char *name = base_name(base);
    size_t indent = text_width(name) + 2;
    add_phrase(phrases, g_strconcat(name, ":", NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(terms); i++) {
        if (is_first || i < 2 || terms[i].weight > 0)
            add_phrase(phrases, sum_phrase(terms[i].label, terms[i].weight,
                                           cov_report_scale(base->report), ""));
    }
    end_phrases(out, phrases, indent, width);
    g_free(name);
}

/* The points of the first base, and of any what lies in more than one area. */
static void append_points(GString *out, const cov_base *base, gboolean is_first)
{
    cov_ledger ledger;
    cov_report_ledger(base->report, &ledger);
    if (is_first) {
        g_string_append(out, "points: ");
        text_append_grouped(out, ledger.read.points);
    }
    if (ledger.overlap.points > 0) {
        g_string_append(out, is_first ? ", of them in more than one area: "
                                      : "  points in more than one area: ");
        text_append_grouped(out, ledger.overlap.points);
    }
    if (is_first || ledger.overlap.points > 0)
        g_string_append_c(out, '\n');
}

/* ---------------------------------------------------------------- */

cov_status totals_append(GString *out, const cov_run *run, size_t width, cov_error *err)
{
    gboolean any = cov_run_targets(run) + cov_run_ratios(run) > 0;
    cov_status s = append_bases(out, run, width, err);
    for (size_t i = 0; i < cov_run_bases(run) && s == COV_OK; i++) {
        cov_base base = cov_run_base(run, i);
        s = append_unknown(out, &base, i == 0, width, &any, err);
    }
    for (size_t i = 0; i < cov_run_targets(run) && s == COV_OK; i++)
        s = append_target(out, run, i, width, err);
    for (size_t i = 0; i < cov_run_ratios(run) && s == COV_OK; i++)
        s = append_ratio(out, run, i, width, err);
    if (any)
        g_string_append_c(out, '\n');
    for (size_t i = 0; i < cov_run_bases(run) && s == COV_OK; i++) {
        cov_base base = cov_run_base(run, i);
        append_ledger(out, &base, i == 0, width);
        append_points(out, &base, i == 0);
    }
    return s;
}
