/* SPDX-License-Identifier: MIT */
#include "source.h"

#include "option.h"

#include <string.h>

static gboolean exists(const char *path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Whether the option `name` stands at `text`, behind its comma; *value is what follows. */
static gboolean is_option(const char *text, const char *name, const char **value)
{
    size_t length = strcspn(name, "!");
    if (strncmp(text, name, length) != 0)
        return FALSE;
    const char *end = text + length;
    if (name[length] == '!' ? *end != '\0' && *end != ',' : *end != '=')
        return FALSE;
    *value = name[length] == '!' ? end : end + 1;
    return TRUE;
}

/* The next comma of `text` that begins a known option, or its end. */
static const char *next_option(const char *text, const char *const *known, const char **name,
                               const char **value)
{
    char quote = '\0';
    for (const char *p = text; *p != '\0'; p++) {
        if (quote != '\0') {
            quote = *p == quote ? '\0' : quote;
        } else if (*p == '\'' || *p == '"') {
            quote = *p;
        } else if (*p == ',') {
            for (size_t i = 0; known[i] != NULL; i++) {
                *name = known[i];
                if (is_option(p + 1, known[i], value))
                    return p;
            }
        }
    }
    *name = NULL;
    return text + strlen(text);
}

/* The comma behind the path. A file that is there decides; quotes mean nothing in a path. */
static const char *end_of_path(const char *text, const char *const *known)
{
    const char *first = NULL;
    if (exists(text))
        return text + strlen(text);
    for (const char *p = strchr(text, ','); p != NULL; p = strchr(p + 1, ',')) {
        const char *name, *value;
        if (next_option(p, known, &name, &value) != p)
            continue;
        first = first != NULL ? first : p;
        char *path = g_strndup(text, (gsize)(p - text));
        gboolean found = exists(path);
        g_free(path);
        if (found)
            return p;
    }
    return first != NULL ? first : text + strlen(text);
}

/* Options whose values are free text, where a comma may stand. */
static gboolean is_free(const char *name)
{
    static const char *const free[] = {"layer", "where", "except", "if", NULL};
    return g_strv_contains(free, name);
}

/* ",witin=150m" in a path that isn't there, or in a value, is meant as an option. */
static gboolean check_unknown(const char *text, const char *const *known, GError **error)
{
    const char *comma = strrchr(text, ',');
    size_t letters = comma == NULL ? 0 : strspn(comma + 1, "abcdefghijklmnopqrstuvwxyz_");
    if (letters == 0 || comma[1 + letters] != '=')
        return TRUE;
    char *names = g_strjoinv(", ", (char **)(uintptr_t)known);
    char *sign = strchr(names, '!');
    if (sign != NULL)
        memmove(sign, sign + 1, strlen(sign));
    option_wrong(error, "in '%s' '%.*s' is no option of a source here: there are %s", text,
                 (int)letters, comma + 1, names);
    g_free(names);
    return FALSE;
}

gboolean source_split(const char *text, const char *const *known, source_parts *out, GError **error)
{
    const char *at = end_of_path(text, known);
    out->path = g_strndup(text, (gsize)(at - text));
    out->options = g_array_new(FALSE, FALSE, sizeof(source_option));
    gboolean good = exists(out->path) || check_unknown(out->path, known, error);
    while (*at == ',' && good) {
        const char *name, *value, *other, *unused;
        next_option(at, known, &name, &value);
        at = strcmp(name, "except") == 0 ? end_of_path(value, known)
                                         : next_option(value, known, &other, &unused);
        source_option part = {name, g_strndup(value, (gsize)(at - value))};
        if (source_value(out, name) != NULL)
            good = option_wrong(error, "the option '%.*s' of %s is there twice",
                                (int)strcspn(name, "!"), name, out->path);
        else if (part.value[0] == '\0' && strchr(name, '!') == NULL)
            good = option_wrong(error, "the option '%s' of %s needs a value", name, out->path);
        else if (!is_free(name))
            good = check_unknown(part.value, known, error);
        g_array_append_val(out->options, part);
    }
    if (good && out->path[0] == '\0')
        good = option_wrong(error, "a file is missing in '%s'", text);
    if (!good)
        source_clear(out);
    return good;
}

void source_clear(source_parts *parts)
{
    for (guint i = 0; parts->options != NULL && i < parts->options->len; i++)
        g_free(g_array_index(parts->options, source_option, i).value);
    if (parts->options != NULL)
        g_array_free(parts->options, TRUE);
    g_free(parts->path);
    *parts = (source_parts){NULL, NULL};
}

const char *source_value(const source_parts *parts, const char *name)
{
    for (guint i = 0; i < parts->options->len; i++) {
        const source_option *part = &g_array_index(parts->options, source_option, i);
        if (strcmp(part->name, name) == 0)
            return part->value;
    }
    return NULL;
}

gboolean source_names_a_file(const char *text, const char *const *known)
{
    char *path = g_strndup(text, (gsize)(end_of_path(text, known) - text));
    gboolean found = exists(path);
    g_free(path);
    return found;
}
