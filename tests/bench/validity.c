/* Which polygons are valid: libcov's proof against GEOSisValid.
 * SPDX-License-Identifier: MIT
 *
 * usage: bench_validity AREAS|VERTICES
 *
 * AREAS is any layer of polygons, taken as it is; a number makes one multipolygon of islands with
 * lakes that has about so many vertices. Both engines get WKB, one polygon after the other, in one
 * thread. Figures are medians of five, GEOS's of as many as fit into ten seconds. What is proved
 * must be valid, else the exit code is 1. */
#include <gdal.h>
#include <geos_c.h>
#include <math.h>
#include <ogr_api.h>
#include <stdio.h>
#include <stdlib.h>

#include "geometry/validity.h"
#include "timing.h"

enum { RUNS = 5, RING = 24, RINGS = 3 };

typedef struct polygons {
    size_t n;
    void **wkb;
    size_t *size;
    size_t vertices;
    char *proved, *valid;
} polygons;

static void die(const char *what)
{
    fprintf(stderr, "bench_validity: %s\n", what);
    exit(1);
}

static size_t count_vertices(OGRGeometryH g)
{
    size_t n = (size_t)OGR_G_GetPointCount(g);
    for (int i = 0; i < OGR_G_GetGeometryCount(g); i++)
        n += count_vertices(OGR_G_GetGeometryRef(g, i));
    return n;
}

static polygons room_for(size_t n)
{
    return (polygons){
        0, calloc(n, sizeof(void *)), calloc(n, sizeof(size_t)), 0, calloc(n, 1), calloc(n, 1)};
}

static void add(polygons *p, OGRGeometryH g)
{
    p->size[p->n] = (size_t)OGR_G_WkbSize(g);
    p->wkb[p->n] = malloc(p->size[p->n]);
    OGR_G_ExportToIsoWkb(g, wkbNDR, p->wkb[p->n++]);
    p->vertices += count_vertices(g);
}

static polygons read_polygons(const char *path)
{
    GDALAllRegister();
    GDALDatasetH data = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    if (data == NULL)
        die("cannot open the polygons");
    OGRLayerH layer = GDALDatasetGetLayer(data, 0);
    polygons p = room_for((size_t)OGR_L_GetFeatureCount(layer, 1));
    for (OGRFeatureH f; (f = OGR_L_GetNextFeature(layer)) != NULL; OGR_F_Destroy(f))
        add(&p, OGR_F_GetGeometryRef(f));
    GDALClose(data);
    return p;
}

static OGRGeometryH round_ring(double x, double y, double radius)
{
    OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing);
    for (int i = 0; i <= RING; i++) {
        double angle = 6.283185307179586 * (i % RING) / RING;
        OGR_G_AddPoint_2D(ring, x + radius * cos(angle), y + radius * sin(angle));
    }
    return ring;
}

/* Islands on a square of whole numbers, each with a lake, and in the lake an island. */
static polygons make_polygons(size_t vertices)
{
    int side = (int)ceil(sqrt((double)vertices / (RINGS * (RING + 1))));
    OGRGeometryH all = OGR_G_CreateGeometry(wkbMultiPolygon);
    for (int i = 0; i < side * side; i++) {
        double x = i % side + 1, y = i / side + 1;
        OGRGeometryH island = OGR_G_CreateGeometry(wkbPolygon);
        OGRGeometryH islet = OGR_G_CreateGeometry(wkbPolygon);
        OGR_G_AddGeometryDirectly(island, round_ring(x, y, 0.45));
        OGR_G_AddGeometryDirectly(island, round_ring(x, y, 0.35));
        OGR_G_AddGeometryDirectly(islet, round_ring(x, y, 0.2));
        OGR_G_AddGeometryDirectly(all, island);
        OGR_G_AddGeometryDirectly(all, islet);
    }
    polygons p = room_for(1);
    add(&p, all);
    OGR_G_DestroyGeometry(all);
    return p;
}

static double prove(const polygons *p)
{
    double start = now();
    for (size_t i = 0; i < p->n; i++)
        p->proved[i] = cov_validity_proved(p->wkb[i], p->size[i]);
    return now() - start;
}

static double ask(const polygons *p, GEOSContextHandle_t geos)
{
    double start = now();
    GEOSWKBReader *reader = GEOSWKBReader_create_r(geos);
    for (size_t i = 0; i < p->n; i++) {
        GEOSGeometry *g = GEOSWKBReader_read_r(geos, reader, p->wkb[i], p->size[i]);
        p->valid[i] = g != NULL && GEOSisValid_r(geos, g) == 1;
        GEOSGeom_destroy_r(geos, g);
    }
    GEOSWKBReader_destroy_r(geos, reader);
    return now() - start;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        die("usage: bench_validity AREAS|VERTICES");
    char *end = NULL;
    size_t vertices = (size_t)strtoul(argv[1], &end, 10);
    polygons p = *end == '\0' ? make_polygons(vertices) : read_polygons(argv[1]);
    GEOSContextHandle_t geos = GEOS_init_r();
    double own[RUNS], other[RUNS], spent = 0;
    size_t n_other = 0, proved = 0, valid = 0, wrong = 0;
    for (int k = 0; k < RUNS; k++) {
        own[k] = prove(&p);
        if (spent < 10)
            spent += other[n_other++] = ask(&p, geos);
    }
    GEOS_finish_r(geos);
    for (size_t i = 0; i < p.n; i++) {
        proved += p.proved[i] != 0;
        valid += p.valid[i] != 0;
        wrong += p.proved[i] && !p.valid[i];
    }
    double t = median(own, RUNS), geos_t = median(other, n_other);
    printf(
        "%zu polygons, %zu vertices: %zu valid, %zu proved; libcov %.1f ms, GEOS %.1f ms, %.1f x "
        "faster\n",
        p.n, p.vertices, valid, proved, 1e3 * t, 1e3 * geos_t, geos_t / t);
    return wrong != 0;
}
