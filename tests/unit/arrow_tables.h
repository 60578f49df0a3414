/* What the tests of tables do all the time.
 * SPDX-License-Identifier: MIT */
#ifndef COV_TESTS_ARROW_TABLES_H
#define COV_TESTS_ARROW_TABLES_H

#include "arrow_maker.h"
#include "engine.h"

#include "arrow/table.h"

static inline cov_table *table_of(struct ArrowArrayStream stream, const cov_table_options *options)
{
    cov_table *t = NULL;
    cov_error err = {0};
    if (cov_table_create(&stream, options, &t, &err) != COV_OK)
        fail_msg("%s", err.message);
    assert_null(stream.release);
    return t;
}

static inline void assert_refused(struct ArrowArrayStream stream, const cov_table_options *options,
                                  const char *text)
{
    cov_table *t = NULL;
    cov_error err = {0};
    assert_fails(cov_table_create(&stream, options, &t, &err), &err, COV_ERR_INPUT, text);
    assert_null(t);
    assert_null(stream.release);
}

/* The end of every test: all that was given out came back. */
static inline int nothing_is_left(void **state)
{
    (void)state;
    int left = alive.schemas != 0 || alive.arrays != 0 || alive.streams != 0;
    memset(&alive, 0, sizeof alive); /* the next test begins anew */
    return left;
}

#define TEST(f) cmocka_unit_test_teardown(f, nothing_is_left)

/* ---------------------------------------------------------------- rows */

static inline node *two_columns(const char *a, const char *b)
{
    static const cell c[2] = {{.whole = 3, .text = "three", .size = 5}, {.null = true}};
    node *rows = rows_of(2, 0);
    add_child(rows, encode("u", a, c, 2, 1));
    add_child(rows, encode("i", b, c, 2, 0));
    return rows;
}

static const wkb_style plain;

static inline cell point_cell(double x, double y)
{
    cell c = {0};
    bytes b = {0};
    put_head(&b, &plain, 1);
    put_f64(&b, &plain, x);
    put_f64(&b, &plain, y);
    memcpy(c.text, b.at, b.n);
    c.size = b.n;
    free(b.at);
    return c;
}

/* Another number in a buffer of numbers of `width` bytes. */
static inline void set_whole(bytes *b, size_t i, int64_t value, int width)
{
    bytes v = {0};
    put_whole(&v, value, width);
    memcpy(b->at + i * (size_t)width, v.at, (size_t)width);
    free(v.at);
}

#endif
