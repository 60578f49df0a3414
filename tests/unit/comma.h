/* A locale with a decimal comma.
 * SPDX-License-Identifier: MIT
 *
 * A test defines _GNU_SOURCE before. */
#ifndef COV_TESTS_COMMA_H
#define COV_TESTS_COMMA_H

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Set one, made in the folder where the system has none; 0 where that can't be done, either. To be
 * called in a child, for it changes the environment. */
static inline int set_comma_locale(const char *below)
{
    static const char *const names[] = {"vi_VN.UTF-8", "de_DE.UTF-8", "fr_FR.UTF-8"};
    char command[400], folder[400], here[256], comma[16];
    int set = 0;
    for (size_t i = 0; i < 3 && !set; i++)
        set = setlocale(LC_ALL, names[i]) != NULL;
    snprintf(command, sizeof command, "localedef -i vi_VN -f UTF-8 %s/vi_VN.UTF-8 >/dev/null 2>&1",
             below);
    if (!set && getcwd(here, sizeof here) != NULL && system(command) == 0) {
        snprintf(folder, sizeof folder, "%s/%s", here, below);
        setenv("LOCPATH", folder, 1);
        set = setlocale(LC_ALL, "vi_VN.UTF-8") != NULL;
    }
    snprintf(comma, sizeof comma, "%.1f", 1.5);
    return set && strcmp(comma, "1,5") == 0;
}

#endif
