/* SPDX-License-Identifier: MIT */
#include "io/manifest.h"

#include <math.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/mem.h"
#include "io/text.h"

/* The largest number of thousandths that 15 digits, and so a double, hold exactly. */
#define THOUSANDTHS_MAX UINT64_C(999999999999999)

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
    if (cov_text_is_utf8(value))
        return json_string(value);
    char *mended = cov_text_mend(value);
    json_t *json = mended != NULL ? json_string(mended) : NULL;
    cov_free(mended);
    return json;
}

/* ---------------------------------------------------------------- ledger */

static json_t *households(uint64_t weight, uint32_t scale)
{
    if (scale == 1)
        return json_integer((json_int_t)weight);
    return json_real((double)weight / scale);
}

static json_t *points(uint64_t n)
{
    return json_integer((json_int_t)n);
}

static json_t *ledger_weights(const cov_ledger *ledger, uint32_t scale)
{
    json_t *o = json_object();
    set(&o, "read", households(ledger->read.weight, scale));
    set(&o, "assigned", households(ledger->assigned.weight, scale));
    set(&o, "outside", households(ledger->outside.weight, scale));
    set(&o, "no_location", households(ledger->no_location.weight, scale));
    set(&o, "duplicate", households(ledger->duplicate.weight, scale));
    set(&o, "rejected", households(ledger->rejected.weight, scale));
    return o;
}

static json_t *ledger_points(const cov_ledger *ledger)
{
    json_t *o = json_object();
    set(&o, "read", points(ledger->read.points));
    set(&o, "assigned", points(ledger->assigned.points));
    set(&o, "outside", points(ledger->outside.points));
    set(&o, "no_location", points(ledger->no_location.points));
    set(&o, "duplicate", points(ledger->duplicate.points));
    set(&o, "rejected", points(ledger->rejected.points));
    return o;
}

static json_t *overlap(const cov_ledger *ledger, uint32_t scale)
{
    json_t *o = json_object();
    set(&o, "points", points(ledger->overlap.points));
    set(&o, "weight", households(ledger->overlap.weight, scale));
    return o;
}

static cov_status check_ledger(const cov_ledger *ledger, uint32_t scale, cov_error *err)
{
    uint64_t most = scale == 1 ? (uint64_t)INT64_MAX : THOUSANDTHS_MAX;
    if (ledger->read.weight > most || ledger->read.points > (uint64_t)INT64_MAX)
        return cov_fail(err, COV_ERR_LIMIT,
                        "%llu/%u households are more than a result can state exactly",
                        (unsigned long long)ledger->read.weight, (unsigned)scale);
    return COV_OK;
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

/* ---------------------------------------------------------------- interface */

static json_t *compose(const cov_manifest *manifest, const cov_ledger *ledger)
{
    uint32_t scale = cov_report_scale(manifest->report);
    json_t *o = json_object();
    set(&o, "version", json_string(cov_version()));
    set(&o, "measure", text(manifest->measure));
    set(&o, "scale", json_integer((json_int_t)scale));
    if (scale != 1)
        set(&o, "rounding", json_real((double)manifest->rounding / 1e9));
    set(&o, "ledger", ledger_weights(ledger, scale));
    set(&o, "ledger_points", ledger_points(ledger));
    set(&o, "overlap", overlap(ledger, scale));
    set(&o, "services", services(manifest->tally));
    set(&o, "indicators", indicators(manifest->report));
    set(&o, "sources", sources(manifest));
    set(&o, "notes", notes(manifest->notes));
    return o;
}

cov_status cov_manifest_write(const cov_manifest *manifest, char **out, cov_error *err)
{
    cov_ledger ledger;
    cov_report_ledger(manifest->report, &ledger);
    cov_status s = check_ledger(&ledger, cov_report_scale(manifest->report), err);
    if (s != COV_OK)
        return s;
    /* 15 digits give back every decimal of up to 15 digits as it was: 0.1, not 0.10000000000000001
     */
    json_t *json = compose(manifest, &ledger);
    char *dump = json != NULL ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    char *copy = dump != NULL ? cov_copy_text(dump) : NULL;
    free(dump);
    json_decref(json);
    if (copy == NULL)
        return cov_fail_memory(err);
    *out = copy;
    return COV_OK;
}
