/* SPDX-License-Identifier: MIT */
/* Reading appends one range per element; settling sorts and joins them once, so that both lookups
 * are a binary search and a set of a million peers is one range. */
#include "sim/peer_set.h"

#include "sim/error.h"
#include "sim/nearest.h"

#include <stdbool.h>
#include <string.h>

typedef struct Range {
    uint32_t first, last; /* both inclusive */
    uint32_t before;      /* how many members lie in the ranges before this one */
} Range;

struct PeerSet {
    GArray *ranges; /* of Range: ascending, disjoint, not touching */
    uint32_t count;
};

/* What the text is read against. */
typedef struct Known {
    uint32_t count;
    const char *const *names;
} Known;

static bool refuse(const char *text, const Known *known, GError **error)
{
    const char *nearest = NULL;
    if (known->names != NULL) {
        g_autofree const char **candidates = g_new0(const char *, (size_t)known->count + 1);
        for (uint32_t i = 0; i < known->count; i++) {
            candidates[i] = known->names[i];
        }
        nearest = nearest_name(text, candidates);
    }
    g_autofree char *hint =
        nearest == NULL ? g_strdup("") : g_strdup_printf("; did you mean '%s'?", nearest);
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                "found '%s', expected a peer from 0 to %u%s, a set such as {0..9, 12} or all%s",
                text, known->count - 1, known->names == NULL ? "" : " or its name", hint);
    return false;
}

/* A number below the count of peers. */
static bool read_number(const char *text, const char *whole, const Known *known,
                        uint32_t *ret_number, GError **error)
{
    guint64 number = 0;
    if (!g_ascii_string_to_unsigned(text, 10, 0, (guint64)known->count - 1, &number, NULL)) {
        return refuse(whole, known, error);
    }
    *ret_number = (uint32_t)number;
    return true;
}

static bool read_range(const char *text, const char *dots, const Known *known, Range *ret_range,
                       GError **error)
{
    g_autofree char *first = g_strstrip(g_strndup(text, (size_t)(dots - text)));
    g_autofree char *last = g_strstrip(g_strdup(dots + 2));
    Range range = {0};
    if (!read_number(first, text, known, &range.first, error) ||
        !read_number(last, text, known, &range.last, error)) {
        return false;
    }
    if (range.first > range.last) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "found '%s', expected a range from low to high, such as %u..%u", text,
                    range.last, range.first);
        return false;
    }
    *ret_range = range;
    return true;
}

/* One element: a number, a range, a name or `all`. */
static bool read_element(const char *text, const Known *known, Range *ret_range, GError **error)
{
    const char *dots = strstr(text, "..");
    if (strcmp(text, "all") == 0) {
        *ret_range = (Range){.first = 0, .last = known->count - 1};
        return true;
    }
    for (uint32_t i = 0; known->names != NULL && i < known->count; i++) {
        if (strcmp(text, known->names[i]) == 0) {
            *ret_range = (Range){.first = i, .last = i};
            return true;
        }
    }
    if (dots != NULL) {
        return read_range(text, dots, known, ret_range, error);
    }
    if (!read_number(text, text, known, &ret_range->first, error)) {
        return false;
    }
    ret_range->last = ret_range->first;
    return true;
}

static int compare_ranges(const void *a, const void *b)
{
    const Range *left = a, *right = b;
    if (left->first != right->first) {
        return left->first < right->first ? -1 : 1;
    }
    return (left->last > right->last) - (left->last < right->last);
}

/* Sorts and joins what overlaps or touches, then counts. */
static void settle(PeerSet *set)
{
    GArray *ranges = set->ranges;
    guint kept = 0;
    g_array_sort(ranges, compare_ranges);
    for (guint i = 0; i < ranges->len; i++) {
        const Range next = g_array_index(ranges, Range, i);
        Range *last = kept == 0 ? NULL : &g_array_index(ranges, Range, kept - 1);
        if (last != NULL && next.first <= (uint64_t)last->last + 1) {
            last->last = MAX(last->last, next.last);
        } else {
            g_array_index(ranges, Range, kept++) = next;
        }
    }
    g_array_set_size(ranges, kept);
    for (guint i = 0; i < ranges->len; i++) {
        Range *range = &g_array_index(ranges, Range, i);
        range->before = set->count;
        set->count += range->last - range->first + 1;
    }
}

PeerSet *peer_set_new(const char *text, uint32_t count, const char *const *names, GError **error)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    const Known known = {.count = count, .names = names};
    g_autoptr(PeerSet) set = g_new0(PeerSet, 1);
    size_t length = strlen(trimmed);
    set->ranges = g_array_new(FALSE, FALSE, sizeof(Range));

    if (count == 0) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "found '%s', expected at least one peer to exist", trimmed);
        return NULL;
    }
    const bool is_braced = length >= 2 && trimmed[0] == '{' && trimmed[length - 1] == '}';
    g_autofree char *inner = is_braced ? g_strndup(trimmed + 1, length - 2) : g_strdup(trimmed);
    g_auto(GStrv) elements = g_strsplit(inner, is_braced ? "," : "\n", -1);
    for (guint i = 0; elements[i] != NULL; i++) {
        Range range = {0};
        if (!read_element(g_strstrip(elements[i]), &known, &range, error)) {
            return NULL;
        }
        g_array_append_val(set->ranges, range);
    }
    if (set->ranges->len == 0) {
        refuse(trimmed, &known, error);
        return NULL;
    }
    settle(set);
    return g_steal_pointer(&set);
}

void peer_set_free(PeerSet *set)
{
    if (set == NULL) {
        return;
    }
    g_array_unref(set->ranges);
    g_free(set);
}

uint32_t peer_set_count(const PeerSet *set)
{
    return set->count;
}

/* The last range whose `first` (or `before`) is not above the wanted number. */
static const Range *find_range(const PeerSet *set, uint32_t wanted, bool is_index)
{
    guint low = 0, high = set->ranges->len;
    while (high - low > 1) {
        const guint middle = low + (high - low) / 2;
        const Range *range = &g_array_index(set->ranges, Range, middle);
        if ((is_index ? range->before : range->first) <= wanted) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &g_array_index(set->ranges, Range, low);
}

EntityId peer_set_member(const PeerSet *set, uint32_t index)
{
    g_assert(index < set->count);
    const Range *range = find_range(set, index, true);
    return range->first + (index - range->before);
}

bool peer_set_has(const PeerSet *set, EntityId peer)
{
    const Range *range = find_range(set, peer, false);
    return range->first <= peer && peer <= range->last;
}
