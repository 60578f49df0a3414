/* Statuses in expressions: which services a reference means, and which mixtures are refused.
 * SPDX-License-Identifier: MIT */
#include "engine.h"

#include "engine/indicator.h"

/* Of the fields, only the technology and the status are told by number. */
static const struct {
    const char *name;
    unsigned technology, stage;
} known[] = {{"fiber/viettel:passed", 0, 1}, {"fiber/vnpt:connected", 0, 2}, {"fiber/vnpt", 0, 0},
             {"fiber/vnpt:passed", 0, 1},    {"4g/viettel", 1, 0},           {"4g/vnpt", 1, 0},
             {"5g:planned", 2, 3},           {"5g/vnpt:passed", 2, 1},       {"2g", 3, 0}};
#define N (sizeof known / sizeof known[0])

static cov_service service[N];

static int name_services(void **state)
{
    (void)state;
    for (size_t k = 0; k < N; k++)
        service[k] = (cov_service){known[k].name, NULL};
    return 0;
}

/* What a reference means, as a set; with a status or without. */
static const struct {
    const char *text;
    unsigned set;
    bool has_stage;
} references[] = {{"fiber", 0x00F, false},
                  {"fiber:passed", 0x009, true},
                  {"fiber:connected", 0x002, true},
                  {"fiber:none", 0x004, true},
                  {"fiber/vnpt", 0x00E, false},
                  {"fiber/vnpt:none", 0x004, true},
                  {"fiber/viettel", 0x001, false},
                  {"fiber/vnpt:passed", 0x008, true},
                  {"fiber/*", 0x00F, false},
                  {"fiber/*:passed", 0x009, true},
                  {"*/vnpt", 0x0AE, false},
                  {"*/vnpt:passed", 0x088, true},
                  {"4g", 0x030, false},
                  {"4g/*", 0x030, false},
                  {"4g:none", 0x030, true},
                  {"5g", 0x0C0, false},
                  {"5g:planned", 0x040, true},
                  {"5g/*", 0x080, false},
                  {"5g/*:passed", 0x080, true},
                  {"*", 0x1FF, false},
                  {"*:none", 0x134, true},
                  {"?g:planned", 0x040, true},
                  {"2g", 0x100, false},
                  {"*/*", 0x0BF, false},
                  {"*/v*:passed", 0x089, true},
                  {"fiber/v?*t*", 0x00F, false},
                  {"2g:none", 0x100, true}};
#define N_REFERENCES (sizeof references / sizeof references[0])

static void references_mean_their_services(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_REFERENCES; i++) {
        /* of one service at a time, so that nothing can be mixed */
        for (size_t k = 0; k < N; k++) {
            cov_service one = service[k];
            char expression[64];
            snprintf(expression, sizeof expression, "any(%s)", references[i].text);
            cov_status s =
                cov_indicators_check(&(cov_indicator){NULL, expression}, 1, &one, 1, NULL);
            bool means = references[i].set >> k & 1;
            if (s != (means ? COV_OK : COV_ERR_EXPRESSION))
                fail_msg("%s, %s", references[i].text, one.name);
        }
    }
}

/* By the rule as it is written: per technology, one status in all, or each reference with its. */
static bool is_mixed(const size_t *reference, size_t n)
{
    for (unsigned technology = 0; technology < 4; technology++) {
        unsigned seen[4] = {0};
        bool every_one = true;
        for (size_t i = 0; i < n; i++) {
            bool touches = false;
            for (size_t k = 0; k < N; k++) {
                if (known[k].technology == technology && (references[reference[i]].set >> k & 1)) {
                    seen[known[k].stage] = 1;
                    touches = true;
                }
            }
            every_one = every_one && (!touches || references[reference[i]].has_stage);
        }
        if (!every_one && seen[0] + seen[1] + seen[2] + seen[3] > 1)
            return true;
    }
    return false;
}

static void mixtures_are_refused(void **state)
{
    (void)state;
    static const char *const shapes[] = {
        "any(%s) & any(%s, %s)", "!any(%s) | (all(%s) & count(%s) > 0)",
        "any(%s, %s, %s)",       "best(%s, %s, %s)",
        "classes(%s, %s, %s)",   "profile(any(%s) & any(%s), any(%s))"};
    rng r = {1};
    size_t good = 0;
    for (size_t round = 0; round < 60000; round++) {
        size_t reference[3];
        const char *text[3];
        for (size_t i = 0; i < 3; i++) {
            reference[i] = rng_below(&r, N_REFERENCES);
            text[i] = references[reference[i]].text;
        }
        char expression[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(expression, sizeof expression, shapes[round % 6], text[0], text[1], text[2]);
#pragma GCC diagnostic pop
        cov_indicator indicator = {"it", expression};
        cov_error err;
        cov_status s = cov_indicators_check(&indicator, 1, service, N, &err);
        good += s == COV_OK;
        if (is_mixed(reference, 3))
            assert_fails(s, &err, COV_ERR_EXPRESSION, "write which is meant, such as ");
        else if (s != COV_OK)
            fail_msg("%s: %s", expression, err.message);
    }
    assert_true(good > 6000);
}

static void mistakes_have_columns(void **state)
{
    (void)state;
    static const struct {
        const char *expression, *message;
    } cases[] = {
        {"fiber",
         "column 1: the expression mixes fiber:none and fiber:passed: write which is meant, "
         "such as fiber:passed"},
        {"4g & fiber/vnpt:passed | fiber/viettel:passed & fiber/vnpt:none & !fiber/vnpt",
         "column 68: the expression mixes fiber:none and fiber:passed"},
        {"fiber/viettel & fiber/vnpt:connected", "column 1: the expression mixes fiber:passed and "
                                                 "fiber:connected: write which is meant, such "
                                                 "as fiber:connected"},
        {"fiber/vnpt:connected & (4g | fiber/viettel)",
         "column 30: the expression mixes fiber:passed and fiber:connected"},
        {"any(5g)", "column 5: the expression mixes 5g:passed and 5g:planned"},
        {"fiber:done",
         "column 7: expected passed, connected, planned or none behind ':', found 'done'"},
        {"fiber:",
         "column 7: expected passed, connected, planned or none behind ':', found the end"},
        {"any(fiber/*:, 2g)", "column 13: expected passed, connected, planned or none behind ':', "
                              "found ','"},
        {"fiber:passed:passed", "column 7: expected passed, connected, planned or none behind ':', "
                                "found 'passed:passed'"},
        {"fiber:Passed", "column 7: expected passed"},
        {"fiber:*", "column 7: expected passed"},
        {"fiber:passed/vnpt", "column 7: expected passed"},
        {"4g : none", "column 4: expected '&', '|' or the end, found ':'"},
        {"fiber:planned",
         "column 1: \"fiber:planned\" matches no service; there are: fiber/viettel:"},
        {"fiber/*", "column 1: a pattern may match several services: write any(fiber/*)"},
        {"fiber/*:passed", "write any(fiber/*:passed) or all(fiber/*:passed)"},
        {":passed", "column 1: \":passed\" matches no service"},
        {"count(4g) > 1:2", "column 13: expected a whole number from 0 to 64, found '1:2'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cov_indicator indicator = {"it", cases[i].expression};
        cov_error err = {0};
        assert_fails(cov_indicators_check(&indicator, 1, service, N, &err), &err,
                     COV_ERR_EXPRESSION, cases[i].message);
    }
}

/* As the header says. */
static void passed_but_not_connected(void **state)
{
    (void)state;
    cov_program p;
    assert_int_equal(
        cov_condition_compile("indicator", "fiber:passed & !fiber:connected", service, N, &p, NULL),
        COV_OK);
    assert_int_equal(cov_program_ask(&p, 0x1, 0), COV_YES);
    assert_int_equal(cov_program_ask(&p, 0x8, 0), COV_YES);
    assert_int_equal(cov_program_ask(&p, 0xA, 0), COV_NO);
    assert_int_equal(cov_program_ask(&p, 0x4, 0), COV_NO);
    assert_int_equal(cov_program_ask(&p, 0x1, 0x2), COV_UNKNOWN);
    cov_program_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_mean_their_services),
        cmocka_unit_test(mixtures_are_refused),
        cmocka_unit_test(mistakes_have_columns),
        cmocka_unit_test(passed_but_not_connected),
    };
    return cmocka_run_group_tests(tests, name_services, NULL);
}
