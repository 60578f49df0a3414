/* Project schema: the keys of a project file and the structs they are loaded into, by libcyaml.
 * SPDX-License-Identifier: MIT
 *
 * Every value is a text here: libcyaml takes anything but "false" for yes, and reads decimals by
 * the locale. data/project.schema.json says the same for editors; a test compares the two.
 *
 * What the file owes: libcyaml says what is wrong without a place, so the tree of io/yaml.h is
 * checked against the same schema before; a file that passes is loaded, or memory ran out. */
#ifndef COV_IO_PROJECT_SCHEMA_H
#define COV_IO_PROJECT_SCHEMA_H

#include <cyaml/cyaml.h>

#include "io/yaml.h"

/* NULL and 0: the key isn't there. The counts are libcyaml's, so unsigned. */
typedef struct cov_file_source {
    char *file;
    char *layer;
    char *where;
} cov_file_source;

typedef struct cov_file_areas {
    cov_file_source source;
    char *id;
    char *name;
    char **parents;
    unsigned parents_count;
} cov_file_areas;

typedef struct cov_file_households {
    cov_file_source source;
    char *weight;
    char *id;
} cov_file_households;

typedef struct cov_file_base {
    char *name;
    cov_file_source source;
    char *weight;
    char *column;
    char *kind;
} cov_file_base;

typedef struct cov_file_service {
    char *name;
    cov_file_source source;
    char *split;
    char *within;
    cov_file_source *except;
    char *min;
    char *indoor;
    char *sigma;
    char *probability;
    char *bilinear;
    char *column;
    char *key;
    char *condition; /* if */
} cov_file_service;

typedef struct cov_file_indicator {
    char *name;
    char *expression;
} cov_file_indicator;

typedef struct cov_file_tiers {
    char **chain;
    unsigned chain_count;
} cov_file_tiers;

typedef struct cov_file_target {
    char *indicator;
    char *at_least;
    char *with;
} cov_file_target;

typedef struct cov_file_ratio {
    char *name;
    cov_file_source source;
    char *key;
    char *n;
    char *of;
    char *of_base;
    char *per;
} cov_file_ratio;

typedef struct cov_file_options {
    char *assume_crs;
    char *invalid;
    char *threads;
} cov_file_options;

typedef struct cov_file_output {
    char *file;
    char *format;
    char *overwrite;
} cov_file_output;

typedef struct cov_file {
    cov_file_areas *areas;
    cov_file_households *households; /* or NULL, as options */
    cov_file_base *bases;
    unsigned bases_count;
    cov_file_service *services;
    unsigned services_count;
    cov_file_indicator *indicators;
    unsigned indicators_count;
    cov_file_tiers *tiers;
    unsigned tiers_count;
    cov_file_target *targets;
    unsigned targets_count;
    cov_file_ratio *ratios;
    unsigned ratios_count;
    cov_file_options *options;
    cov_file_output *outputs;
    unsigned outputs_count;
} cov_file;

/* Of the file as a whole: a map. */
extern const cyaml_schema_value_t cov_file_schema;

/* Whether the tree is as a schema wants it, each key known and there once, each value of its kind
 * and not empty. */
cov_status cov_file_check(const cov_yaml *yaml, cov_error *err);

/* Check and load. */
cov_status cov_file_load(const cov_yaml *yaml, cov_file **out, cov_error *err);
void cov_file_free(cov_file *file);

#endif
