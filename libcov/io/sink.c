/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "io/sink.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/draft.h"
#include "io/proof.h"
#include "io/sidecar.h"
#include "io/target.h"

/* All files a format may consist of. */
static const char *const shapefile_files[] = {"shp", "shx", "dbf", "prj", "cpg", NULL};

/* NULL stands for the defaults. */
static cov_status take_options(const cov_write_options *options, cov_write_options *out,
                               cov_error *err)
{
    const cov_write_options defaults = COV_WRITE_OPTIONS_INIT;
    *out = options != NULL ? *options : defaults;
    if (out->size != sizeof *out)
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "cov_write_options.size is %zu: use COV_WRITE_OPTIONS_INIT", out->size);
    return COV_OK;
}

cov_status cov_output_check(const char *path, const cov_write_options *options, cov_error *err)
{
    cov_write_options o;
    cov_target target = {0};
    cov_status s = take_options(options, &o, err);
    if (s == COV_OK)
        s = cov_target_parse(path, o.format, &target, err);
    if (s == COV_OK)
        s = cov_target_check(&target, o.overwrite, err);
    cov_target_clear(&target);
    return s;
}

/* ---------------------------------------------------------------- to a file */

static cov_status put_files(const cov_draft *draft, cov_target *target, cov_error *err)
{
    const char *const *file = target->format->extensions;
    size_t n = 1;
    if (cov_format_has(target->format, COV_FORMAT_DBF)) {
        file = shapefile_files;
        n = sizeof shapefile_files / sizeof shapefile_files[0] - 1;
    }
    cov_status s = COV_OK;
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        size_t size;
        const void *bytes = cov_draft_bytes(draft, file[i], &size);
        /* Areas without a coordinate reference system have no .prj. */
        if (bytes != NULL)
            s = cov_target_put(target, file[i], bytes, size, err);
        else if (i == 0)
            s = cov_fail(err, COV_ERR_IO, "%s: GDAL wrote no file", target->path);
    }
    return s;
}

static cov_status put_sidecar(const cov_sheet *sheet, const cov_fields *fields, cov_target *target,
                              cov_error *err)
{
    char *text = NULL;
    if (cov_format_has(target->format, COV_FORMAT_MANIFEST))
        return COV_OK;
    cov_status s = cov_sidecar_write(sheet, fields, &text, err);
    if (s == COV_OK)
        s = cov_target_put(target, COV_TARGET_SIDECAR, text, strlen(text), err);
    cov_free(text);
    return s;
}

static cov_status send_to_file(const cov_sheet *sheet, const cov_area_layer *areas,
                               const cov_fields *fields, const cov_draft *draft, cov_target *target,
                               const cov_write_options *options, cov_phases *phases, cov_error *err)
{
    cov_status s = cov_target_begin(target, err);
    if (s == COV_OK)
        s = put_files(draft, target, err);
    if (s == COV_OK)
        s = put_sidecar(sheet, fields, target, err);
    if (s == COV_OK)
        s = cov_phases_enter(phases, "check", err);
    if (s == COV_OK)
        s = cov_proof_read(cov_target_draft(target), target->path, sheet, areas, fields,
                           target->format, phases, err);
    if (s == COV_OK)
        s = cov_target_commit(target, options->overwrite, err);
    return s;
}

/* ---------------------------------------------------------------- to standard output */

static cov_status send_to_stdout(const cov_sheet *sheet, const cov_area_layer *areas,
                                 const cov_fields *fields, const cov_draft *draft,
                                 cov_phases *phases, cov_error *err)
{
    size_t size;
    const void *bytes = cov_draft_bytes(draft, draft->format->extensions[0], &size);
    if (bytes == NULL)
        return cov_fail(err, COV_ERR_IO, "standard output: GDAL wrote no file");
    cov_status s = cov_phases_enter(phases, "check", err);
    if (s == COV_OK)
        s = cov_proof_read(draft->path, "standard output", sheet, areas, fields, draft->format,
                           phases, err);
    if (s == COV_OK && cov_write_all(STDOUT_FILENO, bytes, size) != 0)
        s = cov_fail(err, COV_ERR_IO, "standard output: writing failed: %s", strerror(errno));
    return s;
}

/* ---------------------------------------------------------------- interface */

cov_status cov_sink_write(const cov_sheet *sheet, const cov_area_layer *areas, const char *path,
                          const cov_write_options *options, cov_error *err)
{
    cov_write_options o;
    cov_target target = {0};
    cov_fields fields = {0};
    cov_draft draft = {0};
    char *name = NULL;
    cov_status s = take_options(options, &o, err);
    cov_phases phases = cov_phases_start(o.progress, o.progress_data);
    if (s == COV_OK)
        s = cov_target_parse(path, o.format, &target, err);
    if (s == COV_OK)
        s = cov_target_check(&target, o.overwrite, err);
    if (s == COV_OK)
        s = cov_fields_create(sheet, target.format, &fields, err);
    if (s != COV_OK)
        goto done;
    name = cov_text_mend(target.stem);
    if (name == NULL) {
        s = cov_fail_memory(err);
        goto done;
    }
    s = cov_phases_enter(&phases, "write", err);
    if (s == COV_OK)
        s = cov_draft_write(sheet, areas, &fields, target.format, name, &phases, &draft, err);
    if (s != COV_OK)
        goto done;
    if (target.is_stdout)
        s = send_to_stdout(sheet, areas, &fields, &draft, &phases, err);
    else
        s = send_to_file(sheet, areas, &fields, &draft, &target, &o, &phases, err);
done:
    cov_free(name);
    cov_draft_clear(&draft);
    cov_fields_clear(&fields);
    cov_target_clear(&target);
    return s;
}
