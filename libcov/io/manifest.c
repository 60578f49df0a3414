/* SPDX-License-Identifier: MIT */
#include "io/manifest.h"

#include <math.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/area_layer.h"
#include "io/json.h"
#include "sheet/figure.h"

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
    cov_json_set(&o, "read", households(ledger->read.weight, figure));
    cov_json_set(&o, "assigned", households(ledger->assigned.weight, figure));
    cov_json_set(&o, "outside", households(ledger->outside.weight, figure));
    cov_json_set(&o, "no_location", households(ledger->no_location.weight, figure));
    cov_json_set(&o, "duplicate", households(ledger->duplicate.weight, figure));
    cov_json_set(&o, "rejected", households(ledger->rejected.weight, figure));
    return o;
}

static json_t *ledger_points(const cov_ledger *ledger)
{
    json_t *o = json_object();
    cov_json_set(&o, "read", number(ledger->read.points));
    cov_json_set(&o, "assigned", number(ledger->assigned.points));
    cov_json_set(&o, "outside", number(ledger->outside.points));
    cov_json_set(&o, "no_location", number(ledger->no_location.points));
    cov_json_set(&o, "duplicate", number(ledger->duplicate.points));
    cov_json_set(&o, "rejected", number(ledger->rejected.points));
    return o;
}

static json_t *overlap(const cov_ledger *ledger, const cov_figure *figure)
{
    json_t *o = json_object();
    cov_json_set(&o, "points", number(ledger->overlap.points));
    cov_json_set(&o, "weight", households(ledger->overlap.weight, figure));
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
    cov_json_set(o, "scale", number(figure->scale));
    if (figure->scale != 1)
        cov_json_set(o, "rounding", json_real((double)base->rounding / 1e9));
    cov_json_set(o, "ledger", ledger_weights(&ledger, figure));
    cov_json_set(o, "ledger_points", ledger_points(&ledger));
    cov_json_set(o, "overlap", overlap(&ledger, figure));
}

/* ---------------------------------------------------------------- lists */

static json_t *services(const cov_tally *tally)
{
    json_t *a = json_array();
    for (size_t i = 0; i < cov_tally_services(tally); i++)
        cov_json_append(&a, cov_json_text(cov_tally_service_name(tally, i)));
    return a;
}

static json_t *indicators(const cov_report *report)
{
    json_t *a = json_array();
    for (size_t i = 0; i < cov_report_indicators(report); i++) {
        json_t *o = json_object();
        cov_json_set(&o, "name", cov_json_text(cov_report_indicator_name(report, i)));
        cov_json_set(&o, "expression", cov_json_text(cov_report_indicator_expression(report, i)));
        cov_json_append(&a, o);
    }
    return a;
}

static json_t *sources(const cov_manifest *manifest)
{
    json_t *a = json_array();
    for (size_t i = 0; i < manifest->n_sources; i++) {
        const cov_manifest_source *source = &manifest->sources[i];
        json_t *o = json_object();
        cov_json_set(&o, "role", cov_json_text(source->role));
        cov_json_set(&o, "file", cov_json_text(source->label));
        cov_json_set(&o, "crs", cov_json_text(source->crs));
        cov_json_set(&o, "operation", cov_json_text(source->operation));
        int known = source->operation != NULL && isfinite(source->accuracy);
        cov_json_set(&o, "accuracy_m", known ? json_real(source->accuracy) : json_null());
        cov_json_set(&o, "detail", cov_json_text(source->detail));
        cov_json_append(&a, o);
    }
    return a;
}

static json_t *notes(const cov_notes *list)
{
    json_t *a = json_array();
    for (size_t i = 0; list != NULL && i < list->n; i++) {
        json_t *o = json_object();
        cov_json_set(&o, "kind",
                     json_string(list->note[i].kind == COV_NOTE_WARNING ? "warning" : "info"));
        cov_json_set(&o, "text", cov_json_text(list->note[i].text));
        cov_json_append(&a, o);
    }
    return a;
}

static json_t *bases(const cov_manifest *manifest, const cov_figure *figure)
{
    json_t *a = json_array();
    for (size_t i = 1; i < manifest->n_bases; i++) {
        const cov_manifest_base *base = &manifest->bases[i];
        json_t *o = json_object();
        cov_json_set(&o, "name", cov_json_text(base->name));
        cov_json_set(&o, "unit", cov_json_text(base->unit));
        set_base(&o, base, &figure[i]);
        cov_json_append(&a, o);
    }
    return a;
}

static json_t *targets(const cov_manifest *manifest, const cov_figure *figure)
{
    json_t *a = json_array();
    for (size_t i = 0; i < manifest->n_targets; i++) {
        const cov_gap *target = &manifest->targets[i];
        json_t *o = json_object();
        cov_json_set(&o, "indicator", cov_json_text(target->name));
        cov_json_set(&o, "share", json_real((double)target->share / 1e6));
        cov_json_set(&o, "missing", households(target->missing, figure));
        cov_json_set(&o, "missing_in_areas", households(target->missing_in_areas, figure));
        cov_json_set(&o, "with", target->with > 0 ? number(target->with) : json_null());
        cov_json_append(&a, o);
    }
    return a;
}

static json_t *ratios(const cov_ratios *list)
{
    json_t *a = json_array();
    for (size_t i = 0; list != NULL && i < list->n; i++) {
        const cov_ratio_rows *ratio = &list->ratio[i];
        json_t *o = json_object();
        cov_json_set(&o, "name", cov_json_text(ratio->name));
        cov_json_set(&o, "file", cov_json_text(ratio->label));
        cov_json_set(&o, "n", cov_json_text(ratio->above));
        cov_json_set(&o, "of", cov_json_text(ratio->below));
        cov_json_set(&o, "per", ratio->is_percent ? json_null() : number(ratio->per));
        cov_json_append(&a, o);
    }
    return a;
}

/* ---------------------------------------------------------------- interface */

static json_t *compose(const cov_manifest *manifest, const cov_figure *figure)
{
    const cov_manifest_base *first = &manifest->bases[0];
    json_t *o = json_object();
    cov_json_set(&o, "version", json_string(cov_version()));
    cov_json_set(&o, "measure", cov_json_text(first->name));
    if (first->unit != NULL)
        cov_json_set(&o, "unit", cov_json_text(first->unit));
    set_base(&o, first, &figure[0]);
    cov_json_set(&o, "services", services(manifest->tally));
    cov_json_set(&o, "indicators", indicators(first->report));
    cov_json_set(&o, "sources", sources(manifest));
    cov_json_set(&o, "notes", notes(manifest->notes));
    cov_json_set(&o, "bases", bases(manifest, figure));
    cov_json_set(&o, "targets", targets(manifest, &figure[0]));
    cov_json_set(&o, "ratios", ratios(manifest->ratios));
    return o;
}

cov_status cov_manifest_write(const cov_manifest *manifest, char **out, cov_error *err)
{
    cov_figure *figure = cov_alloc(manifest->n_bases, sizeof *figure);
    cov_status s = figure != NULL ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < manifest->n_bases && s == COV_OK; i++)
        s = choose_figure(&manifest->bases[i], &figure[i], err);
    if (s == COV_OK) {
        json_t *json = compose(manifest, figure);
        s = cov_json_dump(json, out, err);
        json_decref(json);
    }
    cov_free(figure);
    return s;
}
