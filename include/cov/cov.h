/* libcov: exact coverage statistics per administrative area.
 * SPDX-License-Identifier: MIT
 *
 *     areas + points + footprints -> tally -> indicators -> report
 *
 * An area is an administrative unit. A point stands for one household, or for as many as its
 * weight says. A footprint is the set of places one service reaches. A tally counts, exactly and in
 * integers, the households per (area, set of services that reach them, set of services of which
 * nobody knows whether they do). An indicator is a question asked of the tally, a report its
 * answers per area, per parent and in total.
 *
 * Coordinates. x is east or longitude, y north or latitude, in the unit of the data (degrees or
 * metres, never radians). Everything that meets in one tally is in one plane and one coordinate
 * system; the core never transforms. Straight edges are straight in that plane.
 *
 * Borders. Every point lies in exactly one area of an edge-matched coverage. A point on a border
 * belongs to the area that holds the place a hair to the east of it and, an infinitely smaller
 * hair, to the north: (x + e, y + e*e) as e goes to 0. So a point on a border belongs to the area
 * on its eastern side; on a border that runs exactly east-west, to the northern one. The rule is
 * decided with exact arithmetic, never with a tolerance.
 *
 * Errors. Every function that can fail returns a cov_status: 0, or a positive code that must be
 * checked. Treat a code you don't know as a failure. The last parameter, cov_error *err, may be
 * NULL; where it is not, a failure writes its code and a sentence that names the thing and the
 * remedy; success leaves it alone. On failure the outputs are untouched. A comment names the errors
 * that are a function's own; COV_ERR_ARGUMENT for NULL where something is needed goes without
 * saying, and so does COV_ERR_MEMORY, unless it says that nothing is allocated. A function without
 * a status can't fail, and must not be given NULL for a handle, but for _free.
 *
 * Threads. There is no global state and nothing to initialise. A const handle may be used by any
 * number of threads at once; a handle that isn't const, by one at a time.
 *
 * Memory. The caller frees what it creates with the matching _free, which accepts NULL. Handles
 * borrow nothing from the arrays given to a _create function, unless its comment says so. Texts
 * that are given out belong to the handle they were asked of, and live as long.
 *
 * Texts are UTF-8 and end in a NUL, no byte of them depends on the locale. Numbers in messages that
 * count things ("area number 3") begin with 1.
 */
#ifndef COV_COV_H
#define COV_COV_H

#include <stddef.h>
#include <stdint.h>

#include <cov/version.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define COV_API __attribute__((visibility("default")))
#define COV_MUST_CHECK __attribute__((warn_unused_result))
#else
#define COV_API
#define COV_MUST_CHECK
#endif

/* ---------------------------------------------------------------- status and errors */

/* 0 or one of COV_ERR_*. The numbers are append-only: a code keeps its meaning for ever. */
typedef int32_t cov_status;

enum {
    COV_OK = 0,
    COV_ERR_ARGUMENT = 1, /* the caller's mistake: NULL, out of range, unknown option */
    COV_ERR_MEMORY = 2,   /* an allocation failed */
    COV_ERR_LIMIT = 3,    /* more than can be counted exactly: services, sets, a sum over 2^64-1 */
    COV_ERR_GEOMETRY = 4, /* not a polygon, damaged WKB, a coordinate that is not a number */
    COV_ERR_ID = 5,       /* an id that is missing, empty or stands twice */
    COV_ERR_EXPRESSION = 6, /* an indicator's expression or name that can't be understood */
    COV_ERR_FORMAT = 7,     /* bytes that are not a saved tally, or a damaged or newer one */
    COV_ERR_MISMATCH = 8,   /* tallies that don't belong together */
    COV_ERR_LEDGER = 9,     /* a ledger that doesn't balance: never expected, never hidden */
    COV_ERR_INPUT = 10,     /* a file whose content can't be used: says which and why */
    COV_ERR_CRS = 11,       /* a coordinate reference system that is missing, unknown or unsafe */
    COV_ERR_EXISTS = 12,    /* the output exists already */
    COV_ERR_IO = 13,        /* reading or writing failed */
    COV_ERR_CANCELLED = 14, /* the progress callback asked to stop */
    COV_ERR_TIERS = 15      /* speed tiers that don't lie within each other */
};

/* What went wrong. `message` is UTF-8, ends in a NUL, has no newline at its end. */
typedef struct cov_error {
    cov_status code;
    char message[1020];
} cov_error;

/* Called on the caller's thread only, between features, rows or batches. `fraction` is 0 to 1, or
 * below 0 where it is not known; `phase` says what is being done. Return 0 to go on; anything else
 * ends the call with COV_ERR_CANCELLED. */
typedef int (*cov_progress)(void *data, const char *phase, double fraction);

/* The name of a code, "COV_ERR_LIMIT"; "COV_ERR_UNKNOWN" for a code this version doesn't know. Like
 * that of cov_version, the text is constant and belongs to nobody. */
COV_API const char *cov_status_name(cov_status code);

/* The library's version, COV_VERSION of the binary that runs. */
COV_API const char *cov_version(void);

/* ---------------------------------------------------------------- areas */

/* One administrative unit, as given to cov_areas_create. */
typedef struct cov_area {
    const char *id;             /* UTF-8, unique, not empty; kept as text: "00123" stays "00123" */
    const char *name;           /* UTF-8, or NULL */
    const char *const *parents; /* ids of the parents, nearest first, one for each level of the
                                   options; an entry may be NULL (no parent; "" is an id like any
                                   other); NULL: no parent on any level */
    const void *wkb;            /* Polygon or MultiPolygon in WKB: ISO or extended, with or without
                                   Z and M (ignored), either byte order. Rings in either winding.
                                   Polygons must be valid in the sense of OGC Simple Features; the
                                   answer inside an invalid one is unspecified, though never unsafe */
    size_t wkb_size;            /* in bytes */
} cov_area;

typedef struct cov_areas_options {
    size_t size;               /* sizeof(cov_areas_options): set by the initialiser */
    const char *const *levels; /* names of the levels above the areas, nearest first, e.g.
                                  {"ma_huyen", "ma_tinh"}; NULL where n_levels is 0 */
    size_t n_levels;
    const char *crs;  /* free text that names the coordinate system (WKT, "EPSG:4326"); part
                         of the fingerprint, otherwise not looked at; NULL for none */
    unsigned threads; /* that build the index; 0 or 1: the caller's alone. Changes no answer */
} cov_areas_options;

#define COV_AREAS_OPTIONS_INIT                                                                     \
    {                                                                                              \
        sizeof(cov_areas_options), NULL, 0, NULL, 0                                                \
    }

/* Immutable: the areas, in the order of their ids (compared as bytes), with their index. */
typedef struct cov_areas cov_areas;

/* Build areas from n >= 1 units. `options` may be NULL. The order of the input has no influence on
 * anything: the areas are sorted by id, and the index of an area in every other function is its
 * place in that order. Errors name the area: COV_ERR_ID (empty or duplicate id),
 * COV_ERR_GEOMETRY (no polygon, no area, NaN or over 1e150), COV_ERR_LIMIT (over 2^30-2 areas, 2^32
 * vertices or more). */
COV_API COV_MUST_CHECK cov_status cov_areas_create(const cov_area *areas, size_t n,
                                                   const cov_areas_options *options,
                                                   cov_areas **out, cov_error *err);
COV_API void cov_areas_free(cov_areas *areas);

COV_API size_t cov_areas_count(const cov_areas *areas);
COV_API size_t cov_areas_levels(const cov_areas *areas);

/* Text of area `index` < count, or of level `level` < levels; NULL where there is none (no name, no
 * parent, out of range). Owned by the areas. */
COV_API const char *cov_areas_id(const cov_areas *areas, size_t index);
COV_API const char *cov_areas_name(const cov_areas *areas, size_t index);
COV_API const char *cov_areas_parent(const cov_areas *areas, size_t index, size_t level);
COV_API const char *cov_areas_level_name(const cov_areas *areas, size_t level);
COV_API const char *cov_areas_crs(const cov_areas *areas);

/* The index of the area with this id, or -1. */
COV_API int32_t cov_areas_find(const cov_areas *areas, const char *id);

/* West, south, east, north. */
COV_API void cov_areas_extent(const cov_areas *areas, double extent[4]);

/* A number that is equal for equal areas (ids, names, parents, levels, coordinates, crs), given in
 * any order with their rings in any winding, and almost certainly different otherwise; the order of
 * the parts of one area and where a ring begins make a difference. Stable from version to version,
 * on every machine. Not a defence against somebody who wants two areas to look equal. */
COV_API uint64_t cov_areas_fingerprint(const cov_areas *areas);

/* Bytes held by the index, without ids and names: what grows with the number of vertices. */
COV_API size_t cov_areas_memory(const cov_areas *areas);

/* ---------------------------------------------------------------- points */

/* Where a point is that is in no area. */
enum {
    COV_OUTSIDE = -1,    /* outside all of them */
    COV_NO_LOCATION = -2 /* a coordinate that is not finite */
};

/* A batch of points, borrowed for the time of a call. Strides are in bytes, so that interleaved
 * (x, y) pairs, NumPy views and GeoArrow buffers pass without a copy; 0 means sizeof(double). */
typedef struct cov_points {
    size_t n;
    const double *x; /* a point whose x or y is not finite is "without location" */
    const double *y;
    size_t x_stride;
    size_t y_stride;
    const uint64_t *weight;  /* households per point in units of 1/scale of the tally; NULL: one
                                household each */
    const uint64_t *served;  /* one word per point, bit k: service k reaches it; for the services
                                without a footprint, any other bit is COV_ERR_ARGUMENT; NULL: no
                                bit set */
    const uint64_t *unknown; /* bit k: nobody knows whether service k reaches the point; where
                               `served` says yes, yes it is. For the same services; NULL: no bit
                               set */
    const int32_t *area;     /* where the caller knows it already: the index of each point's area,
                                COV_OUTSIDE or COV_NO_LOCATION. x and y then serve the footprints
                                alone, and may be NULL where no service has one. NULL: x and y
                                decide */
    const uint8_t *overlap;  /* with `area`: 1 where the point lies in more than one area, else 0;
                                NULL: none does */
    /* Only cov_tally_push looks at what follows the strides. */
} cov_points;

#define COV_POINTS_INIT                                                                            \
    {                                                                                              \
        0, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL                                          \
    }

/* Write to area_out[i] the index of the area that holds point i, or COV_OUTSIDE, or
 * COV_NO_LOCATION. Where areas overlap the owner is the first in the order of ids. overlap_out[i],
 * where overlap_out is not NULL, becomes 1 where point i lies in more than one area, else 0.
 * Allocates nothing. */
COV_API COV_MUST_CHECK cov_status cov_areas_locate(const cov_areas *areas, const cov_points *points,
                                                   int32_t *area_out, uint8_t *overlap_out,
                                                   cov_error *err);

/* ---------------------------------------------------------------- footprints */

/* Immutable: the places one service reaches. */
typedef struct cov_footprint cov_footprint;

/* The union of n >= 1 polygons or multipolygons (WKB as in cov_area): a point is reached when it is
 * inside any of them, by the border rule above. They may overlap and touch in any way, each of
 * them must be valid. `threads` build the index; 0 or 1: the caller's alone; they change no answer.
 * Errors: COV_ERR_GEOMETRY (names the place of the polygon in the array, from 0), COV_ERR_LIMIT
 * (2^32 vertices or more). */
COV_API COV_MUST_CHECK cov_status cov_footprint_polygons(const void *const *wkb,
                                                         const size_t *sizes, size_t n,
                                                         unsigned threads, cov_footprint **out,
                                                         cov_error *err);

/* Within a distance of cables, masts, nodes. */
typedef struct cov_near_options {
    size_t size;   /* sizeof(cov_near_options) */
    double metres; /* a point is reached within this distance, the distance itself included;
                      from 10^-6 to 10^9, on an ellipsoid to 10^6 */
    double metres_per_unit;      /* of planar coordinates: 1 for metres, 0.3048 for feet; 0: the
                                    coordinates are longitude and latitude in degrees */
    double semi_major;           /* of the ellipsoid, in metres; for degrees */
    double flattening;           /* of the ellipsoid, 0 to 0.1; for degrees */
    const void *const *barriers; /* lines or polygons in WKB that a drop must not cross, see below;
                                    NULL where n_barriers is 0 */
    const size_t *barrier_sizes; /* in bytes */
    size_t n_barriers;
    unsigned threads; /* that build the index; 0 or 1: the caller's alone. Changes no answer */
} cov_near_options;

/* Metres in a plane, or the ellipsoid of WGS 84; `metres` is to be set. */
#define COV_NEAR_OPTIONS_INIT                                                                      \
    {                                                                                              \
        sizeof(cov_near_options), 0, 1, 6378137, 1 / 298.257223563, NULL, NULL, 0, 0               \
    }

/* The places within a distance of a network: n >= 1 points and lines (Point, LineString, their
 * Multi... and collections of them, WKB as in cov_area). Lines are straight between their vertices
 * in the plane of the coordinates.
 *
 * The distance in a plane is the straight one, times metres_per_unit; with whole coordinates below
 * 2^25 and a whole distance the comparison is exact. With degrees it is the length of the geodesic
 * on the ellipsoid to the nearest place of the line, off by less than a millionth up to 100 km and
 * ten millionths beyond, at the poles and across the antimeridian too: longitudes that differ by
 * 360 are one place. A line from 179 to -179 crosses the whole map, one from 179 to 181 the
 * antimeridian. Longitudes of the network and of barriers go from -540 to 540; a point whose
 * latitude is beyond 90 is not reached.
 *
 * Barriers are lines, or the rings of polygons. The drop from a point to a segment of a line is the
 * straight line, in the plane of the coordinates, to the nearest place of that segment. Where there
 * are barriers, a point is reached when at least one segment within the distance has a drop that
 * crosses none. A drop crosses a barrier where it goes from one side of it to the other; one that
 * begins or ends on it (a node on the bank) does not. Through a vertex of a barrier, or along it, a
 * drop goes as if the barrier lay a hair to the north-east, as in the border rule. The sides are
 * decided exactly; the drop's end at the network is taken back by 2^-26 of its length, so that a
 * cable along a bank is no cable across the river.
 *
 * Errors: COV_ERR_ARGUMENT (an option out of range), COV_ERR_GEOMETRY (names the place in the
 * array, from 0; also a coordinate beyond 10^60 in a plane, or that is no degree), COV_ERR_LIMIT
 * (more than 2^29 vertices). */
COV_API COV_MUST_CHECK cov_status cov_footprint_near(const void *const *wkb, const size_t *sizes,
                                                     size_t n, const cov_near_options *options,
                                                     cov_footprint **out, cov_error *err);
COV_API void cov_footprint_free(cov_footprint *footprint);

/* West, south, east, north of what is reached; for a distance, at most. */
COV_API void cov_footprint_extent(const cov_footprint *footprint, double extent[4]);

/* Bytes held by the index. */
COV_API size_t cov_footprint_memory(const cov_footprint *footprint);

/* Set bit `bit` < 64 of served[i] where point i is reached; leave it alone otherwise. Points
 * without location are not reached. Allocates nothing. */
COV_API COV_MUST_CHECK cov_status cov_footprint_mark(const cov_footprint *footprint,
                                                     const cov_points *points, unsigned bit,
                                                     uint64_t *served, cov_error *err);

/* ---------------------------------------------------------------- services */

#define COV_SERVICES_MAX 64

/* technology[/operator][:status]: "fiber", "4g/viettel", "fiber/vnpt:connected". The status is
 * passed (could order it), connected (uses it) or planned, or none is told. Where a technology
 * stands alone in a status, it does so without "fiber/vnpt" of the same status beside it;
 * "fiber/vnpt", "fiber/vnpt:passed" and "fiber/vnpt:connected" are three services. Its place in the
 * array of services is a service's bit. Technology and operator are UTF-8 and consist of ASCII
 * letters and digits, '_', '-', '.', and any character outside ASCII but white space, at least
 * one. Names are compared as bytes: "FPT" is not "fpt". */
typedef struct cov_service {
    const char *name;
    const cov_footprint *footprint; /* borrowed, must outlive the tally; NULL where the answer comes
                                       with the points, in `served` */
} cov_service;

/* Read the answer of a text column, in any case, blanks (also U+00A0) around it ignored: yes y true
 * t 1 co có x, no n false f 0 khong không. Writes 1 or 0. Anything else, also an empty text, is
 * COV_ERR_INPUT: an unknown answer is never taken for a no. */
COV_API COV_MUST_CHECK cov_status cov_answer_parse(const char *text, int *out, cov_error *err);

/* ---------------------------------------------------------------- tally */

/* Exact counts per (area, set of services that reach, set of unknown ones). Mutable; merging is
 * associative and commutative, so that any split of the points over tallies, in any order, ends in
 * the same counts. */
typedef struct cov_tally cov_tally;

typedef struct cov_tally_options {
    size_t size;      /* sizeof(cov_tally_options) */
    uint32_t scale;   /* units per household: a power of ten from 1 to 10^9; 1 for whole weights,
                         1000 for thousandths */
    size_t max_cells; /* at most so many distinct (area, set, unknown set) cells; beyond it, and in
                         any case beyond 2^32-2, COV_ERR_LIMIT. A cell takes 40 to 96 bytes */
} cov_tally_options;

#define COV_TALLY_OPTIONS_INIT                                                                     \
    {                                                                                              \
        sizeof(cov_tally_options), 1, (size_t)1 << 26                                              \
    }

/* Points, and the sum of their weights in units of 1/scale. */
typedef struct cov_count {
    uint64_t points;
    uint64_t weight;
} cov_count;

/* Every point that enters ends in exactly one of the five buckets:
 * read = assigned + outside + no_location + duplicate + rejected, in points and in weight. */
typedef struct cov_ledger {
    cov_count read;
    cov_count assigned;    /* in an area */
    cov_count outside;     /* in none */
    cov_count no_location; /* a coordinate that is not finite, a null geometry */
    cov_count duplicate;   /* told by the caller: counted already */
    cov_count rejected;    /* told by the caller: unusable */
    cov_count overlap;     /* of the assigned: in more than one area; not a bucket of its own */
} cov_ledger;

typedef enum cov_exclusion { COV_EXCLUDE_DUPLICATE = 1, COV_EXCLUDE_REJECTED = 2 } cov_exclusion;

/* An empty tally of up to COV_SERVICES_MAX services. The areas and footprints are borrowed and must
 * outlive the tally. `options` may be NULL. Errors: COV_ERR_ARGUMENT (a name that is malformed, or
 * "fiber" beside "fiber/vnpt"), COV_ERR_ID (a name twice), COV_ERR_LIMIT (too many services). */
COV_API COV_MUST_CHECK cov_status cov_tally_create(const cov_areas *areas,
                                                   const cov_service *services, size_t n_services,
                                                   const cov_tally_options *options,
                                                   cov_tally **out, cov_error *err);
COV_API void cov_tally_free(cov_tally *tally);

/* Count a batch of any size: locate each point unless its area is told, mark the services with a
 * footprint, add its weight. A point of weight 0 is a point of the ledger and nothing else: no cell
 * comes of it. The whole batch is counted, or, on an error, nothing of it. Errors: COV_ERR_ARGUMENT
 * (a bit of `served` or `unknown` that isn't the points' to set, an `area` there is none of, an
 * `overlap` of a point in no area or without `area`, a loaded tally), COV_ERR_LIMIT (a sum over
 * 2^64-1, max_cells). */
COV_API COV_MUST_CHECK cov_status cov_tally_push(cov_tally *tally, const cov_points *points,
                                                 cov_error *err);

/* Book points that are not to be counted, with the sum of their weights in units of 1/scale, so
 * that the ledger stays whole. COV_ERR_LIMIT where a sum passes 2^64-1. */
COV_API COV_MUST_CHECK cov_status cov_tally_exclude(cov_tally *tally, cov_exclusion why,
                                                    uint64_t points, uint64_t weight,
                                                    cov_error *err);

/* Add `from` to `into`. Both must have equal areas (fingerprint) and the same service names in the
 * same order, else COV_ERR_MISMATCH; a tally merged with itself is COV_ERR_ARGUMENT. Where the
 * scales differ, `into` becomes the finer of the two. All of it is added, or, on an error, nothing:
 * COV_ERR_LIMIT where a sum passes 2^64-1 or the cells the max_cells of `into`. Footprints aren't
 * compared: that a service of one name is the same service is the caller's to know. */
COV_API COV_MUST_CHECK cov_status cov_tally_merge(cov_tally *into, const cov_tally *from,
                                                  cov_error *err);

COV_API void cov_tally_ledger(const cov_tally *tally, cov_ledger *out);
COV_API uint32_t cov_tally_scale(const cov_tally *tally);
COV_API size_t cov_tally_services(const cov_tally *tally);

/* NULL where index >= services. */
COV_API const char *cov_tally_service_name(const cov_tally *tally, size_t index);

/* A tally as bytes: a header with format version, fingerprint of the areas, scale, service names,
 * ledger; the counts in the order of (area, set, unknown set); a checksum. Little-endian on every
 * machine. The bytes are equal for equal counts, however they came about. cov_tally_save writes
 * cov_tally_saved_size bytes and needs a buffer of at least as many (COV_ERR_ARGUMENT otherwise).
 */
COV_API size_t cov_tally_saved_size(const cov_tally *tally);
COV_API COV_MUST_CHECK cov_status cov_tally_save(const cov_tally *tally, void *buffer,
                                                 size_t capacity, cov_error *err);

/* Read a saved tally back: COV_ERR_FORMAT for bytes that are not one (any single changed byte is
 * noticed), COV_ERR_MISMATCH where it was made with other areas. The bytes may come from anybody:
 * nothing in them can do worse than be refused. A loaded tally has no footprints: it merges and
 * reports; cov_tally_push on it is COV_ERR_ARGUMENT. Its max_cells is the default one, or what it
 * holds where that is more. The areas are borrowed and must outlive it. */
COV_API COV_MUST_CHECK cov_status cov_tally_load(const cov_areas *areas, const void *bytes,
                                                 size_t size, cov_tally **out, cov_error *err);

/* ---------------------------------------------------------------- indicators */

/* A question about one household, answered by the set of services that reach it.
 *
 *     fiber                       a technology: reached by any operator's fiber
 *     4g/viettel                  one service
 *     any(4g/x, 5g/y)             at least one of the services that match
 *     all(4g/x, ...)              every one of them
 *     count(5g/x, ...) >= 2       how many of them; also > <= < == (or =) !=
 *     operators(4g/x, 5g/y) >= 2  how many operators have at least one of them
 *     !a   a & b   a | b   (a)    not, and, or; ! binds tightest, then &, then |
 *
 * where x may be a glob: '*' stands for any run of characters but '/' and ':', '?' for one. A name
 * or pattern without a slash means whole technologies: count(fiber) counts the operators of fiber.
 * The patterns of a function are separated by commas, a service counts once however many match it;
 * the number behind count and operators is 0 to 64. The services of a technology without operator
 * are an operator of their own. A name or pattern that matches no service is an error, so that a
 * slip of the pen is not 0 %. Blanks mean nothing; parentheses stand at most 32 deep; the functions
 * are names of services where no parenthesis follows.
 *
 * Status. A name or pattern may end in :passed, :connected, :planned, or in :none, which are the
 * services without a status: fiber:passed, any(4g/x:planned). Otherwise it matches services of any.
 * Within one expression all services meant of a technology must then have one status (none is
 * one), unless each reference to it is written with its status: fiber:passed & !fiber:connected is
 * meant so, while fiber/viettel & fiber/vnpt is an error where one is passed and the other
 * connected.
 *
 * Unknown. Where nobody knows whether a service reaches the household, a test is unknown if both
 * answers are still possible to it. !unknown is unknown; & is no as soon as one side is no, | yes
 * as soon as one side is yes, else one unknown side makes them unknown. (This is Kleene's logic: a
 * yes or no never depends on what is unknown, but "a | !a" is unknown where a is.)
 *
 * An expression may also be one of these, alone:
 *
 *     best(2g/x, 3g/y, ...)       the share of the operator that reaches most of a row
 *     defaults()                  one indicator for each technology and for each service
 *     classes(4g/x, ...)          N_white, N_grey, N_black: by no operator, by one, by more
 *     profile(LOW, HIGH)          unserved, underserved, served: not LOW, LOW but not HIGH, HIGH
 *
 * best is the greatest of the shares of any(...), taken over the services that match of each
 * operator: SDG 9.c.1 is best(2g/x, 3g/x, 4g/x). It is found row by row, so that the total may have
 * another operator than an area; of equal shares that of the first operator in the order of the
 * services.
 *
 * The others stand for several indicators, with names and expressions of their own. defaults():
 * for each technology and status, in order of appearance, the union over its operators, named
 * technology[:status], then each of its services; any other indicator with such a name replaces it.
 * classes: operators(4g/x, ...) == 0, == 1 and >= 2, where N is the indicator's name, or, without
 * one, the technology[:status] of the patterns. profile: !(LOW), (LOW) & !(HIGH) and (HIGH), LOW
 * and HIGH being any two expressions that are not one of these; with NAME_ before their names where
 * the indicator has a name. */
typedef struct cov_indicator {
    const char *name;       /* UTF-8, unique, not empty, without Unicode's white space
                               but ASCII's; NULL: the expression itself */
    const char *expression; /* see above */
} cov_indicator;

/* Check indicators before any data is read. COV_ERR_EXPRESSION names the indicator, the column of
 * the mistake (from 1, in characters of the expression as it is given) and what was expected there.
 * Two indicators of one name, also of those that defaults(), classes and profile stand for, are
 * such a mistake. */
COV_API COV_MUST_CHECK cov_status cov_indicators_check(const cov_indicator *indicators, size_t n,
                                                       const cov_service *services,
                                                       size_t n_services, cov_error *err);

/* ---------------------------------------------------------------- report */

/* Immutable: the answers, per area, rolled up to every level of parents, and in total. */
typedef struct cov_report cov_report;

/* Evaluate indicators on a tally; n = 0 is defaults(). Where an indicator stands for several, the
 * report has those. The tally may be freed afterwards, the areas are borrowed and must outlive the
 * report. Errors: COV_ERR_EXPRESSION as in cov_indicators_check, COV_ERR_LEDGER where the tally's
 * ledger doesn't balance. */
COV_API COV_MUST_CHECK cov_status cov_report_create(const cov_tally *tally,
                                                    const cov_indicator *indicators, size_t n,
                                                    cov_report **out, cov_error *err);
COV_API void cov_report_free(cov_report *report);

/* Rows: first the areas in order of id, then each level of parents, nearest first, in order of
 * their path (own id, then the ids above, compared from the top; no id comes after every id), last
 * the total. A parent is known by its whole path: district "01" of province "91" and of "92" are
 * two rows. The name and the expression of an indicator are NULL where there is none of that
 * number. */
COV_API size_t cov_report_rows(const cov_report *report);
COV_API size_t cov_report_indicators(const cov_report *report);
COV_API const char *cov_report_indicator_name(const cov_report *report, size_t indicator);
COV_API const char *cov_report_indicator_expression(const cov_report *report, size_t indicator);
COV_API uint32_t cov_report_scale(const cov_report *report);
COV_API void cov_report_ledger(const cov_report *report, cov_ledger *out);

typedef struct cov_row {
    size_t level;        /* 0 an area, 1..levels a parent, levels + 1 the total */
    int32_t area;        /* index of an area of this row: its own, or the first one of the parent
                            (cov_areas_parent of it gives the ids above); -1 for the total */
    const char *id;      /* owned by the areas; NULL for the total, and for the row of areas without
                            a parent */
    const char *name;    /* NULL unless an area with a name */
    uint64_t households; /* sum of weights, in units of 1/scale */
} cov_row;

/* Row `row` < rows; COV_ERR_ARGUMENT for any other. */
COV_API COV_MUST_CHECK cov_status cov_report_row(const cov_report *report, size_t row, cov_row *out,
                                                 cov_error *err);

typedef struct cov_share {
    uint64_t n;       /* households for which the indicator holds, in units of 1/scale */
    uint64_t of;      /* households of the row without the unknown ones */
    uint64_t unknown; /* those of which nobody knows whether it holds */
    double share;     /* n / of, 0 to 1; NaN where `of` is 0: no households is not 0 % */
} cov_share;

/* The answer of indicator `indicator` < indicators for row `row` < rows; COV_ERR_ARGUMENT for any
 * other. */
COV_API COV_MUST_CHECK cov_status cov_report_share(const cov_report *report, size_t row,
                                                   size_t indicator, cov_share *out,
                                                   cov_error *err);

/* 100 * n / of as a whole number of units of 10^-decimals percent (decimals <= 6), rounded half up
 * in integers; but 100 % only where n == of and 0 only where n == 0: the last household is not
 * rounded away. -1 where that is no percentage: of == 0, n > of, decimals > 6. (66.5471 % with 4
 * decimals is 665471.) */
COV_API int64_t cov_percent(uint64_t n, uint64_t of, unsigned decimals);

/* ---------------------------------------------------------------- tiers, targets */

/* Check speed tiers, the widest first, such as "dl25", "dl100", "dl1000": every household that one
 * holds for must be one that each wider tier, before it, holds for. Where the answer of either is
 * unknown nothing is wrong. Each is an expression about a household, without best and what stands
 * for several indicators. Errors: COV_ERR_TIERS names two tiers, the number of households that are
 * in the narrower and not in the wider one, and the first area that has such with their number in
 * it; COV_ERR_EXPRESSION as in cov_indicators_check. */
COV_API COV_MUST_CHECK cov_status cov_tiers_check(const cov_tally *tally,
                                                  const char *const *expressions, size_t n,
                                                  cov_error *err);

/* Read a percentage as millionths: "80%" is 800000, "66.55 %" 665500. 0 to 100 with at most 4
 * decimals behind a point, the sign required, blanks (also U+00A0) before and behind it ignored;
 * COV_ERR_ARGUMENT for anything else. */
COV_API COV_MUST_CHECK cov_status cov_millionths_parse(const char *text, uint32_t *out,
                                                       cov_error *err);

/* The reverse, without the sign: 800000 is "80", 665500 "66.55", 1 "0.0001". */
COV_API void cov_millionths_write(uint32_t millionths, char out[16]);

/* How many more of `of` it takes beside n to reach a share of so many millionths (over 1000000:
 * 1000000): the least number that does, 0 where n does already. Exact, in integers. */
COV_API uint64_t cov_missing(uint64_t n, uint64_t of, uint32_t millionths);

/* What is missing to a target, in units of 1/scale of a report. */
typedef struct cov_gap {
    const char *name;          /* of its indicator */
    size_t indicator;          /* its number in the report */
    uint32_t share;            /* millionths */
    uint64_t missing;          /* in total: max(0, ceil(share of) - n), of and n as in cov_share */
    uint64_t missing_in_areas; /* the sum over the areas, each brought to the share by itself */
    uint64_t with;             /* connections stated, in whole households; 0: none */
} cov_gap;

/* A ratio for a row of a report. */
typedef struct cov_ratio {
    uint64_t n;       /* above the line, in units of 1/n_scale */
    uint64_t of;      /* below it, in units of 1/of_scale */
    uint32_t n_scale; /* a power of ten */
    uint32_t of_scale;
    uint64_t areas; /* areas of the row that have a row in the table; 0: nothing is known */
    double value;   /* per * n / of; NaN where `of` is 0 or nothing is known */
} cov_ratio;

#ifdef __cplusplus
}
#endif

#endif
