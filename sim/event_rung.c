/* SPDX-License-Identifier: MIT */
/* Widths of buckets, and how they are emptied. */
#include "sim/event_rung.h"

/* Events that a bucket should hold when the rung is made: enough to make up for looking at empty
 * ones, few enough to be sorted by insertion. */
#define BUCKET_EVENTS 8

void event_rung_prepare(EventRung *rung, SimTime first, SimTime last, size_t count)
{
    g_assert(rung->count == 0 && first < last);
    if (rung->buckets == NULL) {
        rung->buckets = g_new0(EventList, EVENT_RUNG_BUCKETS_MAX);
    }
    /* Rounding the width down to a power of two makes at most twice as many buckets as wanted. */
    const uint64_t span = (uint64_t)last - (uint64_t)first;
    const uint64_t wanted = CLAMP(count / BUCKET_EVENTS, 1, EVENT_RUNG_BUCKETS_MAX / 2 - 1);
    const uint64_t width = MAX(span / wanted, 1);
    rung->shift = 63 - (unsigned)__builtin_clzll(width);
    rung->bucket_count = (unsigned)(span >> rung->shift) + 1;
    g_assert(rung->bucket_count <= EVENT_RUNG_BUCKETS_MAX);
    rung->start = rung->boundary = first;
    rung->current = 0;
}

void event_rung_clear(EventRung *rung)
{
    g_free(rung->buckets);
    *rung = (EventRung){0};
}

EventList event_rung_take(EventRung *rung)
{
    g_assert(rung->count > 0);
    unsigned current = rung->current;
    while (rung->buckets[current].last == NULL) {
        current++;
    }
    const EventList list = rung->buckets[current];
    rung->buckets[current].last = NULL;
    rung->count -= event_list_count(list);
    rung->current = current + 1;
    if (rung->count > 0) {
        /* An event lies in a later bucket, so the start of the next one is a time that exists. */
        rung->boundary =
            (SimTime)((uint64_t)rung->start + ((uint64_t)rung->current << rung->shift));
    }
    return list;
}

EventList event_rung_peek(const EventRung *rung, unsigned from, unsigned *ret_number)
{
    const unsigned end = MIN(from + 4, rung->bucket_count);
    for (unsigned i = from; i < end; i++) {
        if (rung->buckets[i].last != NULL) {
            *ret_number = i;
            return rung->buckets[i];
        }
    }
    *ret_number = end;
    return (EventList){NULL};
}

void event_rung_each(const EventRung *rung, void (*visit)(const Event *event, void *data),
                     void *data)
{
    for (unsigned i = rung->current; i < rung->bucket_count; i++) {
        event_list_each(rung->buckets[i], visit, data);
    }
}

void event_rung_check(const EventRung *rung, SimTime last)
{
    size_t count = 0;
    for (unsigned i = 0; i < EVENT_RUNG_BUCKETS_MAX; i++) {
        const EventList list = rung->buckets[i];
        g_assert(list.last == NULL || (i >= rung->current && i < rung->bucket_count));
        event_list_check(list);
        for (const EventChunk *chunk = NULL; (chunk = event_list_next(list, chunk)) != NULL;) {
            for (size_t k = 0; k < chunk->count; k++) {
                const SimTime time = chunk->events[k].time;
                g_assert(time >= rung->boundary && time <= last);
                g_assert(event_rung_bucket(rung, time) == i);
            }
        }
        count += event_list_count(list);
    }
    g_assert(count == rung->count && count > 0);
}
