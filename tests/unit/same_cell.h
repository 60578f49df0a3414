/* A cell of a stream of Arrow and the same one in a file that GDAL reads.
 * SPDX-License-Identifier: MIT
 *
 * To be included after cmocka.h. */
#ifndef COV_TESTS_SAME_CELL_H
#define COV_TESTS_SAME_CELL_H

#include <gdal.h>

#include "arrow_reader.h"

static inline void assert_same_cell(const flow *f, size_t column, size_t row, OGRFeatureH feature)
{
    const char *format = f->schema.children[column]->format;
    int at = (int)column, is_null = !OGR_F_IsFieldSetAndNotNull(feature, at);
    assert_int_equal(flow_is_null(f, column, row), is_null);
    if (format[0] == 'u')
        assert_flow_text(f, column, row, is_null ? NULL : OGR_F_GetFieldAsString(feature, at));
    else if (!is_null && format[0] == 'l')
        assert_true(flow_whole(f, column, row) == OGR_F_GetFieldAsInteger64(feature, at));
    else if (!is_null)
        assert_true(flow_real(f, column, row) == OGR_F_GetFieldAsDouble(feature, at));
}

#endif
