/* Shape points: shapefiles that are read by hands against the same files read by GDAL alone, which
 * a filter that lets everything pass makes the households do. SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "both_ways.h"

#include <cpl_vsi.h>

#define ROW 36 /* the mark, N 6, C 5, F 12.3, N 12 */
#define SHAPE 28

/* ---------------------------------------------------------------- a shapefile in memory */

typedef struct shapefile {
    size_t n;
    unsigned char *shp, *shx, *dbf;
    size_t dbf_header;
} shapefile;

static void put32(unsigned char *b, uint32_t v, int big)
{
    for (int i = 0; i < 4; i++)
        b[i] = (unsigned char)(v >> (big ? 24 - 8 * i : 8 * i));
}

static void put_double(unsigned char *b, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    put32(b, (uint32_t)bits, 0);
    put32(b + 4, (uint32_t)(bits >> 32), 0);
}

static void put_head(unsigned char *b, size_t size)
{
    put32(b, 9994, 1);
    put32(b + 24, (uint32_t)(size / 2), 1);
    put32(b + 28, 1000, 0);
    put32(b + 32, 1, 0);
}

static void put_column(unsigned char *b, const char *name, char type, int width, int decimals)
{
    strcpy((char *)b, name);
    b[11] = (unsigned char)type;
    b[16] = (unsigned char)width;
    b[17] = (unsigned char)decimals;
}

static unsigned char *row_of(const shapefile *f, size_t i)
{
    return f->dbf + f->dbf_header + i * ROW;
}

static void put_record(shapefile *f, size_t i, uint64_t *seed)
{
    static const char *const replies[] = {"yes  ", "no   ", "     ", " 1   ", "0    "};
    unsigned char *shape = f->shp + 100 + i * SHAPE, *entry = f->shx + 100 + i * 8;
    char row[ROW + 1];
    put32(entry, (uint32_t)((100 + i * SHAPE) / 2), 1);
    put32(entry + 4, 10, 1);
    put32(shape, (uint32_t)(i + 1), 1);
    put32(shape + 4, 10, 1);
    put32(shape + 8, 1, 0);
    put_double(shape + 12, 105 + (double)(random_bits(seed) % 1000) / 1000);
    put_double(shape + 20, 9 + (double)(random_bits(seed) % 1000) / 1000);
    snprintf(row, sizeof row, " %6u%s%8u.%03u%12lld", (unsigned)(random_bits(seed) % 1000),
             replies[random_bits(seed) % 5], (unsigned)(random_bits(seed) % 5000),
             (unsigned)(random_bits(seed) % 1000),
             (long long)(random_bits(seed) % 2000000) - 1000000);
    memcpy(row_of(f, i), row, ROW);
}

static shapefile make(size_t n, uint64_t *seed)
{
    shapefile f = {.n = n, .dbf_header = 32 + 4 * 32 + 1};
    f.shp = calloc(100 + n * SHAPE, 1);
    f.shx = calloc(100 + n * 8, 1);
    f.dbf = calloc(f.dbf_header + n * ROW + 1, 1);
    assert_true(f.shp != NULL && f.shx != NULL && f.dbf != NULL);
    put_head(f.shp, 100 + n * SHAPE);
    put_head(f.shx, 100 + n * 8);
    f.dbf[0] = 3;
    f.dbf[1] = 100;
    f.dbf[2] = f.dbf[3] = 1;
    put32(f.dbf + 4, (uint32_t)n, 0);
    f.dbf[8] = (unsigned char)f.dbf_header;
    f.dbf[10] = ROW;
    put_column(f.dbf + 32, "HO", 'N', 6, 0);
    put_column(f.dbf + 64, "CO", 'C', 5, 0);
    put_column(f.dbf + 96, "W", 'F', 12, 3);
    put_column(f.dbf + 128, "SO", 'N', 12, 0);
    f.dbf[f.dbf_header - 1] = 0x0D;
    f.dbf[f.dbf_header + n * ROW] = 0x1A;
    for (size_t i = 0; i < n; i++)
        put_record(&f, i, seed);
    return f;
}

static void write_part(const char *name, const void *bytes, size_t size)
{
    char *path = folder_at(&here, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    free(path);
}

static void write_all(const shapefile *f)
{
    write_part("p.shp", f->shp, 100 + f->n * SHAPE);
    write_part("p.shx", f->shx, 100 + f->n * 8);
    write_part("p.dbf", f->dbf, f->dbf_header + f->n * ROW + 1);
}

static void drop(shapefile *f)
{
    free(f->shp);
    free(f->shx);
    free(f->dbf);
}

static int compare(const char *what)
{
    char *path = folder_at(&here, "p.shp");
    int by_hand = compare_ways(path, what);
    free(path);
    return by_hand;
}

/* ---------------------------------------------------------------- the tests */

static void regular_files_are_read_by_hands(void **state)
{
    (void)state;
    uint64_t seed = 1;
    static const size_t sizes[] = {1, 2, 1000, COV_BATCH, COV_BATCH + 1, 2 * COV_BATCH + 777};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        shapefile f = make(sizes[i], &seed);
        write_all(&f);
        assert_int_equal(compare("regular"), sizes[i]);
        drop(&f);
    }
}

/* What GDAL has to read lies between what it needn't, and deleted records are everywhere. */
static void what_is_left_is_read_once(void **state)
{
    (void)state;
    uint64_t seed = 2;
    shapefile f = make(3 * COV_BATCH + 100, &seed);
    for (size_t i = 0; i < f.n; i += 997)
        row_of(&f, i)[0] = '*';
    memset(row_of(&f, COV_BATCH + 5) + 12, '*', 12); /* W is null: refused */
    memcpy(row_of(&f, COV_BATCH + 5) + 12, "       1.5e2", 12);
    put32(f.shp + 100 + (3 * COV_BATCH + 7) * SHAPE + 8, 0, 0); /* a null shape */
    write_all(&f);
    int by_hand = compare("left");
    assert_true(by_hand > 2 * COV_BATCH - 200 && by_hand < 2 * COV_BATCH);
    memset(row_of(&f, COV_BATCH + 6) + 12, ' ', 12);
    write_all(&f);
    compare("a weight that is missing, behind deleted ones");
    drop(&f);
}

/* Every kind of cell, at every column. */
static void cells_are_as_gdal_reads_them(void **state)
{
    (void)state;
    static const char *const cells[] = {
        "-0",     "0",           "00",           "-",   ".",    "1.",          ".5",
        "1.5",    "-1.5",        "+1",           "1e2", "1E2",  "*****",       "",
        "1 2",    "0x1",         "nan",          "inf", "1,5",  "yes",         "no",
        "Y",      "N",           "true",         "0.0", "-0.0", "999999",      "12345",
        "a",      "\xC3\xA9",    "\xE9",         "1\t", "\t1",  "1.2.3",       "--1",
        "1-",     "99999999999", "123456789012", "0.1", "0.3",  "1234567.891", "99999999.999",
        "0.0005", "12345678.125"};
    static const struct {
        size_t at, width;
    } columns[] = {{1, 6}, {7, 5}, {12, 12}, {24, 12}};
    uint64_t seed = 3;
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
        for (size_t i = 0; i < 2 * (sizeof cells / sizeof cells[0]); i++) {
            const char *cell = cells[i / 2];
            size_t width = columns[c].width, n = strlen(cell) < width ? strlen(cell) : width;
            shapefile f = make(3, &seed);
            unsigned char *to = row_of(&f, 1) + columns[c].at;
            memset(to, ' ', width);
            memcpy(i % 2 == 0 ? to : to + width - n, cell, n);
            write_all(&f);
            compare(cell);
            drop(&f);
        }
    }
}

/* A byte anywhere in the three files, or their ends. */
static void damaged_files_give_what_gdal_gives(void **state)
{
    (void)state;
    uint64_t seed = 4;
    for (int round = 0; round < 1500; round++) {
        shapefile f = make(1 + random_bits(&seed) % 20, &seed);
        size_t size[] = {100 + f.n * SHAPE, 100 + f.n * 8, f.dbf_header + f.n * ROW + 1};
        unsigned char *part[] = {f.shp, f.shx, f.dbf};
        size_t k = random_bits(&seed) % 3, at = random_bits(&seed) % size[k];
        char what[80];
        snprintf(what, sizeof what, "round %d: part %zu, byte %zu", round, k, at);
        part[k][at] = (unsigned char)random_bits(&seed);
        write_all(&f);
        compare(what);
        drop(&f);
    }
}

static void places_beyond_the_earth_have_their_number(void **state)
{
    (void)state;
    uint64_t seed = 5;
    shapefile f = make(100, &seed);
    row_of(&f, 3)[0] = row_of(&f, 40)[0] = '*';
    put_double(f.shp + 100 + 50 * SHAPE + 20, 1e6);
    write_all(&f);
    assert_int_equal(compare("beyond"), 0);
    put_double(f.shp + 100 + 50 * SHAPE + 20, NAN);
    write_all(&f);
    compare("nowhere");
    drop(&f);
}

/* GDAL gets headers in memory to open, which are gone when it is done. */
static void nothing_stays_in_memory(void **state)
{
    (void)state;
    uint64_t seed = 6;
    shapefile f = make(10, &seed);
    write_all(&f);
    assert_int_equal(compare("headers"), 10);
    drop(&f);
    char *path = folder_at(&here, "p.shp");
    const cov_source source = {path, NULL, NULL, NULL};
    const cov_policy policy = {.assume_crs = "EPSG:4326"};
    cov_notes notes = COV_NOTES_INIT;
    cov_layer layer;
    assert_int_equal(cov_layer_open_head(&source, &policy, &notes, &layer, NULL), COV_OK);
    char *copy = strdup(layer.head.path);
    VSILFILE *file = VSIFOpenL(copy, "rb");
    assert_non_null(file);
    VSIFCloseL(file);
    assert_int_equal(OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(layer.layer)), 4);
    cov_layer_close(&layer);
    assert_null(VSIFOpenL(copy, "rb"));
    cov_notes_clear(&notes);
    free(copy);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regular_files_are_read_by_hands),
        cmocka_unit_test(what_is_left_is_read_once),
        cmocka_unit_test(cells_are_as_gdal_reads_them),
        cmocka_unit_test(damaged_files_give_what_gdal_gives),
        cmocka_unit_test(places_beyond_the_earth_have_their_number),
        cmocka_unit_test(nothing_stays_in_memory),
    };
    return cmocka_run_group_tests_name("shape points", tests, setup, teardown);
}
