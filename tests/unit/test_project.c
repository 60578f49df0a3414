/* Project: what a YAML file says is the job, and every mistake in it has a place.
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/path.h"
#include "io/project.h"

static char folder[64]; /* without symbolic links */
static char file[96];

static int set_up(void **state)
{
    (void)state;
    char name[] = "/tmp/cov-project-XXXXXX";
    char *real = realpath(mkdtemp(name), NULL);
    snprintf(folder, sizeof folder, "%s", real);
    snprintf(file, sizeof file, "%s/p.yaml", folder);
    free(real);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(file);
    return rmdir(folder);
}

static void put_bytes(const void *bytes, size_t size)
{
    FILE *f = fopen(file, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

static cov_status load(const char *text, cov_project **out, cov_error *err)
{
    put_bytes(text, strlen(text));
    err->message[0] = '\0';
    *out = NULL;
    return cov_project_load(file, out, err);
}

static cov_project *project_of(const char *text)
{
    cov_project *p;
    cov_error err;
    if (load(text, &p, &err) != COV_OK)
        fail_msg("%s", err.message);
    return p;
}

/* The message begins with the place and goes on with `says`, somewhere. */
static void check_refusal(cov_status s, const cov_error *err, const char *place, const char *says)
{
    char begin[80];
    snprintf(begin, sizeof begin, "p.yaml, line %s: ", place);
    assert_int_equal(s, COV_ERR_INPUT);
    if (strncmp(err->message, begin, strlen(begin)) != 0 || strstr(err->message, says) == NULL)
        fail_msg("expected %s%s\n     got %s", begin, says, err->message);
}

static void refuse(const char *text, const char *place, const char *says)
{
    cov_project *p;
    cov_error err;
    cov_status s = load(text, &p, &err);
    if (s == COV_OK)
        fail_msg("taken: %s", text);
    assert_null(p);
    check_refusal(s, &err, place, says);
}

/* ---------------------------------------------------------------- every key */

static const char all[] =
    "areas:\n"
    "  file: communes.shp\n"
    "  layer: xa\n"
    "  where: loai = 'xa'\n"
    "  id: 0123\n"
    "  name: ~\n"
    "  parents: [yes, 1e5]\n"
    "households: {file: ../h.zip/h.shp, layer: l, where: a = 1, weight: null, id: ma_ho}\n"
    "bases:\n"
    "  - {name: persons, column: nhan_khau}\n"
    "  - {name: schools, file: /data/s.shp, layer: a, where: b = 2, weight: pupils}\n"
    "  - {name: area, kind: area}\n"
    "services:\n"
    "  - {name: '4g/*', file: mobile.shp, layer: m, where: c = 3, split: network}\n"
    "  - name: fiber/viettel:planned\n"
    "    file: cables.shp\n"
    "    within: 0.5km\n"
    "    except: {file: rivers.shp, layer: r, where: d = 4}\n"
    "    split: x\n"
    "  - {name: 4g/viettel, file: /vsizip/a.zip/rsrp.tif, min: -105.5, indoor: 12, sigma: 8,\n"
    "     probability: 90, bilinear: true}\n"
    "  - {name: fiber/vnpt, column: down>=100}\n"
    "  - name: fiber/x\n"
    "    file: claims.csv\n"
    "    layer: c\n"
    "    where: e = 5\n"
    "    key: location_id\n"
    "    if: technology=50 & down>=100\n"
    "  - {name: fiber/y, file: https://host/f.gpkg, layer: f}\n"
    "indicators:\n"
    "  - expression: defaults()\n"
    "  - {name: mobile, expression: 'any(2g, 3g)'}\n"
    "tiers:\n"
    "  - chain: [dl25, dl100]\n"
    "  - chain: ['any(a, b)', b, a & b]\n"
    "targets:\n"
    "  - {indicator: fiber, at_least: 66.55%, with: 30000}\n"
    "ratios:\n"
    "  - {name: teams, file: t.csv, layer: t, where: f = 6, key: ma_xa, n: formed, of: planned}\n"
    "  - {name: subs, file: s.csv, key: ma_xa, n: subs, of_base: persons, per: 100}\n"
    "options: {assume_crs: 'EPSG:9210', invalid: skip, threads: 2}\n"
    "outputs:\n"
    "  - {file: out/coverage.geojson, overwrite: true}\n"
    "  - {file: /tmp/c, format: GPKG, overwrite: false}\n"
    "  - {file: '-', format: CSV}\n";

static void assert_path(const char *path, const char *relative)
{
    char full[200];
    snprintf(full, sizeof full, "%s/%s", folder, relative);
    assert_string_equal(path, full);
}

static void check_source(const cov_source *source, const char *path, const char *layer,
                         const char *where)
{
    if (path[0] == '/' || strstr(path, "://") != NULL)
        assert_string_equal(source->path, path);
    else
        assert_path(source->path, path);
    if (layer == NULL)
        assert_null(source->layer);
    else
        assert_string_equal(source->layer, layer);
    if (where == NULL)
        assert_null(source->where);
    else
        assert_string_equal(source->where, where);
}

/* Text stays text: what looks like a number, a yes or nothing is the name of a column. */
static void test_places(void **state)
{
    (void)state;
    cov_project *p = project_of(all);
    const cov_job *job = cov_project_job(p);
    assert_int_equal(job->size, sizeof *job);
    check_source(&job->areas, "communes.shp", "xa", "loai = 'xa'");
    assert_string_equal(job->id_column, "0123");
    assert_string_equal(job->name_column, "~");
    assert_int_equal(job->n_parents, 2);
    assert_string_equal(job->parent_columns[0], "yes");
    assert_string_equal(job->parent_columns[1], "1e5");
    check_source(&job->households, "../h.zip/h.shp", "l", "a = 1");
    assert_string_equal(job->weight_column, "null");
    assert_string_equal(job->household_id, "ma_ho");
    assert_int_equal(job->n_bases, 3);
    assert_string_equal(job->bases[0].name, "persons");
    assert_int_equal(job->bases[0].kind, COV_BASE_MEASURE);
    assert_null(job->bases[0].source.path);
    assert_string_equal(job->bases[0].weight_column, "nhan_khau");
    assert_int_equal(job->bases[1].kind, COV_BASE_LAYER);
    check_source(&job->bases[1].source, "/data/s.shp", "a", "b = 2");
    assert_string_equal(job->bases[1].weight_column, "pupils");
    assert_int_equal(job->bases[2].kind, COV_BASE_AREA);
    assert_string_equal(job->bases[2].name, "area");
    assert_null(job->bases[2].weight_column);
    assert_string_equal(job->assume_crs, "EPSG:9210");
    assert_int_equal(job->invalid, COV_INVALID_SKIP);
    assert_int_equal(job->threads, 2);
    assert_int_equal(job->allow_network, 0);
    assert_int_equal(job->n_add_drivers, 0);
    cov_project_free(p);
}

static void test_services(void **state)
{
    (void)state;
    cov_project *p = project_of(all);
    const cov_job *job = cov_project_job(p);
    assert_int_equal(job->n_services, 6);
    const cov_job_service *s = job->services;
    assert_string_equal(s[0].name, "4g/*");
    assert_int_equal(s[0].by, COV_BY_POLYGONS);
    check_source(&s[0].source, "mobile.shp", "m", "c = 3");
    assert_string_equal(s[0].split, "network");
    assert_string_equal(s[1].name, "fiber/viettel:planned");
    assert_int_equal(s[1].by, COV_BY_DISTANCE);
    assert_true(s[1].metres == 500);
    check_source(&s[1].source, "cables.shp", NULL, NULL);
    check_source(&s[1].barriers, "rivers.shp", "r", "d = 4");
    assert_string_equal(s[1].split, "x");
    assert_int_equal(s[2].by, COV_BY_SIGNAL);
    check_source(&s[2].source, "/vsizip/a.zip/rsrp.tif", NULL, NULL);
    assert_true(s[2].min == -105.5 && s[2].indoor == 12 && s[2].sigma == 8);
    assert_true(s[2].probability == 90 && s[2].bilinear == 1);
    assert_int_equal(s[3].by, COV_BY_COLUMN);
    assert_string_equal(s[3].column, "down>=100");
    assert_null(s[3].source.path);
    assert_int_equal(s[4].by, COV_BY_TABLE);
    check_source(&s[4].source, "claims.csv", "c", "e = 5");
    assert_string_equal(s[4].key, "location_id");
    assert_string_equal(s[4].condition, "technology=50 & down>=100");
    assert_int_equal(s[5].by, COV_BY_POLYGONS);
    check_source(&s[5].source, "https://host/f.gpkg", "f", NULL);
    cov_project_free(p);
}

static void test_questions(void **state)
{
    (void)state;
    cov_project *p = project_of(all);
    const cov_job *job = cov_project_job(p);
    assert_int_equal(job->n_indicators, 2);
    assert_null(job->indicators[0].name);
    assert_string_equal(job->indicators[0].expression, "defaults()");
    assert_string_equal(job->indicators[1].name, "mobile");
    assert_string_equal(job->indicators[1].expression, "any(2g, 3g)");
    assert_int_equal(job->n_tiers, 2);
    assert_int_equal(job->tiers[0].n, 2);
    assert_string_equal(job->tiers[0].expressions[1], "dl100");
    assert_int_equal(job->tiers[1].n, 3);
    assert_string_equal(job->tiers[1].expressions[0], "any(a, b)");
    assert_int_equal(job->n_targets, 1);
    assert_string_equal(job->targets[0].indicator, "fiber");
    assert_int_equal(job->targets[0].share, 665500);
    assert_int_equal(job->targets[0].with, 30000);
    assert_int_equal(job->n_ratios, 2);
    check_source(&job->ratios[0].source, "t.csv", "t", "f = 6");
    assert_string_equal(job->ratios[0].name, "teams");
    assert_string_equal(job->ratios[0].key, "ma_xa");
    assert_string_equal(job->ratios[0].n, "formed");
    assert_string_equal(job->ratios[0].of, "planned");
    assert_null(job->ratios[0].of_base);
    assert_int_equal(job->ratios[0].per, 0);
    assert_null(job->ratios[1].of);
    assert_string_equal(job->ratios[1].of_base, "persons");
    assert_int_equal(job->ratios[1].per, 100);
    cov_project_free(p);
}

static void test_outputs(void **state)
{
    (void)state;
    cov_project *p = project_of(all);
    assert_int_equal(cov_project_outputs(p), 3);
    cov_project_output out = cov_project_output_at(p, 0);
    assert_path(out.path, "out/coverage.geojson");
    assert_null(out.format);
    assert_int_equal(out.overwrite, 1);
    out = cov_project_output_at(p, 1);
    assert_string_equal(out.path, "/tmp/c");
    assert_string_equal(out.format, "GPKG");
    assert_int_equal(out.overwrite, 0);
    assert_string_equal(cov_project_output_at(p, 2).path, "-");
    assert_null(cov_project_output_at(p, 3).path);
    cov_project_free(p);
    cov_project_free(NULL);
}

/* ---------------------------------------------------------------- mistakes */

#define AREAS "areas: {file: a.shp}\n"
#define HOUSEHOLDS "households: {file: h.shp}\n"
#define SERVICES "services: [{name: a, file: a.shp}]\n"
#define WHOLE AREAS HOUSEHOLDS SERVICES                           /* 3 lines */
#define SERVICE(text) AREAS HOUSEHOLDS "services:\n - " text "\n" /* at line 4, column 4 */

static void test_least(void **state)
{
    (void)state;
    cov_project *p = project_of(WHOLE);
    const cov_job *job = cov_project_job(p);
    assert_int_equal(job->n_services, 1);
    assert_int_equal(job->n_indicators + job->n_bases + job->n_tiers + job->n_targets +
                         job->n_ratios + job->n_parents,
                     0);
    assert_null(job->id_column);
    assert_int_equal(job->invalid, COV_INVALID_ERROR);
    assert_int_equal(cov_project_outputs(p), 0);
    cov_project_free(p);
}

static void test_keys_and_kinds(void **state)
{
    (void)state;
    refuse(WHOLE "fibre: 1\n", "4, column 1",
           "unknown key 'fibre' in the project; known are areas");
    refuse(WHOLE "\"\": 1\n", "4, column 1", "unknown key ''");
    refuse(AREAS HOUSEHOLDS "services: [{name: a, fille: a.shp}]\n", "3, column 22",
           "unknown key 'fille' in an entry of services; known are name, file");
    refuse("areas: {file: a.shp, Id: x}\n" HOUSEHOLDS SERVICES, "1, column 22", "unknown key 'Id'");
    refuse(WHOLE "indicators:\n  - {name: m, expression: any(2g, 3g)}\n", "5, column 35",
           "unknown key '3g)' in an entry of indicators; known are name, expression. Within { }");
    refuse(WHOLE AREAS, "4, column 1", "the key 'areas' is there twice, first with line 1");
    refuse("areas:\n  file: a.shp\n  id: x\n  id: x\n" HOUSEHOLDS SERVICES, "4, column 3",
           "'id' is there twice, first with line 3");
    refuse(HOUSEHOLDS SERVICES, "1, column 1", "the project lacks the key 'areas'");
    refuse(AREAS HOUSEHOLDS, "1, column 1", "lacks the key 'services'");
    refuse("areas: {id: x}\n" HOUSEHOLDS SERVICES, "1, column 8", "areas lacks the key 'file'");
    refuse(AREAS SERVICES, "1, column 1", "nothing is counted: name households, or bases");
    refuse(AREAS HOUSEHOLDS "services: []\n", "3, column 11", "services has 0 entries: it needs 1");
    refuse(AREAS HOUSEHOLDS "services: {name: a}\n", "3, column 11",
           "services is a list, each entry behind a -, not a map");
    refuse(AREAS HOUSEHOLDS "services:\n", "3, column 10", "services has no value: it is a list");
    refuse(AREAS HOUSEHOLDS "services: [a]\n", "3, column 12",
           "an entry of services is a map of keys and values, such as name: NAME, not a text");
    refuse("areas: a.shp\n" HOUSEHOLDS SERVICES, "1, column 8", "areas is a map");
    refuse("areas: {file: [a.shp]}\n" HOUSEHOLDS SERVICES, "1, column 15",
           "file is a text (in 'quotes' where it has [ or { ), not a list");
    refuse("areas:\n  file:\n" HOUSEHOLDS SERVICES, "2, column 8", "file has no value");
    refuse("areas: {file: ''}\n" HOUSEHOLDS SERVICES, "1, column 15", "file is an empty text");
    refuse(WHOLE "tiers: [{chain: [a]}]\n", "4, column 17", "chain has 1 entries: it needs 2");
    refuse("- a\n", "1, column 1", "the project is a map of keys and values");
    refuse("a\n", "1, column 1", "the project is a map of keys and values");
}

static void test_service_keys(void **state)
{
    (void)state;
    refuse(SERVICE("{name: a}"), "4, column 4",
           "the service \"a\" lacks the key 'file', or 'column'");
    refuse(SERVICE("{name: a, within: 5m}"), "4, column 4", "lacks the key 'file'");
    refuse(SERVICE("{file: a.shp}"), "4, column 4", "lacks the key 'name'");
    refuse(SERVICE("{name: a, file: b.shp, column: c}"), "4, column 14",
           "'file' doesn't go with 'column'");
    refuse(SERVICE("{name: a, column: c, layer: d}"), "4, column 25", "'layer' doesn't go");
    refuse(SERVICE("{name: a, column: c, if: d=1}"), "4, column 25", "'if' doesn't go");
    refuse(SERVICE("{name: a, file: b.tif, min: 1, where: c}"), "4, column 35",
           "'where' doesn't go with 'min'");
    refuse(SERVICE("{name: a, file: b.tif, min: 1, split: c}"), "4, column 35", "'split' doesn't");
    refuse(SERVICE("{name: a, file: b, min: 1, within: 1m}"), "4, column 23",
           "'min' doesn't go with 'within'");
    refuse(SERVICE("{name: a, file: b, except: {file: c}}"), "4, column 23",
           "'except' needs 'within' beside it");
    refuse(SERVICE("{name: a, file: b, if: c=1}"), "4, column 23", "'if' needs 'key' beside it");
    refuse(SERVICE("{name: a, file: b, indoor: 1}"), "4, column 23", "'indoor' needs 'min'");
    refuse(SERVICE("{name: a, file: b.TIF}"), "4, column 20", "file: b.TIF is a raster: say from");
    refuse(SERVICE("{name: a, file: b.TIF, within: 1m}"), "4, column 20",
           "file: b.TIF is a raster: a distance is one to lines or points");
    refuse(SERVICE("{name: a, file: b.csv, key: c}"), "4, column 32",
           "key: the table is joined by the ids of the households");
    refuse(AREAS "bases: [{name: s, file: s.shp}]\nservices: [{name: a, column: c}]\n",
           "3, column 30", "column: it asks the households, and there are none");
}

/* Blanks out of word processors and web pages. */
static void test_strays(void **state)
{
    (void)state;
    refuse("areas:\n\xC2\xA0 file: a.shp\n", "2, column 1",
           "a no-break space (U+00A0), where YAML needs an ordinary blank");
    refuse("areas:\n  file:\xC2\xA0"
           "a.shp\n",
           "2, column 8", "a no-break space (U+00A0)");
    refuse("areas:\n  file: \xE3\x80\x80"
           "a.shp\n",
           "2, column 9", "an ideographic space (U+3000)");
    refuse("areas: {file: a.shp}\nservices:\n -\xE2\x80\xAF"
           "name: a\n",
           "3, column 3", "a narrow no-break space (U+202F)");
    refuse("\xE2\x80\x8B"
           "areas: {file: a.shp}\n",
           "1, column 1", "a space without width");
    refuse(SERVICE("{name: a\xC2\xA0, file: b}"), "4, column 11",
           "name begins or ends with a no-break space (U+00A0): type it anew");
    refuse(SERVICE("{name: a, file: \xC2\xA0"
                   "b}"),
           "4, column 20", "file begins or ends with");
    refuse(SERVICE("{name: a, fi\xC2\xA0le: b}"), "4, column 14", "unknown key 'fi<U+00A0>le'");
    refuse(SERVICE("{name: a, file: b.tif, min: '1\xC2\xA0'}"), "4, column 32",
           "min: \"1<U+00A0>\" is no number");
}

static void test_values(void **state)
{
    (void)state;
    refuse(SERVICE("{name: a, file: b, within: 150}"), "4, column 31",
           "within: \"150\" is no distance: write a number and its unit");
    refuse(SERVICE("{name: a, file: b, within: 0m}"), "4, column 31", "greater than 0");
    refuse(SERVICE("{name: a, file: b, min: 1 dBm}"), "4, column 28",
           "min: \"1 dBm\" is no number");
    refuse(SERVICE("{name: a, file: b, min: 1e999}"), "4, column 28", "is no number");
    refuse(SERVICE("{name: a, file: b, min: '1,5'}"), "4, column 28", "is no number");
    refuse(SERVICE("{name: a, file: b, min: 1, bilinear: yes}"), "4, column 41",
           "bilinear: \"yes\" is neither true nor false");
    refuse(SERVICE("{name: a, file: b, min: 1, sigma: 8}"), "4, column 38",
           "sigma: it needs 'probability' beside it");
    refuse(SERVICE("{name: a, file: b, min: 1, probability: 90}"), "4, column 44",
           "probability: it needs 'sigma'");
    refuse(SERVICE("{name: a, file: b, min: 1, probability: 100, sigma: 1}"), "4, column 44",
           "less than 100");
    refuse(SERVICE("{name: a, file: b, min: 1, probability: 0.9, sigma: 1}"), "4, column 44",
           "90, not 0.9");
    refuse(SERVICE("{name: a, file: b, min: 1, indoor: -12}"), "4, column 39",
           "indoor: it is 0 or more");
    refuse(SERVICE("{name: a, file: b, min: 1, probability: 9, sigma: -1}"), "4, column 54",
           "sigma: it is greater than 0");
    refuse(WHOLE "targets: [{indicator: a, at_least: 80}]\n", "4, column 36", "at_least: \"80\"");
    refuse(WHOLE "targets: [{indicator: a, at_least: 80%, with: 1.5}]\n", "4, column 47",
           "with: \"1.5\" is no whole number");
    refuse(WHOLE "targets: [{indicator: a, at_least: 80%, with: 99999999999999999999}]\n",
           "4, column 47", "is no whole number");
    refuse(WHOLE "options: {threads: 0}\n", "4, column 20", "threads: \"0\" is no whole number");
    refuse(WHOLE "options: {threads: 257}\n", "4, column 20", "from 1 to 256");
    refuse(WHOLE "options: {invalid: no}\n", "4, column 20", "invalid: \"no\" is none of error");
    refuse(WHOLE "options: {allow_network: true}\n", "4, column 11", "unknown key");
    refuse(WHOLE "outputs: [{file: a}, {file: b}, {file: b}]\n", "4, column 40",
           "file: it is an output already, number 2");
    refuse(WHOLE "outputs: [{file: '-'}, {file: '-'}]\n", "4, column 31", "an output already");
    refuse(WHOLE "outputs: [{file: a, overwrite: 1}]\n", "4, column 32", "neither true nor false");
}

static void test_bases_and_ratios(void **state)
{
    (void)state;
    refuse(WHOLE "bases: [{name: a}]\n", "4, column 9", "the base \"a\" lacks what it is");
    refuse(WHOLE "bases: [{name: a, kind: areas}]\n", "4, column 25", "kind: \"areas\" is none");
    refuse(WHOLE "bases: [{name: a, kind: area, file: b}]\n", "4, column 37",
           "file: it doesn't go with 'kind'");
    refuse(WHOLE "bases: [{name: a, column: c, weight: b}]\n", "4, column 38",
           "weight: it doesn't go with 'column'");
    refuse(WHOLE "bases: [{name: households, file: b}]\n", "4, column 16",
           "name: there is another base named \"households\"");
    refuse(WHOLE "bases: [{name: a, file: b}, {name: a, file: c}]\n", "4, column 36",
           "there is another base named \"a\"");
    refuse(AREAS SERVICES "bases: [{name: a, column: c}]\n", "3, column 27",
           "column: it is one of the households, and there are none");
    refuse(WHOLE "ratios: [{name: a, file: b, key: c, n: d}]\n", "4, column 10",
           "the ratio \"a\" lacks what stands below the line");
    refuse(WHOLE "ratios: [{name: a, file: b, key: c, n: d, of: e, of_base: f}]\n", "4, column 59",
           "of_base: it doesn't go with 'of'");
    refuse(WHOLE "ratios: [{name: a, file: b, key: c, n: d, of_base: f}]\n", "4, column 52",
           "of_base: there is no base named \"f\"");
    refuse(WHOLE "ratios: [{name: a, file: b, key: c, n: d, of: f, per: 0}]\n", "4, column 55",
           "per: \"0\" is no whole number");
    refuse(WHOLE "ratios:\n - {name: a, file: b, key: c, n: d, of: f}\n"
                 " - {name: a, file: b, key: c, n: d, of: f}\n",
           "6, column 11", "there is another ratio named \"a\"");
    cov_project_free(project_of(AREAS SERVICES "bases: [{name: s, file: s.shp}]\n"));
    cov_project_free(
        project_of(WHOLE "ratios: [{name: a, file: b, key: c, n: d, of_base: households}]\n"));
}

static void test_syntax(void **state)
{
    (void)state;
    refuse("areas: {file: *a}\n", "1, column 15", "begins with * stands in 'quotes'");
    refuse("areas: {file: *}\n", "1, column 15", "begins with *");
    refuse("areas: &a {file: a}\n", "1, column 8", "begins with & stands in 'quotes'");
    refuse("areas: {file: !x(b)}\n", "1, column 15", "begins with * & ! |");
    refuse("areas: {file: !!str b}\n", "1, column 15", "begins with !");
    refuse("areas: {file: a.shp, <<: b}\n", "1, column 22", "unknown key '<<'");
    refuse("areas: >=1\n", "1, column 8", "in 'quotes'");
    refuse("areas: @x\n", "1, column 8", "in 'quotes'");
    refuse("areas:\n\tfile: a\n", "2, column 1", "indent with blanks, not with tabs");
    refuse("areas:\n  file: a\n\tid: b\n", "2, column 9", "indent with blanks, not with tabs");
    refuse("# Bạc Liêu\nareas: {file: 'Bạc', id: \"x}\n", "2, column 26", "never closed");
    refuse("areas: b: c\n", "1, column 9", "a colon and a blank in 'quotes'");
    refuse("areas: [b\n", "2, column 1", "has to be closed");
    refuse("areas: b\nc\n", "2, column 1", "write KEY: VALUE");
    refuse("areas:\n  file: a\n id: b\n", "3, column 2", "check the indentation");
    refuse(WHOLE "---\na: b\n", "4, column 1", "a second document");
    refuse("? [a]\n: b\n", "1, column 3", "a key is a plain word");
    refuse("areas: \"a\\0b\"\n", "1, column 8", "NUL");
    refuse("", "1, column 1", "the file is empty");
    refuse("# nothing\n", "1, column 1", "the file is empty");
    refuse("\xEF\xBB\xBF", "1, column 1", "the file is empty");
    refuse("areas: Bạc \xFF\n", "1, column 12", "not UTF-8");
    refuse("a: b\nBạc \x01\n", "2, column 5", "a control character");
    refuse("\xFF\xFEz\n", "1, column 1", "not UTF-8"); /* UTF-16 */
}

static void test_bytes(void **state)
{
    (void)state;
    static const char nul[] = "areas: \0\n";
    cov_project *p = NULL;
    cov_error err;
    put_bytes(nul, sizeof nul - 1);
    check_refusal(cov_project_load(file, &p, &err), &err, "1, column 8", "a control character");
    p = project_of("\xEF\xBB\xBF" WHOLE);
    cov_project_free(p);
    p = project_of("areas:\r\n  file: B\xE1\xBA\xA1"
                   "c.shp\r\n" HOUSEHOLDS SERVICES);
    assert_path(cov_project_job(p)->areas.path, "B\xE1\xBA\xA1"
                                                "c.shp");
    cov_project_free(p);
    /* decomposed as it was written: the name of a file is its bytes */
    p = project_of("areas: {file: a\xCC\x80.shp}\n" HOUSEHOLDS SERVICES);
    assert_path(cov_project_job(p)->areas.path, "a\xCC\x80.shp");
    cov_project_free(p);
}

static char *repeat(const char *text, size_t n)
{
    size_t length = strlen(text);
    char *out = malloc(n * length + 1);
    assert_non_null(out);
    for (size_t i = 0; i < n; i++)
        memcpy(out + i * length, text, length);
    out[n * length] = '\0';
    return out;
}

static void test_hostile(void **state)
{
    (void)state;
    char *deep = repeat("[", 500000);
    refuse(deep, "1, column 17", "more than 16 deep");
    free(deep);
    char *block = repeat("- ", 400000);
    refuse(block, "1, column 33", "more than 16 deep");
    free(block);
    char *many = repeat("- a\n", 200000);
    refuse(many, "100000, column 3", "more than 100000 values");
    free(many);
    char *keys = repeat("a: b\n", 40000);
    refuse(keys, "1, column 1", "unknown key 'a'");
    free(keys);
    char *large = repeat("#", COV_YAML_BYTES_MAX + 1);
    cov_project *p;
    cov_error err;
    assert_int_equal(load(large, &p, &err), COV_ERR_LIMIT);
    assert_string_equal(err.message, "p.yaml is larger than 1 MiB: it is no project file");
    free(large);
    /* the bomb of nine lines */
    refuse("a: &a [x, x]\nb: &b [*a, *a]\n", "1, column 4", "anchors of YAML are not followed");
}

/* ---------------------------------------------------------------- files */

static void refuse_file(const char *path, const char *says)
{
    cov_project *p = NULL;
    cov_error err;
    assert_int_equal(cov_project_load(path, &p, &err), COV_ERR_INPUT);
    if (strstr(err.message, says) == NULL)
        fail_msg("expected %s\n     got %s", says, err.message);
    assert_null(p);
}

static void test_files(void **state)
{
    (void)state;
    char path[120];
    snprintf(path, sizeof path, "%s/none.yaml", folder);
    refuse_file(path, "there is no file /");
    refuse_file(folder, "is a folder: name the project file in it");
    refuse_file("", "there is no file ");
    snprintf(path, sizeof path, "%s/pipe", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    refuse_file(path, "is not a file but a pipe or a device");
    unlink(path);
    cov_error err;
    cov_project *p = NULL;
    assert_int_equal(cov_project_load(NULL, &p, &err), COV_ERR_ARGUMENT);
    assert_int_equal(cov_project_load(file, NULL, &err), COV_ERR_ARGUMENT);
}

/* Whichever folder is current, then and later, the job is the same. */
static void test_current_folder(void **state)
{
    (void)state;
    char before[1000];
    assert_non_null(getcwd(before, sizeof before));
    put_bytes(WHOLE, strlen(WHOLE));
    cov_project *p = NULL;
    cov_error err;
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(cov_project_load("p.yaml", &p, &err), COV_OK);
    assert_path(cov_project_job(p)->areas.path, "a.shp");
    cov_project_free(p);
    assert_int_equal(cov_project_load("./../../tmp/../p.yaml", &p, &err), COV_ERR_INPUT);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(cov_project_load(file, &p, &err), COV_OK);
    assert_path(cov_project_job(p)->households.path, "h.shp");
    cov_project_free(p);
    assert_int_equal(chdir(before), 0);
}

/* 1 for a project, 0 for a refusal that says where. */
static size_t try(const char *bytes, size_t size)
{
    cov_project *p = NULL;
    cov_error err;
    put_bytes(bytes, size);
    cov_status s = cov_project_load(file, &p, &err);
    cov_project_free(p);
    if (s != COV_OK && (s != COV_ERR_INPUT || strncmp(err.message, "p.yaml, line ", 13) != 0))
        fail_msg("%zu bytes: %s", size, err.message);
    return s == COV_OK;
}

/* Cut anywhere, or with another byte anywhere, the file is read or refused with a place. */
static void test_damage(void **state)
{
    (void)state;
    static const char other[] = {'\0', '\n', ' ', ':', '-', '[', '}', '*', '\'', '"', '#', '\xC3'};
    char copy[sizeof all];
    size_t size = sizeof all - 1, n_read = 0;
    for (size_t i = 0; i < size; i++)
        n_read += try(all, i);
    assert_in_range(n_read, 1, size / 2);
    n_read = 0;
    for (size_t i = 0; i < size; i++) {
        memcpy(copy, all, size);
        copy[i] = other[i % sizeof other];
        n_read += try(copy, size);
    }
    assert_in_range(n_read, 1, size - 1);
}

/* ---------------------------------------------------------------- the schema for editors */

/* Every key, with the path of maps and lists it is in, one a line: for the test of the schema. */
static void print_keys(const cyaml_schema_value_t *value, const char *path)
{
    if (value->type == CYAML_SEQUENCE)
        value = value->sequence.entry;
    if (value->type != CYAML_MAPPING)
        return;
    for (const cyaml_schema_field_t *f = value->mapping.fields; f->key != NULL; f++) {
        char *inner = cov_text_print("%s/%s", path, f->key);
        printf("%s%s\n", inner, (f->value.flags & CYAML_FLAG_OPTIONAL) != 0 ? "" : " needed");
        print_keys(&f->value, inner);
        cov_free(inner);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--keys") == 0) {
        print_keys(&cov_file_schema, "");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),         cmocka_unit_test(test_services),
        cmocka_unit_test(test_questions),      cmocka_unit_test(test_outputs),
        cmocka_unit_test(test_least),          cmocka_unit_test(test_keys_and_kinds),
        cmocka_unit_test(test_service_keys),   cmocka_unit_test(test_strays),
        cmocka_unit_test(test_values),         cmocka_unit_test(test_bases_and_ratios),
        cmocka_unit_test(test_syntax),         cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_hostile),        cmocka_unit_test(test_files),
        cmocka_unit_test(test_current_folder), cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
