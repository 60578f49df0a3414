/* SPDX-License-Identifier: MIT */
#include "io/cover.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/watch.h"

void cov_cover_clear(cov_cover *cover)
{
    cov_rings_clear(&cover->rings);
    cov_transform_clear(&cover->to);
    cov_transform_clear(&cover->back);
}

/* ---------------------------------------------------------------- to the raster's system */

/* What a piece is called in messages. */
static void name_piece(const cov_raster *raster, const cov_partition *p, size_t piece, char *out,
                       size_t size)
{
    const char *id = cov_areas_id(p->areas, (size_t)p->piece[piece].area);
    snprintf(out, size, "area \"%s\", laid over %s", cov_quote(id != NULL ? id : "").text,
             cov_raster_label(raster));
}

static cov_status add_rings(cov_rings *rings, const cov_shape *shape, size_t piece,
                            const char *what, cov_error *err)
{
    cov_error why;
    cov_status s = cov_rings_add(rings, shape->wkb, shape->size, (uint32_t)piece, &why);
    return s == COV_OK ? s : cov_fail(err, s, "%s: %s", what, why.message);
}

/* Rings that the transformation leaves without area, slivers of an overlay, are left out. */
static cov_status add_transformed(cov_rings *rings, const cov_shape *shape, size_t piece,
                                  const cov_transform *to, const char *what, cov_error *err)
{
    cov_shape placed = {NULL, 0};
    cov_status s = cov_transform_shape(to, shape, what, &placed, err);
    if (s == COV_OK)
        s = add_rings(rings, &placed, piece, what, err);
    cov_free(placed.wkb);
    return s;
}

static cov_status add_pieces(const cov_raster *raster, const cov_partition *p,
                             const cov_transform *to, cov_rings *rings, cov_error *err)
{
    cov_status s = COV_OK;
    rings->leave_flat = true;
    for (size_t i = 0; i < p->n && s == COV_OK; i++) {
        char what[300];
        const cov_shape *shape = &p->piece[i].shape;
        name_piece(raster, p, i, what, sizeof what);
        s = to->operation == NULL ? add_rings(rings, shape, i, what, err)
                                  : add_transformed(rings, shape, i, to, what, err);
    }
    return s;
}

/* The extent in the plane, which chooses the operation. */
static void find_extent(const cov_partition *p, double extent[4])
{
    extent[0] = extent[1] = 1e300;
    extent[2] = extent[3] = -1e300;
    for (size_t i = 0; i < p->n; i++) {
        const cov_shape *shape = &p->piece[i].shape;
        OGRGeometryH geometry = NULL;
        OGREnvelope box;
        if (OGR_G_CreateFromWkbEx(shape->wkb, NULL, &geometry, shape->size) == OGRERR_NONE) {
            OGR_G_GetEnvelope(geometry, &box);
            extent[0] = fmin(extent[0], box.MinX);
            extent[1] = fmin(extent[1], box.MinY);
            extent[2] = fmax(extent[2], box.MaxX);
            extent[3] = fmax(extent[3], box.MaxY);
        }
        OGR_G_DestroyGeometry(geometry);
    }
}

static cov_status place_pieces(const cov_raster *raster, const cov_partition *p,
                               OGRSpatialReferenceH plane, bool back, cov_notes *notes,
                               cov_cover *out, cov_error *err)
{
    const char *label = cov_raster_label(raster);
    OGRSpatialReferenceH crs = cov_raster_crs(raster);
    double extent[4];
    find_extent(p, extent);
    cov_status s = cov_transform_create(plane, crs, extent, label, &out->to, err);
    if (s == COV_OK)
        s = cov_transform_note(&out->to, plane, crs, label, notes, err);
    if (s == COV_OK)
        s = add_pieces(raster, p, &out->to, &out->rings, err);
    if (s == COV_OK && back && out->rings.n_rings > 0)
        s = cov_transform_create(crs, plane, out->rings.extent, label, &out->back, err);
    return s;
}

/* ---------------------------------------------------------------- to its cells */

/* Divided, not multiplied by an inverse: what lies on the lines between cells stays there as well
 * as doubles can tell. */
static cov_xy cell_of(const double a[6], cov_xy p)
{
    double x = p.x - a[0], y = p.y - a[3], det = a[1] * a[5] - a[2] * a[4];
    if (a[2] == 0 && a[4] == 0)
        return (cov_xy){x / a[1], y / a[5]};
    return (cov_xy){(x * a[5] - y * a[2]) / det, (y * a[1] - x * a[4]) / det};
}

static cov_status to_cells(cov_cover *c, const char *label, cov_error *err)
{
    const double *a = c->affine;
    c->mirrored = a[1] * a[5] - a[2] * a[4] < 0;
    for (size_t i = 0; i < c->rings.n_vertices; i++) {
        cov_xy p = cell_of(a, c->rings.vertex[i]);
        if (!(fabs(p.x) <= COV_COORDINATE_MAX && fabs(p.y) <= COV_COORDINATE_MAX))
            return cov_fail(err, COV_ERR_INPUT, "%s: its cells are too small", label);
        c->rings.vertex[i] = p;
    }
    return COV_OK;
}

cov_status cov_cover_create(const cov_raster *raster, const cov_partition *partition,
                            OGRSpatialReferenceH plane, bool back, cov_notes *notes, cov_cover *out,
                            cov_error *err)
{
    cov_watch watch;
    cov_cover c = {.rings = COV_RINGS_INIT};
    memset(&watch, 0, sizeof watch);
    cov_raster_affine(raster, c.affine);
    cov_watch_begin(&watch);
    cov_status s = COV_OK;
    if (partition->n > 0)
        s = place_pieces(raster, partition, plane, back, notes, &c, err);
    cov_watch_end(&watch);
    if (s == COV_OK)
        s = to_cells(&c, cov_raster_label(raster), err);
    if (s == COV_OK)
        *out = c;
    else
        cov_cover_clear(&c);
    return s;
}

void cov_cover_places(const cov_cover *cover, size_t n, double *x, double *y)
{
    const double *a = cover->affine;
    for (size_t i = 0; i < n; i++) {
        double column = x[i], row = y[i];
        x[i] = a[0] + column * a[1] + row * a[2];
        y[i] = a[3] + column * a[4] + row * a[5];
    }
    cov_transform_points(&cover->back, n, x, y);
}
