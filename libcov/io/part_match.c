/* Parts: whether two belong together.
 * SPDX-License-Identifier: MIT */
#include "io/part_match.h"

#include <string.h>

#include "base/text.h"

static const char *or_none(const char *text)
{
    return text != NULL ? text : "none";
}

/* A text that both have, but another one. */
static cov_status check_text(const cov_part_file *first, const cov_part_file *part,
                             const char *what, const char *there, const char *here, cov_error *err)
{
    if (cov_text_equal(there, here))
        return COV_OK;
    return cov_fail(err, COV_ERR_MISMATCH,
                    "%s and %s don't belong together: %s \"%s\" in the one and \"%s\" in the other",
                    first->label, part->label, what, cov_quote(or_none(there)).text,
                    cov_quote(or_none(here)).text);
}

static cov_status check_number(const cov_part_file *first, const cov_part_file *part,
                               const char *what, size_t there, size_t here, cov_error *err)
{
    if (there == here)
        return COV_OK;
    return cov_fail(err, COV_ERR_MISMATCH,
                    "%s and %s don't belong together: the one has %zu %s, the other %zu",
                    first->label, part->label, there, what, here);
}

static cov_status check_areas(const cov_part_file *first, const cov_part_file *part, cov_error *err)
{
    cov_status s = check_text(first, part, "the households are in the coordinate system",
                              first->crs, part->crs, err);
    if (s == COV_OK)
        s = check_text(first, part, "the areas have the id column", first->id_column,
                       part->id_column, err);
    if (s == COV_OK)
        s = check_text(first, part, "the areas have the name column", first->name_column,
                       part->name_column, err);
    if (s == COV_OK)
        s = check_number(first, part, "levels of parents", first->n_levels, part->n_levels, err);
    for (size_t i = 0; i < first->n_levels && s == COV_OK; i++)
        s = check_text(first, part, "the areas have the parent column", first->levels[i],
                       part->levels[i], err);
    if (s == COV_OK)
        s = check_number(first, part, "areas", first->n_areas, part->n_areas, err);
    if (s == COV_OK &&
        (first->areas_hash != part->areas_hash || strcmp(first->shapes_crs, part->shapes_crs) != 0))
        s = cov_fail(err, COV_ERR_MISMATCH,
                     "%s and %s don't belong together: their areas differ in ids, names, parents, "
                     "boundaries or coordinate system; count all parts with the same file of areas",
                     first->label, part->label);
    return s;
}

static cov_status check_bases(const cov_part_file *first, const cov_part_file *part, cov_error *err)
{
    cov_status s = check_number(first, part, "measures", first->n_bases, part->n_bases, err);
    for (size_t i = 0; i < first->n_bases && s == COV_OK; i++)
        s = check_text(first, part, "what is counted is", first->base[i].name, part->base[i].name,
                       err);
    return s;
}

cov_status cov_part_match_services(const cov_part_file *first, const cov_part_file *part,
                                   const cov_tally *there, const cov_tally *here, cov_error *err)
{
    size_t n = cov_tally_services(there), k = 0;
    while (k < n &&
           cov_text_equal(cov_tally_service_name(there, k), cov_tally_service_name(here, k)))
        k++;
    if (k == n && cov_tally_services(here) == n)
        return COV_OK;
    if (part == first)
        return cov_part_damaged(part, "its tallies differ in their services", err);
    return check_text(first, part, "a service is", cov_tally_service_name(there, k),
                      cov_tally_service_name(here, k), err);
}

cov_status cov_part_match(const cov_part_file *first, const cov_part_file *part, cov_error *err)
{
    cov_status s = check_areas(first, part, err);
    return s == COV_OK ? check_bases(first, part, err) : s;
}
