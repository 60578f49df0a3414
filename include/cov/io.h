/* libcov: files in and out (GDAL, PROJ, GEOS). Absent from builds with -Dio=disabled.
 * SPDX-License-Identifier: MIT
 *
 * A job says what to read and what to ask; a run is the job done: areas, tally, report, notes and
 * how long each phase took. A run can be written to files. The command line and, later, the project
 * file describe the same job: there is one code path.
 *
 * Errors name the file, the layer, the feature and the remedy. Nothing is printed; what a person
 * should know is a note of the run. The rules of cov.h on status, threads and memory hold here too;
 * one job runs on the thread that calls, plus the workers it starts and ends itself. GDAL's global
 * driver registry is filled on the first call.
 */
#ifndef COV_IO_H
#define COV_IO_H

#include <cov/cov.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------- job */

/* A vector layer: a file that GDAL reads with one of the allowed drivers (ESRI Shapefile, GPKG,
 * GeoJSON, GeoJSONSeq, FlatGeobuf, CSV, MapInfo File, OpenFileGDB), plain or in a .zip. */
typedef struct cov_source {
    const char *path;  /* UTF-8 */
    const char *layer; /* layer name; NULL where the file has one layer */
    const char *where; /* OGR's attribute filter, "network = 'viettel'"; NULL: every feature. It
                          means the same for every format: what OGR's own SQL says, so that "="
                          compares texts without case, and text with a number is COV_ERR_INPUT */
} cov_source;

/* One answer to one service. Several entries with the same name are one service: the union. */
typedef struct cov_job_service {
    const char *name;   /* "4g/viettel", as in cov_service */
    cov_source source;  /* polygons; path NULL where `column` answers */
    const char *column; /* a column of the households: boolean, a number (not 0 is yes), or text
                           (see cov_answer_parse); NULL where `source` answers */
} cov_job_service;

/* What to do with an invalid polygon (GEOS, OGC Simple Features). Each one is counted and noted. */
typedef enum cov_invalid {
    COV_INVALID_ERROR = 0, /* refuse the run and name the first one */
    COV_INVALID_FIX = 1,   /* repair (GEOSMakeValid, linework) and keep its polygons */
    COV_INVALID_SKIP = 2   /* leave it out: its households count as outside */
} cov_invalid;

/* Called on the caller's thread only, between features, rows or batches. `fraction` is 0 to 1, or
 * below 0 where it is not known. Return 0 to go on; anything else cancels the run with
 * COV_ERR_CANCELLED. */
typedef int (*cov_progress)(void *data, const char *phase, double fraction);

typedef struct cov_job {
    size_t size; /* sizeof(cov_job) */

    cov_source areas;
    const char *id_column;   /* NULL: guessed where one unique text column is obvious, with
                                a note; COV_ERR_INPUT otherwise */
    const char *name_column; /* NULL: none, or guessed with a note */
    const char *const *parent_columns; /* nearest level first */
    size_t n_parents;

    cov_source households;
    const char *weight_column; /* households (or persons) per point; NULL: one each. Whole numbers
                                  stay whole; as soon as one has decimals the run counts in
                                  thousandths, rounded half to even, the rounding total noted */

    const cov_job_service *services;
    size_t n_services;
    const cov_indicator *indicators; /* 0: the default ones of cov_report_create */
    size_t n_indicators;

    const char *assume_crs; /* for every layer that states none, e.g. "EPSG:9210"; NULL: a missing
                               CRS is COV_ERR_CRS. (CSV columns lon/lat state EPSG:4326.) */
    cov_invalid invalid;    /* for areas and footprints alike */
    const char *const *add_drivers; /* names of GDAL drivers to allow beside the list above */
    size_t n_add_drivers;
    int allow_network; /* 0: no /vsicurl and the like, no URL */
    unsigned threads;  /* workers; 0: one per processor, at most 8 */

    cov_progress progress; /* may be NULL */
    void *progress_data;
} cov_job;

/* Nothing asked yet. Spelled out, because C++ before 20 has no designated initialisers. */
#define COV_JOB_INIT                                                                               \
    {                                                                                              \
        sizeof(cov_job), {NULL, NULL, NULL}, NULL, NULL, NULL, 0, {NULL, NULL, NULL}, NULL, NULL,  \
            0, NULL, 0, NULL, COV_INVALID_ERROR, NULL, 0, 0, 0, NULL, NULL                         \
    }

/* ---------------------------------------------------------------- run */

/* Immutable: a finished job. Owns the areas, the tally and the report it gives out. */
typedef struct cov_run cov_run;

/* Do the job. Areas and footprints are transformed to the coordinate system of the households, with
 * edges densified so that they stay within 1 mm of the curve; transformations without known
 * accuracy (ballpark) are refused with COV_ERR_CRS. Errors: COV_ERR_INPUT, COV_ERR_CRS,
 * COV_ERR_GEOMETRY, COV_ERR_ID, COV_ERR_EXPRESSION, COV_ERR_CANCELLED, COV_ERR_LIMIT, ... */
COV_API COV_MUST_CHECK cov_status cov_run_create(const cov_job *job, cov_run **out, cov_error *err);
COV_API void cov_run_free(cov_run *run);

COV_API const cov_areas *cov_run_areas(const cov_run *run);
COV_API const cov_tally *cov_run_tally(const cov_run *run);
COV_API const cov_report *cov_run_report(const cov_run *run);

/* Names of the columns the run used: id, name (or NULL), measure (the weight column, or
 * "households"). Parents: cov_areas_level_name. */
COV_API const char *cov_run_id_column(const cov_run *run);
COV_API const char *cov_run_name_column(const cov_run *run);
COV_API const char *cov_run_measure(const cov_run *run);

/* What a person should know, in the order it came up: guesses made, polygons fixed or skipped,
 * coordinate operations and their accuracy, rounding. */
typedef enum cov_note_kind { COV_NOTE_INFO = 0, COV_NOTE_WARNING = 1 } cov_note_kind;
typedef struct cov_note {
    cov_note_kind kind;
    const char *text;
} cov_note;
COV_API size_t cov_run_notes(const cov_run *run);
COV_API cov_note cov_run_note(const cov_run *run, size_t index);

/* Wall seconds per phase: "open households", "read areas", "check areas" (validity), "transform
 * areas" (where needed), "index areas", the same for footprints, "read households", "locate and
 * count" ... Phases of workers overlap those of the reader, so that the sum can exceed the whole.
 */
typedef struct cov_phase {
    const char *name;
    double seconds;
} cov_phase;
COV_API size_t cov_run_phases(const cov_run *run);
COV_API cov_phase cov_run_phase(const cov_run *run, size_t index);

/* The manifest as a JSON object, the "libcov" member of every GeoJSON: version, measure, scale,
 * ledger, services, indicators, sources with their coordinate operations, notes. Holds no time and
 * no path of the machine beyond base names, so that equal runs have equal bytes. */
COV_API const char *cov_run_manifest(const cov_run *run);

/* ---------------------------------------------------------------- output */

typedef struct cov_write_options {
    size_t size;        /* sizeof(cov_write_options) */
    const char *format; /* GeoJSON, GeoJSONSeq, GPKG, FlatGeobuf, "ESRI Shapefile" or CSV; NULL: by
                           the extension .geojson .json .geojsonl .geojsons .gpkg .fgb .shp .csv */
    int overwrite;      /* 0: an existing file is COV_ERR_EXISTS */
    cov_progress progress;
    void *progress_data;
} cov_write_options;

#define COV_WRITE_OPTIONS_INIT                                                                     \
    {                                                                                              \
        sizeof(cov_write_options), NULL, 0, NULL, NULL                                             \
    }

/* Whether cov_run_write could start on this path: format known, nothing there (or overwrite),
 * folder writable. To be asked before a long run. Writes nothing. */
COV_API COV_MUST_CHECK cov_status cov_output_check(const char *path,
                                                   const cov_write_options *options,
                                                   cov_error *err);

/* Write the report as a layer, one feature per row of the report, in its order: the areas' id, name
 * and parent columns under their own names, `level` ("area", the name of a parent's column,
 * "total"), `households` (or the weight column's name), and NAME_n and NAME_pct for each indicator;
 * '/' and other characters of NAME that are no letter, digit, '_', '-' or '.' become '_'. NAME_pct
 * is 0 to 100 with 4 decimals (cov_percent), null without households. The row of a parent has null
 * for id, name and the parents below it; the total for all of them. Areas carry their geometry, as
 * it was read; parents and the total a null one.
 *
 *   GeoJSON         RFC 7946 (WGS 84); the manifest is its member "libcov"
 *   GPKG            the manifest is the layer's metadata item "libcov"
 *   GeoJSONSeq      WGS 84
 *   FlatGeobuf      rows of areas only: GDAL drops rows without a geometry
 *   ESRI Shapefile  names of columns shortened to 10 bytes, see below; at most 254 bytes of text
 *   CSV             no geometry; codes quoted; an apostrophe before what a spreadsheet would take
 *                   for a formula
 *
 * The last four have a file beside them, PATH.libcov.json: the manifest, and, as its members, the
 * "rows" a FlatGeobuf lacks, the full names of a shapefile's "columns". A name over 10 bytes is
 * cut, its end a number where that is taken; an indicator of over 6 bytes is known by its place:
 * fiber_viettel, the second, is fiber2_n and fiber2_pct.
 *
 * Written in memory, copied to a temporary folder beside the target, flushed to disk, re-opened and
 * compared value by value, then renamed: the target is the old file or the whole new one (of
 * several files the main one is renamed last). Equal runs give equal bytes. Path "-" writes to
 * standard output: GeoJSON, GeoJSONSeq, CSV only. Errors: COV_ERR_ARGUMENT (unknown format, two
 * columns of one name), COV_ERR_EXISTS (also with `overwrite` where it is one of the
 * files that were read), COV_ERR_LIMIT (what a format can't hold), COV_ERR_CRS (no
 * safe way to WGS 84), COV_ERR_IO, COV_ERR_CANCELLED. */
COV_API COV_MUST_CHECK cov_status cov_run_write(const cov_run *run, const char *path,
                                                const cov_write_options *options, cov_error *err);

#ifdef __cplusplus
}
#endif

#endif
