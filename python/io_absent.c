/* What files are read and written with, in a build without it: every call says so.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <cov/io.h>

static cov_status absent(cov_error *err)
{
    if (err != NULL) {
        err->code = COV_ERR_ARGUMENT;
        snprintf(err->message, sizeof err->message,
                 "this build of libcov reads and writes no files: it was made with -Dio=disabled");
    }
    return COV_ERR_ARGUMENT;
}

cov_status cov_distance_parse(const char *text, double *metres, cov_error *err)
{
    (void)text;
    (void)metres;
    return absent(err);
}

cov_status cov_project_load(const char *path, cov_project **out, cov_error *err)
{
    (void)path;
    (void)out;
    return absent(err);
}

void cov_project_free(cov_project *project)
{
    (void)project;
}

const cov_job *cov_project_job(const cov_project *project)
{
    (void)project;
    return NULL;
}

cov_status cov_run_create(const cov_job *job, cov_run **out, cov_error *err)
{
    (void)job;
    (void)out;
    return absent(err);
}

cov_status cov_run_conclude(const cov_job *job, const cov_tally *tally, const char *measure,
                            const char *crs, cov_run **out, cov_error *err)
{
    (void)job;
    (void)tally;
    (void)measure;
    (void)crs;
    (void)out;
    return absent(err);
}

void cov_run_free(cov_run *run)
{
    (void)run;
}

cov_status cov_job_areas(const cov_job *job, const char *crs, cov_table **out, cov_error *err)
{
    (void)job;
    (void)crs;
    (void)out;
    return absent(err);
}

cov_status cov_job_footprint(const cov_job *job, size_t service, const char *crs, cov_table **out,
                             cov_table **barriers, cov_near_options *near, cov_error *err)
{
    (void)job;
    (void)service;
    (void)crs;
    (void)out;
    (void)barriers;
    (void)near;
    return absent(err);
}

cov_status cov_crs_same(const char *a, const char *b, int *out, cov_error *err)
{
    (void)a;
    (void)b;
    (void)out;
    return absent(err);
}

cov_status cov_run_save(const cov_run *run, const char *path, int overwrite, cov_error *err)
{
    (void)run;
    (void)path;
    (void)overwrite;
    return absent(err);
}

cov_status cov_run_merge(const char *const *paths, size_t n, const cov_job *job, cov_run **out,
                         cov_error *err)
{
    (void)paths;
    (void)n;
    (void)job;
    (void)out;
    return absent(err);
}

cov_status cov_run_write(const cov_run *run, const char *path, const cov_write_options *options,
                         cov_error *err)
{
    (void)run;
    (void)path;
    (void)options;
    return absent(err);
}

cov_status cov_run_to_arrow(const cov_run *run, int geometry, struct ArrowArrayStream *out,
                            cov_error *err)
{
    (void)run;
    (void)geometry;
    (void)out;
    return absent(err);
}

/* ---------------------------------------------------------------- never reached: there is no run
 */

const cov_areas *cov_run_areas(const cov_run *run)
{
    (void)run;
    return NULL;
}

size_t cov_run_bases(const cov_run *run)
{
    (void)run;
    return 0;
}

cov_base cov_run_base(const cov_run *run, size_t index)
{
    (void)run;
    (void)index;
    return (cov_base){NULL, NULL, NULL, NULL};
}

const cov_report *cov_run_report(const cov_run *run)
{
    (void)run;
    return NULL;
}

const char *cov_run_measure(const cov_run *run)
{
    (void)run;
    return NULL;
}

const char *cov_run_id_column(const cov_run *run)
{
    (void)run;
    return NULL;
}

const char *cov_run_name_column(const cov_run *run)
{
    (void)run;
    return NULL;
}

size_t cov_run_targets(const cov_run *run)
{
    (void)run;
    return 0;
}

cov_gap cov_run_target(const cov_run *run, size_t index)
{
    (void)run;
    (void)index;
    return (cov_gap){NULL, 0, 0, 0, 0, 0};
}

size_t cov_run_ratios(const cov_run *run)
{
    (void)run;
    return 0;
}

const char *cov_run_ratio_name(const cov_run *run, size_t ratio)
{
    (void)run;
    (void)ratio;
    return NULL;
}

size_t cov_run_notes(const cov_run *run)
{
    (void)run;
    return 0;
}

cov_note cov_run_note(const cov_run *run, size_t index)
{
    (void)run;
    (void)index;
    return (cov_note){COV_NOTE_INFO, NULL};
}

size_t cov_run_phases(const cov_run *run)
{
    (void)run;
    return 0;
}

cov_phase cov_run_phase(const cov_run *run, size_t index)
{
    (void)run;
    (void)index;
    return (cov_phase){NULL, 0};
}

const char *cov_run_manifest(const cov_run *run)
{
    (void)run;
    return NULL;
}
