/* The households of engine.h written down as columns of tables, in many forms.
 * SPDX-License-Identifier: MIT */
#ifndef COV_TESTS_FORMS_H
#define COV_TESTS_FORMS_H

#include "arrow_tables.h"

#include <inttypes.h>

/* ---------------------------------------------------------------- households as columns */

typedef enum where {
    WHERE_DOUBLES, /* no nulls: they pass by pointer */
    WHERE_DOUBLES_OR_NULL,
    WHERE_FLOATS,
    WHERE_WHOLE,
    WHERE_DECIMALS,
    WHERE_KEYS, /* a dictionary of doubles */
    WHERE_WKB,
    WHERE_ANY_WKB, /* either byte order, more dimensions */
    WHERE_POINTS,
    WHERE_INTERLEAVED,
    N_WHERE
} where;

static const char *const weight_formats[] = {"l", "L", "g", "d:38,9", "u", "vu", "n"};
static const char *const answer_formats[] = {"b", "c", "L", "g", "d:5,1", "u", "vu", "U"};
#define N_WEIGHTS (sizeof weight_formats / sizeof weight_formats[0])
#define N_ANSWERS (sizeof answer_formats / sizeof answer_formats[0])

/* One way to write households down. */
typedef struct form {
    where where;
    const char *weight; /* "n": no column */
    const char *answer;
    bool keys;      /* the answers are in a dictionary */
    uint32_t scale; /* of the tally */
    bool unaligned;
} form;

static inline bool is_nowhere(const household *h)
{
    return !isfinite(h->x) || !isfinite(h->y);
}

/* What the form can hold: places on a grid, weights that are whole. */
static inline void suit(household *h, const form *f)
{
    double grid = f->where == WHERE_WHOLE ? 1 : 4;
    if (f->where == WHERE_FLOATS || f->where == WHERE_WHOLE || f->where == WHERE_DECIMALS) {
        h->x = floor(h->x * grid) / grid;
        h->y = floor(h->y * grid) / grid;
    }
    if (strcmp(f->weight, "n") == 0)
        h->weight = f->scale;
    else if (strchr("lL", f->weight[0]) != NULL)
        h->weight *= f->scale;
    h->served &= ~h->unknown;
}

/* One coordinate; where a column may have nulls, what isn't finite is one. */
static inline cell coordinate(double value, const form *f)
{
    cell c = {.null = f->where != WHERE_DOUBLES && !isfinite(value), .real = value};
    if (c.null)
        c.real = 0.5; /* nobody must see it */
    if (!isfinite(value))
        return c;
    c.whole = (int64_t)value;
    if (f->where == WHERE_DECIMALS)
        c.whole = (int64_t)(value * 100000);
    return c;
}

static const char *coordinate_format(const form *f)
{
    static const char *const of[] = {"g", "g", "f", "s", "d:18,5", "g"};
    return of[f->where];
}

static inline cell wkb_of(const household *h, const form *f, rng *r)
{
    cell c = {.null = is_nowhere(h) && rng_below(r, 2)};
    wkb_style s = f->where == WHERE_WKB ? plain : random_style(r);
    bytes b = {0};
    put_head(&b, &s, 1);
    put_f64(&b, &s, h->x);
    put_f64(&b, &s, h->y);
    for (int i = 0; i < s.z + s.m; i++)
        put_f64(&b, &s, 7);
    assert_true(b.n <= sizeof c.text);
    memcpy(c.text, b.at, b.n);
    c.size = b.n;
    free(b.at);
    return c;
}

static inline cell weight_cell(const household *h, const form *f)
{
    cell c = {.whole = (int64_t)h->weight, .real = (double)h->weight / f->scale};
    if (f->weight[0] == 'd') {
        c.whole = (int64_t)(h->weight * (1000000000 / f->scale));
    } else if (strchr("lL", f->weight[0]) != NULL) {
        c.whole = (int64_t)(h->weight / f->scale);
    } else {
        c.size =
            (size_t)snprintf(c.text, sizeof c.text, " %" PRIu64 ".%09" PRIu64, h->weight / f->scale,
                             h->weight % f->scale * (1000000000 / f->scale));
    }
    return c;
}

static inline cell answer_cell(const household *h, const form *f, rng *r)
{
    static const char *const yes[] = {"yes", "TRUE", "1"}, *const no[] = {"no", "False", "0"};
    cell c = {.null = h->unknown != 0};
    bool is_yes = h->served != 0, is_text = strchr("uvU", f->answer[0]) != NULL;
    c.whole = is_yes ? (f->answer[0] == 'b' ? 1 : -3) : 0;
    c.real = is_yes ? -0.25 : -0.0;
    if (c.null && f->answer[0] == 'g' && rng_below(r, 2)) {
        c.null = false;
        c.real = NAN;
    }
    if (c.null && is_text && rng_below(r, 2)) {
        c.null = false;
        c.size = rng_below(r, 3);
        memset(c.text, ' ', sizeof c.text);
    } else if (is_text) {
        const char *text = (is_yes ? yes : no)[rng_below(r, 3)];
        c.size = strlen(text);
        memcpy(c.text, text, c.size);
    }
    return c;
}

/* Half of those that are nowhere, the others have coordinates that say so. */
static inline bool point_is_null(const household *h, size_t i)
{
    return is_nowhere(&h[i]) && i % 2 == 0;
}

static inline node *points_column(const household *h, size_t n, const form *f, size_t junk)
{
    bool interleaved = f->where == WHERE_INTERLEAVED;
    node *out = new_node(interleaved ? "+w:2" : "+s", "at");
    out->n_buffers = 1;
    out->length = (int64_t)n;
    out->offset = (int64_t)junk;
    for (size_t k = 0; k < (interleaved ? 1 : 2); k++) {
        node *d = new_node("g", "xy");
        d->n_buffers = 2;
        d->missing[0] = true;
        d->length = (int64_t)((junk + n) * (interleaved ? 2 : 1));
        for (size_t i = 0; i < junk + n; i++) {
            static const household unseen = {0.5, 0.5, 0, 0, 0};
            const household *at = i < junk || point_is_null(h, i - junk) ? &unseen : &h[i - junk];
            if (interleaved || k == 0)
                put_real(&d->buffer[1], at->x, 8);
            if (interleaved || k == 1)
                put_real(&d->buffer[1], at->y, 8);
        }
        add_child(out, d);
    }
    out->missing[0] = true;
    for (size_t i = 0; i < junk + n; i++) {
        bool null = i >= junk && point_is_null(h, i - junk);
        put_bit(&out->buffer[0], i, !null);
        out->missing[0] = out->missing[0] && !null;
    }
    describe(out, "geoarrow.point", NULL);
    return out;
}

static inline void add_places(node *rows, const household *h, size_t n, const form *f, rng *r)
{
    size_t junk = rng_below(r, 9);
    if (f->where >= WHERE_POINTS) {
        add_child(rows, points_column(h, n, f, junk));
        return;
    }
    cell *x = blank(n, sizeof *x), *y = blank(n, sizeof *y);
    for (size_t i = 0; i < n; i++) {
        x[i] = f->where >= WHERE_WKB ? wkb_of(&h[i], f, r) : coordinate(h[i].x, f);
        y[i] = coordinate(h[i].y, f);
    }
    if (f->where >= WHERE_WKB) {
        add_child(rows, encode(f->unaligned ? "z" : "vz", "geometry", x, n, junk));
        describe(rows->child[0], "geoarrow.wkb", NULL);
    } else if (f->where == WHERE_KEYS) {
        add_child(rows, encode_keys("I", "g", "x", x, n, junk, r));
        add_child(rows, encode_keys("l", "g", "y", y, n, junk, r));
    } else {
        add_child(rows, encode(coordinate_format(f), "x", x, n, junk));
        add_child(rows, encode(coordinate_format(f), "y", y, n, 2 * junk));
    }
    free(x);
    free(y);
}

/* The rows of a batch; some that are none stand before them. */
static inline node *batch_rows(const household *h, size_t n, const form *f, rng *r)
{
    node *rows = rows_of(n, 0);
    cell *weight = blank(n, sizeof *weight), *answer = blank(n, sizeof *answer);
    for (size_t i = 0; i < n; i++) {
        weight[i] = weight_cell(&h[i], f);
        answer[i] = answer_cell(&h[i], f, r);
    }
    add_places(rows, h, n, f, r);
    if (strcmp(f->weight, "n") != 0)
        add_child(rows, encode(f->weight, "persons", weight, n, rng_below(r, 9)));
    size_t junk = rng_below(r, 9);
    add_child(rows, f->keys ? encode_keys("i", f->answer, "fiber", answer, n, junk, r)
                            : encode(f->answer, "fiber", answer, n, junk));
    free(weight);
    free(answer);
    return rows;
}

static const char *const told_columns[N_SERVICES] = {[TOLD] = "fiber"};

static inline cov_point_columns columns_of(const form *f)
{
    cov_point_columns c = COV_POINT_COLUMNS_INIT;
    c.x = f->where < WHERE_WKB ? "x" : NULL;
    c.y = f->where < WHERE_WKB ? "y" : NULL;
    c.weight = strcmp(f->weight, "n") != 0 ? "persons" : NULL;
    c.services = told_columns;
    c.n_services = N_SERVICES;
    return c;
}

static inline script script_of(const household *h, size_t n, const form *f, rng *r)
{
    script p = {.unaligned = f->unaligned};
    size_t from = 0;
    while (from < n || p.n == 0) {
        size_t left = n - from, length = p.n >= 30 ? left : rng_below(r, left / 2 + 2);
        length = length < left ? length : left;
        node *rows = batch_rows(h + from, length, f, r);
        if (length > 2 && rng_below(r, 2)) { /* the first row goes to a batch of its own */
            p.batch[p.n++] = batch_rows(h + from, 1, f, r);
            rows->offset = 1;
            rows->length--;
        }
        p.batch[p.n++] = rows;
        from += length;
    }
    return p;
}

static inline void push_stream(cov_tally *t, script p, const cov_point_columns *columns)
{
    struct ArrowArrayStream stream = stream_of(p);
    cov_error err = {0};
    if (cov_tally_push_arrow(t, &stream, NULL, columns, NULL, NULL, &err) != COV_OK)
        fail_msg("%s", err.message);
    assert_null(stream.release);
}

#endif
