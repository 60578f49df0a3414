/* SPDX-License-Identifier: MIT
 *
 * Hexagons, laid like bricks; their corners are shaken and warped, their borders ragged. A border
 * is made from its two corners alone, always from the lesser to the greater, so that both
 * neighbours have the same vertices. */
#include "tiling.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "curve.h"
#include "layer.h"

typedef struct tiling {
    const region *region;
    uint64_t seed;
    double width, height; /* of a hexagon, degrees */
} tiling;

/* Of corners; a hexagon is called as its south-western corner. */
typedef struct place {
    int column, row;
} place;

enum { ENCLAVE = 48 };

static uint64_t place_key(place p)
{
    return (uint64_t)p.row << 32 | (uint32_t)p.column;
}

static xy corner(const tiling *t, place p)
{
    const region *r = t->region;
    double wide = r->east - r->west, high = r->north - r->south;
    double u = chance(t->seed, USE_NODE_X, place_key(p), 0) - 0.5;
    double v = chance(t->seed, USE_NODE_Y, place_key(p), 0) - 0.5;
    double brick = (p.column - p.row) % 2 == 0 ? 1.0 / 6 : -1.0 / 6;
    double x = (p.column / 2.0 + 0.3 * u) * t->width;
    double y = (p.row + brick + 0.3 * v) * t->height;
    double east = TAU * x / wide, north = TAU * y / high;
    return (xy){r->west + x + 0.045 * wide * sin(1.5 * east + 1) * cos(north),
                r->south + y + 0.040 * high * sin(2 * north + 2) * cos(east)};
}

static xy centre(const tiling *t, place p)
{
    xy a = corner(t, (place){p.column + 1, p.row}), b = corner(t, (place){p.column + 1, p.row + 1});
    return (xy){(a.x + b.x) / 2, (a.y + b.y) / 2};
}

/* The hexagons whose centre is inside the region, row by row; out may be NULL. */
static int choose(const tiling *t, place *out, int at_most)
{
    const region *r = t->region;
    int n = 0, columns = (int)((r->east - r->west) / t->width) + 2;
    int rows = (int)((r->north - r->south) / t->height) + 2;
    for (int row = 0; row < rows; row++) {
        for (int i = 0; i < columns && n < at_most; i++) {
            place p = {2 * i + row % 2, row};
            xy c = centre(t, p);
            if (!r->inside(c.x, c.y))
                continue;
            if (out != NULL)
                out[n] = p;
            n++;
        }
    }
    return n;
}

/* The largest hexagons of which there are enough. */
static void fit(tiling *t)
{
    const region *r = t->region;
    double size = 3 * (r->east - r->west) / sqrt(r->n_communes);
    do {
        size *= 0.985;
        t->width = 1.1 * size;
        t->height = 0.95 * size;
    } while (choose(t, NULL, r->n_communes) < r->n_communes);
}

/* Without its last vertex, which begins the next border. */
static size_t border(const tiling *t, place a, place b, xy *out)
{
    xy way[CURVE_MAX];
    bool back = a.row > b.row || (a.row == b.row && a.column > b.column);
    place from = back ? b : a, to = back ? a : b;
    uint64_t key = chance_mix(place_key(from)) ^ place_key(to);
    int level = t->region->levels[chance_bits(t->seed, USE_LEVEL, key, 0) % 3];
    size_t n = (size_t)1 << level;
    curve_make(corner(t, from), corner(t, to), key, level, t->seed, way);
    for (size_t i = 0; i < n; i++)
        out[i] = way[back ? n - i : i];
    return n;
}

static OGRGeometryH hexagon(const tiling *t, place p)
{
    static const int column[] = {0, 1, 2, 2, 1, 0}, row[] = {0, 0, 0, 1, 1, 1};
    xy ring[6 * CURVE_MAX + 1];
    size_t n = 0;
    for (int i = 0; i < 6; i++) {
        place a = {p.column + column[i], p.row + row[i]};
        place b = {p.column + column[(i + 1) % 6], p.row + row[(i + 1) % 6]};
        n += border(t, a, b, ring + n);
    }
    ring[n++] = ring[0];
    return layer_polygon(ring, n);
}

/* A ring about the middle of the hexagon. */
static void enclave(const tiling *t, place p, xy ring[ENCLAVE + 1])
{
    curve_blob(centre(t, p), 0.11 * t->height, place_key(p), ENCLAVE, 0.3, t->seed, ring);
}

static bool has_enclave(const tiling *t, const place *p, int i, int n)
{
    return i >= 0 && i % t->region->hole_every == 0 && i + 1 < n && p[i + 1].row == p[i].row &&
           p[i + 1].column == p[i].column + 2;
}

static OGRGeometryH commune(const tiling *t, const place *p, int i, int n)
{
    xy ring[ENCLAVE + 1];
    OGRGeometryH whole = OGR_G_CreateGeometry(wkbMultiPolygon), own = hexagon(t, p[i]);
    if (has_enclave(t, p, i, n)) {
        enclave(t, p[i], ring);
        OGR_G_AddGeometryDirectly(own, layer_line(wkbLinearRing, ring, ENCLAVE + 1));
    }
    OGR_G_AddGeometryDirectly(whole, own);
    if (has_enclave(t, p, i - 1, n)) {
        enclave(t, p[i - 1], ring);
        OGR_G_AddGeometryDirectly(whole, layer_polygon(ring, ENCLAVE + 1));
    }
    return whole;
}

void tiling_write(const region *r, uint64_t seed, const char *path)
{
    tiling t = {r, seed, 0, 0};
    place *p = malloc((size_t)r->n_communes * sizeof *p);
    layer l = layer_create(path, wkbMultiPolygon, true);
    fit(&t);
    int n = choose(&t, p, r->n_communes);
    for (int i = 0; i < n; i++)
        layer_add(&l, i + 1, commune(&t, p, i, n));
    layer_close(&l);
    free(p);
}
