/* covcalc: households per area, and the share of them that each service reaches.
 * SPDX-License-Identifier: MIT
 *
 * Results go to standard output or to a file, all talk to standard error. The locale is never set:
 * the same arguments give the same bytes everywhere. */
#define _DEFAULT_SOURCE /* TIOCGWINSZ */

#include "cli.h"
#include "table.h"
#include "text.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_REJECTED = 3, EXIT_CANCELLED = 4 };

enum { WIDTH_DEFAULT = 80, WIDTH_MIN = 40, PROGRESS_MICROSECONDS = 100000 };

static volatile sig_atomic_t stop_asked = 0;

/* ---------------------------------------------------------------- talk */

static void say(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* One line to standard error. Names from files may hold anything; a terminal gets none of it. */
static void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    char *safe = text_printable(text);
    fprintf(stderr, "covcalc: %s\n", safe);
    g_free(safe);
    g_free(text);
}

static int exit_code(cov_status status)
{
    switch (status) {
    case COV_OK:
        return EXIT_DONE;
    case COV_ERR_ARGUMENT:
    case COV_ERR_EXPRESSION:
        return EXIT_USAGE;
    case COV_ERR_GEOMETRY:
    case COV_ERR_ID:
    case COV_ERR_FORMAT:
    case COV_ERR_MISMATCH:
    case COV_ERR_INPUT:
    case COV_ERR_CRS:
    case COV_ERR_EXISTS:
    case COV_ERR_TIERS:
        return EXIT_REJECTED;
    case COV_ERR_CANCELLED:
        return EXIT_CANCELLED;
    default:
        return EXIT_FAILED;
    }
}

/* ---------------------------------------------------------------- signals and progress */

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
}

/* The first signal asks the run to stop, a second one ends the process as usual. A reader of our
 * output that goes away is a failed write, not a silent death. */
static void catch_signals(void)
{
    struct sigaction ask = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&ask.sa_mask);
    sigaction(SIGINT, &ask, NULL);
    sigaction(SIGTERM, &ask, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
}

typedef struct progress {
    gboolean visible;
    gboolean drawn;
    gint64 start; /* microseconds */
    gint64 last;  /* when something was drawn, or the start */
} progress;

static int on_progress(void *data, const char *phase, double fraction)
{
    progress *p = data;
    gint64 now = g_get_monotonic_time();
    if (p->visible && now - p->last >= PROGRESS_MICROSECONDS) {
        if (fraction >= 0)
            fprintf(stderr, "\r%s %d %%\033[K", phase, (int)(100 * fraction));
        else /* nobody knows how much is left: at least it moves */
            fprintf(stderr, "\r%s %d s\033[K", phase, (int)((now - p->start) / G_USEC_PER_SEC));
        fflush(stderr);
        p->last = now;
        p->drawn = TRUE;
    }
    return stop_asked != 0;
}

static void erase_progress(progress *p)
{
    if (p->drawn)
        fprintf(stderr, "\r\033[K");
    p->drawn = FALSE;
}

/* ---------------------------------------------------------------- what is said of a run */

/* A guess is said even to those who did not ask for notes; the notes say more of it. */
static void say_guess(const cli *c, const cov_job *job, const cov_run *run)
{
    if (job->id_column == NULL && !c->quiet && !c->verbose)
        say("the id of the areas is taken from the column %s (another one: --id)",
            cov_run_id_column(run));
}

static void say_notes(const cli *c, const cov_job *job, const cov_run *run)
{
    say_guess(c, job, run);
    for (size_t i = 0; i < cov_run_notes(run); i++) {
        cov_note note = cov_run_note(run, i);
        if (note.kind == COV_NOTE_WARNING && !c->quiet)
            say("warning: %s", note.text);
        else if (c->verbose)
            say("note: %s", note.text);
    }
}

/* A number with `decimals` digits that no locale can change. */
static void say_seconds(const char *phase, double seconds)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    say("%9s s  %s", g_ascii_formatd(text, sizeof text, "%.3f", seconds), phase);
}

static void say_phases(const cov_run *run)
{
    for (size_t i = 0; i < cov_run_phases(run); i++) {
        cov_phase phase = cov_run_phase(run, i);
        say_seconds(phase.name, phase.seconds);
    }
}

/* ---------------------------------------------------------------- output */

static gboolean is_stdout(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

static size_t terminal_width(FILE *stream)
{
    struct winsize size;
    if (!isatty(fileno(stream)) || ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 ||
        size.ws_col == 0)
        return WIDTH_DEFAULT;
    return MAX(size.ws_col, WIDTH_MIN);
}

/* The files the result goes to: those of the command line, else those of the project. */
typedef struct outputs {
    cov_project_output *at;
    size_t n;
} outputs;

static outputs list_outputs(const cli *c, const cov_project *project)
{
    size_t n =
        project != NULL && c->outputs->len == 0 ? cov_project_outputs(project) : c->outputs->len;
    outputs list = {g_new0(cov_project_output, n), n};
    for (size_t i = 0; i < n; i++) {
        if (c->outputs->len == 0) {
            list.at[i] = cov_project_output_at(project, i);
        } else {
            const cli_output *output = &g_array_index(c->outputs, cli_output, i);
            list.at[i] = (cov_project_output){output->path, output->format, 0};
        }
        list.at[i].overwrite = list.at[i].overwrite || c->overwrite;
    }
    return list;
}

static gboolean has_stdout(const outputs *list)
{
    for (size_t i = 0; i < list->n; i++) {
        if (is_stdout(list->at[i].path))
            return TRUE;
    }
    return FALSE;
}

static cov_status print_table(const cli *c, const outputs *list, const cov_run *run, cov_error *err)
{
    gboolean taken = has_stdout(list);
    if (c->quiet || (taken && !c->verbose))
        return COV_OK;
    FILE *stream = taken ? stderr : stdout;
    GString *text = g_string_new(NULL);
    cov_status s =
        table_append(text, run, terminal_width(stream), list->n > 0 ? list->at[0].path : NULL, err);
    if (s == COV_OK)
        fputs(text->str, stream);
    g_string_free(text, TRUE);
    return s;
}

/* Whether all that went to standard output arrived. */
static int close_stdout(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    say("writing to standard output failed: %s", g_strerror(errno));
    return code == EXIT_DONE ? EXIT_FAILED : code;
}

static cov_write_options write_options(const cov_project_output *output, progress *p)
{
    cov_write_options options = COV_WRITE_OPTIONS_INIT;
    options.format = output->format;
    options.overwrite = output->overwrite;
    options.progress = on_progress;
    options.progress_data = p;
    return options;
}

/* No long run for an output that can't be. */
static cov_status check_outputs(const outputs *list, progress *p, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < list->n && s == COV_OK; i++) {
        cov_write_options options = write_options(&list->at[i], p);
        s = cov_output_check(list->at[i].path, &options, err);
    }
    return s;
}

static cov_status write_output(const cli *c, const cov_project_output *output, const cov_run *run,
                               progress *p, cov_error *err)
{
    cov_write_options options = write_options(output, p);
    gint64 start = g_get_monotonic_time();
    cov_status s = cov_run_write(run, output->path, &options, err);
    erase_progress(p);
    if (s != COV_OK)
        return s;
    if (c->verbose)
        say_seconds("write", (double)(g_get_monotonic_time() - start) / 1e6);
    if (!c->quiet && !is_stdout(output->path))
        say("wrote %s (%zu areas)", output->path, cov_areas_count(cov_run_areas(run)));
    return COV_OK;
}

/* ---------------------------------------------------------------- main */

static cov_status calculate(const cli *c, cov_job *job, const outputs *list, cov_error *err)
{
    gint64 now = g_get_monotonic_time();
    progress p = {.visible = !c->quiet && isatty(STDERR_FILENO), .start = now, .last = now};
    cov_run *run = NULL;
    job->progress = on_progress;
    job->progress_data = &p;
    cov_status s = check_outputs(list, &p, err);
    if (s == COV_OK)
        s = cov_run_create(job, &run, err);
    erase_progress(&p);
    if (s != COV_OK)
        goto done;
    say_notes(c, job, run);
    if (c->verbose)
        say_phases(run);
    for (size_t i = 0; i < list->n && s == COV_OK; i++)
        s = write_output(c, &list->at[i], run, &p, err);
    if (s == COV_OK)
        s = print_table(c, list, run, err);
done:
    cov_run_free(run);
    return s;
}

/* What would be read, counted and written; then whether it could be written. */
static cov_status describe(const cov_job *job, const outputs *list, cov_error *err)
{
    char *text = NULL;
    cov_status s = cov_job_describe(job, &text, err);
    if (s != COV_OK)
        return s;
    fputs(text, stdout);
    cov_text_free(text);
    for (size_t i = 0; i < list->n; i++) {
        char *path = text_printable(list->at[i].path);
        printf("%s  %s\n", i == 0 ? "\nOutputs\n" : "", path);
        g_free(path);
    }
    return check_outputs(list, NULL, err);
}

/* The job is the command line's, or the project's with the command line's way of running it. */
static cov_status start(cli *c, cov_error *err)
{
    cov_project *project = NULL;
    cov_job job = c->job;
    if (c->project != NULL) {
        cov_status s = cov_project_load(c->project, &project, err);
        if (s != COV_OK)
            return s;
        job = *cov_project_job(project);
        job.threads = c->job.threads != 0 ? c->job.threads : job.threads;
    }
    outputs list = list_outputs(c, project);
    cov_status s = c->dry_run ? describe(&job, &list, err) : calculate(c, &job, &list, err);
    g_free(list.at);
    cov_project_free(project);
    return s;
}

static int print_and_free(FILE *stream, char *text)
{
    fputs(text, stream);
    g_free(text);
    return EXIT_DONE;
}

static int wrong_usage(GError *error)
{
    say("%s (see covcalc --help)", error->message);
    g_error_free(error);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_and_free(stderr, cli_usage());
        return EXIT_USAGE;
    }
    GError *wrong = NULL;
    cli *c = cli_parse(argv, &wrong);
    if (c == NULL)
        return wrong_usage(wrong);
    catch_signals();
    int code;
    if (c->help) {
        code = print_and_free(stdout, cli_help());
    } else if (c->version) {
        code = print_and_free(stdout, g_strdup_printf("covcalc %s\n", cov_version()));
    } else {
        cov_error err = {COV_OK, ""};
        code = exit_code(start(c, &err));
        if (code != EXIT_DONE)
            say("%s", err.message);
    }
    cli_free(c);
    return close_stdout(code);
}
