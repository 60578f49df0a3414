/* SPDX-License-Identifier: MIT */
#include "engine/service.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

/* ---------------------------------------------------------------- names */

size_t cov_name_character_size(const char *text)
{
    char c = text[0];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.')
        return 1;
    return (unsigned char)c >= 0x80 && cov_stray_code(text) == 0 ? cov_character_size(text) : 0;
}

static size_t name_run(const char *text)
{
    size_t run = 0, size;
    while ((size = cov_name_character_size(text + run)) > 0)
        run += size;
    return run;
}

bool cov_piece_equal(cov_piece a, cov_piece b)
{
    return a.size == b.size && memcmp(a.at, b.at, a.size) == 0;
}

static const char *const stages[COV_STAGES] = {"none", "passed", "connected", "planned"};

const char *cov_stage_name(cov_stage stage)
{
    return stages[stage];
}

bool cov_stage_find(cov_piece name, cov_stage *out)
{
    for (cov_stage stage = COV_STAGE_NONE; stage < COV_STAGES; stage++) {
        if (cov_piece_equal(name, (cov_piece){stages[stage], strlen(stages[stage])})) {
            *out = stage;
            return true;
        }
    }
    return false;
}

static bool is_name(const char *name)
{
    size_t size = name_run(name);
    if (size == 0)
        return false;
    if (name[size] == '/') {
        size_t rest = name_run(name + size + 1);
        if (rest == 0)
            return false;
        size += 1 + rest;
    }
    cov_stage stage = COV_STAGE_NONE;
    const char *end = name + size;
    if (*end == ':')
        return cov_stage_find((cov_piece){end + 1, strlen(end + 1)}, &stage) &&
               stage != COV_STAGE_NONE;
    return *end == '\0';
}

cov_service_parts cov_service_split(const char *name)
{
    size_t size = strcspn(name, "/:");
    cov_service_parts parts = {{name, size}, {name + size, 0}, COV_STAGE_NONE};
    const char *end = name + size;
    if (*end == '/') {
        parts.op = (cov_piece){end + 1, strcspn(end + 1, ":")};
        end += 1 + parts.op.size;
    }
    if (*end == ':')
        (void)cov_stage_find((cov_piece){end + 1, strlen(end + 1)}, &parts.stage);
    return parts;
}

/* ---------------------------------------------------------------- arrays */

size_t cov_services_technology(const cov_service *services, size_t k)
{
    cov_piece technology = cov_service_split(services[k].name).technology;
    size_t first = 0;
    while (!cov_piece_equal(cov_service_split(services[first].name).technology, technology))
        first++;
    return first;
}

static bool same_operator(const char *a, const char *b)
{
    cov_service_parts x = cov_service_split(a), y = cov_service_split(b);
    if (x.op.size == 0 && y.op.size == 0)
        return cov_piece_equal(x.technology, y.technology);
    return cov_piece_equal(x.op, y.op);
}

size_t cov_services_part(const cov_service *services, size_t n, uint64_t set,
                         uint64_t part[COV_SERVICES_MAX])
{
    size_t first[COV_SERVICES_MAX]; /* service of a part */
    size_t n_parts = 0;
    for (size_t k = 0; k < n; k++) {
        if ((set >> k & 1) == 0)
            continue;
        size_t i = 0;
        while (i < n_parts && !same_operator(services[first[i]].name, services[k].name))
            i++;
        if (i == n_parts) {
            first[n_parts] = k;
            part[n_parts++] = 0;
        }
        part[i] |= UINT64_C(1) << k;
    }
    return n_parts;
}

static cov_status check_pair(const char *a, const char *b, cov_error *err)
{
    if (strcmp(a, b) == 0)
        return cov_fail(err, COV_ERR_ID, "the service \"%s\" stands more than once",
                        cov_quote(a).text);
    cov_service_parts x = cov_service_split(a), y = cov_service_split(b);
    if (cov_piece_equal(x.technology, y.technology) && x.stage == y.stage &&
        (x.op.size == 0 || y.op.size == 0))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "the services \"%s\" and \"%s\" can't stand side by side: give each of "
                        "the technology an operator, or keep one without",
                        cov_quote(a).text, cov_quote(b).text);
    return COV_OK;
}

static cov_status check_name(const char *name, size_t number, cov_error *err)
{
    if (name == NULL || name[0] == '\0')
        return cov_fail(err, COV_ERR_ARGUMENT, "service number %zu has no name", number);
    if (cov_stray_find(name) != NULL)
        return cov_fail_stray(err, COV_ERR_ARGUMENT, "a service", name);
    if (!is_name(name))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "\"%s\" can't be the name of a service: write a technology, or "
                        "technology/operator, such as fiber or 4g/viettel, in letters, digits, "
                        "'_', '-' and '.'; and behind it, if need be, its status: :passed, "
                        ":connected or :planned",
                        cov_quote(name).text);
    return COV_OK;
}

cov_status cov_services_check(const cov_service *services, size_t n, cov_error *err)
{
    if (n > COV_SERVICES_MAX)
        return cov_fail(err, COV_ERR_LIMIT, "%zu services are more than the limit of %d", n,
                        COV_SERVICES_MAX);
    if (n > 0 && services == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "there is no array of services");
    cov_status s = COV_OK;
    for (size_t i = 0; i < n && s == COV_OK; i++) {
        s = check_name(services[i].name, i + 1, err);
        for (size_t k = 0; k < i && s == COV_OK; k++)
            s = check_pair(services[k].name, services[i].name, err);
    }
    return s;
}

cov_status cov_services_copy(const cov_service *services, size_t n, cov_service **out,
                             cov_error *err)
{
    size_t size = n * sizeof(cov_service);
    for (size_t i = 0; i < n; i++)
        size += cov_packed_size(services[i].name);
    cov_service *copy = cov_alloc(size, 1);
    if (copy == NULL)
        return cov_fail_memory(err);
    char *at = (char *)(copy + n);
    for (size_t i = 0; i < n; i++)
        copy[i] = (cov_service){cov_pack(&at, services[i].name), services[i].footprint};
    *out = copy;
    return COV_OK;
}

/* ---------------------------------------------------------------- answers */

/* Longer than every spelling of an answer. */
#define ANSWER_MAX 16

/* In lower case: ASCII and the letters U+00C0 to U+00DE, among them the composed O of CÓ and KHÔNG;
 * a decomposed O is ASCII. False where the text is longer than any answer. */
static bool fold_answer(const char *text, char out[ANSWER_MAX])
{
    size_t n;
    text = cov_trim(text, &n);
    if (n >= ANSWER_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        bool upper = (c >= 'A' && c <= 'Z') ||
                     (i > 0 && text[i - 1] == '\xC3' && c >= 0x80 && c <= 0x9E && c != 0x97);
        out[i] = (char)(upper ? c + 0x20 : c);
    }
    out[n] = '\0';
    return true;
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcmp(text, *words) == 0)
            return true;
    }
    return false;
}

cov_status cov_answer_parse(const char *text, int *out, cov_error *err)
{
    /* có and không composed, then with the accent as a character of its own */
    static const char *const yes[] = {"yes", "y",         "true",       "t", "1",
                                      "co",  "c\xC3\xB3", "co\xCC\x81", "x", NULL};
    static const char *const no[] = {
        "no", "n", "false", "f", "0", "khong", "kh\xC3\xB4ng", "kho\xCC\x82ng", NULL};
    char answer[ANSWER_MAX];
    if (text == NULL || out == NULL)
        return cov_fail(err, COV_ERR_ARGUMENT, "cov_answer_parse needs a text and a place");
    bool short_enough = fold_answer(text, answer);
    if (short_enough && is_one_of(answer, yes))
        *out = 1;
    else if (short_enough && is_one_of(answer, no))
        *out = 0;
    else
        return cov_fail(err, COV_ERR_INPUT,
                        "\"%s\" is neither yes nor no: write yes, y, true, t, 1, có or x; or no, "
                        "n, false, f, 0 or không",
                        cov_quote(text).text);
    return COV_OK;
}
