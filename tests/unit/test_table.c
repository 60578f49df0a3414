/* The tool's table of a run with several bases, unknowns, targets and ratios, letter by letter.
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../tools/table.h"
#include "../../tools/text.h"
#include "folder.h"

#define SQUARE(w, s, e, n)                                                                         \
    "{\"type\":\"Polygon\",\"coordinates\":[[[" #w "," #s "],[" #e "," #s "],[" #e "," #n "],[" #w \
    "," #n "],[" #w "," #s "]]]}"
#define COMMUNE(id, w, s, e, n)                                                                    \
    "{\"type\":\"Feature\",\"geometry\":" SQUARE(w, s, e, n) ",\"properties\":{\"ma\":\"" id       \
                                                             "\",\"huyen\":\"A\"}}"

static const char communes[] =
    "{\"type\":\"FeatureCollection\",\"features\":[" COMMUNE("01", 105, 9, 106, 10) "," COMMUNE(
        "02", 106, 9, 107, 10) "," COMMUNE("03", 105, 10, 106, 11) "]}";

/* What nobody knows of 4g is empty; one point lies outside, one is nowhere. */
static const char households[] = "lon,lat,hh,persons,fiber,mobile\n"
                                 "105.5,9.5,1200,4000.5,1,1\n105.6,9.5,800,3000,0,\n"
                                 "106.5,9.5,500,2000,1,0\n106.6,9.5,500,1500.25,0,1\n"
                                 "105.5,10.5,1000,4100,1,1\n109,9,7,8,0,0\n,,3,4,1,1\n";
static const char schools[] = "lon,lat\n105.5,9.5\n105.6,9.5\n106.5,9.5\n";
static const char footprint[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
    "\"properties\":{},\"geometry\":" SQUARE(105, 9, 106, 11) "}]}";
static const char teams[] = "ma,formed,planned\n01,2,4\n02,1,3\n";
static const char subs[] = "ma,subs\n01,7000\n02,2900.5\n03,3000\n";

static const cov_indicator indicators[] = {{NULL, "fiber"}, {NULL, "4g"}, {NULL, "5g/x"}};

static folder here;
static char *areas_path, *households_path, *schools_path, *footprint_path, *teams_path, *subs_path;

static int setup(void **state)
{
    (void)state;
    if (folder_open(&here) != 0)
        return -1;
    areas_path = folder_write(&here, "communes.geojson", communes);
    households_path = folder_write(&here, "households.csv", households);
    schools_path = folder_write(&here, "schools.csv", schools);
    footprint_path = folder_write(&here, "lte.geojson", footprint);
    teams_path = folder_write(&here, "teams.csv", teams);
    subs_path = folder_write(&here, "subs.csv", subs);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    folder_close(&here);
    free(areas_path);
    free(households_path);
    free(schools_path);
    free(footprint_path);
    free(teams_path);
    free(subs_path);
    return 0;
}

/* ---------------------------------------------------------------- a job */

typedef struct asked {
    cov_job_service service[3];
    cov_job_base base[2];
    cov_job_target target[4];
    cov_job_ratio ratio[3];
    cov_job job;
} asked;

static void ask(asked *a)
{
    const cov_job_service none = COV_JOB_SERVICE_INIT;
    const cov_job empty = COV_JOB_INIT;
    a->service[0] = a->service[1] = a->service[2] = none;
    a->service[0].name = "fiber";
    a->service[0].by = COV_BY_COLUMN;
    a->service[0].column = "fiber";
    a->service[1].name = "4g";
    a->service[1].by = COV_BY_COLUMN;
    a->service[1].column = "mobile";
    a->service[2].name = "5g/x";
    a->service[2].source.path = footprint_path;
    a->base[0] = (cov_job_base){"persons", COV_BASE_MEASURE, {NULL, NULL, NULL, NULL}, "persons"};
    a->base[1] = (cov_job_base){"schools", COV_BASE_LAYER, {schools_path, NULL, NULL, NULL}, NULL};
    a->target[0] = (cov_job_target){"fiber", 800000, 500};
    a->target[1] = (cov_job_target){"fiber", 665500, 0};
    a->target[2] = (cov_job_target){"4g", 900000, 120};
    a->target[3] = (cov_job_target){"5g/x", 500000, 7};
    a->ratio[0] = (cov_job_ratio){
        "teams", {teams_path, NULL, NULL, NULL}, "ma", "formed", "planned", NULL, 0};
    a->ratio[1] = (cov_job_ratio){
        "subscriptions", {subs_path, NULL, NULL, NULL}, "ma", "subs", NULL, "persons", 100};
    a->ratio[2] =
        (cov_job_ratio){"of all", {subs_path, NULL, NULL, NULL}, "ma", "subs", NULL, "persons", 0};
    a->job = empty;
    a->job.areas.path = areas_path;
    a->job.id_column = "ma";
    a->job.households.path = households_path;
    a->job.weight_column = "hh";
    a->job.threads = 1;
    a->job.services = a->service;
    a->job.n_services = 3;
    a->job.indicators = indicators;
    a->job.n_indicators = 3;
    a->job.bases = a->base;
    a->job.targets = a->target;
    a->job.ratios = a->ratio;
}

static char *table_of(const cov_job *job, size_t width)
{
    cov_run *run = NULL;
    cov_error err = {COV_OK, ""};
    GString *text = g_string_new(NULL);
    if (cov_run_create(job, &run, &err) != COV_OK)
        fail_msg("%s", err.message);
    assert_int_equal(table_append(text, run, width, NULL, &err), COV_OK);
    for (char *line = text->str; *line != '\0'; line += strcspn(line, "\n") + 1) {
        line[strcspn(line, "\n")] = '\0';
        assert_true(text_width(line) <= width);
        line[strlen(line)] = '\n';
    }
    cov_run_free(run);
    return g_string_free(text, FALSE);
}

static void expect(const cov_job *job, size_t width, const char *want)
{
    char *text = table_of(job, width);
    assert_string_equal(text, want);
    g_free(text);
}

static void expect_part(const cov_job *job, size_t width, const char *want)
{
    char *text = table_of(job, width);
    if (strstr(text, want) == NULL)
        fail_msg("no %s in %s", want, text);
    g_free(text);
}

static void one_base_is_the_table_alone(void **state)
{
    (void)state;
    asked a;
    ask(&a);
    expect(&a.job, 80,
           "ma        hh   fiber      4g    5g/x\n"
           "01     2,000   60.0%  100.0%  100.0%\n"
           "02     1,000   50.0%   50.0%    0.0%\n"
           "03     1,000  100.0%  100.0%  100.0%\n"
           "\n"
           "total  4,000   67.5%   84.4%   75.0%\n"
           "\n"
           "unknown hh: 4g 800 (left out of the shares)\n"
           "\n"
           "hh: read 4,010 = assigned 4,000 + outside 7 + without location 3 + duplicate 0\n"
           "    + rejected 0\n"
           "points: 7\n");
}

static void everything_has_its_line(void **state)
{
    (void)state;
    asked a;
    ask(&a);
    a.job.n_bases = 2;
    a.job.n_targets = 4;
    a.job.n_ratios = 3;
    expect(&a.job, 80,
           "ma        hh   fiber      4g    5g/x\n"
           "01     2,000   60.0%  100.0%  100.0%\n"
           "02     1,000   50.0%   50.0%    0.0%\n"
           "03     1,000  100.0%  100.0%  100.0%\n"
           "\n"
           "total  4,000   67.5%   84.4%   75.0%\n"
           "\n"
           "base         count             fiber                4g              5g/x\n"
           "hh           4,000  2700/4000  67.5%  2700/3200  84.4%  3000/4000  75.0%\n"
           "persons  14,600.75             69.2%             82.8%             76.0%\n"
           "schools          3                 –                 –        2/3  66.7%\n"
           "\n"
           "unknown hh: 4g 800 (left out of the shares)\n"
           "unknown persons: 4g 3,000 (left out of the shares)\n"
           "fiber >= 80%: 2,700 of 4,000 (67.5%), 500 missing; 500 connections suffice\n"
           "  each area by itself: 700 missing in 2 areas\n"
           "fiber >= 66.55%: 2,700 of 4,000 (67.5%), reached\n"
           "  each area by itself: 297 missing in 2 areas\n"
           "4g >= 90%: 2,700 of 3,200 (84.4%), 180 missing; 120 connections do not suffice:\n"
           "  90% needs 180\n"
           "  each area by itself: 400 missing in 1 area\n"
           "5g/x >= 50%: 3,000 of 4,000 (75.0%), reached\n"
           "  each area by itself: 500 missing in 1 area\n"
           "teams: 3 of 7 (42.9%) in 2 of 3 areas\n"
           "subscriptions: 88.4 per 100 persons (12,900.5 of 14,600.75)\n"
           "of all: 12,900.5 of 14,600.75 (88.4%)\n"
           "\n"
           "hh: read 4,010 = assigned 4,000 + outside 7 + without location 3 + duplicate 0\n"
           "    + rejected 0\n"
           "points: 7\n"
           "persons: read 14,612.75 = assigned 14,600.75 + outside 8 + without location 4\n"
           "schools: read 3 = assigned 3\n");
}

/* Below the width that a terminal has, everything breaks between words and columns. */
static void narrow_terminals_get_more_lines(void **state)
{
    (void)state;
    asked a;
    ask(&a);
    a.job.n_bases = 2;
    a.job.n_targets = 1;
    expect_part(&a.job, 60,
                "base         count             fiber                4g\n"
                "hh           4,000  2700/4000  67.5%  2700/3200  84.4%\n"
                "persons  14,600.75             69.2%             82.8%\n"
                "schools          3                 –                 –\n"
                "\n"
                "base         count              5g/x\n"
                "hh           4,000  3000/4000  75.0%\n"
                "persons  14,600.75             76.0%\n"
                "schools          3        2/3  66.7%\n"
                "\n"
                "unknown hh: 4g 800 (left out of the shares)\n"
                "unknown persons: 4g 3,000 (left out of the shares)\n"
                "fiber >= 80%: 2,700 of 4,000 (67.5%), 500 missing;\n"
                "  500 connections suffice\n");
}

static void no_line_passes_the_width(void **state)
{
    (void)state;
    asked a;
    ask(&a);
    a.job.n_bases = 2;
    a.job.n_targets = 4;
    a.job.n_ratios = 3;
    for (size_t width = 50; width < 100; width++)
        g_free(table_of(&a.job, width)); /* looks at every line */
}

static void what_nobody_knows_is_a_dash(void **state)
{
    (void)state;
    asked a;
    ask(&a);
    char *path =
        folder_write(&here, "unknown.csv", "lon,lat,hh,persons,fiber,mobile\n105.5,9.5,2,1,,\n");
    char *table = folder_write(&here, "nothing.csv", "ma,formed,planned\n01,,\n");
    a.job.households.path = path;
    a.ratio[0].source.path = table;
    a.job.n_targets = 1;
    a.job.n_ratios = 1;
    expect_part(&a.job, 80,
                "total   2      –   –  100.0%\n\n"
                "unknown hh: fiber 2, 4g 2 (left out of the shares)\n"
                "fiber >= 80%: –\n"
                "teams: – in 0 of 3 areas\n\n");
    free(table);
    free(path);
}

/* Areas are counted in millionths of km2 and shown in thousandths. */
static void units_are_told(void **state)
{
    (void)state;
    asked a;
    ask(&a);
    a.base[0] = (cov_job_base){"land", COV_BASE_AREA, {NULL, NULL, NULL, NULL}, NULL};
    a.job.n_bases = 1;
    expect_part(&a.job, 80, "\nland (km2)  36,");
    expect_part(&a.job, 80, "\nland (km2): read 36,");
    a.job.weight_column = NULL;
    a.job.households.path = NULL;
    a.job.services = &a.service[2];
    a.job.n_services = 1;
    a.job.indicators = NULL;
    a.job.n_indicators = 0;
    expect_part(&a.job, 80, "ma     land (km2)      5g    5g/x\n01     12,");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_base_is_the_table_alone),
        cmocka_unit_test(everything_has_its_line),
        cmocka_unit_test(narrow_terminals_get_more_lines),
        cmocka_unit_test(no_line_passes_the_width),
        cmocka_unit_test(what_nobody_knows_is_a_dash),
        cmocka_unit_test(units_are_told),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
