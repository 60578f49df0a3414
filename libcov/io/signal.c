/* SPDX-License-Identifier: MIT */
#include "io/signal.h"

#include <math.h>

#include <cpl_string.h>

#include "base/mem.h"
#include "base/normal.h"
#include "engine/points.h"

/* A rule, ready to be asked. */
typedef struct level {
    double threshold;
    uint64_t mask;
    cov_sampling sampling;
} level;

struct cov_signal {
    cov_raster *raster; /* borrowed */
    int single;
    level *level;
    size_t n;
};

/* ---------------------------------------------------------------- rules */

/* A number as a person writes it, in any locale. */
typedef struct number {
    char is[40];
} number;

static number write_number(double value)
{
    number n;
    CPLsnprintf(n.is, sizeof n.is, "%.9g", value);
    return n;
}

static cov_status check_margin(const cov_signal_rule *rule, const char *label, cov_error *err)
{
    if (!(isfinite(rule->sigma) && rule->sigma >= 0))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "%s: sigma=%s is no standard deviation: a number of dB, 0 or more, such as "
                        "sigma=8",
                        label, write_number(rule->sigma).is);
    if (rule->sigma == 0 && rule->probability == 0)
        return COV_OK;
    if (rule->sigma == 0)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "%s: probability=%s says nothing without sigma, the standard deviation of "
                        "the level in dB, such as sigma=8",
                        label, write_number(rule->probability).is);
    if (!(rule->probability >= 1 && rule->probability < 100))
        return cov_fail(
            err, COV_ERR_ARGUMENT,
            "%s: sigma=%s needs a probability in percent, 1 or more and less than 100, such as "
            "probability=90, and not %s",
            label, write_number(rule->sigma).is, write_number(rule->probability).is);
    return COV_OK;
}

cov_status cov_signal_check(const cov_signal_rule *rule, const char *label, cov_error *err)
{
    if (!isfinite(rule->min))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "%s: min=%s is no level: a number in the raster's unit, such as min=-105",
                        label, write_number(rule->min).is);
    if (!(isfinite(rule->indoor) && rule->indoor >= 0))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "%s: indoor=%s is no loss: a number of dB, 0 or more, such as indoor=12",
                        label, write_number(rule->indoor).is);
    if (rule->bit >= COV_SERVICES_MAX)
        return cov_fail(err, COV_ERR_ARGUMENT, "%s: bit %u is beyond the %d services of a set",
                        label, rule->bit, COV_SERVICES_MAX);
    return check_margin(rule, label, err);
}

/* A quotient that is not a float's shows its last digit only. */
static double rounded(const cov_signal *signal, double value)
{
    return signal->single ? (double)(float)value : value;
}

static double threshold_of(const cov_signal_rule *rule)
{
    double margin =
        rule->sigma > 0 ? rule->sigma * cov_normal_quantile(rule->probability / 100) : 0;
    return rule->min + rule->indoor + margin;
}

cov_status cov_signal_create(cov_raster *raster, const cov_signal_rule *rules, size_t n,
                             cov_signal **out, cov_error *err)
{
    if (raster == NULL || rules == NULL || n == 0 || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "a signal needs a raster and a rule");
    for (size_t i = 0; i < n; i++) {
        cov_status s = cov_signal_check(&rules[i], cov_raster_label(raster), err);
        if (s != COV_OK)
            return s;
    }
    cov_signal *signal = cov_alloc_zero(1, sizeof *signal);
    level *levels = cov_alloc(n, sizeof *levels);
    if (signal == NULL || levels == NULL) {
        cov_free(levels);
        cov_free(signal);
        return cov_fail_memory(err);
    }
    signal->raster = raster;
    signal->single = cov_raster_is_single(raster);
    signal->level = levels;
    signal->n = n;
    for (size_t i = 0; i < n; i++) {
        levels[i].threshold = threshold_of(&rules[i]);
        levels[i].mask = UINT64_C(1) << rules[i].bit;
        levels[i].sampling = rules[i].sampling;
    }
    *out = signal;
    return COV_OK;
}

void cov_signal_free(cov_signal *signal)
{
    if (signal == NULL)
        return;
    cov_free(signal->level);
    cov_free(signal);
}

double cov_signal_threshold(const cov_signal *signal, size_t index)
{
    return signal->level[index].threshold;
}

/* ---------------------------------------------------------------- points */

static int has_sampling(const cov_signal *signal, cov_sampling sampling)
{
    for (size_t i = 0; i < signal->n; i++) {
        if (signal->level[i].sampling == sampling)
            return 1;
    }
    return 0;
}

/* The rules of one kind of sampling, asked of all points. */
static void ask(const cov_signal *signal, cov_sampling sampling, const double *value, size_t n,
                uint64_t *served, uint64_t *unknown)
{
    for (size_t k = 0; k < signal->n; k++) {
        const level *l = &signal->level[k];
        double threshold = rounded(signal, l->threshold);
        if (l->sampling != sampling)
            continue;
        for (size_t i = 0; i < n; i++) {
            served[i] |= rounded(signal, value[i]) >= threshold ? l->mask : 0;
            unknown[i] |= isnan(value[i]) ? l->mask : 0;
        }
    }
}

cov_status cov_signal_mark(const cov_signal *signal, const cov_points *points, uint64_t *served,
                           uint64_t *unknown, cov_error *err)
{
    static const cov_sampling kinds[2] = {COV_NEAREST, COV_BILINEAR};
    double *value[2] = {NULL, NULL};
    cov_status s = cov_points_check(points, err);
    if (s == COV_OK && (signal == NULL || (points->n > 0 && (served == NULL || unknown == NULL))))
        s = cov_fail(err, COV_ERR_ARGUMENT,
                     "cov_signal_mark needs a signal and two arrays to write to");
    for (size_t k = 0; k < 2 && s == COV_OK; k++) {
        if (!has_sampling(signal, kinds[k]))
            continue;
        value[k] = cov_alloc(points->n, sizeof *value[k]);
        s = value[k] != NULL ? cov_raster_sample(signal->raster, points, kinds[k], value[k], err)
                             : cov_fail_memory(err);
    }
    for (size_t k = 0; k < 2 && s == COV_OK; k++) {
        if (value[k] != NULL)
            ask(signal, kinds[k], value[k], points->n, served, unknown);
    }
    cov_free(value[0]);
    cov_free(value[1]);
    return s;
}
