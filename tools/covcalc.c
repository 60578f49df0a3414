/* covcalc: households per area, and the share of them that each service reaches.
 * SPDX-License-Identifier: MIT */
#include "output.h"
#include "text.h"

#include <stdio.h>

/* A guess is said even to those who did not ask for notes; the notes say more of it. */
static void say_guess(const cli *c, const cov_job *job, const cov_run *run)
{
    if (job->id_column == NULL && !c->quiet && !c->verbose)
        say("the id of the areas is taken from the column %s (another one: --id)",
            cov_run_id_column(run));
}

static cov_status calculate(const cli *c, cov_job *job, const outputs *list, cov_error *err)
{
    progress p = progress_start(c);
    cov_run *run = NULL;
    job->progress = progress_draw;
    job->progress_data = &p;
    cov_status s = outputs_check(list, job, &p, err);
    if (s == COV_OK)
        s = cov_run_create(job, &run, err);
    progress_erase(&p);
    if (s == COV_OK) {
        say_guess(c, job, run);
        say_run(c, run);
        s = outputs_write(c, list, run, &p, err);
    }
    cov_run_free(run);
    return s;
}

/* What would be read, counted and written; then whether it could be written. */
static cov_status describe(const cov_job *job, const outputs *list, cov_error *err)
{
    char *text = NULL;
    cov_status s = cov_job_describe(job, &text, err);
    if (s != COV_OK)
        return s;
    fputs(text, stdout);
    cov_text_free(text);
    for (size_t i = 0; i < list->n; i++) {
        char *path = text_printable(list->at[i].path);
        printf("%s  %s\n", i == 0 ? "\nOutputs\n" : "", path);
        g_free(path);
    }
    return outputs_check(list, job, NULL, err);
}

/* The job is the command line's, or the project's with the command line's way of running it. */
static cov_status start(cli *c, cov_error *err)
{
    cov_project *project = NULL;
    cov_job job = c->job;
    if (c->project != NULL) {
        cov_status s = cov_project_load(c->project, &project, err);
        if (s != COV_OK)
            return s;
        job = *cov_project_job(project);
        job.threads = c->job.threads != 0 ? c->job.threads : job.threads;
    }
    outputs list = outputs_list(c, project);
    job.part = outputs_have_part(&list);
    job.is_written = outputs_file_of_rows(&list) != NULL;
    cov_status s = c->dry_run ? describe(&job, &list, err) : calculate(c, &job, &list, err);
    outputs_clear(&list);
    cov_project_free(project);
    return s;
}

int main(int argc, char **argv)
{
    return talk_main(&covcalc_program, argc, argv, start);
}
