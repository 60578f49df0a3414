/* The normal distribution, as far as planning margins need it.
 * SPDX-License-Identifier: MIT */
#ifndef COV_BASE_NORMAL_H
#define COV_BASE_NORMAL_H

/* The z below which a standard normal variable lies with probability p, 0 < p < 1: 1.2816 for 0.9.
 * To about 1e-15 of its size (M. J. Wichura, Algorithm AS 241, Applied Statistics 37, 1988,
 * PPND16). NaN for any other p. */
double cov_normal_quantile(double p);

#endif
