/* Exports of a report: each cell of the stream against the report, the stream by the rules of
 * Arrow. SPDX-License-Identifier: MIT */
#include "engine.h"

#include <cov/arrow.h>

#include "arrow_reader.h"
#include "asked.h"

#define NAME_KEY "ARROW:extension:name"
#define METADATA_KEY "ARROW:extension:metadata"
#define N_ROWS (N_AREAS + 4 + 3 + 1)

static const cov_indicator indicators[] = {{"mobile", "any(4g/*, 5g)"}, {"fiber", "fiber"}};

/* Columns of every report of this file. */
enum { ID, NAME, DISTRICT, PROVINCE, LEVEL, COUNT, MOBILE, MOBILE_PCT, FIBER, FIBER_PCT, UNKNOWN };
#define N_COLUMNS 11
static const char *const names[N_COLUMNS] = {"id",      "name",       "district",     "province",
                                             "level",   "households", "mobile_n",     "mobile_pct",
                                             "fiber_n", "fiber_pct",  "fiber_unknown"};

typedef struct scene {
    country c;
    cov_tally *tally;
    cov_report *report;
    cov_report_arrow options;
    cov_error err;
} scene;

static void build(scene *s, uint32_t scale)
{
    rng r = {scale};
    s->c = make_country(&r, 1);
    s->tally = make_tally(&s->c, scale);
    household *h = random_households(&r, 500);
    for (size_t i = 0; i < 500; i++)
        h[i].y = h[i].y < 2 ? h[i].y + 3 : h[i].y; /* two rows of areas without any */
    forget_some(h, 500, &r);
    push(s->tally, h, 500);
    free(h);
    assert_int_equal(cov_report_create(s->tally, indicators, 2, &s->report, NULL), COV_OK);
    s->options = (cov_report_arrow)COV_REPORT_ARROW_INIT;
}

static int setup(void **state)
{
    scene *s = blank(1, sizeof *s);
    build(s, 1);
    *state = s;
    return 0;
}

static void clear(scene *s)
{
    cov_report_free(s->report);
    cov_tally_free(s->tally);
    free_country(&s->c);
}

static int teardown(void **state)
{
    clear(*state);
    free(*state);
    return 0;
}

static struct ArrowArrayStream export(scene *s)
{
    struct ArrowArrayStream stream = {0};
    if (cov_report_to_arrow(s->report, &s->options, &stream, &s->err) != COV_OK)
        fail_msg("%s", s->err.message);
    assert_non_null(stream.release);
    return stream;
}

static flow export_and_read(scene *s)
{
    struct ArrowArrayStream stream = export(s);
    return flow_read(&stream);
}

/* That it fails in this way, and gives out nothing. */
static void assert_refused(scene *s, cov_status code, const char *text)
{
    struct ArrowArrayStream stream = {.private_data = s};
    cov_status got = cov_report_to_arrow(s->report, &s->options, &stream, &s->err);
    assert_fails(got, &s->err, code, text);
    assert_ptr_equal(stream.private_data, s);
    assert_null(stream.release);
}

/* ---------------------------------------------------------------- cells */

static void assert_texts(const scene *s, const flow *f, size_t i, const cov_row *row)
{
    const char *parent[2] = {NULL, NULL}, *level[] = {"area", "district", "province", "total"};
    for (size_t k = 0; k < 2 && row->level < 3; k++)
        parent[k] = row->level <= k + 1 ? cov_areas_parent(s->c.areas, (size_t)row->area, k) : NULL;
    assert_flow_text(f, ID, i, row->level == 0 ? row->id : NULL);
    assert_flow_text(f, NAME, i, row->level == 0 ? row->name : NULL);
    assert_flow_text(f, DISTRICT, i, parent[0]);
    assert_flow_text(f, PROVINCE, i, parent[1]);
    assert_flow_text(f, LEVEL, i, level[row->level]);
}

static void assert_count(const flow *f, size_t column, size_t row, uint64_t units, uint32_t scale)
{
    if (scale == 1)
        assert_true(flow_whole(f, column, row) == (int64_t)units);
    else
        assert_true(flow_real(f, column, row) == (double)units / scale);
}

static void assert_share(const scene *s, const flow *f, size_t i, size_t indicator, uint32_t scale)
{
    size_t count = indicator == 0 ? MOBILE : FIBER, percent = count + 1;
    cov_share share;
    assert_int_equal(cov_report_share(s->report, i, indicator, &share, NULL), COV_OK);
    int64_t places = cov_percent(share.n, share.of, 4);
    assert_count(f, count, i, share.n, scale);
    if (places < 0)
        assert_true(flow_is_null(f, percent, i));
    else
        assert_true(flow_real(f, percent, i) == (double)places / 10000);
    if (indicator == 1)
        assert_count(f, UNKNOWN, i, share.unknown, scale);
}

static void every_cell_is_the_reports(void **state)
{
    static const uint32_t tried[] = {1, 1000};
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        scene s = {0};
        build(&s, tried[k]);
        flow f = export_and_read(&s);
        assert_int_equal(f.rows.length, cov_report_rows(s.report));
        assert_int_equal(f.rows.n_children, N_COLUMNS);
        for (size_t i = 0; i < N_COLUMNS; i++) {
            assert_string_equal(flow_name(&f, i), names[i]);
            assert_null(f.schema.children[i]->metadata);
        }
        size_t without = 0;
        for (size_t i = 0; i < (size_t)f.rows.length; i++) {
            cov_row row;
            assert_int_equal(cov_report_row(s.report, i, &row, NULL), COV_OK);
            assert_texts(&s, &f, i, &row);
            assert_count(&f, COUNT, i, row.households, tried[k]);
            assert_share(&s, &f, i, 0, tried[k]);
            assert_share(&s, &f, i, 1, tried[k]);
            without += row.households == 0;
        }
        assert_true(without >= 2 * SIDE); /* there were nulls among the percentages */
        assert_true(f.rows.children[MOBILE_PCT]->null_count >= 2 * SIDE);
        assert_null(f.rows.children[LEVEL]->buffers[0]);
        assert_null(f.rows.children[COUNT]->buffers[0]);
        clear(&s); /* the stream owns what it holds */
        assert_flow_text(&f, LEVEL, (size_t)f.rows.length - 1, "total");
        flow_release(&f);
    }
}

static void names_are_the_callers(void **state)
{
    scene *s = *state;
    s->options.id_column = "ma_xa";
    s->options.name_column = "tên xã";
    s->options.measure = "persons";
    flow f = export_and_read(s);
    assert_string_equal(flow_name(&f, ID), "ma_xa");
    assert_string_equal(flow_name(&f, NAME), "tên xã");
    assert_string_equal(flow_name(&f, COUNT), "persons");
    assert_string_equal(flow_name(&f, MOBILE), "mobile_n");
    flow_release(&f);
}

/* Areas without names, levels, households: what is left. */
static void the_least_there_is(void **state)
{
    (void)state;
    const double box[4] = {0, 0, 1, 1};
    bytes wkb = box_wkb(box);
    const cov_area area = {"a", NULL, NULL, wkb.at, wkb.n};
    const cov_service fiber = {"fiber", NULL};
    scene s = {.options = COV_REPORT_ARROW_INIT};
    cov_areas *areas = NULL;
    assert_int_equal(cov_areas_create(&area, 1, NULL, &areas, NULL), COV_OK);
    assert_int_equal(cov_tally_create(areas, &fiber, 1, NULL, &s.tally, NULL), COV_OK);
    assert_int_equal(cov_report_create(s.tally, &indicators[1], 1, &s.report, NULL), COV_OK);
    s.options.name_column = "name"; /* nobody has one */
    flow f = export_and_read(&s);
    static const char *const wanted[] = {"id", "level", "households", "fiber_n", "fiber_pct"};
    assert_int_equal(f.rows.n_children, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(flow_name(&f, i), wanted[i]);
    assert_int_equal(f.rows.length, 2);
    assert_flow_text(&f, 0, 0, "a");
    assert_flow_text(&f, 0, 1, NULL);
    assert_int_equal(flow_whole(&f, 2, 0), 0);
    assert_true(flow_is_null(&f, 4, 0) && flow_is_null(&f, 4, 1));
    flow_release(&f);
    struct ArrowArrayStream stream = {0};
    assert_int_equal(cov_report_to_arrow(s.report, NULL, &stream, NULL), COV_OK);
    stream.release(&stream);
    cov_report_free(s.report);
    cov_tally_free(s.tally);
    cov_areas_free(areas);
    free(wkb.at);
}

/* ---------------------------------------------------------------- geometry */

static const char *const crs_cases[][2] = {
    {NULL, "{}"},
    {"", "{}"},
    {"EPSG:3405", "{\"crs\":\"EPSG:3405\"}"},
    {"{\"type\":\"ProjectedCRS\",\"name\":\"x\"}",
     "{\"crs\":{\"type\":\"ProjectedCRS\",\"name\":\"x\"}}"},
    {"GEOGCRS[\"a\\b\",\n\tPRIMEM[\"Kinh tuyến\"]]\x1f",
     "{\"crs\":\"GEOGCRS[\\\"a\\\\b\\\",\\u000a\\u0009PRIMEM[\\\"Kinh tuyến\\\"]]\\u001f\"}"},
};

static void geometry_stands_last(void **state)
{
    scene *s = *state;
    bytes wkb[N_AREAS] = {{0}};
    const void *at[N_AREAS];
    size_t sizes[N_AREAS];
    for (size_t i = 0; i < N_AREAS; i++) {
        const double box[4] = {(double)i, 0, (double)i + 1, 1};
        wkb[i] = box_wkb(box);
        at[i] = i == 5 ? NULL : wkb[i].at;
        sizes[i] = i == 5 || i == 7 ? 0 : wkb[i].n;
    }
    s->options.wkb = at;
    s->options.wkb_sizes = sizes;
    for (size_t k = 0; k < sizeof crs_cases / sizeof crs_cases[0]; k++) {
        s->options.crs = crs_cases[k][0];
        flow f = export_and_read(s);
        assert_int_equal(f.rows.n_children, N_COLUMNS + 1);
        assert_string_equal(flow_name(&f, N_COLUMNS), "geometry");
        assert_flow_metadata(&f, N_COLUMNS, NAME_KEY, "geoarrow.wkb");
        assert_flow_metadata(&f, N_COLUMNS, METADATA_KEY, crs_cases[k][1]);
        for (size_t i = 0; i < (size_t)f.rows.length; i++) {
            int has = i < N_AREAS && sizes[i] > 0;
            assert_flow_bytes(&f, N_COLUMNS, i, "z", has ? at[i] : NULL, has ? sizes[i] : 0);
        }
        flow_release(&f);
    }
    s->options.crs = "\xff";
    assert_refused(s, COV_ERR_CRS, "is not UTF-8");
    s->options.wkb_sizes = NULL;
    assert_refused(s, COV_ERR_ARGUMENT, "wkb_sizes");
    s->options.wkb = NULL; /* then there is nothing the system is of */
    flow f = export_and_read(s);
    assert_int_equal(f.rows.n_children, N_COLUMNS);
    flow_release(&f);
    for (size_t i = 0; i < N_AREAS; i++)
        free(wkb[i].at);
}

static void geometry_takes_a_free_name(void **state)
{
    scene *s = *state;
    const void *at[N_AREAS] = {NULL};
    const size_t sizes[N_AREAS] = {0};
    s->options.wkb = at;
    s->options.wkb_sizes = sizes;
    s->options.id_column = "geometry_";
    s->options.name_column = "GEOMETRY";
    flow f = export_and_read(s);
    assert_string_equal(flow_name(&f, N_COLUMNS), "geometry__");
    assert_int_equal(f.rows.children[N_COLUMNS]->null_count, f.rows.length);
    flow_release(&f);
}

/* What is given out is what tables take. */
static void a_table_takes_it_back(void **state)
{
    scene *s = *state;
    const double box[4] = {0, 0, 1, 1};
    bytes wkb = box_wkb(box);
    const void *at[N_AREAS], *shape[N_ROWS + 10];
    size_t sizes[N_AREAS], size[N_ROWS + 10];
    for (size_t i = 0; i < N_AREAS; i++) {
        at[i] = wkb.at;
        sizes[i] = wkb.n;
    }
    s->options.wkb = at;
    s->options.wkb_sizes = sizes;
    s->options.crs = "EPSG:3405";
    struct ArrowArrayStream stream = export(s);
    cov_table *table = NULL;
    if (cov_table_create(&stream, NULL, &table, &s->err) != COV_OK)
        fail_msg("%s", s->err.message);
    size_t n = cov_table_rows(table);
    assert_int_equal(n, cov_report_rows(s->report));
    assert_true(n <= N_ROWS + 10);
    assert_string_equal(cov_table_crs(table), "EPSG:3405");
    assert_string_equal(cov_table_geometry(table), "geometry");
    assert_int_equal(cov_table_shapes(table, shape, size, &s->err), COV_OK);
    for (size_t i = 0; i < n; i++) {
        const char *text;
        size_t length;
        cov_row row;
        assert_int_equal(cov_report_row(s->report, i, &row, NULL), COV_OK);
        assert_int_equal(cov_table_text(table, i, "id", &text, &length, &s->err), COV_OK);
        assert_true((text == NULL) == (row.level > 0));
        if (text != NULL)
            assert_true(length == strlen(row.id) && memcmp(text, row.id, length) == 0);
        assert_int_equal(size[i], row.level == 0 ? wkb.n : 0);
    }
    cov_table_free(table);
    free(wkb.at);
}

/* ---------------------------------------------------------------- the stream */

/* In any order, and what was moved away lives on. */
static void each_part_is_released_by_itself(void **state)
{
    scene *s = *state;
    struct ArrowArrayStream stream = export(s);
    struct ArrowSchema first, second, column;
    struct ArrowArray rows, cells;
    assert_int_equal(stream.get_schema(&stream, &first), 0);
    assert_int_equal(stream.get_schema(&stream, &second), 0);
    first.release(&first);
    assert_null(first.release);
    assert_int_equal(stream.get_next(&stream, &rows), 0);
    assert_int_equal(stream.get_schema(&stream, &first), 0);
    stream.release(&stream);
    assert_string_equal(second.children[LEVEL]->name, "level");
    column = *second.children[LEVEL];
    second.children[LEVEL]->release = NULL;
    second.release(&second);
    cells = *rows.children[LEVEL];
    rows.children[LEVEL]->release = NULL;
    rows.release(&rows);
    assert_string_equal(column.name, "level");
    assert_memory_equal(cells.buffers[2], "area", 4);
    column.release(&column);
    cells.release(&cells);
    assert_string_equal(first.children[COUNT]->format, "l");
    first.release(&first);
}

static void a_stream_that_nobody_reads(void **state)
{
    struct ArrowArrayStream stream = export(*state);
    stream.release(&stream);
    assert_null(stream.release);
}

/* ---------------------------------------------------------------- what is refused */

static void arguments_are_checked(void **state)
{
    scene *s = *state;
    struct ArrowArrayStream stream = {0};
    assert_int_equal(cov_report_to_arrow(NULL, NULL, &stream, NULL), COV_ERR_ARGUMENT);
    assert_int_equal(cov_report_to_arrow(s->report, NULL, NULL, NULL), COV_ERR_ARGUMENT);
    s->options.size = 3;
    assert_refused(s, COV_ERR_ARGUMENT, "COV_REPORT_ARROW_INIT");
    s->options.size = sizeof s->options;
    s->options.id_column = "Fiber_N";
    assert_refused(s, COV_ERR_ARGUMENT, "two columns of the result would be called \"fiber_n\"");
    s->options.id_column = "m\xe3";
    assert_refused(s, COV_ERR_INPUT, "is not UTF-8");
}

static void numbers_that_do_not_fit(void **state)
{
    (void)state;
    const cov_service fiber[] = {{"fiber", NULL}};
    rng r = {1};
    for (unsigned more = 0; more < 2; more++) {
        scene s = {.options = COV_REPORT_ARROW_INIT, .c = make_country(&r, 1)};
        s.tally = asked_tally(s.c.areas, fiber, 1, 1);
        asked_add(s.tally, 0, 1, 0, (uint64_t)INT64_MAX - 1);
        asked_add(s.tally, 1, 0, 0, 1 + more);
        assert_int_equal(cov_report_create(s.tally, &indicators[1], 1, &s.report, NULL), COV_OK);
        if (more) {
            assert_refused(&s, COV_ERR_LIMIT, "\"households\" is more than");
        } else {
            flow f = export_and_read(&s);
            assert_true(flow_whole(&f, COUNT, (size_t)f.rows.length - 1) == INT64_MAX);
            flow_release(&f);
        }
        clear(&s);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_is_the_reports),
        TEST(names_are_the_callers),
        cmocka_unit_test(the_least_there_is),
        TEST(geometry_stands_last),
        TEST(geometry_takes_a_free_name),
        TEST(a_table_takes_it_back),
        TEST(each_part_is_released_by_itself),
        TEST(a_stream_that_nobody_reads),
        TEST(arguments_are_checked),
        cmocka_unit_test(numbers_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
