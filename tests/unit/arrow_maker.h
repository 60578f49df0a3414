/* What the tests of tables share: Arrow arrays put together by hand, whole or damaged.
 * SPDX-License-Identifier: MIT
 *
 * A node is an array and its schema in one. A stream gives out copies of its nodes, each buffer in
 * a block of exactly its size that the release of its array frees, so that a sanitizer sees what is
 * read beyond an end or after a release. What was given out and not released yet is counted. */
#ifndef COV_TESTS_ARROW_MAKER_H
#define COV_TESTS_ARROW_MAKER_H

#include <errno.h>

#include "arrow/abi.h"
#include "support.h"

/* ---------------------------------------------------------------- nodes */

#define CHILDREN 48

typedef struct node {
    char format[24];
    char name[40];
    bytes metadata;
    int64_t length;
    int64_t offset;
    int64_t n_buffers;
    bytes buffer[6];
    bool missing[6]; /* given out as NULL */
    int64_t n_children;
    struct node *child[CHILDREN];
    struct node *dictionary;
} node;

static inline node *new_node(const char *format, const char *name)
{
    node *n = blank(1, sizeof *n);
    snprintf(n->format, sizeof n->format, "%s", format);
    snprintf(n->name, sizeof n->name, "%s", name);
    return n;
}

static inline void free_node(node *n)
{
    if (n == NULL)
        return;
    for (size_t i = 0; i < 6; i++)
        free(n->buffer[i].at);
    for (size_t i = 0; i < CHILDREN; i++)
        free_node(n->child[i]);
    free_node(n->dictionary);
    free(n->metadata.at);
    free(n);
}

static inline void put_bytes(bytes *b, const void *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_byte(b, ((const unsigned char *)at)[i]);
}

static inline void put_bit(bytes *b, size_t i, bool value)
{
    if (i % 8 == 0)
        put_byte(b, 0);
    b->at[i / 8] = (unsigned char)(b->at[i / 8] | (unsigned)value << i % 8);
}

/* A number of `width` bytes. */
static inline void put_whole(bytes *b, int64_t value, int width)
{
    for (int i = 0; i < width; i++)
        put_byte(b, (unsigned)((uint64_t)value >> (8 * (i < 8 ? i : 7)) & 0xFF));
}

static inline void put_real(bytes *b, double value, int width)
{
    float narrow = (float)value;
    put_bytes(b, width == 4 ? (const void *)&narrow : &value, (size_t)width);
}

/* The binary form of ArrowSchema.metadata. */
static inline void describe(node *n, const char *extension, const char *metadata)
{
    const char *const texts[] = {
        "a", "b", "ARROW:extension:name", extension, "ARROW:extension:metadata", metadata};
    size_t pairs = metadata != NULL ? 3 : 2;
    n->metadata.n = 0;
    put_whole(&n->metadata, (int64_t)pairs, 4);
    for (size_t i = 0; i < 2 * pairs; i++) {
        put_whole(&n->metadata, (int64_t)strlen(texts[i]), 4);
        put_bytes(&n->metadata, texts[i], strlen(texts[i]));
    }
}

/* ---------------------------------------------------------------- cells */

/* What a cell is meant to be, in whatever format it is written. */
typedef struct cell {
    bool null;
    int64_t whole; /* also the unscaled digits of a decimal, and booleans */
    double real;
    char text[100];
    size_t size;
} cell;

static inline int width_of(const char *format)
{
    switch (format[0]) {
    case 'c':
    case 'C':
        return 1;
    case 's':
    case 'S':
        return 2;
    case 'i':
    case 'I':
    case 'f':
    case 'u':
    case 'z':
        return 4;
    case 'd':
        return strstr(format, ",32") ? 4 : strstr(format, ",64") ? 8 : 16;
    default:
        return 8;
    }
}

/* Short texts in the view, long ones by turns in two buffers. */
static inline void put_view(node *n, size_t i, const cell *c)
{
    bytes *data = &n->buffer[2 + i % 2];
    put_whole(&n->buffer[1], (int64_t)c->size, 4);
    if (c->size <= 12) {
        put_bytes(&n->buffer[1], c->text, c->size);
        put_whole(&n->buffer[1], 0, 12 - (int)c->size);
        return;
    }
    put_bytes(&n->buffer[1], c->text, 4);
    put_whole(&n->buffer[1], (int64_t)(i % 2), 4);
    put_whole(&n->buffer[1], (int64_t)data->n, 4);
    put_bytes(data, c->text, c->size);
}

static inline void put_cell(node *n, size_t i, const cell *c)
{
    bytes *values = &n->buffer[1];
    int width = width_of(n->format);
    if (n->format[0] == 'v') {
        put_view(n, i, c);
    } else if (n->format[0] == 'b') {
        put_bit(values, i, c->whole != 0);
    } else if (strchr("uUzZ", n->format[0]) != NULL) {
        put_bytes(&n->buffer[2], c->text, c->size);
        put_whole(values, (int64_t)n->buffer[2].n, width);
    } else if (strchr("fg", n->format[0]) != NULL) {
        put_real(values, c->real, width);
    } else {
        put_whole(values, c->whole, width);
        if (width == 16 && c->whole < 0)
            memset(values->at + values->n - 8, 0xFF, 8);
        else if (width == 16)
            memset(values->at + values->n - 8, 0, 8);
    }
}

/* The cells as an array, behind `offset` others that nobody must see. Nulls have values, too. */
static inline node *encode(const char *format, const char *name, const cell *c, size_t n,
                           size_t offset)
{
    static const cell junk = {false, -7, -7, "nobody must see this text", 25};
    node *out = new_node(format, name);
    bool nulls = false;
    out->length = (int64_t)n;
    out->offset = (int64_t)offset;
    if (format[0] == 'n')
        return out;
    out->n_buffers = format[0] == 'v' ? 5 : strchr("uUzZ", format[0]) ? 3 : 2;
    if (out->n_buffers == 3)
        put_whole(&out->buffer[1], 0, width_of(format));
    for (size_t i = 0; i < offset + n; i++) {
        const cell *from = i < offset ? &junk : &c[i - offset];
        put_cell(out, i, from);
        put_bit(&out->buffer[0], i, !from->null);
        nulls = nulls || from->null;
    }
    out->missing[0] = !nulls;
    if (format[0] == 'v') {
        put_whole(&out->buffer[4], (int64_t)out->buffer[2].n, 8);
        put_whole(&out->buffer[4], (int64_t)out->buffer[3].n, 8);
    }
    return out;
}

/* The same with keys into a dictionary that holds the cells in another order, one of them unused,
 * and a null; some nulls are null keys, some keys of the null. */
static inline node *encode_keys(const char *keys, const char *format, const char *name,
                                const cell *c, size_t n, size_t offset, rng *r)
{
    cell *value = blank(n + 2, sizeof *value), *key = blank(n, sizeof *key);
    size_t *order = blank(n + 2, sizeof *order);
    rng_shuffle(r, order, n + 2);
    for (size_t i = 0; i < n; i++) {
        value[order[i]] = c[i];
        bool by_key = c[i].null && rng_below(r, 2);
        key[i].null = by_key;
        key[i].whole = by_key ? -1 : (int64_t)order[c[i].null ? n : i];
    }
    value[order[n]].null = true;
    node *out = encode(keys, name, key, n, offset);
    out->dictionary = encode(format, "", value, n + 2, rng_below(r, 4));
    free(order);
    free(key);
    free(value);
    return out;
}

/* Rows of columns; `offset` leading ones of theirs are no rows. */
static inline node *rows_of(size_t n, size_t offset)
{
    node *rows = new_node("+s", "");
    rows->length = (int64_t)n;
    rows->offset = (int64_t)offset;
    rows->n_buffers = 1;
    rows->missing[0] = true;
    return rows;
}

static inline void add_child(node *rows, node *column)
{
    rows->child[rows->n_children++] = column;
}

/* ---------------------------------------------------------------- what is given out */

/* Schemas, arrays and streams given out and not released. */
static struct {
    int schemas;
    int arrays;
    int streams;
} alive;

typedef struct given {
    void *block[6];
    const void *buffers[6];
    void **children;
} given;

static inline void *copy_of(bytes b, bool unaligned)
{
    char *block = malloc(b.n + 1 + unaligned);
    if (block == NULL)
        exit(99);
    if (b.n > 0)
        memcpy(block + unaligned, b.at, b.n);
    return realloc(block, b.n + unaligned > 0 ? b.n + unaligned : 1);
}

static inline void release_schema(struct ArrowSchema *s)
{
    for (size_t i = 0; i < CHILDREN && s->children[i] != NULL; i++) { /* n_children may lie */
        if (s->children[i]->release != NULL)
            s->children[i]->release(s->children[i]);
        free(s->children[i]);
    }
    if (s->dictionary != NULL && s->dictionary->release != NULL)
        s->dictionary->release(s->dictionary);
    free(s->dictionary);
    free(s->children);
    free((void *)(uintptr_t)s->format);
    free((void *)(uintptr_t)s->name);
    free((void *)(uintptr_t)s->metadata);
    s->release = NULL;
    alive.schemas--;
}

static inline char *text_copy(const char *text)
{
    return copy_of((bytes){(unsigned char *)(uintptr_t)text, strlen(text) + 1, 0}, false);
}

static inline void give_schema(const node *n, struct ArrowSchema *out)
{
    memset(out, 0, sizeof *out);
    out->format = strcmp(n->format, "NULL") != 0 ? text_copy(n->format) : NULL;
    out->name = strcmp(n->name, "NULL") != 0 ? text_copy(n->name) : NULL;
    out->metadata = n->metadata.n > 0 ? copy_of(n->metadata, false) : NULL;
    out->flags = ARROW_FLAG_NULLABLE;
    out->n_children = n->n_children;
    out->children = blank(CHILDREN, sizeof *out->children);
    for (size_t i = 0; i < CHILDREN && n->child[i] != NULL; i++) {
        out->children[i] = blank(1, sizeof *out->children[i]);
        give_schema(n->child[i], out->children[i]);
    }
    if (n->dictionary != NULL) {
        out->dictionary = blank(1, sizeof *out->dictionary);
        give_schema(n->dictionary, out->dictionary);
    }
    out->release = release_schema;
    alive.schemas++;
}

static inline void release_array(struct ArrowArray *a)
{
    given *g = a->private_data;
    struct ArrowArray **child = (struct ArrowArray **)g->children;
    for (size_t i = 0; child[i] != NULL; i++) {
        if (child[i]->release != NULL)
            child[i]->release(child[i]);
        free(child[i]);
    }
    if (a->dictionary != NULL && a->dictionary->release != NULL)
        a->dictionary->release(a->dictionary);
    free(a->dictionary);
    for (size_t i = 0; i < 6; i++)
        free(g->block[i]);
    free(g->children);
    free(g);
    a->release = NULL;
    alive.arrays--;
}

static inline void give_array(const node *n, bool unaligned, struct ArrowArray *out)
{
    given *g = blank(1, sizeof *g);
    struct ArrowArray **child = blank(CHILDREN + 1, sizeof *child);
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < 6; i++) {
        g->block[i] = copy_of(n->buffer[i], unaligned);
        g->buffers[i] = n->missing[i] ? NULL : (char *)g->block[i] + unaligned;
    }
    for (size_t i = 0; i < CHILDREN && n->child[i] != NULL; i++) {
        child[i] = blank(1, sizeof *child[i]);
        give_array(n->child[i], unaligned, child[i]);
    }
    if (n->dictionary != NULL) {
        out->dictionary = blank(1, sizeof *out->dictionary);
        give_array(n->dictionary, unaligned, out->dictionary);
    }
    g->children = (void **)child;
    out->length = n->length;
    out->null_count = -1;
    out->offset = n->offset;
    out->n_buffers = n->n_buffers;
    out->buffers = g->buffers;
    out->n_children = n->n_children;
    out->children = child;
    out->release = release_array;
    out->private_data = g;
    alive.arrays++;
}

/* ---------------------------------------------------------------- streams */

/* What a stream gives out. Its nodes are freed with it. */
typedef struct script {
    node *schema; /* NULL: that of the first batch */
    node *batch[40];
    size_t n;
    size_t next;
    bool unaligned;
    bool no_schema;  /* get_schema fails */
    size_t fails_at; /* the number of the batch that fails, from 1 */
    const char *why; /* may be NULL */
} script;

static inline int script_schema(struct ArrowArrayStream *s, struct ArrowSchema *out)
{
    const script *p = s->private_data;
    if (p->no_schema) {
        memset(out, 0xAA, sizeof *out); /* what a failure leaves there means nothing */
        return EIO;
    }
    give_schema(p->schema != NULL ? p->schema : p->batch[0], out);
    return 0;
}

static inline int script_next(struct ArrowArrayStream *s, struct ArrowArray *out)
{
    script *p = s->private_data;
    if (++p->next == p->fails_at) {
        memset(out, 0xAA, sizeof *out);
        return EIO;
    }
    memset(out, 0, sizeof *out);
    if (p->next <= p->n)
        give_array(p->batch[p->next - 1], p->unaligned, out);
    return 0;
}

static inline const char *script_error(struct ArrowArrayStream *s)
{
    return ((const script *)s->private_data)->why;
}

static inline void release_script(struct ArrowArrayStream *s)
{
    script *p = s->private_data;
    for (size_t i = 0; i < p->n; i++)
        free_node(p->batch[i]);
    free_node(p->schema);
    free(p);
    s->release = NULL;
    alive.streams--;
}

static inline struct ArrowArrayStream stream_of(script p)
{
    script *own = blank(1, sizeof *own);
    *own = p;
    alive.streams++;
    return (struct ArrowArrayStream){script_schema, script_next, script_error, release_script, own};
}

static inline struct ArrowArrayStream stream_of_rows(node *rows)
{
    return stream_of((script){.batch = {rows}, .n = 1});
}

#endif
