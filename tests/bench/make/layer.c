/* SPDX-License-Identifier: MIT */
#include "layer.h"

#include <ogr_srs_api.h>
#include <stdio.h>
#include <stdlib.h>

void die(const char *what, const char *which)
{
    fprintf(stderr, "bench_data: %s: %s\n", what, which);
    exit(1);
}

static void add_column(OGRLayerH l, const char *name, OGRFieldType type, int width)
{
    OGRFieldDefnH column = OGR_Fld_Create(name, type);
    OGR_Fld_SetWidth(column, width);
    OGR_L_CreateField(l, column, TRUE);
    OGR_Fld_Destroy(column);
}

layer layer_create(const char *path, OGRwkbGeometryType type, int with_name)
{
    GDALDriverH driver = GDALGetDriverByName("ESRI Shapefile");
    OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
    char *options[] = {"ENCODING=UTF-8", NULL};
    layer l = {GDALCreate(driver, path, 0, 0, 0, GDT_Unknown, NULL), NULL};
    OSRImportFromEPSG(crs, 4326);
    if (l.data != NULL)
        l.layer = GDALDatasetCreateLayer(l.data, "layer", crs, type, options);
    if (l.layer == NULL)
        die("cannot write", path);
    add_column(l.layer, "code", OFTInteger, 6);
    if (with_name)
        add_column(l.layer, "name", OFTString, 24);
    OSRRelease(crs);
    return l;
}

void layer_close(layer *l)
{
    GDALClose(l->data);
}

void layer_add(layer *l, int code, OGRGeometryH g)
{
    OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(l->layer));
    char name[40];
    snprintf(name, sizeof name, "Xã số %d", code);
    OGR_F_SetFieldInteger(f, 0, code);
    if (OGR_F_GetFieldCount(f) > 1)
        OGR_F_SetFieldString(f, 1, name);
    OGR_F_SetGeometryDirectly(f, g);
    if (OGR_L_CreateFeature(l->layer, f) != OGRERR_NONE)
        die("cannot write a feature", name);
    OGR_F_Destroy(f);
}

OGRGeometryH layer_line(OGRwkbGeometryType type, const xy *vertex, size_t n)
{
    OGRGeometryH g = OGR_G_CreateGeometry(type);
    OGR_G_SetPoints(g, (int)n, (void *)(size_t)&vertex->x, sizeof *vertex,
                    (void *)(size_t)&vertex->y, sizeof *vertex, NULL, 0);
    return g;
}

OGRGeometryH layer_polygon(const xy *vertex, size_t n)
{
    OGRGeometryH g = OGR_G_CreateGeometry(wkbPolygon);
    OGR_G_AddGeometryDirectly(g, layer_line(wkbLinearRing, vertex, n));
    return g;
}
