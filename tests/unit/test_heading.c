/* Headings: names in a shapefile, the rule and that no two are the same.
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "sheet/heading.h"
#include "support.h"

enum { MOST = 200 };

typedef struct names {
    cov_field field[MOST];
    cov_fields fields;
    cov_error err;
} names;

static void begin(names *n)
{
    memset(n, 0, sizeof *n);
    n->fields.field = n->field;
}

static void end(names *n)
{
    for (size_t i = 0; i < n->fields.n; i++) {
        cov_free(n->field[i].full);
        cov_free(n->field[i].name);
    }
}

static void add(names *n, cov_field_role role, size_t place, const char *stem, const char *suffix)
{
    char full[128];
    snprintf(full, sizeof full, "%s%s", stem, suffix);
    assert_true(n->fields.n < MOST);
    n->field[n->fields.n++] =
        (cov_field){.role = role, .place = place, .full = cov_copy_text(full)};
}

static void add_indicator(names *n, size_t place, const char *stem)
{
    add(n, COV_FIELD_COUNT, place, stem, "_n");
    add(n, COV_FIELD_PERCENT, place, stem, "_pct");
}

static void shorten(names *n)
{
    cov_status s = cov_heading_shorten(&n->fields, &n->err);
    if (s != COV_OK)
        fail_msg("%s", n->err.message);
    for (size_t i = 0; i < n->fields.n; i++) {
        const char *name = n->field[i].name;
        assert_true(name[0] != '\0' && strlen(name) <= 10 && cov_is_utf8(name));
        for (size_t k = 0; k < i; k++) {
            if (cov_text_same(name, n->field[k].name))
                fail_msg("%s and %s are both %s", n->field[i].full, n->field[k].full, name);
        }
    }
}

static const char *name_of(const names *n, const char *full)
{
    for (size_t i = 0; i < n->fields.n; i++) {
        if (strcmp(n->field[i].full, full) == 0)
            return n->field[i].name;
    }
    return "none";
}

static void stems_are_shared(void **state)
{
    (void)state;
    names n;
    begin(&n);
    add_indicator(&n, 1, "fiber");
    add_indicator(&n, 2, "fiber_viettel");
    add(&n, COV_FIELD_UNKNOWN, 2, "fiber_viettel", "_unknown");
    add_indicator(&n, 12, "cáp_quang");
    add(&n, COV_FIELD_MISSING, 1, "fiber", "_missing");
    add(&n, COV_FIELD_ABOVE, 13, "subscriptions", "_n");
    add(&n, COV_FIELD_BELOW, 13, "subscriptions", "_of");
    add(&n, COV_FIELD_RATE, 13, "subscriptions", "_per100");
    add(&n, COV_FIELD_SHARE, 14, "teams", "_pct");
    shorten(&n);
    assert_string_equal(name_of(&n, "fiber_n"), "fiber_n");
    assert_string_equal(name_of(&n, "fiber_viettel_pct"), "fiber2_pct");
    assert_string_equal(name_of(&n, "fiber_viettel_unknown"), "fiber2_unk");
    assert_string_equal(name_of(&n, "cáp_quang_n"), "cáp12_n");
    assert_string_equal(name_of(&n, "fiber_missing"), "fiber_mis");
    assert_string_equal(name_of(&n, "subscriptions_n"), "subs13_n");
    assert_string_equal(name_of(&n, "subscriptions_of"), "subs13_of");
    assert_string_equal(name_of(&n, "subscriptions_per100"), "subs13_per");
    assert_string_equal(name_of(&n, "teams_pct"), "teams_pct");
    end(&n);
}

/* A name that needs no change keeps it, wherever it stands. */
static void the_taken_are_avoided(void **state)
{
    (void)state;
    names n;
    begin(&n);
    add(&n, COV_FIELD_ID, 0, "fiber2_pct_of_old", "");
    add(&n, COV_FIELD_NAME, 0, "FIBER1_N", "");
    add_indicator(&n, 1, "fiber_viettel");
    add_indicator(&n, 2, "fiber2");
    add_indicator(&n, 3, "fiber_vnpt");
    shorten(&n);
    assert_string_equal(name_of(&n, "FIBER1_N"), "FIBER1_N");
    assert_string_equal(name_of(&n, "fiber2_pct"), "fiber2_pct");
    assert_string_equal(name_of(&n, "fiber2_pct_of_old"), "fiber2_pc2");
    assert_string_equal(name_of(&n, "fiber_viettel_n"), "fibe1_n");
    assert_string_equal(name_of(&n, "fiber_viettel_pct"), "fibe1_pct");
    assert_string_equal(name_of(&n, "fiber_vnpt_n"), "fiber3_n");
    end(&n);
}

static void a_stem_without_a_name_is_refused(void **state)
{
    (void)state;
    static const char *const taken[] = {"fiber1", "fibe1", "fib1", "fi1", "f1", "1"};
    names n;
    begin(&n);
    add_indicator(&n, 1, "fiber_viettel");
    for (size_t i = 0; i < 6; i++)
        add_indicator(&n, i + 2, taken[i]);
    assert_int_equal(cov_heading_shorten(&n.fields, &n.err), COV_ERR_LIMIT);
    assert_non_null(strstr(n.err.message, "\"fiber_viettel_n\""));
    end(&n);
}

static int is_new(const names *n, const char *stem)
{
    static const char *const ends[] = {"_n", "_pct", "_of_a_district"};
    char full[128];
    for (size_t e = 0; e < 3; e++) {
        snprintf(full, sizeof full, "%s%s", stem, ends[e]);
        for (size_t i = 0; i < n->fields.n; i++) {
            if (cov_text_same(n->field[i].full, full))
                return 0;
        }
    }
    return 1;
}

/* Names of few letters, digits and long ends collide all the time. */
static void no_two_are_the_same(void **state)
{
    (void)state;
    static const char *const letters[] = {"f", "F", "b", "1", "2", "_", "á"};
    rng r = {5};
    for (int round = 0; round < 3000; round++) {
        names n;
        begin(&n);
        size_t indicators = 1 + rng_below(&r, 40);
        for (size_t i = 0; i < indicators; i++) {
            char stem[64] = "";
            for (size_t k = 1 + rng_below(&r, 9); k > 0; k--)
                strcat(stem, letters[rng_below(&r, 7)]);
            if (!is_new(&n, stem)) /* full names have been checked already */
                continue;
            if (rng_below(&r, 8) == 0)
                add(&n, COV_FIELD_PARENT, 0, stem, "_of_a_district");
            else
                add_indicator(&n, i + 1, stem);
        }
        shorten(&n);
        end(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stems_are_shared),
        cmocka_unit_test(the_taken_are_avoided),
        cmocka_unit_test(a_stem_without_a_name_is_refused),
        cmocka_unit_test(no_two_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
