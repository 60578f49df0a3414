/* Ask: whether to go on, between one step of writing and the next.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_ASK_H
#define COV_IO_ASK_H

#include <cov/io.h>

#include "base/status.h"

/* Rows between two questions. */
#define COV_ASK_ROWS 64

static inline cov_status cov_ask(const cov_write_options *options, const char *phase, size_t done,
                                 size_t of, cov_error *err)
{
    if (options->progress == NULL ||
        options->progress(options->progress_data, phase, (double)done / (double)of) == 0)
        return COV_OK;
    return cov_fail(err, COV_ERR_CANCELLED, "cancelled: nothing is written");
}

#endif
