/* Runs as streams of Arrow: the cells of the file, the shapes as they were read, their system.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cpl_conv.h>
#include <gdal.h>
#include <jansson.h>
#include <ogr_srs_api.h>

#include "runs.h"
#include "same_cell.h"

static const char households[] = "lon,lat,pop,persons,yes\n"
                                 "105.5,9.5,1,10,1\n"
                                 "106.5,9.5,2,20.5,0\n"
                                 "105.5,10.5,3,30,\n";

/* In metres, turned the other way than a file would have it; the second has a corner less. */
#define TURNED                                                                                     \
    "{\"type\":\"Polygon\",\"coordinates\":[[[500000,1000000],[500000,1100000],[600000,1100000],"  \
    "[600000,1000000],[500000,1000000]]]}"
#define TRIANGLE                                                                                   \
    "{\"type\":\"Polygon\",\"coordinates\":[[[600000,1000000],[600000,1100000],[700000,1000000],"  \
    "[600000,1000000]]]}"
static const char metres[] =
    "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
    "\"urn:ogc:def:crs:EPSG::32648\"}},\"features\":[" FEATURE(
        TURNED, "\"ma\":\"01\",\"huyen\":\"A\"") "," FEATURE(TRIANGLE,
                                                             "\"ma\":\"02\",\"huyen\":\"A\"") "]}";

static folder here;
static char *communes_path, *metres_path, *households_path, *teams_path, *out_path;

static int setup(void **state)
{
    (void)state;
    if (folder_open(&here) != 0)
        return -1;
    communes_path = folder_write(&here, "communes.geojson", communes);
    metres_path = folder_write(&here, "metres.geojson", metres);
    households_path = folder_write(&here, "households.csv", households);
    teams_path = folder_write(&here, "teams.csv", "ma,formed,planned\n01,1,2\n02,3,3\n03,1,\n");
    out_path = folder_at(&here, "out.geojson");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    folder_close(&here);
    free(communes_path);
    free(metres_path);
    free(households_path);
    free(teams_path);
    free(out_path);
    return 0;
}

/* A run with some of everything that has columns. */
static cov_run *run_on(const char *areas)
{
    static const char *const parents[] = {"huyen"};
    static const cov_indicator indicators[] = {{"fiber", "fiber"}};
    static const cov_job_target target = {"fiber", 500000, 0};
    cov_job_service fiber = COV_JOB_SERVICE_INIT;
    cov_job_base persons = {
        .name = "persons", .kind = COV_BASE_MEASURE, .weight_column = "persons"};
    cov_job_ratio teams = {.name = "teams", .key = "ma", .n = "formed", .of = "planned"};
    cov_job job = COV_JOB_INIT;
    fiber.name = "fiber";
    fiber.by = COV_BY_COLUMN;
    fiber.column = "yes";
    teams.source.path = teams_path;
    job.areas.path = areas;
    job.id_column = "ma";
    job.parent_columns = parents;
    job.n_parents = 1;
    job.households.path = households_path;
    job.weight_column = "pop";
    job.assume_crs = "EPSG:4326";
    job.services = &fiber;
    job.n_services = 1;
    job.indicators = indicators;
    job.n_indicators = 1;
    job.targets = &target;
    job.n_targets = 1;
    job.bases = &persons;
    job.n_bases = 1;
    job.ratios = areas == communes_path ? &teams : NULL;
    job.n_ratios = areas == communes_path;
    return run_job(&job);
}

static flow read_run(const cov_run *run, int geometry)
{
    struct ArrowArrayStream stream = {0};
    cov_error err;
    if (cov_run_to_arrow(run, geometry, &stream, &err) != COV_OK)
        fail_msg("%s", err.message);
    return flow_read(&stream);
}

static GDALDatasetH write_and_open(const cov_run *run)
{
    cov_write_options options = COV_WRITE_OPTIONS_INIT;
    cov_error err;
    options.overwrite = 1;
    if (cov_run_write(run, out_path, &options, &err) != COV_OK)
        fail_msg("%s", err.message);
    GDALDatasetH ds = GDALOpenEx(out_path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(ds);
    return ds;
}

/* ---------------------------------------------------------------- cells */

static void cells_are_those_of_the_file(void **state)
{
    (void)state;
    cov_run *run = run_on(communes_path);
    flow f = read_run(run, 0);
    GDALDatasetH ds = write_and_open(run);
    OGRLayerH layer = GDALDatasetGetLayer(ds, 0);
    OGRFeatureDefnH d = OGR_L_GetLayerDefn(layer);
    size_t n = (size_t)OGR_FD_GetFieldCount(d), row = 0;
    assert_int_equal(f.rows.n_children, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(flow_name(&f, i), OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(d, (int)i)));
    /* ids, level; households, persons, each with fiber; the target; the ratio */
    assert_int_equal(n, 3 + 4 + 4 + 1 + 3);
    OGRFeatureH feature;
    while ((feature = OGR_L_GetNextFeature(layer)) != NULL) {
        for (size_t i = 0; i < n; i++)
            assert_same_cell(&f, i, row, feature);
        OGR_F_Destroy(feature);
        row++;
    }
    assert_int_equal(row, 7);
    assert_int_equal(f.rows.length, row);
    GDALClose(ds);
    flow_release(&f);
    cov_run_free(run);
}

/* ---------------------------------------------------------------- shapes */

static OGRSpatialReferenceH stated_crs(const flow *f, size_t column)
{
    char *text = flow_metadata(f, column, "ARROW:extension:metadata");
    assert_non_null(text);
    json_t *json = json_loads(text, 0, NULL);
    assert_int_equal(json_object_size(json), 1);
    char *crs = json_dumps(json_object_get(json, "crs"), 0);
    assert_int_equal(crs[0], '{'); /* PROJJSON */
    OGRSpatialReferenceH out = OSRNewSpatialReference(NULL);
    assert_int_equal(OSRSetFromUserInput(out, crs), OGRERR_NONE);
    free(crs);
    json_decref(json);
    free(text);
    return out;
}

static OGRGeometryH shape_at(const flow *f, size_t column, size_t row)
{
    const struct ArrowArray *array = f->rows.children[column];
    const int32_t *offset = array->buffers[1];
    OGRGeometryH out = NULL;
    assert_string_equal(f->schema.children[column]->format, "z");
    assert_false(flow_is_null(f, column, row));
    assert_int_equal(OGR_G_CreateFromWkb((const char *)array->buffers[2] + offset[row], NULL, &out,
                                         offset[row + 1] - offset[row]),
                     OGRERR_NONE);
    return out;
}

/* Each area has the geometry of its feature, by id; other rows have none. */
static void assert_shapes(const flow *f, const char *areas, const char *authority)
{
    size_t last = (size_t)f->schema.n_children - 1, n = 0;
    GDALDatasetH ds = GDALOpenEx(areas, GDAL_OF_VECTOR, NULL, NULL, NULL);
    OGRLayerH layer = GDALDatasetGetLayer(ds, 0);
    OGRFeatureH feature;
    assert_string_equal(flow_name(f, last), "geometry");
    assert_flow_metadata(f, last, "ARROW:extension:name", "geoarrow.wkb");
    OGRSpatialReferenceH crs = stated_crs(f, last);
    assert_string_equal(OSRGetAuthorityCode(crs, NULL), authority);
    OSRRelease(crs);
    while ((feature = OGR_L_GetNextFeature(layer)) != NULL) {
        assert_flow_text(f, 0, n, OGR_F_GetFieldAsString(feature, 0));
        OGRGeometryH shape = shape_at(f, last, n++);
        char *is, *was;
        OGR_G_ExportToWkt(shape, &is);
        OGR_G_ExportToWkt(OGR_F_GetGeometryRef(feature), &was);
        assert_string_equal(is, was);
        CPLFree(is);
        CPLFree(was);
        OGR_G_DestroyGeometry(shape);
        OGR_F_Destroy(feature);
    }
    assert_true(n > 0 && (int64_t)n < f->rows.length);
    for (; n < (size_t)f->rows.length; n++)
        assert_true(flow_is_null(f, last, n));
    GDALClose(ds);
}

static void shapes_are_as_they_were_read(void **state)
{
    (void)state;
    const char *const areas[][2] = {{communes_path, "4326"}, {metres_path, "32648"}};
    for (size_t i = 0; i < 2; i++) {
        cov_run *run = run_on(areas[i][0]);
        flow without = read_run(run, 0), f = read_run(run, 1);
        assert_int_equal(f.schema.n_children, without.schema.n_children + 1);
        cov_run_free(run); /* the streams hold copies */
        assert_shapes(&f, areas[i][0], areas[i][1]);
        flow_release(&f);
        flow_release(&without);
    }
}

static void arguments_are_checked(void **state)
{
    (void)state;
    struct ArrowArrayStream stream = {0};
    cov_run *run = run_on(communes_path);
    assert_int_equal(cov_run_to_arrow(NULL, 1, &stream, NULL), COV_ERR_ARGUMENT);
    assert_int_equal(cov_run_to_arrow(run, 1, NULL, NULL), COV_ERR_ARGUMENT);
    assert_null(stream.release);
    cov_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_those_of_the_file),
        cmocka_unit_test(shapes_are_as_they_were_read),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
