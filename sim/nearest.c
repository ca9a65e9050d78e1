/* SPDX-License-Identifier: MIT */
/* Optimal string alignment distance: insert, delete, replace and swap of neighbours cost one letter
 * each, a difference of case only a quarter. */
#include "sim/nearest.h"

#include <glib.h>
#include <string.h>

/* Longer names are no typing errors, and the table below stays on the stack. */
#define NAME_LENGTH_MAX 64
#define LETTER 4
#define CASE 1

static unsigned replace_cost(char a, char b)
{
    if (a == b) {
        return 0;
    }
    return g_ascii_tolower(a) == g_ascii_tolower(b) ? CASE : LETTER;
}

static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned table[NAME_LENGTH_MAX + 1][NAME_LENGTH_MAX + 1];
    for (size_t i = 0; i <= a_length; i++) {
        table[i][0] = (unsigned)i * LETTER;
    }
    for (size_t j = 0; j <= b_length; j++) {
        table[0][j] = (unsigned)j * LETTER;
    }
    for (size_t i = 1; i <= a_length; i++) {
        for (size_t j = 1; j <= b_length; j++) {
            unsigned least = table[i - 1][j - 1] + replace_cost(a[i - 1], b[j - 1]);
            least = MIN(least, table[i - 1][j] + LETTER);
            least = MIN(least, table[i][j - 1] + LETTER);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                least = MIN(least, table[i - 2][j - 2] + LETTER);
            }
            table[i][j] = least;
        }
    }
    return table[a_length][b_length];
}

const char *nearest_name(const char *name, const char *const *candidates)
{
    const size_t length = strlen(name);
    const char *best = NULL;
    unsigned best_distance = 0;
    if (length > NAME_LENGTH_MAX) {
        return NULL;
    }
    for (size_t i = 0; candidates[i] != NULL; i++) {
        const size_t candidate_length = strlen(candidates[i]);
        if (candidate_length > NAME_LENGTH_MAX) {
            continue;
        }
        const unsigned steps = distance(name, length, candidates[i], candidate_length);
        if (steps * 3 > MAX(length, candidate_length) * LETTER) {
            continue;
        }
        if (best == NULL || steps < best_distance) {
            best = candidates[i];
            best_distance = steps;
        }
    }
    return best;
}
