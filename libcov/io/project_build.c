/* SPDX-License-Identifier: MIT */
#include "io/project.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "io/decimal.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/job.h"
#include "io/path.h"

/* ---------------------------------------------------------------- values */

cov_status cov_project_refuse(const cov_yaml *yaml, size_t map, const char *key, cov_error *err,
                              const char *format, ...)
{
    char text[sizeof err->message];
    size_t value = cov_yaml_value(yaml, map, key);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return cov_yaml_fail(yaml, value != 0 ? value : map, err, "%s: %s", key, text);
}

cov_status cov_project_flag(const cov_yaml *yaml, size_t map, const char *key, const char *text,
                            int *out, cov_error *err)
{
    *out = text != NULL && strcmp(text, "true") == 0;
    if (text == NULL || *out || strcmp(text, "false") == 0)
        return COV_OK;
    return cov_project_refuse(yaml, map, key, err, "\"%s\" is neither true nor false",
                              cov_quote(text).text);
}

cov_status cov_project_whole(const cov_yaml *yaml, size_t map, const char *key, const char *text,
                             uint64_t least, uint64_t most, uint64_t *out, cov_error *err)
{
    cov_decimal number = {0, 0, 0};
    *out = 0;
    if (text == NULL)
        return COV_OK;
    if (strspn(text, "0123456789") != strlen(text) ||
        cov_decimal_read(text, 0, &number) != COV_DECIMAL_OK || number.units < least ||
        number.units > most)
        return cov_project_refuse(
            yaml, map, key, err, "\"%s\" is no whole number from %llu to %llu, in digits only",
            cov_quote(text).text, (unsigned long long)least, (unsigned long long)most);
    *out = number.units;
    return COV_OK;
}

/* A path as it is meant whatever the current folder: absolute ones, those of GDAL's virtual file
 * systems and addresses (which the job refuses unless the network is allowed) are left alone. */
static cov_status take_path(cov_project *project, const char *path, const char **out,
                            cov_error *err)
{
    *out = path;
    if (path == NULL || path[0] == '/' || strstr(path, "://") != NULL)
        return COV_OK;
    if (cov_reserve((void **)&project->path, &project->path_capacity, project->n_paths + 1,
                    sizeof *project->path) != 0)
        return cov_fail_memory(err);
    char *joined = cov_text_print("%s%s", project->folder, path);
    if (joined == NULL)
        return cov_fail_memory(err);
    project->path[project->n_paths++] = joined;
    *out = joined;
    return COV_OK;
}

cov_status cov_project_source(cov_project *project, const cov_file_source *from, cov_source *out,
                              cov_error *err)
{
    out->layer = from->layer;
    out->where = from->where;
    return take_path(project, from->file, &out->path, err);
}

/* The entries of a list of the file, in step with what was loaded from it. */
static size_t first_entry(const cov_yaml *yaml, const char *list)
{
    size_t node = cov_yaml_value(yaml, 0, list);
    return node != 0 ? yaml->node[node].first : 0;
}

/* ---------------------------------------------------------------- areas, households */

static cov_status build_places(cov_project *project, const cov_yaml *yaml, cov_error *err)
{
    const cov_file *file = project->file;
    cov_job *job = &project->job;
    job->id_column = file->areas->id;
    job->name_column = file->areas->name;
    job->parent_columns = (const char *const *)file->areas->parents;
    job->n_parents = file->areas->parents_count;
    cov_status s = cov_project_source(project, &file->areas->source, &job->areas, err);
    if (s != COV_OK)
        return s;
    if (file->households == NULL)
        return file->bases_count > 0
                   ? COV_OK
                   : cov_yaml_fail(yaml, 0, err,
                                   "nothing is counted: name households, or bases such as schools");
    job->weight_column = file->households->weight;
    job->household_id = file->households->id;
    return cov_project_source(project, &file->households->source, &job->households, err);
}

/* ---------------------------------------------------------------- bases */

static int is_measure_name(const cov_file *file, const char *name)
{
    return file->households != NULL &&
           (strcmp(name, "households") == 0 ||
            (file->households->weight != NULL && strcmp(name, file->households->weight) == 0));
}

static cov_status check_base_name(const cov_file *file, const cov_yaml *yaml, size_t entry,
                                  size_t i, cov_error *err)
{
    const char *name = file->bases[i].name;
    int taken = is_measure_name(file, name);
    for (size_t k = 0; k < i && !taken; k++)
        taken = strcmp(file->bases[k].name, name) == 0;
    return taken ? cov_project_refuse(yaml, entry, "name", err,
                                      "there is another base named \"%s\": choose another name",
                                      cov_quote(name).text)
                 : COV_OK;
}

/* Keys that say something about a file, where there is none. */
static cov_status refuse_file_keys(const cov_yaml *yaml, size_t entry, const char *with,
                                   cov_error *err)
{
    static const char *const of_files[] = {"file", "layer", "where", "weight", "kind", "column"};
    for (size_t i = 0; i < sizeof of_files / sizeof of_files[0]; i++) {
        if (strcmp(of_files[i], with) != 0 && cov_yaml_value(yaml, entry, of_files[i]) != 0)
            return cov_project_refuse(yaml, entry, of_files[i], err, "it doesn't go with '%s'",
                                      with);
    }
    return COV_OK;
}

static cov_status build_base(cov_project *project, const cov_yaml *yaml, size_t entry, size_t i,
                             cov_error *err)
{
    const cov_file_base *from = &project->file->bases[i];
    cov_job_base *out = &project->base[i];
    out->name = from->name;
    out->weight_column = from->weight;
    cov_status s = check_base_name(project->file, yaml, entry, i, err);
    if (s != COV_OK)
        return s;
    if (from->column != NULL) {
        out->kind = COV_BASE_MEASURE;
        out->weight_column = from->column;
        if (project->file->households == NULL)
            return cov_project_refuse(yaml, entry, "column", err,
                                      "it is one of the households, and there are none in the "
                                      "project");
        return refuse_file_keys(yaml, entry, "column", err);
    }
    if (from->kind != NULL) {
        out->kind = COV_BASE_AREA;
        if (strcmp(from->kind, "area") != 0)
            return cov_project_refuse(yaml, entry, "kind", err,
                                      "\"%s\" is none: it is area, or left out where the base has "
                                      "a file or a column",
                                      cov_quote(from->kind).text);
        return refuse_file_keys(yaml, entry, "kind", err);
    }
    if (from->source.file == NULL)
        return cov_yaml_fail(yaml, entry, err,
                             "the base \"%s\" lacks what it is: a file, a column of the "
                             "households, or kind: area",
                             cov_quote(from->name).text);
    out->kind = COV_BASE_LAYER;
    return cov_project_source(project, &from->source, &out->source, err);
}

/* ---------------------------------------------------------------- what is asked */

static cov_status build_indicators(cov_project *project, cov_error *err)
{
    const cov_file *file = project->file;
    project->indicator = cov_alloc_zero(file->indicators_count, sizeof *project->indicator);
    project->tiers = cov_alloc_zero(file->tiers_count, sizeof *project->tiers);
    if (project->indicator == NULL || project->tiers == NULL)
        return cov_fail_memory(err);
    for (size_t i = 0; i < file->indicators_count; i++)
        project->indicator[i] =
            (cov_indicator){file->indicators[i].name, file->indicators[i].expression};
    for (size_t i = 0; i < file->tiers_count; i++)
        project->tiers[i] =
            (cov_job_tiers){(const char *const *)file->tiers[i].chain, file->tiers[i].chain_count};
    return COV_OK;
}

static cov_status build_target(cov_project *project, const cov_yaml *yaml, size_t entry, size_t i,
                               cov_error *err)
{
    const cov_file_target *from = &project->file->targets[i];
    cov_job_target *out = &project->target[i];
    cov_error why;
    out->indicator = from->indicator;
    if (cov_millionths_parse(from->at_least, &out->share, &why) != COV_OK)
        return cov_project_refuse(yaml, entry, "at_least", err, "%s", why.message);
    return cov_project_whole(yaml, entry, "with", from->with, 1, UINT64_MAX / 1000, &out->with,
                             err);
}

static int has_base(const cov_file *file, const char *name)
{
    int found = is_measure_name(file, name);
    for (size_t i = 0; i < file->bases_count && !found; i++)
        found = strcmp(file->bases[i].name, name) == 0;
    return found;
}

static cov_status check_ratio(const cov_project *project, const cov_yaml *yaml, size_t entry,
                              size_t i, cov_error *err)
{
    const cov_file *file = project->file;
    const cov_file_ratio *from = &file->ratios[i];
    for (size_t k = 0; k < i; k++) {
        if (strcmp(file->ratios[k].name, from->name) == 0)
            return cov_project_refuse(yaml, entry, "name", err,
                                      "there is another ratio named \"%s\": choose another name",
                                      cov_quote(from->name).text);
    }
    if (from->of != NULL && from->of_base != NULL)
        return cov_project_refuse(yaml, entry, "of_base", err, "it doesn't go with 'of'");
    if (from->of == NULL && from->of_base == NULL)
        return cov_yaml_fail(yaml, entry, err,
                             "the ratio \"%s\" lacks what stands below the line: 'of', a column of "
                             "its table, or 'of_base', the count of a base",
                             cov_quote(from->name).text);
    if (from->of_base != NULL && !has_base(file, from->of_base))
        return cov_project_refuse(yaml, entry, "of_base", err,
                                  "there is no base named \"%s\" in the project",
                                  cov_quote(from->of_base).text);
    return COV_OK;
}

static cov_status build_ratio(cov_project *project, const cov_yaml *yaml, size_t entry, size_t i,
                              cov_error *err)
{
    const cov_file_ratio *from = &project->file->ratios[i];
    cov_job_ratio *out = &project->ratio[i];
    uint64_t per = 0;
    *out = (cov_job_ratio){
        from->name, {NULL, NULL, NULL, NULL}, from->key, from->n, from->of, from->of_base, 0};
    cov_status s = check_ratio(project, yaml, entry, i, err);
    if (s == COV_OK)
        s = cov_project_whole(yaml, entry, "per", from->per, 1, 1000000000, &per, err);
    out->per = (unsigned)per;
    return s == COV_OK ? cov_project_source(project, &from->source, &out->source, err) : s;
}

/* ---------------------------------------------------------------- options, outputs */

static cov_status build_options(cov_project *project, const cov_yaml *yaml, cov_error *err)
{
    static const char *const words[] = {"error", "fix", "skip"}; /* as cov_invalid */
    const cov_file_options *from = project->file->options;
    size_t map = cov_yaml_value(yaml, 0, "options");
    uint64_t threads = 0;
    if (from == NULL)
        return COV_OK;
    project->job.assume_crs = from->assume_crs;
    for (unsigned k = 0; from->invalid != NULL; k++) {
        if (k == sizeof words / sizeof words[0])
            return cov_project_refuse(yaml, map, "invalid", err,
                                      "\"%s\" is none of error, fix, "
                                      "skip",
                                      cov_quote(from->invalid).text);
        project->job.invalid = (cov_invalid)k;
        if (strcmp(from->invalid, words[k]) == 0)
            break;
    }
    cov_status s =
        cov_project_whole(yaml, map, "threads", from->threads, 1, COV_THREADS_MAX, &threads, err);
    project->job.threads = (unsigned)threads;
    return s;
}

static cov_status build_output(cov_project *project, const cov_yaml *yaml, size_t entry, size_t i,
                               cov_error *err)
{
    const cov_file_output *from = &project->file->outputs[i];
    cov_project_output *out = &project->output[i];
    out->format = from->format;
    out->path = from->file;
    cov_status s =
        cov_project_flag(yaml, entry, "overwrite", from->overwrite, &out->overwrite, err);
    if (s == COV_OK && strcmp(from->file, "-") != 0)
        s = take_path(project, from->file, &out->path, err);
    for (size_t k = 0; k < i && s == COV_OK; k++) {
        if (strcmp(project->output[k].path, out->path) == 0)
            s = cov_project_refuse(yaml, entry, "file", err, "it is an output already, number %zu",
                                   k + 1);
    }
    return s;
}

/* ---------------------------------------------------------------- lists */

typedef cov_status (*build_entry)(cov_project *project, const cov_yaml *yaml, size_t entry,
                                  size_t i, cov_error *err);

static cov_status build_service(cov_project *project, const cov_yaml *yaml, size_t entry, size_t i,
                                cov_error *err)
{
    return cov_project_service(project, yaml, entry, &project->file->services[i],
                               &project->service[i], err);
}

/* Room for n entries, zeroed, and each of them filled. */
static cov_status build_list(cov_project *project, const cov_yaml *yaml, const char *list, size_t n,
                             void **array, size_t size, build_entry build, cov_error *err)
{
    *array = cov_alloc_zero(n, size);
    cov_status s = *array != NULL ? COV_OK : cov_fail_memory(err);
    size_t entry = first_entry(yaml, list);
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        s = build(project, yaml, entry, i, err);
        entry = yaml->node[entry].next;
    }
    return s;
}

static void bind(cov_project *project)
{
    const cov_file *file = project->file;
    cov_job *job = &project->job;
    job->bases = project->base;
    job->n_bases = file->bases_count;
    job->services = project->service;
    job->n_services = file->services_count;
    job->indicators = project->indicator;
    job->n_indicators = file->indicators_count;
    job->tiers = project->tiers;
    job->n_tiers = file->tiers_count;
    job->targets = project->target;
    job->n_targets = file->targets_count;
    job->ratios = project->ratio;
    job->n_ratios = file->ratios_count;
    project->n_outputs = file->outputs_count;
}

cov_status cov_project_build(cov_project *project, const cov_yaml *yaml, cov_error *err)
{
    const cov_file *file = project->file;
    cov_status s = build_places(project, yaml, err);
    if (s == COV_OK)
        s = build_list(project, yaml, "bases", file->bases_count, (void **)&project->base,
                       sizeof *project->base, build_base, err);
    if (s == COV_OK)
        s = build_list(project, yaml, "services", file->services_count, (void **)&project->service,
                       sizeof *project->service, build_service, err);
    if (s == COV_OK)
        s = build_indicators(project, err);
    if (s == COV_OK)
        s = build_list(project, yaml, "targets", file->targets_count, (void **)&project->target,
                       sizeof *project->target, build_target, err);
    if (s == COV_OK)
        s = build_list(project, yaml, "ratios", file->ratios_count, (void **)&project->ratio,
                       sizeof *project->ratio, build_ratio, err);
    if (s == COV_OK)
        s = build_options(project, yaml, err);
    if (s == COV_OK)
        s = build_list(project, yaml, "outputs", file->outputs_count, (void **)&project->output,
                       sizeof *project->output, build_output, err);
    if (s == COV_OK)
        bind(project);
    return s;
}
