/* A run as a stream of Arrow.
 * SPDX-License-Identifier: MIT */
#include <cpl_conv.h>
#include <cpl_error.h>

#include "arrow/export.h"
#include "base/mem.h"
#include "io/run.h"

/* The system of the shapes, NULL where they state none. Freed with CPLFree. */
static cov_status to_projjson(const cov_area_layer *areas, char **out, cov_error *err)
{
    if (areas->crs == NULL)
        return COV_OK;
    CPLPushErrorHandler(CPLQuietErrorHandler);
    OGRErr e = OSRExportToPROJJSON(areas->crs, out, NULL);
    CPLPopErrorHandler();
    if (e == OGRERR_NONE && *out != NULL)
        return COV_OK;
    return cov_fail(err, COV_ERR_CRS,
                    "%s: its coordinate reference system can't be stated as PROJJSON",
                    areas->label);
}

static cov_status export_shapes(const cov_run *run, const cov_sheet *sheet,
                                struct ArrowArrayStream *out, cov_error *err)
{
    size_t n = run->areas.n_shapes;
    const void **wkb = cov_alloc(n, sizeof *wkb);
    size_t *sizes = cov_alloc(n, sizeof *sizes);
    char *crs = NULL;
    cov_status s =
        wkb != NULL && sizes != NULL ? to_projjson(&run->areas, &crs, err) : cov_fail_memory(err);
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
