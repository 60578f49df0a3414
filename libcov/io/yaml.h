/* Yaml: a file as a tree of maps, lists and texts, each with its place.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: every mistake is COV_ERR_INPUT with file, line and column, both from 1, the
 * column in characters. Text stays text: 00123, 1e5, yes and ~ are what is written. Nothing is
 * followed or called: anchors, aliases and tags are refused, as are several documents in one file.
 * Hostile files end at a limit: size, depth, number of nodes. UTF-8 only, a BOM before it is left
 * out. */
#ifndef COV_IO_YAML_H
#define COV_IO_YAML_H

#include "base/status.h"

#define COV_YAML_BYTES_MAX ((size_t)1 << 20)
#define COV_YAML_NODES_MAX ((size_t)100000)
#define COV_YAML_DEPTH_MAX 16

typedef enum cov_yaml_kind { COV_YAML_TEXT, COV_YAML_LIST, COV_YAML_MAP } cov_yaml_kind;

/* Nodes are numbered; the root is number 0, so that 0 also says "none" of the others. */
typedef struct cov_yaml_node {
    cov_yaml_kind kind;
    char *text;  /* of a text; owned by the file */
    int quoted;  /* or a block; plain where 0 */
    int braces;  /* a map or list within { } or [ ] */
    size_t line; /* where it begins */
    size_t column;
    size_t first; /* child: of a list its entries, of a map a key and its value by turns */
    size_t next;  /* sibling */
    size_t n;     /* children; of a map, its pairs */
} cov_yaml_node;

typedef struct cov_yaml {
    char *label; /* base name, for messages */
    char *bytes; /* without the BOM, with a NUL behind */
    size_t size;
    cov_yaml_node *node;
    size_t n;
    size_t capacity;
} cov_yaml;

cov_status cov_yaml_read(const char *path, cov_yaml *out, cov_error *err);
void cov_yaml_clear(cov_yaml *yaml);

/* The value of a key of a map; 0 where there is none, or the node is no map. */
size_t cov_yaml_value(const cov_yaml *yaml, size_t map, const char *key);

/* "FILE, line 3, column 5: ..." */
__attribute__((format(printf, 4, 5))) cov_status cov_yaml_fail(const cov_yaml *yaml, size_t node,
                                                               cov_error *err, const char *format,
                                                               ...);

#endif
