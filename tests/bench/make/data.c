/* Makes the data that whole runs are measured on. The same seed makes the same data.
 * SPDX-License-Identifier: MIT
 *
 * usage: bench_data REGION WHAT SEED OUT [N]
 *
 * REGION is province (64 communes), nation (10,600) or country (3,321). WHAT is communes, fiber,
 * mobile or cables (OUT is a shapefile), raster (a GeoTIFF), or households: N of them, a shapefile
 * and next to it the same as records of 32 bytes (.bin). */
#include <gdal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "layer.h"
#include "points.h"
#include "tiling.h"
#include "village.h"

static void write_households(const region *r, uint64_t seed, size_t n, const char *path)
{
    villages v = villages_make(r, seed);
    size_t length = strlen(path);
    if (length > 4 && strcmp(path + length - 4, ".csv") == 0)
        points_write_csv(&v, n, path);
    else
        points_write(&v, n, path);
    villages_free(&v);
}

typedef struct layer_kind {
    const char *name;
    void (*write)(const region *r, uint64_t seed, const char *path);
} layer_kind;

static const layer_kind kinds[] = {
    {"communes", tiling_write},  {"fiber", coverage_fiber},   {"mobile", coverage_mobile},
    {"cables", coverage_cables}, {"raster", coverage_raster},
};

int main(int argc, char **argv)
{
    if (argc < 5)
        die("usage", "bench_data REGION WHAT SEED OUT [N]");
    const region *r = region_find(argv[1]);
    uint64_t seed = strtoull(argv[3], NULL, 10);
    if (r == NULL)
        die("no such region", argv[1]);
    GDALAllRegister();
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(argv[2], kinds[i].name) == 0) {
            kinds[i].write(r, seed, argv[4]);
            return 0;
        }
    }
    if (strcmp(argv[2], "households") != 0 || argc < 6)
        die("neither a kind of layer, nor households and their number", argv[2]);
    write_households(r, seed, (size_t)strtoull(argv[5], NULL, 10), argv[4]);
    return 0;
}
