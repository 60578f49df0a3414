/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "source.h"

#include <string.h>

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

static const char *const service_options[] = {
    "layer", "where", "split", "within",      "except",    "min", "indoor",
    "sigma", "key",   "if",    "probability", "bilinear!", NULL};

static gboolean take_over(GError **error, const cov_error *err)
{
    return wrong(error, "%s", err->message);
}

/* A number with a decimal point, whatever the locale; all of the text. */
static gboolean read_number(const source_parts *parts, const char *name, double *out,
                            GError **error)
{
    const char *text = source_value(parts, name);
    char *end = NULL;
    if (text == NULL)
        return TRUE;
    *out = g_ascii_strtod(text, &end);
    if (end == text || *end != '\0' || strpbrk(text, "xXnN") != NULL)
        return wrong(error, "the option '%s' of %s needs a number, not '%s'", name, parts->path,
                     text);
    return TRUE;
}

/* keep() of the value of an option; NULL where there is none. */
static const char *keep_value(cli *c, const source_parts *parts, const char *name)
{
    const char *value = source_value(parts, name);
    return value != NULL ? keep(c, value) : NULL;
}

static cov_source keep_source(cli *c, const source_parts *parts)
{
    return (cov_source){keep(c, parts->path), keep_value(c, parts, "layer"),
                        keep_value(c, parts, "where")};
}

/* The options of one kind of source that others don't have. */
static const struct {
    const char *option;
    cov_by by;
    const char *needs; /* what makes it one of this kind */
} kinds[] = {{"within", COV_BY_DISTANCE, "within"},
             {"except", COV_BY_DISTANCE, "within"},
             {"min", COV_BY_SIGNAL, "min"},
             {"indoor", COV_BY_SIGNAL, "min"},
             {"sigma", COV_BY_SIGNAL, "min"},
             {"probability", COV_BY_SIGNAL, "min"},
             {"bilinear!", COV_BY_SIGNAL, "min"},
             {"key", COV_BY_TABLE, "key"},
             {"if", COV_BY_TABLE, "key"}};

/* Of the name of an option, without the sign that it takes no value; for "%.*s". */
#define LENGTH(option) (int)strcspn(option, "!")

static gboolean find_kind(const source_parts *parts, cov_by *by, GError **error)
{
    const char *first = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (source_value(parts, kinds[i].option) == NULL)
            continue;
        if (source_value(parts, kinds[i].needs) == NULL)
            return wrong(error, "the option '%.*s' of %s goes with '%s='", LENGTH(kinds[i].option),
                         kinds[i].option, parts->path, kinds[i].needs);
        if (first != NULL && *by != kinds[i].by)
            return wrong(error, "the options '%s' and '%.*s' of %s exclude each other", first,
                         LENGTH(kinds[i].option), kinds[i].option, parts->path);
        first = kinds[i].option;
        *by = kinds[i].by;
    }
    return TRUE;
}

static gboolean fill_service(cli *c, const source_parts *parts, cov_job_service *service,
                             GError **error)
{
    const char *within = source_value(parts, "within"), *except = source_value(parts, "except");
    cov_error err = {COV_OK, ""};
    service->source = keep_source(c, parts);
    service->split = keep_value(c, parts, "split");
    service->key = keep_value(c, parts, "key");
    service->condition = keep_value(c, parts, "if");
    service->bilinear = source_value(parts, "bilinear!") != NULL;
    if (except != NULL)
        service->barriers.path = keep(c, except);
    if (!find_kind(parts, &service->by, error))
        return FALSE;
    if (within != NULL && cov_distance_parse(within, &service->metres, &err) != COV_OK)
        return take_over(error, &err);
    return read_number(parts, "min", &service->min, error) &&
           read_number(parts, "indoor", &service->indoor, error) &&
           read_number(parts, "sigma", &service->sigma, error) &&
           read_number(parts, "probability", &service->probability, error);
}

/* PATH[,OPTION...] or column:NAME. */
static gboolean read_source(cli *c, const option *o, const char *text, cov_job_service *service,
                            GError **error)
{
    if (g_str_has_prefix(text, "column:") && !source_names_a_file(text, service_options)) {
        service->by = COV_BY_COLUMN;
        service->column = keep(c, text + strlen("column:"));
        return *service->column != '\0' ||
               wrong(error, "--%s: 'column:' needs the name of a column", o->name);
    }
    source_parts parts;
    if (!source_split(text, service_options, &parts, error))
        return FALSE;
    gboolean good = fill_service(c, &parts, service, error);
    source_clear(&parts);
    return good;
}

/* Whether the first `length` bytes could be an operator's name, as in cov_service. */
static gboolean is_operator(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((guchar)text[i] < 0x80 && !g_ascii_isalnum(text[i]) && strchr("_-.:", text[i]) == NULL)
            return FALSE;
    return length > 0;
}

static gboolean take_technology(cli *c, const option *o, const char *value, GError **error)
{
    cov_job_service service = COV_JOB_SERVICE_INIT;
    service.name = o->name;
    const char *equals = strchr(value, '=');
    if (equals != NULL && is_operator(value, (size_t)(equals - value)) &&
        !g_str_has_prefix(value, "column:") && !source_names_a_file(value, service_options)) {
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

/* NAME=REST: the name, and where the rest begins; NULL with an error. */
static const char *take_name(cli *c, const option *o, const char *value, const char **name,
                             GError **error)
{
    const char *equals = strchr(value, '=');
    if (equals == NULL || equals == value) {
        wrong(error, "--%s needs %s, not '%s'", o->name, o->arg, value);
        return NULL;
    }
    *name = keep_part(c, value, (size_t)(equals - value));
    return equals + 1;
}

static gboolean take_service(cli *c, const option *o, const char *value, GError **error)
{
    cov_job_service service = COV_JOB_SERVICE_INIT;
    const char *rest = take_name(c, o, value, &service.name, error);
    if (rest == NULL || !read_source(c, o, rest, &service, error))
        return FALSE;
    g_array_append_val(c->services, service);
    return TRUE;
}

/* ---------------------------------------------------------------- bases */

/* NAME=PATH[,OPTION...], NAME=column:COLUMN, or area. */
static gboolean take_base(cli *c, const option *o, const char *value, GError **error)
{
    static const char *const known[] = {"layer", "where", "weight", NULL};
    cov_job_base base = {NULL, COV_BASE_LAYER, {NULL, NULL, NULL}, NULL};
    if (strcmp(value, "area") == 0) {
        base.name = "area";
        base.kind = COV_BASE_AREA;
        g_array_append_val(c->bases, base);
        return TRUE;
    }
    const char *rest = take_name(c, o, value, &base.name, error);
    if (rest == NULL)
        return FALSE;
    if (g_str_has_prefix(rest, "column:") && !source_names_a_file(rest, known)) {
        base.kind = COV_BASE_MEASURE;
        base.weight_column = keep(c, rest + strlen("column:"));
    } else {
        source_parts parts;
        if (!source_split(rest, known, &parts, error))
            return FALSE;
        base.source = keep_source(c, &parts);
        base.weight_column = keep_value(c, &parts, "weight");
        source_clear(&parts);
    }
    g_array_append_val(c->bases, base);
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

/* Expressions, separated by commas that stand in no parenthesis. */
static gboolean take_tiers(cli *c, const option *o, const char *value, GError **error)
{
    GPtrArray *list = g_ptr_array_new();
    int depth = 0;
    const char *start = value;
    for (const char *p = value;; p++) {
        depth += (*p == '(') - (*p == ')');
        if (*p != '\0' && (*p != ',' || depth > 0))
            continue;
        char *part = g_strstrip(g_strndup(start, (gsize)(p - start)));
        g_ptr_array_add(list, keep(c, part));
        g_free(part);
        start = p + 1;
        if (*p == '\0')
            break;
    }
    cov_job_tiers tiers = {(const char *const *)list->pdata, list->len};
    g_array_append_val(c->tiers, tiers);
    g_ptr_array_add(c->lists, list);
    for (guint i = 0; i < list->len; i++) {
        if (*(const char *)list->pdata[i] == '\0')
            return wrong(error, "--%s: there is nothing beside a comma of '%s'", o->name, value);
    }
    return list->len > 1 ||
           wrong(error, "--%s needs at least two, the widest first, such as dl25,dl100", o->name);
}

/* ---------------------------------------------------------------- targets, ratios */

/* INDICATOR>=SHARE[,with=NUMBER] */
static gboolean take_target(cli *c, const option *o, const char *value, GError **error)
{
    static const char with_option[] = ",with=";
    const char *at_least = g_strrstr(value, ">=");
    if (at_least == NULL || at_least == value)
        return wrong(error, "--%s needs %s, such as 'fiber>=80%%', not '%s'", o->name, o->arg,
                     value);
    char *name = g_strstrip(g_strndup(value, (gsize)(at_least - value)));
    const char *with = strstr(at_least, with_option);
    char *share = with != NULL ? g_strndup(at_least + 2, (gsize)(with - at_least - 2))
                               : g_strdup(at_least + 2);
    cov_job_target target = {keep(c, name), 0, 0};
    cov_error err = {COV_OK, ""};
    gboolean good = cov_millionths_parse(g_strstrip(share), &target.share, &err) == COV_OK ||
                    take_over(error, &err);
    guint64 number = 0;
    if (good && with != NULL &&
        !g_ascii_string_to_unsigned(with + strlen(with_option), 10, 1, G_MAXUINT64, &number, NULL))
        good = wrong(error, "--%s: ',with=' needs a whole number, not '%s'", o->name,
                     with + strlen(with_option));
    target.with = number;
    g_array_append_val(c->targets, target);
    g_free(share);
    g_free(name);
    return good;
}

/* NAME=TABLE,key=COLUMN,n=COLUMN,of=COLUMN|base:NAME[,per=NUMBER] */
static gboolean take_ratio(cli *c, const option *o, const char *value, GError **error)
{
    static const char *const known[] = {"layer", "where", "key", "n", "of", "per", NULL};
    cov_job_ratio ratio = {NULL, {NULL, NULL, NULL}, NULL, NULL, NULL, NULL, 0};
    source_parts parts;
    const char *rest = take_name(c, o, value, &ratio.name, error);
    if (rest == NULL || !source_split(rest, known, &parts, error))
        return FALSE;
    ratio.source = keep_source(c, &parts);
    ratio.key = keep_value(c, &parts, "key");
    ratio.n = keep_value(c, &parts, "n");
    ratio.of = keep_value(c, &parts, "of");
    const char *per = source_value(&parts, "per");
    guint64 number = 0;
    gboolean good = TRUE;
    if (ratio.of != NULL && g_str_has_prefix(ratio.of, "base:")) {
        ratio.of_base = ratio.of + strlen("base:");
        ratio.of = NULL;
    }
    if (ratio.key == NULL || ratio.n == NULL || (ratio.of == NULL && ratio.of_base == NULL))
        good = wrong(error, "--%s needs %s, not '%s'", o->name, o->arg, value);
    else if (per != NULL && !g_ascii_string_to_unsigned(per, 10, 1, 1000000000, &number, NULL))
        good =
            wrong(error, "--%s: ',per=' needs a whole number such as 100, not '%s'", o->name, per);
    ratio.per = (unsigned)number;
    g_array_append_val(c->ratios, ratio);
    source_clear(&parts);
    return good;
}

/* ---------------------------------------------------------------- output */

static gboolean take_output(cli *c, const option *o, const char *value, GError **error)
{
    if (*value == '\0')
        return wrong(error, "--%s needs the name of a file, or '-'", o->name);
    for (guint i = 0; i < c->outputs->len; i++) {
        if (strcmp(g_array_index(c->outputs, cli_output, i).path, value) == 0)
            return wrong(error, "--%s %s is given twice", o->name, value);
    }
    cli_output output = {keep(c, value), NULL};
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
        return wrong(error, "an argument is not UTF-8%s%s", *typed != '\0' ? ": that of " : "",
                     typed);
    if (*typed == '\0') {
        g_ptr_array_add(c->positional, keep(c, value));
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
        return wrong(error, "--format needs %s",
                     c->outputs->len == 0 ? "--output" : "one --output, not several");
    if (c->overwrite && c->outputs->len == 0 && c->project == NULL)
        return wrong(error, "--overwrite needs --output");
    return TRUE;
}

static gboolean check_project(const cli *c, GError **error)
{
    if (c->asked != NULL)
        return wrong(error, "--project and --%s exclude each other: say it in the project file",
                     c->asked);
    if (c->positional->len > 0)
        return wrong(error, "--project names the files itself, '%s' is too much",
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
        return wrong(error, "%s is about HOUSEHOLDS, which is missing", asked);
    return TRUE;
}

static gboolean check(const cli *c, GError **error)
{
    if (c->quiet && c->verbose)
        return wrong(error, "--quiet and --verbose exclude each other");
    if (!check_outputs(c, error))
        return FALSE;
    if (c->project != NULL)
        return check_project(c, error);
    if (c->positional->len < 1 || (c->positional->len < 2 && c->bases->len == 0))
        return wrong(error, "%s is missing", c->positional->len == 0 ? "AREAS" : "HOUSEHOLDS");
    if (c->positional->len > 2)
        return wrong(error, "AREAS and HOUSEHOLDS are all it takes, '%s' is too much",
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
                    "       covcalc --project FILE [OPTION...]\n"
                    "Try 'covcalc --help' for the options and examples.\n");
}

char *cli_help(void)
{
    GString *out = g_string_new(
        "Usage: covcalc AREAS HOUSEHOLDS [OPTION...]\n"
        "       covcalc --project FILE [OPTION...]\n"
        "\n"
        "Count, exactly, the households of each area of AREAS and the share of them that\n"
        "each service reaches. AREAS holds polygons, HOUSEHOLDS points; both are files\n"
        "that GDAL reads: Shapefile, GeoPackage, GeoJSON, FlatGeobuf, CSV (columns\n"
        "lon/lat or x/y) and others, plain or in a .zip.\n"
        "\n"
        "SOURCE is column:NAME, a column of HOUSEHOLDS that says yes or no, or with a\n"
        "condition, column:'down_mbps>=100'; or it is PATH[,OPTION...]:\n"
        "\n"
        "  zones.gpkg                  inside polygons; with\n"
        "      ,layer=2024             the layer, in a file of several\n"
        "      ,where=SQL              only these features: \"network = 'viettel'\"\n"
        "      ,split=COLUMN           a service of each value: '4g/*=4g.shp,split=who'\n"
        "  cables.shp,within=150m      near lines or points (m, km, ft); with\n"
        "      ,except=rivers.shp      not across these lines\n"
        "  rsrp.tif,min=-105           where a raster has this level or more; with\n"
        "      ,indoor=12              so much more, lost on the way into a building\n"
        "      ,sigma=8,probability=90 a margin for a level that varies (dB, %)\n"
        "      ,bilinear               between the centres of the cells\n"
        "  claims.csv,key=location_id  whose --household-id is in a table; with\n"
        "      ,if=CONDITION           in rows such as 'technology=50 & down>=100'\n");
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
             "  covcalc communes.shp households.shp --weight households --base area \\\n"
             "      --base schools=schools.shp --base persons=column:nhan_khau \\\n"
             "      --fiber vnpt=cables_vnpt.shp,within=150m --target 'fiber>=80%,with=30000'\n"
             "  covcalc --project province.yaml\n"
             "The files are in data/province of the sources of libcov.\n"
             "\n"
             "Exit status: 0 done, 1 failed, 2 wrong usage, 3 input rejected, 4 cancelled.\n"
             "The manual page covcalc(1) says more.\n");
    return g_string_free(out, FALSE);
}
