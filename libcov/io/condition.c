/* SPDX-License-Identifier: MIT */
#include "io/condition.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/decimal.h"
#include "base/mem.h"
#include "base/text.h"

#define OPERATORS "=!<>"
#define BLANKS " \t\r\n"

typedef enum relation { EQUAL_TO, NOT_EQUAL, LESS, AT_MOST, MORE, AT_LEAST } relation;

typedef struct term {
    cov_column column;
    relation relation;
    int numeric; /* the value is a number */
    const char *value;
} term;

struct cov_condition {
    char *text;  /* as it was written */
    char *texts; /* names and values */
    term *part;
    size_t n;
};

/* The condition while it is read. */
typedef struct parser {
    const cov_layer *layer;
    const char *text;
    const char *at;
    char *pool; /* the next free byte for a name or a value; as long as the text in all */
} parser;

static cov_status refuse(const parser *p, const char *why, cov_error *err)
{
    return cov_fail(err, COV_ERR_INPUT, "%s: the condition \"%s\" %s", p->layer->label,
                    cov_quote(p->text).text, why);
}

/* It would be a part of a name or a value, and nothing would show that. */
static cov_status refuse_stray(const parser *p, const char *text, cov_error *err)
{
    char why[160];
    snprintf(why, sizeof why,
             "holds %s: write an ordinary blank, or put what it belongs to into quotes",
             cov_stray_name_of(cov_stray_find(text)).text);
    return refuse(p, why, err);
}

static int is_order(relation r)
{
    return r != EQUAL_TO && r != NOT_EQUAL;
}

/* ---------------------------------------------------------------- reading */

int cov_condition_is(const char *text)
{
    return strpbrk(text, OPERATORS) != NULL;
}

/* "a name" or 'a text' that begins here; NULL where its quote is not closed. */
static char *read_quoted(parser *p)
{
    char quote = *p->at++, *start = p->pool;
    while (*p->at != '\0') {
        if (*p->at == quote && *++p->at != quote) {
            *p->pool++ = '\0';
            return start;
        }
        *p->pool++ = *p->at++;
    }
    return NULL;
}

/* Everything up to one of the ends, without the blanks around it. */
static char *read_bare(parser *p, const char *ends)
{
    size_t n = strcspn(p->at, ends);
    const char *from = p->at;
    p->at += n;
    while (n > 0 && strchr(BLANKS, from[n - 1]) != NULL)
        n--;
    char *start = p->pool;
    memcpy(start, from, n);
    start[n] = '\0';
    p->pool += n + 1;
    return start;
}

static void skip_blanks(parser *p)
{
    p->at += strspn(p->at, BLANKS);
}

static cov_status read_column(parser *p, cov_layer *layer, cov_column *out, cov_error *err)
{
    skip_blanks(p);
    int quoted = *p->at == '"';
    const char *name = quoted ? read_quoted(p) : read_bare(p, OPERATORS "&");
    if (name == NULL)
        return refuse(p, "opens a quote that is never closed", err);
    if (name[0] == '\0')
        return refuse(p, "has a part without a column: write COLUMN>=VALUE, parts joined by &",
                      err);
    if (!quoted && cov_stray_find(name) != NULL)
        return refuse_stray(p, name, err);
    return cov_column_find(layer, name, "column of the condition", out, err);
}

static cov_status read_relation(parser *p, relation *out, cov_error *err)
{
    static const struct {
        const char *sign;
        relation relation;
    } signs[] = {{"==", EQUAL_TO}, {"=", EQUAL_TO}, {"!=", NOT_EQUAL}, {"<=", AT_MOST},
                 {">=", AT_LEAST}, {"<", LESS},     {">", MORE}};
    skip_blanks(p);
    size_t n = strspn(p->at, OPERATORS);
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (n == strlen(signs[i].sign) && strncmp(p->at, signs[i].sign, n) == 0) {
            *out = signs[i].relation;
            p->at += n;
            return COV_OK;
        }
    }
    return refuse(p, "has a part without one of the operators = != < <= > >=", err);
}

/* Digits that begin with a zero name something; they don't count it. */
static int is_code(const char *value)
{
    return value[0] == '0' && value[1] >= '0' && value[1] <= '9';
}

static cov_status read_value(parser *p, term *out, cov_error *err)
{
    skip_blanks(p);
    int quoted = *p->at == '\'';
    if (*p->at == '"')
        return refuse(p, "has a value in double quotes: a text stands in 'single' ones", err);
    out->value = quoted ? read_quoted(p) : read_bare(p, "&");
    if (out->value == NULL)
        return refuse(p, "opens a quote that is never closed", err);
    if (!quoted && cov_stray_find(out->value) != NULL)
        return refuse_stray(p, out->value, err);
    skip_blanks(p);
    if (quoted && *p->at != '\0' && *p->at != '&')
        return refuse(p, "goes on behind a text in quotes: join its parts by &", err);
    if (out->value[strspn(out->value, BLANKS)] == '\0')
        return refuse(p,
                      "has a part without a value; an empty cell is unknown, neither equal to "
                      "anything nor not",
                      err);
    if (!quoted && cov_condition_is(out->value))
        return refuse(p,
                      "has an operator in a value: join its parts by &, or put the value in "
                      "'quotes'",
                      err);
    out->numeric = !quoted && cov_decimal_is_number(out->value) && !is_code(out->value);
    if (!is_order(out->relation) || out->numeric)
        return COV_OK;
    if (!quoted)
        return refuse(p,
                      "orders by something that is no number: write it with digits and a point, "
                      "or put a text in 'quotes'",
                      err);
    if (cov_decimal_is_number(out->value))
        return refuse(p,
                      "orders by a number in quotes, as texts, where '25' comes after '100': "
                      "take the quotes away",
                      err);
    return COV_OK;
}

static cov_status read_part(parser *p, cov_layer *layer, term *out, cov_error *err)
{
    cov_status s = read_column(p, layer, &out->column, err);
    if (s == COV_OK)
        s = read_relation(p, &out->relation, err);
    if (s == COV_OK)
        s = read_value(p, out, err);
    if (s != COV_OK || out->numeric || out->column.kind == COV_COLUMN_TEXT)
        return s;
    return cov_fail(
        err, COV_ERR_INPUT,
        "%s: the condition \"%s\" compares the column \"%s\", which holds numbers, with "
        "a text: write a number, without quotes and without zeros before it; for true "
        "and false 1 and 0",
        p->layer->label, cov_quote(p->text).text, cov_quote(out->column.name).text);
}

static size_t count_parts(const char *text)
{
    size_t n = 1;
    for (; *text != '\0'; text++)
        n += *text == '&';
    return n;
}

cov_status cov_condition_create(const char *text, cov_layer *layer, cov_condition **out,
                                cov_error *err)
{
    cov_condition *c = cov_alloc_zero(1, sizeof *c);
    if (c == NULL)
        return cov_fail_memory(err);
    c->text = cov_copy_text(text);
    c->texts = cov_alloc(strlen(text) + 1, 1);
    c->part = cov_alloc_zero(count_parts(text), sizeof *c->part);
    parser p = {layer, text, text, c->texts};
    cov_status s =
        c->text != NULL && c->texts != NULL && c->part != NULL ? COV_OK : cov_fail_memory(err);
    while (s == COV_OK) {
        s = read_part(&p, layer, &c->part[c->n++], err);
        if (s != COV_OK || *p.at == '\0')
            break;
        p.at++; /* the & */
    }
    if (s == COV_OK) {
        *out = c;
        return COV_OK;
    }
    cov_condition_free(c);
    return s;
}

void cov_condition_free(cov_condition *condition)
{
    if (condition == NULL)
        return;
    cov_free(condition->text);
    cov_free(condition->texts);
    cov_free(condition->part);
    cov_free(condition);
}

size_t cov_condition_parts(const cov_condition *condition)
{
    return condition->n;
}

int cov_condition_column(const cov_condition *condition, size_t part)
{
    return condition->part[part].column.index;
}

/* ---------------------------------------------------------------- asking */

static int holds(relation r, int order)
{
    switch (r) {
    case EQUAL_TO:
        return order == 0;
    case NOT_EQUAL:
        return order != 0;
    case LESS:
        return order < 0;
    case AT_MOST:
        return order <= 0;
    case MORE:
        return order > 0;
    case AT_LEAST:
        break;
    }
    return order >= 0;
}

/* By bytes: the cell, without the blanks around it, and the value. */
static int compare_texts(const char *cell, const char *value)
{
    size_t n, m = strlen(value);
    cell = cov_cell_trim(cell, &n);
    int order = memcmp(cell, value, n < m ? n : m);
    return order != 0 ? order : (n > m) - (n < m);
}

static cov_status compare_cell(const cov_condition *c, const term *p, const cov_record *record,
                               const char *cell, int *order, cov_error *err)
{
    if (!p->numeric)
        *order = compare_texts(cell, p->value);
    else if (cov_decimal_is_number(cell))
        *order = cov_decimal_compare(cell, p->value);
    else if (!is_order(p->relation))
        *order = 1;
    else
        return cov_fail(
            err, COV_ERR_INPUT,
            "%s, feature %" PRId64 ": \"%s\" in the column \"%s\" is not a number, but "
            "the condition \"%s\" orders numbers: write one with digits and a point, or "
            "leave the cell empty, which is unknown",
            record->label, record->number, cov_quote(cell).text, cov_quote(p->column.name).text,
            cov_quote(c->text).text);
    return COV_OK;
}

static cov_status ask_part(const cov_condition *c, const term *p, const cov_record *record,
                           cov_reply *out, cov_error *err)
{
    char number[32];
    int order = 0;
    cov_status s = COV_OK;
    *out = COV_REPLY_UNKNOWN;
    if (cov_column_is_missing(&p->column, record))
        return COV_OK;
    if (p->column.kind == COV_COLUMN_TEXT) {
        s = compare_cell(c, p, record, cov_column_text(&p->column, record), &order, err);
    } else if (p->column.kind == COV_COLUMN_WHOLE) {
        snprintf(number, sizeof number, "%" PRId64, cov_column_whole(&p->column, record));
        order = cov_decimal_compare(number, p->value);
    } else {
        double value = cov_column_real(&p->column, record);
        if (isnan(value))
            return COV_OK;
        cov_decimal_write(value, number);
        order = isinf(value) ? (value > 0) - (value < 0) : cov_decimal_compare(number, p->value);
    }
    if (s == COV_OK)
        *out = holds(p->relation, order) ? COV_REPLY_YES : COV_REPLY_NO;
    return s;
}

cov_status cov_condition_ask(const cov_condition *condition, const cov_record *record,
                             cov_reply *out, cov_error *err)
{
    cov_reply all = COV_REPLY_YES;
    for (size_t i = 0; i < condition->n && all != COV_REPLY_NO; i++) {
        cov_reply reply;
        cov_status s = ask_part(condition, &condition->part[i], record, &reply, err);
        if (s != COV_OK)
            return s;
        if (reply != COV_REPLY_YES)
            all = reply;
    }
    *out = all;
    return COV_OK;
}
