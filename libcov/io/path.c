/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#define _LARGEFILE64_SOURCE /* GDAL's VSIStatBufL is a struct stat64 */
#include "io/path.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>

#include "base/mem.h"
#include "base/text.h"

/* ---------------------------------------------------------------- texts */

const char *cov_path_base(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    while (n > 0 && path[n - 1] != '/')
        n--;
    return path + n;
}

int cov_path_has_extension(const char *path, const char *extension)
{
    size_t n = strlen(path), m = strlen(extension);
    while (n > 1 && path[n - 1] == '/')
        n--;
    return n > m + 1 && path[n - m - 1] == '.' && EQUALN(path + n - m, extension, m);
}

int cov_path_is_of(const char *path, const cov_kind *kind)
{
    for (size_t i = 0; kind->extensions[i] != NULL; i++) {
        if (cov_path_has_extension(path, kind->extensions[i]))
            return 1;
    }
    return 0;
}

int cov_path_exists(const char *path)
{
    VSIStatBufL status;
    return VSIStatExL(path, &status, VSI_STAT_EXISTS_FLAG) == 0;
}

/* ---------------------------------------------------------------- what may be opened */

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "http://...", "PG:...", "CSV:..." : two letters or more before a colon. */
static int has_scheme(const char *path)
{
    size_t n = 0;
    if (!is_letter(path[0]))
        return 0;
    while (is_letter(path[n]) || (path[n] >= '0' && path[n] <= '9') ||
           (path[n] != '\0' && strchr("+.-_", path[n]) != NULL))
        n++;
    return n > 1 && path[n] == ':';
}

/* Step over "/vsizip/", "/vsizip/{" and the like the way GDAL does; NULL where it is none. */
static const char *inside_archive(const char *path)
{
    static const char *const prefix[] = {"/vsizip", "/vsitar", "/vsigzip"};
    for (size_t i = 0; i < sizeof prefix / sizeof prefix[0]; i++) {
        size_t n = strlen(prefix[i]);
        if (strncmp(path, prefix[i], n) != 0 || path[n] != '/')
            continue;
        if (strncmp(path + n, "/vsi", 4) == 0)
            return path + n;
        return path + n + 1 + (path[n + 1] == '{');
    }
    return NULL;
}

static cov_status check_allowed(const char *path, const cov_policy *policy, cov_error *err)
{
    if (path == NULL || path[0] == '\0')
        return cov_fail(err, COV_ERR_INPUT, "the name of an input file is empty");
    if (policy->allow_network)
        return COV_OK;
    const char *inner = path;
    for (const char *next = path; next != NULL; next = inside_archive(next))
        inner = next;
    if (has_scheme(inner))
        return cov_fail(err, COV_ERR_INPUT,
                        "%s is not a local file: addresses and connections are not opened unless "
                        "the network is allowed (--allow-network); download it first (a file "
                        "whose name holds a colon can be given as ./NAME)",
                        path);
    if (strncmp(inner, "/vsi", 4) == 0 && strncmp(inner, "/vsimem/", 8) != 0)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s is in a virtual file system that is not opened unless the network is "
                        "allowed (--allow-network); /vsizip/, /vsitar/ and /vsigzip/ around a "
                        "local file are",
                        path);
    return COV_OK;
}

/* ---------------------------------------------------------------- archives and folders */

static int is_wanted(const char *name, const cov_kind *kind)
{
    if (strncmp(name, "__MACOSX/", 9) == 0 || cov_path_base(name)[0] == '.')
        return 0;
    return cov_path_is_of(name, kind);
}

/* The entries that can be of the kind, sorted; a .gdb folder counts once. */
static char **list_files(const char *folder, const cov_kind *kind, int deep)
{
    char **all = deep ? VSIReadDirRecursive(folder) : VSIReadDir(folder);
    char **found = NULL;
    for (int i = 0; all != NULL && all[i] != NULL; i++) {
        char *name = all[i];
        char *gdb = strstr(name, ".gdb/");
        if (gdb != NULL)
            gdb[4] = '\0';
        if (is_wanted(name, kind) && CSLFindStringCaseSensitive(found, name) < 0)
            found = CSLAddString(found, name);
    }
    CSLDestroy(all);
    int n = CSLCount(found);
    for (int i = 1; i < n; i++) { /* the order of a folder is the file system's whim */
        for (int j = i; j > 0 && strcmp(found[j - 1], found[j]) > 0; j--) {
            char *swap = found[j];
            found[j] = found[j - 1];
            found[j - 1] = swap;
        }
    }
    return found;
}

static int has_stem(const char *name, const char *stem)
{
    const char *base = cov_path_base(name);
    const char *dot = strrchr(base, '.');
    size_t n = dot != NULL ? (size_t)(dot - base) : strlen(base);
    return strcmp(base, stem) == 0 || (strlen(stem) == n && strncmp(base, stem, n) == 0);
}

/* The one entry that is meant; -1 with an error that lists them. *by_name: the layer's name chose
 * it. */
static int choose_file(char **files, const cov_source *source, const cov_kind *kind, int *by_name,
                       cov_error *err)
{
    const char *label = cov_path_base(source->path);
    int n = CSLCount(files), found = -1, matches = 0;
    *by_name = 0;
    if (n == 0) {
        cov_fail(err, COV_ERR_INPUT, "%s holds no %s: %s", source->path, kind->noun, kind->endings);
        return -1;
    }
    if (n == 1)
        return 0;
    for (int i = 0; source->layer != NULL && i < n; i++) {
        if (has_stem(files[i], source->layer)) {
            found = i;
            matches++;
        }
    }
    *by_name = matches == 1;
    if (matches == 1)
        return found;
    char list[512] = "";
    size_t used = 0;
    for (int i = 0; i < n && used < sizeof list - 1; i++) {
        int k = snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", files[i]);
        used += k > 0 ? (size_t)k : 0;
    }
    if (source->layer == NULL)
        cov_fail(err, COV_ERR_INPUT, "%s holds several %ss: name one of %s", label, kind->noun,
                 list);
    else
        cov_fail(err, COV_ERR_INPUT, "%s: %s %s \"%s\" among %s", label,
                 matches == 0 ? "there is no" : "there is more than one", kind->noun, source->layer,
                 list);
    return -1;
}

static cov_status enter_folder(const cov_source *source, const cov_kind *kind, const char *folder,
                               int deep, cov_path *out, cov_error *err)
{
    char **files = list_files(folder, kind, deep);
    int by_name = 0;
    int chosen = choose_file(files, source, kind, &by_name, err);
    cov_status s = chosen < 0 ? COV_ERR_INPUT : COV_OK;
    if (s == COV_OK) {
        size_t n = strlen(folder);
        out->open = cov_text_print("%s%s%s", folder, n > 0 && folder[n - 1] == '/' ? "" : "/",
                                   files[chosen]);
        out->label = deep
                         ? cov_text_print("%s, file %s", cov_path_base(source->path), files[chosen])
                         : cov_copy_text(files[chosen]);
        out->layer = by_name ? NULL : source->layer;
    }
    CSLDestroy(files);
    return s;
}

static int is_archive(const char *path)
{
    return strncmp(path, "/vsi", 4) != 0 &&
           (cov_path_has_extension(path, "zip") || cov_path_has_extension(path, "shz"));
}

static cov_status enter_archive(const cov_source *source, const cov_kind *kind, cov_path *out,
                                cov_error *err)
{
    int braces = strchr(source->path, '{') == NULL && strchr(source->path, '}') == NULL;
    char *root = cov_text_print(braces ? "/vsizip/{%s}" : "/vsizip/%s", source->path);
    if (root == NULL)
        return cov_fail_memory(err);
    cov_status s = enter_folder(source, kind, root, 1, out, err);
    cov_free(root);
    return s;
}

/* ---------------------------------------------------------------- interface */

static cov_status check_exists(const char *path, VSIStatBufL *status, cov_error *err)
{
    errno = 0;
    if (VSIStatExL(path, status, VSI_STAT_EXISTS_FLAG | VSI_STAT_NATURE_FLAG | VSI_STAT_SIZE_FLAG))
        return errno == EACCES
                   ? cov_fail(err, COV_ERR_INPUT, "%s can't be read: %s", path, strerror(errno))
                   : cov_fail(err, COV_ERR_INPUT, "there is no file %s", path);
    if (strncmp(path, "/vsi", 4) != 0 && access(path, R_OK) != 0)
        return cov_fail(err, COV_ERR_INPUT, "%s can't be read: %s", path, strerror(errno));
    if (VSI_ISDIR(status->st_mode))
        return COV_OK;
    if (!VSI_ISREG(status->st_mode) && strncmp(path, "/vsi", 4) != 0)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s is not a file but a pipe or a device: write it to a file first", path);
    if (status->st_size == 0)
        return cov_fail(err, COV_ERR_INPUT, "%s is empty", path);
    return COV_OK;
}

cov_status cov_path_resolve(const cov_source *source, const cov_kind *kind,
                            const cov_policy *policy, cov_path *out, cov_error *err)
{
    VSIStatBufL status;
    cov_path path = {NULL, NULL, NULL, source->layer};
    memset(&status, 0, sizeof status);
    cov_status s = check_allowed(source->path, policy, err);
    int remote = policy->allow_network && has_scheme(source->path);
    if (s == COV_OK && !remote)
        s = check_exists(source->path, &status, err);
    if (s != COV_OK)
        return s;
    int folder = !remote && VSI_ISDIR(status.st_mode);
    if (!folder && !remote && is_archive(source->path))
        s = enter_archive(source, kind, &path, err);
    else if (folder && !cov_path_has_extension(source->path, "gdb"))
        s = enter_folder(source, kind, source->path, strncmp(source->path, "/vsi", 4) == 0, &path,
                         err);
    else {
        path.open = cov_copy_text(source->path);
        path.label = cov_copy_text(cov_path_base(source->path));
    }
    if (s == COV_OK && path.open != NULL)
        path.folder = cov_copy_text(path.open);
    if (s == COV_OK && (path.open == NULL || path.label == NULL || path.folder == NULL))
        s = cov_fail_memory(err);
    if (s != COV_OK) {
        cov_path_clear(&path);
        return s;
    }
    path.folder[cov_path_base(path.folder) - path.folder] = '\0';
    *out = path;
    return COV_OK;
}

void cov_path_clear(cov_path *path)
{
    cov_free(path->open);
    cov_free(path->folder);
    cov_free(path->label);
    memset(path, 0, sizeof *path);
}
