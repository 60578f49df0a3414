/* A stream of Arrow taken apart by hand, as the specification has it.
 * SPDX-License-Identifier: MIT
 *
 * To be included after cmocka.h. Shares no code with the library. */
#ifndef COV_TESTS_ARROW_READER_H
#define COV_TESTS_ARROW_READER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arrow/abi.h"

/* A stream that was read: its description and its only batch. */
typedef struct flow {
    struct ArrowSchema schema;
    struct ArrowArray rows;
} flow;

/* What must hold of every schema and array whatever is in it. */
static inline void assert_column_is_sound(const struct ArrowSchema *schema,
                                          const struct ArrowArray *array, int64_t length)
{
    int sized = strchr("uzUZ", schema->format[0]) != NULL;
    assert_int_equal(strlen(schema->format), 1);
    assert_non_null(strchr("uzUZlg", schema->format[0]));
    assert_non_null(schema->release);
    assert_non_null(array->release);
    assert_true(schema->flags & ARROW_FLAG_NULLABLE);
    assert_int_equal(schema->n_children, 0);
    assert_null(schema->dictionary);
    assert_int_equal(array->length, length);
    assert_int_equal(array->offset, 0);
    assert_int_equal(array->n_children, 0);
    assert_null(array->dictionary);
    assert_int_equal(array->n_buffers, sized ? 3 : 2);
    assert_non_null(array->buffers[1]);
    assert_true((array->buffers[0] == NULL) == (array->null_count == 0));
    int64_t nulls = 0;
    for (int64_t i = 0; i < length && array->buffers[0] != NULL; i++)
        nulls += !(((const unsigned char *)array->buffers[0])[i / 8] >> (i % 8) & 1);
    assert_int_equal(array->null_count, nulls);
}

/* Read a stream to its end and release it: what it gave lives on. */
static inline flow flow_read(struct ArrowArrayStream *stream)
{
    flow f = {0};
    struct ArrowArray end = {0};
    assert_int_equal(stream->get_schema(stream, &f.schema), 0);
    assert_int_equal(stream->get_next(stream, &f.rows), 0);
    assert_null(stream->get_last_error(stream));
    for (int i = 0; i < 2; i++) {
        end.release = f.rows.release;
        assert_int_equal(stream->get_next(stream, &end), 0);
        assert_null(end.release);
    }
    stream->release(stream);
    assert_null(stream->release);
    assert_string_equal(f.schema.format, "+s");
    assert_non_null(f.schema.name);
    assert_int_equal(f.rows.n_buffers, 1);
    assert_null(f.rows.buffers[0]);
    assert_int_equal(f.rows.null_count, 0);
    assert_int_equal(f.rows.n_children, f.schema.n_children);
    for (int64_t i = 0; i < f.rows.n_children; i++)
        assert_column_is_sound(f.schema.children[i], f.rows.children[i], f.rows.length);
    return f;
}

static inline void flow_release(flow *f)
{
    f->schema.release(&f->schema);
    f->rows.release(&f->rows);
    assert_null(f->schema.release);
    assert_null(f->rows.release);
}

/* ---------------------------------------------------------------- cells */

static inline bool flow_is_null(const flow *f, size_t column, size_t row)
{
    const unsigned char *valid = f->rows.children[column]->buffers[0];
    return valid != NULL && !(valid[row / 8] >> (row % 8) & 1);
}

static inline int64_t flow_whole(const flow *f, size_t column, size_t row)
{
    assert_string_equal(f->schema.children[column]->format, "l");
    assert_false(flow_is_null(f, column, row));
    return ((const int64_t *)f->rows.children[column]->buffers[1])[row];
}

static inline double flow_real(const flow *f, size_t column, size_t row)
{
    assert_string_equal(f->schema.children[column]->format, "g");
    assert_false(flow_is_null(f, column, row));
    return ((const double *)f->rows.children[column]->buffers[1])[row];
}

static inline void assert_flow_bytes(const flow *f, size_t column, size_t row, const char *format,
                                     const void *want, size_t size)
{
    const struct ArrowArray *array = f->rows.children[column];
    const int32_t *offset = array->buffers[1];
    assert_string_equal(f->schema.children[column]->format, format);
    assert_int_equal(offset[0], 0);
    if (want == NULL) {
        assert_true(flow_is_null(f, column, row));
        assert_int_equal(offset[row + 1], offset[row]);
        return;
    }
    assert_false(flow_is_null(f, column, row));
    assert_int_equal(offset[row + 1] - offset[row], size);
    assert_memory_equal((const char *)array->buffers[2] + offset[row], want, size);
}

/* NULL stands for a null. */
static inline void assert_flow_text(const flow *f, size_t column, size_t row, const char *want)
{
    assert_flow_bytes(f, column, row, "u", want, want != NULL ? strlen(want) : 0);
}

static inline const char *flow_name(const flow *f, size_t column)
{
    assert_true((int64_t)column < f->schema.n_children);
    return f->schema.children[column]->name;
}

/* The value of a key of a column's metadata, to be freed; NULL where there is none. */
static inline char *flow_metadata(const flow *f, size_t column, const char *key)
{
    const char *at = f->schema.children[column]->metadata;
    char *found = NULL;
    int32_t pairs = 0;
    if (at == NULL)
        return NULL;
    memcpy(&pairs, at, sizeof pairs);
    at += sizeof pairs;
    for (int32_t i = 0; i < 2 * pairs; i++) {
        static char last[64];
        int32_t size;
        memcpy(&size, at, sizeof size);
        at += sizeof size;
        assert_true(size >= 0);
        if (i % 2 == 0) {
            assert_true((size_t)size < sizeof last);
            memcpy(last, at, (size_t)size);
            last[size] = '\0';
        } else if (strcmp(last, key) == 0) {
            assert_null(found);
            found = calloc(1, (size_t)size + 1);
            assert_non_null(found);
            memcpy(found, at, (size_t)size);
        }
        at += size;
    }
    return found;
}

static inline void assert_flow_metadata(const flow *f, size_t column, const char *key,
                                        const char *want)
{
    char *found = flow_metadata(f, column, key);
    if (want == NULL) {
        assert_null(found);
    } else {
        assert_non_null(found);
        assert_string_equal(found, want);
    }
    free(found);
}

#endif
