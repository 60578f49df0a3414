/* SPDX-License-Identifier: MIT */
#include "option.h"

#include <string.h>

gboolean option_wrong(GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
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

static gboolean take_flag(cli *c, const option *o, const char *value, GError **error)
{
    (void)value;
    (void)error;
    int on = 1;
    memcpy((char *)c + o->field, &on, sizeof on);
    return TRUE;
}

static gboolean take_text(cli *c, const option *o, const char *value, GError **error)
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

static gboolean take_invalid(cli *c, const option *o, const char *value, GError **error)
{
    if (strcmp(value, "error") == 0)
        c->job.invalid = COV_INVALID_ERROR;
    else if (strcmp(value, "fix") == 0)
        c->job.invalid = COV_INVALID_FIX;
    else if (strcmp(value, "skip") == 0)
        c->job.invalid = COV_INVALID_SKIP;
    else
        return option_wrong(error, "--%s is error, fix or skip, not '%s'", o->name, value);
    return TRUE;
}

static gboolean take_network(cli *c, const option *o, const char *value, GError **error)
{
    (void)o;
    (void)value;
    (void)error;
    c->job.allow_network = 1;
    return TRUE;
}

static gboolean take_layer(cli *c, const option *o, const char *value, GError **error)
{
    static const char *const whose[] = {"areas=", "households="};
    cov_source *const source[] = {&c->job.areas, &c->job.households};
    for (size_t i = 0; i < 2; i++) {
        if (!g_str_has_prefix(value, whose[i]))
            continue;
        const char *layer = value + strlen(whose[i]);
        if (*layer == '\0' || source[i]->layer != NULL)
            return option_wrong(error, "--%s %sNAME needs one name of a layer", o->name, whose[i]);
        source[i]->layer = option_keep(c, layer);
        return TRUE;
    }
    return option_wrong(error, "--%s needs areas=NAME or households=NAME, not '%s'", o->name,
                        value);
}

static gboolean take_parent(cli *c, const option *o, const char *value, GError **error)
{
    if (*value == '\0')
        return option_wrong(error, "--%s needs the name of a column", o->name);
    g_ptr_array_add(c->parents, option_keep(c, value));
    return TRUE;
}

static gboolean take_driver(cli *c, const option *o, const char *value, GError **error)
{
    if (*value == '\0')
        return option_wrong(error, "--%s needs the name of a GDAL driver", o->name);
    g_ptr_array_add(c->drivers, option_keep(c, value));
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

/* ---------------------------------------------------------------- the table */

#define FIELD(name) offsetof(cli, name)

/* What is counted, and how it is run. */
enum { JOB = TRUE, RUN = FALSE };

static const option options[] = {
    {NULL, 0, NULL, 0, NULL, "Services", RUN},
    {"fiber", 0, take_technology, 0, "[OPERATOR=]SOURCE",
     "where fiber reaches, of one operator or of all; repeat it for each operator or file", JOB},
    {"mobile", 0, take_technology, 0, "[OPERATOR=]SOURCE", "where mobile reaches; likewise", JOB},
    {"service", 0, take_service, 0, "NAME=SOURCE",
     "any other: NAME is TECHNOLOGY or TECHNOLOGY/OPERATOR, such as 4g/viettel, and may end in "
     ":passed, :connected or :planned; repeatable",
     JOB},

    {NULL, 0, NULL, 0, NULL, "Questions", RUN},
    {"indicator", 0, take_indicator, 0, "[NAME=]EXPRESSION",
     "one more share, after those of each technology and service: 'both=fiber & 4g', "
     "'count(4g/*) >= 2', 'sdg=best(2g/*, 3g/*, 4g/*)', 'classes(4g)'; repeatable",
     JOB},
    {"tiers", 0, take_tiers, 0, "WIDEST,...,NARROWEST",
     "speed tiers that must be nested, such as dl25,dl100: it is an error where they are not", JOB},
    {"target", 0, take_target, 0, "INDICATOR>=SHARE[,with=N]",
     "what is missing to a share, such as 'fiber>=80%', and whether N more are enough", JOB},
    {"ratio", 0, take_ratio, 0, "NAME=TABLE,key=COLUMN,n=COLUMN,of=COLUMN|base:BASE[,per=N]",
     "one more share, from a table with a row per area; with per=100 a rate", JOB},

    {NULL, 0, NULL, 0, NULL, "Input", RUN},
    {"base", 0, take_base, 0, "NAME=SOURCE|area",
     "count something else as well: points (schools), lines (roads, in km), a raster "
     "(population), column:NAME (persons of HOUSEHOLDS); or 'area' (km2); repeatable",
     JOB},
    {"id", 0, take_text, FIELD(job.id_column), "COLUMN",
     "column of AREAS with the unique id; guessed, and said, where there is one clear choice", JOB},
    {"name", 0, take_text, FIELD(job.name_column), "COLUMN", "column of AREAS with the name", JOB},
    {"parent", 0, take_parent, 0, "COLUMN",
     "column of AREAS with the parent's id; repeatable, nearest first", JOB},
    {"weight", 0, take_text, FIELD(job.weight_column), "COLUMN",
     "column of HOUSEHOLDS with households per point (1 without)", JOB},
    {"household-id", 0, take_text, FIELD(job.household_id), "COLUMN",
     "column of HOUSEHOLDS with the id that tables know them by", JOB},
    {"layer", 0, take_layer, 0, "areas=NAME", "the layer of AREAS, or households=NAME; repeatable",
     JOB},
    {"assume-crs", 0, take_text, FIELD(job.assume_crs), "CRS",
     "coordinate reference system of the layers that state none, such as EPSG:9210", JOB},
    {"invalid", 0, take_invalid, 0, "ACTION",
     "invalid polygons are an error (the default), or fix, or skip", JOB},
    {"allow-driver", 0, take_driver, 0, "NAME", "read with this GDAL driver too; repeatable", JOB},
    {"allow-network", 0, take_network, 0, NULL, "let GDAL read over the network", JOB},
    {"project", 0, take_text, FIELD(project), "FILE",
     "all of this and the outputs from a YAML file, in place of AREAS and HOUSEHOLDS", RUN},

    {NULL, 0, NULL, 0, NULL, "Output", RUN},
    {"output", 'o', take_output, 0, "FILE",
     "write the result here ('-': standard output, in place of the table); repeatable", RUN},
    {"format", 'f', take_text, FIELD(format), "FORMAT",
     "GeoJSON, GeoJSONSeq, GPKG, FlatGeobuf, 'ESRI Shapefile' or CSV; by the extension otherwise",
     RUN},
    {"overwrite", 0, take_flag, FIELD(overwrite), NULL, "replace an existing FILE", RUN},

    {NULL, 0, NULL, 0, NULL, "Running", RUN},
    {"dry-run", 0, take_flag, FIELD(dry_run), NULL,
     "print what would be read and counted, and stop", RUN},
    {"threads", 0, take_threads, 0, "N", "workers; the result is the same for any number", RUN},
    {"quiet", 'q', take_flag, FIELD(quiet), NULL, "no table, no progress, no warnings", RUN},
    {"verbose", 'v', take_flag, FIELD(verbose), NULL, "say more, with seconds per phase", RUN},
    {"help", 'h', take_flag, FIELD(help), NULL, "print this and stop", RUN},
    {"version", 0, take_flag, FIELD(version), NULL, "print the version and stop", RUN},
};

/* `typed` is "--output" or "-o". */
static const option *find_option(const char *typed)
{
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        const option *o = &options[i];
        if (o->name != NULL && ((typed[1] == '-' && strcmp(typed + 2, o->name) == 0) ||
                                (typed[1] == o->letter && typed[2] == '\0')))
            return o;
    }
    return NULL;
}

static gboolean on_option(const gchar *typed, const gchar *value, gpointer data, GError **error)
{
    cli *c = data;
    if (value != NULL && !g_utf8_validate(value, -1, NULL))
        return option_wrong(error, "an argument is not UTF-8%s%s",
                            *typed != '\0' ? ": that of " : "", typed);
    if (*typed == '\0') {
        g_ptr_array_add(c->positional, option_keep(c, value));
        return TRUE;
    }
    const option *o = find_option(typed);
    if (o->job)
        c->asked = o->name;
    return o->take(c, o, value, error);
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

static GOptionContext *create_context(cli *c)
{
    GOptionGroup *group = g_option_group_new("covcalc", "", "", c, NULL);
    for (size_t i = 0; i <= G_N_ELEMENTS(options); i++) {
        const option *o = i < G_N_ELEMENTS(options) ? &options[i] : NULL;
        if (o != NULL && o->name == NULL)
            continue;
        GOptionEntry entries[2] = {entry_of(o), {0}};
        g_option_group_add_entries(group, entries);
    }
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
    if (c->overwrite && c->outputs->len == 0 && c->project == NULL)
        return option_wrong(error, "--overwrite needs --output");
    return TRUE;
}

static gboolean check_project(const cli *c, GError **error)
{
    if (c->asked != NULL)
        return option_wrong(
            error, "--project and --%s exclude each other: say it in the project file", c->asked);
    if (c->positional->len > 0)
        return option_wrong(error, "--project names the files itself, '%s' is too much",
                            (const char *)c->positional->pdata[0]);
    return TRUE;
}

/* Areas alone, where something else is counted in them. */
static gboolean check_without_households(const cli *c, GError **error)
{
    const char *asked = c->job.weight_column != NULL      ? "--weight"
                        : c->job.household_id != NULL     ? "--household-id"
                        : c->job.households.layer != NULL ? "--layer households=NAME"
                                                          : NULL;
    if (asked != NULL)
        return option_wrong(error, "%s is about HOUSEHOLDS, which is missing", asked);
    return TRUE;
}

static gboolean check(const cli *c, GError **error)
{
    if (c->quiet && c->verbose)
        return option_wrong(error, "--quiet and --verbose exclude each other");
    if (!check_outputs(c, error))
        return FALSE;
    if (c->project != NULL)
        return check_project(c, error);
    if (c->positional->len < 1 || (c->positional->len < 2 && c->bases->len == 0))
        return option_wrong(error, "%s is missing",
                            c->positional->len == 0 ? "AREAS" : "HOUSEHOLDS");
    if (c->positional->len > 2)
        return option_wrong(error, "AREAS and HOUSEHOLDS are all it takes, '%s' is too much",
                            (const char *)c->positional->pdata[2]);
    return c->positional->len == 2 || check_without_households(c, error);
}

/* The indicators of the library's own choice come first, those that are asked for after them. */
static void put_defaults_first(cli *c)
{
    const cov_indicator defaults = {NULL, "defaults()"};
    if (c->indicators->len > 0 && c->services->len > 0)
        g_array_prepend_val(c->indicators, defaults);
}

#define ARRAY(type, array) ((const type *)(const void *)(array)->data)

static void fill_job(cli *c)
{
    put_defaults_first(c);
    cov_job *job = &c->job;
    job->areas.path = c->positional->pdata[0];
    job->households.path = c->positional->len > 1 ? c->positional->pdata[1] : NULL;
    job->parent_columns = (const char *const *)c->parents->pdata;
    job->n_parents = c->parents->len;
    job->add_drivers = (const char *const *)c->drivers->pdata;
    job->n_add_drivers = c->drivers->len;
    job->services = ARRAY(cov_job_service, c->services);
    job->n_services = c->services->len;
    job->bases = ARRAY(cov_job_base, c->bases);
    job->n_bases = c->bases->len;
    job->indicators = ARRAY(cov_indicator, c->indicators);
    job->n_indicators = c->indicators->len;
    job->tiers = ARRAY(cov_job_tiers, c->tiers);
    job->n_tiers = c->tiers->len;
    job->targets = ARRAY(cov_job_target, c->targets);
    job->n_targets = c->targets->len;
    job->ratios = ARRAY(cov_job_ratio, c->ratios);
    job->n_ratios = c->ratios->len;
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

static cli *create(void)
{
    cli *c = g_new0(cli, 1);
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

cli *cli_parse(char **argv, GError **error)
{
    cli *c = create();
    char **arguments = g_strdupv(argv);
    GOptionContext *context = create_context(c);
    gboolean good = g_option_context_parse_strv(context, &arguments, error);
    if (good && !c->help && !c->version) {
        good = check(c, error);
        if (good && c->project == NULL)
            fill_job(c);
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

/* ---------------------------------------------------------------- help */

char *cli_usage(void)
{
    return g_strdup("Usage: covcalc AREAS HOUSEHOLDS [OPTION...]\n"
                    "       covcalc --project FILE [OPTION...]\n"
                    "Try 'covcalc --help' for the options and examples.\n");
}

char *cli_help(void)
{
    return option_help(options, G_N_ELEMENTS(options));
}
