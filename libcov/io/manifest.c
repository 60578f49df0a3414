/* SPDX-License-Identifier: MIT */
#include "io/manifest.h"

#include <math.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/area_layer.h"
#include "sheet/figure.h"

/* json_object_set_new takes NULL for a failure, so that every step below may pass on what it got:
 * a value that could not be made, for want of memory, makes the whole object NULL. */
static void set(json_t **object, const char *key, json_t *value)
{
    if (*object == NULL || json_object_set_new(*object, key, value) != 0) {
        if (*object == NULL)
            json_decref(value);
        json_decref(*object);
        *object = NULL;
    }
}

static void append(json_t **array, json_t *value)
{
    if (*array == NULL || json_array_append_new(*array, value) != 0) {
        if (*array == NULL)
            json_decref(value);
        json_decref(*array);
        *array = NULL;
    }
}

static json_t *text(const char *value)
{
    if (value == NULL)
        return json_null();
    if (cov_is_utf8(value))
        return json_string(value);
    char *mended = cov_text_mend(value);
    json_t *json = mended != NULL ? json_string(mended) : NULL;
    cov_free(mended);
    return json;
}

/* ---------------------------------------------------------------- ledger */

static json_t *number(uint64_t n)
{
    return json_integer((json_int_t)n);
}

/* In households, where the figure is that of the report. */
static json_t *households(uint64_t weight, const cov_figure *figure)
{
    return figure->scale == 1 ? number(weight) : json_real(cov_figure_decimal(figure, weight));
}

static json_t *ledger_weights(const cov_ledger *ledger, const cov_figure *figure)
{
    json_t *o = json_object();
    set(&o, "read", households(ledger->read.weight, figure));
    set(&o, "assigned", households(ledger->assigned.weight, figure));
    set(&o, "outside", households(ledger->outside.weight, figure));
    set(&o, "no_location", households(ledger->no_location.weight, figure));
    set(&o, "duplicate", households(ledger->duplicate.weight, figure));
    set(&o, "rejected", households(ledger->rejected.weight, figure));
    return o;
}

static json_t *ledger_points(const cov_ledger *ledger)
{
    json_t *o = json_object();
    set(&o, "read", number(ledger->read.points));
    set(&o, "assigned", number(ledger->assigned.points));
    set(&o, "outside", number(ledger->outside.points));
    set(&o, "no_location", number(ledger->no_location.points));
    set(&o, "duplicate", number(ledger->duplicate.points));
    set(&o, "rejected", number(ledger->rejected.points));
    return o;
}

static json_t *overlap(const cov_ledger *ledger, const cov_figure *figure)
{
    json_t *o = json_object();
    set(&o, "points", number(ledger->overlap.points));
    set(&o, "weight", households(ledger->overlap.weight, figure));
    return o;
}

/* How the numbers of a base are stated. */
static cov_status choose_figure(const cov_manifest_base *base, cov_figure *out, cov_error *err)
{
    cov_ledger ledger;
    uint32_t scale = cov_report_scale(base->report);
    cov_report_ledger(base->report, &ledger);
    *out = (cov_figure){1, 0};
    int fits = scale == 1 ? ledger.read.weight <= (uint64_t)INT64_MAX
                          : cov_figure_choose(ledger.read.weight, scale, out);
    if (!fits || ledger.read.points > (uint64_t)INT64_MAX)
        return cov_fail(err, COV_ERR_LIMIT, "%llu/%u %s are more than a result can state exactly",
                        (unsigned long long)ledger.read.weight, (unsigned)scale,
                        cov_quote(base->name).text);
    return COV_OK;
}

/* What a base says of itself behind its name and unit. */
static void set_base(json_t **o, const cov_manifest_base *base, const cov_figure *figure)
{
    cov_ledger ledger;
    cov_report_ledger(base->report, &ledger);
    set(o, "scale", number(figure->scale));
    if (figure->scale != 1)
        set(o, "rounding", json_real((double)base->rounding / 1e9));
    set(o, "ledger", ledger_weights(&ledger, figure));
    set(o, "ledger_points", ledger_points(&ledger));
    set(o, "overlap", overlap(&ledger, figure));
}

/* ---------------------------------------------------------------- lists */

static json_t *services(const cov_tally *tally)
{
    json_t *a = json_array();
    for (size_t i = 0; i < cov_tally_services(tally); i++)
        append(&a, text(cov_tally_service_name(tally, i)));
    return a;
}

static json_t *indicators(const cov_report *report)
{
    json_t *a = json_array();
    for (size_t i = 0; i < cov_report_indicators(report); i++) {
        json_t *o = json_object();
        set(&o, "name", text(cov_report_indicator_name(report, i)));
        set(&o, "expression", text(cov_report_indicator_expression(report, i)));
        append(&a, o);
    }
    return a;
}

static json_t *sources(const cov_manifest *manifest)
{
    json_t *a = json_array();
    for (size_t i = 0; i < manifest->n_sources; i++) {
        const cov_manifest_source *source = &manifest->sources[i];
        json_t *o = json_object();
        set(&o, "role", text(source->role));
        set(&o, "file", text(source->label));
        set(&o, "crs", text(source->crs));
        set(&o, "operation", text(source->operation));
        int known = source->operation != NULL && isfinite(source->accuracy);
        set(&o, "accuracy_m", known ? json_real(source->accuracy) : json_null());
        set(&o, "detail", text(source->detail));
        append(&a, o);
    }
    return a;
}

static json_t *notes(const cov_notes *list)
{
    json_t *a = json_array();
    for (size_t i = 0; list != NULL && i < list->n; i++) {
        json_t *o = json_object();
        set(&o, "kind", json_string(list->note[i].kind == COV_NOTE_WARNING ? "warning" : "info"));
        set(&o, "text", text(list->note[i].text));
        append(&a, o);
    }
    return a;
}

static json_t *bases(const cov_manifest *manifest, const cov_figure *figure)
{
    json_t *a = json_array();
    for (size_t i = 1; i < manifest->n_bases; i++) {
        const cov_manifest_base *base = &manifest->bases[i];
        json_t *o = json_object();
        set(&o, "name", text(base->name));
        set(&o, "unit", text(base->unit));
        set_base(&o, base, &figure[i]);
        append(&a, o);
    }
    return a;
}

static json_t *targets(const cov_manifest *manifest, const cov_figure *figure)
{
    json_t *a = json_array();
    for (size_t i = 0; i < manifest->n_targets; i++) {
        const cov_gap *target = &manifest->targets[i];
        json_t *o = json_object();
        set(&o, "indicator", text(target->name));
        set(&o, "share", json_real((double)target->share / 1e6));
        set(&o, "missing", households(target->missing, figure));
        set(&o, "missing_in_areas", households(target->missing_in_areas, figure));
        set(&o, "with", target->with > 0 ? number(target->with) : json_null());
        append(&a, o);
    }
    return a;
}

static json_t *ratios(const cov_ratios *list)
{
    json_t *a = json_array();
    for (size_t i = 0; list != NULL && i < list->n; i++) {
        const cov_ratio_rows *ratio = &list->ratio[i];
        json_t *o = json_object();
        set(&o, "name", text(ratio->name));
        set(&o, "file", text(ratio->label));
        set(&o, "n", text(ratio->above));
        set(&o, "of", text(ratio->below));
        set(&o, "per", ratio->is_percent ? json_null() : number(ratio->per));
        append(&a, o);
    }
    return a;
}

/* ---------------------------------------------------------------- interface */

static json_t *compose(const cov_manifest *manifest, const cov_figure *figure)
{
    const cov_manifest_base *first = &manifest->bases[0];
    json_t *o = json_object();
    set(&o, "version", json_string(cov_version()));
    set(&o, "measure", text(first->name));
    if (first->unit != NULL)
        set(&o, "unit", text(first->unit));
    set_base(&o, first, &figure[0]);
    set(&o, "services", services(manifest->tally));
    set(&o, "indicators", indicators(first->report));
    set(&o, "sources", sources(manifest));
    set(&o, "notes", notes(manifest->notes));
    set(&o, "bases", bases(manifest, figure));
    set(&o, "targets", targets(manifest, &figure[0]));
    set(&o, "ratios", ratios(manifest->ratios));
    return o;
}

/* 15 digits give back every decimal of up to 15 digits as it was: 0.1, not 0.10000000000000001 */
static cov_status dump(json_t *json, char **out, cov_error *err)
{
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    char *copy = text != NULL ? cov_copy_text(text) : NULL;
    free(text);
    if (copy == NULL)
        return cov_fail_memory(err);
    *out = copy;
    return COV_OK;
}

cov_status cov_manifest_write(const cov_manifest *manifest, char **out, cov_error *err)
{
    cov_figure *figure = cov_alloc(manifest->n_bases, sizeof *figure);
    cov_status s = figure != NULL ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < manifest->n_bases && s == COV_OK; i++)
        s = choose_figure(&manifest->bases[i], &figure[i], err);
    if (s == COV_OK) {
        json_t *json = compose(manifest, figure);
        s = dump(json, out, err);
        json_decref(json);
    }
    cov_free(figure);
    return s;
}
