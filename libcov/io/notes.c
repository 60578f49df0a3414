/* SPDX-License-Identifier: MIT */
#include "io/notes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static char *print_text(const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length >= 0 ? cov_alloc((size_t)length + 1, 1) : NULL;
    if (text != NULL)
        vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

cov_status cov_notes_add(cov_notes *notes, cov_error *err, cov_note_kind kind, const char *format,
                         ...)
{
    if (cov_reserve((void **)&notes->note, &notes->capacity, notes->n + 1, sizeof *notes->note) !=
        0)
        return cov_fail_memory(err);
    va_list arguments;
    va_start(arguments, format);
    char *text = print_text(format, arguments);
    va_end(arguments);
    if (text == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < notes->n; i++) {
        if (strcmp(notes->note[i].text, text) == 0) {
            cov_free(text);
            return COV_OK;
        }
    }
    notes->note[notes->n].kind = kind;
    notes->note[notes->n].text = text;
    notes->n++;
    return COV_OK;
}

void cov_notes_clear(cov_notes *notes)
{
    for (size_t i = 0; i < notes->n; i++)
        cov_free((void *)(uintptr_t)notes->note[i].text);
    cov_free(notes->note);
    *notes = (cov_notes)COV_NOTES_INIT;
}
