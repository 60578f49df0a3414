/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "io/target.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/path.h"

/* Beside a shapefile: what belongs to the data, and what was derived from it by other programs. */
static const char *const shapefile_parts[] = {"shx", "dbf", "prj", "cpg", NULL};
static const char *const shapefile_stale[] = {"qix", "sbn", "sbx", "idm", "ind", "fbn", "fbx",
                                              "ain", "aih", "atx", "ixs", "mxs", "qpj", NULL};
/* Beside an SQLite database that somebody has open, or that was left in the middle of a change. */
static const char *const sqlite_journals[] = {"-wal", "-journal", "-shm", NULL};

/* ---------------------------------------------------------------- names */

static cov_status take_apart(cov_target *target, cov_error *err)
{
    const char *slash = strrchr(target->path, '/');
    const char *base = slash != NULL ? slash + 1 : target->path;
    /* A relative path gets "./" before it, so that GDAL never takes its start for a prefix. */
    target->folder = cov_text_print("%s%s", target->path[0] == '/' ? "" : "./", target->path);
    target->base = cov_copy_text(base);
    target->stem = cov_copy_text(base);
    if (target->folder == NULL || target->base == NULL || target->stem == NULL)
        return cov_fail_memory(err);
    target->folder[strlen(target->folder) - strlen(base)] = '\0';
    char *dot = strrchr(target->stem, '.');
    if (dot != NULL)
        *dot = '\0';
    return COV_OK;
}

static cov_status check_path(const cov_target *target, cov_error *err)
{
    size_t n = strlen(target->path);
    if (n == 0 || target->path[n - 1] == '/')
        return cov_fail(err, COV_ERR_ARGUMENT, "\"%s\" names no file to write to", target->path);
    if (strncmp(target->path, "/vsi", 4) == 0)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "%s: results are written to ordinary files, or with \"-\" to standard "
                        "output",
                        target->path);
    if (target->is_stdout && cov_format_has(target->format, COV_FORMAT_PART))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "a part can't be written to standard output: name a file");
    if (target->is_stdout && !cov_format_has(target->format, COV_FORMAT_TEXT))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "%s can't be written to standard output: use GeoJSON, GeoJSONSeq or CSV, "
                        "or name a file",
                        target->format->name);
    return COV_OK;
}

/* The parts of a shapefile find each other by name. */
static cov_status check_shapefile_name(const cov_target *target, cov_error *err)
{
    const cov_format *by_extension = NULL;
    if (cov_format_find(NULL, target->path, &by_extension, NULL) == COV_OK &&
        by_extension == target->format)
        return COV_OK;
    return cov_fail(err, COV_ERR_ARGUMENT, "%s: the name of a shapefile ends in .shp",
                    target->path);
}

cov_status cov_target_parse(const char *path, const char *format, cov_target *out, cov_error *err)
{
    cov_target target = {0};
    if (path == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no path to write to");
    target.is_stdout = strcmp(path, "-") == 0;
    target.path = cov_copy_text(path);
    cov_status s = target.path != NULL ? COV_OK : cov_fail_memory(err);
    if (s == COV_OK)
        s = cov_format_find(format, path, &target.format, err);
    if (s == COV_OK)
        s = check_path(&target, err);
    if (s == COV_OK && target.is_stdout) {
        target.stem = cov_copy_text("coverage");
        s = target.stem != NULL ? COV_OK : cov_fail_memory(err);
    } else if (s == COV_OK) {
        s = take_apart(&target, err);
        if (s == COV_OK && cov_format_has(target.format, COV_FORMAT_DBF))
            s = check_shapefile_name(&target, err);
    }
    if (s != COV_OK) {
        cov_target_clear(&target);
        return s;
    }
    *out = target;
    return COV_OK;
}

/* Where a part ends up: the main file under the name that was given. */
static char *final_path(const cov_target *target, const char *extension)
{
    if (strcmp(extension, COV_TARGET_SIDECAR) == 0)
        return cov_text_print("%s%s.%s", target->folder, target->base, extension);
    if (strcmp(extension, target->format->extensions[0]) == 0)
        return cov_text_print("%s%s", target->folder, target->base);
    return cov_text_print("%s%s.%s", target->folder, target->stem, extension);
}

/* ---------------------------------------------------------------- check */

/* A path as a person typed it, without the "./" of take_apart. */
static const char *typed(const cov_target *target, const char *path)
{
    return target->path[0] != '/' ? path + 2 : path;
}

/* The folder as a person would call it. */
static const char *folder_name(const cov_target *target)
{
    return strchr(target->path, '/') == NULL ? "the current folder" : typed(target, target->folder);
}

static cov_status check_folder(const cov_target *target, cov_error *err)
{
    struct stat st;
    if (stat(target->folder, &st) != 0)
        return cov_fail(err, COV_ERR_IO, "%s: can't write to %s: %s", target->path,
                        folder_name(target), strerror(errno));
    if (access(target->folder, W_OK | X_OK) != 0)
        return cov_fail(err, COV_ERR_IO, "%s: %s is not writable: %s", target->path,
                        folder_name(target), strerror(errno));
    return COV_OK;
}

static cov_status check_file(const cov_target *target, const char *path, int overwrite,
                             cov_error *err)
{
    struct stat st;
    const char *name = typed(target, path);
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? COV_OK
                               : cov_fail(err, COV_ERR_IO, "%s: %s", name, strerror(errno));
    /* A link to a file gives way to the result; one to a device or a pipe must not. */
    int followed = stat(path, &st) == 0;
    if (followed && S_ISDIR(st.st_mode))
        return cov_fail(err, COV_ERR_IO, "%s is a folder: name a file to write to", name);
    if (followed && !S_ISREG(st.st_mode))
        return cov_fail(err, COV_ERR_IO,
                        "%s is not an ordinary file: use \"-\" for standard output", name);
    if (!overwrite)
        return cov_fail(err, COV_ERR_EXISTS,
                        "%s exists already: give another name, or allow it to be replaced "
                        "(--overwrite)",
                        name);
    return COV_OK;
}

static cov_status check_part(const cov_target *target, const char *extension, int overwrite,
                             cov_error *err)
{
    char *path = final_path(target, extension);
    if (path == NULL)
        return cov_fail_memory(err);
    cov_status s = check_file(target, path, overwrite, err);
    cov_free(path);
    return s;
}

/* A journal beside the new file would be replayed into it. */
static cov_status check_journals(const cov_target *target, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; sqlite_journals[i] != NULL && s == COV_OK; i++) {
        struct stat st;
        char *path = cov_text_print("%s%s%s", target->folder, target->base, sqlite_journals[i]);
        if (path == NULL)
            return cov_fail_memory(err);
        if (lstat(path, &st) == 0)
            s = cov_fail(err, COV_ERR_EXISTS,
                         "%s is there: another program has %s open, or stopped while writing it; "
                         "close it there, or remove both files",
                         typed(target, path), target->base);
        cov_free(path);
    }
    return s;
}

cov_status cov_target_check(const cov_target *target, int overwrite, cov_error *err)
{
    if (target->is_stdout)
        return COV_OK;
    cov_status s = check_part(target, target->format->extensions[0], overwrite, err);
    int is_shapefile = cov_format_has(target->format, COV_FORMAT_DBF);
    for (size_t i = 0; is_shapefile && shapefile_parts[i] != NULL && s == COV_OK; i++)
        s = check_part(target, shapefile_parts[i], overwrite, err);
    if (s == COV_OK && !cov_format_has(target->format, COV_FORMAT_MANIFEST))
        s = check_part(target, COV_TARGET_SIDECAR, overwrite, err);
    if (s == COV_OK && cov_format_has(target->format, COV_FORMAT_SQLITE))
        s = check_journals(target, err);
    return s == COV_OK ? check_folder(target, err) : s;
}

static cov_status visit_parts(const cov_target *target, const char *const *extension,
                              cov_target_visit visit, void *data, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; extension[i] != NULL && s == COV_OK; i++) {
        char *path = final_path(target, extension[i]);
        s = path != NULL ? visit(path, typed(target, path), data, err) : cov_fail_memory(err);
        cov_free(path);
    }
    return s;
}

cov_status cov_target_each(const cov_target *target, cov_target_visit visit, void *data,
                           cov_error *err)
{
    if (target->is_stdout)
        return COV_OK;
    const char *const always[] = {target->format->extensions[0], NULL};
    static const char *const sidecar[] = {COV_TARGET_SIDECAR, NULL};
    int is_shapefile = cov_format_has(target->format, COV_FORMAT_DBF);
    cov_status s = visit_parts(target, always, visit, data, err);
    if (s == COV_OK && is_shapefile)
        s = visit_parts(target, shapefile_parts, visit, data, err);
    if (s == COV_OK && is_shapefile)
        s = visit_parts(target, shapefile_stale, visit, data, err);
    if (s == COV_OK && !cov_format_has(target->format, COV_FORMAT_MANIFEST))
        s = visit_parts(target, sidecar, visit, data, err);
    return s;
}

/* ---------------------------------------------------------------- write */

cov_status cov_target_begin(cov_target *target, cov_error *err)
{
    char *name = cov_text_print("%s.libcov-XXXXXX", target->folder);
    if (name == NULL)
        return cov_fail_memory(err);
    if (mkdtemp(name) == NULL) {
        cov_status s = cov_fail(err, COV_ERR_IO, "%s: can't make a temporary folder in %s: %s",
                                target->path, folder_name(target), strerror(errno));
        cov_free(name);
        return s;
    }
    target->temporary = name;
    return COV_OK;
}

int cov_write_all(int file, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        /* Linux takes at most 2^31 - 4096 bytes at a time; some systems refuse more. */
        size_t some = size < ((size_t)1 << 30) ? size : (size_t)1 << 30;
        ssize_t n = write(file, at, some);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n == 0 ? EIO : errno;
            return -1;
        }
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

/* Flush a file or folder. Some file systems can't do that for a folder and say EINVAL. */
static int flush(int file)
{
    return fsync(file) == 0 || errno == EINVAL ? 0 : -1;
}

static int write_file(const char *path, const void *bytes, size_t size)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        return -1;
    int failed = cov_write_all(file, bytes, size) != 0 || flush(file) != 0;
    int why = errno;
    if (close(file) != 0 && !failed) {
        failed = 1;
        why = errno;
    }
    errno = why;
    return failed ? -1 : 0;
}

cov_status cov_target_put(cov_target *target, const char *extension, const void *bytes, size_t size,
                          cov_error *err)
{
    if (target->n_parts == COV_TARGET_PARTS)
        return cov_fail(err, COV_ERR_LIMIT, "%s: too many parts", target->path);
    cov_part *part = &target->part[target->n_parts];
    part->draft = cov_text_print("%s/sheet.%s", target->temporary, extension);
    part->final = final_path(target, extension);
    part->is_placed = 0;
    target->n_parts++;
    if (part->draft == NULL || part->final == NULL)
        return cov_fail_memory(err);
    if (write_file(part->draft, bytes, size) != 0)
        return cov_fail(err, COV_ERR_IO, "%s: writing failed: %s", typed(target, part->final),
                        strerror(errno));
    return COV_OK;
}

static int is_main(const cov_target *target, const cov_part *part)
{
    const char *dot = strrchr(part->draft, '.');
    return strcmp(dot + 1, target->format->extensions[0]) == 0;
}

const char *cov_target_draft(const cov_target *target)
{
    for (size_t i = 0; i < target->n_parts; i++) {
        if (is_main(target, &target->part[i]))
            return target->part[i].draft;
    }
    return NULL;
}

/* ---------------------------------------------------------------- commit */

/* Indexes of the old shapefile, which would lead readers of the new one astray. */
static cov_status remove_stale(const cov_target *target, cov_error *err)
{
    for (size_t i = 0; shapefile_stale[i] != NULL; i++) {
        char *path = final_path(target, shapefile_stale[i]);
        if (path == NULL)
            return cov_fail_memory(err);
        int failed = unlink(path) != 0 && errno != ENOENT;
        cov_status s = COV_OK;
        if (failed)
            s = cov_fail(err, COV_ERR_IO, "%s belongs to the old file and can't be removed: %s",
                         typed(target, path), strerror(errno));
        cov_free(path);
        if (failed)
            return s;
    }
    return COV_OK;
}

/* A link can't replace a file that came into being meanwhile; not every file system has them. */
static cov_status place(const cov_target *target, cov_part *part, int overwrite, cov_error *err)
{
    int done = !overwrite && link(part->draft, part->final) == 0;
    if (!done && !overwrite && errno == EEXIST)
        return check_file(target, part->final, 0, err);
    if (!done && rename(part->draft, part->final) != 0)
        return cov_fail(err, COV_ERR_IO, "%s: can't be put in its place: %s",
                        typed(target, part->final), strerror(errno));
    part->is_placed = 1;
    return COV_OK;
}

/* What is there now was not there before, and is only a part of a result. */
static void take_back(cov_target *target)
{
    for (size_t i = 0; i < target->n_parts; i++) {
        if (target->part[i].is_placed)
            unlink(target->part[i].final);
    }
}

static cov_status place_all(cov_target *target, int overwrite, cov_error *err)
{
    cov_status s = COV_OK;
    for (int main_part = 0; main_part <= 1; main_part++) {
        for (size_t i = 0; i < target->n_parts && s == COV_OK; i++) {
            if (is_main(target, &target->part[i]) == main_part)
                s = place(target, &target->part[i], overwrite, err);
        }
    }
    if (s != COV_OK && !overwrite)
        take_back(target);
    return s;
}

static cov_status flush_folder(const cov_target *target, cov_error *err)
{
    int folder = open(target->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = folder < 0 || flush(folder) != 0;
    int why = errno;
    if (folder >= 0)
        close(folder);
    if (failed)
        return cov_fail(err, COV_ERR_IO, "%s: is written, but may not be safe on disk yet: %s",
                        target->path, strerror(why));
    return COV_OK;
}

cov_status cov_target_commit(cov_target *target, int overwrite, cov_error *err)
{
    cov_status s = cov_target_check(target, overwrite, err);
    if (s == COV_OK && cov_format_has(target->format, COV_FORMAT_DBF))
        s = remove_stale(target, err);
    if (s == COV_OK)
        s = place_all(target, overwrite, err);
    if (s == COV_OK)
        s = flush_folder(target, err);
    return s;
}

/* ---------------------------------------------------------------- end */

static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(folder), entry->d_name, 0);
    }
    if (folder != NULL)
        closedir(folder);
    rmdir(path);
}

void cov_target_clear(cov_target *target)
{
    if (target->temporary != NULL)
        remove_folder(target->temporary);
    for (size_t i = 0; i < target->n_parts; i++) {
        cov_free(target->part[i].draft);
        cov_free(target->part[i].final);
    }
    cov_free(target->path);
    cov_free(target->folder);
    cov_free(target->base);
    cov_free(target->stem);
    cov_free(target->temporary);
    memset(target, 0, sizeof *target);
}
