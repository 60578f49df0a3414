/* SPDX-License-Identifier: MIT */
#include "io/operation.h"

#include <math.h>
#include <string.h>

#include <cpl_conv.h>
#include <proj.h>

#include "base/mem.h"

struct cov_operation {
    PJ_CONTEXT *context;
    PJ *pj;
};

static void no_log(void *data, int level, const char *text)
{
    (void)data;
    (void)level;
    (void)text;
}

/* ---------------------------------------------------------------- systems for PROJ */

/* From the authority's code where that is the same system: its definition is then complete, with
 * the identifiers by which PROJ finds operations; from the full text otherwise. */
static PJ *system_of(PJ_CONTEXT *context, OGRSpatialReferenceH crs)
{
    char *text = NULL;
    PJ *full = NULL, *known = NULL;
    if (OSRExportToPROJJSON(crs, &text, NULL) == OGRERR_NONE)
        full = proj_create(context, text);
    CPLFree(text);
    const char *authority = OSRGetAuthorityName(crs, NULL);
    const char *code = OSRGetAuthorityCode(crs, NULL);
    if (full != NULL && authority != NULL && code != NULL)
        known = proj_create_from_database(context, authority, code, PJ_CATEGORY_CRS, 0, NULL);
    if (known != NULL && proj_is_equivalent_to_with_ctx(
                             context, full, known, PJ_COMP_EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS)) {
        proj_destroy(full);
        return known;
    }
    proj_destroy(known);
    return full;
}

/* West, south, east, north in degrees; 0 where the extent has no place on Earth. To choose an
 * operation a hundred metres more or less don't matter, so any will do here. */
static int degrees_of(PJ_CONTEXT *context, PJ *system, const double extent[4], double out[4])
{
    if (!(extent[0] <= extent[2] && extent[1] <= extent[3]))
        return 0;
    PJ *degrees = proj_create(context, "OGC:CRS84");
    PJ *rough = degrees != NULL
                    ? proj_create_crs_to_crs_from_pj(context, system, degrees, NULL, NULL)
                    : NULL;
    PJ *pj = rough != NULL ? proj_normalize_for_visualization(context, rough) : NULL;
    int ok = pj != NULL && proj_trans_bounds(context, pj, PJ_FWD, extent[0], extent[1], extent[2],
                                             extent[3], &out[0], &out[1], &out[2], &out[3], 21);
    for (int i = 0; i < 4; i++)
        ok = ok && isfinite(out[i]);
    proj_destroy(pj);
    proj_destroy(rough);
    proj_destroy(degrees);
    return ok;
}

/* ---------------------------------------------------------------- choice */

/* Metres; below 0 where unknown. A conversion (a map projection, a change of axes or units) follows
 * from definitions and has no error of its own; the steps of a chain add up. */
static double accuracy_of(PJ_CONTEXT *context, const PJ *operation)
{
    double stated = proj_coordoperation_get_accuracy(context, operation);
    if (stated >= 0)
        return stated;
    if (proj_get_type(operation) == PJ_TYPE_CONVERSION)
        return 0;
    if (proj_get_type(operation) != PJ_TYPE_CONCATENATED_OPERATION)
        return -1;
    double sum = 0;
    int n = proj_concatoperation_get_step_count(context, operation);
    for (int i = 0; i < n; i++) {
        PJ *step = proj_concatoperation_get_step(context, operation, i);
        double a = step != NULL ? accuracy_of(context, step) : -1;
        proj_destroy(step);
        if (a < 0)
            return -1;
        sum += a;
    }
    return sum;
}

static PJ_OBJ_LIST *list_operations(PJ_CONTEXT *context, const PJ *from, const PJ *to,
                                    const double *degrees)
{
    PJ_OPERATION_FACTORY_CONTEXT *search = proj_create_operation_factory_context(context, NULL);
    if (search == NULL)
        return NULL;
    if (degrees != NULL)
        proj_operation_factory_context_set_area_of_interest(context, search, degrees[0], degrees[1],
                                                            degrees[2], degrees[3]);
    proj_operation_factory_context_set_spatial_criterion(
        context, search, PROJ_SPATIAL_CRITERION_PARTIAL_INTERSECTION);
    proj_operation_factory_context_set_grid_availability_use(
        context, search, PROJ_GRID_AVAILABILITY_DISCARD_OPERATION_IF_MISSING_GRID);
    proj_operation_factory_context_set_allow_ballpark_transformations(context, search, 0);
    PJ_OBJ_LIST *list = proj_create_operations(context, from, to, search);
    proj_operation_factory_context_destroy(search);
    return list;
}

/* The first one that is fit, ready to use with x east and y north; NULL where none is. */
static PJ *choose(PJ_CONTEXT *context, const PJ_OBJ_LIST *list, char **name, double *accuracy)
{
    int n = list != NULL ? proj_list_get_count(list) : 0;
    for (int i = 0; i < n; i++) {
        PJ *candidate = proj_list_get(context, list, i);
        PJ *ready = NULL;
        double metres = candidate != NULL ? accuracy_of(context, candidate) : -1;
        if (metres >= 0 && proj_coordoperation_is_instantiable(context, candidate) &&
            !proj_coordoperation_has_ballpark_transformation(context, candidate))
            ready = proj_normalize_for_visualization(context, candidate);
        if (ready != NULL) {
            const char *text = proj_get_name(candidate);
            *name = cov_copy_text(text != NULL ? text : "unnamed operation");
            *accuracy = metres;
        }
        proj_destroy(candidate);
        if (ready != NULL)
            return ready;
    }
    return NULL;
}

static cov_status fail_none(OGRSpatialReferenceH from, OGRSpatialReferenceH to, const char *what,
                            cov_error *err)
{
    char *a = cov_crs_label(from), *b = cov_crs_label(to);
    cov_status s = cov_fail(
        err, COV_ERR_CRS,
        "%s: there is no transformation of known accuracy from %s to %s here: without one places "
        "can be hundreds of metres off. If its datum is called unknown in the .prj, write the .prj "
        "of the right system (gdalsrsinfo -o wkt_esri EPSG:...); if a grid is missing, install "
        "proj-data",
        what, a != NULL ? a : "its system", b != NULL ? b : "that of the households");
    cov_free(a);
    cov_free(b);
    return s;
}

/* ---------------------------------------------------------------- interface */

static PJ_CONTEXT *new_context(void)
{
    PJ_CONTEXT *context = proj_context_create();
    if (context == NULL)
        return NULL;
    proj_log_func(context, NULL, no_log);
    proj_context_set_enable_network(context, 0);
    return context;
}

cov_status cov_operation_create(OGRSpatialReferenceH from, OGRSpatialReferenceH to,
                                const double extent[4], const char *what, cov_operation **out,
                                char **name, double *accuracy, cov_error *err)
{
    double degrees[4];
    cov_status s = COV_OK;
    cov_operation *operation = cov_alloc_zero(1, sizeof *operation);
    if (operation == NULL)
        return cov_fail_memory(err);
    operation->context = new_context();
    PJ *source = NULL, *target = NULL;
    PJ_OBJ_LIST *list = NULL;
    char *chosen = NULL;
    if (operation->context == NULL) {
        s = cov_fail_memory(err);
        goto done;
    }
    source = system_of(operation->context, from);
    target = system_of(operation->context, to);
    if (source != NULL && target != NULL) {
        int placed = degrees_of(operation->context, source, extent, degrees);
        list = list_operations(operation->context, source, target, placed ? degrees : NULL);
    }
    operation->pj = choose(operation->context, list, &chosen, accuracy);
    if (operation->pj == NULL)
        s = fail_none(from, to, what, err);
    else if (chosen == NULL)
        s = cov_fail_memory(err);
done:
    proj_list_destroy(list);
    proj_destroy(source);
    proj_destroy(target);
    if (s != COV_OK) {
        cov_operation_free(operation);
        return s;
    }
    *name = chosen;
    *out = operation;
    return COV_OK;
}

cov_status cov_operation_copy(const cov_operation *operation, cov_operation **out, cov_error *err)
{
    cov_operation *copy = cov_alloc_zero(1, sizeof *copy);
    if (copy == NULL)
        return cov_fail_memory(err);
    copy->context = new_context();
    if (copy->context != NULL)
        copy->pj = proj_clone(copy->context, operation->pj);
    if (copy->pj != NULL) {
        *out = copy;
        return COV_OK;
    }
    cov_operation_free(copy);
    return cov_fail_memory(err);
}

void cov_operation_free(cov_operation *operation)
{
    if (operation == NULL)
        return;
    proj_destroy(operation->pj);
    if (operation->context != NULL)
        proj_context_destroy(operation->context);
    cov_free(operation);
}

void cov_operation_apply(const cov_operation *operation, double *x, double *y, size_t stride,
                         size_t n)
{
    proj_trans_generic(operation->pj, PJ_FWD, x, stride, n, y, stride, n, NULL, 0, 0, NULL, 0, 0);
}
