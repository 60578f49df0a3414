/* Names of services, and answers as text. SPDX-License-Identifier: MIT */
#include "engine.h"

#include "base/mem.h"
#include "engine/service.h"

static cov_status check(const char *a, const char *b, cov_error *err)
{
    cov_service service[] = {{a, NULL}, {b, NULL}};
    return cov_services_check(service, 2, err);
}

static void names_are_checked(void **state)
{
    (void)state;
    static const char *const good[] = {"4",
                                       "fiber",
                                       "4g/viettel",
                                       "5G-SA_n78.x/VNPT",
                                       "cáp/Điện-lực-1",
                                       "quang",
                                       "光",
                                       "x/光",
                                       "-",
                                       "._-/-",
                                       "\xF0\x9F\x93\xB6/y",
                                       "fiber:passed",
                                       "fiber/vnpt:connected",
                                       "passed/planned:planned",
                                       NULL};
    static const char *const bad[] = {"",
                                      "/",
                                      "a/",
                                      "/a",
                                      "a/b/c",
                                      "a//b",
                                      "a:",
                                      ":passed",
                                      "a/:passed",
                                      "/a:passed",
                                      "a:none",
                                      "a:Passed",
                                      "a:passe",
                                      "a:passedx",
                                      "a:passed:passed",
                                      "a:passed/b",
                                      "a:b/c:passed",
                                      "a b",
                                      " a",
                                      "a\n",
                                      "a,b",
                                      "a*",
                                      "a?",
                                      "a(",
                                      "a!",
                                      "a&b",
                                      "a|b",
                                      "a=b",
                                      "a<b",
                                      "a\xC3",
                                      "a\xC3/b",
                                      "\x80",
                                      "\xC0\x80",
                                      "\xFF",
                                      "\xED\xA0\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xE0\x80\x80",
                                      "\xF0\x80\x80\x80",
                                      "\xF4\x90\x80\x80",
                                      "a\x7F",
                                      "a\"b",
                                      NULL};
    for (size_t i = 0; good[i] != NULL; i++)
        assert_int_equal(check(good[i], "other", NULL), COV_OK);
    cov_error err;
    for (size_t i = 0; bad[i] != NULL; i++) {
        assert_fails(check("other", bad[i], &err), &err, COV_ERR_ARGUMENT,
                     bad[i][0] ? "can't be the name of a service" : "service number 2 has no name");
    }
    assert_fails(check(NULL, "other", &err), &err, COV_ERR_ARGUMENT, "number 1 has no name");
    assert_fails(check("x y", "other", &err), &err, COV_ERR_ARGUMENT, "\"x y\"");
}

static void names_do_not_collide(void **state)
{
    (void)state;
    cov_error err;
    assert_fails(check("4g/x", "4g/x", &err), &err, COV_ERR_ID, "\"4g/x\"");
    assert_fails(check("4g", "4g", &err), &err, COV_ERR_ID, "\"4g\"");
    assert_fails(check("fiber", "fiber/vnpt", &err), &err, COV_ERR_ARGUMENT, "fiber/vnpt");
    assert_fails(check("fiber/vnpt", "fiber", &err), &err, COV_ERR_ARGUMENT, "fiber/vnpt");
    assert_int_equal(check("fiber/vnpt", "fibers", NULL), COV_OK);
    assert_int_equal(check("fiber/vnpt", "fiberx/vnpt", NULL), COV_OK);
    assert_int_equal(check("fiber/vnpt", "Fiber", NULL), COV_OK);
    assert_int_equal(check("a/fiber", "fiber", NULL), COV_OK);
}

static void names_collide_within_a_status(void **state)
{
    (void)state;
    cov_error err;
    assert_fails(check("fiber:passed", "fiber:passed", &err), &err, COV_ERR_ID, "fiber:passed");
    assert_fails(check("fiber:passed", "fiber/vnpt:passed", &err), &err, COV_ERR_ARGUMENT,
                 "\"fiber:passed\" and \"fiber/vnpt:passed\" can't stand side by side");
    assert_fails(check("fiber/vnpt:planned", "fiber:planned", &err), &err, COV_ERR_ARGUMENT,
                 "side by side");
    assert_int_equal(check("fiber", "fiber/vnpt:passed", NULL), COV_OK);
    assert_int_equal(check("fiber:passed", "fiber/vnpt", NULL), COV_OK);
    assert_int_equal(check("fiber:passed", "fiber:connected", NULL), COV_OK);
    assert_int_equal(check("fiber:passed", "fiber/vnpt:connected", NULL), COV_OK);
    assert_int_equal(check("fiber/vnpt", "fiber/vnpt:connected", NULL), COV_OK);
    assert_int_equal(check("fiber/vnpt:passed", "fiber/viettel:passed", NULL), COV_OK);
}

static void assert_piece(cov_piece piece, const char *text)
{
    assert_true(cov_piece_equal(piece, (cov_piece){text, strlen(text)}));
}

static void names_have_parts(void **state)
{
    (void)state;
    static const struct {
        const char *name, *technology, *op;
        cov_stage stage;
    } cases[] = {{"fiber", "fiber", "", COV_STAGE_NONE},
                 {"4g/vnpt", "4g", "vnpt", COV_STAGE_NONE},
                 {"fiber:planned", "fiber", "", COV_STAGE_PLANNED},
                 {"cáp/Điện:passed", "cáp", "Điện", COV_STAGE_PASSED},
                 {"a/b:connected", "a", "b", COV_STAGE_CONNECTED}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cov_service_parts parts = cov_service_split(cases[i].name);
        assert_piece(parts.technology, cases[i].technology);
        assert_piece(parts.op, cases[i].op);
        assert_int_equal(parts.stage, cases[i].stage);
    }
}

static void services_are_parted_by_operator(void **state)
{
    (void)state;
    static const cov_service service[] = {
        {"2g/vnpt", NULL}, {"x", NULL},        {"2g/x", NULL},        {"3g/vnpt", NULL},
        {"y", NULL},       {"x:passed", NULL}, {"4g/x:passed", NULL}, {"3g/vnp", NULL}};
    static const uint64_t expected[] = {0x09, 0x22, 0x44, 0x10, 0x80};
    uint64_t part[COV_SERVICES_MAX];
    assert_int_equal(cov_services_part(service, 8, 0xFF, part), 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(part[i], expected[i]);
    assert_int_equal(cov_services_part(service, 8, 0x18, part), 2);
    assert_int_equal(part[0], 0x08);
    assert_int_equal(part[1], 0x10);
    assert_int_equal(cov_services_part(service, 8, 0, part), 0);
    static const size_t technology[] = {0, 1, 0, 3, 4, 1, 6, 3};
    for (size_t k = 0; k < 8; k++)
        assert_int_equal(cov_services_technology(service, k), technology[k]);
}

static void there_are_at_most_64(void **state)
{
    (void)state;
    char name[65][8];
    cov_service service[65];
    for (size_t i = 0; i < 65; i++) {
        snprintf(name[i], sizeof name[i], "%zu", i);
        service[i] = (cov_service){name[i], NULL};
    }
    cov_error err;
    assert_int_equal(cov_services_check(service, 64, NULL), COV_OK);
    assert_fails(cov_services_check(service, 65, &err), &err, COV_ERR_LIMIT, "65 services");
    assert_fails(cov_services_check(NULL, 1, &err), &err, COV_ERR_ARGUMENT, "array");
    assert_int_equal(cov_services_check(NULL, 0, NULL), COV_OK);
}

static void copies_own_their_names(void **state)
{
    (void)state;
    char a[] = "4g/x", b[] = "fiber";
    cov_service service[] = {{a, (const cov_footprint *)(const void *)a}, {b, NULL}}, *copy = NULL;
    assert_int_equal(cov_services_copy(service, 2, &copy, NULL), COV_OK);
    a[0] = b[0] = '?';
    assert_string_equal(copy[0].name, "4g/x");
    assert_string_equal(copy[1].name, "fiber");
    assert_ptr_equal(copy[0].footprint, service[0].footprint);
    cov_free(copy);
}

static void answers_are_read(void **state)
{
    (void)state;
    static const char *const yes[] = {
        "yes",        "Yes", "YES", "y",    "Y",          "true",
        "True",       "t",   "T",   "1",    "co",         "CO",
        "có",         "Có",  "CÓ",  "cÓ",   "co\xCC\x81", "CO\xCC\x81",
        "Co\xCC\x81", "x",   "X",   " có ", "\t1\r\n",    "\xC2\xA0yes\xC2\xA0 ",
        NULL};
    static const char *const no[] = {"no",
                                     "No",
                                     "n",
                                     "N",
                                     "false",
                                     "FALSE",
                                     "f",
                                     "F",
                                     "0",
                                     "khong",
                                     "KHONG",
                                     "không",
                                     "KHÔNG",
                                     "Không",
                                     "khÔng",
                                     "kho\xCC\x82ng",
                                     "KHO\xCC\x82NG",
                                     "Kho\xCC\x82ng",
                                     "  không",
                                     "0\xC2\xA0",
                                     NULL};
    static const char *const neither[] = {"",
                                          " ",
                                          "\xC2\xA0",
                                          "\xC2",
                                          "\xC2\xA0\xC2",
                                          "2",
                                          "-1",
                                          "1.0",
                                          "yes no",
                                          "ye",
                                          "yess",
                                          "cò",
                                          "cõ",
                                          "c\xC3",
                                          "c\xC3\xB3\xB3",
                                          "khộng",
                                          "khóng",
                                          "cô",
                                          "kh\xF4ng",
                                          "null",
                                          "N/A",
                                          "?",
                                          "c o",
                                          "không có gì để nói thêm cả",
                                          "co\xCC\x82",
                                          "kho\xCC\x81ng",
                                          "x x",
                                          "oui",
                                          "yesyesyesyesyes",
                                          "yesyesyesyesyesy",
                                          "đ",
                                          "\xA0yes",
                                          NULL};
    int answer;
    for (size_t i = 0; yes[i] != NULL; i++) {
        answer = 7;
        assert_int_equal(cov_answer_parse(yes[i], &answer, NULL), COV_OK);
        assert_int_equal(answer, 1);
    }
    for (size_t i = 0; no[i] != NULL; i++) {
        answer = 7;
        assert_int_equal(cov_answer_parse(no[i], &answer, NULL), COV_OK);
        assert_int_equal(answer, 0);
    }
    cov_error err;
    for (size_t i = 0; neither[i] != NULL; i++) {
        answer = 7;
        assert_fails(cov_answer_parse(neither[i], &answer, &err), &err, COV_ERR_INPUT,
                     "neither yes nor no");
        assert_int_equal(answer, 7);
    }
    assert_fails(cov_answer_parse(NULL, &answer, &err), &err, COV_ERR_ARGUMENT, "needs a text");
    assert_fails(cov_answer_parse("1", NULL, &err), &err, COV_ERR_ARGUMENT, "needs a text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(names_do_not_collide),
        cmocka_unit_test(names_collide_within_a_status),
        cmocka_unit_test(names_have_parts),
        cmocka_unit_test(services_are_parted_by_operator),
        cmocka_unit_test(there_are_at_most_64),
        cmocka_unit_test(copies_own_their_names),
        cmocka_unit_test(answers_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
