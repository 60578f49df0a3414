/* Sources: what a run read, as its manifest lists it.
 * SPDX-License-Identifier: MIT
 *
 * In this order: the areas; the households; the other bases; for each service, in the order of
 * their first appearance, its polygons and its networks; then the rasters, columns and tables, in
 * the order of the job. A source that says more than where it is has a detail:
 *
 *     cables.shp       within 150 m, except rivers.shp
 *     rsrp.tif         at least -105, indoor 12, sigma 8 for 90 %, bilinear
 *     claims.csv       key location_id, if technology=50 & down>=100
 *     households.shp   column nhan_khau                                 a measure of them */
#ifndef COV_IO_SOURCES_H
#define COV_IO_SOURCES_H

#include "io/manifest.h"
#include "io/run.h"

typedef struct cov_sources {
    cov_manifest_source *source;
    size_t n;
    char **text; /* owned: made for the list; everything else is the run's or the job's */
    size_t n_texts;
} cov_sources;

cov_status cov_sources_list(const cov_run *run, const cov_job *job, cov_sources *out,
                            cov_error *err);
void cov_sources_clear(cov_sources *sources);

/* How an entry of a service answers, beyond its file; an empty text for one that only is where it
 * is. Freed with cov_free; NULL where memory ran out. */
char *cov_sources_detail(const cov_job_service *ask);

#endif
