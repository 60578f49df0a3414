/* SPDX-License-Identifier: MIT */
#include "io/repair.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define GEOS_USE_ONLY_R_API
#include <cpl_string.h>
#include <geos_c.h>

#include "base/mem.h"
#include "geometry/validity.h"

#define EXAMPLES 3
#define EXAMPLE_SIZE 700 /* a name and a reason */
#define REASON_SIZE 240

struct cov_repair {
    cov_invalid policy;
    GEOSContextHandle_t geos;
    GEOSWKBReader *reader;
    GEOSWKBWriter *writer;
    size_t n_fixed;
    size_t n_left_out;
    size_t n_examples;
    char example[EXAMPLES][EXAMPLE_SIZE];
    char said[REASON_SIZE]; /* the last message of GEOS */
};

static void listen(const char *text, void *data)
{
    cov_repair *repair = data;
    snprintf(repair->said, sizeof repair->said, "%s", text);
}

cov_status cov_repair_create(cov_invalid policy, cov_repair **out, cov_error *err)
{
    cov_repair *repair = cov_alloc_zero(1, sizeof *repair);
    if (repair == NULL)
        return cov_fail_memory(err);
    repair->policy = policy;
    repair->geos = GEOS_init_r();
    if (repair->geos != NULL) {
        GEOSContext_setErrorMessageHandler_r(repair->geos, listen, repair);
        GEOSContext_setNoticeMessageHandler_r(repair->geos, listen, repair);
        repair->reader = GEOSWKBReader_create_r(repair->geos);
        repair->writer = GEOSWKBWriter_create_r(repair->geos);
    }
    if (repair->reader == NULL || repair->writer == NULL) {
        cov_repair_free(repair);
        return cov_fail_memory(err);
    }
    if (policy == COV_INVALID_FIX) /* rings that aren't closed are, rather than refused */
        GEOSWKBReader_setFixStructure_r(repair->geos, repair->reader, 1);
    GEOSWKBWriter_setOutputDimension_r(repair->geos, repair->writer, 2);
    GEOSWKBWriter_setByteOrder_r(repair->geos, repair->writer, GEOS_WKB_NDR);
    *out = repair;
    return COV_OK;
}

void cov_repair_free(cov_repair *repair)
{
    if (repair == NULL)
        return;
    if (repair->reader != NULL)
        GEOSWKBReader_destroy_r(repair->geos, repair->reader);
    if (repair->writer != NULL)
        GEOSWKBWriter_destroy_r(repair->geos, repair->writer);
    if (repair->geos != NULL)
        GEOS_finish_r(repair->geos);
    cov_free(repair);
}

/* ---------------------------------------------------------------- what is wrong */

/* 1 valid, 0 not, with the reason in `why`; -1 when GEOS gave up, which is no verdict of its own.
 */
static int is_valid(cov_repair *repair, const GEOSGeometry *geometry, char *why, size_t size)
{
    char *reason = NULL;
    GEOSGeometry *place = NULL;
    double x = 0, y = 0;
    if (geometry == NULL) {
        snprintf(why, size, "%s", repair->said);
        return 0;
    }
    char valid = GEOSisValidDetail_r(repair->geos, geometry, 0, &reason, &place);
    if (valid == 1)
        return 1;
    if (place != NULL && GEOSGeomGetX_r(repair->geos, place, &x) == 1 &&
        GEOSGeomGetY_r(repair->geos, place, &y) == 1)
        CPLsnprintf(why, size, "%s at (%.9g, %.9g)", reason != NULL ? reason : "invalid", x, y);
    else
        snprintf(why, size, "%s", reason != NULL ? reason : repair->said);
    GEOSFree_r(repair->geos, reason);
    if (place != NULL)
        GEOSGeom_destroy_r(repair->geos, place);
    return valid == 0 ? 0 : -1;
}

static void remember(cov_repair *repair, const char *what, const char *why)
{
    if (repair->n_examples < EXAMPLES)
        snprintf(repair->example[repair->n_examples++], EXAMPLE_SIZE, "%s: %s", what, why);
}

/* ---------------------------------------------------------------- repair */

static GEOSGeometry *make_valid(cov_repair *repair, const GEOSGeometry *geometry)
{
    GEOSMakeValidParams *how = GEOSMakeValidParams_create_r(repair->geos);
    GEOSGeometry *valid = NULL;
    if (how != NULL &&
        GEOSMakeValidParams_setMethod_r(repair->geos, how, GEOS_MAKE_VALID_LINEWORK) == 1)
        valid = GEOSMakeValidWithParams_r(repair->geos, geometry, how);
    if (how != NULL)
        GEOSMakeValidParams_destroy_r(repair->geos, how);
    return valid;
}

static int is_polygonal(cov_repair *repair, const GEOSGeometry *geometry)
{
    int type = GEOSGeomTypeId_r(repair->geos, geometry);
    return type == GEOS_POLYGON || type == GEOS_MULTIPOLYGON;
}

/* Lines and points that a repair leaves over are dropped; NULL when nothing else is there. */
static GEOSGeometry *keep_polygons(cov_repair *repair, GEOSGeometry *geometry)
{
    if (is_polygonal(repair, geometry))
        return geometry;
    GEOSGeometry *kept = NULL;
    int n = GEOSGetNumGeometries_r(repair->geos, geometry);
    for (int i = 0; i < n; i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(repair->geos, geometry, i);
        if (part == NULL || !is_polygonal(repair, part))
            continue;
        GEOSGeometry *all = kept == NULL ? GEOSGeom_clone_r(repair->geos, part)
                                         : GEOSUnion_r(repair->geos, kept, part);
        GEOSGeom_destroy_r(repair->geos, kept);
        kept = all;
    }
    GEOSGeom_destroy_r(repair->geos, geometry);
    return kept;
}

/* Take the repaired polygons into the shape; NULL and 0 when there are none. */
static cov_status take(cov_repair *repair, const GEOSGeometry *geometry, cov_shape *shape,
                       cov_error *err)
{
    void *copy = NULL;
    size_t size = 0;
    if (geometry != NULL && GEOSisEmpty_r(repair->geos, geometry) == 0) {
        unsigned char *wkb = GEOSWKBWriter_write_r(repair->geos, repair->writer, geometry, &size);
        copy = wkb != NULL ? cov_alloc(size, 1) : NULL;
        if (copy != NULL)
            memcpy(copy, wkb, size);
        GEOSFree_r(repair->geos, wkb);
        if (copy == NULL)
            return cov_fail_memory(err);
    }
    cov_free(shape->wkb);
    shape->wkb = copy;
    shape->size = size;
    return COV_OK;
}

static cov_status fix(cov_repair *repair, const GEOSGeometry *geometry, const char *what,
                      const char *why, cov_shape *shape, cov_error *err)
{
    GEOSGeometry *valid = geometry != NULL ? make_valid(repair, geometry) : NULL;
    if (valid == NULL)
        return cov_fail(err, COV_ERR_GEOMETRY,
                        "%s can't be repaired (%s): correct it in a GIS, or leave such polygons "
                        "out with --invalid skip",
                        what, why);
    valid = keep_polygons(repair, valid);
    cov_status s = take(repair, valid, shape, err);
    GEOSGeom_destroy_r(repair->geos, valid);
    if (s == COV_OK && shape->wkb != NULL)
        repair->n_fixed++;
    else if (s == COV_OK)
        repair->n_left_out++;
    return s;
}

cov_status cov_repair_check(cov_repair *repair, const char *what, cov_shape *shape, cov_error *err)
{
    char why[REASON_SIZE];
    GEOSGeometry *geometry =
        GEOSWKBReader_read_r(repair->geos, repair->reader, shape->wkb, shape->size);
    int valid = is_valid(repair, geometry, why, sizeof why);
    cov_status s = COV_OK;
    if (valid != 1)
        remember(repair, what, why);
    if (valid != 1 && repair->policy == COV_INVALID_FIX)
        s = fix(repair, geometry, what, why, shape, err);
    else if (valid != 1 && repair->policy == COV_INVALID_SKIP) {
        s = take(repair, NULL, shape, err);
        repair->n_left_out++;
    } else if (valid != 1)
        s = cov_fail(err, COV_ERR_GEOMETRY,
                     "%s is not a valid polygon: %s. Correct it in a GIS, or use --invalid fix to "
                     "repair such polygons or --invalid skip to leave them out",
                     what, why);
    if (geometry != NULL)
        GEOSGeom_destroy_r(repair->geos, geometry);
    return s;
}

static void print_examples(const cov_repair *repair, char *out, size_t size)
{
    size_t used = 0;
    size_t n = repair->n_fixed + repair->n_left_out;
    out[0] = '\0';
    for (size_t i = 0; i < repair->n_examples && used < size; i++) {
        int k = snprintf(out + used, size - used, "%s%s", i > 0 ? "; " : "", repair->example[i]);
        used += k > 0 ? (size_t)k : 0;
    }
    if (n > repair->n_examples && used < size)
        snprintf(out + used, size - used, "; ...");
}

cov_status cov_repair_note(const cov_repair *repair, const char *layer, cov_notes *notes,
                           cov_error *err)
{
    char examples[EXAMPLES * (EXAMPLE_SIZE + 2) + 8];
    if (repair->n_fixed + repair->n_left_out == 0)
        return COV_OK;
    print_examples(repair, examples, sizeof examples);
    if (repair->n_left_out == 0)
        return cov_notes_add(notes, err, COV_NOTE_WARNING,
                             "%s: invalid polygons, repaired: %zu (%s)", layer, repair->n_fixed,
                             examples);
    if (repair->n_fixed == 0)
        return cov_notes_add(notes, err, COV_NOTE_WARNING,
                             "%s: invalid polygons, left out: %zu (%s)", layer, repair->n_left_out,
                             examples);
    return cov_notes_add(notes, err, COV_NOTE_WARNING,
                         "%s: invalid polygons, repaired: %zu, left out because nothing was left "
                         "of them: %zu (%s)",
                         layer, repair->n_fixed, repair->n_left_out, examples);
}

/* ---------------------------------------------------------------- many at once */

/* One worker's part: whichever shape is next. Only whether a shape is valid is found out here, so
 * that it doesn't matter who found it. */
typedef struct worker {
    const cov_shape *shape;
    size_t n;
    atomic_size_t *next;
    unsigned char *valid;
    const cov_phases *phases; /* of the caller's own part; NULL in the threads */
    cov_status status;
    cov_error error;
    pthread_t thread;
    int running;
} worker;

/* What is proved valid GEOS isn't asked about, which takes far longer and some copies. */
static bool is_sound(cov_repair *repair, const cov_shape *shape)
{
    if (cov_validity_proved(shape->wkb, shape->size))
        return true;
    GEOSGeometry *geometry =
        GEOSWKBReader_read_r(repair->geos, repair->reader, shape->wkb, shape->size);
    bool valid = geometry != NULL && GEOSisValid_r(repair->geos, geometry) == 1;
    if (geometry != NULL)
        GEOSGeom_destroy_r(repair->geos, geometry);
    return valid;
}

static void *check_some(void *data)
{
    worker *own = data;
    cov_repair *repair = NULL;
    own->status = cov_repair_create(COV_INVALID_ERROR, &repair, &own->error);
    if (own->status != COV_OK)
        return NULL;
    for (size_t i = atomic_fetch_add(own->next, 1); i < own->n && own->status == COV_OK;
         i = atomic_fetch_add(own->next, 1)) {
        own->valid[i] = is_sound(repair, &own->shape[i]);
        if (own->phases != NULL)
            own->status = cov_phases_ask(own->phases, (double)i, (double)own->n, &own->error);
    }
    if (own->status != COV_OK)
        atomic_store(own->next, own->n); /* nobody needs the others any more */
    cov_repair_free(repair);
    return NULL;
}

static cov_status check_all(unsigned threads, const cov_shape *shape, size_t n,
                            unsigned char *valid, const cov_phases *phases, cov_error *err)
{
    atomic_size_t next = 0;
    size_t n_workers = threads < n ? threads : n;
    if (n_workers == 0)
        n_workers = 1;
    worker *workers = cov_alloc_zero(n_workers, sizeof *workers);
    if (workers == NULL)
        return cov_fail_memory(err);
    for (size_t k = 0; k < n_workers; k++) {
        worker *own = &workers[k];
        own->shape = shape;
        own->n = n;
        own->next = &next;
        own->valid = valid;
        own->phases = k == 0 ? phases : NULL;
        if (k > 0)
            own->running = pthread_create(&own->thread, NULL, check_some, own) == 0;
    }
    check_some(&workers[0]); /* does all of it where no thread could be had */
    cov_status s = workers[0].status;
    if (s != COV_OK)
        cov_fail(err, s, "%s", workers[0].error.message);
    for (size_t k = 1; k < n_workers; k++) {
        if (!workers[k].running)
            continue;
        pthread_join(workers[k].thread, NULL);
        if (s == COV_OK && workers[k].status != COV_OK)
            s = cov_fail(err, workers[k].status, "%s", workers[k].error.message);
    }
    cov_free(workers);
    return s;
}

static cov_status treat(cov_repair *repair, cov_shape *shape, size_t i,
                        const cov_shape_owner *owner, cov_error *err)
{
    char name[200], what[400];
    owner->name(owner->data, i, name, sizeof name);
    snprintf(what, sizeof what, "%s, %s", owner->layer, name);
    cov_status s = COV_OK;
    if (owner->again != NULL)
        s = owner->again(owner->data, i, &shape[i], err);
    return s == COV_OK ? cov_repair_check(repair, what, &shape[i], err) : s;
}

cov_status cov_repair_all(cov_invalid policy, unsigned threads, cov_shape *shape, size_t n,
                          const cov_shape_owner *owner, cov_notes *notes, const cov_phases *phases,
                          cov_error *err)
{
    cov_repair *repair = NULL;
    unsigned char *valid = cov_alloc_zero(n, 1);
    cov_status s = valid != NULL ? COV_OK : cov_fail_memory(err);
    if (s == COV_OK)
        s = check_all(threads, shape, n, valid, phases, err);
    if (s == COV_OK)
        s = cov_repair_create(policy, &repair, err);
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        if (valid[i])
            continue;
        s = cov_phases_ask(phases, (double)i, (double)n, err);
        if (s == COV_OK)
            s = treat(repair, shape, i, owner, err);
    }
    if (s == COV_OK)
        s = cov_repair_note(repair, owner->layer, notes, err);
    cov_repair_free(repair);
    cov_free(valid);
    return s;
}
