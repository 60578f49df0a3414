/* Heading: what the columns of a sheet are called, in full and in a shapefile.
 * SPDX-License-Identifier: MIT
 *
 * In full, in the order of the columns:
 *
 *     ma_xa, ten_xa, ma_huyen, level   the areas' own names, and "level"
 *     households                       the first base: its name, "_km2" behind it with a unit
 *     fiber_n, fiber_pct               for each indicator; fiber_unknown where there are such
 *     persons, persons_fiber_n, ...    the same for each further base, behind its name
 *     area_km2, area_fiber_n, ...      one with a unit
 *     fiber_missing                    for each target; where an indicator has several of them
 *                                      fiber_80pct_missing, fiber_66.5pct_missing
 *     teams_n, teams_of, teams_pct     for each ratio; subscriptions_per100 for a rate
 *
 * A name of an indicator, a further base or a ratio keeps ASCII letters, digits, '_', '-', '.' and
 * everything outside ASCII; each other character (the '/' of an operator, the ':' of a status)
 * becomes one '_'.
 *
 * A shapefile has 10 bytes for a name. What stands before the last "_n", "_pct" ... is the stem of
 * a column of an indicator, a target or a ratio. All columns of one stem share a short one of at
 * most 6 bytes, and end in _n, _pct, _unk (unknown), _mis (missing), _of, _per. A stem of up to 6
 * bytes stays. A longer one is cut and has its place behind it, counted through the indicators of
 * all bases, the targets with a stem of their own, and the ratios: fiber_viettel, the second, is
 * fiber2_n and fiber2_pct. Where these names are taken it is cut by another character, until none
 * is left: fibe2_n, fib2_n ... 2_n. Any other name of more than 10 bytes is cut; where that is
 * taken its end becomes a number. Names that need no change have precedence, so that every column
 * has a name of its own. Full names stand in the file beside the shapefile (sidecar.h). */
#ifndef COV_SHEET_HEADING_H
#define COV_SHEET_HEADING_H

#include "sheet/fields.h"

/* The full name of a field, of which role, base, index and place are set. Freed with cov_free; NULL
 * where memory ran out. */
char *cov_heading_full(const cov_sheet *sheet, const cov_field *field);

/* Whether a target is one of several of its indicator. */
int cov_heading_has_share(const cov_sheet *sheet, size_t target);

/* What a column is, for messages: "the id column". */
const char *cov_heading_role(cov_field_role role);

/* Fill in the names of all fields in a shapefile. COV_ERR_LIMIT where a stem finds no name. */
cov_status cov_heading_shorten(cov_fields *fields, cov_error *err);

#endif
