/* Clock: seconds that only go forward.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_CLOCK_H
#define COV_IO_CLOCK_H

double cov_clock(void);

#endif
