/* Points from streams: counted as cov_tally_push counts plain arrays, all of them or none.
 * SPDX-License-Identifier: MIT */
#include "forms.h"

#include "base/decimal.h"

/* ---------------------------------------------------------------- the same counts */

static void assert_counted_alike(const country *c, household *h, size_t n, const form *f, rng *r)
{
    for (size_t i = 0; i < n; i++)
        suit(&h[i], f);
    cov_tally *arrays = make_tally(c, f->scale), *stream = make_tally(c, f->scale);
    cov_point_columns columns = columns_of(f);
    push(arrays, h, n / 2);
    push(stream, h, n / 2); /* what is there already, stays */
    push(arrays, h + n / 2, n - n / 2);
    push_stream(stream, script_of(h + n / 2, n - n / 2, f, r), &columns);
    bytes b = save(arrays), got = save(stream);
    if (got.n != b.n || memcmp(got.at, b.at, b.n) != 0)
        fail_msg("%zu points as form %d, weight %s, answer %s, scale %" PRIu32 " differ", n,
                 (int)f->where, f->weight, f->answer, f->scale);
    free(got.at);
    free(b.at);
    cov_tally_free(arrays);
    cov_tally_free(stream);
}

static void streams_count_as_arrays_do(void **state)
{
    (void)state;
    rng r = {1};
    country c = make_country(&r, 1);
    for (size_t round = 0; round < 700; round++) {
        form f = {(where)(round % N_WHERE),
                  weight_formats[rng_below(&r, N_WEIGHTS)],
                  answer_formats[rng_below(&r, N_ANSWERS)],
                  rng_below(&r, 3) == 0,
                  scales[rng_below(&r, N_SCALES)],
                  rng_below(&r, 2)};
        size_t n = rng_below(&r, 3) == 0 ? rng_below(&r, 4) : rng_below(&r, 300);
        household *h = random_households(&r, n);
        forget_some(h, n, &r);
        assert_counted_alike(&c, h, n, &f, &r);
        free(h);
    }
    free_country(&c);
}

/* One batch of more rows than are pushed at a time. */
static void large_batches_are_cut(void **state)
{
    (void)state;
    rng r = {2};
    country c = make_country(&r, 1);
    size_t n = 140000;
    household *h = random_households(&r, n);
    forget_some(h, n, &r);
    const where places[] = {WHERE_DOUBLES, WHERE_WKB, WHERE_INTERLEAVED};
    for (size_t i = 0; i < 3; i++) {
        form f = {places[i], "l", "b", false, 1, false};
        for (size_t k = 0; k < n; k++)
            suit(&h[k], &f);
        cov_tally *arrays = make_tally(&c, 1), *stream = make_tally(&c, 1);
        cov_point_columns columns = columns_of(&f);
        push(arrays, h, n);
        push_stream(stream, (script){.batch = {batch_rows(h, n, &f, &r)}, .n = 1}, &columns);
        bytes b = save(arrays);
        assert_saves_as(stream, b);
        free(b.at);
        cov_tally_free(arrays);
        cov_tally_free(stream);
    }
    free(h);
    free_country(&c);
}

/* ---------------------------------------------------------------- weights */

static uint64_t weight_of(const country *c, const char *format, cell weight, uint32_t scale)
{
    cov_tally *t = make_tally(c, scale);
    cell x = {.real = 0.5};
    node *rows = rows_of(1, 0);
    add_child(rows, encode("g", "x", &x, 1, 0));
    add_child(rows, encode(format, "persons", &weight, 1, 0));
    x.whole = 1;
    add_child(rows, encode("b", "fiber", &x, 1, 0));
    cov_point_columns columns = COV_POINT_COLUMNS_INIT;
    columns.x = columns.y = "x";
    columns.weight = "persons";
    columns.services = told_columns;
    columns.n_services = N_SERVICES;
    push_stream(t, (script){.batch = {rows}, .n = 1}, &columns);
    cov_ledger l;
    cov_tally_ledger(t, &l);
    cov_tally_free(t);
    assert_int_equal(l.read.points, 1);
    return l.read.weight;
}

static cell text_cell(const char *text)
{
    cell c = {.size = strlen(text)};
    memcpy(c.text, text, c.size);
    c.real = strtod(text, NULL);
    return c;
}

static void decimals_are_rounded_half_to_even(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t scale;
        uint64_t units;
    } weights[] = {
        {"0.5", 1, 0},
        {"1.5", 1, 2},
        {"2.5", 1, 2},
        {"0.0005", 1000, 0},
        {"0.0015", 1000, 2},
        {"0.0025", 1000, 2},
        {"1.0005", 1000, 1000},
        {"1.0015", 1000, 1002},
        {"0.00050001", 1000, 1},
        {"0.00049999", 1000, 0},
        {"2.675", 100, 268},
        {"2.665", 100, 266},
        {"1.005", 100, 100},
        {"1e3", 10, 10000},
        {"0.285", 100, 28},
        {"4503599627.3704", 1000, 4503599627370},
        {"-0", 1, 0},
        {"0.30000000000000004", 10, 3},
        {"0.15000000000000002", 10, 2},
    };
    rng r = {3};
    country c = make_country(&r, 1);
    for (size_t i = 0; i < sizeof weights / sizeof weights[0]; i++) {
        cell text = text_cell(weights[i].text);
        assert_int_equal(weight_of(&c, "u", text, weights[i].scale), weights[i].units);
        assert_int_equal(weight_of(&c, "g", text, weights[i].scale), weights[i].units);
    }
    free_country(&c);
}

/* Of up to 15 digits every decimal is that of its double. */
static void doubles_weigh_what_their_decimals_do(void **state)
{
    (void)state;
    rng r = {4};
    country c = make_country(&r, 1);
    for (int i = 0; i < 4000; i++) {
        char text[40];
        cov_decimal expected;
        unsigned places = (unsigned)rng_below(&r, 5);
        uint64_t digits = rng_next(&r) % (i % 2 == 0 ? 1000000 : 1000000000000);
        int behind = (int)places + (i % 3 == 0 ? 1 : (int)rng_below(&r, 4));
        uint64_t power = 1;
        for (int k = 0; k < behind; k++)
            power *= 10;
        if (rng_below(&r, 2) && behind > (int)places) /* a middle */
            digits = digits / 10 * 10 + 5;
        snprintf(text, sizeof text, "%" PRIu64 ".%0*" PRIu64, digits / power,
                 behind > 0 ? behind : 1, digits % power);
        assert_int_equal(cov_decimal_read(text, places, &expected), COV_DECIMAL_OK);
        uint64_t got = weight_of(&c, "g", text_cell(text), scales[places]);
        if (got != expected.units)
            fail_msg("%s at %u places is %" PRIu64, text, places, got);
    }
    free_country(&c);
}

/* ---------------------------------------------------------------- what is refused */

/* Streams of three batches, one of whose rows is changed. */

#define BAD_ROW 30 /* of the stream, from 1 */

static household *fine_households(rng *r, const form *f, size_t n)
{
    household *h = random_households(r, n);
    for (size_t i = 0; i < n; i++) {
        h[i].x = h[i].y = 0.5;
        suit(&h[i], f);
    }
    return h;
}

static script three_batches(rng *r, const form *f)
{
    household *h = fine_households(r, f, 31);
    script p = {.n = 3};
    p.batch[0] = batch_rows(h, 10, f, r);
    p.batch[1] = batch_rows(h + 10, 0, f, r);
    p.batch[2] = batch_rows(h + 10, 21, f, r);
    free(h);
    return p;
}

/* Cell 19 of the last batch is another one. */
static void replace(script *p, size_t column, const char *format, cell c)
{
    for (size_t b = 0; b < 3; b++) {
        node *old = p->batch[b]->child[column];
        size_t n = (size_t)old->length;
        cell *all = blank(n, sizeof *all);
        for (size_t i = 0; i < n; i++)
            all[i] = b == 2 && i == 19 ? c : (cell){.text = "1", .size = 1, .whole = 1, .real = 1};
        if (format[0] == 'z') {
            for (size_t i = 0; i < n; i++)
                all[i] = b == 2 && i == 19 ? c : point_cell(1, 1);
        }
        p->batch[b]->child[column] = encode(format, old->name, all, n, 3);
        free_node(old);
        free(all);
    }
}

static void assert_push_fails(cov_tally *t, script p, const cov_table_options *options,
                              const cov_point_columns *columns, cov_status code, const char *text)
{
    bytes before = save(t);
    struct ArrowArrayStream stream = stream_of(p);
    cov_error err = {0};
    assert_fails(cov_tally_push_arrow(t, &stream, options, columns, NULL, NULL, &err), &err, code,
                 text);
    assert_null(stream.release);
    assert_saves_as(t, before);
    free(before.at);
}

static cell real_cell(double value)
{
    return (cell){.real = value, .whole = (int64_t)(isfinite(value) ? value : 0)};
}

static cell wkb_cell(uint32_t type, uint32_t n, size_t size)
{
    cell c = {0};
    bytes b = {0};
    put_head(&b, &plain, type);
    put_u32(&b, &plain, n);
    memcpy(c.text, b.at, b.n);
    c.size = size;
    free(b.at);
    return c;
}

/* Longer than any number or answer. */
static cell long_cell(char letter)
{
    cell c = {.size = sizeof c.text};
    memset(c.text, letter, sizeof c.text);
    return c;
}

static void cells_are_refused_by_row_and_column(void **state)
{
    (void)state;
    rng r = {5};
    country c = make_country(&r, 1);
    cov_tally *t = make_tally(&c, 1000);
    const form by_xy = {WHERE_DOUBLES, "g", "u", false, 1000, false};
    const form by_wkb = {WHERE_WKB, "g", "u", false, 1000, false};
    const struct {
        const form *form;
        size_t column;
        const char *format;
        cell cell;
        const char *why;
    } bad[] = {
        {&by_xy, 2, "g", {.null = true}, "\"persons\": the weight is null"},
        {&by_xy, 2, "g", real_cell(-0.001), "\"persons\": the weight is negative"},
        {&by_xy, 2, "g", real_cell(NAN), "\"persons\": the weight is not a number"},
        {&by_xy, 2, "g", real_cell(INFINITY), "\"persons\": the weight is too large"},
        {&by_xy, 2, "f", real_cell(-INFINITY), "\"persons\": the weight is negative"},
        {&by_xy, 2, "c", real_cell(-1), "\"persons\": the weight is negative"},
        {&by_xy, 2, "l", real_cell(0x1p62), "\"persons\": the weight is too large"},
        {&by_xy, 2, "L", {.whole = -1}, "\"persons\": the weight is too large"},
        {&by_xy, 2, "d:9,2,64", real_cell(-1), "\"persons\": the weight is negative"},
        {&by_xy, 2, "u", text_cell("many"), "\"persons\": the weight is not a number"},
        {&by_xy, 2, "u", text_cell(""), "\"persons\": the weight is not a number"},
        {&by_xy, 2, "u", {.text = "1\0002", .size = 3}, "\"persons\": the weight is not a number"},
        {&by_xy, 2, "u", long_cell('1'), "\"persons\": the weight is not a number"},
        {&by_xy, 3, "u", long_cell('y'), "\"fiber\": the answer is neither yes nor no"},
        {&by_xy, 3, "u", text_cell("perhaps"), "\"fiber\": the answer is neither yes nor no"},
        {&by_xy, 3, "vu", {.text = "1\0", .size = 2}, "\"fiber\": the answer is neither"},
        {&by_xy, 0, "d:18,0,64", {.whole = (INT64_C(1) << 53) + 1}, "\"x\": a decimal has more"},
        {&by_xy, 1, "d:38,3", {.whole = INT64_MAX}, "\"y\": a decimal has more"},
        {&by_wkb, 0, "z", wkb_cell(4, 1, 9), "\"geometry\": the geometry is no point"},
        {&by_wkb, 0, "z", wkb_cell(3, 1, 9), "\"geometry\": the geometry is no point"},
        {&by_wkb, 0, "z", wkb_cell(1, 0, 9), "\"geometry\": "},
        {&by_wkb, 0, "z", wkb_cell(99, 0, 9), "\"geometry\": "},
        {&by_wkb, 0, "z", wkb_cell(1, 0, 3), "\"geometry\": "},
        {&by_wkb, 0, "z", wkb_cell(1, 0, 0), "\"geometry\": "},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[100];
        cov_point_columns columns = columns_of(bad[i].form);
        script p = three_batches(&r, bad[i].form);
        replace(&p, bad[i].column, bad[i].format, bad[i].cell);
        snprintf(text, sizeof text, "table, row %d, column %s", BAD_ROW, bad[i].why);
        assert_push_fails(t, p, NULL, &columns, COV_ERR_INPUT, text);
    }
    cov_tally_free(t);
    free_country(&c);
}

/* A geometry without parts is nowhere, as a null is. */
static void empty_geometries_are_nowhere(void **state)
{
    (void)state;
    rng r = {6};
    country c = make_country(&r, 1);
    const form f = {WHERE_WKB, "n", "b", false, 1, false};
    cov_point_columns columns = columns_of(&f);
    for (uint32_t type = 2; type <= 7; type++) {
        cov_tally *t = make_tally(&c, 1);
        script p = three_batches(&r, &f);
        replace(&p, 0, "z", wkb_cell(type, 0, 9));
        push_stream(t, p, &columns);
        cov_ledger l;
        cov_tally_ledger(t, &l);
        assert_int_equal(l.no_location.points, 1);
        assert_int_equal(l.assigned.points, 30);
        cov_tally_free(t);
    }
    free_country(&c);
}

static void columns_must_suit(void **state)
{
    (void)state;
    rng r = {7};
    country c = make_country(&r, 1);
    cov_tally *t = make_tally(&c, 1);
    const form f = {WHERE_DOUBLES, "l", "b", false, 1, false};
    const char *const none[N_SERVICES] = {NULL};
    const char *const too_many[N_SERVICES] = {"fiber", NULL, "fiber", NULL, NULL};
    const char *const missing[N_SERVICES] = {[TOLD] = "fibre"};
    for (int i = 0; i < 12; i++) {
        cov_point_columns columns = columns_of(&f);
        cov_table_options options = COV_TABLE_OPTIONS_INIT;
        script p = three_batches(&r, &f);
        cov_status code = i < 5 ? COV_ERR_ARGUMENT : COV_ERR_INPUT;
        static const char *const how[] = {
            "x and y",
            "tally has 5",
            "has no footprint",
            "has no footprint",
            "has a footprint",
            "homes has no column \"east\"",
            "homes has no column \"size\"",
            "homes has no column \"fibre\"",
            "homes has no geometry",
            "for the x of the points is of the Arrow type b, not numbers",
            "for the weight of the points is of the Arrow type z, not numbers, booleans or text",
            "for the fiber/vnpt is of the Arrow type tdD"};
        options.name = "homes";
        columns.y = i == 0 || i == 8 ? NULL : columns.y;
        columns.x = i == 8 ? NULL : i == 5 ? "east" : i == 9 ? "fiber" : columns.x;
        columns.n_services = i == 1 ? 4 : i == 2 ? 0 : N_SERVICES;
        columns.services = i == 3 ? none : i == 4 ? too_many : i == 7 ? missing : told_columns;
        columns.weight = i == 6 ? "size" : columns.weight;
        for (size_t b = 0; b < 3; b++) {
            if (i == 10)
                snprintf(p.batch[b]->child[2]->format, 24, "z");
            if (i == 11)
                snprintf(p.batch[b]->child[3]->format, 24, "tdD");
        }
        assert_push_fails(t, p, &options, &columns, code, how[i]);
    }
    cov_tally_free(t);
    free_country(&c);
}

/* A column that is all null has no type, and needs none. */
static void columns_may_be_all_null(void **state)
{
    (void)state;
    rng r = {8};
    country c = make_country(&r, 1);
    cov_tally *t = make_tally(&c, 1);
    const form f = {WHERE_DOUBLES, "n", "b", false, 1, false};
    cov_point_columns columns = columns_of(&f);
    script p = three_batches(&r, &f);
    replace(&p, 0, "n", real_cell(0));
    replace(&p, 2, "n", real_cell(0));
    push_stream(t, p, &columns);
    cov_ledger l;
    cov_tally_ledger(t, &l);
    assert_int_equal(l.no_location.points, 31);
    cov_tally_free(t);
    free_country(&c);
}

static void nothing_is_counted_of_what_fails(void **state)
{
    (void)state;
    rng r = {9};
    country c = make_country(&r, 1);
    const form f = {WHERE_DOUBLES, "L", "b", false, 1, false};
    cov_point_columns columns = columns_of(&f);
    household h[3] = {{0.5, 0.5, 7, 0, 0}, {1.5, 1.5, UINT64_MAX / 2 - 99, 0, 0}, {2, 2, 9, 0, 0}};
    cov_tally *t = make_tally(&c, 1);
    push(t, h, 2);
    script p = three_batches(&r, &f);
    p.fails_at = 3;
    p.why = "gone";
    assert_push_fails(t, p, NULL, &columns, COV_ERR_INPUT, "gone");
    p = three_batches(&r, &f);
    p.batch[2]->child[0]->length = 3;
    assert_push_fails(t, p, NULL, &columns, COV_ERR_INPUT, "shorter");
    p = three_batches(&r, &f);
    p.no_schema = true;
    assert_push_fails(t, p, NULL, &columns, COV_ERR_INPUT, "no schema");
    p = (script){.batch = {batch_rows(h + 1, 2, &f, &r)}, .n = 1};
    push_stream(t, p, &columns);
    p = (script){.batch = {batch_rows(h + 1, 2, &f, &r)}, .n = 1}; /* together over 2^64 */
    assert_push_fails(t, p, NULL, &columns, COV_ERR_LIMIT, "2^64-1");
    cov_tally_free(t);
    free_country(&c);
}

static int cancel_at(void *data, const char *phase, double fraction)
{
    int *left = data;
    assert_non_null(phase);
    assert_true(fraction <= 1);
    return (*left)-- == 0;
}

static void a_push_may_be_cancelled(void **state)
{
    (void)state;
    rng r = {10};
    country c = make_country(&r, 1);
    const form f = {WHERE_DOUBLES, "l", "b", false, 1, false};
    cov_point_columns columns = columns_of(&f);
    cov_tally *t = make_tally(&c, 1);
    bytes before = save(t);
    for (int at = 0; at < 2; at++) {
        struct ArrowArrayStream stream = stream_of(three_batches(&r, &f));
        cov_error err = {0};
        int left = at;
        assert_fails(cov_tally_push_arrow(t, &stream, NULL, &columns, cancel_at, &left, &err), &err,
                     COV_ERR_CANCELLED, "");
        assert_saves_as(t, before);
    }
    free(before.at);
    cov_tally_free(t);
    free_country(&c);
}

static void handles_must_be_there(void **state)
{
    (void)state;
    rng r = {11};
    country c = make_country(&r, 1);
    const form f = {WHERE_DOUBLES, "l", "b", false, 1, false};
    cov_point_columns columns = columns_of(&f);
    cov_tally *t = make_tally(&c, 1), *loaded = NULL;
    bytes b = save(t);
    cov_error err = {0};
    assert_int_equal(cov_tally_load(c.areas, b.at, b.n, &loaded, NULL), COV_OK);
    assert_push_fails(loaded, three_batches(&r, &f), NULL, &columns, COV_ERR_ARGUMENT, "loaded");
    struct ArrowArrayStream stream = stream_of(three_batches(&r, &f));
    assert_fails(cov_tally_push_arrow(NULL, &stream, NULL, &columns, NULL, NULL, &err), &err,
                 COV_ERR_ARGUMENT, "no tally");
    assert_null(stream.release);
    assert_fails(cov_tally_push_arrow(t, NULL, NULL, &columns, NULL, NULL, &err), &err,
                 COV_ERR_ARGUMENT, "no stream");
    free(b.at);
    cov_tally_free(loaded);
    cov_tally_free(t);
    free_country(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(streams_count_as_arrays_do),
        TEST(large_batches_are_cut),
        TEST(decimals_are_rounded_half_to_even),
        TEST(doubles_weigh_what_their_decimals_do),
        TEST(cells_are_refused_by_row_and_column),
        TEST(empty_geometries_are_nowhere),
        TEST(columns_must_suit),
        TEST(columns_may_be_all_null),
        TEST(nothing_is_counted_of_what_fails),
        TEST(a_push_may_be_cancelled),
        TEST(handles_must_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
