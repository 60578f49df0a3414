/* A scene: areas and zones drawn as WKT, with their borders. SPDX-License-Identifier: MIT
 *
 * A test includes "layers.h" before. */
#ifndef COV_TESTS_SCENE_H
#define COV_TESTS_SCENE_H

#include "base/mem.h"
#include "io/borders.h"

#define SCENE_MAX 80

typedef struct scene {
    cov_shape area[SCENE_MAX]; /* their ids are 00, 01, ... */
    size_t n_areas;
    cov_shape zone_shape[SCENE_MAX]; /* one per zone */
    cov_zone zone[SCENE_MAX];
    size_t n_zones;
    cov_areas *areas;
    cov_borders borders;
} scene;

static inline cov_shape shape_of_wkt(const char *wkt)
{
    char *text = CPLStrdup(wkt), *at = text;
    OGRGeometryH g = NULL;
    cov_shape shape = {NULL, 0};
    if (OGR_G_CreateFromWkt(&at, NULL, &g) != OGRERR_NONE)
        fail_msg("bad WKT: %s", wkt);
    assert_int_equal(cov_shape_export(g, &shape, NULL), COV_OK);
    OGR_G_DestroyGeometry(g);
    CPLFree(text);
    return shape;
}

static inline OGRGeometryH geometry_of(const cov_shape *shape)
{
    OGRGeometryH g = NULL;
    assert_int_equal(OGR_G_CreateFromWkbEx(shape->wkb, NULL, &g, shape->size), OGRERR_NONE);
    return g;
}

static inline void scene_area(scene *s, cov_shape shape)
{
    assert_true(s->n_areas < SCENE_MAX);
    s->area[s->n_areas++] = shape;
}

static inline void scene_zone(scene *s, unsigned bit, cov_shape shape)
{
    assert_true(s->n_zones < SCENE_MAX);
    cov_shape *own = &s->zone_shape[s->n_zones];
    cov_footprint *footprint = NULL;
    const void *wkb = shape.wkb;
    *own = shape;
    assert_int_equal(cov_footprint_polygons(&wkb, &shape.size, 1, 1, &footprint, NULL), COV_OK);
    s->zone[s->n_zones++] = (cov_zone){own, 1, footprint, bit};
}

static inline void scene_build(scene *s)
{
    cov_area area[SCENE_MAX] = {{0}};
    char id[SCENE_MAX][8];
    cov_error err = {0};
    for (size_t i = 0; i < s->n_areas; i++) {
        snprintf(id[i], sizeof id[i], "%02zu", i);
        area[i].id = id[i];
        area[i].wkb = s->area[i].wkb;
        area[i].wkb_size = s->area[i].size;
    }
    if (cov_areas_create(area, s->n_areas, NULL, &s->areas, &err) != COV_OK ||
        cov_borders_create(s->areas, s->area, s->zone, s->n_zones, &s->borders, &err) != COV_OK)
        fail_msg("%s", err.message);
}

static inline void scene_clear(scene *s)
{
    cov_borders_clear(&s->borders);
    cov_areas_free(s->areas);
    for (size_t i = 0; i < s->n_areas; i++)
        cov_free(s->area[i].wkb);
    for (size_t i = 0; i < s->n_zones; i++) {
        cov_free(s->zone_shape[i].wkb);
        cov_footprint_free((cov_footprint *)s->zone[i].footprint);
    }
    memset(s, 0, sizeof *s);
}

/* The path of real data, COV_SHARED_DATA or beside the sources; NULL where it isn't there. */
static inline const char *shared_data(const char *name, char *out, size_t size)
{
    const char *folder = getenv("COV_SHARED_DATA"), *source = getenv("COV_SOURCE_ROOT");
    VSIStatBufL st;
    if (folder != NULL)
        snprintf(out, size, "%s/%s", folder, name);
    else
        snprintf(out, size, "%s/../shared/data/%s", source != NULL ? source : ".", name);
    if (VSIStatL(out, &st) == 0)
        return out;
    print_message("# skipped: there is no %s\n", out);
    return NULL;
}

#endif
