/* SPDX-License-Identifier: MIT */
#include "io/ellipsoid.h"

#include <string.h>

#include "base/mem.h"
#include "io/operation.h"
#include "io/watch.h"

/* A hundredth of the tolerance that is good enough for places: errors of borders add up. */
#define FINER 0.01

static cov_status read_figure(OGRSpatialReferenceH geographic, cov_spheroid *out, cov_error *err)
{
    OGRErr axis = OGRERR_NONE, shape = OGRERR_NONE;
    double inverse = OSRGetInvFlattening(geographic, &shape); /* 0 for a sphere */
    out->semi_major = OSRGetSemiMajor(geographic, &axis);
    out->flattening = inverse > 0 ? 1 / inverse : 0;
    out->unit = OSRGetAngularUnits(geographic, NULL);
    if (axis != OGRERR_NONE || shape != OGRERR_NONE || !(out->semi_major > 0) ||
        !(out->flattening < 1))
        return cov_fail(err, COV_ERR_CRS,
                        "the coordinate reference system of the run names no ellipsoid to measure "
                        "on: choose one that does, such as EPSG:4326");
    return COV_OK;
}

cov_status cov_ellipsoid_create(OGRSpatialReferenceH plane, const double extent[4],
                                cov_ellipsoid *out, cov_error *err)
{
    cov_ellipsoid e;
    cov_watch watch;
    memset(&e, 0, sizeof e);
    memset(&watch, 0, sizeof watch);
    cov_watch_begin(&watch);
    OGRSpatialReferenceH geographic = OSRCloneGeogCS(plane);
    cov_status s = geographic != NULL ? COV_OK : cov_fail_memory(err);
    if (s == COV_OK) {
        OSRSetAxisMappingStrategy(geographic, OAMS_TRADITIONAL_GIS_ORDER);
        s = read_figure(geographic, &e.spheroid, err);
    }
    if (s == COV_OK && !OSRIsGeographic(plane))
        s = cov_transform_create(plane, geographic, extent, "the areas", &e.transform, err);
    e.transform.tolerance *= FINER;
    if (geographic != NULL)
        OSRRelease(geographic);
    cov_watch_end(&watch);
    if (s == COV_OK)
        *out = e;
    return s;
}

void cov_ellipsoid_clear(cov_ellipsoid *ellipsoid)
{
    cov_transform_clear(&ellipsoid->transform);
}

/* ---------------------------------------------------------------- area */

static cov_status add_ring(const cov_ellipsoid *e, OGRGeometryH ring, int is_hole, double *sum,
                           cov_error *err)
{
    size_t n = (size_t)OGR_G_GetPointCount(ring);
    cov_xy *at = cov_alloc(n, sizeof *at);
    if (at == NULL)
        return cov_fail_memory(err);
    OGR_G_GetPoints(ring, &at[0].x, (int)sizeof *at, &at[0].y, (int)sizeof *at, NULL, 0);
    double area = fabs(cov_spheroid_area(&e->spheroid, at, n));
    *sum += is_hole ? -area : area;
    cov_free(at);
    return COV_OK;
}

/* A polygon holds rings, the first of which is its shell; a multipolygon polygons. */
static cov_status add_parts(const cov_ellipsoid *e, OGRGeometryH geometry, double *sum,
                            cov_error *err)
{
    int n = OGR_G_GetGeometryCount(geometry);
    int is_polygon = wkbFlatten(OGR_G_GetGeometryType(geometry)) == wkbPolygon;
    cov_status s = COV_OK;
    for (int i = 0; i < n && s == COV_OK; i++) {
        OGRGeometryH part = OGR_G_GetGeometryRef(geometry, i);
        s = is_polygon ? add_ring(e, part, i > 0, sum, err) : add_parts(e, part, sum, err);
    }
    return s;
}

cov_status cov_ellipsoid_area(const cov_ellipsoid *ellipsoid, const cov_shape *shape,
                              const char *what, double *out, cov_error *err)
{
    OGRGeometryH geometry = NULL;
    cov_watch watch;
    double sum = 0;
    memset(&watch, 0, sizeof watch);
    cov_watch_begin(&watch);
    cov_status s = COV_OK;
    if (OGR_G_CreateFromWkbEx(shape->wkb, NULL, &geometry, shape->size) != OGRERR_NONE)
        s = cov_fail(err, COV_ERR_GEOMETRY, "%s: its polygon is damaged", what);
    if (s == COV_OK)
        s = cov_transform_geometry(&ellipsoid->transform, geometry, what, err);
    if (s == COV_OK)
        s = add_parts(ellipsoid, geometry, &sum, err);
    OGR_G_DestroyGeometry(geometry);
    cov_watch_end(&watch);
    if (s == COV_OK)
        *out = sum;
    return s;
}

/* ---------------------------------------------------------------- places */

void cov_ellipsoid_place(const cov_ellipsoid *ellipsoid, cov_xy *at, size_t n)
{
    if (ellipsoid->transform.operation != NULL)
        cov_operation_apply(ellipsoid->transform.operation, &at[0].x, &at[0].y, sizeof *at, n);
}
