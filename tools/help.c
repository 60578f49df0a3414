/* SPDX-License-Identifier: MIT */
#include "option.h"

#include <string.h>

enum { HELP_WIDTH = 80, HELP_INDENT = 30 };

/* Words of `text` from column HELP_INDENT on, broken before HELP_WIDTH; the cursor stands at
 * `column`. */
static void add_wrapped(GString *out, size_t column, const char *text)
{
    char **words = g_strsplit(text, " ", -1);
    for (size_t i = 0; words[i] != NULL; i++) {
        if (column + 1 + strlen(words[i]) > HELP_WIDTH) {
            g_string_append_c(out, '\n');
            column = 0;
        }
        size_t blanks = column < HELP_INDENT ? HELP_INDENT - column : 1;
        g_string_append_printf(out, "%*s%s", (int)blanks, "", words[i]);
        column += blanks + strlen(words[i]);
    }
    g_string_append_c(out, '\n');
    g_strfreev(words);
}

static void add_option(GString *out, const option *o)
{
    size_t start = out->len;
    if (o->letter != 0)
        g_string_append_printf(out, "  -%c, ", o->letter);
    else
        g_string_append(out, "      ");
    g_string_append_printf(out, "--%s", o->name);
    if (o->arg != NULL)
        g_string_append_printf(out, " %s", o->arg);
    size_t column = out->len - start;
    if (column + 2 > HELP_INDENT) {
        g_string_append_c(out, '\n');
        column = 0;
    }
    add_wrapped(out, column, o->help);
}

char *option_help(const option *options, size_t n)
{
    GString *out = g_string_new(
        "Usage: covcalc AREAS HOUSEHOLDS [OPTION...]\n"
        "       covcalc --project FILE [OPTION...]\n"
        "\n"
        "Count, exactly, the households of each area of AREAS and the share of them that\n"
        "each service reaches. AREAS holds polygons, HOUSEHOLDS points; both are files\n"
        "that GDAL reads: Shapefile, GeoPackage, GeoJSON, FlatGeobuf, CSV (columns\n"
        "lon/lat or x/y) and others, plain or in a .zip.\n"
        "\n"
        "SOURCE is column:NAME, a column of HOUSEHOLDS that says yes or no, or with a\n"
        "condition, column:'down_mbps>=100'; or it is PATH[,OPTION...]:\n"
        "\n"
        "  zones.gpkg                  inside polygons; with\n"
        "      ,layer=2024             the layer, in a file of several\n"
        "      ,where=SQL              only these features: \"network = 'viettel'\"\n"
        "      ,split=COLUMN           a service of each value: '4g/*=4g.shp,split=who'\n"
        "  cables.shp,within=150m      near lines or points (m, km, ft); with\n"
        "      ,except=rivers.shp      not across these lines\n"
        "  rsrp.tif,min=-105           where a raster has this level or more; with\n"
        "      ,indoor=12              so much more, lost on the way into a building\n"
        "      ,sigma=8,probability=90 a margin for a level that varies (dB, %)\n"
        "      ,bilinear               between the centres of the cells\n"
        "  claims.csv,key=location_id  whose --household-id is in a table; with\n"
        "      ,if=CONDITION           in rows such as 'technology=50 & down>=100'\n");
    for (size_t i = 0; i < n; i++) {
        if (options[i].name == NULL)
            g_string_append_printf(out, "\n%s:\n", options[i].help);
        else
            add_option(out, &options[i]);
    }
    g_string_append(
        out, "\n"
             "Examples:\n"
             "  covcalc communes.shp households.shp --weight households --fiber fiber_vnpt.shp\n"
             "  covcalc communes.shp households.shp --weight households --parent ten_huyen \\\n"
             "      --fiber viettel=fiber_viettel.shp --fiber vnpt=fiber_vnpt.shp \\\n"
             "      --service 4g=mobile_4g.shp -o coverage.gpkg\n"
             "  covcalc communes.shp households.shp --weight households -f CSV -o - > out.csv\n"
             "  covcalc communes.shp households.shp --weight households --base area \\\n"
             "      --base schools=schools.shp --base persons=column:nhan_khau \\\n"
             "      --fiber vnpt=cables_vnpt.shp,within=150m --target 'fiber>=80%,with=30000'\n"
             "  covcalc --project province.yaml\n"
             "The files are in data/province of the sources of libcov.\n"
             "\n"
             "Exit status: 0 done, 1 failed, 2 wrong usage, 3 input rejected, 4 cancelled.\n"
             "The manual page covcalc(1) says more.\n");
    return g_string_free(out, FALSE);
}
