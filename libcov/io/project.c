/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath */
#include "io/project.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/path.h"

/* The folder a file is in, in full, with a '/' behind. */
static cov_status find_folder(const char *path, char **out, cov_error *err)
{
    const char *slash = strrchr(path, '/');
    char *folder =
        slash != NULL ? cov_text_print("%.*s", (int)(slash + 1 - path), path) : cov_copy_text(".");
    if (folder == NULL)
        return cov_fail_memory(err);
    cov_status s = COV_OK;
    char *full = realpath(folder, NULL);
    if (full == NULL)
        s = errno == ENOMEM ? cov_fail_memory(err)
                            : cov_fail(err, COV_ERR_INPUT, "the folder of %s can't be found: %s",
                                       path, strerror(errno));
    else {
        *out = cov_text_print("%s%s", full, strcmp(full, "/") == 0 ? "" : "/");
        s = *out != NULL ? COV_OK : cov_fail_memory(err);
    }
    free(full);
    cov_free(folder);
    return s;
}

cov_status cov_project_load(const char *path, cov_project **out, cov_error *err)
{
    if (path == NULL || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no project file, or no place for it");
    cov_yaml yaml;
    memset(&yaml, 0, sizeof yaml);
    cov_status s = cov_yaml_read(path, &yaml, err);
    if (s != COV_OK)
        return s;
    const cov_job nothing = COV_JOB_INIT;
    cov_project *project = cov_alloc_zero(1, sizeof *project);
    if (project == NULL)
        s = cov_fail_memory(err);
    else
        project->job = nothing;
    if (s == COV_OK)
        s = find_folder(path, &project->folder, err);
    if (s == COV_OK)
        s = cov_file_load(&yaml, &project->file, err);
    if (s == COV_OK)
        s = cov_project_build(project, &yaml, err);
    cov_yaml_clear(&yaml);
    if (s == COV_OK)
        *out = project;
    else
        cov_project_free(project);
    return s;
}

void cov_project_free(cov_project *project)
{
    if (project == NULL)
        return;
    cov_file_free(project->file);
    for (size_t i = 0; i < project->n_paths; i++)
        cov_free(project->path[i]);
    cov_free(project->path);
    cov_free(project->folder);
    cov_free(project->base);
    cov_free(project->service);
    cov_free(project->indicator);
    cov_free(project->tiers);
    cov_free(project->target);
    cov_free(project->ratio);
    cov_free(project->output);
    cov_free(project);
}

const cov_job *cov_project_job(const cov_project *project)
{
    return &project->job;
}

size_t cov_project_outputs(const cov_project *project)
{
    return project->n_outputs;
}

cov_project_output cov_project_output_at(const cov_project *project, size_t index)
{
    const cov_project_output none = {NULL, NULL, 0};
    return index < project->n_outputs ? project->output[index] : none;
}
