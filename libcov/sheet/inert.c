/* SPDX-License-Identifier: MIT */
#include "sheet/inert.h"

#include <string.h>

/* "-5" or "+84.5": a spreadsheet takes it for what it is. */
static int is_plain_number(const char *text)
{
    if (*text == '+' || *text == '-')
        text++;
    size_t whole = strspn(text, "0123456789");
    text += whole;
    if (whole > 0 && *text == '.')
        text += 1 + strspn(text + 1, "0123456789");
    return whole > 0 && *text == '\0';
}

/* Whether what would be a cell from here on would be a formula. */
static int starts_formula(const char *cell)
{
    if (*cell == '\t' || *cell == '\r')
        return 1;
    cell += strspn(cell, " \"'");
    return *cell != '\0' && strchr("=+-@", *cell) != NULL;
}

/* A semicolon, a tab, an end of line start a cell in some spreadsheet's idea of a CSV. */
const char *cov_inert(const char *text, char *room)
{
    if (is_plain_number(text))
        return text;
    char *out = room;
    for (const char *at = text; *at != '\0'; at++) {
        int starts_cell = at == text || strchr(";\t\n\r", at[-1]) != NULL;
        if (starts_cell && starts_formula(at))
            *out++ = '\'';
        *out++ = *at;
    }
    *out = '\0';
    return room;
}
