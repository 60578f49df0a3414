/* Areas from tables: the same as from arrays, and what is refused.
 * SPDX-License-Identifier: MIT */
#include "forms.h"

#define N 60

static const char *const levels[] = {"district", "province"};

/* The same areas twice: as arrays, and as the cells of a table. */
typedef struct atlas {
    char id[N][24];
    char name[N][24];
    char parent[N][2][24];
    const char *parents[N][2];
    cov_area area[N];
    cell ids[N], names[N], parent_cells[2][N], shapes[N];
    const char *id_format, *parent_format;
} atlas;

static cell cell_of(const char *text)
{
    cell c = {.null = text == NULL};
    if (text == NULL)
        return c;
    c.size = strlen(text);
    memcpy(c.text, text, c.size);
    c.whole = (int64_t)strtoull(text, NULL, 10);
    return c;
}

/* Ids that are numbers of their formats, the largest among them; boxes that don't touch. */
static atlas *make_atlas(rng *r, const char *id_format, const char *parent_format)
{
    atlas *a = blank(1, sizeof *a);
    a->id_format = id_format;
    a->parent_format = parent_format;
    for (size_t i = 0; i < N; i++) {
        uint64_t high = i == 0 && id_format[0] == 'L' ? UINT64_MAX - N : 0;
        snprintf(a->id[i], 24, "%s%" PRIu64, i == 1 && strchr("li", id_format[0]) ? "-" : "",
                 high + i * 7 + 3);
        snprintf(a->name[i], 24, "Xã %zu", i / 2);
        for (size_t k = 0; k < 2; k++) {
            snprintf(a->parent[i][k], 24, "%zu", k == 0 ? i / 10 : i / 30);
            a->parents[i][k] = rng_below(r, 9) == 0 ? NULL : a->parent[i][k];
            a->parent_cells[k][i] = cell_of(a->parents[i][k]);
        }
        a->parents[i][1] = a->parents[i][0] == NULL ? NULL : a->parent[i][1];
        a->parent_cells[1][i] = cell_of(a->parents[i][1]);
        double x = 2.0 * (double)i, box[4] = {x, 0, x + rng_between(r, 0.1, 1.9), 1};
        bytes wkb = box_wkb(box);
        a->shapes[i].size = wkb.n;
        assert_true(wkb.n <= sizeof a->shapes[i].text);
        memcpy(a->shapes[i].text, wkb.at, wkb.n);
        free(wkb.at);
        const char *name = rng_below(r, 5) == 0 ? NULL : a->name[i];
        a->ids[i] = cell_of(a->id[i]);
        a->names[i] = cell_of(name);
        a->area[i] = (cov_area){a->id[i], name, a->parents[i], a->shapes[i].text, wkb.n};
    }
    return a;
}

static script script_of_atlas(const atlas *a, rng *r)
{
    script p = {.n = 0};
    for (size_t from = 0; from < N || p.n == 0;) {
        size_t n = 1 + rng_below(r, N - from), junk = rng_below(r, 4);
        node *rows = rows_of(n, 0);
        add_child(rows, encode(a->id_format, "code", a->ids + from, n, junk));
        add_child(rows, encode("u", "name", a->names + from, n, junk));
        add_child(rows, encode(a->parent_format, "province", a->parent_cells[1] + from, n, 0));
        add_child(rows, encode_keys("s", a->parent_format, "district", a->parent_cells[0] + from, n,
                                    junk, r));
        add_child(rows, encode("Z", "geom", a->shapes + from, n, junk));
        describe(rows->child[4], "geoarrow.wkb", "{\"crs\":\"EPSG:3405\"}");
        p.batch[p.n++] = rows;
        from += n;
    }
    return p;
}

static cov_area_columns area_columns(void)
{
    cov_area_columns c = COV_AREA_COLUMNS_INIT;
    c.id = "code";
    c.name = "name";
    c.parents = levels;
    c.n_parents = 2;
    return c;
}

static cov_areas *expected_areas(const atlas *a)
{
    cov_areas *areas = NULL;
    cov_areas_options options = COV_AREAS_OPTIONS_INIT;
    options.levels = levels;
    options.n_levels = 2;
    options.crs = "EPSG:3405";
    assert_int_equal(cov_areas_create(a->area, N, &options, &areas, NULL), COV_OK);
    return areas;
}

static void tables_give_the_areas_of_arrays(void **state)
{
    (void)state;
    rng r = {1};
    static const char *const ids[] = {"u", "U", "vu", "i", "l", "L", "S"};
    for (size_t round = 0; round < 60; round++) {
        atlas *a = make_atlas(&r, ids[round % 7], round % 2 ? "u" : "C");
        cov_areas *expected = expected_areas(a), *areas = NULL;
        cov_table *t = table_of(stream_of(script_of_atlas(a, &r)), NULL);
        cov_area_columns columns = area_columns();
        cov_error err = {0};
        columns.threads = (unsigned)round % 3;
        if (cov_areas_from_table(t, &columns, &areas, &err) != COV_OK)
            fail_msg("%s", err.message);
        cov_table_free(t); /* isn't needed any more */
        assert_true(cov_areas_fingerprint(areas) == cov_areas_fingerprint(expected));
        assert_string_equal(cov_areas_crs(areas), "EPSG:3405");
        assert_int_equal(cov_areas_count(areas), N);
        for (size_t i = 0; i < N; i++)
            assert_string_equal(cov_areas_id(areas, i), cov_areas_id(expected, i));
        cov_areas_free(areas);
        cov_areas_free(expected);
        free(a);
    }
}

static void assert_no_areas(const atlas *a, rng *r, const cov_area_columns *columns,
                            cov_status code, const char *text)
{
    cov_table_options options = COV_TABLE_OPTIONS_INIT;
    options.name = "communes";
    cov_table *t = table_of(stream_of(script_of_atlas(a, r)), &options);
    cov_areas *areas = NULL;
    cov_error err = {0};
    assert_fails(cov_areas_from_table(t, columns, &areas, &err), &err, code, text);
    assert_null(areas);
    cov_table_free(t);
}

static void cells_of_areas_are_refused(void **state)
{
    (void)state;
    rng r = {2};
    cov_area_columns columns = area_columns();
    for (int i = 0; i < 7; i++) {
        atlas *a = make_atlas(&r, "u", "u");
        static const char *const how[] = {"communes, row 42: the id (column \"code\") is null",
                                          "communes, row 42: the area has no geometry",
                                          "communes, row 42: column \"name\" is not text in UTF-8",
                                          "communes, row 42: column \"code\" is not text in UTF-8",
                                          "",
                                          "",
                                          ""};
        static const cov_status code[] = {COV_ERR_INPUT,   COV_ERR_INPUT, COV_ERR_INPUT,
                                          COV_ERR_INPUT,   COV_ERR_ID,    COV_ERR_ID,
                                          COV_ERR_GEOMETRY};
        if (i == 0)
            a->ids[41].null = true;
        else if (i == 1)
            a->shapes[41].null = true;
        else if (i == 2)
            a->names[41] = cell_of("\xff");
        else if (i == 3)
            a->ids[41] = (cell){.text = "a\0b", .size = 3};
        else if (i == 4)
            a->ids[41] = a->ids[40];
        else if (i == 5)
            a->ids[41].size = 0;
        else
            a->shapes[41].size = 20;
        assert_no_areas(a, &r, &columns, code[i], how[i]);
        free(a);
    }
}

static void columns_of_areas_must_be_there(void **state)
{
    (void)state;
    rng r = {3};
    static const char *const fewer[] = {"district", "region"};
    static const char *const how[] = {"communes has no column \"key\" for the id",
                                      "communes has no column \"title\" for the name",
                                      "communes has no column \"region\" for the parent",
                                      "\"geom\" for the id of the areas is neither text nor whole",
                                      "\"geom\" for the name of the areas is neither text",
                                      "need the table, an id",
                                      "need the table, an id"};
    atlas *a = make_atlas(&r, "u", "u");
    for (int i = 0; i < 7; i++) {
        cov_area_columns columns = area_columns();
        columns.id = i == 0 ? "key" : i == 3 ? "geom" : i == 5 ? NULL : columns.id;
        columns.name = i == 1 ? "title" : i == 4 ? "geom" : columns.name;
        columns.parents = i == 2 ? fewer : i == 6 ? NULL : levels;
        assert_no_areas(a, &r, &columns, i < 5 ? COV_ERR_INPUT : COV_ERR_ARGUMENT, how[i]);
    }
    free(a);
    cov_area_columns columns = area_columns();
    cov_areas *areas = NULL;
    cov_error err = {0};
    assert_fails(cov_areas_from_table(NULL, &columns, &areas, &err), &err, COV_ERR_ARGUMENT, "");
    cov_table *t = table_of(stream_of_rows(two_columns("code", "n")), NULL);
    assert_fails(cov_areas_from_table(t, &columns, &areas, &err), &err, COV_ERR_INPUT,
                 "no geometry column");
    cov_table_free(t);
}

static void areas_of_no_rows_are_refused(void **state)
{
    (void)state;
    rng r = {4};
    atlas *a = make_atlas(&r, "u", "u");
    script p = script_of_atlas(a, &r);
    script none = {.schema = p.batch[0]};
    for (size_t i = 1; i < p.n; i++)
        free_node(p.batch[i]);
    cov_table *t = table_of(stream_of(none), NULL);
    cov_area_columns columns = area_columns();
    cov_areas *areas = NULL;
    cov_error err = {0};
    assert_fails(cov_areas_from_table(t, &columns, &areas, &err), &err, COV_ERR_INPUT, "empty");
    cov_table_free(t);
    free(a);
}

/* ---------------------------------------------------------------- coordinate systems */

static cov_status push_in(const cov_areas *areas, const char *stated, cov_error *err)
{
    cov_tally *t = NULL;
    cell at = point_cell(0.05, 0.5);
    node *rows = rows_of(1, 0);
    add_child(rows, encode("z", "at", &at, 1, 0));
    char metadata[64];
    snprintf(metadata, sizeof metadata, "{\"crs\":\"%s\"}", stated != NULL ? stated : "");
    describe(rows->child[0], "geoarrow.wkb", metadata);
    struct ArrowArrayStream stream = stream_of_rows(rows);
    assert_int_equal(cov_tally_create(areas, NULL, 0, NULL, &t, NULL), COV_OK);
    cov_status s = cov_tally_push_arrow(t, &stream, NULL, NULL, NULL, NULL, err);
    cov_ledger l;
    cov_tally_ledger(t, &l);
    assert_int_equal(l.assigned.points, s == COV_OK);
    cov_tally_free(t);
    return s;
}

static void points_must_be_in_the_system_of_the_areas(void **state)
{
    (void)state;
    rng r = {5};
    atlas *a = make_atlas(&r, "u", "u");
    cov_areas *areas = expected_areas(a), *silent = NULL;
    cov_error err = {0};
    assert_int_equal(cov_areas_create(a->area, N, NULL, &silent, NULL), COV_OK);
    assert_int_equal(push_in(areas, "EPSG:3405", NULL), COV_OK);
    assert_int_equal(push_in(areas, NULL, NULL), COV_OK);
    assert_int_equal(push_in(silent, "EPSG:4326", NULL), COV_OK);
    assert_fails(push_in(areas, "EPSG:4326", &err), &err, COV_ERR_CRS, "EPSG:4326");
    cov_areas_free(areas);
    cov_areas_free(silent);
    free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tables_give_the_areas_of_arrays),
        TEST(cells_of_areas_are_refused),
        TEST(columns_of_areas_must_be_there),
        TEST(areas_of_no_rows_are_refused),
        TEST(points_must_be_in_the_system_of_the_areas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
