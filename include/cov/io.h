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

#include <cov/arrow.h>
#include <cov/cov.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------- job */

/* A vector layer or table: a file that GDAL reads with one of the allowed drivers (ESRI Shapefile,
 * GPKG, GeoJSON, GeoJSONSeq, FlatGeobuf, CSV, MapInfo File, OpenFileGDB), plain or in a .zip. A
 * raster: GTiff, AAIGrid, EHdr, HFA. */
typedef struct cov_source {
    const char *path;  /* UTF-8 */
    const char *layer; /* layer name; NULL where the file has one layer */
    const char *where; /* OGR's attribute filter, "network = 'viettel'"; NULL: every feature. It
                          means the same for every format: what OGR's own SQL says, so that "="
                          compares texts without case, and text with a number is COV_ERR_INPUT */
    const cov_table *table; /* rows in memory instead of a file: path and layer are then NULL. Its
                               CRS is that of the table (any text PROJ understands). Borrowed for
                               the time of the call */
} cov_source;

/* What answers for a service. */
typedef enum cov_by {
    COV_BY_POLYGONS = 0, /* inside any polygon of the source */
    COV_BY_DISTANCE = 1, /* within `metres` of any line or point of the source: on the ellipsoid
                            where the households are in degrees, else in their plane */
    COV_BY_SIGNAL = 2,   /* where a raster of the source has at least a level */
    COV_BY_COLUMN = 3,   /* a column of the households */
    COV_BY_TABLE = 4     /* the household's id is in a table */
} cov_by;

/* One answer to one service. Several entries with the same name are one service: the union, where a
 * yes counts before an unknown, and that before a no. */
typedef struct cov_job_service {
    const char *name; /* "4g/viettel", "fiber/vnpt:planned", as in cov_service; or see `split` */
    cov_by by;
    cov_source source; /* path NULL for a column */
    const char *split; /* POLYGONS, DISTANCE: a column of the source; each of its values makes a
                          service: NAME/VALUE, or, where the name has a '*', NAME with the value in
                          its place. What names can't have becomes '_' */

    double metres;       /* DISTANCE: greater than 0; the distance itself is within */
    cov_source barriers; /* DISTANCE: lines or polygons that a straight drop must not cross, see
                            cov_footprint_near; path NULL: none */

    double min;         /* SIGNAL: the least level, in the raster's unit (dBm) */
    double indoor;      /* loss on the way into a building, added to it, dB, 0 or more */
    double sigma;       /* standard deviation of the level, dB, and */
    double probability; /* of being reached, percent, 1 or more and less than 100: sigma times the
                           normal quantile is added, 1.2816 sigma for 90. 0: no such margin */
    int bilinear;       /* 0: the value of the cell; 1: between the centres of four */

    const char *column; /* COLUMN: boolean, a number (not 0 is yes) or text (see cov_answer_parse),
                           or with a condition, "down_mbps>=100". An empty cell is unknown */

    const char *key;       /* TABLE: the column that holds ids of households */
    const char *condition; /* TABLE: which rows count, "technology=50 & down>=100"; NULL: all.
                              COLUMN OP VALUE, OP one of = != < <= > >=, joined by & */
} cov_job_service;

/* No answer yet. Spelled out, because C++ before 20 has no designated initialisers. */
#define COV_JOB_SERVICE_INIT                                                                       \
    {                                                                                              \
        NULL, COV_BY_POLYGONS, {NULL, NULL, NULL, NULL}, NULL, 0, {NULL, NULL, NULL, NULL}, 0, 0,  \
            0, 0, 0, NULL, NULL, NULL                                                              \
    }

/* Read a distance: "150m", "0.5 km", "500ft" (international feet of 0.3048 m); U+00A0 is a blank
 * here. COV_ERR_ARGUMENT for anything else, also for a number without a unit, and unless it is
 * greater than 0. */
COV_API COV_MUST_CHECK cov_status cov_distance_parse(const char *text, double *metres,
                                                     cov_error *err);

/* Something else that is counted with the same services, besides the households: its own ledger,
 * its own report. Services that can't answer for it (a column of the households for schools) are
 * unknown there. */
typedef enum cov_base_kind {
    COV_BASE_LAYER = 0,   /* what the source holds: points (schools), one each or by weight; lines
                             (roads), in km; a raster (population), the sum of its cells, those on
                             a border by the share of the cell */
    COV_BASE_MEASURE = 1, /* another column of the households (persons), in the same pass */
    COV_BASE_AREA = 2     /* the areas themselves, in km2 on the ellipsoid; polygons alone answer */
} cov_base_kind;

typedef struct cov_job_base {
    const char *name; /* as an indicator's: unique, also "households"; kept short, it begins names
                         of columns */
    cov_base_kind kind;
    cov_source source;
    const char *weight_column; /* of points: NULL for one each; of a measure: its column */
} cov_job_base;

/* A share that an indicator is to reach. */
typedef struct cov_job_target {
    const char *indicator; /* its name */
    uint32_t share;        /* millionths: 800000 is 80 %, see cov_millionths_parse */
    uint64_t with;         /* households that could be connected: are they enough? 0: not asked */
} cov_job_target;

/* Speed tiers, the widest first: each must lie within the one before (cov_tiers_check). */
typedef struct cov_job_tiers {
    const char *const *expressions;
    size_t n;
} cov_job_tiers;

/* A ratio from a table with one row per area, rolled up as sum over sum. Ids that are no area's are
 * COV_ERR_INPUT; areas without a row are null, with a note. */
typedef struct cov_job_ratio {
    const char *name;    /* unique among indicators and ratios */
    cov_source source;   /* any table */
    const char *key;     /* column with the areas' ids */
    const char *n;       /* column above the line */
    const char *of;      /* column below it; NULL: */
    const char *of_base; /* the count of this base ("households", "persons") */
    unsigned per; /* 0: a percentage, over 100 is COV_ERR_INPUT; else a rate: n per so many */
} cov_job_ratio;

/* What to do with an invalid polygon (GEOS, OGC Simple Features). Each one is counted and noted. */
typedef enum cov_invalid {
    COV_INVALID_ERROR = 0, /* refuse the run and name the first one */
    COV_INVALID_FIX = 1,   /* repair (GEOSMakeValid, linework) and keep its polygons */
    COV_INVALID_SKIP = 2   /* leave it out: its households count as outside */
} cov_invalid;

typedef struct cov_job {
    size_t size; /* sizeof(cov_job) */

    cov_source areas;
    const char *id_column;   /* NULL: guessed where one unique text column is obvious, with
                                a note; COV_ERR_INPUT otherwise */
    const char *name_column; /* NULL: none, or guessed with a note */
    const char *const *parent_columns; /* nearest level first */
    size_t n_parents;

    cov_source households;     /* points; path NULL where only `bases` are counted */
    const char *weight_column; /* households (or persons) per point; NULL: one each. Whole numbers
                                  stay whole; as soon as one has decimals the run counts in
                                  thousandths, rounded half to even, the rounding total noted */
    const char *household_id;  /* column of the households' ids, for COV_BY_TABLE */
    const cov_job_base *bases; /* what is counted besides, in this order */
    size_t n_bases;

    const cov_job_service *services;
    size_t n_services;
    const cov_indicator *indicators; /* 0: the default ones of cov_report_create */
    size_t n_indicators;
    const cov_job_tiers *tiers; /* chains, each checked in every base */
    size_t n_tiers;
    const cov_job_target *targets; /* of the first base */
    size_t n_targets;
    const cov_job_ratio *ratios;
    size_t n_ratios;

    const char *assume_crs; /* for every layer that states none, e.g. "EPSG:9210"; NULL: a missing
                               CRS is COV_ERR_CRS. (CSV columns lon/lat state EPSG:4326.) */
    cov_invalid invalid;    /* for areas and footprints alike */
    const char *const *add_drivers; /* names of GDAL drivers to allow beside the list above */
    size_t n_add_drivers;
    int allow_network; /* 0: no /vsicurl and the like, no URL */
    int part;          /* 1: the run is a part of a whole, to be saved (see cov_run_save): that no
                          household lies in an area, or that there is none, is then a warning, and
                          what can't be in a part is COV_ERR_ARGUMENT before anything is read */
    int is_written;    /* 1: rows of the result will be written: two columns of one name, which
                          cov_run_write refuses, are COV_ERR_ARGUMENT before anything is counted */
    unsigned threads;  /* workers, up to 256; 0: one per processor, at most 8 */

    cov_progress progress; /* may be NULL */
    void *progress_data;
} cov_job;

/* Nothing asked yet. */
#define COV_JOB_INIT                                                                               \
    {                                                                                              \
        sizeof(cov_job), {NULL, NULL, NULL, NULL}, NULL, NULL, NULL, 0, {NULL, NULL, NULL, NULL},  \
            NULL, NULL, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL,                \
            COV_INVALID_ERROR, NULL, 0, 0, 0, 0, 0, NULL, NULL                                     \
    }

/* What a job would read and count, as text for people: each file with its format, layer, number of
 * features or cells and coordinate system; each base, service, indicator, tier, target and ratio.
 * Opens every file and checks columns, filters and expressions as a run would, counts nothing. The
 * caller frees the text with cov_text_free. */
COV_API COV_MUST_CHECK cov_status cov_job_describe(const cov_job *job, char **text, cov_error *err);
COV_API void cov_text_free(char *text);

/* ---------------------------------------------------------------- project file */

/* A job as a YAML file: the same model, with the outputs. Paths are relative to the file, text
 * stays text ("00123" is a code). Keys and their meaning: data/project.schema.json. */
typedef struct cov_project cov_project;

typedef struct cov_project_output {
    const char *path;
    const char *format; /* NULL: by the extension */
    int overwrite;
} cov_project_output;

/* Read a project file. COV_ERR_INPUT names the file, line and column: bad YAML, unknown keys,
 * missing or wrong values. Opens no other file. */
COV_API COV_MUST_CHECK cov_status cov_project_load(const char *path, cov_project **out,
                                                   cov_error *err);
COV_API void cov_project_free(cov_project *project);

/* The job, which the project owns: a copy may be changed (threads, progress) before it is run. */
COV_API const cov_job *cov_project_job(const cov_project *project);
COV_API size_t cov_project_outputs(const cov_project *project);
COV_API cov_project_output cov_project_output_at(const cov_project *project, size_t index);

/* ---------------------------------------------------------------- run */

/* Immutable: a finished job. Owns the areas, the tally and the report it gives out. */
typedef struct cov_run cov_run;

/* Do the job. Areas and footprints are transformed to the coordinate system of the households, with
 * edges densified so that they stay within 1 mm of the curve; transformations without known
 * accuracy (ballpark) are refused with COV_ERR_CRS. Errors: COV_ERR_INPUT, COV_ERR_CRS,
 * COV_ERR_GEOMETRY, COV_ERR_ID, COV_ERR_EXPRESSION, COV_ERR_CANCELLED, COV_ERR_LIMIT, ... */
COV_API COV_MUST_CHECK cov_status cov_run_create(const cov_job *job, cov_run **out, cov_error *err);
COV_API void cov_run_free(cov_run *run);

/* A run whose households were counted elsewhere, on a cluster say: the report, targets and outputs
 * of a tally. The job gives areas, indicators, tiers, targets and ratios, and nothing to count; its
 * areas, taken in the system `crs` (NULL: their own), must be those of the tally, else
 * COV_ERR_MISMATCH. `measure` is what was counted ("households" where NULL). The tally is copied.
 */
COV_API COV_MUST_CHECK cov_status cov_run_conclude(const cov_job *job, const cov_tally *tally,
                                                   const char *measure, const char *crs,
                                                   cov_run **out, cov_error *err);

COV_API const cov_areas *cov_run_areas(const cov_run *run);

/* What was counted, in the order of the job, the households first. */
typedef struct cov_base {
    const char *name;         /* of the households: the weight column, or "households" */
    const char *unit;         /* "km2", "km", or NULL for things that are counted */
    const cov_tally *tally;   /* owned by the run, as all of this */
    const cov_report *report; /* the reports of all bases have the same rows and indicators */
} cov_base;

/* All NULL for index >= bases. */
COV_API size_t cov_run_bases(const cov_run *run);
COV_API cov_base cov_run_base(const cov_run *run, size_t index);

/* Those of the first base. */
COV_API const cov_tally *cov_run_tally(const cov_run *run);
COV_API const cov_report *cov_run_report(const cov_run *run);
COV_API const char *cov_run_measure(const cov_run *run);

/* Names of the columns of the areas the run used: id, name (or NULL). Parents:
 * cov_areas_level_name. */
COV_API const char *cov_run_id_column(const cov_run *run);
COV_API const char *cov_run_name_column(const cov_run *run);

/* What is missing to the targets, in the order of the job, in units of 1/scale of the first base's
 * report. */
/* All 0 for index >= targets. */
COV_API size_t cov_run_targets(const cov_run *run);
COV_API cov_gap cov_run_target(const cov_run *run, size_t index);

/* What row `row` of the report misses to the target. COV_ERR_ARGUMENT for numbers there aren't. */
COV_API COV_MUST_CHECK cov_status cov_run_missing(const cov_run *run, size_t row, size_t target,
                                                  uint64_t *out, cov_error *err);

/* The number of ratios; the name of one, and what it is a ratio of, the column or the base below
 * its line (NULL for index >= ratios); its `per`, 100 for percentages; its value for a row,
 * COV_ERR_ARGUMENT for numbers there aren't. Rows of parents and the total hold the sums over their
 * areas with a row in the table, above and below the line. */
COV_API size_t cov_run_ratios(const cov_run *run);
COV_API const char *cov_run_ratio_name(const cov_run *run, size_t ratio);
COV_API const char *cov_run_ratio_of(const cov_run *run, size_t ratio);
COV_API unsigned cov_run_ratio_per(const cov_run *run, size_t ratio);
COV_API int cov_run_ratio_is_percent(const cov_run *run, size_t ratio);
COV_API COV_MUST_CHECK cov_status cov_run_ratio(const cov_run *run, size_t row, size_t ratio,
                                                cov_ratio *out, cov_error *err);

/* What a person should know, in the order it came up: guesses made, polygons fixed or skipped,
 * coordinate operations and their accuracy, rounding, what is unknown. */
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

/* ---------------------------------------------------------------- layers in memory */

/* The areas of a job by themselves, read, checked and brought to the system `crs` (NULL: their own)
 * as a run does it, in the order of their ids: a table with the id column, the name column where
 * there is one, the parent columns, and the geometry. cov_areas_from_table makes of it the areas of
 * a run whose households are in `crs`. Of the job, areas, id_column, name_column, parent_columns,
 * assume_crs, invalid, add_drivers, allow_network, threads and progress are used. */
COV_API COV_MUST_CHECK cov_status cov_job_areas(const cov_job *job, const char *crs,
                                                cov_table **out, cov_error *err);

/* The same for service number `service` of the job, by polygons or by distance: a table with a
 * geometry column alone, of which cov_footprint_polygons or cov_footprint_near makes the footprint.
 * By distance, *barriers becomes the table of its barriers, NULL where it has none, and *near what
 * cov_footprint_near needs to measure in that system, without the barriers; otherwise both stay.
 * COV_ERR_ARGUMENT for a service that is answered otherwise, or that is split. */
COV_API COV_MUST_CHECK cov_status cov_job_footprint(const cov_job *job, size_t service,
                                                    const char *crs, cov_table **out,
                                                    cov_table **barriers, cov_near_options *near,
                                                    cov_error *err);

/* Whether two texts ("EPSG:4326", WKT, PROJJSON) mean one coordinate system, whatever they call it:
 * 1 or 0 in *out. COV_ERR_CRS for a text that means none. */
COV_API COV_MUST_CHECK cov_status cov_crs_same(const char *a, const char *b, int *out,
                                               cov_error *err);

/* ---------------------------------------------------------------- parts */

/* A part is a run saved to a file, .cov: the areas, what was counted of them, what was asked; so
 * that the households of a country can be counted in many runs, on many machines, each with its
 * share of them, and put together. Only households and measures of them can be a part:
 * COV_ERR_ARGUMENT for a run with other bases or with ratios, which would be counted once in each
 * part. Written whole or not at all, like every output, and with the same errors as cov_run_write
 * in the format "part". Equal runs give equal bytes. A run whose job says `part` may be saved
 * whatever of its share lies in the areas. */
COV_API COV_MUST_CHECK cov_status cov_run_save(const cov_run *run, const char *path, int overwrite,
                                               cov_error *err);

/* Put n >= 1 parts together: the run of all their households, with the same results whatever the
 * order of the parts. Areas, services and measures must be equal: COV_ERR_MISMATCH names the files
 * and the difference, and also two parts that are one file, or have the same households (in files
 * of one name, with the same places and weights; in files of two names that is a warning).
 * COV_ERR_FORMAT for a file that is no part, or a damaged one. Of the job indicators, tiers and
 * targets are used, part, threads and progress; it must name nothing to read. Where no household of
 * any part lies in an area, the errors are those of cov_run_create, unless the merged run is a part
 * itself. Where it asks none of the three, or is NULL, the questions are those of the parts, which
 * must then be equal. A merged run can be saved as a part again. Its manifest lists the sources and
 * notes of all parts, each once; a service that other sources answer in some of them has a note,
 * for what answers can't be compared otherwise. */
COV_API COV_MUST_CHECK cov_status cov_run_merge(const char *const *paths, size_t n,
                                                const cov_job *job, cov_run **out, cov_error *err);

/* ---------------------------------------------------------------- output */

typedef struct cov_write_options {
    size_t size;        /* sizeof(cov_write_options) */
    const char *format; /* GeoJSON, GeoJSONSeq, GPKG, FlatGeobuf, "ESRI Shapefile", CSV or part;
                           NULL: by the extension .geojson .json .geojsonl .geojsons .gpkg .fgb .shp
                           .csv .cov */
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

/* The same for an output of a job: neither may it take away what the job reads (COV_ERR_EXISTS). */
COV_API COV_MUST_CHECK cov_status cov_job_check_output(const cov_job *job, const char *path,
                                                       const cov_write_options *options,
                                                       cov_error *err);

/* Write the report as a layer, one feature per row of the report, in its order: the areas' id, name
 * and parent columns under their own names, `level` ("area", the name of a parent's column,
 * "total"), `households` (or the weight column's name), and NAME_n and NAME_pct for each indicator;
 * '/' and other characters of NAME that are no letter, digit, '_', '-' or '.' become '_'. NAME_pct
 * is 0 to 100 with 4 decimals (cov_percent), null without households. NAME_unknown follows where
 * any household of the run is unknown to the indicator; the percentage is then that of the others.
 * Then, for each further base, the same behind its name: `persons`, `persons_fiber_n`,
 * `persons_fiber_pct`; with a unit `area_km2`, `area_fiber_n`. An indicator that is unknown for all
 * of a further base has no columns there, and a note says so. Then INDICATOR_missing for each
 * target (with `_80pct` between where an indicator has several), null where the share is unknown,
 * and for each ratio NAME_n, NAME_of and NAME_pct, or NAME_per100, with 4 decimals; null where
 * nothing is known.
 *
 * Counts are whole, or have as many decimals as their scale: 3 in thousandths, 6 in millionths,
 * down to 3 of them where a sum would pass 15 digits.
 *
 * The row of a parent has null for id, name and the parents below it; the total for all of them.
 * Areas carry their geometry, as it was read; parents and the total a null one.
 *
 *   GeoJSON         RFC 7946 (WGS 84); the manifest is its member "libcov"
 *   GPKG            the manifest is the layer's metadata item "libcov"
 *   GeoJSONSeq      WGS 84
 *   FlatGeobuf      rows of areas only: GDAL drops rows without a geometry
 *   ESRI Shapefile  names of columns shortened to 10 bytes, see below; at most 254 bytes of text
 *   CSV             no geometry; codes quoted; an apostrophe before what a spreadsheet would take
 *                   for a formula
 *   part            no rows: the run itself, see cov_run_save
 *
 * The four before the last have a file beside them, PATH.libcov.json: the manifest, and, as its
 * members, the "rows" a FlatGeobuf lacks, the full names of a shapefile's "columns". There a name
 * over 10 bytes is cut, its end a number where that is taken. Columns of an indicator end in _n,
 * _pct, _unk and _mis, of a ratio in _n, _of, _pct and _per, behind at most 6 bytes: a longer name
 * is cut and has its place behind it, counted through the indicators of all bases, targets and
 * ratios: fiber_viettel, the second, is fiber2_n and fiber2_pct; where that is taken, fibe2_n. No
 * two columns have the same name.
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

/* The rows of cov_run_write as a stream of Arrow (arrow.h): the same columns under their full
 * names, with types as in cov_report_to_arrow; with `geometry`, the areas' shapes as they were
 * read, in their own coordinate system, stated as PROJJSON. The stream holds a copy of everything.
 * Errors: those of cov_report_to_arrow. */
COV_API COV_MUST_CHECK cov_status cov_run_to_arrow(const cov_run *run, int geometry,
                                                   struct ArrowArrayStream *out, cov_error *err);

#ifdef __cplusplus
}
#endif

#endif
