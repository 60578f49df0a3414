/* Parts as files nobody should trust: changed, cut, with lengths and heads that lie.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "parts.h"

#include "base/hash.h"
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
        cmocka_unit_test(heads_that_lie),
        cmocka_unit_test(what_is_no_part),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
