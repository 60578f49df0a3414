/* Codes and messages. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/status.h"
#include "support.h"

static void codes_keep_their_numbers_and_names(void **state)
{
    (void)state;
    static const struct {
        cov_status code;
        const char *name;
    } codes[] = {{COV_OK, "COV_OK"},
                 {COV_ERR_ARGUMENT, "COV_ERR_ARGUMENT"},
                 {COV_ERR_MEMORY, "COV_ERR_MEMORY"},
                 {COV_ERR_LIMIT, "COV_ERR_LIMIT"},
                 {COV_ERR_GEOMETRY, "COV_ERR_GEOMETRY"},
                 {COV_ERR_ID, "COV_ERR_ID"},
                 {COV_ERR_EXPRESSION, "COV_ERR_EXPRESSION"},
                 {COV_ERR_FORMAT, "COV_ERR_FORMAT"},
                 {COV_ERR_MISMATCH, "COV_ERR_MISMATCH"},
                 {COV_ERR_LEDGER, "COV_ERR_LEDGER"},
                 {COV_ERR_INPUT, "COV_ERR_INPUT"},
                 {COV_ERR_CRS, "COV_ERR_CRS"},
                 {COV_ERR_EXISTS, "COV_ERR_EXISTS"},
                 {COV_ERR_IO, "COV_ERR_IO"},
                 {COV_ERR_CANCELLED, "COV_ERR_CANCELLED"},
                 {COV_ERR_TIERS, "COV_ERR_TIERS"}};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        assert_int_equal(codes[i].code, i);
        assert_string_equal(cov_status_name((cov_status)i), codes[i].name);
    }
    assert_string_equal(cov_status_name(-1), "COV_ERR_UNKNOWN");
    assert_string_equal(cov_status_name(16), "COV_ERR_UNKNOWN");
    assert_string_equal(cov_status_name(INT32_MAX), "COV_ERR_UNKNOWN");
    assert_string_equal(cov_status_name(INT32_MIN), "COV_ERR_UNKNOWN");
}

static void failures_are_written_down(void **state)
{
    (void)state;
    cov_error err;
    assert_int_equal(cov_fail(&err, COV_ERR_ID, "area \"%s\", %d", "Cà Mau", 7), COV_ERR_ID);
    assert_int_equal(err.code, COV_ERR_ID);
    assert_string_equal(err.message, "area \"Cà Mau\", 7");
    assert_int_equal(cov_fail(NULL, COV_ERR_IO, "%s", "nobody reads this"), COV_ERR_IO);
    assert_int_equal(cov_fail_memory(&err), COV_ERR_MEMORY);
    assert_string_equal(err.message, "out of memory");
    assert_int_equal(cov_fail_memory(NULL), COV_ERR_MEMORY);
}

/* Whatever the length, a cut message is the longest prefix of whole characters that fits. */
static void long_messages_end_in_a_whole_character(void **state)
{
    (void)state;
    static const char *const character[] = {"x", "é", "光", "\xF0\x9F\x93\xB6"};
    cov_error err;
    char text[1100];
    for (size_t bytes_each = 1; bytes_each <= 4; bytes_each++) {
        for (size_t lead = 0; lead < 8; lead++) {
            size_t n = lead;
            memset(text, '.', lead);
            for (; n + bytes_each < sizeof text; n += bytes_each)
                memcpy(text + n, character[bytes_each - 1], bytes_each);
            text[n] = '\0';
            cov_fail(&err, COV_ERR_IO, "%s", text);
            size_t room = sizeof err.message - 1;
            size_t expected = lead + (room - lead) / bytes_each * bytes_each;
            assert_int_equal(strlen(err.message), expected);
            assert_memory_equal(err.message, text, expected);
            text[expected] = '\0'; /* just fits: nothing is cut */
            cov_fail(&err, COV_ERR_IO, "%s", text);
            assert_string_equal(err.message, text);
        }
    }
}

static void the_version_is_the_headers(void **state)
{
    (void)state;
    char text[64];
    snprintf(text, sizeof text, "%d.%d.%d", COV_VERSION_MAJOR, COV_VERSION_MINOR,
             COV_VERSION_PATCH);
    assert_string_equal(COV_VERSION, text);
    assert_string_equal(cov_version(), text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_keep_their_numbers_and_names),
        cmocka_unit_test(failures_are_written_down),
        cmocka_unit_test(long_messages_end_in_a_whole_character),
        cmocka_unit_test(the_version_is_the_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
