/* Notes: what a person should know about a run, in the order it came up.
 * SPDX-License-Identifier: MIT */
#ifndef COV_IO_NOTES_H
#define COV_IO_NOTES_H

#include <cov/io.h>

#include "base/status.h"

typedef struct cov_notes {
    cov_note *note; /* the texts are owned */
    size_t n;
    size_t capacity;
} cov_notes;

#define COV_NOTES_INIT                                                                             \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

/* Add a note, printf style; one that is there already (a file that is read twice) is not added
 * again. The only failure is COV_ERR_MEMORY. */
__attribute__((format(printf, 4, 5))) cov_status cov_notes_add(cov_notes *notes, cov_error *err,
                                                               cov_note_kind kind,
                                                               const char *format, ...);

void cov_notes_clear(cov_notes *notes);

#endif
