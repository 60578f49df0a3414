/* SPDX-License-Identifier: MIT */
#include "io/ascii_grid.h"

#include <inttypes.h>
#include <string.h>

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>

#include "base/text.h"

#define LONGEST 64

/* A text, word by word. */
typedef struct words {
    VSILFILE *file;
    size_t at, n;
    int is_too_long; /* the current one */
    int is_last;     /* the end of the text is right behind it */
    char word[LONGEST];
    char buffer[65536];
} words;

static int next_byte(words *w)
{
    if (w->at == w->n) {
        w->n = VSIFReadL(w->buffer, 1, sizeof w->buffer, w->file);
        w->at = 0;
    }
    return w->at < w->n ? (unsigned char)w->buffer[w->at++] : -1;
}

static int is_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* 0 behind the last one. */
static int next_word(words *w)
{
    size_t n = 0;
    int c = next_byte(w);
    while (is_blank(c))
        c = next_byte(w);
    w->is_too_long = 0;
    for (; c >= 0 && !is_blank(c); c = next_byte(w)) {
        if (n + 1 < LONGEST)
            w->word[n++] = (char)c;
        else
            w->is_too_long = 1;
    }
    w->word[n] = '\0';
    w->is_last = c < 0 && n > 0;
    return n > 0;
}

static const char *skip_digits(const char *text, int *any)
{
    for (; *text >= '0' && *text <= '9'; text++)
        *any = 1;
    return text;
}

static const char *skip_sign(const char *text)
{
    return *text == '-' || *text == '+' ? text + 1 : text;
}

/* With a point or a comma, as GDAL takes it. */
static int is_number(const char *text)
{
    int any = 0, any_power = 0;
    const char *at = skip_sign(text);
    if (EQUAL(at, "nan") || EQUAL(at, "inf"))
        return 1;
    at = skip_digits(at, &any);
    if (*at == '.' || *at == ',')
        at = skip_digits(at + 1, &any);
    if (*at == 'e' || *at == 'E')
        at = skip_digits(skip_sign(at + 1), &any_power);
    else
        any_power = 1;
    return *at == '\0' && any && any_power;
}

/* The header is made of pairs, a name and a number. */
static int skip_header(words *w)
{
    int more = next_word(w);
    while (more && !is_number(w->word) && !w->is_too_long)
        more = next_word(w) && next_word(w);
    return more;
}

static cov_status check_numbers(words *w, const char *label, uint64_t n, int *is_open,
                                cov_error *err)
{
    uint64_t found = 0;
    *is_open = 0;
    for (int more = skip_header(w); more; more = next_word(w)) {
        if (w->is_too_long || !is_number(w->word))
            return cov_fail(err, COV_ERR_INPUT,
                            "%s: what should be its number %" PRIu64 " is \"%s\"", label, found + 1,
                            cov_quote(w->word).text);
        found++;
        *is_open = w->is_last;
    }
    if (found == n)
        return COV_OK;
    return cov_fail(err, COV_ERR_INPUT,
                    "%s %s: %" PRIu64 " numbers, where its header promises %" PRIu64
                    "; copy it again from where it came from",
                    label, found < n ? "is truncated" : "is damaged", found, n);
}

cov_status cov_ascii_grid_check(const char *path, const char *label, uint64_t n, cov_notes *notes,
                                cov_error *err)
{
    int is_open;
    words w;
    w.at = w.n = 0;
    w.file = VSIFOpenL(path, "rb");
    if (w.file == NULL)
        return cov_fail(err, COV_ERR_INPUT, "%s can't be read", label);
    cov_status s = check_numbers(&w, label, n, &is_open, err);
    VSIFCloseL(w.file);
    if (s == COV_OK && is_open)
        s = cov_notes_add(notes, err, COV_NOTE_WARNING,
                          "%s ends without the end of its last line: if it was cut there, its last "
                          "number lacks digits",
                          label);
    return s;
}
