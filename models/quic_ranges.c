/* SPDX-License-Identifier: MIT */
/* Sets of numbers as ranges. */
#include "models/quic_ranges.h"

#include <glib.h>
#include <string.h>

void quic_ranges_clear(QuicRanges *set)
{
    g_free(set->ranges);
    *set = (QuicRanges){0};
}

/* Makes `added` ranges at `first` of what were `removed`. */
static void replace(QuicRanges *set, uint32_t first, uint32_t removed, uint32_t added)
{
    const uint32_t count = set->count - removed + added;
    if (count > set->capacity) {
        set->capacity = MAX(4, 2 * count);
        set->ranges = g_renew(QuicRange, set->ranges, set->capacity);
    }
    if (removed != added) {
        memmove(&set->ranges[first + added], &set->ranges[first + removed],
                (set->count - first - removed) * sizeof *set->ranges);
    }
    set->count = count;
}

/* The first range that ends at or after the number. Most come at the end. */
static uint32_t find(const QuicRanges *set, uint64_t number)
{
    uint32_t first = set->count;
    while (first > 0 && set->ranges[first - 1].end >= number) {
        first--;
    }
    return first;
}

void quic_ranges_add(QuicRanges *set, uint64_t start, uint64_t end)
{
    if (start >= end) {
        return;
    }
    const uint32_t first = find(set, start);
    uint32_t past = first;
    while (past < set->count && set->ranges[past].start <= end) {
        start = MIN(start, set->ranges[past].start);
        end = MAX(end, set->ranges[past].end);
        past++;
    }
    replace(set, first, past - first, 1);
    set->ranges[first] = (QuicRange){start, end};
}

void quic_ranges_remove(QuicRanges *set, uint64_t start, uint64_t end)
{
    const uint32_t first = find(set, start + 1);
    uint32_t past = first;
    QuicRange left[2];
    uint32_t count = 0;
    for (; past < set->count && set->ranges[past].start < end; past++) {
        const QuicRange range = set->ranges[past];
        if (range.start < start) {
            left[count++] = (QuicRange){range.start, start};
        }
        if (range.end > end) {
            left[count++] = (QuicRange){end, range.end};
        }
    }
    if (start >= end || past == first) {
        return;
    }
    replace(set, first, past - first, count);
    for (uint32_t i = 0; i < count; i++) {
        set->ranges[first + i] = left[i];
    }
}

bool quic_ranges_has(const QuicRanges *set, uint64_t number)
{
    const uint32_t first = find(set, number + 1);
    return first < set->count && set->ranges[first].start <= number;
}

uint64_t quic_ranges_advance(QuicRanges *set, uint64_t place)
{
    while (set->count > 0 && set->ranges[0].start <= place) {
        place = MAX(place, set->ranges[0].end);
        replace(set, 0, 1, 0);
    }
    return place;
}

void quic_ranges_check(const QuicRanges *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        g_assert(set->ranges[i].start < set->ranges[i].end);
        g_assert(i == 0 || set->ranges[i - 1].end < set->ranges[i].start);
    }
}
