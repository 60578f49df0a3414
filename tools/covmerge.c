/* covmerge: parts that covcalc counted, put together.
 * SPDX-License-Identifier: MIT */
#include "output.h"

static cov_status start(cli *c, cov_error *err)
{
    progress p = progress_start(c);
    cov_run *run = NULL;
    outputs list = outputs_list(c, NULL);
    c->job.part = outputs_have_part(&list);
    c->job.progress = progress_draw;
    c->job.progress_data = &p;
    cov_status s = outputs_check(&list, NULL, &p, err);
    if (s == COV_OK)
        s = cov_run_merge((const char *const *)c->positional->pdata, c->positional->len, &c->job,
                          &run, err);
    progress_erase(&p);
    if (s == COV_OK) {
        say_run(c, run);
        s = outputs_write(c, &list, run, &p, err);
    }
    cov_run_free(run);
    outputs_clear(&list);
    return s;
}

int main(int argc, char **argv)
{
    return talk_main(&covmerge_program, argc, argv, start);
}
