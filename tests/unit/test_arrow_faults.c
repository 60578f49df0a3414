/* Every allocation of the tables fails in turn, once and for good: each call says so, gives back
 * what it took, releases what it was given and leaves its outputs alone.
 * SPDX-License-Identifier: MIT
 *
 * Linked with a copy of the library that takes its memory from heap.h. */
#include "heap.h"

#include "forms.h"

/* What a call is given, and where it writes to. */
typedef struct desk {
    const country *c;
    household *h;
    size_t n;
    uint64_t seed;
    cov_tally *tally;
    void *out;
} desk;

/* A table of two batches with a dictionary, texts and native geometries, the same each time. */
static struct ArrowArrayStream some_stream(const desk *d)
{
    rng r = {d->seed};
    form f = {d->seed % 2 ? WHERE_INTERLEAVED : WHERE_WKB, "u", "vu", true, 1, false};
    script p = {.n = 2};
    for (size_t b = 0; b < 2; b++) {
        p.batch[b] = batch_rows(d->h, d->n, &f, &r);
        describe(p.batch[b]->child[0], d->seed % 2 ? "geoarrow.point" : "geoarrow.wkb",
                 "{\"crs\":\"local\"}");
    }
    return stream_of(p);
}

static cov_status create_table(desk *d, cov_error *err)
{
    struct ArrowArrayStream stream = some_stream(d);
    cov_table *t = NULL;
    cov_status s = cov_table_create(&stream, NULL, &t, err);
    assert_null(stream.release);
    if (s == COV_OK)
        d->out = t;
    else
        assert_null(t);
    return s;
}

static cov_status build_table(desk *d, cov_error *err)
{
    static const char *const columns[] = {"id", "name"};
    cov_table_builder *b = NULL;
    cov_table *t = NULL;
    cov_status s = cov_table_builder_create("built", columns, 2, "geometry", "local", &b, err);
    for (size_t i = 0; i < 40 && s == COV_OK; i++) {
        cell c = point_cell((double)i, 1);
        const char *texts[] = {"an id", i % 2 ? NULL : "a name"};
        s = cov_table_builder_add(b, texts, c.text, c.size, err);
        if (s != COV_OK)
            cov_table_builder_free(b);
    }
    if (s == COV_OK)
        s = cov_table_builder_finish(b, &t, err);
    if (s == COV_OK)
        d->out = t;
    else
        assert_null(t);
    return s;
}

static cov_status create_areas(desk *d, cov_error *err)
{
    static const char *const parents[] = {"district"};
    const double boxes[2][4] = {{0, 0, 1, 1}, {1, 0, 2, 1}};
    cell ids[2] = {{.text = "a", .size = 1}, {.text = "b", .size = 1}}, shapes[2] = {{0}};
    for (size_t i = 0; i < 2; i++) {
        bytes b = box_wkb(boxes[i]);
        memcpy(shapes[i].text, b.at, b.n);
        shapes[i].size = b.n;
        free(b.at);
    }
    node *rows = rows_of(2, 0);
    add_child(rows, encode("u", "id", ids, 2, 0));
    add_child(rows, encode("u", "district", ids, 2, 0));
    add_child(rows, encode("z", "geometry", shapes, 2, 0));
    struct ArrowArrayStream stream = stream_of_rows(rows);
    cov_area_columns columns = COV_AREA_COLUMNS_INIT;
    columns.id = columns.name = "id";
    columns.parents = parents;
    columns.n_parents = 1;
    cov_table *t = NULL;
    cov_areas *areas = NULL;
    cov_status s = cov_table_create(&stream, NULL, &t, err);
    if (s == COV_OK)
        s = cov_areas_from_table(t, &columns, &areas, err);
    cov_table_free(t);
    if (s == COV_OK)
        d->out = areas;
    else
        assert_null(areas);
    return s;
}

static cov_status push_points(desk *d, cov_error *err)
{
    struct ArrowArrayStream stream = some_stream(d);
    form f = {WHERE_WKB, "u", "vu", true, 1, false};
    cov_point_columns columns = columns_of(&f);
    cov_status s = cov_tally_push_arrow(d->tally, &stream, NULL, &columns, NULL, NULL, err);
    assert_null(stream.release);
    return s;
}

static void free_table(void *table)
{
    cov_table_free(table);
}

static void free_areas(void *areas)
{
    cov_areas_free(areas);
}

/* The call with the allocation of this number failing; 1 where it was asked for. */
static bool fails_well(desk *d, cov_status (*call)(desk *, cov_error *), void (*free_out)(void *),
                       size_t fail_at)
{
    cov_error err = {0};
    d->out = NULL;
    d->tally = make_tally(d->c, 1);
    bytes before = save(d->tally);
    size_t held = heap.alive;
    heap.asked = 0;
    heap.fail_at = fail_at;
    cov_status s = call(d, &err);
    bool hit = heap.asked >= fail_at;
    heap.fail_at = 0;
    if (s != COV_OK) {
        assert_true(hit);
        assert_fails(s, &err, COV_ERR_MEMORY, "out of memory");
        assert_saves_as(d->tally, before);
        assert_null(d->out);
    }
    if (free_out != NULL) {
        free_out(d->out);
        assert_int_equal(heap.alive, held);
    }
    free(before.at);
    cov_tally_free(d->tally);
    assert_int_equal(nothing_is_left(NULL), 0);
    return hit;
}

static void every_allocation_fails_in_turn(void **state)
{
    (void)state;
    static const struct {
        cov_status (*call)(desk *, cov_error *);
        void (*free_out)(void *);
    } calls[] = {{create_table, free_table},
                 {build_table, free_table},
                 {create_areas, free_areas},
                 {push_points, NULL}};
    rng r = {1};
    country c = make_country(&r, 1);
    size_t n = 20;
    household *h = random_households(&r, n);
    for (size_t i = 0; i < n; i++)
        h[i].served &= ~h[i].unknown;
    size_t held = heap.alive;
    for (size_t i = 0; i < 4 * 2 * 2; i++) {
        desk d = {.c = &c, .h = h, .n = n, .seed = 1 + i % 2};
        heap.for_good = i / 2 % 2 != 0;
        size_t fail_at = 1;
        while (fails_well(&d, calls[i / 4].call, calls[i / 4].free_out, fail_at))
            fail_at++;
        assert_true(fail_at > 5);
    }
    assert_int_equal(heap.alive, held);
    free(h);
    free_country(&c);
    assert_int_equal(heap.alive, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_allocation_fails_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
