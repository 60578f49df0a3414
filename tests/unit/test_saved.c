/* Tallies as bytes: round trips, a file written by hand, and bytes nobody should trust.
 * SPDX-License-Identifier: MIT */
#include "engine.h"

#include "base/hash.h"
#include "engine/saved.h"
#include "engine/tally.h"

static cov_tally *some_tally(const country *c, rng *r, size_t n)
{
    household *h = random_households(r, n);
    forget_some(h, n, r);
    cov_tally *t = make_tally(c, scales[rng_below(r, N_SCALES)]);
    push(t, h, n);
    assert_int_equal(cov_tally_exclude(t, COV_EXCLUDE_DUPLICATE, 3, 4, NULL), COV_OK);
    free(h);
    return t;
}

/* A block of exactly these bytes, so that reading beyond them is noticed. */
static cov_status load(const cov_areas *areas, const unsigned char *at, size_t n, cov_tally **out,
                       cov_error *err)
{
    unsigned char *block = malloc(n > 0 ? n : 1);
    assert_non_null(block);
    memcpy(block, at, n);
    cov_status s = cov_tally_load(areas, block, n, out, err);
    free(block);
    return s;
}

static void assert_refused(const cov_areas *areas, bytes b, const char *text)
{
    cov_tally *t = NULL;
    cov_error err = {0};
    assert_fails(load(areas, b.at, b.n, &t, &err), &err, COV_ERR_FORMAT, text);
    assert_null(t);
}

/* ---------------------------------------------------------------- round trips */

static void what_is_saved_loads(void **state)
{
    (void)state;
    rng r = {1};
    country c = make_country(&r, 1), same = make_country(&r, 1);
    const size_t sizes[] = {0, 1, 100, 5000};
    for (size_t i = 0; i < 40; i++) {
        cov_tally *t = some_tally(&c, &r, sizes[i % 4]), *loaded = NULL;
        bytes b = save(t);
        assert_int_equal(load(same.areas, b.at, b.n, &loaded, NULL), COV_OK);
        assert_saves_as(loaded, b);
        assert_int_equal(cov_tally_scale(loaded), cov_tally_scale(t));
        assert_int_equal(cov_tally_services(loaded), N_SERVICES);
        assert_string_equal(cov_tally_service_name(loaded, 4), service_names[4]);
        cov_ledger x, y;
        cov_tally_ledger(t, &x);
        cov_tally_ledger(loaded, &y);
        assert_memory_equal(&x, &y, sizeof x);

        household h = {0.5, 0.5, 1, 0, 0};
        cov_points p = places_of(&h, 1);
        cov_error err;
        assert_fails(cov_tally_push(loaded, &p, &err), &err, COV_ERR_ARGUMENT, "loaded tally");
        assert_saves_as(loaded, b);
        free(b.at);
        cov_tally_free(t);
        cov_tally_free(loaded);
    }
    free_country(&same);
    free_country(&c);
}

static void a_buffer_too_small_is_not_touched(void **state)
{
    (void)state;
    rng r = {2};
    country c = make_country(&r, 1);
    cov_tally *t = some_tally(&c, &r, 50);
    size_t size = cov_tally_saved_size(t);
    unsigned char *b = blank(size + 4, 1);
    cov_error err;
    assert_fails(cov_tally_save(t, b, size - 1, &err), &err, COV_ERR_ARGUMENT, "bytes");
    for (size_t i = 0; i < size + 4; i++)
        assert_int_equal(b[i], 0);
    assert_int_equal(cov_tally_save(t, b, size + 4, NULL), COV_OK);
    assert_int_equal(b[size] | b[size + 1] | b[size + 2] | b[size + 3], 0);
    assert_fails(cov_tally_save(NULL, b, size, &err), &err, COV_ERR_ARGUMENT, "needs");
    assert_fails(cov_tally_save(t, NULL, size, &err), &err, COV_ERR_ARGUMENT, "needs");
    cov_tally *out = NULL;
    assert_fails(cov_tally_load(NULL, b, size, &out, &err), &err, COV_ERR_ARGUMENT, "needs");
    assert_fails(cov_tally_load(c.areas, NULL, size, &out, &err), &err, COV_ERR_ARGUMENT, "needs");
    assert_fails(cov_tally_load(c.areas, b, size, NULL, &err), &err, COV_ERR_ARGUMENT, "needs");
    assert_fails(cov_tally_load(c.areas, NULL, 0, &out, &err), &err, COV_ERR_FORMAT, "not a saved");
    free(b);
    cov_tally_free(t);
    free_country(&c);
}

/* ---------------------------------------------------------------- a file by hand */

static void append(bytes *b, const void *bytes_of, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_byte(b, ((const unsigned char *)bytes_of)[i]);
}

static void append_number(bytes *b, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_byte(b, (unsigned)(value >> (8 * i)) & 0xFF);
}

static void seal(bytes *b)
{
    append_number(b, cov_hash_bytes(COV_HASH_INIT, b->at, b->n), 8);
}

/* What a file says. The fields are those of format version 2. */
typedef struct file {
    uint64_t version, scale, fingerprint, n_cells, names_size, n_services, zero;
    uint64_t ledger[14];
    char names[512];
    cov_tally_cell cell[4];
    size_t cells_there;
    int64_t size_error;
} file;

static file small_file(const cov_areas *areas)
{
    file f = {.version = 2,
              .scale = 1,
              .fingerprint = cov_areas_fingerprint(areas),
              .n_cells = 4,
              .names_size = 17,
              .n_services = 2,
              /* read, assigned, outside, no location, duplicate, rejected, overlap */
              .ledger = {11, 111, 6, 60, 2, 20, 0, 0, 2, 21, 1, 10, 3, 30},
              .names = "fiber\0"
                       "4g/viettel",
              /* set, unknown, weight, area */
              .cell = {{3, 0, 10, 0}, {0, 0, 12, 2}, {0, 2, 8, 2}, {1, 2, 30, 2}},
              .cells_there = 4};
    return f;
}

static bytes write_file(const file *f)
{
    bytes b = {0};
    append(&b,
           "\x89"
           "COV\r\n\x1A\n",
           8);
    append_number(&b, f->version, 4);
    append_number(&b, f->scale, 4);
    append_number(
        &b, (uint64_t)((int64_t)(176 + f->names_size + 28 * f->cells_there) + f->size_error), 8);
    append_number(&b, f->fingerprint, 8);
    append_number(&b, f->n_cells, 8);
    append_number(&b, f->names_size, 8);
    append_number(&b, f->n_services, 4);
    append_number(&b, f->zero, 4);
    for (size_t i = 0; i < 14; i++)
        append_number(&b, f->ledger[i], 8);
    append(&b, f->names, f->names_size < sizeof f->names ? (size_t)f->names_size : 17);
    for (size_t i = 0; i < f->cells_there; i++) {
        append_number(&b, (uint32_t)f->cell[i].area, 4);
        append_number(&b, f->cell[i].set, 8);
        append_number(&b, f->cell[i].unknown, 8);
        append_number(&b, f->cell[i].weight, 8);
    }
    seal(&b);
    return b;
}

static void the_format_is_fixed(void **state)
{
    (void)state;
    rng r = {3};
    country c = make_country(&r, 1);
    file f = small_file(c.areas);
    bytes b = write_file(&f);
    cov_tally *t = NULL;
    assert_int_equal(load(c.areas, b.at, b.n, &t, NULL), COV_OK);
    assert_saves_as(t, b);
    assert_int_equal(t->cells.n, 4);
    assert_true(t->cells.cell[2].unknown == 2 && t->cells.cell[2].weight == 8);
    assert_true(t->ledger.overlap.weight == 30);
    cov_tally_free(t);
    free(b.at);
    free_country(&c);
}

/* ---------------------------------------------------------------- damage */

static void any_changed_byte_is_noticed(void **state)
{
    (void)state;
    rng r = {4};
    country c = make_country(&r, 1);
    cov_tally *t = some_tally(&c, &r, 40);
    bytes b = save(t);
    for (size_t i = 0; i < b.n; i++) {
        unsigned char was = b.at[i];
        for (unsigned change = 1; change < 256; change++) {
            b.at[i] = (unsigned char)(was ^ change);
            cov_tally *out = NULL;
            if (cov_tally_load(c.areas, b.at, b.n, &out, NULL) != COV_ERR_FORMAT)
                fail_msg("byte %zu changed by %u is not noticed", i, change);
            assert_null(out);
        }
        b.at[i] = was;
    }
    free(b.at);
    cov_tally_free(t);
    free_country(&c);
}

static void any_other_length_is_noticed(void **state)
{
    (void)state;
    rng r = {5};
    country c = make_country(&r, 1);
    cov_tally *t = some_tally(&c, &r, 200), *out = NULL;
    bytes b = save(t);
    cov_error err;
    for (size_t n = 0; n < b.n; n++) {
        assert_int_equal(load(c.areas, b.at, n, &out, &err), COV_ERR_FORMAT);
        assert_non_null(strstr(err.message, n == 0 ? "not a saved" : "ends in the middle"));
    }
    size_t size = b.n;
    for (size_t i = 0; i < 9; i++) {
        put_byte((b.capacity = b.n, &b), 0);
        assert_refused(c.areas, b, "bytes follow");
    }
    assert_true(b.n == size + 9);
    free(b.at);
    cov_tally_free(t);
    free_country(&c);
}

/* ---------------------------------------------------------------- lies under a right checksum */

static void expect_lie(const cov_areas *areas, const file *f, const char *text)
{
    bytes b = write_file(f);
    assert_refused(areas, b, text);
    free(b.at);
}

#define LIE(text, ...)                                                                             \
    do {                                                                                           \
        file f = small_file(c.areas);                                                              \
        __VA_ARGS__;                                                                               \
        expect_lie(c.areas, &f, text);                                                             \
    } while (0)

static void lies_about_the_whole(void **state)
{
    (void)state;
    rng r = {6};
    country c = make_country(&r, 1);
    LIE("newer libcov", f.version = 3);
    LIE("no such version", f.version = 1);
    LIE("no such version", f.version = 0);
    LIE("scale", f.scale = 0);
    LIE("scale", f.scale = 20);
    LIE("scale", f.scale = 999);
    LIE("scale", f.scale = UINT32_MAX);
    LIE("scale", f.zero = 1);
    LIE("ends in the middle", f.size_error = 1);
    LIE("bytes follow", f.size_error = -1);
    LIE("number of cells", f.n_cells = 5);
    LIE("number of cells", f.n_cells = 3);
    LIE("number of cells", f.n_cells = UINT64_MAX);
    LIE("number of cells", f.n_cells = UINT64_MAX / 28 + 5); /* times 28 it wraps */
    for (size_t i = 0; i < 14; i++)
        LIE("ledger", f.ledger[i] = UINT64_MAX);

    file f = small_file(c.areas);
    f.fingerprint++;
    bytes b = write_file(&f);
    cov_tally *t = NULL;
    cov_error err;
    assert_fails(load(c.areas, b.at, b.n, &t, &err), &err, COV_ERR_MISMATCH, "other areas");
    free(b.at);
    free_country(&c);
}

static void lies_about_services(void **state)
{
    (void)state;
    rng r = {7};
    country c = make_country(&r, 1);
    LIE("too many services", f.n_services = 65);
    LIE("too many services", f.n_services = UINT32_MAX);
    LIE("too many services", f.names_size = UINT64_MAX, f.size_error = 18);
    LIE("no end", f.n_services = 3);
    LIE("more names", f.n_services = 1, f.cell[0].set = 0);
    LIE("no end", f.names[16] = 'x');
    LIE("impossible name", memcpy(f.names, "\0abcd", 5), f.n_services = 3);
    LIE("impossible name", memcpy(f.names, "fi er", 5));
    LIE("impossible name", memcpy(f.names, "fib\xC3r", 5));
    LIE("impossible name", memcpy(f.names, "a\0b\0a", 5), f.n_services = 4);
    free_country(&c);
}

static void lies_about_cells(void **state)
{
    (void)state;
    rng r = {8};
    country c = make_country(&r, 1);
    LIE("area", f.cell[3].area = N_AREAS);
    LIE("area", f.cell[3].area = -1);
    LIE("area", f.cell[3].area = INT32_MIN);
    LIE("a service doesn't", f.cell[3].set = 4);
    LIE("a service doesn't", f.cell[3].set = UINT64_C(1) << 63);
    LIE("a service doesn't", f.cell[3].unknown = 4);
    LIE("a service doesn't", f.cell[3].unknown = UINT64_C(1) << 63);
    LIE("both reaches and is unknown", f.cell[3].unknown = 1);
    LIE("both reaches and is unknown", f.cell[0].unknown = 2);
    LIE("both reaches and is unknown", f.cell[3].unknown = 3);
    LIE("order", f.cell[3].set = 0);
    LIE("order", f.cell[3].set = 0, f.cell[3].unknown = 1);
    LIE("order", f.cell[2].unknown = 0); /* the same cell again */
    LIE("order", f.cell[1].unknown = 3);
    LIE("order", f.cell[1].area = 0);
    LIE("order", f.cell[0].area = 3);
    LIE("add up", f.cell[0].weight = 0, f.cell[1].weight = 22);
    LIE("add up", f.cell[3].weight = 29);
    LIE("add up", f.cell[3].weight = 31);
    LIE("add up", f.cell[3].weight = UINT64_MAX);
    /* a sum that is right but for 2^64 */
    LIE("add up", f.cell[0].weight = UINT64_MAX - 10, f.cell[1].weight = 33);
    free_country(&c);
}

/* Whatever the bytes, under a right checksum: refused, or the very bytes saving would write. */
static void random_damage_is_refused_or_canonical(void **state)
{
    (void)state;
    rng r = {9};
    country c = make_country(&r, 1);
    static const unsigned char spice[] = {0, 1, 2, 3, 28, 0x7F, 0x80, 0xFF};
    size_t accepted = 0;
    for (size_t round = 0; round < 30000; round++) {
        file f = small_file(c.areas);
        bytes b = write_file(&f);
        for (size_t k = 1 + rng_below(&r, 3); k > 0; k--) {
            size_t at = 8 + rng_below(&r, b.n - 16);
            if (at >= 24 && at < 32)
                continue; /* the fingerprint is another error */
            b.at[at] =
                rng_below(&r, 2) ? spice[rng_below(&r, sizeof spice)] : (unsigned char)rng_next(&r);
        }
        b.n -= 8;
        seal(&b);
        cov_tally *t = NULL;
        cov_status s = load(c.areas, b.at, b.n, &t, NULL);
        assert_true(s == COV_OK || s == COV_ERR_FORMAT);
        if (s == COV_OK) {
            accepted++;
            assert_saves_as(t, b);
        }
        cov_tally_free(t);
        free(b.at);
    }
    assert_true(accepted > 0);
    free_country(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_saved_loads),
        cmocka_unit_test(a_buffer_too_small_is_not_touched),
        cmocka_unit_test(the_format_is_fixed),
        cmocka_unit_test(any_changed_byte_is_noticed),
        cmocka_unit_test(any_other_length_is_noticed),
        cmocka_unit_test(lies_about_the_whole),
        cmocka_unit_test(lies_about_services),
        cmocka_unit_test(lies_about_cells),
        cmocka_unit_test(random_damage_is_refused_or_canonical),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
