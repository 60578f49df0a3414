/* What a person should know of the indicators that a base leaves unanswered (sheet/unanswered.h).
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_UNANSWERED_H
#define COV_IO_UNANSWERED_H

#include "io/notes.h"
#include "sheet/sheet.h"

/* One note for each base but the first that leaves indicators unanswered, naming them. For the run,
 * before its manifest is written. */
cov_status cov_unanswered_note(const cov_sheet_base *bases, size_t n, cov_notes *notes,
                               cov_error *err);

#endif
