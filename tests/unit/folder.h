/* What the tests of io share: a temporary folder of small text files. SPDX-License-Identifier: MIT
 */
#ifndef COV_TESTS_FOLDER_H
#define COV_TESTS_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct folder {
    char path[64];
} folder;

static inline int folder_open(folder *f)
{
    strcpy(f->path, "/tmp/cov-test-XXXXXX");
    return mkdtemp(f->path) != NULL ? 0 : -1;
}

/* A path in the folder, allocated. */
static inline char *folder_at(const folder *f, const char *name)
{
    size_t size = strlen(f->path) + strlen(name) + 2;
    char *path = malloc(size);
    if (path == NULL)
        exit(99);
    snprintf(path, size, "%s/%s", f->path, name);
    return path;
}

/* Write a file, or replace it; its path, allocated. */
static inline char *folder_write(const folder *f, const char *name, const char *text)
{
    char *path = folder_at(f, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        fprintf(stderr, "can't write %s\n", path);
        exit(99);
    }
    return path;
}

static inline void folder_close(const folder *f)
{
    DIR *dir = opendir(f->path);
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        char *path = folder_at(f, e->d_name);
        unlink(path);
        free(path);
    }
    if (dir != NULL)
        closedir(dir);
    rmdir(f->path);
}

#endif
