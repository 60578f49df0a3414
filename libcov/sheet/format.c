/* SPDX-License-Identifier: MIT */
#include "sheet/format.h"

#include <string.h>

#include "base/text.h"

static const cov_format formats[] = {
    {"GeoJSON",
     {"geojson", "json", NULL},
     COV_FORMAT_SHAPES | COV_FORMAT_JSON | COV_FORMAT_WGS84 | COV_FORMAT_TEXT |
         COV_FORMAT_MANIFEST},
    {"GeoJSONSeq",
     {"geojsonl", "geojsons", NULL},
     COV_FORMAT_SHAPES | COV_FORMAT_JSON | COV_FORMAT_WGS84 | COV_FORMAT_TEXT},
    {"GPKG", {"gpkg", NULL}, COV_FORMAT_SHAPES | COV_FORMAT_MANIFEST | COV_FORMAT_SQLITE},
    {"FlatGeobuf", {"fgb", NULL}, COV_FORMAT_SHAPES | COV_FORMAT_AREAS},
    {"ESRI Shapefile", {"shp", NULL}, COV_FORMAT_SHAPES | COV_FORMAT_DBF},
    {"CSV", {"csv", NULL}, COV_FORMAT_TEXT | COV_FORMAT_CSV},
    {COV_FORMAT_OF_PARTS, {"cov", NULL}, COV_FORMAT_PART | COV_FORMAT_MANIFEST},
};

#define N_FORMATS (sizeof formats / sizeof formats[0])

static const char *extension_of(const char *path)
{
    const char *base = strrchr(path, '/');
    const char *dot = strrchr(base != NULL ? base : path, '.');
    return dot != NULL ? dot + 1 : "";
}

static int has_extension(const cov_format *format, const char *extension)
{
    for (size_t i = 0; format->extensions[i] != NULL; i++) {
        if (cov_text_same(format->extensions[i], extension))
            return 1;
    }
    return 0;
}

cov_status cov_format_find(const char *name, const char *path, const cov_format **out,
                           cov_error *err)
{
    for (size_t i = 0; i < N_FORMATS; i++) {
        if (name != NULL ? cov_text_same(formats[i].name, name)
                         : has_extension(&formats[i], extension_of(path))) {
            *out = &formats[i];
            return COV_OK;
        }
    }
    if (name != NULL)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the format \"%s\" is not known: use GeoJSON, GeoJSONSeq, GPKG, "
                        "FlatGeobuf, \"ESRI Shapefile\", CSV or part",
                        name);
    if (strcmp(path, "-") == 0)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "standard output needs a format: GeoJSON, GeoJSONSeq or CSV");
    return cov_fail(err, COV_ERR_ARGUMENT,
                    "%s: no format has the extension \"%s\": use .geojson, .geojsonl, .gpkg, .fgb, "
                    ".shp, .csv or .cov, or name the format",
                    path, extension_of(path));
}
