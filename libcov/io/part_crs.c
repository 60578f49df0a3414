/* Parts: the coordinate system of their areas, as text.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <cpl_conv.h>
#include <cpl_error.h>

#include "base/mem.h"
#include "io/crs.h"
#include "io/part.h"
#include "io/source.h"
#include "io/watch.h"

/* A text from a file must not make GDAL look anywhere: PROJJSON and WKT alone are read. */
static OGRSpatialReferenceH state(const char *text)
{
    if (text[0] != '{')
        return OSRNewSpatialReference(text);
    OGRSpatialReferenceH stated = OSRNewSpatialReference(NULL);
    if (stated != NULL && OSRSetFromUserInput(stated, text) != OGRERR_NONE) {
        OSRRelease(stated);
        stated = NULL;
    }
    return stated;
}

cov_status cov_part_crs_read(const char *text, OGRSpatialReferenceH *out, cov_error *err)
{
    cov_watch watch;
    cov_status s = COV_OK;
    memset(&watch, 0, sizeof watch);
    cov_gdal_init();
    cov_watch_begin(&watch);
    OGRSpatialReferenceH stated = state(text), crs = NULL;
    if (stated != NULL) {
        s = cov_crs_from_layer(stated, &crs, err);
        OSRRelease(stated);
    }
    cov_watch_end(&watch);
    if (s == COV_OK && crs == NULL)
        s = cov_fail(err, COV_ERR_FORMAT, "its coordinate reference system is impossible");
    if (s == COV_OK)
        *out = crs;
    return s;
}

/* As files of results state it; freed with CPLFree. */
static char *stated_in_files(OGRSpatialReferenceH crs)
{
    static const char *const options[] = {"FORMAT=WKT2_2019", NULL};
    char *wkt = NULL;
    if (OSRExportToWktEx(crs, &wkt, options) == OGRERR_NONE)
        return wkt;
    CPLFree(wkt);
    return NULL;
}

/* Whether the system that is read from this text is stated in the same bytes. */
static int gives_back(const char *text, OGRSpatialReferenceH crs)
{
    OGRSpatialReferenceH again = NULL;
    if (text == NULL || cov_part_crs_read(text, &again, NULL) != COV_OK)
        return 0;
    char *a = stated_in_files(crs), *b = stated_in_files(again);
    int same = a != NULL && b != NULL && strcmp(a, b) == 0;
    CPLFree(a);
    CPLFree(b);
    OSRRelease(again);
    return same;
}

/* PROJJSON is complete; but of a system that was read from WKT 1, as shapefiles have it, it can
 * lose how things are called there. */
cov_status cov_part_crs_write(const cov_area_layer *areas, char **out, cov_error *err)
{
    char *json = NULL, *wkt = NULL;
    CPLPushErrorHandler(CPLQuietErrorHandler);
    int has_json = OSRExportToPROJJSON(areas->crs, &json, NULL) == OGRERR_NONE && json != NULL;
    int has_wkt = OSRExportToWkt(areas->crs, &wkt) == OGRERR_NONE && wkt != NULL;
    CPLPopErrorHandler();
    cov_status s = COV_OK;
    int better = has_wkt && !gives_back(json, areas->crs) && gives_back(wkt, areas->crs);
    if (has_json || better) {
        *out = cov_copy_text(better ? wkt : json);
        s = *out != NULL ? COV_OK : cov_fail_memory(err);
    } else {
        s = cov_fail(err, COV_ERR_CRS,
                     "%s: its coordinate reference system can't be stated as PROJJSON or WKT",
                     areas->label);
    }
    CPLFree(json);
    CPLFree(wkt);
    return s;
}
