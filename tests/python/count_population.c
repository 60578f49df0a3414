/* A population raster divided among the polygons of a layer, for test_population.py.
 * SPDX-License-Identifier: MIT
 *
 *     count_population RASTER LAYER ID_COLUMN
 *
 * Every feature is an area and a piece of its own. Prints "ID WEIGHT" for each, then read and
 * outside, in millionths. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gdal.h>

#include "engine/tally.h"
#include "io/population.h"

#define SCALE 1000000

static void check(cov_status s, const cov_error *err)
{
    if (s == COV_OK)
        return;
    fprintf(stderr, "count_population: %s\n", err->message);
    exit(1);
}

static void *room(size_t n, size_t size)
{
    void *block = calloc(n + 1, size);
    if (block == NULL)
        exit(1);
    return block;
}

static cov_areas *read_areas(OGRLayerH layer, const char *column, cov_shape *shape, size_t n)
{
    cov_area *area = room(n, sizeof *area);
    OGRFeatureH *feature = room(n, sizeof *feature);
    cov_areas *areas = NULL;
    cov_error err;
    for (size_t i = 0; i < n; i++) {
        feature[i] = OGR_L_GetNextFeature(layer);
        OGRGeometryH g = OGR_F_GetGeometryRef(feature[i]);
        shape[i].size = OGR_G_WkbSizeEx(g);
        shape[i].wkb = room(shape[i].size, 1);
        OGR_G_ExportToIsoWkb(g, wkbNDR, shape[i].wkb);
        const char *id =
            OGR_F_GetFieldAsString(feature[i], OGR_F_GetFieldIndex(feature[i], column));
        area[i] = (cov_area){id, NULL, NULL, shape[i].wkb, shape[i].size};
    }
    check(cov_areas_create(area, n, NULL, &areas, &err), &err);
    for (size_t i = 0; i < n; i++)
        OGR_F_Destroy(feature[i]);
    free(feature);
    free(area);
    return areas;
}

/* The features come in the order of their ids. */
static cov_partition make_partition(const cov_areas *areas, const cov_shape *shape, size_t n)
{
    cov_partition p = {areas, room(n, sizeof(cov_piece)), n, 0};
    for (size_t i = 0; i < n; i++)
        p.piece[i] = (cov_piece){(int32_t)i, 0, shape[i]};
    return p;
}

static cov_tally *count(const char *path, const cov_partition *partition,
                        OGRSpatialReferenceH plane)
{
    const cov_policy policy = {NULL, NULL, 0, 0, 0};
    const cov_service service = {"4g", NULL};
    cov_notes notes = COV_NOTES_INIT;
    cov_phases phases = cov_phases_start(NULL, NULL);
    cov_tally_options options = COV_TALLY_OPTIONS_INIT;
    cov_raster *raster = NULL;
    cov_tally *tally = NULL;
    cov_error err;
    options.scale = SCALE;
    check(cov_raster_open(path, &policy, &notes, &raster, &err), &err);
    check(cov_tally_create(partition->areas, &service, 1, &options, &tally, &err), &err);
    cov_population_task task = {raster, partition, plane, NULL, NULL, &notes, &phases};
    check(cov_population_count(&task, tally, NULL, &err), &err);
    cov_raster_close(raster);
    cov_notes_clear(&notes);
    return tally;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 1;
    cov_gdal_init();
    cov_error err;
    GDALDatasetH data = GDALOpenEx(argv[2], GDAL_OF_VECTOR, NULL, NULL, NULL);
    if (data == NULL)
        return 1;
    OGRLayerH layer = GDALDatasetGetLayer(data, 0);
    size_t n = (size_t)OGR_L_GetFeatureCount(layer, 1);
    cov_shape *shape = room(n, sizeof *shape);
    OGRSpatialReferenceH plane = NULL;
    check(cov_crs_from_layer(OGR_L_GetSpatialRef(layer), &plane, &err), &err);
    cov_areas *areas = read_areas(layer, argv[3], shape, n);
    cov_partition partition = make_partition(areas, shape, n);
    cov_tally *tally = count(argv[1], &partition, plane);
    cov_ledger ledger;
    for (size_t i = 0; i < tally->cells.n; i++)
        printf("%s %llu\n", cov_areas_id(areas, (size_t)tally->cells.cell[i].area),
               (unsigned long long)tally->cells.cell[i].weight);
    cov_tally_ledger(tally, &ledger);
    printf("read %llu\noutside %llu\n", (unsigned long long)ledger.read.weight,
           (unsigned long long)ledger.outside.weight);
    cov_tally_free(tally);
    cov_areas_free(areas);
    for (size_t i = 0; i < n; i++)
        free(shape[i].wkb);
    free(shape);
    free(partition.piece);
    OSRRelease(plane);
    GDALClose(data);
    return 0;
}
