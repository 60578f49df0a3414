/* A small result, made by hand: four areas, two districts, three services.
 * SPDX-License-Identifier: MIT
 *
 * Squares of 1 km side by side in VN-2000 / UTM 48N, their rings clockwise:
 *
 *     00123 "Xã Vĩnh Hậu A"            district 01   5 households, 3 with fiber of viettel
 *     00124 "=1+1"                     district 01   3 households, 1 of vnpt, 3 with 4g
 *     00125 (no name)                  none          1 household, nothing
 *     00126 "Phường \"8\", Bạc Liêu"   district 02   none
 *
 * and 2 outside. Where the scale is 1000 each weight has 0.1 household more per point. */
#ifndef COV_TESTS_RESULT_H
#define COV_TESTS_RESULT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/manifest.h"
#include "io/sink.h"

#define N_RESULT_AREAS 4
#define WEST 560000.0
#define SOUTH 1020000.0

typedef struct result {
    cov_area area[N_RESULT_AREAS];
    cov_shape shape[N_RESULT_AREAS];
    const char *parent[N_RESULT_AREAS][2];
    const char *levels[2];
    size_t n_levels;
    cov_area_layer layer;
    cov_tally *tally;
    cov_report *report;
    char *manifest;
    cov_sheet_base base;
    cov_sheet sheet;
} result;

static inline void give_up(const char *what, const cov_error *err)
{
    fprintf(stderr, "%s: %s\n", what, err->message);
    exit(99);
}

static inline void put_little(unsigned char **at, const void *value, size_t size)
{
    const uint16_t one = 1;
    const int little = *(const unsigned char *)&one;
    for (size_t i = 0; i < size; i++)
        *(*at)++ = ((const unsigned char *)value)[little ? i : size - 1 - i];
}

/* A square, clockwise: 1 + 4 + 4 + 4 + 5 * 16 bytes. */
static inline cov_shape square(double x, double y, double side)
{
    const double ring[5][2] = {{x, y}, {x, y + side}, {x + side, y + side}, {x + side, y}, {x, y}};
    const uint32_t polygon = 3, rings = 1, vertices = 5;
    cov_shape shape = {malloc(93), 93};
    unsigned char *at = shape.wkb;
    if (at == NULL)
        exit(99);
    *at++ = 1;
    put_little(&at, &polygon, 4);
    put_little(&at, &rings, 4);
    put_little(&at, &vertices, 4);
    for (int i = 0; i < 5; i++) {
        put_little(&at, &ring[i][0], 8);
        put_little(&at, &ring[i][1], 8);
    }
    return shape;
}

/* The texts and shapes; a test may change them before result_build. */
static inline void result_init(result *r)
{
    static const char *const ids[] = {"00123", "00124", "00125", "00126"};
    static const char *const names[] = {"Xã Vĩnh Hậu A", "=1+1", NULL, "Phường \"8\", Bạc Liêu"};
    static const char *const parents[] = {"01", "01", NULL, "02"};
    memset(r, 0, sizeof *r);
    for (size_t i = 0; i < N_RESULT_AREAS; i++) {
        r->shape[i] = square(WEST + 1000 * (double)i, SOUTH, 1000);
        r->parent[i][0] = parents[i];
        r->parent[i][1] = "95";
        r->area[i] = (cov_area){ids[i], names[i], r->parent[i], r->shape[i].wkb, r->shape[i].size};
    }
    r->levels[0] = "ma_huyen";
    r->levels[1] = "ma_tinh";
    r->n_levels = 2;
    r->layer.label = "communes.shp";
    r->layer.id_column = "ma_xa";
    r->layer.name_column = "ten_xa";
    r->base.name = "households";
}

static inline void result_push(result *r, uint32_t scale, uint64_t factor, cov_error *err)
{
    /* place, households, services: 1 fiber/viettel, 2 fiber/vnpt, 4 4g/viettel */
    static const struct {
        double place;
        uint64_t weight, served;
    } point[] = {{0.5, 3, 1}, {0.5, 2, 0}, {1.5, 1, 6}, {1.5, 2, 4}, {2.5, 1, 0}, {-3, 2, 1}};
    const cov_service services[] = {
        {"fiber/viettel", NULL}, {"fiber/vnpt", NULL}, {"4g/viettel", NULL}};
    cov_tally_options o = COV_TALLY_OPTIONS_INIT;
    double x[6], y[6];
    uint64_t weight[6], served[6];
    for (int i = 0; i < 6; i++) {
        x[i] = WEST + 1000 * point[i].place;
        y[i] = SOUTH + 500;
        weight[i] = point[i].weight * factor * scale + (scale == 1000 ? 100 : 0);
        served[i] = point[i].served;
    }
    cov_points p = COV_POINTS_INIT;
    p.n = 6;
    p.x = x;
    p.y = y;
    p.weight = weight;
    p.served = served;
    o.scale = scale;
    if (cov_tally_create(r->layer.areas, services, 3, &o, &r->tally, err) != COV_OK ||
        cov_tally_push(r->tally, &p, err) != COV_OK)
        give_up("tally", err);
}

static inline void result_build(result *r, const char *crs, uint32_t scale, uint64_t factor,
                                const cov_indicator *indicators, size_t n_indicators)
{
    cov_error err = {0};
    cov_areas_options o = COV_AREAS_OPTIONS_INIT;
    const cov_manifest_source sources[] = {{"areas", "communes.shp", "EPSG:3405", "none", 0, NULL},
                                           {"households", "hộ.csv", "EPSG:3405", NULL, 0, NULL},
                                           {"4g/viettel", "column has_4g", NULL, NULL, 0, "=1"}};
    o.levels = r->levels;
    o.n_levels = r->n_levels;
    if (cov_areas_create(r->area, N_RESULT_AREAS, &o, &r->layer.areas, &err) != COV_OK ||
        (crs != NULL && cov_crs_from_text(crs, &r->layer.crs, &err) != COV_OK))
        give_up("areas", &err);
    r->layer.shapes = r->shape;
    r->layer.n_shapes = N_RESULT_AREAS;
    result_push(r, scale, factor, &err);
    if (cov_report_create(r->tally, indicators, n_indicators, &r->report, &err) != COV_OK)
        give_up("report", &err);
    cov_note note[] = {{COV_NOTE_WARNING, "a \"note\" / về Bạc Liêu"}};
    const cov_notes notes = {note, 1, 1};
    const cov_manifest_base base = {r->base.name, NULL, r->report, -250000000};
    const cov_manifest manifest = {.bases = &base,
                                   .n_bases = 1,
                                   .tally = r->tally,
                                   .sources = sources,
                                   .n_sources = 3,
                                   .notes = &notes};
    if (cov_manifest_write(&manifest, &r->manifest, &err) != COV_OK)
        give_up("manifest", &err);
    r->base.report = r->report;
    r->sheet.base = &r->base;
    r->sheet.n_bases = 1;
    r->sheet.areas = r->layer.areas;
    r->sheet.id_column = r->layer.id_column;
    r->sheet.name_column = r->layer.name_column;
    r->sheet.manifest = r->manifest;
}

static inline void result_clear(result *r)
{
    free(r->manifest);
    cov_report_free(r->report);
    cov_tally_free(r->tally);
    cov_areas_free(r->layer.areas);
    if (r->layer.crs != NULL)
        OSRRelease(r->layer.crs);
    for (size_t i = 0; i < N_RESULT_AREAS; i++)
        free(r->shape[i].wkb);
    memset(r, 0, sizeof *r);
}

#endif
