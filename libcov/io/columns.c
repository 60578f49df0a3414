/* SPDX-License-Identifier: MIT */
#include "io/columns.h"

#include <stdio.h>
#include <string.h>

#include <cpl_string.h>

#include "base/text.h"

static const char *name_of(OGRFeatureDefnH columns, int i)
{
    return OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(columns, i));
}

cov_columns_text cov_columns_list(OGRFeatureDefnH columns)
{
    cov_columns_text list = {"it has none"};
    size_t used = 0;
    for (int i = 0; i < OGR_FD_GetFieldCount(columns) && used < sizeof list.text - 1; i++) {
        int k = snprintf(list.text + used, sizeof list.text - used, "%s%s", i > 0 ? ", " : "",
                         name_of(columns, i));
        used += k > 0 ? (size_t)k : 0;
    }
    return list;
}

cov_status cov_columns_find(OGRFeatureDefnH columns, const char *label, const char *name,
                            const char *what, int *index, cov_error *err)
{
    int exact = -1, loose = -1, n_exact = 0, n_loose = 0;
    for (int i = OGR_FD_GetFieldCount(columns) - 1; i >= 0; i--) {
        if (strcmp(name_of(columns, i), name) == 0) {
            exact = i;
            n_exact++;
        } else if (EQUAL(name_of(columns, i), name)) {
            loose = i;
            n_loose++;
        }
    }
    if (n_exact > 1 || (n_exact == 0 && n_loose > 1))
        return cov_fail(err, COV_ERR_INPUT, "%s: more than one column is called \"%s\"", label,
                        cov_quote(name).text);
    if (n_exact + n_loose == 0)
        return cov_fail(err, COV_ERR_INPUT, "%s: there is no %s \"%s\" among its columns: %s",
                        label, what, cov_quote(name).text, cov_columns_list(columns).text);
    *index = exact >= 0 ? exact : loose;
    return COV_OK;
}

int cov_columns_have(OGRFeatureDefnH columns, const char *name)
{
    for (int i = 0; i < OGR_FD_GetFieldCount(columns); i++) {
        if (strcmp(name_of(columns, i), name) == 0)
            return 1;
    }
    return 0;
}
