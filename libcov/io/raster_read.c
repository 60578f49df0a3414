/* Reading the cells of a raster. SPDX-License-Identifier: MIT */
#include <math.h>

#include "io/raster_layout.h"

/* ---------------------------------------------------------------- GDAL's cache */

static cov_window blocks_of(const cov_raster *r, const cov_window *w)
{
    const cov_window blocks = {w->first_column / r->block_columns, w->first_row / r->block_rows,
                               (w->last_column - 1) / r->block_columns + 1,
                               (w->last_row - 1) / r->block_rows + 1};
    return blocks;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static cov_window around(const cov_window *a, const cov_window *b)
{
    const cov_window both = {
        smaller(a->first_column, b->first_column), smaller(a->first_row, b->first_row),
        larger(a->last_column, b->last_column), larger(a->last_row, b->last_row)};
    return both;
}

static size_t size_of(const cov_window *w)
{
    return (w->last_column - w->first_column) * (w->last_row - w->first_row);
}

/* GDAL would keep blocks until 5 % of the machine's memory is full. All that this raster can have
 * there lies in a window of blocks; when that would grow too large, the cache is emptied. */
static void bound_cache(cov_raster *r, const cov_window *window)
{
    const cov_window blocks = blocks_of(r, window);
    if (size_of(&r->cached) == 0) {
        r->cached = blocks;
        return;
    }
    const cov_window both = around(&r->cached, &blocks);
    if (size_of(&both) == size_of(&r->cached) ||
        size_of(&both) <= COV_RASTER_CACHE / r->block_bytes) {
        r->cached = both;
        return;
    }
    GDALFlushRasterCache(r->band);
    if (r->mask != NULL)
        GDALFlushRasterCache(r->mask);
    r->cached = blocks;
}

/* ---------------------------------------------------------------- cells */

static cov_status fail_cells(cov_raster *r, const cov_window *w, cov_error *err)
{
    cov_watch *watch = &r->watch;
    const char *why = watch->failures > 0     ? watch->failure
                      : watch->n_warnings > 0 ? watch->warning[watch->n_warnings - 1]
                                              : "GDAL doesn't say why";
    cov_status s =
        cov_fail(err, COV_ERR_INPUT,
                 "%s is damaged: its columns %zu to %zu of the rows %zu to %zu can't be read (%s); "
                 "copy it again from where it came from",
                 r->label, w->first_column + 1, w->last_column, w->first_row + 1, w->last_row, why);
    cov_watch_clear(watch);
    watch->n_warnings = watch->n_noted;
    return s;
}

static int is_damaged(const cov_raster *r, CPLErr result)
{
    const cov_watch *watch = &r->watch;
    return result != CE_None || watch->failures > 0 || watch->n_dropped > 0 ||
           watch->n_warnings > watch->n_noted;
}

static void give_meaning(const cov_raster *r, double *value, size_t n)
{
    if (r->is_signed_byte) {
        for (size_t i = 0; i < n; i++)
            value[i] -= value[i] > 127 ? 256 : 0;
    }
    if (r->has_nodata && !isnan(r->nodata)) {
        for (size_t i = 0; i < n; i++)
            value[i] = value[i] == r->nodata ? NAN : value[i];
    }
    if (r->scale != 1 || r->offset != 0) {
        for (size_t i = 0; i < n; i++)
            value[i] = value[i] * r->scale + r->offset;
    }
}

static CPLErr apply_mask(cov_raster *r, const cov_window *w, double *value)
{
    size_t n = w->last_column - w->first_column;
    for (size_t row = w->first_row; row < w->last_row; row++, value += n) {
        CPLErr e = GDALRasterIO(r->mask, GF_Read, (int)w->first_column, (int)row, (int)n, 1,
                                r->masked, (int)n, 1, GDT_Byte, 0, 0);
        if (e != CE_None)
            return e;
        for (size_t i = 0; i < n; i++)
            value[i] = r->masked[i] == 0 ? NAN : value[i];
    }
    return CE_None;
}

void cov_raster_begin(cov_raster *raster)
{
    pthread_mutex_lock(&raster->reading);
    cov_watch_begin(&raster->watch);
}

void cov_raster_end(cov_raster *raster)
{
    cov_watch_end(&raster->watch);
    pthread_mutex_unlock(&raster->reading);
}

cov_status cov_raster_read(cov_raster *raster, const cov_window *window, double *value,
                           cov_error *err)
{
    size_t columns = window->last_column - window->first_column;
    size_t rows = window->last_row - window->first_row;
    bound_cache(raster, window);
    CPLErr e =
        GDALRasterIO(raster->band, GF_Read, (int)window->first_column, (int)window->first_row,
                     (int)columns, (int)rows, value, (int)columns, (int)rows, GDT_Float64, 0, 0);
    if (e == CE_None) {
        give_meaning(raster, value, columns * rows);
        if (raster->mask != NULL)
            e = apply_mask(raster, window, value);
    }
    return is_damaged(raster, e) ? fail_cells(raster, window, err) : COV_OK;
}

cov_status cov_raster_window(cov_raster *raster, size_t first_column, size_t first_row,
                             size_t n_columns, size_t n_rows, double *value, cov_error *err)
{
    if (first_column > raster->columns || n_columns > raster->columns - first_column ||
        first_row > raster->rows || n_rows > raster->rows - first_row)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "%s has %zu columns and %zu rows: a window reaches beyond them",
                        raster->label, raster->columns, raster->rows);
    if (n_columns == 0 || n_rows == 0)
        return COV_OK;
    const cov_window window = {first_column, first_row, first_column + n_columns,
                               first_row + n_rows};
    cov_raster_begin(raster);
    cov_status s = cov_raster_read(raster, &window, value, err);
    cov_raster_end(raster);
    return s;
}

cov_status cov_raster_rows(cov_raster *raster, size_t first_row, size_t n_rows, double *value,
                           cov_error *err)
{
    return cov_raster_window(raster, 0, first_row, raster->columns, n_rows, value, err);
}
