/* SPDX-License-Identifier: MIT */
#include "io/shapefile.h"

#include <string.h>

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/path.h"
#include "io/shape_format.h"

typedef struct part {
    VSILFILE *file;
    char *path;
    const char *extension;
    uint64_t size;
} part;

/* ---------------------------------------------------------------- the parts */

char *cov_shapefile_part(const char *path, const char *extension)
{
    char upper[8];
    size_t n = strlen(path) - 3, k = 0;
    for (; extension[k] != '\0' && k < sizeof upper - 1; k++)
        upper[k] = (char)(extension[k] - 'a' + 'A');
    upper[k] = '\0';
    const char *const tries[] = {extension, upper};
    for (size_t i = 0; i < 2; i++) {
        char *candidate = cov_text_print("%.*s%s", (int)n, path, tries[i]);
        if (candidate != NULL && cov_path_exists(candidate))
            return candidate;
        cov_free(candidate);
    }
    return NULL;
}

static const char *remedy_of(const char *extension)
{
    if (strcmp(extension, "shx") == 0)
        return "copy it from where the .shp came from, or rebuild it: ogrinfo -so -al --config "
               "SHAPE_RESTORE_SHX YES FILE.shp";
    return "a shapefile is all of .shp, .shx, .dbf and .prj: copy them together";
}

static cov_status open_part(const char *path, const char *extension, const char *label, part *out,
                            cov_error *err)
{
    out->extension = extension;
    out->path = cov_shapefile_part(path, extension);
    if (out->path == NULL)
        return cov_fail(err, COV_ERR_INPUT, "%s: its .%s is missing: %s", label, extension,
                        remedy_of(extension));
    out->file = VSIFOpenL(out->path, "rb");
    if (out->file == NULL)
        return cov_fail(err, COV_ERR_IO, "%s: its .%s can't be read", label, extension);
    VSIFSeekL(out->file, 0, SEEK_END);
    out->size = VSIFTellL(out->file);
    VSIFSeekL(out->file, 0, SEEK_SET);
    return COV_OK;
}

static void close_part(part *p)
{
    if (p->file != NULL)
        VSIFCloseL(p->file);
    cov_free(p->path);
}

static cov_status fail_truncated(const part *p, const char *label, uint64_t promised,
                                 cov_error *err)
{
    return cov_fail(err, COV_ERR_INPUT,
                    "%s: its .%s is truncated: %llu bytes of %llu; copy it again from where it "
                    "came from",
                    label, p->extension, (unsigned long long)p->size, (unsigned long long)promised);
}

/* ---------------------------------------------------------------- .shp and .shx */

/* The common header; *length becomes the bytes the file should have. */
static cov_status check_header(part *p, const char *label, uint64_t *length, cov_error *err)
{
    unsigned char head[SHP_HEADER];
    size_t n = VSIFReadL(head, 1, sizeof head, p->file);
    if (n >= 4 && big32(head) != SHP_CODE)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s: its .%s is not part of a shapefile: it begins with other bytes", label,
                        p->extension);
    if (n < sizeof head)
        return fail_truncated(p, label, SHP_HEADER, err);
    *length = (uint64_t)big32(head + SHP_LENGTH) * 2;
    if (*length < SHP_HEADER)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s: the header of its .%s is damaged: write the shapefile again", label,
                        p->extension);
    return p->size < *length ? fail_truncated(p, label, *length, err) : COV_OK;
}

/* Every record of the index must lie inside the .shp. */
static cov_status check_records(part *shx, const char *label, uint64_t shp_length, uint64_t *n,
                                cov_error *err)
{
    unsigned char block[1024 * SHX_RECORD];
    uint64_t length = 0, seen = 0;
    cov_status s = check_header(shx, label, &length, err);
    if (s != COV_OK)
        return s;
    *n = (length - SHP_HEADER) / SHX_RECORD;
    if ((length - SHP_HEADER) % SHX_RECORD != 0)
        return fail_truncated(shx, label, SHP_HEADER + (*n + 1) * SHX_RECORD, err);
    while (seen < *n) {
        uint64_t want = *n - seen < 1024 ? *n - seen : 1024;
        if (VSIFReadL(block, SHX_RECORD, (size_t)want, shx->file) != want)
            return fail_truncated(shx, label, length, err);
        for (uint64_t i = 0; i < want; i++) {
            const unsigned char *r = block + i * SHX_RECORD;
            uint64_t end = (uint64_t)big32(r) * 2 + 8 + (uint64_t)big32(r + 4) * 2;
            if (end > shp_length)
                return cov_fail(err, COV_ERR_INPUT,
                                "%s: shape %llu lies behind the end of the .shp: the .shp is "
                                "truncated, or the .shx belongs to another file",
                                label, (unsigned long long)(seen + i + 1));
        }
        seen += want;
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- .dbf */

static cov_status check_table(part *dbf, const char *label, uint64_t shapes, uint32_t *header,
                              unsigned *language, cov_error *err)
{
    unsigned char head[DBF_HEADER];
    if (VSIFReadL(head, 1, sizeof head, dbf->file) != sizeof head)
        return fail_truncated(dbf, label, DBF_HEADER, err);
    uint64_t records = little32(head + DBF_RECORDS);
    uint32_t record = little16(head + DBF_RECORD_LENGTH);
    *header = little16(head + DBF_HEADER_LENGTH);
    *language = head[DBF_LANGUAGE];
    uint64_t length = *header + records * record;
    if (*header < DBF_HEADER || record == 0)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s: the header of its .dbf is damaged: write the shapefile again", label);
    if (dbf->size < length)
        return fail_truncated(dbf, label, length, err);
    if (records != shapes)
        return cov_fail(err, COV_ERR_INPUT,
                        "%s: the .shx has %llu shapes but the .dbf %llu records: the parts belong "
                        "to different files, or one is truncated",
                        label, (unsigned long long)shapes, (unsigned long long)records);
    return COV_OK;
}

/* Bytes of the character of UTF-8 that begins here; 0 where it isn't one, or is cut at n. */
static size_t utf8_step(const unsigned char *b, size_t n)
{
    size_t need = b[0] < 0x80 ? 1 : b[0] < 0xC2 ? 0 : b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : 4;
    if (b[0] > 0xF4 || need > n)
        return 0;
    for (size_t i = 1; i < need; i++) {
        if ((b[i] & 0xC0) != 0x80)
            return 0;
    }
    return need;
}

/* Read the records in blocks and see what their bytes beyond ASCII are. */
static cov_status guess_text(part *dbf, uint32_t header, cov_text_source *text, cov_error *err)
{
    enum { BLOCK = 1 << 16, LONGEST = 4 };
    unsigned char *block = cov_alloc(BLOCK, 1);
    if (block == NULL)
        return cov_fail_memory(err);
    *text = COV_TEXT_DECLARED;
    VSIFSeekL(dbf->file, header, SEEK_SET);
    size_t kept = 0;
    for (int last = 0; !last && *text != COV_TEXT_UNKNOWN;) {
        size_t n = kept + VSIFReadL(block + kept, 1, BLOCK - kept, dbf->file), i = 0;
        last = n < BLOCK;
        while (i < n && (last || n - i >= LONGEST) && *text != COV_TEXT_UNKNOWN) {
            size_t step = utf8_step(block + i, n - i);
            if (block[i] >= 0x80)
                *text = step > 0 ? COV_TEXT_UTF8 : COV_TEXT_UNKNOWN;
            i += step;
        }
        kept = n - i;
        memmove(block, block + i, kept);
    }
    cov_free(block);
    return COV_OK;
}

/* ---------------------------------------------------------------- interface */

void cov_shapefile_charset(const char *path, char *out, size_t size)
{
    char *cpg = cov_shapefile_part(path, "cpg");
    VSILFILE *file = cpg != NULL ? VSIFOpenL(cpg, "rb") : NULL;
    size_t n = file != NULL ? VSIFReadL(out, 1, size - 1, file) : 0;
    size_t end = 0;
    while (end < n && (unsigned char)out[end] > ' ')
        end++;
    out[end] = '\0';
    if (file != NULL)
        VSIFCloseL(file);
    cov_free(cpg);
}

int cov_shapefile_has_prj(const char *path)
{
    char *prj = cov_shapefile_part(path, "prj");
    cov_free(prj);
    return prj != NULL;
}

cov_status cov_shapefile_check(const char *path, const char *label, cov_text_source *text,
                               cov_error *err)
{
    part shp = {NULL, NULL, NULL, 0}, shx = shp, dbf = shp;
    uint64_t length = 0, shapes = 0;
    uint32_t header = 0;
    unsigned language = 0;
    char charset[32];
    cov_status s = open_part(path, "shp", label, &shp, err);
    if (s == COV_OK)
        s = check_header(&shp, label, &length, err);
    if (s == COV_OK)
        s = open_part(path, "shx", label, &shx, err);
    if (s == COV_OK)
        s = open_part(path, "dbf", label, &dbf, err);
    if (s == COV_OK)
        s = check_records(&shx, label, length, &shapes, err);
    if (s == COV_OK)
        s = check_table(&dbf, label, shapes, &header, &language, err);
    *text = COV_TEXT_DECLARED;
    cov_shapefile_charset(path, charset, sizeof charset);
    if (s == COV_OK && charset[0] == '\0' && language == 0)
        s = guess_text(&dbf, header, text, err);
    close_part(&shp);
    close_part(&shx);
    close_part(&dbf);
    return s;
}
