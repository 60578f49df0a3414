/* Parts as files nobody should trust: changed, cut, with lengths and heads that lie.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "parts.h"

#include <cpl_conv.h>

#include "base/hash.h"
#include "base/mem.h"
#include "io/part.h"

static void write_file(const char *path, const unsigned char *at, size_t n)
{
    unlink(path); /* a file that is cut to nothing and written anew is flushed to disk */
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(at, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* The checksum of what is there now. */
static void seal(file *b)
{
    uint64_t sum = cov_hash_bytes(COV_HASH_INIT, b->at, b->n - COV_PART_CHECKSUM);
    for (size_t i = 0; i < 8; i++)
        b->at[b->n - COV_PART_CHECKSUM + i] = (unsigned char)(sum >> (8 * i));
}

static void put_number(file *b, size_t at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        b->at[at + i] = (unsigned char)(value >> (8 * i));
}

static uint64_t number_at(const file *b, size_t at)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++)
        value |= (uint64_t)b->at[at + i] << (8 * i);
    return value;
}

static file small_part(void)
{
    plan p;
    save_job(plan_of(&p, share_path[0]), part_path[0]);
    return read_file(part_path[0]);
}

static cov_status try_merge(const char *path, cov_error *err)
{
    cov_run *run = NULL;
    cov_status s = cov_run_merge(&path, 1, NULL, &run, err);
    cov_run_free(run);
    return s;
}

static void any_changed_byte_is_noticed(void **state)
{
    (void)state;
    static const unsigned char change[] = {0x01, 0x80, 0xFF};
    file b = small_part();
    for (size_t i = 0; i < b.n; i++) {
        for (size_t k = 0; k < sizeof change; k++) {
            cov_error err = {COV_OK, ""};
            b.at[i] = (unsigned char)(b.at[i] ^ change[k]);
            write_file(other_path, b.at, b.n);
            if (try_merge(other_path, &err) != COV_ERR_FORMAT)
                fail_msg("byte %zu: %s", i, err.message);
            assert_non_null(strstr(err.message, "other.cov"));
            b.at[i] = (unsigned char)(b.at[i] ^ change[k]);
        }
    }
    free(b.at);
}

static void any_cut_is_noticed(void **state)
{
    (void)state;
    file b = small_part();
    for (size_t n = 0; n < b.n; n++) {
        cov_error err = {COV_OK, ""};
        write_file(other_path, b.at, n);
        if (try_merge(other_path, &err) != COV_ERR_FORMAT)
            fail_msg("%zu bytes: %s", n, err.message);
    }
    b.at[b.n] = 0;
    write_file(other_path, b.at, b.n + 1);
    assert_int_equal(try_merge(other_path, NULL), COV_ERR_FORMAT);
    free(b.at);
}

/* Under a checksum that is right: what is then accepted must not do harm, nor anything else. */
static void sealed_lies_do_no_harm(void **state)
{
    (void)state;
    static const unsigned char change[] = {0x01, 0x20, 0xFF};
    file b = small_part();
    for (size_t i = 0; i + COV_PART_CHECKSUM < b.n; i++) {
        for (size_t k = 0; k < sizeof change; k++) {
            cov_error err = {COV_OK, ""};
            b.at[i] = (unsigned char)(b.at[i] ^ change[k]);
            seal(&b);
            write_file(other_path, b.at, b.n);
            cov_status s = try_merge(other_path, &err);
            /* names of columns, expressions and tiers may be others now */
            if (s != COV_OK && s != COV_ERR_FORMAT && s != COV_ERR_EXPRESSION &&
                s != COV_ERR_ARGUMENT && s != COV_ERR_TIERS)
                fail_msg("byte %zu: %s: %s", i, cov_status_name(s), err.message);
            b.at[i] = (unsigned char)(b.at[i] ^ change[k]);
        }
    }
    free(b.at);
}

static void lengths_that_lie(void **state)
{
    (void)state;
    static const uint64_t lie[] = {
        0, 1, 7, 0x7FFFFFFF, UINT64_C(0xFFFFFFFF), INT64_MAX, UINT64_MAX - 7, UINT64_MAX};
    file b = small_part();
    uint64_t head = number_at(&b, 32), areas = number_at(&b, 40);
    const size_t places[] = {24, 32, 40, 48, COV_PART_HEADER + (size_t)(head + areas)};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        uint64_t truth = number_at(&b, places[i]);
        for (size_t k = 0; k < sizeof lie / sizeof lie[0]; k++) {
            cov_error err = {COV_OK, ""};
            put_number(&b, places[i], lie[k], 8);
            seal(&b);
            write_file(other_path, b.at, b.n);
            if (try_merge(other_path, &err) != COV_ERR_FORMAT)
                fail_msg("place %zu, %llu: %s", places[i], (unsigned long long)lie[k], err.message);
        }
        put_number(&b, places[i], truth, 8);
    }
    for (uint32_t bases = 0; bases < 40; bases++) {
        put_number(&b, 20, bases, 4);
        seal(&b);
        write_file(other_path, b.at, b.n);
        assert_int_equal(try_merge(other_path, NULL), bases == 2 ? COV_OK : COV_ERR_FORMAT);
    }
    free(b.at);
}

static void expect_damaged(file *b)
{
    cov_error err = {COV_OK, ""};
    seal(b);
    write_file(other_path, b->at, b->n);
    assert_int_equal(try_merge(other_path, &err), COV_ERR_FORMAT);
    assert_non_null(strstr(err.message, "damaged"));
}

/* `n` bytes more at a place, of which the sizes of the file and of its areas may know. */
static void expect_no_room(const file *b, size_t at, size_t n, int of_areas)
{
    file c = {calloc(1, b->n + n + 1), b->n + n};
    assert_non_null(c.at);
    memcpy(c.at, b->at, at);
    memcpy(c.at + at + n, b->at + at, b->n - at);
    put_number(&c, 24, c.n, 8);
    put_number(&c, 40, number_at(b, 40) + (of_areas ? n : 0), 8);
    expect_damaged(&c);
    free(c.at);
}

static void sections_hold_nothing_else(void **state)
{
    (void)state;
    file b = small_part();
    size_t areas = COV_PART_HEADER + (size_t)number_at(&b, 32);
    size_t tallies = areas + (size_t)number_at(&b, 40);
    for (size_t n = 1; n <= 24; n++) {
        expect_no_room(&b, b.n - COV_PART_CHECKSUM, n, 0);
        expect_no_room(&b, tallies, n, 1);
    }
    free(b.at);
}

/* Their shapes would be those of others; the fingerprint doesn't depend on the order. */
static void areas_out_of_order(void **state)
{
    (void)state;
    file b = small_part();
    size_t first = COV_PART_HEADER + (size_t)number_at(&b, 32);
    size_t n = (size_t)number_at(&b, 40) / 4; /* all four are of one size */
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = b.at[first + i];
        b.at[first + i] = b.at[first + n + i];
        b.at[first + n + i] = byte;
    }
    expect_damaged(&b);
    free(b.at);
}

/* Shapes that no index is made of: the areas of the run are those in the other plane. */
static void shapes_that_are_none(void **state)
{
    (void)state;
    plan p;
    char *metres = folder_write(&here, "metres.geojson", metres_text);
    cov_job *job = plan_of(&p, whole_path);
    job->areas.path = metres;
    save_job(job, part_path[0]);
    file b = read_file(part_path[0]);
    /* id "01", no name, parent "A", size of the shape, byte order, type */
    size_t shape = COV_PART_HEADER + (size_t)number_at(&b, 32) + 6 + 4 + 5 + 8;
    assert_int_equal(b.at[shape], 1);
    assert_int_equal(b.at[shape + 1], 3);
    b.at[shape + 1] = 2;
    expect_damaged(&b);
    b.at[shape + 1] = 99;
    expect_damaged(&b);
    free(b.at);
    free(metres);
}

/* No one form gives every system back as files state it. */
static void systems_come_back_as_they_were(void **state)
{
    (void)state;
    static const char *const systems[] = {
        "EPSG:4326",
        "EPSG:3405",
        "EPSG:9210",
        "EPSG:32648",
        "OGC:CRS84",
        "+proj=utm +zone=48 +ellps=WGS84 +towgs84=-191.9,-39.3,-111.5,0,0,0,0",
        "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,"
        "298.257223563]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]"};
    static const char *const options[] = {"FORMAT=WKT2_2019", NULL};
    for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
        cov_area_layer layer = {.label = (char *)(uintptr_t)systems[i]};
        OGRSpatialReferenceH again = NULL;
        char *text = NULL, *a = NULL, *b = NULL;
        cov_error err;
        assert_int_equal(cov_crs_from_text(systems[i], &layer.crs, &err), COV_OK);
        assert_int_equal(cov_part_crs_write(&layer, &text, &err), COV_OK);
        assert_int_equal(cov_part_crs_read(text, &again, &err), COV_OK);
        assert_int_equal(OSRExportToWktEx(layer.crs, &a, options), OGRERR_NONE);
        assert_int_equal(OSRExportToWktEx(again, &b, options), OGRERR_NONE);
        assert_string_equal(a, b);
        CPLFree(a);
        CPLFree(b);
        cov_free(text);
        OSRRelease(layer.crs);
        OSRRelease(again);
    }
    OGRSpatialReferenceH none = NULL;
    static const char *const wrong[] = {"",
                                        "EPSG:4326",
                                        "{",
                                        "{\"type\":\"GeographicCRS\"}",
                                        "/etc/passwd",
                                        "https://example.org/crs"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(cov_part_crs_read(wrong[i], &none, NULL), COV_ERR_FORMAT);
    assert_null(none);
}

/* The head replaced by another text. */
static void write_with_head(const file *b, const char *text)
{
    size_t head = (size_t)number_at(b, 32), n = strlen(text);
    file c = {malloc(b->n - head + n), b->n - head + n};
    assert_non_null(c.at);
    memcpy(c.at, b->at, COV_PART_HEADER);
    memcpy(c.at + COV_PART_HEADER, text, n);
    memcpy(c.at + COV_PART_HEADER + n, b->at + COV_PART_HEADER + head,
           b->n - COV_PART_HEADER - head);
    put_number(&c, 24, c.n, 8);
    put_number(&c, 32, n, 8);
    seal(&c);
    write_file(other_path, c.at, c.n);
    free(c.at);
}

static void replace_in_head(const file *b, const char *what, const char *with)
{
    size_t head = (size_t)number_at(b, 32);
    char *text = malloc(head + strlen(with) + 1);
    assert_non_null(text);
    memcpy(text, b->at + COV_PART_HEADER, head);
    text[head] = '\0';
    char *at = strstr(text, what);
    if (at == NULL)
        fail_msg("%s is not in the head", what);
    memmove(at + strlen(with), at + strlen(what), strlen(at + strlen(what)) + 1);
    memcpy(at, with, strlen(with));
    write_with_head(b, text);
    free(text);
}

static void heads_that_lie(void **state)
{
    (void)state;
    static const char *const change[][2] = {
        {"\"levels\":[\"huyen\"]", "\"levels\":[]"},
        {"\"levels\":[\"huyen\"]", "\"levels\":[\"a\",\"b\"]"},
        {"\"levels\":[\"huyen\"]", "\"levels\":[3]"},
        {"\"levels\":[\"huyen\"]", "\"levels\":null"},
        {"\"id\":\"ma\"", "\"id\":null"},
        {"\"id\":\"ma\"", "\"id\":\"ma\",\"more\":1"},
        {"\"rounding\":0", "\"rounding\":1.5"},
        {"\"name\":\"pop\"", "\"name\":\"\""},
        {"{\"name\":\"pop\",\"rounding\":0},", ""},
        {"\"tiers\":[[", "\"tiers\":[[],["},
        {"\"share\":500000", "\"share\":-1"},
        {"\"share\":500000", "\"share\":1000001"},
        {"\"with\":3", "\"with\":-3"},
        {"\"expression\":\"defaults()\"", "\"expression\":null"},
        {"\"indicators\":[", "\"indicators\":[[],"},
        {"\"kind\":\"info\"", "\"kind\":\"infos\""},
        {"\"accuracy_m\":0.0", "\"accuracy_m\":\"0\""},
        {"\"role\":\"areas\"", "\"role\":null"},
        {"\"shards\":[[", "\"shards\":[[],["},
        {"\"crs\":\"EPSG:4326\"", "\"crs\":\"EPSG:4327\""},
        {"GeographicCRS", "EngineeringCRS"},
        {"GeographicCRS", "Geographic"},
        {"\"shapes_crs\":\"", "\"shapes_crs\":\"/etc/passwd"},
        {"\"id\":\"ma\"", "\"id\":\"ma\\u0000\""},
        {"\"id\":\"ma\"", "\"id\":\"ma\",\"id\":\"ma\""},
    };
    file b = small_part();
    for (size_t i = 0; i < sizeof change / sizeof change[0]; i++) {
        cov_error err = {COV_OK, ""};
        replace_in_head(&b, change[i][0], change[i][1]);
        if (try_merge(other_path, &err) != COV_ERR_FORMAT)
            fail_msg("%s: %s", change[i][1], err.message);
    }
    static const char *const heads[] = {"", "{}", "[]", "null", "1", "{\"areas\":{}}", "{{{{"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        write_with_head(&b, heads[i]);
        assert_int_equal(try_merge(other_path, NULL), COV_ERR_FORMAT);
    }
    free(b.at);
}

/* A rounding that is possible in each part, and too much in both. */
static void roundings_that_are_too_much(void **state)
{
    (void)state;
    static const char *const most[] = {"\"rounding\":9223372036854775807",
                                       "\"rounding\":-9223372036854775807"};
    plan p;
    save_job(plan_of(&p, share_path[1]), part_path[1]);
    for (size_t i = 0; i < 2; i++) {
        cov_error err = {COV_OK, ""};
        file b = small_part();
        replace_in_head(&b, "\"rounding\":0", most[i]);
        free(b.at);
        assert_int_equal(try_merge(other_path, NULL), COV_OK);
        b = read_file(other_path);
        write_file(part_path[0], b.at, b.n);
        free(b.at);
        b = read_file(part_path[1]);
        replace_in_head(&b, "\"rounding\":0", most[i]);
        free(b.at);
        const char *const paths[] = {part_path[0], other_path};
        cov_run *run = NULL;
        assert_int_equal(cov_run_merge(paths, 2, NULL, &run, &err), COV_ERR_LIMIT);
        assert_null(run);
        assert_non_null(strstr(err.message, "rounded by more"));
    }
}

static void what_is_no_part(void **state)
{
    (void)state;
    cov_error err;
    file b = small_part();
    put_number(&b, 16, 2, 4);
    seal(&b);
    write_file(other_path, b.at, b.n);
    assert_int_equal(try_merge(other_path, &err), COV_ERR_FORMAT);
    assert_non_null(strstr(err.message, "version 2"));
    assert_non_null(strstr(err.message, "newer libcov"));
    free(b.at);
    assert_int_equal(try_merge(whole_path, &err), COV_ERR_FORMAT);
    assert_non_null(strstr(err.message, "is not a part"));
    assert_int_equal(try_merge(here.path, &err), COV_ERR_INPUT);
    assert_int_equal(try_merge("/nowhere/x.cov", &err), COV_ERR_INPUT);
    assert_non_null(strstr(err.message, "/nowhere/x.cov"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_changed_byte_is_noticed),
        cmocka_unit_test(any_cut_is_noticed),
        cmocka_unit_test(sealed_lies_do_no_harm),
        cmocka_unit_test(lengths_that_lie),
        cmocka_unit_test(sections_hold_nothing_else),
        cmocka_unit_test(areas_out_of_order),
        cmocka_unit_test(shapes_that_are_none),
        cmocka_unit_test(systems_come_back_as_they_were),
        cmocka_unit_test(heads_that_lie),
        cmocka_unit_test(roundings_that_are_too_much),
        cmocka_unit_test(what_is_no_part),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
