/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* TIOCGWINSZ */
#include "output.h"

#include "table.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_DEFAULT = 80, WIDTH_MIN = 40 };

static const char part[] = "part"; /* the format */

/* ---------------------------------------------------------------- list */

static gboolean is_stdout(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

/* By its format, or its extension. */
static gboolean is_part(const cov_project_output *output)
{
    const char *dot = strrchr(output->path, '.');
    return output->format != NULL ? g_ascii_strcasecmp(output->format, part) == 0
                                  : dot != NULL && g_ascii_strcasecmp(dot, ".cov") == 0;
}

gboolean outputs_have_part(const outputs *list)
{
    for (size_t i = 0; i < list->n; i++) {
        if (is_part(&list->at[i]))
            return TRUE;
    }
    return FALSE;
}

outputs outputs_list(const cli *c, const cov_project *project)
{
    size_t n =
        project != NULL && c->outputs->len == 0 ? cov_project_outputs(project) : c->outputs->len;
    outputs list = {g_new0(cov_project_output, n + 1), n};
    for (size_t i = 0; i < n; i++) {
        if (c->outputs->len == 0) {
            list.at[i] = cov_project_output_at(project, i);
        } else {
            const cli_output *output = &g_array_index(c->outputs, cli_output, i);
            list.at[i] = (cov_project_output){output->path, output->format, 0};
        }
        list.at[i].overwrite = list.at[i].overwrite || c->overwrite;
    }
    if (c->tally != NULL)
        list.at[list.n++] = (cov_project_output){c->tally, part, c->overwrite};
    return list;
}

void outputs_clear(outputs *list)
{
    g_free(list->at);
    *list = (outputs){NULL, 0};
}

static gboolean has_stdout(const outputs *list)
{
    for (size_t i = 0; i < list->n; i++) {
        if (is_stdout(list->at[i].path))
            return TRUE;
    }
    return FALSE;
}

const char *outputs_file_of_rows(const outputs *list)
{
    for (size_t i = 0; i < list->n; i++) {
        if (!is_part(&list->at[i]))
            return list->at[i].path;
    }
    return NULL;
}

/* ---------------------------------------------------------------- table */

static size_t terminal_width(FILE *stream)
{
    struct winsize size;
    if (!isatty(fileno(stream)) || ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 ||
        size.ws_col == 0)
        return WIDTH_DEFAULT;
    return MAX(size.ws_col, WIDTH_MIN);
}

static cov_status print_table(const cli *c, const outputs *list, const cov_run *run, cov_error *err)
{
    gboolean taken = has_stdout(list);
    if (c->quiet || (taken && !c->verbose))
        return COV_OK;
    FILE *stream = taken ? stderr : stdout;
    GString *text = g_string_new(NULL);
    cov_status s = table_append(text, run, terminal_width(stream), outputs_file_of_rows(list), err);
    if (s == COV_OK)
        fputs(text->str, stream);
    g_string_free(text, TRUE);
    return s;
}

/* ---------------------------------------------------------------- files */

static cov_write_options write_options(const cov_project_output *output, progress *p)
{
    cov_write_options options = COV_WRITE_OPTIONS_INIT;
    options.format = output->format;
    options.overwrite = output->overwrite;
    options.progress = progress_draw;
    options.progress_data = p;
    return options;
}

/* One file under two names: the second would take the first away. */
static cov_status check_twice(const outputs *list, size_t i, cov_error *err)
{
    gboolean twice = FALSE;
    char *path = g_canonicalize_filename(list->at[i].path, NULL);
    for (size_t k = 0; k < i && !twice; k++) {
        char *other = g_canonicalize_filename(list->at[k].path, NULL);
        twice = strcmp(path, other) == 0;
        g_free(other);
        if (twice) {
            *err = (cov_error){COV_ERR_ARGUMENT, ""};
            g_snprintf(err->message, sizeof err->message,
                       "%s and %s are the same file: write the result there once", list->at[k].path,
                       list->at[i].path);
        }
    }
    g_free(path);
    return twice ? COV_ERR_ARGUMENT : COV_OK;
}

cov_status outputs_check(const outputs *list, const cov_job *job, progress *p, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < list->n && s == COV_OK; i++) {
        cov_write_options options = write_options(&list->at[i], p);
        s = check_twice(list, i, err);
        if (s == COV_OK)
            s = job != NULL ? cov_job_check_output(job, list->at[i].path, &options, err)
                            : cov_output_check(list->at[i].path, &options, err);
    }
    return s;
}

static cov_status write_output(const cli *c, const cov_project_output *output, const cov_run *run,
                               progress *p, cov_error *err)
{
    cov_write_options options = write_options(output, p);
    gint64 start = g_get_monotonic_time();
    cov_status s = cov_run_write(run, output->path, &options, err);
    progress_erase(p);
    if (s != COV_OK)
        return s;
    if (c->verbose)
        say_seconds("write", (double)(g_get_monotonic_time() - start) / 1e6);
    if (!c->quiet && !is_stdout(output->path))
        say("wrote %s (%zu areas)", output->path, cov_areas_count(cov_run_areas(run)));
    return COV_OK;
}

cov_status outputs_write(const cli *c, const outputs *list, const cov_run *run, progress *p,
                         cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < list->n && s == COV_OK; i++)
        s = write_output(c, &list->at[i], run, p, err);
    return s == COV_OK ? print_table(c, list, run, err) : s;
}
