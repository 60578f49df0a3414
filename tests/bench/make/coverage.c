/* SPDX-License-Identifier: MIT */
#include "coverage.h"

#include <gdal.h>
#include <gdal_alg.h>
#include <ogr_srs_api.h>
#include <stdbool.h>
#include <stdlib.h>

#include "chance.h"
#include "curve.h"
#include "layer.h"
#include "nest.h"
#include "noise.h"
#include "village.h"

enum { ZONES = 2000, ZONE_MAX = 200, CABLE_LEVEL = 6, SURFACE = 2000, RASTER = 5000, TILE = 256 };

/* ---------------------------------------------------------------- fiber */

static OGRGeometryH zone(const villages *v, uint64_t i)
{
    const region *r = v->region;
    xy ring[ZONE_MAX + 1], c = v->centre[villages_find(v, chance(v->seed, USE_ZONE, i, 0))];
    double u = chance(v->seed, USE_ZONE, i, 1), away[2];
    double radius = chance_scale(r->zone[0], r->zone[1], u * u);
    size_t n = 60 + (size_t)(chance(v->seed, USE_ZONE, i, 2) * (ZONE_MAX - 60));
    chance_normal(v->seed, USE_ZONE, i, 3, away);
    c = (xy){c.x + 0.5 * radius * away[0], c.y + 0.5 * radius * away[1]};
    curve_blob(c, radius, chance_mix(i), n, 0.25, v->seed, ring);
    return layer_polygon(ring, n + 1);
}

void coverage_fiber(const region *r, uint64_t seed, const char *path)
{
    villages v = villages_make(r, seed);
    layer l = layer_create(path, wkbPolygon, false);
    for (int i = 0; i < ZONES; i++)
        layer_add(&l, i + 1, zone(&v, (uint64_t)i));
    layer_close(&l);
    villages_free(&v);
}

/* ---------------------------------------------------------------- cables */

void coverage_cables(const region *r, uint64_t seed, const char *path)
{
    villages v = villages_make(r, seed);
    layer l = layer_create(path, wkbLineString, false);
    for (uint64_t i = 0; i < (uint64_t)r->n_cables; i++) {
        xy way[CURVE_MAX], a = v.centre[villages_find(&v, chance(seed, USE_CABLE, i, 0))];
        double length = r->cable * (1 + 5 * chance(seed, USE_CABLE, i, 1)) / 6;
        double angle = TAU * chance(seed, USE_CABLE, i, 2);
        xy b = {a.x + length * cos(angle), a.y + length * sin(angle)};
        curve_make(a, b, chance_mix(i), CABLE_LEVEL, seed, way);
        layer_add(&l, (int)i + 1, layer_line(wkbLineString, way, (1 << CABLE_LEVEL) + 1));
    }
    layer_close(&l);
    villages_free(&v);
}

/* ---------------------------------------------------------------- rasters */

static GDALDatasetH raster(const region *r, const char *driver, const char *path, int side)
{
    char *tiled[] = {"TILED=YES", NULL};
    bool in_file = path[0] != '\0';
    GDALDatasetH d = GDALCreate(GDALGetDriverByName(driver), path, side, side, 1, GDT_Float32,
                                in_file ? tiled : NULL);
    if (d == NULL)
        die("cannot write", path);
    double affine[6] = {r->west, (r->east - r->west) / side,  0, r->north,
                        0,       (r->south - r->north) / side};
    OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
    OSRImportFromEPSG(crs, 4326);
    GDALSetGeoTransform(d, affine);
    GDALSetSpatialRef(d, crs);
    OSRRelease(crs);
    return d;
}

typedef enum surface {
    SMOOTH, /* persons: none below zero */
    ROUGH,  /* low along its edges: what is high is within rings */
} surface;

static float cell(surface kind, int x, int y, int side, uint64_t seed)
{
    double u = (double)x / side, v = (double)y / side;
    if (kind == SMOOTH) {
        double z = noise_at(u, v, 6, 0.55, seed) + 0.7;
        return (float)(z > 0 ? z * z : 0);
    }
    if (x == 0 || y == 0 || x == side - 1 || y == side - 1)
        return -9;
    return (float)noise_at(u, v, 8, 0.8, seed);
}

static void fill(GDALDatasetH d, surface kind, uint64_t seed)
{
    GDALRasterBandH band = GDALGetRasterBand(d, 1);
    int side = GDALGetRasterBandXSize(band);
    float *rows = malloc((size_t)side * TILE * sizeof *rows);
    for (int first = 0; first < side; first += TILE) {
        int n = side - first < TILE ? side - first : TILE;
        for (int i = 0; i < n * side; i++)
            rows[i] = cell(kind, i % side, first + i / side, side, seed);
        if (GDALRasterIO(band, GF_Write, 0, first, side, n, rows, side, n, GDT_Float32, 0, 0) !=
            CE_None)
            die("cannot write", "a raster");
    }
    free(rows);
}

void coverage_raster(const region *r, uint64_t seed, const char *path)
{
    GDALDatasetH d = raster(r, "GTiff", path, RASTER);
    fill(d, SMOOTH, seed + 100);
    GDALClose(d);
}

/* ---------------------------------------------------------------- mobile */

/* Where the surface is above the level. */
static OGRGeometryH above(GDALRasterBandH band, const char *level)
{
    char *options[] = {(char *)(size_t)level, NULL};
    GDALDatasetH d = GDALCreate(GDALGetDriverByName("Memory"), "", 0, 0, 0, GDT_Unknown, NULL);
    OGRLayerH lines = GDALDatasetCreateLayer(d, "lines", NULL, wkbLineString, NULL);
    if (GDALContourGenerateEx(band, lines, options, NULL, NULL) != CE_None)
        die("cannot trace", level);
    OGRGeometryH out = nest_lines(lines);
    GDALClose(d);
    return out;
}

void coverage_mobile(const region *r, uint64_t seed, const char *path)
{
    GDALDatasetH d = raster(r, "MEM", "", SURFACE);
    fill(d, ROUGH, seed);
    layer l = layer_create(path, wkbMultiPolygon, false);
    layer_add(&l, 1, above(GDALGetRasterBand(d, 1), "FIXED_LEVELS=-0.25"));
    layer_close(&l);
    GDALClose(d);
}
