/* An option of the command line: what the table of them (cli.c) and those who read them share.
 * SPDX-License-Identifier: MIT
 *
 * A reader takes the value of one option into the cli; FALSE with an error that names the option,
 * the value and what was expected. */
#ifndef COV_TOOLS_OPTION_H
#define COV_TOOLS_OPTION_H

#include "cli.h"

typedef struct option option;

struct option {
    const char *name; /* NULL: a heading of the help */
    char letter;
    gboolean (*take)(cli *c, const option *o, const char *value, GError **error);
    size_t field;    /* offset in cli of the field that is set, for flags and single texts */
    const char *arg; /* NULL: a flag */
    const char *help;
    gboolean job; /* says what to count: with a project file that is said there */
};

/* FALSE, with an error of wrong usage. */
gboolean option_wrong(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* A copy that lives as long as the cli. */
char *option_keep(cli *c, const char *text);
char *option_keep_part(cli *c, const char *text, size_t length);

/* Readers of what is counted (job_options.c): --fiber and --mobile, whose name is the technology,
 * --service, --base, --indicator, --tiers, --target, --ratio. */
gboolean take_technology(cli *c, const option *o, const char *value, GError **error);
gboolean take_service(cli *c, const option *o, const char *value, GError **error);
gboolean take_base(cli *c, const option *o, const char *value, GError **error);
gboolean take_indicator(cli *c, const option *o, const char *value, GError **error);
gboolean take_tiers(cli *c, const option *o, const char *value, GError **error);
gboolean take_target(cli *c, const option *o, const char *value, GError **error);
gboolean take_ratio(cli *c, const option *o, const char *value, GError **error);

/* The text of --help for n options, at most 80 columns wide; freed with g_free. */
char *option_help(const option *options, size_t n);

#endif
