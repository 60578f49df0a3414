/* SPDX-License-Identifier: MIT */
#include "io/each.h"

cov_status cov_layer_each(cov_layer *layer, const cov_phases *phases, cov_each each, void *data,
                          cov_error *err)
{
    double total = (double)cov_layer_count(layer);
    for (;;) {
        OGRFeatureH feature = NULL;
        cov_status s = cov_layer_next(layer, &feature, err);
        if (s != COV_OK || feature == NULL)
            return s;
        s = each(data, feature, err);
        OGR_F_Destroy(feature);
        if (s == COV_OK)
            s = cov_phases_ask(phases, (double)layer->n_read, total, err);
        if (s != COV_OK)
            return s;
    }
}

cov_status cov_layer_first(cov_layer *layer, cov_each each, void *data, const char *what,
                           cov_error *err)
{
    OGRFeatureH feature = NULL;
    cov_status s = cov_layer_next(layer, &feature, err);
    if (s != COV_OK)
        return s;
    if (feature == NULL)
        return cov_layer_refuse_empty(layer, what, err);
    s = each != NULL ? each(data, feature, err) : COV_OK;
    OGR_F_Destroy(feature);
    return s;
}
