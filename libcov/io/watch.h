/* Watch: what GDAL says on this thread, collected instead of printed.
 * SPDX-License-Identifier: MIT
 *
 * Every call into GDAL stands between cov_watch_begin and cov_watch_end. A failure message there
 * means that data is missing from the answer, even where the call itself reports success. */
#ifndef COV_IO_WATCH_H
#define COV_IO_WATCH_H

#include "io/notes.h"

#define COV_WATCH_WARNINGS 8

/* By position alone: right for every winding, slow for thousands of rings. Or shapes whose winding
 * follows the rules: fast, and where they don't the polygon is invalid (a shell in a shell), unless
 * its rings don't nest at all, so that a valid result is the only possible one. */
#define COV_RINGS_ANY_WINDING "DEFAULT"
#define COV_RINGS_BY_WINDING "ONLY_CCW"

/* An option of GDAL that keeps this value on the thread, whatever the program or the environment
 * says: a result must not depend on what somebody set for another program. */
typedef struct cov_pin {
    const char *name;
    const char *value;
} cov_pin;

#define COV_WATCH_PINS 12

typedef struct cov_watch {
    int failures;      /* messages of failure since the last cov_watch_clear */
    char failure[512]; /* the first of them */
    size_t n_warnings; /* distinct ones, at most COV_WATCH_WARNINGS are kept */
    size_t n_noted;    /* of them, how many became notes */
    size_t n_dropped;  /* further ones */
    int dropped_noted;
    char warning[COV_WATCH_WARNINGS][256];
    const char *folder; /* borrowed, or NULL: cut out of the messages, which then hold base names */
    const char *rings;  /* how GDAL sorts rings into shells and holes, whatever the environment
                           says: COV_RINGS_*; NULL where no polygons are read */
    char *rings_before;
    const cov_pin *pin; /* borrowed, or NULL */
    size_t n_pins;      /* at most COV_WATCH_PINS */
    char *pin_before[COV_WATCH_PINS];
} cov_watch;

void cov_watch_begin(cov_watch *watch);
void cov_watch_end(cov_watch *watch);

/* Forget the failures (not the warnings, which are noted once). */
void cov_watch_clear(cov_watch *watch);

/* COV_ERR_INPUT where there was a failure, which is then forgotten. `where` begins the message. */
cov_status cov_watch_check(cov_watch *watch, const char *where, cov_error *err);

/* New warnings become notes of kind warning: "LABEL: text". */
cov_status cov_watch_note(cov_watch *watch, const char *label, cov_notes *notes, cov_error *err);

#endif
