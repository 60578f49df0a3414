/* Builder: a table that the library itself makes.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "arrow/maker.h"
#include "arrow/table.h"
#include "base/mem.h"

struct cov_table_builder {
    cov_maker *maker;
    size_t n_columns;
    char *name;
    char *crs;
};

cov_status cov_table_builder_create(const char *name, const char *const *columns, size_t n_columns,
                                    const char *geometry, const char *crs, cov_table_builder **out,
                                    cov_error *err)
{
    cov_table_builder *b = cov_alloc_zero(1, sizeof *b);
    if (b == NULL)
        return cov_fail_memory(err);
    b->n_columns = n_columns;
    b->maker = cov_maker_create();
    b->name = cov_copy_text(name);
    b->crs = cov_copy_text(crs);
    cov_status s = COV_OK;
    if (b->maker == NULL || b->name == NULL || (crs != NULL && b->crs == NULL))
        s = cov_fail_memory(err);
    for (size_t i = 0; i < n_columns && s == COV_OK; i++)
        s = cov_maker_column(b->maker, columns[i], COV_MAKE_TEXT, NULL, NULL, err);
    if (s == COV_OK)
        s = cov_maker_column(b->maker, geometry, COV_MAKE_BYTES, "geoarrow.wkb", "{}", err);
    if (s == COV_OK)
        *out = b;
    else
        cov_table_builder_free(b);
    return s;
}

cov_status cov_table_builder_add(cov_table_builder *builder, const char *const *texts,
                                 const void *wkb, size_t size, cov_error *err)
{
    cov_status s = COV_OK;
    for (size_t i = 0; i < builder->n_columns && s == COV_OK; i++) {
        size_t length = texts[i] != NULL ? strlen(texts[i]) : 0;
        s = cov_maker_bytes(builder->maker, i, texts[i], length, err);
    }
    return s == COV_OK ? cov_maker_bytes(builder->maker, builder->n_columns, wkb, size, err) : s;
}

cov_status cov_table_builder_finish(cov_table_builder *builder, cov_table **out, cov_error *err)
{
    struct ArrowArrayStream stream;
    cov_table_options options = COV_TABLE_OPTIONS_INIT;
    options.name = builder->name;
    options.crs = builder->crs;
    cov_status s = cov_maker_finish(builder->maker, &stream, err);
    builder->maker = NULL;
    if (s == COV_OK)
        s = cov_table_create(&stream, &options, out, err);
    cov_table_builder_free(builder);
    return s;
}

void cov_table_builder_free(cov_table_builder *builder)
{
    if (builder == NULL)
        return;
    cov_maker_free(builder->maker);
    cov_free(builder->name);
    cov_free(builder->crs);
    cov_free(builder);
}
