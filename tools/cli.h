/* The command line of covcalc: one table of options, read into one cov_job.
 * SPDX-License-Identifier: MIT
 *
 * Nothing here opens a file or prints. Arguments are UTF-8 whatever the locale. */
#ifndef COV_TOOLS_CLI_H
#define COV_TOOLS_CLI_H

#include <cov/io.h>

#include <glib.h>

typedef struct cli {
    cov_job job; /* borrows its texts and arrays from the fields below */

    char *output; /* NULL: no file; "-": standard output */
    char *format; /* NULL: by the extension */
    int overwrite;
    int quiet;
    int verbose;
    int help;
    int version;

    GPtrArray *positional;
    GPtrArray *parents;
    GPtrArray *drivers;
    GArray *services;   /* of cov_job_service, in the order of the command line */
    GArray *indicators; /* of cov_indicator */
    GStringChunk *texts;
} cli;

/* Read the arguments (argv[0] is skipped). NULL on wrong usage, with an error that says what is
 * wrong. With `help` or `version` set nothing else was checked. */
cli *cli_parse(char **argv, GError **error);
void cli_free(cli *c);

/* The text of --help, at most 80 columns wide, and the two lines of wrong usage. To be freed with
 * g_free. */
char *cli_help(void);
char *cli_usage(void);

#endif
