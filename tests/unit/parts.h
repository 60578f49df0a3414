/* What the tests of parts share: four shares of the households of a province, jobs that count them,
 * files. SPDX-License-Identifier: MIT
 *
 * To be included after cmocka.h. */
#ifndef COV_TESTS_PARTS_H
#define COV_TESTS_PARTS_H

#include "runs.h"

/* Four shares of the households; the third has decimals, the last has somebody outside. */
#define HEAD "lon,lat,pop,persons,yes\n"
#define SHARE_A "105.5,9.5,1,10,1\n106.5,9.5,2,20,0\n"
#define SHARE_B "105.5,10.5,3,30,\n106.5,10.5,4,5,1\n,,1,1,1\n"
#define SHARE_C "105.25,9.25,1.0625,10.5,0\n"
#define SHARE_D "100,9,2,2,1\n106.75,9.125,0,20,\n"

/* One area of district A, in metres. */
static const char metres_text[] =
    "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
    "\"urn:ogc:def:crs:EPSG::32648\"}},\"features\":[{\"type\":\"Feature\",\"geometry\":"
    "{\"type\":\"Polygon\",\"coordinates\":[[[500000,1000000],[700000,1000000],[700000,1200000]"
    ",[500000,1200000],[500000,1000000]]]},\"properties\":{\"ma\":\"01\",\"huyen\":\"A\"}}]}";

static folder here;
static char *communes_path, *whole_path, *share_path[4], *part_path[4], *out_path, *other_path;

static inline char *part_name(size_t i)
{
    char name[16];
    snprintf(name, sizeof name, "%zu.cov", i);
    return folder_at(&here, name);
}

static inline int setup(void **state)
{
    (void)state;
    if (folder_open(&here) != 0)
        return -1;
    communes_path = folder_write(&here, "communes.geojson", communes);
    whole_path = folder_write(&here, "whole.csv", HEAD SHARE_A SHARE_B SHARE_C SHARE_D);
    share_path[0] = folder_write(&here, "a.csv", HEAD SHARE_A);
    share_path[1] = folder_write(&here, "b.csv", HEAD SHARE_B);
    share_path[2] = folder_write(&here, "c.csv", HEAD SHARE_C);
    share_path[3] = folder_write(&here, "d.csv", HEAD SHARE_D);
    for (size_t i = 0; i < 4; i++)
        part_path[i] = part_name(i);
    out_path = folder_at(&here, "out.geojson");
    other_path = folder_at(&here, "other.cov");
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    folder_close(&here);
    free(communes_path);
    free(whole_path);
    for (size_t i = 0; i < 4; i++) {
        free(share_path[i]);
        free(part_path[i]);
    }
    free(out_path);
    free(other_path);
    return 0;
}

/* ---------------------------------------------------------------- jobs */

typedef struct plan {
    const char *parents[1];
    cov_job_service service[2];
    cov_job_base persons;
    cov_indicator indicator[2];
    const char *tier[2];
    cov_job_tiers tiers;
    cov_job_target target;
    cov_job job;
} plan;

static inline cov_job *plan_of(plan *p, const char *households)
{
    const cov_job_service none = COV_JOB_SERVICE_INIT;
    const cov_job nothing = COV_JOB_INIT;
    memset(p, 0, sizeof *p);
    p->parents[0] = "huyen";
    p->service[0] = none;
    p->service[0].name = "fiber";
    p->service[0].by = COV_BY_COLUMN;
    p->service[0].column = "yes";
    p->service[1] = none;
    p->service[1].name = "4g";
    p->service[1].by = COV_BY_COLUMN;
    p->service[1].column = "persons>=10";
    p->persons =
        (cov_job_base){.name = "persons", .kind = COV_BASE_MEASURE, .weight_column = "persons"};
    p->indicator[0] = (cov_indicator){NULL, "defaults()"};
    p->indicator[1] = (cov_indicator){"both", "fiber & 4g"};
    p->tier[0] = "fiber | 4g";
    p->tier[1] = "fiber & 4g";
    p->tiers = (cov_job_tiers){p->tier, 2};
    p->target = (cov_job_target){"fiber", 500000, 3};
    p->job = nothing;
    p->job.areas.path = communes_path;
    p->job.id_column = "ma";
    p->job.parent_columns = p->parents;
    p->job.n_parents = 1;
    p->job.households.path = households;
    p->job.weight_column = "pop";
    p->job.assume_crs = "EPSG:4326";
    p->job.services = p->service;
    p->job.n_services = 2;
    p->job.bases = &p->persons;
    p->job.n_bases = 1;
    p->job.indicators = p->indicator;
    p->job.n_indicators = 2;
    p->job.tiers = &p->tiers;
    p->job.n_tiers = 1;
    p->job.targets = &p->target;
    p->job.n_targets = 1;
    return &p->job;
}

static inline void save(const cov_run *run, const char *path)
{
    cov_error err;
    if (cov_run_save(run, path, 1, &err) != COV_OK)
        fail_msg("%s", err.message);
}

static inline void save_job(const cov_job *job, const char *path)
{
    cov_run *run = run_job(job);
    save(run, path);
    cov_run_free(run);
}

/* ---------------------------------------------------------------- bytes */

typedef struct file {
    unsigned char *at;
    size_t n;
} file;

static inline file read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    file b = {NULL, (size_t)ftell(f)};
    rewind(f);
    b.at = malloc(b.n + 1);
    assert_non_null(b.at);
    assert_int_equal(fread(b.at, 1, b.n, f), b.n);
    b.at[b.n] = '\0';
    fclose(f);
    return b;
}

/* ---------------------------------------------------------------- merging */

static inline cov_run *merge_with(const char *const *paths, size_t n, const cov_job *job)
{
    cov_run *run = NULL;
    cov_error err;
    if (cov_run_merge(paths, n, job, &run, &err) != COV_OK)
        fail_msg("%s", err.message);
    return run;
}

static inline cov_run *merge(const char *const *paths, size_t n)
{
    return merge_with(paths, n, NULL);
}

static inline void expect_refusal(const char *const *paths, size_t n, const cov_job *job,
                                  cov_status code, const char *const *facts, size_t n_facts)
{
    cov_run *run = NULL;
    cov_error err = {COV_OK, ""};
    cov_status s = cov_run_merge(paths, n, job, &run, &err);
    if (s != code)
        fail_msg("%s instead of %s: %s", cov_status_name(s), cov_status_name(code), err.message);
    assert_null(run);
    for (size_t i = 0; i < n_facts; i++) {
        if (strstr(err.message, facts[i]) == NULL)
            fail_msg("\"%s\" is not in: %s", facts[i], err.message);
    }
}

static inline void save_shares(void)
{
    plan p;
    for (size_t i = 0; i < 4; i++)
        save_job(plan_of(&p, share_path[i]), part_path[i]);
}

/* All that is written of a run. */
static inline file written(const cov_run *run)
{
    cov_write_options options = COV_WRITE_OPTIONS_INIT;
    cov_error err;
    options.overwrite = 1;
    if (cov_run_write(run, out_path, &options, &err) != COV_OK)
        fail_msg("%s", err.message);
    return read_file(out_path);
}

static inline const char *rows_of(const file *b)
{
    const char *features = strstr((const char *)b->at, "\"features\"");
    assert_non_null(features);
    return features;
}

#endif
