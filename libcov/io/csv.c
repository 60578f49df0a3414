/* SPDX-License-Identifier: MIT */
#include "io/csv.h"

#include <inttypes.h>

#include <cpl_vsi.h>

#include "base/mem.h"

#define BLOCK ((size_t)1 << 16)

typedef struct scan {
    char delimiter;    /* of the header; 0 while there is none */
    int mixed;         /* the header has several: GDAL then takes the comma */
    uint64_t commas;   /* in the header */
    uint64_t columns;  /* delimiters of the header; 0: unknown, or a single column */
    uint64_t in_row;   /* delimiters so far */
    uint64_t line;     /* from 1 */
    uint64_t row_line; /* where the row began */
    uint64_t quote;    /* the line where the open quote began; 0 where none is open */
    int in_header;
    int is_blank; /* nothing in the row yet */
} scan;

static cov_status fail_at(const char *label, uint64_t line, const char *how, cov_error *err)
{
    return cov_fail(err, COV_ERR_INPUT, "%s, line %" PRIu64 " %s", label, line, how);
}

static void look_at_header(scan *s, char c)
{
    if (c != ',' && c != ';' && c != '\t')
        return;
    s->commas += c == ',';
    s->mixed = s->mixed || (s->delimiter != 0 && s->delimiter != c);
    s->delimiter = s->delimiter == 0 ? c : s->delimiter;
    s->in_row++;
}

static cov_status end_row(scan *s, const char *label, cov_error *err)
{
    if (s->in_header && !s->is_blank) {
        s->columns = s->mixed ? s->commas : s->in_row;
        s->delimiter = s->mixed ? ',' : s->delimiter;
        s->in_header = 0;
    } else if (s->columns > 0 && s->in_row > s->columns)
        return fail_at(label, s->row_line,
                       "has more values than there are columns: write decimals with a point, and "
                       "put quotes around a text that holds the separator",
                       err);
    s->in_row = 0;
    s->is_blank = 1;
    s->row_line = s->line + 1;
    return COV_OK;
}

static cov_status take(scan *s, char c, const char *label, cov_error *err)
{
    if (c == '\0')
        return fail_at(label, s->line,
                       "holds a byte that is no text: is the file in UTF-16, or damaged? save it "
                       "as UTF-8",
                       err);
    if (c == '"')
        s->quote = s->quote != 0 ? 0 : s->line;
    else if (c == '\n' && s->quote == 0) {
        cov_status status = end_row(s, label, err);
        s->line++;
        return status;
    } else if (s->quote == 0 && s->in_header)
        look_at_header(s, c);
    else if (s->quote == 0 && c == s->delimiter)
        s->in_row++;
    s->is_blank = s->is_blank && c == '\r';
    s->line += c == '\n';
    return COV_OK;
}

/* A last line without its end may lack its end in a worse way too. */
static cov_status check_end(const scan *s, const char *label, cov_error *err)
{
    if (s->quote != 0)
        return fail_at(label, s->quote,
                       "opens a quote that is never closed: close it, or copy the file again if it "
                       "was cut short",
                       err);
    if (!s->is_blank && !s->in_header && s->in_row < s->columns)
        return fail_at(label, s->row_line,
                       "is the last and has fewer values than there are columns: the file was cut "
                       "short; copy it again from where it came from",
                       err);
    return COV_OK;
}

cov_status cov_csv_check(const char *path, const char *label, cov_error *err)
{
    scan s = {.line = 1, .row_line = 1, .in_header = 1, .is_blank = 1};
    char *block = cov_alloc(BLOCK, 1);
    if (block == NULL)
        return cov_fail_memory(err);
    VSILFILE *file = VSIFOpenL(path, "rb");
    cov_status status =
        file != NULL ? COV_OK : cov_fail(err, COV_ERR_IO, "%s can't be read", label);
    size_t n = 1;
    while (status == COV_OK && n > 0) {
        n = VSIFReadL(block, 1, BLOCK, file);
        for (size_t i = 0; i < n && status == COV_OK; i++)
            status = take(&s, block[i], label, err);
    }
    if (status == COV_OK)
        status = check_end(&s, label, err);
    if (status == COV_OK && !s.is_blank)
        status = end_row(&s, label, err);
    if (file != NULL)
        VSIFCloseL(file);
    cov_free(block);
    return status;
}
