/* SPDX-License-Identifier: MIT */
/* A row of buckets of equal width, a power of two, that events are sorted into by time: one rung of
 * a ladder (sim/ladder_queue.c). Buckets are emptied from the earliest on. The last one has no end:
 * it also takes what lies beyond the times for which the rung was made.
 *
 * A rung takes events from its boundary on, the start of the first bucket not yet taken. Earlier
 * ones, and all once the rung is empty, belong elsewhere. */
#ifndef SIM_EVENT_RUNG_H
#define SIM_EVENT_RUNG_H

#include "sim/event_chunks.h"

/* More buckets do not stay in the cache while events are sorted into them. */
#define EVENT_RUNG_BUCKETS_MAX 1024

/* Starts zeroed; its owner clears it. */
typedef struct EventRung {
    EventList *buckets; /* room for the most there can be, kept from one use to the next */
    SimTime start;      /* of bucket 0 */
    SimTime boundary;   /* of bucket `current` */
    unsigned shift;     /* the width of a bucket is 1 << shift */
    unsigned current, bucket_count;
    size_t count; /* events */
} EventRung;

/* Where events lie in time. */
typedef struct EventSpread {
    SimTime first, last;
    double sum; /* of the times, about */
    size_t count;
} EventSpread;

static inline void event_spread_add(EventSpread *spread, SimTime time)
{
    spread->first = spread->count == 0 || time < spread->first ? time : spread->first;
    spread->last = spread->count == 0 || time > spread->last ? time : spread->last;
    spread->sum += (double)time;
    spread->count++;
}

/* Makes the rung, which is empty, ready for events that lie so, not all at one time. */
void event_rung_prepare(EventRung *rung, const EventSpread *events);
/* Frees the buckets, not the chunks in them. */
void event_rung_clear(EventRung *rung);
/* The first bucket that is not empty; there is one. */
EventList event_rung_take(EventRung *rung);
void event_rung_each(const EventRung *rung, void (*visit)(const Event *event, void *data),
                     void *data);
/* Asserts that each event lies in its bucket, none later than `last`. */
void event_rung_check(const EventRung *rung, SimTime last);

static inline size_t event_rung_bucket(const EventRung *rung, SimTime time)
{
    const uint64_t index = ((uint64_t)time - (uint64_t)rung->start) >> rung->shift;
    return index < rung->bucket_count ? index : rung->bucket_count - 1;
}

/* The event's time is at or after the boundary. */
static inline void event_rung_add(EventRung *rung, EventChunkPool *pool, const Event *event)
{
    event_list_append(&rung->buckets[event_rung_bucket(rung, event->time)], pool, event);
    rung->count++;
}

#endif
