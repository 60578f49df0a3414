/* A result and a folder to write it to, and what is then found there.
 * SPDX-License-Identifier: MIT
 *
 * A test includes <cmocka.h> and defines _GNU_SOURCE before. */
#ifndef COV_TESTS_PLACE_H
#define COV_TESTS_PLACE_H

#include <dirent.h>
#include <ftw.h>
#include <math.h>
#include <unistd.h>

#include <cpl_conv.h>
#include <gdal.h>

#include "io/source.h"
#include "result.h"

static const char *const all_files[] = {"r.geojson", "r.geojsonl", "r.gpkg",
                                        "r.fgb",     "r.shp",      "r.csv"};
#define N_FILES (sizeof all_files / sizeof all_files[0])

/* ---------------------------------------------------------------- a folder */

typedef struct place {
    char folder[64];
    char path[128];
    result r;
    cov_error err;
} place;

static const char *in(place *p, const char *name)
{
    snprintf(p->path, sizeof p->path, "%s/%s", p->folder, name);
    return p->path;
}

static inline int remove_below(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    return walk->level > 0 ? remove(path) : 0;
}

static inline void empty(const char *folder)
{
    assert_int_equal(nftw(folder, remove_below, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline size_t count_entries(const char *folder)
{
    DIR *d = opendir(folder);
    size_t n = 0;
    assert_non_null(d);
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n - 2;
}

static inline int make_place(void **state)
{
    place *p = calloc(1, sizeof *p);
    strcpy(p->folder, "sink-XXXXXX");
    if (mkdtemp(p->folder) == NULL)
        return -1;
    result_init(&p->r);
    result_build(&p->r, "EPSG:3405", 1, 1, NULL, 0);
    *state = p;
    return 0;
}

static inline int leave_place(void **state)
{
    place *p = *state;
    empty(p->folder);
    rmdir(p->folder);
    result_clear(&p->r);
    free(p);
    return 0;
}

static inline void rebuild(place *p, uint32_t scale, uint64_t factor,
                           const cov_indicator *indicators, size_t n)
{
    result_clear(&p->r);
    result_init(&p->r);
    result_build(&p->r, "EPSG:3405", scale, factor, indicators, n);
}

static inline cov_status write_to(place *p, const char *name, int overwrite)
{
    cov_write_options o = COV_WRITE_OPTIONS_INIT;
    o.overwrite = overwrite;
    return cov_sink_write(&p->r.sheet, &p->r.layer, in(p, name), &o, &p->err);
}

static inline void assert_written(place *p, const char *name)
{
    cov_status s = write_to(p, name, 0);
    if (s != COV_OK)
        fail_msg("%s: %s", name, p->err.message);
}

static inline char *slurp(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    *size = 0;
    if (f == NULL)
        return NULL;
    char *text = calloc(1, 1 << 20);
    *size = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    return text;
}

/* All files of the folder, one behind the other, in the order of their names. */
static inline char *all_bytes(const char *folder, size_t *size)
{
    struct dirent **list;
    int n = scandir(folder, &list, NULL, alphasort);
    char *all = calloc(1, 4 << 20);
    *size = 0;
    for (int i = 0; i < n; i++) {
        char path[512];
        size_t some;
        snprintf(path, sizeof path, "%s/%s", folder, list[i]->d_name);
        char *text = list[i]->d_name[0] != '.' ? slurp(path, &some) : NULL;
        if (text != NULL) {
            memcpy(all + *size, text, some);
            *size += some;
        }
        free(text);
        free(list[i]);
    }
    free(list);
    return all;
}

/* ---------------------------------------------------------------- reading back */

static inline GDALDatasetH open_file(const char *path)
{
    const char *const options[] = {"NATIVE_DATA=YES", NULL};
    int json = strstr(path, ".geojson") != NULL && strstr(path, ".geojsonl") == NULL;
    GDALDatasetH ds =
        GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY, NULL, json ? options : NULL, NULL);
    assert_non_null(ds);
    return ds;
}

/* "null" for null: the texts of the rows hold no such word. */
static const char *text_at(OGRFeatureH f, const char *name)
{
    int i = OGR_F_GetFieldIndex(f, name);
    if (i < 0)
        fail_msg("there is no column %s", name);
    const char *text = OGR_F_GetFieldAsString(f, i);
    return !OGR_F_IsFieldSetAndNotNull(f, i) || text[0] == '\0' ? "null" : text;
}

typedef struct wanted {
    const char *id, *name, *district, *province, *level;
    const char *households, *n, *pct; /* of indicator fiber */
} wanted;

static const wanted rows[] = {
    {"00123", "Xã Vĩnh Hậu A", "01", "95", "area", "5", "3", "60"},
    {"00124", "=1+1", "01", "95", "area", "3", "1", "33.3333"},
    {"00125", "null", "null", "95", "area", "1", "0", "0"},
    {"00126", "Phường \"8\", Bạc Liêu", "02", "95", "area", "0", "0", "null"},
    {"null", "null", "01", "95", "ma_huyen", "8", "4", "50"},
    {"null", "null", "02", "95", "ma_huyen", "0", "0", "null"},
    {"null", "null", "null", "95", "ma_huyen", "1", "0", "0"},
    {"null", "null", "null", "95", "ma_tinh", "9", "4", "44.4444"},
    {"null", "null", "null", "null", "total", "9", "4", "44.4444"},
};
#define N_ROWS (sizeof rows / sizeof rows[0])

static inline void assert_number(OGRFeatureH f, const char *name, const char *want)
{
    const char *text = text_at(f, name);
    if (strcmp(want, "null") == 0)
        assert_string_equal(text, "null");
    else if (fabs(CPLAtof(text) - CPLAtof(want)) > 1e-12)
        fail_msg("%s is %s, not %s", name, text, want);
}

static inline void assert_row(OGRFeatureH f, const wanted *w, const char *name_00124)
{
    int is_formula = strcmp(w->name, "=1+1") == 0;
    assert_string_equal(text_at(f, "ma_xa"), w->id);
    assert_string_equal(text_at(f, "ten_xa"), is_formula ? name_00124 : w->name);
    assert_string_equal(text_at(f, "ma_huyen"), w->district);
    assert_string_equal(text_at(f, "ma_tinh"), w->province);
    assert_string_equal(text_at(f, "level"), w->level);
    assert_number(f, "households", w->households);
    assert_number(f, "fiber_n", w->n);
    assert_number(f, "fiber_pct", w->pct);
}

/* The signed area: above 0 is counter-clockwise. */
static inline double winding(OGRGeometryH ring)
{
    double sum = 0;
    for (int i = 0; i + 1 < OGR_G_GetPointCount(ring); i++)
        sum += OGR_G_GetX(ring, i) * OGR_G_GetY(ring, i + 1) -
               OGR_G_GetX(ring, i + 1) * OGR_G_GetY(ring, i);
    return sum / 2;
}

static inline void assert_shape(OGRFeatureH f, size_t index, int wgs84)
{
    OGRGeometryH g = OGR_F_GetGeometryRef(f);
    assert_non_null(g);
    int is_multi = wkbFlatten(OGR_G_GetGeometryType(g)) == wkbMultiPolygon;
    OGRGeometryH ring = OGR_G_GetGeometryRef(is_multi ? OGR_G_GetGeometryRef(g, 0) : g, 0);
    OGREnvelope e;
    OGR_G_GetEnvelope(g, &e);
    if (!wgs84) {
        assert_true(e.MinX == WEST + 1000 * (double)index && e.MaxX == e.MinX + 1000);
        assert_true(e.MinY == SOUTH && e.MaxY == SOUTH + 1000);
        return;
    }
    /* RFC 7946: shells counter-clockwise, though they came clockwise; 7 decimals */
    assert_true(winding(ring) > 0);
    assert_true(e.MinX > 105.54 && e.MaxX < 105.60 && e.MinY > 9.22 && e.MaxY < 9.24);
    double x = OGR_G_GetX(ring, 0) * 1e7;
    assert_true(fabs(x - round(x)) < 1e-3);
}

/* Every row of a file. `last` rows are in it. */
static inline void assert_file(place *p, const char *name, size_t last, const char *name_00124)
{
    GDALDatasetH ds = open_file(in(p, name));
    OGRLayerH layer = GDALDatasetGetLayer(ds, 0);
    int shapes = strstr(name, ".csv") == NULL, wgs84 = strstr(name, ".geojson") != NULL;
    assert_int_equal(OGR_L_GetFeatureCount(layer, 1), last);
    for (size_t i = 0; i < last; i++) {
        OGRFeatureH f = OGR_L_GetNextFeature(layer);
        assert_non_null(f);
        assert_row(f, &rows[i], name_00124);
        if (shapes && i < N_RESULT_AREAS)
            assert_shape(f, i, wgs84);
        else
            assert_null(OGR_F_GetGeometryRef(f));
        OGR_F_Destroy(f);
    }
    if (shapes) {
        OGRSpatialReferenceH crs = OGR_L_GetSpatialRef(layer);
        assert_non_null(crs);
        assert_non_null(strstr(OSRGetName(crs), wgs84 ? "WGS 84" : "VN-2000"));
    }
    GDALClose(ds);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, leave_place)

#endif
