/* SPDX-License-Identifier: MIT */
#include "points.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layer.h"

enum {
    RECORD = 28,
    HEADER = 100,
    DBF_HEADER = 32 + 2 * 32 + 1,
    ID = 10,
    SIZE = 2,
    ROW = 1 + ID + SIZE
};

typedef struct files {
    FILE *shp, *shx, *dbf, *bin;
} files;

static const char wgs84[] =
    "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],"
    "PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]";

static FILE *create(const char *path, const char *extension)
{
    char name[4096];
    size_t n = strlen(path);
    if (n < 4 || n >= sizeof name)
        die("not the name of a shapefile", path);
    memcpy(name, path, n + 1);
    memcpy(name + n - 3, extension, 4);
    FILE *f = fopen(name, "wb");
    if (f == NULL)
        die("cannot write", name);
    return f;
}

static void finish(FILE *f)
{
    int failed = ferror(f);
    if (fclose(f) != 0 || failed)
        die("cannot write", "the disk is full?");
}

static void write_text(const char *path, const char *extension, const char *text)
{
    FILE *f = create(path, extension);
    fputs(text, f);
    finish(f);
}

static void big_endian(unsigned char *out, size_t x)
{
    for (int i = 0; i < 4; i++)
        out[i] = (unsigned char)(x >> 8 * (3 - i));
}

/* Files are little-endian but for lengths, and so are the machines that this runs on. */
static void write_header(FILE *f, size_t words, const double extent[4])
{
    unsigned char h[HEADER] = {0};
    const int version = 1000, point = 1;
    big_endian(h, 9994);
    big_endian(h + 24, words);
    memcpy(h + 28, &version, 4);
    memcpy(h + 32, &point, 4);
    memcpy(h + 36, extent, 4 * sizeof *extent);
    fwrite(h, 1, sizeof h, f);
}

static void write_headers(files *f, size_t n, const double extent[4])
{
    rewind(f->shp);
    rewind(f->shx);
    write_header(f->shp, (HEADER + RECORD * n) / 2, extent);
    write_header(f->shx, (HEADER + 8 * n) / 2, extent);
}

static void write_dbf_header(FILE *f, size_t n)
{
    unsigned char h[DBF_HEADER] = {3, 124, 1, 1};
    const uint32_t rows = (uint32_t)n;
    memcpy(h + 4, &rows, 4);
    h[8] = DBF_HEADER;
    h[10] = ROW;
    memcpy(h + 32, "hh_id\0\0\0\0\0\0N", 12);
    h[32 + 16] = ID;
    memcpy(h + 64, "hh_size\0\0\0\0N", 12);
    h[64 + 16] = SIZE;
    h[DBF_HEADER - 1] = '\r';
    fwrite(h, 1, sizeof h, f);
}

static void write_record(files *f, size_t i, const household *h)
{
    unsigned char record[RECORD], place[8];
    char row[ROW + 1];
    const int point = 1;
    big_endian(record, i + 1);
    big_endian(record + 4, 10);
    memcpy(record + 8, &point, 4);
    memcpy(record + 12, &h->x, 8);
    memcpy(record + 20, &h->y, 8);
    fwrite(record, 1, sizeof record, f->shp);
    big_endian(place, (HEADER + RECORD * i) / 2);
    big_endian(place + 4, 10);
    fwrite(place, 1, sizeof place, f->shx);
    snprintf(row, sizeof row, " %*lld%*d", ID, (long long)h->id, SIZE, h->size);
    fwrite(row, 1, ROW, f->dbf);
    fwrite(h, sizeof *h, 1, f->bin);
}

static void widen(double extent[4], const household *h)
{
    extent[0] = h->x < extent[0] ? h->x : extent[0];
    extent[1] = h->y < extent[1] ? h->y : extent[1];
    extent[2] = h->x > extent[2] ? h->x : extent[2];
    extent[3] = h->y > extent[3] ? h->y : extent[3];
}

void points_write_csv(const villages *v, size_t n, const char *path)
{
    FILE *f = create(path, "csv");
    fputs("hh_id,hh_size,lon,lat\n", f);
    for (size_t i = 0; i < n; i++) {
        household h = villages_household(v, i);
        fprintf(f, "%lld,%d,%.8f,%.8f\n", (long long)h.id, h.size, h.x, h.y);
    }
    finish(f);
}

void points_write(const villages *v, size_t n, const char *path)
{
    files f = {create(path, "shp"), create(path, "shx"), create(path, "dbf"), create(path, "bin")};
    double extent[4] = {1e9, 1e9, -1e9, -1e9};
    write_headers(&f, n, extent);
    write_dbf_header(f.dbf, n);
    for (size_t i = 0; i < n; i++) {
        household h = villages_household(v, i);
        widen(extent, &h);
        write_record(&f, i, &h);
    }
    fputc(0x1a, f.dbf);
    write_headers(&f, n, extent);
    finish(f.shp);
    finish(f.shx);
    finish(f.dbf);
    finish(f.bin);
    write_text(path, "prj", wgs84);
    write_text(path, "cpg", "UTF-8");
}
