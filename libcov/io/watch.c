/* SPDX-License-Identifier: MIT */
#include "io/watch.h"

#include <stdio.h>
#include <string.h>

#include <cpl_conv.h>
#include <cpl_error.h>

#include "base/mem.h"

/* Copy a message on one line, without the folder of the file, cut at a whole character. */
static void copy_message(char *out, size_t size, const char *text, const char *folder)
{
    size_t skip = folder != NULL ? strlen(folder) : 0;
    size_t n = 0;
    while (*text != '\0' && n + 1 < size) {
        if (skip > 0 && strncmp(text, folder, skip) == 0) {
            text += skip;
            continue;
        }
        out[n++] = (unsigned char)*text < ' ' ? ' ' : *text;
        text++;
    }
    if (*text != '\0') {
        while (n > 0 && ((unsigned char)out[n - 1] & 0xC0) == 0x80)
            n--;
        if (n > 0 && ((unsigned char)out[n - 1] & 0xC0) == 0xC0)
            n--;
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

static void add_warning(cov_watch *watch, const char *text)
{
    char line[sizeof watch->warning[0]];
    copy_message(line, sizeof line, text, watch->folder);
    for (size_t i = 0; i < watch->n_warnings; i++) {
        if (strcmp(watch->warning[i], line) == 0)
            return;
    }
    if (watch->n_warnings == COV_WATCH_WARNINGS)
        watch->n_dropped++;
    else
        memcpy(watch->warning[watch->n_warnings++], line, sizeof line);
}

static void CPL_STDCALL collect(CPLErr kind, CPLErrorNum number, const char *text)
{
    (void)number;
    cov_watch *watch = CPLGetErrorHandlerUserData();
    if (kind == CE_Warning)
        add_warning(watch, text);
    if (kind != CE_Failure && kind != CE_Fatal)
        return;
    if (watch->failures++ == 0)
        copy_message(watch->failure, sizeof watch->failure, text, watch->folder);
}

static char *set_option(const char *name, const char *value)
{
    const char *before = CPLGetThreadLocalConfigOption(name, NULL);
    char *copy = before != NULL ? CPLStrdup(before) : NULL;
    CPLSetThreadLocalConfigOption(name, value);
    return copy;
}

static void restore_option(const char *name, char **before)
{
    CPLSetThreadLocalConfigOption(name, *before);
    CPLFree(*before);
    *before = NULL;
}

void cov_watch_begin(cov_watch *watch)
{
    CPLPushErrorHandlerEx(collect, watch);
    if (watch->rings != NULL)
        watch->rings_before = set_option("OGR_ORGANIZE_POLYGONS", watch->rings);
    for (size_t i = 0; i < watch->n_pins; i++)
        watch->pin_before[i] = set_option(watch->pin[i].name, watch->pin[i].value);
}

void cov_watch_end(cov_watch *watch)
{
    for (size_t i = watch->n_pins; i-- > 0;)
        restore_option(watch->pin[i].name, &watch->pin_before[i]);
    if (watch->rings != NULL)
        restore_option("OGR_ORGANIZE_POLYGONS", &watch->rings_before);
    CPLPopErrorHandler();
}

void cov_watch_clear(cov_watch *watch)
{
    watch->failures = 0;
    watch->failure[0] = '\0';
}

cov_status cov_watch_check(cov_watch *watch, const char *where, cov_error *err)
{
    if (watch->failures == 0)
        return COV_OK;
    cov_status s = cov_fail(err, COV_ERR_INPUT, "%s: %s", where, watch->failure);
    cov_watch_clear(watch);
    return s;
}

cov_status cov_watch_note(cov_watch *watch, const char *label, cov_notes *notes, cov_error *err)
{
    cov_status s = COV_OK;
    for (; watch->n_noted < watch->n_warnings && s == COV_OK; watch->n_noted++)
        s = cov_notes_add(notes, err, COV_NOTE_WARNING, "%s: %s", label,
                          watch->warning[watch->n_noted]);
    if (s == COV_OK && watch->n_dropped > 0 && !watch->dropped_noted) {
        watch->dropped_noted = 1;
        s = cov_notes_add(notes, err, COV_NOTE_WARNING,
                          "%s: there are more messages of this kind, left out here", label);
    }
    return s;
}
