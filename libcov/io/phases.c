/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* clock_gettime is not of C11 */
#include "io/phases.h"

#include <string.h>
#include <time.h>

double cov_phases_clock(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

cov_phases cov_phases_start(cov_progress progress, void *data)
{
    return (cov_phases){.progress = progress, .data = data, .since = -1};
}

static size_t find(cov_phases *phases, const char *name)
{
    size_t i = 0;
    while (i < phases->n && strcmp(phases->phase[i].name, name) != 0)
        i++;
    if (i == phases->n && i < COV_PHASES_MAX)
        phases->phase[phases->n++] = (cov_phase){name, 0};
    return i < COV_PHASES_MAX ? i : COV_PHASES_MAX - 1;
}

void cov_phases_add(cov_phases *phases, const char *name, double seconds)
{
    phases->phase[find(phases, name)].seconds += seconds;
}

void cov_phases_leave(cov_phases *phases)
{
    if (phases->since >= 0)
        phases->phase[phases->current].seconds += cov_phases_clock() - phases->since;
    phases->since = -1;
}

cov_status cov_phases_enter(cov_phases *phases, const char *name, cov_error *err)
{
    cov_phases_leave(phases);
    phases->current = find(phases, name);
    phases->since = cov_phases_clock();
    return cov_phases_ask(phases, 0, 0, err);
}

cov_status cov_phases_ask(const cov_phases *phases, double done, double total, cov_error *err)
{
    const char *name = phases->phase[phases->current].name;
    if (phases->progress == NULL)
        return COV_OK;
    double fraction = total < 1 ? -1 : done < total ? done / total : 1;
    if (phases->progress(phases->data, name, fraction) == 0)
        return COV_OK;
    return cov_fail(err, COV_ERR_CANCELLED, "cancelled (%s): nothing is written", name);
}
