/* SPDX-License-Identifier: MIT */
#include "nest.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "layer.h"

typedef struct ring {
    size_t n;
    xy *vertex; /* closed */
    OGREnvelope box;
    double area;
    int depth;  /* how many others it is within */
    int parent; /* the smallest of these, or -1 */
} ring;

static double area(const ring *r)
{
    double sum = 0;
    xy o = r->vertex[0];
    for (size_t i = 1; i < r->n; i++) {
        xy a = r->vertex[i - 1], b = r->vertex[i];
        sum += (a.x - o.x) * (b.y - o.y) - (b.x - o.x) * (a.y - o.y);
    }
    return fabs(sum) / 2;
}

static ring read_ring(OGRFeatureH f)
{
    OGRGeometryH g = OGR_F_GetGeometryRef(f);
    ring r = {.n = (size_t)OGR_G_GetPointCount(g), .parent = -1};
    r.vertex = malloc(r.n * sizeof *r.vertex);
    OGR_G_GetPoints(g, &r.vertex->x, sizeof(xy), &r.vertex->y, sizeof(xy), NULL, 0);
    OGR_G_GetEnvelope(g, &r.box);
    xy first = r.vertex[0], last = r.vertex[r.n - 1];
    if (r.n < 4 || first.x != last.x || first.y != last.y)
        die("not a closed line", "of a surface that is low at its edges");
    r.area = area(&r);
    return r;
}

static bool within(xy p, const ring *r)
{
    bool odd = false;
    if (p.x < r->box.MinX || p.x > r->box.MaxX || p.y < r->box.MinY || p.y > r->box.MaxY)
        return false;
    for (size_t i = 1; i < r->n; i++) {
        xy a = r->vertex[i - 1], b = r->vertex[i];
        if ((a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x))
            odd = !odd;
    }
    return odd;
}

static void find_parents(ring *r, int n)
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < n; k++) {
            if (r[k].area <= r[i].area || !within(r[i].vertex[0], &r[k]))
                continue;
            r[i].depth++;
            if (r[i].parent < 0 || r[k].area < r[r[i].parent].area)
                r[i].parent = k;
        }
    }
}

static OGRGeometryH assemble(const ring *r, int n)
{
    OGRGeometryH whole = OGR_G_CreateGeometry(wkbMultiPolygon);
    OGRGeometryH *part = calloc((size_t)n, sizeof *part);
    for (int i = 0; i < n; i++)
        if (r[i].depth % 2 == 0)
            part[i] = layer_polygon(r[i].vertex, r[i].n);
    for (int i = 0; i < n; i++)
        if (r[i].depth % 2 == 1)
            OGR_G_AddGeometryDirectly(part[r[i].parent],
                                      layer_line(wkbLinearRing, r[i].vertex, r[i].n));
    for (int i = 0; i < n; i++)
        if (part[i] != NULL)
            OGR_G_AddGeometryDirectly(whole, part[i]);
    free(part);
    return whole;
}

OGRGeometryH nest_lines(OGRLayerH lines)
{
    int n = 0;
    ring *r = calloc((size_t)OGR_L_GetFeatureCount(lines, TRUE), sizeof *r);
    OGR_L_ResetReading(lines);
    for (OGRFeatureH f; (f = OGR_L_GetNextFeature(lines)) != NULL; OGR_F_Destroy(f))
        r[n++] = read_ring(f);
    find_parents(r, n);
    OGRGeometryH out = assemble(r, n);
    for (int i = 0; i < n; i++)
        free(r[i].vertex);
    free(r);
    return out;
}
