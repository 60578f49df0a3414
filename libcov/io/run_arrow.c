/* A run as a stream of Arrow.
 * SPDX-License-Identifier: MIT */
#include <cpl_conv.h>

#include "arrow/export.h"
#include "base/mem.h"
#include "io/run.h"

/* PROJJSON; NULL where there is no system, or no way to say it. */
static char *projjson(OGRSpatialReferenceH crs)
{
    char *text = NULL;
    if (crs != NULL && OSRExportToPROJJSON(crs, &text, NULL) != OGRERR_NONE) {
        CPLFree(text);
        return NULL;
    }
    return text;
}

static cov_status export_shapes(const cov_run *run, const cov_sheet *sheet,
                                struct ArrowArrayStream *out, cov_error *err)
{
    size_t n = run->areas.n_shapes;
    const void **wkb = cov_alloc(n, sizeof *wkb);
    size_t *sizes = cov_alloc(n, sizeof *sizes);
    char *crs = projjson(run->areas.crs);
    cov_status s = wkb != NULL && sizes != NULL ? COV_OK : cov_fail_memory(err);
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        wkb[i] = run->areas.shapes[i].wkb;
        sizes[i] = run->areas.shapes[i].size;
    }
    const cov_export_shapes shapes = {wkb, sizes, crs};
    if (s == COV_OK)
        s = cov_sheet_to_arrow(sheet, &shapes, out, err);
    cov_free(wkb);
    cov_free(sizes);
    CPLFree(crs);
    return s;
}

cov_status cov_run_to_arrow(const cov_run *run, int geometry, struct ArrowArrayStream *out,
                            cov_error *err)
{
    if (run == NULL || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no run, or no place for its stream");
    const cov_sheet sheet = cov_run_sheet(run);
    return geometry ? export_shapes(run, &sheet, out, err)
                    : cov_sheet_to_arrow(&sheet, NULL, out, err);
}
