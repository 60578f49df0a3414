/* SPDX-License-Identifier: MIT */
#include "option.h"

#include <string.h>

enum { HELP_WIDTH = 80, HELP_INDENT = 30 };

/* Words of `text` from column HELP_INDENT on, broken before HELP_WIDTH; the cursor stands at
 * `column`. */
static void add_wrapped(GString *out, size_t column, const char *text)
{
    char **words = g_strsplit(text, " ", -1);
    for (size_t i = 0; words[i] != NULL; i++) {
        if (column + 1 + strlen(words[i]) > HELP_WIDTH) {
            g_string_append_c(out, '\n');
            column = 0;
        }
        size_t blanks = column < HELP_INDENT ? HELP_INDENT - column : 1;
        g_string_append_printf(out, "%*s%s", (int)blanks, "", words[i]);
        column += blanks + strlen(words[i]);
    }
    g_string_append_c(out, '\n');
    g_strfreev(words);
}

static void add_option(GString *out, const option *o)
{
    size_t start = out->len;
    if (o->letter != 0)
        g_string_append_printf(out, "  -%c, ", o->letter);
    else
        g_string_append(out, "      ");
    g_string_append_printf(out, "--%s", o->name);
    if (o->arg != NULL)
        g_string_append_printf(out, " %s", o->arg);
    size_t column = out->len - start;
    if (column + 2 > HELP_INDENT) {
        g_string_append_c(out, '\n');
        column = 0;
    }
    add_wrapped(out, column, o->help);
}

char *cli_help(const cli_program *program)
{
    GString *out = g_string_new(program->usage);
    g_string_append(out, program->before);
    for (size_t g = 0; g < program->n_groups; g++) {
        const option_group *group = &program->groups[g];
        if (group->title != NULL)
            g_string_append_printf(out, "\n%s:\n", group->title);
        for (size_t i = 0; i < group->n; i++)
            add_option(out, &group->options[i]);
    }
    g_string_append(out, program->after);
    return g_string_free(out, FALSE);
}

char *cli_usage(const cli_program *program)
{
    return g_strdup_printf("%sTry '%s --help' for the options and examples.\n", program->usage,
                           program->name);
}
