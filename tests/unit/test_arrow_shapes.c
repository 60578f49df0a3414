/* Geometries of tables: which column it is, its CRS, and GeoArrow's own encodings.
 * SPDX-License-Identifier: MIT */
#include "arrow_tables.h"

/* ---------------------------------------------------------------- which geometry */

static node *with_geometry(const char *format, const char *name, const char *extension,
                           const char *metadata)
{
    cell c[2] = {point_cell(1, 2), {.null = true}};
    node *rows = two_columns("id", "n"), *g = encode(format, name, c, 2, 3);
    if (extension != NULL)
        describe(g, extension, metadata);
    add_child(rows, g);
    return rows;
}

static void assert_geometry(node *rows, const char *wanted, const char *column, const char *crs)
{
    cov_table_options options = COV_TABLE_OPTIONS_INIT;
    options.geometry = wanted;
    cov_table *t = table_of(stream_of_rows(rows), &options);
    const void *wkb[2];
    size_t sizes[2];
    cell c = point_cell(1, 2);
    assert_string_equal(cov_table_geometry(t), column);
    assert_int_equal(cov_table_shapes(t, wkb, sizes, NULL), COV_OK);
    assert_int_equal(sizes[0], c.size);
    assert_memory_equal(wkb[0], c.text, c.size);
    assert_null(wkb[1]);
    assert_int_equal(sizes[1], 0);
    if (crs != NULL)
        assert_string_equal(cov_table_crs(t), crs);
    else
        assert_null(cov_table_crs(t));
    cov_table_free(t);
}

static void the_geometry_is_found(void **state)
{
    (void)state;
    static const char *const types[] = {"z", "Z", "vz"};
    static const char *const usual[] = {"geometry", "geom", "wkb", "wkb_geometry", "the_geom"};
    for (size_t i = 0; i < 3; i++) {
        assert_geometry(with_geometry(types[i], "g", "geoarrow.wkb", "{}"), NULL, "g", NULL);
        assert_geometry(with_geometry(types[i], "g", "ogc.wkb", NULL), NULL, "g", NULL);
        assert_geometry(with_geometry(types[i], "g", NULL, NULL), "g", "g", NULL);
    }
    for (size_t i = 0; i < 5; i++)
        assert_geometry(with_geometry("z", usual[i], NULL, NULL), NULL, usual[i], NULL);

    /* One that says so goes before one with a usual name; the wanted one before both. */
    node *rows = with_geometry("z", "geometry", NULL, NULL);
    node *other = with_geometry("z", "g", "geoarrow.wkb", "{}");
    add_child(rows, other->child[2]);
    other->child[2] = NULL;
    free_node(other);
    assert_geometry(rows, NULL, "g", NULL);

    cov_table *t = table_of(stream_of_rows(with_geometry("z", "g", NULL, NULL)), NULL);
    assert_null(cov_table_geometry(t));
    cov_table_free(t);
    t = table_of(stream_of_rows(with_geometry("u", "geometry", NULL, NULL)), NULL);
    assert_null(cov_table_geometry(t));
    cov_table_free(t);
}

static void a_geometry_that_is_none_is_refused(void **state)
{
    (void)state;
    cov_table_options options = COV_TABLE_OPTIONS_INIT;
    options.geometry = "shape";
    assert_refused(stream_of_rows(with_geometry("z", "g", NULL, NULL)), &options, "\"shape\"");
    options.geometry = "n";
    assert_refused(stream_of_rows(with_geometry("z", "g", NULL, NULL)), &options, "\"n\"");
    assert_refused(stream_of_rows(with_geometry("u", "g", "geoarrow.wkt", NULL)), NULL,
                   "geoarrow.wkt");
    node *rows = with_geometry("z", "g", "geoarrow.wkb", NULL);
    add_child(rows, encode("z", "h", NULL, 0, 2));
    rows->child[3]->length = 2;
    rows->child[3]->offset = 0;
    describe(rows->child[3], "ogc.wkb", NULL);
    assert_refused(stream_of_rows(rows), NULL, "several");
}

static void a_crs_is_found(void **state)
{
    (void)state;
    static const char *const told[][2] = {
        {"{\"crs\": \"EPSG:4326\"}", "EPSG:4326"},
        {" {\"edges\":\"planar\" , \"crs\" : \"OGC:CRS84\",\"x\":1}", "OGC:CRS84"},
        {"{\"crs\":{\"type\":\"GeographicCRS\",\"name\":\"a } , \\\" b\",\"id\":[1,{\"a\":2}]}}",
         "{\"type\":\"GeographicCRS\",\"name\":\"a } , \\\" b\",\"id\":[1,{\"a\":2}]}"},
        {"{\"a\":{\"crs\":\"no\"},\"b\":[\"crs\",{\"crs\":1}],\"crs\":\"yes\"}", "yes"},
        {"{\"crs\":\"a\\\"b\\\\c\\/\\n\\u00e9\\u0041\\u20ac\"}", "a\"b\\c/\n\u00e9A\u20ac"},
        {"{\"crs\":null}", NULL},
        {"{\"crs\":4326}", NULL},
        {"{\"crs\":\"\"}", NULL},
        {"{\"crs\":[1]}", NULL},
        {"{\"crs_type\":\"x\"}", NULL},
        {"{}", NULL},
        {"", NULL},
        {"\"crs\"", NULL},
        {"{\"crs\":\"a\\", NULL},
        {"{\"crs\":\"\\u12\"}", NULL},
        {"{\"crs\":\"\\ud83d\\ude00\"}", NULL},
        {"{\"crs\":\"\\q\"}", NULL},
        {"{\"crs\":{\"a\":1", NULL},
        {"{\"crs\":{]", NULL},
        {"{\"crs\"", NULL},
        {"{\"crs\":", NULL},
        {"{crs:1}", NULL},
        {"{\"a\":1 \"crs\":\"b\"}", NULL},
    };
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        assert_geometry(with_geometry("z", "g", "geoarrow.wkb", told[i][0]), NULL, "g", told[i][1]);

    cov_table_options options = COV_TABLE_OPTIONS_INIT;
    options.crs = "EPSG:9210";
    cov_table *t =
        table_of(stream_of_rows(with_geometry("z", "g", "geoarrow.wkb", told[0][0])), &options);
    assert_string_equal(cov_table_crs(t), "EPSG:9210");
    cov_table_free(t);
}

/* Any bytes whatever, cut anywhere, with letters exchanged: no harm comes of them. */
static void any_crs_does_no_harm(void **state)
{
    (void)state;
    static const char text[] =
        "{\"a\":[{},\"\\\\\"],\"crs\":{\"b\":\"\\u00e9\",\"c\":[1,2]},\"d\":1}";
    static const char letters[] = "{}[]\",:\\u0 crs";
    rng r = {2};
    for (int i = 0; i < 3000; i++) {
        char changed[sizeof text];
        memcpy(changed, text, sizeof text);
        for (size_t k = rng_below(&r, 5); k > 0; k--)
            changed[rng_below(&r, sizeof text - 1)] = letters[rng_below(&r, sizeof letters - 1)];
        changed[rng_below(&r, sizeof text)] = '\0';
        cov_table *t =
            table_of(stream_of_rows(with_geometry("z", "g", "geoarrow.wkb", changed)), NULL);
        cov_table_free(t);
    }
}

/* ---------------------------------------------------------------- native geometries */

static const struct {
    const char *extension;
    size_t lists;
    uint32_t type;
    uint32_t part; /* of its parts, where they are geometries */
} natives[] = {
    {"geoarrow.point", 0, 1, 0},           {"geoarrow.linestring", 1, 2, 0},
    {"geoarrow.polygon", 2, 3, 0},         {"geoarrow.multipoint", 1, 4, 1},
    {"geoarrow.multilinestring", 2, 5, 2}, {"geoarrow.multipolygon", 3, 6, 3},
};

/* How an array of vertices is made: separate or interleaved, of 2 to 4 numbers. */
typedef struct vertex_style {
    bool interleaved;
    bool large; /* lists */
    int size;
    size_t junk; /* elements before the first, at every level */
} vertex_style;

static node *vertices_of(const vertex_style *s, const bytes *numbers, size_t n)
{
    const double *v = (const double *)(const void *)numbers->at;
    char format[8];
    snprintf(format, sizeof format, "+w:%d", s->size);
    node *out = new_node(s->interleaved ? format : "+s", "");
    size_t junk = s->junk;
    out->n_buffers = 1;
    out->missing[0] = true;
    out->length = (int64_t)n;
    out->offset = (int64_t)junk;
    size_t columns = s->interleaved ? 1 : (size_t)s->size;
    for (size_t c = 0; c < columns; c++) {
        node *d = new_node("g", "x");
        d->n_buffers = 2;
        d->missing[0] = true;
        d->offset = (int64_t)(junk + c);
        d->length = (int64_t)((junk + n) * (s->interleaved ? (size_t)s->size : 1));
        for (size_t i = 0; i < junk + c; i++)
            put_real(&d->buffer[1], -9, 8);
        for (size_t i = 0; i < junk + n; i++)
            for (size_t k = 0; k < (size_t)s->size; k++)
                if (s->interleaved || k == c)
                    put_real(&d->buffer[1],
                             i < junk ? -8
                             : k < 2  ? v[2 * (i - junk) + k]
                                      : (double)NAN,
                             8);
        add_child(out, d);
    }
    return out;
}

/* One shape: WKB to `wkb`, its vertices behind `numbers`, its sizes behind those of each level. */
typedef struct levels {
    bytes numbers;
    size_t n_vertices;
    int64_t ends[4][2000];
    size_t n[4];
} levels;

static void random_shape(rng *r, size_t kind, size_t level, uint32_t type, levels *l, bytes *wkb)
{
    size_t parts =
        level == 0 && natives[kind].lists > 0 && rng_below(r, 6) == 0 ? 0 : 1 + rng_below(r, 3);
    if (type != 0)
        put_head(wkb, &plain, type);
    if (level == natives[kind].lists || level == 3) {
        for (int i = 0; i < 2; i++) {
            double value = rng_between(r, -5, 5);
            put_real(&l->numbers, value, 8);
            put_f64(wkb, &plain, value);
        }
        l->n_vertices++;
        return;
    }
    put_u32(wkb, &plain, (uint32_t)parts);
    uint32_t next = type == natives[kind].type ? natives[kind].part : 0;
    for (size_t i = 0; i < parts; i++)
        random_shape(r, kind, level + 1, next, l, wkb);
    l->ends[level][l->n[level]++] =
        (int64_t)(level + 1 < natives[kind].lists ? l->n[level + 1] : l->n_vertices);
}

static node *list_of(const vertex_style *s, const levels *l, size_t level, node *below)
{
    node *out = new_node(s->large ? "+L" : "+l", "");
    out->n_buffers = 2;
    out->missing[0] = true;
    out->length = (int64_t)l->n[level];
    out->offset = (int64_t)s->junk;
    for (size_t i = 0; i < s->junk; i++)
        put_whole(&out->buffer[1], 0, s->large ? 8 : 4);
    put_whole(&out->buffer[1], 0, s->large ? 8 : 4);
    for (size_t i = 0; i < l->n[level]; i++)
        put_whole(&out->buffer[1], l->ends[level][i], s->large ? 8 : 4);
    add_child(out, below);
    return out;
}

#define N_SHAPES 30

static node *native_column(size_t kind, const vertex_style *s, const levels *l, const bool *null)
{
    node *column = vertices_of(s, &l->numbers, l->n_vertices);
    for (size_t level = natives[kind].lists; level > 0; level--)
        column = list_of(s, l, level - 1, column);
    snprintf(column->name, sizeof column->name, "shape");
    describe(column, natives[kind].extension, "{\"crs\":\"local\"}");
    column->missing[0] = false;
    for (size_t i = 0; i < s->junk + N_SHAPES; i++)
        put_bit(&column->buffer[0], i, i < s->junk || !null[i - s->junk]);
    return column;
}

static void native_geometries_become_wkb(void **state)
{
    (void)state;
    rng r = {3};
    for (int round = 0; round < 600; round++) {
        size_t kind = (size_t)round % 6, offset = rng_below(&r, 8);
        vertex_style s = {rng_below(&r, 2), rng_below(&r, 2), 2 + (int)rng_below(&r, 3),
                          rng_below(&r, 10)};
        levels *l = blank(1, sizeof *l);
        bytes wkb[N_SHAPES] = {{0}};
        bool null[N_SHAPES];
        for (size_t i = 0; i < N_SHAPES; i++) {
            random_shape(&r, kind, 0, natives[kind].type, l, &wkb[i]);
            null[i] = rng_below(&r, 4) == 0;
        }
        node *rows = rows_of(N_SHAPES - offset, offset);
        add_child(rows, native_column(kind, &s, l, null));
        script p = {.batch = {rows}, .n = 1, .unaligned = rng_below(&r, 2)};
        cov_table *t = table_of(stream_of(p), NULL);
        assert_string_equal(cov_table_crs(t), "local");
        assert_int_equal(cov_table_rows(t), N_SHAPES - offset);
        for (size_t i = offset; i < N_SHAPES; i++) {
            size_t size;
            const void *got = cov_table_wkb(t, i - offset, &size);
            assert_int_equal(got == NULL, null[i]);
            assert_int_equal(size, null[i] ? 0 : wkb[i].n);
            if (got != NULL)
                assert_memory_equal(got, wkb[i].at, size);
        }
        cov_table_free(t);
        for (size_t i = 0; i < N_SHAPES; i++)
            free(wkb[i].at);
        free(l->numbers.at);
        free(l);
    }
}

/* ---------------------------------------------------------------- damage */

static node *random_native(rng *r, size_t kind)
{
    levels *l = blank(1, sizeof *l);
    bool null[N_SHAPES] = {false};
    bytes wkb = {0};
    vertex_style s = {rng_below(r, 2), rng_below(r, 2), 2, 2};
    for (size_t i = 0; i < N_SHAPES; i++)
        random_shape(r, kind, 0, natives[kind].type, l, &wkb);
    node *rows = rows_of(N_SHAPES, 0);
    add_child(rows, native_column(kind, &s, l, null));
    free(wkb.at);
    free(l->numbers.at);
    free(l);
    return rows;
}

static void damaged_natives_are_refused(void **state)
{
    (void)state;
    rng r = {4};
    for (int damage = 0; damage < 10; damage++) {
        rng same = r;
        script p = {.schema = random_native(&same, 5), .n = 1};
        node *rows = random_native(&r, 5), *top = rows->child[0], *rings = top->child[0]->child[0];
        node *points = rings->child[0], *numbers = points->child[0];
        int width = rings->format[1] == 'L' ? 8 : 4;
        int64_t *one[] = {&rings->n_buffers,  &rings->offset,      &rings->length,
                          &points->length,    &points->n_children, &numbers->length,
                          &numbers->n_buffers};
        if (damage == 0)
            set_whole(&rings->buffer[1], 5, 1000000, width);
        else if (damage == 1)
            set_whole(&rings->buffer[1], 2, -1, width);
        else if (damage == 2)
            rings->missing[1] = true;
        else
            *one[damage - 3] = damage == 4 ? -1 : 1;
        p.batch[0] = rows;
        assert_refused(stream_of(p), NULL, "\"shape\": its Arrow array is damaged");
    }
}

static void damaged_native_schemas_are_no_geometry(void **state)
{
    (void)state;
    rng r = {7};
    for (int damage = 0; damage < 5; damage++) {
        node *rows = random_native(&r, 2), *rings = rows->child[0]->child[0];
        node *points = rings->child[0];
        if (damage == 0)
            snprintf(points->child[0]->format, sizeof points->format, "NULL");
        else if (damage == 1)
            snprintf(points->child[0]->format, sizeof points->format, "f");
        else if (damage == 2)
            points->n_children = points->format[1] == 's' ? 3 : 2;
        else if (damage == 3)
            rings->n_children = 0;
        else
            snprintf(points->format, sizeof points->format, "+w:");
        assert_refused(stream_of_rows(rows), NULL, "is no geometry that can be read");
    }
}

/* ---------------------------------------------------------------- pushed */

static void assert_not_pushed(cov_tally *t, node *rows, const char *text)
{
    struct ArrowArrayStream stream = stream_of_rows(rows);
    cov_error err = {0};
    assert_fails(cov_tally_push_arrow(t, &stream, NULL, NULL, NULL, NULL, &err), &err,
                 COV_ERR_INPUT, text);
    cov_ledger l;
    cov_tally_ledger(t, &l);
    assert_int_equal(l.read.points, 0);
}

static void native_points_alone_are_pushed(void **state)
{
    (void)state;
    rng r = {9};
    cov_areas *areas = make_areas(&r, 1);
    cov_tally *t = NULL;
    assert_int_equal(cov_tally_create(areas, NULL, 0, NULL, &t, NULL), COV_OK);
    for (size_t kind = 1; kind < 6; kind++)
        assert_not_pushed(t, random_native(&r, kind), "column \"shape\": the geometry is no point");
    node *rows = random_native(&r, 0);
    rows->child[0]->child[0]->length = 3;
    assert_not_pushed(t, rows, "column \"shape\": its Arrow array is damaged");
    struct ArrowArrayStream stream = stream_of_rows(random_native(&r, 0));
    assert_int_equal(cov_tally_push_arrow(t, &stream, NULL, NULL, NULL, NULL, NULL), COV_OK);
    cov_ledger l;
    cov_tally_ledger(t, &l);
    assert_int_equal(l.read.points, N_SHAPES);
    cov_tally_free(t);
    cov_areas_free(areas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_geometry_is_found),
        TEST(a_geometry_that_is_none_is_refused),
        TEST(a_crs_is_found),
        TEST(any_crs_does_no_harm),
        TEST(native_geometries_become_wkb),
        TEST(damaged_natives_are_refused),
        TEST(damaged_native_schemas_are_no_geometry),
        TEST(native_points_alone_are_pushed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
