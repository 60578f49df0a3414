/* The command line of covcalc. SPDX-License-Identifier: MIT */
#include "option.h"

#include <string.h>

/* ---------------------------------------------------------------- single values */

static gboolean take_invalid(cli *c, const option *o, const char *value, GError **error)
{
    if (strcmp(value, "error") == 0)
        c->job.invalid = COV_INVALID_ERROR;
    else if (strcmp(value, "fix") == 0)
        c->job.invalid = COV_INVALID_FIX;
    else if (strcmp(value, "skip") == 0)
        c->job.invalid = COV_INVALID_SKIP;
    else
        return option_wrong(error, "--%s is error, fix or skip, not '%s'", o->name, value);
    return TRUE;
}

static gboolean take_network(cli *c, const option *o, const char *value, GError **error)
{
    (void)o;
    (void)value;
    (void)error;
    c->job.allow_network = 1;
    return TRUE;
}

static gboolean take_layer(cli *c, const option *o, const char *value, GError **error)
{
    static const char *const whose[] = {"areas=", "households="};
    cov_source *const source[] = {&c->job.areas, &c->job.households};
    for (size_t i = 0; i < 2; i++) {
        if (!g_str_has_prefix(value, whose[i]))
            continue;
        const char *layer = value + strlen(whose[i]);
        if (*layer == '\0' || source[i]->layer != NULL)
            return option_wrong(error, "--%s %sNAME needs one name of a layer", o->name, whose[i]);
        source[i]->layer = option_keep(c, layer);
        return TRUE;
    }
    return option_wrong(error, "--%s needs areas=NAME or households=NAME, not '%s'", o->name,
                        value);
}

static gboolean take_parent(cli *c, const option *o, const char *value, GError **error)
{
    if (*value == '\0')
        return option_wrong(error, "--%s needs the name of a column", o->name);
    g_ptr_array_add(c->parents, option_keep(c, value));
    return TRUE;
}

static gboolean take_driver(cli *c, const option *o, const char *value, GError **error)
{
    if (*value == '\0')
        return option_wrong(error, "--%s needs the name of a GDAL driver", o->name);
    g_ptr_array_add(c->drivers, option_keep(c, value));
    return TRUE;
}

/* ---------------------------------------------------------------- the table */

static const option service_options[] = {
    {"fiber", 0, take_technology, 0, "[OPERATOR=]SOURCE",
     "where fiber reaches, of one operator or of all; repeat it for each operator or file"},
    {"mobile", 0, take_technology, 0, "[OPERATOR=]SOURCE", "where mobile reaches; likewise"},
    {"service", 0, take_service, 0, "NAME=SOURCE",
     "any other: NAME is TECHNOLOGY or TECHNOLOGY/OPERATOR, such as 4g/viettel, and may end in "
     ":passed, :connected or :planned; repeatable"},
};

static const option question_options[] = {
    {"indicator", 0, take_indicator, 0, "[NAME=]EXPRESSION",
     "one more share, after those of each technology and service: 'both=fiber & 4g', "
     "'count(4g/*) >= 2', 'sdg=best(2g/*, 3g/*, 4g/*)', 'classes(4g)'; repeatable"},
    {"tiers", 0, take_tiers, 0, "WIDEST,...,NARROWEST",
     "speed tiers that must be nested, such as dl25,dl100: it is an error where they are not"},
    {"target", 0, take_target, 0, "INDICATOR>=SHARE[,with=N]",
     "what is missing to a share, such as 'fiber>=80%', and whether N more are enough"},
    {"ratio", 0, take_ratio, 0, "NAME=TABLE,key=COLUMN,n=COLUMN,of=COLUMN|base:BASE[,per=N]",
     "one more share, from a table with a row per area; with per=100 a rate"},
};

static const option input_options[] = {
    {"base", 0, take_base, 0, "NAME=SOURCE|area",
     "count something else as well: points (schools), lines (roads, in km), a raster "
     "(population), column:NAME (persons of HOUSEHOLDS); or 'area' (km2); repeatable"},
    {"id", 0, take_text, FIELD(job.id_column), "COLUMN",
     "column of AREAS with the unique id; guessed, and said, where there is one clear choice"},
    {"name", 0, take_text, FIELD(job.name_column), "COLUMN", "column of AREAS with the name"},
    {"parent", 0, take_parent, 0, "COLUMN",
     "column of AREAS with the parent's id; repeatable, nearest first"},
    {"weight", 0, take_text, FIELD(job.weight_column), "COLUMN",
     "column of HOUSEHOLDS with households per point (1 without)"},
    {"household-id", 0, take_text, FIELD(job.household_id), "COLUMN",
     "column of HOUSEHOLDS with the id that tables know them by"},
    {"layer", 0, take_layer, 0, "areas=NAME", "the layer of AREAS, or households=NAME; repeatable"},
    {"assume-crs", 0, take_text, FIELD(job.assume_crs), "CRS",
     "coordinate reference system of the layers that state none, such as EPSG:9210"},
    {"invalid", 0, take_invalid, 0, "ACTION",
     "invalid polygons are an error (the default), or fix, or skip"},
    {"allow-driver", 0, take_driver, 0, "NAME", "read with this GDAL driver too; repeatable"},
    {"allow-network", 0, take_network, 0, NULL, "let GDAL read over the network"},
};

static const option project_options[] = {
    {"project", 0, take_text, FIELD(project), "FILE",
     "all of this and the outputs from a YAML file, in place of AREAS and HOUSEHOLDS"},
};

static const option part_options[] = {
    {"tally", 0, take_text, FIELD(tally), "FILE",
     "write what was counted here (.cov), for covmerge: HOUSEHOLDS is then a share of them all"},
};

static const option trial_options[] = {
    {"dry-run", 0, take_flag, FIELD(dry_run), NULL,
     "print what would be read and counted, and stop"},
};

static const option_group groups[] = {
    GROUP("Services", service_options, TRUE),   GROUP("Questions", question_options, TRUE),
    GROUP("Input", input_options, TRUE),        GROUP(NULL, project_options, FALSE),
    GROUP("Output", cli_output_options, FALSE), GROUP(NULL, part_options, FALSE),
    GROUP("Running", trial_options, FALSE),     GROUP(NULL, cli_running_options, FALSE),
};

/* ---------------------------------------------------------------- check and fill */

static gboolean check_project(const cli *c, GError **error)
{
    if (c->asked != NULL)
        return option_wrong(
            error, "--project and --%s exclude each other: say it in the project file", c->asked);
    if (c->positional->len > 0)
        return option_wrong(error, "--project names the files itself, '%s' is too much",
                            (const char *)c->positional->pdata[0]);
    return TRUE;
}

/* Areas alone, where something else is counted in them. */
static gboolean check_without_households(const cli *c, GError **error)
{
    const char *asked = c->job.weight_column != NULL      ? "--weight"
                        : c->job.household_id != NULL     ? "--household-id"
                        : c->job.households.layer != NULL ? "--layer households=NAME"
                                                          : NULL;
    if (asked != NULL)
        return option_wrong(error, "%s is about HOUSEHOLDS, which is missing", asked);
    return TRUE;
}

static gboolean check(const cli *c, GError **error)
{
    if (c->project != NULL)
        return check_project(c, error);
    if (c->positional->len < 1 || (c->positional->len < 2 && c->bases->len == 0))
        return option_wrong(error, "%s is missing",
                            c->positional->len == 0 ? "AREAS" : "HOUSEHOLDS");
    if (c->positional->len > 2)
        return option_wrong(error, "AREAS and HOUSEHOLDS are all it takes, '%s' is too much",
                            (const char *)c->positional->pdata[2]);
    return c->positional->len == 2 || check_without_households(c, error);
}

static void fill_job(cli *c)
{
    cli_fill_questions(c, c->services->len > 0);
    cov_job *job = &c->job;
    job->areas.path = c->positional->pdata[0];
    job->households.path = c->positional->len > 1 ? c->positional->pdata[1] : NULL;
    job->parent_columns = (const char *const *)c->parents->pdata;
    job->n_parents = c->parents->len;
    job->add_drivers = (const char *const *)c->drivers->pdata;
    job->n_add_drivers = c->drivers->len;
    job->services = ARRAY(cov_job_service, c->services);
    job->n_services = c->services->len;
    job->bases = ARRAY(cov_job_base, c->bases);
    job->n_bases = c->bases->len;
    job->ratios = ARRAY(cov_job_ratio, c->ratios);
    job->n_ratios = c->ratios->len;
}

/* ---------------------------------------------------------------- help */

const cli_program covcalc_program = {
    .name = "covcalc",
    .groups = groups,
    .n_groups = G_N_ELEMENTS(groups),
    .check = check,
    .fill = fill_job,
    .usage = "Usage: covcalc AREAS HOUSEHOLDS [OPTION...]\n"
             "       covcalc --project FILE [OPTION...]\n",
    .before = "\n"
              "Count, exactly, the households of each area of AREAS and the share of them that\n"
              "each service reaches. AREAS holds polygons, HOUSEHOLDS points; both are files\n"
              "that GDAL reads: Shapefile, GeoPackage, GeoJSON, FlatGeobuf, CSV (columns\n"
              "lon/lat or x/y) and others, plain or in a .zip.\n"
              "\n"
              "SOURCE is column:NAME, a column of HOUSEHOLDS that says yes or no, or with a\n"
              "condition, column:'down_mbps>=100'; or it is PATH[,OPTION...]:\n"
              "\n"
              "  zones.gpkg                  inside polygons; with\n"
              "      ,layer=2024             the layer, in a file of several\n"
              "      ,where=SQL              only these features: \"network = 'viettel'\"\n"
              "      ,split=COLUMN           a service of each value: '4g/*=4g.shp,split=who'\n"
              "  cables.shp,within=150m      near lines or points (m, km, ft); with\n"
              "      ,except=rivers.shp      not across these lines\n"
              "  rsrp.tif,min=-105           where a raster has this level or more; with\n"
              "      ,indoor=12              so much more, lost on the way into a building\n"
              "      ,sigma=8,probability=90 a margin for a level that varies (dB, %)\n"
              "      ,bilinear               between the centres of the cells\n"
              "  claims.csv,key=location_id  whose --household-id is in a table; with\n"
              "      ,if=CONDITION           in rows such as 'technology=50 & down>=100'\n",
    .after = "\n"
             "Examples:\n"
             "  covcalc communes.shp households.shp --weight households --fiber fiber_vnpt.shp\n"
             "  covcalc communes.shp households.shp --weight households --parent ten_huyen \\\n"
             "      --fiber viettel=fiber_viettel.shp --fiber vnpt=fiber_vnpt.shp \\\n"
             "      --service 4g=mobile_4g.shp -o coverage.gpkg\n"
             "  covcalc communes.shp households.shp --weight households -f CSV -o - > out.csv\n"
             "  covcalc communes.shp households.shp --weight households --base area \\\n"
             "      --base schools=schools.shp --base persons=column:nhan_khau \\\n"
             "      --fiber vnpt=cables_vnpt.shp,within=150m --target 'fiber>=80%,with=30000'\n"
             "  covcalc --project province.yaml\n"
             "The files are in data/province of the sources of libcov.\n"
             "\n"
             "Exit status: 0 done, 1 failed, 2 wrong usage, 3 input rejected, 4 cancelled.\n"
             "The manual page covcalc(1) says more.\n",
};
