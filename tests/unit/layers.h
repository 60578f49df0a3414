/* What the tests of reading share: files in memory, made by GDAL or byte by byte.
 * SPDX-License-Identifier: MIT */
#ifndef COV_TESTS_LAYERS_H
#define COV_TESTS_LAYERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include "io/source.h"

#define HERE "/vsimem/cov/"

static inline void put_bytes(const char *path, const void *bytes, size_t size)
{
    VSILFILE *file = VSIFOpenL(path, "wb");
    assert_non_null(file);
    assert_int_equal(VSIFWriteL(bytes, 1, size, file), size);
    assert_int_equal(VSIFCloseL(file), 0);
}

static inline void put_text(const char *path, const char *text)
{
    put_bytes(path, text, strlen(text));
}

static inline unsigned char *get_bytes(const char *path, size_t *size)
{
    vsi_l_offset length = 0;
    GByte *bytes = NULL;
    assert_true(VSIIngestFile(NULL, path, &bytes, &length, -1));
    *size = (size_t)length;
    return bytes;
}

/* n squares of one unit in a row, ids "00001" ..., names in Vietnamese; crs NULL: none. */
static inline void put_squares(const char *driver, const char *path, int n, const char *crs,
                               const char *encoding)
{
    char **options = NULL;
    cov_gdal_init();
    if (encoding != NULL)
        options = CSLSetNameValue(options, "ENCODING", encoding);
    OGRSpatialReferenceH srs = NULL;
    if (crs != NULL) {
        srs = OSRNewSpatialReference(NULL);
        assert_int_equal(OSRSetFromUserInput(srs, crs), OGRERR_NONE);
        OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
    }
    GDALDatasetH d = GDALCreate(GDALGetDriverByName(driver), path, 0, 0, 0, GDT_Unknown, NULL);
    assert_non_null(d);
    OGRLayerH l = GDALDatasetCreateLayer(d, CPLGetBasename(path), srs, wkbPolygon, options);
    assert_non_null(l);
    static const char *const columns[] = {"ma_xa", "ten_xa", "ma_huyen"};
    for (size_t k = 0; k < 3; k++) {
        OGRFieldDefnH f = OGR_Fld_Create(columns[k], OFTString);
        OGR_Fld_SetWidth(f, 30);
        assert_int_equal(OGR_L_CreateField(l, f, TRUE), OGRERR_NONE);
        OGR_Fld_Destroy(f);
    }
    for (int i = 0; i < n; i++) {
        char text[200];
        OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(l));
        snprintf(text, sizeof text, "%05d", i + 1);
        OGR_F_SetFieldString(f, 0, text);
        OGR_F_SetFieldString(f, 1, encoding != NULL ? "Phường Bạc Liêu" : "Bac Lieu");
        OGR_F_SetFieldString(f, 2, "954");
        snprintf(text, sizeof text, "POLYGON((%d 0,%d 0,%d 1,%d 1,%d 0))", i, i + 1, i + 1, i, i);
        char *wkt = text;
        OGRGeometryH g = NULL;
        assert_int_equal(OGR_G_CreateFromWkt(&wkt, NULL, &g), OGRERR_NONE);
        OGR_F_SetGeometryDirectly(f, g);
        assert_int_equal(OGR_L_CreateFeature(l, f), OGRERR_NONE);
        OGR_F_Destroy(f);
    }
    GDALClose(d);
    if (srs != NULL)
        OSRRelease(srs);
    CSLDestroy(options);
}

static inline void remove_all(void)
{
    VSIRmdirRecursive("/vsimem/cov");
    VSIMkdir("/vsimem/cov", 0755);
}

/* Whether a note holds the text. */
static inline int noted(const cov_notes *notes, const char *text)
{
    for (size_t i = 0; i < notes->n; i++) {
        if (strstr(notes->note[i].text, text) != NULL)
            return 1;
    }
    return 0;
}

static inline void assert_says(const cov_error *err, const char *text)
{
    if (strstr(err->message, text) == NULL)
        fail_msg("\"%s\" doesn't say \"%s\"", err->message, text);
}

/* Every message that isn't caught by the library ends the test. */
static void CPL_STDCALL loud(CPLErr kind, CPLErrorNum number, const char *text)
{
    (void)number;
    if (kind >= CE_Warning)
        fprintf(stderr, "# GDAL, uncaught: %s\n", text);
}

#endif
