/* SPDX-License-Identifier: MIT */
#include "io/households.h"

#include "base/mem.h"
#include "io/guess.h"
#include "io/coordinates.h"

#include <math.h>
#include <string.h>

struct cov_households {
    cov_layer layer;
    cov_coordinates coordinates;
    int weighted;
    cov_column weight;
    cov_column *answer; /* n_answers, and the bit each of them sets */
    unsigned *bit;
    size_t n_answers;
    int degrees; /* the CRS is geographic, in degrees */
    int64_t rounding;
    double extent[4];
    cov_stray stray;
};

/* ---------------------------------------------------------------- opening */

static cov_status find_answers(cov_households *h, const cov_answer_column *answers, size_t n,
                               cov_error *err)
{
    h->answer = cov_alloc_zero(n, sizeof *h->answer);
    h->bit = cov_alloc_zero(n, sizeof *h->bit);
    if (h->answer == NULL || h->bit == NULL)
        return cov_fail_memory(err);
    cov_status s = COV_OK;
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        s = cov_column_find(&h->layer, answers[i].column, "service column", &h->answer[i], err);
        h->bit[i] = answers[i].bit;
    }
    h->n_answers = n;
    return s;
}

/* Leave out of every feature what isn't asked for: most of the time goes into reading. */
static cov_status select_columns(cov_households *h, cov_error *err)
{
    int *wanted = cov_alloc(h->n_answers + 3, sizeof *wanted);
    if (wanted == NULL)
        return cov_fail_memory(err);
    size_t n = 0;
    for (size_t i = 0; i < h->n_answers; i++)
        wanted[n++] = h->answer[i].index;
    if (h->weighted)
        wanted[n++] = h->weight.index;
    if (h->coordinates.by_columns) {
        wanted[n++] = h->coordinates.x.index;
        wanted[n++] = h->coordinates.y.index;
    }
    cov_status s = cov_layer_select(&h->layer, wanted, n, !h->coordinates.by_columns, err);
    cov_free(wanted);
    return s;
}

static void forget(cov_households *h)
{
    static const double nothing[4] = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    memcpy(h->extent, nothing, sizeof h->extent);
    memset(&h->stray, 0, sizeof h->stray);
    h->rounding = 0;
}

/* Gradians exist; their limits are others, so only degrees are checked. */
static int is_in_degrees(OGRSpatialReferenceH crs)
{
    return OSRIsGeographic(crs) && fabs(OSRGetAngularUnits(crs, NULL) - 0.0174532925199433) < 1e-9;
}

static cov_status open_layer(cov_households *h, const cov_source *source, const char *weight_column,
                             const cov_policy *policy, cov_notes *notes, cov_error *err)
{
    cov_status s = cov_layer_open(source, policy, notes, &h->layer, err);
    if (s == COV_OK)
        s = cov_coordinates_find(&h->layer, policy, notes, &h->coordinates, err);
    if (s == COV_OK && weight_column != NULL) {
        s = cov_column_find(&h->layer, weight_column, "weight column", &h->weight, err);
        h->weighted = 1;
    }
    if (s == COV_OK && weight_column == NULL)
        s = cov_guess_weight(&h->layer, notes, err);
    return s;
}

cov_status cov_households_open(const cov_source *source, const char *weight_column,
                               const cov_answer_column *answers, size_t n_answers,
                               const cov_policy *policy, cov_notes *notes, cov_households **out,
                               cov_error *err)
{
    cov_households *h = cov_alloc_zero(1, sizeof *h);
    if (h == NULL)
        return cov_fail_memory(err);
    cov_status s = open_layer(h, source, weight_column, policy, notes, err);
    if (s == COV_OK)
        s = find_answers(h, answers, n_answers, err);
    if (s == COV_OK)
        s = select_columns(h, err);
    if (s == COV_OK) {
        h->degrees = is_in_degrees(h->layer.crs);
        forget(h);
        *out = h;
        h = NULL;
    }
    cov_households_close(h);
    return s;
}

void cov_households_close(cov_households *households)
{
    if (households == NULL)
        return;
    cov_layer_close(&households->layer);
    cov_free(households->answer);
    cov_free(households->bit);
    cov_free(households);
}

OGRSpatialReferenceH cov_households_crs(const cov_households *households)
{
    return households->layer.crs;
}

const char *cov_households_label(const cov_households *households)
{
    return households->layer.label;
}

const char *cov_households_measure(const cov_households *households)
{
    return households->weighted ? households->weight.name : "households";
}

int64_t cov_households_count(cov_households *households)
{
    return cov_layer_count(&households->layer);
}

/* ---------------------------------------------------------------- reading */

static void include(cov_households *h, double x, double y)
{
    h->extent[0] = x < h->extent[0] ? x : h->extent[0];
    h->extent[1] = y < h->extent[1] ? y : h->extent[1];
    h->extent[2] = x > h->extent[2] ? x : h->extent[2];
    h->extent[3] = y > h->extent[3] ? y : h->extent[3];
    h->stray.located++;
    if (!h->degrees || (fabs(y) <= 90 && fabs(x) <= 360))
        return;
    if (h->stray.beyond++ == 0) {
        h->stray.first = h->layer.n_read;
        h->stray.x = x;
        h->stray.y = y;
    }
}

static cov_status read_answers(const cov_households *h, OGRFeatureH feature, uint64_t *served,
                               cov_error *err)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < h->n_answers; i++) {
        int yes = 0;
        cov_status s = cov_column_answer(&h->answer[i], &h->layer, feature, &yes, err);
        if (s != COV_OK)
            return s;
        bits |= (uint64_t)(yes != 0) << h->bit[i];
    }
    *served = bits;
    return COV_OK;
}

static cov_status read_point(cov_households *h, OGRFeatureH feature, uint32_t scale,
                             cov_batch *batch, int *decimals, cov_error *err)
{
    size_t i = batch->n;
    cov_status s =
        cov_coordinates_read(&h->coordinates, &h->layer, feature, &batch->x[i], &batch->y[i], err);
    if (s == COV_OK && !isnan(batch->x[i]))
        include(h, batch->x[i], batch->y[i]);
    batch->weight[i] = scale;
    if (s == COV_OK && h->weighted)
        s = cov_column_weight(&h->weight, &h->layer, feature, scale, &batch->weight[i],
                              &h->rounding, decimals, err);
    if (s == COV_OK)
        s = read_answers(h, feature, &batch->served[i], err);
    if (s == COV_OK)
        batch->n++;
    return s;
}

cov_status cov_households_next(cov_households *households, uint32_t scale, cov_batch *batch,
                               int *decimals, cov_error *err)
{
    cov_status s = COV_OK;
    *decimals = 0;
    batch->n = 0;
    while (s == COV_OK && batch->n < COV_BATCH && !*decimals) {
        OGRFeatureH feature = NULL;
        s = cov_layer_next(&households->layer, &feature, err);
        if (s != COV_OK || feature == NULL)
            break;
        s = read_point(households, feature, scale, batch, decimals, err);
        OGR_F_Destroy(feature);
    }
    return s;
}

cov_status cov_households_rewind(cov_households *households, cov_error *err)
{
    forget(households);
    return cov_layer_rewind(&households->layer, err);
}

int64_t cov_households_rounding(const cov_households *households)
{
    return households->rounding;
}

void cov_households_extent(const cov_households *households, double extent[4])
{
    memcpy(extent, households->extent, sizeof households->extent);
}

void cov_households_stray(const cov_households *households, cov_stray *out)
{
    *out = households->stray;
}

/* ---------------------------------------------------------------- batches */

cov_status cov_batch_create(cov_batch *batch, cov_error *err)
{
    batch->n = 0;
    batch->x = cov_alloc(COV_BATCH, sizeof *batch->x);
    batch->y = cov_alloc(COV_BATCH, sizeof *batch->y);
    batch->weight = cov_alloc(COV_BATCH, sizeof *batch->weight);
    batch->served = cov_alloc(COV_BATCH, sizeof *batch->served);
    if (batch->x != NULL && batch->y != NULL && batch->weight != NULL && batch->served != NULL)
        return COV_OK;
    cov_batch_clear(batch);
    return cov_fail_memory(err);
}

void cov_batch_clear(cov_batch *batch)
{
    cov_free(batch->x);
    cov_free(batch->y);
    cov_free(batch->weight);
    cov_free(batch->served);
    memset(batch, 0, sizeof *batch);
}
