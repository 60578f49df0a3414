/* SPDX-License-Identifier: MIT */
#include "io/plausible.h"

#include "base/mem.h"
#include "base/text.h"
#include "io/extent.h"

#include <cpl_string.h>
#include <inttypes.h>

/* ---------------------------------------------------------------- extents */

typedef struct text {
    char is[160];
} text;

/* A decimal point in any locale, which printf doesn't promise. */
static text describe(const double e[4])
{
    text t;
    CPLsnprintf(t.is, sizeof t.is, "x %.9g to %.9g, y %.9g to %.9g", e[0], e[2], e[1], e[3]);
    return t;
}

static cov_status refuse_disjoint(const cov_whereabouts *points, const cov_area_layer *areas,
                                  uint64_t located, cov_error *err)
{
    const double *e = points->extent;
    double area[4];
    cov_areas_extent(areas->areas, area);
    char *area_crs = cov_crs_label(areas->crs);
    if (area_crs == NULL)
        return cov_fail_memory(err);
    const double swapped[4] = {e[1], e[0], e[3], e[2]};
    const char *remedy =
        cov_extent_meet(swapped, area)
            ? "with x and y swapped they would meet: swap the two columns"
            : "is one of the coordinate systems wrong, or are they of two regions?";
    cov_status s =
        cov_fail(err, COV_ERR_CRS,
                 "none of the %" PRIu64 " points with a location lies in an area, for they "
                 "don't meet: %s (%s) has %s; %s (%s) has, in the same system, %s: %s",
                 located, points->label, points->crs, describe(e).is, areas->label, area_crs,
                 describe(area).is, remedy);
    cov_free(area_crs);
    return s;
}

/* ---------------------------------------------------------------- households */

static cov_status check_location(const cov_whereabouts *points, const cov_ledger *ledger,
                                 cov_error *err)
{
    if (ledger->read.points == 0 || ledger->no_location.points < ledger->read.points)
        return COV_OK;
    return cov_households_refuse_unlocated(points->label, ledger->read.points, err);
}

/* One slip in a million is the ledger's; a file that is wrong from end to end is an error. */
static cov_status check_stray(const cov_households *h, cov_notes *notes, cov_error *err)
{
    cov_stray stray;
    cov_households_stray(h, &stray);
    if (stray.beyond == 0)
        return COV_OK;
    char where[80];
    CPLsnprintf(where, sizeof where, "longitude %.9g, latitude %.9g", stray.x, stray.y);
    if (stray.beyond > stray.located / 2)
        return cov_fail(err, COV_ERR_CRS,
                        "%s: %" PRIu64 " of %" PRIu64 " points lie beyond the earth, the first "
                        "is feature %" PRId64 " (%s): longitude and latitude are swapped, or the "
                        "coordinates are not in degrees and need another coordinate system",
                        cov_households_label(h), stray.beyond, stray.located, stray.first, where);
    return cov_notes_add(notes, err, COV_NOTE_WARNING,
                         "%s: points beyond the earth, and so in no area: %" PRIu64 " of %" PRIu64
                         ", the first is feature %" PRId64 " (%s)",
                         cov_households_label(h), stray.beyond, stray.located, stray.first, where);
}

static cov_status check_assigned(const cov_whereabouts *points, const cov_area_layer *areas,
                                 const cov_ledger *ledger, cov_notes *notes, cov_error *err)
{
    uint64_t located = ledger->read.points - ledger->no_location.points;
    double area[4];
    if (ledger->assigned.points > 0)
        return COV_OK;
    cov_areas_extent(areas->areas, area);
    if (!cov_extent_meet(points->extent, area))
        return refuse_disjoint(points, areas, located, err);
    return cov_notes_add(notes, err, COV_NOTE_WARNING,
                         "none of the %" PRIu64 " points of %s lies in an area of %s, though "
                         "their extents meet: every share is empty",
                         located, points->label, areas->label);
}

/* A part of the households may lie elsewhere, or be of nobody: whether that is right can only be
 * seen of the whole. */
static cov_status note_part(const cov_whereabouts *points, const cov_area_layer *areas,
                            const cov_ledger *ledger, cov_notes *notes, cov_error *err)
{
    uint64_t located = ledger->read.points - ledger->no_location.points;
    double area[4];
    if (ledger->assigned.points > 0)
        return COV_OK;
    if (ledger->read.points == 0)
        return cov_notes_add(notes, err, COV_NOTE_WARNING,
                             "%s holds no points: right for a part, if the others hold some",
                             points->label);
    if (located == 0)
        return cov_notes_add(notes, err, COV_NOTE_WARNING,
                             "%s: none of its %" PRIu64 " points has a location: right for a part, "
                             "if others have one",
                             points->label, ledger->read.points);
    cov_areas_extent(areas->areas, area);
    return cov_notes_add(notes, err, COV_NOTE_WARNING,
                         "none of the %" PRIu64 " points with a location of %s (%s) lies in an "
                         "area of %s (%s): right for a part, if others do",
                         located, points->label, describe(points->extent).is, areas->label,
                         describe(area).is);
}

static cov_status note_overlap(const cov_area_layer *areas, const cov_ledger *ledger,
                               cov_notes *notes, cov_error *err)
{
    if (ledger->overlap.points == 0)
        return COV_OK;
    int one = ledger->overlap.points == 1;
    return cov_notes_add(
        notes, err, COV_NOTE_WARNING,
        "%" PRIu64 " point%s in more than one area of %s and %s given to the first in the "
        "order of ids",
        ledger->overlap.points, one ? " lies" : "s lie", areas->label, one ? "was" : "were");
}

/* Rounding is kept in 1e-9; what a person needs is its size, to that digit. */
static cov_status note_rounding(const cov_households *h, size_t measure, uint32_t scale,
                                cov_notes *notes, cov_error *err)
{
    if (scale == 1)
        return COV_OK;
    int64_t r = cov_households_rounding(h, measure);
    uint64_t size = r < 0 ? (uint64_t) - (r + 1) + 1 : (uint64_t)r;
    return cov_notes_add(notes, err, COV_NOTE_INFO,
                         "%s: the weights (column %s) have decimals and are counted in "
                         "thousandths, rounded half to even; all the rounding adds up to "
                         "%s%" PRIu64 ".%09" PRIu64,
                         cov_households_label(h),
                         cov_quote(cov_households_measure(h, measure)).text, r < 0 ? "-" : "",
                         size / 1000000000, size % 1000000000);
}

cov_status cov_plausible_points(const cov_whereabouts *points, const cov_area_layer *areas,
                                const cov_ledger *ledger, cov_notes *notes, cov_error *err)
{
    cov_status s = check_location(points, ledger, err);
    return s == COV_OK ? check_assigned(points, areas, ledger, notes, err) : s;
}

static cov_status check_place(const cov_households *h, const cov_area_layer *areas,
                              const cov_ledger *ledger, int is_part, cov_notes *notes,
                              cov_error *err)
{
    char *crs = cov_crs_label(cov_households_crs(h));
    if (crs == NULL)
        return cov_fail_memory(err);
    cov_whereabouts points = {cov_households_label(h), crs, {0, 0, 0, 0}};
    cov_households_extent(h, points.extent);
    cov_status s = is_part ? note_part(&points, areas, ledger, notes, err)
                           : cov_plausible_points(&points, areas, ledger, notes, err);
    cov_free(crs);
    return s;
}

cov_status cov_plausible_households(const cov_households *households, size_t measure,
                                    const cov_area_layer *areas, const cov_tally *tally,
                                    int is_part, cov_notes *notes, cov_error *err)
{
    cov_ledger ledger;
    cov_tally_ledger(tally, &ledger);
    cov_status s = COV_OK;
    if (ledger.read.points == 0 && !is_part)
        s = cov_households_refuse_empty(households, err);
    if (s == COV_OK)
        s = check_stray(households, notes, err);
    if (s == COV_OK)
        s = check_place(households, areas, &ledger, is_part, notes, err);
    if (s == COV_OK)
        s = note_overlap(areas, &ledger, notes, err);
    if (s == COV_OK)
        s = note_rounding(households, measure, cov_tally_scale(tally), notes, err);
    return s;
}

/* ---------------------------------------------------------------- footprints */

cov_status cov_plausible_footprint(const cov_footprint_layer *layer, const char *service,
                                   const cov_area_layer *areas, cov_notes *notes, cov_error *err)
{
    double reach[4], area[4];
    cov_footprint_extent(layer->footprint, reach);
    cov_areas_extent(areas->areas, area);
    if (cov_extent_meet(reach, area))
        return COV_OK;
    return cov_notes_add(notes, err, COV_NOTE_WARNING,
                         "the service %s reaches nobody: %s (%s) lies outside all areas (%s): is "
                         "its coordinate system right?",
                         cov_quote(service).text, layer->label, describe(reach).is,
                         describe(area).is);
}
