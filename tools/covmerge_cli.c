/* The command line of covmerge. SPDX-License-Identifier: MIT */
#include "option.h"

static const option question_options[] = {
    {"indicator", 0, take_indicator, 0, "[NAME=]EXPRESSION",
     "one more share, after those of each technology and service, as for covcalc; repeatable"},
    {"tiers", 0, take_tiers, 0, "WIDEST,...,NARROWEST",
     "speed tiers that must be nested, such as dl25,dl100: it is an error where they are not"},
    {"target", 0, take_target, 0, "INDICATOR>=SHARE[,with=N]",
     "what is missing to a share, such as 'fiber>=80%', and whether N more are enough"},
};

static const option_group groups[] = {
    GROUP("Questions", question_options, FALSE),
    GROUP("Output", cli_output_options, FALSE),
    GROUP("Running", cli_running_options, FALSE),
};

static gboolean check(const cli *c, GError **error)
{
    return c->positional->len > 0 || option_wrong(error, "PART is missing");
}

static void fill_job(cli *c)
{
    cli_fill_questions(c, TRUE);
}

const cli_program covmerge_program = {
    .name = "covmerge",
    .groups = groups,
    .n_groups = G_N_ELEMENTS(groups),
    .check = check,
    .fill = fill_job,
    .usage = "Usage: covmerge PART... [OPTION...]\n",
    .before = "\n"
              "Put together what covcalc counted in parts, each of its share of the households\n"
              "(covcalc --tally PART): the table and the files are those of one run over all\n"
              "of them. The parts must have the same areas, services and measures; their\n"
              "order is of no account.\n"
              "\n"
              "Without a question the indicators, tiers and targets are those the parts were\n"
              "made with; as soon as one is asked here, only what is asked here.\n",
    .after = "\n"
             "Examples:\n"
             "  covmerge part-*.cov\n"
             "  covmerge part-*.cov -o coverage.geojson\n"
             "  covmerge part-*.cov --indicator 'both=fiber/viettel & fiber/vnpt' -o both.gpkg\n"
             "\n"
             "Exit status: 0 done, 1 failed, 2 wrong usage, 3 input rejected, 4 cancelled.\n"
             "The manual page covmerge(1) says more.\n",
};
