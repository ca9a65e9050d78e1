/* SPDX-License-Identifier: MIT */
/* Widths of buckets, and how they are emptied. */
#include "sim/event_rung.h"

/* Events that a bucket should hold when the rung is made: enough to make up for looking at empty
 * ones and chunks half empty, few enough that what is pushed seldom falls among them. */
#define BUCKET_EVENTS 64

/* The time that most of the events fill evenly: twice their mean distance from the first one, which
 * is all of it unless they grow fewer and fewer, as events of exponential delays do. What lies
 * beyond is seldom the half; the last bucket has it, or as many more buckets as there may be. */
static uint64_t dense_span(const EventSpread *events)
{
    const uint64_t span = (uint64_t)events->last - (uint64_t)events->first;
    const double mean = events->sum / (double)events->count - (double)events->first;
    const double dense = CLAMP(2 * mean, (double)(span / 64), (double)(span / 2));
    return 2 * mean >= (double)(span / 2) ? span : (uint64_t)dense;
}

void event_rung_prepare(EventRung *rung, const EventSpread *events)
{
    g_assert(rung->count == 0 && events->first < events->last);
    if (rung->buckets == NULL) {
        rung->buckets = g_new0(EventList, EVENT_RUNG_BUCKETS_MAX);
    }
    /* Rounding the width down to a power of two makes at most twice as many buckets as wanted. */
    const uint64_t span = (uint64_t)events->last - (uint64_t)events->first;
    const uint64_t wanted = CLAMP(events->count / BUCKET_EVENTS, 1, EVENT_RUNG_BUCKETS_MAX / 2 - 1);
    const uint64_t width = MAX(dense_span(events) / wanted, 1);
    rung->shift = 63 - (unsigned)__builtin_clzll(width);
    rung->bucket_count = (unsigned)MIN(span >> rung->shift, EVENT_RUNG_BUCKETS_MAX - 1) + 1;
    rung->start = rung->boundary = events->first;
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
