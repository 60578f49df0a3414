/* Characters, quotes, numbers, packed texts. SPDX-License-Identifier: MIT */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <ftw.h>
#include <sys/wait.h>

#include "base/status.h"
#include "base/text.h"
#include "comma.h"
#include "support.h"

/* Every code point in its own number of bytes, and one byte short. */
static void every_character_has_its_size(void **state)
{
    (void)state;
    for (uint32_t c = 0x80; c < 0x120000; c++) {
        size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        bool good = c < 0x110000 && (c < 0xD800 || c > 0xDFFF);
        char text[5] = {0};
        for (size_t i = size; i-- > 1;)
            text[i] = (char)(0x80 | (c >> 6 * (size - 1 - i) & 0x3F));
        text[0] = (char)((0xF00 >> size & 0xFF) | c >> 6 * (size - 1));
        assert_int_equal(cov_character_size(text), good ? size : 0);
        assert_int_equal(cov_is_utf8(text), good);
        text[size - 1] = '\0';
        assert_int_equal(cov_character_size(text), 0);
    }
    assert_int_equal(cov_character_size(""), 0);
    assert_int_equal(cov_character_size("\x7F"), 1);
    static const char *const bad[] = {"\x80",         "\xC0\x80",         "\xC1\xBF",
                                      "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xF8\x88\x80\x80\x80",
                                      "\xFF"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(cov_character_size(bad[i]), 0);
    assert_true(cov_is_utf8(""));
    assert_true(cov_is_utf8("Phường Bến Hương"));
    assert_false(cov_is_utf8("Ph\xFC"));
}

static void quotes_are_cut_and_clean(void **state)
{
    (void)state;
    char text[400] = "a\nb\x01"
                     "\xC3x\x7F";
    assert_string_equal(cov_quote(text).text, "a?b??x?");
    assert_string_equal(cov_quote("").text, "");
    for (size_t lead = 0; lead < 4; lead++) {
        for (size_t n = 0; n < 60; n++) {
            memset(text, 'x', lead);
            text[lead] = '\0';
            for (size_t i = 0; i < n; i++)
                memcpy(text + lead + 3 * i, "光", 4);
            cov_quoted q = cov_quote(text);
            size_t size = strlen(q.text);
            assert_true(size < sizeof q.text);
            const char *at = q.text;
            for (size_t step; (step = cov_character_size(at)) > 0;)
                at += step;
            assert_true(*at == '\0');
            if (strcmp(q.text, text) != 0) {
                assert_true(strlen(text) > 80 && size > 80);
                assert_memory_equal(q.text, text, size - 3);
                assert_string_equal(q.text + size - 3, "...");
            }
        }
    }
}

static bool numerals_have_points(void)
{
    return strcmp(cov_numeral_of(0, 6).text, "0") == 0 &&
           strcmp(cov_numeral_of(-0.5, 6).text, "-0.5") == 0 &&
           strcmp(cov_numeral_of(1 / 3.0, 17).text, "0.33333333333333331") == 0 &&
           strcmp(cov_numeral_of(-1.5e-300, 17).text, "-1.5000000000000001e-300") == 0 &&
           strcmp(cov_numeral_of(2.5e9, 6).text, "2.5e+09") == 0 &&
           strcmp(cov_numeral_of(1e9, 6).text, "1e+09") == 0 &&
           strcmp(cov_numeral_of(INFINITY, 6).text, "inf") == 0 &&
           strstr(cov_numeral_of(NAN, 6).text, "nan") != NULL;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void numerals_have_points_in_any_locale(void **state)
{
    enum { RIGHT, WRONG, NO_LOCALE };
    (void)state;
    char folder[] = "text-XXXXXX";
    int status = 0;
    assert_true(numerals_have_points());
    assert_non_null(mkdtemp(folder));
    pid_t child = fork();
    if (child == 0)
        _exit(!set_comma_locale(folder) ? NO_LOCALE : numerals_have_points() ? RIGHT : WRONG);
    waitpid(child, &status, 0);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    assert_true(WIFEXITED(status));
    assert_int_not_equal(WEXITSTATUS(status), WRONG);
    if (WEXITSTATUS(status) == NO_LOCALE)
        print_message("# no locale with a decimal comma here\n");
}

static void packed_texts_stand_side_by_side(void **state)
{
    (void)state;
    char block[9];
    char *at = block;
    assert_int_equal(cov_packed_size("Xã") + cov_packed_size(NULL) + cov_packed_size("") +
                         cov_packed_size("abc"),
                     9);
    assert_ptr_equal(cov_pack(&at, "Xã"), block);
    assert_null(cov_pack(&at, NULL));
    assert_ptr_equal(cov_pack(&at, ""), block + 4);
    assert_ptr_equal(cov_pack(&at, "abc"), block + 5);
    assert_ptr_equal(at, block + 9);
    assert_memory_equal(block, "X\xC3\xA3\0\0abc", 9);
}

static void blanks_around_a_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *trimmed;
    } cases[] = {{"", ""},
                 {" \t\r\n", ""},
                 {"a", "a"},
                 {" a b\t", "a b"},
                 {"\xC2\xA0 80\xC2\xA0%\xC2\xA0\xC2\xA0", "80\xC2\xA0%"},
                 {"\xC2", "\xC2"},
                 {"\xA0", "\xA0"},
                 {"\xC2\xA0", ""},
                 {"\xC3\xA0 ", "\xC3\xA0"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = 99;
        const char *start = cov_trim(cases[i].text, &size);
        assert_int_equal(size, strlen(cases[i].trimmed));
        assert_memory_equal(start, cases[i].trimmed, size);
    }
}

static void null_is_equal_to_null_alone(void **state)
{
    (void)state;
    assert_true(cov_text_equal(NULL, NULL) && cov_text_equal("", "") && cov_text_equal("a", "a"));
    assert_false(cov_text_equal(NULL, "") || cov_text_equal("", NULL) || cov_text_equal("a", "A"));
}

/* Every code point: strays are what Unicode calls white space, and a few without width. */
static void strays_are_known(void **state)
{
    (void)state;
    static const unsigned strays[] = {0x85,   0xA0,   0xAD,   0x1680, 0x2000, 0x2001,
                                      0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007,
                                      0x2008, 0x2009, 0x200A, 0x200B, 0x2028, 0x2029,
                                      0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF};
    size_t next = 0;
    for (unsigned c = 1; c < 0x10000; c++) {
        char text[8] = "";
        if (c < 0x80)
            text[0] = (char)c;
        else if (c < 0x800) {
            text[0] = (char)(0xC0 | c >> 6);
            text[1] = (char)(0x80 | (c & 0x3F));
        } else {
            text[0] = (char)(0xE0 | c >> 12);
            text[1] = (char)(0x80 | (c >> 6 & 0x3F));
            text[2] = (char)(0x80 | (c & 0x3F));
        }
        int is = next < sizeof strays / sizeof strays[0] && strays[next] == c;
        assert_int_equal(cov_stray_code(text), is ? c : 0);
        next += (size_t)is;
    }
    assert_int_equal(next, sizeof strays / sizeof strays[0]);
    assert_null(cov_stray_find("Vĩnh Lợi, số hộ"));
    assert_null(cov_stray_find(""));
    assert_null(cov_stray_find("\xC2"));
    const char *text = "hộ\xC2\xA0nghèo";
    assert_ptr_equal(cov_stray_find(text), text + 4);
    assert_string_equal(cov_stray_name_of("\xC2\xA0").text, "a no-break space (U+00A0)");
    assert_string_equal(cov_stray_name_of("\xE2\x80\x83").text, "a space of Unicode (U+2003)");
}

static void messages_show_strays(void **state)
{
    (void)state;
    cov_error err;
    cov_fail(&err, COV_ERR_INPUT, "no %s here",
             "a\xC2\xA0"
             "b\xE2\x80\x8B");
    assert_string_equal(err.message, "no a<U+00A0>b<U+200B> here");
    char many[sizeof err.message];
    for (size_t i = 0; i + 3 < sizeof many; i += 2)
        memcpy(many + i, "\xC2\xA0", 3);
    for (size_t cut = 0; cut < 16; cut++) {
        cov_fail(&err, COV_ERR_INPUT, "%.*s%s", (int)cut, "0123456789abcdef", many);
        assert_true(strlen(err.message) > sizeof err.message - 16);
        assert_true(strlen(err.message) < sizeof err.message);
        assert_string_equal(err.message + strlen(err.message) - 8, "<U+00A0>");
    }
    assert_int_equal(cov_fail_stray(&err, COV_ERR_ID, "a base", "a\xC2\xA0"), COV_ERR_ID);
    assert_string_equal(err.message, "the name of a base holds a no-break space (U+00A0): "
                                     "\"a<U+00A0>\"; write an ordinary blank, or none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_is_equal_to_null_alone),
        cmocka_unit_test(every_character_has_its_size),
        cmocka_unit_test(quotes_are_cut_and_clean),
        cmocka_unit_test(numerals_have_points_in_any_locale),
        cmocka_unit_test(packed_texts_stand_side_by_side),
        cmocka_unit_test(blanks_around_a_text),
        cmocka_unit_test(strays_are_known),
        cmocka_unit_test(messages_show_strays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
