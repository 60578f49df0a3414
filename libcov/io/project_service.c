/* SPDX-License-Identifier: MIT */
#include "io/project.h"

#include <cpl_conv.h>
#include <math.h>
#include <string.h>

#include "io/decimal.h"
#include "base/text.h"
#include "io/open.h"
#include "io/path.h"

/* ---------------------------------------------------------------- kinds */

enum { POLYGONS = 1, DISTANCE = 2, SIGNAL = 4, COLUMN = 8, TABLE = 16 };

/* Which kinds a key belongs to, and the key that makes an entry of that kind. */
static const struct {
    const char *key;
    unsigned kinds;
    const char *needs;
} keys[] = {{"name", POLYGONS | DISTANCE | SIGNAL | COLUMN | TABLE, NULL},
            {"file", POLYGONS | DISTANCE | SIGNAL | TABLE, NULL},
            {"layer", POLYGONS | DISTANCE | TABLE, NULL},
            {"where", POLYGONS | DISTANCE | TABLE, NULL},
            {"split", POLYGONS | DISTANCE, NULL},
            {"within", DISTANCE, NULL},
            {"except", DISTANCE, "within"},
            {"min", SIGNAL, NULL},
            {"indoor", SIGNAL, "min"},
            {"sigma", SIGNAL, "min"},
            {"probability", SIGNAL, "min"},
            {"bilinear", SIGNAL, "min"},
            {"column", COLUMN, NULL},
            {"key", TABLE, NULL},
            {"if", TABLE, "key"}};

/* The key that decides comes first. */
static unsigned kind_of(const cov_file_service *from, const char **decided)
{
    const struct {
        const char *key;
        const char *value;
        unsigned kind;
    } deciding[] = {{"column", from->column, COLUMN},
                    {"key", from->key, TABLE},
                    {"within", from->within, DISTANCE},
                    {"min", from->min, SIGNAL}};
    *decided = "file";
    for (size_t i = 0; i < sizeof deciding / sizeof deciding[0]; i++) {
        *decided = deciding[i].key;
        if (deciding[i].value != NULL)
            return deciding[i].kind;
    }
    *decided = NULL;
    return POLYGONS;
}

static cov_status check_key(const cov_yaml *yaml, size_t key, unsigned kind, const char *decided,
                            cov_error *err)
{
    const char *name = yaml->node[key].text;
    size_t i = 0;
    while (strcmp(keys[i].key, name) != 0) /* the schema knows them all */
        i++;
    if ((keys[i].kinds & kind) != 0)
        return COV_OK;
    if (decided == NULL)
        return cov_yaml_fail(yaml, key, err, "'%s' needs '%s' beside it", name, keys[i].needs);
    return cov_yaml_fail(yaml, key, err,
                         "'%s' doesn't go with '%s': give two entries of the same name where both "
                         "are meant",
                         name, decided);
}

static cov_status check_keys(const cov_yaml *yaml, size_t entry, unsigned kind, const char *decided,
                             cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t k = yaml->node[entry].first; k != 0 && s == COV_OK;
         k = yaml->node[yaml->node[k].next].next)
        s = check_key(yaml, k, kind, decided, err);
    return s;
}

/* ---------------------------------------------------------------- by kind */

static cov_status take_number(const cov_yaml *yaml, size_t entry, const char *key, const char *text,
                              double *out, cov_error *err)
{
    if (text == NULL)
        return COV_OK;
    *out = CPLAtof(text);
    if (!cov_decimal_is_number(text) || !isfinite(*out))
        return cov_project_refuse(yaml, entry, key, err,
                                  "\"%s\" is no number: write digits and a point, without a unit",
                                  cov_quote(text).text);
    return COV_OK;
}

static cov_status take_distance(cov_project *project, const cov_yaml *yaml, size_t entry,
                                const cov_file_service *from, cov_job_service *out, cov_error *err)
{
    cov_error why;
    out->by = COV_BY_DISTANCE;
    if (cov_path_is_of(from->source.file, &cov_kind_raster))
        return cov_project_refuse(yaml, entry, "file", err,
                                  "%s is a raster: a distance is one to lines or points",
                                  cov_quote(cov_path_base(from->source.file)).text);
    if (cov_distance_parse(from->within, &out->metres, &why) != COV_OK)
        return cov_project_refuse(yaml, entry, "within", err, "%s", why.message);
    return from->except != NULL ? cov_project_source(project, from->except, &out->barriers, err)
                                : COV_OK;
}

static cov_status take_signal(const cov_yaml *yaml, size_t entry, const cov_file_service *from,
                              cov_job_service *out, cov_error *err)
{
    out->by = COV_BY_SIGNAL;
    cov_status s = take_number(yaml, entry, "min", from->min, &out->min, err);
    if (s == COV_OK)
        s = take_number(yaml, entry, "indoor", from->indoor, &out->indoor, err);
    if (s == COV_OK)
        s = take_number(yaml, entry, "sigma", from->sigma, &out->sigma, err);
    if (s == COV_OK)
        s = take_number(yaml, entry, "probability", from->probability, &out->probability, err);
    if (s == COV_OK)
        s = cov_project_flag(yaml, entry, "bilinear", from->bilinear, &out->bilinear, err);
    if (s != COV_OK)
        return s;
    if (!(out->indoor >= 0))
        return cov_project_refuse(yaml, entry, "indoor", err, "it is 0 or more, in dB");
    if (from->sigma != NULL && !(out->sigma > 0))
        return cov_project_refuse(yaml, entry, "sigma", err, "it is greater than 0, in dB");
    if (from->probability != NULL && !(out->probability >= 1 && out->probability < 100))
        return cov_project_refuse(yaml, entry, "probability", err,
                                  "it is in percent, 1 or more and less than 100: 90, not 0.9");
    if ((from->sigma != NULL) != (from->probability != NULL))
        return cov_project_refuse(yaml, entry, from->sigma != NULL ? "sigma" : "probability", err,
                                  "it needs '%s' beside it",
                                  from->sigma != NULL ? "probability" : "sigma");
    return COV_OK;
}

static cov_status take_told(const cov_project *project, const cov_yaml *yaml, size_t entry,
                            const cov_file_service *from, cov_job_service *out, cov_error *err)
{
    const cov_file_households *households = project->file->households;
    const char *key = from->column != NULL ? "column" : "key";
    out->by = from->column != NULL ? COV_BY_COLUMN : COV_BY_TABLE;
    out->column = from->column;
    out->key = from->key;
    out->condition = from->condition;
    if (households == NULL)
        return cov_project_refuse(yaml, entry, key, err,
                                  "it asks the households, and there are "
                                  "none in the project");
    if (from->key != NULL && households->id == NULL)
        return cov_project_refuse(yaml, entry, key, err,
                                  "the table is joined by the ids of the households: say which of "
                                  "their columns holds them (id, under households)");
    return COV_OK;
}

static cov_status take_polygons(const cov_yaml *yaml, size_t entry, const cov_file_service *from,
                                cov_error *err)
{
    if (cov_path_is_of(from->source.file, &cov_kind_raster))
        return cov_project_refuse(yaml, entry, "file", err,
                                  "%s is a raster: say from which level on the service is there, "
                                  "such as min: -105",
                                  cov_quote(cov_path_base(from->source.file)).text);
    return COV_OK;
}

cov_status cov_project_service(cov_project *project, const cov_yaml *yaml, size_t entry,
                               const cov_file_service *from, cov_job_service *out, cov_error *err)
{
    const char *decided = NULL;
    unsigned kind = kind_of(from, &decided);
    out->name = from->name;
    out->split = from->split;
    cov_status s = check_keys(yaml, entry, kind, decided, err);
    if (s == COV_OK && kind != COLUMN && from->source.file == NULL)
        s = cov_yaml_fail(yaml, entry, err, "the service \"%s\" lacks the key 'file'%s",
                          cov_quote(from->name).text,
                          decided == NULL ? ", or 'column' for one of the households" : "");
    if (s == COV_OK)
        s = cov_project_source(project, &from->source, &out->source, err);
    if (s != COV_OK)
        return s;
    switch (kind) {
    case DISTANCE:
        return take_distance(project, yaml, entry, from, out, err);
    case SIGNAL:
        return take_signal(yaml, entry, from, out, err);
    case POLYGONS:
        return take_polygons(yaml, entry, from, err);
    default:
        return take_told(project, yaml, entry, from, out, err);
    }
}
