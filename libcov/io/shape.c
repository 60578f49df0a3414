/* SPDX-License-Identifier: MIT */
#include "io/shape.h"

#include "base/mem.h"

OGRGeometryH cov_shape_take(OGRFeatureH feature)
{
    OGRGeometryH geometry = OGR_F_StealGeometry(feature);
    if (geometry != NULL && OGR_G_HasCurveGeometry(geometry, FALSE)) {
        OGRGeometryH straight = OGR_G_GetLinearGeometry(geometry, 0, NULL);
        OGR_G_DestroyGeometry(geometry);
        geometry = straight;
    }
    if (geometry != NULL) {
        OGR_G_Set3D(geometry, FALSE);
        OGR_G_SetMeasured(geometry, FALSE);
    }
    return geometry;
}

cov_status cov_shape_export(OGRGeometryH geometry, cov_shape *out, cov_error *err)
{
    size_t size = OGR_G_WkbSizeEx(geometry);
    void *wkb = cov_alloc(size, 1);
    if (wkb == NULL)
        return cov_fail_memory(err);
    if (OGR_G_ExportToIsoWkb(geometry, wkbNDR, wkb) != OGRERR_NONE) {
        cov_free(wkb);
        return cov_fail(err, COV_ERR_GEOMETRY, "a geometry can't be written as WKB");
    }
    out->wkb = wkb;
    out->size = size;
    return COV_OK;
}
