/* SPDX-License-Identifier: MIT */
#include "io/project_schema.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* ---------------------------------------------------------------- keys */

#define NEEDED CYAML_FLAG_POINTER
#define MAYBE (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)

#define TEXT(key, flags, type, member)                                                             \
    CYAML_FIELD_STRING_PTR(key, flags, type, member, 1, CYAML_UNLIMITED)
#define LIST(key, flags, type, member, entry, min)                                                 \
    CYAML_FIELD_SEQUENCE(key, flags, type, member, entry, min, CYAML_UNLIMITED)
#define SOURCE(flags, type)                                                                        \
    TEXT("file", flags, type, source.file), TEXT("layer", MAYBE, type, source.layer),              \
        TEXT("where", MAYBE, type, source.where)

static const cyaml_schema_value_t text_entry = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, CYAML_UNLIMITED)};

static const cyaml_schema_field_t area_fields[] = {
    SOURCE(NEEDED, cov_file_areas), TEXT("id", MAYBE, cov_file_areas, id),
    TEXT("name", MAYBE, cov_file_areas, name),
    LIST("parents", MAYBE, cov_file_areas, parents, &text_entry, 0), CYAML_FIELD_END};

static const cyaml_schema_field_t household_fields[] = {
    SOURCE(NEEDED, cov_file_households), TEXT("weight", MAYBE, cov_file_households, weight),
    TEXT("id", MAYBE, cov_file_households, id), CYAML_FIELD_END};

static const cyaml_schema_field_t base_fields[] = {
    TEXT("name", NEEDED, cov_file_base, name),    SOURCE(MAYBE, cov_file_base),
    TEXT("weight", MAYBE, cov_file_base, weight), TEXT("column", MAYBE, cov_file_base, column),
    TEXT("kind", MAYBE, cov_file_base, kind),     CYAML_FIELD_END};
static const cyaml_schema_value_t base_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, cov_file_base, base_fields)};

static const cyaml_schema_field_t except_fields[] = {
    TEXT("file", NEEDED, cov_file_source, file), TEXT("layer", MAYBE, cov_file_source, layer),
    TEXT("where", MAYBE, cov_file_source, where), CYAML_FIELD_END};

static const cyaml_schema_field_t service_fields[] = {
    TEXT("name", NEEDED, cov_file_service, name),
    SOURCE(MAYBE, cov_file_service),
    TEXT("split", MAYBE, cov_file_service, split),
    TEXT("within", MAYBE, cov_file_service, within),
    CYAML_FIELD_MAPPING_PTR("except", MAYBE, cov_file_service, except, except_fields),
    TEXT("min", MAYBE, cov_file_service, min),
    TEXT("indoor", MAYBE, cov_file_service, indoor),
    TEXT("sigma", MAYBE, cov_file_service, sigma),
    TEXT("probability", MAYBE, cov_file_service, probability),
    TEXT("bilinear", MAYBE, cov_file_service, bilinear),
    TEXT("column", MAYBE, cov_file_service, column),
    TEXT("key", MAYBE, cov_file_service, key),
    TEXT("if", MAYBE, cov_file_service, condition),
    CYAML_FIELD_END};
static const cyaml_schema_value_t service_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, cov_file_service, service_fields)};

static const cyaml_schema_field_t indicator_fields[] = {
    TEXT("name", MAYBE, cov_file_indicator, name),
    TEXT("expression", NEEDED, cov_file_indicator, expression), CYAML_FIELD_END};
static const cyaml_schema_value_t indicator_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, cov_file_indicator, indicator_fields)};

static const cyaml_schema_field_t tiers_fields[] = {
    LIST("chain", NEEDED, cov_file_tiers, chain, &text_entry, 2), CYAML_FIELD_END};
static const cyaml_schema_value_t tiers_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, cov_file_tiers, tiers_fields)};

static const cyaml_schema_field_t target_fields[] = {
    TEXT("indicator", NEEDED, cov_file_target, indicator),
    TEXT("at_least", NEEDED, cov_file_target, at_least), TEXT("with", MAYBE, cov_file_target, with),
    CYAML_FIELD_END};
static const cyaml_schema_value_t target_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, cov_file_target, target_fields)};

static const cyaml_schema_field_t ratio_fields[] = {
    TEXT("name", NEEDED, cov_file_ratio, name), SOURCE(NEEDED, cov_file_ratio),
    TEXT("key", NEEDED, cov_file_ratio, key),   TEXT("n", NEEDED, cov_file_ratio, n),
    TEXT("of", MAYBE, cov_file_ratio, of),      TEXT("of_base", MAYBE, cov_file_ratio, of_base),
    TEXT("per", MAYBE, cov_file_ratio, per),    CYAML_FIELD_END};
static const cyaml_schema_value_t ratio_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, cov_file_ratio, ratio_fields)};

static const cyaml_schema_field_t option_fields[] = {
    TEXT("assume_crs", MAYBE, cov_file_options, assume_crs),
    TEXT("invalid", MAYBE, cov_file_options, invalid),
    TEXT("threads", MAYBE, cov_file_options, threads), CYAML_FIELD_END};

static const cyaml_schema_field_t output_fields[] = {
    TEXT("file", NEEDED, cov_file_output, file), TEXT("format", MAYBE, cov_file_output, format),
    TEXT("overwrite", MAYBE, cov_file_output, overwrite), CYAML_FIELD_END};
static const cyaml_schema_value_t output_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, cov_file_output, output_fields)};

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_MAPPING_PTR("areas", NEEDED, cov_file, areas, area_fields),
    CYAML_FIELD_MAPPING_PTR("households", MAYBE, cov_file, households, household_fields),
    LIST("bases", MAYBE, cov_file, bases, &base_entry, 0),
    LIST("services", NEEDED, cov_file, services, &service_entry, 1),
    LIST("indicators", MAYBE, cov_file, indicators, &indicator_entry, 0),
    LIST("tiers", MAYBE, cov_file, tiers, &tiers_entry, 0),
    LIST("targets", MAYBE, cov_file, targets, &target_entry, 0),
    LIST("ratios", MAYBE, cov_file, ratios, &ratio_entry, 0),
    CYAML_FIELD_MAPPING_PTR("options", MAYBE, cov_file, options, option_fields),
    LIST("outputs", MAYBE, cov_file, outputs, &output_entry, 0),
    CYAML_FIELD_END};

const cyaml_schema_value_t cov_file_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, cov_file, file_fields)};

/* ---------------------------------------------------------------- check */

static cov_status check_value(const cov_yaml *yaml, size_t node, const cyaml_schema_value_t *schema,
                              const char *key, cov_error *err);

/* "areas, households, ..." */
static void list_keys(const cyaml_schema_field_t *fields, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; fields[i].key != NULL && used < size; i++) {
        int k = snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "", fields[i].key);
        used += k > 0 ? (size_t)k : 0;
    }
}

/* An entry of a list may have been written where its map was meant, and so on: say which kind. */
static cov_status refuse_kind(const cov_yaml *yaml, size_t node, const char *key, const char *wants,
                              cov_error *err)
{
    static const char *const kinds[] = {"a text", "a list", "a map of keys and values"};
    const cov_yaml_node *at = &yaml->node[node];
    if (at->kind == COV_YAML_TEXT && !at->quoted && at->text[0] == '\0')
        return cov_yaml_fail(yaml, node, err, "%s has no value: it is %s", key, wants);
    return cov_yaml_fail(yaml, node, err, "%s is %s, not %s", key, wants, kinds[at->kind]);
}

/* A stray that a plain text begins or ends with; NULL where there is none. */
static const char *find_edge_stray(const char *text)
{
    const char *last = text;
    for (const char *at = text; *at != '\0'; at += cov_character_size(at))
        last = at;
    return cov_stray_code(text) != 0 ? text : cov_stray_code(last) != 0 ? last : NULL;
}

static cov_status check_text(const cov_yaml *yaml, size_t node, const char *key, cov_error *err)
{
    const cov_yaml_node *at = &yaml->node[node];
    if (at->kind != COV_YAML_TEXT)
        return refuse_kind(yaml, node, key,
                           at->braces ? "a text (in 'quotes' where it has [ or { )" : "a text",
                           err);
    const char *stray = at->quoted ? NULL : find_edge_stray(at->text);
    if (stray != NULL)
        return cov_yaml_fail(yaml, node, err, "%s begins or ends with %s: type it anew", key,
                             cov_stray_name_of(stray).text);
    if (at->text[0] == '\0')
        return cov_yaml_fail(yaml, node, err, "%s %s: write one, or leave the key out", key,
                             at->quoted ? "is an empty text" : "has no value");
    return COV_OK;
}

static cov_status check_list(const cov_yaml *yaml, size_t node, const cyaml_schema_value_t *schema,
                             const char *key, cov_error *err)
{
    const cov_yaml_node *at = &yaml->node[node];
    char what[64];
    if (at->kind != COV_YAML_LIST)
        return refuse_kind(yaml, node, key, "a list, each entry behind a -", err);
    if (at->n < schema->sequence.min)
        return cov_yaml_fail(yaml, node, err, "%s has %zu entries: it needs %u or more", key, at->n,
                             (unsigned)schema->sequence.min);
    cov_status s = COV_OK;
    snprintf(what, sizeof what, "an entry of %s", key);
    for (size_t k = at->first; k != 0 && s == COV_OK; k = yaml->node[k].next)
        s = check_value(yaml, k, schema->sequence.entry, what, err);
    return s;
}

static cov_status refuse_key(const cov_yaml *yaml, size_t node, const cyaml_schema_field_t *fields,
                             const char *key, int braces, cov_error *err)
{
    const cov_yaml_node *at = &yaml->node[node], *value = &yaml->node[at->next];
    char known[400];
    list_keys(fields, known, sizeof known);
    /* {expression: any(2g, 3g)} is two keys to YAML. */
    int torn = braces && value->kind == COV_YAML_TEXT && value->text[0] == '\0' && !value->quoted;
    return cov_yaml_fail(yaml, node, err, "unknown key '%s' in %s; known are %s%s",
                         cov_quote(at->text).text, key, known,
                         torn ? ". Within { } a value with a comma stands in 'quotes'" : "");
}

static cov_status check_needed(const cov_yaml *yaml, size_t node,
                               const cyaml_schema_field_t *fields, const char *key, cov_error *err)
{
    for (size_t i = 0; fields[i].key != NULL; i++) {
        int needed = (fields[i].value.flags & CYAML_FLAG_OPTIONAL) == 0;
        if (needed && cov_yaml_value(yaml, node, fields[i].key) == 0)
            return cov_yaml_fail(yaml, node, err, "%s lacks the key '%s'", key, fields[i].key);
    }
    return COV_OK;
}

static cov_status check_map(const cov_yaml *yaml, size_t node, const cyaml_schema_field_t *fields,
                            const char *key, cov_error *err)
{
    const cov_yaml_node *at = &yaml->node[node];
    if (at->kind != COV_YAML_MAP)
        return refuse_kind(yaml, node, key, "a map of keys and values, such as name: NAME", err);
    for (size_t k = at->first; k != 0; k = yaml->node[yaml->node[k].next].next) {
        const char *name = yaml->node[k].text;
        size_t i = 0, value = yaml->node[k].next, first = cov_yaml_value(yaml, node, name);
        while (fields[i].key != NULL && strcmp(fields[i].key, name) != 0)
            i++;
        if (fields[i].key == NULL)
            return refuse_key(yaml, k, fields, key, at->braces, err);
        if (first != value)
            return cov_yaml_fail(yaml, k, err, "the key '%s' is there twice, first with line %zu",
                                 name, yaml->node[first].line);
        cov_status s = check_value(yaml, value, &fields[i].value, name, err);
        if (s != COV_OK)
            return s;
    }
    return check_needed(yaml, node, fields, key, err);
}

/* `key` is what messages call it. The depth of the schema bounds the recursion. */
static cov_status check_value(const cov_yaml *yaml, size_t node, const cyaml_schema_value_t *schema,
                              const char *key, cov_error *err)
{
    if (schema->type == CYAML_MAPPING)
        return check_map(yaml, node, schema->mapping.fields, key, err);
    if (schema->type == CYAML_SEQUENCE)
        return check_list(yaml, node, schema, key, err);
    return check_text(yaml, node, key, err);
}

cov_status cov_file_check(const cov_yaml *yaml, cov_error *err)
{
    return check_value(yaml, 0, &cov_file_schema, "the project", err);
}

/* ---------------------------------------------------------------- load */

static void *allocate(void *unused, void *block, size_t size)
{
    (void)unused;
    if (size > 0)
        return cov_resize(block, size, 1);
    cov_free(block);
    return NULL;
}

/* Nothing is logged: what can be wrong was said, with its place, by cov_file_check. */
static cyaml_config_t config(void)
{
    cyaml_config_t c;
    memset(&c, 0, sizeof c);
    c.mem_fn = allocate;
    c.log_level = CYAML_LOG_ERROR;
    c.flags = CYAML_CFG_NO_ALIAS;
    return c;
}

cov_status cov_file_load(const cov_yaml *yaml, cov_file **out, cov_error *err)
{
    const cyaml_config_t c = config();
    cyaml_data_t *data = NULL;
    cov_status s = cov_file_check(yaml, err);
    if (s != COV_OK)
        return s;
    cyaml_err_t why = cyaml_load_data((const uint8_t *)yaml->bytes, yaml->size, &c,
                                      &cov_file_schema, &data, NULL);
    if (why == CYAML_ERR_OOM || why == CYAML_ERR_LIBYAML_PARSER_INIT)
        return cov_fail_memory(err);
    if (why != CYAML_OK)
        return cov_yaml_fail(yaml, 0, err, "the file can't be loaded: %s", cyaml_strerror(why));
    *out = data;
    return COV_OK;
}

void cov_file_free(cov_file *file)
{
    const cyaml_config_t c = config();
    if (file != NULL)
        (void)cyaml_free(&c, &cov_file_schema, file, 0);
}
