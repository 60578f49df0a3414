/* JSON: what is read is what jansson reads, and whoever has no memory is told. The oracle is
 * jansson's own reader, where its memory doesn't fail. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "hungry.h"
#include "support.h"

#include "base/mem.h"
#include "io/json.h"

/* But for a NUL, which ends a text to jansson. */
static void compare(const char *text, size_t n)
{
    json_error_t why;
    json_t *ours = NULL;
    json_t *theirs = json_loadb(text, n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &why);
    cov_status s = cov_json_load(text, n, &ours, NULL);
    if (memchr(text, 0, n) != NULL)
        assert_int_equal(s, COV_ERR_FORMAT);
    else if ((s == COV_OK) != (theirs != NULL))
        fail_msg("%.*s: %s, but jansson says: %s", (int)n, text, cov_status_name(s), why.text);
    if (s == COV_OK && !json_equal(ours, theirs))
        fail_msg("%.*s is read as something else", (int)n, text);
    if (s != COV_OK) {
        assert_int_equal(s, COV_ERR_FORMAT);
        assert_null(ours);
    }
    json_decref(ours);
    json_decref(theirs);
}

static const char *const texts[] = {
    "{\"a\":[1,-2,0,1.5,-0.25,1e3,2E-3,1.5e+10],\"b\":{\"c\":null,\"d\":[true,false]},\"e\":\"\"}",
    "[\"\\u00e0\\u1ea1\",\"\\ud83d\\ude00\",\"\\n\\t\\\\\\\"\\/\\b\\f\\r\",\"th\xE1\xBB\x8B "
    "x\xC3\xA3\"]",
    " { \"a b\" :\t[ ] ,\r\n\"c\" : { } } ",
    "[9223372036854775807,-9223372036854775808,1.7976931348623157e308,5e-324]",
    "\"a text of its own\"",
    "[[[[[[1]]]]]]"};

static void reads_what_jansson_reads(void **state)
{
    (void)state;
    static const char *const others[] = {"",
                                         " ",
                                         "nul",
                                         "nullx",
                                         "[1,]",
                                         "[,1]",
                                         "{\"a\":1,}",
                                         "{a:1}",
                                         "{\"a\" 1}",
                                         "01",
                                         "-",
                                         "1.",
                                         ".5",
                                         "1e",
                                         "1e+",
                                         "+1",
                                         "9223372036854775808",
                                         "1e999",
                                         "-1e999",
                                         "\"\\u0000\"",
                                         "\"\\ud800\"",
                                         "\"\\udc00\"",
                                         "\"\\ud800\\u0041\"",
                                         "\"\\u12g4\"",
                                         "\"\\x\"",
                                         "\"\n\"",
                                         "\"abc",
                                         "[1] 2",
                                         "{\"a\":1,\"a\":2}",
                                         "{\"a\":1,\"\\u0061\":2}",
                                         "'a'",
                                         "\xFF",
                                         "\"\xC3\"",
                                         "\"\xED\xA0\x80\"",
                                         "[",
                                         "{",
                                         "[\"",
                                         "-0",
                                         "-0.0",
                                         "1E5",
                                         "NaN",
                                         "Infinity",
                                         "tru",
                                         "/**/1"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        compare(texts[i], strlen(texts[i]));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        compare(others[i], strlen(others[i]));
    compare("1\0", 2);
    compare("[1,\0]", 5);
}

static void any_change_is_read_as_jansson_reads_it(void **state)
{
    (void)state;
    static const char put[] = "\"\\{}[],:0-1eE.u \t\x01\xC3\x80tn";
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        size_t n = strlen(texts[i]);
        char copy[128], cut[128];
        for (size_t at = 0; at < n; at++) {
            for (size_t k = 0; k < sizeof put; k++) { /* the NUL as well */
                memcpy(copy, texts[i], n);
                copy[at] = put[k];
                compare(copy, n);
            }
            compare(texts[i], at);
            memcpy(cut, texts[i], at);
            memcpy(cut + at, texts[i] + at + 1, n - at - 1);
            compare(cut, n - 1);
        }
    }
}

static void depth_has_an_end(void **state)
{
    (void)state;
    static char deep[4200];
    for (size_t n = 2046; n <= 2050; n++) {
        memset(deep, '[', n);
        memset(deep + n, ']', n);
        compare(deep, 2 * n);
    }
}

/* A text that is longer than any room jansson begins with. */
static void want_of_memory_is_told(void **state)
{
    (void)state;
    char text[512] = "{\"", *end = text + 2;
    for (size_t i = 0; i < 200; i++)
        *end++ = (char)('a' + i % 26);
    memcpy(end, "\":[1,2.5,{\"x\":\"", 15);
    end += 15;
    for (size_t i = 0; i < 200; i++)
        *end++ = (char)('A' + i % 26);
    memcpy(end, "\"},null]}", 10);
    json_t *whole = NULL;
    assert_int_equal(cov_json_load(text, strlen(text), &whole, NULL), COV_OK);
    for (int for_good = 0; for_good < 2; for_good++) {
        size_t n = 0;
        cov_status s = COV_ERR_MEMORY;
        while (s != COV_OK) {
            json_t *read = NULL;
            hungry_begin(++n, for_good);
            s = cov_json_load(text, strlen(text), &read, NULL);
            size_t alive = hungry_end();
            if (s == COV_OK) {
                assert_true(json_equal(read, whole));
                json_decref(read);
                continue;
            }
            assert_int_equal(s, COV_ERR_MEMORY);
            assert_null(read);
            assert_int_equal(alive, 0);
        }
        assert_true(n > 10);
    }
    json_decref(whole);
}

static void members_are_these_and_no_others(void **state)
{
    (void)state;
    static const char *const keys[] = {"b", "a"};
    static const char *const wrong[] = {"{\"a\":1}", "{\"a\":1,\"c\":2}",
                                        "{\"a\":1,\"b\":2,\"c\":3}", "[1,2]", "{}"};
    json_t *json = NULL, *member[2];
    const char *text = "{\"a\":1,\"b\":null}";
    assert_int_equal(cov_json_load(text, strlen(text), &json, NULL), COV_OK);
    assert_true(cov_json_members(json, keys, 2, member));
    assert_true(json_is_null(member[0]) && json_integer_value(member[1]) == 1);
    json_decref(json);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(cov_json_load(wrong[i], strlen(wrong[i]), &json, NULL), COV_OK);
        assert_false(cov_json_members(json, keys, 2, member));
        json_decref(json);
    }
    assert_false(cov_json_members(NULL, keys, 2, member));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_jansson_reads),
        cmocka_unit_test(any_change_is_read_as_jansson_reads_it),
        cmocka_unit_test(depth_has_an_end),
        cmocka_unit_test(want_of_memory_is_told),
        cmocka_unit_test(members_are_these_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
