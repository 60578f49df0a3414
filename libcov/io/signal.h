/* Signal: where a raster of levels says that a service reaches.
 * SPDX-License-Identifier: MIT
 *
 * A point is reached where the level is at least
 *
 *     min + indoor + sigma * z(probability)
 *
 * with z the quantile of the normal distribution: a level that is the median of a log-normal
 * shadowing with the standard deviation sigma is exceeded there with that probability. Where the
 * raster has no value nobody knows: the point is unknown, which is neither reached nor not.
 *
 * Where values have no more digits than a float (cov_raster_is_single), value and threshold are
 * compared as floats: a cell that holds -104.9 is at least -104.9. */
#ifndef COV_IO_SIGNAL_H
#define COV_IO_SIGNAL_H

#include "io/raster.h"

typedef struct cov_signal_rule {
    double min;         /* the least level, in the raster's unit */
    double indoor;      /* loss on the way into a building, dB, 0 or more */
    double sigma;       /* standard deviation of the level, dB; 0, and */
    double probability; /* 0: no margin. Else percent, 1 or more, less than 100: nobody means 0.9 %
                           by 0.9 */
    unsigned bit;       /* of the service; several rules may have the same: their union */
    cov_sampling sampling;
} cov_signal_rule;

typedef struct cov_signal cov_signal;

/* COV_ERR_ARGUMENT for a rule that is none: "LABEL: ", and the option: min, indoor, sigma,
 * probability. */
cov_status cov_signal_check(const cov_signal_rule *rule, const char *label, cov_error *err);

/* Rules of one raster, which is borrowed; each is checked. */
cov_status cov_signal_create(cov_raster *raster, const cov_signal_rule *rules, size_t n,
                             cov_signal **out, cov_error *err);
void cov_signal_free(cov_signal *signal);

/* The level that rule `index` asks for. */
double cov_signal_threshold(const cov_signal *signal, size_t index);

/* Set the bits of the rules in served[i] where point i is reached, in unknown[i] where the raster
 * has no value there; leave all others alone. All rules in one pass, or one for each kind of
 * sampling. Any number of threads. On failure served and unknown are as they were. */
cov_status cov_signal_mark(const cov_signal *signal, const cov_points *points, uint64_t *served,
                           uint64_t *unknown, cov_error *err);

#endif
