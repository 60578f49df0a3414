/* SPDX-License-Identifier: MIT */
#include "io/shape_head.h"

#include <stdint.h>
#include <string.h>

#include <cpl_vsi.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/path.h"
#include "io/shape_format.h"
#include "io/shapefile.h"

/* More than the header of any .dbf, and than a .prj or .cpg with something in it. */
#define PART_MAX 65536

typedef struct bytes {
    unsigned char at[PART_MAX];
    size_t n;
} bytes;

/* The beginning of a part; 0 where there is none. */
static int read_part(const char *path, const char *extension, bytes *out)
{
    char *part = cov_shapefile_part(path, extension);
    VSILFILE *file = part != NULL ? VSIFOpenL(part, "rb") : NULL;
    out->n = file != NULL ? VSIFReadL(out->at, 1, PART_MAX, file) : 0;
    if (file != NULL)
        VSIFCloseL(file);
    cov_free(part);
    return out->n > 0;
}

static int write_part(const cov_shape_head *head, const char *extension, const bytes *from)
{
    char *path = cov_text_print("%.*s%s", (int)(strlen(head->path) - 3), head->path, extension);
    VSILFILE *file = path != NULL ? VSIFOpenL(path, "wb") : NULL;
    int done = file != NULL && VSIFWriteL(from->at, 1, from->n, file) == from->n;
    if (file != NULL)
        done = VSIFCloseL(file) == 0 && done;
    cov_free(path);
    return done;
}

/* Of a .shp or .shx: its header, with the length of a header. */
static int copy_shapes(const cov_shape_head *head, const char *path, const char *extension,
                       bytes *b)
{
    static const unsigned char words[4] = {0, 0, 0, SHP_HEADER / 2};
    if (!read_part(path, extension, b) || b->n < SHP_HEADER)
        return 0;
    uint32_t type = little32(b->at + SHP_TYPE);
    memcpy(b->at + SHP_LENGTH, words, sizeof words);
    b->n = SHP_HEADER;
    return (type == SHP_POINT || type == SHP_POINT_Z || type == SHP_POINT_M) &&
           write_part(head, extension, b);
}

/* Its header, without records. */
static int copy_table(const cov_shape_head *head, const char *path, bytes *b)
{
    if (!read_part(path, "dbf", b) || b->n < DBF_HEADER)
        return 0;
    size_t header = little16(b->at + DBF_HEADER_LENGTH);
    if (header > b->n)
        return 0;
    memset(b->at + DBF_RECORDS, 0, 4);
    b->n = header;
    return write_part(head, "dbf", b);
}

/* What may be missing. */
static int copy_whole(const cov_shape_head *head, const char *path, const char *extension, bytes *b)
{
    return !read_part(path, extension, b) || (b->n < PART_MAX && write_part(head, extension, b));
}

static int copy_all(const cov_shape_head *head, const char *path, bytes *b)
{
    return copy_shapes(head, path, "shp", b) && copy_shapes(head, path, "shx", b) &&
           copy_table(head, path, b) && copy_whole(head, path, "prj", b) &&
           copy_whole(head, path, "cpg", b);
}

/* The address of the owner is nobody else's, so the folder isn't either. */
cov_status cov_shape_head_create(const char *path, const void *owner, cov_shape_head *out,
                                 cov_error *err)
{
    cov_shape_head head = {NULL, NULL};
    *out = head;
    if (strncmp(path, "/vsi", 4) == 0)
        return COV_OK;
    bytes *b = cov_alloc(1, sizeof *b);
    if (b == NULL)
        return cov_fail_memory(err);
    head.folder = cov_text_print("/vsimem/libcov/%p/", owner);
    if (head.folder != NULL)
        head.path = cov_text_print("%s%s", head.folder, cov_path_base(path));
    cov_status s = head.path != NULL ? COV_OK : cov_fail_memory(err);
    if (s == COV_OK && copy_all(&head, path, b))
        *out = head;
    else
        cov_shape_head_remove(&head);
    cov_free(b);
    return s;
}

void cov_shape_head_remove(cov_shape_head *head)
{
    if (head->folder != NULL)
        VSIRmdirRecursive(head->folder);
    cov_free(head->path);
    cov_free(head->folder);
    *head = (cov_shape_head){NULL, NULL};
}
