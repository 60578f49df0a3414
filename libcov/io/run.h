/* Run: a job done. The only file that knows the whole way of a household.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: the job is checked before a file is touched; the caller's thread reads, calls
 * back and returns; when cov_run_create is over, every thread is joined and every file closed; the
 * result is the same bytes for any number of workers. */
#ifndef COV_IO_RUN_H
#define COV_IO_RUN_H

#include "io/answers.h"
#include "io/bases.h"
#include "io/gap.h"
#include "io/ratio.h"
#include "io/sink.h"

struct cov_run {
    cov_plan plan; /* while it runs */
    cov_area_layer areas;
    cov_reaches reaches;  /* while it runs */
    cov_answers answers;  /* likewise */
    cov_content *content; /* of the bases of the job; likewise */
    cov_zone *zone;       /* likewise, as the next two */
    cov_borders borders;
    cov_partition partition;
    cov_counted *base;
    size_t n_bases;
    cov_sheet_base *sheet_base; /* what a sheet shows of each */
    cov_gaps gaps;
    cov_ratios ratios;
    cov_notes notes;
    size_t n_found; /* of the notes: those of reading and counting; the others follow from the
                       result */
    char **input;   /* the paths that were read */
    size_t n_inputs;
    char *questions; /* what was asked, see asked.h */
    char *shards;    /* of a merged run: the shares of the households that are in it, see part.h */
    char *manifest;
    cov_phases phases;
};

/* The system of a layer, which is the plane of a run without households. Freed with OSRRelease. */
cov_status cov_run_plane_of(const cov_setting *setting, const cov_source *source,
                            OGRSpatialReferenceH *out, cov_error *err);

/* What is shown of a run; borrows from it. */
cov_sheet cov_run_sheet(const cov_run *run);

typedef struct cov_sources cov_sources; /* sources.h */

/* From areas and tallies on: tiers, reports, targets, ratios, manifest. `sources` is what it was
 * made of; NULL: what the run has read. */
cov_status cov_run_result(cov_run *run, const cov_setting *setting, const cov_sources *sources,
                          cov_error *err);

#endif
