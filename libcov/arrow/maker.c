/* SPDX-License-Identifier: MIT */
#include "arrow/maker.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

/* A column in the making: growing buffers, taken by its array in the end. */
typedef struct column {
    char *name;
    cov_make what;
    char *metadata; /* as the specification has it, or NULL */
    size_t metadata_size;
    size_t n;
    size_t n_null;
    unsigned char *valid;
    size_t valid_capacity;
    void *values; /* numbers, or offsets: int64_t */
    size_t values_capacity;
    char *bytes;
    size_t n_bytes;
    size_t bytes_capacity;
} column;

struct cov_maker {
    column *column;
    size_t n;
    size_t capacity;
};

static int has_bytes(const column *c)
{
    return c->what == COV_MAKE_TEXT || c->what == COV_MAKE_BYTES;
}

static void clear_column(column *c)
{
    cov_free(c->name);
    cov_free(c->metadata);
    cov_free(c->valid);
    cov_free(c->values);
    cov_free(c->bytes);
}

cov_maker *cov_maker_create(void)
{
    return cov_alloc_zero(1, sizeof(cov_maker));
}

void cov_maker_free(cov_maker *maker)
{
    if (maker == NULL)
        return;
    for (size_t i = 0; i < maker->n; i++)
        clear_column(&maker->column[i]);
    cov_free(maker->column);
    cov_free(maker);
}

/* ---------------------------------------------------------------- columns */

static void put_sized(char **at, const char *text)
{
    int32_t size = (int32_t)strlen(text);
    memcpy(*at, &size, sizeof size);
    memcpy(*at + sizeof size, text, (size_t)size);
    *at += sizeof size + (size_t)size;
}

/* Two keys and their values. */
static cov_status describe(column *c, const char *extension, const char *metadata, cov_error *err)
{
    static const char name_key[] = "ARROW:extension:name";
    static const char metadata_key[] = "ARROW:extension:metadata";
    const int32_t pairs = 2;
    if (extension == NULL)
        return COV_OK;
    c->metadata_size = 5 * sizeof pairs + strlen(name_key) + strlen(extension) +
                       strlen(metadata_key) + strlen(metadata);
    c->metadata = cov_alloc(c->metadata_size, 1);
    if (c->metadata == NULL)
        return cov_fail_memory(err);
    char *at = c->metadata;
    memcpy(at, &pairs, sizeof pairs);
    at += sizeof pairs;
    put_sized(&at, name_key);
    put_sized(&at, extension);
    put_sized(&at, metadata_key);
    put_sized(&at, metadata);
    return COV_OK;
}

/* Room for the value of cell n, and for the offset behind it. */
static cov_status reserve(column *c, size_t bytes, cov_error *err)
{
    void *valid = c->valid, *text = c->bytes;
    int failed = cov_reserve(&valid, &c->valid_capacity, c->n / 8 + 1, 1);
    c->valid = valid;
    if (!failed)
        failed = cov_reserve(&c->values, &c->values_capacity, c->n + 2, sizeof(int64_t));
    if (!failed && bytes > 0)
        failed = bytes > SIZE_MAX - c->n_bytes ||
                 cov_reserve(&text, &c->bytes_capacity, c->n_bytes + bytes, 1);
    c->bytes = text;
    return failed ? cov_fail_memory(err) : COV_OK;
}

cov_status cov_maker_column(cov_maker *maker, const char *name, cov_make what,
                            const char *extension, const char *extension_metadata, cov_error *err)
{
    void *block = maker->column;
    if (cov_reserve(&block, &maker->capacity, maker->n + 1, sizeof(column)))
        return cov_fail_memory(err);
    maker->column = block;
    column *c = &maker->column[maker->n++];
    memset(c, 0, sizeof *c);
    c->what = what;
    c->name = cov_copy_text(name);
    if (c->name == NULL)
        return cov_fail_memory(err);
    cov_status s = describe(c, extension, extension_metadata, err);
    if (s == COV_OK)
        s = reserve(c, 0, err);
    if (s == COV_OK)
        memset(c->values, 0, sizeof(int64_t));
    return s;
}

/* ---------------------------------------------------------------- cells */

/* Cell n is written: it counts. */
static void close_cell(column *c, int valid)
{
    unsigned char *byte = &c->valid[c->n / 8], bit = (unsigned char)(1U << c->n % 8);
    if (c->n % 8 == 0)
        *byte = 0;
    if (valid)
        *byte |= bit;
    else
        c->n_null++;
    c->n++;
    if (has_bytes(c))
        ((int64_t *)c->values)[c->n] = (int64_t)c->n_bytes;
}

cov_status cov_maker_bytes(cov_maker *maker, size_t index, const void *bytes, size_t size,
                           cov_error *err)
{
    column *c = &maker->column[index];
    cov_status s = reserve(c, bytes != NULL ? size : 0, err);
    if (s != COV_OK)
        return s;
    if (bytes != NULL && size > 0) {
        memcpy(c->bytes + c->n_bytes, bytes, size);
        c->n_bytes += size;
    }
    close_cell(c, bytes != NULL);
    return COV_OK;
}

cov_status cov_maker_whole(cov_maker *maker, size_t index, int64_t value, cov_error *err)
{
    column *c = &maker->column[index];
    cov_status s = reserve(c, 0, err);
    if (s != COV_OK)
        return s;
    ((int64_t *)c->values)[c->n] = value;
    close_cell(c, 1);
    return COV_OK;
}

cov_status cov_maker_real(cov_maker *maker, size_t index, double value, cov_error *err)
{
    column *c = &maker->column[index];
    cov_status s = reserve(c, 0, err);
    if (s != COV_OK)
        return s;
    ((double *)c->values)[c->n] = value;
    close_cell(c, 1);
    return COV_OK;
}

cov_status cov_maker_null(cov_maker *maker, size_t index, cov_error *err)
{
    column *c = &maker->column[index];
    cov_status s = reserve(c, 0, err);
    if (s != COV_OK)
        return s;
    if (!has_bytes(c))
        ((int64_t *)c->values)[c->n] = 0;
    close_cell(c, 0);
    return COV_OK;
}

/* ---------------------------------------------------------------- what is given out */

/* An array of one column owns its buffers; that of the rows its children. */
typedef struct array_owner {
    const void *buffers[3];
    void *owned[3];
    struct ArrowArray *child;
    struct ArrowArray **children;
} array_owner;

static void release_array(struct ArrowArray *array)
{
    array_owner *owner = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release != NULL)
            array->children[i]->release(array->children[i]);
    }
    for (size_t i = 0; i < 3; i++)
        cov_free(owner->owned[i]);
    cov_free(owner->child);
    cov_free(owner->children);
    cov_free(owner);
    array->release = NULL;
}

/* Offsets of 4 bytes where they do, in place. */
static void shorten_offsets(column *c)
{
    if (!has_bytes(c) || c->n_bytes > INT32_MAX)
        return;
    int64_t *from = c->values;
    int32_t *to = c->values;
    for (size_t i = 0; i <= c->n; i++) {
        int32_t offset = (int32_t)from[i];
        memcpy(&to[i], &offset, sizeof offset);
    }
}

static const char *format_of(const column *c)
{
    int large = c->n_bytes > INT32_MAX;
    switch (c->what) {
    case COV_MAKE_TEXT:
        return large ? "U" : "u";
    case COV_MAKE_BYTES:
        return large ? "Z" : "z";
    case COV_MAKE_WHOLE:
        return "l";
    default:
        return "g";
    }
}

static cov_status give_column(column *c, struct ArrowArray *out, cov_error *err)
{
    array_owner *owner = cov_alloc_zero(1, sizeof *owner);
    if (owner == NULL)
        return cov_fail_memory(err);
    shorten_offsets(c);
    owner->owned[0] = c->valid;
    owner->owned[1] = c->values;
    owner->owned[2] = c->bytes;
    c->valid = NULL;
    c->values = NULL;
    c->bytes = NULL;
    owner->buffers[0] = c->n_null > 0 ? owner->owned[0] : NULL;
    owner->buffers[1] = owner->owned[1];
    owner->buffers[2] = owner->owned[2];
    *out = (struct ArrowArray){.length = (int64_t)c->n,
                               .null_count = (int64_t)c->n_null,
                               .n_buffers = has_bytes(c) ? 3 : 2,
                               .buffers = owner->buffers,
                               .release = release_array,
                               .private_data = owner};
    return COV_OK;
}

static cov_status give_rows(cov_maker *maker, struct ArrowArray *out, cov_error *err)
{
    array_owner *owner = cov_alloc_zero(1, sizeof *owner);
    if (owner == NULL)
        return cov_fail_memory(err);
    owner->child = cov_alloc_zero(maker->n, sizeof *owner->child);
    owner->children = cov_alloc_zero(maker->n, sizeof *owner->children);
    *out = (struct ArrowArray){.length = maker->n > 0 ? (int64_t)maker->column[0].n : 0,
                               .n_buffers = 1,
                               .buffers = owner->buffers,
                               .children = owner->children,
                               .release = release_array,
                               .private_data = owner};
    cov_status s = owner->child != NULL && owner->children != NULL ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < maker->n && s == COV_OK; i++) {
        owner->children[i] = &owner->child[i];
        s = give_column(&maker->column[i], owner->children[i], err);
        out->n_children += s == COV_OK;
    }
    if (s != COV_OK)
        release_array(out);
    return s;
}

/* ---------------------------------------------------------------- schemas */

/* What a schema points to. */
typedef struct schema_owner {
    struct ArrowSchema *child;
    struct ArrowSchema **children;
    char *name;
    char *metadata;
} schema_owner;

static void release_schema(struct ArrowSchema *schema)
{
    schema_owner *owner = schema->private_data;
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release != NULL)
            schema->children[i]->release(schema->children[i]);
    }
    cov_free(owner->child);
    cov_free(owner->children);
    cov_free(owner->name);
    cov_free(owner->metadata);
    cov_free(owner);
    schema->release = NULL;
}

static int describe_column(const column *c, struct ArrowSchema *out)
{
    schema_owner *owner = cov_alloc_zero(1, sizeof *owner);
    if (owner == NULL)
        return ENOMEM;
    owner->name = cov_copy_text(c->name);
    owner->metadata = cov_alloc(c->metadata_size, 1);
    *out = (struct ArrowSchema){.format = format_of(c),
                                .name = owner->name,
                                .metadata = c->metadata != NULL ? owner->metadata : NULL,
                                .flags = ARROW_FLAG_NULLABLE,
                                .release = release_schema,
                                .private_data = owner};
    if (owner->name == NULL || owner->metadata == NULL) {
        release_schema(out);
        return ENOMEM;
    }
    if (c->metadata != NULL)
        memcpy(owner->metadata, c->metadata, c->metadata_size);
    return 0;
}

static int describe_rows(const cov_maker *maker, struct ArrowSchema *out)
{
    schema_owner *owner = cov_alloc_zero(1, sizeof *owner);
    if (owner == NULL)
        return ENOMEM;
    owner->child = cov_alloc_zero(maker->n, sizeof *owner->child);
    owner->children = cov_alloc_zero(maker->n, sizeof *owner->children);
    *out = (struct ArrowSchema){.format = "+s",
                                .name = "",
                                .children = owner->children,
                                .release = release_schema,
                                .private_data = owner};
    int failed = owner->child == NULL || owner->children == NULL ? ENOMEM : 0;
    for (size_t i = 0; i < maker->n && !failed; i++) {
        owner->children[i] = &owner->child[i];
        failed = describe_column(&maker->column[i], owner->children[i]);
        out->n_children += !failed;
    }
    if (failed)
        release_schema(out);
    return failed;
}

/* ---------------------------------------------------------------- the stream */

typedef struct stream_owner {
    cov_maker *maker; /* what is left of it: the description of its columns */
    struct ArrowArray rows;
    const char *error;
} stream_owner;

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    stream_owner *owner = stream->private_data;
    int code = describe_rows(owner->maker, out);
    owner->error = code != 0 ? "there is not enough memory" : NULL;
    return code;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    stream_owner *owner = stream->private_data;
    *out = owner->rows; /* moved, or the released one that ends a stream */
    owner->rows.release = NULL;
    owner->error = NULL;
    return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream)
{
    return ((stream_owner *)stream->private_data)->error;
}

static void release_stream(struct ArrowArrayStream *stream)
{
    stream_owner *owner = stream->private_data;
    if (owner->rows.release != NULL)
        owner->rows.release(&owner->rows);
    cov_maker_free(owner->maker);
    cov_free(owner);
    stream->release = NULL;
}

cov_status cov_maker_finish(cov_maker *maker, struct ArrowArrayStream *out, cov_error *err)
{
    stream_owner *owner = cov_alloc_zero(1, sizeof *owner);
    cov_status s = owner != NULL ? give_rows(maker, &owner->rows, err) : cov_fail_memory(err);
    if (s != COV_OK) {
        cov_free(owner);
        cov_maker_free(maker);
        return s;
    }
    owner->maker = maker;
    *out = (struct ArrowArrayStream){.get_schema = get_schema,
                                     .get_next = get_next,
                                     .get_last_error = get_last_error,
                                     .release = release_stream,
                                     .private_data = owner};
    return COV_OK;
}
