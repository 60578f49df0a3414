/* Bases: what a run counts, each into a tally of its own.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: every base of a run has the same areas and services; a service that can't
 * answer for a base is unknown there; points of another system are brought to the plane of the run
 * by one operation. */
#ifndef COV_IO_BASES_H
#define COV_IO_BASES_H

#include "io/area_layer.h"
#include "io/households.h"
#include "io/job.h"
#include "io/partition.h"
#include "io/reaches.h"

/* A base that was counted. */
typedef struct cov_counted {
    char *name;
    const char *unit; /* NULL for things that are counted */
    int adds_up;      /* 1: the households or a measure of them, whose shares, counted in runs of
                         their own, add up to it */
    cov_tally *tally;
    cov_report *report; /* the run's to make; freed here */
    int64_t rounding;   /* 1e-9 of the unit */
    uint64_t digest;    /* of points, see cov_households_digest */
    double extent[4];   /* of points, see extent.h */
    char *label;        /* of its file; NULL: the areas themselves */
    char *crs;          /* NULL where there is no file */
    char *operation;    /* NULL or "none" where nothing is transformed */
    double accuracy;    /* metres */
} cov_counted;

void cov_counted_clear(cov_counted *counted);

/* What all bases of a run share; borrowed. */
typedef struct cov_ground {
    const cov_setting *setting; /* its `to` is the plane of the run */
    const cov_plan *plan;
    const cov_area_layer *areas;
    const cov_reaches *reaches;
    const cov_borders *borders;     /* NULL unless a base needs them */
    const cov_partition *partition; /* likewise */
} cov_ground;

/* What a base of the job holds. */
typedef enum cov_content {
    COV_CONTENT_POINTS,
    COV_CONTENT_LINES,
    COV_CONTENT_RASTER,
    COV_CONTENT_AREA,
    COV_CONTENT_MEASURE
} cov_content;

/* Find out: a raster by its extension, lines by the first geometry there is. COV_ERR_INPUT where
 * there is none, COV_ERR_ARGUMENT for weights, layers or filters that such a base can't have. */
cov_status cov_base_content(const cov_setting *setting, const cov_job_base *base, cov_content *out,
                            cov_error *err);

/* Count the households, which are open and ask all answers of the plan, in n measures: into `out`,
 * in their order. */
cov_status cov_bases_households(const cov_ground *ground, cov_households *households, size_t n,
                                cov_counted *out, cov_error *err);

/* Count a base that is no measure of the households: lines need the borders, rasters and the area
 * the partition. */
cov_status cov_bases_count(const cov_ground *ground, const cov_job_base *base, cov_content content,
                           cov_counted *out, cov_error *err);

#endif
