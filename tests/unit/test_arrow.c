/* Tables: every type, slices, dictionaries, and structures that are damaged.
 * SPDX-License-Identifier: MIT */
#include "arrow_tables.h"

#include <inttypes.h>

/* ---------------------------------------------------------------- every type */

static const char *const formats[] = {
    "n", "b", "c", "s", "i", "l",  "C",  "S",        "I",         "L",      "f",
    "g", "u", "U", "z", "Z", "vu", "vz", "d:9,2,32", "d:18,3,64", "d:38,5", "d:5,0",
};
#define N_FORMATS (sizeof formats / sizeof formats[0])
static const char *const key_formats[] = {"c", "s", "i", "l", "C", "S", "I", "L"};
#define MAX_ROWS 400

static cell random_cell(const char *format, rng *r)
{
    cell c = {.null = format[0] == 'n' || rng_below(r, 5) == 0};
    int bits = 8 * width_of(format);
    bool is_unsigned = strchr("CSIL", format[0]) != NULL;
    uint64_t any = rng_next(r) >> (64 - (bits > 64 ? 64 : bits));
    if (format[0] == 'b')
        c.whole = (int64_t)rng_below(r, 2);
    else if (is_unsigned || bits >= 64)
        c.whole = (int64_t)any;
    else
        c.whole = (int64_t)any - (INT64_C(1) << (bits - 1));
    if (rng_below(r, 8) == 0)
        c.whole = (int64_t)rng_below(r, 2);
    c.real = (double)(float)rng_between(r, -1e6, 1e6);
    c.size = rng_below(r, 2) ? rng_below(r, 14) : rng_below(r, sizeof c.text);
    for (size_t i = 0; i < c.size; i++)
        c.text[i] = (char)(1 + rng_below(r, 255));
    return c;
}

/* Digits with a point, made of text alone. */
static void decimal_text(const cell *c, const char *format, char out[64])
{
    char digits[200];
    size_t scale = (size_t)(strchr(format, ',')[1] - '0');
    uint64_t size = c->whole < 0 ? -(uint64_t)c->whole : (uint64_t)c->whole;
    snprintf(digits, sizeof digits, "%0*" PRIu64, (int)scale + 1, size);
    size_t whole = strlen(digits) - scale;
    snprintf(out, 64, "%s%.*s%s%s", c->whole < 0 ? "-" : "", (int)whole, digits,
             scale > 0 ? "." : "", digits + whole);
}

static void assert_cell(const cov_table *t, size_t row, size_t column, const char *format,
                        const cell *expected)
{
    cov_cell got;
    char decimal[64];
    cov_table_cell(t, row, column, &got);
    assert_int_equal(got.is_null, expected->null);
    if (expected->null)
        return;
    switch (cov_table_type(t, column)) {
    case COV_CELL_BOOLEAN:
    case COV_CELL_WHOLE:
        assert_true(got.whole == expected->whole);
        assert_int_equal(got.over, format[0] == 'L' && expected->whole < 0);
        break;
    case COV_CELL_REAL:
        assert_true(got.real >= expected->real && got.real <= expected->real);
        break;
    case COV_CELL_DECIMAL:
        decimal_text(expected, format, decimal);
        assert_string_equal(got.text, decimal);
        assert_int_equal(got.size, strlen(decimal));
        break;
    default:
        assert_int_equal(got.size, expected->size);
        assert_memory_equal(got.text, expected->text, got.size);
    }
}

static cov_cell_type type_of(const char *format)
{
    static const cov_cell_type of[] = {
        ['n'] = COV_CELL_TEXT,  ['b'] = COV_CELL_BOOLEAN, ['f'] = COV_CELL_REAL,
        ['g'] = COV_CELL_REAL,  ['u'] = COV_CELL_TEXT,    ['U'] = COV_CELL_TEXT,
        ['z'] = COV_CELL_BYTES, ['Z'] = COV_CELL_BYTES,   ['d'] = COV_CELL_DECIMAL};
    if (format[0] == 'v')
        return of[(unsigned char)format[1]];
    return strchr("csilCSIL", format[0]) ? COV_CELL_WHOLE : of[(unsigned char)format[0]];
}

/* The rows of a batch, each format plain and as a dictionary, into cells[2 * format][row]. */
static node *random_batch(rng *r, cell *cells[2 * N_FORMATS], size_t first, size_t *n)
{
    size_t offset = rng_below(r, 12), length = rng_below(r, 5) == 0 ? 0 : 1 + rng_below(r, 40);
    bool has_nulls = rng_below(r, 2);
    node *rows = rows_of(length, offset);
    cell *c = blank(offset + length, sizeof *c);
    rows->missing[0] = !has_nulls;
    for (size_t i = 0; i < offset + length; i++)
        put_bit(&rows->buffer[0], i, rng_below(r, 6) > 0);
    for (size_t f = 0; f < 2 * N_FORMATS; f++) {
        const char *format = formats[f / 2];
        char name[16];
        snprintf(name, sizeof name, "c%zu", f);
        for (size_t i = 0; i < offset + length; i++)
            c[i] = random_cell(format, r);
        size_t skip = rng_below(r, 20);
        add_child(rows, f % 2 == 0 ? encode(format, name, c, offset + length, skip)
                                   : encode_keys(key_formats[f / 2 % 8], format, name, c,
                                                 offset + length, skip, r));
        for (size_t i = 0; i < length; i++) {
            cells[f][first + i] = c[offset + i];
            if (has_nulls && !(rows->buffer[0].at[(offset + i) / 8] >> (offset + i) % 8 & 1))
                cells[f][first + i].null = true;
        }
    }
    free(c);
    *n = length;
    return rows;
}

static void cells_are_what_was_written(void **state)
{
    (void)state;
    rng r = {1};
    cell *cells[2 * N_FORMATS];
    for (size_t f = 0; f < 2 * N_FORMATS; f++)
        cells[f] = blank(MAX_ROWS, sizeof(cell));
    for (int round = 0; round < 60; round++) {
        script p = {.n = 1 + rng_below(&r, 6), .unaligned = round % 2 == 1};
        size_t rows = 0, n = 0;
        for (size_t b = 0; b < p.n; b++, rows += n)
            p.batch[b] = random_batch(&r, cells, rows, &n);
        cov_table *t = table_of(stream_of(p), NULL);
        assert_int_equal(alive.streams, 0);
        assert_int_equal(cov_table_rows(t), rows);
        assert_int_equal(cov_table_columns(t), 2 * N_FORMATS);
        for (size_t f = 0; f < 2 * N_FORMATS; f++) {
            assert_int_equal(cov_table_type(t, f), type_of(formats[f / 2]));
            for (size_t i = 0; i < rows; i++)
                assert_cell(t, i, f, formats[f / 2], &cells[f][i]);
        }
        cov_table_free(t);
    }
    for (size_t f = 0; f < 2 * N_FORMATS; f++)
        free(cells[f]);
}

static void put_wide(node *n, uint64_t low, int64_t high)
{
    put_whole(&n->buffer[1], (int64_t)low, 8);
    put_whole(&n->buffer[1], high, 8);
    n->length++;
}

static void decimals_of_128_bits_are_whole(void **state)
{
    (void)state;
    node *rows = rows_of(4, 0), *d = new_node("d:38,38", "d");
    d->n_buffers = 2;
    d->missing[0] = true;
    put_wide(d, UINT64_C(0x098A223FFFFFFFFF), INT64_C(0x4B3B4CA85A86C47A));  /* 10^38 - 1 */
    put_wide(d, UINT64_C(0xF675DDC000000001), INT64_C(-0x4B3B4CA85A86C47B)); /* its negative */
    put_wide(d, 0, 0);
    put_wide(d, 0, INT64_MIN); /* more than a precision of 38 allows, but no harm */
    add_child(rows, d);
    cov_table *t = table_of(stream_of_rows(rows), NULL);
    static const char *const expected[] = {
        "0.99999999999999999999999999999999999999", "-0.99999999999999999999999999999999999999",
        "0.00000000000000000000000000000000000000", "-1.70141183460469231731687303715884105728"};
    for (size_t i = 0; i < 4; i++) {
        cov_cell c;
        cov_table_cell(t, i, 0, &c);
        assert_string_equal(c.text, expected[i]);
    }
    cov_table_free(t);
}

/* ---------------------------------------------------------------- names and texts */

static void columns_have_names(void **state)
{
    (void)state;
    cov_table *t = table_of(stream_of_rows(two_columns("id", "NULL")), NULL);
    assert_string_equal(cov_table_name(t), "table");
    assert_string_equal(cov_table_column(t, 0), "id");
    assert_string_equal(cov_table_column(t, 1), "");
    assert_null(cov_table_column(t, 2));
    assert_int_equal(cov_table_find(t, "id"), 0);
    assert_int_equal(cov_table_find(t, "ID"), -1);
    assert_null(cov_table_geometry(t));
    assert_null(cov_table_crs(t));
    cov_table_free(t);
    cov_table_options options = COV_TABLE_OPTIONS_INIT;
    options.name = "households";
    assert_refused(stream_of_rows(two_columns("id", "id")), &options,
                   "households has two columns called \"id\"");
}

static void texts_are_given_out(void **state)
{
    (void)state;
    cov_table *t = table_of(stream_of_rows(two_columns("name", "n")), NULL);
    const char *text = "x";
    size_t size = 9;
    cov_error err = {0};
    assert_int_equal(cov_table_text(t, 0, "name", &text, &size, NULL), COV_OK);
    assert_int_equal(size, 5);
    assert_memory_equal(text, "three", 5);
    assert_int_equal(cov_table_text(t, 1, "name", &text, &size, NULL), COV_OK);
    assert_null(text);
    assert_int_equal(size, 0);
    assert_fails(cov_table_text(t, 2, "name", &text, &size, &err), &err, COV_ERR_ARGUMENT,
                 "no row 2");
    assert_fails(cov_table_text(t, 0, "n", &text, &size, &err), &err, COV_ERR_INPUT, "\"n\"");
    assert_fails(cov_table_text(t, 0, "m", &text, &size, &err), &err, COV_ERR_INPUT, "\"m\"");
    assert_fails(cov_table_text(NULL, 0, "m", &text, &size, &err), &err, COV_ERR_ARGUMENT, "");
    const void *wkb[2];
    size_t sizes[2];
    assert_fails(cov_table_shapes(t, wkb, sizes, &err), &err, COV_ERR_INPUT, "no geometry");
    cov_table_free(t);
}

static void a_table_may_be_empty(void **state)
{
    (void)state;
    script p = {.schema = two_columns("a", "b")};
    cov_table *t = table_of(stream_of(p), NULL);
    assert_int_equal(cov_table_rows(t), 0);
    assert_int_equal(cov_table_columns(t), 2);
    cov_table_free(t);
    t = table_of(stream_of_rows(rows_of(3, 0)), NULL);
    assert_int_equal(cov_table_rows(t), 3);
    assert_int_equal(cov_table_columns(t), 0);
    cov_table_free(t);
    cov_table_free(NULL);
}

static void other_types_are_kept(void **state)
{
    (void)state;
    static const char *const other[] = {"tdD", "+l", "w:16", "e",     "d:9,-2", "d:9,2,256",
                                        "d:x", "",   "vx",   "+ud:0", "tss:UTC"};
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        node *rows = two_columns("a", "b");
        snprintf(rows->child[1]->format, sizeof rows->child[1]->format, "%s", other[i]);
        cov_table *t = table_of(stream_of_rows(rows), NULL);
        assert_int_equal(cov_table_type(t, 1), COV_CELL_OTHER);
        assert_int_equal(cov_table_type(t, 0), COV_CELL_TEXT);
        cov_table_free(t);
    }
}

/* ---------------------------------------------------------------- damage */

/* A column of each kind with room to be damaged. */
static node *healthy(rng *r, const char *format, bool keys)
{
    cell c[6];
    for (size_t i = 0; i < 6; i++) {
        c[i] = random_cell(format, r);
        c[i].null = false;
        c[i].size = 20 + i;
    }
    node *rows = rows_of(6, 0);
    add_child(rows,
              keys ? encode_keys("i", format, "v", c, 6, 0, r) : encode(format, "v", c, 6, 0));
    return rows;
}

static void damaged_arrays_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *format;
        const char *how;
        int what;
        int64_t to;
    } damage[] = {
        {"i", "impossible", 0, -1},
        {"i", "impossible", 0, INT64_MAX},
        {"i", "shorter", 1, 5},
        {"i", "shorter", 1, -1},
        {"i", "number of buffers", 2, 1},
        {"b", "number of buffers", 2, 3},
        {"n", "number of buffers", 2, 1},
        {"u", "number of buffers", 2, 2},
        {"vu", "number of buffers", 2, 2},
        {"g", "no values", 3, 1},
        {"vu", "no values", 3, 1},
        {"u", "no offsets", 3, 1},
        {"Z", "no offsets", 3, 1},
        {"u", "no bytes", 3, 2},
        {"u", "offsets fall", 4, -5},
        {"U", "offsets fall", 5, -5},
        {"U", "offsets fall", 5, 99},
        {"vu", "negative size", 6, -1},
        {"vz", "outside", 7, 2},
        {"vz", "outside", 7, -1},
        {"vu", "outside", 8, 300},
        {"vu", "outside", 8, -4},
        {"vu", "outside", 3, 2},
        {"vu", "outside", 3, 4},
    };
    rng r = {5};
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        node *rows = healthy(&r, damage[i].format, false), *v = rows->child[0];
        int64_t to = damage[i].to;
        switch (damage[i].what) {
        case 0:
            v->offset = to;
            break;
        case 1:
            v->length = to;
            break;
        case 2:
            v->n_buffers = to;
            break;
        case 3:
            v->missing[to] = true;
            break;
        case 4:
        case 5:
            set_whole(&v->buffer[1], 2, to, damage[i].what == 4 ? 4 : 8);
            break;
        default: /* the size, buffer or place of a view, the third or first one */
            set_whole(&v->buffer[1],
                      damage[i].what == 6   ? 8
                      : damage[i].what == 7 ? 10
                                            : 11,
                      to, 4);
        }
        assert_refused(stream_of_rows(rows), NULL, damage[i].how);
    }
}

static void damaged_dictionaries_are_refused(void **state)
{
    (void)state;
    rng r = {6};
    for (int damage = 0; damage < 6; damage++) {
        node *rows = healthy(&r, "u", true), *v = rows->child[0];
        static const char *const how[] = {"not in its dictionary",
                                          "not in its dictionary",
                                          "offsets fall",
                                          "impossible",
                                          "as keys",
                                          "as keys"};
        if (damage < 2)
            set_whole(&v->buffer[1], 3, damage == 0 ? 8 : -1, 4);
        else if (damage == 2)
            set_whole(&v->dictionary->buffer[1], (size_t)v->dictionary->offset + 2, -1, 4);
        else if (damage == 3)
            v->dictionary->length = -1;
        else if (damage == 4)
            snprintf(v->format, sizeof v->format, "g");
        else
            v->dictionary->dictionary = encode("u", "", NULL, 0, 1);
        assert_refused(stream_of_rows(rows), NULL, how[damage]);
    }
    script p = {.schema = healthy(&r, "u", true), .batch = {healthy(&r, "i", false)}, .n = 1};
    assert_refused(stream_of(p), NULL, "it has no dictionary");
}

static void damaged_rows_are_refused(void **state)
{
    (void)state;
    for (int damage = 0; damage < 7; damage++) {
        node *rows = two_columns("a", "b");
        script p = {.schema = two_columns("a", "b"), .batch = {rows}, .n = 1};
        const char *how = "isn't what its schema says";
        if (damage == 0) {
            rows->length = -1;
        } else if (damage == 1) {
            rows->offset = -1;
        } else if (damage == 2) {
            rows->n_children = 1;
        } else if (damage == 3) {
            rows->offset = 1;
            how = "column \"a\": its Arrow array is damaged: it is shorter than its batch";
        } else if (damage == 4) {
            snprintf(p.schema->format, sizeof p.schema->format, "i");
            how = "is no table";
        } else if (damage == 5) {
            p.schema->n_children = -1;
            how = "is no table";
        } else {
            snprintf(p.schema->child[1]->format, sizeof p.schema->format, "NULL");
            how = "has no type";
        }
        assert_refused(stream_of(p), NULL, how);
    }
}

/* ---------------------------------------------------------------- streams that fail */

static void streams_may_fail(void **state)
{
    (void)state;
    for (size_t at = 0; at < 4; at++) {
        script p = {.n = 3, .no_schema = at == 0, .fails_at = at, .why = "the disk is gone"};
        for (size_t i = 0; i < 3; i++)
            p.batch[i] = two_columns("a", "b");
        assert_refused(stream_of(p), NULL, "the disk is gone");
    }
    script p = {.batch = {two_columns("a", "b")}, .n = 1, .fails_at = 2};
    assert_refused(stream_of(p), NULL, "no batch (5)");
    p = (script){.batch = {two_columns("a", "b"), two_columns("a", "b")}, .n = 2};
    p.batch[1]->child[0]->length = -1;
    assert_refused(stream_of(p), NULL, "shorter");

    struct ArrowArrayStream gone = {0};
    cov_table *t = NULL;
    cov_error err = {0};
    assert_fails(cov_table_create(&gone, NULL, &t, &err), &err, COV_ERR_ARGUMENT, "released");
    assert_fails(cov_table_create(NULL, NULL, &t, &err), &err, COV_ERR_ARGUMENT, "no stream");
    assert_null(t);
}

static void a_stream_without_a_place_is_released(void **state)
{
    (void)state;
    struct ArrowArrayStream stream = stream_of_rows(two_columns("a", "b"));
    cov_error err = {0};
    assert_fails(cov_table_create(&stream, NULL, NULL, &err), &err, COV_ERR_ARGUMENT, "place");
    assert_null(stream.release);
}

/* ---------------------------------------------------------------- the builder */

static void tables_are_built(void **state)
{
    (void)state;
    rng r = {8};
    static const char *const columns[] = {"id", "note"};
    for (int with_crs = 0; with_crs < 2; with_crs++) {
        cov_table_builder *b = NULL;
        cov_table *t = NULL;
        assert_int_equal(cov_table_builder_create("built", columns, 2, "at",
                                                  with_crs ? "EPSG:4326" : NULL, &b, NULL),
                         COV_OK);
        static char texts[500][2][24];
        cell wkb[500];
        for (size_t i = 0; i < 500; i++) {
            snprintf(texts[i][0], 24, "%zu", i * i);
            snprintf(texts[i][1], 24, "%.*s", (int)rng_below(&r, 12), "something more");
            wkb[i] = point_cell((double)i, 0.5);
            const char *row[] = {texts[i][0], i % 3 == 0 ? NULL : texts[i][1]};
            assert_int_equal(
                cov_table_builder_add(b, row, i % 5 == 0 ? NULL : wkb[i].text, wkb[i].size, NULL),
                COV_OK);
        }
        assert_int_equal(cov_table_builder_finish(b, &t, NULL), COV_OK);
        assert_int_equal(cov_table_rows(t), 500);
        assert_string_equal(cov_table_name(t), "built");
        assert_string_equal(cov_table_geometry(t), "at");
        if (with_crs)
            assert_string_equal(cov_table_crs(t), "EPSG:4326");
        else
            assert_null(cov_table_crs(t));
        for (size_t i = 0; i < 500; i++) {
            const char *text;
            size_t size;
            assert_int_equal(cov_table_text(t, i, "id", &text, &size, NULL), COV_OK);
            assert_int_equal(size, strlen(texts[i][0]));
            assert_memory_equal(text, texts[i][0], size);
            assert_int_equal(cov_table_text(t, i, "note", &text, &size, NULL), COV_OK);
            assert_int_equal(text == NULL, i % 3 == 0);
            assert_int_equal(size, i % 3 == 0 ? 0 : strlen(texts[i][1]));
            const void *got = cov_table_wkb(t, i, &size);
            assert_int_equal(got == NULL, i % 5 == 0);
            if (got != NULL)
                assert_memory_equal(got, wkb[i].text, wkb[i].size);
        }
        cov_table_free(t);
    }
    cov_table_builder *b = NULL;
    cov_table *t = NULL;
    assert_int_equal(cov_table_builder_create("empty", columns, 2, "at", NULL, &b, NULL), COV_OK);
    assert_int_equal(cov_table_builder_finish(b, &t, NULL), COV_OK);
    assert_int_equal(cov_table_rows(t), 0);
    cov_table_free(t);
    assert_int_equal(cov_table_builder_create("left", columns, 2, "at", NULL, &b, NULL), COV_OK);
    cov_table_builder_free(b);
    cov_table_builder_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cells_are_what_was_written),
        TEST(decimals_of_128_bits_are_whole),
        TEST(columns_have_names),
        TEST(texts_are_given_out),
        TEST(a_table_may_be_empty),
        TEST(other_types_are_kept),
        TEST(damaged_arrays_are_refused),
        TEST(damaged_dictionaries_are_refused),
        TEST(damaged_rows_are_refused),
        TEST(streams_may_fail),
        TEST(a_stream_without_a_place_is_released),
        TEST(tables_are_built),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
