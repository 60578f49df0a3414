/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

typedef struct option option;

struct option {
    const char *name; /* NULL: a heading of the help */
    char letter;
    gboolean (*take)(cli *c, const option *o, const char *value, GError **error);
    size_t field;    /* offset in cli of the field that is set, for flags and single texts */
    const char *arg; /* NULL: a flag */
    const char *help;
};

static gboolean wrong(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean wrong(GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, text);
    g_free(text);
    return FALSE;
}

static char *keep(cli *c, const char *text)
{
    return g_string_chunk_insert(c->texts, text);
}

static char *keep_part(cli *c, const char *text, size_t length)
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
        return wrong(error, "--%s is given twice: '%s' and '%s'", o->name, before, value);
    if (*value == '\0')
        return wrong(error, "--%s needs a value that is not empty", o->name);
    const char *text = keep(c, value);
    memcpy((char *)c + o->field, &text, sizeof text);
    return TRUE;
}

static gboolean take_threads(cli *c, const option *o, const char *value, GError **error)
{
    guint64 n = 0;
    if (!g_ascii_string_to_unsigned(value, 10, 1, 256, &n, NULL))
        return wrong(error, "--%s needs a whole number from 1 to 256, not '%s'", o->name, value);
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
        return wrong(error, "--%s is error, fix or skip, not '%s'", o->name, value);
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
            return wrong(error, "--%s %sNAME needs one name of a layer", o->name, whose[i]);
        source[i]->layer = keep(c, layer);
        return TRUE;
    }
    return wrong(error, "--%s needs areas=NAME or households=NAME, not '%s'", o->name, value);
}

static gboolean take_parent(cli *c, const option *o, const char *value, GError **error)
{
    if (*value == '\0')
        return wrong(error, "--%s needs the name of a column", o->name);
    g_ptr_array_add(c->parents, keep(c, value));
    return TRUE;
}

static gboolean take_driver(cli *c, const option *o, const char *value, GError **error)
{
    if (*value == '\0')
        return wrong(error, "--%s needs the name of a GDAL driver", o->name);
    g_ptr_array_add(c->drivers, keep(c, value));
    return TRUE;
}

/* ---------------------------------------------------------------- services */

static gboolean exists(const char *path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* The comma of a source's ",layer=NAME", or NULL. The last one, so that the path may hold it too.
 */
static const char *layer_comma(const char *text)
{
    return g_strrstr(text, ",layer=");
}

/* Whether text names a file as it stands, with or without ",layer=NAME": then no '=' or ',' in it
 * is syntax. */
static gboolean names_a_file(const char *text)
{
    const char *comma = layer_comma(text);
    if (exists(text) || comma == NULL)
        return exists(text);
    char *path = g_strndup(text, (gsize)(comma - text));
    gboolean found = exists(path);
    g_free(path);
    return found;
}

/* ",within=150m" at the end of a path that isn't there is meant as an option of the source. */
static gboolean unknown_source_option(const char *text, GError **error)
{
    const char *comma = strrchr(text, ',');
    size_t letters = comma == NULL ? 0 : strspn(comma + 1, "abcdefghijklmnopqrstuvwxyz_");
    if (letters == 0 || comma[1 + letters] != '=')
        return FALSE;
    wrong(error, "there is no file '%s', and a source takes ',layer=NAME' alone, not '%s'", text,
          comma);
    return TRUE;
}

/* PATH[,layer=NAME] or column:NAME. */
static gboolean read_source(cli *c, const option *o, const char *text, cov_job_service *service,
                            GError **error)
{
    const char *comma = layer_comma(text);
    if (exists(text)) {
        service->source.path = keep(c, text);
    } else if (g_str_has_prefix(text, "column:")) {
        service->column = keep(c, text + strlen("column:"));
        if (*service->column == '\0')
            return wrong(error, "--%s: 'column:' needs the name of a column", o->name);
    } else if (comma != NULL) {
        service->source.path = keep_part(c, text, (size_t)(comma - text));
        service->source.layer = keep(c, comma + strlen(",layer="));
        if (*service->source.layer == '\0')
            return wrong(error, "--%s: ',layer=' needs the name of a layer", o->name);
    } else if (unknown_source_option(text, error)) {
        return FALSE;
    } else {
        service->source.path = keep(c, text);
    }
    if (service->source.path != NULL && *service->source.path == '\0')
        return wrong(error, "--%s needs a file or column:NAME", o->name);
    return TRUE;
}

/* Whether the first `length` bytes could be an operator's name, as in cov_service. */
static gboolean is_operator(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((guchar)text[i] < 0x80 && !g_ascii_isalnum(text[i]) && strchr("_-.", text[i]) == NULL)
            return FALSE;
    return length > 0;
}

static gboolean take_technology(cli *c, const option *o, const char *value, GError **error)
{
    cov_job_service service = {.name = o->name};
    const char *equals = strchr(value, '=');
    if (equals != NULL && is_operator(value, (size_t)(equals - value)) && !names_a_file(value)) {
        char *who = g_strndup(value, (gsize)(equals - value));
        char *name = g_strconcat(o->name, "/", who, NULL);
        service.name = keep(c, name);
        g_free(name);
        g_free(who);
        value = equals + 1;
    }
    if (!read_source(c, o, value, &service, error))
        return FALSE;
    g_array_append_val(c->services, service);
    return TRUE;
}

static gboolean take_service(cli *c, const option *o, const char *value, GError **error)
{
    const char *equals = strchr(value, '=');
    if (equals == NULL || equals == value)
        return wrong(error, "--%s needs NAME=SOURCE, such as 4g/viettel=zones.gpkg, not '%s'",
                     o->name, value);
    cov_job_service service = {.name = keep_part(c, value, (size_t)(equals - value))};
    if (!read_source(c, o, equals + 1, &service, error))
        return FALSE;
    g_array_append_val(c->services, service);
    return TRUE;
}

/* ---------------------------------------------------------------- indicators */

/* [NAME=]EXPRESSION. Comparisons follow count(...) alone, so that a '=' with none of the signs of
 * the language before it can only end a name. */
static gboolean take_indicator(cli *c, const option *o, const char *value, GError **error)
{
    cov_indicator indicator = {NULL, value};
    size_t length = strcspn(value, "=()<>!&|,");
    if (value[length] == '=') {
        char *name = g_strstrip(g_strndup(value, length));
        indicator.name = keep(c, name);
        indicator.expression = value + length + 1;
        g_free(name);
    }
    if (indicator.name != NULL && *indicator.name == '\0')
        return wrong(error, "--%s: there is no name before the '=' of '%s'", o->name, value);
    indicator.expression = keep(c, indicator.expression);
    g_array_append_val(c->indicators, indicator);
    return TRUE;
}

static gboolean has_indicator(const GArray *indicators, const char *name)
{
    for (guint i = 0; i < indicators->len; i++) {
        const cov_indicator *have = &g_array_index(indicators, cov_indicator, i);
        if (strcmp(have->name != NULL ? have->name : have->expression, name) == 0)
            return TRUE;
    }
    return FALSE;
}

/* A default indicator is a name that is its own expression. */
static void add_default(const cli *c, GArray *list, const char *name)
{
    cov_indicator indicator = {name, name};
    if (!has_indicator(list, name) && !has_indicator(c->indicators, name))
        g_array_append_val(list, indicator);
}

/* cov_report_create takes its default indicators or the caller's. The tool promises both, so the
 * defaults are spelt out here, in the library's order, before the given ones; a given one with the
 * name of a default replaces it. */
static void put_defaults_first(cli *c)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(cov_indicator));
    for (guint i = 0; i < c->services->len; i++) {
        const char *name = g_array_index(c->services, cov_job_service, i).name;
        size_t technology = strcspn(name, "/");
        add_default(c, all, keep_part(c, name, technology));
        for (guint k = i; k < c->services->len; k++) {
            const char *other = g_array_index(c->services, cov_job_service, k).name;
            if (strcspn(other, "/") == technology && strncmp(other, name, technology) == 0)
                add_default(c, all, other);
        }
    }
    g_array_append_vals(all, c->indicators->data, c->indicators->len);
    g_array_free(c->indicators, TRUE);
    c->indicators = all;
}

/* ---------------------------------------------------------------- the table */

#define FIELD(name) offsetof(cli, name)

static const option options[] = {
    {NULL, 0, NULL, 0, NULL, "Services"},
    {"fiber", 0, take_technology, 0, "[OPERATOR=]SOURCE",
     "where fiber reaches, of one operator or of all; repeat it for each operator or file"},
    {"mobile", 0, take_technology, 0, "[OPERATOR=]SOURCE", "where mobile reaches; likewise"},
    {"service", 0, take_service, 0, "NAME=SOURCE",
     "any other: NAME is TECHNOLOGY or TECHNOLOGY/OPERATOR, such as 4g/viettel; repeatable"},
    {"indicator", 0, take_indicator, 0, "[NAME=]EXPRESSION",
     "one more share, after those of each technology and service: 'both=fiber & 4g', "
     "'count(4g/*) >= 2'; repeatable"},

    {NULL, 0, NULL, 0, NULL, "Input"},
    {"id", 0, take_text, FIELD(job.id_column), "COLUMN",
     "column of AREAS with the unique id; guessed, and said, where there is one clear choice"},
    {"name", 0, take_text, FIELD(job.name_column), "COLUMN", "column of AREAS with the name"},
    {"parent", 0, take_parent, 0, "COLUMN",
     "column of AREAS with the parent's id; repeatable, nearest first"},
    {"weight", 0, take_text, FIELD(job.weight_column), "COLUMN",
     "column of HOUSEHOLDS with households per point (1 without)"},
    {"layer", 0, take_layer, 0, "areas=NAME", "the layer of AREAS, or households=NAME; repeatable"},
    {"assume-crs", 0, take_text, FIELD(job.assume_crs), "CRS",
     "coordinate reference system of the layers that state none, such as EPSG:9210"},
    {"invalid", 0, take_invalid, 0, "ACTION",
     "invalid polygons are an error (the default), or fix, or skip"},
    {"allow-driver", 0, take_driver, 0, "NAME", "read with this GDAL driver too; repeatable"},
    {"allow-network", 0, take_network, 0, NULL, "let GDAL read over the network"},

    {NULL, 0, NULL, 0, NULL, "Output"},
    {"output", 'o', take_text, FIELD(output), "FILE",
     "write the result here ('-': standard output, in place of the table)"},
    {"format", 'f', take_text, FIELD(format), "FORMAT",
     "GeoJSON, GeoJSONSeq, GPKG, FlatGeobuf, 'ESRI Shapefile' or CSV; by the extension otherwise"},
    {"overwrite", 0, take_flag, FIELD(overwrite), NULL, "replace an existing FILE"},

    {NULL, 0, NULL, 0, NULL, "Running"},
    {"threads", 0, take_threads, 0, "N", "workers; the result is the same for any number"},
    {"quiet", 'q', take_flag, FIELD(quiet), NULL, "no table, no progress, no warnings"},
    {"verbose", 'v', take_flag, FIELD(verbose), NULL, "say more, with seconds per phase"},
    {"help", 'h', take_flag, FIELD(help), NULL, "print this and stop"},
    {"version", 0, take_flag, FIELD(version), NULL, "print the version and stop"},
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
        return wrong(error, "an argument is not UTF-8%s%s", *typed != '\0' ? ": that of " : "",
                     typed);
    if (*typed == '\0') {
        g_ptr_array_add(c->positional, keep(c, value));
        return TRUE;
    }
    const option *o = find_option(typed);
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

static gboolean check(const cli *c, GError **error)
{
    if (c->positional->len < 2)
        return wrong(error, "%s is missing", c->positional->len == 0 ? "AREAS" : "HOUSEHOLDS");
    if (c->positional->len > 2)
        return wrong(error, "AREAS and HOUSEHOLDS are all it takes, '%s' is too much",
                     (const char *)c->positional->pdata[2]);
    if (c->quiet && c->verbose)
        return wrong(error, "--quiet and --verbose exclude each other");
    if (c->output == NULL && (c->format != NULL || c->overwrite))
        return wrong(error, "--%s needs --output", c->format != NULL ? "format" : "overwrite");
    return TRUE;
}

static void fill_job(cli *c)
{
    if (c->indicators->len > 0)
        put_defaults_first(c);
    cov_job *job = &c->job;
    job->areas.path = c->positional->pdata[0];
    job->households.path = c->positional->pdata[1];
    job->parent_columns = (const char *const *)c->parents->pdata;
    job->n_parents = c->parents->len;
    job->add_drivers = (const char *const *)c->drivers->pdata;
    job->n_add_drivers = c->drivers->len;
    job->services = (const cov_job_service *)(const void *)c->services->data;
    job->n_services = c->services->len;
    job->indicators = (const cov_indicator *)(const void *)c->indicators->data;
    job->n_indicators = c->indicators->len;
}

static cli *create(void)
{
    cli *c = g_new0(cli, 1);
    c->job = (cov_job)COV_JOB_INIT;
    c->positional = g_ptr_array_new();
    c->parents = g_ptr_array_new();
    c->drivers = g_ptr_array_new();
    c->services = g_array_new(FALSE, FALSE, sizeof(cov_job_service));
    c->indicators = g_array_new(FALSE, FALSE, sizeof(cov_indicator));
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
        if (good)
            fill_job(c);
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
    g_array_free(c->services, TRUE);
    g_array_free(c->indicators, TRUE);
    g_string_chunk_free(c->texts);
    g_free(c);
}

/* ---------------------------------------------------------------- help */

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

char *cli_usage(void)
{
    return g_strdup("Usage: covcalc AREAS HOUSEHOLDS [OPTION...]\n"
                    "Try 'covcalc --help' for the options and examples.\n");
}

char *cli_help(void)
{
    GString *out = g_string_new(
        "Usage: covcalc AREAS HOUSEHOLDS [OPTION...]\n"
        "\n"
        "Count, exactly, the households of each area of AREAS and the share of them that\n"
        "each service reaches. AREAS holds polygons, HOUSEHOLDS points; both are files\n"
        "that GDAL reads: Shapefile, GeoPackage, GeoJSON, FlatGeobuf, CSV (columns\n"
        "lon/lat or x/y) and others, plain or in a .zip.\n"
        "\n"
        "SOURCE is PATH[,layer=NAME], polygons, or column:NAME, a column of HOUSEHOLDS\n"
        "that answers yes or no.\n");
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        if (options[i].name == NULL)
            g_string_append_printf(out, "\n%s:\n", options[i].help);
        else
            add_option(out, &options[i]);
    }
    g_string_append(
        out, "\n"
             "Examples:\n"
             "  covcalc communes.shp households.shp --weight households --fiber fiber_vnpt.shp\n"
             "  covcalc communes.shp households.shp --weight households --parent ten_huyen \\\n"
             "      --fiber viettel=fiber_viettel.shp --fiber vnpt=fiber_vnpt.shp \\\n"
             "      --service 4g=mobile_4g.shp -o coverage.gpkg\n"
             "  covcalc communes.shp households.shp --weight households -f CSV -o - > out.csv\n"
             "The files are in data/province of the sources of libcov.\n"
             "\n"
             "Exit status: 0 done, 1 failed, 2 wrong usage, 3 input rejected, 4 cancelled.\n"
             "The manual page covcalc(1) says more.\n");
    return g_string_free(out, FALSE);
}
