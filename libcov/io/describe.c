/* SPDX-License-Identifier: MIT */
#include "io/describe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "io/decimal.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/family.h"
#include "io/path.h"
#include "io/preview.h"

/* ---------------------------------------------------------------- services */

static cov_status tell_distance(cov_tale *tale, const cov_job_service *ask, cov_error *err)
{
    char metres[32];
    const char *barrier =
        cov_source_is_given(&ask->barriers) ? cov_source_name(&ask->barriers) : NULL;
    cov_decimal_write(ask->metres, metres);
    cov_status s = cov_prose_add(&tale->prose, 2, err, "%s: within %s m of lines or points%s%s",
                                 ask->name, metres, barrier != NULL ? ", not across " : "",
                                 barrier != NULL ? barrier : "");
    if (s == COV_OK)
        s = cov_tale_layer(tale, &ask->source, COV_HOLDS_NETWORK, err);
    return s == COV_OK && barrier != NULL
               ? cov_tale_layer(tale, &ask->barriers, COV_HOLDS_BARRIERS, err)
               : s;
}

static cov_status tell_signal(cov_tale *tale, const cov_job_service *ask, cov_error *err)
{
    char min[32], indoor[32], sigma[32], probability[32];
    cov_decimal_write(ask->min, min);
    cov_decimal_write(ask->indoor, indoor);
    cov_decimal_write(ask->sigma, sigma);
    cov_decimal_write(ask->probability, probability);
    char *walls =
        ask->indoor != 0 ? cov_text_print(", behind a loss of %s dB", indoor) : cov_copy_text("");
    char *margin = ask->probability != 0
                       ? cov_text_print(", %s %% sure with a sigma of %s dB", probability, sigma)
                       : cov_copy_text("");
    cov_status s = walls == NULL || margin == NULL
                       ? cov_fail_memory(err)
                       : cov_prose_add(&tale->prose, 2, err, "%s: a level of at least %s%s%s%s",
                                       ask->name, min, walls, margin,
                                       ask->bilinear ? ", between the centres of cells" : "");
    cov_free(walls);
    cov_free(margin);
    return s == COV_OK ? cov_tale_raster(tale, &ask->source, err) : s;
}

static cov_status tell_table(cov_tale *tale, const cov_job_service *ask, cov_error *err)
{
    cov_status s =
        cov_prose_add(&tale->prose, 2, err, "%s: households whose id is in the column %s%s%s",
                      ask->name, ask->key, ask->condition != NULL ? ", in rows where " : "",
                      ask->condition != NULL ? ask->condition : "");
    return s == COV_OK ? cov_tale_table(tale, &ask->source, &ask->key, 1, ask->condition, err) : s;
}

static cov_status tell_service(cov_tale *tale, const cov_job_service *ask, cov_error *err)
{
    cov_status s = COV_OK;
    switch (ask->by) {
    case COV_BY_DISTANCE:
        return tell_distance(tale, ask, err);
    case COV_BY_SIGNAL:
        return tell_signal(tale, ask, err);
    case COV_BY_TABLE:
        return tell_table(tale, ask, err);
    case COV_BY_COLUMN:
        return cov_prose_add(&tale->prose, 2, err, "%s: what the households say, %s", ask->name,
                             ask->column);
    default:
        s = cov_prose_add(&tale->prose, 2, err, "%s: inside polygons", ask->name);
        return s == COV_OK ? cov_tale_layer(tale, &ask->source, COV_HOLDS_POLYGONS, err) : s;
    }
}

/* ---------------------------------------------------------------- questions */

static cov_status tell_target(cov_tale *tale, const cov_job_target *target, cov_error *err)
{
    char share[16];
    cov_millionths_write(target->share, share);
    if (target->with > 0)
        return cov_prose_add(&tale->prose, 2, err,
                             "%s: at least %s %%; are %" PRIu64 " more connections enough?",
                             target->indicator, share, target->with);
    return cov_prose_add(&tale->prose, 2, err, "%s: at least %s %%", target->indicator, share);
}

static cov_status tell_indicators(cov_tale *tale, const cov_indicators *list, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < list->n && s == COV_OK; i++) {
        const char *name = cov_indicator_name(&list->indicator[i]);
        const char *expression = list->indicator[i].expression;
        s = strcmp(name, expression) == 0
                ? cov_prose_add(&tale->prose, 2, err, "%s", name)
                : cov_prose_add(&tale->prose, 2, err, "%s: %s", name, expression);
    }
    return s;
}

static cov_status tell_tiers(cov_tale *tale, const cov_job_tiers *tiers, cov_error *err)
{
    char *chain = cov_copy_text(tiers->expressions[0]);
    for (size_t i = 1; i < tiers->n && chain != NULL; i++) {
        char *longer = cov_text_print("%s, in it %s", chain, tiers->expressions[i]);
        cov_free(chain);
        chain = longer;
    }
    cov_status s =
        chain != NULL ? cov_prose_add(&tale->prose, 2, err, "%s", chain) : cov_fail_memory(err);
    cov_free(chain);
    return s;
}

static cov_status tell_ratio(cov_tale *tale, const cov_job_ratio *ratio, cov_error *err)
{
    const char *const columns[] = {ratio->key, ratio->n, ratio->of};
    const char *of = ratio->of != NULL ? ratio->of : ratio->of_base;
    const char *what = ratio->of != NULL ? "" : " (the base)";
    cov_status s =
        ratio->per > 0
            ? cov_prose_add(&tale->prose, 2, err, "%s: %s per %u of %s%s, areas by %s", ratio->name,
                            ratio->n, ratio->per, of, what, ratio->key)
            : cov_prose_add(&tale->prose, 2, err, "%s: %s of %s%s in percent, areas by %s",
                            ratio->name, ratio->n, of, what, ratio->key);
    return s == COV_OK ? cov_tale_table(tale, &ratio->source, columns, 3, NULL, err) : s;
}

/* ---------------------------------------------------------------- sections */

/* Nothing where the section is empty. */
static cov_status head(cov_tale *tale, const char *title, size_t n, cov_error *err)
{
    cov_status s = n > 0 ? cov_prose_gap(&tale->prose, err) : COV_OK;
    return s == COV_OK && n > 0 ? cov_prose_add(&tale->prose, 0, err, "%s", title) : s;
}

static cov_status tell_places(cov_tale *tale, cov_error *err)
{
    const cov_job *job = tale->job;
    int households = cov_source_is_given(&job->households);
    tale->indent = 2;
    cov_status s = head(tale, "Areas", 1, err);
    if (s == COV_OK)
        s = cov_tale_areas(tale, err);
    if (s == COV_OK)
        s = head(tale, "Households", (size_t)households, err);
    if (s == COV_OK && households)
        s = cov_tale_households(tale, err);
    if (s == COV_OK)
        s = head(tale, households ? "Also counted" : "Counted", job->n_bases, err);
    tale->indent = 4;
    tale->content = cov_alloc_zero(job->n_bases, sizeof *tale->content);
    if (tale->content == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < job->n_bases && s == COV_OK; i++)
        s = cov_tale_base(tale, i, err);
    return s;
}

static cov_status tell_services(cov_tale *tale, cov_error *err)
{
    cov_status s = head(tale, "Services", tale->plan.n_entries, err);
    for (size_t i = 0; i < tale->plan.n_entries && s == COV_OK; i++)
        s = tell_service(tale, &tale->plan.entry[i].ask, err);
    return s;
}

static cov_status tell_questions(cov_tale *tale, cov_error *err)
{
    const cov_job *job = tale->job;
    const cov_indicators *list = &tale->plan.indicators;
    cov_status s = head(tale, "Indicators", list->n, err);
    if (s == COV_OK)
        s = tell_indicators(tale, list, err);
    if (s == COV_OK)
        s = head(tale, "Tiers", job->n_tiers, err);
    for (size_t i = 0; i < job->n_tiers && s == COV_OK; i++)
        s = tell_tiers(tale, &job->tiers[i], err);
    if (s == COV_OK)
        s = head(tale, "Targets", job->n_targets, err);
    for (size_t i = 0; i < job->n_targets && s == COV_OK; i++)
        s = tell_target(tale, &job->targets[i], err);
    if (s == COV_OK)
        s = head(tale, "Ratios", job->n_ratios, err);
    for (size_t i = 0; i < job->n_ratios && s == COV_OK; i++)
        s = tell_ratio(tale, &job->ratios[i], err);
    return s;
}

static cov_status tell_notes(cov_tale *tale, cov_error *err)
{
    cov_status s = head(tale, "Notes", tale->notes.n, err);
    for (size_t i = 0; i < tale->notes.n && s == COV_OK; i++) {
        const cov_note *note = &tale->notes.note[i];
        s = cov_prose_add(&tale->prose, 2, err, "%s%s",
                          note->kind == COV_NOTE_WARNING ? "warning: " : "", note->text);
    }
    return s;
}

/* ---------------------------------------------------------------- interface */

static cov_status check_columns(const cov_tale *tale, cov_error *err)
{
    const cov_preview preview = {tale->job, &tale->plan, tale->content, tale->id_column,
                                 tale->name_column};
    return tale->job->is_written ? cov_preview_check(&preview, err) : COV_OK;
}

static cov_status tell(cov_tale *tale, cov_error *err)
{
    cov_status s =
        cov_plan_create(tale->job, &tale->policy, &tale->notes, &tale->phases, &tale->plan, err);
    if (s == COV_OK)
        s = tell_places(tale, err);
    if (s == COV_OK)
        s = check_columns(tale, err);
    if (s == COV_OK)
        s = tell_services(tale, err);
    if (s == COV_OK)
        s = tell_questions(tale, err);
    return s == COV_OK ? tell_notes(tale, err) : s;
}

cov_status cov_job_describe(const cov_job *job, char **text, cov_error *err)
{
    if (job == NULL || text == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no job, or no place for its description");
    cov_tale tale;
    memset(&tale, 0, sizeof tale);
    tale.job = job;
    tale.policy = cov_job_policy(job);
    tale.phases = cov_phases_start(job->progress, job->progress_data);
    cov_status s = tell(&tale, err);
    if (s == COV_OK) {
        *text = tale.prose.text;
        tale.prose.text = NULL;
    }
    cov_prose_clear(&tale.prose);
    cov_free(tale.id_column);
    cov_free(tale.name_column);
    cov_free(tale.content);
    cov_plan_clear(&tale.plan);
    cov_notes_clear(&tale.notes);
    return s;
}

void cov_text_free(char *text)
{
    cov_free(text);
}
