/* What the benchmarks of points share: where they are. SPDX-License-Identifier: MIT */
#ifndef COV_BENCH_RECORDS_H
#define COV_BENCH_RECORDS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct record {
    double x, y;
    char rest[16];
} record;

typedef struct records {
    size_t n;
    record *record;
} records;

/* Uniform in the extent, the same every time. */
static inline records make_records(size_t n, const double extent[4])
{
    records r = {n, malloc(n * sizeof(record))};
    uint64_t seed = 1;
    for (size_t i = 0; i < n; i++) {
        double u[2];
        for (int k = 0; k < 2; k++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            u[k] = (double)(seed >> 11) * 0x1p-53;
        }
        r.record[i].x = extent[0] + u[0] * (extent[2] - extent[0]);
        r.record[i].y = extent[1] + u[1] * (extent[3] - extent[1]);
    }
    return r;
}

/* A file of them; record is NULL where it can't be read. */
static inline records read_records(const char *path)
{
    records r = {0, NULL};
    FILE *f = fopen(path, "rb");
    if (f == NULL || fseek(f, 0, SEEK_END) != 0)
        return r;
    r.n = (size_t)ftell(f) / sizeof(record);
    rewind(f);
    r.record = malloc(r.n * sizeof(record));
    if (r.record != NULL && fread(r.record, sizeof(record), r.n, f) != r.n) {
        free(r.record);
        r.record = NULL;
    }
    fclose(f);
    return r;
}

#endif
