/* A source on the command line: PATH[,OPTION=VALUE...] taken apart.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: a text that names a file as it stands is that file, whatever commas it holds,
 * and so is the value of "except"; any other value goes on to the next option that is known, so
 * that a filter may hold commas; a comma between quotes is none. */
#ifndef COV_TOOLS_SOURCE_H
#define COV_TOOLS_SOURCE_H

#include <cov/io.h>

#include <glib.h>

/* An option of a source and its value, "" for one that has none (bilinear). */
typedef struct source_option {
    const char *name; /* of the list that was given */
    char *value;
} source_option;

typedef struct source_parts {
    char *path;
    GArray *options; /* of source_option, in the order of the text */
} source_parts;

/* Take `text` apart by the names of options in `known`, which ends with NULL; a name that ends in
 * '!' takes no value. FALSE with an error for an option that is there twice, or unknown. */
gboolean source_split(const char *text, const char *const *known, source_parts *out,
                      GError **error);
void source_clear(source_parts *parts);

/* The value of an option, or NULL. */
const char *source_value(const source_parts *parts, const char *name);

/* Whether `text` names a file as it stands, or up to the first option: then no '=' in it is syntax
 * of whatever stands before a source. */
gboolean source_names_a_file(const char *text, const char *const *known);

#endif
