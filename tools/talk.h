/* Talk: what a tool says on standard error, how it ends, and how it is stopped.
 * SPDX-License-Identifier: MIT
 *
 * Results go to standard output or to a file, all talk to standard error. The locale is never set:
 * the same arguments give the same bytes everywhere. */
#ifndef COV_TOOLS_TALK_H
#define COV_TOOLS_TALK_H

#include "cli.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_REJECTED = 3, EXIT_CANCELLED = 4 };

typedef struct progress {
    gboolean visible;
    gboolean drawn;
    gint64 start; /* microseconds */
    gint64 last;  /* when something was drawn, or the start */
} progress;

/* Read the command line, do what it says by `start`, say what went wrong: all of a tool's main but
 * what makes it another tool. The exit code. */
int talk_main(const cli_program *program, int argc, char **argv,
              cov_status (*start)(cli *c, cov_error *err));

/* One line to standard error, behind the name of the tool. Names from files may hold anything; a
 * terminal gets none of it. */
void say(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* A time and what took it. */
void say_seconds(const char *phase, double seconds);

/* The notes of a run and, where that is asked for, its phases. */
void say_run(const cli *c, const cov_run *run);

/* A cov_progress, its data a `progress`: draws, and asks to stop after the first signal. */
progress progress_start(const cli *c);
int progress_draw(void *data, const char *phase, double fraction);
void progress_erase(progress *p);

#endif
