/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* stat */
#include "io/inputs.h"

#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/job.h"
#include "io/path.h"

/* What formats read beside the file that is named, in its place or behind its extension. */
typedef struct family {
    const char *extension;
    const char *beside[12];
} family;

static const family families[] = {
    {"shp", {"shx", "dbf", "prj", "cpg", "qpj", NULL}},
    {"csv", {"csvt", "prj", NULL}},
    {"tsv", {"csvt", "prj", NULL}},
    {"tab", {"dat", "map", "id", "ind", "dbf", NULL}},
    {"mif", {"mid", NULL}},
    {"asc", {"prj", NULL}},
    {"bil", {"hdr", "prj", "clr", "stx", "blw", NULL}},
    {"flt", {"hdr", "prj", "clr", "stx", NULL}},
    {"tif", {"tfw", "tifw", "wld", NULL}},
    {"tiff", {"tfw", "tifw", "wld", NULL}},
    {"img", {"ige", "rrd", NULL}},
};

static const char *const behind[] = {".aux.xml", ".ovr", ".msk", "-wal", "-journal", NULL};

static int is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Takes the path: whether it is the file, in the end. -1 where memory ran out. */
static int leads_to(char *path, const struct stat *to)
{
    struct stat st;
    int found = path == NULL ? -1 : stat(path, &st) == 0 && is_same(&st, to);
    cov_free(path);
    return found;
}

/* Extensions are found in small and in capital letters. */
static int is_beside(const char *path, const char *extension, const struct stat *to)
{
    int stem = (int)(strrchr(path, '.') - path);
    char capital[8] = "";
    for (size_t i = 0; extension[i] != '\0' && i + 1 < sizeof capital; i++)
        capital[i] = (char)(extension[i] - ('a' <= extension[i] && extension[i] <= 'z' ? 32 : 0));
    int found = leads_to(cov_text_print("%.*s.%s", stem, path, extension), to);
    return found != 0 ? found : leads_to(cov_text_print("%.*s.%s", stem, path, capital), to);
}

static int has_beside(const char *path, const struct stat *to)
{
    int found = 0;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (!cov_path_has_extension(path, families[i].extension))
            continue;
        for (size_t k = 0; families[i].beside[k] != NULL && found == 0; k++)
            found = is_beside(path, families[i].beside[k], to);
    }
    for (size_t i = 0; behind[i] != NULL && found == 0; i++)
        found = leads_to(cov_text_print("%s%s", path, behind[i]), to);
    return found;
}

/* "/vsizip/{a.zip}/b.shp" is a.zip: the longest start of it that is there. */
static char *file_on_disk(const char *path)
{
    static const char *const prefixes[] = {"/vsizip/", "/vsitar/", "/vsigzip/"};
    int is_virtual = 0;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t n = strlen(prefixes[i]);
        if (strncmp(path, prefixes[i], n) != 0)
            continue;
        /* One inside another keeps its own slash: "/vsizip//vsitar/..." or "/vsizip/vsitar/...". */
        path += strncmp(path + n - 1, "/vsi", 4) == 0 ? n - 1 : n;
        path += path[0] == '{';
        is_virtual = 1;
        i = (size_t)-1;
    }
    char *file = cov_copy_text(path);
    struct stat st;
    size_t n = is_virtual && file != NULL ? strlen(file) : 0;
    while (n > 1 && stat(file, &st) != 0) {
        do
            n--;
        while (n > 1 && file[n] != '/' && file[n] != '}');
        file[n] = '\0';
    }
    return file;
}

/* 1: the file at `path`, which is there, belongs to the input; 0: it doesn't; -1: no memory. */
static int owns(const char *input, const char *path, const struct stat *to)
{
    struct stat st, folder;
    int found = 0;
    char *file = file_on_disk(input);
    char *above = cov_text_print("%.*s/.", (int)(cov_path_base(path) - path), path);
    if (file == NULL || above == NULL)
        found = -1;
    else if (stat(file, &st) == 0 && S_ISDIR(st.st_mode))
        found = stat(above, &folder) == 0 && is_same(&folder, &st);
    else
        found = leads_to(cov_copy_text(file), to);
    if (found == 0)
        found = has_beside(file, to);
    cov_free(above);
    cov_free(file);
    return found;
}

typedef struct search {
    char *const *input;
    size_t n;
} search;

static cov_status check_file(const char *path, const char *name, void *data, cov_error *err)
{
    const search *s = data;
    struct stat to;
    if (stat(path, &to) != 0)
        return COV_OK;
    for (size_t i = 0; i < s->n; i++) {
        int found = owns(s->input[i], path, &to);
        if (found < 0)
            return cov_fail_memory(err);
        if (found > 0)
            return cov_fail(err, COV_ERR_EXISTS,
                            "%s is one of the files that were read, or belongs to one (%s): write "
                            "the result to another one",
                            name, cov_path_base(s->input[i]));
    }
    return COV_OK;
}

cov_status cov_inputs_check(char *const *input, size_t n, const cov_target *target, cov_error *err)
{
    search s = {input, n};
    return cov_target_each(target, check_file, &s, err);
}

/* ---------------------------------------------------------------- of a job */

typedef struct listing {
    char **input;
    size_t n;
} listing;

static cov_status add(listing *l, const cov_source *source, cov_error *err)
{
    if (source->path == NULL)
        return COV_OK;
    l->input[l->n] = cov_copy_text(source->path);
    return l->input[l->n++] != NULL ? COV_OK : cov_fail_memory(err);
}

static cov_status add_all(listing *l, const cov_job *job, cov_error *err)
{
    cov_status s = add(l, &job->areas, err);
    if (s == COV_OK)
        s = add(l, &job->households, err);
    for (size_t i = 0; i < job->n_services && s == COV_OK; i++) {
        s = add(l, &job->services[i].source, err);
        if (s == COV_OK)
            s = add(l, &job->services[i].barriers, err);
    }
    for (size_t i = 0; i < job->n_bases && s == COV_OK; i++)
        s = add(l, &job->bases[i].source, err);
    for (size_t i = 0; i < job->n_ratios && s == COV_OK; i++)
        s = add(l, &job->ratios[i].source, err);
    return s;
}

cov_status cov_inputs_list(const cov_job *job, char ***input, size_t *n, cov_error *err)
{
    listing l = {NULL, 0};
    l.input =
        cov_alloc_zero(2 * job->n_services + job->n_bases + job->n_ratios + 2, sizeof *l.input);
    cov_status s = l.input != NULL ? add_all(&l, job, err) : cov_fail_memory(err);
    *input = l.input;
    *n = l.n;
    return s;
}

void cov_inputs_free(char **input, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cov_free(input[i]);
    cov_free(input);
}

cov_status cov_job_check_output(const cov_job *job, const char *path,
                                const cov_write_options *options, cov_error *err)
{
    cov_target target = {0};
    char **input = NULL;
    size_t n = 0;
    int has_format = options != NULL && options->size == sizeof *options;
    if (job == NULL || path == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no job, or no path, to check");
    cov_status s = cov_job_check(job, err);
    if (s == COV_OK)
        s = cov_inputs_list(job, &input, &n, err);
    if (s == COV_OK)
        s = cov_target_parse(path, has_format ? options->format : NULL, &target, err);
    if (s == COV_OK)
        s = cov_inputs_check(input, n, &target, err);
    cov_target_clear(&target);
    cov_inputs_free(input, n);
    return s == COV_OK ? cov_output_check(path, options, err) : s;
}
