/* Intake: a stream, batch by batch.
 * SPDX-License-Identifier: MIT */
#include "arrow/layout.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

static cov_status fail_stream(cov_intake *intake, int code, const char *what, cov_error *err)
{
    if (code == ENOMEM)
        return cov_fail_memory(err);
    struct ArrowArrayStream *stream = &intake->stream;
    const char *why = stream->get_last_error != NULL ? stream->get_last_error(stream) : NULL;
    return cov_fail(err, COV_ERR_INPUT, "%s: its Arrow stream can't be read: %s (%d)%s%s",
                    intake->table->name, what, code, why != NULL ? ": " : "",
                    why != NULL ? why : "");
}

static cov_status begin(cov_intake *intake, const cov_table_options *options, cov_error *err)
{
    cov_table *table = intake->table;
    table->name = cov_copy_text(options->name != NULL ? options->name : "table");
    if (table->name == NULL)
        return cov_fail_memory(err);
    int code = intake->stream.get_schema(&intake->stream, &table->schema);
    if (code != 0) {
        table->schema.release = NULL;
        return fail_stream(intake, code, "no schema", err);
    }
    cov_status s = cov_layout_read(table, err);
    return s == COV_OK ? cov_geometry_find(table, options, err) : s;
}

cov_status cov_intake_begin(struct ArrowArrayStream *stream, const cov_table_options *options,
                            cov_intake *out, cov_error *err)
{
    static const cov_table_options none = COV_TABLE_OPTIONS_INIT;
    cov_intake intake = {*stream, cov_alloc_zero(1, sizeof *intake.table)};
    stream->release = NULL; /* moved */
    cov_status s = COV_OK;
    if (intake.table == NULL)
        s = cov_fail_memory(err);
    else
        intake.table->geometry = -1;
    if (s == COV_OK && intake.stream.release == NULL)
        s = cov_fail(err, COV_ERR_ARGUMENT, "the Arrow stream was released already");
    if (s == COV_OK)
        s = begin(&intake, options != NULL ? options : &none, err);
    if (s != COV_OK) {
        cov_intake_end(&intake);
        return s;
    }
    *out = intake;
    return COV_OK;
}

void cov_batch_release(cov_batch_rows *batch)
{
    if (batch->array.release != NULL)
        batch->array.release(&batch->array);
    cov_free(batch->wkb);
    cov_free(batch->start);
    memset(batch, 0, sizeof *batch);
}

/* A place behind the last batch. */
static cov_batch_rows *new_batch(cov_table *table)
{
    size_t capacity = table->n_batches;
    cov_batch_rows *more = table->batch;
    if ((table->n_batches & (table->n_batches - 1)) == 0) { /* 0, 1, 2, 4, 8 ... are full */
        capacity = capacity > 0 ? 2 * capacity : 1;
        more = cov_resize(table->batch, capacity, sizeof *more);
        if (more == NULL)
            return NULL;
        table->batch = more;
    }
    memset(&more[table->n_batches], 0, sizeof *more);
    more[table->n_batches].first = table->rows;
    return &more[table->n_batches++];
}

cov_status cov_intake_next(cov_intake *intake, int *more, cov_error *err)
{
    cov_table *table = intake->table;
    cov_batch_rows *batch = new_batch(table);
    if (batch == NULL)
        return cov_fail_memory(err);
    *more = 0;
    int code = intake->stream.get_next(&intake->stream, &batch->array);
    if (code != 0) {
        table->n_batches--;
        return fail_stream(intake, code, "no batch", err);
    }
    if (batch->array.release == NULL) {
        table->n_batches--;
        return COV_OK;
    }
    cov_status s = cov_batch_check(table, batch, err);
    if (s == COV_OK && table->shapes == COV_SHAPE_NATIVE)
        s = cov_native_read(table, batch, err);
    if (s == COV_OK)
        table->rows += cov_batch_length(batch);
    *more = 1;
    return s;
}

void cov_intake_forget(cov_intake *intake)
{
    cov_table *table = intake->table;
    for (size_t i = 0; i < table->n_batches; i++)
        cov_batch_release(&table->batch[i]);
    cov_free(table->batch);
    table->batch = NULL;
    table->n_batches = 0;
}

void cov_intake_take(cov_intake *intake, cov_batch_rows *out)
{
    cov_table *table = intake->table;
    *out = table->batch[--table->n_batches];
}

void cov_intake_end(cov_intake *intake)
{
    if (intake->stream.release != NULL)
        intake->stream.release(&intake->stream);
    intake->stream.release = NULL;
    cov_table_free(intake->table);
    intake->table = NULL;
}

/* ---------------------------------------------------------------- whole tables */

cov_status cov_table_create(struct ArrowArrayStream *stream, const cov_table_options *options,
                            cov_table **out, cov_error *err)
{
    cov_intake intake;
    int more = 1;
    if (stream == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no stream");
    if (out == NULL) {
        if (stream->release != NULL)
            stream->release(stream);
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no place for the table of a stream");
    }
    cov_status s = cov_intake_begin(stream, options, &intake, err);
    if (s != COV_OK)
        return s;
    while (s == COV_OK && more)
        s = cov_intake_next(&intake, &more, err);
    if (s == COV_OK) {
        *out = intake.table;
        intake.table = NULL;
    }
    cov_intake_end(&intake);
    return s;
}

void cov_table_free(cov_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->n_batches; i++)
        cov_batch_release(&table->batch[i]);
    if (table->schema.release != NULL)
        table->schema.release(&table->schema);
    cov_free(table->batch);
    cov_free(table->column);
    cov_free(table->name);
    cov_free(table->crs);
    cov_free(table);
}
