/* SPDX-License-Identifier: MIT */
#include "option.h"

#include "source.h"

#include <string.h>

/* ---------------------------------------------------------------- services */

static const char *const service_options[] = {
    "layer", "where", "split", "within",      "except",    "min", "indoor",
    "sigma", "key",   "if",    "probability", "bilinear!", NULL};

static gboolean take_over(GError **error, const cov_error *err)
{
    return option_wrong(error, "%s", err->message);
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
        return option_wrong(error, "the option '%s' of %s needs a number, not '%s'", name,
                            parts->path, text);
    return TRUE;
}

/* option_keep() of the value of an option; NULL where there is none. */
static const char *keep_value(cli *c, const source_parts *parts, const char *name)
{
    const char *value = source_value(parts, name);
    return value != NULL ? option_keep(c, value) : NULL;
}

static cov_source keep_source(cli *c, const source_parts *parts)
{
    return (cov_source){option_keep(c, parts->path), keep_value(c, parts, "layer"),
                        keep_value(c, parts, "where"), NULL};
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
            return option_wrong(error, "the option '%.*s' of %s goes with '%s='",
                                LENGTH(kinds[i].option), kinds[i].option, parts->path,
                                kinds[i].needs);
        if (first != NULL && *by != kinds[i].by)
            return option_wrong(error, "the options '%s' and '%.*s' of %s exclude each other",
                                first, LENGTH(kinds[i].option), kinds[i].option, parts->path);
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
        service->barriers.path = option_keep(c, except);
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
        service->column = option_keep(c, text + strlen("column:"));
        return *service->column != '\0' ||
               option_wrong(error, "--%s: 'column:' needs the name of a column", o->name);
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

gboolean take_technology(cli *c, const option *o, const char *value, GError **error)
{
    cov_job_service service = COV_JOB_SERVICE_INIT;
    service.name = o->name;
    const char *equals = strchr(value, '=');
    if (equals != NULL && is_operator(value, (size_t)(equals - value)) &&
        !g_str_has_prefix(value, "column:") && !source_names_a_file(value, service_options)) {
        char *who = g_strndup(value, (gsize)(equals - value));
        char *name = g_strconcat(o->name, "/", who, NULL);
        service.name = option_keep(c, name);
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
        option_wrong(error, "--%s needs %s, not '%s'", o->name, o->arg, value);
        return NULL;
    }
    *name = option_keep_part(c, value, (size_t)(equals - value));
    return equals + 1;
}

gboolean take_service(cli *c, const option *o, const char *value, GError **error)
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
gboolean take_base(cli *c, const option *o, const char *value, GError **error)
{
    static const char *const known[] = {"layer", "where", "weight", NULL};
    cov_job_base base = {NULL, COV_BASE_LAYER, {NULL, NULL, NULL, NULL}, NULL};
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
        base.weight_column = option_keep(c, rest + strlen("column:"));
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
gboolean take_indicator(cli *c, const option *o, const char *value, GError **error)
{
    cov_indicator indicator = {NULL, value};
    if (*value == '\0')
        return option_wrong(error, "--%s needs %s, not an empty text", o->name, o->arg);
    size_t length = strcspn(value, "=()<>!&|,");
    if (value[length] == '=') {
        char *name = g_strstrip(g_strndup(value, length));
        indicator.name = option_keep(c, name);
        indicator.expression = value + length + 1;
        g_free(name);
    }
    if (indicator.name != NULL && *indicator.name == '\0')
        return option_wrong(error, "--%s: there is no name before the '=' of '%s'", o->name, value);
    indicator.expression = option_keep(c, indicator.expression);
    g_array_append_val(c->indicators, indicator);
    return TRUE;
}

/* Expressions, separated by commas that stand in no parenthesis. */
gboolean take_tiers(cli *c, const option *o, const char *value, GError **error)
{
    GPtrArray *list = g_ptr_array_new();
    int depth = 0;
    const char *start = value;
    for (const char *p = value;; p++) {
        depth += (*p == '(') - (*p == ')');
        if (*p != '\0' && (*p != ',' || depth > 0))
            continue;
        char *part = g_strstrip(g_strndup(start, (gsize)(p - start)));
        g_ptr_array_add(list, option_keep(c, part));
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
            return option_wrong(error, "--%s: there is nothing beside a comma of '%s'", o->name,
                                value);
    }
    return list->len > 1 ||
           option_wrong(error, "--%s needs at least two, the widest first, such as dl25,dl100",
                        o->name);
}

/* ---------------------------------------------------------------- targets, ratios */

/* INDICATOR>=SHARE[,with=NUMBER] */
gboolean take_target(cli *c, const option *o, const char *value, GError **error)
{
    static const char with_option[] = ",with=";
    const char *at_least = g_strrstr(value, ">=");
    if (at_least == NULL || at_least == value)
        return option_wrong(error, "--%s needs %s, such as 'fiber>=80%%', not '%s'", o->name,
                            o->arg, value);
    char *name = g_strstrip(g_strndup(value, (gsize)(at_least - value)));
    const char *with = strstr(at_least, with_option);
    char *share = with != NULL ? g_strndup(at_least + 2, (gsize)(with - at_least - 2))
                               : g_strdup(at_least + 2);
    cov_job_target target = {option_keep(c, name), 0, 0};
    cov_error err = {COV_OK, ""};
    gboolean good = cov_millionths_parse(g_strstrip(share), &target.share, &err) == COV_OK ||
                    take_over(error, &err);
    guint64 number = 0;
    if (good && with != NULL &&
        !g_ascii_string_to_unsigned(with + strlen(with_option), 10, 1, G_MAXUINT64, &number, NULL))
        good = option_wrong(error, "--%s: ',with=' needs a whole number, not '%s'", o->name,
                            with + strlen(with_option));
    target.with = number;
    g_array_append_val(c->targets, target);
    g_free(share);
    g_free(name);
    return good;
}

/* NAME=TABLE,key=COLUMN,n=COLUMN,of=COLUMN|base:NAME[,per=NUMBER] */
gboolean take_ratio(cli *c, const option *o, const char *value, GError **error)
{
    static const char *const known[] = {"layer", "where", "key", "n", "of", "per", NULL};
    cov_job_ratio ratio = {NULL, {NULL, NULL, NULL, NULL}, NULL, NULL, NULL, NULL, 0};
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
        good = option_wrong(error, "--%s needs %s, not '%s'", o->name, o->arg, value);
    else if (per != NULL && !g_ascii_string_to_unsigned(per, 10, 1, 1000000000, &number, NULL))
        good = option_wrong(error, "--%s: ',per=' needs a whole number such as 100, not '%s'",
                            o->name, per);
    ratio.per = (unsigned)number;
    g_array_append_val(c->ratios, ratio);
    source_clear(&parts);
    return good;
}
