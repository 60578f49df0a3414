/* Geometry: which column it is, and the WKB of its rows.
 * SPDX-License-Identifier: MIT */
#include "arrow/layout.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "geometry/wkb.h"

/* ---------------------------------------------------------------- which column */

static int extension_of(const struct ArrowSchema *schema, char *name, size_t capacity)
{
    size_t size = 0;
    const char *value = cov_metadata_find(schema->metadata, "ARROW:extension:name", &size);
    if (value == NULL || size >= capacity)
        return 0;
    memcpy(name, value, size);
    name[size] = '\0';
    return strncmp(name, "geoarrow.", 9) == 0 || strcmp(name, "ogc.wkb") == 0;
}

static int is_binary(const cov_table *table, size_t column)
{
    return cov_table_type(table, column) == COV_CELL_BYTES;
}

static int is_usual_name(const char *name)
{
    static const char *const usual[] = {"geometry",     "geom",     "wkb",
                                        "wkb_geometry", "the_geom", NULL};
    for (size_t i = 0; usual[i] != NULL; i++) {
        if (strcmp(name, usual[i]) == 0)
            return 1;
    }
    return 0;
}

/* The only column of which `is` holds; -1 for none, -2 for several. */
static int only_column(const cov_table *table, int (*is)(const cov_table *, size_t))
{
    int found = -1;
    for (size_t i = 0; i < table->n_columns; i++) {
        if (is(table, i))
            found = found == -1 ? (int)i : -2;
    }
    return found;
}

static int says_geometry(const cov_table *table, size_t column)
{
    char name[64];
    return extension_of(table->schema.children[column], name, sizeof name);
}

static int looks_like_geometry(const cov_table *table, size_t column)
{
    return is_binary(table, column) && is_usual_name(table->column[column].name);
}

static cov_status choose_column(cov_table *table, const char *wanted, cov_error *err)
{
    if (wanted != NULL) {
        table->geometry = cov_table_find(table, wanted);
        return table->geometry >= 0
                   ? COV_OK
                   : cov_fail(err, COV_ERR_INPUT, "%s has no column \"%s\" for its geometry",
                              table->name, cov_quote(wanted).text);
    }
    table->geometry = only_column(table, says_geometry);
    if (table->geometry == -1)
        table->geometry = only_column(table, looks_like_geometry);
    if (table->geometry == -2)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s has several geometry columns: name the one that counts", table->name);
    return COV_OK;
}

static cov_status choose_storage(cov_table *table, cov_error *err)
{
    size_t column = (size_t)table->geometry;
    const struct ArrowSchema *schema = table->schema.children[column];
    char extension[64] = "";
    (void)extension_of(schema, extension, sizeof extension);
    if (is_binary(table, column))
        table->shapes = COV_SHAPE_WKB;
    else if (cov_native_type(schema, extension) != 0)
        table->shapes = COV_SHAPE_NATIVE;
    else
        return cov_fail(
            err, COV_ERR_INPUT,
            "%s: the column \"%s\" (Arrow type %s%s%s) is no geometry that can be read: "
            "give it as WKB",
            table->name, cov_quote(table->column[column].name).text, schema->format,
            extension[0] != '\0' ? ", " : "", extension);
    return COV_OK;
}

static cov_status read_crs(cov_table *table, const char *stated, cov_error *err)
{
    size_t size = 0;
    if (stated != NULL) {
        table->crs = cov_copy_text(stated);
        return table->crs != NULL ? COV_OK : cov_fail_memory(err);
    }
    const char *json = cov_metadata_find(table->schema.children[table->geometry]->metadata,
                                         "ARROW:extension:metadata", &size);
    return json != NULL ? cov_metadata_crs(json, size, &table->crs, err) : COV_OK;
}

cov_status cov_geometry_find(cov_table *table, const cov_table_options *options, cov_error *err)
{
    cov_status s = choose_column(table, options->geometry, err);
    if (s == COV_OK && table->geometry < 0)
        return options->crs != NULL ? read_crs(table, options->crs, err) : COV_OK;
    if (s == COV_OK)
        s = choose_storage(table, err);
    return s == COV_OK ? read_crs(table, options->crs, err) : s;
}

/* ---------------------------------------------------------------- native types */

static const char *const native_names[] = {"geoarrow.point",           "geoarrow.linestring",
                                           "geoarrow.polygon",         "geoarrow.multipoint",
                                           "geoarrow.multilinestring", "geoarrow.multipolygon"};
static const int native_lists[] = {0, 1, 2, 1, 2, 3};

/* Whether a schema has n children, each with a format. */
static int has_children(const struct ArrowSchema *schema, int64_t n)
{
    if (schema->n_children != n || schema->children == NULL)
        return 0;
    for (int64_t i = 0; i < n; i++) {
        if (schema->children[i] == NULL || schema->children[i]->format == NULL)
            return 0;
    }
    return 1;
}

/* Numbers of a vertex: 2 to 4, the first ones x and y. 0: not a vertex. */
static int vertex_size(const struct ArrowSchema *schema)
{
    int interleaved = strncmp(schema->format, "+w:", 3) == 0;
    if (!interleaved && strcmp(schema->format, "+s") != 0)
        return 0;
    int64_t size = interleaved ? schema->format[3] - '0' : schema->n_children;
    if (size < 2 || size > 4 || (interleaved && schema->format[4] != '\0') ||
        !has_children(schema, interleaved ? 1 : size))
        return 0;
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (strcmp(schema->children[i]->format, "g") != 0)
            return 0;
    }
    return (int)size;
}

static int is_list(const struct ArrowSchema *schema)
{
    return (strcmp(schema->format, "+l") == 0 || strcmp(schema->format, "+L") == 0) &&
           has_children(schema, 1);
}

unsigned cov_native_type(const struct ArrowSchema *schema, const char *extension)
{
    for (size_t i = 0; i < sizeof native_names / sizeof native_names[0]; i++) {
        if (strcmp(extension, native_names[i]) != 0)
            continue;
        int lists = native_lists[i];
        for (; lists > 0 && is_list(schema); lists--)
            schema = schema->children[0];
        return lists == 0 && vertex_size(schema) != 0 ? (unsigned)i + 1 : 0;
    }
    return 0;
}

/* ---------------------------------------------------------------- native to WKB */

/* The levels of lists above the vertices, from the outside, and the vertices. */
typedef struct native {
    const cov_table *table;
    const struct ArrowArray *list[4]; /* one more than there are, which no row gets to */
    int width[4];                     /* bytes of an offset */
    const char *x, *y;                /* of vertex 0 */
    size_t stride;                    /* from one vertex to the next, in bytes */
    unsigned type;
    unsigned char *to; /* NULL while the bytes are counted */
    size_t size;
} native;

static cov_status damaged(const cov_table *table, cov_error *err)
{
    return cov_fail(err, COV_ERR_INPUT, "%s, column \"%s\": its Arrow array is damaged",
                    table->name, cov_quote(table->column[table->geometry].name).text);
}

static int64_t offset_at(const native *n, int level, size_t i)
{
    int32_t narrow;
    int64_t wide;
    i += (size_t)n->list[level]->offset;
    const char *at = (const char *)n->list[level]->buffers[1] + i * (size_t)n->width[level];
    if (n->width[level] == 4) {
        memcpy(&narrow, at, sizeof narrow);
        return narrow;
    }
    memcpy(&wide, at, sizeof wide);
    return wide;
}

/* The part of an array that the rows of a batch use. Batches of one table often share the arrays
 * below their lists, which must not be gone through for each. */
typedef struct part {
    const struct ArrowArray *array;
    int64_t from, to;
} part;

static int part_is_whole(const part *p)
{
    const struct ArrowArray *a = p->array;
    return a != NULL && a->length >= 0 && a->offset >= 0 &&
           a->length <= INT64_MAX / 32 - a->offset && p->to <= a->length;
}

/* The offsets of one level rise, and end within the level below, which is next. */
static int open_list(native *n, int level, part *p)
{
    const struct ArrowArray *a = p->array;
    if (!part_is_whole(p) || a->n_buffers != 2 || a->n_children != 1 || a->buffers == NULL ||
        a->children == NULL || (p->from < p->to && a->buffers[1] == NULL))
        return 0;
    n->list[level] = a;
    part below = {a->children[0], 0, 0};
    if (p->from < p->to)
        below.from = below.to = offset_at(n, level, (size_t)p->from);
    if (below.from < 0)
        return 0;
    for (int64_t i = p->from; i < p->to; i++) {
        int64_t o = offset_at(n, level, (size_t)i + 1);
        if (o < below.to)
            return 0;
        below.to = o;
    }
    *p = below;
    return 1;
}

static int has_doubles(const struct ArrowArray *a, int64_t need)
{
    const part p = {a, 0, need};
    return part_is_whole(&p) && a->n_buffers == 2 && a->buffers != NULL &&
           (need == 0 || a->buffers[1] != NULL);
}

static int open_vertices(native *n, const struct ArrowSchema *schema, const part *p)
{
    int size = vertex_size(schema);
    const struct ArrowArray *a = p->array;
    if (!part_is_whole(p) || a->n_children != schema->n_children || a->children == NULL)
        return 0;
    const struct ArrowArray *x = a->children[0], *y = a->children[schema->n_children > 1];
    int interleaved = schema->format[1] == 'w';
    int64_t need = p->from < p->to ? (a->offset + p->to) * (interleaved ? size : 1) : 0;
    if (!has_doubles(x, need) || !has_doubles(y, need))
        return 0;
    if (need == 0)
        return 1;
    n->stride = (interleaved ? (size_t)size : 1) * sizeof(double);
    n->x = (const char *)x->buffers[1] + (size_t)x->offset * sizeof(double) +
           (size_t)a->offset * n->stride;
    n->y = interleaved ? n->x + sizeof(double)
                       : (const char *)y->buffers[1] + (size_t)y->offset * sizeof(double) +
                             (size_t)a->offset * n->stride;
    return 1;
}

static int open_native(native *n, const cov_table *table, const cov_batch_rows *batch)
{
    const struct ArrowSchema *schema = table->schema.children[table->geometry];
    part p = {batch->array.children[table->geometry], batch->array.offset,
              batch->array.offset + batch->array.length};
    char extension[64] = "";
    (void)extension_of(schema, extension, sizeof extension);
    n->table = table;
    n->type = cov_native_type(schema, extension);
    for (int level = 0; level < 3 && is_list(schema); level++) {
        n->width[level] = schema->format[1] == 'l' ? 4 : 8;
        if (!open_list(n, level, &p))
            return 0;
        schema = schema->children[0];
    }
    return open_vertices(n, schema, &p);
}

static void put(native *n, const void *bytes, size_t size)
{
    if (n->to != NULL)
        memcpy(n->to + n->size, bytes, size);
    n->size += size;
}

static void put_u32(native *n, uint32_t value)
{
    put(n, &value, sizeof value);
}

static void put_head(native *n, uint32_t type)
{
    const unsigned char order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
    put(n, &order, 1);
    put_u32(n, type);
}

static void put_vertices(native *n, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        put(n, n->x + i * n->stride, sizeof(double));
        put(n, n->y + i * n->stride, sizeof(double));
    }
}

static void put_line(native *n, int level, size_t i)
{
    size_t from = (size_t)offset_at(n, level, i), to = (size_t)offset_at(n, level, i + 1);
    put_u32(n, (uint32_t)(to - from));
    put_vertices(n, from, to);
}

/* What lies between two offsets of a level: points, lines, rings or polygons. */
static void put_geometry(native *n, unsigned type, int level, size_t i)
{
    static const unsigned part_of[] = {
        0, 0, 0, 0, COV_WKB_POINT, COV_WKB_LINESTRING, COV_WKB_POLYGON};
    put_head(n, type);
    if (type == COV_WKB_POINT) {
        put_vertices(n, i, i + 1);
        return;
    }
    if (type == COV_WKB_LINESTRING) {
        put_line(n, level, i);
        return;
    }
    size_t from = (size_t)offset_at(n, level, i), to = (size_t)offset_at(n, level, i + 1);
    put_u32(n, (uint32_t)(to - from));
    for (size_t j = from; j < to; j++) {
        if (type == COV_WKB_POLYGON)
            put_line(n, level + 1, j);
        else
            put_geometry(n, part_of[type], level + 1, j);
    }
}

/* Once to count the bytes, once to write them. */
static void put_rows(native *n, cov_batch_rows *batch)
{
    size_t column = (size_t)n->table->geometry;
    n->size = 0;
    for (size_t i = 0; i < cov_batch_length(batch); i++) {
        batch->start[i] = n->size;
        if (!cov_batch_is_null(batch, column, i))
            put_geometry(n, n->type, 0, (size_t)batch->array.offset + i);
    }
    batch->start[cov_batch_length(batch)] = n->size;
}

cov_status cov_native_read(const cov_table *table, cov_batch_rows *batch, cov_error *err)
{
    native n;
    memset(&n, 0, sizeof n);
    if (batch->array.length == 0)
        return COV_OK;
    if (!open_native(&n, table, batch))
        return damaged(table, err);
    batch->start = cov_alloc(cov_batch_length(batch) + 1, sizeof *batch->start);
    if (batch->start == NULL)
        return cov_fail_memory(err);
    put_rows(&n, batch);
    batch->wkb = cov_alloc(n.size, 1);
    if (batch->wkb == NULL)
        return cov_fail_memory(err);
    n.to = batch->wkb;
    put_rows(&n, batch);
    return COV_OK;
}

/* ---------------------------------------------------------------- points as they are */

void cov_native_keep_points(cov_table *table)
{
    char extension[64] = "";
    if (table->shapes != COV_SHAPE_NATIVE)
        return;
    const struct ArrowSchema *schema = table->schema.children[table->geometry];
    (void)extension_of(schema, extension, sizeof extension);
    if (cov_native_type(schema, extension) == COV_WKB_POINT)
        table->shapes = COV_SHAPE_POINTS;
}

cov_status cov_native_places(const cov_table *table, const cov_batch_rows *batch, cov_places *out,
                             cov_error *err)
{
    native n;
    memset(&n, 0, sizeof n);
    if (!open_native(&n, table, batch))
        return damaged(table, err);
    size_t first = (size_t)batch->array.offset * n.stride;
    *out = (cov_places){n.x + first, n.y + first, n.stride};
    return COV_OK;
}

/* ---------------------------------------------------------------- WKB of a row */

const void *cov_batch_wkb(const cov_table *table, const cov_batch_rows *batch, size_t i,
                          size_t *size)
{
    *size = 0;
    if (table->shapes == COV_SHAPE_NATIVE) {
        *size = batch->start[i + 1] - batch->start[i];
        return *size > 0 ? batch->wkb + batch->start[i] : NULL;
    }
    cov_cell cell;
    cov_batch_cell(table, batch, i, (size_t)table->geometry, &cell);
    if (cell.is_null)
        return NULL;
    *size = cell.size;
    return cell.text;
}
