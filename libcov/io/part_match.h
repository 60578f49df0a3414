/* Parts: whether two belong together.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_PART_MATCH_H
#define COV_IO_PART_MATCH_H

#include "io/part.h"

/* COV_ERR_MISMATCH names both files and the first difference of their areas or measures. */
cov_status cov_part_match(const cov_part_file *first, const cov_part_file *part, cov_error *err);

/* The same for the services of their tallies; of two tallies in one part: that it is damaged. */
cov_status cov_part_match_services(const cov_part_file *first, const cov_part_file *part,
                                   const cov_tally *there, const cov_tally *here, cov_error *err);

#endif
