/* SPDX-License-Identifier: MIT */
#include "engine/pattern.h"

#include <string.h>

/* The piece up to a character, which is cut off with all behind it; `*rest` gets what is behind it.
 * Whether the character is there. */
static bool cut_at(cov_piece *piece, char c, cov_piece *rest)
{
    const char *at = memchr(piece->at, c, piece->size);
    if (at == NULL)
        return false;
    size_t left = (size_t)(at - piece->at);
    *rest = (cov_piece){at + 1, piece->size - left - 1};
    piece->size = left;
    return true;
}

cov_pattern cov_pattern_split(cov_piece word)
{
    cov_pattern pattern = {.technology = word, .op = {word.at, 0}, .stage = {word.at, 0}};
    pattern.has_stage = cut_at(&pattern.technology, ':', &pattern.stage);
    pattern.has_operator = cut_at(&pattern.technology, '/', &pattern.op);
    return pattern;
}

bool cov_piece_is_glob(cov_piece piece)
{
    return memchr(piece.at, '*', piece.size) != NULL || memchr(piece.at, '?', piece.size) != NULL;
}

/* Does the glob match all of the text? Neither holds a slash; both are UTF-8. */
static bool glob(cov_piece pattern, cov_piece text)
{
    size_t i = 0, k = 0, star = SIZE_MAX, retry = 0;
    while (k < text.size) {
        size_t step = cov_character_size(text.at + k);
        if (i < pattern.size && pattern.at[i] == '*') {
            star = i++;
            retry = k;
        } else if (i < pattern.size && pattern.at[i] == '?') {
            i++;
            k += step;
        } else if (i + step <= pattern.size && memcmp(pattern.at + i, text.at + k, step) == 0) {
            i += step;
            k += step;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            retry += cov_character_size(text.at + retry);
            k = retry;
        } else {
            return false;
        }
    }
    while (i < pattern.size && pattern.at[i] == '*')
        i++;
    return i == pattern.size;
}

bool cov_pattern_matches(const cov_pattern *pattern, cov_service_parts name)
{
    if (!glob(pattern->technology, name.technology))
        return false;
    return !pattern->has_operator || (name.op.size > 0 && glob(pattern->op, name.op));
}
