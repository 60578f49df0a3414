/* The command line of a tool: one table of options, read into one cov_job.
 * SPDX-License-Identifier: MIT
 *
 * Nothing here opens a file or prints. Arguments are UTF-8 whatever the locale. With a project file
 * the job is there, and only how to run it is left to the options. */
#ifndef COV_TOOLS_CLI_H
#define COV_TOOLS_CLI_H

#include <cov/io.h>

#include <glib.h>

/* A file that the result goes to. */
typedef struct cli_output {
    const char *path;   /* "-": standard output */
    const char *format; /* NULL: by the extension */
} cli_output;

typedef struct cli_program cli_program; /* see option.h */

/* The tools. */
extern const cli_program covcalc_program;
extern const cli_program covmerge_program;

typedef struct cli {
    const cli_program *program;
    cov_job job; /* borrows its texts and arrays from the fields below */

    GArray *outputs; /* of cli_output */
    char *format;
    char *tally;       /* the file of a part; NULL: none */
    char *project;     /* NULL: the job is on the command line */
    const char *asked; /* the last option that says what to count; NULL: none */
    int overwrite;
    int quiet;
    int verbose;
    int dry_run;
    int help;
    int version;

    GPtrArray *positional;
    GPtrArray *parents;
    GPtrArray *drivers;
    GArray *services;   /* of cov_job_service, in the order of the command line */
    GArray *bases;      /* of cov_job_base */
    GArray *indicators; /* of cov_indicator */
    GArray *tiers;      /* of cov_job_tiers */
    GArray *targets;    /* of cov_job_target */
    GArray *ratios;     /* of cov_job_ratio */
    GPtrArray *lists;   /* arrays of the tiers, owned */
    GStringChunk *texts;
} cli;

/* Read the arguments (argv[0] is skipped) as those of the program. NULL on wrong usage, with an
 * error that says what is wrong. With `help` or `version` set nothing else was checked. */
cli *cli_parse(const cli_program *program, char **argv, GError **error);
void cli_free(cli *c);

/* The text of --help, at most 80 columns wide, and the two lines of wrong usage. To be freed with
 * g_free. */
char *cli_help(const cli_program *program);
char *cli_usage(const cli_program *program);

#endif
