/* The target: kept, replaced or refused, and what becomes of it when something fails.
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "place.h"

/* ---------------------------------------------------------------- the target */

static void existing_files_are_kept(void **state)
{
    static const char *const in_the_way[][2] = {
        {"r.geojson", "r.geojson"}, {"r.gpkg", "r.gpkg"},        {"r.shp", "r.dbf"},
        {"r.shp", "r.shx"},         {"r.shp", "r.cpg"},          {"r.csv", "r.csv.libcov.json"},
        {"r.gpkg", "r.gpkg-wal"},   {"r.gpkg", "r.gpkg-journal"}};
    place *p = *state;
    for (size_t i = 0; i < sizeof in_the_way / sizeof in_the_way[0]; i++) {
        size_t size;
        cov_write_options o = COV_WRITE_OPTIONS_INIT;
        FILE *f = fopen(in(p, in_the_way[i][1]), "w");
        fputs("mine", f);
        fclose(f);
        assert_int_equal(cov_output_check(in(p, in_the_way[i][0]), &o, &p->err), COV_ERR_EXISTS);
        assert_non_null(strstr(p->err.message, in_the_way[i][1]));
        assert_int_equal(write_to(p, in_the_way[i][0], 0), COV_ERR_EXISTS);
        char *text = slurp(in(p, in_the_way[i][1]), &size);
        assert_string_equal(text, "mine");
        free(text);
        assert_int_equal(count_entries(p->folder), 1);
        empty(p->folder);
    }
}

static void overwrite(void **state)
{
    place *p = *state;
    for (size_t i = 0; i < N_FILES; i++) {
        assert_written(p, all_files[i]);
        size_t n = count_entries(p->folder);
        rebuild(p, 1, 1, NULL, 0);
        FILE *f = fopen(in(p, "r.qix"), "w"); /* a spatial index of the old shapefile */
        fclose(f);
        assert_int_equal(write_to(p, all_files[i], 1), COV_OK);
        int is_shapefile = strstr(all_files[i], ".shp") != NULL;
        assert_int_equal(access(in(p, "r.qix"), F_OK), is_shapefile ? -1 : 0);
        assert_int_equal(count_entries(p->folder), n + !is_shapefile);
        int is_csv = strstr(all_files[i], ".csv") != NULL;
        int is_fgb = strstr(all_files[i], ".fgb") != NULL;
        assert_file(p, all_files[i], is_fgb ? N_RESULT_AREAS : N_ROWS, is_csv ? "'=1+1" : "=1+1");
        empty(p->folder);
    }
    /* A link gives way, what it points to stays. */
    size_t size;
    FILE *f = fopen(in(p, "old"), "w");
    fputs("mine", f);
    fclose(f);
    assert_int_equal(symlink("old", in(p, "r.csv")), 0);
    assert_int_equal(write_to(p, "r.csv", 1), COV_OK);
    char *text = slurp(in(p, "old"), &size);
    assert_string_equal(text, "mine");
    free(text);
}

static void assert_refused(const char *path, const char *format, cov_status code, const char *word)
{
    cov_error err = {0};
    cov_write_options o = COV_WRITE_OPTIONS_INIT;
    o.overwrite = 1;
    o.format = format;
    assert_int_equal(cov_output_check(path, &o, &err), code);
    if (strstr(err.message, word) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, word);
}

static void paths_that_are_refused(void **state)
{
    place *p = *state;
    cov_write_options o = COV_WRITE_OPTIONS_INIT;
    assert_refused(NULL, NULL, COV_ERR_ARGUMENT, "no path");
    assert_refused("", "CSV", COV_ERR_ARGUMENT, "names no file");
    assert_refused("a/", "CSV", COV_ERR_ARGUMENT, "names no file");
    assert_refused("r.xyz", NULL, COV_ERR_ARGUMENT, "\"xyz\"");
    assert_refused("r", NULL, COV_ERR_ARGUMENT, ".geojson");
    assert_refused("r.csv", "KML", COV_ERR_ARGUMENT, "\"KML\"");
    assert_refused("-", NULL, COV_ERR_ARGUMENT, "needs a format");
    assert_refused("-", "gpkg", COV_ERR_ARGUMENT, "standard output");
    assert_refused("-", "FlatGeobuf", COV_ERR_ARGUMENT, "standard output");
    assert_refused("r.x", "esri shapefile", COV_ERR_ARGUMENT, ".shp");
    assert_refused("/vsimem/r.csv", NULL, COV_ERR_ARGUMENT, "ordinary files");
    assert_refused("no/such/folder/r.csv", NULL, COV_ERR_IO, "no/such/folder/");
    assert_refused("/dev/null", "CSV", COV_ERR_IO, "not an ordinary file");
    assert_int_equal(mkdir(in(p, "d.csv"), 0777), 0);
    assert_refused(p->path, NULL, COV_ERR_IO, "is a folder");
    FILE *f = fopen(in(p, "file"), "w");
    fclose(f);
    assert_refused(in(p, "file/r.csv"), NULL, COV_ERR_IO, "file/");
    o.size = 1;
    assert_int_equal(cov_output_check("r.csv", &o, &p->err), COV_ERR_ARGUMENT);
    assert_int_equal(cov_output_check(in(p, "new.CSV"), NULL, &p->err), COV_OK);
    if (geteuid() == 0) {
        print_message("# root may write everywhere: folders without permission not tested\n");
        return;
    }
    assert_int_equal(mkdir(in(p, "locked"), 0555), 0);
    assert_refused(in(p, "locked/r.csv"), NULL, COV_ERR_IO, "not writable");
}

static void names_and_formats(void **state)
{
    static const char *const names[][2] = {{"a b 'x' \"y\".gpkg", NULL},
                                           {"gpkg_r.gpkg", NULL},
                                           {"R.SHP", NULL},
                                           {"r.v1.2.shp", NULL},
                                           {".csv", NULL},
                                           {"r.txt", "csv"},
                                           {"r.db", "gpkg"},
                                           {"Bạc Liêu.json", NULL},
                                           {"r", "geojson"},
                                           {"x\xE3.fgb", NULL},
                                           {"r.geojsons", NULL},
                                           {"%s%n.geojson", NULL},
                                           {"sqlite_1.gpkg", NULL},
                                           {"CSV:r.csv", NULL},
                                           {"r?x=1|layer.gpkg", NULL}};
    place *p = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        cov_write_options o = COV_WRITE_OPTIONS_INIT;
        o.format = names[i][1];
        cov_status s = cov_sink_write(&p->r.sheet, &p->r.layer, in(p, names[i][0]), &o, &p->err);
        if (s != COV_OK)
            fail_msg("%s: %s", names[i][0], p->err.message);
        assert_int_equal(access(p->path, F_OK), 0);
        assert_int_equal(cov_sink_write(&p->r.sheet, &p->r.layer, p->path, &o, &p->err),
                         COV_ERR_EXISTS);
        o.overwrite = 1;
        assert_int_equal(cov_sink_write(&p->r.sheet, &p->r.layer, p->path, &o, &p->err), COV_OK);
    }
    assert_file(p, "R.SHP", N_ROWS, "=1+1");
}

/* ---------------------------------------------------------------- failures */

static int stop_at(void *data, const char *phase, double fraction)
{
    int *left = data;
    assert_true(strcmp(phase, "write") == 0 || strcmp(phase, "check") == 0);
    assert_true(fraction <= 1);
    return --*left < 0;
}

static void cancel(void **state)
{
    place *p = *state;
    for (size_t i = 0; i < N_FILES; i++) {
        cov_status s = COV_ERR_CANCELLED;
        for (int after = 0; s == COV_ERR_CANCELLED; after++) {
            int left = after;
            cov_write_options o = COV_WRITE_OPTIONS_INIT;
            o.progress = stop_at;
            o.progress_data = &left;
            s = cov_sink_write(&p->r.sheet, &p->r.layer, in(p, all_files[i]), &o, &p->err);
            if (s == COV_ERR_CANCELLED)
                assert_int_equal(count_entries(p->folder), 0);
            assert_true(after < 100);
        }
        assert_int_equal(s, COV_OK);
        empty(p->folder);
    }
}

/* In a child, with files of at most `limit` bytes. */
static int write_with_limit(place *p, const char *name, size_t limit)
{
    pid_t child = fork();
    if (child == 0) {
        struct rlimit most = {limit, limit};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &most);
        _exit(write_to(p, name, 1));
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A disk that is full after `limit` bytes: nothing new, and the old as it was. */
static void disk_full(void **state)
{
    place *p = *state;
    for (size_t i = 0; i < N_FILES; i++) {
        size_t old_size, size, largest = 0;
        int status = -1;
        rebuild(p, 1, 7, NULL, 0);
        assert_written(p, all_files[i]);
        char *old = all_bytes(p->folder, &old_size);
        size_t entries = count_entries(p->folder);
        rebuild(p, 1, 1, NULL, 0);
        for (size_t limit = 0; status != COV_OK; limit = limit < 8 ? limit + 1 : limit * 5 / 4) {
            status = write_with_limit(p, all_files[i], limit);
            if (status == COV_OK)
                break;
            assert_int_equal(status, COV_ERR_IO);
            assert_int_equal(count_entries(p->folder), entries);
            char *now = all_bytes(p->folder, &size);
            assert_true(size == old_size && memcmp(now, old, size) == 0);
            free(now);
            largest = limit;
            assert_true(limit < 1 << 20);
        }
        assert_true(largest > 500);
        free(old);
        empty(p->folder);
    }
}

/* The same with a file system of 64 KiB that fills up, where it can be mounted. */
static void file_system_full(void **state)
{
    place *p = *state;
    if (mount("none", p->folder, "tmpfs", 0, "size=64k") != 0) {
        print_message("# no file system can be mounted here: %s\n", strerror(errno));
        return; /* not skip(): cmocka writes that as "not ok" */
    }
    for (size_t i = 0; i < N_FILES; i++) {
        for (size_t left = 0; left <= 8; left++) {
            int filler = open(in(p, "filler"), O_CREAT | O_WRONLY, 0666);
            if (posix_fallocate(filler, 0, (off_t)((15 - left) * 4096)) == 0) {
                cov_status s = write_to(p, all_files[i], 0);
                if (s == COV_OK)
                    assert_true(left > 0);
                else
                    assert_int_equal(s, COV_ERR_IO);
                if (s != COV_OK)
                    assert_int_equal(count_entries(p->folder), 1);
            }
            close(filler);
            empty(p->folder);
        }
    }
    umount(p->folder);
}

static void killed(void **state)
{
    place *p = *state;
    const char *const files[] = {"r.geojson", "r.gpkg"};
    for (size_t i = 0; i < 2; i++) {
        size_t n_old, n_new, n;
        rebuild(p, 1, 7, NULL, 0);
        assert_int_equal(write_to(p, files[i], 1), COV_OK);
        char *old_bytes = slurp(in(p, files[i]), &n_old);
        rebuild(p, 1, 1, NULL, 0);
        assert_int_equal(write_to(p, files[i], 1), COV_OK);
        char *new_bytes = slurp(in(p, files[i]), &n_new);
        for (int k = 0; k < 25; k++) {
            pid_t child = fork();
            if (child == 0) {
                for (;;) {
                    rebuild(p, 1, 7, NULL, 0);
                    if (write_to(p, files[i], 1) != COV_OK)
                        _exit(1);
                    rebuild(p, 1, 1, NULL, 0);
                    if (write_to(p, files[i], 1) != COV_OK)
                        _exit(1);
                }
            }
            struct timespec pause = {0, 1000000 + (k * 7919 % 50) * 1000000L};
            nanosleep(&pause, NULL);
            kill(child, SIGKILL);
            int status;
            waitpid(child, &status, 0);
            assert_true(WIFSIGNALED(status));
            char *now = slurp(in(p, files[i]), &n);
            assert_non_null(now);
            assert_true((n == n_old && memcmp(now, old_bytes, n) == 0) ||
                        (n == n_new && memcmp(now, new_bytes, n) == 0));
            free(now);
        }
        free(old_bytes);
        free(new_bytes);
        empty(p->folder);
    }
}

/* ---------------------------------------------------------------- standard output */

/* In a child whose standard output is `file`. */
static int write_to_stdout(place *p, const char *format, int file)
{
    pid_t child = fork();
    if (child == 0) {
        cov_write_options o = COV_WRITE_OPTIONS_INIT;
        o.format = format;
        signal(SIGPIPE, SIG_IGN);
        dup2(file, STDOUT_FILENO);
        _exit(cov_sink_write(&p->r.sheet, &p->r.layer, "-", &o, &p->err));
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void standard_output(void **state)
{
    static const char *const formats[][2] = {
        {"GeoJSON", "coverage.geojson"}, {"geojsonseq", "coverage.geojsonl"}, {"csv", "x.csv"}};
    place *p = *state;
    for (size_t i = 0; i < 3; i++) {
        size_t one, two;
        assert_written(p, formats[i][1]);
        char *wanted_text = slurp(in(p, formats[i][1]), &one);
        int file = open(in(p, "out"), O_CREAT | O_TRUNC | O_RDWR, 0666);
        assert_int_equal(write_to_stdout(p, formats[i][0], file), COV_OK);
        close(file);
        char *text = slurp(in(p, "out"), &two);
        assert_true(one == two && memcmp(text, wanted_text, one) == 0);
        free(text);
        free(wanted_text);

        int ends[2];
        assert_int_equal(pipe(ends), 0);
        close(ends[0]);
        assert_int_equal(write_to_stdout(p, formats[i][0], ends[1]), COV_ERR_IO);
        close(ends[1]);
        file = open("/dev/full", O_WRONLY);
        if (file >= 0) {
            assert_int_equal(write_to_stdout(p, formats[i][0], file), COV_ERR_IO);
            close(file);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(existing_files_are_kept), TEST(overwrite), TEST(paths_that_are_refused),
        TEST(names_and_formats),       TEST(cancel),    TEST(disk_full),
        TEST(file_system_full),        TEST(killed),    TEST(standard_output),
    };
    cov_gdal_init();
    CPLSetErrorHandler(CPLQuietErrorHandler);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
