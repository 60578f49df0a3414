/* Claims: tables that say which households a service reaches. SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#define _LARGEFILE64_SOURCE
#include "layers.h"

#include "io/claims.h"

static int reset(void **state)
{
    (void)state;
    cov_gdal_init();
    remove_all();
    return 0;
}

/* ---------------------------------------------------------------- helpers */

static cov_status try_read(const char *path, const char *key, const char *const *conditions,
                           size_t n, cov_notes *notes, cov_claims **out, cov_error *err)
{
    const cov_source source = {path, NULL, NULL, NULL};
    const cov_policy policy = {0};
    cov_phases phases = cov_phases_start(NULL, NULL);
    cov_claim claims[64];
    for (size_t i = 0; i < n; i++)
        claims[i] = (cov_claim){&source, key, conditions[i], (unsigned)i};
    *out = NULL;
    return cov_claims_read(claims, n, &policy, notes, &phases, out, err);
}

/* Bit i is the service of condition i. */
static cov_claims *read_claims(const char *path, const char *key, const char *const *conditions,
                               size_t n, cov_notes *notes)
{
    cov_claims *out;
    cov_error err;
    if (try_read(path, key, conditions, n, notes, &out, &err) != COV_OK)
        fail_msg("%s", err.message);
    return out;
}

static void expect_bits(cov_claims *claims, const char *id, uint64_t served, uint64_t unknown)
{
    uint64_t yes = 0, maybe = 0;
    cov_claims_find(claims, id, strlen(id), &yes, &maybe);
    if (yes != served || maybe != unknown)
        fail_msg("%s: %llx, %llx", id, (unsigned long long)yes, (unsigned long long)maybe);
}

static void expect_counts(const cov_claims *claims, cov_claims_counts expected)
{
    cov_claims_counts counts;
    cov_claims_count(claims, &counts);
    assert_memory_equal(&counts, &expected, sizeof counts);
}

static void refuse(const char *path, const char *key, const char *condition, const char *says)
{
    cov_notes notes = COV_NOTES_INIT;
    cov_claims *out;
    cov_error err = {0};
    assert_int_equal(try_read(path, key, &condition, 1, &notes, &out, &err), COV_ERR_INPUT);
    assert_null(out);
    assert_says(&err, CPLGetFilename(path));
    assert_says(&err, says);
    cov_notes_clear(&notes);
}

/* ---------------------------------------------------------------- small tables */

static void rows_of_one_id_are_a_union(void **state)
{
    (void)state;
    put_text(HERE "a.csv", "id,tech,down\n"
                           "h1,50,1000\n"
                           "h2,10,\n"
                           " h1 ,10,\n"
                           "h3,,5\n"
                           "h2,40,300\n"
                           "h3,40,\n"
                           "h4,40,5\n");
    static const char *const conditions[] = {"tech=50", "down>=100", NULL, "tech=99"};
    cov_notes notes = COV_NOTES_INIT;
    cov_claims *c = read_claims(HERE "a.csv", "ID", conditions, 4, &notes);
    expect_counts(c, (cov_claims_counts){7, 7, 0, 0, 4, 0});
    expect_bits(c, "h1", 7, 0);
    expect_bits(c, "h2", 6, 0);
    expect_bits(c, "h3", 4, 1 | 2 | 8);
    expect_bits(c, "h4", 4, 0);
    expect_bits(c, "h4", 4, 0);
    expect_bits(c, "h5", 0, 0);
    expect_bits(c, "h", 0, 0);
    expect_bits(c, "h12", 0, 0);
    expect_bits(c, "", 0, 0);
    expect_counts(c, (cov_claims_counts){7, 7, 0, 0, 4, 4});
    assert_int_equal(cov_claims_bits(c), 15);
    assert_string_equal(cov_claims_label(c), "a.csv");
    assert_true(noted(&notes, "none of its 7 rows meets the condition \"tech=99\", which is "
                              "unknown for 1 of them"));
    assert_int_equal(notes.n, 1);
    /* what a household knows already stays */
    uint64_t served = 32, unknown = 64;
    cov_claims_find(c, "h3", 2, &served, &unknown);
    assert_true(served == 36 && unknown == 75);
    cov_claims_free(c);
    cov_notes_clear(&notes);
}

static void rows_that_claim_nothing_take_no_memory(void **state)
{
    (void)state;
    put_text(HERE "a.csv", "id,tech\na,50\nb,10\n,50\n,10\nc,\n ,\n");
    static const char *const conditions[] = {"tech=50"};
    cov_notes notes = COV_NOTES_INIT;
    cov_claims *c = read_claims(HERE "a.csv", "id", conditions, 1, &notes);
    expect_counts(c, (cov_claims_counts){6, 2, 2, 2, 2, 0});
    assert_true(noted(&notes, "a.csv: rows without an id (column id), which are nobody's: 2 of 6"));
    assert_int_equal(notes.note[0].kind, COV_NOTE_WARNING);
    cov_claims_free(c);
    cov_notes_clear(&notes);
}

static void a_table_may_claim_one_service_twice(void **state)
{
    (void)state;
    put_text(HERE "a.csv", "id,tech\na,50\nb,10\nc,\nd,40\n");
    const cov_source source = {HERE "a.csv", NULL, "id <> 'b'", NULL};
    const cov_claim claims[] = {{&source, "id", "tech=50", 63}, {&source, "id", "tech=40", 63}};
    const cov_policy policy = {0};
    cov_notes notes = COV_NOTES_INIT;
    cov_phases phases = cov_phases_start(NULL, NULL);
    cov_claims *c = NULL;
    assert_int_equal(cov_claims_read(claims, 2, &policy, &notes, &phases, &c, NULL), COV_OK);
    const uint64_t bit = UINT64_C(1) << 63;
    expect_bits(c, "a", bit, 0);
    expect_bits(c, "b", 0, 0);
    expect_bits(c, "c", 0, bit);
    expect_bits(c, "d", bit, 0);
    expect_counts(c, (cov_claims_counts){3, 2, 1, 0, 3, 3});
    assert_string_equal(phases.phase[0].name, "read tables");
    cov_claims_free(c);
    cov_notes_clear(&notes);
}

static void whole_numbers_are_their_digits(void **state)
{
    (void)state;
    GDALDatasetH d =
        GDALCreate(GDALGetDriverByName("GPKG"), HERE "t.gpkg", 0, 0, 0, GDT_Unknown, NULL);
    OGRLayerH l = GDALDatasetCreateLayer(d, "t", NULL, wkbNone, NULL);
    static const char *const names[] = {"id", "share", "day"};
    static const OGRFieldType types[] = {OFTInteger64, OFTReal, OFTDate};
    for (int k = 0; k < 3; k++) {
        OGRFieldDefnH f = OGR_Fld_Create(names[k], types[k]);
        assert_int_equal(OGR_L_CreateField(l, f, TRUE), OGRERR_NONE);
        OGR_Fld_Destroy(f);
    }
    static const int64_t ids[] = {42, -7, INT64_MAX, INT64_MIN, 0};
    for (int i = 0; i < 6; i++) {
        OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(l));
        if (i < 5)
            OGR_F_SetFieldInteger64(f, 0, ids[i]);
        OGR_F_SetFieldDouble(f, 1, 1);
        assert_int_equal(OGR_L_CreateFeature(l, f), OGRERR_NONE);
        OGR_F_Destroy(f);
    }
    GDALClose(d);
    const char *const every = NULL;
    cov_notes notes = COV_NOTES_INIT;
    cov_claims *c = read_claims(HERE "t.gpkg", "id", &every, 1, &notes);
    static const char *const digits[] = {"42", "-7", "9223372036854775807", "-9223372036854775808",
                                         "0"};
    for (size_t i = 0; i < 5; i++)
        expect_bits(c, digits[i], 1, 0);
    expect_bits(c, "042", 0, 0);
    expect_bits(c, "42.0", 0, 0);
    expect_counts(c, (cov_claims_counts){6, 6, 0, 1, 5, 5});
    cov_claims_free(c);
    cov_notes_clear(&notes);
    refuse(HERE "t.gpkg", "share", NULL, "holds decimals, which are no ids");
    refuse(HERE "t.gpkg", "day", NULL, "type Date");
}

static void bad_tables_are_refused(void **state)
{
    (void)state;
    put_text(HERE "a.csv", "id,tech\na,50\nb,x\n");
    refuse(HERE "a.csv", "location_id", NULL,
           "no key column \"location_id\" among its columns: id");
    refuse(HERE "a.csv", "id", "speed>1", "\"speed\"");
    refuse(HERE "a.csv", "id", "tech>", "without a value");
    refuse(HERE "a.csv", "id", "tech>1", "feature 2");
    put_text(HERE "b.csv", "id,tech\na,50\n\"b,10\n");
    refuse(HERE "b.csv", "id", NULL, "quote that is never closed");
    put_text(HERE "c.csv", "id,tech\n");
    refuse(HERE "c.csv", "id", NULL, "no rows");
    refuse(HERE "none.csv", "id", NULL, "there is no file");
}

static int cancel(void *data, const char *phase, double fraction)
{
    (void)fraction;
    return ++*(int *)data == 3 && strcmp(phase, "read tables") == 0;
}

static void reading_can_be_cancelled(void **state)
{
    (void)state;
    put_text(HERE "a.csv", "id,tech\na,50\nb,50\nc,50\n");
    const cov_source source = {HERE "a.csv", NULL, NULL, NULL};
    const cov_claim claim = {&source, "id", NULL, 0};
    const cov_policy policy = {0};
    cov_notes notes = COV_NOTES_INIT;
    int calls = 0;
    cov_phases phases = cov_phases_start(cancel, &calls);
    cov_claims *c = NULL;
    assert_int_equal(cov_claims_read(&claim, 1, &policy, &notes, &phases, &c, NULL),
                     COV_ERR_CANCELLED);
    assert_null(c);
    cov_notes_clear(&notes);
}

static void claims_of_one_table_are_alike(void **state)
{
    (void)state;
    const cov_source a = {"a.csv", NULL, NULL, NULL}, same = {"a.csv", NULL, NULL, NULL};
    const cov_source others[] = {
        {"b.csv", NULL, NULL, NULL}, {"a.csv", "t", NULL, NULL}, {"a.csv", NULL, "x = 1", NULL}};
    const cov_claim one = {&a, "id", "tech=50", 0}, two = {&same, "id", NULL, 3};
    assert_true(cov_claims_alike(&one, &two));
    const cov_claim key = {&a, "ID", NULL, 0};
    assert_false(cov_claims_alike(&one, &key));
    for (size_t i = 0; i < 3; i++) {
        const cov_claim other = {&others[i], "id", NULL, 0};
        assert_false(cov_claims_alike(&one, &other) || cov_claims_alike(&other, &one));
    }
}

/* ---------------------------------------------------------------- ids nobody asks for */

static cov_claims *table_of(const char *rows, const char *const *condition, cov_notes *notes)
{
    put_text(HERE "a.csv", rows);
    return read_claims(HERE "a.csv", "id", condition, 1, notes);
}

static void ids_of_nobody_are_told(void **state)
{
    (void)state;
    const char *const every = NULL, *const none = "x=2";
    cov_notes notes = COV_NOTES_INIT;
    cov_error err = {0};
    cov_claims *c = table_of("id,x\na,\nb,\nc,\na,\n", &every, &notes);
    expect_bits(c, " q", 0, 0);
    assert_int_equal(cov_claims_check(c, "points.gpkg", " q", 0, &notes, &err), COV_ERR_INPUT);
    static const char *const facts[] = {"a.csv: none of its 3 ids", "column id", "\"a\"",
                                        "points.gpkg", "\" q\""};
    for (size_t i = 0; i < 5; i++)
        assert_says(&err, facts[i]);
    expect_bits(c, "a", 1, 0);
    assert_int_equal(cov_claims_check(c, "points.gpkg", " q", 0, &notes, &err), COV_OK);
    assert_int_equal(notes.n, 1);
    assert_int_equal(notes.note[0].kind, COV_NOTE_WARNING);
    assert_true(noted(&notes, "of its 3 ids (column id) 2 are those of no point in points.gpkg"));
    expect_bits(c, "c", 1, 0);
    assert_int_equal(cov_claims_check(c, "points.gpkg", " q", 0, &notes, &err), COV_OK);
    assert_int_equal(notes.n, 2);
    assert_int_equal(notes.note[1].kind, COV_NOTE_INFO);
    expect_bits(c, "b", 1, 0);
    assert_int_equal(cov_claims_check(c, "points.gpkg", " q", 0, &notes, &err), COV_OK);
    assert_int_equal(notes.n, 2);
    cov_claims_free(c);
    c = table_of("id,x\na,1\n", &none, &notes);
    assert_int_equal(cov_claims_check(c, "points.gpkg", " q", 0, &notes, &err), COV_OK);
    cov_claims_free(c);
    cov_notes_clear(&notes);
}

/* ---------------------------------------------------------------- FCC's availability file */

#define FCC                                                                                        \
    "frn,provider_id,brand_name,location_id,technology,max_advertised_download_speed,"             \
    "max_advertised_upload_speed,low_latency,business_residential_code,state_usps,block_geoid,"    \
    "h3_res8_id\n"

enum { LOCATIONS = 4000, FCC_ROWS = 30000, RULES = 6 };

typedef struct fcc_row {
    unsigned location, technology, down, up, provider, low;
    char code;
} fcc_row;

static const char *const fcc_conditions[RULES] = {
    "technology=50",
    "technology=50 & max_advertised_download_speed>=100 & max_advertised_upload_speed>=20",
    "provider_id=130077",
    "max_advertised_download_speed>=25 & max_advertised_upload_speed>=3 & low_latency=1",
    "business_residential_code!=B & brand_name='O''Neill, Sons & Co'",
    "provider_id!=130077 & technology!=60",
};

static int fcc_meets(const fcc_row *r, int rule)
{
    switch (rule) {
    case 0:
        return r->technology == 50;
    case 1:
        return r->technology == 50 && r->down >= 100 && r->up >= 20;
    case 2:
        return r->provider == 130077;
    case 3:
        return r->down >= 25 && r->up >= 3 && r->low == 1;
    case 4:
        return r->code != 'B' && r->provider == 131425;
    default:
        return r->provider != 130077 && r->technology != 60;
    }
}

static unsigned pick(uint64_t *state, const unsigned *from, unsigned n)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return from[(*state >> 33) % n];
}

static fcc_row random_row(uint64_t *seed)
{
    static const unsigned technologies[] = {10, 40, 50, 60, 61, 70, 71, 72};
    static const unsigned down[] = {0, 10, 24, 25, 100, 1000}, up[] = {0, 1, 3, 19, 20, 1000};
    static const unsigned providers[] = {130077, 131425, 290111}, flags[] = {0, 1};
    static const unsigned codes[] = {'B', 'R', 'X'};
    static unsigned all[LOCATIONS];
    for (unsigned i = 0; i < LOCATIONS && all[LOCATIONS - 1] == 0; i++)
        all[i] = i + 1;
    return (fcc_row){pick(seed, all, LOCATIONS), pick(seed, technologies, 8), pick(seed, down, 6),
                     pick(seed, up, 6),          pick(seed, providers, 3),    pick(seed, flags, 2),
                     (char)pick(seed, codes, 3)};
}

static const char *brand(unsigned provider)
{
    return provider == 130077   ? "Verizon"
           : provider == 131425 ? "\"O'Neill, Sons & Co\""
                                : "Hughes \"\"Net\"\"";
}

static void fcc_file_by_brute_force(void **state)
{
    (void)state;
    static uint64_t expected[LOCATIONS + 1];
    static char text[FCC_ROWS * 140];
    uint64_t seed = 7, met = 0, ids = 0;
    size_t used = (size_t)sprintf(text, "%s", FCC);
    memset(expected, 0, sizeof expected);
    for (int i = 0; i < FCC_ROWS; i++) {
        fcc_row r = random_row(&seed);
        int any = 0;
        for (int k = 0; k < RULES; k++) {
            expected[r.location] |= (uint64_t)fcc_meets(&r, k) << k;
            any |= fcc_meets(&r, k);
        }
        met += (uint64_t)any;
        used += (size_t)sprintf(
            text + used, "0%09u,%u,%s,%u,%u,%u,%u,%u,%c,VA,510010901011%03u,882aa8c5%02uffff\n",
            r.provider, r.provider, brand(r.provider), 1000000000 + r.location, r.technology,
            r.down, r.up, r.low, r.code, r.location % 1000, r.location % 100);
    }
    put_text(HERE "bdc.csv", text);
    cov_notes notes = COV_NOTES_INIT;
    cov_claims *c = read_claims(HERE "bdc.csv", "location_id", fcc_conditions, RULES, &notes);
    for (unsigned i = 1; i <= LOCATIONS; i++) {
        char id[16];
        snprintf(id, sizeof id, "%u", 1000000000 + i);
        expect_bits(c, id, expected[i], 0);
        ids += expected[i] != 0;
    }
    expect_bits(c, "1000000000", 0, 0);
    expect_counts(c, (cov_claims_counts){FCC_ROWS, met, 0, 0, ids, ids});
    assert_true(ids > LOCATIONS / 2 && met < FCC_ROWS);
    cov_claims_free(c);
    cov_notes_clear(&notes);
}

/* As many ids as make the table of them grow many times, some with others as their beginning. */
static void many_ids_are_told_apart(void **state)
{
    (void)state;
    enum { N = 50000 };
    char *text = malloc(N * 24 + 16);
    assert_non_null(text);
    size_t used = (size_t)sprintf(text, "id,x\n");
    for (unsigned i = 0; i < N; i++)
        used += (size_t)sprintf(text + used, "%u,%u\n", i * 3, i % 2);
    put_text(HERE "a.csv", text);
    free(text);
    static const char *const conditions[] = {"x=1", NULL};
    cov_notes notes = COV_NOTES_INIT;
    cov_claims *c = read_claims(HERE "a.csv", "id", conditions, 2, &notes);
    for (unsigned i = 0; i < N * 3; i++) {
        char id[16];
        snprintf(id, sizeof id, "%u", i);
        expect_bits(c, id, i % 3 != 0 ? 0 : i % 2 ? 3 : 2, 0);
    }
    expect_counts(c, (cov_claims_counts){N, N, 0, 0, N, N});
    cov_claims_free(c);
    cov_notes_clear(&notes);
}

int main(void)
{
    CPLSetErrorHandler(loud);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(rows_of_one_id_are_a_union, reset),
        cmocka_unit_test_setup(rows_that_claim_nothing_take_no_memory, reset),
        cmocka_unit_test_setup(a_table_may_claim_one_service_twice, reset),
        cmocka_unit_test_setup(whole_numbers_are_their_digits, reset),
        cmocka_unit_test_setup(bad_tables_are_refused, reset),
        cmocka_unit_test_setup(reading_can_be_cancelled, reset),
        cmocka_unit_test_setup(claims_of_one_table_are_alike, reset),
        cmocka_unit_test_setup(ids_of_nobody_are_told, reset),
        cmocka_unit_test_setup(fcc_file_by_brute_force, reset),
        cmocka_unit_test_setup(many_ids_are_told_apart, reset),
    };
    return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}
