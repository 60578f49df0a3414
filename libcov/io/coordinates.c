/* SPDX-License-Identifier: MIT */
#include "io/coordinates.h"

#include "base/mem.h"
#include "base/text.h"
#include "io/crs.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Names of column pairs, east first; compared without case. The first pair found is taken, so
 * longitude and latitude, which say what they mean, go before x and y, which don't. */
typedef struct pair {
    const char *x, *y;
    int geographic;
} pair;

static const pair pairs[] = {
    {"lon", "lat", 1},           {"long", "lat", 1},
    {"lng", "lat", 1},           {"longitude", "latitude", 1},
    {"kinh_do", "vi_do", 1},     {"kinhdo", "vido", 1},
    {"kinh độ", "vĩ độ", 1},     {"easting", "northing", 0},
    {"east", "north", 0},        {"x", "y", 0},
    {"x_coord", "y_coord", 0},   {"coord_x", "coord_y", 0},
    {"point_x", "point_y", 0},   {"toado_x", "toado_y", 0},
    {"toa_do_x", "toa_do_y", 0},
};

/* ---------------------------------------------------------------- columns */

static const pair *find_pair(OGRFeatureDefnH fields)
{
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (OGR_FD_GetFieldIndex(fields, pairs[i].x) >= 0 &&
            OGR_FD_GetFieldIndex(fields, pairs[i].y) >= 0)
            return &pairs[i];
    }
    return NULL;
}

static cov_status refuse_columns(const cov_layer *layer, OGRFeatureDefnH fields, cov_error *err)
{
    char list[512] = "";
    size_t used = 0;
    for (int i = 0; i < OGR_FD_GetFieldCount(fields) && used < sizeof list - 100; i++) {
        const char *name = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(fields, i));
        int n = snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "",
                         cov_quote(name).text);
        used += n > 0 ? (size_t)n : 0;
    }
    return cov_fail(err, COV_ERR_INPUT,
                    "%s has no coordinates: name two of its columns lon and lat (degrees), or x "
                    "and y, or easting and northing. Its columns are: %s",
                    layer->label, list);
}

/* The CRS of a table: what its columns mean, else what the user says. */
static cov_status state_crs(cov_layer *layer, const char *columns, int geographic,
                            const cov_policy *policy, cov_error *err)
{
    if (layer->crs != NULL)
        return COV_OK;
    if (geographic)
        return cov_crs_from_text("EPSG:4326", &layer->crs, err);
    if (policy->assume_crs != NULL)
        return cov_crs_from_text(policy->assume_crs, &layer->crs, err);
    return cov_fail(err, COV_ERR_CRS,
                    "%s: the coordinates (%s) have no coordinate reference system: state it with "
                    "--assume-crs, e.g. --assume-crs EPSG:9210",
                    layer->label, columns);
}

static cov_status note_columns(const cov_layer *layer, const char *columns, cov_notes *notes,
                               cov_error *err)
{
    char *crs = cov_crs_label(layer->crs);
    if (crs == NULL)
        return cov_fail_memory(err);
    cov_status s = cov_notes_add(notes, err, COV_NOTE_INFO, "%s: coordinates from the %s (%s)",
                                 layer->label, columns, crs);
    cov_free(crs);
    return s;
}

static cov_status find_in_table(cov_layer *layer, const cov_policy *policy, cov_notes *notes,
                                cov_coordinates *out, cov_error *err)
{
    OGRFeatureDefnH fields = OGR_L_GetLayerDefn(layer->layer);
    const pair *p = find_pair(fields);
    if (p == NULL)
        return refuse_columns(layer, fields, err);
    cov_status s = cov_column_find(layer, p->x, "coordinate column", &out->x, err);
    if (s == COV_OK)
        s = cov_column_find(layer, p->y, "coordinate column", &out->y, err);
    if (s != COV_OK)
        return s;
    out->by_columns = 1;
    char columns[256];
    snprintf(columns, sizeof columns, "columns %s, %s", cov_quote(out->x.name).text,
             cov_quote(out->y.name).text);
    s = state_crs(layer, columns, p->geographic, policy, err);
    if (s == COV_OK)
        s = note_columns(layer, columns, notes, err);
    return s;
}

cov_status cov_coordinates_find(cov_layer *layer, const cov_policy *policy, cov_notes *notes,
                                cov_coordinates *out, cov_error *err)
{
    memset(out, 0, sizeof *out);
    if (layer->is_csv)
        return find_in_table(layer, policy, notes, out, err);
    OGRwkbGeometryType type = wkbFlatten(OGR_L_GetGeomType(layer->layer));
    if (type == wkbUnknown || type == wkbPoint || type == wkbMultiPoint ||
        type == wkbGeometryCollection)
        return COV_OK;
    if (type == wkbNone)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s has no geometry: points are needed, or a CSV with the columns lon and "
                        "lat",
                        layer->label);
    return cov_fail(err, COV_ERR_INPUT,
                    "%s holds geometries of the type %s, where points are needed: give their "
                    "centres or another layer",
                    layer->label, OGRGeometryTypeToName(type));
}

/* ---------------------------------------------------------------- features */

static cov_status refuse_geometry(const cov_record *record, OGRGeometryH geometry, cov_error *err)
{
    OGRwkbGeometryType type = wkbFlatten(OGR_G_GetGeometryType(geometry));
    if (type == wkbMultiPoint)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s, feature %" PRId64 ": a multipoint of %d points, of which a weight or "
                        "an answer can't be told apart: split it into single points",
                        record->label, record->number, OGR_G_GetGeometryCount(geometry));
    return cov_fail(err, COV_ERR_INPUT,
                    "%s, feature %" PRId64 ": a geometry of the type %s, where points are needed",
                    record->label, record->number, OGRGeometryTypeToName(type));
}

static cov_status read_geometry(const cov_record *record, double *x, double *y, cov_error *err)
{
    OGRGeometryH geometry = OGR_F_GetGeometryRef(record->feature);
    if (geometry == NULL || OGR_G_IsEmpty(geometry)) {
        *x = *y = NAN;
        return COV_OK;
    }
    OGRGeometryH point = geometry;
    OGRwkbGeometryType type = wkbFlatten(OGR_G_GetGeometryType(geometry));
    if (type == wkbMultiPoint && OGR_G_GetGeometryCount(geometry) == 1) {
        point = OGR_G_GetGeometryRef(geometry, 0);
        type = wkbPoint;
    }
    if (type != wkbPoint)
        return refuse_geometry(record, geometry, err);
    *x = OGR_G_GetX(point, 0);
    *y = OGR_G_GetY(point, 0);
    return COV_OK;
}

cov_status cov_coordinates_read(const cov_coordinates *coordinates, const cov_record *record,
                                double *x, double *y, cov_error *err)
{
    cov_status s;
    if (coordinates->by_columns) {
        s = cov_column_coordinate(&coordinates->x, record, x, err);
        if (s == COV_OK)
            s = cov_column_coordinate(&coordinates->y, record, y, err);
    } else
        s = read_geometry(record, x, y, err);
    if (s == COV_OK && !(isfinite(*x) && isfinite(*y)))
        *x = *y = NAN;
    return s;
}
