/* SPDX-License-Identifier: MIT */
/* The values are sorted. With equal weights a word is scaled to an index; otherwise each value has
 * the word below which it and all smaller ones lie, and a binary search finds the first. */
#include "sim/empirical.h"

#include "sim/error.h"
#include "sim/random.h"

#include <string.h>

typedef struct Entry {
    int64_t value;
    double weight;
} Entry;

struct Empirical {
    size_t count;
    int64_t *values;      /* ascending */
    uint64_t *thresholds; /* NULL when all weights are equal */
    double mean;
};

/* The weight is what follows a comma, or a last word that begins like a number: in `15 ms` there is
 * none, in `15 ms 3` it is 3. Cuts it off `line`; NULL when there is none. */
static char *cut_weight(char *line)
{
    char *at = strchr(line, ',');
    if (at == NULL) {
        at = strpbrk(line, " \t") == NULL ? NULL : line + strlen(line) - 1;
        while (at != NULL && *at != ' ' && *at != '\t') {
            at--;
        }
        if (at == NULL || !(g_ascii_isdigit(at[1]) || strchr("+-.", at[1]) != NULL)) {
            return NULL;
        }
    }
    *at = '\0';
    return g_strstrip(at + 1);
}

static bool read_line(char *line, ValueUnit unit, GArray *entries, GError **error)
{
    char *comment = strchr(line, '#');
    if (comment != NULL) {
        *comment = '\0';
    }
    g_strstrip(line);
    if (*line == '\0') {
        return true;
    }
    Entry entry = {.weight = 1};
    const char *weight = cut_weight(line);
    if (!value_parse(line, unit, &entry.value, error)) {
        return false;
    }
    if (weight != NULL) {
        if (!value_parse_number(weight, &entry.weight, error)) {
            g_prefix_error(error, "weight: ");
            return false;
        }
        if (entry.weight < 0) {
            g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                        "weight: found '%s', expected at least 0", weight);
            return false;
        }
    }
    if (entry.weight > 0) {
        g_array_append_val(entries, entry);
    }
    return true;
}

static bool read_entries(const char *path, ValueUnit unit, GArray *entries, GError **error)
{
    g_autofree char *text = NULL;
    size_t length;
    g_autoptr(GError) cause = NULL;
    if (!g_file_get_contents(path, &text, &length, &cause)) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "%s", cause->message);
        return false;
    }
    char *line = g_str_has_prefix(text, "\xEF\xBB\xBF") ? text + 3 : text;
    if (strlen(text) != length) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "%s: found a zero byte, expected text",
                    path);
        return false;
    }
    for (unsigned number = 1; line != NULL; number++) {
        char *next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        if (!read_line(line, unit, entries, error)) {
            g_prefix_error(error, "%s:%u: ", path, number);
            return false;
        }
        line = next;
    }
    if (entries->len == 0) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "%s: found no value, expected at least one line with a value and a weight "
                    "above 0",
                    path);
        return false;
    }
    return true;
}

/* A complete order but for equal entries, which may change places unseen: the sums must not depend
 * on how the library sorts. */
static int compare_entries(const void *a, const void *b)
{
    const Entry *x = a, *y = b;
    if (x->value != y->value) {
        return x->value < y->value ? -1 : 1;
    }
    return (x->weight > y->weight) - (x->weight < y->weight);
}

/* The word below which a share of all words lies. */
static uint64_t threshold_of(double share)
{
    return share >= 1 ? UINT64_MAX : (uint64_t)(share * 0x1p64);
}

Empirical *empirical_new(const char *path, ValueUnit unit, GError **error)
{
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    if (!read_entries(path, unit, entries, error)) {
        return NULL;
    }
    g_array_sort(entries, compare_entries);
    const Entry *entry = (const Entry *)(const void *)entries->data;
    const size_t count = entries->len;
    bool is_weighted = false;
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        is_weighted = is_weighted || entry[i].weight != entry[0].weight;
        total += entry[i].weight;
    }
    if (total > G_MAXDOUBLE) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "%s: found weights whose sum overflows, expected smaller ones", path);
        return NULL;
    }
    Empirical *empirical = g_new0(Empirical, 1);
    empirical->count = count;
    empirical->values = g_new(int64_t, count);
    empirical->thresholds = is_weighted ? g_new(uint64_t, count) : NULL;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += entry[i].weight;
        empirical->values[i] = entry[i].value;
        empirical->mean += (double)entry[i].value * (entry[i].weight / total);
        if (is_weighted) {
            empirical->thresholds[i] = threshold_of(sum / total);
        }
    }
    return empirical;
}

void empirical_free(Empirical *empirical)
{
    if (empirical == NULL) {
        return;
    }
    g_free(empirical->values);
    g_free(empirical->thresholds);
    g_free(empirical);
}

int64_t empirical_draw(const Empirical *empirical, uint64_t word)
{
    if (empirical->thresholds == NULL) {
        return empirical->values[random_below(word, empirical->count)];
    }
    size_t low = 0, high = empirical->count - 1; /* the last value takes what is left */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (word < empirical->thresholds[middle]) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return empirical->values[low];
}

int64_t empirical_minimum(const Empirical *empirical)
{
    return empirical->values[0];
}

int64_t empirical_maximum(const Empirical *empirical)
{
    return empirical->values[empirical->count - 1];
}

double empirical_mean(const Empirical *empirical)
{
    return empirical->mean;
}
