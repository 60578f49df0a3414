/* SPDX-License-Identifier: MIT */
#include "io/unanswered.h"

#include <stdio.h>

#include "base/text.h"
#include "sheet/unanswered.h"

/* Those of a base, as many as fit; how many there are. */
static cov_status list(const cov_report *report, char *text, size_t size, size_t *n, cov_error *err)
{
    size_t used = 0, listed = 0;
    *n = 0;
    for (size_t i = 0; i < cov_report_indicators(report); i++) {
        int unanswered;
        cov_status s = cov_unanswered(report, i, &unanswered, err);
        if (s != COV_OK)
            return s;
        if (!unanswered)
            continue;
        cov_quoted name = cov_quote(cov_report_indicator_name(report, i));
        if ((*n)++ > listed || used + sizeof name + 16 > size)
            continue;
        listed++;
        used += (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "", name.text);
    }
    if (*n > listed)
        snprintf(text + used, size - used, " ...");
    return COV_OK;
}

cov_status cov_unanswered_note(const cov_sheet_base *bases, size_t n, cov_notes *notes,
                               cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 1; i < n && s == COV_OK; i++) {
        char names[400] = "";
        size_t found;
        s = list(bases[i].report, names, sizeof names, &found, err);
        if (s == COV_OK && found > 0)
            s = cov_notes_add(notes, err, COV_NOTE_INFO,
                              "the base %s has no columns for %s: nothing answers that there",
                              cov_quote(bases[i].name).text, names);
    }
    return s;
}
