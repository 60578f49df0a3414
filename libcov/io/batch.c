/* SPDX-License-Identifier: MIT */
#include "io/batch.h"

#include <string.h>

#include "base/mem.h"
#include "io/extent.h"

/* ---------------------------------------------------------------- seen */

cov_status cov_seen_create(cov_seen *seen, size_t n_answers, cov_error *err)
{
    memset(seen, 0, sizeof *seen);
    seen->n_answers = n_answers;
    seen->unknown = cov_alloc(n_answers, sizeof *seen->unknown);
    if (seen->unknown == NULL)
        return cov_fail_memory(err);
    cov_seen_forget(seen);
    return COV_OK;
}

void cov_seen_clear(cov_seen *seen)
{
    cov_free(seen->unknown);
    memset(seen, 0, sizeof *seen);
}

void cov_seen_forget(cov_seen *seen)
{
    const cov_seen nothing = {
        .extent = COV_EXTENT_NOWHERE, .unknown = seen->unknown, .n_answers = seen->n_answers};
    *seen = nothing;
    for (size_t i = 0; i < seen->n_answers; i++)
        seen->unknown[i] = 0;
}

static void add_stray(cov_stray *to, const cov_stray *from)
{
    if (from->beyond > 0 && (to->beyond == 0 || from->first < to->first)) {
        to->first = from->first;
        to->x = from->x;
        to->y = from->y;
    }
    to->located += from->located;
    to->beyond += from->beyond;
}

static void add_first_id(cov_seen *to, const cov_seen *from)
{
    if (from->first_with_id == 0 ||
        (to->first_with_id != 0 && to->first_with_id <= from->first_with_id))
        return;
    to->first_with_id = from->first_with_id;
    memcpy(to->first_id, from->first_id, sizeof to->first_id);
}

void cov_seen_add(cov_seen *to, const cov_seen *from)
{
    to->n_points += from->n_points;
    to->without_id += from->without_id;
    to->digest += from->digest;
    add_first_id(to, from);
    add_stray(&to->stray, &from->stray);
    cov_extent_widen(to->extent, from->extent);
    for (size_t m = 0; m < COV_MEASURES_MAX; m++)
        to->rounding[m] += from->rounding[m];
    to->again |= from->again;
    for (size_t i = 0; i < to->n_answers; i++)
        to->unknown[i] += from->unknown[i];
}

/* ---------------------------------------------------------------- batch */

cov_status cov_batch_create(cov_batch *batch, size_t n_measures, size_t n_answers, cov_error *err)
{
    memset(batch, 0, sizeof *batch);
    cov_status s = cov_seen_create(&batch->seen, n_answers, err);
    batch->x = cov_alloc(COV_BATCH, sizeof *batch->x);
    batch->y = cov_alloc(COV_BATCH, sizeof *batch->y);
    batch->served = cov_alloc(COV_BATCH, sizeof *batch->served);
    batch->unknown = cov_alloc(COV_BATCH, sizeof *batch->unknown);
    int failed = s != COV_OK || batch->x == NULL || batch->y == NULL || batch->served == NULL ||
                 batch->unknown == NULL;
    for (size_t m = 0; m < n_measures && !failed; m++) {
        batch->weight[m] = cov_alloc(COV_BATCH, sizeof *batch->weight[m]);
        failed = batch->weight[m] == NULL;
    }
    if (!failed)
        return COV_OK;
    cov_batch_clear(batch);
    return cov_fail_memory(err);
}

void cov_batch_clear(cov_batch *batch)
{
    cov_seen_clear(&batch->seen);
    cov_batch_release(&batch->rows);
    cov_free(batch->x);
    cov_free(batch->y);
    for (size_t m = 0; m < COV_MEASURES_MAX; m++)
        cov_free(batch->weight[m]);
    cov_free(batch->served);
    cov_free(batch->unknown);
    memset(batch, 0, sizeof *batch);
}

void cov_batch_empty(cov_batch *batch)
{
    batch->n = 0;
    batch->n_records = 0;
    cov_batch_release(&batch->rows);
    cov_seen_forget(&batch->seen);
}
