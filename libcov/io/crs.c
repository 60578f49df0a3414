/* SPDX-License-Identifier: MIT */
#include "io/crs.h"

#include <math.h>
#include <string.h>

#include <cpl_conv.h>
#include <cpl_string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/operation.h"
#include "io/path.h"
#include "io/source.h"
#include "io/watch.h"

/* One millimetre, and ten kilometres: from there on the third-order term of a projection's
 * curvature, which a check at the middle alone can miss, may exceed a millimetre. */
#define TOLERANCE 0.001
#define LONG_EDGE 10000.0
#define EARTH_RADIUS 6378137.0

/* ---------------------------------------------------------------- systems */

/* GDAL also takes addresses, names of files and of its own data: only codes, WKT, PROJJSON and PROJ
 * strings pass here. */
static int is_definition(const char *text)
{
    return text != NULL && text[0] != '\0' && !EQUALN(text, "http", 4) && text[0] != '/' &&
           !cov_path_exists(text);
}

cov_status cov_crs_from_text(const char *text, OGRSpatialReferenceH *out, cov_error *err)
{
    cov_watch watch;
    memset(&watch, 0, sizeof watch);
    cov_gdal_init();
    cov_watch_begin(&watch);
    OGRSpatialReferenceH stated = OSRNewSpatialReference(NULL), crs = NULL;
    cov_status s = COV_OK;
    if (is_definition(text) && OSRSetFromUserInput(stated, text) == OGRERR_NONE)
        s = cov_crs_from_layer(stated, &crs, err);
    OSRRelease(stated);
    cov_watch_end(&watch);
    if (s == COV_OK && crs == NULL)
        s = cov_fail(err, COV_ERR_CRS,
                     "\"%s\" is no coordinate reference system on Earth that is known here: give a "
                     "code such as EPSG:4326, EPSG:3405 or EPSG:5897",
                     text != NULL ? text : "");
    if (s == COV_OK)
        *out = crs;
    return s;
}

static int says_nothing(OGRSpatialReferenceH crs)
{
    const char *name = OSRGetName(crs);
    if (name != NULL && EQUALN(name, "Undefined", 9))
        return 1;
    return OSRIsLocal(crs) || (!OSRIsGeographic(crs) && !OSRIsProjected(crs));
}

cov_status cov_crs_from_layer(OGRSpatialReferenceH stated, OGRSpatialReferenceH *out,
                              cov_error *err)
{
    *out = NULL;
    if (stated == NULL || says_nothing(stated))
        return COV_OK;
    OGRSpatialReferenceH crs = OSRClone(stated);
    if (crs == NULL)
        return cov_fail_memory(err);
    if (OSRIsCompound(crs))
        OSRStripVertical(crs);
    OSRDemoteTo2D(crs, NULL);
    OSRSetAxisMappingStrategy(crs, OAMS_TRADITIONAL_GIS_ORDER);
    *out = crs;
    return COV_OK;
}

char *cov_crs_label(OGRSpatialReferenceH crs)
{
    const char *authority = OSRGetAuthorityName(crs, NULL);
    const char *code = OSRGetAuthorityCode(crs, NULL);
    if (authority != NULL && code != NULL)
        return cov_text_print("%s:%s", authority, code);
    const char *name = OSRGetName(crs);
    return cov_copy_text(name != NULL ? name : "unnamed");
}

int cov_crs_is_in_degrees(OGRSpatialReferenceH crs)
{
    return OSRIsGeographic(crs) && fabs(OSRGetAngularUnits(crs, NULL) - M_PI / 180) < 1e-9;
}

/* Metres for one unit of the system, at the equator. */
static double metres_per_unit(OGRSpatialReferenceH crs)
{
    if (OSRIsGeographic(crs))
        return EARTH_RADIUS * OSRGetAngularUnits(crs, NULL);
    return OSRGetLinearUnits(crs, NULL);
}

cov_status cov_crs_check_extent(OGRSpatialReferenceH crs, const double extent[4], const char *what,
                                cov_error *err)
{
    if (!OSRIsGeographic(crs) || !(extent[0] <= extent[2]))
        return COV_OK;
    double quarter = M_PI / 2 / OSRGetAngularUnits(crs, NULL) * (1 + 1e-9);
    if (extent[1] >= -quarter && extent[3] <= quarter && extent[0] >= -4 * quarter &&
        extent[2] <= 4 * quarter)
        return COV_OK;
    char *label = cov_crs_label(crs);
    char at[64];
    CPLsnprintf(at, sizeof at, "(%.9g, %.9g)", extent[2], extent[3]);
    cov_status s = cov_fail(err, COV_ERR_CRS,
                            "%s: coordinates such as %s are no longitude and latitude, "
                            "though its coordinate reference system is said to be %s: state the "
                            "right one (-a_srs EPSG:... of ogr2ogr or gdal_edit.py)",
                            what, at, label != NULL ? label : "geographic");
    cov_free(label);
    return s;
}

/* ---------------------------------------------------------------- transforms */

static int is_same(OGRSpatialReferenceH a, OGRSpatialReferenceH b)
{
    static const char *const options[] = {"IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES", NULL};
    return OSRIsSameEx(a, b, options);
}

cov_status cov_crs_same(const char *a, const char *b, int *out, cov_error *err)
{
    OGRSpatialReferenceH first = NULL, second = NULL;
    if (a == NULL || b == NULL || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "two systems are compared, there is one or none");
    cov_status s = cov_crs_from_text(a, &first, err);
    if (s == COV_OK)
        s = cov_crs_from_text(b, &second, err);
    if (s == COV_OK)
        *out = is_same(first, second) != 0;
    if (first != NULL)
        OSRRelease(first);
    if (second != NULL)
        OSRRelease(second);
    return s;
}

cov_status cov_transform_create(OGRSpatialReferenceH from, OGRSpatialReferenceH to,
                                const double extent[4], const char *what, cov_transform *out,
                                cov_error *err)
{
    cov_transform t = {NULL, NULL, 0, 0, 0};
    cov_watch watch;
    memset(&watch, 0, sizeof watch);
    cov_watch_begin(&watch);
    cov_status s = cov_crs_check_extent(from, extent, what, err);
    t.tolerance = TOLERANCE / metres_per_unit(to);
    t.long_edge = LONG_EDGE / metres_per_unit(from);
    if (s == COV_OK && is_same(from, to)) {
        t.name = cov_copy_text("none");
        s = t.name != NULL ? COV_OK : cov_fail_memory(err);
    } else if (s == COV_OK) {
        s = cov_operation_create(from, to, extent, what, &t.operation, &t.name, &t.accuracy, err);
    }
    cov_watch_end(&watch);
    if (s == COV_OK)
        *out = t;
    return s;
}

cov_status cov_transform_note(const cov_transform *transform, OGRSpatialReferenceH from,
                              OGRSpatialReferenceH to, const char *what, cov_notes *notes,
                              cov_error *err)
{
    if (transform->operation == NULL)
        return COV_OK;
    char *a = cov_crs_label(from), *b = cov_crs_label(to);
    char metres[32];
    CPLsnprintf(metres, sizeof metres, "%g", transform->accuracy);
    cov_status s =
        a == NULL || b == NULL
            ? cov_fail_memory(err)
            : cov_notes_add(notes, err, COV_NOTE_INFO, "%s: from %s to %s by %s, accurate to %s m",
                            what, a, b, transform->name, metres);
    cov_free(a);
    cov_free(b);
    return s;
}

void cov_transform_points(const cov_transform *transform, size_t n, double *x, double *y)
{
    if (transform->operation != NULL && n > 0)
        cov_operation_apply(transform->operation, x, y, sizeof *x, n);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i]))
            x[i] = y[i] = NAN;
    }
}

cov_status cov_transform_copy(const cov_transform *transform, cov_transform *out, cov_error *err)
{
    *out = *transform;
    out->name = NULL;
    out->operation = NULL;
    return transform->operation == NULL
               ? COV_OK
               : cov_operation_copy(transform->operation, &out->operation, err);
}

void cov_transform_clear(cov_transform *transform)
{
    cov_operation_free(transform->operation);
    cov_free(transform->name);
    memset(transform, 0, sizeof *transform);
}

cov_status cov_transform_shape(const cov_transform *transform, const cov_shape *shape,
                               const char *what, cov_shape *out, cov_error *err)
{
    OGRGeometryH geometry = NULL;
    cov_watch watch;
    memset(&watch, 0, sizeof watch);
    cov_watch_begin(&watch);
    cov_status s = COV_OK;
    if (OGR_G_CreateFromWkbEx(shape->wkb, NULL, &geometry, shape->size) != OGRERR_NONE)
        s = cov_fail(err, COV_ERR_GEOMETRY, "%s: its geometry is damaged", what);
    if (s == COV_OK)
        s = cov_transform_geometry(transform, geometry, what, err);
    if (s == COV_OK)
        s = cov_shape_export(geometry, out, err);
    OGR_G_DestroyGeometry(geometry);
    cov_watch_end(&watch);
    return s;
}
