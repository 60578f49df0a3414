/* SPDX-License-Identifier: MIT */
#include "option.h"

#include "text.h"

#include <string.h>

gboolean option_wrong(GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *raw = g_strdup_vprintf(format, args);
    char *text = text_show_strays(raw);
    va_end(args);
    g_free(raw);
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, text);
    g_free(text);
    return FALSE;
}

char *option_keep(cli *c, const char *text)
{
    return g_string_chunk_insert(c->texts, text);
}

char *option_keep_part(cli *c, const char *text, size_t length)
{
    return g_string_chunk_insert_len(c->texts, text, (gssize)length);
}

/* ---------------------------------------------------------------- flags and single values */

gboolean take_flag(cli *c, const option *o, const char *value, GError **error)
{
    (void)value;
    (void)error;
    int on = 1;
    memcpy((char *)c + o->field, &on, sizeof on);
    return TRUE;
}

gboolean take_text(cli *c, const option *o, const char *value, GError **error)
{
    const char *before = NULL;
    memcpy(&before, (char *)c + o->field, sizeof before);
    if (before != NULL)
        return option_wrong(error, "--%s is given twice: '%s' and '%s'", o->name, before, value);
    if (*value == '\0')
        return option_wrong(error, "--%s needs a value that is not empty", o->name);
    const char *text = option_keep(c, value);
    memcpy((char *)c + o->field, &text, sizeof text);
    return TRUE;
}

static gboolean take_threads(cli *c, const option *o, const char *value, GError **error)
{
    guint64 n = 0;
    if (!g_ascii_string_to_unsigned(value, 10, 1, 256, &n, NULL))
        return option_wrong(error, "--%s needs a whole number from 1 to 256, not '%s'", o->name,
                            value);
    c->job.threads = (unsigned)n;
    return TRUE;
}

/* ---------------------------------------------------------------- output */

static gboolean take_output(cli *c, const option *o, const char *value, GError **error)
{
    if (*value == '\0')
        return option_wrong(error, "--%s needs the name of a file, or '-'", o->name);
    for (guint i = 0; i < c->outputs->len; i++) {
        if (strcmp(g_array_index(c->outputs, cli_output, i).path, value) == 0)
            return option_wrong(error, "--%s %s is given twice", o->name, value);
    }
    cli_output output = {option_keep(c, value), NULL};
    g_array_append_val(c->outputs, output);
    return TRUE;
}

/* ---------------------------------------------------------------- what all tools have */

const option cli_output_options[] = {
    {"output", 'o', take_output, 0, "FILE",
     "write the result here ('-': standard output, in place of the table); repeatable"},
    {"format", 'f', take_text, FIELD(format), "FORMAT",
     "GeoJSON, GeoJSONSeq, GPKG, FlatGeobuf, 'ESRI Shapefile', CSV or part; by the extension "
     "otherwise"},
    {"overwrite", 0, take_flag, FIELD(overwrite), NULL, "replace an existing FILE"},
};

const option cli_running_options[] = {
    {"threads", 0, take_threads, 0, "N", "workers; the result is the same for any number"},
    {"quiet", 'q', take_flag, FIELD(quiet), NULL, "no table, no progress, no warnings"},
    {"verbose", 'v', take_flag, FIELD(verbose), NULL, "say more, with seconds per phase"},
    {"help", 'h', take_flag, FIELD(help), NULL, "print this and stop"},
    {"version", 0, take_flag, FIELD(version), NULL, "print the version and stop"},
};

/* ---------------------------------------------------------------- options to GLib */

static gboolean is_typed(const option *o, const char *typed)
{
    return (typed[1] == '-' && strcmp(typed + 2, o->name) == 0) ||
           (typed[1] == o->letter && typed[2] == '\0');
}

/* `typed` is "--output" or "-o". */
static gboolean take_option(cli *c, const char *typed, const char *value, GError **error)
{
    for (size_t g = 0; g < c->program->n_groups; g++) {
        const option_group *group = &c->program->groups[g];
        for (size_t i = 0; i < group->n; i++) {
            const option *o = &group->options[i];
            if (!is_typed(o, typed))
                continue;
            if (group->job)
                c->asked = o->name;
            return o->take(c, o, value, error);
        }
    }
    return option_wrong(error, "%s is unknown", typed);
}

static gboolean on_option(const gchar *typed, const gchar *value, gpointer data, GError **error)
{
    cli *c = data;
    if (value != NULL && !g_utf8_validate(value, -1, NULL))
        return option_wrong(error, "an argument is not UTF-8%s%s",
                            *typed != '\0' ? ": that of " : "", typed);
    if (*typed != '\0')
        return take_option(c, typed, value, error);
    g_ptr_array_add(c->positional, option_keep(c, value));
    return TRUE;
}

static GOptionEntry entry_of(const option *o)
{
    GOptionArgFunc function = on_option;
    GOptionEntry entry = {.long_name = o == NULL ? G_OPTION_REMAINING : o->name,
                          .short_name = o == NULL ? '\0' : o->letter,
                          .flags = G_OPTION_FLAG_FILENAME, /* bytes as they are, no locale */
                          .arg = G_OPTION_ARG_CALLBACK};
    if (o != NULL && o->arg == NULL)
        entry.flags = G_OPTION_FLAG_NO_ARG;
    memcpy(&entry.arg_data, &function, sizeof function);
    return entry;
}

/* NULL: what is no option. */
static void add_entry(GOptionGroup *to, const option *o)
{
    GOptionEntry entries[2] = {entry_of(o), {0}};
    g_option_group_add_entries(to, entries);
}

static GOptionContext *create_context(cli *c)
{
    const cli_program *program = c->program;
    GOptionGroup *group = g_option_group_new(program->name, "", "", c, NULL);
    for (size_t g = 0; g < program->n_groups; g++) {
        for (size_t i = 0; i < program->groups[g].n; i++)
            add_entry(group, &program->groups[g].options[i]);
    }
    add_entry(group, NULL);
    GOptionContext *context = g_option_context_new(NULL);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_main_group(context, group);
    return context;
}

/* ---------------------------------------------------------------- parse */

static gboolean check_outputs(const cli *c, GError **error)
{
    if (c->format != NULL && c->outputs->len != 1)
        return option_wrong(error, "--format needs %s",
                            c->outputs->len == 0 ? "--output" : "one --output, not several");
    for (guint i = 0; i < c->outputs->len && c->tally != NULL; i++) {
        if (strcmp(g_array_index(c->outputs, cli_output, i).path, c->tally) == 0)
            return option_wrong(error, "--output and --tally name the same file, %s", c->tally);
    }
    if (c->overwrite && c->outputs->len == 0 && c->tally == NULL && c->project == NULL)
        return option_wrong(error, "--overwrite needs --output");
    return TRUE;
}

static gboolean check(const cli *c, GError **error)
{
    if (c->quiet && c->verbose)
        return option_wrong(error, "--quiet and --verbose exclude each other");
    return check_outputs(c, error) && c->program->check(c, error);
}

void cli_fill_questions(cli *c, gboolean defaults)
{
    const cov_indicator first = {NULL, "defaults()"};
    if (c->indicators->len > 0 && defaults)
        g_array_prepend_val(c->indicators, first);
    c->job.indicators = ARRAY(cov_indicator, c->indicators);
    c->job.n_indicators = c->indicators->len;
    c->job.tiers = ARRAY(cov_job_tiers, c->tiers);
    c->job.n_tiers = c->tiers->len;
    c->job.targets = ARRAY(cov_job_target, c->targets);
    c->job.n_targets = c->targets->len;
}

/* The format is that of the one output. */
static void fill_outputs(cli *c)
{
    for (guint i = 0; i < c->outputs->len; i++)
        g_array_index(c->outputs, cli_output, i).format = c->format;
}

static void free_list(gpointer list)
{
    g_ptr_array_free(list, TRUE);
}

static cli *create(const cli_program *program)
{
    cli *c = g_new0(cli, 1);
    c->program = program;
    c->job = (cov_job)COV_JOB_INIT;
    c->positional = g_ptr_array_new();
    c->parents = g_ptr_array_new();
    c->drivers = g_ptr_array_new();
    c->outputs = g_array_new(FALSE, FALSE, sizeof(cli_output));
    c->services = g_array_new(FALSE, FALSE, sizeof(cov_job_service));
    c->bases = g_array_new(FALSE, FALSE, sizeof(cov_job_base));
    c->indicators = g_array_new(FALSE, FALSE, sizeof(cov_indicator));
    c->tiers = g_array_new(FALSE, FALSE, sizeof(cov_job_tiers));
    c->targets = g_array_new(FALSE, FALSE, sizeof(cov_job_target));
    c->ratios = g_array_new(FALSE, FALSE, sizeof(cov_job_ratio));
    c->lists = g_ptr_array_new_with_free_func(free_list);
    c->texts = g_string_chunk_new(1024);
    return c;
}

cli *cli_parse(const cli_program *program, char **argv, GError **error)
{
    cli *c = create(program);
    char **arguments = g_strdupv(argv);
    GOptionContext *context = create_context(c);
    gboolean good = g_option_context_parse_strv(context, &arguments, error);
    if (good && !c->help && !c->version) {
        good = check(c, error);
        if (good && c->project == NULL)
            program->fill(c);
        fill_outputs(c);
    }
    g_option_context_free(context);
    g_strfreev(arguments);
    if (good)
        return c;
    cli_free(c);
    return NULL;
}

void cli_free(cli *c)
{
    if (c == NULL)
        return;
    g_ptr_array_free(c->positional, TRUE);
    g_ptr_array_free(c->parents, TRUE);
    g_ptr_array_free(c->drivers, TRUE);
    g_array_free(c->outputs, TRUE);
    g_array_free(c->services, TRUE);
    g_array_free(c->bases, TRUE);
    g_array_free(c->indicators, TRUE);
    g_array_free(c->tiers, TRUE);
    g_array_free(c->targets, TRUE);
    g_array_free(c->ratios, TRUE);
    g_ptr_array_free(c->lists, TRUE);
    g_string_chunk_free(c->texts);
    g_free(c);
}
