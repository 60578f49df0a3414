/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* sigaction */
#include "talk.h"

#include "option.h"
#include "text.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PROGRESS_MICROSECONDS = 100000 };

static volatile sig_atomic_t stop_asked = 0;

/* ---------------------------------------------------------------- talk */

void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    char *safe = text_printable(text);
    fprintf(stderr, "%s: %s\n", g_get_prgname(), safe);
    g_free(safe);
    g_free(text);
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

progress progress_start(const cli *c)
{
    gint64 now = g_get_monotonic_time();
    return (progress){.visible = !c->quiet && isatty(STDERR_FILENO), .start = now, .last = now};
}

int progress_draw(void *data, const char *phase, double fraction)
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

void progress_erase(progress *p)
{
    if (p->drawn)
        fprintf(stderr, "\r\033[K");
    p->drawn = FALSE;
}

/* ---------------------------------------------------------------- what is said of a run */

static void say_notes(const cli *c, const cov_run *run)
{
    for (size_t i = 0; i < cov_run_notes(run); i++) {
        cov_note note = cov_run_note(run, i);
        if (note.kind == COV_NOTE_WARNING && !c->quiet)
            say("warning: %s", note.text);
        else if (c->verbose)
            say("note: %s", note.text);
    }
}

/* A number with `decimals` digits that no locale can change. */
void say_seconds(const char *phase, double seconds)
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

void say_run(const cli *c, const cov_run *run)
{
    say_notes(c, run);
    if (c->verbose)
        say_phases(run);
}

/* ---------------------------------------------------------------- main */

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

/* Whether all that went to standard output arrived. */
static int close_stdout(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    say("writing to standard output failed: %s", g_strerror(errno));
    return code == EXIT_DONE ? EXIT_FAILED : code;
}

static int print_and_free(FILE *stream, char *text)
{
    fputs(text, stream);
    g_free(text);
    return EXIT_DONE;
}

static int wrong_usage(GError *error)
{
    say("%s (see %s --help)", error->message, g_get_prgname());
    g_error_free(error);
    return EXIT_USAGE;
}

/* GDAL reads some formats on a thread of its own, where the library can't listen; of what is
 * damaged it tells the library, too. A CPL_LOG that is set is somebody's wish. */
static void quieten_gdal(void)
{
    g_setenv("CPL_LOG", "/dev/null", FALSE);
}

int talk_main(const cli_program *program, int argc, char **argv,
              cov_status (*start)(cli *c, cov_error *err))
{
    g_set_prgname(program->name);
    if (argc < 2) {
        print_and_free(stderr, cli_usage(program));
        return EXIT_USAGE;
    }
    GError *wrong = NULL;
    cli *c = cli_parse(program, argv, &wrong);
    if (c == NULL)
        return wrong_usage(wrong);
    catch_signals();
    quieten_gdal();
    int code;
    if (c->help) {
        code = print_and_free(stdout, cli_help(program));
    } else if (c->version) {
        code = print_and_free(stdout, g_strdup_printf("%s %s\n", program->name, cov_version()));
    } else {
        cov_error err = {COV_OK, ""};
        code = exit_code(start(c, &err));
        if (code != EXIT_DONE)
            say("%s", err.message);
    }
    cli_free(c);
    return close_stdout(code);
}
