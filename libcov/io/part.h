/* Part: a run as a file, .cov, to be merged with others.
 * SPDX-License-Identifier: MIT
 *
 * What the file owes: equal runs give equal bytes; nothing is read beyond the size there is, and
 * nothing allocated that the size doesn't warrant, whatever the bytes say; any changed byte is
 * noticed. Made for accidents, not for enemies: who writes a part can make it say what he likes.
 *
 * Format version 1, all numbers little-endian, nothing padded:
 *
 *     0   16  magic: 89 "libcov part" 0D 0A 1A 0A
 *     16   4  format version
 *     20   4  number of bases
 *     24   8  size of all of it in bytes
 *     32   8  bytes of the head
 *     40   8  bytes of the areas
 *     48   8  number of areas
 *     56  32  west, south, east and north of the located households, as IEEE 754 doubles; west
 *             beyond east where there are none, infinite where nobody knows
 *     88      the head, a JSON object, see below
 *             the areas in the order of their ids, each: id, name, a parent of each level, as
 *             texts; the shape as it was read; the shape in the plane of the run, of size 0 where
 *             that is the same. A text is 4 bytes for its length + 1, 0 for none, and its bytes; a
 *             shape 8 bytes for its size, and WKB
 *             for each base: 8 bytes for the size of its tally, and the tally as of
 *             cov_tally_save
 *          8  cov_hash_bytes(COV_HASH_INIT, everything above)
 *
 * The head, its keys in this order:
 *
 *     areas      {file, id, name, levels, crs, shapes_crs}: label of the layer, names of columns
 *                (name null where there is none), the name of the plane, the layer's system as
 *                PROJJSON or WKT
 *     bases      [{name, rounding}], rounding in 1e-9 of one
 *     questions  see asked.h
 *     sources    as in the manifest
 *     notes      as in the manifest, without those that follow from the result
 *     shards     [[label, digest]] in order: the shares of the households that are in it, each with
 *                a digest of their places and weights, "" where nothing was read; one, unless the
 *                part was merged of others */
#ifndef COV_IO_PART_H
#define COV_IO_PART_H

#include <sys/types.h>

#include "io/json.h"
#include "io/run.h"

#define COV_PART_VERSION 1
#define COV_PART_MAGIC "\x89libcov part\r\n\x1a\n"
#define COV_PART_MAGIC_SIZE 16
#define COV_PART_HEADER 88
#define COV_PART_CHECKSUM 8

/* Bytes within a file; borrowed. */
typedef struct cov_span {
    const unsigned char *at;
    size_t size;
} cov_span;

typedef struct cov_part_base {
    const char *name;
    int64_t rounding;
    cov_span tally;
} cov_part_base;

/* A part that was read: texts and lists are the head's. */
typedef struct cov_part_file {
    char *label; /* the path, for messages */
    unsigned char *bytes;
    size_t size;
    dev_t device; /* with the next, which file it is under any path */
    ino_t number;
    uint64_t checksum;
    json_t *head;

    const char *areas_label;
    const char *id_column;
    const char *name_column; /* or NULL */
    const char **levels;     /* owned */
    size_t n_levels;
    const char *crs;
    const char *shapes_crs;
    size_t n_areas;
    cov_span areas;
    uint64_t areas_hash;
    double extent[4];

    cov_part_base base[COV_MEASURES_MAX];
    size_t n_bases;
    json_t *questions; /* these four borrowed from the head */
    json_t *sources;
    json_t *notes;
    json_t *shards;
} cov_part_file;

/* Write a run. COV_ERR_ARGUMENT where it can't be a part, see cov_run_save. */
cov_status cov_part_write(const cov_run *run, const char *path, int overwrite, cov_error *err);

/* Read a file and check all of it but the areas and tallies, which are for those who need them.
 * COV_ERR_FORMAT and COV_ERR_INPUT name the file. */
cov_status cov_part_read(const char *path, cov_part_file *out, cov_error *err);
void cov_part_clear(cov_part_file *part);

/* Give back the bytes: spans are gone, the rest stays. */
void cov_part_forget_bytes(cov_part_file *part);

/* Build the areas, which are all of the layer but its operation. */
cov_status cov_part_areas(const cov_part_file *part, unsigned threads, cov_area_layer *out,
                          cov_error *err);

/* The system of the shapes as text and back, so that files state it in the same bytes. The text is
 * freed with cov_free; COV_ERR_FORMAT for one that is none. */
cov_status cov_part_crs_write(const cov_area_layer *areas, char **out, cov_error *err);
cov_status cov_part_crs_read(const char *text, OGRSpatialReferenceH *out, cov_error *err);

/* COV_ERR_FORMAT: "FILE is damaged (...)", with the remedy. */
cov_status cov_part_damaged(const cov_part_file *part, const char *what, cov_error *err);

#endif
