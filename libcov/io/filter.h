/* Filter: OGR's attribute filter (the WHERE of its SQL), the same for every format.
 * SPDX-License-Identifier: MIT
 *
 * What a driver makes of a filter differs: GeoPackage hands it to SQLite, where a text column
 * compares 25 >= 100 as texts and a misspelt column in quotes is a text; a shapefile compares bytes
 * that are not decoded yet. So no driver gets it: it is put to OGR's own evaluation for every
 * feature that was read. It is checked once, against the columns. Features that don't pass are
 * read all the same, so that damaged files are noticed and features keep their numbers. */
#ifndef COV_IO_FILTER_H
#define COV_IO_FILTER_H

#include <gdal.h>
#include <ogr_api.h>

#include "io/watch.h"

typedef struct cov_filter cov_filter;

/* Compile. COV_ERR_INPUT with the filter, OGR's reason and the columns there are: it is not SQL,
 * names an unknown column, compares a text with a number. A note warns where texts are compared
 * with a number in quotes by order. The watch is that of the layer, begun; `label` names the layer
 * in messages. */
cov_status cov_filter_create(const char *where, OGRFeatureDefnH columns, const char *label,
                             cov_watch *watch, cov_notes *notes, cov_filter **out, cov_error *err);
void cov_filter_free(cov_filter *filter);

/* Whether a feature passes; what OGR complains about is left in the watch that has begun. */
cov_status cov_filter_ask(cov_filter *filter, OGRFeatureH feature, int *passes, cov_error *err);

/* Whether the filter may need this column, or one of OGR's own: "OGR_GEOM", "OGR_STYLE". */
int cov_filter_uses(const cov_filter *filter, const char *column);

const char *cov_filter_text(const cov_filter *filter);

#endif
