/* SPDX-License-Identifier: MIT */
#include "io/filter.h"

#include <string.h>

#include <cpl_conv.h>
#include <cpl_string.h>

#include "io/decimal.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/columns.h"
#include "io/open.h"

/* Far beyond the numbers for which OGR keeps an array as long as the largest of them. */
#define FAR_FID ((GIntBig)1 << 40)

/* OGR evaluates filters for layers only: this one, in memory, has the columns of the true one and
 * holds one feature at a time. */
struct cov_filter {
    char *text;
    GDALDatasetH dataset;
    OGRLayerH layer;
    int by_geometry; /* the filter asks for the geometry, or what follows from it, */
    int by_fid;      /* for the number that the format gives a feature, */
    int by_pattern;  /* for LIKE */
};

/* ---------------------------------------------------------------- reading the text */

int cov_filter_uses(const cov_filter *filter, const char *column)
{
    const char *text = filter->text;
    size_t length = strlen(column);
    /* A name may stand with its quotes escaped: then every column may be it. */
    if (strchr(text, '\\') != NULL)
        return 1;
    for (; strlen(text) >= length; text++) {
        if (EQUALN(text, column, length))
            return 1;
    }
    return 0;
}

/* The end of a literal or name in quotes that begins here. */
static const char *skip_quoted(const char *at)
{
    char quote = *at++;
    while (*at != '\0' && (*at != quote || at[-1] == '\\'))
        at++;
    return *at != '\0' ? at + 1 : at;
}

/* What stands from `from` to `end`, cut where it is longer than any name or number of interest. */
static void copy_token(char out[128], const char *from, const char *end)
{
    size_t n = end > from ? (size_t)(end - from) : 0;
    n = n < 127 ? n : 127;
    memcpy(out, from, n);
    out[n] = '\0';
}

static int is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static int is_text_column(OGRFeatureDefnH columns, const char *name)
{
    int i = OGR_FD_GetFieldIndex(columns, name);
    return i >= 0 && OGR_Fld_GetType(OGR_FD_GetFieldDefn(columns, i)) == OFTString;
}

/* A column of text, < or >, and a number in quotes: the texts are then compared letter by letter,
 * '25' after '100'. With a column of numbers OGR compares numbers. */
static int orders_quoted_number(const char *text, OGRFeatureDefnH columns)
{
    char name[128] = "", literal[128];
    int ordered = 0; /* < or > stands behind the name */
    while (*text != '\0') {
        const char *end = text + 1;
        if (*text == '\'') {
            end = skip_quoted(text);
            copy_token(literal, text + 1, end - 1);
            if (ordered && is_text_column(columns, name) && cov_decimal_is_number(literal))
                return 1;
            ordered = 0;
        } else if (*text == '"') {
            end = skip_quoted(text);
            copy_token(name, text + 1, end - 1);
            ordered = 0;
        } else if (is_word(*text)) {
            while (is_word(*end))
                end++;
            copy_token(name, text, end);
            ordered = 0;
        } else if (*text == '<' || *text == '>') {
            ordered = strncmp(text, "<>", 2) != 0;
            end += !ordered;
        } else if (*text != '=' && *text != ' ') {
            ordered = 0;
        }
        text = end;
    }
    return 0;
}

/* ---------------------------------------------------------------- life */

static cov_status refuse(const char *where, OGRFeatureDefnH columns, const char *label,
                         const cov_watch *watch, cov_error *err)
{
    const char *why = watch->failures > 0 ? watch->failure : "OGR doesn't understand it";
    const char *remedy = "";
    if (strstr(why, "ype mismatch") != NULL)
        remedy = " A column of text (in a CSV all are) is compared with a text, 'in quotes', or "
                 "as a number with CAST(COLUMN AS float), where an empty cell is 0.";
    return cov_fail(err, COV_ERR_INPUT, "%s: the filter \"%s\" is refused: %s%s Its columns: %s",
                    label, cov_quote(where).text, why, remedy, cov_columns_list(columns).text);
}

static cov_status copy_columns(cov_filter *f, OGRFeatureDefnH columns, cov_error *err)
{
    f->dataset = cov_dataset_in_memory();
    if (f->dataset != NULL)
        f->layer = GDALDatasetCreateLayer(f->dataset, "filter", NULL, wkbUnknown, NULL);
    if (f->layer == NULL)
        return cov_fail_memory(err);
    for (int i = 0; i < OGR_FD_GetFieldCount(columns); i++) {
        if (OGR_L_CreateField(f->layer, OGR_FD_GetFieldDefn(columns, i), FALSE) != OGRERR_NONE)
            return cov_fail_memory(err);
    }
    return COV_OK;
}

/* OGR keeps features in an array up to a number it has not seen yet, and then in a map. Of one
 * feature with any number, the map is the cheaper. */
static cov_status leave_array(cov_filter *f, cov_error *err)
{
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(f->layer));
    OGR_F_SetFID(feature, FAR_FID);
    int failed = OGR_L_SetFeature(f->layer, feature) != OGRERR_NONE ||
                 OGR_L_DeleteFeature(f->layer, FAR_FID) != OGRERR_NONE;
    OGR_F_Destroy(feature);
    return failed ? cov_fail_memory(err) : COV_OK;
}

/* Two columns of one name: OGR would take the first, whichever was meant. */
static cov_status check_twins(const cov_filter *f, OGRFeatureDefnH columns, const char *label,
                              cov_error *err)
{
    for (int i = 0; i < OGR_FD_GetFieldCount(columns); i++) {
        const char *name = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(columns, i));
        if (OGR_FD_GetFieldIndex(columns, name) != i && cov_filter_uses(f, name))
            return cov_fail(err, COV_ERR_INPUT,
                            "%s: more than one column is called \"%s\", so the filter \"%s\" is "
                            "not clear: rename one",
                            label, cov_quote(name).text, cov_quote(f->text).text);
    }
    return COV_OK;
}

cov_status cov_filter_create(const char *where, OGRFeatureDefnH columns, const char *label,
                             cov_watch *watch, cov_notes *notes, cov_filter **out, cov_error *err)
{
    cov_filter *f = cov_alloc_zero(1, sizeof *f);
    if (f == NULL)
        return cov_fail_memory(err);
    f->text = cov_copy_text(where);
    cov_status s = f->text != NULL ? copy_columns(f, columns, err) : cov_fail_memory(err);
    if (s == COV_OK)
        s = leave_array(f, err);
    if (s == COV_OK &&
        (OGR_L_SetAttributeFilter(f->layer, f->text) != OGRERR_NONE || watch->failures > 0)) {
        s = refuse(where, columns, label, watch, err);
        cov_watch_clear(watch);
    }
    if (s == COV_OK)
        s = check_twins(f, columns, label, err);
    if (s == COV_OK && orders_quoted_number(where, columns))
        s = cov_notes_add(notes, err, COV_NOTE_WARNING,
                          "%s: the filter \"%s\" orders texts, letter by letter, so that '25' "
                          "comes after '100': to compare numbers write CAST(COLUMN AS float) and "
                          "the number without quotes",
                          label, cov_quote(where).text);
    if (s != COV_OK) {
        cov_filter_free(f);
        return s;
    }
    f->by_geometry = cov_filter_uses(f, "OGR_GEOM");
    f->by_fid = cov_filter_uses(f, "FID");
    f->by_pattern = cov_filter_uses(f, "LIKE");
    *out = f;
    return COV_OK;
}

void cov_filter_free(cov_filter *filter)
{
    if (filter == NULL)
        return;
    if (filter->dataset != NULL)
        GDALClose(filter->dataset);
    cov_free(filter->text);
    cov_free(filter);
}

const char *cov_filter_text(const cov_filter *filter)
{
    return filter->text;
}

/* ---------------------------------------------------------------- asking */

/* What LIKE means must not hang on the environment. */
static void evaluate(const cov_filter *f, int *passes)
{
    static const char option[] = "OGR_SQL_LIKE_AS_ILIKE";
    char *before = NULL;
    if (f->by_pattern) {
        before = CPLStrdup(CPLGetThreadLocalConfigOption(option, ""));
        CPLSetThreadLocalConfigOption(option, "NO");
    }
    *passes = OGR_L_GetFeatureCount(f->layer, TRUE) > 0;
    if (f->by_pattern)
        CPLSetThreadLocalConfigOption(option, before[0] != '\0' ? before : NULL);
    CPLFree(before);
}

/* The layer keeps a copy of the feature; its geometry, the largest part, is left out of that where
 * nobody asks for it, and its number, which OGR takes no negative of. */
cov_status cov_filter_ask(cov_filter *filter, OGRFeatureH feature, int *passes, cov_error *err)
{
    OGRGeometryH geometry = filter->by_geometry ? NULL : OGR_F_StealGeometry(feature);
    GIntBig fid = OGR_F_GetFID(feature), as = filter->by_fid ? fid : 0;
    OGR_F_SetFID(feature, as);
    int failed = OGR_L_SetFeature(filter->layer, feature) != OGRERR_NONE;
    if (!failed) {
        evaluate(filter, passes);
        failed = OGR_L_DeleteFeature(filter->layer, as) != OGRERR_NONE;
    }
    OGR_F_SetFID(feature, fid);
    if (geometry != NULL)
        OGR_F_SetGeometryDirectly(feature, geometry);
    if (!failed)
        return COV_OK;
    return cov_fail(err, COV_ERR_INPUT, "the filter \"%s\" can't be asked of the FID %lld",
                    cov_quote(filter->text).text, (long long)fid);
}
