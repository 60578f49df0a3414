/* An option of the command line: what the tables of them and those who read them share.
 * SPDX-License-Identifier: MIT
 *
 * A reader takes the value of one option into the cli; FALSE with an error that names the option,
 * the value and what was expected. */
#ifndef COV_TOOLS_OPTION_H
#define COV_TOOLS_OPTION_H

#include "cli.h"

typedef struct option option;

struct option {
    const char *name;
    char letter;
    gboolean (*take)(cli *c, const option *o, const char *value, GError **error);
    size_t field;    /* offset in cli of the field that is set, for flags and single texts */
    const char *arg; /* NULL: a flag */
    const char *help;
};

typedef struct option_group {
    const char *title; /* a heading of the help; NULL: they go on below the one before */
    const option *options;
    size_t n;
    gboolean job; /* they say what to count: with a project file that is said there */
} option_group;

/* Of an array. */
#define GROUP(title, options, job)                                                                 \
    {                                                                                              \
        title, options, G_N_ELEMENTS(options), job                                                 \
    }

/* What a tool takes, and how it explains itself. */
struct cli_program {
    const char *name;
    const option_group *groups;
    size_t n_groups;
    gboolean (*check)(const cli *c, GError **error); /* whether all of it fits together */
    void (*fill)(cli *c);                            /* make the job; not with a project file */
    const char *usage;                               /* whole lines */
    const char *before;                              /* of --help, before the options */
    const char *after;
};

#define FIELD(name) offsetof(cli, name)
#define ARRAY(type, array) ((const type *)(const void *)(array)->data)

/* FALSE, with an error of wrong usage. */
gboolean option_wrong(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* A copy that lives as long as the cli. */
char *option_keep(cli *c, const char *text);
char *option_keep_part(cli *c, const char *text, size_t length);

/* What all tools have (cli.c): where the result goes, and how they run. */
extern const option cli_output_options[3];
extern const option cli_running_options[5];

/* Readers that only set a field, of flags and single texts. */
gboolean take_flag(cli *c, const option *o, const char *value, GError **error);
gboolean take_text(cli *c, const option *o, const char *value, GError **error);

/* Readers of what is counted (job_options.c): --fiber and --mobile, whose name is the technology,
 * --service, --base, --indicator, --tiers, --target, --ratio. */
gboolean take_technology(cli *c, const option *o, const char *value, GError **error);
gboolean take_service(cli *c, const option *o, const char *value, GError **error);
gboolean take_base(cli *c, const option *o, const char *value, GError **error);
gboolean take_indicator(cli *c, const option *o, const char *value, GError **error);
gboolean take_tiers(cli *c, const option *o, const char *value, GError **error);
gboolean take_target(cli *c, const option *o, const char *value, GError **error);
gboolean take_ratio(cli *c, const option *o, const char *value, GError **error);

/* Put indicators, tiers and targets into the job; with `defaults` those of the library's own choice
 * before the indicators that are asked for. */
void cli_fill_questions(cli *c, gboolean defaults);

#endif
