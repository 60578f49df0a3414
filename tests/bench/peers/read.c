/* Merely reading, with GDAL: what a run would take that does nothing else.
 * SPDX-License-Identifier: MIT
 *
 * usage: bench_read features|arrow|raster FILE
 *
 * features: points and whole numbers, feature by feature; arrow: the same, as a stream of Arrow
 * batches; raster: the first band, block by block. Prints how many there were and what they add up
 * to, so that nothing can be left out. */
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_recordbatch.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct sums {
    long n;
    double places;
    int64_t numbers;
} sums;

static void die(const char *what, const char *which)
{
    fprintf(stderr, "bench_read: %s: %s\n", what, which);
    exit(1);
}

static GDALDatasetH open_file(const char *path, unsigned kind)
{
    /* A CSV's columns are texts, of no place, unless somebody asks. */
    static const char *const csv[] = {"X_POSSIBLE_NAMES=lon", "Y_POSSIBLE_NAMES=lat",
                                      "KEEP_GEOM_COLUMNS=NO", "AUTODETECT_TYPE=YES", NULL};
    const char *dot = strrchr(path, '.');
    int is_csv = dot != NULL && strcmp(dot, ".csv") == 0;
    GDALAllRegister();
    GDALDatasetH d = GDALOpenEx(path, kind, NULL, is_csv ? csv : NULL, NULL);
    if (d == NULL)
        die("cannot open", path);
    return d;
}

/* ---------------------------------------------------------------- features */

static void read_features(OGRLayerH layer, sums *s)
{
    int n = OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(layer));
    for (OGRFeatureH f; (f = OGR_L_GetNextFeature(layer)) != NULL; OGR_F_Destroy(f), s->n++) {
        OGRGeometryH g = OGR_F_GetGeometryRef(f);
        if (g != NULL)
            s->places += OGR_G_GetX(g, 0) + OGR_G_GetY(g, 0);
        for (int i = 0; i < n; i++)
            s->numbers += OGR_F_GetFieldAsInteger64(f, i);
    }
}

/* ---------------------------------------------------------------- Arrow */

/* WKB of points: an order, a type, two doubles. */
static void add_places(const struct ArrowArray *a, sums *s)
{
    const int32_t *offset = a->buffers[1];
    const char *bytes = a->buffers[2];
    for (int64_t i = 0; i < a->length; i++) {
        double p[2];
        if (offset[i + 1] - offset[i] < 21)
            continue;
        memcpy(p, bytes + offset[i] + 5, sizeof p);
        s->places += p[0] + p[1];
    }
}

static void add_column(const struct ArrowArray *a, const struct ArrowSchema *schema, sums *s)
{
    const void *value = a->buffers[1];
    if (strcmp(schema->format, "z") == 0)
        add_places(a, s);
    else if (strcmp(schema->name, "OGC_FID") == 0 || strcmp(schema->name, "fid") == 0)
        return;
    else if (strcmp(schema->format, "l") == 0)
        for (int64_t i = 0; i < a->length; i++)
            s->numbers += ((const int64_t *)value)[i];
    else if (strcmp(schema->format, "i") == 0)
        for (int64_t i = 0; i < a->length; i++)
            s->numbers += ((const int32_t *)value)[i];
}

static void read_arrow(OGRLayerH layer, sums *s)
{
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray batch;
    if (!OGR_L_GetArrowStream(layer, &stream, NULL) || stream.get_schema(&stream, &schema) != 0)
        die("no stream of", OGR_L_GetName(layer));
    while (stream.get_next(&stream, &batch) == 0 && batch.release != NULL) {
        s->n += batch.length;
        for (int64_t i = 0; i < batch.n_children; i++)
            add_column(batch.children[i], schema.children[i], s);
        batch.release(&batch);
    }
    schema.release(&schema);
    stream.release(&stream);
}

/* ---------------------------------------------------------------- rasters */

static void read_raster(GDALDatasetH d, sums *s)
{
    GDALRasterBandH band = GDALGetRasterBand(d, 1);
    int width, height;
    GDALGetBlockSize(band, &width, &height);
    if (GDALGetRasterDataType(band) != GDT_Float32)
        die("not a raster of floats", GDALGetDescription(d));
    int columns = (GDALGetRasterBandXSize(band) + width - 1) / width;
    int rows = (GDALGetRasterBandYSize(band) + height - 1) / height;
    float *block = malloc((size_t)width * (size_t)height * sizeof *block);
    for (int i = 0; i < columns * rows; i++) {
        if (GDALReadBlock(band, i % columns, i / columns, block) != CE_None)
            die("cannot read", GDALGetDescription(d));
        for (int k = 0; k < width * height; k++)
            s->places += (double)block[k];
        s->n += width * height;
    }
    free(block);
}

int main(int argc, char **argv)
{
    sums s = {0, 0, 0};
    if (argc < 3)
        die("usage", "bench_read features|arrow|raster FILE");
    int raster = strcmp(argv[1], "raster") == 0;
    GDALDatasetH d = open_file(argv[2], raster ? GDAL_OF_RASTER : GDAL_OF_VECTOR);
    if (raster)
        read_raster(d, &s);
    else if (strcmp(argv[1], "arrow") == 0)
        read_arrow(GDALDatasetGetLayer(d, 0), &s);
    else
        read_features(GDALDatasetGetLayer(d, 0), &s);
    GDALClose(d);
    printf("%ld %.6f %lld\n", s.n, s.places, (long long)s.numbers);
    return 0;
}
