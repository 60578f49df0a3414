/* Every allocation of the core fails in turn, once and for good: each call says so, gives back what
 * it took and leaves its outputs alone. SPDX-License-Identifier: MIT
 *
 * Linked with a copy of the library that takes its memory from heap.h. */
#include "heap.h"

#include "engine.h"

#include <cov/arrow.h>

#include "arrow/abi.h"
#include "engine/tally.h"
#include "geometry/fraction.h"
#include "geometry/validity.h"

/* ---------------------------------------------------------------- the calls */

/* What a call is given, and where it writes to. */
typedef struct desk {
    country *c;
    cov_area area[2];
    bytes wkb;
    cov_points points;
    int32_t *told; /* their areas */
    cov_service service[COV_SERVICES_MAX];
    cov_tally *tally; /* to be changed */
    cov_tally *other;
    bytes saved;
    cov_report *report;
    const void *shape[N_AREAS];
    size_t shape_size[N_AREAS];
    struct ArrowArrayStream stream;
    void *out;
} desk;

static cov_status create_areas(desk *d, cov_error *err)
{
    static const char *const levels[] = {"district", "province"};
    cov_areas_options options = COV_AREAS_OPTIONS_INIT;
    options.levels = levels;
    options.n_levels = 2;
    options.crs = "EPSG:4326";
    return cov_areas_create(d->area, 2, &options, (cov_areas **)&d->out, err);
}

static cov_status create_footprint(desk *d, cov_error *err)
{
    const void *wkb = d->wkb.at;
    return cov_footprint_polygons(&wkb, &d->wkb.n, 1, 1, (cov_footprint **)&d->out, err);
}

/* The box as a line, and as a barrier. */
static cov_status create_near(desk *d, cov_error *err)
{
    wkb_style style = {0};
    const spot v[] = {{0, 0}, {3, 0}, {3, 3}};
    bytes line = {0};
    put_head(&line, &style, 2);
    put_ring(&line, &style, v, 3);
    const void *wkb[] = {line.at, line.at}, *barrier = d->wkb.at;
    size_t sizes[] = {line.n, line.n};
    cov_near_options options = COV_NEAR_OPTIONS_INIT;
    options.metres = 50000;
    options.metres_per_unit = 0;
    options.barriers = &barrier;
    options.barrier_sizes = &d->wkb.n;
    options.n_barriers = 1;
    cov_status s = cov_footprint_near(wkb, sizes, 2, &options, (cov_footprint **)&d->out, err);
    free(line.at);
    return s;
}

static cov_status create_tally(desk *d, cov_error *err)
{
    return cov_tally_create(d->c->areas, d->service, 64, NULL, (cov_tally **)&d->out, err);
}

static cov_status push_points(desk *d, cov_error *err)
{
    return cov_tally_push(d->tally, &d->points, err);
}

static cov_status push_told(desk *d, cov_error *err)
{
    cov_points told = d->points;
    told.x = told.y = NULL;
    told.area = d->told;
    return cov_tally_push(d->tally, &told, err);
}

static cov_status merge(desk *d, cov_error *err)
{
    return cov_tally_merge(d->tally, d->other, err);
}

static cov_status load(desk *d, cov_error *err)
{
    return cov_tally_load(d->c->areas, d->saved.at, d->saved.n, (cov_tally **)&d->out, err);
}

static const cov_indicator indicators[] = {
    {NULL, "defaults()"},
    {NULL, "classes(s/1*)"},
    {"p", "profile(any(s/*), operators(s/*) != 3)"},
    {"best", "best(s/*)"},
    {"a", "s/1 | s/2 | s/3 & !s/4 | (s/5 & s/6) | any(s/1*) | all(s/2*) | count(s/3?) != 3"},
    {NULL, "s/1 | s/2 | s/3 | s/4 | s/5 | s/6 | s/7 | s/8 | s/9 | s/10 | s/11 | s/12 | s/13"}};

#define N_INDICATORS (sizeof indicators / sizeof indicators[0])

static cov_status check_indicators(desk *d, cov_error *err)
{
    return cov_indicators_check(indicators, N_INDICATORS, d->service, 64, err);
}

/* Of the small tally: many allocations are tried, and none depends on the number of its cells. */
static cov_status report(desk *d, cov_error *err)
{
    return cov_report_create(d->tally, indicators, N_INDICATORS, (cov_report **)&d->out, err);
}

static cov_status check_tiers(desk *d, cov_error *err)
{
    static const char *const tiers[] = {"any(s/*)", "any(s/1, s/2) & s/3 & any(s/3, s/4) & s/5"};
    return cov_tiers_check(d->other, tiers, 2, err);
}

static cov_status report_defaults(desk *d, cov_error *err)
{
    return cov_report_create(d->tally, NULL, 0, (cov_report **)&d->out, err);
}

/* With a geometry and a name that is taken. */
static cov_status export(desk *d, cov_error *err)
{
    static struct ArrowArrayStream stream;
    cov_report_arrow options = COV_REPORT_ARROW_INIT;
    options.measure = "geometry";
    options.wkb = d->shape;
    options.wkb_sizes = d->shape_size;
    options.crs = "EPSG:\"4326\"";
    stream.release = NULL;
    cov_status s = cov_report_to_arrow(d->report, &options, &stream, err);
    if (s == COV_OK)
        d->out = &stream;
    else
        assert_null(stream.release);
    return s;
}

/* The description is made on request, and the request can be made again. */
static cov_status describe(desk *d, cov_error *err)
{
    struct ArrowSchema schema = {0};
    if (d->stream.get_schema(&d->stream, &schema) == 0) {
        assert_null(d->stream.get_last_error(&d->stream));
        schema.release(&schema);
        return COV_OK;
    }
    assert_null(schema.release);
    assert_non_null(d->stream.get_last_error(&d->stream));
    return cov_fail_memory(err);
}

static cov_status share_cells(desk *d, cov_error *err)
{
    cov_rings rings = COV_RINGS_INIT;
    cov_fraction *f = NULL;
    const cov_strip *strip = NULL;
    size_t n = 0;
    cov_status s = cov_rings_add(&rings, d->wkb.at, d->wkb.n, 0, err);
    if (s == COV_OK)
        s = cov_fraction_create(&rings, false, 4, 4, &f, err);
    for (size_t row = 0; row < 4 && s == COV_OK; row++)
        s = cov_fraction_row(f, row, &strip, &n, err);
    cov_fraction_free(f);
    cov_rings_clear(&rings);
    return s;
}

/* Without memory nothing is proved. */
static cov_status prove(desk *d, cov_error *err)
{
    return cov_validity_proved(d->wkb.at, d->wkb.n) ? COV_OK : cov_fail_memory(err);
}

static void free_areas(void *out)
{
    cov_areas_free(out);
}

static void free_footprint(void *out)
{
    cov_footprint_free(out);
}

static void free_tally(void *out)
{
    cov_tally_free(out);
}

static void free_nothing(void *out)
{
    (void)out;
}

static void free_report(void *out)
{
    cov_report_free(out);
}

static void free_stream(void *out)
{
    struct ArrowArrayStream *stream = out;
    stream->release(stream);
}

/* ---------------------------------------------------------------- the desk */

static cov_tally *tally_of_64(desk *d)
{
    cov_tally *t = NULL;
    assert_int_equal(cov_tally_create(d->c->areas, d->service, 64, NULL, &t, NULL), COV_OK);
    return t;
}

static void free_desk(desk *d)
{
    d->stream.release(&d->stream);
    cov_report_free(d->report);
    cov_tally_free(d->tally);
    cov_tally_free(d->other);
    free(d->wkb.at);
    free(d->saved.at);
}

/* One try, on a tally of its own that holds some points already. True while the call still asks for
 * as many allocations. */
static bool try_once(const desk *model, const household *h, size_t fail_at,
                     cov_status (*call)(desk *, cov_error *), void (*free_out)(void *))
{
    desk d = *model;
    d.tally = tally_of_64(&d);
    push(d.tally, h, 10);
    d.out = &d;
    bytes before = save(d.tally);
    size_t alive = heap.alive;
    cov_error err;
    heap.asked = 0;
    heap.fail_at = fail_at;
    cov_status s = call(&d, &err);
    bool hit = heap.asked >= fail_at;
    heap.fail_at = 0;
    if (s != COV_OK) {
        assert_true(hit);
        assert_fails(s, &err, COV_ERR_MEMORY, "out of memory");
        assert_ptr_equal(d.out, &d);
        assert_saves_as(d.tally, before);
        if (free_out != NULL) /* a push may keep what its scratch has grown to */
            assert_int_equal(heap.alive, alive);
        assert_int_equal(call(&d, NULL), COV_OK); /* a failed call can be made again */
    }
    if (free_out != NULL && d.out != &d)
        free_out(d.out);
    if (free_out != NULL)
        assert_int_equal(heap.alive, alive);
    free(before.at);
    cov_tally_free(d.tally);
    return hit;
}

static void every_allocation_fails_in_turn(void **state)
{
    (void)state;
    rng r = {1};
    size_t n = 9000;
    country c = make_country(&r, 1);
    const char *const parents[] = {"d", NULL};
    const double box[4] = {0, 0, 3, 3};
    desk d = {.c = &c, .wkb = box_wkb(box)};
    d.area[0] = (cov_area){"a", "A", parents, d.wkb.at, d.wkb.n};
    d.area[1] = (cov_area){"b", NULL, NULL, d.wkb.at, d.wkb.n};
    char name[64][8];
    for (size_t k = 0; k < 64; k++) {
        snprintf(name[k], sizeof name[k], "s/%zu", k);
        d.service[k] = (cov_service){name[k], NULL};
    }
    household *h = random_households(&r, n);
    for (size_t i = 0; i < n; i++) {
        h[i].served = rng_next(&r);
        h[i].unknown = rng_next(&r);
    }
    batch b = make_batch(h, n);
    d.points = b.points;
    d.told = blank(n, sizeof *d.told);
    assert_int_equal(cov_areas_locate(c.areas, &d.points, d.told, NULL, NULL), COV_OK);
    d.other = tally_of_64(&d);
    push(d.other, h, n);
    d.saved = save(d.other);
    assert_int_equal(cov_report_create(d.other, &indicators[4], 1, &d.report, NULL), COV_OK);
    for (size_t i = 0; i < N_AREAS; i++) {
        d.shape[i] = d.wkb.at;
        d.shape_size[i] = d.wkb.n;
    }
    assert_int_equal(export(&d, NULL), COV_OK);
    d.stream = *(struct ArrowArrayStream *)d.out;

    const struct {
        cov_status (*call)(desk *, cov_error *);
        void (*free_out)(void *);
    } calls[] = {{create_areas, free_areas},
                 {create_footprint, free_footprint},
                 {create_near, free_footprint},
                 {create_tally, free_tally},
                 {push_points, NULL},
                 {push_told, NULL},
                 {merge, NULL},
                 {load, free_tally},
                 {check_indicators, free_nothing},
                 {check_tiers, free_nothing},
                 {report, free_report},
                 {report_defaults, free_report},
                 {export, free_stream},
                 {describe, free_nothing},
                 {share_cells, free_nothing},
                 {prove, free_nothing}};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        for (unsigned for_good = 0; for_good < 2; for_good++) {
            size_t fail_at = 1;
            heap.for_good = for_good;
            while (try_once(&d, h, fail_at, calls[i].call, calls[i].free_out))
                fail_at++;
            assert_true(fail_at > 1);
        }
    }
    free(d.told);
    free_desk(&d);
    free_batch(&b);
    free(h);
    free_country(&c);
    assert_int_equal(heap.alive, 0);
}

/* A batch like the last one, and saving, take no memory. */
static void the_hot_path_takes_no_memory(void **state)
{
    (void)state;
    rng r = {2};
    country c = make_country(&r, 1);
    household *h = random_households(&r, 9000);
    forget_some(h, 9000, &r);
    cov_tally *t = make_tally(&c, 1);
    push(t, h, 9000);
    heap.asked = 0;
    push(t, h, 9000);
    bytes b = save(t);
    assert_int_equal(heap.asked, 0);
    free(b.at);
    cov_tally_free(t);
    free(h);
    free_country(&c);
    assert_int_equal(heap.alive, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_fails_in_turn),
        cmocka_unit_test(the_hot_path_takes_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
